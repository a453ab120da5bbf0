/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Looking along one axis: statistics of each row, the largest columns, and one row as bars.
 */
#include "view/ways.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINES_MOST = 32, NAME = 20, LOUD = 6 };

/* ---- counting ---- */

/* Of scores and shares the largest counts, of all else the largest magnitude. */
static bool by_value(const fl_event *event) {
    return event->stage == FL_STAGE_attn_scores || event->stage == FL_STAGE_attn_probs;
}

static bool hidden(const fl_tensor *tensor, const int64_t index[FL_MAX_DIMS]) {
    return tensor->mask.causal && fl_tensor_masked(tensor, index);
}

fl_spread fl_spread_along(const fl_event *event, const int64_t index[FL_MAX_DIMS], int axis) {
    const fl_tensor *tensor = &event->tensor;
    fl_spread s = {0};
    double sum = 0, squares = 0, most = -INFINITY;
    int64_t at[FL_MAX_DIMS];
    memcpy(at, index, sizeof at);
    for (at[axis] = 0; at[axis] < tensor->shape[axis]; at[axis]++) {
        if (hidden(tensor, at))
            continue;
        double x = fl_tensor_at(tensor, at), size = by_value(event) ? x : fabs(x);
        if (!isfinite(x)) {
            s.odd++;
            continue;
        }
        s.min = s.count == 0 || x < s.min ? x : s.min;
        s.max = s.count == 0 || x > s.max ? x : s.max;
        s.count++;
        sum += x;
        squares += x * x;
        s.at = size > most ? at[axis] : s.at;
        most = size > most ? size : most;
    }
    s.mean = s.count > 0 ? sum / (double)s.count : 0;
    s.rms = s.count > 0 ? sqrt(squares / (double)s.count) : 0;
    return s;
}

void fl_spread_bins(const fl_captured *captured, const int64_t index[FL_MAX_DIMS], int axis,
                    int64_t bins[FL_SPREAD_BINS]) {
    const fl_tensor *tensor = &captured->event.tensor;
    double low = captured->stats.min, span = captured->stats.max - low;
    int64_t at[FL_MAX_DIMS];
    memcpy(at, index, sizeof at);
    memset(bins, 0, sizeof(int64_t[FL_SPREAD_BINS]));
    for (at[axis] = 0; at[axis] < tensor->shape[axis]; at[axis]++) {
        double x = hidden(tensor, at) ? NAN : fl_tensor_at(tensor, at);
        int bin = isfinite(x) && span > 0 ? (int)((x - low) / span * FL_SPREAD_BINS) : 0;
        if (isfinite(x))
            bins[bin < FL_SPREAD_BINS ? bin : FL_SPREAD_BINS - 1]++;
    }
}

static int descending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

static void note_column(fl_columns *columns, int64_t col, const fl_spread *spread) {
    int at = columns->count;
    while (at > 0 && spread->rms > columns->best[at - 1].spread.rms)
        at--;
    if (at == FL_COLUMNS_KEPT)
        return;
    columns->count += columns->count < FL_COLUMNS_KEPT;
    for (int i = columns->count - 1; i > at; i--)
        columns->best[i] = columns->best[i - 1];
    columns->best[at].col = col;
    columns->best[at].spread = *spread;
}

/* What is usual: the column in the middle; those far from it are counted. */
static void find_usual(fl_columns *columns, double *sizes, int64_t n) {
    qsort(sizes, (size_t)n, sizeof sizes[0], descending);
    columns->usual = n > 0 ? sizes[n / 2] : 0;
    for (columns->beyond = 0; columns->beyond < n; columns->beyond++)
        if (!(sizes[columns->beyond] > LOUD * columns->usual))
            break;
}

const fl_columns *fl_columns_here(fl_view *view) {
    fl_columns *columns = &view->looking.axes;
    const fl_captured *here = fl_here(view);
    fl_place place = here ? fl_cursor_place(view, here) : (fl_place){0};
    if (!here || (columns->event == view->at && columns->band == place.band))
        return columns;
    fl_grid grid = fl_grid_of(&here->event);
    double *sizes = malloc((size_t)grid.cols * sizeof *sizes);
    columns->event = view->at;
    columns->band = place.band;
    columns->count = 0;
    for (int64_t col = 0; sizes && col < grid.cols; col++) {
        int64_t index[FL_MAX_DIMS];
        fl_grid_index(&here->event, place.band, 0, col, index);
        fl_spread spread = fl_spread_along(&here->event, index, here->event.tensor.n_dims - 2);
        note_column(columns, col, &spread);
        sizes[col] = spread.rms;
    }
    find_usual(columns, sizes, sizes ? grid.cols : 0);
    free(sizes);
    return columns;
}

/* ---- a table of spreads ---- */

typedef struct table {
    fl_view *view;
    const fl_captured *here;
    fl_grid grid;
    fl_place place;
    fl_format format;
    fl_rect rect;
    int axis;  /* the one walked along */
    int label; /* columns before the numbers */
    int lines; /* between header and foot */
} table;

static bool open_table(table *t, fl_view *view, fl_rect rect, bool along_rows) {
    const fl_captured *here = fl_here(view);
    if (!here)
        return false;
    *t = (table){.view = view, .here = here, .rect = rect};
    t->grid = fl_grid_of(&here->event);
    t->place = fl_cursor_place(view, here);
    t->format = fl_value_format(here);
    t->axis = here->event.tensor.n_dims - (along_rows ? 1 : 2);
    t->label = rect.w >= 60 ? FL_LABEL : FL_LABEL - 3;
    t->lines = rect.h > 3 ? rect.h - 3 : 0;
    return true;
}

static int width_of(const table *t) {
    return t->format.width + 1;
}

static void draw_header(const table *t, const char *label, const char *last) {
    static const char *const names[] = {"min", "max", "mean", "rms"};
    fl_canvas *canvas = &t->view->canvas;
    int x = t->rect.x + t->label;
    if (t->grid.band_dim == FL_DIM_NONE)
        fl_canvas_put(canvas, t->rect.x + 1, t->rect.y, t->label - 1, FL_STYLE_dim, label);
    fl_slice_draw(t->view, t->rect.x + 1, t->rect.y, t->label - 1, &t->grid, t->place.band);
    for (int i = 0; i < 4; i++, x += width_of(t))
        fl_canvas_right(canvas, x, t->rect.y, width_of(t), FL_STYLE_dim, names[i]);
    fl_canvas_put(canvas, x + 1, t->rect.y, NAME + 8, FL_STYLE_dim,
                  by_value(&t->here->event) ? "largest at" : "largest |x| at");
    fl_canvas_put(canvas, x + 1 + NAME, t->rect.y, t->rect.w - (x + 1 + NAME - t->rect.x),
                  FL_STYLE_dim, last);
}

/* The four numbers and where the largest is; returns the column behind them. */
static int draw_spread(const table *t, int y, const fl_spread *s, fl_style style) {
    const double values[] = {s->min, s->max, s->mean, s->rms};
    fl_canvas *canvas = &t->view->canvas;
    fl_buffer words = {0};
    char number[FL_NUMBER];
    int x = t->rect.x + t->label;
    for (int i = 0; i < 4 && s->count > 0; i++)
        fl_canvas_right(canvas, x + i * width_of(t), y, width_of(t), style,
                        fl_number(number, t->format, values[i]));
    x += 4 * width_of(t) + 1;
    if (s->count > 0)
        fl_axis_words(t->view, &t->here->event, t->axis, s->at, &words);
    else
        fl_buffer_puts(&words, s->odd > 0 ? "no number" : "all hidden");
    if (s->count > 0 && s->odd > 0)
        fl_buffer_printf(&words, ", %" PRId64 " nan/inf", s->odd);
    if (words.data)
        fl_canvas_fit(canvas, x, y, NAME - 1, style, words.data);
    fl_buffer_done(&words);
    return x + NAME;
}

static void spread_line(fl_view *view, const fl_event *event, int axis, const fl_spread *s,
                        fl_buffer *out) {
    char number[FL_NUMBER];
    if (s->count == 0) {
        fl_buffer_puts(out, s->odd > 0 ? ": no number\n" : ": all hidden\n");
        return;
    }
    fl_buffer_printf(out, ": min %s", fl_short(number, s->min));
    fl_buffer_printf(out, ", max %s", fl_short(number, s->max));
    fl_buffer_printf(out, ", mean %s", fl_short(number, s->mean));
    fl_buffer_printf(out, ", rms %s, largest%s at ", fl_short(number, s->rms),
                     by_value(event) ? "" : " magnitude");
    fl_axis_words(view, event, axis, s->at, out);
    if (s->odd > 0)
        fl_buffer_printf(out, ", %" PRId64 " not a number or infinite", s->odd);
    fl_buffer_puts(out, "\n");
}

static void band_line(fl_view *view, const fl_grid *grid, int64_t band, fl_buffer *out) {
    char words[96];
    if (grid->band_dim == FL_DIM_NONE)
        return;
    fl_band_words(view, grid, band, words, sizeof words);
    fl_buffer_printf(out, "%s, of %" PRId64 "\n", words, grid->bands);
}

/* ---- rows ---- */

static void draw_bins(const table *t, int x, int y, const int64_t index[FL_MAX_DIMS]) {
    int64_t bins[FL_SPREAD_BINS], most = 1;
    fl_spread_bins(t->here, index, t->axis, bins);
    for (int i = 0; i < FL_SPREAD_BINS; i++)
        most = bins[i] > most ? bins[i] : most;
    for (int i = 0; i < FL_SPREAD_BINS; i++)
        fl_canvas_put(&t->view->canvas, x + i, y, 1, FL_STYLE_bar,
                      fl_column((double)bins[i] / (double)most, t->view->options.ascii));
}

static void draw_stat_row(const table *t, int y, int64_t row) {
    int64_t index[FL_MAX_DIMS];
    bool on = row == t->place.row;
    fl_grid_index(&t->here->event, t->place.band, row, 0, index);
    fl_row_label(t->view, t->rect.x, y, t->label,
                 fl_position_of(&t->here->event, t->grid.row_dim, row), on);
    fl_spread spread = fl_spread_along(&t->here->event, index, t->axis);
    int x = draw_spread(t, y, &spread, on ? FL_STYLE_label_on : FL_STYLE_text);
    if (x + FL_SPREAD_BINS <= t->rect.x + t->rect.w)
        draw_bins(t, x, y, index);
    fl_hit_add(t->view, (fl_rect){t->rect.x, y, t->rect.w, 1}, FL_HIT_CELL, t->place.band, row,
               spread.at);
}

void fl_rows_draw(fl_view *view, fl_rect rect) {
    table t;
    char legend[96] = "", low[FL_NUMBER], high[FL_NUMBER];
    if (!open_table(&t, view, rect, true))
        return;
    bool bins = t.label + 4 * width_of(&t) + 1 + NAME + FL_SPREAD_BINS <= rect.w;
    draw_header(&t, "", bins ? "its histogram" : "");
    int64_t first = fl_first_shown(t.place.row, t.grid.rows, t.lines);
    view->hit_x = rect.x;
    view->hit_columns = rect.w; /* a click anywhere in the line */
    view->hit_cells = 1;
    for (int64_t row = first; row < t.grid.rows && row < first + t.lines; row++)
        draw_stat_row(&t, rect.y + 1 + (int)(row - first), row);
    if (bins)
        snprintf(legend, sizeof legend, "histograms go from %s to %s",
                 fl_short(low, t.here->stats.min), fl_short(high, t.here->stats.max));
    fl_way_foot(view, rect, legend);
}

void fl_rows_lines(fl_view *view, fl_buffer *out) {
    table t;
    if (!open_table(&t, view, (fl_rect){0}, true))
        return;
    band_line(view, &t.grid, t.place.band, out);
    int64_t first = fl_first_shown(t.place.row, t.grid.rows, LINES_MOST);
    for (int64_t row = first; row < t.grid.rows && row < first + LINES_MOST; row++) {
        int64_t index[FL_MAX_DIMS];
        fl_grid_index(&t.here->event, t.place.band, row, 0, index);
        fl_spread spread = fl_spread_along(&t.here->event, index, t.axis);
        fl_axis_words(view, &t.here->event, t.axis - 1, row, out);
        spread_line(view, &t.here->event, t.axis, &spread, out);
    }
    if (t.grid.rows > LINES_MOST)
        fl_buffer_printf(out, "rows %" PRId64 " to %" PRId64 " of %" PRId64 "\n", first,
                         first + LINES_MOST - 1, t.grid.rows);
}

/* ---- columns ---- */

static void axes_words(const fl_columns *columns, char *out, size_t size) {
    char number[FL_NUMBER], loud[32] = "none is";
    if (columns->beyond > 0)
        snprintf(loud, sizeof loud, "%" PRId64 " %s", columns->beyond,
                 columns->beyond == 1 ? "is" : "are");
    snprintf(out, size, "usual rms %s, %s beyond %d times that", fl_short(number, columns->usual),
             loud, LOUD);
}

void fl_axes_draw(fl_view *view, fl_rect rect) {
    table t;
    char legend[96], bar[128];
    const fl_columns *columns = fl_columns_here(view);
    if (!open_table(&t, view, rect, false))
        return;
    draw_header(&t, "column", "sorted by rms");
    int64_t first = fl_first_shown(view->looking.pick, columns->count, t.lines);
    for (int64_t i = first; i < columns->count && i < first + t.lines; i++) {
        fl_buffer words = {0};
        const fl_spread *spread = &columns->best[i].spread;
        int y = rect.y + 1 + (int)(i - first);
        fl_style style = fl_item_style(view, (fl_rect){rect.x, y, rect.w, 1}, (int)i);
        fl_axis_words(view, &t.here->event, t.axis + 1, columns->best[i].col, &words);
        if (words.data)
            fl_canvas_fit(&view->canvas, rect.x + 1, y, t.label - 1, style, words.data);
        fl_buffer_done(&words);
        int x = draw_spread(&t, y, spread, style), room = rect.x + rect.w - x;
        fl_bar(bar, spread->rms / columns->best[0].spread.rms, room, view->options.ascii);
        fl_canvas_put(&view->canvas, x, y, room, FL_STYLE_bar, bar);
    }
    axes_words(columns, legend, sizeof legend);
    fl_way_foot(view, rect, legend);
}

void fl_axes_lines(fl_view *view, fl_buffer *out) {
    table t;
    char words[96];
    const fl_columns *columns = fl_columns_here(view);
    if (!open_table(&t, view, (fl_rect){0}, false))
        return;
    band_line(view, &t.grid, t.place.band, out);
    for (int i = 0; i < columns->count && i < LINES_MOST / 2; i++) {
        fl_axis_words(view, &t.here->event, t.axis + 1, columns->best[i].col, out);
        spread_line(view, &t.here->event, t.axis, &columns->best[i].spread, out);
    }
    axes_words(columns, words, sizeof words);
    fl_buffer_printf(out, "of %" PRId64 " columns: %s\n", t.grid.cols, words);
}

/* ---- one row of shares ---- */

void fl_bars_draw(fl_view *view, fl_rect rect) {
    fl_sheet s;
    if (!fl_sheet_open(&s, view, rect))
        return;
    fl_sheet_shares(&s, (fl_rect){rect.x, rect.y, rect.w, rect.h - 2});
    fl_way_foot(view, rect, "");
}

void fl_bars_lines(fl_view *view, fl_buffer *out) {
    fl_sheet s;
    int64_t from, seen;
    char piece[64], number[FL_NUMBER];
    if (!fl_sheet_open(&s, view, (fl_rect){0}))
        return;
    fl_mask_range(&s.captured->event.tensor.mask, s.cursor.row, &from, &seen);
    fl_buffer_printf(out, "where \"%s\" looks\n", fl_token_at(view, piece, sizeof piece, seen - 1));
    int64_t first = from + fl_first_shown(s.cursor.col - from, seen - from, LINES_MOST);
    for (int64_t k = first; k < seen && k < first + LINES_MOST; k++) {
        bool masked;
        double share = fl_sheet_value(&s, s.cursor.band, s.cursor.row, k, &masked);
        fl_buffer_printf(out, "%" PRId64 " \"%s\": %s %%\n", k,
                         fl_token_at(view, piece, sizeof piece, k), fl_short(number, 100 * share));
    }
}
