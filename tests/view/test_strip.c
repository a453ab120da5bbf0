/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The strip of tokens and the text as a list: the token under the cursor is in sight, tokens of
 * other passes are told apart, odd pieces are shown safely.
 */
#include "test.h"

#include "view/cursor.h"
#include "view/panels.h"
#include "view/scene.h"

static fl_view *view;

static int tear_down(void **state) {
    (void)state;
    fl_view_free(&view);
    return 0;
}

static void open_view(const int32_t *ids, size_t n, bool ascii) {
    fl_view_options options = fl_scene_options(&(fl_fake_options){.ids = ids, .n_ids = n});
    fl_diag diag;
    options.ascii = ascii;
    assert_int_equal(fl_view_new(&view, &options, &diag), FL_OK);
    fl_view_resize(view, 80, 24);
}

/* The strip's line; `lit` gets what stands in the style of the cursor's token. */
static const char *strip(char *lit, size_t size) {
    static char line[1024];
    const fl_canvas *canvas = fl_view_draw(view);
    size_t used = 0, lit_used = 0;
    for (int x = 0; x < canvas->width; x++) {
        const fl_canvas_cell *cell = fl_canvas_at(canvas, x, 1);
        used += (size_t)snprintf(line + used, sizeof line - used, "%s", cell->glyph);
        if (cell->style == FL_STYLE_token_on)
            lit_used += (size_t)snprintf(lit + lit_used, size - lit_used, "%s", cell->glyph);
    }
    lit[lit_used] = '\0';
    while (used > 0 && line[used - 1] == ' ')
        line[--used] = '\0';
    return line;
}

static void assert_strip(const char *expected) {
    char lit[128];
    assert_string_equal(strip(lit, sizeof lit), expected);
}

static void assert_listed(const char *text) {
    fl_buffer out = {0};
    assert_true(fl_view_command(view, "text"));
    fl_view_page_text(view, &out);
    if (!strstr(out.data, text))
        fail_msg("\"%s\" is not in\n%s", text, out.data);
    fl_buffer_done(&out);
    fl_scene_keys(view, "q");
}

static const int32_t long_prompt[] = {1,  4, 5, 6, 7, 8, 9,  10, 4, 5, 6, 7, 8, 9,
                                      10, 4, 5, 6, 7, 8, 22, 10, 4, 5, 6, 7, 8, 9};

static void the_cursor_is_always_in_sight(void **state) {
    (void)state;
    enum { N = sizeof long_prompt / sizeof *long_prompt };
    char lit[128], piece[64];
    open_view(long_prompt, N, false);
    for (int64_t position = 0; position < N; position++) {
        fl_cursor_set(view, 0, position, 0);
        strip(lit, sizeof lit);
        assert_string_equal(lit, fl_token_at(view, piece, sizeof piece, position));
    }
    for (int width = 60; width < 200; width += 7) {
        fl_view_resize(view, width, 24);
        fl_cursor_set(view, 0, 10, 0);
        assert_non_null(strstr(strip(lit, sizeof lit), "→ ?"));
        assert_string_equal(lit, " of");
    }
}

static void what_is_cut_off_is_said_on_its_side(void **state) {
    (void)state;
    open_view(long_prompt, sizeof long_prompt / sizeof *long_prompt, false);
    fl_cursor_set(view, 0, 27, 0);
    assert_strip(" … is│ somethinglong│ London│ The│ capital│ of│ France│ is│ Paris│→ ?");
    fl_cursor_set(view, 0, 0, 0);
    assert_strip(" <s>│ The│ capital│ of│ France│ is│ Paris│ London│ The│ capital│…→ ?");
    fl_cursor_set(view, 0, 12, 0);
    assert_strip(" … capital│ of│ France│ is│ Paris│ London│ The│ capital│ of│ France│…→ ?");
}

static void kept_tokens_end_at_a_double_bar(void **state) {
    (void)state;
    open_view(NULL, 0, false);
    assert_strip(" <s>│ The│ capital│ of│ France│ is│→ ?");
    fl_scene_keys(view, "ts");
    assert_strip(" <s>│ The│ capital│ of│ France│ is‖ dog│→ ?");
    fl_view_free(&view);
    open_view(NULL, 0, true);
    fl_scene_keys(view, "ts");
    assert_strip(" <s>| The| capital| of| France| is|| dog|-> ?");
}

static void odd_pieces_are_safe(void **state) {
    (void)state;
    static const int32_t ids[] = {1, 3, 13, 12, 14, 15, 16, 20, 21};
    open_view(ids, 9, false);
    assert_strip(" <s>│<0x0A>│\\n│␣│é│日本│e\xcc\x81│\\x1b[31m│\xef\xbf\xbd│→ ?");
    fl_view_free(&view);
    open_view(ids, 9, true);
    assert_strip(" <s>|<0x0A>|\\n|_|?|??|e?|\\x1b[31m|?|-> ?");
}

static void the_list_has_ids_pieces_and_bytes(void **state) {
    (void)state;
    static const int32_t ids[] = {1, 3, 13, 15, 4};
    open_view(ids, 5, false);
    assert_listed("read in this pass:\n       0      1  <s>");
    assert_listed("3c 73 3e  a mark of the vocabulary\n");
    assert_listed("       1      3  <0x0A>           0a  one raw byte, a line feed\n");
    assert_listed("       2     13  \\n               0a\n");
    assert_listed("       3     15  日本             e6 97 a5 e6 9c ac\n");
    assert_listed("       4      4   The             20 54 68 65\n");
    fl_scene_keys(view, "t");
    assert_listed("chosen by the model, not read yet:\n       5 ");
    fl_scene_keys(view, "s");
    assert_listed("read in earlier passes, their keys and values kept:\n       0 ");
    assert_listed("chosen by the model, read in this pass:\n       5 ");
}

/* A smile as four raw bytes, then half of one. */
static const char *smile_text(const void *ctx, int32_t id, size_t *length) {
    static const char *const names[] = {"<0xF0>", "<0x9F>", "<0x99>", "<0x82>", "\xcc\x81", ""};
    (void)ctx;
    *length = strlen(names[id % 6]);
    return names[id % 6];
}

static void raw_bytes_are_put_together(void **state) {
    (void)state;
    static const int32_t ids[] = {0, 1, 2, 3, 0, 1, 4, 5};
    fl_view_options options = fl_scene_options(&(fl_fake_options){.ids = ids, .n_ids = 8});
    fl_diag diag;
    options.model.pieces.text = smile_text;
    assert_int_equal(fl_view_new(&view, &options, &diag), FL_OK);
    fl_view_resize(view, 80, 24);
    assert_listed("f0  one raw byte, 1 of 4 of \"🙂\"\n");
    assert_listed("82  one raw byte, 4 of 4 of \"🙂\"\n");
    assert_listed("9f  one raw byte, no whole character\n");
    assert_strip(" <0xF0>│<0x9F>│<0x99>│<0x82>│<0xF0>│<0x9F>│\xe2\x97\x8c\xcc\x81│\"\"│→ ?");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_cursor_is_always_in_sight, tear_down),
        cmocka_unit_test_teardown(what_is_cut_off_is_said_on_its_side, tear_down),
        cmocka_unit_test_teardown(kept_tokens_end_at_a_double_bar, tear_down),
        cmocka_unit_test_teardown(odd_pieces_are_safe, tear_down),
        cmocka_unit_test_teardown(the_list_has_ids_pieces_and_bytes, tear_down),
        cmocka_unit_test_teardown(raw_bytes_are_put_together, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
