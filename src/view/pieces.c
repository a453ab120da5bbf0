/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Joins a tokenizer to the piece texts that sentences and screens show.
 */
#include "view/view.h"

static const char *piece_text(const void *ctx, int32_t id, size_t *length) {
    const fl_tokenizer *tokenizer = ctx;
    fl_piece_type type = fl_piece_kind(tokenizer, id);
    if (type != FL_PIECE_NORMAL && type != FL_PIECE_USER_DEFINED)
        return fl_piece_text(tokenizer, id, length);
    /* decoded after itself: a normal piece is never BOS, so the leading blank stays */
    return fl_decode(tokenizer, id, id, length);
}

fl_pieces fl_view_pieces(const fl_tokenizer *tokenizer) {
    return (fl_pieces){tokenizer, tokenizer ? piece_text : NULL};
}
