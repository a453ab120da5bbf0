/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The logit lens (nostalgebraist 2020): what would come next if the model ended at a residual,
 * which is read through the final norm, taken anew of that residual, and the output matrix.
 *
 * Rows are the residuals of a pass in execution order, columns its tokens. What was read is kept
 * for the pass shown.
 */
#ifndef FL_VIEW_LENS_H
#define FL_VIEW_LENS_H

#include "event/top.h"

enum { FL_LENS_BEST = 5 };

typedef struct fl_lens_cell {
    bool read;
    int count; /* of the best, likeliest first; none where no score is a number */
    fl_ranked best[FL_LENS_BEST];
    int32_t choice; /* what the model ends with at this token; -1: not known yet */
    int64_t rank;   /* its place here, from 1 on, and its chance */
    double chance;
} fl_lens_cell;

typedef struct fl_lens_batch fl_lens_batch;

typedef struct fl_lens {
    int32_t pass; /* the one that was read */
    int64_t rows, columns;
    fl_lens_cell *cells;
    fl_lens_batch *batch; /* what is being read; NULL: nothing is kept */
} fl_lens;

#endif
