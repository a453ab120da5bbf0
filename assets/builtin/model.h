/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What the trainer's files share: the model's dimensions, its parameters in one flat array, a row
 * of tokens to learn from, the questions, and the calls between the files.
 */
#ifndef TRAIN_MODEL_H
#define TRAIN_MODEL_H

#include <stddef.h>
#include <stdint.h>

enum { D = 128, L = 4, H = 8, K = 4, HD = 16, F = 352, V = 1024, CTX = 256 };
enum { KV = K * HD, QKV = D + 2 * KV, GU = 2 * F, ROWS = 64, TOKENS = 64 * 128, WORKERS = 2 };
enum { STORIES, FACTS, FACTSTORIES, TALES, RANDOM, KINDS };

/* One flat array holds all parameters; q, k, v and gate, up lie together: one product each. */
typedef struct {
    float *attn_norm, *qkv, *o, *ffn_norm, *gu, *down;
} layer;
typedef struct {
    float *embed, *norm, *head;
    layer at[L];
} weights;
enum {
    LAYER_SIZE = D + QKV * D + D * D + D + GU * D + D * F,
    SIZE = V * D + L * LAYER_SIZE + D + V * D
};

/* A row of tokens, split at every start mark into documents that do not see each other. */
typedef struct {
    int kind, len, segments, start[CTX + 2];
    int in[CTX], target[CTX];
    float weight[CTX];                  /* 0 where the next token is not to be learned */
    float keep_head[L][H], keep_ffn[L]; /* 1, or 0 for what is switched off in this row */
} row;

typedef struct {
    float *x_in, *rms1, *n1, *qkv, *probs, *heads, *x_mid, *rms2, *n2, *gu, *act;
} saved;
typedef struct {
    int cap;
    saved at[L];
    float *x, *rms, *n, *logits, *dx, *dn, *dqkv, *dheads, *dgu, *dact, *dp;
    float *grad;
    double loss[KINDS], seen[KINDS];
    const row *rows;
    int count, micro;
    double total_weight;
} bench_t;

enum { Q_FACTS, Q_KNOWN, Q_MADE, Q_INDUCTION, Q_STORY, Q_WRONG, Q_PLAIN, GROUPS };
typedef struct {
    int group, answers, len, ids[CTX], row, at;
} question;

/* model.c */
void tables_init(void);
float *floats(size_t n);
weights lay_out(float *p);
void bench_init(bench_t *b, int micro);
void forward(bench_t *b, const weights *w, const row *rows, int count);
void loss_and_gradient(bench_t *b, const row *rows, int count);
void backward(bench_t *b, const weights *w, const weights *g, const row *rows, int count);

/* text.c */
extern const char *const kind_names[KINDS];
extern const char *const group_names[GROUPS];
extern row *quiz;
extern int quiz_rows;
float uniform(uint64_t *s);
float normal(uint64_t *s);
int below(uint64_t *s, int n);
void corpora_read(const char *dir);
void row_make(row *r, uint64_t *s, int T);
void questions_read(const char *dir);
void ask(bench_t *b, const weights *w, double right[GROUPS], double prefix[L][H],
         double previous[L][H]);

#endif
