/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Writes small GGUF files into memory, right ones and wrong ones. Pairs and tensor infos are kept
 * apart until gguf_finish puts the file together, so a test can write a whole model and leave out
 * or replace one thing: what `skip` names is passed over by the next writes.
 */
#ifndef FL_TESTS_GGUF_WRITER_H
#define FL_TESTS_GGUF_WRITER_H

#include "base/text.h"

#include <footlight/tables.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct gguf_writer {
    uint32_t version;
    uint64_t alignment;
    const char *skip; /* a key or tensor name that is not written */
    fl_buffer pairs, infos, file;
    uint64_t n_pairs, n_tensors, data_bytes;
    uint64_t header_bytes; /* after gguf_finish: without padding */
} gguf_writer;

enum { GGUF_WHOLE = 1, GGUF_HEADER_ONLY = 0 };

static inline void gguf_int(fl_buffer *to, uint64_t value, int bytes) {
    for (int i = 0; i < bytes; i++) {
        char byte = (char)(value >> (8 * i));
        fl_buffer_add(to, &byte, 1);
    }
}

static inline void gguf_text(fl_buffer *to, const char *text, size_t length) {
    gguf_int(to, length, 8);
    fl_buffer_add(to, text, length);
}

static inline gguf_writer gguf_start(void) {
    return (gguf_writer){.version = 3, .alignment = 32};
}

static inline int gguf_skips(const gguf_writer *w, const char *name) {
    return w->skip && strcmp(w->skip, name) == 0;
}

/* A pair with any type and bytes. */
static inline void gguf_raw(gguf_writer *w, const char *key, uint32_t type, const void *bytes,
                            size_t length) {
    if (gguf_skips(w, key))
        return;
    gguf_text(&w->pairs, key, strlen(key));
    gguf_int(&w->pairs, type, 4);
    fl_buffer_add(&w->pairs, bytes, length);
    w->n_pairs++;
}

static inline void gguf_u32(gguf_writer *w, const char *key, uint32_t value) {
    fl_buffer b = {0};
    gguf_int(&b, value, 4);
    gguf_raw(w, key, 4, b.data, b.length);
    fl_buffer_done(&b);
}

static inline void gguf_u64(gguf_writer *w, const char *key, uint64_t value) {
    fl_buffer b = {0};
    gguf_int(&b, value, 8);
    gguf_raw(w, key, 10, b.data, b.length);
    fl_buffer_done(&b);
}

static inline void gguf_f32(gguf_writer *w, const char *key, float value) {
    gguf_raw(w, key, 6, &value, 4);
}

static inline void gguf_bool(gguf_writer *w, const char *key, int value) {
    char byte = (char)value;
    gguf_raw(w, key, 7, &byte, 1);
}

static inline void gguf_string(gguf_writer *w, const char *key, const char *text) {
    fl_buffer b = {0};
    gguf_text(&b, text, strlen(text));
    gguf_raw(w, key, 8, b.data, b.length);
    fl_buffer_done(&b);
}

/* An array: element type, announced count, and the elements' bytes. */
static inline void gguf_array(gguf_writer *w, const char *key, uint32_t element, uint64_t count,
                              const void *bytes, size_t length) {
    fl_buffer b = {0};
    gguf_int(&b, element, 4);
    gguf_int(&b, count, 8);
    fl_buffer_add(&b, bytes, length);
    gguf_raw(w, key, 9, b.data, b.length);
    fl_buffer_done(&b);
}

static inline void gguf_strings(gguf_writer *w, const char *key, const char *const *texts,
                                size_t n) {
    fl_buffer b = {0};
    for (size_t i = 0; i < n; i++)
        gguf_text(&b, texts[i], strlen(texts[i]));
    gguf_array(w, key, 8, n, b.data ? b.data : "", b.length);
    fl_buffer_done(&b);
}

/* A tensor info with everything given. */
static inline void gguf_info(gguf_writer *w, const char *name, uint32_t n_dims,
                             const uint64_t *dims, uint32_t type, uint64_t offset) {
    if (gguf_skips(w, name))
        return;
    gguf_text(&w->infos, name, strlen(name));
    gguf_int(&w->infos, n_dims, 4);
    for (uint32_t i = 0; i < n_dims; i++)
        gguf_int(&w->infos, dims[i], 8);
    gguf_int(&w->infos, type, 4);
    gguf_int(&w->infos, offset, 8);
    w->n_tensors++;
}

/* A tensor that follows the others. in is the contiguous dimension; out 0: a vector. */
static inline void gguf_tensor(gguf_writer *w, const char *name, uint64_t in, uint64_t out,
                               fl_dtype type) {
    uint64_t dims[2] = {in, out};
    uint64_t bytes = fl_dtype_row_bytes(type, in) * (out ? out : 1);
    if (gguf_skips(w, name))
        return;
    gguf_info(w, name, out ? 2 : 1, dims, fl_dtype_get_info(type)->ggml_id, w->data_bytes);
    w->data_bytes += (bytes + w->alignment - 1) / w->alignment * w->alignment;
}

/* Puts the file together in w->file. Data, if wanted, is zero. */
static inline void gguf_finish(gguf_writer *w, int with_data) {
    fl_buffer *f = &w->file;
    fl_buffer_clear(f);
    fl_buffer_add(f, "GGUF", 4);
    gguf_int(f, w->version, 4);
    gguf_int(f, w->n_tensors, 8);
    gguf_int(f, w->n_pairs, 8);
    fl_buffer_add(f, w->pairs.data, w->pairs.length);
    fl_buffer_add(f, w->infos.data, w->infos.length);
    w->header_bytes = f->length;
    while (with_data && w->n_tensors && f->length % w->alignment)
        gguf_int(f, 0, 1);
    for (uint64_t i = 0; with_data && i < w->data_bytes; i++)
        gguf_int(f, 0, 1);
}

static inline void gguf_done(gguf_writer *w) {
    fl_buffer_done(&w->pairs);
    fl_buffer_done(&w->infos);
    fl_buffer_done(&w->file);
}

/* Sizes of a llama model; `type` is the matrices'. */
typedef struct gguf_sizes {
    uint32_t layers, hidden, ffn, heads, kv_heads, vocab, context;
    fl_dtype type;
    int tied;
} gguf_sizes;

static const gguf_sizes gguf_tiny = {2, 64, 96, 4, 2, 10, 32, FL_DTYPE_F32, 0};
static const gguf_sizes gguf_7b = {32, 4096, 11008, 32, 32, 32000, 4096, FL_DTYPE_Q4_0, 0};
static const gguf_sizes gguf_70b = {80, 8192, 28672, 64, 8, 32000, 4096, FL_DTYPE_Q4_K, 0};

static inline void gguf_llama_keys(gguf_writer *w, const gguf_sizes *s) {
    gguf_string(w, "general.architecture", "llama");
    gguf_string(w, "general.name", "a test");
    gguf_u32(w, "llama.context_length", s->context);
    gguf_u32(w, "llama.embedding_length", s->hidden);
    gguf_u32(w, "llama.block_count", s->layers);
    gguf_u32(w, "llama.feed_forward_length", s->ffn);
    gguf_u32(w, "llama.attention.head_count", s->heads);
    gguf_u32(w, "llama.attention.head_count_kv", s->kv_heads);
    gguf_f32(w, "llama.attention.layer_norm_rms_epsilon", 1e-5f);
}

static inline void gguf_llama_layer(gguf_writer *w, const gguf_sizes *s, uint32_t layer) {
    uint64_t D = s->hidden, F = s->ffn, kv = D / s->heads * s->kv_heads;
    const struct {
        const char *name;
        uint64_t in, out;
    } rows[] = {{"attn_norm", D, 0}, {"attn_q", D, D},      {"attn_k", D, kv},
                {"attn_v", D, kv},   {"attn_output", D, D}, {"ffn_norm", D, 0},
                {"ffn_gate", D, F},  {"ffn_up", D, F},      {"ffn_down", F, D}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char name[64];
        snprintf(name, sizeof name, "blk.%u.%s.weight", layer, rows[i].name);
        gguf_tensor(w, name, rows[i].in, rows[i].out, rows[i].out ? s->type : FL_DTYPE_F32);
    }
}

static inline void gguf_llama_tensors(gguf_writer *w, const gguf_sizes *s) {
    gguf_tensor(w, "token_embd.weight", s->hidden, s->vocab, s->type);
    for (uint32_t layer = 0; layer < s->layers; layer++)
        gguf_llama_layer(w, s, layer);
    gguf_tensor(w, "output_norm.weight", s->hidden, 0, FL_DTYPE_F32);
    if (!s->tied)
        gguf_tensor(w, "output.weight", s->hidden, s->vocab, s->type);
}

/* Ten pieces: unknown, BOS, EOS, two bytes, five words. */
static inline void gguf_llama_vocab(gguf_writer *w) {
    static const char *const pieces[] = {"<unk>", "<s>", "</s>", "<0x0A>", "<0x41>",
                                         "a",     "b",   "ab",   "c",      "abc"};
    static const float scores[10] = {0, 0, 0, 0, 0, -3, -4, -1, -5, -2};
    static const int32_t types[10] = {2, 3, 3, 6, 6, 1, 1, 1, 1, 1};
    gguf_string(w, "tokenizer.ggml.model", "llama");
    gguf_strings(w, "tokenizer.ggml.tokens", pieces, 10);
    gguf_array(w, "tokenizer.ggml.scores", 6, 10, scores, sizeof scores);
    gguf_array(w, "tokenizer.ggml.token_type", 5, 10, types, sizeof types);
    gguf_u32(w, "tokenizer.ggml.bos_token_id", 1);
    gguf_u32(w, "tokenizer.ggml.eos_token_id", 2);
    gguf_u32(w, "tokenizer.ggml.unknown_token_id", 0);
}

/* A whole model, less what `skip` names. */
static inline void gguf_llama(gguf_writer *w, const gguf_sizes *s) {
    gguf_llama_keys(w, s);
    gguf_llama_tensors(w, s);
}

#endif
