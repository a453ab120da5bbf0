/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/* What a session counts for those who listen: once for all of them, and nothing else. */
#include "test.h"

#include "engine/run.h"

#include <footlight/footlight.h>

enum { N_PROMPT = 200 }; /* long enough for statistics to be split over threads */

static int32_t prompt[N_PROMPT];
static fl_model *model;

static int open_model(void **state) {
    (void)state;
    for (int i = 0; i < N_PROMPT; i++)
        prompt[i] = (i * 37) % 1000 + 3;
    return fl_model_open(&model, "builtin", NULL) == FL_OK ? 0 : -1;
}

static int close_model(void **state) {
    (void)state;
    fl_model_close(&model);
    return 0;
}

static fl_session *new_session(size_t n_ids, int64_t n_predict, int threads) {
    fl_session *s;
    fl_diag diag;
    fl_session_options o = fl_session_defaults();
    o.ids = prompt;
    o.n_ids = n_ids;
    o.n_predict = n_predict;
    o.threads = threads;
    o.time = false;
    o.logits = FL_LOGITS_ALL;
    if (fl_session_new(&s, model, &o, &diag) != FL_OK)
        fail_msg("%s", diag.message);
    return s;
}

/* Counts cells on the way to the kernel that the session had chosen. */
static int64_t counted;
static fl_summary_fn *chosen;

static void counting_summary(const void *x, fl_dtype type, int64_t n, fl_summary *out) {
    counted += n;
    chosen(x, type, n, out);
}

static fl_session *watched_session(void) {
    fl_session *s = new_session(5, 1, 1);
    counted = 0;
    chosen = s->kernels.summary;
    s->kernels.summary = counting_summary;
    return s;
}

typedef struct listener {
    const fl_filter *filter; /* NULL: everything */
    int64_t asked, told, cells;
    const fl_stats *last;
} listener;

static bool wants(void *ctx, const fl_step *step) {
    listener *l = ctx;
    l->asked++;
    return !l->filter || fl_filter_wants(l->filter, step);
}

static fl_flow hear(void *ctx, const fl_event *event) {
    listener *l = ctx;
    assert_non_null(event->stats);
    l->told++;
    l->cells += event->stats->count;
    l->last = event->stats;
    return FL_GO;
}

static void listen(fl_session *s, listener *l) {
    fl_sink sink = {l, wants, hear};
    assert_int_equal(fl_session_add_sink(s, &sink), FL_OK);
}

static void sinks_share_one_count(void **state) {
    (void)state;
    listener alone = {0}, one = {0}, two = {0};
    fl_session *s = watched_session();
    listen(s, &alone);
    assert_int_equal(fl_session_run(s, NULL), FL_DONE);
    int64_t once = counted;
    assert_int_equal(once, alone.cells);
    fl_session_free(&s);
    s = watched_session();
    listen(s, &one);
    listen(s, &two);
    assert_int_equal(fl_session_run(s, NULL), FL_DONE);
    assert_int_equal(counted, once);
    assert_int_equal(one.cells, once);
    assert_ptr_equal(one.last, two.last);
    fl_session_free(&s);
}

static void nothing_is_counted_for_nobody(void **state) {
    (void)state;
    fl_filter nothing = {.layer_max = INT32_MAX, .head_max = INT32_MAX};
    listener l = {.filter = &nothing};
    fl_session *s = watched_session();
    assert_int_equal(fl_session_run(s, NULL), FL_DONE);
    assert_int_equal(counted, 0);
    fl_session_free(&s);
    s = watched_session();
    listen(s, &l);
    assert_int_equal(fl_session_run(s, NULL), FL_DONE);
    assert_int_equal(counted, 0);
    assert_int_equal(l.told, 0);
    fl_session_free(&s);
}

/* Caches are left out: they count what came before, too, once somebody asks. */
static void only_what_is_wanted_is_counted(void **state) {
    (void)state;
    fl_filter filter = {.layer_min = 1, .layer_max = 1, .head_min = 2, .head_max = 3};
    filter.stages[FL_STAGE_attn_scores] = filter.stages[FL_STAGE_gate] = true;
    listener l = {.filter = &filter};
    fl_session *s = watched_session();
    listen(s, &l);
    assert_int_equal(fl_session_run(s, NULL), FL_DONE);
    assert_int_equal(l.told, 3);
    assert_int_equal(counted, l.cells);
    assert_int_equal(counted,
                     2 * (1 + 2 + 3 + 4 + 5) + 5 * fl_model_hparams(model)->intermediate_size);
    fl_session_free(&s);
}

static void each_step_is_asked_about_once(void **state) {
    (void)state;
    listener l = {0};
    fl_session *s = watched_session();
    listen(s, &l);
    assert_int_equal(fl_session_run(s, NULL), FL_DONE);
    assert_int_equal(l.asked, fl_plan_count(fl_session_plan(s)));
    assert_int_equal(l.told, l.asked);
    fl_session_free(&s);
}

/* Steps to the head in the middle of a stage. */
static void step_to(fl_session *s, fl_stage stage, int32_t head) {
    fl_event event;
    do
        assert_int_equal(fl_session_step(s, &event, NULL), FL_OK);
    while (event.stage != stage || event.head != head);
    fl_stats stats;
    fl_tensor_stats(&event.tensor, &stats);
    assert_memory_equal(event.stats->argmax, stats.argmax, sizeof stats.argmax);
    assert_true(event.stats->max == stats.max && event.stats->masked == stats.masked);
}

static void a_sink_may_come_between_two_heads(void **state) {
    (void)state;
    listener l = {0};
    const int64_t H = fl_model_hparams(model)->num_attention_heads;
    fl_session *s = watched_session();
    step_to(s, FL_STAGE_attn_probs, 2);
    listen(s, &l);
    step_to(s, FL_STAGE_attn_probs, (int32_t)H - 1);
    assert_int_equal(l.told, H - 3);
    assert_int_equal(l.asked, H - 3);
    fl_session_free(&s);
}

/* A run that nobody heard has counted nothing when somebody begins to step. */
static void stepping_on_from_an_unheard_head_counts(void **state) {
    (void)state;
    fl_filter filter = {.layer_max = INT32_MAX, .head_min = 1, .head_max = 1};
    filter.stages[FL_STAGE_attn_head] = true;
    listener l = {.filter = &filter};
    fl_session *s = watched_session();
    step_to(s, FL_STAGE_attn_probs, 0);
    listen(s, &l);
    step_to(s, FL_STAGE_attn_head, 3);
    assert_int_equal(l.told, 1);
    fl_session_free(&s);
}

static fl_flow stop(void *ctx, const fl_event *event) {
    (void)ctx, (void)event;
    return FL_STOP;
}

static void stepping_on_after_a_stop_counts_the_other_heads(void **state) {
    (void)state;
    fl_filter filter = {.layer_max = INT32_MAX, .head_min = 1, .head_max = 1};
    filter.stages[FL_STAGE_attn_scores] = true;
    listener l = {.filter = &filter};
    fl_session *s = watched_session();
    fl_sink sink = {&l, wants, stop};
    assert_int_equal(fl_session_add_sink(s, &sink), FL_OK);
    assert_int_equal(fl_session_run(s, NULL), FL_OK);
    int64_t before = counted;
    step_to(s, FL_STAGE_attn_scores, 2);
    assert_true(counted > before);
    fl_session_free(&s);
}

static fl_stats *all_stats(int threads, int64_t *n) {
    fl_session *s = new_session(N_PROMPT, 2, threads);
    fl_event event;
    fl_stats *all = calloc(4000, sizeof *all);
    for (*n = 0; fl_session_step(s, &event, NULL) == FL_OK; ++*n) {
        assert_in_range(*n, 0, 3999);
        all[*n] = *event.stats;
    }
    fl_session_free(&s);
    return all;
}

static void threads_change_no_bit_of_large_statistics(void **state) {
    (void)state;
    int64_t n, m;
    fl_stats *one = all_stats(1, &n);
    for (int threads = 2; threads <= 5; threads++) {
        fl_stats *many = all_stats(threads, &m);
        assert_int_equal(n, m);
        assert_memory_equal(one, many, (size_t)n * sizeof *one);
        free(many);
    }
    free(one);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sinks_share_one_count),
        cmocka_unit_test(nothing_is_counted_for_nobody),
        cmocka_unit_test(only_what_is_wanted_is_counted),
        cmocka_unit_test(each_step_is_asked_about_once),
        cmocka_unit_test(a_sink_may_come_between_two_heads),
        cmocka_unit_test(stepping_on_from_an_unheard_head_counts),
        cmocka_unit_test(stepping_on_after_a_stop_counts_the_other_heads),
        cmocka_unit_test(threads_change_no_bit_of_large_statistics),
    };
    return cmocka_run_group_tests(tests, open_model, close_model);
}
