/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Moving through the run: from an event and a verb to the event it leads to, and getting there one
 * event at a time, so that a long way can be stopped.
 */
#include "view/state.h"

#include "base/diag.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- getting there ---- */

bool fl_may_go_on(const fl_view *view, int64_t event) {
    return !view->options.tick || view->options.tick(view->options.tick_ctx, event);
}

/* Asked before each event that is computed. Only a way that the reader asked for can be stopped:
 * drawing computes again what it needs, whatever happens. */
static bool tick(void *ctx, int64_t event) {
    fl_view *view = ctx;
    fl_trip *trip = &view->trip;
    if (!trip->open)
        return true;
    if (trip->stopped)
        return false;
    if (trip->asked)
        trip->reached = event - 1;
    trip->asked = true;
    trip->stopped = !fl_may_go_on(view, event);
    return !trip->stopped;
}

void fl_watch_source(fl_view *view) {
    view->source.set_tick(view->source.ctx, tick, view);
}

static void stand_at(fl_view *view, int64_t event) {
    view->at = event;
    view->program_pick = view->looking.pick = -1;
    const fl_captured *here = fl_here(view);
    if (here && here->event.head >= 0)
        view->head = here->event.head;
}

/* The way from `seen` to `index` has ended too early: the view stands at the last event computed on
 * it, where that lies on this way, else at `seen`, and says why. */
static void fall_short(fl_view *view, int64_t seen, int64_t index, const fl_diag *diag) {
    size_t n_tokens, n_prompt;
    int64_t reached = view->trip.reached;
    view->source.tokens(view->source.ctx, &n_tokens, &n_prompt);
    stand_at(view, reached >= 0 && (reached > seen || index < seen) ? reached : seen);
    if (view->trip.stopped)
        fl_say(view, "stopped on the way at event %" PRId64, view->at);
    else if (diag->status == FL_DONE)
        fl_say(view, "the run ends here, %zu %s chosen%s", n_tokens - n_prompt,
               n_tokens - n_prompt == 1 ? "token" : "tokens",
               view->options.restart ? "; p starts another" : "");
    else
        fl_say(view, "%s", diag->message);
}

/* Has the event computed where that is not done yet or has been dropped; false if the way to it
 * falls short. */
static bool reach(fl_view *view, int64_t index, int64_t seen) {
    fl_diag diag;
    fl_diag_init(&diag, NULL);
    view->trip = (fl_trip){.open = true, .reached = -1};
    bool there = view->source.get(view->source.ctx, index, &diag) != NULL;
    view->trip.open = false;
    if (there)
        return true;
    fall_short(view, seen, index, &diag);
    return false;
}

bool fl_view_show(fl_view *view, int64_t target) {
    target = target < 0 ? 0 : target;
    if (!reach(view, target, view->at))
        return false;
    bool computed = view->trip.asked;
    stand_at(view, target);
    const fl_captured *here = fl_here(view);
    if (computed && here && here->again)
        fl_say(view, "this pass had been dropped to save memory: computed again");
    return true;
}

void fl_view_jump(fl_view *view, int64_t target) {
    int64_t from = view->at;
    fl_view_show(view, target);
    if (view->at == from)
        return;
    if (view->n_jumps == FL_JUMPS)
        memmove(view->jumps, view->jumps + 1, (FL_JUMPS - 1) * sizeof view->jumps[0]);
    else
        view->n_jumps++;
    view->jumps[view->n_jumps - 1] = from;
}

/* ---- where a verb leads: one unit, from event `at` ---- */

enum { NOTHING = -1, SAID = -2 /* it could not be computed, which has been said */ };

/* The pass of an event, which begins with it if need be; false if the event cannot be had. */
static bool enter_pass(fl_view *view, int64_t index, fl_pass *pass) {
    return fl_pass_at(view, index, pass) ||
           (reach(view, index, view->at) && fl_pass_at(view, index, pass));
}

int32_t fl_over_head(const fl_view *view) {
    int64_t heads = view->options.model.hparams->num_attention_heads;
    return (int32_t)(view->head < heads ? view->head : heads - 1);
}

/* The same level: through the per-head stages with one head. */
static int64_t over(fl_view *view, int64_t at, int direction) {
    fl_pass pass;
    if (!fl_pass_at(view, at, &pass))
        return NOTHING;
    int32_t head = fl_plan_step(pass.plan, at - pass.first)->head;
    if (head < 0)
        head = fl_over_head(view);
    for (int64_t i = at - pass.first + direction; i >= 0 && i < pass.count; i += direction) {
        const fl_step *step = fl_plan_step(pass.plan, i);
        if (step->head < 0 || step->head == head)
            return pass.first + i;
    }
    return direction > 0 ? pass.first + pass.count : pass.first - 1;
}

/* Blocks: what stands before the layers, each layer, what stands after them. */
static int32_t block_of(const fl_pass *pass, int64_t i) {
    const fl_step *step = fl_plan_step(pass->plan, i);
    if (step->layer >= 0)
        return step->layer;
    return step->stage < FL_STAGE_attn_norm_rms ? -1 : INT32_MAX;
}

static int64_t block_edge(const fl_pass *pass, int64_t i, int direction) {
    int32_t block = block_of(pass, i);
    while (i + direction >= 0 && i + direction < pass->count &&
           block_of(pass, i + direction) == block)
        i += direction;
    return i;
}

static int64_t finish(fl_view *view, int64_t at, int direction) {
    fl_pass pass;
    if (!fl_pass_at(view, at, &pass))
        return NOTHING;
    int64_t edge = block_edge(&pass, at - pass.first, direction);
    if (pass.first + edge != at)
        return pass.first + edge;
    int64_t next = at + direction;
    if (next >= pass.first && next < pass.first + pass.count)
        return pass.first + block_edge(&pass, next - pass.first, direction);
    if (next < 0)
        return NOTHING;
    if (!enter_pass(view, next, &pass))
        return SAID;
    return pass.first + block_edge(&pass, next - pass.first, direction);
}

/* The event if a breakpoint stops there, else NOTHING. What it is compared with may have to be
 * computed again, and that can be stopped too. */
static int64_t look(fl_view *view, const fl_pass *pass, int64_t event, int64_t seen) {
    view->trip = (fl_trip){.open = true, .reached = -1};
    bool found = fl_break_find(view, pass, event);
    view->trip.open = false;
    if (!view->trip.stopped)
        return found ? event : NOTHING;
    fl_break_forget(view);
    fall_short(view, seen, seen, NULL);
    return SAID;
}

/* To a breakpoint within the pass, else its edge; from the edge into the next pass. What a
 * breakpoint looks at is computed on the way, and the way can be stopped there. */
static int64_t go_on(fl_view *view, int64_t at, int direction) {
    fl_pass pass;
    int64_t i = at + direction, seen = at;
    if (i < 0)
        return NOTHING;
    if (!enter_pass(view, i, &pass))
        return SAID;
    for (; i >= pass.first && i < pass.first + pass.count; i += direction) {
        if (fl_break_needs(view, &pass, i)) {
            if (!reach(view, i, seen))
                return SAID;
            seen = i;
        }
        int64_t found = look(view, &pass, i, seen);
        if (found != NOTHING)
            return found;
    }
    return direction > 0 ? pass.first + pass.count - 1 : pass.first;
}

static int64_t token(fl_view *view, int64_t at, int direction) {
    fl_pass pass;
    int64_t i = at + direction;
    while (i >= 0) {
        if (!enter_pass(view, i, &pass))
            return SAID;
        int64_t last = pass.first + pass.count - 1;
        bool chooses = fl_plan_step(pass.plan, pass.count - 1)->stage == FL_STAGE_next_token;
        if (chooses && (direction > 0 ? last > at : last < at))
            return last;
        i = direction > 0 ? last + 1 : pass.first - 1;
    }
    return NOTHING;
}

static int64_t target_of(fl_view *view, fl_verb verb, int64_t at) {
    switch (verb) {
    case FL_VERB_step:
        return at + 1;
    case FL_VERB_step_back:
        return at - 1;
    case FL_VERB_over:
        return over(view, at, 1);
    case FL_VERB_over_back:
        return over(view, at, -1);
    case FL_VERB_finish:
        return finish(view, at, 1);
    case FL_VERB_finish_back:
        return finish(view, at, -1);
    case FL_VERB_go_on:
        return go_on(view, at, 1);
    case FL_VERB_go_back:
        return go_on(view, at, -1);
    case FL_VERB_token:
        return token(view, at, 1);
    case FL_VERB_token_back:
        return token(view, at, -1);
    default:
        return NOTHING;
    }
}

/* `continue` has come to an edge of the pass, as no breakpoint held on the way. */
static void say_edge(fl_view *view, bool forward) {
    const char *edge = forward ? "end" : "start";
    if (view->breaks.count == 0)
        fl_say(view, "the %s of this pass, as no breakpoint is set (b sets one); %s", edge,
               forward ? "C goes back" : "c goes on");
    else
        fl_say(view, "the %s of this pass: no breakpoint stopped on the way", edge);
}

static bool take_one(fl_view *view, fl_verb verb) {
    fl_break_forget(view);
    view->message[0] = '\0'; /* what was said of an earlier step */
    int64_t target = target_of(view, verb, view->at);
    if (target == NOTHING)
        fl_say(view, verb == FL_VERB_token_back ? "no token was chosen before this"
                                                : "this is the first event");
    if (target < 0 || !fl_view_show(view, target))
        return false;
    if (view->breaks.found.number >= 0)
        fl_break_arrive(view);
    else if (verb == FL_VERB_go_on || verb == FL_VERB_go_back)
        say_edge(view, verb == FL_VERB_go_on);
    return true;
}

/* False if one of the steps could not be taken. */
static bool take_steps(fl_view *view, fl_verb verb, int64_t count) {
    int64_t taken = 0;
    while (taken < count && take_one(view, verb))
        taken++;
    view->last = verb;
    view->last_count = count;
    return taken == count;
}

#define STEP(id)                                                                                   \
    bool fl_do_##id(fl_view *view, int64_t count, const char *text) {                              \
        (void)text;                                                                                \
        return take_steps(view, FL_VERB_##id, count);                                              \
    }
STEP(step)
STEP(over)
STEP(finish)
STEP(go_on)
STEP(token)
STEP(step_back)
STEP(over_back)
STEP(finish_back)
STEP(go_back)
STEP(token_back)
#undef STEP

bool fl_do_repeat(fl_view *view, int64_t count, const char *text) {
    (void)count;
    (void)text;
    return take_steps(view, view->last, view->last_count);
}
