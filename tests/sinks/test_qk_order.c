/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Queries and keys in Hugging Face's order: what moves, what stays, and that the order is a mere
 * permutation.
 */
#include "test.h"

#include "sinks/qk_order.h"

static fl_tensor seen;
static float cells[64];
static bool had_stats;

static fl_flow look(void *ctx, const fl_event *event) {
    (void)ctx;
    seen = event->tensor;
    had_stats = event->stats != NULL;
    fl_tensor_pack(&event->tensor, cells);
    return FL_GO;
}

/* Two heads of 6 numbers, 4 of them turned, for one token. */
static const fl_hparams hparams = {
    .head_dim = 6, .rotary_dim = 4, .rope_pairing = FL_ROPE_INTERLEAVED};
static const float input[12] = {0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15};
static const float output[12] = {0, 2, 1, 3, 4, 5, 10, 12, 11, 13, 14, 15};

static void deliver(fl_stage stage, int n_dims, const int64_t *shape, const int64_t *stride) {
    fl_qk_order order;
    fl_stats stats = {0};
    fl_event event = {.stage = stage, .stats = &stats};
    event.tensor =
        fl_tensor_dense(input, FL_DTYPE_F32, n_dims, shape, fl_stage_get_info(stage)->axes);
    if (stride)
        memcpy(event.tensor.stride, stride, sizeof event.tensor.stride);
    fl_qk_order_init(&order, &hparams, (fl_sink){NULL, NULL, look});
    fl_sink sink = fl_qk_order_sink(&order);
    assert_true(sink.wants(sink.ctx, &(fl_step){stage, 0, -1}));
    assert_int_equal(sink.event(sink.ctx, &event), FL_GO);
    assert_false(order.failed);
    fl_qk_order_done(&order);
}

static void flat_queries(void **state) {
    (void)state;
    deliver(FL_STAGE_q, 3, (const int64_t[]){1, 1, 12}, NULL);
    assert_memory_equal(cells, output, sizeof output);
    assert_int_equal(seen.shape[2], 12);
}

/* Views with gaps (heads of one token lie side by side) come out dense. */
static void keys_seen_by_head(void **state) {
    (void)state;
    deliver(FL_STAGE_k_cache, 4, (const int64_t[]){1, 2, 1, 6}, (const int64_t[]){12, 6, 12, 1});
    assert_memory_equal(cells, output, sizeof output);
    assert_false(had_stats);
}

static void everything_else_passes_untouched(void **state) {
    (void)state;
    deliver(FL_STAGE_v, 3, (const int64_t[]){1, 1, 12}, NULL);
    assert_memory_equal(cells, input, sizeof input);
    assert_ptr_equal(seen.data, input);
    assert_true(had_stats);
}

static void half_split_models_are_in_that_order(void **state) {
    (void)state;
    fl_hparams half = hparams;
    half.rope_pairing = FL_ROPE_HALF;
    assert_true(fl_qk_order_differs(&hparams));
    assert_false(fl_qk_order_differs(&half));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flat_queries),
        cmocka_unit_test(keys_seen_by_head),
        cmocka_unit_test(everything_else_passes_untouched),
        cmocka_unit_test(half_split_models_are_in_that_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
