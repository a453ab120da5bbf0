/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Statistics of the event, its histogram and extremes; and what may come next.
 */
#include "view/panels.h"

#include "view/value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void index_text(const fl_tensor *tensor, const int64_t *index, char *out, size_t size) {
    int used = 0;
    for (int i = 0; i < tensor->n_dims && (size_t)used < size; i++)
        used += snprintf(out + used, size - (size_t)used, "%s%" PRId64, i ? "," : "(", index[i]);
    if ((size_t)used + 1 < size)
        snprintf(out + used, size - (size_t)used, ")");
}

void fl_numbers_line(fl_view *view, int x, int y, int width) {
    const fl_digest *digest = fl_digest_here(view);
    const fl_captured *captured = fl_here(view);
    const fl_stats *stats = &captured->stats;
    if (captured->event.tensor.dtype == FL_DTYPE_I32 || stats->finite == 0)
        return;
    fl_format format = fl_value_format(captured);
    char low[FL_NUMBER], high[FL_NUMBER], mean[FL_NUMBER], rms[FL_NUMBER], at[48], bars[128],
        bad[64] = "";
    index_text(&captured->event.tensor, stats->argmax, at, sizeof at);
    fl_histogram(digest->bins, 8, view->options.ascii, bars, sizeof bars);
    if (stats->nan + stats->inf > 0)
        snprintf(bad, sizeof bad, "  NaN %" PRId64 " inf %" PRId64, stats->nan, stats->inf);
    fl_canvas_printf(&view->canvas, x, y, width, FL_STYLE_text,
                     "min %s  max %s %s  mean %s  rms %s%s  how often %s",
                     fl_number(low, format, stats->min), fl_number(high, format, stats->max), at,
                     fl_number(mean, format, stats->mean), fl_number(rms, format, stats->rms), bad,
                     bars);
}

typedef struct column {
    fl_view *view;
    fl_rect rect;
    int y;
} column;

static bool room(const column *c, int lines) {
    return c->y + lines <= c->rect.y + c->rect.h;
}

static void pair(column *c, const char *name, const char *value) {
    if (!room(c, 1))
        return;
    fl_canvas_put(&c->view->canvas, c->rect.x, c->y, 7, FL_STYLE_dim, name);
    fl_canvas_right(&c->view->canvas, c->rect.x + 5, c->y++, c->rect.w - 5, FL_STYLE_text, value);
}

static void heading(column *c, const char *text) {
    if (!room(c, 2))
        return;
    c->y++;
    fl_canvas_fit(&c->view->canvas, c->rect.x, c->y++, c->rect.w, FL_STYLE_dim, text);
}

static void draw_counts(column *c, const fl_stats *stats) {
    char text[64], digits[32];
    pair(c, "cells", fl_group_digits(digits, sizeof digits, stats->count));
    if (stats->masked > 0)
        pair(c, "masked", fl_group_digits(digits, sizeof digits, stats->masked));
    pair(c, "zeros", fl_group_digits(digits, sizeof digits, stats->zeros));
    snprintf(text, sizeof text, "%" PRId64 " / %" PRId64, stats->nan, stats->inf);
    pair(c, "nan/inf", text);
}

static void draw_stats(column *c, const fl_captured *captured) {
    const fl_stats *stats = &captured->stats;
    const fl_format format = fl_value_format(captured);
    const struct {
        const char *name;
        double value;
    } rows[] = {{"min", stats->min},
                {"max", stats->max},
                {"mean", stats->mean},
                {"std", stats->std},
                {"rms", stats->rms}};
    char number[FL_NUMBER];
    for (size_t i = 0; i < sizeof rows / sizeof *rows && stats->finite; i++)
        pair(c, rows[i].name, fl_number(number, format, rows[i].value));
    if (stats->finite) {
        pair(c, "l2", fl_short(number, stats->l2));
        pair(c, "sum", fl_short(number, stats->sum));
    }
    draw_counts(c, stats);
}

/* The histogram as a picture of `height` lines. */
static void draw_histogram(column *c, const fl_digest *digest, const fl_captured *captured,
                           int height) {
    int width = c->rect.w >= FL_BINS ? FL_BINS : FL_BINS / 2, per = FL_BINS / width;
    if (!room(c, height + 2) || captured->stats.finite == 0 || c->rect.w < width)
        return;
    c->y++;
    int64_t sums[FL_BINS] = {0}, most = 1;
    for (int i = 0; i < FL_BINS; i++)
        sums[i / per] += digest->bins[i];
    for (int i = 0; i < width; i++)
        most = sums[i] > most ? sums[i] : most;
    for (int line = 0; line < height; line++, c->y++) {
        for (int i = 0; i < width; i++) {
            double level = (double)sums[i] / (double)most * height - (height - 1 - line);
            fl_canvas_put(&c->view->canvas, c->rect.x + i, c->y, 1, FL_STYLE_bar,
                          fl_column(level > 1 ? 1 : level, c->view->options.ascii));
        }
    }
    char low[FL_NUMBER], high[FL_NUMBER];
    fl_canvas_put(&c->view->canvas, c->rect.x, c->y, width, FL_STYLE_dim,
                  fl_short(low, captured->stats.min));
    fl_canvas_right(&c->view->canvas, c->rect.x, c->y++, width, FL_STYLE_dim,
                    fl_short(high, captured->stats.max));
}

static void draw_extremes(column *c, const fl_digest *digest, const fl_captured *captured) {
    if (digest->n_extremes > 0)
        heading(c, "largest |x|");
    fl_format format = fl_value_format(captured);
    for (int i = 0; i < digest->n_extremes && i < FL_EXTREMES_SHOWN && room(c, 1); i++, c->y++) {
        char number[FL_NUMBER], at[48];
        double value = digest->extremes[i].value;
        index_text(&captured->event.tensor, digest->extremes[i].index, at, sizeof at);
        fl_canvas_right(&c->view->canvas, c->rect.x, c->y, format.width,
                        value < 0 ? FL_STYLE_negative : FL_STYLE_positive,
                        fl_number(number, format, value));
        fl_canvas_fit(&c->view->canvas, c->rect.x + format.width + 1, c->y,
                      c->rect.w - format.width - 1, FL_STYLE_dim, at);
    }
}

void fl_numbers_draw(fl_view *view, fl_rect rect) {
    const fl_digest *digest = fl_digest_here(view);
    const fl_captured *captured = fl_here(view);
    bool beside = rect.w >= 70; /* statistics left, pictures right of them */
    column c = {view, rect, rect.y};
    if (beside)
        c.rect.w = 30;
    if (captured->event.tensor.dtype == FL_DTYPE_I32) {
        fl_canvas_wrap(&view->canvas, rect, FL_STYLE_dim,
                       "Ids are names, not amounts: they have no statistics.");
        return;
    }
    draw_stats(&c, captured);
    if (beside)
        c = (column){view, {rect.x + 36, rect.y, rect.w - 36, rect.h}, rect.y};
    draw_histogram(&c, digest, captured, rect.h >= 24 ? 4 : 2);
    draw_extremes(&c, digest, captured);
}

/* ---- next token ---- */

static const double LEAST_SHARE = 0.001;

static void draw_others(fl_view *view, fl_rect rect, const fl_ranking *ranking, int shown) {
    double rest = 1;
    if (shown == 0) {
        fl_canvas_fit(&view->canvas, rect.x, rect.y, rect.w, FL_STYLE_dim, "all are NaN");
        return;
    }
    for (int i = 0; i < shown; i++)
        rest -= ranking->best[i].value;
    fl_canvas_printf(&view->canvas, rect.x, rect.y, rect.w, FL_STYLE_dim, "all others %.4f",
                     rest > 0 ? rest : 0);
}

static void draw_ranking(fl_view *view, fl_rect rect, int64_t event, bool share) {
    const fl_captured *captured = fl_event_at(view, event);
    if (!captured)
        return;
    const fl_ranking *ranking = fl_ranking_here(view, event, captured->event.tensor.shape[1] - 1);
    fl_canvas *canvas = &view->canvas;
    int width = rect.w / 2 < 14 ? rect.w / 2 : 14;
    for (int i = 0; i < rect.h && i < ranking->count; i++) {
        char piece[64], number[FL_NUMBER], bar[128];
        if (share && i > 0 && ranking->best[i].value < LEAST_SHARE) {
            draw_others(view, (fl_rect){rect.x, rect.y + i, rect.w, 1}, ranking, i);
            return;
        }
        int y = rect.y + i, x = rect.x + width;
        fl_piece_show(piece, sizeof piece, &view->options.model.pieces, ranking->best[i].id);
        fl_canvas_fit(canvas, rect.x, y, width - 1, i ? FL_STYLE_text : FL_STYLE_label_on, piece);
        fl_format format =
            share ? (fl_format){3, false, 5} : fl_format_for(fabs(ranking->best[0].value), 4);
        fl_number(number, format, ranking->best[i].value);
        fl_canvas_put(canvas, x, y, rect.w - width, FL_STYLE_text, number);
        int used = width + format.width + 1;
        double low = ranking->best[ranking->count - 1].value, high = ranking->best[0].value;
        double part = share        ? ranking->best[i].value
                      : high > low ? (ranking->best[i].value - low) / (high - low)
                                   : 1;
        fl_bar(bar, part, rect.w - used, canvas->ascii);
        fl_canvas_put(canvas, rect.x + used, y, rect.w - used, FL_STYLE_bar, bar);
    }
}

void fl_next_draw(fl_view *view, fl_rect rect) {
    int64_t probs = fl_find_before(view, FL_STAGE_probs, -1, -1);
    int64_t logits = fl_find_before(view, FL_STAGE_logits, -1, -1);
    if (probs >= 0 || logits >= 0) {
        draw_ranking(view, rect, probs >= 0 ? probs : logits, probs >= 0);
        return;
    }
    fl_pass pass = fl_here_pass(view);
    char text[192];
    int64_t left = pass.first + pass.count - 1 - view->at;
    bool chooses = fl_plan_step(pass.plan, pass.count - 1)->stage == FL_STAGE_next_token;
    if (chooses)
        snprintf(text, sizeof text,
                 "Not known yet: %" PRId64 " steps from here the scores of all pieces "
                 "are turned into chances, and one is chosen. t goes there.",
                 left);
    else
        snprintf(text, sizeof text,
                 "This pass reads one part of a long prompt and chooses nothing.");
    fl_canvas_wrap(&view->canvas, rect, FL_STYLE_dim, text);
}
