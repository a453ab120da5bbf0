/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The line at the bottom while it is typed: editing, lines typed before, completion, hints.
 */
#include "test.h"

#include "view/complete.h"
#include "view/on_scene.h"

static void long_lines_are_cut_not_overrun(void **state) {
    (void)state;
    char line[9000];
    memset(line, 'x', sizeof line - 1);
    line[sizeof line - 1] = '\0';
    fl_scene_command(view, line, false, "there is no command");
    memcpy(line, "search ", 7);
    fl_view_command(view, line);
    memcpy(line, "break  ", 7);
    fl_scene_command(view, line, false, "no stage of this model is called \"xxxx");
    fl_scene_keys(view, ":");
    for (int i = 0; i < 9000; i++)
        fl_view_key(view, 'y');
    free(fl_scene_text(view));
    fl_scene_keys(view, "<enter>");
}

static void a_line_is_edited(void **state) {
    (void)state;
    fl_scene_keys(view, ":goto 1é<bs><bs>7<enter>");
    assert_int_equal(fl_view_at(view), 7);
    fl_scene_keys(view, ":nonsense<c-u>goto 3<enter>");
    assert_int_equal(fl_view_at(view), 3);
    fl_scene_keys(view, ":goto 9<esc>n");
    assert_int_equal(fl_view_at(view), 4);
    fl_scene_keys(view, ":x<bs><bs>n"); /* one more closes the line */
    assert_int_equal(fl_view_at(view), 5);
}

/* What stands in the line of a view of 80 by 24, and in the one above it. */
static void assert_line(const char *line, const char *hint) {
    char *screen = fl_scene_text(view), *at = screen, *rows[24] = {0};
    for (int y = 0; y < 24; y++, at = strchr(at, '\0') + 1) {
        rows[y] = at;
        *strchr(at, '\n') = '\0';
    }
    assert_string_equal(rows[23], line);
    if (hint && !strstr(rows[22], hint))
        fail_msg("the hint is \"%s\", not \"%s\"", rows[22], hint);
    free(screen);
}

static void the_cursor_moves_in_the_line(void **state) {
    (void)state;
    fl_scene_keys(view, ":oto 12<home>g<end>3<left><left><left>1<c-a><right><right><c-e>");
    assert_line(":goto 1123", NULL);
    fl_scene_keys(view, "<left><left><c-k>");
    assert_line(":goto 11", NULL);
    fl_scene_keys(view, "<c-w>x y<c-w>");
    assert_line(":goto x", NULL);
    fl_scene_keys(view, "<left><left><c-u>");
    assert_line(":x", NULL);
    fl_scene_keys(view, "<c-a><c-k>é<left>a<right>b<bs><bs>");
    assert_line(":a", NULL);
    fl_scene_keys(view, "<c-u><c-k><esc>");
    fl_scene_keys(view, "n");
    assert_int_equal(fl_view_at(view), 1);
}

static void the_cursor_is_always_in_view(void **state) {
    (void)state;
    fl_scene_keys(view, ":");
    for (int i = 0; i < 300; i++)
        fl_view_key(view, i % 10 ? 'a' + i % 26 : 0x6771); /* a wide one among them */
    for (int i = 0; i < 310; i++) {
        const fl_canvas *canvas = fl_view_draw(view);
        assert_true(canvas->cursor_x > 0 && canvas->cursor_x < 80);
        fl_view_key(view, FL_KEY_LEFT);
    }
    assert_int_equal(fl_view_draw(view)->cursor_x, 1);
}

static void lines_before_are_recalled(void **state) {
    (void)state;
    fl_scene_keys(view, ":goto 3<enter>:goto 5<enter>:goto 5<enter>/logits<enter>");
    fl_scene_keys(view, ":st<up>");
    assert_line(":goto 5", NULL);
    fl_scene_keys(view, "<c-p>");
    assert_line(":goto 3", NULL); /* the same line twice is kept once */
    fl_scene_keys(view, "<up>");
    assert_line(":goto 3", NULL);
    fl_scene_keys(view, "<down><c-n>");
    assert_line(":st", NULL);
    fl_scene_keys(view, "<esc>/<up>"); /* a search is no command */
    assert_line("/logits", NULL);
    fl_scene_keys(view, "<esc>");
    for (int i = 0; i < 150; i++) {
        char line[16];
        snprintf(line, sizeof line, ":%d<enter>", i % 70);
        fl_scene_keys(view, line);
    }
    fl_scene_keys(view, ":");
    for (int i = 0; i < 200; i++)
        fl_view_key(view, FL_KEY_UP);
    assert_line(":50", NULL); /* a hundred are kept */
}

static void tab_completes(void **state) {
    (void)state;
    static const struct {
        const char *typed, *completed, *hint;
    } cases[] = {
        {":fi<tab>", ":fi", "finish  finish-back  first"},
        {":got<tab>", ":goto", "goto N | STAGE [layer L] [head H] [pass N] [I,J]: to an event"},
        {":goto attn_pr<tab>", ":goto attn_probs", "goto N"},
        {":goto attn_probs l<tab>", ":goto attn_probs layer", NULL},
        {":break attn_probs layer 1 he<tab>", ":break attn_probs layer 1 head", NULL},
        {":3ste<tab>", ":3step", "step [N]: the next event"},
        {":search fin<tab>", ":search final_norm", NULL},
        {":help got<tab>", ":help goto", NULL},
        {":theme l<tab>", ":theme light", NULL},
        {":prompt st<tab>", ":prompt st", "prompt TEXT"},
        {":look hi<tab>", ":look histogram", NULL},
        {":scale lo<tab>", ":scale log", NULL},
        {":break onc<tab>", ":break once", NULL},
        {":break arg<tab>", ":break argmax", NULL},
        {":break looks .9 to 0 la<tab>", ":break looks .9 to 0 layer", NULL},
        {":patch la<tab>", ":patch layer", NULL},
        {":patch layer 1 neu<tab>", ":patch layer 1 neuron", NULL},
        {":patch layer 1 ffn ze<tab>", ":patch layer 1 ffn zero", NULL},
        {":xyz<tab>", ":xyz", "no command begins so"},
        {":hepl", ":hepl", "the nearest is help"},
        {"/resid_m<tab>", "/resid_mid", "Tab completes"},
        {":", ":", "Tab lists the commands"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fl_scene_keys(view, cases[i].typed);
        assert_line(cases[i].completed, cases[i].hint);
        fl_scene_keys(view, "<esc>");
    }
}

static void tab_lists_what_there_is(void **state) {
    (void)state;
    fl_scene_keys(view, ":goto attn_<tab>");
    char *screen = fl_scene_text(view);
    assert_non_null(strstr(screen, "attn_scores"));
    assert_non_null(strstr(screen, "attn_norm"));
    free(screen);
    fl_scene_keys(view, "p"); /* the list goes with the next key */
    screen = fl_scene_text(view);
    assert_null(strstr(screen, "attn_scores"));
    free(screen);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(long_lines_are_cut_not_overrun, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_line_is_edited, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_cursor_moves_in_the_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_cursor_is_always_in_view, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lines_before_are_recalled, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tab_completes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tab_lists_what_there_is, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
