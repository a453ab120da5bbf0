/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The probe in NEON.
 */
#include "kernels/probe.h"

#include <arm_neon.h>

typedef uint8x16_t vi;
typedef float32x4_t vf;

static inline vi vi_zero(void) {
    return vdupq_n_u8(0);
}

static inline vi vi_load(const void *x) {
    return vld1q_u8(x);
}

static inline vf vf_set(float x) {
    return vdupq_n_f32(x);
}

static inline vf vf_fma(vf a, vf b, vf c) {
    return vfmaq_f32(c, a, b);
}

#include "kernels/probe.inc"

const fl_probe fl_probe_neon = {"neon", read_streams, multiply_floats, NULL};
