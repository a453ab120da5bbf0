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
    assert_string_equal(fl_number(out, fl_format_for(1, 4), (double)NAN), "nan");
    assert_string_equal(fl_number(out, fl_format_for(1, 4), -(double)INFINITY), "-inf");
}

static void exact_numbers_read_back(void **state) {
    (void)state;
    char out[FL_NUMBER];
    const float values[] = {0.1f, -4.17631435f, 1e-38f, 3.4e38f, 16777217.0f};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        assert_true((float)strtod(fl_exact(out, (double)values[i]), NULL) == values[i]);
}

static void each_shade_is_twice_the_one_below(void **state) {
    (void)state;
    const fl_shading shading = {false, 8, 256, false};
    assert_int_equal(fl_shade_style(&shading, 8), FL_STYLE_heat_p5);
    assert_int_equal(fl_shade_style(&shading, 4.1), FL_STYLE_heat_p5);
    assert_int_equal(fl_shade_style(&shading, 3.9), FL_STYLE_heat_p4);
    assert_int_equal(fl_shade_style(&shading, -1.9), FL_STYLE_heat_n3);
    assert_int_equal(fl_shade_style(&shading, -0.3), FL_STYLE_heat_n1);
    assert_int_equal(fl_shade_style(&shading, 0.2), FL_STYLE_heat_zero);
    assert_int_equal(fl_shade_style(&shading, 0), FL_STYLE_heat_zero);
    assert_int_equal(fl_shade_style(&shading, (double)NAN), FL_STYLE_alarm);
    const fl_shading flat = {false, 0, 256, false};
    assert_int_equal(fl_shade_style(&flat, 0), FL_STYLE_heat_zero);
}

static void shares_go_in_eighths(void **state) {
    (void)state;
    const fl_shading shading = {true, 1, 256, false};
    assert_int_equal(fl_shade_style(&shading, 0), FL_STYLE_share_0);
    assert_int_equal(fl_shade_style(&shading, 0.05), FL_STYLE_share_1);
    assert_int_equal(fl_shade_style(&shading, 0.6), FL_STYLE_share_4);
    assert_int_equal(fl_shade_style(&shading, 1), FL_STYLE_share_7);
}

/* Without colour sign and size are in the glyph alone. */
static void glyphs_tell_sign_and_size(void **state) {
    (void)state;
    const fl_shading shading = {false, 8, 0, true};
    assert_string_equal(fl_shade_glyph(&shading, 8, 2), "+5");
    assert_string_equal(fl_shade_glyph(&shading, -1.9, 2), "-3");
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
        cmocka_unit_test(each_shade_is_twice_the_one_below),
        cmocka_unit_test(shares_go_in_eighths),
        cmocka_unit_test(glyphs_tell_sign_and_size),
        cmocka_unit_test(bars_have_their_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
