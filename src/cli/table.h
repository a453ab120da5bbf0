/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Tables of text: cells in, aligned columns or Markdown out. Cells are copied. UTF-8 throughout;
 * whoever prints turns it into ASCII where that is asked for.
 */
#ifndef FL_CLI_TABLE_H
#define FL_CLI_TABLE_H

#include "base/text.h"

typedef struct fl_column {
    const char *title;
    bool right;     /* numbers end in one line */
    int importance; /* 0: always shown; columns with larger numbers go first where room is short */
} fl_column;

typedef struct fl_table fl_table;

fl_table *fl_table_new(const fl_column *columns, int n_columns); /* NULL: out of memory */
void fl_table_free(fl_table *table);
/* Writes one cell of the row begun last. */
void fl_table_cell(fl_table *table, int column, const char *format, ...) FL_PRINTF(3, 4);
void fl_table_row(fl_table *table);
/* A line of its own across the table. */
void fl_table_heading(fl_table *table, const char *text);

/* At most `width` columns (0: no limit): unimportant columns are left out, then the last one is
 * broken into lines. False: out of memory. */
bool fl_table_text(const fl_table *table, int width, fl_buffer *out);
/* Does all of it fit without leaving anything out? 0: always. */
bool fl_table_fits(const fl_table *table, int width);
/* Is this column among those left out at that width? */
bool fl_table_shows(const fl_table *table, int width, int column);
bool fl_table_markdown(const fl_table *table, fl_buffer *out);

/* Adds `text` broken at blanks into lines of `width` (0: not broken), all but the first behind
 * `indent` blanks, and a line feed. */
void fl_wrap(fl_buffer *out, const char *text, int indent, int width);

#endif
