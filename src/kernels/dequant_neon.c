/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * dequant.c once more, with the processor's own halves.
 */
#include "kernels/lanes_neon.inc"

#include <footlight/tensor.h>

#define fl_half_to_float half_to_float
#define fl_dequantise fl_neon_dequantise
#include "kernels/dequant.c"
