/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What `info` says of the files themselves: a Hugging Face folder in two files, and GGUF.
 */
#include "cli/program.h"
#include "model/hf_writer.h"

#include <jansson.h>
#include <unistd.h>

static hf_folder folder = {.config = HF_TIED, .shards = 2, .type = FL_DTYPE_BF16};
static char path[] = "/tmp/footlight-info-XXXXXX";

/* A template that would take over a terminal, and is too long to show. */
static int save(void **state) {
    (void)state;
    hf_write(&folder);
    fl_buffer *file = &folder.buffers[folder.n_files];
    fl_buffer_puts(file, "{% hostile %}\x1b]0;title\x07\n");
    while (file->length < 1998)
        fl_buffer_puts(file, "é");
    hf_add_file(&folder, "chat_template.jinja");
    hf_save(&folder, path);
    return 0;
}

static int delete (void **state) {
    (void)state;
    hf_remove(&folder, path);
    hf_done(&folder);
    return 0;
}

static json_t *json_of(fl_ran ran) {
    fl_assert_ran(&ran);
    json_t *root = json_loads(ran.out, 0, NULL);
    assert_non_null(root);
    fl_ran_done(&ran);
    return root;
}

static void tells_types_and_template(void **state) {
    (void)state;
    fl_ran ran = fl_run("info", path);
    fl_assert_ran(&ran);
    fl_assert_says(ran.out, "\nStored as BF16 (20 tensors, ");
    fl_assert_says(ran.out, "Chat template, shown and never run (1,998 bytes, cut here):");
    fl_assert_says(ran.out, "{% hostile %}\\x1b]0;title\\x07\n");
    assert_null(strpbrk(ran.out, "\x1b\x07"));
    assert_true(strlen(ran.out) < 8000);
    fl_ran_done(&ran);
    json_t *root = json_of(fl_run("info", path, "--format", "json"));
    const json_t *mix = json_object_get(json_object_get(root, "tensor_types"), "BF16");
    assert_int_equal(json_integer_value(json_object_get(mix, "tensors")), 20);
    assert_int_equal(json_string_length(json_object_get(root, "chat_template")), 1998);
    assert_string_equal(json_string_value(json_object_get(root, "format")), "safetensors, 2 files");
    assert_true(json_is_null(json_object_get(root, "notes")));
    json_decref(root);
    ran = fl_run("info", "builtin:q4_0");
    fl_assert_says(ran.out, "Stored as F32 (9 tensors, ");
    fl_assert_says(ran.out, "Q4_0 (30 tensors, ");
    fl_ran_done(&ran);
    ran = fl_run("info", "llama-2-7b");
    fl_assert_says(ran.out, "To be stored as F16 (291 tensors, ");
    fl_ran_done(&ran);
}

/* A tokenizer beside the model is told, and makes no line too long. */
static void tells_the_tokenizer_beside(void **state) {
    (void)state;
    FL_NEED_DATA("derived/hf-stories260K/tokenizer.json");
    fl_ran ran = fl_run("info", fl_test_data("derived/hf-stories260K"));
    fl_assert_ran(&ran);
    fl_assert_says(ran.out, "SentencePiece BPE ");
    fl_assert_says(ran.out, "pieces, byte fallback");
    const char *table = strstr(ran.out, "model_type");
    assert_in_range(fl_widest_line(table), 40, 80);
    fl_ran_done(&ran);
}

/* A broken one is no error of `info`, and is told. */
static void tells_why_a_tokenizer_cannot_be_used(void **state) {
    (void)state;
    char file[300];
    snprintf(file, sizeof file, "%s/tokenizer.json", path);
    FILE *out = fopen(file, "wb");
    assert_non_null(out);
    assert_int_equal(fputs("{\"model\":", out) < 0, 0);
    assert_int_equal(fclose(out), 0);
    fl_ran ran = fl_run("info", path);
    json_t *root = json_of(fl_run("info", path, "--format", "json"));
    unlink(file);
    fl_assert_ran(&ran);
    fl_assert_says(ran.out, "cannot be used:");
    const char *told = json_string_value(json_object_get(root, "tokenizer"));
    assert_non_null(told);
    fl_assert_says(told, "cannot be used: tokenizer.json: JSON: found the end");
    json_decref(root);
    fl_ran_done(&ran);
    root = json_of(fl_run("info", path, "--format", "json"));
    assert_true(json_is_null(json_object_get(root, "tokenizer")));
    json_decref(root);
}

static void tells_a_kind_that_is_not_known(void **state) {
    (void)state;
    size_t length;
    char *bytes = fl_read_file(fl_test_path("assets/builtin/builtin.gguf"), &length);
    char *kind = NULL;
    for (size_t i = 0; !kind && i + 27 < length; i++)
        if (memcmp(bytes + i, "ggml.model", 10) == 0)
            kind = bytes + i + 22; /* behind a type and a length */
    assert_non_null(kind);
    assert_memory_equal(kind, "llama", 5);
    memcpy(kind, "other", 5);
    const char *file = fl_write_temporary("other.gguf", bytes, length);
    fl_ran ran = fl_run("info", file);
    unlink(file);
    fl_assert_ran(&ran);
    fl_assert_says(ran.out, "cannot be used: tokenizer kind");
    fl_ran_done(&ran);
    free(bytes);
}

static void lists_tensors_with_their_file(void **state) {
    (void)state;
    fl_ran ran = fl_run("info", path, "--list-tensors");
    fl_assert_ran(&ran);
    fl_assert_says(ran.out, "20 tensors\n");
    fl_assert_says(ran.out, "model.embed_tokens.weight");
    fl_assert_says(ran.out, "model-00001-of-00002.safetensors");
    fl_assert_says(ran.out, "model-00002-of-00002.safetensors");
    fl_ran_done(&ran);
    json_t *list = json_of(fl_run("info", path, "--list-tensors", "--format", "json"));
    assert_int_equal(json_array_size(list), 20);
    size_t i;
    const json_t *row;
    json_array_foreach(list, i, row) {
        const char *file = json_string_value(json_object_get(row, "file"));
        assert_true(file && strncmp(file, "model-0000", 10) == 0);
        assert_true(json_integer_value(json_object_get(row, "offset")) > 8);
        assert_true(json_integer_value(json_object_get(row, "bytes")) > 0);
    }
    json_decref(list);
    list = json_of(fl_run("info", "llama-2-7b", "--list-tensors", "--format", "json"));
    assert_true(json_is_null(json_object_get(json_array_get(list, 0), "file")));
    json_decref(list);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_types_and_template),
        cmocka_unit_test(tells_the_tokenizer_beside),
        cmocka_unit_test(tells_why_a_tokenizer_cannot_be_used),
        cmocka_unit_test(tells_a_kind_that_is_not_known),
        cmocka_unit_test(lists_tensors_with_their_file),
    };
    return cmocka_run_group_tests(tests, save, delete);
}
