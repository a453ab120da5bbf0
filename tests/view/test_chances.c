/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Scores and chances of what comes next, the place of any piece, and other temperatures.
 */
#include "test.h"

#include "view/panels.h"
#include "view/scene.h"

#include <math.h>

static fl_view *view;

static int tear_down(void **state) {
    (void)state;
    fl_view_free(&view);
    return 0;
}

static void assert_screen_says(const char *text) {
    char *screen = fl_scene_text(view);
    if (!strstr(screen, text))
        fail_msg("\"%s\" is not in\n%s", text, screen);
    free(screen);
}

static void assert_says(const char *command, const char *text) {
    assert_true(fl_view_command(view, command));
    if (!strstr(fl_view_message(view), text))
        fail_msg("%s says \"%s\", not \"%s\"", command, fl_view_message(view), text);
}

/* The chance of a piece at a temperature, from the scores of the event. */
static double chance_of(int32_t id, double temperature) {
    int64_t count, logits;
    double sum = 0;
    assert_true(fl_view_command(view, "goto logits"));
    logits = fl_view_at(view);
    double *scores = fl_event_row(view, logits, 0, 0, &count);
    for (int64_t v = 0; v < count; v++)
        sum += exp(scores[v] / temperature);
    double chance = exp(scores[id] / temperature) / sum;
    free(scores);
    return chance;
}

static void it_needs_scores(void **state) {
    (void)state;
    view = fl_scene(80, 24);
    fl_scene_keys(view, "n%");
    assert_int_equal(view->page, FL_PAGE_NONE);
    assert_non_null(strstr(fl_view_message(view), "no scores yet"));
    assert_false(fl_view_command(view, "rank Paris"));
    fl_scene_keys(view, "t%");
    assert_int_equal(view->page, FL_PAGE_chances);
    assert_screen_says("after \" is\" (position 5)");
    assert_screen_says("at temperature 1, as in probs; in the run itself the piece was chosen");
}

static void another_temperature_changes_what_is_shown_alone(void **state) {
    (void)state;
    static const double temperatures[] = {0.5, 0.7, 2};
    char wanted[64], command[32];
    view = fl_scene(80, 24);
    fl_scene_keys(view, "t");
    for (int i = 0; i < 3; i++) {
        double chance = chance_of(18, temperatures[i]), plain = chance_of(18, 1);
        snprintf(command, sizeof command, "temperature %g", temperatures[i]);
        assert_true(fl_view_command(view, command));
        assert_int_equal(view->page, FL_PAGE_chances);
        snprintf(wanted, sizeof wanted, "%.4f    %.4f", chance, plain);
        assert_screen_says(wanted);
        snprintf(wanted, sizeof wanted, "as it would be at temperature %g", temperatures[i]);
        assert_screen_says(wanted);
        fl_scene_keys(view, "q");
    }
    assert_true(fl_view_command(view, "goto probs"));
    assert_true(fabs(fl_value(view, fl_view_at(view), (int64_t[FL_MAX_DIMS]){0, 0, 18}) -
                     chance_of(18, 1)) < 1e-6);
}

static void keys_go_in_tenths(void **state) {
    (void)state;
    view = fl_scene(80, 24);
    fl_scene_keys(view, "t%<<<");
    assert_true(fabs(view->temperature - 0.7) < 1e-12);
    assert_screen_says("as it would be at temperature 0.7");
    fl_scene_keys(view, ">>>>");
    assert_screen_says("as it would be at temperature 1.1");
    assert_true(fl_view_command(view, "cooler 99"));
    assert_screen_says("temperature 0: the likeliest always");
    assert_screen_says("hardly a doubt");
    assert_screen_says("1.0000    0.1567");
    assert_true(fl_view_command(view, "warmer 500"));
    assert_screen_says("temperature 10");
    assert_false(fl_view_command(view, "temperature hot"));
    assert_false(fl_view_command(view, "temperature -1"));
    assert_false(fl_view_command(view, "temperature nan"));
    assert_true(view->temperature == 10);
    fl_scene_keys(view, "qL<");
    assert_int_equal(view->page, FL_PAGE_lens);
    assert_non_null(strstr(fl_view_message(view), "% opens it"));
}

/* Eleven of 24 pieces fit; the chance of the others is what is left. */
static void the_rest_is_summed(void **state) {
    (void)state;
    view = fl_scene(80, 24);
    fl_scene_keys(view, "t");
    double shown = 0;
    char wanted[64];
    const int rows = 11;
    const fl_ranking ranking = *fl_ranking_here(view, 75, 0);
    for (int i = 0; i < rows; i++)
        shown += chance_of(ranking.best[i].id, 1);
    fl_scene_keys(view, "%");
    snprintf(wanted, sizeof wanted, "all after these %.4f\n", 1 - shown);
    assert_screen_says(wanted);
    fl_view_resize(view, 80, 50);
    assert_screen_says("all after these 0.0000\n");
}

/* Very hot, all 24 pieces are almost alike; the count of equal choices says so. */
static void unsureness_is_said_as_choices(void **state) {
    (void)state;
    view = fl_scene(80, 24);
    fl_scene_keys(view, "t:temperature 10<enter>");
    assert_screen_says("about as unsure as among 24 equal choices");
}

static void any_piece_has_a_place(void **state) {
    (void)state;
    view = fl_scene(80, 24);
    fl_scene_keys(view, "t");
    assert_says("rank dog", "\" dog\", id 18, is number 1 of 24: score 2.092, chance ");
    assert_says("rank 18", "\" dog\", id 18, is number 1 of 24");
    assert_says("rank \" dog\"", "\" dog\", id 18, is number 1 of 24");
    assert_says("rank .", "\".\", id 11, is number ");
    assert_says("rank <s>", "\"<s>\", id 1, is number ");
    assert_says("rank dogs", "no piece is all of dogs; the longest at its start: \" dog\", id 18");
    assert_says("rank \"é\"", "\"é\", id 14, ");
    assert_false(fl_view_command(view, "rank \"dog\""));
    assert_false(fl_view_command(view, "rank 24"));
    assert_false(fl_view_command(view, "rank xyz"));
    assert_false(fl_view_command(view, "rank"));
    assert_says("temperature 2", "");
    assert_says("rank dog", ", at temperature 2: 0.");
}

static void the_list_goes_to_what_was_asked_for(void **state) {
    (void)state;
    view = fl_scene(80, 24);
    fl_scene_keys(view, "t%:rank a<enter>");
    assert_int_equal(view->page, FL_PAGE_chances);
    assert_screen_says("▸   3   a ");
    fl_scene_keys(view, "<down>");
    assert_screen_says("▸   4  é ");
    fl_scene_keys(view, "<end><down><home><up>");
    assert_screen_says("▸   1   dog ");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(it_needs_scores, tear_down),
        cmocka_unit_test_teardown(another_temperature_changes_what_is_shown_alone, tear_down),
        cmocka_unit_test_teardown(keys_go_in_tenths, tear_down),
        cmocka_unit_test_teardown(the_rest_is_summed, tear_down),
        cmocka_unit_test_teardown(unsureness_is_said_as_choices, tear_down),
        cmocka_unit_test_teardown(any_piece_has_a_place, tear_down),
        cmocka_unit_test_teardown(the_list_goes_to_what_was_asked_for, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
