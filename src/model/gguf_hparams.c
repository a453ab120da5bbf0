/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Architecture and hyperparameters from the keys of a GGUF header; names and defaults follow ggml
 * docs/gguf.md and llama.cpp.
 */
#include "base/diag.h"
#include "base/text.h"
#include "model/gguf_source.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct architecture {
    const char *name;
    fl_rope_pairing pairing;
    uint32_t features; /* that such a model always has; more may show in the tensors */
} architectures[] = {
    {"llama", FL_ROPE_INTERLEAVED, 0},
    {"qwen2", FL_ROPE_HALF, FL_FEATURE_ATTN_BIAS},
    {"qwen3", FL_ROPE_HALF, FL_FEATURE_QK_NORM},
};

/* Integer keys: what follows "llama.", where it goes, and what fl_hparams_check calls it. */
static const struct {
    const char *suffix, *field_name;
    size_t field;
    bool required, per_layer;
    int64_t least;
} integers[] = {
#define ROW(suffix, field, required, per_layer, least)                                             \
    { suffix, #field, offsetof(fl_hparams, field), required, per_layer, least }
    ROW("context_length", max_position_embeddings, true, false, 1),
    ROW("embedding_length", hidden_size, true, false, 1),
    ROW("block_count", num_hidden_layers, true, false, 1), /* before those with one per layer */
    ROW("feed_forward_length", intermediate_size, true, true, 1),
    ROW("attention.head_count", num_attention_heads, true, true, 1),
    ROW("attention.head_count_kv", num_key_value_heads, false, true, 1),
    ROW("attention.key_length", head_dim, false, false, 1),
    ROW("rope.dimension_count", rotary_dim, false, false, 1),
    ROW("attention.sliding_window", sliding_window, false, false, 0),
    ROW("vocab_size", vocab_size, false, false, 1),
#undef ROW
};
enum { N_INTEGERS = sizeof integers / sizeof *integers };

static const char epsilon_key[] = "attention.layer_norm_rms_epsilon";
static const char value_length_key[] = "attention.value_length";
static const char pattern_key[] = "attention.sliding_window_pattern";
static const char layout_key[] = "tensor_data_layout";

/* Keys that change the computation in ways this program does not know, unless every number in them
 * is neutral: numbers of any type, alone or one per layer. */
static const struct {
    const char *suffix;
    double neutral;
    bool zero; /* 0 says "not used" as well */
    const char *what;
} strange[] = {
    {"expert_count", 0, true, "mixture-of-experts models are not supported"},
    {"expert_used_count", 0, true, "mixture-of-experts models are not supported"},
    {"expert_shared_count", 0, true, "mixture-of-experts models are not supported"},
    {"leading_dense_block_count", 0, true, "mixture-of-experts models are not supported"},
    {"interleave_moe_layer_step", 0, true, "mixture-of-experts models are not supported"},
    {"attn_logit_softcapping", 0, true, "soft caps are not supported"},
    {"final_logit_softcapping", 0, true, "soft caps are not supported"},
    {"router_logit_softcapping", 0, true, "soft caps are not supported"},
    {"attention.causal", 1, false, "only causal attention is supported"},
    {"use_parallel_residual", 0, true, "parallel residuals are not supported"},
    {"attention.clamp_kqv", 0, true, "it is not supported"},
    {"attention.max_alibi_bias", 0, true, "position biases are not supported"},
    {"attention.scale", 0, true, "another scale than 1/sqrt(head size) is not supported"},
    {"attention.output_scale", 1, true, "it is not supported"},
    {"attention.value_scale", 1, true, "it is not supported"},
    {"attention.temperature_scale", 0, true, "it is not supported"},
    {"attention.temperature_length", 0, true, "it is not supported"},
    {"attention.shared_kv_layers", 0, true, "it is not supported"},
    {"attention.q_lora_rank", 0, true, "latent attention is not supported"},
    {"attention.kv_lora_rank", 0, true, "latent attention is not supported"},
    {"logit_scale", 1, true, "it is not supported"},
    {"embedding_scale", 1, true, "it is not supported"},
    {"residual_scale", 1, true, "it is not supported"},
    {"swin_norm", 0, true, "it is not supported"},
    {"rescale_every_n_layers", 0, true, "it is not supported"},
    {"n_deepstack_layers", 0, true, "it is not supported"},
    {"nextn_predict_layers", 0, true, "it is not supported"},
    {"rope.freq_base_swa", 0, true, "a rope base for windowed layers alone is not supported"},
    {"rope.dimension_sections", 0, true, "positions of several axes are not supported"},
};
enum { N_STRANGE = sizeof strange / sizeof *strange };

/* Keys that say nothing about computing the next token. */
static const char *const harmless[] = {
    "attention.layer_norm_epsilon", /* beside the one that is used */
    "pooling_type",
    "decoder_start_token_id",
};

const char *fl_gguf_full_key(fl_gguf_source *s, const char *suffix) {
    snprintf(s->key, sizeof s->key, "%s.%s", s->prefix, suffix);
    return s->key;
}

fl_status fl_gguf_at_key(const fl_gguf_source *s, fl_status status) {
    const fl_gguf_pair *pair = fl_gguf_find(s->gguf, s->key);
    if (status != FL_OK && s->diag && pair)
        s->diag->offset = (int64_t)pair->offset;
    return status;
}

fl_status fl_gguf_get_positive(fl_gguf_source *s, const char *suffix, bool required, bool zero,
                               double *out) {
    double value = *out;
    const char *key = fl_gguf_full_key(s, suffix);
    fl_status status = fl_gguf_get_float(s->gguf, key, required, &value, s->diag);
    if (status != FL_OK || !fl_gguf_find(s->gguf, key))
        return status;
    if (!(value > 0 && isfinite(value)) && !(zero && value == 0))
        return fl_gguf_at_key(s, fl_fail(s->diag, FL_ERR_FORMAT,
                                         "key '%s' is %g, expected a positive number%s", key, value,
                                         zero ? " or 0" : ""));
    *out = value;
    return FL_OK;
}

static bool is(const fl_bytes *bytes, const char *word) {
    return bytes->length == strlen(word) && memcmp(bytes->data, word, (size_t)bytes->length) == 0;
}

static fl_status find_architecture(fl_gguf_source *s, fl_hparams *h) {
    fl_bytes name = {0};
    char shown[64];
    fl_status status = fl_gguf_get_string(s->gguf, "general.architecture", true, &name, s->diag);
    if (status != FL_OK)
        return status;
    for (size_t i = 0; i < sizeof architectures / sizeof *architectures; i++)
        if (is(&name, architectures[i].name)) {
            s->prefix = architectures[i].name;
            snprintf(h->model_type, sizeof h->model_type, "%s", s->prefix);
            h->rope_pairing = architectures[i].pairing;
            h->features = architectures[i].features;
            return FL_OK;
        }
    snprintf(s->key, sizeof s->key, "general.architecture");
    return fl_gguf_at_key(
        s, fl_fail(s->diag, FL_ERR_UNSUPPORTED,
                   "general.architecture is '%s'%s, which is not supported; expected llama, qwen2 "
                   "or qwen3",
                   fl_escape_into(shown, sizeof shown, name.data, name.length),
                   name.length >= sizeof shown ? " (cut)" : ""));
}

static fl_status read_integer(fl_gguf_source *s, size_t row, fl_hparams *h) {
    int64_t *field = (int64_t *)(void *)((char *)h + integers[row].field), value = 0;
    const char *key = fl_gguf_full_key(s, integers[row].suffix);
    int64_t layers = integers[row].per_layer ? h->num_hidden_layers : 0;
    fl_status status =
        fl_gguf_get_ints(s->gguf, key, integers[row].required, layers, &value, s->diag);
    if (status != FL_OK || !fl_gguf_find(s->gguf, key))
        return status;
    if (value < integers[row].least)
        return fl_gguf_at_key(s, fl_fail(s->diag, FL_ERR_FORMAT,
                                         "key '%s' is %lld, expected %lld or more", key,
                                         (long long)value, (long long)integers[row].least));
    *field = value;
    return FL_OK;
}

static fl_status read_heads(fl_gguf_source *s, fl_hparams *h) {
    if (!h->num_key_value_heads)
        h->num_key_value_heads = h->num_attention_heads;
    if (!h->head_dim && h->hidden_size % h->num_attention_heads) {
        fl_gguf_full_key(s, "attention.head_count");
        return fl_gguf_at_key(s, fl_fail(s->diag, FL_ERR_FORMAT,
                                         "key '%s' is %lld, expected a divisor of %s."
                                         "embedding_length %lld",
                                         s->key, (long long)h->num_attention_heads, s->prefix,
                                         (long long)h->hidden_size));
    }
    if (!h->head_dim)
        h->head_dim = h->hidden_size / h->num_attention_heads;
    if (!h->rotary_dim)
        h->rotary_dim = h->head_dim;
    int64_t value_length = h->head_dim;
    const char *key = fl_gguf_full_key(s, value_length_key);
    fl_status status = fl_gguf_get_int(s->gguf, key, false, &value_length, s->diag);
    if (status == FL_OK && value_length != h->head_dim)
        status = fl_gguf_at_key(s, fl_fail(s->diag, FL_ERR_UNSUPPORTED,
                                           "key '%s' is %lld, expected the key length %lld", key,
                                           (long long)value_length, (long long)h->head_dim));
    return status;
}

/* ---- sliding window ---- */

static void set_full(fl_hparams *h, int64_t layer) {
    h->full_layers[layer / 64] |= (uint64_t)1 << layer % 64;
}

/* Which layers have the window: a truth value for each, or n: all but every n-th. */
static fl_status read_window_pattern(fl_gguf_source *s, fl_hparams *h) {
    const char *key = fl_gguf_full_key(s, pattern_key);
    const fl_gguf_pair *pair = fl_gguf_find(s->gguf, key);
    int64_t every = 0, layers = h->num_hidden_layers <= FL_LAYERS_MAX ? h->num_hidden_layers : 0;
    if (!pair)
        return FL_OK;
    if (pair->type != FL_GGUF_ARRAY || pair->element != FL_GGUF_BOOL) {
        fl_status status = fl_gguf_get_int(s->gguf, key, true, &every, s->diag);
        for (int64_t i = 0; status == FL_OK && every > 0 && i < layers; i++)
            if (i % every == every - 1)
                set_full(h, i);
        return status;
    }
    if (pair->count != (uint64_t)h->num_hidden_layers)
        return fl_fail_at(s->diag, FL_ERR_FORMAT, pair->offset,
                          "key '%s' has %llu values, expected one for each of %lld layers", key,
                          (unsigned long long)pair->count, (long long)h->num_hidden_layers);
    for (int64_t i = 0; i < layers; i++)
        if (!pair->value.data[i])
            set_full(h, i);
    return FL_OK;
}

/* ---- what is not computed here ---- */

static fl_status refuse_strange(fl_gguf_source *s) {
    for (size_t i = 0; i < N_STRANGE; i++) {
        double value = strange[i].neutral;
        const char *key = fl_gguf_full_key(s, strange[i].suffix);
        fl_status status =
            fl_gguf_get_other(s->gguf, key, strange[i].neutral, strange[i].zero, &value, s->diag);
        if (status == FL_OK && value != strange[i].neutral)
            status = fl_gguf_at_key(s, fl_fail(s->diag, FL_ERR_UNSUPPORTED, "key '%s' is %g: %s",
                                               key, value, strange[i].what));
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

/* Both layouts that are known keep the rows as this program reads them. */
static fl_status check_layout(fl_gguf_source *s) {
    fl_bytes layout = {0};
    char shown[64];
    const char *key = fl_gguf_full_key(s, layout_key);
    fl_status status = fl_gguf_get_string(s->gguf, key, false, &layout, s->diag);
    if (status != FL_OK || !layout.data || is(&layout, "Meta AI original pth") ||
        is(&layout, "reference"))
        return status;
    return fl_gguf_at_key(
        s, fl_fail(s->diag, FL_ERR_UNSUPPORTED,
                   "key '%s' is '%s', expected 'Meta AI original pth' or "
                   "'reference'",
                   key, fl_escape_into(shown, sizeof shown, layout.data, layout.length)));
}

static bool is_known(const fl_bytes *suffix) {
    const char *const others[] = {epsilon_key, value_length_key, pattern_key, layout_key};
    for (size_t i = 0; i < N_INTEGERS; i++)
        if (is(suffix, integers[i].suffix))
            return true;
    for (size_t i = 0; i < N_STRANGE; i++)
        if (is(suffix, strange[i].suffix))
            return true;
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
        if (is(suffix, harmless[i]))
            return true;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (is(suffix, others[i]))
            return true;
    return fl_gguf_is_rope_key(suffix);
}

static void note_unknown_keys(fl_gguf_source *s) {
    size_t length = strlen(s->prefix);
    char shown[96];
    for (uint64_t i = 0; i < s->gguf->n_pairs; i++) {
        const fl_bytes *key = &s->gguf->pairs[i].key;
        if (key->length <= length + 1 || memcmp(key->data, s->prefix, length) != 0 ||
            key->data[length] != '.')
            continue;
        fl_bytes suffix = {key->data + length + 1, key->length - length - 1};
        if (!is_known(&suffix))
            fl_model_add_note(s->model, "key '%s' is unknown here and was not used",
                              fl_escape_into(shown, sizeof shown, key->data, key->length));
    }
}

fl_status fl_gguf_read_hparams(fl_gguf_source *s, fl_hparams *h) {
    fl_status status = find_architecture(s, h);
    for (size_t i = 0; status == FL_OK && i < N_INTEGERS; i++)
        status = read_integer(s, i, h);
    if (status == FL_OK)
        status = read_heads(s, h);
    if (status == FL_OK)
        status = fl_gguf_get_positive(s, epsilon_key, true, false, &h->rms_norm_eps);
    if (status == FL_OK)
        status = fl_gguf_read_rope(s, h);
    if (status == FL_OK && h->sliding_window)
        status = read_window_pattern(s, h);
    if (status == FL_OK)
        status = refuse_strange(s);
    if (status == FL_OK)
        status = check_layout(s);
    if (status == FL_OK)
        note_unknown_keys(s);
    return status;
}

/* The row of `integers` whose field name stands here, or N_INTEGERS. */
static size_t field_at(const char *text, const char *start) {
    size_t i = 0;
    if (text > start && text[-1] == '.') /* spelled as a key already */
        return N_INTEGERS;
    while (i < N_INTEGERS &&
           strncmp(text, integers[i].field_name, strlen(integers[i].field_name)) != 0)
        i++;
    return i;
}

void fl_gguf_respell(fl_gguf_source *s) {
    fl_buffer out = {0};
    const char *message = s->diag ? s->diag->message : "";
    s->key[0] = '\0';
    for (const char *in = message; *in;) {
        size_t i = field_at(in, message);
        if (i < N_INTEGERS) {
            fl_buffer_printf(&out, "%s.%s", s->prefix, integers[i].suffix);
            if (!s->key[0])
                fl_gguf_full_key(s, integers[i].suffix);
            in += strlen(integers[i].field_name);
        } else {
            fl_buffer_add(&out, in++, 1);
        }
    }
    if (out.data && !out.failed)
        snprintf(s->diag->message, sizeof s->diag->message, "%s", out.data);
    if (s->diag && s->diag->offset < 0)
        fl_gguf_at_key(s, s->diag->status);
    fl_buffer_done(&out);
}
