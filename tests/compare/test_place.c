/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Names of tensors, and where in a run they belong.
 */
#include "test.h"

#include "compare/place.h"

enum { LAYERS = 4 };

static void names_of_all_dialects(void **state) {
    (void)state;
    static const struct {
        const char *name;
        fl_stage stage;
        int32_t layer, pass, head;
    } names[] = {
        {"tokens", FL_STAGE_tokens, -1, 0, -1},
        {"input_ids", FL_STAGE_tokens, -1, 0, -1},
        {"pass.3.layer.2.ffn_norm", FL_STAGE_ffn_norm, 2, 3, -1},
        {"pass.12.blocks.3.ln1.hook_scale", FL_STAGE_attn_norm_rms, 3, 12, -1},
        {"blocks.0.hook_resid_pre", FL_STAGE_embed, -1, 0, -1},
        {"blocks.2.hook_resid_pre", FL_STAGE_resid_post, 1, 0, -1},
        {"blocks.1.attn.q.hook_out", FL_STAGE_q, 1, 0, -1},
        {"blocks.1.hook_out", FL_STAGE_resid_post, 1, 0, -1},
        {"blocks.1.ln2.hook_in", FL_STAGE_resid_mid, 1, 0, -1},
        {"model.layers.1.post_attention_layernorm", FL_STAGE_ffn_norm, 1, 0, -1},
        {"model.layers.1.post_attention_layernorm.in", FL_STAGE_resid_mid, 1, 0, -1},
        {"model.layers.3", FL_STAGE_resid_post, 3, 0, -1},
        {"model.rotary_emb.1", FL_STAGE_rope_sin, -1, 0, -1},
        {"past_key_values.2.0", FL_STAGE_k_cache, 2, 0, -1},
        {"attentions.3", FL_STAGE_attn_probs, 3, 0, -1},
        {"hidden_states.0", FL_STAGE_embed, -1, 0, -1},
        {"hidden_states.3", FL_STAGE_resid_post, 2, 0, -1},
        {"hidden_states.4", FL_STAGE_final_norm, -1, 0, -1},
        {"ffn_norm-3", FL_STAGE_ffn_norm, 3, 0, -1},
        {"result_output", FL_STAGE_logits, -1, 0, -1},
        {"resid_post:2", FL_STAGE_resid_post, 2, 0, -1},
        {"layer.1.attn_probs.head.7", FL_STAGE_attn_probs, 1, 0, 7},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        fl_named found;
        if (!fl_place_of_name(names[i].name, LAYERS, &found))
            fail_msg("%s is not found", names[i].name);
        assert_string_equal(fl_stage_get_info(found.place.stage)->id,
                            fl_stage_get_info(names[i].stage)->id);
        assert_int_equal(found.place.layer, names[i].layer);
        assert_int_equal(found.place.pass, names[i].pass);
        assert_int_equal(found.head, names[i].head);
    }
}

static void what_is_no_name(void **state) {
    (void)state;
    static const char *const names[] = {
        "",
        "*",
        "layer.*.q",
        "q",                        /* of which layer? */
        "ln1.hook_scale",           /* likewise: this 1 is no layer */
        "blocks.1.attn.hook_other", /* nobody's */
        "hidden_states.5",          /* behind the last */
        "pass.x.tokens",
        "layer.99999999999.q",
        "model.layers.1.self_attn.q_proj.weight",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        fl_named found;
        if (fl_place_of_name(names[i], LAYERS, &found))
            fail_msg("'%s' is taken for a stage", names[i]);
    }
}

static void layers_are_counted_by_names(void **state) {
    (void)state;
    assert_int_equal(fl_layers_of_name("layer.7.q"), 8);
    assert_int_equal(fl_layers_of_name("pass.2.model.layers.7.mlp.act_fn"), 8);
    assert_int_equal(fl_layers_of_name("hidden_states.8"), 8);
    assert_int_equal(fl_layers_of_name("embed"), 0);
    assert_int_equal(fl_layers_of_name("other.9"), 0);
}

static void stages_come_in_execution_order(void **state) {
    (void)state;
    static const fl_place order[] = {
        {0, FL_STAGE_embed, -1},      {0, FL_STAGE_rope_sin, -1}, {0, FL_STAGE_attn_norm_rms, 0},
        {0, FL_STAGE_resid_post, 0},  {0, FL_STAGE_attn_norm, 1}, {0, FL_STAGE_final_norm_rms, -1},
        {0, FL_STAGE_next_token, -1}, {1, FL_STAGE_tokens, -1},   {1, FL_STAGE_q, 0},
    };
    const size_t n = sizeof order / sizeof *order;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            int found = fl_place_order(&order[i], &order[j]);
            assert_int_equal((found > 0) - (found < 0), (i > j) - (i < j));
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_all_dialects),
        cmocka_unit_test(what_is_no_name),
        cmocka_unit_test(layers_are_counted_by_names),
        cmocka_unit_test(stages_come_in_execution_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
