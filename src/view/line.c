/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
#include "view/line.h"

#include "base/text.h"
#include "view/view.h"

#include <stdio.h>
#include <string.h>

static void set_text(fl_line *line, const char *text) {
    line->length = strlen(text);
    if (line->length >= sizeof line->text)
        line->length = sizeof line->text - 1;
    memmove(line->text, text, line->length);
    line->text[line->length] = '\0';
    line->at = line->length;
}

void fl_line_open(fl_line *line, fl_line_kind kind, const char *text) {
    line->kind = kind;
    line->listing = false;
    line->recalled = line->n_past;
    set_text(line, text);
}

void fl_line_insert(fl_line *line, const char *bytes, size_t length) {
    if (line->length + length >= sizeof line->text)
        return;
    memmove(line->text + line->at + length, line->text + line->at, line->length - line->at + 1);
    memcpy(line->text + line->at, bytes, length);
    line->length += length;
    line->at += length;
}

static void insert_character(fl_line *line, unsigned code) {
    char bytes[4];
    size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned marks[] = {0, 0xc0, 0xe0, 0xf0};
    for (size_t i = length - 1; i > 0; i--, code >>= 6)
        bytes[i] = (char)(0x80 | (code & 0x3f));
    bytes[0] = (char)(marks[length - 1] | code);
    if (fl_utf8_length(bytes, length) == length)
        fl_line_insert(line, bytes, length);
}

/* ---- places in the line ---- */

static size_t before(const fl_line *line, size_t at) {
    do
        at -= at > 0;
    while (at > 0 && ((unsigned char)line->text[at] & 0xc0) == 0x80);
    return at;
}

static size_t behind(const fl_line *line, size_t at) {
    size_t length = fl_utf8_length(line->text + at, line->length - at);
    return at < line->length ? at + (length ? length : 1) : at;
}

/* Where the word before `at` begins. */
static size_t word_before(const fl_line *line, size_t at) {
    while (at > 0 && line->text[at - 1] == ' ')
        at--;
    while (at > 0 && line->text[at - 1] != ' ')
        at--;
    return at;
}

/* Takes away what stands from `from` to `to`, and leaves the cursor there. */
static void cut(fl_line *line, size_t from, size_t to) {
    memmove(line->text + from, line->text + to, line->length - to + 1);
    line->length -= to - from;
    line->at = from;
}

/* ---- what the keys do ---- */

static void go_left(fl_line *line) {
    line->at = before(line, line->at);
}

static void go_right(fl_line *line) {
    line->at = behind(line, line->at);
}

static void go_first(fl_line *line) {
    line->at = 0;
}

static void go_last(fl_line *line) {
    line->at = line->length;
}

static void erase(fl_line *line) {
    if (line->length == 0)
        line->kind = FL_LINE_NONE;
    cut(line, before(line, line->at), line->at);
}

static void erase_word(fl_line *line) {
    cut(line, word_before(line, line->at), line->at);
}

static void erase_before(fl_line *line) {
    cut(line, 0, line->at);
}

static void erase_behind(fl_line *line) {
    cut(line, line->at, line->length);
}

/* Shows the nearest line of this kind in that direction; behind the last stands what was typed. */
static void recall(fl_line *line, int direction) {
    int i = line->recalled + direction;
    while (i >= 0 && i < line->n_past && line->past[i].kind != line->kind)
        i += direction;
    if (i < 0 || i > line->n_past)
        return;
    if (line->recalled == line->n_past)
        memcpy(line->draft, line->text, line->length + 1);
    line->recalled = i;
    set_text(line, i == line->n_past ? line->draft : line->past[i].text);
}

static void recall_before(fl_line *line) {
    recall(line, -1);
}

static void recall_next(fl_line *line) {
    recall(line, 1);
}

void fl_line_edit(fl_line *line, int key) {
    static const struct {
        int key;
        void (*edit)(fl_line *);
    } edits[] = {{FL_KEY_LEFT, go_left},
                 {FL_KEY_CTRL('b'), go_left},
                 {FL_KEY_RIGHT, go_right},
                 {FL_KEY_CTRL('f'), go_right},
                 {FL_KEY_HOME, go_first},
                 {FL_KEY_CTRL('a'), go_first},
                 {FL_KEY_END, go_last},
                 {FL_KEY_CTRL('e'), go_last},
                 {FL_KEY_BACKSPACE, erase},
                 {FL_KEY_CTRL('w'), erase_word},
                 {FL_KEY_CTRL('u'), erase_before},
                 {FL_KEY_CTRL('k'), erase_behind},
                 {FL_KEY_UP, recall_before},
                 {FL_KEY_CTRL('p'), recall_before},
                 {FL_KEY_DOWN, recall_next},
                 {FL_KEY_CTRL('n'), recall_next}};
    line->listing = false;
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++)
        if (edits[i].key == key)
            edits[i].edit(line);
    if (key >= ' ' && key != FL_KEY_BACKSPACE && key < FL_KEY_SPECIAL)
        insert_character(line, (unsigned)key);
}

void fl_line_keep(fl_line *line) {
    const fl_past_line *last = line->n_past > 0 ? &line->past[line->n_past - 1] : NULL;
    if (line->length == 0 || line->length >= FL_PAST_BYTES ||
        (last && last->kind == line->kind && strcmp(last->text, line->text) == 0))
        return;
    if (line->n_past == FL_PAST_LINES)
        memmove(line->past, line->past + 1, (FL_PAST_LINES - 1) * sizeof line->past[0]);
    else
        line->n_past++;
    fl_past_line *kept = &line->past[line->n_past - 1];
    kept->kind = line->kind;
    memcpy(kept->text, line->text, line->length + 1);
}
