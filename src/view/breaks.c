/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The breakpoints there are: stopping at them, setting, switching and deleting them, their page.
 */
#include "view/panels.h"

#include "view/cursor.h"
#include "view/goto.h"
#include "view/value.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- stopping ---- */

static const fl_break_kind *kind_of(const fl_break *b) {
    size_t count;
    return &fl_break_kinds(&count)[b->kind];
}

/* Is there one, switched on, on this step: by value or else by name alone? */
static bool any_on(const fl_view *view, const fl_pass *pass, const fl_step *step, bool by_value) {
    for (int i = 0; i < view->breaks.count; i++) {
        const fl_break *b = &view->breaks.items[i];
        if (!b->off && by_value == (kind_of(b)->look != NULL) &&
            fl_selector_fits(&b->where, pass, step))
            return true;
    }
    return false;
}

bool fl_break_marks(const fl_view *view, const fl_pass *pass, const fl_step *step) {
    return any_on(view, pass, step, false);
}

bool fl_break_needs(const fl_view *view, const fl_pass *pass, int64_t event) {
    return any_on(view, pass, fl_plan_step(pass->plan, event - pass->first), true);
}

void fl_break_forget(fl_view *view) {
    view->breaks.found.number = -1;
    view->breaks.n_also = 0;
}

/* The first says why and where; where it names no cell, the first that does. */
static void note_finding(fl_breaks *all, const fl_finding *found) {
    if (all->found.number < 0) {
        all->found = *found;
        return;
    }
    all->also[all->n_also++] = found->number;
    if (all->found.cell || !found->cell)
        return;
    all->found.cell = true;
    memcpy(all->found.index, found->index, sizeof found->index);
}

bool fl_break_find(fl_view *view, const fl_pass *pass, int64_t event) {
    const fl_step *step = fl_plan_step(pass->plan, event - pass->first);
    fl_break_forget(view);
    for (int i = 0; i < view->breaks.count; i++) {
        const fl_break *b = &view->breaks.items[i];
        const fl_break_kind *kind = kind_of(b);
        fl_finding found = {.number = b->number};
        if (!b->off && fl_selector_fits(&b->where, pass, step) &&
            (!kind->look || kind->look(view, b, event, &found)))
            note_finding(&view->breaks, &found);
    }
    return view->breaks.found.number >= 0;
}

static int place_of(const fl_view *view, int number) {
    int i = 0;
    while (i < view->breaks.count && view->breaks.items[i].number != number)
        i++;
    return i < view->breaks.count ? i : -1;
}

static void remove_at(fl_view *view, int place) {
    fl_breaks *all = &view->breaks;
    all->count--;
    memmove(&all->items[place], &all->items[place + 1],
            (size_t)(all->count - place) * sizeof all->items[0]);
    if (view->page == FL_PAGE_breaks && view->pick >= all->count)
        view->pick = all->count > 0 ? all->count - 1 : 0;
}

/* The cursor goes to a token's row and stays free in the other direction. */
static void go_to_token(fl_view *view, int64_t position) {
    const fl_captured *here = fl_here(view);
    fl_grid grid = here ? fl_grid_of(&here->event) : (fl_grid){0};
    for (int64_t row = 0; grid.rows > 1 && row < grid.rows; row++)
        if (fl_position_of(&here->event, grid.row_dim, row) == position)
            view->cursor[grid.row_dim] = row;
}

/* Adds what is said of one that stops, after others or first; counts it. */
static void count_hit(fl_view *view, int number, const char *why, fl_buffer *out) {
    int place = place_of(view, number);
    if (place < 0)
        return;
    fl_break *b = &view->breaks.items[place];
    char text[240];
    fl_break_print(b, text, sizeof text);
    if (out->length)
        fl_buffer_printf(out, "; also breakpoint %d: %s", number, text);
    else if (why[0])
        fl_buffer_printf(out, "breakpoint %d: %s", number, why);
    else
        fl_buffer_printf(out, "stopped at breakpoint %d: %s", number, text);
    if (b->once)
        fl_buffer_puts(out, "; it was for once and is gone");
    b->hits++;
    if (!view->breaks.found.cell && b->where.token >= 0)
        go_to_token(view, b->where.token);
    if (b->once)
        remove_at(view, place);
}

void fl_break_arrive(fl_view *view) {
    const fl_breaks *all = &view->breaks;
    fl_buffer said = {0};
    count_hit(view, all->found.number, all->found.why, &said);
    for (int i = 0; i < all->n_also; i++)
        count_hit(view, all->also[i], "", &said);
    fl_say(view, "%s", said.data ? said.data : "");
    fl_buffer_done(&said);
    if (all->found.cell)
        fl_cell_stand(view, all->found.index);
}

/* ---- setting ---- */

static bool add(fl_view *view, fl_break *b) {
    fl_breaks *all = &view->breaks;
    if (all->count == FL_BREAKS) {
        fl_say(view, "there are %d breakpoints already: delete one first", FL_BREAKS);
        return false;
    }
    char text[240];
    fl_break_print(b, text, sizeof text);
    b->number = all->next++;
    fl_say(view, "breakpoint %d: %s", b->number, text);
    all->items[all->count++] = *b;
    return true;
}

bool fl_do_break(fl_view *view, int64_t count, const char *text) {
    fl_break b;
    (void)count;
    return fl_break_parse(view, text, &b) && add(view, &b);
}

/* On this stage in every layer, for the head that is shown; what stops here by name goes away. */
bool fl_do_mark(fl_view *view, int64_t count, const char *text) {
    char command[96];
    (void)count;
    (void)text;
    fl_pass pass = fl_here_pass(view);
    const fl_step *step = fl_plan_step(pass.plan, view->at - pass.first);
    for (int i = 0; i < view->breaks.count; i++) {
        const fl_break *b = &view->breaks.items[i];
        if (kind_of(b)->look || !fl_selector_fits(&b->where, &pass, step))
            continue;
        fl_say(view, "breakpoint %d is gone", b->number);
        remove_at(view, i);
        return true;
    }
    int used = snprintf(command, sizeof command, "%s", fl_stage_get_info(step->stage)->id);
    if (step->head >= 0)
        snprintf(command + used, sizeof command - (size_t)used, " head %" PRId32, step->head);
    return fl_do_break(view, 1, command);
}

/* ---- switching and deleting ---- */

/* Place of the one that `text` numbers, or without text of the one marked in the list; all there
 * are for "all"; -1 after saying what was expected. */
static int place_meant(fl_view *view, fl_verb verb, const char *text) {
    if (strcmp(text, "all") == 0)
        return view->breaks.count;
    if (!*text)
        return view->pick;
    char *end;
    long number = strtol(text, &end, 10);
    int place =
        *end == '\0' && number >= 0 && number <= INT32_MAX ? place_of(view, (int)number) : -1;
    if (place < 0)
        fl_say(view, "%s wants the number of a breakpoint or all, not \"%.40s\"; breaks lists them",
               fl_verb_get_info(verb)->word, text);
    return place;
}

bool fl_breaks_remove(fl_view *view, const char *text) {
    int place = place_meant(view, FL_VERB_delete, text);
    if (place < 0)
        return false;
    if (place < view->breaks.count) {
        fl_say(view, "breakpoint %d is gone", view->breaks.items[place].number);
        remove_at(view, place);
        return true;
    }
    fl_say(view, "%d %s gone", view->breaks.count,
           view->breaks.count == 1 ? "breakpoint is" : "breakpoints are");
    view->breaks.count = view->pick = 0;
    return true;
}

static bool switch_to(fl_view *view, fl_verb verb, const char *text, bool off) {
    int place = place_meant(view, verb, text);
    if (place < 0)
        return false;
    bool all = place == view->breaks.count;
    for (int i = 0; i < view->breaks.count; i++)
        if (all || i == place)
            view->breaks.items[i].off = off;
    if (all)
        fl_say(view, "all breakpoints are %s", off ? "off" : "on");
    else
        fl_say(view, "breakpoint %d is %s", view->breaks.items[place].number, off ? "off" : "on");
    return true;
}

bool fl_do_enable(fl_view *view, int64_t count, const char *text) {
    (void)count;
    return switch_to(view, FL_VERB_enable, text, false);
}

bool fl_do_disable(fl_view *view, int64_t count, const char *text) {
    (void)count;
    return switch_to(view, FL_VERB_disable, text, true);
}

/* ---- the page ---- */

int64_t fl_breaks_count(const fl_view *view) {
    return view->breaks.count;
}

void fl_breaks_choose(fl_view *view) {
    switch_to(view, FL_VERB_breaks, "", !view->breaks.items[view->pick].off);
}

static void line_of(const fl_break *b, char *out, size_t size) {
    char text[240], hits[48] = "not reached yet";
    fl_break_print(b, text, sizeof text);
    if (b->hits > 0)
        snprintf(hits, sizeof hits, "stopped %" PRId64 " time%s", b->hits, b->hits == 1 ? "" : "s");
    snprintf(out, size, "%2d  %-3s  %-16s  %s", b->number, b->off ? "off" : "on", hits, text);
}

void fl_break_forms(fl_buffer *out) {
    size_t count;
    const fl_break_kind *kinds = fl_break_kinds(&count);
    fl_buffer_puts(out, "Only c and C stop. What break takes; break once stops a single time:\n");
    for (size_t i = 0; i < count; i++) {
        const fl_break_kind *k = &kinds[(i + count - 1) % count];
        bool both = k->word[0] && k->argument[0];
        fl_buffer_printf(out, "%s%s%s\n    %s; as in: %s\n", k->word, both ? " " : "", k->argument,
                         k->help, k->example);
    }
    fl_buffer_puts(out, "b sets one on the stage that is shown, or takes it away.\n");
}

void fl_breaks_lines(fl_view *view, fl_buffer *out) {
    char text[320];
    for (int i = 0; i < view->breaks.count; i++) {
        line_of(&view->breaks.items[i], text, sizeof text);
        fl_buffer_printf(out, "%s\n", text);
    }
    if (view->breaks.count == 0)
        fl_buffer_puts(out, "There are none.\n\n");
    else
        fl_buffer_puts(out, "\n");
    fl_break_forms(out);
}

static void draw_item(fl_view *view, fl_rect rect, int i) {
    char text[320];
    const fl_break *b = &view->breaks.items[i];
    bool on = i == view->pick;
    line_of(b, text, sizeof text);
    fl_canvas_put(&view->canvas, rect.x, rect.y, 1, on ? FL_STYLE_key : FL_STYLE_mark,
                  on       ? "▸"
                  : b->off ? " "
                           : "●");
    fl_canvas_fit(&view->canvas, rect.x + 2, rect.y, rect.w - 2,
                  on       ? FL_STYLE_here
                  : b->off ? FL_STYLE_dim
                           : FL_STYLE_text,
                  text);
    fl_hit_add(view, rect, FL_HIT_ITEM, i, 0, 0);
}

/* In what room the list leaves. */
static void draw_forms(fl_view *view, fl_rect rect) {
    int y = rect.y;
    fl_buffer text = {0};
    fl_break_forms(&text);
    const char *line = text.data;
    while (line && *line && y < rect.y + rect.h) {
        char row[320];
        size_t length = strcspn(line, "\n"), blanks = strspn(line, " ");
        int x = (int)blanks, room = rect.y + rect.h - y;
        snprintf(row, sizeof row, "%.*s", (int)(length - blanks), line + blanks);
        y += fl_canvas_wrap(&view->canvas, (fl_rect){rect.x + x, y, rect.w - x, room},
                            x ? FL_STYLE_dim : FL_STYLE_text, row);
        line += length + (line[length] == '\n');
    }
    fl_buffer_done(&text);
}

void fl_breaks_draw(fl_view *view, fl_rect rect) {
    int64_t first = fl_first_shown(view->pick, view->breaks.count, rect.h);
    int y = rect.y;
    for (int i = (int)first; i < view->breaks.count && y < rect.y + rect.h; i++)
        draw_item(view, (fl_rect){rect.x, y++, rect.w, 1}, i);
    draw_forms(view, (fl_rect){rect.x, y, rect.w, rect.y + rect.h - y});
}
