/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Numbers as decimals that read back exactly.
 */
#ifndef FL_SINKS_DECIMAL_H
#define FL_SINKS_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

enum { FL_DECIMAL = 32 }; /* room for any of them, with the final NUL */

/* The shortest decimal that reads back to the same finite double, or to the same float where
 * `single` says that value is one; written as %g writes it. Returns its length. */
int fl_decimal(char out[FL_DECIMAL], double value, bool single);
/* A whole number. Returns its length. */
int fl_decimal_int(char out[FL_DECIMAL], int64_t value);

#endif
