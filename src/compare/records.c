/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Statistics side by side.
 */
#include "compare/records.h"

#include <math.h>
#include <stdlib.h>

/* ---- two records ---- */

typedef struct statistic {
    const char *name;
    double a, b;
    double scale; /* least size that the tolerance is taken of */
    double most;  /* that the sides may be apart, in units of it; 0: as cells may */
} statistic;

static void note(fl_difference *d, const statistic *s, int32_t head, double excess) {
    const fl_cell at = {.head = head, .row = -1, .column = -1, .a = s->a, .b = s->b};
    const double apart = fabs(s->a - s->b);
    if (isfinite(apart) && (apart > d->largest || d->cells == 0)) {
        d->largest = apart;
        d->where = at;
        d->largest_statistic = s->name;
    }
    if (excess > d->excess || d->cells == 0) {
        d->excess = excess;
        d->worst = at;
        d->statistic = s->name;
    }
    d->beyond += excess > 1;
    d->cells++;
}

static void compare_one(fl_difference *d, const statistic *s, int32_t head,
                        const fl_tolerance *tolerance) {
    if (isnan(s->a) && isnan(s->b))
        return;
    const double apart = fabs(s->a - s->b);
    const double size = fmax(fmax(fabs(s->a), fabs(s->b)), s->scale);
    double allowed = tolerance->atol + tolerance->rtol * size;
    if (s->most > 0)
        allowed = fmin(allowed, tolerance->atol + s->most * s->scale);
    note(d, s, head, isnan(apart) ? (double)INFINITY : apart == 0 ? 0 : apart / allowed);
}

static void compare_count(fl_difference *d, const char *name, int64_t a, int64_t b, int32_t head) {
    const statistic s = {name, (double)a, (double)b, 0, 0};
    note(d, &s, head, a == b ? 0 : (double)INFINITY);
}

static void compare_ids(fl_difference *d, const fl_record *a, const fl_record *b) {
    for (size_t i = 0; i < a->n_ids && i < b->n_ids; i++) {
        const statistic s = {"id", (double)a->ids[i], (double)b->ids[i], 0, 0};
        note(d, &s, a->head, s.a == s.b ? 0 : (double)INFINITY);
    }
}

void fl_records_compare(fl_difference *out, const fl_record *a, const fl_record *b,
                        const fl_tolerance *tolerance) {
    static const char *const firsts[] = {"first value", "second value", "third value"},
                             *const lasts[] = {"third-last value", "second-last value",
                                               "last value"};
    const double rms = a->rms < b->rms ? a->rms : b->rms;
    out->statistics = true;
    if (a->ids || b->ids) {
        compare_ids(out, a, b);
        return;
    }
    compare_count(out, "masked cells", a->masked, b->masked, a->head);
    compare_count(out, "cells that are no number", a->nan, b->nan, a->head);
    out->both_nan += a->nan < b->nan ? a->nan : b->nan;
    compare_count(out, "infinite cells", a->inf, b->inf, a->head);
    const statistic all[] = {{"smallest value", a->min, b->min, rms, 0},
                             {"largest value", a->max, b->max, rms, 0},
                             {"mean", a->mean, b->mean, rms, tolerance->whole},
                             {"deviation", a->std, b->std, rms, tolerance->whole},
                             {"RMS", a->rms, b->rms, rms, tolerance->size}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        compare_one(out, &all[i], a->head, tolerance);
    /* nothing but 0 on one side is no rounding */
    if ((a->rms == 0) != (b->rms == 0) && fmax(a->rms, b->rms) > tolerance->atol)
        note(out, &all[4], a->head, (double)INFINITY);
    const int64_t before = out->beyond;
    for (int i = 0; i < FL_EDGE; i++) {
        compare_one(out, &(statistic){firsts[i], a->first[i], b->first[i], rms, 0}, a->head,
                    tolerance);
        compare_one(out, &(statistic){lasts[i], a->last[i], b->last[i], rms, 0}, a->head,
                    tolerance);
    }
    out->ends += out->beyond - before;
}

/* ---- a tensor's record ---- */

typedef struct taking {
    fl_record *record;
    fl_stage stage;
    int64_t window;
    int64_t total, seen; /* cells; how many have come */
    double squares;
    int64_t finite;
} taking;

static void take(taking *t, double value, bool masked) {
    fl_record *r = t->record;
    const double shown = masked || !isfinite(value) ? (double)NAN : value;
    const int64_t at = t->seen++, left = t->total - at;
    const int64_t edge = t->total < FL_EDGE ? t->total : FL_EDGE;
    if (at < edge)
        r->first[at] = shown;
    if (left <= edge)
        r->last[edge - left] = shown;
    r->masked += masked;
    r->count += !masked;
    if (masked)
        return;
    r->nan += isnan(value);
    r->inf += isinf(value) != 0;
    if (!isfinite(value))
        return;
    r->min = t->finite ? fmin(r->min, value) : value;
    r->max = t->finite ? fmax(r->max, value) : value;
    r->sum += value;
    t->squares += value * value;
    t->finite++;
}

/* Probabilities that the mask hides are 0: those of later keys, and of keys before the window. */
static bool is_hidden(const taking *t, const fl_values *v, int64_t row, int64_t key, double value) {
    const int64_t position = v->columns - v->rows + row;
    if (t->stage == FL_STAGE_attn_scores)
        return fl_is_masked_score(value);
    if (t->stage != FL_STAGE_attn_probs || value != 0)
        return false;
    return key > position || (t->window > 0 && position - key >= t->window);
}

static void finish(taking *t) {
    fl_record *r = t->record;
    if (t->finite == 0) {
        r->min = r->max = r->mean = r->std = r->rms = r->l2 = r->sum = (double)NAN;
        return;
    }
    const double n = (double)t->finite;
    r->mean = r->sum / n;
    r->rms = sqrt(t->squares / n);
    r->l2 = sqrt(t->squares);
    r->std = sqrt(fmax(0, t->squares / n - r->mean * r->mean));
}

static void shape_of(fl_record *r, fl_stage stage, const fl_values *v) {
    const bool flat = fl_stage_rank(stage) != 4;
    r->n_dims = fl_stage_rank(stage);
    r->shape[0] = 1;
    r->shape[1] = flat ? v->rows : v->heads;
    r->shape[2] = flat ? v->heads * v->columns : v->rows;
    r->shape[3] = v->columns;
    for (int i = 0; i < FL_EDGE; i++)
        r->first[i] = r->last[i] = (double)NAN;
}

static bool ids_of(fl_record *r, const fl_values *v) {
    r->n_ids = (size_t)v->rows;
    r->count = v->rows;
    r->ids = calloc(r->n_ids + 1, sizeof *r->ids);
    for (int64_t i = 0; r->ids && i < v->rows; i++)
        r->ids[i] = (int64_t)fl_values_at(v, 0, i, 0);
    return r->ids != NULL;
}

bool fl_record_of(fl_record *out, fl_stage stage, const fl_values *v, int32_t head,
                  int64_t window) {
    const bool flat = fl_stage_rank(stage) != 4;
    const int64_t outer = flat ? v->rows : v->heads, inner = flat ? v->heads : v->rows;
    *out = (fl_record){.head = head};
    taking t = {
        .record = out, .stage = stage, .window = window, .total = v->heads * v->rows * v->columns};
    shape_of(out, stage, v);
    if (fl_stage_rank(stage) == 2)
        return ids_of(out, v);
    double *row = calloc((size_t)v->columns + 1, sizeof *row);
    for (int64_t i = 0; row && i < outer; i++)
        for (int64_t j = 0; j < inner; j++) {
            fl_values_row(v, flat ? j : i, flat ? i : j, row);
            for (int64_t k = 0; k < v->columns; k++)
                take(&t, row[k], is_hidden(&t, v, i, k, row[k]));
        }
    finish(&t);
    free(row);
    return row != NULL;
}
