/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/* Choosing tokens: greedy, the cuts of top-k and top-p, and the shares of a temperature. */
#include "test.h"

#include "engine/run.h"

#include <math.h>

static const float logits[] = {1, 3, 3, -INFINITY, 2, NAN};
enum { N = sizeof logits / sizeof *logits, DRAWS = 20000 };

static fl_kernels kernels;
static fl_candidate candidates[N];

static int choose(void **state) {
    (void)state;
    return fl_kernels_choose(&kernels, "scalar", NULL) == FL_OK ? 0 : -1;
}

/* How often each id comes in DRAWS draws. */
static void shares(const fl_sampler *sampler, double out[N]) {
    uint64_t rng = sampler->seed;
    memset(out, 0, N * sizeof *out);
    for (int i = 0; i < DRAWS; i++)
        out[fl_sample(sampler, logits, N, candidates, &rng, &kernels)] += 1.0 / DRAWS;
}

static void greedy_takes_the_first_of_the_best(void **state) {
    (void)state;
    double out[N];
    shares(&(fl_sampler){.top_p = 1}, out);
    assert_true(out[1] > 0.999);
}

static void temperature_gives_softmax_shares(void **state) {
    (void)state;
    double out[N], z = exp(0.5) + 2 * exp(1.5) + exp(1.0);
    shares(&(fl_sampler){.temperature = 2, .top_p = 1, .seed = 5}, out);
    assert_true(fabs(out[0] - exp(0.5) / z) < 0.02);
    assert_true(fabs(out[1] - exp(1.5) / z) < 0.02);
    assert_true(fabs(out[4] - exp(1.0) / z) < 0.02);
    assert_true(out[3] == 0 && out[5] == 0);
}

static void top_k_and_top_p_cut_the_tail(void **state) {
    (void)state;
    double out[N];
    shares(&(fl_sampler){.temperature = 1, .top_k = 2, .top_p = 1}, out);
    assert_true(out[0] == 0 && out[4] == 0 && fabs(out[1] - 0.5) < 0.02);
    shares(&(fl_sampler){.temperature = 1, .top_p = 0.3}, out);
    assert_true(out[1] > 0.999); /* one of the two best already holds 0.39 */
    shares(&(fl_sampler){.temperature = 1, .top_p = 0.5}, out);
    assert_true(fabs(out[1] - 0.5) < 0.02 && fabs(out[2] - 0.5) < 0.02);
}

static void a_seed_repeats_and_another_differs(void **state) {
    (void)state;
    const fl_sampler sampler = {.temperature = 1, .top_p = 1};
    uint64_t a = 1, b = 1, c = 2;
    bool differs = false;
    for (int i = 0; i < 100; i++) {
        int32_t id = fl_sample(&sampler, logits, N, candidates, &a, &kernels);
        assert_int_equal(id, fl_sample(&sampler, logits, N, candidates, &b, &kernels));
        differs = differs || id != fl_sample(&sampler, logits, N, candidates, &c, &kernels);
    }
    assert_true(differs);
}

static void nothing_finite_chooses_what_greedy_would(void **state) {
    (void)state;
    static const struct {
        float logits[3];
        int32_t id;
    } cases[] = {{{NAN, NAN, NAN}, 0},
                 {{-INFINITY, -INFINITY, -INFINITY}, 0},
                 {{1, INFINITY, INFINITY}, 1},
                 {{NAN, -INFINITY, 1}, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int hot = 0; hot < 2; hot++) {
            uint64_t rng = 0;
            const fl_sampler sampler = {.temperature = hot, .top_p = 1};
            assert_int_equal(fl_sample(&sampler, cases[i].logits, 3, candidates, &rng, &kernels),
                             cases[i].id);
        }
}

static void extreme_temperatures_have_their_limits(void **state) {
    (void)state;
    double out[N];
    shares(&(fl_sampler){.temperature = 5e-324, .top_p = 1}, out); /* the two best, evenly */
    assert_true(fabs(out[1] - 0.5) < 0.02 && fabs(out[2] - 0.5) < 0.02);
    shares(&(fl_sampler){.temperature = INFINITY, .top_p = 1},
           out); /* all that is finite, evenly */
    assert_true(fabs(out[0] - 0.25) < 0.02 && fabs(out[4] - 0.25) < 0.02);
    const float far[] = {-3e38f, 3e38f}; /* their difference is no float */
    int seen[2] = {0, 0};
    uint64_t rng = 0;
    for (int i = 0; i < 100; i++)
        seen[fl_sample(&(fl_sampler){.temperature = INFINITY, .top_p = 1}, far, 2, candidates, &rng,
                       &kernels)]++;
    assert_true(seen[0] > 20 && seen[1] > 20);
}

static void cuts_wider_than_the_vocabulary_cut_nothing(void **state) {
    (void)state;
    double all[N], out[N];
    shares(&(fl_sampler){.temperature = 1, .top_p = 1}, all);
    shares(&(fl_sampler){.temperature = 1, .top_k = INT64_MAX, .top_p = INFINITY}, out);
    assert_memory_equal(all, out, sizeof all);
    shares(&(fl_sampler){.temperature = 1, .top_p = 5e-324}, out);
    assert_true(out[1] > 0.999);
}

static void samplers_are_described(void **state) {
    (void)state;
    char text[96];
    fl_sampler_print(&(fl_sampler){.top_p = 1}, text, sizeof text);
    assert_string_equal(text, "greedy");
    fl_sampler_print(&(fl_sampler){.temperature = 0.8, .top_k = 40, .top_p = 0.9, .seed = 3}, text,
                     sizeof text);
    assert_string_equal(text, "temperature 0.8 top-k 40 top-p 0.9 seed 3");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(greedy_takes_the_first_of_the_best),
        cmocka_unit_test(temperature_gives_softmax_shares),
        cmocka_unit_test(top_k_and_top_p_cut_the_tail),
        cmocka_unit_test(a_seed_repeats_and_another_differs),
        cmocka_unit_test(nothing_finite_chooses_what_greedy_would),
        cmocka_unit_test(extreme_temperatures_have_their_limits),
        cmocka_unit_test(cuts_wider_than_the_vocabulary_cut_nothing),
        cmocka_unit_test(samplers_are_described),
    };
    return cmocka_run_group_tests(tests, choose, NULL);
}
