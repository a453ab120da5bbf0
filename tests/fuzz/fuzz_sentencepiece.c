/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The reader of SentencePiece models.
 */
#include "fuzz/token.h"
#include "token/sentencepiece_writer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_source(data, size, 0, fl_read_sentencepiece);
    return 0;
}

/* A small model; the same with spaces squeezed, and with spaces as they are. */
bool fl_fuzz_seed(size_t index, fl_buffer *out) {
    if (index > 2)
        return false;
    spm_piece(out, "<unk>", 0, FL_PIECE_UNKNOWN);
    spm_piece(out, "<s>", 0, FL_PIECE_CONTROL);
    spm_piece(out, "</s>", 0, FL_PIECE_CONTROL);
    spm_piece(out, "<0x0A>", 0, FL_PIECE_BYTE);
    spm_piece(out, index == 2 ? " " : "\xe2\x96\x81", -1, FL_PIECE_NORMAL);
    spm_piece(out, "un", -2, FL_PIECE_NORMAL);
    spm_piece(out, "u", -3, FL_PIECE_UNUSED);
    spm_piece(out, "n", -4, FL_PIECE_NORMAL);
    spm_piece(out, "k>", -5, FL_PIECE_USER_DEFINED);
    spm_trainer(out, 2);
    spm_normalizer(out, index != 2, index == 1, index != 2);
    return true;
}
