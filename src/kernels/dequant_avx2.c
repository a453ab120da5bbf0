/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * dequant.c once more, as the compiler writes it for AVX2.
 */
#include <immintrin.h>

#include <footlight/tensor.h>

static inline float half_to_float(uint16_t half) {
    return _cvtsh_ss(half);
}

#define fl_half_to_float half_to_float
#define fl_dequantise fl_avx2_dequantise
#include "kernels/dequant.c"
