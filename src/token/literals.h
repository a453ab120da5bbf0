/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Pieces that are cut out of the text whole: user-defined ones always, control ones when asked.
 */
#ifndef FL_TOKEN_LITERALS_H
#define FL_TOKEN_LITERALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longer literals are never looked for: it bounds the work at each place of a text. */
enum { FL_LITERAL_MAX = 256 };

typedef struct fl_literal {
    const char *text; /* borrowed */
    uint32_t length;
    int32_t id;
} fl_literal;

typedef struct fl_literals {
    fl_literal *rows; /* after sorting: by bytes, then id */
    size_t count, capacity;
    bool starts[256]; /* bytes that some literal begins with */
} fl_literals;

/* False if there is no memory. Empty and overlong ones are left out. */
bool fl_literals_add(fl_literals *set, const char *text, uint32_t length, int32_t id);
/* To be called once after the last one was added, before matching. */
void fl_literals_sort(fl_literals *set);
void fl_literals_done(fl_literals *set);
/* Length of the longest literal that `text` begins with, 0 if there is none. Of equal ones the
 * first id counts. */
size_t fl_literals_match(const fl_literals *set, const char *text, size_t length, int32_t *id);

#endif
