/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Opening and closing a model: finds the bytes (a file or something bundled), asks each reader
 * whether they are its own, and lets the surest one read. Also the plain accessors.
 */
#include "base/diag.h"
#include "base/text.h"
#include "model/bundle.h"
#include "model/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const fl_reader *const readers[] = {
    &fl_reader_gguf,
    &fl_reader_llama2c,
    &fl_reader_config,
};

bool fl_name_ends(const char *name, const char *ending) {
    size_t n = strlen(name), m = strlen(ending);
    return n >= m && strcmp(name + n - m, ending) == 0;
}

void fl_model_set_plan_only(fl_model *model, const char *format, ...) {
    va_list args;
    if (model->why_no_weights[0])
        return;
    va_start(args, format);
    vsnprintf(model->why_no_weights, sizeof model->why_no_weights, format, args);
    va_end(args);
}

static const fl_reader *choose(const fl_model *model) {
    const fl_reader *best = NULL;
    fl_guess surest = FL_GUESS_NO;
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        fl_guess guess = readers[i]->probe(model->bytes, model->length, model->name);
        if (guess > surest) {
            surest = guess;
            best = readers[i];
        }
    }
    return best;
}

/* Formats people have that no reader takes, so that the message can say more than "unknown". */
static const char *known_stranger(const fl_model *model) {
    const uint8_t *b = model->bytes;
    if (fl_name_ends(model->name, ".safetensors"))
        return "a safetensors file, which this version does not read";
    if (model->length >= 4 && memcmp(b, "PK\3\4", 4) == 0)
        return "a zip archive (a PyTorch checkpoint?), which footlight does not read";
    if (model->length >= 4 && (memcmp(b, "ggjt", 4) == 0 || memcmp(b, "tjgg", 4) == 0 ||
                               memcmp(b, "lmgg", 4) == 0 || memcmp(b, "fmgg", 4) == 0))
        return "a ggml file from before GGUF, which footlight does not read";
    return NULL;
}

static fl_status refuse(const fl_model *model, fl_diag *diag) {
    const char *what = known_stranger(model);
    const uint8_t *b = model->bytes;
    if (model->length == 0)
        return fl_fail(diag, FL_ERR_FORMAT, "is empty, expected a model file");
    if (what)
        return fl_fail(diag, FL_ERR_UNSUPPORTED, "is %s", what);
    if (model->length < 4)
        return fl_fail(diag, FL_ERR_FORMAT, "is %llu bytes long, expected a model file",
                       (unsigned long long)model->length);
    return fl_fail_at(
        diag, FL_ERR_FORMAT, 0,
        "begins with bytes %02x %02x %02x %02x, expected a GGUF file (47 47 55 46), a "
        "llama2.c checkpoint or a config.json",
        b[0], b[1], b[2], b[3]);
}

static fl_status read_model(fl_model *model, fl_diag *diag) {
    const fl_reader *reader = model->length && !known_stranger(model) ? choose(model) : NULL;
    if (!reader)
        return refuse(model, diag);
    model->format = reader->format;
    return reader->read(model, diag);
}

/* Owns `map` from here on, whatever happens. */
static fl_status open_map(fl_model **out, const char *name, fl_map map, const void *bytes,
                          uint64_t length, fl_diag *diag) {
    size_t size = strlen(name) + 1;
    fl_status status = FL_OK;
    fl_model *model = calloc(1, sizeof *model);
    *out = NULL;
    if (!model) {
        fl_map_close(&map);
        return fl_fail_memory(diag);
    }
    model->map = map;
    model->bytes = bytes;
    model->length = length;
    model->name = malloc(size);
    if (!model->name)
        status = fl_fail_memory(diag);
    else
        memcpy(model->name, name, size);
    if (status == FL_OK)
        status = read_model(model, diag);
    if (status != FL_OK)
        fl_model_close(&model);
    *out = model;
    return status;
}

fl_status fl_model_open_bytes(fl_model **out, const char *name, const void *bytes, uint64_t length,
                              fl_diag *diag) {
    fl_diag_init(diag, name);
    return open_map(out, name, (fl_map){0}, bytes, length, diag);
}

/* A bare word that is no bundled name should be a file; if not, say both. */
static fl_status refuse_name(const char *name, fl_diag *diag) {
    fl_diag_init(diag, name);
    return fl_fail(diag, FL_ERR_IO,
                   "%sis neither a file nor a bundled name (footlight info --list shows those)",
                   *name ? "" : "the empty name ");
}

fl_status fl_model_open(fl_model **out, const char *name, fl_diag *diag) {
    bool is_path = strchr(name, '/') != NULL;
    fl_bytes bundled;
    fl_map map;
    *out = NULL;
    if (!is_path && fl_bundled_find(name, &bundled))
        return fl_model_open_bytes(out, name, bundled.data, bundled.length, diag);
    if (!is_path && !fl_path_exists(name))
        return refuse_name(name, diag);
    fl_status status = fl_map_open(&map, name, diag);
    return status == FL_OK ? open_map(out, name, map, map.bytes, map.length, diag) : status;
}

void fl_model_close(fl_model **model) {
    fl_model *m = model ? *model : NULL;
    if (!m)
        return;
    fl_map_close(&m->map);
    free(m->name);
    free(m->tensors);
    free(m->tensor_names);
    free(m->slots);
    free(m->pieces);
    free(m->merges);
    free(m->texts);
    free(m->text_bytes);
    free(m);
    *model = NULL;
}

const fl_hparams *fl_model_hparams(const fl_model *model) {
    return &model->hparams;
}

const char *fl_model_name(const fl_model *model) {
    return model->name;
}

const char *fl_model_format(const fl_model *model) {
    return model->format;
}

bool fl_model_has_weights(const fl_model *model) {
    return model->why_no_weights[0] == '\0';
}

const char *fl_model_why_no_weights(const fl_model *model) {
    return fl_model_has_weights(model) ? NULL : model->why_no_weights;
}

size_t fl_model_tensor_count(const fl_model *model) {
    return model->n_tensors;
}

const fl_weight *fl_model_tensor(const fl_model *model, size_t index) {
    return index < model->n_tensors ? &model->tensors[index] : NULL;
}

const fl_vocab *fl_model_vocab(const fl_model *model) {
    return model->vocab.kind ? &model->vocab : NULL;
}

uint64_t fl_model_weight_bytes(const fl_model *model) {
    return model->weight_bytes;
}

static int compare_text(const void *key, const void *element) {
    return strcmp(key, ((const fl_text_entry *)element)->key);
}

const char *fl_model_metadata(const fl_model *model, const char *key) {
    if (!model->n_texts)
        return NULL;
    const fl_text_entry *entry =
        bsearch(key, model->texts, model->n_texts, sizeof *model->texts, compare_text);
    return entry ? entry->value : NULL;
}
