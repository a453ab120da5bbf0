/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Writing results: buffered, every write checked, files complete or absent.
 *
 * A file is written beside its final name and renamed when it is closed without an error; what is
 * neither closed nor discarded when a signal ends the program is removed. Something that exists and
 * is no regular file (a device, a pipe) is written directly. Errors stick: after the first one
 * nothing more is written and fl_out_close reports it.
 */
#ifndef FL_BASE_OUT_H
#define FL_BASE_OUT_H

#include <footlight/status.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct fl_out fl_out;

/* NULL or "-" is standard output. Sets the diag's subject. */
fl_status fl_out_open(fl_out **out, const char *path, fl_diag *diag);
void fl_out_write(fl_out *out, const void *bytes, size_t length);
void fl_out_puts(fl_out *out, const char *text);
/* Hands over what is buffered, for text that should be seen as it comes. */
void fl_out_flush(fl_out *out);
/* Has a write failed? Whoever produces much should then stop. */
bool fl_out_failed(const fl_out *out);
/* Writes the rest and gives the file its name; sets *out to NULL. FL_DONE: whoever read the pipe
 * has gone, which is no error. */
fl_status fl_out_close(fl_out **out, fl_diag *diag);
/* Drops an unfinished file and sets *out to NULL; NULL is fine. */
void fl_out_discard(fl_out **out);

/* Removes the files that are being written. May be called by a signal handler that ends the
 * program. */
void fl_out_remove_unfinished(void);

/* Bytes that may still be written where `path` lies (its folder, if it does not exist yet); no
 * limit is known of devices and pipes. */
fl_status fl_disk_free(const char *path, uint64_t *bytes, fl_diag *diag);

#endif
