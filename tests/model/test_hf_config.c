/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Bare config.json files: what is read, the defaults, and what is refused by the name of its key.
 */
#include "model/opened.h"

#include <math.h>

/* A plausible configuration; `extra` comes after it and may replace nothing, only add. */
#define BODY                                                                                       \
    "\"hidden_size\":64,\"intermediate_size\":172,\"num_hidden_layers\":5,"                        \
    "\"num_attention_heads\":8,\"vocab_size\":512,\"max_position_embeddings\":256"
#define FULL "\"full_attention\""
#define SLIDING "\"sliding_attention\""
#define LLAMA(extra) "{\"model_type\":\"llama\"," BODY extra "}"

static fl_model *opens(const char *json) {
    return assert_opens_bytes("config.json", json, strlen(json));
}

static void refused(const char *json, fl_status status, const char *words) {
    assert_refused_bytes("config.json", json, strlen(json), status, words);
}

static void reads_a_minimal_configuration(void **state) {
    (void)state;
    fl_model *model = opens(LLAMA(""));
    const fl_hparams *h = fl_model_hparams(model);
    assert_string_equal(fl_model_format(model), "config");
    assert_int_equal(h->num_key_value_heads, 8);
    assert_int_equal(h->head_dim, 8);
    assert_int_equal(h->rotary_dim, 8);
    assert_true(h->rms_norm_eps == 1e-6);
    assert_true(h->rope_theta == 10000);
    assert_int_equal(h->rope_pairing, FL_ROPE_HALF);
    assert_int_equal(h->sliding_window, 0);
    assert_int_equal(h->dtype, FL_DTYPE_F32);
    assert_false(h->tie_word_embeddings);
    assert_false(fl_model_has_weights(model));
    assert_non_null(strstr(fl_model_why_no_weights(model), "holds no weights"));
    assert_null(fl_model_vocab(model));
    fl_model_close(&model);
}

static void implies_its_weights(void **state) {
    (void)state;
    fl_model *model = opens(LLAMA(",\"num_key_value_heads\":4,\"torch_dtype\":\"bfloat16\""));
    const fl_weight *k = fl_model_weight(model, FL_WEIGHT_attn_k, 4);
    assert_string_equal(k->name, "model.layers.4.self_attn.k_proj.weight");
    assert_int_equal(k->shape[0], 32);
    assert_int_equal(k->shape[1], 64);
    assert_int_equal(k->dtype, FL_DTYPE_BF16);
    assert_int_equal(k->bytes, 32 * 64 * 2);
    assert_null(k->data);
    assert_int_equal(fl_model_tensor_count(model), 3 + 5 * 9);
    assert_string_equal(fl_model_tensor(model, 0)->name, "model.embed_tokens.weight");
    assert_int_equal(fl_model_weight_bytes(model), 2 * fl_parameters(fl_model_hparams(model)));
    fl_model_close(&model);
}

static void numbers_may_be_written_as_floats_and_null_is_absent(void **state) {
    (void)state;
    fl_model *model = opens(LLAMA(",\"head_dim\":null,\"rope_scaling\":null,\"rope_theta\":5e5,"
                                  "\"num_key_value_heads\":2.0,\"rms_norm_eps\":1e-05,"
                                  "\"sliding_window\":null,\"quantization_config\":null"));
    assert_int_equal(fl_model_hparams(model)->head_dim, 8);
    assert_int_equal(fl_model_hparams(model)->num_key_value_heads, 2);
    assert_true(fl_model_hparams(model)->rope_theta == 500000);
    assert_true(fl_model_hparams(model)->rms_norm_eps == 1e-5);
    fl_model_close(&model);
}

static void knows_the_families(void **state) {
    (void)state;
    fl_model *model = opens("{\"model_type\":\"qwen2\"," BODY "}");
    assert_int_equal(fl_model_hparams(model)->features, FL_FEATURE_ATTN_BIAS);
    fl_model_close(&model);
    model = opens("{\"architectures\":[\"Qwen3ForCausalLM\"]," BODY ",\"head_dim\":16}");
    assert_int_equal(fl_model_hparams(model)->features, FL_FEATURE_QK_NORM);
    assert_string_equal(fl_model_hparams(model)->model_type, "qwen3");
    assert_int_equal(fl_model_hparams(model)->head_dim, 16);
    fl_model_close(&model);
    model = opens(LLAMA(",\"attention_bias\":true"));
    assert_int_equal(fl_model_hparams(model)->features,
                     FL_FEATURE_ATTN_BIAS | FL_FEATURE_ATTN_OUT_BIAS);
    fl_model_close(&model);
    model = opens("{\"model_type\":\"mistral\"," BODY ",\"sliding_window\":64}");
    assert_int_equal(fl_model_hparams(model)->sliding_window, 64);
    fl_model_close(&model);
    model = opens("{\"model_type\":\"llava\",\"text_config\":" LLAMA("") "}");
    assert_string_equal(fl_model_hparams(model)->model_type, "llama");
    fl_model_close(&model);
}

static void windows_follow_the_family(void **state) {
    (void)state;
    static const struct {
        const char *json;
        int64_t window;
        unsigned layers; /* bits of those that have it */
    } cases[] = {
        {"{\"model_type\":\"qwen2\"," BODY ",\"sliding_window\":64}", 0, 0},
        {"{\"model_type\":\"qwen2\"," BODY ",\"sliding_window\":64,\"use_sliding_window\":false}",
         0, 0},
        {"{\"model_type\":\"qwen2\"," BODY ",\"sliding_window\":64,\"use_sliding_window\":true,"
         "\"max_window_layers\":0}",
         64, 0x1f},
        {"{\"model_type\":\"qwen2\"," BODY ",\"sliding_window\":64,\"use_sliding_window\":true,"
         "\"max_window_layers\":2}",
         64, 0x1c},
        {"{\"model_type\":\"qwen2\"," BODY ",\"sliding_window\":64,\"use_sliding_window\":true,"
         "\"max_window_layers\":5}",
         0, 0},
        {"{\"model_type\":\"mistral\"," BODY ",\"sliding_window\":64,\"layer_types\":[" FULL
         "," FULL "," FULL "," FULL "," FULL "]}",
         0, 0},
        {"{\"model_type\":\"qwen2\"," BODY ",\"sliding_window\":64,\"use_sliding_window\":true,"
         "\"max_window_layers\":5,\"layer_types\":[" SLIDING "," FULL "," SLIDING "," FULL "," FULL
         "]}",
         64, 0x05},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fl_model *model = opens(cases[i].json);
        const fl_hparams *h = fl_model_hparams(model);
        assert_int_equal(h->sliding_window, cases[i].window);
        for (int layer = 0; layer < 5; layer++)
            assert_int_equal(fl_layer_window(h, layer),
                             cases[i].layers >> layer & 1 ? cases[i].window : 0);
        fl_model_close(&model);
    }
    refused("{\"model_type\":\"mistral\"," BODY ",\"sliding_window\":64,\"layer_types\":[" FULL
            "]}",
            FL_ERR_FORMAT, "key 'layer_types' has 1 entries, expected num_hidden_layers 5");
    refused("{\"model_type\":\"mistral\"," BODY ",\"layer_types\":[" FULL "," FULL "," FULL "," FULL
            "," SLIDING "]}",
            FL_ERR_FORMAT, "key 'layer_types' has a window in layer 4, but sliding_window is off");
    refused("{\"model_type\":\"mistral\"," BODY ",\"sliding_window\":64,\"layer_types\":[" FULL
            "," FULL "," FULL "," FULL ",\"chunked_attention\"]}",
            FL_ERR_UNSUPPORTED, "'chunked_attention' for layer 4");
    refused("{\"model_type\":\"mistral\"," BODY ",\"sliding_window\":0}", FL_ERR_FORMAT,
            "key 'sliding_window' is 0");
}

static void reads_rope_scaling(void **state) {
    (void)state;
    static const struct {
        const char *json;
        fl_rope_kind kind;
        double factor;
        int64_t original;
    } cases[] = {
        {LLAMA(",\"rope_scaling\":{\"type\":\"linear\",\"factor\":2.5}"), FL_ROPE_LINEAR, 2.5, 0},
        {LLAMA(",\"rope_scaling\":{\"rope_type\":\"dynamic\",\"factor\":2}"), FL_ROPE_DYNAMIC, 2,
         256},
        {LLAMA(",\"rope_scaling\":{\"rope_type\":\"default\"}"), FL_ROPE_DEFAULT, 0, 0},
        {LLAMA(",\"rope_scaling\":{\"rope_type\":\"llama3\",\"factor\":8,\"low_freq_factor\":1,"
               "\"high_freq_factor\":4,\"original_max_position_embeddings\":128}"),
         FL_ROPE_LLAMA3, 8, 128},
        {LLAMA(",\"rope_scaling\":{\"type\":\"yarn\",\"factor\":4}"), FL_ROPE_YARN, 4, 256},
        {LLAMA(",\"rope_parameters\":{\"rope_type\":\"yarn\",\"factor\":4,\"rope_theta\":1e6,"
               "\"original_max_position_embeddings\":64,\"attention_factor\":1.5}"),
         FL_ROPE_YARN, 4, 64},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fl_model *model = opens(cases[i].json);
        const fl_rope_scaling *s = &fl_model_hparams(model)->rope_scaling;
        assert_int_equal(s->kind, cases[i].kind);
        assert_true(s->factor == cases[i].factor);
        assert_int_equal(s->original_max_position_embeddings, cases[i].original);
        if (i == 5) {
            assert_true(fl_model_hparams(model)->rope_theta == 1e6);
            assert_true(s->attention_factor == 1.5);
        }
        fl_model_close(&model);
    }
}

static void refuses_bad_rope_scaling(void **state) {
    (void)state;
#define SCALING(body) LLAMA(",\"rope_scaling\":{" body "}")
    static const struct {
        const char *json;
        fl_status status;
        const char *words;
    } cases[] = {
        {SCALING("\"type\":\"linear\""), FL_ERR_FORMAT, "key 'factor' is missing"},
        {SCALING("\"type\":\"linear\",\"factor\":0"), FL_ERR_FORMAT, "factor is 0"},
        {SCALING("\"type\":\"linear\",\"factor\":-2"), FL_ERR_FORMAT, "factor is -2"},
        {SCALING("\"type\":\"linear\",\"factor\":\"2\""), FL_ERR_FORMAT,
         "key 'factor' is a string"},
        {SCALING("\"type\":\"linear\",\"factor\":NaN"), FL_ERR_FORMAT, "not valid JSON"},
        {SCALING("\"type\":\"longrope\",\"factor\":2"), FL_ERR_UNSUPPORTED, "is 'longrope'"},
        {SCALING("\"type\":\"\\u001b[1m\""), FL_ERR_UNSUPPORTED, "is '\\x1b[1m'"},
        {SCALING(
             "\"rope_type\":\"llama3\",\"factor\":8,\"low_freq_factor\":1,\"high_freq_factor\":1,"
             "\"original_max_position_embeddings\":128"),
         FL_ERR_FORMAT, "high_freq_factor 1"},
        {SCALING(
             "\"rope_type\":\"llama3\",\"factor\":8,\"low_freq_factor\":1,\"high_freq_factor\":4"),
         FL_ERR_FORMAT, "key 'original_max_position_embeddings' is missing"},
        {SCALING("\"rope_type\":\"yarn\",\"factor\":4,\"mscale\":1"), FL_ERR_UNSUPPORTED,
         "key 'mscale'"},
        {SCALING("\"rope_type\":\"yarn\",\"factor\":4,\"beta_slow\":0"), FL_ERR_FORMAT,
         "beta_slow 0"},
        {LLAMA(",\"rope_theta\":1,\"rope_scaling\":{\"rope_type\":\"yarn\",\"factor\":4}"),
         FL_ERR_FORMAT, "rope_theta"},
        {LLAMA(",\"rope_scaling\":\"linear\""), FL_ERR_FORMAT, "key 'rope_scaling'"},
        {LLAMA(",\"rope_theta\":0"), FL_ERR_FORMAT, "rope_theta"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        refused(cases[i].json, cases[i].status, cases[i].words);
}

static void names_missing_keys(void **state) {
    (void)state;
    static const char *const keys[] = {"hidden_size",       "intermediate_size",
                                       "num_hidden_layers", "num_attention_heads",
                                       "vocab_size",        "max_position_embeddings"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char json[512] = LLAMA(""), words[96];
        char *key = strstr(json, keys[i]);
        key[0] = 'X';
        snprintf(words, sizeof words, "key '%s' is missing", keys[i]);
        refused(json, FL_ERR_FORMAT, words);
    }
    refused("{" BODY "}", FL_ERR_FORMAT, "key 'model_type' is missing");
    refused("{}", FL_ERR_FORMAT, "key 'model_type' is missing");
}

static void names_impossible_values(void **state) {
    (void)state;
    static const struct {
        const char *json;
        fl_status status;
        const char *words;
    } cases[] = {
        {LLAMA(",\"num_key_value_heads\":\"8\""), FL_ERR_FORMAT,
         "key 'num_key_value_heads' is a string, expected a number"},
        {LLAMA(",\"num_key_value_heads\":-8"), FL_ERR_FORMAT, "key 'num_key_value_heads' is -8"},
        {LLAMA(",\"num_key_value_heads\":3"), FL_ERR_FORMAT, "num_key_value_heads 3"},
        {LLAMA(",\"num_key_value_heads\":1e30"), FL_ERR_FORMAT, "is 1e+30, expected an integer"},
        {LLAMA(",\"num_key_value_heads\":2.5"), FL_ERR_FORMAT, "is 2.5, expected an integer"},
        {LLAMA(",\"num_key_value_heads\":1e999999"), FL_ERR_FORMAT, "not valid JSON"},
        {LLAMA(",\"head_dim\":0"), FL_ERR_FORMAT, "key 'head_dim' is 0"},
        {LLAMA(",\"head_dim\":7"), FL_ERR_FORMAT, "rotary_dim"},
        {LLAMA(",\"rms_norm_eps\":0"), FL_ERR_FORMAT, "rms_norm_eps is 0"},
        {LLAMA(",\"partial_rotary_factor\":0"), FL_ERR_FORMAT, "key 'partial_rotary_factor' is 0"},
        {LLAMA(",\"tie_word_embeddings\":1"), FL_ERR_FORMAT,
         "key 'tie_word_embeddings' is a number"},
        {LLAMA(",\"torch_dtype\":\"int3\""), FL_ERR_UNSUPPORTED, "key 'torch_dtype' is 'int3'"},
        {LLAMA(",\"hidden_act\":\"gelu\""), FL_ERR_UNSUPPORTED, "key 'hidden_act' is 'gelu'"},
        {LLAMA(",\"mlp_bias\":true"), FL_ERR_UNSUPPORTED, "key 'mlp_bias' is true"},
        {LLAMA(",\"quantization_config\":{\"quant_method\":\"gptq\"}"), FL_ERR_UNSUPPORTED,
         "quantization 'gptq'"},
        {"{\"model_type\":\"gpt_neox\"," BODY "}", FL_ERR_UNSUPPORTED, "model_type is 'gpt_neox'"},
        {"{\"model_type\":7," BODY "}", FL_ERR_FORMAT, "key 'model_type' is a number"},
        {"{\"model_type\":\"llama\",\"hidden_size\":64,\"intermediate_size\":172,"
         "\"num_hidden_layers\":1000000000,\"num_attention_heads\":8,\"vocab_size\":512,"
         "\"max_position_embeddings\":256}",
         FL_ERR_FORMAT, "num_hidden_layers is 1000000000"},
        {"{\"model_type\":\"llama\",\"hidden_size\":64,\"intermediate_size\":172,"
         "\"num_hidden_layers\":2,\"num_attention_heads\":7,\"vocab_size\":512,"
         "\"max_position_embeddings\":256}",
         FL_ERR_FORMAT, "key 'hidden_size' is 64, expected a multiple of num_attention_heads 7"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        refused(cases[i].json, cases[i].status, cases[i].words);
}

static void refuses_what_is_no_json(void **state) {
    (void)state;
    char *deep = malloc(100001);
    memset(deep, '[', 100000);
    deep[0] = '{';
    deep[100000] = '\0';
    refused(deep, FL_ERR_FORMAT, "not valid JSON");
    memcpy(deep, "{\"a\":", 5);
    refused(deep, FL_ERR_LIMIT, "values nested deeper than 64");
    free(deep);
    refused("{\"model_type\":\"llama\",\"model_type\":\"llama\"}", FL_ERR_FORMAT, "duplicate");
    refused("[1, 2]", FL_ERR_FORMAT, "a list, expected a configuration object");
    refused("{\"a\":\"\xff\"}", FL_ERR_FORMAT, "not valid JSON");
    refused(LLAMA("") " trailing", FL_ERR_FORMAT, "not valid JSON");
    char *big = malloc(2 << 20);
    memset(big, ' ', 2 << 20);
    big[0] = '{';
    assert_refused_bytes("config.json", big, 2 << 20, FL_ERR_LIMIT, "expected at most 1048576");
    free(big);
    const char *json = LLAMA("");
    for (size_t n = 1; n < strlen(json); n++)
        assert_refused_bytes("config.json", json, n, FL_ERR_FORMAT, "not valid JSON");
}

static void tells_the_line(void **state) {
    (void)state;
    fl_model *model;
    fl_diag diag;
    const char *json = "{\n\"model_type\": \"llama\",\n oops\n}";
    assert_int_equal(fl_model_open_bytes(&model, "config.json", json, strlen(json), &diag),
                     FL_ERR_FORMAT);
    assert_int_equal(diag.line, 3);
}

static void opens_real_configurations(void **state) {
    (void)state;
    FL_NEED_DATA("derived/hf-stories260K/config.json");
    fl_model *model = assert_opens_file(fl_test_data("derived/hf-stories260K/config.json"));
    assert_int_equal(fl_parameters(fl_model_hparams(model)), 260032);
    assert_true(fl_model_hparams(model)->tie_word_embeddings);
    fl_model_close(&model);
    fl_map map;
    assert_int_equal(fl_map_open(&map, fl_test_data("derived/hf-stories260K/config.json"), NULL),
                     FL_OK);
    uint64_t end = map.length; /* of the object: a line feed may follow */
    while (map.bytes[end - 1] != '}')
        end--;
    for (uint64_t n = 0; n < end; n++)
        assert_refused_bytes("config.json", map.bytes, (size_t)n, FL_ERR_FORMAT, "");
    fl_map_close(&map);
    model = assert_opens_file(fl_test_data("derived/hf-stories260K-bf16-sharded/config.json"));
    assert_int_equal(fl_model_hparams(model)->dtype, FL_DTYPE_BF16);
    fl_model_close(&model);
}

static void reads_a_type_under_either_name(void **state) {
    (void)state;
    static const struct {
        const char *json;
        fl_dtype dtype;
    } cases[] = {{LLAMA(""), FL_DTYPE_F32},
                 {LLAMA(",\"torch_dtype\":null"), FL_DTYPE_F32},
                 {LLAMA(",\"torch_dtype\":\"float16\""), FL_DTYPE_F16},
                 {LLAMA(",\"dtype\":\"bfloat16\""), FL_DTYPE_BF16},
                 {LLAMA(",\"dtype\":\"float64\""), FL_DTYPE_F64}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fl_model *model = opens(cases[i].json);
        assert_int_equal(fl_model_hparams(model)->dtype, cases[i].dtype);
        fl_model_close(&model);
    }
}

/* transformers 5 writes one object for all of the rotation. */
static void reads_rope_parameters(void **state) {
    (void)state;
    fl_model *model = opens(LLAMA(",\"rope_parameters\":{\"rope_type\":\"default\","
                                  "\"rope_theta\":5e5,\"partial_rotary_factor\":0.5}"));
    const fl_hparams *h = fl_model_hparams(model);
    assert_true(h->rope_theta == 5e5);
    assert_int_equal(h->rotary_dim, h->head_dim / 2);
    assert_int_equal(h->rope_scaling.kind, FL_ROPE_DEFAULT);
    fl_model_close(&model);
}

/* What stands beside text_config is the whole model's, unless the text says otherwise. */
static void reads_what_stands_beside_the_text(void **state) {
    (void)state;
#define LLAVA(root, text) "{\"model_type\":\"llava\"," root "\"text_config\":" LLAMA(text) "}"
    fl_model *model =
        opens(LLAVA("\"torch_dtype\":\"bfloat16\",\"tie_word_embeddings\":true,", ""));
    assert_int_equal(fl_model_hparams(model)->dtype, FL_DTYPE_BF16);
    assert_true(fl_model_hparams(model)->tie_word_embeddings);
    fl_model_close(&model);
    model = opens(LLAVA("\"torch_dtype\":\"bfloat16\",\"tie_word_embeddings\":true,",
                        ",\"dtype\":\"float16\",\"tie_word_embeddings\":false"));
    assert_int_equal(fl_model_hparams(model)->dtype, FL_DTYPE_F16);
    assert_false(fl_model_hparams(model)->tie_word_embeddings);
    fl_model_close(&model);
    refused(LLAVA("\"quantization_config\":{\"quant_method\":\"fp8\"},", ""), FL_ERR_UNSUPPORTED,
            "quantization 'fp8'");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_minimal_configuration),
        cmocka_unit_test(implies_its_weights),
        cmocka_unit_test(numbers_may_be_written_as_floats_and_null_is_absent),
        cmocka_unit_test(knows_the_families),
        cmocka_unit_test(windows_follow_the_family),
        cmocka_unit_test(reads_rope_scaling),
        cmocka_unit_test(refuses_bad_rope_scaling),
        cmocka_unit_test(names_missing_keys),
        cmocka_unit_test(names_impossible_values),
        cmocka_unit_test(refuses_what_is_no_json),
        cmocka_unit_test(tells_the_line),
        cmocka_unit_test(reads_a_type_under_either_name),
        cmocka_unit_test(reads_rope_parameters),
        cmocka_unit_test(reads_what_stands_beside_the_text),
        cmocka_unit_test(opens_real_configurations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
