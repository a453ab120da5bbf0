/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * `trace`: runs the prompt and writes one record per event, and the values too if asked.
 */
#include "base/diag.h"
#include "base/map.h"
#include "base/process.h"
#include "cli/inputs.h"
#include "cli/lookup.h"
#include "sinks/qk_order.h"
#include "sinks/recorder.h"
#include "sinks/safetensors.h"
#include "view/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef struct tracing {
    fl_job job;
    fl_session *session;
    fl_selection selection;
    fl_recorder recorder;
    fl_watch watch;
    fl_qk_order orders[2];   /* before the recorder and the tensor file, with --qk-order hf */
    fl_out *file;            /* -o, else NULL */
    fl_tensor_file *tensors; /* --tensors, else NULL */
} tracing;

/* ---- what is wanted ---- */

static fl_status add_pattern(fl_cli *cli, fl_selection *selection, const char *pattern) {
    bool found[FL_STAGE_COUNT];
    fl_diag_init(&cli->diag, "--stages");
    fl_status status = fl_selection_add(selection, pattern, &cli->diag);
    if (status == FL_ERR_USAGE) /* finds nothing either, and says what is nearest */
        status = fl_stages_named(pattern, selection->n_layers, found, &cli->diag);
    return status;
}

static fl_status choose_stages(fl_cli *cli, fl_selection *selection) {
    const char *list = fl_value(cli, FL_OPTION_stages)->text;
    fl_status status = FL_OK;
    while (list && *list && status == FL_OK) {
        size_t length = strcspn(list, ",");
        fl_buffer pattern = {0};
        fl_buffer_add(&pattern, list, length);
        status =
            pattern.failed ? fl_fail_memory(&cli->diag) : add_pattern(cli, selection, pattern.data);
        fl_buffer_done(&pattern);
        list += length + (list[length] == ',');
    }
    return status;
}

static fl_status choose_span(fl_cli *cli, fl_option option, int64_t count, int32_t *low,
                             int32_t *high) {
    const fl_option_value *span = fl_value(cli, option);
    if (!span->given)
        return FL_OK;
    *low = (int32_t)span->count;
    *high = (int32_t)span->last;
    if (span->last < count)
        return FL_OK;
    char name[32];
    snprintf(name, sizeof name, "--%s", fl_option_get_info(option)->name);
    fl_diag_init(&cli->diag, name);
    return fl_fail(&cli->diag, FL_ERR_USAGE, "found %s, expected numbers from 0 to %" PRId64,
                   span->text, count - 1);
}

static fl_status choose(fl_cli *cli, tracing *t) {
    const fl_hparams *h = fl_model_hparams(t->job.model);
    fl_filter *filter = &t->selection.filter;
    fl_selection_init(&t->selection, (int32_t)h->num_hidden_layers);
    fl_status status = choose_stages(cli, &t->selection);
    if (status == FL_OK)
        status = choose_span(cli, FL_OPTION_layers, h->num_hidden_layers, &filter->layer_min,
                             &filter->layer_max);
    if (status == FL_OK)
        status = choose_span(cli, FL_OPTION_heads, h->num_attention_heads, &filter->head_min,
                             &filter->head_max);
    return status;
}

/* ---- setting up ---- */

static const char *without_dot(const char *path) {
    while (path[0] == '.' && path[1] == '/')
        for (path += 2; *path == '/';)
            path++;
    return path;
}

static fl_status refuse_output(fl_cli *cli, const char *option, const char *path,
                               const char *what) {
    char shown[128];
    fl_diag_init(&cli->diag, option);
    return fl_fail(&cli->diag, FL_ERR_USAGE, "found '%s', %s, expected another file",
                   fl_escape_into(shown, sizeof shown, path, strlen(path)), what);
}

/* Not over what is being read; asked before the model is opened and again when all its files are
 * known. */
static fl_status check_inputs(fl_cli *cli, const fl_job *job) {
    static const fl_option options[] = {FL_OPTION_output, FL_OPTION_tensors};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        const char *path = fl_value(cli, options[i])->text;
        const char *what = path ? fl_input_called(cli, job, path) : NULL;
        char name[32];
        snprintf(name, sizeof name, "--%s", fl_option_get_info(options[i])->name);
        if (what)
            return refuse_output(cli, name, path, what);
    }
    return FL_OK;
}

/* Results that would replace each other. */
static fl_status check_outputs(fl_cli *cli) {
    const char *records = fl_value(cli, FL_OPTION_output)->text,
               *tensors = fl_value(cli, FL_OPTION_tensors)->text;
    if (tensors && strcmp(tensors, "-") == 0)
        return refuse_output(cli, "--tensors", tensors, "which values cannot go to");
    if (records && tensors &&
        (strcmp(without_dot(records), without_dot(tensors)) == 0 ||
         fl_path_is_same(records, tensors)))
        return refuse_output(cli, "--tensors", tensors, "the file of --output too");
    return FL_OK;
}

static const char *scaling_note(const fl_cli *cli, const fl_job *job) {
    bool dynamic = fl_model_hparams(job->model)->rope_scaling.kind == FL_ROPE_DYNAMIC;
    return dynamic && !fl_given(cli, FL_OPTION_ctx)
               ? "; dynamic rope scaling beyond that is not supported"
               : "";
}

static fl_status start_session(fl_cli *cli, tracing *t) {
    fl_session_options *o = &t->job.options;
    int64_t context = fl_job_context(cli, &t->job), room = context - (int64_t)t->job.n_ids + 1;
    o->n_predict = fl_value(cli, FL_OPTION_trace_n)->count;
    o->logits = (fl_logits_mode)fl_value(cli, FL_OPTION_logits)->count;
    o->time = !fl_given(cli, FL_OPTION_no_time);
    if (o->n_predict > room) {
        fl_diag_init(&cli->diag, "-n");
        return fl_fail(&cli->diag, FL_ERR_LIMIT,
                       "found %" PRId64 ", but after %zu tokens a context of %" PRId64
                       " leaves room for at most %" PRId64 "%s",
                       o->n_predict, t->job.n_ids, context, room, scaling_note(cli, &t->job));
    }
    return fl_session_new(&t->session, t->job.model, o, &cli->diag);
}

static fl_status open_tensors(fl_cli *cli, tracing *t) {
    const char *path = fl_value(cli, FL_OPTION_tensors)->text;
    fl_buffer metadata = {0};
    if (!path)
        return FL_OK;
    fl_run_line(cli, &t->job, t->session, t->job.options.time, true, &metadata);
    fl_status status = metadata.failed
                           ? fl_fail_memory(&cli->diag)
                           : fl_tensor_file_open(&t->tensors, path, t->session, &t->selection,
                                                 t->recorder.dialect, metadata.data, &cli->diag);
    fl_buffer_done(&metadata);
    return status;
}

static void prepare_recorder(fl_cli *cli, tracing *t) {
    fl_recorder *r = &t->recorder;
    fl_recorder_init(r);
    r->session = t->session;
    r->selection = &t->selection;
    r->tokenizer = t->job.tokenizer;
    r->pieces = fl_view_pieces(t->job.tokenizer);
    r->dialect = (fl_dialect)fl_value(cli, FL_OPTION_names)->count;
    r->ascii = cli->ascii;
    r->time = t->job.options.time;
}

static fl_sink make_sink(fl_cli *cli, tracing *t) {
    enum { TABLE, JSONL, CSV }; /* the order of the option's words */
    switch (fl_value(cli, FL_OPTION_trace_format)->count) {
    case CSV:
        return fl_csv_sink(&t->recorder);
    case JSONL:
        fl_run_line(cli, &t->job, t->session, t->job.options.time, false, &t->recorder.line);
        fl_buffer_puts(&t->recorder.line, "\n");
        fl_recorder_end(&t->recorder);
        return fl_jsonl_sink(&t->recorder);
    default:
        return fl_table_sink(&t->recorder);
    }
}

/* ---- running ---- */

static bool wants_progress(void *ctx, const fl_step *step) {
    (void)ctx;
    return step->stage == FL_STAGE_resid_post || step->stage == FL_STAGE_next_token;
}

static fl_flow show_progress(void *ctx, const fl_event *event) {
    (void)ctx;
    fprintf(stderr, "\rpass %d, layer %d, event %" PRId64 " ", event->pass, event->layer,
            event->index);
    fflush(stderr);
    return FL_GO;
}

static bool wants_selected(void *ctx, const fl_step *step) {
    return fl_selection_wants(&((const tracing *)ctx)->selection, step);
}

static bool is_of_last_pass(const tracing *t, const fl_event *event) {
    int64_t chosen = event->past + event->new_tokens - (int64_t)t->job.n_ids;
    return chosen >= 0 && chosen + 1 >= t->job.options.n_predict;
}

/* What follows the last event that is wanted need not be computed; from logits to the choice they
 * lead to it is not far, and that is watched. */
static fl_flow stop_after_last(void *ctx, const fl_event *event) {
    const tracing *t = ctx;
    const fl_plan *plan = fl_session_plan(t->session);
    if (!is_of_last_pass(t, event) || event->stage >= FL_STAGE_logits)
        return FL_GO;
    int64_t i = fl_plan_find(plan, event->stage, event->layer, event->head);
    while (++i < fl_plan_count(plan))
        if (fl_selection_wants(&t->selection, fl_plan_step(plan, i)))
            return FL_GO;
    return FL_STOP;
}

/* Only where it does not stand between the results, and somebody sees it. */
static bool shows_progress(const fl_cli *cli, const tracing *t) {
    return fl_is_terminal(FL_STDERR) && (t->file || !cli->width);
}

static bool reorders(const fl_cli *cli, const tracing *t) {
    return fl_value(cli, FL_OPTION_qk_order)->count == 1 &&
           fl_qk_order_differs(fl_model_hparams(t->job.model));
}

static fl_sink in_order(const fl_cli *cli, tracing *t, fl_qk_order *order, fl_sink sink) {
    if (!reorders(cli, t))
        return sink;
    fl_qk_order_init(order, fl_model_hparams(t->job.model), sink);
    return fl_qk_order_sink(order);
}

static fl_status add_sinks(fl_cli *cli, tracing *t) {
    fl_sink sinks[4];
    int n = 0;
    t->recorder.out = t->file ? t->file : cli->out;
    sinks[n++] = in_order(cli, t, &t->orders[0], make_sink(cli, t));
    if (t->tensors)
        sinks[n++] = in_order(cli, t, &t->orders[1], fl_tensor_file_sink(t->tensors));
    if (shows_progress(cli, t))
        sinks[n++] = (fl_sink){NULL, wants_progress, show_progress};
    sinks[n++] = (fl_sink){t, wants_selected, stop_after_last};
    for (int i = 0; i < n; i++) {
        fl_status status = fl_session_add_sink(t->session, &sinks[i]);
        if (status != FL_OK)
            return fl_fail(&cli->diag, status, "too many listeners");
    }
    return fl_job_watch(cli, t->session, &t->watch);
}

static fl_status finish(fl_cli *cli, tracing *t) {
    fl_status status = FL_OK;
    if (fl_recorder_failed(&t->recorder) || t->orders[0].failed || t->orders[1].failed)
        return fl_fail_memory(&cli->diag);
    /* the larger file first: where the disk is full, the records must not look finished */
    if (!fl_out_failed(cli->out) && t->tensors)
        status = fl_tensor_file_close(&t->tensors, &cli->diag);
    if (status == FL_OK && t->file)
        status = fl_out_close(&t->file, &cli->diag);
    return status;
}

static fl_status run(fl_cli *cli, tracing *t) {
    fl_status status = add_sinks(cli, t);
    if (status != FL_OK)
        return status;
    status = fl_session_run(t->session, &cli->diag);
    if (shows_progress(cli, t))
        fprintf(stderr, "\r%40s\r", "");
    return status == FL_OK || status == FL_DONE ? finish(cli, t) : status;
}

fl_status fl_cmd_trace(fl_cli *cli) {
    tracing t = {0};
    fl_status status;
    if ((status = check_inputs(cli, &t.job)) == FL_OK && (status = check_outputs(cli)) == FL_OK &&
        (status = fl_job_open(cli, &t.job)) == FL_OK &&
        (status = check_inputs(cli, &t.job)) == FL_OK && (status = choose(cli, &t)) == FL_OK &&
        (status = start_session(cli, &t)) == FL_OK) {
        prepare_recorder(cli, &t);
        status = open_tensors(cli, &t);
        if (status == FL_OK && fl_given(cli, FL_OPTION_output))
            status = fl_out_open(&t.file, fl_value(cli, FL_OPTION_output)->text, &cli->diag);
        if (status == FL_OK)
            status = run(cli, &t);
    }
    fl_tensor_file_discard(&t.tensors);
    fl_out_discard(&t.file);
    fl_recorder_done(&t.recorder);
    fl_qk_order_done(&t.orders[0]);
    fl_qk_order_done(&t.orders[1]);
    fl_session_free(&t.session);
    fl_selection_done(&t.selection);
    fl_job_close(&t.job);
    return status;
}
