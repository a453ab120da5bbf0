/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The transcript: one event a line, in whole sentences, under headings.
 */
#include "sinks/recorder.h"

#include <stdio.h>
#include <string.h>

static void enter_pass(fl_recorder *r, const fl_event *event) {
    if (event->pass == r->pass)
        return;
    r->pass = event->pass;
    r->first = event->index;
}

/* A heading where another part of the pass begins. */
static void add_heading(fl_recorder *r, const fl_event *event) {
    fl_sentence_heading(&r->line, event);
    if (!r->line.data || strcmp(r->line.data, r->part) == 0) {
        fl_buffer_clear(&r->line);
        return;
    }
    snprintf(r->part, sizeof r->part, "%s", r->line.data);
    fl_buffer_clear(&r->line);
    fl_buffer_printf(&r->line, "\n%s\n", r->part);
}

static fl_flow record(void *ctx, const fl_event *event) {
    fl_recorder *r = ctx;
    fl_sentence_run run = {.pieces = r->pieces};
    fl_stats stats;
    enter_pass(r, event);
    run.tokens = fl_session_tokens(r->session, &run.n_tokens);
    run.first = r->first;
    run.last = r->first + fl_plan_count(fl_session_plan(r->session)) - 1;
    fl_event_stats(event, &stats);
    add_heading(r, event);
    fl_sentence(&r->line, event, &stats, &run);
    fl_buffer_puts(&r->line, "\n");
    return fl_recorder_end_text(r);
}

fl_sink fl_plain_sink(fl_recorder *recorder) {
    return (fl_sink){recorder, fl_recorder_wants, record};
}
