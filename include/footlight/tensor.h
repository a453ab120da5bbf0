/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * A borrowed view of numbers with a shape, and the statistics of one.
 *
 * A view never owns its data; it is valid as long as whoever made it says. Strides are counted in
 * elements and may leave gaps, but the last dimension is always contiguous (stride 1). Cells hidden
 * by a causal mask (or a sliding window) are not numbers: fl_tensor_masked says which they are, and
 * no statistic counts them.
 */
#ifndef FOOTLIGHT_TENSOR_H
#define FOOTLIGHT_TENSOR_H

#include <footlight/tables.h>

/* Cell (.., q, k) is hidden if k > past + q, or if window > 0 and past + q - k >= window. */
typedef struct fl_mask {
    bool causal;
    int64_t past, window;
} fl_mask;

typedef struct fl_tensor {
    const void *data;
    fl_dtype dtype; /* F32, F16 or I32 */
    int n_dims;
    int64_t shape[FL_MAX_DIMS];
    int64_t stride[FL_MAX_DIMS];
    fl_axis axes[FL_MAX_DIMS];
    fl_mask mask;
} fl_tensor;

/* CONTRACT: count is the unmasked cells; nan and inf are within it; everything else is over the
 * finite cells. `finite` is 0 when no number exists: min to sum then mean nothing. */
typedef struct fl_stats {
    int64_t count, masked, zeros, nan, inf, finite;
    double min, max;
    int64_t argmin[FL_MAX_DIMS], argmax[FL_MAX_DIMS];
    double mean, std, rms, l2, sum;
} fl_stats;

/* The keys [*first, *seen) that query `query` of the pass may look at. */
FL_API void fl_mask_range(const fl_mask *mask, int64_t query, int64_t *first, int64_t *seen);
/* Product of the shape. */
FL_API int64_t fl_tensor_count(const fl_tensor *tensor);
FL_API bool fl_tensor_masked(const fl_tensor *tensor, const int64_t index[FL_MAX_DIMS]);
/* Value of one cell as a double. */
FL_API double fl_tensor_at(const fl_tensor *tensor, const int64_t index[FL_MAX_DIMS]);
/* Moves to the next cell in row order; false after the last. Start from all zeros. */
FL_API bool fl_tensor_next(const fl_tensor *tensor, int64_t index[FL_MAX_DIMS]);
/* A contiguous row-major view over `data`. */
FL_API fl_tensor fl_tensor_dense(const void *data, fl_dtype dtype, int n_dims, const int64_t *shape,
                                 const fl_axis *axes);
/* Copies the cells in row order to `out` (fl_tensor_count elements of the tensor's type). */
FL_API void fl_tensor_pack(const fl_tensor *tensor, void *out);
/* Counts every cell that is not masked, on this thread. */
FL_API void fl_tensor_stats(const fl_tensor *tensor, fl_stats *stats);

FL_API float fl_half_to_float(uint16_t half);
FL_API uint16_t fl_float_to_half(float value);

#endif
