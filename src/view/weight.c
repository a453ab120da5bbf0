/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The learned weight of the stage shown, as shades: rows are outputs, columns inputs, the row that
 * made the number under the cursor marked.
 */
#include "view/panels.h"

#include "view/value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct table {
    fl_view *view;
    const fl_weight *weight;
    fl_rect rect;
    int64_t rows, cols, cells; /* cells that one glyph stands for */
    int64_t first;
    int lines;
    fl_shading shading;
} table;

/* Largest magnitude of the rows shown. */
static double scale_of(const table *t, float *row) {
    double scale = 0;
    for (int i = 0; i < t->lines; i++) {
        if (!fl_weight_row(t->weight, t->first + i, row))
            return 0;
        for (int64_t j = 0; j < t->cols; j++)
            if (fabs((double)row[j]) > scale) /* no fmax: GCC 12.2 for aarch64 fails on it here */
                scale = fabs((double)row[j]);
    }
    return scale;
}

static void draw_row(const table *t, int y, int64_t index, const float *row) {
    fl_canvas *canvas = &t->view->canvas;
    bool on = index == t->view->weight_row;
    if (on)
        fl_canvas_put(canvas, t->rect.x, y, 1, FL_STYLE_key, "▸");
    fl_canvas_printf(canvas, t->rect.x + 1, y, 8, on ? FL_STYLE_label_on : FL_STYLE_dim,
                     "%6" PRId64, index);
    for (int64_t j = 0; j < t->cols; j += t->cells) {
        double most = (double)row[j];
        for (int64_t k = j; k < j + t->cells && k < t->cols; k++)
            most = fabs((double)row[k]) > fabs(most) ? (double)row[k] : most;
        fl_canvas_put(canvas, t->rect.x + 8 + (int)(j / t->cells), y, 1,
                      fl_shade_style(&t->shading, most), fl_shade_glyph(&t->shading, most, 1));
    }
}

/* The marked row in numbers. */
static void draw_numbers(const table *t, int y, int lines, const float *row) {
    fl_format format = fl_format_for(t->shading.scale, 4);
    int width = format.width + 1;
    int64_t per_line = (t->rect.w - 8) / width;
    for (int i = 0; i < lines && per_line > 0; i++) {
        int64_t from = i * per_line;
        if (from >= t->cols)
            return;
        fl_canvas_printf(&t->view->canvas, t->rect.x, y + i, 8, FL_STYLE_dim, "%6" PRId64 ":",
                         from);
        for (int64_t j = from; j < from + per_line && j < t->cols; j++) {
            char number[FL_NUMBER];
            fl_canvas_right(&t->view->canvas, t->rect.x + 8 + (int)(j - from) * width, y + i,
                            format.width, row[j] < 0 ? FL_STYLE_negative : FL_STYLE_positive,
                            fl_number(number, format, (double)row[j]));
        }
    }
}

/* "blk.0.attn_q.weight  [128, 128] out × in  F16, 32 KiB" */
static void heading_of(const fl_weight *w, char *out, size_t size) {
    char shape[64], bytes[32], name[160];
    fl_escape_into(name, sizeof name, w->name, strlen(w->name));
    if (w->n_dims == 2)
        snprintf(shape, sizeof shape, "[%" PRId64 ", %" PRId64 "] out × in", w->shape[0],
                 w->shape[1]);
    else
        snprintf(shape, sizeof shape, "[%" PRId64 "]", w->shape[0]);
    snprintf(out, size, "%s  %s  %s, %s%s", name, shape, fl_dtype_get_info(w->dtype)->name,
             fl_human_bytes(bytes, sizeof bytes, (double)w->bytes),
             w->tied ? ", the embedding table once more" : "");
}

static void draw_heading(const table *t) {
    char text[400];
    heading_of(t->weight, text, sizeof text);
    fl_canvas_fit(&t->view->canvas, t->rect.x, t->rect.y, t->rect.w, FL_STYLE_stage, text);
}

static void draw_foot(const table *t, int y) {
    char legend[160], text[256] = "";
    if (t->cells > 1)
        snprintf(text, sizeof text, "largest of %" PRId64 " cells; ", t->cells);
    size_t used = strlen(text);
    fl_shade_legend(&t->shading, 1, t->rect.w - fl_text_width(text), legend, sizeof legend);
    snprintf(text + used, sizeof text - used, "%s", legend);
    fl_canvas_fit(&t->view->canvas, t->rect.x, y, t->rect.w, FL_STYLE_dim, text);
}

void fl_weight_draw(fl_view *view, fl_rect rect) {
    const fl_captured *here = fl_here(view);
    const fl_weight *w = here ? here->event.weight : NULL;
    if (!w || rect.h < 6 || rect.w < 24)
        return;
    table t = {.view = view, .weight = w, .rect = rect};
    t.rows = w->n_dims == 2 ? w->shape[0] : 1;
    t.cols = w->shape[w->n_dims - 1];
    t.cells = (t.cols + rect.w - 9) / (rect.w - 8);
    float *row = malloc((size_t)t.cols * sizeof *row);
    int64_t *at = &view->weight_row;
    *at = *at < 0 ? 0 : *at >= t.rows ? t.rows - 1 : *at;
    int room = (rect.h - 4) * 2 / 3;
    t.lines = (int)(t.rows < room ? t.rows : room);
    t.first = fl_first_shown(*at, t.rows, t.lines);
    t.shading =
        (fl_shading){false, row ? scale_of(&t, row) : 0, view->options.colors, view->options.ascii};
    draw_heading(&t);
    for (int i = 0; row && i < t.lines; i++)
        if (fl_weight_row(w, t.first + i, row))
            draw_row(&t, rect.y + 1 + i, t.first + i, row);
    int y = rect.y + 2 + t.lines;
    if (row && fl_weight_row(w, *at, row))
        draw_numbers(&t, y, rect.y + rect.h - 1 - y, row);
    draw_foot(&t, rect.y + rect.h - 1);
    free(row);
}

void fl_weight_lines(fl_view *view, fl_buffer *out) {
    const fl_captured *here = fl_here(view);
    const fl_weight *w = here ? here->event.weight : NULL;
    if (!w)
        return;
    int64_t cols = w->shape[w->n_dims - 1];
    char text[400], number[FL_NUMBER];
    float *row = malloc((size_t)cols * sizeof *row);
    heading_of(w, text, sizeof text);
    fl_buffer_printf(out, "%s\n", text);
    if (w->n_dims == 2)
        fl_buffer_printf(out, "row %" PRId64 ":", view->weight_row);
    bool readable = row && fl_weight_row(w, view->weight_row, row);
    for (int64_t j = 0; readable && j < cols; j++)
        fl_buffer_printf(out, " %s", fl_short(number, (double)row[j]));
    fl_buffer_puts(out, "\n");
    free(row);
}

/* The row that made the number under the cursor. */
void fl_weight_open(fl_view *view) {
    const fl_captured *here = fl_here(view);
    fl_place place = here ? fl_cursor_place(view, here) : (fl_place){0};
    here = fl_here(view);
    bool embeds = here && here->event.stage == FL_STAGE_embed;
    if (embeds) { /* the table's row is the token's id */
        size_t n_tokens, n_prompt;
        const int32_t *tokens = view->source.tokens(view->source.ctx, &n_tokens, &n_prompt);
        view->weight_row = tokens[here->event.past + place.row];
    } else {
        view->weight_row = place.col;
    }
}

void fl_weight_show(fl_view *view, int64_t row, int64_t col) {
    fl_open_page(view, FL_PAGE_weight);
    view->weight_row = row;
    view->weight_col = col;
}

void fl_weight_move(fl_view *view, fl_verb verb, int64_t count) {
    view->weight_row += fl_rows_of(verb, count); /* drawn where it fits */
}
