/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * An event said in one sentence, for screen readers, logs and pipes: what the plain transcript
 * prints and what the tracer says in plain mode. Reads the event, its statistics and the tokens
 * known so far; gives one line of escaped UTF-8 without a line feed.
 */
#ifndef FL_EVENT_SENTENCE_H
#define FL_EVENT_SENTENCE_H

#include "base/text.h"

#include <footlight/event.h>

/* Text of token ids for people. `text` may be NULL: ids are shown then. It gives the bytes that a
 * piece stands for, with its leading space; control and byte pieces as they are spelled ("<s>",
 * "<0x0A>"). Borrowed, not NUL-terminated, not yet escaped; NULL for ids out of range. */
typedef struct fl_pieces {
    const void *ctx;
    const char *(*text)(const void *ctx, int32_t id, size_t *length);
} fl_pieces;

/* The piece of an id, escaped and cut at `size`, blanks made visible where there is nothing else;
 * "#317" where there is no text. Returns `out`. */
const char *fl_piece_show(char *out, size_t size, const fl_pieces *pieces, int32_t id);

/* What the sentence may know of the run. */
typedef struct fl_sentence_run {
    fl_pieces pieces;
    const int32_t *tokens; /* position -> id, as far as known */
    size_t n_tokens;
    int64_t first, last; /* numbers of the first and last event of this pass */
} fl_sentence_run;

/* What a reader needs first: "6 tokens go in; 193 steps later one word comes out." `steps` is the
 * number of the event that chooses, the first event being 0. */
void fl_sentence_opening(fl_buffer *out, size_t n_tokens, int64_t steps);
/* How a next_token event came by its token: "chosen greedily", "drawn at temperature 0.8, seed 0".
 * Returns `out`. */
const char *fl_choice_how(char *out, size_t size, const fl_event *event);

/* The part of the pass that an event belongs to: "Layer 1, attention". */
void fl_sentence_heading(fl_buffer *out, const fl_event *event);
void fl_sentence(fl_buffer *out, const fl_event *event, const fl_stats *stats,
                 const fl_sentence_run *run);

#endif
