/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Derivations of stages whose cells are sums: of products for projections, scores and mixed heads,
 * of squares for norms, of exponentials for softmax.
 */
#include "view/derive.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void name_products(fl_subject *s, const char *a, const fl_link *link, int place) {
    s->why->products = true;
    fl_side_is(s->why, 0, a, link, place);
}

/* ---- norms ---- */

void fl_why_rms(fl_subject *s) {
    fl_why *why = s->why;
    int64_t row = s->index[1], count;
    bool middle = s->event.stage == FL_STAGE_ffn_norm_rms;
    int64_t source = s->event.layer < 0 ? s->event.new_tokens - s->dims.R + row : row;
    fl_link link =
        middle ? fl_link_3(s, FL_STAGE_resid_mid, -1, source, 0) : fl_link_residual(s, source, 0);
    double *x = fl_link_row(s->view, &link, &count);
    for (int64_t j = 0; j < count; j++)
        fl_term_add(why, j, x[j], x[j], x[j] * x[j]);
    free(x);
    double eps = s->view->options.model.hparams->rms_norm_eps;
    name_products(s, fl_stage_get_info(link.stage)->id, &link, 2);
    fl_side_is(why, 1, "itself", &(fl_link){.kind = FL_LINK_NONE}, 2);
    fl_worked(why, "√(%s / %" PRId64 " + %.3g)", FL_NUM(why->sum), count, eps);
    fl_settle(why, sqrt(why->sum / (double)count + eps));
}

void fl_why_head_norm(fl_subject *s) {
    fl_why *why = s->why;
    fl_stage stage = s->event.stage == FL_STAGE_q_norm ? FL_STAGE_q : FL_STAGE_k;
    int64_t count, d = s->dims.d, first = s->index[1] * d, i = s->index[3];
    fl_link link = fl_link_3(s, stage, -1, s->index[2], first + i);
    fl_link weight = fl_link_weight(s->event.weight, 0, i);
    double *x = fl_link_row(s->view, &link, &count);
    for (int64_t j = first; j < first + d && j < count; j++)
        fl_term_add(why, j, x[j], x[j], x[j] * x[j]);
    free(x);
    double eps = s->view->options.model.hparams->rms_norm_eps;
    double rms = sqrt(why->sum / (double)d + eps);
    double value = fl_use(s, fl_stage_get_info(stage)->id, &link), w = fl_use(s, "w", &weight);
    name_products(s, fl_stage_get_info(stage)->id, &link, 2);
    fl_side_is(why, 1, "itself", &(fl_link){.kind = FL_LINK_NONE}, 2);
    fl_worked(why, "%s / %s · %s", FL_NUM(value), FL_NUM(rms), FL_NUM(w));
    fl_why_note(why, "rms = √(%s / %" PRId64 " + %.3g)", FL_NUM(why->sum), d, eps);
    fl_settle(why, value / rms * w);
}

/* ---- projections ---- */

static fl_stage input_of(fl_stage stage) {
    switch (stage) {
    case FL_STAGE_attn_out:
        return FL_STAGE_attn_concat;
    case FL_STAGE_gate:
    case FL_STAGE_up:
        return FL_STAGE_ffn_norm;
    case FL_STAGE_down:
        return FL_STAGE_swiglu;
    case FL_STAGE_logits:
        return FL_STAGE_final_norm;
    default:
        return FL_STAGE_attn_norm;
    }
}

/* What the model adds to the products, where it has a bias. */
static double use_bias(fl_subject *s, int64_t out) {
    const fl_view_model *model = &s->view->options.model;
    fl_weight_slot slot = fl_stage_get_info(s->event.stage)->bias;
    if (!model->model || slot == FL_WEIGHT_none || !fl_weight_exists(slot, model->hparams))
        return 0;
    fl_link link = fl_link_weight(fl_model_weight(model->model, slot, s->event.layer), 0, out);
    double bias = link.kind ? fl_use(s, "bias", &link) : 0;
    if (bias != 0)
        fl_why_note(s->why, "and the bias %.4g", bias);
    return bias;
}

void fl_why_matmul(fl_subject *s) {
    fl_why *why = s->why;
    int64_t count, out = s->index[2];
    fl_link input = fl_link_3(s, input_of(s->event.stage), -1, s->index[1], 0);
    fl_link weight = fl_link_weight(s->event.weight, out, 0);
    const fl_weight *w = s->event.weight;
    double *x = fl_link_row(s->view, &input, &count);
    bool fits = w && w->n_dims == 2 && w->shape[1] == count;
    float *row = fits ? malloc((size_t)count * sizeof *row) : NULL;
    if (x && row && fl_weight_row(w, out, row)) {
        for (int64_t j = 0; j < count; j++)
            fl_term_add(why, j, x[j], (double)row[j], x[j] * (double)row[j]);
        double bias = use_bias(s, out);
        fl_settle(why, (why->sum + bias) * fl_patch_factor(s));
    }
    name_products(s, fl_stage_get_info(input.stage)->id, &input, 2);
    fl_side_is(why, 1, w ? w->name : "W", &weight, 1);
    fl_worked(why, "Σ of %" PRId64 " products %s[j] · %s[%" PRId64 ", j]", count, why->names[0],
              why->names[1], out);
    free(x);
    free(row);
}

/* ---- attention ---- */

void fl_why_scores(fl_subject *s) {
    fl_why *why = s->why;
    int64_t n, m, kv = s->event.kv_head;
    fl_link query = fl_link_4(s, FL_STAGE_q_rope, s->event.head, s->index[1], 0);
    fl_link key = fl_link_4(s, FL_STAGE_k_cache, kv, s->index[2], 0);
    double *q = fl_link_row(s->view, &query, &n), *k = fl_link_row(s->view, &key, &m);
    for (int64_t i = 0; q && k && i < n && i < m; i++)
        fl_term_add(why, i, q[i], k[i], q[i] * k[i]);
    name_products(s, "q_rope", &query, 3);
    fl_side_is(why, 1, "k_cache", &key, 3);
    fl_worked(why, "%s / √%" PRId64, FL_NUM(why->sum), s->dims.d);
    if (q && k)
        fl_settle(why, why->sum / sqrt((double)s->dims.d));
    free(q);
    free(k);
}

/* Of the row of scores or logits that the link lies in; what is hidden counts for nothing. */
static void softmax(fl_subject *s, fl_link link, const char *name) {
    fl_why *why = s->why;
    int64_t count, best = 0, at = s->index[2];
    double *x = fl_link_row(s->view, &link, &count), most = -INFINITY;
    for (int64_t k = 0; k < count; k++) {
        best = x[k] > most ? k : best;
        most = x[k] > most ? x[k] : most;
    }
    for (int64_t k = 0; k < count; k++)
        if (isfinite(x[k]))
            fl_term_add(why, k, x[k], 0, exp(x[k] - most));
    why->most = most;
    double mine = at < count ? x[at] : NAN;
    free(x);
    fl_worked(why, "exp(%s − %s) / %s", FL_NUM(mine), FL_NUM(isfinite(most) ? most : NAN),
              FL_NUM(most > -INFINITY ? why->sum : NAN));
    if (count == 0)
        return;
    if (!(most > -INFINITY))
        fl_why_note(why, "all scores of this row are NaN, and so are their shares");
    fl_settle(why, exp(mine - most) / why->sum);
    fl_use(s, name, &link);
    fl_side_is(why, 0, fl_stage_get_info(link.stage)->id, &link, 2);
    link.index[2] = best;
    fl_use(s, "m", &link);
}

void fl_why_probs(fl_subject *s) {
    s->why->vocab = s->event.stage == FL_STAGE_probs;
    s->why->keys = !s->why->vocab;
    if (s->why->vocab)
        softmax(s, fl_link_3(s, FL_STAGE_logits, -1, s->index[1], s->index[2]), "logit[v]");
    else
        softmax(s, fl_link_3(s, FL_STAGE_attn_scores, s->event.head, s->index[1], s->index[2]),
                "s[t,k]");
}

void fl_why_mix(fl_subject *s) {
    fl_why *why = s->why;
    const fl_mask mask = {true, s->event.past,
                          fl_layer_window(s->view->options.model.hparams, s->event.layer)};
    int64_t count, first, seen;
    fl_link probs = fl_link_3(s, FL_STAGE_attn_probs, s->event.head, s->index[1], 0);
    fl_link values = fl_link_4(s, FL_STAGE_v_cache, s->event.kv_head, 0, s->index[2]);
    double *p = fl_link_row(s->view, &probs, &count);
    fl_mask_range(&mask, s->index[1], &first, &seen);
    for (int64_t k = first; k < seen && k < count; k++) {
        values.index[2] = k;
        double v = fl_link_value(s->view, &values);
        fl_term_add(why, k, p[k], v, p[k] * v);
    }
    free(p);
    name_products(s, "attn_probs", &probs, 2);
    fl_side_is(why, 1, "v_cache", &values, 2);
    why->keys = true;
    fl_worked(why, "Σ over %" PRId64 " positions of share · value", why->all_terms);
    if (count > 0)
        fl_settle(why, why->sum * fl_patch_factor(s));
}
