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
/* "[0, 5, 17] token \" is\", hidden 17": a cell and its axes in words. */
void fl_place_words(fl_view *view, const fl_event *event, const int64_t index[FL_MAX_DIMS],
                    fl_buffer *out);

/* valuelist.c: what is not a grid */
void fl_tokens_draw(fl_view *view, fl_rect rect);
void fl_scalars_draw(fl_view *view, fl_rect rect);
void fl_ranked_draw(fl_view *view, fl_rect rect);
void fl_choice_draw(fl_view *view, fl_rect rect);
/* First of `rows` lines so that `at` is among the `shown`, near their middle where it can be. */
int64_t fl_first_shown(int64_t at, int64_t rows, int64_t shown);
/* "▸ 5  is": the label of a row that stands for a token. */
void fl_row_label(fl_view *view, int x, int y, int width, int64_t position, bool on);
enum { FL_LABEL = 14 };

#endif
