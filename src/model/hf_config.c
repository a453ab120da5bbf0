/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The hyperparameters of a Hugging Face config.json. Keys and
 * defaults follow transformers' configuration classes; rope scaling is hf_rope.c's. What would
 * change the computation in a way footlight does not know is refused by name.
 */
#include "model/hf_config.h"

#include "base/diag.h"
#include "base/text.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN = 64 };

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

static fl_status find_family(const json_t *config, const struct family **out, fl_diag *diag) {
    char type[SHOWN] = "", architecture[SHOWN] = "";
    const json_t *list = fl_config_get(config, "architectures");
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
        if (fl_config_get(config, integers[i].key) && *field < 1)
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
    const json_t *rope = fl_config_get(config, "rope_parameters"); /* transformers 5 */
    if (status == FL_OK && json_is_object(rope))
        status = fl_config_number(rope, "partial_rotary_factor", false, &part, diag);
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
    } dtypes[] = {{"", FL_DTYPE_none},
                  {"float32", FL_DTYPE_F32},
                  {"float16", FL_DTYPE_F16},
                  {"bfloat16", FL_DTYPE_BF16},
                  {"float64", FL_DTYPE_F64}};
    char word[SHOWN] = "";
    fl_status status = fl_config_word(config, "torch_dtype", word, sizeof word, diag);
    if (status == FL_OK)
        status = fl_config_word(config, "dtype", word, sizeof word, diag);
    for (size_t i = 0; status == FL_OK && i < sizeof dtypes / sizeof *dtypes; i++)
        if (strcmp(word, dtypes[i].name) == 0) {
            *out = i ? dtypes[i].dtype : *out;
            return FL_OK;
        }
    if (status != FL_OK)
        return status;
    return fl_fail(diag, FL_ERR_UNSUPPORTED,
                   "key 'torch_dtype' is '%s', expected float32, float16, bfloat16 or float64",
                   word);
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
        return fl_config_wrong_type("layer_types", list, "a list", diag);
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
    const json_t *types = fl_config_get(config, "layer_types");
    fl_status status = fl_config_integer(config, "sliding_window", false, &h->sliding_window, diag);
    if (status == FL_OK)
        status = fl_config_bool(config, "use_sliding_window", &used, diag);
    if (status == FL_OK && used && family->windows_by_layer)
        status = fl_config_integer(config, "max_window_layers", false, &first, diag);
    if (status != FL_OK)
        return status;
    if (fl_config_get(config, "sliding_window") && h->sliding_window < 1)
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
    fl_status status = fl_config_bool(config, "attention_bias", &bias, diag);
    if (bias)
        h->features |= FL_FEATURE_ATTN_BIAS | FL_FEATURE_ATTN_OUT_BIAS;
    return status;
}

static fl_status refuse_quantization(const json_t *config, fl_diag *diag) {
    char word[SHOWN] = "unnamed";
    const json_t *quantization = fl_config_get(config, "quantization_config");
    if (!quantization)
        return FL_OK;
    fl_status status = fl_config_word(quantization, "quant_method", word, sizeof word, diag);
    return status != FL_OK
               ? status
               : fl_fail(diag, FL_ERR_UNSUPPORTED,
                         "key 'quantization_config' asks for quantization '%s', which is not "
                         "supported",
                         word);
}

static fl_status refuse_strange(const json_t *config, fl_diag *diag) {
    char word[SHOWN] = "silu";
    bool bias = false;
    fl_status status = fl_config_word(config, "hidden_act", word, sizeof word, diag);
    if (status == FL_OK && strcmp(word, "silu") != 0 && strcmp(word, "swish") != 0)
        return fl_fail(diag, FL_ERR_UNSUPPORTED, "key 'hidden_act' is '%s', expected silu", word);
    if (status == FL_OK)
        status = fl_config_bool(config, "mlp_bias", &bias, diag);
    if (status == FL_OK && bias)
        return fl_fail(diag, FL_ERR_UNSUPPORTED,
                       "key 'mlp_bias' is true: feed-forward biases are not supported");
    return status == FL_OK ? refuse_quantization(config, diag) : status;
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
        status = fl_config_bool(config, "tie_word_embeddings", &h->tie_word_embeddings, diag);
    if (status == FL_OK)
        status = read_bias(config, h, diag);
    if (status == FL_OK)
        status = read_window(config, family, h, diag);
    if (status == FL_OK)
        status = read_dtype(config, &h->dtype, diag);
    return status == FL_OK ? fl_config_rope(config, h, diag) : status;
}

/* Multimodal configurations keep the language model's under text_config. */
static const json_t *language_part(const json_t *root) {
    const json_t *text = json_object_get(root, "text_config");
    return json_is_object(text) && !json_object_get(root, "hidden_size") ? text : root;
}

/* What holds for the whole of a multimodal model stands beside its text_config. */
static fl_status read_root(const json_t *root, fl_hparams *h, fl_diag *diag) {
    fl_status status = refuse_quantization(root, diag);
    if (status == FL_OK)
        status = fl_config_bool(root, "tie_word_embeddings", &h->tie_word_embeddings, diag);
    return status == FL_OK ? read_dtype(root, &h->dtype, diag) : status;
}

fl_status fl_config_read(const fl_file *file, fl_hparams *hparams, fl_diag *diag) {
    json_t *root = NULL;
    hparams->dtype = FL_DTYPE_F32;
    fl_status status = fl_config_parse(file, &root, diag);
    if (status == FL_OK)
        status = read_root(root, hparams, diag);
    if (status == FL_OK)
        status = read_hparams(language_part(root), hparams, diag);
    if (status == FL_OK)
        status = fl_hparams_check(hparams, diag);
    json_decref(root);
    return status;
}
