/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The process and what it stands on: its three standard streams, its locale, its terminal.
 */
#ifndef FL_BASE_PROCESS_H
#define FL_BASE_PROCESS_H

#include "base/text.h"

/* Call first. A standard stream that is closed becomes one whose use fails, so that no file opened
 * later takes its number; writing to a pipe without a reader, or more than a file may hold, gives
 * an error instead of a signal; when a mapped file is cut short under us, the program names it and
 * calls end(1), which ends it from within a signal handler as _Exit does. */
void fl_process_start(void (*end)(int status));
/* Another status than 1 for that. */
void fl_process_end_with(int status);

/* Sets the character type of the locale: C.UTF-8 if none is set or the one set is not installed.
 * False: the locale asks for something other than UTF-8, so only ASCII should be shown. */
bool fl_locale_start(void);

typedef enum fl_stream { FL_STDIN, FL_STDOUT, FL_STDERR } fl_stream;
bool fl_is_terminal(fl_stream stream);
/* Columns of the terminal behind a stream, COLUMNS first; 0 if it is none. */
int fl_terminal_columns(fl_stream stream);

/* Adds a whole file, pipe or ("-") standard input; more than `limit` bytes are refused. Sets the
 * diag's subject. */
fl_status fl_read_all(const char *path, size_t limit, fl_buffer *out, fl_diag *diag);

#endif
