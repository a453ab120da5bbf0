/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * `bench`: the contract's keys and figures that agree with each other. No time is judged.
 */
#include "test.h"

#include "cli/bench.h"
#include "cli/costs.h"
#include "cli/program.h"

#include <jansson.h>
#include <math.h>

/* The shortest run, and whatever else a test wants. */
#define SHORT "bench", "--repeat", "1", "--prompt-tokens", "9", "--new-tokens", "3"
#define bench_json(...) load(fl_run(SHORT, "--format", "json", __VA_ARGS__))

static json_t *load(fl_ran ran) {
    json_error_t error;
    fl_assert_ran(&ran);
    json_t *object = json_loads(ran.out, 0, &error);
    if (!object)
        print_error("%s at %d in %s\n", error.text, error.position, ran.out);
    assert_true(json_is_object(object));
    fl_ran_done(&ran);
    return object;
}

static double real(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    if (!json_is_number(value))
        print_error("%s is no number\n", key);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

static void assert_close(double a, double b) {
    if (!(fabs(a - b) <= 1e-9 * fabs(b)))
        print_error("%.17g is not %.17g\n", a, b);
    assert_true(fabs(a - b) <= 1e-9 * fabs(b));
}

/* The keys of an object, in order, between blanks. */
static void assert_keys(json_t *object, const char *expected) {
    char found[512] = "";
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value) {
        (void)value;
        snprintf(found + strlen(found), sizeof found - strlen(found), "%s%s", *found ? " " : "",
                 key);
    }
    assert_string_equal(found, expected);
}

/* One run that most tests look at. */
static json_t *bench;

static int run_once(void **state) {
    (void)state;
    bench = bench_json("-t", "2", "--per-stage");
    return 0;
}

static int forget(void **state) {
    (void)state;
    json_decref(bench);
    return 0;
}

static const json_t *run_of(const json_t *of, size_t i) {
    return json_array_get(json_object_get(of, "runs"), i);
}

/* ---- the record ---- */

static void keys_are_the_contracts(void **state) {
    (void)state;
    static const char *const modes[] = {"untraced", "traced", "captured"};
    const json_t *runs = json_object_get(bench, "runs");
    assert_keys(bench, "machine model runs besides");
    assert_keys(json_object_get(bench, "machine"), "cpu threads isa read_gb_s");
    assert_int_equal(json_array_size(runs), 3);
    for (size_t i = 0; i < 3; i++) {
        json_t *run = json_array_get(runs, i);
        assert_keys(run, "mode exact prefill_tokens prefill_tok_s decode_tokens decode_tok_s "
                         "decode_gb_s decode_limit_share");
        assert_string_equal(json_string_value(json_object_get(run, "mode")), modes[i]);
        assert_int_equal(real(run, "prefill_tokens"), 9);
        assert_int_equal(real(run, "decode_tokens"), 3);
        assert_true(real(run, "prefill_tok_s") > 0 && real(run, "decode_tok_s") > 0);
    }
}

/* The model is what info says of it, less what that says of its files. */
static void machine_and_model_are_described(void **state) {
    (void)state;
    json_t *info = load(fl_run("info", "--format", "json"));
    json_object_del(info, "tensor_types");
    json_object_del(info, "chat_template");
    json_object_del(info, "notes");
    const json_t *machine = json_object_get(bench, "machine");
    assert_true(json_equal(json_object_get(bench, "model"), info));
    assert_int_equal(real(machine, "threads"), 2);
    assert_true(json_string_length(json_object_get(machine, "cpu")) > 0);
    json_decref(info);
}

/* Every figure that follows from others is worked out again from them. */
static void shares_follow_from_the_parts(void **state) {
    (void)state;
    const json_t *besides = json_object_get(bench, "besides"), *pattern;
    const double reads = real(json_object_get(bench, "machine"), "read_gb_s"),
                 bytes = real(besides, "decode_bytes");
    double best = 0;
    size_t i;
    json_array_foreach(json_object_get(besides, "read_patterns"), i, pattern) {
        best = fmax(best, real(pattern, "gb_s"));
    }
    assert_int_equal(i, FL_PATTERNS);
    assert_true(best > 0 && best == reads);
    for (i = 0; i < 3; i++) {
        const json_t *run = run_of(bench, i);
        assert_close(real(run, "decode_gb_s"), real(run, "decode_tok_s") * bytes / 1e9);
        assert_close(real(run, "decode_limit_share"), real(run, "decode_gb_s") / reads);
        /* what it could read then is at most the best */
        assert_true(real(json_object_get(besides, "limit_share_then"),
                         json_string_value(json_object_get(run, "mode"))) >=
                    real(run, "decode_limit_share") * (1 - 1e-9));
    }
}

static bool says_exact(const json_t *of) {
    const json_t *exact = json_object_get(run_of(of, 0), "exact");
    assert_true(json_is_boolean(exact));
    for (size_t i = 1; i < 3; i++)
        assert_true(json_equal(json_object_get(run_of(of, i), "exact"), exact));
    return json_is_true(exact);
}

/* What a session that may be fast does with the kernels of this machine. The program is run without
 * FOOTLIGHT_ISA. */
static bool fast_is_exact(const char *name) {
    const int32_t id = 1;
    fl_session_options options = fl_session_defaults();
    fl_model *model;
    fl_session *session;
    options.ids = &id;
    options.n_ids = 1;
    options.isa = "auto";
    options.fast = true;
    assert_int_equal(fl_model_open(&model, name, NULL), FL_OK);
    assert_int_equal(fl_session_new(&session, model, &options, NULL), FL_OK);
    bool exact = fl_session_exact(session);
    fl_session_free(&session);
    fl_model_close(&model);
    return exact;
}

static void exact_is_what_ran(void **state) {
    (void)state;
    json_t *exact = bench_json("builtin:q8_0", "--exact"),
           *scalar = bench_json("builtin:q8_0", "--isa", "scalar"),
           *fast = bench_json("builtin:q8_0");
    assert_true(says_exact(bench));
    assert_true(says_exact(exact));
    assert_true(says_exact(scalar));
    assert_int_equal(says_exact(fast), fast_is_exact("builtin:q8_0"));
    json_decref(exact);
    json_decref(scalar);
    json_decref(fast);
}

static void what_is_measured_besides(void **state) {
    (void)state;
    json_t *besides = json_object_get(bench, "besides");
    assert_keys(besides, "repeat kv_dtype chunk decode_bytes cache_bytes session_bytes of_untraced "
                         "limit_share_then jsonl "
                         "peak_isa float_gflop_s int8_gop_s read_patterns stages");
    assert_true(real(json_object_get(besides, "jsonl"), "decode_tok_s") > 0);
    assert_int_equal(real(besides, "cache_bytes"), 12 * 2048);
    const json_t *session = json_object_get(besides, "session_bytes");
    assert_true(json_is_null(session) || real(besides, "session_bytes") > 12 * 2048);
}

/* Of several repetitions too. */
static void ratios_follow_from_the_rates(void **state) {
    (void)state;
    json_t *three = load(fl_run(SHORT, "--repeat", "3", "--format", "json"));
    const json_t *ratios = json_object_get(json_object_get(three, "besides"), "of_untraced"),
                 *plain = run_of(three, 0);
    for (size_t i = 1; i < 3; i++) {
        const json_t *run = run_of(three, i),
                     *ratio =
                         json_object_get(ratios, json_string_value(json_object_get(run, "mode")));
        assert_close(real(ratio, "prefill"),
                     real(run, "prefill_tok_s") / real(plain, "prefill_tok_s"));
        assert_close(real(ratio, "decode"),
                     real(run, "decode_tok_s") / real(plain, "decode_tok_s"));
    }
    json_decref(three);
}

static void options_are_followed(void **state) {
    (void)state;
    json_t *other = bench_json("-t", "1", "--isa", "scalar", "--kv", "f16", "--chunk", "4");
    const json_t *machine = json_object_get(other, "machine"),
                 *besides = json_object_get(other, "besides");
    assert_int_equal(real(machine, "threads"), 1);
    assert_string_equal(json_string_value(json_object_get(machine, "isa")), "scalar");
    assert_string_equal(json_string_value(json_object_get(besides, "kv_dtype")), "f16");
    assert_int_equal(real(besides, "repeat"), 1);
    assert_int_equal(real(besides, "chunk"), 4);
    assert_int_equal(real(besides, "cache_bytes"), 12 * 1024);
    assert_null(json_object_get(besides, "stages"));
    json_decref(other);
}

/* ---- stage by stage ---- */

/* Names in order, shares that make a whole, and the costs of `shapes`. */
static void check_phase(const json_t *stages, size_t *at, const char *phase, fl_cost cost) {
    double share = 0, flops = 0, bytes = 0;
    fl_model *model;
    assert_int_equal(fl_model_open(&model, "builtin", NULL), FL_OK);
    for (int i = 0; i < FL_STAGE_COUNT; i++) {
        if (!fl_stage_exists((fl_stage)i, fl_model_hparams(model)))
            continue;
        const json_t *row = json_array_get(stages, (*at)++);
        assert_string_equal(json_string_value(json_object_get(row, "phase")), phase);
        assert_string_equal(json_string_value(json_object_get(row, "stage")),
                            fl_stage_get_info((fl_stage)i)->id);
        assert_true(real(row, "seconds") >= 0);
        share += real(row, "share");
        flops += real(row, "flops");
        bytes += real(row, "bytes");
    }
    assert_close(share, 1);
    assert_close(flops, cost.flops);
    assert_close(bytes, cost.bytes_read + cost.bytes_written);
    fl_model_close(&model);
}

static fl_cost cost_of(int64_t tokens, int64_t past) {
    fl_model *model;
    fl_shape_total total;
    assert_int_equal(fl_model_open(&model, "builtin", NULL), FL_OK);
    const fl_shape_request request = {
        model, fl_dims_of(fl_model_hparams(model), tokens, past, FL_LOGITS_LAST), 4};
    assert_int_equal(fl_shape_sum(&request, &total, NULL), FL_OK);
    fl_model_close(&model);
    return total.cost;
}

static void stages_cost_what_shapes_says(void **state) {
    (void)state;
    const json_t *stages = json_object_get(json_object_get(bench, "besides"), "stages");
    fl_cost decode = {0, 0, 0};
    size_t at = 0;
    for (int64_t past = 9; past < 12; past++) {
        fl_cost pass = cost_of(1, past);
        decode.flops += pass.flops;
        decode.bytes_read += pass.bytes_read;
        decode.bytes_written += pass.bytes_written;
    }
    check_phase(stages, &at, "prefill", cost_of(9, 0));
    check_phase(stages, &at, "decode", decode);
    assert_int_equal(json_array_size(stages), at);
}

/* ---- the arithmetic ---- */

static double decode_bytes(const char *name, int64_t past, int kv_bytes) {
    fl_model *model;
    assert_int_equal(fl_model_open(&model, name, NULL), FL_OK);
    double bytes = fl_decode_bytes(model, past, kv_bytes);
    fl_model_close(&model);
    return bytes;
}

/* D 128, F 352, 4 layers, keys and values of 64, V 1024. */
static void bytes_of_the_builtin_model(void **state) {
    (void)state;
    const double matrices = 4 * (128 * 128 + 64 * 128 + 64 * 128 + 128 * 128 + 3 * 352 * 128),
                 head = 1024 * 128, row = 128, norms = 4 * (4 * 2 * 128 + 128);
    const double stored = 2 * (matrices + head + row) + norms;
    assert_true(stored == 1741568);
    assert_true(decode_bytes("builtin", 0, 4) == stored + 2 * 4 * 64 * 4);
    assert_true(decode_bytes("builtin", 99, 4) == stored + 100 * 2 * 4 * 64 * 4);
    assert_true(decode_bytes("builtin", 99, 2) == stored + 100 * 2 * 4 * 64 * 2);
    /* 32 numbers in 34 bytes, and in 18 */
    assert_true(decode_bytes("builtin:q8_0", 0, 4) ==
                (matrices + head + row) / 32 * 34 + norms + 2048);
    assert_true(decode_bytes("builtin:q4_0", 0, 4) ==
                (matrices + head + row) / 32 * 18 + norms + 2048);
}

/* A head that is the embedding is read whole, besides the row that is looked up. */
static void bytes_of_a_tied_model(void **state) {
    (void)state;
    const double layer = 2048 * 2048 * 2.0 + 512 * 2048 * 2.0 + 3 * 8192 * 2048.0 + 2 * 2048,
                 all = 16 * layer + 2048 + 128256 * 2048.0 + 2048;
    assert_true(decode_bytes("llama-3.2-1b", 0, 2) == 2 * all + 16 * 2 * 512 * 2);
}

/* A window of 4096 positions is all that is read of a longer cache. */
static void bytes_within_a_window(void **state) {
    (void)state;
    const double position = 32 * 2 * 1024 * 2;
    const double none = decode_bytes("mistral-7b", 0, 2) - position;
    assert_true(decode_bytes("mistral-7b", 4000, 2) == none + 4001 * position);
    assert_true(decode_bytes("mistral-7b", 4095, 2) == none + 4096 * position);
    assert_true(decode_bytes("mistral-7b", 9000, 2) == none + 4096 * position);
}

static void wrong_options(void **state) {
    (void)state;
    fl_assert_refused(fl_run("bench", "--repeat", "0"), 2, "--repeat|1 to 99");
    fl_assert_refused(fl_run("bench", "--repeat", "100"), 2, "--repeat|1 to 99");
    fl_assert_refused(fl_run("bench", "--prompt-tokens", "0"), 2, "--prompt-tokens");
    fl_assert_refused(fl_run("bench", "--new-tokens", "x"), 2, "--new-tokens");
    fl_assert_refused(fl_run("bench", "--format", "csv"), 2, "--format|csv|table");
    fl_assert_refused(fl_run("bench", "-p", "word"), 2, "-p|no option of 'bench'");
    fl_assert_refused(fl_run("bench", "--isa", "sse9"), 2, "--isa|sse9");
    fl_assert_refused(fl_run("bench", "--exact", "--fast"), 2, "--exact|--fast");
    fl_assert_refused(
        fl_run("bench", "--prompt-tokens", "250"), 1,
        "--prompt-tokens: a prompt of 250 tokens and 16 new|need 266|at most 256, the "
        "model's context");
    fl_assert_refused(fl_run("bench", "--new-tokens", "100000"), 1, "--new-tokens: |need 100128");
    fl_assert_refused(fl_run("bench", "--new-tokens", "10", "--prompt-tokens", "250"), 1,
                      "--prompt-tokens: ");
    fl_assert_refused(fl_run("bench", "--new-tokens", "250", "--prompt-tokens", "10"), 1,
                      "--new-tokens: ");
    fl_assert_refused(
        fl_run("bench", "--ctx", "100"), 1,
        "--ctx: a prompt of 128 tokens and 16 new|at most 100, the context asked for");
    fl_assert_refused(fl_run("bench", "--ctx", "300"), 1, "--ctx|300|256");
    fl_assert_refused(fl_run("bench", "llama-2-7b"), 1, "llama-2-7b|holds no weights");
    fl_assert_refused(fl_run("bench", "/nowhere.gguf"), 1, "/nowhere.gguf|No such file");
}

static void output_that_fails(void **state) {
    (void)state;
    fl_how closed = {.output_closed = true}, gone = {.reader_gone = true};
    fl_assert_refused(fl_run_how(closed, SHORT), 1, "standard output|closed");
    fl_ran ran = fl_run_how(gone, SHORT);
    fl_assert_ran(&ran);
    fl_ran_done(&ran);
}

/* The prompt is ids: a model without a vocabulary will do. */
static void no_tokenizer_is_needed(void **state) {
    (void)state;
    FL_NEED_DATA("stories260K.bin");
    size_t length;
    char *bytes = fl_read_file(fl_test_data("stories260K.bin"), &length);
    const char *path = fl_write_temporary("alone.bin", bytes, length);
    json_t *alone = bench_json(path);
    assert_true(real(run_of(alone, 2), "decode_tok_s") > 0);
    json_decref(alone);
    free(bytes);
    remove(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_the_contracts),
        cmocka_unit_test(machine_and_model_are_described),
        cmocka_unit_test(shares_follow_from_the_parts),
        cmocka_unit_test(ratios_follow_from_the_rates),
        cmocka_unit_test(options_are_followed),
        cmocka_unit_test(exact_is_what_ran),
        cmocka_unit_test(what_is_measured_besides),
        cmocka_unit_test(stages_cost_what_shapes_says),
        cmocka_unit_test(bytes_of_the_builtin_model),
        cmocka_unit_test(bytes_of_a_tied_model),
        cmocka_unit_test(bytes_within_a_window),
        cmocka_unit_test(wrong_options),
        cmocka_unit_test(output_that_fails),
        cmocka_unit_test(no_tokenizer_is_needed),
    };
    return cmocka_run_group_tests(tests, run_once, forget);
}
