/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What the value of an option must look like.
 */
#ifndef FL_CLI_VALUES_H
#define FL_CLI_VALUES_H

#include "cli/args.h"

/* Reads `text` as the option's kind asks; FL_ERR_USAGE says what was found and expected. */
fl_status fl_value_parse(fl_option_value *value, const fl_option_info *info, const char *text,
                         fl_diag *diag);

/* Token ids between commas; *ids is malloc'ed. */
fl_status fl_ids_parse(const char *text, int32_t **ids, size_t *n_ids, fl_diag *diag);

#endif
