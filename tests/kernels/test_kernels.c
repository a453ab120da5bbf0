/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Every kernel of every level that this machine can run, held against a computation in double, the
 * way dav1d's checkasm does it.
 *
 *   test_kernels [--seed N] [--bench] [--beyond N] [KERNEL | LEVEL]
 *
 * --beyond allows N bytes after an array to be read: qemu reads all that a masked load spans.
 * --bench times the same calls instead: ns per call, GB/s, 10^9 operations a second, times scalar.
 */
#include "kernels/bench.h"
#include "kernels/checks.h"

#include "base/diag.h"
#include "kernels/cpu.h"

#include <signal.h>

typedef void any_function(void);

/* A row for each kernel of kernels.def; without a row in checks.def it does not compile. */
enum {
#define FL_CHECK(kernel, ...) ROW_##kernel,
#include "kernels/checks.def"
};
static const struct {
    fl_bound bound;
    int64_t timed;
} rows[] = {
#define FL_CHECK(kernel, fixed, per_term, floor, of, timed) {{fixed, per_term, floor, of}, timed},
#include "kernels/checks.def"
};
static const struct {
    const char *name;
    size_t offset; /* in fl_kernels */
    int row;
    void (*check)(fl_try *t);
} kernels[] = {
#define FL_KERNEL(name, ret, params) {#name, offsetof(fl_kernels, name), ROW_##name, check_##name},
#define FL_FAST_KERNEL FL_KERNEL
#include "kernels/kernels.def"
};
enum { KERNELS = sizeof kernels / sizeof *kernels, MAX_LEVELS = 8 };

static fl_kernels levels[MAX_LEVELS];
static size_t level_count;

/* One kernel of one level: what a cmocka test is given. */
typedef struct item {
    const fl_kernels *level;
    size_t kernel;
} item;

static uint64_t seed = 1;
static size_t beyond;
static bool bench;
static const fl_try *running; /* for the handler */

/* One on top of the other, as they are built; each under the name of its file. */
static void find_levels(void) {
    fl_diag diag;
    fl_diag_init(&diag, NULL);
    if (fl_kernels_choose(&levels[level_count++], "scalar", &diag))
        abort();
#define FL_LEVEL(name, file, runs)                                                                 \
    if (runs()) {                                                                                  \
        levels[level_count] = levels[level_count - 1];                                             \
        fl_overlay_##file(&levels[level_count]);                                                   \
        levels[level_count++].isa = #file;                                                         \
    }
#include "kernels/levels.def"
}

static any_function *function_of(const fl_kernels *level, size_t kernel) {
    any_function *function;
    memcpy(&function, (const char *)level + kernels[kernel].offset, sizeof function);
    return function;
}

/* A level has the functions of the one below it where it has none of its own. */
static bool is_own(size_t level, size_t kernel) {
    any_function *function = function_of(&levels[level], kernel);
    return function && (level == 0 || function != function_of(&levels[level - 1], kernel));
}

/* Memory that may not be touched was: the try says where. */
static void touched(int signal_number) {
    (void)signal_number;
    fl_fail_try(running, "touched memory outside its arrays");
}

static void run_try(const item *which, int64_t n, fl_inputs inputs, bool at_end) {
    size_t row = (size_t)kernels[which->kernel].row;
    fl_try t = {
        .kernels = which->level,
        .level = which->level->isa,
        .kernel = kernels[which->kernel].name,
        .bound = rows[row].bound,
        .n = n,
        .inputs = inputs,
        .at_end = at_end,
        .beyond = beyond,
        .random = seed + (uint64_t)n * 64 + (uint64_t)inputs * 2 + at_end,
        .timing = bench,
    };
    running = &t;
    fl_try_begin(&t);
    kernels[which->kernel].check(&t);
    fl_try_end(&t);
}

/* Around the widths of registers and blocks, primes, and beyond all buffers on the stack. */
static const int64_t long_lengths[] = {71,  79,  89,  95,  96,  97,  127,  128,  129,  131,  159,
                                       160, 161, 191, 192, 193, 223, 255,  256,  257,  263,  287,
                                       288, 319, 320, 383, 384, 385, 511,  512,  513,  521,  640,
                                       641, 767, 768, 769, 895, 997, 1021, 1023, 1024, 2081, 4129};
enum {
    SHORT_LENGTHS = 67,
    VERY_LONG = 1024,
    LONG_LENGTHS = sizeof long_lengths / sizeof *long_lengths
};

static void check_item(void **state) {
    const struct sigaction action = {.sa_handler = touched, .sa_flags = SA_NODEFER};
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
    for (int64_t i = 0; i < SHORT_LENGTHS + LONG_LENGTHS; i++) {
        int64_t n = i < SHORT_LENGTHS ? i + 1 : long_lengths[i - SHORT_LENGTHS];
        fl_inputs kinds = n > VERY_LONG ? 1 : FL_INPUTS_COUNT;
        for (fl_inputs inputs = 0; inputs < kinds; inputs++) {
            run_try(*state, n, inputs, true);
            run_try(*state, n, inputs, false);
        }
    }
}

static bool is_wanted(const char *word, size_t level, size_t kernel) {
    return is_own(level, kernel) && (!word || strcmp(word, kernels[kernel].name) == 0 ||
                                     strcmp(word, levels[level].isa) == 0);
}

static void time_all(const char *word) {
    printf("%-18s %-10s %-22s %6s %12s %8s %9s %7s\n", "kernel", "level", "", "n", "ns", "GB/s",
           "GFLOP/s", "scalar");
    for (size_t kernel = 0; kernel < KERNELS; kernel++)
        for (size_t level = 0; level < level_count; level++)
            if (is_wanted(word, level, kernel))
                run_try(&(item){&levels[level], kernel}, rows[kernels[kernel].row].timed,
                        FL_INPUTS_UNIFORM, false);
}

static int check_all(const char *word) {
    static item items[MAX_LEVELS * KERNELS];
    static char names[MAX_LEVELS * KERNELS][64];
    static struct CMUnitTest tests[MAX_LEVELS * KERNELS];
    size_t n = 0;
    for (size_t level = 0; level < level_count; level++)
        for (size_t kernel = 0; kernel < KERNELS; kernel++) {
            if (!is_wanted(word, level, kernel))
                continue;
            items[n] = (item){&levels[level], kernel};
            snprintf(names[n], sizeof names[n], "%s of %s", kernels[kernel].name,
                     levels[level].isa);
            tests[n] = (struct CMUnitTest){names[n], check_item, NULL, NULL, &items[n]};
            n++;
        }
    if (n == 0)
        fprintf(stderr, "no kernel or level of this machine is called %s\n", word);
    return n == 0 ? 2 : _cmocka_run_group_tests("kernels", tests, n, NULL, NULL);
}

int main(int argc, char **argv) {
    const char *word = NULL;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--bench") == 0)
            bench = true;
        else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
            seed = strtoull(argv[++i], NULL, 0);
        else if (strcmp(argv[i], "--beyond") == 0 && i + 1 < argc)
            beyond = strtoull(argv[++i], NULL, 0);
        else
            word = argv[i];
    }
    find_levels();
    if (!bench)
        return check_all(word);
    time_all(word);
    return 0;
}
