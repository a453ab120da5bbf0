/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Choosing a token from one row of logits.
 */
#include "engine/run.h"

#include "base/rng.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Best first, the lower id first among equals. */
static int by_logit(const void *a, const void *b) {
    const fl_candidate *x = a, *y = b;
    if (x->logit != y->logit)
        return x->logit < y->logit ? 1 : -1;
    return (x->id > y->id) - (x->id < y->id);
}

/* The finite logits, best first; returns how many. */
static int64_t sorted(const float *logits, int64_t n, fl_candidate *out) {
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++)
        if (isfinite(logits[i]))
            out[count++] = (fl_candidate){logits[i], (int32_t)i};
    qsort(out, (size_t)count, sizeof *out, by_logit);
    return count;
}

/* exp((z − z₀) / temperature): a candidate's weight beside the best one's, which is 1. */
static double weight(const fl_sampler *sampler, const fl_candidate *sorted_, int64_t i) {
    return exp(((double)sorted_[i].logit - (double)sorted_[0].logit) / sampler->temperature);
}

/* How many of the sorted candidates stay: top_k of them, then as few as reach the mass top_p.
 * *mass receives the sum of their weights. */
static int64_t keep(const fl_sampler *sampler, const fl_candidate *sorted_, int64_t n,
                    double *mass) {
    double total = 0;
    int64_t kept = 0;
    if (sampler->top_k > 0 && sampler->top_k < n)
        n = sampler->top_k;
    for (int64_t i = 0; i < n; i++)
        total += weight(sampler, sorted_, i);
    *mass = 0;
    while (kept < n && (kept == 0 || *mass < sampler->top_p * total))
        *mass += weight(sampler, sorted_, kept++);
    return kept;
}

static int32_t draw(const fl_sampler *sampler, const fl_candidate *sorted_, int64_t n,
                    uint64_t *rng) {
    double mass;
    int64_t kept = keep(sampler, sorted_, n, &mass);
    double left = fl_rng_unit(rng) * mass;
    for (int64_t i = 0; i < kept; i++) {
        left -= weight(sampler, sorted_, i);
        if (left < 0)
            return sorted_[i].id;
    }
    return sorted_[kept - 1].id;
}

/* A logit of +infinity leaves the others no share at any temperature. */
int32_t fl_sample(const fl_sampler *sampler, const float *logits, int64_t n,
                  fl_candidate *candidates, uint64_t *rng, const fl_kernels *kernels) {
    int32_t best = (int32_t)kernels->argmax(logits, n);
    if (!(sampler->temperature > 0) || !isfinite(logits[best]))
        return best;
    return draw(sampler, candidates, sorted(logits, n, candidates), rng);
}

int fl_sampler_print(const fl_sampler *sampler, char *out, size_t size) {
    if (!(sampler->temperature > 0))
        return snprintf(out, size, "greedy");
    int n = snprintf(out, size, "temperature %g", sampler->temperature);
    if (sampler->top_k > 0)
        n += snprintf(out + n, size - (size_t)n, " top-k %lld", (long long)sampler->top_k);
    if (sampler->top_p < 1)
        n += snprintf(out + n, size - (size_t)n, " top-p %g", sampler->top_p);
    return n + snprintf(out + n, size - (size_t)n, " seed %llu", (unsigned long long)sampler->seed);
}
