/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The weights of a Hugging Face checkpoint: one safetensors file, or several with an index, beside
 * a config.json. Opened as the folder, or by the name of any of its safetensors files. Files are
 * mapped and stay as they are; only their headers are read here.
 */
#include "base/cursor.h"
#include "base/diag.h"
#include "base/text.h"
#include "model/bind.h"
#include "model/hf_config.h"
#include "model/hf_index.h"
#include "model/safetensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 80, NAME_BYTES = 256 };

static const char single_name[] = "model.safetensors";
static const char ending[] = ".safetensors", index_ending[] = ".index.json";

/* What exporters put before the names; the first whose embedding is there is the file's own. */
static const fl_naming namings[] = {
    {"model.", "lm_head.weight", NULL},
    {"", "lm_head.weight", NULL},
    {"language_model.model.", "language_model.lm_head.weight", "language_model."},
    {"model.language_model.", "lm_head.weight", "model.language_model."},
    {"model.model.", "model.lm_head.weight", NULL},
    {"base_model.model.model.", "base_model.model.lm_head.weight", NULL},
};

/* The safetensors files of the model, as they are found. */
typedef struct shards {
    fl_model *model;
    fl_diag *diag;
    struct shard {
        size_t file; /* among the model's */
        fl_safetensors header;
    } * list;
    size_t count;
} shards;

static void name_file(const shards *s, size_t file) {
    fl_diag_init(s->diag, s->model->files[file].name);
}

static const char *show(char out[SHOWN], const char *text) {
    return fl_escape_into(out, SHOWN, text, strlen(text));
}

/* Reads the header of one of the model's files. */
static fl_status read_shard(shards *s, size_t file) {
    struct shard *larger = realloc(s->list, (s->count + 1) * sizeof *larger);
    if (!larger)
        return fl_fail_memory(s->diag);
    s->list = larger;
    s->list[s->count] = (struct shard){.file = file};
    name_file(s, file);
    const fl_file *opened = &s->model->files[file];
    return fl_safetensors_read(&s->list[s->count++].header, opened->bytes, opened->length, s->diag);
}

static fl_status open_shard(shards *s, const char *name) {
    size_t file;
    fl_status status = fl_model_open_beside(s->model, name, &file, s->diag);
    return status == FL_OK ? read_shard(s, file) : status;
}

/* ---- several files and their index ---- */

static int compare_names(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char **sorted_names(const fl_safetensors *header) {
    const char **names = malloc((header->n_tensors + 1) * sizeof *names);
    for (size_t i = 0; names && i < header->n_tensors; i++)
        names[i] = header->tensors[i].name;
    if (names)
        qsort(names, header->n_tensors, sizeof *names, compare_names);
    return names;
}

/* Does the last file that was read hold what `places` say, and nothing else? Both are sorted. */
static fl_status check_shard(const shards *s, const fl_placement *places, size_t n) {
    const fl_safetensors *header = &s->list[s->count - 1].header;
    char shown[SHOWN];
    fl_status status = FL_OK;
    const char **names = sorted_names(header);
    if (!names)
        return fl_fail_memory(s->diag);
    for (size_t i = 0; status == FL_OK && (i < n || i < header->n_tensors); i++) {
        int order = i == n ? 1 : i == header->n_tensors ? -1 : strcmp(places[i].tensor, names[i]);
        if (order < 0)
            status = fl_fail(s->diag, FL_ERR_FORMAT,
                             "has no tensor '%s', expected it because the index places it there",
                             show(shown, places[i].tensor));
        else if (order > 0)
            status = fl_fail(s->diag, FL_ERR_FORMAT,
                             "has tensor '%s', which the index places elsewhere or not at all",
                             show(shown, names[i]));
    }
    free(names);
    return status;
}

static fl_status open_all(shards *s, const fl_hf_index *index, size_t index_file) {
    fl_status status = FL_OK;
    for (size_t from = 0, to; status == FL_OK && from < index->n_places; from = to) {
        const char *name = index->places[from].file;
        for (to = from; to < index->n_places && strcmp(index->places[to].file, name) == 0;)
            to++;
        name_file(s, index_file);
        status = open_shard(s, name);
        if (status == FL_OK)
            status = check_shard(s, &index->places[from], to - from);
    }
    return status;
}

/* Opens all the files of an index; of an index that does not name `own`, if given, that file alone.
 */
static fl_status open_by_index(shards *s, const char *index_name, const char *own) {
    size_t file;
    fl_hf_index index = {0};
    fl_status status = fl_model_open_beside(s->model, index_name, &file, s->diag);
    if (status == FL_OK)
        status = fl_hf_index_read(&index, &s->model->files[file], s->diag);
    if (status == FL_OK)
        status =
            own && !fl_hf_index_has(&index, own) ? read_shard(s, 0) : open_all(s, &index, file);
    fl_hf_index_done(&index);
    return status;
}

/* Length of what comes before "-00001-of-00003.safetensors", or 0. */
static size_t shard_stem(const char *name) {
    static const char pattern[] = "-00000-of-00000.safetensors";
    size_t length = strlen(name), n = sizeof pattern - 1;
    if (length <= n)
        return 0;
    for (size_t i = 0; i < n; i++) {
        char c = name[length - n + i];
        if (pattern[i] == '0' ? c < '0' || c > '9' : c != pattern[i])
            return 0;
    }
    return length - n;
}

/* From the name of one safetensors file to all that belong with it. */
static fl_status open_from_shard(shards *s) {
    const char *path = s->model->files[0].name, *slash = strrchr(path, '/');
    const char *own = slash ? slash + 1 : path;
    size_t stem = shard_stem(own);
    fl_buffer index = {0};
    fl_buffer_add(&index, own, stem ? stem : strlen(own));
    fl_buffer_puts(&index, stem ? ending : "");
    fl_buffer_puts(&index, index_ending);
    fl_status status = index.failed ? fl_fail_memory(s->diag) : FL_OK;
    if (status == FL_OK && fl_model_has_beside(s->model, index.data)) {
        status = open_by_index(s, index.data, own);
    } else if (status == FL_OK && stem) {
        char shown[SHOWN];
        name_file(s, 0);
        status = fl_fail(s->diag, FL_ERR_FORMAT,
                         "is one of several files of a checkpoint, expected their index '%s' "
                         "beside it",
                         show(shown, index.data));
    } else if (status == FL_OK) {
        status = read_shard(s, 0);
    }
    fl_buffer_done(&index);
    return status;
}

/* ---- from headers to the model's tensors ---- */

static fl_status check_tensor(const shards *s, const fl_stored_tensor *tensor) {
    char shown[SHOWN];
    if (fl_name_ends(tensor->name, ".qweight"))
        return fl_fail(s->diag, FL_ERR_UNSUPPORTED,
                       "has tensor '%s': a GPTQ or AWQ checkpoint, whose quantization is not "
                       "supported",
                       show(shown, tensor->name));
    if (tensor->dtype == FL_DTYPE_none)
        return fl_fail(s->diag, FL_ERR_UNSUPPORTED,
                       "has tensor '%s' of dtype %s, expected F64, F32, F16 or BF16",
                       show(shown, tensor->name), tensor->type);
    if (tensor->n_dims > FL_MAX_DIMS)
        return fl_fail(s->diag, FL_ERR_UNSUPPORTED,
                       "has tensor '%s' of %d dimensions, expected at most %d",
                       show(shown, tensor->name), tensor->n_dims, FL_MAX_DIMS);
    return FL_OK;
}

static void take_tensor(fl_model *model, size_t file, const fl_stored_tensor *tensor,
                        char **names) {
    fl_weight *weight = &model->tensors[model->n_tensors++];
    size_t size = strlen(tensor->name) + 1;
    *weight = (fl_weight){.name = *names,
                          .slot = FL_WEIGHT_none,
                          .layer = -1,
                          .dtype = tensor->dtype,
                          .n_dims = tensor->n_dims,
                          .bytes = tensor->bytes,
                          .file = (uint32_t)file,
                          .offset = tensor->offset,
                          .data = model->files[file].bytes + tensor->offset};
    memcpy(weight->shape, tensor->shape, sizeof weight->shape);
    memcpy(*names, tensor->name, size);
    *names += size;
}

static fl_status take_tensors(shards *s) {
    size_t count = 0, bytes = 0;
    for (size_t i = 0; i < s->count; i++) {
        const fl_safetensors *header = &s->list[i].header;
        name_file(s, s->list[i].file);
        for (size_t t = 0; t < header->n_tensors; t++) {
            fl_status status = check_tensor(s, &header->tensors[t]);
            if (status != FL_OK)
                return status;
            bytes += strlen(header->tensors[t].name) + 1;
        }
        count += header->n_tensors;
    }
    s->model->tensors = calloc(count + 1, sizeof *s->model->tensors);
    char *names = s->model->tensor_names = malloc(bytes + 1);
    if (!s->model->tensors || !names)
        return fl_fail_memory(s->diag);
    for (size_t i = 0; i < s->count; i++)
        for (size_t t = 0; t < s->list[i].header.n_tensors; t++)
            take_tensor(s->model, s->list[i].file, &s->list[i].header.tensors[t], &names);
    return FL_OK;
}

static const fl_weight *find(const fl_model *model, const char *prefix, const char *rest) {
    char name[NAME_BYTES];
    snprintf(name, sizeof name, "%s%s", prefix, rest);
    for (size_t i = 0; i < model->n_tensors; i++)
        if (strcmp(model->tensors[i].name, name) == 0)
            return &model->tensors[i];
    return NULL;
}

static const fl_naming *naming_of(const fl_model *model) {
    for (size_t i = 0; i < sizeof namings / sizeof *namings; i++)
        if (find(model, namings[i].prefix, "embed_tokens.weight"))
            return &namings[i];
    return &namings[0];
}

/* What the file holds and nothing computes with. */
static void note_unused(fl_model *model) {
    size_t outside = 0;
    const fl_naming *naming = model->naming;
    if (model->hparams.tie_word_embeddings && find(model, "", naming->head))
        fl_model_add_note(model,
                          "%s is stored and not used: tie_word_embeddings is true, so the head is "
                          "the embedding",
                          naming->head);
    for (size_t i = 0; naming->part && i < model->n_tensors; i++)
        outside += model->tensors[i].slot == FL_WEIGHT_none;
    if (outside)
        fl_model_add_note(model,
                          "%zu tensors are of other parts of the model than the language "
                          "model %s*, and not used",
                          outside, naming->part);
}

static fl_status bind(shards *s) {
    fl_model *model = s->model;
    fl_diag_init(s->diag, model->name);
    model->naming = naming_of(model);
    fl_status status = fl_bind(model, s->diag);
    if (status == FL_OK) {
        note_unused(model);
        fl_hf_chat_template(model);
    }
    return status;
}

static fl_status finish(shards *s, fl_status status) {
    if (status == FL_OK)
        status = take_tensors(s);
    snprintf(s->model->container, sizeof s->model->container, "safetensors, %zu file%s", s->count,
             s->count == 1 ? "" : "s");
    if (status == FL_OK)
        status = bind(s);
    for (size_t i = 0; i < s->count; i++)
        fl_safetensors_done(&s->list[i].header);
    free(s->list);
    return status;
}

/* ---- the two ways in ---- */

/* Every weight the configuration implies, named as a checkpoint would. */
static fl_status lay_out(fl_model *model, fl_diag *diag) {
    static const fl_layout_row rows[] = {
#define FL_WEIGHT(id, scope, out, in, feature, gguf, hf) {FL_WEIGHT_##id, hf},
#include <footlight/weights.def>
    };
    return fl_lay_out(model, rows, sizeof rows / sizeof *rows, FL_ORDER_BY_LAYER, diag);
}

/* Why a folder cannot be run, and what it holds in place of the weights. */
static void tell_what_is_there(fl_model *model) {
    static const struct {
        const char *beginning, *ending, *what;
    } others[] = {{"", ".safetensors", "which is one of several files: their index is missing"},
                  {"pytorch_model", ".bin", "a PyTorch checkpoint, which footlight does not read"},
                  {"consolidated", ".pth", "a PyTorch checkpoint, which footlight does not read"},
                  {"", ".gguf", "which can be opened by its own name"}};
    char shown[SHOWN];
    fl_buffer folder = {0}, name = {0}, found = {0};
    const char *first = model->files[0].name, *slash = strrchr(first, '/');
    fl_buffer_add(&folder, first, slash ? (size_t)(slash - first) + 1 : 0);
    for (size_t i = 0; slash && !folder.failed && i < sizeof others / sizeof *others; i++) {
        if (!fl_folder_find(folder.data, others[i].beginning, others[i].ending, &name))
            continue;
        fl_buffer_printf(&found, "; it holds %s, %s", show(shown, name.data), others[i].what);
        break;
    }
    fl_model_set_plan_only(model,
                           "the folder holds a config.json but no model.safetensors and no "
                           "model.safetensors.index.json%s",
                           found.data ? found.data : "");
    fl_buffer_done(&folder);
    fl_buffer_done(&name);
    fl_buffer_done(&found);
}

static fl_status read_folder(fl_model *model, fl_diag *diag) {
    shards s = {.model = model, .diag = diag};
    char index[sizeof single_name + sizeof index_ending];
    snprintf(index, sizeof index, "%s%s", single_name, index_ending);
    fl_status status = fl_config_read(&model->files[0], &model->hparams, diag);
    if (status != FL_OK)
        return status;
    bool single = model->folder && fl_model_has_beside(model, single_name);
    if (single || (model->folder && fl_model_has_beside(model, index))) {
        model->format = "safetensors";
        return finish(&s, single ? open_shard(&s, single_name) : open_by_index(&s, index, NULL));
    }
    if (model->folder)
        tell_what_is_there(model);
    fl_model_set_plan_only(model, "a config.json describes a model but holds no weights");
    return lay_out(model, diag);
}

static fl_status read_checkpoint(fl_model *model, fl_diag *diag) {
    static const char config[] = "config.json";
    shards s = {.model = model, .diag = diag};
    size_t file;
    if (!fl_model_has_beside(model, config))
        return fl_fail(diag, FL_ERR_FORMAT,
                       "is a safetensors file, which holds tensors but not the sizes of a model; "
                       "expected a config.json beside it");
    fl_status status = fl_model_open_beside(model, config, &file, diag);
    if (status == FL_OK)
        status = fl_config_read(&model->files[file], &model->hparams, diag);
    return status == FL_OK ? finish(&s, open_from_shard(&s)) : status;
}

static fl_guess probe_config(const uint8_t *bytes, uint64_t length, const char *name) {
    uint64_t i = 0;
    while (i < length && strchr(" \t\r\n", bytes[i]) && bytes[i])
        i++;
    if (i < length && bytes[i] == '{')
        return FL_GUESS_PLAUSIBLE;
    return fl_name_ends(name, ".json") ? FL_GUESS_NAME : FL_GUESS_NO;
}

/* A length that fits, and an object: nothing else begins so. */
static fl_guess probe_checkpoint(const uint8_t *bytes, uint64_t length, const char *name) {
    fl_cursor in = fl_cursor_over(bytes, length);
    uint64_t header = fl_cursor_u64(&in);
    bool fits = !in.failed && header > 1 && header <= length - 8 && bytes[8] == '{';
    return fits || fl_name_ends(name, ending) ? FL_GUESS_SURE : FL_GUESS_NO;
}

const fl_reader fl_reader_config = {"config", probe_config, read_folder};
const fl_reader fl_reader_safetensors = {"safetensors", probe_checkpoint, read_checkpoint};
