/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Stored numbers as floats, type by type (block layouts: ggml docs/gguf.md and ggml-common.h).
 */
#ifndef FL_KERNELS_DEQUANT_H
#define FL_KERNELS_DEQUANT_H

#include <footlight/tables.h>
#include <footlight/tensor.h>

/* `src` holds n values, n a multiple of the type's block; no alignment needed. The type must be
 * `readable` in dtypes.def. */
typedef void fl_dequantise_fn(fl_dtype type, const void *src, int64_t n, float *out);
fl_dequantise_fn fl_dequantise;

/* `n` signed bytes from number `first` on, of an array whose every `group` numbers share a float
 * scale: number i is q[i]·scales[i / group]. Neither is aligned. */
void fl_dequantise_groups(const void *q, const void *scales, int64_t group, int64_t first,
                          int64_t n, float *out);

/* Address of element `index` of an array of F32, F16 or I32. */
static inline const void *fl_cell(const void *array, fl_dtype type, int64_t index) {
    return (const unsigned char *)array + (type == FL_DTYPE_F16 ? 2 : 4) * index;
}

#endif
