/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Checked output: files are complete or absent.
 */
#include "test.h"

#include "base/out.h"

#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/footlight-out-XXXXXX";
static char path[512];

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state) {
    (void)state;
    return rmdir(folder); /* fails the group if anything was left behind */
}

static const char *file(const char *name) {
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void assert_holds(const char *name, const char *expected) {
    char bytes[64] = "";
    FILE *in = fopen(name, "rb");
    assert_non_null(in);
    size_t n = fread(bytes, 1, sizeof bytes - 1, in);
    fclose(in);
    bytes[n] = '\0';
    assert_string_equal(bytes, expected);
}

static void appears_when_closed(void **state) {
    (void)state;
    fl_diag diag;
    fl_out *out;
    assert_int_equal(fl_out_open(&out, file("new"), &diag), FL_OK);
    fl_out_puts(out, "hello ");
    fl_out_flush(out);
    assert_false(fl_test_exists(path));
    fl_out_puts(out, "world");
    assert_int_equal(fl_out_close(&out, &diag), FL_OK);
    assert_null(out);
    assert_holds(path, "hello world");
    unlink(path);
}

static void old_file_stays_until_then(void **state) {
    (void)state;
    fl_diag diag;
    fl_out *out;
    struct stat info;
    FILE *old = fopen(file("old"), "wb");
    fputs("old", old);
    fclose(old);
    chmod(path, 0640);
    assert_int_equal(fl_out_open(&out, path, &diag), FL_OK);
    fl_out_puts(out, "new");
    fl_out_flush(out);
    assert_holds(path, "old");
    fl_out_discard(&out);
    assert_holds(path, "old");
    assert_int_equal(fl_out_open(&out, path, &diag), FL_OK);
    fl_out_puts(out, "new");
    assert_int_equal(fl_out_close(&out, &diag), FL_OK);
    assert_holds(path, "new");
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640);
    unlink(path);
}

static void a_link_stays_a_link(void **state) {
    (void)state;
    fl_diag diag;
    fl_out *out;
    struct stat info;
    char target[512], link_name[512];
    snprintf(target, sizeof target, "%s", file("target"));
    snprintf(link_name, sizeof link_name, "%s", file("link"));
    fclose(fopen(target, "wb"));
    assert_int_equal(symlink(target, link_name), 0);
    assert_int_equal(fl_out_open(&out, link_name, &diag), FL_OK);
    fl_out_puts(out, "through");
    assert_int_equal(fl_out_close(&out, &diag), FL_OK);
    assert_int_equal(lstat(link_name, &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_holds(target, "through");
    unlink(link_name);
    unlink(target);
}

static void much_is_written_whole(void **state) {
    (void)state;
    fl_diag diag;
    fl_out *out;
    enum { LINE = 1000, LINES = 300 };
    char line[LINE], *big = malloc(200000);
    struct stat info;
    memset(line, 'x', sizeof line);
    memset(big, 'y', 200000);
    assert_int_equal(fl_out_open(&out, file("big"), &diag), FL_OK);
    for (int i = 0; i < LINES; i++)
        fl_out_write(out, line, sizeof line);
    fl_out_write(out, big, 200000);
    fl_out_write(out, line, 1);
    assert_int_equal(fl_out_close(&out, &diag), FL_OK);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_size, LINE * LINES + 200000 + 1);
    free(big);
    unlink(path);
}

static void errors_stick_and_are_told_once(void **state) {
    (void)state;
    fl_diag diag;
    fl_out *out;
    if (!fl_test_exists("/dev/full")) {
        print_message("SKIPPED: no /dev/full\n");
        skip();
    }
    assert_int_equal(fl_out_open(&out, "/dev/full", &diag), FL_OK);
    fl_out_puts(out, "x");
    assert_false(fl_out_failed(out));
    fl_out_flush(out);
    assert_true(fl_out_failed(out));
    assert_int_equal(fl_out_close(&out, &diag), FL_ERR_IO);
    assert_string_equal(diag.subject, "/dev/full");
    assert_non_null(strstr(diag.message, "No space left"));
}

static void places_that_cannot_be_written(void **state) {
    (void)state;
    fl_diag diag;
    fl_out *out;
    assert_int_equal(fl_out_open(&out, folder, &diag), FL_ERR_IO);
    assert_null(out);
    assert_int_equal(fl_out_open(&out, file("no/such/folder"), &diag), FL_ERR_IO);
    assert_string_equal(diag.subject, path);
    fl_out_discard(&out);
}

/* What is written meanwhile has a longer name, unless that were too long. */
static void a_name_as_long_as_may_be(void **state) {
    (void)state;
    fl_diag diag;
    fl_out *out;
    char name[256], too_long[300];
    memset(name, 'n', sizeof name - 1);
    name[255] = '\0';
    memcpy(name + 99, "\xe2\x82\xac", 3); /* cut before it or behind it, not within */
    assert_int_equal(fl_out_open(&out, file(name), &diag), FL_OK);
    fl_out_puts(out, "long");
    assert_int_equal(fl_out_close(&out, &diag), FL_OK);
    assert_int_equal(unlink(path), 0);
    memset(too_long, 'n', sizeof too_long - 1);
    too_long[299] = '\0';
    assert_int_equal(fl_out_open(&out, file(too_long), &diag), FL_ERR_IO);
    assert_non_null(strstr(diag.message, "File name too long"));
}

static void links_in_a_circle(void **state) {
    (void)state;
    fl_diag diag;
    fl_out *out;
    struct stat info;
    assert_int_equal(symlink("circle", file("circle")), 0);
    assert_int_equal(fl_out_open(&out, path, &diag), FL_ERR_IO);
    assert_non_null(strstr(diag.message, "symbolic links"));
    assert_int_equal(lstat(path, &info), 0);
    unlink(path);
}

static void what_is_read_only_stays(void **state) {
    (void)state;
    fl_diag diag;
    fl_out *out;
    if (geteuid() == 0) {
        print_message("SKIPPED: this user may write everything\n");
        skip();
    }
    fclose(fopen(file("protected"), "wb"));
    chmod(path, 0444);
    assert_int_equal(fl_out_open(&out, path, &diag), FL_ERR_IO);
    unlink(path);
    chmod(folder, 0500);
    assert_int_equal(fl_out_open(&out, file("new"), &diag), FL_ERR_IO);
    chmod(folder, 0700);
    assert_non_null(strstr(diag.message, "Permission denied"));
}

static void free_space(void **state) {
    (void)state;
    fl_diag diag;
    uint64_t here = 0, device = 0;
    assert_int_equal(fl_disk_free(file("not yet there"), &here, &diag), FL_OK);
    assert_true(here > 0 && here < UINT64_MAX);
    assert_int_equal(fl_disk_free("/dev/null", &device, &diag), FL_OK);
    assert_true(device == UINT64_MAX);
    assert_int_equal(fl_disk_free("/no/such/folder/x", &here, &diag), FL_ERR_IO);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appears_when_closed),
        cmocka_unit_test(old_file_stays_until_then),
        cmocka_unit_test(a_link_stays_a_link),
        cmocka_unit_test(much_is_written_whole),
        cmocka_unit_test(errors_stick_and_are_told_once),
        cmocka_unit_test(places_that_cannot_be_written),
        cmocka_unit_test(a_name_as_long_as_may_be),
        cmocka_unit_test(links_in_a_circle),
        cmocka_unit_test(what_is_read_only_stays),
        cmocka_unit_test(free_space),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
