/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The live source. Everything the session steps over goes into the capture; an event asked for again
 * comes from there, or, where its pass was dropped, from running that pass a second time.
 */
#include "engine/live.h"

#include "base/diag.h"
#include "engine/run.h"
#include "event/capture.h"

#include <stdlib.h>

typedef struct live {
    fl_session *session;
    fl_capture *capture;
    int64_t computed;      /* events ever computed */
    int64_t at;            /* event the session computes next */
    fl_pass_start *passes; /* every pass that ever began: a rewound session forgets the later ones */
    int32_t n_passes;
    int32_t *tokens; /* the longest list of tokens ever known */
    size_t n_tokens;
} live;

/* Remembers the pass the session is in, and its tokens, if they are news. */
static bool remember(live *l) {
    const fl_session *s = l->session;
    if (s->pass >= l->n_passes) {
        fl_pass_start *passes = realloc(l->passes, (size_t)(s->pass + 1) * sizeof *passes);
        if (!passes)
            return false;
        l->passes = passes;
        l->passes[l->n_passes++] = s->passes[s->pass];
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

static fl_status step_once(live *l, fl_diag *diag) {
    fl_event event;
    fl_status status = fl_session_step(l->session, &event, diag);
    if (status != FL_OK)
        return status;
    if (!fl_capture_add(l->capture, &event) || !remember(l))
        return fl_fail_memory(diag);
    l->at = event.index + 1;
    if (l->at > l->computed)
        l->computed = l->at;
    return FL_OK;
}

static int32_t pass_at(const live *l, int64_t index) {
    int32_t pass = l->n_passes - 1;
    while (pass > 0 && l->passes[pass].first_event > index)
        pass--;
    return pass;
}

/* Brings the session to where the event can be computed next or soon: back to its pass's start, or
 * to the start of the last pass the session still knows. */
static fl_status approach(live *l, int64_t index, fl_diag *diag) {
    if (l->at <= index && l->session->pass >= pass_at(l, index))
        return FL_OK;
    int32_t pass = pass_at(l, index);
    if (pass >= l->session->n_passes)
        return FL_OK; /* ahead of a rewound session: run forward to it */
    fl_status status = fl_session_rewind(l->session, pass, diag);
    if (status == FL_OK)
        l->at = l->passes[pass].first_event;
    return status;
}

static const fl_captured *get(void *ctx, int64_t index, fl_diag *diag) {
    live *l = ctx;
    const fl_captured *kept = fl_capture_get(l->capture, index);
    if (kept)
        return kept;
    bool again = index < l->computed;
    fl_status status = again ? approach(l, index, diag) : FL_OK;
    while (status == FL_OK && l->at <= index)
        status = step_once(l, diag);
    if (status != FL_OK)
        return NULL;
    fl_captured *row = (fl_captured *)(uintptr_t)fl_capture_get(l->capture, index);
    if (row)
        row->again = again;
    return row;
}

static bool pass_of(void *ctx, int64_t index, fl_pass *pass) {
    live *l = ctx;
    if (index < 0 || l->n_passes == 0)
        return false;
    const fl_session *s = l->session;
    int32_t i = pass_at(l, index);
    const fl_pass_start *start = &l->passes[i];
    const fl_plan *plan = s->plans[start->end];
    *pass = (fl_pass){.index = i,
                      .phase = start->past < (int64_t)s->n_prompt ? FL_PREFILL : FL_DECODE,
                      .first = start->first_event,
                      .count = fl_plan_count(plan),
                      .plan = plan,
                      .dims = fl_dims_of(&s->hparams, start->new_tokens, start->past,
                                         s->options.logits)};
    if (start->end == FL_END_BLOCKS)
        pass->dims.R = 0;
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
                          .free = free_live};
    return FL_OK;
}
