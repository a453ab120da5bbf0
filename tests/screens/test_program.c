/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The program itself, as its reader starts it, in a pseudo-terminal: first frame, a few keys, and
 * the terminal as it was on every way out.
 */
#define _XOPEN_SOURCE 700
#include "test.h"

#include "cli/program.h"
#include "model/hf_writer.h"
#include "screens/terminal.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct setting {
    const char *term, *no_color, *locale;
    const char *arguments[4];
    const char *in, *out; /* files in the terminal's place; NULL: the terminal */
} setting;

static void redirect(int fd, const char *path, int flags) {
    int opened = path ? open(path, flags) : fd;
    if (opened < 0 || dup2(opened, fd) < 0)
        _exit(126);
}

static int run_program(void *ctx) {
    const setting *s = ctx;
    const char *binary = getenv("FOOTLIGHT_BINARY");
    char *arguments[6] = {(char *)"footlight"};
    for (int i = 0; i < 4 && s->arguments[i]; i++)
        arguments[i + 1] = (char *)(uintptr_t)s->arguments[i];
    setenv("TERM", s->term ? s->term : "xterm-256color", 1);
    unsetenv("LANG");
    unsetenv("LC_ALL");
    unsetenv("LC_CTYPE");
    unsetenv("NO_COLOR");
    unsetenv("FOOTLIGHT_ISA");
    if (s->locale)
        setenv("LC_ALL", s->locale, 1);
    if (s->no_color)
        setenv("NO_COLOR", s->no_color, 1);
    redirect(STDIN_FILENO, s->in, O_RDONLY);
    redirect(STDOUT_FILENO, s->out, O_WRONLY);
    execv(binary ? binary : "", arguments);
    return 127;
}

static fl_terminal terminal;
static const char *awaited;

static bool shown(void) {
    for (int y = 0; y < terminal.height; y++)
        if (strstr(fl_terminal_line(&terminal, y), awaited))
            return true;
    return false;
}

static void assert_shows(const char *text) {
    awaited = text;
    fl_terminal_await(&terminal, shown);
    if (!shown())
        fail_msg("the screen does not show \"%s\"; its first lines are \"%s\"", text,
                 fl_terminal_line(&terminal, 0));
}

static void start(const setting *s, int width, int height) {
    if (!getenv("FOOTLIGHT_BINARY")) {
        print_message("SKIPPED: FOOTLIGHT_BINARY names no program\n");
        skip();
    }
    fl_terminal_start(&terminal, width, height, run_program, (void *)(uintptr_t)s);
}

static void press(const char *keys, const char *expected) {
    fl_terminal_send(&terminal, keys);
    assert_shows(expected);
}

static void assert_left(int by_signal) {
    fl_terminal_wait(&terminal);
    assert_true(terminal.ended);
    if (by_signal)
        assert_true(WIFSIGNALED(terminal.status) && WTERMSIG(terminal.status) == by_signal);
    else
        assert_true(WIFEXITED(terminal.status) && WEXITSTATUS(terminal.status) == 0);
    assert_true(fl_terminal_is_restored(&terminal));
    assert_false(terminal.alternate);
    assert_true(terminal.cursor);
    assert_false(fl_terminal_has_mouse(&terminal));
    fl_terminal_done(&terminal);
}

static void starts_steps_and_leaves(void **state) {
    (void)state;
    start(&(setting){0}, 80, 24);
    assert_shows("6 tokens go in; 193 steps later one word comes out.");
    press("n", "event 1 (0–193)");
    press("s", "event 2 (0–193)");
    press("N", "event 1 (0–193)");
    press("t", "the model says   Paris");
    press("n", "event 194 (194–387)");
    press("?", "Keys that work here");
    press("q", "decode token 6");
    fl_terminal_send(&terminal, "q");
    assert_left(0);
}

static void signals_leave_the_terminal_in_order(void **state) {
    (void)state;
    static const int signals[] = {SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        start(&(setting){0}, 80, 24);
        assert_shows("event 0");
        kill(terminal.program, signals[i]);
        assert_left(signals[i]);
    }
}

static void a_tiny_terminal_stays_alive(void **state) {
    (void)state;
    start(&(setting){0}, 20, 5);
    assert_shows("footlight needs");
    fl_terminal_resize(&terminal, 120, 40);
    assert_shows("program");
    fl_terminal_send(&terminal, "q");
    assert_left(0);
}

static void the_c_locale_means_ascii(void **state) {
    (void)state;
    start(&(setting){.locale = "C", .term = "tmux-256color"}, 120, 40);
    assert_shows("event 0 (0-193)");
    press(":goto attn_probs\r", "how much each token looks");
    fl_terminal_send(&terminal, "q");
    fl_terminal_wait(&terminal);
    for (size_t i = 0; i < terminal.n_raw; i++)
        assert_true((unsigned char)terminal.raw[i] < 0x80);
    assert_left(0);
}

static void no_color_is_honoured(void **state) {
    (void)state;
    start(&(setting){.no_color = "1"}, 80, 24);
    assert_shows("event 0");
    press(":goto gate\r", "each neuron asks a question");
    for (int y = 0; y < 24; y++)
        for (int x = 0; x < 80; x++) {
            VTermScreenCell cell;
            vterm_screen_get_cell(terminal.screen, (VTermPos){y, x}, &cell);
            assert_true(VTERM_COLOR_IS_DEFAULT_FG(&cell.fg) && VTERM_COLOR_IS_DEFAULT_BG(&cell.bg));
        }
    fl_terminal_send(&terminal, "q");
    assert_left(0);
}

static void plain_mode_speaks_in_lines(void **state) {
    (void)state;
    static const setting settings[] = {{.arguments = {"step", "--plain"}}, {.term = "dumb"}};
    for (size_t i = 0; i < 2; i++) {
        start(&settings[i], 80, 24);
        assert_shows("q leaves.");
        press("3n\n", "event 3 of 0 to 193: rope_sin");
        assert_false(terminal.alternate);
        fl_terminal_send(&terminal, "q\n");
        assert_left(0);
    }
}

/* With one end of the terminal only, nobody could step: the transcript, to its end. */
static void without_one_end_the_transcript(void **state) {
    (void)state;
    const char *path = fl_write_temporary("transcript", "", 0);
    fl_ran wanted = fl_run("step");
    fl_assert_ran(&wanted);
    start(&(setting){.out = path}, 80, 24);
    fl_terminal_wait(&terminal);
    char *transcript = fl_read_file(path, NULL);
    assert_string_equal(transcript, wanted.out);
    assert_int_equal(terminal.n_raw, 1); /* the mark of the end */
    assert_left(0);
    start(&(setting){.in = "/dev/null"}, 80, 24);
    fl_terminal_wait(&terminal);
    assert_null(strchr(terminal.raw, '\x1b'));
    assert_non_null(strstr(terminal.raw, "event 193 of 0 to 193: next_token"));
    assert_left(0);
    free(transcript);
    fl_ran_done(&wanted);
}

/* The tracer stands where the script came to, says which line of which file, and can be used. */
static void a_script_that_fails_half_way(void **state) {
    (void)state;
    static const char script[] = "# two steps, and one that is none\nover\n\ngoto nowhere\nover\n";
    static const char *const modes[] = {NULL, "--plain"};
    const char *path = fl_write_temporary("half", script, sizeof script - 1);
    for (size_t i = 0; i < 2; i++) {
        start(&(setting){.arguments = {"step", "-x", path, modes[i]}}, 80, 24);
        assert_shows("line 4 of ");
        assert_shows("half: 'goto nowhere': ");
        press(i ? "over\n" : "n", i ? "event 2 of 0 to 193" : "event 2 (0–193)");
        fl_terminal_send(&terminal, i ? "q\n" : "q");
        assert_left(0);
    }
}

/* Is the stage awaited one that a patch strikes, and is its value modified? */
static bool struck_stage, modified_value;

static bool marks_as_awaited(void) {
    bool marked = strstr(fl_terminal_line(&terminal, 3), "✎") != NULL;
    bool modified = strstr(fl_terminal_line(&terminal, 0), " MODIFIED: layer 1 head 2 zero");
    return marked == struck_stage && modified == modified_value;
}

/* At the usual size, on every kind of screen, with a model far down the tree. */
static void a_patched_run_says_so(void **state) {
    (void)state;
    start(&(setting){.arguments = {"step", "--patch", "layer 1 head 2 scale 0"}}, 80, 24);
    static const struct {
        const char *keys, *shown;
    } screens[] = {{"n", "event 1"},
                   {":goto attn_head layer 1 head 2\r", "✎ patched here: layer 1 head 2 zero"},
                   {"e", "why this number"},
                   {"q", "[1, 6, 16]"},
                   {"s", "head 3 (0–7)"},
                   {"f", "differs because of a patch: layer 1 head 2 zero"},
                   {"?", "Keys that work here"},
                   {"q", "resid_post"},
                   {"t", "Before and after the patches"}};
    for (size_t i = 0; i < sizeof screens / sizeof *screens; i++) {
        press(screens[i].keys, screens[i].shown);
        struck_stage = i == 1 || i == 3;
        modified_value = i > 0 && i != 4; /* the next head is not touched */
        fl_terminal_await(&terminal, marks_as_awaited);
        if (!marks_as_awaited())
            fail_msg("after %s: \"%s\"", screens[i].keys, fl_terminal_line(&terminal, 3));
    }
    fl_terminal_send(&terminal, "qq");
    assert_left(0);
}

static void a_draw_tells_its_chance_properly(void **state) {
    (void)state;
    start(&(setting){.arguments = {"step", "--temp", "0.8"}}, 80, 24);
    press("t", "at temperature 1, as in probs");
    assert_shows("it was drawn at temperature 0.8, seed 0");
    fl_terminal_send(&terminal, "q");
    assert_left(0);
}

static void other_models_are_promised_nothing(void **state) {
    (void)state;
    FL_NEED_DATA("stories260K.bin");
    start(&(setting){.arguments = {fl_test_data("stories260K.bin"), "--tokenizer",
                                   fl_test_data("tok512.bin")}},
          80, 24);
    assert_shows("stories260K.bin ·");
    press("p", "type a text of your own");
    press("j", "Watch resid_post at the last token, and what the feed-forward");
    for (int y = 0; y < 24; y++)
        assert_null(strstr(fl_terminal_line(&terminal, y), "nowhere in the prompt"));
    fl_terminal_send(&terminal, "qq");
    assert_left(0);
}

/* A folder with two files of weights on disk; the last of them. */
static const char *write_folder(char folder[256]) {
    static char shard[512];
    hf_folder f = {.config = HF_LLAMA, .shards = 2};
    hf_write(&f);
    snprintf(folder, 256, "%s", fl_temporary("shards"));
    assert_int_equal(mkdir(folder, 0700), 0);
    for (size_t i = 0; i < f.n_files; i++) {
        char name[256];
        snprintf(name, sizeof name, "shards/%s", f.files[i].name);
        fl_write_temporary(name, f.files[i].bytes, f.files[i].length);
    }
    hf_done(&f);
    snprintf(shard, sizeof shard, "%s/model-00002-of-00002.safetensors", folder);
    return shard;
}

static bool ended_with_a_line(void) {
    return terminal.ended;
}

/* One file of several is cut to nothing while the reader looks at the run. */
static void a_file_cut_short_ends_it_with_its_name(void **state) {
    (void)state;
    char folder[256], line[1024];
    const char *shard = write_folder(folder);
    start(&(setting){.arguments = {"step", folder, "--ids", "1,2,3"}}, 160, 50);
    assert_shows("event 0");
    assert_int_equal(truncate(shard, 0), 0);
    fl_terminal_send(&terminal, "t");
    fl_terminal_await(&terminal, ended_with_a_line);
    fl_terminal_wait(&terminal);
    assert_true(WIFEXITED(terminal.status));
    assert_int_equal(WEXITSTATUS(terminal.status), 1);
    snprintf(line, sizeof line, "footlight: %s: changed while it was being read", shard);
    assert_shows(line);
    assert_true(fl_terminal_is_restored(&terminal));
    assert_false(terminal.alternate);
    assert_true(terminal.cursor);
    assert_false(fl_terminal_has_mouse(&terminal));
    fl_terminal_done(&terminal);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_steps_and_leaves),
        cmocka_unit_test(signals_leave_the_terminal_in_order),
        cmocka_unit_test(a_tiny_terminal_stays_alive),
        cmocka_unit_test(the_c_locale_means_ascii),
        cmocka_unit_test(no_color_is_honoured),
        cmocka_unit_test(plain_mode_speaks_in_lines),
        cmocka_unit_test(without_one_end_the_transcript),
        cmocka_unit_test(a_script_that_fails_half_way),
        cmocka_unit_test(a_patched_run_says_so),
        cmocka_unit_test(other_models_are_promised_nothing),
        cmocka_unit_test(a_draw_tells_its_chance_properly),
        cmocka_unit_test(a_file_cut_short_ends_it_with_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
