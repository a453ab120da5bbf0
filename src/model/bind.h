/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * From tensors to weight slots: the one place that knows how the names of weights.def meet a
 * file's.
 */
#ifndef FL_MODEL_BIND_H
#define FL_MODEL_BIND_H

#include "model/reader.h"

/* Binds the tensors to their places, by the names that model->naming says. Checks the
 * hyperparameters and every shape, and sets the storage type. Without a naming the names are
 * GGUF's, which leaves the vocabulary size, a tied head and features to be seen from the tensors.
 */
fl_status fl_bind(fl_model *model, fl_diag *diag);

/* One kind of weight in a format whose files name no tensors; `name` may hold {l}. */
typedef struct fl_layout_row {
    fl_weight_slot slot;
    const char *name;
} fl_layout_row;

typedef enum fl_layout_order { FL_ORDER_BY_KIND, FL_ORDER_BY_LAYER } fl_layout_order;

/* Makes the tensors that checked hyperparameters imply, in the rows' order, and binds them; offset
 * and data are left for the caller. Rows of weights the model does not have are passed over. */
fl_status fl_lay_out(fl_model *model, const fl_layout_row *rows, size_t n_rows,
                     fl_layout_order order, fl_diag *diag);

#endif
