/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The grid: rows of cells as numbers where they fit, else as shades; the numbers of the cursor's
 * row below; the cell under the cursor exactly, always.
 */
#include "view/value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* How much of a cell is shown, from little to all. */
typedef enum level { BLOCK, ONE, TWO, BRIEF, NUMBER } level;
enum { WIDEST = FL_GLYPH_COLUMNS };

typedef struct sheet {
    fl_view *view;
    const fl_captured *captured;
    fl_grid grid;
    fl_place cursor;
    fl_shading shading;
    fl_format format, brief;
    fl_rect rect; /* header and rows */
    level level;
    int label;            /* columns of the row labels */
    int columns;          /* of one glyph or number, with its gap */
    int64_t cells;        /* cells that one glyph stands for */
    int64_t first, shown; /* glyph columns */
} sheet;

fl_format fl_value_format(const fl_captured *captured) {
    const fl_stats *stats = &captured->stats;
    double largest = stats->finite ? fmax(fabs(stats->min), fabs(stats->max)) : 0;
    fl_stage stage = captured->event.stage;
    if (stage == FL_STAGE_rope_cos || stage == FL_STAGE_rope_sin)
        largest = 1; /* the two are read side by side */
    return fl_format_for(largest, 4);
}

fl_shading fl_value_shading(fl_view *view, const fl_event *event) {
    bool share = event->stage == FL_STAGE_attn_probs || event->stage == FL_STAGE_probs;
    return (fl_shading){share, fl_digest_here(view)->scale, view->options.colors,
                        view->options.ascii};
}

void fl_place_words(fl_view *view, const fl_event *event, const int64_t index[FL_MAX_DIMS],
                    fl_buffer *out) {
    const fl_tensor *tensor = &event->tensor;
    const fl_stage_info *info = fl_stage_get_info(event->stage);
    char piece[64];
    fl_buffer_puts(out, "[");
    for (int i = 0; i < tensor->n_dims; i++)
        fl_buffer_printf(out, "%s%" PRId64, i ? ", " : "", index[i]);
    fl_buffer_puts(out, "]");
    const char *before = " ";
    for (int i = 0; i < tensor->n_dims; i++) {
        fl_axis axis = tensor->axes[i];
        if (axis == FL_AXIS_batch || axis == FL_AXIS_one)
            continue;
        fl_buffer_printf(out, "%s%s ", before, fl_axis_name(axis));
        before = ", ";
        if (axis == FL_AXIS_token || axis == FL_AXIS_query || axis == FL_AXIS_key) {
            int64_t position = fl_position_of(event, info->dims[i], index[i]);
            fl_buffer_printf(out, "\"%s\"", fl_token_at(view, piece, sizeof piece, position));
        } else if (axis == FL_AXIS_vocab) {
            fl_piece_show(piece, sizeof piece, &view->options.model.pieces, (int32_t)index[i]);
            fl_buffer_printf(out, "\"%s\"", piece);
        } else {
            fl_buffer_printf(out, "%" PRId64, index[i]);
        }
    }
}

void fl_row_label(fl_view *view, int x, int y, int width, int64_t position, bool on) {
    char piece[64];
    fl_style style = on ? FL_STYLE_label_on : FL_STYLE_label;
    fl_canvas *canvas = &view->canvas;
    if (on)
        fl_canvas_put(canvas, x, y, 1, FL_STYLE_key, "▸");
    fl_canvas_printf(canvas, x + 1, y, width - 2, FL_STYLE_dim, "%3" PRId64, position);
    fl_token_at(view, piece, sizeof piece, position);
    fl_canvas_fit(canvas, x + 5, y, width - 6, style, piece);
}

int64_t fl_first_shown(int64_t at, int64_t rows, int64_t shown) {
    int64_t first = at - shown / 2;
    if (first > rows - shown)
        first = rows - shown;
    return first < 0 ? 0 : first;
}

/* ---- how wide ---- */

/* Three digits where all columns fit with them, else two. */
static fl_format brief_format(const sheet *s) {
    if (s->shading.share)
        return (fl_format){2, false, 4};
    double largest = fl_digest_here(s->view)->largest;
    fl_format three = fl_format_for(largest, 3);
    bool fits = s->grid.cols * (three.width + 1) <= s->rect.w - s->label;
    return fits ? three : fl_format_for(largest, 2);
}

static int columns_of(const sheet *s, level l) {
    switch (l) {
    case BLOCK:
    case ONE:
        return 1;
    case TWO:
        return 2;
    case BRIEF:
        return s->brief.width + 1;
    case NUMBER:
        return s->format.width + 2;
    }
    return 1;
}

/* The widest cells with which all columns fit, moved by the reader's zoom. */
static void choose_level(sheet *s) {
    int room = s->rect.w - s->label;
    level lowest = s->grid.cols <= room ? ONE : BLOCK, best = lowest;
    for (level l = lowest; l <= NUMBER; l++)
        if (s->grid.cols * columns_of(s, l) <= room)
            best = l;
    int wanted = (int)best + s->view->zoom;
    s->level = wanted < (int)lowest ? lowest : wanted > NUMBER ? NUMBER : (level)wanted;
    s->columns = columns_of(s, s->level);
    if (s->level == TWO && s->grid.cols * WIDEST >= room) /* as wide as the room makes them */
        s->columns = (int)(room / s->grid.cols) < 2 ? 2 : (int)(room / s->grid.cols);
    else if (s->level == TWO)
        s->columns = WIDEST;
    s->cells = 1;
    int64_t fit = room / s->columns > 0 ? room / s->columns : 1;
    if (s->level == BLOCK)
        s->cells = (s->grid.cols + fit - 1) / fit;
    int64_t glyphs = (s->grid.cols + s->cells - 1) / s->cells;
    s->shown = glyphs < fit ? glyphs : fit;
    s->first = fl_first_shown(s->cursor.col / s->cells, glyphs, s->shown);
}

/* ---- header ---- */

static void column_name(const sheet *s, int64_t col, char *out, size_t size) {
    if (s->grid.col_dim == FL_DIM_S)
        fl_token_at(s->view, out, size, col);
    else
        snprintf(out, size, "%" PRId64, col);
}

static void draw_names(sheet *s) {
    char name[64];
    for (int64_t i = 0; i < s->shown; i++) {
        int64_t col = s->first + i;
        column_name(s, col, name, sizeof name);
        int x = s->rect.x + s->label + (int)i * s->columns;
        fl_style style = col == s->cursor.col ? FL_STYLE_label_on : FL_STYLE_label;
        fl_canvas *canvas = &s->view->canvas;
        const char *text = name; /* the blank before a word goes first */
        text += text[0] == ' ' && fl_text_width(text) >= s->columns;
        if (s->grid.col_dim != FL_DIM_S || fl_text_width(text) < s->columns)
            fl_canvas_right(canvas, x, s->rect.y, s->columns - 1, style, text);
        else
            fl_canvas_fit(canvas, x, s->rect.y, s->columns - 1, style, text);
    }
}

/* Distance of the marks over narrow cells: heads where they lie side by side, else even steps. */
static int64_t tick_step(const sheet *s, bool *heads) {
    int64_t d = s->view->options.model.hparams->head_dim;
    *heads = (s->grid.col_dim == FL_DIM_Hd || s->grid.col_dim == FL_DIM_Kd) &&
             d * s->columns / s->cells >= 3;
    if (*heads)
        return d;
    int64_t step = s->grid.col_dim == FL_DIM_S ? 5 : 8;
    while (step * s->columns / s->cells < 6)
        step *= 2;
    return step;
}

/* A mark's text: a head, a position with the token that stands there, or a place. */
static void tick_name(const sheet *s, int64_t col, int64_t step, bool heads, char *out,
                      size_t size) {
    char piece[64];
    if (heads)
        snprintf(out, size, "h%" PRId64, col / step);
    else if (s->grid.col_dim == FL_DIM_S)
        snprintf(out, size, "%" PRId64 "%s%s", col,
                 fl_token_at(s->view, piece, sizeof piece, col)[0] == ' ' ? "" : " ", piece);
    else
        snprintf(out, size, "%" PRId64, col);
}

static void draw_ticks(sheet *s) {
    bool heads;
    char name[96];
    int64_t step = tick_step(s, &heads), last = (s->first + s->shown) * s->cells;
    last = last < s->grid.cols ? last : s->grid.cols;
    int64_t glyph = s->cursor.col / s->cells - s->first;
    int marker = s->rect.x + s->label + (int)glyph * s->columns + (s->columns > 1);
    for (int64_t col = (s->first * s->cells + step - 1) / step * step; col < last; col += step) {
        int x = s->rect.x + s->label + (int)((col / s->cells - s->first) * s->columns);
        int room = (int)(step * s->columns / s->cells) - 1;
        room = room < s->rect.x + s->rect.w - x ? room : s->rect.x + s->rect.w - x;
        tick_name(s, col, step, heads, name, sizeof name);
        int width = fl_text_width(name) < room ? fl_text_width(name) : room;
        bool whole = width == fl_text_width(name) || (s->grid.col_dim == FL_DIM_S && room >= 5);
        if (whole && (marker < x || marker >= x + width))
            fl_canvas_fit(&s->view->canvas, x, s->rect.y, room, FL_STYLE_dim, name);
    }
    fl_canvas_put(&s->view->canvas, marker, s->rect.y, 1, FL_STYLE_key, "▾");
}

/* ---- cells ---- */

static double cell_value(const sheet *s, int64_t band, int64_t row, int64_t col, bool *masked) {
    int64_t index[FL_MAX_DIMS];
    fl_grid_index(&s->captured->event, band, row, col, index);
    const fl_tensor *tensor = &s->captured->event.tensor;
    *masked = tensor->mask.causal && fl_tensor_masked(tensor, index);
    return *masked ? 0 : fl_tensor_at(tensor, index);
}

/* What one glyph shows: of its cells the one of largest magnitude, NaN and infinities first. */
static double glyph_value(const sheet *s, int64_t band, int64_t row, int64_t glyph, bool *masked) {
    double most = 0;
    int64_t end = (glyph + 1) * s->cells;
    end = end < s->grid.cols ? end : s->grid.cols;
    *masked = true;
    for (int64_t col = glyph * s->cells; col < end; col++) {
        bool hidden;
        double value = cell_value(s, band, row, col, &hidden);
        if (hidden)
            continue;
        if (isnan(value))
            return *masked = false, value;
        if (*masked || fabs(value) > fabs(most))
            most = value;
        *masked = false;
    }
    return most;
}

static void draw_masked(sheet *s, int x, int y, fl_style style) {
    const char *dot = s->view->options.ascii ? "." : "·";
    fl_canvas_fill(&s->view->canvas, (fl_rect){x, y, s->columns, 1}, style, " ");
    fl_canvas_put(&s->view->canvas, x + s->columns - 1 - (s->level >= BRIEF), y, 1, style, dot);
}

static void draw_number(sheet *s, int x, int y, double value, bool on) {
    char number[FL_NUMBER];
    fl_canvas *canvas = &s->view->canvas;
    fl_style style = on ? FL_STYLE_cursor : fl_shade_style(&s->shading, value);
    fl_format format = s->level == NUMBER ? s->format : s->brief;
    if (s->shading.share)
        fl_number(number, format, value);
    else
        fl_number_apart(number, format, value);
    fl_canvas_fill(canvas, (fl_rect){x, y, s->columns, 1}, style, " ");
    fl_canvas_right(canvas, x, y, s->columns - (s->level == NUMBER), style, number);
    if (on && s->level == NUMBER) {
        fl_canvas_put(canvas, x + s->columns - 2 - (int)strlen(number), y, 1, style, "[");
        fl_canvas_put(canvas, x + s->columns - 1, y, 1, style, "]");
    }
}

static void draw_shade(sheet *s, int x, int y, double value, bool on) {
    fl_style style = on ? FL_STYLE_cursor : fl_shade_style(&s->shading, value);
    fl_canvas *canvas = &s->view->canvas;
    if (s->columns > 2)
        fl_canvas_fill(canvas, (fl_rect){x, y, s->columns, 1}, style, " ");
    fl_canvas_put(canvas, x + (s->columns > 2), y, s->columns, style,
                  fl_shade_glyph(&s->shading, value, s->columns));
}

static void draw_row(sheet *s, int y, int64_t band, int64_t row) {
    int x0 = s->rect.x + s->label;
    bool on_row = band == s->cursor.band && row == s->cursor.row;
    for (int64_t i = 0; i < s->shown; i++) {
        bool masked, on = on_row && s->first + i == s->cursor.col / s->cells;
        double value = glyph_value(s, band, row, s->first + i, &masked);
        int x = x0 + (int)i * s->columns;
        if (masked)
            draw_masked(s, x, y, on ? FL_STYLE_cursor : FL_STYLE_masked);
        else if (s->level >= BRIEF)
            draw_number(s, x, y, value, on);
        else
            draw_shade(s, x, y, value, on);
    }
    fl_hit_add(s->view, (fl_rect){x0, y, (int)s->shown * s->columns, 1}, FL_HIT_CELL, band, row,
               s->first);
}

static void draw_label(sheet *s, int y, int64_t band, int64_t row) {
    const fl_event *event = &s->captured->event;
    bool on = band == s->cursor.band && row == s->cursor.row;
    int64_t position = fl_position_of(event, s->grid.row_dim, row);
    fl_row_label(s->view, s->rect.x, y, s->label, position, on);
    if (s->grid.row_dim == FL_DIM_S && position >= event->past)
        fl_canvas_put(&s->view->canvas, s->rect.x + s->label - 1, y, 1, FL_STYLE_done, "*");
}

static void draw_band(sheet *s, int y, int64_t band) {
    const fl_hparams *h = s->view->options.model.hparams;
    int64_t group = h->num_attention_heads / h->num_key_value_heads;
    char text[96];
    if (s->grid.band_dim == FL_DIM_H)
        snprintf(text, sizeof text, "head %" PRId64 ", looks into k/v head %" PRId64, band,
                 band / group);
    else if (group > 1)
        snprintf(text, sizeof text, "k/v head %" PRId64 ", for heads %" PRId64 " to %" PRId64, band,
                 band * group, band * group + group - 1);
    else
        snprintf(text, sizeof text, "k/v head %" PRId64, band);
    fl_canvas_fit(&s->view->canvas, s->rect.x + 1, y, s->rect.w - 1,
                  band == s->cursor.band ? FL_STYLE_label_on : FL_STYLE_dim, text);
}

/* Lines of the grid: each band has a title if there are bands. Returns the lines drawn. */
static int draw_rows(sheet *s, int room) {
    bool titled = s->grid.band_dim != FL_DIM_NONE;
    int64_t per_band = s->grid.rows + titled, lines = per_band * s->grid.bands;
    int64_t at = s->cursor.band * per_band + s->cursor.row + titled;
    int64_t first = fl_first_shown(at, lines, room);
    if (titled && per_band <= room) { /* the whole band, from its title on */
        first = s->cursor.band * per_band;
        first = first > lines - room ? (lines > room ? lines - room : 0) : first;
    }
    int drawn = 0;
    for (int64_t line = first; line < lines && drawn < room; line++, drawn++) {
        int64_t band = line / per_band, row = line % per_band - titled;
        int y = s->rect.y + 1 + drawn;
        if (row < 0) {
            draw_band(s, y, band);
            continue;
        }
        draw_label(s, y, band, row);
        draw_row(s, y, band, row);
    }
    return drawn;
}

/* ---- below the grid ---- */

/* A loud row elsewhere does not cost this one its digits. */
static fl_format row_format(const sheet *s) {
    double largest = 0;
    bool masked;
    for (int64_t col = 0; col < s->grid.cols; col++) {
        double size = fabs(cell_value(s, s->cursor.band, s->cursor.row, col, &masked));
        largest = isfinite(size) && size > largest ? size : largest;
    }
    return largest > 0 ? fl_format_for(largest, 4) : s->format;
}

/* The cursor's row in numbers, line after line, starting where the cursor is in sight. */
static void draw_numbers(sheet *s, int y, int lines) {
    fl_canvas *canvas = &s->view->canvas;
    fl_format format = row_format(s);
    int width = format.width + 2, label = 7;
    int64_t per_line = (s->rect.w - label) / width;
    if (per_line < 1 || lines < 1)
        return;
    per_line = per_line >= 8 ? per_line / 4 * 4 : per_line;
    int64_t total = (s->grid.cols + per_line - 1) / per_line;
    int64_t first = fl_first_shown(s->cursor.col / per_line, total, lines);
    for (int64_t line = first; line < total && line < first + lines; line++, y++) {
        fl_canvas_printf(canvas, s->rect.x, y, label, FL_STYLE_dim, "%5" PRId64 ":",
                         line * per_line);
        for (int64_t i = 0; i < per_line && line * per_line + i < s->grid.cols; i++) {
            int64_t col = line * per_line + i;
            bool masked;
            sheet cell = *s;
            cell.level = NUMBER;
            cell.format = format;
            cell.columns = width;
            double value = cell_value(s, s->cursor.band, s->cursor.row, col, &masked);
            int x = s->rect.x + label + (int)i * width;
            if (masked)
                draw_masked(&cell, x, y, FL_STYLE_masked);
            else
                draw_number(&cell, x, y, value, col == s->cursor.col);
        }
    }
}

/* Where the cursor's row looks, as bars: the end of a long row, where the token itself is. */
static void draw_shares(sheet *s, fl_rect rect) {
    fl_canvas *canvas = &s->view->canvas;
    char piece[64], bar[128], number[FL_NUMBER];
    int64_t seen = s->captured->event.past + s->cursor.row + 1, lines = rect.h - 1;
    int64_t first = seen > lines ? fl_first_shown(s->cursor.col, seen, lines) : 0;
    fl_token_at(s->view, piece, sizeof piece, seen - 1);
    fl_canvas_printf(canvas, rect.x + 1, rect.y, rect.w - 1, FL_STYLE_dim, "where \"%s\" looks",
                     piece);
    for (int64_t k = first; k < seen && k - first < lines; k++) {
        int y = rect.y + 1 + (int)(k - first);
        bool masked;
        double share = cell_value(s, s->cursor.band, s->cursor.row, k, &masked);
        if (masked)
            continue;
        fl_row_label(s->view, rect.x, y, s->label, k, k == s->cursor.col);
        fl_canvas_right(canvas, rect.x + s->label, y, 6, FL_STYLE_text,
                        fl_number(number, (fl_format){3, false, 5}, share));
        fl_bar(bar, share, rect.w - s->label - 8, canvas->ascii);
        fl_canvas_put(canvas, rect.x + s->label + 7, y, rect.w - s->label - 7, FL_STYLE_bar, bar);
    }
}

static void draw_cell(sheet *s, int y) {
    fl_buffer words = {0};
    char number[FL_NUMBER];
    bool masked;
    double value = cell_value(s, s->cursor.band, s->cursor.row, s->cursor.col, &masked);
    fl_place_words(s->view, &s->captured->event, s->cursor.index, &words);
    if (masked)
        fl_buffer_puts(&words, " is hidden: it lies ahead of the token that looks");
    else
        fl_buffer_printf(&words, " = %s", fl_exact(number, value));
    bool follows = !masked && s->view->cursor[s->grid.col_dim] < 0;
    if (follows && words.data && fl_text_width(words.data) + 24 < s->rect.w)
        fl_buffer_puts(&words, ", largest of its row");
    fl_canvas_put(&s->view->canvas, s->rect.x, y, 1, FL_STYLE_key, "▸");
    if (words.data)
        fl_canvas_fit(&s->view->canvas, s->rect.x + 2, y, s->rect.w - 2, FL_STYLE_bold, words.data);
    fl_buffer_done(&words);
}

static void draw_legend(sheet *s, int y) {
    char legend[160], text[320] = "";
    if (s->cells > 1)
        snprintf(text, sizeof text, "largest of %" PRId64 " cells; ", s->cells);
    else if (s->shown < s->grid.cols)
        snprintf(text, sizeof text, "cells %" PRId64 " to %" PRId64 " of %" PRId64 "; ", s->first,
                 s->first + s->shown - 1, s->grid.cols);
    size_t used = strlen(text);
    fl_shade_legend(&s->shading, s->columns, s->rect.w - fl_text_width(text), legend,
                    sizeof legend);
    snprintf(text + used, sizeof text - used, "%s", legend);
    if (!legend[0] && used >= 2)
        text[used - 2] = '\0';
    fl_canvas_fit(&s->view->canvas, s->rect.x, y, s->rect.w, FL_STYLE_dim, text);
}

static void draw_grid(fl_view *view, const fl_captured *captured, fl_rect rect) {
    sheet s = {.view = view, .captured = captured, .rect = rect};
    s.shading = fl_value_shading(view, &captured->event);
    s.captured = captured = fl_here(view);
    if (!captured)
        return;
    s.grid = fl_grid_of(&captured->event);
    s.cursor = fl_cursor_place(view, captured);
    s.format = fl_value_format(captured);
    s.label = rect.w >= 60 ? FL_LABEL : FL_LABEL - 3;
    s.brief = brief_format(&s);
    choose_level(&s);
    view->hit_x = rect.x + s.label;
    view->hit_columns = s.columns;
    view->hit_cells = (int)s.cells;
    if (s.level >= BRIEF)
        draw_names(&s);
    else
        draw_ticks(&s);
    int foot = rect.h >= 6 ? 2 : 1, room = rect.h - 1 - foot;
    int drawn = draw_rows(&s, room > 0 ? room : 0);
    fl_rect below = {rect.x, rect.y + 2 + drawn, rect.w, room - drawn - 1};
    if (s.level < NUMBER && below.h >= 1)
        draw_numbers(&s, below.y, below.h);
    else if (captured->event.stage == FL_STAGE_attn_probs && below.h >= 4)
        draw_shares(&s, below);
    draw_cell(&s, rect.y + rect.h - foot);
    if (foot > 1)
        draw_legend(&s, rect.y + rect.h - 1);
}

void fl_value_draw(fl_view *view, fl_rect rect) {
    const fl_captured *captured = fl_here(view);
    if (!captured || rect.h < 2 || rect.w < 20)
        return;
    switch (fl_cursor_kind(&captured->event)) {
    case FL_KIND_GRID:
        draw_grid(view, captured, rect);
        break;
    case FL_KIND_SCALARS:
        fl_scalars_draw(view, rect);
        break;
    case FL_KIND_TOKENS:
        fl_tokens_draw(view, rect);
        break;
    case FL_KIND_RANKED:
        fl_ranked_draw(view, rect);
        break;
    case FL_KIND_CHOICE:
        fl_choice_draw(view, rect);
        break;
    }
}
