/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Hyperparameters: everything about a model that is not a weight, under the names a Hugging Face
 * config.json uses. A plain value: copy it freely. fl_hparams_check is called by every reader, so
 * code that gets one may rely on what it checks.
 */
#ifndef FOOTLIGHT_HPARAMS_H
#define FOOTLIGHT_HPARAMS_H

#include <footlight/status.h>
#include <footlight/tables.h>

/* How the numbers of a head are paired for turning. */
typedef enum fl_rope_pairing {
    FL_ROPE_INTERLEAVED, /* (2i, 2i+1): GGUF llama files, llama2.c, Meta's checkpoints */
    FL_ROPE_HALF,        /* (i, i + r/2): Hugging Face, GGUF qwen files */
} fl_rope_pairing;

typedef enum fl_rope_kind {
    FL_ROPE_DEFAULT,
    FL_ROPE_LINEAR,
    FL_ROPE_LLAMA3,
    FL_ROPE_YARN,
    FL_ROPE_DYNAMIC,
    FL_ROPE_KIND_COUNT
} fl_rope_kind;

/* Position scaling; fields a kind does not use are 0. */
typedef struct fl_rope_scaling {
    fl_rope_kind kind;
    double factor;
    double low_freq_factor, high_freq_factor; /* llama3 */
    double attention_factor;                  /* yarn; 0: the default */
    double beta_fast, beta_slow;              /* yarn */
    int64_t original_max_position_embeddings;
} fl_rope_scaling;

enum { FL_LAYERS_MAX = 1 << 12 };

typedef struct fl_hparams {
    char model_type[32];             /* "llama", "mistral", "qwen2", "qwen3" */
    int64_t hidden_size;             /* D */
    int64_t intermediate_size;       /* F */
    int64_t num_hidden_layers;       /* L */
    int64_t num_attention_heads;     /* H */
    int64_t num_key_value_heads;     /* K, divides H */
    int64_t head_dim;                /* d */
    int64_t rotary_dim;              /* r <= d, even: how many numbers of a head are turned */
    int64_t vocab_size;              /* V */
    int64_t max_position_embeddings; /* longest context */
    int64_t sliding_window;          /* 0: none */
    uint64_t full_layers[FL_LAYERS_MAX / 64]; /* bit l % 64 of l / 64: layer l has no window */
    double rms_norm_eps;                      /* epsilon */
    double rope_theta;                        /* base of the angles */
    fl_rope_scaling rope_scaling;
    fl_rope_pairing rope_pairing;
    bool tie_word_embeddings; /* the head is the embedding table */
    uint32_t features;        /* bits of fl_feature */
    fl_dtype dtype;           /* type of most matrices */
} fl_hparams;

/* Are the values possible, and does every product the plan needs fit? Names the key that is wrong.
 * `diag->subject` is left as the caller set it. */
FL_API fl_status fl_hparams_check(const fl_hparams *hparams, fl_diag *diag);

/* How far back the tokens of a layer see, themselves included; 0: to the beginning. */
FL_API int64_t fl_layer_window(const fl_hparams *hparams, int64_t layer);

/* The longest context that can be computed: the model's own, but with dynamic scaling the one it
 * was trained with, up to which that scaling changes nothing. */
FL_API int64_t fl_context_limit(const fl_hparams *hparams);

/* "default", "linear", ...: as config.json spells it. */
FL_API const char *fl_rope_kind_name(fl_rope_kind kind);

/* Inverse frequencies theta_i of the r/2 rotary pairs, in radians per position, with the scaling
 * applied (Su et al. 2021, arXiv:2104.09864; scaling as in transformers' rope utilities).
 * `divisors` are the r/2 values of `rope_freqs.weight`, or NULL. `magnitude` receives the factor
 * that cos and sin are multiplied by (1 except for yarn). */
FL_API void fl_rope_frequencies(const fl_hparams *hparams, const float *divisors, double *theta,
                                double *magnitude);
/* The factor of cos and sin that YaRN gives a stretching where no file says otherwise:
 * 0.1·ln(factor) + 1, and 1 where nothing is stretched (Peng et al. 2023, arXiv:2309.00071). */
FL_API double fl_yarn_magnitude(double factor);

#endif
