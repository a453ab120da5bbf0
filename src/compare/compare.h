/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Two runs side by side, in execution order: where they part first, and by how much.
 */
#ifndef FL_COMPARE_COMPARE_H
#define FL_COMPARE_COMPARE_H

#include "base/text.h"
#include "compare/cells.h"

/* How near two runs can be expected to be, from what they say of themselves. */
typedef struct fl_class {
    const char *name; /* "F32", ... */
    const char *why;  /* what makes it this one */
    double rtol;
    bool wide;
    double whole, size; /* as in fl_tolerance */
} fl_class;

/* A stage over all layers and passes. */
typedef struct fl_tally {
    int64_t compared, differing; /* stages of a layer */
    int64_t cells, beyond;
    fl_difference largest, first; /* with the largest |a − b|; the first that differs */
    double squares;
    int64_t numbers;
    int64_t both_nan;
    bool bare; /* one side's scores come without the mask */
    int64_t only_a, only_b, unaligned;
    char why[160]; /* what cannot be aligned, the first of them */
} fl_tally;

/* How far a side goes beside the other. */
typedef struct fl_extent {
    fl_place last;   /* its last stage */
    int64_t missing; /* stages of the other before that, which it lacks */
    int64_t behind;  /* stages of the other after that */
} fl_extent;

typedef struct fl_comparison {
    fl_dump a, b;
    fl_class class;
    fl_tolerance tolerance;
    bool chosen; /* the tolerance is the caller's, not the class's */
    fl_sizes sizes;
    fl_tally tallies[FL_STAGE_COUNT];
    int64_t compared, unaligned; /* stages of a layer */
    fl_extent a_extent, b_extent;
    int32_t pass;     /* the last whose tokens were compared, */
    int64_t n_tokens; /* and how many it has; 0: none yet */
    bool other_run;   /* of another model or other tokens */
    bool differs;
    fl_difference first; /* where they part */
    bool agreed;         /* something before that was the same, */
    fl_place last_same;  /* and this last */
    fl_buffer between; /* "q_rope (A), k_rope (A)": stages between these two that one side lacks */
    fl_buffer gaps;    /* lines: what one side ends without */
    fl_buffer reasons; /* lines: why the two could not be the same */
    fl_buffer remarks; /* lines: what else is to be known */
    fl_buffer suggestion; /* lines: what the first difference looks like */
} fl_comparison;

/* Is told of every stage that was compared. */
typedef void fl_compared_fn(void *ctx, const fl_difference *difference);

/* Opens both files and finds the tolerance; the caller may change it before the run. The diag's
 * subject is the file that is at fault. Undo with fl_comparison_close, also after a failure. */
fl_status fl_comparison_open(fl_comparison *c, const char *path_a, const char *path_b,
                             fl_diag *diag);
/* The same over bytes that stay. */
fl_status fl_comparison_read(fl_comparison *c, const fl_map *a, const fl_map *b, fl_diag *diag);
/* Compares all. FL_ERR_FORMAT if the two have no stage in common. */
fl_status fl_comparison_run(fl_comparison *c, fl_compared_fn *each, void *ctx, fl_diag *diag);
void fl_comparison_close(fl_comparison *c);
/* Is all the same, and all there? */
static inline bool fl_comparison_same(const fl_comparison *c) {
    return !c->differs && !c->unaligned && !c->gaps.length;
}

/* run.c */
fl_class fl_class_of(const fl_dump *a, const fl_dump *b);
void fl_compare_runs(fl_comparison *c);

#endif
