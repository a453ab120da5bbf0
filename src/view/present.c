/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Before an audience: what this stage does, large, and one panel. Nothing else but what must stand
 * on every screen.
 */
#include "view/panels.h"

#include <inttypes.h>
#include <stdio.h>

/* "query × key: 6 × 6", without axes of one. */
static void axes_text(const fl_tensor *tensor, char *out, size_t size) {
    char names[64], counts[64];
    size_t named = 0, counted = 0;
    names[0] = counts[0] = '\0';
    for (int i = 0; i < tensor->n_dims; i++) {
        const char *gap = named ? " × " : "";
        if (tensor->axes[i] == FL_AXIS_batch || tensor->axes[i] == FL_AXIS_one)
            continue;
        named += (size_t)snprintf(names + named, sizeof names - named, "%s%s", gap,
                                  fl_axis_name(tensor->axes[i]));
        counted += (size_t)snprintf(counts + counted, sizeof counts - counted, "%s%" PRId64, gap,
                                    tensor->shape[i]);
    }
    snprintf(out, size, "%s: %s", names, counts);
}

static void draw_title(fl_view *view, fl_rect rect) {
    const fl_event *event = &fl_here(view)->event;
    char title[160], layer[32] = "", head[32] = "", axes[160];
    if (event->layer >= 0)
        snprintf(layer, sizeof layer, "   layer %" PRId32, event->layer);
    if (event->head >= 0)
        snprintf(head, sizeof head, "   head %" PRId32, event->head);
    snprintf(title, sizeof title, "%s%s%s", fl_stage_get_info(event->stage)->id, layer, head);
    axes_text(&event->tensor, axes, sizeof axes);
    int used = fl_canvas_fit(&view->canvas, rect.x, rect.y, rect.w, FL_STYLE_stage, title);
    if (fl_patched_here(view))
        used += 1 + fl_canvas_put(&view->canvas, rect.x + used + 1, rect.y, rect.w - used - 1,
                                  FL_STYLE_banner, "✎ patched");
    if (used + 2 + fl_text_width(axes) <= rect.w)
        fl_canvas_right(&view->canvas, rect.x, rect.y, rect.w, FL_STYLE_dim, axes);
}

/* What the stage does; before the first step also what is about to happen. Returns the lines used.
 */
static int draw_meaning(fl_view *view, fl_rect rect) {
    fl_buffer text = {0};
    int lines = 0;
    if (view->at == 0)
        fl_view_welcome(view, &text);
    if (text.data)
        lines = fl_canvas_wrap(&view->canvas, rect, FL_STYLE_bold, text.data);
    fl_buffer_done(&text);
    rect.y += lines;
    rect.h -= lines;
    lines += fl_canvas_wrap(&view->canvas, rect, FL_STYLE_bold, fl_meaning_here(view));
    return lines;
}

/* The text and the place in the run, in one line. */
static void draw_place(fl_view *view, int margin) {
    const fl_event *event = &fl_here(view)->event;
    fl_pass pass = fl_here_pass(view);
    char place[96], layer[32] = "";
    if (event->layer >= 0)
        snprintf(layer, sizeof layer, ", layer %" PRId32, event->layer);
    snprintf(place, sizeof place, "event %" PRId64 " of %" PRId64 "%s", event->index,
             pass.first + pass.count - 1, layer);
    int end = view->canvas.width - margin, width = fl_text_width(place);
    fl_strip_draw(view, 0, end - width - 2);
    fl_canvas_put(&view->canvas, end - width, 0, width, FL_STYLE_dim, place);
}

/* What must be said takes the line of the place, which it says too. */
static void draw_top(fl_view *view, int margin, bool roomy) {
    const fl_view_model *model = &view->options.model;
    bool said = view->message[0] || view->count > 0 || model->n_patches > 0 || !model->exact;
    if (!said)
        draw_place(view, margin);
    else if (fl_top_draw(view) < 2 && roomy)
        fl_strip_draw(view, 1, view->canvas.width);
}

void fl_present_draw(fl_view *view) {
    const fl_canvas *canvas = &view->canvas;
    bool tall = canvas->height >= 30;
    int margin = canvas->width / 16, top = canvas->height >= 20 ? 2 : 1;
    fl_rect all = {margin, top, canvas->width - 2 * margin, canvas->height - top - 2};
    draw_title(view, all);
    int used = 1 + tall;
    used += draw_meaning(view, (fl_rect){all.x, all.y + used, all.w, canvas->height >= 20 ? 3 : 2});
    used += canvas->height >= 20 ? 1 + tall : 0;
    fl_pane_draw(view, view->pane, (fl_rect){all.x, all.y + used, all.w, all.h - used});
    draw_top(view, margin, top > 1);
}
