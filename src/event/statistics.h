/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Statistics of a tensor, in parts that may be counted in any order and on any thread. How a tensor
 * is cut depends on its shape alone, so the sums do not depend on who counted.
 */
#ifndef FL_EVENT_STATISTICS_H
#define FL_EVENT_STATISTICS_H

#include "kernels/summary.h"

#include <footlight/tensor.h>

enum { FL_MOST_PARTS = 64 };

typedef struct fl_parts {
    const fl_tensor *tensor; /* its data may be another's of the same form */
    int outer;               /* dimensions that are walked; behind them the cells are neighbours */
    int64_t rows, width;     /* the tensor as rows of neighbouring cells */
    int64_t begin, end;      /* what the parts are cut from: cells of the only row, or rows */
    int64_t size;            /* of a part */
    int64_t count;           /* of parts, at most FL_MOST_PARTS */
} fl_parts;

/* The kernel that counts. */
typedef void fl_summary_fn(const void *x, fl_dtype type, int64_t n, fl_summary *out);

fl_parts fl_parts_of(const fl_tensor *tensor);
/* Counts one part of the cells at `data`; places are those of the whole tensor. */
void fl_part_summary(const fl_parts *parts, const void *data, int64_t part, fl_summary_fn *summary,
                     fl_summary *out);
/* Statistics of the tensor from the summaries of all its parts, joined in order. */
void fl_parts_stats(const fl_parts *parts, const fl_summary *summaries, fl_stats *stats);
/* All parts one after the other. */
void fl_count_parts(const fl_parts *parts, const void *data, fl_summary_fn *summary,
                    fl_stats *stats);
/* From one summary of all cells that are not masked; `masked` becomes 0. */
void fl_summary_stats(const fl_summary *summary, int n_dims, const int64_t *shape, fl_stats *stats);

#endif
