/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
#include "kernels/cpu.h"

#if defined(__x86_64__)
#include <cpuid.h>

/* The compiler's support library knows all but this bit. */
static bool has_f16c(void) {
    unsigned a, b, c, d;
    return __get_cpuid(1, &a, &b, &c, &d) && c & bit_F16C;
}

bool fl_cpu_has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && has_f16c();
}

bool fl_cpu_has_avx512(void) {
    return fl_cpu_has_avx2() && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
}

bool fl_cpu_has_avx512_vnni(void) {
    return fl_cpu_has_avx512() && __builtin_cpu_supports("avx512vnni");
}
#endif

#if defined(__aarch64__)
#if defined(__linux__)
#include <sys/auxv.h>
#endif

bool fl_cpu_has_neon(void) {
    return true;
}

bool fl_cpu_has_neon_dot(void) {
#if defined(__linux__)
    return getauxval(AT_HWCAP) & HWCAP_ASIMDDP;
#elif defined(__APPLE__)
    return true;
#else
    return false;
#endif
}
#endif
