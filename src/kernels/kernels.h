/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The maths on arrays that the forward pass is made of, as a struct of function pointers chosen
 * once per session (the way dav1d does it), and the text of the scalar functions for people.
 */
#ifndef FL_KERNELS_KERNELS_H
#define FL_KERNELS_KERNELS_H

#include <footlight/hparams.h>
#include <footlight/tables.h>

/* A matrix as stored: rows of `in` values, `row_bytes` apart. */
typedef struct fl_matrix {
    fl_dtype type;
    const void *data;
    int64_t out, in;
    uint64_t row_bytes;
} fl_matrix;

typedef struct fl_kernels {
    const char *isa;
#define FL_KERNEL(name, ret, params) ret(*name) params;
#include "kernels/kernels.def"
} fl_kernels;

#define FL_KERNEL(name, ret, params) ret fl_scalar_##name params;
#include "kernels/kernels.def"

/* Chooses by name ("auto", "scalar"); NULL means FOOTLIGHT_ISA, else auto. An unknown or
 * unsupported name is an error that lists what this machine can run. */
fl_status fl_kernels_choose(fl_kernels *kernels, const char *isa, fl_diag *diag);

/* The source text of fl_scalar_<kernel> in src/kernels/scalar.c, with the comment above it, and
 * the line it starts at. Borrowed; NULL if there is no such function. */
const char *fl_scalar_source(const char *kernel, size_t *length, int *line);

#endif
