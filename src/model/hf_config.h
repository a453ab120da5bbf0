/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Typed look-ups in a config.json, shared by hf_config.c and hf_rope.c. A key that is absent or
 * null leaves *out as it is, and is an error if `required`; a value of another type is always an
 * error.
 */
#ifndef FL_MODEL_HF_CONFIG_H
#define FL_MODEL_HF_CONFIG_H

#include "model/reader.h"

#include <jansson.h>

fl_status fl_config_number(const json_t *object, const char *key, bool required, double *out,
                           fl_diag *diag);
fl_status fl_config_integer(const json_t *object, const char *key, bool required, int64_t *out,
                            fl_diag *diag);
fl_status fl_config_word(const json_t *object, const char *key, char *out, size_t size,
                         fl_diag *diag);

/* rope_theta and rope_scaling, or the rope_parameters that newer files write for both. */
fl_status fl_config_rope(const json_t *config, fl_hparams *hparams, fl_diag *diag);

#endif
