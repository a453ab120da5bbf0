/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * `step`: opens the tracer on a terminal, prints the transcript elsewhere.
 */
#include "base/diag.h"
#include "base/process.h"
#include "cli/job.h"
#include "cli/tracer.h"
#include "sinks/recorder.h"
#include "view/view.h"

#include <inttypes.h>

/* The sentence that a reader needs first: how much goes in, and how long it takes. */
static void introduce(fl_cli *cli, const fl_job *job, int64_t steps) {
    fl_buffer text = {0};
    fl_buffer_printf(&text, "%s: %zu %s in, and %" PRId64 " steps later one comes out.\n",
                     fl_model_name(job->model), job->n_ids,
                     job->n_ids == 1 ? "token goes" : "tokens go", steps);
    if (text.data)
        fl_emit(cli, text.data);
    fl_buffer_done(&text);
}

static int64_t steps_of(fl_cli *cli, const fl_job *job) {
    fl_plan *plan;
    int64_t steps = 0;
    if (fl_plan_new(&plan, fl_model_hparams(job->model), FL_END_TOKEN, &cli->diag) == FL_OK)
        steps = fl_plan_count(plan) - 1; /* from the first event to the last */
    fl_plan_free(plan);
    return steps;
}

static fl_status transcript(fl_cli *cli, fl_job *job) {
    fl_session *session;
    fl_recorder recorder;
    fl_watch watch;
    fl_status status = fl_session_new(&session, job->model, &job->options, &cli->diag);
    if (status != FL_OK)
        return status;
    fl_recorder_init(&recorder);
    recorder.out = cli->out;
    recorder.session = session;
    recorder.pieces = fl_view_pieces(job->tokenizer);
    recorder.ascii = cli->ascii;
    fl_sink sink = fl_plain_sink(&recorder);
    status = fl_session_add_sink(session, &sink);
    if (status == FL_OK)
        status = fl_job_watch(cli, session, &watch);
    introduce(cli, job, steps_of(cli, job));
    if (status == FL_OK)
        status = fl_session_run(session, &cli->diag);
    if (fl_recorder_failed(&recorder))
        status = fl_fail_memory(&cli->diag);
    fl_recorder_done(&recorder);
    fl_session_free(&session);
    return status == FL_DONE ? FL_OK : status;
}

static bool has_terminal(void) {
    return fl_is_terminal(FL_STDIN) && fl_is_terminal(FL_STDOUT);
}

static fl_status open_job(fl_cli *cli, fl_job *job) {
    if (fl_given(cli, FL_OPTION_batch) || (fl_given(cli, FL_OPTION_script) && !has_terminal()))
        return fl_tracer_batch(cli, job);
    return has_terminal() ? fl_tracer_open(cli, job) : transcript(cli, job);
}

fl_status fl_cmd_step(fl_cli *cli) {
    fl_job job;
    fl_status status = fl_job_open(cli, &job);
    if (status == FL_OK) {
        job.options.logits = (fl_logits_mode)fl_value(cli, FL_OPTION_logits)->count;
        status = open_job(cli, &job);
    }
    fl_job_close(&job);
    return status;
}
