/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * One stored number taken apart, to show how it is kept.
 */
#ifndef FL_KERNELS_PARTS_H
#define FL_KERNELS_PARTS_H

#include <footlight/tables.h>
#include <stdint.h>

/* The number is scale · q − minimum, product and difference each rounded to a float, as
 * fl_dequantise computes it. Types without blocks have none of this but their bits. */
typedef struct fl_weight_parts {
    bool blocks;   /* the type keeps its numbers in blocks that share a scale */
    int64_t block; /* which block of the row */
    float scale, minimum;
    int q; /* the small whole number, its offset already taken away */
    bool has_minimum;
    /* K types: scale is d · group_scale, minimum is dmin · group_minimum */
    bool groups;
    int group; /* which group of the block */
    float d, dmin;
    int group_scale, group_minimum;
    uint64_t bits; /* of a type without blocks: what is stored, `bytes` of it */
    int bytes;
} fl_weight_parts;

/* Takes number `index` of a row apart. The type must be `readable` in dtypes.def. */
fl_weight_parts fl_take_apart(fl_dtype type, const void *row, int64_t index);

#endif
