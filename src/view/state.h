/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What the files of this folder share: the state of a view and the questions they ask about it.
 *
 * Everything on the screen but the top line and the program panel is a function of the event shown
 * and of what the reader chose by hand (cursor, zoom, panel), never of how the event was reached.
 */
#ifndef FL_VIEW_STATE_H
#define FL_VIEW_STATE_H

#include "view/beside.h"
#include "view/breaks.h"
#include "view/lens.h"
#include "view/line.h"
#include "view/look.h"
#include "view/trail.h"
#include "view/weight.h"
#include "view/whatif.h"

typedef enum fl_verb {
#define FL_VERB(id, ...) FL_VERB_##id,
#include "view/keys.def"
    FL_VERB_COUNT
} fl_verb;

/* Where a key works: the tracer itself, its program panel, a list, a page of text, a page with a
 * cursor of its own, those of them that have keys of their own, and the tracer before an audience.
 */
enum {
    FL_WHERE_M = 1,
    FL_WHERE_L = 2,
    FL_WHERE_T = 4,
    FL_WHERE_P = 8,
    FL_WHERE_G = 16,
    FL_WHERE_W = 32,  /* the page of a weight */
    FL_WHERE_B = 64,  /* the page side by side, on which one steps on */
    FL_WHERE_A = 128, /* beside M: before an audience */
    FL_WHERE_S = 256  /* beside a page's own: the same */
};

/* The largest number that is taken where something is counted or numbered. */
enum { FL_COUNT_MOST = 99999999 };

/* Does what a verb says. `count` is at least 1; `text` is what stands behind the word, "" where
 * there is nothing, as from a key. False, after fl_say, if it could not be done. */
typedef bool fl_verb_fn(fl_view *view, int64_t count, const char *text);
/* Two verbs that differ in their direction alone: bool deed(view, verb, by). */
#define FL_FORTH_AND_BACK(forth, back, deed)                                                       \
    bool fl_do_##forth(fl_view *view, int64_t count, const char *text) {                           \
        (void)text;                                                                                \
        return deed(view, FL_VERB_##forth, count);                                                 \
    }                                                                                              \
    bool fl_do_##back(fl_view *view, int64_t count, const char *text) {                            \
        (void)text;                                                                                \
        return deed(view, FL_VERB_##back, -count);                                                 \
    }
#define FL_VERB(id, ...) fl_verb_fn fl_do_##id;
#include "view/keys.def"

typedef struct fl_verb_info {
    const char *word, *argument, *help;
    fl_verb_fn *run;
} fl_verb_info;

typedef struct fl_key_label { /* in the bottom line */
    const char *text;
    int rank; /* 0: not shown; low ones are the last to go */
} fl_key_label;

typedef struct fl_key_info {
    int key;
    fl_verb verb;
    int where;
    fl_key_label label;
} fl_key_info;

typedef enum fl_page {
    FL_PAGE_NONE,
#define FL_PAGE(id, ...) FL_PAGE_##id,
#include "view/pages.def"
    FL_PAGE_COUNT
} fl_page;

/* A page that covers the panels; the hooks may be NULL but for `lines`. */
typedef struct fl_page_info {
    int where; /* FL_WHERE_L, T or G */
    const char *title;
    void (*lines)(fl_view *view, fl_buffer *out); /* as text: what plain mode and scripts print */
    void (*draw)(fl_view *view, fl_rect rect);    /* NULL: the lines, folded and scrolled */
    int64_t (*items)(const fl_view *view);        /* of a list: how many `pick` chooses from */
    void (*open)(fl_view *view);
    void (*move)(fl_view *view, fl_verb verb, int64_t count); /* a cursor verb; NULL: scroll or pick
                                                               */
    void (*choose)(fl_view *view);                            /* Enter */
    bool (*remove)(fl_view *view, const char *text); /* `delete` of an item; "": the marked one */
} fl_page_info;

typedef enum fl_pane {
    FL_PANE_VALUE,
    FL_PANE_PROGRAM,
    FL_PANE_NUMBERS,
    FL_PANE_WHY,
    FL_PANE_NEXT,
    FL_PANE_COUNT
} fl_pane;

/* beside other things fewer extremes are shown than are kept */
enum { FL_JUMPS = 64, FL_EXTREMES = 48, FL_EXTREMES_SHOWN = 12 };

/* On the way to an event, where the reader can stop it. */
typedef struct fl_trip {
    bool open, asked; /* a way is under way; something had to be computed on it */
    bool stopped;
    int64_t reached; /* last event computed on it; -1: none */
} fl_trip;

/* What is dear to compute about an event, kept for the last one. */
typedef struct fl_digest {
    int64_t event; /* -1: nothing kept */
    int64_t bins[FL_BINS];
    int n_extremes;
    struct {
        int64_t index[FL_MAX_DIMS];
        double value;
    } extremes[FL_EXTREMES]; /* largest magnitude first */
    double scale;            /* what full colour stands for */
    double largest;          /* magnitude, of this stage in this pass up to here */
} fl_digest;

/* What the reader chose on a page about how the model is built (mechanism.h); the stage, pair or
 * slot that is marked there is `pick`. */
typedef struct fl_mechanism {
    int32_t layer;
    int64_t head;  /* of the query heads; where groups share keys, it stands for its group */
    int64_t token; /* row of the pass */
    /* The caches of keys and of values looked at last: views that outlive the event, so that a pass
     * that was dropped is not computed again for every drawing. */
    int64_t cache_events[2]; /* -1: none */
    fl_captured caches[2];
} fl_mechanism;

/* A place on the screen that answers a click. */
typedef struct fl_hit {
    fl_rect rect;
    enum { FL_HIT_PANE, FL_HIT_CELL, FL_HIT_EVENT, FL_HIT_ITEM } kind;
    int64_t a, b, c;
} fl_hit;
enum { FL_HITS = 1024 };

struct fl_view {
    fl_view_options options;
    fl_source source;
    fl_canvas canvas;
    int64_t at;
    bool left;
    bool unfinished;  /* the canvas: drawing it again shows more */
    const char *look; /* what to look at in this run, if its prompt is a ready one; else NULL */
    char message[320];
    void (*tell)(fl_view *view, fl_buffer *out); /* what the last verb has to tell in lines, where
                                                    there is no screen; NULL: nothing */

    int64_t cursor[FL_DIM_COUNT]; /* by dimension; -1: chosen by the panel */
    int64_t slice;                /* head whose band is looked at, of the query heads */
    int64_t head;                 /* head that `over` goes into */
    int64_t rank;                 /* row of a list of pieces */
    int zoom;
    bool full;
    bool present; /* before an audience: large and without clutter */
    fl_pane pane;
    int64_t program_pick; /* event marked in the program panel; -1: the one shown */

    fl_page page;
    int page_scroll, page_lines; /* first line shown, and how many there are */
    int pick;                    /* item of a list */
    fl_weight_page weight;
    fl_beside beside;
    fl_lens lens;
    double temperature; /* of the chances that are shown; the run has its own */
    fl_trail trail;     /* of followed links */
    fl_mechanism mechanism;

    char page_text[96]; /* what stood behind the verb that opened it */
    fl_page below;      /* what the help covers, and where it stood */
    int below_scroll, below_pick;

    fl_line line;
    char found[90]; /* what was searched for */

    int64_t count; /* digits typed; 0: none */
    fl_verb last;
    int64_t last_count;
    int64_t jumps[FL_JUMPS];
    int n_jumps;
    fl_breaks breaks;
    fl_trip trip;

    fl_looking looking;
    fl_digest digest;
    double *usual; /* by event: magnitude of the row in the middle; NaN: not known */
    int64_t n_usual;
    fl_ranking ranking;
    fl_whatif whatif;
    bool shows_modified; /* such an event has been asked for since the screen or page was begun */
    uint64_t modified;   /* bits of the patches that have gone into an event asked for since the
                            screen or page was begun */
    fl_hit hits[FL_HITS];
    int n_hits;
    int hit_x, hit_columns,
        hit_cells; /* of a grid row: left edge, columns a glyph, cells a glyph */
};

/* keys.c */
const fl_verb_info *fl_verb_get_info(fl_verb verb);
const fl_key_info *fl_keys(size_t *count);
/* Its own on the page that is open, where that has one. */
fl_key_label fl_key_label_here(const fl_view *view, const fl_key_info *key);
const char *fl_key_name(char *out, size_t size, int key);
int fl_view_where(fl_view *view); /* bits of the above */
/* Why the verb would do nothing here; NULL if it would do something. Only such keys are advertised.
 */
const char *fl_verb_hindrance(fl_view *view, fl_verb verb);
/* Does it, or says what hinders it; false if it was tried in vain. */
bool fl_view_do(fl_view *view, fl_verb verb, int64_t count, const char *text);
void fl_say(fl_view *view, const char *format, ...) FL_PRINTF(2, 3);

/* run.c: questions about the run */
const fl_captured *fl_here(fl_view *view);
/* NULL (and a message) if it cannot be had. */
const fl_captured *fl_event_at(fl_view *view, int64_t index);
fl_pass fl_here_pass(fl_view *view);
/* Remembers which patches have gone into an event that is shown. */
void fl_note_modified(fl_view *view, const fl_event *event);
/* The pass of an event, if it has begun. */
bool fl_pass_at(const fl_view *view, int64_t index, fl_pass *pass);
/* Event of a step in the pass shown, -1 if there is none or it lies after the one shown. */
int64_t fl_find_before(fl_view *view, fl_stage stage, int32_t layer, int32_t head);
/* Value of a cell of an event; NAN if it cannot be had. */
double fl_value(fl_view *view, int64_t event, const int64_t index[FL_MAX_DIMS]);
/* Copies the row a cell lies in, its whole last axis; returns how many cells that is. */
int64_t fl_row_values(const fl_tensor *tensor, const int64_t index[FL_MAX_DIMS], double **out);
/* Text of the token at a position, "?" if it is not known yet. */
const char *fl_token_at(fl_view *view, char *out, size_t size, int64_t position);
/* Position of row `row` of an axis: the token that stands there. */
int64_t fl_position_of(const fl_event *event, fl_dim dim, int64_t row);
/* Row `row` (of band `band` where there are bands) of an event, NULL if it cannot be had; the
 * caller frees it. */
double *fl_event_row(fl_view *view, int64_t event, int64_t band, int64_t row, int64_t *count);
const fl_digest *fl_digest_here(fl_view *view);
const fl_ranking *fl_ranking_here(fl_view *view, int64_t event, int64_t row);
bool fl_weight_row(const fl_weight *weight, int64_t row, float *out);
/* What the stage shown means and how it is computed: the table's words, but for what a pass over a
 * chosen token does differently. */
const char *fl_meaning_here(fl_view *view);
const char *fl_formula_here(fl_view *view);

/* move.c: where a step leads */
/* Asks whether to go on, before an event of any run is computed. */
bool fl_may_go_on(const fl_view *view, int64_t event);
/* Makes the source ask whether to go on; a source that has just been taken over does not yet. */
void fl_watch_source(fl_view *view);
bool fl_view_show(fl_view *view, int64_t target);
void fl_view_jump(fl_view *view, int64_t target);
/* The head that stands for all where none is named. */
int32_t fl_over_head(const fl_view *view);

/* chances.c: the piece that is asked for by an id, by "a text" as it stands, or by a word, with the
 * blank before it that words have inside a text or without it; -1: none. *whole: is it all of the
 * text? */
int32_t fl_piece_asked(fl_view *view, const char *text, bool *whole);

/* view.c: a cell, its axes in words and its number */
void fl_index_words(fl_view *view, const fl_event *event, const int64_t index[FL_MAX_DIMS],
                    fl_buffer *out);

/* frame.c: is there no room to show anything but that? */
bool fl_view_too_small(const fl_view *view);

/* goto.c */
bool fl_goto_layer(fl_view *view, int64_t layer);
bool fl_goto_head(fl_view *view, int64_t head);

/* verbs.c */
void fl_choose_theme(fl_view *view, fl_theme theme);

/* scale.c */
/* Long tensors are judged by so many of their rows. */
enum { FL_SAMPLED_ROWS = 64 };
/* The magnitude in the middle of those of `n` rows, which are put in another order; 0 if none is
 * above 0. */
double fl_usual_of(double *sizes, int n);
void fl_find_scale(fl_view *view, fl_stage stage, fl_digest *digest);
void fl_forget_scale(fl_view *view);

/* patches.c: why a verb about patches would do nothing here; NULL if it would do something */
const char *fl_patches_hindrance(fl_view *view, fl_verb verb);

/* meant.c: the patch command that a line asks for in other words, as a hint; false if it does not
 */
bool fl_patch_meant(fl_view *view, const char *line, char *out, size_t size);

/* page.c */
const fl_page_info *fl_page_get_info(fl_page page);
fl_verb fl_page_verb(fl_page page); /* that opens it */
void fl_open_page(fl_view *view, fl_page page);
/* What the help covers comes to light again. */
void fl_close_page(fl_view *view);
/* The verb that opens a page closes it too, unless it asks for something on the page. */
bool fl_page_toggle(fl_view *view, fl_page page, const char *text);
/* Gives the verb to the page that is open, if it has a cursor of its own. */
bool fl_page_took(fl_view *view, fl_verb verb, int64_t count);

/* command.c */
void fl_open_line(fl_view *view, fl_line_kind kind, const char *text);
/* The verb a word names, in whole or by a beginning, or the key of that letter; false: none or
 * several. */
bool fl_verb_named(fl_view *view, const char *word, size_t length, fl_verb *out);
void fl_line_key(fl_view *view, int key);
/* A whole number from 0 on and nothing else; false after fl_say. */
bool fl_number_of(fl_view *view, fl_verb verb, const char *text, int64_t *number);

/* Is the number one of the `count` that there are, or not given (-1)? Else says which there are. */
bool fl_number_exists(fl_view *view, const char *what, int64_t number, int64_t count);

/* view.c */
/* What was kept of the events of a run, which are other ones now. */
void fl_forget_values(fl_view *view);
bool fl_restart(fl_view *view, const char *prompt);
/* Takes a run that has begun over, or leaves it as it was and returns false. */
typedef bool fl_run_taker(fl_view *view, fl_source *source, fl_diag *diag);
/* A run of the same model over another prompt, handed to `take`; false after fl_say. */
bool fl_start_run(fl_view *view, const char *prompt, fl_run_taker *take);
void fl_hit_add(fl_view *view, fl_rect rect, int kind, int64_t a, int64_t b, int64_t c);

#endif
