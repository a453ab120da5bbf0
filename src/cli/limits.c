/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The machine's own limits, measured with the threads that the runs use. Memory is read in several
 * patterns because none is the fastest on every machine; of everything the best counts, because
 * whatever else the machine does only takes away.
 */
#include "cli/bench.h"

#include "base/diag.h"
#include "base/machine.h"

#include <stdlib.h>
#include <string.h>

/* Far beyond any cache, in some parts for every thread, so that a slow one holds up nobody. */
enum { BUFFER = 256 << 20, LEAST_PARTS = 32, PARTS_PER_THREAD = 4, MOST_STREAMS = 8 };
/* Some milliseconds of multiplying, in all. */
enum { ROUNDS = 1 << 19 };

const fl_pattern fl_patterns[FL_PATTERNS] = {
    {"1 place", 1, 0},
    {"1 place asked for ahead", 1, 512},
    {"4 places at once asked for ahead", 4, 512},
    {"8 places at once asked for ahead", MOST_STREAMS, 512},
    {"8 places at once", MOST_STREAMS, 0}};

/* What the loops of a part gave: kept, so that no work can be left out as unused. */
struct fl_limit_part {
    uint64_t seen;
    int64_t count;
    float floats;
    int32_t bytes;
};

static void touch(void *ctx, int64_t begin, int64_t end) {
    const fl_limits *limits = ctx;
    memset(limits->buffer + begin * limits->part_bytes, 1,
           (size_t)((end - begin) * limits->part_bytes));
}

fl_status fl_limits_open(fl_limits *limits, int threads, fl_diag *diag) {
    const int64_t unit = MOST_STREAMS * FL_PROBE_STEP;
    fl_probe probes[FL_MAX_PROBES];
    int n_probes = fl_probes(probes);
    *limits = (fl_limits){.threads = threads, .probe = probes[n_probes - 1]};
    limits->n_parts = PARTS_PER_THREAD * threads;
    if (limits->n_parts < LEAST_PARTS)
        limits->n_parts = LEAST_PARTS;
    /* an odd number of steps for each stream: their addresses do not fall on the same cache sets */
    limits->part_bytes = (BUFFER / limits->n_parts / unit | 1) * unit;
    limits->buffer = malloc((size_t)(limits->n_parts * limits->part_bytes));
    limits->parts = calloc((size_t)limits->n_parts, sizeof *limits->parts);
    if (!limits->buffer || !limits->parts)
        return fl_fail_memory(diag);
    fl_parallel_for(threads, limits->n_parts, 1, touch, limits);
    return FL_OK;
}

void fl_limits_close(fl_limits *limits) {
    free(limits->buffer);
    free(limits->parts);
    limits->buffer = NULL;
    limits->parts = NULL;
}

static void keep_better(double *best, double rate) {
    if (rate > *best)
        *best = rate;
}

/* ---- reading ---- */

typedef struct reading {
    const fl_limits *limits;
    const fl_pattern *pattern;
} reading;

static void read_parts(void *ctx, int64_t begin, int64_t end) {
    const reading *r = ctx;
    const fl_limits *limits = r->limits;
    for (int64_t i = begin; i < end; i++)
        limits->parts[i].seen =
            limits->probe.read(limits->buffer + i * limits->part_bytes, limits->part_bytes,
                               r->pattern->streams, r->pattern->ahead);
}

static double sample_reading(fl_limits *limits, int pattern) {
    reading r = {limits, &fl_patterns[pattern]};
    int64_t start = fl_clock_ns();
    fl_parallel_for(limits->threads, limits->n_parts, 1, read_parts, &r);
    double gb_s = (double)(limits->n_parts * limits->part_bytes) / (double)(fl_clock_ns() - start);
    keep_better(&limits->read_gb_s[pattern], gb_s);
    return gb_s;
}

double fl_limits_read_now(fl_limits *limits) {
    int best = 0;
    for (int i = 1; i < FL_PATTERNS; i++)
        if (limits->read_gb_s[i] > limits->read_gb_s[best])
            best = i;
    return sample_reading(limits, best);
}

double fl_limits_read(const fl_limits *limits) {
    double best = 0;
    for (int i = 0; i < FL_PATTERNS; i++)
        keep_better(&best, limits->read_gb_s[i]);
    return best;
}

typedef struct weights {
    const fl_limits *limits;
    const fl_model *model;
} weights;

static void read_weights(void *ctx, int64_t begin, int64_t end) {
    const weights *all = ctx;
    for (int64_t i = begin; i < end; i++) {
        const fl_weight *w = fl_model_tensor(all->model, (size_t)i);
        all->limits->probe.read(w->data, (int64_t)w->bytes, 1, 0);
    }
}

void fl_limits_read_weights(const fl_limits *limits, const fl_model *model) {
    weights all = {limits, model};
    fl_parallel_for(limits->threads, (int64_t)fl_model_tensor_count(model), 1, read_weights, &all);
}

/* ---- multiplying ---- */

static void multiply_floats(void *ctx, int64_t begin, int64_t end) {
    const fl_limits *limits = ctx;
    for (int64_t i = begin; i < end; i++)
        limits->parts[i].count =
            limits->probe.floats(ROUNDS / limits->n_parts, &limits->parts[i].floats);
}

static void multiply_bytes(void *ctx, int64_t begin, int64_t end) {
    const fl_limits *limits = ctx;
    for (int64_t i = begin; i < end; i++)
        limits->parts[i].count =
            limits->probe.bytes(ROUNDS / limits->n_parts, &limits->parts[i].bytes);
}

static void sample_multiplying(fl_limits *limits, fl_range_fn *body, double *best) {
    int64_t count = 0, start = fl_clock_ns();
    fl_parallel_for(limits->threads, limits->n_parts, 1, body, limits);
    int64_t ns = fl_clock_ns() - start;
    for (int64_t i = 0; i < limits->n_parts; i++)
        count += limits->parts[i].count;
    keep_better(best, 2 * (double)count / (double)ns);
}

void fl_limits_sample(fl_limits *limits) {
    for (int i = 0; i < FL_PATTERNS; i++)
        sample_reading(limits, i);
    sample_multiplying(limits, multiply_floats, &limits->float_gflop_s);
    if (limits->probe.bytes)
        sample_multiplying(limits, multiply_bytes, &limits->byte_gop_s);
}
