/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The architectures that GGUF files name, and that nothing in a file which changes the result is
 * passed over.
 */
#include "model/opened.h"

static gguf_writer without(const char *skip) {
    gguf_writer w = gguf_start();
    w.skip = skip;
    gguf_llama(&w, &gguf_tiny);
    w.skip = NULL;
    return w;
}

/* The tiny model of another architecture: keys under its name, tensors the same. */
static gguf_writer of_architecture(const char *name) {
    static const char *const integers[] = {"context_length",       "embedding_length",
                                           "block_count",          "feed_forward_length",
                                           "attention.head_count", "attention.head_count_kv"};
    static const uint32_t values[] = {32, 64, 2, 96, 4, 2};
    char key[96];
    gguf_writer w = gguf_start();
    gguf_string(&w, "general.architecture", name);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        snprintf(key, sizeof key, "%s.%s", name, integers[i]);
        gguf_u32(&w, key, values[i]);
    }
    snprintf(key, sizeof key, "%s.attention.layer_norm_rms_epsilon", name);
    gguf_f32(&w, key, 1e-6f);
    gguf_llama_tensors(&w, &gguf_tiny);
    return w;
}

static void add_vectors(gguf_writer *w, const char *const *names, const uint64_t *sizes, size_t n) {
    char name[64];
    for (int layer = 0; layer < 2; layer++)
        for (size_t i = 0; i < n; i++) {
            snprintf(name, sizeof name, "blk.%d.%s", layer, names[i]);
            gguf_tensor(w, name, sizes[i], 0, FL_DTYPE_F32);
        }
}

static const char *const biases[] = {"attn_q.bias", "attn_k.bias", "attn_v.bias",
                                     "attn_output.bias"};
static const uint64_t bias_sizes[] = {64, 32, 32, 64};
static const char *const norms[] = {"attn_q_norm.weight", "attn_k_norm.weight"};
static const uint64_t norm_sizes[] = {16, 16};

static void check_family(gguf_writer *w, const char *type, fl_rope_pairing pairing,
                         uint32_t features) {
    fl_model *model = assert_opens(w, GGUF_WHOLE);
    assert_string_equal(fl_model_hparams(model)->model_type, type);
    assert_int_equal(fl_model_hparams(model)->rope_pairing, pairing);
    assert_int_equal(fl_model_hparams(model)->features, features);
    assert_string_equal(fl_model_notes(model), "");
    fl_model_close(&model);
    gguf_done(w);
}

static void reads_the_families(void **state) {
    (void)state;
    gguf_writer w = of_architecture("llama");
    check_family(&w, "llama", FL_ROPE_INTERLEAVED, 0);
    w = of_architecture("llama");
    add_vectors(&w, biases, bias_sizes, 4);
    check_family(&w, "llama", FL_ROPE_INTERLEAVED, FL_FEATURE_ATTN_BIAS | FL_FEATURE_ATTN_OUT_BIAS);
    w = of_architecture("qwen2");
    add_vectors(&w, biases, bias_sizes, 3);
    check_family(&w, "qwen2", FL_ROPE_HALF, FL_FEATURE_ATTN_BIAS);
    w = of_architecture("qwen3");
    add_vectors(&w, norms, norm_sizes, 2);
    check_family(&w, "qwen3", FL_ROPE_HALF, FL_FEATURE_QK_NORM);
    w = of_architecture("qwen2");
    add_vectors(&w, biases, bias_sizes, 2);
    assert_refused(&w, FL_ERR_FORMAT, "tensor 'blk.0.attn_v.bias' is missing");
    w = of_architecture("qwen3");
    assert_refused(&w, FL_ERR_FORMAT, "tensor 'blk.0.attn_q_norm.weight' is missing");
}

/* A head size of its own: H·d is not D. */
static void heads_need_not_fill_the_hidden_size(void **state) {
    (void)state;
    gguf_writer w = gguf_start();
    gguf_llama_keys(&w, &gguf_tiny);
    gguf_u32(&w, "llama.attention.key_length", 24);
    gguf_u32(&w, "llama.rope.dimension_count", 8);
    w.skip = "blk.0.attn_q.weight";
    gguf_llama_tensors(&w, &gguf_tiny);
    w.skip = NULL;
    gguf_tensor(&w, "blk.0.attn_q.weight", 64, 4 * 24, FL_DTYPE_F32);
    assert_refused(&w, FL_ERR_FORMAT, "blk.0.attn_k.weight' has shape [32, 64], expected [48, 64]");
}

static void reads_windows_by_layer(void **state) {
    (void)state;
    static const char second[2] = {1, 0};
    gguf_writer w = without(NULL);
    gguf_u32(&w, "llama.attention.sliding_window", 16);
    gguf_array(&w, "llama.attention.sliding_window_pattern", 7, 2, second, 2);
    fl_model *model = assert_opens(&w, GGUF_WHOLE);
    assert_int_equal(fl_layer_window(fl_model_hparams(model), 0), 16);
    assert_int_equal(fl_layer_window(fl_model_hparams(model), 1), 0);
    fl_model_close(&model);
    gguf_done(&w);
    w = without(NULL);
    gguf_u32(&w, "llama.attention.sliding_window", 16);
    gguf_u32(&w, "llama.attention.sliding_window_pattern", 1);
    model = assert_opens(&w, GGUF_WHOLE);
    assert_int_equal(fl_layer_window(fl_model_hparams(model), 0), 0);
    assert_int_equal(fl_layer_window(fl_model_hparams(model), 1), 0);
    fl_model_close(&model);
    gguf_done(&w);
    w = without(NULL);
    gguf_u32(&w, "llama.attention.sliding_window", 16);
    gguf_array(&w, "llama.attention.sliding_window_pattern", 7, 1, second, 1);
    assert_refused(&w, FL_ERR_FORMAT, "_pattern' has 1 values, expected one for each of 2 layers");
}

/* Nothing that changes the result is passed over; what nobody knows is told. */
static void passes_over_nothing_unseen(void **state) {
    (void)state;
    static const float tempered = 0.5f, neutral = 1;
    static const char no = 0;
    static const int32_t sections[4] = {16, 24, 24, 0};
    const struct {
        const char *key;
        uint32_t type;
        const void *value;
        size_t size;
        const char *words;
    } cases[] = {
        {"llama.attention.causal", 7, &no, 1, "attention.causal' is 0: only causal"},
        {"llama.residual_scale", 6, &tempered, 4, "residual_scale' is 0.5"},
        {"llama.use_parallel_residual", 7, "\1", 1, "use_parallel_residual' is 1: parallel"},
        {"llama.expert_used_count", 4, "\2\0\0\0", 4, "mixture-of-experts"},
        {"llama.rope.scaling.attn_factor", 6, &tempered, 4, "attn_factor' is 0.5, expected 1"},
        {"llama.rope.scaling.yarn_ext_factor", 6, &neutral, 4, "yarn_ext_factor' is 1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gguf_writer w = without(NULL);
        gguf_raw(&w, cases[i].key, cases[i].type, cases[i].value, cases[i].size);
        assert_refused(&w, FL_ERR_UNSUPPORTED, cases[i].words);
    }
    gguf_writer w = without(NULL);
    gguf_array(&w, "llama.rope.dimension_sections", 5, 4, sections, sizeof sections);
    assert_refused(&w, FL_ERR_UNSUPPORTED, "dimension_sections' is 16: positions of several axes");
    w = without(NULL);
    gguf_string(&w, "llama.tensor_data_layout", "upside\033down");
    assert_refused(&w, FL_ERR_UNSUPPORTED, "layout' is 'upside\\x1bdown', expected 'Meta AI");
    w = without(NULL);
    gguf_raw(&w, "llama.residual_scale", 6, &neutral, 4);
    gguf_string(&w, "llama.tensor_data_layout", "Meta AI original pth");
    gguf_u32(&w, "llama.new\033thing", 7);
    fl_model *model = assert_opens(&w, GGUF_WHOLE);
    assert_string_equal(fl_model_notes(model),
                        "key 'llama.new\\x1bthing' is unknown here and was not used\n");
    fl_model_close(&model);
    gguf_done(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_families),
        cmocka_unit_test(heads_need_not_fill_the_hidden_size),
        cmocka_unit_test(reads_windows_by_layer),
        cmocka_unit_test(passes_over_nothing_unseen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
