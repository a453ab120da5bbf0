/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The key/value cache: append-only, one [K, context, d] block per layer for keys and one for
 * values. The blocks are reserved whole and touched only as they fill, so views of them stay valid.
 */
#include "engine/run.h"

static void *row(const fl_session *s, const fl_cache *cache, int64_t head, int64_t position) {
    int64_t cell = (head * s->context + position) * s->dims.d;
    return (char *)cache->cells + fl_dtype_row_bytes(s->options.kv_dtype, (uint64_t)cell);
}

fl_tensor fl_cache_view(const fl_session *s, const fl_cache *cache, int64_t positions) {
    int64_t shape[FL_MAX_DIMS] = {1, s->dims.K, positions, s->dims.d};
    fl_tensor view = fl_tensor_dense(cache->cells, s->options.kv_dtype, 4, shape,
                                     fl_stage_get_info(FL_STAGE_k_cache)->axes);
    view.stride[1] = s->context * s->dims.d;
    return view;
}

/* Appends the T rows [T, K·d] of this pass at its positions. */
void fl_cache_store(fl_session *s, fl_cache *cache, const float *rows) {
    for (int64_t t = 0; t < s->dims.T; t++)
        for (int64_t h = 0; h < s->dims.K; h++)
            s->kernels.store(rows + (t * s->dims.K + h) * s->dims.d, s->dims.d, s->options.kv_dtype,
                             row(s, cache, h, s->dims.P + t));
}

/* Counts the positions that came since the last call, in the order they came. That order does not
 * depend on how the prompt was cut into passes, so neither do the sums. Places are those of a full
 * cache, which stay where they are while it fills. */
void fl_cache_stats(fl_session *s, fl_cache *cache, fl_stats *stats) {
    const int64_t positions = s->dims.P + s->dims.T, d = s->dims.d;
    const int64_t full[] = {1, s->dims.K, s->context, d};
    fl_summary part;
    for (; cache->counted < positions; cache->counted++)
        for (int64_t h = 0; h < s->dims.K; h++) {
            s->kernels.summary(row(s, cache, h, cache->counted), s->options.kv_dtype, d, &part);
            fl_summary_add(&cache->sum, &part, (h * s->context + cache->counted) * d);
        }
    fl_summary_stats(&cache->sum, 4, full, stats);
}

/* Going back: the sums are taken again, over the same positions in the same order. */
void fl_cache_forget(fl_session *s) {
    for (int64_t layer = 0; layer < s->dims.L; layer++) {
        s->k_cache[layer].sum = s->v_cache[layer].sum = (fl_summary){0};
        s->k_cache[layer].counted = s->v_cache[layer].counted = 0;
    }
}
