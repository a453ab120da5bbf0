/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/* Checks of the kernels that go along one row. */
#include "kernels/checks.h"
#include "kernels/stored.h"

#include <math.h>

void check_row(fl_try *t) {
    for (fl_dtype type = 0; type < FL_DTYPE_COUNT; type++) {
        const fl_dtype_info *info = fl_dtype_get_info(type);
        if (!info->readable)
            continue;
        fl_try_begin(t);
        int64_t n = fl_stored_length(type, t->n);
        snprintf(t->what, sizeof t->what, "%s", info->name);
        const unsigned char *src = fl_stored_input(t, type, n);
        float *out = fl_output(t, n);
        FL_TIMED(t, fl_dtype_row_bytes(type, (uint64_t)n) + (uint64_t)n * 4, n,
                 t->kernels->row(type, src, n, out));
        for (int64_t i = 0; i < n; i++)
            fl_expect(t, i, out[i], fl_stored_at(type, src, i).value, 0);
        fl_try_end(t);
    }
}

static double mean_of_squares(const float *x, int64_t n) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += (double)x[i] * (double)x[i];
    return sum / (double)n;
}

void check_rms(fl_try *t) {
    const float *x = fl_input(t, t->n), eps = 1e-5f;
    float got = 0;
    FL_TIMED(t, t->n * 4, t->n * 2, got = t->kernels->rms(x, t->n, eps));
    double want = sqrt(mean_of_squares(x, t->n) + (double)eps);
    fl_expect(t, 0, got, want, want);
}

void check_unit(fl_try *t) {
    const float *x = fl_input(t, t->n);
    float *out = fl_output(t, t->n), rms = 0.7f;
    FL_TIMED(t, t->n * 8, t->n, t->kernels->unit(x, rms, t->n, out));
    for (int64_t i = 0; i < t->n; i++)
        fl_expect(t, i, out[i], (double)x[i] / (double)rms, fabs((double)x[i] / (double)rms));
}

void check_mul(fl_try *t) {
    const float *a = fl_input(t, t->n), *b = fl_input(t, t->n);
    float *out = fl_output(t, t->n);
    FL_TIMED(t, t->n * 12, t->n, t->kernels->mul(a, b, t->n, out));
    for (int64_t i = 0; i < t->n; i++)
        fl_expect(t, i, out[i], (double)a[i] * (double)b[i], 0);
}

void check_add(fl_try *t) {
    const float *a = fl_input(t, t->n), *b = fl_input(t, t->n);
    float *out = fl_output(t, t->n);
    FL_TIMED(t, t->n * 12, t->n, t->kernels->add(a, b, t->n, out));
    for (int64_t i = 0; i < t->n; i++)
        fl_expect(t, i, out[i], (double)a[i] + (double)b[i], 0);
}

void check_scale(fl_try *t) {
    float *x = fl_input(t, t->n), *before = fl_output(t, t->n), factor = t->timing ? 1 : -0.3f;
    memcpy(before, x, (size_t)t->n * sizeof *x);
    FL_TIMED(t, t->n * 8, t->n, t->kernels->scale(x, factor, t->n));
    for (int64_t i = 0; i < t->n; i++)
        fl_expect(t, i, x[i], (double)before[i] * (double)factor, 0);
}

void check_rmsnorm(fl_try *t) {
    const float *x = fl_input(t, t->n), *weight = fl_input(t, t->n), eps = 1e-6f;
    float *out = fl_output(t, t->n);
    FL_TIMED(t, t->n * 12, t->n * 4, t->kernels->rmsnorm(x, weight, t->n, eps, out));
    double rms = sqrt(mean_of_squares(x, t->n) + (double)eps);
    for (int64_t i = 0; i < t->n; i++) {
        double want = (double)x[i] / rms * (double)weight[i];
        fl_expect(t, i, out[i], want, fabs(want));
    }
}

void check_silu(fl_try *t) {
    float *x = fl_input(t, t->n), *out = fl_output(t, t->n);
    for (int64_t i = 0; i < t->n; i += 3) /* where exp is large, where it overflows, and between */
        x[i] *= 120;
    FL_TIMED(t, t->n * 8, t->n * 3, t->kernels->silu(x, t->n, out));
    for (int64_t i = 0; i < t->n; i++) {
        double want = (double)x[i] / (1 + exp(-(double)x[i]));
        fl_expect(t, i, out[i], want, fabs(want));
    }
}

void check_argmax(fl_try *t) {
    float *x = fl_input(t, t->n);
    int64_t got = 0, want = 0;
    if (t->n > 2) /* a tie */
        x[fl_draw(t, 0, t->n - 1, 0)] = x[fl_draw(t, 0, t->n - 1, 0)];
    FL_TIMED(t, t->n * 4, t->n, got = t->kernels->argmax(x, t->n));
    for (int64_t i = 1; i < t->n; i++)
        if (!isnan(x[i]) && (isnan(x[want]) || x[i] > x[want]))
            want = i;
    if (isnan(x[want]))
        want = 0;
    if (got != want)
        fl_fail_try(t, "it is %lld, expected %lld", (long long)got, (long long)want);
}
