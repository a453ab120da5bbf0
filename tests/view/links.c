/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
#include "test.h"

#include "view/links.h"

#include <math.h>

static const char *id_of(const fl_why *why) {
    return fl_stage_get_info(why->stage)->id;
}

static double scale_here(fl_view *view) {
    const fl_stats *stats = &fl_here(view)->stats;
    return fmax(fabs(stats->min), fabs(stats->max));
}

static void assert_terms_add_up(const fl_why *why) {
    double sum = why->rest;
    for (int i = 0; i < why->n_terms; i++)
        sum += why->terms[i].value;
    if (why->all_terms > 0 && fabs(sum - why->sum) > 1e-9 * fmax(1, why->sizes))
        fail_msg("%s: terms add up to %.9g, not %.9g", id_of(why), sum, why->sum);
}

bool fl_must_be_recomputed(const fl_view *view, const fl_why *why) {
    fl_pass pass = {0};
    view->source.pass_of(view->source.ctx, view->at, &pass);
    bool id = why->stage == FL_STAGE_tokens || why->stage == FL_STAGE_next_token;
    bool cache = why->stage == FL_STAGE_k_cache || why->stage == FL_STAGE_v_cache;
    return !why->masked && !id && !(cache && why->index[2] < pass.dims.P);
}

void fl_assert_recomputed(fl_view *view, double relative) {
    fl_why why;
    fl_why_of(view, &why);
    if (why.worked[0] == '\0')
        fail_msg("%s: nothing is said", id_of(&why));
    if (why.computed != fl_must_be_recomputed(view, &why))
        fail_msg("event %d %s: recomputed or not, against what is expected", (int)view->at,
                 id_of(&why));
    if (!why.computed)
        return;
    assert_terms_add_up(&why);
    if (!(fabs(why.value - why.engine) <= relative * scale_here(view)) &&
        !(isnan(why.value) && isnan(why.engine)))
        fail_msg("event %d %s: recomputed %.9g, the engine has %.9g", (int)view->at, id_of(&why),
                 why.value, why.engine);
}

static bool same(double a, double b) {
    return a == b || (isnan(a) && isnan(b));
}

static void assert_shown(fl_view *view, const fl_link *link, double value) {
    fl_why there;
    fl_why_of(view, &there);
    const char *from = fl_stage_get_info(link->stage)->id;
    assert_int_equal(view->page, FL_PAGE_why);
    if (view->at != link->event || there.stage != link->stage)
        fail_msg("a link to event %d, %s, leads to %d", (int)link->event, from, (int)view->at);
    for (int i = 0; i < FL_MAX_DIMS; i++)
        if (there.index[i] != link->index[i])
            fail_msg("a link to %s leads to another cell: index %d is %d, not %d", from, i,
                     (int)there.index[i], (int)link->index[i]);
    if (!same(there.engine, value) && !isnan(value))
        fail_msg("%s holds %.9g, the derivation used %.9g", from, there.engine, value);
}

static void assert_back(fl_view *view, int64_t at, const fl_why *why, int item, int side) {
    fl_why again;
    assert_true(fl_trail_back(view));
    fl_why_of(view, &again);
    assert_int_equal(view->at, at);
    assert_memory_equal(again.index, why->index, sizeof why->index);
    assert_int_equal(view->page, FL_PAGE_why);
    assert_int_equal(view->pick, item);
    assert_int_equal(view->trail.side, side);
}

bool fl_assert_link(fl_view *view, int item, int side) {
    fl_why why;
    int64_t at = view->at;
    fl_why_of(view, &why);
    const fl_link link = fl_why_link(&why, item, side);
    double value = link.kind ? fl_why_value(&why, item, side) : NAN;
    if (link.kind == FL_LINK_NONE)
        return false;
    if (!fl_link_follow(view, &link, item, side))
        fail_msg("%s: a link cannot be followed: %s", id_of(&why), fl_view_message(view));
    if (link.kind == FL_LINK_CELL) {
        assert_shown(view, &link, value);
        assert_back(view, at, &why, item, side);
    } else if (view->page == FL_PAGE_weight) {
        float *row = malloc((size_t)link.weight->shape[link.weight->n_dims - 1] * sizeof *row);
        assert_true(fl_weight_row(link.weight, view->weight.row, row));
        assert_true(same((double)row[view->weight.col], value));
        free(row);
        assert_back(view, at, &why, item, side);
    }
    return true;
}
