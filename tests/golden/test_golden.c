/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */

/* Every event of a run against the float64 numbers of reference.py, at 1, 2 and 4 threads. */
#include "test.h"

#include "golden/compare.h"

/* The scalar kernels are the reference; NULL is whatever this machine would choose. */
static void compare_model(const char *csv, const char *name) {
    static const int threads[] = {1, 2, 4};
    static const char *const isas[] = {"scalar", NULL};
    struct golden g;
    fl_model *model = NULL;
    fl_diag diag;
    assert_true(golden_load(&g, fl_test_path(csv)));
    if (fl_model_open(&model, name, &diag) != FL_OK)
        fail_msg("%s: %s", name, diag.message);
    for (size_t i = 0; i < sizeof isas / sizeof *isas; i++)
        for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
            fl_session_options how = fl_session_defaults();
            how.threads = threads[t];
            how.isa = isas[i];
            golden_compare(model, &g, &how, GOLDEN_RELATIVE);
        }
    fl_model_close(&model);
    golden_free(&g);
}

static void stories_prefill_and_decode(void **state) {
    (void)state;
    FL_NEED_DATA("stories260K.bin");
    compare_model("tests/golden/stories260K.csv", fl_test_data("stories260K.bin"));
}

static void stories_in_chunks_with_all_logits(void **state) {
    (void)state;
    FL_NEED_DATA("stories260K.bin");
    compare_model("tests/golden/stories260K-chunked.csv", fl_test_data("stories260K.bin"));
}

/* A golden file of other weights would fail below in a thousand lines; this says it in one. */
static void builtin_file_is_of_these_weights(void **state) {
    (void)state;
    char command[1100];
    snprintf(command, sizeof command, "sh '%s' --check", fl_test_path("tests/golden/make.sh"));
    assert_int_equal(system(command), 0);
}

static void builtin_prefill_and_decode(void **state) {
    (void)state;
    compare_model("tests/golden/builtin.csv", "builtin");
}

/* The prompt the file was made from encodes to the ids it holds: two tokenizers, one answer. */
static void builtin_prompt_encodes_alike(void **state) {
    (void)state;
    struct golden g;
    fl_model *model = NULL;
    fl_tokenizer *tokenizer = NULL;
    int32_t *ids = NULL;
    size_t n = 0;
    assert_true(golden_load(&g, fl_test_path("tests/golden/builtin.csv")));
    assert_int_equal(fl_model_open(&model, "builtin", NULL), FL_OK);
    assert_int_equal(fl_tokenizer_new(&tokenizer, fl_model_vocab(model), NULL), FL_OK);
    assert_int_equal(fl_encode(tokenizer, g.prompt, strlen(g.prompt), true, false, &ids, &n, NULL),
                     FL_OK);
    assert_int_equal(n, g.n_ids);
    assert_memory_equal(ids, g.ids, n * sizeof *ids);
    free(ids);
    fl_tokenizer_free(&tokenizer);
    fl_model_close(&model);
    golden_free(&g);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(builtin_file_is_of_these_weights),
        cmocka_unit_test(builtin_prompt_encodes_alike),
        cmocka_unit_test(builtin_prefill_and_decode),
        cmocka_unit_test(stories_prefill_and_decode),
        cmocka_unit_test(stories_in_chunks_with_all_logits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
