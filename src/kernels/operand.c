/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Sizes and places within the layouts of operand.h.
 */
#include "kernels/operand.h"

static int64_t round_up(int64_t n, int64_t unit) {
    return (n + unit - 1) / unit * unit;
}

int64_t fl_pack_unit(fl_layout layout) {
    return layout == FL_PLAIN || layout == FL_Q8 ? 1 : FL_LANE_TOKENS;
}

size_t fl_unit_bytes(fl_layout layout, int64_t n) {
    int64_t padded = round_up(n, FL_Q8_PADDING), blocks = n / FL_Q8_BLOCK;
    switch (layout) {
    case FL_COLUMNS:
        return (size_t)(n * FL_LANE_TOKENS) * sizeof(float);
    case FL_Q8:
        return (size_t)round_up(padded + padded / FL_Q8_BLOCK * 2 * 4, 64);
    case FL_Q8_COLUMNS:
        return (size_t)(FL_LANE_TOKENS * (n + blocks * 4 + blocks * 2 * 4));
    default:
        return 0;
    }
}

size_t fl_packed_bytes(fl_layout layout, int64_t tokens, int64_t n) {
    int64_t unit = fl_pack_unit(layout);
    return (size_t)((tokens + unit - 1) / unit) * fl_unit_bytes(layout, n);
}

fl_q8_row fl_q8_row_of(const fl_operand *operand, int64_t token) {
    int64_t padded = round_up(operand->n, FL_Q8_PADDING);
    char *row = (char *)operand->packed + (size_t)token * fl_unit_bytes(FL_Q8, operand->n);
    float *scales = (float *)(void *)(row + padded);
    return (fl_q8_row){(int8_t *)row, scales, scales + padded / FL_Q8_BLOCK};
}

fl_q8_group fl_q8_group_of(const fl_operand *operand, int64_t group) {
    int64_t cells = operand->n * FL_LANE_TOKENS;
    char *at = (char *)operand->packed + (size_t)group * fl_unit_bytes(FL_Q8_COLUMNS, operand->n);
    float *scales = (float *)(void *)(at + cells);
    return (fl_q8_group){(int8_t *)at, scales, (int32_t *)(void *)(scales + cells / FL_Q8_BLOCK)};
}
