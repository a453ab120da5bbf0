/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * llama2.c tokenizer.bin, well and badly formed: the file has no magic and no count, so everything
 * hangs on its lengths.
 */
#include "token/source.h"

#include "base/diag.h"
#include "token/toy.h"

#include <math.h>

static void add_u32(fl_buffer *file, uint32_t value) {
    char bytes[4] = {(char)value, (char)(value >> 8), (char)(value >> 16), (char)(value >> 24)};
    fl_buffer_add(file, bytes, 4);
}

static void add_entry(fl_buffer *file, float score, const char *text, size_t length) {
    uint32_t bits;
    memcpy(&bits, &score, 4);
    add_u32(file, bits);
    add_u32(file, (uint32_t)length);
    fl_buffer_add(file, text, length);
}

/* Ten pieces: <unk>, <s>, </s>, one byte, " ", a, b, "ab", a piece with a NUL, an empty one. */
enum { PIECES = 10 };

static void write_small(fl_buffer *file) {
    static const char *const texts[] = {"<unk>", "\n<s>\n", "\n</s>\n", "<0x41>",
                                        " ",     "a",       "b",        "ab"};
    fl_buffer_clear(file);
    add_u32(file, 7);
    for (size_t i = 0; i < 8; i++)
        add_entry(file, (float)i, texts[i], strlen(texts[i]));
    add_entry(file, -1, "\0", 1);
    add_entry(file, -1, "", 0);
}

/* From a copy of just that size, so that a sanitizer sees a read past the end. */
static fl_status read_bytes(fl_tokenizer **out, const char *bytes, size_t length, int64_t size,
                            fl_diag *diag) {
    char *copy = malloc(length ? length : 1);
    assert_non_null(copy);
    if (length)
        memcpy(copy, bytes, length);
    fl_diag_init(diag, "toy.bin");
    fl_status status =
        fl_tokenizer_read(out, &(fl_token_file){"toy.bin", copy, length}, 1, size, diag);
    free(copy);
    return status;
}

static void refuses(const fl_buffer *file, int64_t size, fl_status expected, const char *words) {
    fl_tokenizer *tokenizer = NULL;
    fl_diag diag;
    assert_int_equal(read_bytes(&tokenizer, file->data, file->length, size, &diag), expected);
    assert_null(tokenizer);
    if (!strstr(diag.message, words))
        print_error("'%s' lacks '%s'\n", diag.message, words);
    assert_non_null(strstr(diag.message, words));
    assert_string_equal(diag.subject, "toy.bin");
}

static void reads_a_small_file(void **state) {
    (void)state;
    fl_buffer file = {0};
    fl_diag diag;
    write_small(&file);
    for (int64_t size = 0; size <= PIECES; size += PIECES) {
        fl_tokenizer *tokenizer = NULL;
        assert_int_equal(read_bytes(&tokenizer, file.data, file.length, size, &diag), FL_OK);
        assert_int_equal(fl_tokenizer_size(tokenizer), PIECES);
        assert_ids(tokenizer, "abA\0?", true, false, "1 4 7 3 8 0");
        assert_ids(tokenizer, "</s>", false, true, "2");
        assert_int_equal(fl_piece_kind(tokenizer, 0), FL_PIECE_UNKNOWN);
        assert_int_equal(fl_piece_kind(tokenizer, 1), FL_PIECE_CONTROL);
        assert_int_equal(fl_piece_kind(tokenizer, 2), FL_PIECE_CONTROL);
        assert_int_equal(fl_piece_kind(tokenizer, 3), FL_PIECE_BYTE);
        assert_true(fl_tokenizer_adds_bos(tokenizer));
        fl_tokenizer_free(&tokenizer);
    }
    fl_buffer_done(&file);
}

static void t3_longest_length_is_not_trusted(void **state) {
    (void)state;
    static const uint32_t lies[] = {0, 1, INT32_MAX, UINT32_MAX};
    fl_buffer file = {0};
    write_small(&file);
    for (size_t i = 0; i < 4; i++) {
        fl_tokenizer *tokenizer = NULL;
        fl_diag diag;
        memcpy(file.data, &lies[i], 4);
        assert_int_equal(read_bytes(&tokenizer, file.data, file.length, PIECES, &diag), FL_OK);
        assert_ids(tokenizer, "ab", false, false, "4 7");
        fl_tokenizer_free(&tokenizer);
    }
    fl_buffer_done(&file);
}

static void t3_refuses_bad_lengths(void **state) {
    (void)state;
    static const struct {
        uint32_t length;
        const char *words;
    } rows[] = {{UINT32_MAX, "piece 0 has length -1"},
                {0x80000000, "piece 0 has length -2147483648"},
                {INT32_MAX, "piece 0 has length 2147483647"},
                {1000, "piece 0 has length 1000, but"}};
    fl_buffer file = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        write_small(&file);
        memcpy(file.data + 8, &rows[i].length, 4);
        refuses(&file, PIECES, FL_ERR_FORMAT, rows[i].words);
        refuses(&file, 0, FL_ERR_FORMAT, rows[i].words);
    }
    fl_buffer_done(&file);
}

static void t3_refuses_wrong_counts(void **state) {
    (void)state;
    fl_buffer file = {0};
    write_small(&file);
    refuses(&file, PIECES - 1, FL_ERR_FORMAT, "8 bytes follow the last of 9");
    refuses(&file, 1, FL_ERR_FORMAT, "follow the last of 1");
    refuses(&file, PIECES + 1, FL_ERR_FORMAT, "ends inside tokenizer piece 10");
    refuses(&file, 32000, FL_ERR_FORMAT, "the model has 32000 tokenizer pieces");
    refuses(&file, INT64_MAX, FL_ERR_FORMAT, "at most");
    refuses(&file, -1, FL_ERR_USAGE, "-1");
    refuses(&file, INT64_MIN, FL_ERR_USAGE, "cannot have");
    fl_buffer_add(&file, "x", 1);
    refuses(&file, PIECES, FL_ERR_FORMAT, "1 bytes follow");
    refuses(&file, 0, FL_ERR_FORMAT, "ends inside tokenizer piece 10");
    fl_buffer_done(&file);
}

static void refuses_scores_that_are_no_number(void **state) {
    (void)state;
    fl_buffer file = {0};
    float nan = NAN;
    write_small(&file);
    memcpy(file.data + 4, &nan, 4);
    refuses(&file, PIECES, FL_ERR_FORMAT, "score of tokenizer piece 0");
    fl_buffer_done(&file);
}

/* With the number of pieces known no truncation is a tokenizer; without, only those between two
 * pieces are, and then a shorter one. */
static void t3_cut_at_every_byte(void **state) {
    (void)state;
    fl_buffer file = {0};
    int read = 0;
    write_small(&file);
    for (size_t n = 0; n < file.length; n++) {
        fl_tokenizer *tokenizer = NULL;
        fl_diag diag;
        assert_int_equal(read_bytes(&tokenizer, file.data, n, PIECES, &diag), FL_ERR_FORMAT);
        assert_null(tokenizer);
        fl_status status = read_bytes(&tokenizer, file.data, n, 0, &diag);
        assert_true(status == FL_OK || status == FL_ERR_FORMAT);
        if (status == FL_OK)
            assert_int_equal(fl_tokenizer_size(tokenizer), ++read);
        fl_tokenizer_free(&tokenizer);
    }
    assert_int_equal(read, PIECES - 1);
    fl_buffer_done(&file);
}

/* Ids 0 to 2 have their meaning by place; a file without them has none of it. */
static void fewer_than_three_pieces(void **state) {
    (void)state;
    fl_buffer file = {0};
    fl_diag diag;
    for (int pieces = 1; pieces <= 2; pieces++) {
        fl_tokenizer *tokenizer = NULL;
        fl_buffer_clear(&file);
        add_u32(&file, 1);
        for (int i = 0; i < pieces; i++)
            add_entry(&file, 0, "a", 1);
        assert_int_equal(read_bytes(&tokenizer, file.data, file.length, pieces, &diag), FL_OK);
        assert_int_equal(fl_tokenizer_bos(tokenizer), pieces > 1 ? 1 : -1);
        assert_ids(tokenizer, "xyz", false, false, "0");
        assert_false(fl_token_ends(tokenizer, 2));
        fl_tokenizer_free(&tokenizer);
    }
    fl_buffer_done(&file);
}

static void other_files_are_named(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        const char *words;
        fl_status status;
    } rows[] = {{"GGUF\3......................", "a GGUF file", FL_ERR_UNSUPPORTED},
                {"\n\016\n\005<unk>\025....\030\002.......", "wire type", FL_ERR_FORMAT},
                {"{\"version\": \"1.0\", \"truncation\": null}", "\"model\"", FL_ERR_FORMAT},
                {"IQ== 0\nIg== 1\nIw== 2\nJA== 3\n", "tiktoken", FL_ERR_UNSUPPORTED}};
    fl_buffer file = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fl_buffer_clear(&file);
        fl_buffer_puts(&file, rows[i].bytes);
        refuses(&file, 0, rows[i].status, rows[i].words);
        refuses(&file, 32000, rows[i].status, rows[i].words);
    }
    fl_buffer_done(&file);
}

static void paths(void **state) {
    (void)state;
    fl_tokenizer *tokenizer = NULL;
    fl_diag diag;
    const char *folder = fl_test_path("src"), *none = fl_test_path("no-such.bin");
    assert_int_equal(fl_tokenizer_open(&tokenizer, none, 0, &diag), FL_ERR_IO);
    assert_string_equal(diag.subject, none);
    assert_int_equal(fl_tokenizer_open(&tokenizer, folder, 0, &diag), FL_ERR_IO);
    assert_null(tokenizer);
    assert_int_equal(fl_tokenizer_open(&tokenizer, "/dev/null", 0, &diag), FL_ERR_IO);
    assert_null(tokenizer);
    FILE *file = fopen("tokenbin_test.tmp", "wb");
    fl_buffer bytes = {0};
    assert_non_null(file);
    write_small(&bytes);
    assert_int_equal(fwrite(bytes.data, 1, bytes.length, file), bytes.length);
    fclose(file);
    assert_int_equal(fl_tokenizer_open(&tokenizer, "tokenbin_test.tmp", PIECES, &diag), FL_OK);
    remove("tokenbin_test.tmp");
    assert_ids(tokenizer, "ab", true, false, "1 4 7");
    fl_tokenizer_free(&tokenizer);
    fl_buffer_done(&bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_small_file),
        cmocka_unit_test(t3_longest_length_is_not_trusted),
        cmocka_unit_test(t3_refuses_bad_lengths),
        cmocka_unit_test(t3_refuses_wrong_counts),
        cmocka_unit_test(refuses_scores_that_are_no_number),
        cmocka_unit_test(t3_cut_at_every_byte),
        cmocka_unit_test(fewer_than_three_pieces),
        cmocka_unit_test(other_files_are_named),
        cmocka_unit_test(paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
