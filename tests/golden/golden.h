/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */

/* Golden files: what every event of one run must look like, as reference.py computed it in float64.
 *
 * Format: comment lines `# key: value` (model, sha256, prompt, ids, chunk, logits, chosen, events),
 * one line of column names, then one line per event with the columns in the order of golden_row.
 * Fields are separated by commas and never empty: `-` stands for what does not exist. Lists and
 * shapes are written 1x5x64. A row is a plain value; the caller owns the file object.
 */
#ifndef GOLDEN_H
#define GOLDEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GOLDEN_RANK = 4, GOLDEN_IDS = 64, GOLDEN_EDGE = 3 };

/* What does not exist is -1 in an integer and NaN in a double. */
struct golden_row {
    int event, pass;
    bool decode; /* phase: prefill or decode */
    int past, fresh;
    int layer, head, kv_head;
    char stage[24];
    size_t rank;
    int64_t shape[GOLDEN_RANK];
    int64_t count, masked;
    double min, max;
    int64_t argmin[GOLDEN_RANK], argmax[GOLDEN_RANK];
    double mean, std, rms, l2, sum;
    int64_t zeros, nan, inf;
    double scale; /* what its tolerances hang on: its largest absolute value, see below */
    double first[GOLDEN_EDGE], last[GOLDEN_EDGE];
    size_t n_ids;
    int32_t ids[GOLDEN_IDS]; /* tokens and next_token only */
};

struct golden {
    int32_t ids[GOLDEN_IDS]; /* what the run started from */
    size_t n_ids;
    int32_t chosen[GOLDEN_IDS]; /* what it chose */
    size_t n_chosen;
    size_t chunk;
    bool all_logits;
    char prompt[128]; /* "" where the run was given ids */
    struct golden_row *rows;
    size_t n_rows;
};

/* Reads `path` into *g; false (with *g empty) if it cannot be read or is not of this format. */
bool golden_load(struct golden *g, const char *path);
void golden_free(struct golden *g);

/* Gives the records of one stage of one layer, of every head and pass, one scale, the largest of
 * theirs: a record of two or four numbers may happen to come to almost nothing, by sums whose parts
 * are as large as its neighbours'. */
void golden_share_scales(struct golden *g);

#endif
