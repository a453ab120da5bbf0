/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Reading a trace, line by line: the run, then one record per event.
 *
 * Records of one stage stand together, its heads in order, and stages come in execution order;
 * anything else is refused, so that two traces can be read side by side without keeping them.
 */
#include "compare/dump.h"

#include "base/diag.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A line holds three values at each end, five best pieces and, for the prompt, its ids. */
#define LONGEST_LINE UINT64_C(67108864)

/* ---- lines ---- */

/* Cuts the next line that is not blank; FL_DONE at the end. */
static fl_status next_line(fl_dump *dump, const char **line, size_t *length, fl_diag *diag) {
    do {
        if (dump->at == dump->map.length)
            return FL_DONE;
        const char *from = (const char *)dump->map.bytes + dump->at;
        const uint64_t left = dump->map.length - dump->at;
        const char *end = memchr(from, '\n', (size_t)left);
        const uint64_t size = end ? (uint64_t)(end - from) : left;
        dump->line++;
        if (size > LONGEST_LINE)
            return fl_fail_line(diag, FL_ERR_LIMIT, dump->line,
                                "a line of %llu bytes, expected at most %llu",
                                (unsigned long long)size, (unsigned long long)LONGEST_LINE);
        if (!end) /* every record ends its line */
            return fl_fail_line(diag, FL_ERR_FORMAT, dump->line,
                                "the last line has no end, the file was cut short");
        dump->at += size + 1;
        *line = from;
        *length = (size_t)size;
    } while (strspn(*line, " \t\r") >= *length);
    return FL_OK;
}

static fl_status parse_line(fl_dump *dump, json_t **out, fl_diag *diag) {
    const char *line = NULL;
    size_t length = 0;
    json_error_t error;
    char shown[2 * JSON_ERROR_TEXT_LENGTH];
    *out = NULL;
    fl_status status = next_line(dump, &line, &length, diag);
    if (status != FL_OK)
        return status;
    *out = json_loadb(line, length, JSON_REJECT_DUPLICATES, &error);
    if (json_is_object(*out))
        return FL_OK;
    if (*out) {
        json_decref(*out);
        *out = NULL;
        return fl_fail_line(diag, FL_ERR_FORMAT, dump->line, "expected a JSON object");
    }
    if (!error.text[0] || json_error_code(&error) == json_error_out_of_memory)
        return fl_fail_memory(diag);
    fl_escape_into(shown, sizeof shown, error.text, strlen(error.text));
    return fl_fail_line(diag, FL_ERR_FORMAT, dump->line, "is no JSON: %s", shown);
}

/* ---- the run ---- */

static fl_status check_run(const fl_dump *dump, fl_diag *diag) {
    const json_t *version = json_object_get(dump->run, "footlight");
    if (!version)
        return fl_fail_line(diag, FL_ERR_FORMAT, dump->line,
                            "key 'footlight' is missing, expected the run line of a trace");
    if (!json_is_integer(version) || json_integer_value(version) != 1) {
        char *text = json_dumps(version, JSON_ENCODE_ANY), shown[64];
        fl_fail_line(diag, FL_ERR_UNSUPPORTED, dump->line, "version %s of a trace, expected 1",
                     text ? fl_escape_into(shown, sizeof shown, text, strlen(text)) : "?");
        free(text);
        return FL_ERR_UNSUPPORTED;
    }
    return FL_OK;
}

fl_status fl_trace_open(fl_dump *dump, fl_diag *diag) {
    dump->last_place.pass = -1;
    fl_status status = parse_line(dump, &dump->run, diag);
    if (status == FL_DONE)
        return fl_fail(diag, FL_ERR_FORMAT, "holds no line, expected the run line of a trace");
    if (status == FL_OK)
        status = check_run(dump, diag);
    if (status != FL_OK)
        return status;
    dump->n_layers = (int32_t)fl_dump_model_number(dump, "num_hidden_layers");
    return FL_OK;
}

static void forget(fl_dump *dump) {
    for (size_t i = 0; i < dump->n_records; i++)
        free(dump->records[i].ids);
    dump->n_records = 0;
}

void fl_trace_close(fl_dump *dump) {
    if (dump->records)
        forget(dump);
    if (dump->pending)
        free(dump->ahead.ids);
    free(dump->records);
}

/* ---- one record ---- */

typedef struct reading {
    const json_t *object;
    int64_t line;
    fl_status status;
    fl_diag *diag;
} reading;

static void refuse(reading *r, const char *key, const char *expected) {
    if (r->status == FL_OK)
        r->status = fl_fail_line(r->diag, FL_ERR_FORMAT, r->line,
                                 "key '%s' is missing or wrong, expected %s", key, expected);
}

static int64_t whole(reading *r, const char *key, int64_t least, int64_t most, bool nullable) {
    const json_t *value = json_object_get(r->object, key);
    if (nullable && json_is_null(value))
        return -1;
    if (!json_is_integer(value) || json_integer_value(value) < least ||
        json_integer_value(value) > most) {
        refuse(r, key, nullable ? "a whole number or null" : "a whole number");
        return -1;
    }
    return json_integer_value(value);
}

/* A cell's value has float precision: what was printed reads back to the same float. */
static double as_float(double value) {
    return (double)(float)value;
}

static double real(reading *r, const char *key) {
    const json_t *value = json_object_get(r->object, key);
    if (json_is_null(value))
        return (double)NAN;
    if (!json_is_number(value))
        refuse(r, key, "a number or null");
    return json_number_value(value);
}

/* As many whole numbers as fit; null gives none. Returns how many. */
static int wholes(reading *r, const char *key, int64_t out[FL_MAX_DIMS], bool nullable) {
    const json_t *list = json_object_get(r->object, key);
    const size_t n = json_array_size(list);
    out[0] = -1;
    if (nullable && json_is_null(list))
        return 0;
    if (!json_is_array(list) || n < 1 || n > FL_MAX_DIMS) {
        refuse(r, key, "up to four whole numbers");
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        const json_t *value = json_array_get(list, i);
        out[i] = json_integer_value(value);
        if (!json_is_integer(value) || out[i] < 0)
            refuse(r, key, "whole numbers");
    }
    return (int)n;
}

static void edge(reading *r, const char *key, double out[FL_EDGE]) {
    const json_t *list = json_object_get(r->object, key);
    if (!json_is_array(list) || json_array_size(list) > FL_EDGE)
        refuse(r, key, "up to three values");
    for (size_t i = 0; i < FL_EDGE; i++) {
        const json_t *value = json_array_get(list, i);
        out[i] = json_is_number(value) ? as_float(json_number_value(value)) : (double)NAN;
    }
}

static void read_ids(reading *r, fl_record *record) {
    const json_t *list = json_object_get(r->object, "ids");
    const size_t n = json_array_size(list);
    if (!json_is_array(list))
        refuse(r, "ids", "the ids of tokens");
    record->ids = calloc(n + 1, sizeof *record->ids);
    if (!record->ids) {
        r->status = fl_fail_memory(r->diag);
        return;
    }
    record->n_ids = n;
    for (size_t i = 0; i < n; i++)
        record->ids[i] = json_integer_value(json_array_get(list, i));
}

static void read_statistics(reading *r, fl_record *record) {
    record->masked = whole(r, "masked", 0, INT64_MAX, false);
    record->nan = whole(r, "nan", 0, INT64_MAX, false);
    record->inf = whole(r, "inf", 0, INT64_MAX, false);
    record->min = as_float(real(r, "min"));
    record->max = as_float(real(r, "max"));
    record->mean = real(r, "mean");
    record->std = real(r, "std");
    record->rms = real(r, "rms");
    record->l2 = real(r, "l2");
    record->sum = real(r, "sum");
    wholes(r, "argmin", record->argmin, true);
    wholes(r, "argmax", record->argmax, true);
    edge(r, "first", record->first);
    edge(r, "last", record->last);
}

static void read_stage(reading *r, fl_place *place) {
    const char *id = json_string_value(json_object_get(r->object, "stage"));
    int stage = 0;
    while (id && stage < FL_STAGE_COUNT && strcmp(id, fl_stage_get_info((fl_stage)stage)->id) != 0)
        stage++;
    if (!id || stage == FL_STAGE_COUNT) {
        refuse(r, "stage", "a stage of footlight");
        stage = 0;
    }
    place->stage = (fl_stage)stage;
}

static void read_place(reading *r, fl_place *place, fl_record *record) {
    place->pass = (int32_t)whole(r, "pass", 0, INT32_MAX - 1, false);
    place->layer = (int32_t)whole(r, "layer", 0, INT32_MAX - 1, true);
    record->head = (int32_t)whole(r, "head", 0, FL_MOST_HEADS - 1, true);
    read_stage(r, place);
    const fl_scope scope = fl_stage_get_info(place->stage)->scope;
    if ((scope == FL_SCOPE_PASS) != (place->layer < 0))
        refuse(r, "layer", "a layer where the stage has one");
    if ((scope == FL_SCOPE_HEAD) != (record->head >= 0))
        refuse(r, "head", "a head where the stage has one");
}

/* The next record; FL_DONE after the last. */
static fl_status read_record(fl_dump *dump, fl_place *place, fl_record *record, fl_diag *diag) {
    json_t *object;
    fl_status status = parse_line(dump, &object, diag);
    if (status != FL_OK)
        return status;
    reading r = {.object = object, .line = dump->line, .diag = diag};
    *record = (fl_record){.line = dump->line};
    read_place(&r, place, record);
    record->n_dims = wholes(&r, "shape", record->shape, false);
    record->count = whole(&r, "count", 0, INT64_MAX, false);
    if (place->stage == FL_STAGE_tokens || place->stage == FL_STAGE_next_token)
        read_ids(&r, record);
    else
        read_statistics(&r, record);
    json_decref(object);
    if (r.status != FL_OK)
        free(record->ids);
    return r.status;
}

/* ---- one stage ---- */

/* Keeps a record; frees it where memory has run out. */
static fl_status keep(fl_dump *dump, const fl_record *record, fl_diag *diag) {
    if (dump->n_records == dump->capacity) {
        const size_t capacity = dump->capacity ? 2 * dump->capacity : 8;
        fl_record *records = realloc(dump->records, capacity * sizeof *records);
        if (!records) {
            free(record->ids);
            return fl_fail_memory(diag);
        }
        dump->records = records;
        dump->capacity = capacity;
    }
    dump->records[dump->n_records++] = *record;
    return FL_OK;
}

/* Takes the record that was read ahead, or the next of the file. */
static fl_status take(fl_dump *dump, fl_place *place, fl_record *record, fl_diag *diag) {
    if (!dump->pending)
        return read_record(dump, place, record, diag);
    *record = dump->ahead;
    *place = dump->ahead_place;
    dump->pending = false;
    return FL_OK;
}

/* Does a record go on with the stage whose records are kept? If not, it is put aside. */
static bool belongs(fl_dump *dump, const fl_place *place, const fl_record *record,
                    const fl_place *next) {
    const fl_record *last = &dump->records[dump->n_records - 1];
    if (fl_place_order(place, next) == 0 && record->head > last->head &&
        dump->n_records < FL_MOST_HEADS)
        return true;
    dump->ahead = *record;
    dump->ahead_place = *next;
    dump->pending = true;
    return false;
}

fl_status fl_trace_next(fl_dump *dump, fl_item *item, fl_diag *diag) {
    fl_place place, next;
    fl_record record;
    forget(dump);
    fl_status status = take(dump, &place, &record, diag);
    if (status != FL_OK)
        return status;
    status = keep(dump, &record, diag);
    if (status != FL_OK)
        return status;
    if (dump->last_place.pass >= 0 && fl_place_order(&dump->last_place, &place) >= 0)
        return fl_fail_line(diag, FL_ERR_FORMAT, record.line,
                            "'%s' comes after what it should come before, expected execution order",
                            fl_stage_get_info(place.stage)->id);
    while ((status = read_record(dump, &next, &record, diag)) == FL_OK &&
           belongs(dump, &place, &record, &next))
        if ((status = keep(dump, &record, diag)) != FL_OK)
            return status;
    dump->last_place = place;
    *item = (fl_item){.place = place, .records = dump->records, .n = dump->n_records};
    return status == FL_DONE ? FL_OK : status;
}
