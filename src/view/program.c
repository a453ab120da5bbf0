/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * One line a stage in the layer that is shown, one line for every other layer; all heads of a stage
 * are one line.
 */
#include "view/program.h"

#include "view/value.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct line {
    int64_t event, last; /* events the line stands for */
    int32_t layer;
    bool folded, title;
    fl_stage stage;
} line;

typedef struct lines {
    line *items;
    int count;
} lines;

static bool belongs(const fl_step *a, const fl_step *b, int32_t open) {
    if (a->layer >= 0 && a->layer != open)
        return a->layer == b->layer;
    return a->layer == b->layer && a->stage == b->stage;
}

/* The caller frees the items. */
static lines list_of(fl_view *view, const fl_pass *pass) {
    lines l = {calloc((size_t)pass->count * 2 + 1, sizeof(line)), 0};
    int32_t open = fl_plan_step(pass->plan, view->at - pass->first)->layer, layer = -1;
    for (int64_t i = 0, end; l.items && i < pass->count; i = end) {
        const fl_step *step = fl_plan_step(pass->plan, i);
        for (end = i + 1; end < pass->count && belongs(step, fl_plan_step(pass->plan, end), open);)
            end++;
        if (step->layer == open && layer != open && open >= 0)
            l.items[l.count++] =
                (line){pass->first + i, pass->first + i, open, false, true, step->stage};
        layer = step->layer;
        bool folded = step->layer >= 0 && step->layer != open;
        l.items[l.count++] =
            (line){pass->first + i, pass->first + end - 1, step->layer, folded, false, step->stage};
    }
    return l;
}

/* Is one of the line's steps marked? */
static bool has_marked(fl_view *view, const fl_pass *pass, const line *l,
                       bool (*marks)(const fl_view *, const fl_pass *, const fl_step *)) {
    for (int64_t i = l->event; !l->title && i <= l->last; i++)
        if (marks(view, pass, fl_plan_step(pass->plan, i - pass->first)))
            return true;
    return false;
}

static void text_of(fl_view *view, const fl_pass *pass, const line *l, char *out, size_t size) {
    const char *id = fl_stage_get_info(l->stage)->id;
    const fl_step *here = fl_plan_step(pass->plan, view->at - pass->first);
    if (l->folded || l->title)
        snprintf(out, size, "layer %" PRId32, l->layer);
    else if (l->last == l->event || fl_stage_get_info(l->stage)->scope != FL_SCOPE_HEAD)
        snprintf(out, size, "%s", id);
    else if (view->at >= l->event && view->at <= l->last)
        snprintf(out, size, "%s h%" PRId32, id, here->head);
    else
        snprintf(out, size, "%s ×%" PRId64, id, pass->dims.H);
}

static void draw_line(fl_view *view, const fl_pass *pass, const line *l, fl_rect rect) {
    fl_canvas *canvas = &view->canvas;
    bool here = !l->title && view->at >= l->event && view->at <= l->last;
    bool done = l->last < view->source.computed(view->source.ctx);
    int indent = l->layer >= 0 && !l->folded && !l->title ? 2 : 0;
    const char *mark = here ? "▸" : l->title ? "▾" : done ? "✓" : "·";
    if (canvas->ascii && !here && !l->title && !done)
        mark = ".";
    char text[64];
    text_of(view, pass, l, text, sizeof text);
    fl_style style = here ? FL_STYLE_here : done ? FL_STYLE_text : FL_STYLE_dim;
    if (view->program_pick >= 0 && view->program_pick == l->event && !l->title && !here)
        style = FL_STYLE_pick;
    fl_canvas_put(canvas, rect.x + indent, rect.y, 1,
                  here   ? FL_STYLE_key
                  : done ? FL_STYLE_done
                         : FL_STYLE_dim,
                  mark);
    fl_canvas_fit(canvas, rect.x + indent + 2, rect.y, rect.w - indent - 4, style, text);
    if (has_marked(view, pass, l, fl_break_marks))
        fl_canvas_put(canvas, rect.x + rect.w - 1, rect.y, 1, FL_STYLE_mark, "●");
    if (has_marked(view, pass, l, fl_patch_marks))
        fl_canvas_put(canvas, rect.x + rect.w - 2, rect.y, 1, FL_STYLE_mark, "✎");
    fl_hit_add(view, rect, FL_HIT_EVENT, l->event, 0, 0);
}

static int line_at(const lines *l, int64_t event) {
    for (int i = 0; i < l->count; i++)
        if (!l->items[i].title && event >= l->items[i].event && event <= l->items[i].last)
            return i;
    return 0;
}

void fl_program_draw(fl_view *view, fl_rect rect) {
    fl_pass pass = fl_here_pass(view);
    if (!pass.plan)
        return;
    lines l = list_of(view, &pass);
    int at = line_at(&l, view->program_pick >= 0 ? view->program_pick : view->at);
    int64_t first = fl_first_shown(at, l.count, rect.h);
    for (int i = 0; l.items && i < rect.h && first + i < l.count; i++)
        draw_line(view, &pass, &l.items[first + i], (fl_rect){rect.x, rect.y + i, rect.w, 1});
    free(l.items);
}

void fl_program_move(fl_view *view, int64_t by) {
    fl_pass pass = fl_here_pass(view);
    lines l = list_of(view, &pass);
    int64_t at = line_at(&l, view->program_pick >= 0 ? view->program_pick : view->at);
    int direction = by < 0 ? -1 : 1;
    int64_t wanted = at + by;
    wanted = wanted < 0 ? 0 : wanted >= l.count ? l.count - 1 : wanted;
    while (l.items && wanted > 0 && wanted < l.count - 1 && l.items[wanted].title)
        wanted += direction;
    if (l.items && l.count > 0 && !l.items[wanted].title)
        view->program_pick = l.items[wanted].event;
    free(l.items);
}
