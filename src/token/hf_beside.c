/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The small files of a folder of Hugging Face, of which only a few keys matter here:
 *
 *   tokenizer_config.json    bos_token, eos_token (a piece), add_bos_token, tokenizer_class
 *   special_tokens_map.json  bos_token, eos_token
 *   generation_config.json   bos_token_id, eos_token_id (an id or a list)
 *   config.json              the same
 */
#include "base/diag.h"
#include "base/json_scan.h"
#include "token/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const fl_beside_names[] = {"tokenizer_config.json", "special_tokens_map.json",
                                       "generation_config.json", "config.json", NULL};

/* One of them being read. */
typedef struct beside {
    fl_source *source;
    fl_scan scan;
    bool config; /* the tokenizer's own */
    bool llama, says_add_bos;
} beside;

/* A piece by its text, or by the object that describes it; -1 for null, and for one that is none.
 */
static fl_status read_piece(beside *b, int32_t *id) {
    fl_scan *scan = &b->scan;
    const char *text = NULL, *key;
    fl_status status = FL_OK;
    bool more;
    *id = -1;
    if (fl_scan_null(scan))
        return FL_OK;
    if (fl_scan_peek(scan) != '{')
        status = fl_scan_string(scan, &text);
    else if (fl_scan_take(scan, '{') && !fl_scan_take(scan, '}'))
        for (more = true; more && status == FL_OK;) {
            status = fl_scan_key(scan, &key);
            if (status == FL_OK)
                status =
                    strcmp(key, "content") == 0 ? fl_scan_string(scan, &text) : fl_scan_skip(scan);
            if (status == FL_OK)
                status = fl_scan_next(scan, '}', &more);
        }
    if (status == FL_OK && text)
        *id = fl_source_find(b->source, text, strlen(text));
    return status;
}

static fl_status read_bos_token(beside *b) {
    int32_t id;
    fl_status status = read_piece(b, &id);
    if (id >= 0 && b->source->vocab.bos_id < 0)
        b->source->vocab.bos_id = id;
    return status;
}

static fl_status read_eos_token(beside *b) {
    int32_t id;
    fl_status status = read_piece(b, &id);
    if (id >= 0 && b->source->vocab.eos_id < 0)
        b->source->vocab.eos_id = id;
    fl_source_add_end(b->source, id);
    return status;
}

/* An id; one without a piece is none. */
static fl_status read_id(beside *b, int32_t *out) {
    uint64_t id;
    *out = -1;
    if (fl_scan_null(&b->scan))
        return FL_OK;
    if (fl_scan_peek(&b->scan) == '-') /* -1 is none too */
        return fl_scan_skip(&b->scan);
    fl_status status = fl_scan_count(&b->scan, INT64_MAX, &id);
    if (status == FL_OK && id < b->source->n_pieces)
        *out = (int32_t)id;
    return status;
}

static fl_status read_bos_id(beside *b) {
    int32_t id;
    fl_status status = read_id(b, &id);
    if (id >= 0 && b->source->vocab.bos_id < 0)
        b->source->vocab.bos_id = id;
    return status;
}

static fl_status read_eos_id(beside *b) {
    bool list = fl_scan_take(&b->scan, '['), more = !list || !fl_scan_take(&b->scan, ']');
    fl_status status = FL_OK;
    while (status == FL_OK && more) {
        int32_t id;
        status = read_id(b, &id);
        fl_source_add_end(b->source, id);
        more = false;
        if (status == FL_OK && list)
            status = fl_scan_next(&b->scan, ']', &more);
    }
    return status;
}

static fl_status read_add_bos(beside *b) {
    if (fl_scan_null(&b->scan))
        return FL_OK;
    b->says_add_bos = true;
    return fl_scan_bool(&b->scan, &b->source->vocab.add_bos);
}

static fl_status read_class(beside *b) {
    const char *text = "";
    if (fl_scan_null(&b->scan))
        return FL_OK;
    fl_status status = fl_scan_string(&b->scan, &text);
    b->llama = status == FL_OK && strncmp(text, "LlamaTokenizer", 14) == 0;
    return status;
}

static const struct {
    const char *key;
    fl_status (*read)(beside *b);
    bool config_only;
} rows[] = {{"bos_token", read_bos_token, false},  {"eos_token", read_eos_token, false},
            {"bos_token_id", read_bos_id, false},  {"eos_token_id", read_eos_id, false},
            {"add_bos_token", read_add_bos, true}, {"tokenizer_class", read_class, true}};

static fl_status read_member(beside *b, const char *key) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].key, key) == 0 && (b->config || !rows[i].config_only))
            return rows[i].read(b);
    return fl_scan_skip(&b->scan);
}

static fl_status read_all(beside *b) {
    char *room = b->scan.room;
    bool more = false;
    fl_status status = fl_scan_expect(&b->scan, '{', "an object");
    if (status == FL_OK)
        more = !fl_scan_take(&b->scan, '}');
    while (status == FL_OK && more) {
        const char *key;
        b->scan.room = room;
        status = fl_scan_key(&b->scan, &key);
        if (status == FL_OK)
            status = read_member(b, key);
        if (status == FL_OK)
            status = fl_scan_next(&b->scan, '}', &more);
    }
    return status;
}

static const char *name_of(const fl_token_file *file) {
    const char *slash = strrchr(file->name, '/');
    return slash ? slash + 1 : file->name;
}

fl_status fl_read_beside(fl_source *source, const fl_token_file *file) {
    beside b = {.source = source,
                .config = strcmp(name_of(file), fl_beside_names[0]) == 0,
                .scan = {.text = file->bytes,
                         .length = (size_t)file->length,
                         .room = malloc((size_t)file->length + 1),
                         .diag = source->diag}};
    char *room = b.scan.room;
    if (!room)
        return fl_fail_memory(source->diag);
    fl_status status = read_all(&b);
    if (status != FL_OK && source->diag)
        snprintf(source->diag->subject, sizeof source->diag->subject, "%s", file->name);
    /* That class puts BOS in front unless told not to. */
    if (b.llama && !b.says_add_bos)
        source->vocab.add_bos = true;
    free(room);
    return status;
}
