/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * A view over the fake run, and the keys that drive it written as text: letters are themselves,
 * <enter> <esc> <up> <down> <left> <right> <tab> <backtab> <bs> <home> <end> <pgup> <pgdn>, and
 * <c-a> to <c-z> with the Ctrl key.
 */
#ifndef FL_TESTS_SCENE_H
#define FL_TESTS_SCENE_H

#include "view/fake_source.h"
#include "view/view.h"

fl_view_options fl_scene_options(const fl_fake_options *fake);
/* A view of the given size; the test fails if it cannot be made. */
fl_view *fl_scene(int width, int height);
void fl_scene_keys(fl_view *view, const char *keys);
/* The screen as lines of text; the caller frees it. */
char *fl_scene_text(fl_view *view);
bool fl_scene_holds(fl_view *view, const char *text);
/* A command that must be done or not, and what must be said. */
void fl_scene_command(fl_view *view, const char *line, bool done, const char *said);
/* The key a name in angle brackets stands for; -1 if there is none such. */
int fl_scene_key(const char *name, size_t length);

#endif
