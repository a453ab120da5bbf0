/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The configuration of a model as a table and as JSON; the JSON is also part of a trace's run line.
 */
#ifndef FL_CLI_INFO_H
#define FL_CLI_INFO_H

#include "base/text.h"

#include <footlight/model.h>

/* One JSON object without a line feed. `tokenizer` describes one that lies beside the model, or is
 * NULL; `stored`: with what info_stored.h adds. */
void fl_info_json(const fl_model *model, const char *tokenizer, bool stored, bool ascii,
                  fl_buffer *out);
/* False: out of memory. */
bool fl_info_table(const fl_model *model, const char *tokenizer, int width, fl_buffer *out);
/* The transformer block with its shapes. */
void fl_info_diagram(const fl_model *model, fl_buffer *out);

#endif
