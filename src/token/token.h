/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What a tokenizer is inside, and the table of kinds.
 *
 * The pieces' bytes are copied twice into one block: as the file spells them and as they read when
 * decoded (U+2581 turned into a space, `<0x0A>` into its byte). A kind is a way of cutting text; it
 * fills in what it needs when built and is handed plain text when encoding: the id for BOS and
 * control pieces written in the text are taken care of before.
 */
#ifndef FL_TOKEN_TOKEN_H
#define FL_TOKEN_TOKEN_H

#include "base/text.h"
#include "token/literals.h"
#include "token/lookup.h"
#include "token/merges.h"
#include "token/words.h"
#include <footlight/tokenizer.h>

/* A growing list of ids; `failed` once memory ran out. Release with free(data). */
typedef struct fl_ids {
    int32_t *data;
    size_t length, capacity;
    bool failed;
} fl_ids;

void fl_ids_add(fl_ids *ids, int32_t id);

typedef struct fl_token_kind {
    const char *name;   /* as fl_vocab.kind spells it */
    const char *title;  /* for people */
    bool cuts_literals; /* user-defined pieces are cut out before it sees the text */
    fl_status (*build)(fl_tokenizer *tokenizer, const fl_vocab *vocab, fl_diag *diag);
    /* `first`: the text begins here, nothing was cut out before. */
    fl_status (*encode)(const fl_tokenizer *tokenizer, const char *text, size_t length, bool first,
                        fl_ids *ids, fl_diag *diag);
    /* Adds what a piece reads as; called once for each piece, after build. */
    void (*decode)(const fl_tokenizer *tokenizer, const fl_piece *piece, fl_buffer *out);
} fl_token_kind;

/* Bytes a piece adds to the text. */
typedef struct fl_shown {
    size_t at, length; /* in fl_tokenizer.shown_bytes */
} fl_shown;

struct fl_tokenizer {
    const fl_token_kind *kind;
    fl_piece *pieces; /* their text points into piece_bytes */
    size_t n_pieces;
    char *piece_bytes;
    fl_shown *shown;
    fl_buffer shown_bytes;

    const fl_splitter *splitter; /* of a byte-level vocabulary */

    fl_lookup lookup;      /* pieces that may come out of ordinary text */
    fl_merges merges;      /* without any, scores say what is joined */
    fl_literals literals;  /* user-defined pieces, cut out before anything else */
    fl_literals specials;  /* control pieces, cut out only when asked */
    int32_t byte_ids[256]; /* -1: that byte has no piece */
    size_t n_bytes;        /* how many bytes have one */
    size_t n_hidden;       /* empty pieces and those spelled like an earlier one */
    bool whole_words;      /* no piece goes on from a word over a space into the next */

    int32_t bos_id, eos_id, eot_id, unk_id;
    fl_ids ends;       /* more ids that end a text or a turn */
    fl_vocab settings; /* its flags; what it points to is gone */
    bool cuts_literals;
    char summary[256];
};

extern const fl_token_kind fl_token_spm, fl_token_bytes;

/* Adds bytes in the alphabet that byte-level vocabularies are spelled in. */
void fl_spell_bytes(fl_buffer *out, const char *bytes, size_t length);

/* fl_tokenizer_new that keeps the diag's subject. */
fl_status fl_tokenizer_make(fl_tokenizer **out, const fl_vocab *vocab, fl_diag *diag);

/* Does it begin as no file but a tokenizer's does? A tokenizer.bin and JSON do not. */
bool fl_is_tokenizer(const void *bytes, uint64_t length);

#endif
