/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/* What the process does when something outside goes away. */
#include "test.h"

#include "base/diag.h"
#include "base/map.h"
#include "base/out.h"
#include "base/process.h"
#include "base/signals.h"

#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/footlight-process-XXXXXX";

static void note_call(void) {
    ssize_t n = write(STDERR_FILENO, "restored\n", 9);
    (void)n;
}

/* Reads the last byte of a mapped file that has just been cut to nothing. */
static void read_what_is_gone(bool held) {
    char path[128], out_path[128];
    fl_map map;
    fl_out *out;
    snprintf(path, sizeof path, "%s/mapped", folder);
    snprintf(out_path, sizeof out_path, "%s/out", folder);
    FILE *file = fopen(path, "wb");
    for (int i = 0; file && i < 100000; i++)
        fputc('x', file);
    if (!file || fclose(file) != 0)
        _exit(90);
    fl_process_start(_exit);
    if (held)
        fl_signals_hold(note_call);
    if (fl_map_open(&map, path, NULL) != FL_OK || fl_out_open(&out, out_path, NULL) != FL_OK ||
        truncate(path, 0) != 0)
        _exit(91);
    volatile uint8_t byte = map.bytes[map.length - 1];
    _exit(92 + (byte == 0));
}

/* Runs it in a child; its standard error and its status. */
static int in_child(bool held, char *said, size_t size) {
    int ends[2], status;
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        read_what_is_gone(held);
    }
    close(ends[1]);
    size_t used = 0;
    for (ssize_t n; (n = read(ends[0], said + used, size - 1 - used)) > 0;)
        used += (size_t)n;
    said[used] = '\0';
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void a_mapped_file_cut_short_ends_with_a_message(void **state) {
    (void)state;
    char said[256];
    for (int held = 0; held < 2; held++) {
        int status = in_child(held, said, sizeof said);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 1);
        assert_string_equal(said,
                            held ? "restored\nfootlight: a file was cut short, or could not be "
                                   "read, while it was in use\n"
                                 : "footlight: a file was cut short, or could not be read, "
                                   "while it was in use\n");
    }
}

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

/* An unfinished output left behind would keep the folder from going. */
static int remove_folder(void **state) {
    char path[128];
    (void)state;
    snprintf(path, sizeof path, "%s/mapped", folder);
    unlink(path);
    return rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mapped_file_cut_short_ends_with_a_message),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
