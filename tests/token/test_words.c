/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The words that each pre-tokenizer cuts a text into, written with | between them. What stands here
 * was checked against the patterns themselves, run by a regular-expression engine with Unicode
 * properties.
 */
#include "token/words.h"

#include "base/text.h"
#include "test.h"

static void assert_words(const char *name, const char *text, size_t length, const char *expected) {
    fl_words words = {.splitter = fl_splitter_named(name), .text = text, .length = length};
    fl_buffer got = {0};
    size_t from, n, at = 0;
    assert_non_null(words.splitter);
    fl_buffer_puts(&got, "");
    while (fl_words_next(&words, &from, &n)) {
        assert_int_equal(from, at); /* without a gap */
        assert_true(n > 0);
        fl_buffer_puts(&got, at ? "|" : "");
        fl_buffer_add(&got, text + from, n);
        at += n;
    }
    assert_int_equal(at, length);
    assert_string_equal(got.data, expected);
    fl_buffer_done(&got);
}

#define assert_cut(name, text, expected) assert_words(name, text, sizeof(text) - 1, expected)

static void gpt2(void **state) {
    (void)state;
    assert_cut("gpt-2", "", "");
    assert_cut("gpt-2", "Hello world's 42nd, \"isn't\" it?",
               "Hello| world|'s| 42|nd|,| \"|isn|'t|\"| it|?");
    assert_cut("gpt-2", "I'LL we'll they're I'd've", "I|'|LL| we|'ll| they|'re| I|'d|'ve");
    assert_cut("gpt-2", "a  b   c\td \n\n e  ", "a| | b|  | c|\t|d| \n\n| e|  ");
    assert_cut("gpt-2", "12345 1\xc2\xbd\xe2\x85\xa7", "12345| 1\xc2\xbd\xe2\x85\xa7");
    assert_cut("gpt-2", "$%x !?\n", "$%|x| !?|\n");
}

static void llama3(void **state) {
    (void)state;
    static const char *const names[] = {"llama-bpe", "llama3", "llama-v3"};
    for (size_t i = 0; i < 3; i++) {
        assert_cut(names[i], "I'LL we'll I'D", "I|'LL| we|'ll| I|'D");
        assert_cut(names[i], "it'\xc5\xbf", "it|'\xc5\xbf"); /* a long s */
        assert_cut(names[i], "1234567 $5x", "123|456|7| $|5|x");
        assert_cut(names[i], "a.b (c) \td\n\n  e \n f", "a|.b| (|c|)| |\td|\n\n| | e| \n| f");
        assert_cut(names[i], "x!\r\n\r\ny  \n z", "x|!\r\n\r\n|y|  \n| z");
        assert_cut(names[i], "  7", " | |7"); /* no blank before a digit */
    }
}

static void qwen2(void **state) {
    (void)state;
    assert_cut("qwen2", "1234 don'T 5", "1|2|3|4| don|'T| |5");
}

static void smollm(void **state) {
    (void)state;
    assert_cut("smollm", "abc 123  4 'S 's x", "abc| |1|2|3|  |4| '|S| '|s| x");
    assert_cut("smollm", "7", "7");
}

/* Letters, digits and white space are what Unicode says they are. */
static void all_of_unicode(void **state) {
    (void)state;
    /* a combining mark is no letter: e + acute, then the letter e-acute */
    assert_cut("gpt-2", "e\xcc\x81g \xc3\xa9g", "e|\xcc\x81|g| \xc3\xa9g");
    assert_cut("llama-bpe", "e\xcc\x81g", "e|\xcc\x81g"); /* there a mark may begin a word */
    /* no-break, ogham, em, ideographic space, line separator, next line */
    assert_cut("gpt-2", "a\xc2\xa0\xe1\x9a\x80\xe2\x80\x83\xe3\x80\x80\xe2\x80\xa8\xc2\x85",
               "a|\xc2\xa0\xe1\x9a\x80\xe2\x80\x83\xe3\x80\x80\xe2\x80\xa8\xc2\x85");
    /* U+180E is no white space (it once was), nor is the zero-width space */
    assert_cut("gpt-2", "a \xe1\xa0\x8e\xe2\x80\x8b ", "a| \xe1\xa0\x8e\xe2\x80\x8b| ");
    assert_cut("gpt-2", "\xe4\xbd\xa0\xe5\xa5\xbd \xf0\x9f\x98\x80",
               "\xe4\xbd\xa0\xe5\xa5\xbd| \xf0\x9f\x98\x80");
}

static void bytes_that_are_no_character_are_signs(void **state) {
    (void)state;
    assert_cut("gpt-2", "a\xff\xc3 b\0c", "a|\xff\xc3| b|\0c");
    assert_cut("llama-bpe",
               "\xff"
               "a",
               "\xff"
               "a");
}

static void patterns_are_known_by_their_text(void **state) {
    (void)state;
    static const struct {
        const char *name, *pattern;
    } rows[] = {
        {"llama-bpe", "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| "
                      "?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"},
        {"qwen2", "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| "
                  "?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"},
        {"gpt-2",
         "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t n = strlen(rows[i].pattern);
        const fl_splitter *splitter = fl_splitter_of_pattern(rows[i].pattern, n);
        assert_non_null(splitter);
        assert_string_equal(fl_splitter_name(splitter), rows[i].name);
        assert_null(fl_splitter_of_pattern(rows[i].pattern, n - 1));
    }
    assert_null(fl_splitter_of_pattern("(a*)*b", 6));
    assert_null(fl_splitter_named("default"));
    assert_null(fl_splitter_named(""));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gpt2),
        cmocka_unit_test(llama3),
        cmocka_unit_test(qwen2),
        cmocka_unit_test(smollm),
        cmocka_unit_test(all_of_unicode),
        cmocka_unit_test(bytes_that_are_no_character_are_signs),
        cmocka_unit_test(patterns_are_known_by_their_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
