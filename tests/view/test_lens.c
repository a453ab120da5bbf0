/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The logit lens: against the definition in doubles over the fake run, against the run's own
 * chances over the engine, and what its page lets one do.
 */
#include "test.h"

#include "screens/live.h"
#include "view/panels.h"
#include "view/scene.h"

#include <math.h>

static fl_view *view;
static fl_live_scene live;

static int tear_down(void **state) {
    (void)state;
    if (!live.view)
        fl_view_free(&view);
    view = NULL;
    fl_live_scene_close(&live);
    memset(&live, 0, sizeof live);
    return 0;
}

static void open_live(const char *model) {
    fl_diag diag;
    if (fl_live_scene_open(&live, model, "The capital of France is", 512u << 20, &diag) != FL_OK)
        fail_msg("%s: %s", model, diag.message);
    view = live.view;
    fl_view_resize(view, 80, 24);
}

static char *lines(void) {
    fl_buffer out = {0};
    fl_view_page_text(view, &out);
    return out.data ? out.data : strdup("");
}

/* ---- what it computes ---- */

enum { D = 16, V = 24 };

static const float *weight_at(const char *stage) {
    char command[64];
    snprintf(command, sizeof command, "goto %s", stage);
    assert_true(fl_view_command(view, command));
    return fl_here(view)->event.weight->data;
}

/* Chances after a residual by the definition: its own size, the norm's weight, the matrix, softmax.
 */
static void by_definition(int64_t row, int64_t column, const float *norm, const float *head,
                          double chances[V]) {
    const fl_tensor *x = &fl_event_at(view, fl_lens_event(view, row))->event.tensor;
    double squares = 0, sum = 0, n[D];
    for (int j = 0; j < D; j++) {
        n[j] = fl_tensor_at(x, (int64_t[FL_MAX_DIMS]){0, column, j});
        squares += n[j] * n[j];
    }
    for (int v = 0; v < V; v++) {
        double score = 0;
        for (int j = 0; j < D; j++)
            score += (double)head[v * D + j] * n[j] / sqrt(squares / D + 1e-5) * (double)norm[j];
        sum += chances[v] = exp(score);
    }
    for (int v = 0; v < V; v++)
        chances[v] /= sum;
}

static void assert_cell(int64_t row, int64_t column, const double chances[V]) {
    const fl_lens_cell *cell = fl_lens_at(view, row, column);
    assert_non_null(cell);
    assert_int_equal(cell->count, FL_LENS_BEST);
    for (int i = 0; i < FL_LENS_BEST; i++) {
        int larger = 0;
        for (int v = 0; v < V; v++)
            larger += chances[v] > chances[cell->best[i].id];
        assert_int_equal(larger, i);
        assert_true(fabs(cell->best[i].value - chances[cell->best[i].id]) < 1e-6);
    }
    int64_t rank = 1;
    for (int v = 0; v < V; v++)
        rank += chances[v] > chances[cell->choice];
    assert_int_equal(cell->rank, rank);
    assert_true(fabs(cell->chance - chances[cell->choice]) < 1e-6);
}

static void every_cell_is_as_defined(void **state) {
    (void)state;
    view = fl_scene(160, 50);
    fl_scene_keys(view, "t");
    const float *norm = weight_at("final_norm"), *head = weight_at("logits");
    fl_scene_keys(view, "L");
    free(fl_scene_text(view));
    assert_int_equal(fl_lens_rows(view), 5);
    for (int64_t row = 0; row < 5; row++) {
        for (int64_t column = 0; column < 6; column++) {
            double chances[V];
            by_definition(row, column, norm, head, chances);
            assert_cell(row, column, chances);
        }
    }
}

/* The last residual is what the model itself reads. */
static void the_end_is_the_runs_own(const char *model) {
    open_live(model);
    fl_scene_keys(view, "tL");
    free(lines());
    const fl_lens_cell *cell = fl_lens_at(view, fl_lens_rows(view) - 1, 5);
    assert_non_null(cell);
    fl_scene_keys(view, "q:goto probs<enter>");
    const fl_tensor *probs = &fl_here(view)->event.tensor;
    fl_ranked best[FL_LENS_BEST];
    assert_int_equal(fl_top(probs, (int64_t[FL_MAX_DIMS]){0}, FL_LENS_BEST, best), FL_LENS_BEST);
    for (int i = 0; i < FL_LENS_BEST; i++) {
        assert_int_equal(cell->best[i].id, best[i].id);
        assert_true(fabs(cell->best[i].value - best[i].value) < 1e-5);
    }
    assert_int_equal(cell->choice, best[0].id);
    assert_int_equal(cell->rank, 1);
}

static void the_end_is_the_runs_own_in_f16(void **state) {
    (void)state;
    the_end_is_the_runs_own("builtin");
}

static void the_end_is_the_runs_own_in_q8_0(void **state) {
    (void)state;
    the_end_is_the_runs_own("builtin:q8_0");
}

static void the_end_is_the_runs_own_in_q4_0(void **state) {
    (void)state;
    the_end_is_the_runs_own("builtin:q4_0");
}

/* ---- what is there to see ---- */

static void only_what_was_computed_is_shown(void **state) {
    (void)state;
    open_live("builtin");
    fl_scene_keys(view, ":goto resid_mid layer 1<enter>L");
    char *screen = fl_scene_text(view);
    assert_int_equal(fl_lens_rows(view), 4);
    assert_non_null(strstr(screen, " 1 resid_mid"));
    assert_null(strstr(screen, " 1 resid_post"));
    assert_non_null(strstr(screen, "what the model ends with is not computed yet"));
    free(screen);
    fl_scene_keys(view, "qtL");
    screen = fl_scene_text(view);
    assert_non_null(strstr(screen, " 3 resid_post"));
    assert_non_null(strstr(screen, "in the end \" Paris\": here number 1 of 1,024"));
    free(screen);
}

static void before_embed_there_is_nothing(void **state) {
    (void)state;
    open_live("builtin");
    fl_scene_keys(view, "L");
    assert_int_equal(view->page, FL_PAGE_NONE);
    assert_non_null(strstr(fl_view_message(view), "nothing to read yet"));
}

/* A source without a model tells its weights with its events. */
static void without_its_weights_it_says_where_they_are(void **state) {
    (void)state;
    view = fl_scene(80, 24);
    fl_scene_keys(view, "nL");
    assert_int_equal(view->page, FL_PAGE_NONE);
    assert_non_null(strstr(fl_view_message(view), "t goes to where it is used"));
    fl_scene_keys(view, "tL");
    assert_int_equal(view->page, FL_PAGE_lens);
}

static void a_later_pass_is_read_anew(void **state) {
    (void)state;
    open_live("builtin");
    fl_scene_keys(view, "tLqttL");
    char *text = lines();
    assert_int_equal(view->lens.columns, 1);
    assert_non_null(strstr(text, "position 7"));
    assert_non_null(strstr(text, "layer 3 resid_post: "));
    free(text);
}

static void enter_goes_to_the_residual_and_its_token(void **state) {
    (void)state;
    view = fl_scene(80, 24);
    fl_scene_keys(view, "tL<home><right><right><up>");
    free(fl_scene_text(view));
    fl_scene_keys(view, "<enter>");
    const fl_event *event = &fl_here(view)->event;
    assert_int_equal(view->page, FL_PAGE_NONE);
    assert_int_equal(event->stage, FL_STAGE_resid_mid);
    assert_int_equal(event->layer, 1);
    assert_int_equal(view->cursor[FL_DIM_T], 2);
    fl_scene_keys(view, "L"); /* and opens there again */
    assert_int_equal(view->pick, 3 * 6 + 2);
    fl_scene_keys(view, "q<bs>");
    assert_int_equal(fl_here(view)->event.stage, FL_STAGE_next_token);
}

static void the_cursor_stays_in_the_table(void **state) {
    (void)state;
    view = fl_scene(80, 24);
    fl_scene_keys(view, "tL<up><up><up><up><up><up><pgup><home><left>");
    assert_int_equal(view->pick, 0);
    fl_scene_keys(view, "<pgdn><down><end><right>");
    assert_int_equal(view->pick, 4 * 6 + 5);
}

static void a_click_puts_the_cursor_on_a_cell(void **state) {
    (void)state;
    view = fl_scene(80, 24);
    fl_scene_keys(view, "tL");
    free(fl_scene_text(view));
    fl_view_mouse(view, 17, 10, 0); /* the third line of the table, its first column */
    assert_int_equal(view->pick, 2 * 6);
    char *screen = fl_scene_text(view);
    assert_non_null(strstr(screen, "layer 0 resid_post after \"<s>\" (position 0)"));
    free(screen);
}

/* In plain mode all tokens are told, each from embed on. */
static void as_text_every_token_is_told(void **state) {
    (void)state;
    open_live("builtin");
    fl_scene_keys(view, "tL");
    char *text = lines(), *at = text;
    for (int64_t column = 0; column < 6; column++) {
        char piece[64], start[96];
        snprintf(start, sizeof start, "\nafter \"%s\": \"",
                 fl_token_at(view, piece, sizeof piece, column));
        at = strstr(at, start);
        assert_non_null(at);
        assert_non_null(fl_lens_at(view, 8, column));
    }
    assert_null(strstr(text, "not read"));
    assert_non_null(strstr(text, "layer 3 resid_post: \" Paris\" 0.99"));
    free(text);
}

/* ---- a long way ---- */

static int ticks;

static bool stop_at_once(void *ctx, int64_t event) {
    (void)ctx;
    (void)event;
    ticks++;
    return ticks < 3;
}

static void reading_can_be_stopped(void **state) {
    (void)state;
    view = fl_scene(80, 24);
    fl_scene_keys(view, "tL");
    view->options.tick = stop_at_once;
    ticks = 0;
    fl_lens_read_whole(view, 5);
    fl_lens_read_whole(view, 4);
    fl_lens_read_whole(view, 0);
    assert_int_equal(ticks, 3);
    assert_non_null(fl_lens_at(view, 4, 5));
    assert_null(fl_lens_at(view, 4, 0));
    assert_non_null(strstr(fl_view_message(view), "stopped"));
    view->options.tick = NULL;
    free(fl_scene_text(view)); /* the next drawing goes on with what is missing */
    assert_non_null(fl_lens_at(view, 4, 0));
}

/* What does not go into one frame goes into the next ones, and comes to the same. */
static void a_long_way_takes_several_frames(void **state) {
    (void)state;
    fl_lens_cell whole[5];
    int frames = 1;
    view = fl_scene(80, 24);
    fl_scene_keys(view, "tL");
    fl_lens_read_whole(view, 5);
    for (int row = 0; row < 5; row++)
        whole[row] = *fl_lens_at(view, row, 5);
    fl_lens_forget(view);
    while (!fl_lens_read(view, 5, 4, 2, 100))
        assert_true(++frames < 100000);
    assert_true(frames > 20);
    for (int row = 0; row < 5; row++) {
        const fl_lens_cell *cell = fl_lens_at(view, row, 5);
        assert_int_equal(cell->choice, whole[row].choice);
        assert_int_equal(cell->rank, whole[row].rank);
        assert_true(cell->chance == whole[row].chance);
        assert_memory_equal(cell->best, whole[row].best, sizeof cell->best);
        assert_non_null(fl_lens_at(view, row, 4));
    }
    assert_false(fl_view_unfinished(view));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(every_cell_is_as_defined, tear_down),
        cmocka_unit_test_teardown(the_end_is_the_runs_own_in_f16, tear_down),
        cmocka_unit_test_teardown(the_end_is_the_runs_own_in_q8_0, tear_down),
        cmocka_unit_test_teardown(the_end_is_the_runs_own_in_q4_0, tear_down),
        cmocka_unit_test_teardown(only_what_was_computed_is_shown, tear_down),
        cmocka_unit_test_teardown(before_embed_there_is_nothing, tear_down),
        cmocka_unit_test_teardown(without_its_weights_it_says_where_they_are, tear_down),
        cmocka_unit_test_teardown(a_later_pass_is_read_anew, tear_down),
        cmocka_unit_test_teardown(enter_goes_to_the_residual_and_its_token, tear_down),
        cmocka_unit_test_teardown(the_cursor_stays_in_the_table, tear_down),
        cmocka_unit_test_teardown(a_click_puts_the_cursor_on_a_cell, tear_down),
        cmocka_unit_test_teardown(as_text_every_token_is_told, tear_down),
        cmocka_unit_test_teardown(reading_can_be_stopped, tear_down),
        cmocka_unit_test_teardown(a_long_way_takes_several_frames, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
