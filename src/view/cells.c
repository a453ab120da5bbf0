/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * A table of cells of any source, as the pages of weights and of comparisons show one: how wide its
 * cells are, what colours mean, names, rows and a legend.
 */
#include "view/cells.h"

#include "view/value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How much of a cell is shown, from little to all. */
typedef enum level { BLOCK, ONE, TWO, BRIEF, NUMBER } level;

/* ---- scale ---- */

static double row_magnitude(const fl_cells *c, int64_t row) {
    double most = 0, value;
    for (int64_t col = 0; col < c->cols; col++)
        if (c->at(c->ctx, row, col, &value) && isfinite(value) && fabs(value) > most)
            most = fabs(value);
    return most;
}

void fl_cells_scale(fl_cells *cells) {
    double sizes[FL_SAMPLED_ROWS];
    int n = cells->rows < FL_SAMPLED_ROWS ? (int)cells->rows : FL_SAMPLED_ROWS;
    cells->largest = 0;
    for (int i = 0; i < n; i++) {
        sizes[i] = row_magnitude(cells, i * cells->rows / n);
        cells->largest = sizes[i] > cells->largest ? sizes[i] : cells->largest;
    }
    double usual = 2 * fl_usual_of(sizes, n);
    cells->shading.scale = usual < cells->largest ? usual : cells->largest;
}

/* ---- how wide ---- */

static fl_format format_of(const fl_cells *c, level l) {
    if (fl_ramp_is_share(c->shading.ramp))
        return l == NUMBER ? (fl_format){4, false, 6} : (fl_format){2, false, 4};
    return fl_format_for(c->largest, l == NUMBER ? 4 : 2);
}

static int columns_of(const fl_cells *c, level l) {
    return l >= BRIEF ? format_of(c, l).width + 1 : l == TWO ? 2 : 1;
}

static level choose_level(fl_cells *c, int room) {
    level lowest = c->cols <= room ? ONE : BLOCK, best = lowest;
    for (level l = lowest; l <= NUMBER; l++)
        if (c->cols * columns_of(c, l) <= room)
            best = l;
    int wanted = (int)best + c->zoom;
    best = wanted < (int)lowest ? lowest : wanted > NUMBER ? NUMBER : (level)wanted;
    c->columns = columns_of(c, best);
    int64_t fit = room / c->columns > 0 ? room / c->columns : 1;
    c->per_glyph = best == BLOCK ? (c->cols + fit - 1) / fit : 1;
    int64_t glyphs = (c->cols + c->per_glyph - 1) / c->per_glyph;
    c->shown = glyphs < fit ? glyphs : fit;
    c->first = fl_first_shown(c->col / c->per_glyph, glyphs, c->shown);
    return best;
}

/* ---- columns ---- */

/* Every so many columns a name; where cells are wide, every one has its own. */
static void draw_names(const fl_cells *c, fl_rect rect) {
    char name[64];
    int64_t step = 1;
    int most = c->columns > FL_GLYPH_COLUMNS ? c->columns : 8;
    while (step * c->columns < most * c->per_glyph)
        step *= 2;
    int room = (int)(step * c->columns / c->per_glyph) - 1;
    int64_t end = (c->first + c->shown) * c->per_glyph, glyph = c->col / c->per_glyph - c->first;
    int marker = rect.x + c->label + (int)glyph * c->columns + c->columns / 2;
    end = end < c->cols ? end : c->cols;
    fl_rect own_name = {0};
    if (step > 1) {
        c->name(c->ctx, c->col, name, sizeof name);
        own_name = fl_mark_column(&c->view->canvas, rect, marker, name);
    }
    for (int64_t col = (c->first * c->per_glyph + step - 1) / step * step; col < end; col += step) {
        int x = rect.x + c->label + (int)(col / c->per_glyph - c->first) * c->columns;
        int left = rect.x + rect.w - x;
        c->name(c->ctx, col, name, sizeof name);
        int width = fl_text_width(name) < room ? fl_text_width(name) : room;
        bool own = step == 1;
        bool hidden = !own && ((x < own_name.x + own_name.w && x + width > own_name.x) ||
                               col / c->per_glyph == c->col / c->per_glyph);
        if (width <= left && !hidden)
            fl_canvas_fit(&c->view->canvas, own ? x + room - width : x, rect.y,
                          room < left ? room : left,
                          own && col == c->col ? FL_STYLE_label_on : FL_STYLE_dim, name);
    }
}

/* ---- rows ---- */

void fl_glyphs_forget(fl_kept_glyphs *kept) {
    free(kept->values);
    *kept = (fl_kept_glyphs){0};
}

/* Without memory nothing is kept. */
static bool keep_glyphs(const fl_cells *c) {
    fl_kept_glyphs *kept = c->kept;
    int64_t glyphs = (c->cols + c->per_glyph - 1) / c->per_glyph;
    if (!kept || c->per_glyph == 1)
        return false;
    if (kept->values && kept->per_glyph == c->per_glyph && kept->rows == c->rows &&
        kept->glyphs == glyphs)
        return true;
    fl_glyphs_forget(kept);
    kept->per_glyph = c->per_glyph;
    kept->rows = c->rows;
    kept->glyphs = glyphs;
    kept->values = calloc((size_t)(c->rows * glyphs), sizeof *kept->values);
    return kept->values != NULL;
}

/* Of its cells the one of largest magnitude, NaN first; false: none of them is there. */
static bool find_glyph_value(const fl_cells *c, int64_t row, int64_t glyph, double *out) {
    bool any = false;
    int64_t end = (glyph + 1) * c->per_glyph;
    end = end < c->cols ? end : c->cols;
    for (int64_t col = glyph * c->per_glyph; col < end; col++) {
        double value;
        if (!c->at(c->ctx, row, col, &value))
            continue;
        if (!any || isnan(value) || fabs(value) > fabs(*out))
            *out = value;
        any = true;
        if (isnan(value))
            break;
    }
    return any;
}

static bool glyph_value(const fl_cells *c, int64_t row, int64_t glyph, double *out) {
    if (!keep_glyphs(c))
        return find_glyph_value(c, row, glyph, out);
    int64_t at = row * c->kept->glyphs + glyph;
    if (c->kept->values[at].state == FL_GLYPH_UNKNOWN)
        c->kept->values[at].state = find_glyph_value(c, row, glyph, &c->kept->values[at].value)
                                        ? FL_GLYPH_THERE
                                        : FL_GLYPH_NONE;
    *out = c->kept->values[at].value;
    return c->kept->values[at].state == FL_GLYPH_THERE;
}

static void draw_cell(const fl_cells *c, level l, int x, int y, const double *value, bool on) {
    char number[FL_NUMBER];
    fl_canvas *canvas = &c->view->canvas;
    const char *text = c->view->options.ascii ? "." : "·";
    fl_style style = value ? fl_shade_style(&c->shading, *value) : FL_STYLE_masked;
    if (value && l >= BRIEF)
        text = fl_number_apart(number, format_of(c, l), *value);
    else if (value)
        text = fl_shade_glyph(&c->shading, *value, c->columns);
    style = on ? FL_STYLE_cursor : style;
    fl_canvas_fill(canvas, (fl_rect){x, y, c->columns, 1}, style, " ");
    fl_canvas_right(canvas, x, y, c->columns, style, text);
}

static void draw_row(const fl_cells *c, level l, fl_rect rect, int y, int64_t row) {
    bool on_row = row == c->row;
    c->draw_label(c->ctx, rect.x, y, c->label, row, on_row);
    for (int64_t i = 0; i < c->shown; i++) {
        double value;
        bool there = glyph_value(c, row, c->first + i, &value);
        draw_cell(c, l, rect.x + c->label + (int)i * c->columns, y, there ? &value : NULL,
                  on_row && c->first + i == c->col / c->per_glyph);
    }
}

int fl_cells_draw(fl_cells *cells, fl_rect rect) {
    if (rect.h < 2 || rect.w < cells->label + 8 || cells->rows < 1 || cells->cols < 1)
        return 0;
    level l = choose_level(cells, rect.w - cells->label);
    int64_t rows = cells->along > cells->rows ? cells->along : cells->rows;
    bool more = rows > rect.h - 1 && rect.h >= 5;
    int64_t room = rect.h - 1 - more, first = fl_first_shown(cells->row, rows, room);
    int64_t lines = cells->rows - first < room ? cells->rows - first : room;
    lines = lines > 0 ? lines : 0;
    draw_names(cells, rect);
    for (int i = 0; i < lines; i++)
        draw_row(cells, l, rect, rect.y + 1 + i, first + i);
    if (more)
        fl_more_draw(cells->view, (fl_rect){rect.x, rect.y + rect.h - 1, rect.w, 1}, first,
                     cells->rows - first - lines);
    return 1 + (int)lines + more;
}

void fl_cells_legend(const fl_cells *cells, int x, int y, int width) {
    char legend[160], text[320] = "";
    if (cells->per_glyph > 1)
        snprintf(text, sizeof text, "a mark: largest of %" PRId64 " cells; ", cells->per_glyph);
    else if (cells->shown < cells->cols)
        snprintf(text, sizeof text, "columns %" PRId64 " to %" PRId64 " of %" PRId64 "; ",
                 cells->first, cells->first + cells->shown - 1, cells->cols);
    size_t used = strlen(text);
    fl_shade_legend(&cells->shading, cells->columns, width - fl_text_width(text), legend,
                    sizeof legend);
    snprintf(text + used, sizeof text - used, "%s", legend);
    if (!legend[0] && used >= 2)
        text[used - 2] = '\0';
    fl_canvas_fit(&cells->view->canvas, x, y, width, FL_STYLE_dim, text);
}
