/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * One JSON object a line for every event.
 */
#include "sinks/json.h"
#include "sinks/recorder.h"

#include <string.h>

enum { EDGE = 3 }; /* values shown from the beginning and the end */

static void key(fl_buffer *out, const char *name) {
    fl_buffer_puts(out, ",\"");
    fl_buffer_puts(out, name);
    fl_buffer_puts(out, "\":");
}

static void integer(fl_buffer *out, const char *name, int64_t value) {
    key(out, name);
    fl_json_int(out, value);
}

static void int_or_null(fl_buffer *out, const char *name, int64_t value) {
    key(out, name);
    if (value >= 0)
        fl_json_int(out, value);
    else
        fl_buffer_puts(out, "null");
}

/* A word that needs no escaping. */
static void word(fl_buffer *out, const char *name, const char *value) {
    key(out, name);
    fl_buffer_puts(out, "\"");
    fl_buffer_puts(out, value);
    fl_buffer_puts(out, "\"");
}

static void place(fl_recorder *r, const fl_event *event) {
    fl_buffer *out = &r->line;
    char name[128];
    fl_stage_name(event->stage, event->layer, r->dialect, name, sizeof name);
    fl_buffer_puts(out, "{\"event\":");
    fl_json_int(out, event->index);
    integer(out, "pass", event->pass);
    word(out, "phase", event->phase == FL_PREFILL ? "prefill" : "decode");
    integer(out, "past", event->past);
    integer(out, "new", event->new_tokens);
    int_or_null(out, "layer", event->layer);
    int_or_null(out, "head", event->head);
    int_or_null(out, "kv_head", event->kv_head);
    word(out, "stage", fl_stage_get_info(event->stage)->id);
    word(out, "name", name);
    key(out, "shape");
    fl_json_ints(out, event->tensor.shape, event->tensor.n_dims);
    key(out, "axes");
    fl_json_axes(out, event->tensor.axes, event->tensor.n_dims);
}

static const char *dtype_word(fl_dtype dtype) {
    return dtype == FL_DTYPE_I32 ? "i32" : dtype == FL_DTYPE_F16 ? "f16" : "f32";
}

static void real(fl_buffer *out, const char *name, double value, bool there) {
    key(out, name);
    if (there)
        fl_json_double(out, value);
    else
        fl_buffer_puts(out, "null");
}

/* A value of a cell: it has float precision. */
static void cell(fl_buffer *out, const char *name, float value, bool there) {
    key(out, name);
    if (there)
        fl_json_float(out, value);
    else
        fl_buffer_puts(out, "null");
}

static void index_of(fl_buffer *out, const char *name, const int64_t *index, int n, bool there) {
    key(out, name);
    if (there)
        fl_json_ints(out, index, n);
    else
        fl_buffer_puts(out, "null");
}

static void statistics(fl_buffer *out, const fl_event *event) {
    fl_stats s;
    fl_event_stats(event, &s);
    const bool some = s.finite > 0;
    const int n = event->tensor.n_dims;
    integer(out, "count", s.count);
    integer(out, "masked", s.masked);
    cell(out, "min", (float)s.min, some);
    cell(out, "max", (float)s.max, some);
    index_of(out, "argmin", s.argmin, n, some);
    index_of(out, "argmax", s.argmax, n, some);
    real(out, "mean", s.mean, some);
    real(out, "std", s.std, some);
    real(out, "rms", s.rms, some);
    real(out, "l2", s.l2, some);
    real(out, "sum", s.sum, some);
    integer(out, "zeros", s.zeros);
    integer(out, "nan", s.nan);
    integer(out, "inf", s.inf);
}

/* Cells [from, to) in row order; what is masked or not finite is null. */
static void cells(fl_buffer *out, const char *name, const fl_tensor *tensor, int64_t from,
                  int64_t to) {
    key(out, name);
    fl_buffer_puts(out, "[");
    for (int64_t flat = from; flat < to; flat++) {
        int64_t index[FL_MAX_DIMS] = {0}, rest = flat;
        for (int i = tensor->n_dims - 1; i >= 0; i--) {
            index[i] = rest % tensor->shape[i];
            rest /= tensor->shape[i];
        }
        fl_buffer_puts(out, flat > from ? "," : "");
        if (fl_tensor_masked(tensor, index))
            fl_buffer_puts(out, "null");
        else
            fl_json_float(out, (float)fl_tensor_at(tensor, index));
    }
    fl_buffer_puts(out, "]");
}

static void edges(fl_buffer *out, const fl_tensor *tensor) {
    int64_t count = fl_tensor_count(tensor), shown = count < EDGE ? count : EDGE;
    cells(out, "first", tensor, 0, shown);
    cells(out, "last", tensor, count - shown, count);
}

static void piece(fl_recorder *r, int32_t id) {
    size_t length = 0;
    const char *text = r->tokenizer ? fl_piece_text(r->tokenizer, id, &length) : NULL;
    if (text)
        fl_json_string(&r->line, text, length, r->ascii);
    else
        fl_buffer_puts(&r->line, "null");
}

static void ids(fl_recorder *r, const fl_tensor *tensor) {
    const int64_t n = tensor->shape[1];
    int64_t index[FL_MAX_DIMS] = {0};
    fl_buffer_printf(&r->line, ",\"count\":%lld,\"ids\":[", (long long)n);
    for (index[1] = 0; index[1] < n; index[1]++)
        fl_buffer_printf(&r->line, "%s%d", index[1] ? "," : "", (int)fl_tensor_at(tensor, index));
    fl_buffer_puts(&r->line, "],\"pieces\":[");
    for (index[1] = 0; index[1] < n; index[1]++) {
        fl_buffer_puts(&r->line, index[1] ? "," : "");
        piece(r, (int32_t)fl_tensor_at(tensor, index));
    }
    fl_buffer_puts(&r->line, "]");
}

static void choice(fl_recorder *r, const fl_event *event) {
    fl_buffer_puts(&r->line, ",\"prob\":");
    fl_json_double(&r->line, event->prob);
    fl_buffer_puts(&r->line, ",\"sampler\":");
    fl_json_text(&r->line, event->sampler, r->ascii);
}

static void best(fl_recorder *r, const fl_tensor *tensor) {
    fl_ranked top[FL_TOP];
    int found = fl_best_of_last_row(tensor, top);
    fl_buffer_puts(&r->line, ",\"top\":[");
    for (int i = 0; i < found; i++) {
        fl_buffer_printf(&r->line, "%s{\"id\":%d,\"piece\":", i ? "," : "", top[i].id);
        piece(r, top[i].id);
        fl_buffer_puts(&r->line, ",\"value\":");
        fl_json_float(&r->line, (float)top[i].value);
        fl_buffer_puts(&r->line, "}");
    }
    fl_buffer_puts(&r->line, "]");
}

static fl_flow record(void *ctx, const fl_event *event) {
    fl_recorder *r = ctx;
    place(r, event);
    word(&r->line, "dtype", dtype_word(event->tensor.dtype));
    if (fl_holds_ids(event->stage)) {
        ids(r, &event->tensor);
        if (event->stage == FL_STAGE_next_token)
            choice(r, event);
    } else {
        statistics(&r->line, event);
        edges(&r->line, &event->tensor);
    }
    if (event->stage == FL_STAGE_logits || event->stage == FL_STAGE_probs)
        best(r, &event->tensor);
    int_or_null(&r->line, "ns", r->time ? event->ns : -1);
    fl_buffer_puts(&r->line, "}\n");
    return fl_recorder_end(r);
}

fl_sink fl_jsonl_sink(fl_recorder *recorder) {
    return (fl_sink){recorder, fl_recorder_wants, record};
}
