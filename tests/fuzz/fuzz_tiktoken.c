/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The reader of tiktoken's rank files, of any number of ranks.
 */
#include "fuzz/token.h"

static fl_status read_any(fl_source *source) {
    return fl_read_tiktoken(source, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_source(data, size, 0, read_any);
    return 0;
}

/* The pieces " ", "a", "b", "ab" and a byte that is no character; with and without a line end. */
bool fl_fuzz_seed(size_t index, fl_buffer *out) {
    if (index > 1)
        return false;
    fl_buffer_puts(out, "IA== 0\nYQ== 1\nYg== 2\nYWI= 3\r\n/w== 4");
    fl_buffer_puts(out, index ? "\n" : "");
    return true;
}
