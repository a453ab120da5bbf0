/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
#define _XOPEN_SOURCE 700
#include "screens/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MS = 20000 };

static int on_property(VTermProp property, VTermValue *value, void *user) {
    fl_terminal *t = user;
    if (property == VTERM_PROP_ALTSCREEN)
        t->alternate = value->boolean;
    else if (property == VTERM_PROP_CURSORVISIBLE)
        t->cursor = value->boolean;
    return 1;
}

static const VTermScreenCallbacks callbacks = {.settermprop = on_property};

static void give_up(const char *what) {
    perror(what);
    abort();
}

static void set_size(int fd, int width, int height) {
    struct winsize size = {.ws_row = (unsigned short)height, .ws_col = (unsigned short)width};
    if (ioctl(fd, TIOCSWINSZ, &size) != 0)
        give_up("TIOCSWINSZ");
}

static void run_program(int (*program)(void *), void *ctx) {
    pid_t own = getpid();
    setpgid(0, 0);
    signal(SIGTTOU, SIG_IGN);
    tcsetpgrp(0, own);
    signal(SIGTTOU, SIG_DFL);
    exit(program(ctx));
}

/* As a program begins that was not forked out of a test, which catches its own faults. */
static void default_signals(void) {
    static const int caught[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    for (size_t i = 0; i < sizeof caught / sizeof *caught; i++)
        signal(caught[i], SIG_DFL);
}

/* Plays the shell: starts the program in the foreground and reports its pid, every stop, and how it
 * ended. */
static void lead(const char *slave, int reports, int (*program)(void *), void *ctx) {
    setsid();
    int fd = open(slave, O_RDWR);
    if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) != 0)
        _exit(99);
    for (int i = 0; i < 3; i++)
        dup2(fd, i);
    close(fd);
    pid_t pid = fork();
    if (pid == 0) {
        default_signals();
        run_program(program, ctx);
    }
    setpgid(pid, pid);
    signal(SIGHUP, SIG_IGN); /* reports the end of the program all the same */
    int status = 0;
    if (write(reports, &pid, sizeof pid) != (ssize_t)sizeof pid)
        _exit(98);
    do {
        while (waitpid(pid, &status, WUNTRACED) < 0 && errno == EINTR) {
        }
        if (!WIFSTOPPED(status))
            (void)!write(STDOUT_FILENO, "", 1); /* behind everything that the program wrote */
        if (write(reports, &status, sizeof status) != (ssize_t)sizeof status)
            _exit(97);
    } while (WIFSTOPPED(status));
    pause(); /* keeps the terminal until the test has looked at it */
    _exit(0);
}

void fl_terminal_start(fl_terminal *t, int width, int height, int (*program)(void *), void *ctx) {
    int pipe_ends[2];
    memset(t, 0, sizeof *t);
    t->cursor = true;
    t->width = width;
    t->height = height;
    t->vterm = vterm_new(height, width);
    vterm_set_utf8(t->vterm, 1);
    t->screen = vterm_obtain_screen(t->vterm);
    vterm_screen_enable_altscreen(t->screen, 1);
    vterm_screen_set_callbacks(t->screen, &callbacks, t);
    vterm_screen_reset(t->screen, 1);
    t->fd = posix_openpt(O_RDWR | O_NOCTTY);
    if (t->fd < 0 || grantpt(t->fd) != 0 || unlockpt(t->fd) != 0 || pipe(pipe_ends) != 0)
        give_up("pseudo-terminal");
    set_size(t->fd, width, height);
    tcgetattr(t->fd, &t->before);
    char slave[128];
    snprintf(slave, sizeof slave, "%s", ptsname(t->fd));
    fflush(NULL);
    t->leader = fork();
    if (t->leader == 0) {
        close(t->fd);
        close(pipe_ends[0]);
        lead(slave, pipe_ends[1], program, ctx);
    }
    close(pipe_ends[1]);
    t->reports = pipe_ends[0];
    if (read(t->reports, &t->program, sizeof t->program) != (ssize_t)sizeof t->program)
        give_up("the program did not start");
}

static void take(fl_terminal *t) {
    char bytes[4096];
    ssize_t n = read(t->fd, bytes, sizeof bytes);
    if (n <= 0)
        return;
    t->drained = bytes[n - 1] == '\0';
    vterm_input_write(t->vterm, bytes, (size_t)n);
    vterm_screen_flush_damage(t->screen);
    if (t->n_raw + (size_t)n < sizeof t->raw) {
        memcpy(t->raw + t->n_raw, bytes, (size_t)n);
        t->n_raw += (size_t)n;
    }
    char reply[256];
    size_t length = vterm_output_read(t->vterm, reply, sizeof reply);
    if (length > 0 && write(t->fd, reply, length) < 0)
        give_up("reply");
}

static void take_report(fl_terminal *t) {
    if (read(t->reports, &t->status, sizeof t->status) != (ssize_t)sizeof t->status)
        return;
    t->stopped = WIFSTOPPED(t->status);
    t->ended = !t->stopped;
}

/* One round of waiting; false when nothing came in time. */
static bool round_of(fl_terminal *t, int milliseconds) {
    struct pollfd fds[2] = {{t->fd, POLLIN, 0}, {t->ended ? -1 : t->reports, POLLIN, 0}};
    int ready = poll(fds, 2, milliseconds);
    if (ready <= 0)
        return false;
    if (fds[0].revents & POLLIN)
        take(t);
    else if (fds[1].revents & POLLIN)
        take_report(t);
    else
        return false;
    return true;
}

void fl_terminal_await(fl_terminal *t, bool (*seen)(void)) {
    for (int waited = 0; waited < PATIENCE_MS && !seen(); waited += 20)
        while (round_of(t, 20) && !seen()) {
        }
}

void fl_terminal_send(fl_terminal *t, const char *bytes) {
    size_t length = strlen(bytes);
    if (write(t->fd, bytes, length) != (ssize_t)length)
        give_up("keys");
}

void fl_terminal_resize(fl_terminal *t, int width, int height) {
    t->width = width;
    t->height = height;
    vterm_set_size(t->vterm, height, width);
    set_size(t->fd, width, height);
}

const char *fl_terminal_line(fl_terminal *t, int y) {
    static char line[4096];
    size_t used = 0, end = 0;
    for (int x = 0; x < t->width && used + 32 < sizeof line; x++) {
        VTermScreenCell cell;
        vterm_screen_get_cell(t->screen, (VTermPos){y, x}, &cell);
        if (cell.chars[0] == (uint32_t)-1)
            continue; /* the right half of a wide character */
        VTermRect one = {y, y + 1, x, x + 1};
        size_t n = cell.chars[0] ? vterm_screen_get_text(t->screen, line + used, 32, one) : 0;
        if (n == 0)
            line[used++] = ' ';
        used += n;
        end = n == 0 || (n == 1 && line[used - 1] == ' ') ? end : used;
    }
    line[end] = '\0';
    return line;
}

void fl_terminal_continue(fl_terminal *t) {
    t->stopped = false;
    kill(t->program, SIGCONT);
}

void fl_terminal_wait(fl_terminal *t) {
    for (int waited = 0; waited < PATIENCE_MS && !(t->ended && (t->drained || t->fd < 0));
         waited += 20)
        round_of(t, 20);
}

bool fl_terminal_is_restored(fl_terminal *t) {
    struct termios now;
    tcgetattr(t->fd, &now);
    return now.c_iflag == t->before.c_iflag && now.c_oflag == t->before.c_oflag &&
           now.c_lflag == t->before.c_lflag && now.c_cflag == t->before.c_cflag &&
           memcmp(now.c_cc, t->before.c_cc, sizeof now.c_cc) == 0;
}

/* libvterm 0.1 takes the first only of several modes set at once, so what was written is asked. */
bool fl_terminal_has_mouse(fl_terminal *t) {
    bool has = false;
    t->raw[t->n_raw] = '\0';
    for (const char *at = t->raw; (at = strstr(at, "1000")); at += 4)
        has = at[4] == 'h' || (at[4] != 'l' && has);
    return has;
}

void fl_terminal_done(fl_terminal *t) {
    if (!t->ended)
        kill(t->program, SIGKILL);
    kill(t->leader, SIGKILL);
    waitpid(t->leader, NULL, 0);
    close(t->fd);
    close(t->reports);
    vterm_free(t->vterm);
}
