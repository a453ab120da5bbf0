/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Two tensors of one stage laid beside each other, cell by cell: rows by the position of their
 * token, keys by their position. Left is what is compared with, right the event shown.
 */
#ifndef FL_VIEW_PAIR_H
#define FL_VIEW_PAIR_H

#include "event/top.h"
#include "view/cells.h"
#include "view/cursor.h"

typedef struct fl_side {
    fl_captured captured; /* its tensor holds a copy */
    void *values;
    fl_grid grid;
    bool plain;         /* 32-bit floats, none of them hidden: the cell lies at */
    int64_t strides[3]; /* band, row and column times these */
    char title[160];    /* "layer 0" */
} fl_side;

typedef enum fl_which { FL_LEFT, FL_RIGHT, FL_DIFFERENCE } fl_which;

/* The largest differences, and how far apart the two are. */
enum { FL_APART = 8 };
typedef struct fl_apart {
    int64_t cells; /* that both have */
    double rms;
    int n;
    struct {
        int64_t band, row, col;
        double value;
    } largest[FL_APART];
} fl_apart;

/* So many best pieces of each side are ranked. */
enum { FL_PAIR_TOP = 12 };

/* What is dear to find out about two events, kept while they are looked at. */
struct fl_kept_pair {
    fl_beside_kind kind;
    int64_t events[2]; /* left, right */
    fl_side sides[2];
    bool has_apart;
    fl_apart apart;
    int64_t scaled; /* band that the scales are of; -1: none */
    double largest[3], scale[3];
    fl_kept_glyphs glyphs[3];
    int64_t ranked; /* row that the ranking is of; -1: none */
    int n_pieces;
    struct {
        int32_t id;
        double values[2];
        int64_t ranks[2]; /* from 1; 0: that side has no such row */
    } pieces[2 * FL_PAIR_TOP];
};

typedef struct fl_pair {
    fl_view *view;
    fl_kept_pair *kept; /* by the view, to which the values below belong */
    fl_side left, right;
    int64_t shift;   /* a row of the right is row + shift of the left */
    int64_t shared;  /* rows that both have */
    bool last_rows;  /* no position is in both: their last rows are compared */
    fl_place cursor; /* in the right */
    char why[240];   /* why there is nothing to compare; "": there is */
} fl_pair;

/* Lives until another pair is asked for, or none is kept any more. */
void fl_pair_of(fl_view *view, fl_pair *pair);
void fl_pair_forget(fl_view *view);
/* Cell of a band, counted as in the right; false: hidden, or only one of the two has it. */
bool fl_pair_at(const fl_pair *pair, fl_which which, int64_t band, int64_t row, int64_t col,
                double *out);
void fl_pair_apart(const fl_pair *pair, fl_apart *out);
/* Cosine of a row with its partner over the cells both have; NAN if there is none. */
double fl_pair_cosine(const fl_pair *pair, int64_t band, int64_t row);
/* The event of the other run that is to be compared with; -1 if it has none such, or -2 if it has
 * not come so far. */
int64_t fl_pair_in_other(fl_view *view);

/* beside.c: in words */
void fl_beside_rows(const fl_pair *pair, fl_buffer *out); /* which are compared, if not all */
void fl_beside_cell(const fl_pair *pair, fl_buffer *out); /* the cursor's in both */
void fl_beside_apart(const fl_pair *pair, const fl_apart *apart, fl_buffer *out);

#endif
