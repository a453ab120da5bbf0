/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The tracer in a real pseudo-terminal: what libvterm shows is what the view draws, cell for cell,
 * whatever the terminal is called.
 */
#define _XOPEN_SOURCE 700
#include "test.h"

#include "screens/twin.h"
#include "view/scene.h"

static void the_screen_is_the_canvas(void **state) {
    (void)state;
    start(&(setting){0}, 80, 24);
    assert_same_screen();
    assert_true(terminal.alternate);
    assert_true(fl_terminal_has_mouse(&terminal));
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

/* Characters of two columns, an accent of its own, one of four bytes: shown, passed over with the
 * arrows and taken away one by one. */
static void wide_characters_in_the_line(void **state) {
    (void)state;
    start(&(setting){0}, 80, 24);
    press(":search 日本", ":search 日本");
    assert_non_null(strstr(fl_terminal_line(&terminal, 23), "search 日本"));
    press("e\xcc\x81😀é", "e\xcc\x81😀é");
    assert_non_null(strstr(fl_terminal_line(&terminal, 23), "日本e\xcc\x81😀é"));
    press("\x1b[D", "<left>");
    press("\x1b[D", "<left>");
    press("x", "x");
    assert_non_null(strstr(fl_terminal_line(&terminal, 23), "日本e\xcc\x81x😀é"));
    press("\x7f\x7f", "<bs><bs>");
    press("\x7f", "<bs>");
    assert_non_null(strstr(fl_terminal_line(&terminal, 23), "search 日本😀é"));
    press("\x1b[H\x1b[C", "<home><right>");
    press("\x1b[F語", "<end>語");
    press("\r", "<enter>");
    fl_terminal_send(&terminal, "q");
    assert_left(0);
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
    fl_terminal_send(&terminal, "goto attn_probs head 1\nwhy source\nnonsense\nright\n");
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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_screen_is_the_canvas, tear_down),
        cmocka_unit_test_teardown(every_event_of_a_pass, tear_down),
        cmocka_unit_test_teardown(resizing_in_the_middle, tear_down),
        cmocka_unit_test_teardown(a_line_is_typed_with_real_keys, tear_down),
        cmocka_unit_test_teardown(wide_characters_in_the_line, tear_down),
        cmocka_unit_test_teardown(the_mouse_points_and_scrolls, tear_down),
        cmocka_unit_test_teardown(an_unknown_terminal_is_no_obstacle, tear_down),
        cmocka_unit_test_teardown(old_terminals_are_served, tear_down),
        cmocka_unit_test_teardown(a_dumb_terminal_gets_sentences, tear_down),
        cmocka_unit_test_teardown(plain_mode_ends_with_its_input, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
