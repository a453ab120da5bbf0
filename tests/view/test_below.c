/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What stands over and under the rows of a grid: names of columns, bars of a row.
 */
#include "test.h"

#include "view/on_scene.h"
#include "view/state.h"

/* The mark over the cursor's column carries that column's name; no name is lost to it. */
static void the_marked_column_is_named(void **state) {
    (void)state;
    fl_scene_keys(view, ":goto gate<enter>--<home>");
    for (int col = 0; col < 24; col++, fl_scene_keys(view, "<right>")) {
        char name[16], *screen = fl_scene_text(view);
        snprintf(name, sizeof name, "▾%d", col);
        const char *mark = strstr(screen, name);
        assert_true(mark && strchr(" \n", mark[strlen(name)])); /* no other number runs into it */
        free(screen);
    }
}

/* Where not all tokens have a bar, it is said which have, and the cursor brings the others. */
static void bars_of_a_long_row_can_be_scrolled(void **state) {
    (void)state;
    fl_scene_keys(view, "ts:goto attn_probs layer 1 pass 1<enter><home>");
    char *screen = fl_scene_text(view);
    assert_non_null(strstr(screen, "tokens 0 to 3 of 0 to 6, ← → show the others"));
    free(screen);
    fl_scene_keys(view, "<end>");
    screen = fl_scene_text(view);
    assert_non_null(strstr(screen, "tokens 3 to 6 of 0 to 6, ← → show the others"));
    free(screen);
}

/* A column of rope_cos is a pair, whichever two places the file puts together. */
static void columns_of_angles_are_pairs(void **state) {
    (void)state;
    fl_hparams h = *fl_fake_hparams();
    for (int halves = 0; halves < 2; halves++) {
        fl_view_options options = fl_scene_options(&(fl_fake_options){0});
        fl_view *other;
        fl_diag diag;
        h.rope_pairing = halves ? FL_ROPE_HALF : FL_ROPE_INTERLEAVED;
        options.model.hparams = &h;
        assert_int_equal(fl_view_new(&other, &options, &diag), FL_OK);
        fl_view_resize(other, 80, 24);
        fl_scene_keys(other, ":goto rope_sin<enter><end>"); /* two pairs, of 4 places */
        char *screen = fl_scene_text(other);
        assert_non_null(
            strstr(screen, halves ? "pair 1 (places 1 and 3) =" : "pair 1 (places 2 and 3) ="));
        assert_non_null(strstr(screen, halves ? "column i turns places i and i+2 of each head"
                                              : "column i turns places 2i and 2i+1 of each head"));
        assert_non_null(strstr(screen, "columns 2 to 3 repeat them"));
        free(screen);
        fl_view_free(&other);
    }
}

/* What has been computed is not marked by the sign of a corner or of a positive number. */
static void plain_letters_tell_things_apart(void **state) {
    (void)state;
    fl_view_options options = fl_scene_options(&(fl_fake_options){0});
    fl_view *plain;
    fl_diag diag;
    options.ascii = true;
    assert_int_equal(fl_view_new(&plain, &options, &diag), FL_OK);
    fl_view_resize(plain, 120, 40);
    fl_scene_keys(plain, "5s");
    char *screen = fl_scene_text(plain);
    assert_non_null(strstr(screen, "| = tokens "));
    assert_null(strstr(screen, "+ tokens "));
    free(screen);
    fl_view_free(&plain);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_marked_column_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bars_of_a_long_row_can_be_scrolled, set_up, tear_down),
        cmocka_unit_test(columns_of_angles_are_pairs),
        cmocka_unit_test(plain_letters_tell_things_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
