/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What full colour stands for. One loud token (the start mark mostly is) must not make all others
 * look like nothing, so the scale is twice the magnitude of the row in the middle; cells that
 * go beyond it have a glyph that says so. It holds for a stage in all layers, or as the reader
 * wants it for the tensor shown alone; steps are those of a logarithm or even.
 */
#include "view/value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

double fl_usual_of(double *sizes, int n) {
    int some = 0;
    for (int i = 0; i < n; i++)
        if (sizes[i] > 0) /* a row without numbers says nothing of their size */
            sizes[some++] = sizes[i];
    qsort(sizes, (size_t)some, sizeof sizes[0], descending);
    return some > 0 ? sizes[some / 2] : 0;
}

/* What is usual among the rows. Long events are judged by a sample of their rows. */
static double usual_magnitude(const fl_tensor *tensor) {
    double sizes[FL_SAMPLED_ROWS];
    int64_t rows = 1, index[FL_MAX_DIMS] = {0};
    for (int i = 0; i < tensor->n_dims - 1; i++)
        rows *= tensor->shape[i];
    int n = rows < FL_SAMPLED_ROWS ? (int)rows : FL_SAMPLED_ROWS;
    for (int i = 0; i < n; i++) {
        index_of_row(tensor, i * rows / n, index);
        sizes[i] = row_magnitude(tensor, index);
    }
    return fl_usual_of(sizes, n);
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

static bool is_share(fl_stage stage) {
    return stage == FL_STAGE_attn_probs || stage == FL_STAGE_probs;
}

/* Twice what is usual is not unusual yet. */
static void take_in(fl_view *view, int64_t event, fl_digest *digest) {
    const fl_captured *captured = fl_event_at(view, event);
    if (!captured || captured->stats.finite == 0)
        return;
    double largest = fmax(fabs(captured->stats.min), fabs(captured->stats.max));
    digest->scale = is_share(captured->event.stage)
                        ? largest
                        : fmax(digest->scale, 2 * usual_of(view, event, &captured->event.tensor));
    digest->largest = fmax(digest->largest, largest);
}

/* Over layers and heads of this pass, as far as it has come. Shares, cosines and sines go to 1. */
void fl_find_scale(fl_view *view, fl_stage stage, fl_digest *digest) {
    fl_pass pass = fl_here_pass(view);
    bool ones = is_share(stage) || stage == FL_STAGE_rope_cos || stage == FL_STAGE_rope_sin;
    digest->scale = digest->largest = ones && !view->looking.alone;
    for (int64_t i = pass.first; i <= view->at && !ones && !view->looking.alone; i++)
        if (fl_plan_step(pass.plan, i - pass.first)->stage == stage)
            take_in(view, i, digest);
    if (view->looking.alone)
        take_in(view, view->at, digest);
    digest->scale = fmin(digest->scale, digest->largest);
}

void fl_forget_scale(fl_view *view) {
    free(view->usual);
    view->usual = NULL;
    view->n_usual = 0;
}

fl_ramp fl_ramp_here(const fl_view *view, fl_stage stage) {
    fl_curve curve = view->looking.curve;
    if (is_share(stage))
        return curve == FL_CURVE_LOG ? FL_RAMP_SHARE_LOG : FL_RAMP_SHARE;
    return curve == FL_CURVE_LINEAR ? FL_RAMP_SIGNED_LINEAR : FL_RAMP_SIGNED;
}

const char *fl_scale_words(const fl_view *view, const fl_shading *shading, char *out, size_t size) {
    char number[FL_NUMBER];
    const char *curve = shading->ramp == FL_RAMP_SHARE_LOG       ? "log; "
                        : shading->ramp == FL_RAMP_SIGNED_LINEAR ? "linear; "
                                                                 : "";
    if (view->looking.alone && fl_ramp_is_share(shading->ramp))
        snprintf(out, size, "%sparts of %s; ", curve, fl_short(number, shading->scale));
    else
        snprintf(out, size, "%s%s", curve, view->looking.alone ? "auto; " : "");
    return out;
}

static const char *scale_sentence(const fl_looking *looking) {
    static const char *const sentences[][2] = {
        {"colours step as is usual for the stage, alike in all layers",
         "colours step as is usual for the stage, up to the numbers of this tensor"},
        {"colours step evenly, alike in all layers",
         "colours step evenly, up to the numbers of this tensor"},
        {"colours step by half powers of ten, alike in all layers",
         "colours step by half powers of ten, up to the numbers of this tensor"}};
    return sentences[looking->curve][looking->alone];
}

bool fl_do_scale(fl_view *view, int64_t count, const char *text) {
    static const char *const curves[] = {
        [FL_CURVE_USUAL] = "usual", [FL_CURVE_LINEAR] = "linear", [FL_CURVE_LOG] = "log"};
    bool known = strcmp(text, "auto") == 0 || strcmp(text, "fixed") == 0;
    (void)count;
    if (known)
        view->looking.alone = strcmp(text, "auto") == 0;
    for (int curve = 0; curve < 3 && !known; curve++)
        if (strcmp(text, curves[curve]) == 0) {
            view->looking.curve = (fl_curve)curve;
            known = true;
        }
    view->digest.event = -1;
    fl_say(view, "%s",
           known ? scale_sentence(&view->looking)
                 : "scale takes linear, log, usual, fixed or auto");
    return known;
}
