/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * `shapes` for programs: JSON with a total at the end, CSV without.
 */
#include "base/diag.h"
#include "cli/shapes.h"
#include "sinks/csv.h"
#include "sinks/json.h"

#include <stdio.h>

static fl_dialect dialect_of(const fl_cli *cli) {
    return (fl_dialect)fl_value(cli, FL_OPTION_names)->count;
}

/* Calls `print` for every entry in execution order. */
static fl_status each(fl_cli *cli, const fl_shape_request *request, fl_buffer *out,
                      void (*print)(const fl_cli *cli, const fl_shape_entry *entry, bool first,
                                    fl_buffer *out)) {
    fl_plan *plan;
    fl_status status =
        fl_plan_new(&plan, fl_model_hparams(request->model), FL_END_TOKEN, &cli->diag);
    if (status != FL_OK)
        return status;
    for (int64_t i = 0; i < fl_plan_count(plan); i++) {
        const fl_step *step = fl_plan_step(plan, i);
        if (step->head > 0)
            continue;
        fl_shape_entry entry = fl_shape_of(request, step->stage, step->layer);
        print(cli, &entry, i == 0, out);
    }
    fl_plan_free(plan);
    return FL_OK;
}

/* ---- JSON ---- */

static void json_weight(const fl_weight *weight, bool ascii, fl_buffer *out) {
    if (!weight) {
        fl_buffer_puts(out, "null");
        return;
    }
    fl_buffer_puts(out, "{\"name\":");
    fl_json_text(out, weight->name, ascii);
    fl_buffer_puts(out, ",\"shape\":");
    fl_json_ints(out, weight->shape, weight->n_dims);
    fl_buffer_printf(out, ",\"dtype\":\"%s\",\"params\":%lld,\"bytes\":%llu,\"tied\":%s}",
                     fl_dtype_get_info(weight->dtype)->name,
                     (long long)(weight->shape[0] * weight->shape[1]),
                     (unsigned long long)weight->bytes, weight->tied ? "true" : "false");
}

static void json_cost(const fl_cost *cost, fl_buffer *out) {
    fl_buffer_puts(out, ",\"flops\":");
    fl_json_double(out, cost->flops);
    fl_buffer_puts(out, ",\"bytes_read\":");
    fl_json_double(out, cost->bytes_read);
    fl_buffer_puts(out, ",\"bytes_written\":");
    fl_json_double(out, cost->bytes_written);
}

static void json_optional(const char *key, int64_t value, bool there, fl_buffer *out) {
    fl_buffer_printf(out, ",\"%s\":", key);
    if (there)
        fl_json_int(out, value);
    else
        fl_buffer_puts(out, "null");
}

static void json_entry(const fl_cli *cli, const fl_shape_entry *entry, bool first, fl_buffer *out) {
    const fl_stage_info *info = fl_stage_get_info(entry->stage);
    char name[128];
    fl_stage_name(entry->stage, entry->layer, dialect_of(cli), name, sizeof name);
    fl_buffer_printf(out, "%s{\"stage\":\"%s\",\"name\":\"%s\"", first ? "[\n" : ",\n", info->id,
                     name);
    json_optional("layer", entry->layer, entry->layer >= 0, out);
    json_optional("heads", entry->heads, entry->heads > 0, out);
    fl_buffer_puts(out, ",\"shape\":");
    fl_json_ints(out, entry->shape, entry->n_dims);
    fl_buffer_puts(out, ",\"axes\":");
    fl_json_axes(out, info->axes, entry->n_dims);
    fl_buffer_puts(out, ",\"weight\":");
    json_weight(entry->weight, cli->ascii, out);
    fl_buffer_puts(out, ",\"bias\":");
    json_weight(entry->bias, cli->ascii, out);
    json_cost(&entry->cost, out);
    fl_buffer_puts(out, "}");
}

static void json_pair(const char *key, int64_t f16, int64_t f32, fl_buffer *out) {
    fl_buffer_printf(out, ",\"%s\":{\"f16\":%lld,\"f32\":%lld}", key, (long long)f16,
                     (long long)f32);
}

fl_status fl_shapes_json(fl_cli *cli, const fl_shape_request *request, fl_buffer *out) {
    fl_shape_total total;
    fl_status status = each(cli, request, out, json_entry);
    if (status != FL_OK || (status = fl_shape_sum(request, &total, &cli->diag)) != FL_OK)
        return status;
    int64_t context = fl_model_hparams(request->model)->max_position_embeddings;
    fl_buffer_printf(out, ",\n{\"total\":{\"params\":%lld,\"weight_bytes\":%llu",
                     (long long)total.params, (unsigned long long)total.weight_bytes);
    json_cost(&total.cost, out);
    json_pair("kv_bytes_per_token", total.kv_bytes_f16, total.kv_bytes_f32, out);
    json_pair("kv_bytes_full_context", total.kv_bytes_f16 * context, total.kv_bytes_f32 * context,
              out);
    fl_buffer_printf(out, ",\"events\":%lld}}\n]\n", (long long)total.events);
    return FL_OK;
}

/* ---- CSV ---- */

static void csv_weight(const fl_weight *weight, fl_buffer *out) {
    if (!weight) {
        fl_buffer_puts(out, ",,,,,,");
        return;
    }
    fl_buffer_puts(out, ",");
    fl_csv_text(out, weight->name);
    fl_buffer_puts(out, ",");
    fl_csv_ints(out, weight->shape, weight->n_dims);
    fl_buffer_printf(out, ",%s,%lld,%llu,%s", fl_dtype_get_info(weight->dtype)->name,
                     (long long)(weight->shape[0] * weight->shape[1]),
                     (unsigned long long)weight->bytes, weight->tied ? "true" : "false");
}

static void csv_entry(const fl_cli *cli, const fl_shape_entry *entry, bool first, fl_buffer *out) {
    const fl_stage_info *info = fl_stage_get_info(entry->stage);
    char name[128], layer[16] = "", heads[24] = "";
    (void)first;
    fl_stage_name(entry->stage, entry->layer, dialect_of(cli), name, sizeof name);
    if (entry->layer >= 0)
        snprintf(layer, sizeof layer, "%d", entry->layer);
    if (entry->heads > 0)
        snprintf(heads, sizeof heads, "%lld", (long long)entry->heads);
    fl_buffer_printf(out, "%s,%s,%s,%s,", info->id, name, layer, heads);
    fl_csv_ints(out, entry->shape, entry->n_dims);
    fl_buffer_puts(out, ",");
    fl_csv_axes(out, info->axes, entry->n_dims);
    csv_weight(entry->weight, out);
    csv_weight(entry->bias, out);
    fl_buffer_printf(out, ",%.17g,%.17g,%.17g\n", entry->cost.flops, entry->cost.bytes_read,
                     entry->cost.bytes_written);
}

fl_status fl_shapes_csv(fl_cli *cli, const fl_shape_request *request, fl_buffer *out) {
    fl_buffer_puts(out, "stage,name,layer,heads,shape,axes");
    static const char *const parts[] = {"weight", "bias"};
    for (int i = 0; i < 2; i++)
        fl_buffer_printf(out, ",%s_name,%s_shape,%s_dtype,%s_params,%s_bytes,%s_tied", parts[i],
                         parts[i], parts[i], parts[i], parts[i], parts[i]);
    fl_buffer_puts(out, ",flops,bytes_read,bytes_written\n");
    return each(cli, request, out, csv_entry);
}
