/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The tensor itself, drawn in the way that suits it.
 */
#ifndef FL_VIEW_VALUE_H
#define FL_VIEW_VALUE_H

#include "view/cursor.h"
#include "view/number.h"

enum { FL_ZOOM_MOST = 4 };

void fl_value_draw(fl_view *view, fl_rect rect);

/* The panel's one format: four digits for the largest magnitude of the event. */
fl_format fl_value_format(const fl_captured *captured);
fl_shading fl_value_shading(fl_view *view, const fl_event *event);
/* "hidden 17", "token \" is\"": a place along one axis. */
void fl_axis_words(fl_view *view, const fl_event *event, int axis, int64_t at, fl_buffer *out);
/* "[0, 5, 17] token \" is\", hidden 17": a cell and its axes in words. */
void fl_place_words(fl_view *view, const fl_event *event, const int64_t index[FL_MAX_DIMS],
                    fl_buffer *out);
/* Of a 4-d tensor: "head 5, looks into k/v head 1"; and over the labels "head 5 (0–7)", the slice
 * that the cursor is in. */
void fl_band_words(const fl_view *view, const fl_grid *grid, int64_t band, char *out, size_t size);
void fl_slice_draw(fl_view *view, int x, int y, int width, const fl_grid *grid, int64_t band);

/* below.c: the cell under the cursor in words and to its last digit, in a line */
void fl_cell_draw(fl_view *view, fl_rect rect);

/* scale.c: how numbers become shades at a stage, as the reader wants it */
fl_ramp fl_ramp_here(const fl_view *view, fl_stage stage);
/* "linear; this tensor; ", before a legend; "" for what is usual. Returns `out`. */
const char *fl_scale_words(const fl_view *view, const fl_shading *shading, char *out, size_t size);

/* valuelist.c: what is not a grid */
void fl_tokens_draw(fl_view *view, fl_rect rect);
void fl_scalars_draw(fl_view *view, fl_rect rect);
void fl_ranked_draw(fl_view *view, fl_rect rect);
void fl_choice_draw(fl_view *view, fl_rect rect);
/* Over narrow cells: a mark over the cursor's column with its name, "▾37", so that the names beside
 * it lose nothing to it. Returns what it covers of the line; other names keep clear of that. */
fl_rect fl_mark_column(fl_canvas *canvas, fl_rect rect, int marker, const char *name);
/* First of `rows` lines so that `at` is among the `shown`, near their middle where it can be. */
/* At the right end of a line how many more there are above and below; returns the columns used,
 * with a gap before them; 0 where there are none. */
int fl_more_draw(fl_view *view, fl_rect line, int64_t above, int64_t below);
int64_t fl_first_shown(int64_t at, int64_t rows, int64_t shown);
/* "▸ 5  is": the label of a row that stands for a token. */
void fl_row_label(fl_view *view, int x, int y, int width, int64_t position, bool on);
enum { FL_LABEL = 14 };

#endif
