/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
#include "view/goto.h"

#include "view/cursor.h"

#include <inttypes.h>
#include <string.h>

bool fl_cell_in_front(const fl_words *words) {
    return (words->word[0] >= '0' && words->word[0] <= '9') || strcmp(words->word, "token") == 0;
}

bool fl_cell_take(fl_words *words, fl_cell *out) {
    *out = (fl_cell){0};
    if (strcmp(words->word, "token") == 0) {
        out->piece = words->rest + strspn(words->rest, " \t");
        if (!*out->piece) {
            fl_words_take(words, "token");
            words->expected = "a piece or its id";
            return false;
        }
        *words = (fl_words){.rest = ""};
        return true;
    }
    while (words->word[0] && out->n < FL_MAX_DIMS)
        if (!fl_words_whole(words, &out->at[out->n++], "a number of the cell"))
            return false;
    return true;
}

/* What an event of the step has beside its numbers, without computing it. */
static fl_event sketch(const fl_pass *pass, const fl_step *step) {
    const fl_stage_info *info = fl_stage_get_info(step->stage);
    fl_event event = {.stage = step->stage,
                      .layer = step->layer,
                      .head = step->head,
                      .past = pass->dims.P,
                      .new_tokens = pass->dims.T};
    event.tensor.n_dims = fl_stage_shape(step->stage, &pass->dims, event.tensor.shape);
    memcpy(event.tensor.axes, info->axes, sizeof event.tensor.axes);
    return event;
}

static bool find_piece(fl_view *view, const fl_cell *cell, const fl_event *event,
                       int64_t index[FL_MAX_DIMS]) {
    bool whole;
    int64_t row = view->cursor[FL_DIM_R], rows = event->tensor.shape[1];
    if (fl_cursor_kind(event) != FL_KIND_RANKED) {
        fl_say(view, "%s has no number for each piece; goto logits token %.60s, or probs",
               fl_stage_get_info(event->stage)->id, cell->piece);
        return false;
    }
    int32_t id = fl_piece_asked(view, cell->piece, &whole);
    if (id < 0 || !whole) {
        fl_say(view,
               "no piece of the vocabulary is %.60s: expected its text, or an id from 0 to "
               "%" PRId64,
               cell->piece, view->options.model.hparams->vocab_size - 1);
        return false;
    }
    fl_grid_index(event, 0, row < 0 || row >= rows ? rows - 1 : row, id, index);
    return true;
}

static void say_range(fl_view *view, const fl_event *event, const fl_grid *grid) {
    int64_t first = fl_position_of(event, grid->row_dim, 0);
    const char *id = fl_stage_get_info(event->stage)->id;
    if (event->tensor.n_dims == 2 || grid->cols == 1)
        fl_say(view, "%s has rows %" PRId64 " to %" PRId64 " here, as in: goto %s %" PRId64, id,
               first, first + grid->rows - 1, id, first);
    else
        fl_say(view,
               "%s has rows %" PRId64 " to %" PRId64 " and columns 0 to %" PRId64
               " here, as in: goto %s %" PRId64 ",0",
               id, first, first + grid->rows - 1, grid->cols - 1, id, first);
}

/* All numbers are written, the batch first: as the screen shows an index. */
static void take_index(const fl_cell *cell, int64_t index[FL_MAX_DIMS]) {
    memcpy(index, cell->at, sizeof cell->at);
}

/* Row and column as the screen labels them; a row alone where there is one number a row. */
static void take_labels(const fl_view *view, const fl_cell *cell, const fl_event *event,
                        const fl_grid *grid, int64_t index[FL_MAX_DIMS]) {
    int64_t row = cell->at[0] - fl_position_of(event, grid->row_dim, 0);
    int64_t band = event->tensor.n_dims == 4 ? fl_band_of(view, grid) : 0;
    fl_grid_index(event, band, row, cell->n > 1 ? cell->at[1] : 0, index);
}

bool fl_cell_find(fl_view *view, const fl_cell *cell, const fl_pass *pass, const fl_step *step,
                  int64_t index[FL_MAX_DIMS]) {
    const fl_event event = sketch(pass, step);
    const fl_grid grid = fl_grid_of(&event);
    if (cell->piece)
        return find_piece(view, cell, &event, index);
    int n_dims = event.tensor.n_dims;
    bool whole = cell->n == n_dims && n_dims > 1;
    bool labels = cell->n == 2 ? n_dims > 2 : cell->n == 1 && grid.cols == 1;
    if (whole)
        take_index(cell, index);
    else if (labels)
        take_labels(view, cell, &event, &grid, index);
    bool inside = whole || labels;
    for (int i = 0; i < n_dims && inside; i++)
        inside = index[i] >= 0 && index[i] < event.tensor.shape[i];
    if (!inside)
        say_range(view, &event, &grid);
    return inside;
}

void fl_cell_stand(fl_view *view, const int64_t index[FL_MAX_DIMS]) {
    const fl_captured *here = fl_here(view);
    if (!here)
        return;
    int last = here->event.tensor.n_dims - 1;
    bool ranked = fl_cursor_kind(&here->event) == FL_KIND_RANKED;
    int64_t row = last == 1 ? index[1] : index[last - 1], id = index[last];
    fl_cursor_set(view, last == 3 ? index[1] : 0, row,
                  last == 1 ? 0 : id % fl_grid_of(&here->event).cols);
    const fl_ranking *ranking = ranked ? fl_ranking_here(view, view->at, row) : NULL;
    for (int i = 0; ranking && i < ranking->count; i++)
        if (ranking->best[i].id == id)
            view->rank = i;
}
