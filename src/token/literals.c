/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * A sorted array read like a trie: every further byte of the text narrows the range of rows that
 * still agree with it, and the first row of a range is the shortest.
 */
#include "token/literals.h"

#include <stdlib.h>
#include <string.h>

bool fl_literals_add(fl_literals *set, const char *text, uint32_t length, int32_t id) {
    if (length == 0 || length > FL_LITERAL_MAX)
        return true;
    if (set->count == set->capacity) {
        size_t capacity = set->capacity ? 2 * set->capacity : 16;
        fl_literal *rows = realloc(set->rows, capacity * sizeof *rows);
        if (!rows)
            return false;
        set->rows = rows;
        set->capacity = capacity;
    }
    set->rows[set->count++] = (fl_literal){text, length, id};
    set->starts[(uint8_t)text[0]] = true;
    return true;
}

static int by_bytes(const void *left, const void *right) {
    const fl_literal *a = left, *b = right;
    int order = memcmp(a->text, b->text, a->length < b->length ? a->length : b->length);
    if (order)
        return order;
    if (a->length != b->length)
        return a->length < b->length ? -1 : 1;
    return a->id < b->id ? -1 : a->id > b->id;
}

void fl_literals_sort(fl_literals *set) {
    if (set->count)
        qsort(set->rows, set->count, sizeof *set->rows, by_bytes);
}

void fl_literals_done(fl_literals *set) {
    free(set->rows);
    *set = (fl_literals){0};
}

/* First row in [low, high) whose byte at `depth` is at least `byte`. All of them agree up to there
 * and are longer than `depth`. */
static size_t lower(const fl_literals *set, size_t low, size_t high, size_t depth, int byte) {
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((uint8_t)set->rows[middle].text[depth] < byte)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t fl_literals_match(const fl_literals *set, const char *text, size_t length, int32_t *id) {
    size_t low = 0, high = set->count, best = 0;
    if (!length || !set->starts[(uint8_t)text[0]])
        return 0;
    for (size_t depth = 0; depth < length && low < high; depth++) {
        int byte = (uint8_t)text[depth];
        low = lower(set, low, high, depth, byte);
        high = lower(set, low, high, depth, byte + 1);
        if (low == high || set->rows[low].length != depth + 1)
            continue;
        best = depth + 1;
        *id = set->rows[low].id;
        while (low < high && set->rows[low].length == best) /* the same text again */
            low++;
    }
    return best;
}
