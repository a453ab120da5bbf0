/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * tokenizer.json, the form of Hugging Face's tokenizers library. Read without a tree: first where
 * the members of the file and of its model stand, in whatever order, then each in its turn. Only
 * BPE is known; what would change the ids and is not known is refused by its name.
 */
#include "base/diag.h"
#include "base/json_scan.h"
#include "token/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned long long ull; /* for printf */

/* Where a member's value stands; at 0 nothing does. */
typedef struct member {
    const char *name;
    size_t at, end;
} member;

enum { ADDED, NORMALIZER, PRE_TOKENIZER, POST_PROCESSOR, MODEL, N_MEMBERS };
enum { TYPE, DROPOUT, UNK, PREFIX, SUFFIX, FUSE, BYTES, IGNORE, VOCAB, MERGES, N_MODEL };

typedef struct reading {
    fl_source *source;
    fl_scan scan;
    member top[N_MEMBERS], model[N_MODEL];
    const char *unk; /* text of the unknown piece, or NULL */
    bool byte_fallback;
    size_t n_texts; /* pieces with text */
} reading;

/* ---- finding ---- */

/* The scanner over one value. */
static fl_scan over(const reading *r, const member *m) {
    fl_scan scan = r->scan;
    scan.at = m->at;
    return scan;
}

/* Goes through an object and notes where the members asked for stand. A name that comes twice is
 * refused: readers differ on which one counts. */
static fl_status find(fl_scan *scan, member *members, size_t n) {
    char *room = scan->room;
    bool more = false;
    fl_status status = fl_scan_expect(scan, '{', "an object");
    if (status == FL_OK)
        more = !fl_scan_take(scan, '}');
    while (status == FL_OK && more) {
        const char *key;
        scan->room = room;
        status = fl_scan_key(scan, &key);
        member *found = NULL;
        for (size_t i = 0; status == FL_OK && i < n; i++)
            if (strcmp(members[i].name, key) == 0)
                found = &members[i];
        if (found && found->at)
            return fl_scan_fail(scan, "no member twice");
        size_t at = scan->at;
        if (status == FL_OK)
            status = fl_scan_skip(scan);
        if (found)
            *found = (member){found->name, at, scan->at};
        if (status == FL_OK)
            status = fl_scan_next(scan, '}', &more);
    }
    scan->room = room;
    return status;
}

static fl_json_part part_of(const reading *r, const member *m) {
    fl_scan scan = over(r, m);
    bool none = !m->at || fl_scan_null(&scan);
    return (fl_json_part){m->name, none ? NULL : r->scan.text + m->at, m->end - m->at, m->at};
}

/* ---- the model's settings ---- */

static fl_status read_flag(const reading *r, const member *m, bool *out) {
    fl_scan scan = over(r, m);
    return m->at && !fl_scan_null(&scan) ? fl_scan_bool(&scan, out) : FL_OK;
}

/* A string, or NULL where there is none; it stays in the room. */
static fl_status read_text(reading *r, const member *m, const char **out) {
    fl_scan scan = over(r, m);
    *out = NULL;
    fl_status status = m->at && !fl_scan_null(&scan) ? fl_scan_string(&scan, out) : FL_OK;
    r->scan.room = scan.room;
    return status;
}

static fl_status refuse(const reading *r, const char *key, const char *value,
                        const char *expected) {
    char shown[64];
    return fl_fail(r->source->diag, FL_ERR_UNSUPPORTED,
                   "the tokenizer's %s is \"%s\", which is not supported, expected %s", key,
                   fl_escape_into(shown, sizeof shown, value, strlen(value)), expected);
}

static fl_status check_type(reading *r) {
    const char *type;
    fl_status status = read_text(r, &r->model[TYPE], &type);
    if (status != FL_OK)
        return status;
    if (!type && r->model[MERGES].at) /* older files do not say */
        type = "BPE";
    return !type                      ? refuse(r, "model.type", "", "BPE")
           : strcmp(type, "BPE") != 0 ? refuse(r, "model.type", type, "BPE")
                                      : FL_OK;
}

static fl_status check_affix(reading *r, int which) {
    const char *text;
    fl_status status = read_text(r, &r->model[which], &text);
    return status == FL_OK && text && *text ? refuse(r, r->model[which].name, text, "none")
                                            : status;
}

/* Dropout would leave joins out by chance. */
static fl_status check_dropout(const reading *r) {
    fl_scan scan = over(r, &r->model[DROPOUT]);
    if (!r->model[DROPOUT].at || fl_scan_null(&scan))
        return FL_OK;
    for (size_t i = scan.at; i < r->model[DROPOUT].end; i++)
        if (scan.text[i] >= '1' && scan.text[i] <= '9')
            return fl_fail_at(r->source->diag, FL_ERR_UNSUPPORTED, scan.at,
                              "the tokenizer's dropout is not 0, expected none");
    return FL_OK;
}

static fl_status read_settings(reading *r) {
    fl_vocab *v = &r->source->vocab;
    bool fuse = false;
    fl_status status = check_dropout(r);
    if (status == FL_OK)
        status = check_affix(r, PREFIX);
    if (status == FL_OK)
        status = check_affix(r, SUFFIX);
    if (status == FL_OK)
        status = read_text(r, &r->model[UNK], &r->unk);
    if (status == FL_OK)
        status = read_flag(r, &r->model[BYTES], &r->byte_fallback);
    if (status == FL_OK)
        status = read_flag(r, &r->model[IGNORE], &v->ignore_merges);
    if (status == FL_OK)
        status = read_flag(r, &r->model[FUSE], &fuse);
    if (status == FL_OK && r->unk && !fuse && !r->byte_fallback && strcmp(v->kind, "llama") == 0)
        return refuse(r, "fuse_unk", "false", "true");
    return status;
}

/* ---- pieces by id ---- */

/* Ids may have gaps, but no more than the entries can pay for. */
static uint64_t most_ids(const reading *r) {
    return 2 * r->n_texts + 4096;
}

static fl_status make_room(reading *r, uint64_t id, const char *text, size_t at) {
    fl_source *s = r->source;
    char shown[64];
    while (s->n_pieces <= id) {
        if (id >= most_ids(r))
            return fl_fail_at(s->diag, FL_ERR_FORMAT, at,
                              "piece \"%s\" has id %llu, but there are only %zu pieces",
                              fl_escape_into(shown, sizeof shown, text, strlen(text)), (ull)id,
                              r->n_texts);
        if (!fl_source_add(s, (fl_piece){.text = "", .type = FL_PIECE_UNUSED}))
            return FL_ERR_MEMORY;
    }
    return FL_OK;
}

static fl_status refuse_second(const reading *r, uint64_t id, const char *text, size_t at) {
    char first[48], second[48];
    const fl_piece *piece = &r->source->pieces[id];
    return fl_fail_at(r->source->diag, FL_ERR_FORMAT, at, "id %llu is both \"%s\" and \"%s\"",
                      (ull)id, fl_escape_into(first, sizeof first, piece->text, piece->length),
                      fl_escape_into(second, sizeof second, text, strlen(text)));
}

static fl_status set_piece(reading *r, uint64_t id, const char *text, size_t length,
                           fl_piece_type type, size_t at) {
    fl_status status = make_room(r, id, text, at);
    if (status != FL_OK)
        return status;
    fl_piece *piece = &r->source->pieces[id];
    bool same = piece->length == length && memcmp(piece->text, text, length) == 0;
    if (piece->length && !same)
        return refuse_second(r, id, text, at);
    *piece = (fl_piece){text, (uint32_t)length, 0, type};
    return FL_OK;
}

/* Is it "<0x" and so on? What exactly it spells is the tokenizer's to know. */
static bool may_be_byte(const char *text, size_t length) {
    return length == 6 && memcmp(text, "<0x", 3) == 0;
}

/* An id that is none, or not at its place, with the piece that it is of. */
static fl_status refuse_id(const reading *r, const fl_scan *scan, const char *text) {
    char shown[64], why[512];
    snprintf(why, sizeof why, "%s", r->source->diag ? r->source->diag->message : "");
    return fl_fail_at(r->source->diag, FL_ERR_FORMAT, scan->base + scan->at,
                      "the id of piece \"%s\": %s",
                      fl_escape_into(shown, sizeof shown, text, strlen(text)), why);
}

static fl_status read_entry(reading *r, fl_scan *scan) {
    const char *text;
    uint64_t id;
    fl_status status = fl_scan_key(scan, &text);
    if (status != FL_OK)
        return status;
    size_t length = (size_t)(scan->room - text) - 1, at = scan->at;
    status = fl_scan_count(scan, INT32_MAX, &id);
    if (status != FL_OK)
        return refuse_id(r, scan, text);
    bool byte = r->byte_fallback && may_be_byte(text, length);
    return set_piece(r, id, text, length, byte ? FL_PIECE_BYTE : FL_PIECE_NORMAL, at);
}

/* How many members the object has, of which the scanner stands behind the brace: commas outside
 * strings, and one. */
static size_t count_entries(fl_scan scan) {
    size_t n = 1;
    bool quoted = false;
    for (size_t i = scan.at; i < scan.length && (quoted || scan.text[i] != '}'); i++) {
        if (quoted && scan.text[i] == '\\')
            i++;
        else if (scan.text[i] == '"')
            quoted = !quoted;
        n += !quoted && scan.text[i] == ',';
    }
    return n;
}

static fl_status read_vocab(reading *r) {
    fl_scan scan = over(r, &r->model[VOCAB]);
    bool more = false;
    if (!r->model[VOCAB].at)
        return fl_fail(r->source->diag, FL_ERR_FORMAT, "has no model.vocab");
    fl_status status = fl_scan_expect(&scan, '{', "an object of pieces and ids");
    if (status == FL_OK)
        more = !fl_scan_take(&scan, '}');
    r->n_texts = more ? count_entries(scan) : 0;
    while (status == FL_OK && more) {
        status = read_entry(r, &scan);
        if (status == FL_OK)
            status = fl_scan_next(&scan, '}', &more);
    }
    r->scan.room = scan.room;
    if (status == FL_OK && !r->source->n_pieces)
        return fl_fail(r->source->diag, FL_ERR_FORMAT, "model.vocab is empty");
    return status;
}

/* ---- merges ---- */

/* "left right", or ["left", "right"], which is made the same. */
static fl_status read_merge(fl_scan *scan, fl_piece *out) {
    const char *left, *right;
    bool pair = fl_scan_take(scan, '[');
    fl_status status = fl_scan_string(scan, &left);
    if (status == FL_OK && pair) {
        if (strchr(left, ' '))
            return fl_scan_fail(scan, "no blank in a piece that is merged");
        scan->room[-1] = ' ';
        status = fl_scan_expect(scan, ',', "a comma");
        if (status == FL_OK)
            status = fl_scan_string(scan, &right);
        if (status == FL_OK)
            status = fl_scan_expect(scan, ']', "the end of a pair");
    }
    if (status != FL_OK)
        return status;
    *out = (fl_piece){.text = left, .length = (uint32_t)(scan->room - left) - 1};
    return FL_OK;
}

static fl_status grow_merges(fl_source *s, size_t n, size_t *capacity) {
    if (n < *capacity)
        return FL_OK;
    *capacity = 2 * *capacity;
    fl_piece *merges = realloc(s->merges, *capacity * sizeof *merges);
    if (!merges)
        return fl_fail_memory(s->diag);
    s->merges = merges;
    return FL_OK;
}

static fl_status read_merges(reading *r) {
    fl_scan scan = over(r, &r->model[MERGES]);
    fl_vocab *v = &r->source->vocab;
    size_t capacity = 32;
    bool more = false;
    fl_status status = grow_merges(r->source, capacity, &capacity);
    if (status == FL_OK && !r->model[MERGES].at)
        return fl_fail(r->source->diag, FL_ERR_FORMAT, "has no model.merges");
    if (status == FL_OK)
        status = fl_scan_expect(&scan, '[', "a list of merges");
    if (status == FL_OK)
        more = !fl_scan_take(&scan, ']');
    while (status == FL_OK && more) {
        status = grow_merges(r->source, v->n_merges, &capacity);
        if (status == FL_OK)
            status = read_merge(&scan, &r->source->merges[v->n_merges++]);
        if (status == FL_OK)
            status = fl_scan_next(&scan, ']', &more);
    }
    r->scan.room = scan.room;
    v->merges = r->source->merges;
    r->source->strict_merges = true;
    return status;
}

/* ---- added pieces ---- */

enum { ID, CONTENT, SINGLE_WORD, LSTRIP, RSTRIP, SPECIAL, N_ADDED };

/* The ways to look for a piece that no family here uses. */
static fl_status check_added(reading *r, const member *m, const char *text) {
    char shown[48];
    for (int i = SINGLE_WORD; i <= RSTRIP; i++) {
        bool set = false;
        fl_status status = read_flag(r, &m[i], &set);
        if (status != FL_OK)
            return status;
        if (set)
            return fl_fail_at(r->source->diag, FL_ERR_UNSUPPORTED, m[i].at,
                              "added piece \"%s\" has %s, which is not supported",
                              fl_escape_into(shown, sizeof shown, text, strlen(text)), m[i].name);
    }
    return FL_OK;
}

static fl_status place_added(reading *r, const member *m, const char *text) {
    uint64_t id;
    bool special = false;
    fl_scan scan = over(r, &m[ID]);
    fl_status status = fl_scan_count(&scan, INT32_MAX, &id);
    if (status == FL_OK)
        status = read_flag(r, &m[SPECIAL], &special);
    if (status != FL_OK)
        return status;
    int64_t rows = r->source->vocab_size;
    if (rows && id >= (uint64_t)rows) /* the model has no row for it */
        return FL_OK;
    fl_piece_type type = r->unk && strcmp(text, r->unk) == 0 ? FL_PIECE_UNKNOWN
                         : special                           ? FL_PIECE_CONTROL
                                                             : FL_PIECE_USER_DEFINED;
    return set_piece(r, id, text, strlen(text), type, m[ID].at);
}

static fl_status read_added_piece(reading *r, fl_scan *scan) {
    member m[N_ADDED] = {{.name = "id"},     {.name = "content"}, {.name = "single_word"},
                         {.name = "lstrip"}, {.name = "rstrip"},  {.name = "special"}};
    const char *text;
    size_t at = scan->at;
    fl_status status = find(scan, m, N_ADDED);
    if (status == FL_OK)
        status = read_text(r, &m[CONTENT], &text);
    if (status != FL_OK)
        return status;
    scan->room = r->scan.room;
    if (!m[ID].at || !text || !*text)
        return fl_fail_at(r->source->diag, FL_ERR_FORMAT, at, "an added piece has no %s",
                          m[ID].at ? "content" : "id");
    r->n_texts++;
    status = check_added(r, m, text);
    return status == FL_OK ? place_added(r, m, text) : status;
}

static fl_status read_added(reading *r) {
    const member *m = &r->top[ADDED];
    fl_scan scan = over(r, m);
    bool more = false;
    if (!m->at || fl_scan_null(&scan))
        return FL_OK;
    fl_status status = fl_scan_expect(&scan, '[', "a list of added pieces");
    if (status == FL_OK)
        more = !fl_scan_take(&scan, ']');
    while (status == FL_OK && more) {
        status = read_added_piece(r, &scan);
        if (status == FL_OK)
            status = fl_scan_next(&scan, ']', &more);
    }
    return status;
}

/* ---- the whole ---- */

static fl_status read_parts(reading *r) {
    fl_source *s = r->source;
    fl_json_part normalizer = part_of(r, &r->top[NORMALIZER]),
                 pre_tokenizer = part_of(r, &r->top[PRE_TOKENIZER]);
    s->vocab.kind = "llama";
    s->vocab.pre = "";
    s->vocab.plain_spaces = true; /* until something escapes them */
    fl_status status = fl_read_normalizer(s, &normalizer);
    return status == FL_OK ? fl_read_pre_tokenizer(s, &pre_tokenizer) : status;
}

static fl_status read_all(reading *r) {
    fl_source *s = r->source;
    fl_status status = find(&r->scan, r->top, N_MEMBERS);
    if (status == FL_OK)
        status = fl_scan_end(&r->scan, " \t\r\n");
    if (status == FL_OK && !r->top[MODEL].at)
        return fl_fail(s->diag, FL_ERR_FORMAT, "has no member \"model\": no tokenizer.json");
    fl_scan model = over(r, &r->top[MODEL]);
    if (status == FL_OK)
        status = find(&model, r->model, N_MODEL);
    if (status == FL_OK)
        status = check_type(r);
    if (status == FL_OK)
        status = read_parts(r);
    if (status == FL_OK)
        status = read_settings(r);
    if (status == FL_OK)
        status = read_vocab(r);
    if (status == FL_OK)
        status = read_merges(r);
    if (status == FL_OK)
        status = read_added(r);
    fl_json_part post = part_of(r, &r->top[POST_PROCESSOR]);
    s->vocab.unk_id = status == FL_OK && r->unk ? fl_source_find(s, r->unk, strlen(r->unk)) : -1;
    return status == FL_OK ? fl_read_post_processor(s, &post) : status;
}

fl_status fl_read_tokenizer_json(fl_source *source) {
    reading r = {
        .source = source,
        .scan = {.text = source->file.bytes,
                 .length = (size_t)source->file.length,
                 .diag = source->diag},
        .top = {{.name = "added_tokens"},
                {.name = "normalizer"},
                {.name = "pre_tokenizer"},
                {.name = "post_processor"},
                {.name = "model"}},
        .model = {{.name = "type"},
                  {.name = "dropout"},
                  {.name = "unk_token"},
                  {.name = "continuing_subword_prefix"},
                  {.name = "end_of_word_suffix"},
                  {.name = "fuse_unk"},
                  {.name = "byte_fallback"},
                  {.name = "ignore_merges"},
                  {.name = "vocab"},
                  {.name = "merges"}},
    };
    if (source->file.length > INT32_MAX)
        return fl_fail(source->diag, FL_ERR_LIMIT, "is larger than 2 GiB");
    /* The text is room enough: a string takes no more than what it is written as, with quotes. */
    source->room = malloc((size_t)source->file.length + 1);
    if (!source->room)
        return fl_fail_memory(source->diag);
    r.scan.room = source->room;
    return read_all(&r);
}
