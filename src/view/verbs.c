/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The deeds of verbs that are about the view itself: what is open, which panel, which head.
 */
#include "view/cursor.h"
#include "view/panels.h"
#include "view/why.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

bool fl_do_layer(fl_view *view, int64_t count, const char *text) {
    int64_t layer;
    (void)count;
    return fl_number_of(view, FL_VERB_layer, text, &layer) && fl_goto_layer(view, layer);
}

static bool change_layer(fl_view *view, fl_verb verb, int64_t by) {
    if (fl_page_took(view, verb, llabs(by)))
        return true;
    const fl_captured *here = fl_here(view);
    return here && fl_goto_layer(view, here->event.layer + by);
}
FL_FORTH_AND_BACK(layer_up, layer_down, change_layer)

bool fl_do_head(fl_view *view, int64_t count, const char *text) {
    int64_t head;
    (void)count;
    return fl_number_of(view, FL_VERB_head, text, &head) && fl_goto_head(view, head);
}

/* Where heads share keys and values and the stage has one band for each group, by groups. */
static bool change_head(fl_view *view, fl_verb verb, int64_t by) {
    if (fl_page_took(view, verb, llabs(by)))
        return true;
    const fl_captured *here = fl_here(view);
    if (!here)
        return false;
    int64_t last = view->options.model.hparams->num_attention_heads - 1;
    int64_t group = view->options.model.hparams->num_attention_heads /
                    view->options.model.hparams->num_key_value_heads;
    bool shared = here->event.tensor.n_dims == 4 && here->event.tensor.axes[1] == FL_AXIS_kv_head;
    int64_t head = here->event.head >= 0 ? here->event.head : view->slice;
    int64_t target = shared ? (head / group + by) * group : head + by;
    if (target >= 0 && target <= last)
        return fl_goto_head(view, target);
    fl_goto_head(view, target < 0 ? 0 : shared ? last / group * group : last);
    fl_say(view, by > 0 ? "this is the last head" : "this is head 0");
    return false;
}
FL_FORTH_AND_BACK(head_next, head_before, change_head)

bool fl_do_full(fl_view *view, int64_t count, const char *text) {
    (void)count;
    (void)text;
    view->full = !view->full;
    fl_say(view, "the %s panel %s", fl_pane_name(view->pane),
           view->full ? "alone on the screen" : "and as many others as fit");
    return true;
}

bool fl_do_present(fl_view *view, int64_t count, const char *text) {
    (void)count;
    (void)text;
    view->present = !view->present;
    fl_say(view, "%s",
           view->present ? "large and plain, for an audience: Space goes on, q leaves it"
                         : "the usual screen");
    return true;
}

void fl_choose_theme(fl_view *view, fl_theme theme) {
    view->canvas.light =
        theme == FL_THEME_LIGHT || (theme == FL_THEME_AUTO && view->options.light_ground);
    view->canvas.ground = theme != FL_THEME_AUTO;
}

bool fl_do_theme(fl_view *view, int64_t count, const char *text) {
    static const char *const names[] = {
        [FL_THEME_AUTO] = "auto", [FL_THEME_LIGHT] = "light", [FL_THEME_DARK] = "dark"};
    (void)count;
    for (int i = 0; i < 3; i++) {
        if (strcmp(names[i], text) != 0)
            continue;
        fl_choose_theme(view, (fl_theme)i);
        fl_say(view, "colours for a %s ground", view->canvas.light ? "light" : "dark");
        return true;
    }
    fl_say(view, "theme wants light, dark or auto");
    return false;
}

static bool change_pane(fl_view *view, fl_verb verb, int64_t by) {
    if (view->page != FL_PAGE_NONE) {
        fl_cursor_move(view, verb, 1);
        return true;
    }
    int step = by > 0 ? 1 : FL_PANE_COUNT - 1;
    view->pane = (fl_pane)(((int)view->pane + step) % FL_PANE_COUNT);
    view->program_pick = -1;
    fl_say(view, "the %s panel has the keys", fl_pane_name(view->pane));
    return true;
}
FL_FORTH_AND_BACK(pane_next, pane_before, change_pane)

bool fl_do_choose(fl_view *view, int64_t count, const char *text) {
    (void)count;
    (void)text;
    if (view->page != FL_PAGE_NONE)
        fl_page_get_info(view->page)->choose(view);
    else if (view->looking.pick >= 0 && view->pane == FL_PANE_VALUE && fl_way_lists(view))
        fl_way_choose(view);
    else if (view->program_pick >= 0) /* the program panel: its marked line is a link */
        fl_view_jump(view, view->program_pick);
    else if (view->last_count > 0)
        return fl_do_repeat(view, 1, "");
    return true;
}

/* From the list that is open; where none is, a breakpoint. */
bool fl_do_delete(fl_view *view, int64_t count, const char *text) {
    const fl_page_info *page = fl_page_get_info(view->page);
    (void)count;
    return page->remove ? page->remove(view, text) : fl_breaks_remove(view, text);
}

/* Closes what covers the panels; false: nothing does. */
static bool close_one(fl_view *view) {
    if (view->page != FL_PAGE_NONE)
        fl_close_page(view);
    else if (view->present)
        fl_do_present(view, 1, "");
    else if (view->full)
        view->full = false;
    else
        return false;
    return true;
}

bool fl_do_back(fl_view *view, int64_t count, const char *text) {
    (void)count;
    (void)text;
    if (fl_trail_back(view) || close_one(view))
        return true;
    if (view->n_jumps > 0) {
        bool shown = fl_view_show(view, view->jumps[--view->n_jumps]);
        if (shown && !view->message[0])
            fl_say(view, "back to event %" PRId64 ", where the last jump left from", view->at);
        return shown;
    }
    fl_say(view, "nothing is open, and you have not jumped from anywhere");
    return false;
}

bool fl_do_quit(fl_view *view, int64_t count, const char *text) {
    (void)count;
    (void)text;
    if (!close_one(view))
        view->left = true;
    return true;
}

/* A computation under way has been stopped by whoever called it. */
bool fl_do_cancel(fl_view *view, int64_t count, const char *text) {
    (void)count;
    (void)text;
    if (close_one(view))
        return true;
    fl_say(view, "nothing is open here; Backspace undoes the last jump, q leaves");
    return false;
}

/* The painter's own. */
bool fl_do_redraw(fl_view *view, int64_t count, const char *text) {
    (void)view;
    (void)count;
    (void)text;
    return true;
}
