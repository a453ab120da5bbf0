/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The plan of a pass: steps, shapes and costs from hyperparameters. The cost expressions stand in
 * stages.def; here they become one function per stage over the letters of CONTRACT's shapes.
 */
#include <footlight/plan.h>

#include "base/diag.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct fl_plan {
    int64_t count;
    fl_step steps[];
};

fl_dims fl_dims_of(const fl_hparams *h, int64_t new_tokens, int64_t past, fl_logits_mode logits) {
    return (fl_dims){.T = new_tokens,
                     .P = past,
                     .D = h->hidden_size,
                     .H = h->num_attention_heads,
                     .K = h->num_key_value_heads,
                     .d = h->head_dim,
                     .r = h->rotary_dim,
                     .F = h->intermediate_size,
                     .V = h->vocab_size,
                     .R = logits == FL_LOGITS_ALL ? new_tokens : 1,
                     .L = h->num_hidden_layers,
                     .window = h->sliding_window};
}

int64_t fl_dim_value(fl_dim dim, const fl_dims *n) {
    switch (dim) {
#define FL_DIM(id, symbol, value, meaning)                                                         \
    case FL_DIM_##id:                                                                              \
        return value;
#include <footlight/dims.def>
    case FL_DIM_NONE:
    case FL_DIM_COUNT:
        break;
    }
    return 0;
}

bool fl_stage_exists(fl_stage stage, const fl_hparams *hparams) {
    unsigned feature = (unsigned)fl_stage_get_info(stage)->feature;
    return (hparams->features & feature) == feature;
}

bool fl_weight_exists(fl_weight_slot slot, const fl_hparams *hparams) {
    unsigned feature = (unsigned)fl_weight_get_info(slot)->feature;
    return (hparams->features & feature) == feature;
}

/* Stages from final_norm_rms on belong to the end of the pass. */
static bool in_pass(fl_stage stage, fl_plan_end end) {
    if (stage == FL_STAGE_next_token)
        return end == FL_END_TOKEN;
    return stage < FL_STAGE_final_norm_rms || end != FL_END_BLOCKS;
}

/* Appends the stages [from, to) that have `scope` or are nested in it; counts only if steps is
 * NULL. */
static int64_t append(fl_step *steps, int64_t n, const fl_hparams *h, fl_stage from, fl_stage to,
                      int32_t layer, fl_plan_end end) {
    for (int id = (int)from; id < (int)to; id++) {
        fl_stage stage = (fl_stage)id;
        if (!fl_stage_exists(stage, h) || !in_pass(stage, end))
            continue;
        bool per_head = fl_stage_get_info(stage)->scope == FL_SCOPE_HEAD;
        int32_t heads = per_head ? (int32_t)h->num_attention_heads : 1;
        for (int32_t head = 0; head < heads; head++, n++)
            if (steps)
                steps[n] = (fl_step){stage, layer, per_head ? head : -1};
    }
    return n;
}

/* All steps in order: the stages before the blocks, the block L times, the stages after. */
static int64_t lay_out(fl_step *steps, const fl_hparams *h, fl_plan_end end) {
    int64_t n = append(steps, 0, h, FL_STAGE_tokens, FL_STAGE_attn_norm_rms, -1, end);
    for (int32_t layer = 0; layer < h->num_hidden_layers; layer++)
        n = append(steps, n, h, FL_STAGE_attn_norm_rms, FL_STAGE_final_norm_rms, layer, end);
    return append(steps, n, h, FL_STAGE_final_norm_rms, FL_STAGE_COUNT, -1, end);
}

fl_status fl_plan_new(fl_plan **out, const fl_hparams *hparams, fl_plan_end end, fl_diag *diag) {
    *out = NULL;
    int64_t count = lay_out(NULL, hparams, end);
    fl_plan *plan = malloc(sizeof *plan + (size_t)count * sizeof plan->steps[0]);
    if (!plan)
        return fl_fail_memory(diag);
    plan->count = lay_out(plan->steps, hparams, end);
    *out = plan;
    return FL_OK;
}

void fl_plan_free(fl_plan *plan) {
    free(plan);
}

int64_t fl_plan_count(const fl_plan *plan) {
    return plan->count;
}

const fl_step *fl_plan_step(const fl_plan *plan, int64_t index) {
    return &plan->steps[index];
}

int64_t fl_plan_find(const fl_plan *plan, fl_stage stage, int32_t layer, int32_t head) {
    for (int64_t i = 0; i < plan->count; i++) {
        const fl_step *step = &plan->steps[i];
        if (step->stage == stage && step->layer == layer && step->head == head)
            return i;
    }
    return -1;
}

int fl_stage_shape(fl_stage stage, const fl_dims *dims, int64_t shape[FL_MAX_DIMS]) {
    int rank = fl_stage_rank(stage);
    for (int i = 0; i < rank; i++)
        shape[i] = fl_dim_value(fl_stage_get_info(stage)->dims[i], dims);
    return rank;
}

int fl_stage_symbols(fl_stage stage, char *out, size_t size) {
    const fl_dim *d = fl_stage_get_info(stage)->dims;
    const char *s[FL_MAX_DIMS];
    for (int i = 0; i < FL_MAX_DIMS; i++)
        s[i] = fl_dim_get_info(d[i])->symbol;
    switch (fl_stage_rank(stage)) {
    case 2:
        return snprintf(out, size, "[%s, %s]", s[0], s[1]);
    case 3:
        return snprintf(out, size, "[%s, %s, %s]", s[0], s[1], s[2]);
    default:
        return snprintf(out, size, "[%s, %s, %s, %s]", s[0], s[1], s[2], s[3]);
    }
}

int fl_weight_shape(fl_weight_slot slot, const fl_hparams *hparams, int64_t shape[2]) {
    const fl_weight_info *info = fl_weight_get_info(slot);
    fl_dims dims = fl_dims_of(hparams, 1, 0, FL_LOGITS_LAST);
    shape[0] = fl_dim_value(info->out, &dims);
    shape[1] = info->in == FL_DIM_NONE ? 1 : fl_dim_value(info->in, &dims);
    return info->in == FL_DIM_NONE ? 1 : 2;
}

/* The first `growing` tokens see all that came before them, the others a full window. */
double fl_unmasked_cells(const fl_dims *dims) {
    double T = (double)dims->T, P = (double)dims->P, window = (double)dims->window, growing = T;
    if (dims->window > 0)
        growing = fmin(fmax(window - P, 0), T);
    return growing * P + growing * (growing + 1) / 2 + (T - growing) * window;
}

typedef struct counts {
    double flops, floats, cells, rows;
} counts;

/* One case per row of stages.def: its cost columns over the letters of its shapes. */
static counts stage_counts(fl_stage stage, const fl_dims *n, double B) {
    const double T = (double)n->T, S = (double)(n->P + n->T), D = (double)n->D, H = (double)n->H,
                 K = (double)n->K, d = (double)n->d, r = (double)n->r, F = (double)n->F,
                 V = (double)n->V, R = (double)n->R, U = fl_unmasked_cells(n);
    switch (stage) {
#define FL_STAGE(id_, scope_, shape_, axes_, feature_, weight_, bias_, kernel_, tl_, hf_, ggml_,   \
                 flops_, floats_, cells_, rows_, formula_, meaning_)                               \
    case FL_STAGE_##id_:                                                                           \
        return (counts){flops_, floats_, cells_, rows_};
#include <footlight/stages.def>
    case FL_STAGE_COUNT:
        break;
    }
    return (counts){0, 0, 0, 0};
}

/* Bytes of a stored weight that a pass reads: all of it, or `rows` of its rows. */
static double weight_read(fl_weight_slot slot, const fl_storage *storage, const fl_dims *dims,
                          double rows) {
    if (!storage)
        return 0;
    double bytes = (double)storage->bytes;
    return rows > 0 ? bytes * rows / (double)fl_dim_value(fl_weight_get_info(slot)->out, dims)
                    : bytes;
}

static bool is_cache(fl_stage stage) {
    return stage == FL_STAGE_k_cache || stage == FL_STAGE_v_cache;
}

/* Numbers a stage writes: its shape, but a cache takes in the new positions only. */
static double cells_written(fl_stage stage, const fl_dims *dims) {
    if (is_cache(stage))
        return (double)(dims->T * dims->K * dims->d);
    int64_t shape[FL_MAX_DIMS];
    double cells = 1;
    int rank = fl_stage_shape(stage, dims, shape);
    for (int i = 0; i < rank; i++)
        cells *= (double)shape[i];
    return cells;
}

fl_cost fl_stage_cost(fl_stage stage, const fl_dims *dims, const fl_storage *weight,
                      const fl_storage *bias, int kv_bytes) {
    const fl_stage_info *info = fl_stage_get_info(stage);
    counts n = stage_counts(stage, dims, bias ? 1 : 0);
    fl_cost cost = {.flops = n.flops, .bytes_read = 4 * n.floats + kv_bytes * n.cells};
    cost.bytes_read += weight_read(info->weight, weight, dims, n.rows);
    cost.bytes_read += weight_read(info->bias, bias, dims, 0);
    cost.bytes_written = (is_cache(stage) ? kv_bytes : 4) * cells_written(stage, dims);
    return cost;
}

/* rope_freqs is a table of divisors, not something learned; a tied head is the embedding. */
static bool counts_as_parameter(fl_weight_slot slot, const fl_hparams *hparams) {
    if (slot == FL_WEIGHT_rope_freqs || (slot == FL_WEIGHT_output && hparams->tie_word_embeddings))
        return false;
    return fl_weight_exists(slot, hparams);
}

int64_t fl_parameters(const fl_hparams *hparams) {
    int64_t total = 0;
    for (int id = 0; id < FL_WEIGHT_COUNT; id++) {
        fl_weight_slot slot = (fl_weight_slot)id;
        int64_t shape[2];
        if (!counts_as_parameter(slot, hparams))
            continue;
        fl_weight_shape(slot, hparams, shape);
        bool per_layer = fl_weight_get_info(slot)->scope == FL_SCOPE_LAYER;
        total += shape[0] * shape[1] * (per_layer ? hparams->num_hidden_layers : 1);
    }
    return total;
}

int64_t fl_kv_bytes_per_token(const fl_hparams *hparams, int kv_bytes) {
    return 2 * hparams->num_hidden_layers * hparams->num_key_value_heads * hparams->head_dim *
           kv_bytes;
}
