/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * `generate`: the prompt, its continuation, a line feed. Text appears as it is chosen, in whole
 * characters. Without a vocabulary, which --ids allows, it is words like "#419".
 */
#include "base/diag.h"
#include "cli/job.h"
#include "event/sentence.h"
#include "token/stream.h"

#include <inttypes.h>
#include <stdio.h>

/* What a terminal may show: escaped; where only ASCII may be shown, other bytes as \xNN too, so
 * that nothing of the text is lost. */
static void show(fl_cli *cli, const fl_buffer *text) {
    fl_buffer shown = {0}, plain = {0};
    fl_escape(&shown, text->data ? text->data : "", text->length, FL_ESCAPE_TEXT);
    for (size_t i = 0; cli->ascii && i < shown.length; i++) {
        unsigned char byte = (unsigned char)shown.data[i];
        fl_buffer_printf(&plain, byte < 0x80 ? "%c" : "\\x%02x", byte);
    }
    const fl_buffer *out = cli->ascii ? &plain : &shown;
    if (out->length)
        fl_out_write(cli->out, out->data, out->length);
    fl_out_flush(cli->out);
    fl_buffer_done(&shown);
    fl_buffer_done(&plain);
}

typedef struct writer {
    fl_cli *cli;
    const fl_tokenizer *tokenizer; /* NULL: ids are shown */
    fl_utf8_stream stream;
    int32_t previous; /* -1: at the start */
    int64_t chosen;   /* tokens that were written after the prompt */
} writer;

static void write_id(writer *w, int32_t id) {
    char word[16];
    fl_buffer text = {0};
    fl_buffer_printf(&text, "%s%s", w->previous < 0 ? "" : " ",
                     fl_piece_show(word, sizeof word, &(fl_pieces){0}, id));
    w->previous = id;
    show(w->cli, &text);
    fl_buffer_done(&text);
}

static void write_token(writer *w, int32_t id) {
    if (!w->tokenizer) {
        write_id(w, id);
        return;
    }
    fl_buffer text = {0};
    size_t length;
    const char *bytes = fl_decode(w->tokenizer, w->previous, id, &length);
    fl_utf8_stream_feed(&w->stream, bytes, length, &text);
    w->previous = id;
    show(w->cli, &text);
    fl_buffer_done(&text);
}

static void write_end(writer *w) {
    fl_buffer text = {0};
    fl_utf8_stream_flush(&w->stream, &text);
    fl_buffer_puts(&text, "\n");
    show(w->cli, &text);
    fl_buffer_done(&text);
}

static void write_prompt(writer *w, const fl_job *job) {
    if (fl_given(w->cli, FL_OPTION_ids)) {
        for (size_t i = 0; i < job->n_ids; i++)
            write_token(w, job->ids[i]);
    } else {
        show(w->cli, &job->prompt);
        w->previous = job->ids[job->n_ids - 1];
    }
}

/* FL_DONE: stopped at the end of the sequence, at -n, or where the context is full. */
static fl_status run(fl_cli *cli, const fl_job *job, fl_session *session, writer *w) {
    const bool ignore_end = fl_given(cli, FL_OPTION_ignore_eos);
    int32_t token;
    for (;;) {
        fl_status status = fl_session_pass(session, &token, &cli->diag);
        if (status != FL_OK && status != FL_DONE)
            return status;
        if (token >= 0 && !ignore_end && job->tokenizer && fl_token_ends(job->tokenizer, token))
            return FL_DONE;
        w->chosen += token >= 0;
        if (token >= 0)
            write_token(w, token);
        if (status == FL_DONE || fl_out_failed(cli->out))
            return FL_DONE;
    }
}

static void note_full(const fl_cli *cli, const fl_job *job, int64_t n) {
    fl_note(cli, "the context is full after %" PRId64 " tokens: %" PRId64 " positions, the %s", n,
            fl_job_context(cli, job),
            fl_given(cli, FL_OPTION_ctx) ? "context asked for" : fl_job_context_name(job));
}

static fl_status generate(fl_cli *cli, fl_job *job) {
    fl_session *session;
    fl_watch watch;
    writer w = {.cli = cli, .tokenizer = job->tokenizer, .previous = -1};
    int64_t n = fl_value(cli, FL_OPTION_generate_n)->count;
    int64_t room = fl_job_context(cli, job) - (int64_t)job->n_ids + 1;
    job->options.n_predict = n < room ? n : room;
    job->options.time = false;
    job->options.fast = !fl_given(cli, FL_OPTION_exact);
    fl_status status = fl_session_new(&session, job->model, &job->options, &cli->diag);
    if (status != FL_OK)
        return status;
    status = fl_job_watch(cli, session, &watch);
    if (status == FL_OK) {
        write_prompt(&w, job);
        status = n > 0 ? run(cli, job, session, &w) : FL_DONE;
    }
    if (status == FL_DONE)
        write_end(&w);
    if (status == FL_DONE && w.chosen == room && n > room)
        note_full(cli, job, room);
    fl_session_free(&session);
    return status == FL_DONE ? FL_OK : status;
}

fl_status fl_cmd_generate(fl_cli *cli) {
    fl_job job;
    fl_status status = fl_job_open(cli, &job);
    if (status == FL_OK)
        status = generate(cli, &job);
    fl_job_close(&job);
    return status;
}
