/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Vocabularies in GGUF headers: what is read, what is assumed where keys are silent, what is
 * refused.
 */
#include "model/opened.h"

#include <math.h>

/* A tiny model with a vocabulary that lacks one key. */
static gguf_writer without(const char *skip) {
    gguf_writer w = gguf_start();
    gguf_llama(&w, &gguf_tiny);
    w.skip = skip;
    gguf_llama_vocab(&w);
    w.skip = NULL;
    return w;
}

static void reads_a_sentencepiece_vocabulary(void **state) {
    (void)state;
    gguf_writer w = without(NULL);
    fl_model *model = assert_opens(&w, GGUF_WHOLE);
    const fl_vocab *v = fl_model_vocab(model);
    assert_string_equal(v->kind, "llama");
    assert_string_equal(v->pre, "");
    assert_int_equal(v->n_pieces, 10);
    assert_int_equal(v->n_merges, 0);
    assert_int_equal(v->pieces[9].length, 3);
    assert_memory_equal(v->pieces[9].text, "abc", 3);
    assert_true(v->pieces[9].score == -2);
    assert_int_equal(v->pieces[0].type, FL_PIECE_UNKNOWN);
    assert_int_equal(v->pieces[1].type, FL_PIECE_CONTROL);
    assert_int_equal(v->pieces[3].type, FL_PIECE_BYTE);
    assert_int_equal(v->bos_id, 1);
    assert_int_equal(v->eos_id, 2);
    assert_int_equal(v->unk_id, 0);
    assert_int_equal(v->eot_id, -1);
    assert_true(v->add_bos);
    assert_true(v->add_space_prefix);
    assert_false(v->plain_spaces);
    fl_model_close(&model);
    gguf_done(&w);
}

static void assumes_what_keys_leave_out(void **state) {
    (void)state;
    gguf_writer w = without("tokenizer.ggml.token_type");
    gguf_bool(&w, "tokenizer.ggml.add_bos_token", 0);
    gguf_bool(&w, "tokenizer.ggml.add_space_prefix", 0);
    fl_model *model = assert_opens(&w, GGUF_WHOLE);
    const fl_vocab *v = fl_model_vocab(model);
    assert_int_equal(v->pieces[0].type, FL_PIECE_UNKNOWN);
    assert_int_equal(v->pieces[2].type, FL_PIECE_CONTROL);
    assert_int_equal(v->pieces[4].type, FL_PIECE_NORMAL); /* "<0x..>" is the tokenizer's to know */
    assert_false(v->add_bos);
    assert_false(v->add_space_prefix);
    fl_model_close(&model);
    gguf_done(&w);
}

static void g19_empty_and_repeated_pieces_are_kept(void **state) {
    (void)state;
    static const char *const pieces[] = {"", "a", "a", ""};
    gguf_writer w = gguf_start();
    gguf_llama(&w, &gguf_tiny);
    gguf_string(&w, "tokenizer.ggml.model", "llama");
    gguf_strings(&w, "tokenizer.ggml.tokens", pieces, 4);
    fl_model *model = assert_opens(&w, GGUF_WHOLE);
    assert_int_equal(fl_model_vocab(model)->n_pieces, 4);
    assert_int_equal(fl_model_vocab(model)->pieces[3].length, 0);
    fl_model_close(&model);
    gguf_done(&w);
}

static void reads_a_byte_level_vocabulary(void **state) {
    (void)state;
    static const char *const pieces[] = {"a", "b", "ab", "<|begin_of_text|>", "<|eot_id|>"};
    static const int32_t types[] = {1, 1, 1, 3, 3};
    static const char *const merges[] = {"a b", "nonsense", "x y z"};
    gguf_writer w = gguf_start();
    gguf_llama(&w, &gguf_tiny);
    gguf_string(&w, "tokenizer.ggml.model", "gpt2");
    gguf_string(&w, "tokenizer.ggml.pre", "llama-bpe");
    gguf_strings(&w, "tokenizer.ggml.tokens", pieces, 5);
    gguf_strings(&w, "tokenizer.ggml.merges", merges, 3);
    gguf_array(&w, "tokenizer.ggml.token_type", 5, 5, types, sizeof types);
    gguf_u32(&w, "tokenizer.ggml.bos_token_id", 3);
    gguf_u32(&w, "tokenizer.ggml.eos_token_id", UINT32_MAX);
    fl_model *model = assert_opens(&w, GGUF_WHOLE);
    const fl_vocab *v = fl_model_vocab(model);
    assert_string_equal(v->kind, "gpt2");
    assert_string_equal(v->pre, "llama-bpe");
    assert_int_equal(v->n_merges, 3);
    assert_memory_equal(v->merges[0].text, "a b", 3);
    assert_int_equal(v->bos_id, 3);
    assert_int_equal(v->eos_id, -1);
    assert_int_equal(v->unk_id, -1);
    assert_int_equal(v->eot_id, 4);
    assert_true(v->add_bos);
    assert_false(v->add_space_prefix);
    fl_model_close(&model);
    gguf_done(&w);
}

/* Without merges a byte-level vocabulary joins nothing; with scores merges mean nothing. */
static void merges_go_with_the_kind(void **state) {
    (void)state;
    static const char *const pieces[] = {"a", "b", "ab"};
    static const char *const merges[] = {"a b"};
    gguf_writer w = gguf_start();
    gguf_llama(&w, &gguf_tiny);
    gguf_string(&w, "tokenizer.ggml.model", "gpt2");
    gguf_strings(&w, "tokenizer.ggml.tokens", pieces, 3);
    assert_refused(&w, FL_ERR_FORMAT, "key 'tokenizer.ggml.merges' is missing");
    w = gguf_start();
    gguf_llama(&w, &gguf_tiny);
    gguf_string(&w, "tokenizer.ggml.model", "llama");
    gguf_strings(&w, "tokenizer.ggml.tokens", pieces, 3);
    gguf_strings(&w, "tokenizer.ggml.merges", merges, 1);
    fl_model *model = assert_opens(&w, GGUF_WHOLE);
    assert_null(fl_model_vocab(model)->merges);
    assert_int_equal(fl_model_vocab(model)->n_merges, 0);
    fl_model_close(&model);
    gguf_done(&w);
}

static void g15_refuses_lists_that_do_not_match(void **state) {
    (void)state;
    static const char *const many[11] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"};
    static const float nan_scores[10] = {0, NAN};
    static const int32_t strange[10] = {1, 7};
    gguf_writer w = without("tokenizer.ggml.tokens");
    assert_refused(&w, FL_ERR_FORMAT, "key 'tokenizer.ggml.tokens' is missing");
    w = without("tokenizer.ggml.tokens");
    gguf_strings(&w, "tokenizer.ggml.tokens", many, 0);
    assert_refused(&w, FL_ERR_FORMAT, "key 'tokenizer.ggml.tokens' is empty");
    w = without("tokenizer.ggml.tokens");
    gguf_array(&w, "tokenizer.ggml.tokens", 4, 2, "\0\0\0\0\0\0\0\0", 8);
    assert_refused(&w, FL_ERR_FORMAT, "has type array of u32, expected array of string");
    w = without("tokenizer.ggml.scores");
    gguf_array(&w, "tokenizer.ggml.scores", 6, 9, nan_scores, 36);
    assert_refused(&w, FL_ERR_FORMAT, "'tokenizer.ggml.scores' has 9 entries, expected 10");
    w = without("tokenizer.ggml.scores");
    gguf_array(&w, "tokenizer.ggml.scores", 1, 10, "0123456789", 10);
    assert_refused(&w, FL_ERR_FORMAT, "has type array of i8, expected array of f32");
    w = without("tokenizer.ggml.scores");
    gguf_array(&w, "tokenizer.ggml.scores", 6, 10, nan_scores, sizeof nan_scores);
    assert_refused(&w, FL_ERR_FORMAT, "no number for piece 1");
    w = without("tokenizer.ggml.token_type");
    gguf_array(&w, "tokenizer.ggml.token_type", 1, 10, "0123456789", 10);
    assert_refused(&w, FL_ERR_FORMAT, "has type array of i8, expected array of i32");
    w = without("tokenizer.ggml.token_type");
    gguf_array(&w, "tokenizer.ggml.token_type", 5, 10, strange, sizeof strange);
    assert_refused(&w, FL_ERR_FORMAT, "has type 7 for piece 1");
    w = without("tokenizer.ggml.token_type");
    gguf_array(&w, "tokenizer.ggml.token_type", 5, 3, strange, 12);
    assert_refused(&w, FL_ERR_FORMAT, "'tokenizer.ggml.token_type' has 3 entries, expected 10");
    w = gguf_start();
    gguf_llama(&w, &gguf_tiny);
    gguf_string(&w, "tokenizer.ggml.model", "llama");
    gguf_strings(&w, "tokenizer.ggml.tokens", many, 11);
    assert_refused(&w, FL_ERR_FORMAT, "has 11 pieces, but the model's vocabulary is 10");
    w = without("tokenizer.ggml.model");
    gguf_u32(&w, "tokenizer.ggml.model", 1);
    assert_refused(&w, FL_ERR_FORMAT, "'tokenizer.ggml.model' has type u32, expected string");
}

static void g16_refuses_special_ids_out_of_range(void **state) {
    (void)state;
    static const char *const keys[] = {"tokenizer.ggml.bos_token_id", "tokenizer.ggml.eos_token_id",
                                       "tokenizer.ggml.unknown_token_id"};
    for (size_t i = 0; i < 3; i++) {
        char words[96];
        snprintf(words, sizeof words, "key '%s' is 10, but the vocabulary has 10 pieces", keys[i]);
        gguf_writer w = without(keys[i]);
        gguf_u32(&w, keys[i], 10);
        assert_refused(&w, FL_ERR_FORMAT, words);
    }
}

static void a_model_may_say_it_has_none(void **state) {
    (void)state;
    gguf_writer w = gguf_start();
    gguf_llama(&w, &gguf_tiny);
    gguf_string(&w, "tokenizer.ggml.model", "no_vocab");
    fl_model *model = assert_opens(&w, GGUF_WHOLE);
    assert_null(fl_model_vocab(model));
    fl_model_close(&model);
    gguf_done(&w);
}

static void reads_real_vocabularies(void **state) {
    (void)state;
    static const struct {
        const char *path, *kind, *pre;
        size_t pieces, merges;
        int32_t bos, eos, eot;
        bool adds_bos;
    } files[] = {
        {"gguf-vocab/ggml-vocab-llama-spm.gguf", "llama", "default", 32000, 0, 1, 2, -1, true},
        {"gguf-vocab/ggml-vocab-deepseek-coder.gguf", "gpt2", "deepseek-coder", 32256, 31757, 32013,
         32014, -1, true},
        {"derived/llama3-vocab.gguf", "gpt2", "llama-bpe", 128256, 280147, 128000, 128009, 128009,
         true},
        {"derived/stories260K-f32.gguf", "llama", "default", 512, 0, 1, 2, -1, true},
    };
    FL_NEED_DATA("derived/llama3-vocab.gguf");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        fl_model *model = assert_opens_file(fl_test_data(files[i].path));
        const fl_vocab *v = fl_model_vocab(model);
        assert_string_equal(v->kind, files[i].kind);
        assert_string_equal(v->pre, files[i].pre);
        assert_int_equal(v->n_pieces, files[i].pieces);
        assert_int_equal(v->n_merges, files[i].merges);
        assert_int_equal(v->bos_id, files[i].bos);
        assert_int_equal(v->eos_id, files[i].eos);
        assert_int_equal(v->eot_id, files[i].eot);
        assert_int_equal(v->add_bos, files[i].adds_bos);
        fl_model_close(&model);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_sentencepiece_vocabulary),
        cmocka_unit_test(assumes_what_keys_leave_out),
        cmocka_unit_test(g19_empty_and_repeated_pieces_are_kept),
        cmocka_unit_test(reads_a_byte_level_vocabulary),
        cmocka_unit_test(merges_go_with_the_kind),
        cmocka_unit_test(g15_refuses_lists_that_do_not_match),
        cmocka_unit_test(g16_refuses_special_ids_out_of_range),
        cmocka_unit_test(a_model_may_say_it_has_none),
        cmocka_unit_test(reads_real_vocabularies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
