/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Breakpoints: a stage name or glob in any dialect, and where wanted a layer and a head.
 */
#include "view/panels.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "layer 3" at *text: true and the number; *text moves behind it. */
static bool take_number(const char **text, const char *word, int32_t *out) {
    const char *at = *text + strspn(*text, " ,");
    size_t length = strlen(word);
    if (strncmp(at, word, length) != 0 || at[length] != ' ')
        return false;
    char *end;
    long value = strtol(at + length, &end, 10);
    if (end == at + length || value < 0 || value > INT32_MAX)
        return false;
    *out = (int32_t)value;
    *text = end;
    return true;
}

bool fl_break_parse(fl_break *out, const char *text) {
    text += strspn(text, " ");
    size_t length = strcspn(text, " ,");
    if (length == 0 || length >= sizeof out->pattern)
        return false;
    memcpy(out->pattern, text, length);
    out->pattern[length] = '\0';
    out->layer = out->head = -1;
    text += length;
    while (take_number(&text, "layer", &out->layer) || take_number(&text, "head", &out->head)) {
    }
    return text[strspn(text, " ,")] == '\0';
}

void fl_break_print(const fl_break *b, char *out, size_t size) {
    int used = snprintf(out, size, "%s", b->pattern);
    if (b->layer >= 0 && (size_t)used < size)
        used += snprintf(out + used, size - (size_t)used, " layer %" PRId32, b->layer);
    if (b->head >= 0 && (size_t)used < size)
        snprintf(out + used, size - (size_t)used, " head %" PRId32, b->head);
}

static bool matches(const fl_view *view, const fl_break *b, const fl_step *step) {
    int32_t layers = (int32_t)view->options.model.hparams->num_hidden_layers;
    return (b->layer < 0 || b->layer == step->layer) && (b->head < 0 || b->head == step->head) &&
           fl_stage_match(b->pattern, step->stage, step->layer, layers);
}

int fl_break_at(const fl_view *view, const fl_step *step) {
    for (int i = 0; i < view->n_breaks; i++)
        if (matches(view, &view->breaks[i], step))
            return i;
    return -1;
}

static void remove_at(fl_view *view, int number) {
    view->n_breaks--;
    memmove(&view->breaks[number], &view->breaks[number + 1],
            (size_t)(view->n_breaks - number) * sizeof view->breaks[0]);
    if (view->pick >= view->n_breaks)
        view->pick = view->n_breaks > 0 ? view->n_breaks - 1 : 0;
}

static bool add(fl_view *view, const fl_break *b) {
    if (view->n_breaks == FL_BREAKS) {
        fl_say(view, "there are %d breakpoints already: delete one first", FL_BREAKS);
        return false;
    }
    char text[160];
    fl_break_print(b, text, sizeof text);
    fl_say(view, "breakpoint %d: %s", view->n_breaks, text);
    view->breaks[view->n_breaks++] = *b;
    return true;
}

/* On this stage in every layer, for the head that is shown. */
bool fl_do_mark(fl_view *view, int64_t count, const char *text) {
    (void)count;
    (void)text;
    fl_pass pass = fl_here_pass(view);
    const fl_step *step = fl_plan_step(pass.plan, view->at - pass.first);
    int number = fl_break_at(view, step);
    if (number >= 0) {
        fl_say(view, "breakpoint %d is gone", number);
        remove_at(view, number);
        return true;
    }
    fl_break b = {.layer = -1, .head = step->head};
    snprintf(b.pattern, sizeof b.pattern, "%s", fl_stage_get_info(step->stage)->id);
    return add(view, &b);
}

/* Does it name a step this model has at all? */
static bool names_something(const fl_view *view, const fl_break *b) {
    const fl_hparams *h = view->options.model.hparams;
    for (int id = 0; id < FL_STAGE_COUNT; id++) {
        fl_stage stage = (fl_stage)id;
        bool pass = fl_stage_get_info(stage)->scope == FL_SCOPE_PASS;
        bool heads = fl_stage_get_info(stage)->scope == FL_SCOPE_HEAD;
        if (!fl_stage_exists(stage, h) || (b->head >= 0 && !heads) ||
            b->head >= h->num_attention_heads)
            continue;
        for (int32_t layer = pass ? -1 : 0; layer < (pass ? 0 : h->num_hidden_layers); layer++) {
            fl_step step = {stage, layer, b->head};
            if (matches(view, b, &step))
                return true;
        }
    }
    return false;
}

bool fl_do_break(fl_view *view, int64_t count, const char *text) {
    (void)count;
    fl_break b;
    if (!fl_break_parse(&b, text)) {
        fl_say(view, "break wants STAGE [layer L] [head H], as in: break attn_* layer 2");
        return false;
    }
    const fl_hparams *h = view->options.model.hparams;
    if (b.layer >= h->num_hidden_layers || b.head >= h->num_attention_heads) {
        fl_say(view, "layers are 0 to %" PRId64 ", heads 0 to %" PRId64, h->num_hidden_layers - 1,
               h->num_attention_heads - 1);
        return false;
    }
    if (!names_something(view, &b)) {
        fl_say(view, "no stage of this model is called \"%s\"%s", b.pattern,
               b.layer >= 0 || b.head >= 0 ? " there" : "");
        return false;
    }
    return add(view, &b);
}

/* Without a number the one that is marked in the list. */
bool fl_do_delete(fl_view *view, int64_t count, const char *text) {
    (void)count;
    char *end;
    long number = *text ? strtol(text, &end, 10) : view->pick;
    if (strcmp(text, "all") == 0) {
        fl_say(view, "%d breakpoints are gone", view->n_breaks);
        view->n_breaks = 0;
        return true;
    }
    if (view->n_breaks == 0) {
        fl_say(view, "there is no breakpoint to delete");
        return false;
    }
    if ((*text && (end == text || *end)) || number < 0 || number >= view->n_breaks) {
        fl_say(view, "delete wants the number of a breakpoint, 0 to %d, or all",
               view->n_breaks - 1);
        return false;
    }
    remove_at(view, (int)number);
    fl_say(view, "breakpoint %ld is gone", number);
    return true;
}

/* ---- the page ---- */

void fl_breaks_lines(fl_view *view, fl_buffer *out) {
    char text[160];
    for (int i = 0; i < view->n_breaks; i++) {
        fl_break_print(&view->breaks[i], text, sizeof text);
        fl_buffer_printf(out, "%d  %s\n", i, text);
    }
    if (view->n_breaks == 0)
        fl_buffer_puts(
            out, "There are none. b sets one on the stage that is shown, and so does the command "
                 "break STAGE. c goes on to the next.\n");
}

int64_t fl_breaks_count(const fl_view *view) {
    return view->n_breaks;
}

void fl_breaks_draw(fl_view *view, fl_rect rect) {
    char text[160];
    for (int i = 0; i < view->n_breaks && i < rect.h; i++) {
        fl_break_print(&view->breaks[i], text, sizeof text);
        bool on = i == view->pick;
        fl_canvas_put(&view->canvas, rect.x, rect.y + i, 1, on ? FL_STYLE_key : FL_STYLE_mark,
                      on ? "▸" : "●");
        fl_canvas_printf(&view->canvas, rect.x + 2, rect.y + i, rect.w - 2,
                         on ? FL_STYLE_here : FL_STYLE_text, "%d  %s", i, text);
        fl_hit_add(view, (fl_rect){rect.x, rect.y + i, rect.w, 1}, FL_HIT_ITEM, i, 0, 0);
    }
}
