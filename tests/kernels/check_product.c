/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Checks of the matrix product over each layout of its activations. Over 8-bit ones it is held
 * against what these stand for; how far they are from the floats is checked in check_pack.c.
 */
#include "kernels/checks.h"
#include "kernels/laid_out.h"
#include "kernels/stored.h"

#include <math.h>

typedef struct product {
    fl_matrix w;
    const float *bias; /* [out] or NULL */
    fl_operand x;
    int64_t begin, end;
    float *out; /* [tokens, out] */
} product;

/* LESS and MORE: numbers that a try may multiply, mostly and now and then. */
enum { LESS = 12000, MORE = 80000, MAX_IN = 4352, MAX_TOKENS = 300, MANY_TOKENS = 32 };

static int64_t draw_tokens(fl_try *t, int64_t typical) {
    if (fl_draw(t, 0, 31, 1) == 0)
        return fl_draw(t, 250, MAX_TOKENS, 0);
    return fl_draw(t, 1, 20, typical);
}

static int64_t draw_rows(fl_try *t, int64_t work_of_one) {
    int64_t most = (fl_draw(t, 0, 7, 0) ? LESS : MORE) / work_of_one;
    return fl_draw(t, 1, most > 14 ? 14 : most < 1 ? 1 : most, 512);
}

static product draw_product(fl_try *t, fl_layout layout, fl_dtype type, int64_t tokens) {
    int64_t in = fl_stored_length(type, t->n), out = draw_rows(t, (tokens + 8) * in);
    product p = {.begin = fl_draw(t, 0, out - 1, 0)};
    p.end = fl_draw(t, p.begin + 1, out, out);
    p.w = (fl_matrix){type, fl_stored_input(t, type, in * out),     out,
                      in,   fl_dtype_row_bytes(type, (uint64_t)in), 0};
    p.bias = fl_draw(t, 0, 1, 0) ? fl_input(t, out) : NULL;
    p.x = fl_draw_operand(t, layout, tokens, in);
    p.out = fl_output(t, tokens * out);
    t->terms = in;
    snprintf(t->what, sizeof t->what, "%s, %d tokens", fl_dtype_get_info(type)->name, (int)tokens);
    return p;
}

/* Row o for every token. x: [tokens, in], what the layout holds. */
static void expect_row(const fl_try *t, const product *p, int64_t o, const double *x) {
    static fl_stored w[MAX_IN];
    const unsigned char *row = (const unsigned char *)p->w.data + (uint64_t)o * p->w.row_bytes;
    bool apart = p->x.layout == FL_Q8 || p->x.layout == FL_Q8_COLUMNS;
    for (int64_t j = 0; j < p->w.in; j++)
        w[j] = fl_stored_at(p->w.type, row, j);
    for (int64_t token = 0; token < p->x.tokens; token++, x += p->w.in) {
        double sum = p->bias ? (double)p->bias[o] : 0, size = fabs(sum);
        for (int64_t j = 0; j < p->w.in; j++) {
            sum += w[j].value * x[j];
            size += (apart ? w[j].parts : fabs(w[j].value)) * fabs(x[j]);
        }
        float got = p->out[token * p->w.out + o];
        /* whole numbers are added before an infinite scale meets them: any broken number will do */
        if (apart && !isfinite(sum) && !isfinite(got))
            continue;
        fl_expect(t, token * p->w.out + o, got, sum, size);
    }
}

static void expect_product(const fl_try *t, const product *p) {
    static double x[MAX_TOKENS * MAX_IN];
    double scale;
    assert_true(p->x.tokens <= MAX_TOKENS && p->w.in <= MAX_IN);
    for (int64_t i = 0; i < p->x.tokens * p->w.in; i++)
        x[i] = fl_operand_at(&p->x, i / p->w.in, i % p->w.in, &scale);
    for (int64_t o = 0; o < p->w.out; o++) {
        if (o >= p->begin && o < p->end) {
            expect_row(t, p, o, x);
            continue;
        }
        for (int64_t token = 0; token < p->x.tokens; token++)
            fl_expect_unwritten(t, token * p->w.out + o, p->out[token * p->w.out + o]);
    }
}

/* What a row gets must not depend on the rows beside it: threads cut them anywhere. */
static void expect_no_seams(fl_try *t, const product *p) {
    float *whole = fl_output(t, p->x.tokens * p->w.out);
    fl_product(t->kernels, &p->w, p->bias, &p->x, 0, p->w.out, whole);
    for (int64_t token = 0; token < p->x.tokens; token++)
        for (int64_t i = token * p->w.out + p->begin; i < token * p->w.out + p->end; i++)
            if (whole[i] != p->out[i] && !(isnan(whole[i]) && isnan(p->out[i])))
                fl_fail_try(t, "[%lld] is %a in a product of some rows and %a in that of all",
                            (long long)i, (double)p->out[i], (double)whole[i]);
}

static void check_product(fl_try *t, fl_layout layout, fl_dtype type, int64_t tokens) {
    fl_try_begin(t);
    product p = draw_product(t, layout, type, tokens);
    fl_pack(t->kernels, &p.x, 0, fl_operand_units(&p.x));
    FL_TIMED(t, p.w.row_bytes * (uint64_t)p.w.out, 2 * tokens * p.w.in * p.w.out,
             fl_product(t->kernels, &p.w, p.bias, &p.x, p.begin, p.end, p.out));
    if (!t->timing) {
        expect_product(t, &p);
        expect_no_seams(t, &p);
    }
    fl_try_end(t);
}

/* Whether the type is worth a try: lengths that come to the same blocks are all one to it. */
static bool is_worth(fl_dtype type, int64_t n) {
    return (fl_stored_length(type, n) - n) * 4 < fl_dtype_get_info(type)->block_elems;
}

static void check_types(fl_try *t, fl_layout layout, uint64_t types, int64_t typical) {
    for (fl_dtype type = 0; type < FL_DTYPE_COUNT; type++)
        if (fl_dtype_get_info(type)->readable && types >> type & 1 && is_worth(type, t->n))
            check_product(t, layout, type, draw_tokens(t, typical));
}

void check_matmul(fl_try *t) {
    check_types(t, FL_PLAIN, UINT64_MAX, 1);
    if (t->timing) /* for comparison with the layouts made for many tokens */
        check_types(t, FL_PLAIN, UINT64_MAX, MANY_TOKENS);
}

void check_matmul_columns(fl_try *t) {
    check_types(t, FL_COLUMNS, UINT64_MAX, MANY_TOKENS);
}

void check_matmul_q8(fl_try *t) {
    check_types(t, FL_Q8, t->kernels->q8_types, 1);
}

void check_matmul_q8_columns(fl_try *t) {
    check_types(t, FL_Q8_COLUMNS, t->kernels->q8_types, MANY_TOKENS);
}
