/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Every page in every usual size: what it draws stays between its two rules, and the bottom line is
 * the bottom line alone.
 */
#include "test.h"

#include "view/on_scene.h"
#include "view/panels.h"

static const struct {
    int width, height;
} sizes[] = {{60, 16}, {80, 24}, {100, 20}, {120, 40}, {160, 50}};
enum { SIZES = sizeof sizes / sizeof *sizes };

static void assert_rule(int y, const char *page) {
    const fl_canvas *canvas = &view->canvas;
    const char *rule = canvas->ascii ? "-" : "─";
    for (int x = 0; x < canvas->width; x++)
        if (strcmp(fl_canvas_at(canvas, x, y)->glyph, rule) != 0)
            fail_msg("%s at %d x %d: row %d, column %d is \"%s\"", page, canvas->width,
                     canvas->height, y, x, fl_canvas_at(canvas, x, y)->glyph);
}

/* Drawn once more on blank cells it is the same line. */
static void assert_bottom_line(const char *page) {
    fl_canvas *canvas = &view->canvas;
    int y = canvas->height - 1;
    fl_canvas_cell was[200];
    memcpy(was, fl_canvas_at(canvas, 0, y), (size_t)canvas->width * sizeof *was);
    fl_canvas_fill(canvas, (fl_rect){0, y, canvas->width, 1}, FL_STYLE_text, " ");
    fl_bottom_draw(view, y);
    for (int x = 0; x < canvas->width; x++)
        if (strcmp(fl_canvas_at(canvas, x, y)->glyph, was[x].glyph) != 0)
            fail_msg("%s at %d x %d: the bottom line has \"%s\" in column %d", page, canvas->width,
                     canvas->height, was[x].glyph, x);
}

static void assert_page_keeps_to_its_place(fl_page page) {
    const char *title = fl_page_get_info(page)->title;
    for (int i = 0; i < SIZES; i++) {
        fl_view_resize(view, sizes[i].width, sizes[i].height);
        fl_open_page(view, page);
        fl_view_draw(view);
        assert_rule(2, title);
        assert_rule(sizes[i].height - 2, title);
        assert_bottom_line(title);
        for (int n = 0; n < view->n_hits; n++)
            assert_true(view->hits[n].rect.y < sizes[i].height);
        fl_open_page(view, FL_PAGE_NONE);
    }
}

static void pages_keep_to_their_place(void **state) {
    (void)state;
    static const char *const places[] = {"goto attn_probs layer 1 head 3", "goto gate layer 1",
                                         "goto logits", "token", "step"};
    for (size_t place = 0; place < sizeof places / sizeof *places; place++) {
        assert_true(fl_view_command(view, places[place]));
        for (int page = FL_PAGE_NONE + 1; page < FL_PAGE_COUNT; page++)
            assert_page_keeps_to_its_place((fl_page)page);
    }
}

static bool shows(const char *words) {
    char *screen = fl_scene_text(view);
    bool found = strstr(screen, words) != NULL;
    free(screen);
    return found;
}

/* Where the map is too high for the screen, the marked stage is in sight wherever it is. */
static void the_map_moves_with_its_mark(void **state) {
    (void)state;
    fl_view_resize(view, 60, 16);
    fl_scene_keys(view, "M");
    assert_true(shows("tokens◂"));
    assert_true(shows("rope_cos"));
    assert_false(shows("resid_mid"));
    for (int i = 0; i < 40 && !shows("resid_mid◂"); i++)
        fl_scene_keys(view, "<down>");
    assert_true(shows("resid_mid◂"));
    assert_false(shows("rope_cos"));
}

/* Where it is too wide, too. */
static void the_map_moves_sideways(void **state) {
    (void)state;
    fl_view_resize(view, 60, 16);
    assert_true(fl_view_command(view, "goto ffn_norm_unit"));
    fl_scene_keys(view, "M");
    assert_true(shows("ffn_norm_unit◂"));
}

/* In the smallest size both sides show a row with the cursor in it. */
static void both_sides_have_rows(void **state) {
    (void)state;
    fl_view_resize(view, 60, 16);
    assert_true(fl_view_command(view, "goto gate layer 1"));
    fl_scene_keys(view, "|");
    char *screen = fl_scene_text(view);
    const char *left = strstr(screen, "left:"), *right = strstr(screen, "right:");
    assert_non_null(left);
    assert_non_null(right);
    const char *row = strstr(left, "5  is");
    assert_true(row && row < right);
    assert_non_null(strstr(right, "5  is"));
    free(screen);
}

/* What nobody would see is not done. */
static void keys_do_nothing_unseen(void **state) {
    (void)state;
    fl_view_resize(view, 59, 24);
    fl_scene_keys(view, "nnt:goto 3<enter>12s<c-l>");
    assert_int_equal(fl_view_at(view), 0);
    fl_view_resize(view, 80, 24);
    fl_scene_keys(view, "n");
    assert_int_equal(fl_view_at(view), 1);
    fl_view_resize(view, 80, 15);
    fl_scene_keys(view, "q");
    assert_true(fl_view_left(view));
}

/* More room never shows less. */
static void the_statistics_stand_beside_the_program(void **state) {
    (void)state;
    fl_view_resize(view, 100, 30);
    fl_scene_keys(view, ":goto gate<enter>");
    assert_true(fl_scene_holds(view, "min ") && fl_scene_holds(view, "  rms "));
    assert_true(fl_scene_holds(view, "how often"));
}

int main(void) {
#define ON_SCENE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        ON_SCENE(keys_do_nothing_unseen),    ON_SCENE(the_statistics_stand_beside_the_program),
        ON_SCENE(pages_keep_to_their_place), ON_SCENE(the_map_moves_with_its_mark),
        ON_SCENE(the_map_moves_sideways),    ON_SCENE(both_sides_have_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
