/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * AVX-512 (F, BW, DQ, VL): the float kernels, 16 numbers at a time.
 */
#include "kernels/lanes_avx512.inc"

#include "kernels/dequant.h"
#include "kernels/kernels.h"

#define FN(name) fl_avx512_##name

enum { COLUMNS_FROM = 12 };

fl_dequantise_fn FN(dequantise);

#include "kernels/float.inc"
#include "kernels/summary.inc"

#include "kernels/columns.inc"

void fl_overlay_avx512(fl_kernels *kernels) {
    overlay_float(kernels);
    overlay_columns(kernels);
    kernels->summary = FN(summary);
}
