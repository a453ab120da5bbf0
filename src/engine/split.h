/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The kernels over many rows or numbers, split over the session's threads where that pays. Each row
 * is computed for itself, so the result does not depend on the split.
 */
#ifndef FL_ENGINE_SPLIT_H
#define FL_ENGINE_SPLIT_H

#include "engine/run.h"

/* Threads worth waking for this many multiply-adds. */
int fl_threads_for(const fl_session *session, int64_t work);
/* The same for numbers that are looked at one by one. */
int fl_threads_for_numbers(const fl_session *session, int64_t n);

/* out [rows] = rms of each row of x [rows, D] */
void fl_split_rms(const fl_session *session, const float *x, int64_t rows, float *out);
/* out [rows, D] = x / rms [rows] */
void fl_split_unit(const fl_session *session, const float *x, const float *rms, int64_t rows,
                   float *out);
/* out [rows, D] = x · weight [D] */
void fl_split_weigh(const fl_session *session, const float *x, const float *weight, int64_t rows,
                    float *out);
/* out [T, heads·d] = each head of x, normalised and weighed by weight [d] */
void fl_split_norm_heads(const fl_session *session, const float *x, const float *weight,
                         int64_t heads, float *out);
/* out [T, heads·d] = each head of x, turned by its token's angles */
void fl_split_rope(const fl_session *session, const float *x, int64_t heads, float *out);
/* Number by number, n of them. */
void fl_split_add(const fl_session *session, const float *a, const float *b, int64_t n, float *out);
void fl_split_mul(const fl_session *session, const float *a, const float *b, int64_t n, float *out);
void fl_split_silu(const fl_session *session, const float *x, int64_t n, float *out);

#endif
