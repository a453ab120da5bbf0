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
    const fl_model *model;   /* its weights; NULL: only those that events carry */
    fl_pieces pieces;        /* text of token ids; see fl_view_pieces */
    const char *isa;         /* "scalar", ... */
    bool exact;              /* float activations throughout */
    const fl_patch *patches; /* of the source; the view goes on with a list of its own */
    size_t n_patches;
    const char *const *patch_texts; /* as fl_patch_print writes them: the view's */
} fl_view_model;

/* A prompt that shows one mechanism. */
typedef struct fl_view_prompt {
    const char *title;  /* "Induction" */
    const char *prompt; /* "Anna met Tom. Tom met" */
    const char *look;   /* what to look at, one sentence */
} fl_view_prompt;

/* What the colours are chosen for; auto: what the terminal says of itself, else a dark ground. */
typedef enum fl_theme { FL_THEME_AUTO, FL_THEME_LIGHT, FL_THEME_DARK } fl_theme;

typedef struct fl_view_options {
    fl_source source;
    const char *prompt; /* the text the source was made from; NULL: not known */
    fl_view_model model;
    const fl_view_prompt *prompts;
    size_t n_prompts;
    /* Starts a run of the same model over another prompt, without patches; the view takes *out
     * over. NULL: no other prompt can be had. */
    fl_status (*restart)(void *ctx, const char *prompt, fl_source *out, fl_diag *diag);
    /* Starts a run over these tokens with these patches; NULL: patches cannot be changed. */
    fl_status (*patched)(void *ctx, const int32_t *ids, size_t n_ids, const fl_patch *patches,
                         size_t n_patches, fl_source *out, fl_diag *diag);
    void *restart_ctx; /* of both */
    /* Command lines to run at the start, up to the first that cannot be done; NULL: none. */
    const char *commands;
    const char *commands_from; /* the file they stand in; NULL: none that has a name */
    bool ascii;                /* no byte above 127 on the screen */
    bool present;              /* begins before an audience */
    fl_theme theme;
    /* Set by whoever paints; callers of fl_tui_run leave these alone. */
    int colors;                             /* 0: none, 8, 16, 256 */
    bool halves;                            /* a cell can have two grounds, one above the other */
    bool light_ground;                      /* the terminal says that its ground is light */
    bool (*tick)(void *ctx, int64_t event); /* called between events on a long way; false: stop */
    void *tick_ctx;
} fl_view_options;

/* Keys beyond characters, which are their code points. */
enum {
    FL_KEY_ENTER = '\n',
    FL_KEY_TAB = '\t',
    FL_KEY_ESCAPE = 27,
    FL_KEY_BACKSPACE = 127,
    FL_KEY_SPECIAL = 0x110000,
    FL_KEY_UP,
    FL_KEY_DOWN,
    FL_KEY_LEFT,
    FL_KEY_RIGHT,
    FL_KEY_PAGE_UP,
    FL_KEY_PAGE_DOWN,
    FL_KEY_HOME,
    FL_KEY_END,
    FL_KEY_BACKTAB
};
#define FL_KEY_CTRL(letter) ((letter)&0x1f)

typedef struct fl_view fl_view;

/* Computes event 0. The source is taken over even on failure. */
fl_status fl_view_new(fl_view **out, const fl_view_options *options, fl_diag *diag);
void fl_view_free(fl_view **view);

void fl_view_resize(fl_view *view, int width, int height);
void fl_view_key(fl_view *view, int key);
/* A press at a cell; wheel: -1 up, 1 down, 0 a click. */
void fl_view_mouse(fl_view *view, int x, int y, int wheel);
/* Runs one command line ("goto attn_probs", "3" alone is a goto). False, with the reason in
 * fl_view_message, if it could not be done. */
bool fl_view_command(fl_view *view, const char *line);
/* Has the reader left? */
bool fl_view_left(const fl_view *view);
/* Draws and returns the canvas, borrowed until the next call. */
const fl_canvas *fl_view_draw(fl_view *view);
/* Something on the canvas is still being computed: drawn again, without a key, it shows more. */
bool fl_view_unfinished(const fl_view *view);

/* The event shown, and what was said about the last key or command ("" if nothing). */
int64_t fl_view_at(const fl_view *view);
const char *fl_view_message(const fl_view *view);
/* The event shown as a sentence, and the number under the cursor. */
void fl_view_heading(fl_view *view,
                     fl_buffer *out); /* the part of the pass: "Layer 1, attention" */
void fl_view_sentence(fl_view *view, fl_buffer *out);
void fl_view_cell(fl_view *view, fl_buffer *out);
/* What is about to happen, in one sentence: tokens in, steps to the word that comes out. */
void fl_view_welcome(fl_view *view, fl_buffer *out);
/* The page that is open as plain lines (help, prompts, breakpoints, why); nothing if none is. */
void fl_view_page_text(fl_view *view, fl_buffer *out);
/* Closes the page, if one is open. */
void fl_view_close_page(fl_view *view);

/* Prompts that claim nothing about the model that reads them. */
const fl_view_prompt *fl_view_general_prompts(size_t *count);
/* Texts of a tokenizer's pieces, borrowed from it; NULL gives pieces shown as ids. */
fl_pieces fl_view_pieces(const fl_tokenizer *tokenizer);

/* What the tracer can be told, and the keys that say the same. */
typedef struct fl_view_verb {
    const char *word, *argument, *help;
    char keys[64];
} fl_view_verb;
/* False behind the last. */
bool fl_view_verb_at(int i, fl_view_verb *out);

#endif
