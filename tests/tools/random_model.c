/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Header first, then tensor after tensor. Each has a random state of its own, so that what it holds
 * depends on the seed, its place and its type alone.
 */
#include "tools/random_model.h"

#include "model/gguf_writer.h"
#include "tools/random_weights.h"

#include "base/diag.h"
#include "base/out.h"
#include "base/rng.h"

#include <footlight/plan.h>
#include <math.h>
#include <strings.h>

enum { CHUNK = 1 << 20, ALIGNMENT = 32, NAME = 64, BYTES = 256, FIRST_WORD = 3 + BYTES };

static const random_storage storages[] = {
    {"F32", FL_DTYPE_F32, FL_DTYPE_F32, 0},     {"F16", FL_DTYPE_F16, FL_DTYPE_F16, 1},
    {"BF16", FL_DTYPE_BF16, FL_DTYPE_BF16, 32}, {"Q8_0", FL_DTYPE_Q8_0, FL_DTYPE_Q8_0, 7},
    {"Q4_0", FL_DTYPE_Q4_0, FL_DTYPE_Q4_0, 2},  {"Q4_1", FL_DTYPE_Q4_1, FL_DTYPE_Q4_1, 3},
    {"Q5_0", FL_DTYPE_Q5_0, FL_DTYPE_Q5_0, 8},  {"Q5_1", FL_DTYPE_Q5_1, FL_DTYPE_Q5_1, 9},
    {"Q2_K", FL_DTYPE_Q2_K, FL_DTYPE_Q2_K, 10}, {"Q3_K", FL_DTYPE_Q3_K, FL_DTYPE_Q3_K, 11},
    {"Q4_K", FL_DTYPE_Q4_K, FL_DTYPE_Q4_K, 14}, {"Q5_K", FL_DTYPE_Q5_K, FL_DTYPE_Q5_K, 16},
    {"Q6_K", FL_DTYPE_Q6_K, FL_DTYPE_Q6_K, 18}, {"Q4_K_M", FL_DTYPE_Q4_K, FL_DTYPE_Q6_K, 15},
};
enum { N_STORAGES = sizeof storages / sizeof *storages };

const random_storage *random_storage_at(int index) {
    return index < N_STORAGES ? &storages[index] : NULL;
}

const random_storage *random_storage_find(const char *name) {
    for (int i = 0; i < N_STORAGES; i++)
        if (strcasecmp(storages[i].name, name) == 0)
            return &storages[i];
    return NULL;
}

/* ---- tensors ---- */

typedef struct tensor {
    fl_weight_slot slot;
    int32_t layer;
    char name[NAME];
    int64_t shape[2]; /* [out, in], or [n] */
    int n_dims;
    fl_dtype type;
    uint64_t bytes;
} tensor;

/* In Q4_K_M the first and the last eighth of the layers and every third between them keep better
 * attn_v and ffn_down. */
static bool better_layer(int32_t layer, int64_t layers) {
    return layer < layers / 8 || layer >= 7 * layers / 8 || (layer - layers / 8) % 3 == 2;
}

static fl_dtype type_of(const random_model *m, fl_weight_slot slot, int32_t layer) {
    bool tied = m->shape.tie_word_embeddings, better = false;
    if (slot == FL_WEIGHT_output || (slot == FL_WEIGHT_token_embd && tied))
        better = true;
    if (slot == FL_WEIGHT_attn_v || slot == FL_WEIGHT_ffn_down)
        better = better_layer(layer, m->shape.num_hidden_layers);
    return better ? m->storage->better : m->storage->type;
}

/* What a row of a matrix is as long as. */
static const char *row_length(fl_weight_slot slot) {
    return slot == FL_WEIGHT_ffn_down      ? "intermediate_size"
           : slot == FL_WEIGHT_attn_output ? "num_attention_heads times head_dim"
                                           : "hidden_size";
}

static fl_status make_tensor(const random_model *m, fl_weight_slot slot, int32_t layer, tensor *t,
                             fl_diag *diag) {
    *t = (tensor){.slot = slot, .layer = layer};
    fl_spell_layer(t->name, NAME, fl_weight_get_info(slot)->gguf, layer);
    t->n_dims = fl_weight_shape(slot, &m->shape, t->shape);
    t->type = t->n_dims == 1 ? FL_DTYPE_F32 : type_of(m, slot, layer);
    uint64_t in = (uint64_t)t->shape[t->n_dims - 1];
    t->bytes = fl_dtype_row_bytes(t->type, in) * (t->n_dims == 2 ? (uint64_t)t->shape[0] : 1);
    if (t->bytes)
        return FL_OK;
    return fl_fail(diag, FL_ERR_USAGE,
                   "%s has rows of %llu values (%s), which blocks of %s do not fill", t->name,
                   (unsigned long long)in, row_length(slot), fl_dtype_get_info(t->type)->name);
}

/* All tensors in file order; the caller frees *out. */
static fl_status list_tensors(const random_model *m, tensor **out, size_t *n, fl_diag *diag) {
    size_t most = FL_WEIGHT_COUNT * (size_t)(m->shape.num_hidden_layers + 1);
    *n = 0;
    *out = malloc(most * sizeof **out);
    if (!*out)
        return fl_fail_memory(diag);
    for (int32_t layer = -1; layer < m->shape.num_hidden_layers; layer++)
        for (int id = 0; id < FL_WEIGHT_COUNT; id++) {
            fl_weight_slot slot = (fl_weight_slot)id;
            bool layered = fl_weight_get_info(slot)->scope == FL_SCOPE_LAYER;
            if (layered != (layer >= 0) || !fl_weight_exists(slot, &m->shape) ||
                (slot == FL_WEIGHT_output && m->shape.tie_word_embeddings))
                continue;
            fl_status status = make_tensor(m, slot, layer, &(*out)[(*n)++], diag);
            if (status != FL_OK)
                return status;
        }
    return FL_OK;
}

/* ---- header ---- */

static void add_keys(gguf_writer *w, const random_model *m) {
    const fl_hparams *h = &m->shape;
    const gguf_sizes sizes = {.layers = (uint32_t)h->num_hidden_layers,
                              .hidden = (uint32_t)h->hidden_size,
                              .ffn = (uint32_t)h->intermediate_size,
                              .heads = (uint32_t)h->num_attention_heads,
                              .kv_heads = (uint32_t)h->num_key_value_heads,
                              .context = (uint32_t)h->max_position_embeddings};
    w->skip = "general.name";
    gguf_llama_keys(w, &sizes);
    w->skip = NULL;
    gguf_string(w, "general.name", "random weights");
    gguf_u32(w, "general.file_type", m->storage->file_type);
    gguf_u32(w, "general.quantization_version", 2);
    gguf_u32(w, "llama.attention.key_length", (uint32_t)h->head_dim);
    gguf_u32(w, "llama.attention.value_length", (uint32_t)h->head_dim);
    gguf_u32(w, "llama.rope.dimension_count", (uint32_t)h->rotary_dim);
    gguf_f32(w, "llama.rope.freq_base", (float)h->rope_theta);
    gguf_u32(w, "llama.vocab_size", (uint32_t)h->vocab_size);
    if (h->sliding_window)
        gguf_u32(w, "llama.attention.sliding_window", (uint32_t)h->sliding_window);
}

/* Piece `id` of the vocabulary: unknown, BOS, EOS, all bytes, then words of the letters a to z:
 * first all of one letter, then all of two, and so on. Every beginning of a word is a word, so that
 * text is made of them. */
static void spell_piece(int64_t id, char out[32]) {
    static const char *const special[] = {"<unk>", "<s>", "</s>"};
    char letters[16];
    int n = 0;
    if (id < 3) {
        snprintf(out, 32, "%s", special[id]);
    } else if (id < FIRST_WORD) {
        snprintf(out, 32, "<0x%02X>", (unsigned)(id - 3));
    } else {
        for (int64_t rest = id - FIRST_WORD + 1; rest; rest = (rest - 1) / 26)
            letters[n++] = (char)('a' + (rest - 1) % 26);
        int length = snprintf(out, 32, "\xe2\x96\x81"); /* SentencePiece's space */
        while (n)
            out[length++] = letters[--n];
        out[length] = '\0';
    }
}

static void add_vocab(gguf_writer *w, int64_t n) {
    fl_buffer pieces = {0}, scores = {0}, types = {0};
    char piece[32];
    for (int64_t id = 0; id < n; id++) {
        float score = id < FIRST_WORD ? 0 : (float)(FIRST_WORD - id - 1);
        spell_piece(id, piece);
        gguf_text(&pieces, piece, strlen(piece));
        fl_buffer_add(&scores, (const char *)&score, 4);
        gguf_int(&types, id == 0 ? 2 : id < 3 ? 3 : id < FIRST_WORD ? 6 : 1, 4);
    }
    gguf_string(w, "tokenizer.ggml.model", "llama");
    gguf_array(w, "tokenizer.ggml.tokens", 8, (uint64_t)n, pieces.data, pieces.length);
    gguf_array(w, "tokenizer.ggml.scores", 6, (uint64_t)n, scores.data, scores.length);
    gguf_array(w, "tokenizer.ggml.token_type", 5, (uint64_t)n, types.data, types.length);
    gguf_u32(w, "tokenizer.ggml.bos_token_id", 1);
    gguf_u32(w, "tokenizer.ggml.eos_token_id", 2);
    gguf_u32(w, "tokenizer.ggml.unknown_token_id", 0);
    fl_buffer_done(&pieces);
    fl_buffer_done(&scores);
    fl_buffer_done(&types);
}

/* All before the data, in w->file. */
static void make_header(gguf_writer *w, const random_model *m, const tensor *tensors, size_t n) {
    add_keys(w, m);
    add_vocab(w, m->shape.vocab_size);
    for (size_t i = 0; i < n; i++) {
        const tensor *t = &tensors[i];
        bool matrix = t->n_dims == 2;
        gguf_tensor(w, t->name, (uint64_t)t->shape[matrix], matrix ? (uint64_t)t->shape[0] : 0,
                    t->type);
    }
    gguf_finish(w, GGUF_HEADER_ONLY);
    while (w->file.length % ALIGNMENT)
        gguf_int(&w->file, 0, 1);
}

/* ---- data ---- */

/* Factors of a norm: from a half to one and a half. */
static void random_factors(uint64_t *state, unsigned char *out, size_t length) {
    for (size_t i = 0; i < length; i += 4) {
        float factor = (float)(0.5 + fl_rng_unit(state));
        memcpy(out + i, &factor, 4);
    }
}

/* A row of n weights gives a sum of n products: with a deviation of 1/√n the sum is about as large
 * as what it is made of. */
static void write_tensor(const tensor *t, uint64_t state, unsigned char *chunk, fl_out *out) {
    static const unsigned char padding[ALIGNMENT];
    size_t block = fl_dtype_get_info(t->type)->block_bytes, most = CHUNK / block * block;
    for (uint64_t left = t->bytes; left && !fl_out_failed(out);) {
        size_t length = left < most ? (size_t)left : most;
        if (t->n_dims == 1)
            random_factors(&state, chunk, length);
        else
            random_weights(t->type, 1 / sqrt((double)t->shape[1]), &state, chunk, length);
        fl_out_write(out, chunk, length);
        left -= length;
    }
    fl_out_write(out, padding, (ALIGNMENT - t->bytes % ALIGNMENT) % ALIGNMENT);
}

static fl_status check_room(const gguf_writer *w, const char *path, fl_diag *diag) {
    uint64_t room, size = w->file.length + w->data_bytes;
    if (strcmp(path, "-") == 0)
        return FL_OK;
    fl_diag_init(diag, path);
    fl_status status = fl_disk_free(path, &room, diag);
    if (status == FL_OK && size > room)
        status = fl_fail(diag, FL_ERR_LIMIT, "needs %llu bytes of disk, there are %llu",
                         (unsigned long long)size, (unsigned long long)room);
    return status;
}

static fl_status write_file(const random_model *m, const gguf_writer *w, const tensor *tensors,
                            size_t n, const char *path, fl_diag *diag) {
    fl_out *out;
    unsigned char *chunk = malloc(CHUNK);
    uint64_t seed = m->seed;
    fl_status status = chunk ? check_room(w, path, diag) : fl_fail_memory(diag);
    if (status == FL_OK)
        status = fl_out_open(&out, path, diag);
    if (status == FL_OK) {
        fl_out_write(out, w->file.data, w->file.length);
        for (size_t i = 0; i < n; i++)
            write_tensor(&tensors[i], fl_rng_next(&seed), chunk, out);
        status = fl_out_close(&out, diag);
    }
    free(chunk);
    return status;
}

static fl_status check(const fl_hparams *h, fl_diag *diag) {
    if (strcmp(h->model_type, "llama") != 0 && strcmp(h->model_type, "mistral") != 0)
        return fl_fail(diag, FL_ERR_USAGE, "a %s model is not of the llama family", h->model_type);
    if (h->vocab_size < FIRST_WORD)
        return fl_fail(diag, FL_ERR_USAGE, "vocab_size is %lld, expected %d or more",
                       (long long)h->vocab_size, FIRST_WORD);
    return fl_hparams_check(h, diag) == FL_OK ? FL_OK : FL_ERR_USAGE;
}

fl_status random_model_write(const random_model *m, const char *path, fl_diag *diag) {
    gguf_writer w = gguf_start();
    tensor *tensors = NULL;
    size_t n = 0;
    fl_status status = check(&m->shape, diag);
    if (status == FL_OK)
        status = list_tensors(m, &tensors, &n, diag);
    if (status == FL_OK) {
        make_header(&w, m, tensors, n);
        status = w.file.failed ? fl_fail_memory(diag) : write_file(m, &w, tensors, n, path, diag);
    }
    free(tensors);
    gguf_done(&w);
    return status;
}
