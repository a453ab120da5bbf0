/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Joins engine, capture, vocabulary and bundled prompts to the tracer.
 */
#include "cli/tracer.h"

#include "base/diag.h"
#include "cli/script.h"
#include "engine/live.h"
#include "model/bundle.h"
#include "tui/tui.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_CONTEXT = 2048, MAX_PROMPTS = 64 };

typedef struct tracer {
    fl_cli *cli;
    fl_job *job;
    char *prompt_texts;                  /* a copy of the bundled table, cut into strings */
    fl_view_prompt prompts[MAX_PROMPTS]; /* of the built-in model */
    size_t n_prompts;
    char isa[32];
    bool exact;
} tracer;

/* ---- a run ---- */

static fl_status open_source(tracer *t, const int32_t *ids, size_t n_ids, const fl_patch *patches,
                             size_t n_patches, fl_source *out, fl_diag *diag) {
    fl_session_options options = t->job->options;
    fl_session *session;
    options.ids = ids;
    options.n_ids = n_ids;
    options.patches = patches;
    options.n_patches = n_patches;
    options.n_predict = -1; /* as far as the reader goes */
    fl_status status = fl_session_new(&session, t->job->model, &options, diag);
    if (status != FL_OK)
        return status;
    snprintf(t->isa, sizeof t->isa, "%s", fl_session_isa(session));
    t->exact = fl_session_exact(session);
    return fl_live_source(out, session, (uint64_t)fl_value(t->cli, FL_OPTION_memory)->count, diag);
}

static fl_status restart(void *ctx, const char *prompt, fl_source *out, fl_diag *diag) {
    tracer *t = ctx;
    int32_t *ids;
    size_t n_ids;
    fl_status status = fl_job_encode(t->cli, t->job, prompt, strlen(prompt), &ids, &n_ids, diag);
    if (status != FL_OK)
        return status;
    status = open_source(t, ids, n_ids, NULL, 0, out, diag);
    free(ids);
    return status;
}

static fl_status patched(void *ctx, const int32_t *ids, size_t n_ids, const fl_patch *patches,
                         size_t n_patches, fl_source *out, fl_diag *diag) {
    return open_source(ctx, ids, n_ids, patches, n_patches, out, diag);
}

/* ---- ready prompts: lines of title, prompt and what to look at, between tabs ---- */

static char *cut(char **rest, char end) {
    char *field = *rest, *at = field ? strchr(field, end) : NULL;
    if (at)
        *at = '\0';
    *rest = at ? at + 1 : NULL;
    return field;
}

static void read_prompts(tracer *t) {
    const char *bundled = fl_bundled_text("prompts");
    size_t size = bundled ? strlen(bundled) + 1 : 0;
    t->prompt_texts = size ? malloc(size) : NULL;
    if (!t->prompt_texts)
        return;
    memcpy(t->prompt_texts, bundled, size);
    char *rest = t->prompt_texts, *line;
    while ((line = cut(&rest, '\n')) && t->n_prompts < MAX_PROMPTS) {
        const char *title = cut(&line, '\t'), *prompt = cut(&line, '\t'), *look = line;
        if (*title && prompt && look)
            t->prompts[t->n_prompts++] = (fl_view_prompt){title, prompt, look};
    }
}

/* ---- the tracer ---- */

static void describe_model(tracer *t, fl_view_model *model) {
    *model = (fl_view_model){.hparams = fl_model_hparams(t->job->model),
                             .name = fl_model_name(t->job->model),
                             .description = fl_model_metadata(t->job->model, "general.description"),
                             .model = t->job->model,
                             .pieces = fl_view_pieces(t->job->tokenizer),
                             .isa = t->isa,
                             .exact = t->exact,
                             .patches = t->job->patches,
                             .n_patches = t->job->n_patches};
}

static void limit_context(tracer *t) {
    int64_t *context = &t->job->options.context;
    if (*context == 0 && fl_job_context(t->cli, t->job) > LONGEST_CONTEXT)
        *context = LONGEST_CONTEXT;
}

static fl_status run_screen(tracer *t, fl_view_options *view, char *script) {
    view->commands = script;
    view->commands_from = fl_script_name(t->cli);
    fl_tui_options options = {
        .view = *view, .plain = fl_given(t->cli, FL_OPTION_plain), .color = t->cli->color};
    return fl_tui_run(&options, &t->cli->diag);
}

static fl_status run_batch(tracer *t, fl_view_options *options, char *script) {
    fl_view *view;
    fl_status status = fl_view_new(&view, options, &t->cli->diag);
    if (status == FL_OK)
        status = fl_script_run(t->cli, view, script);
    fl_view_free(&view);
    return status;
}

/* What the built-in model's prompts promise, no other model need keep. */
static void choose_prompts(const tracer *t, fl_view_options *view) {
    const char *name = fl_model_name(t->job->model);
    if (strncmp(name, "builtin", 7) == 0 && (name[7] == '\0' || name[7] == ':')) {
        view->prompts = t->prompts;
        view->n_prompts = t->n_prompts;
    } else {
        view->prompts = fl_view_general_prompts(&view->n_prompts);
    }
}

typedef fl_status way(tracer *t, fl_view_options *view, char *script);

static fl_status run(tracer *t, way *how) {
    fl_view_options view = {.prompt = t->job->prompt.data,
                            .restart = t->job->tokenizer ? restart : NULL,
                            .patched = patched,
                            .restart_ctx = t,
                            .ascii = t->cli->ascii,
                            .present = fl_given(t->cli, FL_OPTION_present),
                            .theme = (fl_theme)fl_value(t->cli, FL_OPTION_theme)->count};
    fl_buffer script = {0};
    fl_status status = fl_script_read(t->cli, &script);
    if (status == FL_OK)
        status = open_source(t, t->job->ids, t->job->n_ids, t->job->patches, t->job->n_patches,
                             &view.source, &t->cli->diag);
    if (status == FL_OK) {
        fl_note_exact(t->cli, t->isa, t->exact);
        describe_model(t, &view.model);
        choose_prompts(t, &view);
        status = how(t, &view, script.data ? script.data : (char[]){""});
    }
    fl_buffer_done(&script);
    return status;
}

static fl_status open_with(fl_cli *cli, fl_job *job, way *how) {
    tracer *t = calloc(1, sizeof *t);
    if (!t)
        return fl_fail_memory(&cli->diag);
    t->cli = cli;
    t->job = job;
    limit_context(t);
    read_prompts(t);
    fl_status status = run(t, how);
    free(t->prompt_texts);
    free(t);
    return status;
}

fl_status fl_tracer_open(fl_cli *cli, fl_job *job) {
    return open_with(cli, job, run_screen);
}

fl_status fl_tracer_batch(fl_cli *cli, fl_job *job) {
    return open_with(cli, job, run_batch);
}
