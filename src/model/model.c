/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Opening and closing a model: finds the bytes (a file or something bundled), asks each reader
 * whether they are its own, and lets the surest one read. Also the plain accessors.
 */
#include "base/diag.h"
#include "base/text.h"
#include "model/bundle.h"
#include "model/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const fl_reader *const readers[] = {
    &fl_reader_gguf,
    &fl_reader_llama2c,
    &fl_reader_safetensors,
    &fl_reader_config,
};

bool fl_name_ends(const char *name, const char *ending) {
    size_t n = strlen(name), m = strlen(ending);
    return n >= m && strcmp(name + n - m, ending) == 0;
}

void fl_model_set_plan_only(fl_model *model, const char *format, ...) {
    va_list args;
    if (model->why_no_weights[0])
        return;
    va_start(args, format);
    vsnprintf(model->why_no_weights, sizeof model->why_no_weights, format, args);
    va_end(args);
}

void fl_model_add_note(fl_model *model, const char *format, ...) {
    va_list args;
    size_t used = strlen(model->notes), room = sizeof model->notes - used;
    va_start(args, format);
    int length = vsnprintf(model->notes + used, room, format, args);
    va_end(args);
    if (length >= 0 && (size_t)length + 1 < room)
        strcpy(model->notes + used + length, "\n");
    else
        model->notes[used] = '\0';
}

static const fl_reader *choose(const fl_model *model) {
    const fl_reader *best = NULL;
    const char *name = model->folder ? model->files[0].name : model->name;
    fl_guess surest = FL_GUESS_NO;
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        fl_guess guess = readers[i]->probe(model->bytes, model->length, name);
        if (guess > surest) {
            surest = guess;
            best = readers[i];
        }
    }
    return best;
}

/* Formats people have that no reader takes, so that the message can say more than "unknown". */
static const char *known_stranger(const fl_model *model) {
    const uint8_t *b = model->bytes;
    if (model->length >= 4 && memcmp(b, "PK\3\4", 4) == 0)
        return "a zip archive (a PyTorch checkpoint?), which footlight does not read";
    if (model->length >= 4 && (memcmp(b, "ggjt", 4) == 0 || memcmp(b, "tjgg", 4) == 0 ||
                               memcmp(b, "lmgg", 4) == 0 || memcmp(b, "fmgg", 4) == 0))
        return "a ggml file from before GGUF, which footlight does not read";
    return NULL;
}

static fl_status refuse(const fl_model *model, fl_diag *diag) {
    const char *what = known_stranger(model);
    const uint8_t *b = model->bytes;
    if (model->length == 0)
        return fl_fail(diag, FL_ERR_FORMAT, "is empty, expected a model file");
    if (what)
        return fl_fail(diag, FL_ERR_UNSUPPORTED, "is %s", what);
    if (model->length < 4)
        return fl_fail(diag, FL_ERR_FORMAT, "is %llu bytes long, expected a model file",
                       (unsigned long long)model->length);
    return fl_fail_at(
        diag, FL_ERR_FORMAT, 0,
        "begins with bytes %02x %02x %02x %02x, expected a GGUF file (47 47 55 46), a "
        "llama2.c checkpoint, a safetensors file or a config.json",
        b[0], b[1], b[2], b[3]);
}

static fl_status read_model(fl_model *model, fl_diag *diag) {
    const fl_reader *reader = model->length && !known_stranger(model) ? choose(model) : NULL;
    if (!reader)
        return refuse(model, diag);
    model->format = reader->format;
    return reader->read(model, diag);
}

/* ---- its files ---- */

/* Takes a file among the model's, and owns `map` from here on, whatever happens. */
static fl_status add_file(fl_model *model, const char *name, fl_map map, const void *bytes,
                          uint64_t length, fl_diag *diag) {
    size_t n = model->n_files, size = strlen(name) + 1;
    fl_file *files = realloc(model->files, (n + 1) * sizeof *files);
    model->files = files ? files : model->files;
    fl_map *maps = realloc(model->maps, (n + 1) * sizeof *maps);
    model->maps = maps ? maps : model->maps;
    char *copy = files && maps ? malloc(size) : NULL;
    if (!copy) {
        fl_map_close(&map);
        return fl_fail_memory(diag);
    }
    memcpy(copy, name, size);
    files[n] = (fl_file){copy, bytes, length};
    maps[n] = map;
    model->n_files = n + 1;
    return FL_OK;
}

/* The path of a file beside the one that was opened. */
static void put_path(const fl_model *model, const char *name, fl_buffer *out) {
    const char *slash = strrchr(model->files[0].name, '/');
    if (slash)
        fl_buffer_add(out, model->files[0].name, (size_t)(slash - model->files[0].name) + 1);
    fl_buffer_puts(out, name);
}

static const fl_file *find_other(const fl_model *model, const char *name) {
    for (size_t i = 0; i < model->n_others; i++)
        if (strcmp(model->others[i].name, name) == 0)
            return &model->others[i];
    return NULL;
}

static bool from_bytes(const fl_model *model) {
    return !model->maps[0].bytes;
}

bool fl_model_has_beside(const fl_model *model, const char *name) {
    fl_buffer path = {0};
    if (from_bytes(model))
        return find_other(model, name) != NULL;
    put_path(model, name, &path);
    bool there = path.data && !path.failed && fl_path_exists(path.data);
    fl_buffer_done(&path);
    return there;
}

static bool is_plain_name(const char *name) {
    return *name && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* The file by its path, or by its name among those handed over. */
static fl_status take_file(fl_model *model, const char *path, const char *name, fl_diag *diag) {
    const fl_file *other = find_other(model, name);
    fl_map map = {0};
    fl_diag_init(diag, path);
    if (from_bytes(model) && !other)
        return fl_fail(diag, FL_ERR_IO, "is missing");
    if (other)
        return add_file(model, path, map, other->bytes, other->length, diag);
    fl_status status = fl_map_open(&map, path, diag);
    return status == FL_OK ? add_file(model, path, map, map.bytes, map.length, diag) : status;
}

fl_status fl_model_open_beside(fl_model *model, const char *name, size_t *index, fl_diag *diag) {
    char shown[80];
    fl_buffer path = {0};
    if (!is_plain_name(name))
        return fl_fail(diag, FL_ERR_FORMAT,
                       "names the file '%s', expected the plain name of a file beside it",
                       fl_escape_into(shown, sizeof shown, name, strlen(name)));
    put_path(model, name, &path);
    fl_status status = path.failed || !path.data ? fl_fail_memory(diag) : FL_OK;
    for (*index = 0; status == FL_OK && *index < model->n_files; ++*index)
        if (strcmp(model->files[*index].name, path.data) == 0)
            break;
    if (status == FL_OK && *index == model->n_files)
        status = take_file(model, path.data, name, diag);
    fl_buffer_done(&path);
    return status;
}

const char *fl_model_file(const fl_model *model, size_t index) {
    return index < model->n_files ? model->files[index].name : NULL;
}

/* ---- opening ---- */

static fl_status new_model(fl_model **out, const char *name, fl_diag *diag) {
    size_t size = strlen(name) + 1;
    *out = calloc(1, sizeof **out);
    if (*out)
        (*out)->name = malloc(size);
    if (!*out || !(*out)->name)
        return fl_fail_memory(diag);
    memcpy((*out)->name, name, size);
    return FL_OK;
}

/* Reads what was taken as the first file; a model that cannot be read is closed. */
static fl_status finish(fl_model **model, fl_status status, fl_diag *diag) {
    if (status == FL_OK) {
        (*model)->bytes = (*model)->files[0].bytes;
        (*model)->length = (*model)->files[0].length;
        status = read_model(*model, diag);
    }
    if (status != FL_OK)
        fl_model_close(model);
    return status;
}

fl_status fl_model_open_files(fl_model **out, const fl_file *files, size_t n_files, fl_diag *diag) {
    fl_diag_init(diag, files[0].name);
    fl_status status = new_model(out, files[0].name, diag);
    if (status == FL_OK) {
        (*out)->others = files + 1;
        (*out)->n_others = n_files - 1;
        (*out)->folder = n_files > 1;
        status = add_file(*out, files[0].name, (fl_map){0}, files[0].bytes, files[0].length, diag);
    }
    return finish(out, status, diag);
}

fl_status fl_model_open_bytes(fl_model **out, const char *name, const void *bytes, uint64_t length,
                              fl_diag *diag) {
    fl_file file = {name, bytes, length};
    return fl_model_open_files(out, &file, 1, diag);
}

static fl_status refuse_folder(const char *name, fl_diag *diag) {
    fl_diag_init(diag, name);
    return fl_fail(diag, FL_ERR_IO,
                   "is a directory without a config.json, expected a model file or a Hugging Face "
                   "folder");
}

/* Of a folder the config.json is the first file, which says what the others are. */
static fl_status open_path(fl_model **out, const char *name, bool vocab_only, fl_diag *diag) {
    fl_buffer path = {0};
    fl_map map = {0};
    fl_status status = new_model(out, name, diag);
    bool folder = fl_path_is_directory(name);
    const char *slash = folder && *name && name[strlen(name) - 1] != '/' ? "/" : "";
    fl_buffer_printf(&path, "%s%s%s", name, slash, folder ? "config.json" : "");
    if (status == FL_OK && (path.failed || !path.data))
        status = fl_fail_memory(diag);
    if (status == FL_OK && folder && !fl_path_exists(path.data))
        status = refuse_folder(name, diag);
    if (status == FL_OK)
        status = fl_map_open(&map, path.data, diag);
    if (status == FL_OK) {
        (*out)->folder = folder;
        (*out)->vocab_only = vocab_only;
        status = add_file(*out, path.data, map, map.bytes, map.length, diag);
    }
    status = finish(out, status, diag);
    fl_buffer_done(&path);
    return status;
}

/* A bare word that is no bundled name should be a file; if not, say both. */
static fl_status refuse_name(const char *name, fl_diag *diag) {
    fl_diag_init(diag, name);
    return fl_fail(diag, FL_ERR_IO,
                   "%sis neither a file nor a bundled name (footlight info --list shows those)",
                   *name ? "" : "the empty name ");
}

fl_status fl_model_open(fl_model **out, const char *name, fl_diag *diag) {
    bool is_path = strchr(name, '/') != NULL;
    fl_bytes bundled;
    *out = NULL;
    if (!is_path && fl_bundled_find(name, &bundled))
        return fl_model_open_bytes(out, name, bundled.data, bundled.length, diag);
    if (!is_path && !fl_path_exists(name))
        return refuse_name(name, diag);
    return open_path(out, name, false, diag);
}

fl_status fl_model_open_vocab(fl_model **out, const char *path, fl_diag *diag) {
    *out = NULL;
    return open_path(out, path, true, diag);
}

void fl_model_close(fl_model **model) {
    fl_model *m = model ? *model : NULL;
    if (!m)
        return;
    for (size_t i = 0; i < m->n_files; i++) {
        fl_map_close(&m->maps[i]);
        free((char *)(uintptr_t)m->files[i].name);
    }
    free(m->files);
    free(m->maps);
    free(m->name);
    free(m->tensors);
    free(m->tensor_names);
    free(m->reordered);
    free(m->slots);
    free(m->pieces);
    free(m->merges);
    free(m->texts);
    free(m->text_bytes);
    free(m);
    *model = NULL;
}

const fl_hparams *fl_model_hparams(const fl_model *model) {
    return &model->hparams;
}

const char *fl_model_name(const fl_model *model) {
    return model->name;
}

const char *fl_model_format(const fl_model *model) {
    return model->format;
}

const char *fl_model_container(const fl_model *model) {
    return model->container[0] ? model->container : model->format;
}

bool fl_model_has_weights(const fl_model *model) {
    return model->why_no_weights[0] == '\0';
}

const char *fl_model_why_no_weights(const fl_model *model) {
    return fl_model_has_weights(model) ? NULL : model->why_no_weights;
}

const char *fl_model_notes(const fl_model *model) {
    return model->notes;
}

size_t fl_model_tensor_count(const fl_model *model) {
    return model->n_tensors;
}

const fl_weight *fl_model_tensor(const fl_model *model, size_t index) {
    return index < model->n_tensors ? &model->tensors[index] : NULL;
}

bool fl_weight_readable(const fl_weight *weight) {
    return weight->group > 0 || fl_dtype_get_info(weight->dtype)->readable;
}

const fl_vocab *fl_model_vocab(const fl_model *model) {
    return model->vocab.kind ? &model->vocab : NULL;
}

uint64_t fl_model_weight_bytes(const fl_model *model) {
    return model->weight_bytes;
}

static int compare_text(const void *key, const void *element) {
    return strcmp(key, ((const fl_text_entry *)element)->key);
}

const char *fl_model_metadata(const fl_model *model, const char *key) {
    if (!model->n_texts)
        return NULL;
    const fl_text_entry *entry =
        bsearch(key, model->texts, model->n_texts, sizeof *model->texts, compare_text);
    return entry ? entry->value : NULL;
}
