/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * SentencePiece BPE on vocabularies small enough to follow by hand.
 */
#include "base/rng.h"
#include "token/toy.h"

#include <math.h>
#include <time.h>

static fl_tokenizer *letters_and(toy *t, const char *const *pieces, size_t n) {
    static const char *const letters[] = {SPACE, "a", "b", "c", "d"};
    for (size_t i = 0; i < 5; i++)
        toy_add(t, letters[i], -100 - (float)i, FL_PIECE_NORMAL);
    for (size_t i = 0; i < n; i++)
        toy_add(t, pieces[i], -(float)i, FL_PIECE_NORMAL);
    return toy_build(t);
}

static void joins_best_score_first(void **state) {
    (void)state;
    toy t;
    toy_init(&t); /* 3 " ", 4 a, 5 b, 6 c, 7 d, then 8 bc, 9 ab, 10 abc, 11 " a", 12 cd */
    const char *const pieces[] = {"bc", "ab", "abc", SPACE "a", "cd"};
    fl_tokenizer *tokenizer = letters_and(&t, pieces, 5);
    assert_ids(tokenizer, "abc", false, false, "3 10");  /* bc before ab and " a", then abc */
    assert_ids(tokenizer, "ab", false, false, "3 9");    /* ab before " a" */
    assert_ids(tokenizer, "bcd", false, false, "3 8 7"); /* bc before cd */
    assert_ids(tokenizer, "acd", false, false, "11 12");
    assert_ids(tokenizer, "a a", false, false, "11 11"); /* every space begins a word */
    assert_ids(tokenizer, "a  a", false, false, "11 3 11");
    assert_ids(tokenizer, " ", false, false, "3 3");
    fl_tokenizer_free(&tokenizer);
    assert_null(tokenizer);
}

static void ties_go_to_the_left(void **state) {
    (void)state;
    toy t;
    toy_init(&t);
    toy_add(&t, SPACE, -9, FL_PIECE_NORMAL);
    toy_add(&t, "a", -9, FL_PIECE_NORMAL);
    toy_add(&t, "b", -9, FL_PIECE_NORMAL);
    toy_add(&t, "aa", -1, FL_PIECE_NORMAL); /* 6 */
    toy_add(&t, "ab", -1, FL_PIECE_NORMAL); /* 7 */
    toy_add(&t, "ba", -1, FL_PIECE_NORMAL); /* 8 */
    fl_tokenizer *tokenizer = toy_build(&t);
    assert_ids(tokenizer, "aaa", false, false, "3 6 4");
    assert_ids(tokenizer, "aaaaa", false, false, "3 6 6 4");
    assert_ids(tokenizer, "aba", false, false, "3 7 4");
    assert_ids(tokenizer, "baba", false, false, "3 8 8");
    fl_tokenizer_free(&tokenizer);
}

static void joins_across_words_when_a_piece_does(void **state) {
    (void)state;
    toy t;
    toy_init(&t); /* 8 "a b", 9 "a ", 10 " b" */
    const char *const pieces[] = {"a" SPACE "b", "a" SPACE, SPACE "b"};
    fl_tokenizer *tokenizer = letters_and(&t, pieces, 3);
    assert_ids(tokenizer, "a b", false, false, "3 8");
    assert_ids(tokenizer, "c b", false, false, "3 6 10");
    assert_ids(tokenizer, "a a", false, false, "3 9 4");
    fl_tokenizer_free(&tokenizer);
}

static void runs_of_spaces_are_pieces_too(void **state) {
    (void)state;
    toy t;
    toy_init(&t); /* 8 two spaces, 9 four spaces, 10 " a" */
    const char *const pieces[] = {SPACE SPACE, SPACE SPACE SPACE SPACE, SPACE "a"};
    fl_tokenizer *tokenizer = letters_and(&t, pieces, 3);
    assert_ids(tokenizer, "   a", false, false, "9 4"); /* the space in front counts */
    assert_ids(tokenizer, "  a", false, false, "8 10");
    assert_ids(tokenizer, "b    a", false, false, "3 5 9 4");
    fl_tokenizer_free(&tokenizer);
}

static void empty_text_and_bos(void **state) {
    (void)state;
    toy t;
    toy_init(&t);
    fl_tokenizer *tokenizer = letters_and(&t, NULL, 0);
    assert_ids(tokenizer, "", false, false, "");
    assert_ids(tokenizer, "", true, false, "1");
    assert_ids(tokenizer, "", true, true, "1");
    assert_ids(tokenizer, "a", true, false, "1 3 4");
    assert_int_equal(fl_tokenizer_bos(tokenizer), 1);
    assert_true(fl_tokenizer_adds_bos(tokenizer));
    fl_tokenizer_free(&tokenizer);

    t.vocab.add_space_prefix = false;
    t.vocab.bos_id = -1;
    tokenizer = toy_build(&t);
    assert_ids(tokenizer, "a", true, false, "4");
    assert_ids(tokenizer, " a", true, false, "3 4");
    assert_false(fl_tokenizer_adds_bos(tokenizer));
    assert_round_trip(tokenizer, " a", 2); /* a real space is not dropped */
    fl_tokenizer_free(&tokenizer);
}

static void bytes_stand_in_for_characters(void **state) {
    (void)state;
    toy t;
    toy_init(&t);
    toy_add_bytes(&t);                       /* 3 + byte */
    toy_add(&t, SPACE, -1, FL_PIECE_NORMAL); /* 259 */
    toy_add(&t, "x", -1, FL_PIECE_NORMAL);   /* 260 */
    fl_tokenizer *tokenizer = toy_build(&t);
    assert_ids(tokenizer, "x\xc3\xa9x", false, false, "259 260 198 172 260");
    assert_ids(tokenizer, "\n", false, false, "259 13");
    assert_ids(tokenizer, "\0x", false, false, "259 3 260");                /* NUL is text */
    assert_ids(tokenizer, "\xff\xc3", false, false, "259 258 198");         /* neither is valid */
    assert_ids(tokenizer, "\xed\xa0\x80", false, false, "259 240 163 131"); /* a lone surrogate */
    assert_ids(tokenizer, "<0x41>", false, false,
               "259 63 51 260 55 52 65"); /* spelled, not meant */
    assert_string_equal(fl_tokenizer_summary(tokenizer),
                        "SentencePiece BPE, 261 pieces, byte fallback");
    fl_tokenizer_free(&tokenizer);
}

static void any_bytes_come_back(void **state) {
    (void)state;
    toy t;
    toy_init(&t);
    toy_add_bytes(&t);
    const char *const pieces[] = {"ab", SPACE "a", "cd", "abcd", SPACE SPACE};
    fl_tokenizer *tokenizer = letters_and(&t, pieces, 5);
    static const char alphabet[] = "aaabbccdd   \xc3\xa9\xe2\x96\x81\xf0\x9f\x98\x80\xff";
    uint64_t rng = 7;
    for (int round = 0; round < 500; round++) {
        char text[64];
        size_t n = 1 + fl_rng_next(&rng) % sizeof text;
        for (size_t i = 0; i < n; i++)
            text[i] = alphabet[fl_rng_next(&rng) % (sizeof alphabet)]; /* its NUL too */
        for (size_t i = 0; i + 2 < n; i++) /* U+2581 itself reads back as the space it stands for */
            if (memcmp(text + i, SPACE, 3) == 0)
                text[i] = 'a';
        assert_round_trip(tokenizer, text, n);
    }
    fl_tokenizer_free(&tokenizer);
}

static void g18_unknown_piece_or_an_error(void **state) {
    (void)state;
    toy t;
    toy_init(&t);
    fl_tokenizer *tokenizer = letters_and(&t, NULL, 0);
    assert_ids(tokenizer, "a?b", false, false, "3 4 0 5");
    assert_ids(tokenizer,
               "a?!\xff"
               "b?",
               false, false, "3 4 0 5 0"); /* one for a run */
    assert_string_equal(fl_tokenizer_summary(tokenizer), "SentencePiece BPE, 8 pieces");
    fl_tokenizer_free(&tokenizer);

    int32_t bad_ids[] = {-1, 8, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < 4; i++) {
        int32_t *ids = NULL;
        size_t n = 7;
        fl_diag diag;
        t.vocab.unk_id = bad_ids[i];
        tokenizer = toy_build(&t);
        assert_ids(tokenizer, "ab", false, false, "3 4 5");
        assert_int_equal(fl_encode(tokenizer, "a\033", 2, false, false, &ids, &n, &diag),
                         FL_ERR_UNSUPPORTED);
        assert_non_null(strstr(diag.message, "\"\\x1b\""));
        assert_null(ids);
        assert_int_equal(n, 0);
        fl_tokenizer_free(&tokenizer);
    }
}

static void some_bytes_are_not_enough(void **state) {
    (void)state;
    toy t;
    toy_init(&t);
    toy_add(&t, SPACE, 0, FL_PIECE_NORMAL);
    toy_add(&t, "<0xC3>", 0, FL_PIECE_BYTE);
    toy_add(&t, "<0x21>", 0, FL_PIECE_BYTE);
    fl_tokenizer *tokenizer = toy_build(&t);
    assert_ids(tokenizer, "!\xc3\xa9", false, false, "3 5 0"); /* no half characters */
    assert_ids(tokenizer, "\xc3", false, false, "3 4");
    fl_tokenizer_free(&tokenizer);
}

static void g17_misspelled_bytes_are_text(void **state) {
    (void)state;
    static const char *const spellings[] = {"<0x-1>",  "<0xZZ>", "<0x1>",
                                            "<0x100>", "<0x 1>", "0x41"};
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        toy t;
        toy_init(&t);
        int32_t id = toy_add(&t, spellings[i], 0, FL_PIECE_BYTE);
        toy_add(&t, "<0x41>", 0, FL_PIECE_BYTE);
        fl_tokenizer *tokenizer = toy_build(&t);
        size_t length;
        assert_int_equal(fl_piece_kind(tokenizer, id), FL_PIECE_NORMAL);
        assert_int_equal(fl_piece_kind(tokenizer, id + 1), FL_PIECE_BYTE);
        const char *text = fl_decode(tokenizer, 2, id, &length);
        assert_int_equal(length, strlen(spellings[i]));
        assert_memory_equal(text, spellings[i], length);
        text = fl_decode(tokenizer, 2, id + 1, &length);
        assert_int_equal(length, 1);
        assert_memory_equal(text, "A", 1);
        fl_tokenizer_free(&tokenizer);
    }
}

static void user_defined_pieces_come_first(void **state) {
    (void)state;
    toy t;
    toy_init(&t);
    const char *const pieces[] = {"ab", "bc"};
    fl_tokenizer *tokenizer = letters_and(&t, pieces, 2); /* 8 ab, 9 bc */
    fl_tokenizer_free(&tokenizer);
    toy_add(&t, "b?", -1000, FL_PIECE_USER_DEFINED);   /* 10 */
    toy_add(&t, "b?cd", -1000, FL_PIECE_USER_DEFINED); /* 11 */
    toy_add(&t, "c", 0, FL_PIECE_USER_DEFINED);        /* 12: 6 is spelled the same */
    tokenizer = toy_build(&t);
    assert_ids(tokenizer, "ab?", false, false, "3 4 10");      /* though ab would score better */
    assert_ids(tokenizer, "ab?c", false, false, "3 4 10 6");   /* not longer than it is there */
    assert_ids(tokenizer, "ab?cdd", false, false, "3 4 11 7"); /* the longest */
    assert_ids(tokenizer, "abc", false, false, "3 8 6");
    assert_non_null(strstr(fl_tokenizer_summary(tokenizer), "1 empty or repeated"));
    fl_tokenizer_free(&tokenizer);
}

static void user_defined_pieces_are_not_joined(void **state) {
    (void)state;
    toy t;
    toy_init(&t);
    toy_add(&t, SPACE, -9, FL_PIECE_NORMAL);
    toy_add(&t, "a", 0, FL_PIECE_USER_DEFINED);
    toy_add(&t, "b", 0, FL_PIECE_NORMAL);
    toy_add(&t, "ab", 0, FL_PIECE_NORMAL);
    toy_add(&t, SPACE "a", 0, FL_PIECE_NORMAL);
    fl_tokenizer *tokenizer = toy_build(&t);
    assert_ids(tokenizer, "ab", false, false, "3 4 5");
    fl_tokenizer_free(&tokenizer);
}

static void control_pieces_only_when_asked(void **state) {
    (void)state;
    toy t;
    toy_init(&t);
    toy_add_bytes(&t);
    toy_add(&t, SPACE, -1, FL_PIECE_NORMAL); /* 259 */
    toy_add(&t, "a", -1, FL_PIECE_NORMAL);   /* 260 */
    toy_add(&t, "<s", -1, FL_PIECE_NORMAL);  /* 261: one join away from <s> */
    toy_add(&t, "<", -1, FL_PIECE_NORMAL);
    toy_add(&t, "s", -1, FL_PIECE_NORMAL);
    toy_add(&t, ">", -1, FL_PIECE_NORMAL);         /* 264 */
    toy_add(&t, "</s></s>", -1, FL_PIECE_CONTROL); /* 265 */
    fl_tokenizer *tokenizer = toy_build(&t);
    assert_ids(tokenizer, "<s>a", false, false, "259 261 264 260");
    assert_ids(tokenizer, "<s>a", false, true, "1 259 260");
    assert_ids(tokenizer, "a</s>a<s", true, true, "1 259 260 2 259 260 261");
    assert_ids(tokenizer, "</s></s>", false, true, "265"); /* the longest */
    assert_ids(tokenizer, "<unk>", false, true,
               "259 262 120 113 110 264"); /* unknown is no control */
    fl_tokenizer_free(&tokenizer);
}

static void unused_pieces_are_taken_apart(void **state) {
    (void)state;
    toy t;
    toy_init(&t);
    const char *const pieces[] = {"abcd"};
    fl_tokenizer *tokenizer = letters_and(&t, pieces, 1); /* 8 */
    fl_tokenizer_free(&tokenizer);
    toy_add(&t, "ab", 9, FL_PIECE_UNUSED);  /* 9 */
    toy_add(&t, "cd", 8, FL_PIECE_UNUSED);  /* 10 */
    toy_add(&t, "abc", 7, FL_PIECE_UNUSED); /* 11 */
    tokenizer = toy_build(&t);
    assert_ids(tokenizer, "abcd", false, false, "3 8"); /* they help to get there */
    assert_ids(tokenizer, "ab", false, false, "3 4 5");
    assert_ids(tokenizer, "abca", false, false, "3 4 5 6 4"); /* down to the last */
    fl_tokenizer_free(&tokenizer);
}

static void g19_repeated_and_empty_pieces(void **state) {
    (void)state;
    toy t;
    toy_init(&t);
    toy_add(&t, SPACE, 0, FL_PIECE_NORMAL);
    int32_t first = toy_add(&t, "a", -5, FL_PIECE_NORMAL);
    toy_add(&t, "a", 5, FL_PIECE_NORMAL);
    toy_add(&t, "", 99, FL_PIECE_NORMAL);
    toy_add(&t, "", 99, FL_PIECE_USER_DEFINED);
    toy_add(&t, "", 99, FL_PIECE_CONTROL);
    fl_tokenizer *tokenizer = toy_build(&t);
    size_t length = 9;
    assert_int_equal(first, 4);
    assert_ids(tokenizer, "aa", false, true, "3 4 4");
    assert_string_equal(fl_tokenizer_summary(tokenizer),
                        "SentencePiece BPE, 9 pieces, 3 empty or repeated");
    fl_decode(tokenizer, 2, 6, &length);
    assert_int_equal(length, 0);
    fl_tokenizer_free(&tokenizer);
}

static void decoding(void **state) {
    (void)state;
    toy t;
    toy_init(&t);
    const char *const pieces[] = {SPACE "a" SPACE "b"};
    t.vocab.eot_id = 7;
    fl_tokenizer *tokenizer = letters_and(&t, pieces, 1);
    size_t length;
    static const struct {
        int32_t previous, id;
        const char *text;
    } rows[] = {{4, 8, " a b"}, {1, 8, "a b"},      {-1, 8, "a b"},    {2, 8, " a b"},  {1, 3, ""},
                {3, 3, " "},    {-1, 1, ""},        {4, 2, ""},        {4, 0, "<unk>"}, {4, 9, ""},
                {4, -1, ""},    {4, INT32_MAX, ""}, {4, INT32_MIN, ""}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *text = fl_decode(tokenizer, rows[i].previous, rows[i].id, &length);
        assert_int_equal(length, strlen(rows[i].text));
        assert_memory_equal(text, rows[i].text, length);
    }
    const char *piece = fl_piece_text(tokenizer, 8, &length);
    assert_int_equal(length, 8);
    assert_memory_equal(piece, SPACE "a" SPACE "b", 8);
    assert_null(fl_piece_text(tokenizer, 9, &length));
    assert_int_equal(length, 0);
    assert_int_equal(fl_piece_kind(tokenizer, 1), FL_PIECE_CONTROL);
    assert_int_equal(fl_piece_kind(tokenizer, 9), FL_PIECE_UNKNOWN);
    assert_int_equal(fl_tokenizer_size(tokenizer), 9);
    for (int32_t id = -2; id < 12; id++)
        assert_int_equal(fl_token_ends(tokenizer, id), id == 1 || id == 2 || id == 7);
    fl_tokenizer_free(&tokenizer);
}

static void g16_special_ids_out_of_range_are_none(void **state) {
    (void)state;
    toy t;
    toy_init(&t);
    t.vocab.bos_id = 3;
    t.vocab.eos_id = INT32_MAX;
    t.vocab.eot_id = -7;
    fl_tokenizer *tokenizer = toy_build(&t);
    assert_int_equal(fl_tokenizer_bos(tokenizer), -1);
    assert_false(fl_tokenizer_adds_bos(tokenizer));
    for (int32_t id = -8; id < 4; id++)
        assert_false(fl_token_ends(tokenizer, id));
    assert_ids(tokenizer, "", true, false, "");
    fl_tokenizer_free(&tokenizer);
}

static void refuses(toy *t, fl_status expected, const char *words) {
    fl_tokenizer *tokenizer = NULL;
    fl_diag diag;
    assert_int_equal(fl_tokenizer_new(&tokenizer, &t->vocab, &diag), expected);
    assert_null(tokenizer);
    assert_string_equal(diag.subject, "tokenizer");
    if (!strstr(diag.message, words))
        print_error("'%s' lacks '%s'\n", diag.message, words);
    assert_non_null(strstr(diag.message, words));
    assert_int_equal(fl_tokenizer_new(&tokenizer, &t->vocab, NULL), expected);
}

static void a_model_without_a_vocabulary_is_refused(void **state) {
    (void)state;
    fl_tokenizer *tokenizer;
    fl_diag diag;
    assert_int_equal(fl_tokenizer_new(&tokenizer, NULL, &diag), FL_ERR_UNSUPPORTED);
    assert_null(tokenizer);
    assert_non_null(strstr(diag.message, "no vocabulary"));
}

static void refusals_say_why(void **state) {
    (void)state;
    toy t;
    toy_init(&t);
    t.vocab.kind = "gpt2";
    t.vocab.pre = "my\033own";
    refuses(&t, FL_ERR_UNSUPPORTED, "\"gpt2\" with pre-tokenizer \"my\\x1bown\"");
    t.vocab.pre = NULL;
    refuses(&t, FL_ERR_UNSUPPORTED, "does not name its pre-tokenizer");
    t.vocab.kind = "bert\033[2J";
    t.vocab.pre = NULL;
    refuses(&t, FL_ERR_UNSUPPORTED, "\"bert\\x1b[2J\" is not supported");
    t.vocab.kind = "";
    refuses(&t, FL_ERR_UNSUPPORTED, "does not say");
    toy_init(&t);
    t.pieces[2].score = NAN;
    refuses(&t, FL_ERR_FORMAT, "score of piece 2");
    toy_init(&t);
    t.pieces[1].type = (fl_piece_type)7;
    refuses(&t, FL_ERR_FORMAT, "piece 1 has type 7");
    toy_init(&t);
    t.vocab.n_pieces = 0;
    refuses(&t, FL_ERR_FORMAT, "has 0 pieces");
}

static void infinite_scores_are_scores(void **state) {
    (void)state;
    toy t;
    toy_init(&t);
    const char *const pieces[] = {"ab", "bc"};
    fl_tokenizer *tokenizer = letters_and(&t, pieces, 2);
    fl_tokenizer_free(&tokenizer);
    t.pieces[8].score = -INFINITY;
    t.pieces[9].score = INFINITY;
    tokenizer = toy_build(&t);
    assert_ids(tokenizer, "abcab", false, false, "3 4 9 8");
    fl_tokenizer_free(&tokenizer);
}

/* Processor seconds to encode `n` bytes of `unit` over and over. */
static double seconds(const fl_tokenizer *tokenizer, const char *unit, size_t n) {
    char *text = malloc(n);
    size_t length = strlen(unit), n_ids = 0;
    int32_t *ids = NULL;
    for (size_t i = 0; i < n; i++)
        text[i] = unit[i % length];
    clock_t start = clock();
    assert_int_equal(fl_encode(tokenizer, text, n, false, false, &ids, &n_ids, NULL), FL_OK);
    clock_t end = clock();
    assert_true(n_ids > 0);
    free(ids);
    free(text);
    return (double)(end - start) / CLOCKS_PER_SEC;
}

/* Ten times the text takes 100 times as long where time is quadratic, 13 times where it is as it
 * should be; 30 leaves room for caches. The best of some rounds, for the machine may be busy. */
static void assert_nearly_linear(const fl_tokenizer *tokenizer, const char *unit) {
    double small = HUGE_VAL, large = HUGE_VAL;
    for (int round = 0; round < 5 && (round < 2 || large >= 30 * small); round++) {
        small = fmin(small, seconds(tokenizer, unit, 100000));
        large = fmin(large, seconds(tokenizer, unit, 1000000));
    }
    print_message("1 MB of '%s': %.0f ms, %.1f times 100 KB\n", unit, large * 1e3, large / small);
    assert_true(large < 30 * small);
}

static void t4_time_grows_like_the_text(void **state) {
    (void)state;
    toy t;
    toy_init(&t);
    toy_add_bytes(&t);
    const char *const pieces[] = {"ab", SPACE "a", "cd", "abcd", "aa", "aaaa", SPACE SPACE};
    fl_tokenizer *tokenizer = letters_and(&t, pieces, 7);
    static const char *const units[] = {"abcd acd bb", "abcdacdbb", "a", " ", "\xc3\xa9"};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        assert_nearly_linear(tokenizer, units[i]);
    fl_tokenizer_free(&tokenizer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joins_best_score_first),
        cmocka_unit_test(ties_go_to_the_left),
        cmocka_unit_test(joins_across_words_when_a_piece_does),
        cmocka_unit_test(runs_of_spaces_are_pieces_too),
        cmocka_unit_test(empty_text_and_bos),
        cmocka_unit_test(bytes_stand_in_for_characters),
        cmocka_unit_test(any_bytes_come_back),
        cmocka_unit_test(g18_unknown_piece_or_an_error),
        cmocka_unit_test(some_bytes_are_not_enough),
        cmocka_unit_test(g17_misspelled_bytes_are_text),
        cmocka_unit_test(user_defined_pieces_come_first),
        cmocka_unit_test(user_defined_pieces_are_not_joined),
        cmocka_unit_test(control_pieces_only_when_asked),
        cmocka_unit_test(unused_pieces_are_taken_apart),
        cmocka_unit_test(g19_repeated_and_empty_pieces),
        cmocka_unit_test(decoding),
        cmocka_unit_test(g16_special_ids_out_of_range_are_none),
        cmocka_unit_test(a_model_without_a_vocabulary_is_refused),
        cmocka_unit_test(refusals_say_why),
        cmocka_unit_test(infinite_scores_are_scores),
        cmocka_unit_test(t4_time_grows_like_the_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
