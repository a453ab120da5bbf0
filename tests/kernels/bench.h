/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/* The timings of the kernel test: one line per call, beside the same call of the scalar level. */
#ifndef FL_TESTS_KERNELS_BENCH_H
#define FL_TESTS_KERNELS_BENCH_H

#include "kernels/harness.h"

/* Prints what FL_TIMED just measured. Scalar comes first. */
void fl_bench_print(const fl_try *t);

#endif
