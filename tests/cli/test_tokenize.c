/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * `tokenize`: ids and pieces, from a model or a bare tokenizer file.
 */
#include "test.h"

#include "cli/program.h"

#include <unistd.h>

static void json(void **state) {
    (void)state;
    static const char pieces[] =
        "],\"pieces\":[\"<s>\",\"▁The\",\"▁capital\",\"▁of\",\"▁France\",\"▁is\"]}\n";
    char expected[256];
    fl_ran ran = fl_run("tokenize", "--format", "json", "-p", "The capital of France is");
    fl_assert_ran(&ran);
    snprintf(expected, sizeof expected, "{\"ids\":[%s%s", fl_default_ids(), pieces);
    assert_string_equal(ran.out, expected);
    fl_ran_done(&ran);
    ran = fl_run("tokenize", "--format", "json", "-p", "The", "--no-bos");
    assert_non_null(strstr(ran.out, "],\"pieces\":[\"▁The\"]}\n"));
    fl_ran_done(&ran);
}

static void table(void **state) {
    (void)state;
    fl_ran ran = fl_run("tokenize", "-p", "The é");
    fl_assert_ran(&ran);
    assert_non_null(strstr(ran.out, "control"));
    assert_non_null(strstr(ran.out, "<0xC3>"));
    assert_non_null(strstr(ran.out, "▁The    \" The\""));
    assert_non_null(strstr(ran.out, "byte"));
    assert_non_null(strstr(ran.out, "tokens · SentencePiece BPE, 1,024 pieces"));
    fl_ran_done(&ran);
}

static void control_pieces_only_when_asked(void **state) {
    (void)state;
    fl_ran plain = fl_run("tokenize", "--format", "json", "--no-bos", "-p", "</s>");
    fl_ran special = fl_run("tokenize", "--format", "json", "--no-bos", "--special", "-p", "</s>");
    fl_assert_ran(&plain);
    fl_assert_ran(&special);
    assert_null(strstr(plain.out, "[2]"));
    assert_string_equal(special.out, "{\"ids\":[2],\"pieces\":[\"</s>\"]}\n");
    fl_ran_done(&plain);
    fl_ran_done(&special);
}

static void bare_tokenizer_file(void **state) {
    (void)state;
    FL_NEED_DATA("tok512.bin");
    static const char text[] = "café 😀 zebra Quixotic 12345";
    static const char ids[] = "{\"ids\":[1,280,412,431,485,410,243,162,155,131,410,451,411,430,420,"
                              "412,410,473,425,417,444,"
                              "309,417,429,410,475,479,472,484,480],";
    fl_ran ran = fl_run("tokenize", fl_test_data("tok512.bin"), "--format", "json", "-p", text);
    fl_assert_ran(&ran);
    assert_int_equal(strncmp(ran.out, ids, sizeof ids - 1), 0);
    fl_ran again = fl_run("tokenize", "--tokenizer", fl_test_data("tok512.bin"), "--format", "json",
                          "-p", text);
    assert_string_equal(again.out, ran.out);
    fl_ran_done(&ran);
    fl_ran_done(&again);
}

static void vocabulary_without_weights(void **state) {
    (void)state;
    FL_NEED_DATA("gguf-vocab/ggml-vocab-llama-spm.gguf");
    fl_ran ran = fl_run("tokenize", fl_test_data("gguf-vocab/ggml-vocab-llama-spm.gguf"),
                        "--format", "json", "--no-bos", "-p", "Hello world");
    fl_assert_ran(&ran);
    assert_string_equal(ran.out, "{\"ids\":[15043,3186],\"pieces\":[\"▁Hello\",\"▁world\"]}\n");
    fl_ran_done(&ran);
}

/* A GGUF whose architecture nothing here runs; the text of its pieces is shown as text. */
static void vocabulary_of_another_architecture(void **state) {
    (void)state;
    FL_NEED_DATA("gguf-vocab/ggml-vocab-gpt-2.gguf");
    const char *path = fl_test_data("gguf-vocab/ggml-vocab-gpt-2.gguf");
    fl_ran ran = fl_run("tokenize", path, "-p", "Hello world");
    fl_assert_ran(&ran);
    assert_non_null(strstr(ran.out, "Ġworld  \" world\""));
    assert_non_null(strstr(ran.out, "2 tokens · byte-level BPE (gpt-2), 50,257 pieces"));
    fl_ran_done(&ran);
    ran = fl_run("tokenize", "--tokenizer", path, "--format", "json", "-p", "Hello world");
    assert_string_equal(ran.out, "{\"ids\":[15496,995],\"pieces\":[\"Hello\",\"Ġworld\"]}\n");
    fl_ran_done(&ran);
    fl_assert_refused(fl_run("generate", fl_test_data("stories260K.bin"), "--tokenizer", path), 1,
                      "50257 pieces|vocabulary is 512");
}

static void an_unknown_pre_tokenizer_is_named(void **state) {
    (void)state;
    FL_NEED_DATA("gguf-vocab/ggml-vocab-deepseek-coder.gguf");
    fl_assert_refused(
        fl_run("tokenize", fl_test_data("gguf-vocab/ggml-vocab-deepseek-coder.gguf"), "-p", "a"), 1,
        "pre-tokenizer \"deepseek-coder\"|expected one of gpt-2, llama-bpe");
}

/* The folder, and each tokenizer file by itself. */
/* By what it begins with, whatever it is called. */
static void broken_tokenizers_are_told_as_such(void **state) {
    (void)state;
    const char *file = fl_write_temporary("pieces", "\n\x0e\n\x05", 4);
    fl_assert_refused(fl_run("tokenize", file), 1, "field 1 has length 14, but 2 bytes are left");
    file = fl_write_temporary("pieces", "IQ== 0\nIg== 5\n", 14);
    fl_assert_refused(fl_run("tokenize", file), 1, "rank 5, expected 1 (line 2)");
    file = fl_write_temporary("pieces", "hello there", 11);
    fl_assert_refused(fl_run("tokenize", file), 1,
                      "expected a GGUF file|tokenizer.json, tokenizer.model or tokenizer.bin");
    unlink(file);
}

static void folders_and_their_files(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"derived/hf-stories260K", "[1,403,407,261,378]"},
        {"derived/hf-stories260K/tokenizer.json", "[1,403,407,261,378]"},
        {"llama2/tokenizer.model", "[1,9038,2501,263,931]"},
        {"llama3/tokenizer.model", "[128000,12805,5304,264,892]"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        FL_NEED_DATA(rows[i][0]);
        fl_ran ran = fl_run("tokenize", fl_test_data(rows[i][0]), "--format", "json", "-p",
                            "Once upon a time");
        fl_assert_ran(&ran);
        assert_non_null(strstr(ran.out, rows[i][1]));
        fl_ran_done(&ran);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json),
        cmocka_unit_test(table),
        cmocka_unit_test(control_pieces_only_when_asked),
        cmocka_unit_test(bare_tokenizer_file),
        cmocka_unit_test(vocabulary_without_weights),
        cmocka_unit_test(vocabulary_of_another_architecture),
        cmocka_unit_test(an_unknown_pre_tokenizer_is_named),
        cmocka_unit_test(broken_tokenizers_are_told_as_such),
        cmocka_unit_test(folders_and_their_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
