/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * No result is written over a file that is being read, by whatever name or link.
 */
#include "cli/program.h"
#include "model/hf_writer.h"

#include <unistd.h>

static hf_folder folder = {.config = HF_TIED, .shards = 2, .type = FL_DTYPE_BF16};
static char path[] = "/tmp/footlight-inputs-XXXXXX";

static int save(void **state) {
    (void)state;
    static const char *const names[] = {"tokenizer.json", "tokenizer_config.json"};
    hf_write(&folder);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        fl_buffer_puts(&folder.buffers[folder.n_files], "{}");
        hf_add_file(&folder, names[i]);
    }
    hf_save(&folder, path);
    return 0;
}

static int delete (void **state) {
    (void)state;
    hf_remove(&folder, path);
    hf_done(&folder);
    return 0;
}

static void assert_safe(const char *target, const char *read, const char *part) {
    char parts[64];
    size_t before, after;
    char *first = fl_read_file(read, &before);
    snprintf(parts, sizeof parts, "--output: found '|%s|expected another file", part);
    fl_assert_refused(fl_run("trace", path, "--ids", "1", "-o", target), 2, parts);
    snprintf(parts, sizeof parts, "--tensors: found '|%s|expected another file", part);
    fl_assert_refused(fl_run("trace", path, "--ids", "1", "--tensors", target), 2, parts);
    char *second = fl_read_file(read, &after);
    assert_int_equal(after, before);
    assert_memory_equal(second, first, before);
    free(first);
    free(second);
}

static void every_file_of_a_folder(void **state) {
    (void)state;
    for (size_t i = 0; i < folder.n_files; i++) {
        char file[300], link[300];
        const char *what = strcmp(folder.files[i].name, "tokenizer.json") == 0
                               ? "a file of its tokenizer"
                               : "the model itself";
        snprintf(file, sizeof file, "%s/%s", path, folder.files[i].name);
        snprintf(link, sizeof link, "%s", fl_temporary("link"));
        assert_safe(file, file, what);
        assert_int_equal(symlink(file, link), 0);
        assert_safe(link, file, what);
        unlink(link);
    }
}

static void what_the_options_name(void **state) {
    (void)state;
    char prompt[300], tokenizer[300], other[300];
    snprintf(prompt, sizeof prompt, "%s", fl_write_temporary("prompt.txt", "once", 4));
    snprintf(other, sizeof other, "%s", fl_temporary("other"));
    assert_int_equal(symlink(prompt, other), 0);
    fl_assert_refused(fl_run("trace", "-f", prompt, "-o", other), 2, "--output: |the prompt");
    fl_assert_refused(fl_run("trace", "-o", prompt, "--tensors", other), 2,
                      "--tensors: |the file of --output too");
    unlink(other);
    snprintf(tokenizer, sizeof tokenizer, "%s", fl_write_temporary("t.bin", "xxxx", 4));
    assert_int_equal(link(tokenizer, other), 0);
    fl_assert_refused(fl_run("trace", "--tokenizer", tokenizer, "--tensors", other), 2,
                      "--tensors: |a file of its tokenizer");
    unlink(other);
    unlink(tokenizer);
    unlink(prompt);
}

/* A device holds nothing that could be lost. */
static void devices_are_no_files(void **state) {
    (void)state;
    fl_ran ran = fl_run("trace", "-o", "/dev/null", "-f", "/dev/null");
    fl_assert_ran(&ran);
    fl_ran_done(&ran);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_of_a_folder),
        cmocka_unit_test(what_the_options_name),
        cmocka_unit_test(devices_are_no_files),
    };
    return cmocka_run_group_tests(tests, save, delete);
}
