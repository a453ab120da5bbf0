/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Models split over files named NAME-00001-of-0000N.gguf (llama.cpp's gguf-split). Each file says
 * which it is (split.no, from 0), how many there are (split.count) and how many tensors they hold
 * in all (split.tensors.count); the other keys stand in the first alone. Whichever is opened, all
 * are.
 */
#include "base/diag.h"
#include "base/text.h"
#include "model/gguf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct split_keys {
    int64_t number, count, tensors; /* tensors: -1 if the file does not say */
} split_keys;

typedef struct split {
    fl_model *model;
    fl_gguf_shards *shards;
    fl_diag *diag;
    int64_t own, count, tensors; /* own: the one that was opened */
    char stem[256];              /* of the names: what stands before -00001-of- */
} split;

static fl_status read_keys(const fl_gguf *gguf, split_keys *keys, fl_diag *diag) {
    *keys = (split_keys){0, 1, -1};
    fl_status status = fl_gguf_get_int(gguf, "split.count", false, &keys->count, diag);
    if (status == FL_OK)
        status = fl_gguf_get_int(gguf, "split.no", false, &keys->number, diag);
    if (status == FL_OK)
        status = fl_gguf_get_int(gguf, "split.tensors.count", false, &keys->tensors, diag);
    if (status == FL_OK && (keys->count < 0 || keys->count > 99999))
        status = fl_fail(diag, FL_ERR_FORMAT, "key 'split.count' is %lld, expected 1 to 99999",
                         (long long)keys->count);
    if (status == FL_OK && keys->count > 1 && (keys->number < 0 || keys->number >= keys->count))
        status = fl_fail(diag, FL_ERR_FORMAT, "key 'split.no' is %lld, expected 0 to %lld",
                         (long long)keys->number, (long long)keys->count - 1);
    return status;
}

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* "-00002-of-00003.gguf" after the stem: the numbers of a name, of at least five digits. */
static bool read_ending(const char *ending, int64_t *number, int64_t *count) {
    int end = 0;
    long long a = 0, b = 0;
    if (sscanf(ending, "-%10lld-of-%10lld.gguf%n", &a, &b, &end) != 2 || !end || ending[end])
        return false;
    char again[64];
    snprintf(again, sizeof again, "-%05lld-of-%05lld.gguf", a, b);
    *number = a;
    *count = b;
    return strcmp(ending, again) == 0;
}

/* Takes the stem from the name of the file that was opened; the name and the keys must agree. */
static fl_status read_name(split *s, const split_keys *keys) {
    const char *name = base_name(s->model->files[0].name);
    int64_t number = 0, count = 0;
    size_t stem = strlen(name);
    while (stem > 0 && !read_ending(name + stem, &number, &count))
        stem--;
    if (stem == 0 || stem >= sizeof s->stem)
        return fl_fail(s->diag, FL_ERR_FORMAT,
                       "is shard %lld of %lld of a split model, expected a name that ends in "
                       "-%05lld-of-%05lld.gguf so that the others are found",
                       (long long)keys->number + 1, (long long)keys->count,
                       (long long)keys->number + 1, (long long)keys->count);
    memcpy(s->stem, name, stem);
    s->stem[stem] = '\0';
    if (count != keys->count || number != keys->number + 1)
        return fl_fail(s->diag, FL_ERR_FORMAT,
                       "says that it is shard %lld of %lld (keys 'split.no' %lld and 'split.count' "
                       "%lld), expected shard %lld of %lld as its name has it",
                       (long long)keys->number + 1, (long long)keys->count, (long long)keys->number,
                       (long long)keys->count, (long long)number, (long long)count);
    s->own = keys->number;
    s->count = keys->count;
    s->tensors = keys->tensors;
    return FL_OK;
}

/* A shard says of itself what the one that was opened says of it. */
static fl_status check_keys(const split *s, const fl_gguf *gguf, int64_t number) {
    split_keys keys;
    fl_status status = read_keys(gguf, &keys, s->diag);
    if (status == FL_OK && (keys.count != s->count || keys.number != number))
        status = fl_fail(s->diag, FL_ERR_FORMAT,
                         "says that it is shard %lld of %lld, expected shard %lld of %lld",
                         (long long)keys.number + 1, (long long)keys.count, (long long)number + 1,
                         (long long)s->count);
    if (status == FL_OK && keys.tensors != s->tensors)
        status = fl_fail(s->diag, FL_ERR_FORMAT,
                         "key 'split.tensors.count' is %lld, expected %lld as in %s: shards of "
                         "different models",
                         (long long)keys.tensors, (long long)s->tensors,
                         base_name(s->model->files[0].name));
    return status;
}

/* What a later shard says beside its split keys, the first says too, and says the same. */
static fl_status compare_keys(const split *s, const fl_gguf *gguf) {
    const fl_gguf *first = &s->shards->list[0].gguf;
    char key[96];
    for (uint64_t i = 0; i < gguf->n_pairs; i++) {
        const fl_gguf_pair *a = &gguf->pairs[i];
        if (a->key.length >= 6 && memcmp(a->key.data, "split.", 6) == 0)
            continue;
        const fl_gguf_pair *b =
            bsearch(&a->key, first->pairs, (size_t)first->n_pairs, sizeof *b, fl_gguf_compare_key);
        fl_escape_into(key, sizeof key, a->key.data, a->key.length);
        if (!b)
            return fl_fail_at(s->diag, FL_ERR_FORMAT, a->offset,
                              "key '%s' is not in the first shard: shards of different models",
                              key);
        if (a->type != b->type || a->element != b->element ||
            fl_bytes_compare(&a->value, &b->value) != 0)
            return fl_fail_at(
                s->diag, FL_ERR_FORMAT, a->offset,
                "key '%s' differs from that of the first shard: shards of different models", key);
    }
    return FL_OK;
}

static fl_status add_shard(split *s, const fl_gguf *gguf, size_t file) {
    size_t n = s->shards->count;
    fl_gguf_shard *list = realloc(s->shards->list, (n + 1) * sizeof *list);
    if (!list)
        return fl_fail_memory(s->diag);
    list[n] = (fl_gguf_shard){*gguf, file};
    s->shards->list = list;
    s->shards->count = n + 1;
    return FL_OK;
}

static fl_status open_shard(split *s, int64_t number) {
    char name[512];
    size_t file;
    fl_gguf gguf = {0};
    snprintf(name, sizeof name, "%s-%05lld-of-%05lld.gguf", s->stem, (long long)number + 1,
             (long long)s->count);
    if (number != s->own && !fl_model_has_beside(s->model, name)) {
        char shown[512];
        return fl_fail(s->diag, FL_ERR_IO,
                       "is one of %lld shards, but shard %lld, '%s', is missing",
                       (long long)s->count, (long long)number + 1,
                       fl_escape_into(shown, sizeof shown, name, strlen(name)));
    }
    fl_status status = fl_model_open_beside(s->model, name, &file, s->diag);
    if (status == FL_OK) {
        const fl_file *opened = &s->model->files[file];
        fl_diag_init(s->diag, opened->name);
        status = fl_gguf_parse(&gguf, opened->bytes, opened->length, s->diag);
    }
    if (status == FL_OK)
        status = check_keys(s, &gguf, number);
    if (status == FL_OK && number > 0)
        status = compare_keys(s, &gguf);
    if (status == FL_OK)
        status = add_shard(s, &gguf, file);
    if (status != FL_OK)
        fl_gguf_done(&gguf);
    else
        fl_diag_init(s->diag, s->model->name);
    return status;
}

/* ---- all of them ---- */

typedef struct named {
    const fl_gguf_tensor *tensor;
    size_t file;
} named;

static int compare_named(const void *a, const void *b) {
    const named *x = a, *y = b;
    int order = fl_bytes_compare(&x->tensor->name, &y->tensor->name);
    return order ? order : (x->file > y->file) - (x->file < y->file);
}

static fl_status refuse_twice(const split *s, const named *sorted, uint64_t n) {
    char name[96];
    for (uint64_t i = 1; i < n; i++) {
        const fl_gguf_tensor *t = sorted[i].tensor;
        if (fl_bytes_compare(&sorted[i - 1].tensor->name, &t->name) != 0)
            continue;
        fl_diag_init(s->diag, s->model->files[sorted[i].file].name);
        return fl_fail_at(s->diag, FL_ERR_FORMAT, t->at, "tensor '%s' is in %s too",
                          fl_escape_into(name, sizeof name, t->name.data, t->name.length),
                          base_name(s->model->files[sorted[i - 1].file].name));
    }
    return FL_OK;
}

/* As many tensors as announced, none twice. */
static fl_status check_tensors(const split *s) {
    uint64_t n = 0, at = 0;
    for (size_t i = 0; i < s->shards->count; i++)
        n += s->shards->list[i].gguf.n_tensors;
    named *sorted = malloc((size_t)(n + 1) * sizeof *sorted);
    if (!sorted)
        return fl_fail_memory(s->diag);
    for (size_t i = 0; i < s->shards->count; i++)
        for (uint64_t t = 0; t < s->shards->list[i].gguf.n_tensors; t++)
            sorted[at++] = (named){&s->shards->list[i].gguf.tensors[t], s->shards->list[i].file};
    qsort(sorted, (size_t)n, sizeof *sorted, compare_named);
    fl_status status = refuse_twice(s, sorted, n);
    free(sorted);
    if (status == FL_OK && s->tensors >= 0 && (uint64_t)s->tensors != n)
        status = fl_fail(s->diag, FL_ERR_FORMAT,
                         "key 'split.tensors.count' is %lld, but the shards hold %llu tensors",
                         (long long)s->tensors, (unsigned long long)n);
    return status;
}

/* `opened` becomes a shard, or is parsed once more in its place among the others. */
static fl_status open_all(split *s, fl_gguf *opened, const split_keys *keys) {
    if (keys->count <= 1)
        return add_shard(s, opened, 0);
    fl_status status = read_name(s, keys);
    fl_gguf_done(opened);
    for (int64_t number = 0; status == FL_OK && number < s->count; number++)
        status = open_shard(s, number);
    if (status == FL_OK)
        status = check_tensors(s);
    if (status == FL_OK) {
        fl_model_add_note(s->model, "one model in %lld files, opened together",
                          (long long)s->count);
        fl_diag_init(s->diag, s->model->files[s->shards->list[0].file].name);
    }
    return status;
}

fl_status fl_gguf_open_shards(fl_gguf_shards *out, fl_model *model, fl_diag *diag) {
    split s = {.model = model, .shards = out, .diag = diag, .tensors = -1};
    split_keys keys;
    fl_gguf opened;
    *out = (fl_gguf_shards){0};
    fl_status status = fl_gguf_parse(&opened, model->bytes, model->length, diag);
    if (status == FL_OK)
        status = read_keys(&opened, &keys, diag);
    if (status == FL_OK)
        status = open_all(&s, &opened, &keys);
    if (status != FL_OK && out->count == 0)
        fl_gguf_done(&opened);
    return status;
}

void fl_gguf_close_shards(fl_gguf_shards *shards) {
    for (size_t i = 0; i < shards->count; i++)
        fl_gguf_done(&shards->list[i].gguf);
    free(shards->list);
    *shards = (fl_gguf_shards){0};
}
