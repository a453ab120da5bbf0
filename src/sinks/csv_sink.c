/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * One line of comma-separated values for every event, in the order of the JSON record's keys.
 */
#include "sinks/csv.h"
#include "sinks/json.h"
#include "sinks/recorder.h"

static const char columns[] =
    "event,pass,phase,past,new,layer,head,kv_head,stage,name,shape,axes,dtype,count,masked,min,max,"
    "argmin,argmax,mean,std,rms,l2,sum,zeros,nan,inf,ns\n";

static void optional(fl_buffer *out, int64_t value) {
    if (value >= 0)
        fl_json_int(out, value);
    fl_buffer_puts(out, ",");
}

static void real(fl_buffer *out, double value) {
    fl_json_double(out, value);
    fl_buffer_puts(out, ",");
}

static void place(fl_recorder *r, const fl_event *event) {
    fl_buffer *out = &r->line;
    char name[128];
    fl_stage_name(event->stage, event->layer, r->dialect, name, sizeof name);
    fl_buffer_printf(out, "%lld,%d,%s,%lld,%lld,", (long long)event->index, event->pass,
                     event->phase == FL_PREFILL ? "prefill" : "decode", (long long)event->past,
                     (long long)event->new_tokens);
    optional(out, event->layer);
    optional(out, event->head);
    optional(out, event->kv_head);
    fl_buffer_printf(out, "%s,%s,", fl_stage_get_info(event->stage)->id, name);
    fl_csv_ints(out, event->tensor.shape, event->tensor.n_dims);
    fl_buffer_puts(out, ",");
    fl_csv_axes(out, event->tensor.axes, event->tensor.n_dims);
}

static void statistics(fl_buffer *out, const fl_event *event) {
    fl_stats s;
    fl_event_stats(event, &s);
    const int n = event->tensor.n_dims;
    fl_buffer_printf(out, ",%s,%lld,%lld,", event->tensor.dtype == FL_DTYPE_F16 ? "f16" : "f32",
                     (long long)s.count, (long long)s.masked);
    if (s.finite > 0) {
        fl_json_float(out, (float)s.min);
        fl_buffer_puts(out, ",");
        fl_json_float(out, (float)s.max);
        fl_buffer_puts(out, ",");
        fl_csv_ints(out, s.argmin, n);
        fl_buffer_puts(out, ",");
        fl_csv_ints(out, s.argmax, n);
        fl_buffer_puts(out, ",");
        real(out, s.mean);
        real(out, s.std);
        real(out, s.rms);
        real(out, s.l2);
        real(out, s.sum);
    } else {
        fl_buffer_puts(out, ",,,,,,,,,");
    }
    fl_buffer_printf(out, "%lld,%lld,%lld,", (long long)s.zeros, (long long)s.nan,
                     (long long)s.inf);
}

static fl_flow record(void *ctx, const fl_event *event) {
    fl_recorder *r = ctx;
    place(r, event);
    if (fl_holds_ids(event->stage))
        fl_buffer_printf(&r->line, ",i32,%lld,,,,,,,,,,,,,,",
                         (long long)fl_tensor_count(&event->tensor));
    else
        statistics(&r->line, event);
    if (r->time && event->ns >= 0)
        fl_json_int(&r->line, event->ns);
    fl_buffer_puts(&r->line, "\n");
    return fl_recorder_end(r);
}

fl_sink fl_csv_sink(fl_recorder *recorder) {
    fl_out_puts(recorder->out, columns);
    return (fl_sink){recorder, fl_recorder_wants, record};
}
