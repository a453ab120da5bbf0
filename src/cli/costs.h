/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What `shapes` prints, before it is printed: one entry per stage and layer with its weight and its
 * cost, and the sums. Weights are as the model stores them; no value is read.
 */
#ifndef FL_CLI_COSTS_H
#define FL_CLI_COSTS_H

#include <footlight/footlight.h>

typedef struct fl_shape_entry {
    fl_stage stage;
    int32_t layer; /* -1: of the pass */
    int64_t heads; /* how often it happens in a layer; 0: it is not per head */
    int n_dims;
    int64_t shape[FL_MAX_DIMS];     /* of one head, if per head */
    const fl_weight *weight, *bias; /* NULL: none */
    fl_cost cost;                   /* of one head, if per head */
} fl_shape_entry;

typedef struct fl_shape_total {
    int64_t params, events, kv_bytes_f16, kv_bytes_f32; /* kv: per token */
    uint64_t weight_bytes;
    fl_cost cost;
} fl_shape_total;

typedef struct fl_shape_request {
    const fl_model *model;
    fl_dims dims;
    int kv_bytes;
} fl_shape_request;

fl_shape_entry fl_shape_of(const fl_shape_request *request, fl_stage stage, int32_t layer);
/* Parameters that an entry adds: a tied head adds none. */
int64_t fl_weight_params(const fl_weight *weight);
/* The sums over one pass. */
fl_status fl_shape_sum(const fl_shape_request *request, fl_shape_total *total, fl_diag *diag);
/* One stage in all layers and heads of a pass; nothing where the model has no such stage. */
fl_cost fl_stage_sum(const fl_shape_request *request, fl_stage stage);

/* What a pass over one token, `past` of them cached, has to read at least: every weight once as
 * stored, but one row of the embedding, and what the token sees of the cache. */
double fl_decode_bytes(const fl_model *model, int64_t past, int kv_bytes);

/* Are two layers stored alike, so that every line about one holds for the other? */
bool fl_layers_alike(const fl_model *model, int32_t a, int32_t b);

#endif
