/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What every fuzz target of a tokenizer reader does with the tokenizer that was read: the file's
 * own bytes as text, to ids and back. What comes back must be the text, unless a piece stands in
 * for some of it that is none of it, or the vocabulary changes spaces or composes characters.
 */
#ifndef FL_TESTS_FUZZ_TOKEN_H
#define FL_TESTS_FUZZ_TOKEN_H

#include "fuzz/fuzz.h"

#include "base/diag.h"
#include "token/source.h"

#include <stdlib.h>
#include <string.h>

/* Is nothing of the text changed on the way in, other than a space put in front of it? */
static inline bool fuzz_keeps(const fl_tokenizer *tokenizer, const char *text, size_t length) {
    const fl_vocab *v = &tokenizer->settings;
    bool marks = !v->plain_spaces && !tokenizer->splitter; /* U+2581 stands for a space */
    for (size_t i = 0; marks && i + 3 <= length; i++)
        if (memcmp(text + i, "\xe2\x96\x81", 3) == 0)
            return false;
    return !v->nfc && !v->squeeze_spaces && !v->prefix_unless_space;
}

/* Every U+2581 as a space: byte pieces may have spelled it. */
static inline void fuzz_unmark(fl_buffer *text) {
    size_t to = 0;
    for (size_t at = 0; at < text->length; to++) {
        bool mark = at + 3 <= text->length && memcmp(text->data + at, "\xe2\x96\x81", 3) == 0;
        text->data[to] = mark ? ' ' : text->data[at];
        at += mark ? 3 : 1;
    }
    text->length = to;
}

static inline void check_decoding(const fl_tokenizer *tokenizer, const int32_t *ids, size_t n,
                                  const char *text, size_t length) {
    fl_buffer back = {0};
    bool exact = fuzz_keeps(tokenizer, text, length);
    int32_t previous = -1;
    for (size_t i = 0; i < n; previous = ids[i++]) {
        size_t part;
        const char *bytes = fl_decode(tokenizer, previous, ids[i], &part);
        fl_buffer_add(&back, bytes, part);
        fl_piece_type kind = fl_piece_kind(tokenizer, ids[i]);
        exact = exact && kind != FL_PIECE_UNKNOWN && kind != FL_PIECE_CONTROL;
        exact = exact && ids[i] != tokenizer->unk_id;
        /* After a piece that is cut out there is a space in front again. */
        exact = exact && (!tokenizer->cuts_literals || kind != FL_PIECE_USER_DEFINED);
    }
    if (!tokenizer->settings.plain_spaces && !tokenizer->splitter)
        fuzz_unmark(&back);
    /* The space in front is only dropped again if some piece spelled it. */
    bool kept = back.length == length + 1;
    if (exact &&
        (back.length != length + kept || (length && memcmp(back.data + kept, text, length))))
        abort();
    fl_buffer_done(&back);
}

static inline void fuzz_use(const fl_tokenizer *tokenizer, const char *text, size_t length) {
    for (int special = 0; special < 2; special++) {
        int32_t *ids = NULL;
        size_t n = 0;
        fl_diag diag;
        if (fl_encode(tokenizer, text, length, false, special, &ids, &n, &diag) != FL_OK)
            continue;
        for (size_t i = 0; i < n; i++)
            if (ids[i] < 0 || ids[i] >= fl_tokenizer_size(tokenizer))
                abort();
        if (!special)
            check_decoding(tokenizer, ids, n, text, length);
        free(ids);
    }
}

/* Reads the bytes with one reader, and uses what it gives. */
static inline void fuzz_source(const uint8_t *data, size_t size, int64_t vocab_size,
                               fl_status (*read)(fl_source *)) {
    fl_diag diag;
    fl_tokenizer *tokenizer = NULL;
    fl_diag_init(&diag, "fuzz");
    fl_source source = fl_source_over(&(fl_token_file){"fuzz", data, size}, vocab_size, &diag);
    fl_status status = fl_source_finish(&source, read(&source), &tokenizer);
    if ((status == FL_OK) != (tokenizer != NULL) || (status != FL_OK && !diag.message[0]))
        abort();
    if (tokenizer)
        fuzz_use(tokenizer, (const char *)data, size);
    fl_tokenizer_free(&tokenizer);
}

#endif
