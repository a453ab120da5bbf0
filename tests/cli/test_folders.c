/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Folders of Hugging Face that are not whole: what lies there is named.
 */
#define _XOPEN_SOURCE 700
#include "cli/program.h"
#include "model/hf_writer.h"

#include <sys/stat.h>
#include <unistd.h>

static hf_folder folder = {.config = HF_TIED, .shards = 2, .type = FL_DTYPE_BF16};
static char path[] = "/tmp/footlight-folders-XXXXXX";

static int save(void **state) {
    (void)state;
    hf_write(&folder);
    hf_save(&folder, path);
    return 0;
}

static int delete (void **state) {
    (void)state;
    hf_remove(&folder, path);
    hf_done(&folder);
    return 0;
}

static const char *in_folder(const char *name) {
    static char file[300];
    snprintf(file, sizeof file, "%s/%s", path, name);
    return file;
}

static void put(const char *name, const char *text) {
    FILE *file = fopen(in_folder(name), "wb");
    assert_non_null(file);
    assert_int_equal(fputs(text, file) < 0, 0);
    assert_int_equal(fclose(file), 0);
}

/* Runs with the file away, then puts it back. */
static fl_ran without(const char *name) {
    char file[300], aside[310];
    snprintf(file, sizeof file, "%s", in_folder(name));
    snprintf(aside, sizeof aside, "%s.aside", file);
    assert_int_equal(rename(file, aside), 0);
    fl_ran ran = fl_run("trace", path, "--ids", "1");
    assert_int_equal(rename(aside, file), 0);
    return ran;
}

static void links_to_nothing(void **state) {
    (void)state;
    assert_int_equal(symlink("/nowhere/x", in_folder("model.safetensors")), 0);
    fl_assert_refused(fl_run("info", path), 1, "/model.safetensors: is a link to nothing");
    unlink(in_folder("model.safetensors"));
    assert_int_equal(symlink("tokenizer.json", in_folder("tokenizer.json")), 0);
    fl_assert_refused(fl_run("trace", path), 1, "/tokenizer.json: |symbolic links");
    unlink(in_folder("tokenizer.json"));
    char link[300];
    snprintf(link, sizeof link, "%s", fl_temporary("nothing.gguf"));
    assert_int_equal(symlink("/nowhere/x", link), 0);
    fl_assert_refused(fl_run("info", link), 1, "nothing.gguf: is a link to nothing");
    unlink(link);
}

static void folders_that_may_not_be_read(void **state) {
    (void)state;
    assert_int_equal(chmod(path, 0), 0);
    bool allowed = access(in_folder("config.json"), F_OK) == 0;
    fl_ran ran = fl_run("info", path);
    assert_int_equal(chmod(path, 0700), 0);
    if (allowed) {
        fl_ran_done(&ran);
        print_message("SKIPPED: this user may read everything\n");
        skip();
    }
    fl_assert_refused(ran, 1, "/config.json: cannot be opened: Permission denied");
}

static void other_weights_are_named(void **state) {
    (void)state;
    fl_assert_refused(without("model.safetensors.index.json"), 1,
                      "no model.safetensors.index.json|it holds model-00001-of-00002.safetensors, "
                      "which is one of several files");
}

static void other_formats_are_named(void **state) {
    (void)state;
    char config[300], other[300];
    size_t length;
    char *text = fl_read_file(in_folder("config.json"), &length);
    snprintf(config, sizeof config, "%s", fl_write_temporary("config.json", text, length));
    snprintf(other, sizeof other, "%s", fl_write_temporary("pytorch_model.bin", "PK", 2));
    *strrchr(config, '/') = '\0';
    fl_assert_refused(fl_run("trace", config, "--ids", "1"), 1,
                      "it holds pytorch_model.bin, a PyTorch checkpoint");
    unlink(other);
    fl_assert_refused(fl_run("trace", config, "--ids", "1"), 1, "no model.safetensors.index.json");
    unlink(fl_temporary("config.json"));
    free(text);
}

static const char pointer[] = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n";

static void pointers_of_git_lfs(void **state) {
    (void)state;
    put("model.safetensors", pointer);
    fl_assert_refused(fl_run("info", path), 1, "/model.safetensors: is a Git LFS pointer");
    unlink(in_folder("model.safetensors"));
    put("tokenizer.json", pointer);
    fl_assert_refused(fl_run("trace", path), 1, "/tokenizer.json: is a Git LFS pointer");
    unlink(in_folder("tokenizer.json"));
    static const char *const names[] = {"x.gguf", "x.bin", "tokenizer.model"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *file = fl_write_temporary(names[i], pointer, sizeof pointer - 1);
        fl_assert_refused(fl_run("tokenize", file), 1, "is a Git LFS pointer");
        unlink(file);
    }
}

static void a_configuration_that_is_a_list(void **state) {
    (void)state;
    char config[300];
    snprintf(config, sizeof config, "%s", fl_write_temporary("config.json", "[1]", 3));
    *strrchr(config, '/') = '\0';
    fl_assert_refused(fl_run("info", config), 1, "holds a list, expected a configuration object");
    unlink(fl_temporary("config.json"));
}

/* Beyond its own context such a model would turn by other angles. */
static void dynamic_scaling_is_named(void **state) {
    (void)state;
    char place[] = "/tmp/footlight-dynamic-XXXXXX";
    hf_folder dynamic = {.config = "{\"model_type\":\"llama\",\"rope_scaling\":{\"rope_type\":"
                                   "\"dynamic\",\"factor\":2.0}," HF_SIZES "}"};
    hf_write(&dynamic);
    hf_save(&dynamic, place);
    fl_assert_refused(fl_run("trace", place, "--ids", "1", "-n", "40"), 1,
                      "-n: found 40|at most 32; dynamic rope scaling beyond that is not supported");
    fl_assert_refused(fl_run("trace", place, "--ids", "1", "--ctx", "40"), 1,
                      "--ctx: found 40|without dynamic rope scaling");
    fl_ran ran = fl_run("generate", place, "--ids", "1", "-n", "40", "--ignore-eos");
    assert_int_equal(ran.status, 0);
    fl_assert_says(ran.err, "32 positions, the model's context without dynamic rope scaling");
    fl_ran_done(&ran);
    hf_remove(&dynamic, place);
    hf_done(&dynamic);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_to_nothing),
        cmocka_unit_test(folders_that_may_not_be_read),
        cmocka_unit_test(other_weights_are_named),
        cmocka_unit_test(other_formats_are_named),
        cmocka_unit_test(pointers_of_git_lfs),
        cmocka_unit_test(a_configuration_that_is_a_list),
        cmocka_unit_test(dynamic_scaling_is_named),
    };
    return cmocka_run_group_tests(tests, save, delete);
}
