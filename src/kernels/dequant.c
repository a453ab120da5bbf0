/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Reading stored types: one short function each, and a table of them by type. Bytes are copied out
 * before use, so files need no alignment.
 *
 * Quantised types come in blocks: small whole numbers q that share a scale d, and in some types an
 * offset m, both stored as halves. In the K types a block has groups of values, each with a small
 * whole scale (and minimum) of its own that multiplies d (and dmin).
 *
 * `restrict` tells the compiler that what is written is not what is read: it may use vectors.
 */
#include "kernels/dequant.h"

#include "kernels/blocks.h"

#include <string.h>

static uint16_t load16(const unsigned char *src) {
    return (uint16_t)(src[0] | src[1] << 8);
}

static float load_half(const unsigned char *src) {
    return fl_half_to_float(load16(src));
}

static void read_f32(const unsigned char *src, int64_t n, float *restrict out) {
    memcpy(out, src, (size_t)n * sizeof *out);
}

static void read_f16(const unsigned char *src, int64_t n, float *restrict out) {
    for (int64_t i = 0; i < n; i++)
        out[i] = load_half(src + 2 * i);
}

/* Rounded to the nearest float. */
static void read_f64(const unsigned char *src, int64_t n, float *restrict out) {
    for (int64_t i = 0; i < n; i++) {
        double value;
        memcpy(&value, src + 8 * i, sizeof value);
        out[i] = (float)value;
    }
}

/* The upper half of a float. */
static void read_bf16(const unsigned char *src, int64_t n, float *restrict out) {
    for (int64_t i = 0; i < n; i++) {
        uint32_t bits = (uint32_t)load16(src + 2 * i) << 16;
        memcpy(&out[i], &bits, sizeof bits);
    }
}

/* 32 values in 34 bytes: a half scale d and 32 signed bytes q; value d·q. */
static void read_q8_0(const unsigned char *src, int64_t n, float *restrict out) {
    for (int64_t b = 0; b < n / 32; b++, src += 34, out += 32) {
        float d = load_half(src);
        for (int i = 0; i < 32; i++)
            out[i] = d * (float)(int8_t)src[2 + i];
    }
}

/* 32 values in 18 bytes: a half scale d and 16 bytes of two 4-bit q each, the low halves first;
 * value d·(q − 8). */
static void read_q4_0(const unsigned char *src, int64_t n, float *restrict out) {
    for (int64_t b = 0; b < n / 32; b++, src += 18, out += 32) {
        float d = load_half(src);
        for (int i = 0; i < 16; i++) {
            out[i] = d * (float)((src[2 + i] & 15) - 8);
            out[i + 16] = d * (float)((src[2 + i] >> 4) - 8);
        }
    }
}

/* 32 values in 20 bytes: half scale d, half offset m, 16 bytes as in Q4_0; value d·q + m. */
static void read_q4_1(const unsigned char *src, int64_t n, float *restrict out) {
    for (int64_t b = 0; b < n / 32; b++, src += 20, out += 32) {
        float d = load_half(src), m = load_half(src + 2);
        for (int i = 0; i < 16; i++) {
            out[i] = d * (float)(src[4 + i] & 15) + m;
            out[i + 16] = d * (float)(src[4 + i] >> 4) + m;
        }
    }
}

/* 32 values in 22 bytes: half scale d, 4 bytes of fifth bits, 16 bytes of the lower four bits as
 * in Q4_0; value d·(q − 16). */
static void read_q5_0(const unsigned char *src, int64_t n, float *restrict out) {
    for (int64_t b = 0; b < n / 32; b++, src += 22, out += 32) {
        float d = load_half(src);
        for (int i = 0; i < 16; i++) {
            out[i] = d * (float)((src[6 + i] & 15) + fifth_bit(src + 2, i) - 16);
            out[i + 16] = d * (float)((src[6 + i] >> 4) + fifth_bit(src + 2, i + 16) - 16);
        }
    }
}

/* 32 values in 24 bytes: half scale d, half offset m, then as in Q5_0; value d·q + m. */
static void read_q5_1(const unsigned char *src, int64_t n, float *restrict out) {
    for (int64_t b = 0; b < n / 32; b++, src += 24, out += 32) {
        float d = load_half(src), m = load_half(src + 2);
        for (int i = 0; i < 16; i++) {
            out[i] = d * (float)((src[8 + i] & 15) + fifth_bit(src + 4, i)) + m;
            out[i + 16] = d * (float)((src[8 + i] >> 4) + fifth_bit(src + 4, i + 16)) + m;
        }
    }
}

/* 256 values in 84 bytes, 16 groups of 16: a byte per group (4 bits scale, 4 bits minimum above),
 * 64 bytes of 2-bit q, half scales d and dmin; value d·scale·q − dmin·minimum. */
static void read_q2_k(const unsigned char *src, int64_t n, float *restrict out) {
    for (int64_t b = 0; b < n / 256; b++, src += 84) {
        float d = load_half(src + 80), dmin = load_half(src + 82);
        for (int g = 0; g < 16; g++, out += 16) {
            const unsigned char *q = pairs_of(src + 16, g);
            float scale = d * (float)(src[g] & 15), minimum = dmin * (float)(src[g] >> 4);
            for (int i = 0; i < 16; i++)
                out[i] = scale * (float)(q[i] >> pair_shift(g) & 3) - minimum;
        }
    }
}

/* 256 values in 110 bytes, 16 groups of 16: 32 bytes with a third bit of each value (bit v / 32 of
 * byte v % 32 for value v), 64 bytes of lower two bits, 12 of scales, half scale d; value
 * d·scale·(q − 4). */
static void read_q3_k(const unsigned char *src, int64_t n, float *restrict out) {
    for (int64_t b = 0; b < n / 256; b++, src += 110) {
        float d = load_half(src + 108);
        for (int g = 0; g < 16; g++, out += 16) {
            const unsigned char *third = src + g % 2 * 16, *low = pairs_of(src + 32, g);
            float scale = d * (float)q3_k_scale(src + 96, g);
            for (int i = 0; i < 16; i++) {
                int q = (low[i] >> pair_shift(g) & 3) | (third[i] >> g / 2 & 1) << 2;
                out[i] = scale * (float)(q - 4);
            }
        }
    }
}

/* 256 values in 144 bytes, 8 groups of 32: half scales d and dmin, 12 bytes of scales and minima,
 * 128 bytes of 4-bit q, 32 bytes for two groups, the first of them in the low halves; value
 * d·scale·q − dmin·minimum. */
static void read_q4_k(const unsigned char *src, int64_t n, float *restrict out) {
    for (int64_t b = 0; b < n / 256; b++, src += 144) {
        float d = load_half(src), dmin = load_half(src + 2);
        for (int g = 0; g < 8; g++, out += 32) {
            const unsigned char *q = src + 16 + g / 2 * 32;
            float scale = d * (float)k_scale(src + 4, g);
            float minimum = dmin * (float)k_minimum(src + 4, g);
            for (int i = 0; i < 32; i++)
                out[i] = scale * (float)(q[i] >> g % 2 * 4 & 15) - minimum;
        }
    }
}

/* 256 values in 176 bytes: Q4_K with 32 bytes of fifth bits before the lower four, bit g of byte i
 * for value i of group g. */
static void read_q5_k(const unsigned char *src, int64_t n, float *restrict out) {
    for (int64_t b = 0; b < n / 256; b++, src += 176) {
        float d = load_half(src), dmin = load_half(src + 2);
        for (int g = 0; g < 8; g++, out += 32) {
            const unsigned char *fifth = src + 16, *low = src + 48 + g / 2 * 32;
            float scale = d * (float)k_scale(src + 4, g);
            float minimum = dmin * (float)k_minimum(src + 4, g);
            for (int i = 0; i < 32; i++) {
                int q = (low[i] >> g % 2 * 4 & 15) | (fifth[i] >> g & 1) << 4;
                out[i] = scale * (float)q - minimum;
            }
        }
    }
}

/* 256 values in 210 bytes, 16 groups of 16: 128 bytes of lower four bits (64 bytes for 128 values,
 * the first 64 of them in the low halves), 64 bytes of upper two bits, 16 signed scales, half scale
 * d; value d·scale·(q − 32). */
static void read_q6_k(const unsigned char *src, int64_t n, float *restrict out) {
    for (int64_t b = 0; b < n / 256; b++, src += 210) {
        float d = load_half(src + 208);
        for (int g = 0; g < 16; g++, out += 16) {
            const unsigned char *low = src + g / 8 * 64 + g % 4 * 16;
            const unsigned char *high = pairs_of(src + 128, g);
            float scale = d * (float)(int8_t)src[192 + g];
            for (int i = 0; i < 16; i++) {
                int q = (low[i] >> g / 4 % 2 * 4 & 15) | (high[i] >> pair_shift(g) & 3) << 4;
                out[i] = scale * (float)(q - 32);
            }
        }
    }
}

void fl_dequantise(fl_dtype type, const void *src, int64_t n, float *out) {
    static void (*const readers[FL_DTYPE_COUNT])(const unsigned char *, int64_t, float *) = {
        [FL_DTYPE_F64] = read_f64,   [FL_DTYPE_F32] = read_f32,   [FL_DTYPE_F16] = read_f16,
        [FL_DTYPE_BF16] = read_bf16, [FL_DTYPE_Q8_0] = read_q8_0, [FL_DTYPE_Q4_0] = read_q4_0,
        [FL_DTYPE_Q4_1] = read_q4_1, [FL_DTYPE_Q5_0] = read_q5_0, [FL_DTYPE_Q5_1] = read_q5_1,
        [FL_DTYPE_Q2_K] = read_q2_k, [FL_DTYPE_Q3_K] = read_q3_k, [FL_DTYPE_Q4_K] = read_q4_k,
        [FL_DTYPE_Q5_K] = read_q5_k, [FL_DTYPE_Q6_K] = read_q6_k,
    };
    readers[type](src, n, out);
}
