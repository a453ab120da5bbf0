/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Typed look-ups in the pairs of a GGUF header. Files write the same key as u32, u64 or i32, so
 * every integer type serves where an integer is meant; nothing else is converted.
 */
#include "base/cursor.h"
#include "base/diag.h"
#include "base/text.h"
#include "model/gguf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int fl_bytes_compare(const fl_bytes *a, const fl_bytes *b) {
    uint64_t shorter = a->length < b->length ? a->length : b->length;
    int order = memcmp(a->data, b->data, (size_t)shorter);
    return order ? order : (a->length > b->length) - (a->length < b->length);
}

int fl_gguf_compare_key(const void *key, const void *element) {
    return fl_bytes_compare(key, &((const fl_gguf_pair *)element)->key);
}

const fl_gguf_pair *fl_gguf_find(const fl_gguf *gguf, const char *key) {
    fl_bytes wanted = {key, strlen(key)};
    return bsearch(&wanted, gguf->pairs, (size_t)gguf->n_pairs, sizeof *gguf->pairs,
                   fl_gguf_compare_key);
}

fl_status fl_gguf_wrong_type(const fl_gguf_pair *pair, const char *expected, fl_diag *diag) {
    char key[96];
    bool array = pair->type == FL_GGUF_ARRAY;
    fl_escape_into(key, sizeof key, pair->key.data, pair->key.length);
    return fl_fail_at(diag, FL_ERR_FORMAT, pair->offset, "key '%s' has type %s%s, expected %s", key,
                      array ? "array of " : "",
                      fl_gguf_type_name(array ? pair->element : pair->type), expected);
}

/* *out is NULL if the key is missing and not required. */
static fl_status find(const fl_gguf *gguf, const char *key, bool required, const fl_gguf_pair **out,
                      fl_diag *diag) {
    *out = fl_gguf_find(gguf, key);
    if (*out || !required)
        return FL_OK;
    return fl_fail(diag, FL_ERR_FORMAT, "key '%s' is missing", key);
}

/* Takes one integer; false if the type is none or the value does not fit. */
static bool take_int(fl_cursor *in, fl_gguf_type type, int64_t *out) {
    uint64_t u;
    switch (type) {
    case FL_GGUF_U8:
        *out = fl_cursor_u8(in);
        return true;
    case FL_GGUF_I8:
        *out = (int8_t)fl_cursor_u8(in);
        return true;
    case FL_GGUF_U16:
        *out = fl_cursor_u16(in);
        return true;
    case FL_GGUF_I16:
        *out = (int16_t)fl_cursor_u16(in);
        return true;
    case FL_GGUF_U32:
        *out = fl_cursor_u32(in);
        return true;
    case FL_GGUF_I32:
        *out = (int32_t)fl_cursor_u32(in);
        return true;
    case FL_GGUF_I64:
        *out = (int64_t)fl_cursor_u64(in);
        return true;
    case FL_GGUF_U64:
        u = fl_cursor_u64(in);
        *out = u > INT64_MAX ? INT64_MAX : (int64_t)u;
        return true;
    default:
        return false;
    }
}

fl_status fl_gguf_get_int(const fl_gguf *gguf, const char *key, bool required, int64_t *out,
                          fl_diag *diag) {
    return fl_gguf_get_ints(gguf, key, required, 0, out, diag);
}

/* Is what a pair holds as many integers as are asked for? */
static fl_status check_ints(const fl_gguf_pair *pair, const char *key, int64_t layers,
                            fl_diag *diag) {
    bool array = pair->type == FL_GGUF_ARRAY;
    int64_t ignored;
    fl_cursor in = fl_cursor_over(pair->value.data, pair->value.length);
    if ((array && !layers) || !take_int(&in, array ? pair->element : pair->type, &ignored))
        return fl_gguf_wrong_type(pair, "an integer", diag);
    if (array && pair->count != (uint64_t)layers)
        return fl_fail_at(diag, FL_ERR_FORMAT, pair->offset,
                          "key '%s' has %llu values, expected one for each of %lld layers", key,
                          (unsigned long long)pair->count, (long long)layers);
    return FL_OK;
}

fl_status fl_gguf_get_ints(const fl_gguf *gguf, const char *key, bool required, int64_t layers,
                           int64_t *out, fl_diag *diag) {
    const fl_gguf_pair *pair;
    fl_status status = find(gguf, key, required, &pair, diag);
    if (status == FL_OK && pair)
        status = check_ints(pair, key, layers, diag);
    if (status != FL_OK || !pair)
        return status;
    fl_gguf_type type = pair->type == FL_GGUF_ARRAY ? pair->element : pair->type;
    fl_cursor in = fl_cursor_over(pair->value.data, pair->value.length);
    int64_t value = 0, other = 0;
    take_int(&in, type, &value);
    for (uint64_t i = 1; i < pair->count; i++) {
        take_int(&in, type, &other);
        if (other != value)
            return fl_fail_at(
                diag, FL_ERR_UNSUPPORTED, pair->offset,
                "key '%s' differs between layers (%lld and %lld), which is not supported", key,
                (long long)value, (long long)other);
    }
    *out = value;
    return FL_OK;
}

/* Takes one number of any type. */
static bool take_number(fl_cursor *in, fl_gguf_type type, double *out) {
    int64_t integer = 0;
    if (type == FL_GGUF_F32)
        *out = (double)fl_cursor_f32(in);
    else if (type == FL_GGUF_F64)
        *out = fl_cursor_f64(in);
    else if (type == FL_GGUF_BOOL)
        *out = fl_cursor_u8(in);
    else if (take_int(in, type, &integer))
        *out = (double)integer;
    else
        return false;
    return true;
}

fl_status fl_gguf_get_other(const fl_gguf *gguf, const char *key, double neutral, bool zero,
                            double *out, fl_diag *diag) {
    const fl_gguf_pair *pair = fl_gguf_find(gguf, key);
    for (uint64_t i = 0; pair && i < pair->count; i++) {
        fl_gguf_type type = pair->type == FL_GGUF_ARRAY ? pair->element : pair->type;
        uint64_t size = pair->value.length / pair->count;
        fl_cursor in = fl_cursor_over(pair->value.data + i * size, size);
        double value;
        if (!take_number(&in, type, &value))
            return fl_gguf_wrong_type(pair, "a number", diag);
        if (value != neutral && !(zero && value == 0)) {
            *out = value;
            break;
        }
    }
    return FL_OK;
}

/* A float as the decimal its writer meant: 1e-05, not 9.99999974737875e-06. Rounds to the same
 * float. */
static double shortest(float value) {
    char digits[32];
    for (int precision = 6; precision < 9; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, (double)value);
        if (strtof(digits, NULL) == value)
            return strtod(digits, NULL);
    }
    return (double)value;
}

fl_status fl_gguf_get_float(const fl_gguf *gguf, const char *key, bool required, double *out,
                            fl_diag *diag) {
    const fl_gguf_pair *pair;
    fl_status status = find(gguf, key, required, &pair, diag);
    if (status != FL_OK || !pair)
        return status;
    fl_cursor in = fl_cursor_over(pair->value.data, pair->value.length);
    if (pair->type == FL_GGUF_F32)
        *out = shortest(fl_cursor_f32(&in));
    else if (pair->type == FL_GGUF_F64)
        *out = fl_cursor_f64(&in);
    else
        return fl_gguf_wrong_type(pair, "f32", diag);
    return FL_OK;
}

fl_status fl_gguf_get_bool(const fl_gguf *gguf, const char *key, bool *out, fl_diag *diag) {
    const fl_gguf_pair *pair = fl_gguf_find(gguf, key);
    if (!pair)
        return FL_OK;
    if (pair->type != FL_GGUF_BOOL)
        return fl_gguf_wrong_type(pair, "bool", diag);
    *out = pair->value.data[0] != 0;
    return FL_OK;
}

fl_status fl_gguf_get_string(const fl_gguf *gguf, const char *key, bool required, fl_bytes *out,
                             fl_diag *diag) {
    const fl_gguf_pair *pair;
    fl_status status = find(gguf, key, required, &pair, diag);
    if (status != FL_OK || !pair)
        return status;
    if (pair->type != FL_GGUF_STRING)
        return fl_gguf_wrong_type(pair, "string", diag);
    *out = pair->value;
    return FL_OK;
}

fl_status fl_gguf_get_array(const fl_gguf *gguf, const char *key, fl_gguf_type element,
                            const fl_gguf_pair **out, fl_diag *diag) {
    *out = fl_gguf_find(gguf, key);
    if (!*out || ((*out)->type == FL_GGUF_ARRAY && (*out)->element == element))
        return FL_OK;
    char expected[32] = "array of ";
    strcat(expected, fl_gguf_type_name(element));
    return fl_gguf_wrong_type(*out, expected, diag);
}
