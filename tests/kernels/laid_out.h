/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/* The activations of a product for the checks: made at random, and read back from any layout. */
#ifndef FL_TESTS_KERNELS_LAID_OUT_H
#define FL_TESTS_KERNELS_LAID_OUT_H

#include "kernels/harness.h"

/* Inputs, and room for them in the layout. */
fl_operand fl_draw_operand(fl_try *t, fl_layout layout, int64_t tokens, int64_t n);
/* How many units fl_pack lays out. */
int64_t fl_operand_units(const fl_operand *x);
/* What the layout holds for number j of a token. `scale` is the step of an 8-bit one, 0 for floats.
 */
double fl_operand_at(const fl_operand *x, int64_t token, int64_t j, double *scale);

#endif
