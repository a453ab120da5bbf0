/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Changes a GGUF file where it has structure, so that what comes out still parses up to the thing
 * that was changed: pairs and tensor infos are cut apart, one of them is changed, left out,
 * repeated, renamed or added, and the file is put together again with counts that fit; or a single
 * count, length, type, dimension or offset is set to a number that such things go wrong at.
 */
#ifndef FL_TESTS_GGUF_MUTATOR_H
#define FL_TESTS_GGUF_MUTATOR_H

#include "base/cursor.h"
#include "base/rng.h"
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

/* libFuzzer's, or the driver's: changes bytes anywhere. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

enum { GGUF_HEADER = 24, MOST_RECORDS = 512, MOST_FIELDS = 4096 };

typedef struct gguf_span {
    size_t begin, end;
} gguf_span;

/* A number of the file: where it stands and how wide it is. */
typedef struct gguf_field {
    size_t at;
    unsigned bytes;
} gguf_field;

/* A file cut apart; what does not parse any more is `rest`. */
typedef struct gguf_parts {
    const uint8_t *data;
    size_t size;
    gguf_span pairs[MOST_RECORDS], infos[MOST_RECORDS];
    size_t n_pairs, n_infos;
    gguf_field fields[MOST_FIELDS];
    size_t n_fields;
    size_t rest;
} gguf_parts;

static void add_field(gguf_parts *p, size_t at, unsigned bytes) {
    if (p->n_fields < MOST_FIELDS)
        p->fields[p->n_fields++] = (gguf_field){at, bytes};
}

/* Passes over a length and that many bytes. */
static void pass_string(gguf_parts *p, fl_cursor *in) {
    add_field(p, in->at, 8);
    uint64_t length = fl_cursor_u64(in);
    if (length > fl_cursor_left(in))
        in->failed = true;
    else
        fl_cursor_take(in, length);
}

static unsigned size_of_type(uint32_t type) {
    static const unsigned sizes[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
    return type < sizeof sizes / sizeof *sizes ? sizes[type] : 0;
}

static void pass_array(gguf_parts *p, fl_cursor *in) {
    add_field(p, in->at, 4);
    uint32_t type = fl_cursor_u32(in);
    add_field(p, in->at, 8);
    uint64_t count = fl_cursor_u64(in);
    unsigned size = size_of_type(type);
    for (uint64_t i = 0; type == 8 && i < count && !in->failed; i++)
        pass_string(p, in);
    if (type == 8)
        return;
    if (!size || count > fl_cursor_left(in) / size)
        in->failed = true;
    else
        fl_cursor_take(in, count * size);
}

static void pass_pair(gguf_parts *p, fl_cursor *in) {
    pass_string(p, in);
    add_field(p, in->at, 4);
    uint32_t type = fl_cursor_u32(in);
    unsigned size = size_of_type(type);
    if (type == 8) {
        pass_string(p, in);
    } else if (type == 9) {
        pass_array(p, in);
    } else if (!size) {
        in->failed = true;
    } else {
        add_field(p, in->at, size);
        fl_cursor_take(in, size);
    }
}

static void pass_info(gguf_parts *p, fl_cursor *in) {
    pass_string(p, in);
    add_field(p, in->at, 4);
    uint32_t dims = fl_cursor_u32(in);
    if (dims > 4)
        in->failed = true;
    for (uint32_t i = 0; i < dims && !in->failed; i++) {
        add_field(p, in->at, 8);
        fl_cursor_u64(in);
    }
    add_field(p, in->at, 4);
    fl_cursor_u32(in);
    add_field(p, in->at, 8);
    fl_cursor_u64(in);
}

static size_t cut(gguf_parts *p, fl_cursor *in, uint64_t count, gguf_span *out,
                  void (*pass)(gguf_parts *, fl_cursor *)) {
    size_t n = 0;
    while (n < count && n < MOST_RECORDS && !in->failed) {
        size_t begin = in->at;
        pass(p, in);
        if (in->failed)
            break;
        out[n++] = (gguf_span){begin, in->at};
        p->rest = in->at;
    }
    return n;
}

static void cut_apart(gguf_parts *p, const uint8_t *data, size_t size) {
    fl_cursor in = fl_cursor_over(data, size);
    *p = (gguf_parts){.data = data, .size = size, .rest = GGUF_HEADER};
    fl_cursor_take(&in, 4);
    add_field(p, 4, 4);
    fl_cursor_u32(&in);
    add_field(p, 8, 8);
    uint64_t infos = fl_cursor_u64(&in);
    add_field(p, 16, 8);
    uint64_t pairs = fl_cursor_u64(&in);
    p->n_pairs = cut(p, &in, pairs, p->pairs, pass_pair);
    if (p->n_pairs == pairs)
        p->n_infos = cut(p, &in, infos, p->infos, pass_info);
}

/* ---- what is put in ---- */

static void put_number(fl_buffer *out, uint64_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; i++) {
        char byte = (char)(value >> (8 * i));
        fl_buffer_add(out, &byte, 1);
    }
}

static void put_string(fl_buffer *out, const char *text) {
    put_number(out, strlen(text), 8);
    fl_buffer_puts(out, text);
}

static uint64_t telling(uint64_t *rng) {
    static const uint64_t values[] = {
        0,          1,         2,          3,          4,         8,          9,
        16,         31,        32,         33,         64,        255,        256,
        1024,       65535,     65536,      1 << 20,    1 << 24,   0x7fffffff, 0x80000000,
        0xffffffff, 100000000, 1ull << 32, 1ull << 62, INT64_MAX, 1ull << 63, UINT64_MAX - 31,
        UINT64_MAX};
    uint64_t i = fl_rng_next(rng) % (sizeof values / sizeof *values + 2);
    return i < sizeof values / sizeof *values ? values[i] : fl_rng_next(rng) % 300;
}

static const char *some_key(uint64_t *rng) {
    static const char *const keys[] = {
        "general.architecture",
        "general.alignment",
        "general.name",
        "general.file_type",
        "llama.context_length",
        "llama.embedding_length",
        "llama.block_count",
        "llama.feed_forward_length",
        "llama.attention.head_count",
        "llama.attention.head_count_kv",
        "llama.attention.key_length",
        "llama.attention.value_length",
        "llama.attention.layer_norm_rms_epsilon",
        "llama.attention.sliding_window",
        "llama.attention.sliding_window_pattern",
        "llama.attention.causal",
        "llama.rope.dimension_count",
        "llama.rope.freq_base",
        "llama.rope.scale_linear",
        "llama.rope.scaling.type",
        "llama.rope.scaling.factor",
        "llama.rope.scaling.original_context_length",
        "llama.rope.scaling.attn_factor",
        "llama.rope.scaling.yarn_ext_factor",
        "llama.rope.scaling.yarn_beta_fast",
        "llama.vocab_size",
        "llama.expert_count",
        "llama.tensor_data_layout",
        "split.no",
        "split.count",
        "split.tensors.count",
        "tokenizer.ggml.model",
        "tokenizer.ggml.pre",
        "tokenizer.ggml.tokens",
        "tokenizer.ggml.scores",
        "tokenizer.ggml.token_type",
        "tokenizer.ggml.merges",
        "tokenizer.ggml.bos_token_id",
        "tokenizer.ggml.eos_token_id",
        "tokenizer.ggml.unknown_token_id",
        "tokenizer.ggml.add_bos_token",
        "tokenizer.chat_template",
    };
    return keys[fl_rng_next(rng) % (sizeof keys / sizeof *keys)];
}

static const char *some_text(uint64_t *rng) {
    static const char *const texts[] = {
        "llama",  "qwen2",  "qwen3", "gpt2", "llama-bpe", "yarn", "none",         "linear", "a b",
        "<0x41>", "<0xZZ>", "",      "a",    "\033[2J",   "\xff", "\xe2\x96\x81", "../x",   "<s>"};
    return texts[fl_rng_next(rng) % (sizeof texts / sizeof *texts)];
}

static const char *some_tensor(uint64_t *rng) {
    static const char *const names[] = {
        "token_embd.weight",        "output.weight",          "output_norm.weight",
        "rope_freqs.weight",        "blk.0.attn_norm.weight", "blk.0.attn_q.weight",
        "blk.0.attn_q.bias",        "blk.0.attn_k.bias",      "blk.0.attn_v.bias",
        "blk.0.attn_output.weight", "blk.0.attn_output.bias", "blk.0.attn_q_norm.weight",
        "blk.0.attn_k_norm.weight", "blk.0.ffn_down.weight",  "blk.0.ffn_gate_exps.weight",
        "blk.1.ffn_up.weight",      "blk.0.attn_rot_embd",
    };
    return names[fl_rng_next(rng) % (sizeof names / sizeof *names)];
}

/* A value of a type that is drawn, right in itself. */
static void put_value(fl_buffer *out, uint64_t *rng) {
    uint32_t type = (uint32_t)(fl_rng_next(rng) % 13);
    float number = (float)(int64_t)(fl_rng_next(rng) % 9) - 1;
    put_number(out, type, 4);
    if (type == 8) {
        put_string(out, some_text(rng));
    } else if (type == 9) {
        uint32_t element = (uint32_t)(fl_rng_next(rng) % 9);
        uint64_t count = fl_rng_next(rng) % 5;
        put_number(out, element, 4);
        put_number(out, count, 8);
        for (uint64_t i = 0; i < count; i++)
            if (element == 8)
                put_string(out, some_text(rng));
            else
                put_number(out, element == 7 ? i % 2 : telling(rng), size_of_type(element));
    } else if (type == 6) {
        fl_buffer_add(out, (const char *)&number, sizeof number);
    } else {
        put_number(out, type == 7 ? fl_rng_next(rng) % 2 : telling(rng), size_of_type(type));
    }
}

static void put_info(fl_buffer *out, uint64_t *rng) {
    static const uint32_t types[] = {0, 1, 2, 3, 6, 7, 8, 10, 11, 12, 13, 14, 15, 24, 30, 39};
    uint32_t dims = 1 + (uint32_t)(fl_rng_next(rng) % 2);
    put_string(out, some_tensor(rng));
    put_number(out, dims, 4);
    for (uint32_t i = 0; i < dims; i++)
        put_number(out, fl_rng_next(rng) % 2 ? 4 : telling(rng), 8);
    put_number(out, types[fl_rng_next(rng) % (sizeof types / sizeof *types)], 4);
    put_number(out, fl_rng_next(rng) % 16 * 32, 8);
}

/* ---- putting it together again ---- */

typedef enum gguf_change { KEEP, DROP, REPEAT, RENAME, REPLACE, INSERT, N_CHANGES } gguf_change;

static void put_record(fl_buffer *out, const gguf_parts *p, gguf_span span, bool info,
                       gguf_change change, uint64_t *rng, uint64_t *count) {
    const char *bytes = (const char *)p->data + span.begin;
    size_t length = span.end - span.begin;
    fl_cursor in = fl_cursor_over(bytes, length);
    uint64_t name = fl_cursor_u64(&in) + 8;
    *count += change == DROP ? 0 : change == REPEAT || change == INSERT ? 2 : 1;
    if (change == KEEP || change == REPEAT || change == INSERT)
        fl_buffer_add(out, bytes, length);
    if (change == REPEAT)
        fl_buffer_add(out, bytes, length);
    if (change == RENAME) {
        put_string(out, info ? some_tensor(rng) : some_key(rng));
        fl_buffer_add(out, bytes + name, length - (size_t)name);
    }
    if (info && (change == REPLACE || change == INSERT)) {
        put_info(out, rng);
    } else if (change == REPLACE) {
        fl_buffer_add(out, bytes, (size_t)name);
        put_value(out, rng);
    } else if (change == INSERT) {
        put_string(out, some_key(rng));
        put_value(out, rng);
    }
}

/* One record changed, or two; the data moves along, to the next multiple of 32. */
static void put_together(fl_buffer *out, const gguf_parts *p, uint64_t *rng) {
    size_t n = p->n_pairs + p->n_infos;
    size_t chosen = (size_t)(fl_rng_next(rng) % n), second = (size_t)(fl_rng_next(rng) % (2 * n));
    uint64_t counts[2] = {0, 0};
    fl_buffer records = {0};
    for (size_t i = 0; i < n; i++) {
        bool info = i >= p->n_pairs;
        gguf_change change = i == chosen || i == second
                                 ? (gguf_change)(1 + fl_rng_next(rng) % (N_CHANGES - 1))
                                 : KEEP;
        put_record(&records, p, info ? p->infos[i - p->n_pairs] : p->pairs[i], info, change, rng,
                   &counts[info]);
    }
    fl_buffer_add(out, (const char *)p->data, 8);
    put_number(out, counts[1], 8);
    put_number(out, counts[0], 8);
    fl_buffer_add(out, records.data, records.length);
    fl_buffer_done(&records);
    while (out->length % 32)
        put_number(out, 0, 1);
    size_t data = (p->rest + 31) / 32 * 32;
    if (data < p->size)
        fl_buffer_add(out, (const char *)p->data + data, p->size - data);
}

/* One number where the file has one. */
static void set_field(uint8_t *data, const gguf_parts *p, uint64_t *rng) {
    const gguf_field *field = &p->fields[fl_rng_next(rng) % p->n_fields];
    uint64_t value = telling(rng);
    for (unsigned i = 0; i < field->bytes && field->at + i < p->size; i++)
        data[field->at + i] = (uint8_t)(value >> (8 * i));
}

static size_t mutate_gguf(uint8_t *data, size_t size, size_t max_size, uint64_t seed) {
    static gguf_parts parts;
    uint64_t rng = seed;
    fl_buffer out = {0};
    if (size < GGUF_HEADER || fl_rng_next(&rng) % 8 == 0)
        return LLVMFuzzerMutate(data, size, max_size);
    cut_apart(&parts, data, size);
    if (fl_rng_next(&rng) % 3 == 0 || parts.n_pairs + parts.n_infos == 0) {
        set_field(data, &parts, &rng);
        return size;
    }
    put_together(&out, &parts, &rng);
    if (!out.failed && out.length <= max_size) {
        memcpy(data, out.data, out.length);
        size = out.length;
    }
    fl_buffer_done(&out);
    return size;
}

#endif
