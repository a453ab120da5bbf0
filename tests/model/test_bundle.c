/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Bundled files: every name opens, the published configurations have the published totals, and the
 * bytes in the program are the bytes under assets/.
 */
#include "model/opened.h"

#include "model/bundle.h"

static void published_totals(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int64_t parameters;
    } published[] = {
        {"llama-2-7b", 6738415616},   {"llama-2-13b", 13015864320},   {"llama-2-70b", 68976648192},
        {"llama-3.1-8b", 8030261248}, {"llama-3.1-70b", 70553706496}, {"llama-3.2-1b", 1235814400},
        {"mistral-7b", 7241732096},   {"tinyllama-1.1b", 1100048384}, {"qwen2.5-7b", 7615616512},
        {"qwen3-8b", 8190735360},
    };
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        fl_model *model = assert_opens_file(published[i].name);
        assert_int_equal(fl_parameters(fl_model_hparams(model)), published[i].parameters);
        assert_string_equal(fl_model_name(model), published[i].name);
        assert_false(fl_model_has_weights(model));
        fl_model_close(&model);
    }
}

static void every_name_opens(void **state) {
    (void)state;
    bool runnable;
    size_t n = 0;
    for (const char *name; (name = fl_bundled_name(n, &runnable)); n++) {
        fl_model *model = assert_opens_file(name);
        assert_int_equal(fl_model_has_weights(model), runnable);
        fl_model_close(&model);
    }
    assert_in_range(n, 10, 100);
    assert_null(fl_bundled_name(n, NULL));
    assert_null(fl_bundled_name(SIZE_MAX, NULL));
}

static void bytes_are_the_files(void **state) {
    (void)state;
    static const struct {
        const char *name, *file;
    } rows[] = {
#define FL_BUNDLE(symbol, kind, name, file) {#kind[0] == 'T' ? NULL : name, "assets/" file},
#include "model/bundle.def"
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fl_bytes bundled;
        fl_map map;
        if (!rows[i].name)
            continue;
        assert_true(fl_bundled_find(rows[i].name, &bundled));
        assert_int_equal(fl_map_open(&map, fl_test_path(rows[i].file), NULL), FL_OK);
        assert_int_equal(bundled.length, map.length);
        assert_memory_equal(bundled.data, map.bytes, map.length);
        assert_int_equal(bundled.data[bundled.length], 0);
        fl_map_close(&map);
    }
}

static void details_of_the_configurations(void **state) {
    (void)state;
    fl_model *model = assert_opens_file("mistral-7b");
    assert_int_equal(fl_model_hparams(model)->sliding_window, 4096);
    fl_model_close(&model);
    model = assert_opens_file("llama-3.2-1b");
    assert_int_equal(fl_model_hparams(model)->rope_scaling.kind, FL_ROPE_LLAMA3);
    assert_true(fl_model_hparams(model)->rope_scaling.factor == 32);
    assert_true(fl_model_hparams(model)->tie_word_embeddings);
    fl_model_close(&model);
    model = assert_opens_file("llama-2-7b");
    assert_int_equal(fl_model_weight(model, FL_WEIGHT_ffn_gate, 31)->shape[0], 11008);
    assert_int_equal(fl_model_weight_bytes(model), 2 * 6738415616);
    fl_model_close(&model);
}

static void the_built_in_models_run(void **state) {
    (void)state;
    static const struct {
        const char *name;
        fl_dtype dtype;
    } models[] = {{"builtin", FL_DTYPE_F16},
                  {"builtin:q8_0", FL_DTYPE_Q8_0},
                  {"builtin:q4_0", FL_DTYPE_Q4_0}};
    for (size_t i = 0; i < 3; i++) {
        fl_model *model = assert_opens_file(models[i].name);
        const fl_hparams *h = fl_model_hparams(model);
        assert_true(fl_model_has_weights(model));
        assert_int_equal(h->dtype, models[i].dtype);
        assert_int_equal(fl_parameters(h), 1000576);
        assert_false(h->tie_word_embeddings);
        assert_int_equal(fl_model_vocab(model)->n_pieces, h->vocab_size);
        assert_string_equal(fl_model_vocab(model)->kind, "llama");
        assert_non_null(fl_model_metadata(model, "general.description"));
        fl_model_close(&model);
    }
}

static void prompts_are_the_file(void **state) {
    (void)state;
    const char *prompts = fl_bundled_text("prompts");
    fl_map map;
    assert_non_null(prompts);
    assert_int_equal(fl_map_open(&map, fl_test_path("assets/builtin/prompts.tsv"), NULL), FL_OK);
    assert_int_equal(strlen(prompts), map.length);
    assert_memory_equal(prompts, map.bytes, map.length);
    fl_map_close(&map);
}

static void unknown_names_are_not_found(void **state) {
    (void)state;
    fl_bytes bytes;
    assert_false(fl_bundled_find("llama-2-8b", &bytes));
    assert_false(fl_bundled_find("", &bytes));
    assert_null(fl_bundled_text("llama-2-7b"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_totals),
        cmocka_unit_test(every_name_opens),
        cmocka_unit_test(bytes_are_the_files),
        cmocka_unit_test(details_of_the_configurations),
        cmocka_unit_test(the_built_in_models_run),
        cmocka_unit_test(prompts_are_the_file),
        cmocka_unit_test(unknown_names_are_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
