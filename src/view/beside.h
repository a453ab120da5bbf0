/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The stage shown beside the same stage elsewhere: in another layer, in the pass before, in the run
 * of another prompt.
 */
#ifndef FL_VIEW_BESIDE_H
#define FL_VIEW_BESIDE_H

#include "view/view.h"

typedef enum fl_beside_kind { FL_BESIDE_LAYER, FL_BESIDE_PASS, FL_BESIDE_PROMPT } fl_beside_kind;

typedef struct fl_kept_pair fl_kept_pair;

typedef struct fl_beside {
    fl_beside_kind kind;
    int64_t layer;   /* to compare with; -1: the one before */
    bool difference; /* shown alone, where there is no room for all three */
    int zoom;
    fl_source other; /* the run of another prompt; its `get` is NULL: none */
    char prompt[128];
    fl_kept_pair *kept; /* what was compared last; NULL: nothing */
} fl_beside;

/* Gives the other run back. */
void fl_beside_forget(fl_view *view);
/* Computes the other run up to the stage shown, where it is what is compared with. */
void fl_beside_follow(fl_view *view);

#endif
