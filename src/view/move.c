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

static bool get(fl_view *view, int64_t index, fl_diag *diag) {
    fl_diag_init(diag, NULL);
    return view->source.get(view->source.ctx, index, diag) != NULL;
}

static void say_why_not(fl_view *view, const fl_diag *diag) {
    size_t n_tokens, n_prompt;
    view->source.tokens(view->source.ctx, &n_tokens, &n_prompt);
    if (diag->status == FL_DONE)
        fl_say(view, "the run ends here, %zu %s chosen%s", n_tokens - n_prompt,
               n_tokens - n_prompt == 1 ? "token" : "tokens",
               view->options.restart ? "; p starts another" : "");
    else
        fl_say(view, "%s", diag->message);
}

/* Computes up to `target`; the furthest event that could be reached. */
static int64_t compute(fl_view *view, int64_t target) {
    fl_diag diag;
    int64_t next = view->source.computed(view->source.ctx);
    for (; next <= target; next++) {
        if (view->options.tick && !view->options.tick(view->options.tick_ctx, next)) {
            fl_say(view, "stopped on the way at event %" PRId64, next > 0 ? next - 1 : 0);
            break;
        }
        if (!get(view, next, &diag)) {
            say_why_not(view, &diag);
            break;
        }
    }
    return next <= target ? next - 1 : target;
}

bool fl_view_show(fl_view *view, int64_t target) {
    fl_diag diag;
    if (target < 0)
        target = 0;
    int64_t reached = compute(view, target);
    if (reached < 0 || !get(view, reached, &diag)) {
        if (reached >= 0)
            say_why_not(view, &diag);
        return false;
    }
    view->at = reached;
    view->program_pick = view->looking.pick = -1;
    const fl_captured *here = fl_here(view);
    if (here && here->event.head >= 0)
        view->head = here->event.head;
    if (here && here->again)
        fl_say(view, "this pass had been dropped to save memory: computed again");
    return reached == target;
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

/* ---- where a verb leads: one unit, from event `at`; -1 if there is nothing that way ---- */

static bool pass_at(fl_view *view, int64_t index, fl_pass *pass) {
    return index >= 0 && view->source.pass_of(view->source.ctx, index, pass);
}

static int32_t over_head(const fl_view *view) {
    int64_t heads = view->options.model.hparams->num_attention_heads;
    return (int32_t)(view->head < heads ? view->head : heads - 1);
}

/* The same level: through the per-head stages with one head. */
static int64_t over(fl_view *view, int64_t at, int direction) {
    fl_pass pass;
    if (!pass_at(view, at, &pass))
        return -1;
    int32_t head = fl_plan_step(pass.plan, at - pass.first)->head;
    if (head < 0)
        head = over_head(view);
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
    if (!pass_at(view, at, &pass))
        return -1;
    int64_t edge = block_edge(&pass, at - pass.first, direction);
    if (pass.first + edge != at)
        return pass.first + edge;
    int64_t next = at + direction;
    if (next >= pass.first && next < pass.first + pass.count)
        return pass.first + block_edge(&pass, next - pass.first, direction);
    if (next < 0 || !fl_event_at(view, next) || !pass_at(view, next, &pass))
        return direction > 0 ? next : -1;
    return pass.first + block_edge(&pass, next - pass.first, direction);
}

/* To a breakpoint within the pass, else its edge; from the edge into the next pass. */
static int64_t go_on(fl_view *view, int64_t at, int direction) {
    fl_pass pass;
    int64_t i = at + direction;
    if (i < 0)
        return -1;
    if (!pass_at(view, i, &pass) && (!fl_event_at(view, i) || !pass_at(view, i, &pass)))
        return i;
    for (; i >= pass.first && i < pass.first + pass.count; i += direction) {
        int number = fl_break_at(view, fl_plan_step(pass.plan, i - pass.first));
        if (number >= 0) {
            char text[160];
            fl_break_print(&view->breaks[number], text, sizeof text);
            fl_say(view, "stopped at breakpoint %d: %s", number, text);
            return i;
        }
    }
    return direction > 0 ? pass.first + pass.count - 1 : pass.first;
}

static int64_t token(fl_view *view, int64_t at, int direction) {
    fl_pass pass;
    int64_t i = at + direction;
    while (i >= 0) {
        if (!pass_at(view, i, &pass) && (!fl_event_at(view, i) || !pass_at(view, i, &pass)))
            return direction > 0 ? i : -1;
        int64_t last = pass.first + pass.count - 1;
        bool chooses = fl_plan_step(pass.plan, pass.count - 1)->stage == FL_STAGE_next_token;
        if (chooses && (direction > 0 ? last > at : last < at))
            return last;
        i = direction > 0 ? last + 1 : pass.first - 1;
    }
    return -1;
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
        return -1;
    }
}

static bool take_steps(fl_view *view, fl_verb verb, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        int64_t target = target_of(view, verb, view->at);
        if (target < 0) {
            fl_say(view, verb == FL_VERB_token_back ? "no token was chosen before this"
                                                    : "this is the first event");
            break;
        }
        if (!fl_view_show(view, target))
            break;
    }
    view->last = verb;
    view->last_count = count;
    return true;
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

/* ---- goto and search ---- */

static bool step_fits(const fl_view *view, const fl_break *wanted, const fl_step *step) {
    int32_t layers = (int32_t)view->options.model.hparams->num_hidden_layers;
    if (wanted->layer >= 0 && wanted->layer != step->layer)
        return false;
    if (wanted->head >= 0 ? wanted->head != step->head
                          : step->head >= 0 && step->head != over_head(view))
        return false;
    return fl_stage_match(wanted->pattern, step->stage, step->layer, layers);
}

/* The next event of the pass that fits, going round at its end. */
static int64_t find(fl_view *view, int64_t from, int direction, const fl_break *wanted) {
    fl_pass pass;
    if (!pass_at(view, view->at, &pass))
        return -1;
    for (int64_t n = 1; n <= pass.count; n++) {
        int64_t i = (from - pass.first + direction * n) % pass.count;
        i += i < 0 ? pass.count : 0;
        if (step_fits(view, wanted, fl_plan_step(pass.plan, i)))
            return pass.first + i;
    }
    return -1;
}

/* The last event of the passes begun so far. */
static int64_t last_planned(fl_view *view) {
    fl_pass pass;
    int64_t computed = view->source.computed(view->source.ctx), last = view->at;
    for (int64_t i = computed - 1; i <= computed; i++)
        if (pass_at(view, i, &pass))
            last = pass.first + pass.count - 1;
    return last;
}

/* No further than what has been planned: a slip of the finger must not write a novel. */
static bool goto_event(fl_view *view, int64_t number) {
    int64_t last = last_planned(view);
    if (number < 0) {
        fl_say(view, "events are numbered from 0");
        return false;
    }
    fl_view_jump(view, number < last ? number : last);
    if (number > last && view->at == last)
        fl_say(view, "there are events 0 to %" PRId64 " so far; t goes on to the next token", last);
    return number <= last;
}

bool fl_do_goto(fl_view *view, int64_t count, const char *argument) {
    (void)count;
    if (!*argument) {
        fl_open_line(view, FL_LINE_COMMAND, "goto ");
        return true;
    }
    char *end;
    long long number = strtoll(argument, &end, 10);
    if (end != argument && *end == '\0')
        return goto_event(view, number);
    fl_break wanted;
    if (!fl_break_parse(&wanted, argument)) {
        fl_say(view, "goto wants an event number or STAGE [layer L] [head H]");
        return false;
    }
    int64_t target = find(view, view->at, 1, &wanted);
    if (target < 0) {
        fl_say(view, "no stage of this pass fits \"%s\"", argument);
        return false;
    }
    fl_view_jump(view, target);
    return true;
}

static bool go_beside(fl_view *view, int32_t layer, int32_t head, const char *what) {
    fl_pass pass;
    if (!pass_at(view, view->at, &pass))
        return false;
    const fl_step *step = fl_plan_step(pass.plan, view->at - pass.first);
    int64_t i = fl_plan_find(pass.plan, step->stage, layer, head);
    if (i < 0) {
        fl_say(view, "there is no such %s", what);
        return false;
    }
    fl_view_show(view, pass.first + i);
    return true;
}

bool fl_goto_layer(fl_view *view, int64_t layer) {
    fl_pass pass = fl_here_pass(view);
    const fl_step *step = fl_plan_step(pass.plan, view->at - pass.first);
    if (step->layer < 0) {
        fl_say(view, "this stage belongs to the whole pass, not to a layer");
        return false;
    }
    if (layer < 0 || layer >= pass.dims.L) {
        fl_say(view, "layers are numbered 0 to %" PRId64, pass.dims.L - 1);
        return false;
    }
    return go_beside(view, (int32_t)layer, step->head, "layer");
}

bool fl_goto_head(fl_view *view, int64_t head) {
    fl_pass pass = fl_here_pass(view);
    const fl_step *step = fl_plan_step(pass.plan, view->at - pass.first);
    if (head < 0 || head >= pass.dims.H) {
        fl_say(view, "heads are numbered 0 to %" PRId64, pass.dims.H - 1);
        return false;
    }
    view->head = view->slice = head;
    return step->head < 0 || go_beside(view, step->layer, (int32_t)head, "head");
}

static bool search(fl_view *view, int direction, int64_t count) {
    fl_break wanted = {.layer = -1, .head = -1};
    size_t length = strlen(view->found);
    bool glob = strpbrk(view->found, "*?.:") != NULL;
    wanted.pattern[0] = '*';
    memcpy(wanted.pattern + !glob, view->found, length + 1);
    if (!glob)
        memcpy(wanted.pattern + 1 + length, "*", 2);
    int64_t from = view->at;
    for (int64_t i = 0; i < count && from >= 0; i++)
        from = find(view, from, direction, &wanted);
    if (from < 0)
        fl_say(view, "no stage of this pass holds \"%s\"", view->found);
    else
        fl_view_jump(view, from);
    return true;
}

bool fl_do_search_next(fl_view *view, int64_t count, const char *text) {
    (void)text;
    return search(view, 1, count);
}

bool fl_do_search_before(fl_view *view, int64_t count, const char *text) {
    (void)text;
    return search(view, -1, count);
}
