/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The public side of tokenizers: checks and copies a vocabulary, picks the kind by its name, puts
 * BOS and control pieces where they belong, and hands the text between them to the kind.
 */
#include "base/diag.h"
#include "base/unicode.h"
#include "token/token.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Work arrays index the text with 32 bits, and escaping spaces may triple it. */
enum { TEXT_MAX = INT32_MAX / 4 };

static const fl_token_kind *const kinds[] = {&fl_token_spm, &fl_token_bytes};

static const fl_token_kind *kind_named(const char *name) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    return NULL;
}

static fl_status refuse_kind(const fl_vocab *vocab, fl_diag *diag) {
    char kind[64];
    if (!*vocab->kind)
        return fl_fail(diag, FL_ERR_UNSUPPORTED, "the vocabulary does not say its tokenizer kind");
    fl_escape_into(kind, sizeof kind, vocab->kind, strlen(vocab->kind));
    return fl_fail(diag, FL_ERR_UNSUPPORTED,
                   "tokenizer kind \"%s\" is not supported, expected \"%s\" or \"%s\"", kind,
                   kinds[0]->name, kinds[1]->name);
}

static fl_status check_pieces(const fl_vocab *vocab, size_t *bytes, fl_diag *diag) {
    if (vocab->n_pieces == 0 || vocab->n_pieces > INT32_MAX)
        return fl_fail(diag, FL_ERR_FORMAT, "the vocabulary has %zu pieces, expected 1 to %d",
                       vocab->n_pieces, INT32_MAX);
    for (size_t i = 0; i < vocab->n_pieces; i++) {
        const fl_piece *piece = &vocab->pieces[i];
        if (isnan(piece->score))
            return fl_fail(diag, FL_ERR_FORMAT, "the score of piece %zu is not a number", i);
        if (piece->type < FL_PIECE_NORMAL || piece->type > FL_PIECE_BYTE)
            return fl_fail(diag, FL_ERR_FORMAT, "piece %zu has type %d, expected 1 to 6", i,
                           (int)piece->type);
        *bytes += piece->length;
    }
    return FL_OK;
}

static fl_status copy_pieces(fl_tokenizer *tokenizer, const fl_vocab *vocab, fl_diag *diag) {
    size_t bytes = 0;
    fl_status status = check_pieces(vocab, &bytes, diag);
    if (status)
        return status;
    size_t n = vocab->n_pieces;
    tokenizer->pieces = calloc(n, sizeof *tokenizer->pieces);
    tokenizer->shown = calloc(n, sizeof *tokenizer->shown);
    tokenizer->piece_bytes = malloc(bytes + 1);
    if (!tokenizer->pieces || !tokenizer->shown || !tokenizer->piece_bytes)
        return fl_fail_memory(diag);
    tokenizer->n_pieces = n;
    char *to = tokenizer->piece_bytes;
    for (size_t i = 0; i < n; i++) {
        fl_piece *piece = &tokenizer->pieces[i];
        *piece = vocab->pieces[i];
        if (piece->length)
            memcpy(to, piece->text, piece->length);
        piece->text = to;
        to += piece->length;
    }
    return FL_OK;
}

static fl_status prepare_shown(fl_tokenizer *tokenizer, fl_diag *diag) {
    fl_buffer *out = &tokenizer->shown_bytes;
    for (size_t i = 0; i < tokenizer->n_pieces; i++) {
        size_t at = out->length;
        if (tokenizer->pieces[i].type != FL_PIECE_CONTROL)
            tokenizer->kind->decode(tokenizer, &tokenizer->pieces[i], out);
        tokenizer->shown[i] = (fl_shown){at, out->length - at};
    }
    return out->failed ? fl_fail_memory(diag) : FL_OK;
}

/* tokenizer.bin writes its control pieces with a line feed on each side, people do not. */
static fl_status prepare_specials(fl_tokenizer *tokenizer, fl_diag *diag) {
    for (size_t i = 0; i < tokenizer->n_pieces; i++) {
        const char *text = tokenizer->pieces[i].text;
        uint32_t length = tokenizer->pieces[i].length;
        if (tokenizer->pieces[i].type != FL_PIECE_CONTROL)
            continue;
        if (tokenizer->settings.plain_spaces && length > 2 && text[0] == '\n' &&
            text[length - 1] == '\n') {
            text++;
            length -= 2;
        }
        if (!fl_literals_add(&tokenizer->specials, text, length, (int32_t)i))
            return fl_fail_memory(diag);
    }
    fl_literals_sort(&tokenizer->specials);
    return FL_OK;
}

static int32_t valid_id(const fl_tokenizer *tokenizer, int32_t id) {
    return id >= 0 && (size_t)id < tokenizer->n_pieces ? id : -1;
}

static void copy_settings(fl_tokenizer *tokenizer, const fl_vocab *vocab) {
    tokenizer->bos_id = valid_id(tokenizer, vocab->bos_id);
    tokenizer->eos_id = valid_id(tokenizer, vocab->eos_id);
    tokenizer->eot_id = valid_id(tokenizer, vocab->eot_id);
    tokenizer->unk_id = valid_id(tokenizer, vocab->unk_id);
    tokenizer->settings = *vocab;
    tokenizer->settings.pieces = tokenizer->settings.merges = NULL; /* the caller's */
    tokenizer->settings.end_ids = NULL;
    /* In a tokenizer.json all added pieces are. */
    tokenizer->cuts_literals = tokenizer->kind->cuts_literals || vocab->merges;
    for (int i = 0; i < 256; i++)
        tokenizer->byte_ids[i] = -1;
}

/* Spellings of pieces that end a text or a turn of a conversation, whether or not the file says so:
 * a model tuned for conversations ends its turns with one that its base did not know. */
static const char *const end_names[] = {"<|eot_id|>",    "<|eom_id|>",     "<|im_end|>",
                                        "<end_of_turn>", "<|end|>",        "<|endofturn|>",
                                        "<|endoftext|>", "<|end_of_text|>"};

static bool is_end_name(const fl_piece *piece) {
    for (size_t i = 0; i < sizeof end_names / sizeof *end_names; i++)
        if (strlen(end_names[i]) == piece->length &&
            memcmp(end_names[i], piece->text, piece->length) == 0)
            return true;
    return false;
}

static fl_status find_ends(fl_tokenizer *tokenizer, const fl_vocab *vocab, fl_diag *diag) {
    for (size_t i = 0; i < vocab->n_end_ids; i++)
        if (valid_id(tokenizer, vocab->end_ids[i]) >= 0)
            fl_ids_add(&tokenizer->ends, vocab->end_ids[i]);
    for (size_t i = 0; i < tokenizer->n_pieces; i++) {
        const fl_piece *piece = &tokenizer->pieces[i];
        bool special = piece->type == FL_PIECE_CONTROL || piece->type == FL_PIECE_USER_DEFINED;
        if (special && is_end_name(piece))
            fl_ids_add(&tokenizer->ends, (int32_t)i);
    }
    return tokenizer->ends.failed ? fl_fail_memory(diag) : FL_OK;
}

static void summarise(fl_tokenizer *tokenizer) {
    char count[32], hidden[64] = "", bad[64] = "";
    fl_group_digits(count, sizeof count, (int64_t)tokenizer->n_pieces);
    if (tokenizer->n_hidden)
        snprintf(hidden, sizeof hidden, ", %zu empty or repeated", tokenizer->n_hidden);
    if (tokenizer->merges.n_bad)
        snprintf(bad, sizeof bad, ", %zu merges that join nothing", tokenizer->merges.n_bad);
    const char *split = tokenizer->splitter ? fl_splitter_name(tokenizer->splitter) : "";
    bool fallback = !tokenizer->splitter && tokenizer->n_bytes == 256;
    snprintf(tokenizer->summary, sizeof tokenizer->summary, "%s%s%s%s, %s pieces%s%s%s",
             tokenizer->kind->title, *split ? " (" : "", split, *split ? ")" : "", count,
             fallback ? ", byte fallback" : "", hidden, bad);
}

/* What a kind builds, and what all kinds need after that. */
static fl_status build(fl_tokenizer *tokenizer, const fl_vocab *vocab, fl_diag *diag) {
    fl_status status = tokenizer->kind->build(tokenizer, vocab, diag);
    if (!status && vocab->merges &&
        !fl_merges_build(&tokenizer->merges, &tokenizer->lookup, vocab->merges, vocab->n_merges))
        status = fl_fail_memory(diag);
    if (!status)
        status = prepare_shown(tokenizer, diag);
    if (!status)
        status = prepare_specials(tokenizer, diag);
    return status ? status : find_ends(tokenizer, vocab, diag);
}

fl_status fl_tokenizer_make(fl_tokenizer **out, const fl_vocab *vocab, fl_diag *diag) {
    *out = NULL;
    const fl_token_kind *kind = kind_named(vocab->kind);
    if (!kind)
        return refuse_kind(vocab, diag);
    fl_tokenizer *tokenizer = calloc(1, sizeof *tokenizer);
    if (!tokenizer)
        return fl_fail_memory(diag);
    tokenizer->kind = kind;
    fl_status status = copy_pieces(tokenizer, vocab, diag);
    if (status)
        goto out;
    copy_settings(tokenizer, vocab);
    status = build(tokenizer, vocab, diag);
    if (status)
        goto out;
    summarise(tokenizer);
out:
    if (status)
        fl_tokenizer_free(&tokenizer);
    *out = tokenizer;
    return status;
}

fl_status fl_tokenizer_new(fl_tokenizer **out, const fl_vocab *vocab, fl_diag *diag) {
    fl_diag_init(diag, "tokenizer");
    *out = NULL;
    if (!vocab)
        return fl_fail(diag, FL_ERR_UNSUPPORTED, "the model carries no vocabulary");
    return fl_tokenizer_make(out, vocab, diag);
}

void fl_tokenizer_free(fl_tokenizer **tokenizer) {
    fl_tokenizer *t = tokenizer ? *tokenizer : NULL;
    if (!t)
        return;
    fl_lookup_done(&t->lookup);
    fl_merges_done(&t->merges);
    free(t->ends.data);
    fl_literals_done(&t->literals);
    fl_literals_done(&t->specials);
    fl_buffer_done(&t->shown_bytes);
    free(t->shown);
    free(t->piece_bytes);
    free(t->pieces);
    free(t);
    *tokenizer = NULL;
}

void fl_ids_add(fl_ids *ids, int32_t id) {
    if (ids->length == ids->capacity && !ids->failed) {
        size_t capacity = ids->capacity ? 2 * ids->capacity : 64;
        int32_t *data = realloc(ids->data, capacity * sizeof *data);
        ids->failed = !data;
        if (data) {
            ids->data = data;
            ids->capacity = capacity;
        }
    }
    if (!ids->failed)
        ids->data[ids->length++] = id;
}

/* The longest piece to be cut out whole that the text begins with: its length, 0 for none. */
static size_t match_whole(const fl_tokenizer *tokenizer, bool special, const char *text,
                          size_t length, int32_t *id) {
    size_t n = 0, m = 0;
    int32_t other;
    if (special)
        n = fl_literals_match(&tokenizer->specials, text, length, id);
    if (tokenizer->cuts_literals)
        m = fl_literals_match(&tokenizer->literals, text, length, &other);
    if (m > n)
        *id = other;
    return m > n ? m : n;
}

/* Encodes plain text, `first` where nothing was cut out before it. */
static fl_status encode_plain(const fl_tokenizer *tokenizer, const char *text, size_t length,
                              bool first, fl_ids *ids, fl_diag *diag) {
    fl_buffer composed = {0};
    fl_status status = FL_OK;
    if (!length)
        return FL_OK;
    if (tokenizer->settings.nfc && fl_may_compose(text, length)) {
        fl_compose(&composed, text, length);
        if (composed.failed)
            status = fl_fail_memory(diag);
        text = composed.data;
        length = composed.length;
    }
    if (status == FL_OK)
        status = tokenizer->kind->encode(tokenizer, text, length, first, ids, diag);
    fl_buffer_done(&composed);
    return status;
}

/* Cuts the text at such pieces and encodes what lies between them. */
static fl_status encode_between(const fl_tokenizer *tokenizer, const char *text, size_t length,
                                bool special, fl_ids *ids, fl_diag *diag) {
    size_t from = 0, at = 0;
    fl_status status = FL_OK;
    while (at < length && !status) {
        int32_t id;
        size_t n = match_whole(tokenizer, special, text + at, length - at, &id);
        if (!n) {
            at++;
            continue;
        }
        status = encode_plain(tokenizer, text + from, at - from, from == 0, ids, diag);
        fl_ids_add(ids, id);
        from = at += n;
    }
    if (status)
        return status;
    return encode_plain(tokenizer, text + from, length - from, from == 0, ids, diag);
}

fl_status fl_encode(const fl_tokenizer *tokenizer, const char *text, size_t length, bool bos,
                    bool special, int32_t **ids, size_t *n_ids, fl_diag *diag) {
    fl_ids list = {0};
    fl_diag_init(diag, "prompt");
    *ids = NULL;
    *n_ids = 0;
    if (length > TEXT_MAX)
        return fl_fail(diag, FL_ERR_LIMIT, "%zu bytes of text, at most %d can be encoded", length,
                       TEXT_MAX);
    if (bos && tokenizer->bos_id >= 0)
        fl_ids_add(&list, tokenizer->bos_id);
    fl_status status = encode_between(tokenizer, text, length, special, &list, diag);
    if (!status && list.failed)
        status = fl_fail_memory(diag);
    if (status) {
        free(list.data);
        return status;
    }
    *ids = list.data;
    *n_ids = list.length;
    return FL_OK;
}

const char *fl_decode(const fl_tokenizer *tokenizer, int32_t previous, int32_t id, size_t *length) {
    *length = 0;
    if (valid_id(tokenizer, id) < 0)
        return "";
    *length = tokenizer->shown[id].length;
    if (!*length)
        return "";
    const char *text = tokenizer->shown_bytes.data + tokenizer->shown[id].at;
    bool first = previous < 0 || previous == tokenizer->bos_id;
    bool prefix = *text == ' ' && tokenizer->pieces[id].type != FL_PIECE_BYTE;
    if (first && prefix && tokenizer->settings.add_space_prefix) {
        text++;
        --*length;
    }
    return text;
}

const char *fl_piece_text(const fl_tokenizer *tokenizer, int32_t id, size_t *length) {
    bool valid = valid_id(tokenizer, id) >= 0;
    *length = valid ? tokenizer->pieces[id].length : 0;
    return valid ? tokenizer->pieces[id].text : NULL;
}

fl_piece_type fl_piece_kind(const fl_tokenizer *tokenizer, int32_t id) {
    return valid_id(tokenizer, id) >= 0 ? tokenizer->pieces[id].type : FL_PIECE_UNKNOWN;
}

int64_t fl_tokenizer_size(const fl_tokenizer *tokenizer) {
    return (int64_t)tokenizer->n_pieces;
}

int32_t fl_tokenizer_bos(const fl_tokenizer *tokenizer) {
    return tokenizer->bos_id;
}

bool fl_tokenizer_adds_bos(const fl_tokenizer *tokenizer) {
    return tokenizer->settings.add_bos && tokenizer->bos_id >= 0;
}

bool fl_token_ends(const fl_tokenizer *tokenizer, int32_t id) {
    for (size_t i = 0; i < tokenizer->ends.length; i++)
        if (tokenizer->ends.data[i] == id)
            return true;
    return id >= 0 &&
           (id == tokenizer->eos_id || id == tokenizer->eot_id || id == tokenizer->bos_id);
}

const char *fl_tokenizer_summary(const fl_tokenizer *tokenizer) {
    return tokenizer->summary;
}
