/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
#include "model/safetensors.h"

#include "base/cursor.h"
#include "base/diag.h"
#include "base/json_scan.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_HEADER = 100000000, SHOWN = 80 };

static const struct type {
    const char *name;
    uint64_t bits;
    fl_dtype dtype;
} types[] = {
    {"F64", 64, FL_DTYPE_F64},         {"F32", 32, FL_DTYPE_F32},
    {"F16", 16, FL_DTYPE_F16},         {"BF16", 16, FL_DTYPE_BF16},
    {"I64", 64, FL_DTYPE_I64},         {"I32", 32, FL_DTYPE_I32},
    {"I16", 16, FL_DTYPE_I16},         {"I8", 8, FL_DTYPE_I8},
    {"U64", 64, FL_DTYPE_none},        {"U32", 32, FL_DTYPE_none},
    {"U16", 16, FL_DTYPE_none},        {"U8", 8, FL_DTYPE_none},
    {"BOOL", 8, FL_DTYPE_none},        {"F8_E4M3", 8, FL_DTYPE_none},
    {"F8_E5M2", 8, FL_DTYPE_none},     {"F8_E8M0", 8, FL_DTYPE_none},
    {"F8_E4M3FNUZ", 8, FL_DTYPE_none}, {"F8_E5M2FNUZ", 8, FL_DTYPE_none},
    {"F6_E2M3", 6, FL_DTYPE_none},     {"F6_E3M2", 6, FL_DTYPE_none},
    {"F4", 4, FL_DTYPE_none},          {"C64", 64, FL_DTYPE_none},
};

typedef struct reader {
    fl_safetensors *file;
    fl_scan scan;
    uint64_t data, length; /* where the data begin; the file's length */
    size_t tensor_room, note_room;
    bool notes_seen;
} reader;

/* Makes room for one more element. */
static fl_status grow(const reader *r, void **array, size_t n, size_t *room, size_t size) {
    if (n < *room)
        return FL_OK;
    size_t wanted = *room ? *room * 2 : 16;
    void *larger = realloc(*array, wanted * size);
    if (!larger)
        return fl_fail_memory(r->scan.diag);
    *array = larger;
    *room = wanted;
    return FL_OK;
}

static const char *show(char out[SHOWN], const char *text) {
    return fl_escape_into(out, SHOWN, text, strlen(text));
}

/* ---- one tensor ---- */

static fl_status read_type(reader *r, fl_stored_tensor *tensor, uint64_t *bits) {
    char name[SHOWN], type[SHOWN];
    const char *text;
    char *room = r->scan.room;
    fl_status status = fl_scan_string(&r->scan, &text);
    if (status != FL_OK)
        return status;
    r->scan.room = room; /* the table has the word */
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(text, types[i].name) == 0) {
            tensor->type = types[i].name;
            tensor->dtype = types[i].dtype;
            *bits = types[i].bits;
            return FL_OK;
        }
    return fl_fail_at(r->scan.diag, FL_ERR_FORMAT, r->scan.base + r->scan.at,
                      "tensor '%s' has the dtype '%s', expected one that safetensors has (F32, "
                      "F16, BF16, F64, ...)",
                      show(name, tensor->name), show(type, text));
}

static fl_status read_shape(reader *r, fl_stored_tensor *tensor) {
    char name[SHOWN];
    fl_status status = fl_scan_expect(&r->scan, '[', "a list of dimensions");
    bool more = status == FL_OK && !fl_scan_take(&r->scan, ']');
    while (status == FL_OK && more) {
        uint64_t dim;
        if (tensor->n_dims == FL_SAFETENSORS_DIMS)
            return fl_fail_at(r->scan.diag, FL_ERR_LIMIT, r->scan.base + r->scan.at,
                              "tensor '%s' has more than %d dimensions, expected at most that",
                              show(name, tensor->name), FL_SAFETENSORS_DIMS);
        status = fl_scan_count(&r->scan, INT64_MAX, &dim);
        tensor->shape[tensor->n_dims++] = (int64_t)dim;
        if (status == FL_OK)
            status = fl_scan_next(&r->scan, ']', &more);
    }
    return status;
}

/* Leaves begin in `offset` and end in `bytes`, both counted from the first byte of the data. */
static fl_status read_offsets(reader *r, fl_stored_tensor *tensor) {
    fl_status status = fl_scan_expect(&r->scan, '[', "a list of two offsets");
    if (status == FL_OK)
        status = fl_scan_count(&r->scan, UINT64_MAX, &tensor->offset);
    if (status == FL_OK)
        status = fl_scan_expect(&r->scan, ',', "a comma and a second offset");
    if (status == FL_OK)
        status = fl_scan_count(&r->scan, UINT64_MAX, &tensor->bytes);
    return status == FL_OK ? fl_scan_expect(&r->scan, ']', "] after two offsets") : status;
}

static bool size_of(const fl_stored_tensor *tensor, uint64_t bits, uint64_t *out) {
    uint64_t size = bits;
    for (int i = 0; i < tensor->n_dims; i++)
        if (!fl_mul_u64(size, (uint64_t)tensor->shape[i], &size))
            return false;
    *out = size / 8;
    return size % 8 == 0;
}

/* From [begin, end) to a place in the file that holds what the shape asks for. */
static fl_status place(reader *r, fl_stored_tensor *tensor, uint64_t bits) {
    char name[SHOWN];
    uint64_t begin = tensor->offset, end = tensor->bytes, size = 0, room = r->length - r->data;
    if (begin > end || end > room)
        return fl_fail(r->scan.diag, FL_ERR_FORMAT,
                       "tensor '%s' has data_offsets [%" PRIu64 ", %" PRIu64
                       "], expected them in order and within the %" PRIu64 " bytes of data",
                       show(name, tensor->name), begin, end, room);
    if (!size_of(tensor, bits, &size))
        return fl_fail(r->scan.diag, FL_ERR_FORMAT,
                       "tensor '%s' has a shape whose size in bytes is no 64-bit number",
                       show(name, tensor->name));
    if (end - begin != size)
        return fl_fail(r->scan.diag, FL_ERR_FORMAT,
                       "tensor '%s' has %" PRIu64 " bytes of data, expected %" PRIu64
                       " for its shape and dtype %s",
                       show(name, tensor->name), end - begin, size, tensor->type);
    tensor->offset = r->data + begin;
    tensor->bytes = size;
    return FL_OK;
}

enum { SEEN_TYPE = 1, SEEN_SHAPE = 2, SEEN_OFFSETS = 4, SEEN_ALL = 7 };

static fl_status read_field(reader *r, fl_stored_tensor *tensor, uint64_t *bits, unsigned *seen) {
    static const char *const keys[] = {"dtype", "shape", "data_offsets"};
    char name[SHOWN], shown[SHOWN];
    const char *key;
    char *room = r->scan.room;
    fl_status status = fl_scan_key(&r->scan, &key);
    if (status != FL_OK)
        return status;
    r->scan.room = room;
    unsigned which = 0;
    while (which < 3 && strcmp(key, keys[which]) != 0)
        which++;
    if (which == 3 || *seen & 1u << which)
        return fl_fail_at(r->scan.diag, FL_ERR_FORMAT, r->scan.base + r->scan.at,
                          "tensor '%s' has the key '%s'%s, expected dtype, shape and data_offsets",
                          show(name, tensor->name), show(shown, key), which == 3 ? "" : " twice");
    *seen |= 1u << which;
    return which == 0   ? read_type(r, tensor, bits)
           : which == 1 ? read_shape(r, tensor)
                        : read_offsets(r, tensor);
}

static fl_status read_tensor(reader *r, const char *key) {
    char name[SHOWN];
    unsigned seen = 0;
    uint64_t bits = 0;
    void *tensors = r->file->tensors;
    fl_status status =
        grow(r, &tensors, r->file->n_tensors, &r->tensor_room, sizeof *r->file->tensors);
    r->file->tensors = tensors;
    if (status != FL_OK)
        return status;
    fl_stored_tensor *tensor = &r->file->tensors[r->file->n_tensors];
    *tensor = (fl_stored_tensor){.name = key, .shape = {1, 1, 1, 1, 1, 1, 1, 1}};
    status = fl_scan_expect(&r->scan, '{', "a tensor's object");
    for (bool more = true; status == FL_OK && more;) {
        status = read_field(r, tensor, &bits, &seen);
        if (status == FL_OK)
            status = fl_scan_next(&r->scan, '}', &more);
    }
    if (status == FL_OK && seen != SEEN_ALL)
        return fl_fail_at(r->scan.diag, FL_ERR_FORMAT, r->scan.base + r->scan.at,
                          "tensor '%s' has no %s", show(name, key),
                          !(seen & SEEN_TYPE)    ? "dtype"
                          : !(seen & SEEN_SHAPE) ? "shape"
                                                 : "data_offsets");
    r->file->n_tensors += status == FL_OK;
    return status == FL_OK ? place(r, tensor, bits) : status;
}

/* ---- __metadata__ ---- */

static fl_status read_note(reader *r) {
    void *notes = r->file->notes;
    fl_status status = grow(r, &notes, r->file->n_notes, &r->note_room, sizeof *r->file->notes);
    r->file->notes = notes;
    if (status != FL_OK)
        return status;
    struct fl_safetensors_note *note = &r->file->notes[r->file->n_notes];
    status = fl_scan_key(&r->scan, &note->key);
    if (status == FL_OK)
        status = fl_scan_string(&r->scan, &note->value);
    r->file->n_notes += status == FL_OK;
    return status;
}

static int compare_keys(const void *a, const void *b) {
    const struct fl_safetensors_note *x = a, *y = b;
    return strcmp(x->key, y->key);
}

static fl_status refuse_twin_notes(const reader *r) {
    const fl_safetensors *file = r->file;
    char key[SHOWN];
    if (file->n_notes)
        qsort(file->notes, file->n_notes, sizeof *file->notes, compare_keys);
    for (size_t i = 1; i < file->n_notes; i++)
        if (compare_keys(&file->notes[i - 1], &file->notes[i]) == 0)
            return fl_fail_at(r->scan.diag, FL_ERR_FORMAT, r->scan.base + r->scan.at,
                              "has '%s' twice in __metadata__, expected it once",
                              show(key, file->notes[i].key));
    return FL_OK;
}

static fl_status read_notes(reader *r) {
    if (r->notes_seen)
        return fl_fail_at(r->scan.diag, FL_ERR_FORMAT, r->scan.base + r->scan.at,
                          "has __metadata__ twice, expected it once");
    r->notes_seen = true;
    fl_status status = fl_scan_expect(&r->scan, '{', "an object of strings");
    bool more = status == FL_OK && !fl_scan_take(&r->scan, '}');
    while (status == FL_OK && more) {
        status = read_note(r);
        if (status == FL_OK)
            status = fl_scan_next(&r->scan, '}', &more);
    }
    return status == FL_OK ? refuse_twin_notes(r) : status;
}

/* ---- all of it ---- */

static fl_status read_header(reader *r) {
    const char *key;
    bool more;
    fl_status status = r->scan.text[0] == '{' ? FL_OK : fl_scan_fail(&r->scan, "{");
    r->scan.at += status == FL_OK;
    more = status == FL_OK && !fl_scan_take(&r->scan, '}');
    while (status == FL_OK && more) {
        status = fl_scan_key(&r->scan, &key);
        if (status == FL_OK)
            status = strcmp(key, "__metadata__") == 0 ? read_notes(r) : read_tensor(r, key);
        if (status == FL_OK)
            status = fl_scan_next(&r->scan, '}', &more);
    }
    return status == FL_OK ? fl_scan_end(&r->scan, " ") : status;
}

static int compare_names(const void *a, const void *b) {
    const fl_stored_tensor *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static int compare_places(const void *a, const void *b) {
    const fl_stored_tensor *x = a, *y = b;
    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    return (x->bytes > y->bytes) - (x->bytes < y->bytes);
}

static fl_status refuse_twins(const fl_safetensors *file, fl_diag *diag) {
    char name[SHOWN];
    if (file->n_tensors)
        qsort(file->tensors, file->n_tensors, sizeof *file->tensors, compare_names);
    for (size_t i = 1; i < file->n_tensors; i++)
        if (compare_names(&file->tensors[i - 1], &file->tensors[i]) == 0)
            return fl_fail(diag, FL_ERR_FORMAT, "has tensor '%s' twice, expected it once",
                           show(name, file->tensors[i].name));
    return FL_OK;
}

/* Each tensor begins where the one before it ends, and the last ends with the file. */
static fl_status check_cover(const reader *r) {
    char name[SHOWN];
    uint64_t at = r->data;
    const fl_safetensors *file = r->file;
    if (file->n_tensors)
        qsort(file->tensors, file->n_tensors, sizeof *file->tensors, compare_places);
    for (size_t i = 0; i < file->n_tensors; i++) {
        const fl_stored_tensor *tensor = &file->tensors[i];
        if (tensor->offset != at)
            return fl_fail_at(r->scan.diag, FL_ERR_FORMAT, tensor->offset,
                              "tensor '%s' begins %s the one before it ends, expected no %s",
                              show(name, tensor->name), tensor->offset < at ? "before" : "after",
                              tensor->offset < at ? "overlap" : "hole");
        at += tensor->bytes;
    }
    if (at != r->length)
        return fl_fail_at(r->scan.diag, FL_ERR_FORMAT, at,
                          "has %" PRIu64 " bytes after the last tensor, expected none",
                          r->length - at);
    return FL_OK;
}

static fl_status check_length(uint64_t header, uint64_t length, fl_diag *diag) {
    if (header == 0 || header > LONGEST_HEADER)
        return fl_fail_at(diag, header ? FL_ERR_LIMIT : FL_ERR_FORMAT, 0,
                          "says that its header has %" PRIu64 " bytes, expected 1 to %d", header,
                          LONGEST_HEADER);
    if (header > length - 8)
        return fl_fail_at(diag, FL_ERR_FORMAT, 0,
                          "is cut off: its header should have %" PRIu64 " bytes, but only %" PRIu64
                          " follow",
                          header, length - 8);
    return FL_OK;
}

fl_status fl_safetensors_read(fl_safetensors *out, const void *bytes, uint64_t length,
                              fl_diag *diag) {
    *out = (fl_safetensors){0};
    if (length < 8)
        return fl_fail(diag, FL_ERR_FORMAT,
                       "is %" PRIu64 " bytes long, expected a safetensors file of at least 8",
                       length);
    fl_cursor in = fl_cursor_over(bytes, length);
    uint64_t header = fl_cursor_u64(&in);
    fl_status status = check_length(header, length, diag);
    if (status != FL_OK)
        return status;
    out->names = malloc((size_t)header);
    if (!out->names)
        return fl_fail_memory(diag);
    reader r = {.file = out, .data = 8 + header, .length = length};
    r.scan = (fl_scan){.text = (const char *)bytes + 8,
                       .length = (size_t)header,
                       .base = 8,
                       .room = out->names,
                       .diag = diag};
    status = read_header(&r);
    if (status == FL_OK)
        status = refuse_twins(out, diag);
    return status == FL_OK ? check_cover(&r) : status;
}

void fl_safetensors_done(fl_safetensors *file) {
    free(file->tensors);
    free(file->notes);
    free(file->names);
    *file = (fl_safetensors){0};
}

const fl_stored_tensor *fl_safetensors_find(const fl_safetensors *file, const char *name) {
    for (size_t i = 0; i < file->n_tensors; i++)
        if (strcmp(file->tensors[i].name, name) == 0)
            return &file->tensors[i];
    return NULL;
}

const char *fl_safetensors_note_of(const fl_safetensors *file, const char *key) {
    for (size_t i = 0; i < file->n_notes; i++)
        if (strcmp(file->notes[i].key, key) == 0)
            return file->notes[i].value;
    return NULL;
}
