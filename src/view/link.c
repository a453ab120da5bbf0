/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * From an operand to where it is from, and back: the derivation that a link was followed from is
 * remembered with its cell and its marked line.
 */
#include "view/derive.h"

#include "kernels/parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- in words ---- */

static void add_index(const int64_t *index, int count, fl_buffer *out) {
    for (int i = 0; i < count; i++)
        fl_buffer_printf(out, "%s%" PRId64, i ? ", " : "[", index[i]);
    fl_buffer_puts(out, "]");
}

static void weight_place(const fl_link *link, fl_buffer *out) {
    char name[160];
    fl_escape_into(name, sizeof name, link->weight->name, strlen(link->weight->name));
    fl_buffer_printf(out, "%s ", name);
    bool matrix = link->weight->n_dims == 2;
    add_index(matrix ? link->index : link->index + 1, matrix ? 2 : 1, out);
}

void fl_link_words(const fl_link *link, fl_buffer *out) {
    if (link->kind == FL_LINK_WEIGHT)
        weight_place(link, out);
    if (link->kind != FL_LINK_CELL)
        return;
    fl_buffer_printf(out, "event %" PRId64 " ", link->event);
    add_index(link->index, fl_stage_rank(link->stage), out);
    fl_buffer_printf(out, ", %s", fl_stage_get_info(link->stage)->id);
    if (link->layer >= 0)
        fl_buffer_printf(out, " of layer %" PRId32, link->layer);
    if (link->head >= 0)
        fl_buffer_printf(out, " head %" PRId32, link->head);
    if (link->pass >= 0)
        fl_buffer_printf(out, ", in pass %" PRId32, link->pass);
}

/* "0.0021 (0.00007 × 30)": a scale or minimum with what it is made of. */
static void add_factor(fl_buffer *out, float value, const fl_weight_parts *p, float half,
                       int whole) {
    char number[FL_NUMBER];
    fl_buffer_puts(out, fl_exact(number, (double)value));
    if (p->groups)
        fl_buffer_printf(out, " (%s × %d)", fl_exact(number, (double)half), whole);
}

static void block_words(const fl_weight_parts *p, double value, fl_buffer *out) {
    char number[FL_NUMBER];
    fl_buffer_printf(out, ", block %" PRId64 " of the row", p->block);
    if (p->groups)
        fl_buffer_printf(out, ", group %d", p->group);
    fl_buffer_puts(out, ": scale ");
    add_factor(out, p->scale, p, p->d, p->group_scale);
    fl_buffer_printf(out, " × %d", p->q);
    if (p->has_minimum && !p->groups) /* stored as what is added */
        fl_buffer_printf(out, " + offset %s", fl_exact(number, -(double)p->minimum));
    if (p->has_minimum && p->groups) {
        fl_buffer_puts(out, " − minimum ");
        add_factor(out, p->minimum, p, p->dmin, p->group_minimum);
    }
    fl_buffer_printf(out, " = %s", fl_exact(number, value));
}

/* A whole number and the scale of its group, which may have begun in another row. */
static void group_words(const fl_weight *w, const int64_t index[2], fl_buffer *out) {
    const int64_t at = index[0] * w->shape[1] + index[1];
    const signed char *numbers = w->data;
    char a[FL_NUMBER], b[FL_NUMBER];
    float scale;
    memcpy(&scale, numbers + w->shape[0] * w->shape[1] + at / w->group * 4, sizeof scale);
    fl_buffer_printf(out, "%s, group %" PRId64 " of the matrix: scale %s × %d = %s",
                     fl_dtype_get_info(w->dtype)->name, at / w->group, fl_exact(a, (double)scale),
                     numbers[at], fl_exact(b, (double)((float)numbers[at] * scale)));
}

void fl_weight_words(const fl_link *link, fl_buffer *out) {
    const fl_weight *w = link->weight;
    const fl_dtype_info *info = fl_dtype_get_info(w->dtype);
    if (!w->data || !fl_weight_readable(w))
        return;
    if (w->group) {
        group_words(w, link->index, out);
        return;
    }
    int64_t cols = w->shape[w->n_dims - 1];
    uint64_t bytes = fl_dtype_row_bytes(w->dtype, (uint64_t)cols);
    uint64_t skip = w->n_dims == 2 ? (uint64_t)link->index[0] * bytes : 0;
    const fl_weight_parts p =
        fl_take_apart(w->dtype, (const unsigned char *)w->data + skip, link->index[1]);
    fl_buffer_puts(out, info->name);
    char number[FL_NUMBER];
    float product = p.scale * (float)p.q; /* rounded before the minimum is taken away */
    if (p.blocks)
        block_words(&p, (double)(product - p.minimum), out);
    else
        fl_buffer_printf(out, ", stored as 0x%0*" PRIx64 " = %s", 2 * p.bytes, p.bits,
                         fl_exact(number, fl_link_value(NULL, link)));
}

/* ---- following ---- */

static void leave(fl_view *view, int pick, int side) {
    fl_trail *trail = &view->trail;
    if (trail->n == FL_TRAIL) {
        memmove(trail->stops, trail->stops + 1, (FL_TRAIL - 1) * sizeof trail->stops[0]);
        trail->n--;
    }
    fl_stop *stop = &trail->stops[trail->n++];
    *stop = (fl_stop){.at = view->at,
                      .slice = view->slice,
                      .head = view->head,
                      .rank = view->rank,
                      .pick = pick,
                      .side = side};
    memcpy(stop->cursor, view->cursor, sizeof stop->cursor);
}

static void arrive(fl_view *view, fl_page page) {
    view->trail.led = view->at;
    view->trail.page = (int)page;
    fl_open_page(view, page);
}

/* Place of a piece among the best of its row, which alone can be pointed at; -1 if it is none. */
static int64_t rank_of(fl_view *view, const fl_link *link) {
    const fl_ranking *ranking = fl_ranking_here(view, link->event, link->index[1]);
    for (int i = 0; i < ranking->count; i++)
        if (ranking->best[i].id == (int32_t)link->index[2])
            return i;
    return -1;
}

static bool follow_cell(fl_view *view, const fl_link *link, int pick, int side) {
    int rank = fl_stage_rank(link->stage);
    bool vocab = fl_stage_get_info(link->stage)->axes[rank - 1] == FL_AXIS_vocab;
    int64_t place = vocab ? rank_of(view, link) : view->rank;
    if (place < 0) {
        fl_say(view, "this piece is not among the best %d, which alone can be gone to", FL_RANKS);
        return false;
    }
    leave(view, pick, side);
    fl_view_jump(view, link->event);
    if (view->at != link->event) {
        view->trail.n--;
        return false;
    }
    view->rank = place;
    bool bands = rank == 4;
    fl_cursor_set(view, bands ? link->index[1] : 0, link->index[1 + bands],
                  rank > 2 ? link->index[rank - 1] : 0);
    arrive(view, FL_PAGE_why);
    return true;
}

/* The weight page shows what the stage multiplies by; of another weight only the place is said. */
static bool follow_weight(fl_view *view, const fl_link *link, int pick, int side) {
    const fl_captured *here = fl_here(view);
    fl_buffer words = {0};
    if (here && here->event.weight == link->weight) {
        leave(view, pick, side);
        arrive(view, FL_PAGE_weight);
        view->weight.row = link->index[0];
        view->weight.col = link->index[1];
        return true;
    }
    fl_link_words(link, &words);
    fl_buffer_puts(&words, ": ");
    fl_weight_words(link, &words);
    fl_say(view, "%s", words.data ? words.data : "");
    fl_buffer_done(&words);
    return true;
}

bool fl_link_follow(fl_view *view, const fl_link *link, int pick, int side) {
    if (link->kind == FL_LINK_CELL)
        return follow_cell(view, link, pick, side);
    if (link->kind == FL_LINK_WEIGHT)
        return follow_weight(view, link, pick, side);
    fl_say(view, "this line leads nowhere: Enter follows one that names a cell or a weight");
    return false;
}

/* ---- coming back ---- */

/* The jump that following made is undone with it. */
static void forget_jump(fl_view *view, int64_t from) {
    if (view->n_jumps > 0 && view->jumps[view->n_jumps - 1] == from && view->at != from)
        view->n_jumps--;
}

bool fl_trail_back(fl_view *view) {
    fl_trail *trail = &view->trail;
    bool on = view->page == FL_PAGE_NONE || view->page == (fl_page)trail->page;
    if (trail->n == 0 || view->at != trail->led || !on)
        return false;
    const fl_stop stop = trail->stops[--trail->n];
    forget_jump(view, stop.at);
    if (view->at != stop.at && !fl_view_show(view, stop.at))
        return true;
    memcpy(view->cursor, stop.cursor, sizeof view->cursor);
    view->slice = stop.slice;
    view->head = stop.head;
    view->rank = stop.rank;
    arrive(view, FL_PAGE_why);
    view->pick = stop.pick;
    trail->side = stop.side;
    return true;
}

/* ---- the verbs ---- */

/* Link `number` from 1 on, in the order in which the page numbers them. */
static bool find_link(const fl_why *why, int64_t number, int *item, int *side) {
    for (*item = 0; *item < fl_why_items(why); ++*item)
        for (*side = 0; *side < FL_SIDES; ++*side)
            if (fl_why_link(why, *item, *side).kind != FL_LINK_NONE && --number == 0)
                return true;
    return false;
}

bool fl_do_follow(fl_view *view, int64_t count, const char *text) {
    fl_why why;
    int64_t number;
    int item, side;
    (void)count;
    if (!fl_number_of(view, FL_VERB_follow, text, &number))
        return false;
    fl_why_of(view, &why);
    if (!find_link(&why, number, &item, &side)) {
        fl_say(view, "this number has no link %" PRId64 "; why lists those it has", number);
        return false;
    }
    const fl_link link = fl_why_link(&why, item, side);
    return fl_link_follow(view, &link, item, side);
}

bool fl_why_has_weight(fl_view *view) {
    fl_why why;
    fl_why_of(view, &why);
    return view->pick < fl_why_items(&why) &&
           (fl_why_link(&why, view->pick, 0).kind == FL_LINK_WEIGHT ||
            fl_why_link(&why, view->pick, 1).kind == FL_LINK_WEIGHT);
}

/* Of the marked line; where the page is not open, of the first that has one. */
bool fl_do_follow_weight(fl_view *view, int64_t count, const char *text) {
    fl_why why;
    (void)count;
    (void)text;
    fl_why_of(view, &why);
    bool open = view->page == FL_PAGE_why;
    for (int item = open ? view->pick : 0; item < fl_why_items(&why); item++) {
        for (int side = 0; side < FL_SIDES; side++) {
            const fl_link link = fl_why_link(&why, item, side);
            if (link.kind == FL_LINK_WEIGHT)
                return fl_link_follow(view, &link, item, view->trail.side);
        }
        if (open)
            break;
    }
    fl_say(view, "no learned weight in this line");
    return false;
}
