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

static inline vi vi_xor(vi a, vi b) {
    return _mm256_xor_si256(a, b);
}

static inline uint64_t vi_fold(vi v) {
    uint64_t words[4];
    _mm256_storeu_si256((void *)words, v);
    return words[0] ^ words[1] ^ words[2] ^ words[3];
}

static inline vf vf_set(float x) {
    return _mm256_set1_ps(x);
}

static inline vf vf_fma(vf a, vf b, vf c) {
    return _mm256_fmadd_ps(a, b, c);
}

static inline float vf_first(vf v) {
    return _mm256_cvtss_f32(v);
}

/* sum + the products of unsigned and signed bytes, four to a lane. */
static inline vi vi_dot(vi sum, vi a, vi b) {
    vi pairs = _mm256_maddubs_epi16(a, b);
    return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

static inline vi vi_set(int8_t x) {
    return _mm256_set1_epi8(x);
}

static inline int32_t vi_first(vi v) {
    return _mm_cvtsi128_si32(_mm256_castsi256_si128(v));
}

#include "kernels/probe.inc"
#include "kernels/probe_bytes.inc"

const fl_probe fl_probe_avx2 = {"avx2", read_streams, multiply_floats, multiply_bytes};
