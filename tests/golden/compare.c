/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */

/* Every event of a run against the float64 numbers of reference.py.
 *
 * Exact: order, numbering, stage, layer, head, shape, counts of cells, masked cells and zeros, ids.
 * scale, below, is the record's largest absolute value (or of several, see golden_share_scales),
 * and 1e-5 the usual tolerance:
 *   min, max, mean, the first and last cells   1e-5 x scale
 *   the cells where the reference has min, max 1e-5 x scale (ties and near-ties may swap places)
 *   sum                                        1e-5 x scale x count
 *   rms, l2                                    1e-5 x themselves (so a record of zeros is exact)
 *   std                                        1e-5 x itself, but not below 1e-6 x scale: where
 *                                              numbers are nearly equal, what they differ by is
 *                                              smaller than what rounding to float moves them; for
 *                                              fewer than 100 cells 1e-5 x scale / sqrt(count)
 */
#include "golden/compare.h"

#include "test.h"

#include <math.h>

#define SPREAD_FLOOR 0.1 /* of a cell's tolerance */

/* One event under comparison. The first few differences are told in full, all are counted. */
struct comparison {
    const struct golden_row *want;
    const fl_event *got;
    double relative; /* the tolerance */
    int *differences;
};

static void tell(struct comparison *c, const char *what, double want, double got,
                 double tolerance) {
    if ((*c->differences)++ < 8)
        print_error("event %d, pass %d, layer %d, head %d, %s: %s is %.9g, expected %.9g "
                    "(difference %.3g, allowed %.3g)\n",
                    c->want->event, c->want->pass, c->want->layer, c->want->head, c->want->stage,
                    what, got, want, fabs(got - want), tolerance);
}

static void same(struct comparison *c, const char *what, int64_t want, int64_t got) {
    if (want != got)
        tell(c, what, (double)want, (double)got, 0);
}

/* Written so that a NaN on either side differs. */
static void close_to(struct comparison *c, const char *what, double want, double got,
                     double tolerance) {
    if (!(fabs(want - got) <= tolerance))
        tell(c, what, want, got, tolerance);
}

static void compare_place(struct comparison *c) {
    const fl_event *got = c->got;
    const struct golden_row *want = c->want;
    if (strcmp(want->stage, fl_stage_get_info(got->stage)->id) != 0) {
        print_error("event %d is %s, expected %s\n", want->event, fl_stage_get_info(got->stage)->id,
                    want->stage);
        ++*c->differences;
    }
    same(c, "index", want->event, got->index);
    same(c, "pass", want->pass, got->pass);
    same(c, "phase", want->decode, got->phase == FL_DECODE);
    same(c, "past", want->past, got->past);
    same(c, "new", want->fresh, got->new_tokens);
    same(c, "layer", want->layer, got->layer);
    same(c, "head", want->head, got->head);
    same(c, "kv_head", want->kv_head, got->kv_head);
    same(c, "number of dimensions", (int64_t)want->rank, got->tensor.n_dims);
    for (size_t i = 0; i < want->rank; i++)
        same(c, "shape", want->shape[i], got->tensor.shape[i]);
}

static void compare_ids(struct comparison *c) {
    int64_t index[FL_MAX_DIMS] = {0};
    same(c, "cells", (int64_t)c->want->n_ids, fl_tensor_count(&c->got->tensor));
    for (size_t i = 0; i < c->want->n_ids; i++) {
        same(c, "id", c->want->ids[i], (int64_t)fl_tensor_at(&c->got->tensor, index));
        fl_tensor_next(&c->got->tensor, index);
    }
}

/* The greedy choice is as probable as the row before says its best is. Rows of several tokens do
 * not say which of them that was. */
static void compare_probability(struct comparison *c) {
    const struct golden_row *probs = c->want - 1;
    if (c->got->stage == FL_STAGE_next_token && probs->shape[1] == 1)
        close_to(c, "probability", probs->max, c->got->prob, c->relative * probs->max);
}

/* Probabilities too small for a float are 0 in the engine and not in the reference. */
static void compare_zeros(struct comparison *c, const fl_stats *stats) {
    bool underflows = c->want->min < 1e-37 && strstr(c->want->stage, "probs") != NULL;
    if (!underflows || stats->zeros < c->want->zeros)
        same(c, "zeros", c->want->zeros, stats->zeros);
}

static void compare_extremes(struct comparison *c, const fl_stats *stats, double tolerance) {
    const struct golden_row *want = c->want;
    const fl_tensor *tensor = &c->got->tensor;
    close_to(c, "min", want->min, stats->min, tolerance);
    close_to(c, "max", want->max, stats->max, tolerance);
    close_to(c, "cell at argmin", want->min, fl_tensor_at(tensor, want->argmin), tolerance);
    close_to(c, "cell at argmax", want->max, fl_tensor_at(tensor, want->argmax), tolerance);
    close_to(c, "cell at its own argmin", stats->min, fl_tensor_at(tensor, stats->argmin), 0);
    close_to(c, "cell at its own argmax", stats->max, fl_tensor_at(tensor, stats->argmax), 0);
}

/* The first and last three cells in row order; masked ones have no expected value. */
static void compare_edges(struct comparison *c, double tolerance) {
    const struct golden_row *want = c->want;
    const fl_tensor *tensor = &c->got->tensor;
    int64_t index[FL_MAX_DIMS] = {0};
    int64_t n = fl_tensor_count(tensor);
    for (int64_t i = 0; i < n; i++) {
        int64_t from_end = n - i;
        if (i < GOLDEN_EDGE && !isnan(want->first[i]))
            close_to(c, "first cells", want->first[i], fl_tensor_at(tensor, index), tolerance);
        if (from_end <= GOLDEN_EDGE && !isnan(want->last[GOLDEN_EDGE - from_end]))
            close_to(c, "last cells", want->last[GOLDEN_EDGE - from_end],
                     fl_tensor_at(tensor, index), tolerance);
        fl_tensor_next(tensor, index);
    }
}

/* Sizes are held by themselves, in proportion where the scale is shared with larger records. */
static double size_tolerance(const struct comparison *c, double size) {
    double own = fmax(fabs(c->want->min), fabs(c->want->max));
    return own > 0 ? c->relative * size * (c->want->scale / own) : 0;
}

/* The spread of few cells moves with each of them. */
static double spread_tolerance(const struct comparison *c) {
    double part = fmax(SPREAD_FLOOR, 1 / sqrt((double)c->want->count));
    return c->relative * fmax(c->want->std, part * c->want->scale);
}

static void compare_numbers(struct comparison *c, const fl_stats *stats) {
    const struct golden_row *want = c->want;
    double tolerance = c->relative * want->scale;
    same(c, "nan", want->nan, stats->nan);
    same(c, "inf", want->inf, stats->inf);
    compare_zeros(c, stats);
    compare_extremes(c, stats, tolerance);
    compare_edges(c, tolerance);
    close_to(c, "mean", want->mean, stats->mean, tolerance);
    close_to(c, "sum", want->sum, stats->sum, tolerance * (double)want->count);
    close_to(c, "rms", want->rms, stats->rms, size_tolerance(c, want->rms));
    close_to(c, "l2", want->l2, stats->l2, size_tolerance(c, want->l2));
    close_to(c, "std", want->std, stats->std, spread_tolerance(c));
}

static void compare_event(const struct golden_row *want, const fl_event *got, double relative,
                          int *differences) {
    struct comparison c = {want, got, relative, differences};
    int before = *differences;
    fl_stats stats;
    compare_place(&c);
    if (*differences != before) /* not the same thing: its numbers would only add noise */
        return;
    fl_event_stats(got, &stats);
    same(&c, "count", want->count, stats.count);
    same(&c, "masked", want->masked, stats.masked);
    if (want->n_ids > 0) {
        compare_ids(&c);
        compare_probability(&c);
    } else {
        compare_numbers(&c, &stats);
    }
}

/* Is the row one that this run is held against? With a cache of halves another token may be chosen
 * where two are almost as probable, and all after that is of another text. */
static bool comparable(const struct golden_row *row, const fl_session_options *how) {
    return how->kv_dtype != FL_DTYPE_F16 ||
           (row->pass == 0 && strcmp(row->stage, "next_token") != 0);
}

static fl_session *new_session(const fl_model *model, const struct golden *g,
                               const fl_session_options *how) {
    fl_session *session = NULL;
    fl_diag diag;
    fl_session_options options = *how;
    options.ids = g->ids;
    options.n_ids = g->n_ids;
    options.n_predict = (int64_t)g->n_chosen;
    options.chunk = (int64_t)g->chunk;
    options.logits = g->all_logits ? FL_LOGITS_ALL : FL_LOGITS_LAST;
    if (fl_session_new(&session, model, &options, &diag) != FL_OK)
        fail_msg("%s: %s", fl_model_name(model), diag.message);
    return session;
}

static void compare_choices(const fl_session *session, const struct golden *g) {
    size_t n = 0;
    const int32_t *tokens = fl_session_tokens(session, &n);
    assert_int_equal(n, g->n_ids + g->n_chosen);
    assert_memory_equal(tokens + g->n_ids, g->chosen, g->n_chosen * sizeof *tokens);
}

void golden_compare(const fl_model *model, const struct golden *g, const fl_session_options *how,
                    double relative) {
    fl_session *session = new_session(model, g, how);
    fl_event event;
    fl_diag diag;
    int differences = 0;
    for (size_t i = 0; i < g->n_rows && differences < 8; i++) {
        if (fl_session_step(session, &event, &diag) != FL_OK)
            fail_msg("event %zu: %s", i, diag.message);
        if (comparable(&g->rows[i], how))
            compare_event(&g->rows[i], &event, relative, &differences);
    }
    if (differences != 0)
        fail_msg("%s: %d differences with %d threads, %s", fl_model_name(model), differences,
                 how->threads, fl_session_isa(session));
    assert_int_equal(fl_session_step(session, &event, &diag), FL_DONE);
    if (how->kv_dtype != FL_DTYPE_F16)
        compare_choices(session, g);
    fl_session_free(&session);
}
