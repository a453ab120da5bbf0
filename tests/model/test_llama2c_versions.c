/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * llama2.c checkpoints of versions 1 (floats) and 2 (bytes with a scale for each group), tied and
 * not, from bytes laid out here by hand.
 */
#include "model/opened.h"

#include "kernels/kernels.h"

typedef struct sizes {
    int32_t dim, hidden_dim, n_layers, n_heads, n_kv_heads, vocab_size, seq_len;
} sizes;

/* Rows of 6 numbers and of 10: no group of 4 ends where a row does. */
static const sizes odd = {6, 10, 2, 3, 1, 8, 5};

/* Numbers of `odd`: norms 2·6 + 2·6 + 6; embedding 8·6; per layer q 6·6, k and v 2·6, o 6·6, and
 * three of 10·6. */
enum { HEADER = 256, NORMS = 30, EMBEDDING = 48, LAYER = 36 + 12 + 12 + 36 + 180 };
enum { MATRICES = EMBEDDING + 2 * LAYER };

static void put_header(fl_buffer *out, const sizes *s, uint32_t version, int tied, int32_t group) {
    gguf_int(out, 0x616b3432, 4);
    gguf_int(out, version, 4);
    fl_buffer_add(out, (const char *)s, sizeof *s);
    gguf_int(out, (uint64_t)tied, 1);
    if (version == 2)
        gguf_int(out, (uint32_t)group, 4);
    while (out->length < HEADER)
        gguf_int(out, 0xaa, 1); /* what fills the header up says nothing */
}

static void put_floats(fl_buffer *out, size_t n) {
    for (size_t i = 0; i < n; i++) {
        float value = (float)(i % 7) + 0.5f;
        fl_buffer_add(out, (const char *)&value, sizeof value);
    }
}

/* A matrix of version 2: n bytes -3, -2, ... and a scale of 1/8 per group more than the last. */
static void put_groups(fl_buffer *out, size_t n, size_t group) {
    for (size_t i = 0; i < n; i++)
        gguf_int(out, (uint64_t)((int64_t)(i % 7) - 3), 1);
    for (size_t g = 0; g < n / group; g++) {
        float scale = (float)(g + 1) / 8;
        fl_buffer_add(out, (const char *)&scale, sizeof scale);
    }
}

static const size_t matrices[] = {EMBEDDING, 36, 36, 12, 12, 12, 12, 36,
                                  36,        60, 60, 60, 60, 60, 60};
enum { N_MATRICES = sizeof matrices / sizeof *matrices };

static fl_buffer version_2(int tied, size_t group) {
    fl_buffer file = {0};
    put_header(&file, &odd, 2, tied, (int32_t)group);
    put_floats(&file, NORMS);
    for (size_t i = 0; i < N_MATRICES; i++)
        put_groups(&file, matrices[i], group);
    if (!tied)
        put_groups(&file, EMBEDDING, group);
    return file;
}

static void reads_version_1(void **state) {
    (void)state;
    for (int tied = 0; tied < 2; tied++) {
        fl_buffer file = {0};
        put_header(&file, &odd, 1, tied, 0);
        put_floats(&file, NORMS + MATRICES + (tied ? 0 : EMBEDDING));
        fl_model *model = assert_opens_bytes("v1.bin", file.data, file.length);
        assert_string_equal(fl_model_format(model), "llama2c");
        assert_int_equal(fl_model_hparams(model)->tie_word_embeddings, tied);
        assert_int_equal(fl_model_hparams(model)->dtype, FL_DTYPE_F32);
        assert_int_equal(fl_model_weight(model, FL_WEIGHT_attn_norm, 1)->offset, HEADER + 24);
        assert_int_equal(fl_model_weight(model, FL_WEIGHT_output_norm, -1)->offset, HEADER + 96);
        const fl_weight *embedding = fl_model_weight(model, FL_WEIGHT_token_embd, -1);
        const fl_weight *head = fl_model_weight(model, FL_WEIGHT_output, -1);
        assert_int_equal(embedding->offset, HEADER + 4 * NORMS);
        assert_int_equal(fl_model_weight(model, FL_WEIGHT_attn_k, 1)->offset,
                         HEADER + 4 * (NORMS + EMBEDDING + 72 + 12));
        assert_ptr_equal(embedding->data, file.data + embedding->offset);
        assert_ptr_equal(head->data,
                         tied ? embedding->data : file.data + file.length - 4 * EMBEDDING);
        assert_int_equal(head->tied, tied);
        fl_model_close(&model);
        fl_buffer_done(&file);
    }
}

/* In place: the bytes of the file are what is computed with, exact to q·scale. */
static void reads_version_2_in_place(void **state) {
    (void)state;
    for (int tied = 0; tied < 2; tied++) {
        fl_buffer file = version_2(tied, 4);
        fl_model *model = assert_opens_bytes("v2.bin", file.data, file.length);
        const fl_weight *up = fl_model_weight(model, FL_WEIGHT_ffn_up, 0);
        const fl_weight *head = fl_model_weight(model, FL_WEIGHT_output, -1);
        assert_int_equal(up->dtype, FL_DTYPE_I8);
        assert_int_equal(up->group, 4);
        assert_int_equal(up->bytes, 60 + 15 * 4);
        assert_true(fl_weight_readable(up));
        assert_ptr_equal(up->data, file.data + up->offset);
        assert_int_equal(fl_model_weight(model, FL_WEIGHT_attn_norm, 0)->dtype, FL_DTYPE_F32);
        assert_int_equal(fl_model_weight_bytes(model), file.length - HEADER);
        assert_int_equal(head->tied, tied);
        assert_int_equal(head->group, 4);
        assert_int_equal(head->offset, tied ? HEADER + 4 * NORMS : file.length - 2 * EMBEDDING);
        const fl_matrix w = {up->dtype, up->data, 10, 6, 6, up->group};
        for (int64_t row = 0; row < 10; row++)
            for (int64_t from = 0; from < 6; from++) {
                float cells[6];
                fl_matrix_cells(&w, fl_dequantise, row, from, 6 - from, cells);
                for (int64_t i = 0; i < 6 - from; i++) {
                    int64_t at = row * 6 + from + i;
                    float expected = (float)(at % 7 - 3) * ((float)(at / 4 + 1) / 8);
                    assert_true(cells[i] == expected);
                }
            }
        fl_model_close(&model);
        fl_buffer_done(&file);
    }
}

/* The same product by every level and layout as from the floats that the bytes stand for. */
static void every_level_multiplies_groups(void **state) {
    (void)state;
    enum { IN = 172, OUT = 37, TOKENS = 21, GROUP = 43 };
    static unsigned char stored[IN * OUT + IN * OUT / GROUP * 4];
    static float floats[IN * OUT], x[TOKENS * IN], wanted[TOKENS * OUT], found[TOKENS * OUT];
    static _Alignas(64) char packed[1 << 16];
    static const char *const levels[] = {"scalar", "avx2", "avx512", "neon"};
    for (int i = 0; i < IN * OUT; i++)
        stored[i] = (unsigned char)(i * 37 % 251);
    for (int g = 0; g < IN * OUT / GROUP; g++) {
        float scale = 0.01f * (float)(g % 13 + 1);
        memcpy(stored + IN * OUT + g * 4, &scale, sizeof scale);
    }
    fl_dequantise_groups(stored, stored + IN * OUT, GROUP, 0, IN * OUT, floats);
    for (int i = 0; i < TOKENS * IN; i++)
        x[i] = (float)(i % 17) - 8;
    const fl_matrix groups = {FL_DTYPE_I8, stored, OUT, IN, IN, GROUP};
    const fl_matrix plain = {FL_DTYPE_F32, floats, OUT, IN, IN * 4, 0};
    for (size_t l = 0; l < sizeof levels / sizeof *levels; l++) {
        fl_kernels kernels;
        if (fl_kernels_choose(&kernels, levels[l], NULL) != FL_OK)
            continue;
        fl_scalar_matmul(&plain, NULL, x, TOKENS, 0, OUT, wanted);
        for (int64_t tokens = 1; tokens <= TOKENS; tokens += TOKENS - 1) {
            fl_layout layout = fl_product_layout(&kernels, FL_DTYPE_I8, tokens, true);
            fl_operand operand = {layout, tokens, IN, x, packed};
            assert_true(fl_packed_bytes(layout, tokens, IN) <= sizeof packed);
            fl_pack(&kernels, &operand, 0,
                    (tokens + fl_pack_unit(layout) - 1) / fl_pack_unit(layout));
            fl_product(&kernels, &groups, NULL, &operand, 0, OUT, found);
            for (int64_t i = 0; i < tokens * OUT; i++)
                assert_float_equal(found[i], wanted[i], 0.02);
        }
    }
}

static void a_header_alone_is_a_plan(void **state) {
    (void)state;
    sizes s = {4096, 11008, 32, 32, 32, 32000, 2048};
    fl_buffer file = {0};
    put_header(&file, &s, 2, 0, 64);
    fl_model *model = assert_opens_bytes("7b.bin", file.data, file.length);
    assert_false(fl_model_has_weights(model));
    assert_int_equal(fl_parameters(fl_model_hparams(model)), 6738415616);
    assert_true(fl_model_weight_bytes(model) < 7200000000); /* as stored, not as floats */
    assert_null(fl_model_weight(model, FL_WEIGHT_attn_q, 0)->data);
    assert_null(fl_model_weight(model, FL_WEIGHT_output, -1)->data);
    fl_model_close(&model);
    fl_buffer_done(&file);
}

static void refused(const sizes *s, uint32_t version, int tied, int32_t group, fl_status status,
                    const char *words) {
    fl_buffer file = {0};
    put_header(&file, s, version, tied, group);
    assert_refused_bytes("bad.bin", file.data, file.length, status, words);
    fl_buffer_done(&file);
}

static void names_what_is_wrong(void **state) {
    (void)state;
    sizes negative = odd, absurd = odd;
    negative.vocab_size = -8;
    absurd.n_layers = INT32_MAX;
    refused(&odd, 3, 1, 0, FL_ERR_UNSUPPORTED, "version 3, expected version 0, 1 or 2");
    refused(&odd, UINT32_MAX, 1, 0, FL_ERR_UNSUPPORTED, "version -1");
    refused(&odd, 1, 2, 0, FL_ERR_FORMAT, "shared_classifier is 2, expected 0 or 1");
    refused(&odd, 2, 1, 0, FL_ERR_FORMAT, "group_size is 0, expected 1 or more");
    refused(&odd, 2, 1, -4, FL_ERR_FORMAT, "group_size is -4");
    refused(&odd, 2, 1, 8, FL_ERR_FORMAT,
            "group_size is 8, expected a divisor of the 36 numbers of tensor "
            "'layers.0.attention.wq.weight'");
    refused(&odd, 2, 1, INT32_MAX, FL_ERR_FORMAT, "group_size is 2147483647");
    refused(&negative, 1, 1, 0, FL_ERR_FORMAT, "vocab_size is -8");
    refused(&absurd, 2, 1, 4, FL_ERR_FORMAT, "n_layers is 2147483647");
}

static void says_found_and_expected_size(void **state) {
    (void)state;
    fl_buffer file = version_2(1, 4);
    char words[64];
    for (size_t n = HEADER + 1; n < file.length; n += 7) {
        snprintf(words, sizeof words, "has %zu bytes, expected %zu", n, file.length);
        assert_refused_bytes("cut.bin", file.data, n, FL_ERR_FORMAT, words);
    }
    for (size_t n = 0; n < HEADER; n++)
        assert_refused_bytes("cut.bin", file.data, n, FL_ERR_FORMAT, "");
    fl_buffer_done(&file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_version_1),
        cmocka_unit_test(reads_version_2_in_place),
        cmocka_unit_test(every_level_multiplies_groups),
        cmocka_unit_test(a_header_alone_is_a_plan),
        cmocka_unit_test(names_what_is_wrong),
        cmocka_unit_test(says_found_and_expected_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
