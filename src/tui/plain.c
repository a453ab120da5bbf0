/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Plain mode: no screen control, no drawing characters, whole lines only, words for state. For
 * screen readers, logs and terminals that can do nothing else.
 */
#include "tui/plain.h"

#include <stdio.h>
#include <string.h>

/* Signs that stand for words on a page; bars and lines that are drawn stand for none. */
static const struct {
    const char *sign, *word;
} signs[] = {{"→", "to"},          {"▲", "up"},           {"▼", "down"},      {"✓", "done: "},
             {"▸", "here: "},      {"▾", "below: "},      {"✎", "patched: "}, {"●", "breakpoint: "},
             {"Σ", "the sum of "}, {"√", "the root of "}, {"−", "-"},         {"␣", "blank"}};

static bool is_drawn(unsigned code) {
    return code >= 0x2500 && code <= 0x259f;
}

static void add_in_words(fl_buffer *out, const char *text) {
    while (*text) {
        size_t i = 0, length = fl_utf8_length(text, strlen(text));
        while (i < sizeof signs / sizeof *signs &&
               strncmp(text, signs[i].sign, strlen(signs[i].sign)) != 0)
            i++;
        if (i < sizeof signs / sizeof *signs) {
            fl_buffer_puts(out, signs[i].word);
            text += strlen(signs[i].sign);
            continue;
        }
        length = length ? length : 1;
        if (!is_drawn((unsigned)fl_utf8_decode(text, length)))
            fl_buffer_add(out, text, length);
        text += length;
    }
}

static void say(const char *text, bool ascii) {
    fl_buffer plain = {0}, words = {0};
    add_in_words(&words, text);
    text = words.data ? words.data : "";
    if (ascii)
        fl_ascii(&plain, text);
    else
        fl_buffer_puts(&plain, text);
    fl_buffer_done(&words);
    if (plain.length)
        printf("%s%s", plain.data, plain.data[plain.length - 1] == '\n' ? "" : "\n");
    fl_buffer_done(&plain);
}

static void tell(fl_view *view, void (*teller)(fl_view *, fl_buffer *), bool ascii) {
    fl_buffer text = {0};
    teller(view, &text);
    if (text.data)
        say(text.data, ascii);
    fl_buffer_done(&text);
}

/* A heading where the event is in another part of the pass than the last one said. */
static void head(fl_view *view, char part[48], bool ascii) {
    fl_buffer text = {0};
    fl_view_heading(view, &text);
    if (text.data && strcmp(text.data, part) != 0) {
        snprintf(part, 48, "%s", text.data);
        fputs("\n", stdout);
        say(part, ascii);
    }
    fl_buffer_done(&text);
}

/* What changed, and nothing else. */
static void report(fl_view *view, int64_t before, char part[48], bool ascii) {
    fl_buffer page = {0};
    const char *message = fl_view_message(view);
    fl_view_page_text(view, &page);
    if (message[0])
        say(message, ascii);
    if (page.length) {
        say(page.data, ascii);
        fl_view_close_page(view);
    } else if (fl_view_at(view) != before) {
        head(view, part, ascii);
        tell(view, fl_view_sentence, ascii);
    } else if (!message[0] && !fl_view_left(view)) {
        tell(view, fl_view_cell, ascii);
    }
    fl_buffer_done(&page);
}

void fl_plain_run(fl_view *view) {
    static char line[8192];
    char part[48] = "";
    bool ascii = fl_view_draw(view)->ascii, stepped = false;
    tell(view, fl_view_welcome, ascii);
    head(view, part, ascii);
    tell(view, fl_view_sentence, ascii);
    say("n and Enter go on, N goes back, why explains, help lists all commands, q leaves.", ascii);
    say(fl_view_message(view), ascii); /* of commands at the start */
    while (!fl_view_left(view)) {
        fputs("command> ", stdout);
        fflush(stdout);
        if (!fgets(line, sizeof line, stdin)) {
            fputs("\n", stdout);
            return;
        }
        int64_t before = fl_view_at(view);
        line[strcspn(line, "\r\n")] = '\0';
        fl_view_command(view, line[0] ? line : stepped ? "repeat" : "over");
        stepped = stepped || fl_view_at(view) != before;
        report(view, before, part, ascii);
    }
}
