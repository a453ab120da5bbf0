/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What people write who wait for a number above a bound and do not know how it is said: "gate > 7",
 * "|resid_post[0,3,17]| > 3", "q above 3 layer 1". The breakpoint that does it is put together from
 * what they typed.
 */
#include "view/state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char signs[] = "<>=|";
/* These stand between the number that is meant and its bound. */
static const char *const relations[] = {"above", "over", "exceeds", "beyond"};
/* These say nothing. */
static const char *const fillers[] = {"x", "abs", "value", "cell", "is"};
enum {
    RELATIONS = sizeof relations / sizeof *relations,
    FILLERS = sizeof fillers / sizeof *fillers
};

static bool take_one_of(fl_words *words, const char *const *list, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (fl_words_take(words, list[i]))
            return true;
    return false;
}

/* The text with words in place of signs: bars around a number go, the others say "above". */
static void in_words(const char *text, fl_buffer *out) {
    for (; *text; text++) {
        if (*text == '|' || *text == '(' || *text == ')')
            fl_buffer_puts(out, " ");
        else if (strchr(signs, *text))
            fl_buffer_puts(out, " above ");
        else
            fl_buffer_add(out, text, 1);
    }
}

bool fl_break_means_bound(const char *text) {
    fl_words words;
    fl_words_begin(&words, text);
    if (strpbrk(text, signs))
        return true;
    while (words.word[0]) {
        if (take_one_of(&words, relations, RELATIONS))
            return true;
        fl_words_take(&words, words.word);
    }
    return false;
}

typedef struct bound {
    fl_buffer limits; /* " layer 1 head 2" */
    char stage[96];
    int64_t index[FL_MAX_DIMS];
    int n_index;
    double value;
    bool given; /* the value */
} bound;

static bool take_limit(fl_words *words, bound *b) {
    static const char *const limits[] = {"layer", "head", "token"};
    int64_t number;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        if (!fl_words_take(words, limits[i]))
            continue;
        if (fl_words_whole(words, &number, ""))
            fl_buffer_printf(&b->limits, " %s %" PRId64, limits[i], number);
        return true;
    }
    return false;
}

/* Numbers before the relation say where a cell stands, the one behind it is the bound. */
static void read_bound(fl_words *words, bound *b) {
    while (words->word[0]) {
        if (take_one_of(words, relations, RELATIONS)) {
            b->given = fl_words_number(words, &b->value, "") || b->given;
        } else if (take_one_of(words, fillers, FILLERS) || take_limit(words, b)) {
            continue;
        } else if (b->n_index < FL_MAX_DIMS && fl_words_whole(words, &b->index[b->n_index], "")) {
            b->n_index++;
        } else {
            snprintf(b->stage, sizeof b->stage, "%s", words->word);
            fl_words_take(words, words->word);
        }
    }
}

static void print_bound(const bound *b, fl_buffer *out) {
    const char *limits = b->limits.data ? b->limits.data : "";
    double value = b->given ? b->value : 30;
    if (b->n_index == 0 || !b->stage[0]) {
        fl_buffer_printf(out, "break above %.6g%s%s%s", value, b->stage[0] ? " " : "", b->stage,
                         limits);
        return;
    }
    fl_buffer_printf(out, "break cell %s%s ", b->stage, limits);
    for (int i = 0; i < b->n_index; i++)
        fl_buffer_printf(out, "%s%" PRId64, i ? "," : "", b->index[i]);
    fl_buffer_printf(out, " above %.6g", value);
}

void fl_break_say_bound(fl_view *view, const char *text) {
    fl_words words;
    bound b = {.stage = ""};
    fl_buffer typed = {0}, hint = {0};
    in_words(text, &typed);
    fl_words_begin(&words, typed.data ? typed.data : "");
    read_bound(&words, &b);
    print_bound(&b, &hint);
    fl_say(view, "break: found \"%.60s\"; %s: %s", text,
           strchr(text, '<') ? "only what is above a bound is waited for" : "write it",
           hint.data ? hint.data : "");
    fl_buffer_done(&b.limits);
    fl_buffer_done(&typed);
    fl_buffer_done(&hint);
}
