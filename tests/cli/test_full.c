/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Output that cannot be written to its end, for want of room or because a signal ends the program:
 * what was there before is there still, and nothing else.
 */
#define _XOPEN_SOURCE 700
#include "test.h"

#include "cli/program.h"

#include <dirent.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char old[] = "the old file";
static char folder[512], target[600];

static int make_folder(void **state) {
    (void)state;
    snprintf(folder, sizeof folder, "%s", fl_temporary("full"));
    snprintf(target, sizeof target, "%s/target", folder);
    return mkdir(folder, 0700);
}

static void write_old(void) {
    fl_write_temporary("full/target", old, strlen(old));
}

/* Things in the folder, without itself and the one above. */
static int entries(void) {
    int n = 0;
    DIR *all = opendir(folder);
    assert_non_null(all);
    for (struct dirent *entry; (entry = readdir(all));)
        n += entry->d_name[0] != '.' || strlen(entry->d_name) > 2;
    closedir(all);
    return n;
}

static void assert_old_stays(void) {
    char *now = fl_read_file(target, NULL);
    assert_string_equal(now, old);
    free(now);
    assert_int_equal(entries(), 1);
}

static const char *binary(void) {
    const char *path = getenv("FOOTLIGHT_BINARY");
    if (!path) {
        print_message("SKIPPED: FOOTLIGHT_BINARY names no program\n");
        skip();
    }
    return path;
}

/* The old file, and another time none: files may grow to eight blocks of half a kilobyte. */
static void a_full_disk(void **state) {
    (void)state;
    static const char *const options[] = {"-o", "--tensors"};
    static const char limited[] = "ulimit -f 8; exec \"$0\" \"$@\" >/dev/null";
    const fl_how how = {.program = "/bin/sh"};
    for (size_t i = 0; i < 2; i++) {
        for (int had = 0; had < 2; had++) {
            if (had)
                write_old();
            fl_assert_refused(
                fl_run_how(how, "-c", limited, binary(), "trace", "builtin", options[i], target), 1,
                "target|cannot be written: File too large");
            if (had)
                assert_old_stays();
            else
                assert_int_equal(entries(), 0);
            unlink(target);
        }
    }
}

static void a_full_device(void **state) {
    (void)state;
    static const char *const options[] = {"-o", "--tensors"};
    const fl_how quiet = {.output = "/dev/null"};
    if (!fl_test_exists("/dev/full")) {
        print_message("SKIPPED: no /dev/full\n");
        skip();
    }
    for (size_t i = 0; i < 2; i++)
        fl_assert_refused(fl_run_how(quiet, "trace", "builtin", options[i], "/dev/full"), 1,
                          "/dev/full|cannot be written: No space left on device");
}

static void targets_that_are_no_files(void **state) {
    (void)state;
    static const char *const options[] = {"-o", "--tensors"};
    char deep[900];
    snprintf(deep, sizeof deep, "%s/%0300d", folder, 0);
    for (size_t i = 0; i < 2; i++) {
        fl_assert_refused(fl_run("trace", "builtin", options[i], folder), 1,
                          "full|cannot be written: Is a directory");
        fl_assert_refused(fl_run("trace", "builtin", options[i], deep), 1,
                          "cannot be written: File name too long");
    }
    assert_int_equal(entries(), 0);
}

/* The program at work on a file that is not finished: nobody reads what else it has to say. */
static pid_t start_writing(int ends[2]) {
    const char *program = binary();
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execl(program, program, "trace", "builtin", "--format", "jsonl", "-n", "16", "--tensors",
              target, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    char byte;
    assert_int_equal(read(ends[0], &byte, 1), 1);
    return child;
}

static void a_signal_while_writing(void **state) {
    (void)state;
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        int ends[2], status;
        write_old();
        pid_t child = start_writing(ends);
        assert_int_equal(entries(), 2);
        assert_int_equal(kill(child, signals[i]), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        close(ends[0]);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == signals[i]);
        assert_old_stays();
        unlink(target);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_disk),
        cmocka_unit_test(a_full_device),
        cmocka_unit_test(targets_that_are_no_files),
        cmocka_unit_test(a_signal_while_writing),
    };
    return cmocka_run_group_tests(tests, make_folder, NULL);
}
