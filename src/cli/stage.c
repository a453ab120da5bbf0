/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * `stage`: everything the tables and the source say about a stage.
 */
#include "base/diag.h"
#include "cli/cli.h"
#include "cli/lookup.h"
#include "cli/table.h"
#include "kernels/kernels.h"

#include <stdio.h>
#include <string.h>

static const char *const dialect_titles[FL_DIALECT_COUNT] = {
    [FL_DIALECT_FOOTLIGHT] = "footlight",
    [FL_DIALECT_TL] = "TransformerLens",
    [FL_DIALECT_HF] = "Hugging Face",
    [FL_DIALECT_GGML] = "ggml",
};

static const struct {
    fl_stage stage;
    fl_dialect dialect;
    const char *shape, *remark;
} layouts[] = {
#define FL_LAYOUT(stage_, dialect_, shape_, remark_)                                               \
    {FL_STAGE_##stage_, FL_DIALECT_##dialect_, shape_, remark_},
#include "cli/layouts.def"
};

/* Line of src/engine/stages.c where stage_<id> begins, written when the program is built. */
static const int source_lines[FL_STAGE_COUNT] = {
#define FL_STAGE_LINE(id, line) [FL_STAGE_##id] = line,
#include "stage_lines.h"
};

/* ---- one stage ---- */

/* ggml's way of writing footlight's shape: reversed, without the batch. */
static void reversed_shape(fl_stage stage, char *out, size_t size) {
    size_t used = 0;
    for (int i = fl_stage_rank(stage) - 1; i > 0; i--)
        used += (size_t)snprintf(out + used, size - used, "%s%s", used ? ", " : "{",
                                 fl_dim_get_info(fl_stage_get_info(stage)->dims[i])->symbol);
    snprintf(out + used, size - used, "}");
}

/* The shape there, and a remark where the table has one. */
static void layout_cells(fl_stage stage, fl_dialect dialect, fl_table *table) {
    char shape[64];
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        if (layouts[i].stage != stage || layouts[i].dialect != dialect)
            continue;
        fl_table_cell(table, 2, "%s", layouts[i].shape);
        if (layouts[i].remark)
            fl_table_cell(table, 3, "%s", layouts[i].remark);
        return;
    }
    if (dialect == FL_DIALECT_GGML)
        reversed_shape(stage, shape, sizeof shape);
    else
        fl_stage_symbols(stage, shape, sizeof shape);
    fl_table_cell(table, 2, "%s", shape);
}

static void add_names(fl_stage stage, fl_table *table) {
    const fl_stage_info *info = fl_stage_get_info(stage);
    for (int d = 0; d < FL_DIALECT_COUNT; d++) {
        fl_table_row(table);
        fl_table_cell(table, 0, "  %s", dialect_titles[d]);
        if (d == FL_DIALECT_FOOTLIGHT)
            fl_table_cell(table, 1, "%s%s", info->scope == FL_SCOPE_PASS ? "" : "layer.{l}.",
                          info->id);
        else
            fl_table_cell(table, 1, "%s", info->names[d] ? info->names[d] : "–");
        if (d == FL_DIALECT_FOOTLIGHT || info->names[d])
            layout_cells(stage, (fl_dialect)d, table);
    }
}

static void add_axes(fl_stage stage, fl_buffer *out) {
    const fl_stage_info *info = fl_stage_get_info(stage);
    const int rank = fl_stage_rank(stage);
    fl_buffer_puts(out, "  axes      ");
    for (int i = 0; i < rank; i++)
        fl_buffer_printf(out, "%s%s", i ? " × " : "", fl_axis_name(info->axes[i]));
    fl_buffer_puts(out, "\n  letters   ");
    for (int i = 1; i < rank; i++)
        fl_buffer_printf(out, "%s%s: %s", i > 1 ? "\n            " : "",
                         fl_dim_get_info(info->dims[i])->symbol,
                         fl_dim_get_info(info->dims[i])->meaning);
    fl_buffer_puts(out, "\n");
}

/* The formula, and below it what its letters stand for. */
static void add_formula(fl_stage stage, fl_buffer *out) {
    const fl_symbol_info *symbol;
    fl_buffer_printf(out, "\n  formula   %s\n", fl_stage_get_info(stage)->formula);
    for (int i = 0; (symbol = fl_formula_symbol(stage, i)) != NULL; i++) {
        int pad = 9 - fl_text_width(symbol->name);
        fl_buffer_printf(out, "              %s%*s%s\n", symbol->name, pad > 0 ? pad : 1, "",
                         symbol->meaning);
    }
}

static void add_weight(const fl_stage_info *info, fl_buffer *out) {
    if (info->weight == FL_WEIGHT_none)
        return;
    const fl_weight_info *w = fl_weight_get_info(info->weight);
    fl_buffer_printf(out, "  weight    %s [%s", w->gguf, fl_dim_get_info(w->out)->symbol);
    if (w->in != FL_DIM_NONE)
        fl_buffer_printf(out, ", %s", fl_dim_get_info(w->in)->symbol);
    fl_buffer_printf(out, "]   in Hugging Face: %s\n", w->hf ? w->hf : "–");
    if (info->bias != FL_WEIGHT_none)
        fl_buffer_printf(out, "  bias      %s, in models that have one\n",
                         fl_weight_get_info(info->bias)->gguf);
}

/* The kernel's source with every line set in. */
static void add_kernel(const char *kernel, fl_buffer *out) {
    size_t length;
    int line;
    const char *text = fl_scalar_source(kernel, &length, &line);
    if (!text)
        return;
    fl_buffer_printf(
        out,
        "  kernel    src/kernels/scalar.c:%d, the reference; what a level of --isa has\n"
        "            in its place stays within the tolerance the tests state\n\n",
        line);
    while (length) {
        const char *end = memchr(text, '\n', length);
        size_t n = end ? (size_t)(end - text) : length;
        fl_buffer_puts(out, n ? "    " : "");
        fl_buffer_add(out, text, n);
        fl_buffer_puts(out, "\n");
        text += n + (end != NULL);
        length -= n + (end != NULL);
    }
}

static const char *scope_words(fl_scope scope) {
    return scope == FL_SCOPE_PASS    ? "once a pass"
           : scope == FL_SCOPE_LAYER ? "once a layer"
                                     : "once a query head";
}

static void describe(fl_stage stage, int width, fl_buffer *out) {
    static const fl_column columns[] = {
        {"  called", false, 0}, {"", false, 0}, {"shape there", false, 0}, {"", false, 0}};
    const fl_stage_info *info = fl_stage_get_info(stage);
    char symbols[64];
    fl_stage_symbols(stage, symbols, sizeof symbols);
    fl_buffer_printf(out, "%s   %s   %s%s\n", info->id, symbols, scope_words(info->scope),
                     info->feature == FL_FEATURE_QK_NORM ? ", only in models that normalise q and k"
                                                         : "");
    fl_buffer_puts(out, "  ");
    fl_wrap(out, info->meaning, 2, (width ? width : 80) - 2);
    add_formula(stage, out);
    add_axes(stage, out);
    add_weight(info, out);
    fl_buffer_puts(out, "\n");
    fl_table *table = fl_table_new(columns, 4);
    if (table) {
        add_names(stage, table);
        fl_table_text(table, width, out);
    }
    fl_table_free(table);
    fl_buffer_printf(out, "\n  source    src/engine/stages.c:%d\n", source_lines[stage]);
    add_kernel(info->kernel, out);
}

/* ---- all stages ---- */

static bool list_all(int width, fl_buffer *out) {
    static const fl_column columns[] = {
        {"stage", false, 0},        {"shape", false, 0}, {"TransformerLens", false, 3},
        {"Hugging Face", false, 2}, {"ggml", false, 4},  {"what it holds", false, 1}};
    fl_table *table = fl_table_new(columns, 6);
    if (!table)
        return false;
    for (int id = 0; id < FL_STAGE_COUNT; id++) {
        const fl_stage_info *info = fl_stage_get_info((fl_stage)id);
        char symbols[64];
        fl_stage_symbols((fl_stage)id, symbols, sizeof symbols);
        fl_table_row(table);
        fl_table_cell(table, 0, "%s", info->id);
        fl_table_cell(table, 1, "%s", symbols);
        for (int d = FL_DIALECT_TL; d < FL_DIALECT_COUNT; d++)
            fl_table_cell(table, 1 + d, "%s", info->names[d] ? info->names[d] : "–");
        fl_table_cell(table, 5, "%s", info->meaning);
    }
    bool done = fl_table_text(table, width, out);
    fl_table_free(table);
    return done;
}

fl_status fl_cmd_stage(fl_cli *cli) {
    fl_buffer out = {0};
    bool found[FL_STAGE_COUNT];
    int n = 0;
    if (!cli->args.subject) {
        list_all(cli->width, &out);
        return fl_emit_buffer(cli, &out);
    }
    fl_status status = fl_stages_named(cli->args.subject, FL_ANY_LAYERS, found, &cli->diag);
    if (status != FL_OK)
        return status;
    for (int id = 0; id < FL_STAGE_COUNT; id++) {
        if (!found[id])
            continue;
        if (n++)
            fl_buffer_puts(&out, "\n");
        describe((fl_stage)id, cli->width, &out);
    }
    return fl_emit_buffer(cli, &out);
}
