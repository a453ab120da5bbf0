/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * A grid as it is laid out on the screen: shared by the files that draw its header, its cells and
 * what stands below them.
 */
#ifndef FL_VIEW_SHEET_H
#define FL_VIEW_SHEET_H

#include "view/value.h"

/* How much of a cell is shown, from little to all. */
typedef enum fl_level {
    FL_LEVEL_BLOCK,
    FL_LEVEL_ONE,
    FL_LEVEL_TWO,
    FL_LEVEL_BRIEF,
    FL_LEVEL_NUMBER
} fl_level;

typedef struct fl_sheet {
    fl_view *view;
    const fl_captured *captured;
    fl_grid grid;
    fl_place cursor;
    fl_shading shading;
    fl_format format, brief;
    fl_rect rect; /* header and rows */
    fl_level level;
    int label;            /* columns of the row labels */
    int columns;          /* of one glyph or number, with its gap */
    int64_t cells;        /* cells that one glyph stands for */
    int64_t first, shown; /* glyph columns */
    int stack;            /* rows a line: two where they are halves, else one */
    int tall;             /* lines a row: more than one before an audience */
} fl_sheet;

/* value.c: what is needed to ask for cells; false: the event cannot be had */
bool fl_sheet_open(fl_sheet *sheet, fl_view *view, fl_rect rect);

/* sheet.c */
double fl_sheet_value(const fl_sheet *sheet, int64_t band, int64_t row, int64_t col, bool *masked);
void fl_sheet_masked(fl_sheet *sheet, int x, int y, fl_style style);
void fl_sheet_number(fl_sheet *sheet, int x, int y, double value, bool on);
/* A row, or where they are stacked the two that begin with it. */
void fl_sheet_row(fl_sheet *sheet, int y, int64_t band, int64_t row);

/* below.c */
/* The cursor's row in numbers, line after line, starting where the cursor is in sight. */
void fl_sheet_numbers(fl_sheet *sheet, int y, int lines);
/* Where the cursor's row of attn_probs looks, as bars. */
void fl_sheet_shares(fl_sheet *sheet, fl_rect rect);
void fl_sheet_legend(fl_sheet *sheet, int y);

#endif
