/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The pages about how the model is built: map, sharing, rope, cache.
 */
#include "test.h"

#include "view/mechanism.h"
#include "view/number.h"
#include "view/on_scene.h"

#include <math.h>

static char *page(fl_view *of) {
    fl_buffer text = {0};
    fl_view_page_text(of, &text);
    return text.data ? text.data : calloc(1, 1);
}

static void page_says(const char *words) {
    char *text = page(view);
    if (!strstr(text, words))
        fail_msg("\"%s\" is not in\n%s", words, text);
    free(text);
}

/* A stage's name with what may stand beside it, so that "q" is not found in "q_rope". */
static bool names(const char *text, const char *id) {
    for (const char *at = text; (at = strstr(at, id)) != NULL; at++) {
        char after = at[strlen(id)];
        static const char letters[] = "_abcdefghijklmnopqrstuvwxyz";
        bool begins = at == text || !strchr(letters, at[-1]);
        if (begins && !strchr(letters, after))
            return true;
    }
    return false;
}

/* For those who do not see the drawing: every stage with its state in words. */
static void the_map_is_told_in_words(void **state) {
    (void)state;
    fl_scene_keys(view, ":goto k layer 1<enter>M");
    page_says("attention, layer 1 of 0 to 1:\nattn_norm_rms [1, 6, 1], has run\n");
    page_says("\nk [1, 6, 8], is shown\nv [1, 6, 8], comes later\n");
    page_says("\nfeed-forward, layer 1 of 0 to 1:\nffn_norm_rms [1, 6, 1], comes later\n");
    page_says("\nmarked: k  [1, 6, 8]");
    char *text = page(view);
    for (const char *c = text; *c; c++)
        assert_false((unsigned char)*c == 0xe2 && (unsigned char)c[1] == 0x94); /* no lines */
    free(text);
}

static void assert_whole_map(const fl_hparams *hparams) {
    fl_view_options options = fl_scene_options(&(fl_fake_options){0});
    options.model.hparams = hparams;
    fl_view *other;
    fl_diag diag;
    assert_int_equal(fl_view_new(&other, &options, &diag), FL_OK);
    fl_view_resize(other, 80, 24);
    fl_scene_keys(other, "M");
    char *text = page(other), *screen = fl_scene_text(other);
    for (int i = 0; i < FL_STAGE_COUNT; i++) {
        const char *id = fl_stage_get_info((fl_stage)i)->id;
        bool exists = fl_stage_exists((fl_stage)i, hparams);
        if (names(text, id) != exists || names(screen, id) != exists)
            fail_msg("%s is %s on the map\n%s", id, exists ? "not" : "wrongly", screen);
    }
    assert_int_equal(strstr(screen, "+bias") != NULL,
                     (hparams->features & FL_FEATURE_ATTN_BIAS) != 0);
    assert_int_equal(strstr(screen, "tied") != NULL, hparams->tie_word_embeddings);
    free(text);
    free(screen);
    fl_view_free(&other);
}

static void every_stage_is_on_the_map(void **state) {
    (void)state;
    fl_hparams h = *fl_fake_hparams();
    assert_whole_map(&h);
    h.features = FL_FEATURE_QK_NORM;
    h.tie_word_embeddings = true;
    assert_whole_map(&h);
    h.features = FL_FEATURE_ATTN_BIAS;
    assert_whole_map(&h);
}

static void enter_goes_to_the_marked_stage(void **state) {
    (void)state;
    fl_scene_keys(view, ":goto q<enter>M<down>}<enter>");
    const fl_event *here = &fl_here(view)->event;
    assert_int_equal(view->page, FL_PAGE_NONE);
    assert_int_equal(here->stage, FL_STAGE_q_rope);
    assert_int_equal(here->layer, 1);
    fl_scene_keys(view, "<bs>");
    assert_int_equal(fl_here(view)->event.stage, FL_STAGE_q);
    fl_scene_keys(view, "Mq");
    assert_int_equal(view->page, FL_PAGE_NONE);
    assert_false(fl_view_left(view));
}

/* From every stage the arrows lead to every other. */
static void arrows_reach_every_stage(void **state) {
    (void)state;
    static const char *const arrows[] = {"<up>", "<down>", "<left>", "<right>"};
    bool reached[FL_STAGE_COUNT] = {true};
    fl_scene_keys(view, "M");
    for (int round = 0; round < FL_STAGE_COUNT; round++)
        for (int from = 0; from < FL_STAGE_COUNT; from++)
            for (int i = 0; reached[from] && i < 4; i++) {
                view->pick = from;
                fl_scene_keys(view, arrows[i]);
                reached[view->pick] = true;
            }
    for (int i = 0; i < FL_STAGE_COUNT; i++)
        if (reached[i] != fl_stage_exists((fl_stage)i, fl_fake_hparams()))
            fail_msg("%s", fl_stage_get_info((fl_stage)i)->id);
}

static void sharing_is_said_by_its_name(void **state) {
    (void)state;
    fl_scene_keys(view, ":sharing<enter>");
    page_says("grouped-query attention (GQA): 4 query heads, but keys and values for 2");
    page_says("└┬┘");
    page_says("saved                                64 B in F16       128 B in F32");
    fl_hparams h = *fl_fake_hparams();
    h.num_key_value_heads = 1;
    assert_string_equal(fl_sharing_name(&h), "multi-query attention (MQA)");
    h.num_key_value_heads = 4;
    assert_string_equal(fl_sharing_name(&h), "multi-head attention (MHA)");
}

/* What the page says of a pair is what the events hold. */
static void rope_agrees_with_the_events(void **state) {
    (void)state;
    fl_scene_keys(view, ":goto q_rope layer 1<enter>R");
    for (int head = 0; head < 4; head++, fl_scene_keys(view, "]")) {
        for (int pair = 0; pair < 2; pair++) {
            char number[6][FL_NUMBER], line[200];
            double values[6];
            view->pick = pair;
            int64_t q = fl_find_before(view, FL_STAGE_q, 1, -1), r = fl_view_at(view);
            for (int i = 0; i < 2; i++) {
                values[i] = fl_value(view, q, (int64_t[]){0, 5, head * 4 + 2 * pair + i, 0});
                values[2 + i] = fl_value(view, r, (int64_t[]){0, head, 5, 2 * pair + i});
                values[4 + i] = fl_value(
                    view, fl_find_before(view, i ? FL_STAGE_rope_sin : FL_STAGE_rope_cos, -1, -1),
                    (int64_t[]){0, 5, pair, 0});
            }
            for (int i = 0; i < 6; i++)
                fl_short(number[i], values[i]);
            snprintf(line, sizeof line, "before (%s, %s), after (%s, %s)\n", number[0], number[1],
                     number[2], number[3]);
            page_says(line);
            snprintf(line, sizeof line, "cos %s, sin %s\n", number[4], number[5]);
            page_says(line);
            page_says("turned, not stretched");
        }
    }
}

static void rope_tells_the_pairings_apart(void **state) {
    (void)state;
    fl_scene_keys(view, ":goto k_rope<enter>R");
    page_says("Interleaved: this file pairs places 2i and 2i + 1; half-split: i and i + 2.");
    page_says("a full turn every 628.3 tokens");
    fl_scene_keys(view, "<home>");
    page_says("a full turn every 6.283 tokens");
    fl_scene_keys(view, "<left>");
    page_says("key of \" France\", position 4");
    fl_hparams h = *fl_fake_hparams();
    h.rope_pairing = FL_ROPE_HALF;
    view->options.model.hparams = &h;
    page_says("Half-split: this file pairs places i and i + 2");
    page_says("pair 0: places 0 and 2 of the head");
    view->options.model.hparams = fl_fake_hparams();
}

static void rope_before_the_query_turns_a_plain_arrow(void **state) {
    (void)state;
    fl_scene_keys(view, "R");
    page_says("no query yet; the arrow (1.000, 0), would become");
}

static double length(fl_view *of, fl_stage stage, int head, int slot) {
    double squares = 0;
    for (int i = 0; i < 4; i++) {
        double x = fl_value(of, fl_find_before(of, stage, 0, -1), (int64_t[]){0, head, slot, i});
        squares += x * x;
    }
    return sqrt(squares);
}

static void cache_tells_what_was_written_and_kept(void **state) {
    (void)state;
    fl_scene_keys(view, "K");
    page_says("Nothing is kept in layer 0 yet");
    page_says(":goto k_cache layer 0 goes there");
    page_says("a token leaves 2 keys and 2 values of 4 numbers in each layer; 2 query heads share");
    fl_scene_keys(view, "q:goto v_cache<enter>K]");
    page_says("k/v head 1 (0–1), read by query heads 2 and 3");
    page_says("this pass wrote slots 0 to 5 (*)");
    char line[200], key[FL_NUMBER], value[FL_NUMBER];
    snprintf(line, sizeof line, "slot 4 (*) \" France\": key %s, value %s\n",
             fl_short(key, length(view, FL_STAGE_k_cache, 1, 4)),
             fl_short(value, length(view, FL_STAGE_v_cache, 1, 4)));
    page_says(line);
    page_says("in F32 = 64 B; this layer 384 B");
    page_says("all 2 layers: 128 B a token, 768 B with 6 slots, 4 KiB at full context (32 slots)");
    page_says("without the cache the next pass would have to read these 6 tokens again");
    fl_scene_keys(view, "k");
    page_says("slot 4 is \" France\", written by this pass");
    double first =
        fl_value(view, fl_find_before(view, FL_STAGE_v_cache, 0, -1), (int64_t[]){0, 1, 4, 0});
    snprintf(line, sizeof line, "  value %s, ", fl_short(value, first));
    page_says(line);
    fl_scene_keys(view, "qts:goto k_cache<enter>K");
    page_says("without the cache this pass would have to read all 7 tokens again");
    page_says("this pass wrote slot 6 (*); slots 0 to 5 were kept");
    page_says("value later");
    fl_scene_keys(view, "}");
    page_says("layer 1");
    page_says("this pass has not written here yet");
}

static void cache_tells_the_window_of_its_layer(void **state) {
    (void)state;
    fl_hparams windowed = *view->options.model.hparams;
    windowed.sliding_window = 2;
    windowed.full_layers[0] = 2;
    view->options.model.hparams = &windowed;
    fl_scene_keys(view, ":goto v_cache layer 1<enter>K");
    page_says("in this layer a token looks at all slots, in others not");
    fl_scene_keys(view, "{");
    page_says("in this layer a token looks at the last 2 slots only");
    windowed.sliding_window = 1;
    page_says("in this layer a token looks at its own slot only");
    view->options.model.hparams = fl_fake_hparams();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_map_is_told_in_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_stage_is_on_the_map, set_up, tear_down),
        cmocka_unit_test_setup_teardown(enter_goes_to_the_marked_stage, set_up, tear_down),
        cmocka_unit_test_setup_teardown(arrows_reach_every_stage, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sharing_is_said_by_its_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rope_agrees_with_the_events, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rope_tells_the_pairings_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rope_before_the_query_turns_a_plain_arrow, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(cache_tells_what_was_written_and_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cache_tells_the_window_of_its_layer, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
