/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Where am I: the top line.
 */
#include "view/panels.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- the top line ---- */

static const char fast_word[] = " · fast";

static const char *parameters(const fl_view *view, char *out, size_t size) {
    double count = (double)fl_parameters(view->options.model.hparams);
    const char *units = "KMGT";
    while (count >= 1e6 && units[1]) {
        count /= 1000;
        units++;
    }
    if (count < 1000)
        snprintf(out, size, "%.0f", count);
    else
        snprintf(out, size, "%.1f%c", count / 1000, *units);
    return out;
}

/* The last part of a path. */
static const char *base_name(const char *name, char *out, size_t size) {
    size_t length = strlen(name);
    while (length > 1 && name[length - 1] == '/')
        length--;
    size_t begin = length;
    while (begin > 0 && name[begin - 1] != '/')
        begin--;
    begin = begin < length ? begin : 0;
    return fl_escape_into(out, size, name + begin, length - begin);
}

/* The place in the run, from the longest way to say it (0) to the shortest (2). */
static void place_text(fl_view *view, int brief, char *out, size_t size) {
    const fl_event *event = &fl_here(view)->event;
    fl_pass pass = fl_here_pass(view);
    char layer[48] = "", phase[48] = "";
    if (event->layer >= 0)
        snprintf(layer, sizeof layer, "layer %" PRId32 " (0–%" PRId64 ")  ", event->layer,
                 pass.dims.L - 1);
    if (event->phase == FL_PREFILL)
        snprintf(phase, sizeof phase, "prefill %" PRId64 " token%s  ", event->new_tokens,
                 event->new_tokens == 1 ? "" : "s");
    else
        snprintf(phase, sizeof phase, "decode token %" PRId64 "  ", event->past);
    snprintf(out, size, "%s%sevent %" PRId64 " (%" PRId64 "–%" PRId64 ") ", brief < 1 ? phase : "",
             brief < 2 ? layer : "", event->index, pass.first, pass.first + pass.count - 1);
}

/* "builtin · 1.0M llama", in that room. */
static int draw_model(fl_view *view, int x, int room) {
    const fl_view_model *model = &view->options.model;
    char name[160], size[32], kind[96];
    base_name(model->name, name, sizeof name);
    snprintf(kind, sizeof kind, " · %s %s", parameters(view, size, sizeof size),
             model->hparams->model_type);
    int rest = fl_text_width(kind);
    bool both = room >= rest + 10 || room >= rest + fl_text_width(name);
    int used = fl_canvas_fit(&view->canvas, x, 0, both ? room - rest : room, FL_STYLE_top, name);
    if (both)
        used += fl_canvas_put(&view->canvas, x + used, 0, rest, FL_STYLE_top, kind);
    return used;
}

/* Does a number that a patch has gone into stand on the screen? */
static bool shows_modified(fl_view *view) {
    return view->options.model.n_patches > 0 &&
           (view->page == FL_PAGE_whatif || view->shows_modified);
}

void fl_modified_words(fl_view *view, char *out, size_t size) {
    const fl_view_model *model = &view->options.model;
    const char *first = NULL;
    size_t count = 0;
    for (size_t i = 0; i < model->n_patches; i++)
        if (view->page == FL_PAGE_whatif || view->modified >> i & 1)
            first = count++ ? first : model->patch_texts[i];
    if (count > 1)
        snprintf(out, size, "MODIFIED: %s + %zu", first, count - 1);
    else
        snprintf(out, size, "MODIFIED%s%s", first ? ": " : "", first ? first : "");
}

/* As much of it as there is room for: the patches, that numbers differ because of them, and how to
 * see by how much; the layer goes before the patches do, the model's name before that. */
static void banner_text(fl_view *view, bool said, int kept, char *out, size_t size) {
    static const struct {
        const char *hint;
        int brief, model; /* how the place is said then, and room for the model */
    } ways[] = {{": numbers here differ because of it; W compares", 1, 16},
                {"; W compares", 1, 4},
                {"", 2, 16}};
    char words[2 * FL_PATCH_WORDS], place[160];
    fl_modified_words(view, words, sizeof words);
    for (size_t i = 0; i < sizeof ways / sizeof *ways && !said; i++) {
        place_text(view, ways[i].brief, place, sizeof place);
        snprintf(out, size, " %s%s ", words, ways[i].hint);
        if (fl_text_width(out) + fl_text_width(place) + ways[i].model + kept <= view->canvas.width)
            return;
    }
    snprintf(out, size, " MODIFIED ");
}

/* Returns the columns used. Before a patch strikes, what is shown is the model's own. A line keeps
 * it apart from what is said behind it. */
static int draw_banner(fl_view *view, int x, bool said, int kept) {
    static const char later[] = "patched later on";
    char text[3 * FL_PATCH_WORDS];
    fl_canvas *canvas = &view->canvas;
    bool modified = shows_modified(view);
    if (view->options.model.n_patches == 0)
        return 0;
    if (modified)
        banner_text(view, said, kept, text, sizeof text);
    int used =
        fl_canvas_put(canvas, x, 0, canvas->width - x,
                      modified ? FL_STYLE_banner : FL_STYLE_top_dim, modified ? text : later);
    used++;
    if (said)
        used += 1 + fl_canvas_put(canvas, x + used, 0, canvas->width - x - used, FL_STYLE_top, "│");
    return used;
}

/* What is said takes the place's room where it needs it, then the line below; returns the lines
 * used. */
static int draw_said(fl_view *view, int x, int room) {
    fl_canvas *canvas = &view->canvas;
    fl_rect all = {x, 0, canvas->width - x - 1, 2};
    char said[340];
    if (view->message[0])
        snprintf(said, sizeof said, "%s", view->message);
    else
        snprintf(said, sizeof said, "%" PRId64, view->count);
    if (fl_text_width(said) <= room)
        return fl_canvas_fit(canvas, x, 0, room, FL_STYLE_top, said) > 0;
    int lines = fl_canvas_wrap(NULL, all, FL_STYLE_top, said) > 1 ? 2 : 1;
    fl_canvas_fill(canvas, (fl_rect){x, 0, canvas->width - x, 1}, FL_STYLE_top, " ");
    if (lines > 1)
        fl_canvas_fill(canvas, (fl_rect){0, 1, canvas->width, 1}, FL_STYLE_top, " ");
    fl_canvas_wrap(canvas, all, FL_STYLE_top, said);
    return lines;
}

/* What computes, behind the model, in that room; exact is what the tracer does unless asked, so the
 * one word that stands everywhere is "fast". */
static void draw_run(fl_view *view, int x, int room) {
    const fl_view_model *model = &view->options.model;
    char run[64];
    snprintf(run, sizeof run, " · %s, %s", model->isa ? model->isa : "",
             model->exact ? "exact" : "fast");
    if (fl_text_width(run) > room)
        snprintf(run, sizeof run, "%s", model->exact ? "" : fast_word);
    fl_canvas_put(&view->canvas, x, 0, room, FL_STYLE_top_dim, run);
}

/* A patched run says so on every screen, and so does a fast one; all else is shortened first. */
int fl_top_draw(fl_view *view) {
    fl_canvas *canvas = &view->canvas;
    int width = canvas->width, brief = 0;
    int kept = view->options.model.exact ? 0 : fl_text_width(fast_word);
    char place[160];
    bool said = view->message[0] || view->count > 0;
    fl_canvas_fill(canvas, (fl_rect){0, 0, width, 1}, FL_STYLE_top, " ");
    int x = 1 + draw_banner(view, 1, said, kept), model = shows_modified(view) ? 2 : 12;
    do
        place_text(view, said ? 2 : brief, place, sizeof place);
    while (++brief < 3 && x + model + kept + fl_text_width(place) > width);
    int room = width - x - fl_text_width(place) - 1;
    fl_canvas_right(canvas, 0, 0, width, FL_STYLE_top, place);
    if (said)
        return draw_said(view, x, room);
    int used = room - kept < 6 ? 0 : draw_model(view, x, room - kept);
    draw_run(view, x + used, room - used);
    return 1;
}
