/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What the commands that run a model have in common: the model, its vocabulary, the prompt as ids,
 * and the session's options, all from the command line.
 */
#ifndef FL_CLI_JOB_H
#define FL_CLI_JOB_H

#include "cli/cli.h"

typedef struct fl_job {
    fl_model *model;
    fl_tokenizer *tokenizer; /* NULL only with --ids */
    fl_buffer prompt;        /* its text; untouched with --ids */
    int32_t *ids;
    size_t n_ids;
    fl_patch patches[FL_MAX_PATCHES];
    size_t n_patches;           /* the later of one place takes that of the earlier */
    fl_session_options options; /* n_predict and logits are the command's to set */
} fl_job;

/* Opens everything up to the options. Undo with fl_job_close, also after a failure. */
fl_status fl_job_open(fl_cli *cli, fl_job *job);
/* The same with n ids from all over the vocabulary for a prompt; no tokenizer is needed. */
fl_status fl_job_open_synthetic(fl_cli *cli, fl_job *job, int64_t n);
void fl_job_close(fl_job *job);

/* Adds the text of -p, -f or the default prompt. */
fl_status fl_prompt_text(fl_cli *cli, fl_buffer *out);
/* Any tokenizer file, also a GGUF; `vocab_size` 0 where no model says how many pieces there are. */
fl_status fl_open_tokenizer_file(fl_cli *cli, const char *path, int64_t vocab_size,
                                 fl_tokenizer **out);
/* What a vocabulary beside a model may be called, in the order of looking; ends with NULL. */
extern const char *const fl_vocabulary_names[];
/* --tokenizer, else what the model carries, else the vocabulary beside it. */
bool fl_has_tokenizer(const fl_model *model); /* does it carry one, or does one lie beside it? */
fl_status fl_open_tokenizer(fl_cli *cli, const fl_model *model, fl_tokenizer **out);

/* Positions the cache may hold at most. */
int64_t fl_job_context(const fl_cli *cli, const fl_job *job);
/* What sets that limit where --ctx does not, in words. */
const char *fl_job_context_name(const fl_job *job);
/* Encodes another prompt for the same model, as fl_job_open does with the first. */
fl_status fl_job_encode(fl_cli *cli, const fl_job *job, const char *text, size_t length,
                        int32_t **ids, size_t *n_ids, fl_diag *diag);

/* Where --fast was asked for and the session computes exactly all the same, says why. */
void fl_note_exact(const fl_cli *cli, const char *isa, bool exact);

/* Says that (fl_note_exact), and warns, once, when a token had to be chosen from logits that are
 * not numbers. */
typedef struct fl_watch {
    const fl_cli *cli;
    bool warned;
} fl_watch;
fl_status fl_job_watch(fl_cli *cli, fl_session *session, fl_watch *watch);

/* The run line of a trace as one JSON object; with `metadata` every value is a string, as in the
 * header of a safetensors file. */
void fl_run_line(const fl_cli *cli, const fl_job *job, const fl_session *session, bool time,
                 bool metadata, fl_buffer *out);

#endif
