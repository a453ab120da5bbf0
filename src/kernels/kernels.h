/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The maths on arrays that the forward pass is made of, as a struct of function pointers chosen
 * once per session (the way dav1d does it), and the text of the scalar functions for people.
 */
#ifndef FL_KERNELS_KERNELS_H
#define FL_KERNELS_KERNELS_H

#include "kernels/dequant.h"
#include "kernels/operand.h"
#include "kernels/summary.h"

#include <footlight/hparams.h>
#include <footlight/tables.h>

/* A matrix as stored: rows of `in` values, `row_bytes` apart. */
typedef struct fl_matrix {
    fl_dtype type;
    const void *data;
    int64_t out, in;
    uint64_t row_bytes;
    int64_t group; /* of I8: how many numbers, row after row, share a float scale; else 0 */
} fl_matrix;

/* `n` numbers of a row from `from` on, where a block begins; what has no scales of its own apart
 * is read by `read`. */
static inline void fl_matrix_cells(const fl_matrix *w, fl_dequantise_fn *read, int64_t row,
                                   int64_t from, int64_t n, float *out) {
    const unsigned char *data = w->data;
    if (w->group)
        fl_dequantise_groups(data, data + w->out * w->in, w->group, row * w->in + from, n, out);
    else
        read(w->type,
             data + (uint64_t)row * w->row_bytes + fl_dtype_row_bytes(w->type, (uint64_t)from), n,
             out);
}

typedef struct fl_kernels {
    const char *isa;
    uint64_t q8_types;       /* bit t: matrices of type t have an 8-bit product */
    int64_t columns_from;    /* tokens from which 16 side by side are faster; 0: never */
    int64_t q8_columns_from; /* the same for the 8-bit product */
#define FL_KERNEL(name, ret, params) ret(*name) params;
#define FL_FAST_KERNEL(name, ret, params) ret(*name) params;
#include "kernels/kernels.def"
} fl_kernels;

#define FL_KERNEL(name, ret, params) ret fl_scalar_##name params;
#include "kernels/kernels.def"

/* Puts a level's functions over those that are there. */
typedef void fl_overlay(fl_kernels *kernels);
#define FL_LEVEL(name, file, runs) fl_overlay fl_overlay_##file;
#include "kernels/levels.def"

/* The layout in which a product with a matrix of this type wants its activations. `fast` allows
 * 8-bit ones. */
fl_layout fl_product_layout(const fl_kernels *kernels, fl_dtype type, int64_t tokens, bool fast);
/* Lays out the units from begin to end; nothing to do for FL_PLAIN. */
void fl_pack(const fl_kernels *kernels, const fl_operand *x, int64_t begin, int64_t end);
/* out[t, o] = Σ_j w[o, j]·x[t, j] (+ bias[o]) for the rows o from begin to end. What a row gets
 * does not depend on where the others are cut. */
void fl_product(const fl_kernels *kernels, const fl_matrix *w, const float *bias,
                const fl_operand *x, int64_t begin, int64_t end, float *out);

/* Chooses by name ("auto" or a level's); NULL means FOOTLIGHT_ISA, else auto. An unknown or
 * unsupported name is an error that lists what this machine can run. */
fl_status fl_kernels_choose(fl_kernels *kernels, const char *isa, fl_diag *diag);

/* Is the kernel of that name the scalar function at the level chosen? */
bool fl_kernel_is_scalar(const fl_kernels *kernels, const char *kernel);

/* The source text of fl_scalar_<kernel> in src/kernels/scalar.c, with the comment above it, and
 * the line it starts at. Borrowed; NULL if there is no such function. */
const char *fl_scalar_source(const char *kernel, size_t *length, int *line);

#endif
