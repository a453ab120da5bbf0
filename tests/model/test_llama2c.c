/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * llama2.c checkpoints: the legacy form by its exact size, the others refused by their version.
 */
#include "model/opened.h"

#include <limits.h>

typedef struct sizes {
    int32_t dim, hidden_dim, n_layers, n_heads, n_kv_heads, vocab_size, seq_len;
} sizes;

static const sizes tiny = {8, 12, 2, 4, 2, 10, 6};

/* Weights of `tiny` counted by hand: 80 + 2 * (8 + 64 + 32 + 32 + 64 + 8 + 3 * 96) + 8, then the
 * tables 6 * 2, then 80 more if the head is its own. */
enum { TINY_FLOATS = 80 + 2 * 496 + 8, TINY_TABLES = 12, TINY_HEAD = 80 };

static char *write_file(const sizes *s, size_t length) {
    char *bytes = calloc(1, length + sizeof *s);
    memcpy(bytes, s, sizeof *s);
    return bytes;
}

static void reads_a_tied_checkpoint(void **state) {
    (void)state;
    size_t length = 28 + 4 * (TINY_FLOATS + TINY_TABLES);
    char *bytes = write_file(&tiny, length);
    fl_model *model = assert_opens_bytes("model", bytes, length);
    const fl_hparams *h = fl_model_hparams(model);
    assert_string_equal(fl_model_format(model), "llama2c");
    assert_int_equal(h->head_dim, 2);
    assert_int_equal(h->vocab_size, 10);
    assert_int_equal(h->max_position_embeddings, 6);
    assert_int_equal(h->rope_pairing, FL_ROPE_INTERLEAVED);
    assert_true(h->tie_word_embeddings);
    assert_int_equal(fl_parameters(h), TINY_FLOATS);
    const fl_weight *wk = fl_model_weight(model, FL_WEIGHT_attn_k, 1);
    assert_string_equal(wk->name, "layers.1.attention.wk.weight");
    assert_int_equal(wk->offset, 28 + 4 * (80 + 16 + 128 + 32));
    assert_ptr_equal(wk->data, bytes + wk->offset);
    const fl_weight *norm = fl_model_weight(model, FL_WEIGHT_output_norm, -1);
    assert_int_equal(norm->offset + norm->bytes, 28 + 4 * TINY_FLOATS);
    const fl_weight *head = fl_model_weight(model, FL_WEIGHT_output, -1);
    assert_true(head->tied);
    assert_ptr_equal(head->data, bytes + 28);
    fl_model_close(&model);
    free(bytes);
}

static void reads_an_untied_checkpoint(void **state) {
    (void)state;
    sizes s = tiny;
    size_t length = 28 + 4 * (TINY_FLOATS + TINY_TABLES + TINY_HEAD);
    s.vocab_size = -10;
    char *bytes = write_file(&s, length);
    fl_model *model = assert_opens_bytes("model", bytes, length);
    const fl_weight *head = fl_model_weight(model, FL_WEIGHT_output, -1);
    assert_false(fl_model_hparams(model)->tie_word_embeddings);
    assert_false(head->tied);
    assert_int_equal(head->offset, length - 4 * TINY_HEAD);
    fl_model_close(&model);
    free(bytes);
}

static void says_found_and_expected_size(void **state) {
    (void)state;
    size_t length = 28 + 4 * (TINY_FLOATS + TINY_TABLES);
    char *bytes = write_file(&tiny, length + 4);
    assert_refused_bytes("model.bin", bytes, length - 1, FL_ERR_FORMAT,
                         "has 4395 bytes, expected 4396");
    assert_refused_bytes("model", bytes, length + 1, FL_ERR_FORMAT,
                         "has 4397 bytes, expected 4396");
    for (size_t n = 1; n < 28; n++)
        assert_refused_bytes("model.bin", bytes, n, FL_ERR_FORMAT, "");
    assert_refused_bytes("model.bin", bytes, 0, FL_ERR_FORMAT, "is empty");
    free(bytes);
}

static void a_header_alone_is_a_plan(void **state) {
    (void)state;
    sizes s = {4096, 11008, 32, 32, 32, -32000, 2048};
    fl_model *model = assert_opens_bytes("model.bin", &s, sizeof s);
    assert_int_equal(fl_parameters(fl_model_hparams(model)), 6738415616);
    assert_false(fl_model_has_weights(model));
    assert_non_null(strstr(fl_model_why_no_weights(model), "found 28 bytes, expected 26954"));
    assert_null(fl_model_weight(model, FL_WEIGHT_attn_q, 0)->data);
    assert_null(fl_model_weight(model, FL_WEIGHT_output, -1)->data);
    fl_model_close(&model);
}

static void refuses_impossible_headers(void **state) {
    (void)state;
    static const struct {
        sizes s;
        const char *words;
    } cases[] = {
        {{0, 12, 2, 4, 2, 10, 6}, "dim is 0"},
        {{8, -1, 2, 4, 2, 10, 6}, "hidden_dim is -1"},
        {{8, 12, 0, 4, 2, 10, 6}, "n_layers is 0"},
        {{8, 12, INT_MAX, 4, 2, 10, 6}, "n_layers is 2147483647"},
        {{8, 12, 2, 0, 2, 10, 6}, "n_heads is 0"},
        {{8, 12, 2, 4, 0, 10, 6}, "n_kv_heads is 0"},
        {{8, 12, 2, 4, 2, 0, 6}, "vocab_size is 0"},
        {{8, 12, 2, 4, 2, INT_MIN, 6}, "vocab_size is 2147483648"},
        {{8, 12, 2, 4, 2, 10, INT_MIN}, "seq_len is -2147483648"},
        {{8, 12, 2, 4, 3, 10, 6}, "n_kv_heads 3"},
        {{9, 12, 2, 4, 2, 10, 6}, "dim 9"},
        {{4, 12, 2, 4, 2, 10, 6}, "heads of an even size"},
        {{INT_MAX, INT_MAX, INT_MAX, INT_MAX, INT_MAX, INT_MAX, INT_MAX}, "dim is 2147483647"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused_bytes("model.bin", &cases[i].s, sizeof cases[i].s, FL_ERR_FORMAT,
                             cases[i].words);
}

static void names_versions_it_does_not_read(void **state) {
    (void)state;
    char bytes[256] = "24ka";
    bytes[4] = 0;
    assert_refused_bytes("model", bytes, sizeof bytes, FL_ERR_UNSUPPORTED,
                         "checkpoint of version 0, expected");
    bytes[4] = 3;
    assert_refused_bytes("model.bin", bytes, sizeof bytes, FL_ERR_UNSUPPORTED,
                         "checkpoint of version 3");
}

static void opens_real_checkpoints(void **state) {
    (void)state;
    FL_NEED_DATA("stories260K.bin");
    fl_model *model = assert_opens_file(fl_test_data("stories260K.bin"));
    const fl_hparams *h = fl_model_hparams(model);
    assert_true(fl_model_has_weights(model));
    assert_int_equal(fl_parameters(h), 260032);
    assert_int_equal(fl_model_weight_bytes(model), 4 * 260032);
    assert_int_equal(h->num_attention_heads, 8);
    assert_int_equal(h->num_key_value_heads, 4);
    assert_true(h->tie_word_embeddings);
    fl_model_close(&model);
    fl_diag diag;
    assert_int_equal(fl_model_open(&model, fl_test_data("tok512.bin"), &diag), FL_ERR_FORMAT);
}

static void survives_truncation_of_real_files(void **state) {
    (void)state;
    static const struct {
        const char *path;
        size_t header;
    } files[] = {{"stories260K.bin", 28},
                 {"derived/stories260K-v1.bin", 256},
                 {"derived/stories260K-v2-gs4.bin", 256},
                 {"derived/stories260K-v2-gs64.bin", 256}};
    FL_NEED_DATA("derived/stories260K-v1.bin");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        fl_map map;
        assert_int_equal(fl_map_open(&map, fl_test_data(files[i].path), NULL), FL_OK);
        for (size_t n = 0; n < files[i].header; n++)
            assert_refused_bytes("cut.bin", map.bytes, n, FL_ERR_FORMAT, "");
        assert_refused_bytes("cut.bin", map.bytes, files[i].header + 1, FL_ERR_FORMAT,
                             " bytes, expected ");
        fl_map_close(&map);
    }
}

/* The same weights in two formats: GGUF and llama2.c agree byte for byte, tensor by tensor. */
static void agrees_with_the_derived_gguf(void **state) {
    (void)state;
    FL_NEED_DATA("derived/stories260K-f32.gguf");
    fl_model *a = assert_opens_file(fl_test_data("stories260K.bin"));
    fl_model *b = assert_opens_file(fl_test_data("derived/stories260K-f32.gguf"));
    size_t compared = 0;
    for (int32_t layer = -1; layer < 5; layer++)
        for (int slot = 0; slot < FL_WEIGHT_COUNT; slot++) {
            const fl_weight *x = fl_model_weight(a, (fl_weight_slot)slot, layer);
            const fl_weight *y = fl_model_weight(b, (fl_weight_slot)slot, layer);
            assert_int_equal(x != NULL, y != NULL);
            if (!x)
                continue;
            assert_int_equal(x->bytes, y->bytes);
            assert_memory_equal(x->data, y->data, x->bytes);
            compared++;
        }
    assert_int_equal(compared, 48);
    fl_model_close(&a);
    fl_model_close(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_tied_checkpoint),
        cmocka_unit_test(reads_an_untied_checkpoint),
        cmocka_unit_test(says_found_and_expected_size),
        cmocka_unit_test(a_header_alone_is_a_plan),
        cmocka_unit_test(refuses_impossible_headers),
        cmocka_unit_test(names_versions_it_does_not_read),
        cmocka_unit_test(opens_real_checkpoints),
        cmocka_unit_test(survives_truncation_of_real_files),
        cmocka_unit_test(agrees_with_the_derived_gguf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
