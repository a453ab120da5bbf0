/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * fork, exec, wait; what is caught goes through temporary files, so that nothing can block.
 */
#define _XOPEN_SOURCE 700 /* nftw */
#include "cli/program.h"

#include "base/text.h"

#include "test.h"

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Numbers of processes come again, so their files are told apart by a folder nobody had before. */
static char folder[256];
static pid_t owner;

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at) {
    (void)info;
    (void)kind;
    (void)at;
    return remove(path);
}

/* A process forked off leaves it to the one that made it. */
static void remove_folder(void) {
    if (getpid() == owner)
        nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void make_folder(void) {
    const char *place = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/footlight-XXXXXX", place ? place : "/tmp");
    assert_non_null(mkdtemp(folder));
    owner = getpid();
    assert_int_equal(atexit(remove_folder), 0);
}

const char *fl_temporary(const char *name) {
    static char paths[64][512];
    static unsigned next;
    char *path = paths[next++ % 64];
    if (!owner)
        make_folder();
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

const char *fl_write_temporary(const char *name, const void *bytes, size_t length) {
    const char *path = fl_temporary(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    return path;
}

char *fl_read_file(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size_t size = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(size + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, size, file), size);
    fclose(file);
    bytes[size] = '\0';
    if (length)
        *length = size;
    return bytes;
}

static void set_environment(const fl_how *how) {
    static const char *const removed[] = {"LC_ALL", "LC_CTYPE", "LANG", "NO_COLOR",
                                          "FOOTLIGHT_ISA"};
    for (size_t i = 0; i < sizeof removed / sizeof *removed; i++)
        unsetenv(removed[i]);
    const char *equals = how->environment ? strchr(how->environment, '=') : NULL;
    if (equals) {
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)(equals - how->environment), how->environment);
        setenv(name, equals + 1, 1);
    }
}

static void redirect(int fd, const char *path, int flags) {
    int opened = open(path, flags, 0600);
    if (opened < 0 || dup2(opened, fd) < 0)
        _exit(126);
    close(opened);
}

static void redirect_output(const fl_how *how, const char *caught) {
    int ends[2];
    if (how->output_closed) {
        close(STDOUT_FILENO);
    } else if (how->reader_gone) {
        if (pipe(ends) != 0 || dup2(ends[1], STDOUT_FILENO) < 0)
            _exit(126);
        close(ends[0]);
        close(ends[1]);
    } else {
        redirect(STDOUT_FILENO, how->output ? how->output : caught,
                 O_WRONLY | (how->output ? 0 : O_CREAT | O_TRUNC));
    }
}

static void child(const fl_how *how, char *const *argv, const char *in, const char *out,
                  const char *err) {
    set_environment(how);
    signal(SIGPIPE, SIG_DFL);
    redirect(STDIN_FILENO, in, O_RDONLY);
    redirect(STDERR_FILENO, err, O_WRONLY | O_CREAT | O_TRUNC);
    redirect_output(how, out);
    execv(argv[0], argv);
    _exit(127);
}

fl_ran fl_program(const fl_how *how, const char *const *words) {
    char *argv[64] = {how->program ? (char *)(uintptr_t)how->program : getenv("FOOTLIGHT_BINARY")};
    char in[512], out[512], err[512];
    int status, n = 1;
    fl_ran ran = {0};
    assert_non_null(argv[0]);
    for (; words[n - 1] && n < 63; n++)
        argv[n] = (char *)(uintptr_t)words[n - 1];
    snprintf(in, sizeof in, "%s",
             fl_write_temporary("stdin", how->input ? how->input : "",
                                how->input ? strlen(how->input) : 0));
    snprintf(out, sizeof out, "%s", fl_write_temporary("stdout", "", 0));
    snprintf(err, sizeof err, "%s", fl_write_temporary("stderr", "", 0));
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        child(how, argv, in, out, err);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
    ran.out = fl_read_file(out, &ran.out_length);
    ran.err = fl_read_file(err, NULL);
    unlink(in);
    unlink(out);
    unlink(err);
    return ran;
}

void fl_ran_done(fl_ran *ran) {
    free(ran->out);
    free(ran->err);
    *ran = (fl_ran){0};
}

void fl_assert_says(const char *text, const char *part) {
    if (!strstr(text, part))
        print_error("no '%s' in:\n%s\n", part, text);
    assert_non_null(strstr(text, part));
}

void fl_assert_ran(const fl_ran *ran) {
    if (ran->status != 0 || ran->err[0])
        print_error("status %d, standard error: %s\n", ran->status, ran->err);
    assert_int_equal(ran->status, 0);
    assert_string_equal(ran->err, "");
}

static void assert_contains(const char *text, const char *part, size_t length) {
    char word[256];
    snprintf(word, sizeof word, "%.*s", (int)length, part);
    if (!strstr(text, word))
        print_error("no '%s' in: %s\n", word, text);
    assert_non_null(strstr(text, word));
}

void fl_assert_refused(fl_ran ran, int status, const char *parts) {
    const char *end = strchr(ran.err, '\n');
    if (ran.status != status || ran.out[0])
        print_error("status %d, standard output: %.200s, standard error: %s\n", ran.status, ran.out,
                    ran.err);
    assert_int_equal(ran.status, status);
    assert_string_equal(ran.out, "");
    assert_int_equal(strncmp(ran.err, "footlight: ", 11), 0);
    assert_non_null(end);
    assert_string_equal(end, "\n");
    while (*parts) {
        size_t length = strcspn(parts, "|");
        assert_contains(ran.err, parts, length);
        parts += length + (parts[length] == '|');
    }
    fl_ran_done(&ran);
}

const char *fl_default_ids(void) {
    static char ids[128];
    static const char before[] = "{\"ids\":[";
    fl_ran ran = fl_run("tokenize", "--format", "json");
    fl_assert_ran(&ran);
    assert_int_equal(strncmp(ran.out, before, sizeof before - 1), 0);
    const char *from = ran.out + sizeof before - 1;
    snprintf(ids, sizeof ids, "%.*s", (int)strcspn(from, "]"), from);
    fl_ran_done(&ran);
    return ids;
}

int fl_widest_line(const char *text) {
    int widest = 0;
    for (char line[512]; *text; text += strcspn(text, "\n") + 1) {
        snprintf(line, sizeof line, "%.*s", (int)strcspn(text, "\n"), text);
        widest = fl_text_width(line) > widest ? fl_text_width(line) : widest;
    }
    return widest;
}
