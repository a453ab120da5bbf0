/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * dequant.c once more, as the compiler writes it for AVX-512.
 */
#include "kernels/lanes_avx512.inc"

#include <footlight/tensor.h>

#define fl_half_to_float half_to_float
#define fl_dequantise fl_avx512_dequantise
#include "kernels/dequant.c"
