/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Stored numbers for the checks: rows of every readable type with random contents, and the value of
 * any one of them in double, computed from its index alone.
 */
#ifndef FL_TESTS_KERNELS_STORED_H
#define FL_TESTS_KERNELS_STORED_H

#include "kernels/harness.h"

/* A stored number: scale·q − minimum. `parts` is the sum of both magnitudes, which a product that
 * works on them apart rounds. */
typedef struct fl_stored {
    double value, parts;
} fl_stored;

/* n, or the next number above that the type can store as a row. */
int64_t fl_stored_length(fl_dtype type, int64_t n);
/* `count` numbers of the type (whole blocks) in the try's kind of input. */
unsigned char *fl_stored_input(fl_try *t, fl_dtype type, int64_t count);
/* The same of F32 or F16, at addresses that C allows them at. */
unsigned char *fl_cells_input(fl_try *t, fl_dtype type, int64_t count);
fl_stored fl_stored_at(fl_dtype type, const unsigned char *row, int64_t index);
double fl_half_value(unsigned half);
/* The value of the half nearest to x, of two the even one. */
double fl_nearest_half(double x);

#endif
