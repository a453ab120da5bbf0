/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Every cell of every event of two passes explained: what is recomputed from the operands equals
 * what the forward pass computed, and the terms of a sum add up to it.
 */
#include "test.h"

#include "kernels/kernels.h"
#include "view/cursor.h"
#include "view/scene.h"
#include "view/why.h"

#include <math.h>

static void check_cell(fl_view *view) {
    fl_why why;
    fl_why_of(view, &why);
    const char *id = fl_stage_get_info(why.stage)->id;
    if (why.worked[0] == '\0')
        fail_msg("%s: nothing is said", id);
    if (why.masked || why.stage == FL_STAGE_tokens || why.stage == FL_STAGE_next_token)
        return;
    bool kept = (why.stage == FL_STAGE_k_cache || why.stage == FL_STAGE_v_cache) && !why.computed;
    if (kept)
        return;
    if (!why.computed)
        fail_msg("%s: not recomputed", id);
    if (fabs(why.value - why.engine) > 1e-5 * fmax(1, fabs(why.engine)))
        fail_msg("%s: recomputed %g, engine %g", id, why.value, why.engine);
    double sum = why.rest;
    for (int i = 0; i < why.n_terms; i++)
        sum += why.terms[i].value;
    if (why.all_terms > 0 && fabs(sum - why.sum) > 1e-9)
        fail_msg("%s: terms add up to %g, not %g", id, sum, why.sum);
}

static void every_cell_is_recomputed(void **state) {
    (void)state;
    fl_view *view = fl_scene(80, 24);
    for (int64_t event = 0; event < 156; event++, fl_scene_keys(view, "s")) {
        assert_int_equal(fl_view_at(view), event);
        fl_grid grid = fl_grid_of(&fl_here(view)->event);
        for (int64_t band = 0; band < grid.bands; band++)
            for (int64_t row = 0; row < grid.rows; row++)
                for (int64_t col = 0; col < grid.cols; col++) {
                    fl_cursor_set(view, band, row, col);
                    view->rank = col;
                    check_cell(view);
                }
    }
    fl_view_free(&view);
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
    fl_view_options options = fl_scene_options(&(fl_fake_options){0});
    const fl_patch patch = {FL_PATCH_FEED_FORWARD, 0, -1, 0.5f};
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
    fl_buffer page = {0};
    fl_view_page_text(view, &page);
    assert_non_null(strstr(page.data, "queries: what each token is looking for"));
    assert_non_null(strstr(page.data, "q[t,o] = Σ_j Wq[o,j] · n[t,j]"));
    assert_non_null(strstr(page.data, "blk.1.attn_q.weight"));
    assert_non_null(strstr(page.data, "blocks.1.attn.hook_q"));
    assert_non_null(strstr(page.data, "void fl_scalar_matmul"));
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
    fl_scene_keys(view, "e");
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
        cmocka_unit_test(largest_terms_come_first),
        cmocka_unit_test(patches_are_named),
        cmocka_unit_test(the_page_says_it_all),
        cmocka_unit_test(the_source_says_whether_it_ran),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
