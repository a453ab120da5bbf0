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

/* Version, tied, group; dim, hidden_dim, layers, heads, kv heads, vocab, context; then the bytes
 * that these ask for: norms 12 numbers, embedding 12, a layer 16 + 8 + 8 + 16 + 24 with fewer
 * heads. */
static const struct {
    uint32_t version;
    uint8_t tied;
    int32_t group;
    int32_t sizes[7];
    size_t bytes;
} seeds[] = {
    {0, 1, 0, {4, 2, 1, 2, 1, 3, 2}, 4 * (12 + 4 + 48 + 4 + 24 + 4 + 4)},
    {0, 0, 0, {4, 2, 1, 1, 1, -3, 2}, 4 * (12 + 4 + 64 + 4 + 24 + 4 + 8 + 12)},
    {1, 1, 0, {4, 2, 1, 2, 1, 3, 2}, 4 * (12 + 12 + 48 + 24)},
    {1, 0, 0, {4, 2, 1, 1, 1, 3, 2}, 4 * (12 + 12 + 64 + 24 + 12)},
    {2, 1, 4, {4, 2, 1, 2, 1, 3, 2}, 4 * 12 + (12 + 48 + 24) * 2},
    {2, 0, 2, {6, 5, 1, 3, 1, 3, 2}, 4 * 18 + (18 + 96 + 90 + 18) * 3},
};

bool fl_fuzz_seed(size_t index, fl_buffer *out) {
    static const char zeros[256] = {0};
    if (index >= sizeof seeds / sizeof *seeds)
        return false;
    if (seeds[index].version) {
        fl_buffer_puts(out, "24ka");
        fl_buffer_add(out, (const char *)&seeds[index].version, 4);
    }
    fl_buffer_add(out, (const char *)seeds[index].sizes, sizeof seeds[index].sizes);
    if (seeds[index].version) {
        fl_buffer_add(out, (const char *)&seeds[index].tied, 1);
        fl_buffer_add(out, (const char *)&seeds[index].group, 4);
        fl_buffer_add(out, zeros, 256 - out->length);
    }
    for (size_t i = 0; i < seeds[index].bytes; i++)
        fl_buffer_add(out, &"\0\0\200?"[i % 4], 1);
    return true;
}
