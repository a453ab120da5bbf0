/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Checked output. The temporary file lies in the folder of the final one, so that the rename stays
 * on one file system; its name goes into a small table that a signal handler can read.
 */
#define _XOPEN_SOURCE 700 /* realpath */
#include "base/out.h"

#include "base/diag.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { BUFFER = 1 << 16, MAX_TEMPORARY = 8, LONGEST_BEGINNING = 100 };

struct fl_out {
    int fd;
    bool own;        /* fd is ours to close */
    int error;       /* errno of the first failed write */
    char *name;      /* for messages */
    char *temporary; /* being written, or NULL */
    char *final;     /* what it will be called */
    int slot;        /* its place in `temporaries`, -1: none */
    size_t used;
    char buffer[BUFFER];
};

/* ---- unfinished files and signals ---- */

static const char *volatile temporaries[MAX_TEMPORARY];
static const int watched[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
enum { SIGNALS = sizeof watched / sizeof *watched };

void fl_out_remove_unfinished(void) {
    for (int i = 0; i < MAX_TEMPORARY; i++)
        if (temporaries[i])
            unlink(temporaries[i]);
}

static void end_by_signal(int signal_number) {
    fl_out_remove_unfinished();
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

/* Signals somebody else has taken care of, or told us to ignore, stay as they are. */
static void watch_signals(void) {
    for (size_t i = 0; i < SIGNALS; i++) {
        struct sigaction now;
        if (sigaction(watched[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL) {
            struct sigaction ours = {.sa_handler = end_by_signal};
            sigemptyset(&ours.sa_mask);
            sigaction(watched[i], &ours, NULL);
        }
    }
}

static int remember(const char *temporary) {
    for (int i = 0; i < MAX_TEMPORARY; i++) {
        if (!temporaries[i]) {
            watch_signals();
            temporaries[i] = temporary;
            return i;
        }
    }
    return -1;
}

/* ---- opening ---- */

static char *copy(const char *text) {
    char *out = malloc(strlen(text) + 1);
    return out ? strcpy(out, text) : NULL;
}

static void destroy(fl_out *out) {
    if (out->slot >= 0)
        temporaries[out->slot] = NULL;
    if (out->own && out->fd >= 0)
        close(out->fd);
    free(out->name);
    free(out->temporary);
    free(out->final);
    free(out);
}

/* How much of `path` a name beside it begins with: all, or where its last part is so long that no
 * longer name may be had, less of that, cut between two characters. */
static int beginning(const char *path) {
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t length = strlen(name);
    if (length > LONGEST_BEGINNING)
        for (length = LONGEST_BEGINNING; ((unsigned char)name[length] & 0xc0) == 0x80;)
            length--;
    return (int)(name - path) + (int)length;
}

/* Whoever ends the program finds the file in the table or finds no file. */
static int create(fl_out *out) {
    sigset_t blocked, before;
    sigemptyset(&blocked);
    for (size_t i = 0; i < SIGNALS; i++)
        sigaddset(&blocked, watched[i]);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    out->fd = open(out->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    int error = out->fd < 0 ? errno : 0;
    if (!error)
        out->slot = remember(out->temporary);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return error;
}

/* A new file beside `final`, with the permissions the old one has or a new one would get. */
static int create_beside(fl_out *out, const struct stat *old) {
    size_t size = strlen(out->final) + 48;
    int kept = beginning(out->final), error = EEXIST;
    out->temporary = malloc(size);
    if (!out->temporary)
        return ENOMEM;
    for (int attempt = 0; attempt < 100 && error == EEXIST; attempt++) {
        snprintf(out->temporary, size, "%.*s.%ld-%d.part", kept, out->final, (long)getpid(),
                 attempt);
        error = create(out);
    }
    if (!error && old)
        fchmod(out->fd, old->st_mode & 0777);
    return error;
}

static int open_path(fl_out *out, const char *path) {
    struct stat info;
    bool exists = stat(path, &info) == 0;
    out->own = true;
    if (!exists && errno != ENOENT)
        return errno;
    if (exists && S_ISDIR(info.st_mode))
        return EISDIR;
    if (exists && !S_ISREG(info.st_mode)) {
        out->fd = open(path, O_WRONLY | O_CLOEXEC);
        return out->fd < 0 ? errno : 0;
    }
    if (exists && access(path, W_OK) != 0)
        return errno;
    /* A link stays a link: what it points to is replaced. */
    out->final = exists ? realpath(path, NULL) : copy(path);
    if (!out->final)
        return errno ? errno : ENOMEM;
    return create_beside(out, exists ? &info : NULL);
}

fl_status fl_out_open(fl_out **out, const char *path, fl_diag *diag) {
    bool standard = !path || strcmp(path, "-") == 0;
    fl_out *made = malloc(sizeof *made);
    *out = NULL;
    fl_diag_init(diag, standard ? "standard output" : path);
    if (!made)
        return fl_fail_memory(diag);
    *made = (fl_out){.fd = STDOUT_FILENO, .slot = -1};
    made->name = copy(standard ? "standard output" : path);
    int error = made->name ? 0 : ENOMEM;
    if (!error && !standard) {
        made->fd = -1;
        error = open_path(made, path);
    }
    if (error) {
        free(made->temporary);
        made->temporary = NULL;
        destroy(made);
        return fl_fail(diag, FL_ERR_IO, "cannot be written: %s", strerror(error));
    }
    *out = made;
    return FL_OK;
}

/* ---- writing ---- */

static void send(fl_out *out, const char *bytes, size_t length) {
    while (length && !out->error) {
        ssize_t n = write(out->fd, bytes, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            out->error = errno;
            return;
        }
        bytes += n;
        length -= (size_t)n;
    }
}

void fl_out_flush(fl_out *out) {
    send(out, out->buffer, out->used);
    out->used = 0;
}

void fl_out_write(fl_out *out, const void *bytes, size_t length) {
    if (out->used + length > BUFFER)
        fl_out_flush(out);
    if (length > BUFFER) {
        send(out, bytes, length);
    } else if (length) {
        memcpy(out->buffer + out->used, bytes, length);
        out->used += length;
    }
}

void fl_out_puts(fl_out *out, const char *text) {
    fl_out_write(out, text, strlen(text));
}

bool fl_out_failed(const fl_out *out) {
    return out->error != 0;
}

/* ---- closing ---- */

/* Some errors (a quota, a network file system) are only told when the file is closed. */
static void finish(fl_out *out) {
    fl_out_flush(out);
    if (out->own) {
        int result = close(out->fd);
        out->fd = -1;
        if (result != 0 && errno != EINTR && !out->error)
            out->error = errno;
    }
    if (out->temporary && !out->error && rename(out->temporary, out->final) != 0)
        out->error = errno;
    if (out->temporary && out->error)
        unlink(out->temporary);
}

fl_status fl_out_close(fl_out **out, fl_diag *diag) {
    fl_out *closing = *out;
    *out = NULL;
    finish(closing);
    int error = closing->error;
    fl_status status = FL_OK;
    if (error == EPIPE) {
        status = fl_fail(diag, FL_DONE, "whoever read the output has gone");
    } else if (error) {
        fl_diag_init(diag, closing->name);
        status = fl_fail(diag, FL_ERR_IO, "cannot be written: %s",
                         error == EBADF ? "it is closed" : strerror(error));
    }
    destroy(closing);
    return status;
}

void fl_out_discard(fl_out **out) {
    fl_out *closing = *out;
    *out = NULL;
    if (!closing)
        return;
    if (closing->temporary)
        unlink(closing->temporary);
    destroy(closing);
}

fl_status fl_disk_free(const char *path, uint64_t *bytes, fl_diag *diag) {
    struct stat kind;
    struct statvfs info;
    *bytes = UINT64_MAX;
    if (stat(path, &kind) == 0 && !S_ISREG(kind.st_mode) && !S_ISDIR(kind.st_mode))
        return FL_OK;
    int result = statvfs(path, &info);
    if (result != 0 && errno == ENOENT) {
        const char *slash = strrchr(path, '/');
        char *folder = copy(slash ? path : ".");
        if (!folder)
            return fl_fail_memory(diag);
        if (slash)
            folder[slash == path ? 1 : slash - path] = '\0';
        result = statvfs(folder, &info);
        free(folder);
    }
    if (result != 0)
        return fl_fail(diag, FL_ERR_IO, "cannot be written: %s", strerror(errno));
    *bytes = (uint64_t)info.f_bavail * (uint64_t)info.f_frsize;
    return FL_OK;
}
