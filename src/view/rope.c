/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * RoPE as rotating vectors: the numbers of a head in pairs, each pair an arrow in a plane that the
 * token's position turns. Where the query or key is not computed yet the arrow (1, 0) stands in.
 */
#include "view/mechanism.h"

#include "view/cursor.h"
#include "view/value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

/* One pair of numbers of a head of a token, and how it is turned. */
typedef struct turn {
    int64_t pair, position, first, second; /* places in the head */
    double theta, angle, cosine, sine;
    bool known, computed; /* is `before` a query's or key's; is `after` the engine's */
    double before[2], after[2];
} turn;

typedef struct subject {
    fl_view *view;
    const fl_hparams *h;
    fl_pass pass;
    bool key;
    int64_t head, token, pairs; /* a k/v head where keys are looked at */
    double *theta, magnitude;
} subject;

/* ---- numbers ---- */

double *fl_rope_angles(fl_view *view, double *magnitude) {
    const fl_hparams *h = view->options.model.hparams;
    const fl_model *model = view->options.model.model;
    size_t pairs = (size_t)h->rotary_dim / 2;
    double *theta = malloc((pairs + 1) * sizeof *theta);
    const fl_weight *w = model ? fl_model_weight(model, FL_WEIGHT_rope_freqs, -1) : NULL;
    float *divisors = w ? malloc(pairs * sizeof *divisors) : NULL;
    bool divided = divisors && fl_weight_row(w, 0, divisors);
    if (theta)
        fl_rope_frequencies(h, divided ? divisors : NULL, theta, magnitude);
    free(divisors);
    return theta;
}

static bool keys_here(fl_view *view) {
    const fl_captured *here = fl_here(view);
    switch (here ? here->event.stage : FL_STAGE_q) {
    case FL_STAGE_k:
    case FL_STAGE_k_norm:
    case FL_STAGE_k_rope:
    case FL_STAGE_k_cache:
        return true;
    default:
        return false;
    }
}

/* The caller frees theta; NULL there: out of memory. */
static subject subject_of(fl_view *view) {
    subject s = {.view = view,
                 .h = view->options.model.hparams,
                 .pass = fl_here_pass(view),
                 .key = keys_here(view),
                 .magnitude = 1};
    int64_t group = s.h->num_attention_heads / s.h->num_key_value_heads;
    s.head = view->mechanism.head / (s.key ? group : 1);
    s.token = view->mechanism.token < s.pass.dims.T ? view->mechanism.token : s.pass.dims.T - 1;
    s.pairs = s.h->rotary_dim / 2;
    s.theta = fl_rope_angles(view, &s.magnitude);
    return s;
}

/* A number of the query or key before it is turned. */
static double unturned(const subject *s, int64_t place) {
    int32_t layer = s->view->mechanism.layer;
    fl_stage norm = s->key ? FL_STAGE_k_norm : FL_STAGE_q_norm;
    if (fl_stage_exists(norm, s->h))
        return fl_value(s->view, fl_find_before(s->view, norm, layer, -1),
                        (int64_t[FL_MAX_DIMS]){0, s->head, s->token, place});
    fl_stage stage = s->key ? FL_STAGE_k : FL_STAGE_q;
    return fl_value(s->view, fl_find_before(s->view, stage, layer, -1),
                    (int64_t[FL_MAX_DIMS]){0, s->token, s->head * s->h->head_dim + place});
}

static double turned(const subject *s, int64_t place) {
    fl_stage stage = s->key ? FL_STAGE_k_rope : FL_STAGE_q_rope;
    return fl_value(s->view, fl_find_before(s->view, stage, s->view->mechanism.layer, -1),
                    (int64_t[FL_MAX_DIMS]){0, s->head, s->token, place});
}

/* The engine's cosine or sine, or where it has none yet what it will be. */
static double of_table(const subject *s, fl_stage stage, int64_t pair, double otherwise) {
    double value = fl_value(s->view, fl_find_before(s->view, stage, -1, -1),
                            (int64_t[FL_MAX_DIMS]){0, s->token, pair});
    return isnan(value) ? otherwise : value;
}

static turn turn_of(const subject *s, int64_t pair) {
    bool halves = s->h->rope_pairing == FL_ROPE_HALF;
    turn t = {.pair = pair,
              .position = s->pass.dims.P + s->token,
              .first = halves ? pair : 2 * pair,
              .second = halves ? pair + s->pairs : 2 * pair + 1,
              .theta = s->theta[pair]};
    t.angle = (double)t.position * t.theta;
    t.cosine = of_table(s, FL_STAGE_rope_cos, pair, cos(t.angle) * s->magnitude);
    t.sine = of_table(s, FL_STAGE_rope_sin, pair, sin(t.angle) * s->magnitude);
    t.before[0] = unturned(s, t.first);
    t.before[1] = unturned(s, t.second);
    t.known = !isnan(t.before[0]) && !isnan(t.before[1]);
    if (!t.known) {
        t.before[0] = 1;
        t.before[1] = 0;
    }
    t.after[0] = turned(s, t.first);
    t.after[1] = turned(s, t.second);
    t.computed = t.known && !isnan(t.after[0]) && !isnan(t.after[1]);
    if (!t.computed) {
        t.after[0] = t.before[0] * t.cosine - t.before[1] * t.sine;
        t.after[1] = t.before[0] * t.sine + t.before[1] * t.cosine;
    }
    return t;
}

/* ---- words ---- */

/* "62.83", "6,283": tokens until a pair is back where it was. */
static const char *wavelength(char out[FL_NUMBER], double theta) {
    double tokens = 2 * pi / theta;
    return tokens >= 1000 && tokens < 1e15
               ? fl_group_digits(out, FL_NUMBER, (int64_t)llround(tokens))
               : fl_short(out, tokens);
}

/* The way an arrow of that angle points, right being 0 and a quarter turn up. */
static const char *arrow(double angle, bool ascii) {
    static const char *const arrows[] = {"→", "↗", "↑", "↖", "←", "↙", "↓", "↘"};
    static const char *const plain[] = {">", "/", "^", "\\", "<", "/", "v", "\\"};
    double turns = angle / (2 * pi);
    int eighth = (int)lround((turns - floor(turns)) * 8) % 8;
    return ascii ? plain[eighth] : arrows[eighth];
}

static void print_heading(const subject *s, fl_buffer *out) {
    char piece[64];
    int64_t position = s->pass.dims.P + s->token;
    fl_buffer_printf(out, "%s of \"%s\", position %" PRId64 ", %s %" PRId64 ", layer %" PRId32,
                     s->key ? "key" : "query", fl_token_at(s->view, piece, sizeof piece, position),
                     position, s->key ? "k/v head" : "head", s->head, s->view->mechanism.layer);
}

/* "▸  1   2, 3   ↗    2.865°  0.007958   628.3 tokens" */
static void print_row(const subject *s, int64_t pair, fl_buffer *out) {
    bool halves = s->h->rope_pairing == FL_ROPE_HALF, ascii = s->view->canvas.ascii;
    double angle = (double)(s->pass.dims.P + s->token) * s->theta[pair];
    char places[48], degrees[FL_NUMBER], turns[FL_NUMBER], tokens[FL_NUMBER];
    snprintf(places, sizeof places, "%" PRId64 ", %" PRId64, halves ? pair : 2 * pair,
             halves ? pair + s->pairs : 2 * pair + 1);
    fl_buffer_printf(out, "%3" PRId64 "  %-8s %s %8s %9s  %s", pair, places, arrow(angle, ascii),
                     fl_short(degrees, angle / pi * 180), fl_short(turns, angle / (2 * pi)),
                     wavelength(tokens, s->theta[pair]));
}

static const char columns[] = "pair places     degrees     turns  tokens a turn";

static void print_angle(const subject *s, const turn *t, fl_buffer *out) {
    char theta[FL_NUMBER], angle[FL_NUMBER], degrees[FL_NUMBER], turns[FL_NUMBER],
        cosine[FL_NUMBER], sine[FL_NUMBER], tokens[FL_NUMBER];
    fl_buffer_printf(out,
                     "pair %" PRId64 ": places %" PRId64 " and %" PRId64
                     " of the head; a full turn every %s tokens\n",
                     t->pair, t->first, t->second, wavelength(tokens, t->theta));
    fl_buffer_printf(out, "φ = %" PRId64 " · %s = %s rad = %s° = %s turns\ncos %s, sin %s\n",
                     t->position, fl_short(theta, t->theta), fl_short(angle, t->angle),
                     fl_short(degrees, t->angle / pi * 180), fl_short(turns, t->angle / (2 * pi)),
                     fl_short(cosine, t->cosine), fl_short(sine, t->sine));
    if (s->magnitude != 1)
        fl_buffer_printf(out, "cos and sin are %s times as large, as this model's YaRN wants\n",
                         fl_short(theta, s->magnitude));
}

static void print_vectors(const subject *s, const turn *t, fl_buffer *out) {
    char number[4][FL_NUMBER];
    double before = hypot(t->before[0], t->before[1]), after = hypot(t->after[0], t->after[1]);
    if (t->known)
        fl_buffer_puts(out, "before");
    else
        fl_buffer_printf(out, "no %s yet; the arrow", s->key ? "key" : "query");
    fl_buffer_printf(out, " (%s, %s), %s (%s, %s)\n", fl_short(number[0], t->before[0]),
                     fl_short(number[1], t->before[1]),
                     t->computed ? "after"
                     : t->known  ? "soon"
                                 : "would become",
                     fl_short(number[2], t->after[0]), fl_short(number[3], t->after[1]));
    fl_buffer_printf(out, "length %s before, %s after%s\n", fl_short(number[0], before),
                     fl_short(number[1], after),
                     fabs(before - after) <= 1e-5 * before ? ": turned, not stretched" : "");
}

static void print_pairing(const subject *s, fl_buffer *out) {
    int64_t half = s->pairs, r = s->h->rotary_dim, d = s->h->head_dim;
    if (s->h->rope_pairing == FL_ROPE_HALF)
        fl_buffer_printf(out,
                         "Half-split: this file pairs places i and i + %" PRId64
                         "; interleaved: 2i and 2i + 1.",
                         half);
    else
        fl_buffer_printf(out,
                         "Interleaved: this file pairs places 2i and 2i + 1; half-split: "
                         "i and i + %" PRId64 ".",
                         half);
    if (r < d)
        fl_buffer_printf(out, " Places %" PRId64 " to %" PRId64 " are not turned.", r, d - 1);
    fl_buffer_puts(out, "\n");
}

static void print_pair(const subject *s, fl_buffer *out) {
    turn t = turn_of(s, s->view->pick);
    print_angle(s, &t, out);
    print_vectors(s, &t, out);
    print_pairing(s, out);
}

/* ---- the plane ---- */

typedef struct plane {
    fl_canvas *canvas;
    int x, y, radius; /* of its middle; in rows, a column is half as wide */
    double length;    /* what the radius stands for */
} plane;

static void plot(const plane *p, double a, double b, fl_style style, const char *glyph) {
    int x = p->x + (int)lround(2 * p->radius * a / p->length);
    int y = p->y - (int)lround(p->radius * b / p->length);
    fl_canvas_put(p->canvas, x, y, 1, style, glyph);
}

static void plot_arrow(const plane *p, const double v[2], fl_style style, const char *glyph) {
    for (int i = 1; i <= 4 * p->radius; i++)
        plot(p, v[0] * i / (4 * p->radius), v[1] * i / (4 * p->radius), style, glyph);
}

static void draw_plane(fl_view *view, fl_rect rect, const turn *t) {
    double before = hypot(t->before[0], t->before[1]), after = hypot(t->after[0], t->after[1]);
    plane p = {&view->canvas, rect.x + rect.w / 2, rect.y + rect.h / 2, (rect.h - 1) / 2,
               before > after ? before : after};
    if (4 * p.radius + 1 > rect.w)
        p.radius = (rect.w - 1) / 4;
    if (p.radius < 2 || !(p.length > 0) || !isfinite(p.length))
        return;
    for (int degree = 0; degree < 360; degree += 2)
        plot(&p, p.length * cos(degree * pi / 180), p.length * sin(degree * pi / 180),
             FL_STYLE_rule, view->canvas.ascii ? "." : "·");
    fl_canvas_put(p.canvas, p.x, p.y, 1, FL_STYLE_rule, "+");
    plot_arrow(&p, t->before, FL_STYLE_negative, "o");
    plot_arrow(&p, t->after, FL_STYLE_positive, "#");
}

/* ---- the page ---- */

void fl_rope_lines(fl_view *view, fl_buffer *out) {
    subject s = subject_of(view);
    if (s.theta && s.pass.plan) {
        print_heading(&s, out);
        fl_buffer_printf(out, "\n  %s\n", columns);
        for (int64_t pair = 0; pair < s.pairs; pair++) {
            fl_buffer_puts(out, pair == view->pick ? "▸ " : "  ");
            print_row(&s, pair, out);
            fl_buffer_puts(out, "\n");
        }
        print_pair(&s, out);
    }
    free(s.theta);
}

static void draw_list(const subject *s, fl_rect rect) {
    fl_canvas *canvas = &s->view->canvas;
    int64_t first = fl_first_shown(s->view->pick, s->pairs, rect.h - 1);
    fl_canvas_put(canvas, rect.x + 2, rect.y, rect.w - 2, FL_STYLE_dim, columns);
    for (int i = 1; i < rect.h && first < s->pairs; i++, first++) {
        fl_buffer row = {0};
        bool on = first == s->view->pick;
        print_row(s, first, &row);
        if (on)
            fl_canvas_put(canvas, rect.x, rect.y + i, 1, FL_STYLE_key, "▸");
        fl_canvas_put(canvas, rect.x + 2, rect.y + i, rect.w - 2,
                      on ? FL_STYLE_label_on : FL_STYLE_text, row.data ? row.data : "");
        fl_hit_add(s->view, (fl_rect){rect.x, rect.y + i, rect.w, 1}, FL_HIT_ITEM, first, 0, 0);
        fl_buffer_done(&row);
    }
}

static void draw_rope(const subject *s, fl_rect rect) {
    fl_canvas *canvas = &s->view->canvas;
    fl_buffer text = {0}, heading = {0};
    turn t = turn_of(s, s->view->pick);
    print_heading(s, &heading);
    print_pair(s, &text);
    fl_mechanism_heading(s->view, rect, heading.data);
    int lines = fl_mechanism_text(NULL, (fl_rect){0, 0, rect.w, 0}, text.data);
    int body = rect.h - lines, list = rect.w >= 64 ? 55 : rect.w;
    draw_list(s, (fl_rect){rect.x, rect.y, list, body});
    if (list < rect.w) {
        draw_plane(s->view, (fl_rect){rect.x + list, rect.y, rect.w - list, body}, &t);
        fl_canvas_put(canvas, rect.x + list + 4, rect.y - 1, rect.w - list - 4, FL_STYLE_dim,
                      "o before, # after");
    }
    fl_mechanism_text(canvas, (fl_rect){rect.x, rect.y + body, rect.w, lines}, text.data);
    fl_buffer_done(&heading);
    fl_buffer_done(&text);
}

void fl_rope_draw(fl_view *view, fl_rect rect) {
    subject s = subject_of(view);
    if (s.theta && s.pass.plan)
        draw_rope(&s, rect);
    free(s.theta);
}

/* The pair that holds a place of a head. */
static int64_t pair_of(const fl_hparams *h, int64_t place) {
    int64_t pairs = h->rotary_dim / 2;
    int64_t pair = h->rope_pairing == FL_ROPE_HALF ? place % pairs : place / 2;
    return pair < pairs ? pair : pairs - 1;
}

void fl_rope_open(fl_view *view) {
    const fl_hparams *h = view->options.model.hparams;
    const fl_captured *here = fl_here(view);
    fl_mechanism_open(view);
    if (!here)
        return;
    fl_grid grid = fl_grid_of(&here->event);
    bool table = grid.col_dim == FL_DIM_r, side_by_side = grid.col_dim == FL_DIM_Hd,
         keys = grid.col_dim == FL_DIM_Kd;
    fl_place place = fl_cursor_place(view, here);
    if (table)
        view->pick = (int)place.col;
    else if (side_by_side || keys || grid.col_dim == FL_DIM_d)
        view->pick = (int)pair_of(h, place.col % h->head_dim);
    if (side_by_side)
        view->mechanism.head = place.col / h->head_dim;
    if (keys)
        view->mechanism.head =
            place.col / h->head_dim * (h->num_attention_heads / h->num_key_value_heads);
}

void fl_rope_move(fl_view *view, fl_verb verb, int64_t count) {
    int64_t pairs = view->options.model.hparams->rotary_dim / 2, by = fl_rows_of(verb, count);
    int64_t tokens = fl_here_pass(view).dims.T, *token = &view->mechanism.token;
    int64_t pick = view->pick + by;
    bool sideways = verb == FL_VERB_left || verb == FL_VERB_right;
    view->pick = (int)(pick < 0 ? 0 : pick < pairs ? pick : pairs - 1);
    if (sideways)
        *token += verb == FL_VERB_left ? -count : count;
    *token = *token < 0 ? 0 : *token < tokens ? *token : tokens - 1;
    if (verb == FL_VERB_head_next || verb == FL_VERB_head_before)
        fl_mechanism_head(view, verb == FL_VERB_head_next ? count : -count, keys_here(view));
    if (verb == FL_VERB_layer_up || verb == FL_VERB_layer_down)
        fl_mechanism_layer(view, verb == FL_VERB_layer_up ? count : -count);
}
