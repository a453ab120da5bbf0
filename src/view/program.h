/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The program panel: the pass as a list of stages, folded where the reader is not.
 */
#ifndef FL_VIEW_PROGRAM_H
#define FL_VIEW_PROGRAM_H

#include "view/state.h"

void fl_program_draw(fl_view *view, fl_rect rect);
/* Moves the marked line; Enter goes there. */
void fl_program_move(fl_view *view, int64_t by);

#endif
