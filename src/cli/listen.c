/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The listeners of the modes: what `traced`, `captured` and the others mean.
 */
#include "base/diag.h"
#include "cli/bench.h"

#include <stdlib.h>

/* ---- traced: every statistic of every stage and head, the last record of each kept ---- */

static void add_time(fl_listener *l, const fl_event *event) {
    if (event->ns > 0)
        l->stage_ns[event->phase][event->stage] += event->ns;
}

static fl_flow keep_record(void *ctx, const fl_event *event) {
    fl_listener *l = ctx;
    if (event->stage == FL_STAGE_tokens)
        l->first_event = event->index;
    fl_record *record = &l->last[event->index - l->first_event];
    record->index = event->index;
    record->pass = event->pass;
    record->ns = event->ns;
    fl_event_stats(event, &record->stats);
    add_time(l, event);
    return FL_GO;
}

static fl_status make_traced(fl_listener *l, fl_session *session, uint64_t memory, fl_sink *sink,
                             fl_diag *diag) {
    fl_plan *plan;
    (void)memory;
    fl_status status =
        fl_plan_new(&plan, fl_model_hparams(fl_session_model(session)), FL_END_TOKEN, diag);
    if (status != FL_OK)
        return status;
    l->last = calloc((size_t)fl_plan_count(plan), sizeof *l->last);
    fl_plan_free(plan);
    *sink = (fl_sink){l, NULL, keep_record};
    return l->last ? FL_OK : fl_fail_memory(diag);
}

/* ---- captured: the values as well ---- */

static fl_flow keep_values(void *ctx, const fl_event *event) {
    fl_listener *l = ctx;
    l->failed |= !fl_capture_add(l->capture, event);
    return l->failed ? FL_STOP : FL_GO;
}

static fl_status make_captured(fl_listener *l, fl_session *session, uint64_t memory, fl_sink *sink,
                               fl_diag *diag) {
    (void)session;
    l->capture = fl_capture_new(memory);
    *sink = (fl_sink){l, NULL, keep_values};
    return l->capture ? FL_OK : fl_fail_memory(diag);
}

/* ---- written as JSON lines, to nowhere ---- */

static fl_status make_jsonl(fl_listener *l, fl_session *session, uint64_t memory, fl_sink *sink,
                            fl_diag *diag) {
    (void)memory;
    fl_status status = fl_out_open(&l->nowhere, "/dev/null", diag);
    l->recorder.out = l->nowhere;
    l->recorder.session = session;
    *sink = fl_jsonl_sink(&l->recorder);
    return status;
}

/* ---- by mode ---- */

typedef fl_status make_fn(fl_listener *listener, fl_session *session, uint64_t memory,
                          fl_sink *sink, fl_diag *diag);

static make_fn *const makers[FL_BENCH_MODES] = {[FL_BENCH_TRACED] = make_traced,
                                                [FL_BENCH_CAPTURED] = make_captured,
                                                [FL_BENCH_JSONL] = make_jsonl};

fl_status fl_listen(fl_listener *l, fl_bench_mode mode, fl_session *session, uint64_t memory,
                    fl_diag *diag) {
    fl_sink sink;
    *l = (fl_listener){0};
    fl_recorder_init(&l->recorder);
    if (!makers[mode])
        return FL_OK;
    fl_status status = makers[mode](l, session, memory, &sink, diag);
    return status == FL_OK ? fl_session_add_sink(session, &sink) : status;
}

bool fl_listener_failed(const fl_listener *l) {
    return l->failed || fl_recorder_failed(&l->recorder);
}

void fl_listener_done(fl_listener *l) {
    free(l->last);
    fl_capture_free(l->capture);
    fl_recorder_done(&l->recorder);
    fl_out_discard(&l->nowhere);
}
