/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The tracer over the fake run in a pseudo-terminal, and a view of the same run beside it that gets
 * the same keys: it says what the terminal ought to show.
 */
#ifndef FL_TESTS_TWIN_H
#define FL_TESTS_TWIN_H

#include "screens/terminal.h"
#include "view/view.h"

typedef struct setting {
    const char *term, *ground; /* COLORFGBG; NULL: not set */
    const char *terminfo;      /* folder with the description of `term`; NULL: the system's */
    int colors;                /* of `term`; 0: 256 */
    bool ascii, mono, plain, odd_terminal;
    int64_t crash_at, slow_at;
} setting;

extern fl_terminal terminal;
extern fl_view *twin;

/* Starts both; the first screen is right. */
void start(setting *s, int width, int height);
int tear_down(void **state);
/* Text, and where the cursor is if it shows. */
void assert_same_screen(void);
/* Sends the bytes to the one, gives the keys to the other. */
void press(const char *bytes, const char *keys);
/* Has it written this, now or soon? */
bool wrote(const char *text);
/* Does a line of the screen hold this, now or soon? */
bool shows(const char *text);
/* It ends, by that signal or (0) with status 0, and the terminal is as before. */
void assert_left(int by_signal);

#endif
