/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * For libFuzzer, which knows files alone: with FOOTLIGHT_FUZZ_SEEDS=FOLDER a target only writes its
 * seeds there.
 */
#include "fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);

static void write_seed(const char *folder, size_t index, const fl_buffer *seed) {
    char path[1024];
    snprintf(path, sizeof path, "%s/seed-%zu", folder, index);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(seed->data, 1, seed->length, file) != seed->length || fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    const char *folder = getenv("FOOTLIGHT_FUZZ_SEEDS");
    fl_buffer seed = {0};
    (void)argc;
    (void)argv;
    if (!folder)
        return 0;
    for (size_t index = 0; fl_fuzz_seed(index, &seed); index++) {
        write_seed(folder, index, &seed);
        fl_buffer_clear(&seed);
    }
    fl_buffer_done(&seed);
    exit(0);
}
