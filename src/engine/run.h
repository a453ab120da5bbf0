/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The inside of a session, shared by the files of this folder only: what is known of the run, the
 * key/value cache, and the activations that the stages read and write.
 */
#ifndef FL_ENGINE_RUN_H
#define FL_ENGINE_RUN_H

#include "event/statistics.h"
#include "kernels/kernels.h"

#include <footlight/session.h>

enum { FL_MAX_SINKS = 8 };

/* Where a pass began: enough to begin it again. */
typedef struct fl_pass_start {
    int64_t past, new_tokens;
    int64_t first_event;
    fl_plan_end end;
    uint64_t rng;
    bool modified;
} fl_pass_start;

/* One layer's keys or values: [K, context, d] in kv_dtype. The positions counted so far are kept
 * with their sums, so that nothing rereads the cache for statistics. */
typedef struct fl_cache {
    void *cells;
    fl_summary sum;
    int64_t counted;
} fl_cache;

/* What a draw chooses from. */
typedef struct fl_candidate {
    float logit;
    int32_t id;
} fl_candidate;

/* Activations of the current pass; T rows each unless said. Dimensions as in stages.def. */
typedef struct fl_activations {
    float *cosines, *sines; /* [T, r] */
    float *x;               /* [T, D] the residual stream between blocks */
    float *mid;             /* [T, D] the residual stream inside a block */
    float *rms;             /* [T] */
    float *unit, *norm;     /* [T, D] */
    float *q, *k, *v;       /* [T, H·d], [T, K·d] */
    float *q_norm, *k_norm; /* the same, only with q/k norm */
    float *q_rope, *k_rope;
    float *scores, *probs;            /* [H, T, S] */
    float *z;                         /* [H, T, d] */
    float *concat;                    /* [T, H·d] */
    float *branch;                    /* [T, D] what attention or feed-forward adds */
    float *gate, *up, *silu, *swiglu; /* [T, F] */
    float *logits, *token_probs;      /* [R, V] */
    float *weight;                    /* [max(D, H·d)] a weight vector as floats */
    float *bias;                      /* [H·d] or [D] */
    fl_candidate *candidates;         /* [V], only with a temperature */
    void *packed;                     /* the operand of the product under way, laid out */
} fl_activations;

/* What is told of a step: to which sinks (bit by bit), and its statistics once they are counted. */
typedef struct fl_notice {
    unsigned sinks;
    bool counted;
    fl_stats stats;
} fl_notice;

struct fl_session {
    const fl_model *model;
    fl_session_options options; /* ids and patches point to copies below */
    fl_kernels kernels;
    int threads;
    fl_hparams hparams;
    int64_t context;
    double *theta;
    double magnitude;

    int32_t *tokens; /* prompt, then choices */
    size_t n_tokens, n_prompt, tokens_capacity;
    fl_patch *patches;
    char sampler_text[96];

    fl_plan *plans[FL_END_BLOCKS + 1]; /* by fl_plan_end, made when first needed */
    fl_pass_start *passes;             /* up to and with the current one */
    int32_t passes_capacity;

    int32_t pass; /* -1 before the first */
    int64_t step; /* the next step within the pass */
    fl_dims dims; /* of the rows computed: fewer than the pass has where the rest is dropped */
    bool idle;    /* nothing of what is left of the pass matters */
    uint64_t rng;
    bool modified;        /* a patch has struck, */
    bool modified_before; /* and one had before the stage computed last */

    fl_cache *k_cache, *v_cache; /* one per layer */
    fl_activations a;
    fl_operand operand;     /* of the last product, */
    int64_t operand_step;   /* and the step it was for */
    int64_t rows_capacity;  /* tokens there is room for */
    size_t packed_capacity; /* bytes */
    size_t scores_capacity; /* H·T·S cells there is room for */

    int32_t choice; /* of the last next_token; -1 none */
    double choice_prob;
    int64_t stage_ns;     /* of the last stage computed; -1 for the heads after the first */
    fl_tensor result;     /* of the last stage computed; a per-head stage: its head 0 */
    int64_t result_cells; /* how many that are */

    fl_sink sinks[FL_MAX_SINKS];
    int n_sinks;
    fl_event event;     /* the last that was told */
    bool described;     /* it is of the stage computed last, if not of the same head */
    fl_notice *notices; /* one per head, the first for other steps too */
    bool heads_asked;   /* the sinks' wishes for the heads still to come are in there */
};

/* What a stage function gets and gives. */
typedef struct fl_run {
    fl_session *s;
    int32_t layer;
    fl_tensor tensor; /* the stage's result; for a per-head stage all heads, [1, H, …] */
} fl_run;

typedef void fl_stage_fn(fl_run *run);
/* The function that computes a stage; indexed by fl_stage. */
extern fl_stage_fn *const fl_stage_functions[FL_STAGE_COUNT];

/* buffers.c */
fl_status fl_buffers_new(fl_session *session, fl_diag *diag);
fl_status fl_buffers_fit(fl_session *session, const fl_dims *dims, fl_diag *diag);
void fl_buffers_free(fl_session *session);

/* cache.c */
fl_tensor fl_cache_view(const fl_session *session, const fl_cache *cache, int64_t positions);
void fl_cache_store(fl_session *session, fl_cache *cache, const float *rows);
void fl_cache_stats(fl_session *session, fl_cache *cache, fl_stats *stats);
void fl_cache_forget(fl_session *session);

/* notice.c: the sinks that want a step, bit by bit. */
unsigned fl_ask_sinks(const fl_session *session, const fl_step *step);
/* Asks the sinks about a step (about all heads with the first), and counts what of it is
 * wanted; `all` of the heads, or those that some sink wants. */
fl_notice *fl_notice_ask(fl_session *session, const fl_step *step);
void fl_notice_count(fl_session *session, const fl_step *step, bool all);
/* Where the step's own part of the stage's result begins: one head of a per-head stage. */
const void *fl_step_cells(const fl_session *session, int32_t head);

/* step.c: a pass's dimensions, and what it does. */
fl_dims fl_pass_dims(const fl_session *session, const fl_pass_start *pass);
fl_phase fl_pass_phase(const fl_session *session, const fl_pass_start *pass);

/* sample.c: an id from one row of n logits. A temperature needs `candidates`, room for n of them,
 * and moves the random state on. */
int32_t fl_sample(const fl_sampler *sampler, const float *logits, int64_t n,
                  fl_candidate *candidates, uint64_t *rng, const fl_kernels *kernels);
int fl_sampler_print(const fl_sampler *sampler, char *out, size_t size);

/* patch.c */
fl_status fl_patches_check(const fl_patch *patches, size_t n, const fl_hparams *hparams,
                           fl_diag *diag);
/* Refuses a key or value that this run never caches. */
fl_status fl_patches_check_positions(const fl_session *session, fl_diag *diag);
/* Product of the scales that hit this place; `head` is -1 for whole layers. */
float fl_patch_scale(fl_session *session, fl_patch_target target, int32_t layer, int32_t head);
/* Is the step's value, which has been computed, touched by a patch? Of the heads of a stage only
 * those that are. */
bool fl_patch_touches(const fl_session *session, const fl_step *step);
/* Scales the patched columns of [T, F] neurons. */
void fl_patch_neurons(fl_session *session, int32_t layer, float *neurons);
/* Scales what patched positions are about to cache, keys or values [T, K·d]. */
void fl_patch_rows(fl_session *session, fl_patch_target target, int32_t layer, float *rows);

#endif
