/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The plan of one pass: every step in execution order, with its shape and cost, from the
 * hyperparameters alone. Nothing here touches a weight.
 */
#ifndef FOOTLIGHT_PLAN_H
#define FOOTLIGHT_PLAN_H

#include <footlight/hparams.h>
#include <footlight/tables.h>

/* The letters of CONTRACT-style shapes for one pass. */
typedef struct fl_dims {
    int64_t T, P; /* new tokens, cached positions */
    int64_t D, H, K, d, r, F, V;
    int64_t R;      /* rows that get logits; 0 if this pass computes none */
    int64_t L;      /* layers */
    int64_t window; /* sliding window, 0: none; of a layer, fl_layer_window */
} fl_dims;

typedef enum fl_logits_mode { FL_LOGITS_LAST, FL_LOGITS_ALL } fl_logits_mode;

typedef struct fl_step {
    fl_stage stage;
    int32_t layer; /* -1: the step belongs to the pass */
    int32_t head;  /* -1: the step is not per head */
} fl_step;

/* Where the pass ends. */
typedef enum fl_plan_end {
    FL_END_TOKEN, /* a token is chosen */
    FL_END_PROBS, /* probabilities, but no choice (`-n 0`) */
    FL_END_BLOCKS /* after the last block: an earlier chunk of a long prompt */
} fl_plan_end;

typedef struct fl_plan fl_plan;

/* How one weight is stored; bytes 0 where unknown. */
typedef struct fl_storage {
    fl_dtype dtype;
    uint64_t bytes;
} fl_storage;

typedef struct fl_cost {
    double flops;
    double bytes_read, bytes_written;
} fl_cost;

FL_API fl_dims fl_dims_of(const fl_hparams *hparams, int64_t new_tokens, int64_t past,
                          fl_logits_mode logits);
FL_API int64_t fl_dim_value(fl_dim dim, const fl_dims *dims);

/* Makes the plan; free with fl_plan_free. 17,130 steps for 80 layers of 64 heads. */
FL_API fl_status fl_plan_new(fl_plan **out, const fl_hparams *hparams, fl_plan_end end,
                             fl_diag *diag);
FL_API void fl_plan_free(fl_plan *plan);
FL_API int64_t fl_plan_count(const fl_plan *plan);
FL_API const fl_step *fl_plan_step(const fl_plan *plan, int64_t index);
/* Index of a step, -1 if the plan has none such. */
FL_API int64_t fl_plan_find(const fl_plan *plan, fl_stage stage, int32_t layer, int32_t head);

/* Does a model with these features have the stage, the weight? A tied head keeps its slot. */
FL_API bool fl_stage_exists(fl_stage stage, const fl_hparams *hparams);
FL_API bool fl_weight_exists(fl_weight_slot slot, const fl_hparams *hparams);

/* Concrete shape; returns the number of dimensions. A per-head stage has the shape of one head. */
FL_API int fl_stage_shape(fl_stage stage, const fl_dims *dims, int64_t shape[FL_MAX_DIMS]);
/* Symbolic shape as text, "[1, T, H·d]". Returns the length like snprintf. */
FL_API int fl_stage_symbols(fl_stage stage, char *out, size_t size);
/* [out, in], or [n] for a vector; returns the number of dimensions. */
FL_API int fl_weight_shape(fl_weight_slot slot, const fl_hparams *hparams, int64_t shape[2]);

/* The number a letter of a formula stands for in a pass, NAN if it is not one number. */
FL_API double fl_symbol_value(const fl_symbol_info *symbol, const fl_dims *dims,
                              const fl_hparams *hparams);

/* Cells of one head's score matrix that the causal mask and the window leave. */
FL_API double fl_unmasked_cells(const fl_dims *dims);

/* Cost of one step (of one head for a per-head stage). `weight` and `bias` may be NULL where the
 * stage has none. `kv_bytes` is the size of one cache cell, 2 or 4. Conventions: see stages.def. */
FL_API fl_cost fl_stage_cost(fl_stage stage, const fl_dims *dims, const fl_storage *weight,
                             const fl_storage *bias, int kv_bytes);

/* Parameters of the whole model; a tied head counts once, rope_freqs does not count. */
FL_API int64_t fl_parameters(const fl_hparams *hparams);
/* Bytes one more position takes in all caches. */
FL_API int64_t fl_kv_bytes_per_token(const fl_hparams *hparams, int kv_bytes);

#endif
