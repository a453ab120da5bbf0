/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Going straight to an event: by number, by name, to its like in another layer or head, by search.
 */
#include "view/state.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Where no head is named, one of a stage's heads stands for all. */
static bool step_fits(const fl_view *view, const fl_pass *pass, const fl_selector *wanted,
                      const fl_step *step) {
    if (wanted->head < 0 && step->head >= 0 && step->head != fl_over_head(view))
        return false;
    return fl_selector_fits(wanted, pass, step);
}

/* The next event of the pass that fits, going round at its end. */
static int64_t find(const fl_view *view, const fl_pass *pass, int64_t from, int direction,
                    const fl_selector *wanted) {
    for (int64_t n = 1; n <= pass->count; n++) {
        int64_t i = (from - pass->first + direction * n) % pass->count;
        i += i < 0 ? pass->count : 0;
        if (step_fits(view, pass, wanted, fl_plan_step(pass->plan, i)))
            return pass->first + i;
    }
    return -1;
}

/* The last event of the passes begun so far. */
static int64_t last_planned(fl_view *view) {
    fl_pass pass;
    int64_t computed = view->source.computed(view->source.ctx), last = view->at;
    for (int64_t i = computed - 1; i <= computed; i++)
        if (fl_pass_at(view, i, &pass))
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

/* The pass that is named, or the one shown; false after saying that it has not begun. */
static bool pass_named(fl_view *view, const fl_selector *wanted, fl_pass *pass) {
    if (wanted->pass < 0)
        return fl_pass_at(view, view->at, pass);
    fl_pass next = {.count = 0};
    for (int64_t first = 0; fl_pass_at(view, first, &next); first = next.first + next.count) {
        *pass = next;
        if (next.index == wanted->pass)
            return true;
    }
    fl_say(view, "there are passes 0 to %" PRId32 " so far; t goes on to the next token",
           pass->index);
    return false;
}

/* From where the reader is, in another pass from its start. */
static bool goto_step(fl_view *view, const char *argument) {
    fl_words words;
    fl_selector wanted;
    fl_pass pass;
    fl_words_begin(&words, argument);
    const unsigned allowed = FL_SELECT_STAGE | FL_SELECT_LAYER | FL_SELECT_HEAD | FL_SELECT_PASS;
    if (fl_selector_take(&words, &wanted, allowed) == 0)
        words.expected = "an event number or a stage";
    else
        fl_words_end(&words, "\"layer L\", \"head H\", \"pass P\" or nothing more");
    if (words.expected) {
        fl_words_complain(view, &words, "goto", "goto attn_probs layer 1 head 3 pass 0");
        return false;
    }
    if (!pass_named(view, &wanted, &pass))
        return false;
    int64_t from = wanted.pass < 0 ? view->at : pass.first - 1;
    int64_t target = find(view, &pass, from, 1, &wanted);
    if (target < 0) {
        fl_say(view, "no stage of this pass fits \"%s\"", argument);
        return false;
    }
    fl_view_jump(view, target);
    return view->at == target;
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
    return goto_step(view, argument);
}

static bool go_beside(fl_view *view, int32_t layer, int32_t head, const char *what) {
    fl_pass pass;
    if (!fl_pass_at(view, view->at, &pass))
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
    fl_pass pass = fl_here_pass(view);
    fl_selector wanted = {.layer = -1, .head = -1, .token = -1, .pass = -1};
    size_t length = strlen(view->found);
    bool glob = strpbrk(view->found, "*?.:") != NULL;
    wanted.pattern[0] = '*';
    memcpy(wanted.pattern + !glob, view->found, length + 1);
    if (!glob)
        memcpy(wanted.pattern + 1 + length, "*", 2);
    int64_t from = view->at;
    for (int64_t i = 0; i < count && from >= 0; i++)
        from = find(view, &pass, from, direction, &wanted);
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
