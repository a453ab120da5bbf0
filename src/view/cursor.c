/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Where the cursor is and how it moves: over the cells of the value, the items of a list, the lines
 * of a page, whichever has the reader's attention.
 */
#include "view/cursor.h"

#include "view/program.h"
#include "view/value.h"

#include <math.h>

fl_kind fl_cursor_kind(const fl_event *event) {
    const fl_tensor *tensor = &event->tensor;
    if (event->stage == FL_STAGE_tokens)
        return FL_KIND_TOKENS;
    if (event->stage == FL_STAGE_next_token)
        return FL_KIND_CHOICE;
    if (tensor->axes[tensor->n_dims - 1] == FL_AXIS_vocab)
        return FL_KIND_RANKED;
    return tensor->axes[tensor->n_dims - 1] == FL_AXIS_one ? FL_KIND_SCALARS : FL_KIND_GRID;
}

bool fl_is_turning(const fl_event *event) {
    return event->stage == FL_STAGE_rope_cos || event->stage == FL_STAGE_rope_sin;
}

fl_grid fl_grid_of(const fl_event *event) {
    const fl_tensor *tensor = &event->tensor;
    const fl_stage_info *info = fl_stage_get_info(event->stage);
    int last = tensor->n_dims - 1;
    fl_grid grid = {1, 1, tensor->shape[last], FL_DIM_NONE, FL_DIM_NONE, info->dims[last]};
    if (last == 1) { /* tokens and next_token: a row of ids, shown as rows */
        grid.rows = tensor->shape[1];
        grid.row_dim = info->dims[1];
        grid.cols = 1;
        grid.col_dim = FL_DIM_NONE;
    } else {
        grid.rows = tensor->shape[last - 1];
        grid.row_dim = info->dims[last - 1];
    }
    if (last == 3) {
        grid.bands = tensor->shape[1];
        grid.band_dim = info->dims[1];
    }
    if (fl_is_turning(event))
        grid.cols /= 2; /* the second half holds the same again */
    return grid;
}

void fl_grid_index(const fl_event *event, int64_t band, int64_t row, int64_t col,
                   int64_t index[FL_MAX_DIMS]) {
    int n_dims = event->tensor.n_dims;
    for (int i = 0; i < FL_MAX_DIMS; i++)
        index[i] = 0;
    if (n_dims == 2) {
        index[1] = row;
        return;
    }
    index[n_dims - 1] = col;
    index[n_dims - 2] = row;
    if (n_dims == 4)
        index[1] = band;
}

static int64_t clamp(int64_t value, int64_t low, int64_t high) {
    return value < low ? low : value > high ? high : value;
}

static int64_t query_heads_per_band(const fl_view *view, const fl_grid *grid) {
    const fl_hparams *h = view->options.model.hparams;
    return grid->band_dim == FL_DIM_K ? h->num_attention_heads / h->num_key_value_heads : 1;
}

/* NaN and infinities first, then the largest magnitude (of scores: the largest, which gets the
 * largest share); the first of equals. */
static int64_t largest_in_row(const fl_event *event, const fl_grid *grid, int64_t band,
                              int64_t row) {
    const fl_tensor *tensor = &event->tensor;
    int64_t best = 0, index[FL_MAX_DIMS];
    double most = -INFINITY;
    if (fl_is_turning(event)) /* its cosine says little by its size: the first pair turns most */
        return 0;
    for (int64_t col = 0; col < grid->cols; col++) {
        fl_grid_index(event, band, row, col, index);
        if (tensor->mask.causal && fl_tensor_masked(tensor, index))
            continue;
        double value = fl_tensor_at(tensor, index);
        double size = event->stage == FL_STAGE_attn_scores ? value : fabs(value);
        if (isnan(size))
            return col;
        if (size > most) {
            most = size;
            best = col;
        }
    }
    return best;
}

static int64_t ranked_id(fl_view *view, const fl_event *event, int64_t row) {
    const fl_ranking *ranking = fl_ranking_here(view, event->index, row);
    if (ranking->count == 0)
        return 0;
    return ranking->best[clamp(view->rank, 0, ranking->count - 1)].id;
}

int64_t fl_band_of(const fl_view *view, const fl_grid *grid) {
    return clamp(view->slice / query_heads_per_band(view, grid), 0, grid->bands - 1);
}

fl_place fl_cursor_place(fl_view *view, const fl_captured *captured) {
    const fl_event *event = &captured->event;
    fl_grid grid = fl_grid_of(event);
    fl_place place = {0};
    if (grid.bands > 1 || grid.band_dim != FL_DIM_NONE)
        place.band = fl_band_of(view, &grid);
    int64_t row = view->cursor[grid.row_dim];
    place.row = row < 0 ? grid.rows - 1 : clamp(row, 0, grid.rows - 1);
    if (fl_cursor_kind(event) == FL_KIND_RANKED) {
        place.col = ranked_id(view, event, place.row);
    } else if (grid.col_dim != FL_DIM_NONE) {
        int64_t col = view->cursor[grid.col_dim];
        place.col = col < 0 ? largest_in_row(event, &grid, place.band, place.row)
                            : clamp(col, 0, grid.cols - 1);
    }
    fl_grid_index(event, place.band, place.row, place.col, place.index);
    return place;
}

void fl_cursor_set(fl_view *view, int64_t band, int64_t row, int64_t col) {
    const fl_captured *here = fl_here(view);
    if (!here)
        return;
    fl_grid grid = fl_grid_of(&here->event);
    if (grid.band_dim != FL_DIM_NONE)
        view->slice = clamp(band, 0, grid.bands - 1) * query_heads_per_band(view, &grid);
    if (grid.rows > 1)
        view->cursor[grid.row_dim] = clamp(row, 0, grid.rows - 1);
    if (grid.col_dim != FL_DIM_NONE && fl_cursor_kind(&here->event) == FL_KIND_GRID)
        view->cursor[grid.col_dim] = clamp(col, 0, grid.cols - 1);
}

/* Once the reader has moved the cursor it no longer goes to the largest cell by itself. */
static void pin_column(fl_view *view, const fl_grid *grid, const fl_place *place) {
    if (grid->col_dim != FL_DIM_NONE && view->cursor[grid->col_dim] < 0)
        view->cursor[grid->col_dim] = place->col;
}

/* Rows run on from band to band. */
static void move_rows(fl_view *view, int64_t by) {
    const fl_captured *here = fl_here(view);
    if (!here)
        return;
    fl_grid grid = fl_grid_of(&here->event);
    fl_place place = fl_cursor_place(view, here);
    int64_t line = clamp(place.band * grid.rows + place.row + by, 0, grid.bands * grid.rows - 1);
    if (fl_cursor_kind(&here->event) == FL_KIND_GRID)
        pin_column(view, &grid, &place);
    if (grid.band_dim != FL_DIM_NONE && line / grid.rows != place.band)
        view->slice = line / grid.rows * query_heads_per_band(view, &grid);
    if (grid.rows > 1)
        view->cursor[grid.row_dim] = line % grid.rows;
}

static void move_cols(fl_view *view, int64_t by, bool from_start, bool to_end) {
    const fl_captured *here = fl_here(view);
    if (!here || fl_cursor_kind(&here->event) != FL_KIND_GRID)
        return;
    fl_grid grid = fl_grid_of(&here->event);
    int64_t col = fl_cursor_place(view, here).col + by;
    if (from_start)
        col = 0;
    if (to_end)
        col = grid.cols - 1;
    view->cursor[grid.col_dim] = clamp(col, 0, grid.cols - 1);
}

static void move_rank(fl_view *view, fl_verb verb, int64_t by) {
    const fl_captured *here = fl_here(view);
    if (!here)
        return;
    if (verb == FL_VERB_left || verb == FL_VERB_right) {
        move_rows(view, by);
        return;
    }
    fl_place place = fl_cursor_place(view, here);
    const fl_ranking *ranking = fl_ranking_here(view, here->event.index, place.row);
    view->rank = clamp(view->rank + by, 0, ranking->count > 0 ? ranking->count - 1 : 0);
}

static void follow_largest(fl_view *view) {
    const fl_captured *here = fl_here(view);
    fl_grid grid = here ? fl_grid_of(&here->event) : (fl_grid){0};
    if (grid.col_dim != FL_DIM_NONE)
        view->cursor[grid.col_dim] = -1;
    view->rank = 0;
}

int64_t fl_rows_of(fl_verb verb, int64_t count) {
    switch (verb) {
    case FL_VERB_up:
        return -count;
    case FL_VERB_down:
        return count;
    case FL_VERB_page_up:
        return -10;
    case FL_VERB_page_down:
        return 10;
    case FL_VERB_first:
        return INT32_MIN;
    case FL_VERB_last:
        return INT32_MAX;
    default:
        return 0;
    }
}

static void move_page(fl_view *view, fl_verb verb, int64_t count) {
    const fl_page_info *page = fl_page_get_info(view->page);
    int64_t by = fl_rows_of(verb, count);
    if (page->move)
        page->move(view, verb, count);
    else if (page->items)
        view->pick =
            (int)clamp(view->pick + by, 0, page->items(view) > 0 ? page->items(view) - 1 : 0);
    else
        view->page_scroll =
            (int)clamp(view->page_scroll + by, 0, view->page_lines > 0 ? view->page_lines - 1 : 0);
}

static void move_cell(fl_view *view, fl_verb verb, int64_t count) {
    const fl_captured *here = fl_here(view);
    if (!here)
        return;
    int64_t rows = fl_rows_of(verb, count);
    bool sideways = verb == FL_VERB_left || verb == FL_VERB_right;
    if (fl_cursor_kind(&here->event) == FL_KIND_RANKED)
        move_rank(view, verb, sideways ? (verb == FL_VERB_left ? -count : count) : rows);
    else if (sideways)
        move_cols(view, verb == FL_VERB_left ? -count : count, false, false);
    else if (verb == FL_VERB_first || verb == FL_VERB_last)
        move_cols(view, 0, verb == FL_VERB_first, verb == FL_VERB_last);
    else
        move_rows(view, rows);
}

void fl_cursor_over_cells(fl_view *view, fl_verb verb, int64_t count) {
    if (verb == FL_VERB_largest)
        follow_largest(view);
    else
        move_cell(view, verb, count);
}

void fl_cursor_move(fl_view *view, fl_verb verb, int64_t count) {
    if (view->page != FL_PAGE_NONE)
        move_page(view, verb, count);
    else if (verb == FL_VERB_largest)
        follow_largest(view);
    else if (view->pane == FL_PANE_VALUE && verb != FL_VERB_left && verb != FL_VERB_right &&
             fl_way_lists(view))
        fl_way_move(view, fl_rows_of(verb, count));
    else if (view->pane == FL_PANE_PROGRAM && verb != FL_VERB_left && verb != FL_VERB_right)
        fl_program_move(view, fl_rows_of(verb, count));
    else
        move_cell(view, verb, count);
}

#define MOVE(id)                                                                                   \
    bool fl_do_##id(fl_view *view, int64_t count, const char *text) {                              \
        (void)text;                                                                                \
        fl_cursor_move(view, FL_VERB_##id, count);                                                 \
        return true;                                                                               \
    }
MOVE(up)
MOVE(down)
MOVE(left)
MOVE(right)
MOVE(page_up)
MOVE(page_down)
MOVE(first)
MOVE(last)
MOVE(largest)
#undef MOVE

static bool zoom(fl_view *view, fl_verb verb, int64_t by) {
    if (view->page != FL_PAGE_NONE) {
        fl_cursor_move(view, verb, 1);
        return true;
    }
    int zoomed = view->zoom + (by > 0 ? 1 : -1);
    if (zoomed <= FL_ZOOM_MOST && zoomed >= -FL_ZOOM_MOST)
        view->zoom = zoomed;
    return true;
}
FL_FORTH_AND_BACK(zoom_in, zoom_out, zoom)

int64_t fl_hiding_window(const fl_tensor *tensor, const int64_t index[FL_MAX_DIMS]) {
    int64_t first, seen;
    if (!tensor->mask.causal)
        return 0;
    fl_mask_range(&tensor->mask, index[tensor->n_dims - 2], &first, &seen);
    return index[tensor->n_dims - 1] < first ? tensor->mask.window : 0;
}
