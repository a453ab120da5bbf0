/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Making and freeing a session, and looking at it. Running it is step.c.
 */
#include "engine/run.h"

#include "base/diag.h"
#include "base/machine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

fl_session_options fl_session_defaults(void) {
    return (fl_session_options){.n_predict = 1,
                                .chunk = 512,
                                .logits = FL_LOGITS_LAST,
                                .kv_dtype = FL_DTYPE_F32,
                                .sampler = {.top_p = 1},
                                .time = true};
}

static fl_status check_options(const fl_session_options *o, fl_diag *diag) {
    if (o->n_ids == 0)
        return fl_fail(diag, FL_ERR_USAGE, "the prompt has no tokens, expected at least one");
    if (o->context < 0)
        return fl_fail(diag, FL_ERR_USAGE, "context is %lld, expected 0 or more",
                       (long long)o->context);
    if (o->chunk < 1)
        return fl_fail(diag, FL_ERR_USAGE, "chunk is %lld, expected 1 or more",
                       (long long)o->chunk);
    if (o->kv_dtype != FL_DTYPE_F32 && o->kv_dtype != FL_DTYPE_F16)
        return fl_fail(diag, FL_ERR_USAGE, "the cache's type must be f32 or f16");
    if (!(o->sampler.temperature >= 0) || !(o->sampler.top_p > 0) || o->sampler.top_k < 0)
        return fl_fail(
            diag, FL_ERR_USAGE,
            "temperature %g, top-k %lld, top-p %g: expected 0 or more, 0 or more, above 0",
            o->sampler.temperature, (long long)o->sampler.top_k, o->sampler.top_p);
    return FL_OK;
}

static fl_status check_ids(const fl_session_options *o, const fl_hparams *h, fl_diag *diag) {
    for (size_t i = 0; i < o->n_ids; i++)
        if (o->ids[i] < 0 || o->ids[i] >= h->vocab_size)
            return fl_fail(diag, FL_ERR_USAGE, "token id %d at place %zu, expected 0 to %lld",
                           o->ids[i], i, (long long)h->vocab_size - 1);
    return FL_OK;
}

/* Positions the run needs: every token but the last choice is read. */
static int64_t needed(const fl_session_options *o, int64_t limit) {
    if (o->n_predict < 0 || o->n_predict > limit)
        return limit;
    return (int64_t)o->n_ids + (o->n_predict > 0 ? o->n_predict - 1 : 0);
}

static fl_status choose_context(fl_session *s, fl_diag *diag) {
    const fl_session_options *o = &s->options;
    int64_t limit = fl_context_limit(&s->hparams);
    const char *why = s->hparams.rope_scaling.kind == FL_ROPE_DYNAMIC
                          ? ": beyond them dynamic rope scaling, which is not supported, turns all "
                            "positions by other angles"
                          : "";
    if (o->context > limit)
        return fl_fail(diag, FL_ERR_LIMIT,
                       "a context of %lld positions is more than the model's %lld%s",
                       (long long)o->context, (long long)limit, why);
    if (o->context > 0)
        limit = o->context;
    int64_t need = needed(o, limit);
    s->context = need < limit ? need : limit;
    if ((int64_t)o->n_ids > limit)
        return fl_fail(diag, FL_ERR_LIMIT,
                       "the prompt is %zu tokens long, expected at most the context's %lld%s",
                       o->n_ids, (long long)limit, o->context ? "" : why);
    return FL_OK;
}

static fl_status check_weights(const fl_model *model, fl_diag *diag) {
    if (fl_model_has_weights(model))
        return FL_OK;
    return fl_fail(diag, FL_ERR_UNSUPPORTED, "cannot run: %s", fl_model_why_no_weights(model));
}

static fl_status copy_inputs(fl_session *s, const fl_session_options *o, fl_diag *diag) {
    s->tokens_capacity = o->n_ids + 64;
    s->tokens = malloc(s->tokens_capacity * sizeof *s->tokens);
    s->patches = malloc((o->n_patches + 1) * sizeof *s->patches);
    if (!s->tokens || !s->patches)
        return fl_fail_memory(diag);
    memcpy(s->tokens, o->ids, o->n_ids * sizeof *s->tokens);
    s->options.n_patches = 0;
    for (size_t i = 0; i < o->n_patches; i++)
        s->options.n_patches =
            fl_patches_put(s->patches, s->options.n_patches, &o->patches[i], &s->hparams);
    s->n_tokens = s->n_prompt = o->n_ids;
    s->options.ids = s->tokens;
    s->options.patches = s->patches;
    return FL_OK;
}

static fl_status check_divisors(const fl_weight *weight, const float *values, fl_diag *diag) {
    for (int64_t i = 0; i < weight->shape[0]; i++)
        if (!(values[i] > 0 && isfinite(values[i])))
            return fl_fail(diag, FL_ERR_FORMAT,
                           "tensor '%s' holds %g at pair %lld, expected a positive number",
                           weight->name, (double)values[i], (long long)i);
    return FL_OK;
}

static fl_status prepare_rope(fl_session *s, fl_diag *diag) {
    const fl_weight *divisors = fl_model_weight(s->model, FL_WEIGHT_rope_freqs, -1);
    fl_status status = FL_OK;
    float *values = NULL;
    if (divisors) {
        values = malloc((size_t)divisors->shape[0] * sizeof *values);
        if (!values)
            return fl_fail_memory(diag);
        s->kernels.row(divisors->dtype, divisors->data, divisors->shape[0], values);
        status = check_divisors(divisors, values, diag);
    }
    fl_rope_frequencies(&s->hparams, values, s->theta, &s->magnitude);
    free(values);
    return status;
}

static fl_status build(fl_session *s, const fl_session_options *o, fl_diag *diag) {
    fl_status status;
    if ((status = check_weights(s->model, diag)) || (status = check_options(o, diag)) ||
        (status = check_ids(o, &s->hparams, diag)) ||
        (status = fl_patches_check(o->patches, o->n_patches, &s->hparams, diag)) ||
        (status = choose_context(s, diag)) ||
        (status = fl_kernels_choose(&s->kernels, o->isa, diag)) ||
        (status = copy_inputs(s, o, diag)) || (status = fl_patches_check_positions(s, diag)) ||
        (status = fl_buffers_new(s, diag)) || (status = prepare_rope(s, diag)))
        return status;
    s->threads = o->threads > 0 ? o->threads : fl_cpu_count();
    s->rng = o->sampler.seed;
    s->pass = -1;
    s->choice = -1;
    s->dims = fl_dims_of(&s->hparams, 0, 0, o->logits);
    fl_sampler_print(&o->sampler, s->sampler_text, sizeof s->sampler_text);
    return FL_OK;
}

fl_status fl_session_new(fl_session **out, const fl_model *model, const fl_session_options *options,
                         fl_diag *diag) {
    *out = NULL;
    fl_diag_init(diag, fl_model_name(model));
    fl_session *s = calloc(1, sizeof *s);
    if (!s)
        return fl_fail_memory(diag);
    s->model = model;
    s->options = *options;
    s->hparams = *fl_model_hparams(model);
    fl_status status = build(s, options, diag);
    if (status == FL_OK)
        *out = s;
    else
        fl_session_free(&s);
    return status;
}

void fl_session_free(fl_session **session) {
    fl_session *s = session ? *session : NULL;
    if (!s)
        return;
    fl_buffers_free(s);
    for (size_t i = 0; i < sizeof s->plans / sizeof *s->plans; i++)
        fl_plan_free(s->plans[i]);
    free(s->passes);
    free(s->tokens);
    free(s->patches);
    free(s);
    *session = NULL;
}

fl_status fl_session_add_sink(fl_session *s, const fl_sink *sink) {
    if (s->n_sinks == FL_MAX_SINKS)
        return FL_ERR_LIMIT;
    s->sinks[s->n_sinks++] = *sink;
    s->heads_asked = false;
    return FL_OK;
}

const fl_model *fl_session_model(const fl_session *s) {
    return s->model;
}

const fl_session_options *fl_session_get_options(const fl_session *s) {
    return &s->options;
}

int32_t fl_session_pass_index(const fl_session *s) {
    return s->pass;
}

int64_t fl_session_next_step(const fl_session *s) {
    return s->step;
}

fl_dims fl_session_dims(const fl_session *s) {
    return s->pass < 0 ? s->dims : fl_pass_dims(s, &s->passes[s->pass]);
}

const int32_t *fl_session_tokens(const fl_session *s, size_t *n_tokens) {
    *n_tokens = s->n_tokens;
    return s->tokens;
}

size_t fl_session_prompt_length(const fl_session *s) {
    return s->n_prompt;
}

const char *fl_session_isa(const fl_session *s) {
    return s->kernels.isa;
}

/* Is there a matrix of this stage that meets 8-bit activations? */
static bool rounds(const fl_session *s, const fl_stage_info *info) {
    int64_t layers = info->scope == FL_SCOPE_PASS ? 1 : s->hparams.num_hidden_layers;
    for (int32_t layer = 0; layer < layers; layer++) {
        const fl_weight *w = fl_model_weight(s->model, info->weight, layer);
        if (w && fl_product_layout(&s->kernels, w->dtype, 1, s->options.fast) == FL_Q8)
            return true;
    }
    return false;
}

bool fl_session_exact(const fl_session *s) {
    for (int stage = 0; stage < FL_STAGE_COUNT; stage++) {
        const fl_stage_info *info = fl_stage_get_info((fl_stage)stage);
        if (strcmp(info->kernel, "matmul") == 0 && rounds(s, info))
            return false;
    }
    return true;
}
