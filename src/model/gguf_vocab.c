/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The vocabulary in a GGUF header: the tokenizer.ggml keys, checked and made into pieces that
 * borrow the file's bytes. Kinds this program cannot tokenize with are read as well, so that they
 * can be named.
 */
#include "base/cursor.h"
#include "base/diag.h"
#include "base/text.h"
#include "model/gguf.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char key_tokens[] = "tokenizer.ggml.tokens";
static const char key_scores[] = "tokenizer.ggml.scores";
static const char key_types[] = "tokenizer.ggml.token_type";
static const char key_merges[] = "tokenizer.ggml.merges";

/* What a kind of tokenizer means where its keys are silent (llama.cpp's defaults). */
static const struct kind {
    const char *name;
    bool add_bos, add_space_prefix;
    int64_t bos, eos, unk; /* -1: none */
} kinds[] = {
    {"llama", true, true, 1, 2, 0}, {"", false, false, -1, -1, -1}, /* any other */
};

/* Byte-level vocabularies of Llama 3: BOS is added by default, and words that are pieces are taken
 * whole. No key says the latter. */
static const char *const llama3_names[] = {"llama-bpe", "llama3", "llama-v3"};

/* Pieces that end a turn, where no key names one. */
static const char *const turn_ends[] = {"<|eot_id|>", "<|im_end|>", "<end_of_turn>", "<|end|>",
                                        "<|endofturn|>"};

static const struct kind *find_kind(const char *name) {
    const struct kind *kind = kinds;
    while (kind->name[0] && strcmp(kind->name, name) != 0)
        kind++;
    return kind;
}

/* The strings of an array, as pieces; parsing has checked every length. */
static fl_status read_pieces(const fl_gguf_pair *pair, fl_piece **out, size_t *n, fl_diag *diag) {
    fl_cursor in = fl_cursor_over(pair->value.data, pair->value.length);
    if (pair->count > INT32_MAX)
        return fl_fail_at(diag, FL_ERR_LIMIT, pair->offset,
                          "vocabulary has more than 2^31 entries");
    *out = calloc((size_t)pair->count + 1, sizeof **out);
    if (!*out)
        return fl_fail_memory(diag);
    for (*n = 0; *n < pair->count; ++*n) {
        uint64_t length = fl_cursor_u64(&in);
        if (length > INT32_MAX)
            return fl_fail_at(diag, FL_ERR_LIMIT, pair->offset, "a vocabulary entry has %llu bytes",
                              (unsigned long long)length);
        (*out)[*n] = (fl_piece){.text = fl_cursor_take(&in, length),
                                .length = (uint32_t)length,
                                .type = FL_PIECE_NORMAL};
    }
    return FL_OK;
}

static fl_status check_count(const fl_gguf_pair *pair, const char *key, size_t n, fl_diag *diag) {
    if (pair->count == n)
        return FL_OK;
    return fl_fail_at(diag, FL_ERR_FORMAT, pair->offset,
                      "key '%s' has %llu entries, expected %zu as in tokenizer.ggml.tokens", key,
                      (unsigned long long)pair->count, n);
}

static fl_status read_scores(fl_model *model, const fl_gguf *gguf, fl_diag *diag) {
    const fl_gguf_pair *pair;
    size_t n = model->vocab.n_pieces;
    fl_status status = fl_gguf_get_array(gguf, key_scores, FL_GGUF_F32, &pair, diag);
    if (status == FL_OK && pair)
        status = check_count(pair, key_scores, n, diag);
    if (status != FL_OK || !pair)
        return status;
    fl_cursor in = fl_cursor_over(pair->value.data, pair->value.length);
    for (size_t i = 0; i < n; i++) {
        model->pieces[i].score = fl_cursor_f32(&in);
        if (isnan(model->pieces[i].score))
            return fl_fail_at(diag, FL_ERR_FORMAT, pair->offset + 12 + 4 * i,
                              "key '%s' has no number for piece %zu (NaN)", key_scores, i);
    }
    return FL_OK;
}

/* Types for a file that lists none. Byte pieces are left to the tokenizer, which knows their
 * spelling. */
static void guess_types(fl_model *model) {
    const fl_vocab *v = &model->vocab;
    const struct {
        int32_t id;
        fl_piece_type type;
    } special[] = {{v->bos_id, FL_PIECE_CONTROL},
                   {v->eos_id, FL_PIECE_CONTROL},
                   {v->unk_id, FL_PIECE_UNKNOWN}};
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (special[i].id >= 0)
            model->pieces[special[i].id].type = special[i].type;
}

static fl_status read_types(fl_model *model, const fl_gguf *gguf, fl_diag *diag) {
    const fl_gguf_pair *pair = fl_gguf_find(gguf, key_types);
    size_t n = model->vocab.n_pieces;
    if (!pair) {
        guess_types(model);
        return FL_OK;
    }
    if (pair->type != FL_GGUF_ARRAY ||
        (pair->element != FL_GGUF_I32 && pair->element != FL_GGUF_U32))
        return fl_gguf_wrong_type(pair, "array of i32", diag);
    fl_status status = check_count(pair, key_types, n, diag);
    if (status != FL_OK)
        return status;
    fl_cursor in = fl_cursor_over(pair->value.data, pair->value.length);
    for (size_t i = 0; i < n; i++) {
        uint32_t type = fl_cursor_u32(&in);
        if (type > FL_PIECE_BYTE)
            return fl_fail_at(diag, FL_ERR_FORMAT, pair->offset + 12 + 4 * i,
                              "key '%s' has type %d for piece %zu, expected 1 to 6", key_types,
                              (int)(int32_t)type, i);
        if (type)
            model->pieces[i].type = (fl_piece_type)type;
    }
    return FL_OK;
}

/* One special id: an index into the pieces, -1 (also as a u32) for none. */
static fl_status read_id(const fl_gguf *gguf, const char *key, int64_t silent, size_t n,
                         int32_t *out, fl_diag *diag) {
    int64_t id = silent >= 0 && (uint64_t)silent < n ? silent : -1;
    fl_status status = fl_gguf_get_int(gguf, key, false, &id, diag);
    if (status != FL_OK)
        return status;
    if (id == UINT32_MAX)
        id = -1;
    if (id < -1 || id >= (int64_t)n)
        return fl_fail_at(diag, FL_ERR_FORMAT, fl_gguf_find(gguf, key)->offset,
                          "key '%s' is %lld, but the vocabulary has %zu pieces", key, (long long)id,
                          n);
    *out = (int32_t)id;
    return FL_OK;
}

/* The id of a control piece with this text, or -1. */
static int32_t find_control(const fl_vocab *vocab, const char *text) {
    size_t length = strlen(text);
    for (size_t i = 0; i < vocab->n_pieces; i++) {
        const fl_piece *piece = &vocab->pieces[i];
        if (piece->length == length && memcmp(piece->text, text, length) == 0 &&
            (piece->type == FL_PIECE_CONTROL || piece->type == FL_PIECE_USER_DEFINED))
            return (int32_t)i;
    }
    return -1;
}

static fl_status read_specials(fl_model *model, const fl_gguf *gguf, fl_diag *diag) {
    fl_vocab *v = &model->vocab;
    const struct kind *kind = find_kind(v->kind);
    const struct {
        const char *key;
        int64_t silent;
        int32_t *id;
    } ids[] = {
        {"tokenizer.ggml.bos_token_id", kind->bos, &v->bos_id},
        {"tokenizer.ggml.eos_token_id", kind->eos, &v->eos_id},
        {"tokenizer.ggml.unknown_token_id", kind->unk, &v->unk_id},
        {"tokenizer.ggml.eot_token_id", -1, &v->eot_id},
    };
    fl_status status = FL_OK;
    for (size_t i = 0; status == FL_OK && i < sizeof ids / sizeof *ids; i++)
        status = read_id(gguf, ids[i].key, ids[i].silent, v->n_pieces, ids[i].id, diag);
    return status;
}

static void find_turn_end(fl_vocab *v) {
    for (size_t i = 0; v->eot_id < 0 && i < sizeof turn_ends / sizeof *turn_ends; i++)
        v->eot_id = find_control(v, turn_ends[i]);
}

static fl_status read_flags(fl_vocab *v, const fl_gguf *gguf, fl_diag *diag) {
    const struct kind *kind = find_kind(v->kind);
    v->add_bos = kind->add_bos;
    v->add_space_prefix = kind->add_space_prefix;
    for (size_t i = 0; i < sizeof llama3_names / sizeof *llama3_names; i++)
        v->ignore_merges |= strcmp(v->pre, llama3_names[i]) == 0;
    v->add_bos |= v->ignore_merges;
    fl_status status = fl_gguf_get_bool(gguf, "tokenizer.ggml.add_bos_token", &v->add_bos, diag);
    if (status == FL_OK)
        status =
            fl_gguf_get_bool(gguf, "tokenizer.ggml.add_space_prefix", &v->add_space_prefix, diag);
    return status;
}

/* Files of SentencePiece vocabularies often list merges too, but there the scores decide. */
static fl_status read_merges(fl_model *model, const fl_gguf *gguf, fl_diag *diag) {
    fl_vocab *v = &model->vocab;
    const fl_gguf_pair *merges;
    fl_status status = fl_gguf_get_array(gguf, key_merges, FL_GGUF_STRING, &merges, diag);
    if (status != FL_OK || strcmp(v->kind, "llama") == 0)
        return status;
    if (!merges && strcmp(v->kind, "gpt2") == 0)
        return fl_fail(diag, FL_ERR_FORMAT,
                       "key '%s' is missing, but tokenizer.ggml.model is 'gpt2'", key_merges);
    if (merges)
        status = read_pieces(merges, &model->merges, &v->n_merges, diag);
    v->merges = model->merges;
    return status;
}

static fl_status read_tokens(fl_model *model, const fl_gguf *gguf, fl_diag *diag) {
    fl_vocab *v = &model->vocab;
    const fl_gguf_pair *tokens;
    fl_status status = fl_gguf_get_array(gguf, key_tokens, FL_GGUF_STRING, &tokens, diag);
    if (status == FL_OK && (!tokens || !tokens->count))
        return fl_fail(diag, FL_ERR_FORMAT, "key '%s' is %s, but tokenizer.ggml.model is set",
                       key_tokens, tokens ? "empty" : "missing");
    if (status == FL_OK)
        status = read_pieces(tokens, &model->pieces, &v->n_pieces, diag);
    v->pieces = model->pieces;
    return status == FL_OK ? read_merges(model, gguf, diag) : status;
}

fl_status fl_gguf_read_vocab(fl_model *model, const fl_gguf *gguf, fl_diag *diag) {
    fl_vocab *v = &model->vocab;
    fl_bytes word;
    fl_status status = fl_gguf_get_string(gguf, "tokenizer.ggml.model", false, &word, diag);
    if (status == FL_OK)
        status = fl_gguf_get_string(gguf, "tokenizer.ggml.pre", false, &word, diag);
    const char *kind = fl_model_metadata(model, "tokenizer.ggml.model");
    const char *pre = fl_model_metadata(model, "tokenizer.ggml.pre");
    if (status != FL_OK || !kind || strcmp(kind, "none") == 0 || strcmp(kind, "no_vocab") == 0)
        return status;
    *v = (fl_vocab){.kind = kind, .pre = pre ? pre : ""};
    status = read_tokens(model, gguf, diag);
    if (status == FL_OK)
        status = read_scores(model, gguf, diag);
    if (status == FL_OK)
        status = read_specials(model, gguf, diag);
    if (status == FL_OK)
        status = read_types(model, gguf, diag);
    if (status == FL_OK)
        status = read_flags(v, gguf, diag);
    if (status == FL_OK)
        find_turn_end(v);
    return status;
}
