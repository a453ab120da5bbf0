/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What numbers a weight holds. A very large one is judged by some of its rows, and says so.
 */
#include "view/state.h"

#include <math.h>
#include <stdlib.h>

/* As many as are counted between a key and its frame. */
enum { MOST_CELLS = 1 << 18 };

int64_t fl_tally_sample(const fl_weight *weight) {
    int64_t rows = fl_weight_rows(weight), most = MOST_CELLS / fl_weight_cols(weight);
    return rows <= most ? rows : most > 0 ? most : 1;
}

/* Range, mean, zeros and the largest of a row. */
static void count_row(fl_tally *t, const float *row, int64_t cols, int64_t index) {
    for (int64_t j = 0; j < cols; j++) {
        double x = (double)row[j];
        t->odd += !isfinite(x);
        t->zeros += x == 0;
        t->count++;
        if (!isfinite(x))
            continue;
        t->min = t->count - t->odd == 1 || x < t->min ? x : t->min;
        t->max = t->count - t->odd == 1 || x > t->max ? x : t->max;
        t->mean += x;
        if (fabs(x) > fabs(t->most) || t->count - t->odd == 1) {
            t->most = x;
            t->row = index;
            t->col = j;
        }
    }
}

/* Once the mean and the range are known: spread and histogram. */
static void spread_row(fl_tally *t, const float *row, int64_t cols) {
    double span = t->max - t->min;
    for (int64_t j = 0; j < cols; j++) {
        double x = (double)row[j];
        if (!isfinite(x))
            continue;
        int bin = span > 0 ? (int)((x - t->min) / span * FL_BINS) : 0;
        t->bins[bin < FL_BINS ? bin : FL_BINS - 1]++;
        t->std += (x - t->mean) * (x - t->mean);
    }
}

bool fl_tally_rows(const fl_weight *weight, int64_t first, int64_t end, int64_t count,
                   fl_tally *out) {
    int64_t cols = fl_weight_cols(weight);
    float *row = malloc((size_t)cols * sizeof *row);
    bool read = row != NULL;
    *out = (fl_tally){.rows = count, .of_rows = end - first};
    for (int64_t i = 0; read && i < count; i++) {
        int64_t index = first + i * (end - first) / count;
        if ((read = fl_weight_row(weight, index, row)))
            count_row(out, row, cols, index);
    }
    double finite = (double)(out->count - out->odd);
    out->mean /= finite > 0 ? finite : 1;
    for (int64_t i = 0; read && i < count; i++)
        if (fl_weight_row(weight, first + i * (end - first) / count, row))
            spread_row(out, row, cols);
    out->std = sqrt(out->std / (finite > 0 ? finite : 1));
    free(row);
    return read;
}
