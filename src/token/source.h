/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Tokenizer files: each reader turns bytes into a vocabulary. A reader sees bytes, never a file,
 * and what it makes is bounded by their length.
 */
#ifndef FL_TOKEN_SOURCE_H
#define FL_TOKEN_SOURCE_H

#include "token/token.h"

typedef struct fl_token_file {
    const char *name;
    const void *bytes;
    uint64_t length;
} fl_token_file;

/* A file being read. What the vocabulary points to is the file's, or here until fl_source_finish.
 */
typedef struct fl_source {
    fl_token_file file;
    int64_t vocab_size; /* of the model; 0: not known */
    fl_vocab vocab;     /* begins as one without special ids */
    fl_piece *pieces, *merges;
    size_t n_pieces, capacity;
    fl_buffer text; /* of pieces that the file spells otherwise */
    char *room;     /* the same, where its size is known before */
    fl_ids ends;
    bool strict_merges; /* one that joins nothing is an error */
    fl_diag *diag;
} fl_source;

/* Adds a piece whose text is the file's, or stays. False, with the diag filled, if memory ran out.
 */
bool fl_source_add(fl_source *source, fl_piece piece);
/* An id that ends a text; no id, no change. */
void fl_source_add_end(fl_source *source, int32_t id);
/* The id of the piece that is spelled so, -1 for none. */
int32_t fl_source_find(const fl_source *source, const char *text, size_t length);

/* The formats. */
fl_status fl_read_token_bin(fl_source *source);     /* llama2.c */
fl_status fl_read_sentencepiece(fl_source *source); /* tokenizer.model */
/* tokenizer.model of Llama 3; `ranks`: how many there must be, 0 for any number. */
fl_status fl_read_tiktoken(fl_source *source, uint64_t ranks);
fl_status fl_read_tokenizer_json(fl_source *source);

/* Is this a rank file, by its first line? */
bool fl_is_tiktoken(const void *bytes, uint64_t length);

/* What a tokenizer.json says of how text is prepared (hf_parts.c): one of its members, a JSON text.
 */
typedef struct fl_json_part {
    const char *name, *text; /* text is NULL if it has none */
    size_t length;
    uint64_t at; /* in the file */
} fl_json_part;

fl_status fl_read_normalizer(fl_source *source, const fl_json_part *part);
fl_status fl_read_pre_tokenizer(fl_source *source, const fl_json_part *part);
fl_status fl_read_post_processor(fl_source *source, const fl_json_part *part);

/* A file that stands beside a tokenizer in a folder of Hugging Face (hf_beside.c): which pieces
 * begin and end a text. Read in the order of the table; what is said first counts, ends add up. */
extern const char *const fl_beside_names[]; /* NULL after the last */
fl_status fl_read_beside(fl_source *source, const fl_token_file *file);

/* A source over that file, and the tokenizer of one that was read; it is done with then, also after
 * a failure. */
fl_source fl_source_over(const fl_token_file *file, int64_t vocab_size, fl_diag *diag);
fl_status fl_source_finish(fl_source *source, fl_status status, fl_tokenizer **out);

/* Reads a tokenizer from bytes: the first file by its content, the others beside it. The diag's
 * subject is kept unless another file than the first is wrong. */
fl_status fl_tokenizer_read(fl_tokenizer **out, const fl_token_file *files, size_t n_files,
                            int64_t vocab_size, fl_diag *diag);

#endif
