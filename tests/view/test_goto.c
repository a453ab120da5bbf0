/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Going straight to a cell, a piece's score, a stage near by, and finding a stage by what it is
 * called elsewhere. Fake run: 78 events a pass, hidden 16, 4 heads, the prompt has 6 tokens.
 */
#include "test.h"

#include "view/cursor.h"
#include "view/number.h"
#include "view/on_scene.h"

static void done(const char *line, int64_t event, const char *said) {
    if (!fl_view_command(view, line) || fl_view_at(view) != event ||
        !strstr(fl_view_message(view), said))
        fail_msg("\"%s\": event %lld, said \"%s\"", line, (long long)fl_view_at(view),
                 fl_view_message(view));
}

/* It is not done, says so, and the view stays where it was. */
static void refused(const char *line, const char *said) {
    int64_t event = fl_view_at(view);
    if (fl_view_command(view, line) || fl_view_at(view) != event ||
        !strstr(fl_view_message(view), said))
        fail_msg("\"%s\": event %lld, said \"%s\"", line, (long long)fl_view_at(view),
                 fl_view_message(view));
}

/* The message gives the value of the cell, and the cursor stands there. */
static void assert_stands(int64_t a, int64_t b, int64_t c) {
    char number[FL_NUMBER];
    int64_t wanted[FL_MAX_DIMS] = {a, b, c};
    fl_place place = fl_cursor_place(view, fl_here(view));
    for (int i = 0; i < 3; i++)
        assert_int_equal(place.index[i], wanted[i]);
    fl_exact(number, fl_value(view, fl_view_at(view), wanted));
    assert_non_null(strstr(fl_view_message(view), number));
}

static void a_cell_by_row_and_column(void **state) {
    (void)state;
    done("goto down layer 1 5,7", 70, "down of layer 1, [0, 5, 7]");
    assert_stands(0, 5, 7);
    done("goto [0, 2, 3]", 70, "[0, 2, 3]");
    assert_stands(0, 2, 3);
    done("goto attn_probs layer 1 head 3 5,2", 55, "attn_probs of layer 1 head 3, [0, 5, 2]");
    assert_stands(0, 5, 2);
    done("goto attn_probs layer 1 head 3 1,4", 55, "is hidden");
    done("goto attn_norm_rms layer 0 4", 4, "[0, 4, 0]");
    done("goto q_rope layer 1 head 2 5,1", 44, "[0, 2, 5, 1]");
}

/* In a later pass a row is named by the position of its token, as on the screen. */
static void rows_are_named_as_on_the_screen(void **state) {
    (void)state;
    fl_scene_keys(view, "ts");
    refused("goto down layer 1 5,7", "down has rows 6 to 6 and columns 0 to 15 here");
    done("goto down layer 1 6,7", 148, "[0, 0, 7]");
    assert_stands(0, 0, 7);
}

static void what_is_no_cell_says_which_there_are(void **state) {
    (void)state;
    refused("goto attn_probs 6,0",
            "rows 0 to 5 and columns 0 to 5 here, as in: goto attn_probs 0,0");
    refused("goto down 5", "down has rows 0 to 5 and columns 0 to 15");
    refused("goto down 5,x", "found \"x\", expected a number of the cell");
    refused("goto down 0,1,2,3,4", "found \"4\", expected nothing behind the cell");
    refused("goto q_rope head 9 0,0", "there is no head 9: heads are numbered 0 to 3");
    refused("goto down token 3", "down has no number for each piece; goto logits token 3");
    refused("goto logits token", "the line ends where a piece or its id is expected");
    refused("goto logits token qqq", "no piece of the vocabulary is qqq");
    refused("goto logits token 24", "an id from 0 to 23");
}

static void a_score_by_piece_or_id(void **state) {
    (void)state;
    done("goto logits token \" dog\"", 75, "vocab \" dog\" = ");
    assert_stands(0, 0, 18);
    done("goto token 3", 75, "[0, 0, 3]");
    assert_stands(0, 0, 3);
    done("goto probs token dog", 76, "vocab \" dog\" = ");
    assert_stands(0, 0, 18);
}

static void the_layer_one_is_in_comes_first(void **state) {
    (void)state;
    done("goto attn_probs layer 1", 52, "");
    done("goto down", 70, "down of layer 1, where you were; goto down layer L takes another");
    done("goto final_norm", 74, "");
    done("goto down", 36, "down of layer 0; goto down layer L takes another");
    done("0", 0, "");
    done("goto down", 36, ""); /* the next there is */
    assert_string_equal(fl_view_message(view), "");
    done("goto logits", 75, "");
    done("layer 1", 38, "logits belongs to no layer: this is where layer 1 begins");
    refused("layer 2", "layers are numbered 0 to 1");
}

static void names_of_elsewhere_are_said(void **state) {
    (void)state;
    done("/LM_HEAD", 75, "logits (lm_head in hf)");
    done("/Q_rope", 10, "");
    assert_string_equal(fl_view_message(view), "");
    done("/v_proj", 9 + 34, "v (model.layers.1.self_attn.v_proj in hf)");
    done("/hidden_states.1", 37, "resid_post, which \"hidden_states.1\" means elsewhere");
    refused("/zzz", "no stage of this pass holds \"zzz\"");
    refused("search-next", "no stage of this pass holds \"zzz\"");
}

static void nothing_done_is_no_success(void **state) {
    (void)state;
    refused("step 0", "step 0 would do nothing: expected a number from 1 on");
    refused("0s", "step 0 would do nothing");
    refused("search-next", "/ searches for a stage first");
    refused("temperature abc", "found \"abc\", expected a number from 0 to 10");
    refused("temperature 1", "this pass has no scores yet");
    refused("choose", "nothing is marked here");
    refused("weight", "this stage uses no learned weight; :weight NAME shows any");
    refused("step-back", "this is the first event");
}

/* Whatever a verb is told that it cannot be told, it says what it found or what it expects. */
static void every_verb_answers_to_nonsense(void **state) {
    (void)state;
    for (int id = 0; id < FL_VERB_COUNT; id++) {
        const fl_verb_info *info = fl_verb_get_info((fl_verb)id);
        char line[64];
        bool any_text = strstr(info->argument, "TEXT") || strstr(info->argument, "PART");
        snprintf(line, sizeof line, "%s ?!", info->word);
        if (any_text && id != FL_VERB_beside && id != FL_VERB_rank)
            continue;
        refused(line, "");
        assert_true(strlen(fl_view_message(view)) > 10);
        fl_view_close_page(view);
    }
}

/* Commands at the start: what ran stays, the line that cannot be done is named, the rest waits. */
static void a_script_that_stops_says_where(void **state) {
    (void)state;
    fl_view_options options = fl_scene_options(&(fl_fake_options){0});
    fl_view *other;
    fl_diag diag;
    options.commands = "# a comment\nstep 3\n\ngoto nowhere\nstep\n";
    options.commands_from = "talk.txt";
    assert_int_equal(fl_view_new(&other, &options, &diag), FL_OK);
    assert_int_equal(fl_view_at(other), 3);
    assert_non_null(strstr(fl_view_message(other), "talk.txt: 'goto nowhere': no stage"));
    assert_non_null(strstr(fl_view_message(other), "line 4 of "));
    fl_scene_keys(other, "s");
    assert_int_equal(fl_view_at(other), 4);
    assert_string_equal(fl_view_message(other), "");
    fl_view_free(&other);
}

int main(void) {
#define ON_SCENE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        ON_SCENE(a_cell_by_row_and_column),
        ON_SCENE(rows_are_named_as_on_the_screen),
        ON_SCENE(what_is_no_cell_says_which_there_are),
        ON_SCENE(a_score_by_piece_or_id),
        ON_SCENE(the_layer_one_is_in_comes_first),
        ON_SCENE(names_of_elsewhere_are_said),
        ON_SCENE(nothing_done_is_no_success),
        ON_SCENE(every_verb_answers_to_nonsense),
        cmocka_unit_test(a_script_that_stops_says_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
