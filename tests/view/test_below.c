/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What stands over and under the rows of a grid: names of columns, bars of a row.
 */
#include "test.h"

#include "view/on_scene.h"

/* The mark over the cursor's column carries that column's name; no name is lost to it. */
static void the_marked_column_is_named(void **state) {
    (void)state;
    fl_scene_keys(view, ":goto gate<enter>--<home>");
    for (int col = 0; col < 24; col++, fl_scene_keys(view, "<right>")) {
        char name[16], *screen = fl_scene_text(view);
        snprintf(name, sizeof name, "▾%d", col);
        assert_non_null(strstr(screen, name));
        free(screen);
    }
}

/* Where not all tokens have a bar, it is said which have, and the cursor brings the others. */
static void bars_of_a_long_row_can_be_scrolled(void **state) {
    (void)state;
    fl_scene_keys(view, "ts:goto attn_probs layer 1 pass 1<enter><home>");
    char *screen = fl_scene_text(view);
    assert_non_null(strstr(screen, "tokens 0 to 3 of 0 to 6, ← → show the others"));
    free(screen);
    fl_scene_keys(view, "<end>");
    screen = fl_scene_text(view);
    assert_non_null(strstr(screen, "tokens 3 to 6 of 0 to 6, ← → show the others"));
    free(screen);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_marked_column_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bars_of_a_long_row_can_be_scrolled, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
