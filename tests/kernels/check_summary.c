/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The check of the kernel that counts: counts, extremes and their places exactly, sums against long
 * double, within 16 roundings of a double and one more for 4 terms. The magnitudes of a sum are
 * those of its terms; the spread is counted around the first number, so what lies between that and
 * the mean is rounded too.
 */
#include "kernels/checks.h"
#include "kernels/stored.h"

#include <math.h>

/* Some lengths are tried behind this many numbers as well: longer than any block. */
enum { LONG = 5000, LONGEST = 32 };

typedef struct numbers {
    fl_dtype type;
    const unsigned char *cells;
    int64_t n;
} numbers;

static double number_at(const numbers *x, int64_t i) {
    int32_t whole;
    if (x->type != FL_DTYPE_I32)
        return fl_stored_at(x->type, x->cells, i).value;
    memcpy(&whole, x->cells + 4 * i, sizeof whole);
    return whole;
}

typedef struct wanted {
    fl_summary summary;
    long double sum, squares, spread;
    long double magnitude, slope; /* Σ|x|, and what one rounding of it moves the spread by */
} wanted;

static void want_number(wanted *w, double x, int64_t i) {
    fl_summary *s = &w->summary;
    s->nan += isnan(x) != 0;
    s->inf += isinf(x) != 0;
    if (!isfinite(x))
        return;
    if (s->finite == 0 || x < s->min)
        s->min = x, s->argmin = i;
    if (s->finite == 0 || x > s->max)
        s->max = x, s->argmax = i;
    s->finite++;
    s->zeros += x == 0;
    w->sum += (long double)x;
    w->squares += (long double)x * (long double)x;
    w->magnitude += fabsl((long double)x);
}

static wanted want(const numbers *x) {
    wanted w = {.summary = {.count = x->n}};
    long double farthest = 0;
    for (int64_t i = 0; i < x->n; i++)
        want_number(&w, number_at(x, i), i);
    long double mean = w.summary.finite ? w.sum / (long double)w.summary.finite : 0;
    for (int64_t i = 0; i < x->n; i++) {
        long double apart = (long double)number_at(x, i) - mean;
        if (!isfinite(number_at(x, i)))
            continue;
        w.spread += apart * apart;
        farthest = fmaxl(farthest, fabsl(apart));
    }
    w.slope = farthest * w.magnitude + farthest * farthest * (long double)w.summary.finite;
    return w;
}

static void expect_same(fl_try *t, const char *what, double got, double wanted_) {
    if (memcmp(&got, &wanted_, sizeof got))
        fl_fail_try(t, "%s is %.17g, expected %.17g", what, got, wanted_);
}

static void expect_sum(fl_try *t, const char *what, double got, long double wanted_,
                       long double magnitude, int64_t n) {
    long double roundings = fabsl((long double)got - wanted_) / magnitude * 0x1p53L;
    if (got != (double)wanted_ && !(roundings <= 16 + (long double)n / 4))
        fl_fail_try(t, "%s is %.17g, expected %.20Lg: %.5Lg roundings of %.5Lg", what, got, wanted_,
                    roundings, magnitude);
}

static void expect_summary(fl_try *t, const numbers *x, const fl_summary *got) {
    const wanted w = want(x);
    const fl_summary *s = &w.summary;
    expect_same(t, "count", (double)got->count, (double)s->count);
    expect_same(t, "finite", (double)got->finite, (double)s->finite);
    expect_same(t, "zeros", (double)got->zeros, (double)s->zeros);
    expect_same(t, "nan", (double)got->nan, (double)s->nan);
    expect_same(t, "inf", (double)got->inf, (double)s->inf);
    if (!s->finite)
        return;
    expect_same(t, "argmin", (double)got->argmin, (double)s->argmin);
    expect_same(t, "argmax", (double)got->argmax, (double)s->argmax);
    expect_same(t, "min", got->min, s->min);
    expect_same(t, "max", got->max, s->max);
    expect_sum(t, "sum", got->sum, w.sum, w.magnitude, x->n);
    expect_sum(t, "squares", got->squares, w.squares, w.squares, x->n);
    expect_sum(t, "spread", got->spread, w.spread, w.slope, x->n);
    if (s->min == s->max)
        expect_same(t, "spread", got->spread, 0);
}

static const unsigned char *cells_of(fl_try *t, fl_dtype type, int64_t n) {
    if (type != FL_DTYPE_I32)
        return fl_cells_input(t, type, n);
    unsigned char *cells = fl_array(t, (size_t)n * 4, 4);
    for (int64_t i = 0; i < n; i++) {
        int32_t id = (int32_t)fl_draw(t, -3, 32000, 77);
        memcpy(cells + 4 * i, &id, sizeof id);
    }
    return cells;
}

static void check_numbers(fl_try *t, fl_dtype type, int64_t n) {
    fl_summary got;
    fl_try_begin(t);
    snprintf(t->what, sizeof t->what, "%s, %lld", fl_dtype_get_info(type)->name, (long long)n);
    const numbers x = {type, cells_of(t, type, n), n};
    memset(&got, 0xff, sizeof got);
    FL_TIMED(t, (uint64_t)n * (type == FL_DTYPE_F16 ? 2 : 4), n,
             t->kernels->summary(x.cells, type, n, &got));
    if (!t->timing)
        expect_summary(t, &x, &got);
    fl_try_end(t);
}

void check_summary(fl_try *t) {
    static const fl_dtype types[] = {FL_DTYPE_F32, FL_DTYPE_F16, FL_DTYPE_I32};
    static const int64_t timed[] = {1, 64, 136, 720896};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        for (size_t k = 0; t->timing && k < sizeof timed / sizeof *timed; k++)
            check_numbers(t, types[i], timed[k]);
        check_numbers(t, types[i], t->n);
        if (!t->timing && t->n <= LONGEST)
            check_numbers(t, types[i], t->n + LONG);
    }
}
