/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Cells of comma-separated values. Commas and line ends are the caller's; what does not exist is an
 * empty cell.
 */
#ifndef FL_SINKS_CSV_H
#define FL_SINKS_CSV_H

#include "base/text.h"

#include <footlight/tables.h>

/* Quoted where it must be. Control bytes and invalid UTF-8 are escaped. */
void fl_csv_text(fl_buffer *out, const char *text);
/* 1x5x64 and batchxtokenxhidden. */
void fl_csv_ints(fl_buffer *out, const int64_t *values, int n);
void fl_csv_axes(fl_buffer *out, const fl_axis *axes, int n);

#endif
