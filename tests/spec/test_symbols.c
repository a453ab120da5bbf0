/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The letters of the formulas: none is left unexplained, none has two meanings in one formula.
 */
#include "test.h"

#include "base/text.h"

#include <footlight/plan.h>

#include <math.h>

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Is the word (which may be a subscript: "max_j") one of the formula's symbols, or part of one? */
static bool explained(fl_stage stage, const char *word, size_t length) {
    const fl_symbol_info *symbol;
    for (int i = 0; (symbol = fl_formula_symbol(stage, i)) != NULL; i++) {
        const char *at = strchr(symbol->name, '_');
        size_t whole = strlen(symbol->name);
        if ((strncmp(symbol->name, word, length) == 0 &&
             (whole == length || !is_letter(symbol->name[length]))) ||
            (at && strlen(at + 1) == length && strncmp(at + 1, word, length) == 0))
            return true;
    }
    return false;
}

static bool is_prose(const char *word, size_t length) {
    static const char *const words[] = {"or",  "draw",   "from",        "at",
                                        "the", "chosen", "temperature", "a"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == length && strncmp(words[i], word, length) == 0)
            return true;
    return false;
}

static void every_letter_is_explained(void **state) {
    (void)state;
    for (int id = 0; id < FL_STAGE_COUNT; id++) {
        const char *at = fl_stage_get_info((fl_stage)id)->formula;
        while (*at) {
            size_t n = 0;
            while (is_letter(at[n]))
                n++;
            bool prose = id == FL_STAGE_next_token && is_prose(at, n);
            if (n && !prose && !explained((fl_stage)id, at, n))
                fail_msg("%s: \"%.*s\" is not explained", fl_stage_get_info((fl_stage)id)->id,
                         (int)n, at);
            at += n ? n : 1;
        }
    }
}

static void no_letter_has_two_meanings_in_a_formula(void **state) {
    (void)state;
    for (int id = 0; id < FL_STAGE_COUNT; id++) {
        const fl_symbol_info *a, *b;
        for (int i = 0; (a = fl_formula_symbol((fl_stage)id, i)) != NULL; i++)
            for (int j = 0; j < i; j++) {
                b = fl_formula_symbol((fl_stage)id, j);
                assert_string_not_equal(a->name, b->name);
            }
    }
}

static const fl_symbol_info *find(fl_stage stage, const char *name) {
    const fl_symbol_info *symbol;
    for (int i = 0; (symbol = fl_formula_symbol(stage, i)) != NULL; i++)
        if (strcmp(symbol->name, name) == 0)
            return symbol;
    return NULL;
}

static void one_letter_means_what_its_stage_says(void **state) {
    (void)state;
    assert_string_equal(find(FL_STAGE_attn_probs, "p")->meaning,
                        "the share of attention (attn_probs)");
    assert_string_equal(find(FL_STAGE_probs, "p")->meaning, "the chance of a piece (probs)");
    assert_string_equal(find(FL_STAGE_k, "k")->meaning, "the key");
    assert_non_null(find(FL_STAGE_attn_scores, "cache_k"));
    assert_non_null(find(FL_STAGE_q_norm, "q̂"));
    assert_null(find(FL_STAGE_next_token, "a"));
}

static void some_letters_are_numbers_of_the_run(void **state) {
    (void)state;
    const fl_hparams h = {
        .hidden_size = 64, .head_dim = 8, .rms_norm_eps = 1e-5, .rope_theta = 500};
    const fl_dims dims = fl_dims_of(&h, 3, 7, FL_LOGITS_LAST);
    assert_true(fl_symbol_value(find(FL_STAGE_attn_norm_rms, "D"), &dims, &h) == 64);
    assert_true(fl_symbol_value(find(FL_STAGE_attn_norm_rms, "ε"), &dims, &h) == 1e-5);
    assert_true(fl_symbol_value(find(FL_STAGE_rope_cos, "base"), &dims, &h) == 500);
    assert_true(fl_symbol_value(find(FL_STAGE_rope_cos, "P"), &dims, &h) == 7);
    assert_true(fl_symbol_value(find(FL_STAGE_attn_scores, "d"), &dims, &h) == 8);
    assert_true(isnan(fl_symbol_value(find(FL_STAGE_q, "q"), &dims, &h)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_letter_is_explained),
        cmocka_unit_test(no_letter_has_two_meanings_in_a_formula),
        cmocka_unit_test(one_letter_means_what_its_stage_says),
        cmocka_unit_test(some_letters_are_numbers_of_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
