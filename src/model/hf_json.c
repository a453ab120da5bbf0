/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
#include "model/hf_config.h"

#include "base/diag.h"
#include "base/json_scan.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

/* A tree of values takes many times the bytes it is written in: no configuration is nearly so long,
 * and none has so many objects and lists. */
enum { CONFIG_LIMIT = 1 << 20, CONTAINERS_LIMIT = 4096 };

static const char *type_name(const json_t *value) {
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "a list";
    case JSON_STRING:
        return "a string";
    case JSON_INTEGER:
    case JSON_REAL:
        return "a number";
    case JSON_NULL:
        return "null";
    default:
        return "true or false";
    }
}

fl_status fl_config_wrong_type(const char *key, const json_t *value, const char *expected,
                               fl_diag *diag) {
    return fl_fail(diag, FL_ERR_FORMAT, "key '%s' is %s, expected %s", key, type_name(value),
                   expected);
}

const json_t *fl_config_get(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    return json_is_null(value) ? NULL : value;
}

fl_status fl_config_number(const json_t *object, const char *key, bool required, double *out,
                           fl_diag *diag) {
    const json_t *value = fl_config_get(object, key);
    if (!value)
        return required ? fl_fail(diag, FL_ERR_FORMAT, "key '%s' is missing", key) : FL_OK;
    if (!json_is_number(value))
        return fl_config_wrong_type(key, value, "a number", diag);
    *out = json_number_value(value);
    return FL_OK;
}

fl_status fl_config_integer(const json_t *object, const char *key, bool required, int64_t *out,
                            fl_diag *diag) {
    double number = (double)*out;
    fl_status status = fl_config_number(object, key, required, &number, diag);
    if (status != FL_OK || !fl_config_get(object, key))
        return status;
    if (number != floor(number) || fabs(number) > 0x1p53)
        return fl_fail(diag, FL_ERR_FORMAT, "key '%s' is %g, expected an integer", key, number);
    *out = (int64_t)number;
    return FL_OK;
}

fl_status fl_config_bool(const json_t *object, const char *key, bool *out, fl_diag *diag) {
    const json_t *value = fl_config_get(object, key);
    if (!value)
        return FL_OK;
    if (!json_is_boolean(value))
        return fl_config_wrong_type(key, value, "true or false", diag);
    *out = json_is_true(value);
    return FL_OK;
}

fl_status fl_config_word(const json_t *object, const char *key, char *out, size_t size,
                         fl_diag *diag) {
    const json_t *value = fl_config_get(object, key);
    if (!value)
        return FL_OK;
    if (!json_is_string(value))
        return fl_config_wrong_type(key, value, "a string", diag);
    fl_escape_into(out, size, json_string_value(value), json_string_length(value));
    return FL_OK;
}

/* The line of a byte. */
static int64_t line_of(const fl_file *file, uint64_t at) {
    int64_t line = 1;
    for (uint64_t i = 0; i < at && i < file->length; i++)
        line += file->bytes[i] == '\n';
    return line;
}

/* jansson would take any depth and any number of values up to its own limits, and calls every fault
 * near the same few words: what it is given has been looked over before. */
static fl_status look_over(const fl_file *file, fl_diag *diag) {
    fl_diag found = {0};
    fl_scan scan = {
        .text = (const char *)file->bytes, .length = (size_t)file->length, .diag = &found};
    fl_status status = fl_scan_skip(&scan);
    if (status == FL_OK)
        status = fl_scan_end(&scan, " \t\r\n");
    if (status != FL_OK)
        return fl_fail_line(diag, status, line_of(file, scan.at), "%s%s",
                            status == FL_ERR_FORMAT ? "is not valid " : "", found.message);
    if (scan.containers > CONTAINERS_LIMIT)
        return fl_fail(diag, FL_ERR_LIMIT, "holds %zu objects and lists, expected at most %d",
                       scan.containers, CONTAINERS_LIMIT);
    return FL_OK;
}

/* Out of memory is often told as an error of syntax, of which this text has none. */
static bool is_memory(const json_error_t *error) {
    const enum json_error_code code = json_error_code(error);
    return !error->text[0] || code == json_error_unknown || code == json_error_out_of_memory ||
           code == json_error_invalid_syntax;
}

fl_status fl_config_parse(const fl_file *file, json_t **root, fl_diag *diag) {
    json_error_t error;
    char shown[160];
    *root = NULL;
    if (file->length > CONFIG_LIMIT)
        return fl_fail(diag, FL_ERR_LIMIT, "is a JSON file of %llu bytes, expected at most %d",
                       (unsigned long long)file->length, CONFIG_LIMIT);
    fl_status status = look_over(file, diag);
    if (status != FL_OK)
        return status;
    *root =
        json_loadb((const char *)file->bytes, (size_t)file->length, JSON_REJECT_DUPLICATES, &error);
    if (!*root && is_memory(&error))
        return fl_fail_memory(diag);
    if (!*root)
        return fl_fail_line(diag, FL_ERR_FORMAT, error.line, "is not valid JSON: %s",
                            fl_escape_into(shown, sizeof shown, error.text, strlen(error.text)));
    if (!json_is_object(*root))
        return fl_fail(diag, FL_ERR_FORMAT, "holds %s, expected a configuration object",
                       type_name(*root));
    return FL_OK;
}
