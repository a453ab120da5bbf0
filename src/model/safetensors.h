/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The header of a safetensors file (huggingface/safetensors): u64 length of the header, a JSON
 * object of tensors, data. Strict: what is accepted covers the file to the last byte, without holes
 * and overlaps, and every place is inside it. Needs no model: `diff` reads dumps with it.
 */
#ifndef FL_MODEL_SAFETENSORS_H
#define FL_MODEL_SAFETENSORS_H

#include <footlight/tables.h>

/* Images and videos have patches of five dimensions. */
enum { FL_SAFETENSORS_DIMS = 8 };

typedef struct fl_stored_tensor {
    const char *name; /* NUL-terminated, UTF-8, not yet escaped */
    const char *type; /* as the file spells it: "BF16" */
    fl_dtype dtype;   /* FL_DTYPE_none if the tables have no such type (BOOL, U8, F8_E4M3, ...) */
    int n_dims;       /* 0: a single number */
    int64_t shape[FL_SAFETENSORS_DIMS]; /* row-major; 1 after the last */
    uint64_t offset, bytes;             /* in the file */
} fl_stored_tensor;

typedef struct fl_safetensors {
    fl_stored_tensor *tensors; /* in the order of their data */
    size_t n_tensors;
    struct fl_safetensors_note {
        const char *key, *value;
    } * notes; /* __metadata__, sorted by key */
    size_t n_notes;
    char *names;
} fl_safetensors;

/* Reads the header of `length` bytes, which need not outlive it. Memory is bounded by a small
 * multiple of the header. Messages say at which byte. Undo with fl_safetensors_done, also after a
 * failure. */
fl_status fl_safetensors_read(fl_safetensors *out, const void *bytes, uint64_t length,
                              fl_diag *diag);
void fl_safetensors_done(fl_safetensors *file);

/* The tensor of that name, or NULL; the value of a key of __metadata__, or NULL. Both look at one
 * after the other. */
const fl_stored_tensor *fl_safetensors_find(const fl_safetensors *file, const char *name);
const char *fl_safetensors_note_of(const fl_safetensors *file, const char *key);

#endif
