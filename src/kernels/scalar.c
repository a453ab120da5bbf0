/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The maths of a Llama forward pass, one short plain function per operation. This is the text the
 * tracer shows beside the values, and the reference every faster version is held against.
 * Arrays are row-major floats; n counts the numbers of one row.
 */
#include "kernels/kernels.h"

#include <math.h>
#include <string.h>

enum { LANES = 8, BLOCK = 256 };

/* Σ a[i]·b[i]. Eight running sums instead of one: the processor can add to them side by side, and
 * eight short sums round less than one long one. */
static float dot(const float *a, const float *b, int64_t n) {
    float lane[LANES] = {0};
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int l = 0; l < LANES; l++)
            lane[l] += a[i + l] * b[i + l];
    for (int l = 0; i + l < n; l++)
        lane[l] += a[i + l] * b[i + l];
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) +
           ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

/* n stored values as floats: what the file keeps in 4 to 32 bits each. */
void fl_scalar_row(fl_dtype type, const void *src, int64_t n, float *out) {
    fl_dequantise(type, src, n, out);
}

/* The angles of one position: pair i is turned by position·θ[i]. The cosines (and sines) of all
 * pairs come first, then the same again, because half-split models look them up that way. */
void fl_scalar_rope_table(const double *theta, double magnitude, int64_t position, int64_t pairs,
                          float *cosines, float *sines) {
    for (int64_t i = 0; i < pairs; i++) {
        double angle = (double)position * theta[i];
        cosines[i] = cosines[i + pairs] = (float)(cos(angle) * magnitude);
        sines[i] = sines[i + pairs] = (float)(sin(angle) * magnitude);
    }
}

/* √(mean of squares + ε): the typical size of the numbers in x. */
float fl_scalar_rms(const float *x, int64_t n, float eps) {
    return sqrtf(dot(x, x, n) / (float)n + eps);
}

/* x / rms */
void fl_scalar_unit(const float *x, float rms, int64_t n, float *out) {
    for (int64_t i = 0; i < n; i++)
        out[i] = x[i] / rms;
}

/* a · b, place by place */
void fl_scalar_mul(const float *a, const float *b, int64_t n, float *out) {
    for (int64_t i = 0; i < n; i++)
        out[i] = a[i] * b[i];
}

/* a + b, place by place */
void fl_scalar_add(const float *a, const float *b, int64_t n, float *out) {
    for (int64_t i = 0; i < n; i++)
        out[i] = a[i] + b[i];
}

/* x · factor, in place */
void fl_scalar_scale(float *x, float factor, int64_t n) {
    for (int64_t i = 0; i < n; i++)
        x[i] *= factor;
}

/* out[t, o] = Σ_j w[o, j] · x[t, j] (+ bias[o]) for the rows o from begin to end. A row of w is
 * turned into floats a block at a time and used for every token before the next block is read. */
void fl_scalar_matmul(const fl_matrix *w, const float *bias, const float *x, int64_t tokens,
                      int64_t begin, int64_t end, float *out) {
    float block[BLOCK];
    for (int64_t o = begin; o < end; o++) {
        for (int64_t t = 0; t < tokens; t++)
            out[t * w->out + o] = bias ? bias[o] : 0;
        for (int64_t j = 0; j < w->in; j += BLOCK) {
            int64_t n = w->in - j < BLOCK ? w->in - j : BLOCK;
            fl_matrix_cells(w, fl_dequantise, o, j, n, block);
            for (int64_t t = 0; t < tokens; t++)
                out[t * w->out + o] += dot(block, x + t * w->in + j, n);
        }
    }
}

/* x / rms(x) · weight */
void fl_scalar_rmsnorm(const float *x, const float *weight, int64_t n, float eps, float *out) {
    float rms = fl_scalar_rms(x, n, eps);
    for (int64_t i = 0; i < n; i++)
        out[i] = x[i] / rms * weight[i];
}

/* Turns the pairs of one head's vector. Which two numbers make pair i depends on the model's
 * tradition: (2i, 2i+1), or (i, i + rotary/2). What lies beyond `rotary` passes unturned. */
void fl_scalar_rope(const float *x, const float *cosines, const float *sines,
                    fl_rope_pairing pairing, int64_t rotary, int64_t n, float *out) {
    for (int64_t i = 0; i < rotary / 2; i++) {
        int64_t first = pairing == FL_ROPE_INTERLEAVED ? 2 * i : i;
        int64_t second = pairing == FL_ROPE_INTERLEAVED ? 2 * i + 1 : i + rotary / 2;
        float a = x[first], b = x[second];
        out[first] = a * cosines[i] - b * sines[i];
        out[second] = a * sines[i] + b * cosines[i];
    }
    for (int64_t i = rotary; i < n; i++)
        out[i] = x[i];
}

/* Puts n numbers into the cache, in the cache's type. */
void fl_scalar_store(const float *x, int64_t n, fl_dtype type, void *out) {
    if (type == FL_DTYPE_F32)
        memcpy(out, x, (size_t)n * sizeof *x);
    else
        for (int64_t i = 0; i < n; i++)
            ((uint16_t *)out)[i] = fl_float_to_half(x[i]);
}

/* out[k] = q · keys[k] / √n for the positions k from first up to, not including, seen; the others
 * are hidden from this query. */
void fl_scalar_scores(const float *q, const void *keys, fl_dtype type, int64_t first, int64_t seen,
                      int64_t positions, int64_t n, float *out) {
    const float root = sqrtf((float)n);
    for (int64_t k = 0; k < positions; k++) {
        float sum = 0, key[BLOCK];
        if (k < first || k >= seen) {
            out[k] = -INFINITY;
            continue;
        }
        for (int64_t i = 0; i < n; i += BLOCK) {
            int64_t m = n - i < BLOCK ? n - i : BLOCK;
            fl_dequantise(type, fl_cell(keys, type, k * n + i), m, key);
            sum += dot(q + i, key, m);
        }
        out[k] = sum / root;
    }
}

/* exp(s[k] − m) / Σ exp(s[j] − m) with m the largest score, so that no exp overflows; hidden
 * positions get 0. */
void fl_scalar_softmax(const float *s, int64_t first, int64_t seen, int64_t n, float *out) {
    float largest = -INFINITY;
    double sum = 0;
    for (int64_t k = first; k < seen; k++)
        largest = s[k] > largest ? s[k] : largest;
    for (int64_t k = 0; k < n; k++)
        out[k] = k >= first && k < seen ? expf(s[k] - largest) : 0;
    for (int64_t k = first; k < seen; k++)
        sum += out[k];
    for (int64_t k = first; k < seen; k++)
        out[k] = (float)(out[k] / sum);
}

/* out[i] = Σ_k p[k] · values[k, i]: the values of the positions looked at, in their shares. */
void fl_scalar_mix(const float *p, const void *values, fl_dtype type, int64_t first, int64_t seen,
                   int64_t n, float *out) {
    for (int64_t i = 0; i < n; i++)
        out[i] = 0;
    for (int64_t k = first; k < seen; k++)
        for (int64_t i = 0; i < n; i += BLOCK) {
            float value[BLOCK];
            int64_t m = n - i < BLOCK ? n - i : BLOCK;
            fl_dequantise(type, fl_cell(values, type, k * n + i), m, value);
            for (int64_t j = 0; j < m; j++)
                out[i + j] += p[k] * value[j];
        }
}

/* out[t] = z[0, t] ‖ z[1, t] ‖ …: the heads of one token side by side. */
void fl_scalar_concat(const float *z, int64_t heads, int64_t tokens, int64_t n, float *out) {
    for (int64_t t = 0; t < tokens; t++)
        for (int64_t h = 0; h < heads; h++)
            memcpy(out + (t * heads + h) * n, z + (h * tokens + t) * n, (size_t)n * sizeof *z);
}

/* x / (1 + exp(−x)): near x where x is large, near 0 where x is very negative. */
void fl_scalar_silu(const float *x, int64_t n, float *out) {
    for (int64_t i = 0; i < n; i++)
        out[i] = x[i] / (1 + expf(-x[i]));
}

/* The index of the largest number, the first of equals; NaN is never the largest. */
int64_t fl_scalar_argmax(const float *x, int64_t n) {
    int64_t best = -1;
    for (int64_t i = 0; i < n; i++)
        if (!isnan(x[i]) && (best < 0 || x[i] > x[best]))
            best = i;
    return best < 0 ? 0 : best;
}

static double number_at(const void *x, fl_dtype type, int64_t i) {
    const void *cell = fl_cell(x, type, i);
    if (type == FL_DTYPE_F16)
        return (double)fl_half_to_float(*(const uint16_t *)cell);
    return type == FL_DTYPE_I32 ? *(const int32_t *)cell : (double)*(const float *)cell;
}

/* Counts n numbers: the smallest and the largest with their places (the first of equals), Σx, Σx²,
 * and the spread Σ(x − mean)² = Σ(x − x₀)² − (Σ(x − x₀))²/n around the first number x₀, so that
 * equal numbers have none. NaN and infinities are counted and left out. */
void fl_scalar_summary(const void *x, fl_dtype type, int64_t n, fl_summary *out) {
    fl_summary s = {.count = n};
    double first = 0, shift = 0;
    for (int64_t i = 0; i < n; i++) {
        double number = number_at(x, type, i);
        s.nan += isnan(number) != 0;
        s.inf += isinf(number) != 0;
        if (!isfinite(number))
            continue;
        if (s.finite++ == 0)
            first = s.min = s.max = number, s.argmin = s.argmax = i;
        if (number < s.min)
            s.min = number, s.argmin = i;
        if (number > s.max)
            s.max = number, s.argmax = i;
        s.zeros += number == 0;
        s.sum += number;
        s.squares += number * number;
        shift += number - first;
        s.spread += (number - first) * (number - first);
    }
    if (s.finite)
        s.spread = fmax(s.spread - shift * shift / (double)s.finite, 0);
    *out = s;
}
