/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Moving: where each key leads, and that an event shown again gives the same screen but for the top
 * line and the program panel. Fake run: 78 events a pass, layers of 34.
 */
#include "test.h"

#include "view/on_scene.h"
#include "view/state.h"

static void assert_at(const char *keys, int64_t event) {
    fl_scene_keys(view, keys);
    if (fl_view_at(view) != event)
        fail_msg("after %s: event %lld, expected %lld (%s)", keys, (long long)fl_view_at(view),
                 (long long)event, fl_view_message(view));
}

static void steps_into_every_head(void **state) {
    (void)state;
    assert_at("s", 1);
    assert_at("12s", 13);
    assert_at("ss", 15);
    assert_at("S", 14);
    assert_at("100S", 0);
    assert_at("S", 0);
    assert_string_equal(fl_view_message(view), "this is the first event");
}

static void over_keeps_to_its_head(void **state) {
    (void)state;
    assert_at("13nn", 14); /* attn_scores of head 0 */
    assert_at("n", 18);    /* attn_probs */
    assert_at("n", 22);    /* attn_head */
    assert_at("n", 26);    /* attn_concat */
    assert_at("NNN", 14);
    assert_at("]]", 16);
    assert_at("n", 20);
    assert_at("n", 24);
    assert_at("n", 26);
    assert_at("N", 24); /* back into the head it came from */
    assert_at("NN", 16);
    assert_at("N", 13);
    assert_at("n", 16);
}

/* As if the key were pressed so often, and Enter as often again. */
static void counts_stand_before_keys(void **state) {
    (void)state;
    static const char *const keys[] = {"s", "n", "f", "c", "t", "S", "N", "F", "C", "T"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char many[32];
        fl_scene_keys(view, ":goto 0<enter>ttS");
        for (int n = 0; n < 4; n++)
            fl_scene_keys(view, keys[i]);
        int64_t there = fl_view_at(view);
        fl_scene_keys(view, ":goto 154<enter>");
        snprintf(many, sizeof many, "4%s", keys[i]);
        assert_at(many, there);
        fl_scene_keys(view, ":goto 154<enter>");
        snprintf(many, sizeof many, "2%s<enter>", keys[i]);
        assert_at(many, there);
    }
}

/* Scores, shares and what they mix, of the head that was chosen, and back. */
static void a_head_that_was_chosen_is_kept(void **state) {
    (void)state;
    assert_at(":goto q_rope<enter>2]", 10);
    assert_at("nnn", 13);
    assert_at("n", 16);
    assert_at("n", 20);
    assert_at("n", 24);
    assert_at("2[", 22);
    assert_at("NN", 14);
    assert_at("3]", 17);
    assert_at("3n", 26);
    assert_at("f", 37);
    assert_at(":goto attn_scores layer 1<enter>", 51); /* still head 3 */
}

static void goto_takes_a_pass(void **state) {
    (void)state;
    assert_at(":goto pass 1<enter>", 0);
    assert_string_equal(fl_view_message(view),
                        "there are passes 0 to 0 so far; t goes on to the next token");
    assert_at("tts", 156);
    assert_at(":goto pass 1<enter>", 78);
    assert_at(":goto logits pass 2<enter>", 231);
    assert_at(":goto attn_probs layer 1 head 3 pass 0<enter>", 55);
    assert_at(":goto pass 1 layer 1<enter>", 116); /* what that layer begins with */
    assert_at(":goto head 2<enter>", 128);
    assert_at("<bs>", 116);
    assert_false(fl_view_command(view, "goto pass"));
    assert_non_null(strstr(fl_view_message(view), "the number of a pass is expected"));
    assert_false(fl_view_command(view, "goto gate pass 9"));
    assert_false(fl_view_command(view, "goto gate token 3"));
    assert_non_null(strstr(fl_view_message(view), "gate has no number for each piece"));
    assert_false(fl_view_command(view, "goto 3x"));
    assert_non_null(strstr(fl_view_message(view), "expected an event number or a stage"));
}

static void finish_goes_to_the_edges_of_blocks(void **state) {
    (void)state;
    assert_at("f", 3); /* before the layers */
    assert_at("f", 37);
    assert_at("f", 71);
    assert_at("f", 77);
    assert_at("f", 81); /* the next pass's first block */
    assert_at("F", 78);
    assert_at("F", 72);
    assert_at("F", 38);
    assert_at("F", 4);
    assert_at("F", 0);
}

static void continue_ends_the_pass(void **state) {
    (void)state;
    assert_at("c", 77);
    assert_at("c", 155);
    assert_at("C", 78);
    assert_at("C", 0);
}

static void continue_stops_at_breakpoints(void **state) {
    (void)state;
    assert_at(":break gate<enter>", 0);
    assert_at("c", 32);
    assert_non_null(strstr(fl_view_message(view), "gate"));
    assert_at("c", 66);
    assert_at("c", 77);
    assert_at("c", 110);
    assert_at("C", 78);
    assert_at("C", 66);
    assert_at(":delete 0<enter>", 66);
    assert_at("c", 77);
}

static void breakpoints_toggle_here(void **state) {
    (void)state;
    assert_at("sb", 1);
    assert_at("c", 77);
    assert_at("c", 79);
    assert_at("b", 79);
    assert_string_equal(fl_view_message(view), "breakpoint 0 is gone");
    assert_at(":goto attn_probs head 2<enter>b", 98);
    assert_at("c", 132); /* the same head of the next layer, not the next head */
}

static void tokens_come_one_by_one(void **state) {
    (void)state;
    assert_at("t", 77);
    assert_at("t", 155);
    assert_at("t", 233);
    assert_at("t", 233);
    assert_non_null(strstr(fl_view_message(view), "the run ends here, 3 tokens chosen"));
    assert_at("T", 155);
    assert_at("T", 77);
    assert_at("T", 77);
    assert_string_equal(fl_view_message(view), "no token was chosen before this");
}

/* What cannot be done ends a script. */
static void a_step_that_leads_nowhere_is_refused(void **state) {
    (void)state;
    static const char *const lines[] = {"step-back",  "over-back",     "finish-back",
                                        "token-back", "continue-back", "back",
                                        "cancel",     "follow-weight", "token 600"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (fl_view_command(view, lines[i]) || !fl_view_message(view)[0])
            fail_msg("\"%s\" was done at the first event: %s", lines[i], fl_view_message(view));
    assert_int_equal(fl_view_at(view), 233); /* as far as there is anything */
    assert_true(fl_view_command(view, "goto attn_probs head 3"));
    assert_false(fl_view_command(view, "head-next"));
    assert_string_equal(fl_view_message(view), "this is the last head");
    assert_false(fl_view_command(view, "head-before 9"));
    assert_string_equal(fl_view_message(view), "this is head 0");
    assert_false(fl_view_command(view, "step-back 999"));
    assert_int_equal(fl_view_at(view), 0);
}

static void enter_repeats_with_its_count(void **state) {
    (void)state;
    assert_at("<enter>", 0);
    assert_at("3s<enter>", 6);
    assert_at("S<enter>", 4);
}

static void goto_takes_numbers_and_names(void **state) {
    (void)state;
    assert_at(":goto 100<enter>", 0); /* not even a step */
    assert_string_equal(fl_view_message(view),
                        "there are events 0 to 77 so far; t goes on to the next token");
    assert_at("ts:goto 100<enter>", 100);
    assert_at(":17<enter>", 17);
    assert_at("gattn_probs layer 1 head 3<enter>", 55);
    assert_at("<bs>", 17);
    assert_at("<bs>", 100);
    assert_at("<bs>", 78);
    assert_at(":0<enter>:goto logits<enter>", 75);
    assert_at(":goto embed<enter>", 1); /* round the end of the pass */
    assert_at(":goto blocks.1.attn.hook_q<enter>", 41);
    assert_at(":goto nonsense<enter>", 41);
    assert_string_equal(
        fl_view_message(view),
        "no stage of this model is called \"nonsense\"; M, the map, shows those there are");
    assert_at(":goto 99999<enter>", 41); /* no slip of the finger writes a novel */
    assert_at(":goto<enter>", 41);
}

static void layers_and_heads(void **state) {
    (void)state;
    assert_at(":goto attn_probs layer 0 head 1<enter>", 19);
    assert_at("}", 53);
    assert_at("{", 19);
    assert_at("{", 19);
    assert_string_equal(fl_view_message(view), "this is layer 0, the first");
    assert_at("]", 20);
    assert_at("9]", 21);
    assert_at("[[[", 18);
    assert_at(":head 2<enter>", 20);
    assert_at(":layer 1<enter>", 54);
    assert_at(":head 9<enter>", 54);
    assert_at(":goto logits<enter>}", 75);
    assert_at("]", 75);
}

static void search_goes_both_ways(void **state) {
    (void)state;
    assert_at("<c-n>", 0);
    assert_at("/norm_u<enter>", 5);
    assert_at("<c-n>", 30);
    assert_at("<c-n><c-n>", 64);
    assert_at("<c-p>", 39);
    assert_at("/zzz<enter>", 39);
    assert_string_equal(fl_view_message(view),
                        "no stage of this pass holds \"zzz\"; M, the map, shows those there are");
}

static char *screen_below_the_top(void) {
    char *text = fl_scene_text(view);
    char *rest = strdup(strchr(text, '\n') + 1);
    free(text);
    return rest;
}

/* Every event forward, then back, by a key and its reverse. */
static void same_both_ways(const char *forward, const char *back) {
    static char *screens[300];
    int64_t order[300];
    int n = 0;
    do {
        order[n] = fl_view_at(view);
        screens[n++] = screen_below_the_top();
        fl_scene_keys(view, forward);
    } while (fl_view_at(view) != order[n - 1]);
    for (int i = n - 2; i >= 0; i--) {
        fl_scene_keys(view, back);
        assert_int_equal(fl_view_at(view), order[i]);
        char *again = screen_below_the_top();
        assert_string_equal(again, screens[i]);
        free(again);
    }
    for (int i = 0; i < n; i++)
        free(screens[i]);
}

static void an_event_shown_again_is_the_same(void **state) {
    (void)state;
    same_both_ways("s", "S");
}

static void the_same_with_a_cursor_set_by_hand(void **state) {
    (void)state;
    fl_scene_keys(view, "n<up><up><left><left>-:break attn_*<enter>");
    same_both_ways("n", "N");
}

/* At 120 columns the program panel takes the first 26 and may differ. */
static void the_same_in_wide_panels(void **state) {
    (void)state;
    fl_view_resize(view, 130, 40);
    static char *screens[80];
    for (int i = 0; i < 80; i++) {
        screens[i] = fl_scene_text(view);
        fl_scene_keys(view, "s");
    }
    for (int i = 79; i >= 0; i--) {
        fl_scene_keys(view, "S");
        const fl_canvas *canvas = fl_view_draw(view);
        char *text = fl_scene_text(view), *a = text, *b = screens[i];
        for (int y = 0; y < canvas->height; y++) {
            char *end_a = strchr(a, '\n'), *end_b = strchr(b, '\n');
            *end_a = *end_b = '\0';
            char *right_a = strstr(a, "││"), *right_b = strstr(b, "││");
            if (y > 1 && right_a && right_b)
                assert_string_equal(right_a, right_b);
            a = end_a + 1;
            b = end_b + 1;
        }
        free(text);
        free(screens[i]);
    }
}

/* Whoever is taken far by `c` is told why, and the way back. */
static void a_long_way_is_explained(void **state) {
    (void)state;
    assert_at("5sc", 77);
    assert_non_null(strstr(fl_view_message(view), "no breakpoint is set"));
    assert_at("C", 0);
    assert_at(":break gate<enter>c", 32);
    assert_null(strstr(fl_view_message(view), "no breakpoint is set"));
}

/* Esc closes; it takes nobody to another event. */
static void escape_never_moves(void **state) {
    (void)state;
    static const char *const pages[] = {"e", "M", "L",        "K",  "R",
                                        "V", "?", "e<enter>", "eM", ":text<enter>"};
    fl_scene_keys(view, ":goto attn_probs layer 1<enter>:goto q layer 1<enter>");
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        fl_scene_keys(view, pages[i]);
        int64_t at = fl_view_at(view);
        fl_scene_keys(view, "<esc><esc><esc>");
        assert_int_equal(fl_view_at(view), at);
        assert_int_equal(view->page, FL_PAGE_NONE);
    }
}

static void a_failure_is_said_and_survived(void **state) {
    (void)state;
    fl_view_options options = fl_scene_options(&(fl_fake_options){.fail_at = 20});
    fl_view *failing;
    fl_diag diag;
    assert_int_equal(fl_view_new(&failing, &options, &diag), FL_OK);
    fl_view_resize(failing, 80, 24);
    fl_scene_keys(failing, "c");
    assert_int_equal(fl_view_at(failing), 19);
    assert_string_equal(fl_view_message(failing), "the well has run dry");
    fl_scene_keys(failing, "S");
    assert_int_equal(fl_view_at(failing), 18);
    fl_view_free(&failing);
}

static bool stop_at_thirty(void *ctx, int64_t event) {
    (void)ctx;
    return event < 30;
}

static fl_view *view_that_stops(void) {
    fl_view_options options = fl_scene_options(&(fl_fake_options){0});
    options.tick = stop_at_thirty;
    fl_view *made;
    fl_diag diag;
    assert_int_equal(fl_view_new(&made, &options, &diag), FL_OK);
    fl_view_resize(made, 80, 24);
    return made;
}

static void a_long_way_can_be_stopped(void **state) {
    (void)state;
    fl_view *stopped = view_that_stops();
    fl_scene_keys(stopped, "c");
    assert_int_equal(fl_view_at(stopped), 29);
    assert_string_equal(fl_view_message(stopped), "stopped on the way at event 29");
    fl_view_free(&stopped);
}

/* What a breakpoint has looked at before the stop stays behind. */
static void the_way_to_a_value_can_be_stopped(void **state) {
    (void)state;
    fl_view *stopped = view_that_stops();
    fl_scene_keys(stopped, ":break above 1e9<enter>c");
    assert_int_equal(fl_view_at(stopped), 29);
    assert_string_equal(fl_view_message(stopped), "stopped on the way at event 29");
    fl_scene_keys(stopped, "c");
    assert_int_equal(fl_view_at(stopped), 29);
    fl_scene_keys(stopped, "C");
    assert_int_equal(fl_view_at(stopped), 0);
    fl_view_free(&stopped);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(steps_into_every_head, set_up, tear_down),
        cmocka_unit_test_setup_teardown(over_keeps_to_its_head, set_up, tear_down),
        cmocka_unit_test_setup_teardown(counts_stand_before_keys, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_head_that_was_chosen_is_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(goto_takes_a_pass, set_up, tear_down),
        cmocka_unit_test_setup_teardown(finish_goes_to_the_edges_of_blocks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(continue_ends_the_pass, set_up, tear_down),
        cmocka_unit_test_setup_teardown(continue_stops_at_breakpoints, set_up, tear_down),
        cmocka_unit_test_setup_teardown(breakpoints_toggle_here, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tokens_come_one_by_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_step_that_leads_nowhere_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(enter_repeats_with_its_count, set_up, tear_down),
        cmocka_unit_test_setup_teardown(goto_takes_numbers_and_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(layers_and_heads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(search_goes_both_ways, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_event_shown_again_is_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_same_with_a_cursor_set_by_hand, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_same_in_wide_panels, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_long_way_is_explained, set_up, tear_down),
        cmocka_unit_test_setup_teardown(escape_never_moves, set_up, tear_down),
        cmocka_unit_test(a_failure_is_said_and_survived),
        cmocka_unit_test(a_long_way_can_be_stopped),
        cmocka_unit_test(the_way_to_a_value_can_be_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
