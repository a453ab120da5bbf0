/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The page of all heads of the stage shown.
 */
#ifndef FL_VIEW_HEADS_H
#define FL_VIEW_HEADS_H

#include "view/state.h"

void fl_heads_draw(fl_view *view, fl_rect rect);
void fl_heads_lines(fl_view *view, fl_buffer *out);
void fl_heads_open(fl_view *view);
void fl_heads_move(fl_view *view, fl_verb verb, int64_t count);
void fl_heads_choose(fl_view *view);

#endif
