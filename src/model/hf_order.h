/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * A model in Hugging Face's order of queries and keys, for who looks at weights as well as at
 * values: the rows of q and k of a file that pairs neighbours are copied to where i and i + r/2 are
 * a pair, and the pairing is half-split from then on.
 */
#ifndef FL_MODEL_HF_ORDER_H
#define FL_MODEL_HF_ORDER_H

#include <footlight/model.h>

/* Before the model is shared. Takes as much memory as q and k are stored in; a model that is in
 * that order is left as it is. */
fl_status fl_model_order_as_hf(fl_model *model, fl_diag *diag);

#endif
