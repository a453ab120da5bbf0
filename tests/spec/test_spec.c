/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/* Plans, shapes, costs, names and checks, on the published hyperparameters of Llama-2-7B. */
#include "test.h"

#include <footlight/plan.h>
#include <math.h>

static const fl_hparams llama7b = {
    .model_type = "llama",
    .hidden_size = 4096,
    .intermediate_size = 11008,
    .num_hidden_layers = 32,
    .num_attention_heads = 32,
    .num_key_value_heads = 32,
    .head_dim = 128,
    .rotary_dim = 128,
    .vocab_size = 32000,
    .max_position_embeddings = 4096,
    .rms_norm_eps = 1e-5,
    .rope_theta = 10000,
    .dtype = FL_DTYPE_F16,
};

static void plan_of_llama_2_7b_has_3786_steps_in_order(void **state) {
    (void)state;
    fl_plan *plan;
    assert_int_equal(fl_plan_new(&plan, &llama7b, FL_END_TOKEN, NULL), FL_OK);
    assert_int_equal(fl_plan_count(plan), 3786);
    int64_t at = fl_plan_find(plan, FL_STAGE_attn_scores, 31, 31);
    assert_int_equal(fl_plan_step(plan, at + 1)->stage, FL_STAGE_attn_probs);
    assert_int_equal(fl_plan_step(plan, at + 1)->head, 0);
    assert_int_equal(fl_plan_find(plan, FL_STAGE_q_norm, 0, -1), -1);
    assert_int_equal(fl_plan_step(plan, 3785)->stage, FL_STAGE_next_token);
    fl_plan_free(plan);
    assert_int_equal(fl_plan_new(&plan, &llama7b, FL_END_BLOCKS, NULL), FL_OK);
    assert_int_equal(fl_plan_count(plan), 3780);
    fl_plan_free(plan);
}

static void qk_norm_adds_two_steps_a_layer(void **state) {
    (void)state;
    fl_hparams h = llama7b;
    fl_plan *plan;
    h.features = FL_FEATURE_QK_NORM;
    assert_int_equal(fl_plan_new(&plan, &h, FL_END_TOKEN, NULL), FL_OK);
    assert_int_equal(fl_plan_count(plan), 3786 + 2 * 32);
    fl_plan_free(plan);
}

static void check_shape(fl_stage stage, const fl_dims *dims, int rank, const int64_t *want) {
    int64_t shape[FL_MAX_DIMS];
    assert_int_equal(fl_stage_shape(stage, dims, shape), rank);
    assert_memory_equal(shape, want, (size_t)rank * sizeof *want);
}

static void shapes_are_concrete_and_symbolic(void **state) {
    (void)state;
    fl_dims dims = fl_dims_of(&llama7b, 5, 3, FL_LOGITS_LAST);
    char text[64];
    check_shape(FL_STAGE_embed, &dims, 3, (int64_t[]){1, 5, 4096});
    check_shape(FL_STAGE_rope_cos, &dims, 3, (int64_t[]){1, 5, 128});
    check_shape(FL_STAGE_attn_scores, &dims, 3, (int64_t[]){1, 5, 8});
    check_shape(FL_STAGE_k_cache, &dims, 4, (int64_t[]){1, 32, 8, 128});
    check_shape(FL_STAGE_gate, &dims, 3, (int64_t[]){1, 5, 11008});
    check_shape(FL_STAGE_logits, &dims, 3, (int64_t[]){1, 1, 32000});
    fl_stage_symbols(FL_STAGE_q_rope, text, sizeof text);
    assert_string_equal(text, "[1, H, T, d]");
    fl_stage_symbols(FL_STAGE_attn_concat, text, sizeof text);
    assert_string_equal(text, "[1, T, H·d]");
}

static void parameters_and_cache(void **state) {
    (void)state;
    fl_hparams h = llama7b;
    assert_int_equal(fl_parameters(&h), 6738415616);
    assert_int_equal(fl_kv_bytes_per_token(&h, 2), 512 * 1024);
    assert_int_equal(fl_kv_bytes_per_token(&h, 4), 1024 * 1024);
    h.tie_word_embeddings = true;
    assert_int_equal(fl_parameters(&h), 6738415616 - (int64_t)4096 * 32000);
    h.features = FL_FEATURE_ATTN_BIAS;
    assert_int_equal(fl_parameters(&h), 6738415616 - (int64_t)4096 * 32000 + 32 * 3 * 4096);
}

static void costs_follow_the_conventions(void **state) {
    (void)state;
    fl_dims dims = fl_dims_of(&llama7b, 5, 0, FL_LOGITS_LAST);
    fl_storage q = {FL_DTYPE_F16, (uint64_t)4096 * 4096 * 2},
               table = {FL_DTYPE_F16, 32000ull * 8192};
    fl_cost cost = fl_stage_cost(FL_STAGE_q, &dims, &q, NULL, 2);
    assert_true(cost.flops == 2.0 * 5 * 4096 * 4096);
    assert_true(cost.bytes_read == 4096.0 * 4096 * 2 + 4.0 * 5 * 4096);
    assert_true(cost.bytes_written == 4.0 * 5 * 4096);
    cost = fl_stage_cost(FL_STAGE_embed, &dims, &table, NULL, 2);
    assert_true(cost.flops == 0);
    assert_true(cost.bytes_read == 5 * 8192.0);
    /* 15 unmasked cells of 25, each 128 multiply-adds and a division */
    cost = fl_stage_cost(FL_STAGE_attn_scores, &dims, NULL, NULL, 2);
    assert_true(cost.flops == 15 * 257.0);
    assert_true(cost.bytes_read == 4.0 * 5 * 128 + 2.0 * 5 * 128);
    cost = fl_stage_cost(FL_STAGE_k_cache, &dims, NULL, NULL, 2);
    assert_true(cost.bytes_written == 2.0 * 5 * 4096);
}

static void a_window_limits_the_cells(void **state) {
    (void)state;
    fl_dims dims = fl_dims_of(&llama7b, 4, 2, FL_LOGITS_LAST);
    assert_true(fl_unmasked_cells(&dims) == 3 + 4 + 5 + 6);
    dims.window = 4;
    assert_true(fl_unmasked_cells(&dims) == 3 + 4 + 4 + 4);
    /* against counting one by one */
    for (dims.T = 1; dims.T < 9; dims.T++)
        for (dims.P = 0; dims.P < 9; dims.P++)
            for (dims.window = 0; dims.window < 20; dims.window++) {
                int64_t cells = 0;
                for (int64_t t = 0; t < dims.T; t++) {
                    int64_t seen = dims.P + t + 1;
                    cells += dims.window && seen > dims.window ? dims.window : seen;
                }
                assert_true(fl_unmasked_cells(&dims) == (double)cells);
            }
}

static void names_in_every_dialect(void **state) {
    (void)state;
    static const struct {
        fl_stage stage;
        fl_dialect dialect;
        const char *name;
    } names[] = {
        {FL_STAGE_attn_norm, FL_DIALECT_FOOTLIGHT, "layer.3.attn_norm"},
        {FL_STAGE_attn_norm, FL_DIALECT_TL, "layer.3.attn_norm"},
        {FL_STAGE_attn_probs, FL_DIALECT_TL, "blocks.3.attn.hook_pattern"},
        {FL_STAGE_attn_probs, FL_DIALECT_HF, "attentions.3"},
        {FL_STAGE_resid_post, FL_DIALECT_HF, "model.layers.3"},
        {FL_STAGE_q, FL_DIALECT_GGML, "Qcur-3"},
        {FL_STAGE_logits, FL_DIALECT_HF, "lm_head"},
        {FL_STAGE_probs, FL_DIALECT_HF, "probs"},
    };
    char text[96];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        fl_stage_name(names[i].stage, 3, names[i].dialect, text, sizeof text);
        assert_string_equal(text, names[i].name);
        assert_true(fl_stage_match(text, names[i].stage, 3, 32));
    }
}

static void dialects_are_parsed_by_the_names_they_print(void **state) {
    (void)state;
    for (int d = 0; d < FL_DIALECT_COUNT; d++)
        assert_int_equal(fl_dialect_parse(fl_dialect_name((fl_dialect)d)), d);
    assert_int_equal(fl_dialect_parse("klingon"), FL_DIALECT_COUNT);
}

static void patterns_select_stages(void **state) {
    (void)state;
    assert_true(fl_stage_match("attn_*", FL_STAGE_attn_head, 2, 4));
    assert_false(fl_stage_match("attn_*", FL_STAGE_q, 2, 4));
    assert_true(fl_stage_match("blocks.*.hook_resid_post", FL_STAGE_resid_post, 2, 4));
    assert_true(fl_stage_match("resid_post:2", FL_STAGE_resid_post, 2, 4));
    assert_false(fl_stage_match("resid_post:2", FL_STAGE_resid_post, 1, 4));
    assert_true(fl_stage_match("blocks.1.attn.o.hook_in", FL_STAGE_attn_concat, 1, 4));
    assert_true(fl_stage_match("pattern:3", FL_STAGE_attn_probs, 3, 4));
    assert_true(fl_stage_match("hidden_states.0", FL_STAGE_embed, -1, 4));
    assert_true(fl_stage_match("hidden_states.2", FL_STAGE_resid_post, 1, 4));
    assert_true(fl_stage_match("hidden_states.4", FL_STAGE_final_norm, -1, 4));
    assert_false(fl_stage_match("hidden_states.4", FL_STAGE_resid_post, 3, 4));
    assert_true(fl_stage_match("blocks.0.hook_resid_pre", FL_STAGE_embed, -1, 4));
    assert_true(fl_stage_match("hook_resid_pre", FL_STAGE_embed, -1, 4));
    assert_true(fl_stage_match("hook_resid_pre", FL_STAGE_resid_post, 2, 4));
    assert_false(fl_stage_match("hook_resid_pre", FL_STAGE_resid_post, 3, 4)); /* nobody reads it */
    assert_true(fl_stage_match("resid_pre:1", FL_STAGE_resid_post, 0, 4));
    /* TransformerLens names without block and component mean every layer's */
    assert_true(fl_stage_match("hook_resid_post", FL_STAGE_resid_post, 3, 4));
    assert_false(fl_stage_match("hook_resid_post", FL_STAGE_resid_mid, 3, 4));
    assert_true(fl_stage_match("attn.hook_q", FL_STAGE_q, 2, 4));
    assert_true(fl_stage_match("hook_q", FL_STAGE_q, 2, 4));
    assert_false(fl_stage_match("attn.hook_q", FL_STAGE_k, 2, 4));
    assert_true(fl_stage_match("attn.hook_*", FL_STAGE_attn_probs, 1, 4));
    assert_false(fl_stage_match("attn.hook_*", FL_STAGE_gate, 1, 4));
    assert_false(fl_stage_match("attn*", FL_STAGE_q, 1, 4)); /* short names stay as narrow */
    assert_false(fl_stage_match("", FL_STAGE_q, 0, 4));
    assert_false(fl_stage_match("qq", FL_STAGE_q, 0, 4));
}

static void impossible_hyperparameters_are_named(void **state) {
    (void)state;
    fl_diag diag;
    fl_hparams h = llama7b;
    assert_int_equal(fl_hparams_check(&h, &diag), FL_OK);
    h.num_key_value_heads = 5;
    assert_int_equal(fl_hparams_check(&h, &diag), FL_ERR_FORMAT);
    assert_non_null(strstr(diag.message, "num_key_value_heads"));
    h = llama7b;
    h.num_hidden_layers = (int64_t)1 << 31;
    assert_int_equal(fl_hparams_check(&h, &diag), FL_ERR_FORMAT);
    assert_non_null(strstr(diag.message, "num_hidden_layers"));
    h = llama7b;
    h.rotary_dim = 7;
    assert_int_equal(fl_hparams_check(&h, &diag), FL_ERR_FORMAT);
    h = llama7b;
    h.rms_norm_eps = NAN;
    assert_int_equal(fl_hparams_check(&h, &diag), FL_ERR_FORMAT);
    h = llama7b;
    h.rope_scaling.kind = FL_ROPE_LINEAR;
    assert_int_equal(fl_hparams_check(&h, &diag), FL_ERR_FORMAT);
    assert_non_null(strstr(diag.message, "factor"));
}

static void a_plan_too_long_to_make_is_refused(void **state) {
    (void)state;
    fl_diag diag;
    fl_hparams h = llama7b;
    h.num_hidden_layers = 4096;
    h.num_attention_heads = h.num_key_value_heads = 16384;
    assert_int_equal(fl_hparams_check(&h, &diag), FL_ERR_FORMAT);
    assert_non_null(strstr(diag.message, "num_hidden_layers 4096 times"));
}

static void impossible_yarn_is_refused(void **state) {
    (void)state;
    const fl_rope_scaling good = {.kind = FL_ROPE_YARN,
                                  .factor = 4,
                                  .beta_fast = 32,
                                  .beta_slow = 1,
                                  .original_max_position_embeddings = 4096};
    fl_diag diag;
    fl_hparams h = llama7b;
    h.rope_scaling = good;
    assert_int_equal(fl_hparams_check(&h, &diag), FL_OK);
    h.rope_scaling.beta_fast = -1;
    assert_int_equal(fl_hparams_check(&h, &diag), FL_ERR_FORMAT);
    h.rope_scaling = good;
    h.rope_scaling.attention_factor = NAN;
    assert_int_equal(fl_hparams_check(&h, &diag), FL_ERR_FORMAT);
    h.rope_scaling = good;
    h.rope_theta = 1; /* its logarithm divides */
    assert_int_equal(fl_hparams_check(&h, &diag), FL_ERR_FORMAT);
    h.rope_scaling.kind = FL_ROPE_DEFAULT;
    assert_int_equal(fl_hparams_check(&h, &diag), FL_OK);
}

/* Llama 3.1: the first pairs keep their frequency, the last are divided by 8, the ramp is between.
 * Checked values: head size 128, base 500000, original context 8192, low 1, high 4. */
static void llama3_scaling_bends_the_long_waves(void **state) {
    (void)state;
    fl_hparams h = llama7b;
    double plain[64], bent[64], magnitude;
    h.rope_theta = 500000;
    fl_rope_frequencies(&h, NULL, plain, &magnitude);
    h.rope_scaling = (fl_rope_scaling){.kind = FL_ROPE_LLAMA3,
                                       .factor = 8,
                                       .low_freq_factor = 1,
                                       .high_freq_factor = 4,
                                       .original_max_position_embeddings = 8192};
    fl_rope_frequencies(&h, NULL, bent, &magnitude);
    assert_true(magnitude == 1);
    assert_true(bent[0] == plain[0] && plain[0] == 1);
    assert_true(fabs(bent[63] / plain[63] - 0.125) < 1e-12);
    int kept = 0, divided = 0;
    for (int i = 0; i < 64; i++) {
        kept += bent[i] == plain[i];
        divided += fabs(bent[i] * 8 / plain[i] - 1) < 1e-12;
    }
    assert_int_equal(kept, 29);    /* wavelength below 2048: i up to 28 */
    assert_int_equal(divided, 29); /* wavelength above 8192: i from 35 on */
}

static void divisors_and_yarn(void **state) {
    (void)state;
    fl_hparams h = llama7b;
    double theta[64], magnitude;
    float divisors[64];
    for (int i = 0; i < 64; i++)
        divisors[i] = 2;
    fl_rope_frequencies(&h, divisors, theta, &magnitude);
    assert_true(theta[0] == 0.5);
    h.rope_scaling = (fl_rope_scaling){.kind = FL_ROPE_YARN,
                                       .factor = 4,
                                       .beta_fast = 32,
                                       .beta_slow = 1,
                                       .original_max_position_embeddings = 4096};
    fl_rope_frequencies(&h, NULL, theta, &magnitude);
    assert_true(fabs(magnitude - 1.1386294361119891) < 1e-15);
    assert_true(theta[0] == 1);
    /* the ramp from pair 20 to pair 46, worked by hand: at pair 30, 10/26 of the way */
    assert_true(fabs(theta[30] * pow(10000, 60.0 / 128) - (1 - 10.0 / 26 * 0.75)) < 1e-12);
    assert_true(theta[20] == pow(10000, -40.0 / 128));
    assert_true(fabs(theta[46] * pow(10000, 92.0 / 128) - 0.25) < 1e-12);
    assert_true(fl_yarn_magnitude(1) == 1 && fl_yarn_magnitude(0.5) == 1);
    assert_true(fabs(theta[63] * pow(10000, 126.0 / 128) - 0.25) < 1e-12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plan_of_llama_2_7b_has_3786_steps_in_order),
        cmocka_unit_test(qk_norm_adds_two_steps_a_layer),
        cmocka_unit_test(shapes_are_concrete_and_symbolic),
        cmocka_unit_test(parameters_and_cache),
        cmocka_unit_test(costs_follow_the_conventions),
        cmocka_unit_test(a_window_limits_the_cells),
        cmocka_unit_test(names_in_every_dialect),
        cmocka_unit_test(dialects_are_parsed_by_the_names_they_print),
        cmocka_unit_test(patterns_select_stages),
        cmocka_unit_test(impossible_hyperparameters_are_named),
        cmocka_unit_test(a_plan_too_long_to_make_is_refused),
        cmocka_unit_test(impossible_yarn_is_refused),
        cmocka_unit_test(llama3_scaling_bends_the_long_waves),
        cmocka_unit_test(divisors_and_yarn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
