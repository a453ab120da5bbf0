/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Row by row, with two rows in memory.
 */
#include "compare/cells.h"

#include <math.h>
#include <stdlib.h>

bool fl_is_masked_score(double score) {
    return score < -5000;
}

typedef struct rows {
    const fl_pair *pair;
    const fl_tolerance *tolerance;
    fl_stage stage;
    int64_t head; /* number of the pair's first head */
    int64_t columns;
    double *a, *b;
    double scale; /* of the head; rows have their own where it is negative */
} rows;

/* What one side leaves away is masked there. */
static void read_rows(const rows *r, int64_t head, int64_t row) {
    const double absent = r->stage == FL_STAGE_attn_scores ? (double)-INFINITY : 0;
    fl_values_row(&r->pair->a, head, row, r->a);
    fl_values_row(&r->pair->b, head, row, r->b);
    for (int64_t i = r->pair->a.columns; i < r->columns; i++)
        r->a[i] = absent;
    for (int64_t i = r->pair->b.columns; i < r->columns; i++)
        r->b[i] = absent;
}

static bool is_score(const rows *r) {
    return r->stage == FL_STAGE_attn_scores;
}

/* Sum of squares of what are numbers, and how many. */
static double squares(const rows *r, const double *row, int64_t *n) {
    double sum = 0;
    for (int64_t i = 0; i < r->columns; i++) {
        if (!isfinite(row[i]) || (is_score(r) && fl_is_masked_score(row[i])))
            continue;
        sum += row[i] * row[i];
        ++*n;
    }
    return sum;
}

static double smaller_rms(double sum_a, int64_t n_a, double sum_b, int64_t n_b) {
    double a = n_a ? sqrt(sum_a / (double)n_a) : 0, b = n_b ? sqrt(sum_b / (double)n_b) : 0;
    return a < b ? a : b;
}

static double row_scale(const rows *r) {
    int64_t n_a = 0, n_b = 0;
    double sum_a = squares(r, r->a, &n_a), sum_b = squares(r, r->b, &n_b);
    return smaller_rms(sum_a, n_a, sum_b, n_b);
}

/* Of the heads [from, to). */
static double heads_scale(const rows *r, int64_t from, int64_t to) {
    int64_t n_a = 0, n_b = 0;
    double sum_a = 0, sum_b = 0;
    for (int64_t head = from; head < to; head++)
        for (int64_t row = 0; row < r->pair->a.rows; row++) {
            read_rows(r, head, row);
            sum_a += squares(r, r->a, &n_a);
            sum_b += squares(r, r->b, &n_b);
        }
    return smaller_rms(sum_a, n_a, sum_b, n_b);
}

static void note(fl_difference *d, const fl_cell *at, double excess) {
    const double apart = fabs(at->a - at->b);
    if (isfinite(apart) && (apart > d->largest || d->numbers == 0)) {
        d->largest = apart;
        d->where = *at;
    }
    if (excess > d->excess || d->cells == 0 ||
        (excess == d->excess && apart > fabs(d->worst.a - d->worst.b))) {
        d->excess = excess;
        d->worst = *at;
    }
    d->beyond += excess > 1;
}

/* Not a number, or infinite, on one side or on both. */
static void strange_cell(fl_difference *d, const fl_cell *at) {
    bool alike = (isnan(at->a) && isnan(at->b)) || at->a == at->b;
    d->both_nan += alike && isnan(at->a);
    d->one_nan += !alike;
    note(d, at, alike ? 0 : (double)INFINITY);
    d->cells++;
}

static void number_cell(fl_difference *d, const fl_cell *at, double scale,
                        const fl_tolerance *tolerance) {
    const double apart = fabs(at->a - at->b);
    const double size = fmax(fmax(fabs(at->a), fabs(at->b)), scale);
    const double allowed = tolerance->atol + tolerance->rtol * size;
    note(d, at, apart == 0 ? 0 : apart / allowed);
    d->squares += apart * apart;
    d->squares_a += at->a * at->a;
    d->squares_b += at->b * at->b;
    d->numbers++;
    d->cells++;
}

static void masked_cell(fl_difference *d, const fl_cell *at, bool a, bool b) {
    if ((a && b) || (a && d->bare_b) || (b && d->bare_a))
        return;
    d->one_masked++;
    note(d, at, (double)INFINITY);
    d->cells++;
}

static void compare_row(fl_difference *d, const rows *r, int64_t head, int64_t row) {
    const double scale = r->scale < 0 ? row_scale(r) : r->scale;
    const int64_t first = r->pair->a_first > r->pair->b_first ? r->pair->a_first : r->pair->b_first;
    fl_cell at = {.head = r->pair->by_heads ? r->head + head : -1, .row = first + row};
    for (at.column = 0; at.column < r->columns; at.column++) {
        at.a = r->a[at.column];
        at.b = r->b[at.column];
        bool masked_a = is_score(r) && fl_is_masked_score(at.a),
             masked_b = is_score(r) && fl_is_masked_score(at.b);
        if (masked_a || masked_b)
            masked_cell(d, &at, masked_a, masked_b);
        else if (isfinite(at.a) && isfinite(at.b))
            number_cell(d, &at, scale, r->tolerance);
        else
            strange_cell(d, &at);
    }
}

/* Does a side mask nothing, although the other does? Then its scores were taken before the mask. */
static void find_bare(fl_difference *d, const rows *r) {
    bool any_a = false, any_b = false;
    for (int64_t head = 0; head < r->pair->a.heads; head++)
        for (int64_t row = 0; row < r->pair->a.rows; row++) {
            read_rows(r, head, row);
            for (int64_t i = 0; i < r->columns; i++) {
                any_a |= fl_is_masked_score(r->a[i]);
                any_b |= fl_is_masked_score(r->b[i]);
            }
        }
    d->bare_a = any_b && !any_a;
    d->bare_b = any_a && !any_b;
}

/* Nothing but 0 on one side is no rounding, unless what the other has is allowed to be lost. */
static void find_zero(fl_difference *d, double a, double b, int64_t n, const fl_tolerance *t) {
    const double lost = n ? sqrt((a + b) / (double)n) : 0;
    d->zero_a |= a == 0 && b > 0 && lost > t->atol;
    d->zero_b |= b == 0 && a > 0 && lost > t->atol;
}

void fl_cells_whole(fl_difference *d, const fl_tolerance *tolerance) {
    const double smaller = fmin(d->squares_a, d->squares_b);
    if (smaller > 0)
        d->whole = sqrt(d->squares / smaller);
    d->whole_differs |= d->zero_a || d->zero_b;
    const double more = fabs(sqrt(d->squares_a) - sqrt(d->squares_b)), least = sqrt(smaller);
    d->whole_differs |= tolerance->size > 0 && smaller > 0 && more > tolerance->size * least &&
                        more > tolerance->atol * sqrt((double)d->numbers);
    d->whole_differs |= tolerance->whole > 0 && d->whole > tolerance->whole &&
                        sqrt(d->squares / (double)d->numbers) > tolerance->atol;
}

static void compare_head(fl_difference *d, rows *r, int64_t head) {
    const double a = d->squares_a, b = d->squares_b;
    const int64_t n = d->numbers;
    if (!r->tolerance->wide)
        r->scale = is_score(r) ? heads_scale(r, head, head + 1) : -1;
    for (int64_t row = 0; row < r->pair->a.rows; row++) {
        read_rows(r, head, row);
        compare_row(d, r, head, row);
    }
    find_zero(d, d->squares_a - a, d->squares_b - b, d->numbers - n, r->tolerance);
}

bool fl_cells_compare(fl_difference *out, const fl_pair *pair, int64_t head,
                      const fl_tolerance *tolerance) {
    const int64_t columns = pair->a.columns > pair->b.columns ? pair->a.columns : pair->b.columns;
    rows r = {.pair = pair,
              .tolerance = tolerance,
              .stage = out->place.stage,
              .head = head,
              .columns = columns};
    r.a = calloc((size_t)columns + 1, sizeof *r.a);
    r.b = calloc((size_t)columns + 1, sizeof *r.b);
    bool done = r.a && r.b;
    if (done && is_score(&r))
        find_bare(out, &r);
    if (done && tolerance->wide)
        r.scale = heads_scale(&r, 0, pair->a.heads);
    for (int64_t i = 0; done && i < pair->a.heads; i++)
        compare_head(out, &r, i);
    free(r.a);
    free(r.b);
    return done;
}
