/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * A block is random bytes, which makes every q and every small scale equally likely; then its
 * halves are put right. Three things keep the mean at 0: d has either sign; where a type has an
 * offset it is minus the mean q times d; and where groups have minima, each equals its group's
 * scale, so that dmin can do the same for all.
 */
#include "tools/random_weights.h"

#include "base/rng.h"

#include <footlight/tensor.h>
#include <math.h>
#include <string.h>

/* Mean squares of n equally likely whole numbers: 0 to n − 1 about their mean and as they are, and
 * −n/2 to n/2 − 1 as they are. */
#define ABOUT_MEAN(n) (((double)(n) * (n)-1) / 12)
#define FROM_ZERO(n) (((double)(n)-1) * (2 * (n)-1) / 6)
#define AROUND_ZERO(n) (ABOUT_MEAN(n) + 0.25)

/* The lower four bits of a byte are a group's scale, the upper four its minimum. */
static void level_q2_k(unsigned char *block) {
    for (int i = 0; i < 16; i++)
        block[i] = (unsigned char)((block[i] & 15) * 17);
}

/* Bytes 0 to 3 are scales and 4 to 7 minima, bits for bits; 8 to 11 halves of both. */
static void level_q4_k(unsigned char *block) {
    unsigned char *scales = block + 4;
    memcpy(scales + 4, scales, 4);
    for (int i = 8; i < 12; i++)
        scales[i] = (unsigned char)((scales[i] & 15) * 17);
}

static const struct block_type {
    fl_dtype type;
    int d, minimum;     /* where the halves lie; -1: none */
    double offset;      /* the second half, in units of d */
    double mean_square; /* of a value, in units of d */
    void (*level)(unsigned char *block);
} block_types[] = {
    {FL_DTYPE_Q8_0, 0, -1, 0, AROUND_ZERO(256), NULL},
    {FL_DTYPE_Q4_0, 0, -1, 0, AROUND_ZERO(16), NULL},
    {FL_DTYPE_Q4_1, 0, 2, -7.5, ABOUT_MEAN(16), NULL},
    {FL_DTYPE_Q5_0, 0, -1, 0, AROUND_ZERO(32), NULL},
    {FL_DTYPE_Q5_1, 0, 2, -15.5, ABOUT_MEAN(32), NULL},
    {FL_DTYPE_Q2_K, 80, 82, 1.5, FROM_ZERO(16) * ABOUT_MEAN(4), level_q2_k},
    {FL_DTYPE_Q3_K, 108, -1, 0, AROUND_ZERO(64) * AROUND_ZERO(8), NULL},
    {FL_DTYPE_Q4_K, 0, 2, 7.5, FROM_ZERO(64) * ABOUT_MEAN(16), level_q4_k},
    {FL_DTYPE_Q5_K, 0, 2, 15.5, FROM_ZERO(64) * ABOUT_MEAN(32), level_q4_k},
    {FL_DTYPE_Q6_K, 208, -1, 0, AROUND_ZERO(256) * AROUND_ZERO(64), NULL},
};

static void random_bytes(uint64_t *state, unsigned char *out, size_t length) {
    for (; length >= 8; length -= 8, out += 8) {
        uint64_t word = fl_rng_next(state);
        memcpy(out, &word, 8);
    }
    uint64_t word = fl_rng_next(state);
    memcpy(out, &word, length);
}

static void store_half(unsigned char *out, uint16_t half) {
    out[0] = (unsigned char)half;
    out[1] = (unsigned char)(half >> 8);
}

/* 256 scales of either sign, from half of `typical` to half as much again, and their offsets. */
static void make_scales(const struct block_type *t, double deviation, uint16_t d[256],
                        uint16_t minimum[256]) {
    double typical = deviation / sqrt(t->mean_square * 13 / 12); /* 13/12: ½ to 1½ squared */
    for (int i = 0; i < 256; i++) {
        double value = (i % 2 ? -typical : typical) * (0.5 + (i / 2 + 0.5) / 128);
        d[i] = fl_float_to_half((float)value);
        minimum[i] = fl_float_to_half((float)(value * t->offset));
    }
}

static void fill_blocks(const struct block_type *t, double deviation, uint64_t *state,
                        unsigned char *out, size_t length) {
    uint16_t d[256], minimum[256];
    size_t size = fl_dtype_get_info(t->type)->block_bytes;
    make_scales(t, deviation, d, minimum);
    random_bytes(state, out, length);
    for (unsigned char *block = out; block < out + length; block += size) {
        int which = block[t->d];
        store_half(block + t->d, d[which]);
        if (t->minimum >= 0)
            store_half(block + t->minimum, minimum[which]);
        if (t->level)
            t->level(block);
    }
}

/* A float's bits in a plain type. */
static uint32_t plain_bits(fl_dtype type, float value) {
    uint32_t bits;
    if (type == FL_DTYPE_F16)
        return fl_float_to_half(value);
    memcpy(&bits, &value, sizeof bits);
    return type == FL_DTYPE_BF16 ? bits >> 16 : bits;
}

/* Plain types take one of 4096 values spread evenly about 0. */
static void fill_plain(fl_dtype type, double deviation, uint64_t *state, unsigned char *out,
                       size_t length) {
    enum { VALUES = 4096, BITS = 12 };
    uint32_t bits[VALUES];
    uint64_t word = 0;
    size_t size = fl_dtype_get_info(type)->block_bytes;
    for (int i = 0; i < VALUES; i++)
        bits[i] = plain_bits(type, (float)(((i + 0.5) / (VALUES / 2) - 1) * sqrt(3) * deviation));
    for (size_t i = 0; i < length / size; i++, out += size, word >>= BITS) {
        if (i % 5 == 0)
            word = fl_rng_next(state);
        uint32_t value = bits[word % VALUES];
        for (size_t byte = 0; byte < size; byte++)
            out[byte] = (unsigned char)(value >> (8 * byte));
    }
}

void random_weights(fl_dtype type, double deviation, uint64_t *state, unsigned char *out,
                    size_t length) {
    for (size_t i = 0; i < sizeof block_types / sizeof *block_types; i++)
        if (block_types[i].type == type) {
            fill_blocks(&block_types[i], deviation, state, out, length);
            return;
        }
    fill_plain(type, deviation, state, out, length);
}
