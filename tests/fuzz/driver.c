/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Runs a fuzz target without libFuzzer. `fuzz_x FILE...` runs over files; `fuzz_x [-n COUNT] [-s
 * SEED]` over the target's own seeds: each whole, cut at every byte, and COUNT times mutated. An
 * input that crashes is found again with the same numbers. Inputs are copied to their exact size,
 * so that a sanitizer sees a read past the end.
 */
#include "fuzz/fuzz.h"

#include "base/map.h"
#include "base/rng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MUTATIONS = 4000, MOST_CHANGES = 4, ROOM = 4096 };

/* What libFuzzer gives a target that knows the structure of its inputs. */
__attribute__((weak)) size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
                                                     unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

static uint64_t random_state = 1;

static void run(const char *bytes, size_t length) {
    uint8_t *copy = malloc(length ? length : 1);
    if (!copy)
        abort();
    if (length)
        memcpy(copy, bytes, length);
    LLVMFuzzerTestOneInput(copy, length);
    free(copy);
}

/* Numbers that lengths, counts and offsets go wrong at. */
static uint64_t interesting(uint64_t *rng) {
    static const uint64_t values[] = {0,
                                      1,
                                      2,
                                      7,
                                      31,
                                      64,
                                      255,
                                      0x7fffffff,
                                      0x80000000,
                                      0xffffffff,
                                      (uint64_t)1 << 62,
                                      INT64_MAX,
                                      (uint64_t)1 << 63,
                                      UINT64_MAX - 31,
                                      UINT64_MAX};
    return values[fl_rng_next(rng) % (sizeof values / sizeof *values)];
}

/* One change in place: a bit, a byte, a number, or a piece of the input copied over another. */
static void change(char *bytes, size_t length, uint64_t *rng) {
    size_t at = (size_t)(fl_rng_next(rng) % length), left = length - at, n = 0;
    uint64_t value = interesting(rng);
    switch (fl_rng_next(rng) % 5) {
    case 0:
        bytes[at] = (char)(bytes[at] ^ (1 << fl_rng_next(rng) % 8));
        break;
    case 1:
        bytes[at] = (char)fl_rng_next(rng);
        break;
    case 2:
        n = left < 4 ? left : 4;
        memcpy(bytes + at, &value, n);
        break;
    case 3:
        n = left < 8 ? left : 8;
        memcpy(bytes + at, &value, n);
        break;
    default:
        n = (size_t)(fl_rng_next(rng) % (left < 32 ? left : 32));
        memmove(bytes + at, bytes + fl_rng_next(rng) % (length - n), n);
    }
}

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size) {
    if (size)
        change((char *)data, size, &random_state);
    return size < max_size ? size : max_size;
}

/* One change where the input has structure, by the target, or anywhere. */
static size_t change_once(char *bytes, size_t length, size_t room, uint64_t *rng) {
    if (LLVMFuzzerCustomMutator)
        return LLVMFuzzerCustomMutator((uint8_t *)bytes, length, room, (unsigned)fl_rng_next(rng));
    if (length)
        change(bytes, length, rng);
    return length;
}

static void mutate(const fl_buffer *seed, uint64_t *rng) {
    size_t length = seed->length, room = length + ROOM;
    char *bytes = malloc(room);
    if (!bytes)
        abort();
    memcpy(bytes, seed->data, length);
    for (uint64_t n = 1 + fl_rng_next(rng) % MOST_CHANGES; n > 0; n--)
        length = change_once(bytes, length, room, rng);
    if (fl_rng_next(rng) % 8 == 0 && length)
        length = (size_t)(fl_rng_next(rng) % length);
    run(bytes, length);
    free(bytes);
}

static size_t run_seeds(long mutations, uint64_t rng) {
    size_t runs = 0;
    fl_buffer seed = {0};
    for (size_t index = 0; fl_fuzz_seed(index, &seed); index++) {
        for (size_t n = 0; n <= seed.length; n++, runs++)
            run(seed.data, n);
        for (long n = 0; n < mutations; n++, runs++)
            mutate(&seed, &rng);
        fl_buffer_clear(&seed);
    }
    fl_buffer_done(&seed);
    return runs;
}

static int run_files(char **paths) {
    for (; *paths; paths++) {
        fl_map map;
        if (fl_map_open(&map, *paths, NULL) != FL_OK) {
            fprintf(stderr, "%s: cannot be read\n", *paths);
            return 1;
        }
        run((const char *)map.bytes, (size_t)map.length);
        fl_map_close(&map);
    }
    return 0;
}

int main(int argc, char **argv) {
    long mutations = MUTATIONS;
    uint64_t rng = 1;
    int i = 1;
    for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
        if (argv[i][1] == 'n')
            mutations = strtol(argv[i + 1], NULL, 10);
        else
            rng = strtoull(argv[i + 1], NULL, 10);
    }
    if (i < argc)
        return run_files(argv + i);
    printf("%zu inputs\n", run_seeds(mutations, rng));
    return 0;
}
