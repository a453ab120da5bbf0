/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Shapes and costs of one pass over a model's own weights.
 */
#include "cli/costs.h"

#include <stddef.h>

static const fl_weight *weight_of(const fl_model *model, fl_weight_slot slot, int32_t layer) {
    if (slot == FL_WEIGHT_none || !fl_weight_exists(slot, fl_model_hparams(model)))
        return NULL;
    bool per_layer = fl_weight_get_info(slot)->scope != FL_SCOPE_PASS;
    return fl_model_weight(model, slot, per_layer ? layer : -1);
}

static const fl_storage *storage_of(const fl_weight *weight, fl_storage *storage) {
    if (!weight)
        return NULL;
    *storage = (fl_storage){weight->dtype, weight->bytes};
    return storage;
}

fl_shape_entry fl_shape_of(const fl_shape_request *request, fl_stage stage, int32_t layer) {
    const fl_stage_info *info = fl_stage_get_info(stage);
    fl_shape_entry entry = {.stage = stage, .layer = layer};
    fl_dims dims = request->dims;
    fl_storage weight, bias;
    if (info->scope == FL_SCOPE_HEAD)
        entry.heads = request->dims.H;
    dims.window = fl_layer_window(fl_model_hparams(request->model), layer);
    entry.n_dims = fl_stage_shape(stage, &dims, entry.shape);
    entry.weight = weight_of(request->model, info->weight, layer);
    entry.bias = weight_of(request->model, info->bias, layer);
    entry.cost = fl_stage_cost(stage, &dims, storage_of(entry.weight, &weight),
                               storage_of(entry.bias, &bias), request->kv_bytes);
    return entry;
}

int64_t fl_weight_params(const fl_weight *weight) {
    return weight && !weight->tied ? weight->shape[0] * weight->shape[1] : 0;
}

bool fl_layers_alike(const fl_model *model, int32_t a, int32_t b) {
    const fl_hparams *h = fl_model_hparams(model);
    if (fl_layer_window(h, a) != fl_layer_window(h, b))
        return false;
    for (int id = 0; id < FL_WEIGHT_COUNT; id++) {
        fl_weight_slot slot = (fl_weight_slot)id;
        if (fl_weight_get_info(slot)->scope != FL_SCOPE_LAYER)
            continue;
        const fl_weight *x = weight_of(model, slot, a), *y = weight_of(model, slot, b);
        if ((x == NULL) != (y == NULL) || (x && (x->dtype != y->dtype || x->bytes != y->bytes)))
            return false;
    }
    return true;
}

static void add_cost(fl_cost *sum, const fl_shape_entry *entry) {
    double times = entry->heads ? (double)entry->heads : 1;
    sum->flops += times * entry->cost.flops;
    sum->bytes_read += times * entry->cost.bytes_read;
    sum->bytes_written += times * entry->cost.bytes_written;
}

fl_status fl_shape_sum(const fl_shape_request *request, fl_shape_total *total, fl_diag *diag) {
    const fl_hparams *hparams = fl_model_hparams(request->model);
    fl_plan *plan;
    fl_status status = fl_plan_new(&plan, hparams, FL_END_TOKEN, diag);
    if (status != FL_OK)
        return status;
    *total = (fl_shape_total){.params = fl_parameters(hparams),
                              .events = fl_plan_count(plan),
                              .kv_bytes_f16 = fl_kv_bytes_per_token(hparams, 2),
                              .kv_bytes_f32 = fl_kv_bytes_per_token(hparams, 4),
                              .weight_bytes = fl_model_weight_bytes(request->model)};
    for (int64_t i = 0; i < total->events; i++) {
        const fl_step *step = fl_plan_step(plan, i);
        if (step->head > 0)
            continue; /* counted with head 0 */
        fl_shape_entry entry = fl_shape_of(request, step->stage, step->layer);
        add_cost(&total->cost, &entry);
    }
    fl_plan_free(plan);
    return FL_OK;
}

/* How often a stage comes in a pass, not counting heads. */
static int32_t layers_of(const fl_hparams *hparams, fl_stage stage) {
    if (!fl_stage_exists(stage, hparams))
        return 0;
    return fl_stage_get_info(stage)->scope == FL_SCOPE_PASS ? 1
                                                            : (int32_t)hparams->num_hidden_layers;
}

fl_cost fl_stage_sum(const fl_shape_request *request, fl_stage stage) {
    fl_cost sum = {0, 0, 0};
    for (int32_t layer = 0; layer < layers_of(fl_model_hparams(request->model), stage); layer++) {
        fl_shape_entry entry = fl_shape_of(request, stage, layer);
        add_cost(&sum, &entry);
    }
    return sum;
}

/* Of a stage's weights, as a pass over one token reads them. */
static double stored_bytes(const fl_shape_entry *entry) {
    double bytes = entry->bias ? (double)entry->bias->bytes : 0;
    if (entry->weight && entry->stage == FL_STAGE_embed)
        bytes += (double)entry->weight->bytes / (double)entry->weight->shape[0];
    else if (entry->weight)
        bytes += (double)entry->weight->bytes;
    return bytes;
}

double fl_decode_bytes(const fl_model *model, int64_t past, int kv_bytes) {
    const fl_hparams *h = fl_model_hparams(model);
    const fl_shape_request request = {model, fl_dims_of(h, 1, past, FL_LOGITS_LAST), kv_bytes};
    double bytes = fl_unmasked_cells(&request.dims) * (double)fl_kv_bytes_per_token(h, kv_bytes);
    for (int stage = 0; stage < FL_STAGE_COUNT; stage++)
        for (int32_t layer = 0; layer < layers_of(h, (fl_stage)stage); layer++) {
            fl_shape_entry entry = fl_shape_of(&request, (fl_stage)stage, layer);
            bytes += stored_bytes(&entry);
        }
    return bytes;
}
