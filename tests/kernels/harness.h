/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What a check of a kernel needs: arrays at the edge of forbidden memory, inputs of every kind,
 * numbers held against a computation in double, and the same call timed.
 *
 * A check is a function that makes its inputs and outputs with the calls below, calls the kernel
 * once through FL_TIMED, and expects each number of the result. It runs for many lengths, kinds of
 * input and placements (and in a timing for one), so it draws its other sizes at random.
 */
#ifndef FL_TESTS_KERNELS_HARNESS_H
#define FL_TESTS_KERNELS_HARNESS_H

#include "test.h"

#include "kernels/kernels.h"

#include <stdbool.h>

typedef enum fl_inputs {
    FL_INPUTS_UNIFORM, /* -1 to 1 */
    FL_INPUTS_SPREAD,  /* 2^-24 to 2^24, either sign */
    FL_INPUTS_ZERO,    /* both zeros */
    FL_INPUTS_LARGE,   /* near 2^57: squares can still be added */
    FL_INPUTS_TINY,    /* below the smallest normal number */
    FL_INPUTS_BROKEN,  /* uniform, with some NaN and infinities */
    FL_INPUTS_COUNT
} fl_inputs;

/* How far a result may be from the exact one: (fixed + per_term · terms) roundings (2^-24) of the
 * numbers it was made of, and `floor` besides. All zero: bit by bit what double rounds to. */
typedef struct fl_bound {
    double fixed, per_term, floor;
    const char *of; /* what the numbers are */
} fl_bound;

typedef struct fl_try {
    const fl_kernels *kernels;
    const char *level, *kernel;
    fl_bound bound;
    int64_t n; /* the length of the try */
    fl_inputs inputs;
    bool at_end;     /* arrays end where readable memory ends; else they begin where it begins */
    size_t beyond;   /* bytes after the end that may be read all the same */
    uint64_t random; /* state of the generator */
    int arrays;      /* made by this try */
    int64_t terms;   /* added up in one number of the result: n unless the check says otherwise */
    char what[64];   /* more about the try, for messages and timings */
    bool timing;
    int64_t calls, planned, ns; /* of FL_TIMED */
    double bytes, operations;   /* of one call */
} fl_try;

/* One of lo to hi; in a timing the typical value. */
int64_t fl_draw(fl_try *t, int64_t lo, int64_t hi, int64_t typical);
/* Memory for `bytes` at a multiple of `align` and not, if that can be, of more. Beyond its end (or
 * before its start) lies memory that may not be touched; what lies on the other side is checked
 * after the call. It holds NaNs. Valid until the try ends. */
void *fl_array(fl_try *t, size_t bytes, size_t align);
/* n floats to be written by the kernel, or filled with the inputs of the try. */
float *fl_output(fl_try *t, int64_t n);
float *fl_input(fl_try *t, int64_t n);
float fl_input_value(fl_try *t);

/* Calls once in a test, and many times in a timing; bytes read and written and floating-point
 * operations of one call. */
#define FL_TIMED(t, bytes_, operations_, call)                                                     \
    do {                                                                                           \
        fl_timed_start(t, (double)(bytes_), (double)(operations_));                                \
        do {                                                                                       \
            call;                                                                                  \
        } while (fl_timed_again(t));                                                               \
    } while (0)
void fl_timed_start(fl_try *t, double bytes, double operations);
bool fl_timed_again(fl_try *t);

/* That `got`, number `index` of the result, is `want` within the bound of the try. `size` is the
 * sum of the magnitudes that `want` was made of. Nothing in a timing. */
void fl_expect(const fl_try *t, int64_t index, float got, double want, double size);
/* That it was not written. */
void fl_expect_unwritten(const fl_try *t, int64_t index, float got);
void fl_fail_try(const fl_try *t, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));

/* Makes a try ready to run, and checks after it that nothing beside its arrays was written. */
void fl_try_begin(fl_try *t);
void fl_try_end(const fl_try *t);

#endif
