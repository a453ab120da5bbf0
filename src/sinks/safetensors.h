/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The values of a run as a safetensors file.
 *
 * A safetensors file begins with a header that names every tensor and its place, so the whole run
 * is planned before it begins; the events must then come as planned. Per-head stages are stacked to
 * [1, heads, T, ...], masked scores are -inf, the caches are written once, in the last pass.
 */
#ifndef FL_SINKS_SAFETENSORS_H
#define FL_SINKS_SAFETENSORS_H

#include "sinks/selection.h"

#include <footlight/session.h>

typedef struct fl_tensor_file fl_tensor_file;

/* Plans the file for the run of `session`, which has not begun, and opens it. `metadata` is a JSON
 * object of strings. Fails if there is not room enough on the disk. The selection is borrowed. */
fl_status fl_tensor_file_open(fl_tensor_file **out, const char *path, const fl_session *session,
                              const fl_selection *selection, fl_dialect dialect,
                              const char *metadata, fl_diag *diag);
fl_sink fl_tensor_file_sink(fl_tensor_file *file);
/* Checks that everything planned has come and gives the file its name. Sets *file to NULL. */
fl_status fl_tensor_file_close(fl_tensor_file **file, fl_diag *diag);
/* Drops an unfinished file; NULL is fine. */
void fl_tensor_file_discard(fl_tensor_file **file);

#endif
