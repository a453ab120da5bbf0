/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The run line: what was run, and how, for whoever reads the records.
 */
#include "cli/info.h"
#include "cli/job.h"
#include "sinks/json.h"

#include <stdio.h>
#include <string.h>

typedef struct line {
    fl_buffer *out;
    bool metadata, ascii, begun;
} line;

static void key(line *l, const char *name) {
    fl_buffer_printf(l->out, "%s\"%s\":", l->begun ? "," : "{", name);
    l->begun = true;
}

/* A value that is not a string: quoted as a whole in metadata. */
static void put_json(line *l, const char *name, const char *json, size_t length) {
    key(l, name);
    if (l->metadata)
        fl_json_string(l->out, json, length, l->ascii);
    else
        fl_buffer_add(l->out, json, length);
}

static void put_buffer(line *l, const char *name, fl_buffer *json) {
    put_json(l, name, json->data ? json->data : "", json->length);
    l->out->failed |= json->failed;
    fl_buffer_done(json);
}

static void put_plain(line *l, const char *name, const char *json) {
    put_json(l, name, json, strlen(json));
}

static void put_text(line *l, const char *name, const char *text, size_t length) {
    key(l, name);
    fl_json_string(l->out, text, length, l->ascii);
}

static void put_threads(line *l, int threads, bool time) {
    char digits[16];
    snprintf(digits, sizeof digits, "%d", threads);
    put_plain(l, "threads", time ? digits : "null");
}

static void put_patches(line *l, const fl_session_options *options) {
    fl_buffer list = {0};
    fl_buffer_puts(&list, "[");
    for (size_t i = 0; i < options->n_patches; i++) {
        char text[128];
        fl_patch_print(&options->patches[i], text, sizeof text);
        fl_buffer_puts(&list, i ? "," : "");
        fl_json_text(&list, text, l->ascii);
    }
    fl_buffer_puts(&list, "]");
    put_buffer(l, "patches", &list);
}

void fl_run_line(const fl_cli *cli, const fl_job *job, const fl_session *session, bool time,
                 bool metadata, fl_buffer *out) {
    const fl_hparams *h = fl_model_hparams(job->model);
    const fl_session_options *options = fl_session_get_options(session);
    const char *isa = fl_session_isa(session);
    line l = {.out = out, .metadata = metadata, .ascii = cli->ascii};
    fl_buffer model = {0};
    put_plain(&l, "footlight", "1");
    fl_info_json(job->model, NULL, false, cli->ascii, &model);
    put_buffer(&l, "model", &model);
    put_text(&l, "isa", isa, strlen(isa));
    put_plain(&l, "exact", fl_session_exact(session) ? "true" : "false");
    put_threads(&l, options->threads, time);
    put_text(&l, "rope_pairing", h->rope_pairing == FL_ROPE_HALF ? "half" : "interleaved",
             h->rope_pairing == FL_ROPE_HALF ? 4 : 11);
    put_text(&l, "qk_order", fl_value(cli, FL_OPTION_qk_order)->count == 1 ? "hf" : "file",
             fl_value(cli, FL_OPTION_qk_order)->count == 1 ? 2 : 4);
    put_text(&l, "kv_dtype", options->kv_dtype == FL_DTYPE_F16 ? "f16" : "f32", 3);
    if (fl_given(cli, FL_OPTION_ids))
        put_plain(&l, "prompt", "null");
    else
        put_text(&l, "prompt", job->prompt.data ? job->prompt.data : "", job->prompt.length);
    put_patches(&l, options);
    fl_buffer_puts(out, "}");
}
