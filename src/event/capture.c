/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The capture: one row per event number, each owning a packed copy of its values. Rows are pointers
 * so that an event handed out stays where it is while the table grows.
 */
#include "event/capture.h"

#include <stdlib.h>
#include <string.h>

struct fl_capture {
    fl_captured **rows; /* by event number; NULL where nothing is kept */
    int64_t n_rows;
    uint64_t budget, used;
};

fl_capture *fl_capture_new(uint64_t budget_bytes) {
    fl_capture *capture = calloc(1, sizeof *capture);
    if (capture)
        capture->budget = budget_bytes;
    return capture;
}

static bool is_view(const fl_event *event) {
    return event->stage == FL_STAGE_k_cache || event->stage == FL_STAGE_v_cache;
}

static uint64_t value_bytes(const fl_event *event) {
    if (is_view(event))
        return 0;
    return fl_dtype_row_bytes(event->tensor.dtype, (uint64_t)fl_tensor_count(&event->tensor));
}

static uint64_t row_bytes(const fl_captured *row) {
    return sizeof *row + value_bytes(&row->event);
}

static void drop(fl_capture *capture, int64_t index) {
    fl_captured *row = capture->rows[index];
    if (!row)
        return;
    capture->used -= row_bytes(row);
    free(row);
    capture->rows[index] = NULL;
}

void fl_capture_free(fl_capture *capture) {
    if (!capture)
        return;
    for (int64_t i = 0; i < capture->n_rows; i++)
        free(capture->rows[i]);
    free(capture->rows);
    free(capture);
}

/* Makes room by dropping the oldest pass as a whole, never the one that is being added. */
static void make_room(fl_capture *capture, uint64_t more, int32_t adding) {
    int64_t i = 0;
    while (capture->used + more > capture->budget) {
        while (i < capture->n_rows && (!capture->rows[i] || capture->rows[i]->event.pass == adding))
            i++;
        if (i == capture->n_rows)
            return;
        int32_t oldest = capture->rows[i]->event.pass;
        for (; i < capture->n_rows && (!capture->rows[i] || capture->rows[i]->event.pass == oldest);
             i++)
            drop(capture, i);
    }
}

static bool extend(fl_capture *capture, int64_t index) {
    if (index < capture->n_rows)
        return true;
    int64_t n_rows = index + 1 + capture->n_rows / 2;
    fl_captured **rows = realloc(capture->rows, (size_t)n_rows * sizeof *rows);
    if (!rows)
        return false;
    for (int64_t i = capture->n_rows; i < n_rows; i++)
        rows[i] = NULL;
    capture->rows = rows;
    capture->n_rows = n_rows;
    return true;
}

/* The copy's values stand directly behind it. */
static fl_captured *copy(const fl_event *event, uint64_t bytes) {
    fl_captured *row = malloc(sizeof *row + bytes);
    if (!row)
        return NULL;
    row->event = *event;
    row->again = false;
    fl_event_stats(event, &row->stats);
    row->event.stats = &row->stats;
    if (is_view(event))
        return row;
    const fl_tensor *tensor = &event->tensor;
    fl_tensor_pack(tensor, row + 1);
    row->event.tensor =
        fl_tensor_dense(row + 1, tensor->dtype, tensor->n_dims, tensor->shape, tensor->axes);
    row->event.tensor.mask = tensor->mask;
    return row;
}

bool fl_capture_add(fl_capture *capture, const fl_event *event) {
    uint64_t bytes = value_bytes(event);
    if (!extend(capture, event->index))
        return false;
    drop(capture, event->index);
    make_room(capture, bytes + sizeof(fl_captured), event->pass);
    fl_captured *row = copy(event, bytes);
    if (!row)
        return false;
    capture->rows[event->index] = row;
    capture->used += row_bytes(row);
    return true;
}

fl_captured *fl_capture_get(const fl_capture *capture, int64_t index) {
    return index >= 0 && index < capture->n_rows ? capture->rows[index] : NULL;
}

uint64_t fl_capture_used(const fl_capture *capture, bool *one_pass) {
    const fl_captured *first = NULL;
    *one_pass = true;
    for (int64_t i = 0; i < capture->n_rows; i++) {
        const fl_captured *row = capture->rows[i];
        first = first ? first : row;
        *one_pass = *one_pass && (!row || row->event.pass == first->event.pass);
    }
    return capture->used;
}
