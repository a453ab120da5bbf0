/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The activations of a matrix product, laid out so that the product reads them in order. Which
 * layout a product wants depends on the matrix's type, the number of tokens and the level; the
 * layouts themselves are the same everywhere:
 *
 * FL_PLAIN       [tokens, n] floats, as the stages keep them.
 * FL_COLUMNS     floats, 16 tokens side by side: [tokens/16][n][16].
 * FL_Q8          8-bit rows: a token's n signed bytes, then per 32 of them a float scale, then per
 *                32 the sum of what they stand for. n is padded with zeros to a multiple of 256.
 * FL_Q8_COLUMNS  8-bit, 16 tokens side by side and 4 activations of a token together: per 16 tokens
 *                [n/4][16][4] signed bytes, then [n/32][16] float scales, then [n/16][16] sums of
 *                16 bytes, 32 bits each.
 *
 * A byte b stands for scale·b with scale = largest of its 32 / 127. Tokens that fill up the last 16
 * are zeros.
 */
#ifndef FL_KERNELS_OPERAND_H
#define FL_KERNELS_OPERAND_H

#include <stddef.h>
#include <stdint.h>

enum { FL_LANE_TOKENS = 16, FL_Q8_BLOCK = 32, FL_Q8_PADDING = 256 };

typedef enum fl_layout { FL_PLAIN, FL_COLUMNS, FL_Q8, FL_Q8_COLUMNS } fl_layout;

typedef struct fl_operand {
    fl_layout layout;
    int64_t tokens, n;
    const float *x; /* [tokens, n] */
    void *packed;   /* fl_packed_bytes of them, at a multiple of 64; unused by FL_PLAIN */
} fl_operand;

/* Tokens that are packed together, and the bytes they take: a multiple of 64. */
int64_t fl_pack_unit(fl_layout layout);
size_t fl_unit_bytes(fl_layout layout, int64_t n);
size_t fl_packed_bytes(fl_layout layout, int64_t tokens, int64_t n);

/* One token of FL_Q8. */
typedef struct fl_q8_row {
    int8_t *values;
    float *scales, *sums;
} fl_q8_row;

fl_q8_row fl_q8_row_of(const fl_operand *operand, int64_t token);

/* 16 tokens of FL_Q8_COLUMNS. */
typedef struct fl_q8_group {
    int8_t *values;
    float *scales;
    int32_t *sums;
} fl_q8_group;

fl_q8_group fl_q8_group_of(const fl_operand *operand, int64_t group);

#endif
