/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * `generate`: prompt, continuation, line feed; sampling that a seed repeats.
 */
#include "test.h"

#include "cli/program.h"

static void prompt_continuation_line_feed(void **state) {
    (void)state;
    fl_ran ran = fl_run("generate", "-p", "The capital of France is", "-n", "1");
    fl_assert_ran(&ran);
    assert_string_equal(ran.out, "The capital of France is Paris\n");
    fl_ran_done(&ran);
    ran = fl_run("generate", "-p", "The capital of France is", "-n", "0");
    fl_assert_ran(&ran);
    assert_string_equal(ran.out, "The capital of France is\n");
    fl_ran_done(&ran);
}

static void prompt_from_everywhere(void **state) {
    (void)state;
    fl_how typed = {.input = "The capital of France is\n"};
    const char *path = fl_write_temporary("prompt", "The capital of France is\n", 25);
    fl_ran expected = fl_run("generate", "-n", "5"); /* the default prompt */
    fl_ran input = fl_run_how(typed, "generate", "-n", "5", "-f", "-");
    fl_ran file = fl_run("generate", "-n", "5", "-f", path);
    fl_ran ids = fl_run("generate", "-n", "5", "--ids", fl_default_ids());
    fl_assert_ran(&input);
    assert_string_equal(input.out, expected.out);
    assert_string_equal(file.out, expected.out);
    assert_string_equal(ids.out, expected.out);
    fl_ran_done(&expected);
    fl_ran_done(&input);
    fl_ran_done(&file);
    fl_ran_done(&ids);
    remove(path);
}

static void any_bytes_are_a_prompt(void **state) {
    (void)state;
    fl_how odd = {.input = "a\xff\x1b[31m\xc3\xa9"};
    fl_ran ran = fl_run_how(odd, "generate", "-n", "0", "-f", "-");
    fl_assert_ran(&ran);
    assert_string_equal(ran.out, "a\xef\xbf\xbd\\x1b[31m\xc3\xa9\n");
    fl_ran_done(&ran);
}

static void seeds_repeat(void **state) {
    (void)state;
    fl_ran first = fl_run("generate", "--temp", "1", "--seed", "3", "-n", "30", "--ignore-eos");
    fl_ran again =
        fl_run("generate", "--temp", "1", "--seed", "3", "-n", "30", "--ignore-eos", "-t", "1");
    bool differs = false;
    static const char *const seeds[] = {"4", "5", "6"};
    fl_assert_ran(&first);
    assert_string_equal(first.out, again.out);
    for (size_t i = 0; i < 3; i++) {
        fl_ran other =
            fl_run("generate", "--temp", "1", "--seed", seeds[i], "-n", "30", "--ignore-eos");
        differs |= strcmp(other.out, first.out) != 0;
        fl_ran_done(&other);
    }
    assert_true(differs);
    fl_ran_done(&first);
    fl_ran_done(&again);
}

static void narrow_choices_are_greedy(void **state) {
    (void)state;
    fl_ran greedy = fl_run("generate", "-n", "20");
    fl_ran one = fl_run("generate", "-n", "20", "--temp", "2", "--top-k", "1", "--seed", "9");
    fl_ran mass =
        fl_run("generate", "-n", "20", "--temp", "0.5", "--top-p", "0.000001", "--seed", "9");
    fl_assert_ran(&greedy);
    assert_string_equal(one.out, greedy.out);
    assert_string_equal(mass.out, greedy.out);
    fl_ran_done(&greedy);
    fl_ran_done(&one);
    fl_ran_done(&mass);
}

static void stops_where_the_context_is_full(void **state) {
    (void)state;
    fl_ran ran =
        fl_run("generate", "--ctx", "8", "--ids", fl_default_ids(), "-n", "50", "--ignore-eos");
    fl_ran same = fl_run("generate", "--ids", fl_default_ids(), "-n", "3", "--ignore-eos");
    assert_int_equal(ran.status, 0);
    assert_string_equal(ran.err, "footlight: the context is full after 3 tokens: 8 positions, the "
                                 "context asked for\n");
    assert_string_equal(ran.out, same.out);
    fl_ran_done(&ran);
    fl_ran_done(&same);
    ran = fl_run("generate", "--ctx", "8", "--ids", fl_default_ids(), "-n", "3", "--ignore-eos");
    fl_assert_ran(&ran); /* as many as were asked for */
    fl_ran_done(&ran);
}

/* A model whose last norm has lost its weights: logits that are not numbers choose id 0. */
static void nan_logits_choose_id_0_with_a_warning(void **state) {
    (void)state;
    size_t length;
    char *bytes = fl_read_file(fl_test_path("assets/builtin/builtin.gguf"), &length);
    fl_ran tensors = fl_run("info", "--list-tensors");
    const char *row = strstr(tensors.out, "output_norm.weight");
    assert_non_null(row);
    const char *at = strstr(row, "512");
    size_t offset = strtoul(at + 3, NULL, 10);
    assert_true(offset > 0 && offset + 512 < length);
    for (size_t i = 0; i < 128; i++)
        memcpy(bytes + offset + 4 * i, "\0\0\xc0\x7f", 4);
    const char *path = fl_write_temporary("nan.gguf", bytes, length);
    fl_ran ran = fl_run("generate", path, "-n", "2");
    assert_int_equal(ran.status, 0);
    assert_string_equal(ran.out, "The capital of France is<unk><unk>\n");
    assert_non_null(strstr(ran.err, "warning: pass 0: the logits are not numbers (NaN), id 0"));
    fl_ran_done(&ran);
    ran = fl_run("trace", path, "--format", "jsonl", "--stages", "logits");
    assert_int_equal(ran.status, 0);
    assert_non_null(strstr(ran.out, "\"min\":null,\"max\":null,\"argmin\":null"));
    assert_non_null(strstr(ran.out, "\"nan\":1024"));
    assert_non_null(strstr(ran.err, "warning: "));
    fl_ran_done(&ran);
    ran = fl_run("trace", path, "--stages", "resid_post"); /* goes no further than the layers */
    assert_int_equal(ran.status, 0);
    assert_null(strstr(ran.err, "warning: "));
    fl_ran_done(&ran);
    fl_ran_done(&tensors);
    free(bytes);
    remove(path);
}

static const char once[] =
    "Once upon a time, there was a little girl named Lily. She loved to play outside in the park. "
    "One "
    "day, she saw a big, red ball. She wanted to play with it, but it was too high.\n";

static void stories_letter_for_letter(void **state) {
    (void)state;
    FL_NEED_DATA("stories260K.bin");
    fl_ran ran = fl_run("generate", fl_test_data("stories260K.bin"), "--tokenizer",
                        fl_test_data("tok512.bin"), "-p", "Once upon a time", "-n", "100");
    fl_assert_ran(&ran);
    assert_int_equal(strncmp(ran.out, once, sizeof once - 1), 0);
    fl_ran_done(&ran);
    ran = fl_run("generate", fl_test_data("stories260K.bin"), "--tokenizer",
                 fl_test_data("tok512.bin"), "-p", "The little dog", "-n", "400");
    fl_assert_ran(&ran);
    /* it ends by itself, and BOS is not printed */
    static const char end[] = "They played together every day.\n";
    assert_true(ran.out_length > sizeof end);
    assert_string_equal(ran.out + ran.out_length - (sizeof end - 1), end);
    fl_ran_done(&ran);
}

/* With --ids no tokenizer is needed: ids are written as elsewhere. */
static void ids_without_a_tokenizer(void **state) {
    (void)state;
    FL_NEED_DATA("stories260K.bin");
    size_t length;
    char *bytes = fl_read_file(fl_test_data("stories260K.bin"), &length);
    const char *path = fl_write_temporary("alone.bin", bytes, length);
    fl_ran ran = fl_run("generate", path, "--ids", "1,2,3", "-n", "0");
    fl_assert_ran(&ran);
    assert_string_equal(ran.out, "#1 #2 #3\n");
    fl_ran_done(&ran);
    ran = fl_run("generate", path, "--ids", "1,2,3", "-n", "3");
    fl_assert_ran(&ran);
    int a, b, c, end = 0;
    assert_int_equal(sscanf(ran.out, "#1 #2 #3 #%d #%d #%d%n", &a, &b, &c, &end), 3);
    assert_string_equal(ran.out + end, "\n");
    fl_ran_done(&ran);
    fl_assert_refused(fl_run("generate", path, "-p", "Once"), 1, "alone.bin|carries no tokenizer");
    free(bytes);
    remove(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prompt_continuation_line_feed),
        cmocka_unit_test(prompt_from_everywhere),
        cmocka_unit_test(any_bytes_are_a_prompt),
        cmocka_unit_test(seeds_repeat),
        cmocka_unit_test(narrow_choices_are_greedy),
        cmocka_unit_test(stops_where_the_context_is_full),
        cmocka_unit_test(nan_logits_choose_id_0_with_a_warning),
        cmocka_unit_test(stories_letter_for_letter),
        cmocka_unit_test(ids_without_a_tokenizer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
