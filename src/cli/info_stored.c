/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
#include "cli/info_stored.h"

#include "cli/table.h"
#include "sinks/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { TEMPLATE_SHOWN = 600 };

static const char template_key[] = "tokenizer.chat_template";

/* How many tensors there are of a type, and their bytes. */
typedef struct mix {
    size_t tensors;
    uint64_t bytes;
} mix;

static void find_mix(const fl_model *model, mix types[FL_DTYPE_COUNT]) {
    for (size_t i = 0; i < fl_model_tensor_count(model); i++) {
        const fl_weight *weight = fl_model_tensor(model, i);
        types[weight->dtype].tensors++;
        types[weight->dtype].bytes += weight->bytes;
    }
}

/* ---- as text ---- */

static void mix_text(const fl_model *model, int width, fl_buffer *out) {
    mix types[FL_DTYPE_COUNT] = {{0}};
    fl_buffer line = {0};
    char bytes[32];
    find_mix(model, types);
    fl_buffer_puts(&line, fl_model_has_weights(model) ? "Stored as" : "To be stored as");
    const char *between = " ";
    for (int type = 0; type < FL_DTYPE_COUNT; type++) {
        if (!types[type].tensors)
            continue;
        fl_buffer_printf(&line, "%s%s (%zu tensor%s, %s)", between,
                         fl_dtype_get_info((fl_dtype)type)->name, types[type].tensors,
                         types[type].tensors == 1 ? "" : "s",
                         fl_human_bytes(bytes, sizeof bytes, (double)types[type].bytes));
        between = ", ";
    }
    fl_buffer_puts(out, "\n");
    fl_wrap(out, line.data ? line.data : "", 0, width);
    fl_buffer_done(&line);
}

static void template_text(const char *text, fl_buffer *out) {
    const size_t length = strlen(text);
    size_t shown = length < TEMPLATE_SHOWN ? length : TEMPLATE_SHOWN;
    char digits[32];
    while (shown && shown < length && ((unsigned char)text[shown] & 0xc0) == 0x80)
        shown--;
    fl_buffer_printf(out, "\nChat template, shown and never run (%s bytes%s):\n",
                     fl_group_digits(digits, sizeof digits, (int64_t)length),
                     shown < length ? ", cut here" : "");
    fl_escape(out, text, shown, FL_ESCAPE_TEXT);
    fl_buffer_puts(out, shown < length ? "…\n" : "\n");
}

void fl_stored_text(const fl_model *model, int width, fl_buffer *out) {
    const char *template = fl_model_metadata(model, template_key);
    const char *notes = fl_model_notes(model), *end;
    mix_text(model, width, out);
    if (template)
        template_text(template, out);
    if (*notes)
        fl_buffer_puts(out, "\n");
    for (; *notes; notes = end + 1) {
        fl_buffer line = {0};
        end = strchr(notes, '\n');
        fl_buffer_add(&line, notes, (size_t)(end - notes));
        fl_wrap(out, line.data ? line.data : "", 0, width);
        fl_buffer_done(&line);
    }
}

/* ---- as JSON ---- */

static void mix_json(const fl_model *model, fl_buffer *out) {
    mix types[FL_DTYPE_COUNT] = {{0}};
    const char *between = "";
    find_mix(model, types);
    fl_buffer_puts(out, ",\"tensor_types\":{");
    for (int type = 0; type < FL_DTYPE_COUNT; type++) {
        if (!types[type].tensors)
            continue;
        fl_buffer_printf(out, "%s\"%s\":{\"tensors\":%zu,\"bytes\":%" PRIu64 "}", between,
                         fl_dtype_get_info((fl_dtype)type)->name, types[type].tensors,
                         types[type].bytes);
        between = ",";
    }
    fl_buffer_puts(out, "}");
}

void fl_stored_json(const fl_model *model, bool ascii, fl_buffer *out) {
    const char *notes = fl_model_notes(model);
    mix_json(model, out);
    fl_buffer_puts(out, ",\"chat_template\":");
    fl_json_text(out, fl_model_metadata(model, template_key), ascii);
    fl_buffer_puts(out, ",\"notes\":");
    fl_json_text(out, *notes ? notes : NULL, ascii);
}

/* ---- tensor by tensor ---- */

static const char *shape_text(const fl_weight *w, char *out, size_t size) {
    size_t used = (size_t)snprintf(out, size, "[");
    for (int i = 0; i < w->n_dims && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%lld", i ? ", " : "",
                                 (long long)w->shape[i]);
    if (used < size)
        snprintf(out + used, size - used, "]");
    return out;
}

/* The name of the file that holds a tensor, without its folder. */
static const char *file_of(const fl_model *model, const fl_weight *w) {
    const char *path = fl_model_file(model, w->file), *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Do the tensors lie in more than one file? */
static bool in_several_files(const fl_model *model) {
    for (size_t i = 1; i < fl_model_tensor_count(model); i++)
        if (fl_model_tensor(model, i)->file != fl_model_tensor(model, 0)->file)
            return true;
    return false;
}

static void tensor_row(fl_table *table, const fl_model *model, const fl_weight *w, bool files) {
    char text[256];
    fl_table_row(table);
    fl_table_cell(table, 0, "%s", fl_escape_into(text, sizeof text, w->name, strlen(w->name)));
    fl_table_cell(table, 1, "%s", shape_text(w, text, sizeof text));
    fl_table_cell(table, 2, "%s", fl_dtype_get_info(w->dtype)->name);
    fl_table_cell(table, 3, "%" PRIu64, w->bytes);
    if (fl_model_has_weights(model))
        fl_table_cell(table, 4, "%" PRIu64, w->offset);
    fl_table_cell(table, 5, "%s",
                  w->slot == FL_WEIGHT_none ? "–" : fl_weight_get_info(w->slot)->id);
    if (!files)
        return;
    const char *file = file_of(model, w);
    fl_table_cell(table, 6, "%s", fl_escape_into(text, sizeof text, file, strlen(file)));
}

bool fl_tensors_table(const fl_model *model, int width, fl_buffer *out) {
    static const fl_column columns[] = {
        {"tensor", false, 0}, {"shape", false, 0},   {"type", false, 0}, {"bytes", true, 1},
        {"at byte", true, 2}, {"used as", false, 3}, {"file", false, 4}};
    const bool files = in_several_files(model);
    fl_table *table = fl_table_new(columns, files ? 7 : 6);
    if (!table)
        return false;
    for (size_t i = 0; i < fl_model_tensor_count(model); i++)
        tensor_row(table, model, fl_model_tensor(model, i), files);
    bool done = fl_table_text(table, width, out);
    fl_buffer_printf(out, "%zu tensors\n", fl_model_tensor_count(model));
    fl_table_free(table);
    return done;
}

void fl_tensors_json(const fl_model *model, bool ascii, fl_buffer *out) {
    for (size_t i = 0; i < fl_model_tensor_count(model); i++) {
        const fl_weight *w = fl_model_tensor(model, i);
        char shape[128];
        fl_buffer_puts(out, i ? ",{\"name\":" : "[{\"name\":");
        fl_json_text(out, w->name, ascii);
        fl_buffer_printf(out, ",\"shape\":%s,\"dtype\":\"%s\",\"bytes\":%" PRIu64 ",\"offset\":",
                         shape_text(w, shape, sizeof shape), fl_dtype_get_info(w->dtype)->name,
                         w->bytes);
        if (fl_model_has_weights(model)) {
            fl_buffer_printf(out, "%" PRIu64 ",\"file\":", w->offset);
            fl_json_text(out, file_of(model, w), ascii);
            fl_buffer_puts(out, "}");
        } else {
            fl_buffer_puts(out, "null,\"file\":null}");
        }
    }
    fl_buffer_puts(out, fl_model_tensor_count(model) ? "]\n" : "[]\n");
}
