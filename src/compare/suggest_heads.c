/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Heads that stand in other places, numbers that stand in other places within a head, and query
 * heads that read other keys and values.
 */
#include "compare/suggest.h"

#include <math.h>
#include <stdlib.h>

/* ---- the order within a head ---- */

/* Neighbours 2i and 2i + 1 go to i and i + r/2; what is not turned stays. */
static void to_halves(const fl_study *s, const double *from, double *to, int64_t r) {
    for (int64_t i = 0; i < s->columns; i++)
        to[i] = i < r ? from[i < r / 2 ? 2 * i : 2 * (i - r / 2) + 1] : from[i];
}

static bool fits_order(const fl_study *s, bool from_a, int64_t r) {
    for (int64_t h = 0; h < s->pair.a.heads; h++)
        for (int64_t t = 0; t < s->pair.a.rows; t++) {
            fl_study_read(s, h, t);
            to_halves(s, from_a ? s->a : s->b, s->c1, r);
            if (!fl_study_near(s, s->c1, from_a ? s->b : s->a))
                return false;
        }
    return true;
}

void fl_suggest_order(const fl_study *s) {
    const int64_t r = s->c->sizes.rotary_dim ? s->c->sizes.rotary_dim : s->columns;
    if (!fl_stage_is_paired(s->d->place.stage) || !s->pair.by_heads || r > s->columns || r % 2)
        return;
    for (int from_a = 1; from_a >= 0; from_a--)
        if (fits_order(s, from_a, r)) {
            fl_buffer_printf(s->out,
                             "the same numbers in another order within each head: what %s has at "
                             "2i and 2i + 1, %s has at i and i + %lld. That is Hugging Face's "
                             "order; trace %s with --qk-order hf\n",
                             from_a ? "A" : "B", from_a ? "B" : "A", (long long)(r / 2),
                             from_a ? "A" : "B");
            return;
        }
}

/* ---- the order of heads ---- */

static bool is_head_of(const fl_study *s, int64_t b, int64_t a) {
    for (int64_t t = 0; t < s->pair.a.rows; t++) {
        fl_values_row(&s->pair.a, a, t, s->a);
        fl_values_row(&s->pair.b, b, t, s->b);
        if (!fl_study_near(s, s->a, s->b))
            return false;
    }
    return true;
}

/* Which head of A head `b` of B is, itself if it can be; -1: none. */
static int64_t find_head(const fl_study *s, int64_t b) {
    if (is_head_of(s, b, b))
        return b;
    for (int64_t a = 0; a < s->pair.a.heads; a++)
        if (is_head_of(s, b, a))
            return a;
    return -1;
}

void fl_suggest_heads(const fl_study *s) {
    enum { MOST_LISTED = 8 };
    fl_buffer line = {0};
    int64_t moved = 0, listed = 0;
    if (!s->pair.by_heads || s->pair.a.heads < 2)
        return;
    for (int64_t b = 0; b < s->pair.a.heads; b++) {
        const int64_t a = find_head(s, b);
        if (a < 0) {
            fl_buffer_done(&line);
            return;
        }
        moved += a != b;
        if (a != b && listed < MOST_LISTED)
            fl_buffer_printf(&line, "%s%lld is A's %lld", listed++ ? ", " : "", (long long)b,
                             (long long)a);
    }
    if (moved)
        fl_buffer_printf(s->out, "heads stand in other places: B's head %s\n",
                         line.data ? line.data : "");
    fl_buffer_done(&line);
}

/* ---- keys and values that heads share ---- */

/* One row of a head calculated from A, with key or value head `g`, into c1. */
typedef void row_fn(const fl_study *s, const fl_values *left, const fl_values *right, int64_t h,
                    int64_t t, int64_t g);

static void scores_row(const fl_study *s, const fl_values *q, const fl_values *k, int64_t h,
                       int64_t t, int64_t g) {
    for (int64_t key = 0; key < s->columns; key++) {
        double sum = 0;
        for (int64_t i = 0; i < q->columns; i++)
            sum += fl_values_at(q, h, t, i) * fl_values_at(k, g, key, i);
        s->c1[key] = sum / sqrt((double)q->columns);
    }
}

static void mixed_row(const fl_study *s, const fl_values *p, const fl_values *v, int64_t h,
                      int64_t t, int64_t g) {
    for (int64_t i = 0; i < s->columns; i++) {
        s->c1[i] = 0;
        for (int64_t key = 0; key < p->columns; key++)
            s->c1[i] += fl_values_at(p, h, t, key) * fl_values_at(v, g, key, i);
    }
}

static bool fits_group(const fl_study *s, row_fn *calculate, const fl_values *left,
                       const fl_values *right, int64_t h, int64_t g) {
    enum { TRIED = 16 }; /* rows are enough to tell, and cost as much as the stage itself */
    const int64_t step = s->pair.a.rows / TRIED + 1;
    for (int64_t t = s->pair.a.rows - 1; t >= 0; t -= step) {
        fl_values_row(&s->pair.b, h, t, s->b);
        calculate(s, left, right, h, t, g);
        if (!fl_study_near(s, s->c1, s->b))
            return false;
    }
    return true;
}

/* The first head of B that reads another head of keys or values than A's does, all others fitting
 * one as well; -1 if there is none. */
static int64_t find_group(const fl_study *s, row_fn *calculate, const fl_values *left,
                          const fl_values *right, int64_t *group) {
    const int64_t share = left->heads / right->heads;
    int64_t first = -1;
    for (int64_t h = 0; h < s->pair.b.heads; h++) {
        int64_t g = h / share;
        if (fits_group(s, calculate, left, right, h, g))
            continue;
        for (g = 0; g < right->heads && !fits_group(s, calculate, left, right, h, g);)
            g++;
        if (g == right->heads)
            return -1;
        if (first < 0) {
            first = h;
            *group = g;
        }
    }
    return first;
}

void fl_suggest_sharing(const fl_study *s) {
    const bool scores = s->d->place.stage == FL_STAGE_attn_scores;
    fl_values left, right;
    int64_t group = 0;
    if ((!scores && s->d->place.stage != FL_STAGE_attn_head) || s->pair.a.rows != s->pair.b.rows ||
        s->pair.a_first != s->pair.b_first)
        return;
    if (!fl_study_other(s, scores ? FL_STAGE_q_rope : FL_STAGE_attn_probs, &left) ||
        (!fl_study_other(s, scores ? FL_STAGE_k_rope : FL_STAGE_v, &right)))
        return;
    /* a pass behind others reads more keys than it makes */
    const int64_t keys = scores ? s->columns : left.columns;
    if (right.rows != keys || right.heads < 2 || left.heads != s->pair.a.heads ||
        left.heads % right.heads || left.rows != s->pair.a.rows)
        return;
    int64_t head = find_group(s, scores ? scores_row : mixed_row, &left, &right, &group);
    if (head >= 0)
        fl_buffer_printf(s->out,
                         "B's head %lld reads %s head %lld, A's reads %lld: another sharing of "
                         "keys and values\n",
                         (long long)head, scores ? "key" : "value", (long long)group,
                         (long long)(head / (left.heads / right.heads)));
}
