/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The tracer in a real pseudo-terminal over the fake run: what libvterm shows is what the view
 * draws, cell for cell, and the terminal is as before on every way out.
 */
#define _XOPEN_SOURCE 700
#include "test.h"

#include "screens/terminal.h"
#include "tui/tui.h"
#include "view/scene.h"

#include <locale.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct setting {
    const char *term, *ground; /* COLORFGBG; NULL: not set */
    int colors;                /* of `term`; 0: 256 */
    bool ascii, mono, plain, odd_terminal;
    int64_t crash_at, slow_at;
} setting;

static int run_tracer(void *ctx) {
    const setting *s = ctx;
    fl_diag diag = {0};
    setlocale(LC_ALL, s->ascii ? "C" : "C.UTF-8");
    setenv("TERM", s->term ? s->term : "xterm-256color", 1);
    unsetenv("COLORFGBG");
    if (s->ground)
        setenv("COLORFGBG", s->ground, 1);
    fl_tui_options options = {.plain = s->plain, .color = !s->mono};
    options.view =
        fl_scene_options(&(fl_fake_options){.crash_at = s->crash_at, .slow_at = s->slow_at});
    options.view.ascii = s->ascii;
    return fl_tui_run(&options, &diag) == FL_OK ? 0 : 1;
}

static fl_terminal terminal;
static fl_view *twin; /* what the screen ought to show */

static int tear_down(void **state) {
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

static bool same(void) {
    return differing_line() < 0;
}

static void assert_same_screen(void) {
    fl_terminal_await(&terminal, same);
    int wrong = differing_line();
    if (wrong >= 0)
        fail_msg("line %d is \"%s\" of\n%s", wrong, fl_terminal_line(&terminal, wrong),
                 fl_scene_text(twin));
}

static void press(const char *bytes, const char *keys) {
    fl_terminal_send(&terminal, bytes);
    fl_scene_keys(twin, keys);
    assert_same_screen();
}

static const char *awaited;

static bool wrote_awaited(void) {
    terminal.raw[terminal.n_raw] = '\0';
    return strstr(terminal.raw, awaited) != NULL;
}

/* Has it written this, now or soon? */
static bool wrote(const char *text) {
    awaited = text;
    fl_terminal_await(&terminal, wrote_awaited);
    return wrote_awaited();
}

static void start(setting *s, int width, int height) {
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

static bool on_alternate(void) {
    return terminal.alternate;
}

/* Has it stopped itself, and come here all that it wrote before? */
static bool stopped_on_normal_screen(void) {
    return terminal.stopped && !terminal.alternate && fl_terminal_is_restored(&terminal);
}

static void assert_left(int by_signal) {
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
}

static void the_screen_is_the_canvas(void **state) {
    (void)state;
    start(&(setting){0}, 80, 24);
    assert_same_screen();
    assert_true(terminal.alternate);
    press("n", "n");
    press("4n", "4n");
    press("\x1bOA\x1bOD", "<up><left>");
    press("\x1b[B\x1b[C", "<down><right>"); /* as terminals send them outside keypad mode */
    press(":goto attn_probs layer 1 head 2\r", ":goto attn_probs layer 1 head 2<enter>");
    press("e", "e");
    press("\x1b", "<esc>");
    press("?", "?");
    press("\x7f", "<bs>");
    press("tS", "tS"); /* wide and combining characters, control bytes */
    press("p", "p");
    press("q", "q");
    fl_terminal_send(&terminal, "q");
    assert_left(0);
}

static void every_event_of_a_pass(void **state) {
    (void)state;
    start(&(setting){0}, 120, 40);
    for (int i = 0; i < 78; i += 6)
        press("6s", "6s");
    press("6S", "6S");
    fl_terminal_send(&terminal, "q");
    assert_left(0);
}

static void resizing_in_the_middle(void **state) {
    (void)state;
    static const int sizes[][2] = {{120, 40}, {20, 5}, {100, 30}, {1, 1}, {80, 24}};
    start(&(setting){0}, 80, 24);
    press("5n", "5n");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        fl_terminal_resize(&terminal, sizes[i][0], sizes[i][1]);
        fl_view_resize(twin, sizes[i][0], sizes[i][1]);
        if (sizes[i][0] > 1)
            assert_same_screen();
    }
    press("n", "n");
    fl_terminal_send(&terminal, "q");
    assert_left(0);
}

/* Every cell has the colours that the table gives its style. */
static int coloured_cells(int colors) {
    const fl_canvas *canvas = fl_view_draw(twin);
    int coloured = 0;
    for (int y = 0; y < 24; y++)
        for (int x = 0; x < 80; x++) {
            fl_style style = (fl_style)fl_canvas_at(canvas, x, y)->style;
            fl_colors wanted = fl_style_colors(style, colors, canvas->light);
            VTermScreenCell cell;
            vterm_screen_get_cell(terminal.screen, (VTermPos){y, x}, &cell);
            if (wanted.bg < 0)
                continue;
            assert_true(VTERM_COLOR_IS_INDEXED(&cell.bg));
            assert_int_equal(cell.bg.indexed.idx, wanted.bg);
            coloured++;
        }
    return coloured;
}

static void colours_reach_the_cells(void **state) {
    (void)state;
    static setting settings[] = {{.colors = 256},
                                 {.colors = 256, .ground = "0;15"},
                                 {.colors = 256, .ground = "15;0"},
                                 {.colors = 16, .term = "xterm-16color"},
                                 {.colors = 8, .term = "linux"},
                                 {.colors = 8, .term = "xterm"}};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        start(&settings[i], 80, 24);
        press(":goto attn_probs\r", ":goto attn_probs<enter>");
        assert_true(coloured_cells(settings[i].colors) > 100);
        press(":theme light\r", ":theme light<enter>");
        assert_true(coloured_cells(settings[i].colors) > 100);
        fl_terminal_send(&terminal, "q");
        assert_left(0);
        if (i + 1 < sizeof settings / sizeof *settings)
            tear_down(NULL);
    }
}

/* The line is typed with the keys that terminals send. */
static void a_line_is_typed_with_real_keys(void **state) {
    (void)state;
    start(&(setting){0}, 80, 24);
    press(":gto logits", ":gto logits");
    press("\x01\x1b[C", "<c-a><right>"); /* Ctrl-a, the right arrow */
    press("o\x1b[F", "o<end>");
    press("\x7fs\r", "<bs>s<enter>");
    press(":\x1b[A", ":<up>");
    press("\x15he\t", "<c-u>he<tab>");
    press("\x1b", "<esc>");
    press(":present\r", ":present<enter>");
    press("  ", "  ");
    press("q", "q"); /* the usual screen again */
    fl_terminal_send(&terminal, "q");
    assert_left(0);
}

/* Nothing is left to show it to: it ends, and not by a fault. */
static void a_closed_terminal_ends_it(void **state) {
    (void)state;
    start(&(setting){0}, 80, 24);
    press("3n", "3n");
    close(terminal.fd);
    terminal.fd = -1;
    fl_terminal_wait(&terminal);
    assert_true(terminal.ended);
    assert_true(WIFEXITED(terminal.status) || WTERMSIG(terminal.status) == SIGHUP);
}

/* Does any "ESC [ ... m" hold 30 to 38 or 40 to 48? */
static bool sets_a_colour(const char *raw) {
    for (; (raw = strstr(raw, "\x1b[")) != NULL; raw++) {
        const char *at = raw + 2;
        bool colour = false;
        while (strchr("0123456789;", *at) && *at) {
            char *end;
            long value = strtol(at, &end, 10);
            colour = colour || (value >= 30 && value <= 38) || (value >= 40 && value <= 48);
            at = end > at ? end : at + 1;
            at += *at == ';';
        }
        if (*at == 'm' && colour)
            return true;
    }
    return false;
}

static void no_colour_means_none(void **state) {
    (void)state;
    start(&(setting){.mono = true}, 80, 24);
    press(":goto gate\r", ":goto gate<enter>");
    terminal.raw[terminal.n_raw] = '\0';
    assert_false(sets_a_colour(terminal.raw));
}

static void ascii_means_ascii(void **state) {
    (void)state;
    /* a description without "repeat this character", which libvterm 0.1 takes one column too far */
    start(&(setting){.term = "tmux-256color", .ascii = true}, 80, 24);
    press("n", "n");
    press(":goto attn_probs\r", ":goto attn_probs<enter>");
    press("tS", "tS");
    fl_terminal_send(&terminal, "q");
    assert_left(0);
    for (size_t i = 0; i < terminal.n_raw; i++)
        assert_true((unsigned char)terminal.raw[i] < 0x80);
}

static void signals_restore_the_terminal(void **state) {
    (void)state;
    static const int signals[] = {SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        start(&(setting){0}, 80, 24);
        press("3n", "3n");
        assert_false(fl_terminal_is_restored(&terminal));
        kill(terminal.program, signals[i]);
        assert_left(signals[i]);
        if (i + 1 < sizeof signals / sizeof *signals)
            tear_down(NULL);
    }
}

/* Whether it comes from the keyboard while something is open, or when nothing is. */
static void the_interrupt_key_never_leaves(void **state) {
    (void)state;
    static const char *const opened[] = {":goto at", "e", "p", "?", "_", "12", ""};
    start(&(setting){0}, 80, 24);
    press("n", "n");
    for (size_t i = 0; i < sizeof opened / sizeof *opened; i++) {
        press(opened[i], opened[i]);
        press("\x03", "<c-c>");
        assert_string_equal(fl_view_message(twin),
                            opened[i][0] == '1' || !opened[i][0]
                                ? "nothing is open here; Backspace undoes the last jump, q leaves"
                                : "");
    }
    fl_terminal_send(&terminal, "q");
    assert_left(0);
}

static bool computing(void) {
    return strstr(fl_terminal_line(&terminal, 0), "computing event") != NULL;
}

/* What stood in the line before is gone while the way is long. */
static void progress_has_its_line_alone(void **state) {
    (void)state;
    static const char end[] = ", Ctrl-C stops";
    start(&(setting){.slow_at = 2}, 80, 24);
    fl_terminal_send(&terminal, ":goto logits\r");
    fl_terminal_await(&terminal, computing);
    const char *line = fl_terminal_line(&terminal, 0);
    assert_true(computing());
    assert_string_equal(line + strlen(line) - strlen(end), end);
    fl_terminal_send(&terminal, "\x03");
    fl_terminal_send(&terminal, "q");
    assert_left(0);
}

static void a_crash_restores_the_terminal(void **state) {
    (void)state;
    start(&(setting){.crash_at = 5}, 80, 24);
    fl_terminal_send(&terminal, "5s");
    assert_left(SIGSEGV);
}

/* A click puts the cursor on a cell, the wheel scrolls, and the mouse is given back. */
static void the_mouse_points_and_scrolls(void **state) {
    (void)state;
    start(&(setting){0}, 80, 24);
    press(":goto q\r", ":goto q<enter>");
    fl_terminal_send(&terminal, "\x1b[<0;30;10M\x1b[<0;30;10m");
    fl_view_mouse(twin, 29, 9, 0);
    assert_same_screen();
    fl_terminal_send(&terminal, "\x1b[<65;30;10M");
    fl_view_mouse(twin, 29, 9, 1);
    assert_same_screen();
    fl_terminal_send(&terminal, "q");
    assert_left(0);
    assert_true(wrote("\x1b[?1006;1000l"));
}

static void suspend_and_resume(void **state) {
    (void)state;
    start(&(setting){0}, 80, 24);
    press("3n", "3n");
    fl_terminal_send(&terminal, "\x1a");
    fl_terminal_await(&terminal, stopped_on_normal_screen);
    assert_true(terminal.stopped);
    assert_true(stopped_on_normal_screen());
    fl_terminal_continue(&terminal);
    fl_terminal_await(&terminal, on_alternate);
    assert_true(on_alternate());
    assert_same_screen();
    press("n", "n");
    fl_terminal_send(&terminal, "q");
    assert_left(0);
}

static void an_unknown_terminal_is_no_obstacle(void **state) {
    (void)state;
    start(&(setting){.term = "no-such-terminal"}, 80, 24);
    assert_same_screen();
    fl_terminal_send(&terminal, "q");
    assert_left(0);
}

static bool at_event_zero(void) {
    return strstr(fl_terminal_line(&terminal, 0), "event 0 (0-77)") != NULL;
}

static bool at_event_two(void) {
    return strstr(fl_terminal_line(&terminal, 0), "event 2 (0-77)") != NULL;
}

static void old_terminals_are_served(void **state) {
    (void)state;
    static char *terms[] = {"vt100", "xterm", "screen", "ansi"};
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
        start(&(setting){.term = terms[i], .ascii = true, .odd_terminal = true}, 80, 24);
        fl_terminal_await(&terminal, at_event_zero);
        fl_terminal_send(&terminal, "2n");
        fl_terminal_await(&terminal, at_event_two);
        assert_true(at_event_two());
        fl_terminal_send(&terminal, "q");
        assert_left(0);
        if (i + 1 < sizeof terms / sizeof *terms)
            tear_down(NULL);
    }
}

static void a_dumb_terminal_gets_sentences(void **state) {
    (void)state;
    start(&(setting){.term = "dumb"}, 80, 24);
    assert_true(wrote("6 tokens go in; 77 steps later one word comes out."));
    assert_true(wrote("event 0 of 0 to 77: tokens,"));
    fl_terminal_send(&terminal, "\nfinish\n");
    assert_true(wrote("event 1 of 0 to 77: embed,"));
    assert_true(wrote("event 3 of 0 to 77: rope_sin,"));
    fl_terminal_send(&terminal, "goto attn_probs head 1\nwhy\nnonsense\nright\n");
    assert_true(wrote("layer 0, head 1, attn_probs"));
    assert_true(wrote("percent to"));
    assert_true(wrote("there is no command \"nonsense\""));
    assert_true(wrote("The function that computes it"));
    assert_null(strchr(terminal.raw, '\x1b'));
    fl_terminal_send(&terminal, "q\n");
    assert_left(0);
}

static void plain_mode_ends_with_its_input(void **state) {
    (void)state;
    start(&(setting){.plain = true}, 80, 24);
    fl_terminal_send(&terminal, "\x04");
    assert_left(0);
}

int main(void) {
    /* ncurses would load the console's mouse library for TERM=linux, which keeps memory of its own
     */
    setenv("NCURSES_GPM_TERMS", "none", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_screen_is_the_canvas, tear_down),
        cmocka_unit_test_teardown(every_event_of_a_pass, tear_down),
        cmocka_unit_test_teardown(resizing_in_the_middle, tear_down),
        cmocka_unit_test_teardown(colours_reach_the_cells, tear_down),
        cmocka_unit_test_teardown(a_line_is_typed_with_real_keys, tear_down),
        cmocka_unit_test_teardown(a_closed_terminal_ends_it, tear_down),
        cmocka_unit_test_teardown(no_colour_means_none, tear_down),
        cmocka_unit_test_teardown(ascii_means_ascii, tear_down),
        cmocka_unit_test_teardown(signals_restore_the_terminal, tear_down),
        cmocka_unit_test_teardown(the_interrupt_key_never_leaves, tear_down),
        cmocka_unit_test_teardown(progress_has_its_line_alone, tear_down),
        cmocka_unit_test_teardown(a_crash_restores_the_terminal, tear_down),
        cmocka_unit_test_teardown(the_mouse_points_and_scrolls, tear_down),
        cmocka_unit_test_teardown(suspend_and_resume, tear_down),
        cmocka_unit_test_teardown(an_unknown_terminal_is_no_obstacle, tear_down),
        cmocka_unit_test_teardown(old_terminals_are_served, tear_down),
        cmocka_unit_test_teardown(a_dumb_terminal_gets_sentences, tear_down),
        cmocka_unit_test_teardown(plain_mode_ends_with_its_input, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
