/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Sessions of the built-in model over a few ids, and what their events hold in one number.
 */
#ifndef FL_TESTS_STARTED_H
#define FL_TESTS_STARTED_H

#include <footlight/footlight.h>

enum { N_PROMPT = 7 };
extern const int32_t prompt[N_PROMPT];
extern fl_model *model;

/* Group set-up and tear-down. */
int open_model(void **state);
int close_model(void **state);

fl_session_options options(int64_t n_predict);
fl_session *session(const fl_session_options *o);
/* FNV-1a over everything an event says but its time. */
uint64_t digest(const fl_event *event);
/* Digests of all events of a run; *count receives how many. Caller frees. */
uint64_t *digests(const fl_session_options *o, int64_t *count);

#endif
