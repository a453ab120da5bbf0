/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The configuration of a model as a table and as JSON; the JSON is also part of a trace's run line.
 */
#ifndef FL_CLI_INFO_H
#define FL_CLI_INFO_H

#include "base/text.h"

#include <footlight/model.h>

/* What is known of the model's tokenizer; nothing of one that it does not have. */
typedef struct fl_tokenizer_told {
    const char *summary; /* fl_tokenizer_summary */
    const char *trouble; /* why it cannot be used */
} fl_tokenizer_told;

/* One JSON object without a line feed. `tokenizer` NULL: what the model's own vocabulary says of
 * itself; `stored`: with what info_stored.h adds. */
void fl_info_json(const fl_model *model, const fl_tokenizer_told *tokenizer, bool stored,
                  bool ascii, fl_buffer *out);
/* False: out of memory. */
bool fl_info_table(const fl_model *model, const fl_tokenizer_told *tokenizer, int width,
                   fl_buffer *out);
/* The transformer block with its shapes. */
void fl_info_diagram(const fl_model *model, fl_buffer *out);

#endif
