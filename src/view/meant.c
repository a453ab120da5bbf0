/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What people write who want to take a part of the model out and do not know the word `patch`:
 * "without layer 2 head 5", "kill head 5", "ablate ffn". The command that does it is put together
 * from their words.
 */
#include "view/selector.h"
#include "view/state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* They ask for it by themselves. */
static const char *const asking[] = {"remove",   "zero", "kill",   "ablate",
                                     "without",  "drop", "mute",   "silence",
                                     "knockout", "cut",  "delete", "disable"};
/* These may stand anywhere and say nothing. */
static const char *const fillers[] = {"out", "the", "of", "in", "at", "from", "to", "zero"};

typedef enum part { HEAD, ATTENTION, FEED_FORWARD, NEURON, KEY, VALUE, PARTS } part;
static const struct {
    const char *word, *other;
    bool numbered;
} parts[PARTS] = {
    [HEAD] = {"head", "heads", true},       [ATTENTION] = {"attn", "attention", false},
    [FEED_FORWARD] = {"ffn", "mlp", false}, [NEURON] = {"neuron", "neurons", true},
    [KEY] = {"key", "keys", true},          [VALUE] = {"value", "values", true}};

static bool take_one_of(fl_words *words, const char *const *list, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (fl_words_take(words, list[i]))
            return true;
    return false;
}

typedef struct wish {
    int64_t layer, numbers[PARTS];
    bool named[PARTS];
    double scale;
} wish;

static bool take_part(fl_words *words, wish *w) {
    for (int i = 0; i < PARTS; i++) {
        if (!fl_words_take(words, parts[i].word) && !fl_words_take(words, parts[i].other))
            continue;
        w->named[i] = true;
        return !parts[i].numbered || fl_words_whole(words, &w->numbers[i], "");
    }
    return false;
}

/* All of the words, in whatever order; false: one of them means something else. */
static bool read_wish(fl_words *words, wish *w) {
    while (words->word[0]) {
        bool taken = take_one_of(words, fillers, sizeof fillers / sizeof *fillers);
        if (!taken && fl_words_take(words, "layer"))
            taken = fl_words_whole(words, &w->layer, "");
        else if (!taken && fl_words_take(words, "scale"))
            taken = fl_words_number(words, &w->scale, "");
        else if (!taken)
            taken = take_part(words, w);
        if (!taken)
            return false;
    }
    return true;
}

/* A head stands before a key or a value, everything else alone. */
static int print_parts(const wish *w, char *out, size_t size) {
    int used = 0;
    for (int i = 0; i < PARTS; i++) {
        if (!w->named[i] || (size_t)used >= size)
            continue;
        used += snprintf(out + used, size - (size_t)used, "%s ", parts[i].word);
        if (parts[i].numbered && (size_t)used < size)
            used += snprintf(out + used, size - (size_t)used, "%" PRId64 " ", w->numbers[i]);
    }
    return used;
}

bool fl_patch_meant(fl_view *view, const char *line, char *out, size_t size) {
    fl_words words;
    fl_patch patch;
    char what[96] = "";
    const fl_captured *here = fl_here(view);
    wish w = {.layer = here && here->event.layer >= 0 ? here->event.layer : 0};
    fl_words_begin(&words, line);
    bool asked = take_one_of(&words, asking, sizeof asking / sizeof *asking);
    if (asked && !words.word[0]) {
        snprintf(out, size,
                 "x takes out what is under the cursor; patch changes the run, as in: "
                 "patch layer 1 head 2 zero");
        return true;
    }
    if (!read_wish(&words, &w) || print_parts(&w, what, sizeof what) == 0)
        return false;
    int used = snprintf(out, size, "to change the run so: ");
    char *command = out + used;
    if (w.scale == 0)
        snprintf(command, size - (size_t)used, "patch layer %" PRId64 " %szero", w.layer, what);
    else
        snprintf(command, size - (size_t)used, "patch layer %" PRId64 " %sscale %g", w.layer, what,
                 w.scale);
    return fl_patch_parse(command + strlen("patch "), &patch, NULL) == FL_OK;
}
