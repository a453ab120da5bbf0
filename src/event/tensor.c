/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Walking a strided view in row order.
 */
#include <footlight/tensor.h>

#include <string.h>

int64_t fl_tensor_count(const fl_tensor *tensor) {
    int64_t count = 1;
    for (int i = 0; i < tensor->n_dims; i++)
        count *= tensor->shape[i];
    return count;
}

void fl_mask_range(const fl_mask *mask, int64_t query, int64_t *first, int64_t *seen) {
    *seen = mask->past + query + 1;
    *first = mask->window > 0 && *seen > mask->window ? *seen - mask->window : 0;
}

bool fl_tensor_masked(const fl_tensor *tensor, const int64_t index[FL_MAX_DIMS]) {
    int64_t first, seen;
    if (!tensor->mask.causal)
        return false;
    fl_mask_range(&tensor->mask, index[tensor->n_dims - 2], &first, &seen);
    int64_t key = index[tensor->n_dims - 1];
    return key < first || key >= seen;
}

static const void *cell(const fl_tensor *tensor, const int64_t *index) {
    int64_t at = 0;
    for (int i = 0; i < tensor->n_dims; i++)
        at += index[i] * tensor->stride[i];
    return (const char *)tensor->data + at * (int64_t)fl_dtype_row_bytes(tensor->dtype, 1);
}

double fl_tensor_at(const fl_tensor *tensor, const int64_t index[FL_MAX_DIMS]) {
    const void *at = cell(tensor, index);
    switch (tensor->dtype) {
    case FL_DTYPE_F16:
        return (double)fl_half_to_float(*(const uint16_t *)at);
    case FL_DTYPE_I32:
        return *(const int32_t *)at;
    default:
        return (double)*(const float *)at;
    }
}

/* Moves on over the dimensions before `n_dims`. */
static bool advance(const fl_tensor *tensor, int n_dims, int64_t *index) {
    for (int i = n_dims - 1; i >= 0; i--) {
        if (++index[i] < tensor->shape[i])
            return true;
        index[i] = 0;
    }
    return false;
}

bool fl_tensor_next(const fl_tensor *tensor, int64_t index[FL_MAX_DIMS]) {
    return advance(tensor, tensor->n_dims, index);
}

fl_tensor fl_tensor_dense(const void *data, fl_dtype dtype, int n_dims, const int64_t *shape,
                          const fl_axis *axes) {
    fl_tensor tensor = {.data = data, .dtype = dtype, .n_dims = n_dims};
    int64_t stride = 1;
    for (int i = n_dims - 1; i >= 0; i--) {
        tensor.shape[i] = shape[i];
        tensor.stride[i] = stride;
        tensor.axes[i] = axes ? axes[i] : FL_AXIS_NONE;
        stride *= shape[i];
    }
    return tensor;
}

void fl_tensor_pack(const fl_tensor *tensor, void *out) {
    int64_t index[FL_MAX_DIMS] = {0}, n = tensor->shape[tensor->n_dims - 1];
    size_t size = (size_t)fl_dtype_row_bytes(tensor->dtype, 1);
    char *to = out;
    do { /* rows are contiguous: only the outer dimensions may leave gaps */
        memcpy(to, cell(tensor, index), (size_t)n * size);
        to += (size_t)n * size;
    } while (advance(tensor, tensor->n_dims - 1, index));
}
