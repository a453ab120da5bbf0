/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The tracer in a terminal: runs the view's loop of keys and frames until the reader leaves.
 */
#ifndef FL_TUI_TUI_H
#define FL_TUI_TUI_H

#include "view/view.h"

typedef struct fl_tui_options {
    fl_view_options view;
    bool plain; /* one sentence an event, commands read line by line, no screen control */
    bool color; /* colours may be used if the terminal has them */
} fl_tui_options;

/* Frees the source whatever happens. FL_OK when the reader has left. The terminal is as it was
 * before on every way out; a signal that ends the program is raised again after that. Plain mode is
 * chosen as well when TERM names no terminal that a screen can be drawn on. */
fl_status fl_tui_run(const fl_tui_options *options, fl_diag *diag);

#endif
