/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * NEON as every 64-bit Arm has it: the float kernels, 4 numbers at a time, and products of
 * quantised weights with 8-bit activations.
 */
#include "kernels/lanes_neon.inc"

#include "kernels/dequant.h"
#include "kernels/kernels.h"

#define FN(name) fl_neon_##name

enum { COLUMNS_FROM = 8 };

fl_dequantise_fn FN(dequantise);

#include "kernels/float.inc"
#include "kernels/summary.inc"

#include "kernels/columns.inc"

/* acc + the sums of four neighbouring products. Two products fit 16 bits. */
static inline vi vi_dot4(vi acc, int8x16_t a, int8x16_t b) {
    int16x8_t low = vmull_s8(vget_low_s8(a), vget_low_s8(b)), high = vmull_high_s8(a, b);
    return vpadalq_s16(acc, vpaddq_s16(low, high));
}

#include "kernels/q8_neon.inc"

void fl_overlay_neon(fl_kernels *kernels) {
    overlay_float(kernels);
    overlay_columns(kernels);
    kernels->summary = FN(summary);
    overlay_q8(kernels);
}
