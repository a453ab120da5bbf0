/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
#include "token/merges.h"

#include <stdlib.h>
#include <string.h>

/* The finaliser of MurmurHash3 (Appleby), over both ids. */
static size_t hash(int32_t left, int32_t right) {
    uint64_t h = (uint64_t)(uint32_t)left << 32 | (uint32_t)right;
    h = (h ^ (h >> 33)) * 0xff51afd7ed558ccdu;
    h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53u;
    return (size_t)(h ^ (h >> 33));
}

/* The slot of this pair, or the free one where it belongs; at most half of them are taken. */
static fl_merge *slot_of(const fl_merges *merges, int32_t left, int32_t right) {
    size_t i = hash(left, right) & merges->mask;
    for (;; i = (i + 1) & merges->mask) {
        fl_merge *slot = &merges->slots[i];
        if (!slot->rank || (slot->left == left && slot->right == right))
            return slot;
    }
}

const fl_merge *fl_merges_find(const fl_merges *merges, int32_t left, int32_t right) {
    if (left < 0 || right < 0)
        return NULL;
    const fl_merge *slot = slot_of(merges, left, right);
    return slot->rank ? slot : NULL;
}

/* Fills in the ids of a line; false if it joins no pieces. The blank is the first one after the
 * first byte, for a piece may begin with one but not be empty. */
static bool read_line(const fl_lookup *lookup, const fl_piece *line, fl_buffer *both,
                      fl_merge *out) {
    const char *text = line->text;
    const char *blank = line->length > 2 ? memchr(text + 1, ' ', line->length - 1) : NULL;
    if (!blank)
        return false;
    uint32_t left = (uint32_t)(blank - text), right = line->length - left - 1;
    fl_buffer_clear(both);
    fl_buffer_add(both, text, left);
    fl_buffer_add(both, blank + 1, right);
    out->left = fl_lookup_find(lookup, text, left);
    out->right = fl_lookup_find(lookup, blank + 1, right);
    out->id = both->failed ? -1 : fl_lookup_find(lookup, both->data, left + right);
    return out->left >= 0 && out->right >= 0 && out->id >= 0;
}

static void note_bad(fl_merges *merges, size_t index) {
    if (!merges->n_bad++)
        merges->first_bad = index;
}

bool fl_merges_build(fl_merges *merges, const fl_lookup *lookup, const fl_piece *lines, size_t n) {
    size_t size = 16;
    fl_buffer both = {0};
    while (size / 2 < n)
        size *= 2;
    *merges = (fl_merges){.mask = size - 1, .slots = calloc(size, sizeof *merges->slots)};
    for (size_t i = 0; merges->slots && i < n; i++) {
        fl_merge merge = {.rank = (uint32_t)i + 1};
        if (!read_line(lookup, &lines[i], &both, &merge)) {
            note_bad(merges, i);
            continue;
        }
        fl_merge *slot = slot_of(merges, merge.left, merge.right);
        if (slot->rank)
            continue;
        *slot = merge;
        merges->count++;
    }
    bool done = merges->slots && !both.failed;
    fl_buffer_done(&both);
    return done;
}

void fl_merges_done(fl_merges *merges) {
    free(merges->slots);
    *merges = (fl_merges){0};
}
