/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
#include "model/hf_index.h"

#include "base/diag.h"
#include "base/json_scan.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { INDEX_LIMIT = 64 << 20, SHOWN = 80 };

static fl_status add(fl_hf_index *index, size_t *room, fl_scan *scan) {
    if (index->n_places == *room) {
        size_t wanted = *room ? *room * 2 : 64;
        fl_placement *larger = realloc(index->places, wanted * sizeof *larger);
        if (!larger)
            return fl_fail_memory(scan->diag);
        index->places = larger;
        *room = wanted;
    }
    fl_placement *place = &index->places[index->n_places];
    fl_status status = fl_scan_key(scan, &place->tensor);
    if (status == FL_OK)
        status = fl_scan_string(scan, &place->file);
    index->n_places += status == FL_OK;
    return status;
}

static fl_status read_map(fl_hf_index *index, fl_scan *scan) {
    size_t room = 0;
    if (index->n_places)
        return fl_scan_fail(scan, "weight_map once");
    fl_status status = fl_scan_expect(scan, '{', "an object of file names");
    bool more = status == FL_OK && !fl_scan_take(scan, '}');
    while (status == FL_OK && more) {
        status = add(index, &room, scan);
        if (status == FL_OK)
            status = fl_scan_next(scan, '}', &more);
    }
    return status;
}

static fl_status read_all(fl_hf_index *index, fl_scan *scan) {
    const char *key;
    fl_status status = fl_scan_expect(scan, '{', "an object");
    bool more = status == FL_OK && !fl_scan_take(scan, '}');
    while (status == FL_OK && more) {
        char *room = scan->room;
        status = fl_scan_key(scan, &key);
        bool map = status == FL_OK && strcmp(key, "weight_map") == 0;
        scan->room = room;
        if (status == FL_OK)
            status = map ? read_map(index, scan) : fl_scan_skip(scan);
        if (status == FL_OK)
            status = fl_scan_next(scan, '}', &more);
    }
    return status == FL_OK ? fl_scan_end(scan, " \t\r\n") : status;
}

static int compare_tensors(const void *a, const void *b) {
    return strcmp(((const fl_placement *)a)->tensor, ((const fl_placement *)b)->tensor);
}

static int compare_places(const void *a, const void *b) {
    int order = strcmp(((const fl_placement *)a)->file, ((const fl_placement *)b)->file);
    return order ? order : compare_tensors(a, b);
}

/* Sorts as the header says, once no tensor has two places. */
static fl_status sort(fl_hf_index *index, fl_diag *diag) {
    char shown[SHOWN];
    if (!index->n_places)
        return fl_fail(diag, FL_ERR_FORMAT,
                       "has no weight_map, or an empty one, expected one that "
                       "names the file of every tensor");
    qsort(index->places, index->n_places, sizeof *index->places, compare_tensors);
    for (size_t i = 1; i < index->n_places; i++) {
        const char *tensor = index->places[i].tensor;
        if (strcmp(tensor, index->places[i - 1].tensor) == 0)
            return fl_fail(diag, FL_ERR_FORMAT,
                           "has tensor '%s' twice in its weight_map, expected it once",
                           fl_escape_into(shown, sizeof shown, tensor, strlen(tensor)));
    }
    qsort(index->places, index->n_places, sizeof *index->places, compare_places);
    return FL_OK;
}

fl_status fl_hf_index_read(fl_hf_index *out, const fl_file *file, fl_diag *diag) {
    *out = (fl_hf_index){0};
    if (file->length > INDEX_LIMIT)
        return fl_fail(diag, FL_ERR_LIMIT, "is an index of %llu bytes, expected at most %d",
                       (unsigned long long)file->length, INDEX_LIMIT);
    out->names = malloc((size_t)file->length + 1);
    if (!out->names)
        return fl_fail_memory(diag);
    fl_scan scan = {.text = (const char *)file->bytes,
                    .length = (size_t)file->length,
                    .room = out->names,
                    .diag = diag};
    fl_status status = read_all(out, &scan);
    return status == FL_OK ? sort(out, diag) : status;
}

void fl_hf_index_done(fl_hf_index *index) {
    free(index->places);
    free(index->names);
    *index = (fl_hf_index){0};
}

bool fl_hf_index_has(const fl_hf_index *index, const char *file) {
    for (size_t i = 0; i < index->n_places; i++)
        if (strcmp(index->places[i].file, file) == 0)
            return true;
    return false;
}
