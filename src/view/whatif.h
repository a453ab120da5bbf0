/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What if: the patches of the run, changed under the reader's hands, and what they did to what
 * comes next.
 */
#ifndef FL_VIEW_WHATIF_H
#define FL_VIEW_WHATIF_H

#include "event/top.h"
#include "view/view.h"

enum { FL_PATCHES = 64, FL_PATCH_WORDS = 96, FL_CHANGES = 32, FL_RANKS = 256 };

typedef struct fl_patch_list {
    int count;
    struct {
        fl_patch patch;
        bool off; /* kept in the list, without effect */
    } items[FL_PATCHES];
} fl_patch_list;

/* The best pieces of a row of logits or probs. */
typedef struct fl_ranking {
    int64_t event, row; /* -1: nothing kept */
    int count;
    fl_ranked best[FL_RANKS];
} fl_ranking;

typedef struct fl_whatif {
    fl_patch_list
        history[FL_CHANGES]; /* the lists there were and, after undo, those to come back */
    int now, last;           /* the one that holds, and the last that redo reaches */
    /* Those that are on, to which the options' model points. */
    fl_patch on[FL_PATCHES];
    char words[FL_PATCHES][FL_PATCH_WORDS];
    const char *texts[FL_PATCHES];
    fl_source base;    /* the same tokens without any patch; all NULL until it is needed */
    fl_ranking before; /* of an event of the base */
    int64_t stopped;   /* event of the base the reader would not wait for; -1: none */
} fl_whatif;

/* patches.c */
/* Takes over the patches that the options came with. */
void fl_patches_init(fl_view *view);
void fl_patches_done(fl_view *view);
const fl_patch_list *fl_patches_now(const fl_view *view);
/* Goes over to a run of other tokens, which has no patches yet; the view owns `source` only if this
 * succeeds. */
bool fl_patches_adopt(fl_view *view, fl_source *source, fl_diag *diag);
/* Gives a run of other tokens, which has no patches yet, those that are on; false: it is as it was.
 */
bool fl_patches_apply(const fl_view *view, fl_source *source, fl_diag *diag);
/* Does this patch change what this step of the pass computes? (What follows from that is another
 * matter.) */
bool fl_patch_strikes(const fl_patch *patch, const fl_step *step, const fl_dims *dims);
/* Does what it changed go into this event, or into its own result? */
bool fl_patch_reaches(const fl_patch *patch, const fl_event *event);
/* What patches multiply a cell by, once its stage has been computed. */
double fl_patched_by(const fl_view *view, const fl_event *event, const int64_t *index);
/* Does any patch change what the event shown computes? */
bool fl_patched_here(fl_view *view);
/* Does a patch that is on strike this step? */
bool fl_patch_marks(const fl_view *view, const fl_pass *pass, const fl_step *step);

/* After a new prompt: that they are on in its run too. */
void fl_say_patches_stay(fl_view *view);

/* patchlist.c: the page */
/* What can be changed and how it is written, a form in two lines. */
void fl_patch_forms(fl_buffer *out);
void fl_patches_lines(fl_view *view, fl_buffer *out);
void fl_patches_draw(fl_view *view, fl_rect rect);
int64_t fl_patches_count(const fl_view *view);
void fl_patches_choose(fl_view *view);
bool fl_patches_remove(fl_view *view, const char *text);

/* whatif.c: before and after */
void fl_whatif_lines(fl_view *view, fl_buffer *out);
/* One or two sentences on what comes next, without and with the patches; false, and nothing added,
 * where the event shown has no such thing to compare. */
bool fl_whatif_words(fl_view *view, fl_buffer *out);
/* ", without the patch 0.234": what a cell of the event shown is in the run without patches; false,
 * and nothing added, where no patch changes that very cell. */
bool fl_whatif_cell(fl_view *view, const int64_t *index, fl_buffer *out);
/* Beside a piece of the event shown: its chance before and how its rank moved. Returns the columns
 * used, 0 where there is nothing to compare. */
int fl_whatif_beside(fl_view *view, fl_rect rect, int rank);

#endif
