/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * SentencePiece BPE with byte fallback.
 *
 * Spaces become U+2581 and one is put in front; the text is split into characters, and those are
 * joined (join.h). What is then still no piece is written byte by byte. Which pieces may come out
 * of text follows the SentencePiece library: user-defined ones are taken whole first, control and
 * unknown ones never.
 */
#include "base/diag.h"
#include "token/join.h"

#include <stdlib.h>
#include <string.h>

typedef struct work {
    fl_joining joining;
    bool after_unknown;
    fl_ids *ids;
} work;

/* ---- building ---- */

static const char *space_mark(const fl_tokenizer *tokenizer) {
    return tokenizer->settings.plain_spaces ? " " : "\xe2\x96\x81";
}

static int hex(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that "<0x0A>" stands for, -1 if the piece is not spelled exactly so. */
static int byte_of(const fl_piece *piece) {
    const char *text = piece->text;
    if (piece->length != 6 || memcmp(text, "<0x", 3) != 0 || text[5] != '>')
        return -1;
    int high = hex(text[3]), low = hex(text[4]);
    return high < 0 || low < 0 ? -1 : 16 * high + low;
}

/* Byte pieces go by their type; where no piece has it, by their spelling. A byte piece that spells
 * no byte is text. */
static void find_bytes(fl_tokenizer *tokenizer, const fl_vocab *vocab) {
    bool typed = vocab->merges != NULL; /* such a file says whether there are byte pieces */
    for (size_t i = 0; i < tokenizer->n_pieces; i++)
        typed = typed || tokenizer->pieces[i].type == FL_PIECE_BYTE;
    for (size_t i = 0; i < tokenizer->n_pieces; i++) {
        fl_piece *piece = &tokenizer->pieces[i];
        if (piece->type != (typed ? FL_PIECE_BYTE : FL_PIECE_NORMAL))
            continue;
        int byte = byte_of(piece);
        piece->type = byte >= 0 ? FL_PIECE_BYTE : FL_PIECE_NORMAL;
        if (byte < 0 || tokenizer->byte_ids[byte] >= 0)
            continue;
        tokenizer->byte_ids[byte] = (int32_t)i;
        tokenizer->n_bytes++;
    }
}

/* Is there a space in it that follows something other than a space? */
static bool crosses_words(const fl_piece *piece, const char *mark, uint32_t n) {
    for (uint32_t at = 1; at + n <= piece->length; at++) {
        if (memcmp(piece->text + at, mark, n) != 0)
            continue;
        if (at < n || memcmp(piece->text + at - n, mark, n) != 0)
            return true;
    }
    return false;
}

static bool comes_from_text(fl_piece_type type) {
    return type == FL_PIECE_NORMAL || type == FL_PIECE_USER_DEFINED || type == FL_PIECE_UNUSED;
}

static fl_status build(fl_tokenizer *tokenizer, const fl_vocab *vocab, fl_diag *diag) {
    const char *mark = space_mark(tokenizer);
    uint32_t n_mark = (uint32_t)strlen(mark);
    find_bytes(tokenizer, vocab);
    if (!fl_lookup_init(&tokenizer->lookup, tokenizer->pieces, tokenizer->n_pieces))
        return fl_fail_memory(diag);
    tokenizer->whole_words = true;
    for (size_t i = 0; i < tokenizer->n_pieces; i++) {
        const fl_piece *piece = &tokenizer->pieces[i];
        if (!comes_from_text(piece->type))
            continue;
        if (piece->length == 0 || !fl_lookup_add(&tokenizer->lookup, (int32_t)i)) {
            tokenizer->n_hidden++;
            continue;
        }
        if (crosses_words(piece, mark, n_mark))
            tokenizer->whole_words = false;
        if (piece->type == FL_PIECE_USER_DEFINED &&
            !fl_literals_add(&tokenizer->literals, piece->text, piece->length, (int32_t)i))
            return fl_fail_memory(diag);
    }
    fl_literals_sort(&tokenizer->literals);
    return FL_OK;
}

/* ---- cutting ---- */

/* One symbol for each user-defined piece, character, or byte that is part of none. */
static void split(work *w, uint32_t from, uint32_t to) {
    const fl_tokenizer *tokenizer = w->joining.tokenizer;
    while (from < to) {
        const char *text = w->joining.text + from;
        int32_t id;
        size_t n = fl_literals_match(&tokenizer->literals, text, to - from, &id);
        bool whole = n != 0;
        if (!whole) {
            n = fl_utf8_length(text, to - from);
            n = n ? n : 1;
            id = fl_lookup_find(&tokenizer->lookup, text, (uint32_t)n);
        }
        fl_joining_add(&w->joining, from, (uint32_t)n, id, whole);
        from += (uint32_t)n;
    }
}

/* ---- writing ids ---- */

/* An unused piece helps others to be joined but is never given out: its halves are instead. */
static void add_piece(work *w, int32_t id, uint32_t at, uint32_t length, int depth) {
    const fl_lookup *lookup = &w->joining.tokenizer->lookup;
    uint32_t left = w->joining.splits && depth < 64 ? w->joining.splits[id] : 0;
    w->after_unknown = false;
    if (left == 0 || left >= length || w->joining.tokenizer->pieces[id].type != FL_PIECE_UNUSED) {
        fl_ids_add(w->ids, id);
        return;
    }
    int32_t first = fl_lookup_find(lookup, w->joining.text + at, left);
    int32_t second = fl_lookup_find(lookup, w->joining.text + at + left, length - left);
    if (first >= 0 && second >= 0) {
        add_piece(w, first, at, left, depth + 1);
        add_piece(w, second, at + left, length - left, depth + 1);
    } else {
        fl_ids_add(w->ids, id);
    }
}

static bool has_bytes(const work *w, const fl_symbol *s) {
    for (uint32_t i = 0; i < s->length; i++)
        if (w->joining.tokenizer->byte_ids[(uint8_t)w->joining.text[s->at + i]] < 0)
            return false;
    return true;
}

/* A character no piece spells: its bytes, else one unknown piece for a run of such characters. */
static fl_status add_unspelled(work *w, const fl_symbol *s, fl_diag *diag) {
    const fl_tokenizer *tokenizer = w->joining.tokenizer;
    if (has_bytes(w, s)) {
        for (uint32_t i = 0; i < s->length; i++)
            fl_ids_add(w->ids, tokenizer->byte_ids[(uint8_t)w->joining.text[s->at + i]]);
        w->after_unknown = false;
        return FL_OK;
    }
    if (tokenizer->unk_id < 0) {
        char shown[32];
        fl_escape_into(shown, sizeof shown, w->joining.text + s->at, s->length);
        return fl_fail(diag, FL_ERR_UNSUPPORTED,
                       "no piece of the vocabulary spells \"%s\", and it has neither byte pieces "
                       "nor an unknown piece",
                       shown);
    }
    if (!w->after_unknown)
        fl_ids_add(w->ids, tokenizer->unk_id);
    w->after_unknown = true;
    return FL_OK;
}

static fl_status encode_run(work *w, uint32_t from, uint32_t to, fl_diag *diag) {
    if (!fl_joining_reset(&w->joining, to - from))
        return fl_fail_memory(diag);
    split(w, from, to);
    fl_join(&w->joining);
    for (int32_t i = 0; i >= 0; i = w->joining.symbols[i].next) {
        const fl_symbol *s = &w->joining.symbols[i];
        fl_status status = FL_OK;
        if (s->id >= 0)
            add_piece(w, s->id, s->at, s->length, 0);
        else
            status = add_unspelled(w, s, diag);
        if (status)
            return status;
    }
    return FL_OK;
}

/* End of the run that begins at `from`. If no piece reaches from a word into the next, each word
 * with the spaces before it can be joined alone, which keeps the heap small. */
static uint32_t run_end(const work *w, uint32_t from, uint32_t length) {
    const fl_tokenizer *tokenizer = w->joining.tokenizer;
    const char *mark = space_mark(tokenizer), *text = w->joining.text;
    uint32_t n = (uint32_t)strlen(mark);
    bool each = tokenizer->settings.split_spaces;
    if (!each && !tokenizer->whole_words)
        return length;
    for (uint32_t at = from + 1; at + n <= length; at++) {
        if (text[at] != mark[0] || memcmp(text + at, mark, n) != 0)
            continue;
        if (each || at < n || memcmp(text + at - n, mark, n) != 0)
            return at;
    }
    return length;
}

/* Every space as the mark; of a run only the first where runs are squeezed. */
static void add_marked(const fl_tokenizer *tokenizer, const char *text, size_t length,
                       fl_buffer *out) {
    const char *mark = space_mark(tokenizer);
    while (length) {
        const char *space = memchr(text, ' ', length);
        size_t n = space ? (size_t)(space - text) : length;
        fl_buffer_add(out, text, n);
        if (!space)
            return;
        fl_buffer_puts(out, mark);
        do
            n++;
        while (tokenizer->settings.squeeze_spaces && n < length && text[n] == ' ');
        text += n;
        length -= n;
    }
}

static bool begins_with_space(const char *text, size_t length) {
    return *text == ' ' || (length >= 3 && memcmp(text, "\xe2\x96\x81", 3) == 0);
}

static void normalise(const fl_tokenizer *tokenizer, const char *text, size_t length, bool first,
                      fl_buffer *out) {
    const fl_vocab *v = &tokenizer->settings;
    for (; v->squeeze_spaces && length && *text == ' '; text++)
        length--;
    while (v->squeeze_spaces && length && text[length - 1] == ' ')
        length--;
    bool prefix = v->add_space_prefix && length && (first || !v->prefix_first_only);
    if (prefix && !(v->prefix_unless_space && begins_with_space(text, length)))
        fl_buffer_puts(out, space_mark(tokenizer));
    add_marked(tokenizer, text, length, out);
}

static bool has_unused(const fl_tokenizer *tokenizer) {
    for (size_t i = 0; i < tokenizer->n_pieces; i++)
        if (tokenizer->pieces[i].type == FL_PIECE_UNUSED)
            return true;
    return false;
}

static fl_status encode(const fl_tokenizer *tokenizer, const char *text, size_t length, bool first,
                        fl_ids *ids, fl_diag *diag) {
    fl_buffer normal = {0};
    work w = {.joining = {.tokenizer = tokenizer}, .ids = ids};
    fl_status status = FL_OK;
    if (!length)
        return FL_OK;
    normalise(tokenizer, text, length, first, &normal);
    if (has_unused(tokenizer))
        w.joining.splits = calloc(tokenizer->n_pieces, sizeof *w.joining.splits);
    if (normal.failed || (!w.joining.splits && has_unused(tokenizer))) {
        status = fl_fail_memory(diag);
        goto out;
    }
    w.joining.text = normal.data;
    uint32_t end = (uint32_t)normal.length, to;
    for (uint32_t from = 0; from < end && !status; from = to) {
        to = run_end(&w, from, end);
        status = encode_run(&w, from, to, diag);
    }
out:
    fl_buffer_done(&normal);
    free(w.joining.splits);
    fl_joining_done(&w.joining);
    return status;
}

/* ---- reading back ---- */

static void decode(const fl_tokenizer *tokenizer, const fl_piece *piece, fl_buffer *out) {
    static const char mark[] = "\xe2\x96\x81";
    if (piece->type == FL_PIECE_BYTE) {
        char byte = (char)byte_of(piece);
        fl_buffer_add(out, &byte, 1);
        return;
    }
    for (uint32_t at = 0; at < piece->length;) {
        bool space = !tokenizer->settings.plain_spaces && piece->length - at >= 3 &&
                     memcmp(piece->text + at, mark, 3) == 0;
        fl_buffer_add(out, space ? " " : piece->text + at, 1);
        at += space ? 3 : 1;
    }
}

const fl_token_kind fl_token_spm = {"llama", "SentencePiece BPE", false, build, encode, decode};
