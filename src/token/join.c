/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
#include "token/join.h"

#include <stdlib.h>
#include <string.h>

/* ---- the heap: smallest order first, then leftmost ---- */

/* Four children to a node: fewer steps down, and they lie side by side. */
enum { CHILDREN = 4 };

static bool before(const fl_pair *a, const fl_pair *b) {
    return a->order < b->order || (a->order == b->order && a->left < b->left);
}

static void heap_push(fl_joining *j, fl_pair added) {
    size_t at = j->n_heap++;
    for (size_t parent; at; at = parent) {
        parent = (at - 1) / CHILDREN;
        if (!before(&added, &j->heap[parent]))
            break;
        j->heap[at] = j->heap[parent];
    }
    j->heap[at] = added;
}

/* The child that comes first, of those there are. */
static size_t first_child(const fl_joining *j, size_t child) {
    size_t end = child + CHILDREN < j->n_heap ? child + CHILDREN : j->n_heap, best = child;
    for (size_t i = child + 1; i < end; i++)
        if (before(&j->heap[i], &j->heap[best]))
            best = i;
    return best;
}

static fl_pair heap_pop(fl_joining *j) {
    fl_pair top = j->heap[0], last = j->heap[--j->n_heap];
    size_t at = 0;
    for (size_t child = 1; child < j->n_heap; child = CHILDREN * at + 1) {
        child = first_child(j, child);
        if (!before(&j->heap[child], &last))
            break;
        j->heap[at] = j->heap[child];
        at = child;
    }
    j->heap[at] = last;
    return top;
}

/* ---- joining ---- */

/* Every join takes one pair out and puts at most two in, so twice the symbols is always enough. */
bool fl_joining_reset(fl_joining *j, size_t n) {
    j->n_symbols = 0;
    if (n <= j->capacity)
        return true;
    fl_joining_done(j);
    n = n < 64 ? 64 : n;
    j->symbols = malloc(n * sizeof *j->symbols);
    j->heap = malloc(2 * n * sizeof *j->heap);
    j->capacity = j->symbols && j->heap ? n : 0;
    return j->capacity != 0;
}

void fl_joining_done(fl_joining *j) {
    free(j->symbols);
    free(j->heap);
    j->symbols = NULL;
    j->heap = NULL;
    j->capacity = 0;
}

void fl_joining_add(fl_joining *j, uint32_t at, uint32_t length, int32_t id, bool whole) {
    int32_t n = (int32_t)j->n_symbols++;
    j->symbols[n] = (fl_symbol){at, length, n - 1, -1, id, whole};
    if (n)
        j->symbols[n - 1].next = n;
}

/* Higher scores first: the bits of a float in its order, upside down. -0 and 0 are the same. */
static uint32_t order_of(float score) {
    uint32_t bits;
    score += 0.0F;
    memcpy(&bits, &score, sizeof bits);
    return bits & 0x80000000 ? bits : ~bits & 0x7fffffff;
}

/* The piece that two symbols make, -1 for none, and how soon they are to be joined. */
static int32_t made_of(const fl_joining *j, const fl_symbol *left, const fl_symbol *right,
                       uint32_t *order) {
    const fl_tokenizer *tokenizer = j->tokenizer;
    if (tokenizer->merges.slots) {
        const fl_merge *merge = fl_merges_find(&tokenizer->merges, left->id, right->id);
        *order = merge ? merge->rank : 0;
        return merge ? merge->id : -1;
    }
    uint32_t length = left->length + right->length;
    int32_t id = fl_lookup_find(&tokenizer->lookup, j->text + left->at, length);
    *order = id >= 0 ? order_of(tokenizer->pieces[id].score) : 0;
    return id;
}

static void offer(fl_joining *j, int32_t left) {
    const fl_symbol *s = &j->symbols[left];
    if (s->next < 0 || s->whole || j->symbols[s->next].whole)
        return;
    uint32_t order;
    int32_t id = made_of(j, s, &j->symbols[s->next], &order);
    if (id < 0)
        return;
    if (j->splits && j->tokenizer->pieces[id].type == FL_PIECE_UNUSED)
        j->splits[id] = s->length;
    heap_push(j, (fl_pair){order, left, id, s->length + j->symbols[s->next].length});
}

void fl_join(fl_joining *j) {
    j->n_heap = 0;
    for (int32_t i = 0; i < (int32_t)j->n_symbols; i++)
        offer(j, i);
    while (j->n_heap) {
        fl_pair best = heap_pop(j);
        fl_symbol *left = &j->symbols[best.left];
        fl_symbol *right = left->next < 0 ? NULL : &j->symbols[left->next];
        if (!left->length || !right || left->length + right->length != best.length)
            continue;
        left->length = best.length;
        left->id = best.id;
        left->next = right->next;
        right->length = 0;
        if (left->next >= 0)
            j->symbols[left->next].prev = best.left;
        if (left->prev >= 0)
            offer(j, left->prev);
        offer(j, best.left);
    }
}
