/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The llama2.c reader.
 */
#include "fuzz/fuzz.h"
#include "fuzz/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_model("fuzz.bin", data, size);
}

/* dim, hidden_dim, layers, heads, kv heads, vocab, context; then the bytes that these ask for. */
bool fl_fuzz_seed(size_t index, fl_buffer *out) {
    static const struct {
        int32_t sizes[7];
        size_t floats;
    } seeds[] = {{{4, 2, 1, 2, 1, 3, 2}, 12 + 4 + 48 + 4 + 24 + 4 + 4},
                 {{4, 2, 1, 1, 1, -3, 2}, 12 + 4 + 64 + 4 + 24 + 4 + 8 + 12}};
    if (index >= sizeof seeds / sizeof *seeds)
        return false;
    fl_buffer_add(out, (const char *)seeds[index].sizes, sizeof seeds[index].sizes);
    for (size_t i = 0; i < seeds[index].floats; i++)
        fl_buffer_add(out, "\0\0\200?", 4);
    return true;
}
