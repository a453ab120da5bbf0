/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * `shapes` for people. Layers that are stored alike make one block, titled with their range; of
 * a further block only the lines that differ from the first are printed, so that the table stays
 * short for any model.
 */
#include "base/diag.h"
#include "cli/shapes.h"
#include "cli/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STAGE,
    SYMBOLS,
    SHAPE,
    WEIGHT,
    TYPE,
    PARAMS,
    ALL_PARAMS,
    FLOPS,
    ALL_FLOPS,
    READ,
    WRITTEN,
    ALL_BYTES,
    N_COLUMNS
};

static const fl_column wide[N_COLUMNS] = {
    [STAGE] = {"stage", false, 0},
    [SYMBOLS] = {"shape", false, 0},
    [SHAPE] = {"in numbers", false, 0},
    [WEIGHT] = {"weight [out, in]", false, 0},
    [TYPE] = {"type", false, 0},
    [PARAMS] = {"parameters", true, 0},
    [ALL_PARAMS] = {"total parameters", true, 0},
    [FLOPS] = {"FLOPs", true, 0},
    [ALL_FLOPS] = {"total FLOPs", true, 0},
    [READ] = {"read", true, 0},
    [WRITTEN] = {"written", true, 0},
    [ALL_BYTES] = {"total bytes", true, 0},
};

/* Where room is short: parameters abbreviated like FLOPs, and what a reader misses least left out.
 * A layer's figures and the total stay. */
static const fl_column narrow[N_COLUMNS] = {
    [STAGE] = {"stage", false, 0},      [SYMBOLS] = {"shape", false, 2},
    [SHAPE] = {"in numbers", false, 0}, [WEIGHT] = {"weight [out, in]", false, 1},
    [TYPE] = {"type", false, 5},        [PARAMS] = {"params", true, 0},
    [ALL_PARAMS] = {"total", true, 0},  [FLOPS] = {"FLOPs", true, 0},
    [ALL_FLOPS] = {"total", true, 0},   [READ] = {"read", true, 4},
    [WRITTEN] = {"written", true, 6},   [ALL_BYTES] = {"total bytes", true, 3},
};

typedef struct printer {
    fl_cli *cli;
    const fl_shape_request *request;
    fl_table *table;
    bool is_narrow;
    int32_t n_layers;
    int32_t *group; /* layer -> the first layer that is stored like it */
    fl_dialect dialect;
} printer;

static void tuple(fl_table *table, int column, const int64_t *shape, int n, int64_t heads) {
    char text[96];
    size_t used = 0;
    for (int i = 0; i < n; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%lld", i ? ", " : "(",
                                 (long long)shape[i]);
    if (heads)
        snprintf(text + used, sizeof text - used, ") × %lld heads", (long long)heads);
    else
        snprintf(text + used, sizeof text - used, ")");
    fl_table_cell(table, column, "%s", text);
}

static void weight_cells(fl_table *table, const fl_shape_entry *entry) {
    const fl_weight *w = entry->weight;
    if (!w)
        return;
    if (w->n_dims == 1)
        fl_table_cell(table, WEIGHT, "[%lld]", (long long)w->shape[0]);
    else
        fl_table_cell(table, WEIGHT, "[%lld, %lld]%s%s", (long long)w->shape[0],
                      (long long)w->shape[1], entry->bias ? " + bias" : "", w->tied ? " tied" : "");
    fl_table_cell(table, TYPE, "%s", fl_dtype_get_info(w->dtype)->name);
}

static void params_cell(const printer *p, int column, int64_t params) {
    char digits[32];
    if (!params)
        return;
    if (p->is_narrow)
        fl_human_count(digits, sizeof digits, (double)params);
    else
        fl_group_digits(digits, sizeof digits, params);
    fl_table_cell(p->table, column, "%s", digits);
}

static void cost_cell(fl_table *table, int column, double value) {
    char text[32];
    if (column == FLOPS || column == ALL_FLOPS)
        fl_human_count(text, sizeof text, value);
    else
        fl_human_bytes(text, sizeof text, value);
    fl_table_cell(table, column, "%s", text);
}

/* What the stage is called: in a block its bare id, or the dialect's name for the first layer. */
static void name_cell(const printer *p, const fl_shape_entry *entry) {
    char name[128];
    if (p->dialect == FL_DIALECT_FOOTLIGHT)
        snprintf(name, sizeof name, "%s", fl_stage_get_info(entry->stage)->id);
    else
        fl_stage_name(entry->stage, entry->layer, p->dialect, name, sizeof name);
    fl_table_cell(p->table, STAGE, "%s%s", entry->layer >= 0 ? "  " : "", name);
}

/* One line; `layers` is how many layers it stands for. */
static void line(const printer *p, fl_stage stage, int32_t layer, int64_t layers) {
    fl_shape_entry entry = fl_shape_of(p->request, stage, layer);
    const double times = entry.heads ? (double)entry.heads : 1, all = times * (double)layers;
    char symbols[64];
    int64_t params = fl_weight_params(entry.weight) + fl_weight_params(entry.bias);
    fl_table_row(p->table);
    name_cell(p, &entry);
    fl_stage_symbols(stage, symbols, sizeof symbols);
    fl_table_cell(p->table, SYMBOLS, "%s", symbols);
    tuple(p->table, SHAPE, entry.shape, entry.n_dims, entry.heads);
    weight_cells(p->table, &entry);
    params_cell(p, PARAMS, params);
    params_cell(p, ALL_PARAMS, params * layers);
    cost_cell(p->table, FLOPS, times * entry.cost.flops);
    cost_cell(p->table, READ, times * entry.cost.bytes_read);
    cost_cell(p->table, WRITTEN, times * entry.cost.bytes_written);
    cost_cell(p->table, ALL_FLOPS, all * entry.cost.flops);
    cost_cell(p->table, ALL_BYTES, all * (entry.cost.bytes_read + entry.cost.bytes_written));
}

static bool stored_alike(const printer *p, fl_stage stage, int32_t a, int32_t b) {
    fl_shape_entry x = fl_shape_of(p->request, stage, a), y = fl_shape_of(p->request, stage, b);
    const fl_weight *pairs[2][2] = {{x.weight, y.weight}, {x.bias, y.bias}};
    for (int i = 0; i < 2; i++)
        if (pairs[i][0] && pairs[i][1] &&
            (pairs[i][0]->dtype != pairs[i][1]->dtype || pairs[i][0]->bytes != pairs[i][1]->bytes))
            return false;
    return true;
}

static void stages(const printer *p, fl_stage from, fl_stage to, int32_t layer, int64_t layers,
                   int32_t unlike) {
    for (int id = (int)from; id < (int)to; id++)
        if (fl_stage_exists((fl_stage)id, fl_model_hparams(p->request->model)) &&
            (unlike < 0 || !stored_alike(p, (fl_stage)id, layer, unlike)))
            line(p, (fl_stage)id, layer, layers);
}

/* "layers 0–3, 6, 9–31 (30 of 32)"; returns how many there are. */
static int64_t block_title(const printer *p, int32_t first, fl_buffer *out) {
    int64_t members = 0;
    fl_buffer_printf(out, "layer%s", p->n_layers > 1 ? "s " : " ");
    for (int32_t a = 0, b; a < p->n_layers; a = b + 1) {
        for (b = a; b + 1 < p->n_layers && p->group[b + 1] == first && p->group[a] == first;)
            b++;
        if (p->group[a] != first)
            continue;
        fl_buffer_printf(out, a == b ? "%s%d" : "%s%d–%d", members ? ", " : "", a, b);
        members += b - a + 1;
    }
    return members;
}

static void block(const printer *p, int32_t first) {
    fl_buffer title = {0};
    int64_t members = block_title(p, first, &title);
    if (first > 0)
        fl_buffer_puts(&title, ": like the block above, but");
    else if (members > 1)
        fl_buffer_printf(&title, " (%lld alike: figures of one, totals of all)",
                         (long long)members);
    fl_table_heading(p->table, title.data ? title.data : "");
    fl_buffer_done(&title);
    stages(p, FL_STAGE_attn_norm_rms, FL_STAGE_final_norm_rms, first, members, first > 0 ? 0 : -1);
}

static void each_layer(const printer *p) {
    char title[32];
    for (int32_t layer = 0; layer < p->n_layers; layer++) {
        snprintf(title, sizeof title, "layer %d", layer);
        fl_table_heading(p->table, title);
        stages(p, FL_STAGE_attn_norm_rms, FL_STAGE_final_norm_rms, layer, 1, -1);
    }
}

static void rows(const printer *p, bool all_layers) {
    stages(p, FL_STAGE_tokens, FL_STAGE_attn_norm_rms, -1, 1, -1);
    if (all_layers) {
        each_layer(p);
    } else {
        for (int32_t layer = 0; layer < p->n_layers; layer++)
            if (p->group[layer] == layer)
                block(p, layer);
    }
    stages(p, FL_STAGE_final_norm_rms, FL_STAGE_COUNT, -1, 1, -1);
}

static bool find_groups(printer *p) {
    p->group = malloc((size_t)p->n_layers * sizeof *p->group);
    if (!p->group)
        return false;
    for (int32_t layer = 0; layer < p->n_layers; layer++) {
        int32_t like = 0;
        while (like < layer &&
               (p->group[like] != like || !fl_layers_alike(p->request->model, like, layer)))
            like++;
        p->group[layer] = like;
    }
    return true;
}

/* ---- what stands above and below ---- */

static void head(const fl_shape_request *request, bool markdown, int width, fl_buffer *out) {
    const fl_hparams *h = fl_model_hparams(request->model);
    const fl_dims *n = &request->dims;
    fl_buffer text = {0};
    fl_escape(&text, fl_model_name(request->model), strlen(fl_model_name(request->model)),
              FL_ESCAPE_LINE);
    fl_buffer_printf(&text, " · %s, %lld layers · T = %lld tokens, P = %lld cached", h->model_type,
                     (long long)h->num_hidden_layers, (long long)n->T, (long long)n->P);
    fl_buffer_printf(&text, " · logits of %s", n->R == n->T && n->T > 1 ? "all" : "the last token");
    fl_buffer_puts(out, markdown ? "## " : "");
    fl_wrap(out, text.data ? text.data : "", 0, width);
    fl_buffer_puts(out, "\n");
    out->failed |= text.failed;
    fl_buffer_done(&text);
}

static void paragraph(fl_buffer *out, const char *text, bool markdown, int width) {
    fl_wrap(out, text, 0, markdown ? 0 : width);
    if (markdown)
        fl_buffer_puts(out, "\n");
}

static void sums(const fl_shape_request *request, const fl_shape_total *total, bool markdown,
                 int width, fl_buffer *out) {
    char a[32], b[32], c[32], d[32], e[32], text[512];
    const int64_t context = fl_model_hparams(request->model)->max_position_embeddings;
    snprintf(text, sizeof text,
             "total: %s parameters, %s stored; %s FLOPs, %s read, %s written a pass; ",
             fl_group_digits(a, sizeof a, total->params),
             fl_human_bytes(b, sizeof b, (double)total->weight_bytes),
             fl_human_count(c, sizeof c, total->cost.flops),
             fl_human_bytes(d, sizeof d, total->cost.bytes_read),
             fl_human_bytes(e, sizeof e, total->cost.bytes_written));
    size_t used = strlen(text);
    snprintf(text + used, sizeof text - used, "%s events",
             fl_group_digits(a, sizeof a, total->events));
    paragraph(out, text, markdown, width);
    snprintf(
        text, sizeof text,
        "KV cache: %s per token at 16 bits, %s at 32; for the full context of %s tokens %s and %s",
        fl_human_bytes(a, sizeof a, (double)total->kv_bytes_f16),
        fl_human_bytes(b, sizeof b, (double)total->kv_bytes_f32),
        fl_group_digits(c, sizeof c, context),
        fl_human_bytes(d, sizeof d, (double)total->kv_bytes_f16 * (double)context),
        fl_human_bytes(e, sizeof e, (double)total->kv_bytes_f32 * (double)context));
    paragraph(out, text, markdown, width);
}

/* Columns that the width leaves out, and where they are to be seen. */
static void left_out_note(const fl_table *table, int width, fl_buffer *out) {
    static const struct {
        int column;
        const char *name;
    } names[] = {{SYMBOLS, "letters"}, {WEIGHT, "weights"},        {TYPE, "types"},
                 {READ, "bytes read"}, {WRITTEN, "bytes written"}, {ALL_BYTES, "bytes"}};
    const bool no_bytes = !fl_table_shows(table, width, ALL_BYTES); /* then neither of the others */
    fl_buffer text = {0};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        int column = names[i].column;
        if (!fl_table_shows(table, width, column) &&
            !(no_bytes && (column == READ || column == WRITTEN)))
            fl_buffer_printf(&text, "%s%s", text.length ? ", " : "Left out: ", names[i].name);
    }
    if (text.length) {
        fl_buffer_puts(&text, " (wider terminal, less -S, --format csv)");
        fl_wrap(out, text.data, 0, width);
    }
    out->failed |= text.failed;
    fl_buffer_done(&text);
}

static const char flops_note[] = "FLOPs: a multiply-add is 2; add, multiply, divide, compare, exp, "
                                 "sqrt are 1; look-ups and copies "
                                 "0; attention counts the cells its mask leaves.";
static const char bytes_note[] =
    "Bytes: every weight once a pass as stored (of the embedding the rows looked up), activations "
    "and cache at 4 bytes a number, nothing "
    "reused between stages.";
static const char letters_note[] =
    "Letters: T tokens, S = P + T positions, D hidden, H query heads, K key/value heads, d head "
    "size, "
    "r rotary width, F feed-forward, V vocabulary, R rows with logits.";

static void notes(const fl_shape_request *request, bool letters, bool markdown, int width,
                  fl_buffer *out) {
    const int64_t context = fl_model_hparams(request->model)->max_position_embeddings;
    paragraph(out, flops_note, markdown, width);
    paragraph(out, bytes_note, markdown, width);
    if (letters)
        paragraph(out, letters_note, markdown, width);
    if (request->dims.P + request->dims.T > context) {
        char text[128];
        snprintf(text, sizeof text,
                 "Note: %lld positions are more than the model's context of %lld.",
                 (long long)(request->dims.P + request->dims.T), (long long)context);
        paragraph(out, text, markdown, width);
    }
}

static bool fill(printer *p, bool is_narrow) {
    fl_table_free(p->table);
    p->is_narrow = is_narrow;
    p->table = fl_table_new(is_narrow ? narrow : wide, N_COLUMNS);
    if (p->table)
        rows(p, fl_given(p->cli, FL_OPTION_all_layers));
    return p->table != NULL;
}

/* The whole table if it fits, else the narrow one. */
static bool fill_to_fit(printer *p, int width) {
    return fill(p, false) && (fl_table_fits(p->table, width) || fill(p, true));
}

static bool print(printer *p, const fl_shape_total *total, bool markdown, fl_buffer *out) {
    const int width = markdown ? 0 : p->cli->width, prose = fl_prose_width(p->cli);
    if (!fill_to_fit(p, width))
        return false;
    head(p->request, markdown, width, out);
    bool room = markdown ? fl_table_markdown(p->table, out) : fl_table_text(p->table, width, out);
    fl_buffer_puts(out, "\n");
    if (!markdown)
        left_out_note(p->table, width, out);
    sums(p->request, total, markdown, prose, out);
    notes(p->request, fl_table_shows(p->table, width, SYMBOLS), markdown, prose, out);
    return room;
}

fl_status fl_shapes_table(fl_cli *cli, const fl_shape_request *request, bool markdown,
                          fl_buffer *out) {
    printer p = {.cli = cli, .request = request};
    fl_shape_total total;
    p.n_layers = (int32_t)fl_model_hparams(request->model)->num_hidden_layers;
    p.dialect = (fl_dialect)fl_value(cli, FL_OPTION_names)->count;
    fl_status status = fl_shape_sum(request, &total, &cli->diag);
    bool room = find_groups(&p) && (status != FL_OK || print(&p, &total, markdown, out));
    free(p.group);
    fl_table_free(p.table);
    return room ? status : fl_fail_memory(&cli->diag);
}
