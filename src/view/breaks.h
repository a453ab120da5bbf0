/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Breakpoints: which there are (breaks.c), and the kinds there can be, each a row of a table
 * (watch.c). They stop `continue` and `continue-back`, nothing else.
 */
#ifndef FL_VIEW_BREAKS_H
#define FL_VIEW_BREAKS_H

#include "view/selector.h"

typedef struct fl_break {
    int number; /* it is called by; no other ever has it */
    int kind;   /* row of the kinds */
    fl_selector where;
    double bound;
    int64_t key; /* position that is looked at */
    int64_t index[FL_MAX_DIMS];
    int n_index;
    bool above; /* the cell is held against the bound, not against what it was */
    bool once, off;
    int64_t hits;
} fl_break;

/* Why a breakpoint stops. */
typedef struct fl_finding {
    int number; /* -1: nothing was found */
    char why[240];
    bool cell; /* index says where */
    int64_t index[FL_MAX_DIMS];
} fl_finding;

enum { FL_BREAKS = 32 };
typedef struct fl_breaks {
    fl_break items[FL_BREAKS];
    int count, next;     /* how many there are, and the number of the next */
    fl_finding found;    /* the first that holds at an event */
    int also[FL_BREAKS]; /* numbers of the others */
    int n_also;
} fl_breaks;

/* What a breakpoint can wait for. */
typedef struct fl_break_kind {
    const char *word; /* "" for a stage by its name */
    const char *argument, *help, *example;
    bool (*parse)(fl_words *words, fl_break *out);
    void (*print)(const fl_break *b, char *out, size_t size); /* behind the word */
    /* Looks at an event that `where` fits; NULL: that it fits is enough. */
    bool (*look)(fl_view *view, const fl_break *b, int64_t event, fl_finding *out);
} fl_break_kind;

/* boundhint.c: "gate > 7 layer 1" as it has to be written, with what was typed */
void fl_break_say_bound(fl_view *view, const char *text);
/* Does the text ask for a bound in other words than those of the kinds? */
bool fl_break_means_bound(const char *text);

/* watch.c */
const fl_break_kind *fl_break_kinds(size_t *count);
/* False after fl_say: what was found and what was expected. */
bool fl_break_parse(fl_view *view, const char *text, fl_break *out);
void fl_break_print(const fl_break *b, char *out, size_t size);

/* breaks.c */
/* What a breakpoint can wait for, a kind in two lines; the plain stage, last in the table, first.
 */
void fl_break_forms(fl_buffer *out);
/* Is there one, switched on, on this step by name alone? */
bool fl_break_marks(const fl_view *view, const fl_pass *pass, const fl_step *step);
/* Must the event be computed to know whether one stops there? */
bool fl_break_needs(const fl_view *view, const fl_pass *pass, int64_t event);
/* Does any stop at the event? Notes which, and why. */
bool fl_break_find(fl_view *view, const fl_pass *pass, int64_t event);
/* Forgets what was found. */
void fl_break_forget(fl_view *view);
/* The view stands where they were found: says so, puts the cursor there, counts each. */
void fl_break_arrive(fl_view *view);

#endif
