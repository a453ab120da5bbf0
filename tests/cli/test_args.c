/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The command line, taken apart.
 */
#include "test.h"

#include "cli/args.h"

#include "cli/values.h"

static fl_args args;
static fl_diag diag;

static fl_status parse(const char *const *words) {
    char *argv[16] = {(char *)(uintptr_t) "footlight"};
    int argc = 1;
    for (; words[argc - 1]; argc++)
        argv[argc] = (char *)(uintptr_t)words[argc - 1];
    return fl_args_parse(&args, argc, argv, &diag);
}
#define PARSE(...) parse((const char *const[]){__VA_ARGS__, NULL})

static const fl_option_value *value(fl_option option) {
    return &args.values[option];
}

static void first_word_is_a_command_or_the_model_of_step(void **state) {
    (void)state;
    assert_int_equal(parse((const char *const[]){NULL}), FL_OK);
    assert_int_equal(args.command, FL_COMMAND_step);
    assert_null(args.subject);
    assert_int_equal(PARSE("shapes", "llama-2-7b"), FL_OK);
    assert_int_equal(args.command, FL_COMMAND_shapes);
    assert_string_equal(args.subject, "llama-2-7b");
    assert_int_equal(PARSE("model.gguf"), FL_OK);
    assert_int_equal(args.command, FL_COMMAND_step);
    assert_string_equal(args.subject, "model.gguf");
    /* what contains a slash is a path, whatever it is called */
    assert_int_equal(PARSE("./shapes"), FL_OK);
    assert_int_equal(args.command, FL_COMMAND_step);
}

static void options_may_stand_before_the_command(void **state) {
    (void)state;
    assert_int_equal(PARSE("-p", "trace", "generate", "x.gguf"), FL_OK);
    assert_int_equal(args.command, FL_COMMAND_generate);
    assert_string_equal(args.subject, "x.gguf");
    assert_string_equal(value(FL_OPTION_prompt)->text, "trace");
}

static void values_in_all_spellings(void **state) {
    (void)state;
    assert_int_equal(PARSE("trace", "-n3", "--temp=0.5", "--seed", "7", "-p", "-x"), FL_OK);
    assert_int_equal(value(FL_OPTION_trace_n)->count, 3);
    assert_true(value(FL_OPTION_temp)->number == 0.5);
    assert_int_equal(value(FL_OPTION_seed)->count, 7);
    assert_string_equal(value(FL_OPTION_prompt)->text, "-x");
    assert_int_equal(PARSE("trace", "--", "-strange.gguf"), FL_OK);
    assert_string_equal(args.subject, "-strange.gguf");
    assert_int_equal(PARSE("trace", "--prompt="), FL_OK);
    assert_string_equal(value(FL_OPTION_prompt)->text, "");
    assert_true(value(FL_OPTION_prompt)->given);
}

static void defaults_are_those_of_the_table(void **state) {
    (void)state;
    assert_int_equal(PARSE("shapes"), FL_OK);
    assert_int_equal(value(FL_OPTION_tokens)->count, 5);
    assert_false(value(FL_OPTION_tokens)->given);
    assert_int_equal(value(FL_OPTION_memory)->count, 512 << 20);
    assert_int_equal(value(FL_OPTION_generate_n)->count, 100);
    assert_int_equal(value(FL_OPTION_trace_n)->count, 1);
    assert_int_equal(value(FL_OPTION_chunk)->count, 512);
    assert_null(value(FL_OPTION_threads)->text);
}

static void sizes_and_spans(void **state) {
    (void)state;
    assert_int_equal(PARSE("trace", "--memory", "2G", "--layers", "3-5", "--heads", "7"), FL_OK);
    assert_int_equal(value(FL_OPTION_memory)->count, (int64_t)2 << 30);
    assert_int_equal(value(FL_OPTION_layers)->count, 3);
    assert_int_equal(value(FL_OPTION_layers)->last, 5);
    assert_int_equal(value(FL_OPTION_heads)->count, 7);
    assert_int_equal(value(FL_OPTION_heads)->last, 7);
    assert_int_equal(PARSE("trace", "--memory", "64KiB"), FL_OK);
    assert_int_equal(value(FL_OPTION_memory)->count, 65536);
}

static void refused(const char *const *words, const char *subject, const char *part) {
    assert_int_equal(parse(words), FL_ERR_USAGE);
    assert_string_equal(diag.subject, subject);
    if (!strstr(diag.message, part))
        print_error("no '%s' in: %s\n", part, diag.message);
    assert_non_null(strstr(diag.message, part));
}
#define REFUSED(subject, part, ...) refused((const char *const[]){__VA_ARGS__, NULL}, subject, part)

static void wrong_usage_names_the_option(void **state) {
    (void)state;
    REFUSED("--fromat", "--format", "trace", "--fromat", "csv");
    REFUSED("--zzzzzzzz", "no such option", "trace", "--zzzzzzzz");
    REFUSED("--tokens", "shapes", "trace", "--tokens", "3");
    REFUSED("-n", "trace, generate", "shapes", "-n", "3");
    REFUSED("-p", "TEXT", "trace", "-p");
    REFUSED("--plain", "no value", "step", "--plain=yes");
    REFUSED("--format", "table, jsonl or csv", "trace", "--format", "xml");
    REFUSED("-n", "whole number", "trace", "-n", "-1");
    REFUSED("-n", "whole number", "trace", "-n", "3x");
    REFUSED("-n", "whole number", "trace", "-n", "99999999999999999999");
    REFUSED("--tokens", "from 1", "shapes", "--tokens", "0");
    REFUSED("--temp", "a number", "trace", "--temp", "nan");
    REFUSED("--top-p", "a number", "trace", "--top-p", "0");
    REFUSED("--memory", "512M", "trace", "--memory", "0");
    REFUSED("--memory", "512M", "trace", "--memory", "12Q");
    REFUSED("--memory", "512M", "trace", "--memory", "99999999999G");
    REFUSED("--layers", "range", "trace", "--layers", "5-3");
    REFUSED("--layers", "range", "trace", "--layers", "-3");
    REFUSED("b", "too many", "trace", "a", "b");
}

static void ids(void **state) {
    (void)state;
    int32_t *list;
    size_t n;
    assert_int_equal(fl_ids_parse("1,403,0", &list, &n, &diag), FL_OK);
    assert_int_equal(n, 3);
    assert_int_equal(list[1], 403);
    free(list);
    static const char *const bad[] = {"", ",", "1,", "1 2", "-1", "1,x", "4294967296"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(fl_ids_parse(bad[i], &list, &n, &diag), FL_ERR_USAGE);
        assert_null(list);
    }
}

static void rows_of_one_name_agree_about_an_argument(void **state) {
    (void)state;
    for (int i = 0; i < FL_OPTION_COUNT; i++) {
        for (int j = 0; j < i; j++) {
            const fl_option_info *a = fl_option_get_info((fl_option)i),
                                 *b = fl_option_get_info((fl_option)j);
            if (strcmp(a->name, b->name) != 0)
                continue;
            assert_int_equal(a->argument == NULL, b->argument == NULL);
            assert_int_equal(a->letter, b->letter);
            assert_int_equal(a->commands & b->commands, 0);
        }
    }
}

static void word_distance(void **state) {
    (void)state;
    assert_int_equal(fl_word_distance("attn_probs", "attn_probs"), 0);
    assert_int_equal(fl_word_distance("attn_prob", "attn_probs"), 1);
    assert_int_equal(fl_word_distance("fromat", "format"), 1);
    assert_int_equal(fl_word_distance("", "abc"), 3);
    assert_int_equal(fl_word_distance("kitten", "sitting"), 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_word_is_a_command_or_the_model_of_step),
        cmocka_unit_test(options_may_stand_before_the_command),
        cmocka_unit_test(values_in_all_spellings),
        cmocka_unit_test(defaults_are_those_of_the_table),
        cmocka_unit_test(sizes_and_spans),
        cmocka_unit_test(wrong_usage_names_the_option),
        cmocka_unit_test(ids),
        cmocka_unit_test(rows_of_one_name_agree_about_an_argument),
        cmocka_unit_test(word_distance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
