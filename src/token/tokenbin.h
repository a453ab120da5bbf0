/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * llama2.c `tokenizer.bin`: a 32-bit length that is not to be trusted, then for each piece a score,
 * a length and its bytes. Nothing says how many pieces there are.
 */
#ifndef FL_TOKEN_TOKENBIN_H
#define FL_TOKEN_TOKENBIN_H

#include <footlight/tokenizer.h>

/* Makes a tokenizer from the bytes of such a file. `vocab_size`: how many pieces it must hold,
 * 0 for as many as there are. The diag's subject is kept. */
fl_status fl_tokenizer_read(fl_tokenizer **out, const void *bytes, uint64_t length,
                            int64_t vocab_size, fl_diag *diag);

#endif
