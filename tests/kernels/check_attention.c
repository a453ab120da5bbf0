/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/* Checks of the kernels between the projections: rotation, cache, scores, shares, mix, heads. */
#include "kernels/checks.h"
#include "kernels/stored.h"

#include <math.h>

/* Tries the check for either type that a cache is kept in. */
static void with_caches(fl_try *t, void (*check)(fl_try *t, fl_dtype type, int size)) {
    static const fl_dtype types[] = {FL_DTYPE_F32, FL_DTYPE_F16};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const fl_dtype_info *info = fl_dtype_get_info(types[i]);
        fl_try_begin(t);
        snprintf(t->what, sizeof t->what, "%s", info->name);
        check(t, types[i], (int)info->block_bytes);
        fl_try_end(t);
    }
}

void check_rope_table(fl_try *t) {
    double *theta = fl_array(t, (size_t)t->n * sizeof *theta, sizeof *theta);
    float *cosines = fl_output(t, 2 * t->n), *sines = fl_output(t, 2 * t->n);
    const double magnitude = 1.25;
    const int64_t position = fl_draw(t, 0, 200000, 1000);
    for (int64_t i = 0; i < t->n; i++)
        theta[i] = pow(10000, -(double)i / (double)t->n);
    FL_TIMED(t, t->n * 24, t->n * 4,
             t->kernels->rope_table(theta, magnitude, position, t->n, cosines, sines));
    for (int64_t i = 0; i < 2 * t->n; i++) {
        double angle = (double)position * theta[i % t->n];
        fl_expect(t, i, cosines[i], cos(angle) * magnitude, magnitude);
        fl_expect(t, i, sines[i], sin(angle) * magnitude, magnitude);
    }
}

static void check_rope_of(fl_try *t, fl_rope_pairing pairing) {
    int64_t pairs = fl_draw(t, 0, t->n / 2, t->n / 2), rotary = 2 * pairs;
    const float *x = fl_input(t, t->n);
    float *c = fl_output(t, rotary), *s = fl_output(t, rotary), *out = fl_output(t, t->n);
    for (int64_t i = 0; i < rotary; i++) {
        c[i] = (float)cos((double)(i % (pairs + !pairs)));
        s[i] = (float)sin((double)(i % (pairs + !pairs)));
    }
    snprintf(t->what, sizeof t->what, "%s, %d turned",
             pairing == FL_ROPE_HALF ? "half" : "interleaved", (int)rotary);
    FL_TIMED(t, t->n * 12, t->n * 3, t->kernels->rope(x, c, s, pairing, rotary, t->n, out));
    for (int64_t i = 0; i < rotary; i++) {
        bool half = pairing == FL_ROPE_HALF, first = half ? i < pairs : i % 2 == 0;
        int64_t pair = half ? i % pairs : i / 2, step = half ? pairs : 1;
        double mine = (double)x[i] * (double)c[pair];
        double other = (double)x[first ? i + step : i - step] * (double)s[pair];
        fl_expect(t, i, out[i], first ? mine - other : mine + other, fabs(mine) + fabs(other));
    }
    for (int64_t i = rotary; i < t->n; i++)
        if (memcmp(out + i, x + i, sizeof *x))
            fl_fail_try(t, "[%lld] must pass unturned", (long long)i);
}

void check_rope(fl_try *t) {
    for (int half = 0; half < 2; half++) {
        fl_try_begin(t);
        check_rope_of(t, half ? FL_ROPE_HALF : FL_ROPE_INTERLEAVED);
        fl_try_end(t);
    }
}

static void check_store_of(fl_try *t, fl_dtype type, int size) {
    const float *x = fl_input(t, t->n);
    unsigned char *out = fl_array(t, (size_t)(t->n * size), (size_t)size);
    FL_TIMED(t, t->n * (4 + size), 0, t->kernels->store(x, t->n, type, out));
    for (int64_t i = 0; i < t->n; i++) {
        double want = type == FL_DTYPE_F16 ? fl_nearest_half((double)x[i]) : (double)x[i];
        fl_expect(t, i, (float)fl_stored_at(type, out, i).value, want, 0);
    }
}

void check_store(fl_try *t) {
    with_caches(t, check_store_of);
}

/* The positions a query may look at, of all: at least one. */
static void draw_window(fl_try *t, int64_t positions, int64_t *first, int64_t *seen) {
    *first = fl_draw(t, 0, positions - 1, 0);
    *seen = fl_draw(t, *first + 1, positions, positions);
}

static void check_scores_of(fl_try *t, fl_dtype type, int size) {
    int64_t positions = fl_draw(t, 1, 20, 512), first, seen;
    draw_window(t, positions, &first, &seen);
    const float *q = fl_input(t, t->n);
    const unsigned char *keys = fl_cells_input(t, type, positions * t->n);
    float *out = fl_output(t, positions);
    FL_TIMED(t, positions * t->n * size, positions * t->n * 2,
             t->kernels->scores(q, keys, type, first, seen, positions, t->n, out));
    for (int64_t k = 0; k < positions; k++) {
        double sum = 0, terms = 0, root = sqrt((double)t->n);
        for (int64_t i = 0; i < t->n; i++) {
            double product = (double)q[i] * fl_stored_at(type, keys, k * t->n + i).value;
            sum += product;
            terms += fabs(product);
        }
        bool visible = k >= first && k < seen;
        fl_expect(t, k, out[k], visible ? sum / root : (double)-INFINITY, terms / root);
    }
}

void check_scores(fl_try *t) {
    with_caches(t, check_scores_of);
}

void check_softmax(fl_try *t) {
    int64_t first, seen;
    draw_window(t, t->n, &first, &seen);
    float *s = fl_input(t, t->n), *out = fl_output(t, t->n);
    double largest = (double)-INFINITY, sum = 0;
    for (int64_t k = 0; k < t->n; k++) {
        if (t->inputs == FL_INPUTS_UNIFORM)
            s[k] *= 60;
        if (k >= first && k < seen)
            largest = fmax(largest, (double)s[k]);
        else
            s[k] = -INFINITY;
    }
    FL_TIMED(t, t->n * 8, t->n * 4, t->kernels->softmax(s, first, seen, t->n, out));
    for (int64_t k = first; k < seen; k++)
        sum += exp((double)s[k] - largest);
    for (int64_t k = 0; k < t->n; k++) {
        double below = (double)s[k] - largest, want = exp(below) / sum;
        if (k < first || k >= seen)
            fl_expect(t, k, out[k], 0, 0);
        else
            fl_expect(t, k, out[k], want, want > 0 ? want * (1 + fabs(below) / 4) : 0);
    }
}

static void check_mix_of(fl_try *t, fl_dtype type, int size) {
    int64_t positions = fl_draw(t, 1, 20, 512), first, seen;
    draw_window(t, positions, &first, &seen);
    const float *p = fl_input(t, positions);
    const unsigned char *values = fl_cells_input(t, type, positions * t->n);
    float *out = fl_output(t, t->n);
    t->terms = seen - first;
    FL_TIMED(t, positions * t->n * size, positions * t->n * 2,
             t->kernels->mix(p, values, type, first, seen, t->n, out));
    for (int64_t i = 0; i < t->n; i++) {
        double sum = 0, terms = 0;
        for (int64_t k = first; k < seen; k++) {
            double product = (double)p[k] * fl_stored_at(type, values, k * t->n + i).value;
            sum += product;
            terms += fabs(product);
        }
        fl_expect(t, i, out[i], sum, terms);
    }
}

void check_mix(fl_try *t) {
    with_caches(t, check_mix_of);
}

void check_concat(fl_try *t) {
    int64_t heads = fl_draw(t, 1, 5, 32), tokens = fl_draw(t, 1, 5, 16);
    const float *z = fl_input(t, heads * tokens * t->n);
    float *out = fl_output(t, heads * tokens * t->n);
    FL_TIMED(t, heads * tokens * t->n * 8, 0, t->kernels->concat(z, heads, tokens, t->n, out));
    for (int64_t i = 0; i < heads * tokens * t->n; i++) {
        int64_t token = i / (heads * t->n), head = i / t->n % heads;
        fl_expect(t, i, out[i], (double)z[(head * tokens + token) * t->n + i % t->n], 0);
    }
}
