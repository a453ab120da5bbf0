/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The rope keys of a GGUF header, with llama.cpp's defaults. (Llama 3.1's scaling is no key: it is
 * the tensor rope_freqs.weight.)
 */
#include "base/diag.h"
#include "base/text.h"
#include "model/gguf_source.h"

#include <string.h>

/* What a file may say about stretching, with what is taken where it says nothing. */
typedef struct scaling_keys {
    double factor, old_factor, attn, yarn_attn, ext, beta_fast, beta_slow, log_multiplier;
    int64_t original;
} scaling_keys;

static const char *const keys[] = {
    "rope.freq_base",
    "rope.scale_linear",
    "rope.scaling.type",
    "rope.scaling.factor",
    "rope.scaling.original_context_length",
    "rope.scaling.finetuned", /* says how the model was trained, nothing about computing */
    "rope.scaling.attn_factor",
    "rope.scaling.yarn_attn_factor",
    "rope.scaling.yarn_ext_factor",
    "rope.scaling.yarn_beta_fast",
    "rope.scaling.yarn_beta_slow",
    "rope.scaling.yarn_log_multiplier",
};

bool fl_gguf_is_rope_key(const fl_bytes *suffix) {
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (suffix->length == strlen(keys[i]) && memcmp(suffix->data, keys[i], suffix->length) == 0)
            return true;
    return false;
}

static fl_status read_keys(fl_gguf_source *s, scaling_keys *k) {
    const struct {
        const char *suffix;
        double *value;
        bool zero;
    } floats[] = {
        {"rope.scale_linear", &k->old_factor, true},
        {"rope.scaling.factor", &k->factor, true},
        {"rope.scaling.attn_factor", &k->attn, false},
        {"rope.scaling.yarn_attn_factor", &k->yarn_attn, false},
        {"rope.scaling.yarn_beta_fast", &k->beta_fast, false},
        {"rope.scaling.yarn_beta_slow", &k->beta_slow, false},
    };
    fl_status status = FL_OK;
    for (size_t i = 0; status == FL_OK && i < sizeof floats / sizeof *floats; i++)
        status = fl_gguf_get_positive(s, floats[i].suffix, false, floats[i].zero, floats[i].value);
    if (status == FL_OK)
        status = fl_gguf_get_float(s->gguf, fl_gguf_full_key(s, "rope.scaling.yarn_ext_factor"),
                                   false, &k->ext, s->diag);
    if (status == FL_OK)
        status = fl_gguf_get_float(s->gguf, fl_gguf_full_key(s, "rope.scaling.yarn_log_multiplier"),
                                   false, &k->log_multiplier, s->diag);
    if (status == FL_OK)
        status =
            fl_gguf_get_int(s->gguf, fl_gguf_full_key(s, "rope.scaling.original_context_length"),
                            false, &k->original, s->diag);
    return status;
}

static fl_status find_kind(fl_gguf_source *s, const fl_bytes *word, fl_rope_kind *kind) {
    static const struct {
        const char *word;
        fl_rope_kind kind;
    } kinds[] = {{"none", FL_ROPE_DEFAULT}, {"linear", FL_ROPE_LINEAR}, {"yarn", FL_ROPE_YARN}};
    char shown[64];
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (word->length == strlen(kinds[i].word) &&
            memcmp(word->data, kinds[i].word, word->length) == 0) {
            *kind = kinds[i].kind;
            return FL_OK;
        }
    fl_gguf_full_key(s, "rope.scaling.type");
    return fl_gguf_at_key(
        s, fl_fail(s->diag, FL_ERR_UNSUPPORTED,
                   "key '%s' is '%s', a rope scaling that is not supported; expected none, "
                   "linear or yarn",
                   s->key, fl_escape_into(shown, sizeof shown, word->data, word->length)));
}

static fl_status refuse(fl_gguf_source *s, const char *suffix, double value, const char *expected) {
    const char *key = fl_gguf_full_key(s, suffix);
    return fl_gguf_at_key(s, fl_fail(s->diag, FL_ERR_UNSUPPORTED, "key '%s' is %g, expected %s",
                                     key, value, expected));
}

/* Settings that the kind chosen has no use for would be left out unseen. */
static fl_status refuse_strange(fl_gguf_source *s, const scaling_keys *k, bool yarn) {
    if (k->log_multiplier != 0)
        return refuse(s, "rope.scaling.yarn_log_multiplier", k->log_multiplier, "0");
    if (yarn && k->ext != 1 && k->ext != -1) /* -1 is llama.cpp's "by the kind" */
        return refuse(s, "rope.scaling.yarn_ext_factor", k->ext, "1");
    if (!yarn && k->ext > 0)
        return refuse(s, "rope.scaling.yarn_ext_factor", k->ext, "0 where the type is not yarn");
    if (!yarn && k->attn != 1)
        return refuse(s, "rope.scaling.attn_factor", k->attn, "1 where the type is not yarn");
    if (!yarn && k->yarn_attn != 1)
        return refuse(s, "rope.scaling.yarn_attn_factor", k->yarn_attn,
                      "1 where the type is not yarn");
    return FL_OK;
}

/* The file's attention factors come on top of YaRN's own. */
static void set_yarn(fl_rope_scaling *scaling, const scaling_keys *k) {
    scaling->original_max_position_embeddings = k->original;
    scaling->beta_fast = k->beta_fast;
    scaling->beta_slow = k->beta_slow;
    if (k->attn * k->yarn_attn != 1)
        scaling->attention_factor = k->attn * k->yarn_attn * fl_yarn_magnitude(k->factor);
}

/* A factor without a type means linear, and so does the older scale_linear. A type without a factor
 * stretches nothing. */
static fl_status decide(fl_gguf_source *s, fl_rope_scaling *scaling, scaling_keys *k,
                        const fl_bytes *type) {
    fl_rope_kind kind = FL_ROPE_LINEAR;
    fl_status status = type->data ? find_kind(s, type, &kind) : FL_OK;
    if (status == FL_OK)
        status = refuse_strange(s, k, kind == FL_ROPE_YARN);
    k->factor = k->factor > 0 ? k->factor : k->old_factor;
    if (status != FL_OK || kind == FL_ROPE_DEFAULT || (!type->data && k->factor == 0))
        return status;
    if (k->factor == 0) {
        fl_gguf_full_key(s, "rope.scaling.type");
        return fl_gguf_at_key(s, fl_fail(s->diag, FL_ERR_FORMAT,
                                         "key '%s' is %s, but key '%s.rope.scaling.factor' is "
                                         "missing or 0",
                                         s->key, fl_rope_kind_name(kind), s->prefix));
    }
    scaling->kind = kind;
    scaling->factor = k->factor;
    if (kind == FL_ROPE_YARN)
        set_yarn(scaling, k);
    return FL_OK;
}

fl_status fl_gguf_read_rope(fl_gguf_source *s, fl_hparams *h) {
    scaling_keys k = {.attn = 1,
                      .yarn_attn = 1,
                      .ext = -1,
                      .beta_fast = 32,
                      .beta_slow = 1,
                      .original = h->max_position_embeddings};
    fl_bytes type = {0};
    h->rope_theta = 10000;
    fl_status status = fl_gguf_get_positive(s, "rope.freq_base", false, false, &h->rope_theta);
    if (status == FL_OK)
        status = read_keys(s, &k);
    if (status == FL_OK)
        status = fl_gguf_get_string(s->gguf, fl_gguf_full_key(s, "rope.scaling.type"), false, &type,
                                    s->diag);
    if (status == FL_OK)
        status = decide(s, &h->rope_scaling, &k, &type);
    if (status == FL_OK && h->rope_scaling.kind == FL_ROPE_YARN && h->rope_theta == 1) {
        const char *key = fl_gguf_full_key(s, "rope.freq_base");
        status = fl_gguf_at_key(s, fl_fail(s->diag, FL_ERR_FORMAT,
                                           "key '%s' is 1, expected another number for yarn", key));
    }
    return status;
}
