/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What the fuzz targets of Hugging Face folders put beside the bytes they are given: the smallest
 * model, whole and in two files.
 */
#ifndef FL_TESTS_FUZZ_HF_H
#define FL_TESTS_FUZZ_HF_H

#include "model/hf_writer.h"

#define FUZZ_CONFIG                                                                                \
    "{\"model_type\":\"llama\",\"hidden_size\":2,\"intermediate_size\":2,"                         \
    "\"num_hidden_layers\":1,\"num_attention_heads\":1,\"num_key_value_heads\":1,"                 \
    "\"vocab_size\":2,\"max_position_embeddings\":4}"

/* Made at the first call and kept. */
static inline const hf_folder *fuzz_folder(size_t shards) {
    static hf_folder folders[3];
    hf_folder *f = &folders[shards];
    if (!f->n_files) {
        f->config = FUZZ_CONFIG;
        f->shards = shards;
        f->type = FL_DTYPE_F16;
        hf_write(f);
    }
    return f;
}

#endif
