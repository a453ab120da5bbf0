/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The public tables brought to life: stages, weights, storage types, dimensions, axes.
 *
 * Each enum below is one expansion of a `.def` file beside this header; the `..._info` functions
 * give the row. Everything returned is static and read-only.
 */
#ifndef FOOTLIGHT_TABLES_H
#define FOOTLIGHT_TABLES_H

#include <footlight/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum fl_stage {
#define FL_STAGE(id, ...) FL_STAGE_##id,
#include <footlight/stages.def>
    FL_STAGE_COUNT
} fl_stage;

typedef enum fl_weight_slot {
#define FL_WEIGHT(id, ...) FL_WEIGHT_##id,
#include <footlight/weights.def>
    FL_WEIGHT_COUNT,
    FL_WEIGHT_none = FL_WEIGHT_COUNT
} fl_weight_slot;

typedef enum fl_dtype {
#define FL_DTYPE(id, ...) FL_DTYPE_##id,
#include <footlight/dtypes.def>
    FL_DTYPE_COUNT,
    FL_DTYPE_none = FL_DTYPE_COUNT
} fl_dtype;

typedef enum fl_dim {
    FL_DIM_NONE,
#define FL_DIM(id, ...) FL_DIM_##id,
#include <footlight/dims.def>
    FL_DIM_COUNT
} fl_dim;

typedef enum fl_axis {
    FL_AXIS_NONE,
#define FL_AXIS(id, ...) FL_AXIS_##id,
#include <footlight/axes.def>
    FL_AXIS_COUNT
} fl_axis;

typedef enum fl_scope { FL_SCOPE_PASS, FL_SCOPE_LAYER, FL_SCOPE_HEAD } fl_scope;

/* What a model may have besides the plain Llama block. Bits of fl_hparams.features. */
typedef enum fl_feature {
    FL_FEATURE_ALWAYS = 0,
    FL_FEATURE_ATTN_BIAS = 1, /* q, k and v add a learned bias (Qwen2) */
    FL_FEATURE_QK_NORM = 2, /* query and key heads are normalised before they are turned (Qwen3) */
    FL_FEATURE_ROPE_FREQS =
        4, /* the file carries one divisor per rotary pair (Llama 3.1 in GGUF) */
    FL_FEATURE_ATTN_OUT_BIAS = 8, /* the output projection adds one too (Llama's attention_bias) */
} fl_feature;

/* The naming traditions a stage can be called by. */
typedef enum fl_dialect {
    FL_DIALECT_FOOTLIGHT,
    FL_DIALECT_TL,   /* TransformerLens hook names */
    FL_DIALECT_HF,   /* Hugging Face module names */
    FL_DIALECT_GGML, /* llama.cpp graph node names */
    FL_DIALECT_COUNT
} fl_dialect;

enum { FL_MAX_DIMS = 4 };

typedef struct fl_stage_info {
    const char *id; /* the contract's word: "attn_probs" */
    fl_scope scope;
    fl_dim dims[FL_MAX_DIMS]; /* FL_DIM_NONE after the last */
    fl_axis axes[FL_MAX_DIMS];
    fl_feature feature;
    fl_weight_slot weight, bias;         /* FL_WEIGHT_none if the stage has none */
    const char *kernel;                  /* word of the scalar function, "none" if there is none */
    const char *names[FL_DIALECT_COUNT]; /* patterns with {l}; NULL where the dialect has no name */
    const char *formula;                 /* UTF-8 */
    const char *meaning;                 /* UTF-8, one line without a final stop */
} fl_stage_info;

typedef struct fl_weight_info {
    const char *id;
    fl_scope scope;
    fl_dim out, in; /* in is FL_DIM_NONE for a vector */
    fl_feature feature;
    const char *gguf, *hf; /* patterns with {l}; NULL if that format has no such tensor */
} fl_weight_info;

typedef struct fl_dtype_info {
    const char *name; /* as ggml spells it */
    uint32_t ggml_id;
    uint32_t block_elems, block_bytes;
    bool readable; /* this build can turn its rows into floats */
} fl_dtype_info;

typedef struct fl_dim_info {
    const char *symbol, *meaning;
} fl_dim_info;

/* A letter of the formulas of stages `first` to `last`. */
typedef struct fl_symbol_info {
    const char *name, *meaning; /* UTF-8 */
    fl_stage first, last;
} fl_symbol_info;

FL_API const fl_stage_info *fl_stage_get_info(fl_stage stage);
/* Number of dimensions, 2 to 4. */
FL_API int fl_stage_rank(fl_stage stage);
/* Does the order of the numbers within a head go by how RoPE pairs them (see fl_rope_pairing)? */
FL_API bool fl_stage_is_paired(fl_stage stage);
FL_API const fl_weight_info *fl_weight_get_info(fl_weight_slot slot);
FL_API const fl_dtype_info *fl_dtype_get_info(fl_dtype dtype);
FL_API const fl_dim_info *fl_dim_get_info(fl_dim dim);
/* The letters of a stage's formula in the order in which they come, each once; NULL behind the
 * last. */
FL_API const fl_symbol_info *fl_formula_symbol(fl_stage stage, int index);
FL_API const char *fl_axis_name(fl_axis axis);
FL_API const char *fl_dialect_name(fl_dialect dialect);
/* "footlight", "tl", "hf", "ggml"; FL_DIALECT_COUNT if it is none of them. */
FL_API fl_dialect fl_dialect_parse(const char *name);

/* Name of a stage of a layer (-1 where it has none) in a dialect, with the footlight full name
 * (`layer.3.attn_norm`) where the dialect has none. Writes at most `size` bytes with the final NUL
 * and returns the length the whole name has, like snprintf. */
FL_API int fl_stage_name(fl_stage stage, int32_t layer, fl_dialect dialect, char *out, size_t size);

/* Does a name or glob (`*`, `?`) in any dialect, or an alias (`resid_post:5`, TransformerBridge
 * names, `hidden_states.2`, `hook_resid_pre`), select this stage of this layer of a model with
 * `n_layers` layers? A bare stage id matches in every layer. */
FL_API bool fl_stage_match(const char *pattern, fl_stage stage, int32_t layer, int32_t n_layers);

/* Bytes that `elems` values of a type take in one row; 0 if they do not fill whole blocks. */
FL_API uint64_t fl_dtype_row_bytes(fl_dtype dtype, uint64_t elems);

#endif
