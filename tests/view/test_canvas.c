/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
#include "test.h"

#include "view/canvas.h"

#include <string.h>

static fl_canvas made(int width, int height, bool ascii) {
    fl_canvas canvas = {.ascii = ascii};
    assert_true(fl_canvas_resize(&canvas, width, height));
    return canvas;
}

static void assert_line(const fl_canvas *canvas, int y, const char *expected) {
    fl_buffer text = {0};
    fl_canvas_text(canvas, &text);
    char *line = text.data;
    for (int i = 0; i < y; i++)
        line = strchr(line, '\n') + 1;
    *strchr(line, '\n') = '\0';
    assert_string_equal(line, expected);
    fl_buffer_done(&text);
}

static void cuts_at_width_and_edge(void **state) {
    (void)state;
    fl_canvas c = made(8, 2, false);
    assert_int_equal(fl_canvas_put(&c, 0, 0, 3, FL_STYLE_text, "abcdef"), 3);
    assert_int_equal(fl_canvas_put(&c, 6, 1, 9, FL_STYLE_text, "xyz"), 3);
    assert_line(&c, 0, "abc");
    assert_line(&c, 1, "      xy");
    fl_canvas_put(&c, -1, 0, 9, FL_STYLE_text, "?1");
    assert_line(&c, 0, "1bc");
    fl_canvas_put(&c, 0, 5, 9, FL_STYLE_text, "nowhere");
    fl_canvas_done(&c);
}

static void wide_characters_never_straddle(void **state) {
    (void)state;
    fl_canvas c = made(5, 1, false);
    assert_int_equal(fl_canvas_put(&c, 0, 0, 3, FL_STYLE_text, "日本"), 2);
    assert_line(&c, 0, "日");
    fl_canvas_put(&c, 1, 0, 1, FL_STYLE_text, "x"); /* over its right half */
    assert_line(&c, 0, " x");
    fl_canvas_put(&c, 0, 0, 4, FL_STYLE_text, "日本");
    fl_canvas_put(&c, 0, 0, 1, FL_STYLE_text, "x"); /* over its left half */
    assert_line(&c, 0, "x 本");
    fl_canvas_put(&c, 4, 0, 4, FL_STYLE_text, "本"); /* no room at the edge */
    assert_line(&c, 0, "x 本");
    fl_canvas_done(&c);
}

static void combining_characters_join(void **state) {
    (void)state;
    fl_canvas c = made(5, 1, false);
    assert_int_equal(fl_canvas_put(&c, 0, 0, 5, FL_STYLE_text, "e\xcc\x81x"), 2);
    assert_string_equal(fl_canvas_at(&c, 0, 0)->glyph, "e\xcc\x81");
    assert_string_equal(fl_canvas_at(&c, 1, 0)->glyph, "x");
    fl_canvas_put(&c, 0, 0, 5, FL_STYLE_text,
                  "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81z");
    assert_string_equal(fl_canvas_at(&c, 1, 0)->glyph, "z");
    assert_in_range(strlen(fl_canvas_at(&c, 0, 0)->glyph), 3, 12);
    fl_canvas_done(&c);
}

static void control_bytes_do_not_get_in(void **state) {
    (void)state;
    fl_canvas c = made(12, 1, false);
    fl_canvas_put(&c, 0, 0, 12, FL_STYLE_text, "a\x1b[31m\xff\x07z");
    assert_line(&c, 0, "a?[31m??z");
    fl_canvas_done(&c);
}

static void ascii_spells_what_it_can(void **state) {
    (void)state;
    fl_canvas c = made(30, 2, true);
    fl_canvas_put(&c, 0, 0, 30, FL_STYLE_text, "Σ √θ … → é");
    fl_canvas_fit(&c, 0, 1, 6, FL_STYLE_text, "a long text");
    fl_buffer text = {0};
    fl_canvas_text(&c, &text);
    for (size_t i = 0; i < text.length; i++)
        assert_true((unsigned char)text.data[i] < 128);
    fl_buffer_done(&text);
    assert_line(&c, 0, "sum sqrttheta ... -> ?");
    assert_line(&c, 1, "a lon~");
    fl_canvas_done(&c);
}

static void fits_wraps_and_aligns(void **state) {
    (void)state;
    fl_canvas c = made(10, 4, false);
    fl_canvas_fit(&c, 0, 0, 5, FL_STYLE_text, "abcdefgh");
    assert_line(&c, 0, "abcd…");
    fl_canvas_right(&c, 0, 1, 10, FL_STYLE_text, "end");
    assert_line(&c, 1, "       end");
    assert_int_equal(
        fl_canvas_wrap(&c, (fl_rect){0, 2, 10, 2}, FL_STYLE_text, "one two three four"), 2);
    assert_line(&c, 2, "one two");
    assert_line(&c, 3, "three four");
    assert_int_equal(fl_canvas_wrap(&c, (fl_rect){0, 2, 10, 1}, FL_STYLE_text, "one two three"), 2);
    assert_line(&c, 2, "one two t…");
    assert_int_equal(fl_canvas_wrap(NULL, (fl_rect){0, 0, 4, 1}, FL_STYLE_text, "abcdefghij"), 3);
    fl_canvas_done(&c);
}

static void frames_carry_their_title(void **state) {
    (void)state;
    fl_canvas c = made(12, 3, false);
    fl_canvas_frame(&c, (fl_rect){0, 0, 12, 3}, FL_STYLE_rule, FL_STYLE_bold, "why");
    assert_line(&c, 0, "┌ why ─────┐");
    assert_line(&c, 1, "│          │");
    assert_line(&c, 2, "└──────────┘");
    fl_canvas_frame(&c, (fl_rect){0, 0, 1, 1}, FL_STYLE_rule, FL_STYLE_bold, "x");
    fl_canvas_done(&c);
}

static void no_size_is_fine(void **state) {
    (void)state;
    fl_canvas c = made(0, 0, false);
    fl_canvas_put(&c, 0, 0, 5, FL_STYLE_text, "x");
    assert_null(fl_canvas_at(&c, 0, 0));
    assert_true(fl_canvas_resize(&c, 3, 1));
    assert_true(fl_canvas_resize(&c, -1, 7));
    fl_canvas_done(&c);
}

static void pictures_hold_the_text(void **state) {
    (void)state;
    fl_canvas c = made(6, 1, false);
    fl_buffer ansi = {0}, svg = {0};
    fl_canvas_put(&c, 0, 0, 6, FL_STYLE_heat_p5, "a<&");
    fl_canvas_ansi(&c, &ansi);
    fl_canvas_svg(&c, &svg, "A \"picture\"");
    assert_non_null(strstr(ansi.data, "48;5;221ma<&"));
    assert_non_null(strstr(svg.data, "a&lt;&amp;</text>"));
    assert_non_null(strstr(svg.data, "<title>A &quot;picture&quot;</title>"));
    assert_non_null(strstr(svg.data, "fill=\"#ffd75f\""));
    assert_non_null(strstr(svg.data, "</svg>"));
    fl_buffer_done(&ansi);
    fl_buffer_done(&svg);
    fl_canvas_done(&c);
}

/* Two cells of a picture in one character: all writers agree on which colour is above. */
static void halves_have_two_grounds(void **state) {
    (void)state;
    fl_canvas c = made(4, 1, false);
    fl_buffer ansi = {0}, svg = {0};
    fl_colors look;
    fl_canvas_halves(&c, 0, 0, FL_STYLE_heat_p5, FL_STYLE_heat_n5);
    fl_canvas_halves(&c, 1, 0, FL_STYLE_masked, FL_STYLE_heat_n5);
    fl_canvas_halves(&c, 2, 0, FL_STYLE_heat_p5, FL_STYLE_masked);
    fl_canvas_halves(&c, 3, 0, FL_STYLE_masked, FL_STYLE_masked);
    assert_string_equal(fl_canvas_look(fl_canvas_at(&c, 0, 0), 256, false, &look), "▀");
    assert_true(look.fg == 221 && look.bg == 117);
    assert_string_equal(fl_canvas_look(fl_canvas_at(&c, 3, 0), 256, false, &look), " ");
    assert_int_equal(look.bg, -1);
    fl_canvas_ansi(&c, &ansi);
    fl_canvas_svg(&c, &svg, "halves");
    assert_string_equal(ansi.data, "\x1b[0;38;5;221;48;5;117m▀\x1b[0;38;5;117m▄"
                                   "\x1b[0;38;5;221m▀\x1b[0m \x1b[0m\n");
    assert_non_null(strstr(svg.data, "<rect x=\"14\" y=\"14\" width=\"9\" height=\"9\" "
                                     "fill=\"#ffd75f\"/>\n<rect x=\"14\" y=\"23\" width=\"9\" "
                                     "height=\"10\" fill=\"#87d7ff\"/>"));
    assert_null(strstr(svg.data, "<text"));
    fl_canvas_put(&c, 0, 0, 1, FL_STYLE_text, "x");
    assert_string_equal(fl_canvas_look(fl_canvas_at(&c, 0, 0), 256, false, &look), "x");
    fl_buffer_done(&ansi);
    fl_buffer_done(&svg);
    fl_canvas_done(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_at_width_and_edge),
        cmocka_unit_test(wide_characters_never_straddle),
        cmocka_unit_test(combining_characters_join),
        cmocka_unit_test(control_bytes_do_not_get_in),
        cmocka_unit_test(ascii_spells_what_it_can),
        cmocka_unit_test(fits_wraps_and_aligns),
        cmocka_unit_test(frames_carry_their_title),
        cmocka_unit_test(no_size_is_fine),
        cmocka_unit_test(pictures_hold_the_text),
        cmocka_unit_test(halves_have_two_grounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
