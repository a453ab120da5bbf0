/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Rank files of tiktoken, as Llama 3 has them under the name tokenizer.model.
 */
#include "base/diag.h"
#include "token/source.h"
#include "token/toy.h"

static fl_status read_ranks(fl_tokenizer **out, const char *text, size_t length, fl_diag *diag) {
    fl_token_file file = {"toy.model", text, length};
    fl_diag_init(diag, "toy.model");
    fl_source source = fl_source_over(&file, 0, diag);
    return fl_source_finish(&source, fl_read_tiktoken(&source, 0), out);
}

static fl_tokenizer *opens(const char *text) {
    fl_tokenizer *tokenizer = NULL;
    fl_diag diag;
    if (read_ranks(&tokenizer, text, strlen(text), &diag))
        print_error("%s\n", diag.message);
    assert_non_null(tokenizer);
    return tokenizer;
}

/* " ", a, b, c, bc, ab, abc, and a byte that is no character */
static const char small[] = "IA== 0\nYQ== 1\nYg== 2\nYw== 3\nYmM= 4\r\nYWI= 5\nYWJj 6\n/w== 7";

static void ranks_are_ids_and_order(void **state) {
    (void)state;
    fl_tokenizer *tokenizer = opens(small);
    assert_int_equal(fl_tokenizer_size(tokenizer), 8 + 256);
    assert_ids(tokenizer, "abcab", false, false, "6 5");    /* bc before ab, then a and bc */
    assert_ids(tokenizer, "abc ab", false, false, "6 0 5"); /* a word that is a piece */
    assert_ids(tokenizer, "\xff", false, false, "7");
    size_t length;
    assert_memory_equal(fl_piece_text(tokenizer, 0, &length), "\xc4\xa0", 2);
    assert_memory_equal(fl_decode(tokenizer, 1, 0, &length), " ", 1);
    fl_tokenizer_free(&tokenizer);
}

static void special_pieces_follow_the_ranks(void **state) {
    (void)state;
    fl_tokenizer *tokenizer = opens(small);
    assert_int_equal(fl_tokenizer_bos(tokenizer), 8);
    assert_true(fl_tokenizer_adds_bos(tokenizer));
    assert_ids(tokenizer, "a<|eot_id|><|reserved_special_token_2|>", true, true, "8 1 17 20");
    assert_ids(tokenizer, "<|reserved_special_token_245|>", false, true, "263");
    for (int32_t id = 0; id < 264; id++) /* begin, end, end of message, of turn */
        assert_int_equal(fl_token_ends(tokenizer, id), id == 8 || id == 9 || id == 16 || id == 17);
    fl_tokenizer_free(&tokenizer);
}

static void bad_lines_are_named(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t line;
        const char *words;
    } rows[] = {
        {"IA== 0\nYQ== 2\n", 2, "rank 2, expected 1"},
        {"IA== 0\nYQ== 0\n", 2, "rank 0, expected 1"},
        {"IA== 0\nYQ==\n", 2, "not a line"},
        {"IA== 0\n\nYQ== 1\n", 2, "not a line"},
        {"IA== 0\nYQ= 1\n", 2, "not a line"},
        {"IA== 0\nY=== 1\n", 2, "not base64"},
        {"IA== 0\n=Q== 1\n", 2, "not base64"},
        {"IA== 0\nYQ== -1\n", 2, "not a line"},
        {"IA== 0\nYQ== 1 \n", 2, "not a line"},
        {"IA== 0\nYQ== 99999999999999999999\n", 2, "not a line"},
        {"IA== 0\nYQ== 1\n\x1b[2J", 3, "not a line"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fl_tokenizer *tokenizer = NULL;
        fl_diag diag;
        assert_int_equal(read_ranks(&tokenizer, rows[i].text, strlen(rows[i].text), &diag),
                         FL_ERR_FORMAT);
        assert_null(tokenizer);
        assert_non_null(strstr(diag.message, rows[i].words));
        assert_int_equal(diag.line, rows[i].line);
    }
}

/* How others than Llama 3's cut text is not known. */
static void other_counts_are_refused(void **state) {
    (void)state;
    fl_tokenizer *tokenizer = NULL;
    fl_diag diag;
    fl_diag_init(&diag, "tokenizer.model");
    fl_token_file file = {"tokenizer.model", small, sizeof small - 1};
    assert_int_equal(fl_tokenizer_read(&tokenizer, &file, 1, 0, &diag), FL_ERR_UNSUPPORTED);
    assert_non_null(strstr(diag.message, "8 pieces, expected 128000"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_are_ids_and_order),
        cmocka_unit_test(special_pieces_follow_the_ranks),
        cmocka_unit_test(bad_lines_are_named),
        cmocka_unit_test(other_counts_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
