/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The derivations that links were followed from, so that the way back is exact.
 */
#ifndef FL_VIEW_TRAIL_H
#define FL_VIEW_TRAIL_H

#include <footlight/tables.h>

enum { FL_TRAIL = 256 /* the oldest stops are forgotten first */ };

typedef struct fl_stop {
    int64_t at, cursor[FL_DIM_COUNT], slice, head, rank;
    int pick, side;
} fl_stop;

typedef struct fl_trail {
    int side;    /* of the marked line: its first factor or its second */
    int64_t led; /* the event that the last link led to: seen from any other the trail is cold */
    int page;    /* the page that it opened */
    int n;
    fl_stop stops[FL_TRAIL];
} fl_trail;

#endif
