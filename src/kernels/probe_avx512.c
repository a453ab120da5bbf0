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

static inline vi vi_xor(vi a, vi b) {
    return _mm512_xor_si512(a, b);
}

static inline uint64_t vi_fold(vi v) {
    uint64_t words[8];
    _mm512_storeu_si512((void *)words, v);
    return words[0] ^ words[1] ^ words[2] ^ words[3] ^ words[4] ^ words[5] ^ words[6] ^ words[7];
}

static inline vf vf_set(float x) {
    return _mm512_set1_ps(x);
}

static inline vf vf_fma(vf a, vf b, vf c) {
    return _mm512_fmadd_ps(a, b, c);
}

static inline float vf_first(vf v) {
    return _mm512_cvtss_f32(v);
}

/* sum + the products of unsigned and signed bytes, four to a lane. */
static inline vi vi_dot(vi sum, vi a, vi b) {
    vi pairs = _mm512_maddubs_epi16(a, b);
    return _mm512_add_epi32(sum, _mm512_madd_epi16(pairs, _mm512_set1_epi16(1)));
}

static inline vi vi_set(int8_t x) {
    return _mm512_set1_epi8(x);
}

static inline int32_t vi_first(vi v) {
    return _mm512_cvtsi512_si32(v);
}

#include "kernels/probe.inc"
#include "kernels/probe_bytes.inc"

const fl_probe fl_probe_avx512 = {"avx512", read_streams, multiply_floats, multiply_bytes};
