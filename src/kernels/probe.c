/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The probe in plain C, and which others this machine can run.
 */
#include "kernels/probe.h"

#include "kernels/cpu.h"

#include <string.h>

typedef uint64_t vi;
typedef float vf;

static inline vi vi_zero(void) {
    return 0;
}

static inline vi vi_load(const void *x) {
    vi v;
    memcpy(&v, x, sizeof v);
    return v;
}

static inline vf vf_set(float x) {
    return x;
}

static inline vf vf_fma(vf a, vf b, vf c) {
    return a * b + c;
}

#include "kernels/probe.inc"

int fl_probes(fl_probe probes[FL_MAX_PROBES]) {
    int n = 0;
    probes[n++] = (fl_probe){"scalar", read_streams, multiply_floats, NULL};
#if defined(__x86_64__)
    if (fl_cpu_has_avx2())
        probes[n++] = fl_probe_avx2;
    if (fl_cpu_has_avx512())
        probes[n++] = fl_probe_avx512;
    if (fl_cpu_has_avx512_vnni())
        probes[n - 1].bytes = fl_probe_bytes_avx512vnni;
#elif defined(__aarch64__)
    probes[n++] = fl_probe_neon;
#endif
    return n;
}
