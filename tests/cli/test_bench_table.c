/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * `bench`: rates of times that are known, worked out by hand, and the table of them.
 */
#include "test.h"

#include "cli/bench.h"
#include "cli/program.h"

#include <math.h>

/* The shortest run, and whatever else a test wants. */
#define SHORT "bench", "--repeat", "1", "--prompt-tokens", "9", "--new-tokens", "3"

static void assert_close(double a, double b) {
    if (!(fabs(a - b) <= 1e-9 * fabs(b)))
        print_error("%.17g is not %.17g\n", a, b);
    assert_true(fabs(a - b) <= 1e-9 * fabs(b));
}

static void medians(void **state) {
    (void)state;
    const double five[] = {5, 1, 4, 2, 3}, four[] = {8, 1, 2, 4};
    assert_true(fl_median(five, 5) == 3);
    assert_true(fl_median(five, 1) == 5);
    assert_true(fl_median(five, 2) == 3);
    assert_true(fl_median(four, 4) == 3);
}

/* The built-in model, 10 tokens and then 2; to be filled with times. */
static fl_bench *new_bench(int repeat) {
    fl_bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    assert_int_equal(fl_model_open(&b->job.model, "builtin", NULL), FL_OK);
    b->job.options = fl_session_defaults();
    b->prompt_tokens = 10;
    b->new_tokens = 2;
    b->repeat = repeat;
    return b;
}

/* Three repetitions of known times: rates of the medians, and ratios of those. */
static void rates_of_known_times(void **state) {
    (void)state;
    fl_bench *b = new_bench(3);
    b->limits.read_gb_s[1] = 2;
    b->limits.read_gb_s[3] = 4;
    const double plain[] = {1, 2, 4}, traced[] = {2, 3, 8};
    for (int i = 0; i < 3; i++) {
        b->seconds[FL_BENCH_UNTRACED][FL_PREFILL][i] = plain[i];
        b->seconds[FL_BENCH_UNTRACED][FL_DECODE][i] = plain[i] / 2;
        b->seconds[FL_BENCH_TRACED][FL_PREFILL][i] = traced[i];
        b->read_gb_s[FL_BENCH_UNTRACED][i] = i == 1 ? 3 : 1;
        b->read_gb_s[FL_BENCH_TRACED][i] = 1;
        b->seconds[FL_BENCH_TRACED][FL_DECODE][i] = traced[i] / 4;
    }
    const fl_rates rates = fl_bench_rates(b, FL_BENCH_UNTRACED);
    assert_close(rates.prefill_tok_s, 5);
    assert_close(rates.decode_tok_s, 2);
    assert_close(rates.decode_gb_s, 2 * (1741568 + 11.5 * 2048) / 1e9);
    assert_close(rates.decode_share, rates.decode_gb_s / 4);
    /* 4, 2 and 1 tokens a second while 1, 3 and 1 GB/s could be read: the median is the last */
    assert_close(rates.share_then, rates.decode_gb_s / 2);
    assert_close(fl_bench_rates(b, FL_BENCH_TRACED).of_untraced[FL_PREFILL], 2.0 / 3);
    assert_close(fl_bench_rates(b, FL_BENCH_TRACED).of_untraced[FL_DECODE], 4.0 / 3);
    assert_close(rates.of_untraced[FL_DECODE], 1);
    assert_int_equal(fl_bench_cache_bytes(b), 12 * 2048);
    fl_job_close(&b->job);
    free(b);
}

/* ---- for people, and what goes wrong ---- */

/* One repetition of the builtin model: every mode takes a second, and every stage 12 µs of it for
 * 10 tokens of the prompt and then two more. */
static fl_bench *known_bench(void) {
    fl_bench *b = new_bench(1);
    b->exact = true;
    b->limits.read_gb_s[0] = 4;
    b->limits.probe.isa = "scalar";
    for (int phase = 0; phase < FL_PHASES; phase++) {
        for (int mode = 0; mode < FL_BENCH_MODES; mode++) {
            b->seconds[mode][phase][0] = 1;
            b->read_gb_s[mode][0] = 4;
        }
        for (int stage = 0; stage < FL_STAGE_COUNT; stage++)
            b->stage_seconds[phase][stage][0] = 12e-6;
    }
    return b;
}

static void forget_bench(fl_bench *b) {
    fl_job_close(&b->job);
    free(b);
}

/* In one line however wide: a reader's terminal breaks it elsewhere. */
static char *table_of(const fl_bench *b) {
    fl_buffer out = {0};
    assert_true(fl_bench_table(b, 0, 0, &out));
    assert_false(out.failed);
    return out.data;
}

static void table_says(const fl_bench *b, const char *part) {
    char *text = table_of(b);
    fl_assert_says(text, part);
    free(text);
}

static void table_omits(const fl_bench *b, const char *part) {
    char *text = table_of(b);
    if (strstr(text, part))
        print_error("'%s' in:\n%s\n", part, text);
    assert_null(strstr(text, part));
    free(text);
}

/* 1741568 bytes and a cache of 11.5 positions of 2048. */
static void the_limit_in_words(void **state) {
    (void)state;
    static const char none[] = "That limit does not apply to this model";
    fl_bench *b = known_bench();
    const int64_t read = 1741568 + 23552;
    assert_true(fl_bench_token_bytes(b) == (double)read);
    table_says(b, "a token must read 1.683 MiB, this machine reads 4.0 GB/s, so at most 2266.1 "
                  "tok/s.\n");
    table_omits(b, "just before");
    table_omits(b, none); /* nothing is known of its caches */
    b->processor_cache = read - 1;
    table_omits(b, none);
    b->processor_cache = read;
    table_says(b, none);
    forget_bench(b);
}

static void modes_and_places_in_words(void **state) {
    (void)state;
    fl_bench *b = known_bench();
    table_says(b, "Untraced: nobody looks on.");
    table_says(b, "Traced: every statistic of every stage and head is computed.");
    table_says(b, "Captured: values are kept too");
    table_says(b, "As JSON lines: traced, and written");
    table_says(b, "from 1 place 4.0, ");
    table_says(b, "8 places at once asked for ahead 0.0");
    table_omits(b, "No rate where"); /* that is about stages */
    forget_bench(b);
}

/* 0.012 ms are 6 µs for each of two tokens. */
static void no_rate_of_no_time(void **state) {
    (void)state;
    fl_bench *b = known_bench();
    b->per_stage = true;
    table_says(b, "a multiply-add is 2; they are on floats.");
    char *text = table_of(b), stage[64], prefill[16], decode[16];
    const char *row = strstr(text, "\nq ");
    assert_int_equal(sscanf(row, " q %15s %*s %% %*s %*s %15s", prefill, decode), 2);
    assert_string_equal(prefill, "0.012");
    assert_string_equal(decode, "0.006");
    free(text);
    b->stage_seconds[FL_PREFILL][FL_STAGE_q][0] = 0.4e-6;
    text = table_of(b);
    row = strstr(text, "\nq ");
    assert_int_equal(sscanf(row, " q %15s %*s %% %63s", prefill, stage), 2);
    assert_string_equal(prefill, "0.000");
    assert_string_equal(stage, "0.006"); /* nothing stands between */
    free(text);
    b->exact = false;
    table_says(b, "they are on 8-bit integers where weights are quantised.");
    forget_bench(b);
}

static void the_table(void **state) {
    (void)state;
    static const char *const said[] = {"builtin * llama, 4 layers",
                                       "\nuntraced ",
                                       "\ntraced ",
                                       "\ncaptured ",
                                       "\nas JSON lines ",
                                       "of the limit",
                                       "decode ms/token",
                                       "\nattn_probs ",
                                       "\nall ",
                                       "Prefill of 9 tokens",
                                       "medians of 2 repetitions",
                                       "of it 24 KiB the f32 cache",
                                       "GOP/s"};
    fl_ran ran = fl_run(SHORT, "--repeat", "2", "--per-stage", "--ascii");
    fl_assert_ran(&ran);
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        fl_assert_says(ran.out, said[i]);
    assert_null(strstr(ran.out, "q_norm")); /* the model has no such stage */
    for (const char *at = ran.out; *at; at++)
        assert_true((unsigned char)*at < 0x80);
    fl_ran_done(&ran);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(medians),
        cmocka_unit_test(rates_of_known_times),
        cmocka_unit_test(the_limit_in_words),
        cmocka_unit_test(modes_and_places_in_words),
        cmocka_unit_test(no_rate_of_no_time),
        cmocka_unit_test(the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
