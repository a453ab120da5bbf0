/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The page side by side compares what belongs together and says so where nothing does; the page of
 * a weight shows the cell its cursor is on.
 */
#include "test.h"

#include "view/on_scene.h"
#include "view/pair.h"

#include <math.h>

static void assert_page_says(const char *words) {
    fl_buffer text = {0};
    fl_view_page_text(view, &text);
    if (!text.data || !strstr(text.data, words))
        fail_msg("\"%s\" is not in:\n%s", words, text.data ? text.data : "nothing");
    fl_buffer_done(&text);
}

static void assert_command(const char *line) {
    if (!fl_view_command(view, line))
        fail_msg("%s: %s", line, fl_view_message(view));
}

/* There is nothing to compare, which both the message and the page say. */
static void assert_nothing(const char *line, const char *why) {
    assert_false(fl_view_command(view, line));
    assert_non_null(strstr(fl_view_message(view), why));
    assert_page_says(why);
}

static void a_layer_meets_the_one_before(void **state) {
    (void)state;
    fl_pair pair;
    double left, right, difference;
    int64_t index[FL_MAX_DIMS] = {0, 4, 7};
    assert_command("goto gate layer 1");
    double here = fl_value(view, fl_view_at(view), index);
    double before = fl_value(view, fl_find_before(view, FL_STAGE_gate, 0, -1), index);
    assert_command("beside layer");
    fl_pair_of(view, &pair);
    assert_string_equal(pair.why, "");
    assert_int_equal(pair.shared, 6);
    assert_true(fl_pair_at(&pair, FL_LEFT, 0, 4, 7, &left) && left == before);
    assert_true(fl_pair_at(&pair, FL_RIGHT, 0, 4, 7, &right) && right == here);
    assert_true(fl_pair_at(&pair, FL_DIFFERENCE, 0, 4, 7, &difference));
    assert_true(difference == here - before);
}

static void the_largest_difference_is_the_largest(void **state) {
    (void)state;
    fl_pair pair;
    fl_apart apart;
    double value, most = 0;
    assert_command("goto q_rope layer 1");
    assert_command("beside layer 0");
    fl_pair_of(view, &pair);
    fl_pair_apart(&pair, &apart);
    for (int64_t band = 0; band < 4; band++)
        for (int64_t row = 0; row < 6; row++)
            for (int64_t col = 0; col < 4; col++)
                if (fl_pair_at(&pair, FL_DIFFERENCE, band, row, col, &value))
                    most = fmax(most, fabs(value));
    assert_int_equal(apart.cells, 4 * 6 * 4);
    assert_int_equal(apart.n, FL_APART);
    assert_true(fabs(apart.largest[0].value) == most);
    assert_true(fabs(apart.largest[1].value) <= most);
}

static void a_stage_beside_itself_is_equal(void **state) {
    (void)state;
    assert_command("goto q");
    assert_command("beside prompt a dog says"); /* both begin with the same mark */
    fl_pair pair;
    double value;
    fl_pair_of(view, &pair);
    assert_int_equal(pair.shared, 4);
    assert_true(fl_pair_at(&pair, FL_DIFFERENCE, 0, 0, 3, &value) && value == 0);
    assert_true(fabs(fl_pair_cosine(&pair, 0, 0) - 1) < 1e-12);
    assert_false(fl_pair_at(&pair, FL_LEFT, 0, 5, 3, &value));
    assert_page_says("4 rows on the left, 6 on the right: the 4 that both have are compared");
}

static void keys_of_another_pass_meet_by_position(void **state) {
    (void)state;
    fl_pair pair;
    double value;
    fl_scene_keys(view, "ts");
    assert_command("goto k_cache layer 0");
    assert_command("beside pass");
    fl_pair_of(view, &pair);
    assert_int_equal(pair.shared, 6);
    assert_true(fl_pair_at(&pair, FL_DIFFERENCE, 1, 5, 2, &value) && value == 0);
    assert_false(fl_pair_at(&pair, FL_LEFT, 1, 6, 2, &value));
}

static void what_cannot_be_compared_says_why(void **state) {
    (void)state;
    assert_command("goto q layer 0");
    assert_nothing("beside layer", "layer 0 is the first");
    assert_nothing("beside layer 1",
                   "layer 1 has not been computed yet: goto q layer 1 first, then");
    assert_nothing("beside pass", "this is the first pass");
    assert_command("goto embed");
    assert_nothing("beside layer", "belongs to the whole pass");
    assert_false(fl_view_command(view, "beside layer 9"));
    assert_false(fl_view_command(view, "beside prompt bad"));
    assert_false(fl_view_command(view, "beside nothing"));
}

static void steps_walk_both_runs(void **state) {
    (void)state;
    assert_command("beside prompt a dog says");
    fl_scene_keys(view, "ttn"); /* into the third pass of both */
    assert_page_says("left: \"a dog says\", event");
    assert_int_equal(view->page, FL_PAGE_beside);
    assert_command("beside off");
    assert_int_equal(view->page, FL_PAGE_NONE);
    assert_null(view->beside.other.get);
}

static void keys_go_round_and_close(void **state) {
    (void)state;
    fl_scene_keys(view, ":goto gate layer 1<enter>||"); /* a first pass has none before it */
    assert_int_equal(view->page, FL_PAGE_NONE);
    fl_scene_keys(view, "ts:goto gate layer 1<enter>||");
    assert_int_equal(view->beside.kind, FL_BESIDE_PASS);
    fl_scene_keys(view, "|");
    assert_int_equal(view->page, FL_PAGE_NONE);
}

/* No page is opened that has nothing to show: what would work is said instead. */
static void what_has_no_partner_is_refused(void **state) {
    (void)state;
    fl_scene_keys(view, ":goto q layer 0<enter>|");
    assert_int_equal(view->page, FL_PAGE_NONE);
    assert_non_null(strstr(fl_view_message(view), "layer 0 is the first"));
    assert_non_null(strstr(fl_view_message(view), "beside prompt TEXT"));
    fl_scene_keys(view, "ts:goto q layer 0<enter>|"); /* but the pass before has it */
    assert_int_equal(view->page, FL_PAGE_beside);
    assert_int_equal(view->beside.kind, FL_BESIDE_PASS);
    assert_page_says("left: pass 0");
}

static void logits_list_pieces_with_both_ranks(void **state) {
    (void)state;
    assert_command("goto logits");
    assert_command("beside prompt a dog says");
    assert_page_says("piece              rank        left     rank       right    difference");
}

static void a_weight_tells_its_cell(void **state) {
    (void)state;
    float row[16];
    char words[64], number[FL_NUMBER];
    assert_command("goto q layer 1");
    const fl_weight *w = fl_here(view)->event.weight;
    assert_command("weight row 7 column 3");
    assert_true(fl_weight_row(w, 7, row));
    snprintf(words, sizeof words, "[7, 3] = %s", fl_exact(number, (double)row[3]));
    assert_page_says(words);
    assert_page_says("row 7 makes q[7], head 1, dim 3; column 3 reads attn_norm[3]");
    fl_scene_keys(view, "2j<right>");
    assert_page_says("row 9 makes q[9], head 2, dim 1; column 4");
    assert_false(fl_view_command(view, "weight row x"));
}

static void a_tally_counts_every_cell(void **state) {
    (void)state;
    float row[16];
    fl_tally tally;
    double most = 0;
    assert_command("goto q");
    const fl_weight *w = fl_here(view)->event.weight;
    assert_true(fl_tally_rows(w, 0, 16, 16, &tally));
    for (int i = 0; i < 16; i++) {
        fl_weight_row(w, i, row);
        for (int j = 0; j < 16; j++)
            most = fmax(most, fabs((double)row[j]));
    }
    int64_t binned = 0;
    for (int i = 0; i < FL_BINS; i++)
        binned += tally.bins[i];
    assert_int_equal(tally.count, 256);
    assert_int_equal(binned, 256);
    assert_true(fabs(tally.most) == most);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_layer_meets_the_one_before),     TEST(the_largest_difference_is_the_largest),
        TEST(a_stage_beside_itself_is_equal),   TEST(keys_of_another_pass_meet_by_position),
        TEST(what_cannot_be_compared_says_why), TEST(steps_walk_both_runs),
        TEST(keys_go_round_and_close),          TEST(logits_list_pieces_with_both_ranks),
        TEST(what_has_no_partner_is_refused),   TEST(logits_list_pieces_with_both_ranks),
        TEST(a_weight_tells_its_cell),          TEST(a_tally_counts_every_cell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
