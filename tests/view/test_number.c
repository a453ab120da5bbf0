/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
#include "test.h"

#include "view/number.h"

#include <math.h>

static void formats_give_four_digits_to_the_largest(void **state) {
    static const struct {
        double largest, value;
        const char *text;
    } rows[] = {{3.14159, 3.14159, "3.142"},   {3.14159, -0.0314, "-0.031"},
                {12.3456, 12.3456, "12.35"},   {4321.5, 12, "12"},
                {0.01234, 0.01234, "0.01234"}, {1e7, 1.5e7, "1.500e+07"},
                {2e-6, 2e-6, "2.000e-06"},     {0, 0, "0.000"},
                {3.1, -0.0001, "0.000"}};
    (void)state;
    char out[FL_NUMBER];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fl_format format = fl_format_for(rows[i].largest, 4);
        assert_string_equal(fl_number(out, format, rows[i].value), rows[i].text);
        assert_true((int)strlen(out) <= format.width);
    }
    assert_string_equal(fl_number(out, fl_format_for(1, 4), (double)NAN), "NaN");
    assert_string_equal(fl_number(out, fl_format_for(1, 4), -(double)INFINITY), "-inf");
}

static void exact_numbers_read_back(void **state) {
    (void)state;
    char out[FL_NUMBER];
    const float values[] = {0.1f, -4.17631435f, 1e-38f, 3.4e38f, 16777217.0f};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        assert_true((float)strtod(fl_exact(out, (double)values[i]), NULL) == values[i]);
}

static void shades_step_by_half_a_power_of_ten(void **state) {
    (void)state;
    const fl_shading shading = {false, 9, 256, false};
    assert_int_equal(fl_shade_style(&shading, 9), FL_STYLE_heat_p5);
    assert_int_equal(fl_shade_style(&shading, 3.1), FL_STYLE_heat_p5);
    assert_int_equal(fl_shade_style(&shading, 2.9), FL_STYLE_heat_p4);
    assert_int_equal(fl_shade_style(&shading, -0.4), FL_STYLE_heat_n3);
    assert_int_equal(fl_shade_style(&shading, -0.2), FL_STYLE_heat_n2);
    assert_int_equal(fl_shade_style(&shading, 0), FL_STYLE_heat_zero);
    assert_int_equal(fl_shade_style(&shading, (double)NAN), FL_STYLE_alarm);
    const fl_shading flat = {false, 0, 256, false};
    assert_int_equal(fl_shade_style(&flat, 0), FL_STYLE_heat_zero);
}

static void nothing_but_zero_looks_like_zero(void **state) {
    (void)state;
    static const int colors[] = {0, 8, 256};
    static const double small[] = {1e-30, -1e-30, 1e-6, 0.001};
    for (size_t mode = 0; mode < 3; mode++) {
        for (int columns = 1; columns < 3; columns++) {
            for (size_t i = 0; i < 4; i++) {
                const fl_shading shading = {false, 100, colors[mode], mode == 0};
                assert_string_not_equal(fl_shade_glyph(&shading, small[i], columns),
                                        fl_shade_glyph(&shading, 0, columns));
                assert_int_not_equal(fl_shade_style(&shading, small[i]), FL_STYLE_heat_zero);
                const fl_shading share = {true, 1, colors[mode], mode == 0};
                assert_string_not_equal(fl_shade_glyph(&share, fabs(small[i]), columns),
                                        fl_shade_glyph(&share, 0, columns));
            }
        }
    }
    char out[FL_NUMBER];
    const fl_format format = {2, false, 5};
    assert_string_equal(fl_number_apart(out, format, 0.004), "4e-3");
    assert_string_equal(fl_number_apart(out, format, -0.004), "-4e-3");
    assert_string_equal(fl_number_apart(out, format, 0.016), "0.02");
    assert_string_equal(fl_number_apart(out, format, 0), "0.00");
    assert_string_equal(fl_number_apart(out, (fl_format){1, false, 3}, 1e-9), "~0");
    assert_string_equal(fl_exact(out, -0.0), "0");
}

static void what_is_beyond_the_scale_has_a_sign(void **state) {
    (void)state;
    const fl_shading shading = {false, 2, 256, false};
    assert_string_equal(fl_shade_glyph(&shading, 2.5, 1), "▲");
    assert_string_equal(fl_shade_glyph(&shading, -188, 2), " ▼");
    assert_string_equal(fl_shade_glyph(&shading, 1.9, 1), "+");
    assert_int_equal(fl_shade_style(&shading, -188), FL_STYLE_heat_n5);
}

/* In every mode and for small and large scales, beside what the panel puts before it. */
static void legends_fit(void **state) {
    (void)state;
    static const double scales[] = {1e-9, 0.000123, 0.0123, 1, 58.9, 12345, 3e12};
    static const int colors[] = {0, 8, 256};
    char out[160];
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++)
        for (int mode = 0; mode < 3; mode++)
            for (int columns = 1; columns < 8; columns++)
                for (int ramp = 0; ramp < 4; ramp++)
                    for (int width = 48; width <= 78; width += 6) {
                        bool share = fl_ramp_is_share((fl_ramp)ramp);
                        const fl_shading shading = {(fl_ramp)ramp, share ? 1 : scales[i],
                                                    colors[mode], true};
                        fl_shade_legend(&shading, columns, width, out, sizeof out);
                        assert_true(fl_text_width(out) <= width);
                        assert_int_equal(out[0] == '\0',
                                         columns > FL_GLYPH_COLUMNS && !colors[mode]);
                    }
}

static void colours_of_shares_go_in_eighths(void **state) {
    (void)state;
    const fl_shading shading = {true, 1, 256, false};
    assert_int_equal(fl_shade_style(&shading, 0), FL_STYLE_share_0);
    assert_int_equal(fl_shade_style(&shading, 0.05), FL_STYLE_share_1);
    assert_int_equal(fl_shade_style(&shading, 0.6), FL_STYLE_share_4);
    assert_int_equal(fl_shade_style(&shading, 1), FL_STYLE_share_7);
}

/* The other steps: even ones for signed numbers, those of a logarithm for shares. */
static void steps_can_be_even_or_those_of_a_logarithm(void **state) {
    (void)state;
    char legend[160];
    const fl_shading even = {FL_RAMP_SIGNED_LINEAR, 10, 8, false};
    assert_int_equal(fl_shade_style(&even, 8), FL_STYLE_heat_p5);
    assert_int_equal(fl_shade_style(&even, 7.9), FL_STYLE_heat_p4);
    assert_int_equal(fl_shade_style(&even, -2.1), FL_STYLE_heat_n2);
    assert_int_equal(fl_shade_style(&even, -0.001), FL_STYLE_heat_n1);
    fl_shade_legend(&even, 2, 78, legend, sizeof legend);
    assert_string_equal(legend,
                        "1 small to 5 large: 5 from 8.0, 4: 6.0, 3: 4.0, 2: 2.0; ▲▼ over 10");
    const fl_shading shares = {FL_RAMP_SHARE_LOG, 1, 8, false};
    assert_int_equal(fl_shade_style(&shares, 0.34), FL_STYLE_share_7);
    assert_int_equal(fl_shade_style(&shares, 0.02), FL_STYLE_share_4);
    assert_int_equal(fl_shade_style(&shares, 0.0004), FL_STYLE_share_1);
    assert_int_equal(fl_shade_style(&shares, 0.0003), FL_STYLE_share_0);
    assert_string_equal(fl_shade_glyph(&shares, 0.0003, 1), ",");
}

static void expect_glyph(const fl_shading *shading, double value, const char *glyph) {
    assert_string_equal(fl_shade_glyph(shading, value, 1), glyph);
}

/* Around every threshold a glyph is what the legend says it is. */
static void legends_of_shares_are_true(void **state) {
    (void)state;
    static const char *const digits[] = {",", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
    static const char *const bars[] = {",", "▁", "▂", "▃", "▄", "▅", "▆", "▇"};
    char legend[160];
    for (int ascii = 0; ascii < 2; ascii++) {
        const fl_shading shading = {true, 1, 0, ascii};
        const char *const *glyphs = ascii ? digits : bars;
        fl_shade_legend(&shading, 1, 78, legend, sizeof legend);
        assert_string_equal(
            legend,
            ascii ? "digits are tenths: 9 is 90 % or more, 1 from 2 % on; , is less; blank is 0"
                  : "higher is larger: ▂ from 2/8 up to ▇ from 7/8; ▁ from 1/50; , less; blank 0");
        for (int n = 1; n < (ascii ? 10 : 8); n++) {
            double from = n == 1 ? 1 / 50.0 : ascii ? n / 10.0 : n / 8.0;
            expect_glyph(&shading, from, glyphs[n]);
            expect_glyph(&shading, nextafter(from, 0), glyphs[n - 1]);
        }
        expect_glyph(&shading, 1 / 8.0, glyphs[1]);
        expect_glyph(&shading, 1, glyphs[ascii ? 9 : 7]);
        expect_glyph(&shading, 0, " ");
    }
}

/* The number behind the first `word` of a legend, where ".24" is 0.24. */
static double number_behind(const char *legend, const char *word) {
    const char *at = strstr(legend, word);
    assert_non_null(at);
    return strtod(at + strlen(word), NULL);
}

static void legends_of_signs_are_true(void **state) {
    (void)state;
    static const double scales[] = {2.17e-8, 0.0123, 0.7166, 0.7149, 1, 9.99, 58.9, 12345, 3e12};
    static const char *const words[] = {"5 e from ", "4 d ", "3 c ", "2 b "};
    static const char *const glyphs[] = {"5", "4", "3", "2", "1"}, *const minus[] = {"e", "d", "c",
                                                                                     "b", "a"};
    char legend[160];
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
        const fl_shading shading = {false, scales[i], 0, false};
        fl_shade_legend(&shading, 1, 120, legend, sizeof legend);
        for (int n = 0; n < 4; n++) {
            double from = number_behind(legend, words[n]);
            expect_glyph(&shading, from * (1 + 1e-9), glyphs[n]);
            expect_glyph(&shading, from * (1 - 1e-9), glyphs[n + 1]);
            expect_glyph(&shading, -from * (1 + 1e-9), minus[n]);
            expect_glyph(&shading, -from * (1 - 1e-9), minus[n + 1]);
        }
        double over = number_behind(legend, "▲▼ over ");
        expect_glyph(&shading, scales[i], "5"); /* the scale itself is no exception */
        expect_glyph(&shading, over * (1 - 1e-9), "5");
        expect_glyph(&shading, over * (1 + 1e-9), "▲");
        expect_glyph(&shading, -over * (1 + 1e-9), "▼");
    }
}

/* Without colour sign and size are in the glyph alone. */
static void glyphs_tell_sign_and_size(void **state) {
    (void)state;
    const fl_shading shading = {false, 8, 0, true};
    assert_string_equal(fl_shade_glyph(&shading, 8, 2), "+5");
    assert_string_equal(fl_shade_glyph(&shading, -1.9, 2), "-4");
    assert_string_equal(fl_shade_glyph(&shading, 0, 2), " .");
    assert_string_equal(fl_shade_glyph(&shading, 8, 1), "5");
    assert_string_equal(fl_shade_glyph(&shading, -8, 1), "e");
    assert_string_equal(fl_shade_glyph(&shading, (double)NAN, 1), "N");
    assert_string_equal(fl_shade_glyph(&shading, (double)INFINITY, 1), "I");
}

static void bars_have_their_length(void **state) {
    (void)state;
    char out[128];
    assert_int_equal(fl_text_width(fl_bar(out, 0.5, 10, false)), 5);
    assert_string_equal(fl_bar(out, 1, 4, true), "####");
    assert_string_equal(fl_bar(out, 0, 4, false), "");
    assert_string_equal(fl_bar(out, (double)NAN, 4, false), "");
    assert_int_equal(fl_text_width(fl_bar(out, 7, 9, false)), 9);
    assert_int_equal(fl_text_width(fl_bar(out, 1, 4000, false)), 40);
    assert_string_equal(fl_bar(out, 1, -3, false), "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_give_four_digits_to_the_largest),
        cmocka_unit_test(exact_numbers_read_back),
        cmocka_unit_test(shades_step_by_half_a_power_of_ten),
        cmocka_unit_test(nothing_but_zero_looks_like_zero),
        cmocka_unit_test(what_is_beyond_the_scale_has_a_sign),
        cmocka_unit_test(legends_fit),
        cmocka_unit_test(colours_of_shares_go_in_eighths),
        cmocka_unit_test(steps_can_be_even_or_those_of_a_logarithm),
        cmocka_unit_test(legends_of_shares_are_true),
        cmocka_unit_test(legends_of_signs_are_true),
        cmocka_unit_test(glyphs_tell_sign_and_size),
        cmocka_unit_test(bars_have_their_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
