/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What all byte-pair encodings share: of the adjacent pairs that make a piece, the best (the
 * leftmost of equals) is joined until no pair makes one. A heap holds the pairs, so n symbols cost
 * n log n.
 *
 * A vocabulary with merges lists its pairs, best first. Without merges any pair whose bytes spell a
 * piece may be joined, the highest score first.
 */
#ifndef FL_TOKEN_JOIN_H
#define FL_TOKEN_JOIN_H

#include "token/token.h"

/* A run of bytes that is one piece, or one character that is none. Length 0: joined to the left. */
typedef struct fl_symbol {
    uint32_t at, length;
    int32_t prev, next; /* -1 at the ends */
    int32_t id;         /* -1: no piece is spelled like that */
    bool whole;         /* not to be joined */
} fl_symbol;

/* A symbol and the next one, which make a piece. It is stale once the two have another length:
 * symbols only grow. */
typedef struct fl_pair {
    uint32_t order; /* the smallest is joined first */
    int32_t left, id;
    uint32_t length;
} fl_pair;

/* One encoding at work; begins as {.tokenizer, .text}. */
typedef struct fl_joining {
    const fl_tokenizer *tokenizer;
    const char *text; /* in the vocabulary's spelling; symbols point into it */
    fl_symbol *symbols;
    size_t n_symbols, capacity;
    fl_pair *heap;
    size_t n_heap;
    uint32_t *splits; /* or NULL; of each unused piece: length of the left half it came from */
} fl_joining;

/* Makes room for n symbols and drops those there are; false if there is no memory. */
bool fl_joining_reset(fl_joining *joining, size_t n);
/* Adds the next symbol on the right. */
void fl_joining_add(fl_joining *joining, uint32_t at, uint32_t length, int32_t id, bool whole);
/* Joins them. What is left are the symbols from the first along `next`. */
void fl_join(fl_joining *joining);
void fl_joining_done(fl_joining *joining);

#endif
