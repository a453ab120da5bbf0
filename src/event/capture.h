/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Keeps events with their values and statistics, within a budget of bytes. When the budget is
 * spent, the oldest pass is dropped first, as a whole; the pass being added is never dropped.
 */
#ifndef FL_EVENT_CAPTURE_H
#define FL_EVENT_CAPTURE_H

#include "event/source.h"

typedef struct fl_capture fl_capture;

fl_capture *fl_capture_new(uint64_t budget_bytes); /* NULL: out of memory */
void fl_capture_free(fl_capture *capture);
/* Copies the event, in place of one with the same number. The tensors of k_cache and v_cache are
 * kept as views. False: out of memory. */
bool fl_capture_add(fl_capture *capture, const fl_event *event);
/* NULL if it was never added or has been dropped. */
fl_captured *fl_capture_get(const fl_capture *capture, int64_t index);
/* Bytes kept, and whether they are all of one pass, which alone may be larger than the budget. */
uint64_t fl_capture_used(const fl_capture *capture, bool *one_pass);

#endif
