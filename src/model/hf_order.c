/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
#include "model/hf_order.h"

#include "base/diag.h"
#include "model/reader.h"

#include <stdlib.h>
#include <string.h>

/* Rows of these are numbers of a head, and so are the numbers of the vectors. */
static bool is_of_heads(fl_weight_slot slot) {
    static const fl_weight_slot slots[] = {FL_WEIGHT_attn_q,      FL_WEIGHT_attn_k,
                                           FL_WEIGHT_attn_q_bias, FL_WEIGHT_attn_k_bias,
                                           FL_WEIGHT_attn_q_norm, FL_WEIGHT_attn_k_norm};
    for (size_t i = 0; i < sizeof slots / sizeof *slots; i++)
        if (slot == slots[i])
            return true;
    return false;
}

/* Where the number of a head that comes `i`th here is in the file. */
static int64_t source(const fl_hparams *h, int64_t i) {
    const int64_t half = h->rotary_dim / 2;
    return i >= h->rotary_dim ? i : i < half ? 2 * i : 2 * (i - half) + 1;
}

static char *copy_rows(const fl_hparams *h, fl_weight *weight, char *to) {
    const uint64_t row = weight->bytes / (uint64_t)weight->shape[0];
    const char *from = weight->data;
    weight->data = to;
    for (int64_t r = 0; r < weight->shape[0]; r++, to += row) {
        int64_t i = r % h->head_dim;
        memcpy(to, from + (uint64_t)(r - i + source(h, i)) * row, row);
    }
    return to;
}

fl_status fl_model_order_as_hf(fl_model *model, fl_diag *diag) {
    uint64_t bytes = 0;
    if (model->hparams.rope_pairing == FL_ROPE_HALF || !fl_model_has_weights(model))
        return FL_OK;
    for (size_t i = 0; i < model->n_tensors; i++) {
        const fl_weight *weight = &model->tensors[i];
        if (!is_of_heads(weight->slot))
            continue;
        if (weight->group)
            return fl_fail(diag, FL_ERR_UNSUPPORTED,
                           "tensor '%s' has scales that lie apart from its rows, which cannot be "
                           "put in Hugging Face's order",
                           weight->name);
        bytes += weight->bytes;
    }
    char *to = model->reordered = malloc((size_t)bytes + 1);
    if (!to)
        return fl_fail_memory(diag);
    for (size_t i = 0; i < model->n_tensors; i++)
        if (is_of_heads(model->tensors[i].slot))
            to = copy_rows(&model->hparams, &model->tensors[i], to);
    model->hparams.rope_pairing = FL_ROPE_HALF;
    return FL_OK;
}
