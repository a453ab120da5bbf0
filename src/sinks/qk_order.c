/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Reordering queries and keys on their way to a sink. A reordered cache gets its statistics anew:
 * where two cells tie, another one comes first.
 */
#include "sinks/qk_order.h"

#include <stdlib.h>
#include <string.h>

bool fl_qk_order_differs(const fl_hparams *hparams) {
    return hparams->rope_pairing == FL_ROPE_INTERLEAVED;
}

void fl_qk_order_init(fl_qk_order *order, const fl_hparams *hparams, fl_sink next) {
    *order = (fl_qk_order){
        .next = next, .head_dim = hparams->head_dim, .rotary_dim = hparams->rotary_dim};
}

void fl_qk_order_done(fl_qk_order *order) {
    free(order->cells);
    order->cells = NULL;
}

/* One head: neighbours 2i and 2i + 1 go to i and i + r/2; what is not turned stays. */
static void reorder_head(const fl_qk_order *order, const char *from, char *to, size_t cell) {
    const int64_t half = order->rotary_dim / 2;
    memcpy(to, from, (size_t)order->head_dim * cell);
    for (int64_t i = 0; i < half; i++) {
        memcpy(to + (size_t)i * cell, from + (size_t)(2 * i) * cell, cell);
        memcpy(to + (size_t)(i + half) * cell, from + (size_t)(2 * i + 1) * cell, cell);
    }
}

/* The cells twice: packed as they are, and reordered behind that. */
static bool room_for(fl_qk_order *order, size_t bytes) {
    if (bytes <= order->capacity)
        return true;
    void *cells = realloc(order->cells, bytes);
    if (!cells) {
        order->failed = true;
        return false;
    }
    order->cells = cells;
    order->capacity = bytes;
    return true;
}

static bool wants(void *ctx, const fl_step *step) {
    const fl_qk_order *order = ctx;
    return !order->next.wants || order->next.wants(order->next.ctx, step);
}

static fl_flow reorder(void *ctx, const fl_event *event) {
    fl_qk_order *order = ctx;
    if (!fl_stage_is_paired(event->stage))
        return order->next.event(order->next.ctx, event);
    const fl_tensor *tensor = &event->tensor;
    size_t count = (size_t)fl_tensor_count(tensor);
    size_t cell = (size_t)fl_dtype_row_bytes(tensor->dtype, 1);
    if (!room_for(order, 2 * count * cell))
        return FL_STOP;
    char *packed = order->cells, *out = packed + count * cell;
    size_t head = (size_t)order->head_dim;
    fl_tensor_pack(tensor, packed);
    for (size_t at = 0; at + head <= count; at += head)
        reorder_head(order, packed + at * cell, out + at * cell, cell);
    fl_event changed = *event;
    changed.tensor =
        fl_tensor_dense(out, tensor->dtype, tensor->n_dims, tensor->shape, tensor->axes);
    changed.stats = NULL;
    return order->next.event(order->next.ctx, &changed);
}

fl_sink fl_qk_order_sink(fl_qk_order *order) {
    return (fl_sink){order, wants, reorder};
}
