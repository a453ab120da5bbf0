/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The live source. Everything the session steps over goes into the capture; an event asked for
 * again comes from there, or, where its pass was dropped, from running that pass a second time.
 */
#include "engine/live.h"

#include "base/diag.h"
#include "engine/run.h"
#include "event/capture.h"

#include <stdlib.h>

typedef struct live {
    fl_session *session;
    fl_capture *capture;
    int64_t computed; /* events ever computed */
    int64_t at;       /* event the session computes next */
    /* every pass that ever began: a rewound session forgets the later ones */
    fl_pass_start *passes;
    int32_t n_passes;
    int32_t *tokens; /* the longest list of tokens ever known */
    size_t n_tokens;
    fl_source_tick *tick; /* NULL: nobody is asked */
    void *tick_ctx;
} live;

/* Remembers the pass the session is in, and its tokens, if they are news. */
static bool remember(live *l) {
    const fl_session *s = l->session;
    if (s->pass >= l->n_passes) {
        fl_pass_start *passes = realloc(l->passes, (size_t)(s->pass + 1) * sizeof *passes);
        if (!passes)
            return false;
        l->passes = passes;
        for (; l->n_passes <= s->pass; l->n_passes++)
            passes[l->n_passes] = s->passes[l->n_passes];
    }
    if (s->n_tokens > l->n_tokens) {
        int32_t *tokens = realloc(l->tokens, s->n_tokens * sizeof *tokens);
        if (!tokens)
            return false;
        l->tokens = tokens;
        for (; l->n_tokens < s->n_tokens; l->n_tokens++)
            tokens[l->n_tokens] = s->tokens[l->n_tokens];
    }
    return true;
}

/* A row that is still there holds the same bytes: it stays. */
static bool keep(live *l, const fl_event *event) {
    return fl_capture_get(l->capture, event->index) || fl_capture_add(l->capture, event);
}

static fl_status step_once(live *l, fl_diag *diag) {
    fl_event event;
    fl_status status = fl_session_step(l->session, &event, diag);
    if (status != FL_OK)
        return status;
    l->at = event.index + 1; /* whatever follows: the session is there */
    if (!remember(l) || !keep(l, &event))
        return fl_fail_memory(diag);
    if (l->at > l->computed)
        l->computed = l->at;
    return FL_OK;
}

/* Of the passes up to `last`, the one that the event belongs to. */
static int32_t pass_at(const fl_pass_start *passes, int32_t last, int64_t index) {
    while (last > 0 && passes[last].first_event > index)
        last--;
    return last;
}

/* Brings the session back before an event it has passed: to the start of that event's pass. What
 * lies ahead of it, however far, it reaches by stepping. */
static fl_status go_back(live *l, int64_t index, fl_diag *diag) {
    const fl_session *s = l->session;
    int32_t pass = pass_at(s->passes, s->pass, index);
    fl_status status = fl_session_rewind(l->session, pass, diag);
    if (status == FL_OK)
        l->at = s->passes[pass].first_event;
    return status;
}

static bool may_go_on(const live *l) {
    return !l->tick || l->tick(l->tick_ctx, l->at);
}

static fl_status compute(live *l, int64_t index, fl_diag *diag) {
    fl_status status = FL_OK;
    if (index < 0)
        return fl_fail(diag, FL_ERR_USAGE, "event %lld, expected 0 or more", (long long)index);
    if (index < l->at)
        status = go_back(l, index, diag);
    while (status == FL_OK && l->at <= index && may_go_on(l))
        status = step_once(l, diag);
    return status;
}

static const fl_captured *get(void *ctx, int64_t index, fl_diag *diag) {
    live *l = ctx;
    fl_captured *row = fl_capture_get(l->capture, index);
    if (row)
        return row;
    bool again = index < l->computed;
    if (compute(l, index, diag) != FL_OK)
        return NULL;
    row = fl_capture_get(l->capture, index); /* NULL: stopped on the way */
    if (row)
        row->again = again;
    return row;
}

static bool pass_of(void *ctx, int64_t index, fl_pass *pass) {
    live *l = ctx;
    if (index < 0 || l->n_passes == 0)
        return false;
    const fl_session *s = l->session;
    int32_t i = pass_at(l->passes, l->n_passes - 1, index);
    const fl_pass_start *start = &l->passes[i];
    const fl_plan *plan = s->plans[start->end];
    *pass = (fl_pass){.index = i,
                      .phase = fl_pass_phase(s, start),
                      .first = start->first_event,
                      .count = fl_plan_count(plan),
                      .plan = plan,
                      .dims = fl_pass_dims(s, start)};
    return index < pass->first + pass->count;
}

static int64_t computed(void *ctx) {
    return ((const live *)ctx)->computed;
}

static const int32_t *tokens(void *ctx, size_t *n_tokens, size_t *n_prompt) {
    const live *l = ctx;
    *n_tokens = l->n_tokens;
    *n_prompt = l->session->n_prompt;
    return l->tokens;
}

static void set_tick(void *ctx, fl_source_tick *tick, void *tick_ctx) {
    live *l = ctx;
    l->tick = tick;
    l->tick_ctx = tick_ctx;
}

static void free_live(void *ctx) {
    live *l = ctx;
    if (!l)
        return;
    fl_session_free(&l->session);
    fl_capture_free(l->capture);
    free(l->passes);
    free(l->tokens);
    free(l);
}

fl_status fl_live_source(fl_source *source, fl_session *session, uint64_t memory, fl_diag *diag) {
    live *l = calloc(1, sizeof *l);
    fl_capture *capture = fl_capture_new(memory);
    if (!l || !capture) {
        fl_session_free(&session);
        fl_capture_free(capture);
        free(l);
        return fl_fail_memory(diag);
    }
    l->session = session;
    l->capture = capture;
    *source = (fl_source){.ctx = l,
                          .get = get,
                          .pass_of = pass_of,
                          .computed = computed,
                          .tokens = tokens,
                          .set_tick = set_tick,
                          .free = free_live};
    return FL_OK;
}

uint64_t fl_live_used(const fl_source *source, bool *one_pass) {
    return fl_capture_used(((const live *)source->ctx)->capture, one_pass);
}
