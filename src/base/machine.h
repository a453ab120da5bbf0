/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What the machine offers: a clock, its CPUs, loops split over them, and how much of its memory is
 * used.
 */
#ifndef FL_BASE_MACHINE_H
#define FL_BASE_MACHINE_H

#include <stddef.h>
#include <stdint.h>

/* Nanoseconds of a clock that only goes forward. */
int64_t fl_clock_ns(void);
/* CPUs this process may use; at least 1. */
int fl_cpu_count(void);
/* What the processor calls itself; the architecture's name where the system does not say. */
void fl_cpu_name(char *out, size_t size);
/* Bytes of the processor's largest cache; 0 where the system does not say. */
int64_t fl_processor_cache_bytes(void);
/* Bytes of this process in memory that are its own: no mapped file, nothing shared. -1 where the
 * system does not say. */
int64_t fl_resident_bytes(void);
/* From now on freed memory stays with the process for what is allocated next, where the C library
 * can be told so: then only the first of several equal runs waits for pages. */
void fl_keep_freed_memory(void);

/* To be called first by a program, with main's argv. GNU OpenMP lets threads that wait spin for
 * milliseconds, unless the environment says otherwise before the program starts; beside another
 * busy process that starves the thread they wait for. Starts the program again with a spin of
 * microseconds, after which threads sleep; does nothing where the user has chosen, or where that is
 * not possible. */
void fl_spin_briefly(char **argv);

/* Calls body(ctx, begin, end) for ranges that together cover [0, count), on at most `threads`
 * threads, and returns when all are done. Ranges begin at multiples of `grain` and a thread that is
 * done takes the next one, so that a slow core holds up nobody. How the range is cut must not
 * change what is computed: give each index its own output. Without OpenMP it is one call. */
typedef void fl_range_fn(void *ctx, int64_t begin, int64_t end);
void fl_parallel_for(int threads, int64_t count, int64_t grain, fl_range_fn *body, void *ctx);

#endif
