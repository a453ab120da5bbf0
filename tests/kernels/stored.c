/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The block layouts of ggml once more, now from the index of a value to its bits (ggml docs/gguf.md
 * and ggml-common.h), so that no loop of the decoders is repeated here.
 */
#include "kernels/stored.h"

#include "base/rng.h"

#include <math.h>

static unsigned word(const unsigned char *at) {
    return at[0] | (unsigned)at[1] << 8;
}

double fl_half_value(unsigned half) {
    int exponent = half >> 10 & 31;
    double fraction = half & 1023, sign = half & 0x8000 ? -1 : 1;
    if (exponent == 31)
        return fraction > 0 ? (double)NAN : sign * (double)INFINITY;
    return sign * (exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24));
}

double fl_nearest_half(double x) {
    int exponent;
    if (!isfinite(x) || x == 0)
        return x;
    frexp(x, &exponent);
    double unit = ldexp(1, exponent - 11 > -24 ? exponent - 11 : -24);
    double nearest = nearbyint(x / unit) * unit;
    return copysign(fabs(nearest) > 65504 ? (double)INFINITY : fabs(nearest), x);
}

static double half_at(const unsigned char *at) {
    return fl_half_value(word(at));
}

static fl_stored plain(double value) {
    return (fl_stored){value, fabs(value)};
}

/* scale·q − minimum */
static fl_stored with_minimum(double scale, double q, double minimum) {
    return (fl_stored){scale * q - minimum, fabs(scale * q) + fabs(minimum)};
}

/* scale·(q − offset) */
static fl_stored with_offset(double scale, double q, double offset) {
    return (fl_stored){scale * (q - offset), fabs(scale) * (q + offset)};
}

static fl_stored at_f32(const unsigned char *block, int i) {
    float value;
    (void)i;
    memcpy(&value, block, sizeof value);
    return plain((double)value);
}

/* The nearest float. */
static fl_stored at_f64(const unsigned char *block, int i) {
    double value;
    (void)i;
    memcpy(&value, block, sizeof value);
    return plain((double)(float)value);
}

static fl_stored at_f16(const unsigned char *block, int i) {
    (void)i;
    return plain(half_at(block));
}

static fl_stored at_bf16(const unsigned char *block, int i) {
    const unsigned char wide[4] = {0, 0, block[0], block[1]};
    return at_f32(wide, i);
}

static fl_stored at_q8_0(const unsigned char *block, int i) {
    return plain(half_at(block) * (signed char)block[2 + i]);
}

/* Number i of 32 in 16 bytes: the low halves first. */
static unsigned nibble(const unsigned char *bytes, int i) {
    return i < 16 ? bytes[i] & 15u : bytes[i - 16] >> 4;
}

static fl_stored at_q4_0(const unsigned char *block, int i) {
    return with_offset(half_at(block), nibble(block + 2, i), 8);
}

static fl_stored at_q4_1(const unsigned char *block, int i) {
    return with_minimum(half_at(block), nibble(block + 4, i), -half_at(block + 2));
}

static unsigned bit(const unsigned char *bytes, int i) {
    return (unsigned)(bytes[i / 8] >> i % 8) & 1;
}

static fl_stored at_q5_0(const unsigned char *block, int i) {
    double q = nibble(block + 6, i) + 16 * bit(block + 2, i);
    return with_offset(half_at(block), q, 16);
}

static fl_stored at_q5_1(const unsigned char *block, int i) {
    double q = nibble(block + 8, i) + 16 * bit(block + 4, i);
    return with_minimum(half_at(block), q, -half_at(block + 2));
}

/* The 2 bits at i of 256 in 64 bytes: four numbers of 32 lie above one another. */
static unsigned pair_of_bits(const unsigned char *bytes, int i) {
    return (unsigned)(bytes[i / 128 * 32 + i % 32] >> i % 128 / 32 * 2) & 3;
}

/* The bit at i of 256 in 32 bytes: eight numbers of 32 lie above one another. */
static unsigned bit_above(const unsigned char *bytes, int i) {
    return (unsigned)(bytes[i % 32] >> i / 32) & 1;
}

static fl_stored at_q2_k(const unsigned char *block, int i) {
    unsigned scale = block[i / 16];
    return with_minimum(half_at(block + 80) * (scale & 15), pair_of_bits(block + 16, i),
                        half_at(block + 82) * (scale >> 4));
}

static fl_stored at_q3_k(const unsigned char *block, int i) {
    const unsigned char *scales = block + 96;
    int s = i / 16;
    unsigned low = s < 8 ? scales[s] & 15u : scales[s - 8] >> 4;
    unsigned high = (unsigned)(scales[8 + s % 4] >> s / 4 * 2) & 3;
    double scale = half_at(block + 108) * ((double)(low | high << 4) - 32);
    unsigned q = pair_of_bits(block + 32, i) + 4 * bit_above(block, i);
    return with_offset(scale, q, 4);
}

/* Scale and minimum k of 8, six bits each in 12 bytes. */
static void six_bits(const unsigned char *packed, int k, double *scale, double *minimum) {
    if (k < 4) {
        *scale = packed[k] & 63;
        *minimum = packed[k + 4] & 63;
    } else {
        *scale = (packed[k + 4] & 15) | (packed[k - 4] >> 6) << 4;
        *minimum = packed[k + 4] >> 4 | (packed[k] >> 6) << 4;
    }
}

static fl_stored four_or_five_bits(const unsigned char *block, int i, const unsigned char *qs,
                                   unsigned fifth) {
    double scale, minimum;
    unsigned byte = qs[i / 64 * 32 + i % 32], q = i / 32 % 2 ? byte >> 4 : byte & 15;
    six_bits(block + 4, i / 32, &scale, &minimum);
    return with_minimum(half_at(block) * scale, q + 16 * fifth, half_at(block + 2) * minimum);
}

static fl_stored at_q4_k(const unsigned char *block, int i) {
    return four_or_five_bits(block, i, block + 16, 0);
}

static fl_stored at_q5_k(const unsigned char *block, int i) {
    return four_or_five_bits(block, i, block + 48, bit_above(block + 16, i));
}

static fl_stored at_q6_k(const unsigned char *block, int i) {
    unsigned byte = block[i / 128 * 64 + i % 64];
    unsigned low = i % 128 < 64 ? byte & 15 : byte >> 4;
    double scale = half_at(block + 208) * (signed char)block[192 + i / 16];
    return with_offset(scale, low | pair_of_bits(block + 128, i) << 4, 32);
}

/* Where a block has its halves, for random contents of sensible size; -1 for none. */
static const struct {
    fl_stored (*at)(const unsigned char *block, int i);
    int scale, minimum;
} types[FL_DTYPE_COUNT] = {
    [FL_DTYPE_F64] = {at_f64, -1, -1},    [FL_DTYPE_F32] = {at_f32, -1, -1},
    [FL_DTYPE_F16] = {at_f16, 0, -1},     [FL_DTYPE_BF16] = {at_bf16, -1, -1},
    [FL_DTYPE_Q8_0] = {at_q8_0, 0, -1},   [FL_DTYPE_Q4_0] = {at_q4_0, 0, -1},
    [FL_DTYPE_Q4_1] = {at_q4_1, 0, 2},    [FL_DTYPE_Q5_0] = {at_q5_0, 0, -1},
    [FL_DTYPE_Q5_1] = {at_q5_1, 0, 2},    [FL_DTYPE_Q2_K] = {at_q2_k, 80, 82},
    [FL_DTYPE_Q3_K] = {at_q3_k, 108, -1}, [FL_DTYPE_Q4_K] = {at_q4_k, 0, 2},
    [FL_DTYPE_Q5_K] = {at_q5_k, 0, 2},    [FL_DTYPE_Q6_K] = {at_q6_k, 208, -1},
};

int64_t fl_stored_length(fl_dtype type, int64_t n) {
    int64_t block = fl_dtype_get_info(type)->block_elems;
    return (n + block - 1) / block * block;
}

/* A random half of the try's kind of input; LARGE and TINY in the terms of a half. */
static unsigned random_half(fl_try *t) {
    uint64_t bits = fl_rng_next(&t->random);
    unsigned sign_and_fraction = bits & 0x83ff;
    switch (t->inputs) {
    case FL_INPUTS_ZERO:
        return bits & 0x8000;
    case FL_INPUTS_TINY:
        return sign_and_fraction;
    case FL_INPUTS_LARGE:
        return sign_and_fraction | 30u << 10;
    case FL_INPUTS_BROKEN:
        if (bits >> 32 & 15)
            return sign_and_fraction | 10u << 10;
        return sign_and_fraction | 31u << 10;
    case FL_INPUTS_SPREAD:
        return sign_and_fraction | (unsigned)(bits >> 32) % 20 << 10;
    default:
        return sign_and_fraction | 10u << 10;
    }
}

static void put_half(fl_try *t, unsigned char *at) {
    unsigned half = random_half(t);
    at[0] = half & 255;
    at[1] = half >> 8 & 255;
}

static void fill_block(fl_try *t, fl_dtype type, unsigned char *block) {
    uint32_t bytes = fl_dtype_get_info(type)->block_bytes;
    if (type == FL_DTYPE_F32 || type == FL_DTYPE_BF16) {
        float value = fl_input_value(t);
        memcpy(block, (unsigned char *)&value + sizeof value - bytes, bytes);
        return;
    }
    if (type == FL_DTYPE_F64) {
        double value = (double)fl_input_value(t) * (1 + ldexp(1, -30));
        memcpy(block, &value, bytes);
        return;
    }
    for (uint32_t i = 0; i < bytes; i++)
        block[i] = fl_rng_next(&t->random) & 255;
    put_half(t, block + types[type].scale);
    if (types[type].minimum >= 0)
        put_half(t, block + types[type].minimum);
}

static unsigned char *random_blocks(fl_try *t, fl_dtype type, int64_t count, size_t align) {
    const fl_dtype_info *info = fl_dtype_get_info(type);
    if (!types[type].at)
        fl_fail_try(t, "nobody says here what %s holds", info->name);
    size_t bytes = (size_t)count / info->block_elems * info->block_bytes;
    unsigned char *rows = fl_array(t, bytes, align);
    for (size_t at = 0; at < bytes; at += info->block_bytes)
        fill_block(t, type, rows + at);
    return rows;
}

unsigned char *fl_stored_input(fl_try *t, fl_dtype type, int64_t count) {
    return random_blocks(t, type, count, 1);
}

unsigned char *fl_cells_input(fl_try *t, fl_dtype type, int64_t count) {
    return random_blocks(t, type, count, fl_dtype_get_info(type)->block_bytes);
}

fl_stored fl_stored_at(fl_dtype type, const unsigned char *row, int64_t index) {
    const fl_dtype_info *info = fl_dtype_get_info(type);
    return types[type].at(row + index / info->block_elems * info->block_bytes,
                          (int)(index % info->block_elems));
}
