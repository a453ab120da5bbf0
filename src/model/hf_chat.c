/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The template of a chat that lies in a Hugging Face folder: a file of its own, or a key of
 * tokenizer_config.json. It is only kept to be shown; a model runs without it, so what is wrong
 * with it is a note.
 */
#include "base/diag.h"
#include "base/text.h"
#include "model/hf_config.h"

#include <stdlib.h>
#include <string.h>

enum { TEMPLATE_LIMIT = 1 << 20 };

static const char template_file[] = "chat_template.jinja";
static const char settings_file[] = "tokenizer_config.json";

static fl_status keep(fl_model *model, const char *text, size_t length, fl_diag *diag) {
    model->texts = calloc(1, sizeof *model->texts);
    model->text_bytes = malloc(length + 1);
    if (!model->texts || !model->text_bytes)
        return fl_fail_memory(diag);
    memcpy(model->text_bytes, text, length);
    model->text_bytes[length] = '\0';
    model->texts[0] = (fl_text_entry){"tokenizer.chat_template", model->text_bytes};
    model->n_texts = 1;
    return FL_OK;
}

static fl_status keep_file(fl_model *model, const fl_file *file, fl_diag *diag) {
    if (file->length > TEMPLATE_LIMIT)
        return fl_fail(diag, FL_ERR_LIMIT, "is a template of %llu bytes, expected at most %d",
                       (unsigned long long)file->length, TEMPLATE_LIMIT);
    return keep(model, (const char *)file->bytes, (size_t)file->length, diag);
}

/* A template, or a list of named ones of which the one called default counts. */
static const json_t *choose(const json_t *value) {
    const json_t *chosen = json_object_get(json_array_get(value, 0), "template");
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *row = json_array_get(value, i);
        const char *name = json_string_value(json_object_get(row, "name"));
        if (name && strcmp(name, "default") == 0)
            chosen = json_object_get(row, "template");
    }
    return json_is_array(value) ? chosen : value;
}

static fl_status keep_setting(fl_model *model, const fl_file *file, fl_diag *diag) {
    json_t *root = NULL;
    fl_status status = fl_config_parse(file, &root, diag);
    const json_t *value = choose(fl_config_get(root, "chat_template"));
    if (status == FL_OK && value && !json_is_string(value))
        status = fl_config_wrong_type("chat_template", value, "a string", diag);
    else if (status == FL_OK && value)
        status = keep(model, json_string_value(value), json_string_length(value), diag);
    json_decref(root);
    return status;
}

void fl_hf_chat_template(fl_model *model) {
    const bool own = fl_model_has_beside(model, template_file);
    const char *name = own ? template_file : settings_file;
    fl_diag diag = {0};
    size_t file;
    if (!fl_model_has_beside(model, name))
        return;
    fl_status status = fl_model_open_beside(model, name, &file, &diag);
    if (status == FL_OK)
        status = own ? keep_file(model, &model->files[file], &diag)
                     : keep_setting(model, &model->files[file], &diag);
    if (status != FL_OK)
        fl_model_add_note(model, "%s, for a chat template: %s", name, diag.message);
}
