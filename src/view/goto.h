/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Places one goes straight to: an event that fits, and a cell of it.
 */
#ifndef FL_VIEW_GOTO_H
#define FL_VIEW_GOTO_H

#include "view/selector.h"
#include "view/state.h"

/* The next event of the pass that fits, going round at its end; -1: none does. */
typedef bool fl_step_test(const fl_view *view, const fl_pass *pass, const fl_step *step, void *ctx);
int64_t fl_find_around(const fl_view *view, const fl_pass *pass, int64_t from, int direction,
                       fl_step_test *test, void *ctx);

/* A cell as it is written behind a stage: "3", "5,17", "[0, 5, 17]", or `token " Paris"`. */
typedef struct fl_cell {
    int n; /* numbers; 0: none was written */
    int64_t at[FL_MAX_DIMS];
    const char *piece; /* NULL: not by a piece of the vocabulary */
} fl_cell;

bool fl_cell_in_front(const fl_words *words);
/* False, and `expected` is noted, if it is wrong further on. */
bool fl_cell_take(fl_words *words, fl_cell *out);
/* Where that is in the tensor of a step: rows are named as the screen names them, by position,
 * where fewer numbers than axes are written. False after saying which cells there are. */
bool fl_cell_find(fl_view *view, const fl_cell *cell, const fl_pass *pass, const fl_step *step,
                  int64_t index[FL_MAX_DIMS]);
/* The cursor goes to a cell of the event shown; of a list of pieces only to those it holds. */
void fl_cell_stand(fl_view *view, const int64_t index[FL_MAX_DIMS]);

#endif
