/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The index of a checkpoint in several files, NAME.safetensors.index.json: which tensor is in which
 * of them.
 */
#ifndef FL_MODEL_HF_INDEX_H
#define FL_MODEL_HF_INDEX_H

#include "model/reader.h"

typedef struct fl_placement {
    const char *tensor, *file; /* NUL-terminated, not yet escaped */
} fl_placement;

typedef struct fl_hf_index {
    fl_placement *places; /* sorted by file, then by tensor */
    size_t n_places;
    char *names;
} fl_hf_index;

/* Undo with fl_hf_index_done, also after a failure. */
fl_status fl_hf_index_read(fl_hf_index *out, const fl_file *file, fl_diag *diag);
void fl_hf_index_done(fl_hf_index *index);
/* Does the index place a tensor in the file of that name? */
bool fl_hf_index_has(const fl_hf_index *index, const char *file);

#endif
