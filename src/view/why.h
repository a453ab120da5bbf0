/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Why a number is what it is: the stage's formula with the real operands, recomputed in double from
 * earlier events and weights, beside what the engine computed.
 */
#ifndef FL_VIEW_WHY_H
#define FL_VIEW_WHY_H

#include "view/cursor.h"
#include "view/number.h"

/* One product (or one exponential) of a sum. */
typedef struct fl_term {
    int64_t j;
    double a, b, value;
} fl_term;

enum { FL_TERMS = 64 };

typedef struct fl_why {
    fl_stage stage;
    int64_t index[FL_MAX_DIMS];
    double engine;    /* what the event holds */
    bool masked;      /* the cell is hidden: there is nothing to explain */
    char worked[256]; /* the formula with numbers: "exp(0.3 − 1.2) / 3.4" */
    char note[160];   /* a word beyond the formula; "" if none */
    bool computed;    /* `value` was recomputed */
    double value;
    /* a sum: its largest terms by magnitude, and the rest of them added up */
    int n_terms;
    fl_term terms[FL_TERMS];
    int64_t all_terms; /* 0: the stage is no sum */
    double rest;       /* of the terms beyond the first `n_terms` */
    double sum;
    bool products; /* terms are a × b; else exp(a − most) */
    double most;
    char a_name[48], b_name[64]; /* what a and b are: "attn_norm", "blk.0.attn_q.weight" */
    bool keys;                   /* j is a position in the text */
    bool vocab;                  /* j is a piece of the vocabulary */
} fl_why;

void fl_why_of(fl_view *view, fl_why *why);
/* What is added when only `shown` terms are listed: the rest. */
double fl_why_rest(const fl_why *why, int shown);
/* Is the cell a sum of many terms? */
bool fl_why_sums(fl_view *view);
/* The name of a term: "j=77", or the token at that position. */
const char *fl_term_name(fl_view *view, const fl_why *why, const fl_term *term, char *out,
                         size_t size);

/* explain.c: drawing it */
/* As many lines as the rectangle has: formula, numbers, largest terms. */
void fl_why_draw(fl_view *view, fl_rect rect, bool source);
/* Everything about the cell and the stage, one line a row, for the page of `e`. */
void fl_why_lines(fl_view *view, fl_buffer *out);

#endif
