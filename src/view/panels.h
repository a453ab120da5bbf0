/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The panels beside the value: what is remarkable, statistics, the program, the next token, pages.
 */
#ifndef FL_VIEW_PANELS_H
#define FL_VIEW_PANELS_H

#include "view/state.h"

/* top.c */
/* Returns the lines used: a long message takes two, over the strip, until the next key. */
int fl_top_draw(fl_view *view);
/* "MODIFIED: layer 2 head 5 zero + 1": what changed a number that was asked for since the screen or
 * page was begun. */
void fl_modified_words(fl_view *view, char *out, size_t size);

/* strip.c */
/* The tokens in a line: those of the pass are lit and stand behind a double bar, those in the cache
 * are not; behind them the choice, once it is made. The one under the cursor is in sight. */
void fl_strip_draw(fl_view *view, int y, int width);
/* The text so far, a token a line. */
void fl_text_lines(fl_view *view, fl_buffer *out);

/* bottom.c */
void fl_bottom_draw(fl_view *view, int y);

/* frame.c */
const char *fl_pane_name(fl_pane pane);
void fl_pane_draw(fl_view *view, fl_pane pane, fl_rect rect);

/* present.c: the whole screen before an audience, but for the bottom line */
void fl_present_draw(fl_view *view);

/* remark.c: at most two sentences on what stands out and how it changed, one a line. */
void fl_remark(fl_view *view, fl_buffer *out);

/* numbers.c */
void fl_numbers_line(fl_view *view, int x, int y, int width); /* all in one line */
void fl_numbers_draw(fl_view *view, fl_rect rect);            /* the panel */
void fl_next_draw(fl_view *view, fl_rect rect);               /* what may come next */

/* page.c */
/* With its title. */
void fl_page_draw(fl_view *view, fl_rect rect);

/* help.c */
void fl_help_lines(fl_view *view, fl_buffer *out);

/* weight.c */
void fl_weight_open(fl_view *view);
void fl_weight_move(fl_view *view, fl_verb verb, int64_t count);
void fl_weight_draw(fl_view *view, fl_rect rect);
/* The weight in words and numbers, and the cursor's row of it. */
void fl_weight_lines(fl_view *view, fl_buffer *out);

/* lens.c: reading residuals of the pass shown; rows and columns are those of view/lens.h */
const char *fl_lens_hindrance(fl_view *view);
void fl_lens_forget(fl_view *view);
int64_t fl_lens_rows(fl_view *view);               /* computed so far */
bool fl_lens_whole(fl_view *view);                 /* are these all? */
int64_t fl_lens_event(fl_view *view, int64_t row); /* -1: not computed yet */
/* Reads a column, then its neighbours among those from `first` on, as far as the work allows;
 * false: there is more to do. */
bool fl_lens_read(fl_view *view, int64_t column, int64_t first, int64_t count, double work);
/* Reads all of a column, however long it takes, unless the reader stops it. */
void fl_lens_read_whole(fl_view *view, int64_t column);
/* NULL: not read yet. */
const fl_lens_cell *fl_lens_at(fl_view *view, int64_t row, int64_t column);

/* lenspage.c */
void fl_lens_open(fl_view *view);
void fl_lens_move(fl_view *view, fl_verb verb, int64_t count);
void fl_lens_choose(fl_view *view);
void fl_lens_draw(fl_view *view, fl_rect rect);
void fl_lens_lines(fl_view *view, fl_buffer *out);

/* chances.c */
const char *fl_chances_hindrance(fl_view *view, fl_verb verb);
void fl_chances_open(fl_view *view);
void fl_chances_move(fl_view *view, fl_verb verb, int64_t count);
void fl_chances_draw(fl_view *view, fl_rect rect);
void fl_chances_lines(fl_view *view, fl_buffer *out);

/* beside.c, besidepage.c */
void fl_beside_lines(fl_view *view, fl_buffer *out);
void fl_beside_move(fl_view *view, fl_verb verb, int64_t count);
void fl_beside_draw(fl_view *view, fl_rect rect);

/* prompts.c */
void fl_prompts_lines(fl_view *view, fl_buffer *out);
void fl_prompts_draw(fl_view *view, fl_rect rect);
int64_t fl_prompts_count(const fl_view *view);
void fl_prompts_choose(fl_view *view);

/* breaks.c */
void fl_breaks_lines(fl_view *view, fl_buffer *out);
void fl_breaks_draw(fl_view *view, fl_rect rect);
int64_t fl_breaks_count(const fl_view *view);
void fl_breaks_choose(fl_view *view); /* switches it on or off */
bool fl_breaks_remove(fl_view *view, const char *text);

#endif
