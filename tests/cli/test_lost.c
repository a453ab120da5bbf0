/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What is not there or goes away: paths that are no files to read, files that may not be read, and
 * a model that is cut short while it runs.
 */
#define _XOPEN_SOURCE 700
#include "test.h"

#include "cli/program.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Every command that opens a model, with words behind it that make it do so. */
static const char *const commands[][4] = {
    {"info"},
    {"info", "--list-tensors"},
    {"shapes"},
    {"trace", "--ids", "1"},
    {"generate", "--ids", "1"},
    {"tokenize", "-p", "x"},
    {"step", "--plain", "--ids", "1"},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static fl_ran run_on(size_t i, const char *model) {
    const char *words[6] = {commands[i][0], model};
    for (int k = 1; k < 4; k++)
        words[k + 1] = commands[i][k];
    return fl_program(&(fl_how){0}, words);
}

static void assert_refused_by_all(const char *path, const char *parts) {
    for (size_t i = 0; i < COMMANDS; i++)
        fl_assert_refused(run_on(i, path), 1, parts);
}

static void links_in_a_circle(void **state) {
    (void)state;
    char a[256], b[256];
    snprintf(a, sizeof a, "%s", fl_temporary("circle-a"));
    snprintf(b, sizeof b, "%s", fl_temporary("circle-b"));
    assert_int_equal(symlink(a, b), 0);
    assert_int_equal(symlink(b, a), 0);
    assert_refused_by_all(a, "circle-a|symbolic links");
}

/* Nobody writes to the FIFO: whoever waited for that would hang. */
static void things_that_are_no_files(void **state) {
    (void)state;
    char fifo[256], folder[256];
    snprintf(fifo, sizeof fifo, "%s", fl_temporary("fifo"));
    snprintf(folder, sizeof folder, "%s", fl_temporary("folder"));
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_refused_by_all(fifo, "fifo|not a regular file");
    assert_refused_by_all("/dev/zero", "/dev/zero|not a regular file");
    assert_refused_by_all("/dev/null", "/dev/null|not a regular file");
    assert_refused_by_all(folder, "folder|is a directory without a config.json");
}

static void a_file_that_may_not_be_read(void **state) {
    (void)state;
    const char *path = fl_write_temporary("secret.gguf", "GGUF", 4);
    assert_int_equal(chmod(path, 0), 0);
    if (access(path, R_OK) == 0) {
        print_message("SKIPPED: this user may read everything\n");
        skip();
    }
    assert_refused_by_all(path, "secret.gguf|Permission denied");
}

/* The program is at work until its output is read: a pipe holds less than it has to say. */
static void a_model_cut_short_while_it_runs(void **state) {
    (void)state;
    enum { LINE = 1 << 16 };
    char source[512], model[256], command[1024], said[256], expected[512];
    char *line = malloc(LINE);
    size_t length;
    const char *tree = getenv("FOOTLIGHT_SOURCE"), *binary = getenv("FOOTLIGHT_BINARY");
    if (!tree || !binary) {
        print_message("SKIPPED: needs FOOTLIGHT_SOURCE and FOOTLIGHT_BINARY\n");
        skip();
    }
    snprintf(source, sizeof source, "%s/assets/builtin/builtin.gguf", tree);
    char *bytes = fl_read_file(source, &length);
    snprintf(model, sizeof model, "%s", fl_write_temporary("short.gguf", bytes, length));
    snprintf(said, sizeof said, "%s", fl_temporary("said"));
    snprintf(command, sizeof command, "'%s' trace '%s' --format jsonl -n 16 2>'%s'", binary, model,
             said);
    FILE *out = popen(command, "r");
    assert_non_null(out);
    assert_non_null(fgets(line, LINE, out));
    assert_int_equal(truncate(model, 4096), 0);
    while (fgets(line, LINE, out)) {
    }
    int status = pclose(out);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
    snprintf(expected, sizeof expected, "footlight: %s: changed while it was being read\n", model);
    char *found = fl_read_file(said, NULL);
    assert_string_equal(found, expected);
    free(found);
    free(bytes);
    free(line);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_in_a_circle),
        cmocka_unit_test(things_that_are_no_files),
        cmocka_unit_test(a_file_that_may_not_be_read),
        cmocka_unit_test(a_model_cut_short_while_it_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
