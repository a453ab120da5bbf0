/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Plain mode: no screen control, no drawing characters, whole lines only, words for state. For
 * screen readers, logs and terminals that can do nothing else.
 */
#include "tui/plain.h"

#include <stdio.h>
#include <string.h>

static void say(const char *text, bool ascii) {
    fl_buffer plain = {0};
    if (ascii)
        fl_ascii(&plain, text);
    else
        fl_buffer_puts(&plain, text);
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

/* What changed, and nothing else. */
static void report(fl_view *view, int64_t before, bool ascii) {
    fl_buffer page = {0};
    const char *message = fl_view_message(view);
    fl_view_page_text(view, &page);
    if (message[0])
        say(message, ascii);
    if (page.length) {
        say(page.data, ascii);
        fl_view_close_page(view);
    } else if (fl_view_at(view) != before) {
        tell(view, fl_view_sentence, ascii);
    } else if (!message[0] && !fl_view_left(view)) {
        tell(view, fl_view_cell, ascii);
    }
    fl_buffer_done(&page);
}

void fl_plain_run(fl_view *view) {
    static char line[8192];
    bool ascii = fl_view_draw(view)->ascii, stepped = false;
    tell(view, fl_view_welcome, ascii);
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
        report(view, before, ascii);
    }
}
