/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The forward pass in the fewest words: one function writes one event after the other.
 */
#define _POSIX_C_SOURCE 200809L
#include "view/fake_source.h"

#include "base/diag.h"
#include "base/rng.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { D = 16, L = 2, H = 4, K = 2, W = 4, F = 24, V = 24, MOST = 32, PASSES = 8 };

static const fl_hparams hparams = {.model_type = "llama",
                                   .hidden_size = D,
                                   .intermediate_size = F,
                                   .num_hidden_layers = L,
                                   .num_attention_heads = H,
                                   .num_key_value_heads = K,
                                   .head_dim = W,
                                   .rotary_dim = W,
                                   .vocab_size = V,
                                   .max_position_embeddings = MOST,
                                   .rms_norm_eps = 1e-5,
                                   .rope_theta = 10000,
                                   .rope_pairing = FL_ROPE_INTERLEAVED,
                                   .dtype = FL_DTYPE_F32};

static const char *const pieces[V] = {
    "<unk>", "<s>",     "</s>",     "<0x0A>", " The",           " capital",
    " of",   " France", " is",      " Paris", " London",        ".",
    " ",     "\n",      "é",        "日本",   "e\xcc\x81",      " a",
    " dog",  " says",   "\x1b[31m", "\xff",   " somethinglong", " the"};

const fl_hparams *fl_fake_hparams(void) {
    return &hparams;
}

static const char *piece_text(const void *ctx, int32_t id, size_t *length) {
    (void)ctx;
    if (id < 0 || id >= V)
        return NULL;
    *length = strlen(pieces[id]);
    return pieces[id];
}

fl_pieces fl_fake_pieces(void) {
    return (fl_pieces){NULL, piece_text};
}

typedef struct fake {
    fl_fake_options options;
    fl_weight weights[FL_WEIGHT_COUNT][L];
    char names[FL_WEIGHT_COUNT][L][48];
    fl_captured *events;
    int64_t n_events, room, computed;
    fl_pass passes[PASSES];
    fl_plan *plan;
    int n_passes;
    int32_t tokens[MOST];
    size_t n_tokens, n_prompt;
    fl_source_tick *tick;
    void *tick_ctx;
    float k_cache[L][K][MOST][W], v_cache[L][K][MOST][W];
} fake;

/* ---- weights ---- */

/* "blk.{l}.attn_q.weight" with its layer. */
static void name_weight(char out[48], const char *pattern, int layer) {
    const char *place = strstr(pattern, "{l}");
    if (place)
        snprintf(out, 48, "%.*s%d%s", (int)(place - pattern), pattern, layer, place + 3);
    else
        snprintf(out, 48, "%s", pattern);
}

static void make_weight(fake *f, fl_weight_slot slot, int layer, uint64_t *seed) {
    fl_weight *w = &f->weights[slot][layer];
    const fl_weight_info *info = fl_weight_get_info(slot);
    int64_t shape[2];
    w->n_dims = fl_weight_shape(slot, &hparams, shape);
    w->shape[0] = shape[0];
    w->shape[1] = w->n_dims == 2 ? shape[1] : 0;
    int64_t n = w->shape[0] * (w->n_dims == 2 ? w->shape[1] : 1);
    float *data = malloc((size_t)n * sizeof *data);
    double spread = w->n_dims == 2 ? 3 / sqrt((double)w->shape[1]) : 0.3;
    for (int64_t i = 0; data && i < n; i++)
        data[i] = (float)((fl_rng_unit(seed) - 0.5) * spread + (w->n_dims == 1 ? 1 : 0));
    name_weight(f->names[slot][layer], info->gguf, layer);
    w->name = f->names[slot][layer];
    w->slot = slot;
    w->layer = info->scope == FL_SCOPE_PASS ? -1 : layer;
    w->dtype = FL_DTYPE_F32;
    w->bytes = (uint64_t)n * 4;
    w->data = data;
}

static const float *weight(const fake *f, fl_weight_slot slot, int layer) {
    return f->weights[slot][layer < 0 ? 0 : layer].data;
}

static void make_weights(fake *f) {
    uint64_t seed = f->options.seed ? f->options.seed : 20;
    for (int slot = 0; slot < FL_WEIGHT_COUNT; slot++)
        if (fl_weight_exists((fl_weight_slot)slot, &hparams))
            for (int layer = 0; layer < L; layer++)
                make_weight(f, (fl_weight_slot)slot, layer, &seed);
}

/* ---- events ---- */

static float *emit(fake *f, const fl_dims *dims, fl_stage stage, int layer, int head,
                   const void *data) {
    if (f->n_events == f->room) {
        f->room = f->room * 2 + 64;
        f->events = realloc(f->events, (size_t)f->room * sizeof *f->events);
    }
    const fl_stage_info *info = fl_stage_get_info(stage);
    int64_t shape[FL_MAX_DIMS], n = 1;
    int rank = fl_stage_shape(stage, dims, shape);
    for (int i = 0; i < rank; i++)
        n *= shape[i];
    void *copy = malloc((size_t)n * 4);
    memcpy(copy, data, (size_t)n * 4);
    bool ids = stage == FL_STAGE_tokens || stage == FL_STAGE_next_token;
    fl_captured *c = &f->events[f->n_events];
    *c = (fl_captured){.event = {.index = f->n_events,
                                 .pass = f->n_passes - 1,
                                 .phase = dims->P > 0 ? FL_DECODE : FL_PREFILL,
                                 .past = dims->P,
                                 .new_tokens = dims->T,
                                 .stage = stage,
                                 .layer = layer,
                                 .head = head,
                                 .kv_head = head < 0 ? -1 : head / (H / K),
                                 .ns = -1}};
    c->event.tensor =
        fl_tensor_dense(copy, ids ? FL_DTYPE_I32 : FL_DTYPE_F32, rank, shape, info->axes);
    if (stage == FL_STAGE_attn_scores || stage == FL_STAGE_attn_probs)
        c->event.tensor.mask = (fl_mask){true, dims->P, 0};
    if (info->weight != FL_WEIGHT_none)
        c->event.weight = &f->weights[info->weight][layer < 0 ? 0 : layer];
    if (f->options.odd && stage == FL_STAGE_silu && layer == 0) {
        ((float *)copy)[3] = NAN;
        ((float *)copy)[5] = INFINITY;
        ((float *)copy)[7] = 0;
    }
    fl_tensor_stats(&c->event.tensor, &c->stats);
    f->n_events++;
    return copy;
}

static void matmul(const float *w, const float *x, int tokens, int in, int out, float *y) {
    for (int t = 0; t < tokens; t++)
        for (int o = 0; o < out; o++) {
            double sum = 0;
            for (int j = 0; j < in; j++)
                sum += (double)w[o * in + j] * (double)x[t * in + j];
            y[t * out + o] = (float)sum;
        }
}

static void norm(fake *f, const fl_dims *n, fl_stage first, int layer, const float *x, int rows,
                 float *out) {
    float rms[MOST], unit[MOST * D];
    const float *w = weight(f, fl_stage_get_info((fl_stage)(first + 2))->weight, layer);
    for (int t = 0; t < rows; t++) {
        double squares = 0;
        for (int j = 0; j < D; j++)
            squares += (double)x[t * D + j] * (double)x[t * D + j];
        rms[t] = (float)sqrt(squares / D + hparams.rms_norm_eps);
        for (int j = 0; j < D; j++) {
            unit[t * D + j] = x[t * D + j] / rms[t];
            out[t * D + j] = unit[t * D + j] * w[j];
        }
    }
    emit(f, n, first, layer, -1, rms);
    emit(f, n, (fl_stage)(first + 1), layer, -1, unit);
    emit(f, n, (fl_stage)(first + 2), layer, -1, out);
}

static void turn(const float *x, const float *cosines, const float *sines, int heads, int tokens,
                 float *out) {
    for (int h = 0; h < heads; h++)
        for (int t = 0; t < tokens; t++)
            for (int i = 0; i < W / 2; i++) {
                const float *in = x + (t * heads + h) * W + 2 * i;
                float *to = out + (h * tokens + t) * W + 2 * i;
                float c = cosines[t * W + i], s = sines[t * W + i];
                to[0] = in[0] * c - in[1] * s;
                to[1] = in[0] * s + in[1] * c;
            }
}

static void softmax(const float *x, int seen, int count, float *out) {
    double most = -INFINITY, sum = 0;
    for (int k = 0; k < seen; k++)
        most = (double)x[k] > most ? (double)x[k] : most; /* fmax: see view/weight.c */
    for (int k = 0; k < seen; k++)
        sum += exp((double)x[k] - most);
    for (int k = 0; k < count; k++)
        out[k] = k < seen ? (float)(exp((double)x[k] - most) / sum) : 0;
}

static void heads(fake *f, const fl_dims *n, int layer, const float *q, float *concat) {
    int T = (int)n->T, P = (int)n->P, S = T + P;
    static float scores[H][MOST * MOST], probs[H][MOST * MOST], z[H][MOST * W];
    for (int h = 0; h < H; h++) {
        for (int t = 0; t < T; t++)
            for (int k = 0; k < S; k++) {
                double sum = 0;
                for (int i = 0; i < W; i++)
                    sum += (double)q[(h * T + t) * W + i] *
                           (double)f->k_cache[layer][h / (H / K)][k][i];
                scores[h][t * S + k] = k <= P + t ? (float)(sum / sqrt(W)) : -INFINITY;
            }
        emit(f, n, FL_STAGE_attn_scores, layer, h, scores[h]);
    }
    for (int h = 0; h < H; h++) {
        for (int t = 0; t < T; t++)
            softmax(scores[h] + t * S, P + t + 1, S, probs[h] + t * S);
        emit(f, n, FL_STAGE_attn_probs, layer, h, probs[h]);
    }
    for (int h = 0; h < H; h++) {
        for (int t = 0; t < T; t++)
            for (int i = 0; i < W; i++) {
                double sum = 0;
                for (int k = 0; k <= P + t; k++)
                    sum +=
                        (double)probs[h][t * S + k] * (double)f->v_cache[layer][h / (H / K)][k][i];
                z[h][t * W + i] = concat[t * H * W + h * W + i] = (float)sum;
            }
        emit(f, n, FL_STAGE_attn_head, layer, h, z[h]);
    }
}

static void emit_cache(fake *f, const fl_dims *n, fl_stage stage, int layer,
                       float (*cache)[MOST][W]) {
    float dense[K * MOST * W];
    int S = (int)(n->P + n->T);
    for (int h = 0; h < K; h++)
        memcpy(dense + h * S * W, cache[h], (size_t)S * W * sizeof(float));
    emit(f, n, stage, layer, -1, dense);
}

static void add(const float *a, const float *b, int count, float *out) {
    for (int i = 0; i < count; i++)
        out[i] = a[i] + b[i];
}

static void block(fake *f, const fl_dims *n, int l, float *x, const float *cosines,
                  const float *sines) {
    int T = (int)n->T, P = (int)n->P;
    float a[MOST * D], q[MOST * H * W], k[MOST * K * W], v[MOST * K * W], qr[MOST * H * W],
        kr[MOST * K * W], c[MOST * H * W], y[MOST * D], g[MOST * F], u[MOST * F], s[MOST * F];
    norm(f, n, FL_STAGE_attn_norm_rms, l, x, T, a);
    matmul(weight(f, FL_WEIGHT_attn_q, l), a, T, D, H * W, q);
    emit(f, n, FL_STAGE_q, l, -1, q);
    matmul(weight(f, FL_WEIGHT_attn_k, l), a, T, D, K * W, k);
    emit(f, n, FL_STAGE_k, l, -1, k);
    matmul(weight(f, FL_WEIGHT_attn_v, l), a, T, D, K * W, v);
    emit(f, n, FL_STAGE_v, l, -1, v);
    turn(q, cosines, sines, H, T, qr);
    emit(f, n, FL_STAGE_q_rope, l, -1, qr);
    turn(k, cosines, sines, K, T, kr);
    emit(f, n, FL_STAGE_k_rope, l, -1, kr);
    for (int h = 0; h < K; h++)
        for (int t = 0; t < T; t++) {
            memcpy(f->k_cache[l][h][P + t], kr + (h * T + t) * W, sizeof(float[W]));
            memcpy(f->v_cache[l][h][P + t], v + (t * K + h) * W, sizeof(float[W]));
        }
    emit_cache(f, n, FL_STAGE_k_cache, l, f->k_cache[l]);
    emit_cache(f, n, FL_STAGE_v_cache, l, f->v_cache[l]);
    heads(f, n, l, qr, c);
    emit(f, n, FL_STAGE_attn_concat, l, -1, c);
    matmul(weight(f, FL_WEIGHT_attn_output, l), c, T, H * W, D, a);
    emit(f, n, FL_STAGE_attn_out, l, -1, a);
    add(x, a, T * D, y);
    emit(f, n, FL_STAGE_resid_mid, l, -1, y);
    norm(f, n, FL_STAGE_ffn_norm_rms, l, y, T, a);
    matmul(weight(f, FL_WEIGHT_ffn_gate, l), a, T, D, F, g);
    emit(f, n, FL_STAGE_gate, l, -1, g);
    matmul(weight(f, FL_WEIGHT_ffn_up, l), a, T, D, F, u);
    emit(f, n, FL_STAGE_up, l, -1, u);
    for (int i = 0; i < T * F; i++)
        s[i] = g[i] / (1 + expf(-g[i]));
    emit(f, n, FL_STAGE_silu, l, -1, s);
    for (int i = 0; i < T * F; i++)
        s[i] *= u[i];
    emit(f, n, FL_STAGE_swiglu, l, -1, s);
    matmul(weight(f, FL_WEIGHT_ffn_down, l), s, T, F, D, a);
    emit(f, n, FL_STAGE_down, l, -1, a);
    add(y, a, T * D, x);
    emit(f, n, FL_STAGE_resid_post, l, -1, x);
}

static void run_pass(fake *f, int64_t T, int64_t P) {
    fl_dims n = fl_dims_of(&hparams, T, P, FL_LOGITS_LAST);
    f->passes[f->n_passes] = (fl_pass){f->n_passes, P > 0 ? FL_DECODE : FL_PREFILL,
                                       f->n_events, fl_plan_count(f->plan),
                                       f->plan,     n};
    f->n_passes++;
    float x[MOST * D], cosines[MOST * W], sines[MOST * W], logits[V], probs[V], last[D];
    emit(f, &n, FL_STAGE_tokens, -1, -1, f->tokens + P);
    for (int t = 0; t < T; t++) {
        memcpy(x + t * D, weight(f, FL_WEIGHT_token_embd, -1) + f->tokens[P + t] * D,
               sizeof(float[D]));
        for (int j = 0; j < D && f->options.loud > 0 && P + t == 0; j++)
            x[j] *= f->options.loud;
        for (int i = 0; i < W; i++) {
            double angle = (double)(P + t) * pow(hparams.rope_theta, -2.0 * (i % (W / 2)) / W);
            cosines[t * W + i] = (float)cos(angle);
            sines[t * W + i] = (float)sin(angle);
        }
    }
    emit(f, &n, FL_STAGE_embed, -1, -1, x);
    emit(f, &n, FL_STAGE_rope_cos, -1, -1, cosines);
    emit(f, &n, FL_STAGE_rope_sin, -1, -1, sines);
    for (int l = 0; l < L; l++)
        block(f, &n, l, x, cosines, sines);
    norm(f, &n, FL_STAGE_final_norm_rms, -1, x + (T - 1) * D, 1, last);
    matmul(weight(f, FL_WEIGHT_output, -1), last, 1, D, V, logits);
    emit(f, &n, FL_STAGE_logits, -1, -1, logits);
    softmax(logits, V, V, probs);
    emit(f, &n, FL_STAGE_probs, -1, -1, probs);
    int32_t best = 0;
    for (int32_t v = 1; v < V; v++)
        best = logits[v] > logits[best] ? v : best;
    emit(f, &n, FL_STAGE_next_token, -1, -1, &best);
    f->events[f->n_events - 1].event.prob = (double)probs[best];
    f->events[f->n_events - 1].event.sampler = "greedy";
    f->tokens[f->n_tokens++] = best;
}

/* ---- the source ---- */

/* Counts the events up to this one as computed, as far as it gets. */
static fl_status reach(fake *f, int64_t index, fl_diag *diag) {
    for (; f->computed <= index; f->computed++) {
        if (f->tick && !f->tick(f->tick_ctx, f->computed))
            return FL_OK;
        if (f->computed >= f->n_events)
            return fl_fail(diag, FL_DONE, "the run has ended");
        if (f->options.crash_at > 0 && f->computed == f->options.crash_at)
            raise(SIGSEGV);
        if (f->options.fail_at > 0 && f->computed >= f->options.fail_at)
            return fl_fail(diag, FL_ERR_IO, "the well has run dry");
        if (f->options.slow_at > 0 && f->computed > f->options.slow_at)
            nanosleep(&(struct timespec){0, 100000000}, NULL);
    }
    return FL_OK;
}

static const fl_captured *get(void *ctx, int64_t index, fl_diag *diag) {
    fake *f = ctx;
    bool there = reach(f, index, diag) == FL_OK && index >= 0 && index < f->computed;
    if (!there)
        return NULL;
    f->events[index].event.modified =
        f->options.modified_from > 0 && index >= f->options.modified_from;
    return &f->events[index];
}

static bool pass_of(void *ctx, int64_t index, fl_pass *pass) {
    const fake *f = ctx;
    for (int i = 0; i < f->n_passes; i++) {
        const fl_pass *p = &f->passes[i];
        if (index < p->first || index >= p->first + p->count || p->first > f->computed)
            continue;
        *pass = *p;
        return true;
    }
    return false;
}

static int64_t computed(void *ctx) {
    return ((const fake *)ctx)->computed;
}

static const int32_t *tokens(void *ctx, size_t *n_tokens, size_t *n_prompt) {
    const fake *f = ctx;
    *n_prompt = f->n_prompt;
    *n_tokens = f->n_prompt;
    for (int i = 0; i < f->n_passes; i++)
        *n_tokens += f->passes[i].first + f->passes[i].count <= f->computed;
    return f->tokens;
}

static void set_tick(void *ctx, fl_source_tick *tick, void *tick_ctx) {
    fake *f = ctx;
    f->tick = tick;
    f->tick_ctx = tick_ctx;
}

static void free_fake(void *ctx) {
    fake *f = ctx;
    for (int64_t i = 0; i < f->n_events; i++)
        free((void *)(uintptr_t)f->events[i].event.tensor.data);
    for (int slot = 0; slot < FL_WEIGHT_COUNT; slot++)
        for (int layer = 0; layer < L; layer++)
            free((void *)(uintptr_t)f->weights[slot][layer].data);
    free(f->events);
    fl_plan_free(f->plan);
    free(f);
}

fl_source fl_fake_source(const fl_fake_options *options) {
    static const int32_t usual[] = {1, 4, 5, 6, 7, 8};
    fake *f = calloc(1, sizeof *f);
    f->options = *options;
    make_weights(f);
    fl_plan_new(&f->plan, &hparams, FL_END_TOKEN, NULL);
    f->n_prompt = f->n_tokens = options->ids ? options->n_ids : sizeof usual / sizeof *usual;
    memcpy(f->tokens, options->ids ? options->ids : usual, f->n_prompt * sizeof *f->tokens);
    int64_t past = 0, predict = options->n_predict ? options->n_predict : 3;
    for (int64_t i = 0; i < predict; i++) {
        int64_t fresh = (int64_t)f->n_tokens - past;
        run_pass(f, fresh, past);
        past += fresh;
    }
    return (fl_source){f, get, pass_of, computed, tokens, set_tick, free_fake};
}
