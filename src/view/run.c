/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Questions about the run: events, cells, tokens, and the digest of the event shown. Every event is
 * got from the source anew, because a pointer lives only until the next one is asked for.
 */
#include "view/state.h"

#include "base/diag.h"
#include "kernels/kernels.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(FL_PATCHES <= 64, "a patch has a bit of `modified`");

void fl_note_modified(fl_view *view, const fl_event *event) {
    const fl_view_model *model = &view->options.model;
    view->shows_modified = view->shows_modified || event->modified;
    for (size_t i = 0; event->modified && i < model->n_patches; i++)
        if (!(view->modified >> i & 1) && fl_patch_reaches(&model->patches[i], event))
            view->modified |= (uint64_t)1 << i;
}

const fl_captured *fl_event_at(fl_view *view, int64_t index) {
    fl_diag diag;
    fl_diag_init(&diag, NULL);
    const fl_captured *event = view->source.get(view->source.ctx, index, &diag);
    if (!event && diag.status != FL_DONE && diag.status != FL_OK)
        fl_say(view, "%s", diag.message);
    if (event)
        fl_note_modified(view, &event->event);
    return event;
}

const fl_captured *fl_here(fl_view *view) {
    return fl_event_at(view, view->at);
}

fl_pass fl_here_pass(fl_view *view) {
    fl_pass pass = {0};
    view->source.pass_of(view->source.ctx, view->at, &pass);
    return pass;
}

bool fl_pass_at(const fl_view *view, int64_t index, fl_pass *pass) {
    return index >= 0 && view->source.pass_of(view->source.ctx, index, pass);
}

int64_t fl_find_before(fl_view *view, fl_stage stage, int32_t layer, int32_t head) {
    fl_pass pass = fl_here_pass(view);
    int64_t step = pass.plan ? fl_plan_find(pass.plan, stage, layer, head) : -1;
    return step >= 0 && pass.first + step <= view->at ? pass.first + step : -1;
}

double fl_value(fl_view *view, int64_t event, const int64_t index[FL_MAX_DIMS]) {
    const fl_captured *captured = event >= 0 ? fl_event_at(view, event) : NULL;
    if (!captured)
        return NAN;
    const fl_tensor *tensor = &captured->event.tensor;
    for (int i = 0; i < tensor->n_dims; i++)
        if (index[i] < 0 || index[i] >= tensor->shape[i])
            return NAN;
    return fl_tensor_at(tensor, index);
}

int64_t fl_row_values(const fl_tensor *tensor, const int64_t index[FL_MAX_DIMS], double **out) {
    int64_t count = tensor->shape[tensor->n_dims - 1];
    int64_t at[FL_MAX_DIMS];
    memcpy(at, index, sizeof at);
    *out = malloc((size_t)count * sizeof **out);
    if (!*out)
        return 0;
    for (int64_t i = 0; i < count; i++) {
        at[tensor->n_dims - 1] = i;
        (*out)[i] = fl_tensor_at(tensor, at);
    }
    return count;
}

const char *fl_token_at(fl_view *view, char *out, size_t size, int64_t position) {
    size_t n_tokens, n_prompt;
    const int32_t *tokens = view->source.tokens(view->source.ctx, &n_tokens, &n_prompt);
    if (position < 0 || (size_t)position >= n_tokens)
        snprintf(out, size, "?");
    else
        fl_piece_show(out, size, &view->options.model.pieces, tokens[position]);
    return out;
}

int64_t fl_position_of(const fl_event *event, fl_dim dim, int64_t row) {
    if (dim == FL_DIM_S)
        return row;
    if (event->stage == FL_STAGE_next_token)
        return event->past + event->new_tokens;
    int64_t rows_left_out = dim == FL_DIM_R ? event->new_tokens - event->tensor.shape[1] : 0;
    return event->past + rows_left_out + row;
}

bool fl_weight_row(const fl_weight *weight, int64_t row, float *out) {
    if (!weight || !weight->data || !fl_weight_readable(weight))
        return false;
    int64_t n = weight->n_dims == 2 ? weight->shape[1] : weight->shape[0];
    int64_t rows = weight->n_dims == 2 ? weight->shape[0] : 1;
    if (weight->n_dims == 2 && (row < 0 || row >= weight->shape[0]))
        return false;
    const fl_matrix w = {
        weight->dtype, weight->data, rows, n, fl_dtype_row_bytes(weight->dtype, (uint64_t)n),
        weight->group};
    fl_matrix_cells(&w, fl_dequantise, weight->n_dims == 2 ? row : 0, 0, n, out);
    return true;
}

const char *fl_meaning_here(fl_view *view) {
    const fl_event *event = &fl_here(view)->event;
    if (event->stage == FL_STAGE_tokens && event->phase == FL_DECODE)
        return "the token that the model chose last, by its number in the vocabulary: now it is "
               "read in its turn";
    return fl_stage_get_info(event->stage)->meaning;
}

const char *fl_formula_here(fl_view *view) {
    const fl_event *event = &fl_here(view)->event;
    if (event->stage == FL_STAGE_tokens && event->phase == FL_DECODE)
        return "tokens = [next_token of the pass before]";
    return fl_stage_get_info(event->stage)->formula;
}

/* ---- the digest: histogram and extremes ---- */

static void note_extreme(fl_digest *digest, const int64_t *index, double value) {
    int at = digest->n_extremes;
    while (at > 0 && fabs(value) > fabs(digest->extremes[at - 1].value))
        at--;
    if (at == FL_EXTREMES)
        return;
    if (digest->n_extremes < FL_EXTREMES)
        digest->n_extremes++;
    for (int i = digest->n_extremes - 1; i > at; i--)
        digest->extremes[i] = digest->extremes[i - 1];
    memcpy(digest->extremes[at].index, index, sizeof digest->extremes[at].index);
    digest->extremes[at].value = value;
}

static void survey(fl_digest *digest, const fl_captured *captured) {
    const fl_tensor *tensor = &captured->event.tensor;
    const fl_stats *stats = &captured->stats;
    double span = stats->max - stats->min;
    int64_t index[FL_MAX_DIMS] = {0};
    memset(digest->bins, 0, sizeof digest->bins);
    digest->n_extremes = 0;
    if (tensor->dtype == FL_DTYPE_I32)
        return;
    do {
        double x = fl_tensor_at(tensor, index);
        if (!isfinite(x) || (tensor->mask.causal && fl_tensor_masked(tensor, index)))
            continue;
        int bin = span > 0 ? (int)((x - stats->min) / span * FL_BINS) : 0;
        digest->bins[bin < FL_BINS ? bin : FL_BINS - 1]++;
        if (digest->n_extremes < FL_EXTREMES ||
            fabs(x) > fabs(digest->extremes[FL_EXTREMES - 1].value))
            note_extreme(digest, index, x);
    } while (fl_tensor_next(tensor, index));
}

const fl_digest *fl_digest_here(fl_view *view) {
    fl_digest *digest = &view->digest;
    if (digest->event == view->at)
        return digest;
    const fl_captured *captured = fl_here(view);
    if (!captured)
        return digest;
    bool shows_modified = view->shows_modified;
    uint64_t modified = view->modified; /* a scale looks at events that are not shown */
    survey(digest, captured);
    fl_find_scale(view, captured->event.stage, digest);
    view->shows_modified = shows_modified;
    view->modified = modified;
    digest->event = view->at;
    return digest;
}

/* ---- the best pieces of a row ---- */

const fl_ranking *fl_ranking_here(fl_view *view, int64_t event, int64_t row) {
    fl_ranking *ranking = &view->ranking;
    if (ranking->event == event && ranking->row == row)
        return ranking;
    const fl_captured *captured = fl_event_at(view, event);
    ranking->count = 0;
    ranking->event = event;
    ranking->row = row;
    if (!captured)
        return ranking;
    int64_t index[FL_MAX_DIMS] = {0, row, 0};
    ranking->count = fl_top(&captured->event.tensor, index, FL_RANKS, ranking->best);
    return ranking;
}

double *fl_event_row(fl_view *view, int64_t event, int64_t band, int64_t row, int64_t *count) {
    const fl_captured *captured = event >= 0 ? fl_event_at(view, event) : NULL;
    double *values = NULL;
    *count = 0;
    if (!captured)
        return NULL;
    int64_t index[FL_MAX_DIMS] = {0, row, 0};
    if (captured->event.tensor.n_dims == 4) {
        index[1] = band;
        index[2] = row;
    }
    *count = fl_row_values(&captured->event.tensor, index, &values);
    return values;
}
