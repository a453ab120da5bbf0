/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/* Scalar kernels against a second computation in double. */
#include "test.h"

#include "base/diag.h"
#include "base/rng.h"
#include "kernels/kernels.h"

#include <footlight/tensor.h>
#include <math.h>

enum { MAX = 1100 };

static float *noise(uint64_t seed, int64_t n) {
    static float arrays[4][MAX];
    static unsigned next;
    float *x = arrays[next++ % 4];
    for (int64_t i = 0; i < n; i++)
        x[i] = (float)(fl_rng_unit(&seed) * 2 - 1);
    return x;
}

static const int64_t lengths[] = {1,  2,  3,   7,   8,   9,   15,  16,  31,
                                  33, 64, 127, 255, 256, 257, 511, 1023};

/* Products of numbers below 1: the error of a sum of n of them stays below n roundings. */
static void matmul_agrees_with_double(void **state) {
    (void)state;
    for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) {
        int64_t n = lengths[l];
        const float *w = noise(1, n), *x = noise(2, n);
        double want = 0.25;
        float out[3] = {NAN, NAN, 42}, bias = 0.25f;
        for (int64_t i = 0; i < n; i++)
            want += (double)w[i] * (double)x[i];
        fl_matrix m = {FL_DTYPE_F32, w, 1, n, (uint64_t)n * 4};
        fl_scalar_matmul(&m, &bias, x, 1, 0, 1, out);
        assert_true(fabs((double)out[0] - want) < 1e-7 * (double)n + 1e-7);
        assert_true(isnan(out[1]) && out[2] == 42);
    }
}

static void matmul_fills_only_its_rows_for_every_token(void **state) {
    (void)state;
    const float w[4][2] = {{1, 0}, {0, 1}, {1, 1}, {2, -1}}, x[3][2] = {{1, 2}, {3, 4}, {5, 6}};
    float out[3][4] = {{0}};
    fl_matrix m = {FL_DTYPE_F32, w, 4, 2, 8};
    fl_scalar_matmul(&m, NULL, &x[0][0], 3, 2, 4, &out[0][0]);
    const float want[3][4] = {{0, 0, 3, 0}, {0, 0, 7, 2}, {0, 0, 11, 4}};
    assert_memory_equal(out, want, sizeof want);
}

static void norms(void **state) {
    (void)state;
    const float x[] = {3, -4, 0, 5}, w[] = {1, 2, 3, 4};
    float rms = fl_scalar_rms(x, 4, 1e-5f), out[4];
    assert_true(fabs((double)rms - sqrt(12.5 + 1e-5)) < 1e-6);
    fl_scalar_rmsnorm(x, w, 4, 1e-5f, out);
    for (int i = 0; i < 4; i++)
        assert_true(fabs((double)out[i] - (double)x[i] / (double)rms * (double)w[i]) < 1e-6);
}

static void softmax_is_a_share_and_survives_large_scores(void **state) {
    (void)state;
    const float s[] = {-INFINITY, 1000, 999, 998, -INFINITY};
    float p[5];
    fl_scalar_softmax(s, 1, 4, 5, p);
    assert_true(p[0] == 0 && p[4] == 0);
    assert_true(fabs((double)p[1] - 1 / (1 + exp(-1) + exp(-2))) < 1e-6);
    assert_true(fabs((double)p[1] + (double)p[2] + (double)p[3] - 1) < 1e-6);
}

static void rope_turns_pairs_and_keeps_lengths(void **state) {
    (void)state;
    const double theta[] = {1, 0.1};
    float cosines[4], sines[4], out[6];
    const float x[] = {1, 2, 3, 4, 9, 8};
    fl_scalar_rope_table(theta, 1, 3, 2, cosines, sines);
    assert_true(fabs((double)cosines[1] - cos(0.3)) < 1e-7 && cosines[1] == cosines[3]);
    fl_scalar_rope(x, cosines, sines, FL_ROPE_INTERLEAVED, 4, 6, out);
    assert_true(fabs((double)out[0] - (cos(3) - 2 * sin(3))) < 1e-6);
    assert_true(fabs((double)(out[2] * out[2] + out[3] * out[3]) - 25) < 1e-5);
    assert_true(out[4] == 9 && out[5] == 8);
    fl_scalar_rope(x, cosines, sines, FL_ROPE_HALF, 4, 6, out);
    assert_true(fabs((double)out[0] - (cos(3) - 3 * sin(3))) < 1e-6);
    assert_true(fabs((double)out[3] - (2 * sin(0.3) + 4 * cos(0.3))) < 1e-6);
}

static void attention_sees_its_positions_only(void **state) {
    (void)state;
    const float q[] = {1, 2}, keys[] = {1, 1, 2, 0, 0, 3, 5, 5}, p[] = {9, 0.25f, 0.75f, 9};
    float s[4], z[2];
    fl_scalar_scores(q, keys, FL_DTYPE_F32, 1, 3, 4, 2, s);
    assert_true(isinf(s[0]) && isinf(s[3]));
    assert_true(fabs((double)s[1] - 2 / sqrt(2)) < 1e-6 && fabs((double)s[2] - 6 / sqrt(2)) < 1e-6);
    fl_scalar_mix(p, keys, FL_DTYPE_F32, 1, 3, 2, z);
    assert_true(z[0] == 0.5f && z[1] == 2.25f);
}

static void a_half_cache_holds_what_halves_can(void **state) {
    (void)state;
    const float x[] = {1, 0.333333343f};
    uint16_t stored[2];
    float q[] = {0, 1}, s[1];
    fl_scalar_store(x, 2, FL_DTYPE_F16, stored);
    fl_scalar_scores(q, stored, FL_DTYPE_F16, 0, 1, 1, 2, s);
    assert_true(s[0] == fl_half_to_float(stored[1]) / sqrtf(2));
}

static void silu_and_argmax(void **state) {
    (void)state;
    const float x[] = {0, 1, -100, 100};
    float out[4];
    fl_scalar_silu(x, 4, out);
    assert_true(out[0] == 0 && fabs((double)out[1] - 1 / (1 + exp(-1))) < 1e-7);
    assert_true(fabs((double)out[2]) < 1e-30 && out[3] == 100);
    const float ties[] = {NAN, 2, 7, 7, NAN}, nothing[] = {NAN, NAN};
    assert_int_equal(fl_scalar_argmax(ties, 5), 2);
    assert_int_equal(fl_scalar_argmax(nothing, 2), 0);
}

static void kernels_are_chosen_by_name(void **state) {
    (void)state;
    fl_kernels kernels;
    fl_diag diag;
    fl_diag_init(&diag, NULL);
    assert_int_equal(fl_kernels_choose(&kernels, "scalar", &diag), FL_OK);
    assert_string_equal(kernels.isa, "scalar");
    assert_int_equal(fl_kernels_choose(&kernels, "auto", &diag), FL_OK);
    assert_int_equal(fl_kernels_choose(&kernels, "mmx", &diag), FL_ERR_USAGE);
    assert_non_null(strstr(diag.message, "mmx"));
}

static void every_kernel_shows_its_own_text(void **state) {
    (void)state;
    static const char *const names[] = {
#define FL_KERNEL(name, ret, params) #name,
#include "kernels/kernels.def"
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t length = 0;
        int line = 0;
        char call[64];
        const char *text = fl_scalar_source(names[i], &length, &line);
        assert_non_null(text);
        assert_memory_equal(text, "/*", 2);
        assert_memory_equal(text + length - 3, "\n}\n", 3);
        snprintf(call, sizeof call, " fl_scalar_%s(", names[i]);
        const char *found = strstr(text, call);
        assert_true(found && found < text + length);
        assert_true(line > 10);
    }
    size_t length;
    int line;
    assert_null(fl_scalar_source("nothing", &length, &line));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matmul_agrees_with_double),
        cmocka_unit_test(matmul_fills_only_its_rows_for_every_token),
        cmocka_unit_test(norms),
        cmocka_unit_test(softmax_is_a_share_and_survives_large_scores),
        cmocka_unit_test(rope_turns_pairs_and_keeps_lengths),
        cmocka_unit_test(attention_sees_its_positions_only),
        cmocka_unit_test(a_half_cache_holds_what_halves_can),
        cmocka_unit_test(silu_and_argmax),
        cmocka_unit_test(kernels_are_chosen_by_name),
        cmocka_unit_test(every_kernel_shows_its_own_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
