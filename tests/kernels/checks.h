/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * One check per kernel. A check makes its arrays, times one call, and expects the result; it may do
 * so several times, beginning and ending a try for each.
 */
#ifndef FL_TESTS_KERNELS_CHECKS_H
#define FL_TESTS_KERNELS_CHECKS_H

#include "kernels/harness.h"

#define FL_CHECK(kernel, ...) void check_##kernel(fl_try *t);
#include "kernels/checks.def"

#endif
