/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Colours in a real pseudo-terminal: true colours, 256, 16, 8 and none, and no drawing characters
 * where only ASCII can be shown.
 */
#define _XOPEN_SOURCE 700
#include "test.h"

#include "cli/program.h"
#include "screens/twin.h"
#include "view/scene.h"

/* Where red, green and blue are sent, a number below eight still means one of the eight: black. */
static void assert_colour(const VTermColor *colour, int wanted, bool direct) {
    uint32_t rgb = fl_color_rgb(wanted);
    if (direct && rgb >= 8) {
        assert_true(VTERM_COLOR_IS_RGB(colour));
        assert_int_equal(colour->rgb.red << 16 | colour->rgb.green << 8 | colour->rgb.blue, rgb);
    } else {
        assert_true(VTERM_COLOR_IS_INDEXED(colour));
        assert_int_equal(colour->indexed.idx, direct ? 0 : wanted);
    }
}

/* Every cell has the colours that the table gives its style. */
static int coloured_cells(const setting *s) {
    const fl_canvas *canvas = fl_view_draw(twin);
    int coloured = 0;
    for (int y = 0; y < 24; y++)
        for (int x = 0; x < 80; x++) {
            fl_style style = (fl_style)fl_canvas_at(canvas, x, y)->style;
            fl_colors wanted = fl_style_colors(style, s->colors, canvas->light);
            VTermScreenCell cell;
            vterm_screen_get_cell(terminal.screen, (VTermPos){y, x}, &cell);
            if (wanted.bg < 0)
                continue;
            assert_colour(&cell.bg, wanted.bg, s->terminfo != NULL);
            coloured++;
        }
    return coloured;
}

static void check_colours(setting *s) {
    start(s, 80, 24);
    press(":goto attn_probs\r", ":goto attn_probs<enter>");
    assert_true(coloured_cells(s) > 100);
    press(":theme light\r", ":theme light<enter>");
    assert_true(coloured_cells(s) > 100);
    fl_terminal_send(&terminal, "q");
    assert_left(0);
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
        check_colours(&settings[i]);
        if (i + 1 < sizeof settings / sizeof *settings)
            tear_down(NULL);
    }
}

/* As the descriptions called "direct" say it, of which systems seldom have one. */
static void true_colours_reach_the_cells(void **state) {
    (void)state;
    static const char description[] =
        "true-colour|red\\, green and blue,\n\tRGB, colors#0x1000000, pairs#0x7fff,\n"
        "\tsetab=\\E[%?%p1%{8}%<%t4%p1%d%e48;2;%p1%{65536}%/%d;"
        "%p1%{256}%/%{255}%&%d;%p1%{255}%&%d%;m,\n"
        "\tsetaf=\\E[%?%p1%{8}%<%t3%p1%d%e38;2;%p1%{65536}%/%d;"
        "%p1%{256}%/%{255}%&%d;%p1%{255}%&%d%;m,\n"
        "\tuse=xterm-256color,\n";
    char folder[512], command[2048];
    snprintf(folder, sizeof folder, "%s", fl_temporary("terminfo"));
    const char *source = fl_write_temporary("true-colour", description, sizeof description - 1);
    snprintf(command, sizeof command, "tic -x -o '%s' '%s'", folder, source);
    if (system("tic -V >/dev/null 2>&1") != 0) {
        print_message("SKIPPED: no tic\n");
        skip();
    }
    assert_int_equal(system(command), 0);
    check_colours(&(setting){.colors = 256, .term = "true-colour", .terminfo = folder});
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    assert_int_equal(system(command), 0);
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

int main(void) {
    /* ncurses would load the console's mouse library for TERM=linux, which keeps memory of its own
     */
    setenv("NCURSES_GPM_TERMS", "none", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(colours_reach_the_cells, tear_down),
        cmocka_unit_test_teardown(true_colours_reach_the_cells, tear_down),
        cmocka_unit_test_teardown(no_colour_means_none, tear_down),
        cmocka_unit_test_teardown(ascii_means_ascii, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
