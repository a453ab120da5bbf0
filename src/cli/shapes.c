/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * `shapes`: every stage's shape, weight and cost from a header.
 */
#include "cli/shapes.h"

static fl_status print(fl_cli *cli, const fl_shape_request *request, fl_buffer *out) {
    enum { TABLE, MARKDOWN, CSV, JSON }; /* the order of the option's words */
    switch (fl_value(cli, FL_OPTION_shapes_format)->count) {
    case JSON:
        return fl_shapes_json(cli, request, out);
    case CSV:
        return fl_shapes_csv(cli, request, out);
    case MARKDOWN:
        return fl_shapes_table(cli, request, true, out);
    default:
        return fl_shapes_table(cli, request, false, out);
    }
}

fl_status fl_cmd_shapes(fl_cli *cli) {
    fl_model *model;
    fl_buffer out = {0};
    fl_status status = fl_model_open(&model, fl_model_argument(cli), &cli->diag);
    if (status != FL_OK)
        return status;
    fl_shape_request request = {.model = model, .kv_bytes = 4};
    request.dims = fl_dims_of(fl_model_hparams(model), fl_value(cli, FL_OPTION_tokens)->count,
                              fl_value(cli, FL_OPTION_past)->count,
                              (fl_logits_mode)fl_value(cli, FL_OPTION_logits)->count);
    status = print(cli, &request, &out);
    if (status == FL_OK)
        status = fl_emit_buffer(cli, &out);
    fl_buffer_done(&out);
    fl_model_close(&model);
    return status;
}
