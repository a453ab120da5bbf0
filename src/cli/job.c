/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * From the command line to a session's options.
 */
#include "cli/job.h"

#include "base/diag.h"
#include "base/machine.h"
#include "base/map.h"
#include "base/process.h"
#include "cli/values.h"
#include "engine/run.h"
#include "kernels/kernels.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char default_prompt[] = "The capital of France is";
enum { LONGEST_PROMPT = 16 << 20 };

/* ---- the prompt ---- */

/* A file written by an editor or by echo ends in a line feed that nobody means. */
static void drop_line_end(fl_buffer *text) {
    if (text->length && text->data[text->length - 1] == '\n')
        text->data[--text->length] = '\0';
}

fl_status fl_prompt_text(fl_cli *cli, fl_buffer *out) {
    const fl_option_value *text = fl_value(cli, FL_OPTION_prompt),
                          *file = fl_value(cli, FL_OPTION_file);
    if (file->given) {
        fl_status status = fl_read_all(file->text, LONGEST_PROMPT, out, &cli->diag);
        drop_line_end(out);
        return status;
    }
    fl_buffer_puts(out, text->given ? text->text : default_prompt);
    return out->failed ? fl_fail_memory(&cli->diag) : FL_OK;
}

static fl_status check_one_prompt(fl_cli *cli) {
    int n = fl_given(cli, FL_OPTION_prompt) + fl_given(cli, FL_OPTION_file) +
            fl_given(cli, FL_OPTION_ids);
    if (n <= 1)
        return FL_OK;
    fl_diag_init(&cli->diag, NULL);
    return fl_fail(&cli->diag, FL_ERR_USAGE,
                   "more than one of -p, -f and --ids, expected one prompt");
}

fl_status fl_job_encode(fl_cli *cli, const fl_job *job, const char *text, size_t length,
                        int32_t **ids, size_t *n_ids, fl_diag *diag) {
    bool bos = !fl_given(cli, FL_OPTION_no_bos) && fl_tokenizer_adds_bos(job->tokenizer);
    fl_diag_init(diag, "prompt");
    return fl_encode(job->tokenizer, text, length, bos, false, ids, n_ids, diag);
}

static fl_status read_prompt(fl_cli *cli, fl_job *job) {
    const fl_option_value *ids = fl_value(cli, FL_OPTION_ids);
    if (ids->given)
        return fl_ids_parse(ids->text, &job->ids, &job->n_ids, &cli->diag);
    fl_status status = fl_prompt_text(cli, &job->prompt);
    if (status != FL_OK)
        return status;
    const char *text = job->prompt.data ? job->prompt.data : "";
    return fl_job_encode(cli, job, text, job->prompt.length, &job->ids, &job->n_ids, &cli->diag);
}

/* ---- the vocabulary ---- */

/* Files that hold a vocabulary beside a model, in order; a llama2.c file has only the last. */
const char *const fl_vocabulary_names[] = {"tokenizer.json", "tokenizer.model", "tokenizer.bin",
                                           NULL};
enum { LLAMA2C_VOCABULARY = 2 };

/* The path of the vocabulary beside the model's first file; empty if there is none. */
static void find_beside(const fl_model *model, fl_buffer *path) {
    const char *name = fl_model_file(model, 0), *slash = strrchr(name, '/');
    bool llama2c = strcmp(fl_model_format(model), "llama2c") == 0;
    for (int i = llama2c ? LLAMA2C_VOCABULARY : 0; fl_vocabulary_names[i]; i++) {
        fl_buffer_clear(path);
        fl_buffer_add(path, name, slash ? (size_t)(slash - name) + 1 : 0);
        fl_buffer_puts(path, fl_vocabulary_names[i]);
        if (path->failed || fl_path_exists(path->data))
            return;
    }
    fl_buffer_clear(path);
}

static fl_status open_beside(fl_cli *cli, const fl_model *model, fl_tokenizer **out) {
    fl_buffer path = {0};
    fl_status status;
    find_beside(model, &path);
    if (path.failed) {
        status = fl_fail_memory(&cli->diag);
    } else if (!path.length) {
        fl_diag_init(&cli->diag, fl_model_name(model));
        status = fl_fail(&cli->diag, FL_ERR_IO,
                         "carries no tokenizer, expected a tokenizer.json, tokenizer.model or (of "
                         "llama2.c) tokenizer.bin beside it, or --tokenizer FILE");
    } else {
        status = fl_tokenizer_open(out, path.data, fl_model_hparams(model)->vocab_size, &cli->diag);
    }
    fl_buffer_done(&path);
    return status;
}

bool fl_has_tokenizer(const fl_model *model) {
    fl_buffer path = {0};
    if (!fl_model_vocab(model))
        find_beside(model, &path);
    bool has = fl_model_vocab(model) || path.length;
    fl_buffer_done(&path);
    return has;
}

static fl_status open_vocab(fl_cli *cli, const fl_model *model, fl_tokenizer **out) {
    fl_status status = fl_tokenizer_new(out, fl_model_vocab(model), &cli->diag);
    snprintf(cli->diag.subject, sizeof cli->diag.subject, "%s", fl_model_name(model));
    return status;
}

fl_status fl_open_tokenizer_file(fl_cli *cli, const char *path, int64_t vocab_size,
                                 fl_tokenizer **out) {
    const char *ending = strrchr(path, '.');
    fl_model *model;
    *out = NULL;
    if (!ending || strcmp(ending, ".gguf") != 0)
        return fl_tokenizer_open(out, path, vocab_size, &cli->diag);
    fl_status status = fl_model_open_vocab(&model, path, &cli->diag);
    if (status == FL_OK)
        status = open_vocab(cli, model, out);
    int64_t pieces = status == FL_OK ? fl_tokenizer_size(*out) : 0;
    if (vocab_size && pieces > vocab_size)
        status = fl_fail(&cli->diag, FL_ERR_FORMAT,
                         "holds %" PRId64 " pieces, but the model's vocabulary is %" PRId64, pieces,
                         vocab_size);
    fl_model_close(&model);
    return status;
}

fl_status fl_open_tokenizer(fl_cli *cli, const fl_model *model, fl_tokenizer **out) {
    const fl_option_value *file = fl_value(cli, FL_OPTION_tokenizer);
    *out = NULL;
    if (file->given)
        return fl_open_tokenizer_file(cli, file->text, fl_model_hparams(model)->vocab_size, out);
    return fl_model_vocab(model) ? open_vocab(cli, model, out) : open_beside(cli, model, out);
}

/* With --ids the vocabulary only makes the output more readable: what is wrong with it is no error
 * unless it was asked for. */
static fl_status find_tokenizer(fl_cli *cli, fl_job *job) {
    fl_status status = fl_open_tokenizer(cli, job->model, &job->tokenizer);
    if (status != FL_OK && fl_given(cli, FL_OPTION_ids) && !fl_given(cli, FL_OPTION_tokenizer)) {
        fl_diag_init(&cli->diag, NULL);
        return FL_OK;
    }
    return status;
}

/* ---- options ---- */

/* What a patch that was not understood could have named. */
static void add_ranges(const fl_hparams *h, fl_diag *diag) {
    size_t used = strlen(diag->message);
    snprintf(diag->message + used, sizeof diag->message - used,
             "; there are layers 0 to %" PRId64 ", heads 0 to %" PRId64, h->num_hidden_layers - 1,
             h->num_attention_heads - 1);
}

static fl_status read_patches(fl_cli *cli, fl_job *job) {
    const fl_hparams *h = fl_model_hparams(job->model);
    for (size_t i = 0; i < cli->args.n_patches; i++) {
        fl_patch patch;
        fl_diag_init(&cli->diag, "--patch");
        fl_status status = fl_patch_parse(cli->args.patches[i], &patch, &cli->diag);
        if (status == FL_OK)
            status = fl_patches_check(&patch, 1, h, &cli->diag);
        else
            add_ranges(h, &cli->diag);
        if (status != FL_OK)
            return status;
        job->n_patches = fl_patches_put(job->patches, job->n_patches, &patch, h);
    }
    return FL_OK;
}

static void fill_options(fl_cli *cli, fl_job *job) {
    fl_session_options *o = &job->options;
    const fl_option_value *threads = fl_value(cli, FL_OPTION_threads);
    *o = fl_session_defaults();
    o->ids = job->ids;
    o->n_ids = job->n_ids;
    o->context = fl_value(cli, FL_OPTION_ctx)->count;
    o->chunk = fl_value(cli, FL_OPTION_chunk)->count;
    o->kv_dtype = fl_value(cli, FL_OPTION_kv)->count == 0 ? FL_DTYPE_F32 : FL_DTYPE_F16;
    o->threads = threads->given ? (int)threads->count : fl_cpu_count();
    o->sampler = (fl_sampler){
        fl_value(cli, FL_OPTION_temp)->number, fl_value(cli, FL_OPTION_top_k)->count,
        fl_value(cli, FL_OPTION_top_p)->number, (uint64_t)fl_value(cli, FL_OPTION_seed)->count};
    o->patches = job->patches;
    o->n_patches = job->n_patches;
    o->isa = fl_value(cli, FL_OPTION_isa)->text;
    o->fast = fl_given(cli, FL_OPTION_fast);
}

int64_t fl_job_context(const fl_cli *cli, const fl_job *job) {
    int64_t asked = fl_value(cli, FL_OPTION_ctx)->count;
    return asked ? asked : fl_context_limit(fl_model_hparams(job->model));
}

const char *fl_job_context_name(const fl_job *job) {
    return fl_model_hparams(job->model)->rope_scaling.kind == FL_ROPE_DYNAMIC
               ? "model's context without dynamic rope scaling"
               : "model's context";
}

/* What a session would refuse too, but without the name of the option that asked for it. */

static fl_status check_ids(fl_cli *cli, const fl_job *job) {
    const int64_t vocab = fl_model_hparams(job->model)->vocab_size;
    for (size_t i = 0; fl_given(cli, FL_OPTION_ids) && i < job->n_ids; i++) {
        if (job->ids[i] < vocab)
            continue;
        fl_diag_init(&cli->diag, "--ids");
        return fl_fail(&cli->diag, FL_ERR_USAGE, "found %d, expected numbers from 0 to %lld",
                       (int)job->ids[i], (long long)vocab - 1);
    }
    return FL_OK;
}

static fl_status check_context(fl_cli *cli, const fl_job *job) {
    const fl_hparams *h = fl_model_hparams(job->model);
    const int64_t limit = fl_context_limit(h);
    if (fl_value(cli, FL_OPTION_ctx)->count <= limit)
        return FL_OK;
    fl_diag_init(&cli->diag, "--ctx");
    return fl_fail(&cli->diag, FL_ERR_LIMIT, "found %lld, expected at most %lld, the %s",
                   (long long)fl_value(cli, FL_OPTION_ctx)->count, (long long)limit,
                   fl_job_context_name(job));
}

/* A name may be right and not this machine's. */
static fl_status check_isa(fl_cli *cli) {
    fl_kernels kernels;
    fl_diag_init(&cli->diag, fl_given(cli, FL_OPTION_isa) ? "--isa" : "FOOTLIGHT_ISA");
    return fl_kernels_choose(&kernels, fl_value(cli, FL_OPTION_isa)->text, &cli->diag);
}

static fl_status check_one_precision(fl_cli *cli) {
    if (!fl_given(cli, FL_OPTION_exact) || !fl_given(cli, FL_OPTION_fast))
        return FL_OK;
    fl_diag_init(&cli->diag, NULL);
    return fl_fail(&cli->diag, FL_ERR_USAGE, "both --exact and --fast, expected one of them");
}

static fl_status check_length(fl_cli *cli, const fl_job *job) {
    int64_t context = fl_job_context(cli, job);
    if (job->n_ids > 0 && (int64_t)job->n_ids <= context)
        return FL_OK;
    fl_diag_init(&cli->diag, "prompt");
    if (job->n_ids == 0)
        return fl_fail(&cli->diag, FL_ERR_USAGE, "it has no tokens, expected at least one");
    return fl_fail(&cli->diag, FL_ERR_LIMIT, "it is %zu tokens long, expected at most %lld, the %s",
                   job->n_ids, (long long)context,
                   fl_given(cli, FL_OPTION_ctx) ? "context asked for" : fl_job_context_name(job));
}

/* Before anything else is read, so that a plan says what it is rather than what it lacks. */
static fl_status check_runs(fl_cli *cli, const fl_job *job) {
    if (fl_model_has_weights(job->model))
        return FL_OK;
    fl_diag_init(&cli->diag, fl_model_name(job->model));
    return fl_fail(&cli->diag, FL_ERR_UNSUPPORTED, "cannot run: %s",
                   fl_model_why_no_weights(job->model));
}

static fl_status open_model(fl_cli *cli, fl_job *job) {
    fl_status status = check_isa(cli);
    if (status == FL_OK)
        status = check_one_precision(cli);
    if (status == FL_OK)
        status = fl_model_open(&job->model, fl_model_argument(cli), &cli->diag);
    return status == FL_OK ? check_runs(cli, job) : status;
}

fl_status fl_job_open(fl_cli *cli, fl_job *job) {
    fl_status status;
    *job = (fl_job){0};
    if ((status = check_one_prompt(cli)) != FL_OK || (status = open_model(cli, job)) != FL_OK ||
        (status = find_tokenizer(cli, job)) != FL_OK || (status = read_prompt(cli, job)) != FL_OK ||
        (status = check_ids(cli, job)) != FL_OK || (status = check_context(cli, job)) != FL_OK ||
        (status = check_length(cli, job)) != FL_OK || (status = read_patches(cli, job)) != FL_OK)
        return status;
    fill_options(cli, job);
    return FL_OK;
}

/* Neighbours differ, and no id comes again before most others have come. */
static fl_status make_ids(fl_cli *cli, fl_job *job, int64_t n) {
    const uint64_t stride = 7919, vocab = (uint64_t)fl_model_hparams(job->model)->vocab_size;
    job->ids = malloc((size_t)n * sizeof *job->ids);
    if (!job->ids)
        return fl_fail_memory(&cli->diag);
    for (job->n_ids = 0; (int64_t)job->n_ids < n; job->n_ids++)
        job->ids[job->n_ids] = (int32_t)((1 + job->n_ids * stride) % vocab);
    return FL_OK;
}

fl_status fl_job_open_synthetic(fl_cli *cli, fl_job *job, int64_t n) {
    fl_status status;
    *job = (fl_job){0};
    if ((status = open_model(cli, job)) == FL_OK && (status = check_context(cli, job)) == FL_OK &&
        (status = make_ids(cli, job, n)) == FL_OK)
        fill_options(cli, job);
    return status;
}

static bool is_choice(void *ctx, const fl_step *step) {
    (void)ctx;
    return step->stage == FL_STAGE_next_token;
}

static fl_flow check_choice(void *ctx, const fl_event *event) {
    fl_watch *watch = ctx;
    if (isnan(event->prob) && !watch->warned) {
        fl_note(watch->cli, "warning: pass %d: the logits are not numbers (NaN), id %d is chosen",
                event->pass, (int)fl_tensor_at(&event->tensor, (const int64_t[FL_MAX_DIMS]){0}));
        watch->warned = true;
    }
    return FL_GO;
}

void fl_note_exact(const fl_cli *cli, const char *isa, bool exact) {
    if (!exact || !fl_given(cli, FL_OPTION_fast))
        return;
    if (strcmp(isa, "scalar") == 0)
        fl_note(cli, "--fast: computes exactly, because the scalar kernels have no 8-bit products");
    else
        fl_note(cli,
                "--fast: computes exactly, because no matrix of this model is of a type that the "
                "%s kernels have an 8-bit product for",
                isa);
}

fl_status fl_job_watch(fl_cli *cli, fl_session *session, fl_watch *watch) {
    fl_note_exact(cli, fl_session_isa(session), fl_session_exact(session));
    *watch = (fl_watch){.cli = cli};
    fl_status status = fl_session_add_sink(session, &(fl_sink){watch, is_choice, check_choice});
    return status == FL_OK ? FL_OK : fl_fail(&cli->diag, status, "too many listeners");
}

void fl_job_close(fl_job *job) {
    free(job->ids);
    fl_buffer_done(&job->prompt);
    fl_tokenizer_free(&job->tokenizer);
    fl_model_close(&job->model);
}
