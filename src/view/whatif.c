/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What the patches did to the next token: the same place in the run without them, beside what is
 * there with them. That run is computed as far as it is asked about, and kept.
 */
#include "view/cursor.h"
#include "view/number.h"
#include "view/panels.h"

#include "base/diag.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LISTED = 10 };

/* ---- the run without patches ---- */

static bool open_base(fl_view *view, fl_diag *diag) {
    fl_whatif *w = &view->whatif;
    size_t n_tokens, n_prompt;
    if (w->base.free)
        return true;
    if (!view->options.patched)
        return false;
    const int32_t *ids = view->source.tokens(view->source.ctx, &n_tokens, &n_prompt);
    return view->options.patched(view->options.restart_ctx, ids, n_prompt, NULL, 0, &w->base,
                                 diag) == FL_OK;
}

/* An event of it, computed on the way there; NULL if it cannot be had or was not waited for. */
static const fl_captured *base_event(fl_view *view, int64_t event) {
    fl_whatif *w = &view->whatif;
    const fl_captured *captured = NULL;
    fl_diag diag;
    fl_diag_init(&diag, NULL);
    if (w->stopped == event || !open_base(view, &diag))
        return NULL;
    w->stopped = event; /* unless it is reached */
    for (int64_t at = w->base.computed(w->base.ctx); at < event; at++)
        if (!fl_may_go_on(view, at) || !w->base.get(w->base.ctx, at, &diag))
            return NULL;
    captured = w->base.get(w->base.ctx, event, &diag);
    w->stopped = captured ? -1 : event;
    return captured;
}

static const fl_ranking *ranking_before(fl_view *view, int64_t event, int64_t row) {
    fl_ranking *before = &view->whatif.before;
    if (before->event == event && before->row == row)
        return before;
    const fl_captured *captured = base_event(view, event);
    if (!captured)
        return NULL;
    int64_t index[FL_MAX_DIMS] = {0, row, 0};
    before->event = event;
    before->row = row;
    before->count = fl_top(&captured->event.tensor, index, FL_RANKS, before->best);
    return before;
}

/* ---- the comparison ---- */

typedef struct comparison {
    fl_view *view;
    int64_t probs, row; /* the chances compared: an event of both runs, and a row of it */
    int64_t position;   /* of the token that is read last */
    const fl_ranking *before, *after;
} comparison;

static bool is_patched(const fl_view *view) {
    return view->options.model.n_patches > 0;
}

/* Of the chances in event `probs`; false if they cannot be had. */
static bool compare(fl_view *view, int64_t probs, int64_t row, comparison *c) {
    const fl_captured *captured = fl_event_at(view, probs);
    if (!captured)
        return false;
    int64_t last = captured->event.tensor.shape[1] - 1;
    *c = (comparison){.view = view, .probs = probs, .row = row < 0 || row > last ? last : row};
    c->position = fl_position_of(&captured->event, FL_DIM_R, c->row);
    c->before = ranking_before(view, probs, c->row);
    c->after = fl_ranking_here(view, probs, c->row);
    return c->before != NULL;
}

/* What stands on the screen has a before: chances, or the choice made from them. */
static bool compare_here(fl_view *view, comparison *c) {
    const fl_captured *here = fl_here(view);
    if (!here || !here->event.modified || !is_patched(view))
        return false;
    if (here->event.stage == FL_STAGE_probs)
        return compare(view, view->at, fl_cursor_place(view, here).row, c);
    return here->event.stage == FL_STAGE_next_token &&
           compare(view, fl_find_before(view, FL_STAGE_probs, -1, -1), -1, c);
}

/* Rank from 0; -1: not among the best that are kept. */
static int rank_of(const fl_ranking *ranking, int32_t id) {
    for (int i = 0; i < ranking->count; i++)
        if (ranking->best[i].id == id)
            return i;
    return -1;
}

/* The chance of a piece; NAN if it cannot be had. */
static double chance_before(const comparison *c, int32_t id) {
    int64_t index[FL_MAX_DIMS] = {0, c->row, id};
    int rank = rank_of(c->before, id);
    const fl_captured *captured = rank < 0 ? base_event(c->view, c->probs) : NULL;
    if (rank >= 0)
        return c->before->best[rank].value;
    return captured ? fl_tensor_at(&captured->event.tensor, index) : (double)NAN;
}

static double chance_after(const comparison *c, int32_t id) {
    return fl_value(c->view, c->probs, (int64_t[FL_MAX_DIMS]){0, c->row, id});
}

/* Four digits behind the point; what is not zero does not read like it. */
static const char *chance(char out[FL_NUMBER], double value) {
    if (value > 0 && value < 0.00005)
        return strcpy(out, "<.0001");
    return fl_number(out, (fl_format){4, false, 6}, value);
}

/* "▲ from 4": where its rank was. */
static const char *movement(const comparison *c, int32_t id, int rank, char *out, size_t size) {
    int was = rank_of(c->before, id);
    out[0] = '\0';
    if (c->before->count == 0) /* then it had no rank */
        return out;
    if (was == rank)
        snprintf(out, size, "= same");
    else if (was < 0)
        snprintf(out, size, "▲ from >%d", c->before->count);
    else
        snprintf(out, size, "%s from %d", was > rank ? "▲" : "▼", was + 1);
    return out;
}

static void add_piece(const comparison *c, int32_t id, fl_buffer *out) {
    char piece[64];
    fl_buffer_printf(out, "\"%s\"",
                     fl_piece_show(piece, sizeof piece, &c->view->options.model.pieces, id));
}

/* The first place up to `last` at which the two runs have not read the same; -1: there is none. */
static int64_t parting(const fl_view *view, int64_t last, int32_t *before, int32_t *after) {
    const fl_source *base = &view->whatif.base, *run = &view->source;
    size_t n_base, n_run, n_prompt;
    const int32_t *a = base->tokens(base->ctx, &n_base, &n_prompt),
                  *b = run->tokens(run->ctx, &n_run, &n_prompt);
    for (int64_t i = 0; i <= last && (size_t)i < n_base && (size_t)i < n_run; i++)
        if (a[i] != b[i]) {
            *before = a[i];
            *after = b[i];
            return i;
        }
    return -1;
}

/* Without a number there is no likeliest piece. */
static void add_nan(const comparison *c, fl_buffer *out) {
    const fl_ranking *sides[] = {c->before, c->after};
    static const char *const names[] = {"Before the patches ", "after them "};
    char number[FL_NUMBER];
    for (int i = 0; i < 2; i++) {
        fl_buffer_printf(out, "%s%s", i ? "; " : "", names[i]);
        if (sides[i]->count == 0) {
            fl_buffer_puts(out, "all scores are NaN");
            continue;
        }
        add_piece(c, sides[i]->best[0].id, out);
        fl_buffer_printf(out, " leads, %s", chance(number, sides[i]->best[0].value));
    }
    fl_buffer_puts(out, ".");
}

static void add_words(const comparison *c, fl_buffer *out) {
    const int32_t was = c->before->best[0].id, now = c->after->best[0].id;
    int32_t one, other;
    int64_t parted = parting(c->view, c->position, &one, &other);
    char one_text[FL_NUMBER], other_text[FL_NUMBER];
    if (parted >= 0) {
        fl_buffer_printf(out, "The texts part at position %" PRId64 ": without patches ", parted);
        add_piece(c, one, out);
        fl_buffer_puts(out, ", with them ");
        add_piece(c, other, out);
        fl_buffer_puts(out, ". ");
    }
    if (c->before->count == 0 || c->after->count == 0) {
        add_nan(c, out);
        return;
    }
    fl_buffer_puts(out, "Before and after the patches: ");
    add_piece(c, was, out);
    fl_buffer_printf(out, " %s → %s", chance(one_text, c->before->best[0].value),
                     chance(other_text, chance_after(c, was)));
    if (was == now) {
        fl_buffer_puts(out, "; it still leads.");
        return;
    }
    fl_buffer_puts(out, "; now ");
    add_piece(c, now, out);
    fl_buffer_printf(out, " leads, %s → %s.", chance(one_text, chance_before(c, now)),
                     chance(other_text, c->after->best[0].value));
}

bool fl_whatif_words(fl_view *view, fl_buffer *out) {
    comparison c;
    if (!compare_here(view, &c))
        return false;
    add_words(&c, out);
    return true;
}

bool fl_whatif_cell(fl_view *view, const int64_t *index, fl_buffer *out) {
    const fl_captured *here = fl_here(view);
    if (!here || !here->event.modified || fl_patched_by(view, &here->event, index) == 1)
        return false;
    const fl_captured *before = base_event(view, view->at);
    int32_t one, other;
    int64_t end = before ? before->event.past + before->event.new_tokens : 0;
    if (!before || parting(view, end - 1, &one, &other) >= 0)
        return false;
    double value = fl_tensor_at(&before->event.tensor, index);
    fl_buffer_printf(out, isnan(value) ? "; without the patch NaN" : "; without the patch %.6g",
                     value);
    return true;
}

int fl_whatif_beside(fl_view *view, fl_rect rect, int rank) {
    comparison c;
    char move[48], was[FL_NUMBER];
    int32_t one, other;
    if (rect.w < 26 || !compare_here(view, &c) || rank >= c.after->count ||
        parting(view, c.position, &one, &other) >= 0) /* it would be a chance after another text */
        return 0;
    int32_t id = c.after->best[rank].id;
    movement(&c, id, rank, move, sizeof move);
    fl_canvas_printf(&view->canvas, rect.x, rect.y, 12, FL_STYLE_dim, "was %s",
                     chance(was, chance_before(&c, id)));
    fl_canvas_put(&view->canvas, rect.x + 11, rect.y, 14,
                  move[0] == '=' ? FL_STYLE_dim : FL_STYLE_warn, move);
    return 26;
}

/* ---- the page ---- */

static void add_cell(const comparison *c, const fl_ranking *ranking, int i, fl_buffer *out) {
    char piece[64], shown[64], number[FL_NUMBER];
    if (i >= ranking->count) {
        fl_buffer_printf(out, "%28s", "");
        return;
    }
    fl_piece_show(piece, sizeof piece, &c->view->options.model.pieces, ranking->best[i].id);
    snprintf(shown, sizeof shown, "%.40s", piece);
    int pad = 14 - fl_text_width(shown);
    fl_buffer_printf(out, "%4d  %s%*s  %s", i + 1, shown, pad > 0 ? pad : 0, "",
                     chance(number, ranking->best[i].value));
}

static void add_table(const comparison *c, fl_buffer *out) {
    char move[48];
    fl_buffer_puts(out, "rank  before          chance    rank  after           chance  moved\n");
    for (int i = 0; i < LISTED && (i < c->before->count || i < c->after->count); i++) {
        add_cell(c, c->before, i, out);
        fl_buffer_puts(out, "    ");
        add_cell(c, c->after, i, out);
        if (i < c->after->count)
            fl_buffer_printf(out, "  %s", movement(c, c->after->best[i].id, i, move, sizeof move));
        fl_buffer_puts(out, "\n");
    }
}

static void add_patches(const fl_view *view, fl_buffer *out) {
    const fl_view_model *model = &view->options.model;
    fl_buffer_puts(out, "Patched: ");
    for (size_t i = 0; i < model->n_patches; i++)
        fl_buffer_printf(out, "%s%s", i ? ", " : "", model->patch_texts[i]);
    fl_buffer_puts(out, ".\n");
}

/* The chances that the pass shown ends with, computed now if they have not been. */
static int64_t probs_of_pass(fl_view *view) {
    fl_pass pass = fl_here_pass(view);
    int64_t step = pass.plan ? fl_plan_find(pass.plan, FL_STAGE_probs, -1, -1) : -1;
    int64_t at = view->source.computed(view->source.ctx);
    for (; step >= 0 && at <= pass.first + step; at++)
        if (!fl_may_go_on(view, at) || !fl_event_at(view, at))
            return -1;
    return step < 0 ? -1 : pass.first + step;
}

static void add_comparison(fl_view *view, fl_buffer *out) {
    comparison c;
    char piece[64];
    view->whatif.stopped = -1;
    int64_t probs = probs_of_pass(view);
    if (probs < 0 || !compare(view, probs, -1, &c)) {
        fl_buffer_puts(out, "There is nothing to compare here: this pass gives no chances for a "
                            "next token, or computing them was stopped.\n");
        return;
    }
    fl_buffer_printf(out, "What comes after \"%s\" (position %" PRId64 "):\n",
                     fl_token_at(view, piece, sizeof piece, c.position), c.position);
    if (!fl_event_at(view, probs)->event.modified)
        fl_buffer_puts(out, "No patch has struck up to here: both runs are the same so far.\n");
    add_words(&c, out);
    fl_buffer_puts(out, "\n\n");
    add_table(&c, out);
}

void fl_whatif_lines(fl_view *view, fl_buffer *out) {
    if (!is_patched(view)) {
        fl_buffer_puts(out,
                       "No patch is on: this is the model's own run. x takes out what is under the "
                       "cursor, the command patch changes more, as in: patch layer 1 ffn scale "
                       "0.5. Then this page shows the next token before and after.\n");
        return;
    }
    add_patches(view, out);
    add_comparison(view, out);
}
