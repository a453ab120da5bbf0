/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The config.json reader.
 */
#include "fuzz/fuzz.h"
#include "fuzz/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    return fuzz_model("config.json", data, size);
}

#define SIZES                                                                                      \
    "\"hidden_size\":64,\"intermediate_size\":96,\"num_hidden_layers\":2,"                         \
    "\"num_attention_heads\":4,\"num_key_value_heads\":2,\"vocab_size\":99,"                       \
    "\"max_position_embeddings\":256,\"rms_norm_eps\":1e-05,"

bool fl_fuzz_seed(size_t index, fl_buffer *out) {
    static const char *const seeds[] = {
        "{\"model_type\":\"llama\"," SIZES
        "\"rope_scaling\":{\"rope_type\":\"llama3\",\"factor\":8,"
        "\"low_freq_factor\":1,\"high_freq_factor\":4,\"original_max_position_embeddings\":64},"
        "\"torch_dtype\":\"float16\",\"tie_word_embeddings\":true,\"hidden_act\":\"silu\"}",
        "{\"architectures\":[\"Qwen2ForCausalLM\"]," SIZES "\"sliding_window\":9,"
        "\"use_sliding_window\":true,\"max_window_layers\":2,\"head_dim\":null,"
        "\"rope_parameters\":{\"rope_type\":\"yarn\",\"factor\":4.0,\"rope_theta\":1e6}}",
        "{\"model_type\":\"x\",\"text_config\":{\"model_type\":\"qwen3\"," SIZES
        "\"head_dim\":16,\"layer_types\":[\"full_attention\",\"full_attention\"]}}",
    };
    if (index >= sizeof seeds / sizeof *seeds)
        return false;
    fl_buffer_puts(out, seeds[index]);
    return true;
}
