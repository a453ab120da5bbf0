/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * `trace`: the records of the contract, in every format, and what they must agree with.
 */
#include "test.h"

#include "cli/program.h"

#include <jansson.h>
#include <math.h>
#include <unistd.h>

static json_t *parse(const char *line) {
    json_error_t error;
    json_t *object = json_loads(line, 0, &error);
    if (!object)
        print_error("%s: %.200s\n", error.text, line);
    assert_true(json_is_object(object));
    return object;
}

/* The lines of a JSONL trace as an array, the run line first. */
static json_t *parse_lines(char *text) {
    json_t *array = json_array();
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        json_array_append_new(array, parse(line));
    return array;
}

static json_t *trace(const fl_how *how, const char *const *words) {
    fl_ran ran = fl_program(how, words);
    fl_assert_ran(&ran);
    json_t *array = parse_lines(ran.out);
    fl_ran_done(&ran);
    return array;
}
#define TRACE(...)                                                                                 \
    trace(&(fl_how){0}, (const char *const[]){"trace", "--format", "jsonl", __VA_ARGS__, NULL})

static const json_t *record(const json_t *array, size_t event) {
    return json_array_get(array, event + 1);
}

static const char *text(const json_t *object, const char *key) {
    return json_string_value(json_object_get(object, key));
}

static void assert_json(const json_t *object, const char *key, const char *expected) {
    char *found = json_dumps(json_object_get(object, key), JSON_COMPACT | JSON_ENCODE_ANY);
    assert_non_null(found);
    assert_string_equal(found, expected);
    free(found);
}

static void run_line(void **state) {
    (void)state;
    json_t *array = TRACE("-p", "Hi \"there\"", "-t", "2", "--kv", "f16", "--patch",
                          "layer 1 head 3 zero", "--stages", "tokens");
    const json_t *run = json_array_get(array, 0);
    assert_json(run, "footlight", "1");
    assert_json(run, "exact", "true");
    assert_json(run, "threads", "2");
    assert_json(run, "rope_pairing", "\"interleaved\"");
    assert_json(run, "qk_order", "\"file\"");
    assert_json(run, "kv_dtype", "\"f16\"");
    assert_json(run, "prompt", "\"Hi \\\"there\\\"\"");
    assert_json(run, "patches", "[\"layer 1 head 3 zero\"]");
    assert_json(json_object_get(run, "model"), "hidden_size", "128");
    assert_int_equal(json_array_size(array), 2);
    json_decref(array);
}

/* Every key of a record, in order. */
static void record_has_the_keys_of_the_contract(void **state) {
    (void)state;
    static const char *const keys[] = {
        "event", "pass", "phase", "past",  "new",    "layer", "head", "kv_head", "stage",  "name",
        "shape", "axes", "dtype", "count", "masked", "min",   "max",  "argmin",  "argmax", "mean",
        "std",   "rms",  "l2",    "sum",   "zeros",  "nan",   "inf",  "first",   "last",   "ns"};
    json_t *array = TRACE("--no-time");
    json_t *attn_norm = json_array_get(array, 1 + 6);
    size_t i = 0;
    const char *key;
    json_t *value;
    json_object_foreach(attn_norm, key, value) {
        assert_true(i < sizeof keys / sizeof *keys);
        assert_string_equal(key, keys[i++]);
    }
    assert_int_equal(i, sizeof keys / sizeof *keys);
    assert_json(attn_norm, "stage", "\"attn_norm\"");
    assert_json(attn_norm, "name", "\"layer.0.attn_norm\"");
    assert_json(attn_norm, "axes", "[\"batch\",\"token\",\"hidden\"]");
    assert_json(attn_norm, "shape", "[1,6,128]");
    assert_json(attn_norm, "head", "null");
    assert_json(attn_norm, "ns", "null");
    assert_json(json_array_get(array, 0), "threads", "null");
    json_decref(array);
}

static double number(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

static double product(const json_t *shape) {
    double n = 1;
    for (size_t i = 0; i < json_array_size(shape); i++)
        n *= json_number_value(json_array_get(shape, i));
    return n;
}

static void check_numbers(const json_t *r) {
    double count = number(r, "count");
    assert_true(count + number(r, "masked") == product(json_object_get(r, "shape")));
    /* extremes are printed as floats, the mean as a double */
    assert_true((double)(float)number(r, "min") <= number(r, "mean"));
    assert_true(number(r, "mean") <= (double)(float)number(r, "max"));
    assert_true(fabs(number(r, "sum") - number(r, "mean") * count) <=
                1e-9 * (1 + fabs(number(r, "sum"))));
    assert_true(fabs(number(r, "l2") - number(r, "rms") * sqrt(count)) <=
                1e-9 * number(r, "l2") + 1e-12);
    assert_int_equal(json_array_size(json_object_get(r, "argmin")),
                     json_array_size(json_object_get(r, "shape")));
}

static void numbers_agree_with_each_other(void **state) {
    (void)state;
    json_t *array = TRACE("-n", "3");
    size_t n = json_array_size(array);
    assert_int_equal(n, 1 + 3 * 194);
    for (size_t i = 0; i + 1 < n; i++) {
        const json_t *r = record(array, i);
        assert_true(number(r, "event") == (double)i);
        bool ids =
            strcmp(text(r, "stage"), "tokens") == 0 || strcmp(text(r, "stage"), "next_token") == 0;
        if (ids)
            assert_null(json_object_get(r, "mean"));
        else
            check_numbers(r);
    }
    json_decref(array);
}

static void tokens_choices_and_best(void **state) {
    (void)state;
    json_t *array =
        TRACE("-p", "The capital of France is", "--stages", "tokens,logits,probs,next_token");
    assert_int_equal(json_array_size(array), 5);
    const json_t *tokens = record(array, 0), *logits = record(array, 1), *next = record(array, 3);
    assert_json(tokens, "dtype", "\"i32\"");
    assert_json(tokens, "count", "6");
    assert_json(tokens, "pieces", "[\"<s>\",\"▁The\",\"▁capital\",\"▁of\",\"▁France\",\"▁is\"]");
    assert_int_equal(json_array_size(json_object_get(tokens, "ids")), 6);
    assert_json(next, "pieces", "[\"▁Paris\"]");
    assert_json(next, "sampler", "\"greedy\"");
    assert_true(number(next, "prob") > 0.5 && number(next, "prob") <= 1);
    const json_t *top = json_object_get(logits, "top");
    assert_int_equal(json_array_size(top), 5);
    const json_t *best = json_array_get(top, 0);
    assert_json(best, "piece", "\"▁Paris\"");
    /* the extremes are floats, printed so that they read back: the best logit is the largest */
    assert_true(number(best, "value") == number(logits, "max"));
    json_t *id = json_object_get(best, "id");
    assert_true(json_equal(id, json_array_get(json_object_get(next, "ids"), 0)));
    json_decref(array);
}

static void masked_cells_are_null(void **state) {
    (void)state;
    json_t *array =
        TRACE("-p", "a b", "--stages", "attn_scores,attn_probs", "--layers", "1", "--heads", "2-3");
    assert_int_equal(json_array_size(array), 1 + 4);
    const json_t *scores = record(array, 0);
    assert_json(scores, "head", "2");
    assert_json(scores, "kv_head", "1");
    assert_json(scores, "layer", "1");
    assert_true(number(scores, "masked") > 0);
    const json_t *first = json_object_get(scores, "first");
    assert_true(json_is_number(json_array_get(first, 0)));
    assert_true(json_is_null(json_array_get(first, 1)));
    json_decref(array);
}

static void per_head_time_is_on_head_0(void **state) {
    (void)state;
    json_t *array = TRACE("--stages", "layer.0.attn_scores");
    assert_int_equal(json_array_size(array), 1 + 8);
    assert_true(json_is_integer(json_object_get(record(array, 0), "ns")));
    for (size_t i = 1; i < 8; i++)
        assert_json(record(array, i), "ns", "null");
    json_decref(array);
}

static void thread_count_changes_nothing(void **state) {
    (void)state;
    fl_ran one = fl_run("trace", "-n", "4", "--no-time", "--format", "jsonl", "-t", "1");
    static const char *const counts[] = {"2", "4"};
    fl_assert_ran(&one);
    for (size_t i = 0; i < 2; i++) {
        fl_ran more = fl_run("trace", "-n", "4", "--no-time", "--format", "jsonl", "-t", counts[i]);
        assert_int_equal(more.out_length, one.out_length);
        assert_memory_equal(more.out, one.out, one.out_length);
        fl_ran_done(&more);
    }
    fl_ran_done(&one);
}

/* Every event has the shape that `shapes` plans for it. */
static void shapes_are_as_planned(void **state) {
    (void)state;
    json_t *events = TRACE("-p", "The cat");
    char tokens[16];
    snprintf(tokens, sizeof tokens, "%d", (int)number(record(events, 0), "new"));
    fl_ran ran = fl_run("shapes", "--tokens", tokens, "--format", "json");
    json_t *plan = json_loads(ran.out, 0, NULL);
    size_t at = 0, n = 0;
    for (size_t i = 0; i + 1 < json_array_size(plan); i++) {
        const json_t *planned = json_array_get(plan, i), *heads = json_object_get(planned, "heads");
        for (json_int_t head = 0; head < (json_is_null(heads) ? 1 : json_integer_value(heads));
             head++, n++) {
            const json_t *r = record(events, at++);
            assert_true(json_equal(json_object_get(planned, "name"), json_object_get(r, "name")));
            assert_true(json_equal(json_object_get(planned, "shape"), json_object_get(r, "shape")));
            assert_true(json_equal(json_object_get(planned, "axes"), json_object_get(r, "axes")));
        }
    }
    assert_int_equal(n, json_array_size(events) - 1);
    json_decref(plan);
    json_decref(events);
    fl_ran_done(&ran);
}

static void chunks_make_several_prefill_passes(void **state) {
    (void)state;
    json_t *array = TRACE("--ids", fl_default_ids(), "--chunk", "4", "-n", "0");
    const json_t *last = record(array, json_array_size(array) - 2);
    assert_json(last, "stage", "\"probs\"");
    assert_json(last, "pass", "1");
    assert_json(last, "phase", "\"prefill\"");
    assert_json(last, "past", "4");
    assert_json(last, "new", "2");
    /* the first pass ends with the last block */
    assert_json(record(array, 187), "name", "\"layer.3.resid_post\"");
    assert_json(record(array, 188), "stage", "\"tokens\"");
    json_decref(array);
}

/* The last pass ends with the last record that is wanted; those before are whole. */
static void every_pass_gives_what_is_selected(void **state) {
    (void)state;
    json_t *array = TRACE("-n", "3", "--stages", "tokens,q", "--layers", "0-1");
    assert_int_equal(json_array_size(array), 1 + 3 * (1 + 2));
    json_t *prompt = TRACE("-n", "0", "--stages", "attn_scores", "--heads", "2", "--layers", "1");
    assert_int_equal(json_array_size(prompt), 1 + 1);
    json_decref(array);
    json_decref(prompt);
}

static void csv_and_table(void **state) {
    (void)state;
    fl_ran csv = fl_run("trace", "--format", "csv", "-n", "2"), table = fl_run("trace");
    int lines = 0;
    fl_assert_ran(&csv);
    for (const char *line = csv.out; *line; line = strchr(line, '\n') + 1, lines++) {
        int commas = 0;
        for (const char *c = line; *c != '\n'; c++)
            commas += *c == ',';
        assert_int_equal(commas, 27);
    }
    assert_int_equal(lines, 1 + 2 * 194);
    assert_int_equal(
        strncmp(csv.out, "event,pass,phase,past,new,layer,head,kv_head,stage,name,shape,", 62), 0);
    assert_non_null(strstr(
        csv.out,
        "\n6,0,prefill,0,6,0,,,attn_norm,layer.0.attn_norm,1x6x128,batchxtokenxhidden,f32,768,0,"));
    fl_assert_ran(&table);
    assert_non_null(strstr(table.out, "pass 0: prefill of 6 tokens, 0 cached"));
    assert_non_null(strstr(table.out, "\" Paris\", probability"));
    fl_ran_done(&csv);
    fl_ran_done(&table);
}

/* "; avx2, fast": the table says what computed it, and no line of it ends in a blank. */
static void tables_say_what_computed_them(void **state) {
    (void)state;
    fl_ran exact = fl_run("trace", "--no-time", "--isa", "scalar"),
           fast = fl_run("trace", "builtin:q8_0", "--fast"),
           line = fl_run("trace", "builtin:q8_0", "--fast", "--format", "jsonl");
    char words[64];
    fl_assert_ran(&exact);
    assert_non_null(strstr(exact.out, "\npass 0: prefill of 6 tokens, 0 cached; scalar, exact\n"));
    assert_null(strstr(exact.out, " \n"));
    const char *isa = strstr(line.out, "\"isa\":\"") + 7;
    snprintf(words, sizeof words, " cached; %.*s, %s\n", (int)strcspn(isa, "\""), isa,
             strstr(line.out, "\"exact\":false") ? "fast" : "exact");
    assert_non_null(strstr(fast.out, words));
    fl_ran_done(&exact);
    fl_ran_done(&fast);
    fl_ran_done(&line);
}

static void names_in_dialects(void **state) {
    (void)state;
    json_t *array =
        TRACE("--names", "tl", "--stages", "blocks.2.attn.hook_pattern,resid_post:1,model.norm");
    assert_int_equal(json_array_size(array), 1 + 1 + 8 + 1);
    assert_json(record(array, 0), "name", "\"blocks.1.hook_resid_post\"");
    assert_json(record(array, 1), "name", "\"blocks.2.attn.hook_pattern\"");
    assert_json(record(array, 9), "stage", "\"final_norm\"");
    json_decref(array);
}

static void file_appears_when_complete(void **state) {
    (void)state;
    const char *path = fl_temporary("trace.jsonl");
    fl_ran ran = fl_run("trace", "--no-time", "--format", "jsonl", "-o", path);
    fl_ran direct = fl_run("trace", "--no-time", "--format", "jsonl");
    fl_assert_ran(&ran);
    assert_string_equal(ran.out, "");
    char *written = fl_read_file(path, NULL);
    assert_string_equal(written, direct.out);
    free(written);
    unlink(path);
    fl_ran_done(&ran);
    fl_ran_done(&direct);
    /* a run that cannot begin leaves nothing behind */
    fl_assert_refused(fl_run("trace", "-o", path, "--ids", "1,99999"), 2, "99999|0 to 1023");
    assert_false(fl_test_exists(path));
}

static void ids_need_no_tokenizer(void **state) {
    (void)state;
    FL_NEED_DATA("stories260K.bin");
    json_t *array =
        TRACE(fl_test_data("stories260K.bin"), "--ids", "1,403", "--stages", "tokens,next_token");
    assert_json(record(array, 0), "ids", "[1,403]");
    assert_json(record(array, 0), "pieces", "[null,null]");
    assert_json(json_array_get(array, 0), "prompt", "null");
    json_decref(array);
    fl_assert_refused(fl_run("trace", fl_test_data("stories260K.bin")), 1,
                      "carries no tokenizer|--tokenizer");
}

static void pieces_are_escaped_in_ascii(void **state) {
    (void)state;
    fl_how in_c = {.environment = "LC_ALL=C"};
    fl_ran ran =
        fl_run_how(in_c, "trace", "--format", "jsonl", "--stages", "tokens", "-p", "the é");
    fl_assert_ran(&ran);
    for (const char *c = ran.out; *c; c++)
        assert_true((unsigned char)*c < 0x80);
    assert_non_null(strstr(ran.out, "\\u2581the"));
    fl_ran_done(&ran);
}

static void a_patched_table_says_so(void **state) {
    (void)state;
    fl_ran ran = fl_run("trace", "--patch", "layer 1 head 2 zero", "--stages", "attn_head",
                        "--layers", "1-1", "--heads", "2-2", "--no-time");
    assert_int_equal(ran.status, 0);
    assert_non_null(strstr(ran.out, "MODIFIED: layer 1 head 2 zero"));
    assert_null(strstr(ran.out, "-0"));
    fl_ran_done(&ran);
    ran = fl_run("trace", "--patch", "layer 1 neuron 7 zero", "--patch",
                 "layer 0 head 2 key 3 zero", "--stages", "next_token", "--no-time");
    assert_int_equal(ran.status, 0);
    assert_non_null(strstr(ran.out, "MODIFIED: layer 1 neuron 7 zero, layer 0 head 2 key 3 zero"));
    fl_ran_done(&ran);
    fl_assert_refused(fl_run("trace", "--patch", "layer 0 key 6 zero"), 2,
                      "key 6|no more than 6 tokens|0 to 5");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_patched_table_says_so),
        cmocka_unit_test(run_line),
        cmocka_unit_test(record_has_the_keys_of_the_contract),
        cmocka_unit_test(numbers_agree_with_each_other),
        cmocka_unit_test(tokens_choices_and_best),
        cmocka_unit_test(masked_cells_are_null),
        cmocka_unit_test(per_head_time_is_on_head_0),
        cmocka_unit_test(thread_count_changes_nothing),
        cmocka_unit_test(shapes_are_as_planned),
        cmocka_unit_test(chunks_make_several_prefill_passes),
        cmocka_unit_test(every_pass_gives_what_is_selected),
        cmocka_unit_test(csv_and_table),
        cmocka_unit_test(tables_say_what_computed_them),
        cmocka_unit_test(names_in_dialects),
        cmocka_unit_test(file_appears_when_complete),
        cmocka_unit_test(ids_need_no_tokenizer),
        cmocka_unit_test(pieces_are_escaped_in_ascii),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
