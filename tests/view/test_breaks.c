/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Breakpoints of every kind: where they stop is found a second time here, by going through the
 * events cell by cell. Fake run: 78 events a pass, layers of 34.
 */
#include "test.h"

#include "view/scene.h"
#include "view/state.h"

#include <math.h>

enum { PASS = 78, EVENTS = 3 * PASS };

static fl_view *view;

static void open_run(const fl_fake_options *fake) {
    fl_view_options options = fl_scene_options(fake);
    fl_diag diag;
    assert_int_equal(fl_view_new(&view, &options, &diag), FL_OK);
    fl_view_resize(view, 80, 24);
}

static int set_up(void **state) {
    (void)state;
    open_run(&(fl_fake_options){0});
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    fl_view_free(&view);
    return 0;
}

static void done(const char *line) {
    if (!fl_view_command(view, line))
        fail_msg("\"%s\": %s", line, fl_view_message(view));
}

static void refused(const char *line, const char *said) {
    if (fl_view_command(view, line) || !strstr(fl_view_message(view), said))
        fail_msg("\"%s\" said \"%s\", expected \"%s\"", line, fl_view_message(view), said);
}

static void assert_said(const char *text) {
    if (!strstr(fl_view_message(view), text))
        fail_msg("said \"%s\", expected \"%s\"", fl_view_message(view), text);
}

static void assert_cell(const char *text) {
    fl_buffer cell = {0};
    fl_view_cell(view, &cell);
    if (!strstr(cell.data, text))
        fail_msg("cursor at \"%s\", expected \"%s\"", cell.data, text);
    fl_buffer_done(&cell);
}

/* Is the event one to stop at? */
typedef bool wanted(const fl_captured *c);

static bool is_wanted(wanted *want, int64_t i) {
    const fl_captured *c = fl_event_at(view, i);
    return c && want(c);
}

/* Where `c` must stop after `from`, `C` before it: passes end it too. */
static int64_t stop_after(wanted *want, int64_t from, int direction) {
    int64_t i = from + direction, pass = i / PASS;
    while (i >= 0 && i / PASS == pass && i < EVENTS && !is_wanted(want, i))
        i += direction;
    return i >= 0 && i / PASS == pass ? i : i - direction;
}

/* Through the whole run and back. */
static void assert_stops(wanted *want, int least) {
    int stops = 0;
    for (int direction = 1; direction >= -1; direction -= 2) {
        for (int n = 0; n < EVENTS; n++) {
            int64_t from = fl_view_at(view);
            if (from == (direction > 0 ? EVENTS - 1 : 0))
                break;
            done(direction > 0 ? "continue" : "continue-back");
            int64_t at = fl_view_at(view);
            stops += is_wanted(want, at);
            assert_int_equal(strncmp(fl_view_message(view), "breakpoint 0:", 13) == 0,
                             is_wanted(want, at));
            assert_int_equal(at, stop_after(want, from, direction));
        }
    }
    assert_true(stops >= least);
}

static double largest(const fl_captured *c) {
    double most = 0;
    int64_t index[FL_MAX_DIMS] = {0};
    do
        if (!fl_tensor_masked(&c->event.tensor, index))
            most = fmax(most, fabs(fl_tensor_at(&c->event.tensor, index)));
    while (fl_tensor_next(&c->event.tensor, index));
    return most;
}

static bool above_two(const fl_captured *c) {
    return c->event.tensor.dtype == FL_DTYPE_F32 && largest(c) > 2;
}

static bool residual_above_one(const fl_captured *c) {
    return (c->event.stage == FL_STAGE_resid_mid || c->event.stage == FL_STAGE_resid_post) &&
           c->event.layer == 1 && largest(c) > 1;
}

static void a_bound_stops(void **state) {
    (void)state;
    done("break above 2");
    assert_stops(above_two, 10);
}

static void a_bound_in_one_place_stops(void **state) {
    (void)state;
    done("break above 1 resid_* layer 1");
    assert_said("breakpoint 0: above 1 resid_* layer 1");
    assert_stops(residual_above_one, 2);
}

/* The message names the cell, and the cursor is on it. */
static void the_cell_is_named(void **state) {
    (void)state;
    done("break above 2");
    done("continue");
    const fl_captured *here = fl_here(view);
    const int64_t *index =
        here->stats.max > -here->stats.min ? here->stats.argmax : here->stats.argmin;
    char text[96];
    snprintf(text, sizeof text, "[%d, %d, %d]", (int)index[0], (int)index[1], (int)index[2]);
    assert_said("breakpoint 0: |x| = ");
    assert_said(text);
    assert_said(" is above 2");
    assert_cell(text);
}

static void a_number_that_is_none_stops(void **state) {
    (void)state;
    fl_view_free(&view);
    open_run(&(fl_fake_options){.odd = true});
    done("break nan");
    done("continue");
    assert_string_equal(fl_stage_get_info(fl_here(view)->event.stage)->id, "silu");
    assert_string_equal(fl_view_message(view),
                        "breakpoint 0: silu is no number (NaN) at [0, 0, 3]");
    assert_cell("[0, 0, 3]");
    done("delete all");
    done("goto 0");
    done("break above 1e30"); /* an infinity is above everything */
    done("continue");
    assert_said("breakpoint 1: |x| = inf at [0, 0, 5] is above 1e+30");
    assert_cell("[0, 0, 5]");
}

static int32_t best_of(int64_t event) {
    const fl_captured *c = fl_event_at(view, event);
    int64_t index[FL_MAX_DIMS] = {0};
    int32_t best = 0;
    double most = -INFINITY;
    for (int32_t i = 0; i < c->event.tensor.shape[2]; i++) {
        index[2] = i;
        if (fl_tensor_at(&c->event.tensor, index) > most)
            best = i;
        most = fmax(most, fl_tensor_at(&c->event.tensor, index));
    }
    return best;
}

static bool another_leads(const fl_captured *c) {
    int64_t i = c->event.index;
    return c->event.stage == FL_STAGE_logits && i >= PASS && best_of(i) != best_of(i - PASS);
}

/* Over weights with which another leads. */
static void another_leader_stops(void **state) {
    (void)state;
    uint64_t seed = 1;
    do {
        fl_view_free(&view);
        open_run(&(fl_fake_options){.seed = seed++});
        fl_view_show(view, EVENTS - 1);
    } while (best_of(PASS - 3) == best_of(2 * PASS - 3) && seed < 99);
    done("goto 0");
    done("break argmax");
    assert_stops(another_leads, 2);
}

/* Some token but the first, which sees nothing else. */
static bool looks_at_the_first(const fl_captured *c) {
    bool looks = false;
    if (c->event.stage != FL_STAGE_attn_probs || c->event.layer != 1)
        return false;
    for (int64_t q = 0; q < c->event.tensor.shape[1]; q++)
        looks = looks || (c->event.past + q > 0 &&
                          fl_tensor_at(&c->event.tensor, (int64_t[FL_MAX_DIMS]){0, q, 0}) > 0.4);
    return looks;
}

static void a_look_stops(void **state) {
    (void)state;
    done("break looks 0.4 to 0 layer 1");
    assert_stops(looks_at_the_first, 2);
}

static bool changed(const fl_captured *c) {
    const int64_t cell[FL_MAX_DIMS] = {0, 0, 7};
    int64_t i = c->event.index, before = c->event.layer > 0 ? i - 34 : i - PASS;
    if (c->event.stage != FL_STAGE_resid_post || before < 0)
        return false;
    double now = fl_tensor_at(&c->event.tensor, cell), was = fl_value(view, before, cell);
    return fabs(now - was) > 0.2;
}

static void a_cell_that_changes_stops(void **state) {
    (void)state;
    done("break cell resid_post [0, 0, 7] changes 0.2");
    assert_said("breakpoint 0: cell resid_post [0, 0, 7] changes 0.2");
    assert_stops(changed, 2);
    done("continue");
    assert_cell("[0, 0, 7]");
}

static bool reads_the_seventh(const fl_captured *c) {
    return c->event.stage == FL_STAGE_attn_probs && c->event.head == 3 && c->event.layer == 1 &&
           c->event.past <= 6 && c->event.past + c->event.new_tokens > 6;
}

static void a_token_chooses_its_pass(void **state) {
    (void)state;
    done("break attn_probs layer 1 head 3 token 6"); /* read in the second pass */
    done("continue");
    assert_int_equal(fl_view_at(view), PASS - 1);
    done("continue");
    assert_true(is_wanted(reads_the_seventh, fl_view_at(view)));
    done("delete all");
    done("goto 0");
    done("break gate token 2");
    done("continue");
    assert_said("stopped at breakpoint 1: gate token 2");
    assert_cell("token \" capital\"");
}

/* Of several steps the last one alone is told about. */
static void nothing_is_said_of_an_earlier_stop(void **state) {
    (void)state;
    done("break gate layer 0");
    done("continue 2");
    assert_int_equal(fl_view_at(view), PASS - 1);
    assert_string_equal(fl_view_message(view),
                        "the end of this pass: no breakpoint stopped on the way");
    done("continue-back 2");
    assert_int_equal(fl_view_at(view), 0);
    assert_string_equal(fl_view_message(view),
                        "the start of this pass: no breakpoint stopped on the way");
}

static void all_that_hold_are_named_and_counted(void **state) {
    (void)state;
    done("break gate");
    done("break once above 0 gate");
    done("break up");
    done("break gate layer 0");
    done("continue");
    assert_string_equal(fl_view_message(view),
                        "stopped at breakpoint 0: gate; also breakpoint 1: once above 0 gate; it "
                        "was for once and is gone; also breakpoint 3: gate layer 0");
    const fl_stats *stats = &fl_here(view)->stats; /* the cell of the one that names one */
    const int64_t *index = stats->max > -stats->min ? stats->argmax : stats->argmin;
    char text[96];
    snprintf(text, sizeof text, "[%d, %d, %d]", (int)index[0], (int)index[1], (int)index[2]);
    assert_cell(text);
    fl_buffer page = {0};
    done("breaks");
    fl_view_page_text(view, &page);
    assert_non_null(strstr(page.data, "0  on   stopped 1 time "));
    assert_non_null(strstr(page.data, "2  on   not reached yet"));
    assert_non_null(strstr(page.data, "3  on   stopped 1 time "));
    assert_null(strstr(page.data, "once above"));
    fl_buffer_done(&page);
}

static bool cell_is_above(const fl_captured *c) {
    const int64_t cell[FL_MAX_DIMS] = {0, 0, 7};
    return c->event.stage == FL_STAGE_resid_post &&
           fabs(fl_tensor_at(&c->event.tensor, cell)) > 0.05;
}

static void a_cell_above_a_bound_stops(void **state) {
    (void)state;
    done("break cell resid_post [0, 0, 7] above 0.05");
    assert_said("breakpoint 0: cell resid_post [0, 0, 7] above 0.05");
    assert_stops(cell_is_above, 1);
    done("goto 0");
    done("break cell attn_probs layer 1 head 3 0,0,0 above 0.5");
    done("disable 0");
    done("continue");
    assert_string_equal(fl_view_message(view), "breakpoint 1: |x| = 1 in attn_probs of layer 1 "
                                               "head 3 at [0, 0, 0] is above 0.5");
    assert_cell("[0, 0, 0]");
}

static bool row_is_above(const fl_captured *c) {
    double most = 0;
    if (c->event.stage != FL_STAGE_resid_mid || c->event.past > 3 ||
        c->event.past + c->event.new_tokens <= 3)
        return false;
    for (int64_t i = 0; i < c->event.tensor.shape[2]; i++)
        most = fmax(most, fabs(fl_tensor_at(&c->event.tensor,
                                            (int64_t[FL_MAX_DIMS]){0, 3 - c->event.past, i})));
    return most > 0.9;
}

static void a_bound_in_the_row_of_a_token_stops(void **state) {
    (void)state;
    done("break above 0.9 resid_mid token 3");
    assert_said("breakpoint 0: above 0.9 resid_mid token 3");
    assert_stops(row_is_above, 2);
}

/* The likeliest key of token 4 in that head. */
static void a_look_of_one_token_stops(void **state) {
    (void)state;
    done("goto attn_probs layer 0 head 0");
    double most = 0, others = 0;
    for (int64_t q = 1; q < 6; q++) {
        double p = fl_value(view, fl_view_at(view), (int64_t[FL_MAX_DIMS]){0, q, 0});
        most = q == 4 ? p : most;
        others = q == 4 || p < others ? others : p;
    }
    char line[96];
    int64_t there = fl_view_at(view);
    snprintf(line, sizeof line, "break looks %.4f to 0 layer 0 head 0 token 4", most - 0.001);
    done("goto 0");
    done(line);
    done("continue");
    assert_int_equal(fl_view_at(view), there);
    assert_cell("[0, 4, 0]");
    done("delete all");
    done("goto 0");
    snprintf(line, sizeof line, "break looks %.4f to 0 layer 0 head 0 token 4", most + 0.001);
    done(line);
    done("continue");
    assert_int_equal(fl_view_at(view), PASS - 1);
    assert_true(others > 0);
}

/* What was typed, in the order it has to be written. */
static void a_bound_in_other_words_is_understood(void **state) {
    (void)state;
    refused("break q above 3", "found \"q above 3\"; write it: break above 3 q");
    refused("break |x| > 3", "write it: break above 3");
    refused("break |x|>=2.5 layer 1", "write it: break above 2.5 layer 1");
    refused("break resid_post[0,3,17] > 3", "write it: break cell resid_post 0,3,17 above 3");
    refused("break q head 3 > 7", "write it: break above 7 q head 3");
    refused("break |gate[0, 1, 2]| > 1e3 layer 1",
            "write it: break cell gate layer 1 0,1,2 above 1000");
    refused("break gate < 7", "only what is above a bound is waited for: break above 7 gate");
    refused("break layer 2 above", "write it: break above 30 layer 2");
}

static void once_is_once(void **state) {
    (void)state;
    done("break once gate");
    assert_said("breakpoint 0: once gate");
    done("break up");
    done("continue");
    assert_int_equal(fl_view_at(view), 32);
    assert_string_equal(fl_view_message(view),
                        "stopped at breakpoint 0: once gate; it was for once and is gone");
    done("continue");
    assert_said("stopped at breakpoint 1: up"); /* numbers stay with their breakpoints */
    done("continue-back");
    assert_int_equal(fl_view_at(view), 0);
    refused("delete 0", "delete wants the number of a breakpoint or all, not \"0\"");
    done("delete 1");
}

static void switched_off_they_do_not_stop(void **state) {
    (void)state;
    done("break gate");
    done("break above 0");
    done("disable all");
    done("continue");
    assert_int_equal(fl_view_at(view), PASS - 1);
    done("goto 0");
    done("enable 0");
    done("continue");
    assert_said("stopped at breakpoint 0: gate");
    fl_scene_keys(view, "B<down><enter>");
    assert_string_equal(fl_view_message(view), "breakpoint 1 is on");
    fl_scene_keys(view, "<up> ");
    assert_string_equal(fl_view_message(view), "breakpoint 0 is off");
    char *screen = fl_scene_text(view);
    assert_non_null(strstr(screen, "0  off  stopped 1 time"));
    assert_non_null(strstr(screen, "1  on   not reached yet"));
    free(screen);
    fl_scene_keys(view, "d");
    assert_string_equal(fl_view_message(view), "breakpoint 0 is gone");
    fl_scene_keys(view, "dd<enter> ");
    assert_string_equal(fl_view_message(view), "there is no breakpoint to choose");
}

/* The prompts' list has nothing to delete. */
static void only_their_own_list_deletes(void **state) {
    (void)state;
    done("break gate");
    fl_scene_keys(view, "pd");
    assert_string_equal(fl_view_message(view), "there is nothing to delete here");
    fl_scene_keys(view, "qB");
    char *screen = fl_scene_text(view);
    assert_non_null(strstr(screen, "gate"));
    free(screen);
}

static void others_go_past(void **state) {
    (void)state;
    done("break above 0");
    done("token");
    assert_int_equal(fl_view_at(view), PASS - 1);
    done("finish-back");
    done("finish-back");
    assert_int_equal(fl_view_at(view), 38);
}

static void what_is_wrong_is_said(void **state) {
    (void)state;
    refused("break", "break wants STAGE");
    refused("break once",
            "break: the line ends where a stage is expected, as in: break attn_* layer 2");
    refused("break above", "break above: the line ends where a number from 0 on is expected");
    refused("break above x", "break above: found \"x\", expected a number from 0 on, as in: "
                             "break above 30 resid_* layer 2");
    refused("break above -1", "found \"-1\"");
    refused("break above inf", "found \"inf\"");
    refused("break above 1 gate layer", "the line ends where the number of a layer is expected");
    refused("break above 1 gate up", "found \"up\", expected nothing more");
    refused("break above 1 nonsense", "no stage of this model is called \"nonsense\"");
    refused("break argmax x", "break argmax: found \"x\", expected nothing more");
    refused("break looks 1.5 to 0", "a share of at most 1");
    refused("break looks 0.5 at 0", "found \"at\", expected \"to\"");
    refused("break looks 0.5 to", "the position of a token is expected");
    refused("break looks 0.5 to 0 gate", "found \"gate\", expected nothing more");
    refused("break cell 0,0,0 changes 1", "found \"0\", expected a stage before it");
    refused("break cell gate changes 1", "found \"changes\", expected where the cell stands");
    refused("break cell gate 0,0,x changes 1", "found \"x\", expected where the cell stands");
    refused("break cell gate 0,0,0 is 1", "found \"is\", expected where the cell stands");
    refused("break cell gate 0,0,0,0 is", "found \"is\", expected \"above\" or \"changes\"");
    refused("break cell gate 0,0,0 above", "the line ends where a number from 0 on");
    refused("break cell gate 0,0,0 changes", "the line ends where a number from 0 on");
    refused("break cell gate 0,0 changes 1",
            "gate has no cell [0, 0] in any pass: its shape is [1, 6, 24] in this one");
    refused("break cell gate 0,0,24 changes 1", "gate has no cell [0, 0, 24] in any pass");
    refused("break layer.1.k layer 0", "layer.1.k names a layer by itself, which is not layer 0");
    refused("break logits layer 1", "logits belongs to the whole pass: leave \"layer 1\" out");
    refused("break gate head 1", "gate is not computed head by head: leave \"head 1\" out");
    refused("break gate layer 1 layer 0", "found \"layer\", expected nothing more");
    refused("break gate token -1", "found \"-1\", expected the position of a token");
    refused("break nan layer 2", "there is no layer 2: layers are numbered 0 to 1");
    refused("break gate token 99999", "there is no position 99999: positions are numbered 0 to");
    refused("break |x|>20", "break above 20");
    refused("break gate > 7", "break above 7");
    refused("enable 0", "there is no breakpoint");
    done("break *");
    refused("disable one", "disable wants the number of a breakpoint or all, not \"one\"");
}

/* help break lists every kind with its example. */
static void help_lists_the_kinds(void **state) {
    (void)state;
    size_t count;
    fl_buffer text = {0};
    const fl_break_kind *kinds = fl_break_kinds(&count);
    done("help break");
    fl_view_page_text(view, &text);
    for (size_t i = 0; i < count; i++)
        assert_non_null(strstr(text.data, kinds[i].example));
    assert_non_null(strstr(text.data, "break once"));
    fl_buffer_done(&text);
}

/* What the page says each kind is for can be typed as it stands there. */
static void the_examples_are_right(void **state) {
    (void)state;
    size_t count;
    const fl_break_kind *kinds = fl_break_kinds(&count);
    for (size_t i = 0; i < count; i++) {
        char line[128];
        snprintf(line, sizeof line, "%s", kinds[i].example);
        for (char *c; (c = strstr(line, "layer 2")) != NULL;) /* the fake model has two layers */
            c[6] = '1';
        for (char *c; (c = strstr(line, "0,3,17")) != NULL;)
            memcpy(c, "0,3,07", 6);
        done(line);
        assert_said(kinds[i].word);
    }
    fl_scene_keys(view, "B");
    fl_buffer page = {0};
    fl_view_page_text(view, &page);
    for (size_t i = 0; i < count; i++)
        assert_non_null(strstr(page.data, kinds[i].argument[0] ? kinds[i].example : kinds[i].help));
    fl_buffer_done(&page);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_bound_stops, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_bound_in_one_place_stops, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_cell_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_number_that_is_none_stops, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_leader_stops, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_look_stops, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_cell_that_changes_stops, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_token_chooses_its_pass, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_said_of_an_earlier_stop, set_up, tear_down),
        cmocka_unit_test_setup_teardown(all_that_hold_are_named_and_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_cell_above_a_bound_stops, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_bound_in_the_row_of_a_token_stops, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_look_of_one_token_stops, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_bound_in_other_words_is_understood, set_up, tear_down),
        cmocka_unit_test_setup_teardown(once_is_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(switched_off_they_do_not_stop, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_their_own_list_deletes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(others_go_past, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(help_lists_the_kinds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_examples_are_right, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
