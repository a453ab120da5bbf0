/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/* Statistics against a plain second computation, masks, strides, and the capture's budget. */
#include "test.h"

#include "base/rng.h"
#include "event/capture.h"
#include "event/statistics.h"
#include "event/top.h"
#include "kernels/kernels.h"

#include <math.h>

static void statistics_agree_with_a_plain_sum(void **state) {
    (void)state;
    float x[2 * 3 * 5];
    uint64_t rng = 7;
    double sum = 0, squares = 0, spread = 0;
    for (int i = 0; i < 30; i++)
        x[i] = (float)(fl_rng_unit(&rng) * 4 - 2) + 100;
    for (int i = 0; i < 30; i++) {
        sum += (double)x[i];
        squares += (double)x[i] * (double)x[i];
    }
    for (int i = 0; i < 30; i++)
        spread += ((double)x[i] - sum / 30) * ((double)x[i] - sum / 30);
    fl_tensor t = fl_tensor_dense(x, FL_DTYPE_F32, 3, (int64_t[]){2, 3, 5}, NULL);
    fl_stats s;
    fl_tensor_stats(&t, &s);
    assert_int_equal(s.count, 30);
    assert_true(s.sum == sum && s.mean == sum / 30);
    assert_true(fabs(s.std - sqrt(spread / 30)) < 1e-12);
    assert_true(fabs(s.l2 - sqrt(squares)) < 1e-9 && fabs(s.rms - sqrt(squares / 30)) < 1e-9);
    assert_true(fl_tensor_at(&t, s.argmin) == s.min && fl_tensor_at(&t, s.argmax) == s.max);
}

static void what_is_not_finite_is_counted_apart(void **state) {
    (void)state;
    const float x[] = {NAN, 2, -INFINITY, 0, -0.0f, 2, INFINITY, -1};
    fl_tensor t = fl_tensor_dense(x, FL_DTYPE_F32, 2, (int64_t[]){2, 4}, NULL);
    fl_stats s;
    fl_tensor_stats(&t, &s);
    assert_int_equal(s.count, 8);
    assert_int_equal(s.nan, 1);
    assert_int_equal(s.inf, 2);
    assert_int_equal(s.finite, 5);
    assert_int_equal(s.zeros, 2);
    assert_true(s.min == -1 && s.max == 2 && s.sum == 3);
    assert_int_equal(s.argmax[0], 0); /* the first of equals */
    assert_int_equal(s.argmax[1], 1);
    const float none[] = {NAN, NAN};
    t = fl_tensor_dense(none, FL_DTYPE_F32, 2, (int64_t[]){1, 2}, NULL);
    fl_tensor_stats(&t, &s);
    assert_int_equal(s.finite, 0);
    assert_int_equal(s.nan, 2);
}

static void equal_numbers_have_no_spread(void **state) {
    (void)state;
    float x[7];
    for (int i = 0; i < 7; i++)
        x[i] = 0.1f;
    fl_tensor t = fl_tensor_dense(x, FL_DTYPE_F32, 2, (int64_t[]){1, 7}, NULL);
    fl_stats s;
    fl_tensor_stats(&t, &s);
    assert_true(s.std == 0);
}

static void masked_cells_are_no_numbers(void **state) {
    (void)state;
    float x[3 * 5];
    for (int i = 0; i < 15; i++)
        x[i] = (float)i;
    fl_tensor t = fl_tensor_dense(x, FL_DTYPE_F32, 3, (int64_t[]){1, 3, 5}, NULL);
    t.mask = (fl_mask){.causal = true, .past = 2, .window = 0};
    fl_stats s;
    fl_tensor_stats(&t, &s);
    assert_int_equal(s.count, 3 + 4 + 5);
    assert_int_equal(s.masked, 3);
    assert_true(s.sum == 0 + 1 + 2 + 5 + 6 + 7 + 8 + 10 + 11 + 12 + 13 + 14);
    assert_true(fl_tensor_masked(&t, (int64_t[]){0, 0, 3, 0}));
    assert_false(fl_tensor_masked(&t, (int64_t[]){0, 0, 2, 0}));
    t.mask.window = 2;
    fl_tensor_stats(&t, &s);
    assert_int_equal(s.count, 6);
    assert_int_equal(s.masked, 9);
    assert_true(s.min == 1 && s.argmin[2] == 1);
    assert_true(fl_tensor_masked(&t, (int64_t[]){0, 1, 1, 0}));
}

static void strided_views_pack_in_row_order(void **state) {
    (void)state;
    const float rows[2][3][2] = {{{0, 1}, {2, 3}, {4, 5}}, {{6, 7}, {8, 9}, {10, 11}}};
    const float want[3][2][2] = {{{0, 1}, {6, 7}}, {{2, 3}, {8, 9}}, {{4, 5}, {10, 11}}};
    float packed[12];
    fl_tensor t = fl_tensor_dense(rows, FL_DTYPE_F32, 4, (int64_t[]){1, 3, 2, 2}, NULL);
    t.stride[1] = 2; /* heads lie side by side within a token */
    t.stride[2] = 6;
    fl_tensor_pack(&t, packed);
    assert_memory_equal(packed, want, sizeof want);
    int64_t index[FL_MAX_DIMS] = {0};
    int n = 0;
    do
        assert_true(fl_tensor_at(&t, index) == (double)packed[n++]);
    while (fl_tensor_next(&t, index));
    assert_int_equal(n, 12);
}

static void growing_counts_equal_counting_at_once(void **state) {
    (void)state;
    float x[2][4][3]; /* two heads, four positions */
    uint64_t rng = 3;
    for (int i = 0; i < 24; i++)
        (&x[0][0][0])[i] = (float)(int)(fl_rng_unit(&rng) * 5); /* few values: many ties */
    fl_tensor t = fl_tensor_dense(x, FL_DTYPE_F32, 4, (int64_t[]){1, 2, 4, 3}, NULL);
    fl_stats whole, grown;
    fl_tensor_stats(&t, &whole);
    fl_summary sum = {0}, part;
    for (int64_t position = 0; position < 4; position++)
        for (int64_t head = 0; head < 2; head++) {
            fl_scalar_summary(x[head][position], FL_DTYPE_F32, 3, &part);
            fl_summary_add(&sum, &part, (head * 4 + position) * 3);
        }
    fl_summary_stats(&sum, 4, t.shape, &grown);
    assert_true(grown.min == whole.min && grown.max == whole.max && grown.sum == whole.sum);
    assert_memory_equal(grown.argmin, whole.argmin, sizeof whole.argmin);
    assert_memory_equal(grown.argmax, whole.argmax, sizeof whole.argmax);
    assert_true(fabs(grown.std - whole.std) < 1e-12);
}

static void the_largest_come_first_and_equals_keep_their_order(void **state) {
    (void)state;
    const float x[2][6] = {{9, 9, 9, 9, 9, 9}, {1, NAN, 3, 3, -INFINITY, 2}};
    fl_tensor t = fl_tensor_dense(x, FL_DTYPE_F32, 3, (int64_t[]){1, 2, 6}, NULL);
    fl_ranked best[8];
    assert_int_equal(fl_top(&t, (int64_t[]){0, 1, 0, 0}, 3, best), 3);
    assert_true(best[0].id == 2 && best[1].id == 3 && best[2].id == 5);
    assert_int_equal(fl_top(&t, (int64_t[]){0, 1, 0, 0}, 8, best), 5);
    assert_true(best[3].id == 0 && best[4].id == 4 && isinf(best[4].value));
}

static fl_event event_at(int64_t index, int32_t pass, const float *x, int64_t n) {
    fl_event event = {.index = index, .pass = pass, .stage = FL_STAGE_q};
    event.tensor = fl_tensor_dense(x, FL_DTYPE_F32, 2, (int64_t[]){1, n}, NULL);
    return event;
}

static void capture_drops_the_oldest_pass_first(void **state) {
    (void)state;
    enum { N = 1000 };
    float x[N];
    for (int i = 0; i < N; i++)
        x[i] = (float)i;
    fl_capture *capture = fl_capture_new(5 * (N * sizeof *x + sizeof(fl_captured)));
    for (int64_t i = 0; i < 6; i++) {
        fl_event event = event_at(i, (int32_t)(i / 2), x, N);
        assert_true(fl_capture_add(capture, &event));
    }
    assert_null(fl_capture_get(capture, 0));
    assert_null(fl_capture_get(capture, 1)); /* a pass goes as a whole */
    for (int64_t i = 2; i < 6; i++) {
        const fl_captured *kept = fl_capture_get(capture, i);
        assert_non_null(kept);
        assert_memory_equal(kept->event.tensor.data, x, sizeof x);
        assert_true(kept->stats.max == N - 1);
    }
    assert_null(fl_capture_get(capture, 99));
    fl_capture_free(capture);
}

static void capture_keeps_the_pass_being_added_whatever_the_budget(void **state) {
    (void)state;
    float x[100] = {1};
    fl_capture *capture = fl_capture_new(1);
    for (int64_t i = 0; i < 3; i++) {
        fl_event event = event_at(i, 0, x, 100);
        assert_true(fl_capture_add(capture, &event));
    }
    for (int64_t i = 0; i < 3; i++)
        assert_non_null(fl_capture_get(capture, i));
    fl_event next = event_at(3, 1, x, 100);
    assert_true(fl_capture_add(capture, &next));
    for (int64_t i = 0; i < 3; i++)
        assert_null(fl_capture_get(capture, i));
    assert_non_null(fl_capture_get(capture, 3));
    fl_capture_free(capture);
}

static void filters_select_by_stage_layer_and_head(void **state) {
    (void)state;
    fl_filter filter = fl_filter_all();
    filter.layer_min = 1;
    filter.layer_max = 2;
    filter.head_max = 0;
    filter.stages[FL_STAGE_k] = false;
    assert_true(fl_filter_wants(&filter, &(fl_step){FL_STAGE_embed, -1, -1}));
    assert_true(fl_filter_wants(&filter, &(fl_step){FL_STAGE_q, 2, -1}));
    assert_false(fl_filter_wants(&filter, &(fl_step){FL_STAGE_q, 3, -1}));
    assert_false(fl_filter_wants(&filter, &(fl_step){FL_STAGE_k, 2, -1}));
    assert_false(fl_filter_wants(&filter, &(fl_step){FL_STAGE_attn_head, 2, 1}));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statistics_agree_with_a_plain_sum),
        cmocka_unit_test(what_is_not_finite_is_counted_apart),
        cmocka_unit_test(equal_numbers_have_no_spread),
        cmocka_unit_test(masked_cells_are_no_numbers),
        cmocka_unit_test(strided_views_pack_in_row_order),
        cmocka_unit_test(growing_counts_equal_counting_at_once),
        cmocka_unit_test(the_largest_come_first_and_equals_keep_their_order),
        cmocka_unit_test(capture_drops_the_oldest_pass_first),
        cmocka_unit_test(capture_keeps_the_pass_being_added_whatever_the_budget),
        cmocka_unit_test(filters_select_by_stage_layer_and_head),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
