/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Bytes in, whole characters out.
 */
#include "token/stream.h"

#include "base/rng.h"
#include "test.h"

/* Feeds the parts one after the other; after each, `out` holds what is expected by then. */
typedef struct part {
    const char *bytes, *shown;
} part;

static void feed_parts(const part *parts, const char *at_end) {
    fl_utf8_stream stream = {0};
    fl_buffer out = {0};
    fl_buffer_puts(&out, "");
    for (; parts->bytes; parts++) {
        fl_utf8_stream_feed(&stream, parts->bytes, strlen(parts->bytes), &out);
        assert_string_equal(out.data, parts->shown);
    }
    fl_utf8_stream_flush(&stream, &out);
    assert_string_equal(out.data, at_end);
    fl_buffer_done(&out);
}

static void waits_for_whole_characters(void **state) {
    (void)state;
    const part accent[] = {{"caf\xc3", "caf"}, {"\xa9!", "caf\xc3\xa9!"}, {0}};
    const part face[] = {{"\xf0", ""}, {"\x9f\x98", ""}, {"\x80", "\xf0\x9f\x98\x80"}, {0}};
    const part plain[] = {{"", ""}, {"ab", "ab"}, {"", "ab"}, {0}};
    feed_parts(accent, "caf\xc3\xa9!");
    feed_parts(face, "\xf0\x9f\x98\x80");
    feed_parts(plain, "ab");
}

static void invalid_bytes_pass_at_once(void **state) {
    (void)state;
    const part never[] = {{"\xff", "\xff"}, {"\x80", "\xff\x80"}, {0}};
    const part broken[] = {{"\xe2\x96", ""},
                           {"a", "\xe2\x96"
                                 "a"},
                           {0}};
    const part begun_again[] = {{"\xc3", ""}, {"\xc3", "\xc3"}, {"\xa9", "\xc3\xc3\xa9"}, {0}};
    const part overlong[] = {{"\xc0", "\xc0"}, {"\xe0", "\xc0"}, {"\x9f", "\xc0\xe0\x9f"}, {0}};
    const part surrogate[] = {{"\xed", ""}, {"\xa0", "\xed\xa0"}, {0}};
    const part too_far[] = {{"\xf4", ""}, {"\x90", "\xf4\x90"}, {"\xf5", "\xf4\x90\xf5"}, {0}};
    feed_parts(never, "\xff\x80");
    feed_parts(broken, "\xe2\x96"
                       "a");
    feed_parts(begun_again, "\xc3\xc3\xa9");
    feed_parts(overlong, "\xc0\xe0\x9f");
    feed_parts(surrogate, "\xed\xa0");
    feed_parts(too_far, "\xf4\x90\xf5");
}

static void the_end_gives_up_waiting(void **state) {
    (void)state;
    const part half[] = {{"a\xf0\x9f\x98", "a"}, {0}};
    feed_parts(half, "a\xf0\x9f\x98");
}

static void nul_is_a_character(void **state) {
    (void)state;
    fl_utf8_stream stream = {0};
    fl_buffer out = {0};
    fl_utf8_stream_feed(&stream, "a\0b", 3, &out);
    assert_int_equal(out.length, 3);
    assert_memory_equal(out.data, "a\0b", 3);
    fl_buffer_done(&out);
}

/* However it is cut: nothing is lost, nothing changed, and what is shown never ends inside a
 * character that is valid in the whole. */
static void any_cut_gives_the_same_bytes(void **state) {
    (void)state;
    static const char bits[] = "a\xc3\xa9\xe2\x96\x81\xf0\x9f\x98\x80\xff\xed\xa0\xf4\x8f\xbf\xbf";
    uint64_t rng = 11;
    for (int round = 0; round < 2000; round++) {
        char text[24];
        bool boundary[sizeof text + 1] = {false};
        fl_utf8_stream stream = {0};
        fl_buffer out = {0};
        for (size_t i = 0; i < sizeof text; i++)
            text[i] = bits[fl_rng_next(&rng) % (sizeof bits - 1)];
        for (size_t at = 0, n; at < sizeof text; at += n ? n : 1) {
            n = fl_utf8_length(text + at, sizeof text - at);
            boundary[at] = true;
        }
        for (size_t at = 0, n; at < sizeof text; at += n) {
            n = 1 + fl_rng_next(&rng) % (sizeof text - at);
            fl_utf8_stream_feed(&stream, text + at, n, &out);
            assert_true(out.length == sizeof text || boundary[out.length]);
        }
        fl_utf8_stream_flush(&stream, &out);
        assert_int_equal(out.length, sizeof text);
        assert_memory_equal(out.data, text, sizeof text);
        fl_buffer_done(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_for_whole_characters),
        cmocka_unit_test(invalid_bytes_pass_at_once),
        cmocka_unit_test(the_end_gives_up_waiting),
        cmocka_unit_test(nul_is_a_character),
        cmocka_unit_test(any_cut_gives_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
