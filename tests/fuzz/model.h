/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What every fuzz target of a model reader does with what was opened: looks at all of it.
 */
#ifndef FL_TESTS_FUZZ_MODEL_H
#define FL_TESTS_FUZZ_MODEL_H

#include "model/reader.h"

#include <stdlib.h>
#include <string.h>

/* A sum over bytes, so that reading them cannot be left out. */
static inline unsigned fuzz_sum(const void *bytes, uint64_t length) {
    unsigned sum = 0;
    for (uint64_t i = 0; i < length; i++)
        sum += ((const uint8_t *)bytes)[i];
    return sum;
}

static inline unsigned fuzz_look(const fl_model *model) {
    unsigned sum = 0;
    const fl_vocab *vocab = fl_model_vocab(model);
    for (size_t i = 0; i < fl_model_tensor_count(model); i++) {
        const fl_weight *weight = fl_model_tensor(model, i);
        sum += (unsigned)strlen(weight->name);
        if (weight->data)
            sum += fuzz_sum(weight->data, weight->bytes);
    }
    for (size_t i = 0; vocab && i < vocab->n_pieces; i++)
        sum += fuzz_sum(vocab->pieces[i].text, vocab->pieces[i].length);
    for (size_t i = 0; vocab && i < vocab->n_merges; i++)
        sum += fuzz_sum(vocab->merges[i].text, vocab->merges[i].length);
    return sum + (fl_model_metadata(model, "general.name") != NULL);
}

/* A model that runs has every weight its hyperparameters ask for, with data. */
static inline void fuzz_check(const fl_model *model) {
    const fl_hparams *h = fl_model_hparams(model);
    for (int id = 0; id < FL_WEIGHT_COUNT; id++) {
        fl_weight_slot slot = (fl_weight_slot)id;
        bool layered = fl_weight_get_info(slot)->scope == FL_SCOPE_LAYER;
        const fl_weight *weight =
            fl_model_weight(model, slot, layered ? (int32_t)h->num_hidden_layers - 1 : -1);
        if (fl_weight_exists(slot, h) != (weight != NULL) ||
            (weight && (weight->data != NULL) != fl_model_has_weights(model)))
            abort();
    }
}

/* Opens the first of the files, with the others beside it, and looks at what comes of it. */
static inline int fuzz_files(const fl_file *files, size_t n) {
    fl_model *model = NULL;
    fl_diag diag;
    fl_status status = fl_model_open_files(&model, files, n, &diag);
    if ((status == FL_OK) != (model != NULL) || (status != FL_OK && !diag.message[0]))
        abort();
    if (model) {
        fuzz_check(model);
        volatile unsigned seen = fuzz_look(model); /* the look must happen */
        (void)seen;
    }
    fl_model_close(&model);
    return 0;
}

static inline int fuzz_model(const char *name, const uint8_t *data, size_t size) {
    fl_file file = {name, data, size};
    return fuzz_files(&file, 1);
}

#endif
