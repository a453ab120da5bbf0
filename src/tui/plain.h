/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The tracer without a screen: one sentence an event, one command a line.
 */
#ifndef FL_TUI_PLAIN_H
#define FL_TUI_PLAIN_H

#include "view/view.h"

/* Until the reader leaves or standard input ends. */
void fl_plain_run(fl_view *view);

#endif
