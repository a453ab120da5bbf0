/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Going back beyond the budget over the real engine: what was dropped is computed again, the reader
 * is told, can stop it, and goes on from wherever that was. Built-in model: 194 events a pass.
 */
#include "test.h"

#include "screens/live.h"
#include "view/scene.h"
#include "view/state.h"

enum { PASS = 194 };

static fl_live_scene scene;
static fl_view *view;
static int64_t ticks, stop_after; /* -1: never */

static bool count(void *ctx, int64_t event) {
    (void)ctx;
    (void)event;
    return stop_after < 0 || ticks++ < stop_after;
}

static int set_up(void **state) {
    (void)state;
    fl_diag diag;
    assert_int_equal(fl_live_scene_open(&scene, "builtin", "The capital of France is", 1, &diag),
                     FL_OK);
    view = scene.view;
    view->options.tick = count;
    stop_after = -1;
    fl_view_resize(view, 80, 24);
    fl_scene_keys(view, "ttts"); /* three passes, the fourth begun; its first event is shown */
    assert_int_equal(fl_view_at(view), 3 * PASS);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    fl_live_scene_close(&scene);
    return 0;
}

static void stop(int64_t after, const char *keys) {
    stop_after = after;
    ticks = 0;
    fl_scene_keys(view, keys);
    stop_after = -1;
}

static const char computed_again[] = "this pass had been dropped to save memory: computed again";

static void going_back_says_so(void **state) {
    (void)state;
    fl_scene_keys(view, "S");
    assert_int_equal(fl_view_at(view), 3 * PASS - 1);
    assert_string_equal(fl_view_message(view), computed_again);
    fl_scene_keys(view, "S"); /* it was kept on the way there */
    assert_int_equal(fl_view_at(view), 3 * PASS - 2);
    assert_string_equal(fl_view_message(view), "");
    fl_scene_keys(view, "s");
    assert_string_equal(fl_view_message(view), "");
}

/* The first screen of a run that was never interrupted. */
static char *screen_at(int64_t event) {
    fl_live_scene other;
    fl_diag diag;
    char command[48];
    assert_int_equal(
        fl_live_scene_open(&other, "builtin", "The capital of France is", (uint64_t)1 << 30, &diag),
        FL_OK);
    fl_view_resize(other.view, 80, 24);
    fl_scene_keys(other.view, "ttts");
    snprintf(command, sizeof command, "goto %d", (int)event);
    fl_view_command(other.view, command);
    char *text = fl_scene_text(other.view);
    fl_live_scene_close(&other);
    return text;
}

static void assert_screen(int64_t event) {
    assert_int_equal(fl_view_at(view), event);
    view->message[0] = '\0';
    char *expected = screen_at(event), *text = fl_scene_text(view);
    assert_string_equal(text, expected);
    free(expected);
    free(text);
}

static void it_can_be_stopped_and_gone_on_from(void **state) {
    (void)state;
    stop(50, "S");
    assert_string_equal(fl_view_message(view), "stopped on the way at event 437");
    assert_screen(2 * PASS + 49);
    fl_scene_keys(view, "s");
    assert_screen(2 * PASS + 50);
    fl_scene_keys(view, "S");
    assert_screen(2 * PASS + 49);
    fl_scene_keys(view, "t");
    assert_screen(3 * PASS - 1);
    fl_scene_keys(view, "s");
    assert_screen(3 * PASS);
    fl_scene_keys(view, "t"); /* and on to what was never computed */
    assert_int_equal(fl_view_at(view), 4 * PASS - 1);
    fl_scene_keys(view, ":goto attn_probs layer 2 head 3 pass 0<enter>");
    fl_view_command(view, "goto 117");
    assert_screen(117);
}

static void stopped_at_once_nothing_moves(void **state) {
    (void)state;
    stop(0, "S");
    assert_string_equal(fl_view_message(view), "stopped on the way at event 582");
    assert_screen(3 * PASS);
    stop(0, "T");
    assert_screen(3 * PASS);
    stop(0, ":goto 7<enter>");
    assert_screen(3 * PASS);
    fl_scene_keys(view, "S");
    assert_screen(3 * PASS - 1);
}

/* On the way to news the engine may have to go over old ground first; stopped there, the reader
 * does not end up before where he was. */
static void a_way_forward_does_not_end_behind(void **state) {
    (void)state;
    fl_scene_keys(view, ":goto 7<enter>:goto 582<enter>:goto 7<enter>");
    assert_int_equal(fl_view_at(view), 7);
    stop(20, "2t");
    assert_screen(27);
    fl_scene_keys(view, "<bs>");
    assert_int_equal(fl_view_at(view), 3 * PASS);
    fl_scene_keys(view, ":break above 1e9<enter>");
    stop(30, "C"); /* back it may end anywhere on the way */
    assert_screen(2 * PASS + 29);
    stop(0, "C"); /* all of that is kept */
    assert_int_equal(fl_view_at(view), 2 * PASS);
}

/* Comparing with the pass before computes that again, each time. */
static void a_comparison_beyond_the_budget_holds(void **state) {
    (void)state;
    fl_scene_keys(view, ":break argmax<enter>t");
    fl_scene_keys(view, "C");
    int64_t logits = fl_view_at(view);
    assert_int_equal(logits, 4 * PASS - 3);
    assert_non_null(strstr(fl_view_message(view), "breakpoint 0: the likeliest token is"));
    char *said = strdup(fl_view_message(view));
    fl_scene_keys(view, "s");
    stop(100, "C");
    assert_non_null(strstr(fl_view_message(view), "stopped on the way"));
    fl_scene_keys(view, ":goto 775<enter>C");
    assert_int_equal(fl_view_at(view), logits);
    assert_string_equal(fl_view_message(view), said);
    free(said);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(going_back_says_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_can_be_stopped_and_gone_on_from, set_up, tear_down),
        cmocka_unit_test_setup_teardown(stopped_at_once_nothing_moves, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_way_forward_does_not_end_behind, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_comparison_beyond_the_budget_holds, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
