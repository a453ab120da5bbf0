/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Patches under the reader's hands, over the real engine: taken out and back the run is the same to
 * the byte, and what they do to the next token is told.
 */
#include "test.h"

#include "screens/live.h"
#include "view/cursor.h"
#include "view/scene.h"
#include "view/why.h"

#include <math.h>

enum { EVENTS = 194 };
static fl_live_scene scene;

static int set_up(void **state) {
    (void)state;
    fl_diag diag;
    if (fl_live_scene_open(&scene, "builtin", "The capital of France is", 512u << 20, &diag) !=
        FL_OK)
        fail_msg("%s", diag.message);
    fl_view_resize(scene.view, 80, 24);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    fl_live_scene_close(&scene);
    return 0;
}

static void command(const char *line, bool done, const char *said) {
    bool result = fl_view_command(scene.view, line);
    if (result != done || !strstr(fl_view_message(scene.view), said))
        fail_msg("\"%s\": %s, said \"%s\"", line, result ? "done" : "not done",
                 fl_view_message(scene.view));
}

static bool screen_holds(const char *text) {
    char *screen = fl_scene_text(scene.view);
    bool holds = strstr(screen, text) != NULL;
    free(screen);
    return holds;
}

static uint64_t hash_of(const void *bytes, size_t size, uint64_t hash) {
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ ((const unsigned char *)bytes)[i]) * 0x100000001b3u;
    return hash;
}

/* Every value of two passes, forward or back. */
static uint64_t digest(bool back) {
    uint64_t all = 0;
    for (int64_t i = 0; i < 2 * EVENTS; i++) {
        const fl_captured *c = fl_event_at(scene.view, back ? 2 * EVENTS - 1 - i : i);
        size_t size = (size_t)fl_tensor_count(&c->event.tensor) * 4;
        char *values = malloc(size);
        fl_tensor_pack(&c->event.tensor, values);
        uint64_t hash = hash_of(values, size, (uint64_t)c->event.index);
        all += hash_of(&c->event.modified, sizeof c->event.modified, hash);
        free(values);
    }
    return all;
}

static void undone_it_is_the_same_to_the_byte(void **state) {
    (void)state;
    static const char *const words[] = {"patch layer 2 head 5 zero", "patch layer 1 key 3 zero",
                                        "patch layer 0 neuron 9 scale -3",
                                        "patch layer 3 head 1 value 6 zero"};
    uint64_t digests[5];
    digests[0] = digest(false);
    command("goto attn_probs layer 2", true, "");
    fl_scene_keys(scene.view, ":break gate layer 3<enter><up>");
    int64_t at = fl_view_at(scene.view), row = scene.view->cursor[FL_DIM_T];
    for (int i = 0; i < 4; i++) {
        command(words[i], true, "patched: layer");
        assert_int_equal(fl_view_at(scene.view), at);
        digests[i + 1] = digest(false);
        assert_true(digests[i + 1] == digest(true));
        for (int j = 0; j <= i; j++)
            assert_true(digests[j] != digests[i + 1]);
    }
    for (int i = 3; i >= 0; i--) {
        fl_scene_keys(scene.view, "u");
        assert_true(digest(false) == digests[i]);
    }
    command("undo", false, "there is no patch to undo");
    for (int i = 1; i <= 4; i++) {
        command("redo", true, "done again: patched are layer 2 head 5 zero");
        assert_true(digest(i % 2 == 0) == digests[i]);
    }
    command("redo", false, "nothing was undone");
    command("undo 4", true, "the run is the model's own");
    assert_true(digest(false) == digests[0]);
    assert_int_equal(fl_view_at(scene.view), at);
    assert_int_equal(scene.view->cursor[FL_DIM_T], row);
    assert_int_equal(scene.view->breaks.count, 1);
}

/* A key takes out what is under the cursor, and puts it back. */
static void x_takes_out_and_puts_back(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {":goto attn_probs layer 2 head 5<enter>", "layer 2 head 5 zero"},
        {":goto attn_head layer 2 head 1<enter>", "layer 2 head 1 zero"},
        {":goto swiglu layer 1<enter><home><right><right>", "layer 1 neuron 2 zero"},
        {":goto gate layer 1<enter><home><right><right>", "layer 1 neuron 2 zero"},
        {":goto attn_out layer 0<enter>", "layer 0 attn zero"},
        {":goto down layer 0<enter>", "layer 0 ffn zero"},
        {":goto k_rope layer 1<enter><up><up>", "layer 1 key 3 zero"},
        {":goto k_cache layer 1<enter><up><up>", "layer 1 key 3 zero"},
        {":goto v layer 1<enter>", "layer 1 value 3 zero"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fl_scene_keys(scene.view, cases[i][0]);
        fl_scene_keys(scene.view, "x");
        if (scene.view->options.model.n_patches != 1 ||
            strcmp(scene.view->options.model.patch_texts[0], cases[i][1]) != 0)
            fail_msg("%s: %s", cases[i][0], fl_view_message(scene.view));
        fl_scene_keys(scene.view, "x");
        assert_int_equal(scene.view->options.model.n_patches, 0);
        assert_non_null(strstr(fl_view_message(scene.view), "taken away: "));
    }
    fl_scene_keys(scene.view, ":goto resid_mid<enter>x");
    assert_non_null(strstr(fl_view_message(scene.view), "nothing here can be taken out"));
}

static void the_banner_stands_where_a_patched_value_does(void **state) {
    (void)state;
    command("patch layer 2 head 5 zero", true, "patched");
    command("goto attn_probs layer 2 head 5", true, "");
    assert_true(screen_holds("patched later on"));
    assert_false(screen_holds("MODIFIED"));
    command("goto attn_head layer 2 head 4", true, "");
    assert_false(screen_holds("MODIFIED"));
    command("goto attn_head layer 2 head 5", true, "");
    assert_true(screen_holds(" MODIFIED: layer 2 head 5 zero"));
    command("goto attn_concat layer 2", true, "");
    assert_true(screen_holds(" MODIFIED: layer 2 head 5 zero"));
    command("patch layer 0 attn scale 0.5", true, "patched");
    assert_true(screen_holds(" MODIFIED ")); /* the message takes the room */
    fl_scene_keys(scene.view, "s");
    assert_true(screen_holds(" MODIFIED: layer 2 head 5 zero + 1"));
    command("undo 2", true, "undone");
    assert_false(screen_holds("MODIFIED"));
    assert_false(screen_holds("patched later on"));
}

static void page_holds(const char *text, bool holds) {
    fl_buffer page = {0};
    fl_view_page_text(scene.view, &page);
    if (!page.data || (strstr(page.data, text) != NULL) != holds)
        fail_msg("the page %s \"%s\":\n%s", holds ? "lacks" : "holds", text,
                 page.data ? page.data : "");
    fl_buffer_done(&page);
}

/* On a page it stands as soon as one of the numbers there is modified, and not before. */
static void the_banner_stands_on_every_page(void **state) {
    (void)state;
    static const char *const pages[] = {"why",   "lens", "chances",        "map",  "cache",
                                        "heads", "rope", "beside layer 1", "look", "present"};
    command("token", true, "");
    command("patch layer 2 head 5 zero", true, "patched");
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        command("goto attn_probs layer 3 head 0", true, "");
        command(pages[i], true, "");
        if (!screen_holds(" MODIFIED")) /* what is said of presenting takes the words' room */
            fail_msg("%s says nothing of the patch", pages[i]);
        fl_scene_keys(scene.view, "q");
        if (i == 1 || i == 2) /* these read on to the end of what has been computed */
            continue;
        command("goto attn_scores layer 2 head 0", true, "");
        command(pages[i], true, "");
        if (screen_holds("MODIFIED"))
            fail_msg("%s is said to be modified before it is", pages[i]);
        fl_scene_keys(scene.view, "q");
    }
    command("goto attn_out layer 2", true, "");
    command("weight", true, "");
    assert_true(screen_holds("MODIFIED: layer 2 head 5 zero"));
}

/* Of two heads of one layer neither goes into the other: a page of all heads names both. */
static void every_patch_on_the_page_is_counted(void **state) {
    (void)state;
    command("patch layer 2 head 1 zero", true, "patched");
    command("patch layer 2 head 5 zero", true, "patched");
    command("goto attn_head layer 2 head 5", true, "");
    assert_true(screen_holds(" MODIFIED: layer 2 head 5 zero"));
    command("heads", true, "");
    page_holds("MODIFIED: layer 2 head 1 zero + 1; numbers here differ because of it.", true);
    fl_scene_keys(scene.view, "<up>");
    assert_true(screen_holds(" MODIFIED: layer 2 head 1 zero + 1"));
}

/* The lens and the heads show numbers that come later than the stage they are opened on. */
static void pages_that_look_ahead_say_so(void **state) {
    (void)state;
    command("patch layer 2 head 5 zero", true, "patched");
    command("goto attn_head layer 2 head 0", true, "");
    command("lens", true, "");
    page_holds("MODIFIED", false);
    assert_false(screen_holds("MODIFIED"));
    command("lens", true, "");
    command("heads", true, ""); /* of all heads, computed now */
    page_holds("MODIFIED: layer 2 head 5 zero; numbers here differ because of it.", true);
    assert_true(screen_holds("MODIFIED: layer 2 head 5 zero"));
    command("heads", true, "");
    assert_false(screen_holds("MODIFIED"));
    command("token", true, "");
    command("goto attn_head layer 2 head 0", true, "");
    assert_false(screen_holds("MODIFIED"));
    command("lens", true, "");  /* of the whole pass, as it has been computed */
    for (int i = 0; i < 2; i++) /* drawn again it is no other */
        assert_true(screen_holds("MODIFIED: layer 2 head 5 zero"));
    page_holds("MODIFIED: layer 2 head 5 zero", true);
}

/* Of a patched cell the number without the patch stands beside the one with it. */
static void a_patched_cell_has_a_before(void **state) {
    (void)state;
    char expected[80];
    command("goto attn_head layer 2 head 5", true, "");
    fl_cursor_set(scene.view, 0, 4, 7);
    double before = fl_tensor_at(&fl_here(scene.view)->event.tensor, (int64_t[4]){0, 4, 7});
    snprintf(expected, sizeof expected, " = 0; without the patch %.6g", before);
    command("patch layer 2 head 5 zero", true, "patched");
    fl_buffer cell = {0};
    fl_view_cell(scene.view, &cell);
    assert_non_null(strstr(cell.data, expected));
    fl_buffer_done(&cell);
    assert_true(screen_holds(expected));
    command("present", true, "");
    assert_true(screen_holds(expected));
    command("present", true, "");
    command("why", true, "");
    page_holds(expected, true);
    page_holds("a patch then sets it to 0", true);
    page_holds("recomputed 0, the engine has 0", true);
    fl_scene_keys(scene.view, "q");
    command("over", true, ""); /* what follows is changed, but no patch sets it */
    assert_false(screen_holds("without the patch"));
    command("goto attn_probs layer 2 head 5", true, "");
    assert_false(screen_holds("without the patch"));
}

/* Other words for it lead to the command that does it, in the layer that is shown. */
static void other_words_lead_to_patch(void **state) {
    (void)state;
    static const char *const lines[][2] = {
        {"zero head 5", "so: patch layer 2 head 5 zero"},
        {"kill layer 1 head 5", "so: patch layer 1 head 5 zero"},
        {"remove the ffn", "so: patch layer 2 ffn zero"},
        {"without layer 0 attention", "so: patch layer 0 attn zero"},
        {"ablate head 5", "so: patch layer 2 head 5 zero"},
        {"layer 1 head 5 zero", "so: patch layer 1 head 5 zero"},
        {"head 5 zero", "so: patch layer 2 head 5 zero"},
        {"delete neuron 7 in layer 3", "so: patch layer 3 neuron 7 zero"},
        {"layer 1 head 2 key 3 scale 0.5", "so: patch layer 1 head 2 key 3 scale 0.5"},
        {"remove", "as in: patch layer 1 head 2 zero"},
        {"kill it", "there is no command \"kill\""},
        {"zero head", "there is no command \"zero\""},
        {"layer one", "layer takes a number"},
        {"patch layer 1 heat 3", "there are layers 0 to 3, heads 0 to 7"}};
    command("goto attn_probs layer 2 head 1", true, "");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        command(lines[i][0], false, lines[i][1]);
    assert_int_equal(scene.view->options.model.n_patches, 0);
    command("layer 1", true, "");
    command("head 3", true, "");
}

/* A key of its own, from the tracer and from the page of patches. */
static void w_compares(void **state) {
    (void)state;
    command("patch layer 2 head 5 zero", true, "W compares");
    fl_scene_keys(scene.view, "W");
    assert_true(screen_holds("what if: the next token before and after"));
    fl_scene_keys(scene.view, "WXW");
    assert_true(screen_holds("what if: the next token before and after"));
}

/* Banner, lens and comparison are the same bytes after undo as before, and after redo as they were.
 */
static void undone_every_page_is_the_same(void **state) {
    (void)state;
    static const char *const keys[] = {"", "L", "W", "e", "%", "M"};
    enum { PAGES = sizeof keys / sizeof *keys };
    char *before[PAGES], *changed[PAGES];
    command("token", true, "");
    command("patch layer 1 ffn zero", true, "");
    for (int i = 0; i < PAGES; i++) {
        fl_scene_keys(scene.view, "<up><down>");
        fl_scene_keys(scene.view, keys[i]);
        before[i] = fl_scene_text(scene.view);
        fl_scene_keys(scene.view, *keys[i] ? "<esc>" : "");
    }
    command("patch layer 2 head 5 scale 3", true, "");
    for (int i = 0; i < PAGES; i++) {
        fl_scene_keys(scene.view, "<up><down>");
        fl_scene_keys(scene.view, keys[i]);
        changed[i] = fl_scene_text(scene.view);
        fl_scene_keys(scene.view, *keys[i] ? "<esc>" : "");
        assert_string_not_equal(changed[i], before[i]);
    }
    for (int round = 0; round < 4; round++) {
        fl_scene_keys(scene.view, round % 2 ? "<c-r>" : "u");
        for (int i = 0; i < PAGES; i++) {
            fl_scene_keys(scene.view, "<up><down>");
            fl_scene_keys(scene.view, keys[i]);
            char *again = fl_scene_text(scene.view);
            assert_string_equal(again, round % 2 ? changed[i] : before[i]);
            free(again);
            fl_scene_keys(scene.view, *keys[i] ? "<esc>" : "");
        }
    }
    for (int i = 0; i < PAGES; i++) {
        free(before[i]);
        free(changed[i]);
    }
}

/* Its lines are the same bytes after undo; the keys below them are one more, that of redo. */
static void undone_the_page_of_patches_is_the_same(void **state) {
    (void)state;
    command("patch layer 1 ffn zero", true, "");
    fl_scene_keys(scene.view, "X");
    char *before = fl_scene_text(scene.view), *keys = strrchr(before, '\n');
    *keys = '\0';
    keys = strrchr(before, '\n') ? strrchr(before, '\n') + 1 : before;
    assert_null(strstr(keys, "redo"));
    command("patch layer 2 head 5 scale 3", true, "");
    for (int round = 0; round < 3; round++) {
        fl_scene_keys(scene.view, "u<up>");
        char *again = fl_scene_text(scene.view);
        assert_memory_equal(again, before, (size_t)(keys - before));
        assert_non_null(strstr(again + (keys - before), "Ctrl-r redo"));
        free(again);
        fl_scene_keys(scene.view, "<c-r><up>");
    }
    free(before);
}

static void before_and_after_are_told(void **state) {
    (void)state;
    fl_buffer page = {0};
    command("patch layer 0 ffn zero", true, "patched");
    command("patch layer 1 ffn zero", true, "patched");
    command("token", true, "");
    assert_true(screen_holds("Before and after the patches: \" Paris\" 0."));
    fl_scene_keys(scene.view, "S");
    assert_true(screen_holds("was 0."));
    command("whatif", true, "");
    fl_view_page_text(scene.view, &page);
    assert_non_null(strstr(page.data, "Patched: layer 0 ffn zero, layer 1 ffn zero."));
    assert_non_null(strstr(page.data, "What comes after \" is\" (position 5):"));
    assert_non_null(strstr(page.data, "   1   Paris"));
    assert_true(strstr(page.data, "▲ from ") || strstr(page.data, "▼ from "));
    fl_buffer_clear(&page);
    fl_scene_keys(scene.view, "q2u");
    command("whatif", true, "");
    fl_view_page_text(scene.view, &page);
    assert_non_null(strstr(page.data, "No patch is on"));
    fl_buffer_done(&page);
}

static void the_list_toggles_and_deletes(void **state) {
    (void)state;
    command("patch layer 2 head 5 zero", true, "");
    command("patch layer 1 head 2 key 3 zero", true, "(\" of\"): k/v head");
    command("patch layer 2 head 5 scale 0.5", true, ""); /* in place of the first */
    fl_scene_keys(scene.view, "X");
    assert_true(screen_holds("0  layer 2 head 5 scale 0.5"));
    fl_scene_keys(scene.view, "<down><enter>");
    assert_true(screen_holds("1  layer 1 head 2 key 3 zero  (off)"));
    assert_int_equal(scene.view->options.model.n_patches, 1);
    fl_scene_keys(scene.view, "<up>d");
    assert_true(screen_holds("0  layer 1 head 2 key 3 zero  (off)"));
    assert_int_equal(scene.view->options.model.n_patches, 0);
    fl_scene_keys(scene.view, "u<enter>q");
    command("unpatch 5", false, "there are patches 0 to 1, or all");
    command("unpatch", false, "there are patches 0 to 1, or all");
    command("unpatch 1", true, "taken away");
    command("unpatch", true, "taken away"); /* of one alone */
    command("undo", true, "; u again takes back the change before that");
    command("unpatch all", true, "no patch is left");
    command("unpatch 0", false, "there is no patch to take away");
    command("patch layer 9 attn zero", false, "patch of layer 9, expected 0 to 3");
    command("patch layer 1 heat 3", false, "found 'heat', expected head, attn, ffn, neuron");
}

/* Every explanation agrees with a run in which everything is patched somewhere. */
static void explanations_know_the_patches(void **state) {
    (void)state;
    static const char *const words[] = {
        "patch layer 0 head 3 scale 0.5", "patch layer 0 neuron 4 scale 2",
        "patch layer 1 key 2 scale -1",   "patch layer 1 head 2 value 4 scale 0.25",
        "patch layer 2 ffn scale 0.5",    "patch layer 3 attn zero"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        command(words[i], true, "patched");
    for (int64_t event = 0; event < EVENTS; event++) {
        fl_view_show(scene.view, event);
        fl_grid grid = fl_grid_of(&fl_here(scene.view)->event);
        for (int64_t row = 0; row < grid.rows; row++) {
            fl_why why;
            fl_cursor_set(scene.view, row % grid.bands, row, 4);
            fl_why_of(scene.view, &why);
            if (!why.masked && why.computed &&
                fabs(why.value - why.engine) > 2e-5 * fmax(1, fabs(why.engine)))
                fail_msg("event %d %s: recomputed %.9g, engine %.9g", (int)event,
                         fl_stage_get_info(why.stage)->id, why.value, why.engine);
        }
    }
}

/* Each form that the help of patch lists can be typed as it stands there. */
static void the_forms_of_the_help_are_right(void **state) {
    (void)state;
    fl_buffer text = {0};
    command("help patch", true, "");
    fl_view_page_text(scene.view, &text);
    int forms = 0;
    for (const char *at = text.data; (at = strstr(at, "as in: patch ")) != NULL; forms++) {
        char line[96];
        at += strlen("as in: ");
        snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
        command(line, true, "patched: ");
    }
    assert_true(forms > 6);
    assert_non_null(strstr(text.data, "a later one replaces the earlier"));
    fl_buffer_done(&text);
    command("patch layer 1 key 99 zero", false, "the text has tokens 0 to 5 so far");
    command("patch layer 1 key 5 zero", true, "patched: ");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_forms_of_the_help_are_right, set_up, tear_down),
        cmocka_unit_test_setup_teardown(undone_it_is_the_same_to_the_byte, set_up, tear_down),
        cmocka_unit_test_setup_teardown(x_takes_out_and_puts_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_banner_stands_where_a_patched_value_does, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_banner_stands_on_every_page, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_patch_on_the_page_is_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pages_that_look_ahead_say_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_patched_cell_has_a_before, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_words_lead_to_patch, set_up, tear_down),
        cmocka_unit_test_setup_teardown(w_compares, set_up, tear_down),
        cmocka_unit_test_setup_teardown(undone_every_page_is_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(undone_the_page_of_patches_is_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(before_and_after_are_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_list_toggles_and_deletes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(explanations_know_the_patches, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
