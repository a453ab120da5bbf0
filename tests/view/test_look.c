/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Ways to look at one tensor: they stay, they count right, they lead to cells and heads; scales.
 */
#include "test.h"

#include "view/cursor.h"
#include "view/panels.h"
#include "view/scene.h"
#include "view/value.h"

#include <math.h>

static fl_view *view;

static int tear_down(void **state) {
    (void)state;
    fl_view_free(&view);
    return 0;
}

/* v goes through the ways that make sense here; the way stays from stage to stage where it does. */
static void the_way_of_looking_stays(void **state) {
    (void)state;
    view = fl_scene(80, 24);
    fl_scene_keys(view, ":goto q<enter>v");
    assert_true(fl_scene_holds(view, "rows: statistics of each row"));
    fl_scene_keys(view, "s");
    assert_true(fl_scene_holds(view, "rows: statistics of each row"));
    fl_scene_keys(view, "vv");
    assert_true(fl_scene_holds(view, "histogram: cells by size"));
    fl_scene_keys(view, "vv");
    assert_false(fl_scene_holds(view, "histogram:"));
    fl_scene_keys(view, ":goto logits<enter>v");
    assert_true(fl_scene_holds(view, "histogram: cells by size"));
    fl_scene_keys(view, "s");
    assert_true(fl_scene_holds(view, "histogram: cells by size"));
    fl_scene_keys(view, "s");
    assert_true(fl_scene_holds(view, "the model says"));
    assert_false(fl_view_command(view, "look rows"));
    assert_string_equal(fl_view_message(view),
                        "ids are names, not amounts: there is one way to look at them");
    fl_scene_keys(view, ":goto attn_norm_rms<enter>");
    assert_false(fl_view_command(view, "look axes"));
    assert_false(fl_view_command(view, "look askance"));
}

/* What the numbers of a row are, is what the row's own cells say. */
static void rows_and_columns_are_counted_right(void **state) {
    (void)state;
    view = fl_scene(80, 24);
    fl_scene_keys(view, ":goto gate<enter>");
    fl_buffer lines = {0};
    assert_true(fl_view_command(view, "look rows"));
    fl_view_page_text(view, &lines);
    const fl_tensor *tensor = &fl_here(view)->event.tensor;
    double most = -INFINITY, squares = 0;
    for (int64_t col = 0; col < 24; col++) {
        double x = fl_tensor_at(tensor, (int64_t[FL_MAX_DIMS]){0, 5, col});
        most = x > most ? x : most;
        squares += x * x;
    }
    char expected[128], max[FL_NUMBER], rms[FL_NUMBER];
    snprintf(expected, sizeof expected, ", max %s, ", fl_short(max, most));
    const char *row = strstr(lines.data, "token \" is\": min -1.540");
    assert_non_null(row);
    assert_non_null(strstr(row, expected));
    snprintf(expected, sizeof expected, "rms %s, largest magnitude at ffn 17",
             fl_short(rms, sqrt(squares / 24)));
    assert_non_null(strstr(row, expected));
    fl_buffer_done(&lines);
}

static void an_extreme_is_gone_to_by_enter(void **state) {
    (void)state;
    view = fl_scene(80, 24);
    fl_scene_keys(view, ":goto gate<enter>:look extremes<enter>");
    int64_t at = fl_view_at(view);
    fl_scene_keys(view, "<down><enter>");
    assert_int_equal(fl_view_at(view), at);
    fl_place place = fl_cursor_place(view, fl_here(view));
    assert_true(place.row == 3 && place.col == 11);
    fl_scene_keys(view, "<down><down><up><enter>");
    assert_int_equal(fl_cursor_place(view, fl_here(view)).row, 3);
    fl_scene_keys(view, "s<enter>"); /* nothing picked: the last step once more */
    assert_int_equal(fl_view_at(view), at + 2);
    fl_scene_keys(view, ":goto down<enter>:look axes<enter><down><enter>");
    assert_true(fl_cursor_place(view, fl_here(view)).col == view->looking.axes.best[0].col);
    assert_true(view->looking.axes.best[0].spread.rms >= view->looking.axes.best[1].spread.rms);
}

static void heads_are_chosen_from_their_pictures(void **state) {
    (void)state;
    view = fl_scene(80, 24);
    fl_scene_keys(view, ":goto attn_probs layer 1 head 0<enter>V");
    char expected[128];
    double first = 0, itself = 0;
    for (int64_t q = 1; q < 6; q++) {
        const fl_tensor *tensor = &fl_here(view)->event.tensor;
        first += fl_tensor_at(tensor, (int64_t[FL_MAX_DIMS]){0, q, 0}) / 5;
        itself += fl_tensor_at(tensor, (int64_t[FL_MAX_DIMS]){0, q, q}) / 5;
    }
    snprintf(expected, sizeof expected,
             "head 0: %.0f %% on the first token, besides it most on the token itself: %.0f %%",
             100 * first, 100 * itself);
    assert_true(fl_scene_holds(view, expected));
    fl_scene_keys(view, "<right><right><enter>");
    assert_int_equal(fl_here(view)->event.head, 2);
    assert_int_equal(view->page, FL_PAGE_NONE);
    fl_scene_keys(view, ":goto k_rope<enter>:look heads<enter><right><enter>");
    assert_int_equal(fl_cursor_place(view, fl_here(view)).band, 1);
    assert_true(fl_scene_holds(view, "k/v 1 (0–1)"));
    assert_true(fl_view_command(view, "slice 0"));
    assert_int_equal(fl_cursor_place(view, fl_here(view)).band, 0);
    assert_false(fl_view_command(view, "slice 2"));
    fl_scene_keys(view, ":goto embed<enter>");
    assert_false(fl_view_command(view, "look heads"));
}

/* Scores say where a head will look: what the shares then are. */
static void scores_and_shares_say_the_same_of_a_head(void **state) {
    (void)state;
    char *said[2];
    view = fl_scene(80, 24);
    for (int i = 0; i < 2; i++) {
        fl_buffer lines = {0};
        fl_scene_keys(view,
                      i ? ":goto attn_probs layer 1<enter>V" : ":goto attn_scores layer 1<enter>V");
        fl_view_page_text(view, &lines);
        said[i] = strstr(lines.data, "head 3: ");
        assert_non_null(said[i]);
        said[i][strcspn(said[i], ";")] = '\0';
        said[i] = strdup(said[i]);
        fl_buffer_done(&lines);
        fl_scene_keys(view, "q");
    }
    assert_string_equal(said[0], said[1]);
    free(said[0]);
    free(said[1]);
}

static void a_scale_can_be_this_tensor_s_own(void **state) {
    (void)state;
    view = fl_scene(80, 24);
    fl_scene_keys(view, "ts:goto attn_probs layer 1<enter>"); /* one token looks at seven */
    assert_true(fl_digest_here(view)->scale == 1);
    fl_scene_keys(view, ":scale auto<enter>");
    assert_true(fl_digest_here(view)->scale == fl_here(view)->stats.max);
    assert_true(fl_here(view)->stats.max < 1);
    fl_scene_keys(view, ":goto gate<enter>:scale linear<enter>s");
    assert_true(fl_scene_holds(view, "linear; auto; "));
    fl_scene_keys(view, ":scale fixed<enter>:scale usual<enter>s");
    assert_false(fl_scene_holds(view, "linear; "));
    assert_false(fl_view_command(view, "scale up"));
}

/* Two rows a line where rows are more than the lines, one where they fit or the painter cannot. */
static void rows_are_halved_where_they_are_many(void **state) {
    (void)state;
    for (int halves = 0; halves < 2; halves++) {
        fl_view_options options = fl_scene_options(&(fl_fake_options){0});
        fl_diag diag;
        options.halves = halves;
        assert_int_equal(fl_view_new(&view, &options, &diag), FL_OK);
        fl_view_resize(view, 80, 24);
        fl_scene_keys(view, ":goto k_cache<enter>---");
        assert_int_equal(fl_scene_holds(view, "▀▀▀▀"), halves);
        assert_int_equal(fl_scene_holds(view, "two rows a line; "), halves);
        fl_scene_keys(view, ":goto gate<enter>");
        assert_false(fl_scene_holds(view, "▀"));
        fl_view_free(&view);
    }
}

/* Without colour a row of the picture is one row of the tensor, with its token beside it. */
static void no_head_is_drawn_with_rows_put_together(void **state) {
    (void)state;
    view = fl_scene(80, 24);
    view->options.halves = false;
    view->options.colors = 0;
    fl_scene_keys(view, ":goto attn_probs layer 1<enter>V");
    assert_true(fl_scene_holds(view, "0 1 2 3 4 5"));
    assert_true(fl_scene_holds(view, "France"));
    assert_true(fl_scene_holds(view, "row: who looks, column: at whom"));
    static const char *const rows[] = {"<s>", "The", "ca", "of", "Fr", "is"};
    char *screen = fl_scene_text(view), *line = strstr(screen, "0 1 2 3 4 5");
    for (size_t i = 0; i < 6; i++) {
        line = strchr(line, '\n') + 1;
        char *name = strstr(line, rows[i]);
        if (!name || name > strchr(line, '\n'))
            fail_msg("no row %s:\n%s", rows[i], screen);
    }
    free(screen);
    fl_view_resize(view, 60, 16);
    assert_true(fl_scene_holds(view, "a mark: the largest of 2 rows"));
}

/* Lists and rows that are cut say how many more there are. */
static void what_is_cut_says_so(void **state) {
    static const char *const at[] = {":goto q_rope", ":goto v_cache layer 1", ":goto logits",
                                     ":goto logits<enter>e", "?"};
    (void)state;
    view = fl_scene(80, 24);
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        fl_scene_keys(view, at[i]);
        fl_scene_keys(view, i < 3 ? "<enter>" : "");
        assert_true(fl_scene_holds(view, " more"));
        fl_scene_keys(view, i < 3 ? "" : "q");
    }
    fl_scene_keys(view, ":goto embed<enter>");
    assert_false(fl_scene_holds(view, " more"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_way_of_looking_stays, tear_down),
        cmocka_unit_test_teardown(rows_and_columns_are_counted_right, tear_down),
        cmocka_unit_test_teardown(an_extreme_is_gone_to_by_enter, tear_down),
        cmocka_unit_test_teardown(heads_are_chosen_from_their_pictures, tear_down),
        cmocka_unit_test_teardown(scores_and_shares_say_the_same_of_a_head, tear_down),
        cmocka_unit_test_teardown(a_scale_can_be_this_tensor_s_own, tear_down),
        cmocka_unit_test_teardown(rows_are_halved_where_they_are_many, tear_down),
        cmocka_unit_test_teardown(no_head_is_drawn_with_rows_put_together, tear_down),
        cmocka_unit_test_teardown(what_is_cut_says_so, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
