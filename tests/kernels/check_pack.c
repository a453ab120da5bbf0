/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/* Checks of the kernels that lay activations out, and reading what they made. */
#include "kernels/checks.h"
#include "kernels/laid_out.h"

#include <math.h>

fl_operand fl_draw_operand(fl_try *t, fl_layout layout, int64_t tokens, int64_t n) {
    fl_operand x = {layout, tokens, n, fl_input(t, tokens * n), NULL};
    if (layout != FL_PLAIN)
        x.packed = fl_array(t, fl_packed_bytes(layout, tokens, n), 64);
    return x;
}

double fl_operand_at(const fl_operand *x, int64_t token, int64_t j, double *scale) {
    int64_t group = token / FL_LANE_TOKENS, lane = token % FL_LANE_TOKENS;
    *scale = 0;
    if (x->layout == FL_PLAIN)
        return (double)x->x[token * x->n + j];
    if (x->layout == FL_COLUMNS)
        return (double)((float *)x->packed)[(group * x->n + j) * FL_LANE_TOKENS + lane];
    if (x->layout == FL_Q8) {
        fl_q8_row row = fl_q8_row_of(x, token);
        *scale = (double)row.scales[j / FL_Q8_BLOCK];
        return *scale * row.values[j];
    }
    fl_q8_group columns = fl_q8_group_of(x, group);
    *scale = (double)columns.scales[j / FL_Q8_BLOCK * FL_LANE_TOKENS + lane];
    return *scale * columns.values[(j / 4 * FL_LANE_TOKENS + lane) * 4 + j % 4];
}

int64_t fl_operand_units(const fl_operand *x) {
    int64_t unit = fl_pack_unit(x->layout);
    return (x->tokens + unit - 1) / unit;
}

/* The units that a try lays out, of all. */
static void draw_units(fl_try *t, const fl_operand *x, int64_t *begin, int64_t *end) {
    int64_t units = fl_operand_units(x);
    *begin = fl_draw(t, 0, units - 1, 0);
    *end = fl_draw(t, *begin + 1, units, units);
    snprintf(t->what, sizeof t->what, "%d tokens", (int)x->tokens);
}

/* Units that were not asked for. */
static void expect_rest_unwritten(const fl_try *t, const fl_operand *x, int64_t begin,
                                  int64_t end) {
    const float *cells = x->packed;
    int64_t floats = (int64_t)(fl_unit_bytes(x->layout, x->n) / sizeof *cells);
    for (int64_t i = 0; i < fl_operand_units(x) * floats; i++)
        if (i < begin * floats || i >= end * floats)
            fl_expect_unwritten(t, i, cells[i]);
}

void check_pack_columns(fl_try *t) {
    fl_operand x = fl_draw_operand(t, FL_COLUMNS, fl_draw(t, 1, 40, 32), t->n);
    int64_t begin, end;
    draw_units(t, &x, &begin, &end);
    FL_TIMED(t, x.tokens * t->n * 8, 0, t->kernels->pack_columns(&x, begin, end));
    expect_rest_unwritten(t, &x, begin, end);
    for (int64_t token = begin * FL_LANE_TOKENS; token < end * FL_LANE_TOKENS; token++)
        for (int64_t j = 0; j < t->n; j++) {
            double scale, want = token < x.tokens ? (double)x.x[token * t->n + j] : 0;
            fl_expect(t, j, (float)fl_operand_at(&x, token, j, &scale), want, 0);
        }
}

/* ---- 8 bits ---- */

/* The 32 activations from j on: each within half a step of what stands for it. */
static void expect_block(const fl_try *t, const fl_operand *x, int64_t token, int64_t j) {
    double largest = 0, scale, broken = 0;
    for (int64_t i = j; i < j + FL_Q8_BLOCK; i++) {
        double value = token < x->tokens ? (double)x->x[token * x->n + i] : 0;
        largest = fmax(largest, fabs(value));
        broken += value - value;
    }
    fl_operand_at(x, token, j, &scale);
    if (broken != 0) {
        if (isfinite(scale))
            fl_fail_try(t, "the scale of %lld is %g and hides broken numbers", (long long)j, scale);
        return;
    }
    fl_expect(t, j, (float)scale, largest / 127, largest / 127);
    for (int64_t i = j; i < j + FL_Q8_BLOCK; i++) {
        double got = fl_operand_at(x, token, i, &scale);
        double want = token < x->tokens ? (double)x->x[token * x->n + i] : 0;
        if (fabs(got - want) > scale * 0.50001 + t->bound.floor)
            fl_fail_try(t, "[%lld] is %g, expected %g within half of %g", (long long)i, got, want,
                        scale);
    }
}

static void expect_blocks(const fl_try *t, const fl_operand *x, int64_t begin, int64_t end) {
    int64_t unit = fl_pack_unit(x->layout);
    expect_rest_unwritten(t, x, begin, end);
    for (int64_t token = begin * unit; token < end * unit; token++)
        for (int64_t j = 0; j < x->n; j += FL_Q8_BLOCK)
            expect_block(t, x, token, j);
}

static int bytes_sum(const int8_t *bytes, int64_t n) {
    int sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += bytes[i];
    return sum;
}

void check_pack_q8(fl_try *t) {
    int64_t n = (t->n + FL_Q8_BLOCK - 1) / FL_Q8_BLOCK * FL_Q8_BLOCK, begin, end;
    fl_operand x = fl_draw_operand(t, FL_Q8, fl_draw(t, 1, 5, 1), n);
    draw_units(t, &x, &begin, &end);
    FL_TIMED(t, x.tokens * n * 5, x.tokens * n * 2, t->kernels->pack_q8(&x, begin, end));
    if (t->timing)
        return;
    expect_blocks(t, &x, begin, end);
    for (int64_t token = begin; token < end; token++) {
        fl_q8_row row = fl_q8_row_of(&x, token);
        for (int64_t j = 0; j < n; j += FL_Q8_BLOCK) {
            float scale = row.scales[j / FL_Q8_BLOCK];
            double sum = (double)scale * bytes_sum(row.values + j, FL_Q8_BLOCK);
            if (isfinite(scale))
                fl_expect(t, j, row.sums[j / FL_Q8_BLOCK], sum, fabs(sum));
        }
        for (int64_t j = n; j % FL_Q8_PADDING; j += FL_Q8_BLOCK)
            if (bytes_sum(row.values + j, FL_Q8_BLOCK) || row.scales[j / FL_Q8_BLOCK] != 0 ||
                row.sums[j / FL_Q8_BLOCK] != 0)
                fl_fail_try(t, "what fills up token %d is not zero", (int)token);
    }
}

/* Sum i of 16 bytes of a token. */
static int column_sum(const fl_q8_group *columns, int64_t lane, int64_t i) {
    int sum = 0;
    for (int64_t j = 16 * i; j < 16 * i + 16; j += 4)
        sum += bytes_sum(columns->values + (j / 4 * FL_LANE_TOKENS + lane) * 4, 4);
    return sum;
}

void check_pack_q8_columns(fl_try *t) {
    int64_t n = (t->n + FL_Q8_BLOCK - 1) / FL_Q8_BLOCK * FL_Q8_BLOCK, begin, end;
    fl_operand x = fl_draw_operand(t, FL_Q8_COLUMNS, fl_draw(t, 1, 40, 32), n);
    draw_units(t, &x, &begin, &end);
    FL_TIMED(t, x.tokens * n * 5, x.tokens * n * 2, t->kernels->pack_q8_columns(&x, begin, end));
    if (t->timing)
        return;
    expect_blocks(t, &x, begin, end);
    for (int64_t group = begin; group < end; group++) {
        fl_q8_group columns = fl_q8_group_of(&x, group);
        for (int64_t i = 0; i < n / 16 * FL_LANE_TOKENS; i++)
            if (columns.sums[i] != column_sum(&columns, i % FL_LANE_TOKENS, i / FL_LANE_TOKENS))
                fl_fail_try(t, "sum %lld of group %lld is wrong", (long long)i, (long long)group);
    }
}
