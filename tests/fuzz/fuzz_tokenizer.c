/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The tokenizer.bin reader, and then the tokenizer it gives: the file's own bytes as text, to ids
 * and back. What comes back must be the text unless an unknown piece stands in for some of it.
 */
#include "fuzz/fuzz.h"

#include "token/source.h"

#include <stdlib.h>
#include <string.h>

static void check_decoding(const fl_tokenizer *tokenizer, const int32_t *ids, size_t n,
                           const char *text, size_t length) {
    fl_buffer back = {0};
    bool exact = true;
    int32_t previous = -1;
    for (size_t i = 0; i < n; previous = ids[i++]) {
        size_t part;
        const char *bytes = fl_decode(tokenizer, previous, ids[i], &part);
        fl_buffer_add(&back, bytes, part);
        fl_piece_type kind = fl_piece_kind(tokenizer, ids[i]);
        exact = exact && kind != FL_PIECE_UNKNOWN && kind != FL_PIECE_CONTROL;
    }
    /* The space in front is only dropped again if some piece spelled it. */
    bool kept = back.length == length + 1;
    if (exact &&
        (back.length != length + kept || (length && memcmp(back.data + kept, text, length))))
        abort();
    fl_buffer_done(&back);
}

static void use(const fl_tokenizer *tokenizer, const char *text, size_t length) {
    for (int special = 0; special < 2; special++) {
        int32_t *ids = NULL;
        size_t n = 0;
        fl_diag diag;
        if (fl_encode(tokenizer, text, length, false, special, &ids, &n, &diag) != FL_OK)
            continue;
        for (size_t i = 0; i < n; i++)
            if (ids[i] < 0 || ids[i] >= fl_tokenizer_size(tokenizer))
                abort();
        if (!special)
            check_decoding(tokenizer, ids, n, text, length);
        free(ids);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const int64_t sizes[] = {0, 12};
    for (size_t i = 0; i < 2; i++) {
        fl_tokenizer *tokenizer = NULL;
        fl_diag diag;
        if (fl_tokenizer_read(&tokenizer, &(fl_token_file){"fuzz", data, size}, 1, sizes[i],
                              &diag) != FL_OK)
            continue;
        use(tokenizer, (const char *)data, size);
        fl_tokenizer_free(&tokenizer);
    }
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
