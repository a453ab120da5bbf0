/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Writing safetensors (huggingface/safetensors: u64 length of the header, JSON header, data). The
 * data follow in the order of events, so that nothing has to be kept.
 */
#include "sinks/safetensors.h"

#include "base/diag.h"
#include "base/out.h"
#include "base/text.h"
#include "sinks/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct fl_tensor_file {
    fl_out *out;
    const fl_selection *selection;
    const fl_session *session;
    int32_t last_pass;
    uint64_t planned, written; /* bytes of data */
    void *cells;               /* one event packed */
    size_t capacity;
    bool memory_failed;
};

static bool is_cache(fl_stage stage) {
    return stage == FL_STAGE_k_cache || stage == FL_STAGE_v_cache;
}

/* ---- the plan ---- */

typedef struct pass_plan {
    int32_t index;
    fl_dims dims;
    fl_plan_end end;
    bool last;
} pass_plan;

typedef struct planner {
    fl_tensor_file *file;
    fl_dialect dialect;
    fl_dtype kv_dtype;
    int32_t heads_from, heads_to; /* heads that are kept: [from, to) */
    fl_buffer header;
} planner;

static fl_dtype dtype_of(const planner *p, fl_stage stage) {
    if (stage == FL_STAGE_tokens || stage == FL_STAGE_next_token)
        return FL_DTYPE_I32;
    return is_cache(stage) ? p->kv_dtype : FL_DTYPE_F32;
}

/* A head's [1, T, n] becomes [1, heads, T, n]. */
static int file_shape(const planner *p, fl_stage stage, const fl_dims *dims,
                      int64_t shape[FL_MAX_DIMS]) {
    int n = fl_stage_shape(stage, dims, shape);
    if (fl_stage_get_info(stage)->scope != FL_SCOPE_HEAD)
        return n;
    memmove(shape + 2, shape + 1, (size_t)(n - 1) * sizeof *shape);
    shape[1] = p->heads_to - p->heads_from;
    return n + 1;
}

static void plan_tensor(planner *p, const pass_plan *pass, const fl_step *step) {
    int64_t shape[FL_MAX_DIMS];
    char name[128];
    fl_dtype dtype = dtype_of(p, step->stage);
    uint64_t bytes = fl_dtype_row_bytes(dtype, 1);
    int n = file_shape(p, step->stage, &pass->dims, shape);
    for (int i = 0; i < n; i++)
        bytes *= (uint64_t)shape[i];
    fl_stage_name(step->stage, step->layer, p->dialect, name, sizeof name);
    fl_buffer_printf(&p->header, ",\"pass.%d.%s\":{\"dtype\":\"%s\",\"shape\":", pass->index, name,
                     fl_dtype_get_info(dtype)->name);
    fl_json_ints(&p->header, shape, n);
    fl_buffer_printf(&p->header, ",\"data_offsets\":[%llu,%llu]}",
                     (unsigned long long)p->file->planned,
                     (unsigned long long)(p->file->planned + bytes));
    p->file->planned += bytes;
}

/* Heads of one stage are one tensor: the first that is wanted stands for all. */
static bool begins_tensor(const planner *p, const pass_plan *pass, const fl_step *step) {
    if (is_cache(step->stage) && !pass->last)
        return false;
    if (step->head > p->heads_from)
        return false;
    return fl_selection_wants(p->file->selection, step);
}

static fl_status plan_pass(planner *p, const pass_plan *pass, const fl_hparams *hparams,
                           fl_diag *diag) {
    fl_plan *plan;
    fl_status status = fl_plan_new(&plan, hparams, pass->end, diag);
    if (status != FL_OK)
        return status;
    for (int64_t i = 0; i < fl_plan_count(plan); i++)
        if (begins_tensor(p, pass, fl_plan_step(plan, i)))
            plan_tensor(p, pass, fl_plan_step(plan, i));
    fl_plan_free(plan);
    return FL_OK;
}

/* The passes a session makes: the prompt in chunks, then one token at a time. */
static fl_status plan_run(planner *p, const fl_session_options *o, const fl_hparams *h,
                          fl_diag *diag) {
    const int64_t n_prompt = (int64_t)o->n_ids;
    const int64_t total = n_prompt + (o->n_predict > 0 ? o->n_predict - 1 : 0);
    fl_status status = FL_OK;
    int32_t index = 0;
    for (int64_t past = 0; past < total && status == FL_OK; index++) {
        int64_t left = past < n_prompt ? n_prompt - past : 1;
        int64_t count = left < o->chunk ? left : o->chunk;
        pass_plan pass = {.index = index, .dims = fl_dims_of(h, count, past, o->logits)};
        pass.last = past + count >= total;
        pass.end = o->n_predict == 0 ? FL_END_PROBS : FL_END_TOKEN;
        if (past + count < n_prompt)
            pass.end = o->logits == FL_LOGITS_ALL ? FL_END_PROBS : FL_END_BLOCKS;
        status = plan_pass(p, &pass, h, diag);
        past += count;
    }
    p->file->last_pass = index - 1;
    return status;
}

static void plan_heads(planner *p, const fl_hparams *h) {
    const fl_filter *filter = &p->file->selection->filter;
    int32_t heads = (int32_t)h->num_attention_heads;
    p->heads_from = filter->head_min;
    p->heads_to = filter->head_max < heads - 1 ? filter->head_max + 1 : heads;
}

static fl_status plan_file(planner *p, const char *metadata, fl_diag *diag) {
    const fl_hparams *hparams = fl_model_hparams(fl_session_model(p->file->session));
    const fl_session_options *options = fl_session_get_options(p->file->session);
    plan_heads(p, hparams);
    p->kv_dtype = options->kv_dtype;
    fl_buffer_printf(&p->header, "{\"__metadata__\":%s", metadata);
    fl_status status = plan_run(p, options, hparams, diag);
    fl_buffer_puts(&p->header, "}");
    while (p->header.length % 8 && !p->header.failed)
        fl_buffer_puts(&p->header, " ");
    return status == FL_OK && p->header.failed ? fl_fail_memory(diag) : status;
}

static fl_status check_room(const char *path, uint64_t needed, fl_diag *diag) {
    uint64_t available;
    char a[32], b[32];
    fl_diag_init(diag, path);
    fl_status status = fl_disk_free(path, &available, diag);
    if (status != FL_OK || needed <= available)
        return status;
    return fl_fail(diag, FL_ERR_IO, "the values take %s, but only %s are free on that disk",
                   fl_human_bytes(a, sizeof a, (double)needed),
                   fl_human_bytes(b, sizeof b, (double)available));
}

static void write_length(fl_out *out, uint64_t length) {
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(length >> (8 * i));
    fl_out_write(out, bytes, sizeof bytes);
}

fl_status fl_tensor_file_open(fl_tensor_file **out, const char *path, const fl_session *session,
                              const fl_selection *selection, fl_dialect dialect,
                              const char *metadata, fl_diag *diag) {
    fl_tensor_file *file = calloc(1, sizeof *file);
    planner p = {.file = file, .dialect = dialect};
    *out = NULL;
    if (!file)
        return fl_fail_memory(diag);
    file->session = session;
    file->selection = selection;
    fl_status status = plan_file(&p, metadata, diag);
    if (status == FL_OK)
        status = check_room(path, 8 + p.header.length + file->planned, diag);
    if (status == FL_OK)
        status = fl_out_open(&file->out, path, diag);
    if (status == FL_OK) {
        write_length(file->out, p.header.length);
        fl_out_write(file->out, p.header.data, p.header.length);
        *out = file;
    } else {
        free(file);
    }
    fl_buffer_done(&p.header);
    return status;
}

/* ---- the values ---- */

static bool wants(void *ctx, const fl_step *step) {
    const fl_tensor_file *file = ctx;
    if (is_cache(step->stage) && fl_session_pass_index(file->session) != file->last_pass)
        return false;
    return fl_selection_wants(file->selection, step);
}

static bool room_for(fl_tensor_file *file, size_t bytes) {
    if (bytes <= file->capacity)
        return true;
    void *cells = realloc(file->cells, bytes);
    if (!cells)
        return false;
    file->cells = cells;
    file->capacity = bytes;
    return true;
}

/* What the mask hides of a head's scores is -inf; of its probabilities it is 0 already. */
static void hide_masked(const fl_event *event, float *cells) {
    const fl_tensor *tensor = &event->tensor;
    int64_t index[FL_MAX_DIMS] = {0};
    if (event->stage != FL_STAGE_attn_scores)
        return;
    do {
        if (fl_tensor_masked(tensor, index))
            cells[index[1] * tensor->shape[2] + index[2]] = -INFINITY;
    } while (fl_tensor_next(tensor, index));
}

static fl_flow write_event(void *ctx, const fl_event *event) {
    fl_tensor_file *file = ctx;
    if (is_cache(event->stage) && event->pass != file->last_pass)
        return FL_GO;
    size_t bytes =
        (size_t)fl_dtype_row_bytes(event->tensor.dtype, (uint64_t)fl_tensor_count(&event->tensor));
    if (!room_for(file, bytes)) {
        file->memory_failed = true;
        return FL_STOP;
    }
    fl_tensor_pack(&event->tensor, file->cells);
    hide_masked(event, file->cells);
    fl_out_write(file->out, file->cells, bytes);
    file->written += bytes;
    return fl_out_failed(file->out) ? FL_STOP : FL_GO;
}

fl_sink fl_tensor_file_sink(fl_tensor_file *file) {
    return (fl_sink){file, wants, write_event};
}

static void destroy(fl_tensor_file *file) {
    free(file->cells);
    free(file);
}

fl_status fl_tensor_file_close(fl_tensor_file **file, fl_diag *diag) {
    fl_tensor_file *closing = *file;
    fl_status status;
    *file = NULL;
    if (closing->memory_failed ||
        (!fl_out_failed(closing->out) && closing->written != closing->planned)) {
        status = closing->memory_failed
                     ? fl_fail_memory(diag)
                     : fl_fail(diag, FL_ERR_IO, "the run ended before all its values were written");
        fl_out_discard(&closing->out);
    } else {
        status = fl_out_close(&closing->out, diag);
    }
    destroy(closing);
    return status;
}

void fl_tensor_file_discard(fl_tensor_file **file) {
    fl_tensor_file *closing = *file;
    *file = NULL;
    if (!closing)
        return;
    fl_out_discard(&closing->out);
    destroy(closing);
}
