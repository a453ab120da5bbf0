/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Reading stored types: one short function each, and a table of them by type. Bytes are copied out
 * before use, so files need no alignment.
 */
#include "kernels/dequant.h"

#include <string.h>

static uint16_t load16(const unsigned char *src) {
    return (uint16_t)(src[0] | src[1] << 8);
}

static void read_f32(const unsigned char *src, int64_t n, float *out) {
    memcpy(out, src, (size_t)n * sizeof *out);
}

static void read_f16(const unsigned char *src, int64_t n, float *out) {
    for (int64_t i = 0; i < n; i++)
        out[i] = fl_half_to_float(load16(src + 2 * i));
}

/* The upper half of a float. */
static void read_bf16(const unsigned char *src, int64_t n, float *out) {
    for (int64_t i = 0; i < n; i++) {
        uint32_t bits = (uint32_t)load16(src + 2 * i) << 16;
        memcpy(&out[i], &bits, sizeof bits);
    }
}

/* 32 values in 34 bytes: a half scale d and 32 signed bytes q; value d·q. */
static void read_q8_0(const unsigned char *src, int64_t n, float *out) {
    for (int64_t b = 0; b < n / 32; b++, src += 34, out += 32) {
        float d = fl_half_to_float(load16(src));
        for (int i = 0; i < 32; i++)
            out[i] = d * (float)(int8_t)src[2 + i];
    }
}

/* 32 values in 18 bytes: a half scale d and 16 bytes of two 4-bit q each, the low halves first;
 * value d·(q − 8). */
static void read_q4_0(const unsigned char *src, int64_t n, float *out) {
    for (int64_t b = 0; b < n / 32; b++, src += 18, out += 32) {
        float d = fl_half_to_float(load16(src));
        for (int i = 0; i < 16; i++) {
            out[i] = d * (float)((src[2 + i] & 15) - 8);
            out[i + 16] = d * (float)((src[2 + i] >> 4) - 8);
        }
    }
}

void fl_dequantise(fl_dtype type, const void *src, int64_t n, float *out) {
    static void (*const readers[FL_DTYPE_COUNT])(const unsigned char *, int64_t, float *) = {
        [FL_DTYPE_F32] = read_f32,   [FL_DTYPE_F16] = read_f16,   [FL_DTYPE_BF16] = read_bf16,
        [FL_DTYPE_Q8_0] = read_q8_0, [FL_DTYPE_Q4_0] = read_q4_0,
    };
    readers[type](src, n, out);
}
