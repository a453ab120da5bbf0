/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/* The stepping machine on the built-in model: order, shapes, going back, chunks, threads.
 */
#include "test.h"

#include "base/diag.h"
#include "engine/live.h"
#include "engine/started.h"

#include <footlight/footlight.h>
#include <math.h>

static void events_come_in_plan_order_with_planned_shapes(void **state) {
    (void)state;
    fl_session_options o = options(3);
    fl_session *s = session(&o);
    fl_event event;
    int64_t total = 0;
    while (fl_session_step(s, &event, NULL) == FL_OK) {
        const fl_plan *plan = fl_session_plan(s);
        int64_t shape[FL_MAX_DIMS], at = fl_session_next_step(s) - 1;
        const fl_step *step = fl_plan_step(plan, at);
        fl_dims dims = fl_session_dims(s);
        assert_int_equal(event.stage, step->stage);
        assert_int_equal(event.layer, step->layer);
        assert_int_equal(event.head, step->head);
        assert_int_equal(event.tensor.n_dims, fl_stage_shape(event.stage, &dims, shape));
        assert_memory_equal(event.tensor.shape, shape, (size_t)event.tensor.n_dims * 8);
        total++;
    }
    const fl_hparams *h = fl_model_hparams(model);
    assert_int_equal(total, 3 * (10 + h->num_hidden_layers * (22 + 3 * h->num_attention_heads)));
    fl_session_free(&s);
}

static void thread_count_changes_no_bit(void **state) {
    (void)state;
    int64_t n1, n2;
    fl_session_options o = options(3);
    o.threads = 1;
    uint64_t *one = digests(&o, &n1);
    for (int threads = 2; threads <= 5; threads++) {
        o.threads = threads;
        uint64_t *many = digests(&o, &n2);
        assert_int_equal(n1, n2);
        assert_memory_equal(one, many, (size_t)n1 * sizeof *one);
        free(many);
    }
    free(one);
}

static void rewinding_computes_the_same_bytes(void **state) {
    (void)state;
    int64_t n;
    fl_session_options o = options(4);
    o.sampler = (fl_sampler){.temperature = 1.5, .top_k = 50, .top_p = 0.95, .seed = 11};
    uint64_t *all = digests(&o, &n);
    fl_session *s = session(&o);
    fl_event event;
    assert_int_equal(fl_session_run(s, NULL), FL_DONE);
    for (int32_t pass = 3; pass >= 0; pass--) {
        assert_int_equal(fl_session_rewind(s, pass, NULL), FL_OK);
        while (fl_session_step(s, &event, NULL) == FL_OK)
            assert_true(digest(&event) == all[event.index]);
        assert_int_equal(event.index, n - 1);
    }
    assert_int_equal(fl_session_rewind(s, 4, NULL), FL_ERR_USAGE);
    fl_session_free(&s);
    free(all);
}

/* Forward to the end, back to the start, forward again, and then anywhere: the same bytes at every
 * event, whether the capture kept it (a large budget) or had to run the pass again (a small one).
 */
static void walk_both_ways(uint64_t memory) {
    int64_t n;
    fl_session_options o = options(3);
    uint64_t *all = digests(&o, &n);
    fl_source source;
    fl_diag diag;
    assert_int_equal(fl_live_source(&source, session(&o), memory, NULL), FL_OK);
    for (int64_t i = 0; i < n; i++)
        assert_true(digest(&source.get(source.ctx, i, &diag)->event) == all[i]);
    assert_null(source.get(source.ctx, n, &diag));
    assert_int_equal(diag.status, FL_DONE);
    for (int64_t i = n - 1; i >= 0; i--)
        assert_true(digest(&source.get(source.ctx, i, &diag)->event) == all[i]);
    for (int64_t i = 0; i < n; i++)
        assert_true(digest(&source.get(source.ctx, i, &diag)->event) == all[i]);
    for (int64_t i = 0; i < 200; i++) {
        int64_t at = (i * 7919) % n;
        assert_true(digest(&source.get(source.ctx, at, &diag)->event) == all[at]);
    }
    assert_null(source.get(source.ctx, -1, &diag));
    assert_int_equal(diag.status, FL_ERR_USAGE);
    assert_int_equal(source.computed(source.ctx), n);
    source.free(source.ctx);
    free(all);
}

static void walking_back_from_memory_is_exact(void **state) {
    (void)state;
    walk_both_ways((uint64_t)1 << 30);
}

static void walking_back_beyond_memory_is_exact(void **state) {
    (void)state;
    walk_both_ways(1000);
}

/* Back at the start, then at once to an event that nobody has seen yet. */
static void going_far_ahead_after_going_back_is_exact(void **state) {
    (void)state;
    int64_t n;
    fl_session_options o = options(4);
    uint64_t *all = digests(&o, &n);
    for (int small = 0; small < 2; small++) {
        fl_source source;
        fl_diag diag;
        assert_int_equal(fl_live_source(&source, session(&o), small ? 1 : 1 << 30, NULL), FL_OK);
        const int64_t visits[] = {n / 4 + 5, 3, n / 2 + 7, n / 4, n - 1, 0, n - 1};
        for (size_t i = 0; i < sizeof visits / sizeof *visits; i++) {
            const fl_captured *row = source.get(source.ctx, visits[i], &diag);
            assert_true(digest(&row->event) == all[visits[i]]);
            /* the third and fifth were never seen; of the others a large budget lost none */
            assert_int_equal(row->again, small && (i == 1 || i == 3 || i > 4));
            assert_ptr_equal(source.get(source.ctx, visits[i], &diag), row);
        }
        source.free(source.ctx);
    }
    free(all);
}

static void the_source_knows_its_passes_and_tokens(void **state) {
    (void)state;
    fl_session_options o = options(2);
    fl_source source;
    fl_pass pass;
    fl_diag diag;
    size_t n_tokens, n_prompt;
    assert_int_equal(fl_live_source(&source, session(&o), 1 << 30, NULL), FL_OK);
    assert_non_null(source.get(source.ctx, 0, &diag));
    assert_true(source.pass_of(source.ctx, 0, &pass));
    int64_t per_pass = pass.count;
    assert_false(source.pass_of(source.ctx, per_pass, &pass));
    assert_non_null(source.get(source.ctx, per_pass, &diag));
    assert_true(source.pass_of(source.ctx, per_pass, &pass));
    assert_int_equal(pass.index, 1);
    assert_int_equal(pass.first, per_pass);
    assert_int_equal(pass.phase, FL_DECODE);
    assert_int_equal(pass.dims.P, N_PROMPT);
    const int32_t *tokens = source.tokens(source.ctx, &n_tokens, &n_prompt);
    assert_int_equal(n_prompt, N_PROMPT);
    assert_int_equal(n_tokens, N_PROMPT + 1);
    assert_memory_equal(tokens, prompt, sizeof prompt);
    source.free(source.ctx);
}

/* The last event of a stage in a run, packed; caller frees. */
static float *last_values(const fl_session_options *o, fl_stage stage, int64_t *count,
                          fl_stats *stats) {
    fl_session *s = session(o);
    fl_event event;
    float *values = NULL;
    while (fl_session_step(s, &event, NULL) == FL_OK) {
        if (event.stage != stage)
            continue;
        *count = fl_tensor_count(&event.tensor);
        values = realloc(values, (size_t)*count * sizeof *values);
        fl_tensor_pack(&event.tensor, values);
        fl_event_stats(&event, stats);
    }
    fl_session_free(&s);
    return values;
}

static void chunks_change_nothing_that_matters(void **state) {
    (void)state;
    int64_t n = 0, m = 0;
    fl_stats whole, cut;
    fl_session_options o = options(1), c = options(1);
    c.chunk = 3;
    float *logits = last_values(&o, FL_STAGE_logits, &n, &whole);
    float *chunked = last_values(&c, FL_STAGE_logits, &m, &cut);
    assert_int_equal(n, m);
    for (int64_t i = 0; i < n; i++)
        assert_true(fabsf(logits[i] - chunked[i]) < 1e-4f);
    free(logits);
    free(chunked);
    /* the sums of the cache do not depend on how the prompt was cut */
    free(last_values(&o, FL_STAGE_v_cache, &n, &whole));
    free(last_values(&c, FL_STAGE_v_cache, &m, &cut));
    assert_memory_equal(&whole, &cut, sizeof whole);
}

static void only_the_last_chunk_reaches_the_logits(void **state) {
    (void)state;
    fl_session_options o = options(1);
    fl_event event;
    o.chunk = 3;
    for (int all = 0; all < 2; all++) {
        int seen = 0, chosen = 0;
        o.logits = all ? FL_LOGITS_ALL : FL_LOGITS_LAST;
        fl_session *s = session(&o);
        while (fl_session_step(s, &event, NULL) == FL_OK) {
            seen += event.stage == FL_STAGE_logits;
            chosen += event.stage == FL_STAGE_next_token;
            if (all && event.stage == FL_STAGE_logits)
                assert_int_equal(event.tensor.shape[1], event.new_tokens);
        }
        assert_int_equal(seen, all ? 3 : 1);
        assert_int_equal(chosen, 1);
        fl_session_free(&s);
    }
}

static void statistics_of_the_growing_cache_are_those_of_its_cells(void **state) {
    (void)state;
    fl_session_options o = options(3);
    fl_session *s = session(&o);
    fl_event event;
    while (fl_session_step(s, &event, NULL) == FL_OK) {
        if (event.stage != FL_STAGE_k_cache)
            continue;
        fl_stats direct;
        fl_tensor_stats(&event.tensor, &direct);
        assert_int_equal(event.stats->count, direct.count);
        assert_true(event.stats->min == direct.min && event.stats->max == direct.max);
        assert_memory_equal(event.stats->argmax, direct.argmax, sizeof direct.argmax);
        assert_true(fabs(event.stats->sum - direct.sum) < 1e-9);
        assert_true(fabs(event.stats->std - direct.std) < 1e-9);
    }
    fl_session_free(&s);
}

/* Passes and choices of a run; the last event's stage. */
typedef struct extent {
    int32_t passes;
    int chosen;
    fl_stage last;
} extent;

static extent extent_of(const fl_session_options *o) {
    fl_session *s = session(o);
    fl_event event;
    extent e = {0};
    while (fl_session_step(s, &event, NULL) == FL_OK) {
        e.passes = event.pass + 1;
        e.chosen += event.stage == FL_STAGE_next_token;
        e.last = event.stage;
    }
    fl_session_free(&s);
    return e;
}

static void runs_end_where_asked_or_where_the_context_is_full(void **state) {
    (void)state;
    static const struct {
        int64_t n_predict, context, chunk;
        size_t n_ids;
        extent want;
    } cases[] = {
        {0, 0, 512, N_PROMPT, {1, 0, FL_STAGE_probs}},
        {1, 0, 512, N_PROMPT, {1, 1, FL_STAGE_next_token}},
        {3, 0, 512, N_PROMPT, {3, 3, FL_STAGE_next_token}},
        {1, N_PROMPT, 512, N_PROMPT, {1, 1, FL_STAGE_next_token}}, /* the prompt fills it */
        {0, N_PROMPT, 3, N_PROMPT, {3, 0, FL_STAGE_probs}},
        {9, N_PROMPT, 3, N_PROMPT, {3, 1, FL_STAGE_next_token}},
        {-1, N_PROMPT + 3, 512, N_PROMPT, {4, 4, FL_STAGE_next_token}}, /* and one per free place */
        {-1, 1, 512, 1, {1, 1, FL_STAGE_next_token}},
        {2, 0, 1, 1, {2, 2, FL_STAGE_next_token}},
        {1, 0, 1, 3, {3, 1, FL_STAGE_next_token}},               /* a prompt read token by token */
        {1, 0, N_PROMPT, N_PROMPT, {1, 1, FL_STAGE_next_token}}, /* a chunk exactly full */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fl_session_options o = options(cases[i].n_predict);
        o.context = cases[i].context;
        o.chunk = cases[i].chunk;
        o.n_ids = cases[i].n_ids;
        extent e = extent_of(&o);
        assert_int_equal(e.passes, cases[i].want.passes);
        assert_int_equal(e.chosen, cases[i].want.chosen);
        assert_int_equal(e.last, cases[i].want.last);
    }
}

static void a_whole_pass_at_a_time_gives_its_choice(void **state) {
    (void)state;
    fl_session_options o = options(3);
    int32_t token = 0;
    o.chunk = 4;
    fl_session *s = session(&o);
    assert_int_equal(fl_session_pass(s, &token, NULL), FL_OK);
    assert_int_equal(token, -1); /* the first chunk of the prompt chooses nothing */
    for (size_t i = 0; i < 3; i++) {
        size_t n;
        assert_int_equal(fl_session_pass(s, &token, NULL), FL_OK);
        const int32_t *tokens = fl_session_tokens(s, &n);
        assert_int_equal(n, N_PROMPT + 1 + i);
        assert_int_equal(tokens[n - 1], token);
    }
    assert_int_equal(fl_session_pass(s, &token, NULL), FL_DONE);
    assert_int_equal(token, -1);
    assert_int_equal(fl_session_pass(s, &token, NULL), FL_DONE);
    fl_session_free(&s);
}

typedef struct listener {
    int seen;
    int stop_after;
} listener;

static bool wants_gates(void *ctx, const fl_step *step) {
    (void)ctx;
    return step->stage == FL_STAGE_gate;
}

static fl_flow count_gates(void *ctx, const fl_event *event) {
    listener *l = ctx;
    assert_int_equal(event->stage, FL_STAGE_gate);
    return ++l->seen == l->stop_after ? FL_STOP : FL_GO;
}

static void sinks_get_what_they_want_and_can_stop_the_run(void **state) {
    (void)state;
    fl_session_options o = options(1);
    fl_session *s = session(&o);
    listener l = {0, 2};
    fl_sink sink = {&l, wants_gates, count_gates};
    assert_int_equal(fl_session_add_sink(s, &sink), FL_OK);
    assert_int_equal(fl_session_run(s, NULL), FL_OK);
    assert_int_equal(l.seen, 2);
    assert_int_equal(fl_session_run(s, NULL), FL_DONE);
    assert_int_equal(l.seen, fl_model_hparams(model)->num_hidden_layers);
    fl_session_free(&s);
}

static void a_half_cache_stays_close(void **state) {
    (void)state;
    int64_t n = 0;
    fl_stats stats;
    fl_session_options o = options(1), h = options(1);
    h.kv_dtype = FL_DTYPE_F16;
    float *full = last_values(&o, FL_STAGE_logits, &n, &stats);
    float *half = last_values(&h, FL_STAGE_logits, &n, &stats);
    bool different = false;
    for (int64_t i = 0; i < n; i++) {
        assert_true(fabsf(full[i] - half[i]) < 0.05f);
        different = different || full[i] != half[i];
    }
    assert_true(different);
    free(full);
    free(half);
}

static void refuse(const fl_session_options *o, fl_status status, const char *words) {
    fl_session *s;
    fl_diag diag;
    assert_int_equal(fl_session_new(&s, model, o, &diag), status);
    assert_null(s);
    if (!strstr(diag.message, words))
        fail_msg("'%s' does not say '%s'", diag.message, words);
}

static void impossible_runs_are_refused_with_a_reason(void **state) {
    (void)state;
    int32_t bad[] = {1, 1024}, longer[400] = {0};
    fl_patch patch = {FL_PATCH_HEAD, 99, 0, 0, 0};
    fl_session_options o = options(1);
    o.ids = bad;
    o.n_ids = 2;
    refuse(&o, FL_ERR_USAGE, "token id 1024");
    o.ids = longer;
    o.n_ids = 400;
    refuse(&o, FL_ERR_LIMIT, "400 tokens");
    o = options(1);
    o.n_ids = 0;
    refuse(&o, FL_ERR_USAGE, "no tokens");
    o = options(1);
    o.context = 100000;
    refuse(&o, FL_ERR_LIMIT, "100000");
    o = options(1);
    o.context = -1;
    refuse(&o, FL_ERR_USAGE, "context is -1");
    o = options(1);
    o.context = N_PROMPT - 1;
    refuse(&o, FL_ERR_LIMIT, "7 tokens");
    o = options(1);
    o.patches = &patch;
    o.n_patches = 1;
    refuse(&o, FL_ERR_USAGE, "layer 99");
    patch.layer = -1;
    refuse(&o, FL_ERR_USAGE, "layer -1");
    patch = (fl_patch){FL_PATCH_HEAD, 0, -1, 0, 0};
    refuse(&o, FL_ERR_USAGE, "head -1");
    patch = (fl_patch){FL_PATCH_NEURON, 0, -1, 0, 100000};
    refuse(&o, FL_ERR_USAGE, "neuron 100000, expected 0 to");
    patch = (fl_patch){FL_PATCH_VALUE, 0, -1, 0, N_PROMPT};
    refuse(&o, FL_ERR_USAGE, "value 7, but this run reads no more than 7 tokens, expected 0 to 6");
    o = options(1);
    o.isa = "abacus";
    refuse(&o, FL_ERR_USAGE, "abacus");
}

static void a_configuration_cannot_run(void **state) {
    (void)state;
    fl_model *plan_only;
    fl_session *s;
    fl_diag diag;
    fl_session_options o = options(1);
    assert_int_equal(fl_model_open(&plan_only, "llama-2-7b", &diag), FL_OK);
    assert_int_equal(fl_session_new(&s, plan_only, &o, &diag), FL_ERR_UNSUPPORTED);
    assert_non_null(strstr(diag.message, "no weights"));
    fl_model_close(&plan_only);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_come_in_plan_order_with_planned_shapes),
        cmocka_unit_test(thread_count_changes_no_bit),
        cmocka_unit_test(rewinding_computes_the_same_bytes),
        cmocka_unit_test(walking_back_from_memory_is_exact),
        cmocka_unit_test(walking_back_beyond_memory_is_exact),
        cmocka_unit_test(going_far_ahead_after_going_back_is_exact),
        cmocka_unit_test(the_source_knows_its_passes_and_tokens),
        cmocka_unit_test(chunks_change_nothing_that_matters),
        cmocka_unit_test(only_the_last_chunk_reaches_the_logits),
        cmocka_unit_test(statistics_of_the_growing_cache_are_those_of_its_cells),
        cmocka_unit_test(runs_end_where_asked_or_where_the_context_is_full),
        cmocka_unit_test(a_whole_pass_at_a_time_gives_its_choice),
        cmocka_unit_test(sinks_get_what_they_want_and_can_stop_the_run),
        cmocka_unit_test(a_half_cache_stays_close),
        cmocka_unit_test(impossible_runs_are_refused_with_a_reason),
        cmocka_unit_test(a_configuration_cannot_run),
    };
    return cmocka_run_group_tests(tests, open_model, close_model);
}
