/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * A session: one run of a model over one prompt, one stage at a time.
 *
 * fl_session_step computes exactly one step and returns its event; fl_session_run loops until the
 * run ends or a sink says stop. The first passes read the prompt, at most `chunk` tokens each; each
 * later pass reads the token chosen before. The session borrows the model and owns its key/value
 * cache and activations. One session belongs to one thread at a time.
 */
#ifndef FOOTLIGHT_SESSION_H
#define FOOTLIGHT_SESSION_H

#include <footlight/event.h>
#include <footlight/model.h>

typedef struct fl_session fl_session;

/* How a token is chosen from the logits. temperature 0 is greedy (ties: the lower id). Otherwise
 * softmax at that temperature over the top_k best (0: all), then the smallest set whose mass
 * reaches top_p (1: all; Holtzman et al. 2019, arXiv:1904.09751), then a draw. */
typedef struct fl_sampler {
    double temperature;
    int64_t top_k;
    double top_p;
    uint64_t seed;
} fl_sampler;

typedef enum fl_patch_target {
    FL_PATCH_HEAD,
    FL_PATCH_ATTENTION,
    FL_PATCH_FEED_FORWARD,
    FL_PATCH_NEURON,
    FL_PATCH_KEY,
    FL_PATCH_VALUE
} fl_patch_target;

/* A declared change: the output of a head, of a layer's attention or of its feed-forward network,
 * a neuron of that network (its column of swiglu), or what a token leaves in the key or value cache
 * is multiplied by `scale` (0 takes it out) before it goes on. */
typedef struct fl_patch {
    fl_patch_target target;
    int32_t layer;
    int32_t head; /* FL_PATCH_HEAD; a query head of FL_PATCH_KEY and FL_PATCH_VALUE: only the
                   * key/value head it reads, which others may share, -1: all of them */
    float scale;
    int32_t place; /* FL_PATCH_NEURON: its number; FL_PATCH_KEY and FL_PATCH_VALUE: a position */
} fl_patch;

/* Reads "layer 2 head 5 zero", "layer 1 ffn scale 0.5", "layer 0 attn zero", "layer 2 neuron 17
 * zero", "layer 1 key 3 zero", "layer 1 head 2 value 3 scale 0.5". */
FL_API fl_status fl_patch_parse(const char *text, fl_patch *patch, fl_diag *diag);
/* Writes it back in that form. Returns the length like snprintf. */
FL_API int fl_patch_print(const fl_patch *patch, char *out, size_t size);
/* Do they change the same place? Query heads that read one key/value head are one place. */
FL_API bool fl_patch_same_place(const fl_patch *a, const fl_patch *b, const fl_hparams *hparams);
/* One place has one patch: it takes the place of the one there is, or follows the `n` others.
 * Returns how many there are then. */
FL_API size_t fl_patches_put(fl_patch *patches, size_t n, const fl_patch *patch,
                             const fl_hparams *hparams);

typedef struct fl_session_options {
    const int32_t *ids; /* the prompt; copied */
    size_t n_ids;       /* at least 1 */
    int64_t n_predict;  /* tokens to choose; 0 ends before next_token; negative: until the context
                         * is full */
    int64_t context;    /* most positions the run may fill; 0: the model's limit. The cache reserves
                         * no more than the run needs; n_predict ends early where it is full */
    int64_t chunk;      /* most tokens of one prefill pass */
    fl_logits_mode logits;
    fl_dtype kv_dtype; /* F32 or F16 */
    int threads;       /* 0: the CPUs this process may use */
    fl_sampler sampler;
    const fl_patch *patches; /* copied; of those of one place the last counts */
    size_t n_patches;
    bool fast;       /* 8-bit activations against quantised weights, on levels that have such
                      * kernels; else float ones */
    const char *isa; /* "auto", "scalar", ...; NULL: FOOTLIGHT_ISA, else auto */
    bool time;       /* measure ns */
} fl_session_options;

/* The contract's defaults: greedy, one token, chunk 512, last row's logits, f32 cache. */
FL_API fl_session_options fl_session_defaults(void);

FL_API fl_status fl_session_new(fl_session **out, const fl_model *model,
                                const fl_session_options *options, fl_diag *diag);
/* Frees and sets *session to NULL; NULL is fine. */
FL_API void fl_session_free(fl_session **session);

/* Adds a listener; `sink` is copied, its ctx borrowed. Not while an event is being delivered.
 * FL_ERR_LIMIT: there are eight already. */
FL_API fl_status fl_session_add_sink(fl_session *session, const fl_sink *sink);

/* Runs one step, gives its event to the sinks that want it and to the caller. FL_DONE: the run has
 * ended. After FL_ERR_MEMORY the same step may be asked for again. The event is valid until the
 * next call on this session. A sink's stop is honoured by fl_session_run only. */
FL_API fl_status fl_session_step(fl_session *session, fl_event *event, fl_diag *diag);
/* Steps until the end (FL_DONE) or until a sink says stop (FL_OK). */
FL_API fl_status fl_session_run(fl_session *session, fl_diag *diag);
/* Runs to the end of the pass; *token receives the choice (-1 if the pass chooses none). FL_DONE
 * when the run has ended. No event is built that no sink wants, and once the last layer's keys and
 * values are cached only the rows that get logits are computed on, unless a sink wants something of
 * that layer after them. What is computed is the same to the byte. */
FL_API fl_status fl_session_pass(fl_session *session, int32_t *token, fl_diag *diag);

/* Goes back to the start of a pass that has begun and forgets the later ones with their tokens;
 * what follows computes the same again, to the byte. On failure the session stays where it was. */
FL_API fl_status fl_session_rewind(fl_session *session, int32_t pass, fl_diag *diag);

FL_API const fl_model *fl_session_model(const fl_session *session);
FL_API const fl_session_options *fl_session_get_options(const fl_session *session);
/* The pass that has begun last (-1: none yet), how many of its steps are done, the plan it follows
 * (NULL before the first) and its dimensions. After its last step these stay until the next step
 * begins a new pass. */
FL_API int32_t fl_session_pass_index(const fl_session *session);
FL_API int64_t fl_session_next_step(const fl_session *session);
FL_API const fl_plan *fl_session_plan(const fl_session *session);
FL_API fl_dims fl_session_dims(const fl_session *session);
/* Tokens known so far: the prompt, then the choices. */
FL_API const int32_t *fl_session_tokens(const fl_session *session, size_t *n_tokens);
FL_API size_t fl_session_prompt_length(const fl_session *session);
/* "scalar", ... : the kernels that run. */
FL_API const char *fl_session_isa(const fl_session *session);
/* False if some product of this model runs with 8-bit activations. */
FL_API bool fl_session_exact(const fl_session *session);

#endif
