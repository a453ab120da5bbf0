/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * A tensor of a file as heads × rows × columns, whichever way the file lays it out, and two of them
 * brought to the same shape.
 *
 * Rows are tokens (positions in a cache), columns lie side by side in the file. Stages without
 * heads have one.
 */
#ifndef FL_COMPARE_VALUES_H
#define FL_COMPARE_VALUES_H

#include "compare/dump.h"

typedef struct fl_values {
    const uint8_t *bytes;
    fl_dtype dtype; /* a number of any size, see fl_values_readable */
    int64_t heads, rows, columns;
    int64_t head_stride, row_stride; /* in elements */
} fl_values;

/* What is known of the model; 0: not known. */
typedef struct fl_sizes {
    int64_t heads, kv_heads, head_dim, rotary_dim, window;
    bool exact_rows; /* the passes are of other lengths: rows are aligned with none */
} fl_sizes;

/* Two tensors, their heads and rows one beside the other. `columns` may be more on one side: keys
 * that the other leaves away. */
typedef struct fl_pair {
    fl_values a, b;
    int64_t a_first, b_first; /* number of the first row, of all that the longer one has */
    bool by_heads;            /* heads are real ones */
} fl_pair;

bool fl_values_readable(fl_dtype dtype);
/* The columns of a row as doubles. */
void fl_values_row(const fl_values *values, int64_t head, int64_t row, double *out);
double fl_values_at(const fl_values *values, int64_t head, int64_t row, int64_t column);
/* One head of them. */
fl_values fl_values_head(const fl_values *values, int64_t head);

/* Aligns a stage's tensors. False with the reason in `why` where they cannot be. */
bool fl_values_pair(fl_pair *out, const fl_sizes *sizes, const fl_dump *da, const fl_stored *a,
                    const fl_dump *db, const fl_stored *b, char *why, size_t size);
/* A single tensor, as the stage is laid out where nothing speaks against it. */
bool fl_values_of(fl_values *out, const fl_sizes *sizes, const fl_dump *dump,
                  const fl_stored *stored);

#endif
