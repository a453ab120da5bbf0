/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * `info`: the configuration table, its JSON, lists and the diagram.
 */
#include "test.h"

#include "base/text.h"
#include "cli/program.h"

#include <jansson.h>

static json_t *info_json(const char *model) {
    fl_ran ran = fl_run("info", model, "--format", "json");
    fl_assert_ran(&ran);
    json_t *object = json_loads(ran.out, 0, NULL);
    assert_true(json_is_object(object));
    fl_ran_done(&ran);
    return object;
}

static json_int_t get(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

static void has_the_keys_of_the_contract(void **state) {
    (void)state;
    static const char *const keys[] = {
        "model_type",        "hidden_size",         "intermediate_size",
        "num_hidden_layers", "num_attention_heads", "num_key_value_heads",
        "head_dim",          "vocab_size",          "max_position_embeddings",
        "rms_norm_eps",      "rope_theta",          "rope_scaling",
        "hidden_act",        "attention_bias",      "tie_word_embeddings",
        "torch_dtype",       "parameters",          "weight_bytes",
        "rotary_dim",        "gqa_group",           "rope_pairing",
        "tokenizer"};
    json_t *object = info_json("builtin");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_non_null(json_object_get(object, keys[i]));
    json_decref(object);
}

static void values_of_a_grouped_model(void **state) {
    (void)state;
    json_t *object = info_json("llama-3.1-8b");
    assert_int_equal(get(object, "parameters"), 8030261248);
    assert_int_equal(get(object, "gqa_group"), 4);
    assert_int_equal(get(object, "rotary_dim"), 128);
    assert_int_equal(get(object, "rope_theta"), 500000);
    const json_t *scaling = json_object_get(object, "rope_scaling");
    assert_string_equal(json_string_value(json_object_get(scaling, "rope_type")), "llama3");
    assert_int_equal(get(scaling, "factor"), 8);
    assert_int_equal(get(scaling, "original_max_position_embeddings"), 8192);
    assert_string_equal(json_string_value(json_object_get(object, "torch_dtype")), "bfloat16");
    json_decref(object);
}

static void parts_add_up(void **state) {
    (void)state;
    static const char *const models[] = {"llama-2-7b", "llama-3.2-1b", "qwen2.5-7b", "qwen3-8b",
                                         "builtin"};
    static const char *const parts[] = {"parameters_embedding", "parameters_attention",
                                        "parameters_feed_forward", "parameters_norms",
                                        "parameters_head"};
    for (size_t m = 0; m < sizeof models / sizeof *models; m++) {
        json_t *object = info_json(models[m]);
        json_int_t total = 0;
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
            total += get(object, parts[i]);
        assert_int_equal(total, get(object, "parameters"));
        json_decref(object);
    }
}

static void table_explains(void **state) {
    (void)state;
    fl_ran ran = fl_run("info", "builtin");
    fl_assert_ran(&ran);
    fl_assert_says(ran.out, "It has read only");
    fl_assert_says(ran.out, "used in training only, does");
    fl_assert_says(ran.out, "1,000,576");
    fl_assert_says(ran.out, "SentencePiece BPE ");
    fl_assert_says(ran.out, "pieces, byte fallback");
    fl_assert_says(ran.out, "a width, not");
    fl_assert_says(ran.out, "GGUF version 3 ");
    fl_ran_done(&ran);
    ran = fl_run("info", "llama-2-7b");
    fl_assert_ran(&ran);
    fl_assert_says(ran.out, "without weights to run");
    fl_ran_done(&ran);
}

static void lists(void **state) {
    (void)state;
    static const char *const names[] = {
        "builtin ",       "builtin:q8_0", "builtin:q4_0",  "llama-2-7b",   "llama-2-13b",
        "llama-2-70b",    "llama-3.1-8b", "llama-3.1-70b", "llama-3.2-1b", "mistral-7b",
        "tinyllama-1.1b", "qwen2.5-7b",   "qwen3-8b"};
    fl_ran ran = fl_run("info", "--list");
    fl_assert_ran(&ran);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        fl_assert_says(ran.out, names[i]);
    fl_ran_done(&ran);
    ran = fl_run("info", "builtin:q4_0", "--list-tensors");
    fl_assert_ran(&ran);
    fl_assert_says(ran.out, "blk.3.ffn_down.weight");
    fl_assert_says(ran.out, "Q4_0");
    fl_assert_says(ran.out, "39 tensors");
    fl_ran_done(&ran);
}

static void diagram_carries_the_shapes(void **state) {
    (void)state;
    fl_ran ran = fl_run("info", "qwen3-8b", "--diagram"),
           plain = fl_run("info", "qwen2.5-7b", "--diagram", "--ascii");
    fl_assert_ran(&ran);
    fl_assert_says(ran.out, "36 blocks");
    fl_assert_says(ran.out, "q_norm");
    fl_assert_says(ran.out, "[1, T, 12288]   Wg [12288, 4096]");
    fl_assert_says(ran.out, "[1, 8, S, 128]");
    fl_assert_ran(&plain);
    assert_null(strstr(plain.out, "q_norm"));
    fl_assert_says(plain.out, "+ bias: 4 heads");
    for (const char *c = plain.out; *c; c++)
        assert_true((unsigned char)*c < 0x80 && *c != '?');
    fl_assert_says(plain.out, "T tokens go in, P are cached from before, S = P + T; R rows");
    assert_null(strstr(plain.out, "or more back")); /* it has no window */
    fl_ran_done(&ran);
    fl_ran_done(&plain);
    ran = fl_run("info", "mistral-7b", "--diagram");
    fl_assert_says(ran.out, "later tokens hidden\n");
    fl_assert_says(ran.out, "and those 4096 or more back\n");
    fl_assert_says(ran.out, "each shared by 4 query heads\n");
    fl_ran_done(&ran);
    ran = fl_run("info", "llama-2-7b", "--diagram");
    fl_assert_says(ran.out, "one for each query head\n");
    fl_ran_done(&ran);
}

/* What people read has lines of at most 80 columns where there is no terminal to ask. */
static void prose_keeps_to_80_columns(void **state) {
    (void)state;
    static const char *const models[] = {"llama-2-7b", "llama-3.1-70b", "mistral-7b",
                                         "qwen2.5-7b", "qwen3-8b",      "builtin"};
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        fl_ran table = fl_run("info", models[i]), diagram = fl_run("info", models[i], "--diagram");
        assert_in_range(fl_widest_line(table.out), 40, 80);
        assert_in_range(fl_widest_line(diagram.out), 40, 80);
        fl_ran_done(&table);
        fl_ran_done(&diagram);
    }
}

static void lists_as_json(void **state) {
    (void)state;
    fl_ran ran = fl_run("info", "--list", "--format", "json");
    fl_assert_ran(&ran);
    json_t *list = json_loads(ran.out, 0, NULL);
    assert_int_equal(json_array_size(list), 13);
    const json_t *first = json_array_get(list, 0), *plan = json_array_get(list, 3);
    assert_string_equal(json_string_value(json_object_get(first, "name")), "builtin");
    assert_true(json_is_true(json_object_get(first, "runs")));
    assert_true(json_is_false(json_object_get(plan, "runs")));
    json_decref(list);
    fl_ran_done(&ran);
    ran = fl_run("info", "builtin", "--list-tensors", "--format", "json");
    fl_assert_ran(&ran);
    list = json_loads(ran.out, 0, NULL);
    assert_int_equal(json_array_size(list), 39);
    first = json_array_get(list, 0);
    assert_string_equal(json_string_value(json_object_get(first, "name")), "token_embd.weight");
    assert_int_equal(get(first, "bytes"), 2 * 1024 * 128);
    assert_true(get(first, "offset") % 32 == 0);
    json_decref(list);
    fl_ran_done(&ran);
    fl_assert_refused(fl_run("info", "--diagram", "--format", "json"), 2, "--diagram");
    fl_assert_refused(fl_run("info", "--list", "--diagram"), 2, "--list|expected one");
}

static void a_bare_configuration_is_enough(void **state) {
    (void)state;
    FL_NEED_DATA("derived/hf-stories260K/config.json");
    json_t *object = info_json(fl_test_data("derived/hf-stories260K/config.json"));
    assert_int_equal(get(object, "hidden_size"), 64);
    assert_int_equal(get(object, "parameters"), 260032);
    assert_string_equal(json_string_value(json_object_get(object, "rope_pairing")), "half");
    json_decref(object);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_the_keys_of_the_contract),
        cmocka_unit_test(values_of_a_grouped_model),
        cmocka_unit_test(parts_add_up),
        cmocka_unit_test(table_explains),
        cmocka_unit_test(lists),
        cmocka_unit_test(diagram_carries_the_shapes),
        cmocka_unit_test(prose_keeps_to_80_columns),
        cmocka_unit_test(lists_as_json),
        cmocka_unit_test(a_bare_configuration_is_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
