/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The cursor: which number of a tensor is looked at. It belongs to dimensions, not to stages, so it
 * stays on the same token from stage to stage; a dimension the reader has not touched follows what
 * is largest.
 */
#ifndef FL_VIEW_CURSOR_H
#define FL_VIEW_CURSOR_H

#include "view/state.h"

/* How a stage is best looked at. */
typedef enum fl_kind {
    FL_KIND_GRID,    /* rows and columns of numbers */
    FL_KIND_SCALARS, /* one number a row */
    FL_KIND_TOKENS,  /* ids with their text */
    FL_KIND_RANKED,  /* the best of the vocabulary */
    FL_KIND_CHOICE   /* the one that was chosen */
} fl_kind;

fl_kind fl_cursor_kind(const fl_event *event);

/* A tensor seen as bands of rows of columns; bands is 1 where there is no such axis. */
typedef struct fl_grid {
    int64_t bands, rows, cols;
    fl_dim band_dim, row_dim, col_dim;
} fl_grid;

/* A table of cosines or sines, a column for each pair. */
bool fl_is_turning(const fl_event *event);
fl_grid fl_grid_of(const fl_event *event);
void fl_grid_index(const fl_event *event, int64_t band, int64_t row, int64_t col,
                   int64_t index[FL_MAX_DIMS]);

typedef struct fl_place {
    int64_t band, row, col;
    int64_t index[FL_MAX_DIMS];
} fl_place;

/* The band that the head looked at lies in. */
int64_t fl_band_of(const fl_view *view, const fl_grid *grid);
/* Where the cursor is on the event. */
fl_place fl_cursor_place(fl_view *view, const fl_captured *captured);
/* The same over the cells of the stage shown, whatever page is open. */
void fl_cursor_over_cells(fl_view *view, fl_verb verb, int64_t count);
void fl_cursor_move(fl_view *view, fl_verb verb, int64_t count);
/* Puts it on a cell by hand. */
void fl_cursor_set(fl_view *view, int64_t band, int64_t row, int64_t col);
/* Rows that a cursor verb goes down; 0 for one that goes sideways. */
int64_t fl_rows_of(fl_verb verb, int64_t count);
/* Does a sliding window hide the cell, where causality would not? Its size, or 0. */
int64_t fl_hiding_window(const fl_tensor *tensor, const int64_t index[FL_MAX_DIMS]);

#endif
