/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What a screen shows can be read: every row under one loud token, every sentence to its end.
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

static void open_view(const fl_fake_options *fake, int colors, bool ascii) {
    fl_view_options options = fl_scene_options(fake);
    fl_diag diag;
    options.colors = colors;
    options.ascii = ascii;
    assert_int_equal(fl_view_new(&view, &options, &diag), FL_OK);
    fl_view_resize(view, 80, 24);
}

/* How many different shades the row's cells have. */
static int shades_of_row(int64_t row) {
    const fl_event *event = &fl_here(view)->event;
    fl_shading shading = fl_value_shading(view, event);
    bool seen[FL_STYLE_COUNT] = {false};
    int shades = 0;
    for (int64_t col = 0; col < event->tensor.shape[2]; col++) {
        double value = fl_tensor_at(&event->tensor, (int64_t[FL_MAX_DIMS]){0, row, col});
        fl_style style = fl_shade_style(&shading, value);
        shades += !seen[style];
        seen[style] = true;
    }
    return shades;
}

/* The start mark a thousand times louder than all others, as in trained models. */
static void one_loud_token_leaves_the_others_readable(void **state) {
    (void)state;
    open_view(&(fl_fake_options){.loud = 1000}, 256, false);
    static const char *const stages[] = {"embed", "layer.1.resid_mid", "layer.1.resid_post"};
    for (int i = 0; i < 3; i++) {
        char keys[64];
        snprintf(keys, sizeof keys, ":goto %s<enter>", stages[i]);
        fl_scene_keys(view, keys);
        for (int64_t row = 1; row < 6; row++)
            if (shades_of_row(row) < 3)
                fail_msg("%s, row %d: %d shades", stages[i], (int)row, shades_of_row(row));
        char *screen = fl_scene_text(view);
        assert_non_null(strstr(screen, "▲"));
        free(screen);
    }
}

static void assert_whole(const char *what, const char *text, int width) {
    if (fl_text_width(text) > width)
        fail_msg("%s is cut at %d columns: %s", what, width, text);
}

static void remarks_and_legends_are_whole(void **state) {
    (void)state;
    static const int colors[] = {0, 8, 256};
    for (int mode = 0; mode < 3; mode++) {
        open_view(&(fl_fake_options){0}, colors[mode], mode == 0);
        for (int event = 0; event < 156; event++, fl_scene_keys(view, "s")) {
            fl_buffer remark = {0};
            fl_remark(view, &remark);
            char *second = remark.data ? strchr(remark.data, '\n') : NULL;
            if (second)
                *second++ = '\0';
            assert_whole("a remark", remark.data ? remark.data : "", 78);
            assert_whole("a remark", second ? second : "", 78);
            fl_buffer_done(&remark);
        }
        fl_view_free(&view);
    }
}

/* Below the tensor nothing ends in an ellipsis; the formula of attn_concat holds one. */
static void what_stands_below_the_tensor_is_whole(void **state) {
    (void)state;
    static const int colors[] = {0, 8, 256};
    for (int mode = 0; mode < 3; mode++) {
        open_view(&(fl_fake_options){0}, colors[mode], false);
        for (int event = 0; event < 78; event++, fl_scene_keys(view, "s")) {
            char *screen = fl_scene_text(view), *line = screen;
            for (int y = 0; *line; y++) {
                char *end = strchr(line, '\n');
                *end = '\0';
                if (y > 12 && strstr(line, "…") && !strstr(line, "‖"))
                    fail_msg("event %d, line %d: %s", event, y, line);
                line = end + 1;
            }
            free(screen);
        }
        fl_view_free(&view);
    }
}

static void meanings_and_formulas_are_whole(void **state) {
    (void)state;
    for (int id = 0; id < FL_STAGE_COUNT; id++) {
        const fl_stage_info *info = fl_stage_get_info((fl_stage)id);
        fl_buffer ascii = {0}, masked = {0};
        fl_ascii(&ascii, info->formula);
        assert_whole(info->id, info->formula, 78);
        assert_whole(info->id, ascii.data, 78);
        fl_buffer_printf(&masked, "%s%s", info->meaning,
                         info->scope == FL_SCOPE_HEAD ? " (100 of 200 cells masked)" : "");
        assert_true(fl_canvas_wrap(NULL, (fl_rect){0, 0, 78, 2}, FL_STYLE_text, masked.data) <= 2);
        fl_buffer_done(&ascii);
        fl_buffer_done(&masked);
    }
}

/* What the screen never spells out stands in the help, one line each at 80 columns. */
static void the_help_has_the_words_of_the_screen(void **state) {
    (void)state;
    static const char *const words[] = {"prefill",  "decode", "scalar",    "exact",
                                        "k/v head", "event",  "pass",      "logits",
                                        "✓ · ● ✎",  "▸ ▾",    "[0, 5, 3]", "▁▂▅▇"};
    open_view(&(fl_fake_options){0}, 256, false);
    fl_scene_keys(view, "?");
    fl_buffer page = {0};
    fl_view_page_text(view, &page);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char begin[64];
        snprintf(begin, sizeof begin, "\n%s  ", words[i]);
        const char *line = strstr(page.data, begin);
        if (!line)
            fail_msg("the help does not explain \"%s\"", words[i]);
        char row[256];
        snprintf(row, sizeof row, "%.*s", (int)strcspn(line + 1, "\n"), line + 1);
        assert_whole("the help", row, 78);
    }
    fl_buffer_done(&page);
    fl_scene_keys(view, "G");
    char *screen = fl_scene_text(view);
    assert_non_null(strstr(screen, "all its layers computed so"));
    free(screen);
}

static fl_view *open_fast(const char *isa, int width) {
    fl_view_options options = fl_scene_options(&(fl_fake_options){0});
    fl_diag diag;
    options.model.isa = isa;
    options.model.exact = false;
    assert_int_equal(fl_view_new(&view, &options, &diag), FL_OK);
    fl_view_resize(view, width, 24);
    return view;
}

/* The words are those of the run, and a fast one says so on every screen it draws. */
static void a_fast_run_says_so_everywhere(void **state) {
    (void)state;
    for (int width = 60; width <= 110; width += 10) {
        open_fast("avx512", width);
        for (int64_t event = 0; event < 100; event++, fl_scene_keys(view, "s")) {
            char *screen = fl_scene_text(view);
            screen[strcspn(screen, "\n")] = '\0';
            if (!strstr(screen, "fast") || !strstr(screen, " event "))
                fail_msg("%d columns: \"%s\"", width, screen);
            free(screen);
        }
        fl_view_free(&view);
    }
    open_fast("avx512", 80);
    fl_scene_keys(view, "?");
    fl_buffer page = {0};
    fl_view_page_text(view, &page);
    assert_non_null(strstr(page.data, "\navx512         vector instructions compute, within"));
    assert_non_null(strstr(page.data, "\nfast           activations are rounded to 8 bits"));
    assert_null(strstr(page.data, "\nscalar "));
    assert_null(strstr(page.data, "\nexact "));
    fl_buffer_done(&page);
}

/* On the page of `e` each letter of the formula stands with its meaning, numbers of the run too. */
static void the_page_explains_its_letters(void **state) {
    (void)state;
    open_view(&(fl_fake_options){0}, 256, false);
    fl_scene_keys(view, ":goto attn_norm_rms<enter>e");
    fl_buffer page = {0};
    fl_view_page_text(view, &page);
    assert_non_null(strstr(page.data, "D          = 16, hidden size"));
    assert_non_null(strstr(page.data, "ε          = 1e-05, "));
    assert_non_null(strstr(page.data, "Σ          the sum"));
    fl_buffer_done(&page);
}

static bool screen_holds(const char *text) {
    return fl_scene_holds(view, text);
}

static void a_token_read_again_is_said_to_be_the_model_s(void **state) {
    (void)state;
    open_view(&(fl_fake_options){0}, 256, false);
    assert_true(screen_holds("tokens = tokenizer(prompt)") || screen_holds("the text cut into"));
    fl_scene_keys(view, "ts");
    assert_true(screen_holds("the token that the model chose last"));
    assert_true(screen_holds("tokens = [next_token of the pass before]"));
    assert_false(screen_holds("tokenizer(prompt)"));
}

/* What a sum adds up to is named by its value, the one that the line above takes apart. */
static void sums_are_named_by_their_value(void **state) {
    (void)state;
    open_view(&(fl_fake_options){0}, 256, false);
    fl_scene_keys(view, ":goto attn_scores head 2<enter>");
    assert_true(screen_holds("0.4075 = 0.8150 / √4"));
    assert_true(screen_holds("0.8150 = "));
}

static void the_cursor_follows_the_largest_until_it_is_moved(void **state) {
    (void)state;
    open_view(&(fl_fake_options){0}, 256, false);
    fl_scene_keys(view, ":goto gate layer 1<enter>");
    assert_true(screen_holds(", largest in size")); /* it is below zero */
    fl_scene_keys(view, ":goto q<enter>");
    assert_true(screen_holds(", largest of its row"));
    fl_scene_keys(view, "<up>");
    assert_false(screen_holds(" of its row"));
    int64_t col = fl_cursor_place(view, fl_here(view)).col;
    fl_scene_keys(view, "<up><up>}");
    assert_int_equal(fl_cursor_place(view, fl_here(view)).col, col);
    fl_scene_keys(view, "=");
    assert_true(screen_holds(", largest "));
    fl_scene_keys(view, ":goto attn_scores<enter>"); /* of these the largest is not one by size */
    assert_true(screen_holds(", largest of its row"));
}

/* Of a patched sum the names of its operands give way to what the patch does. */
static void a_patch_is_told_to_the_end(void **state) {
    (void)state;
    fl_view_options options = fl_scene_options(&(fl_fake_options){0});
    const fl_patch patches[] = {{FL_PATCH_HEAD, 0, 1, 0.5f, 0},
                                {FL_PATCH_FEED_FORWARD, 0, -1, 0.25f, 0}};
    fl_diag diag;
    options.model.patches = patches;
    options.model.n_patches = 2;
    assert_int_equal(fl_view_new(&view, &options, &diag), FL_OK);
    fl_view_resize(view, 80, 24);
    fl_scene_keys(view, ":goto attn_head layer 0 head 1<enter>");
    assert_true(screen_holds("a patch then multiplies it by 0.5"));
    fl_scene_keys(view, ":goto down layer 0<enter>");
    assert_true(screen_holds("a patch then multiplies it by 0.25"));
}

static void zoomed_out_the_cursor_is_marked_without_colour(void **state) {
    (void)state;
    open_view(&(fl_fake_options){0}, 0, false);
    fl_scene_keys(view, ":goto attn_probs layer 1 head 3<enter>----");
    assert_true(screen_holds("▾"));
    assert_true(screen_holds("▸  5  is"));
}

static void long_paths_make_room(void **state) {
    (void)state;
    fl_view_options options = fl_scene_options(&(fl_fake_options){.modified_from = 3});
    const fl_patch patch = {FL_PATCH_HEAD, 0, 1, 0, 0};
    fl_diag diag;
    options.model.name =
        "/a/long/way/down/the/tree/of/models/some-model-with-a-long-name-7b-q4_0.gguf";
    options.model.patches = &patch;
    options.model.n_patches = 1;
    assert_int_equal(fl_view_new(&view, &options, &diag), FL_OK);
    for (int width = 60; width < 130; width += 10) {
        fl_view_resize(view, width, 24);
        bool struck = fl_view_at(view) >= 3;
        assert_true(screen_holds(struck ? " MODIFIED" : "patched later on"));
        assert_false(screen_holds(struck ? "patched later on" : "MODIFIED"));
        assert_true(struck || screen_holds("some-model"));
        assert_false(screen_holds("/a/long"));
        assert_true(screen_holds("event "));
        fl_scene_keys(view, "s");
    }
    fl_view_resize(view, 80, 24);
    fl_scene_keys(view, ":goto attn_head layer 0 head 1<enter>f");
    assert_true(screen_holds("layer 0 (0–1)"));
    assert_true(screen_holds(" MODIFIED: layer 0 head 1 zero"));
}

/* Words of a screen with one blank between them; line ends and margins count as blanks. */
static void squeeze(char *text) {
    char *to = text;
    for (char *from = text; *from; from++)
        if ((unsigned char)*from > ' ')
            *to++ = *from;
        else if (to > text && to[-1] != ' ')
            *to++ = ' ';
    *to = '\0';
}

/* On the smallest screen no meaning is cut, the choice is explained to its end, and what is below
 * leaves the key bar's rule alone. */
static void sentences_are_whole_on_the_smallest_screen(void **state) {
    (void)state;
    open_view(&(fl_fake_options){0}, 256, false);
    fl_view_resize(view, 60, 16);
    for (int i = 1; i < 78; i++) {
        fl_scene_keys(view, "s");
        assert_int_equal(fl_view_at(view), i);
        char *screen = fl_scene_text(view);
        squeeze(screen);
        if (!strstr(screen, fl_meaning_here(view)))
            fail_msg("event %d: \"%s\" is cut:\n%s", i, fl_meaning_here(view), screen);
        assert_non_null(strstr(screen, "─ s step n next"));
        assert_non_null(strstr(screen, ": command"));
        if (i == 77)
            assert_non_null(strstr(screen, "of all earlier ones were kept."));
        free(screen);
    }
}

static void resting_on_the_first_token_is_said(void **state) {
    (void)state;
    open_view(&(fl_fake_options){0}, 256, false);
    fl_scene_keys(view, ":goto attn_probs layer 1 head 3<enter>");
    assert_false(screen_holds("rests on"));
    fl_scene_keys(view, "<up><up>");
    assert_true(screen_holds("row \" of\" rests on the first token: 54 %; then 32 % on \" The\""));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(one_loud_token_leaves_the_others_readable, tear_down),
        cmocka_unit_test_teardown(remarks_and_legends_are_whole, tear_down),
        cmocka_unit_test_teardown(what_stands_below_the_tensor_is_whole, tear_down),
        cmocka_unit_test(meanings_and_formulas_are_whole),
        cmocka_unit_test_teardown(sentences_are_whole_on_the_smallest_screen, tear_down),
        cmocka_unit_test_teardown(the_help_has_the_words_of_the_screen, tear_down),
        cmocka_unit_test_teardown(a_fast_run_says_so_everywhere, tear_down),
        cmocka_unit_test_teardown(the_page_explains_its_letters, tear_down),
        cmocka_unit_test_teardown(a_token_read_again_is_said_to_be_the_model_s, tear_down),
        cmocka_unit_test_teardown(sums_are_named_by_their_value, tear_down),
        cmocka_unit_test_teardown(the_cursor_follows_the_largest_until_it_is_moved, tear_down),
        cmocka_unit_test_teardown(a_patch_is_told_to_the_end, tear_down),
        cmocka_unit_test_teardown(zoomed_out_the_cursor_is_marked_without_colour, tear_down),
        cmocka_unit_test_teardown(long_paths_make_room, tear_down),
        cmocka_unit_test_teardown(resting_on_the_first_token_is_said, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
