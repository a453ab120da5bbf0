/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Two thousand random cells of each model, spread evenly over the stages: recomputed they agree
 * with the engine within the tolerance of the golden tests, 1e-5 of the event's largest magnitude,
 * and every link tried lands on the cell it names. The same of one cell of every event of random
 * models.
 */
#include "test.h"

#include "base/rng.h"
#include "golden/random.h"
#include "screens/live.h"
#include "view/links.h"

enum { CELLS = 2000, LINKS = 5 /* of a cell */, PASSES = 3, RANDOM = 10 };

static fl_live_scene scene;
static uint64_t seed;
static int seen[FL_STAGE_COUNT], recomputed, links, behind /* windows */;

static int64_t draw(int64_t count) {
    return count > 0 ? (int64_t)(fl_rng_unit(&seed) * (double)count) : 0;
}

static int tear_down(void **state) {
    (void)state;
    fl_live_scene_close(&scene);
    return 0;
}

/* A random event of the stage, in any pass, layer and head. */
static int64_t event_of(fl_view *view, fl_stage stage, int64_t events) {
    for (int tries = 0; tries < 100000; tries++) {
        fl_pass pass;
        int64_t event = draw(events);
        assert_true(view->source.pass_of(view->source.ctx, event, &pass));
        if (fl_plan_step(pass.plan, event - pass.first)->stage == stage)
            return event;
    }
    return -1;
}

/* A hidden cell lies ahead of the token that looks, or behind the window of its layer. */
static void assert_said_why_hidden(fl_view *view, const fl_why *why) {
    const fl_tensor *tensor = &fl_here(view)->event.tensor;
    bool ahead = why->index[2] > tensor->mask.past + why->index[1];
    if (!strstr(why->worked, ahead ? "at itself and at earlier ones" : "only at the last"))
        fail_msg("key %d of query %d after %d: %s", (int)why->index[2], (int)why->index[1],
                 (int)tensor->mask.past, why->worked);
    behind += !ahead;
}

static void try_cell(fl_view *view) {
    fl_why why;
    fl_grid grid = fl_grid_of(&fl_here(view)->event);
    fl_cursor_set(view, draw(grid.bands), draw(grid.rows), draw(grid.cols));
    view->rank = draw(200);
    fl_why_of(view, &why);
    seen[why.stage]++;
    recomputed += why.computed;
    if (why.masked)
        assert_said_why_hidden(view, &why);
    fl_assert_recomputed(view, 1e-5);
    for (int i = 0; i < LINKS && !why.masked; i++)
        links += fl_assert_link(view, (int)draw(fl_why_items(&why)), (int)draw(FL_SIDES));
}

static void open_model(const char *model, const char *prompt, uint64_t memory) {
    fl_diag diag;
    if (fl_live_scene_open(&scene, model, prompt, memory, &diag) != FL_OK)
        fail_msg("%s: %s", model, diag.message);
}

static bool exists(fl_stage stage) {
    return fl_stage_exists(stage, fl_model_hparams(scene.model));
}

static void try_model(const char *model) {
    recomputed = links = 0;
    seed = 11;
    memset(seen, 0, sizeof seen);
    open_model(model, "Once upon a time there", 512u << 20);
    fl_view *view = scene.view;
    int64_t events = PASSES * fl_here_pass(view).count;
    fl_view_show(view, events - 1);
    for (int i = 0; i < CELLS; i++) {
        fl_stage stage = (fl_stage)(i % FL_STAGE_COUNT);
        if (!exists(stage))
            stage = FL_STAGE_attn_head;
        assert_true(fl_view_show(view, event_of(view, stage, events)));
        try_cell(view);
    }
    for (int stage = 0; stage < FL_STAGE_COUNT; stage++)
        assert_true(seen[stage] > 40 || !exists((fl_stage)stage));
    assert_true(recomputed > CELLS * 3 / 4);
    assert_true(links > CELLS);
}

static void builtin(void **state) {
    (void)state;
    try_model("builtin");
}

static void builtin_in_q8_0(void **state) {
    (void)state;
    try_model("builtin:q8_0");
}

static void stories_in_f32(void **state) {
    (void)state;
    FL_NEED_DATA("derived/stories260K-f32.gguf");
    try_model(fl_test_data("derived/stories260K-f32.gguf"));
}

static void stories_in_q8_0(void **state) {
    (void)state;
    FL_NEED_DATA("derived/stories260K-q8_0.gguf");
    try_model(fl_test_data("derived/stories260K-q8_0.gguf"));
}

/* Every event of a prefill and two decode passes, and a random cell of each. */
static void walk(const char *model) {
    seed = 12;
    recomputed = links = 0;
    open_model(model, "the moon is round", 512u << 20);
    fl_view *view = scene.view;
    int64_t events = PASSES * fl_here_pass(view).count;
    for (int64_t event = 0; event < events; event++) {
        if (!fl_view_show(view, event))
            fail_msg("%s: event %d: %s", model, (int)event, fl_view_message(view));
        try_cell(view);
    }
    assert_true(recomputed > events / 2);
    assert_true(links > events);
    fl_live_scene_close(&scene);
}

/* Of odd shapes and unusual kinds: windows by layer, biases, norms of q and k, scaled rotations. */
static void random_models(void **state) {
    (void)state;
    char path[128];
    NEED_RANDOM_MODELS();
    assert_true(random_models_write(5, RANDOM));
    for (int i = 5; i < 5 + RANDOM; i++) {
        snprintf(path, sizeof path, "%s/m%03d-F32.gguf", random_models_folder(), i);
        walk(path);
    }
    assert_true(behind > 0);
}

static int make_folder(void **state) {
    (void)state;
    return random_models_begin() ? 0 : -1;
}

static int remove_folder(void **state) {
    random_models_end();
    return tear_down(state);
}

/* What an earlier pass wrote, which had to be dropped: it is not computed again to be shown, but to
 * be gone to. */
static void links_into_dropped_passes(void **state) {
    (void)state;
    static const fl_stage stages[] = {FL_STAGE_k_cache, FL_STAGE_v_cache};
    open_model("builtin", "Once upon a time there", 1u << 18);
    fl_view *view = scene.view;
    int64_t count = fl_here_pass(view).count;
    for (int layer = 0; layer < 4; layer++)
        for (int i = 0; i < 2; i++) {
            fl_why why;
            fl_view_show(view, PASSES * count - 1);
            fl_view_show(view, fl_find_before(view, stages[i], layer, -1));
            fl_cursor_set(view, 1, i, 3);
            fl_why_of(view, &why);
            assert_int_equal(fl_why_link(&why, 0, 0).pass, 0);
            assert_false(fl_here(view)->again);
            assert_true(fl_assert_link(view, 0, 0));
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(builtin, tear_down),
        cmocka_unit_test_teardown(builtin_in_q8_0, tear_down),
        cmocka_unit_test_teardown(stories_in_f32, tear_down),
        cmocka_unit_test_teardown(stories_in_q8_0, tear_down),
        cmocka_unit_test_setup_teardown(random_models, make_folder, remove_folder),
        cmocka_unit_test_teardown(links_into_dropped_passes, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
