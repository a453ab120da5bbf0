/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */

/* A run of the engine held against a golden file, event by event. */
#ifndef GOLDEN_COMPARE_H
#define GOLDEN_COMPARE_H

#include "golden/golden.h"
#include <footlight/footlight.h>

/* What numbers may differ by, as a part of the largest in their record (compare.c has the list). */
#define GOLDEN_RELATIVE 1e-5

/* Fails the test where the run differs. `how` gives threads, isa and type of the cache; what is run
 * is said by the golden file. With a cache of halves only the first pass is compared. */
void golden_compare(const fl_model *model, const struct golden *g, const fl_session_options *how,
                    double relative);

#endif
