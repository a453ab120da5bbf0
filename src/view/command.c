/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The line at the bottom: typing it, and doing what it says. Every verb of keys.def can be written
 * out; a bare number is an event to go to.
 */
#include "view/complete.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fl_open_line(fl_view *view, fl_line_kind kind, const char *text) {
    fl_line_open(&view->line, kind, text);
}

/* A word, or a beginning of it that no other word shares ("fin": finish, and finish-back is only a
 * longer finish). */
static bool find_verb(const char *word, size_t length, fl_verb *out) {
    const char *found = NULL;
    for (int id = 0; id < FL_VERB_COUNT; id++) {
        const char *name = fl_verb_get_info((fl_verb)id)->word;
        if (strncmp(name, word, length) != 0)
            continue;
        if (found && strncmp(name, found, strlen(found)) != 0 && name[length])
            return false;
        if (!found || name[length] == '\0') {
            *out = (fl_verb)id;
            found = name;
        }
    }
    return found != NULL;
}

/* One letter alone is the key of that name. */
static bool find_key(fl_view *view, const char *word, size_t length, fl_verb *out) {
    size_t count;
    const fl_key_info *keys = fl_keys(&count);
    for (size_t i = 0; length == 1 && i < count; i++) {
        if (keys[i].key == word[0] && (keys[i].where & fl_view_where(view))) {
            *out = keys[i].verb;
            return true;
        }
    }
    return false;
}

bool fl_verb_named(fl_view *view, const char *word, size_t length, fl_verb *out) {
    return find_key(view, word, length, out) || find_verb(word, length, out);
}

/* What the word may have been meant to be. */
static void say_unknown(fl_view *view, const char *word, size_t length) {
    fl_buffer like = {0};
    char hint[200];
    if (fl_patch_meant(view, word, hint, sizeof hint)) {
        fl_say(view, "there is no command \"%.*s\"; %s", (int)length, word, hint);
        return;
    }
    const char *nearest = fl_nearest_verb(word, length);
    for (int id = 0; id < FL_VERB_COUNT; id++) {
        const char *name = fl_verb_get_info((fl_verb)id)->word;
        if (strncmp(name, word, length) == 0)
            fl_buffer_printf(&like, "%s%s", like.length ? ", " : "", name);
    }
    fl_say(view, "there is no command \"%.*s\"; %s%s%shelp lists them",
           (int)(length < 60 ? length : 60), word,
           like.length ? "so begin "
           : nearest   ? "the nearest is "
                       : "",
           like.length ? like.data
           : nearest   ? nearest
                       : "",
           like.length || nearest ? "; " : "");
    fl_buffer_done(&like);
}

bool fl_number_of(fl_view *view, fl_verb verb, const char *text, int64_t *number) {
    char *end;
    long long value = strtoll(text, &end, 10);
    *number = value;
    if (end != text && !end[strspn(end, " ")] && value >= 0 && value <= FL_COUNT_MOST)
        return true;
    fl_buffer example = {0};
    fl_verb_example(verb, &example);
    fl_say(view, "%s takes a number, not \"%.60s\", as in: %s", fl_verb_get_info(verb)->word, text,
           example.data ? example.data : "");
    fl_buffer_done(&example);
    return false;
}

bool fl_number_exists(fl_view *view, const char *what, int64_t number, int64_t count) {
    if (number < count)
        return true;
    fl_say(view, "there is no %s %" PRId64 ": %ss are numbered 0 to %" PRId64, what, number, what,
           count - 1);
    return false;
}

static void say_wanted(fl_view *view, fl_verb verb) {
    const fl_verb_info *info = fl_verb_get_info(verb);
    fl_buffer example = {0};
    fl_verb_example(verb, &example);
    if (*info->argument)
        fl_say(view, "%s wants %s, as in: %s", info->word, info->argument,
               example.data ? example.data : "");
    else
        fl_say(view, "this is a command already: write what to do in its place, as in: step 3");
    fl_buffer_done(&example);
}

static bool say_no_count(fl_view *view, const char *word) {
    fl_say(view, "%s 0 would do nothing: expected a number from 1 on", word);
    return false;
}

/* A verb that a patch may be asked for with, told more than it takes. */
static bool say_patch_meant(fl_view *view, fl_verb verb, const char *line, const char *rest) {
    static const fl_verb verbs[] = {FL_VERB_ablate, FL_VERB_layer, FL_VERB_head, FL_VERB_delete,
                                    FL_VERB_disable};
    char hint[200];
    bool numbered = strspn(rest, "0123456789 ") == strlen(rest);
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs && !numbered; i++) {
        if (verbs[i] != verb || !fl_patch_meant(view, line, hint, sizeof hint))
            continue;
        fl_say(view, "%s", hint);
        return true;
    }
    return false;
}

/* With what is typed behind the verb, as its argument in keys.def says. */
static bool do_verb(fl_view *view, fl_verb verb, int64_t count, const char *rest) {
    const fl_verb_info *info = fl_verb_get_info(verb);
    bool optional = info->argument[0] == '[' || info->argument[0] == '\0';
    if (!*rest && (!optional || verb == FL_VERB_command)) {
        say_wanted(view, verb);
        return false;
    }
    if (*rest && info->argument[0] == '\0') {
        fl_say(view, "%s takes nothing behind it, found \"%.60s\"", info->word, rest);
        return false;
    }
    bool counted = *rest && strcmp(info->argument, "[N]") == 0;
    if (counted && !fl_number_of(view, verb, rest, &count))
        return false;
    if (count < 1)
        return say_no_count(view, info->word);
    return fl_view_do(view, verb, count, counted ? "" : rest);
}

/* ---- verbs that open a line ---- */

bool fl_do_command(fl_view *view, int64_t count, const char *text) {
    (void)count;
    (void)text;
    fl_open_line(view, FL_LINE_COMMAND, "");
    return true;
}

bool fl_do_search(fl_view *view, int64_t count, const char *text) {
    (void)count;
    if (!*text) {
        fl_open_line(view, FL_LINE_SEARCH, "");
        return true;
    }
    snprintf(view->found, sizeof view->found, "%.*s", (int)sizeof view->found - 1, text);
    return fl_do_search_next(view, 1, "");
}

/* ---- a line ---- */

/* Copies a line without the blanks around it and the colon before it; returns its length. */
static size_t trim(char out[FL_LINE_BYTES], const char *line) {
    snprintf(out, FL_LINE_BYTES, "%s", line + strspn(line, " \t:"));
    size_t length = strlen(out);
    while (length > 0 && strchr(" \t\r\n", out[length - 1]))
        out[--length] = '\0';
    return length;
}

/* "3n" as the keys would be typed: the count, and *text behind it; 1 where none is. */
static int64_t take_count(const char **text) {
    char *end;
    long long count = strtoll(*text, &end, 10);
    if (**text < '0' || **text > '9' || count > FL_COUNT_MOST)
        return 1;
    *text = end + strspn(end, " \t");
    return count;
}

bool fl_view_command(fl_view *view, const char *line) {
    char buffer[FL_LINE_BYTES];
    const char *text = buffer;
    fl_verb verb;
    view->message[0] = '\0';
    view->tell = NULL;
    size_t length = trim(buffer, line);
    if (length == 0)
        return true;
    if (strspn(text, "0123456789") == length)
        return fl_do_goto(view, 1, text);
    if (text[0] == '/' && text[1])
        return fl_do_search(view, 1, text + 1);
    int64_t count = take_count(&text);
    size_t word = strcspn(text, " \t");
    const char *rest = text + word + strspn(text + word, " \t");
    if (!fl_verb_named(view, text, word, &verb)) {
        say_unknown(view, text, word);
        return false;
    }
    return !say_patch_meant(view, verb, text, rest) && do_verb(view, verb, count, rest);
}

/* ---- typing ---- */

static void enter(fl_view *view) {
    fl_line *line = &view->line;
    fl_line_kind kind = line->kind;
    fl_line_keep(line);
    line->kind = FL_LINE_NONE;
    if (kind == FL_LINE_COMMAND)
        fl_view_command(view, line->text);
    else if (kind == FL_LINE_SEARCH && line->length > 0)
        fl_do_search(view, 1, line->text);
    else if (kind == FL_LINE_SEARCH)
        fl_view_do(view, FL_VERB_search_next, 1, "");
    else if (kind == FL_LINE_PROMPT)
        fl_restart(view, line->text);
}

void fl_line_key(fl_view *view, int key) {
    if (key == FL_KEY_ENTER)
        enter(view);
    else if (key == FL_KEY_ESCAPE || key == FL_KEY_CTRL('c'))
        view->line.kind = FL_LINE_NONE;
    else if (key == FL_KEY_TAB)
        fl_complete(view);
    else
        fl_line_edit(&view->line, key);
}
