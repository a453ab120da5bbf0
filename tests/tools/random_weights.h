/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Seeded weights of every storage type that can be read, drawn in the type itself: nothing is
 * quantised, so they come as fast as random bytes do.
 */
#ifndef FL_TESTS_RANDOM_WEIGHTS_H
#define FL_TESTS_RANDOM_WEIGHTS_H

#include <footlight/tables.h>

/* Fills whole blocks with weights of mean about 0 and standard deviation about `deviation`. `state`
 * is fl_rng_next's. `length` counts bytes and is a multiple of the type's block. */
void random_weights(fl_dtype type, double deviation, uint64_t *state, unsigned char *out,
                    size_t length);

#endif
