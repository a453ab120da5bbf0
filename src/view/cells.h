/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Rows of cells on a page of their own, wherever the numbers come from: as numbers where they fit,
 * else as shades, and one glyph for several cells where even those do not.
 */
#ifndef FL_VIEW_CELLS_H
#define FL_VIEW_CELLS_H

#include "view/number.h"
#include "view/state.h"

/* What glyphs that stand for several cells came to, found as they are drawn. */
typedef struct fl_kept_glyphs {
    int64_t per_glyph, rows, glyphs;
    struct {
        enum { FL_GLYPH_UNKNOWN, FL_GLYPH_NONE, FL_GLYPH_THERE } state;
        double value;
    } * values; /* row after row */
} fl_kept_glyphs;

typedef struct fl_cells {
    fl_view *view;
    int64_t rows, cols;
    int64_t along;    /* rows of what scrolls along beside it; 0: nothing does */
    int64_t row, col; /* the cursor */
    int zoom;         /* steps up or down from the widest cells with which all columns fit */
    int label;        /* columns of a row's label */
    fl_shading shading;
    double largest; /* magnitude: how wide a number gets */
    void *ctx;
    /* The number of a cell; false: it is hidden, or there is none. */
    bool (*at)(void *ctx, int64_t row, int64_t col, double *out);
    void (*draw_label)(void *ctx, int x, int y, int width, int64_t row, bool on);
    void (*name)(void *ctx, int64_t col, char *out, size_t size); /* of a column */
    fl_kept_glyphs *kept; /* of these very cells, from one drawing to the next; NULL: none */
    /* found by fl_cells_draw */
    int columns;          /* of a glyph or number, with its gap */
    int64_t per_glyph;    /* cells that one glyph stands for */
    int64_t first, shown; /* glyphs */
} fl_cells;

/* Finds `largest` and what full colour stands for: twice the magnitude of the row in the middle, so
 * that one loud row does not make all others look like nothing. Of many rows a sample is judged. */
void fl_cells_scale(fl_cells *cells);
void fl_glyphs_forget(fl_kept_glyphs *kept);
/* A line of column names, then as many rows as there is room for; returns the lines drawn. */
int fl_cells_draw(fl_cells *cells, fl_rect rect);
/* What the glyphs mean, once they are drawn. */
void fl_cells_legend(const fl_cells *cells, int x, int y, int width);

#endif
