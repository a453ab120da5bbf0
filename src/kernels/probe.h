/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Loops that find a machine's limits: reading memory and multiplying, with nothing else to do.
 */
#ifndef FL_KERNELS_PROBE_H
#define FL_KERNELS_PROBE_H

#include <stddef.h>
#include <stdint.h>

/* Streams read whole steps of this many bytes. */
enum { FL_PROBE_STEP = 256 };

/* Reads `length` bytes as `streams` equal parts side by side, a step of each in turn, and asks for
 * every line `ahead` bytes early (0: leaves that to the processor; the addresses may lie behind the
 * end). What it returns depends on all that was read. Bytes that fill no step of every stream stay
 * unread. */
typedef uint64_t fl_probe_read_fn(const void *bytes, int64_t length, int streams, int64_t ahead);
/* Independent multiply-adds on registers; returns how many. *out depends on all of them. */
typedef int64_t fl_probe_floats_fn(int64_t rounds, float *out);
/* The same with 8-bit factors and 32-bit sums. */
typedef int64_t fl_probe_bytes_fn(int64_t rounds, int32_t *out);

typedef struct fl_probe {
    const char *isa; /* whose instructions it uses */
    fl_probe_read_fn *read;
    fl_probe_floats_fn *floats;
    fl_probe_bytes_fn *bytes; /* NULL: it has none */
} fl_probe;

enum { FL_MAX_PROBES = 4 };
/* All that this machine can run, the best last; returns how many. */
int fl_probes(fl_probe probes[FL_MAX_PROBES]);

/* Of the levels, where they are compiled. */
extern const fl_probe fl_probe_avx2, fl_probe_avx512, fl_probe_neon;
fl_probe_bytes_fn fl_probe_bytes_avx512vnni;

#endif
