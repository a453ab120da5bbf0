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
 * depend on how the prompt was cut into passes, so neither do the sums. */
const fl_stats *fl_cache_stats(fl_session *s, fl_cache *cache) {
    int64_t positions = s->dims.P + s->dims.T;
    for (; cache->counted < positions; cache->counted++)
        for (int64_t h = 0; h < s->dims.K; h++) {
            int64_t index[FL_MAX_DIMS] = {0, h, cache->counted, 0};
            fl_accumulate(&cache->sum, row(s, cache, h, cache->counted), s->options.kv_dtype,
                          s->dims.d, index);
        }
    fl_accumulate_finish(&cache->sum, 4, &cache->stats);
    return &cache->stats;
}

/* Going back: the sums are taken again, over the same positions in the same order. */
void fl_cache_forget(fl_session *s) {
    for (int64_t layer = 0; layer < s->dims.L; layer++) {
        s->k_cache[layer].sum = s->v_cache[layer].sum = (fl_accumulator){0};
        s->k_cache[layer].counted = s->v_cache[layer].counted = 0;
    }
}
