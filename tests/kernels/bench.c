/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/* The timings of the kernel test. */
#include "kernels/bench.h"

/* What the scalar level took for each call, in the order of printing. */
static struct {
    const char *kernel;
    char what[64];
    double ns;
} reference[256];
static size_t references;

/* Whether it computes what the scalar kernel does: matmul_q8 does what matmul does. */
static bool does_what(const char *kernel, const char *scalar) {
    size_t n = strlen(scalar);
    return strncmp(kernel, scalar, n) == 0 && (kernel[n] == '\0' || kernel[n] == '_');
}

/* 0 if the scalar level has no such kernel. */
static double scalar_ns(const fl_try *t) {
    for (size_t i = 0; i < references; i++)
        if (does_what(t->kernel, reference[i].kernel) && strcmp(reference[i].what, t->what) == 0)
            return reference[i].ns;
    return 0;
}

static void remember(const fl_try *t, double ns) {
    assert_true(references < sizeof reference / sizeof *reference);
    reference[references].kernel = t->kernel;
    memcpy(reference[references].what, t->what, sizeof t->what);
    reference[references++].ns = ns;
}

void fl_bench_print(const fl_try *t) {
    double ns = (double)t->ns / (double)t->planned;
    if (strcmp(t->level, "scalar") == 0)
        remember(t, ns);
    printf("%-18s %-10s %-22s %6lld %12.1f %8.2f %9.2f", t->kernel, t->level, t->what,
           (long long)t->n, ns, t->bytes / ns, t->operations / ns);
    double scalar = scalar_ns(t);
    if (scalar > 0)
        printf(" %7.2f", scalar / ns);
    printf("\n");
}
