/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Which steps a selection wants.
 */
#include "test.h"

#include "sinks/selection.h"

enum { LAYERS = 4 };
static fl_selection selection;

static int begin(void **state) {
    (void)state;
    fl_selection_init(&selection, LAYERS);
    return 0;
}

static int end(void **state) {
    (void)state;
    fl_selection_done(&selection);
    return 0;
}

static bool wants(fl_stage stage, int32_t layer, int32_t head) {
    return fl_selection_wants(&selection, &(fl_step){stage, layer, head});
}

static void without_patterns_everything(void **state) {
    (void)state;
    assert_true(wants(FL_STAGE_tokens, -1, -1));
    assert_true(wants(FL_STAGE_attn_probs, 3, 7));
}

static void patterns_may_name_a_layer(void **state) {
    (void)state;
    assert_int_equal(fl_selection_add(&selection, "resid_post:2", NULL), FL_OK);
    assert_int_equal(fl_selection_add(&selection, "attn_s*", NULL), FL_OK);
    assert_true(wants(FL_STAGE_resid_post, 2, -1));
    assert_false(wants(FL_STAGE_resid_post, 1, -1));
    assert_true(wants(FL_STAGE_attn_scores, 0, 5));
    assert_false(wants(FL_STAGE_attn_probs, 0, 5));
    assert_false(wants(FL_STAGE_tokens, -1, -1));
}

static void all_dialects(void **state) {
    (void)state;
    assert_int_equal(fl_selection_add(&selection, "blocks.*.hook_resid_mid", NULL), FL_OK);
    assert_int_equal(fl_selection_add(&selection, "model.layers.1.self_attn.q_proj", NULL), FL_OK);
    assert_int_equal(fl_selection_add(&selection, "kq_soft_max-3", NULL), FL_OK);
    assert_true(wants(FL_STAGE_resid_mid, 0, -1) && wants(FL_STAGE_resid_mid, 3, -1));
    assert_true(wants(FL_STAGE_q, 1, -1));
    assert_false(wants(FL_STAGE_q, 2, -1));
    assert_true(wants(FL_STAGE_attn_probs, 3, 0));
    assert_false(wants(FL_STAGE_attn_probs, 2, 0));
}

static void ranges_drop_only_what_has_them(void **state) {
    (void)state;
    selection.filter.layer_min = 1;
    selection.filter.layer_max = 2;
    selection.filter.head_min = selection.filter.head_max = 5;
    assert_true(wants(FL_STAGE_logits, -1, -1));
    assert_true(wants(FL_STAGE_q, 2, -1));
    assert_false(wants(FL_STAGE_q, 3, -1));
    assert_true(wants(FL_STAGE_attn_head, 1, 5));
    assert_false(wants(FL_STAGE_attn_head, 1, 4));
}

static void what_means_nothing_is_told(void **state) {
    (void)state;
    assert_int_equal(fl_selection_add(&selection, "attn_prob", NULL), FL_ERR_USAGE);
    assert_int_equal(fl_selection_add(&selection, "layer.4.q", NULL), FL_ERR_USAGE);
    assert_int_equal(fl_selection_add(&selection, "", NULL), FL_ERR_USAGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(without_patterns_everything, begin, end),
        cmocka_unit_test_setup_teardown(patterns_may_name_a_layer, begin, end),
        cmocka_unit_test_setup_teardown(all_dialects, begin, end),
        cmocka_unit_test_setup_teardown(ranges_drop_only_what_has_them, begin, end),
        cmocka_unit_test_setup_teardown(what_means_nothing_is_told, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
