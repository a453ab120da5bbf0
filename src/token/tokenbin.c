/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Reads llama2.c `tokenizer.bin` into an fl_vocab. The format keeps no types: id 0 is the unknown
 * piece, 1 begins and 2 ends a text, as its own runner has it, and byte pieces are known by their
 * spelling. Spaces are written as spaces.
 */
#include "token/tokenbin.h"

#include "base/cursor.h"
#include "base/diag.h"
#include "base/map.h"
#include "token/token.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { UNK_ID = 0, BOS_ID = 1, EOS_ID = 2 };

/* Fewest bytes a piece takes: its score and its length. */
enum { ENTRY_BYTES = 8 };

/* Files that are given by mistake, known by the bytes they begin with ('?' stands for any). */
static const struct {
    const char *bytes;
    size_t length;
    const char *what;
} others[] = {
    {"GGUF", 4, "a GGUF file: a model, which carries its own tokenizer"},
    {"\n?\n", 3, "a SentencePiece protobuf (tokenizer.model)"},
    {"{", 1, "JSON (tokenizer.json)"},
};

/* A line of a tiktoken rank file: a token in base64, a blank, its rank. */
static bool is_rank_line(const uint8_t *bytes, uint64_t length) {
    static const char base64[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    uint64_t at = 0, from;
    while (at < length && bytes[at] && strchr(base64, bytes[at]))
        at++;
    if (at == 0 || at % 4 != 0 || at == length || bytes[at++] != ' ')
        return false;
    for (from = at; at < length && bytes[at] >= '0' && bytes[at] <= '9';)
        at++;
    return at > from && at < length && (bytes[at] == '\n' || bytes[at] == '\r');
}

static const char *recognise(const uint8_t *bytes, uint64_t length) {
    if (is_rank_line(bytes, length))
        return "a tiktoken rank file, which this version does not read";
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        size_t n = 0;
        while (n < others[i].length && n < length &&
               (others[i].bytes[n] == '?' || others[i].bytes[n] == (char)bytes[n]))
            n++;
        if (n == others[i].length)
            return others[i].what;
    }
    return NULL;
}

static fl_status read_piece(fl_cursor *cursor, uint64_t index, fl_piece *piece, fl_diag *diag) {
    uint64_t at = cursor->at;
    float score = fl_cursor_f32(cursor);
    uint32_t length = fl_cursor_u32(cursor);
    if (cursor->failed)
        return fl_fail_at(diag, FL_ERR_FORMAT, at, "the file ends inside tokenizer piece %llu",
                          (unsigned long long)index);
    if (length > INT32_MAX || length > fl_cursor_left(cursor))
        return fl_fail_at(diag, FL_ERR_FORMAT, at + 4,
                          "tokenizer piece %llu has length %ld, but %llu bytes are left",
                          (unsigned long long)index, (long)(int32_t)length,
                          (unsigned long long)fl_cursor_left(cursor));
    if (isnan(score))
        return fl_fail_at(diag, FL_ERR_FORMAT, at, "the score of tokenizer piece %llu is no number",
                          (unsigned long long)index);
    fl_piece_type type = index == UNK_ID                      ? FL_PIECE_UNKNOWN
                         : index == BOS_ID || index == EOS_ID ? FL_PIECE_CONTROL
                                                              : FL_PIECE_NORMAL;
    *piece = (fl_piece){fl_cursor_take(cursor, length), length, score, type};
    return FL_OK;
}

static fl_status read_pieces(fl_cursor *cursor, uint64_t wanted, fl_piece *pieces, size_t *n,
                             fl_diag *diag) {
    *n = 0;
    while (wanted ? *n < wanted : fl_cursor_left(cursor) > 0) {
        fl_status status = read_piece(cursor, *n, &pieces[*n], diag);
        if (status)
            return status;
        ++*n;
    }
    if (fl_cursor_left(cursor))
        return fl_fail_at(diag, FL_ERR_FORMAT, cursor->at,
                          "%llu bytes follow the last of %zu tokenizer pieces",
                          (unsigned long long)fl_cursor_left(cursor), *n);
    return FL_OK;
}

static fl_status check_size(const fl_cursor *cursor, int64_t vocab_size, fl_diag *diag) {
    uint64_t most = fl_cursor_left(cursor) / ENTRY_BYTES;
    if (vocab_size < 0)
        return fl_fail(diag, FL_ERR_USAGE, "a tokenizer cannot have %lld pieces",
                       (long long)vocab_size);
    if (most == 0)
        return fl_fail_at(diag, FL_ERR_FORMAT, 0,
                          "%llu bytes are too few for a tokenizer.bin with one piece",
                          (unsigned long long)cursor->length);
    if ((uint64_t)vocab_size > most)
        return fl_fail(diag, FL_ERR_FORMAT,
                       "the model has %lld tokenizer pieces, the file can hold at most %llu",
                       (long long)vocab_size, (unsigned long long)most);
    return FL_OK;
}

static fl_status read_vocab(fl_tokenizer **out, fl_cursor *cursor, int64_t vocab_size,
                            fl_diag *diag) {
    fl_vocab vocab = {.kind = "llama",
                      .pre = "",
                      .bos_id = BOS_ID,
                      .eos_id = EOS_ID,
                      .eot_id = -1,
                      .unk_id = UNK_ID,
                      .add_bos = true,
                      .add_space_prefix = true,
                      .plain_spaces = true};
    fl_cursor_u32(cursor); /* length of the longest piece, so it says */
    fl_status status = check_size(cursor, vocab_size, diag);
    if (status)
        return status;
    uint64_t room = vocab_size ? (uint64_t)vocab_size : fl_cursor_left(cursor) / ENTRY_BYTES;
    fl_piece *pieces = calloc((size_t)room, sizeof *pieces);
    if (!pieces)
        return fl_fail_memory(diag);
    status = read_pieces(cursor, (uint64_t)vocab_size, pieces, &vocab.n_pieces, diag);
    vocab.pieces = pieces;
    if (!status)
        status = fl_tokenizer_make(out, &vocab, diag);
    free(pieces);
    return status;
}

fl_status fl_tokenizer_read(fl_tokenizer **out, const void *bytes, uint64_t length,
                            int64_t vocab_size, fl_diag *diag) {
    fl_cursor cursor = fl_cursor_over(bytes, length);
    *out = NULL;
    fl_status status = read_vocab(out, &cursor, vocab_size, diag);
    const char *other = recognise(bytes, length);
    if (status == FL_ERR_FORMAT && other)
        return fl_fail(diag, FL_ERR_UNSUPPORTED, "expected a tokenizer.bin, but this is %s", other);
    return status;
}

fl_status fl_tokenizer_open(fl_tokenizer **out, const char *path, int64_t vocab_size,
                            fl_diag *diag) {
    fl_map map;
    *out = NULL;
    fl_status status = fl_map_open(&map, path, diag);
    if (status)
        return status;
    status = fl_tokenizer_read(out, map.bytes, map.length, vocab_size, diag);
    fl_map_close(&map);
    return status;
}
