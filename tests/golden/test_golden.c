/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */

/* Every event of a run against the float64 numbers of reference.py, at 1, 2 and 4 threads.
 *
 * Exact: order, numbering, stage, layer, head, shape, counts of cells, masked cells and zeros, ids.
 * scale, below, is the record's largest absolute value:
 *   min, max, mean, the first and last cells   1e-5 x scale
 *   the cells where the reference has min, max 1e-5 x scale (ties and near-ties may swap places)
 *   sum                                        1e-5 x scale x count
 *   rms, l2                                    1e-5 x themselves (so a record of zeros is exact)
 *   std                                        1e-5 x itself, but not below 1e-6 x scale: where
 *                                              numbers are nearly equal, what they differ by is
 *                                              smaller than what rounding to float moves them
 */
#include "test.h"

#include "golden/golden.h"
#include <footlight/footlight.h>

#include <math.h>

#define RELATIVE 1e-5
#define SPREAD_FLOOR 1e-6

/* One event under comparison. The first few differences are told in full, all are counted. */
struct comparison {
    const struct golden_row *want;
    const fl_event *got;
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
        close_to(c, "probability", probs->max, c->got->prob, RELATIVE * probs->max);
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

static void compare_numbers(struct comparison *c, const fl_stats *stats) {
    const struct golden_row *want = c->want;
    double tolerance = RELATIVE * golden_scale(want);
    same(c, "nan", want->nan, stats->nan);
    same(c, "inf", want->inf, stats->inf);
    compare_zeros(c, stats);
    compare_extremes(c, stats, tolerance);
    compare_edges(c, tolerance);
    close_to(c, "mean", want->mean, stats->mean, tolerance);
    close_to(c, "sum", want->sum, stats->sum, tolerance * (double)want->count);
    close_to(c, "rms", want->rms, stats->rms, RELATIVE * want->rms);
    close_to(c, "l2", want->l2, stats->l2, RELATIVE * want->l2);
    close_to(c, "std", want->std, stats->std,
             fmax(RELATIVE * want->std, SPREAD_FLOOR * golden_scale(want)));
}

static void compare_event(const struct golden_row *want, const fl_event *got, int *differences) {
    struct comparison c = {want, got, differences};
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

static fl_session *new_session(const fl_model *model, const struct golden *g, int threads,
                               const char *isa) {
    fl_session *session = NULL;
    fl_diag diag;
    fl_session_options options = fl_session_defaults();
    options.ids = g->ids;
    options.n_ids = g->n_ids;
    options.n_predict = (int64_t)g->n_chosen;
    options.chunk = (int64_t)g->chunk;
    options.logits = g->all_logits ? FL_LOGITS_ALL : FL_LOGITS_LAST;
    options.threads = threads;
    options.isa = isa;
    if (fl_session_new(&session, model, &options, &diag) != FL_OK)
        fail_msg("%s", diag.message);
    return session;
}

static void compare_choices(const fl_session *session, const struct golden *g) {
    size_t n = 0;
    const int32_t *tokens = fl_session_tokens(session, &n);
    assert_int_equal(n, g->n_ids + g->n_chosen);
    assert_memory_equal(tokens + g->n_ids, g->chosen, g->n_chosen * sizeof *tokens);
}

static void compare_run(const fl_model *model, const struct golden *g, int threads,
                        const char *isa) {
    fl_session *session = new_session(model, g, threads, isa);
    fl_event event;
    fl_diag diag;
    int differences = 0;
    for (size_t i = 0; i < g->n_rows && differences < 8; i++) {
        if (fl_session_step(session, &event, &diag) != FL_OK)
            fail_msg("event %zu: %s", i, diag.message);
        compare_event(&g->rows[i], &event, &differences);
    }
    if (differences != 0)
        fail_msg("%d differences with %d threads, %s", differences, threads,
                 fl_session_isa(session));
    assert_int_equal(fl_session_step(session, &event, &diag), FL_DONE);
    compare_choices(session, g);
    fl_session_free(&session);
}

/* The scalar kernels are the reference; NULL is whatever this machine would choose. */
static void compare_model(const char *csv, const char *name) {
    static const int threads[] = {1, 2, 4};
    static const char *const isas[] = {"scalar", NULL};
    struct golden g;
    fl_model *model = NULL;
    fl_diag diag;
    assert_true(golden_load(&g, fl_test_path(csv)));
    if (fl_model_open(&model, name, &diag) != FL_OK)
        fail_msg("%s: %s", name, diag.message);
    for (size_t i = 0; i < sizeof isas / sizeof *isas; i++)
        for (size_t t = 0; t < sizeof threads / sizeof *threads; t++)
            compare_run(model, &g, threads[t], isas[i]);
    fl_model_close(&model);
    golden_free(&g);
}

static void stories_prefill_and_decode(void **state) {
    (void)state;
    FL_NEED_DATA("stories260K.bin");
    compare_model("tests/golden/stories260K.csv", fl_test_data("stories260K.bin"));
}

static void stories_in_chunks_with_all_logits(void **state) {
    (void)state;
    FL_NEED_DATA("stories260K.bin");
    compare_model("tests/golden/stories260K-chunked.csv", fl_test_data("stories260K.bin"));
}

/* A golden file of other weights would fail below in a thousand lines; this says it in one. */
static void builtin_file_is_of_these_weights(void **state) {
    (void)state;
    char command[1100];
    snprintf(command, sizeof command, "sh '%s' --check", fl_test_path("tests/golden/make.sh"));
    assert_int_equal(system(command), 0);
}

static void builtin_prefill_and_decode(void **state) {
    (void)state;
    compare_model("tests/golden/builtin.csv", "builtin");
}

/* The prompt the file was made from encodes to the ids it holds: two tokenizers, one answer. */
static void builtin_prompt_encodes_alike(void **state) {
    (void)state;
    struct golden g;
    fl_model *model = NULL;
    fl_tokenizer *tokenizer = NULL;
    int32_t *ids = NULL;
    size_t n = 0;
    assert_true(golden_load(&g, fl_test_path("tests/golden/builtin.csv")));
    assert_int_equal(fl_model_open(&model, "builtin", NULL), FL_OK);
    assert_int_equal(fl_tokenizer_new(&tokenizer, fl_model_vocab(model), NULL), FL_OK);
    assert_int_equal(fl_encode(tokenizer, g.prompt, strlen(g.prompt), true, false, &ids, &n, NULL),
                     FL_OK);
    assert_int_equal(n, g.n_ids);
    assert_memory_equal(ids, g.ids, n * sizeof *ids);
    free(ids);
    fl_tokenizer_free(&tokenizer);
    fl_model_close(&model);
    golden_free(&g);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(builtin_file_is_of_these_weights),
        cmocka_unit_test(builtin_prompt_encodes_alike),
        cmocka_unit_test(builtin_prefill_and_decode),
        cmocka_unit_test(stories_prefill_and_decode),
        cmocka_unit_test(stories_in_chunks_with_all_logits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
