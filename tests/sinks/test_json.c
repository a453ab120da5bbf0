/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Numbers that read back exactly, and strings that any reader takes.
 */
#include "test.h"

#include "sinks/json.h"

#include "base/rng.h"
#include "sinks/csv.h"

#include <jansson.h>
#include <math.h>

static const char *as_double(double value) {
    static fl_buffer out;
    fl_buffer_clear(&out);
    fl_json_double(&out, value);
    return out.data;
}

static const char *as_float(float value) {
    static fl_buffer out;
    fl_buffer_clear(&out);
    fl_json_float(&out, value);
    return out.data;
}

static void numbers_people_would_write(void **state) {
    (void)state;
    assert_string_equal(as_double(0.1), "0.1");
    assert_string_equal(as_float(0.1f), "0.1");
    assert_string_equal(as_float(1.0f / 3.0f), "0.33333334");
    assert_string_equal(as_double(1e6), "1000000");
    assert_string_equal(as_double(6738415616.0), "6738415616");
    assert_string_equal(as_double(1e-5), "1e-05");
    assert_string_equal(as_double(-0.0), "-0.0");
    assert_string_equal(as_double(0.0), "0");
    assert_string_equal(as_double(INFINITY), "null");
    assert_string_equal(as_float(NAN), "null");
}

static void every_double_reads_back(void **state) {
    (void)state;
    uint64_t rng = 1;
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = fl_rng_next(&rng);
        double value, again;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value))
            continue;
        json_t *read =
            json_loads(as_double(value), JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, NULL);
        assert_non_null(read);
        again = json_real_value(read);
        assert_memory_equal(&again, &value, sizeof value);
        json_decref(read);
    }
}

static void every_float_reads_back_and_is_short(void **state) {
    (void)state;
    uint64_t rng = 2;
    for (int i = 0; i < 20000; i++) {
        uint32_t bits = (uint32_t)fl_rng_next(&rng);
        float value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value))
            continue;
        const char *digits = as_float(value);
        assert_true(strtof(digits, NULL) == value);
        char shorter[400]; /* one digit less would be another float */
        int n = 0;
        for (const char *c = digits; *c && *c != 'e'; c++)
            n += *c >= '0' && *c <= '9' && (n > 0 || *c != '0');
        if (n > 6 && (value != floorf(value) || fabsf(value) >= 1e15f)) {
            snprintf(shorter, sizeof shorter, "%.*g", n - 1, (double)value);
            assert_true(strtof(shorter, NULL) != value);
        }
    }
}

static void assert_string(const char *bytes, size_t length, bool ascii, const char *expected) {
    fl_buffer out = {0};
    fl_json_string(&out, bytes, length, ascii);
    assert_string_equal(out.data, expected);
    json_t *read = json_loads(out.data, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    assert_true(json_is_string(read));
    json_decref(read);
    fl_buffer_done(&out);
}

static void strings(void **state) {
    (void)state;
    assert_string("a\"b\\c\n\t\x01", 8, false, "\"a\\\"b\\\\c\\n\\t\\u0001\"");
    assert_string("a\0b", 3, false, "\"a\\u0000b\"");
    assert_string("\xe2\x96\x81Paris", 8, false, "\"\xe2\x96\x81Paris\"");
    assert_string("\xe2\x96\x81Paris", 8, true, "\"\\u2581Paris\"");
    assert_string("\xf0\x9f\x98\x80", 4, true, "\"\\ud83d\\ude00\"");
    /* what is not UTF-8 becomes the replacement character, byte by byte */
    assert_string("a\xff\xe2\x96z", 5, true, "\"a\\ufffd\\ufffd\\ufffdz\"");
    assert_string("\xed\xa0\x80", 3, true, "\"\\ufffd\\ufffd\\ufffd\"");
}

static void csv_cells(void **state) {
    (void)state;
    fl_buffer out = {0};
    const int64_t shape[] = {1, 5, 64};
    const fl_axis axes[] = {FL_AXIS_batch, FL_AXIS_token, FL_AXIS_hidden};
    fl_csv_ints(&out, shape, 3);
    fl_buffer_puts(&out, ",");
    fl_csv_axes(&out, axes, 3);
    fl_buffer_puts(&out, ",");
    fl_csv_text(&out, "plain");
    fl_buffer_puts(&out, ",");
    fl_csv_text(&out, "a \"b\", c\n");
    assert_string_equal(out.data, "1x5x64,batchxtokenxhidden,plain,\"a \"\"b\"\", c\\n\"");
    fl_buffer_done(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_people_would_write),
        cmocka_unit_test(every_double_reads_back),
        cmocka_unit_test(every_float_reads_back_and_is_short),
        cmocka_unit_test(strings),
        cmocka_unit_test(csv_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
