/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Parsing the GGUF container. Every count and length is compared with the bytes that are left
 * before anything is allocated or read, products are checked by division, and what is allocated is
 * a small multiple of the header. Duplicates are found by sorting, which no choice of names can
 * slow down.
 */
#include "model/gguf.h"

#include "base/cursor.h"
#include "base/diag.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEADER_BYTES = 24,
    PAIR_BYTES = 13,   /* the shortest pair: an empty key, a type, one byte */
    TENSOR_BYTES = 24, /* the shortest tensor info */
    KEY_LIMIT = 65535,
    NAME_LIMIT = 63,
    ALIGNMENT_LIMIT = 1 << 20,
    SHOWN = 96, /* of a key or a name in a message */
};
static const uint64_t header_limit = 100000000;

static const struct {
    const char *name;
    uint64_t size; /* 0: varies */
} types[] = {
    [FL_GGUF_U8] = {"u8", 1},       [FL_GGUF_I8] = {"i8", 1},     [FL_GGUF_U16] = {"u16", 2},
    [FL_GGUF_I16] = {"i16", 2},     [FL_GGUF_U32] = {"u32", 4},   [FL_GGUF_I32] = {"i32", 4},
    [FL_GGUF_F32] = {"f32", 4},     [FL_GGUF_BOOL] = {"bool", 1}, [FL_GGUF_STRING] = {"string", 0},
    [FL_GGUF_ARRAY] = {"array", 0}, [FL_GGUF_U64] = {"u64", 8},   [FL_GGUF_I64] = {"i64", 8},
    [FL_GGUF_F64] = {"f64", 8},
};

typedef unsigned long long ull; /* for printf */

typedef struct parser {
    fl_cursor in; /* sees at most header_limit bytes */
    uint64_t length;
    fl_diag *diag;
} parser;

const char *fl_gguf_type_name(fl_gguf_type type) {
    return types[type].name;
}

static fl_status ends(const parser *p, const char *what) {
    if (p->length > header_limit)
        return fl_fail(p->diag, FL_ERR_LIMIT, "header is larger than %llu bytes (%s)",
                       (ull)header_limit, what);
    return fl_fail_at(p->diag, FL_ERR_FORMAT, p->length,
                      "truncated: the file ends inside its header, in %s", what);
}

/* Are there `count` things of at least `size` bytes left, as `what` announced at `at`? */
static fl_status demand(const parser *p, uint64_t at, uint64_t count, uint64_t size,
                        const char *what, const char *things) {
    if (count <= fl_cursor_left(&p->in) / size)
        return FL_OK;
    if (count <= (p->length - p->in.at) / size)
        return ends(p, what);
    return fl_fail_at(p->diag, FL_ERR_FORMAT, at,
                      "%s announces %llu %s, but %llu bytes are left (truncated or malformed)",
                      what, (ull)count, things, (ull)fl_cursor_left(&p->in));
}

static fl_status read_string(parser *p, fl_bytes *out, const char *what) {
    uint64_t at = p->in.at;
    uint64_t length = fl_cursor_u64(&p->in);
    fl_status status = p->in.failed ? ends(p, what) : demand(p, at, length, 1, what, "bytes");
    if (status == FL_OK)
        *out = (fl_bytes){fl_cursor_take(&p->in, length), length};
    return status;
}

static fl_status check_bools(const parser *p, const fl_gguf_pair *pair, const char *key) {
    for (uint64_t i = 0; i < pair->value.length; i++)
        if ((uint8_t)pair->value.data[i] > 1)
            return fl_fail_at(p->diag, FL_ERR_FORMAT, pair->offset + i,
                              "%s holds bool %u, expected 0 or 1", key,
                              (uint8_t)pair->value.data[i]);
    return FL_OK;
}

/* Takes `count` values of a fixed-size type. */
static fl_status read_fixed(parser *p, fl_gguf_pair *pair, fl_gguf_type type, uint64_t count,
                            const char *key) {
    char things[32] = "values of ";
    uint64_t size = types[type].size;
    fl_status status = demand(p, pair->offset, count, size, key, strcat(things, types[type].name));
    if (status != FL_OK)
        return status;
    pair->value = (fl_bytes){fl_cursor_take(&p->in, count * size), count * size};
    return type == FL_GGUF_BOOL ? check_bools(p, pair, key) : FL_OK;
}

static fl_status read_strings(parser *p, fl_gguf_pair *pair, const char *key) {
    uint64_t start = p->in.at;
    fl_status status = demand(p, pair->offset, pair->count, 8, key, "strings");
    for (uint64_t i = 0; i < pair->count && status == FL_OK; i++) {
        fl_bytes ignored;
        status = read_string(p, &ignored, key);
    }
    pair->value = (fl_bytes){(const char *)p->in.bytes + start, p->in.at - start};
    return status;
}

static fl_status read_array(parser *p, fl_gguf_pair *pair, const char *key) {
    uint32_t element = fl_cursor_u32(&p->in);
    pair->count = fl_cursor_u64(&p->in);
    if (p->in.failed)
        return ends(p, key);
    if (element >= FL_GGUF_TYPE_COUNT || element == FL_GGUF_ARRAY)
        return fl_fail_at(p->diag, FL_ERR_FORMAT, pair->offset,
                          "%s is an array of type %u%s, expected a plain type up to 12", key,
                          element, element == FL_GGUF_ARRAY ? " (nested array)" : "");
    pair->element = (fl_gguf_type)element;
    if (element == FL_GGUF_STRING)
        return read_strings(p, pair, key);
    return read_fixed(p, pair, pair->element, pair->count, key);
}

static fl_status read_value(parser *p, fl_gguf_pair *pair, const char *key) {
    uint64_t at = p->in.at;
    uint32_t type = fl_cursor_u32(&p->in);
    if (p->in.failed)
        return ends(p, key);
    if (type >= FL_GGUF_TYPE_COUNT)
        return fl_fail_at(p->diag, FL_ERR_FORMAT, at, "%s has value type %u, expected 0 to 12", key,
                          type);
    pair->type = (fl_gguf_type)type;
    pair->count = 1;
    pair->offset = p->in.at;
    if (type == FL_GGUF_STRING)
        return read_string(p, &pair->value, key);
    return type == FL_GGUF_ARRAY ? read_array(p, pair, key)
                                 : read_fixed(p, pair, pair->type, 1, key);
}

static fl_status read_pair(parser *p, fl_gguf_pair *pair) {
    char shown[SHOWN], key[SHOWN + 8];
    uint64_t at = p->in.at;
    fl_status status = read_string(p, &pair->key, "a key");
    if (status != FL_OK)
        return status;
    if (pair->key.length == 0 || pair->key.length > KEY_LIMIT)
        return fl_fail_at(p->diag, FL_ERR_FORMAT, at, "a key has %llu bytes, expected 1 to %d",
                          (ull)pair->key.length, KEY_LIMIT);
    fl_escape_into(shown, sizeof shown, pair->key.data, pair->key.length);
    snprintf(key, sizeof key, "key '%s'", shown);
    return read_value(p, pair, key);
}

/* By key; of equal keys the first in the file comes first. */
static int compare_pairs(const void *a, const void *b) {
    const fl_gguf_pair *x = a, *y = b;
    int order = fl_bytes_compare(&x->key, &y->key);
    return order ? order : (x->offset > y->offset) - (x->offset < y->offset);
}

static fl_status read_pairs(parser *p, fl_gguf *out, uint64_t count) {
    fl_status status = demand(p, 16, count, PAIR_BYTES, "the header", "key/value pairs");
    if (status != FL_OK)
        return status;
    out->pairs = calloc((size_t)count + 1, sizeof *out->pairs);
    if (!out->pairs)
        return fl_fail_memory(p->diag);
    for (; out->n_pairs < count; out->n_pairs++) {
        status = read_pair(p, &out->pairs[out->n_pairs]);
        if (status != FL_OK)
            return status;
    }
    qsort(out->pairs, (size_t)count, sizeof *out->pairs, compare_pairs);
    for (uint64_t i = 1; i < count; i++) {
        const fl_bytes *key = &out->pairs[i].key;
        char shown[SHOWN];
        if (fl_bytes_compare(&out->pairs[i - 1].key, key) == 0)
            return fl_fail_at(p->diag, FL_ERR_FORMAT, out->pairs[i].offset, "duplicate key '%s'",
                              fl_escape_into(shown, sizeof shown, key->data, key->length));
    }
    return FL_OK;
}

static fl_status read_alignment(parser *p, fl_gguf *out) {
    const fl_gguf_pair *pair = fl_gguf_find(out, "general.alignment");
    out->alignment = 32;
    if (!pair)
        return FL_OK;
    if (pair->type != FL_GGUF_U32)
        return fl_gguf_wrong_type(pair, "u32", p->diag);
    fl_cursor value = fl_cursor_over(pair->value.data, pair->value.length);
    uint32_t alignment = fl_cursor_u32(&value);
    if (alignment == 0 || (alignment & (alignment - 1)) || alignment > ALIGNMENT_LIMIT)
        return fl_fail_at(p->diag, FL_ERR_FORMAT, pair->offset,
                          "key 'general.alignment' is %u, expected a power of two up to %d",
                          alignment, ALIGNMENT_LIMIT);
    out->alignment = alignment;
    return FL_OK;
}

static bool printable(const fl_bytes *name) {
    for (uint64_t i = 0; i < name->length; i++)
        if ((uint8_t)name->data[i] < 0x20 || (uint8_t)name->data[i] == 0x7f)
            return false;
    return true;
}

/* Elements and bytes of a tensor, each product below 2^63. */
static fl_status measure(const parser *p, fl_gguf_tensor *tensor, const char *name) {
    uint64_t rows = 1;
    for (uint32_t i = 0; i < 4; i++) {
        if (tensor->dims[i] == 0 || tensor->dims[i] > INT64_MAX)
            return fl_fail_at(p->diag, FL_ERR_FORMAT, tensor->at,
                              "tensor '%s' has dimension %u of %llu, expected 1 to 2^63 - 1", name,
                              i, (ull)tensor->dims[i]);
        if (i && !fl_mul_u64(rows, tensor->dims[i], &rows))
            rows = UINT64_MAX;
    }
    const fl_dtype_info *type = fl_dtype_get_info(tensor->dtype);
    uint64_t elements, row_bytes = fl_dtype_row_bytes(tensor->dtype, tensor->dims[0]);
    if (tensor->dims[0] % type->block_elems)
        return fl_fail_at(
            p->diag, FL_ERR_FORMAT, tensor->at,
            "tensor '%s' has rows of %llu values, expected a multiple of %u for type %s", name,
            (ull)tensor->dims[0], type->block_elems, type->name);
    if (!row_bytes || !fl_mul_u64(row_bytes, rows, &tensor->bytes) || tensor->bytes > INT64_MAX ||
        !fl_mul_u64(tensor->dims[0], rows, &elements) || elements > INT64_MAX)
        return fl_fail_at(p->diag, FL_ERR_FORMAT, tensor->at,
                          "tensor '%s' would take more than 2^63 bytes", name);
    return FL_OK;
}

static fl_status check_offset(const parser *p, const fl_gguf *out, const fl_gguf_tensor *tensor,
                              const char *name) {
    if (tensor->offset % out->alignment)
        return fl_fail_at(p->diag, FL_ERR_FORMAT, tensor->at,
                          "tensor '%s' has offset %llu, expected a multiple of the alignment %llu",
                          name, (ull)tensor->offset, (ull)out->alignment);
    if (tensor->offset > INT64_MAX - header_limit ||
        tensor->bytes > INT64_MAX - header_limit - tensor->offset)
        return fl_fail_at(p->diag, FL_ERR_FORMAT, tensor->at,
                          "tensor '%s' has offset %llu and %llu bytes, which end beyond 2^63", name,
                          (ull)tensor->offset, (ull)tensor->bytes);
    return FL_OK;
}

static fl_status set_dtype(const parser *p, fl_gguf_tensor *tensor, uint32_t id, const char *name) {
    for (int i = 0; i < FL_DTYPE_COUNT; i++) {
        tensor->dtype = (fl_dtype)i;
        if (fl_dtype_get_info(tensor->dtype)->ggml_id == id)
            return FL_OK;
    }
    return fl_fail_at(p->diag, FL_ERR_UNSUPPORTED, tensor->at,
                      "tensor '%s' has type %lld, which is unknown or was removed from ggml", name,
                      (long long)(int32_t)id);
}

static fl_status read_name(parser *p, fl_gguf_tensor *tensor, char *shown, size_t size) {
    tensor->at = p->in.at;
    fl_status status = read_string(p, &tensor->name, "a tensor name");
    if (status != FL_OK)
        return status;
    fl_escape_into(shown, size, tensor->name.data, tensor->name.length);
    if (tensor->name.length == 0 || tensor->name.length > NAME_LIMIT || !printable(&tensor->name))
        return fl_fail_at(p->diag, FL_ERR_FORMAT, tensor->at,
                          "tensor name '%s' has %llu bytes, expected 1 to %d without control "
                          "characters",
                          shown, (ull)tensor->name.length, NAME_LIMIT);
    return FL_OK;
}

static fl_status read_tensor(parser *p, const fl_gguf *out, fl_gguf_tensor *tensor) {
    char name[SHOWN];
    fl_status status = read_name(p, tensor, name, sizeof name);
    if (status != FL_OK)
        return status;
    tensor->n_dims = fl_cursor_u32(&p->in);
    if (!p->in.failed && (tensor->n_dims < 1 || tensor->n_dims > 4))
        return fl_fail_at(p->diag, FL_ERR_FORMAT, tensor->at,
                          "tensor '%s' has %u dimensions, expected 1 to 4", name, tensor->n_dims);
    for (uint32_t i = 0; i < 4; i++)
        tensor->dims[i] = i < tensor->n_dims ? fl_cursor_u64(&p->in) : 1;
    uint32_t type = fl_cursor_u32(&p->in);
    tensor->offset = fl_cursor_u64(&p->in);
    if (p->in.failed)
        return ends(p, "a tensor info");
    status = set_dtype(p, tensor, type, name);
    if (status == FL_OK)
        status = measure(p, tensor, name);
    return status == FL_OK ? check_offset(p, out, tensor, name) : status;
}

static int compare_names(const void *a, const void *b) {
    const fl_gguf_tensor *x = *(const fl_gguf_tensor *const *)a;
    const fl_gguf_tensor *y = *(const fl_gguf_tensor *const *)b;
    int order = fl_bytes_compare(&x->name, &y->name);
    return order ? order : (x->at > y->at) - (x->at < y->at);
}

static int compare_offsets(const void *a, const void *b) {
    const fl_gguf_tensor *x = *(const fl_gguf_tensor *const *)a;
    const fl_gguf_tensor *y = *(const fl_gguf_tensor *const *)b;
    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

/* No name twice, no byte of data in two tensors. */
static fl_status check_distinct(const parser *p, const fl_gguf *out) {
    char a[SHOWN], b[SHOWN];
    fl_status status = FL_OK;
    uint64_t n = out->n_tensors;
    const fl_gguf_tensor **sorted = malloc((size_t)(n + 1) * sizeof *sorted);
    if (!sorted)
        return fl_fail_memory(p->diag);
    for (uint64_t i = 0; i < n; i++)
        sorted[i] = &out->tensors[i];
    qsort(sorted, (size_t)n, sizeof *sorted, compare_names);
    for (uint64_t i = 1; i < n && status == FL_OK; i++)
        if (fl_bytes_compare(&sorted[i - 1]->name, &sorted[i]->name) == 0)
            status = fl_fail_at(
                p->diag, FL_ERR_FORMAT, sorted[i]->at, "duplicate tensor name '%s'",
                fl_escape_into(a, sizeof a, sorted[i]->name.data, sorted[i]->name.length));
    qsort(sorted, (size_t)n, sizeof *sorted, compare_offsets);
    for (uint64_t i = 1; i < n && status == FL_OK; i++)
        if (sorted[i]->offset < sorted[i - 1]->offset + sorted[i - 1]->bytes)
            status = fl_fail_at(
                p->diag, FL_ERR_FORMAT, sorted[i]->at,
                "tensor '%s' overlaps tensor '%s' at offset %llu",
                fl_escape_into(a, sizeof a, sorted[i]->name.data, sorted[i]->name.length),
                fl_escape_into(b, sizeof b, sorted[i - 1]->name.data, sorted[i - 1]->name.length),
                (ull)sorted[i]->offset);
    free(sorted);
    return status;
}

static fl_status read_tensors(parser *p, fl_gguf *out, uint64_t count) {
    fl_status status = demand(p, 8, count, TENSOR_BYTES, "the header", "tensors");
    if (status != FL_OK)
        return status;
    out->tensors = calloc((size_t)count + 1, sizeof *out->tensors);
    if (!out->tensors)
        return fl_fail_memory(p->diag);
    for (; out->n_tensors < count; out->n_tensors++) {
        status = read_tensor(p, out, &out->tensors[out->n_tensors]);
        if (status != FL_OK)
            return status;
    }
    out->header_end = out->data_start = p->in.at;
    if (count) /* both below 2^27: no overflow */
        out->data_start = (p->in.at + out->alignment - 1) / out->alignment * out->alignment;
    return check_distinct(p, out);
}

static fl_status read_header(parser *p, fl_gguf *out, uint64_t *n_tensors, uint64_t *n_pairs) {
    const uint8_t *m = p->in.bytes;
    if (p->length < HEADER_BYTES)
        return fl_fail(p->diag, FL_ERR_FORMAT,
                       "is %llu bytes long, a GGUF header takes at least %d", (ull)p->length,
                       HEADER_BYTES);
    if (memcmp(m, "GGUF", 4) != 0)
        return fl_fail_at(p->diag, FL_ERR_FORMAT, 0,
                          "magic is %02x %02x %02x %02x, expected 47 47 55 46 (GGUF)", m[0], m[1],
                          m[2], m[3]);
    fl_cursor_take(&p->in, 4);
    out->version = fl_cursor_u32(&p->in);
    *n_tensors = fl_cursor_u64(&p->in);
    *n_pairs = fl_cursor_u64(&p->in);
    if (out->version && (out->version & 0xffff) == 0)
        return fl_fail_at(
            p->diag, FL_ERR_UNSUPPORTED, 4,
            "byte-swapped file: version reads 0x%08x, a big-endian GGUF is not supported",
            out->version);
    if (out->version != 2 && out->version != 3)
        return fl_fail_at(p->diag, FL_ERR_UNSUPPORTED, 4,
                          "GGUF version %u is not supported, expected 2 or 3", out->version);
    return FL_OK;
}

fl_status fl_gguf_parse(fl_gguf *out, const void *bytes, uint64_t length, fl_diag *diag) {
    parser p = {.in = fl_cursor_over(bytes, length < header_limit ? length : header_limit),
                .length = length,
                .diag = diag};
    uint64_t n_tensors = 0, n_pairs = 0;
    *out = (fl_gguf){0};
    fl_status status = read_header(&p, out, &n_tensors, &n_pairs);
    if (status == FL_OK)
        status = read_pairs(&p, out, n_pairs);
    if (status == FL_OK)
        status = read_alignment(&p, out);
    return status == FL_OK ? read_tensors(&p, out, n_tensors) : status;
}

void fl_gguf_done(fl_gguf *gguf) {
    free(gguf->pairs);
    free(gguf->tensors);
    *gguf = (fl_gguf){0};
}
