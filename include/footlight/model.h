/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * A model: hyperparameters, where its weights lie, and its vocabulary if the file carries one.
 *
 * The model owns the map of its file; every pointer got from it is borrowed and lives until
 * fl_model_close. Opening reads headers only: no weight is touched until a session runs. A bare
 * config.json gives a model without weights, good for plans; fl_session_new refuses it.
 * A model is read-only after opening and may be shared by sessions and threads.
 */
#ifndef FOOTLIGHT_MODEL_H
#define FOOTLIGHT_MODEL_H

#include <footlight/hparams.h>
#include <footlight/plan.h>
#include <footlight/tables.h>

typedef struct fl_model fl_model;

/* One weight as stored. data is NULL when the model is a plan only. */
typedef struct fl_weight {
    const char *name; /* as the file spells it */
    fl_weight_slot slot;
    int32_t layer; /* -1 for the pass */
    fl_dtype dtype;
    int n_dims;
    int64_t shape[FL_MAX_DIMS]; /* [out, in], or [n]; 1 after the last */
    uint64_t bytes;
    uint32_t file;    /* which of the model's files holds it, see fl_model_file */
    uint64_t offset;  /* of the first byte in that file */
    const void *data; /* rows of fl_dtype_row_bytes(dtype, in) bytes, no alignment promised */
    bool tied;        /* the head, when it is the embedding table */
    /* Of an I8 matrix that can be computed with: how many numbers, counted over the whole matrix
     * row after row, share a float scale. The scales follow the numbers. 0 elsewhere. */
    int64_t group;
} fl_weight;

typedef enum fl_piece_type {
    FL_PIECE_NORMAL = 1,
    FL_PIECE_UNKNOWN = 2,
    FL_PIECE_CONTROL = 3,
    FL_PIECE_USER_DEFINED = 4,
    FL_PIECE_UNUSED = 5,
    FL_PIECE_BYTE = 6
} fl_piece_type;

/* One piece of a vocabulary: bytes, not NUL-terminated, in the file's own spelling. */
typedef struct fl_piece {
    const char *text;
    uint32_t length;
    float score;
    fl_piece_type type;
} fl_piece;

/* A vocabulary as read from a file, before anything is built on it. */
typedef struct fl_vocab {
    const char *kind; /* "llama": SentencePiece BPE; "gpt2": byte-level BPE; "" if none */
    const char *pre;  /* pre-tokenizer of a byte-level vocabulary, or "" */
    const fl_piece *pieces;
    size_t n_pieces;
    const fl_piece *merges; /* "left right", best first; NULL: scores say what is joined */
    size_t n_merges;
    int32_t bos_id, eos_id, eot_id, unk_id; /* -1: none */
    const int32_t *end_ids;                 /* more ids that end a text or a turn */
    size_t n_end_ids;
    bool add_bos, add_space_prefix;
    bool plain_spaces;  /* pieces hold " " where SentencePiece writes U+2581 (tokenizer.bin) */
    bool ignore_merges; /* byte-level BPE: a word that is a piece is taken whole */
    bool nfc;           /* text is composed first (Unicode's normalization form C) */
    /* Of the space in front: none before text that begins with one; only where the text begins,
     * not after a control piece. */
    bool prefix_unless_space, prefix_first_only;
    bool squeeze_spaces; /* runs of spaces become one, and none are left at the ends */
    bool split_spaces;   /* every space begins a word that is encoded by itself */
} fl_vocab;

/* Opens a `.gguf`, a llama2.c `.bin`, a Hugging Face folder or any of its `.safetensors` files, a
 * bare `config.json`, or a bundled name (`builtin`, `llama-2-7b`, ...). A name with a '/' is always
 * a path. */
FL_API fl_status fl_model_open(fl_model **out, const char *name, fl_diag *diag);
/* Opens a file for its vocabulary alone: a GGUF of any architecture will do. Nothing else can be
 * asked of such a model. */
FL_API fl_status fl_model_open_vocab(fl_model **out, const char *path, fl_diag *diag);
/* Closes and sets *model to NULL; NULL is fine. */
FL_API void fl_model_close(fl_model **model);

FL_API const fl_hparams *fl_model_hparams(const fl_model *model);
/* What was opened: path or bundled name. */
FL_API const char *fl_model_name(const fl_model *model);
/* Its files, the one that was opened first: path or name, NULL after the last. */
FL_API const char *fl_model_file(const fl_model *model, size_t index);
/* "gguf", "llama2c", "safetensors", "config". */
FL_API const char *fl_model_format(const fl_model *model);
/* The same for people, with what the files say of their layout: "GGUF version 3, alignment 32". */
FL_API const char *fl_model_container(const fl_model *model);
/* Can it run? If not, fl_model_why_no_weights says why in one line (a config.json, a header cut
 * from its data, a storage type this build does not read); NULL when it has weights. */
FL_API bool fl_model_has_weights(const fl_model *model);
FL_API const char *fl_model_why_no_weights(const fl_model *model);
/* What is unusual about it, for people: lines, each ended by a line feed, "" if there are none. */
FL_API const char *fl_model_notes(const fl_model *model);
/* NULL if the model has no such weight. A tied head gives the embedding's data with `tied` set. */
FL_API const fl_weight *fl_model_weight(const fl_model *model, fl_weight_slot slot, int32_t layer);
/* Can this build turn its rows into floats, where its data is there? */
FL_API bool fl_weight_readable(const fl_weight *weight);
/* Every tensor of the file in file order, bound or not; of a file without tensors (config.json),
 * the ones it implies. */
FL_API size_t fl_model_tensor_count(const fl_model *model);
FL_API const fl_weight *fl_model_tensor(const fl_model *model, size_t index);
/* The vocabulary in the file, or NULL. */
FL_API const fl_vocab *fl_model_vocab(const fl_model *model);
/* Bytes of all weights as stored, each once. */
FL_API uint64_t fl_model_weight_bytes(const fl_model *model);
/* Text metadata by its GGUF key (`general.name`, `general.description`, ...), or NULL. Borrowed,
 * NUL-terminated, not yet escaped. */
FL_API const char *fl_model_metadata(const fl_model *model, const char *key);

/* Bundled names: index from 0, NULL after the last; `runnable` says whether it has weights. */
FL_API const char *fl_bundled_name(size_t index, bool *runnable);

#endif
