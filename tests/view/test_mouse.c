/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The mouse on a wide screen: what is clicked is found on the screen by its text.
 */
#include "test.h"

#include "view/scene.h"
#include "view/state.h"

static fl_view *view;

static int set_up(void **state) {
    (void)state;
    view = fl_scene(160, 50);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    fl_view_free(&view);
    return 0;
}

/* Where the text first stands at or right of column `left`; the test fails if it does not. */
static void find_text(const char *text, int left, int *x, int *y) {
    const fl_canvas *canvas = fl_view_draw(view);
    for (*y = 0; *y < canvas->height; ++*y)
        for (*x = left; *x < canvas->width; ++*x) {
            const char *at = text;
            for (int i = *x; *at && i < canvas->width; i++) {
                const char *glyph = fl_canvas_at(canvas, i, *y)->glyph;
                if (strncmp(at, glyph, strlen(glyph)) != 0)
                    break;
                at += strlen(glyph);
            }
            if (!*at)
                return;
        }
    fail_msg("\"%s\" is not on the screen", text);
}

static void point(const char *text, int left, int wheel) {
    int x, y;
    find_text(text, left, &x, &y);
    fl_view_mouse(view, x, y, wheel);
}

static void click(const char *text, int left) {
    point(text, left, 0);
}

static void assert_cell(const char *text) {
    fl_buffer cell = {0};
    fl_view_cell(view, &cell);
    if (!strstr(cell.data, text))
        fail_msg("cursor at \"%s\", expected \"%s\"", cell.data, text);
    fl_buffer_done(&cell);
}

enum { MIDDLE = 30, RIGHT = 125 };

static void a_click_focuses_a_panel(void **state) {
    (void)state;
    static const struct {
        const char *title;
        int left;
        fl_pane pane;
    } panels[] = {{"program", 0, FL_PANE_PROGRAM},
                  {"numbers", RIGHT, FL_PANE_NUMBERS},
                  {"next token", RIGHT, FL_PANE_NEXT},
                  {"why", MIDDLE, FL_PANE_WHY},
                  {"gate", MIDDLE, FL_PANE_VALUE}};
    fl_scene_keys(view, ":goto gate<enter>");
    for (size_t i = 0; i < sizeof panels / sizeof *panels; i++) {
        click(panels[i].title, panels[i].left);
        assert_int_equal(view->pane, panels[i].pane);
        assert_int_equal(fl_view_at(view), 32);
    }
}

static void a_click_goes_to_an_event(void **state) {
    (void)state;
    fl_scene_keys(view, ":goto gate<enter>");
    click("attn_out", 0);
    assert_int_equal(fl_view_at(view), 27);
    click("layer 1", 0); /* folded: what it begins with */
    assert_int_equal(fl_view_at(view), 38);
    fl_scene_keys(view, "<bs><bs>");
    assert_int_equal(fl_view_at(view), 32);
}

static void a_click_sets_the_cursor(void **state) {
    (void)state;
    int x, y;
    fl_scene_keys(view, ":goto attn_probs layer 1 head 3<enter>");
    find_text("  2  capital", MIDDLE, &x, &y);
    fl_view_mouse(view, view->hit_x + view->hit_columns, y, 0);
    assert_cell("[0, 2, 1] query \" capital\", key \" The\"");
    fl_view_mouse(view, view->hit_x, y + 1, 0);
    assert_cell("[0, 3, 0] query \" of\", key \"<s>\"");
    fl_scene_keys(view, ":goto q_rope<enter>");
    find_text("head 2, looks", MIDDLE, &x, &y);
    fl_view_mouse(view, view->hit_x + 3 * view->hit_columns, y + 2, 0);
    assert_cell("[0, 2, 1, 3] head 2, token \" The\", dim 3");
}

static void a_click_chooses_a_piece(void **state) {
    (void)state;
    int x, y;
    fl_scene_keys(view, ":goto logits<enter>");
    find_text("  4 ", MIDDLE, &x, &y);
    fl_view_mouse(view, x + 1, y, 0);
    assert_int_equal(view->rank, 3);
}

static void a_second_click_takes_the_item(void **state) {
    (void)state;
    fl_scene_keys(view, ":break gate<enter>:break up<enter>B");
    click("1  on ", 0);
    assert_int_equal(view->pick, 1);
    assert_false(view->breaks.items[1].off);
    click("1  on ", 0);
    assert_true(view->breaks.items[1].off);
    assert_false(view->breaks.items[0].off);
    fl_scene_keys(view, "qnnp");
    click("Copying", 0);
    assert_int_equal(view->pick, 2);
    assert_int_equal(fl_view_at(view), 2);
    click("Copying", 0);
    assert_int_equal(fl_view_at(view), 0);
    assert_int_equal(view->page, FL_PAGE_NONE);
}

static void the_wheel_scrolls_what_is_under_it(void **state) {
    (void)state;
    fl_scene_keys(view, ":goto gate<enter>");
    point("embed", 0, 1); /* the program: three lines down from gate, and the focus stays */
    assert_int_equal(view->pane, FL_PANE_VALUE);
    assert_int_equal(view->program_pick, 35);
    assert_cell("token \" is\"");
    point("gate", MIDDLE, -1);
    assert_cell("token \" capital\"");
    point("gate", MIDDLE, 1);
    assert_cell("token \" is\"");
    point("numbers", RIGHT, -1); /* nothing to scroll there */
    assert_cell("token \" is\"");
    fl_scene_keys(view, "<tab>");
    point("gate", MIDDLE, -1); /* under the pointer, not in focus */
    assert_cell("token \" capital\"");
    assert_int_equal(view->program_pick, -1);
}

static void the_wheel_scrolls_a_page(void **state) {
    (void)state;
    fl_scene_keys(view, "?");
    fl_view_draw(view);
    fl_view_mouse(view, 40, 20, 1);
    assert_int_equal(view->page_scroll, 3);
    fl_view_mouse(view, 40, 20, -1);
    assert_int_equal(view->page_scroll, 0);
    fl_scene_keys(view, "qp");
    fl_view_draw(view);
    fl_view_mouse(view, 40, 20, 1);
    assert_int_equal(view->pick, 2); /* the last of three */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_click_focuses_a_panel, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_click_goes_to_an_event, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_click_sets_the_cursor, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_click_chooses_a_piece, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_second_click_takes_the_item, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_wheel_scrolls_what_is_under_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_wheel_scrolls_a_page, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
