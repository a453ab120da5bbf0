/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * `info`: the configuration, the bundled names, the tensors of a file, the diagram.
 */
#include "base/diag.h"
#include "cli/cli.h"
#include "cli/info.h"
#include "cli/table.h"
#include "sinks/json.h"

#include <stdio.h>
#include <string.h>

static bool wants_json(const fl_cli *cli) {
    return fl_value(cli, FL_OPTION_info_format)->count == 1;
}

static fl_status list_bundled(fl_cli *cli) {
    fl_buffer out = {0};
    const char *name;
    bool runnable;
    for (size_t i = 0; (name = fl_bundled_name(i, &runnable)); i++)
        if (wants_json(cli))
            fl_buffer_printf(&out, "%s{\"name\":\"%s\",\"runs\":%s}", i ? "," : "[", name,
                             runnable ? "true" : "false");
        else
            fl_buffer_printf(&out, "%-16s %s\n", name,
                             runnable ? "runs" : "configuration only: for shapes and info");
    fl_buffer_puts(&out, wants_json(cli) ? "]\n" : "");
    return fl_emit_buffer(cli, &out);
}

static void shape_text(const fl_weight *w, char *out, size_t size) {
    size_t used = 0;
    for (int i = 0; i < w->n_dims && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%lld", i ? ", " : "[",
                                 (long long)w->shape[i]);
    if (used < size)
        snprintf(out + used, size - used, "]");
}

static bool list_tensors(const fl_model *model, int width, fl_buffer *out) {
    static const fl_column columns[] = {{"tensor", false, 0}, {"shape", false, 0},
                                        {"type", false, 0},   {"bytes", true, 1},
                                        {"at byte", true, 2}, {"used as", false, 3}};
    fl_table *table = fl_table_new(columns, 6);
    if (!table)
        return false;
    for (size_t i = 0; i < fl_model_tensor_count(model); i++) {
        const fl_weight *w = fl_model_tensor(model, i);
        char name[256], shape[96];
        shape_text(w, shape, sizeof shape);
        fl_table_row(table);
        fl_table_cell(table, 0, "%s", fl_escape_into(name, sizeof name, w->name, strlen(w->name)));
        fl_table_cell(table, 1, "%s", shape);
        fl_table_cell(table, 2, "%s", fl_dtype_get_info(w->dtype)->name);
        fl_table_cell(table, 3, "%llu", (unsigned long long)w->bytes);
        if (fl_model_has_weights(model))
            fl_table_cell(table, 4, "%llu", (unsigned long long)w->offset);
        fl_table_cell(table, 5, "%s",
                      w->slot == FL_WEIGHT_none ? "–" : fl_weight_get_info(w->slot)->id);
    }
    bool done = fl_table_text(table, width, out);
    fl_buffer_printf(out, "%zu tensors\n", fl_model_tensor_count(model));
    fl_table_free(table);
    return done;
}

static void list_tensors_json(const fl_cli *cli, const fl_model *model, fl_buffer *out) {
    for (size_t i = 0; i < fl_model_tensor_count(model); i++) {
        const fl_weight *w = fl_model_tensor(model, i);
        char shape[96];
        shape_text(w, shape, sizeof shape);
        fl_buffer_puts(out, i ? ",{\"name\":" : "[{\"name\":");
        fl_json_text(out, w->name, cli->ascii);
        fl_buffer_printf(out, ",\"shape\":%s,\"dtype\":\"%s\",\"bytes\":%llu,\"offset\":", shape,
                         fl_dtype_get_info(w->dtype)->name, (unsigned long long)w->bytes);
        if (fl_model_has_weights(model))
            fl_buffer_printf(out, "%llu}", (unsigned long long)w->offset);
        else
            fl_buffer_puts(out, "null}");
    }
    fl_buffer_puts(out, fl_model_tensor_count(model) ? "]\n" : "[]\n");
}

/* One thing at a time, and the diagram is no data. */
static fl_status check_options(fl_cli *cli) {
    static const fl_option things[] = {FL_OPTION_list, FL_OPTION_list_tensors, FL_OPTION_diagram};
    const bool diagram = fl_given(cli, FL_OPTION_diagram);
    int n = 0;
    for (size_t i = 0; i < sizeof things / sizeof *things; i++)
        n += fl_given(cli, things[i]);
    if (n > 1)
        return fl_fail(&cli->diag, FL_ERR_USAGE,
                       "more than one of --list, --list-tensors and --diagram, expected one");
    if (diagram && wants_json(cli))
        return fl_fail(&cli->diag, FL_ERR_USAGE, "--diagram is text, expected no --format json");
    return FL_OK;
}

static fl_status print(fl_cli *cli, const fl_model *model) {
    fl_buffer out = {0};
    bool done = true;
    if (fl_given(cli, FL_OPTION_list_tensors) && wants_json(cli)) {
        list_tensors_json(cli, model, &out);
    } else if (fl_given(cli, FL_OPTION_list_tensors)) {
        done = list_tensors(model, cli->width, &out);
    } else if (fl_given(cli, FL_OPTION_diagram)) {
        fl_info_diagram(model, &out);
    } else if (wants_json(cli)) {
        fl_info_json(model, cli->ascii, &out);
        fl_buffer_puts(&out, "\n");
    } else {
        done = fl_info_table(model, fl_prose_width(cli), &out);
    }
    out.failed |= !done;
    return fl_emit_buffer(cli, &out);
}

fl_status fl_cmd_info(fl_cli *cli) {
    fl_model *model;
    if (check_options(cli) != FL_OK)
        return cli->diag.status;
    if (fl_given(cli, FL_OPTION_list))
        return list_bundled(cli);
    fl_status status = fl_model_open(&model, fl_model_argument(cli), &cli->diag);
    if (status != FL_OK)
        return status;
    status = print(cli, model);
    fl_model_close(&model);
    return status;
}
