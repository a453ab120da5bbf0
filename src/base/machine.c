/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Clock, CPUs, memory and the parallel loop. sched_getaffinity and /proc are Linux's own: elsewhere
 * the number of online CPUs and the name of the architecture have to do.
 */
#if defined(__linux__)
#define _GNU_SOURCE
#include <sched.h>
#endif
#include "base/machine.h"

#if defined(__GLIBC__)
#include <malloc.h>
#endif
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
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

/* What follows the colon in the first line of a /proc file that begins with `key`. */
static bool proc_entry(const char *path, const char *key, char *out, size_t size) {
    char line[512];
    bool found = false;
    FILE *file = fopen(path, "r");
    while (file && !found && fgets(line, sizeof line, file)) {
        const char *colon = strchr(line, ':');
        found = colon && strncmp(line, key, strlen(key)) == 0;
        if (found)
            snprintf(out, size, "%.*s", (int)strcspn(colon + 1, "\n"), colon + 1);
    }
    if (file)
        fclose(file);
    return found;
}

void fl_cpu_name(char *out, size_t size) {
    char name[256];
    struct utsname system;
    if (proc_entry("/proc/cpuinfo", "model name", name, sizeof name))
        snprintf(out, size, "%s", name + strspn(name, " \t"));
    else
        snprintf(out, size, "%s", uname(&system) >= 0 ? system.machine : "unknown");
}

/* "32768K" in a file of its own for each cache of the first processor. */
static int64_t described_cache(int index) {
    char path[64], size[32] = "";
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/size", index);
    FILE *file = fopen(path, "r");
    if (!file)
        return -1;
    const char *read = fgets(size, sizeof size, file);
    fclose(file);
    return read ? strtoll(size, NULL, 10) << 10 : 0;
}

int64_t fl_processor_cache_bytes(void) {
    int64_t most = 0, bytes;
    for (int index = 0; (bytes = described_cache(index)) >= 0; index++)
        most = bytes > most ? bytes : most;
#if defined(_SC_LEVEL3_CACHE_SIZE)
    if (most == 0 && (bytes = sysconf(_SC_LEVEL3_CACHE_SIZE)) > 0)
        most = bytes;
#endif
    return most;
}

int64_t fl_resident_bytes(void) {
    char kilobytes[64];
    if (!proc_entry("/proc/self/status", "RssAnon", kilobytes, sizeof kilobytes))
        return -1;
    return strtoll(kilobytes, NULL, 10) << 10;
}

void fl_keep_freed_memory(void) {
#if defined(__GLIBC__)
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, -1);
#endif
}

void fl_spin_briefly(char **argv) {
#if defined(_OPENMP) && defined(__linux__)
    if (getenv("GOMP_SPINCOUNT") || getenv("OMP_WAIT_POLICY") || fl_cpu_count() == 1)
        return;
    char self[4096];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length <= 0 || setenv("GOMP_SPINCOUNT", "2000", 1) != 0)
        return;
    self[length] = '\0';
    execv(self, argv);
#else
    (void)argv;
#endif
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
