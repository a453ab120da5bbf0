/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Arrays between forbidden pages, inputs, expectations, timing.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "kernels/harness.h"

#include "base/machine.h"
#include "base/rng.h"
#include "kernels/bench.h"

#include <float.h>
#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ARRAYS = 12, POISON = 0xff, MARGIN = 512 };

/* Pages that are kept from try to try, with one forbidden page at either end. */
typedef struct array {
    unsigned char *pages, *data;
    size_t capacity, bytes; /* between the forbidden pages; of data */
} array;

static array arrays[ARRAYS];

static void grow(array *a, size_t bytes) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (a->pages)
        munmap(a->pages - page, a->capacity + 2 * page);
    a->capacity = (bytes + page - 1) / page * page;
    unsigned char *all =
        mmap(NULL, a->capacity + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(all != MAP_FAILED);
    a->pages = all + page;
    assert_int_equal(mprotect(a->pages, a->capacity, PROT_READ | PROT_WRITE), 0);
}

int64_t fl_draw(fl_try *t, int64_t lo, int64_t hi, int64_t typical) {
    return t->timing ? typical : lo + (int64_t)(fl_rng_next(&t->random) % (uint64_t)(hi - lo + 1));
}

/* The bytes around data that are looked at after the call. */
static unsigned char *margin_start(const array *a) {
    return a->data - a->pages < MARGIN ? a->pages : a->data - MARGIN;
}

static unsigned char *margin_end(const array *a) {
    unsigned char *end = a->pages + a->capacity, *data_end = a->data + a->bytes;
    return end - data_end < MARGIN ? end : data_end + MARGIN;
}

void *fl_array(fl_try *t, size_t bytes, size_t align) {
    assert_true(t->arrays < ARRAYS);
    array *a = &arrays[t->arrays++];
    size_t odd = align * (size_t)fl_draw(t, 1, 15, 0);
    if (!a->pages || a->capacity < bytes + odd + t->beyond)
        grow(a, bytes + odd + MARGIN);
    unsigned char *last = a->pages + (a->capacity - bytes - t->beyond) / align * align;
    a->bytes = bytes;
    a->data = t->at_end ? last : a->pages + odd;
    memset(margin_start(a), POISON, (size_t)(margin_end(a) - margin_start(a)));
    return a->data;
}

float *fl_output(fl_try *t, int64_t n) {
    return fl_array(t, (size_t)n * sizeof(float), sizeof(float));
}

float fl_input_value(fl_try *t) {
    double unit = fl_rng_unit(&t->random) * 2 - 1;
    uint64_t bits = fl_rng_next(&t->random);
    switch (t->inputs) {
    case FL_INPUTS_SPREAD:
        return (float)ldexp(unit, (int)(bits % 49) - 24);
    case FL_INPUTS_ZERO:
        return bits & 1 ? -0.0f : 0.0f;
    case FL_INPUTS_LARGE:
        return (float)(unit * 0x1p57);
    case FL_INPUTS_TINY:
        return (float)(unit * (t->at_end ? 0x1p-126 : 0x1p-143));
    case FL_INPUTS_BROKEN:
        if (bits % 64 == 0)
            return bits & 64 ? NAN : bits & 128 ? INFINITY : -INFINITY;
        return (float)unit;
    default:
        return (float)unit;
    }
}

float *fl_input(fl_try *t, int64_t n) {
    float *x = fl_output(t, n);
    for (int64_t i = 0; i < n; i++)
        x[i] = fl_input_value(t);
    return x;
}

void fl_timed_start(fl_try *t, double bytes, double operations) {
    t->bytes = bytes;
    t->operations = operations;
    t->calls = 0;
    t->planned = 1;
    t->ns = -fl_clock_ns();
}

/* Rounds of twice as many calls each, until the last round was long enough to trust. */
bool fl_timed_again(fl_try *t) {
    enum { LONG_ENOUGH = 10000000 };
    if (!t->timing || ++t->calls < t->planned)
        return t->timing;
    int64_t now = fl_clock_ns();
    t->ns += now;
    if (t->ns > LONG_ENOUGH) {
        fl_bench_print(t);
        return false;
    }
    t->planned *= 2;
    t->calls = 0;
    t->ns = -fl_clock_ns();
    return true;
}

void fl_fail_try(const fl_try *t, const char *format, ...) {
    static const char *const names[FL_INPUTS_COUNT] = {"uniform", "spread", "zero",
                                                       "large",   "tiny",   "broken"};
    char message[256];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    fail_msg("%s of %s, n %lld, %s inputs, arrays at the %s of a page%s%s: %s", t->kernel, t->level,
             (long long)t->n, names[t->inputs], t->at_end ? "end" : "start", *t->what ? ", " : "",
             t->what, message);
    abort(); /* fail_msg does not return, but does not say so */
}

static bool same_bits(float a, float b) {
    return memcmp(&a, &b, sizeof a) == 0;
}

void fl_expect(const fl_try *t, int64_t index, float got, double want, double size) {
    const fl_bound *b = &t->bound;
    double roundings = b->fixed + b->per_term * (double)t->terms;
    if (t->timing || same_bits(got, (float)want) || (isnan(got) && isnan(want)))
        return;
    if (roundings > 0 && isfinite(want)) {
        /* A number below FLT_MIN is rounded to a multiple of FLT_TRUE_MIN, not of itself. */
        double slack = 0x1p-24 * roundings * size + roundings * FLT_TRUE_MIN + b->floor;
        if (fabs((double)got - want) <= slack)
            return;
        fl_fail_try(t,
                    "[%lld] is %a (%.9g), expected %.9g; off by %.3g, allowed %.3g: %.4g "
                    "roundings of %s",
                    (long long)index, (double)got, (double)got, want, fabs((double)got - want),
                    slack, roundings, b->of);
    }
    fl_fail_try(t, "[%lld] is %a (%.9g), expected %a (%.9g)", (long long)index, (double)got,
                (double)got, (double)(float)want, want);
}

void fl_expect_unwritten(const fl_try *t, int64_t index, float got) {
    unsigned char poison[sizeof got];
    memset(poison, POISON, sizeof poison);
    if (!t->timing && memcmp(&got, poison, sizeof poison))
        fl_fail_try(t, "[%lld] was written and must not be", (long long)index);
}

void fl_try_begin(fl_try *t) {
    t->arrays = 0;
    t->terms = t->n;
    *t->what = '\0';
}

void fl_try_end(const fl_try *t) {
    for (const array *a = arrays; a < arrays + t->arrays; a++)
        for (const unsigned char *at = margin_start(a); at < margin_end(a); at++) {
            if (at == a->data)
                at += a->bytes;
            if (at < margin_end(a) && *at != POISON)
                fl_fail_try(t, "byte %td of an array of %zu was written", at - a->data, a->bytes);
        }
}
