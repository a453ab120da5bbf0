/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
#include "view/pair.h"

#include "base/diag.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what to compare with ---- */

static const fl_step *step_here(fl_view *view, fl_pass *pass) {
    *pass = fl_here_pass(view);
    return fl_plan_step(pass->plan, view->at - pass->first);
}

static int64_t in_layer(fl_view *view, fl_pair *pair) {
    fl_pass pass;
    const fl_step *step = step_here(view, &pass);
    int64_t layer = view->beside.layer >= 0 ? view->beside.layer : step->layer - 1;
    if (step->layer < 0)
        snprintf(pair->why, sizeof pair->why,
                 "%s belongs to the whole pass, not to a layer: there is no layer before",
                 fl_stage_get_info(step->stage)->id);
    else if (layer < 0)
        snprintf(pair->why, sizeof pair->why, "layer 0 is the first: there is none before it");
    else if (layer == step->layer)
        snprintf(pair->why, sizeof pair->why, "this is layer %" PRId64 " itself: go to another",
                 layer);
    if (pair->why[0])
        return -1;
    snprintf(pair->left.title, sizeof pair->left.title, "layer %" PRId64, layer);
    snprintf(pair->right.title, sizeof pair->right.title, "layer %" PRId32 ", shown", step->layer);
    int64_t found = pass.first + fl_plan_find(pass.plan, step->stage, (int32_t)layer, step->head);
    if (found < view->source.computed(view->source.ctx))
        return found;
    snprintf(pair->why, sizeof pair->why,
             "layer %" PRId64 " has not been computed yet: goto %s layer %" PRId64
             " first, then beside layer %" PRId32,
             layer, fl_stage_get_info(step->stage)->id, layer, step->layer);
    return -1;
}

static int64_t in_pass_before(fl_view *view, fl_pair *pair) {
    fl_pass pass, before;
    const fl_step *step = step_here(view, &pass);
    if (pass.first == 0 || !view->source.pass_of(view->source.ctx, pass.first - 1, &before)) {
        snprintf(pair->why, sizeof pair->why, "this is the first pass: there is none before it");
        return -1;
    }
    int64_t i = fl_plan_find(before.plan, step->stage, step->layer, step->head);
    if (i < 0)
        snprintf(pair->why, sizeof pair->why, "the pass before has no %s",
                 fl_stage_get_info(step->stage)->id);
    snprintf(pair->left.title, sizeof pair->left.title, "pass %" PRId32, before.index);
    snprintf(pair->right.title, sizeof pair->right.title, "pass %" PRId32 ", shown", pass.index);
    return i < 0 ? -1 : before.first + i;
}

int64_t fl_pair_in_other(fl_view *view) {
    fl_pass pass, other;
    const fl_source *source = &view->beside.other;
    const fl_step *step = step_here(view, &pass);
    int64_t first = 0;
    do {
        if (!source->pass_of(source->ctx, first, &other))
            return -2;
        first = other.first + other.count;
    } while (other.index < pass.index);
    int64_t i = fl_plan_find(other.plan, step->stage, step->layer, step->head);
    return i < 0 ? -1 : other.first + i;
}

static int64_t in_other_prompt(fl_view *view, fl_pair *pair) {
    const fl_source *source = &view->beside.other;
    if (!source->get) {
        snprintf(pair->why, sizeof pair->why, "no other prompt runs: beside prompt TEXT");
        return -1;
    }
    int64_t event = fl_pair_in_other(view);
    snprintf(pair->left.title, sizeof pair->left.title, "\"%s\"", view->beside.prompt);
    snprintf(pair->right.title, sizeof pair->right.title, "the run shown");
    if (event == -1)
        snprintf(pair->why, sizeof pair->why, "that pass of the other prompt has no such stage");
    else if (event < 0 || event >= source->computed(source->ctx))
        snprintf(pair->why, sizeof pair->why,
                 "the other prompt's run has not come so far: it has ended, or was stopped");
    return pair->why[0] ? -1 : event;
}

/* ---- copies ---- */

/* Of a step to the next band, row or column, in a copy that is packed. */
static void find_strides(fl_side *side) {
    const fl_tensor *tensor = &side->captured.event.tensor;
    side->plain = tensor->dtype == FL_DTYPE_F32 && !tensor->mask.causal;
    for (int way = 0; way < 3; way++) {
        int64_t from[FL_MAX_DIMS] = {0}, to[FL_MAX_DIMS] = {0}, step = 1;
        fl_grid_index(&side->captured.event, 0, 0, 0, from);
        fl_grid_index(&side->captured.event, way == 0, way == 1, way == 2, to);
        side->strides[way] = 0;
        for (int i = tensor->n_dims - 1; i >= 0; step *= tensor->shape[i--])
            side->strides[way] += (to[i] - from[i]) * step;
    }
}

static bool copy(fl_side *side, const fl_captured *captured) {
    if (!captured)
        return false;
    const fl_tensor *tensor = &captured->event.tensor;
    size_t cell = tensor->dtype == FL_DTYPE_F16 ? 2 : 4;
    side->captured = *captured;
    side->values = malloc((size_t)fl_tensor_count(tensor) * cell);
    if (!side->values)
        return false;
    fl_tensor_pack(tensor, side->values);
    side->captured.event.tensor =
        fl_tensor_dense(side->values, tensor->dtype, tensor->n_dims, tensor->shape, tensor->axes);
    side->captured.event.tensor.mask = tensor->mask;
    side->grid = fl_grid_of(&side->captured.event);
    find_strides(side);
    return true;
}

static const fl_captured *get_left(fl_view *view, int64_t event) {
    fl_diag diag;
    fl_diag_init(&diag, NULL);
    const fl_source *other = &view->beside.other;
    return view->beside.kind == FL_BESIDE_PROMPT ? other->get(other->ctx, event, &diag)
                                                 : fl_event_at(view, event);
}

void fl_pair_forget(fl_view *view) {
    fl_kept_pair *kept = view->beside.kept;
    if (kept) {
        free(kept->sides[FL_LEFT].values);
        free(kept->sides[FL_RIGHT].values);
        for (int i = 0; i < 3; i++)
            fl_glyphs_forget(&kept->glyphs[i]);
    }
    free(kept);
    view->beside.kept = NULL;
}

/* Copies the two, unless that has been done: one of them may have to be computed again. */
static bool keep(fl_view *view, int64_t left) {
    fl_kept_pair *kept = view->beside.kept;
    fl_beside_kind kind = view->beside.kind;
    if (kept && kept->kind == kind && kept->events[0] == left && kept->events[1] == view->at)
        return true;
    fl_pair_forget(view);
    kept = view->beside.kept = calloc(1, sizeof *kept);
    if (!kept)
        return false;
    *kept = (fl_kept_pair){.kind = kind, .events = {left, view->at}, .scaled = -1, .ranked = -1};
    if (copy(&kept->sides[FL_LEFT], get_left(view, left)) &&
        copy(&kept->sides[FL_RIGHT], fl_here(view)))
        return true;
    fl_pair_forget(view);
    return false;
}

/* The title is the pair's own. */
static void take(fl_side *side, const fl_side *kept) {
    side->captured = kept->captured;
    side->values = kept->values;
    side->grid = kept->grid;
    side->plain = kept->plain;
    memcpy(side->strides, kept->strides, sizeof side->strides);
}

/* ---- which row meets which ---- */

static int64_t shared_rows(const fl_pair *pair, int64_t shift) {
    int64_t from = shift < 0 ? -shift : 0, end = pair->left.grid.rows - shift;
    end = end < pair->right.grid.rows ? end : pair->right.grid.rows;
    return end > from ? end - from : 0;
}

static void align(fl_pair *pair) {
    const fl_event *left = &pair->left.captured.event, *right = &pair->right.captured.event;
    fl_dim dim = pair->right.grid.row_dim;
    pair->shift = fl_position_of(right, dim, 0) - fl_position_of(left, dim, 0);
    pair->shared = shared_rows(pair, pair->shift);
    pair->last_rows = pair->shared == 0;
    if (!pair->last_rows)
        return;
    pair->shift = pair->left.grid.rows - pair->right.grid.rows;
    pair->shared = 1;
}

void fl_pair_of(fl_view *view, fl_pair *pair) {
    *pair = (fl_pair){.view = view};
    int64_t event = view->beside.kind == FL_BESIDE_LAYER  ? in_layer(view, pair)
                    : view->beside.kind == FL_BESIDE_PASS ? in_pass_before(view, pair)
                                                          : in_other_prompt(view, pair);
    if (pair->why[0])
        return;
    if (!keep(view, event)) {
        snprintf(pair->why, sizeof pair->why, "the two cannot be had at once");
        return;
    }
    pair->kept = view->beside.kept;
    take(&pair->left, &pair->kept->sides[FL_LEFT]);
    take(&pair->right, &pair->kept->sides[FL_RIGHT]);
    align(pair);
    pair->cursor = fl_cursor_place(view, &pair->right.captured);
}

/* ---- cells ---- */

static bool side_at(const fl_side *side, int64_t band, int64_t row, int64_t col, double *out) {
    int64_t index[FL_MAX_DIMS];
    const fl_tensor *tensor = &side->captured.event.tensor;
    if (row < 0 || row >= side->grid.rows || col >= side->grid.cols)
        return false;
    if (side->plain) {
        const float *values = side->values;
        *out = (double)
            values[band * side->strides[0] + row * side->strides[1] + col * side->strides[2]];
        return true;
    }
    fl_grid_index(&side->captured.event, band, row, col, index);
    if (tensor->mask.causal && fl_tensor_masked(tensor, index))
        return false;
    *out = fl_tensor_at(tensor, index);
    return true;
}

bool fl_pair_at(const fl_pair *pair, fl_which which, int64_t band, int64_t row, int64_t col,
                double *out) {
    double left = 0, right = 0;
    bool met = !pair->last_rows || row == pair->right.grid.rows - 1;
    bool has_right = which != FL_LEFT && side_at(&pair->right, band, row, col, &right);
    bool has_left =
        which != FL_RIGHT && met && side_at(&pair->left, band, row + pair->shift, col, &left);
    *out = which == FL_LEFT ? left : right - left;
    return which == FL_LEFT ? has_left : which == FL_RIGHT ? has_right : has_left && has_right;
}

static void note(fl_apart *out, int64_t band, int64_t row, int64_t col, double value) {
    int at = out->n;
    while (at > 0 && fabs(value) > fabs(out->largest[at - 1].value))
        at--;
    if (at == FL_APART || value == 0)
        return;
    out->n += out->n < FL_APART;
    for (int i = out->n - 1; i > at; i--)
        out->largest[i] = out->largest[i - 1];
    out->largest[at].band = band;
    out->largest[at].row = row;
    out->largest[at].col = col;
    out->largest[at].value = value;
}

static void find_apart(const fl_pair *pair, fl_apart *out) {
    const fl_grid *grid = &pair->right.grid;
    double squares = 0, value;
    *out = (fl_apart){0};
    for (int64_t band = 0; band < grid->bands; band++)
        for (int64_t row = 0; row < grid->rows; row++)
            for (int64_t col = 0; col < grid->cols; col++) {
                if (!fl_pair_at(pair, FL_DIFFERENCE, band, row, col, &value) || !isfinite(value))
                    continue;
                out->cells++;
                squares += value * value;
                note(out, band, row, col, value);
            }
    out->rms = out->cells > 0 ? sqrt(squares / (double)out->cells) : NAN;
}

void fl_pair_apart(const fl_pair *pair, fl_apart *out) {
    if (!pair->kept->has_apart)
        find_apart(pair, &pair->kept->apart);
    pair->kept->has_apart = true;
    *out = pair->kept->apart;
}

double fl_pair_cosine(const fl_pair *pair, int64_t band, int64_t row) {
    double a, b, product = 0, left = 0, right = 0;
    for (int64_t col = 0; col < pair->right.grid.cols; col++) {
        if (!fl_pair_at(pair, FL_LEFT, band, row, col, &a) ||
            !fl_pair_at(pair, FL_RIGHT, band, row, col, &b))
            continue;
        product += a * b;
        left += a * a;
        right += b * b;
    }
    return left > 0 && right > 0 ? product / sqrt(left * right) : NAN;
}
