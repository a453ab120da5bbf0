/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Statistics one row at a time: the one piece of code that counts, for whole tensors and for caches
 * that grow. Sums are kept in double; the spread is summed around the first finite value, so that
 * equal numbers have a standard deviation of exactly 0.
 */
#ifndef FL_KERNELS_ACCUMULATE_H
#define FL_KERNELS_ACCUMULATE_H

#include <footlight/tensor.h>

typedef struct fl_accumulator {
    fl_stats stats; /* counts, extremes and sum as they stand; the rest is filled by finish */
    double shift, shifted_sum, shifted_squares, squares;
} fl_accumulator;

/* Adds n neighbouring cells of one row. `index` is the place of the first, padded with zeros in
 * front, so that the row always runs along index[FL_MAX_DIMS - 1]. */
void fl_accumulate(fl_accumulator *accumulator, const void *cells, fl_dtype dtype, int64_t n,
                   const int64_t index[FL_MAX_DIMS]);
/* `rank` is the tensor's number of dimensions: places lose their padding. */
void fl_accumulate_finish(const fl_accumulator *accumulator, int rank, fl_stats *stats);

#endif
