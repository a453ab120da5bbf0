/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * From keys to verbs. Which key means what stands in keys.def; a verb's deed is fl_do_<verb>, which
 * stands beside what it is about: move.c, cursor.c, breaks.c, verbs.c and others.
 */
#include "view/state.h"

#include "view/cursor.h"
#include "view/mechanism.h"
#include "view/panels.h"
#include "view/why.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const fl_verb_info verbs[] = {
#define FL_VERB(id, word, argument, help) [FL_VERB_##id] = {word, argument, help, fl_do_##id},
#include "view/keys.def"
};

enum {
    M = FL_WHERE_M,
    L = FL_WHERE_L,
    T = FL_WHERE_T,
    P = FL_WHERE_P,
    G = FL_WHERE_G,
    W = FL_WHERE_W,
    B = FL_WHERE_B,
    A = FL_WHERE_A,
    S = FL_WHERE_S
};
static const fl_key_info keys[] = {
#define FL_KEY(key, verb, where, label, rank) {key, FL_VERB_##verb, where, {label, rank}},
#include "view/keys.def"
};

/* What keys are called on a page of their own. */
static const struct {
    fl_page page;
    fl_key_label label;
    int key;
} page_keys[] = {
#define FL_PAGE_KEY(page, key, label, rank) {FL_PAGE_##page, {label, rank}, key},
#include "view/keys.def"
};

fl_key_label fl_key_label_here(const fl_view *view, const fl_key_info *key) {
    for (size_t i = 0; i < sizeof page_keys / sizeof *page_keys; i++)
        if (page_keys[i].page == view->page && page_keys[i].key == key->key)
            return page_keys[i].label;
    return key->label;
}

const fl_verb_info *fl_verb_get_info(fl_verb verb) {
    return &verbs[verb];
}

const fl_key_info *fl_keys(size_t *count) {
    *count = sizeof keys / sizeof *keys;
    return keys;
}

const char *fl_key_name(char *out, size_t size, int key) {
    static const struct {
        int key;
        const char *name;
    } names[] = {{FL_KEY_ENTER, "Enter"},
                 {FL_KEY_TAB, "Tab"},
                 {FL_KEY_ESCAPE, "Esc"},
                 {FL_KEY_BACKSPACE, "Bksp"},
                 {FL_KEY_UP, "↑"},
                 {FL_KEY_DOWN, "↓"},
                 {FL_KEY_LEFT, "←"},
                 {FL_KEY_RIGHT, "→"},
                 {FL_KEY_PAGE_UP, "PgUp"},
                 {FL_KEY_PAGE_DOWN, "PgDn"},
                 {FL_KEY_HOME, "Home"},
                 {FL_KEY_END, "End"},
                 {FL_KEY_BACKTAB, "Shift-Tab"},
                 {' ', "Space"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].key == key) {
            snprintf(out, size, "%s", names[i].name);
            return out;
        }
    }
    if (key < ' ')
        snprintf(out, size, "Ctrl-%c", key + 'a' - 1);
    else
        snprintf(out, size, "%c", key);
    return out;
}

int fl_view_where(fl_view *view) {
    if (view->page != FL_PAGE_NONE)
        return fl_page_get_info(view->page)->where | (view->present ? S : 0);
    bool places = view->pane == FL_PANE_VALUE && fl_way_lists(view);
    return (view->pane == FL_PANE_PROGRAM || places ? M | P : M) | (view->present ? A : 0);
}

void fl_say(fl_view *view, const char *format, ...) {
    char text[sizeof view->message];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fl_escape_into(view->message, sizeof view->message, text, strlen(text));
}

/* ---- why a verb would do nothing here: NULL if it would do something ---- */

static const char *no_prompt(fl_view *view, fl_verb verb) {
    (void)verb;
    return view->options.restart ? NULL : "another prompt cannot be started here";
}

static const char *no_weight(fl_view *view, fl_verb verb) {
    const fl_captured *here = fl_here(view);
    (void)verb;
    bool has = here && here->event.weight && here->event.weight->data &&
               fl_weight_readable(here->event.weight);
    return has ? NULL : "this stage uses no learned weight; :weight NAME shows any";
}

static const char *no_lens(fl_view *view, fl_verb verb) {
    (void)verb;
    return fl_lens_hindrance(view);
}

static const char *no_weight_in_line(fl_view *view, fl_verb verb) {
    (void)verb;
    if (view->page == FL_PAGE_NONE)
        return NULL;
    if (view->page != FL_PAGE_why)
        return "no derivation is open here; e opens one";
    return fl_why_has_weight(view) ? NULL : "no learned weight stands in this line";
}

static const char *no_heads(fl_view *view, fl_verb verb) {
    const fl_captured *here = fl_here(view);
    (void)verb;
    bool has = here && view->options.model.hparams->num_attention_heads > 1 &&
               (here->event.head >= 0 || here->event.tensor.n_dims == 4);
    return has ? NULL : "this stage has no heads to choose from; :goto attn_probs has some";
}

static const char *no_layers(fl_view *view, fl_verb verb) {
    const fl_captured *here = fl_here(view);
    (void)verb;
    if (!here || here->event.layer < 0)
        return "this stage belongs to the whole pass, not to a layer; :layer 0 goes to one";
    return view->options.model.hparams->num_hidden_layers > 1 ? NULL : "there is only one layer";
}

/* Pages with a cursor of their own have heads and layers of their own, but side by side. */
static bool own_page(fl_view *view) {
    return (fl_view_where(view) & (G | B)) == G;
}

static const char *no_other_head(fl_view *view, fl_verb verb) {
    return own_page(view) ? fl_mechanism_hindrance(view, verb) : no_heads(view, verb);
}

static const char *no_other_layer(fl_view *view, fl_verb verb) {
    return own_page(view) ? fl_mechanism_hindrance(view, verb) : no_layers(view, verb);
}

static const char *no_zoom(fl_view *view, fl_verb verb) {
    const fl_captured *here = fl_here(view);
    (void)verb;
    if (view->page != FL_PAGE_NONE) /* it knows */
        return NULL;
    if (!here || fl_cursor_kind(&here->event) != FL_KIND_GRID)
        return "this stage has no row of cells to zoom";
    return fl_way_here(view) == FL_WAY_GRID ? NULL : "only the grid has cells to zoom: look grid";
}

static const char *no_way_sideways(fl_view *view, fl_verb verb) {
    (void)verb;
    if (view->page == FL_PAGE_cache)
        return "the slots of the cache stand in one column";
    if (view->page == FL_PAGE_chances && fl_here_pass(view).dims.R < 2)
        return "this pass has the scores of one token alone";
    return NULL;
}

static const char *no_other_look(fl_view *view, fl_verb verb) {
    const fl_captured *here = fl_here(view);
    (void)verb;
    return here && here->event.tensor.dtype == FL_DTYPE_I32
               ? "ids are names, not amounts: there is one way to look at them"
               : NULL;
}

static const char *no_event_before(fl_view *view, fl_verb verb) {
    (void)verb;
    return view->at > 0 ? NULL : "this is the first event";
}

static const char *no_token_before(fl_view *view, fl_verb verb) {
    const fl_captured *here = fl_here(view);
    (void)verb;
    return here && here->event.phase == FL_DECODE ? NULL : "no token was chosen before this";
}

static const char *no_search(fl_view *view, fl_verb verb) {
    (void)verb;
    return view->found[0] ? NULL : "/ searches for a stage first";
}

static const char *nothing_to_delete(fl_view *view, fl_verb verb) {
    const fl_page_info *page = fl_page_get_info(view->page);
    (void)verb;
    if (view->page != FL_PAGE_NONE && (!page->remove || page->items(view) == 0))
        return "there is nothing to delete here";
    return view->page != FL_PAGE_NONE || view->breaks.count > 0
               ? NULL
               : "there is no breakpoint to delete; b sets one";
}

static const char *no_breakpoint(fl_view *view, fl_verb verb) {
    (void)verb;
    return view->breaks.count > 0 ? NULL : "there is no breakpoint yet; b sets one";
}

static const char *nothing_to_choose(fl_view *view, fl_verb verb) {
    const fl_page_info *page = fl_page_get_info(view->page);
    (void)verb;
    if (view->page == FL_PAGE_NONE)
        return fl_view_where(view) & P ? NULL : "nothing is marked here that could be chosen";
    if (page->items && page->items(view) == 0)
        return view->page == FL_PAGE_breaks ? "there is no breakpoint to choose"
                                            : "there is no patch to choose";
    return page->choose ? NULL : "nothing is marked here that could be chosen";
}

static const char *nothing_to_repeat(fl_view *view, fl_verb verb) {
    (void)verb;
    return view->last_count > 0 ? NULL : "there is no step to repeat yet";
}

const char *fl_verb_hindrance(fl_view *view, fl_verb verb) {
    static const char *(*const hindrances[FL_VERB_COUNT])(fl_view *, fl_verb) = {
        [FL_VERB_prompts] = no_prompt,
        [FL_VERB_prompt] = no_prompt,
        [FL_VERB_weight] = no_weight,
        [FL_VERB_lens] = no_lens,
        [FL_VERB_chances] = fl_chances_hindrance,
        [FL_VERB_rank] = fl_chances_hindrance,
        [FL_VERB_temperature] = fl_chances_hindrance,
        [FL_VERB_warmer] = fl_chances_hindrance,
        [FL_VERB_cooler] = fl_chances_hindrance,
        [FL_VERB_follow_weight] = no_weight_in_line,
        [FL_VERB_head_next] = no_other_head,
        [FL_VERB_head_before] = no_other_head,
        [FL_VERB_layer_up] = no_other_layer,
        [FL_VERB_layer_down] = no_other_layer,
        [FL_VERB_zoom_in] = no_zoom,
        [FL_VERB_zoom_out] = no_zoom,
        [FL_VERB_left] = no_way_sideways,
        [FL_VERB_right] = no_way_sideways,
        [FL_VERB_heads] = no_heads,
        [FL_VERB_look] = no_other_look,
        [FL_VERB_step_back] = no_event_before,
        [FL_VERB_over_back] = no_event_before,
        [FL_VERB_finish_back] = no_event_before,
        [FL_VERB_go_back] = no_event_before,
        [FL_VERB_token_back] = no_token_before,
        [FL_VERB_search_next] = no_search,
        [FL_VERB_search_before] = no_search,
        [FL_VERB_delete] = nothing_to_delete,
        [FL_VERB_enable] = no_breakpoint,
        [FL_VERB_disable] = no_breakpoint,
        [FL_VERB_patch] = fl_patches_hindrance,
        [FL_VERB_unpatch] = fl_patches_hindrance,
        [FL_VERB_ablate] = fl_patches_hindrance,
        [FL_VERB_undo] = fl_patches_hindrance,
        [FL_VERB_redo] = fl_patches_hindrance,
        [FL_VERB_choose] = nothing_to_choose,
        [FL_VERB_repeat] = nothing_to_repeat,
    };
    return hindrances[verb] ? hindrances[verb](view, verb) : NULL;
}

/* Does the verb look at its text first? `weight` with a name needs no stage that has one; what is
 * no temperature is none anywhere. */
static bool reads_first(const fl_view *view, fl_verb verb, const char *text) {
    return (verb == FL_VERB_weight && (*text || view->page == FL_PAGE_weight)) ||
           verb == FL_VERB_temperature;
}

bool fl_view_do(fl_view *view, fl_verb verb, int64_t count, const char *text) {
    const char *hindrance = reads_first(view, verb, text) ? NULL : fl_verb_hindrance(view, verb);
    if (!hindrance) {
        bool done = verbs[verb].run(view, count, text);
        fl_beside_follow(view);
        return done;
    }
    fl_say(view, "%s", hindrance);
    return false;
}

static const fl_key_info *find_key(int key, int where) {
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i].key == key && (keys[i].where & where))
            return &keys[i];
    return NULL;
}

static bool is_step(fl_verb verb) {
    return verb == FL_VERB_step || verb == FL_VERB_over;
}

/* A key that a page has no use for, but what lies below it: it steps on, or opened the page. */
static const fl_key_info *find_below(const fl_view *view, int key) {
    const fl_key_info *found = view->page != FL_PAGE_NONE ? find_key(key, M) : NULL;
    bool works = found && (is_step(found->verb) || found->verb == fl_page_verb(view->page));
    return works ? found : NULL;
}

static void say_useless(fl_view *view, int key) {
    bool page = view->page != FL_PAGE_NONE;
    fl_say(view, "\"%c\" does nothing %s; ? lists the keys that do%s", key,
           page ? "on this page" : "here", page ? ", q closes it" : "");
}

/* Digits before a key: how often. */
static bool take_digit(fl_view *view, int key) {
    bool digit = key >= '0' && key <= '9' && (key != '0' || view->count > 0);
    if (!digit || !(fl_view_where(view) & (M | G)))
        return false;
    view->count = view->count * 10 + (key - '0');
    if (view->count > FL_COUNT_MOST)
        view->count = FL_COUNT_MOST;
    return true;
}

void fl_view_key(fl_view *view, int key) {
    view->message[0] = '\0';
    view->tell = NULL;
    if (fl_view_too_small(view) && key != 'q' && key != FL_KEY_CTRL('l'))
        return; /* nobody would see what it does */
    if (fl_view_too_small(view))
        view->line.kind = FL_LINE_NONE;
    if (view->line.kind != FL_LINE_NONE) {
        fl_line_key(view, key);
        return;
    }
    if (take_digit(view, key))
        return;
    int64_t count = view->count > 0 ? view->count : 1;
    view->count = 0;
    const fl_key_info *found = find_key(key, fl_view_where(view));
    found = found ? found : find_below(view, key);
    if (found && is_step(found->verb) && ((found->where & S) || !(fl_view_where(view) & B)))
        fl_view_close_page(view);
    if (found)
        fl_view_do(view, found->verb, count, "");
    else if (key >= ' ' && key < 127)
        say_useless(view, key);
}
