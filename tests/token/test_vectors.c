/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Encodings that other programs agree on: llama.cpp's vectors for four vocabularies, and llama2.c's
 * for its smallest one, each from every kind of file there is.
 */
#include "token/toy.h"

#define VECTORS "gguf-vocab/ggml-vocab-"
#define VOCAB VECTORS "llama-spm.gguf"

static fl_tokenizer *of_model(const char *relative) {
    fl_model *model = NULL;
    fl_tokenizer *tokenizer = NULL;
    fl_diag diag;
    if (fl_model_open_vocab(&model, fl_test_data(relative), &diag))
        print_error("%s\n", diag.message);
    assert_non_null(model);
    assert_int_equal(fl_tokenizer_new(&tokenizer, fl_model_vocab(model), &diag), FL_OK);
    fl_model_close(&model); /* it borrows nothing */
    return tokenizer;
}

static fl_tokenizer *of_file(const char *relative, int64_t size) {
    fl_tokenizer *tokenizer = NULL;
    fl_diag diag;
    if (fl_tokenizer_open(&tokenizer, fl_test_data(relative), size, &diag))
        print_error("%s\n", diag.message);
    assert_non_null(tokenizer);
    return tokenizer;
}

static void read_file(const char *relative, fl_buffer *out) {
    FILE *file = fopen(fl_test_data(relative), "rb");
    char block[4096];
    assert_non_null(file);
    fl_buffer_clear(out);
    for (size_t n; (n = fread(block, 1, sizeof block, file)) > 0;)
        fl_buffer_add(out, block, n);
    fclose(file);
}

/* Ids of a text, without the blanks at line ends that the expected file has. */
static void compare(const fl_tokenizer *tokenizer, const char *text, size_t length, char *expected,
                    int number) {
    fl_buffer got = {0};
    for (size_t n = strlen(expected); n && expected[n - 1] == ' '; n--)
        expected[n - 1] = '\0';
    ids_of(tokenizer, text, length, false, false, &got);
    while (*expected == ' ')
        expected++;
    if (strcmp(got.data, expected) != 0)
        print_error("vector %d\n", number);
    assert_string_equal(got.data, expected);
    fl_buffer_done(&got);
}

static void check_vectors(const fl_tokenizer *tokenizer, const char *name) {
    static const char separator[] = "\n__ggml_vocab_test__\n";
    fl_buffer texts = {0}, ids = {0};
    char path[80];
    int count = 0;
    snprintf(path, sizeof path, VECTORS "%s.gguf.inp", name);
    read_file(path, &texts);
    snprintf(path, sizeof path, VECTORS "%s.gguf.out", name);
    read_file(path, &ids);
    char *text = texts.data, *line = ids.data;
    for (char *end; (end = strstr(text, separator)); text = end + strlen(separator)) {
        char *stop = strchr(line, '\n');
        assert_non_null(stop);
        *stop = '\0';
        compare(tokenizer, text, (size_t)(end - text), line, count++);
        assert_round_trip(tokenizer, text, (size_t)(end - text));
        line = stop + 1;
    }
    assert_int_equal(count, 46);
    fl_buffer_done(&texts);
    fl_buffer_done(&ids);
}

static void llama_vectors(void **state) {
    (void)state;
    FL_NEED_DATA(VOCAB);
    fl_tokenizer *tokenizer = of_model(VOCAB);
    check_vectors(tokenizer, "llama-spm");
    assert_string_equal(fl_tokenizer_summary(tokenizer),
                        "SentencePiece BPE, 32,000 pieces, byte fallback");
    fl_tokenizer_free(&tokenizer);
}

static void gpt2_vectors(void **state) {
    (void)state;
    FL_NEED_DATA(VECTORS "gpt-2.gguf");
    fl_tokenizer *tokenizer = of_model(VECTORS "gpt-2.gguf");
    check_vectors(tokenizer, "gpt-2");
    assert_string_equal(fl_tokenizer_summary(tokenizer), "byte-level BPE (gpt-2), 50,257 pieces");
    assert_false(fl_tokenizer_adds_bos(tokenizer));
    assert_true(fl_token_ends(tokenizer, 50256));
    fl_tokenizer_free(&tokenizer);
}

static void llama3_vectors(void **state) {
    (void)state;
    FL_NEED_DATA("derived/llama3-vocab.gguf");
    fl_tokenizer *tokenizer = of_model("derived/llama3-vocab.gguf");
    check_vectors(tokenizer, "llama-bpe");
    assert_string_equal(fl_tokenizer_summary(tokenizer),
                        "byte-level BPE (llama-bpe), 128,256 pieces");
    assert_true(fl_tokenizer_adds_bos(tokenizer));
    assert_ids(tokenizer, "a<|eot_id|>", true, true, "128000 64 128009");
    for (int32_t id = 128001; id <= 128009; id += 8)
        assert_true(fl_token_ends(tokenizer, id)); /* of a text, of a turn */
    fl_tokenizer_free(&tokenizer);
}

static void qwen2_vectors(void **state) {
    (void)state;
    FL_NEED_DATA("derived/qwen2-vocab.gguf");
    fl_tokenizer *tokenizer = of_model("derived/qwen2-vocab.gguf");
    check_vectors(tokenizer, "qwen2");
    assert_false(fl_tokenizer_adds_bos(tokenizer));
    assert_ids(tokenizer, "<|im_start|>a<|im_end|>", false, true, "151644 64 151645");
    fl_tokenizer_free(&tokenizer);
}

static void llama_vectors_from_tokenizer_bin(void **state) {
    (void)state;
    FL_NEED_DATA("llama2/tokenizer.bin");
    fl_tokenizer *tokenizer = of_file("llama2/tokenizer.bin", 32000);
    check_vectors(tokenizer, "llama-spm");
    fl_tokenizer_free(&tokenizer);
}

static void llama_vectors_from_tokenizer_model(void **state) {
    (void)state;
    FL_NEED_DATA("llama2/tokenizer.model");
    fl_tokenizer *tokenizer = of_file("llama2/tokenizer.model", 32000);
    check_vectors(tokenizer, "llama-spm");
    assert_int_equal(fl_tokenizer_bos(tokenizer), 1);
    assert_true(fl_token_ends(tokenizer, 2));
    fl_tokenizer_free(&tokenizer);
}

/* The same name, another format. */
static void llama3_vectors_from_tokenizer_model(void **state) {
    (void)state;
    FL_NEED_DATA("llama3/tokenizer.model");
    fl_tokenizer *tokenizer = of_file("llama3/tokenizer.model", 128256);
    check_vectors(tokenizer, "llama-bpe");
    assert_ids(tokenizer, "a<|eot_id|>", true, true, "128000 64 128009");
    fl_tokenizer_free(&tokenizer);
}

/* Every piece as the GGUF of the same vocabulary has it. */
static void llama3_pieces_are_the_same(void **state) {
    (void)state;
    FL_NEED_DATA("llama3/tokenizer.model");
    FL_NEED_DATA("derived/llama3-vocab.gguf");
    fl_tokenizer *model = of_file("llama3/tokenizer.model", 0),
                 *gguf = of_model("derived/llama3-vocab.gguf");
    assert_int_equal(fl_tokenizer_size(model), fl_tokenizer_size(gguf));
    for (int32_t id = 0; id < fl_tokenizer_size(model); id++) {
        size_t n, m;
        const char *a = fl_piece_text(model, id, &n), *b = fl_piece_text(gguf, id, &m);
        assert_int_equal(n, m);
        assert_memory_equal(a, b, n);
        assert_int_equal(fl_piece_kind(model, id), fl_piece_kind(gguf, id));
        assert_int_equal(fl_token_ends(model, id), fl_token_ends(gguf, id));
    }
    fl_tokenizer_free(&model);
    fl_tokenizer_free(&gguf);
}

static void check_tok512(const fl_tokenizer *tokenizer) {
    assert_int_equal(fl_tokenizer_size(tokenizer), 512);
    assert_ids(tokenizer, "", true, false, "1");
    assert_ids(tokenizer, "Once upon a time", true, false, "1 403 407 261 378");
    assert_ids(tokenizer, "The little dog", true, false, "1 291 376 400 428");
    assert_ids(tokenizer, "Lily and Ben went to the park. They saw a big red", true, false,
               "1 317 269 368 302 263 377 267 265 282 295 433 426 342 394 261 370 352 266");
    assert_ids(tokenizer, "caf\xc3\xa9 \xf0\x9f\x98\x80 zebra Quixotic 12345", true, false,
               "1 280 412 431 485 410 243 162 155 131 410 451 411 430 420 412 410 473 425 417 444 "
               "309 417 429 410 475 479 472 484 480");
    static const char tale[] = "Once upon a time, there was\n\t a  caf\xc3\xa9 \xf0\x9f\x98\x80.\n";
    assert_round_trip(tokenizer, tale, sizeof tale - 1);
    assert_true(fl_token_ends(tokenizer, 1) && fl_token_ends(tokenizer, 2));
    assert_false(fl_token_ends(tokenizer, 403));
    assert_int_equal(fl_tokenizer_bos(tokenizer), 1);
    assert_true(fl_tokenizer_adds_bos(tokenizer));
    size_t length;
    fl_decode(tokenizer, 403, 1, &length);
    assert_int_equal(length, 0);
    assert_ids(tokenizer, "<s>a</s>", false, true, "1 261 2"); /* spelled as people do */
}

static void tok512(void **state) {
    (void)state;
    FL_NEED_DATA("tok512.bin");
    for (int64_t size = 0; size <= 512; size += 512) {
        fl_tokenizer *tokenizer = of_file("tok512.bin", size);
        size_t length;
        check_tok512(tokenizer);
        const char *piece = fl_piece_text(tokenizer, 1, &length);
        assert_int_equal(length, 5);
        assert_memory_equal(piece, "\n<s>\n", 5); /* its own spelling */
        fl_tokenizer_free(&tokenizer);
    }
}

static void tok512_inside_a_gguf(void **state) {
    (void)state;
    FL_NEED_DATA("derived/stories260K-f32.gguf");
    fl_tokenizer *tokenizer = of_model("derived/stories260K-f32.gguf");
    check_tok512(tokenizer);
    fl_tokenizer_free(&tokenizer);
}

static void tok512_inside_a_folder(void **state) {
    (void)state;
    static const char *const folders[] = {"derived/hf-stories260K/tokenizer.json",
                                          "derived/hf-stories260K-bf16-sharded/tokenizer.json"};
    for (size_t i = 0; i < 2; i++) {
        FL_NEED_DATA(folders[i]);
        fl_tokenizer *tokenizer = of_file(folders[i], 512);
        check_tok512(tokenizer);
        fl_tokenizer_free(&tokenizer);
    }
}

static void other_pre_tokenizers_are_named(void **state) {
    (void)state;
    FL_NEED_DATA("gguf-vocab/ggml-vocab-deepseek-coder.gguf");
    fl_model *model = NULL;
    fl_tokenizer *tokenizer = NULL;
    fl_diag diag;
    const char *path = fl_test_data("gguf-vocab/ggml-vocab-deepseek-coder.gguf");
    assert_int_equal(fl_model_open(&model, path, &diag), FL_OK);
    assert_int_equal(fl_tokenizer_new(&tokenizer, fl_model_vocab(model), &diag),
                     FL_ERR_UNSUPPORTED);
    assert_non_null(strstr(diag.message, "\"gpt2\" with pre-tokenizer \"deepseek-coder\""));
    fl_model_close(&model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(llama_vectors),
        cmocka_unit_test(gpt2_vectors),
        cmocka_unit_test(llama3_vectors),
        cmocka_unit_test(qwen2_vectors),
        cmocka_unit_test(llama_vectors_from_tokenizer_bin),
        cmocka_unit_test(llama_vectors_from_tokenizer_model),
        cmocka_unit_test(llama3_vectors_from_tokenizer_model),
        cmocka_unit_test(llama3_pieces_are_the_same),
        cmocka_unit_test(tok512),
        cmocka_unit_test(tok512_inside_a_gguf),
        cmocka_unit_test(tok512_inside_a_folder),
        cmocka_unit_test(other_pre_tokenizers_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
