/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * A small seeded random generator whose whole state is one number, so that going back can restore
 * it: SplitMix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators").
 */
#ifndef FL_BASE_RNG_H
#define FL_BASE_RNG_H

#include <stdint.h>

static inline uint64_t fl_rng_next(uint64_t *state) {
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Uniform in [0, 1), 53 bits. */
static inline double fl_rng_unit(uint64_t *state) {
    return (double)(fl_rng_next(state) >> 11) * 0x1p-53;
}

#endif
