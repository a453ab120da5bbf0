/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * One event in one sentence: where it is, what it is, its shape, its numbers, and the one thing a
 * reader would look for first (where the last token looks, which word leads).
 */
#include "event/sentence.h"

#include "event/top.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BEST_COUNT = 3, PIECE_BYTES = 64, LISTED_TOKENS = 40 };

static bool only_spaces(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (text[i] != ' ')
            return false;
    return length > 0;
}

/* Nothing is shown as "", and a mark that would join what stands before it gets a circle of its own
 * to stand on. */
static const char *show_text(char *out, size_t size, const char *text, size_t length) {
    static const char circle[] = "\xe2\x97\x8c"; /* U+25CC */
    fl_escape_into(out, size, text, length);
    size_t first = fl_utf8_length(out, strlen(out));
    if (length == 0)
        snprintf(out, size, "\"\"");
    else if (first > 1 && fl_char_width(fl_utf8_decode(out, first)) == 0 && size > sizeof circle) {
        fl_escape_into(out + sizeof circle - 1, size - sizeof circle + 1, text, length);
        memcpy(out, circle, sizeof circle - 1);
    }
    return out;
}

const char *fl_piece_show(char *out, size_t size, const fl_pieces *pieces, int32_t id) {
    size_t length = 0;
    const char *text = pieces->text ? pieces->text(pieces->ctx, id, &length) : NULL;
    if (!text) {
        snprintf(out, size, "#%" PRId32, id);
        return out;
    }
    if (!only_spaces(text, length))
        return show_text(out, size, text, length);
    static const char blank[] = "\xe2\x90\xa3"; /* U+2423, the sign for a blank */
    size_t at = 0;
    for (size_t i = 0; i < length && at + sizeof blank <= size; i++, at += sizeof blank - 1)
        memcpy(out + at, blank, sizeof blank - 1);
    out[at] = '\0';
    return out;
}

/* What a voice passes over in silence. */
static const char *name_of_mark(const char *piece) {
    static const char *const names[][2] = {
        {".", "full stop"},    {",", "comma"},           {";", "semicolon"},
        {":", "colon"},        {"!", "exclamation"},     {"?", "question"},
        {"'", "apostrophe"},   {"\"", "quote"},          {"-", "hyphen"},
        {"(", "open bracket"}, {")", "close bracket"},   {"_", "underscore"},
        {"\\n", "line end"},   {"\\t", "tab"},           {"/", "slash"},
        {"*", "star"},         {"\xe2\x90\xa3", "blank"}};
    piece += piece[0] == ' ' && piece[1];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i][0], piece) == 0)
            return names[i][1];
    return NULL;
}

static void add_piece(fl_buffer *out, const fl_sentence_run *run, int32_t id) {
    char piece[PIECE_BYTES];
    fl_piece_show(piece, sizeof piece, &run->pieces, id);
    const char *name = name_of_mark(piece);
    fl_buffer_printf(out, name ? "\"%s\" (%s)" : "\"%s\"", piece, name);
}

/* "minus 2.3 times 10 to the minus 15": no sign is left to be passed over. */
static void add_number(fl_buffer *out, double value) {
    char text[32];
    if (isnan(value)) {
        fl_buffer_puts(out, "NaN");
        return;
    }
    snprintf(text, sizeof text, "%.4g", value < 0 ? -value : value);
    char *power = strchr(text, 'e');
    if (power)
        *power = '\0';
    fl_buffer_printf(out, "%s%s", value < 0 ? "minus " : "", text);
    if (power) {
        long tens = strtol(power + 1, NULL, 10);
        fl_buffer_printf(out, " times 10 to the %s%ld", tens < 0 ? "minus " : "",
                         tens < 0 ? -tens : tens);
    }
}

/* The token that stands at a position, or the bare position where it is not known. */
static void add_position(fl_buffer *out, const fl_sentence_run *run, int64_t position) {
    if (position >= 0 && (size_t)position < run->n_tokens)
        add_piece(out, run, run->tokens[position]);
    else
        fl_buffer_printf(out, "%" PRId64, position);
}

/* The name of an axis as one word that can be said. */
static const char *axis_word(fl_axis axis) {
    return axis == FL_AXIS_kv_head ? "key and value head"
           : axis == FL_AXIS_ffn   ? "neuron"
           : axis == FL_AXIS_dim   ? "dimension"
           : axis == FL_AXIS_vocab ? "piece"
                                   : fl_axis_name(axis);
}

static void add_place(fl_buffer *out, const fl_event *event, const fl_sentence_run *run) {
    fl_buffer_printf(out, "event %" PRId64 " of %" PRId64 " to %" PRId64 ": ", event->index,
                     run->first, run->last);
    if (event->layer >= 0)
        fl_buffer_printf(out, "layer %" PRId32 ", ", event->layer);
    if (event->head >= 0)
        fl_buffer_printf(out, "head %" PRId32 ", ", event->head);
    const fl_stage_info *info = fl_stage_get_info(event->stage);
    fl_buffer_printf(out, "%s, %s. Shape ", info->id, info->meaning);
    for (int i = 0; i < event->tensor.n_dims; i++)
        fl_buffer_printf(out, "%s%" PRId64, i ? " by " : "", event->tensor.shape[i]);
    for (int i = 0; i < event->tensor.n_dims; i++)
        fl_buffer_printf(out, "%s%s", i ? " by " : ", ", axis_word(event->tensor.axes[i]));
}

/* The position of a row: the rows are the last tokens of the pass, all or one of them. */
static int64_t position_of(const fl_event *event, int axis, int64_t row) {
    return event->past + event->new_tokens - event->tensor.shape[axis] + row;
}

/* "query 1 " The", key 0 "<s>"": the index with its axis names, tokens by their positions and
 * pieces; the batch axis and axes of one number are left out. */
static void add_index(fl_buffer *out, const fl_event *event, const int64_t *index,
                      const fl_sentence_run *run) {
    const fl_tensor *tensor = &event->tensor;
    const char *before = " at ";
    for (int i = 0; i < tensor->n_dims; i++) {
        fl_axis axis = tensor->axes[i];
        bool is_row = axis == FL_AXIS_token || axis == FL_AXIS_query;
        if (axis == FL_AXIS_batch || axis == FL_AXIS_one)
            continue;
        int64_t at = is_row ? position_of(event, i, index[i]) : index[i];
        bool known = (is_row || axis == FL_AXIS_key) && (size_t)at < run->n_tokens;
        fl_buffer_printf(out, "%s%s %" PRId64, before, axis_word(axis), at);
        before = ", ";
        if (axis != FL_AXIS_vocab && !known)
            continue;
        fl_buffer_puts(out, " ");
        add_piece(out, run, known ? run->tokens[at] : (int32_t)at);
    }
}

static void add_stats(fl_buffer *out, const fl_event *event, const fl_stats *stats,
                      const fl_sentence_run *run) {
    if (stats->masked > 0)
        fl_buffer_printf(out, ", %" PRId64 " cells masked", stats->masked);
    if (stats->nan > 0)
        fl_buffer_printf(out, ", %" PRId64 " not a number", stats->nan);
    if (stats->inf > 0)
        fl_buffer_printf(out, ", %" PRId64 " infinite", stats->inf);
    if (stats->finite == 0)
        return;
    if (stats->finite == 1) {
        fl_buffer_puts(out, ". The one number ");
        add_number(out, stats->min);
        add_index(out, event, stats->argmin, run);
        return;
    }
    fl_buffer_puts(out, ". Smallest ");
    add_number(out, stats->min);
    add_index(out, event, stats->argmin, run);
    fl_buffer_puts(out, "; largest ");
    add_number(out, stats->max);
    add_index(out, event, stats->argmax, run);
    fl_buffer_puts(out, "; mean ");
    add_number(out, stats->mean);
}

/* Where the last query looks most: what attention is about. */
static void add_look(fl_buffer *out, const fl_event *event, const fl_sentence_run *run) {
    const fl_tensor *tensor = &event->tensor;
    int64_t index[FL_MAX_DIMS] = {0, tensor->shape[1] - 1, 0}, best = -1;
    double most = 0;
    for (index[2] = 0; index[2] < tensor->shape[2]; index[2]++) {
        double share = fl_tensor_masked(tensor, index) ? 0 : fl_tensor_at(tensor, index);
        if (share > most) {
            most = share;
            best = index[2];
        }
    }
    if (best < 0)
        return;
    fl_buffer_puts(out, ". Query ");
    add_position(out, run, event->past + index[1]);
    fl_buffer_printf(out, " gives %.0f percent to ", 100 * most);
    add_position(out, run, best);
}

/* The leading pieces of the last row of logits or probs. */
static void add_best(fl_buffer *out, const fl_event *event, const fl_sentence_run *run) {
    int64_t index[FL_MAX_DIMS] = {0, event->tensor.shape[1] - 1, 0};
    fl_ranked best[BEST_COUNT];
    int found = fl_top(&event->tensor, index, BEST_COUNT, best);
    for (int i = 0; i < found; i++) {
        fl_buffer_puts(out, i ? ", " : ". Best ");
        add_piece(out, run, best[i].id);
        fl_buffer_puts(out, " ");
        add_number(out, best[i].value);
    }
}

static void add_tokens(fl_buffer *out, const fl_event *event, const fl_sentence_run *run) {
    int64_t count = event->tensor.shape[1];
    fl_buffer_printf(
        out, ". Pass %" PRId32 ", %s: %" PRId64 " read, %" PRId64 " kept before: ", event->pass,
        event->phase == FL_PREFILL ? "prefill" : "decode", event->new_tokens, event->past);
    int64_t index[FL_MAX_DIMS] = {0};
    for (; index[1] < count && index[1] < LISTED_TOKENS; index[1]++) {
        fl_buffer_puts(out, index[1] ? " " : "");
        add_piece(out, run, (int32_t)fl_tensor_at(&event->tensor, index));
    }
    if (count > LISTED_TOKENS)
        fl_buffer_printf(out, " and %" PRId64 " more", count - LISTED_TOKENS);
}

static bool is_greedy(const fl_event *event) {
    return !event->sampler || strcmp(event->sampler, "greedy") == 0;
}

const char *fl_choice_how(char *out, size_t size, const fl_event *event) {
    if (is_greedy(event)) {
        snprintf(out, size, "chosen greedily");
        return out;
    }
    size_t at = (size_t)snprintf(out, size, "drawn at ");
    for (const char *from = event->sampler; *from && at + 2 < size; from++) {
        bool next_setting = strncmp(from, " top-", 5) == 0 || strncmp(from, " seed", 5) == 0;
        if (next_setting)
            out[at++] = ',';
        out[at++] = *from;
    }
    out[at] = '\0';
    return out;
}

static void add_choice(fl_buffer *out, const fl_event *event, const fl_sentence_run *run) {
    int64_t index[FL_MAX_DIMS] = {0};
    int32_t id = (int32_t)fl_tensor_at(&event->tensor, index);
    char how[128];
    fl_buffer_puts(out, ". It is ");
    add_piece(out, run, id);
    fl_buffer_printf(out, ", id %" PRId32 ", probability ", id);
    add_number(out, event->prob);
    fl_buffer_printf(out, "%s, %s", is_greedy(event) ? "" : " at temperature 1",
                     fl_choice_how(how, sizeof how, event));
}

void fl_sentence_opening(fl_buffer *out, size_t n_tokens, int64_t steps) {
    fl_buffer_printf(out, "%zu token%s in; %" PRId64 " steps later one word comes out.", n_tokens,
                     n_tokens == 1 ? " goes" : "s go", steps);
}

void fl_sentence_heading(fl_buffer *out, const fl_event *event) {
    if (event->layer >= 0)
        fl_buffer_printf(out, "Layer %" PRId32 ", %s", event->layer,
                         event->stage <= FL_STAGE_resid_mid ? "attention" : "feed-forward");
    else if (event->stage < FL_STAGE_attn_norm_rms)
        fl_buffer_printf(out, "Pass %" PRId32 ", before the layers", event->pass);
    else
        fl_buffer_puts(out, "After the last layer");
}

void fl_sentence(fl_buffer *out, const fl_event *event, const fl_stats *stats,
                 const fl_sentence_run *run) {
    add_place(out, event, run);
    if (event->stage == FL_STAGE_tokens)
        add_tokens(out, event, run);
    else if (event->stage == FL_STAGE_next_token)
        add_choice(out, event, run);
    else
        add_stats(out, event, stats, run);
    if (event->stage == FL_STAGE_attn_probs)
        add_look(out, event, run);
    if (event->stage == FL_STAGE_logits || event->stage == FL_STAGE_probs)
        add_best(out, event, run);
    if (event->modified)
        fl_buffer_puts(out, ". Modified by a patch");
    fl_buffer_puts(out, ".");
}
