/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Why a number is what it is: the stage's formula with the real operands, recomputed in double from
 * earlier events and weights, beside what the engine computed. Every operand knows where it is
 * from.
 */
#ifndef FL_VIEW_WHY_H
#define FL_VIEW_WHY_H

#include "view/cursor.h"
#include "view/number.h"

/* Where an operand is from. */
typedef struct fl_link {
    enum { FL_LINK_NONE, FL_LINK_CELL, FL_LINK_WEIGHT } kind;
    int64_t event; /* of a cell */
    fl_stage stage;
    int32_t layer, head;
    int32_t pass; /* that wrote it, if it was an earlier one; else -1 */
    const fl_weight *weight;
    int64_t index[FL_MAX_DIMS]; /* of a weight: row and column, or place */
} fl_link;

/* A number that stands in the formula by itself. */
typedef struct fl_why_operand {
    char name[48]; /* as the formula spells it */
    double value;  /* NAN: not known */
    fl_link link;
    char said[80]; /* where it is from, if that is no cell and no weight */
} fl_why_operand;

/* One product (or one exponential) of a sum. */
typedef struct fl_term {
    int64_t j;
    double a, b, value;
} fl_term;

enum { FL_TERMS = 64, FL_OPERANDS = 6, FL_SIDES = 2 };

typedef struct fl_why {
    fl_stage stage;
    int64_t index[FL_MAX_DIMS];
    double engine;    /* what the event holds */
    bool masked;      /* the cell is hidden: there is nothing to explain */
    char worked[256]; /* the formula with numbers: "exp(0.3 − 1.2) / 3.4" */
    char note[160];   /* a word beyond the formula; "" if none */
    bool computed;    /* `value` was recomputed */
    double value;
    int n_operands;
    fl_why_operand operands[FL_OPERANDS];
    /* a sum: its largest terms by magnitude, and the rest of them added up */
    int n_terms;
    fl_term terms[FL_TERMS];
    int64_t all_terms; /* 0: the stage is no sum */
    double rest;       /* of the terms beyond the first `n_terms` */
    double sum, sizes; /* of all terms, and of their magnitudes */
    bool products;     /* terms are a × b; else exp(a − most) */
    double most;
    char names[FL_SIDES][64]; /* what a and b are: "attn_norm", "blk.0.attn_q.weight" */
    fl_link sides[FL_SIDES];  /* where they are from, but for the place that is j */
    int places[FL_SIDES];     /* which place that is */
    bool keys;                /* j is a position in the text */
    bool vocab;               /* j is a piece of the vocabulary */
} fl_why;

void fl_why_of(fl_view *view, fl_why *why);
/* What is added when only `shown` terms are listed: the rest. */
double fl_why_rest(const fl_why *why, int shown);
/* Is the cell a sum of many terms? */
bool fl_why_sums(fl_view *view);
/* The name of a term: "j=77", or the token at that position. */
const char *fl_term_name(fl_view *view, const fl_why *why, const fl_term *term, char *out,
                         size_t size);

/* Items: the operands, then the terms. A term has two sides, an operand one. */
int fl_why_items(const fl_why *why);
fl_link fl_why_link(const fl_why *why, int item, int side);
/* What the number there is, as the derivation uses it. */
double fl_why_value(const fl_why *why, int item, int side);

/* explain.c: in the panel, and what is said about the stage as a whole */
/* As many lines as the rectangle has: formula, numbers, largest terms. */
void fl_why_draw(fl_view *view, fl_rect rect, bool source);
/* "2.91 × 0.88", or "exp(0.53 − 1.59)". */
void fl_term_text(const fl_why *why, const fl_term *term, char *out, size_t size);
/* Columns that the widest of the first terms takes in these words, so that none is cut. */
int fl_factors_width(const fl_why *why, int shown);
/* Letters of the formula, shape, weight and names in other tools. */
void fl_why_facts(fl_view *view, fl_buffer *out, fl_stage stage);
void fl_why_source(fl_view *view, fl_buffer *out, fl_stage stage);

/* link.c: links in words, following them and coming back */
/* "event 26 [0, 5, 9]" and what that is, or a weight with its place. */
void fl_link_words(const fl_link *link, fl_buffer *out);
/* How the weight is stored there: its block, scale and whole number, or its bits. */
void fl_weight_words(const fl_link *link, fl_buffer *out);
bool fl_link_follow(fl_view *view, const fl_link *link, int pick, int side);
/* Back to the derivation that a link was followed from; false if there is none. */
bool fl_trail_back(fl_view *view);

/* whypage.c: the page of `e` */
void fl_why_open(fl_view *view);
void fl_why_lines(fl_view *view, fl_buffer *out);
void fl_why_page_draw(fl_view *view, fl_rect rect);
void fl_why_move(fl_view *view, fl_verb verb, int64_t count);
void fl_why_choose(fl_view *view);

/* Has the marked line of the derivation a learned weight? */
bool fl_why_has_weight(fl_view *view);

#endif
