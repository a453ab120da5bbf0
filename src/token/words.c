/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Each pattern of the table is an ordered choice; what is written here does the same by hand, so
 * that every character is looked at a bounded number of times:
 *
 *   a contraction | a run of letters | a run of digits | a run of signs | white space
 *
 * `\s+(?!\S)` leaves the last blank of a run to the word that follows.
 */
#include "token/words.h"

#include "base/text.h"
#include "base/unicode.h"

#include <string.h>

struct fl_splitter {
    const char *name, *pattern;
    bool any_case;      /* contractions in capitals too */
    bool sign_and_word; /* one sign of any kind may stand before letters, not only a blank */
    int digits;         /* at most so many together; 0: any number, and a blank before them */
    bool line_ends;     /* signs take the line ends after them, and blanks before those go along */
    bool digits_apart;  /* digits are cut off first, one by one, so that no blank joins them */
};

#define LLAMA3_PATTERN(digits)                                                                     \
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}" digits                     \
    "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
#define GPT2_PATTERN                                                                               \
    "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"

static const fl_splitter splitters[] = {
    {"gpt-2", GPT2_PATTERN, false, false, 0, false, false},
    {"llama-bpe", LLAMA3_PATTERN("{1,3}"), true, true, 3, true, false},
    {"llama3", NULL, true, true, 3, true, false},
    {"llama-v3", NULL, true, true, 3, true, false},
    {"qwen2", LLAMA3_PATTERN(""), true, true, 1, true, false},
    {"smollm", NULL, false, false, 0, false, true},
};
enum { N_SPLITTERS = sizeof splitters / sizeof *splitters };

const fl_splitter *fl_splitter_named(const char *name) {
    for (size_t i = 0; i < N_SPLITTERS; i++)
        if (strcmp(splitters[i].name, name) == 0)
            return &splitters[i];
    return NULL;
}

const fl_splitter *fl_splitter_of_pattern(const char *pattern, size_t length) {
    for (size_t i = 0; i < N_SPLITTERS; i++)
        if (splitters[i].pattern && strlen(splitters[i].pattern) == length &&
            memcmp(splitters[i].pattern, pattern, length) == 0)
            return &splitters[i];
    return NULL;
}

const char *fl_splitter_name(const fl_splitter *splitter) {
    return splitter->name;
}

const char *fl_splitter_list(size_t index) {
    return index < N_SPLITTERS ? splitters[index].name : NULL;
}

/* ---- characters ---- */

enum { END = FL_CHAR_LINE_END + 1 };
typedef int kind; /* an fl_char_kind, or END */

/* The character at `at`: its length, 0 at the end, and its kind. */
static size_t look(const char *text, size_t length, size_t at, kind *what) {
    *what = END;
    if (at >= length)
        return 0;
    size_t n = fl_utf8_length(text + at, length - at);
    *what = n ? (kind)fl_char_kind_of(fl_utf8_decode(text + at, n)) : FL_CHAR_SIGN;
    return n ? n : 1;
}

/* End of the run of that kind from `at` on, of `most` characters at most (0: any number). */
static size_t run(const char *text, size_t length, size_t at, kind wanted, int most) {
    kind what;
    for (int n = 0; !most || n < most; n++) {
        size_t step = look(text, length, at, &what);
        if (what != wanted)
            break;
        at += step;
    }
    return at;
}

/* ---- the choices; each gives the length of its word, 0 for none ---- */

static char small_letter(char c, bool any_case) {
    return any_case && c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t contraction(const fl_splitter *s, const char *text, size_t length) {
    static const char *const endings[] = {"s", "t", "re", "ve", "m", "ll", "d"};
    if (length < 2 || text[0] != '\'')
        return 0;
    /* the long s, which differs from s by its case alone */
    if (s->any_case && length > 2 && memcmp(text + 1, "\xc5\xbf", 2) == 0)
        return 3;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t n = 0;
        while (endings[i][n] && n + 1 < length &&
               small_letter(text[n + 1], s->any_case) == endings[i][n])
            n++;
        if (!endings[i][n])
            return n + 1;
    }
    return 0;
}

/* Letters, with what may stand before them. */
static size_t letters(const fl_splitter *s, const char *text, size_t length) {
    kind first;
    size_t before = look(text, length, 0, &first);
    bool joins =
        s->sign_and_word ? first == FL_CHAR_SIGN || first == FL_CHAR_BLANK : text[0] == ' ';
    if (first != FL_CHAR_LETTER && !joins)
        return 0;
    if (first == FL_CHAR_LETTER)
        before = 0;
    size_t end = run(text, length, before, FL_CHAR_LETTER, 0);
    return end > before ? end : 0;
}

static size_t digits(const fl_splitter *s, const char *text, size_t length) {
    size_t before = !s->digits && text[0] == ' ';
    size_t end = run(text, length, before, FL_CHAR_DIGIT, s->digits);
    return end > before ? end : 0;
}

static size_t signs(const fl_splitter *s, const char *text, size_t length) {
    size_t before = text[0] == ' ';
    size_t end = run(text, length, before, FL_CHAR_SIGN, 0);
    if (end == before)
        return 0;
    return s->line_ends ? run(text, length, end, FL_CHAR_LINE_END, 0) : end;
}

/* White space: to its last line end; else all but the last, if something follows and that is not
 * all there is. */
static size_t blanks(const fl_splitter *s, const char *text, size_t length) {
    size_t at = 0, last = 0, line_end = 0, step;
    kind what;
    while ((step = look(text, length, at, &what)) &&
           (what == FL_CHAR_BLANK || what == FL_CHAR_LINE_END)) {
        last = at;
        at += step;
        if (what == FL_CHAR_LINE_END)
            line_end = at;
    }
    if (s->line_ends && line_end)
        return line_end;
    return at < length && last > 0 ? last : at;
}

static size_t next_word(const fl_splitter *s, const char *text, size_t length) {
    static size_t (*const choices[])(const fl_splitter *, const char *,
                                     size_t) = {contraction, letters, digits, signs, blanks};
    size_t n = 0;
    for (size_t i = 0; !n && i < sizeof choices / sizeof *choices; i++)
        n = choices[i](s, text, length);
    return n;
}

/* Sets the end of the part that begins at `at`: one digit, or all up to the next one. */
static void begin_part(fl_words *w) {
    kind what;
    size_t step = look(w->text, w->length, w->at, &what);
    w->part = w->splitter->digits_apart ? w->at + step : w->length;
    if (what == FL_CHAR_DIGIT || !w->splitter->digits_apart)
        return;
    while ((step = look(w->text, w->length, w->part, &what)) && what != FL_CHAR_DIGIT)
        w->part += step;
}

bool fl_words_next(fl_words *w, size_t *from, size_t *length) {
    if (w->at >= w->length)
        return false;
    if (w->at >= w->part)
        begin_part(w);
    *from = w->at;
    *length = next_word(w->splitter, w->text + w->at, w->part - w->at);
    w->at += *length;
    return true;
}
