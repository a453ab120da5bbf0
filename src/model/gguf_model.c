/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * A model from a GGUF header: hyperparameters, where each tensor lies, the vocabulary and the texts
 * worth showing.
 */
#include "base/diag.h"
#include "base/text.h"
#include "model/bind.h"
#include "model/gguf_source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned long long ull; /* for printf */

/* The weights of one file, names included, in its order. */
static char *copy_infos(fl_model *model, const fl_gguf_shard *shard, char *name) {
    for (uint64_t i = 0; i < shard->gguf.n_tensors; i++) {
        const fl_gguf_tensor *t = &shard->gguf.tensors[i];
        fl_weight *weight = &model->tensors[model->n_tensors++];
        *weight = (fl_weight){.name = name, .slot = FL_WEIGHT_none, .layer = -1, .dtype = t->dtype};
        memcpy(name, t->name.data, (size_t)t->name.length);
        name[t->name.length] = '\0';
        name += t->name.length + 1;
        weight->n_dims = (int)t->n_dims;
        for (int d = 0; d < FL_MAX_DIMS; d++)
            weight->shape[d] = d < weight->n_dims ? (int64_t)t->dims[weight->n_dims - 1 - d] : 1;
        weight->bytes = t->bytes;
        weight->file = (uint32_t)shard->file;
        weight->offset = shard->gguf.data_start + t->offset;
    }
    return name;
}

static fl_status copy_tensors(fl_model *model, const fl_gguf_shards *shards, fl_diag *diag) {
    size_t n = 0, name_bytes = 0;
    for (size_t s = 0; s < shards->count; s++) {
        const fl_gguf *gguf = &shards->list[s].gguf;
        n += (size_t)gguf->n_tensors;
        for (uint64_t i = 0; i < gguf->n_tensors; i++)
            name_bytes += (size_t)gguf->tensors[i].name.length + 1;
    }
    if (n == 0)
        return FL_OK;
    model->tensors = calloc(n + 1, sizeof *model->tensors);
    model->tensor_names = malloc(name_bytes + 1);
    if (!model->tensors || !model->tensor_names)
        return fl_fail_memory(diag);
    char *name = model->tensor_names;
    for (size_t s = 0; s < shards->count; s++)
        name = copy_infos(model, &shards->list[s], name);
    return FL_OK;
}

/* Is all the data there? A file cut after its header is a plan. */
static void check_data(fl_model *model, const fl_gguf_shards *shards) {
    const fl_gguf_shard *first = &shards->list[0];
    if (model->n_tensors == 0)
        fl_model_set_plan_only(model, "the file holds no tensors, only a vocabulary and settings");
    else if (shards->count == 1 && model->length <= first->gguf.data_start)
        fl_model_set_plan_only(
            model, "the file ends after its header, at byte %llu: the weights are missing",
            (ull)model->length);
    for (size_t i = 0; i < model->n_tensors && fl_model_has_weights(model); i++) {
        const fl_weight *w = &model->tensors[i];
        ull end = w->offset + w->bytes, length = model->files[w->file].length;
        if (end > length && shards->count == 1)
            fl_model_set_plan_only(
                model, "truncated: tensor '%s' takes bytes %llu to %llu, but the file ends at %llu",
                w->name, (ull)w->offset, end, length);
        else if (end > length)
            fl_model_set_plan_only(
                model,
                "truncated: tensor '%s' takes bytes %llu to %llu of %.200s, which ends at %llu",
                w->name, (ull)w->offset, end, model->files[w->file].name, length);
    }
}

static void point_at_data(fl_model *model) {
    if (!fl_model_has_weights(model))
        return;
    for (size_t i = 0; i < model->n_tensors; i++) {
        fl_weight *w = &model->tensors[i];
        w->data = model->files[w->file].bytes + w->offset;
    }
    if (model->tied_head.tied)
        model->tied_head.data = fl_model_weight(model, FL_WEIGHT_token_embd, -1)->data;
}

static char *copy_text(char **to, const fl_bytes *from) {
    char *copy = *to;
    memcpy(copy, from->data, (size_t)from->length);
    copy[from->length] = '\0';
    *to += from->length + 1;
    return copy;
}

/* Keeps every string value, for fl_model_metadata. The pairs are sorted, and so are the copies. */
static fl_status copy_texts(fl_model *model, const fl_gguf *gguf, fl_diag *diag) {
    size_t bytes = 0, n = 0;
    for (uint64_t i = 0; i < gguf->n_pairs; i++)
        if (gguf->pairs[i].type == FL_GGUF_STRING) {
            bytes += (size_t)(gguf->pairs[i].key.length + gguf->pairs[i].value.length + 2);
            n++;
        }
    model->texts = calloc(n + 1, sizeof *model->texts);
    model->text_bytes = malloc(bytes + 1);
    if (!model->texts || !model->text_bytes)
        return fl_fail_memory(diag);
    char *to = model->text_bytes;
    for (uint64_t i = 0; i < gguf->n_pairs; i++)
        if (gguf->pairs[i].type == FL_GGUF_STRING) {
            fl_text_entry *entry = &model->texts[model->n_texts++];
            entry->key = copy_text(&to, &gguf->pairs[i].key);
            entry->value = copy_text(&to, &gguf->pairs[i].value);
        }
    return FL_OK;
}

/* A vocabulary may be smaller than the embedding table, never larger; without tensors it decides.
 */
static fl_status match_vocab(fl_model *model, fl_gguf_source *s) {
    fl_hparams *h = &model->hparams;
    int64_t pieces = (int64_t)model->vocab.n_pieces;
    if (!h->vocab_size)
        h->vocab_size = pieces;
    if (!h->vocab_size)
        return fl_fail(s->diag, FL_ERR_FORMAT,
                       "key '%s' is missing, and there are no tokens to count",
                       fl_gguf_full_key(s, "vocab_size"));
    if (pieces > h->vocab_size)
        return fl_fail(
            s->diag, FL_ERR_FORMAT,
            "key 'tokenizer.ggml.tokens' has %lld pieces, but the model's vocabulary is %lld",
            (long long)pieces, (long long)h->vocab_size);
    return FL_OK;
}

/* What a file without tensors would hold: the weights its keys imply, in the type they name. */
static fl_status imply_tensors(fl_model *model, fl_gguf_source *s) {
    static const fl_layout_row rows[] = {
#define FL_WEIGHT(id, scope, out, in, feature, gguf, hf) {FL_WEIGHT_##id, gguf},
#include <footlight/weights.def>
    };
    int64_t file_type = 1; /* of general.file_type: 0 F32, 1 F16, 32 BF16; others are mixtures */
    fl_status status = fl_gguf_get_int(s->gguf, "general.file_type", false, &file_type, s->diag);
    if (status == FL_OK)
        status = fl_hparams_check(&model->hparams, s->diag);
    if (status != FL_OK)
        return status;
    model->hparams.dtype = file_type == 0    ? FL_DTYPE_F32
                           : file_type == 32 ? FL_DTYPE_BF16
                                             : FL_DTYPE_F16;
    return fl_lay_out(model, rows, sizeof rows / sizeof *rows, FL_ORDER_BY_LAYER, s->diag);
}

/* Tensors to weights, with the file's own spelling in what the checks say. */
static fl_status bind(fl_model *model, fl_gguf_source *s) {
    bool implied = model->n_tensors == 0;
    fl_status status = implied ? FL_OK : fl_bind(model, s->diag);
    if (status == FL_OK)
        status = match_vocab(model, s);
    if (status == FL_OK && implied)
        status = imply_tensors(model, s);
    if (status != FL_OK)
        fl_gguf_respell(s);
    return status;
}

/* The vocabulary of any architecture. */
static fl_status build_vocab(fl_model *model, const fl_gguf *gguf, fl_diag *diag) {
    fl_status status = copy_texts(model, gguf, diag);
    if (status == FL_OK)
        status = fl_gguf_read_vocab(model, gguf, diag);
    fl_model_set_plan_only(model, "it was opened for its vocabulary alone");
    return status;
}

static fl_status build(fl_model *model, const fl_gguf_shards *shards, fl_diag *diag) {
    const fl_gguf *gguf = &shards->list[0].gguf;
    fl_gguf_source s = {.model = model, .gguf = gguf, .diag = diag};
    fl_status status = fl_gguf_read_hparams(&s, &model->hparams);
    if (status == FL_OK)
        status = copy_texts(model, gguf, diag);
    if (status == FL_OK)
        status = fl_gguf_read_vocab(model, gguf, diag);
    if (status == FL_OK)
        status = copy_tensors(model, shards, diag);
    if (status != FL_OK)
        return status;
    snprintf(model->container, sizeof model->container,
             "GGUF version %u, alignment %llu, %zu file%s", gguf->version,
             (unsigned long long)gguf->alignment, shards->count, shards->count == 1 ? "" : "s");
    check_data(model, shards);
    status = bind(model, &s);
    if (status == FL_OK)
        point_at_data(model);
    return status;
}

static fl_guess probe(const uint8_t *bytes, uint64_t length, const char *name) {
    if (length >= 4 && memcmp(bytes, "GGUF", 4) == 0)
        return FL_GUESS_SURE;
    return fl_name_ends(name, ".gguf") ? FL_GUESS_NAME : FL_GUESS_NO;
}

static fl_status read_gguf(fl_model *model, fl_diag *diag) {
    fl_gguf_shards shards;
    fl_status status = fl_gguf_open_shards(&shards, model, diag);
    if (status == FL_OK)
        status = model->vocab_only ? build_vocab(model, &shards.list[0].gguf, diag)
                                   : build(model, &shards, diag);
    fl_gguf_close_shards(&shards);
    return status;
}

const fl_reader fl_reader_gguf = {"gguf", probe, read_gguf};
