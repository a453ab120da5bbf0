/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Keys on pages: what closes one, what steps on from one, and what a page says of keys it has no
 * use for.
 */
#include "test.h"

#include "view/on_scene.h"
#include "view/state.h"

#include <string.h>

static void the_key_that_opened_a_page_closes_it(void **state) {
    static const char keys[] = "eLMVRKpBX";
    (void)state;
    fl_scene_keys(view, "t:goto attn_probs layer 1<enter>");
    for (size_t i = 0; keys[i]; i++) {
        char key[2] = {keys[i], '\0'};
        fl_scene_keys(view, key);
        if (view->page == FL_PAGE_NONE)
            fail_msg("%s opens nothing: %s", key, fl_view_message(view));
        fl_scene_keys(view, key);
        if (view->page != FL_PAGE_NONE)
            fail_msg("%s does not close what it opened: %s", key, fl_view_message(view));
    }
}

static void a_step_closes_a_page_and_goes_on(void **state) {
    (void)state;
    static const char *const opened[] = {"e", "M", "?", ":text<enter>", ":sharing<enter>",
                                         "p", "e?"};
    for (size_t i = 0; i < sizeof opened / sizeof *opened; i++) {
        int64_t at = fl_view_at(view);
        fl_scene_keys(view, opened[i]);
        assert_int_not_equal(view->page, FL_PAGE_NONE);
        fl_scene_keys(view, i % 2 ? "s" : "n");
        assert_int_equal(view->page, FL_PAGE_NONE);
        assert_int_equal(fl_view_at(view), at + 1);
    }
    fl_scene_keys(view, ":goto gate layer 1<enter>|");
    int64_t at = fl_view_at(view);
    fl_scene_keys(view, "s"); /* two runs are stepped through side by side */
    assert_int_equal(view->page, FL_PAGE_beside);
    assert_int_equal(fl_view_at(view), at + 1);
}

static void a_key_without_use_is_told_so(void **state) {
    (void)state;
    fl_scene_keys(view, "eb");
    assert_int_equal(view->page, FL_PAGE_why);
    assert_string_equal(fl_view_message(view),
                        "\"b\" does nothing on this page; ? lists the keys that do, q closes it");
    fl_scene_keys(view, "qz");
    assert_string_equal(fl_view_message(view), "\"z\" does nothing here; ? lists the keys that do");
}

static void ones_own_prompt_comes_first(void **state) {
    (void)state;
    fl_scene_keys(view, "p");
    char *screen = fl_scene_text(view);
    assert_true(strstr(screen, "your own") < strstr(screen, "A fact"));
    free(screen);
    fl_scene_keys(view, "<enter>");
    assert_int_equal(view->line.kind, FL_LINE_PROMPT);
    fl_scene_keys(view, "<esc><down><down><enter>");
    assert_true(fl_scene_holds(view, "tokens"));
    assert_int_equal(view->page, FL_PAGE_NONE);
}

static void patches_that_stay_for_another_prompt_are_named(void **state) {
    (void)state;
    fl_scene_command(view, "prompt hello", true, "");
    assert_null(strstr(fl_view_message(view), "patch"));
    fl_scene_command(view, "patch layer 1 ffn zero", true, "patched");
    fl_scene_command(view, "prompt hello", true,
                     "the patch is still on: layer 1 ffn zero; u takes it back");
}

static void the_way_back_is_told(void **state) {
    (void)state;
    fl_scene_keys(view, ":goto gate<enter>sss");
    fl_scene_keys(view, "<bs>");
    assert_int_equal(fl_view_at(view), 0);
    assert_string_equal(fl_view_message(view), "back to event 0, where the last jump left from");
}

static void a_weight_is_offered_only_where_there_is_one(void **state) {
    (void)state;
    fl_scene_keys(view, ":goto q layer 1<enter>e");
    assert_true(fl_scene_holds(view, "w its weight"));
    fl_scene_keys(view, "q:goto attn_probs<enter>e");
    assert_false(fl_scene_holds(view, "w its weight"));
    fl_scene_keys(view, "w");
    assert_string_equal(fl_view_message(view), "no learned weight stands in this line");
}

static void arrows_on_the_map_go_the_way_they_point(void **state) {
    static const struct {
        int width;
        fl_stage from;
        const char *arrow;
        fl_stage to;
    } ways[] = {{80, FL_STAGE_q, "<right>", FL_STAGE_k},
                {80, FL_STAGE_attn_norm, "<right>", FL_STAGE_ffn_norm},
                {140, FL_STAGE_attn_norm, "<right>", FL_STAGE_ffn_norm},
                {80, FL_STAGE_gate, "<down>", FL_STAGE_silu},
                {80, FL_STAGE_q, "<left>", FL_STAGE_q},
                {140, FL_STAGE_next_token, "<right>", FL_STAGE_next_token},
                {80, FL_STAGE_tokens, "<up>", FL_STAGE_tokens}};
    (void)state;
    fl_scene_keys(view, "M");
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        fl_view_resize(view, ways[i].width, 40);
        view->pick = (int)ways[i].from;
        fl_scene_keys(view, ways[i].arrow);
        if (view->pick != (int)ways[i].to)
            fail_msg("%s from %s at %d columns: %s", ways[i].arrow,
                     fl_stage_get_info(ways[i].from)->id, ways[i].width,
                     fl_stage_get_info((fl_stage)view->pick)->id);
    }
}

static void help_has_parts_and_hangs_its_lines(void **state) {
    (void)state;
    fl_view_resize(view, 60, 40);
    fl_scene_keys(view, "?");
    char *screen = fl_scene_text(view);
    assert_non_null(strstr(screen, "\n Moving through the run\n"));
    assert_non_null(strstr(screen, "\n The cursor\n"));
    assert_non_null(strstr(screen, "\n                            "));
    free(screen);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_key_that_opened_a_page_closes_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_step_closes_a_page_and_goes_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_key_without_use_is_told_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ones_own_prompt_comes_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(patches_that_stay_for_another_prompt_are_named, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_way_back_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_weight_is_offered_only_where_there_is_one, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(arrows_on_the_map_go_the_way_they_point, set_up, tear_down),
        cmocka_unit_test_setup_teardown(help_has_parts_and_hangs_its_lines, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
