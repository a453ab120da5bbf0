/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What the model reads and what it is asked.
 * Owns: the documents, the questions and the random numbers that choose among them.
 * Reads: DIR/{stories,facts,factstories,tales}.ids and DIR/eval.ids, one document or question a
 * line. Gives: rows to learn from, the share of right answers, the scores of heads.
 */
#include "model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const kind_names[KINDS] = {"stories", "facts", "factstories", "tales", "random"};
static const float kind_share[KINDS] = {0.48F, 0.20F, 0.08F, 0.04F, 0.20F};
const char *const group_names[GROUPS] = {"facts", "known", "made", "induction",
                                         "story", "wrong", "plain"};

/* ---- random numbers: one stream per (seed, step) ---- */

static uint64_t next_u64(uint64_t *s) {
    uint64_t z = (*s += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}
int below(uint64_t *s, int n) {
    return (int)((next_u64(s) >> 32) * (uint64_t)n >> 32);
}
float uniform(uint64_t *s) {
    return (float)(next_u64(s) >> 40) / 16777216.0F;
}
float normal(uint64_t *s) {
    return sqrtf(-2 * logf(uniform(s) + 1e-12F)) * cosf(6.2831853F * uniform(s));
}

/* ---- text ---- */

typedef struct {
    uint16_t *ids;
    int *start;
    int docs;
} corpus;
static corpus corpora[RANDOM];

static char *slurp(const char *dir, const char *name, const char *ending) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s%s", dir, name, ending);
    FILE *f = fopen(path, "rb");
    if (!f)
        perror(path), exit(1);
    fseek(f, 0, SEEK_END);
    long n = ftell(f);
    rewind(f);
    char *text = malloc((size_t)n + 1);
    if (!text || fread(text, 1, (size_t)n, f) != (size_t)n)
        perror(path), exit(1);
    text[n] = 0;
    fclose(f);
    return text;
}

static void corpus_read(corpus *c, const char *dir, const char *name) {
    char *text = slurp(dir, name, ".ids"), *p = text;
    size_t size = strlen(text), used = 0;
    c->ids = malloc((size / 2 + 16) * 2 * sizeof *c->ids);
    c->start = malloc((size / 2 + 16) * sizeof *c->start);
    if (!c->ids || !c->start)
        perror("train"), exit(1);
    while (*p) {
        c->start[c->docs++] = (int)used;
        c->ids[used++] = 1;
        while (*p && *p != '\n')
            c->ids[used++] = (uint16_t)strtol(p, &p, 10);
        c->ids[used++] = 2;
        p += *p == '\n';
    }
    c->start[c->docs] = (int)used;
    free(text);
}

void corpora_read(const char *dir) {
    for (int k = 0; k < RANDOM; k++)
        corpus_read(&corpora[k], dir, kind_names[k]);
}

/* A random sequence two or three times; its weight begins where the repeat can be known. */
static int random_document(uint64_t *s, uint16_t *ids, float *weight) {
    int n = 5 + below(s, 29), times = 2 + below(s, 2);
    ids[0] = 1, weight[0] = 0;
    for (int i = 1; i <= n; i++) {
        ids[i] = (uint16_t)(3 + below(s, V - 3));
        for (int j = 1; j < i; j++)
            if (ids[j] == ids[i])
                i--, j = i;
    }
    for (int i = 1; i <= n * times; i++) {
        ids[i] = ids[(i - 1) % n + 1];
        weight[i] = i > n + 1 ? 1 : 0; /* the weight of predicting ids[i] */
    }
    return n * times + 1;
}

static void segment(row *r) {
    r->segments = 0;
    for (int i = 0; i < r->len; i++)
        if (i == 0 || r->in[i] == 1)
            r->start[r->segments++] = i;
    r->start[r->segments] = r->len;
    for (int l = 0; l < L; l++) {
        r->keep_ffn[l] = 1;
        for (int h = 0; h < H; h++)
            r->keep_head[l][h] = 1;
    }
}

void row_make(row *r, uint64_t *s, int T) {
    uint16_t ids[CTX + 1 + 4096], doc[4096];
    float weight[CTX + 1 + 4096], wdoc[4096], pick = uniform(s);
    int n = 0;
    for (r->kind = 0; r->kind < RANDOM && pick >= kind_share[r->kind]; r->kind++)
        pick -= kind_share[r->kind];
    while (n < T + 1) {
        int m;
        if (r->kind == RANDOM) {
            m = random_document(s, doc, wdoc);
        } else {
            const corpus *c = &corpora[r->kind];
            int d = below(s, c->docs);
            m = c->start[d + 1] - c->start[d];
            if (m > T + 1)
                m = T + 1;
            for (int i = 0; i < m; i++)
                doc[i] = c->ids[c->start[d] + i], wdoc[i] = i > 0;
        }
        memcpy(ids + n, doc, (size_t)m * sizeof *doc);
        memcpy(weight + n, wdoc, (size_t)m * sizeof *wdoc);
        n += m;
    }
    r->len = T;
    for (int i = 0; i < T; i++)
        r->in[i] = ids[i], r->target[i] = ids[i + 1], r->weight[i] = weight[i + 1];
    segment(r);
}

/* ---- questions ---- */

static question *questions;
static int question_count;
row *quiz;
int quiz_rows;

void questions_read(const char *dir) {
    char *text = slurp(dir, "eval", ".ids"), *p = text;
    questions = calloc(4096, sizeof *questions);
    quiz = calloc(1024, sizeof *quiz);
    if (!questions || !quiz)
        perror("train"), exit(1);
    int used = CTX;
    while (*p) {
        question *q = &questions[question_count];
        char *space = strchr(p, ' ');
        *space = 0;
        for (q->group = 0; strcmp(group_names[q->group], p); q->group++)
            ;
        p = space + 1;
        q->answers = (int)strtol(p, &p, 10);
        for (q->len = 0; *p && *p != '\n';) {
            int id = (int)strtol(p, &p, 10);
            if (q->len < CTX)
                q->ids[q->len++] = id;
        }
        p += *p == '\n';
        if (used + q->len > CTX)
            used = 0, quiz[quiz_rows++].len = CTX;
        q->row = quiz_rows - 1, q->at = used;
        row *r = &quiz[q->row];
        for (int i = 0; i < q->len; i++)
            r->in[used + i] = q->ids[i];
        used += q->len;
        for (int i = used; i < CTX; i++)
            r->in[i] = 1; /* padding: start marks, each a document of its own */
        question_count++;
    }
    for (int i = 0; i < quiz_rows; i++)
        segment(&quiz[i]);
    free(text);
}

static int argmax(const float *a) {
    int best = 0;
    for (int j = 1; j < V; j++)
        if (a[j] > a[best])
            best = j;
    return best;
}

/* The share of right answers in each group; scores, if wanted, of heads on random sequences. */
void ask(bench_t *b, const weights *w, double right[GROUPS], double prefix[L][H],
         double previous[L][H]) {
    double all[GROUPS] = {0}, cells = 0, cells1 = 0;
    memset(right, 0, GROUPS * sizeof *right);
    for (int i = 0, q = 0; i < quiz_rows; i++) {
        forward(b, w, &quiz[i], 1);
        for (; q < question_count && questions[q].row == i; q++) {
            const question *x = &questions[q];
            int ok = 0;
            for (int j = x->len - x->answers; j < x->len; j++)
                ok += argmax(b->logits + (x->at + j - 1) * V) == x->ids[j];
            if (x->group == Q_INDUCTION) {
                right[x->group] += ok, all[x->group] += x->answers;
            } else {
                right[x->group] += ok == x->answers, all[x->group] += 1;
            }
            if (x->group != Q_INDUCTION || !prefix)
                continue;
            int n = x->answers + 1;
            cells += n - 1, cells1 += 2 * n - 1;
            for (int l = 0; l < L; l++)
                for (int h = 0; h < H; h++) {
                    const float *p = b->at[l].probs + h * CTX * CTX + x->at * CTX;
                    for (int j = n + 1; j < 2 * n; j++)
                        prefix[l][h] += (double)p[j * CTX + j - n + 1];
                    for (int j = 2; j <= 2 * n; j++)
                        previous[l][h] += (double)p[j * CTX + j - 1];
                }
        }
    }
    for (int g = 0; g < GROUPS; g++)
        right[g] /= all[g] > 0 ? all[g] : 1;
    for (int l = 0; prefix && l < L; l++)
        for (int h = 0; h < H; h++)
            prefix[l][h] /= cells, previous[l][h] /= cells1;
}
