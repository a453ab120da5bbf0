/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * A config.json: parsing and typed look-ups (hf_json.c), the hyperparameters (hf_config.c) and
 * their rope scaling (hf_rope.c). A key that is absent or null leaves *out as it is, and is an
 * error if `required`; a value of another type is always an error.
 */
#ifndef FL_MODEL_HF_CONFIG_H
#define FL_MODEL_HF_CONFIG_H

#include "model/reader.h"

#include <jansson.h>

/* An object, of bounded depth and size. Free with json_decref, also after a failure. */
fl_status fl_config_parse(const fl_file *file, json_t **root, fl_diag *diag);
/* A value that is there and not null, or NULL. */
const json_t *fl_config_get(const json_t *object, const char *key);
fl_status fl_config_wrong_type(const char *key, const json_t *value, const char *expected,
                               fl_diag *diag);
fl_status fl_config_number(const json_t *object, const char *key, bool required, double *out,
                           fl_diag *diag);
fl_status fl_config_integer(const json_t *object, const char *key, bool required, int64_t *out,
                            fl_diag *diag);
fl_status fl_config_bool(const json_t *object, const char *key, bool *out, fl_diag *diag);
/* A text, escaped into `out`. */
fl_status fl_config_word(const json_t *object, const char *key, char *out, size_t size,
                         fl_diag *diag);

/* rope_theta and rope_scaling, or the rope_parameters that newer files write for both. */
fl_status fl_config_rope(const json_t *config, fl_hparams *hparams, fl_diag *diag);

/* All of it: checked hyperparameters. */
fl_status fl_config_read(const fl_file *file, fl_hparams *hparams, fl_diag *diag);
/* Keeps the template of a chat that lies beside the model's files, if there is one. */
void fl_hf_chat_template(fl_model *model);

#endif
