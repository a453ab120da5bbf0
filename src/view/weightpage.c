/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The page of a weight: its cells, what the row and the column of the cursor are for, and what
 * numbers the row and the whole hold.
 */
#include "view/cells.h"
#include "view/panels.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what it is for ---- */

typedef struct use {
    fl_stage stage; /* FL_STAGE_COUNT: none */
    bool bias;
} use;

static use use_of(const fl_weight *w) {
    for (int id = 0; id < FL_STAGE_COUNT && w->slot < FL_WEIGHT_COUNT; id++) {
        const fl_stage_info *info = fl_stage_get_info((fl_stage)id);
        if (info->weight == w->slot || info->bias == w->slot)
            return (use){(fl_stage)id, info->bias == w->slot};
    }
    return (use){FL_STAGE_COUNT, false};
}

/* The stage whose numbers the columns meet. */
static const char *input_of(fl_stage stage) {
    static const fl_stage inputs[FL_STAGE_COUNT] = {
        [FL_STAGE_attn_norm] = FL_STAGE_attn_norm_unit,
        [FL_STAGE_q] = FL_STAGE_attn_norm,
        [FL_STAGE_k] = FL_STAGE_attn_norm,
        [FL_STAGE_v] = FL_STAGE_attn_norm,
        [FL_STAGE_q_norm] = FL_STAGE_q,
        [FL_STAGE_k_norm] = FL_STAGE_k,
        [FL_STAGE_attn_out] = FL_STAGE_attn_concat,
        [FL_STAGE_ffn_norm] = FL_STAGE_ffn_norm_unit,
        [FL_STAGE_gate] = FL_STAGE_ffn_norm,
        [FL_STAGE_up] = FL_STAGE_ffn_norm,
        [FL_STAGE_down] = FL_STAGE_swiglu,
        [FL_STAGE_final_norm] = FL_STAGE_final_norm_unit,
        [FL_STAGE_logits] = FL_STAGE_final_norm,
    };
    return fl_stage_get_info(inputs[stage])->id;
}

/* ", head 1, dim 1": what a place along an axis is. */
static void add_place(fl_view *view, fl_dim dim, int64_t i, fl_buffer *out) {
    int64_t d = view->options.model.hparams->head_dim;
    char piece[64];
    if (dim == FL_DIM_Hd)
        fl_buffer_printf(out, ", head %" PRId64 ", dim %" PRId64, i / d, i % d);
    else if (dim == FL_DIM_Kd)
        fl_buffer_printf(out, ", k/v head %" PRId64 ", dim %" PRId64, i / d, i % d);
    else if (dim == FL_DIM_F)
        fl_buffer_printf(out, ", neuron %" PRId64, i);
    else if (dim == FL_DIM_V)
        fl_buffer_printf(
            out, ", piece \"%s\"",
            fl_piece_show(piece, sizeof piece, &view->options.model.pieces, (int32_t)i));
}

/* What one row makes and one column reads. */
static void add_table_use(fl_view *view, const fl_weight *w, use u, fl_buffer *out) {
    const fl_weight_info *info = fl_weight_get_info(w->slot);
    const char *stage = fl_stage_get_info(u.stage)->id;
    int64_t row = view->weight.row, col = view->weight.col;
    if (u.stage == FL_STAGE_embed) {
        fl_buffer_printf(out, "row %" PRId64 " is what embed takes for token %" PRId64, row, row);
        add_place(view, FL_DIM_V, row, out);
        fl_buffer_printf(out, "; column %" PRId64 " is place %" PRId64 " of that list", col, col);
        return;
    }
    fl_buffer_printf(out, "row %" PRId64 " makes %s[%" PRId64 "]", row, stage, row);
    add_place(view, info->out, row, out);
    fl_buffer_printf(out, "; column %" PRId64 " reads %s[%" PRId64 "]", col, input_of(u.stage),
                     col);
    add_place(view, info->in, col, out);
}

static void add_vector_use(fl_view *view, const fl_weight *w, use u, fl_buffer *out) {
    const char *stage = fl_stage_get_info(u.stage)->id;
    int64_t col = view->weight.col;
    bool heads = u.stage == FL_STAGE_q_norm || u.stage == FL_STAGE_k_norm;
    if (u.bias)
        fl_buffer_printf(out, "cell %" PRId64 " is added to %s[%" PRId64 "]", col, stage, col);
    else if (heads)
        fl_buffer_printf(out, "cell %" PRId64 " multiplies dim %" PRId64 " of every head of %s",
                         col, col, stage);
    else
        fl_buffer_printf(out,
                         "cell %" PRId64 " multiplies %s[%" PRId64 "] and so makes %s[%" PRId64 "]",
                         col, input_of(u.stage), col, stage, col);
    if (!heads)
        add_place(view, fl_weight_get_info(w->slot)->out, col, out);
}

static void add_use(fl_view *view, const fl_weight *w, fl_buffer *out) {
    use u = use_of(w);
    if (w->slot == FL_WEIGHT_rope_freqs)
        fl_buffer_printf(out,
                         "cell %" PRId64 " divides the angle by which pair %" PRId64
                         " of each query and key is turned",
                         view->weight.col, view->weight.col);
    else if (u.stage == FL_STAGE_COUNT)
        fl_buffer_puts(out, "no stage reads it");
    else if (w->n_dims == 2)
        add_table_use(view, w, u, out);
    else
        add_vector_use(view, w, u, out);
}

/* ---- in words ---- */

/* "blk.0.attn_q.weight  [128, 128] out × in  F16, 32 KiB" */
static void heading_of(const fl_weight *w, char *out, size_t size) {
    char shape[96] = "", bytes[32], name[160];
    int used = 0;
    fl_escape_into(name, sizeof name, w->name, strlen(w->name));
    for (int i = 0; i < w->n_dims; i++)
        used += snprintf(shape + used, sizeof shape - (size_t)used, "%s%" PRId64, i ? ", " : "[",
                         w->shape[i]);
    snprintf(out, size, "%s  %s]%s  %s, %s%s", name, shape, w->n_dims == 2 ? " out × in" : "",
             fl_dtype_get_info(w->dtype)->name,
             fl_human_bytes(bytes, sizeof bytes, (double)w->bytes),
             w->tied ? ", the embedding table once more" : "");
}

static bool value_of(const fl_weight *w, int64_t row, int64_t col, double *out) {
    float *values = malloc((size_t)fl_weight_cols(w) * sizeof *values);
    bool read = values && fl_weight_row(w, row, values);
    if (read)
        *out = (double)values[col];
    free(values);
    return read;
}

/* What is added to all that the cursor's row makes; false: nothing is. */
static bool bias_of(fl_view *view, const fl_weight *w, double *out) {
    use u = use_of(w);
    const fl_view_model *model = &view->options.model;
    fl_weight_slot slot =
        u.stage == FL_STAGE_COUNT ? FL_WEIGHT_none : fl_stage_get_info(u.stage)->bias;
    if (u.bias || slot == FL_WEIGHT_none || !model->model)
        return false;
    const fl_weight *bias = fl_model_weight(model->model, slot, w->layer);
    return bias && value_of(bias, 0, view->weight.row, out);
}

/* "[17, 3] = 0.1234; the bias of the row is 0.5" */
static void add_cell(fl_view *view, const fl_weight *w, fl_buffer *out) {
    char number[FL_NUMBER];
    double value = NAN, bias;
    if (!value_of(w, view->weight.row, view->weight.col, &value))
        return;
    if (w->n_dims == 2)
        fl_buffer_printf(out, "[%" PRId64 ", ", view->weight.row);
    else
        fl_buffer_puts(out, "[");
    fl_buffer_printf(out, "%" PRId64 "] = %s", view->weight.col, fl_exact(number, value));
    if (bias_of(view, w, &bias))
        fl_buffer_printf(out, "; the bias of this row is %s", fl_exact(number, bias));
}

/* "min -0.1  max 0.2 ...": of a row or of the whole. */
static void add_tally(fl_view *view, const fl_tally *t, fl_buffer *out) {
    char low[FL_NUMBER], high[FL_NUMBER], mean[FL_NUMBER], deviation[FL_NUMBER], bars[128];
    if (t->count == t->odd) {
        fl_buffer_puts(out, "no finite number");
        return;
    }
    fl_format format = fl_format_for(fabs(t->most), 3);
    fl_histogram(t->bins, 8, view->options.ascii, bars, sizeof bars);
    fl_buffer_printf(out, "min %s  max %s  mean %s  std %s  zeros %.3g %%",
                     fl_number(low, format, t->min), fl_number(high, format, t->max),
                     fl_number_apart(mean, format, t->mean), fl_number(deviation, format, t->std),
                     100.0 * (double)t->zeros / (double)t->count);
    if (t->odd > 0)
        fl_buffer_printf(out, "  nan or inf %" PRId64, t->odd);
    fl_buffer_printf(out, " %s", bars);
}

/* Counted once for a weight. */
static const fl_tally *tally_of(fl_view *view, const fl_weight *w) {
    fl_weight_page *page = &view->weight;
    if (page->tallied != w->data &&
        fl_tally_rows(w, 0, fl_weight_rows(w), fl_tally_sample(w), &page->all))
        page->tallied = w->data;
    return page->tallied == w->data ? &page->all : NULL;
}

static void add_row_tally(fl_view *view, const fl_weight *w, fl_buffer *out) {
    fl_tally tally;
    int64_t row = view->weight.row;
    if (w->n_dims != 2 || !fl_tally_rows(w, row, row + 1, 1, &tally))
        return;
    fl_buffer_printf(out, "row %" PRId64 ": ", row);
    add_tally(view, &tally, out);
}

static void add_whole_tally(fl_view *view, const fl_weight *w, fl_buffer *out) {
    const fl_tally *t = tally_of(view, w);
    char rows[32], all[32];
    if (!t)
        return;
    if (w->n_dims != 2)
        fl_buffer_printf(out, "all %s cells: ", fl_group_digits(all, sizeof all, t->count));
    else if (t->rows == t->of_rows)
        fl_buffer_printf(out, "all %s rows: ", fl_group_digits(all, sizeof all, t->rows));
    else
        fl_buffer_printf(out, "%s rows of %s: ", fl_group_digits(rows, sizeof rows, t->rows),
                         fl_group_digits(all, sizeof all, t->of_rows));
    add_tally(view, t, out);
}

/* ---- the largest cells of the row ---- */

enum { LARGEST = 8 };

static int find_largest(const float *row, int64_t cols, int64_t out[LARGEST]) {
    int n = 0;
    for (int64_t j = 0; j < cols; j++) {
        int at = n;
        while (at > 0 && fabs((double)row[j]) > fabs((double)row[out[at - 1]]))
            at--;
        if (at == LARGEST || isnan(row[j]))
            continue;
        n += n < LARGEST;
        for (int i = n - 1; i > at; i--)
            out[i] = out[i - 1];
        out[at] = j;
    }
    return n;
}

static void add_largest(fl_view *view, const fl_weight *w, fl_buffer *out) {
    int64_t cols = fl_weight_cols(w), best[LARGEST];
    float *row = malloc((size_t)cols * sizeof *row);
    char number[FL_NUMBER];
    int n = row && fl_weight_row(w, view->weight.row, row) ? find_largest(row, cols, best) : 0;
    if (n > 0)
        fl_buffer_puts(out, w->n_dims == 2 ? "its largest, by column: " : "its largest: ");
    for (int i = 0; i < n; i++)
        fl_buffer_printf(out, "%s%s at %" PRId64, i ? ", " : "",
                         fl_short(number, (double)row[best[i]]), best[i]);
    free(row);
}

/* ---- as lines ---- */

typedef void adder(fl_view *view, const fl_weight *w, fl_buffer *out);

static void add_line(fl_view *view, const fl_weight *w, adder *add, fl_buffer *out) {
    size_t before = out->length;
    add(view, w, out);
    if (out->length > before)
        fl_buffer_puts(out, "\n");
}

static void add_row(fl_view *view, const fl_weight *w, fl_buffer *out) {
    char number[FL_NUMBER];
    int64_t cols = fl_weight_cols(w);
    float *row = malloc((size_t)cols * sizeof *row);
    bool read = row && fl_weight_row(w, view->weight.row, row);
    if (read && w->n_dims == 2)
        fl_buffer_printf(out, "row %" PRId64 " in full:", view->weight.row);
    for (int64_t j = 0; read && j < cols; j++)
        fl_buffer_printf(out, " %s", fl_short(number, (double)row[j]));
    free(row);
}

/* Where a name means several tensors, all of them. */
static void add_others(fl_view *view, const fl_weight *w, fl_buffer *out) {
    const fl_model *model = view->options.model.model;
    const char *pattern = view->weight.pattern;
    int64_t fits = 0;
    (void)w;
    for (size_t i = 0; model && *pattern && i < fl_model_tensor_count(model); i++)
        fits += fl_weight_fits(fl_model_tensor(model, i), pattern);
    if (fits < 2)
        return;
    fl_buffer_printf(out, "%" PRId64 " tensors fit \"%s\":", fits, pattern);
    for (size_t i = 0; i < fl_model_tensor_count(model); i++) {
        char text[400];
        const fl_weight *other = fl_model_tensor(model, i);
        heading_of(other, text, sizeof text);
        if (fl_weight_fits(other, pattern))
            fl_buffer_printf(out, "\n  %s", text);
    }
}

void fl_weight_lines(fl_view *view, fl_buffer *out) {
    static adder *const adders[] = {add_use,         add_cell,    add_row_tally,
                                    add_whole_tally, add_largest, add_row};
    const fl_weight *w = fl_weight_here(view);
    char text[400];
    if (!w)
        return;
    heading_of(w, text, sizeof text);
    fl_buffer_printf(out, "%s\n", text);
    if (fl_weight_hidden(w, text, sizeof text))
        fl_buffer_printf(out, "%s\n", text);
    else
        for (size_t i = 0; i < sizeof adders / sizeof *adders; i++)
            add_line(view, w, adders[i], out);
    add_line(view, w, add_others, out);
}

/* ---- on the screen ---- */

typedef struct table {
    fl_view *view;
    const fl_weight *weight;
    float *row; /* the one read last */
    int64_t number;
} table;

static bool cell_at(void *ctx, int64_t row, int64_t col, double *out) {
    table *t = ctx;
    if (t->number != row && !fl_weight_row(t->weight, row, t->row))
        return false;
    t->number = row;
    *out = (double)t->row[col];
    return true;
}

static void draw_label(void *ctx, int x, int y, int width, int64_t row, bool on) {
    table *t = ctx;
    fl_canvas *canvas = &t->view->canvas;
    if (on)
        fl_canvas_put(canvas, x, y, 1, FL_STYLE_key, "▸");
    if (t->weight->n_dims == 2)
        fl_canvas_printf(canvas, x + 1, y, width - 1, on ? FL_STYLE_label_on : FL_STYLE_dim,
                         "%6" PRId64, row);
}

static void name_column(void *ctx, int64_t col, char *out, size_t size) {
    (void)ctx;
    snprintf(out, size, "%" PRId64, col);
}

/* What stands below the cells: lines of text, and what the glyphs mean. */
static void draw_foot(fl_view *view, const fl_weight *w, const fl_cells *cells, fl_rect rect) {
    static adder *const adders[] = {add_cell, add_largest, add_row_tally, add_whole_tally};
    int y = rect.y;
    for (size_t i = 0; i < sizeof adders / sizeof *adders; i++) {
        fl_buffer text = {0};
        adders[i](view, w, &text);
        if (text.data && i == 0)
            fl_canvas_put(&view->canvas, rect.x, y, 1, FL_STYLE_key, "▸");
        if (text.data)
            fl_canvas_fit(&view->canvas, rect.x + 2 * (i == 0), y++, rect.w - 2 * (i == 0),
                          i == 0 ? FL_STYLE_bold : FL_STYLE_text, text.data);
        fl_buffer_done(&text);
    }
    fl_cells_legend(cells, rect.x, y, rect.w);
}

static int draw_head(fl_view *view, const fl_weight *w, fl_rect rect) {
    char text[400];
    fl_buffer words = {0};
    heading_of(w, text, sizeof text);
    fl_canvas_fit(&view->canvas, rect.x, rect.y, rect.w, FL_STYLE_stage, text);
    add_use(view, w, &words);
    int lines = 0;
    if (words.data && !fl_weight_hidden(w, text, sizeof text))
        lines = fl_canvas_wrap(&view->canvas, (fl_rect){rect.x, rect.y + 1, rect.w, 2},
                               FL_STYLE_meaning, words.data);
    else
        lines = fl_canvas_wrap(&view->canvas, (fl_rect){rect.x, rect.y + 1, rect.w, 2},
                               FL_STYLE_warn, text);
    fl_buffer_done(&words);
    return 1 + (lines < 2 ? lines : 2);
}

/* What colours mean, found once for a weight. */
static void scale_cells(fl_view *view, const fl_weight *w, fl_cells *cells) {
    fl_weight_page *page = &view->weight;
    if (page->scaled != w->data) {
        fl_cells_scale(cells);
        page->scale = cells->shading.scale;
        page->largest = cells->largest;
        page->scaled = w->data;
    }
    cells->shading.scale = page->scale;
    cells->largest = page->largest;
}

void fl_weight_draw(fl_view *view, fl_rect rect) {
    const fl_weight *w = fl_weight_here(view);
    char why[128];
    if (!w || rect.h < 6)
        return;
    int head = draw_head(view, w, rect), foot = 4 + (w->n_dims == 2);
    if (fl_weight_hidden(w, why, sizeof why))
        return;
    table t = {view, w, malloc((size_t)fl_weight_cols(w) * sizeof(float)), -1};
    fl_cells cells = {.view = view,
                      .rows = fl_weight_rows(w),
                      .cols = fl_weight_cols(w),
                      .row = view->weight.row,
                      .col = view->weight.col,
                      .zoom = view->weight.zoom,
                      .label = 8,
                      .shading = {FL_RAMP_SIGNED, 0, view->options.colors, view->options.ascii},
                      .ctx = &t,
                      .at = cell_at,
                      .draw_label = draw_label,
                      .name = name_column};
    if (t.row) {
        scale_cells(view, w, &cells);
        fl_cells_draw(&cells, (fl_rect){rect.x, rect.y + head, rect.w, rect.h - head - foot});
        draw_foot(view, w, &cells, (fl_rect){rect.x, rect.y + rect.h - foot, rect.w, foot});
    }
    free(t.row);
}
