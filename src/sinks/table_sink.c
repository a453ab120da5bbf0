/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * One line of aligned columns for every event, for reading.
 */
#include "sinks/recorder.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PIECES = 12 };

/* The longest name any stage has in this dialect, in the last layer. */
static int longest_name(const fl_recorder *r) {
    int longest = (int)strlen("stage");
    int32_t last = (int32_t)fl_model_hparams(fl_session_model(r->session))->num_hidden_layers - 1;
    for (int id = 0; id < FL_STAGE_COUNT; id++) {
        char name[128];
        bool per_pass = fl_stage_get_info((fl_stage)id)->scope == FL_SCOPE_PASS;
        int width =
            fl_stage_name((fl_stage)id, per_pass ? -1 : last, r->dialect, name, sizeof name);
        longest = width > longest ? width : longest;
    }
    return longest;
}

/* A changed run says so wherever its numbers are read. */
static void add_patches(fl_recorder *r) {
    const fl_session_options *options = fl_session_get_options(r->session);
    for (size_t i = 0; i < options->n_patches; i++) {
        char patch[96];
        fl_patch_print(&options->patches[i], patch, sizeof patch);
        fl_buffer_printf(&r->line, "%s%s", i ? ", " : "; MODIFIED: ", patch);
    }
    fl_buffer_puts(&r->line, "\n");
}

/* "pass 0: prefill of 6 tokens, 0 cached; avx512, exact" */
static void pass_line(fl_recorder *r, const fl_event *event) {
    fl_buffer_printf(&r->line, "%spass %d: %s of %lld %s, %lld cached; %s, %s",
                     event->pass > 0 ? "\n" : "", event->pass,
                     event->phase == FL_PREFILL ? "prefill" : "decode",
                     (long long)event->new_tokens, event->new_tokens == 1 ? "token" : "tokens",
                     (long long)event->past, fl_session_isa(r->session),
                     fl_session_exact(r->session) ? "exact" : "fast");
    add_patches(r);
}

static void place(fl_recorder *r, const fl_event *event) {
    char name[128], head[16] = "", shape[64];
    size_t used = 0;
    fl_stage_name(event->stage, event->layer, r->dialect, name, sizeof name);
    if (event->head >= 0)
        snprintf(head, sizeof head, "%d", event->head);
    for (int i = 0; i < event->tensor.n_dims; i++)
        used += (size_t)snprintf(shape + used, sizeof shape - used, "%s%lld", i ? ", " : "[",
                                 (long long)event->tensor.shape[i]);
    snprintf(shape + used, sizeof shape - used, "]");
    fl_buffer_printf(&r->line, "%6lld  %-*s %4s  %-18s", (long long)event->index, r->name_width,
                     name, head, shape);
}

static void time_of(fl_recorder *r, const fl_event *event) {
    if (r->time && event->ns >= 0)
        fl_buffer_printf(&r->line, " %9.1f", (double)event->ns / 1e3);
    else
        fl_buffer_printf(&r->line, " %9s", "");
}

static void statistics(fl_recorder *r, const fl_event *event) {
    fl_stats s;
    fl_event_stats(event, &s);
    if (s.finite > 0) /* + 0.0: for people, minus zero is zero */
        fl_buffer_printf(&r->line, " %11.4g %11.4g %11.4g %11.4g", s.min + 0.0, s.max + 0.0,
                         s.mean + 0.0, s.rms);
    else
        fl_buffer_printf(&r->line, " %11s %11s %11s %11s", "-", "-", "-", "-");
    time_of(r, event);
    if (s.masked)
        fl_buffer_printf(&r->line, "  %lld masked", (long long)s.masked);
    if (s.nan || s.inf)
        fl_buffer_printf(&r->line, "  %lld NaN, %lld Inf", (long long)s.nan, (long long)s.inf);
}

static void best(fl_recorder *r, const fl_tensor *tensor) {
    char piece[64];
    fl_ranked top[FL_TOP];
    int found = fl_best_of_last_row(tensor, top);
    for (int i = 0; i < found && i < 3; i++)
        fl_buffer_printf(&r->line, "%s\"%s\" %.4g", i ? ", " : "  ",
                         fl_piece_show(piece, sizeof piece, &r->pieces, top[i].id), top[i].value);
}

static void choice(fl_recorder *r, const fl_event *event) {
    if (isnan(event->prob))
        fl_buffer_printf(&r->line, ", probability NaN, %s", event->sampler);
    else
        fl_buffer_printf(&r->line, ", probability %.4g, %s", event->prob, event->sampler);
}

static void pieces(fl_recorder *r, const fl_event *event) {
    const int64_t n = event->tensor.shape[1];
    int64_t index[FL_MAX_DIMS] = {0};
    char piece[64];
    fl_buffer_printf(&r->line, " ");
    for (index[1] = 0; index[1] < n && index[1] < PIECES; index[1]++)
        fl_buffer_printf(&r->line, " \"%s\"",
                         fl_piece_show(piece, sizeof piece, &r->pieces,
                                       (int32_t)fl_tensor_at(&event->tensor, index)));
    if (n > PIECES)
        fl_buffer_printf(&r->line, " and %lld more", (long long)(n - PIECES));
    if (event->stage == FL_STAGE_next_token)
        choice(r, event);
}

/* Without the blanks that stand for an empty last column. */
static fl_flow end_line(fl_recorder *r) {
    while (r->line.length && r->line.data[r->line.length - 1] == ' ')
        r->line.data[--r->line.length] = '\0';
    fl_buffer_puts(&r->line, "\n");
    return fl_recorder_end_text(r);
}

static fl_flow record(void *ctx, const fl_event *event) {
    fl_recorder *r = ctx;
    if (event->pass != r->pass)
        pass_line(r, event);
    r->pass = event->pass;
    place(r, event);
    if (fl_holds_ids(event->stage))
        pieces(r, event);
    else
        statistics(r, event);
    if (event->stage == FL_STAGE_logits || event->stage == FL_STAGE_probs)
        best(r, &event->tensor);
    return end_line(r);
}

fl_sink fl_table_sink(fl_recorder *r) {
    r->name_width = longest_name(r);
    fl_buffer_printf(&r->line, "%6s  %-*s %4s  %-18s %11s %11s %11s %11s %9s", "event",
                     r->name_width, "stage", "head", "shape", "min", "max", "mean", "rms",
                     r->time ? "usec" : "");
    end_line(r);
    return (fl_sink){r, fl_recorder_wants, record};
}
