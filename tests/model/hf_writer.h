/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * A small Hugging Face folder in memory: a configuration, safetensors files and their index.
 * Tensors are those that the configuration asks for, their values small and exact in every stored
 * type, so that a folder gives the same numbers whatever its type, names and files.
 */
#ifndef FL_TESTS_HF_WRITER_H
#define FL_TESTS_HF_WRITER_H

#include "model/hf_config.h"
#include "model/stored.h"

#include <footlight/footlight.h>
#include <unistd.h>

enum { HF_FILES = 8, HF_EXTRA = 512, HF_NAME = 128 };

typedef struct hf_folder {
    const char *config;
    fl_dtype type;             /* of all weights; F32 unless set */
    const char *prefix, *head; /* of names; "model." and "lm_head.weight" unless set */
    size_t shards;             /* how many files; 0: model.safetensors */
    const char *skip;          /* this tensor is left out */
    const char *extra;         /* entries of tensors without bytes, for the (last) file */
    size_t padding;            /* spaces after the header, so that data begin anywhere */

    fl_hparams hparams; /* as the reader understands the configuration */
    fl_buffer buffers[HF_FILES];
    char names[HF_FILES][HF_NAME];
    fl_file files[HF_FILES];
    size_t n_files;
} hf_folder;

#define HF_SIZES                                                                                   \
    "\"hidden_size\":16,\"intermediate_size\":24,\"num_hidden_layers\":2,"                         \
    "\"num_attention_heads\":4,\"num_key_value_heads\":2,\"vocab_size\":11,"                       \
    "\"max_position_embeddings\":32"
#define HF_LLAMA "{\"model_type\":\"llama\"," HF_SIZES "}"
#define HF_TIED "{\"model_type\":\"llama\",\"tie_word_embeddings\":true," HF_SIZES "}"

/* Value number i of a tensor: sixteenths from -1/2 to 7/16, another row of them for each name. */
static inline double hf_value(const char *name, uint64_t i) {
    uint64_t seed = 0;
    while (*name)
        seed = seed * 31 + (unsigned char)*name++;
    return (double)((seed + i * 7 + i / 5) % 16) / 16 - 0.5;
}

static inline void hf_put_value(fl_buffer *out, fl_dtype type, double value) {
    float single = (float)value;
    uint32_t bits;
    memcpy(&bits, &single, sizeof bits);
    uint16_t half = type == FL_DTYPE_F16 ? fl_float_to_half(single) : (uint16_t)(bits >> 16);
    if (type == FL_DTYPE_F64)
        fl_buffer_add(out, (const char *)&value, 8);
    else if (type == FL_DTYPE_F32)
        fl_buffer_add(out, (const char *)&bits, 4);
    else
        fl_buffer_add(out, (const char *)&half, 2);
}

/* One file while it is put together. */
typedef struct hf_part {
    fl_buffer header, data;
} hf_part;

/* `name` is the weight's usual one, which its values come from; `spelled` is the file's. */
static inline void hf_put_tensor(hf_part *part, const hf_folder *f, const char *name,
                                 const char *spelled, int n_dims, const int64_t *shape) {
    size_t begin = part->data.length;
    uint64_t count = (uint64_t)shape[0] * (uint64_t)(n_dims == 2 ? shape[1] : 1);
    for (uint64_t i = 0; i < count; i++)
        hf_put_value(&part->data, f->type, hf_value(name, i));
    fl_buffer_printf(&part->header, "%s\"%s\":{\"dtype\":\"%s\",\"shape\":[%lld",
                     part->header.length ? "," : "{", spelled, fl_dtype_get_info(f->type)->name,
                     (long long)shape[0]);
    if (n_dims == 2)
        fl_buffer_printf(&part->header, ",%lld", (long long)shape[1]);
    fl_buffer_printf(&part->header, "],\"data_offsets\":[%zu,%zu]}", begin, part->data.length);
}

static inline void hf_add_file(hf_folder *f, const char *name) {
    snprintf(f->names[f->n_files], HF_NAME, "%s", name);
    f->files[f->n_files] =
        (fl_file){f->names[f->n_files], (const uint8_t *)f->buffers[f->n_files].data,
                  f->buffers[f->n_files].length};
    f->n_files++;
}

static inline void hf_finish_part(hf_folder *f, hf_part *part, const char *name) {
    fl_buffer_puts(&part->header, part->header.length ? "" : "{");
    if (f->extra)
        fl_buffer_puts(&part->header, f->extra);
    fl_buffer_puts(&part->header, "}");
    for (size_t i = 0; i < f->padding; i++)
        fl_buffer_puts(&part->header, " ");
    fl_buffer *file = &f->buffers[f->n_files];
    stored_file(file, part->header.data, part->header.length, 0);
    fl_buffer_add(file, part->data.data ? part->data.data : "", part->data.length);
    hf_add_file(f, name);
    fl_buffer_done(&part->header);
    fl_buffer_done(&part->data);
}

static inline void hf_shard_name(const hf_folder *f, size_t shard, char name[HF_NAME]) {
    if (f->shards)
        snprintf(name, HF_NAME, "model-%05zu-of-%05zu.safetensors", shard + 1, f->shards);
    else
        snprintf(name, HF_NAME, "model.safetensors");
}

static inline void hf_put_weight(hf_folder *f, hf_part *parts, fl_buffer *index, size_t *n,
                                 fl_weight_slot slot, int32_t layer) {
    char name[HF_NAME], spelled[2 * HF_NAME], file[HF_NAME];
    int64_t shape[2];
    const size_t shard = f->shards ? (*n)++ % f->shards : 0;
    const char *hf = fl_weight_get_info(slot)->hf;
    fl_spell_layer(name, sizeof name, hf, layer);
    if (slot == FL_WEIGHT_output)
        snprintf(spelled, sizeof spelled, "%s", f->head);
    else
        snprintf(spelled, sizeof spelled, "%s%s", f->prefix, name + strlen("model."));
    if (f->skip && strcmp(f->skip, spelled) == 0)
        return;
    hf_put_tensor(&parts[shard], f, name, spelled, fl_weight_shape(slot, &f->hparams, shape),
                  shape);
    hf_shard_name(f, shard, file);
    fl_buffer_printf(index, "%s\"%s\":\"%s\"", index->length ? "," : "", spelled, file);
}

static inline void hf_put_weights(hf_folder *f, hf_part *parts, fl_buffer *index) {
    size_t n = 0;
    for (int32_t layer = -1; layer < f->hparams.num_hidden_layers; layer++)
        for (int id = 0; id < FL_WEIGHT_COUNT; id++) {
            fl_weight_slot slot = (fl_weight_slot)id;
            bool layered = fl_weight_get_info(slot)->scope == FL_SCOPE_LAYER;
            bool void_head = slot == FL_WEIGHT_output && f->hparams.tie_word_embeddings;
            if (layered == (layer >= 0) && fl_weight_exists(slot, &f->hparams) && !void_head)
                hf_put_weight(f, parts, index, &n, slot, layer);
        }
}

/* Puts all files together, config.json first. Undo with hf_done. */
static inline void hf_write(hf_folder *f) {
    hf_part parts[HF_FILES] = {0};
    fl_buffer index = {0};
    char name[HF_NAME];
    fl_file config = {"config.json", (const uint8_t *)f->config, strlen(f->config)};
    f->type = f->type ? f->type : FL_DTYPE_F32;
    f->prefix = f->prefix ? f->prefix : "model.";
    f->head = f->head ? f->head : "lm_head.weight";
    assert_int_equal(fl_config_read(&config, &f->hparams, NULL), FL_OK);
    fl_buffer_puts(&f->buffers[0], f->config);
    hf_add_file(f, "config.json");
    hf_put_weights(f, parts, &index);
    for (size_t shard = 0; shard < (f->shards ? f->shards : 1); shard++) {
        hf_shard_name(f, shard, name);
        hf_finish_part(f, &parts[shard], name);
    }
    if (f->shards) {
        fl_buffer_printf(&f->buffers[f->n_files],
                         "{\"metadata\":{\"total_size\":1},\"weight_map\":{%s}}", index.data);
        hf_add_file(f, "model.safetensors.index.json");
    }
    fl_buffer_done(&index);
}

/* Adds to the length that a safetensors file says its header has. */
static inline void hf_lengthen_header(fl_buffer *file, uint64_t by) {
    uint64_t length = by;
    for (int i = 0; i < 8; i++)
        length += (uint64_t)(unsigned char)file->data[i] << 8 * i;
    for (int i = 0; i < 8; i++)
        file->data[i] = (char)(length >> 8 * i);
}

/* Puts `to` in place of the first `from` in one of the files, in the header if it has one. */
static inline void hf_replace(hf_folder *f, size_t file, const char *from, const char *to) {
    fl_buffer old = f->buffers[file], *out = &f->buffers[file];
    size_t at = 0;
    while (at + strlen(from) <= old.length && memcmp(old.data + at, from, strlen(from)) != 0)
        at++;
    assert_true(at + strlen(from) <= old.length);
    *out = (fl_buffer){0};
    fl_buffer_add(out, old.data, at);
    fl_buffer_puts(out, to);
    at += strlen(from);
    fl_buffer_add(out, old.data + at, old.length - at);
    if (strstr(f->names[file], ".safetensors") && !strstr(f->names[file], ".json"))
        hf_lengthen_header(out, (uint64_t)strlen(to) - strlen(from));
    f->files[file].bytes = (const uint8_t *)out->data;
    f->files[file].length = out->length;
    fl_buffer_done(&old);
}

/* Writes all files into a new folder, whose name replaces the Xs of `folder`. */
static inline void hf_save(const hf_folder *f, char *folder) {
    char path[64 + HF_NAME];
    assert_non_null(mkdtemp(folder));
    for (size_t i = 0; i < f->n_files; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, f->names[i]);
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(f->files[i].bytes, 1, f->files[i].length, file),
                         f->files[i].length);
        fclose(file);
    }
}

static inline void hf_remove(const hf_folder *f, const char *folder) {
    char path[64 + HF_NAME];
    for (size_t i = 0; i < f->n_files; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, f->names[i]);
        unlink(path);
    }
    rmdir(folder);
}

static inline void hf_done(hf_folder *f) {
    for (size_t i = 0; i < f->n_files; i++)
        fl_buffer_done(&f->buffers[i]);
}

/* Opens what was written, beginning with file `first`. */
static inline fl_status hf_open_at(const hf_folder *f, size_t first, fl_model **out,
                                   fl_diag *diag) {
    fl_file files[HF_FILES];
    memcpy(files, f->files, sizeof files);
    files[0] = f->files[first];
    files[first] = f->files[0];
    *out = NULL;
    *diag = (fl_diag){0};
    return fl_model_open_files(out, files, f->n_files, diag);
}

static inline fl_model *hf_opens_at(const hf_folder *f, size_t first) {
    fl_model *model;
    fl_diag diag;
    fl_status status = hf_open_at(f, first, &model, &diag);
    if (status != FL_OK)
        print_error("%s: %s\n", diag.subject, diag.message);
    assert_int_equal(status, FL_OK);
    return model;
}

/* Opening must fail in the file `subject` with words of the message, which no control byte is in.
 */
static inline void assert_folder_refused(const hf_folder *f, size_t first, const char *subject,
                                         const char *words) {
    fl_model *model;
    fl_diag diag;
    fl_status status = hf_open_at(f, first, &model, &diag);
    if (status == FL_OK || !strstr(diag.message, words) || strcmp(diag.subject, subject) != 0) {
        print_error("got %s: '%s', expected %s: '%s'\n", diag.subject, diag.message, subject,
                    words);
        fail();
    }
    assert_null(model);
    for (const char *c = diag.message; *c; c++)
        assert_true((unsigned char)*c >= 0x20 && *c != 0x7f);
}

#endif
