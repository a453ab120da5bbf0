/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The GGUF reader: container, keys, vocabulary and binding.
 */
#include "fuzz/fuzz.h"
#include "fuzz/model.h"
#include "model/gguf_writer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_model("fuzz.gguf", data, size);
}

static void byte_level_vocab(gguf_writer *w) {
    static const char *const pieces[] = {"a", "b", "ab", "<|eot_id|>"};
    static const char *const merges[] = {"a b", "ab a"};
    gguf_string(w, "tokenizer.ggml.model", "gpt2");
    gguf_string(w, "tokenizer.ggml.pre", "llama-bpe");
    gguf_strings(w, "tokenizer.ggml.tokens", pieces, 4);
    gguf_strings(w, "tokenizer.ggml.merges", merges, 2);
}

/* Small enough that most of the bytes are header. */
bool fl_fuzz_seed(size_t index, fl_buffer *out) {
    static const gguf_sizes small = {1, 4, 2, 2, 1, 10, 8, FL_DTYPE_F16, 1};
    static const gguf_sizes blocks = {1, 32, 32, 2, 2, 10, 8, FL_DTYPE_Q4_0, 0};
    gguf_writer w = gguf_start();
    if (index > 3)
        return false;
    if (index == 0)
        gguf_llama_vocab(&w);
    else if (index == 1)
        byte_level_vocab(&w);
    if (index == 3)
        gguf_llama_keys(&w, &small);
    else
        gguf_llama(&w, index == 2 ? &blocks : &small);
    if (index == 3)
        gguf_u32(&w, "llama.vocab_size", 100);
    gguf_string(&w, "llama.rope.scaling.type", "yarn");
    gguf_f32(&w, "llama.rope.scaling.factor", 4);
    gguf_finish(&w, GGUF_WHOLE);
    fl_buffer_add(out, w.file.data, w.file.length);
    gguf_done(&w);
    return true;
}
