/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What the processor, and the operating system with it, can run.
 */
#ifndef FL_KERNELS_CPU_H
#define FL_KERNELS_CPU_H

#include <stdbool.h>

bool fl_cpu_has_avx2(void);   /* with FMA and F16C */
bool fl_cpu_has_avx512(void); /* F, BW, DQ and VL, with all of the above */
bool fl_cpu_has_avx512_vnni(void);
bool fl_cpu_has_neon(void);     /* every 64-bit Arm */
bool fl_cpu_has_neon_dot(void); /* with dot products of bytes */

#endif
