/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Going straight to an event, and to a cell of it: by number, by name, to its like in another layer
 * or head.
 */
#include "view/goto.h"

#include "view/cursor.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- finding an event ---- */

/* Does one tensor hold all heads, so that a head is a slice of it? */
static bool has_slices(fl_stage stage) {
    return fl_stage_rank(stage) == 4;
}

/* Where no head is named, one of a stage's heads stands for all. */
static bool step_fits(const fl_view *view, const fl_pass *pass, const fl_step *step, void *ctx) {
    fl_selector wanted = *(const fl_selector *)ctx;
    if (wanted.head < 0 && step->head >= 0 && step->head != fl_over_head(view))
        return false;
    if (has_slices(step->stage) && strcmp(wanted.pattern, "*") != 0)
        wanted.head = -1;
    return fl_selector_fits(&wanted, pass, step);
}

int64_t fl_find_around(const fl_view *view, const fl_pass *pass, int64_t from, int direction,
                       fl_step_test *test, void *ctx) {
    for (int64_t n = 1; n <= pass->count; n++) {
        int64_t i = (from - pass->first + direction * n) % pass->count;
        i += i < 0 ? pass->count : 0;
        if (test(view, pass, fl_plan_step(pass->plan, i), ctx))
            return pass->first + i;
    }
    return -1;
}

/* Where a stage is named and no layer, the one the reader is in comes first. */
static int64_t find(const fl_view *view, const fl_pass *pass, int64_t from, fl_selector wanted,
                    int64_t layer_here) {
    if (wanted.layer < 0 && layer_here >= 0 && strcmp(wanted.pattern, "*") != 0) {
        fl_selector near = wanted;
        near.layer = layer_here;
        int64_t event = fl_find_around(view, pass, from, 1, step_fits, &near);
        if (event >= 0)
            return event;
    }
    return fl_find_around(view, pass, from, 1, step_fits, &wanted);
}

/* ---- by number ---- */

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
    if (number >= 0 && number <= last) {
        fl_view_jump(view, number);
        return view->at == number;
    }
    fl_say(view, "there are events 0 to %" PRId64 " so far; t goes on to the next token", last);
    return false;
}

/* ---- by name ---- */

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

typedef struct wish {
    fl_selector step;
    fl_cell cell;
    bool here; /* nothing but a cell was written */
} wish;

/* "attn_probs layer 1 head 3 pass 0 5,2": false after saying what was expected. */
static bool read_wish(fl_view *view, const char *text, wish *out) {
    fl_words words;
    unsigned allowed = FL_SELECT_STAGE | FL_SELECT_LAYER | FL_SELECT_HEAD | FL_SELECT_PASS;
    *out = (wish){0};
    fl_words_begin(&words, text);
    if (fl_cell_in_front(&words))
        allowed = 0;
    int taken = fl_selector_take(&words, &out->step, allowed);
    bool cell = taken >= 0 && fl_cell_in_front(&words);
    out->here = taken == 0;
    bool read = cell && fl_cell_take(&words, &out->cell);
    if (taken == 0 && !read && !out->cell.piece && out->cell.n < 2)
        words.expected = "an event number or a stage";
    else if (taken > 0 && !cell)
        fl_words_end(&words, "\"layer L\", \"head H\", \"pass P\", a cell or nothing more");
    if (cell && !words.expected)
        fl_words_end(&words, "nothing behind the cell");
    if (words.expected)
        fl_words_complain(view, &words, "goto", "goto attn_probs layer 1 head 3 pass 0 5,2");
    return !words.expected;
}

static void say_nothing_fits(fl_view *view, const wish *w, const char *text) {
    if (fl_selector_check(view, &w->step))
        fl_say(view, "no stage of this pass fits \"%s\"", text);
}

/* Which layer was taken, where that could be another one than was meant. */
static void say_layer(fl_view *view, const wish *w, int64_t from, int64_t layer_here) {
    const fl_captured *here = fl_here(view);
    if (!here || here->event.layer < 0 || w->step.layer >= 0 || (layer_here < 0 && view->at > from))
        return;
    const char *id = fl_stage_get_info(here->event.stage)->id;
    fl_say(view, "%s of layer %" PRId32 "%s; goto %s layer L takes another", id, here->event.layer,
           here->event.layer == layer_here ? ", where you were" : "", id);
}

/* "down of layer 2, [0, 5, 17] token \" is\", hidden 17 = 0.25" */
static void say_cell(fl_view *view, const int64_t index[FL_MAX_DIMS]) {
    const fl_captured *here = fl_here(view);
    fl_buffer words = {0};
    char place[48] = "";
    if (!here)
        return;
    if (here->event.head >= 0)
        snprintf(place, sizeof place, " of layer %" PRId32 " head %" PRId32, here->event.layer,
                 here->event.head);
    else if (here->event.layer >= 0)
        snprintf(place, sizeof place, " of layer %" PRId32, here->event.layer);
    fl_index_words(view, &here->event, index, &words);
    here = fl_here(view);
    bool listed = here && fl_cursor_kind(&here->event) == FL_KIND_RANKED &&
                  fl_cursor_place(view, here).col != index[here->event.tensor.n_dims - 1];
    fl_say(view, "%s%s, %s%s", here ? fl_stage_get_info(here->event.stage)->id : "", place,
           words.data ? words.data : "", listed ? "; the list shows likelier ones alone" : "");
    fl_buffer_done(&words);
}

/* The head that is named, for the stages that are a tensor for each and those that hold all. */
static void choose_head(fl_view *view, const wish *w) {
    if (w->step.head >= 0)
        view->head = view->slice = w->step.head;
}

/* Arrives at an event that has been found, and at the cell. */
static bool arrive(fl_view *view, const wish *w, const fl_pass *pass, int64_t target) {
    int64_t index[FL_MAX_DIMS] = {0}, from = view->at;
    int64_t head = view->head, slice = view->slice;
    bool cell = w->cell.n > 0 || w->cell.piece;
    int32_t layer_here = fl_here(view) ? fl_here(view)->event.layer : -1;
    choose_head(view, w);
    if (cell && !fl_cell_find(view, &w->cell, pass, fl_plan_step(pass->plan, target - pass->first),
                              index)) {
        view->head = head;
        view->slice = slice;
        return false;
    }
    if (target != from)
        fl_view_jump(view, target);
    if (view->at != target)
        return false;
    if (cell) {
        fl_cell_stand(view, index);
        say_cell(view, index);
    } else {
        say_layer(view, w, from, layer_here);
    }
    return true;
}

/* From where the reader is, in another pass from its start. */
static bool goto_step(fl_view *view, const char *text) {
    wish w;
    fl_pass pass;
    if (!read_wish(view, text, &w) || !pass_named(view, &w.step, &pass))
        return false;
    const fl_captured *here = fl_here(view);
    int64_t from = w.step.pass < 0 ? view->at : pass.first - 1;
    int64_t target =
        w.here ? view->at : find(view, &pass, from, w.step, here ? here->event.layer : -1);
    if (target >= 0 && w.step.head < view->options.model.hparams->num_attention_heads)
        return arrive(view, &w, &pass, target);
    say_nothing_fits(view, &w, text);
    return false;
}

bool fl_do_goto(fl_view *view, int64_t count, const char *text) {
    (void)count;
    if (!*text) {
        fl_open_line(view, FL_LINE_COMMAND, "goto ");
        return true;
    }
    char *end;
    long long number = strtoll(text, &end, 10);
    if (end != text && *end == '\0')
        return goto_event(view, number);
    return goto_step(view, text);
}

/* ---- the same stage elsewhere ---- */

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

/* Where the stage shown is not one of a layer, the layer's first is gone to. */
static bool begin_layer(fl_view *view, const fl_pass *pass, int64_t layer) {
    const char *id = fl_stage_get_info(fl_plan_step(pass->plan, view->at - pass->first)->stage)->id;
    int64_t i = 0;
    while (i < pass->count && fl_plan_step(pass->plan, i)->layer != layer)
        i++;
    if (i == pass->count)
        return false;
    fl_view_jump(view, pass->first + i);
    if (view->at != pass->first + i)
        return false;
    fl_say(view, "%s belongs to no layer: this is where layer %" PRId64 " begins", id, layer);
    return true;
}

bool fl_goto_layer(fl_view *view, int64_t layer) {
    fl_pass pass = fl_here_pass(view);
    const fl_step *step = fl_plan_step(pass.plan, view->at - pass.first);
    if (layer < 0) {
        fl_say(view, "this is layer 0, the first");
        return false;
    }
    if (!fl_number_exists(view, "layer", layer, pass.dims.L))
        return false;
    if (step->layer < 0)
        return begin_layer(view, &pass, layer);
    return go_beside(view, (int32_t)layer, step->head, "layer");
}

bool fl_goto_head(fl_view *view, int64_t head) {
    fl_pass pass = fl_here_pass(view);
    const fl_step *step = fl_plan_step(pass.plan, view->at - pass.first);
    if (!fl_number_exists(view, "head", head, pass.dims.H))
        return false;
    view->head = view->slice = head;
    return step->head < 0 || go_beside(view, step->layer, (int32_t)head, "head");
}
