/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Memory of a session: the caches once, the activations as large as the largest pass so far.
 */
#include "engine/run.h"

#include "base/cursor.h"
#include "base/diag.h"

#include <stdlib.h>

/* a·b, or more than can be allocated. */
static size_t product(size_t a, size_t b) {
    uint64_t n;
    return fl_mul_u64(a, b, &n) && n <= SIZE_MAX ? (size_t)n : SIZE_MAX;
}

/* calloc of a large block is a reservation: pages come as they are first written. */
static bool new_cache(const fl_session *s, fl_cache *cache) {
    const fl_hparams *h = &s->hparams;
    size_t cell = (size_t)fl_dtype_row_bytes(s->options.kv_dtype, 1);
    cache->cells =
        calloc(product((size_t)s->context, (size_t)(h->num_key_value_heads * h->head_dim)), cell);
    return cache->cells != NULL;
}

fl_status fl_buffers_new(fl_session *s, fl_diag *diag) {
    size_t layers = (size_t)s->hparams.num_hidden_layers;
    s->k_cache = calloc(layers, sizeof *s->k_cache);
    s->v_cache = calloc(layers, sizeof *s->v_cache);
    s->theta = calloc((size_t)s->hparams.rotary_dim / 2, sizeof *s->theta);
    s->notices = calloc((size_t)s->hparams.num_attention_heads, sizeof *s->notices);
    if (s->options.sampler.temperature > 0)
        s->a.candidates = calloc((size_t)s->hparams.vocab_size, sizeof *s->a.candidates);
    if (!s->k_cache || !s->v_cache || !s->theta || !s->notices ||
        (s->options.sampler.temperature > 0 && !s->a.candidates))
        return fl_fail_memory(diag);
    for (size_t layer = 0; layer < layers; layer++)
        if (!new_cache(s, &s->k_cache[layer]) || !new_cache(s, &s->v_cache[layer]))
            return fl_fail(
                diag, FL_ERR_MEMORY,
                "a cache of %lld positions does not fit in memory, expected a smaller --ctx",
                (long long)s->context);
    return FL_OK;
}

static bool grow_to(float **buffer, size_t n) {
    float *grown = n <= SIZE_MAX / sizeof **buffer ? realloc(*buffer, n * sizeof **buffer) : NULL;
    if (grown)
        *buffer = grown;
    return grown != NULL;
}

static bool grow(float **buffer, int64_t rows, int64_t width) {
    return grow_to(buffer, product((size_t)rows, (size_t)width));
}

static int64_t larger(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/* Bytes for the widest operand of the pass, in the layout that takes most. */
static size_t packed_need(const fl_dims *n) {
    static const fl_layout layouts[] = {FL_COLUMNS, FL_Q8, FL_Q8_COLUMNS};
    int64_t width = larger(larger(n->D, n->F), n->H * n->d);
    size_t need = 0;
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        size_t bytes = fl_packed_bytes(layouts[i], n->T, width);
        need = bytes > need ? bytes : need;
    }
    return need;
}

/* Room for the operand; what it held is not kept. */
static bool fit_packed(fl_session *s, const fl_dims *n) {
    size_t need = packed_need(n);
    if (need <= s->packed_capacity)
        return true;
    free(s->a.packed);
    s->a.packed = aligned_alloc(64, need);
    s->packed_capacity = s->a.packed ? need : 0;
    return s->a.packed != NULL;
}

static bool fit_rows(fl_session *s, const fl_dims *n) {
    fl_activations *a = &s->a;
    const bool qk_norm = fl_stage_exists(FL_STAGE_q_norm, &s->hparams);
    const struct {
        float **buffer;
        int64_t width;
    } rows[] = {
        {&a->cosines, n->r},
        {&a->sines, n->r},
        {&a->x, n->D},
        {&a->mid, n->D},
        {&a->rms, 1},
        {&a->unit, n->D},
        {&a->norm, n->D},
        {&a->q, n->H * n->d},
        {&a->k, n->K * n->d},
        {&a->v, n->K * n->d},
        {&a->q_rope, n->H * n->d},
        {&a->k_rope, n->K * n->d},
        {&a->z, n->H * n->d},
        {&a->concat, n->H * n->d},
        {&a->branch, n->D},
        {&a->gate, n->F},
        {&a->up, n->F},
        {&a->silu, n->F},
        {&a->swiglu, n->F},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!grow(rows[i].buffer, n->T, rows[i].width))
            return false;
    int64_t R = s->options.logits == FL_LOGITS_ALL ? n->T : 1;
    return (!qk_norm ||
            (grow(&a->q_norm, n->T, n->H * n->d) && grow(&a->k_norm, n->T, n->K * n->d))) &&
           grow(&a->logits, R, n->V) && grow(&a->token_probs, R, n->V) &&
           grow(&a->weight, 1, larger(n->D, n->H * n->d)) &&
           grow(&a->bias, 1, larger(n->D, n->H * n->d));
}

fl_status fl_buffers_fit(fl_session *s, const fl_dims *n, fl_diag *diag) {
    size_t cells = product(product((size_t)n->H, (size_t)n->T), (size_t)(n->P + n->T));
    if (n->T > s->rows_capacity) {
        if (!fit_rows(s, n) || !fit_packed(s, n))
            return fl_fail_memory(diag);
        s->rows_capacity = n->T;
    }
    if (cells > s->scores_capacity) {
        /* decoding adds one position at a time: leave room, so that not every pass grows */
        size_t room = cells < SIZE_MAX / 2 ? cells + cells / 4 : cells;
        if (!grow_to(&s->a.scores, room) || !grow_to(&s->a.probs, room))
            return fl_fail_memory(diag);
        s->scores_capacity = room;
    }
    return FL_OK;
}

static void free_caches(fl_session *s, fl_cache *caches) {
    for (int64_t layer = 0; caches && layer < s->hparams.num_hidden_layers; layer++)
        free(caches[layer].cells);
    free(caches);
}

void fl_buffers_free(fl_session *s) {
    fl_activations *a = &s->a;
    float *buffers[] = {a->cosines,     a->sines,  a->x,      a->mid,   a->rms,    a->unit,
                        a->norm,        a->q,      a->k,      a->v,     a->q_norm, a->k_norm,
                        a->q_rope,      a->k_rope, a->scores, a->probs, a->z,      a->concat,
                        a->branch,      a->gate,   a->up,     a->silu,  a->swiglu, a->logits,
                        a->token_probs, a->weight, a->bias};
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
        free(buffers[i]);
    free(a->candidates);
    free(a->packed);
    free_caches(s, s->k_cache);
    free_caches(s, s->v_cache);
    free(s->theta);
    free(s->notices);
}
