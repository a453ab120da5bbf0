/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The key and verb tables, the command line, pages and lists.
 */
#include "test.h"

#include "view/complete.h"
#include "view/on_scene.h"
#include "view/panels.h"

static void tables_are_complete(void **state) {
    (void)state;
    size_t count;
    const fl_key_info *keys = fl_keys(&count);
    for (int a = 0; a < FL_VERB_COUNT; a++) {
        const fl_verb_info *info = fl_verb_get_info((fl_verb)a);
        assert_true(info->word[0] && info->help[0]);
        if (!fl_argument_is_known(info->argument))
            fail_msg("complete.c has no row for a word in capitals of %s %s", info->word,
                     info->argument);
        for (int b = 0; b < a; b++)
            assert_string_not_equal(info->word, fl_verb_get_info((fl_verb)b)->word);
    }
    for (size_t a = 0; a < count; a++)
        for (size_t b = 0; b < a; b++)
            assert_false(keys[a].key == keys[b].key && (keys[a].where & keys[b].where));
}

/* The contract's keys, each with its verb. */
static void fixed_keys_mean_what_they_must(void **state) {
    (void)state;
    static const struct {
        int key;
        fl_verb verb;
    } fixed[] = {{'s', FL_VERB_step},
                 {'n', FL_VERB_over},
                 {'f', FL_VERB_finish},
                 {'c', FL_VERB_go_on},
                 {'S', FL_VERB_step_back},
                 {'N', FL_VERB_over_back},
                 {'F', FL_VERB_finish_back},
                 {'C', FL_VERB_go_back},
                 {'t', FL_VERB_token},
                 {'T', FL_VERB_token_back},
                 {'e', FL_VERB_why},
                 {'w', FL_VERB_weight},
                 {':', FL_VERB_command},
                 {'/', FL_VERB_search},
                 {14, FL_VERB_search_next},
                 {16, FL_VERB_search_before},
                 {'?', FL_VERB_help},
                 {FL_KEY_TAB, FL_VERB_pane_next},
                 {'[', FL_VERB_head_before},
                 {']', FL_VERB_head_next},
                 {'+', FL_VERB_zoom_in},
                 {'-', FL_VERB_zoom_out},
                 {'_', FL_VERB_full},
                 {'h', FL_VERB_left},
                 {'j', FL_VERB_down},
                 {'k', FL_VERB_up},
                 {'l', FL_VERB_right},
                 {FL_KEY_ENTER, FL_VERB_repeat},
                 {FL_KEY_BACKSPACE, FL_VERB_back},
                 {'q', FL_VERB_quit},
                 {FL_KEY_BACKTAB, FL_VERB_pane_before}};
    size_t count;
    const fl_key_info *keys = fl_keys(&count);
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        size_t k = 0;
        while (k < count && (keys[k].key != fixed[i].key || !(keys[k].where & FL_WHERE_M)))
            k++;
        assert_true(k < count);
        assert_int_equal(keys[k].verb, fixed[i].verb);
    }
}

#define command(line, done, said) fl_scene_command(view, line, done, said)

static void commands_do_or_say_why_not(void **state) {
    (void)state;
    command("step 3", true, "");
    assert_int_equal(fl_view_at(view), 3);
    command("2s", true, "");
    assert_int_equal(fl_view_at(view), 5);
    command("  :step-back  ", true, "");
    assert_int_equal(fl_view_at(view), 4);
    command("/logits", true, "");
    assert_int_equal(fl_view_at(view), 75);
    command("12", true, "");
    assert_int_equal(fl_view_at(view), 12);
    command("fin", true, ""); /* finish, of which finish-back is only a longer form */
    assert_int_equal(fl_view_at(view), 37);
    command("", true, "");
    command("# nothing", false, "there is no command \"#\"");
    command("he", false, "so begin head, head-next, head-before, heads, help");
    command("goto", false, "goto wants N | STAGE");
    command("goto -3", false, "there are events 0 to 77");
    command("step x", false, "step takes a number, not \"x\"");
    command("why me", false, "why takes nothing behind it");
    command("setp", false, "there is no command \"setp\"; the nearest is step; help lists them");
    command("xyzzyplugh", false, "there is no command \"xyzzyplugh\"; help lists them");
    command("layer", false, "layer wants L");
    command("head 99", false, "heads are numbered 0 to 3");
    command("break", false, "break wants STAGE");
    command("break nonsense", false, "no stage of this model is called \"nonsense\"");
    command("break logits head 1", false,
            "logits is not computed head by head: leave \"head 1\" out");
    command("break gate layer 9", false, "there is no layer 9: layers are numbered 0 to 1");
    command("break attn_probs head 9", false, "there is no head 9: heads are numbered 0 to 3");
    command("break q head 1", false, "q is not computed head by head");
    command("prompt", false, "prompt wants TEXT");
    command("break gate layer", false, "break: the line ends where the number of a layer");
    command("delete 0", false, "there is no breakpoint to delete");
    command("break gate layer 1", true, "breakpoint 0: gate layer 1");
    command("delete x", false, "delete wants");
    command("delete all", true, "1 breakpoint is gone");
    command(":", true, "");
    command("command", false, "this is a command already");
    command("search", false, "search wants PART");
}

static void breakpoints_have_a_limit(void **state) {
    (void)state;
    for (int i = 0; i < FL_BREAKS; i++)
        command("break gate", true, "breakpoint");
    command("break gate", false, "there are 32 breakpoints already");
}

static void before_an_audience_little_stands_there(void **state) {
    (void)state;
    fl_view_resize(view, 120, 40);
    command("present", true, "q leaves it");
    fl_scene_keys(view, "  ");
    assert_int_equal(fl_view_at(view), 2);
    char *screen = fl_scene_text(view);
    assert_null(strstr(screen, "program"));
    assert_null(strstr(screen, "quit"));
    assert_non_null(strstr(screen, "event 2 of 77"));
    assert_non_null(strstr(screen, "rope_cos"));
    assert_non_null(strstr(
        screen, "\n Space goes on  f block  t token  N Bksp goes back  q Esc leaves presenting\n"));
    free(screen);
    fl_scene_keys(view, "?"); /* all else works */
    screen = fl_scene_text(view);
    assert_non_null(strstr(screen, "Keys that work here"));
    free(screen);
    fl_scene_keys(view, "q"); /* closes the page, and only that */
    assert_true(view->present);
    command("present", true, "the usual screen");
    screen = fl_scene_text(view);
    assert_non_null(strstr(screen, "program"));
    free(screen);
}

/* The keys that close things leave it before they leave the program. */
static void q_and_escape_leave_presenting_first(void **state) {
    static const char *const keys[] = {"q", "<esc>", "<c-c>"};
    (void)state;
    for (int i = 0; i < 3; i++) {
        command("present", true, "");
        fl_scene_keys(view, "  <bs>N ");
        assert_int_equal(fl_view_at(view), 1);
        fl_scene_keys(view, keys[i]);
        assert_false(view->present);
        assert_false(fl_view_left(view));
        fl_scene_keys(view, "N");
    }
    fl_scene_keys(view, "q");
    assert_true(fl_view_left(view));
}

/* Of a wide tensor a few cells are shown as numbers with air around them, a row on several lines,
 * and what it does stands above. */
static void cells_are_large_before_an_audience(void **state) {
    (void)state;
    command("present", true, "");
    fl_scene_keys(view, " ");
    char *screen = fl_scene_text(view);
    const char *meaning = strstr(screen, "each token's number picks its row");
    const char *first = strstr(screen, " 0 <s>"), *second = strstr(screen, " 1  The");
    assert_true(meaning && first && second && meaning < first);
    int lines = 0;
    for (const char *at = first; at < second; at++)
        lines += *at == '\n';
    assert_int_equal(lines, 2);
    assert_non_null(strstr(screen, " of 16"));
    free(screen);
    fl_scene_keys(view, "--"); /* all of them, as shades */
    screen = fl_scene_text(view);
    assert_null(strstr(screen, " of 16"));
    free(screen);
}

static void a_theme_is_chosen(void **state) {
    (void)state;
    assert_false(fl_view_draw(view)->light);
    command("theme light", true, "colours for a light ground");
    assert_true(fl_view_draw(view)->light);
    command("theme auto", true, "colours for a dark ground"); /* the terminal says nothing */
    assert_false(fl_view_draw(view)->light);
    command("theme", false, "theme wants light | dark | auto");
    command("theme pink", false, "theme wants light, dark or auto");
}

/* The more room, the more panels; and one alone where that is wanted. */
static void panels_as_there_is_room(void **state) {
    (void)state;
    static const struct {
        int width, height;
        bool program, numbers;
    } sizes[] = {{80, 24, false, false}, {99, 39, false, false}, {100, 24, true, false},
                 {100, 30, true, false}, {80, 40, false, true},  {116, 30, true, true},
                 {160, 50, true, true}};
    fl_scene_keys(view, "n");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        fl_view_resize(view, sizes[i].width, sizes[i].height);
        char *screen = fl_scene_text(view);
        assert_true((strstr(screen, "┌ program") != NULL) == sizes[i].program);
        assert_true((strstr(screen, "┌ numbers") != NULL) == sizes[i].numbers);
        free(screen);
    }
    for (int pane = 0; pane < FL_PANE_COUNT; pane++) {
        fl_scene_keys(view, "_");
        char *screen = fl_scene_text(view);
        assert_null(strstr(screen, "┌"));
        assert_non_null(strstr(screen, fl_pane_name((fl_pane)pane)));
        free(screen);
        fl_scene_keys(view, "_<tab>");
    }
}

static void another_prompt_starts_another_run(void **state) {
    (void)state;
    fl_scene_keys(view, "20n:break gate<enter>");
    fl_scene_keys(view, "p<down><down><enter>");
    assert_int_equal(fl_view_at(view), 0);
    char *screen = fl_scene_text(view);
    assert_non_null(strstr(screen, "<s>│ a│ dog│ says│→ ?"));
    assert_non_null(strstr(screen, "4 tokens go in; 77 steps later one word comes out."));
    assert_non_null(strstr(screen, "Find the head that looks at what came after"));
    free(screen);
    fl_scene_keys(view, "c");
    assert_int_equal(fl_view_at(view), 32); /* breakpoints stay */
    command("prompt bad", false, "99 tokens, expected at most 32");
    assert_int_equal(fl_view_at(view), 32);
    fl_scene_keys(view, "p<enter>hello<enter>");
    assert_int_equal(fl_view_at(view), 0);
}

static void without_restart_no_prompts_are_offered(void **state) {
    (void)state;
    fl_view_options options = fl_scene_options(&(fl_fake_options){0});
    options.restart = NULL;
    fl_view *other;
    fl_diag diag;
    assert_int_equal(fl_view_new(&other, &options, &diag), FL_OK);
    fl_view_resize(other, 120, 40);
    char *screen = fl_scene_text(other);
    assert_null(strstr(screen, "prompts"));
    free(screen);
    fl_scene_keys(other, "?");
    screen = fl_scene_text(other);
    assert_null(strstr(screen, "prompts"));
    free(screen);
    assert_false(fl_view_command(other, "prompt x"));
    fl_view_free(&other);
}

static void q_closes_what_is_open_and_then_leaves(void **state) {
    (void)state;
    static const char *const open[] = {"?", "e", "p", "B", "_"};
    fl_scene_keys(view, "n");
    for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
        char *before = fl_scene_text(view);
        fl_scene_keys(view, open[i]);
        char *opened = fl_scene_text(view);
        assert_string_not_equal(opened, before);
        fl_scene_keys(view, "q");
        assert_false(fl_view_left(view));
        char *after = fl_scene_text(view);
        assert_string_equal(after, before);
        free(before);
        free(opened);
        free(after);
    }
    fl_scene_keys(view, "q");
    assert_true(fl_view_left(view));
}

static void the_program_panel_leads_anywhere(void **state) {
    (void)state;
    fl_scene_keys(view, "n<tab><down><down><enter>");
    assert_int_equal(fl_view_at(view), 3);
    fl_scene_keys(view, "<down><enter>"); /* layer 0, folded */
    assert_int_equal(fl_view_at(view), 4);
    fl_scene_keys(view, "<up><up><enter>");
    assert_int_equal(fl_view_at(view), 2);
    fl_scene_keys(view, "n<enter>"); /* nothing marked: repeats */
    assert_int_equal(fl_view_at(view), 4);
}

static void the_cursor_follows_a_dimension(void **state) {
    (void)state;
    fl_buffer cell = {0};
    fl_scene_keys(view, ":goto gate<enter><up><up>");
    fl_view_cell(view, &cell);
    assert_non_null(strstr(cell.data, "token \" of\""));
    fl_buffer_clear(&cell);
    fl_scene_keys(view, ":goto resid_mid<enter><home><right>");
    fl_view_cell(view, &cell);
    assert_non_null(strstr(cell.data, "[0, 3, 1] token \" of\", hidden 1"));
    fl_buffer_clear(&cell);
    fl_scene_keys(view, "=");
    fl_view_cell(view, &cell);
    assert_null(strstr(cell.data, "hidden 1 "));
    fl_buffer_clear(&cell);
    fl_scene_keys(view, ":goto q_rope<enter>3<up>");
    fl_view_cell(view, &cell);
    assert_non_null(strstr(cell.data, "head 0, token \"<s>\""));
    fl_buffer_clear(&cell);
    fl_scene_keys(view, "7<down>"); /* on into the next head */
    fl_view_cell(view, &cell);
    assert_non_null(strstr(cell.data, "head 1, token \" The\""));
    fl_buffer_done(&cell);
}

static void clicks_find_their_cell(void **state) {
    (void)state;
    fl_buffer cell = {0};
    fl_scene_keys(view, ":goto attn_probs layer 1 head 3<enter>");
    fl_view_draw(view);
    fl_view_mouse(view, 26, 9, 0); /* row " capital", second column */
    fl_view_cell(view, &cell);
    assert_string_equal(cell.data, "[0, 2, 1] query \" capital\", key \" The\" = 0.321093529");
    fl_buffer_clear(&cell);
    fl_view_mouse(view, 26, 9, 1);
    fl_view_cell(view, &cell);
    assert_non_null(strstr(cell.data, "query \" is\""));
    fl_buffer_done(&cell);
    fl_view_resize(view, 130, 40);
    fl_view_draw(view);
    fl_view_mouse(view, 6, 4, 0); /* the program panel's second line */
    assert_int_equal(fl_view_at(view), 1);
}

static void a_start_that_fails_is_reported(void **state) {
    (void)state;
    fl_view_options options = fl_scene_options(&(fl_fake_options){.n_predict = -1});
    fl_view *none;
    fl_diag diag;
    assert_int_equal(fl_view_new(&none, &options, &diag), FL_DONE);
    assert_null(none);
    assert_string_equal(diag.message, "the run has ended");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tables_are_complete, set_up, tear_down),
        cmocka_unit_test_setup_teardown(fixed_keys_mean_what_they_must, set_up, tear_down),
        cmocka_unit_test_setup_teardown(commands_do_or_say_why_not, set_up, tear_down),
        cmocka_unit_test_setup_teardown(breakpoints_have_a_limit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(before_an_audience_little_stands_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(q_and_escape_leave_presenting_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cells_are_large_before_an_audience, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_theme_is_chosen, set_up, tear_down),
        cmocka_unit_test_setup_teardown(panels_as_there_is_room, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_prompt_starts_another_run, set_up, tear_down),
        cmocka_unit_test(without_restart_no_prompts_are_offered),
        cmocka_unit_test_setup_teardown(q_closes_what_is_open_and_then_leaves, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_program_panel_leads_anywhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_cursor_follows_a_dimension, set_up, tear_down),
        cmocka_unit_test_setup_teardown(clicks_find_their_cell, set_up, tear_down),
        cmocka_unit_test(a_start_that_fails_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
