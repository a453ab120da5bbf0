/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Binding: which tensor is which weight, and is it of the shape the hyperparameters ask for. Slots
 * are one flat table, FL_WEIGHT_COUNT entries for the pass and as many for each layer; it is made
 * only after every weight was found, so its size is bounded by the file's own number of tensors.
 */
#include "model/bind.h"

#include "base/diag.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES = 128, SHOWN = 80 };

/* Tensors by name: pointers sorted once, then found by bisection. */
typedef struct name_index {
    const fl_model *model;
    fl_weight **sorted;
    size_t count;
} name_index;

static size_t slot_index(fl_weight_slot slot, int32_t layer) {
    return (size_t)(layer + 1) * FL_WEIGHT_COUNT + (size_t)slot;
}

const fl_weight *fl_model_weight(const fl_model *model, fl_weight_slot slot, int32_t layer) {
    if (!model->slots || layer < -1 || layer >= model->hparams.num_hidden_layers ||
        (unsigned)slot >= FL_WEIGHT_COUNT)
        return NULL;
    return model->slots[slot_index(slot, layer)];
}

static int compare_names(const void *a, const void *b) {
    return strcmp((*(fl_weight *const *)a)->name, (*(fl_weight *const *)b)->name);
}

static int compare_name(const void *key, const void *element) {
    return strcmp(key, (*(fl_weight *const *)element)->name);
}

/* The name that the file should have for a weight. */
static const char *spell(const fl_model *model, fl_weight_slot slot, int32_t layer,
                         char name[NAME_BYTES]) {
    static const char usual[] = "model.";
    const fl_weight_info *info = fl_weight_get_info(slot);
    const fl_naming *naming = model->naming;
    char pattern[NAME_BYTES];
    if (!naming)
        snprintf(pattern, sizeof pattern, "%s", info->gguf);
    else if (slot == FL_WEIGHT_output || !info->hf)
        snprintf(pattern, sizeof pattern, "%s", info->hf ? naming->head : "");
    else
        snprintf(pattern, sizeof pattern, "%s%s", naming->prefix, info->hf + strlen(usual));
    fl_spell_layer(name, NAME_BYTES, pattern, layer);
    return name;
}

static fl_weight *find(const name_index *index, fl_weight_slot slot, int32_t layer) {
    char name[NAME_BYTES];
    spell(index->model, slot, layer, name);
    fl_weight **found =
        bsearch(name, index->sorted, index->count, sizeof *index->sorted, compare_name);
    return found ? *found : NULL;
}

static fl_status make_index(name_index *index, const fl_model *model, fl_diag *diag) {
    index->model = model;
    index->sorted = malloc((model->n_tensors + 1) * sizeof *index->sorted);
    if (!index->sorted)
        return fl_fail_memory(diag);
    index->count = model->n_tensors;
    for (size_t i = 0; i < index->count; i++)
        index->sorted[i] = &model->tensors[i];
    qsort(index->sorted, index->count, sizeof *index->sorted, compare_names);
    return FL_OK;
}

/* "[4096, 11008]". */
static const char *print_shape(char *out, size_t size, int n_dims, const int64_t *shape) {
    size_t used = (size_t)snprintf(out, size, "[");
    for (int i = 0; i < n_dims && used < size; i++)
        used +=
            (size_t)snprintf(out + used, size - used, i ? ", %lld" : "%lld", (long long)shape[i]);
    if (used < size)
        snprintf(out + used, size - used, "]");
    return out;
}

/* Trailing dimensions of 1 in the file's order are leading ones here and mean nothing. */
static void drop_ones(fl_weight *weight, int wanted) {
    while (weight->n_dims > wanted && weight->shape[0] == 1) {
        for (int i = 1; i < FL_MAX_DIMS; i++)
            weight->shape[i - 1] = weight->shape[i];
        weight->shape[FL_MAX_DIMS - 1] = 1;
        weight->n_dims--;
    }
}

static fl_status check_shape(const fl_model *model, fl_weight *weight, fl_diag *diag) {
    int64_t expected[2] = {1, 1};
    char shown[SHOWN], a[SHOWN], b[SHOWN];
    int n_dims = fl_weight_shape(weight->slot, &model->hparams, expected);
    if (n_dims > weight->n_dims &&
        expected[0] == 1) { /* a matrix of one row, written as a vector */
        weight->shape[1] = weight->shape[0];
        weight->shape[0] = 1;
        weight->n_dims = 2;
    }
    drop_ones(weight, n_dims);
    if (weight->n_dims == n_dims && weight->shape[0] == expected[0] &&
        (n_dims == 1 || weight->shape[1] == expected[1]))
        return FL_OK;
    fl_diag_init(diag, model->files[weight->file].name);
    return fl_fail(diag, FL_ERR_FORMAT, "tensor '%s' has shape %s, expected %s",
                   fl_escape_into(shown, sizeof shown, weight->name, strlen(weight->name)),
                   print_shape(a, sizeof a, weight->n_dims, weight->shape),
                   print_shape(b, sizeof b, n_dims, expected));
}

/* A type whose rows cannot be made floats leaves a plan. */
static void check_readable(fl_model *model, const fl_weight *weight) {
    const fl_dtype_info *type = fl_dtype_get_info(weight->dtype);
    if (!fl_weight_readable(weight))
        fl_model_set_plan_only(
            model, "tensor '%s' is stored as %s, a type this version cannot compute with",
            weight->name, type->name);
}

static fl_status claim(fl_model *model, const name_index *index, fl_weight_slot slot, int32_t layer,
                       fl_diag *diag) {
    fl_weight *weight = find(index, slot, layer);
    char name[NAME_BYTES];
    if (!weight)
        return fl_fail(diag, FL_ERR_FORMAT, "tensor '%s' is missing%s",
                       spell(model, slot, layer, name),
                       slot == FL_WEIGHT_output ? ", and tie_word_embeddings is false" : "");
    weight->slot = slot;
    weight->layer = layer;
    model->weight_bytes += weight->bytes;
    check_readable(model, weight);
    return check_shape(model, weight, diag);
}

/* Is the weight one that the file itself must hold? */
static bool stored(fl_weight_slot slot, const fl_hparams *hparams) {
    return fl_weight_exists(slot, hparams) &&
           !(slot == FL_WEIGHT_output && hparams->tie_word_embeddings);
}

static fl_status claim_all(fl_model *model, const name_index *index, fl_diag *diag) {
    const fl_hparams *h = &model->hparams;
    for (int32_t layer = -1; layer < h->num_hidden_layers; layer++)
        for (int id = 0; id < FL_WEIGHT_COUNT; id++) {
            fl_weight_slot slot = (fl_weight_slot)id;
            bool per_layer = fl_weight_get_info(slot)->scope == FL_SCOPE_LAYER;
            if (per_layer != (layer >= 0) || !stored(slot, h))
                continue;
            fl_status status = claim(model, index, slot, layer, diag);
            if (status != FL_OK)
                return status;
        }
    return FL_OK;
}

/* Buffers that old converters left in files, a head that its tie makes void, and what is of another
 * part of a model that also sees or hears: nothing computes with them. */
static bool ignorable(const fl_model *model, const char *name) {
    const fl_naming *naming = model->naming;
    if (naming && model->hparams.tie_word_embeddings && strcmp(name, naming->head) == 0)
        return true;
    if (naming && naming->part && strncmp(name, naming->part, strlen(naming->part)) != 0)
        return true;
    return strstr(name, "rot_embd") || strstr(name, "rope.freqs") || strstr(name, "inv_freq");
}

/* A tensor without a place would be part of the model's result and missing from ours. */
static fl_status refuse_strangers(const fl_model *model, fl_diag *diag) {
    char shown[SHOWN];
    for (size_t i = 0; i < model->n_tensors; i++) {
        const fl_weight *weight = &model->tensors[i];
        if (weight->slot == FL_WEIGHT_none && !ignorable(model, weight->name))
            return fl_fail(diag, FL_ERR_UNSUPPORTED,
                           "tensor '%s' has no place in a %s model of %lld layers",
                           fl_escape_into(shown, sizeof shown, weight->name, strlen(weight->name)),
                           model->hparams.model_type, (long long)model->hparams.num_hidden_layers);
    }
    return FL_OK;
}

/* The type that most of the matrices' elements have. */
static fl_dtype main_dtype(const fl_model *model) {
    double elements[FL_DTYPE_COUNT] = {0};
    fl_dtype best = FL_DTYPE_F32;
    for (size_t i = 0; i < model->n_tensors; i++) {
        const fl_weight *weight = &model->tensors[i];
        if (weight->slot != FL_WEIGHT_none && weight->n_dims == 2)
            elements[weight->dtype] += (double)weight->shape[0] * (double)weight->shape[1];
    }
    for (int type = 0; type < FL_DTYPE_COUNT; type++)
        if (elements[type] > elements[best])
            best = (fl_dtype)type;
    return best;
}

/* What the file shows about the model beyond its keys. */
static fl_status learn(fl_model *model, const name_index *index, fl_diag *diag) {
    fl_hparams *h = &model->hparams;
    const fl_weight *embedding = find(index, FL_WEIGHT_token_embd, -1);
    if (model->naming) /* a config.json says it all */
        return FL_OK;
    if (!embedding)
        return fl_fail(diag, FL_ERR_FORMAT, "tensor 'token_embd.weight' is missing");
    int64_t rows = embedding->n_dims == 1 ? 1 : embedding->shape[embedding->n_dims - 2];
    if (h->vocab_size && h->vocab_size != rows)
        return fl_fail(diag, FL_ERR_FORMAT,
                       "tensor 'token_embd.weight' has %lld rows, expected vocab_size %lld",
                       (long long)rows, (long long)h->vocab_size);
    h->vocab_size = rows;
    h->tie_word_embeddings = find(index, FL_WEIGHT_output, -1) == NULL;
    for (int id = 0; id < FL_WEIGHT_COUNT; id++) {
        fl_weight_slot slot = (fl_weight_slot)id;
        const fl_weight_info *info = fl_weight_get_info(slot);
        if (info->feature && find(index, slot, info->scope == FL_SCOPE_LAYER ? 0 : -1))
            h->features |= (uint32_t)info->feature;
    }
    return FL_OK;
}

static fl_status fill_slots(fl_model *model, fl_diag *diag) {
    size_t count = slot_index((fl_weight_slot)0, (int32_t)model->hparams.num_hidden_layers);
    model->slots = calloc(count, sizeof *model->slots);
    if (!model->slots)
        return fl_fail_memory(diag);
    for (size_t i = 0; i < model->n_tensors; i++) {
        const fl_weight *weight = &model->tensors[i];
        if (weight->slot != FL_WEIGHT_none)
            model->slots[slot_index(weight->slot, weight->layer)] = weight;
    }
    if (model->hparams.tie_word_embeddings) {
        model->tied_head = *model->slots[slot_index(FL_WEIGHT_token_embd, -1)];
        model->tied_head.slot = FL_WEIGHT_output;
        model->tied_head.tied = true;
        model->slots[slot_index(FL_WEIGHT_output, -1)] = &model->tied_head;
    }
    return FL_OK;
}

fl_status fl_bind(fl_model *model, fl_diag *diag) {
    name_index index = {0};
    fl_status status = make_index(&index, model, diag);
    if (status == FL_OK)
        status = learn(model, &index, diag);
    if (status == FL_OK)
        status = fl_hparams_check(&model->hparams, diag);
    if (status == FL_OK)
        status = claim_all(model, &index, diag);
    if (status == FL_OK)
        status = refuse_strangers(model, diag);
    if (status == FL_OK) {
        model->hparams.dtype = main_dtype(model);
        status = fill_slots(model, diag);
    }
    free(index.sorted);
    return status;
}

static fl_status make_tensor(fl_model *model, const fl_layout_row *row, int32_t layer,
                             fl_diag *diag) {
    fl_weight *weight = &model->tensors[model->n_tensors];
    char *name = model->tensor_names + model->n_tensors * NAME_BYTES;
    fl_dtype dtype = model->hparams.dtype;
    *weight = (fl_weight){.name = name, .slot = row->slot, .layer = layer, .dtype = dtype};
    fl_spell_layer(name, NAME_BYTES, row->name, layer);
    for (int i = 0; i < FL_MAX_DIMS; i++)
        weight->shape[i] = 1;
    weight->n_dims = fl_weight_shape(row->slot, &model->hparams, weight->shape);
    uint64_t in = (uint64_t)weight->shape[weight->n_dims - 1];
    weight->bytes =
        fl_dtype_row_bytes(dtype, in) * (weight->n_dims == 2 ? (uint64_t)weight->shape[0] : 1);
    if (weight->bytes == 0)
        return fl_fail(diag, FL_ERR_FORMAT,
                       "tensor '%s' has rows of %lld values, which %s cannot store", name,
                       (long long)in, fl_dtype_get_info(dtype)->name);
    model->weight_bytes += weight->bytes;
    model->n_tensors++;
    return FL_OK;
}

/* One row for all layers, or rows [from, to) of one layer. */
static fl_status make_rows(fl_model *model, const fl_layout_row *rows, size_t from, size_t to,
                           int32_t first, int32_t end, fl_diag *diag) {
    for (int32_t layer = first; layer < end; layer++)
        for (size_t i = from; i < to; i++) {
            fl_status status = stored(rows[i].slot, &model->hparams)
                                   ? make_tensor(model, &rows[i], layer, diag)
                                   : FL_OK;
            if (status != FL_OK)
                return status;
        }
    return FL_OK;
}

static bool per_layer(const fl_layout_row *row) {
    return fl_weight_get_info(row->slot)->scope == FL_SCOPE_LAYER;
}

/* A run of rows that share a scope, cut to one row when kinds are kept together. */
static size_t run_end(const fl_layout_row *rows, size_t n_rows, size_t from,
                      fl_layout_order order) {
    size_t to = from + 1;
    while (order == FL_ORDER_BY_LAYER && to < n_rows &&
           per_layer(&rows[to]) == per_layer(&rows[from]))
        to++;
    return to;
}

fl_status fl_lay_out(fl_model *model, const fl_layout_row *rows, size_t n_rows,
                     fl_layout_order order, fl_diag *diag) {
    size_t layers = (size_t)model->hparams.num_hidden_layers, most = 0;
    for (size_t i = 0; i < n_rows; i++)
        if (stored(rows[i].slot, &model->hparams))
            most += per_layer(&rows[i]) ? layers : 1;
    model->tensors = calloc(most, sizeof *model->tensors);
    model->tensor_names = calloc(most, NAME_BYTES);
    if (!model->tensors || !model->tensor_names)
        return fl_fail_memory(diag);
    for (size_t from = 0, to; from < n_rows; from = to) {
        to = run_end(rows, n_rows, from, order);
        bool layered = per_layer(&rows[from]);
        fl_status status =
            make_rows(model, rows, from, to, layered ? 0 : -1, layered ? (int32_t)layers : 0, diag);
        if (status != FL_OK)
            return status;
    }
    return fill_slots(model, diag);
}
