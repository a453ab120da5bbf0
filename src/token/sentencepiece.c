/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * SentencePiece models, a protobuf message (sentencepiece_model.proto). The fields that matter are
 * read off the wire, others are skipped:
 *
 *   1 piece {1 text, 2 score, 3 type}
 *   2 trainer {3 model type, 24 white space as suffix, 40 unk, 41 bos, 42 eos}
 *   3 normalizer {1 name, 2 character map, 3 dummy prefix, 4 remove extra spaces, 5 escape spaces}
 */
#include "base/cursor.h"
#include "base/diag.h"
#include "token/source.h"

#include <math.h>
#include <string.h>

typedef unsigned long long ull; /* for printf */

enum { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

/* A message being read: offsets count from the start of the file. */
typedef struct message {
    fl_cursor in;
    uint64_t base;
    fl_diag *diag;
} message;

typedef struct field {
    uint64_t number, at;
    int wire;
    uint64_t varint;
    uint32_t bits;
    const char *bytes;
    uint64_t length;
} field;

/* ---- the wire ---- */

static fl_status read_varint(message *m, uint64_t *out) {
    uint64_t at = m->base + m->in.at;
    *out = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        uint8_t byte = fl_cursor_u8(&m->in);
        if (m->in.failed)
            return fl_fail_at(m->diag, FL_ERR_FORMAT, at, "the file ends inside a varint");
        if (shift == 63 && byte > 1)
            break;
        *out |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return FL_OK;
    }
    return fl_fail_at(m->diag, FL_ERR_FORMAT, at, "a varint of more than 64 bits");
}

static fl_status read_bytes(message *m, field *f) {
    uint64_t at = m->base + m->in.at;
    fl_status status = read_varint(m, &f->length);
    if (status != FL_OK)
        return status;
    if (f->length > fl_cursor_left(&m->in))
        return fl_fail_at(m->diag, FL_ERR_FORMAT, at,
                          "field %llu has length %llu, but %llu bytes are left", (ull)f->number,
                          (ull)f->length, (ull)fl_cursor_left(&m->in));
    f->bytes = fl_cursor_take(&m->in, f->length);
    return FL_OK;
}

/* The next field; its value is in the member that its wire type has. */
static fl_status read_field(message *m, field *f) {
    uint64_t tag;
    *f = (field){.at = m->base + m->in.at};
    fl_status status = read_varint(m, &tag);
    if (status != FL_OK)
        return status;
    f->number = tag >> 3;
    f->wire = (int)(tag & 7);
    if (f->number == 0 || f->number >= (uint64_t)1 << 29)
        return fl_fail_at(m->diag, FL_ERR_FORMAT, f->at, "field number %llu, expected 1 to 2^29-1",
                          (ull)f->number);
    if (f->wire == WIRE_VARINT)
        return read_varint(m, &f->varint);
    if (f->wire == WIRE_BYTES)
        return read_bytes(m, f);
    if (f->wire != WIRE_32 && f->wire != WIRE_64)
        return fl_fail_at(m->diag, FL_ERR_FORMAT, f->at,
                          "field %llu has wire type %d, expected 0, 1, 2 or 5", (ull)f->number,
                          f->wire);
    f->bits = fl_cursor_u32(&m->in);
    if (f->wire == WIRE_64)
        fl_cursor_u32(&m->in);
    return m->in.failed ? fl_fail_at(m->diag, FL_ERR_FORMAT, f->at,
                                     "the file ends inside field %llu", (ull)f->number)
                        : FL_OK;
}

static fl_status check_wire(const message *m, const field *f, int wire) {
    return f->wire == wire ? FL_OK
                           : fl_fail_at(m->diag, FL_ERR_FORMAT, f->at,
                                        "field %llu has wire type %d, expected %d", (ull)f->number,
                                        f->wire, wire);
}

static message inside(const message *m, const field *f) {
    const uint8_t *start = m->in.bytes;
    return (message){fl_cursor_over(f->bytes, f->length),
                     m->base + (uint64_t)((const uint8_t *)f->bytes - start), m->diag};
}

/* ---- pieces ---- */

static fl_status take_piece_field(const message *m, const field *f, fl_piece *piece) {
    static const int wires[] = {WIRE_BYTES, WIRE_32, WIRE_VARINT};
    if (f->number > 3)
        return FL_OK;
    fl_status status = check_wire(m, f, wires[f->number - 1]);
    if (status != FL_OK)
        return status;
    if (f->number == 1) {
        if (f->length > INT32_MAX)
            return fl_fail_at(m->diag, FL_ERR_LIMIT, f->at, "a piece of %llu bytes",
                              (ull)f->length);
        piece->text = f->bytes;
        piece->length = (uint32_t)f->length;
    } else if (f->number == 2) {
        memcpy(&piece->score, &f->bits, sizeof piece->score);
    } else {
        if (f->varint < FL_PIECE_NORMAL || f->varint > FL_PIECE_BYTE)
            return fl_fail_at(m->diag, FL_ERR_FORMAT, f->at, "piece type %llu, expected 1 to 6",
                              (ull)f->varint);
        piece->type = (fl_piece_type)f->varint;
    }
    return FL_OK;
}

static fl_status read_piece(fl_source *source, message m) {
    fl_piece piece = {.type = FL_PIECE_NORMAL};
    fl_status status = FL_OK;
    field f;
    while (status == FL_OK && fl_cursor_left(&m.in)) {
        status = read_field(&m, &f);
        if (status == FL_OK)
            status = take_piece_field(&m, &f, &piece);
    }
    if (status != FL_OK)
        return status;
    if (!piece.text || !piece.length)
        return fl_fail_at(m.diag, FL_ERR_FORMAT, m.base, "piece %zu has no text", source->n_pieces);
    if (isnan(piece.score))
        return fl_fail_at(m.diag, FL_ERR_FORMAT, m.base, "the score of piece %zu is not a number",
                          source->n_pieces);
    return fl_source_add(source, piece) ? FL_OK : FL_ERR_MEMORY;
}

/* ---- settings ---- */

typedef struct settings {
    uint64_t model_type, suffix, unk, bos, eos;      /* of the trainer */
    uint64_t character_map, prefix, squeeze, escape; /* of the normalizer */
} settings;

/* What the fields are called where they do not follow from their number. */
typedef struct setting {
    uint64_t number;
    uint64_t *value; /* a byte string gives its length */
    int wire;
} setting;

static fl_status read_settings(message m, const setting *rows, size_t n) {
    fl_status status = FL_OK;
    field f;
    while (status == FL_OK && fl_cursor_left(&m.in)) {
        status = read_field(&m, &f);
        for (size_t i = 0; status == FL_OK && i < n; i++) {
            if (rows[i].number != f.number)
                continue;
            status = check_wire(&m, &f, rows[i].wire);
            *rows[i].value = f.wire == WIRE_BYTES ? f.length : f.varint;
        }
    }
    return status;
}

static fl_status read_trainer(message m, settings *s) {
    const setting rows[] = {{3, &s->model_type, WIRE_VARINT},
                            {24, &s->suffix, WIRE_VARINT},
                            {40, &s->unk, WIRE_VARINT},
                            {41, &s->bos, WIRE_VARINT},
                            {42, &s->eos, WIRE_VARINT}};
    return read_settings(m, rows, sizeof rows / sizeof *rows);
}

static fl_status read_normalizer(message m, settings *s) {
    const setting rows[] = {{2, &s->character_map, WIRE_BYTES},
                            {3, &s->prefix, WIRE_VARINT},
                            {4, &s->squeeze, WIRE_VARINT},
                            {5, &s->escape, WIRE_VARINT}};
    return read_settings(m, rows, sizeof rows / sizeof *rows);
}

static fl_status check_settings(const settings *s, fl_diag *diag) {
    static const char *const types[] = {"", "unigram", "", "word", "char"};
    if (s->model_type != 2)
        return fl_fail(diag, FL_ERR_UNSUPPORTED,
                       "the tokenizer's model type is %llu%s%s%s, expected 2 (BPE)",
                       (ull)s->model_type, s->model_type < 5 ? " (" : "",
                       s->model_type < 5 ? types[s->model_type] : "", s->model_type < 5 ? ")" : "");
    if (s->suffix)
        return fl_fail(diag, FL_ERR_UNSUPPORTED,
                       "the tokenizer writes white space as a suffix, expected it in front");
    if (s->character_map)
        return fl_fail(diag, FL_ERR_UNSUPPORTED,
                       "the tokenizer's normalizer maps characters (%llu bytes of rules), expected "
                       "one that does not (identity)",
                       (ull)s->character_map);
    return FL_OK;
}

/* -1, written as 64 bits, is none. */
static fl_status take_id(const fl_source *source, const char *name, uint64_t value, int32_t *out) {
    *out = -1;
    if (value == UINT64_MAX || value == UINT32_MAX)
        return FL_OK;
    if (value >= source->n_pieces)
        return fl_fail(source->diag, FL_ERR_FORMAT,
                       "the id of %s is %llu, but the file has %zu pieces", name, (ull)value,
                       source->n_pieces);
    *out = (int32_t)value;
    return FL_OK;
}

static fl_status apply(fl_source *source, const settings *s) {
    fl_vocab *v = &source->vocab;
    fl_status status = check_settings(s, source->diag);
    if (status == FL_OK)
        status = take_id(source, "unk", s->unk, &v->unk_id);
    if (status == FL_OK)
        status = take_id(source, "bos", s->bos, &v->bos_id);
    if (status == FL_OK)
        status = take_id(source, "eos", s->eos, &v->eos_id);
    v->kind = "llama";
    v->pre = "";
    v->add_bos = true; /* as the library's users do: Llama, Mistral */
    v->add_space_prefix = s->prefix;
    v->squeeze_spaces = s->squeeze;
    v->plain_spaces = !s->escape;
    return status;
}

fl_status fl_read_sentencepiece(fl_source *source) {
    message m = {fl_cursor_over(source->file.bytes, source->file.length), 0, source->diag};
    settings s = {.model_type = 1, .bos = 1, .eos = 2, .prefix = 1, .squeeze = 1, .escape = 1};
    fl_status status = FL_OK;
    field f;
    while (status == FL_OK && fl_cursor_left(&m.in)) {
        status = read_field(&m, &f);
        if (status == FL_OK && f.number <= 3)
            status = check_wire(&m, &f, WIRE_BYTES);
        if (status != FL_OK)
            break;
        if (f.number == 1)
            status = read_piece(source, inside(&m, &f));
        else if (f.number == 2)
            status = read_trainer(inside(&m, &f), &s);
        else if (f.number == 3)
            status = read_normalizer(inside(&m, &f), &s);
    }
    return status == FL_OK ? apply(source, &s) : status;
}
