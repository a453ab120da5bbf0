/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The tokenizer.bin reader.
 */
#include "fuzz/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_source(data, size, 0, fl_read_token_bin);
    fuzz_source(data, size, 12, fl_read_token_bin);
    return 0;
}

/* Twelve pieces; with a space of its own and without. */
bool fl_fuzz_seed(size_t index, fl_buffer *out) {
    static const char *const texts[] = {"<unk>", "\n<s>\n", "\n</s>\n", "<0x41>", "<0x20>", "k",
                                        "un",    "u",       "n",        "<",      "<s",     " "};
    static const float scores[] = {0, 0, 0, 0, 0, -1, 5, -2, -3, -4, -5, -6};
    if (index > 1)
        return false;
    fl_buffer_add(out, "\7\0\0\0", 4);
    for (size_t i = 0; i < 12; i++) {
        uint32_t bits;
        const char *text = i == 11 && index ? "" : texts[i];
        char length[4] = {(char)strlen(text)};
        memcpy(&bits, &scores[i], 4);
        char score[4] = {(char)bits, (char)(bits >> 8), (char)(bits >> 16), (char)(bits >> 24)};
        fl_buffer_add(out, score, 4);
        fl_buffer_add(out, length, 4);
        fl_buffer_puts(out, text);
    }
    return true;
}
