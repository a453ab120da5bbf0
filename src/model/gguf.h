/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The GGUF container, versions 2 and 3 (layout: ggml docs/gguf.md): a header of key/value pairs and
 * tensor infos, padding, then tensor data. All integers are little-endian.
 *
 *   "GGUF" | u32 version | u64 tensors | u64 pairs | pairs | infos | padding | data
 *
 * Parsing reads the header only, never the data. Keys, strings and arrays are borrowed from the
 * bytes. What the pairs mean for a model is gguf_model.c's business.
 */
#ifndef FL_MODEL_GGUF_H
#define FL_MODEL_GGUF_H

#include "model/reader.h"

typedef enum fl_gguf_type {
    FL_GGUF_U8,
    FL_GGUF_I8,
    FL_GGUF_U16,
    FL_GGUF_I16,
    FL_GGUF_U32,
    FL_GGUF_I32,
    FL_GGUF_F32,
    FL_GGUF_BOOL,
    FL_GGUF_STRING,
    FL_GGUF_ARRAY,
    FL_GGUF_U64,
    FL_GGUF_I64,
    FL_GGUF_F64,
    FL_GGUF_TYPE_COUNT
} fl_gguf_type;

typedef struct fl_gguf_pair {
    fl_bytes key;
    fl_gguf_type type;
    fl_gguf_type element; /* of an array */
    uint64_t count;       /* elements of an array, 1 otherwise */
    fl_bytes value;  /* a string's bytes; otherwise as stored, strings of an array with lengths */
    uint64_t offset; /* of the value in the file */
} fl_gguf_pair;

typedef struct fl_gguf_tensor {
    fl_bytes name;
    uint32_t n_dims;
    uint64_t dims[4]; /* dims[0] is contiguous; 1 after the last */
    fl_dtype dtype;
    uint64_t bytes;
    uint64_t offset; /* from the start of the data */
    uint64_t at;     /* of the info in the header */
} fl_gguf_tensor;

typedef struct fl_gguf {
    uint32_t version;
    uint64_t alignment;
    uint64_t header_end; /* end of the infos */
    uint64_t data_start; /* the same, aligned, if there are tensors */
    fl_gguf_pair *pairs; /* sorted by key */
    uint64_t n_pairs;
    fl_gguf_tensor *tensors; /* in file order */
    uint64_t n_tensors;
} fl_gguf;

/* Release with fl_gguf_done, also after a failure. */
fl_status fl_gguf_parse(fl_gguf *out, const void *bytes, uint64_t length, fl_diag *diag);
void fl_gguf_done(fl_gguf *gguf);

const char *fl_gguf_type_name(fl_gguf_type type);

/* By bytes, then by length: the order pairs are sorted in. */
int fl_bytes_compare(const fl_bytes *a, const fl_bytes *b);

/* Of an fl_bytes and an fl_gguf_pair with its key, for bsearch. */
int fl_gguf_compare_key(const void *key, const void *pair);

/* Look-ups (gguf_keys.c). A missing key leaves *out as it is, and is an error if `required`; a
 * value of another type is always an error. */
const fl_gguf_pair *fl_gguf_find(const fl_gguf *gguf, const char *key);
/* Any integer type. */
fl_status fl_gguf_get_int(const fl_gguf *gguf, const char *key, bool required, int64_t *out,
                          fl_diag *diag);
/* The same, or an array of one value repeated for each of `layers` layers. */
fl_status fl_gguf_get_ints(const fl_gguf *gguf, const char *key, bool required, int64_t layers,
                           int64_t *out, fl_diag *diag);
/* Of one number or an array of them, of any type, the first that is not neutral (or 0, if `zero`
 * says that this is neutral too); *out stays as it is if there is none. */
fl_status fl_gguf_get_other(const fl_gguf *gguf, const char *key, double neutral, bool zero,
                            double *out, fl_diag *diag);
fl_status fl_gguf_get_float(const fl_gguf *gguf, const char *key, bool required, double *out,
                            fl_diag *diag);
fl_status fl_gguf_get_bool(const fl_gguf *gguf, const char *key, bool *out, fl_diag *diag);
fl_status fl_gguf_get_string(const fl_gguf *gguf, const char *key, bool required, fl_bytes *out,
                             fl_diag *diag);
/* An array of this element type; *out is NULL if the key is missing. */
fl_status fl_gguf_get_array(const fl_gguf *gguf, const char *key, fl_gguf_type element,
                            const fl_gguf_pair **out, fl_diag *diag);
/* "key 'x' is f32, expected an integer". */
fl_status fl_gguf_wrong_type(const fl_gguf_pair *pair, const char *expected, fl_diag *diag);

/* One file of a model, and all of them (gguf_split.c): a split model's keys stand in the first. */
typedef struct fl_gguf_shard {
    fl_gguf gguf;
    size_t file; /* which of the model's */
} fl_gguf_shard;

typedef struct fl_gguf_shards {
    fl_gguf_shard *list;
    size_t count;
} fl_gguf_shards;

/* Parses what was opened and, if it is one file of a split model, the others beside it, in order.
 * The diag's subject is then the first's, whose keys are read next. Release with
 * fl_gguf_close_shards, also after a failure. */
fl_status fl_gguf_open_shards(fl_gguf_shards *out, fl_model *model, fl_diag *diag);
void fl_gguf_close_shards(fl_gguf_shards *shards);

/* The vocabulary of the tokenizer.ggml keys (gguf_vocab.c); none is fine. */
fl_status fl_gguf_read_vocab(fl_model *model, const fl_gguf *gguf, fl_diag *diag);

#endif
