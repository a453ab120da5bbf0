/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What stands out: one sentence about the row under the cursor, one about the change against what
 * came before. Written to be read by someone who sees the stage for the first time.
 */
#include "view/panels.h"

#include "view/value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double RESTING = 0.5; /* share of the first token that is large */

typedef struct scene {
    fl_view *view;
    fl_buffer *out;
    fl_event event; /* the tensor only before another event is asked for */
    fl_place place;
    char token[64]; /* of the cursor's row */
} scene;

static double length_of(const double *x, int64_t from, int64_t count) {
    double squares = 0;
    for (int64_t i = from; i < from + count; i++)
        squares += x[i] * x[i];
    return sqrt(squares);
}

/* Length of a row of an event; NAN if it cannot be had. */
static double row_length(const scene *s, int64_t event, int64_t band, int64_t row) {
    int64_t count;
    double *x = fl_event_row(s->view, event, band, row, &count);
    double length = count ? length_of(x, 0, count) : NAN;
    free(x);
    return length;
}

static int64_t layer_before(const scene *s) {
    return s->event.layer > 0
               ? fl_find_before(s->view, s->event.stage, s->event.layer - 1, s->event.head)
               : -1;
}

/* A large share of the first token is said first. */
static void rest_words(scene *s, const double *p, int64_t count) {
    int64_t best = 1;
    char name[64];
    for (int64_t k = 2; k < count; k++)
        best = p[k] > p[best] ? k : best;
    fl_buffer_printf(s->out, "row \"%s\" rests on the first token: %.0f %%", s->token, 100 * p[0]);
    if (best < count && p[best] >= 0.005)
        fl_buffer_printf(s->out, "; then %.0f %% on \"%s\"", 100 * p[best],
                         fl_token_at(s->view, name, sizeof name, best));
}

static void share_words(scene *s, const double *p, int64_t count) {
    int64_t best = 0, second = -1;
    for (int64_t k = 1; k < count; k++)
        best = p[k] > p[best] ? k : best;
    for (int64_t k = 0; k < count; k++)
        if (k != best && p[k] > 0 && (second < 0 || p[k] > p[second]))
            second = k;
    char name[64];
    fl_buffer_printf(s->out, "row \"%s\": %.0f %% on \"%s\"", s->token, 100 * p[best],
                     fl_token_at(s->view, name, sizeof name, best));
    if (second >= 0 && p[second] >= 0.005)
        fl_buffer_printf(s->out, ", %.0f %% on \"%s\"", 100 * p[second],
                         fl_token_at(s->view, name, sizeof name, second));
    if (best != 0 && second != 0 && p[0] >= 0.005)
        fl_buffer_printf(s->out, "; %.0f %% on the first", 100 * p[0]);
}

static void remark_probs(scene *s) {
    int64_t count;
    double *p = fl_event_row(s->view, s->event.index, 0, s->place.row, &count);
    char name[64];
    if (count > 1 && s->event.past + s->place.row > 0 && p[0] >= RESTING)
        rest_words(s, p, count);
    else if (count > 0)
        share_words(s, p, count);
    free(p);
    int64_t before = layer_before(s);
    if (before < 0)
        return;
    double old = fl_value(s->view, before, s->place.index);
    fl_buffer_printf(s->out,
                     "\nfor comparison: head %" PRId32 " of layer %" PRId32 " gave \"%s\" %.0f %%",
                     s->event.head, s->event.layer - 1,
                     fl_token_at(s->view, name, sizeof name, s->place.col), 100 * old);
}

static void remark_scores(scene *s) {
    int64_t count, best = -1;
    double *x = fl_event_row(s->view, s->event.index, 0, s->place.row, &count);
    int64_t seen = s->event.past + s->place.row + 1;
    for (int64_t k = 0; k < count && k < seen; k++)
        if (isfinite(x[k]) && (best < 0 || x[k] > x[best]))
            best = k;
    char name[64], number[FL_NUMBER];
    if (best >= 0)
        fl_buffer_printf(s->out, "row \"%s\": fits \"%s\" best (%s) of %" PRId64 " it may look at",
                         s->token, fl_token_at(s->view, name, sizeof name, best),
                         fl_short(number, x[best]), seen);
    free(x);
}

static void remark_rope(scene *s) {
    bool query = s->event.stage == FL_STAGE_q_rope;
    int64_t count, d = s->view->options.model.hparams->head_dim;
    int64_t normed =
        fl_find_before(s->view, query ? FL_STAGE_q_norm : FL_STAGE_k_norm, s->event.layer, -1);
    int64_t flat = fl_find_before(s->view, query ? FL_STAGE_q : FL_STAGE_k, s->event.layer, -1);
    double after = row_length(s, s->event.index, s->place.band, s->place.row), before;
    if (normed >= 0) {
        before = row_length(s, normed, s->place.band, s->place.row);
    } else {
        double *x = fl_event_row(s->view, flat, 0, s->place.row, &count);
        before = count ? length_of(x, s->place.band * d, d) : NAN;
        free(x);
    }
    char a[FL_NUMBER], b[FL_NUMBER];
    fl_buffer_printf(s->out, "row \"%s\": turned, not stretched: length %s before, %s after",
                     s->token, fl_short(a, before), fl_short(b, after));
    int64_t position = fl_position_of(&s->event, FL_DIM_T, s->place.row);
    if (position == 0)
        fl_buffer_puts(s->out, "\nat position 0 every angle is 0: nothing turns");
    else
        fl_buffer_printf(s->out,
                         "\nat position %" PRId64 " pair i turns by %" PRId64
                         " · θᵢ: the first pair most, the last hardly",
                         position, position);
}

static void remark_rope_table(scene *s) {
    const fl_hparams *h = s->view->options.model.hparams;
    int64_t half = h->rotary_dim / 2;
    int64_t position = fl_position_of(&s->event, FL_DIM_T, s->place.row);
    if (h->rope_pairing == FL_ROPE_HALF)
        fl_buffer_printf(s->out, "column i turns places i and i+%" PRId64, half);
    else
        fl_buffer_puts(s->out, "column i turns places 2i and 2i+1");
    fl_buffer_printf(s->out, " of each head; columns %" PRId64 " to %" PRId64 " repeat them", half,
                     h->rotary_dim - 1);
    fl_buffer_puts(s->out, "\nused by q_rope and k_rope of every layer; ");
    fl_buffer_puts(s->out,
                   position == 0 ? "at position 0 nothing turns" : "the first pairs turn most");
}

/* How much a branch changes the stream it is added to. */
static void remark_residual(scene *s) {
    bool middle = s->event.stage == FL_STAGE_resid_mid;
    int32_t l = s->event.layer;
    fl_stage from = middle ? (l == 0 ? FL_STAGE_embed : FL_STAGE_resid_post) : FL_STAGE_resid_mid;
    int32_t from_layer = middle ? l - 1 : l;
    int64_t stream = fl_find_before(s->view, from, from_layer, -1);
    int64_t branch = fl_find_before(s->view, middle ? FL_STAGE_attn_out : FL_STAGE_down, l, -1);
    double x = row_length(s, stream, 0, s->place.row);
    double a = row_length(s, branch, 0, s->place.row);
    double y = row_length(s, s->event.index, 0, s->place.row);
    char nx[FL_NUMBER], na[FL_NUMBER], ny[FL_NUMBER];
    fl_buffer_printf(s->out, "row \"%s\": length %s, %s added (%.0f %%), now %s", s->token,
                     fl_short(nx, x), fl_short(na, a), 100 * a / x, fl_short(ny, y));
    fl_buffer_printf(s->out, "\nadded by %s",
                     middle ? "attention: what other tokens handed over"
                            : "the feed-forward network: what this token alone sets off");
}

static void remark_neurons(scene *s) {
    int64_t count, on = 0;
    bool gates = s->event.stage == FL_STAGE_silu; /* open above 0; below it they are almost shut */
    double *x = fl_event_row(s->view, s->event.index, 0, s->place.row, &count);
    for (int64_t j = 0; j < count; j++)
        on += (gates ? x[j] : fabs(x[j])) > 0.1;
    if (count > 0)
        fl_buffer_printf(s->out, "row \"%s\": %" PRId64 " of %" PRId64 " neurons %s", s->token, on,
                         count, gates ? "are open (above 0.1)" : "say more than 0.1 in size");
    free(x);
}

static void remark_cache(scene *s) {
    int64_t wrote = s->event.new_tokens, past = s->event.past;
    int64_t heads = s->event.tensor.shape[1];
    if (past == 0)
        fl_buffer_printf(s->out,
                         "this pass wrote slots 0 to %" PRId64 " (*); each later token adds one",
                         wrote - 1);
    else if (wrote == 1)
        fl_buffer_printf(s->out,
                         "this pass wrote slot %" PRId64 " (*); slots 0 to %" PRId64
                         " were kept and not computed again",
                         past, past - 1);
    else
        fl_buffer_printf(
            s->out, "this pass wrote slots %" PRId64 " to %" PRId64 " (*); those before were kept",
            past, past + wrote - 1);
    const fl_hparams *h = s->view->options.model.hparams;
    int64_t group = h->num_attention_heads / h->num_key_value_heads;
    if (group > 1)
        fl_buffer_printf(s->out,
                         "\n%" PRId64 " k/v heads serve %" PRId64 " query heads: %" PRId64
                         " share each, so the cache is %" PRId64 " times smaller",
                         heads, h->num_attention_heads, group, group);
}

static double round_to_two(double count) {
    double step = pow(10, floor(log10(count)) - 1);
    return round(count / step) * step;
}

/* About how many: two digits of a large number, "some 650,000". */
static const char *some(char out[48], double count) {
    char digits[32];
    if (count < 100)
        snprintf(out, 48, "%.1f", count);
    else if (count < 1e9)
        snprintf(out, 48, "some %s",
                 fl_group_digits(digits, sizeof digits, (int64_t)round_to_two(count)));
    else
        snprintf(out, 48, "more than a thousand million");
    return out;
}

static void remark_ranked(scene *s) {
    const fl_ranking *ranking = fl_ranking_here(s->view, s->event.index, s->place.row);
    char first[64], second[64], number[FL_NUMBER], times[48];
    if (ranking->count < 2)
        return;
    fl_piece_show(first, sizeof first, &s->view->options.model.pieces, ranking->best[0].id);
    fl_piece_show(second, sizeof second, &s->view->options.model.pieces, ranking->best[1].id);
    double a = ranking->best[0].value, b = ranking->best[1].value;
    if (s->event.stage == FL_STAGE_probs)
        fl_buffer_printf(s->out, "\"%s\" leads with %.1f %%, then \"%s\" with %.*f %%", first,
                         100 * a, second, b < 0.0005 ? 3 : 1, 100 * b);
    else
        fl_buffer_printf(s->out, "\"%s\" leads \"%s\" by %s\nexp(%s) makes it %s times as likely",
                         first, second, fl_short(number, a - b), number, some(times, exp(a - b)));
}

/* The same stage one layer earlier, in numbers. */
static void remark_layers(scene *s) {
    double rms = row_length(s, s->event.index, s->place.band, s->place.row);
    int64_t before = layer_before(s);
    char now[FL_NUMBER], old[FL_NUMBER];
    fl_buffer_printf(s->out, "row \"%s\": length %s", s->token, fl_short(now, rms));
    if (before < 0) {
        fl_buffer_puts(s->out, ", the root of the sum of its squares");
        return;
    }
    double was = row_length(s, before, s->place.band, s->place.row);
    fl_buffer_printf(s->out, "; layer %" PRId32 " had %s", s->event.layer - 1, fl_short(old, was));
}

static void remark_scalar(scene *s) {
    double value = fl_value(s->view, s->event.index, s->place.index);
    char now[FL_NUMBER], old[FL_NUMBER];
    fl_buffer_printf(s->out, "row \"%s\": its numbers are typically %s in size", s->token,
                     fl_short(now, value));
    int64_t before = layer_before(s);
    if (before >= 0)
        fl_buffer_printf(s->out, "; layer %" PRId32 " had %s", s->event.layer - 1,
                         fl_short(old, fl_value(s->view, before, s->place.index)));
}

static void remark_tokens(scene *s) {
    int64_t count = s->event.new_tokens;
    if (s->event.phase == FL_DECODE)
        fl_buffer_puts(
            s->out, "one token is read: the one chosen before; all earlier ones are in the cache");
    else if (count == 1)
        fl_buffer_puts(s->out, "one token is read");
    else
        fl_buffer_printf(
            s->out, "%" PRId64 " tokens are read at once: each later step works on all of them",
            count);
}

/* In place of the second line: that a patch lies before this, or strikes here. */
static void remark_patch(scene *s) {
    const fl_view_model *model = &s->view->options.model;
    const fl_step here = {s->event.stage, s->event.layer, s->event.head};
    const fl_dims dims = fl_here_pass(s->view).dims;
    bool struck = fl_patched_here(s->view);
    const char *first = "";
    int count = 0;
    for (size_t i = 0; i < model->n_patches; i++) {
        const fl_patch *patch = &model->patches[i];
        if (struck ? !fl_patch_strikes(patch, &here, &dims) : !fl_patch_reaches(patch, &s->event))
            continue;
        if (count++ == 0)
            first = model->patch_texts[i];
    }
    char *second = count > 0 && s->out->data ? strchr(s->out->data, '\n') : NULL;
    if (second) {
        *second = '\0';
        s->out->length = (size_t)(second - s->out->data);
    }
    if (count > 0)
        fl_buffer_printf(s->out, "%s%s: %s%s", s->out->length ? "\n" : "",
                         struck ? "✎ patched here" : "differs because of a patch", first,
                         count > 1 ? ", and others" : "");
}

static void remark_nothing(scene *s) {
    (void)s;
}

static void remark_gate(scene *s) {
    remark_layers(s);
    if (s->view->cursor[FL_DIM_F] < 0)
        fl_buffer_puts(
            s->out,
            "\narrow keys fix a neuron: it is then followed through gate, up, silu, swiglu");
}

static void remark_stage(scene *s) {
    static void (*const remarks[FL_STAGE_COUNT])(scene *) = {
        [FL_STAGE_tokens] = remark_tokens,       [FL_STAGE_rope_cos] = remark_rope_table,
        [FL_STAGE_rope_sin] = remark_rope_table, [FL_STAGE_attn_norm_rms] = remark_scalar,
        [FL_STAGE_q_rope] = remark_rope,         [FL_STAGE_k_rope] = remark_rope,
        [FL_STAGE_k_cache] = remark_cache,       [FL_STAGE_v_cache] = remark_cache,
        [FL_STAGE_attn_scores] = remark_scores,  [FL_STAGE_attn_probs] = remark_probs,
        [FL_STAGE_resid_mid] = remark_residual,  [FL_STAGE_ffn_norm_rms] = remark_scalar,
        [FL_STAGE_gate] = remark_gate,           [FL_STAGE_up] = remark_gate,
        [FL_STAGE_silu] = remark_neurons,        [FL_STAGE_swiglu] = remark_neurons,
        [FL_STAGE_resid_post] = remark_residual, [FL_STAGE_final_norm_rms] = remark_scalar,
        [FL_STAGE_logits] = remark_ranked,       [FL_STAGE_probs] = remark_ranked,
        [FL_STAGE_next_token] = remark_nothing,
    };
    void (*remark)(scene *) = remarks[s->event.stage];
    (remark ? remark : remark_layers)(s);
}

void fl_remark(fl_view *view, fl_buffer *out) {
    const fl_captured *captured = fl_here(view);
    if (!captured)
        return;
    scene s = {.view = view, .out = out, .place = fl_cursor_place(view, captured)};
    captured = fl_here(view);
    s.event = captured->event;
    fl_dim dim = fl_grid_of(&s.event).row_dim;
    fl_token_at(view, s.token, sizeof s.token, fl_position_of(&s.event, dim, s.place.row));
    remark_stage(&s);
    if (s.event.modified)
        remark_patch(&s);
}
