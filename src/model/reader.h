/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What the readers of this folder share: the inside of an fl_model, which each of them fills, and
 * the row by which model.c knows a reader. A reader sees bytes, never a file, so that a bundled
 * file, a test and a fuzzer come in by the same door.
 */
#ifndef FL_MODEL_READER_H
#define FL_MODEL_READER_H

#include <footlight/model.h>

#include "base/map.h"

/* Bytes inside the file, borrowed, not NUL-terminated. */
typedef struct fl_bytes {
    const char *data;
    uint64_t length;
} fl_bytes;

typedef struct fl_text_entry {
    const char *key, *value; /* NUL-terminated copies */
} fl_text_entry;

/* How the tensors of a Hugging Face checkpoint are called: its weights as weights.def has them,
 * with `prefix` for "model.", and the head. */
typedef struct fl_naming {
    const char *prefix, *head;
    const char *part; /* what does not begin so is no part of the language model; NULL: all is */
} fl_naming;

/* One of the files a model is read from. */
typedef struct fl_file {
    const char *name; /* path, or what it is called where it was handed over as bytes */
    const uint8_t *bytes;
    uint64_t length;
} fl_file;

struct fl_model {
    char *name; /* what was opened */
    const char *format;
    char container[80]; /* the format in words, with its version; "": nothing more is known */
    bool vocab_only;    /* nothing but its vocabulary is asked for */
    bool folder;        /* it was a folder, or what stands for one; config.json is the first file */
    fl_file *files;     /* the one that was opened, and those beside it that a reader asked for */
    fl_map *maps;       /* of each; empty where the bytes are somebody else's */
    size_t n_files;
    const fl_file *others; /* in place of a folder, where bytes were opened */
    size_t n_others;
    const uint8_t *bytes; /* all of the first file */
    uint64_t length;

    fl_hparams hparams;
    fl_weight *tensors;
    size_t n_tensors;
    const fl_naming *naming; /* NULL: tensors are called as in GGUF */
    char *tensor_names;      /* where their names stand */
    char *reordered;         /* see hf_order.h */
    const fl_weight **slots; /* see fl_bind: NULL until bound */
    fl_weight tied_head;
    uint64_t weight_bytes;
    char why_no_weights[400];
    char notes[1200]; /* lines about what is unusual, each ended by a line feed */

    fl_vocab vocab; /* kind is NULL if there is none */
    fl_piece *pieces, *merges;
    fl_text_entry *texts; /* sorted by key */
    size_t n_texts;
    char *text_bytes;
};

/* How sure a reader is that the bytes are its own. */
typedef enum fl_guess {
    FL_GUESS_NO,
    FL_GUESS_NAME,      /* the file name says so */
    FL_GUESS_PLAUSIBLE, /* the bytes may be */
    FL_GUESS_SURE
} fl_guess;

typedef struct fl_reader {
    const char *format;
    fl_guess (*probe)(const uint8_t *bytes, uint64_t length, const char *name);
    /* Fills hyperparameters, tensors, vocabulary and texts from model->bytes. What it allocated so
     * far stays in the model when it fails: the caller closes it. */
    fl_status (*read)(fl_model *model, fl_diag *diag);
} fl_reader;

extern const fl_reader fl_reader_gguf, fl_reader_llama2c, fl_reader_safetensors, fl_reader_config;

/* Opens bytes that outlive the model. `name` stands in messages and helps the guess. */
fl_status fl_model_open_bytes(fl_model **out, const char *name, const void *bytes, uint64_t length,
                              fl_diag *diag);
/* The same with `files` for a folder: the first is opened, the others are found beside it. All of
 * them outlive the model. */
fl_status fl_model_open_files(fl_model **out, const fl_file *files, size_t n_files, fl_diag *diag);

/* Is there a file of that name beside the one that was opened? */
bool fl_model_has_beside(const fl_model *model, const char *name);
/* Has the file of that name beside the one that was opened read too, and gives its index among the
 * model's files; once more for the same name, the same index. A name that could lead out of the
 * folder is refused. The diag's subject is the file's until the caller changes it. */
fl_status fl_model_open_beside(fl_model *model, const char *name, size_t *index, fl_diag *diag);

/* Says that the model is a plan only; the first reason stays. */
void fl_model_set_plan_only(fl_model *model, const char *format, ...) FL_PRINTF(2, 3);

/* Says something unusual about the file that whoever reads it should know, one line; `info` shows
 * them. Text of the file comes escaped. Where there is no more room the line is left out. */
void fl_model_add_note(fl_model *model, const char *format, ...) FL_PRINTF(2, 3);

/* Does `name` end in `ending`? */
bool fl_name_ends(const char *name, const char *ending);

#endif
