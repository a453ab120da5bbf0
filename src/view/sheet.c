/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The cells of a grid: numbers, shades, and two rows a line as halves.
 */
#include "view/sheet.h"

#include <math.h>
#include <string.h>

double fl_sheet_value(const fl_sheet *s, int64_t band, int64_t row, int64_t col, bool *masked) {
    int64_t index[FL_MAX_DIMS];
    fl_grid_index(&s->captured->event, band, row, col, index);
    const fl_tensor *tensor = &s->captured->event.tensor;
    *masked = tensor->mask.causal && fl_tensor_masked(tensor, index);
    return *masked ? 0 : fl_tensor_at(tensor, index);
}

/* What one glyph shows: of its cells the one of largest magnitude, NaN and infinities first. */
static double glyph_value(const fl_sheet *s, int64_t band, int64_t row, int64_t glyph,
                          bool *masked) {
    double most = 0;
    int64_t end = (glyph + 1) * s->cells;
    end = end < s->grid.cols ? end : s->grid.cols;
    *masked = true;
    for (int64_t col = glyph * s->cells; col < end; col++) {
        bool hidden;
        double value = fl_sheet_value(s, band, row, col, &hidden);
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

void fl_sheet_masked(fl_sheet *s, int x, int y, fl_style style) {
    const char *dot = s->view->options.ascii ? "." : "·";
    fl_canvas_fill(&s->view->canvas, (fl_rect){x, y, s->columns, 1}, style, " ");
    fl_canvas_put(&s->view->canvas, x + s->columns - 1 - (s->level >= FL_LEVEL_BRIEF), y, 1, style,
                  dot);
}

void fl_sheet_number(fl_sheet *s, int x, int y, double value, bool on) {
    char number[FL_NUMBER];
    fl_canvas *canvas = &s->view->canvas;
    fl_style style = on ? FL_STYLE_cursor : fl_shade_style(&s->shading, value);
    fl_format format = s->level == FL_LEVEL_NUMBER ? s->format : s->brief;
    if (fl_ramp_is_share(s->shading.ramp))
        fl_number(number, format, value);
    else
        fl_number_apart(number, format, value);
    bool spacious = s->columns > format.width + 1;
    fl_canvas_fill(canvas, (fl_rect){x, y, s->columns, 1}, style, " ");
    fl_canvas_right(canvas, x, y, s->columns - spacious, style, number);
    if (on && spacious) {
        fl_canvas_put(canvas, x + s->columns - 2 - (int)strlen(number), y, 1, style, "[");
        fl_canvas_put(canvas, x + s->columns - 1, y, 1, style, "]");
    }
}

static void draw_shade(fl_sheet *s, int x, int y, double value, bool on) {
    fl_style style = on ? FL_STYLE_cursor : fl_shade_style(&s->shading, value);
    fl_canvas *canvas = &s->view->canvas;
    if (s->columns > 2)
        fl_canvas_fill(canvas, (fl_rect){x, y, s->columns, 1}, style, " ");
    fl_canvas_put(canvas, x + (s->columns > 2), y, s->columns, style,
                  fl_shade_glyph(&s->shading, value, s->columns));
}

static void draw_cell(fl_sheet *s, int x, int y, int64_t band, int64_t row, int64_t glyph) {
    bool masked,
        on = band == s->cursor.band && row == s->cursor.row && glyph == s->cursor.col / s->cells;
    double value = glyph_value(s, band, row, glyph, &masked);
    if (masked)
        fl_sheet_masked(s, x, y, on ? FL_STYLE_cursor : FL_STYLE_masked);
    else if (s->level >= FL_LEVEL_BRIEF)
        fl_sheet_number(s, x, y, value, on);
    else
        draw_shade(s, x, y, value, on);
}

/* The ground of a half or of a line of a tall row; what is hidden, and what lies behind the last
 * row, has none. */
static fl_style half_style(const fl_sheet *s, int64_t band, int64_t row, int64_t glyph) {
    bool masked,
        on = band == s->cursor.band && row == s->cursor.row && glyph == s->cursor.col / s->cells;
    if (row >= s->grid.rows)
        return FL_STYLE_masked;
    double value = glyph_value(s, band, row, glyph, &masked);
    return on ? FL_STYLE_cursor : masked ? FL_STYLE_masked : fl_shade_style(&s->shading, value);
}

void fl_sheet_row(fl_sheet *s, int y, int64_t band, int64_t row) {
    int x0 = s->rect.x + s->label, middle = (s->tall - 1) / 2;
    for (int64_t i = 0; i < s->shown * s->tall; i++) {
        int64_t column = i / s->tall;
        int x = x0 + (int)column * s->columns, line = (int)(i % s->tall);
        if (line != middle)
            fl_canvas_fill(&s->view->canvas, (fl_rect){x, y + line, s->columns, 1},
                           half_style(s, band, row, s->first + column), " ");
        else if (s->stack > 1)
            fl_canvas_halves(&s->view->canvas, x, y, half_style(s, band, row, s->first + column),
                             half_style(s, band, row + 1, s->first + column));
        else
            draw_cell(s, x, y + middle, band, row, s->first + column);
    }
    fl_hit_add(s->view, (fl_rect){x0, y, (int)s->shown * s->columns, s->tall}, FL_HIT_CELL, band,
               row, s->first);
}
