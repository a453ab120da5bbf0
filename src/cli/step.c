/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * `step`: opens the tracer on a terminal, prints the transcript elsewhere.
 */
#include "base/diag.h"
#include "base/process.h"
#include "cli/job.h"
#include "cli/tracer.h"
#include "model/hf_order.h"
#include "sinks/recorder.h"
#include "view/view.h"

#include <string.h>

static int64_t events_of(fl_cli *cli, const fl_job *job, fl_plan_end end) {
    fl_plan *plan;
    int64_t events = 0;
    if (fl_plan_new(&plan, fl_model_hparams(job->model), end, &cli->diag) == FL_OK)
        events = fl_plan_count(plan);
    fl_plan_free(plan);
    return events;
}

/* The sentence that a reader needs first. A long prompt is read in several passes; only the last of
 * them chooses. */
static void introduce(fl_cli *cli, const fl_job *job) {
    const int64_t earlier = ((int64_t)job->n_ids - 1) / job->options.chunk;
    const char *name = fl_model_name(job->model);
    fl_buffer text = {0};
    fl_escape(&text, name, strlen(name), FL_ESCAPE_LINE);
    fl_buffer_puts(&text, ": ");
    fl_sentence_opening(&text, job->n_ids,
                        earlier * events_of(cli, job, FL_END_BLOCKS) +
                            events_of(cli, job, FL_END_TOKEN) - 1);
    fl_buffer_puts(&text, "\nA blank at the start of a quoted piece belongs to it.\n");
    for (size_t i = 0; i < job->n_patches; i++) {
        char words[96];
        fl_patch_print(&job->patches[i], words, sizeof words);
        fl_buffer_printf(&text, "Patched: %s. What it changes is said to be modified.\n", words);
    }
    fl_emit_buffer(cli, &text);
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
    introduce(cli, job);
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
    if (fl_given(cli, FL_OPTION_batch) && !fl_given(cli, FL_OPTION_script)) {
        fl_diag_init(&cli->diag, NULL);
        return fl_fail(&cli->diag, FL_ERR_USAGE,
                       "--batch prints what a script says: name it with -x FILE, or -x - for "
                       "standard input");
    }
    if (fl_given(cli, FL_OPTION_batch) || (fl_given(cli, FL_OPTION_script) && !has_terminal()))
        return fl_tracer_batch(cli, job);
    return has_terminal() ? fl_tracer_open(cli, job) : transcript(cli, job);
}

fl_status fl_cmd_step(fl_cli *cli) {
    fl_job job;
    fl_status status = fl_job_open(cli, &job);
    if (status == FL_OK && fl_value(cli, FL_OPTION_qk_order)->count == 1) {
        fl_diag_init(&cli->diag, fl_model_name(job.model));
        status = fl_model_order_as_hf(job.model, &cli->diag);
    }
    if (status == FL_OK) {
        job.options.logits = (fl_logits_mode)fl_value(cli, FL_OPTION_logits)->count;
        status = open_job(cli, &job);
    }
    fl_job_close(&job);
    return status;
}
