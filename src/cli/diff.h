/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What `diff` prints.
 */
#ifndef FL_CLI_DIFF_H
#define FL_CLI_DIFF_H

#include "cli/cli.h"
#include "compare/compare.h"

/* What is printed of every stage of every layer and pass, as they come. */
typedef struct fl_diff_rows {
    struct fl_table *table; /* --all-layers; NULL: a row per stage only */
    fl_buffer json;
} fl_diff_rows;

bool fl_diff_rows_begin(fl_diff_rows *rows, const fl_comparison *comparison);
fl_compared_fn fl_diff_rows_add, fl_diff_json_add;

/* The answer in a sentence, the worst cell, what it looks like, and the table. False: out of
 * memory. */
bool fl_diff_text(const fl_cli *cli, const fl_comparison *comparison, const fl_diff_rows *rows,
                  fl_buffer *out);

void fl_diff_json(const fl_comparison *comparison, const fl_diff_rows *rows, bool ascii,
                  fl_buffer *out);

/* "pass 1 layer 2", "" where there is but one; the same and the stage's name. */
const char *fl_diff_where(const fl_place *place, char *out, size_t size);
const char *fl_diff_place(const fl_place *place, char *out, size_t size);
/* "token 3, hidden 17": the cell by the names of its axes. */
const char *fl_diff_cell(const fl_difference *difference, const fl_cell *cell, char *out,
                         size_t size);
/* |a − b| beside the larger of the two. */
double fl_diff_relative(const fl_cell *cell);

#endif
