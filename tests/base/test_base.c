/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/* Cursor, text, halves, maps and the parallel loop. */
#include "test.h"

#include "base/cursor.h"
#include "base/diag.h"
#include "base/machine.h"
#include "base/map.h"
#include "base/text.h"

#include <footlight/tensor.h>
#include <math.h>

static void cursor_reads_little_endian_and_stops_at_the_end(void **state) {
    (void)state;
    const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    fl_cursor c = fl_cursor_over(bytes, sizeof bytes);
    assert_int_equal(fl_cursor_u32(&c), 0x04030201);
    assert_int_equal(fl_cursor_u16(&c), 0x0605);
    assert_int_equal(fl_cursor_left(&c), 4);
    assert_false(c.failed);
    assert_int_equal(fl_cursor_u64(&c), 0);
    assert_true(c.failed);
    assert_int_equal(fl_cursor_u8(&c), 0); /* once failed, always failed */
    assert_int_equal(fl_cursor_left(&c), 0);
    c = fl_cursor_over(bytes, sizeof bytes);
    assert_null(fl_cursor_take(&c, UINT64_MAX));
}

static void checked_products_find_overflow(void **state) {
    (void)state;
    uint64_t out;
    assert_true(fl_mul_u64(1u << 31, 1u << 31, &out));
    assert_true(out == (uint64_t)1 << 62);
    assert_false(fl_mul_u64(UINT64_MAX / 2, 3, &out));
    assert_true(fl_mul_u64(UINT64_MAX, 0, &out) && out == 0);
}

static void check_escape(const char *bytes, size_t length, fl_escape_mode mode, const char *want) {
    fl_buffer out = {0};
    fl_escape(&out, bytes, length, mode);
    assert_string_equal(out.data ? out.data : "", want);
    fl_buffer_done(&out);
}

static void escaping_leaves_nothing_a_terminal_obeys(void **state) {
    (void)state;
    check_escape("a\x1b[2J", 5, FL_ESCAPE_TEXT, "a\\x1b[2J");
    check_escape("a\n\tb", 4, FL_ESCAPE_TEXT, "a\n\tb");
    check_escape("a\n\tb", 4, FL_ESCAPE_LINE, "a\\n\\tb");
    check_escape("\0x", 2, FL_ESCAPE_LINE, "\\x00x");
    check_escape("caf\xc3\xa9", 5, FL_ESCAPE_LINE, "caf\xc3\xa9");
    check_escape("\xc3", 1, FL_ESCAPE_LINE, "\xef\xbf\xbd");
    check_escape("\xe2\x80\xae!", 4, FL_ESCAPE_LINE, "\xef\xbf\xbd!"); /* right-to-left override */
    check_escape("\xc2\x9b", 2, FL_ESCAPE_LINE, "\xef\xbf\xbd");       /* C1 control */
}

static void escaping_into_an_array_cuts_between_characters(void **state) {
    (void)state;
    char out[6];
    fl_escape_into(out, sizeof out, "abcd\xc3\xa9", 6);
    assert_string_equal(out, "abcd");
}

static void widths_and_ascii(void **state) {
    (void)state;
    fl_buffer out = {0};
    assert_int_equal(fl_text_width("abc"), 3);
    assert_int_equal(fl_text_width("\xf0\x9f\x98\x80"), 2);
    assert_int_equal(fl_text_width("q\xcc\x82"), 1);
    fl_ascii(&out, "Σ q̂·θᵢ → √d ≤ √16 + √(x) é");
    assert_string_equal(out.data, "sum q^*theta_i -> sqrt(d) <= sqrt(16) + sqrt(x) ?");
    fl_buffer_done(&out);
}

static void patterns_take_a_layer(void **state) {
    (void)state;
    char out[16];
    assert_int_equal(fl_spell_layer(out, sizeof out, "blk.{l}.x", 31), 8);
    assert_string_equal(out, "blk.31.x");
    fl_spell_layer(out, sizeof out, "plain", 31);
    assert_string_equal(out, "plain");
    assert_int_equal(fl_spell_layer(out, 4, "blk.{l}.x", 31), 8); /* the whole length, cut */
    assert_string_equal(out, "blk");
}

static void numbers_for_people(void **state) {
    (void)state;
    char out[32];
    assert_string_equal(fl_group_digits(out, sizeof out, 6738415616), "6,738,415,616");
    assert_string_equal(fl_group_digits(out, sizeof out, -1234), "-1,234");
    assert_string_equal(fl_group_digits(out, sizeof out, 12), "12");
    assert_string_equal(fl_human_bytes(out, sizeof out, 524288), "512 KiB");
    assert_string_equal(fl_human_bytes(out, sizeof out, 1023), "1023 B");
}

/* Every half goes to a float and back unchanged; every midpoint rounds to the even neighbour. */
static void halves_round_trip(void **state) {
    (void)state;
    for (uint32_t h = 0; h < 0x10000; h++) {
        float value = fl_half_to_float((uint16_t)h);
        bool nan = (h & 0x7c00) == 0x7c00 && (h & 0x3ff);
        assert_true(isnan(value) == nan);
        if (!nan)
            assert_int_equal(fl_float_to_half(value), h);
    }
    for (uint32_t h = 0; h < 0x7bff; h++) {
        float low = fl_half_to_float((uint16_t)h), high = fl_half_to_float((uint16_t)(h + 1));
        assert_int_equal(fl_float_to_half((low + high) / 2), h + (h & 1));
    }
    assert_int_equal(fl_float_to_half(65520.0f), 0x7c00);
    assert_int_equal(fl_float_to_half(65519.0f), 0x7bff);
    assert_int_equal(fl_float_to_half(-1e-9f), 0x8000);
}

static void maps_refuse_what_is_not_a_file(void **state) {
    (void)state;
    fl_map map;
    fl_diag diag;
    assert_int_equal(fl_map_open(&map, "/", &diag), FL_ERR_IO);
    assert_non_null(strstr(diag.message, "directory"));
    assert_int_equal(fl_map_open(&map, "/nonexistent/x", &diag), FL_ERR_IO);
    assert_string_equal(diag.subject, "/nonexistent/x");
    assert_int_equal(fl_map_open(&map, "/dev/null", &diag), FL_ERR_IO);
    assert_int_equal(fl_map_open(&map, fl_test_path("LICENSE"), &diag), FL_OK);
    assert_memory_equal(map.bytes, "MIT License", 11);
    fl_map_close(&map);
}

static void mark(void *ctx, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++)
        ((unsigned char *)ctx)[i]++;
}

static void parallel_loops_cover_each_index_once(void **state) {
    (void)state;
    for (int threads = 1; threads <= 5; threads++)
        for (int64_t n = 0; n < 40; n++) {
            unsigned char hits[40] = {0};
            fl_parallel_for(threads, n, 3, mark, hits);
            for (int64_t i = 0; i < 40; i++)
                assert_int_equal(hits[i], i < n);
        }
}

static void the_machine_is_described(void **state) {
    (void)state;
    char name[64], cut[4];
    fl_cpu_name(name, sizeof name);
    assert_true(strlen(name) > 0 && name[0] != ' ' && !strchr(name, '\n'));
    fl_cpu_name(cut, sizeof cut);
    assert_int_equal(strncmp(cut, name, 3), 0);
}

/* Whole kilobytes, fewer than a terabyte. */
static void caches_have_a_size_or_none(void **state) {
    (void)state;
    int64_t bytes = fl_processor_cache_bytes();
    assert_true(bytes >= 0 && bytes % 1024 == 0 && bytes < INT64_C(1) << 40);
}

/* Memory counts once it is written to. */
static void resident_memory_grows_when_touched(void **state) {
    (void)state;
    const int64_t size = 64 << 20, before = fl_resident_bytes();
    if (before < 0) {
        print_message("SKIPPED: this system does not say\n");
        skip();
    }
    char *bytes = malloc((size_t)size);
    assert_non_null(bytes);
    memset(bytes, 1, (size_t)size);
    int64_t grown = fl_resident_bytes() - before;
    assert_true(bytes[size / 2] == 1);
    free(bytes);
    assert_true(grown > size / 2 && grown < 2 * size);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cursor_reads_little_endian_and_stops_at_the_end),
        cmocka_unit_test(checked_products_find_overflow),
        cmocka_unit_test(escaping_leaves_nothing_a_terminal_obeys),
        cmocka_unit_test(escaping_into_an_array_cuts_between_characters),
        cmocka_unit_test(widths_and_ascii),
        cmocka_unit_test(patterns_take_a_layer),
        cmocka_unit_test(numbers_for_people),
        cmocka_unit_test(halves_round_trip),
        cmocka_unit_test(maps_refuse_what_is_not_a_file),
        cmocka_unit_test(parallel_loops_cover_each_index_once),
        cmocka_unit_test(the_machine_is_described),
        cmocka_unit_test(caches_have_a_size_or_none),
        cmocka_unit_test(resident_memory_grows_when_touched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
