/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Open addressing with linear probing, at most half full, FNV-1a over the bytes with a final mix
 * (Fowler, Noll, Vo). Ids are stored plus one so that a zeroed table is an empty one. Most look-ups
 * find nothing: half of the hash stands beside the id, so that other pieces are passed over unseen.
 */
#include "token/lookup.h"

#include <stdlib.h>
#include <string.h>

static uint64_t hash(const char *text, uint32_t length) {
    uint64_t h = 0xcbf29ce484222325u;
    for (uint32_t i = 0; i < length; i++)
        h = (h ^ (uint8_t)text[i]) * 0x100000001b3u;
    return h ^ (h >> 32);
}

bool fl_lookup_init(fl_lookup *lookup, const fl_piece *pieces, size_t count) {
    size_t size = 16;
    while (size / 2 < count)
        size *= 2;
    *lookup = (fl_lookup){.pieces = pieces, .mask = size - 1};
    lookup->slots = calloc(size, sizeof *lookup->slots);
    return lookup->slots != NULL;
}

void fl_lookup_done(fl_lookup *lookup) {
    free(lookup->slots);
    *lookup = (fl_lookup){0};
}

/* The slot that holds this text, or the free one where it belongs. */
static fl_lookup_slot *slot_of(const fl_lookup *lookup, const char *text, uint32_t length,
                               uint32_t *tag) {
    uint64_t h = hash(text, length);
    size_t i = (size_t)h & lookup->mask;
    *tag = (uint32_t)(h >> 32);
    for (;; i = (i + 1) & lookup->mask) {
        fl_lookup_slot *slot = &lookup->slots[i];
        if (!slot->id)
            return slot;
        if (slot->tag != *tag)
            continue;
        const fl_piece *piece = &lookup->pieces[slot->id - 1];
        if (piece->length == length && memcmp(piece->text, text, length) == 0)
            return slot;
    }
}

bool fl_lookup_add(fl_lookup *lookup, int32_t id) {
    const fl_piece *piece = &lookup->pieces[id];
    uint32_t tag;
    fl_lookup_slot *slot = slot_of(lookup, piece->text, piece->length, &tag);
    if (slot->id)
        return false;
    *slot = (fl_lookup_slot){id + 1, tag};
    if (piece->length > lookup->longest)
        lookup->longest = piece->length;
    return true;
}

int32_t fl_lookup_find(const fl_lookup *lookup, const char *text, uint32_t length) {
    uint32_t tag;
    if (length == 0 || length > lookup->longest)
        return -1;
    return slot_of(lookup, text, length, &tag)->id - 1;
}
