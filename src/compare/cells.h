/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Two tensors cell by cell.
 *
 * Two values are the same when |a − b| ≤ atol + rtol · max(|a|, |b|, rms), where rms is that of the
 * cell's row (of its head in attn_scores), the smaller of the two sides': what a value near zero is
 * made of was as large as its neighbours. Where weights were rounded, whole rows and heads may be
 * small beside what they are made of: there it is the RMS of the whole stage.
 */
#ifndef FL_COMPARE_CELLS_H
#define FL_COMPARE_CELLS_H

#include "compare/values.h"

typedef struct fl_tolerance {
    double rtol, atol;
    bool wide; /* the RMS is the whole stage's */
    double
        whole; /* most that the RMS of a − b may be, in units of the smaller side's RMS; 0: any */
    double size; /* most that the RMS of one side may be beyond the other's, in the same units; 0:
                    any */
} fl_tolerance;

/* One cell of a stage; -1 where there is no such axis. */
typedef struct fl_cell {
    int64_t head, row, column;
    double a, b;
} fl_cell;

/* What one stage of one layer of one pass differs by. */
typedef struct fl_difference {
    fl_place place;
    int64_t cells;      /* compared, but for those both sides mask */
    int64_t beyond;     /* of these beyond the tolerance, those below among them */
    int64_t one_masked; /* masked on one side only */
    int64_t one_nan;    /* not a number, or infinite, on one side only */
    int64_t both_nan;
    bool bare_a, bare_b; /* scores that come without the mask: the other side's was used */
    double largest;      /* |a − b| where both are numbers, and there */
    fl_cell where;
    double excess; /* largest |a − b| in units of what the tolerance allows, and there */
    fl_cell worst;
    double squares, squares_a, squares_b; /* sums of (a − b)², a², b² over cells that are numbers */
    int64_t numbers;
    int64_t shift; /* what the number of a row lacks to that of its token; -1: it is the last */
    bool zero_a, zero_b; /* a head, or all, is 0 on that side only */
    double whole;        /* RMS of a − b in units of the smaller side's RMS */
    bool whole_differs;  /* is that, or one side's 0, beyond the tolerance? */
    int64_t ends;        /* statistics beyond the tolerance that are values at either end */
    bool statistics;     /* records were compared: the worst cell is a statistic */
    const char *statistic, *largest_statistic;
} fl_difference;

/* Is this score one that a mask hides? Dumps have −inf, the least number of their type, or a score
 * plus −10000. */
bool fl_is_masked_score(double score);

/* Adds the cells of a pair; `head` is the number of its first head. Returns false when memory runs
 * out. */
bool fl_cells_compare(fl_difference *out, const fl_pair *pair, int64_t head,
                      const fl_tolerance *tolerance);
/* Once all cells are there: is the stage as a whole within the tolerance? Cells may each be when
 * together they are another matrix's. */
void fl_cells_whole(fl_difference *difference, const fl_tolerance *tolerance);
static inline bool fl_differs(const fl_difference *difference) {
    return difference->beyond > 0 || difference->whole_differs;
}

#endif
