/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Opening either kind of file, and the tensors of a safetensors file in execution order.
 */
#include "compare/dump.h"

#include "base/cursor.h"
#include "base/diag.h"

#include <stdlib.h>
#include <string.h>

/* ---- what a file says of its run ---- */

/* Keys of the run line; as metadata all values are strings, those marked hold JSON. */
static const struct {
    const char *name;
    bool json;
} keys[] = {{"footlight", true}, {"model", true},         {"isa", false},      {"exact", true},
            {"threads", true},   {"rope_pairing", false}, {"qk_order", false}, {"kv_dtype", false},
            {"prompt", false},   {"patches", true},       {"engine", false},   {"dtype", false}};

static fl_status read_metadata(fl_dump *dump, fl_diag *diag) {
    dump->run = json_object();
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *text = fl_safetensors_note_of(&dump->file, keys[i].name);
        json_t *value = NULL;
        if (text && keys[i].json) /* what cannot be read says nothing */
            value = json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
        else if (text && strcmp(text, "null") != 0) /* of a run that was given ids */
            value = json_string(text);
        if (value)
            json_object_set_new(dump->run, keys[i].name, value);
    }
    return dump->run ? FL_OK : fl_fail_memory(diag);
}

bool fl_dump_is_own(const fl_dump *dump) {
    return json_object_get(dump->run, "footlight") != NULL;
}

int64_t fl_dump_model_number(const fl_dump *dump, const char *key) {
    json_int_t value =
        json_integer_value(json_object_get(json_object_get(dump->run, "model"), key));
    return value > 0 && value <= INT32_MAX ? value : 0;
}

const char *fl_dump_word(const fl_dump *dump, const char *key) {
    return json_string_value(json_object_get(dump->run, key));
}

const char *fl_dump_model_word(const fl_dump *dump, const char *key) {
    return json_string_value(json_object_get(json_object_get(dump->run, "model"), key));
}

/* ---- tensors ---- */

static int32_t count_layers(const fl_dump *dump) {
    int32_t most = (int32_t)fl_dump_model_number(dump, "num_hidden_layers");
    for (size_t i = 0; i < dump->file.n_tensors && !fl_dump_is_own(dump); i++) {
        int32_t layers = fl_layers_of_name(dump->file.tensors[i].name);
        most = layers > most ? layers : most;
    }
    return most;
}

static fl_status open_tensors(fl_dump *dump, fl_diag *diag) {
    fl_status status = fl_safetensors_read(&dump->file, dump->map.bytes, dump->map.length, diag);
    if (status == FL_OK)
        status = read_metadata(dump, diag);
    if (status == FL_OK)
        dump->n_layers = count_layers(dump);
    return status;
}

static int by_place(const void *a, const void *b) {
    const fl_stored *x = a, *y = b;
    int order = fl_place_order(&x->where.place, &y->where.place);
    if (order == 0)
        order = (x->where.head > y->where.head) - (x->where.head < y->where.head);
    if (order == 0) /* the first of the file stays the first */
        order = (x->tensor > y->tensor) - (x->tensor < y->tensor);
    return order;
}

/* The same stage under two names: the first one counts. */
static void drop_doubles(fl_dump *dump) {
    size_t n = 0;
    for (size_t i = 0; i < dump->n_stored; i++) {
        const fl_stored *s = &dump->stored[i], *before = n ? &dump->stored[n - 1] : NULL;
        if (before && fl_place_order(&before->where.place, &s->where.place) == 0 &&
            (before->where.head == s->where.head || before->where.head < 0))
            dump->strange[dump->n_strange++] = s->tensor->name;
        else
            dump->stored[n++] = *s;
    }
    dump->n_stored = n;
}

fl_status fl_dump_index(fl_dump *dump, fl_diag *diag) {
    const size_t n = dump->file.n_tensors;
    if (dump->kind == FL_DUMP_TRACE)
        return FL_OK;
    dump->stored = calloc(n + 1, sizeof *dump->stored);
    dump->strange = calloc(n + 1, sizeof *dump->strange);
    if (!dump->stored || !dump->strange)
        return fl_fail_memory(diag);
    for (size_t i = 0; i < n; i++) {
        const fl_stored_tensor *tensor = &dump->file.tensors[i];
        fl_stored *stored = &dump->stored[dump->n_stored];
        stored->tensor = tensor;
        if (fl_place_of_name(tensor->name, dump->n_layers, &stored->where))
            dump->n_stored++;
        else
            dump->strange[dump->n_strange++] = tensor->name;
    }
    qsort(dump->stored, dump->n_stored, sizeof *dump->stored, by_place);
    drop_doubles(dump);
    return FL_OK;
}

const fl_stored *fl_dump_find(const fl_dump *dump, const fl_place *place) {
    size_t low = 0, high = dump->n_stored;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (fl_place_order(&dump->stored[middle].where.place, place) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    const bool found =
        low < dump->n_stored && fl_place_order(&dump->stored[low].where.place, place) == 0;
    return found ? &dump->stored[low] : NULL;
}

static fl_status next_tensors(fl_dump *dump, fl_item *item) {
    if (dump->next == dump->n_stored)
        return FL_DONE;
    *item = (fl_item){.stored = &dump->stored[dump->next], .n = 1};
    item->place = item->stored->where.place;
    while (dump->next + item->n < dump->n_stored &&
           fl_place_order(&item->place, &item->stored[item->n].where.place) == 0)
        item->n++;
    dump->next += item->n;
    return FL_OK;
}

/* ---- either ---- */

/* A trace is text that begins with a brace. A safetensors file may, by chance, but then its ninth
 * byte is one too, and the length before that fits the file. */
static fl_status find_kind(fl_dump *dump, fl_diag *diag) {
    const uint64_t length = dump->map.length;
    fl_cursor cursor = fl_cursor_over(dump->map.bytes, length);
    const uint64_t header = fl_cursor_u64(&cursor);
    const bool brace = fl_cursor_u8(&cursor) == '{';
    if (length == 0)
        return fl_fail(diag, FL_ERR_FORMAT, "is empty, expected a trace or a tensor file");
    const bool text = dump->map.bytes[0] == '{' && !(brace && header <= length - 8);
    if (!text && !brace)
        return fl_fail(diag, FL_ERR_FORMAT,
                       "is neither a trace (JSON lines) nor a tensor file (safetensors)");
    dump->kind = text ? FL_DUMP_TRACE : FL_DUMP_TENSORS;
    return FL_OK;
}

static fl_status open_mapped(fl_dump *dump, fl_diag *diag) {
    fl_status status = find_kind(dump, diag);
    if (status != FL_OK)
        return status;
    return dump->kind == FL_DUMP_TRACE ? fl_trace_open(dump, diag) : open_tensors(dump, diag);
}

fl_status fl_dump_open(fl_dump *dump, const char *path, fl_diag *diag) {
    *dump = (fl_dump){.path = path};
    fl_status status = fl_map_open(&dump->map, path, diag);
    return status == FL_OK ? open_mapped(dump, diag) : status;
}

fl_status fl_dump_read(fl_dump *dump, const void *bytes, uint64_t length, fl_diag *diag) {
    *dump = (fl_dump){.path = NULL, .map = {bytes, length}};
    return open_mapped(dump, diag);
}

void fl_dump_close(fl_dump *dump) {
    fl_trace_close(dump);
    fl_safetensors_done(&dump->file);
    json_decref(dump->run);
    free(dump->stored);
    free(dump->strange);
    if (dump->path)
        fl_map_close(&dump->map);
    *dump = (fl_dump){0};
}

fl_status fl_dump_next(fl_dump *dump, fl_item *item, fl_diag *diag) {
    return dump->kind == FL_DUMP_TRACE ? fl_trace_next(dump, item, diag) : next_tensors(dump, item);
}
