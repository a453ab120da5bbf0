/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Twenty thousand random keys, clicks and sizes: nothing crashes, no row leaves the canvas, no byte
 * above 127 gets on an ASCII screen, and the tracer is always still there.
 */
#include "test.h"

#include "base/rng.h"
#include "view/scene.h"

enum { STEPS = 20000 };

static int random_key(uint64_t *seed) {
    static const int keys[] = {FL_KEY_ENTER,   FL_KEY_TAB,       FL_KEY_ESCAPE,   FL_KEY_BACKSPACE,
                               FL_KEY_UP,      FL_KEY_DOWN,      FL_KEY_LEFT,     FL_KEY_RIGHT,
                               FL_KEY_PAGE_UP, FL_KEY_PAGE_DOWN, FL_KEY_HOME,     FL_KEY_END,
                               FL_KEY_BACKTAB, FL_KEY_CTRL('n'), FL_KEY_CTRL('p')};
    static const char letters[] = "snfctSNFCT[]{}+-_=ewpbBgL%<>/:?hjklvvV0123456789";
    uint64_t draw = fl_rng_next(seed);
    if (draw % 8 < 5)
        return letters[draw / 8 % (sizeof letters - 1)];
    if (draw % 8 < 7)
        return keys[draw / 8 % (sizeof keys / sizeof *keys)];
    int any = (int)(draw / 8 % 0x2ff);
    return any == 'q' ? 's' : any;
}

static void assert_sound(fl_view *view, bool ascii) {
    const fl_canvas *canvas = fl_view_draw(view);
    for (int i = 0; i < canvas->width * canvas->height; i++) {
        const fl_canvas_cell *cell = &canvas->cells[i];
        assert_true(memchr(cell->glyph, 0, sizeof cell->glyph) != NULL);
        assert_true(cell->style < FL_STYLE_COUNT && cell->under < FL_STYLE_COUNT);
        for (const char *c = cell->glyph; *c; c++)
            assert_true((unsigned char)*c >= 0x20 && (!ascii || (unsigned char)*c < 0x80));
    }
}

static void run(uint64_t seed, bool ascii, int colors, bool odd, int steps) {
    fl_view_options options = fl_scene_options(&(fl_fake_options){.odd = odd});
    options.ascii = ascii;
    options.colors = colors;
    options.halves = colors >= 256;
    fl_view *view;
    fl_diag diag;
    assert_int_equal(fl_view_new(&view, &options, &diag), FL_OK);
    fl_view_resize(view, 80, 24);
    for (int i = 0; i < steps && !fl_view_left(view); i++) {
        uint64_t draw = fl_rng_next(&seed);
        int width = (int)(draw >> 8 & 0xff), height = (int)(draw >> 16 & 0x3f);
        if (draw % 50 == 0)
            fl_view_resize(view, draw % 100 ? width : 20, draw % 100 ? height : 5);
        else if (draw % 50 < 4)
            fl_view_mouse(view, width, height, (int)(draw >> 24 & 3) - 1);
        else
            fl_view_key(view, random_key(&seed));
        if (i % 4 == 0 || draw % 50 == 0)
            assert_sound(view, ascii);
    }
    if (fl_view_left(view))
        print_message("the tracer was left by :quit\n");
    fl_view_free(&view);
}

static void random_keys_in_colour(void **state) {
    (void)state;
    run(1, false, 256, false, STEPS / 2);
}

static void random_keys_in_ascii(void **state) {
    (void)state;
    run(2, true, 0, false, STEPS / 4);
}

static void random_keys_over_odd_numbers(void **state) {
    (void)state;
    run(3, false, 8, true, STEPS / 4);
}

/* Every size from nothing on, at a few kinds of stage. */
static void every_size(void **state) {
    (void)state;
    static const char *const places[] = {"",
                                         ":goto attn_probs<enter>",
                                         ":goto q_rope<enter>",
                                         "t",
                                         ":goto logits<enter>",
                                         "e",
                                         "?",
                                         "p",
                                         ":"};
    for (size_t p = 0; p < sizeof places / sizeof *places; p++) {
        fl_view *view = fl_scene(80, 24);
        fl_scene_keys(view, places[p]);
        for (int i = 0; i < 200; i++) {
            fl_view_resize(view, i, i / 3);
            assert_sound(view, false);
        }
        fl_view_free(&view);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_keys_in_colour),
        cmocka_unit_test(random_keys_in_ascii),
        cmocka_unit_test(random_keys_over_odd_numbers),
        cmocka_unit_test(every_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
