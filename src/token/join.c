/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
#include "token/join.h"

#include <stdlib.h>

/* ---- the heap: highest score first, then leftmost ---- */

static bool before(const fl_pair *a, const fl_pair *b) {
    return a->score > b->score || (a->score == b->score && a->left < b->left);
}

static void heap_push(fl_joining *j, fl_pair added) {
    size_t at = j->n_heap++;
    for (; at; at = (at - 1) / 2) {
        if (!before(&added, &j->heap[(at - 1) / 2]))
            break;
        j->heap[at] = j->heap[(at - 1) / 2];
    }
    j->heap[at] = added;
}

static fl_pair heap_pop(fl_joining *j) {
    fl_pair top = j->heap[0], last = j->heap[--j->n_heap];
    size_t at = 0;
    for (size_t child = 1; child < j->n_heap; at = child, child = 2 * at + 1) {
        if (child + 1 < j->n_heap && before(&j->heap[child + 1], &j->heap[child]))
            child++;
        if (!before(&j->heap[child], &last))
            break;
        j->heap[at] = j->heap[child];
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

/* The piece that two symbols make, -1 for none, and how soon they are to be joined. */
static int32_t made_of(const fl_joining *j, const fl_symbol *left, const fl_symbol *right,
                       double *score) {
    const fl_tokenizer *tokenizer = j->tokenizer;
    if (tokenizer->merges.slots) {
        const fl_merge *merge = fl_merges_find(&tokenizer->merges, left->id, right->id);
        *score = merge ? -(double)merge->rank : 0;
        return merge ? merge->id : -1;
    }
    uint32_t length = left->length + right->length;
    int32_t id = fl_lookup_find(&tokenizer->lookup, j->text + left->at, length);
    *score = id >= 0 ? (double)tokenizer->pieces[id].score : 0;
    return id;
}

static void offer(fl_joining *j, int32_t left, int32_t right) {
    if (left < 0 || right < 0 || j->symbols[left].whole || j->symbols[right].whole)
        return;
    const fl_symbol *s = &j->symbols[left];
    uint32_t length = s->length + j->symbols[right].length;
    double score;
    int32_t id = made_of(j, s, &j->symbols[right], &score);
    if (id < 0)
        return;
    if (j->splits && j->tokenizer->pieces[id].type == FL_PIECE_UNUSED)
        j->splits[id] = s->length;
    heap_push(j, (fl_pair){score, left, right, id, length});
}

void fl_join(fl_joining *j) {
    j->n_heap = 0;
    for (int32_t i = 1; i < (int32_t)j->n_symbols; i++)
        offer(j, i - 1, i);
    while (j->n_heap) {
        fl_pair best = heap_pop(j);
        fl_symbol *left = &j->symbols[best.left], *right = &j->symbols[best.right];
        if (!left->length || !right->length || left->length + right->length != best.length)
            continue;
        left->length = best.length;
        left->id = best.id;
        left->next = right->next;
        right->length = 0;
        if (left->next >= 0)
            j->symbols[left->next].prev = best.left;
        offer(j, left->prev, best.left);
        offer(j, best.left, left->next);
    }
}
