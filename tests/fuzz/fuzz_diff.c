/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Both files of `diff`: the bytes against themselves, which must be the same, and against a small
 * trace and a small tensor file.
 */
#include "fuzz/fuzz.h"

#include "compare/compare.h"

#include <stdlib.h>
#include <string.h>

#define MODEL                                                                                      \
    "{\"num_hidden_layers\":2,\"num_attention_heads\":2,\"num_key_value_heads\":1,"                \
    "\"head_dim\":2,\"rotary_dim\":2}"
#define NUMBERS                                                                                    \
    "\"nan\":0,\"inf\":0,\"min\":-1.5,\"max\":2,\"argmin\":[0,0,1],\"argmax\":[0,1,0],"            \
    "\"mean\":0.5,\"std\":1,\"rms\":1.1,\"l2\":2,\"sum\":2,\"first\":[-1,2],\"last\":[2,null]}\n"

static const char *const lines[] = {
    "{\"footlight\":1,\"model\":" MODEL ",\"isa\":\"scalar\",\"exact\":true,\"prompt\":\"a\"}\n",
    "{\"pass\":0,\"layer\":null,\"head\":null,\"stage\":\"tokens\","
    "\"shape\":[1,2],\"count\":2,\"ids\":[0,0]}\n",
    "{\"pass\":0,\"layer\":0,\"head\":null,\"stage\":\"attn_norm\","
    "\"shape\":[1,2,2],\"count\":4,\"masked\":0," NUMBERS,
    "{\"pass\":0,\"layer\":0,\"head\":0,\"stage\":\"attn_scores\","
    "\"shape\":[1,2,2],\"count\":3,\"masked\":1," NUMBERS,
    "{\"pass\":0,\"layer\":0,\"head\":1,\"stage\":\"attn_scores\","
    "\"shape\":[1,2,2],\"count\":3,\"masked\":1," NUMBERS,
    "{\"pass\":0,\"layer\":1,\"head\":null,\"stage\":\"q\","
    "\"shape\":[1,2,4],\"count\":8,\"masked\":0," NUMBERS,
};

typedef struct row {
    const char *name, *type, *shape;
    size_t bytes;
} row;

static const row own[] = {
    {"pass.0.tokens", "I32", "[1,2]", 8},
    {"pass.0.rope_cos", "F32", "[1,2,2]", 16},
    {"pass.0.rope_sin", "F32", "[1,2,2]", 16},
    {"pass.0.layer.0.attn_norm_rms", "F32", "[1,2,1]", 8},
    {"pass.0.layer.0.q", "F32", "[1,2,4]", 32},
    {"pass.0.layer.0.v", "F32", "[1,2,2]", 16},
    {"pass.0.layer.0.q_rope", "F32", "[1,2,2,2]", 32},
    {"pass.0.layer.0.k_rope", "F32", "[1,1,2,2]", 16},
    {"pass.0.layer.0.attn_scores", "F32", "[1,2,2,2]", 32},
    {"pass.0.layer.0.attn_probs", "F32", "[1,2,2,2]", 32},
    {"pass.0.layer.0.attn_head", "F32", "[1,2,2,2]", 32},
};
static const row other[] = {
    {"input_ids", "I64", "[1,2]", 16},
    {"model.rotary_emb.0", "F16", "[2,2]", 8},
    {"blocks.0.attn.hook_q", "F64", "[1,2,2,2]", 64},
    {"blocks.0.attn.hook_rot_q", "BF16", "[2,2,2]", 16},
    {"blocks.0.attn.hook_attn_scores.head.1", "F32", "[2,2]", 16},
    {"layer.0.attn_probs", "F32", "[2,2,3]", 48},
    {"blocks.0.attn.hook_z", "F32", "[1,2,4]", 32},
    {"hidden_states.1", "F32", "[2,4]", 32},
};

/* Ids of 0, or one side would be of another prompt; other data that are not all alike. */
static void tensor_file(fl_buffer *out, const char *metadata, const row *rows, size_t n) {
    fl_buffer header = {0};
    char length[8] = {0};
    size_t at = 0;
    fl_buffer_printf(&header, "{\"__metadata__\":%s", metadata);
    for (size_t i = 0; i < n; at += rows[i++].bytes)
        fl_buffer_printf(&header,
                         ",\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%zu,%zu]}",
                         rows[i].name, rows[i].type, rows[i].shape, at, at + rows[i].bytes);
    fl_buffer_puts(&header, "}");
    for (int i = 0; i < 8; i++)
        length[i] = (char)(header.length >> (8 * i));
    fl_buffer_add(out, length, sizeof length);
    fl_buffer_add(out, header.data, header.length);
    for (size_t i = 0; i < at; i++)
        fl_buffer_add(out, i < rows->bytes ? "" : i % 4 == 3 ? "?" : &"\x3e\xc5\x10"[i % 3], 1);
    fl_buffer_done(&header);
}

bool fl_fuzz_seed(size_t index, fl_buffer *out) {
    static const char ours[] =
        "{\"footlight\":\"1\",\"prompt\":\"a\",\"model\":\"{\\\"num_hidden_layers\\\":2,"
        "\\\"num_attention_heads\\\":2,\\\"num_key_value_heads\\\":1,\\\"head_dim\\\":2}\"}";
    for (size_t i = 0; index == 0 && i < sizeof lines / sizeof *lines; i++)
        fl_buffer_puts(out, lines[i]);
    if (index == 1)
        tensor_file(out, ours, own, sizeof own / sizeof *own);
    if (index == 2)
        tensor_file(out, "{\"dtype\":\"float32\"}", other, sizeof other / sizeof *other);
    return index < 3;
}

static void ignore(void *ctx, const fl_difference *difference) {
    (void)ctx;
    (void)difference;
}

static bool compare(const fl_map *a, const fl_map *b, bool *same) {
    fl_comparison c;
    fl_diag diag = {0};
    bool done = fl_comparison_read(&c, a, b, &diag) == FL_OK &&
                fl_comparison_run(&c, ignore, NULL, &diag) == FL_OK;
    *same = done && !c.differs;
    fl_comparison_close(&c);
    return done;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const fl_map input = {data, size};
    bool same;
    if (compare(&input, &input, &same) && !same)
        abort();
    for (size_t i = 0; i < 3; i++) {
        fl_buffer seed = {0};
        fl_fuzz_seed(i, &seed);
        const fl_map fixed = {(const uint8_t *)seed.data, seed.length};
        compare(&fixed, &input, &same);
        compare(&input, &fixed, &same);
        fl_buffer_done(&seed);
    }
    return 0;
}
