/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Text to token ids and back.
 *
 * A tokenizer owns its look-up tables and borrows nothing once made: the pieces' bytes are copied.
 * Read-only after making; may be shared by threads.
 */
#ifndef FOOTLIGHT_TOKENIZER_H
#define FOOTLIGHT_TOKENIZER_H

#include <footlight/model.h>

typedef struct fl_tokenizer fl_tokenizer;

/* From a vocabulary (a GGUF's own, see fl_model_vocab); NULL, a model without one, is an error. */
FL_API fl_status fl_tokenizer_new(fl_tokenizer **out, const fl_vocab *vocab, fl_diag *diag);
/* From a tokenizer file: llama2.c `tokenizer.bin`, whose number of entries must be `vocab_size`
 * (0: take what the file holds). */
FL_API fl_status fl_tokenizer_open(fl_tokenizer **out, const char *path, int64_t vocab_size,
                                   fl_diag *diag);
/* Frees and sets *tokenizer to NULL; NULL is fine. */
FL_API void fl_tokenizer_free(fl_tokenizer **tokenizer);

/* Encodes `length` bytes of text. `bos`: put the BOS id first if the vocabulary has one.
 * `special`: control pieces written in the text become their ids. *ids is malloc'ed, the caller
 * frees it. Text no piece can spell is an error unless the vocabulary has an unknown piece. */
FL_API fl_status fl_encode(const fl_tokenizer *tokenizer, const char *text, size_t length, bool bos,
                           bool special, int32_t **ids, size_t *n_ids, fl_diag *diag);

/* Bytes that token `id` adds after token `previous` (-1 at the start): at the start and right after
 * BOS the space that encoding put in front is dropped, a byte piece gives its one raw byte. The
 * pointer is borrowed; *length is 0 for control pieces and ids out of range. Bytes may be half a
 * character: collect before showing. */
FL_API const char *fl_decode(const fl_tokenizer *tokenizer, int32_t previous, int32_t id,
                             size_t *length);

/* The piece in the vocabulary's own spelling ("▁Paris", "<0x0A>"), borrowed, not NUL-terminated;
 * NULL and 0 for ids out of range. */
FL_API const char *fl_piece_text(const fl_tokenizer *tokenizer, int32_t id, size_t *length);
FL_API fl_piece_type fl_piece_kind(const fl_tokenizer *tokenizer, int32_t id);

FL_API int64_t fl_tokenizer_size(const fl_tokenizer *tokenizer);
FL_API int32_t fl_tokenizer_bos(const fl_tokenizer *tokenizer); /* -1: none */
FL_API bool fl_tokenizer_adds_bos(const fl_tokenizer *tokenizer);
/* Does generation end here: end of sequence, end of turn, or BOS? */
FL_API bool fl_token_ends(const fl_tokenizer *tokenizer, int32_t id);
/* "SentencePiece BPE, 1,024 pieces, byte fallback": for people. Borrowed. */
FL_API const char *fl_tokenizer_summary(const fl_tokenizer *tokenizer);

#endif
