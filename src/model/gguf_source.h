/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * One GGUF header being turned into a model: what the files gguf_hparams.c, gguf_rope.c and
 * gguf_model.c share.
 */
#ifndef FL_MODEL_GGUF_SOURCE_H
#define FL_MODEL_GGUF_SOURCE_H

#include "model/gguf.h"

typedef struct fl_gguf_source {
    fl_model *model;
    const fl_gguf *gguf;
    const char *prefix; /* general.architecture; the keys of the model begin with it */
    fl_diag *diag;
    char key[128]; /* of the last look-up */
} fl_gguf_source;

/* "llama.block_count" for "block_count"; stays in source->key. */
const char *fl_gguf_full_key(fl_gguf_source *source, const char *suffix);
/* Points a message at source->key. */
fl_status fl_gguf_at_key(const fl_gguf_source *source, fl_status status);
/* A float that, if it is there, must be a positive number; 0 passes where `zero` says so. */
fl_status fl_gguf_get_positive(fl_gguf_source *source, const char *suffix, bool required, bool zero,
                               double *out);

/* Architecture and hyperparameters; what would change the result unseen is refused. Keys of the
 * architecture that nothing here knows become notes of the model. */
fl_status fl_gguf_read_hparams(fl_gguf_source *source, fl_hparams *hparams);
fl_status fl_gguf_read_rope(fl_gguf_source *source, fl_hparams *hparams);
/* Is it a key (without the prefix) that fl_gguf_read_rope reads? */
bool fl_gguf_is_rope_key(const fl_bytes *suffix);
/* Writes the keys of the file in place of the configuration names that checks use, and points at
 * the first. */
void fl_gguf_respell(fl_gguf_source *source);

#endif
