/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The largest cells of a row: the best pieces of logits, in records, sentences and on the screen.
 */
#ifndef FL_EVENT_TOP_H
#define FL_EVENT_TOP_H

#include <footlight/tensor.h>

typedef struct fl_ranked {
    int32_t id; /* place along the last axis */
    double value;
} fl_ranked;

/* Writes the `most` largest cells of the row that `index` begins, best first, and returns how many
 * there are. Equal cells keep their order; what is not a number is never among them. */
int fl_top(const fl_tensor *tensor, const int64_t index[FL_MAX_DIMS], int most, fl_ranked *out);

#endif
