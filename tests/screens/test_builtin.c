/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The tracer over the real engine: explanations agree with it on every kind of weight, and going
 * back is exact also where passes had to be dropped and computed again.
 */
#include "test.h"

#include "base/rng.h"
#include "model/bundle.h"
#include "screens/live.h"
#include "view/cursor.h"
#include "view/scene.h"
#include "view/why.h"

#include <math.h>

static const char prompt[] = "The capital of France is";
static fl_live_scene scene;

static void open_scene(const char *model, uint64_t memory) {
    fl_diag diag;
    if (fl_live_scene_open(&scene, model, prompt, memory, &diag) != FL_OK)
        fail_msg("%s: %s", model, diag.message);
    fl_view_resize(scene.view, 80, 24);
}

static int tear_down(void **state) {
    (void)state;
    fl_live_scene_close(&scene);
    return 0;
}

/* A few random cells of every event of a prefill and a decode pass. */
static void explanations_agree(const char *model) {
    uint64_t seed = 7;
    int checked = 0;
    open_scene(model, 512u << 20);
    for (int event = 0; event < 388; event++, fl_view_key(scene.view, 's')) {
        fl_grid grid = fl_grid_of(&fl_here(scene.view)->event);
        for (int i = 0; i < 6; i++) {
            fl_why why;
            fl_cursor_set(scene.view, (int64_t)(fl_rng_unit(&seed) * (double)grid.bands),
                          (int64_t)(fl_rng_unit(&seed) * (double)grid.rows),
                          (int64_t)(fl_rng_unit(&seed) * (double)grid.cols));
            scene.view->rank = (int64_t)(fl_rng_unit(&seed) * 200);
            fl_why_of(scene.view, &why);
            if (why.masked || !why.computed)
                continue;
            checked++;
            if (fabs(why.value - why.engine) > 2e-5 * fmax(1, fabs(why.engine)))
                fail_msg("%s event %d %s: recomputed %.9g, engine %.9g", model, event,
                         fl_stage_get_info(why.stage)->id, why.value, why.engine);
        }
    }
    assert_true(checked > 1800);
}

static void explanations_agree_in_f16(void **state) {
    (void)state;
    explanations_agree("builtin");
}

static void explanations_agree_in_q8_0(void **state) {
    (void)state;
    explanations_agree("builtin:q8_0");
}

static void explanations_agree_in_q4_0(void **state) {
    (void)state;
    explanations_agree("builtin:q4_0");
}

static char *below_the_top(void) {
    char *text = fl_scene_text(scene.view), *rest = strdup(strchr(text, '\n') + 1);
    free(text);
    return rest;
}

enum { PASSES = 4, EVENTS = 194 * PASSES };

/* To the end, back to the start, forward again; with this budget a pass is dropped for the next. */
static void back_and_forth(uint64_t memory) {
    static char *screens[EVENTS];
    open_scene("builtin", memory);
    for (int i = 0; i < EVENTS; i++) {
        screens[i] = below_the_top();
        fl_view_key(scene.view, 's');
    }
    for (int i = EVENTS - 1; i >= 0; i--) {
        fl_view_key(scene.view, 'S');
        assert_int_equal(fl_view_at(scene.view), i);
        char *again = below_the_top();
        assert_string_equal(again, screens[i]);
        free(again);
    }
    for (int i = 0; i < EVENTS; i++) {
        char *again = below_the_top();
        assert_string_equal(again, screens[i]);
        free(again);
        free(screens[i]);
        fl_view_key(scene.view, 's');
    }
}

static void back_and_forth_from_the_capture(void **state) {
    (void)state;
    back_and_forth(512u << 20);
}

static void back_and_forth_beyond_the_memory(void **state) {
    (void)state;
    back_and_forth(1u << 18);
}

static void what_was_computed_again_is_said(void **state) {
    (void)state;
    open_scene("builtin", 1u << 18);
    fl_scene_keys(scene.view, "tttt");
    fl_scene_keys(scene.view, ":goto 20<enter>");
    assert_string_equal(fl_view_message(scene.view),
                        "this pass had been dropped to save memory: computed again");
}

static void the_answer_comes_out(void **state) {
    (void)state;
    open_scene("builtin", 512u << 20);
    fl_scene_keys(scene.view, "t");
    char *screen = fl_scene_text(scene.view);
    assert_non_null(strstr(screen, "the model says   Paris"));
    free(screen);
}

/* What a ready prompt tells the reader to type leads where it says. */
static void what_prompts_point_to_can_be_typed(void **state) {
    (void)state;
    int found = 0;
    open_scene("builtin", 512u << 20);
    for (const char *at = fl_bundled_text("prompts"); (at = strstr(at, ":goto ")) != NULL;
         found++) {
        char command[64];
        at++;
        snprintf(command, sizeof command, "%.*s", (int)strcspn(at, ");,\n"), at);
        if (!fl_view_command(scene.view, command))
            fail_msg("%s: %s", command, fl_view_message(scene.view));
        char words[32];
        const fl_event *event = &fl_here(scene.view)->event;
        snprintf(words, sizeof words, "goto %s layer %d", fl_stage_get_info(event->stage)->id,
                 (int)event->layer);
        assert_non_null(strstr(command, words));
    }
    assert_true(found >= 10);
}

/* The first screen says what is coming and which keys lead there, and they do. */
static void the_first_screen_points_to_the_answer(void **state) {
    (void)state;
    static const int sizes[][2] = {{80, 24}, {120, 40}};
    open_scene("builtin", 512u << 20);
    for (int i = 0; i < 2; i++) {
        fl_view_resize(scene.view, sizes[i][0], sizes[i][1]);
        char *screen = fl_scene_text(scene.view);
        assert_non_null(strstr(screen, "one word comes out"));
        assert_non_null(strstr(screen, "layer by layer"));
        assert_non_null(strstr(screen, "  t  ") ? strstr(screen, "  L  ")
                                                : strstr(screen, "then L"));
        free(screen);
    }
    fl_view_resize(scene.view, 80, 24);
    fl_scene_keys(scene.view, "tL");
    char *screen = fl_scene_text(scene.view);
    assert_non_null(strstr(screen, "in the end \" Paris\""));
    free(screen);
}

/* Where the frame of the panel begins; false: it is not on this screen. */
static bool find_why(const fl_canvas *canvas, int *left, int *top) {
    static const char *const frame[] = {"┌", " ", "w", "h", "y"};
    for (int at = 0; at < (canvas->width - 5) * canvas->height; at++) {
        int same = 0;
        *left = at % (canvas->width - 5);
        *top = at / (canvas->width - 5);
        while (same < 5 &&
               strcmp(fl_canvas_at(canvas, *left + same, *top)->glyph, frame[same]) == 0)
            same++;
        if (same == 5)
            return true;
    }
    return false;
}

/* Nothing in the panel is cut, and what is worked out on a line of its own closes its brackets. */
static int check_why(const fl_canvas *canvas) {
    int left, top, lines = 0;
    if (!find_why(canvas, &left, &top))
        return 0;
    for (int y = top + 1; strcmp(fl_canvas_at(canvas, left, y)->glyph, "│") == 0; y++, lines++) {
        char row[1024] = "", *end = row;
        int open = 0;
        for (int x = left + 1; strcmp(fl_canvas_at(canvas, x, y)->glyph, "│") != 0; x++) {
            const char *glyph = fl_canvas_at(canvas, x, y)->glyph;
            open += strcmp(glyph, "(") == 0;
            open -= strcmp(glyph, ")") == 0;
            end += snprintf(end, (size_t)(row + sizeof row - end), "%s", glyph);
        }
        while (end > row && end[-1] == ' ')
            *--end = '\0';
        bool cut = end - row >= 3 && strcmp(end - 3, "…") == 0;
        if (cut || (strstr(row, "exp(") && strstr(row, " = ") && !strstr(row, "Σ") && open != 0))
            fail_msg("event %d: %s", (int)fl_view_at(scene.view), row);
    }
    return lines;
}

static void no_formula_is_cut(void **state) {
    (void)state;
    static const int sizes[][2] = {{100, 30}, {120, 40}, {160, 50}};
    int lines = 0;
    open_scene("builtin", 512u << 20);
    for (int event = 0; event < 388; event++, fl_view_key(scene.view, 's')) {
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            fl_view_resize(scene.view, sizes[i][0], sizes[i][1]);
            lines += check_why(fl_view_draw(scene.view));
        }
    }
    assert_true(lines > 388 * 3 * 8);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(explanations_agree_in_f16, tear_down),
        cmocka_unit_test_teardown(explanations_agree_in_q8_0, tear_down),
        cmocka_unit_test_teardown(explanations_agree_in_q4_0, tear_down),
        cmocka_unit_test_teardown(back_and_forth_from_the_capture, tear_down),
        cmocka_unit_test_teardown(back_and_forth_beyond_the_memory, tear_down),
        cmocka_unit_test_teardown(what_was_computed_again_is_said, tear_down),
        cmocka_unit_test_teardown(the_answer_comes_out, tear_down),
        cmocka_unit_test_teardown(what_prompts_point_to_can_be_typed, tear_down),
        cmocka_unit_test_teardown(the_first_screen_points_to_the_answer, tear_down),
        cmocka_unit_test_teardown(no_formula_is_cut, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
