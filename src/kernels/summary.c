/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Joining summaries. The spread of two groups is that within each and that between their means
 * (Chan, Golub and LeVeque 1979, "Updating formulae and a pairwise algorithm for computing sample
 * variances").
 */
#include "kernels/summary.h"

#include <stdbool.h>

static bool earlier(bool beyond, bool equal, int64_t place, int64_t best) {
    return beyond || (equal && place < best);
}

static void join_extremes(fl_summary *whole, const fl_summary *part, int64_t at) {
    if (earlier(part->min < whole->min, part->min == whole->min, part->argmin + at,
                whole->argmin)) {
        whole->min = part->min;
        whole->argmin = part->argmin + at;
    }
    if (earlier(part->max > whole->max, part->max == whole->max, part->argmax + at,
                whole->argmax)) {
        whole->max = part->max;
        whole->argmax = part->argmax + at;
    }
}

static double spread_between(const fl_summary *a, const fl_summary *b) {
    double n = (double)a->finite, m = (double)b->finite;
    double apart = b->sum / m - a->sum / n;
    return apart * apart * (n * m / (n + m));
}

static void take_numbers(fl_summary *whole, const fl_summary *part, int64_t at) {
    whole->min = part->min;
    whole->max = part->max;
    whole->argmin = part->argmin + at;
    whole->argmax = part->argmax + at;
    whole->sum = part->sum;
    whole->squares = part->squares;
    whole->spread = part->spread;
}

static void join_numbers(fl_summary *whole, const fl_summary *part, int64_t at) {
    join_extremes(whole, part, at);
    whole->spread += part->spread + spread_between(whole, part);
    whole->sum += part->sum;
    whole->squares += part->squares;
}

void fl_summary_add(fl_summary *whole, const fl_summary *part, int64_t at) {
    if (part->finite && whole->finite)
        join_numbers(whole, part, at);
    else if (part->finite)
        take_numbers(whole, part, at);
    whole->count += part->count;
    whole->finite += part->finite;
    whole->zeros += part->zeros;
    whole->nan += part->nan;
    whole->inf += part->inf;
}
