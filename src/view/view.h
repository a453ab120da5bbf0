/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The tracer without a terminal: a state, keys that change it, and a canvas of cells it draws
 * itself on. No ncurses, no engine, no clock: what a run holds is read through an fl_source.
 *
 * Everything in the options is borrowed for the life of the view except the source, which the view
 * takes over and frees.
 */
#ifndef FL_VIEW_VIEW_H
#define FL_VIEW_VIEW_H

#include "event/sentence.h"
#include "event/source.h"
#include "view/canvas.h"

#include <footlight/model.h>
#include <footlight/session.h>
#include <footlight/tokenizer.h>

/* What the tracer knows of the model. */
typedef struct fl_view_model {
    const fl_hparams *hparams;
    const char *name;        /* "builtin", or the file's name */
    const char *description; /* one line about the model; NULL: none */
    const fl_model *model;   /* its weights; NULL: none to show */
    fl_pieces pieces;        /* text of token ids; see fl_view_pieces */
    const char *isa;         /* "scalar", ... */
    bool exact;              /* float activations throughout */
    const fl_patch *patches;
    const char *const *patch_texts; /* as fl_patch_print writes them */
    size_t n_patches;
} fl_view_model;

/* A prompt that shows one mechanism. */
typedef struct fl_view_prompt {
    const char *title;  /* "Induction" */
    const char *prompt; /* "Anna met Tom. Tom met" */
    const char *look;   /* what to look at, one sentence */
} fl_view_prompt;

typedef struct fl_view_options {
    fl_source source;
    fl_view_model model;
    const fl_view_prompt *prompts;
    size_t n_prompts;
    /* Starts a run of the same model over another prompt; the view takes *out over. NULL: no other
     * prompt can be had. */
    fl_status (*restart)(void *ctx, const char *prompt, fl_source *out, fl_diag *diag);
    void *restart_ctx;
    bool ascii; /* no byte above 127 on the screen */
    /* Set by whoever paints; callers of fl_tui_run leave these alone. */
    int colors; /* 0: none, 16, 256 */
    bool (*tick)(void *ctx, int64_t event); /* called between events on a long way; false: stop */
    void *tick_ctx;
} fl_view_options;

/* Texts of a tokenizer's pieces, borrowed from it; NULL gives pieces shown as ids. */
fl_pieces fl_view_pieces(const fl_tokenizer *tokenizer);

#endif
