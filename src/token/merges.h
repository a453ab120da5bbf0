/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Which two pieces make which third, and in what order: a hash table over pairs of ids.
 */
#ifndef FL_TOKEN_MERGES_H
#define FL_TOKEN_MERGES_H

#include "base/text.h"
#include "token/lookup.h"

typedef struct fl_merge {
    int32_t left, right, id;
    uint32_t rank; /* plus one; 0 is a free slot */
} fl_merge;

typedef struct fl_merges {
    fl_merge *slots; /* NULL: the vocabulary lists none */
    size_t mask, count;
    size_t n_bad, first_bad; /* lines that join nothing: no blank, a piece that is none */
} fl_merges;

/* From lines "left right", best first, over the pieces that `lookup` knows. A pair that comes again
 * counts once. False if there is no memory. */
bool fl_merges_build(fl_merges *merges, const fl_lookup *lookup, const fl_piece *lines, size_t n);
void fl_merges_done(fl_merges *merges);
/* NULL if the two are never joined. */
const fl_merge *fl_merges_find(const fl_merges *merges, int32_t left, int32_t right);

#endif
