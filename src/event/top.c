/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Ranking by insertion: few places, most cells are refused by one comparison.
 */
#include "event/top.h"

#include <math.h>
#include <string.h>

/* Puts one cell among the n ranked so far; returns how many there are then. */
static int insert(fl_ranked *out, int n, int most, fl_ranked cell) {
    int at = n;
    while (at > 0 && cell.value > out[at - 1].value)
        at--;
    if (isnan(cell.value) || at == most)
        return n;
    n += n < most;
    memmove(&out[at + 1], &out[at], (size_t)(n - 1 - at) * sizeof *out);
    out[at] = cell;
    return n;
}

int fl_top(const fl_tensor *tensor, const int64_t index[FL_MAX_DIMS], int most, fl_ranked *out) {
    int64_t at[FL_MAX_DIMS];
    int n = 0, last = tensor->n_dims - 1;
    memcpy(at, index, sizeof at);
    for (at[last] = 0; at[last] < tensor->shape[last]; at[last]++)
        n = insert(out, n, most, (fl_ranked){(int32_t)at[last], fl_tensor_at(tensor, at)});
    return n;
}
