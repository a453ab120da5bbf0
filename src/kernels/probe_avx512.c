/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The probe in AVX-512.
 */
#include "kernels/probe.h"

#include <immintrin.h>

typedef __m512i vi;
typedef __m512 vf;

static inline vi vi_zero(void) {
    return _mm512_setzero_si512();
}

static inline vi vi_load(const void *x) {
    return _mm512_loadu_si512(x);
}

static inline vf vf_set(float x) {
    return _mm512_set1_ps(x);
}

static inline vf vf_fma(vf a, vf b, vf c) {
    return _mm512_fmadd_ps(a, b, c);
}

/* sum + the products of unsigned and signed bytes, four to a lane. */
static inline vi vi_dot(vi sum, vi a, vi b) {
    vi pairs = _mm512_maddubs_epi16(a, b);
    return _mm512_add_epi32(sum, _mm512_madd_epi16(pairs, _mm512_set1_epi16(1)));
}

static inline vi vi_set(int8_t x) {
    return _mm512_set1_epi8(x);
}

#include "kernels/probe.inc"
#include "kernels/probe_bytes.inc"

const fl_probe fl_probe_avx512 = {"avx512", read_streams, multiply_floats, multiply_bytes};
