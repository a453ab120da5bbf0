/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The model's forward pass and its hand-written backward pass, over rows of equal length.
 * Owns: the rotation's tables. Reads: parameters and rows. Gives: logits, losses, gradients.
 * Products go through cblas_sgemm; everything else is plain loops that the compiler widens.
 */
#include "model.h"

#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static float cos_of[CTX][HD / 2], sin_of[CTX][HD / 2];

void tables_init(void) {
    for (int i = 0; i < CTX; i++)
        for (int j = 0; j < HD / 2; j++) {
            double angle = i * pow(10000, -2.0 * j / HD);
            cos_of[i][j] = (float)cos(angle), sin_of[i][j] = (float)sin(angle);
        }
}

weights lay_out(float *p) {
    weights w;
    w.embed = p, p += V * D;
    for (int l = 0; l < L; l++) {
        layer *a = &w.at[l];
        a->attn_norm = p, p += D;
        a->qkv = p, p += QKV * D;
        a->o = p, p += D * D;
        a->ffn_norm = p, p += D;
        a->gu = p, p += GU * D;
        a->down = p, p += D * F;
    }
    w.norm = p, p += D;
    w.head = p;
    return w;
}

/* ---- matrix products ---- */

static void mul_wt(int n, int in, int out, const float *x, const float *w, float *y) {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, out, in, 1, x, in, w, in, 0, y, out);
}
static void back_wt(int n, int in, int out, const float *x, const float *w, const float *dy,
                    float *dx, float *dw) {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, in, out, 1, dy, out, w, in, 0, dx,
                in);
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, out, in, n, 1, dy, out, x, in, 1, dw, in);
}

/* ---- the pieces of a layer, forward and backward ---- */

static void rms_forward(int n, const float *x, const float *w, float *rms, float *y) {
    for (int i = 0; i < n; i++) {
        const float *a = x + i * D;
        float s = 0;
        for (int j = 0; j < D; j++)
            s += a[j] * a[j];
        float r = 1 / sqrtf(s / D + 1e-5F);
        rms[i] = r;
        for (int j = 0; j < D; j++)
            y[i * D + j] = a[j] * r * w[j];
    }
}
/* Adds to dx. */
static void rms_backward(int n, const float *x, const float *w, const float *rms, const float *dy,
                         float *dx, float *dw) {
    for (int i = 0; i < n; i++) {
        const float *a = x + i * D, *g = dy + i * D;
        float r = rms[i], dot = 0;
        for (int j = 0; j < D; j++) {
            dw[j] += g[j] * a[j] * r;
            dot += g[j] * w[j] * a[j];
        }
        float c = dot * r * r * r / D;
        for (int j = 0; j < D; j++)
            dx[i * D + j] += g[j] * w[j] * r - a[j] * c;
    }
}

/* Turns the pairs of q and k; sign -1 turns them back, which is the gradient. */
static void rotate(const row *r, float *qkv, float sign) {
    for (int s = 0; s < r->segments; s++)
        for (int i = r->start[s]; i < r->start[s + 1]; i++)
            for (int j = 0; j < (D + KV) / 2; j++) {
                float *p = qkv + i * QKV + 2 * j;
                float c = cos_of[i - r->start[s]][j % (HD / 2)];
                float z = sin_of[i - r->start[s]][j % (HD / 2)] * sign;
                float a = p[0], b = p[1];
                p[0] = a * c - b * z;
                p[1] = a * z + b * c;
            }
}

static void softmax_rows(int n, float *p, int ld) {
    for (int i = 0; i < n; i++) {
        float *a = p + i * ld, max = a[0], sum = 0;
        for (int j = 1; j <= i; j++)
            max = a[j] > max ? a[j] : max;
        for (int j = 0; j <= i; j++) {
            a[j] = expf(a[j] - max);
            sum += a[j];
        }
        for (int j = 0; j <= i; j++)
            a[j] /= sum;
        for (int j = i + 1; j < n; j++)
            a[j] = 0;
    }
}

static void attention_forward(const row *r, int l, const float *qkv, float *probs, float *heads) {
    for (int s = 0; s < r->segments; s++) {
        int at = r->start[s], n = r->start[s + 1] - at;
        for (int h = 0; h < H; h++) {
            const float *q = qkv + at * QKV + h * HD, *k = qkv + at * QKV + D + h / (H / K) * HD;
            float *p = probs + h * CTX * CTX + at * CTX, *out = heads + at * D + h * HD;
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, n, HD, 0.25F, q, QKV, k, QKV, 0,
                        p, CTX);
            softmax_rows(n, p, CTX);
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, HD, n, r->keep_head[l][h], p,
                        CTX, k + KV, QKV, 0, out, D);
        }
    }
}
static void attention_backward(const row *r, int l, const float *qkv, const float *probs,
                               const float *dheads, float *dqkv, float *dp) {
    for (int s = 0; s < r->segments; s++) {
        int at = r->start[s], n = r->start[s + 1] - at;
        for (int h = 0; h < H; h++) {
            int kv = at * QKV + D + h / (H / K) * HD;
            const float *q = qkv + at * QKV + h * HD, *p = probs + h * CTX * CTX + at * CTX;
            const float *d = dheads + at * D + h * HD;
            float more = h % (H / K) ? 1 : 0, keep = r->keep_head[l][h];
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, n, HD, keep, d, D,
                        qkv + kv + KV, QKV, 0, dp, CTX);
            cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, n, HD, n, keep, p, CTX, d, D, more,
                        dqkv + kv + KV, QKV);
            for (int i = 0; i < n; i++) {
                float *a = dp + i * CTX, dot = 0;
                const float *b = p + i * CTX;
                for (int j = 0; j <= i; j++)
                    dot += a[j] * b[j];
                for (int j = 0; j < n; j++)
                    a[j] = b[j] * (a[j] - dot) * 0.25F;
            }
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, HD, n, 1, dp, CTX, qkv + kv,
                        QKV, 0, dqkv + at * QKV + h * HD, QKV);
            cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, n, HD, n, 1, dp, CTX, q, QKV, more,
                        dqkv + kv, QKV);
        }
    }
}

static void swiglu_forward(int n, const row *rows, int T, int l, const float *gu, float *act) {
    for (int i = 0; i < n; i++) {
        const float *g = gu + i * GU, *u = g + F;
        float keep = rows[i / T].keep_ffn[l];
        for (int j = 0; j < F; j++)
            act[i * F + j] = keep * g[j] / (1 + expf(-g[j])) * u[j];
    }
}
static void swiglu_backward(int n, const row *rows, int T, int l, const float *gu,
                            const float *dact, float *dgu) {
    for (int i = 0; i < n; i++) {
        const float *g = gu + i * GU, *u = g + F, *d = dact + i * F;
        float *dg = dgu + i * GU, *du = dg + F, keep = rows[i / T].keep_ffn[l];
        for (int j = 0; j < F; j++) {
            float s = 1 / (1 + expf(-g[j]));
            dg[j] = keep * d[j] * u[j] * s * (1 + g[j] * (1 - s));
            du[j] = keep * d[j] * g[j] * s;
        }
    }
}

/* ---- a whole pass over some rows of equal length ---- */

void forward(bench_t *b, const weights *w, const row *rows, int count) {
    int T = rows[0].len, n = count * T;
    for (int i = 0; i < n; i++)
        memcpy(b->at[0].x_in + i * D, w->embed + rows[i / T].in[i % T] * D, D * sizeof(float));
    for (int l = 0; l < L; l++) {
        const layer *a = &w->at[l];
        saved *s = &b->at[l];
        float *out = l + 1 < L ? b->at[l + 1].x_in : b->x;
        rms_forward(n, s->x_in, a->attn_norm, s->rms1, s->n1);
        mul_wt(n, D, QKV, s->n1, a->qkv, s->qkv);
        for (int r = 0; r < count; r++) {
            rotate(&rows[r], s->qkv + r * T * QKV, 1);
            attention_forward(&rows[r], l, s->qkv + r * T * QKV, s->probs + r * H * CTX * CTX,
                              s->heads + r * T * D);
        }
        mul_wt(n, D, D, s->heads, a->o, s->x_mid);
        for (int i = 0; i < n * D; i++)
            s->x_mid[i] += s->x_in[i];
        rms_forward(n, s->x_mid, a->ffn_norm, s->rms2, s->n2);
        mul_wt(n, D, GU, s->n2, a->gu, s->gu);
        swiglu_forward(n, rows, T, l, s->gu, s->act);
        mul_wt(n, F, D, s->act, a->down, out);
        for (int i = 0; i < n * D; i++)
            out[i] += s->x_mid[i];
    }
    rms_forward(n, b->x, w->norm, b->rms, b->n);
    mul_wt(n, D, V, b->n, w->head, b->logits);
}

/* Logits become their gradient. */
void loss_and_gradient(bench_t *b, const row *rows, int count) {
    int T = rows[0].len;
    for (int i = 0; i < count * T; i++) {
        const row *r = &rows[i / T];
        float *a = b->logits + i * V, max = a[0], sum = 0, weight = r->weight[i % T];
        if (weight == 0) {
            memset(a, 0, V * sizeof(float));
            continue;
        }
        int t = r->target[i % T];
        for (int j = 1; j < V; j++)
            max = a[j] > max ? a[j] : max;
        float at = a[t] - max;
        for (int j = 0; j < V; j++) {
            a[j] = expf(a[j] - max);
            sum += a[j];
        }
        b->loss[r->kind] += (double)(weight * (logf(sum) - at));
        b->seen[r->kind] += (double)weight;
        float c = weight / (float)b->total_weight;
        for (int j = 0; j < V; j++)
            a[j] *= c / sum;
        a[t] -= c;
    }
}

void backward(bench_t *b, const weights *w, const weights *g, const row *rows, int count) {
    int T = rows[0].len, n = count * T;
    back_wt(n, D, V, b->n, w->head, b->logits, b->dn, g->head);
    memset(b->dx, 0, (size_t)n * D * sizeof(float));
    rms_backward(n, b->x, w->norm, b->rms, b->dn, b->dx, g->norm);
    for (int l = L - 1; l >= 0; l--) {
        const layer *a = &w->at[l], *d = &g->at[l];
        saved *s = &b->at[l];
        back_wt(n, F, D, s->act, a->down, b->dx, b->dact, d->down);
        swiglu_backward(n, rows, T, l, s->gu, b->dact, b->dgu);
        back_wt(n, D, GU, s->n2, a->gu, b->dgu, b->dn, d->gu);
        rms_backward(n, s->x_mid, a->ffn_norm, s->rms2, b->dn, b->dx, d->ffn_norm);
        back_wt(n, D, D, s->heads, a->o, b->dx, b->dheads, d->o);
        for (int r = 0; r < count; r++) {
            attention_backward(&rows[r], l, s->qkv + r * T * QKV, s->probs + r * H * CTX * CTX,
                               b->dheads + r * T * D, b->dqkv + r * T * QKV, b->dp);
            rotate(&rows[r], b->dqkv + r * T * QKV, -1);
        }
        back_wt(n, D, QKV, s->n1, a->qkv, b->dqkv, b->dn, d->qkv);
        rms_backward(n, s->x_in, a->attn_norm, s->rms1, b->dn, b->dx, d->attn_norm);
    }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < D; j++)
            g->embed[rows[i / T].in[i % T] * D + j] += b->dx[i * D + j];
}

float *floats(size_t n) {
    float *p = calloc(n, sizeof(float));
    if (!p)
        perror("train"), exit(1);
    return p;
}
void bench_init(bench_t *b, int micro) {
    size_t n = (size_t)micro * CTX;
    memset(b, 0, sizeof *b);
    for (int l = 0; l < L; l++) {
        saved *s = &b->at[l];
        s->x_in = floats(n * D), s->rms1 = floats(n), s->n1 = floats(n * D);
        s->qkv = floats(n * QKV), s->probs = floats((size_t)micro * H * CTX * CTX);
        s->heads = floats(n * D), s->x_mid = floats(n * D), s->rms2 = floats(n);
        s->n2 = floats(n * D), s->gu = floats(n * GU), s->act = floats(n * F);
    }
    b->x = floats(n * D), b->rms = floats(n), b->n = floats(n * D), b->logits = floats(n * V);
    b->dx = floats(n * D), b->dn = floats(n * D), b->dqkv = floats(n * QKV);
    b->dheads = floats(n * D), b->dgu = floats(n * GU), b->dact = floats(n * F);
    b->dp = floats(CTX * CTX), b->grad = floats(SIZE), b->micro = micro;
}
