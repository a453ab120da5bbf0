/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What GGUF keys and tensors make of a model: hyperparameters, refusals that name the key, headers
 * of published sizes, and the files derived from stories260K.
 */
#include "model/opened.h"

#include <math.h>
#include <time.h>

static gguf_writer without(const char *skip) {
    gguf_writer w = gguf_start();
    w.skip = skip;
    gguf_llama(&w, &gguf_tiny);
    w.skip = NULL;
    return w;
}

static void reads_hyperparameters(void **state) {
    (void)state;
    gguf_writer w = without(NULL);
    gguf_u32(&w, "llama.attention.sliding_window", 16);
    fl_model *model = assert_opens(&w, GGUF_WHOLE);
    const fl_hparams *h = fl_model_hparams(model);
    assert_string_equal(h->model_type, "llama");
    assert_int_equal(h->hidden_size, 64);
    assert_int_equal(h->intermediate_size, 96);
    assert_int_equal(h->num_hidden_layers, 2);
    assert_int_equal(h->num_attention_heads, 4);
    assert_int_equal(h->num_key_value_heads, 2);
    assert_int_equal(h->head_dim, 16);
    assert_int_equal(h->rotary_dim, 16);
    assert_int_equal(h->vocab_size, 10);
    assert_int_equal(h->max_position_embeddings, 32);
    assert_int_equal(h->sliding_window, 16);
    assert_true(h->rms_norm_eps == 1e-5); /* the decimal meant, not the nearest float's digits */
    assert_true(h->rope_theta == 10000);
    assert_int_equal(h->rope_pairing, FL_ROPE_INTERLEAVED);
    assert_false(h->tie_word_embeddings);
    assert_int_equal(h->features, 0);
    assert_string_equal(fl_model_format(model), "gguf");
    assert_string_equal(fl_model_metadata(model, "general.name"), "a test");
    assert_null(fl_model_metadata(model, "general.nothing"));
    assert_null(fl_model_vocab(model));
    fl_model_close(&model);
    gguf_done(&w);
}

static void takes_any_integer_type_and_equal_arrays(void **state) {
    (void)state;
    static const int32_t heads[2] = {4, 4};
    static const uint16_t value_length = 16;
    gguf_writer w = without("llama.attention.head_count");
    gguf_array(&w, "llama.attention.head_count", 5, 2, heads, sizeof heads);
    gguf_u64(&w, "llama.attention.key_length", 16);
    gguf_raw(&w, "llama.attention.value_length", 2, &value_length, 2);
    fl_model *model = assert_opens(&w, GGUF_WHOLE);
    assert_int_equal(fl_model_hparams(model)->num_attention_heads, 4);
    assert_int_equal(fl_model_hparams(model)->head_dim, 16);
    fl_model_close(&model);
    gguf_done(&w);
}

static void names_missing_keys(void **state) {
    (void)state;
    static const char *const keys[] = {
        "general.architecture",
        "llama.context_length",
        "llama.embedding_length",
        "llama.block_count",
        "llama.feed_forward_length",
        "llama.attention.head_count",
        "llama.attention.layer_norm_rms_epsilon",
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char words[96];
        snprintf(words, sizeof words, "key '%s' is missing", keys[i]);
        gguf_writer w = without(keys[i]);
        assert_refused(&w, FL_ERR_FORMAT, words);
    }
}

/* One unsigned key replaced, and what is said about it. */
static void names_impossible_values(void **state) {
    (void)state;
    static const struct {
        const char *key;
        uint64_t value;
        const char *words;
    } cases[] = {
        {"llama.block_count", 0, "key 'llama.block_count' is 0, expected 1 or more"},
        {"llama.block_count", 1u << 31, "llama.block_count is 2147483648, expected 1 to"},
        {"llama.block_count", UINT64_MAX,
         "llama.block_count is 9223372036854775807, expected 1 to"},
        {"llama.attention.head_count", 0, "key 'llama.attention.head_count' is 0"},
        {"llama.attention.head_count", 5, "expected a divisor of llama.embedding_length 64"},
        {"llama.attention.head_count_kv", 3,
         "llama.attention.head_count is 4, expected a multiple of llama.attention.head_count_kv 3"},
        {"llama.attention.key_length", 15, "llama.rope.dimension_count"},
        {"llama.attention.value_length", 8, "key 'llama.attention.value_length' is 8"},
        {"llama.rope.dimension_count", 7, "llama.rope.dimension_count"},
        {"llama.rope.dimension_count", 18, "llama.rope.dimension_count"},
        {"llama.context_length", 1u << 31, "llama.context_length is 2147483648"},
        {"llama.feed_forward_length", 1u << 30, "llama.feed_forward_length is 1073741824"},
        {"llama.vocab_size", 11, "has 10 rows, expected llama.vocab_size 11"},
        {"llama.expert_count", 8, "mixture-of-experts"},
        {"split.count", 3, "is shard 1 of 3 of a split model"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool value_length = strstr(cases[i].key, "value_length") != NULL;
        bool unsupported = value_length || strstr(cases[i].key, "expert");
        gguf_writer w = without(cases[i].key);
        gguf_u64(&w, cases[i].key, cases[i].value);
        assert_refused(&w, unsupported ? FL_ERR_UNSUPPORTED : FL_ERR_FORMAT, cases[i].words);
    }
}

static void names_wrong_types(void **state) {
    (void)state;
    static const int64_t least = INT64_MIN;
    static const int32_t differ[2] = {4, 8};
    gguf_writer w = without("llama.block_count");
    gguf_f32(&w, "llama.block_count", 2);
    assert_refused(&w, FL_ERR_FORMAT, "key 'llama.block_count' has type f32, expected an integer");
    w = without("llama.block_count");
    gguf_string(&w, "llama.block_count", "2");
    assert_refused(&w, FL_ERR_FORMAT, "has type string, expected an integer");
    w = without("llama.attention.head_count");
    gguf_raw(&w, "llama.attention.head_count", 11, &least, 8);
    assert_refused(&w, FL_ERR_FORMAT, "head_count' is -9223372036854775808, expected 1 or more");
    w = without("llama.attention.layer_norm_rms_epsilon");
    gguf_u32(&w, "llama.attention.layer_norm_rms_epsilon", 1);
    assert_refused(&w, FL_ERR_FORMAT, "layer_norm_rms_epsilon' has type u32, expected f32");
    w = without("general.architecture");
    gguf_u32(&w, "general.architecture", 1);
    assert_refused(&w, FL_ERR_FORMAT, "'general.architecture' has type u32, expected string");
    w = without("llama.attention.head_count");
    gguf_array(&w, "llama.attention.head_count", 5, 2, differ, sizeof differ);
    assert_refused(&w, FL_ERR_UNSUPPORTED, "differs between layers (4 and 8)");
    w = without("llama.attention.head_count");
    gguf_array(&w, "llama.attention.head_count", 5, 0, differ, 0);
    assert_refused(&w, FL_ERR_FORMAT, "has 0 values, expected one for each of 2 layers");
}

static void refuses_impossible_floats(void **state) {
    (void)state;
    const struct {
        const char *key;
        float value;
        const char *words;
    } cases[] = {
        {"llama.attention.layer_norm_rms_epsilon", 0,
         "llama.attention.layer_norm_rms_epsilon' is 0"},
        {"llama.attention.layer_norm_rms_epsilon", -1, "rms_epsilon' is -1, expected a positive"},
        {"llama.attention.layer_norm_rms_epsilon", NAN, "rms_epsilon' is nan"},
        {"llama.rope.freq_base", 0, "'llama.rope.freq_base' is 0"},
        {"llama.rope.freq_base", INFINITY, "freq_base' is inf"},
        {"llama.rope.scale_linear", -4, "'llama.rope.scale_linear' is -4, expected a positive"},
        {"llama.rope.scaling.factor", NAN, "'llama.rope.scaling.factor' is nan"},
        {"llama.rope.scaling.yarn_beta_fast", -1, "beta_fast' is -1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gguf_writer w = without(cases[i].key);
        gguf_f32(&w, cases[i].key, cases[i].value);
        assert_refused(&w, FL_ERR_FORMAT, cases[i].words);
    }
    gguf_writer w = without(NULL);
    gguf_f32(&w, "llama.final_logit_softcapping", 30);
    assert_refused(&w, FL_ERR_UNSUPPORTED, "final_logit_softcapping' is 30");
}

static void reads_rope_scaling(void **state) {
    (void)state;
    gguf_writer w = without(NULL);
    gguf_f32(&w, "llama.rope.freq_base", 500000);
    gguf_f32(&w, "llama.rope.scaling.factor", 4);
    fl_model *model = assert_opens(&w, GGUF_WHOLE);
    assert_int_equal(fl_model_hparams(model)->rope_scaling.kind, FL_ROPE_LINEAR);
    assert_true(fl_model_hparams(model)->rope_scaling.factor == 4);
    assert_true(fl_model_hparams(model)->rope_theta == 500000);
    fl_model_close(&model);
    gguf_string(&w, "llama.rope.scaling.type", "yarn");
    gguf_u32(&w, "llama.rope.scaling.original_context_length", 16);
    model = assert_opens(&w, GGUF_WHOLE);
    assert_int_equal(fl_model_hparams(model)->rope_scaling.kind, FL_ROPE_YARN);
    assert_int_equal(fl_model_hparams(model)->rope_scaling.original_max_position_embeddings, 16);
    assert_true(fl_model_hparams(model)->rope_scaling.beta_fast == 32);
    fl_model_close(&model);
    gguf_done(&w);
    w = without(NULL);
    gguf_string(&w, "llama.rope.scaling.type", "none");
    gguf_f32(&w, "llama.rope.scaling.factor", 4);
    model = assert_opens(&w, GGUF_WHOLE);
    assert_int_equal(fl_model_hparams(model)->rope_scaling.kind, FL_ROPE_DEFAULT);
    fl_model_close(&model);
    gguf_done(&w);
    w = without(NULL);
    gguf_string(&w, "llama.rope.scaling.type", "yarn");
    gguf_f32(&w, "llama.rope.scaling.factor", 4);
    gguf_f32(&w, "llama.rope.scaling.attn_factor", 0);
    assert_refused(&w, FL_ERR_FORMAT, "attn_factor' is 0");
    w = without(NULL);
    gguf_string(&w, "llama.rope.scaling.type", "linear");
    assert_refused(&w, FL_ERR_FORMAT,
                   "'llama.rope.scaling.type' is linear, but key 'llama.rope.scaling.factor'");
    w = without(NULL);
    gguf_string(&w, "llama.rope.scaling.type", "longrope");
    assert_refused(&w, FL_ERR_UNSUPPORTED, "is 'longrope', a rope scaling that is not supported");
}

static void refuses_other_architectures(void **state) {
    (void)state;
    char *long_name = calloc(1, 1 << 20);
    static const char *const names[] = {"gpt2", "../../etc", "", "llama\n\033[0m"};
    static const char *const shown[] = {"'gpt2'", "'../../etc'", "''", "'llama\\n\\x1b[0m'"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        gguf_writer w = without("general.architecture");
        gguf_string(&w, "general.architecture", names[i]);
        assert_refused(&w, FL_ERR_UNSUPPORTED, shown[i]);
    }
    gguf_writer w = without("general.architecture");
    gguf_string(&w, "general.architecture", memset(long_name, 'a', (1 << 20) - 1));
    assert_refused(&w, FL_ERR_UNSUPPORTED, "(cut), which is not supported");
    free(long_name);
}

static void binds_every_weight(void **state) {
    (void)state;
    gguf_writer w = without(NULL);
    fl_model *model = assert_opens(&w, GGUF_WHOLE);
    const fl_weight *down = fl_model_weight(model, FL_WEIGHT_ffn_down, 1);
    assert_string_equal(down->name, "blk.1.ffn_down.weight");
    assert_int_equal(down->n_dims, 2);
    assert_int_equal(down->shape[0], 64);
    assert_int_equal(down->shape[1], 96);
    assert_int_equal(down->bytes, 64 * 96 * 4);
    assert_ptr_equal(down->data, w.file.data + down->offset);
    assert_null(fl_model_weight(model, FL_WEIGHT_ffn_down, 2));
    assert_null(fl_model_weight(model, FL_WEIGHT_ffn_down, -1));
    assert_null(fl_model_weight(model, FL_WEIGHT_attn_q_bias, 0));
    assert_false(fl_model_weight(model, FL_WEIGHT_output, -1)->tied);
    uint64_t bytes = 0;
    for (size_t i = 0; i < fl_model_tensor_count(model); i++)
        bytes += fl_model_tensor(model, i)->bytes;
    assert_int_equal(fl_model_weight_bytes(model), bytes);
    assert_int_equal(bytes, 4 * fl_parameters(fl_model_hparams(model)));
    fl_model_close(&model);
    gguf_done(&w);
}

static void ties_a_missing_head(void **state) {
    (void)state;
    gguf_writer w = without("output.weight");
    fl_model *model = assert_opens(&w, GGUF_WHOLE);
    const fl_weight *head = fl_model_weight(model, FL_WEIGHT_output, -1);
    assert_true(fl_model_hparams(model)->tie_word_embeddings);
    assert_true(head->tied);
    assert_int_equal(head->slot, FL_WEIGHT_output);
    assert_ptr_equal(head->data, fl_model_weight(model, FL_WEIGHT_token_embd, -1)->data);
    assert_int_equal(fl_model_weight_bytes(model), 4 * fl_parameters(fl_model_hparams(model)));
    fl_model_close(&model);
    gguf_done(&w);
}

static void finds_features_in_tensors(void **state) {
    (void)state;
    gguf_writer w = without(NULL);
    gguf_tensor(&w, "rope_freqs.weight", 8, 0, FL_DTYPE_F32);
    fl_model *model = assert_opens(&w, GGUF_WHOLE);
    assert_int_equal(fl_model_hparams(model)->features, FL_FEATURE_ROPE_FREQS);
    assert_non_null(fl_model_weight(model, FL_WEIGHT_rope_freqs, -1));
    fl_model_close(&model);
    gguf_done(&w);
    w = without(NULL);
    for (int layer = 0; layer < 2; layer++) {
        char name[64];
        const struct {
            const char *letter;
            uint64_t n;
        } three[] = {{"q", 64}, {"k", 32}, {"v", 32}};
        for (int i = 0; i < 3; i++) {
            snprintf(name, sizeof name, "blk.%d.attn_%s.bias", layer, three[i].letter);
            gguf_tensor(&w, name, three[i].n, 0, FL_DTYPE_F32);
        }
    }
    model = assert_opens(&w, GGUF_WHOLE);
    assert_int_equal(fl_model_hparams(model)->features, FL_FEATURE_ATTN_BIAS);
    assert_int_equal(fl_model_weight(model, FL_WEIGHT_attn_k_bias, 1)->shape[0], 32);
    fl_model_close(&model);
    gguf_done(&w);
}

static void names_tensors_that_do_not_fit(void **state) {
    (void)state;
    gguf_writer w = without("blk.1.attn_q.weight");
    assert_refused(&w, FL_ERR_FORMAT, "tensor 'blk.1.attn_q.weight' is missing");
    w = without("token_embd.weight");
    assert_refused(&w, FL_ERR_FORMAT, "tensor 'token_embd.weight' is missing");
    w = without("blk.1.attn_q.weight");
    gguf_tensor(&w, "blk.1.attn_q.weight", 64, 60, FL_DTYPE_F32);
    assert_refused(&w, FL_ERR_FORMAT,
                   "tensor 'blk.1.attn_q.weight' has shape [60, 64], expected [64, 64]");
    w = without("output_norm.weight");
    gguf_tensor(&w, "output_norm.weight", 64, 2, FL_DTYPE_F32);
    assert_refused(&w, FL_ERR_FORMAT, "has shape [2, 64], expected [64]");
    w = without(NULL);
    gguf_tensor(&w, "blk.0.ffn_down.bias", 64, 0, FL_DTYPE_F32);
    assert_refused(&w, FL_ERR_UNSUPPORTED, "tensor 'blk.0.ffn_down.bias' has no place in a llama");
    w = without(NULL);
    gguf_tensor(&w, "blk.2.attn_norm.weight", 64, 0, FL_DTYPE_F32);
    assert_refused(&w, FL_ERR_UNSUPPORTED, "tensor 'blk.2.attn_norm.weight' has no place");
}

static void accepts_trailing_ones(void **state) {
    (void)state;
    gguf_writer w = without("output_norm.weight");
    gguf_tensor(&w, "output_norm.weight", 64, 1, FL_DTYPE_F32);
    fl_model *model = assert_opens(&w, GGUF_WHOLE);
    const fl_weight *norm = fl_model_weight(model, FL_WEIGHT_output_norm, -1);
    assert_int_equal(norm->n_dims, 1);
    assert_int_equal(norm->shape[0], 64);
    fl_model_close(&model);
    gguf_done(&w);
}

/* The header alone of a published size answers everything but values, and at once. */
static void opens_header(const gguf_sizes *sizes, int64_t parameters, const char *why) {
    gguf_writer w = gguf_start();
    gguf_llama(&w, sizes);
    gguf_finish(&w, GGUF_HEADER_ONLY);
    clock_t begin = clock();
    fl_model *model = assert_opens_bytes("big.gguf", w.file.data, w.file.length);
    assert_true((double)(clock() - begin) / CLOCKS_PER_SEC < 0.05);
    assert_int_equal(fl_parameters(fl_model_hparams(model)), parameters);
    assert_int_equal(fl_model_hparams(model)->dtype, sizes->type);
    assert_false(fl_model_has_weights(model));
    assert_non_null(strstr(fl_model_why_no_weights(model), why));
    const fl_weight *q = fl_model_weight(model, FL_WEIGHT_attn_q, 0);
    assert_int_equal(q->shape[0], sizes->hidden);
    assert_int_equal(q->bytes, fl_dtype_row_bytes(sizes->type, sizes->hidden) * sizes->hidden);
    assert_null(q->data);
    fl_model_close(&model);
    gguf_done(&w);
}

static void plans_from_headers_of_any_size(void **state) {
    (void)state;
    opens_header(&gguf_7b, 6738415616, "the file ends after its header");
    opens_header(&gguf_70b, 68976648192, "the file ends after its header");
}

static void names_types_it_cannot_compute_with(void **state) {
    (void)state;
    gguf_sizes sizes = gguf_tiny;
    gguf_writer w = gguf_start();
    sizes.hidden = sizes.ffn = 256;
    sizes.type = FL_DTYPE_IQ4_XS;
    gguf_llama(&w, &sizes);
    fl_model *model = assert_opens(&w, GGUF_WHOLE);
    assert_false(fl_model_has_weights(model));
    assert_non_null(
        strstr(fl_model_why_no_weights(model), "'token_embd.weight' is stored as IQ4_XS"));
    assert_null(fl_model_weight(model, FL_WEIGHT_attn_q, 0)->data);
    fl_model_close(&model);
    gguf_done(&w);
}

static void plans_without_tensors(void **state) {
    (void)state;
    gguf_writer w = gguf_start();
    gguf_llama_keys(&w, &gguf_tiny);
    gguf_finish(&w, GGUF_WHOLE);
    assert_refused_bytes("test.gguf", w.file.data, w.file.length, FL_ERR_FORMAT,
                         "key 'llama.vocab_size' is missing");
    gguf_llama_vocab(&w);
    fl_model *model = assert_opens(&w, GGUF_WHOLE);
    assert_int_equal(fl_model_hparams(model)->vocab_size, 10);
    assert_non_null(strstr(fl_model_why_no_weights(model), "holds no tensors"));
    assert_string_equal(fl_model_weight(model, FL_WEIGHT_attn_q, 1)->name, "blk.1.attn_q.weight");
    fl_model_close(&model);
    gguf_done(&w);
}

static void opens_the_derived_files(void **state) {
    (void)state;
    static const struct {
        const char *path;
        fl_dtype matrices, down;
    } files[] = {
        {"derived/stories260K-f32.gguf", FL_DTYPE_F32, FL_DTYPE_F32},
        {"derived/stories260K-f16-v2.gguf", FL_DTYPE_F16, FL_DTYPE_F16},
        {"derived/stories260K-bf16-align64.gguf", FL_DTYPE_BF16, FL_DTYPE_BF16},
        {"derived/stories260K-q8_0.gguf", FL_DTYPE_Q8_0, FL_DTYPE_F16},
        {"derived/stories260K-q4_0.gguf", FL_DTYPE_Q4_0, FL_DTYPE_F16},
    };
    FL_NEED_DATA("derived/stories260K-f32.gguf");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        fl_model *model = assert_opens_file(fl_test_data(files[i].path));
        assert_true(fl_model_has_weights(model));
        assert_null(fl_model_why_no_weights(model));
        assert_int_equal(fl_parameters(fl_model_hparams(model)), 260032);
        assert_int_equal(fl_model_tensor_count(model), 47);
        assert_int_equal(fl_model_hparams(model)->dtype, files[i].matrices);
        assert_int_equal(fl_model_weight(model, FL_WEIGHT_attn_q, 4)->dtype, files[i].matrices);
        assert_int_equal(fl_model_weight(model, FL_WEIGHT_ffn_down, 4)->dtype, files[i].down);
        assert_true(fl_model_hparams(model)->tie_word_embeddings);
        fl_model_close(&model);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_hyperparameters),
        cmocka_unit_test(takes_any_integer_type_and_equal_arrays),
        cmocka_unit_test(names_missing_keys),
        cmocka_unit_test(names_impossible_values),
        cmocka_unit_test(names_wrong_types),
        cmocka_unit_test(refuses_impossible_floats),
        cmocka_unit_test(reads_rope_scaling),
        cmocka_unit_test(refuses_other_architectures),
        cmocka_unit_test(binds_every_weight),
        cmocka_unit_test(ties_a_missing_head),
        cmocka_unit_test(finds_features_in_tensors),
        cmocka_unit_test(names_tensors_that_do_not_fit),
        cmocka_unit_test(accepts_trailing_ones),
        cmocka_unit_test(plans_from_headers_of_any_size),
        cmocka_unit_test(names_types_it_cannot_compute_with),
        cmocka_unit_test(plans_without_tensors),
        cmocka_unit_test(opens_the_derived_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
