/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Vocabularies built by a test, and what tests ask of a tokenizer.
 */
#ifndef FL_TESTS_TOY_H
#define FL_TESTS_TOY_H

#include "base/text.h"
#include "test.h"

#include <footlight/tokenizer.h>

#define SPACE "\xe2\x96\x81" /* U+2581 */

typedef struct toy {
    fl_piece pieces[512];
    fl_piece merges[16];
    char bytes[256][8];
    fl_vocab vocab;
} toy;

static inline int32_t toy_add(toy *t, const char *text, float score, fl_piece_type type) {
    size_t id = t->vocab.n_pieces++;
    assert_in_range(id, 0, 511);
    t->pieces[id] = (fl_piece){text, (uint32_t)strlen(text), score, type};
    return (int32_t)id;
}

static inline void toy_add_bytes(toy *t) {
    for (unsigned i = 0; i < 256; i++) {
        snprintf(t->bytes[i], sizeof t->bytes[i], "<0x%02X>", i);
        toy_add(t, t->bytes[i], 0, FL_PIECE_BYTE);
    }
}

/* <unk>, <s>, </s>; BOS is added and so is the space in front. */
static inline void toy_init(toy *t) {
    memset(t, 0, sizeof *t);
    t->vocab = (fl_vocab){.kind = "llama",
                          .pre = "",
                          .pieces = t->pieces,
                          .bos_id = 1,
                          .eos_id = 2,
                          .eot_id = -1,
                          .unk_id = 0,
                          .add_bos = true,
                          .add_space_prefix = true};
    toy_add(t, "<unk>", 0, FL_PIECE_UNKNOWN);
    toy_add(t, "<s>", 0, FL_PIECE_CONTROL);
    toy_add(t, "</s>", 0, FL_PIECE_CONTROL);
}

/* Every byte in the alphabet of byte-level vocabularies, of which piece b is byte b, then what the
 * merges make (NULL after the last). */
static inline void toy_init_bytes(toy *t, const char *pre, const char *const *merges) {
    memset(t, 0, sizeof *t);
    t->vocab = (fl_vocab){.kind = "gpt2",
                          .pre = pre,
                          .pieces = t->pieces,
                          .merges = t->merges,
                          .bos_id = -1,
                          .eos_id = -1,
                          .eot_id = -1,
                          .unk_id = -1};
    for (unsigned i = 0, other = 0x100; i < 256; i++) {
        bool itself = (i > 0x20 && i < 0x7f) || (i > 0xa0 && i != 0xad);
        unsigned code = itself ? i : other++;
        if (code < 0x80)
            snprintf(t->bytes[i], sizeof t->bytes[i], "%c", (char)code);
        else
            snprintf(t->bytes[i], sizeof t->bytes[i], "%c%c", (char)(0xc0 | code >> 6),
                     (char)(0x80 | (code & 63)));
        toy_add(t, t->bytes[i], 0, FL_PIECE_NORMAL);
    }
    for (; *merges; merges++)
        t->merges[t->vocab.n_merges++] =
            (fl_piece){.text = *merges, .length = (uint32_t)strlen(*merges)};
}

static inline fl_tokenizer *toy_build(const toy *t) {
    fl_tokenizer *tokenizer = NULL;
    fl_diag diag;
    fl_status status = fl_tokenizer_new(&tokenizer, &t->vocab, &diag);
    if (status)
        print_error("%s\n", diag.message);
    assert_int_equal(status, FL_OK);
    return tokenizer;
}

/* The ids of a text as "1 5 7". */
static inline void ids_of(const fl_tokenizer *tokenizer, const char *text, size_t length, bool bos,
                          bool special, fl_buffer *out) {
    int32_t *ids = NULL;
    size_t n = 0;
    fl_diag diag;
    fl_buffer_clear(out);
    fl_buffer_puts(out, "");
    assert_int_equal(fl_encode(tokenizer, text, length, bos, special, &ids, &n, &diag), FL_OK);
    for (size_t i = 0; i < n; i++)
        fl_buffer_printf(out, "%s%d", i ? " " : "", (int)ids[i]);
    free(ids);
}

#define assert_ids(tokenizer, text, bos, special, expected)                                        \
    do {                                                                                           \
        fl_buffer got_ = {0};                                                                      \
        ids_of(tokenizer, text, sizeof(text) - 1, bos, special, &got_);                            \
        assert_string_equal(got_.data, expected);                                                  \
        fl_buffer_done(&got_);                                                                     \
    } while (0)

/* What `ids` read as, the first after `previous`. */
static inline void decode_all(const fl_tokenizer *tokenizer, int32_t previous, const int32_t *ids,
                              size_t n, fl_buffer *out) {
    fl_buffer_clear(out);
    fl_buffer_puts(out, "");
    for (size_t i = 0; i < n; i++) {
        size_t length;
        const char *text = fl_decode(tokenizer, previous, ids[i], &length);
        fl_buffer_add(out, text, length);
        previous = ids[i];
    }
}

/* Encoding and decoding gives the same bytes again, with BOS and without. */
static inline void assert_round_trip(const fl_tokenizer *tokenizer, const char *text,
                                     size_t length) {
    for (int bos = 0; bos < 2; bos++) {
        int32_t *ids = NULL;
        size_t n = 0;
        fl_buffer back = {0};
        assert_int_equal(fl_encode(tokenizer, text, length, bos, false, &ids, &n, NULL), FL_OK);
        decode_all(tokenizer, -1, ids, n, &back);
        assert_int_equal(back.length, length);
        assert_memory_equal(back.data, text, length);
        fl_buffer_done(&back);
        free(ids);
    }
}

#endif
