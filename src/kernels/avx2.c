/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * AVX2 with FMA and F16C: the float kernels, 8 numbers at a time, and products of quantised weights
 * with 8-bit activations.
 *
 * One instruction multiplies 32 pairs of bytes, one of them without sign, and adds them up in pairs
 * of 16 bits, which end at 32767. Weights of 4, 5 and 6 bits count from 0 up: 8, 4 and 2 such pairs
 * of products fit on top of one another. Those of 8 bits take their magnitude and give their sign
 * to the activations: 2·128·127 just fits.
 */
#include "kernels/lanes_avx2.inc"

#include "kernels/dequant.h"
#include "kernels/kernels.h"

#define FN(name) fl_avx2_##name

enum { COLUMNS_FROM = 8 };

fl_dequantise_fn FN(dequantise);

#include "kernels/float.inc"
#include "kernels/summary.inc"

#include "kernels/columns.inc"

/* ---- 8-bit activations, many tokens ---- */

enum { Q_ROWS = 4, Q_VECTORS = 2, Q8_ZERO = 0, Q8_COLUMNS_FROM = 5 };

/* 16 sums of 16 bits. */
typedef __m256i vr;

static inline int run_fours(int bits) {
    return bits == 8 ? 1 : 128 >> bits;
}

static inline vr vr_begin(vi sum) {
    (void)sum;
    return _mm256_setzero_si256();
}

/* Pairs of products of weights that have so many bits. */
static inline __m256i pairs_of(__m256i weights, __m256i x, int bits) {
    if (bits == 8)
        return _mm256_maddubs_epi16(_mm256_abs_epi8(weights), _mm256_sign_epi8(x, weights));
    return _mm256_maddubs_epi16(weights, x);
}

static inline __m256i fours_of(__m256i pairs) {
    return _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}

/* The compiler would add in another order, which takes more registers than there are. */
static inline __m256i in_order(__m256i sum) {
    __asm__("" : "+x"(sum));
    return sum;
}

static inline vi vr_end(vi sum, vr run) {
    return in_order(_mm256_add_epi32(sum, fours_of(run)));
}

static inline vi vi_set4(const uint8_t *four) {
    int32_t word;
    memcpy(&word, four, 4);
    return _mm256_set1_epi32(word);
}

static inline vr vr_dot4(vr run, vi weights, vi x, int bits) {
    return in_order(_mm256_add_epi16(run, pairs_of(weights, x, bits)));
}

#include "kernels/q8_pack.inc"

#include "kernels/q8_columns.inc"

/* ---- one token, or few ---- */

enum { ROWS = 6 };

#include "kernels/q8_rows_x86.inc"

static inline __m256i load32(const void *x) {
    return _mm256_loadu_si256((const __m256i *)x);
}

static inline __m256i halves_of(const void *low, const void *high) {
    return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)low)),
                                   _mm_loadu_si128((const __m128i *)high), 1);
}

/* The lower four bits of each byte, or the upper. */
static inline __m256i nibbles_of(__m256i bytes, bool upper) {
    return _mm256_and_si256(upper ? _mm256_srli_epi16(bytes, 4) : bytes, _mm256_set1_epi8(15));
}

/* sum + fours·scale, lane by lane. */
static inline __m256 add_scaled(__m256 sum, __m256i fours, __m256 scale) {
    return _mm256_fmadd_ps(_mm256_cvtepi32_ps(fours), scale, sum);
}

/* The scales of four blocks, `stride` bytes apart, times those of the activations. */
static inline __m128 four_scales(const unsigned char *w, int stride, const float *scales) {
    uint16_t d[4];
    for (int b = 0; b < 4; b++)
        memcpy(&d[b], w + b * stride, sizeof *d);
    __m128i halves = _mm_cvtsi32_si128(d[0]);
    halves = _mm_insert_epi16(halves, d[1], 1);
    halves = _mm_insert_epi16(halves, d[2], 2);
    halves = _mm_insert_epi16(halves, d[3], 3);
    return _mm_mul_ps(_mm_cvtph_ps(halves), _mm_loadu_ps(scales));
}

/* Q8_0: 128 weights, four blocks. */
STEP step_q8_0(const unsigned char *const *w, int rows, const fl_q8_row *x, row_sum *sum) {
    for (int r = 0; r < rows; r++) {
        float scales[4];
        _mm_storeu_ps(scales, four_scales(w[r], 34, x->scales));
        for (int b = 0; b < 4; b++) {
            __m256i pairs = pairs_of(load32(w[r] + 34 * b + 2), load32(x->values + 32 * b), 8);
            sum[r].scaled = add_scaled(sum[r].scaled, fours_of(pairs), vf_set(scales[b]));
        }
    }
}

/* Activations of two blocks of Q4_0 as their bytes have them, and what their zero comes to. */
typedef struct q4_0_values {
    __m256i low, high, start;
} q4_0_values;

static inline q4_0_values q4_0_values_at(const int8_t *values) {
    const __m256i zero = _mm256_set1_epi8(8);
    q4_0_values x = {halves_of(values, values + 32), halves_of(values + 16, values + 48), zero};
    x.start = _mm256_add_epi16(pairs_of(zero, x.low, 4), pairs_of(zero, x.high, 4));
    return x;
}

/* Pairs of products of two blocks of Q4_0: byte i has their numbers i and i + 16. */
static inline __m256i pairs_of_nibbles(__m256i q, const q4_0_values *x) {
    __m256i low = pairs_of(nibbles_of(q, false), x->low, 4);
    __m256i high = pairs_of(nibbles_of(q, true), x->high, 4);
    return _mm256_sub_epi16(_mm256_add_epi16(low, high), x->start);
}

/* Four lanes of number a, four of number b. */
static inline __m256 two_of(__m256 numbers, int a, int b) {
    return _mm256_permutevar8x32_ps(numbers, _mm256_setr_epi32(a, a, a, a, b, b, b, b));
}

/* Q4_0: 128 weights, four blocks. */
STEP step_q4_0(const unsigned char *const *w, int rows, const fl_q8_row *x, row_sum *sum) {
    const q4_0_values values[] = {q4_0_values_at(x->values), q4_0_values_at(x->values + 64)};
    for (int r = 0; r < rows; r++) {
        __m256 scales = _mm256_castps128_ps256(four_scales(w[r], 18, x->scales));
        for (int i = 0; i < 2; i++) {
            __m256i q = halves_of(w[r] + 36 * i + 2, w[r] + 36 * i + 20);
            __m256i fours = fours_of(pairs_of_nibbles(q, &values[i]));
            sum[r].scaled = add_scaled(sum[r].scaled, fours, two_of(scales, 2 * i, 2 * i + 1));
        }
    }
}

/* Byte i of either half everywhere, as 16 bits. */
static inline __m256i byte_of(__m256i bytes, int i) {
    return _mm256_shuffle_epi8(bytes, _mm256_set1_epi16((short)(0x8000 | i)));
}

/* Bits `from` and up of each byte as bits 4 and up, as many as `mask` has there. */
static inline __m256i bits_above(__m256i bits, int from, char mask) {
    bits = from < 4 ? _mm256_slli_epi16(bits, 4 - from) : _mm256_srli_epi16(bits, from - 4);
    return _mm256_and_si256(bits, _mm256_set1_epi8(mask));
}

/* The eight 6-bit scales of a Q4_K or Q5_K block and then its eight minima, as bytes. */
static inline __m128i k_bytes(const unsigned char *block) {
    const __m128i nibble = _mm_set1_epi8(15), six = _mm_set1_epi8(63), top = _mm_set1_epi8(48);
    __m128i words = _mm_loadu_si128((const __m128i *)(block + 4));
    __m128i shifted = _mm_srlv_epi32(_mm_shuffle_epi32(words, 0xaa), _mm_setr_epi32(0, 4, 0, 0));
    __m128i high =
        _mm_or_si128(_mm_and_si128(shifted, nibble), _mm_and_si128(_mm_srli_epi32(words, 2), top));
    return _mm_unpacklo_epi32(_mm_and_si128(words, six), high);
}

/* A Q4_K or Q5_K block: byte j of 32 has numbers j of two sub-blocks, the lower first; bit i of the
 * 32 bytes before them, if there are, is the fifth of sub-block i. */
STEP add_k_block(const unsigned char *block, int bits, const fl_q8_row *x, row_sum *sum) {
    const unsigned char *low = block + (bits == 5 ? 48 : 16);
    __m128i bytes = k_bytes(block);
    __m256 d = k_begin(block, bytes, x, sum), part[] = {vf_zero(), vf_zero()};
    __m256i scales = _mm256_broadcastsi128_si256(bytes), fifth = load32(block + 16);
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) {
        __m256i q = nibbles_of(load32(low + 32 * (i / 2)), i % 2);
        if (bits == 5)
            q = _mm256_or_si256(q, bits_above(fifth, i, 0x10));
        __m256i pairs = pairs_of(q, load32(x->values + 32 * i), bits);
        __m256i fours = _mm256_madd_epi16(pairs, byte_of(scales, i));
        part[i % 2] = add_scaled(part[i % 2], fours, vf_set(x->scales[i]));
    }
    sum->scaled = vf_fma(vf_add(part[0], part[1]), d, sum->scaled);
}

/* Q4_K: 256 weights, one block. */
STEP step_q4_k(const unsigned char *const *w, int rows, const fl_q8_row *x, row_sum *sum) {
    for (int r = 0; r < rows; r++)
        add_k_block(w[r], 4, x, &sum[r]);
}

/* Q5_K: 256 weights, one block. */
STEP step_q5_k(const unsigned char *const *w, int rows, const fl_q8_row *x, row_sum *sum) {
    for (int r = 0; r < rows; r++)
        add_k_block(w[r], 5, x, &sum[r]);
}

/* Word 2i of eight in the first half, word 2i + 1 in the second. */
static inline __m256i two_words_of(__m256i words, int i) {
    const int first = (4 * i + 1) << 8 | 4 * i, both = first << 16 | first;
    return _mm256_shuffle_epi8(
        words,
        _mm256_inserti128_si256(_mm256_set1_epi32(both), _mm_set1_epi32(both + 0x02020202), 1));
}

/* A Q6_K block; start[i] is what the zero comes to with 32 activations. */
STEP add_q6_k_block(const unsigned char *block, const __m256i start[8], const fl_q8_row *x,
                    row_sum *sum) {
    __m256i words = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(block + 192)));
    const __m256i scales[] = {_mm256_permute4x64_epi64(words, 0x44),
                              _mm256_permute4x64_epi64(words, 0xee)};
    __m256 d = vf_set(half_at(block + 208)), part[] = {vf_zero(), vf_zero()};
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) {
        __m256i q = nibbles_of(load32(block + 64 * (i / 4) + 32 * (i % 2)), i / 2 % 2);
        __m256i bits = load32(block + 128 + 32 * (i / 4));
        q = _mm256_or_si256(q, bits_above(bits, 2 * (i % 4), 0x30));
        __m256i pairs = pairs_of(q, load32(x->values + 32 * i), 6);
        pairs = _mm256_sub_epi16(pairs, start[i]);
        __m256i fours = _mm256_madd_epi16(pairs, two_words_of(scales[i / 4], i % 4));
        part[i % 2] = add_scaled(part[i % 2], fours, vf_set(x->scales[i]));
    }
    sum->scaled = vf_fma(vf_add(part[0], part[1]), d, sum->scaled);
}

/* Q6_K: 256 weights, one block; a scale per 16. */
STEP step_q6_k(const unsigned char *const *w, int rows, const fl_q8_row *x, row_sum *sum) {
    __m256i start[8];
    for (int i = 0; i < 8; i++)
        start[i] = pairs_of(_mm256_set1_epi8(32), load32(x->values + 32 * i), 6);
    for (int r = 0; r < rows; r++)
        add_q6_k_block(w[r], start, x, &sum[r]);
}

#define STEPS(ROW)                                                                                 \
    ROW(Q8_0, q8_0, 128, 136)                                                                      \
    ROW(Q4_0, q4_0, 128, 72)                                                                       \
    ROW(Q4_K, q4_k, 256, 144)                                                                      \
    ROW(Q5_K, q5_k, 256, 176)                                                                      \
    ROW(Q6_K, q6_k, 256, 210)

#include "kernels/q8_rows.inc"

void fl_overlay_avx2(fl_kernels *kernels) {
    overlay_float(kernels);
    overlay_columns(kernels);
    overlay_q8(kernels);
    kernels->summary = FN(summary);
}
