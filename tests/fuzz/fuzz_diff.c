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

#define RUN                                                                                        \
    "{\"footlight\":1,\"model\":{\"num_hidden_layers\":2,\"num_attention_heads\":2,"               \
    "\"num_key_value_heads\":1,\"head_dim\":2,\"rotary_dim\":2},\"isa\":\"scalar\","               \
    "\"exact\":true,\"prompt\":\"a\",\"patches\":[]}\n"
#define PLACE(stage, layer, head)                                                                  \
    "{\"event\":1,\"pass\":0,\"layer\":" layer ",\"head\":" head ",\"stage\":\"" stage "\","
#define NUMBERS                                                                                    \
    "\"nan\":0,\"inf\":0,\"min\":-1.5,\"max\":2,\"argmin\":[0,0,1],\"argmax\":[0,1,0],"            \
    "\"mean\":0.5,\"std\":1,\"rms\":1.1,\"l2\":2,\"sum\":2,\"first\":[-1,2],\"last\":[2,null]}\n"

static const char trace[] =
    RUN PLACE("tokens", "null", "null") "\"shape\":[1,2],\"count\":2,\"ids\":[1,2]}\n" PLACE(
        "attn_norm", "0", "null") "\"shape\":[1,2,2],\"count\":4,\"masked\":0," NUMBERS
        PLACE("attn_scores", "0", "0") "\"shape\":[1,2,2],\"count\":3,\"masked\":1," NUMBERS PLACE(
            "attn_scores", "0", "1") "\"shape\":[1,2,2],\"count\":3,\"masked\":1," NUMBERS
            PLACE("q", "1", "null") "\"shape\":[1,2,4],\"count\":8,\"masked\":0," NUMBERS;

#define TENSOR(name, type, shape, from, to)                                                        \
    "\"" name "\":{\"dtype\":\"" type "\",\"shape\":" shape ",\"data_offsets\":[" from "," to "]}"

static const char own[] =
    "{\"__metadata__\":{\"footlight\":\"1\",\"model\":\"{\\\"num_hidden_layers\\\":2,"
    "\\\"num_attention_heads\\\":2,\\\"num_key_value_heads\\\":1,\\\"head_dim\\\":2,"
    "\\\"rotary_dim\\\":2}\",\"prompt\":\"a\"}," TENSOR("pass.0.tokens", "I32", "[1,2]", "0", "8") "," TENSOR(
        "pass.0.rope_cos", "F32", "[1,2,2]", "8",
        "24") "," TENSOR("pass.0.rope_sin", "F32", "[1,2,2]", "24",
                         "40") "," TENSOR("pass.0.layer.0.attn_norm_rms", "F32", "[1,2,1]", "40",
                                          "48") "," TENSOR("pass.0.layer.0.q", "F32", "[1,2,4]",
                                                           "48",
                                                           "80") "," TENSOR("pass.0.layer.0.v",
                                                                            "F32", "[1,2,2]", "80",
                                                                            "96") "," TENSOR("pass."
                                                                                             "0."
                                                                                             "layer"
                                                                                             ".0.q_"
                                                                                             "rope",
                                                                                             "F32",
                                                                                             "[1,2,"
                                                                                             "2,2]",
                                                                                             "96",
                                                                                             "128") "," TENSOR("pass.0.layer.0.k_rope",
                                                                                                               "F32",
                                                                                                               "[1,1,2,2]",
                                                                                                               "128",
                                                                                                               "144") "," TENSOR("pass.0.layer.0.attn_scores",
                                                                                                                                 "F32",
                                                                                                                                 "[1,2,2,2]",
                                                                                                                                 "144",
                                                                                                                                 "176") "," TENSOR("pass.0.layer.0.attn_probs",
                                                                                                                                                   "F32",
                                                                                                                                                   "[1,2,2,2]",
                                                                                                                                                   "176",
                                                                                                                                                   "208") "," TENSOR("pass.0.layer.0.attn_head",
                                                                                                                                                                     "F32",
                                                                                                                                                                     "[1,2,2,2]",
                                                                                                                                                                     "208",
                                                                                                                                                                     "240") "}";

static const char other[] =
    "{\"__metadata__\":{\"dtype\":\"float32\"}," TENSOR("input_ids", "I64", "[1,2]", "0", "16") "," TENSOR(
        "model.rotary_emb.0", "F16", "[2,2]", "16",
        "24") "," TENSOR("blocks.0.attn.hook_q", "F64", "[1,2,2,2]", "24",
                         "88") "," TENSOR("blocks.0.attn.hook_rot_q", "BF16", "[2,2,2]", "88",
                                          "104") "," TENSOR("blocks.0.attn.hook_attn_scores.head.1",
                                                            "F32", "[2,2]", "104",
                                                            "120") "," TENSOR("layer.0.attn_probs",
                                                                              "F32", "[2,2,3]",
                                                                              "120",
                                                                              "168") "," TENSOR("bl"
                                                                                                "oc"
                                                                                                "ks"
                                                                                                ".0"
                                                                                                ".a"
                                                                                                "tt"
                                                                                                "n."
                                                                                                "ho"
                                                                                                "ok"
                                                                                                "_"
                                                                                                "z",
                                                                                                "F3"
                                                                                                "2",
                                                                                                "[1"
                                                                                                ",2"
                                                                                                ",4"
                                                                                                "]",
                                                                                                "16"
                                                                                                "8",
                                                                                                "20"
                                                                                                "0") "," TENSOR("hidden_states.1",
                                                                                                                "F32",
                                                                                                                "[2,4]",
                                                                                                                "200",
                                                                                                                "232") "}";

/* A header with data behind it that is not all alike. */
static void tensor_file(fl_buffer *out, const char *header, size_t data) {
    char length[8] = {0};
    for (int i = 0; i < 8; i++)
        length[i] = (char)(strlen(header) >> (8 * i));
    fl_buffer_add(out, length, sizeof length);
    fl_buffer_puts(out, header);
    for (size_t i = 0; i < data; i++)
        fl_buffer_add(out, i % 4 == 3 ? "?" : &"\x3e\xc5\x10"[i % 3], 1);
}

bool fl_fuzz_seed(size_t index, fl_buffer *out) {
    if (index == 0)
        fl_buffer_puts(out, trace);
    else if (index == 1)
        tensor_file(out, own, 240);
    else if (index == 2)
        tensor_file(out, other, 232);
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
