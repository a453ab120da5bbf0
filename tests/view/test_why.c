/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Every cell of every event of two passes explained: what is recomputed from the operands equals
 * what the forward pass computed; and its operands followed to where they are from.
 */
#include "test.h"

#include "kernels/kernels.h"
#include "view/cursor.h"
#include "view/links.h"
#include "view/scene.h"
#include "view/why.h"

#include <math.h>

static void every_cell_is_recomputed(void **state) {
    (void)state;
    fl_view *view = fl_scene(80, 24);
    for (int64_t event = 0; event < 156; event++) {
        fl_view_show(view, event);
        assert_int_equal(fl_view_at(view), event);
        fl_grid grid = fl_grid_of(&fl_here(view)->event);
        for (int64_t band = 0; band < grid.bands; band++)
            for (int64_t row = 0; row < grid.rows; row++)
                for (int64_t col = 0; col < grid.cols; col++) {
                    fl_cursor_set(view, band, row, col);
                    view->rank = col;
                    fl_assert_recomputed(view, 1e-5);
                }
    }
    fl_view_free(&view);
}

/* The largest cell of every event of three passes: wherever a link leads, there stands its number.
 */
static void every_link_lands_on_its_cell(void **state) {
    (void)state;
    fl_view *view = fl_scene(80, 24);
    int links = 0, kept = 0;
    for (int64_t event = 0; event < 234; event++) {
        fl_view_show(view, event);
        fl_cursor_set(view, 1, event % 3, event % 4);
        fl_why why;
        fl_why_of(view, &why);
        for (int item = 0; item < fl_why_items(&why); item++)
            for (int side = 0; side < FL_SIDES; side++) {
                links += fl_assert_link(view, item, side);
                kept += fl_why_link(&why, item, side).pass >= 0;
                assert_int_equal(view->at, event);
            }
    }
    assert_true(links > 2000);
    assert_true(kept > 4);
    fl_view_free(&view);
}

/* By Enter alone from a logit to the prompt, and by Backspace all the way back. */
static void a_logit_is_followed_to_the_embedding(void **state) {
    (void)state;
    fl_view *view = fl_scene(80, 24);
    int64_t way[64];
    int steps = 0;
    fl_scene_keys(view, ":goto logits<enter><down>e");
    for (int64_t at = -1; at != view->at && steps < 64; steps++) {
        at = way[steps] = view->at;
        fl_scene_keys(view, "<enter>");
    }
    assert_string_equal(fl_stage_get_info(fl_here(view)->event.stage)->id, "tokens");
    assert_in_range(steps, 8, 20);
    for (int i = steps - 2; i >= 0; i--) {
        fl_scene_keys(view, "<bs>");
        assert_int_equal(view->at, way[i]);
        assert_int_equal(view->page, FL_PAGE_why);
    }
    assert_int_equal(view->rank, 1);
    fl_scene_keys(view, "<bs>");
    assert_int_equal(view->page, FL_PAGE_NONE);
    assert_int_equal(view->at, way[0]);
    fl_view_free(&view);
}

/* The marked line and its factor decide where Enter goes; the way back restores both. */
static void the_cursor_chooses_a_factor(void **state) {
    (void)state;
    fl_view *view = fl_scene(80, 24);
    fl_why why;
    fl_scene_keys(view, ":goto attn_scores head 3<enter>e<down><down><right>");
    fl_why_of(view, &why);
    const int64_t at = view->at, i = why.terms[2].j;
    fl_scene_keys(view, "<enter>");
    fl_why_of(view, &why);
    assert_int_equal(why.stage, FL_STAGE_k_cache);
    assert_int_equal(why.index[1], 1); /* query heads 2 and 3 share it */
    assert_int_equal(why.index[3], i);
    fl_scene_keys(view, "<bs>");
    assert_int_equal(view->at, at);
    assert_int_equal(view->pick, 2);
    fl_scene_keys(view, "<left><enter>");
    assert_int_equal(fl_here(view)->event.stage, FL_STAGE_q_rope);
    fl_view_free(&view);
}

/* A weight opens its page at the row and column, and that leads back too. */
static void a_weight_is_a_link(void **state) {
    (void)state;
    fl_view *view = fl_scene(80, 24);
    fl_why why;
    fl_scene_keys(view, ":goto gate<enter>e<down>");
    fl_why_of(view, &why);
    fl_scene_keys(view, "w");
    assert_int_equal(view->page, FL_PAGE_weight);
    assert_int_equal(view->weight.row, why.index[2]);
    assert_int_equal(view->weight.col, why.terms[1].j);
    fl_scene_keys(view, "<bs>");
    assert_int_equal(view->page, FL_PAGE_why);
    assert_int_equal(view->pick, 1);
    fl_scene_keys(view, "<esc>w<bs>"); /* opened by hand it just closes */
    assert_int_equal(view->page, FL_PAGE_NONE);
    fl_view_free(&view);
}

/* Once the reader has stepped away, Backspace is about jumps again. */
static void a_cold_trail_leads_nowhere(void **state) {
    (void)state;
    fl_view *view = fl_scene(80, 24);
    fl_scene_keys(view, ":goto down<enter>e<enter>");
    int64_t led = view->at;
    fl_scene_keys(view, "<esc>se");
    assert_int_equal(view->at, led + 1);
    fl_scene_keys(view, "<bs>");
    assert_int_equal(view->page, FL_PAGE_NONE);
    assert_int_equal(view->at, led + 1);
    fl_view_free(&view);
}

/* In scripts links have numbers; what is closed in between is opened again on the way back. */
static void links_are_followed_by_number(void **state) {
    (void)state;
    fl_view *view = fl_scene(80, 24);
    fl_buffer page = {0};
    char words[64];
    fl_scene_keys(view, ":goto attn_out layer 1<enter>");
    int64_t from = view->at;
    int64_t concat = fl_find_before(view, FL_STAGE_attn_concat, 1, -1);
    assert_true(fl_view_command(view, "why"));
    fl_view_page_text(view, &page);
    snprintf(words, sizeof words, "1: event %d [0, 5, ", (int)concat);
    assert_non_null(strstr(page.data, words));
    assert_non_null(strstr(page.data, "2: blk.1.attn_output.weight ["));
    assert_non_null(strstr(page.data, ": F32, stored as 0x"));
    fl_scene_keys(view, "<esc>");
    assert_true(fl_view_command(view, "follow 3"));
    assert_int_equal(view->at, concat);
    fl_scene_keys(view, "<esc>");
    assert_true(fl_view_command(view, "back"));
    assert_int_equal(view->at, from);
    assert_int_equal(view->page, FL_PAGE_why);
    assert_true(fl_view_command(view, "follow 2"));
    assert_int_equal(view->page, FL_PAGE_weight);
    assert_false(fl_view_command(view, "follow 999"));
    assert_string_equal(fl_view_message(view),
                        "this number has no link 999; why lists those it has");
    assert_false(fl_view_command(view, "follow"));
    fl_buffer_done(&page);
    fl_view_free(&view);
}

static void assert_stored(fl_dtype type, const unsigned char *row, int64_t cols, int64_t col,
                          const char *expected) {
    const fl_weight weight = {
        .name = "w", .dtype = type, .n_dims = 2, .shape = {1, cols}, .data = row};
    const fl_link link = {.kind = FL_LINK_WEIGHT, .weight = &weight, .index = {0, col}};
    fl_buffer words = {0};
    fl_weight_words(&link, &words);
    assert_string_equal(words.data, expected);
    fl_buffer_done(&words);
}

/* Bytes whose scales follow the whole matrix: the second group of two begins in the first row. */
static void scales_apart_are_found(void **state) {
    (void)state;
    const unsigned char bytes[6 + 12] = {1, 2, 3, 0xfc, 5, 6, [6 + 4 + 3] = 0x3f}; /* 0, 0.5, 0 */
    const fl_weight weight = {
        .name = "w", .dtype = FL_DTYPE_I8, .n_dims = 2, .shape = {2, 3}, .group = 2, .data = bytes};
    const fl_link link = {.kind = FL_LINK_WEIGHT, .weight = &weight, .index = {1, 0}};
    fl_buffer words = {0};
    float row[3];
    fl_weight_words(&link, &words);
    assert_string_equal(words.data, "I8, group 1 of the matrix: scale 0.5 × -4 = -2");
    assert_true(fl_weight_row(&weight, 0, row) && row[2] == 1.5f);
    fl_buffer_done(&words);
}

/* Scale, minimum and whole number, as the block keeps them; 0x38 is the upper byte of the half 0.5,
 * 0x3c of 1. */
static void stored_weights_are_taken_apart(void **state) {
    (void)state;
    const unsigned char q8_0[2 * 34] = {[34 + 1] = 0x38, [34 + 2 + 5] = 0xfd};
    const unsigned char q4_1[20] = {[1] = 0x38, [3] = 0x3c, [4] = 0xf1};
    const unsigned char q4_k[144] = {[1] = 0x38, [3] = 0x3c, [4] = 0xc3, [8] = 0x45, [16] = 0x21};
    const unsigned char f16[4] = {0, 0, 0x01, 0xbc};
    assert_stored(FL_DTYPE_Q8_0, q8_0, 64, 37, "Q8_0, block 1 of the row: scale 0.5 × -3 = -1.5");
    assert_stored(FL_DTYPE_Q4_1, q4_1, 32, 16,
                  "Q4_1, block 0 of the row: scale 0.5 × 15 + offset 1 = 8.5");
    assert_stored(FL_DTYPE_Q4_K, q4_k, 256, 0,
                  "Q4_K, block 0 of the row, group 0: scale 1.5 (0.5 × 3) × 1 − minimum 5 (1 × 5) "
                  "= -3.5");
    assert_stored(FL_DTYPE_F16, f16, 2, 1, "F16, stored as 0xbc01 = -1.00097656");
}

static void largest_terms_come_first(void **state) {
    (void)state;
    fl_view *view = fl_scene(80, 24);
    fl_scene_keys(view, ":goto down<enter>");
    fl_why why;
    fl_why_of(view, &why);
    assert_int_equal(why.all_terms, 24);
    for (int i = 1; i < why.n_terms; i++)
        assert_true(fabs(why.terms[i - 1].value) >= fabs(why.terms[i].value));
    assert_true(fabs(fl_why_rest(&why, 3) + why.terms[0].value + why.terms[1].value +
                     why.terms[2].value - why.sum) < 1e-9);
    fl_view_free(&view);
}

static void patches_are_named(void **state) {
    (void)state;
    fl_view_options options = fl_scene_options(&(fl_fake_options){.modified_from = 1});
    const fl_patch patch = {FL_PATCH_FEED_FORWARD, 0, -1, 0.5f, 0};
    options.model.patches = &patch;
    options.model.n_patches = 1;
    fl_view *view;
    fl_diag diag;
    assert_int_equal(fl_view_new(&view, &options, &diag), FL_OK);
    fl_view_resize(view, 80, 24);
    fl_why why;
    fl_scene_keys(view, ":goto down layer 0<enter>");
    fl_why_of(view, &why);
    assert_string_equal(why.note, "a patch then multiplies it by 0.5");
    assert_true(fabs(why.value - why.engine / 2) < 1e-5);
    fl_scene_keys(view, ":goto down layer 1<enter>");
    fl_why_of(view, &why);
    assert_string_equal(why.note, "");
    char *screen = fl_scene_text(view);
    assert_non_null(strstr(screen, "MODIFIED"));
    free(screen);
    fl_view_free(&view);
}

static void the_page_says_it_all(void **state) {
    (void)state;
    fl_view *view = fl_scene(80, 24);
    fl_scene_keys(view, ":goto q layer 1<enter>e");
    fl_buffer page = {0}, source = {0};
    fl_view_page_text(view, &page);
    assert_non_null(strstr(page.data, "queries: what each token is looking for"));
    assert_non_null(strstr(page.data, "q[t,o] = Σ_j Wq[o,j] · n[t,j]"));
    assert_non_null(strstr(page.data, "blk.1.attn_q.weight"));
    assert_non_null(strstr(page.data, "blocks.1.attn.hook_q"));
    assert_null(strstr(page.data, "void fl_scalar_matmul")); /* only where it is asked for */
    assert_non_null(strstr(page.data, "why source prints the C function"));
    fl_scene_command(view, "why source", true, "");
    fl_view_page_text(view, &source);
    assert_non_null(strstr(source.data, "void fl_scalar_matmul"));
    fl_buffer_done(&source);
    fl_scene_command(view, "why not", false, "why takes nothing behind it, or source");
    assert_non_null(strstr(page.data, "16 terms"));
    fl_buffer_done(&page);
    fl_view_free(&view);
}

/* The page of the stage, and the screen with the source beside it. */
static void assert_source(const char *isa, const char *stage, const char *page, const char *panel) {
    fl_view_options options = fl_scene_options(&(fl_fake_options){0});
    fl_view *view;
    fl_diag diag;
    char keys[64];
    options.model.isa = isa;
    assert_int_equal(fl_view_new(&view, &options, &diag), FL_OK);
    fl_view_resize(view, 160, 50);
    snprintf(keys, sizeof keys, ":goto %s<enter>", stage);
    fl_scene_keys(view, keys);
    char *screen = fl_scene_text(view);
    if (!strstr(screen, panel))
        fail_msg("\"%s\" is not on\n%s", panel, screen);
    free(screen);
    fl_scene_keys(view, ":why source<enter>");
    fl_buffer text = {0};
    fl_view_page_text(view, &text);
    if (!strstr(text.data, page))
        fail_msg("\"%s\" is not on\n%s", page, text.data);
    fl_buffer_done(&text);
    fl_view_free(&view);
}

/* The text shown is not always what ran: then the level that did is named. */
static void the_source_says_whether_it_ran(void **state) {
    (void)state;
    fl_kernels kernels;
    fl_diag diag;
    char page[96], panel[96];
    assert_source("scalar", "q", "\nThe function that computes it, src", "scalar.c, line ");
    assert_int_equal(fl_kernels_choose(&kernels, "auto", &diag), FL_OK);
    assert_source(kernels.isa, "attn_concat", "\nThe function that computes it, src",
                  "scalar.c, line ");
    if (strcmp(kernels.isa, "scalar") == 0)
        return;
    snprintf(page, sizeof page, "; the number was computed by the %s kernels, within", kernels.isa);
    snprintf(panel, sizeof panel, ", the reference; %s computed it", kernels.isa);
    assert_source(kernels.isa, "q", page, panel);
    assert_source(kernels.isa, "attn_probs", page, panel);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_is_recomputed),
        cmocka_unit_test(every_link_lands_on_its_cell),
        cmocka_unit_test(a_logit_is_followed_to_the_embedding),
        cmocka_unit_test(the_cursor_chooses_a_factor),
        cmocka_unit_test(a_weight_is_a_link),
        cmocka_unit_test(a_cold_trail_leads_nowhere),
        cmocka_unit_test(links_are_followed_by_number),
        cmocka_unit_test(scales_apart_are_found),
        cmocka_unit_test(stored_weights_are_taken_apart),
        cmocka_unit_test(largest_terms_come_first),
        cmocka_unit_test(patches_are_named),
        cmocka_unit_test(the_page_says_it_all),
        cmocka_unit_test(the_source_says_whether_it_ran),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
