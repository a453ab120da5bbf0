/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Rank files of tiktoken, as Llama 3 has one under the name tokenizer.model: a line for each piece,
 * its bytes in base64, a blank, its rank. Of two pieces that could be joined the one of lower rank
 * is, so the rank is both id and score. How text is cut and which special pieces there are is not
 * in the file: both are Llama 3's (llama-models, tokenizer.py).
 */
#include "base/diag.h"
#include "token/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned long long ull; /* for printf */

enum { N_SPECIALS = 256, BOS = 0, EOS = 1 };

/* The first of them; the others are reserved, numbered from 2. */
static const char *const specials[] = {
    "<|begin_of_text|>",
    "<|end_of_text|>",
    "<|reserved_special_token_0|>",
    "<|reserved_special_token_1|>",
    "<|finetune_right_pad_id|>",
    "<|step_id|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|eom_id|>",
    "<|eot_id|>",
    "<|python_tag|>",
    "<|image|>",
};
enum { N_NAMED = sizeof specials / sizeof *specials };

/* ---- lines ---- */

static int base64_value(uint8_t c) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = c ? strchr(digits, c) : NULL;
    return found ? (int)(found - digits) : -1;
}

typedef struct line {
    const uint8_t *text; /* base64 */
    uint64_t length, rank;
} line;

/* Takes the line at *at apart and steps over it; false if it is none. */
static bool take_line(const uint8_t *bytes, uint64_t length, uint64_t *at, line *out) {
    uint64_t i = *at;
    *out = (line){.text = bytes + i};
    while (i < length && (base64_value(bytes[i]) >= 0 || bytes[i] == '='))
        i++;
    out->length = i - *at;
    if (!out->length || out->length % 4 || i == length || bytes[i++] != ' ')
        return false;
    uint64_t digits = i;
    for (; i < length && bytes[i] >= '0' && bytes[i] <= '9' && i - digits < 10; i++)
        out->rank = 10 * out->rank + (bytes[i] - '0');
    if (i == digits)
        return false;
    i += i < length && bytes[i] == '\r';
    if (i < length && bytes[i++] != '\n')
        return false;
    *at = i;
    return true;
}

bool fl_is_tiktoken(const void *bytes, uint64_t length) {
    uint64_t at = 0;
    line first;
    return take_line(bytes, length, &at, &first);
}

/* Three bytes for four characters; `=` only at the end, for bytes that are not there. */
static bool decode(const line *l, fl_buffer *out) {
    for (uint64_t i = 0; i < l->length; i += 4) {
        const uint8_t *c = l->text + i;
        bool last = i + 4 == l->length;
        int n = last && c[3] == '=' ? (c[2] == '=' ? 1 : 2) : 3;
        uint32_t bits = 0;
        for (int k = 0; k < 4; k++) {
            int value = k <= n ? base64_value(c[k]) : 0;
            if (value < 0)
                return false;
            bits = bits << 6 | (uint32_t)value;
        }
        char three[3] = {(char)(bits >> 16), (char)(bits >> 8), (char)bits};
        fl_buffer_add(out, three, (size_t)n);
    }
    return true;
}

/* ---- pieces ---- */

static fl_status fail_line(const fl_source *source, int64_t number, const char *what) {
    return fl_fail_line(source->diag, FL_ERR_FORMAT, number,
                        "%s, expected a piece in base64, a blank and its rank", what);
}

/* Adds a piece's spelling to the text; until all are there its place is kept as a number. */
static fl_status add_piece(fl_source *source, const line *l, int64_t number, fl_buffer *raw) {
    size_t from = source->text.length;
    fl_buffer_clear(raw);
    if (!decode(l, raw))
        return fail_line(source, number, "not base64");
    fl_spell_bytes(&source->text, raw->data, raw->length);
    if (raw->failed || source->text.failed)
        return fl_fail_memory(source->diag);
    if (source->text.length - from > INT32_MAX)
        return fail_line(source, number, "more than 2^31 bytes");
    if (l->rank != source->n_pieces)
        return fl_fail_line(source->diag, FL_ERR_FORMAT, number, "rank %llu, expected %zu",
                            (ull)l->rank, source->n_pieces);
    fl_piece piece = {.length = (uint32_t)(source->text.length - from),
                      .score = -(float)l->rank,
                      .type = FL_PIECE_NORMAL};
    return fl_source_add(source, piece) ? FL_OK : FL_ERR_MEMORY;
}

static fl_status read_lines(fl_source *source) {
    fl_buffer raw = {0};
    fl_status status = FL_OK;
    uint64_t at = 0;
    for (int64_t number = 1; status == FL_OK && at < source->file.length; number++) {
        line l;
        status = take_line(source->file.bytes, source->file.length, &at, &l)
                     ? add_piece(source, &l, number, &raw)
                     : fail_line(source, number, "not a line of a rank file");
    }
    fl_buffer_done(&raw);
    return status;
}

static fl_status add_specials(fl_source *source) {
    for (int i = 0; i < N_SPECIALS; i++) {
        char name[48];
        snprintf(name, sizeof name, "<|reserved_special_token_%d|>", i - N_NAMED + 2);
        const char *text = i < N_NAMED ? specials[i] : name;
        fl_buffer_puts(&source->text, text);
        if (!fl_source_add(source,
                           (fl_piece){.length = (uint32_t)strlen(text), .type = FL_PIECE_CONTROL}))
            return FL_ERR_MEMORY;
    }
    return source->text.failed ? fl_fail_memory(source->diag) : FL_OK;
}

static void place_texts(fl_source *source) {
    const char *text = source->text.data;
    for (size_t i = 0; i < source->n_pieces; i++) {
        source->pieces[i].text = text;
        text += source->pieces[i].length;
    }
}

fl_status fl_read_tiktoken(fl_source *source, uint64_t ranks) {
    fl_vocab *v = &source->vocab;
    fl_status status = read_lines(source);
    size_t n = source->n_pieces;
    if (status == FL_OK && ranks && n != ranks)
        return fl_fail(source->diag, FL_ERR_UNSUPPORTED,
                       "is a tiktoken rank file of %zu pieces, expected %llu, Llama 3's: of others "
                       "it is not known how they cut text",
                       n, (ull)ranks);
    if (status == FL_OK)
        status = add_specials(source);
    if (status != FL_OK)
        return status;
    place_texts(source);
    v->kind = "gpt2";
    v->pre = "llama-bpe";
    v->ignore_merges = v->add_bos = true;
    v->bos_id = (int32_t)n + BOS;
    v->eos_id = (int32_t)n + EOS;
    return FL_OK;
}
