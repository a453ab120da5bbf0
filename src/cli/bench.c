/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * `bench`: the same run in every mode, one mode after the other and all of them again, so that what
 * the machine does meanwhile hits them alike; its limits are measured in between.
 */
#include "cli/bench.h"

#include "base/diag.h"
#include "base/machine.h"
#include "base/process.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- progress, where somebody sees it ---- */

static void show_progress(const char *what, int repetition, int repeat) {
    if (!fl_is_terminal(FL_STDERR))
        return;
    fprintf(stderr, "\rrepetition %d of %d: %-16s", repetition, repeat, what);
    fflush(stderr);
}

static void clear_progress(void) {
    if (fl_is_terminal(FL_STDERR))
        fprintf(stderr, "\r%48s\r", "");
}

/* ---- one run ---- */

static fl_status time_prefill(fl_session *session, double *seconds, fl_diag *diag) {
    int32_t token = -1;
    fl_status status = FL_OK;
    int64_t start = fl_clock_ns();
    while (status == FL_OK && token < 0)
        status = fl_session_pass(session, &token, diag);
    *seconds = (double)(fl_clock_ns() - start) / 1e9;
    return status;
}

static fl_status time_decode(fl_session *session, int64_t tokens, double *seconds, fl_diag *diag) {
    int32_t token;
    fl_status status = FL_OK;
    int64_t start = fl_clock_ns();
    for (int64_t i = 0; i < tokens && status == FL_OK; i++)
        status = fl_session_pass(session, &token, diag);
    *seconds = (double)(fl_clock_ns() - start) / 1e9;
    return status;
}

static fl_status time_run(fl_bench *b, fl_bench_mode mode, fl_session *session, int i,
                          fl_diag *diag) {
    fl_status status = time_prefill(session, &b->seconds[mode][FL_PREFILL][i], diag);
    if (status == FL_OK)
        status = time_decode(session, b->new_tokens, &b->seconds[mode][FL_DECODE][i], diag);
    return status;
}

static void keep_stage_times(fl_bench *b, const fl_listener *listener, int i) {
    for (int phase = 0; phase < FL_PHASES; phase++)
        for (int stage = 0; stage < FL_STAGE_COUNT; stage++)
            b->stage_seconds[phase][stage][i] = (double)listener->stage_ns[phase][stage] / 1e9;
}

/* What is true of every run. The first alone tells what a session takes in memory: later ones use
 * what earlier ones have given back. */
static void describe_run(fl_bench *b, const fl_session *session, int64_t before) {
    int64_t now = fl_resident_bytes();
    snprintf(b->isa, sizeof b->isa, "%s", fl_session_isa(session));
    b->exact = fl_session_exact(session);
    b->session_bytes = before >= 0 && now >= before ? now - before : -1;
}

/* A session of its own for every run: each begins with an empty cache. */
static fl_status run(fl_bench *b, fl_bench_mode mode, int i, fl_diag *diag) {
    fl_session *session;
    fl_listener listener;
    int64_t before = fl_resident_bytes();
    double read_before = fl_limits_read_now(&b->limits);
    b->job.options.time = mode != FL_BENCH_UNTRACED;
    fl_status status = fl_session_new(&session, b->job.model, &b->job.options, diag);
    if (status != FL_OK)
        return status;
    status = fl_listen(&listener, mode, session, b->memory, diag);
    if (status == FL_OK)
        status = time_run(b, mode, session, i, diag);
    if (status == FL_OK && fl_listener_failed(&listener))
        status = fl_fail_memory(diag);
    b->read_gb_s[mode][i] = fmax(read_before, fl_limits_read_now(&b->limits));
    if (mode == FL_BENCH_TRACED)
        keep_stage_times(b, &listener, i);
    if (mode == FL_BENCH_UNTRACED && i == 0)
        describe_run(b, session, before);
    fl_listener_done(&listener);
    fl_session_free(&session);
    return status;
}

/* ---- all runs ---- */

static const char *const mode_words[FL_BENCH_MODES] = {"untraced", "traced", "captured",
                                                       "as JSON lines"};

/* Every repetition begins with another mode, but the first with the untraced one. */
static fl_status repeat_once(fl_bench *b, int i, fl_diag *diag) {
    fl_status status = FL_OK;
    for (int j = 0; j < FL_BENCH_MODES && status == FL_OK; j++) {
        fl_bench_mode mode = (fl_bench_mode)((i + j) % FL_BENCH_MODES);
        show_progress(mode_words[mode], i + 1, b->repeat);
        status = run(b, mode, i, diag);
    }
    return status;
}

/* The machine is measured before, in between and after. */
static fl_status measure(fl_bench *b, fl_diag *diag) {
    show_progress("the machine", 1, b->repeat);
    fl_status status = fl_limits_open(&b->limits, b->job.options.threads, diag);
    b->processor_cache = fl_processor_cache_bytes();
    fl_keep_freed_memory();
    if (status == FL_OK)
        fl_limits_read_weights(&b->limits, b->job.model);
    for (int i = 0; i < b->repeat && status == FL_OK; i++) {
        fl_limits_sample(&b->limits);
        status = repeat_once(b, i, diag);
    }
    if (status == FL_OK)
        fl_limits_sample(&b->limits);
    fl_limits_close(&b->limits);
    clear_progress();
    return status;
}

/* ---- the command ---- */

/* The option to change: the one that was given, of two the larger. Neither: the context is short.
 */
static const char *too_many(const fl_cli *cli, const fl_bench *b) {
    const bool prompt = fl_given(cli, FL_OPTION_prompt_tokens),
               fresh = fl_given(cli, FL_OPTION_new_tokens);
    if (prompt && fresh)
        return b->prompt_tokens >= b->new_tokens ? "--prompt-tokens" : "--new-tokens";
    if (!prompt && !fresh && fl_given(cli, FL_OPTION_ctx))
        return "--ctx";
    return fresh ? "--new-tokens" : "--prompt-tokens";
}

/* The prompt and the new tokens but the last one, which nobody reads, are cached. */
static fl_status check_room(fl_cli *cli, const fl_bench *b) {
    int64_t context = fl_job_context(cli, &b->job);
    if (b->prompt_tokens + b->new_tokens <= context)
        return FL_OK;
    fl_diag_init(&cli->diag, too_many(cli, b));
    return fl_fail(&cli->diag, FL_ERR_LIMIT,
                   "a prompt of %" PRId64 " tokens and %" PRId64 " new ones need %" PRId64
                   " positions, expected at most %" PRId64 ", the %s",
                   b->prompt_tokens, b->new_tokens, b->prompt_tokens + b->new_tokens, context,
                   fl_given(cli, FL_OPTION_ctx) ? "context asked for" : "model's context");
}

static fl_status print(fl_cli *cli, const fl_bench *b) {
    fl_buffer out = {0};
    if (fl_value(cli, FL_OPTION_bench_format)->count == 1)
        fl_bench_json(b, cli->ascii, &out);
    else
        out.failed |= !fl_bench_table(b, cli->width, fl_prose_width(cli), &out);
    return fl_emit_buffer(cli, &out);
}

static fl_status prepare(fl_cli *cli, fl_bench *b) {
    b->prompt_tokens = fl_value(cli, FL_OPTION_prompt_tokens)->count;
    b->new_tokens = fl_value(cli, FL_OPTION_new_tokens)->count;
    b->repeat = (int)fl_value(cli, FL_OPTION_repeat)->count;
    b->memory = (uint64_t)fl_value(cli, FL_OPTION_memory)->count;
    b->per_stage = fl_given(cli, FL_OPTION_per_stage);
    fl_status status = fl_job_open_synthetic(cli, &b->job, b->prompt_tokens);
    if (status == FL_OK)
        status = check_room(cli, b);
    b->job.options.fast = !fl_given(cli, FL_OPTION_exact);
    /* the pass over the prompt chooses the first token */
    b->job.options.n_predict = b->new_tokens + 1;
    return status;
}

fl_status fl_cmd_bench(fl_cli *cli) {
    fl_bench *b = calloc(1, sizeof *b);
    if (!b)
        return fl_fail_memory(&cli->diag);
    fl_status status = prepare(cli, b);
    if (status == FL_OK)
        status = measure(b, &cli->diag);
    if (status == FL_OK) {
        fl_note_exact(cli, b->isa, b->exact);
        status = print(cli, b);
    }
    fl_job_close(&b->job);
    free(b);
    return status;
}
