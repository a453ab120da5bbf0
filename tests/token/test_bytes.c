/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Byte-level BPE on vocabularies small enough to follow by hand.
 */
#include "base/rng.h"
#include "token/toy.h"

static const char *const none[] = {NULL};

/* Pieces from 256 on. */
static void add_all(toy *t, const char *const *pieces) {
    for (; *pieces; pieces++)
        toy_add(t, *pieces, 0, FL_PIECE_NORMAL);
}

static void joins_the_first_listed_first(void **state) {
    (void)state;
    static const char *const merges[] = {"b c", "a b", "a bc", "c c", "\xc4\xa0 a", NULL};
    static const char *const pieces[] = {"bc",
                                         "ab",
                                         "abc",
                                         "cc",
                                         "\xc4\xa0"
                                         "a",
                                         NULL};
    toy t;
    toy_init_bytes(&t, "gpt-2", merges);
    add_all(&t, pieces); /* 256 bc, 257 ab, 258 abc, 259 cc, 260 " a" */
    fl_tokenizer *tokenizer = toy_build(&t);
    assert_ids(tokenizer, "abc", false, false, "258");
    assert_ids(tokenizer, "abab", false, false, "257 257");
    assert_ids(tokenizer, "bccc", false, false, "256 259");
    assert_ids(tokenizer, "ccc", false, false, "259 99"); /* the leftmost of equals */
    assert_ids(tokenizer, "a a", false, false, "97 260");
    assert_ids(tokenizer, "a  a", false, false, "97 32 260");
    assert_ids(tokenizer, "", true, false, "");
    assert_ids(tokenizer, "a\n\xff\0", false, false, "97 10 255 0");
    assert_string_equal(fl_tokenizer_summary(tokenizer), "byte-level BPE (gpt-2), 261 pieces");
    fl_tokenizer_free(&tokenizer);
}

/* A pair that no merge lists is not joined, though it spells a piece. */
static void a_piece_without_a_merge_is_taken_whole_or_not_at_all(void **state) {
    (void)state;
    static const char *const pieces[] = {"abc", "bc", NULL};
    toy t;
    toy_init_bytes(&t, "llama-bpe", none);
    add_all(&t, pieces);
    fl_tokenizer *tokenizer = toy_build(&t);
    assert_ids(tokenizer, "abc", false, false, "97 98 99");
    fl_tokenizer_free(&tokenizer);
    t.vocab.ignore_merges = true;
    tokenizer = toy_build(&t);
    assert_ids(tokenizer, "abc", false, false, "256");
    assert_ids(tokenizer, "abcd", false, false, "97 98 99 100");
    fl_tokenizer_free(&tokenizer);
}

/* Without a list of merges scores decide, as ranks of tiktoken do. */
static void without_merges_scores_decide(void **state) {
    (void)state;
    toy t;
    toy_init_bytes(&t, "llama-bpe", none);
    t.vocab.merges = NULL;
    toy_add(&t, "ab", -1, FL_PIECE_NORMAL);  /* 256 */
    toy_add(&t, "bc", -2, FL_PIECE_NORMAL);  /* 257 */
    toy_add(&t, "abc", -3, FL_PIECE_NORMAL); /* 258 */
    fl_tokenizer *tokenizer = toy_build(&t);
    assert_ids(tokenizer, "abcbc", false, false, "258 257");
    fl_tokenizer_free(&tokenizer);
}

/* G20 of the formats: such lines join nothing, and are counted. */
static void g20_merges_that_join_nothing(void **state) {
    (void)state;
    static const char *const merges[] = {"ab",         "",    " ",   "a ",    " b", "x y z",
                                         "q \xc4\xa0", "a b", "a b", "ab ab", NULL};
    static const char *const pieces[] = {"ab", NULL};
    toy t;
    toy_init_bytes(&t, "gpt-2", merges);
    add_all(&t, pieces);
    fl_tokenizer *tokenizer = toy_build(&t);
    assert_ids(tokenizer, "abab", false, false, "256 256");
    assert_string_equal(fl_tokenizer_summary(tokenizer),
                        "byte-level BPE (gpt-2), 257 pieces, 8 merges that join nothing");
    fl_tokenizer_free(&tokenizer);
}

/* G18: a byte that nothing spells. */
static void g18_a_byte_without_a_piece(void **state) {
    (void)state;
    static const char *const merges[] = {"a b", NULL};
    static const char *const pieces[] = {"ab", NULL};
    toy t;
    toy_init_bytes(&t, "gpt-2", merges);
    add_all(&t, pieces);
    t.pieces['b'].text = "";
    t.pieces['b'].length = 0;
    fl_tokenizer *tokenizer = toy_build(&t);
    int32_t *ids = NULL;
    size_t n = 0;
    fl_diag diag;
    assert_int_equal(fl_encode(tokenizer, "ab", 2, false, false, &ids, &n, &diag),
                     FL_ERR_UNSUPPORTED);
    assert_non_null(strstr(diag.message, "byte 0x62"));
    assert_null(ids);
    fl_tokenizer_free(&tokenizer);
    t.vocab.unk_id = 'a';
    tokenizer = toy_build(&t);
    assert_ids(tokenizer, "abba", false, false, "97 97 97 97");
    fl_tokenizer_free(&tokenizer);
}

/* G19: of pieces that are spelled alike the first counts. */
static void g19_repeated_and_empty_pieces(void **state) {
    (void)state;
    static const char *const merges[] = {"a b", NULL};
    static const char *const pieces[] = {"ab", "ab", "", NULL};
    toy t;
    toy_init_bytes(&t, "gpt-2", merges);
    add_all(&t, pieces);
    fl_tokenizer *tokenizer = toy_build(&t);
    assert_ids(tokenizer, "ab", false, false, "256");
    assert_non_null(strstr(fl_tokenizer_summary(tokenizer), ", 2 empty or repeated"));
    fl_tokenizer_free(&tokenizer);
}

static void added_pieces_are_cut_out_first(void **state) {
    (void)state;
    static const char *const merges[] = {"a b", "\xc4\xa0 <", NULL};
    static const char *const pieces[] = {"ab", "\xc4\xa0<", NULL};
    toy t;
    toy_init_bytes(&t, "gpt-2", merges);
    add_all(&t, pieces);
    toy_add(&t, "<b>", 0, FL_PIECE_USER_DEFINED); /* 258 */
    toy_add(&t, "<b><b>", 0, FL_PIECE_CONTROL);   /* 259 */
    toy_add(&t, "b c", 0, FL_PIECE_USER_DEFINED); /* 260 */
    fl_tokenizer *tokenizer = toy_build(&t);
    assert_ids(tokenizer, "ab <b>b", false, false, "256 32 258 98");
    assert_ids(tokenizer, "<b><b>", false, false, "258 258");
    assert_ids(tokenizer, "<b><b><b>", false, true, "259 258"); /* the longest */
    assert_ids(tokenizer, "ab c", false, false, "97 260");
    fl_tokenizer_free(&tokenizer);
}

static void assert_reads(const fl_tokenizer *tokenizer, int32_t id, const char *expected) {
    size_t length;
    const char *text = fl_decode(tokenizer, -1, id, &length);
    assert_int_equal(length, strlen(expected));
    assert_memory_equal(text, expected, length);
}

static void pieces_read_as_their_bytes(void **state) {
    (void)state;
    static const char *const pieces[] = {"\xc4\xa0"
                                         "a\xc4\x8a",
                                         "\xc3\x83\xc2\xa9", NULL};
    toy t;
    toy_init_bytes(&t, "gpt-2", none);
    add_all(&t, pieces);
    toy_add(&t, "\xc4\xa0", 0, FL_PIECE_USER_DEFINED); /* 258: an added piece is as it is */
    toy_add(&t, "<|x|>", 0, FL_PIECE_CONTROL);         /* 259 */
    toy_add(&t, "[PAD 1]", 0, FL_PIECE_UNUSED);        /* 260: a blank is no such spelling */
    fl_tokenizer *tokenizer = toy_build(&t);
    assert_reads(tokenizer, 256, " a\n");
    assert_reads(tokenizer, 257, "\xc3\xa9");
    assert_reads(tokenizer, 0xe9, "\xe9"); /* half a character */
    assert_reads(tokenizer, 0xad, "\xad");
    assert_reads(tokenizer, 258, "\xc4\xa0");
    assert_reads(tokenizer, 259, "");
    assert_reads(tokenizer, 260, "[PAD 1]");
    fl_tokenizer_free(&tokenizer);
}

static void any_bytes_come_back(void **state) {
    (void)state;
    static const char *const merges[] = {"a b", "\xc4\xa0 a", "\xc3\x83 \xc2\xa9", NULL};
    static const char *const pieces[] = {"ab",
                                         "\xc4\xa0"
                                         "a",
                                         "\xc3\x83\xc2\xa9", NULL};
    static const char *const names[] = {"gpt-2", "llama-bpe", "qwen2", "smollm"};
    static const char alphabet[] = "aab  1'sS\n\r\xc3\xa9\xe2\x80\x83\xf0\x9f\x98\x80\xff";
    uint64_t rng = 7;
    for (size_t i = 0; i < 4; i++) {
        toy t;
        toy_init_bytes(&t, names[i], merges);
        add_all(&t, pieces);
        fl_tokenizer *tokenizer = toy_build(&t);
        for (int round = 0; round < 500; round++) {
            char text[64];
            size_t n = 1 + fl_rng_next(&rng) % sizeof text;
            for (size_t k = 0; k < n; k++)
                text[k] = alphabet[fl_rng_next(&rng) % (sizeof alphabet)]; /* its NUL too */
            assert_round_trip(tokenizer, text, n);
        }
        fl_tokenizer_free(&tokenizer);
    }
}

/* T4 of the formats: long runs of whatever there is. */
static void t4_long_runs_come_back(void **state) {
    (void)state;
    static const char *const merges[] = {"a a", "aa aa", "\xc4\xa0 \xc4\xa0", NULL};
    static const char *const pieces[] = {"aa", "aaaa", "\xc4\xa0\xc4\xa0", NULL};
    static const char *const units[] = {"a", " ", "\n ", "7", "\xcc\x81", "\xff", "\xe4\xbd\xa0"};
    enum { LENGTH = 210000 };
    toy t;
    toy_init_bytes(&t, "llama-bpe", merges);
    add_all(&t, pieces);
    fl_tokenizer *tokenizer = toy_build(&t);
    char *text = malloc(LENGTH);
    assert_non_null(text);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        for (size_t k = 0, n = strlen(units[i]); k < LENGTH; k++)
            text[k] = units[i][k % n];
        assert_round_trip(tokenizer, text, LENGTH);
    }
    free(text);
    fl_tokenizer_free(&tokenizer);
}

static void all_named_ends_end(void **state) {
    (void)state;
    static const int32_t more[] = {'x', 'y', 9999, -1};
    toy t;
    toy_init_bytes(&t, "gpt-2", none);
    toy_add(&t, "<|eot_id|>", 0, FL_PIECE_CONTROL);    /* 256 */
    toy_add(&t, "<|im_end|>", 0, FL_PIECE_NORMAL);     /* ordinary text */
    toy_add(&t, "<|endoftext|>", 0, FL_PIECE_CONTROL); /* 258 */
    t.vocab.end_ids = more;
    t.vocab.n_end_ids = 4;
    t.vocab.eos_id = 'z';
    fl_tokenizer *tokenizer = toy_build(&t);
    for (int32_t id = -1; id < 300; id++)
        assert_int_equal(fl_token_ends(tokenizer, id),
                         id == 256 || id == 258 || (id >= 'x' && id <= 'z'));
    fl_tokenizer_free(&tokenizer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joins_the_first_listed_first),
        cmocka_unit_test(a_piece_without_a_merge_is_taken_whole_or_not_at_all),
        cmocka_unit_test(without_merges_scores_decide),
        cmocka_unit_test(g20_merges_that_join_nothing),
        cmocka_unit_test(g18_a_byte_without_a_piece),
        cmocka_unit_test(g19_repeated_and_empty_pieces),
        cmocka_unit_test(added_pieces_are_cut_out_first),
        cmocka_unit_test(pieces_read_as_their_bytes),
        cmocka_unit_test(any_bytes_come_back),
        cmocka_unit_test(t4_long_runs_come_back),
        cmocka_unit_test(all_named_ends_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
