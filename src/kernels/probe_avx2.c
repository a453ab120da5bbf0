/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The probe in AVX2 and FMA.
 */
#include "kernels/probe.h"

#include <immintrin.h>

typedef __m256i vi;
typedef __m256 vf;

static inline vi vi_zero(void) {
    return _mm256_setzero_si256();
}

static inline vi vi_load(const void *x) {
    return _mm256_loadu_si256(x);
}

static inline vf vf_set(float x) {
    return _mm256_set1_ps(x);
}

static inline vf vf_fma(vf a, vf b, vf c) {
    return _mm256_fmadd_ps(a, b, c);
}

/* sum + the products of unsigned and signed bytes, four to a lane. */
static inline vi vi_dot(vi sum, vi a, vi b) {
    vi pairs = _mm256_maddubs_epi16(a, b);
    return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

static inline vi vi_set(int8_t x) {
    return _mm256_set1_epi8(x);
}

#include "kernels/probe.inc"
#include "kernels/probe_bytes.inc"

const fl_probe fl_probe_avx2 = {"avx2", read_streams, multiply_floats, multiply_bytes};
