/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * AVX2 with FMA and F16C: the float kernels, 8 numbers at a time.
 */
#include "kernels/lanes_avx2.inc"

#include "kernels/dequant.h"
#include "kernels/kernels.h"

#define FN(name) fl_avx2_##name

enum { COLUMNS_FROM = 8 };

fl_dequantise_fn FN(dequantise);

#include "kernels/float.inc"
#include "kernels/summary.inc"

#include "kernels/columns.inc"

void fl_overlay_avx2(fl_kernels *kernels) {
    overlay_float(kernels);
    overlay_columns(kernels);
    kernels->summary = FN(summary);
}
