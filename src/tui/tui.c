/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The only file that knows ncurses: paints the view's canvas, turns what the terminal sends into
 * keys, and leaves the terminal as it found it, whatever happens.
 */
#include "tui/tui.h"

#include "base/diag.h"
#include "base/machine.h"
#include "base/process.h"
#include "base/rescue.h"
#include "base/signals.h"
#include "tui/plain.h"

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>

enum { POLL_MS = 200, ESCAPE_MS = 25, PROGRESS_NS = 150000000, MOST_KEPT = 64 };

/* What get_wch gave: a character, or a key where `kind` is KEY_CODE_YES. */
typedef struct typed {
    int kind;
    wint_t code;
} typed;

typedef struct screen {
    fl_view *view;
    SCREEN *terminal;
    int colors;
    bool direct;           /* colours are red, green and blue, not numbers of a palette */
    bool own;              /* the terminal's own colours may be asked for */
    bool light;            /* the colours made are those for a light ground */
    bool ground;           /* and bring it with them */
    int64_t busy_since;    /* when the way to an event began; 0: not under way */
    typed kept[MOST_KEPT]; /* typed on a long way, for afterwards */
    int n_kept, n_retyped; /* so many, and how many of them have been taken */
} screen;

/* ---- finding a terminal description that can place text ---- */

static bool can_paint(const char *name) {
    int error = 0;
    if (!name || !*name || strcmp(name, "dumb") == 0)
        return false;
    if (setupterm((char *)(uintptr_t)name, 1, &error) != OK)
        return false;
    const char *place = tigetstr("cup"), *clear_all = tigetstr("clear");
    bool can = place && place != (char *)-1 && clear_all && clear_all != (char *)-1;
    del_curterm(cur_term);
    return can;
}

/* TERM if it can paint; another where TERM is unknown; NULL where it is known to be unable. */
static const char *terminal_name(void) {
    static const char *const others[] = {"xterm-256color", "xterm", "vt100", "ansi"};
    const char *name = getenv("TERM");
    int error = 0;
    if (can_paint(name))
        return name;
    if (name && *name &&
        (strcmp(name, "dumb") == 0 || setupterm((char *)(uintptr_t)name, 1, &error) == OK))
        return NULL;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (can_paint(others[i]))
            return others[i];
    return NULL;
}

/* ---- painting ---- */

/* As the terminal counts it: the numbers of one with direct colour are red, green and blue. */
static int terminal_color(const screen *s, int color, int own, bool has_own) {
    if (color < 0)
        return has_own ? -1 : own;
    return s->direct ? (int)fl_color_rgb(color) : color;
}

static fl_colors grounded(fl_colors colors, bool light) {
    if (colors.fg < 0)
        colors.fg = light ? COLOR_BLACK : COLOR_WHITE;
    if (colors.bg < 0)
        colors.bg = light ? COLOR_WHITE : COLOR_BLACK;
    return colors;
}

/* A theme chosen by hand brings its ground with it; else the terminal's own stays. */
static void make_pairs(screen *s, bool light, bool ground) {
    bool own = s->own = use_default_colors() == OK;
    s->light = light;
    s->ground = ground;
    for (int style = 0; style < FL_STYLE_COUNT; style++) {
        fl_colors c = fl_style_colors((fl_style)style, s->colors, light);
        if (ground)
            c = grounded(c, light);
        int fg = terminal_color(s, c.fg, COLOR_WHITE, own);
        init_extended_pair(style + 1, fg, terminal_color(s, c.bg, COLOR_BLACK, own));
    }
}

/* Behind the pairs of the styles, one for each two whose grounds share a cell, made when it is
 * used. */
enum { ALL_PAIRS = 1 + FL_STYLE_COUNT + FL_STYLE_COUNT * FL_STYLE_COUNT };

static short pair_of(const screen *s, const fl_canvas_cell *cell, fl_colors look) {
    if (s->colors == 0)
        return 0;
    if (cell->under == FL_STYLE_text)
        return (short)(cell->style + 1);
    int pair = 1 + FL_STYLE_COUNT + cell->style * FL_STYLE_COUNT + cell->under;
    init_extended_pair(pair, terminal_color(s, look.fg, COLOR_WHITE, s->own),
                       terminal_color(s, look.bg, COLOR_BLACK, s->own));
    return (short)pair;
}

static attr_t attributes_of(fl_style style, int colors) {
    int wanted = fl_style_attributes(style);
    attr_t attributes = A_NORMAL;
    if (wanted & FL_ATTR_BOLD)
        attributes |= A_BOLD;
    if (wanted & FL_ATTR_UNDERLINE)
        attributes |= A_UNDERLINE;
    if ((wanted & FL_ATTR_DIM) && colors < 256)
        attributes |= A_DIM;
    if ((wanted & FL_ATTR_REVERSE_MONO) && colors == 0)
        attributes |= A_REVERSE;
    return attributes;
}

static void paint_cell(const screen *s, const fl_canvas_cell *cell, int x, int y) {
    wchar_t text[CCHARW_MAX + 1] = {0};
    fl_colors look;
    const char *at = fl_canvas_look(cell, s->colors, s->light, &look);
    size_t used = 0, left = strlen(at);
    while (left && used < CCHARW_MAX) {
        size_t n = fl_utf8_length(at, left);
        text[used++] = (wchar_t)fl_utf8_decode(at, n);
        at += n ? n : 1;
        left -= n ? n : 1;
    }
    if (used == 0)
        return; /* the right half of a wide character */
    cchar_t complex;
    attr_t attributes = attributes_of((fl_style)cell->style, s->colors);
    if (setcchar(&complex, text, attributes, pair_of(s, cell, look), NULL) == OK)
        mvadd_wch(y, x, &complex);
}

static void paint(screen *s) {
    const fl_canvas *canvas = fl_view_draw(s->view);
    if (s->colors && (canvas->light != s->light || canvas->ground != s->ground))
        make_pairs(s, canvas->light, canvas->ground);
    erase();
    for (int y = 0; y < canvas->height; y++)
        for (int x = 0; x < canvas->width; x++)
            paint_cell(s, fl_canvas_at(canvas, x, y), x, y);
    curs_set(canvas->cursor_x >= 0);
    if (canvas->cursor_x >= 0)
        move(canvas->cursor_y, canvas->cursor_x);
    refresh();
}

/* ---- keys ---- */

static int key_of(wint_t code) {
    switch (code) {
    case KEY_UP:
        return FL_KEY_UP;
    case KEY_DOWN:
        return FL_KEY_DOWN;
    case KEY_LEFT:
        return FL_KEY_LEFT;
    case KEY_RIGHT:
        return FL_KEY_RIGHT;
    case KEY_PPAGE:
        return FL_KEY_PAGE_UP;
    case KEY_NPAGE:
        return FL_KEY_PAGE_DOWN;
    case KEY_HOME:
        return FL_KEY_HOME;
    case KEY_END:
        return FL_KEY_END;
    case KEY_BTAB:
        return FL_KEY_BACKTAB;
    case KEY_BACKSPACE:
        return FL_KEY_BACKSPACE;
    case KEY_ENTER:
        return FL_KEY_ENTER;
    case KEY_F(1):
        return '?';
    default:
        return -1;
    }
}

static int character(wint_t code) {
    if (code == '\r' || code == '\n')
        return FL_KEY_ENTER;
    return code == 8 || code == 127 ? FL_KEY_BACKSPACE : (int)code;
}

static void mouse(screen *s) {
    MEVENT event;
    if (getmouse(&event) != OK)
        return;
    if (event.bstate & (BUTTON1_PRESSED | BUTTON1_CLICKED))
        fl_view_mouse(s->view, event.x, event.y, 0);
    else if (event.bstate & BUTTON4_PRESSED)
        fl_view_mouse(s->view, event.x, event.y, -1);
    else if (event.bstate & BUTTON5_PRESSED)
        fl_view_mouse(s->view, event.x, event.y, 1);
}

static typed next_typed(screen *s) {
    typed next;
    if (s->n_retyped < s->n_kept)
        return s->kept[s->n_retyped++];
    s->n_kept = s->n_retyped = 0;
    next.kind = get_wch(&next.code);
    return next;
}

/* Waits a moment for a key; false if none came. */
static bool take_key(screen *s) {
    typed next = next_typed(s);
    int kind = next.kind;
    wint_t code = next.code;
    if (kind == ERR)
        return false;
    if (kind == KEY_CODE_YES && code == KEY_RESIZE) {
        fl_view_resize(s->view, COLS, LINES);
    } else if (kind == KEY_CODE_YES && code == KEY_MOUSE) {
        mouse(s);
    } else {
        int key = kind == KEY_CODE_YES ? key_of(code) : character(code);
        if (key == FL_KEY_CTRL('l'))
            clearok(curscr, TRUE);
        if (key >= 0)
            fl_view_key(s->view, key);
    }
    return true;
}

/* ---- the loop ---- */

/* Whoever stops a way does not want what was typed meanwhile either; a new size among it counts. */
static void forget_typed(screen *s) {
    s->n_kept = s->n_retyped = 0;
    flushinp();
    ungetch(KEY_RESIZE);
}

/* Looks, without waiting, whether Esc has been typed; what was typed before it is kept. */
static bool escape_typed(screen *s) {
    typed next;
    timeout(0);
    while (s->n_kept < MOST_KEPT && (next.kind = get_wch(&next.code)) != ERR) {
        if (next.kind == OK && next.code == FL_KEY_ESCAPE)
            return true;
        s->kept[s->n_kept++] = next;
    }
    return false;
}

static void show_progress(int64_t event) {
    char text[80];
    snprintf(text, sizeof text, " computing event %lld, Esc or Ctrl-C stops ", (long long)event);
    attron(A_REVERSE);
    mvaddnstr(0, 0, text, COLS);
    attroff(A_REVERSE);
    clrtoeol();
    refresh();
}

/* On a long way: shows how far it is, and lets Esc or Ctrl-C stop it. */
static bool tick(void *ctx, int64_t event) {
    screen *s = ctx;
    int64_t now = fl_clock_ns();
    if (fl_signal_noted()) {
        if (fl_signal_is_interrupt(fl_signal_noted())) {
            fl_signal_forget();
            forget_typed(s);
        }
        return false;
    }
    if (s->busy_since == 0)
        s->busy_since = now;
    if (s->terminal && now - s->busy_since > PROGRESS_NS) {
        s->busy_since = now;
        show_progress(event);
        if (escape_typed(s)) {
            forget_typed(s);
            return false;
        }
    }
    return true;
}

/* The interrupt key is a key like any other: it closes or stops, and never costs a session. False:
 * a signal asks to leave. */
static bool take_signal(screen *s, bool *changed) {
    int noted = fl_signal_noted();
    *changed = fl_signal_is_interrupt(noted);
    if (!*changed)
        return noted == 0;
    fl_signal_forget();
    fl_view_key(s->view, FL_KEY_CTRL('c'));
    return true;
}

/* Ends as well when the terminal has gone away, which a process that ignores SIGHUP is not told. */
static void loop(screen *s) {
    bool changed;
    paint(s);
    while (!fl_view_left(s->view) && take_signal(s, &changed)) {
        bool more = fl_view_unfinished(s->view);
        s->busy_since = 0;
        timeout(more ? 0 : POLL_MS);
        changed = take_key(s) || changed || more;
        if (changed && !fl_view_left(s->view))
            paint(s);
        else if (!changed && !fl_is_terminal(FL_STDIN))
            return;
    }
}

/* A capability's bytes without its waits ("$<5>"). */
static void add_capability(const char *name) {
    const char *text = tigetstr(name);
    if (!text || text == (char *)-1)
        return;
    while (*text) {
        const char *wait = strncmp(text, "$<", 2) == 0 ? strchr(text, '>') : NULL;
        if (!wait)
            fl_rescue_add(text, 1);
        text = wait ? wait + 1 : text + 1;
    }
}

/* For a crash, after which the library cannot be called: mouse reports off, ordinary colours, keys
 * and cursor, the screen from before. */
static void prepare_rescue(void) {
    static const char *const names[] = {"sgr0", "op", "rmkx", "cnorm", "rmcup"};
    static const char mouse_off[] = "\033[?1006l\033[?1000l";
    const char *mouse_key = tigetstr("kmous");
    if (mouse_key && mouse_key != (char *)-1)
        fl_rescue_add(mouse_off, sizeof mouse_off - 1);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        add_capability(names[i]);
    fl_rescue_add("\r", 1);
}

/* Arrows as terminals send them outside keypad mode: some never enter it. */
static void define_plain_arrows(void) {
    static const struct {
        const char *bytes;
        int key;
    } arrows[] = {{"\033[A", KEY_UP},    {"\033[B", KEY_DOWN}, {"\033[C", KEY_RIGHT},
                  {"\033[D", KEY_LEFT},  {"\033OA", KEY_UP},   {"\033OB", KEY_DOWN},
                  {"\033OC", KEY_RIGHT}, {"\033OD", KEY_LEFT}, {"\033[H", KEY_HOME},
                  {"\033[F", KEY_END},   {"\033[Z", KEY_BTAB}};
    for (size_t i = 0; i < sizeof arrows / sizeof *arrows; i++)
        define_key(arrows[i].bytes, arrows[i].key);
}

/* Of those the tables know. A terminal that calls itself one of 16 colours has no more, even where
 * another's description stands in for its own. */
static int usable_colors(void) {
    static const int known[] = {256, 16, 8};
    const char *name = getenv("TERM");
    size_t first = name && strstr(name, "-16color") ? 1 : 0;
    for (size_t i = first; i < sizeof known / sizeof *known; i++)
        if (COLORS >= known[i] && COLOR_PAIRS > FL_STYLE_COUNT)
            return known[i];
    return 0;
}

static bool open_terminal(screen *s, const char *name, bool color) {
    fl_rescue_start();
    s->terminal = newterm((char *)(uintptr_t)name, stdout, stdin);
    if (!s->terminal)
        return false;
    set_term(s->terminal);
    cbreak();
    noqiflush(); /* else Ctrl-C and Ctrl-Z would take away what is painted and not yet shown */
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    define_plain_arrows();
    set_escdelay(ESCAPE_MS);
    timeout(POLL_MS);
    mousemask(BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
    mouseinterval(0);
    prepare_rescue();
    if (color && has_colors() && start_color() == OK)
        s->colors = usable_colors();
    s->direct = s->colors && tigetflag("RGB") > 0;
    if (s->colors)
        make_pairs(s, false, false);
    return true;
}

/* "15;0", foreground and background: what some terminals say of their colours. */
static bool has_light_ground(void) {
    const char *colors = getenv("COLORFGBG"), *last = colors ? strrchr(colors, ';') : NULL;
    return last && (strcmp(last, ";7") == 0 || strcmp(last, ";15") == 0);
}

static fl_status run_screen(screen *s, fl_view_options *options, fl_diag *diag) {
    options->colors = s->colors;
    options->halves = s->colors >= 256 && COLOR_PAIRS > ALL_PAIRS;
    options->light_ground = has_light_ground();
    options->tick = tick;
    options->tick_ctx = s;
    fl_status status = fl_view_new(&s->view, options, diag);
    if (status != FL_OK)
        return status;
    fl_view_resize(s->view, COLS, LINES);
    loop(s);
    fl_view_free(&s->view);
    return FL_OK;
}

static fl_status run_plain(fl_view_options *options, fl_diag *diag) {
    fl_view *view;
    fl_status status = fl_view_new(&view, options, diag);
    if (status != FL_OK)
        return status;
    fl_plain_run(view);
    fl_view_free(&view);
    return FL_OK;
}

fl_status fl_tui_run(const fl_tui_options *options, fl_diag *diag) {
    fl_view_options view = options->view;
    screen s = {0};
    const char *name = options->plain ? NULL : terminal_name();
    if (!name)
        return run_plain(&view, diag);
    fl_signals_hold(fl_rescue);
    if (!open_terminal(&s, name, options->color)) {
        fl_signals_release();
        return run_plain(&view, diag);
    }
    fl_status status = run_screen(&s, &view, diag);
    endwin();
    delscreen(s.terminal);
    int ended_by = fl_signal_noted();
    fl_signals_release();
    if (ended_by && !fl_signal_is_interrupt(ended_by))
        fl_signal_raise(ended_by);
    return status;
}
