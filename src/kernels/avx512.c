/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * AVX-512 (F, BW, DQ, VL): the float kernels, 16 numbers at a time.
 */
#include "kernels/lanes_avx512.inc"

#include "kernels/kernels.h"

#define FN(name) fl_avx512_##name

void FN(row)(fl_dtype type, const void *src, int64_t n, float *out);

enum { COLUMNS_FROM = 8 };

#include "kernels/columns.inc"
#include "kernels/float.inc"

void fl_overlay_avx512(fl_kernels *kernels) {
    overlay_float(kernels);
    overlay_columns(kernels);
}
