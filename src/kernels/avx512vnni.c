/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * AVX-512 with VNNI: products of quantised weights with 8-bit activations. One instruction
 * multiplies 64 pairs of bytes and adds them up in fours; it wants one side without sign, so
 * weights are used as q + zero and zero·Σ activations is taken off beforehand, for four rows at
 * once.
 *
 * A row is read as it lies in the file: whole numbers and scales are picked out of the blocks in
 * registers, and the next rows are asked for meanwhile.
 */
#include "kernels/lanes_avx512.inc"

#include "kernels/kernels.h"

#include <string.h>

#define FN(name) fl_avx512vnni_##name

static inline float half_to_float(uint16_t half) {
    return _cvtsh_ss(half);
}

/* ---- rounding to 8 bits ---- */

/* The largest |x| of 32. Compared as bits, in which what is not a number is the largest of all. */
static inline float largest_magnitude(const float *x) {
    const __m512i magnitude = _mm512_set1_epi32(0x7fffffff);
    __m512i a = _mm512_and_si512(_mm512_loadu_si512(x), magnitude);
    __m512i b = _mm512_and_si512(_mm512_loadu_si512(x + 16), magnitude);
    uint32_t bits = _mm512_reduce_max_epu32(_mm512_max_epu32(a, b));
    float largest;
    memcpy(&largest, &bits, sizeof largest);
    return largest;
}

/* n a multiple of 32: see operand.h. What is not finite shows in the scale. Below 2^-118, where the
 * division would overflow, all is zero. */
static void q8_round(const float *x, int64_t n, const fl_q8_row *to) {
    for (int64_t b = 0; b < n / 32; b++, x += 32) {
        float largest = largest_magnitude(x);
        float inverse = largest <= 0x1p-118f ? 0 : 127 / largest;
        __m512i low = _mm512_cvtps_epi32(vf_mul(vf_load(x), vf_set(inverse)));
        __m512i high = _mm512_cvtps_epi32(vf_mul(vf_load(x + 16), vf_set(inverse)));
        int sum = _mm512_reduce_add_epi32(_mm512_add_epi32(low, high));
        _mm_storeu_si128((__m128i *)(to->values + 32 * b), _mm512_cvtsepi32_epi8(low));
        _mm_storeu_si128((__m128i *)(to->values + 32 * b + 16), _mm512_cvtsepi32_epi8(high));
        to->scales[b] = largest / 127;
        to->sums[b] = to->scales[b] * (float)sum;
    }
}

static void FN(pack_q8)(const fl_operand *x, int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; t++) {
        fl_q8_row row = fl_q8_row_of(x, t);
        memset(row.values, 0, fl_unit_bytes(FL_Q8, x->n));
        q8_round(x->x + t * x->n, x->n, &row);
    }
}

/* ---- many tokens ---- */

typedef __m512i vi;
enum { Q_ROWS = 6, Q_VECTORS = 2, Q_ZERO = 128, Q8_COLUMNS_FROM = 5 };

static inline vi vi_load(const void *x) {
    return _mm512_loadu_si512(x);
}

static inline vi vi_add(vi a, vi b) {
    return _mm512_add_epi32(a, b);
}

/* -Q_ZERO · sum */
static inline vi vi_take_zeros(vi sum) {
    return _mm512_sub_epi32(_mm512_setzero_si512(), _mm512_slli_epi32(sum, 7));
}

static inline vi vi_set4(const int8_t *four) {
    int32_t word;
    memcpy(&word, four, 4);
    return _mm512_set1_epi32(word);
}

static inline vi vi_dot4(vi acc, vi weights, vi x) {
    return _mm512_dpbusd_epi32(acc, weights, x);
}

static inline vf vf_from_vi(vi x) {
    return _mm512_cvtepi32_ps(x);
}

#include "kernels/q8_columns.inc"

/* ---- one token, or few: rows as they stream by ---- */

/* Rows that share what is done to the activations. */
enum { ROWS = 4 };

/* One token's activations from a block on. */
typedef struct q8_at {
    const int8_t *values;
    const float *scales, *sums;
} q8_at;

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

typedef struct sums {
    __m512 scaled;
    __m256 mins; /* per sub-block, to be taken off */
} sums;

#define STEP static inline __attribute__((always_inline)) void

/* Q8_0: 64 weights, two blocks. */
STEP step_q8_0(const unsigned char *const *w, int rows, const q8_at *x, sums *sum) {
    const __m512i pick = _mm512_setr_epi32(0, 0, 0, 0, 0x110011, 0x110011, 0x110011, 0x110011, 0, 0,
                                           0, 0, 0, 0, 0, 0);
    __m512i values = _mm512_loadu_si512(x->values);
    __m512i start = negative(zeros_of(128, values));
    __m512 scale = spread(parts_of(8, 0), _mm256_castps128_ps256(_mm_castpd_ps(_mm_load_sd(
                                              (const double *)(const void *)x->scales))));
    for (int r = 0; r < rows; r++) {
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

/* Q4_0: 128 weights, four blocks; byte i of a block has its numbers i and i + 16. */
STEP step_q4_0(const unsigned char *const *w, int rows, const q8_at *x, sums *sum) {
    const __m512i pick = _mm512_setr_epi32(0, 0, 0x90009, 0x90009, 0x120012, 0x120012, 0x1b001b,
                                           0x1b001b, 0, 0, 0, 0, 0, 0, 0, 0);
    __m512i a = _mm512_loadu_si512(x->values), b = _mm512_loadu_si512(x->values + 64);
    __m512i low = _mm512_shuffle_i64x2(a, b, 0x88), high = _mm512_shuffle_i64x2(a, b, 0xdd);
    __m512i start = negative(_mm512_add_epi32(zeros_of(8, low), zeros_of(8, high)));
    __m512 scale = spread(parts_of(4, 0), _mm256_castps128_ps256(_mm_loadu_ps(x->scales)));
    const __m512i nibble = _mm512_set1_epi8(15);
    for (int r = 0; r < rows; r++) {
        __m512i head = _mm512_loadu_si512(w[r]);
        __m512i q = _mm512_castsi128_si512(_mm_loadu_si128((const __m128i *)(w[r] + 2)));
        q = _mm512_inserti32x4(q, _mm_loadu_si128((const __m128i *)(w[r] + 20)), 1);
        q = _mm512_inserti32x4(q, _mm_loadu_si128((const __m128i *)(w[r] + 38)), 2);
        q = _mm512_inserti32x4(q, _mm_loadu_si128((const __m128i *)(w[r] + 56)), 3);
        __m256i d = _mm512_castsi512_si256(_mm512_permutexvar_epi16(pick, head));
        __m512 factor = _mm512_mul_ps(_mm512_cvtph_ps(d), scale);
        __m512i dot = _mm512_dpbusd_epi32(start, _mm512_and_si512(q, nibble), low);
        dot = _mm512_dpbusd_epi32(dot, _mm512_and_si512(_mm512_srli_epi16(q, 4), nibble), high);
        sum[r].scaled = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot), factor, sum[r].scaled);
    }
}

/* Eight 6-bit numbers each, as bytes in one word. */
typedef struct six_bit_words {
    uint64_t scales, mins;
} six_bit_words;

static inline six_bit_words six_bit_words_at(const unsigned char *src) {
    uint32_t word[3], low = 0x3f3f3f3f, nibbles = 0x0f0f0f0f, top = 0x03030303;
    memcpy(word, src, sizeof word);
    uint32_t s = (word[2] & nibbles) | (word[0] >> 6 & top) << 4;
    uint32_t m = (word[2] >> 4 & nibbles) | (word[1] >> 6 & top) << 4;
    return (six_bit_words){(word[0] & low) | (uint64_t)s << 32,
                           (word[1] & low) | (uint64_t)m << 32};
}

static inline __m256 bytes_to_floats(uint64_t bytes) {
    return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)bytes)));
}

/* The scales of the eight sub-blocks of a Q4_K or Q5_K block times those of the activations; its
 * minima are counted. */
static inline __m256 k_scales(const unsigned char *block, const q8_at *x, sums *sum) {
    six_bit_words six = six_bit_words_at(block + 4);
    __m128 both = _mm_cvtph_ps(_mm_cvtsi32_si128(
        (int)(uint32_t)(block[0] | block[1] << 8 | block[2] << 16 | (uint32_t)block[3] << 24)));
    __m256 d = _mm256_broadcastss_ps(both);
    __m256 dmin = _mm256_broadcastss_ps(_mm_movehdup_ps(both));
    __m256 mins = _mm256_mul_ps(dmin, bytes_to_floats(six.mins));
    sum->mins = _mm256_fmadd_ps(mins, _mm256_loadu_ps(x->sums), sum->mins);
    return _mm256_mul_ps(_mm256_mul_ps(d, bytes_to_floats(six.scales)), _mm256_loadu_ps(x->scales));
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
STEP step_q4_k(const unsigned char *const *w, int rows, const q8_at *x, sums *sum) {
    const __m512i nibble = _mm512_set1_epi8(15);
    k_values k = k_values_at(x->values);
    for (int r = 0; r < rows; r++) {
        __m256 scales = k_scales(w[r], x, &sum[r]);
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
STEP step_q5_k(const unsigned char *const *w, int rows, const q8_at *x, sums *sum) {
    const __m512i nibble = _mm512_set1_epi8(15);
    k_values k = k_values_at(x->values);
    for (int r = 0; r < rows; r++) {
        __m256 scales = k_scales(w[r], x, &sum[r]);
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
STEP step_q6_k(const unsigned char *const *w, int rows, const q8_at *x, sums *sum) {
    const __m512i nibble = _mm512_set1_epi8(15);
    __m512i values[4], start[4];
    for (int i = 0; i < 4; i++) {
        values[i] = _mm512_loadu_si512(x->values + 64 * i);
        start[i] = negative(zeros_of(32, values[i]));
    }
    __m512 shared = spread(parts_of(2, 0), _mm256_loadu_ps(x->scales));
    for (int r = 0; r < rows; r++) {
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

/* The dot products of `rows` neighbouring rows with one token. A row's last weights, if they fill
 * no whole step, are copied to where zeros follow them. */
#define STREAM(type_, values_, bytes_)                                                             \
    static inline __attribute__((always_inline)) void stream_##type_(                              \
        const unsigned char *first, uint64_t row_bytes, int rows, const fl_q8_row *x, int64_t n,   \
        float *out) {                                                                              \
        const unsigned char *w[ROWS];                                                              \
        unsigned char last[ROWS][(bytes_) + 64] = {{0}};                                           \
        sums sum[ROWS];                                                                            \
        q8_at at = {x->values, x->scales, x->sums};                                                \
        int64_t j = 0;                                                                             \
        for (int r = 0; r < rows; r++) {                                                           \
            w[r] = first + (uint64_t)r * row_bytes;                                                \
            sum[r] = (sums){_mm512_setzero_ps(), _mm256_setzero_ps()};                             \
        }                                                                                          \
        for (; j + (values_) <= n; j += (values_)) {                                               \
            step_##type_(w, rows, &at, sum);                                                       \
            for (int r = 0; r < rows; r++) {                                                       \
                for (int line = 0; line < (bytes_); line += 64)                                    \
                    _mm_prefetch((const char *)w[r] + ROWS * row_bytes + line, _MM_HINT_T1);       \
                w[r] += (bytes_);                                                                  \
            }                                                                                      \
            at.values += (values_);                                                                \
            at.scales += (values_) / 32;                                                           \
            at.sums += (values_) / 32;                                                             \
        }                                                                                          \
        if (j < n) {                                                                               \
            for (int r = 0; r < rows; r++) {                                                       \
                memcpy(last[r], w[r], (size_t)((n - j) * (bytes_) / (values_)));                   \
                w[r] = last[r];                                                                    \
            }                                                                                      \
            step_##type_(w, rows, &at, sum);                                                       \
        }                                                                                          \
        for (int r = 0; r < rows; r++)                                                             \
            out[r] = vf_sum(sum[r].scaled) - vf_sum(_mm512_zextps256_ps512(sum[r].mins));          \
    }                                                                                              \
    static void rows_##type_(const fl_matrix *w, int64_t row, int64_t rows, const fl_q8_row *x,    \
                             float *out) {                                                         \
        const unsigned char *first =                                                               \
            (const unsigned char *)w->data + (uint64_t)row * w->row_bytes;                         \
        if (rows == ROWS)                                                                          \
            stream_##type_(first, w->row_bytes, ROWS, x, w->in, out);                              \
        else                                                                                       \
            for (int64_t r = 0; r < rows; r++)                                                     \
                stream_##type_(first + (uint64_t)r * w->row_bytes, 0, 1, x, w->in, out + r);       \
    }

STREAM(q8_0, 64, 68)
STREAM(q4_0, 128, 72)
STREAM(q4_k, 256, 144)
STREAM(q5_k, 256, 176)
STREAM(q6_k, 256, 210)

typedef void rows_fn(const fl_matrix *w, int64_t row, int64_t rows, const fl_q8_row *x, float *out);

static rows_fn *const rows_of[FL_DTYPE_COUNT] = {
    [FL_DTYPE_Q8_0] = rows_q8_0, [FL_DTYPE_Q4_0] = rows_q4_0, [FL_DTYPE_Q4_K] = rows_q4_k,
    [FL_DTYPE_Q5_K] = rows_q5_k, [FL_DTYPE_Q6_K] = rows_q6_k,
};

static void FN(matmul_q8)(const fl_matrix *w, const float *bias, const fl_operand *x, int64_t begin,
                          int64_t end, float *out) {
    for (int64_t o = begin; o < end; o += ROWS) {
        int64_t rows = end - o < ROWS ? end - o : ROWS;
        for (int64_t t = 0; t < x->tokens; t++) {
            fl_q8_row row = fl_q8_row_of(x, t);
            float *to = out + t * w->out + o;
            rows_of[w->type](w, o, rows, &row, to);
            for (int64_t r = 0; bias && r < rows; r++)
                to[r] += bias[o + r];
        }
    }
}

void fl_overlay_avx512vnni(fl_kernels *kernels) {
    for (int type = 0; type < FL_DTYPE_COUNT; type++)
        if (rows_of[type])
            kernels->q8_types |= UINT64_C(1) << type;
    kernels->q8_columns_from = Q8_COLUMNS_FROM;
    kernels->pack_q8 = FN(pack_q8);
    kernels->matmul_q8 = FN(matmul_q8);
    kernels->pack_q8_columns = FN(pack_q8_columns);
    kernels->matmul_q8_columns = FN(matmul_q8_columns);
}
