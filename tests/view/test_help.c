/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What is said of keys: the help of every page and every command, the bottom line.
 */
#include "test.h"

#include "view/on_scene.h"
#include "view/panels.h"

/* Every verb explains itself, and its example is a line that can be read. */
static void help_explains_every_verb(void **state) {
    (void)state;
    for (int id = 0; id < FL_VERB_COUNT; id++) {
        const fl_verb_info *info = fl_verb_get_info((fl_verb)id);
        char line[96];
        fl_buffer page = {0};
        snprintf(line, sizeof line, "help %s", info->word);
        fl_scene_command(view, line, true, "");
        fl_view_page_text(view, &page);
        assert_int_equal(strncmp(page.data, info->word, strlen(info->word)), 0);
        assert_non_null(strstr(page.data, info->help));
        const char *example = strstr(page.data, "example");
        assert_non_null(example);
        assert_non_null(strstr(example, info->word));
        fl_buffer_done(&page);
        fl_scene_keys(view, "<esc>");
    }
    fl_buffer page = {0};
    fl_scene_command(view, "help xstep", false,
                     "there is no command \"xstep\"; the nearest is step; help alone lists them");
    fl_scene_command(view, "help", true, "");
    fl_scene_command(view, "help", true, ""); /* on the page: closes it, as the key does */
    fl_view_page_text(view, &page);
    assert_int_equal(page.length, 0);
    fl_buffer_done(&page);
}

/* What the help lists works, and what works is listed. */
static void help_lists_what_works(void **state) {
    (void)state;
    bool works[FL_VERB_COUNT];
    for (int id = 0; id < FL_VERB_COUNT; id++)
        works[id] = !fl_verb_hindrance(view, (fl_verb)id);
    fl_scene_keys(view, "?");
    fl_buffer page = {0};
    fl_view_page_text(view, &page);
    for (int id = 0; id < FL_VERB_COUNT; id++)
        assert_true((strstr(page.data, fl_verb_get_info((fl_verb)id)->help) != NULL) == works[id]);
    assert_null(strstr(page.data, "head-next")); /* not at the tokens */
    fl_buffer_clear(&page);
    fl_scene_keys(view, "q:goto attn_probs<enter>?");
    fl_view_page_text(view, &page);
    assert_non_null(strstr(page.data, "head-next"));
    fl_buffer_done(&page);
}

/* Every page, by keys that lead to it. */
static const struct {
    const char *keys, *bottom; /* what the bottom line says of it */
} pages[] = {
    {":goto logits<enter>e", "Enter follow  Bksp return  w its weight"},
    {":goto q layer 1<enter>|", "↑ ↓ ← → move  s step  n next  Tab difference"},
    {":goto q<enter>w", "Tab next tensor"},
    {":goto logits<enter>L", "↑ ↓ ← → move  Enter go there  % chances"},
    {":goto logits<enter>%", " ↑ ↓ move  L lens  < cooler  > warmer"},
    {":text<enter>", " ↑ ↓ scroll  : command  ? help  q close"},
    {"p", " ↑ ↓ move  Enter start"},
    {"B", " ↑ ↓ move  : command  ? help  q close"},
    {":break q<enter>B", "Enter on/off  : command  d delete"},
    {"X", " ↑ ↓ move  : command  ? help  q close"},
    {":whatif<enter>", " ↑ ↓ scroll  : command"},
    {"M", "↑ ↓ ← → move  Enter go there  {} layer"},
    {":sharing<enter>", ": command  M map"},
    {":goto q_rope<enter>R", "↑ ↓ ← → move  [] head  {} layer"},
    {":goto k_cache<enter>K", " ↑ ↓ move  [] head  {} layer"},
    {":goto attn_probs<enter>V", "↑ ↓ ← → move  Enter go there"},
};

static void the_bottom_line_fits_the_page(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        fl_view *other = fl_scene(80, 24);
        fl_scene_keys(other, pages[i].keys);
        char *screen = fl_scene_text(other), *last = strrchr(screen, '?');
        while (last && last > screen && last[-1] != '\n')
            last--;
        if (!last || !strstr(last, pages[i].bottom))
            fail_msg("after %s the last line is \"%s\"", pages[i].keys, last ? last : "");
        free(screen);
        fl_view_free(&other);
    }
}

static bool is_listed(const char *page, const char *word) {
    char with_blanks[48];
    snprintf(with_blanks, sizeof with_blanks, " %s  ", word); /* what it does stands apart */
    return strstr(page, with_blanks) != NULL;
}

/* Does any key of the page that is open do what the verb says? */
static bool has_key(fl_view *on, fl_verb verb) {
    size_t count;
    const fl_key_info *keys = fl_keys(&count);
    for (size_t i = 0; i < count; i++)
        if (keys[i].verb == verb && (keys[i].where & fl_view_where(on)))
            return !fl_verb_hindrance(on, verb);
    return false;
}

/* The help lists the keys of the page it was opened on, and closing it leads back there. */
static void a_page_has_its_own_help(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        fl_view *other = fl_scene(80, 24);
        bool works[FL_VERB_COUNT];
        fl_buffer page = {0};
        fl_scene_keys(other, pages[i].keys);
        char *before = fl_scene_text(other);
        for (int id = 0; id < FL_VERB_COUNT; id++)
            works[id] = has_key(other, (fl_verb)id);
        fl_scene_keys(other, "?");
        fl_view_page_text(other, &page);
        for (int id = 0; id < FL_VERB_COUNT; id++) {
            const char *word = fl_verb_get_info((fl_verb)id)->word;
            if (is_listed(page.data, word) != works[id] && strcmp(word, "help") != 0)
                fail_msg("after %s the help %s %s", pages[i].keys,
                         works[id] ? "leaves out" : "lists", word);
        }
        fl_scene_keys(other, "q");
        char *after = fl_scene_text(other);
        assert_string_equal(before, after);
        free(before);
        free(after);
        fl_buffer_done(&page);
        fl_view_free(&other);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(help_explains_every_verb, set_up, tear_down),
        cmocka_unit_test_setup_teardown(help_lists_what_works, set_up, tear_down),
        cmocka_unit_test(the_bottom_line_fits_the_page),
        cmocka_unit_test(a_page_has_its_own_help),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
