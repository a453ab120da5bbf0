/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Reads llama2.c `tokenizer.bin` into an fl_vocab. The format keeps no types: id 0 is the unknown
 * piece, 1 begins and 2 ends a text, as its own runner has it, and byte pieces are known by their
 * spelling. Spaces are written as spaces.
 */
#include "base/cursor.h"
#include "base/diag.h"
#include "token/source.h"

#include <math.h>

enum { UNK_ID = 0, BOS_ID = 1, EOS_ID = 2 };

/* Fewest bytes a piece takes: its score and its length. */
enum { ENTRY_BYTES = 8 };

static fl_status read_piece(fl_cursor *cursor, uint64_t index, fl_piece *piece, fl_diag *diag) {
    uint64_t at = cursor->at;
    float score = fl_cursor_f32(cursor);
    uint32_t length = fl_cursor_u32(cursor);
    if (cursor->failed)
        return fl_fail_at(diag, FL_ERR_FORMAT, at, "the file ends inside tokenizer piece %llu",
                          (unsigned long long)index);
    if (length > INT32_MAX || length > fl_cursor_left(cursor))
        return fl_fail_at(diag, FL_ERR_FORMAT, at + 4,
                          "tokenizer piece %llu has length %ld, but %llu bytes are left",
                          (unsigned long long)index, (long)(int32_t)length,
                          (unsigned long long)fl_cursor_left(cursor));
    if (isnan(score))
        return fl_fail_at(diag, FL_ERR_FORMAT, at, "the score of tokenizer piece %llu is no number",
                          (unsigned long long)index);
    fl_piece_type type = index == UNK_ID                      ? FL_PIECE_UNKNOWN
                         : index == BOS_ID || index == EOS_ID ? FL_PIECE_CONTROL
                                                              : FL_PIECE_NORMAL;
    *piece = (fl_piece){fl_cursor_take(cursor, length), length, score, type};
    return FL_OK;
}

static fl_status read_pieces(fl_source *source, fl_cursor *cursor) {
    uint64_t wanted = (uint64_t)source->vocab_size;
    while (wanted ? source->n_pieces < wanted : fl_cursor_left(cursor) > 0) {
        fl_piece piece;
        fl_status status = read_piece(cursor, source->n_pieces, &piece, source->diag);
        if (status)
            return status;
        if (!fl_source_add(source, piece))
            return FL_ERR_MEMORY;
    }
    if (fl_cursor_left(cursor))
        return fl_fail_at(source->diag, FL_ERR_FORMAT, cursor->at,
                          "%llu bytes follow the last of %zu tokenizer pieces",
                          (unsigned long long)fl_cursor_left(cursor), source->n_pieces);
    return FL_OK;
}

static fl_status check_size(const fl_cursor *cursor, int64_t vocab_size, fl_diag *diag) {
    uint64_t most = fl_cursor_left(cursor) / ENTRY_BYTES;
    if (most == 0)
        return fl_fail_at(diag, FL_ERR_FORMAT, 0,
                          "%llu bytes are too few for a tokenizer.bin with one piece",
                          (unsigned long long)cursor->length);
    if ((uint64_t)vocab_size > most)
        return fl_fail(diag, FL_ERR_FORMAT,
                       "the model has %lld tokenizer pieces, the file can hold at most %llu",
                       (long long)vocab_size, (unsigned long long)most);
    return FL_OK;
}

fl_status fl_read_token_bin(fl_source *source) {
    fl_cursor cursor = fl_cursor_over(source->file.bytes, source->file.length);
    fl_vocab *v = &source->vocab;
    fl_cursor_u32(&cursor); /* length of the longest piece, so it says */
    v->kind = "llama";
    v->pre = "";
    v->bos_id = BOS_ID;
    v->eos_id = EOS_ID;
    v->unk_id = UNK_ID;
    v->add_bos = v->add_space_prefix = v->plain_spaces = true;
    fl_status status = check_size(&cursor, source->vocab_size, source->diag);
    return status ? status : read_pieces(source, &cursor);
}
