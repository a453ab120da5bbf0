/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * NEON with dot products of bytes: products of quantised weights with 8-bit activations.
 */
#include "kernels/lanes_neon.inc"

#define FN(name) fl_neondot_##name

/* acc + the sums of four neighbouring products. */
static inline vi vi_dot4(vi acc, int8x16_t a, int8x16_t b) {
    return vdotq_s32(acc, a, b);
}

#include "kernels/q8_neon.inc"

void fl_overlay_neondot(fl_kernels *kernels) {
    overlay_q8(kernels);
}
