/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Filling an fl_diag. The idiom: `return fl_fail(diag, FL_ERR_FORMAT, "found %d, expected 3", n);`
 * with the subject set once by whoever knows the file. Text that came from a file goes through
 * fl_escape first.
 */
#ifndef FL_BASE_DIAG_H
#define FL_BASE_DIAG_H

#include <footlight/status.h>

/* Clears a diag and names what it will be about; subject may be NULL. */
void fl_diag_init(fl_diag *diag, const char *subject);

/* Sets status and message (the subject stays, offset and line become unknown); returns `status`. */
fl_status fl_fail(fl_diag *diag, fl_status status, const char *format, ...) FL_PRINTF(3, 4);
/* The same with a byte offset, and with a line number. */
fl_status fl_fail_at(fl_diag *diag, fl_status status, uint64_t offset, const char *format, ...)
    FL_PRINTF(4, 5);
fl_status fl_fail_line(fl_diag *diag, fl_status status, int64_t line, const char *format, ...)
    FL_PRINTF(4, 5);
fl_status fl_fail_memory(fl_diag *diag);

#endif
