/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The forward pass in execution order: one function per row of stages.def, named stage_<id>.
 * Each reads what earlier stages left in the activations, calls kernels, and points run->tensor at
 * its result. Letters as in stages.def: T tokens, D hidden size, H and K heads of size d.
 */
#include "engine/run.h"

#include "base/machine.h"
#include "engine/split.h"
#include "kernels/dequant.h"

/* Rows that meet tokens side by side at a time: whole tiles on every level. */
enum { BAND_ROWS = 48 };

/* ---- helpers: results, weights, work split over rows ---- */

/* The stage's result as a row-major tensor of its planned shape. */
static void give(fl_run *run, fl_stage stage, const void *data, fl_dtype dtype) {
    int64_t shape[FL_MAX_DIMS];
    int rank = fl_stage_shape(stage, &run->s->dims, shape);
    run->tensor = fl_tensor_dense(data, dtype, rank, shape, fl_stage_get_info(stage)->axes);
}

/* [1, heads, T, d], seen through rows that hold all heads of one token side by side. */
static void give_heads(fl_run *run, fl_stage stage, const float *rows) {
    give(run, stage, rows, FL_DTYPE_F32);
    int64_t heads = run->tensor.shape[1], d = run->s->dims.d;
    run->tensor.stride[1] = d;
    run->tensor.stride[2] = heads * d;
}

/* Which keys the tokens of this pass may look at. */
static fl_mask causal_mask(const fl_run *run) {
    return (fl_mask){true, run->s->dims.P, fl_layer_window(&run->s->hparams, run->layer)};
}

/* All heads of a per-head stage: [H, T, width], the session hands them out one by one. */
static void give_per_head(fl_run *run, fl_stage stage, const float *data, bool causal) {
    give(run, stage, data, FL_DTYPE_F32);
    if (causal)
        run->tensor.mask = causal_mask(run);
}

static const float *weight_vector(fl_run *run, fl_weight_slot slot, float *out) {
    const fl_weight *w = fl_model_weight(run->s->model, slot, run->layer);
    if (!w)
        return NULL;
    run->s->kernels.row(w->dtype, w->data, w->shape[0], out);
    return out;
}

/* ---- matrix products ---- */

static fl_matrix matrix_of(const fl_weight *w) {
    uint64_t row_bytes = fl_dtype_row_bytes(w->dtype, (uint64_t)w->shape[1]);
    return (fl_matrix){w->dtype, w->data, w->shape[0], w->shape[1], row_bytes, w->group};
}

typedef struct product_job {
    const fl_session *s;
    fl_matrix w;
    const float *bias;
    float *out;
} product_job;

static void pack_range(void *ctx, int64_t begin, int64_t end) {
    const fl_session *s = ctx;
    fl_pack(&s->kernels, &s->operand, begin, end);
}

static void product_range(void *ctx, int64_t begin, int64_t end) {
    const product_job *job = ctx;
    fl_product(&job->s->kernels, &job->w, job->bias, &job->s->operand, begin, end, job->out);
}

/* The layout for a stage's product. In the blocks it is that of all the pass's tokens, also where
 * only some rows are still computed: they get the same values. */
static fl_layout layout_of(const fl_session *s, const fl_stage_info *info, int64_t tokens,
                           fl_dtype type) {
    int64_t all = info->scope == FL_SCOPE_LAYER ? s->passes[s->pass].new_tokens : tokens;
    return fl_product_layout(&s->kernels, type, all, s->options.fast);
}

/* Lays x out. Stages in a row that read the same x (q, k, v; gate, up) share the work. */
static void prepare_operand(fl_session *s, const float *x, int64_t tokens, fl_layout layout,
                            int64_t n) {
    bool again = s->operand.x == x && s->operand.layout == layout && s->operand_step + 1 == s->step;
    s->operand_step = s->step;
    if (again)
        return;
    s->operand = (fl_operand){layout, tokens, n, x, s->a.packed};
    int64_t unit = fl_pack_unit(layout);
    if (layout != FL_PLAIN)
        fl_parallel_for(fl_threads_for_numbers(s, tokens * n), (tokens + unit - 1) / unit, 1,
                        pack_range, s);
}

/* Rows of a matrix that a thread takes at a time: many where they stream by, a band where tokens
 * lie side by side. */
static int64_t rows_at_a_time(const fl_session *s, int64_t rows) {
    int64_t shares = 2 * s->threads;
    bool streams = s->operand.layout == FL_PLAIN || s->operand.layout == FL_Q8;
    return streams ? (rows + shares - 1) / shares : BAND_ROWS;
}

/* out[t] = W · x[t] (+ bias): the rows of W are split over the threads. */
static void project(fl_run *run, fl_stage stage, const float *x, int64_t tokens, float *out) {
    fl_session *s = run->s;
    const fl_stage_info *info = fl_stage_get_info(stage);
    const fl_weight *w = fl_model_weight(s->model, info->weight, run->layer);
    product_job job = {.s = s, .out = out};
    job.w = matrix_of(w);
    if (info->bias != FL_WEIGHT_none && fl_weight_exists(info->bias, &s->hparams))
        job.bias = weight_vector(run, info->bias, s->a.bias);
    prepare_operand(s, x, tokens, layout_of(s, info, tokens, w->dtype), job.w.in);
    int64_t grain = rows_at_a_time(s, job.w.out);
    fl_parallel_for(fl_threads_for(s, tokens * job.w.out * job.w.in), job.w.out, grain,
                    product_range, &job);
    give(run, stage, out, FL_DTYPE_F32);
}

static void norm_rms(fl_run *run, fl_stage stage, const float *x, int64_t rows) {
    fl_session *s = run->s;
    fl_split_rms(s, x, rows, s->a.rms);
    give(run, stage, s->a.rms, FL_DTYPE_F32);
}

static void norm_unit(fl_run *run, fl_stage stage, const float *x, int64_t rows) {
    fl_session *s = run->s;
    fl_split_unit(s, x, s->a.rms, rows, s->a.unit);
    give(run, stage, s->a.unit, FL_DTYPE_F32);
}

static void norm_weight(fl_run *run, fl_stage stage, int64_t rows) {
    fl_session *s = run->s;
    const float *w = weight_vector(run, fl_stage_get_info(stage)->weight, s->a.weight);
    fl_split_weigh(s, s->a.unit, w, rows, s->a.norm);
    give(run, stage, s->a.norm, FL_DTYPE_F32);
}

/* A declared patch multiplies what a branch is about to add. */
static void patch_branch(fl_run *run, fl_patch_target target) {
    float scale = fl_patch_scale(run->s, target, run->layer, -1);
    if (scale != 1)
        run->s->kernels.scale(run->s->a.branch, scale, run->s->dims.T * run->s->dims.D);
}

/* The first of the rows that get logits: the last R of T. */
static const float *last_rows(const fl_session *s) {
    return s->a.x + (s->dims.T - s->dims.R) * s->dims.D;
}

/* ---- before the blocks ---- */

static void stage_tokens(fl_run *run) {
    give(run, FL_STAGE_tokens, run->s->tokens + run->s->dims.P, FL_DTYPE_I32);
}

static void stage_embed(fl_run *run) {
    fl_session *s = run->s;
    const fl_weight *table = fl_model_weight(s->model, FL_WEIGHT_token_embd, -1);
    int64_t D = s->dims.D;
    const fl_matrix rows = matrix_of(table);
    for (int64_t t = 0; t < s->dims.T; t++)
        fl_matrix_cells(&rows, s->kernels.row, s->tokens[s->dims.P + t], 0, D, s->a.x + t * D);
    give(run, FL_STAGE_embed, s->a.x, FL_DTYPE_F32);
}

static void stage_rope_cos(fl_run *run) {
    fl_session *s = run->s;
    int64_t r = s->dims.r;
    for (int64_t t = 0; t < s->dims.T; t++)
        s->kernels.rope_table(s->theta, s->magnitude, s->dims.P + t, r / 2, s->a.cosines + t * r,
                              s->a.sines + t * r);
    give(run, FL_STAGE_rope_cos, s->a.cosines, FL_DTYPE_F32);
}

/* Computed together with the cosines: one angle gives both. */
static void stage_rope_sin(fl_run *run) {
    give(run, FL_STAGE_rope_sin, run->s->a.sines, FL_DTYPE_F32);
}

/* ---- attention ---- */

static void stage_attn_norm_rms(fl_run *run) {
    norm_rms(run, FL_STAGE_attn_norm_rms, run->s->a.x, run->s->dims.T);
}

static void stage_attn_norm_unit(fl_run *run) {
    norm_unit(run, FL_STAGE_attn_norm_unit, run->s->a.x, run->s->dims.T);
}

static void stage_attn_norm(fl_run *run) {
    norm_weight(run, FL_STAGE_attn_norm, run->s->dims.T);
}

static void stage_q(fl_run *run) {
    project(run, FL_STAGE_q, run->s->a.norm, run->s->dims.T, run->s->a.q);
}

static void stage_k(fl_run *run) {
    project(run, FL_STAGE_k, run->s->a.norm, run->s->dims.T, run->s->a.k);
}

static void stage_v(fl_run *run) {
    project(run, FL_STAGE_v, run->s->a.norm, run->s->dims.T, run->s->a.v);
}

static void norm_heads(fl_run *run, fl_stage stage, const float *x, int64_t heads, float *out) {
    fl_session *s = run->s;
    const float *w = weight_vector(run, fl_stage_get_info(stage)->weight, s->a.weight);
    fl_split_norm_heads(s, x, w, heads, out);
    give_heads(run, stage, out);
}

static void stage_q_norm(fl_run *run) {
    norm_heads(run, FL_STAGE_q_norm, run->s->a.q, run->s->dims.H, run->s->a.q_norm);
}

static void stage_k_norm(fl_run *run) {
    norm_heads(run, FL_STAGE_k_norm, run->s->a.k, run->s->dims.K, run->s->a.k_norm);
}

static void turn_heads(fl_run *run, fl_stage stage, const float *x, int64_t heads, float *out) {
    fl_split_rope(run->s, x, heads, out);
    give_heads(run, stage, out);
}

static void stage_q_rope(fl_run *run) {
    fl_activations *a = &run->s->a;
    turn_heads(run, FL_STAGE_q_rope, a->q_norm ? a->q_norm : a->q, run->s->dims.H, a->q_rope);
}

static void stage_k_rope(fl_run *run) {
    fl_activations *a = &run->s->a;
    turn_heads(run, FL_STAGE_k_rope, a->k_norm ? a->k_norm : a->k, run->s->dims.K, a->k_rope);
}

static void stage_k_cache(fl_run *run) {
    fl_session *s = run->s;
    fl_cache *cache = &s->k_cache[run->layer];
    fl_patch_rows(s, FL_PATCH_KEY, run->layer, s->a.k_rope); /* told, and read by nobody else */
    fl_cache_store(s, cache, s->a.k_rope);
    run->tensor = fl_cache_view(s, cache, s->dims.P + s->dims.T);
}

static void stage_v_cache(fl_run *run) {
    fl_session *s = run->s;
    fl_cache *cache = &s->v_cache[run->layer];
    fl_patch_rows(s, FL_PATCH_VALUE, run->layer, s->a.v);
    fl_cache_store(s, cache, s->a.v);
    run->tensor = fl_cache_view(s, cache, s->dims.P + s->dims.T);
}

/* Where a query head's keys or values begin: H/K query heads share one key/value head. */
static const void *head_cells(const fl_session *s, const fl_cache *cache, int64_t head) {
    int64_t kv_head = head / (s->dims.H / s->dims.K);
    return fl_cell(cache->cells, s->options.kv_dtype, kv_head * s->context * s->dims.d);
}

/* The cells of all heads are split over the threads, head by head. */
static void each_head(fl_run *run, fl_range_fn *body, int64_t cell_work) {
    const fl_dims *n = &run->s->dims;
    int64_t work = n->H * n->T * (n->P + n->T) * cell_work;
    fl_parallel_for(fl_threads_for(run->s, work), n->H, 1, body, run);
}

static void scores_range(void *ctx, int64_t begin, int64_t end) {
    fl_run *run = ctx;
    fl_session *s = run->s;
    const fl_dims *n = &s->dims;
    const fl_mask mask = causal_mask(run);
    int64_t S = n->P + n->T, first, seen;
    for (int64_t h = begin; h < end; h++)
        for (int64_t t = 0; t < n->T; t++) {
            fl_mask_range(&mask, t, &first, &seen);
            s->kernels.scores(s->a.q_rope + (t * n->H + h) * n->d,
                              head_cells(s, &s->k_cache[run->layer], h), s->options.kv_dtype, first,
                              seen, S, n->d, s->a.scores + (h * n->T + t) * S);
        }
}

static void stage_attn_scores(fl_run *run) {
    each_head(run, scores_range, run->s->dims.d);
    give_per_head(run, FL_STAGE_attn_scores, run->s->a.scores, true);
}

static void probs_range(void *ctx, int64_t begin, int64_t end) {
    fl_run *run = ctx;
    fl_session *s = run->s;
    const fl_dims *n = &s->dims;
    const fl_mask mask = causal_mask(run);
    int64_t S = n->P + n->T, first, seen;
    for (int64_t h = begin; h < end; h++)
        for (int64_t t = 0; t < n->T; t++) {
            int64_t row = (h * n->T + t) * S;
            fl_mask_range(&mask, t, &first, &seen);
            s->kernels.softmax(s->a.scores + row, first, seen, S, s->a.probs + row);
        }
}

static void stage_attn_probs(fl_run *run) {
    each_head(run, probs_range, 16);
    give_per_head(run, FL_STAGE_attn_probs, run->s->a.probs, true);
}

static void mix_range(void *ctx, int64_t begin, int64_t end) {
    fl_run *run = ctx;
    fl_session *s = run->s;
    const fl_dims *n = &s->dims;
    const fl_mask mask = causal_mask(run);
    int64_t S = n->P + n->T, first, seen;
    for (int64_t h = begin; h < end; h++)
        for (int64_t t = 0; t < n->T; t++) {
            fl_mask_range(&mask, t, &first, &seen);
            s->kernels.mix(s->a.probs + (h * n->T + t) * S,
                           head_cells(s, &s->v_cache[run->layer], h), s->options.kv_dtype, first,
                           seen, n->d, s->a.z + (h * n->T + t) * n->d);
        }
}

static void stage_attn_head(fl_run *run) {
    fl_session *s = run->s;
    each_head(run, mix_range, s->dims.d);
    for (int32_t h = 0; h < s->dims.H; h++) {
        float scale = fl_patch_scale(s, FL_PATCH_HEAD, run->layer, h);
        if (scale != 1)
            s->kernels.scale(s->a.z + h * s->dims.T * s->dims.d, scale, s->dims.T * s->dims.d);
    }
    give_per_head(run, FL_STAGE_attn_head, s->a.z, false);
}

static void stage_attn_concat(fl_run *run) {
    fl_session *s = run->s;
    s->kernels.concat(s->a.z, s->dims.H, s->dims.T, s->dims.d, s->a.concat);
    give(run, FL_STAGE_attn_concat, s->a.concat, FL_DTYPE_F32);
}

static void stage_attn_out(fl_run *run) {
    project(run, FL_STAGE_attn_out, run->s->a.concat, run->s->dims.T, run->s->a.branch);
    patch_branch(run, FL_PATCH_ATTENTION);
}

static void stage_resid_mid(fl_run *run) {
    fl_session *s = run->s;
    fl_split_add(s, s->a.x, s->a.branch, s->dims.T * s->dims.D, s->a.mid);
    give(run, FL_STAGE_resid_mid, s->a.mid, FL_DTYPE_F32);
}

/* ---- feed-forward ---- */

static void stage_ffn_norm_rms(fl_run *run) {
    norm_rms(run, FL_STAGE_ffn_norm_rms, run->s->a.mid, run->s->dims.T);
}

static void stage_ffn_norm_unit(fl_run *run) {
    norm_unit(run, FL_STAGE_ffn_norm_unit, run->s->a.mid, run->s->dims.T);
}

static void stage_ffn_norm(fl_run *run) {
    norm_weight(run, FL_STAGE_ffn_norm, run->s->dims.T);
}

static void stage_gate(fl_run *run) {
    project(run, FL_STAGE_gate, run->s->a.norm, run->s->dims.T, run->s->a.gate);
}

static void stage_up(fl_run *run) {
    project(run, FL_STAGE_up, run->s->a.norm, run->s->dims.T, run->s->a.up);
}

static void stage_silu(fl_run *run) {
    fl_session *s = run->s;
    fl_split_silu(s, s->a.gate, s->dims.T * s->dims.F, s->a.silu);
    give(run, FL_STAGE_silu, s->a.silu, FL_DTYPE_F32);
}

static void stage_swiglu(fl_run *run) {
    fl_session *s = run->s;
    fl_split_mul(s, s->a.silu, s->a.up, s->dims.T * s->dims.F, s->a.swiglu);
    fl_patch_neurons(s, run->layer, s->a.swiglu);
    give(run, FL_STAGE_swiglu, s->a.swiglu, FL_DTYPE_F32);
}

static void stage_down(fl_run *run) {
    project(run, FL_STAGE_down, run->s->a.swiglu, run->s->dims.T, run->s->a.branch);
    patch_branch(run, FL_PATCH_FEED_FORWARD);
}

static void stage_resid_post(fl_run *run) {
    fl_session *s = run->s;
    fl_split_add(s, s->a.mid, s->a.branch, s->dims.T * s->dims.D, s->a.x);
    give(run, FL_STAGE_resid_post, s->a.x, FL_DTYPE_F32);
}

/* ---- after the blocks: the last R rows ---- */

static void stage_final_norm_rms(fl_run *run) {
    norm_rms(run, FL_STAGE_final_norm_rms, last_rows(run->s), run->s->dims.R);
}

static void stage_final_norm_unit(fl_run *run) {
    norm_unit(run, FL_STAGE_final_norm_unit, last_rows(run->s), run->s->dims.R);
}

static void stage_final_norm(fl_run *run) {
    norm_weight(run, FL_STAGE_final_norm, run->s->dims.R);
}

static void stage_logits(fl_run *run) {
    project(run, FL_STAGE_logits, run->s->a.norm, run->s->dims.R, run->s->a.logits);
}

static void stage_probs(fl_run *run) {
    fl_session *s = run->s;
    int64_t V = s->dims.V;
    for (int64_t t = 0; t < s->dims.R; t++)
        s->kernels.softmax(s->a.logits + t * V, 0, V, V, s->a.token_probs + t * V);
    give(run, FL_STAGE_probs, s->a.token_probs, FL_DTYPE_F32);
}

static void stage_next_token(fl_run *run) {
    fl_session *s = run->s;
    int64_t last = (s->dims.R - 1) * s->dims.V;
    s->choice = fl_sample(&s->options.sampler, s->a.logits + last, s->dims.V, s->a.candidates,
                          &s->rng, &s->kernels);
    s->choice_prob = (double)s->a.token_probs[last + s->choice];
    give(run, FL_STAGE_next_token, &s->choice, FL_DTYPE_I32);
}

/* A row of stages.def without its function does not compile. */
fl_stage_fn *const fl_stage_functions[FL_STAGE_COUNT] = {
#define FL_STAGE(id_, ...) [FL_STAGE_##id_] = stage_##id_,
#include <footlight/stages.def>
};
