/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Queries and keys in Hugging Face's order.
 *
 * Files that pair neighbours (2i, 2i + 1) hold the rows of q and k permuted against Hugging Face,
 * which pairs (i, i + r/2). This sink stands before another and hands it q, k, q_rope, k_rope and
 * k_cache with the numbers of each head put back, so that they compare cell by cell. Scores and all
 * that follows are the same in both orders.
 */
#ifndef FL_SINKS_QK_ORDER_H
#define FL_SINKS_QK_ORDER_H

#include <footlight/event.h>

typedef struct fl_qk_order {
    fl_sink next;
    int64_t head_dim, rotary_dim;
    void *cells; /* the event's tensor, reordered */
    size_t capacity;
    bool failed; /* out of memory */
} fl_qk_order;

/* Does the order make a difference for this model? */
bool fl_qk_order_differs(const fl_hparams *hparams);
void fl_qk_order_init(fl_qk_order *order, const fl_hparams *hparams, fl_sink next);
void fl_qk_order_done(fl_qk_order *order);
fl_sink fl_qk_order_sink(fl_qk_order *order);

#endif
