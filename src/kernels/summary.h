/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What statistics are made of: sums, extremes and counts of some cells, which can be taken part by
 * part and joined. A tensor is counted in parts on several threads, a cache as it grows.
 *
 * Sums are kept in double. The spread is Σ(x − mean)², taken so that equal numbers have a spread of
 * exactly 0.
 */
#ifndef FL_KERNELS_SUMMARY_H
#define FL_KERNELS_SUMMARY_H

#include <stdint.h>

/* Places are numbers of cells in row order. What is not finite is in count, nan and inf only; where
 * `finite` is 0, min to argmax mean nothing. */
typedef struct fl_summary {
    int64_t count, finite, zeros, nan, inf;
    double min, max;
    int64_t argmin, argmax; /* the first of equals */
    double sum, squares, spread;
} fl_summary;

/* Joins a part whose places count from place `at` of the whole. Parts may come in any order; the
 * sums are then those of that order. */
void fl_summary_add(fl_summary *whole, const fl_summary *part, int64_t at);

#endif
