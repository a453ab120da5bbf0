/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Pages about how the model is built: its map, who shares whose keys, the turning by position, the
 * cache. Their marked item (stage, pair, slot) is the view's `pick`.
 */
#ifndef FL_VIEW_MECHANISM_H
#define FL_VIEW_MECHANISM_H

#include "view/state.h"

/* From the event shown: its layer (the first before the blocks, the last after them), the head and
 * the token that are looked at. */
void fl_mechanism_open(fl_view *view);
/* Chooses the layer or the head (of its group, where groups share) beside the one the page shows.
 */
void fl_mechanism_layer(fl_view *view, int64_t by);
void fl_mechanism_head(fl_view *view, int64_t by, bool groups);
/* Why a verb for layers or heads does nothing on the page that is open; NULL if it does. */
const char *fl_mechanism_hindrance(const fl_view *view, fl_verb verb);

/* Beside the title of a page that is drawn in `rect`. */
void fl_mechanism_heading(fl_view *view, fl_rect rect, const char *text);
/* Lines of text, each folded; returns how many lines that takes. The canvas may be NULL to measure.
 */
int fl_mechanism_text(fl_canvas *canvas, fl_rect rect, const char *text);

/* chart.c: the map */
void fl_chart_lines(fl_view *view, fl_buffer *out);
void fl_chart_draw(fl_view *view, fl_rect rect);
void fl_chart_open(fl_view *view);
void fl_chart_move(fl_view *view, fl_verb verb, int64_t count);
void fl_chart_choose(fl_view *view);

/* sharing.c */
void fl_sharing_lines(fl_view *view, fl_buffer *out);
/* "grouped-query attention (GQA)" */
const char *fl_sharing_name(const fl_hparams *hparams);

/* rope.c */
/* Radians that each pair turns from a position to the next, for the caller to free, NULL without
 * memory; and what cosines and sines are multiplied by. */
double *fl_rope_angles(fl_view *view, double *magnitude);
void fl_rope_lines(fl_view *view, fl_buffer *out);
void fl_rope_draw(fl_view *view, fl_rect rect);
void fl_rope_open(fl_view *view);
void fl_rope_move(fl_view *view, fl_verb verb, int64_t count);

/* cache.c */
void fl_caches_forget(fl_view *view);
void fl_slots_lines(fl_view *view, fl_buffer *out);
void fl_slots_draw(fl_view *view, fl_rect rect);
void fl_slots_open(fl_view *view);
void fl_slots_move(fl_view *view, fl_verb verb, int64_t count);

#endif
