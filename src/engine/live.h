/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The live source: a session with a capture behind it. Going forward runs the session; going back
 * reads the capture; what the capture has dropped is computed again from its pass's start.
 */
#ifndef FL_ENGINE_LIVE_H
#define FL_ENGINE_LIVE_H

#include "event/source.h"

#include <footlight/session.h>

/* Takes the session over, on failure too (fl_source.free frees it). `memory`: budget in bytes for
 * captured values. */
fl_status fl_live_source(fl_source *source, fl_session *session, uint64_t memory, fl_diag *diag);
/* Bytes of captured values that a live source keeps, and whether they are all of one pass. */
uint64_t fl_live_used(const fl_source *source, bool *one_pass);

#endif
