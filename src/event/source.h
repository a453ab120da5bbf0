/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * A source of events by number, and what it hands out.
 *
 * The tracer's view reads a run only through this: a live session and a replayed trace look the
 * same from the right. Asking for an event that has been seen gives the same bytes again; asking
 * for one further on runs the engine up to it.
 */
#ifndef FL_EVENT_SOURCE_H
#define FL_EVENT_SOURCE_H

#include <footlight/event.h>

/* An event that stays: its tensor is a packed copy owned by the source (the caches alone are views
 * of the append-only cache, which lasts as long as the source). Valid until the next call of `get`,
 * unless `get` returns it again. */
typedef struct fl_captured {
    fl_event event;
    fl_stats stats;
    bool again; /* it had been dropped for lack of memory, asking for it computed it once more */
} fl_captured;

/* One pass of the run, begun or about to begin. */
typedef struct fl_pass {
    int32_t index;
    fl_phase phase;
    int64_t first, count; /* its events are first .. first + count - 1 */
    const fl_plan *plan;  /* borrowed from the source */
    fl_dims dims;
} fl_pass;

typedef bool fl_source_tick(void *tick_ctx, int64_t event);

typedef struct fl_source {
    void *ctx;
    /* The event with this number; NULL with FL_DONE in the diag when the run ends before it, with
     * FL_OK when the tick stopped it, with another status when it failed. */
    const fl_captured *(*get)(void *ctx, int64_t index, fl_diag *diag);
    /* The pass that event belongs to, if a pass so far computed contains it; else false. */
    bool (*pass_of)(void *ctx, int64_t index, fl_pass *pass);
    /* How many events have been computed so far (the furthest ever, not where the reader is). */
    int64_t (*computed)(void *ctx);
    /* All tokens known so far (prompt, then choices); *n_prompt says where the choices begin. */
    const int32_t *(*tokens)(void *ctx, size_t *n_tokens, size_t *n_prompt);
    /* From now on `get` asks this before each event that it computes, or computes again, with its
     * number; where the answer is false it stops, and what has been computed stays. */
    void (*set_tick)(void *ctx, fl_source_tick *tick, void *tick_ctx);
    void (*free)(void *ctx);
} fl_source;

#endif
