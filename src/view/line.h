/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * A line of text that is being typed: its cursor, and the lines typed before it.
 */
#ifndef FL_VIEW_LINE_H
#define FL_VIEW_LINE_H

#include <stdbool.h>
#include <stddef.h>

typedef enum fl_line_kind {
    FL_LINE_NONE,
    FL_LINE_COMMAND,
    FL_LINE_SEARCH,
    FL_LINE_PROMPT
} fl_line_kind;

enum { FL_LINE_BYTES = 4096, FL_PAST_LINES = 100, FL_PAST_BYTES = 512 };

typedef struct fl_past_line {
    fl_line_kind kind;
    char text[FL_PAST_BYTES];
} fl_past_line;

typedef struct fl_line {
    fl_line_kind kind; /* FL_LINE_NONE: none is open */
    char text[FL_LINE_BYTES];
    size_t length, at;         /* in bytes; the cursor stands before byte `at` */
    bool listing;              /* Tab found several ways to go on, and they are shown */
    int recalled;              /* which of the past stands there; n_past: what was typed by hand */
    char draft[FL_LINE_BYTES]; /* what was typed by hand while another is shown */
    fl_past_line past[FL_PAST_LINES];
    int n_past;
} fl_line;

void fl_line_open(fl_line *line, fl_line_kind kind, const char *text);
/* Puts bytes where the cursor stands; nothing where they do not fit. */
void fl_line_insert(fl_line *line, const char *bytes, size_t length);
/* Characters, and the keys that move, take away and recall. A line that is empty is closed by one
 * more Backspace. */
void fl_line_edit(fl_line *line, int key);
/* Remembers the line, unless it is empty, too long or the one before. */
void fl_line_keep(fl_line *line);

#endif
