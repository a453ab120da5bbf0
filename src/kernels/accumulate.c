/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Counting, extremes and sums. Ties between extremes go to the cell that comes first in row order,
 * whatever the order of arrival: a cache is counted position by position, which is not its row
 * order.
 */
#include "kernels/accumulate.h"

#include <math.h>
#include <string.h>

static double value_at(const void *cells, fl_dtype dtype, int64_t i) {
    switch (dtype) {
    case FL_DTYPE_F16:
        return (double)fl_half_to_float(((const uint16_t *)cells)[i]);
    case FL_DTYPE_I32:
        return ((const int32_t *)cells)[i];
    default:
        return (double)((const float *)cells)[i];
    }
}

static bool before(const int64_t *a, const int64_t *b) {
    for (int i = 0; i < FL_MAX_DIMS; i++)
        if (a[i] != b[i])
            return a[i] < b[i];
    return false;
}

static void extremes(fl_stats *s, double x, const int64_t *at) {
    bool first = s->finite == 1;
    if (first || x < s->min || (x == s->min && before(at, s->argmin))) {
        s->min = x;
        memcpy(s->argmin, at, sizeof s->argmin);
    }
    if (first || x > s->max || (x == s->max && before(at, s->argmax))) {
        s->max = x;
        memcpy(s->argmax, at, sizeof s->argmax);
    }
}

static void add(fl_accumulator *a, double x, const int64_t *at) {
    fl_stats *s = &a->stats;
    s->count++;
    if (!isfinite(x)) {
        s->nan += isnan(x) != 0;
        s->inf += isinf(x) != 0;
        return;
    }
    if (s->finite++ == 0)
        a->shift = x;
    s->zeros += x == 0;
    s->sum += x;
    a->squares += x * x;
    a->shifted_sum += x - a->shift;
    a->shifted_squares += (x - a->shift) * (x - a->shift);
    extremes(s, x, at);
}

void fl_accumulate(fl_accumulator *accumulator, const void *cells, fl_dtype dtype, int64_t n,
                   const int64_t index[FL_MAX_DIMS]) {
    int64_t at[FL_MAX_DIMS];
    memcpy(at, index, sizeof at);
    for (int64_t i = 0; i < n; i++, at[FL_MAX_DIMS - 1]++)
        add(accumulator, value_at(cells, dtype, i), at);
}

void fl_accumulate_finish(const fl_accumulator *a, int rank, fl_stats *stats) {
    double n = (double)a->stats.finite;
    *stats = a->stats;
    if (!a->stats.finite)
        return;
    double mean = a->shifted_sum / n;
    stats->mean = a->stats.sum / n;
    stats->std = sqrt(fmax(a->shifted_squares / n - mean * mean, 0));
    stats->rms = sqrt(a->squares / n);
    stats->l2 = sqrt(a->squares);
    for (int i = 0; i < rank; i++) {
        stats->argmin[i] = a->stats.argmin[i + FL_MAX_DIMS - rank];
        stats->argmax[i] = a->stats.argmax[i + FL_MAX_DIMS - rank];
    }
}
