/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What can be told of colours without looking: text stands out from what is behind it, and ramps
 * go one way.
 */
#include "test.h"

#include "view/canvas.h"

#include <math.h>

/* Relative luminance of sRGB, as in the web's accessibility guidelines. */
static double luminance(uint32_t rgb) {
    static const double weights[] = {0.0722, 0.7152, 0.2126};
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        double part = (double)(rgb >> 8 * i & 0xff) / 255;
        sum += weights[i] * (part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static double contrast(uint32_t a, uint32_t b) {
    double x = luminance(a), y = luminance(b);
    return (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
}

static double luminance_behind(fl_style style, bool light) {
    fl_colors c = fl_style_colors(style, 256, light);
    return luminance(c.bg >= 0 ? fl_color_rgb(c.bg) : light ? 0xffffffu : 0);
}

/* 3 is the least for large text and signs; what is hidden or a mere line may be fainter. */
static void text_stands_out(void **state) {
    (void)state;
    for (int light = 0; light < 2; light++)
        for (int id = 0; id < FL_STYLE_COUNT; id++) {
            fl_colors c = fl_style_colors((fl_style)id, 256, light);
            double least = id == FL_STYLE_rule || id == FL_STYLE_masked ? 2 : 3;
            uint32_t ground = light ? 0xffffffu : 0, ink = light ? 0x202020u : 0xe0e0e0u;
            double found = contrast(c.fg >= 0 ? fl_color_rgb(c.fg) : ink,
                                    c.bg >= 0 ? fl_color_rgb(c.bg) : ground);
            if (found < least)
                fail_msg("style %d on a %s ground has contrast %.2f", id, light ? "light" : "dark",
                         found);
        }
}

static void assert_ramp(int first, int steps, bool light) {
    for (int i = 0; i < steps; i++) {
        double from = luminance_behind((fl_style)(first + i), light);
        double to = luminance_behind((fl_style)(first + i + 1), light);
        if (light ? to >= from : to <= from)
            fail_msg("step %d of the ramp at style %d goes the wrong way", i, first);
    }
}

static void ramps_go_one_way(void **state) {
    (void)state;
    for (int light = 0; light < 2; light++) {
        assert_ramp(FL_STYLE_heat_zero, 5, light);
        assert_ramp(FL_STYLE_share_0, 7, light);
        for (int i = 0; i < 5; i++) /* towards minus */
            assert_true((luminance_behind((fl_style)(FL_STYLE_heat_n5 + i), light) >
                         luminance_behind((fl_style)(FL_STYLE_heat_n5 + i + 1), light)) == !light);
    }
}

/* Few colours are few: no index beyond what the terminal has. */
static void colours_exist(void **state) {
    (void)state;
    static const int counts[] = {8, 16, 256};
    for (int light = 0; light < 2; light++)
        for (size_t n = 0; n < 3; n++)
            for (int id = 0; id < FL_STYLE_COUNT; id++) {
                fl_colors c = fl_style_colors((fl_style)id, counts[n], light);
                assert_in_range(c.fg + 1, 0, counts[n]);
                assert_in_range(c.bg + 1, 0, counts[n]);
            }
}

static void a_colour_of_the_cube_is_known(void **state) {
    (void)state;
    assert_int_equal(fl_color_rgb(9), 0xff0000);
    assert_int_equal(fl_color_rgb(214), 0xffaf00);
    assert_int_equal(fl_color_rgb(240), 0x585858);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_stands_out),
        cmocka_unit_test(ramps_go_one_way),
        cmocka_unit_test(colours_exist),
        cmocka_unit_test(a_colour_of_the_cube_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
