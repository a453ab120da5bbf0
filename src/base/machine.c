/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Clock, CPU count and the parallel loop. sched_getaffinity is Linux's own: elsewhere the number of
 * online CPUs has to do.
 */
#if defined(__linux__)
#define _GNU_SOURCE
#include <sched.h>
#endif
#include "base/machine.h"

#include <time.h>
#include <unistd.h>
#ifdef _OPENMP
#include <omp.h>
#endif

int64_t fl_clock_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int fl_cpu_count(void) {
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        return CPU_COUNT(&set);
#endif
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

void fl_parallel_for(int threads, int64_t count, int64_t grain, fl_range_fn *body, void *ctx) {
    if (count <= 0)
        return;
#ifdef _OPENMP
    int64_t ranges = (count + grain - 1) / grain;
    if (threads > ranges)
        threads = (int)ranges;
    if (threads > 1) {
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
        for (int64_t i = 0; i < ranges; i++)
            body(ctx, i * grain, i + 1 < ranges ? (i + 1) * grain : count);
        return;
    }
#else
    (void)threads;
    (void)grain;
#endif
    body(ctx, 0, count);
}
