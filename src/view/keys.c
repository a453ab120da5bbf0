/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * From keys to verbs to deeds. Which key means what stands in keys.def; what a verb does without an
 * argument stands here, with an argument in command.c.
 */
#include "view/state.h"

#include "view/cursor.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const fl_verb_info verbs[] = {
#define FL_VERB(id, word, argument, help) [FL_VERB_##id] = {word, argument, help},
#include "view/keys.def"
};

enum { M = FL_WHERE_M, L = FL_WHERE_L, T = FL_WHERE_T, P = FL_WHERE_P };
static const fl_key_info keys[] = {
#define FL_KEY(key, verb, where, label, rank) {key, FL_VERB_##verb, where, label, rank},
#include "view/keys.def"
};

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
    } names[] = {{FL_KEY_ENTER, "Enter"},      {FL_KEY_TAB, "Tab"},   {FL_KEY_ESCAPE, "Esc"},
                 {FL_KEY_BACKSPACE, "Bksp"},   {FL_KEY_UP, "↑"},      {FL_KEY_DOWN, "↓"},
                 {FL_KEY_LEFT, "←"},           {FL_KEY_RIGHT, "→"},   {FL_KEY_PAGE_UP, "PgUp"},
                 {FL_KEY_PAGE_DOWN, "PgDn"},   {FL_KEY_HOME, "Home"}, {FL_KEY_END, "End"},
                 {FL_KEY_BACKTAB, "Shift-Tab"}};
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

int fl_view_where(const fl_view *view) {
    switch (view->page) {
    case FL_PAGE_NONE:
        return view->pane == FL_PANE_PROGRAM ? M | P : M;
    case FL_PAGE_PROMPTS:
    case FL_PAGE_BREAKS:
        return L;
    case FL_PAGE_HELP:
    case FL_PAGE_WHY:
    case FL_PAGE_WEIGHT:
        break;
    }
    return T;
}

void fl_say(fl_view *view, const char *format, ...) {
    char text[sizeof view->message];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fl_escape_into(view->message, sizeof view->message, text, strlen(text));
}

static bool has_weight(fl_view *view) {
    const fl_captured *here = fl_here(view);
    return here && here->event.weight && here->event.weight->data &&
           fl_dtype_get_info(here->event.weight->dtype)->readable;
}

static bool has_heads(fl_view *view) {
    const fl_captured *here = fl_here(view);
    if (!here || view->options.model.hparams->num_attention_heads < 2)
        return false;
    return here->event.head >= 0 || here->event.tensor.n_dims == 4;
}

bool fl_verb_works(fl_view *view, fl_verb verb) {
    const fl_captured *here = fl_here(view);
    switch (verb) {
    case FL_VERB_prompts:
    case FL_VERB_prompt:
        return view->options.restart != NULL;
    case FL_VERB_weight:
        return has_weight(view);
    case FL_VERB_head_next:
    case FL_VERB_head_before:
        return has_heads(view);
    case FL_VERB_layer_up:
    case FL_VERB_layer_down:
        return here && here->event.layer >= 0 && view->options.model.hparams->num_hidden_layers > 1;
    case FL_VERB_zoom_in:
    case FL_VERB_zoom_out:
        return here && fl_cursor_kind(&here->event) == FL_KIND_GRID;
    case FL_VERB_step_back:
    case FL_VERB_over_back:
    case FL_VERB_finish_back:
    case FL_VERB_go_back:
        return view->at > 0;
    case FL_VERB_token_back:
        return here && here->event.phase == FL_DECODE;
    case FL_VERB_search_next:
    case FL_VERB_search_before:
        return view->found[0] != '\0';
    case FL_VERB_delete:
        return view->n_breaks > 0;
    case FL_VERB_choose:
        return view->page == FL_PAGE_PROMPTS || (fl_view_where(view) & P);
    case FL_VERB_repeat:
        return view->last_count > 0;
    default:
        return true;
    }
}

static void toggle_page(fl_view *view, fl_page page) {
    fl_open_page(view, view->page == page ? FL_PAGE_NONE : page);
}

static void change_head(fl_view *view, int64_t by) {
    const fl_captured *here = fl_here(view);
    if (!has_heads(view) || !here) {
        fl_say(view, "this stage has no heads to choose from");
        return;
    }
    int64_t last = view->options.model.hparams->num_attention_heads - 1;
    int64_t group = view->options.model.hparams->num_attention_heads /
                    view->options.model.hparams->num_key_value_heads;
    bool shared = here->event.tensor.n_dims == 4 && here->event.tensor.axes[1] == FL_AXIS_kv_head;
    int64_t head = here->event.head >= 0 ? here->event.head : view->slice;
    int64_t target = shared ? (head / group + by) * group : head + by;
    if (target < 0 || target > last)
        fl_say(view, by > 0 ? "this is the last head" : "this is head 0");
    target = target < 0 ? 0 : target > last ? (shared ? last / group * group : last) : target;
    fl_goto_head(view, target);
}

static void change_layer(fl_view *view, int64_t by) {
    const fl_captured *here = fl_here(view);
    if (here)
        fl_goto_layer(view, here->event.layer < 0 ? -1 : here->event.layer + by);
}

static void choose(fl_view *view) {
    if (view->page != FL_PAGE_PROMPTS) { /* the program panel: its marked line is a link */
        if (view->program_pick >= 0)
            fl_view_jump(view, view->program_pick);
        else if (view->last_count > 0)
            fl_move(view, view->last, view->last_count);
        return;
    }
    if ((size_t)view->pick < view->options.n_prompts)
        fl_restart(view, view->options.prompts[view->pick].prompt);
    else
        fl_open_line(view, FL_LINE_PROMPT, "");
}

static void go_back(fl_view *view) {
    if (view->page != FL_PAGE_NONE)
        fl_open_page(view, FL_PAGE_NONE);
    else if (view->full)
        view->full = false;
    else if (view->n_jumps > 0)
        fl_view_show(view, view->jumps[--view->n_jumps]);
    else
        fl_say(view, "nothing is open, and you have not jumped from anywhere");
}

/* A computation under way has been stopped by whoever called it. */
static void cancel(fl_view *view) {
    if (view->page != FL_PAGE_NONE)
        fl_open_page(view, FL_PAGE_NONE);
    else if (view->full)
        view->full = false;
    else
        fl_say(view, "nothing is running; q leaves");
}

static void leave(fl_view *view) {
    if (view->page != FL_PAGE_NONE)
        fl_open_page(view, FL_PAGE_NONE);
    else if (view->full)
        view->full = false;
    else
        view->left = true;
}

static void say_unavailable(fl_view *view, fl_verb verb) {
    if (verb == FL_VERB_weight)
        fl_say(view, "this stage uses no learned weight");
    else if (verb == FL_VERB_repeat)
        fl_say(view, "there is no step to repeat yet");
    else if (verb == FL_VERB_prompts)
        fl_say(view, "another prompt cannot be started here");
    else if (verb == FL_VERB_token_back)
        fl_say(view, "no token was chosen before this");
    else if (verb >= FL_VERB_step_back && verb <= FL_VERB_go_back)
        fl_say(view, "this is the first event");
    else if (verb == FL_VERB_search_next || verb == FL_VERB_search_before)
        fl_say(view, "/ searches for a stage first");
    else if (verb == FL_VERB_layer_up || verb == FL_VERB_layer_down)
        fl_say(view, "this stage belongs to the whole pass, not to a layer");
    else if (verb == FL_VERB_head_next || verb == FL_VERB_head_before)
        fl_say(view, "this stage has no heads to choose from");
    else if (verb == FL_VERB_zoom_in || verb == FL_VERB_zoom_out)
        fl_say(view, "this stage has no row of cells to zoom");
    else
        fl_say(view, "%s does nothing here", verbs[verb].word);
}

static void change_pane(fl_view *view, int by) {
    view->pane = (fl_pane)(((int)view->pane + by + FL_PANE_COUNT) % FL_PANE_COUNT);
    view->program_pick = -1;
}

static bool open_page_of(fl_view *view, fl_verb verb) {
    static const struct {
        fl_verb verb;
        fl_page page;
    } pages[] = {{FL_VERB_why, FL_PAGE_WHY},
                 {FL_VERB_weight, FL_PAGE_WEIGHT},
                 {FL_VERB_prompts, FL_PAGE_PROMPTS},
                 {FL_VERB_breaks, FL_PAGE_BREAKS},
                 {FL_VERB_help, FL_PAGE_HELP}};
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        if (pages[i].verb == verb) {
            toggle_page(view, pages[i].page);
            return true;
        }
    }
    return false;
}

static bool open_line_of(fl_view *view, fl_verb verb) {
    if (verb == FL_VERB_command || verb == FL_VERB_goto)
        fl_open_line(view, FL_LINE_COMMAND, verb == FL_VERB_goto ? "goto " : "");
    else if (verb == FL_VERB_search)
        fl_open_line(view, FL_LINE_SEARCH, "");
    else
        return false;
    return true;
}

static void delete_picked(fl_view *view) {
    char number[16];
    snprintf(number, sizeof number, "%d", view->pick);
    fl_break_delete(view, number);
}

/* Verbs that are neither steps, nor cursor moves, nor pages, nor lines. */
static void do_other(fl_view *view, fl_verb verb, int64_t count) {
    switch (verb) {
    case FL_VERB_layer_up:
    case FL_VERB_layer_down:
        change_layer(view, verb == FL_VERB_layer_up ? count : -count);
        break;
    case FL_VERB_head_next:
    case FL_VERB_head_before:
        change_head(view, verb == FL_VERB_head_next ? count : -count);
        break;
    case FL_VERB_zoom_in:
    case FL_VERB_zoom_out:
        fl_cursor_zoom(view, verb == FL_VERB_zoom_in ? 1 : -1);
        break;
    case FL_VERB_full:
        view->full = !view->full;
        break;
    case FL_VERB_pane_next:
    case FL_VERB_pane_before:
        change_pane(view, verb == FL_VERB_pane_next ? 1 : -1);
        break;
    case FL_VERB_mark:
        fl_break_toggle(view);
        break;
    case FL_VERB_delete:
        delete_picked(view);
        break;
    case FL_VERB_search_next:
    case FL_VERB_search_before:
        fl_search(view, verb == FL_VERB_search_next ? 1 : -1, count);
        break;
    case FL_VERB_choose:
        choose(view);
        break;
    case FL_VERB_back:
        go_back(view);
        break;
    case FL_VERB_cancel:
        cancel(view);
        break;
    case FL_VERB_quit:
        leave(view);
        break;
    default: /* redraw is the painter's; the others want an argument */
        break;
    }
}

void fl_view_do(fl_view *view, fl_verb verb, int64_t count) {
    if (!fl_verb_works(view, verb))
        say_unavailable(view, verb);
    else if (verb <= FL_VERB_token_back)
        fl_move(view, verb, count);
    else if (verb == FL_VERB_repeat)
        fl_move(view, view->last, view->last_count);
    else if (verb >= FL_VERB_up && verb <= FL_VERB_largest)
        fl_cursor_move(view, verb, count);
    else if (!open_page_of(view, verb) && !open_line_of(view, verb))
        do_other(view, verb, count);
}

static const fl_key_info *find_key(const fl_view *view, int key) {
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i].key == key && (keys[i].where & fl_view_where(view)))
            return &keys[i];
    return NULL;
}

/* Digits before a key: how often. */
static bool take_digit(fl_view *view, int key) {
    bool digit = key >= '0' && key <= '9' && (key != '0' || view->count > 0);
    if (!digit || !(fl_view_where(view) & M))
        return false;
    view->count = view->count * 10 + (key - '0');
    if (view->count > 99999999)
        view->count = 99999999;
    return true;
}

void fl_view_key(fl_view *view, int key) {
    view->message[0] = '\0';
    if (view->line != FL_LINE_NONE) {
        fl_line_key(view, key);
        return;
    }
    if (take_digit(view, key))
        return;
    int64_t count = view->count > 0 ? view->count : 1;
    view->count = 0;
    const fl_key_info *found = find_key(view, key);
    if (found)
        fl_view_do(view, found->verb, count);
    else if (key >= ' ' && key < 127)
        fl_say(view, "\"%c\" does nothing here; ? lists the keys that do", key);
}
