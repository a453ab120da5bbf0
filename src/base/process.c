/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Standard streams, locale, terminal.
 */
#include "base/process.h"

#include "base/diag.h"
#include "base/map.h"
#include "base/out.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static void (*end_program)(int status);
static volatile sig_atomic_t end_status = 1;

static void say(const char *line) {
    ssize_t written = write(STDERR_FILENO, line, strlen(line));
    (void)written;
}

/* Reading a mapped page that the file no longer has: nobody can go on from there. Any other bus
 * error is a fault of ours and ends the program as such. Of several threads the first one speaks.
 */
static void lost_file(int which, siginfo_t *info, void *context) {
    static atomic_flag told = ATOMIC_FLAG_INIT;
    (void)context;
    while (atomic_flag_test_and_set(&told))
        pause();
    fl_out_remove_unfinished();
    if (info->si_code == BUS_ADRERR) {
        const char *line = fl_map_lost_line(info->si_addr);
        say(line ? line
                 : "footlight: a file was cut short, or could not be read, while it was in use\n");
        end_program(end_status);
    }
    signal(which, SIG_DFL);
    raise(which);
}

static void watch_mapped_files(void) {
    struct sigaction action = {.sa_sigaction = lost_file, .sa_flags = SA_SIGINFO};
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, NULL);
}

void fl_process_end_with(int status) {
    end_status = status;
}

void fl_process_start(void (*end)(int status)) {
    end_program = end;
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) == -1) /* opened the wrong way round, any use of it is an error */
            (void)!open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    watch_mapped_files();
}

static const char *wanted_locale(void) {
    static const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        const char *value = getenv(variables[i]);
        if (value && *value)
            return value;
    }
    return NULL;
}

bool fl_locale_start(void) {
    const char *wanted = wanted_locale();
    if (wanted && (strcmp(wanted, "C") == 0 || strcmp(wanted, "POSIX") == 0))
        return false;
    if (!wanted || !setlocale(LC_CTYPE, "")) {
        if (!setlocale(LC_CTYPE, "C.UTF-8"))
            setlocale(LC_CTYPE, "UTF-8"); /* what macOS calls it */
        return true; /* where there is neither, terminals show UTF-8 all the same */
    }
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

bool fl_is_terminal(fl_stream stream) {
    return isatty((int)stream) == 1;
}

int fl_terminal_columns(fl_stream stream) {
    if (!fl_is_terminal(stream))
        return 0;
    const char *set = getenv("COLUMNS");
    long columns = set ? strtol(set, NULL, 10) : 0;
    if (columns > 0 && columns < 10000)
        return (int)columns;
    struct winsize size;
    if (ioctl((int)stream, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

static fl_status read_descriptor(int fd, size_t limit, fl_buffer *out, fl_diag *diag) {
    char chunk[1 << 14];
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n == 0)
            return out->failed ? fl_fail_memory(diag) : FL_OK;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fl_fail(diag, FL_ERR_IO, "cannot be read: %s",
                           errno == EISDIR  ? "it is a directory, expected a file"
                           : errno == EBADF ? "it is closed"
                                            : strerror(errno));
        if (out->length + (size_t)n > limit)
            return fl_fail(diag, FL_ERR_LIMIT, "more than %zu bytes, expected at most that", limit);
        fl_buffer_add(out, chunk, (size_t)n);
    }
}

fl_status fl_read_all(const char *path, size_t limit, fl_buffer *out, fl_diag *diag) {
    bool standard = strcmp(path, "-") == 0;
    fl_diag_init(diag, standard ? "standard input" : path);
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fl_fail(diag, FL_ERR_IO, "cannot be opened: %s", strerror(errno));
    fl_status status = read_descriptor(fd, limit, out, diag);
    if (!standard)
        close(fd);
    return status;
}
