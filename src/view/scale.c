/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What full colour stands for. One loud token (the start mark mostly is) must not make all others
 * look like nothing, so the scale is twice the magnitude of the row in the middle; cells that
 * go beyond it have a glyph that says so.
 */
#include "view/state.h"

#include <math.h>
#include <stdlib.h>

enum { SAMPLED_ROWS = 64 };

/* Largest finite magnitude of the row that begins at `index`. */
static double row_magnitude(const fl_tensor *tensor, int64_t index[FL_MAX_DIMS]) {
    int last = tensor->n_dims - 1;
    double most = 0;
    for (index[last] = 0; index[last] < tensor->shape[last]; index[last]++) {
        if (tensor->mask.causal && fl_tensor_masked(tensor, index))
            continue;
        double size = fabs(fl_tensor_at(tensor, index));
        if (isfinite(size) && size > most)
            most = size;
    }
    return most;
}

/* Index of row `row` counted over all axes but the last. */
static void index_of_row(const fl_tensor *tensor, int64_t row, int64_t index[FL_MAX_DIMS]) {
    for (int i = tensor->n_dims - 2; i >= 0; i--) {
        index[i] = row % tensor->shape[i];
        row /= tensor->shape[i];
    }
}

static int descending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* The middle one of the rows' magnitudes. Long events are judged by a sample of their rows. */
static double usual_magnitude(const fl_tensor *tensor) {
    double sizes[SAMPLED_ROWS];
    int64_t rows = 1, index[FL_MAX_DIMS] = {0};
    for (int i = 0; i < tensor->n_dims - 1; i++)
        rows *= tensor->shape[i];
    int n = rows < SAMPLED_ROWS ? (int)rows : SAMPLED_ROWS;
    for (int i = 0; i < n; i++) {
        index_of_row(tensor, i * rows / n, index);
        sizes[i] = row_magnitude(tensor, index);
    }
    qsort(sizes, (size_t)n, sizeof sizes[0], descending);
    return n > 0 ? sizes[n / 2] > 0 ? sizes[n / 2] : sizes[0] : 0;
}

static bool make_room(fl_view *view, int64_t event) {
    if (event < view->n_usual)
        return true;
    int64_t room = event + event / 2 + 64;
    double *usual = realloc(view->usual, (size_t)room * sizeof *usual);
    if (!usual)
        return false;
    for (int64_t i = view->n_usual; i < room; i++)
        usual[i] = NAN;
    view->usual = usual;
    view->n_usual = room;
    return true;
}

static double usual_of(fl_view *view, int64_t event, const fl_tensor *tensor) {
    if (!make_room(view, event))
        return usual_magnitude(tensor);
    if (isnan(view->usual[event]))
        view->usual[event] = usual_magnitude(tensor);
    return view->usual[event];
}

/* Over layers and heads of this pass, as far as it has come. Shares, cosines and sines go to 1. */
void fl_find_scale(fl_view *view, fl_stage stage, fl_digest *digest) {
    digest->scale = digest->largest = 1;
    if (stage == FL_STAGE_attn_probs || stage == FL_STAGE_probs || stage == FL_STAGE_rope_cos ||
        stage == FL_STAGE_rope_sin)
        return;
    fl_pass pass = fl_here_pass(view);
    digest->scale = digest->largest = 0; /* twice what is usual is not unusual yet */
    for (int64_t i = pass.first; i <= view->at; i++) {
        if (fl_plan_step(pass.plan, i - pass.first)->stage != stage)
            continue;
        const fl_captured *other = fl_event_at(view, i);
        if (!other || other->stats.finite == 0)
            continue;
        digest->scale = fmax(digest->scale, 2 * usual_of(view, i, &other->event.tensor));
        digest->largest =
            fmax(digest->largest, fmax(fabs(other->stats.min), fabs(other->stats.max)));
    }
    digest->scale = fmin(digest->scale, digest->largest);
}

void fl_forget_scale(fl_view *view) {
    free(view->usual);
    view->usual = NULL;
    view->n_usual = 0;
}
