/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Rope scaling as config.json writes it (transformers' rope utilities): one table of kinds, each
 * with the numbers it needs and may have.
 */
#include "model/hf_config.h"

#include "base/diag.h"

#include <stddef.h>
#include <string.h>

enum { FACTOR = 1, BANDS = 2, ORIGINAL = 4, ORIGINAL_OR_CONTEXT = 8, YARN = 16 };

static const struct rope_row {
    const char *word;
    fl_rope_kind kind;
    unsigned needs;
} kinds[] = {
    {"default", FL_ROPE_DEFAULT, 0},
    {"linear", FL_ROPE_LINEAR, FACTOR},
    {"dynamic", FL_ROPE_DYNAMIC, FACTOR | ORIGINAL_OR_CONTEXT},
    {"llama3", FL_ROPE_LLAMA3, FACTOR | BANDS | ORIGINAL},
    {"yarn", FL_ROPE_YARN, FACTOR | ORIGINAL_OR_CONTEXT | YARN},
};

/* Settings that would change the frequencies in a way fl_rope_frequencies does not know. */
static const char *const strange[] = {"mscale", "mscale_all_dim", "mrope_section", "long_factor",
                                      "short_factor"};

static fl_status find_kind(const json_t *scaling, const struct rope_row **row, fl_diag *diag) {
    char word[64] = "default";
    fl_status status = fl_config_word(scaling, "type", word, sizeof word, diag);
    if (status == FL_OK)
        status = fl_config_word(scaling, "rope_type", word, sizeof word, diag);
    if (status != FL_OK)
        return status;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        *row = &kinds[i];
        if (strcmp(word, kinds[i].word) == 0)
            return FL_OK;
    }
    return fl_fail(
        diag, FL_ERR_UNSUPPORTED,
        "key 'rope_type' is '%s', a rope scaling that is not supported; expected default, "
        "linear, dynamic, llama3 or yarn",
        word);
}

static fl_status refuse_strange(const json_t *scaling, fl_diag *diag) {
    for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
        const json_t *value = json_object_get(scaling, strange[i]);
        if (value && !json_is_null(value))
            return fl_fail(diag, FL_ERR_UNSUPPORTED,
                           "key '%s' of the rope scaling is not supported", strange[i]);
    }
    if (json_is_false(json_object_get(scaling, "truncate")))
        return fl_fail(diag, FL_ERR_UNSUPPORTED,
                       "key 'truncate' of the rope scaling is false, which is not supported");
    return FL_OK;
}

static fl_status read_yarn(const json_t *scaling, fl_rope_scaling *out, fl_diag *diag) {
    out->beta_fast = 32;
    out->beta_slow = 1;
    fl_status status =
        fl_config_number(scaling, "attention_factor", false, &out->attention_factor, diag);
    if (status == FL_OK && json_is_number(json_object_get(scaling, "attention_factor")) &&
        !(out->attention_factor > 0))
        status = fl_fail(diag, FL_ERR_FORMAT, "key 'attention_factor' is %g, expected more than 0",
                         out->attention_factor);
    if (status == FL_OK)
        status = fl_config_number(scaling, "beta_fast", false, &out->beta_fast, diag);
    if (status == FL_OK)
        status = fl_config_number(scaling, "beta_slow", false, &out->beta_slow, diag);
    return status;
}

static fl_status read_scaling(const json_t *scaling, const fl_hparams *h, fl_rope_scaling *out,
                              fl_diag *diag) {
    static const char original[] = "original_max_position_embeddings";
    const struct rope_row *row;
    fl_status status = find_kind(scaling, &row, diag);
    if (status != FL_OK || row->kind == FL_ROPE_DEFAULT)
        return status;
    out->kind = row->kind;
    status = refuse_strange(scaling, diag);
    if (status == FL_OK)
        status = fl_config_number(scaling, "factor", true, &out->factor, diag);
    if (status == FL_OK && row->needs & BANDS)
        status = fl_config_number(scaling, "low_freq_factor", true, &out->low_freq_factor, diag);
    if (status == FL_OK && row->needs & BANDS)
        status = fl_config_number(scaling, "high_freq_factor", true, &out->high_freq_factor, diag);
    if (row->needs & ORIGINAL_OR_CONTEXT)
        out->original_max_position_embeddings = h->max_position_embeddings;
    if (status == FL_OK && row->needs & (ORIGINAL | ORIGINAL_OR_CONTEXT))
        status = fl_config_integer(scaling, original, (row->needs & ORIGINAL) != 0,
                                   &out->original_max_position_embeddings, diag);
    return status == FL_OK && row->needs & YARN ? read_yarn(scaling, out, diag) : status;
}

/* The object of a key, NULL if absent or null. */
static fl_status get_object(const json_t *config, const char *key, const json_t **out,
                            fl_diag *diag) {
    *out = json_object_get(config, key);
    if (json_is_null(*out))
        *out = NULL;
    if (!*out || json_is_object(*out))
        return FL_OK;
    return fl_fail(diag, FL_ERR_FORMAT, "key '%s' is of another type, expected an object or null",
                   key);
}

fl_status fl_config_rope(const json_t *config, fl_hparams *hparams, fl_diag *diag) {
    const json_t *scaling, *parameters;
    fl_status status = get_object(config, "rope_scaling", &scaling, diag);
    if (status == FL_OK)
        status = get_object(config, "rope_parameters", &parameters, diag);
    if (status == FL_OK)
        status = fl_config_number(config, "rope_theta", false, &hparams->rope_theta, diag);
    if (status == FL_OK && parameters)
        status = fl_config_number(parameters, "rope_theta", false, &hparams->rope_theta, diag);
    if (status != FL_OK)
        return status;
    if (parameters && (json_object_get(parameters, "full_attention") ||
                       json_object_get(parameters, "sliding_attention")))
        return fl_fail(
            diag, FL_ERR_UNSUPPORTED,
            "key 'rope_parameters' differs between kinds of layers, which is not supported");
    if (parameters)
        scaling = parameters;
    return scaling ? read_scaling(scaling, hparams, &hparams->rope_scaling, diag) : FL_OK;
}
