/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * A bare Hugging Face config.json: hyperparameters without weights, enough for plans. Keys and
 * defaults follow transformers' configuration classes; rope scaling is hf_rope.c's. What would
 * change the computation in a way footlight does not know is refused by name.
 */
#include "model/hf_config.h"

#include "base/diag.h"
#include "base/text.h"
#include "model/bind.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { CONFIG_LIMIT = 1 << 20, SHOWN = 64 };

static const struct family {
    const char *model_type, *architecture;
    uint32_t features;
    bool windows_by_layer; /* sliding_window counts only with use_sliding_window (Qwen) */
} families[] = {
    {"llama", "LlamaForCausalLM", 0, false},
    {"mistral", "MistralForCausalLM", 0, false},
    {"qwen2", "Qwen2ForCausalLM", FL_FEATURE_ATTN_BIAS, true},
    {"qwen3", "Qwen3ForCausalLM", FL_FEATURE_QK_NORM, true},
};

static const struct {
    const char *key;
    size_t field;
    bool required;
} integers[] = {
#define ROW(key, required)                                                                         \
    { #key, offsetof(fl_hparams, key), required }
    ROW(hidden_size, true),          ROW(intermediate_size, true),
    ROW(num_hidden_layers, true),    ROW(num_attention_heads, true),
    ROW(num_key_value_heads, false), ROW(head_dim, false),
    ROW(vocab_size, true),           ROW(max_position_embeddings, true),
#undef ROW
};

static const char *type_name(const json_t *value) {
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "a list";
    case JSON_STRING:
        return "a string";
    case JSON_INTEGER:
    case JSON_REAL:
        return "a number";
    case JSON_NULL:
        return "null";
    default:
        return "true or false";
    }
}

static fl_status wrong_type(const char *key, const json_t *value, const char *expected,
                            fl_diag *diag) {
    return fl_fail(diag, FL_ERR_FORMAT, "key '%s' is %s, expected %s", key, type_name(value),
                   expected);
}

/* A value that is there and not null. */
static const json_t *get(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    return json_is_null(value) ? NULL : value;
}

fl_status fl_config_number(const json_t *object, const char *key, bool required, double *out,
                           fl_diag *diag) {
    const json_t *value = get(object, key);
    if (!value)
        return required ? fl_fail(diag, FL_ERR_FORMAT, "key '%s' is missing", key) : FL_OK;
    if (!json_is_number(value))
        return wrong_type(key, value, "a number", diag);
    *out = json_number_value(value);
    return FL_OK;
}

fl_status fl_config_integer(const json_t *object, const char *key, bool required, int64_t *out,
                            fl_diag *diag) {
    double number = (double)*out;
    fl_status status = fl_config_number(object, key, required, &number, diag);
    if (status != FL_OK || !get(object, key))
        return status;
    if (number != floor(number) || fabs(number) > 0x1p53)
        return fl_fail(diag, FL_ERR_FORMAT, "key '%s' is %g, expected an integer", key, number);
    *out = (int64_t)number;
    return FL_OK;
}

/* A truth value; null counts as absent. */
static fl_status read_bool(const json_t *object, const char *key, bool *out, fl_diag *diag) {
    const json_t *value = get(object, key);
    if (!value)
        return FL_OK;
    if (!json_is_boolean(value))
        return wrong_type(key, value, "true or false", diag);
    *out = json_is_true(value);
    return FL_OK;
}

/* A text, escaped into `out`, which stays as it is if the key is absent. */
fl_status fl_config_word(const json_t *object, const char *key, char *out, size_t size,
                         fl_diag *diag) {
    const json_t *value = get(object, key);
    if (!value)
        return FL_OK;
    if (!json_is_string(value))
        return wrong_type(key, value, "a string", diag);
    fl_escape_into(out, size, json_string_value(value), json_string_length(value));
    return FL_OK;
}

static fl_status find_family(const json_t *config, const struct family **out, fl_diag *diag) {
    char type[SHOWN] = "", architecture[SHOWN] = "";
    const json_t *list = get(config, "architectures");
    fl_status status = fl_config_word(config, "model_type", type, sizeof type, diag);
    if (status != FL_OK)
        return status;
    const json_t *first = json_array_get(list, 0);
    if (json_is_string(first))
        fl_escape_into(architecture, sizeof architecture, json_string_value(first),
                       json_string_length(first));
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        *out = &families[i];
        if (strcmp(type[0] ? type : architecture,
                   type[0] ? families[i].model_type : families[i].architecture) == 0)
            return FL_OK;
    }
    if (!type[0] && !architecture[0])
        return fl_fail(diag, FL_ERR_FORMAT,
                       "key 'model_type' is missing (no model configuration?)");
    return fl_fail(diag, FL_ERR_UNSUPPORTED,
                   "%s is '%s', which is not supported; expected llama, mistral, qwen2 or qwen3",
                   type[0] ? "model_type" : "architectures", type[0] ? type : architecture);
}

static fl_status read_integers(const json_t *config, fl_hparams *h, fl_diag *diag) {
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
        int64_t *field = (int64_t *)(void *)((char *)h + integers[i].field);
        fl_status status =
            fl_config_integer(config, integers[i].key, integers[i].required, field, diag);
        if (status != FL_OK)
            return status;
        if (get(config, integers[i].key) && *field < 1)
            return fl_fail(diag, FL_ERR_FORMAT, "key '%s' is %lld, expected 1 or more",
                           integers[i].key, (long long)*field);
    }
    return FL_OK;
}

static fl_status read_heads(const json_t *config, fl_hparams *h, fl_diag *diag) {
    double part = 1;
    if (!h->num_key_value_heads)
        h->num_key_value_heads = h->num_attention_heads;
    if (!h->head_dim && h->hidden_size % h->num_attention_heads)
        return fl_fail(diag, FL_ERR_FORMAT,
                       "key 'hidden_size' is %lld, expected a multiple of num_attention_heads %lld",
                       (long long)h->hidden_size, (long long)h->num_attention_heads);
    if (!h->head_dim)
        h->head_dim = h->hidden_size / h->num_attention_heads;
    fl_status status = fl_config_number(config, "partial_rotary_factor", false, &part, diag);
    if (status == FL_OK && (!(part > 0) || part > 1))
        status =
            fl_fail(diag, FL_ERR_FORMAT,
                    "key 'partial_rotary_factor' is %g, expected more than 0 and at most 1", part);
    h->rotary_dim = (int64_t)((double)h->head_dim * part);
    return status;
}

static fl_status read_dtype(const json_t *config, fl_dtype *out, fl_diag *diag) {
    static const struct {
        const char *name;
        fl_dtype dtype;
    } dtypes[] = {
        {"float32", FL_DTYPE_F32}, {"float16", FL_DTYPE_F16}, {"bfloat16", FL_DTYPE_BF16}};
    char word[SHOWN] = "float32";
    fl_status status = fl_config_word(config, "torch_dtype", word, sizeof word, diag);
    if (status == FL_OK)
        status = fl_config_word(config, "dtype", word, sizeof word, diag);
    for (size_t i = 0; status == FL_OK && i < sizeof dtypes / sizeof *dtypes; i++)
        if (strcmp(word, dtypes[i].name) == 0) {
            *out = dtypes[i].dtype;
            return FL_OK;
        }
    if (status != FL_OK)
        return status;
    return fl_fail(diag, FL_ERR_UNSUPPORTED,
                   "key 'torch_dtype' is '%s', expected float32, float16 or bfloat16", word);
}

static void see_everything(fl_hparams *h, size_t layer) {
    if (layer < FL_LAYERS_MAX)
        h->full_layers[layer / 64] |= 1ull << layer % 64;
}

/* Which layers see only a window, where each says so for itself. */
static fl_status read_layer_types(const json_t *list, fl_hparams *h, fl_diag *diag) {
    static const char expected[] = "full_attention or sliding_attention";
    size_t n = json_array_size(list);
    if (!json_is_array(list))
        return wrong_type("layer_types", list, "a list", diag);
    if (n != (uint64_t)h->num_hidden_layers)
        return fl_fail(diag, FL_ERR_FORMAT,
                       "key 'layer_types' has %zu entries, expected num_hidden_layers %lld", n,
                       (long long)h->num_hidden_layers);
    memset(h->full_layers, 0, sizeof h->full_layers);
    for (size_t i = 0; i < n; i++) {
        const char *word = json_string_value(json_array_get(list, i));
        char shown[SHOWN];
        if (word && strcmp(word, "full_attention") == 0)
            see_everything(h, i);
        else if (!word || strcmp(word, "sliding_attention") != 0)
            return fl_fail(
                diag, FL_ERR_UNSUPPORTED, "key 'layer_types' has '%s' for layer %zu, expected %s",
                word ? fl_escape_into(shown, sizeof shown, word, strlen(word)) : "?", i, expected);
        else if (!h->sliding_window)
            return fl_fail(diag, FL_ERR_FORMAT,
                           "key 'layer_types' has a window in layer %zu, but sliding_window is off",
                           i);
    }
    return FL_OK;
}

/* Qwen's windows are off unless asked for, and begin with layer max_window_layers. */
static fl_status read_window(const json_t *config, const struct family *family, fl_hparams *h,
                             fl_diag *diag) {
    bool used = !family->windows_by_layer;
    int64_t first = 0;
    const json_t *types = get(config, "layer_types");
    fl_status status = fl_config_integer(config, "sliding_window", false, &h->sliding_window, diag);
    if (status == FL_OK)
        status = read_bool(config, "use_sliding_window", &used, diag);
    if (status == FL_OK && used && family->windows_by_layer)
        status = fl_config_integer(config, "max_window_layers", false, &first, diag);
    if (status != FL_OK)
        return status;
    if (get(config, "sliding_window") && h->sliding_window < 1)
        return fl_fail(diag, FL_ERR_FORMAT, "key 'sliding_window' is %lld, expected 1 or more",
                       (long long)h->sliding_window);
    if (!used)
        h->sliding_window = 0;
    for (int64_t layer = 0; layer < first && layer < h->num_hidden_layers; layer++)
        see_everything(h, (size_t)layer);
    if (types)
        status = read_layer_types(types, h, diag);
    bool windowed = false;
    for (int64_t layer = 0; layer < h->num_hidden_layers && layer < FL_LAYERS_MAX; layer++)
        windowed |= fl_layer_window(h, layer) > 0;
    if (!windowed) {
        h->sliding_window = 0;
        memset(h->full_layers, 0, sizeof h->full_layers);
    }
    return status;
}

/* Biases of q, k, v and of the output projection; Qwen2 has the first whatever the key says. */
static fl_status read_bias(const json_t *config, fl_hparams *h, fl_diag *diag) {
    bool bias = false;
    fl_status status = read_bool(config, "attention_bias", &bias, diag);
    if (bias)
        h->features |= FL_FEATURE_ATTN_BIAS | FL_FEATURE_ATTN_OUT_BIAS;
    return status;
}

static fl_status refuse_strange(const json_t *config, fl_diag *diag) {
    char word[SHOWN] = "silu";
    bool bias = false;
    const json_t *quantization = get(config, "quantization_config");
    fl_status status = fl_config_word(config, "hidden_act", word, sizeof word, diag);
    if (status == FL_OK && strcmp(word, "silu") != 0 && strcmp(word, "swish") != 0)
        return fl_fail(diag, FL_ERR_UNSUPPORTED, "key 'hidden_act' is '%s', expected silu", word);
    if (status == FL_OK)
        status = read_bool(config, "mlp_bias", &bias, diag);
    if (status == FL_OK && bias)
        return fl_fail(diag, FL_ERR_UNSUPPORTED,
                       "key 'mlp_bias' is true: feed-forward biases are not supported");
    if (status != FL_OK || !quantization)
        return status;
    snprintf(word, sizeof word, "unnamed");
    status = fl_config_word(quantization, "quant_method", word, sizeof word, diag);
    if (status == FL_OK)
        status = fl_fail(
            diag, FL_ERR_UNSUPPORTED,
            "key 'quantization_config' asks for quantization '%s', which is not supported", word);
    return status;
}

static fl_status read_hparams(const json_t *config, fl_hparams *h, fl_diag *diag) {
    const struct family *family;
    fl_status status = find_family(config, &family, diag);
    if (status != FL_OK)
        return status;
    snprintf(h->model_type, sizeof h->model_type, "%s", family->model_type);
    h->features = family->features;
    h->rope_pairing = FL_ROPE_HALF;
    h->rms_norm_eps = 1e-6;
    h->rope_theta = 10000;
    status = refuse_strange(config, diag);
    if (status == FL_OK)
        status = read_integers(config, h, diag);
    if (status == FL_OK)
        status = read_heads(config, h, diag);
    if (status == FL_OK)
        status = fl_config_number(config, "rms_norm_eps", false, &h->rms_norm_eps, diag);
    if (status == FL_OK)
        status = read_bool(config, "tie_word_embeddings", &h->tie_word_embeddings, diag);
    if (status == FL_OK)
        status = read_bias(config, h, diag);
    if (status == FL_OK)
        status = read_window(config, family, h, diag);
    if (status == FL_OK)
        status = read_dtype(config, &h->dtype, diag);
    return status == FL_OK ? fl_config_rope(config, h, diag) : status;
}

/* Every weight the configuration implies, named as a checkpoint would. */
static fl_status lay_out(fl_model *model, fl_diag *diag) {
    static const fl_layout_row rows[] = {
#define FL_WEIGHT(id, scope, out, in, feature, gguf, hf) {FL_WEIGHT_##id, hf},
#include <footlight/weights.def>
    };
    return fl_lay_out(model, rows, sizeof rows / sizeof *rows, FL_ORDER_BY_LAYER, diag);
}

/* Multimodal configurations keep the language model's under text_config. */
static const json_t *language_part(const json_t *root) {
    const json_t *text = json_object_get(root, "text_config");
    return json_is_object(text) && !json_object_get(root, "hidden_size") ? text : root;
}

static fl_status parse(const fl_model *model, json_t **root, fl_diag *diag) {
    json_error_t error;
    char shown[160];
    if (model->length > CONFIG_LIMIT)
        return fl_fail(diag, FL_ERR_LIMIT, "is a JSON file of %llu bytes, expected at most %d",
                       (unsigned long long)model->length, CONFIG_LIMIT);
    *root = json_loadb((const char *)model->bytes, (size_t)model->length, JSON_REJECT_DUPLICATES,
                       &error);
    if (!*root)
        return fl_fail_line(diag, FL_ERR_FORMAT, error.line, "is not valid JSON: %s",
                            fl_escape_into(shown, sizeof shown, error.text, strlen(error.text)));
    if (!json_is_object(*root))
        return fl_fail(diag, FL_ERR_FORMAT, "holds %s, expected a configuration object",
                       type_name(*root));
    return FL_OK;
}

static fl_status read_config(fl_model *model, fl_diag *diag) {
    json_t *root = NULL;
    fl_status status = parse(model, &root, diag);
    if (status == FL_OK)
        status = read_hparams(language_part(root), &model->hparams, diag);
    if (status == FL_OK)
        status = fl_hparams_check(&model->hparams, diag);
    if (status == FL_OK)
        status = lay_out(model, diag);
    fl_model_set_plan_only(model, "a config.json describes a model but holds no weights");
    json_decref(root);
    return status;
}

static fl_guess probe(const uint8_t *bytes, uint64_t length, const char *name) {
    uint64_t i = 0;
    while (i < length && strchr(" \t\r\n", bytes[i]) && bytes[i])
        i++;
    if (i < length && bytes[i] == '{')
        return FL_GUESS_PLAUSIBLE;
    return fl_name_ends(name, ".json") ? FL_GUESS_NAME : FL_GUESS_NO;
}

const fl_reader fl_reader_config = {"config", probe, read_config};
