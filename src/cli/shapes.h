/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The ways `shapes` prints. Each adds everything to `out`.
 */
#ifndef FL_CLI_SHAPES_H
#define FL_CLI_SHAPES_H

#include "cli/cli.h"
#include "cli/costs.h"

fl_status fl_shapes_table(fl_cli *cli, const fl_shape_request *request, bool markdown,
                          fl_buffer *out);
fl_status fl_shapes_json(fl_cli *cli, const fl_shape_request *request, fl_buffer *out);
fl_status fl_shapes_csv(fl_cli *cli, const fl_shape_request *request, fl_buffer *out);

#endif
