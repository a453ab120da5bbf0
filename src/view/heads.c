/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * All heads of a stage side by side, each a small picture of its numbers: the bands of a tensor
 * with a head axis, or the events of this layer where each head has one; and in words where each
 * head of attention looks.
 */
#include "view/heads.h"

#include "view/look.h"
#include "view/panels.h"
#include "view/value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { LEAST_W = 9, LEAST_H = 4, MOST_W = 40, MOST_H = 20, WORDS_W = 18, SAMPLED = 8 };
enum { NAMES_W = 8 /* columns for the rows' tokens beside a picture */ };

/* The stage's heads: how many, and whether each has an event. */
typedef struct choir {
    fl_view *view;
    fl_event event; /* the one shown; its tensor only before another is asked for */
    fl_grid grid;
    fl_pass pass;
    int64_t count;
    bool apart; /* an event each */
} choir;

static bool gather(choir *c, fl_view *view) {
    const fl_captured *here = fl_here(view);
    if (!here)
        return false;
    *c = (choir){.view = view, .event = here->event, .grid = fl_grid_of(&here->event)};
    c->pass = fl_here_pass(view);
    c->apart = here->event.head >= 0;
    c->count = c->apart ? c->pass.dims.H : c->grid.bands;
    return true;
}

/* The event that holds a head's numbers; later heads are computed now. */
static const fl_captured *event_of(const choir *c, int64_t head) {
    if (!c->apart)
        return fl_here(c->view);
    int64_t step = fl_plan_find(c->pass.plan, c->event.stage, c->event.layer, (int32_t)head);
    return step >= 0 ? fl_event_at(c->view, c->pass.first + step) : NULL;
}

/* ---- where a head looks ---- */

static bool is_attention(const fl_event *event) {
    return event->stage == FL_STAGE_attn_probs || event->stage == FL_STAGE_attn_scores;
}

/* A row as shares; of scores those that the softmax will make of them. */
static void shares_of(const fl_event *event, int64_t query, int64_t from, int64_t seen,
                      double *out) {
    double most = -INFINITY, sum = 0;
    for (int64_t k = from; k < seen; k++) {
        out[k] = fl_tensor_at(&event->tensor, (int64_t[FL_MAX_DIMS]){0, query, k});
        most = out[k] > most ? out[k] : most;
    }
    for (int64_t k = from; k < seen && event->stage == FL_STAGE_attn_scores; k++)
        sum += out[k] = exp(out[k] - most);
    for (int64_t k = from; k < seen && event->stage == FL_STAGE_attn_scores; k++)
        out[k] /= sum;
}

/* Over the tokens that have a choice: all but the first one. */
static void look_along(const fl_event *event, fl_gaze *gaze, double *shares, double *back) {
    const fl_tensor *tensor = &event->tensor;
    int64_t queries = 0;
    for (int64_t q = 0; q < tensor->shape[1]; q++) {
        int64_t from, seen;
        fl_mask_range(&tensor->mask, q, &from, &seen);
        if (seen < 2)
            continue;
        shares_of(event, q, from, seen, shares);
        queries++;
        gaze->first += from == 0 ? shares[0] : 0;
        for (int64_t k = from > 0 ? from : 1; k < seen; k++)
            back[seen - 1 - k] += shares[k];
    }
    for (int64_t b = 0; b < tensor->shape[2]; b++)
        if (back[b] > back[gaze->back])
            gaze->back = b;
    gaze->known = queries > 0;
    gaze->share = queries > 0 ? back[gaze->back] / (double)queries : 0;
    gaze->first = queries > 0 ? gaze->first / (double)queries : 0;
}

static fl_gaze gaze_at(const fl_event *event) {
    size_t keys = (size_t)event->tensor.shape[2];
    double *shares = calloc(2 * keys, sizeof *shares);
    fl_gaze gaze = {0};
    if (shares)
        look_along(event, &gaze, shares, shares + keys);
    free(shares);
    return gaze;
}

/* Dear over a long text, so kept. */
static const fl_gaze *gaze_of(const choir *c, int64_t head) {
    fl_looking *looking = &c->view->looking;
    int64_t step = fl_plan_find(c->pass.plan, c->event.stage, c->event.layer, 0);
    int64_t key = c->pass.first + step;
    if (!is_attention(&c->event) || head >= FL_HEADS_KEPT)
        return NULL;
    if (looking->gazes_of != key) {
        for (int64_t h = 0; h < c->count && h < FL_HEADS_KEPT; h++) {
            const fl_captured *captured = event_of(c, h);
            looking->gazes[h] = captured ? gaze_at(&captured->event) : (fl_gaze){0};
        }
        looking->gazes_of = key;
    }
    return looking->gazes[head].known ? &looking->gazes[head] : NULL;
}

static const char *back_words(int64_t back, bool brief, char *out, size_t size) {
    const char *token = brief ? "" : "the token ";
    if (back == 0)
        snprintf(out, size, "%sitself", token);
    else if (back == 1)
        snprintf(out, size, "%s", brief ? "one before" : "the token before");
    else
        snprintf(out, size, "%s%" PRId64 " before", token, back);
    return out;
}

static void gaze_words(const choir *c, int64_t head, fl_buffer *out) {
    const fl_gaze *gaze = gaze_of(c, head);
    char words[64];
    if (!gaze && is_attention(&c->event) && head < FL_HEADS_KEPT)
        fl_buffer_puts(out, ": there is only the first token to look at");
    if (!gaze)
        return;
    fl_buffer_printf(out, ": %.0f %% on the first token, besides it most on %s: %.0f %%",
                     100 * gaze->first, back_words(gaze->back, false, words, sizeof words),
                     100 * gaze->share);
}

/* ---- a small picture ---- */

typedef struct thumb {
    const fl_event *event;
    const fl_grid *grid;
    int64_t band;
    int64_t rows, cols; /* of the picture */
    int wide;           /* columns of the screen a cell of it takes */
    int label;          /* columns before it for the names of its rows */
} thumb;

/* Of the cells that a cell of the picture covers, the one of largest magnitude; of very many a
 * sample. False: all are hidden. */
static bool thumb_value(const thumb *t, int64_t row, int64_t col, double *out) {
    int64_t r0 = row * t->grid->rows / t->rows, r1 = (row + 1) * t->grid->rows / t->rows;
    int64_t c0 = col * t->grid->cols / t->cols, c1 = (col + 1) * t->grid->cols / t->cols;
    int64_t down = (r1 - r0 + SAMPLED - 1) / SAMPLED, across = (c1 - c0 + SAMPLED - 1) / SAMPLED;
    const fl_tensor *tensor = &t->event->tensor;
    bool any = false;
    for (int64_t r = r0; r < r1; r += down) {
        for (int64_t c = c0; c < c1; c += across) {
            int64_t index[FL_MAX_DIMS];
            fl_grid_index(t->event, t->band, r, c, index);
            if (tensor->mask.causal && fl_tensor_masked(tensor, index))
                continue;
            double value = fl_tensor_at(tensor, index);
            if (!any || isnan(value) || fabs(value) > fabs(*out))
                *out = value;
            any = true;
        }
    }
    return any;
}

static fl_style thumb_style(const thumb *t, const fl_shading *shading, int64_t row, int64_t col) {
    double value;
    bool shown = row < t->rows && thumb_value(t, row, col, &value);
    return shown ? fl_shade_style(shading, value) : FL_STYLE_masked;
}

static void draw_thumb_cell(fl_view *view, const thumb *t, const fl_shading *shading, int x, int y,
                            int64_t row, int64_t col) {
    double value;
    const char *hidden = view->options.ascii ? "." : "·";
    if (thumb_value(t, row, col, &value))
        fl_canvas_put(&view->canvas, x, y, t->wide, fl_shade_style(shading, value),
                      fl_shade_glyph(shading, value, t->wide));
    else
        fl_canvas_put(&view->canvas, x + t->wide - 1, y, 1, FL_STYLE_masked, hidden);
}

static bool can_halve(const fl_view *view) {
    return view->options.halves && !view->options.ascii;
}

/* The frame left out, a line for the numbers of the columns, where these are tokens. */
static int header_of(const fl_grid *grid) {
    return grid->col_dim == FL_DIM_S;
}

/* How a picture is put into its place: rows one below the other, or where there is no room for that
 * and the painter can do it, two in a line. Where even these are too many, marks stand for several.
 * Returns how many rows a line has. */
static int fit_picture(const fl_view *view, thumb *t, fl_rect inside) {
    int lines = inside.h - header_of(t->grid);
    int stack = can_halve(view) && t->grid->rows > lines ? 2 : 1;
    t->rows = t->grid->rows < lines * stack ? t->grid->rows : lines * stack;
    t->wide = stack == 1 && t->grid->cols * 2 <= inside.w ? 2 : 1;
    t->cols = t->grid->cols < inside.w ? t->grid->cols : inside.w;
    int64_t left = inside.w - t->cols * t->wide;
    bool whole = stack == 1 && t->rows == t->grid->rows && t->grid->row_dim != FL_DIM_NONE;
    t->label = !whole || left < 2 ? 0 : left < NAMES_W ? (int)left : NAMES_W;
    return stack;
}

/* A row's token, or where there is no room for it its position. */
static void draw_row_name(fl_view *view, const thumb *t, int x, int y, int64_t row) {
    enum { NAMED = 5 };
    char name[64];
    int64_t position = fl_position_of(t->event, t->grid->row_dim, row);
    if (t->label < NAMED)
        fl_canvas_printf(&view->canvas, x, y, t->label, FL_STYLE_dim, "%*d", t->label - 1,
                         (int)(position % (t->label > 2 ? 100 : 10)));
    else
        fl_canvas_fit(&view->canvas, x, y, t->label - 1, FL_STYLE_dim,
                      fl_token_at(view, name, sizeof name, position));
}

/* The last digits of the columns' positions. */
static void draw_columns(fl_view *view, const thumb *t, int x, int y) {
    for (int64_t col = 0; col < t->cols && t->cols == t->grid->cols; col++)
        fl_canvas_printf(&view->canvas, x + (int)col * t->wide, y, t->wide, FL_STYLE_dim, "%*d",
                         t->wide, (int)(col % (t->wide > 1 ? 100 : 10)));
}

static void draw_picture(fl_view *view, thumb *t, const fl_shading *shading, fl_rect rect) {
    int stack = fit_picture(view, t, rect), x0 = rect.x + t->label;
    int y0 = rect.y + header_of(t->grid);
    if (y0 > rect.y)
        draw_columns(view, t, x0, rect.y);
    for (int64_t row = 0; row < t->rows; row += stack) {
        int y = y0 + (int)(row / stack);
        if (t->label > 0)
            draw_row_name(view, t, rect.x, y, row);
        for (int64_t col = 0; col < t->cols; col++) {
            int x = x0 + (int)col * t->wide;
            if (stack > 1)
                fl_canvas_halves(&view->canvas, x, y, thumb_style(t, shading, row, col),
                                 thumb_style(t, shading, row + 1, col));
            else
                draw_thumb_cell(view, t, shading, x, y, row, col);
        }
    }
}

/* ---- the page ---- */

typedef struct layout {
    int per_row, w, h;
    int64_t first, rows; /* rows of pictures shown */
} layout;

/* Columns of a picture in which nothing is cut short. */
static int wish_of(const choir *c) {
    int64_t wish = 2 * c->grid.cols + NAMES_W + 2;
    wish = wish < WORDS_W + 2 ? WORDS_W + 2 : wish;
    return wish < MOST_W ? (int)wish : MOST_W;
}

/* Lines with which every row is there, or all there are. */
static int least_height(const choir *c, fl_rect rect) {
    int64_t rows = can_halve(c->view) ? (c->grid.rows + 1) / 2 : c->grid.rows;
    int64_t least = rows + header_of(&c->grid) + 2;
    least = least < LEAST_H ? LEAST_H : least;
    return least < rect.h ? (int)least : rect.h;
}

/* As many side by side as make the pictures large and about square: a character is twice as high as
 * wide. Where they would become too small not all are shown at once. */
static layout lay_out(const choir *c, fl_rect rect, int64_t pick) {
    layout best = {.per_row = 0};
    int good = 0, least = least_height(c, rect);
    int64_t count = c->count;
    for (int n = 1; n <= count && rect.w / n >= LEAST_W; n++) {
        int w = rect.w / n, h = rect.h / (int)((count + n - 1) / n);
        int size = w / 2 < h ? w / 2 : h;
        if (h < least || size <= good)
            continue;
        good = size;
        best = (layout){n, w < MOST_W ? w : MOST_W, h < MOST_H ? h : MOST_H, 0, 0};
    }
    if (best.per_row == 0) {
        int across = rect.w / wish_of(c) > 0 ? rect.w / wish_of(c) : 1;
        best = (layout){across, wish_of(c), least, 0, 0};
    }
    int64_t rows = (count + best.per_row - 1) / best.per_row;
    best.rows = rows < rect.h / best.h ? rows : rect.h / best.h;
    best.first = fl_first_shown(pick / best.per_row, rows, best.rows);
    return best;
}

static void draw_brief(const choir *c, int64_t head, fl_rect rect) {
    const fl_gaze *gaze = gaze_of(c, head);
    char words[64];
    fl_canvas *canvas = &c->view->canvas;
    if (!gaze)
        return;
    fl_canvas_printf(canvas, rect.x, rect.y, rect.w, FL_STYLE_text, "first %.0f %%",
                     100 * gaze->first);
    fl_canvas_printf(canvas, rect.x, rect.y + 1, rect.w, FL_STYLE_text, "%s %.0f %%",
                     back_words(gaze->back, true, words, sizeof words), 100 * gaze->share);
}

static void draw_head(const choir *c, const fl_shading *shading, int64_t head, fl_rect rect) {
    fl_view *view = c->view;
    bool on = head == view->pick;
    bool words = rect.w >= WORDS_W && c->grid.rows + header_of(&c->grid) <= rect.h - 4;
    char title[32];
    const char *what = rect.w >= 13 ? c->grid.band_dim == FL_DIM_K ? "k/v head " : "head " : "";
    snprintf(title, sizeof title, "%s%" PRId64, what, head);
    if (on)
        fl_canvas_frame(&view->canvas, rect, FL_STYLE_key, FL_STYLE_key, title);
    else
        fl_canvas_put(&view->canvas, rect.x + 2, rect.y, rect.w - 3, FL_STYLE_label, title);
    fl_rect inside = {rect.x + 1, rect.y + 1, rect.w - 2, rect.h - 2};
    words = words && gaze_of(c, head);
    if (words)
        draw_brief(c, head, (fl_rect){inside.x, inside.y + inside.h - 2, inside.w, 2});
    inside.h -= words ? 2 : 0;
    const fl_captured *captured = event_of(c, head);
    thumb t = {captured ? &captured->event : NULL, &c->grid, c->apart ? 0 : head, 0, 0, 1, 0};
    if (captured)
        draw_picture(view, &t, shading, inside);
    fl_hit_add(view, rect, FL_HIT_ITEM, head, 0, 0);
}

/* Which token stands at which position, where pictures have numbers alone. */
static void draw_positions(const choir *c, const layout *l, fl_rect rect) {
    thumb t = {.grid = &c->grid};
    fl_buffer words = {0};
    char name[64];
    fit_picture(c->view, &t, (fl_rect){0, 0, l->w - 2, l->h - 2});
    if (!header_of(&c->grid) || rect.h < 1)
        return;
    for (int64_t p = 0; p < c->grid.cols; p++)
        fl_buffer_printf(&words, "%s%" PRId64 " %s", p ? " · " : "", p,
                         fl_token_at(c->view, name, sizeof name, p));
    if (words.data)
        fl_canvas_wrap(&c->view->canvas, rect, FL_STYLE_dim, words.data);
    fl_buffer_done(&words);
}

static void draw_chosen(const choir *c, const layout *l, fl_rect rect) {
    fl_buffer words = {0};
    const char *what = c->grid.band_dim == FL_DIM_K ? "k/v head" : "head";
    fl_buffer_printf(&words, "%s %d", what, c->view->pick);
    gaze_words(c, c->view->pick, &words);
    int64_t shown = l->rows * l->per_row, first = l->first * l->per_row;
    int more = fl_more_draw(c->view, rect, first, c->count - first - shown);
    if (words.data)
        fl_canvas_fit(&c->view->canvas, rect.x, rect.y, rect.w - more, FL_STYLE_bold, words.data);
    fl_buffer_done(&words);
}

/* What rows and columns are, and how many of them a mark stands for. */
static void shape_words(const choir *c, fl_rect inside, char *out, size_t size) {
    thumb t = {.grid = &c->grid};
    int stack = fit_picture(c->view, &t, inside);
    const char *axes =
        header_of(&c->grid) ? "row: who looks, column: at whom" : "a row for each token";
    if (t.rows < c->grid.rows || t.cols < c->grid.cols)
        snprintf(out, size, "a mark: the largest of %" PRId64 " rows, %" PRId64 " columns; ",
                 (c->grid.rows + t.rows - 1) / t.rows, (c->grid.cols + t.cols - 1) / t.cols);
    else
        snprintf(out, size, "%s%s; ", axes, stack > 1 ? ", two rows a line" : "");
}

static void draw_keys(const choir *c, const fl_shading *shading, const layout *l, fl_rect rect) {
    char legend[160], shape[96];
    shape_words(c, (fl_rect){0, 0, l->w - 2, l->h - 2}, shape, sizeof shape);
    int used = fl_canvas_put(&c->view->canvas, rect.x, rect.y, rect.w, FL_STYLE_dim, shape);
    bool colors_alone = can_halve(c->view);
    fl_shade_legend(shading, colors_alone ? FL_GLYPH_COLUMNS + 1 : 1, rect.w - used, legend,
                    sizeof legend);
    fl_canvas_put(&c->view->canvas, rect.x + used, rect.y, rect.w - used, FL_STYLE_dim, legend);
}

void fl_heads_draw(fl_view *view, fl_rect rect) {
    choir c;
    if (!gather(&c, view) || rect.h < LEAST_H + 2)
        return;
    fl_shading shading = fl_value_shading(view, &c.event);
    layout l = lay_out(&c, (fl_rect){rect.x, rect.y, rect.w, rect.h - 2}, view->pick);
    int64_t tall = c.grid.rows + header_of(&c.grid) + 4;
    l.w = l.w < wish_of(&c) ? l.w : wish_of(&c);
    l.h = l.h < tall ? l.h : (int)tall;
    view->looking.columns = l.per_row;
    for (int64_t i = 0; i < l.rows * l.per_row; i++) {
        int64_t head = l.first * l.per_row + i;
        if (head < c.count)
            draw_head(&c, &shading, head,
                      (fl_rect){rect.x + (int)(i % l.per_row) * l.w,
                                rect.y + (int)(i / l.per_row) * l.h, l.w, l.h});
    }
    int used = (int)l.rows * l.h;
    draw_positions(&c, &l, (fl_rect){rect.x, rect.y + used, rect.w, rect.h - 2 - used});
    draw_chosen(&c, &l, (fl_rect){rect.x, rect.y + rect.h - 2, rect.w, 1});
    draw_keys(&c, &shading, &l, (fl_rect){rect.x, rect.y + rect.h - 1, rect.w, 1});
}

void fl_heads_lines(fl_view *view, fl_buffer *out) {
    choir c;
    if (!gather(&c, view))
        return;
    fl_buffer_printf(out, "%s: %" PRId64 " %s\n", fl_stage_get_info(c.event.stage)->id, c.count,
                     c.grid.band_dim == FL_DIM_K ? "k/v heads" : "heads");
    if (is_attention(&c.event))
        fl_buffer_puts(out, "on average over the tokens that have a choice, all but the first\n");
    for (int64_t head = 0; head < c.count; head++) {
        char low[FL_NUMBER], high[FL_NUMBER];
        fl_buffer_printf(out, "head %" PRId64, head);
        gaze_words(&c, head, out);
        const fl_captured *captured = event_of(&c, head);
        if (captured && c.apart && captured->stats.finite > 0)
            fl_buffer_printf(out, "; numbers from %s to %s", fl_short(low, captured->stats.min),
                             fl_short(high, captured->stats.max));
        fl_buffer_puts(out, "\n");
    }
}

void fl_heads_open(fl_view *view) {
    const fl_captured *here = fl_here(view);
    if (!here)
        return;
    view->pick = (int)(here->event.head >= 0 ? here->event.head : fl_cursor_place(view, here).band);
}

void fl_heads_move(fl_view *view, fl_verb verb, int64_t count) {
    choir c;
    int64_t by = fl_rows_of(verb, count), last = gather(&c, view) ? c.count - 1 : 0;
    if (verb == FL_VERB_left || verb == FL_VERB_right)
        by = verb == FL_VERB_left ? -count : count;
    else if (verb == FL_VERB_up || verb == FL_VERB_down)
        by *= view->looking.columns > 0 ? view->looking.columns : 1;
    int64_t pick = view->pick + by;
    view->pick = (int)(pick > last ? last : pick < 0 ? 0 : pick);
}

void fl_heads_choose(fl_view *view) {
    choir c;
    if (!gather(&c, view))
        return;
    int64_t head = view->pick * (c.apart ? 1 : c.pass.dims.H / c.count);
    fl_open_page(view, FL_PAGE_NONE);
    fl_goto_head(view, head);
}
