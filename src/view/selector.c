/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
#include "view/selector.h"

#include "view/state.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- words ---- */

#define GAPS " \t,[]"

/* A word too long for any name is cut, with dots that no name has. */
static void next_word(fl_words *words) {
    words->rest += strspn(words->rest, GAPS);
    size_t length = strcspn(words->rest, GAPS), room = sizeof words->word;
    snprintf(words->word, room, "%.*s%s", (int)(length < room ? length : 40), words->rest,
             length < room ? "" : "...");
    words->rest += length;
}

void fl_words_begin(fl_words *words, const char *text) {
    *words = (fl_words){.rest = text};
    next_word(words);
}

bool fl_words_take(fl_words *words, const char *word) {
    if (strcmp(words->word, word) != 0)
        return false;
    next_word(words);
    return true;
}

/* Notes what was expected, unless something was wrong before. */
static bool miss(fl_words *words, const char *expected) {
    words->expected = words->expected ? words->expected : expected;
    return false;
}

bool fl_words_number(fl_words *words, double *out, const char *expected) {
    char *end;
    *out = strtod(words->word, &end);
    if (end == words->word || *end || !isfinite(*out) || *out < 0)
        return miss(words, expected);
    next_word(words);
    return true;
}

bool fl_words_whole(fl_words *words, int64_t *out, const char *expected) {
    char *end;
    errno = 0;
    long long value = strtoll(words->word, &end, 10);
    if (end == words->word || *end || value < 0 || errno)
        return miss(words, expected);
    *out = value;
    next_word(words);
    return true;
}

bool fl_words_end(fl_words *words, const char *expected) {
    return words->word[0] ? miss(words, expected) : true;
}

void fl_words_complain(fl_view *view, const fl_words *words, const char *who, const char *example) {
    if (words->word[0])
        fl_say(view, "%s: found \"%s\", expected %s, as in: %s", who, words->word, words->expected,
               example);
    else
        fl_say(view, "%s: the line ends where %s is expected, as in: %s", who, words->expected,
               example);
}

/* ---- selectors ---- */

static const struct {
    const char *word, *expected;
    unsigned bit;
    size_t offset;
} limits[] = {
    {"layer", "the number of a layer", FL_SELECT_LAYER, offsetof(fl_selector, layer)},
    {"head", "the number of a head", FL_SELECT_HEAD, offsetof(fl_selector, head)},
    {"token", "the position of a token", FL_SELECT_TOKEN, offsetof(fl_selector, token)},
    {"pass", "the number of a pass", FL_SELECT_PASS, offsetof(fl_selector, pass)},
};
enum { LIMITS = sizeof limits / sizeof *limits };

/* Row of the limit whose word stands in front, LIMITS if none does. */
static size_t limit_in_front(const fl_words *words, unsigned allowed) {
    size_t i = 0;
    while (i < LIMITS && (!(limits[i].bit & allowed) || strcmp(limits[i].word, words->word) != 0))
        i++;
    return i;
}

static int64_t *limit_of(fl_selector *selector, size_t i) {
    return (int64_t *)(void *)((char *)selector + limits[i].offset);
}

int fl_selector_take(fl_words *words, fl_selector *out, unsigned allowed) {
    int taken = 0;
    char first = words->word[0];
    *out = (fl_selector){.pattern = "*", .layer = -1, .head = -1, .token = -1, .pass = -1};
    bool named = first && (first < '0' || first > '9');
    if (named && (allowed & FL_SELECT_STAGE) && limit_in_front(words, allowed) == LIMITS) {
        memcpy(out->pattern, words->word, sizeof out->pattern);
        next_word(words);
        taken++;
    }
    for (size_t i; (i = limit_in_front(words, allowed)) < LIMITS; taken++) {
        int64_t *limit = limit_of(out, i);
        allowed &= ~limits[i].bit; /* said twice is a mistake */
        next_word(words);
        if (!fl_words_whole(words, limit, limits[i].expected))
            return -1;
    }
    return taken;
}

bool fl_selector_fits(const fl_selector *s, const fl_pass *pass, const fl_step *step) {
    const fl_dims *n = &pass->dims;
    return (s->layer < 0 || s->layer == step->layer) && (s->head < 0 || s->head == step->head) &&
           (s->token < 0 || (s->token >= n->P && s->token < n->P + n->T)) &&
           (s->pass < 0 || s->pass == pass->index) &&
           fl_stage_match(s->pattern, step->stage, step->layer, (int32_t)n->L);
}

bool fl_selector_names(const fl_selector *s, const fl_hparams *h, fl_stage stage) {
    bool pass = fl_stage_get_info(stage)->scope == FL_SCOPE_PASS;
    bool heads = fl_stage_get_info(stage)->scope == FL_SCOPE_HEAD;
    if (!fl_stage_exists(stage, h) || (s->head >= 0 && !heads) || (s->layer >= 0 && pass))
        return false;
    for (int32_t layer = pass ? -1 : 0; layer < (pass ? 0 : h->num_hidden_layers); layer++)
        if ((s->layer < 0 || s->layer == layer) &&
            fl_stage_match(s->pattern, stage, layer, (int32_t)h->num_hidden_layers))
            return true;
    return false;
}

static bool names_any(const fl_selector *s, const fl_hparams *h) {
    int stage = 0;
    while (stage < FL_STAGE_COUNT && !fl_selector_names(s, h, (fl_stage)stage))
        stage++;
    return stage < FL_STAGE_COUNT;
}

/* The name and the layer do not go together: it has none, or names another. */
static void say_layer(fl_view *view, const fl_selector *s, const fl_selector *anywhere) {
    const fl_hparams *h = view->options.model.hparams;
    bool layered = false;
    for (int id = 0; id < FL_STAGE_COUNT; id++)
        layered = layered || (fl_stage_get_info((fl_stage)id)->scope != FL_SCOPE_PASS &&
                              fl_selector_names(anywhere, h, (fl_stage)id));
    fl_say(view,
           layered ? "%s names a layer by itself, which is not layer %" PRId64
                     ": leave one of them out"
                   : "%s belongs to the whole pass: leave \"layer %" PRId64 "\" out",
           s->pattern, s->layer);
}

bool fl_selector_check(fl_view *view, const fl_selector *s) {
    const fl_hparams *h = view->options.model.hparams;
    fl_selector anywhere = *s;
    if (!fl_number_exists(view, "layer", s->layer, h->num_hidden_layers) ||
        !fl_number_exists(view, "head", s->head, h->num_attention_heads) ||
        !fl_number_exists(view, "position", s->token, h->max_position_embeddings))
        return false;
    if (names_any(s, h))
        return true;
    anywhere.head = -1;
    bool headless = s->head >= 0 && names_any(&anywhere, h);
    anywhere.layer = -1;
    if (headless)
        fl_say(view, "%s is not computed head by head: leave \"head %" PRId64 "\" out", s->pattern,
               s->head);
    else if (names_any(&anywhere, h))
        say_layer(view, s, &anywhere);
    else
        fl_say(view, "no stage of this model is called \"%s\"; M, the map, shows those there are",
               s->pattern);
    return false;
}

void fl_selector_print(const fl_selector *selector, char *out, size_t size) {
    fl_selector copy = *selector;
    bool all = strcmp(selector->pattern, "*") == 0;
    int used = snprintf(out, size, "%s", all ? "" : selector->pattern);
    for (size_t i = 0; i < LIMITS; i++) {
        int64_t limit = *limit_of(&copy, i);
        if (limit >= 0 && (size_t)used < size)
            used += snprintf(out + used, size - (size_t)used, "%s%s %" PRId64, used ? " " : "",
                             limits[i].word, limit);
    }
}
