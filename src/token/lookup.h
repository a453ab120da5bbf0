/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * From a piece's bytes to its id: a hash table over pieces that the caller keeps.
 */
#ifndef FL_TOKEN_LOOKUP_H
#define FL_TOKEN_LOOKUP_H

#include <footlight/model.h>

typedef struct fl_lookup_slot {
    int32_t id; /* plus one; 0 is free */
    uint32_t tag;
} fl_lookup_slot;

typedef struct fl_lookup {
    const fl_piece *pieces; /* borrowed */
    fl_lookup_slot *slots;
    size_t mask;
    uint32_t longest; /* length of the longest piece in it */
} fl_lookup;

/* Makes room for `count` pieces; false if there is no memory. */
bool fl_lookup_init(fl_lookup *lookup, const fl_piece *pieces, size_t count);
void fl_lookup_done(fl_lookup *lookup);
/* Adds pieces[id]; false, and nothing added, if an earlier piece is spelled the same. */
bool fl_lookup_add(fl_lookup *lookup, int32_t id);
/* -1 if no piece is spelled like that. */
int32_t fl_lookup_find(const fl_lookup *lookup, const char *text, uint32_t length);

#endif
