/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * `stage`: every stage can be looked up under every name it has, and its source is where it says.
 */
#include "test.h"

#include "cli/lookup.h"

#include "cli/program.h"

static void one_stage(void **state) {
    (void)state;
    static const char *const parts[] = {
        "attn_probs   [1, T, S]   once a query head",
        "how much each token looks at each earlier one",
        "p[t,k] = exp(s[t,k] − m)",
        "blocks.{l}.attn.hook_pattern",
        "attentions.{l}",
        "kq_soft_max-{l}",
        "[1, H, T, S]",
        "src/engine/stages.c:",
        "src/kernels/scalar.c:",
        ", the reference; what a level of --isa has",
        "void fl_scalar_softmax(",
    };
    fl_ran ran = fl_run("stage", "attn_probs");
    fl_assert_ran(&ran);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        fl_assert_says(ran.out, parts[i]);
    fl_ran_done(&ran);
}

/* The line it names is the stage's function, in the source this test was built from. */
static void source_line_is_right(void **state) {
    (void)state;
    size_t length;
    char *source = fl_read_file(fl_test_path("src/engine/stages.c"), &length);
    for (int id = 0; id < FL_STAGE_COUNT; id++) {
        const char *name = fl_stage_get_info((fl_stage)id)->id;
        char wanted[96];
        fl_ran ran = fl_run("stage", name);
        fl_assert_ran(&ran);
        const char *at = strstr(ran.out, "stages.c:");
        assert_non_null(at);
        long number = strtol(at + strlen("stages.c:"), NULL, 10);
        const char *line = source;
        for (long i = 1; i < number && line; i++)
            line = strchr(line, '\n') + 1;
        snprintf(wanted, sizeof wanted, "static void stage_%s(", name);
        assert_int_equal(strncmp(line, wanted, strlen(wanted)), 0);
        fl_ran_done(&ran);
    }
    free(source);
}

static void without_a_name_all_of_them(void **state) {
    (void)state;
    fl_ran ran = fl_run("stage");
    fl_assert_ran(&ran);
    for (int id = 0; id < FL_STAGE_COUNT; id++)
        fl_assert_says(ran.out, fl_stage_get_info((fl_stage)id)->id);
    fl_ran_done(&ran);
}

static void found_under_every_name(void **state) {
    (void)state;
    for (int id = 0; id < FL_STAGE_COUNT; id++) {
        for (int d = 0; d < FL_DIALECT_COUNT; d++) {
            bool found[FL_STAGE_COUNT];
            char name[128];
            const fl_stage_info *info = fl_stage_get_info((fl_stage)id);
            fl_stage_name((fl_stage)id, info->scope == FL_SCOPE_PASS ? -1 : 3, (fl_dialect)d, name,
                          sizeof name);
            assert_int_equal(fl_stages_named(name, FL_ANY_LAYERS, found, NULL), FL_OK);
            assert_true(found[id]);
            if (!info->names[d])
                continue;
            assert_int_equal(fl_stages_named(info->names[d], FL_ANY_LAYERS, found, NULL), FL_OK);
            assert_true(found[id]);
        }
    }
}

static void nearest(const char *written, fl_stage stage) {
    fl_stage found = fl_stage_nearest(written);
    if (found != stage)
        print_error("%s: found %s\n", written, fl_stage_get_info(found)->id);
    assert_int_equal(found, stage);
}

static void guesses_what_was_meant(void **state) {
    (void)state;
    nearest("attn_prob", FL_STAGE_attn_probs);
    nearest("scores", FL_STAGE_attn_scores);
    nearest("hook_patern", FL_STAGE_attn_probs);
    nearest("resid_pots", FL_STAGE_resid_post);
    nearest("q_proj", FL_STAGE_q);
    nearest("logit", FL_STAGE_logits);
}

static void unknown_names_are_wrong_usage(void **state) {
    (void)state;
    fl_assert_refused(fl_run("stage", "attn_prob"), 2, "attn_prob|the nearest is 'attn_probs'");
    fl_assert_refused(fl_run("stage", "layer.999.q"), 2, "layer.999.q|0 to 127");
    fl_assert_refused(fl_run("stage", "q", "k"), 2, "one name too many");
    fl_assert_refused(fl_run("stage", "\033[31mred"), 2, "\\x1b[31mred");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_stage),
        cmocka_unit_test(source_line_is_right),
        cmocka_unit_test(without_a_name_all_of_them),
        cmocka_unit_test(found_under_every_name),
        cmocka_unit_test(guesses_what_was_meant),
        cmocka_unit_test(unknown_names_are_wrong_usage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
