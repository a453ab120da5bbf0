/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * However the tracer is interrupted, suspended, hung up or ended, on a long way too: the terminal
 * is as it was before.
 */
#define _XOPEN_SOURCE 700
#include "test.h"

#include "screens/twin.h"
#include "view/scene.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static bool on_alternate(void) {
    return terminal.alternate;
}

/* Has it stopped itself, and come here all that it wrote before? */
static bool stopped_on_normal_screen(void) {
    return terminal.stopped && !terminal.alternate && fl_terminal_is_restored(&terminal);
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

static void start_a_long_way(void) {
    start(&(setting){.slow_at = 2}, 80, 24);
    fl_terminal_send(&terminal, ":goto logits\r");
    assert_true(shows("computing event"));
    assert_true(terminal.alternate);
    assert_true(fl_terminal_has_mouse(&terminal));
    assert_false(fl_terminal_is_restored(&terminal));
}

static void signals_on_a_long_way_restore_the_terminal(void **state) {
    (void)state;
    static const int signals[] = {SIGTERM, SIGHUP, SIGQUIT};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        start_a_long_way();
        kill(terminal.program, signals[i]);
        assert_left(signals[i]);
        if (i + 1 < sizeof signals / sizeof *signals)
            tear_down(NULL);
    }
}

/* Whether Esc, Ctrl-C or kill -INT ends it, the tracer goes on, and without what was typed before.
 */
static void a_long_way_can_be_stopped(void **state) {
    (void)state;
    static const char *const typed[] = {"\x1b", "qqnq\x1b", "\x03", "qq\x03", NULL};
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
        start_a_long_way();
        if (typed[i])
            fl_terminal_send(&terminal, typed[i]);
        else
            kill(terminal.program, SIGINT);
        assert_true(shows("stopped on the way at event"));
        assert_false(terminal.ended);
        fl_terminal_send(&terminal, "q");
        assert_left(0);
        if (i + 1 < sizeof typed / sizeof *typed)
            tear_down(NULL);
    }
}

/* What is typed on a long way and does not stop it is done behind it, in its order. */
static void keys_typed_on_a_long_way_wait(void **state) {
    (void)state;
    start(&(setting){.slow_at = 2}, 80, 24);
    fl_terminal_send(&terminal, ":goto q\r");
    assert_true(shows("computing event"));
    press("N?", ":goto q<enter>N?");
    press("\x7f", "<bs>");
    fl_terminal_send(&terminal, "q");
    assert_left(0);
}

/* The keyboard's signals leave alone what is painted and not yet shown. */
static void an_interrupt_in_the_middle_of_painting(void **state) {
    (void)state;
    start(&(setting){0}, 200, 60);
    press(":goto attn_probs\r", ":goto attn_probs<enter>");
    for (int i = 0; i < 8; i++) {
        struct pollfd painted = {terminal.fd, POLLIN, 0};
        fl_terminal_send(&terminal, "\x0c"); /* all anew */
        assert_int_equal(poll(&painted, 1, 20000), 1);
        fl_terminal_send(&terminal, "\x03");
        assert_true(shows("nothing is open here"));
        press(i % 2 ? "\x1b[A" : "\x1b[B", i % 2 ? "<up>" : "<down>");
    }
    fl_terminal_send(&terminal, "q");
    assert_left(0);
}

/* What stood in the line before is gone while the way is long. */
static void progress_has_its_line_alone(void **state) {
    (void)state;
    static const char end[] = ", Esc or Ctrl-C stops";
    start_a_long_way();
    const char *line = fl_terminal_line(&terminal, 0);
    assert_string_equal(line + strlen(line) - strlen(end), end);
    fl_terminal_send(&terminal, "\x03");
    assert_true(shows("stopped on the way at event"));
    fl_terminal_send(&terminal, "q");
    assert_left(0);
}

static void a_crash_restores_the_terminal(void **state) {
    (void)state;
    start(&(setting){.crash_at = 5}, 80, 24);
    fl_terminal_send(&terminal, "5s");
    assert_left(SIGSEGV);
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_closed_terminal_ends_it, tear_down),
        cmocka_unit_test_teardown(signals_restore_the_terminal, tear_down),
        cmocka_unit_test_teardown(signals_on_a_long_way_restore_the_terminal, tear_down),
        cmocka_unit_test_teardown(a_long_way_can_be_stopped, tear_down),
        cmocka_unit_test_teardown(keys_typed_on_a_long_way_wait, tear_down),
        cmocka_unit_test_teardown(the_interrupt_key_never_leaves, tear_down),
        cmocka_unit_test_teardown(an_interrupt_in_the_middle_of_painting, tear_down),
        cmocka_unit_test_teardown(progress_has_its_line_alone, tear_down),
        cmocka_unit_test_teardown(a_crash_restores_the_terminal, tear_down),
        cmocka_unit_test_teardown(suspend_and_resume, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
