/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Decimals against the C library: they are the first of %.1g, %.2g, ... that reads back.
 */
#include "test.h"

#include "base/rng.h"
#include "sinks/decimal.h"

#include <float.h>
#include <math.h>

static bool reads_back(const char *text, double value, bool single) {
    return single ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value;
}

static void print(char *out, double value, bool single) {
    if (value == floor(value) && fabs(value) < 1e15) {
        sprintf(out, "%.0f", value);
        return;
    }
    for (int n = 1; n <= 17; n++) {
        snprintf(out, FL_DECIMAL, "%.*g", n, value);
        if (reads_back(out, value, single))
            return;
    }
}

static void check(double value, bool single) {
    char got[FL_DECIMAL], want[FL_DECIMAL];
    if (!isfinite(value) || value == 0)
        return;
    int length = fl_decimal(got, value, single);
    print(want, value, single);
    assert_string_equal(got, want);
    assert_int_equal(length, strlen(got));
    assert_true(reads_back(got, value, single));
}

static void check_both(double value) {
    check(value, false);
    check((double)(float)value, true);
}

static void random_bits(void **state) {
    (void)state;
    uint64_t rng = 4;
    for (int i = 0; i < 10000; i++) {
        uint64_t bits = fl_rng_next(&rng);
        double value;
        memcpy(&value, &bits, sizeof value);
        check_both(value);
    }
}

/* Of a size that statistics have: nearly all of these take the short way. */
static void usual_numbers(void **state) {
    (void)state;
    uint64_t rng = 5;
    for (int i = 0; i < 20000; i++) {
        int exponent = (int)(fl_rng_next(&rng) % 120) - 80;
        check_both(ldexp(fl_rng_unit(&rng) - 0.5, exponent));
    }
}

static void few_digits(void **state) {
    (void)state;
    uint64_t rng = 6;
    for (int i = 0; i < 20000; i++) {
        double whole = (double)(int64_t)(fl_rng_next(&rng) % 1000000000), tens = 1;
        for (uint64_t places = fl_rng_next(&rng) % 16; places; places--)
            tens *= 10;
        check_both(whole / tens);
        check_both(-whole / tens);
    }
}

/* Where the exponent changes, and the distance to the next number with it. */
static void powers_and_their_neighbours(void **state) {
    (void)state;
    for (int i = -320; i <= 308; i++) {
        char text[16];
        snprintf(text, sizeof text, "1e%d", i);
        double ten = strtod(text, NULL);
        check_both(ten);
        check_both(nextafter(ten, 0));
        check_both(nextafter(ten, DBL_MAX));
        check((double)nextafterf((float)ten, 0), true);
        check((double)nextafterf((float)ten, FLT_MAX), true);
    }
    for (int i = -1074; i < 1024; i++) {
        double two = ldexp(1, i);
        check_both(two);
        check_both(nextafter(two, 0));
        check_both(nextafter(two, DBL_MAX));
        check((double)nextafterf((float)two, 0), true);
    }
}

static void whole_numbers(void **state) {
    (void)state;
    static const int64_t values[] = {0, 7, -7, 10, 999, 1000, INT32_MIN, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char got[FL_DECIMAL], want[FL_DECIMAL];
        int length = fl_decimal_int(got, values[i]);
        assert_int_equal(length, sprintf(want, "%lld", (long long)values[i]));
        assert_string_equal(got, want);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_bits),   cmocka_unit_test(usual_numbers),
        cmocka_unit_test(few_digits),    cmocka_unit_test(powers_and_their_neighbours),
        cmocka_unit_test(whole_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
