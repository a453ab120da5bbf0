/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Checking hyperparameters once, so that nobody after has to, and the frequencies of RoPE.
 */
#include <footlight/hparams.h>

#include "base/diag.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

/* Sizes no real model reaches: below them no product of three overflows 63 bits. */
static fl_status check_sizes(const fl_hparams *h, fl_diag *diag) {
    const struct {
        const char *key;
        int64_t value, limit;
    } sizes[] = {
        {"hidden_size", h->hidden_size, 1 << 20},
        {"intermediate_size", h->intermediate_size, 1 << 22},
        {"num_hidden_layers", h->num_hidden_layers, FL_LAYERS_MAX},
        {"num_attention_heads", h->num_attention_heads, 1 << 14},
        {"num_key_value_heads", h->num_key_value_heads, 1 << 14},
        {"head_dim", h->head_dim, 1 << 14},
        {"rotary_dim", h->rotary_dim, 1 << 14},
        {"vocab_size", h->vocab_size, 1 << 24},
        {"max_position_embeddings", h->max_position_embeddings, 1 << 30},
    };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (sizes[i].value < 1 || sizes[i].value > sizes[i].limit)
            return fl_fail(diag, FL_ERR_FORMAT, "%s is %lld, expected 1 to %lld", sizes[i].key,
                           (long long)sizes[i].value, (long long)sizes[i].limit);
    return FL_OK;
}

/* Steps of a plan are counted in these: no real model has a hundredth. */
enum { HEADS_LIMIT = 1 << 20 };

static fl_status check_heads(const fl_hparams *h, fl_diag *diag) {
    if (h->num_hidden_layers * h->num_attention_heads > HEADS_LIMIT)
        return fl_fail(diag, FL_ERR_FORMAT,
                       "num_hidden_layers %lld times num_attention_heads %lld is more than %d",
                       (long long)h->num_hidden_layers, (long long)h->num_attention_heads,
                       HEADS_LIMIT);
    if (h->num_attention_heads % h->num_key_value_heads)
        return fl_fail(
            diag, FL_ERR_FORMAT,
            "num_attention_heads is %lld, expected a multiple of num_key_value_heads %lld",
            (long long)h->num_attention_heads, (long long)h->num_key_value_heads);
    if (h->rotary_dim % 2 || h->rotary_dim > h->head_dim)
        return fl_fail(
            diag, FL_ERR_FORMAT,
            "rotary_dim (rope dimension count) is %lld, expected an even number up to the "
            "head size %lld",
            (long long)h->rotary_dim, (long long)h->head_dim);
    if (h->sliding_window < 0)
        return fl_fail(diag, FL_ERR_FORMAT, "sliding_window is %lld, expected 0 or more",
                       (long long)h->sliding_window);
    return FL_OK;
}

static bool positive(double value) {
    return value > 0 && isfinite(value);
}

static fl_status check_yarn(const fl_rope_scaling *s, fl_diag *diag) {
    if (!positive(s->beta_fast) || !positive(s->beta_slow))
        return fl_fail(diag, FL_ERR_FORMAT,
                       "rope scaling beta_fast is %g and beta_slow %g, expected more than 0",
                       s->beta_fast, s->beta_slow);
    if (s->attention_factor != 0 && !positive(s->attention_factor))
        return fl_fail(diag, FL_ERR_FORMAT,
                       "rope scaling attention_factor is %g, expected more than 0",
                       s->attention_factor);
    return FL_OK;
}

static fl_status check_scaling(const fl_rope_scaling *s, fl_diag *diag) {
    if (s->kind == FL_ROPE_DEFAULT)
        return FL_OK;
    if (!positive(s->factor))
        return fl_fail(diag, FL_ERR_FORMAT, "rope scaling factor is %g, expected a positive number",
                       s->factor);
    if (s->kind == FL_ROPE_LLAMA3 &&
        (!positive(s->low_freq_factor) || !(s->high_freq_factor > s->low_freq_factor)))
        return fl_fail(
            diag, FL_ERR_FORMAT,
            "rope scaling low_freq_factor %g and high_freq_factor %g, expected 0 < low < high",
            s->low_freq_factor, s->high_freq_factor);
    if ((s->kind == FL_ROPE_LLAMA3 || s->kind == FL_ROPE_YARN || s->kind == FL_ROPE_DYNAMIC) &&
        s->original_max_position_embeddings < 1)
        return fl_fail(diag, FL_ERR_FORMAT,
                       "rope scaling original_max_position_embeddings is %lld, expected 1 or more",
                       (long long)s->original_max_position_embeddings);
    return s->kind == FL_ROPE_YARN ? check_yarn(s, diag) : FL_OK;
}

fl_status fl_hparams_check(const fl_hparams *h, fl_diag *diag) {
    fl_status status = check_sizes(h, diag);
    if (status == FL_OK)
        status = check_heads(h, diag);
    if (status == FL_OK)
        status = check_scaling(&h->rope_scaling, diag);
    if (status != FL_OK)
        return status;
    if (!positive(h->rms_norm_eps))
        return fl_fail(diag, FL_ERR_FORMAT, "rms_norm_eps is %g, expected a positive number",
                       h->rms_norm_eps);
    if (!positive(h->rope_theta) || (h->rope_scaling.kind == FL_ROPE_YARN && h->rope_theta == 1))
        return fl_fail(diag, FL_ERR_FORMAT,
                       "rope_theta (rope freq_base) is %g, expected a positive "
                       "number%s",
                       h->rope_theta, h->rope_theta == 1 ? " other than 1" : "");
    return FL_OK;
}

int64_t fl_layer_window(const fl_hparams *h, int64_t layer) {
    bool full = layer >= 0 && layer < FL_LAYERS_MAX && h->full_layers[layer / 64] >> layer % 64 & 1;
    return full ? 0 : h->sliding_window;
}

int64_t fl_context_limit(const fl_hparams *h) {
    int64_t original = h->rope_scaling.original_max_position_embeddings;
    bool less = h->rope_scaling.kind == FL_ROPE_DYNAMIC && original < h->max_position_embeddings;
    return less ? original : h->max_position_embeddings;
}

const char *fl_rope_kind_name(fl_rope_kind kind) {
    static const char *const names[] = {
        [FL_ROPE_DEFAULT] = "default", [FL_ROPE_LINEAR] = "linear",   [FL_ROPE_LLAMA3] = "llama3",
        [FL_ROPE_YARN] = "yarn",       [FL_ROPE_DYNAMIC] = "dynamic",
    };
    return names[kind];
}

/* Llama 3.1: long wavelengths are stretched by the factor, short ones kept, a ramp between. */
static double llama3(const fl_rope_scaling *s, double theta) {
    double turns = (double)s->original_max_position_embeddings * theta / (2 * pi);
    if (turns > s->high_freq_factor)
        return theta;
    if (turns < s->low_freq_factor)
        return theta / s->factor;
    double ramp = (turns - s->low_freq_factor) / (s->high_freq_factor - s->low_freq_factor);
    return (1 - ramp) * theta / s->factor + ramp * theta;
}

/* YaRN (Peng et al. 2023, arXiv:2309.00071): which pair turns `beta` times within the original
 * context. */
static double yarn_pair(const fl_hparams *h, double beta) {
    double original = (double)h->rope_scaling.original_max_position_embeddings;
    return (double)h->rotary_dim * log(original / (2 * pi * beta)) / (2 * log(h->rope_theta));
}

static double yarn(const fl_hparams *h, double theta, int64_t i) {
    const fl_rope_scaling *s = &h->rope_scaling;
    double low = fmax(floor(yarn_pair(h, s->beta_fast)), 0);
    double high = fmin(ceil(yarn_pair(h, s->beta_slow)), (double)h->rotary_dim - 1);
    if (high == low)
        high += 0.001;
    double ramp = fmin(fmax(((double)i - low) / (high - low), 0), 1);
    return theta * (1 - ramp) + theta / s->factor * ramp;
}

static double scaled(const fl_hparams *h, double theta, int64_t i) {
    switch (h->rope_scaling.kind) {
    case FL_ROPE_LINEAR:
        return theta / h->rope_scaling.factor;
    case FL_ROPE_LLAMA3:
        return llama3(&h->rope_scaling, theta);
    case FL_ROPE_YARN:
        return yarn(h, theta, i);
    default: /* dynamic equals default within the original context */
        return theta;
    }
}

double fl_yarn_magnitude(double factor) {
    return factor > 1 ? 0.1 * log(factor) + 1 : 1;
}

void fl_rope_frequencies(const fl_hparams *h, const float *divisors, double *theta,
                         double *magnitude) {
    const fl_rope_scaling *s = &h->rope_scaling;
    for (int64_t i = 0; i < h->rotary_dim / 2; i++) {
        double plain = pow(h->rope_theta, -2.0 * (double)i / (double)h->rotary_dim);
        theta[i] = scaled(h, plain, i) / (divisors ? (double)divisors[i] : 1);
    }
    *magnitude = 1;
    if (s->kind == FL_ROPE_YARN)
        *magnitude = s->attention_factor > 0 ? s->attention_factor : fl_yarn_magnitude(s->factor);
}
