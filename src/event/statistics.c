/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Cutting tensors into parts, and statistics from what was counted there. Cells that lie one behind
 * the other are one row, however many dimensions they span: a dense tensor is a single row.
 */
#include "event/statistics.h"

#include "kernels/dequant.h"
#include "kernels/kernels.h"

#include <math.h>

enum { PART_CELLS = 1 << 14 };

static int64_t larger(int64_t a, int64_t b) {
    return a > b ? a : b;
}

static int64_t divide_up(int64_t a, int64_t b) {
    return (a + b - 1) / b;
}

/* Do the cells from dimension `dim` on, `width` of them, follow each other without a gap when the
 * one before it moves on? A mask cuts every row its own way. */
static bool joins(const fl_tensor *tensor, int dim, int64_t width) {
    return !tensor->mask.causal &&
           (tensor->shape[dim - 1] == 1 || tensor->stride[dim - 1] == width);
}

/* The tensor as rows of neighbouring cells. */
static void find_rows(fl_parts *parts) {
    const fl_tensor *tensor = parts->tensor;
    parts->outer = tensor->n_dims - 1;
    parts->width = tensor->shape[parts->outer];
    while (parts->outer > 0 && joins(tensor, parts->outer, parts->width))
        parts->width *= tensor->shape[--parts->outer];
    parts->rows = 1;
    for (int i = 0; i < parts->outer; i++)
        parts->rows *= tensor->shape[i];
}

fl_parts fl_parts_of(const fl_tensor *tensor) {
    fl_parts parts = {.tensor = tensor, .size = PART_CELLS, .count = 1};
    find_rows(&parts);
    parts.end = parts.rows == 1 ? parts.width : parts.rows;
    if (parts.rows > 1)
        parts.size = larger(PART_CELLS / larger(parts.width, 1), 1);
    else if (tensor->mask.causal)
        fl_mask_range(&tensor->mask, 0, &parts.begin, &parts.end);
    if (parts.end - parts.begin > parts.size) {
        parts.size = larger(parts.size, divide_up(parts.end - parts.begin, FL_MOST_PARTS));
        parts.count = divide_up(parts.end - parts.begin, parts.size);
    }
    return parts;
}

/* Adds the row that `index` begins, without the cells that are masked. */
static void add_row(const fl_parts *parts, const void *data, const int64_t *index, int64_t row,
                    fl_summary_fn *summary, fl_summary *out) {
    const fl_tensor *tensor = parts->tensor;
    int64_t first = 0, seen = parts->width, offset = 0;
    fl_summary cells;
    if (tensor->mask.causal)
        fl_mask_range(&tensor->mask, index[parts->outer - 1], &first, &seen);
    for (int i = 0; i < parts->outer; i++)
        offset += index[i] * tensor->stride[i];
    summary(fl_cell(data, tensor->dtype, offset + first), tensor->dtype, seen - first, &cells);
    fl_summary_add(out, &cells, row * parts->width + first);
}

static void add_rows(const fl_parts *parts, const void *data, int64_t begin, int64_t end,
                     fl_summary_fn *summary, fl_summary *out) {
    fl_tensor outer = *parts->tensor;
    int64_t index[FL_MAX_DIMS] = {0}, rest = begin;
    outer.n_dims = parts->outer;
    for (int i = parts->outer - 1; i >= 0; i--) {
        index[i] = rest % outer.shape[i];
        rest /= outer.shape[i];
    }
    for (int64_t row = begin; row < end; row++) {
        add_row(parts, data, index, row, summary, out);
        fl_tensor_next(&outer, index);
    }
}

void fl_part_summary(const fl_parts *parts, const void *data, int64_t part, fl_summary_fn *summary,
                     fl_summary *out) {
    int64_t begin = parts->begin + part * parts->size, end = begin + parts->size;
    end = end < parts->end ? end : parts->end;
    if (parts->rows > 1) {
        *out = (fl_summary){0};
        add_rows(parts, data, begin, end, summary, out);
        return;
    }
    summary(fl_cell(data, parts->tensor->dtype, begin), parts->tensor->dtype, end - begin, out);
    out->argmin += begin;
    out->argmax += begin;
}

static void place_of(int64_t flat, int n_dims, const int64_t *shape, int64_t *index) {
    for (int i = n_dims - 1; i > 0; i--) {
        int64_t n = shape[i], rest = flat < n ? 0 : n == 1 ? flat : flat / n; /* dividing is slow */
        index[i] = flat - rest * n;
        flat = rest;
    }
    index[0] = flat;
}

void fl_summary_stats(const fl_summary *s, int n_dims, const int64_t *shape, fl_stats *stats) {
    *stats = (fl_stats){
        .count = s->count, .zeros = s->zeros, .nan = s->nan, .inf = s->inf, .finite = s->finite};
    if (!s->finite)
        return;
    double n = (double)s->finite;
    stats->min = s->min;
    stats->max = s->max;
    place_of(s->argmin, n_dims, shape, stats->argmin);
    place_of(s->argmax, n_dims, shape, stats->argmax);
    stats->sum = s->sum;
    stats->mean = s->sum / n;
    stats->std = sqrt(s->spread / n);
    stats->rms = sqrt(s->squares / n);
    stats->l2 = sqrt(s->squares);
}

static void stats_of_all(const fl_tensor *tensor, const fl_summary *all, fl_stats *stats) {
    fl_summary_stats(all, tensor->n_dims, tensor->shape, stats);
    if (tensor->mask.causal)
        stats->masked = fl_tensor_count(tensor) - all->count;
}

void fl_parts_stats(const fl_parts *parts, const fl_summary *summaries, fl_stats *stats) {
    fl_summary all = summaries[0];
    for (int64_t i = 1; i < parts->count; i++)
        fl_summary_add(&all, &summaries[i], 0);
    stats_of_all(parts->tensor, &all, stats);
}

void fl_count_parts(const fl_parts *parts, const void *data, fl_summary_fn *summary,
                    fl_stats *stats) {
    fl_summary all, part;
    fl_part_summary(parts, data, 0, summary, &all);
    for (int64_t i = 1; i < parts->count; i++) {
        fl_part_summary(parts, data, i, summary, &part);
        fl_summary_add(&all, &part, 0);
    }
    stats_of_all(parts->tensor, &all, stats);
}

void fl_tensor_stats(const fl_tensor *tensor, fl_stats *stats) {
    const fl_parts parts = fl_parts_of(tensor);
    fl_count_parts(&parts, tensor->data, fl_scalar_summary, stats);
}
