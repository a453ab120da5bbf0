/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Writes the fields of a SentencePiece model.
 */
#ifndef FL_TESTS_SENTENCEPIECE_WRITER_H
#define FL_TESTS_SENTENCEPIECE_WRITER_H

#include "base/text.h"

#include <footlight/model.h>
#include <string.h>

static inline void spm_varint(fl_buffer *out, uint64_t value) {
    do {
        char byte = (char)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
        fl_buffer_add(out, &byte, 1);
        value >>= 7;
    } while (value);
}

static inline void spm_number(fl_buffer *out, unsigned field, uint64_t value) {
    spm_varint(out, field << 3);
    spm_varint(out, value);
}

static inline void spm_bytes(fl_buffer *out, unsigned field, const char *bytes, size_t length) {
    spm_varint(out, field << 3 | 2);
    spm_varint(out, length);
    fl_buffer_add(out, bytes, length);
}

static inline void spm_float(fl_buffer *out, unsigned field, float value) {
    uint32_t bits;
    memcpy(&bits, &value, 4);
    spm_varint(out, field << 3 | 5);
    for (int i = 0; i < 4; i++) {
        char byte = (char)(bits >> 8 * i);
        fl_buffer_add(out, &byte, 1);
    }
}

/* Takes what was written into a message of its own. */
static inline void spm_message(fl_buffer *out, unsigned field, fl_buffer *inside) {
    spm_bytes(out, field, inside->data ? inside->data : "", inside->length);
    fl_buffer_done(inside);
}

/* A type that is the default is left out. */
static inline void spm_piece(fl_buffer *out, const char *text, float score, fl_piece_type type) {
    fl_buffer inside = {0};
    spm_bytes(&inside, 1, text, strlen(text));
    spm_float(&inside, 2, score);
    if (type != FL_PIECE_NORMAL)
        spm_number(&inside, 3, type);
    spm_message(out, 1, &inside);
}

/* With the special ids 0, 1 and 2, and -1 for padding. */
static inline void spm_trainer(fl_buffer *out, unsigned model_type) {
    fl_buffer inside = {0};
    spm_number(&inside, 3, model_type);
    spm_number(&inside, 35, 1);
    spm_number(&inside, 40, 0);
    spm_number(&inside, 43, UINT64_MAX);
    spm_message(out, 2, &inside);
}

static inline void spm_normalizer(fl_buffer *out, bool prefix, bool squeeze, bool escape) {
    fl_buffer inside = {0};
    spm_bytes(&inside, 1, "identity", 8);
    spm_number(&inside, 3, prefix);
    spm_number(&inside, 4, squeeze);
    spm_number(&inside, 5, escape);
    spm_message(out, 3, &inside);
}

#endif
