/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Events: what the engine tells after every stage, and the sinks that listen.
 *
 * An event and everything it points to is borrowed for the call. A sink is asked once per step
 * whether it wants it (about all heads of a stage with the first of them), then is given the event,
 * and answers go or stop; fl_session_pass also asks ahead about the rest of the last layer, so the
 * answer may not depend on how often it is asked for. Statistics are taken once for all sinks that
 * want an event, and not at all if none does. Sinks never call the engine.
 */
#ifndef FOOTLIGHT_EVENT_H
#define FOOTLIGHT_EVENT_H

#include <footlight/model.h>
#include <footlight/plan.h>
#include <footlight/tensor.h>

typedef enum fl_phase { FL_PREFILL, FL_DECODE } fl_phase;

typedef struct fl_event {
    int64_t index; /* over the whole run, from 0 */
    int32_t pass;
    fl_phase phase;
    int64_t past, new_tokens;
    fl_stage stage;
    int32_t layer, head, kv_head; /* -1 where they do not apply */
    fl_tensor tensor;
    const fl_weight *weight; /* NULL if the stage has none */
    const fl_stats *stats;   /* a session has counted them for all who listen; NULL: nobody has */
    int64_t ns;              /* wall time of the stage; -1 if not measured */
    double prob;             /* next_token: probability of the choice at temperature 1, else 0 */
    const char *sampler;     /* next_token: "greedy", "temperature 0.8 top-k 40", ..., else NULL */
    bool modified;           /* a patch has touched this value or something before it */
} fl_event;

/* Statistics of an event: those it carries, else they are taken from the tensor. */
FL_API void fl_event_stats(const fl_event *event, fl_stats *stats);

typedef enum fl_flow { FL_GO, FL_STOP } fl_flow;

/* Both calls get `ctx`. wants may be NULL: everything is wanted. */
typedef struct fl_sink {
    void *ctx;
    bool (*wants)(void *ctx, const fl_step *step);
    fl_flow (*event)(void *ctx, const fl_event *event);
} fl_sink;

/* A ready-made `wants`: stage set, layer range, head range. */
typedef struct fl_filter {
    bool stages[FL_STAGE_COUNT];
    int32_t layer_min, layer_max; /* layer and head stages outside are dropped */
    int32_t head_min, head_max;   /* head stages outside are dropped */
} fl_filter;

FL_API fl_filter fl_filter_all(void);
FL_API bool fl_filter_wants(const fl_filter *filter, const fl_step *step);

#endif
