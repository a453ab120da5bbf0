/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Rows of the last layer that nobody asked for are dropped, and nobody can tell: a run by passes
 * without a sink gives what it gives with one that wants everything, bit by bit.
 */
#include "test.h"

#include "engine/run.h"

#include <footlight/footlight.h>

enum { N_PROMPT = 40, N_PREDICT = 3, MOST_PASSES = 48 };

static int32_t prompt[N_PROMPT];

typedef struct run_options {
    const char *model, *isa;
    bool fast;
    int64_t n_ids, chunk, window;
    fl_logits_mode logits;
} run_options;

/* ---- who listens ---- */

typedef struct listener {
    fl_stage first, last; /* of the stages that are wanted */
    int32_t first_layer;
    int64_t told, rows; /* events, and tokens in the last of them */
} listener;

static bool wants(void *ctx, const fl_step *step) {
    const listener *l = ctx;
    return step->stage >= l->first && step->stage <= l->last && step->layer >= l->first_layer;
}

static fl_flow hear(void *ctx, const fl_event *event) {
    listener *l = ctx;
    l->told++;
    l->rows = event->tensor.shape[event->head < 0 ? 1 : 2];
    return FL_GO;
}

static listener to_everything(void) {
    return (listener){.last = FL_STAGE_COUNT - 1, .first_layer = -1};
}

/* ---- what a pass leaves behind ---- */

typedef struct outcome {
    int32_t token;
    double prob;
    int64_t rows_computed; /* by the last layer */
    bool idle;
    int64_t n_logits;
    float *logits;
} outcome;

typedef struct outcomes {
    int n;
    outcome passes[MOST_PASSES];
} outcomes;

static void keep_pass(const fl_session *s, int32_t token, outcome *out) {
    *out = (outcome){.token = token, .rows_computed = s->dims.T, .idle = s->idle};
    if (token >= 0)
        out->prob = s->choice_prob;
    out->n_logits = s->dims.R * s->dims.V;
    if (out->n_logits == 0)
        return;
    out->logits = malloc((size_t)out->n_logits * sizeof *out->logits);
    assert_non_null(out->logits);
    memcpy(out->logits, s->a.logits, (size_t)out->n_logits * sizeof *out->logits);
}

static void forget(outcomes *run) {
    for (int i = 0; i < run->n; i++)
        free(run->passes[i].logits);
}

static fl_session *new_session(fl_model *model, const run_options *r) {
    fl_session *s;
    fl_diag diag;
    fl_session_options o = fl_session_defaults();
    o.ids = prompt;
    o.n_ids = (size_t)r->n_ids;
    o.n_predict = N_PREDICT;
    o.chunk = r->chunk;
    o.logits = r->logits;
    o.isa = r->isa;
    o.fast = r->fast;
    o.threads = 2;
    o.time = false;
    if (fl_session_new(&s, model, &o, &diag) != FL_OK)
        fail_msg("%s", diag.message);
    s->hparams.sliding_window = r->window;
    return s;
}

/* All passes of a run; `l` is NULL if nobody listens. */
static outcomes run_passes(const run_options *r, listener *l) {
    fl_model *model;
    int32_t token;
    outcomes run = {0};
    assert_int_equal(fl_model_open(&model, r->model, NULL), FL_OK);
    fl_session *s = new_session(model, r);
    fl_sink sink = {l, wants, hear};
    if (l)
        assert_int_equal(fl_session_add_sink(s, &sink), FL_OK);
    while (fl_session_pass(s, &token, NULL) == FL_OK) {
        assert_in_range(run.n, 0, MOST_PASSES - 1);
        keep_pass(s, token, &run.passes[run.n++]);
    }
    fl_session_free(&s);
    fl_model_close(&model);
    return run;
}

static void expect_same(const run_options *r, const outcomes *a, const outcomes *b) {
    assert_int_equal(a->n, b->n);
    for (int i = 0; i < a->n; i++) {
        const outcome *x = &a->passes[i], *y = &b->passes[i];
        size_t size = (size_t)x->n_logits * sizeof *x->logits;
        bool same = x->token == y->token && memcmp(&x->prob, &y->prob, sizeof x->prob) == 0 &&
                    x->n_logits == y->n_logits;
        if (!same || (size && memcmp(x->logits, y->logits, size)))
            fail_msg("%s, isa %s, %s, %d tokens, chunk %d, window %d, %s logits: pass %d differs",
                     r->model, r->isa, r->fast ? "fast" : "exact", (int)r->n_ids, (int)r->chunk,
                     (int)r->window, r->logits == FL_LOGITS_ALL ? "all" : "last", i);
    }
}

/* ---- the last layer without a listener ---- */

/* The rows with logits; none in a part of the prompt that gets none. */
static void expect_dropped(const run_options *r, const outcomes *run) {
    for (int i = 0; i < run->n; i++) {
        int64_t past = i * r->chunk,
                tokens = r->n_ids - past < r->chunk ? r->n_ids - past : r->chunk;
        const outcome *pass = &run->passes[i];
        bool early = past + tokens < r->n_ids;
        if (past >= r->n_ids || r->logits == FL_LOGITS_ALL)
            assert_false(pass->idle);
        else
            assert_int_equal(pass->idle, early);
        if (past < r->n_ids && !early)
            assert_int_equal(pass->rows_computed, r->logits == FL_LOGITS_ALL ? tokens : 1);
    }
}

static void expect_kept(const run_options *r, const outcomes *run) {
    assert_int_equal(run->passes[0].rows_computed, r->n_ids < r->chunk ? r->n_ids : r->chunk);
    for (int i = 0; i < run->n; i++)
        assert_false(run->passes[i].idle);
}

static void compare(const run_options *r) {
    listener all = to_everything();
    outcomes alone = run_passes(r, NULL), heard = run_passes(r, &all);
    expect_dropped(r, &alone);
    expect_kept(r, &heard);
    assert_true(all.told > 0);
    expect_same(r, &alone, &heard);
    forget(&alone);
    forget(&heard);
}

static void with_lengths(run_options r) {
    static const struct {
        int64_t n_ids, chunk;
    } cuts[] = {{1, 512}, {5, 512}, {5, 3}, {N_PROMPT, 512}, {N_PROMPT, 17}, {N_PROMPT, 1}};
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++)
        for (int all = 0; all < 2; all++) {
            r.n_ids = cuts[i].n_ids;
            r.chunk = cuts[i].chunk;
            r.logits = all ? FL_LOGITS_ALL : FL_LOGITS_LAST;
            compare(&r);
        }
}

static void with_levels(run_options r) {
    r.isa = "scalar";
    with_lengths(r);
    r.isa = "auto";
    with_lengths(r);
}

static void exact_passes_are_the_same(void **state) {
    (void)state;
    with_levels((run_options){.model = "builtin"});
}

static void passes_over_8_bit_activations_are_the_same(void **state) {
    (void)state;
    with_levels((run_options){.model = "builtin:q8_0", .fast = true});
    with_levels((run_options){.model = "builtin:q4_0", .fast = true});
}

/* Rows that are left keep their positions, by which a window hides keys. */
static void passes_with_a_window_are_the_same(void **state) {
    (void)state;
    with_levels((run_options){.model = "builtin", .window = 7});
}

/* ---- listeners that decide ---- */

static void who_wants_the_last_layer_gets_all_of_it(void **state) {
    (void)state;
    const run_options r = {"builtin", "auto", false, N_PROMPT, 512, 0, FL_LOGITS_LAST};
    listener last = {FL_STAGE_down, FL_STAGE_down, 3, 0, 0},
             before = {FL_STAGE_down, FL_STAGE_down, 0, 0, 0};
    outcomes alone = run_passes(&r, NULL), heard = run_passes(&r, &last);
    assert_int_equal(last.told, N_PREDICT);
    assert_int_equal(heard.passes[0].rows_computed, N_PROMPT);
    expect_same(&r, &alone, &heard);
    forget(&heard);
    heard = run_passes(&r, &before);
    assert_int_equal(before.told, 4 * N_PREDICT);
    forget(&heard);
    forget(&alone);
}

/* What comes after the blocks has the same rows either way. */
static void who_wants_logits_alone_lets_rows_go(void **state) {
    (void)state;
    const run_options r = {"builtin", "auto", false, N_PROMPT, 512, 0, FL_LOGITS_LAST};
    listener logits = {FL_STAGE_logits, FL_STAGE_probs, -1, 0, 0};
    outcomes alone = run_passes(&r, NULL), heard = run_passes(&r, &logits);
    assert_int_equal(logits.told, 2 * N_PREDICT);
    assert_int_equal(logits.rows, 1);
    assert_int_equal(heard.passes[0].rows_computed, 1);
    expect_same(&r, &alone, &heard);
    forget(&alone);
    forget(&heard);
}

/* Going back to a pass whose rows were dropped, they are there again. */
static void rewinding_brings_rows_back(void **state) {
    (void)state;
    const run_options r = {"builtin", "auto", false, N_PROMPT, 512, 0, FL_LOGITS_LAST};
    fl_model *model;
    fl_event event;
    int32_t first, again = -1;
    assert_int_equal(fl_model_open(&model, r.model, NULL), FL_OK);
    fl_session *s = new_session(model, &r);
    assert_int_equal(fl_session_pass(s, &first, NULL), FL_OK);
    assert_int_equal(s->dims.T, 1);
    assert_int_equal(fl_session_dims(s).T, N_PROMPT);
    assert_int_equal(fl_session_rewind(s, 0, NULL), FL_OK);
    do {
        assert_int_equal(fl_session_step(s, &event, NULL), FL_OK);
        if (event.layer == 3 && event.stage == FL_STAGE_resid_post)
            assert_int_equal(event.tensor.shape[1], N_PROMPT);
    } while (event.stage != FL_STAGE_next_token);
    memcpy(&again, event.tensor.data, sizeof again);
    assert_int_equal(again, first);
    fl_session_free(&s);
    fl_model_close(&model);
}

static int make_prompt(void **state) {
    (void)state;
    for (int i = 0; i < N_PROMPT; i++)
        prompt[i] = (i * 37) % 1000 + 3;
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_passes_are_the_same),
        cmocka_unit_test(passes_over_8_bit_activations_are_the_same),
        cmocka_unit_test(passes_with_a_window_are_the_same),
        cmocka_unit_test(who_wants_the_last_layer_gets_all_of_it),
        cmocka_unit_test(who_wants_logits_alone_lets_rows_go),
        cmocka_unit_test(rewinding_brings_rows_back),
    };
    return cmocka_run_group_tests(tests, make_prompt, NULL);
}
