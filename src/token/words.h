/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The words that text is cut into before byte pairs are joined: a byte-level vocabulary names one
 * of these ways ("pre-tokenizer"), and another way gives other ids. A tokenizer.json spells it as a
 * regular expression, which is looked up here and never compiled.
 */
#ifndef FL_TOKEN_WORDS_H
#define FL_TOKEN_WORDS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct fl_splitter fl_splitter;

/* NULL if there is none of that name, of that pattern. */
const fl_splitter *fl_splitter_named(const char *name);
const fl_splitter *fl_splitter_of_pattern(const char *pattern, size_t length);
/* As a GGUF spells it; of several names the first. */
const char *fl_splitter_name(const fl_splitter *splitter);
/* Name number `index`, NULL after the last. */
const char *fl_splitter_list(size_t index);

/* A text being cut. Begins as {splitter, text, length}. */
typedef struct fl_words {
    const fl_splitter *splitter;
    const char *text;
    size_t length, at, part; /* `part`: end of what is cut by itself */
} fl_words;

/* The next word: where it begins and its length; false at the end of the text. Words follow one
 * another without a gap. Bytes that are no character count as signs. */
bool fl_words_next(fl_words *words, size_t *from, size_t *length);

#endif
