/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Steps by name ("attn_* layer 2 head 3"), as goto and break take them, and a command's text taken
 * apart word by word.
 */
#ifndef FL_VIEW_SELECTOR_H
#define FL_VIEW_SELECTOR_H

#include "event/source.h"
#include "view/view.h"

/* Blanks and commas part words, and brackets do, so that an index may be written as it is shown. */
typedef struct fl_words {
    const char *rest;
    char word[96];        /* the one in front; "" at the end */
    const char *expected; /* what should have stood there; NULL: nothing is wrong */
} fl_words;

void fl_words_begin(fl_words *words, const char *text);
/* Goes on to the next word if this one stands in front. */
bool fl_words_take(fl_words *words, const char *word);
/* A number from 0 on. False, and `expected` is noted, if none stands in front; likewise below. */
bool fl_words_number(fl_words *words, double *out, const char *expected);
bool fl_words_whole(fl_words *words, int64_t *out, const char *expected);
bool fl_words_end(fl_words *words, const char *expected);
/* Says what was found and what was expected. */
void fl_words_complain(fl_view *view, const fl_words *words, const char *who, const char *example);

typedef struct fl_selector {
    char pattern[96];                 /* a stage's name in any dialect, or a glob */
    int64_t layer, head, token, pass; /* -1: any */
} fl_selector;

enum {
    FL_SELECT_STAGE = 1,
    FL_SELECT_LAYER = 2,
    FL_SELECT_HEAD = 4,
    FL_SELECT_TOKEN = 8,
    FL_SELECT_PASS = 16
};

/* A stage, then "layer 2" and the others that are allowed in any order; without a stage all are
 * meant. Returns how many of these there were, -1 after noting what was expected. */
int fl_selector_take(fl_words *words, fl_selector *out, unsigned allowed);
/* Does it mean this step of this pass? A token stands for the passes that compute it. */
bool fl_selector_fits(const fl_selector *selector, const fl_pass *pass, const fl_step *step);
/* Does it name a step of this stage, in a model that has it? */
bool fl_selector_names(const fl_selector *selector, const fl_hparams *hparams, fl_stage stage);
/* Does it name any step of this model? Else says why not. */
bool fl_selector_check(fl_view *view, const fl_selector *selector);
/* All stages are "". */
void fl_selector_print(const fl_selector *selector, char *out, size_t size);

#endif
