/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Kinds of characters, and Unicode's normalization form C against the standard's own examples.
 */
#include "base/unicode.h"

#include "test.h"

static void kinds(void **state) {
    (void)state;
    static const struct {
        uint32_t code;
        fl_char_kind kind;
    } rows[] = {{'a', FL_CHAR_LETTER},    {0x4f60, FL_CHAR_LETTER}, {0x2b0, FL_CHAR_LETTER},
                {'7', FL_CHAR_DIGIT},     {0xbd, FL_CHAR_DIGIT},    {0x2167, FL_CHAR_DIGIT},
                {' ', FL_CHAR_BLANK},     {'\t', FL_CHAR_BLANK},    {0x85, FL_CHAR_BLANK},
                {0xa0, FL_CHAR_BLANK},    {0x2028, FL_CHAR_BLANK},  {0x3000, FL_CHAR_BLANK},
                {'\n', FL_CHAR_LINE_END}, {'\r', FL_CHAR_LINE_END}, {'_', FL_CHAR_SIGN},
                {0x301, FL_CHAR_SIGN},    {0x180e, FL_CHAR_SIGN},   {0x200b, FL_CHAR_SIGN},
                {0x1f600, FL_CHAR_SIGN},  {0, FL_CHAR_SIGN},        {0x1f, FL_CHAR_SIGN},
                {0x10ffff, FL_CHAR_SIGN}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(fl_char_kind_of(rows[i].code), rows[i].kind);
}

static void assert_composes(const char *text, size_t length, const char *expected) {
    fl_buffer got = {0};
    fl_buffer_puts(&got, "");
    fl_compose(&got, text, length);
    assert_false(got.failed);
    assert_string_equal(got.data, expected);
    assert_true(fl_may_compose(text, length) || strcmp(text, expected) == 0);
    fl_buffer_done(&got);
}

#define assert_composed(text, expected) assert_composes(text, sizeof(text) - 1, expected)

static void composition(void **state) {
    (void)state;
    assert_composed("", "");
    assert_composed("plain \xc3\xa9", "plain \xc3\xa9");
    assert_composed("e\xcc\x81x", "\xc3\xa9x");
    assert_composed("\xe2\x84\xab", "\xc3\x85");                  /* the angstrom sign */
    assert_composed("\xe2\x84\xa6", "\xce\xa9");                  /* ohm */
    assert_composed("\xef\xac\x81", "\xef\xac\x81");              /* fi stays one letter */
    assert_composed("d\xcc\x87\xcc\xa3", "\xe1\xb8\x8d\xcc\x87"); /* marks by their class */
    assert_composed("\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8", "\xea\xb0\x81"); /* Hangul */
    assert_composed("\xe0\xa4\x95\xe0\xa4\xbc", "\xe0\xa4\x95\xe0\xa4\xbc"); /* excluded */
    assert_composed("\xe0\xa5\x98", "\xe0\xa4\x95\xe0\xa4\xbc");
    assert_composed("e\xff\xcc\x81", "e\xff\xcc\x81"); /* no character stands between */
}

/* As many marks as there may be, in the order that is worst for sorting by neighbours. */
static void many_marks(void **state) {
    (void)state;
    enum { MARKS = 100000 };
    fl_buffer text = {0}, got = {0};
    fl_buffer_puts(&text, "x");
    for (int i = 0; i < 2 * MARKS; i++)
        fl_buffer_puts(&text, i < MARKS ? "\xcc\x81" : "\xcc\x96");
    fl_compose(&got, text.data, text.length);
    assert_int_equal(got.length, text.length);
    assert_memory_equal(got.data, "x\xcc\x96\xcc\x96", 5);
    assert_memory_equal(got.data + got.length - 4, "\xcc\x81\xcc\x81", 4);
    fl_buffer_done(&text);
    fl_buffer_done(&got);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds),
        cmocka_unit_test(composition),
        cmocka_unit_test(many_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
