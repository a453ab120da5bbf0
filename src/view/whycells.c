/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Derivations of stages whose cells are made of a few numbers. Operands are named as the stage's
 * formula names them.
 */
#include "view/derive.h"
#include "view/mechanism.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static int32_t token_id(const fl_subject *s, int64_t position) {
    size_t n_tokens, n_prompt;
    return s->view->source.tokens(s->view->source.ctx, &n_tokens, &n_prompt)[position];
}

/* A token of a decode pass is what the pass before chose. */
void fl_why_tokens(fl_subject *s) {
    char piece[64];
    int64_t first = fl_here_pass(s->view).first;
    fl_token_at(s->view, piece, sizeof piece, s->event.past + s->index[1]);
    fl_worked(s->why, "\"%s\" is piece %.0f of the vocabulary of %" PRId64, piece, s->why->engine,
              s->dims.V);
    if (s->event.phase != FL_DECODE || first == 0)
        return;
    const fl_link link = {.kind = FL_LINK_CELL,
                          .event = first - 1,
                          .stage = FL_STAGE_next_token,
                          .layer = -1,
                          .head = -1,
                          .pass = s->event.pass - 1};
    fl_use_number(s, "next_token", s->why->engine, "");
    s->why->operands[0].link = link;
}

void fl_why_embed(fl_subject *s) {
    int64_t row = s->index[1], col = s->index[2], id = token_id(s, s->event.past + row);
    const fl_weight *weight = s->event.weight;
    fl_link token = fl_link_3(s, FL_STAGE_tokens, -1, row, 0);
    fl_link cell = fl_link_weight(weight, id, col);
    fl_use(s, "tokens[t]", &token);
    fl_settle(s->why, fl_use(s, "E[tokens[t], j]", &cell));
    fl_worked(s->why, "%s[%" PRId64 ", %" PRId64 "], the table's row for token %" PRId64,
              weight ? weight->name : "E", id, col, id);
}

/* θ of a pair, in radians per position; NAN if there is no memory. */
static double pair_angle(const fl_subject *s, int64_t pair, double *magnitude) {
    double *theta = fl_rope_angles(s->view, magnitude), angle = theta ? theta[pair] : NAN;
    free(theta);
    return angle;
}

/* The angle a pair is turned by, as operands: where the token stands and how far a step turns. */
static double use_angle(fl_subject *s, int64_t pair, int64_t position, double *magnitude) {
    char said[80], piece[40];
    double theta = pair_angle(s, pair, magnitude);
    snprintf(said, sizeof said, "where \"%s\" stands in the text",
             fl_token_at(s->view, piece, sizeof piece, position));
    fl_use_number(s, "pos", (double)position, said);
    snprintf(said, sizeof said, "how far one place turns pair %" PRId64 ", in radians", pair);
    fl_use_number(s, "θ", theta, said);
    return (double)position * theta;
}

void fl_why_rope_table(fl_subject *s) {
    int64_t pairs = s->view->options.model.hparams->rotary_dim / 2;
    int64_t i = s->index[2] % pairs, p = s->event.past + s->index[1];
    double magnitude = 1, angle = use_angle(s, i, p, &magnitude);
    bool cosine = s->event.stage == FL_STAGE_rope_cos;
    const char *name = cosine ? "cos" : "sin";
    fl_worked(s->why, "%s(%" PRId64 " · %s) = %s(%s rad), pair %" PRId64 " at position %" PRId64,
              name, p, FL_NUM(s->why->operands[1].value), name, FL_NUM(angle), i, p);
    fl_settle(s->why, (cosine ? cos(angle) : sin(angle)) * magnitude);
    if (magnitude != 1)
        fl_why_note(s->why, "and times %.4g, which this model's scaling of long texts asks for",
                    magnitude);
}

/* The three stages of a norm stand in a row: root, unit, weighted. */
#define IN_A_ROW(norm)                                                                             \
    _Static_assert(FL_STAGE_##norm##_unit == FL_STAGE_##norm##_rms + 1 &&                          \
                       FL_STAGE_##norm == FL_STAGE_##norm##_unit + 1,                              \
                   "a norm's stages")
IN_A_ROW(attn_norm);
IN_A_ROW(ffn_norm);
IN_A_ROW(final_norm);

static fl_stage norm_step_before(const fl_subject *s) {
    return (fl_stage)(s->event.stage - 1);
}

void fl_why_unit(fl_subject *s) {
    bool middle = s->event.stage == FL_STAGE_ffn_norm_unit;
    int64_t row = s->index[1], col = s->index[2];
    int64_t source = s->event.layer < 0 ? s->event.new_tokens - s->dims.R + row : row;
    fl_link x_link = middle ? fl_link_3(s, FL_STAGE_resid_mid, -1, source, col)
                            : fl_link_residual(s, source, col);
    fl_link rms_link = fl_link_3(s, norm_step_before(s), -1, row, 0);
    double x = fl_use(s, middle ? "y" : "x", &x_link), rms = fl_use(s, "rms", &rms_link);
    fl_worked(s->why, "%s / %s", FL_NUM(x), FL_NUM(rms));
    fl_settle(s->why, x / rms);
}

void fl_why_weighted(fl_subject *s) {
    fl_link unit = fl_link_3(s, norm_step_before(s), -1, s->index[1], s->index[2]);
    fl_link weight = fl_link_weight(s->event.weight, 0, s->index[2]);
    double u = fl_use(s, "u", &unit), w = fl_use(s, "w", &weight);
    fl_worked(s->why, "%s · %s", FL_NUM(u), FL_NUM(w));
    fl_settle(s->why, u * w);
}

/* A number of a head before it was turned. */
static fl_link unturned(const fl_subject *s, int64_t i) {
    bool query = s->event.stage == FL_STAGE_q_rope;
    int64_t band = s->index[1], row = s->index[2];
    fl_link normed = fl_link_4(s, query ? FL_STAGE_q_norm : FL_STAGE_k_norm, band, row, i);
    if (normed.kind != FL_LINK_NONE)
        return normed;
    return fl_link_3(s, query ? FL_STAGE_q : FL_STAGE_k, -1, row, band * s->dims.d + i);
}

/* The pair (a, b) that place i belongs to. */
typedef struct pair {
    int64_t number, a, b;
    bool second;
} pair;

static pair pair_of(const fl_hparams *h, int64_t i) {
    int64_t half = h->rotary_dim / 2;
    if (h->rope_pairing == FL_ROPE_HALF)
        return (pair){i % half, i % half, i % half + half, i >= half};
    return (pair){i / 2, i / 2 * 2, i / 2 * 2 + 1, i % 2 != 0};
}

static void stays_as_it_was(fl_subject *s, int64_t turned) {
    fl_link link = unturned(s, s->index[3]);
    double x = fl_use(s, "a", &link);
    fl_worked(s->why, "%s, as it was: only the first %" PRId64 " places are turned", FL_NUM(x),
              turned);
    fl_settle(s->why, x);
}

void fl_why_rope(fl_subject *s) {
    const fl_hparams *h = s->view->options.model.hparams;
    if (s->index[3] >= h->rotary_dim) {
        stays_as_it_was(s, h->rotary_dim);
        return;
    }
    pair p = pair_of(h, s->index[3]);
    int64_t row = s->index[2], position = s->event.past + row;
    fl_link links[] = {unturned(s, p.a), unturned(s, p.b),
                       fl_link_3(s, FL_STAGE_rope_cos, -1, row, p.number),
                       fl_link_3(s, FL_STAGE_rope_sin, -1, row, p.number)};
    double a = fl_use(s, "a", &links[0]), b = fl_use(s, "b", &links[1]);
    double c = fl_use(s, "cos φ", &links[2]), sine = fl_use(s, "sin φ", &links[3]), magnitude = 1;
    char said[80];
    double theta = pair_angle(s, p.number, &magnitude);
    snprintf(said, sizeof said, "%" PRId64 " · %.4g radians: position times θ", position, theta);
    fl_use_number(s, "φ", (double)position * theta, said);
    fl_worked(s->why, "%s · %s %s %s · %s", FL_NUM(a), FL_NUM(p.second ? sine : c),
              p.second ? "+" : "−", FL_NUM(b), FL_NUM(p.second ? c : sine));
    fl_why_note(s->why,
                "pair %" PRId64 ": places %" PRId64 " and %" PRId64 ", turned by %" PRId64 " · θ",
                p.number, p.a, p.b, position);
    fl_settle(s->why, p.second ? a * sine + b * c : a * c - b * sine);
}

/* ---- the cache ---- */

/* What a slot of the cache was written from, by whichever pass wrote it. */
static fl_link written(const fl_subject *s, bool key) {
    int64_t slot = s->index[2], h = s->index[1], i = s->index[3];
    fl_pass pass = fl_here_pass(s->view);
    while (pass.dims.P > slot && pass.first > 0)
        if (!s->view->source.pass_of(s->view->source.ctx, pass.first - 1, &pass))
            return (fl_link){.kind = FL_LINK_NONE};
    int64_t row = slot - pass.dims.P;
    fl_link link = key ? fl_link_4(s, FL_STAGE_k_rope, h, row, i)
                       : fl_link_3(s, FL_STAGE_v, -1, row, h * s->dims.d + i);
    int64_t step = fl_plan_find(pass.plan, link.stage, link.layer, -1);
    link.event = pass.first + step;
    link.kind = row >= 0 && step >= 0 ? FL_LINK_CELL : FL_LINK_NONE;
    link.pass = pass.index == s->event.pass ? -1 : pass.index;
    return link;
}

/* Of what an earlier pass wrote, nothing is asked for: that pass may have been dropped, and the
 * cache holds the number itself. */
static void kept(fl_subject *s, const char *name, const fl_link *link, bool rounded) {
    bool same = !rounded && fl_patched_by(s->view, &s->event, s->index) == 1;
    fl_use_number(s, name, same ? s->why->engine : (double)NAN, "");
    s->why->operands[0].link = *link;
    fl_worked(s->why, "kept from an earlier pass: this one reads it and computes only what is new");
    if (link->kind == FL_LINK_CELL)
        fl_why_note(s->why, "written by pass %" PRId32 ", event %" PRId64, link->pass, link->event);
}

void fl_why_store(fl_subject *s) {
    bool key = s->event.stage == FL_STAGE_k_cache;
    bool rounded = s->event.tensor.dtype == FL_DTYPE_F16;
    const char *name = key ? "k′" : "v";
    fl_link link = written(s, key);
    char piece[64];
    if (s->index[2] < s->event.past) {
        kept(s, name, &link, rounded);
        return;
    }
    double x = fl_use(s, name, &link);
    fl_token_at(s->view, piece, sizeof piece, s->index[2]);
    fl_worked(s->why, "%s of \"%s\", written into slot %" PRId64, key ? "k_rope" : "v", piece,
              s->index[2]);
    double factor = fl_patch_factor(s);
    x *= factor;
    if (rounded && factor == 1)
        fl_why_note(s->why, "rounded to what 16 bits can hold");
    fl_settle(s->why, rounded ? (double)fl_half_to_float(fl_float_to_half((float)x)) : x);
}

/* ---- copies, sums of two, products of two ---- */

void fl_why_concat(fl_subject *s) {
    int64_t head = s->index[2] / s->dims.d, i = s->index[2] % s->dims.d;
    char name[32];
    fl_link link = fl_link_3(s, FL_STAGE_attn_head, (int32_t)head, s->index[1], i);
    snprintf(name, sizeof name, "z of head %" PRId64, head);
    double x = fl_use(s, name, &link);
    fl_worked(s->why, "place %" PRId64 " of what head %" PRId64 " found", i, head);
    fl_settle(s->why, x);
}

void fl_why_add(fl_subject *s) {
    bool middle = s->event.stage == FL_STAGE_resid_mid;
    int64_t row = s->index[1], col = s->index[2];
    fl_link x_link =
        middle ? fl_link_residual(s, row, col) : fl_link_3(s, FL_STAGE_resid_mid, -1, row, col);
    fl_link a_link = fl_link_3(s, middle ? FL_STAGE_attn_out : FL_STAGE_down, -1, row, col);
    double x = fl_use(s, middle ? "x" : "y", &x_link);
    double a = fl_use(s, middle ? "att" : "ffn", &a_link);
    fl_worked(s->why, "%s + %s", FL_NUM(x), FL_NUM(a));
    fl_why_note(s->why, "%s plus %s", fl_stage_get_info(x_link.stage)->id,
                fl_stage_get_info(a_link.stage)->id);
    fl_settle(s->why, x + a);
}

void fl_why_silu(fl_subject *s) {
    fl_link link = fl_link_3(s, FL_STAGE_gate, -1, s->index[1], s->index[2]);
    double g = fl_use(s, "g", &link);
    char minus[FL_NUMBER];
    fl_worked(s->why, "%s / (1 + exp(%s)) = %s · %s", FL_NUM(g), fl_short(minus, -g), FL_NUM(g),
              FL_NUM(1 / (1 + exp(-g))));
    fl_settle(s->why, g / (1 + exp(-g)));
}

void fl_why_swiglu(fl_subject *s) {
    fl_link act = fl_link_3(s, FL_STAGE_silu, -1, s->index[1], s->index[2]);
    fl_link up = fl_link_3(s, FL_STAGE_up, -1, s->index[1], s->index[2]);
    double a = fl_use(s, "act", &act), u = fl_use(s, "up", &up);
    fl_worked(s->why, "%s · %s", FL_NUM(a), FL_NUM(u));
    fl_settle(s->why, a * u * fl_patch_factor(s));
}

/* ---- the choice ---- */

/* The logits of the pieces that came first, and of the one that was chosen. */
static void use_logits(fl_subject *s, const fl_ranking *ranking, int64_t event, int64_t row) {
    char piece[48];
    int chosen = 0;
    while (chosen < ranking->count && ranking->best[chosen].id != (int32_t)s->why->engine)
        chosen++;
    for (int i = 0; i < ranking->count; i++) {
        if (i >= FL_OPERANDS - 1 && i != chosen)
            continue;
        fl_link link = fl_link_3(s, FL_STAGE_logits, -1, row, ranking->best[i].id);
        link.event = event;
        fl_piece_show(piece, sizeof piece, &s->view->options.model.pieces, ranking->best[i].id);
        fl_use_number(s, piece, ranking->best[i].value, "");
        s->why->operands[s->why->n_operands - 1].link = link;
    }
}

void fl_why_choice(fl_subject *s) {
    fl_link link = fl_link_3(s, FL_STAGE_logits, -1, 0, 0);
    const fl_captured *captured = link.kind ? fl_event_at(s->view, link.event) : NULL;
    if (!captured)
        return;
    int64_t row = captured->event.tensor.shape[1] - 1;
    const fl_ranking *ranking = fl_ranking_here(s->view, link.event, row);
    char first[64], second[64];
    if (ranking->count == 0)
        fl_worked(s->why, "no logit is a number, they are all NaN: then the first piece is taken");
    if (ranking->count < 2)
        return;
    use_logits(s, ranking, link.event, row);
    fl_piece_show(first, sizeof first, &s->view->options.model.pieces, ranking->best[0].id);
    fl_piece_show(second, sizeof second, &s->view->options.model.pieces, ranking->best[1].id);
    fl_worked(s->why, "the largest logits: \"%s\" %s, then \"%s\" %s", first,
              FL_NUM(ranking->best[0].value), second, FL_NUM(ranking->best[1].value));
}
