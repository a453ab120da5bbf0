/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Where in the stage the difference is, and what turns one side into the other: a factor, an
 * amount, rounding.
 */
#include "compare/suggest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- rows ---- */

void fl_study_read(const fl_study *s, int64_t head, int64_t row) {
    fl_values_row(&s->pair.a, head, row, s->a);
    fl_values_row(&s->pair.b, head, row, s->b);
}

static bool counts(const fl_study *s, double x) {
    return s->d->place.stage != FL_STAGE_attn_scores || !fl_is_masked_score(x);
}

static double rms_of(const fl_study *s, const double *row) {
    double sum = 0;
    int64_t n = 0;
    for (int64_t i = 0; i < s->columns; i++)
        if (isfinite(row[i]) && counts(s, row[i])) {
            sum += row[i] * row[i];
            n++;
        }
    return n ? sqrt(sum / (double)n) : 0;
}

static bool is_near(const fl_study *s, double x, double y, double scale) {
    if (!counts(s, x) || !counts(s, y))
        return true;
    if (!isfinite(x) || !isfinite(y))
        return x == y || (isnan(x) && isnan(y));
    return fabs(x - y) <= s->atol + s->rtol * fmax(fmax(fabs(x), fabs(y)), scale);
}

bool fl_study_near(const fl_study *s, const double *x, const double *y) {
    const double scale = fmin(rms_of(s, x), rms_of(s, y));
    for (int64_t i = 0; i < s->columns; i++)
        if (!is_near(s, x[i], y[i], scale))
            return false;
    return true;
}

bool fl_study_other(const fl_study *s, fl_stage stage, fl_values *out) {
    fl_place place = {s->d->place.pass, stage, s->d->place.layer};
    if (fl_stage_get_info(stage)->scope == FL_SCOPE_PASS)
        place.layer = -1;
    const fl_stored *stored = fl_dump_find(&s->c->a, &place);
    return stored && stored->where.head < 0 && fl_values_of(out, &s->c->sizes, &s->c->a, stored);
}

/* ---- which heads, rows and columns ---- */

typedef struct spread {
    bool *heads, *rows, *columns;
    int64_t n_heads, n_rows, n_columns; /* how many differ */
} spread;

static int64_t count(const bool *flags, int64_t n) {
    int64_t sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += flags[i];
    return sum;
}

/* Beyond the tolerance, or masked on one side only where both mask some. */
static bool is_apart(const fl_study *s, double x, double y, double scale) {
    if (counts(s, x) != counts(s, y))
        return !s->d->bare_a && !s->d->bare_b;
    return !is_near(s, x, y, scale);
}

static bool find_spread(const fl_study *s, spread *out) {
    const fl_values *v = &s->pair.a;
    out->heads = calloc((size_t)v->heads + 1, sizeof(bool));
    out->rows = calloc((size_t)v->rows + 1, sizeof(bool));
    out->columns = calloc((size_t)s->columns + 1, sizeof(bool));
    if (!out->heads || !out->rows || !out->columns)
        return false;
    for (int64_t h = 0; h < v->heads; h++)
        for (int64_t r = 0; r < v->rows; r++) {
            fl_study_read(s, h, r);
            const double scale = fmin(rms_of(s, s->a), rms_of(s, s->b));
            for (int64_t i = 0; i < s->columns; i++)
                if (is_apart(s, s->a[i], s->b[i], scale))
                    out->heads[h] = out->rows[r] = out->columns[i] = true;
        }
    out->n_heads = count(out->heads, v->heads);
    out->n_rows = count(out->rows, v->rows);
    out->n_columns = count(out->columns, s->columns);
    return true;
}

static int64_t first_of(const bool *flags) {
    int64_t i = 0;
    while (!flags[i])
        i++;
    return i;
}

static void list(fl_buffer *out, const char *what, const bool *flags, int64_t n, int64_t of) {
    enum { MOST_LISTED = 8 };
    int64_t listed = 0;
    fl_buffer_printf(out, "%s ", what);
    for (int64_t i = 0; i < of && listed < MOST_LISTED; i++)
        if (flags[i])
            fl_buffer_printf(out, "%s%lld", listed++ ? ", " : "", (long long)i);
    if (n > MOST_LISTED)
        fl_buffer_printf(out, " and %lld more", (long long)(n - MOST_LISTED));
    fl_buffer_printf(out, " of %lld", (long long)of);
}

static const char *weight_kind(fl_stage stage) {
    const fl_weight_slot slot = fl_stage_get_info(stage)->weight;
    if (slot == FL_WEIGHT_none)
        return NULL;
    return fl_weight_get_info(slot)->in == FL_DIM_NONE ? "one number of its weight"
                                                       : "one row of its weight, or of its bias";
}

static void say_spread(const fl_study *s, const spread *p) {
    const fl_stage stage = s->d->place.stage;
    const char *token =
        fl_axis_name(fl_stage_get_info(stage)->axes[fl_stage_rank(stage) == 4 ? 2 : 1]);
    const fl_values *v = &s->pair.a;
    const char *kind = weight_kind(stage);
    char only[48];
    if (p->n_columns == 0)
        return;
    if (v->heads > 1 && p->n_heads < v->heads) {
        list(s->out, p->n_heads == 1 ? "only in head" : "only in heads", p->heads, p->n_heads,
             v->heads);
        fl_buffer_puts(s->out, "\n");
    }
    if (p->n_rows == v->rows - 1 && v->rows > 1 && !p->rows[0] && s->pair.a_first == 0) {
        fl_buffer_puts(s->out, "in every token but the first: what depends on the position, or on "
                               "the tokens before\n");
    } else if (p->n_rows < v->rows) {
        if (p->n_rows > 1 && strcmp(token, "query") == 0)
            snprintf(only, sizeof only, "only in queries");
        else
            snprintf(only, sizeof only, "only in %s%s", token, p->n_rows == 1 ? "" : "s");
        list(s->out, only, p->rows, p->n_rows, v->rows);
        fl_buffer_puts(s->out, "\n");
    }
    if (p->n_columns == 1 && p->n_heads == 1 && s->columns > 1) {
        fl_buffer_printf(s->out, "only in column %lld, in %lld of %lld tokens",
                         (long long)first_of(p->columns), (long long)p->n_rows, (long long)v->rows);
        fl_buffer_printf(s->out, kind && p->n_rows > 1 ? ": %s\n" : "%.0s\n", kind ? kind : "");
    }
}

/* ---- nothing on one side ---- */

static bool is_zero(const fl_study *s, const spread *p, bool b) {
    for (int64_t h = 0; h < s->pair.a.heads; h++)
        for (int64_t r = 0; r < s->pair.a.rows; r++) {
            if (!p->heads[h] || !p->rows[r])
                continue;
            fl_study_read(s, h, r);
            for (int64_t i = 0; i < s->columns; i++)
                if (p->columns[i] && (b ? s->b : s->a)[i] != 0)
                    return false;
        }
    return true;
}

static bool try_zero(const fl_study *s, const spread *p) {
    for (int b = 1; b >= 0 && p->n_columns; b--)
        if (is_zero(s, p, b)) {
            fl_buffer_printf(s->out, "%s is 0 there\n", b ? "B" : "A");
            return true;
        }
    return false;
}

/* ---- a factor ---- */

static void name_factor(const fl_study *s, double factor) {
    const fl_sizes *n = &s->c->sizes;
    const struct {
        const char *name;
        double value;
    } known[] = {{"√d", sqrt((double)n->head_dim)},
                 {"1/√d", 1 / sqrt((double)n->head_dim)},
                 {"d", (double)n->head_dim},
                 {"1/d", 1 / (double)n->head_dim},
                 {"1/√(H·d)", 1 / sqrt((double)(n->heads * n->head_dim))},
                 {"√(H·d)", sqrt((double)(n->heads * n->head_dim))}};
    for (size_t i = 0; i < sizeof known / sizeof *known && n->head_dim > 1; i++)
        if (fabs(factor - known[i].value) < 1e-3 * known[i].value) {
            fl_buffer_printf(s->out, ", which is %s", known[i].name);
            return;
        }
}

/* Σab / Σa² over the heads that differ. */
static double best_factor(const fl_study *s, const spread *p) {
    double products = 0, squares = 0;
    for (int64_t h = 0; h < s->pair.a.heads; h++)
        for (int64_t r = 0; p->heads[h] && r < s->pair.a.rows; r++) {
            fl_study_read(s, h, r);
            for (int64_t i = 0; i < s->columns; i++)
                if (isfinite(s->a[i]) && isfinite(s->b[i]) && counts(s, s->a[i]) &&
                    counts(s, s->b[i])) {
                    products += s->a[i] * s->b[i];
                    squares += s->a[i] * s->a[i];
                }
        }
    return squares > 0 ? products / squares : 1;
}

/* b = factor · a in every head that differs. */
static bool try_factor(const fl_study *s, const spread *p) {
    const double factor = best_factor(s, p);
    if (fabs(factor - 1) < 4 * s->rtol || factor == 0 || p->n_rows * s->columns < 2)
        return false;
    for (int64_t h = 0; h < s->pair.a.heads; h++)
        for (int64_t r = 0; p->heads[h] && r < s->pair.a.rows; r++) {
            fl_study_read(s, h, r);
            for (int64_t i = 0; i < s->columns; i++)
                s->c1[i] = counts(s, s->a[i]) ? factor * s->a[i] : s->a[i];
            if (!fl_study_near(s, s->c1, s->b))
                return false;
        }
    fl_buffer_printf(s->out, "B is %.6g times A%s", factor,
                     p->n_heads < s->pair.a.heads ? " there" : " in every cell");
    name_factor(s, factor);
    fl_buffer_puts(s->out, ": a scale that one of them lacks\n");
    return true;
}

/* ---- a factor or an amount for each column, a factor for each row ---- */

static bool is_constant_by_column(const fl_study *s, bool amount) {
    for (int64_t h = 0; h < s->pair.a.heads; h++) {
        fl_study_read(s, h, 0);
        for (int64_t i = 0; i < s->columns; i++)
            s->c1[i] = amount ? s->b[i] - s->a[i] : s->a[i] != 0 ? s->b[i] / s->a[i] : 1;
        for (int64_t r = 1; r < s->pair.a.rows; r++) {
            fl_study_read(s, h, r);
            for (int64_t i = 0; i < s->columns; i++)
                s->c2[i] = amount ? s->a[i] + s->c1[i] : s->a[i] * s->c1[i];
            if (!fl_study_near(s, s->c2, s->b))
                return false;
        }
    }
    return true;
}

static bool is_constant_by_row(const fl_study *s) {
    for (int64_t h = 0; h < s->pair.a.heads; h++)
        for (int64_t r = 0; r < s->pair.a.rows; r++) {
            double products = 0, squares = 0;
            fl_study_read(s, h, r);
            for (int64_t i = 0; i < s->columns; i++) {
                products += s->a[i] * s->b[i];
                squares += s->a[i] * s->a[i];
            }
            for (int64_t i = 0; i < s->columns; i++)
                s->c1[i] = squares > 0 ? s->a[i] * (products / squares) : s->a[i];
            if (!fl_study_near(s, s->c1, s->b))
                return false;
        }
    return true;
}

static void try_patterns(const fl_study *s) {
    const bool several = s->pair.a.rows > 1 && s->d->place.stage != FL_STAGE_attn_scores &&
                         s->d->place.stage != FL_STAGE_attn_probs;
    if (several && is_constant_by_column(s, true))
        fl_buffer_puts(s->out, "B − A is the same for every token: a bias that one of them lacks, "
                               "or another one\n");
    else if (several && is_constant_by_column(s, false))
        fl_buffer_puts(s->out, "each column differs by a factor of its own, the same for every "
                               "token: a weight by column, as of a norm\n");
    else if (s->columns > 1 && s->d->place.stage != FL_STAGE_attn_scores && is_constant_by_row(s))
        fl_buffer_puts(s->out, "each token differs by a factor of its own: what it is divided by, "
                               "as by a norm\n");
}

/* RMS² = mean(x²) + ε: squares that differ by one amount. */
static bool try_epsilon(const fl_study *s) {
    if (fl_stage_get_info(s->d->place.stage)->dims[2] != FL_DIM_one || s->pair.a.rows < 2)
        return false;
    double amount = 0;
    for (int64_t r = 0; r < s->pair.a.rows; r++) {
        fl_study_read(s, 0, r);
        amount += (s->b[0] * s->b[0] - s->a[0] * s->a[0]) / (double)s->pair.a.rows;
    }
    for (int64_t r = 0; r < s->pair.a.rows; r++) {
        fl_study_read(s, 0, r);
        s->c1[0] = sqrt(fmax(0, s->a[0] * s->a[0] + amount));
        if (!fl_study_near(s, s->c1, s->b))
            return false;
    }
    fl_buffer_printf(s->out,
                     "B² − A² is %.3g for every token: another ε in the RMS, by that "
                     "much\n",
                     amount);
    return true;
}

/* ---- rounding ---- */

static double to_half(double x) {
    return (double)fl_half_to_float(fl_float_to_half((float)x));
}

/* Nearest, ties to even. */
static double to_brain(double x) {
    float value = (float)x;
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits = (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000u;
    memcpy(&value, &bits, sizeof value);
    return (double)value;
}

/* Are all cells of one side numbers of that type, as near to the other's as rounding leaves them?
 * What was rounded may itself have been a little off, so the cells need not be the nearest. */
static bool is_rounded(const fl_study *s, double (*round)(double), double step, bool from_a) {
    bool any = false;
    for (int64_t h = 0; h < s->pair.a.heads; h++)
        for (int64_t r = 0; r < s->pair.a.rows; r++) {
            fl_study_read(s, h, r);
            const double *from = from_a ? s->a : s->b, *to = from_a ? s->b : s->a;
            const double slack = s->rtol * fmin(rms_of(s, s->a), rms_of(s, s->b));
            for (int64_t i = 0; i < s->columns; i++) {
                if (!isfinite(from[i]))
                    continue;
                any |= round(from[i]) != from[i];
                if (round(to[i]) != to[i] || !(fabs(from[i] - to[i]) <= step * fabs(to[i]) + slack))
                    return false;
            }
        }
    return any;
}

static bool try_rounding(const fl_study *s) {
    static const struct {
        const char *name;
        double (*round)(double);
        double step; /* half a unit in the last place */
    } types[] = {{"F16", to_half, 0x1p-11}, {"BF16", to_brain, 0x1p-8}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        for (int from_a = 1; from_a >= 0; from_a--)
            if (is_rounded(s, types[i].round, types[i].step, from_a)) {
                fl_buffer_printf(s->out, "%s is %s rounded to %s, in every cell\n",
                                 from_a ? "B" : "A", from_a ? "A" : "B", types[i].name);
                return true;
            }
    return false;
}

/* ---- all ---- */

static void say_strange(const fl_study *s) {
    const fl_difference *d = s->d;
    if (d->one_masked)
        fl_buffer_printf(s->out, "masked on one side only: %lld cell%s\n", (long long)d->one_masked,
                         d->one_masked == 1 ? "" : "s");
    if (d->one_nan)
        fl_buffer_printf(s->out, "no number, or infinite, on one side only: %lld cell%s\n",
                         (long long)d->one_nan, d->one_nan == 1 ? "" : "s");
}

/* Where every bit counts, what differs may be less than any guess explains: rounding. */
static bool is_float_rounding(const fl_study *s) {
    const fl_difference *d = s->d;
    const double rms = d->numbers ? sqrt(d->squares_a / (double)d->numbers) : 0;
    return s->c->tolerance.rtol < s->rtol && !d->one_masked && d->largest < 4 * s->rtol * rms;
}

static void try_all(const fl_study *s, const spread *p) {
    say_strange(s);
    say_spread(s, p);
    if (s->d->one_nan || try_rounding(s) || try_zero(s, p))
        return;
    if (is_float_rounding(s)) {
        fl_buffer_puts(s->out, "all of it is as small as rounding in float\n");
        return;
    }
    fl_suggest_order(s);
    fl_suggest_heads(s);
    fl_suggest_sharing(s);
    fl_suggest_rope(s);
    /* a pattern that fits what is near already would say nothing */
    if (s->d->excess < 4 || s->d->one_masked)
        return;
    if (!try_epsilon(s) && !try_factor(s, p) && p->n_columns > 1)
        try_patterns(s);
}

static bool begin(fl_study *s, const fl_comparison *c) {
    const fl_stored *a = fl_dump_find(&c->a, &c->first.place),
                    *b = fl_dump_find(&c->b, &c->first.place);
    char why[160];
    if (!a || !b || a->where.head >= 0 || b->where.head >= 0 ||
        !fl_values_pair(&s->pair, &c->sizes, &c->a, a, &c->b, b, why, sizeof why))
        return false;
    /* keys that one side leaves away are looked at no further */
    s->columns = s->pair.a.columns < s->pair.b.columns ? s->pair.a.columns : s->pair.b.columns;
    s->pair.a.columns = s->pair.b.columns = s->columns;
    return s->columns > 0 && s->pair.a.rows > 0 && s->pair.a.heads > 0;
}

/* Are queries and keys in Hugging Face's order, as far as the run says? */
static bool is_hf_order(const fl_dump *dump) {
    const char *pairing = fl_dump_word(dump, "rope_pairing"),
               *order = fl_dump_word(dump, "qk_order");
    return (pairing && strcmp(pairing, "half") == 0) || (order && strcmp(order, "hf") == 0);
}

/* Of statistics: all but the values at the ends agree. */
static void suggest_of_statistics(fl_comparison *c) {
    const fl_difference *d = &c->first;
    const bool a = is_hf_order(&c->a), b = is_hf_order(&c->b);
    const char *hf = a == b || !fl_stage_is_paired(d->place.stage) ? NULL : a ? "A" : "B";
    if (d->statistics && d->ends > 0 && d->ends == d->beyond)
        fl_buffer_printf(&c->suggestion,
                         "smallest, largest, mean, deviation and RMS are the same, only the values "
                         "at the ends are not: as of the same numbers in another order%s%s%s\n",
                         hf ? ". That is Hugging Face's in " : "", hf ? hf : "",
                         hf ? ", by what the runs say; trace the other one with --qk-order hf"
                            : "");
}

bool fl_suggest(fl_comparison *c) {
    fl_study s = {.c = c, .d = &c->first, .out = &c->suggestion};
    spread p = {0};
    if (c->differs && !c->other_run)
        suggest_of_statistics(c);
    if (!c->differs || c->other_run || c->first.statistics || !begin(&s, c))
        return true;
    /* what was rounded to few bits says nothing cell by cell, but half of a value is no rounding */
    s.rtol = fmin(fmax(c->tolerance.rtol, 1e-5), 0.5);
    s.atol = c->tolerance.atol;
    double *room = calloc((size_t)s.columns * 4, sizeof *room);
    s.a = room;
    s.b = room ? room + s.columns : NULL;
    s.c1 = room ? room + 2 * s.columns : NULL;
    s.c2 = room ? room + 3 * s.columns : NULL;
    bool done = room && find_spread(&s, &p);
    if (done)
        try_all(&s, &p);
    free(p.heads);
    free(p.rows);
    free(p.columns);
    free(room);
    return done && !c->suggestion.failed;
}
