/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What every derivation shares: looking operands up, keeping the largest terms, and which stage is
 * explained how.
 */
#include "view/derive.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- where operands are from ---- */

/* A link with its event, or none if that lies after the event explained. */
static fl_link link_to(const fl_subject *s, fl_stage stage, int32_t layer, int32_t head) {
    int64_t event = fl_find_before(s->view, stage, layer, head);
    return (fl_link){.kind = event >= 0 ? FL_LINK_CELL : FL_LINK_NONE,
                     .event = event,
                     .stage = stage,
                     .layer = layer,
                     .head = head,
                     .pass = -1};
}

static int32_t layer_of(const fl_subject *s, fl_stage stage) {
    return fl_stage_get_info(stage)->scope != FL_SCOPE_PASS ? s->event.layer : -1;
}

fl_link fl_link_3(const fl_subject *s, fl_stage stage, int32_t head, int64_t row, int64_t col) {
    fl_link link = link_to(s, stage, layer_of(s, stage), head);
    link.index[1] = row;
    link.index[2] = col;
    return link;
}

fl_link fl_link_4(const fl_subject *s, fl_stage stage, int64_t band, int64_t row, int64_t col) {
    fl_link link = link_to(s, stage, layer_of(s, stage), -1);
    link.index[1] = band;
    link.index[2] = row;
    link.index[3] = col;
    return link;
}

fl_link fl_link_residual(const fl_subject *s, int64_t row, int64_t col) {
    int32_t layer = s->event.layer < 0 ? (int32_t)s->dims.L - 1 : s->event.layer - 1;
    fl_link link =
        link_to(s, layer < 0 ? FL_STAGE_embed : FL_STAGE_resid_post, layer < 0 ? -1 : layer, -1);
    link.index[1] = row;
    link.index[2] = col;
    return link;
}

fl_link fl_link_weight(const fl_weight *weight, int64_t row, int64_t col) {
    return (fl_link){.kind = weight ? FL_LINK_WEIGHT : FL_LINK_NONE,
                     .pass = -1,
                     .weight = weight,
                     .index = {row, col}};
}

static double weight_value(const fl_link *link) {
    const fl_weight *w = link->weight;
    int64_t col = link->index[1], count = w->shape[w->n_dims - 1];
    float *values = malloc((size_t)count * sizeof *values);
    bool read = values && col < count && fl_weight_row(w, link->index[0], values);
    double value = read ? (double)values[col] : NAN;
    free(values);
    return value;
}

double fl_link_value(fl_view *view, const fl_link *link) {
    switch (link->kind) {
    case FL_LINK_CELL:
        return fl_value(view, link->event, link->index);
    case FL_LINK_WEIGHT:
        return weight_value(link);
    default:
        return NAN;
    }
}

double *fl_link_row(fl_view *view, const fl_link *link, int64_t *count) {
    const fl_captured *captured = link->event >= 0 ? fl_event_at(view, link->event) : NULL;
    double *values = NULL;
    *count = captured ? fl_row_values(&captured->event.tensor, link->index, &values) : 0;
    return values;
}

/* ---- building an explanation ---- */

static fl_why_operand *add_operand(fl_why *why, const char *name, double value) {
    static fl_why_operand none;
    if (why->n_operands == FL_OPERANDS)
        return &none;
    fl_why_operand *operand = &why->operands[why->n_operands++];
    snprintf(operand->name, sizeof operand->name, "%s", name);
    operand->value = value;
    return operand;
}

double fl_use(fl_subject *s, const char *name, const fl_link *link) {
    double value = fl_link_value(s->view, link);
    add_operand(s->why, name, value)->link = *link;
    return value;
}

void fl_use_number(fl_subject *s, const char *name, double value, const char *said) {
    fl_why_operand *operand = add_operand(s->why, name, value);
    snprintf(operand->said, sizeof operand->said, "%s", said);
}

void fl_term_add(fl_why *why, int64_t j, double a, double b, double value) {
    why->all_terms++;
    why->sum += value;
    why->sizes += fabs(value);
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

void fl_side_is(fl_why *why, int side, const char *name, const fl_link *link, int place) {
    snprintf(why->names[side], sizeof why->names[side], "%s", name);
    why->sides[side] = *link;
    why->places[side] = place;
}

void fl_settle(fl_why *why, double value) {
    why->computed = !isnan(value) || isnan(why->engine);
    why->value = value;
}

void fl_worked(fl_why *why, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(why->worked, sizeof why->worked, format, args);
    va_end(args);
}

void fl_why_note(fl_why *why, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(why->note, sizeof why->note, format, args);
    va_end(args);
}

const char *fl_bracketed(char out[FL_NUMBER + 2], double value) {
    char text[FL_NUMBER];
    fl_short(text, value);
    snprintf(out, FL_NUMBER + 2, value < 0 ? "(%s)" : "%s", text);
    return out;
}

double fl_patch_factor(fl_subject *s) {
    double factor = fl_patched_by(s->view, &s->event, s->index);
    if (factor == 0)
        fl_why_note(s->why, "a patch then sets it to 0");
    else if (factor != 1)
        fl_why_note(s->why, "a patch then multiplies it by %.4g", factor);
    return factor;
}

/* ---- which stage is explained how ---- */

static void (*const kinds[FL_STAGE_COUNT])(fl_subject *) = {
    [FL_STAGE_tokens] = fl_why_tokens,
    [FL_STAGE_embed] = fl_why_embed,
    [FL_STAGE_rope_cos] = fl_why_rope_table,
    [FL_STAGE_rope_sin] = fl_why_rope_table,
    [FL_STAGE_attn_norm_rms] = fl_why_rms,
    [FL_STAGE_attn_norm_unit] = fl_why_unit,
    [FL_STAGE_attn_norm] = fl_why_weighted,
    [FL_STAGE_q] = fl_why_matmul,
    [FL_STAGE_k] = fl_why_matmul,
    [FL_STAGE_v] = fl_why_matmul,
    [FL_STAGE_q_norm] = fl_why_head_norm,
    [FL_STAGE_k_norm] = fl_why_head_norm,
    [FL_STAGE_q_rope] = fl_why_rope,
    [FL_STAGE_k_rope] = fl_why_rope,
    [FL_STAGE_k_cache] = fl_why_store,
    [FL_STAGE_v_cache] = fl_why_store,
    [FL_STAGE_attn_scores] = fl_why_scores,
    [FL_STAGE_attn_probs] = fl_why_probs,
    [FL_STAGE_attn_head] = fl_why_mix,
    [FL_STAGE_attn_concat] = fl_why_concat,
    [FL_STAGE_attn_out] = fl_why_matmul,
    [FL_STAGE_resid_mid] = fl_why_add,
    [FL_STAGE_ffn_norm_rms] = fl_why_rms,
    [FL_STAGE_ffn_norm_unit] = fl_why_unit,
    [FL_STAGE_ffn_norm] = fl_why_weighted,
    [FL_STAGE_gate] = fl_why_matmul,
    [FL_STAGE_up] = fl_why_matmul,
    [FL_STAGE_silu] = fl_why_silu,
    [FL_STAGE_swiglu] = fl_why_swiglu,
    [FL_STAGE_down] = fl_why_matmul,
    [FL_STAGE_resid_post] = fl_why_add,
    [FL_STAGE_final_norm_rms] = fl_why_rms,
    [FL_STAGE_final_norm_unit] = fl_why_unit,
    [FL_STAGE_final_norm] = fl_why_weighted,
    [FL_STAGE_logits] = fl_why_matmul,
    [FL_STAGE_probs] = fl_why_probs,
    [FL_STAGE_next_token] = fl_why_choice,
};

static void why_hidden(fl_why *why, int64_t window) {
    if (window > 0)
        fl_worked(why,
                  "hidden: in this layer a token looks only at the last %" PRId64
                  " tokens, itself among them",
                  window);
    else
        fl_worked(why, "hidden: a token may look only at itself and at earlier ones");
}

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
    fl_subject s = {view, why, captured->event, why->index, fl_here_pass(view).dims};
    if (why->masked)
        why_hidden(why, fl_hiding_window(tensor, place.index));
    else if (kinds[why->stage])
        kinds[why->stage](&s);
}

/* ---- reading one ---- */

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

int fl_why_items(const fl_why *why) {
    return why->n_operands + why->n_terms;
}

fl_link fl_why_link(const fl_why *why, int item, int side) {
    int term = item - why->n_operands;
    if (item < 0 || term >= why->n_terms || side < 0 || side >= FL_SIDES || (term < 0 && side > 0))
        return (fl_link){.kind = FL_LINK_NONE};
    if (term < 0)
        return why->operands[item].link;
    fl_link link = why->sides[side];
    link.index[why->places[side]] = why->terms[term].j;
    return link;
}

double fl_why_value(const fl_why *why, int item, int side) {
    int term = item - why->n_operands;
    if (term < 0)
        return why->operands[item].value;
    return side == 0 ? why->terms[term].a : why->terms[term].b;
}
