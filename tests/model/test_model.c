/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Opening by name: paths, bundled names, and what is said about everything that is neither.
 */
#include "model/opened.h"

#include <sys/stat.h>
#include <unistd.h>

/* Tests run in a folder of their own. */
static char folder[] = "/tmp/footlight-model-XXXXXX";

static int enter(void **state) {
    (void)state;
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave(void **state) {
    (void)state;
    return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static void write_file(const char *name, const void *bytes, size_t length) {
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    fclose(file);
}

static void refused(const char *name, fl_status status, const char *words) {
    fl_model *model = (fl_model *)(uintptr_t)1;
    fl_diag diag;
    assert_int_equal(fl_model_open(&model, name, &diag), status);
    if (!strstr(diag.message, words))
        print_error("%s: %s\n", name, diag.message);
    assert_non_null(strstr(diag.message, words));
    assert_string_equal(diag.subject, name);
    assert_null(model);
}

static void opens_a_path(void **state) {
    (void)state;
    gguf_writer w = gguf_start();
    gguf_llama(&w, &gguf_tiny);
    gguf_finish(&w, GGUF_WHOLE);
    write_file("tiny", w.file.data, w.file.length);
    static const char *const names[] = {"tiny", "./tiny"};
    for (size_t i = 0; i < 2; i++) {
        fl_model *model = assert_opens_file(names[i]);
        assert_string_equal(fl_model_name(model), names[i]);
        assert_true(fl_model_has_weights(model));
        const float *row = fl_model_weight(model, FL_WEIGHT_token_embd, -1)->data;
        assert_true(row[0] == 0);
        fl_model_close(&model);
        assert_null(model);
    }
    unlink("tiny");
    gguf_done(&w);
}

static void a_bundled_name_wins_and_a_slash_means_a_path(void **state) {
    (void)state;
    write_file("llama-2-7b", "no model", 8);
    fl_model *model = assert_opens_file("llama-2-7b");
    assert_string_equal(fl_model_format(model), "config");
    fl_model_close(&model);
    refused("./llama-2-7b", FL_ERR_FORMAT, "begins with bytes 6e 6f 20 6d");
    unlink("llama-2-7b");
    refused("./llama-2-7b", FL_ERR_IO, "No such file");
}

static void says_what_else_was_meant(void **state) {
    (void)state;
    refused("llama-3-7b", FL_ERR_IO, "neither a file nor a bundled name (footlight info --list");
    refused("", FL_ERR_IO, "the empty name is neither a file nor a bundled name");
    refused("./missing.gguf", FL_ERR_IO, "No such file");
    refused("/", FL_ERR_IO, "is a directory without a config.json");
    refused("/dev/null", FL_ERR_IO, "not a regular file");
}

static void refuses_empty_files_and_pipes(void **state) {
    (void)state;
    write_file("empty.gguf", "", 0);
    refused("empty.gguf", FL_ERR_FORMAT, "is empty");
    unlink("empty.gguf");
    assert_int_equal(mkfifo("pipe.gguf", 0600), 0);
    refused("pipe.gguf", FL_ERR_IO, "not a regular file");
    unlink("pipe.gguf");
    assert_int_equal(symlink("loop.gguf", "loop.gguf"), 0);
    refused("./loop.gguf", FL_ERR_IO, "cannot be opened");
    unlink("loop.gguf");
}

static void names_formats_it_knows_but_does_not_read(void **state) {
    (void)state;
    assert_refused_bytes("pytorch_model.bin", "PK\3\4........................", 28,
                         FL_ERR_UNSUPPORTED, "a zip archive");
    assert_refused_bytes("old.bin", "tjgg\3\0\0\0....................", 28, FL_ERR_UNSUPPORTED,
                         "a ggml file from before GGUF");
}

static const char config[] =
    "{\"model_type\": \"llama\", \"hidden_size\": 8, \"intermediate_size\": 8, "
    "\"num_hidden_layers\": 1, \"num_attention_heads\": 2, \"vocab_size\": 4, "
    "\"max_position_embeddings\": 8}";

/* What a reader finds beside the file it was given, on disk or handed over. */
static void finds(fl_model *model, const char *path) {
    static const char *const strangers[] = {"", ".", "..", "../part", "a/part", "/part"};
    fl_diag diag;
    size_t first, again;
    assert_true(fl_model_has_beside(model, "part"));
    assert_false(fl_model_has_beside(model, "other"));
    assert_int_equal(fl_model_open_beside(model, "part", &first, &diag), FL_OK);
    assert_int_equal(fl_model_open_beside(model, "part", &again, &diag), FL_OK);
    assert_int_equal(first, 1);
    assert_int_equal(again, 1);
    assert_string_equal(fl_model_file(model, 1), path);
    assert_null(fl_model_file(model, 2));
    assert_memory_equal(model->files[1].bytes, "bytes", 5);
    assert_int_equal(fl_model_open_beside(model, "other", &again, &diag), FL_ERR_IO);
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++)
        assert_int_equal(fl_model_open_beside(model, strangers[i], &again, &diag), FL_ERR_FORMAT);
}

static void finds_what_lies_beside(void **state) {
    (void)state;
    fl_diag diag;
    fl_model *model = NULL;
    mkdir("a", 0700);
    write_file("a/config.json", config, strlen(config));
    write_file("a/part", "bytes", 5);
    static const char *const names[] = {"./a", "a/", "a/config.json"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        model = assert_opens_file(names[i]);
        assert_string_equal(fl_model_name(model), names[i]);
        finds(model, i == 0 ? "./a/part" : "a/part");
        fl_model_close(&model);
    }
    unlink("a/config.json");
    unlink("a/part");
    rmdir("a");
    fl_file files[] = {{"config.json", (const uint8_t *)config, strlen(config)},
                       {"part", (const uint8_t *)"bytes", 5}};
    assert_int_equal(fl_model_open_files(&model, files, 2, &diag), FL_OK);
    finds(model, "part");
    fl_model_close(&model);
}

static void closing_nothing_is_fine(void **state) {
    (void)state;
    fl_model *model = NULL;
    fl_model_close(&model);
    fl_model_close(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_a_path),
        cmocka_unit_test(a_bundled_name_wins_and_a_slash_means_a_path),
        cmocka_unit_test(says_what_else_was_meant),
        cmocka_unit_test(refuses_empty_files_and_pipes),
        cmocka_unit_test(names_formats_it_knows_but_does_not_read),
        cmocka_unit_test(finds_what_lies_beside),
        cmocka_unit_test(closing_nothing_is_fine),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
