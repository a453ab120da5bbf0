/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Derivations, one function per kind of stage. Operands are read from the events before; a sum
 * keeps its largest terms.
 */
#include "view/why.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The event explained, copied where it would not outlive the next look at another one. */
typedef struct subject {
    fl_view *view;
    fl_why *why;
    fl_event event; /* its tensor must not be read once another event was asked for */
    const int64_t *index;
    fl_dims dims;
} subject;

/* ---- reading operands ---- */

static int64_t before(const subject *s, fl_stage stage, int32_t head) {
    bool layered = fl_stage_get_info(stage)->scope != FL_SCOPE_PASS;
    return fl_find_before(s->view, stage, layered ? s->event.layer : -1, head);
}

/* The residual stream that a layer reads: the layer before, or the embedding; for the final norm
 * the last layer. */
static int64_t residual_before(const subject *s, fl_stage *stage) {
    int32_t layer = s->event.layer < 0 ? (int32_t)s->dims.L - 1 : s->event.layer - 1;
    *stage = layer < 0 ? FL_STAGE_embed : FL_STAGE_resid_post;
    return fl_find_before(s->view, *stage, layer, -1);
}

static double cell3(const subject *s, int64_t event, int64_t row, int64_t col) {
    int64_t index[FL_MAX_DIMS] = {0, row, col};
    return fl_value(s->view, event, index);
}

static double cell4(const subject *s, int64_t event, int64_t band, int64_t row, int64_t col) {
    int64_t index[FL_MAX_DIMS] = {0, band, row, col};
    return fl_value(s->view, event, index);
}

static int64_t group(const subject *s) {
    return s->dims.H / s->dims.K;
}

/* ---- building an explanation ---- */

static void add_term(fl_why *why, int64_t j, double a, double b, double value) {
    why->all_terms++;
    why->sum += value;
    int at = why->n_terms;
    while (at > 0 && fabs(value) > fabs(why->terms[at - 1].value))
        at--;
    if (why->n_terms == FL_TERMS)
        why->rest += at == FL_TERMS ? value : why->terms[FL_TERMS - 1].value;
    if (at == FL_TERMS)
        return;
    if (why->n_terms < FL_TERMS)
        why->n_terms++;
    memmove(&why->terms[at + 1], &why->terms[at],
            (size_t)(why->n_terms - 1 - at) * sizeof why->terms[0]);
    why->terms[at] = (fl_term){j, a, b, value};
}

static void name_operands(fl_why *why, const char *a, const char *b) {
    why->products = true;
    snprintf(why->a_name, sizeof why->a_name, "%s", a);
    snprintf(why->b_name, sizeof why->b_name, "%s", b);
}

static void settle(fl_why *why, double value) {
    why->computed = !isnan(value) || isnan(why->engine);
    why->value = value;
}

static void FL_PRINTF(2, 3) worked(fl_why *why, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(why->worked, sizeof why->worked, format, args);
    va_end(args);
}

/* A number in a formula: four digits, brackets around a negative one. */
static const char *num(char out[FL_NUMBER + 2], double value) {
    char text[FL_NUMBER];
    fl_short(text, value);
    snprintf(out, FL_NUMBER + 2, value < 0 ? "(%s)" : "%s", text);
    return out;
}

#define NUM(value) num((char[FL_NUMBER + 2]){0}, (value))

/* What declared patches multiply this stage's result by. */
static double patch_factor(const subject *s) {
    const fl_view_model *model = &s->view->options.model;
    double factor = 1;
    const fl_step step = {s->event.stage, s->event.layer, s->event.head};
    for (size_t i = 0; i < model->n_patches; i++)
        factor *= fl_patch_strikes(&model->patches[i], &step) ? (double)model->patches[i].scale : 1;
    if (factor != 1)
        snprintf(s->why->note, sizeof s->why->note, "a patch then multiplies it by %.4g", factor);
    return factor;
}

/* ---- kinds ---- */

static void why_tokens(subject *s) {
    char piece[64];
    fl_token_at(s->view, piece, sizeof piece, s->event.past + s->index[1]);
    worked(s->why, "\"%s\" is piece %.0f of the vocabulary of %" PRId64, piece, s->why->engine,
           s->dims.V);
}

static void why_embed(subject *s) {
    fl_view *view = s->view;
    size_t n_tokens, n_prompt;
    const int32_t *tokens = view->source.tokens(view->source.ctx, &n_tokens, &n_prompt);
    int64_t position = s->event.past + s->index[1], id = tokens[position];
    const fl_weight *weight = s->event.weight;
    float *row = weight ? malloc((size_t)s->dims.D * sizeof *row) : NULL;
    if (row && fl_weight_row(weight, id, row))
        settle(s->why, (double)row[s->index[2]]);
    free(row);
    worked(s->why, "%s[%" PRId64 ", %" PRId64 "], the table's row for token %" PRId64,
           weight ? weight->name : "E", id, s->index[2], id);
}

static void why_rope_table(subject *s) {
    const fl_hparams *h = s->view->options.model.hparams;
    int64_t pairs = h->rotary_dim / 2, i = s->index[2] % pairs, p = s->event.past + s->index[1];
    double *theta = malloc((size_t)pairs * sizeof *theta), magnitude = 1;
    float *divisors = NULL;
    const fl_model *model = s->view->options.model.model;
    const fl_weight *w = model ? fl_model_weight(model, FL_WEIGHT_rope_freqs, -1) : NULL;
    if (w && (divisors = malloc((size_t)pairs * sizeof *divisors)) &&
        !fl_weight_row(w, 0, divisors)) {
        free(divisors);
        divisors = NULL;
    }
    if (theta) {
        fl_rope_frequencies(h, divisors, theta, &magnitude);
        bool cosine = s->event.stage == FL_STAGE_rope_cos;
        double angle = (double)p * theta[i];
        worked(s->why, "%s(%" PRId64 " · %s) = %s(%s rad), pair %" PRId64 " at position %" PRId64,
               cosine ? "cos" : "sin", p, NUM(theta[i]), cosine ? "cos" : "sin", NUM(angle), i, p);
        settle(s->why, (cosine ? cos(angle) : sin(angle)) * magnitude);
    }
    free(theta);
    free(divisors);
}

/* Row of the residual stream that a row of this stage was made from. */
static int64_t source_row(const subject *s, int64_t row) {
    return s->event.layer < 0 ? s->event.new_tokens - s->event.tensor.shape[1] + row : row;
}

static void why_rms(subject *s) {
    fl_stage stage = FL_STAGE_resid_mid;
    int64_t event = s->event.stage == FL_STAGE_ffn_norm_rms ? before(s, FL_STAGE_resid_mid, -1)
                                                            : residual_before(s, &stage);
    int64_t count;
    double *x = fl_event_row(s->view, event, 0, source_row(s, s->index[1]), &count);
    for (int64_t j = 0; j < count; j++)
        add_term(s->why, j, x[j], x[j], x[j] * x[j]);
    free(x);
    double eps = s->view->options.model.hparams->rms_norm_eps;
    name_operands(s->why, fl_stage_get_info(stage)->id, "itself");
    worked(s->why, "√(%s / %" PRId64 " + %.3g)", NUM(s->why->sum), count, eps);
    settle(s->why, sqrt(s->why->sum / (double)count + eps));
}

static void why_unit(subject *s) {
    fl_stage stage = FL_STAGE_resid_mid;
    int64_t event = s->event.stage == FL_STAGE_ffn_norm_unit ? before(s, FL_STAGE_resid_mid, -1)
                                                             : residual_before(s, &stage);
    double x = cell3(s, event, source_row(s, s->index[1]), s->index[2]);
    double rms = cell3(s, before(s, (fl_stage)(s->event.stage - 1), -1), s->index[1], 0);
    worked(s->why, "%s / %s", NUM(x), NUM(rms));
    settle(s->why, x / rms);
}

static double weight_cell(const subject *s, int64_t row, int64_t col) {
    const fl_weight *w = s->event.weight;
    double value = NAN;
    if (!w)
        return value;
    float *values = malloc((size_t)w->shape[w->n_dims - 1] * sizeof *values);
    if (values && fl_weight_row(w, row, values))
        value = (double)values[col];
    free(values);
    return value;
}

static void why_norm_weight(subject *s) {
    double u = cell3(s, before(s, (fl_stage)(s->event.stage - 1), -1), s->index[1], s->index[2]);
    double w = weight_cell(s, 0, s->index[2]);
    worked(s->why, "%s · %s", NUM(u), NUM(w));
    settle(s->why, u * w);
}

static fl_stage input_of_matmul(fl_stage stage) {
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

static double bias_of(const subject *s, int64_t out) {
    const fl_view_model *model = &s->view->options.model;
    fl_weight_slot slot = fl_stage_get_info(s->event.stage)->bias;
    const fl_weight *w = NULL;
    if (model->model && slot != FL_WEIGHT_none && fl_weight_exists(slot, model->hparams))
        w = fl_model_weight(model->model, slot, s->event.layer);
    float *values = w ? malloc((size_t)w->shape[0] * sizeof *values) : NULL;
    double bias = values && fl_weight_row(w, 0, values) ? (double)values[out] : 0;
    free(values);
    return bias;
}

static void why_matmul(subject *s) {
    fl_why *why = s->why;
    fl_stage input = input_of_matmul(s->event.stage);
    int64_t count, out = s->index[2];
    double *x = fl_event_row(s->view, before(s, input, -1), 0, s->index[1], &count);
    const fl_weight *w = s->event.weight;
    bool fits = w && w->n_dims == 2 && w->shape[1] == count;
    float *row = fits ? malloc((size_t)count * sizeof *row) : NULL;
    if (x && row && fl_weight_row(w, out, row)) {
        for (int64_t j = 0; j < count; j++)
            add_term(why, j, x[j], (double)row[j], x[j] * (double)row[j]);
        double bias = bias_of(s, out);
        if (bias != 0)
            snprintf(why->note, sizeof why->note, "and the bias %.4g", bias);
        settle(why, (why->sum + bias) * patch_factor(s));
    }
    name_operands(why, fl_stage_get_info(input)->id, w ? w->name : "W");
    worked(why, "Σ of %" PRId64 " products %s[j] · %s[%" PRId64 ", j]", count, why->a_name,
           why->b_name, out);
    free(x);
    free(row);
}

static void why_head_norm(subject *s) {
    bool query = s->event.stage == FL_STAGE_q_norm;
    int64_t count, d = s->dims.d, first = s->index[1] * d;
    double *x = fl_event_row(s->view, before(s, query ? FL_STAGE_q : FL_STAGE_k, -1), 0,
                             s->index[2], &count);
    double squares = 0;
    for (int64_t i = first; i < first + d && i < count; i++)
        squares += x[i] * x[i];
    double rms = sqrt(squares / (double)d + s->view->options.model.hparams->rms_norm_eps);
    double value = first + s->index[3] < count ? x[first + s->index[3]] : NAN;
    double w = weight_cell(s, 0, s->index[3]);
    worked(s->why, "%s / %s · %s", NUM(value), NUM(rms), NUM(w));
    settle(s->why, value / rms * w);
    free(x);
}

/* A number of a head before it was turned. */
static double unturned(const subject *s, bool query, int64_t i) {
    int64_t normed = before(s, query ? FL_STAGE_q_norm : FL_STAGE_k_norm, -1);
    if (normed >= 0)
        return cell4(s, normed, s->index[1], s->index[2], i);
    return cell3(s, before(s, query ? FL_STAGE_q : FL_STAGE_k, -1), s->index[2],
                 s->index[1] * s->dims.d + i);
}

static void why_rope(subject *s) {
    const fl_hparams *h = s->view->options.model.hparams;
    bool query = s->event.stage == FL_STAGE_q_rope, halves = h->rope_pairing == FL_ROPE_HALF;
    int64_t i = s->index[3], r = h->rotary_dim;
    if (i >= r) {
        double x = unturned(s, query, i);
        worked(s->why, "%s, as it was: only the first %" PRId64 " places are turned", NUM(x), r);
        settle(s->why, x);
        return;
    }
    int64_t pair = halves ? i % (r / 2) : i / 2;
    bool second = halves ? i >= r / 2 : i % 2 != 0;
    int64_t ia = halves ? pair : 2 * pair, ib = halves ? pair + r / 2 : 2 * pair + 1;
    double a = unturned(s, query, ia), b = unturned(s, query, ib);
    double c = cell3(s, before(s, FL_STAGE_rope_cos, -1), s->index[2], pair);
    double sine = cell3(s, before(s, FL_STAGE_rope_sin, -1), s->index[2], pair);
    worked(s->why, "%s · %s %s %s · %s", NUM(a), NUM(second ? sine : c), second ? "+" : "−", NUM(b),
           NUM(second ? c : sine));
    snprintf(s->why->note, sizeof s->why->note,
             "pair %" PRId64 ": places %" PRId64 " and %" PRId64 ", turned by %" PRId64 " · θ",
             pair, ia, ib, s->event.past + s->index[2]);
    settle(s->why, second ? a * sine + b * c : a * c - b * sine);
}

static void why_store(subject *s) {
    bool key = s->event.stage == FL_STAGE_k_cache;
    int64_t row = s->index[2] - s->event.past, h = s->index[1];
    if (row < 0) {
        worked(s->why,
               "kept from an earlier pass: this one reads it and computes only what is new");
        return;
    }
    double x = key ? cell4(s, before(s, FL_STAGE_k_rope, -1), h, row, s->index[3])
                   : cell3(s, before(s, FL_STAGE_v, -1), row, h * s->dims.d + s->index[3]);
    char piece[64];
    fl_token_at(s->view, piece, sizeof piece, s->index[2]);
    worked(s->why, "%s of \"%s\", written into slot %" PRId64, key ? "k_rope" : "v", piece,
           s->index[2]);
    settle(s->why, x);
}

static void why_scores(subject *s) {
    fl_why *why = s->why;
    int64_t n, m, kv = s->event.head / group(s);
    double *q =
        fl_event_row(s->view, before(s, FL_STAGE_q_rope, -1), s->event.head, s->index[1], &n);
    double *k = fl_event_row(s->view, before(s, FL_STAGE_k_cache, -1), kv, s->index[2], &m);
    for (int64_t i = 0; q && k && i < n && i < m; i++)
        add_term(why, i, q[i], k[i], q[i] * k[i]);
    name_operands(why, "q_rope", "k_cache");
    worked(why, "%s / √%" PRId64, NUM(why->sum), s->dims.d);
    if (q && k)
        settle(why, why->sum / sqrt((double)s->dims.d));
    free(q);
    free(k);
}

/* Of row `row` of the scores or logits in `event`. */
static void why_softmax(subject *s, int64_t event) {
    fl_why *why = s->why;
    int64_t count;
    double *x = fl_event_row(s->view, event, 0, s->index[1], &count), most = -INFINITY;
    for (int64_t k = 0; k < count; k++)
        most = x[k] > most ? x[k] : most;
    for (int64_t k = 0; k < count; k++)
        if (isfinite(x[k]))
            add_term(why, k, x[k], 0, exp(x[k] - most));
    why->most = most;
    double mine = s->index[2] < count ? x[s->index[2]] : NAN;
    worked(why, "exp(%s − %s) / %s", NUM(mine), NUM(most), NUM(why->sum));
    if (count > 0)
        settle(why, exp(mine - most) / why->sum);
    snprintf(why->a_name, sizeof why->a_name, "%s",
             s->event.stage == FL_STAGE_probs ? "logits" : "attn_scores");
    why->keys = s->event.stage == FL_STAGE_attn_probs;
    why->vocab = !why->keys;
    free(x);
}

static void why_mix(subject *s) {
    fl_why *why = s->why;
    int64_t count, kv = s->event.head / group(s);
    int64_t values = before(s, FL_STAGE_v_cache, -1);
    double *p = fl_event_row(s->view, before(s, FL_STAGE_attn_probs, s->event.head), 0, s->index[1],
                             &count);
    for (int64_t k = 0; k < count; k++) {
        double v = p[k] != 0 ? cell4(s, values, kv, k, s->index[2]) : 0;
        if (k <= s->event.past + s->index[1])
            add_term(why, k, p[k], v, p[k] * v);
    }
    name_operands(why, "attn_probs", "v_cache");
    why->keys = true;
    worked(why, "Σ over %" PRId64 " positions of share · value", why->all_terms);
    if (count > 0)
        settle(why, why->sum * patch_factor(s));
    free(p);
}

static void why_concat(subject *s) {
    int64_t head = s->index[2] / s->dims.d, i = s->index[2] % s->dims.d;
    double x = cell3(s, before(s, FL_STAGE_attn_head, (int32_t)head), s->index[1], i);
    worked(s->why, "place %" PRId64 " of what head %" PRId64 " found", i, head);
    settle(s->why, x);
}

static void why_add(subject *s) {
    bool middle = s->event.stage == FL_STAGE_resid_mid;
    fl_stage stage = FL_STAGE_resid_mid;
    int64_t event = middle ? residual_before(s, &stage) : before(s, FL_STAGE_resid_mid, -1);
    fl_stage branch = middle ? FL_STAGE_attn_out : FL_STAGE_down;
    double x = cell3(s, event, s->index[1], s->index[2]);
    double a = cell3(s, before(s, branch, -1), s->index[1], s->index[2]);
    worked(s->why, "%s + %s", NUM(x), NUM(a));
    snprintf(s->why->note, sizeof s->why->note, "%s plus %s", fl_stage_get_info(stage)->id,
             fl_stage_get_info(branch)->id);
    settle(s->why, x + a);
}

static void why_silu(subject *s) {
    double g = cell3(s, before(s, FL_STAGE_gate, -1), s->index[1], s->index[2]);
    char minus[FL_NUMBER];
    worked(s->why, "%s / (1 + exp(%s)) = %s · %s", NUM(g), fl_short(minus, -g), NUM(g),
           NUM(1 / (1 + exp(-g))));
    settle(s->why, g / (1 + exp(-g)));
}

static void why_swiglu(subject *s) {
    double a = cell3(s, before(s, FL_STAGE_silu, -1), s->index[1], s->index[2]);
    double u = cell3(s, before(s, FL_STAGE_up, -1), s->index[1], s->index[2]);
    worked(s->why, "%s · %s", NUM(a), NUM(u));
    settle(s->why, a * u);
}

static void why_choice(subject *s) {
    int64_t logits = before(s, FL_STAGE_logits, -1);
    const fl_captured *captured = logits >= 0 ? fl_event_at(s->view, logits) : NULL;
    if (!captured)
        return;
    const fl_ranking *ranking =
        fl_ranking_here(s->view, logits, captured->event.tensor.shape[1] - 1);
    char first[64], second[64];
    if (ranking->count < 2)
        return;
    fl_piece_show(first, sizeof first, &s->view->options.model.pieces, ranking->best[0].id);
    fl_piece_show(second, sizeof second, &s->view->options.model.pieces, ranking->best[1].id);
    worked(s->why, "the largest logits: \"%s\" %s, then \"%s\" %s", first,
           NUM(ranking->best[0].value), second, NUM(ranking->best[1].value));
}

static void why_probs(subject *s) {
    why_softmax(s, before(s, FL_STAGE_attn_scores, s->event.head));
}

static void why_token_probs(subject *s) {
    why_softmax(s, before(s, FL_STAGE_logits, -1));
}

static void (*const kinds[FL_STAGE_COUNT])(subject *) = {
    [FL_STAGE_tokens] = why_tokens,
    [FL_STAGE_embed] = why_embed,
    [FL_STAGE_rope_cos] = why_rope_table,
    [FL_STAGE_rope_sin] = why_rope_table,
    [FL_STAGE_attn_norm_rms] = why_rms,
    [FL_STAGE_attn_norm_unit] = why_unit,
    [FL_STAGE_attn_norm] = why_norm_weight,
    [FL_STAGE_q] = why_matmul,
    [FL_STAGE_k] = why_matmul,
    [FL_STAGE_v] = why_matmul,
    [FL_STAGE_q_norm] = why_head_norm,
    [FL_STAGE_k_norm] = why_head_norm,
    [FL_STAGE_q_rope] = why_rope,
    [FL_STAGE_k_rope] = why_rope,
    [FL_STAGE_k_cache] = why_store,
    [FL_STAGE_v_cache] = why_store,
    [FL_STAGE_attn_scores] = why_scores,
    [FL_STAGE_attn_probs] = why_probs,
    [FL_STAGE_attn_head] = why_mix,
    [FL_STAGE_attn_concat] = why_concat,
    [FL_STAGE_attn_out] = why_matmul,
    [FL_STAGE_resid_mid] = why_add,
    [FL_STAGE_ffn_norm_rms] = why_rms,
    [FL_STAGE_ffn_norm_unit] = why_unit,
    [FL_STAGE_ffn_norm] = why_norm_weight,
    [FL_STAGE_gate] = why_matmul,
    [FL_STAGE_up] = why_matmul,
    [FL_STAGE_silu] = why_silu,
    [FL_STAGE_swiglu] = why_swiglu,
    [FL_STAGE_down] = why_matmul,
    [FL_STAGE_resid_post] = why_add,
    [FL_STAGE_final_norm_rms] = why_rms,
    [FL_STAGE_final_norm_unit] = why_unit,
    [FL_STAGE_final_norm] = why_norm_weight,
    [FL_STAGE_logits] = why_matmul,
    [FL_STAGE_probs] = why_token_probs,
    [FL_STAGE_next_token] = why_choice,
};

void fl_why_of(fl_view *view, fl_why *why) {
    *why = (fl_why){0};
    const fl_captured *captured = fl_here(view);
    if (!captured)
        return;
    fl_place place = fl_cursor_place(view, captured);
    captured = fl_here(view);
    if (!captured)
        return;
    const fl_tensor *tensor = &captured->event.tensor;
    why->stage = captured->event.stage;
    memcpy(why->index, place.index, sizeof why->index);
    why->masked = tensor->mask.causal && fl_tensor_masked(tensor, place.index);
    why->engine = fl_tensor_at(tensor, place.index);
    subject s = {view, why, captured->event, why->index, fl_here_pass(view).dims};
    if (why->masked)
        worked(why, "hidden: a token may look only at itself and at earlier ones");
    else if (kinds[why->stage])
        kinds[why->stage](&s);
}

double fl_why_rest(const fl_why *why, int shown) {
    double rest = why->rest;
    for (int i = shown; i < why->n_terms; i++)
        rest += why->terms[i].value;
    return rest;
}

const char *fl_term_name(fl_view *view, const fl_why *why, const fl_term *term, char *out,
                         size_t size) {
    if (why->keys)
        return fl_token_at(view, out, size, term->j);
    if (why->vocab)
        return fl_piece_show(out, size, &view->options.model.pieces, (int32_t)term->j);
    snprintf(out, size, "j=%" PRId64, term->j);
    return out;
}

bool fl_why_sums(fl_view *view) {
    fl_why why;
    fl_why_of(view, &why);
    return why.all_terms > 0;
}
