/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Which way a tensor is looked at: the verbs `look`, `slice` and the lists that some ways are.
 */
#include "view/look.h"

#include "view/ways.h"

#include <inttypes.h>
#include <string.h>

enum { LINES_MOST = 16, CELLS_MOST = 12 };

typedef struct way_info {
    const char *name, *what;
    bool (*suits)(const fl_captured *here);
    fl_way_draw_fn *draw;
    fl_way_lines_fn *lines;
    int (*items)(fl_view *view); /* of a list of places */
    void (*item)(fl_view *view, int item, int64_t index[FL_MAX_DIMS]);
} way_info;

static bool always(const fl_captured *here) {
    (void)here;
    return true;
}

static bool has_grid(const fl_captured *here) {
    return fl_cursor_kind(&here->event) == FL_KIND_GRID && here->stats.finite > 0;
}

static bool has_rows(const fl_captured *here) {
    return has_grid(here) && fl_grid_of(&here->event).rows > 1;
}

static bool has_shares(const fl_captured *here) {
    return here->event.stage == FL_STAGE_attn_probs;
}

static bool has_amounts(const fl_captured *here) {
    return here->event.tensor.dtype != FL_DTYPE_I32 && here->stats.finite > 0;
}

static int count_extremes(fl_view *view) {
    return fl_digest_here(view)->n_extremes;
}

static void place_of_extreme(fl_view *view, int item, int64_t index[FL_MAX_DIMS]) {
    memcpy(index, fl_digest_here(view)->extremes[item].index, sizeof(int64_t[FL_MAX_DIMS]));
}

static int count_columns(fl_view *view) {
    return fl_columns_here(view)->count;
}

static void place_of_column(fl_view *view, int item, int64_t index[FL_MAX_DIMS]) {
    const fl_columns *columns = fl_columns_here(view);
    const fl_captured *here = fl_here(view);
    fl_place place = fl_cursor_place(view, here);
    fl_grid_index(&here->event, place.band, columns->best[item].spread.at, columns->best[item].col,
                  index);
}

static const way_info ways[FL_WAY_COUNT] = {
    [FL_WAY_GRID] = {"grid", "the cells", always, NULL, fl_grid_lines, NULL, NULL},
    [FL_WAY_ROWS] = {"rows", "statistics of each row", has_grid, fl_rows_draw, fl_rows_lines, NULL,
                     NULL},
    [FL_WAY_AXES] = {"axes", "the largest columns", has_rows, fl_axes_draw, fl_axes_lines,
                     count_columns, place_of_column},
    [FL_WAY_BARS] = {"bars", "the cursor's row as bars", has_shares, fl_bars_draw, fl_bars_lines,
                     NULL, NULL},
    [FL_WAY_HISTOGRAM] = {"histogram", "cells by size", has_amounts, fl_histogram_draw,
                          fl_histogram_lines, NULL, NULL},
    [FL_WAY_EXTREMES] = {"extremes", "the largest numbers, sorted", has_amounts, fl_extremes_draw,
                         fl_extremes_lines, count_extremes, place_of_extreme}};

const char *fl_way_name(fl_way way) {
    return ways[way].name;
}

void fl_looking_forget(fl_looking *looking) {
    looking->pick = -1;
    looking->axes.event = looking->gazes_of = -1;
}

fl_way fl_way_here(fl_view *view) {
    const fl_captured *here = fl_here(view);
    return here && ways[view->looking.way].suits(here) ? view->looking.way : FL_WAY_GRID;
}

bool fl_way_draw(fl_view *view, fl_rect rect) {
    fl_way way = fl_way_here(view);
    if (ways[way].draw)
        ways[way].draw(view, rect);
    return ways[way].draw != NULL;
}

/* ---- lists of places ---- */

bool fl_way_lists(fl_view *view) {
    return ways[fl_way_here(view)].items != NULL;
}

void fl_way_move(fl_view *view, int64_t by) {
    int last = ways[fl_way_here(view)].items(view) - 1;
    int64_t pick = view->looking.pick + by;
    view->looking.pick = pick > last ? last : pick < 0 ? 0 : (int)pick;
}

static int64_t clamp(int64_t value, int64_t most) {
    return value > most ? most : value < 0 ? 0 : value;
}

/* Among the best pieces the cursor is a rank. */
static void go_to_piece(fl_view *view, int64_t row, int64_t id) {
    fl_cursor_set(view, 0, row, 0);
    const fl_ranking *ranking = fl_ranking_here(view, view->at, row);
    for (int i = 0; i < ranking->count; i++)
        if (ranking->best[i].id == id) {
            view->rank = i;
            return;
        }
    fl_say(view, "that piece is not among the %d likeliest", ranking->count);
}

void fl_way_choose(fl_view *view) {
    int64_t index[FL_MAX_DIMS] = {0};
    const way_info *way = &ways[fl_way_here(view)];
    int count = way->items(view);
    if (count == 0)
        return;
    way->item(view, (int)clamp(view->looking.pick, count - 1), index);
    const fl_captured *here = fl_here(view);
    if (!here)
        return;
    int n = here->event.tensor.n_dims;
    view->looking.pick = -1;
    if (fl_cursor_kind(&here->event) == FL_KIND_RANKED)
        go_to_piece(view, index[1], index[2]);
    else
        fl_cursor_set(view, n == 4 ? index[1] : 0, index[n - 2],
                      index[n - 1] % fl_grid_of(&here->event).cols);
}

fl_style fl_item_style(fl_view *view, fl_rect line, int item) {
    fl_hit_add(view, line, FL_HIT_ITEM, item, 0, 0);
    if (item != view->looking.pick)
        return FL_STYLE_text;
    fl_canvas_put(&view->canvas, line.x, line.y, 1, FL_STYLE_key, "▸");
    return FL_STYLE_pick;
}

/* ---- drawing ---- */

void fl_way_foot(fl_view *view, fl_rect rect, const char *legend) {
    const way_info *way = &ways[fl_way_here(view)];
    int y = rect.y + rect.h - 2;
    fl_cell_draw(view, (fl_rect){rect.x, y, rect.w, 1});
    int used =
        fl_canvas_printf(&view->canvas, rect.x, y + 1, rect.w, FL_STYLE_key, "%s", way->name);
    fl_canvas_printf(&view->canvas, rect.x + used, y + 1, rect.w - used, FL_STYLE_dim, ": %s%s%s",
                     way->what, legend[0] ? "; " : "", legend);
}

/* ---- the grid in lines ---- */

static void row_line(fl_view *view, const fl_captured *here, const fl_grid *grid, int64_t band,
                     int64_t row, fl_buffer *out) {
    const fl_event *event = &here->event;
    const fl_tensor *tensor = &event->tensor;
    int64_t index[FL_MAX_DIMS], hidden = 0;
    int axis = tensor->n_dims == 2 ? 1 : tensor->n_dims - 2;
    char number[FL_NUMBER];
    fl_axis_words(view, event, axis, row, out);
    fl_buffer_puts(out, ":");
    for (int64_t col = 0; col < grid->cols; col++) {
        fl_grid_index(event, band, row, col, index);
        bool masked = tensor->mask.causal && fl_tensor_masked(tensor, index);
        double value = masked ? 0 : fl_tensor_at(tensor, index);
        hidden += masked;
        if (!masked && col < CELLS_MOST)
            fl_buffer_printf(out, " %s",
                             tensor->dtype == FL_DTYPE_I32 ? fl_exact(number, value)
                                                           : fl_short(number, value));
    }
    if (grid->cols > CELLS_MOST && hidden < grid->cols - CELLS_MOST)
        fl_buffer_printf(out, ", %" PRId64 " more", grid->cols - CELLS_MOST - hidden);
    if (hidden > 0)
        fl_buffer_printf(out, ", %" PRId64 " hidden", hidden);
    fl_buffer_puts(out, "\n");
}

static void piece_lines(fl_view *view, int64_t row, fl_buffer *out) {
    const fl_ranking *ranking = fl_ranking_here(view, view->at, row);
    char piece[64], number[FL_NUMBER];
    for (int i = 0; i < ranking->count && i < LINES_MOST; i++)
        fl_buffer_printf(
            out, "%d: \"%s\", id %" PRId32 ", %s\n", i + 1,
            fl_piece_show(piece, sizeof piece, &view->options.model.pieces, ranking->best[i].id),
            ranking->best[i].id, fl_short(number, ranking->best[i].value));
}

void fl_grid_lines(fl_view *view, fl_buffer *out) {
    const fl_captured *here = fl_here(view);
    fl_grid grid = fl_grid_of(&here->event);
    fl_place place = fl_cursor_place(view, here);
    char words[96];
    if (fl_cursor_kind(&here->event) == FL_KIND_RANKED) {
        piece_lines(view, place.row, out);
        return;
    }
    here = fl_here(view);
    if (grid.band_dim != FL_DIM_NONE) {
        fl_band_words(view, &grid, place.band, words, sizeof words);
        fl_buffer_printf(out, "%s, of %" PRId64 "\n", words, grid.bands);
    }
    int64_t first = fl_first_shown(place.row, grid.rows, LINES_MOST);
    for (int64_t row = first; row < grid.rows && row < first + LINES_MOST; row++)
        row_line(view, here, &grid, place.band, row, out);
    if (grid.rows > LINES_MOST)
        fl_buffer_printf(out, "rows %" PRId64 " to %" PRId64 " of %" PRId64 "\n", first,
                         first + LINES_MOST - 1, grid.rows);
}

/* ---- verbs ---- */

static void tell_way(fl_view *view, fl_buffer *out) {
    const way_info *way = &ways[fl_way_here(view)];
    fl_buffer_printf(out, "%s: %s\n", way->name, way->what);
    way->lines(view, out);
}

static bool take_way(fl_view *view, fl_way way) {
    view->looking.way = way;
    view->looking.pick = -1;
    view->tell = tell_way;
    return true;
}

/* The next way that makes sense here. */
static bool next_way(fl_view *view) {
    const fl_captured *here = fl_here(view);
    if (!here)
        return false;
    fl_way way = fl_way_here(view);
    do
        way = (fl_way)((way + 1) % FL_WAY_COUNT);
    while (!ways[way].suits(here));
    return take_way(view, way);
}

bool fl_do_look(fl_view *view, int64_t count, const char *text) {
    (void)count;
    if (!*text)
        return next_way(view);
    if (strcmp(text, "heads") == 0)
        return fl_view_do(view, FL_VERB_heads, 1, text);
    const fl_captured *here = fl_here(view);
    for (int way = 0; here && way < FL_WAY_COUNT; way++) {
        if (strcmp(text, ways[way].name) != 0)
            continue;
        if (ways[way].suits(here))
            return take_way(view, (fl_way)way);
        fl_say(view, "look %s makes no sense here: v goes through the ways that do", text);
        return false;
    }
    fl_say(view, "look takes grid, rows, axes, bars, histogram, extremes or heads");
    return false;
}

bool fl_do_slice(fl_view *view, int64_t count, const char *text) {
    int64_t slice;
    char words[96];
    const fl_captured *here = fl_here(view);
    (void)count;
    if (!here || !fl_number_of(view, FL_VERB_slice, text, &slice))
        return false;
    fl_grid grid = fl_grid_of(&here->event);
    if (grid.band_dim == FL_DIM_NONE)
        return fl_goto_head(view, slice);
    if (!fl_number_exists(view, "slice", slice, grid.bands))
        return false;
    view->slice = slice * (view->options.model.hparams->num_attention_heads / grid.bands);
    fl_band_words(view, &grid, slice, words, sizeof words);
    fl_say(view, "%s", words);
    view->tell = tell_way;
    return true;
}
