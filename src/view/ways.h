/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What the files that draw the ways of looking share.
 */
#ifndef FL_VIEW_WAYS_H
#define FL_VIEW_WAYS_H

#include "view/look.h"
#include "view/sheet.h"

typedef void fl_way_draw_fn(fl_view *view, fl_rect rect);
typedef void fl_way_lines_fn(fl_view *view, fl_buffer *out);

/* look.c */
void fl_grid_lines(fl_view *view, fl_buffer *out);
/* The last two lines of a way: the cell under the cursor, and what the way shows. */
void fl_way_foot(fl_view *view, fl_rect rect, const char *legend);
/* Where an item of a list stands on the screen: marked if it is the one picked. */
fl_style fl_item_style(fl_view *view, fl_rect line, int item);

/* spread.c: along one axis */
/* `index` is any cell of it; a bin's bounds are those of the whole event. `bins` may be NULL. */
enum { FL_SPREAD_BINS = 16 };
fl_spread fl_spread_along(const fl_event *event, const int64_t index[FL_MAX_DIMS], int axis);
void fl_spread_bins(const fl_captured *captured, const int64_t index[FL_MAX_DIMS], int axis,
                    int64_t bins[FL_SPREAD_BINS]);
const fl_columns *fl_columns_here(fl_view *view);
fl_way_draw_fn fl_rows_draw, fl_axes_draw, fl_bars_draw;
fl_way_lines_fn fl_rows_lines, fl_axes_lines, fl_bars_lines;

/* amounts.c: over all cells */
fl_way_draw_fn fl_histogram_draw, fl_extremes_draw;
fl_way_lines_fn fl_histogram_lines, fl_extremes_lines;

#endif
