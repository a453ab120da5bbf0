/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * A GGUF file of the llama family with any shape, any storage type that can be read, seeded weights
 * and a vocabulary made up for it. Sizes can be a real model's; the text it generates is not.
 */
#ifndef FL_TESTS_RANDOM_MODEL_H
#define FL_TESTS_RANDOM_MODEL_H

#include <footlight/hparams.h>

/* How the matrices are stored. A mix has a better type for what matters most to it; elsewhere
 * `better` is `type`. */
typedef struct random_storage {
    const char *name;
    fl_dtype type, better;
    uint32_t file_type; /* llama.cpp's number for such a file */
} random_storage;

/* The row after `index` rows, NULL behind the last; and by name in any case, NULL if there is none.
 */
const random_storage *random_storage_at(int index);
const random_storage *random_storage_find(const char *name);

typedef struct random_model {
    fl_hparams shape;
    const random_storage *storage;
    uint64_t seed;
} random_model;

/* Draws the weights while it writes, so a file of any size takes little memory. FL_ERR_USAGE: no
 * such model can be, or not in that storage. */
fl_status random_model_write(const random_model *model, const char *path, fl_diag *diag);

#endif
