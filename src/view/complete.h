/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What may stand in a command line: how a word goes on, and words about it while it is typed. All
 * of it comes out of the arguments in keys.def.
 */
#ifndef FL_VIEW_COMPLETE_H
#define FL_VIEW_COMPLETE_H

#include "view/state.h"

/* What may stand where the cursor of the line is; each text is `length` bytes of a longer one. */
enum { FL_CHOICES = 192 };
typedef struct fl_choices {
    size_t typed; /* bytes of the word that stand there already */
    int count;
    struct {
        const char *text;
        size_t length;
    } at[FL_CHOICES];
} fl_choices;

void fl_find_choices(fl_view *view, fl_choices *out);
/* Fills in what all choices share; where there are several, shows them. */
void fl_complete(fl_view *view);
/* What the line will do, in one line of text. */
void fl_line_hint(fl_view *view, fl_buffer *out);
/* The prompt in the bottom line, the hint above it, and the choices once Tab has been pressed. */
void fl_line_draw(fl_view *view, int y);

/* The verb most like a word that names none; NULL if none is like it. */
const char *fl_nearest_verb(const char *word, size_t length);
/* "goto attn_probs layer 1 head 2": one way to write the verb. */
void fl_verb_example(fl_verb verb, fl_buffer *out);
/* What the words in capitals of its argument stand for, one a line. */
void fl_verb_argument_words(fl_verb verb, fl_buffer *out);
/* Does the table know every word in capitals of the argument? */
bool fl_argument_is_known(const char *argument);

#endif
