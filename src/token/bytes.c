/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Byte-level BPE.
 *
 * The vocabulary is spelled in an alphabet of 256 characters, one for each byte (GPT-2's
 * bytes_to_unicode): printable bytes stand for themselves, the others for U+0100 and up in their
 * order, so that a space is written as U+0120. Text is cut into words (words.h), a word is spelled
 * in that alphabet and its characters are joined (join.h). Where the vocabulary says so
 * (ignore_merges), a word that is a piece is taken whole.
 */
#include "base/diag.h"
#include "token/join.h"

#include <stdlib.h>
#include <string.h>

/* ---- the alphabet ---- */

static bool stands_for_itself(uint32_t byte) {
    return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
}

/* The n-th byte that stands for something else: 0 to 32, 127 to 160, 173. */
static uint32_t nth_other(uint32_t n) {
    return n < 33 ? n : n < 67 ? n - 33 + 127 : 173;
}

static uint32_t code_of(uint8_t byte) {
    if (stands_for_itself(byte))
        return byte;
    return 0x100 + (byte < 33 ? byte : byte < 161 ? byte - 127u + 33u : 67u);
}

/* -1 if the character is none of the alphabet. */
static int byte_of(uint32_t code) {
    if (code >= 0x100)
        return code < 0x100 + 68 ? (int)nth_other(code - 0x100) : -1;
    return stands_for_itself(code) ? (int)code : -1;
}

void fl_spell_bytes(fl_buffer *out, const char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        uint32_t code = code_of((uint8_t)bytes[i]);
        char two[2] = {(char)(0xc0 | code >> 6), (char)(0x80 | (code & 0x3f))};
        char one = (char)code;
        if (code < 0x80)
            fl_buffer_add(out, &one, 1);
        else
            fl_buffer_add(out, two, 2);
    }
}

/* Adds the bytes a piece spells; false, and nothing added, if some of it is no such spelling. */
static bool unspell(fl_buffer *out, const char *text, size_t length) {
    size_t before = out->length;
    for (size_t at = 0, n; at < length; at += n) {
        n = fl_utf8_length(text + at, length - at);
        int byte = n ? byte_of(fl_utf8_decode(text + at, n)) : -1;
        char raw = (char)byte;
        if (byte < 0) {
            out->length = before;
            return false;
        }
        fl_buffer_add(out, &raw, 1);
    }
    return true;
}

/* ---- building ---- */

/* False: memory ran out. */
static bool find_bytes(fl_tokenizer *tokenizer) {
    fl_buffer spelled = {0};
    for (int byte = 0; byte < 256 && !spelled.failed; byte++) {
        char raw = (char)byte;
        fl_buffer_clear(&spelled);
        fl_spell_bytes(&spelled, &raw, 1);
        if (!spelled.failed)
            tokenizer->byte_ids[byte] =
                fl_lookup_find(&tokenizer->lookup, spelled.data, (uint32_t)spelled.length);
        tokenizer->n_bytes += tokenizer->byte_ids[byte] >= 0;
    }
    bool found = !spelled.failed;
    fl_buffer_done(&spelled);
    return found;
}

static fl_status refuse_splitter(const char *name, fl_diag *diag) {
    char shown[64];
    fl_buffer known = {0};
    for (size_t i = 0; fl_splitter_list(i); i++)
        fl_buffer_printf(&known, "%s%s", i ? ", " : "", fl_splitter_list(i));
    const char *names = known.data ? known.data : "";
    fl_status status =
        *name ? fl_fail(diag, FL_ERR_UNSUPPORTED,
                        "tokenizer kind \"gpt2\" with pre-tokenizer \"%s\" is not supported, "
                        "expected one of %s",
                        fl_escape_into(shown, sizeof shown, name, strlen(name)), names)
              : fl_fail(diag, FL_ERR_UNSUPPORTED,
                        "the vocabulary of tokenizer kind \"gpt2\" does not name its pre-tokenizer "
                        "(tokenizer.ggml.pre), expected one of %s",
                        names);
    fl_buffer_done(&known);
    return status;
}

static fl_status build(fl_tokenizer *tokenizer, const fl_vocab *vocab, fl_diag *diag) {
    const char *pre = vocab->pre ? vocab->pre : "";
    tokenizer->splitter = fl_splitter_named(pre);
    if (!tokenizer->splitter)
        return refuse_splitter(pre, diag);
    if (!fl_lookup_init(&tokenizer->lookup, tokenizer->pieces, tokenizer->n_pieces))
        return fl_fail_memory(diag);
    for (size_t i = 0; i < tokenizer->n_pieces; i++) {
        const fl_piece *piece = &tokenizer->pieces[i];
        if (piece->type == FL_PIECE_USER_DEFINED &&
            !fl_literals_add(&tokenizer->literals, piece->text, piece->length, (int32_t)i))
            return fl_fail_memory(diag);
        if (piece->type == FL_PIECE_NORMAL &&
            (piece->length == 0 || !fl_lookup_add(&tokenizer->lookup, (int32_t)i)))
            tokenizer->n_hidden++;
    }
    fl_literals_sort(&tokenizer->literals);
    return find_bytes(tokenizer) ? FL_OK : fl_fail_memory(diag);
}

/* ---- encoding ---- */

static fl_status refuse_byte(uint8_t byte, fl_diag *diag) {
    return fl_fail(diag, FL_ERR_UNSUPPORTED,
                   "no piece of the vocabulary spells byte 0x%02x, and it has no unknown piece",
                   byte);
}

static int32_t id_of_byte(const fl_tokenizer *tokenizer, uint8_t byte) {
    int32_t id = tokenizer->byte_ids[byte];
    return id >= 0 ? id : tokenizer->unk_id;
}

/* One symbol for each byte; a byte without a piece is the unknown one, which nothing joins. */
static fl_status split(fl_joining *j, const char *word, size_t length, fl_diag *diag) {
    if (!fl_joining_reset(j, length))
        return fl_fail_memory(diag);
    uint32_t at = 0;
    for (size_t i = 0; i < length; i++) {
        uint8_t byte = (uint8_t)word[i];
        uint32_t n = code_of(byte) < 0x80 ? 1 : 2;
        int32_t id = id_of_byte(j->tokenizer, byte);
        if (id < 0)
            return refuse_byte(byte, diag);
        fl_joining_add(j, at, n, id, j->tokenizer->byte_ids[byte] < 0);
        at += n;
    }
    return FL_OK;
}

static fl_status encode_word(fl_joining *j, const char *word, size_t length, fl_buffer *spelled,
                             fl_ids *ids, fl_diag *diag) {
    const fl_tokenizer *tokenizer = j->tokenizer;
    fl_buffer_clear(spelled);
    fl_spell_bytes(spelled, word, length);
    if (spelled->failed)
        return fl_fail_memory(diag);
    if (tokenizer->settings.ignore_merges) {
        int32_t id = fl_lookup_find(&tokenizer->lookup, spelled->data, (uint32_t)spelled->length);
        if (id >= 0) {
            fl_ids_add(ids, id);
            return FL_OK;
        }
    }
    j->text = spelled->data;
    fl_status status = split(j, word, length, diag);
    if (status)
        return status;
    fl_join(j);
    for (int32_t i = 0; i >= 0; i = j->symbols[i].next)
        fl_ids_add(ids, j->symbols[i].id);
    return FL_OK;
}

static fl_status encode(const fl_tokenizer *tokenizer, const char *text, size_t length, bool first,
                        fl_ids *ids, fl_diag *diag) {
    (void)first;
    fl_joining joining = {.tokenizer = tokenizer};
    fl_words words = {.splitter = tokenizer->splitter, .text = text, .length = length};
    fl_buffer spelled = {0};
    fl_status status = FL_OK;
    size_t from, n;
    while (!status && fl_words_next(&words, &from, &n))
        status = encode_word(&joining, text + from, n, &spelled, ids, diag);
    fl_joining_done(&joining);
    fl_buffer_done(&spelled);
    return status;
}

/* ---- reading back ---- */

/* Added pieces are spelled as they read. */
static void decode(const fl_tokenizer *tokenizer, const fl_piece *piece, fl_buffer *out) {
    (void)tokenizer;
    bool spelled = piece->type != FL_PIECE_USER_DEFINED && piece->type != FL_PIECE_UNKNOWN;
    if (!spelled || !unspell(out, piece->text, piece->length))
        fl_buffer_add(out, piece->text, piece->length);
}

const fl_token_kind fl_token_bytes = {"gpt2", "byte-level BPE", true, build, encode, decode};
