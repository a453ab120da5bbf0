/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What a model's files hold besides its configuration: how the tensors are stored, the template of
 * a chat (shown, never run), and what is unusual.
 */
#ifndef FL_CLI_INFO_STORED_H
#define FL_CLI_INFO_STORED_H

#include "base/text.h"

#include <footlight/model.h>

/* Paragraphs after the configuration table, each with an empty line before it. */
void fl_stored_text(const fl_model *model, int width, fl_buffer *out);
/* Members of a JSON object, each with a comma before it. */
void fl_stored_json(const fl_model *model, bool ascii, fl_buffer *out);

/* Every tensor as a table and as a JSON array. False: out of memory. */
bool fl_tensors_table(const fl_model *model, int width, fl_buffer *out);
void fl_tensors_json(const fl_model *model, bool ascii, fl_buffer *out);

#endif
