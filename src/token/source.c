/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What tokenizer file it is, and what the readers share.
 */
#include "token/source.h"

#include "base/diag.h"
#include "base/map.h"

#include <stdlib.h>
#include <string.h>

bool fl_source_add(fl_source *source, fl_piece piece) {
    if (source->n_pieces == source->capacity) {
        size_t capacity = source->capacity ? 2 * source->capacity : 64;
        fl_piece *pieces = realloc(source->pieces, capacity * sizeof *pieces);
        if (!pieces) {
            fl_fail_memory(source->diag);
            return false;
        }
        source->pieces = pieces;
        source->capacity = capacity;
    }
    source->pieces[source->n_pieces++] = piece;
    return true;
}

void fl_source_add_end(fl_source *source, int32_t id) {
    if (id >= 0)
        fl_ids_add(&source->ends, id);
}

int32_t fl_source_find(const fl_source *source, const char *text, size_t length) {
    for (size_t i = 0; length && i < source->n_pieces; i++)
        if (source->pieces[i].length == length && memcmp(source->pieces[i].text, text, length) == 0)
            return (int32_t)i;
    return -1;
}

/* ---- by content ---- */

static bool is_json(const uint8_t *bytes, uint64_t length) {
    uint64_t at = 0;
    while (at < length && bytes[at] && strchr(" \t\r\n", bytes[at]))
        at++;
    return at < length && bytes[at] == '{';
}

/* A first piece, of which the first field is its text. */
static bool is_sentencepiece(const uint8_t *bytes, uint64_t length) {
    return length > 2 && bytes[0] == '\n' && bytes[2] == '\n';
}

bool fl_is_tokenizer(const void *bytes, uint64_t length) {
    return fl_is_tiktoken(bytes, length) || is_sentencepiece(bytes, length);
}

enum { LLAMA3_RANKS = 128000 };

static fl_status read_file(fl_source *source) {
    const uint8_t *bytes = source->file.bytes;
    uint64_t length = source->file.length;
    if (length >= 4 && memcmp(bytes, "GGUF", 4) == 0)
        return fl_fail(
            source->diag, FL_ERR_UNSUPPORTED,
            "is a GGUF file, expected a tokenizer file; a GGUF carries its own tokenizer");
    if (is_json(bytes, length))
        return fl_read_tokenizer_json(source);
    if (fl_is_tiktoken(bytes, length))
        return fl_read_tiktoken(source, LLAMA3_RANKS);
    if (is_sentencepiece(bytes, length))
        return fl_read_sentencepiece(source);
    return fl_read_token_bin(source);
}

/* A model may have rows that no piece uses, but no piece without a row. */
static fl_status check_size(const fl_source *source) {
    if (!source->vocab_size || source->n_pieces <= (uint64_t)source->vocab_size)
        return FL_OK;
    return fl_fail(source->diag, FL_ERR_FORMAT,
                   "holds %zu pieces, but the model's vocabulary is %lld", source->n_pieces,
                   (long long)source->vocab_size);
}

static fl_status read_all(fl_source *source, const fl_token_file *files, size_t n_files) {
    fl_status status = read_file(source);
    if (status == FL_OK)
        status = check_size(source);
    for (size_t i = 1; status == FL_OK && i < n_files; i++)
        status = fl_read_beside(source, &files[i]);
    return status;
}

static fl_status check_merges(const fl_source *source, const fl_tokenizer *tokenizer) {
    char shown[64];
    const fl_merges *merges = &tokenizer->merges;
    if (!source->strict_merges || !merges->n_bad)
        return FL_OK;
    const fl_piece *bad = &source->merges[merges->first_bad];
    return fl_fail(source->diag, FL_ERR_FORMAT,
                   "merge %zu, \"%s\", joins no two pieces of the vocabulary to a third",
                   merges->first_bad, fl_escape_into(shown, sizeof shown, bad->text, bad->length));
}

fl_source fl_source_over(const fl_token_file *file, int64_t vocab_size, fl_diag *diag) {
    fl_source source = {.file = *file, .vocab_size = vocab_size, .diag = diag};
    source.vocab = (fl_vocab){.bos_id = -1, .eos_id = -1, .eot_id = -1, .unk_id = -1};
    return source;
}

fl_status fl_source_finish(fl_source *source, fl_status status, fl_tokenizer **out) {
    *out = NULL;
    if (status == FL_OK && source->ends.failed)
        status = fl_fail_memory(source->diag);
    if (status == FL_OK) {
        source->vocab.pieces = source->pieces;
        source->vocab.n_pieces = source->n_pieces;
        source->vocab.end_ids = source->ends.data;
        source->vocab.n_end_ids = source->ends.length;
        status = fl_tokenizer_make(out, &source->vocab, source->diag);
    }
    if (status == FL_OK && (status = check_merges(source, *out)) != FL_OK)
        fl_tokenizer_free(out);
    free(source->pieces);
    free(source->merges);
    free(source->room);
    free(source->ends.data);
    fl_buffer_done(&source->text);
    return status;
}

fl_status fl_tokenizer_read(fl_tokenizer **out, const fl_token_file *files, size_t n_files,
                            int64_t vocab_size, fl_diag *diag) {
    fl_source source = fl_source_over(&files[0], vocab_size, diag);
    fl_status status = vocab_size < 0
                           ? fl_fail(diag, FL_ERR_USAGE, "a tokenizer cannot have %lld pieces",
                                     (long long)vocab_size)
                           : read_all(&source, files, n_files);
    return fl_source_finish(&source, status, out);
}

/* ---- from disk ---- */

enum { MOST_FILES = 8 };

typedef struct opened {
    fl_map maps[MOST_FILES];
    fl_token_file files[MOST_FILES];
    fl_buffer paths[MOST_FILES];
    size_t n;
} opened;

/* Opens `name` in the folder of `path`, or the path itself. */
static fl_status open_one(opened *o, const char *path, const char *name, fl_diag *diag) {
    const char *slash = strrchr(path, '/');
    fl_buffer *full = &o->paths[o->n];
    fl_map *map = &o->maps[o->n];
    if (name)
        fl_buffer_add(full, path, slash ? (size_t)(slash - path) + 1 : 0);
    fl_buffer_puts(full, name ? name : path);
    if (full->failed)
        return fl_fail_memory(diag);
    bool missing = name && !fl_path_exists(full->data);
    fl_status status = missing ? FL_OK : fl_map_open(map, full->data, diag);
    if (status != FL_OK || missing) {
        fl_buffer_done(full);
        return status;
    }
    o->files[o->n++] = (fl_token_file){full->data, map->bytes, map->length};
    return FL_OK;
}

/* A tokenizer.bin says all there is to say. */
static bool has_company(const char *path) {
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    return strcmp(name, "tokenizer.json") == 0 || strcmp(name, "tokenizer.model") == 0;
}

fl_status fl_tokenizer_open(fl_tokenizer **out, const char *path, int64_t vocab_size,
                            fl_diag *diag) {
    opened o = {.n = 0};
    *out = NULL;
    fl_status status = open_one(&o, path, NULL, diag);
    for (size_t i = 0; status == FL_OK && has_company(path) && fl_beside_names[i]; i++)
        status = open_one(&o, path, fl_beside_names[i], diag);
    if (status == FL_OK) {
        fl_diag_init(diag, path);
        status = fl_tokenizer_read(out, o.files, o.n, vocab_size, diag);
    }
    for (size_t i = 0; i < o.n; i++) {
        fl_map_close(&o.maps[i]);
        fl_buffer_done(&o.paths[i]);
    }
    return status;
}
