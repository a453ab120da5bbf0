/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
#include "engine/split.h"

#include "base/machine.h"

/* Rows and numbers that a thread takes at a time, and what a number costs next to a
 * multiply-add. */
enum { ROWS = 8, NUMBERS = 16384, COST = 8 };

typedef struct split {
    const fl_session *s;
    const float *a, *b;
    float *out;
    int64_t width; /* heads in a row, or numbers */
} split;

int fl_threads_for(const fl_session *s, int64_t work) {
    return work < 1 << 18 ? 1 : s->threads;
}

int fl_threads_for_numbers(const fl_session *s, int64_t n) {
    return fl_threads_for(s, COST * n);
}

static void over_rows(split *job, int64_t rows, int64_t width, fl_range_fn *body) {
    fl_parallel_for(fl_threads_for_numbers(job->s, rows * width), rows, ROWS, body, job);
}

static void over_numbers(split *job, int64_t n, fl_range_fn *body) {
    fl_parallel_for(fl_threads_for_numbers(job->s, n), n, NUMBERS, body, job);
}

static void rms_range(void *ctx, int64_t begin, int64_t end) {
    const split *job = ctx;
    int64_t D = job->s->dims.D;
    for (int64_t t = begin; t < end; t++)
        job->out[t] = job->s->kernels.rms(job->a + t * D, D, (float)job->s->hparams.rms_norm_eps);
}

void fl_split_rms(const fl_session *s, const float *x, int64_t rows, float *out) {
    over_rows(&(split){s, x, NULL, out, 0}, rows, s->dims.D, rms_range);
}

static void unit_range(void *ctx, int64_t begin, int64_t end) {
    const split *job = ctx;
    int64_t D = job->s->dims.D;
    for (int64_t t = begin; t < end; t++)
        job->s->kernels.unit(job->a + t * D, job->b[t], D, job->out + t * D);
}

void fl_split_unit(const fl_session *s, const float *x, const float *rms, int64_t rows,
                   float *out) {
    over_rows(&(split){s, x, rms, out, 0}, rows, s->dims.D, unit_range);
}

static void weigh_range(void *ctx, int64_t begin, int64_t end) {
    const split *job = ctx;
    int64_t D = job->s->dims.D;
    for (int64_t t = begin; t < end; t++)
        job->s->kernels.mul(job->a + t * D, job->b, D, job->out + t * D);
}

void fl_split_weigh(const fl_session *s, const float *x, const float *weight, int64_t rows,
                    float *out) {
    over_rows(&(split){s, x, weight, out, 0}, rows, s->dims.D, weigh_range);
}

static void norm_heads_range(void *ctx, int64_t begin, int64_t end) {
    const split *job = ctx;
    int64_t d = job->s->dims.d;
    for (int64_t row = begin * job->width; row < end * job->width; row++)
        job->s->kernels.rmsnorm(job->a + row * d, job->b, d, (float)job->s->hparams.rms_norm_eps,
                                job->out + row * d);
}

void fl_split_norm_heads(const fl_session *s, const float *x, const float *weight, int64_t heads,
                         float *out) {
    over_rows(&(split){s, x, weight, out, heads}, s->dims.T, heads * s->dims.d, norm_heads_range);
}

static void rope_range(void *ctx, int64_t begin, int64_t end) {
    const split *job = ctx;
    const fl_session *s = job->s;
    int64_t d = s->dims.d, r = s->dims.r;
    for (int64_t t = begin; t < end; t++)
        for (int64_t head = t * job->width; head < (t + 1) * job->width; head++)
            s->kernels.rope(job->a + head * d, s->a.cosines + t * r, s->a.sines + t * r,
                            s->hparams.rope_pairing, r, d, job->out + head * d);
}

void fl_split_rope(const fl_session *s, const float *x, int64_t heads, float *out) {
    over_rows(&(split){s, x, NULL, out, heads}, s->dims.T, heads * s->dims.d, rope_range);
}

static void add_range(void *ctx, int64_t begin, int64_t end) {
    const split *job = ctx;
    job->s->kernels.add(job->a + begin, job->b + begin, end - begin, job->out + begin);
}

void fl_split_add(const fl_session *s, const float *a, const float *b, int64_t n, float *out) {
    over_numbers(&(split){s, a, b, out, 0}, n, add_range);
}

static void mul_range(void *ctx, int64_t begin, int64_t end) {
    const split *job = ctx;
    job->s->kernels.mul(job->a + begin, job->b + begin, end - begin, job->out + begin);
}

void fl_split_mul(const fl_session *s, const float *a, const float *b, int64_t n, float *out) {
    over_numbers(&(split){s, a, b, out, 0}, n, mul_range);
}

static void silu_range(void *ctx, int64_t begin, int64_t end) {
    const split *job = ctx;
    job->s->kernels.silu(job->a + begin, end - begin, job->out + begin);
}

void fl_split_silu(const fl_session *s, const float *x, int64_t n, float *out) {
    over_numbers(&(split){s, x, NULL, out, 0}, n, silu_range);
}
