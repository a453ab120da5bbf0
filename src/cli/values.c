/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Numbers, sizes, spans and words on the command line, read strictly: nothing may be left over.
 */
#include "cli/values.h"

#include "base/diag.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static fl_status refuse(fl_diag *diag, const char *text, const char *expected) {
    char shown[128];
    fl_escape_into(shown, sizeof shown, text, strlen(text));
    return fl_fail(diag, FL_ERR_USAGE, "found '%s', expected %s", shown, expected);
}

/* Digits only: no sign, no blank; *rest is what follows them. */
static bool read_digits(const char *text, int64_t *value, const char **rest) {
    *value = 0;
    if (*text < '0' || *text > '9')
        return false;
    for (; *text >= '0' && *text <= '9'; text++) {
        if (*value > (INT64_MAX - 9) / 10)
            return false;
        *value = *value * 10 + (*text - '0');
    }
    *rest = text;
    return true;
}

static fl_status parse_count(fl_option_value *value, const fl_option_info *info, const char *text,
                             fl_diag *diag) {
    char expected[96];
    const char *rest;
    if (read_digits(text, &value->count, &rest) && !*rest && (double)value->count >= info->least &&
        (double)value->count <= info->most)
        return FL_OK;
    snprintf(expected, sizeof expected, "a whole number from %.0f to %.0f", info->least,
             info->most);
    return refuse(diag, text, expected);
}

static fl_status parse_number(fl_option_value *value, const fl_option_info *info, const char *text,
                              fl_diag *diag) {
    char expected[96], *end;
    value->number = strtod(text, &end);
    if (end != text && !*end && isfinite(value->number) && value->number >= info->least &&
        value->number <= info->most)
        return FL_OK;
    snprintf(expected, sizeof expected, "a number from %g to %g", info->least, info->most);
    return refuse(diag, text, expected);
}

static fl_status parse_size(fl_option_value *value, const char *text, fl_diag *diag) {
    static const char units[] = "KMGT";
    const char *rest;
    bool good = read_digits(text, &value->count, &rest) && value->count > 0;
    if (good && *rest) {
        const char *unit = strchr(units, *rest >= 'a' ? *rest - 'a' + 'A' : *rest);
        int shift = unit ? 10 * (int)(unit - units + 1) : 0;
        const char *tail = rest + 1;
        good = unit && (!*tail || strcmp(tail, "B") == 0 || strcmp(tail, "iB") == 0) &&
               value->count <= INT64_MAX >> shift;
        if (good)
            value->count <<= shift;
    }
    return good ? FL_OK : refuse(diag, text, "a size like 512M or 2G");
}

static fl_status parse_span(fl_option_value *value, const char *text, fl_diag *diag) {
    const char *rest;
    bool good = read_digits(text, &value->count, &rest);
    value->last = value->count;
    if (good && *rest == '-')
        good = read_digits(rest + 1, &value->last, &rest);
    if (good && !*rest && value->count <= value->last && value->last <= INT32_MAX)
        return FL_OK;
    return refuse(diag, text, "a number or a range like 2-5");
}

static fl_status parse_stages(const char *text, fl_diag *diag) {
    bool good = *text != '\0' && *text != ',';
    for (const char *at = text; *at; at++)
        good &= *at != ',' || (at[1] != ',' && at[1] != '\0');
    return good ? FL_OK : refuse(diag, text, "names or globs of stages between commas");
}

static fl_status parse_word(fl_option_value *value, const fl_option_info *info, const char *text,
                            fl_diag *diag) {
    char expected[160];
    size_t used = 0;
    const char *word = info->argument;
    for (value->count = 0; *word; value->count++) {
        size_t length = strcspn(word, "|");
        bool last = !word[length];
        if (strlen(text) == length && strncmp(word, text, length) == 0)
            return FL_OK;
        used += (size_t)snprintf(expected + used, sizeof expected - used, "%s%.*s",
                                 used == 0 ? ""
                                 : last    ? " or "
                                           : ", ",
                                 (int)length, word);
        word += length + !last;
    }
    return refuse(diag, text, expected);
}

fl_status fl_value_parse(fl_option_value *value, const fl_option_info *info, const char *text,
                         fl_diag *diag) {
    value->text = text;
    switch (info->kind) {
    case FL_KIND_COUNT:
        return parse_count(value, info, text, diag);
    case FL_KIND_NUMBER:
        return parse_number(value, info, text, diag);
    case FL_KIND_SIZE:
        return parse_size(value, text, diag);
    case FL_KIND_SPAN:
        return parse_span(value, text, diag);
    case FL_KIND_WORD:
        return parse_word(value, info, text, diag);
    case FL_KIND_ISA:
        return *text ? FL_OK : refuse(diag, text, "the name of an instruction set");
    case FL_KIND_PATH:
        return *text ? FL_OK : fl_fail(diag, FL_ERR_USAGE, "found nothing, expected a file name");
    case FL_KIND_STAGES:
        return parse_stages(text, diag);
    case FL_KIND_FLAG:
    case FL_KIND_TEXT:
    case FL_KIND_LIST:
        break;
    }
    return FL_OK;
}

fl_status fl_ids_parse(const char *text, int32_t **ids, size_t *n_ids, fl_diag *diag) {
    size_t room = strlen(text) / 2 + 1;
    *n_ids = 0;
    *ids = malloc(room * sizeof **ids);
    if (!*ids)
        return fl_fail_memory(diag);
    for (const char *at = text;; at++) {
        int64_t id;
        if (!read_digits(at, &id, &at) || id > INT32_MAX || (*at && *at != ',')) {
            free(*ids);
            *ids = NULL;
            fl_diag_init(diag, "--ids");
            return refuse(diag, text, "token ids like 1,403,407");
        }
        (*ids)[(*n_ids)++] = (int32_t)id;
        if (!*at)
            return FL_OK;
    }
}
