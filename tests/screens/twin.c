/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Starts the tracer and its twin, and compares them.
 */
#define _XOPEN_SOURCE 700
#include "screens/twin.h"

#include "test.h"
#include "tui/tui.h"
#include "view/scene.h"

#include <locale.h>
#include <sys/wait.h>

fl_terminal terminal;
fl_view *twin;

static int run_tracer(void *ctx) {
    const setting *s = ctx;
    fl_diag diag = {0};
    setlocale(LC_ALL, s->ascii ? "C" : "C.UTF-8");
    setenv("TERM", s->term ? s->term : "xterm-256color", 1);
    unsetenv("COLORFGBG");
    if (s->terminfo)
        setenv("TERMINFO", s->terminfo, 1);
    if (s->ground)
        setenv("COLORFGBG", s->ground, 1);
    fl_tui_options options = {.plain = s->plain, .color = !s->mono};
    options.view =
        fl_scene_options(&(fl_fake_options){.crash_at = s->crash_at, .slow_at = s->slow_at});
    options.view.ascii = s->ascii;
    return fl_tui_run(&options, &diag) == FL_OK ? 0 : 1;
}

int tear_down(void **state) {
    (void)state;
    fl_terminal_done(&terminal);
    fl_view_free(&twin);
    return 0;
}

/* First line that differs, -1 if none does. */
static int differing_line(void) {
    char *text = fl_scene_text(twin), *line = text;
    int wrong = -1;
    for (int y = 0; y < terminal.height && wrong < 0; y++) {
        char *end = strchr(line, '\n');
        *end = '\0';
        wrong = strcmp(fl_terminal_line(&terminal, y), line) != 0 ? y : -1;
        line = end + 1;
    }
    free(text);
    return wrong;
}

static bool same_cursor(void) {
    const fl_canvas *canvas = fl_view_draw(twin);
    VTermPos at;
    vterm_state_get_cursorpos(vterm_obtain_state(terminal.vterm), &at);
    return canvas->cursor_x < 0
               ? !terminal.cursor
               : terminal.cursor && at.col == canvas->cursor_x && at.row == canvas->cursor_y;
}

static bool same(void) {
    return differing_line() < 0 && same_cursor();
}

void assert_same_screen(void) {
    fl_terminal_await(&terminal, same);
    int wrong = differing_line();
    if (wrong >= 0)
        fail_msg("line %d is \"%s\" of\n%s", wrong, fl_terminal_line(&terminal, wrong),
                 fl_scene_text(twin));
    assert_true(same_cursor());
}

void press(const char *bytes, const char *keys) {
    fl_terminal_send(&terminal, bytes);
    fl_scene_keys(twin, keys);
    assert_same_screen();
}

static const char *awaited;

static bool wrote_awaited(void) {
    terminal.raw[terminal.n_raw] = '\0';
    return strstr(terminal.raw, awaited) != NULL;
}

bool wrote(const char *text) {
    awaited = text;
    fl_terminal_await(&terminal, wrote_awaited);
    return wrote_awaited();
}

static bool shows_awaited(void) {
    for (int y = 0; y < terminal.height; y++)
        if (strstr(fl_terminal_line(&terminal, y), awaited))
            return true;
    return false;
}

bool shows(const char *text) {
    awaited = text;
    fl_terminal_await(&terminal, shows_awaited);
    return shows_awaited();
}

void start(setting *s, int width, int height) {
    fl_terminal_start(&terminal, width, height, run_tracer, s);
    fl_view_options options = fl_scene_options(&(fl_fake_options){0});
    fl_diag diag;
    options.ascii = s->ascii;
    options.colors = s->mono ? 0 : s->colors ? s->colors : 256;
    options.light_ground = s->ground && strcmp(s->ground, "0;15") == 0;
    assert_int_equal(fl_view_new(&twin, &options, &diag), FL_OK);
    fl_view_resize(twin, width, height);
    if (s->plain || (s->term && strcmp(s->term, "dumb") == 0))
        assert_true(wrote("> "));
    else if (!s->odd_terminal)
        assert_same_screen();
}

void assert_left(int by_signal) {
    fl_terminal_wait(&terminal);
    assert_true(terminal.ended);
    if (by_signal) {
        assert_true(WIFSIGNALED(terminal.status));
        assert_int_equal(WTERMSIG(terminal.status), by_signal);
    } else {
        assert_true(WIFEXITED(terminal.status));
        assert_int_equal(WEXITSTATUS(terminal.status), 0);
    }
    assert_true(fl_terminal_is_restored(&terminal));
    assert_false(terminal.alternate);
    assert_true(terminal.cursor);
    assert_false(fl_terminal_has_mouse(&terminal));
}
