/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Who shares whose keys and values, drawn from the configuration, and what the pages about how the
 * model is built have in common.
 */
#include "view/mechanism.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- the layer and the head of a page ---- */

void fl_mechanism_open(fl_view *view) {
    fl_pass pass = fl_here_pass(view);
    const fl_step *here = fl_plan_step(pass.plan, view->at - pass.first);
    int64_t token = view->cursor[FL_DIM_T];
    int32_t last = (int32_t)pass.dims.L - 1;
    view->mechanism =
        (fl_mechanism){.layer = here->layer >= 0                       ? here->layer
                                : here->stage < FL_STAGE_attn_norm_rms ? 0
                                                                       : last,
                       .head = here->head >= 0 ? here->head : view->slice,
                       .token = token < 0 || token >= pass.dims.T ? pass.dims.T - 1 : token};
}

static int64_t clamp(int64_t value, int64_t most) {
    return value < 0 ? 0 : value > most ? most : value;
}

void fl_mechanism_layer(fl_view *view, int64_t by) {
    int64_t last = view->options.model.hparams->num_hidden_layers - 1;
    view->mechanism.layer = (int32_t)clamp(view->mechanism.layer + by, last);
}

void fl_mechanism_head(fl_view *view, int64_t by, bool groups) {
    const fl_hparams *h = view->options.model.hparams;
    int64_t group = groups ? h->num_attention_heads / h->num_key_value_heads : 1;
    view->mechanism.head =
        clamp(view->mechanism.head / group + by, h->num_attention_heads / group - 1) * group;
}

const char *fl_mechanism_hindrance(const fl_view *view, fl_verb verb) {
    const fl_hparams *h = view->options.model.hparams;
    bool layer = verb == FL_VERB_layer_up || verb == FL_VERB_layer_down;
    bool heads = view->page == FL_PAGE_rope || view->page == FL_PAGE_cache;
    bool layers = heads || view->page == FL_PAGE_map;
    if (layer ? !layers : !heads)
        return layer ? "this page has no layer to choose" : "this page has no head to choose";
    if (layer)
        return h->num_hidden_layers > 1 ? NULL : "there is only one layer";
    return h->num_attention_heads > 1 ? NULL : "there is only one head";
}

/* ---- drawing ---- */

void fl_mechanism_heading(fl_view *view, fl_rect rect, const char *text) {
    int x = rect.x + fl_text_width(fl_page_get_info(view->page)->title) + 2;
    fl_canvas_fit(&view->canvas, x, rect.y - 2, rect.x + rect.w - x, FL_STYLE_bold,
                  text ? text : "");
}

int fl_mechanism_text(fl_canvas *canvas, fl_rect rect, const char *text) {
    int used = 0;
    char line[512];
    while (text && *text) {
        size_t length = strcspn(text, "\n");
        snprintf(line, sizeof line, "%.*s", (int)length, text);
        fl_rect rest = {rect.x, rect.y + used, rect.w, rect.h - used};
        used += fl_canvas_wrap(canvas, rest, FL_STYLE_text, line);
        text += length + (text[length] == '\n');
    }
    return used;
}

/* ---- who shares whose keys ---- */

static int64_t group_of(const fl_hparams *h) {
    return h->num_attention_heads / h->num_key_value_heads;
}

const char *fl_sharing_name(const fl_hparams *h) {
    if (group_of(h) == 1)
        return "multi-head attention (MHA)";
    return h->num_key_value_heads == 1 ? "multi-query attention (MQA)"
                                       : "grouped-query attention (GQA)";
}

/* "4 5 6 7", or "8 … 15" where there are many. */
static void print_heads(char *out, size_t size, int64_t first, int64_t count) {
    int used = 0;
    if (count > 4) {
        snprintf(out, size, "%" PRId64 " … %" PRId64, first, first + count - 1);
        return;
    }
    for (int64_t i = 0; i < count; i++)
        used += snprintf(out + used, size - (size_t)used, "%s%" PRId64, i ? " " : "", first + i);
}

enum { NAME = 16, GAP = 3, COLUMNS = 76 };

static int width_of_group(const fl_hparams *h) {
    char text[64];
    int64_t group = group_of(h);
    print_heads(text, sizeof text, h->num_attention_heads - group, group);
    return fl_text_width(text);
}

static void put_centred(fl_buffer *out, const char *text, int width) {
    int room = width - fl_text_width(text);
    fl_buffer_printf(out, "%*s%s%*s", room / 2 + GAP, "", text, room - room / 2, "");
}

/* "└──┬──┘" under the query heads, "│" under a single one. */
static void put_brace(fl_buffer *out, int width, bool single) {
    if (single || width < 3) {
        put_centred(out, "│", width);
        return;
    }
    fl_buffer_printf(out, "%*s└", GAP, "");
    for (int i = 1; i < width - 1; i++)
        fl_buffer_puts(out, i == (width - 1) / 2 ? "┬" : "─");
    fl_buffer_puts(out, "┘");
}

static void put_row(fl_buffer *out, const fl_hparams *h, int64_t first, int64_t last, int line) {
    static const char *const names[] = {"query heads", "", "keys, values"};
    int width = width_of_group(h);
    int64_t group = group_of(h);
    char text[64];
    fl_buffer_printf(out, "%-*s", NAME - GAP, names[line]);
    for (int64_t kv = first; kv < last; kv++) {
        if (line == 0)
            print_heads(text, sizeof text, kv * group, group);
        else
            snprintf(text, sizeof text, "%" PRId64, kv);
        if (line == 1)
            put_brace(out, width, group == 1);
        else
            put_centred(out, text, width);
    }
    while (out->length && out->data[out->length - 1] == ' ')
        out->data[--out->length] = '\0';
    fl_buffer_puts(out, "\n");
}

static void put_drawing(fl_buffer *out, const fl_hparams *h) {
    int64_t fit = (COLUMNS - NAME + GAP) / (width_of_group(h) + GAP);
    fit = fit < 1 ? 1 : fit;
    for (int64_t first = 0; first < h->num_key_value_heads; first += fit) {
        int64_t last = first + fit;
        last = last > h->num_key_value_heads ? h->num_key_value_heads : last;
        for (int line = 0; line < 3; line++)
            put_row(out, h, first, last, line);
    }
}

static void put_bytes(fl_buffer *out, const char *what, double per_cell_f32) {
    char half[32], full[32];
    fl_buffer_printf(out, "  %-30s %10s in F16  %10s in F32\n", what,
                     fl_human_bytes(half, sizeof half, per_cell_f32 / 2),
                     fl_human_bytes(full, sizeof full, per_cell_f32));
}

static void put_costs(fl_buffer *out, const fl_hparams *h) {
    double token = (double)fl_kv_bytes_per_token(h, 4), group = (double)group_of(h);
    fl_buffer_puts(out, "\nWhat the cache keeps of one token, in all layers:\n");
    put_bytes(out, "as this model shares", token);
    put_bytes(out, "if every head had its own", token * group);
    if (group > 1)
        put_bytes(out, "saved", token * (group - 1));
    fl_buffer_printf(out, "And of a full context of %" PRId64 " tokens:\n",
                     h->max_position_embeddings);
    put_bytes(out, "as this model shares", token * (double)h->max_position_embeddings);
}

void fl_sharing_lines(fl_view *view, fl_buffer *out) {
    const fl_hparams *h = view->options.model.hparams;
    int64_t group = group_of(h);
    fl_buffer_printf(out, "%s: ", fl_sharing_name(h));
    if (group == 1)
        fl_buffer_puts(out, "every query head has keys and values of its own\n\n");
    else
        fl_buffer_printf(out,
                         "%" PRId64 " query heads, but keys and values for %" PRId64
                         ": each is read by %" PRId64 "\n\n",
                         h->num_attention_heads, h->num_key_value_heads, group);
    put_drawing(out, h);
    put_costs(out, h);
    fl_buffer_puts(out, "\nMHA: every head its own. GQA: a group shares. MQA: all share one.\n");
}
