/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * SentencePiece models: what is read of them, and what is refused.
 */
#include "base/diag.h"
#include "token/sentencepiece_writer.h"
#include "token/source.h"
#include "token/toy.h"

#include <math.h>

static fl_status read_model(fl_tokenizer **out, const fl_buffer *file, fl_diag *diag) {
    char *copy = malloc(file->length ? file->length : 1); /* its exact size, for a sanitizer */
    assert_non_null(copy);
    memcpy(copy, file->data, file->length);
    fl_diag_init(diag, "toy.model");
    fl_token_file one = {"toy.model", copy, file->length};
    fl_source source = fl_source_over(&one, 0, diag);
    fl_status status = fl_source_finish(&source, fl_read_sentencepiece(&source), out);
    free(copy);
    return status;
}

static fl_tokenizer *opens(fl_buffer *file) {
    fl_tokenizer *tokenizer = NULL;
    fl_diag diag;
    if (read_model(&tokenizer, file, &diag))
        print_error("%s\n", diag.message);
    assert_non_null(tokenizer);
    fl_buffer_done(file);
    return tokenizer;
}

static void refuses(fl_buffer *file, fl_status expected, const char *words) {
    fl_tokenizer *tokenizer = NULL;
    fl_diag diag;
    assert_int_equal(read_model(&tokenizer, file, &diag), expected);
    assert_null(tokenizer);
    if (!strstr(diag.message, words))
        print_error("'%s' lacks '%s'\n", diag.message, words);
    assert_non_null(strstr(diag.message, words));
    assert_string_equal(diag.subject, "toy.model");
    fl_buffer_done(file);
}

/* 0 <unk>, 1 <s>, 2 </s>, 3 byte 0A, 4 the space, 5 a, 6 b, 7 ab, 8 b? taken whole */
static fl_buffer pieces(const char *space) {
    fl_buffer file = {0};
    spm_piece(&file, "<unk>", 0, FL_PIECE_UNKNOWN);
    spm_piece(&file, "<s>", 0, FL_PIECE_CONTROL);
    spm_piece(&file, "</s>", 0, FL_PIECE_CONTROL);
    spm_piece(&file, "<0x0A>", 0, FL_PIECE_BYTE);
    spm_piece(&file, space, -1, FL_PIECE_NORMAL);
    spm_piece(&file, "a", -2, FL_PIECE_NORMAL);
    spm_piece(&file, "b", -3, FL_PIECE_NORMAL);
    spm_piece(&file, "ab", -4, FL_PIECE_NORMAL);
    spm_piece(&file, "b?", 0, FL_PIECE_USER_DEFINED);
    return file;
}

static fl_buffer small_model(void) {
    fl_buffer file = pieces(SPACE);
    spm_trainer(&file, 2);
    spm_normalizer(&file, true, false, true);
    return file;
}

static void reads_pieces_and_ids(void **state) {
    (void)state;
    fl_buffer file = small_model();
    fl_tokenizer *tokenizer = opens(&file);
    assert_int_equal(fl_tokenizer_size(tokenizer), 9);
    assert_int_equal(fl_tokenizer_bos(tokenizer), 1);
    assert_true(fl_tokenizer_adds_bos(tokenizer));
    assert_true(fl_token_ends(tokenizer, 2));
    assert_ids(tokenizer, "ab a\n", true, false, "1 4 7 4 5 3");
    assert_ids(tokenizer, "ab?", false, false, "4 5 8");
    assert_ids(tokenizer, "ax", false, false, "4 5 0");
    assert_ids(tokenizer, "<s>", false, true, "1");
    fl_tokenizer_free(&tokenizer);
}

static void settings_of_the_normalizer(void **state) {
    (void)state;
    fl_buffer file = pieces(SPACE);
    spm_trainer(&file, 2);
    spm_normalizer(&file, false, false, true);
    fl_tokenizer *tokenizer = opens(&file);
    assert_ids(tokenizer, "a  b", false, false, "5 4 4 6"); /* no space in front */
    fl_tokenizer_free(&tokenizer);

    file = pieces(SPACE);
    spm_trainer(&file, 2); /* what is not said is true: spaces are squeezed */
    tokenizer = opens(&file);
    assert_ids(tokenizer, "  a   b  ", false, false, "4 5 4 6");
    assert_ids(tokenizer, "   ", false, false, "");
    fl_tokenizer_free(&tokenizer);

    file = pieces(" ");
    spm_trainer(&file, 2);
    spm_normalizer(&file, true, false, false);
    tokenizer = opens(&file);
    assert_ids(tokenizer, "a b", false, false, "4 5 4 6"); /* spaces as they are */
    fl_tokenizer_free(&tokenizer);
}

static void fields_that_do_not_matter_are_skipped(void **state) {
    (void)state;
    fl_buffer file = small_model();
    spm_number(&file, 200, 7);
    spm_bytes(&file, 201, "anything", 8);
    spm_float(&file, 202, 1);
    spm_varint(&file, 203 << 3 | 1);
    fl_buffer_add(&file, "8 bytes.", 8);
    fl_tokenizer *tokenizer = opens(&file);
    assert_ids(tokenizer, "ab", false, false, "4 7");
    fl_tokenizer_free(&tokenizer);
}

#define T2(bytes, words)                                                                           \
    { bytes, sizeof(bytes) - 1, words }

/* T2 of the formats, after a model that is right. */
static void t2_bad_wire(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
        const char *words;
    } rows[] = {
        T2("\x80", "ends inside a varint"),
        T2("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", "more than 64 bits"),
        T2("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", "more than 64 bits"),
        T2("\x0a\x05"
           "abcd",
           "length 5, but 4 bytes are left"),
        T2("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "bytes are left"),
        T2("\x0b", "field 1 has wire type 3"),
        T2("\x24", "field 4 has wire type 4"),
        T2("\x26", "field 4 has wire type 6"),
        T2("\x27", "field 4 has wire type 7"),
        T2("\x02\x00", "field number 0"),
        T2("\x08\x01", "field 1 has wire type 0, expected 2"),
        T2("\x25"
           "123",
           "ends inside field 4"),
        T2("\x0a\x00", "piece 9 has no text"),
        T2("\x0a\x02\x0a\x00", "piece 9 has no text"),
        T2("\x0a\x07\x15\x00\x00\xc0\x7f\x0a\x00", "piece 9 has no text"),
        T2("\x0a\x08\x0a\x01x\x15\x00\x00\xc0\x7f", "score of piece 9 is not a number"),
        T2("\x0a\x05\x0a\x01x\x18\x07", "piece type 7, expected 1 to 6"),
        T2("\x0a\x05\x0a\x01x\x18\x00", "piece type 0, expected 1 to 6"),
        T2("\x12\x03\xc8\x02\x09", "id of bos is 9, but the file has 9 pieces"),
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fl_buffer file = small_model();
        fl_buffer_add(&file, rows[i].bytes, rows[i].length);
        refuses(&file, FL_ERR_FORMAT, rows[i].words);
    }
}

static void other_models_are_named(void **state) {
    (void)state;
    static const struct {
        unsigned type;
        const char *words;
    } rows[] = {
        {1, "1 (unigram)"}, {3, "3 (word)"}, {4, "4 (char)"}, {9, "is 9, expected 2 (BPE)"}};
    for (size_t i = 0; i < 4; i++) {
        fl_buffer file = pieces(SPACE);
        spm_trainer(&file, rows[i].type);
        refuses(&file, FL_ERR_UNSUPPORTED, rows[i].words);
    }
    fl_buffer file = pieces(SPACE); /* without a word of it, it is that */
    refuses(&file, FL_ERR_UNSUPPORTED, "1 (unigram)");
    file = small_model();
    fl_buffer_add(&file,
                  "\x1a\x05\x12\x03"
                  "abc",
                  7);
    refuses(&file, FL_ERR_UNSUPPORTED, "maps characters (3 bytes of rules)");
    file = small_model();
    fl_buffer_add(&file, "\x12\x03\xc0\x01\x01", 5);
    refuses(&file, FL_ERR_UNSUPPORTED, "as a suffix");
}

static void ids_may_be_none(void **state) {
    (void)state;
    fl_buffer file = small_model();
    fl_buffer_add(&file, "\x12\x0c\xc8\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 14);
    fl_tokenizer *tokenizer = opens(&file);
    assert_int_equal(fl_tokenizer_bos(tokenizer), -1);
    assert_false(fl_tokenizer_adds_bos(tokenizer));
    fl_tokenizer_free(&tokenizer);
}

/* Cut anywhere it is a shorter model or an error, never more than what is there. */
static void cut_anywhere(void **state) {
    (void)state;
    fl_buffer whole = small_model();
    for (size_t n = 1; n < whole.length; n++) {
        fl_buffer part = {0};
        fl_tokenizer *tokenizer = NULL;
        fl_diag diag;
        fl_buffer_add(&part, whole.data, n);
        fl_status status = read_model(&tokenizer, &part, &diag);
        assert_int_equal(status == FL_OK, tokenizer != NULL);
        assert_true(status == FL_OK || diag.message[0]);
        fl_tokenizer_free(&tokenizer);
        fl_buffer_done(&part);
    }
    fl_buffer_done(&whole);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_pieces_and_ids),
        cmocka_unit_test(settings_of_the_normalizer),
        cmocka_unit_test(fields_that_do_not_matter_are_skipped),
        cmocka_unit_test(t2_bad_wire),
        cmocka_unit_test(other_models_are_named),
        cmocka_unit_test(ids_may_be_none),
        cmocka_unit_test(cut_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
