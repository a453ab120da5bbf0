/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/* What the process does when something outside goes away. */
#include "test.h"

#include "base/diag.h"
#include "base/map.h"
#include "base/out.h"
#include "base/process.h"
#include "base/signals.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/footlight-process-XXXXXX";

static void note_call(void) {
    ssize_t n = write(STDERR_FILENO, "restored\n", 9);
    (void)n;
}

enum { FILES = 3, LOST = 1, THREADS = 4, BYTES = 100000 };

static fl_map maps[FILES];

static const char *path_of(int file) {
    static char path[128];
    snprintf(path, sizeof path, "%s/mapped-%d", folder, file);
    return path;
}

static void map_files(void) {
    for (int i = 0; i < FILES; i++) {
        FILE *file = fopen(path_of(i), "wb");
        for (int n = 0; file && n < BYTES; n++)
            fputc('x', file);
        if (!file || fclose(file) != 0 || fl_map_open(&maps[i], path_of(i), NULL) != FL_OK)
            _exit(91);
    }
}

static void *read_last_byte(void *ctx) {
    volatile uint8_t byte = maps[LOST].bytes[maps[LOST].length - 1];
    (void)ctx;
    _exit(92 + (byte == 0));
}

/* Reads, in several threads, the last byte of one of the mapped files, which has just been cut to
 * nothing; an output is being written. */
static void read_what_is_gone(bool held) {
    char out_path[128];
    fl_out *out;
    pthread_t threads[THREADS];
    snprintf(out_path, sizeof out_path, "%s/out", folder);
    fl_process_start(_exit);
    if (held)
        fl_signals_hold(note_call);
    map_files();
    if (fl_out_open(&out, out_path, NULL) != FL_OK || truncate(path_of(LOST), 0) != 0)
        _exit(93);
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, read_last_byte, NULL) != 0)
            _exit(94);
    for (;;)
        pause();
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

/* Once and in this order, whatever number of threads comes upon it. */
static void a_mapped_file_cut_short_ends_with_its_name(void **state) {
    (void)state;
    char said[512], expected[512];
    for (int held = 0; held < 2; held++) {
        int status = in_child(held, said, sizeof said);
        snprintf(expected, sizeof expected, "%sfootlight: %s: changed while it was being read\n",
                 held ? "restored\n" : "", path_of(LOST));
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 1);
        assert_string_equal(said, expected);
    }
}

/* A file that is closed is not named, and its place serves another; a name is no text to trust. */
static void names_of_mapped_files(void **state) {
    (void)state;
    char odd[128], line[256];
    fl_map map;
    snprintf(odd, sizeof odd, "%s/a\033b", folder);
    snprintf(line, sizeof line, "footlight: %s/a\\x1bb: changed while it was being read\n", folder);
    fclose(fopen(odd, "wb"));
    assert_int_equal(truncate(odd, 10), 0);
    for (int i = 0; i < 300; i++) {
        assert_int_equal(fl_map_open(&map, odd, NULL), FL_OK);
        const uint8_t *bytes = map.bytes;
        assert_string_equal(fl_map_lost_line(bytes + 9), line);
        assert_null(fl_map_lost_line(bytes + 10));
        fl_map_close(&map);
        assert_null(fl_map_lost_line(bytes));
    }
    unlink(odd);
}

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

/* An unfinished output left behind would keep the folder from going. */
static int remove_folder(void **state) {
    (void)state;
    for (int i = 0; i < FILES; i++)
        unlink(path_of(i));
    return rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mapped_file_cut_short_ends_with_its_name),
        cmocka_unit_test(names_of_mapped_files),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
