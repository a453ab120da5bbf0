/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * AVX-512 with VNNI: products of quantised weights with 8-bit activations. One instruction
 * multiplies 64 pairs of bytes and adds them up in fours; it wants one side without sign, so
 * weights are used as q + zero and zero·Σ activations is taken off beforehand, for all rows of a
 * step at once.
 *
 * A row is read as it lies in the file: whole numbers and scales are picked out of the blocks in
 * registers, and the next rows are asked for meanwhile.
 */
#include "kernels/lanes_avx512.inc"

#include "kernels/kernels.h"

#include <string.h>

#define FN(name) fl_avx512vnni_##name

/* ---- many tokens ---- */

enum { Q_ROWS = 6, Q_VECTORS = 2, Q8_ZERO = 128, Q8_COLUMNS_FROM = 5 };

#include "kernels/q8_whole_run.inc"

static inline vi vi_set4(const uint8_t *four) {
    int32_t word;
    memcpy(&word, four, 4);
    return _mm512_set1_epi32(word);
}

static inline vr vr_dot4(vr run, vi weights, vi x, int bits) {
    (void)bits;
    return _mm512_dpbusd_epi32(run, weights, x);
}

#include "kernels/q8_pack.inc"

#include "kernels/q8_columns.inc"

/* ---- one token, or few ---- */

enum { ROWS = 6 };
/* Unrolled, the sums of all rows stay in registers. */
#define FOR_ROWS(r) _Pragma("GCC unroll 6") for (int r = 0; r < rows; r++)

#include "kernels/q8_rows_x86.inc"

static inline __m512i zeros_of(int zero, __m512i x) {
    return _mm512_dpbusd_epi32(_mm512_setzero_si512(), _mm512_set1_epi8((char)zero), x);
}

static inline __m512i negative(__m512i x) {
    return _mm512_sub_epi32(_mm512_setzero_si512(), x);
}

static inline __m512 spread(__m512i index, __m256 scales) {
    return _mm512_permutexvar_ps(index, _mm512_castps256_ps512(scales));
}

/* Lanes 0 to 15 divided by `size`, plus `first`. */
static inline __m512i parts_of(int size, int first) {
    return _mm512_setr_epi32(first, first + 1 / size, first + 2 / size, first + 3 / size,
                             first + 4 / size, first + 5 / size, first + 6 / size, first + 7 / size,
                             first + 8 / size, first + 9 / size, first + 10 / size,
                             first + 11 / size, first + 12 / size, first + 13 / size,
                             first + 14 / size, first + 15 / size);
}

/* Q8_0: 64 weights, two blocks. */
STEP step_q8_0(const unsigned char *const *w, int rows, const fl_q8_row *x, row_sum *sum) {
    const __m512i pick = _mm512_setr_epi32(0, 0, 0, 0, 0x110011, 0x110011, 0x110011, 0x110011, 0, 0,
                                           0, 0, 0, 0, 0, 0);
    __m512i values = _mm512_loadu_si512(x->values);
    __m512i start = negative(zeros_of(128, values));
    __m512 scale = spread(parts_of(8, 0), _mm256_castps128_ps256(_mm_castpd_ps(_mm_load_sd(
                                              (const double *)(const void *)x->scales))));
    FOR_ROWS(r) {
        __m512i head = _mm512_loadu_si512(w[r]);
        __m256i first = _mm256_loadu_si256((const __m256i *)(w[r] + 2));
        __m256i second = _mm256_loadu_si256((const __m256i *)(w[r] + 36));
        __m512i q = _mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1);
        q = _mm512_xor_si512(q, _mm512_set1_epi8(-128));
        __m256i d = _mm512_castsi512_si256(_mm512_permutexvar_epi16(pick, head));
        __m512 factor = _mm512_mul_ps(_mm512_cvtph_ps(d), scale);
        __m512 dot = _mm512_cvtepi32_ps(_mm512_dpbusd_epi32(start, q, values));
        sum[r].scaled = _mm512_fmadd_ps(dot, factor, sum[r].scaled);
    }
}

/* What the 64 weights in the bytes of four Q4_0 blocks and the 64 after them give. */
static inline __m512i dot_nibbles(__m512i start, __m512i q, __m512i low, __m512i high) {
    const __m512i nibble = _mm512_set1_epi8(15);
    __m512i dot = _mm512_dpbusd_epi32(start, _mm512_and_si512(q, nibble), low);
    return _mm512_dpbusd_epi32(dot, _mm512_and_si512(_mm512_srli_epi16(q, 4), nibble), high);
}

/* Q4_0: 256 weights, eight blocks; byte i of a block has its numbers i and i + 16. */
STEP step_q4_0(const unsigned char *const *w, int rows, const fl_q8_row *x, row_sum *sum) {
    /* words of a load from the first byte on and of one from the ninth: their numbers */
    const __m512i numbers = _mm512_setr_epi32(0x20001, 0x40003, 0x60005, 0x80007, 0xb000a, 0xd000c,
                                              0xf000e, 0x110010, 0x140013, 0x160015, 0x180017,
                                              0x1a0019, 0x1d001c, 0x1f001e, 0x3d003c, 0x3f003e);
    /* and of two loads, four blocks apart: their scales, as the sums come to stand below */
    const __m512i pick = _mm512_setr_epi32(0, 0x200020, 0x90009, 0x290029, 0x120012, 0x320032,
                                           0x1b001b, 0x3b003b, 0, 0, 0, 0, 0, 0, 0, 0);
    const __m512i order = _mm512_setr_epi32(0, 0, 4, 4, 1, 1, 5, 5, 2, 2, 6, 6, 3, 3, 7, 7);
    __m512i low[2], high[2], start[2];
    for (int i = 0; i < 2; i++) {
        __m512i a = _mm512_loadu_si512(x->values + 128 * i),
                b = _mm512_loadu_si512(x->values + 128 * i + 64);
        low[i] = _mm512_shuffle_i64x2(a, b, 0x88);
        high[i] = _mm512_shuffle_i64x2(a, b, 0xdd);
        start[i] = negative(_mm512_add_epi32(zeros_of(8, low[i]), zeros_of(8, high[i])));
    }
    __m512 scale = spread(order, _mm256_loadu_ps(x->scales));
    FOR_ROWS(r) {
        __m512i first = _mm512_loadu_si512(w[r]), second = _mm512_loadu_si512(w[r] + 72);
        __m512i a = _mm512_permutex2var_epi16(first, numbers, _mm512_loadu_si512(w[r] + 8));
        __m512i b = _mm512_permutex2var_epi16(second, numbers, _mm512_loadu_si512(w[r] + 80));
        __m256i d = _mm512_castsi512_si256(_mm512_permutex2var_epi16(first, pick, second));
        __m512 factor = _mm512_mul_ps(_mm512_cvtph_ps(d), scale);
        __m512 da = _mm512_castsi512_ps(dot_nibbles(start[0], a, low[0], high[0]));
        __m512 db = _mm512_castsi512_ps(dot_nibbles(start[1], b, low[1], high[1]));
        __m512i dot = _mm512_add_epi32(_mm512_castps_si512(_mm512_shuffle_ps(da, db, 0x88)),
                                       _mm512_castps_si512(_mm512_shuffle_ps(da, db, 0xdd)));
        sum[r].scaled = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot), factor, sum[r].scaled);
    }
}

/* The eight 6-bit scales of a Q4_K or Q5_K block and then its eight minima, as bytes: of block a
 * in the lower half, of block b in the upper. */
static inline __m256i k_bytes_of_two(const unsigned char *a, const unsigned char *b) {
    const __m256i nibble = _mm256_set1_epi8(15), six = _mm256_set1_epi8(63);
    __m128i first = _mm_loadu_si128((const __m128i *)(a + 4));
    __m128i second = _mm_loadu_si128((const __m128i *)(b + 4));
    __m256i words = _mm256_inserti128_si256(_mm256_castsi128_si256(first), second, 1);
    __m256i shifted = _mm256_srlv_epi32(_mm256_shuffle_epi32(words, 0xaa),
                                        _mm256_setr_epi32(0, 4, 0, 0, 0, 4, 0, 0));
    __m256i high = _mm256_ternarylogic_epi32(nibble, shifted, _mm256_srli_epi32(words, 2), 0xca);
    return _mm256_and_si256(_mm256_unpacklo_epi32(words, high), six);
}

/* Of row r's block. What two rows can share is done with the first and kept in *pair. */
static inline __m128i k_bytes_of_row(const unsigned char *const *w, int r, int rows,
                                     __m256i *pair) {
    if (r % 2)
        return _mm256_extracti128_si256(*pair, 1);
    *pair = k_bytes_of_two(w[r], w[r + 1 < rows ? r + 1 : r]);
    return _mm256_castsi256_si128(*pair);
}

/* The scales of a block's sub-blocks times those of the activations; its minima are counted. */
static inline __m256 k_scales(const unsigned char *block, __m128i bytes, const fl_q8_row *x,
                              row_sum *sum) {
    __m256 d = k_begin(block, bytes, x, sum);
    return _mm256_mul_ps(_mm256_mul_ps(d, bytes_to_floats(bytes)), _mm256_loadu_ps(x->scales));
}

/* Activations of a K block as its bytes have them: [i][0] meets low nibbles, [i][1] high ones. */
typedef struct k_values {
    __m512i part[2][2];
} k_values;

static inline k_values k_values_at(const int8_t *values) {
    k_values k;
    for (int i = 0; i < 2; i++) {
        __m512i a = _mm512_loadu_si512(values + 128 * i);
        __m512i b = _mm512_loadu_si512(values + 128 * i + 64);
        k.part[i][0] = _mm512_shuffle_i64x2(a, b, 0x44);
        k.part[i][1] = _mm512_shuffle_i64x2(a, b, 0xee);
    }
    return k;
}

/* Eight lanes of sub-block a, eight of sub-block b. */
static inline __m512i two_parts(int a, int b) {
    return _mm512_setr_epi32(a, a, a, a, a, a, a, a, b, b, b, b, b, b, b, b);
}

static inline __m512 add_part(__m512 sum, __m512i q, __m512i x, __m256 scales, int a) {
    __m512i dot = _mm512_dpbusd_epi32(_mm512_setzero_si512(), q, x);
    return _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot), spread(two_parts(a, a + 2), scales), sum);
}

/* Q4_K: 256 weights, one block. */
STEP step_q4_k(const unsigned char *const *w, int rows, const fl_q8_row *x, row_sum *sum) {
    const __m512i nibble = _mm512_set1_epi8(15);
    k_values k = k_values_at(x->values);
    __m256i pair = _mm256_setzero_si256();
    FOR_ROWS(r) {
        __m256 scales = k_scales(w[r], k_bytes_of_row(w, r, rows, &pair), x, &sum[r]);
        for (int i = 0; i < 2; i++) {
            __m512i q = _mm512_loadu_si512(w[r] + 16 + 64 * i);
            __m512i high = _mm512_and_si512(_mm512_srli_epi16(q, 4), nibble);
            sum[r].scaled =
                add_part(sum[r].scaled, _mm512_and_si512(q, nibble), k.part[i][0], scales, 4 * i);
            sum[r].scaled = add_part(sum[r].scaled, high, k.part[i][1], scales, 4 * i + 1);
        }
    }
}

/* The fifth bits of sub-blocks a and a + 2, added as 16 where they are set. */
static inline __m512i add_fifth(__m512i q, __m512i bits, int a) {
    const __m256i first = _mm256_set1_epi8((char)(1 << a)),
                  second = _mm256_set1_epi8((char)(4 << a));
    __m512i mask = _mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1);
    return _mm512_mask_add_epi8(q, _mm512_test_epi8_mask(bits, mask), q, _mm512_set1_epi8(16));
}

/* Q5_K: 256 weights, one block. */
STEP step_q5_k(const unsigned char *const *w, int rows, const fl_q8_row *x, row_sum *sum) {
    const __m512i nibble = _mm512_set1_epi8(15);
    k_values k = k_values_at(x->values);
    __m256i pair = _mm256_setzero_si256();
    FOR_ROWS(r) {
        __m256 scales = k_scales(w[r], k_bytes_of_row(w, r, rows, &pair), x, &sum[r]);
        __m512i bits = _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)(w[r] + 16)));
        for (int i = 0; i < 2; i++) {
            __m512i q = _mm512_loadu_si512(w[r] + 48 + 64 * i);
            __m512i low = add_fifth(_mm512_and_si512(q, nibble), bits, 4 * i);
            __m512i high = _mm512_and_si512(_mm512_srli_epi16(q, 4), nibble);
            high = add_fifth(high, bits, 4 * i + 1);
            sum[r].scaled = add_part(sum[r].scaled, low, k.part[i][0], scales, 4 * i);
            sum[r].scaled = add_part(sum[r].scaled, high, k.part[i][1], scales, 4 * i + 1);
        }
    }
}

/* 64 weights of a Q6_K block from its low nibbles and its 32 bytes of upper bits, of which bits
 * `shift` and up belong to the first half, the next two to the second. */
static inline __m512i six_bit_values(__m512i nibbles, __m512i bits, int shift) {
    const __m512i top = _mm512_set1_epi8(0x30);
    __m512i first = shift == 0 ? _mm512_slli_epi16(bits, 4) : bits;
    __m512i second = shift == 0 ? _mm512_slli_epi16(bits, 2) : _mm512_srli_epi16(bits, 2);
    __m512i both = _mm512_mask_blend_epi64(0xf0, first, second);
    return _mm512_or_si512(nibbles, _mm512_and_si512(both, top));
}

/* Q6_K: 256 weights, one block; a scale per 16. */
STEP step_q6_k(const unsigned char *const *w, int rows, const fl_q8_row *x, row_sum *sum) {
    const __m512i nibble = _mm512_set1_epi8(15);
    __m512i values[4], start[4];
    for (int i = 0; i < 4; i++) {
        values[i] = _mm512_loadu_si512(x->values + 64 * i);
        start[i] = negative(zeros_of(32, values[i]));
    }
    __m512 shared = spread(parts_of(2, 0), _mm256_loadu_ps(x->scales));
    FOR_ROWS(r) {
        uint16_t half;
        memcpy(&half, w[r] + 208, sizeof half);
        __m128i bytes = _mm_loadu_si128((const __m128i *)(w[r] + 192));
        __m512 scales = _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(bytes));
        scales = _mm512_mul_ps(_mm512_mul_ps(scales, vf_set(half_to_float(half))), shared);
        for (int i = 0; i < 4; i++) {
            __m512i q = _mm512_loadu_si512(w[r] + 64 * (i / 2));
            __m512i bits = _mm512_broadcast_i64x4(
                _mm256_loadu_si256((const __m256i *)(w[r] + 128 + 32 * (i / 2))));
            q = _mm512_and_si512(i % 2 ? _mm512_srli_epi16(q, 4) : q, nibble);
            q = six_bit_values(q, bits, i % 2);
            __m512i dot = _mm512_dpbusd_epi32(start[i], q, values[i]);
            __m512 factor = _mm512_permutexvar_ps(parts_of(4, 4 * i), scales);
            sum[r].scaled = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot), factor, sum[r].scaled);
        }
    }
}

#define STEPS(ROW)                                                                                 \
    ROW(Q8_0, q8_0, 64, 68)                                                                        \
    ROW(Q4_0, q4_0, 256, 144)                                                                      \
    ROW(Q4_K, q4_k, 256, 144)                                                                      \
    ROW(Q5_K, q5_k, 256, 176)                                                                      \
    ROW(Q6_K, q6_k, 256, 210)

#include "kernels/q8_rows.inc"

void fl_overlay_avx512vnni(fl_kernels *kernels) {
    overlay_q8(kernels);
}
