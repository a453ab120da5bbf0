/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * A learned weight as a tensor of its own: the page, and what is counted for it.
 */
#ifndef FL_VIEW_WEIGHT_H
#define FL_VIEW_WEIGHT_H

#include "view/number.h"
#include "view/view.h"

/* What numbers some rows hold. NaN and infinities are counted and no more. */
typedef struct fl_tally {
    int64_t rows, of_rows; /* counted, of how many there are */
    int64_t count, zeros, odd;
    double min, max, mean, std;
    double most; /* of largest magnitude, and where it is */
    int64_t row, col;
    int64_t bins[FL_BINS];
} fl_tally;

typedef struct fl_weight_page {
    int64_t tensor;   /* number among the model's; -1: the weight of the stage shown */
    int64_t row, col; /* the cursor */
    int zoom;
    char pattern[96];    /* Tab goes through the tensors whose name fits it; "": all */
    const void *tallied; /* data that `all` has been counted of */
    fl_tally all;
    const void *scaled; /* data that `scale`, what full colour stands for, and the largest are of */
    double scale, largest;
} fl_weight_page;

/* Opens the page of the weight of the stage shown, at a cell. */
void fl_weight_show(fl_view *view, int64_t row, int64_t col);
/* The weight that the page shows; NULL: the stage shown has none. */
const fl_weight *fl_weight_here(fl_view *view);
/* A vector is one row. */
int64_t fl_weight_rows(const fl_weight *weight);
int64_t fl_weight_cols(const fl_weight *weight);
/* Why its numbers cannot be shown, into `out`; false: they can. */
bool fl_weight_hidden(const fl_weight *weight, char *out, size_t size);
/* Does a name or glob mean this tensor: as the file spells it, as GGUF and Hugging Face do, or by
 * the word for its place ("attn_q"), which it has in every layer? */
bool fl_weight_fits(const fl_weight *weight, const char *pattern);

/* tally.c */
/* Counts `count` rows of a weight, spread evenly over those from `first` to `end`; false: they
 * cannot be read. */
bool fl_tally_rows(const fl_weight *weight, int64_t first, int64_t end, int64_t count,
                   fl_tally *out);
/* Rows of which the whole is judged: all, but of a very large weight only some. */
int64_t fl_tally_sample(const fl_weight *weight);

#endif
