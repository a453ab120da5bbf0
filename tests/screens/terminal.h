/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * A program under a pseudo-terminal, with libvterm as the terminal. The program runs in a process
 * group of its own under a session leader, as under a shell, so that it can be suspended.
 */
#ifndef FL_TESTS_TERMINAL_H
#define FL_TESTS_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <termios.h>
#include <vterm.h>

typedef struct fl_terminal {
    int fd;      /* our end */
    int reports; /* pipe from the session leader */
    pid_t leader, program;
    int width, height;
    VTerm *vterm;
    VTermScreen *screen;
    bool alternate, cursor; /* `cursor`: it is shown */
    bool ended, drained;    /* `drained`: nothing it wrote is still on the way */
    bool stopped;           /* by a signal, and not yet told to go on */
    int status;             /* of the program, as waitpid gives it, once stopped or ended */
    struct termios before;
    char raw[1 << 20]; /* everything it wrote */
    size_t n_raw;
} fl_terminal;

/* Starts `program` (its result is the exit status). */
void fl_terminal_start(fl_terminal *t, int width, int height, int (*program)(void *ctx), void *ctx);
/* Reads until `seen` holds or patience is at its end. */
void fl_terminal_await(fl_terminal *t, bool (*seen)(void));
void fl_terminal_send(fl_terminal *t, const char *bytes);
void fl_terminal_resize(fl_terminal *t, int width, int height);
/* One line of the screen without trailing blanks; static buffer. */
const char *fl_terminal_line(fl_terminal *t, int y);
/* Lets a program that is stopped go on. */
void fl_terminal_continue(fl_terminal *t);
/* Waits for the end of the program. */
void fl_terminal_wait(fl_terminal *t);
/* Are the terminal's modes what they were before the program started? Its screen, cursor and mouse
 * are not asked about here. */
bool fl_terminal_is_restored(fl_terminal *t);
/* Is it asked to report clicks? */
bool fl_terminal_has_mouse(fl_terminal *t);
void fl_terminal_done(fl_terminal *t);

#endif
