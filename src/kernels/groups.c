/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Bytes whose scales lie apart from them, as llama2.c keeps them.
 */
#include "kernels/dequant.h"

#include <string.h>

void fl_dequantise_groups(const void *q, const void *scales, int64_t group, int64_t first,
                          int64_t n, float *out) {
    const signed char *numbers = (const signed char *)q + first;
    const int64_t end = first + n;
    for (int64_t i = first, stop; i < end; i = stop) {
        float scale;
        memcpy(&scale, (const char *)scales + i / group * 4, sizeof scale);
        stop = (i / group + 1) * group < end ? (i / group + 1) * group : end;
        for (int64_t j = i; j < stop; j++)
            out[j - first] = (float)numbers[j - first] * scale;
    }
}
