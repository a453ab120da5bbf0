/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What `diff` prints.
 */
#ifndef FL_CLI_DIFF_H
#define FL_CLI_DIFF_H

#include "cli/cli.h"
#include "compare/compare.h"

/* The answer in a sentence, why, the worst cell, and a row per stage. False: out of memory. */
bool fl_diff_text(const fl_cli *cli, const fl_comparison *comparison, fl_buffer *out);

/* "layer 2 ffn_norm", "pass 1 layer 0 q", "logits". */
const char *fl_diff_place(const fl_place *place, char *out, size_t size);
/* "token 3, hidden 17": the cell by the names of its axes. */
const char *fl_diff_cell(const fl_difference *difference, const fl_cell *cell, char *out,
                         size_t size);
/* |a − b| beside the larger of the two. */
double fl_diff_relative(const fl_cell *cell);

#endif
