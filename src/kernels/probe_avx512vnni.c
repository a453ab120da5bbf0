/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The 8-bit loop in AVX-512 VNNI.
 */
#include "kernels/probe.h"

#include <immintrin.h>

typedef __m512i vi;

static inline vi vi_set(int8_t x) {
    return _mm512_set1_epi8(x);
}

/* sum + the products of unsigned and signed bytes, four to a lane. */
static inline vi vi_dot(vi sum, vi a, vi b) {
    return _mm512_dpbusd_epi32(sum, a, b);
}

#include "kernels/probe_bytes.inc"

int64_t fl_probe_bytes_avx512vnni(int64_t rounds, int32_t *out) {
    return multiply_bytes(rounds, out);
}
