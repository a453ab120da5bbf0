/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Writing JSON: strings, numbers that read back exactly, shapes. Commas and braces are the
 * caller's.
 */
#ifndef FL_SINKS_JSON_H
#define FL_SINKS_JSON_H

#include "base/text.h"

#include <footlight/tables.h>

/* A quoted string. Invalid UTF-8 becomes U+FFFD; with `ascii` what is not ASCII is written \uXXXX.
 */
void fl_json_string(fl_buffer *out, const char *bytes, size_t length, bool ascii);
void fl_json_text(fl_buffer *out, const char *text, bool ascii); /* NULL gives null */
/* The shortest decimal that reads back to the same number; null if it is not finite. */
void fl_json_double(fl_buffer *out, double value);
/* The same for a number of float precision: it reads back to the same float. */
void fl_json_float(fl_buffer *out, float value);
void fl_json_int(fl_buffer *out, int64_t value);
void fl_json_bool(fl_buffer *out, bool value);
/* [1,5,64] and ["batch","token","hidden"]. */
void fl_json_ints(fl_buffer *out, const int64_t *values, int n);
void fl_json_axes(fl_buffer *out, const fl_axis *axes, int n);

#endif
