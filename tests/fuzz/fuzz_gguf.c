/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The GGUF reader: container, keys, vocabulary and binding, and models split over two files, of
 * which the second lies beside the input.
 */
#include "fuzz/fuzz.h"
#include "fuzz/gguf_mutator.h"
#include "fuzz/model.h"
#include "model/gguf_writer.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
    return mutate_gguf(data, size, max_size, seed);
}

static const gguf_sizes small = {1, 4, 2, 2, 1, 10, 8, FL_DTYPE_F16, 1};

static void split_keys(gguf_writer *w, uint32_t number) {
    gguf_u32(w, "split.no", number);
    gguf_u32(w, "split.count", 2);
    gguf_u32(w, "split.tensors.count", 11);
}

/* The layer of the small model, made once and kept. */
static const gguf_writer *second_shard(void) {
    static gguf_writer w;
    if (w.file.length)
        return &w;
    w = gguf_start();
    split_keys(&w, 1);
    gguf_llama_layer(&w, &small, 0);
    gguf_finish(&w, GGUF_WHOLE);
    return &w;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const gguf_writer *second = second_shard();
    const fl_file files[] = {
        {"m-00001-of-00002.gguf", data, size},
        {"m-00002-of-00002.gguf", (const uint8_t *)second->file.data, second->file.length}};
    return fuzz_files(files, 2);
}

static void byte_level_vocab(gguf_writer *w) {
    static const char *const pieces[] = {"a", "b", "ab", "<|eot_id|>"};
    static const char *const merges[] = {"a b", "ab a"};
    gguf_string(w, "tokenizer.ggml.model", "gpt2");
    gguf_string(w, "tokenizer.ggml.pre", "llama-bpe");
    gguf_strings(w, "tokenizer.ggml.tokens", pieces, 4);
    gguf_strings(w, "tokenizer.ggml.merges", merges, 2);
}

static void put_pass_tensors(gguf_writer *w) {
    gguf_tensor(w, "token_embd.weight", 4, 10, FL_DTYPE_F16);
    gguf_tensor(w, "output_norm.weight", 4, 0, FL_DTYPE_F32);
}

/* Small enough that most of the bytes are header. */
bool fl_fuzz_seed(size_t index, fl_buffer *out) {
    static const gguf_sizes blocks = {1, 32, 32, 2, 2, 10, 8, FL_DTYPE_Q4_0, 0};
    gguf_writer w = gguf_start();
    if (index > 4)
        return false;
    if (index == 0)
        gguf_llama_vocab(&w);
    else if (index == 1)
        byte_level_vocab(&w);
    if (index == 4)
        split_keys(&w, 0);
    if (index >= 3)
        gguf_llama_keys(&w, &small);
    else
        gguf_llama(&w, index == 2 ? &blocks : &small);
    if (index == 4)
        put_pass_tensors(&w);
    if (index == 3)
        gguf_u32(&w, "llama.vocab_size", 100);
    gguf_string(&w, "llama.rope.scaling.type", "yarn");
    gguf_f32(&w, "llama.rope.scaling.factor", 4);
    gguf_finish(&w, GGUF_WHOLE);
    fl_buffer_add(out, w.file.data, w.file.length);
    gguf_done(&w);
    return true;
}
