/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * From the index of a number to what is stored of it; the layouts are told in dequant.c.
 */
#include "kernels/parts.h"

#include "kernels/blocks.h"

#include <footlight/tensor.h>

static float half_at(const unsigned char *src) {
    return fl_half_to_float((uint16_t)(src[0] | src[1] << 8));
}

/* Number i of 32 in 16 bytes: the low halves first. */
static int nibble(const unsigned char *bytes, int i) {
    return i < 16 ? bytes[i] & 15 : bytes[i - 16] >> 4;
}

static fl_weight_parts part_q8_0(const unsigned char *src, int i) {
    return (fl_weight_parts){.scale = half_at(src), .q = (int8_t)src[2 + i]};
}

static fl_weight_parts part_q4_0(const unsigned char *src, int i) {
    return (fl_weight_parts){.scale = half_at(src), .q = nibble(src + 2, i) - 8};
}

static fl_weight_parts part_q5_0(const unsigned char *src, int i) {
    return (fl_weight_parts){.scale = half_at(src),
                             .q = nibble(src + 6, i) + fifth_bit(src + 2, i) - 16};
}

/* What is stored is an offset that is added. */
static fl_weight_parts with_offset(const unsigned char *src, int q) {
    return (fl_weight_parts){
        .scale = half_at(src), .minimum = -half_at(src + 2), .has_minimum = true, .q = q};
}

static fl_weight_parts part_q4_1(const unsigned char *src, int i) {
    return with_offset(src, nibble(src + 4, i));
}

static fl_weight_parts part_q5_1(const unsigned char *src, int i) {
    return with_offset(src, nibble(src + 8, i) + fifth_bit(src + 4, i));
}

static fl_weight_parts grouped(int group, float d, int group_scale, int q) {
    return (fl_weight_parts){.groups = true,
                             .group = group,
                             .d = d,
                             .group_scale = group_scale,
                             .scale = d * (float)group_scale,
                             .q = q};
}

static fl_weight_parts with_minimum(fl_weight_parts parts, float dmin, int group_minimum) {
    parts.has_minimum = true;
    parts.dmin = dmin;
    parts.group_minimum = group_minimum;
    parts.minimum = dmin * (float)group_minimum;
    return parts;
}

static fl_weight_parts part_q2_k(const unsigned char *src, int i) {
    int g = i / 16, q = pairs_of(src + 16, g)[i % 16] >> pair_shift(g) & 3;
    return with_minimum(grouped(g, half_at(src + 80), src[g] & 15, q), half_at(src + 82),
                        src[g] >> 4);
}

static fl_weight_parts part_q3_k(const unsigned char *src, int i) {
    int g = i / 16, low = pairs_of(src + 32, g)[i % 16] >> pair_shift(g) & 3;
    int third = src[i % 32] >> i / 32 & 1;
    return grouped(g, half_at(src + 108), q3_k_scale(src + 96, g), (low | third << 2) - 4);
}

static fl_weight_parts part_q4_k(const unsigned char *src, int i) {
    int g = i / 32, q = src[16 + g / 2 * 32 + i % 32] >> g % 2 * 4 & 15;
    return with_minimum(grouped(g, half_at(src), k_scale(src + 4, g), q), half_at(src + 2),
                        k_minimum(src + 4, g));
}

static fl_weight_parts part_q5_k(const unsigned char *src, int i) {
    int g = i / 32, low = src[48 + g / 2 * 32 + i % 32] >> g % 2 * 4 & 15;
    int fifth = src[16 + i % 32] >> g & 1;
    return with_minimum(grouped(g, half_at(src), k_scale(src + 4, g), low | fifth << 4),
                        half_at(src + 2), k_minimum(src + 4, g));
}

static fl_weight_parts part_q6_k(const unsigned char *src, int i) {
    int g = i / 16, low = src[g / 8 * 64 + g % 4 * 16 + i % 16] >> g / 4 % 2 * 4 & 15;
    int high = pairs_of(src + 128, g)[i % 16] >> pair_shift(g) & 3;
    return grouped(g, half_at(src + 208), (int8_t)src[192 + g], (low | high << 4) - 32);
}

/* The bits of a number that stands for itself. */
static fl_weight_parts plain(const unsigned char *src, int bytes) {
    fl_weight_parts parts = {.bytes = bytes};
    for (int i = 0; i < bytes; i++)
        parts.bits |= (uint64_t)src[i] << 8 * i;
    return parts;
}

fl_weight_parts fl_take_apart(fl_dtype type, const void *row, int64_t index) {
    static fl_weight_parts (*const takers[FL_DTYPE_COUNT])(const unsigned char *, int) = {
        [FL_DTYPE_Q8_0] = part_q8_0, [FL_DTYPE_Q4_0] = part_q4_0, [FL_DTYPE_Q4_1] = part_q4_1,
        [FL_DTYPE_Q5_0] = part_q5_0, [FL_DTYPE_Q5_1] = part_q5_1, [FL_DTYPE_Q2_K] = part_q2_k,
        [FL_DTYPE_Q3_K] = part_q3_k, [FL_DTYPE_Q4_K] = part_q4_k, [FL_DTYPE_Q5_K] = part_q5_k,
        [FL_DTYPE_Q6_K] = part_q6_k,
    };
    const fl_dtype_info *info = fl_dtype_get_info(type);
    const int64_t block = index / info->block_elems;
    const unsigned char *src = (const unsigned char *)row + block * info->block_bytes;
    if (!takers[type])
        return plain(src, (int)info->block_bytes);
    fl_weight_parts parts = takers[type](src, (int)(index % info->block_elems));
    parts.blocks = true;
    parts.block = block;
    return parts;
}
