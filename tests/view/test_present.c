/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Before an audience: what stands there, and that Space always goes on.
 */
#include "test.h"

#include "view/on_scene.h"
#include "view/state.h"

#include <string.h>

static void space_closes_any_page_and_goes_on(void **state) {
    static const char *const opened[] = {"e", "M", "?", ":text<enter>", "p", "|", "B"};
    (void)state;
    fl_scene_keys(view, ":goto gate layer 1<enter>:present<enter>");
    for (size_t i = 0; i < sizeof opened / sizeof *opened; i++) {
        int64_t at = fl_view_at(view);
        fl_scene_keys(view, opened[i]);
        assert_int_not_equal(view->page, FL_PAGE_NONE);
        assert_true(fl_scene_holds(view, "Space goes on"));
        fl_scene_keys(view, " ");
        assert_int_equal(view->page, FL_PAGE_NONE);
        assert_int_equal(fl_view_at(view), at + 1);
    }
    fl_scene_keys(view, "e<bs>"); /* a page keeps its own keys */
    assert_true(view->present);
    assert_int_equal(view->page, FL_PAGE_NONE);
}

static void one_line_says_the_text_and_the_place(void **state) {
    (void)state;
    fl_scene_keys(view, ":goto gate layer 1<enter>:present<enter><right>");
    assert_true(fl_scene_holds(view, "France│ is│→ ?"));
    assert_true(fl_scene_holds(view, " of 77, layer 1"));
    fl_view_resize(view, 120, 40);
    fl_scene_keys(view, "t<right>");
    assert_true(fl_scene_holds(view, "event 77 of 77"));
    assert_true(fl_scene_holds(view, "<s> The capital of France is"));
    assert_true(fl_scene_holds(view, "the model says"));
}

static void a_table_of_angles_begins_with_the_first_pair(void **state) {
    (void)state;
    fl_scene_keys(view, ":goto rope_cos<enter>:present<enter><right><left>");
    assert_true(fl_scene_holds(view, "pair 0"));
    fl_scene_keys(view, ":goto embed<enter><home>");
    char *screen = fl_scene_text(view);
    assert_non_null(strstr(screen, "…\n")); /* more columns on the right */
    free(screen);
}

/* At the top left corner of its page the column and line of the first character; lines of text. */
static void measure(const char *text, int *line, int *column) {
    char *screen = fl_scene_text(view), *found = strstr(screen, text);
    assert_non_null(found);
    *line = 0;
    for (char *at = screen; at < found; at++)
        *line += *at == '\n';
    char *begin = found;
    while (begin > screen && begin[-1] != '\n')
        begin--;
    *column = (int)(found - begin);
    free(screen);
}

static void pages_take_the_room_there_is(void **state) {
    int title, first, second, column;
    (void)state;
    fl_view_resize(view, 160, 50);
    fl_scene_keys(view, ":present<enter>p<down>");
    measure("prompts, each for", &title, &column);
    assert_true(column > 30 && title > 4);
    measure("your own", &first, &column);
    measure("A fact", &second, &column);
    assert_int_equal(second, first + 2); /* a line is left free */
    fl_scene_keys(view, "q:goto logits<enter>e");
    measure("recomputed", &first, &column);
    assert_true(column > 20);
    fl_scene_keys(view, "<end>");
    assert_false(fl_scene_holds(view, "float")); /* no source code */
    fl_scene_keys(view, "q:present<enter>e<end>");
    assert_true(fl_scene_holds(view, "float"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(space_closes_any_page_and_goes_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_line_says_the_text_and_the_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_table_of_angles_begins_with_the_first_pair, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(pages_take_the_room_there_is, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
