/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Ways to look at one tensor: the grid of its cells, statistics of its rows or columns, one row as
 * bars, a histogram, its extremes. The way chosen stays from stage to stage; where it makes no
 * sense the grid is shown. Each way is drawn, and said in lines for plain mode and scripts.
 */
#ifndef FL_VIEW_LOOK_H
#define FL_VIEW_LOOK_H

#include "view/view.h"

#include <footlight/tensor.h>

typedef enum fl_way {
    FL_WAY_GRID,
    FL_WAY_ROWS,
    FL_WAY_AXES,
    FL_WAY_BARS,
    FL_WAY_HISTOGRAM,
    FL_WAY_EXTREMES,
    FL_WAY_COUNT
} fl_way;

typedef enum fl_curve { FL_CURVE_USUAL, FL_CURVE_LINEAR, FL_CURVE_LOG } fl_curve;

/* Cells along one axis, hidden ones left out. */
typedef struct fl_spread {
    int64_t count; /* of finite cells */
    int64_t odd;   /* NaN and infinities */
    double min, max, mean, rms;
    int64_t at; /* of the largest: by magnitude, of scores and shares by value */
} fl_spread;

enum { FL_COLUMNS_KEPT = 48, FL_HEADS_KEPT = 256 };

/* The columns of largest rms, dear to find, kept for the last event. */
typedef struct fl_columns {
    int64_t event, band; /* event -1: nothing kept */
    int count;
    double usual;   /* rms of the column in the middle */
    int64_t beyond; /* columns of more than six times that */
    struct {
        int64_t col;
        fl_spread spread;
    } best[FL_COLUMNS_KEPT];
} fl_columns;

/* Where one head of attention looks, over the tokens that have a choice. */
typedef struct fl_gaze {
    bool known;
    double first; /* share of the first token */
    int64_t back; /* of the others: how far back the most looked at stands, 0 is itself */
    double share; /* and its share */
} fl_gaze;

/* What the reader chose, and what is kept for it. */
typedef struct fl_looking {
    fl_way way;
    fl_curve curve;
    bool alone;  /* full colour is for this tensor's own numbers, not for those of all layers */
    int pick;    /* item of a list of places; -1: none */
    int columns; /* of heads side by side, as last drawn */
    fl_columns axes;
    int64_t gazes_of; /* event of head 0; -1: nothing kept */
    fl_gaze gazes[FL_HEADS_KEPT];
} fl_looking;

/* Forgets what was kept of a run. */
void fl_looking_forget(fl_looking *looking);

/* The way in use at the event shown. */
fl_way fl_way_here(fl_view *view);
/* False: the grid, or what stands for it, is to be drawn. */
bool fl_way_draw(fl_view *view, fl_rect rect);
/* Does the way list places that Enter puts the cursor on? Then these move and choose. */
bool fl_way_lists(fl_view *view);
void fl_way_move(fl_view *view, int64_t by);
void fl_way_choose(fl_view *view);

const char *fl_way_name(fl_way way);

#endif
