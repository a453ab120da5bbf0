/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What the first difference looks like. Every line is the result of a calculation on the values of
 * both sides that came out within the tolerance; nothing is said that was not tried.
 */
#ifndef FL_COMPARE_SUGGEST_H
#define FL_COMPARE_SUGGEST_H

#include "compare/compare.h"

/* The pair of tensors in which the runs part, and room for rows of them. */
typedef struct fl_study {
    const fl_comparison *c;
    const fl_difference *d;
    fl_pair pair;
    int64_t columns;
    double rtol, atol;
    double *a, *b, *c1, *c2; /* rows: of A, of B, and two to calculate in */
    fl_buffer *out;
} fl_study;

/* Reads a row of both sides into `a` and `b`. */
void fl_study_read(const fl_study *study, int64_t head, int64_t row);
/* Are two rows of the stage the same within the tolerance? What is masked on a side is left out. */
bool fl_study_near(const fl_study *study, const double *x, const double *y);
/* The values of another stage of A, of the same pass and layer (or of the pass). */
bool fl_study_other(const fl_study *study, fl_stage stage, fl_values *out);

/* Tries everything and adds a line for what fits. False: out of memory. */
bool fl_suggest(fl_comparison *c);

/* suggest_heads.c */
void fl_suggest_order(const fl_study *study);
void fl_suggest_heads(const fl_study *study);
void fl_suggest_sharing(const fl_study *study);
/* suggest_rope.c */
void fl_suggest_rope(const fl_study *study);

#endif
