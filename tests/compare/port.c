/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
#include "test.h"

#include "compare/port.h"

#include "base/text.h"
#include "cli/program.h"
#include "kernels/dequant.h"

#include <math.h>

enum { T = PORT_TOKENS, WIDE = 32 };
const char port_ids[] = "1,5,300,17,42,99";
static const int32_t ids[T] = {1, 5, 300, 17, 42, 99};

typedef struct port {
    const port_how *how;
    fl_model *model;
    const fl_hparams *h;
    int32_t layer, layers;
    int64_t D, H, K, d, F, V;
    fl_buffer header, data;
} port;

/* ---- the file ---- */

static void add_number(fl_buffer *out, fl_dtype type, double value) {
    float single = (float)value;
    int32_t whole = (int32_t)value;
    uint16_t half = fl_float_to_half(single);
    const void *bytes = type == FL_DTYPE_I32   ? (void *)&whole
                        : type == FL_DTYPE_F16 ? (void *)&half
                                               : (void *)&single;
    fl_buffer_add(out, bytes, type == FL_DTYPE_F16 ? 2 : 4);
}

/* Adds a tensor of [1, n1, n2, n3], trailing zeros left out. */
static void give(port *p, fl_stage stage, const double *values, int64_t n1, int64_t n2,
                 int64_t n3) {
    const int64_t shape[] = {1, n1, n2, n3};
    const int first = p->how->without_batch ? 1 : 0, n = n3 ? 4 : n2 ? 3 : 2;
    const fl_dtype type = stage == FL_STAGE_tokens ? FL_DTYPE_I32 : p->how->stored;
    const size_t begin = p->data.length;
    int64_t count = 1;
    char name[128];
    if (p->how->without_stage && stage == p->how->without_stage)
        return;
    fl_stage_name(stage, p->layer, p->how->dialect, name, sizeof name);
    fl_buffer_printf(&p->header, "%s\"%s\":{\"dtype\":\"%s\",\"shape\":[",
                     p->header.length > 1 ? "," : "", name, fl_dtype_get_info(type)->name);
    for (int i = first; i < n; i++) {
        fl_buffer_printf(&p->header, "%s%lld", i > first ? "," : "", (long long)shape[i]);
        count *= shape[i];
    }
    for (int64_t i = 0; i < count; i++)
        add_number(&p->data, type, values[i]);
    fl_buffer_printf(&p->header, "],\"data_offsets\":[%zu,%zu]}", begin, p->data.length);
}

static const char *write_file(port *p, const char *name) {
    fl_buffer all = {0};
    char length[8] = {0};
    fl_buffer_puts(&p->header, "}");
    for (int i = 0; i < 8; i++)
        length[i] = (char)(p->header.length >> (8 * i));
    fl_buffer_add(&all, length, sizeof length);
    fl_buffer_add(&all, p->header.data, p->header.length);
    fl_buffer_add(&all, p->data.data, p->data.length);
    assert_false(all.failed);
    const char *path = fl_write_temporary(name, all.data, all.length);
    fl_buffer_done(&all);
    fl_buffer_done(&p->header);
    fl_buffer_done(&p->data);
    return path;
}

/* ---- arithmetic ---- */

static double *numbers(int64_t n) {
    double *room = calloc((size_t)n, sizeof *room);
    assert_non_null(room);
    return room;
}

/* A row of a weight; freed by the caller. */
static float *weight_row(const port *p, fl_weight_slot slot, int64_t row) {
    const fl_weight *w = fl_model_weight(
        p->model, slot, fl_weight_get_info(slot)->scope == FL_SCOPE_PASS ? -1 : p->layer);
    assert_non_null(w);
    const int64_t n = w->n_dims == 1 ? w->shape[0] : w->shape[1];
    const uint64_t bytes = fl_dtype_row_bytes(w->dtype, (uint64_t)n);
    float *out = calloc((size_t)n, sizeof *out);
    assert_non_null(out);
    fl_dequantise(w->dtype, (const char *)w->data + (uint64_t)row * bytes, n, out);
    return out;
}

static double *matmul(const port *p, fl_weight_slot slot, const double *x, int64_t rows,
                      int64_t out, int64_t in) {
    double *y = numbers(rows * out);
    for (int64_t o = 0; o < out; o++) {
        float *w = weight_row(p, slot, o);
        if (p->how->bug == PORT_WEIGHT && slot == FL_WEIGHT_ffn_gate && p->layer == 1 && o == 17)
            w[5] += 0.05F;
        for (int64_t t = 0; t < rows; t++)
            for (int64_t i = 0; i < in; i++)
                y[t * out + o] += (double)w[i] * x[t * in + i];
        free(w);
    }
    return y;
}

/* The three stages of a norm, from `first` on; freed by the caller. */
static double *norm(port *p, fl_stage first, fl_weight_slot slot, const double *x, int64_t rows) {
    double *rms = numbers(rows), *unit = numbers(rows * p->D), *out = numbers(rows * p->D);
    const double eps = p->how->bug == PORT_EPSILON ? 1e-6 : p->h->rms_norm_eps;
    float *w = weight_row(p, slot, 0);
    for (int64_t t = 0; t < rows; t++) {
        for (int64_t i = 0; i < p->D; i++)
            rms[t] += x[t * p->D + i] * x[t * p->D + i] / (double)p->D;
        rms[t] = sqrt(rms[t] + eps);
        for (int64_t i = 0; i < p->D; i++) {
            unit[t * p->D + i] = x[t * p->D + i] / rms[t];
            out[t * p->D + i] = unit[t * p->D + i] * (double)w[i];
        }
    }
    give(p, first, rms, rows, 1, 0);
    give(p, first + 1, unit, rows, p->D, 0);
    give(p, first + 2, out, rows, p->D, 0);
    free(w);
    free(rms);
    free(unit);
    return out;
}

/* ---- attention ---- */

/* Tokens before heads, as most tools have them; flat where Hugging Face's module gives it so. */
static void give_heads(port *p, fl_stage stage, const double *x, int64_t heads) {
    const bool flat = p->how->dialect != FL_DIALECT_TL && stage <= FL_STAGE_v;
    double *ordered = numbers(T * heads * p->d);
    memcpy(ordered, x, (size_t)(T * heads * p->d) * sizeof *x);
    for (int64_t at = 0; p->how->bug == PORT_ORDER && stage != FL_STAGE_v && at < T * heads * p->d;
         at += p->d)
        for (int64_t i = 0; i < p->d / 2; i++) {
            ordered[at + i] = x[at + 2 * i];
            ordered[at + i + p->d / 2] = x[at + 2 * i + 1];
        }
    give(p, stage, ordered, T, flat ? heads * p->d : heads, flat ? 0 : p->d);
    free(ordered);
}

static double angle(const port *p, int64_t t, int64_t pair) {
    const int64_t position = t + (p->how->bug == PORT_POSITION);
    return (double)position * pow(p->h->rope_theta, -2.0 * (double)pair / (double)p->d);
}

static void turn(const port *p, double *x, int64_t heads) {
    const bool halves = p->how->bug == PORT_PAIRING;
    for (int64_t t = 0; t < T; t++)
        for (int64_t h = 0; h < heads; h++)
            for (int64_t i = 0; i < p->d / 2; i++) {
                double *head = x + (t * heads + h) * p->d, c = cos(angle(p, t, i)),
                       s = sin(angle(p, t, i));
                double *a = head + (halves ? i : 2 * i),
                       *b = head + (halves ? i + p->d / 2 : 2 * i + 1);
                const double a0 = *a, b0 = *b;
                *a = a0 * c - b0 * s;
                *b = a0 * s + b0 * c;
            }
}

static void tables(port *p) {
    double *c = numbers(T * p->d), *s = numbers(T * p->d);
    for (int64_t t = 0; t < T; t++)
        for (int64_t i = 0; i < p->d; i++) {
            c[t * p->d + i] = cos(angle(p, t, i % (p->d / 2)));
            s[t * p->d + i] = sin(angle(p, t, i % (p->d / 2)));
        }
    if (!p->how->without_tables) {
        give(p, FL_STAGE_rope_cos, c, T, p->d, 0);
        give(p, FL_STAGE_rope_sin, s, T, p->d, 0);
    }
    free(c);
    free(s);
}

static bool sees(const port *p, int64_t head, int64_t query, int64_t key) {
    if (p->how->bug == PORT_MASK && p->layer == 0 && head == 3 && query == 2 && key == 4)
        return true;
    if (p->how->bug == PORT_MASKS && p->layer == 0 && key == 5 && (query == 2 || query == 3))
        return true;
    return key <= query;
}

static int64_t shared(const port *p, int64_t head) {
    return p->how->bug == PORT_SHARING ? head % p->K : head / (p->H / p->K);
}

static double score(const port *p, const double *q, const double *k, int64_t head, int64_t query,
                    int64_t key) {
    double sum = 0;
    for (int64_t i = 0; i < p->d; i++)
        sum += q[(query * p->H + head) * p->d + i] * k[(key * p->K + shared(p, head)) * p->d + i];
    return p->how->bug == PORT_SCALE && p->layer == 2 ? sum : sum / sqrt((double)p->d);
}

static void softmax_row(const double *scores, const bool *seen, int64_t n, double *out) {
    double sum = 0, most = -INFINITY;
    for (int64_t k = 0; k < n; k++)
        most = seen[k] ? fmax(most, scores[k]) : most;
    for (int64_t k = 0; k < n; k++)
        sum += out[k] = seen[k] ? exp(scores[k] - most) : 0;
    for (int64_t k = 0; k < n; k++)
        out[k] /= sum;
}

static void give_scores(port *p, const double *scores, const double *probs, int64_t n) {
    give(p, FL_STAGE_attn_scores, scores, p->H, T, n);
    give(p, FL_STAGE_attn_probs, probs, p->H, T, n);
}

/* What all heads find, heads side by side. */
static double *attend(port *p, const double *q, const double *k, const double *v) {
    const int64_t n = p->how->wide_keys ? WIDE : T;
    const double hidden = p->how->masked != 0 ? p->how->masked : -INFINITY;
    double *scores = numbers(p->H * T * n), *probs = numbers(p->H * T * n),
           *z = numbers(T * p->H * p->d);
    for (int64_t h = 0; h < p->H; h++)
        for (int64_t t = 0; t < T; t++) {
            double *row = scores + (h * T + t) * n, *share = probs + (h * T + t) * n;
            bool seen[WIDE] = {false};
            for (int64_t j = 0; j < n; j++) {
                seen[j] = j < T && sees(p, h, t, j);
                row[j] = j < T && (seen[j] || p->how->no_mask) ? score(p, q, k, h, t, j) : hidden;
            }
            softmax_row(row, seen, n, share);
            for (int64_t j = 0; j < T; j++)
                for (int64_t i = 0; i < p->d; i++)
                    z[(t * p->H + h) * p->d + i] +=
                        share[j] * v[(j * p->K + shared(p, h)) * p->d + i];
        }
    give_scores(p, scores, probs, n);
    free(scores);
    free(probs);
    return z;
}

static void change_places(const port *p, double *z) {
    for (int64_t t = 0; t < T && p->how->bug == PORT_HEADS && p->layer == 1; t++)
        for (int64_t i = 0; i < p->d; i++) {
            double *two = z + (t * p->H + 2) * p->d + i, *three = two + p->d, kept = *two;
            *two = *three;
            *three = kept;
        }
}

static double *attention(port *p, const double *x) {
    double *n = norm(p, FL_STAGE_attn_norm_rms, FL_WEIGHT_attn_norm, x, T);
    double *q = matmul(p, FL_WEIGHT_attn_q, n, T, p->H * p->d, p->D);
    double *k = matmul(p, FL_WEIGHT_attn_k, n, T, p->K * p->d, p->D);
    double *v = matmul(p, FL_WEIGHT_attn_v, n, T, p->K * p->d, p->D);
    for (int64_t i = 0; p->how->bug == PORT_BIAS && p->layer == 1 && i < T * p->K * p->d; i++)
        v[i] += 0.01 * (double)(i % (p->K * p->d) + 1);
    give_heads(p, FL_STAGE_q, q, p->H);
    give_heads(p, FL_STAGE_k, k, p->K);
    give_heads(p, FL_STAGE_v, v, p->K);
    turn(p, q, p->H);
    turn(p, k, p->K);
    give_heads(p, FL_STAGE_q_rope, q, p->H);
    give_heads(p, FL_STAGE_k_rope, k, p->K);
    double *z = attend(p, q, k, v);
    change_places(p, z);
    give(p, FL_STAGE_attn_head, z, T, p->H, p->d);
    give(p, FL_STAGE_attn_concat, z, T, p->H * p->d, 0);
    double *out = matmul(p, FL_WEIGHT_attn_output, z, T, p->D, p->H * p->d);
    give(p, FL_STAGE_attn_out, out, T, p->D, 0);
    free(n);
    free(q);
    free(k);
    free(v);
    free(z);
    return out;
}

/* ---- the rest ---- */

static double rounded(const port *p, double value) {
    return p->how->bug == PORT_HALF && p->layer == 2
               ? (double)fl_half_to_float(fl_float_to_half((float)value))
               : value;
}

static double *feed_forward(port *p, const double *y, int64_t rows) {
    double *n = norm(p, FL_STAGE_ffn_norm_rms, FL_WEIGHT_ffn_norm, y, rows);
    double *gate = matmul(p, FL_WEIGHT_ffn_gate, n, rows, p->F, p->D);
    double *up = matmul(p, FL_WEIGHT_ffn_up, n, rows, p->F, p->D);
    give(p, FL_STAGE_gate, gate, rows, p->F, 0);
    give(p, FL_STAGE_up, up, rows, p->F, 0);
    for (int64_t i = 0; i < rows * p->F; i++)
        gate[i] /= 1 + exp(-gate[i]);
    give(p, FL_STAGE_silu, gate, rows, p->F, 0);
    for (int64_t i = 0; i < rows * p->F; i++)
        gate[i] = rounded(p, gate[i] * up[i]);
    give(p, FL_STAGE_swiglu, gate, rows, p->F, 0);
    double *out = matmul(p, FL_WEIGHT_ffn_down, gate, rows, p->D, p->F);
    if (p->how->bug == PORT_NAN && p->layer == 3)
        out[2] = NAN;
    give(p, FL_STAGE_down, out, rows, p->D, 0);
    free(n);
    free(gate);
    free(up);
    return out;
}

/* x becomes what the layer leaves of its last `rows` tokens. */
static void run_layer(port *p, double *x, int64_t rows) {
    double *attn = attention(p, x), *y = x + (T - rows) * p->D;
    for (int64_t i = 0; i < T * p->D; i++)
        x[i] += attn[i];
    give(p, FL_STAGE_resid_mid, y, rows, p->D, 0);
    double *ffn = feed_forward(p, y, rows);
    for (int64_t i = 0; i < rows * p->D; i++)
        y[i] += ffn[i];
    give(p, FL_STAGE_resid_post, y, rows, p->D, 0);
    free(attn);
    free(ffn);
}

static void run_head(port *p, const double *x, int64_t rows) {
    const double *last = x + (T - rows) * p->D;
    double *n = norm(p, FL_STAGE_final_norm_rms, FL_WEIGHT_output_norm, last, rows);
    double *logits = matmul(p, FL_WEIGHT_output, n, rows, p->V, p->D);
    give(p, FL_STAGE_logits, logits, rows, p->V, 0);
    free(n);
    free(logits);
}

static void run_port(port *p) {
    double tokens[T], *x = numbers(T * p->D);
    p->layer = -1;
    for (int64_t t = 0; t < T; t++) {
        float *row = weight_row(p, FL_WEIGHT_token_embd, ids[t]);
        tokens[t] = ids[t];
        for (int64_t i = 0; i < p->D; i++)
            x[t * p->D + i] = (double)row[i];
        free(row);
    }
    give(p, FL_STAGE_tokens, tokens, T, 0, 0);
    give(p, FL_STAGE_embed, x, T, p->D, 0);
    tables(p);
    for (p->layer = 0; p->layer < p->layers; p->layer++)
        run_layer(p, x, p->how->last_row && p->layer + 1 == p->layers ? 1 : T);
    p->layer = -1;
    run_head(p, x, p->how->last_row ? 1 : T);
    free(x);
}

const char *port_dump(const char *name, const port_how *how) {
    port p = {.how = how};
    assert_int_equal(fl_model_open(&p.model, "builtin", NULL), FL_OK);
    p.h = fl_model_hparams(p.model);
    p.layers = (int32_t)p.h->num_hidden_layers;
    p.D = p.h->hidden_size;
    p.H = p.h->num_attention_heads;
    p.K = p.h->num_key_value_heads;
    p.d = p.h->head_dim;
    p.F = p.h->intermediate_size;
    p.V = p.h->vocab_size;
    fl_buffer_puts(&p.header, "{");
    if (how->metadata)
        fl_buffer_printf(&p.header, "\"__metadata__\":%s", how->metadata);
    run_port(&p);
    fl_model_close(&p.model);
    return write_file(&p, name);
}
