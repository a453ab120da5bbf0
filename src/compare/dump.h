/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * One side of a comparison: a trace (JSON lines, statistics only) or a tensor file (safetensors,
 * values), handed over stage by stage in execution order. Files are mapped and read as the stages
 * come; of a trace no more than one stage's records are kept.
 */
#ifndef FL_COMPARE_DUMP_H
#define FL_COMPARE_DUMP_H

#include "base/map.h"
#include "compare/place.h"
#include "model/safetensors.h"

#include <footlight/tensor.h>
#include <jansson.h>

typedef enum fl_dump_kind { FL_DUMP_TENSORS, FL_DUMP_TRACE } fl_dump_kind;

/* A tensor as the file has it. */
typedef struct fl_stored {
    fl_named where;
    const fl_stored_tensor *tensor;
} fl_stored;

enum { FL_EDGE = 3 }; /* values at the beginning and the end */

/* One record of a trace. A number that does not exist is NAN. */
typedef struct fl_record {
    int32_t head; /* -1: the stage is not per head */
    int64_t line; /* in the file; 0: made from a tensor */
    int n_dims;
    int64_t shape[FL_MAX_DIMS];
    int64_t count, masked, nan, inf;
    double min, max, mean, std, rms, l2, sum;
    int64_t argmin[FL_MAX_DIMS], argmax[FL_MAX_DIMS]; /* [0] is -1 where there is none */
    double first[FL_EDGE], last[FL_EDGE];
    int64_t *ids; /* of tokens and next_token, else NULL */
    size_t n_ids;
} fl_record;

enum { FL_MOST_HEADS = 4096 };

/* One stage of one layer of one pass. */
typedef struct fl_item {
    fl_place place;
    const fl_stored *stored; /* tensors: `n` of them, more than one only if heads come singly */
    fl_record *records;      /* trace: `n` of them, one per head */
    size_t n;
} fl_item;

typedef struct fl_dump {
    const char *path;
    fl_dump_kind kind;
    fl_map map;
    json_t *run; /* the run line or what the file says in its place, an object; never NULL */
    int32_t n_layers;

    fl_safetensors file; /* tensors */
    fl_stored *stored;   /* in execution order */
    size_t n_stored, next;
    const char **strange; /* names that are no stage's, or name one a second time */
    size_t n_strange;

    uint64_t at; /* trace: the next line */
    int64_t line;
    fl_record *records; /* one stage's */
    size_t n_records, capacity;
    bool pending; /* `ahead` is the first of the next stage */
    fl_record ahead;
    fl_place ahead_place, last_place;
} fl_dump;

/* Opens a file of either kind. Sets the diag's subject. Undo with fl_dump_close, also after a
 * failure. */
fl_status fl_dump_open(fl_dump *dump, const char *path, fl_diag *diag);
/* The same over bytes that stay. */
fl_status fl_dump_read(fl_dump *dump, const void *bytes, uint64_t length, fl_diag *diag);
void fl_dump_close(fl_dump *dump);
/* To be called once `n_layers` is known to be right: both sides' larger one. */
fl_status fl_dump_index(fl_dump *dump, fl_diag *diag);
/* The next stage; FL_DONE after the last. What it points to is good until the next call. */
fl_status fl_dump_next(fl_dump *dump, fl_item *item, fl_diag *diag);

/* The first tensor of a place; NULL if a tensor file has none there, and of a trace. */
const fl_stored *fl_dump_find(const fl_dump *dump, const fl_place *place);

/* Was it written by footlight? */
bool fl_dump_is_own(const fl_dump *dump);
/* A number of the model that the run names; 0 if it does not. */
int64_t fl_dump_model_number(const fl_dump *dump, const char *key);
/* A word of the run, of its model; NULL if there is none. */
const char *fl_dump_word(const fl_dump *dump, const char *key);
const char *fl_dump_model_word(const fl_dump *dump, const char *key);

/* trace.c: the lines of a trace. */
fl_status fl_trace_open(fl_dump *dump, fl_diag *diag);
fl_status fl_trace_next(fl_dump *dump, fl_item *item, fl_diag *diag);
void fl_trace_close(fl_dump *dump);

#endif
