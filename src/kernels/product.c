/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Which layout a product wants, and the kernels that make and read it.
 */
#include "kernels/kernels.h"

_Static_assert(FL_DTYPE_COUNT <= 64, "q8_types has a bit for each type");

static bool enough(int64_t tokens, int64_t from) {
    return from > 0 && tokens >= from;
}

fl_layout fl_product_layout(const fl_kernels *kernels, fl_dtype type, int64_t tokens, bool fast) {
    if (fast && kernels->q8_types >> type & 1)
        return enough(tokens, kernels->q8_columns_from) ? FL_Q8_COLUMNS : FL_Q8;
    return enough(tokens, kernels->columns_from) ? FL_COLUMNS : FL_PLAIN;
}

void fl_pack(const fl_kernels *kernels, const fl_operand *x, int64_t begin, int64_t end) {
    switch (x->layout) {
    case FL_PLAIN:
        break;
    case FL_COLUMNS:
        kernels->pack_columns(x, begin, end);
        break;
    case FL_Q8:
        kernels->pack_q8(x, begin, end);
        break;
    case FL_Q8_COLUMNS:
        kernels->pack_q8_columns(x, begin, end);
        break;
    }
}

void fl_product(const fl_kernels *kernels, const fl_matrix *w, const float *bias,
                const fl_operand *x, int64_t begin, int64_t end, float *out) {
    switch (x->layout) {
    case FL_PLAIN:
        kernels->matmul(w, bias, x->x, x->tokens, begin, end, out);
        break;
    case FL_COLUMNS:
        kernels->matmul_columns(w, bias, x, begin, end, out);
        break;
    case FL_Q8:
        kernels->matmul_q8(w, bias, x, begin, end, out);
        break;
    case FL_Q8_COLUMNS:
        kernels->matmul_q8_columns(w, bias, x, begin, end, out);
        break;
    }
}
