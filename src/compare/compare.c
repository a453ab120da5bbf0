/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Both files in execution order, one stage of each in memory.
 */
#include "compare/compare.h"

#include "base/diag.h"
#include "compare/records.h"
#include "compare/suggest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- opening ---- */

static int64_t either(const fl_comparison *c, const char *key) {
    int64_t a = fl_dump_model_number(&c->a, key);
    return a ? a : fl_dump_model_number(&c->b, key);
}

/* Both are open: names become places, and what the two say of themselves is compared. */
static fl_status prepare(fl_comparison *c, fl_diag *diag) {
    const int32_t layers = c->a.n_layers > c->b.n_layers ? c->a.n_layers : c->b.n_layers;
    c->a.n_layers = c->b.n_layers = layers;
    fl_status status = fl_dump_index(&c->a, diag);
    if (status == FL_OK)
        status = fl_dump_index(&c->b, diag);
    if (status != FL_OK)
        return status;
    c->sizes = (fl_sizes){.heads = either(c, "num_attention_heads"),
                          .kv_heads = either(c, "num_key_value_heads"),
                          .head_dim = either(c, "head_dim"),
                          .rotary_dim = either(c, "rotary_dim"),
                          .window = either(c, "sliding_window")};
    c->class = fl_class_of(&c->a, &c->b);
    c->tolerance.rtol = c->class.rtol;
    c->tolerance.wide = c->class.wide;
    c->tolerance.whole = c->class.whole;
    c->tolerance.size = c->class.size;
    fl_compare_runs(c);
    return FL_OK;
}

fl_status fl_comparison_open(fl_comparison *c, const char *path_a, const char *path_b,
                             fl_diag *diag) {
    *c = (fl_comparison){0};
    fl_status status = fl_dump_open(&c->a, path_a, diag);
    if (status == FL_OK)
        status = fl_dump_open(&c->b, path_b, diag);
    return status == FL_OK ? prepare(c, diag) : status;
}

fl_status fl_comparison_read(fl_comparison *c, const fl_map *a, const fl_map *b, fl_diag *diag) {
    *c = (fl_comparison){0};
    fl_status status = fl_dump_read(&c->a, a->bytes, a->length, diag);
    if (status == FL_OK)
        status = fl_dump_read(&c->b, b->bytes, b->length, diag);
    return status == FL_OK ? prepare(c, diag) : status;
}

void fl_comparison_close(fl_comparison *c) {
    fl_dump_close(&c->a);
    fl_dump_close(&c->b);
    fl_buffer_done(&c->between);
    fl_buffer_done(&c->gaps);
    fl_buffer_done(&c->reasons);
    fl_buffer_done(&c->remarks);
    fl_buffer_done(&c->suggestion);
}

/* ---- one stage ---- */

/* A head of a tensor that holds all of them, or a tensor that holds just that one. */
static bool head_of(const fl_comparison *c, const fl_dump *dump, const fl_item *item, int32_t head,
                    fl_values *out) {
    for (size_t i = 0; i < item->n; i++) {
        const fl_stored *s = &item->stored[i];
        if (s->where.head >= 0 && s->where.head != head)
            continue;
        if (!fl_values_of(out, &c->sizes, dump, s) || (s->where.head < 0 && head >= out->heads))
            return false;
        if (s->where.head < 0)
            *out = fl_values_head(out, head);
        return true;
    }
    return false;
}

/* One more than the last head that a tensor item has. */
static int32_t heads_in(const fl_comparison *c, const fl_dump *dump, const fl_item *item) {
    fl_values values;
    const int32_t last = item->stored[item->n - 1].where.head;
    if (last >= 0)
        return last < FL_MOST_HEADS ? last + 1 : FL_MOST_HEADS;
    if (!fl_values_of(&values, &c->sizes, dump, item->stored))
        return 0;
    return values.heads < FL_MOST_HEADS ? (int32_t)values.heads : FL_MOST_HEADS;
}

/* Heads that come singly on at least one side. */
static bool compare_single_heads(const fl_comparison *c, const fl_item *a, const fl_item *b,
                                 fl_difference *d, bool *memory) {
    const int32_t most = heads_in(c, &c->a, a);
    bool any = false;
    for (int32_t head = 0; head < most && *memory; head++) {
        fl_pair pair = {.by_heads = true};
        if (!head_of(c, &c->a, a, head, &pair.a) || !head_of(c, &c->b, b, head, &pair.b) ||
            pair.a.rows != pair.b.rows || pair.a.columns != pair.b.columns)
            continue;
        any = true;
        *memory = fl_cells_compare(d, &pair, head, &c->tolerance);
    }
    fl_cells_whole(d, &c->tolerance);
    return any;
}

/* Ids are the same or not. Softmax over a vocabulary makes much of little: as a whole `logits`
 * decides. Of scores there may be one a head, which may be small by chance. */
static fl_tolerance tolerance_of(const fl_comparison *c, fl_stage stage, bool statistics) {
    if (fl_stage_rank(stage) == 2)
        return (fl_tolerance){0};
    fl_tolerance tolerance = c->tolerance;
    const bool scores = stage == FL_STAGE_attn_scores;
    if (stage == FL_STAGE_probs || (scores && statistics))
        tolerance.whole = 0;
    if (stage == FL_STAGE_probs || scores)
        tolerance.size = 0;
    return tolerance;
}

/* Behind the last layer only the last tokens may have rows: they are the last of the pass. */
static int64_t shift_of(const fl_comparison *c, const fl_place *place, const fl_pair *pair) {
    const int64_t rows =
        pair->a.rows + (pair->a_first > pair->b_first ? pair->a_first : pair->b_first);
    if (fl_stage_get_info(place->stage)->dims[1] != FL_DIM_R)
        return 0;
    if (c->n_tokens >= rows && c->pass == place->pass)
        return c->n_tokens - rows;
    return rows == 1 ? -1 : 0;
}

/* False if the two cannot be aligned; why stands in `why`. */
static bool compare_tensors(const fl_comparison *c, const fl_item *a, const fl_item *b,
                            fl_difference *d, bool *memory, char *why, size_t size) {
    fl_pair pair;
    if (a->stored->where.head >= 0 || b->stored->where.head >= 0) {
        snprintf(why, size, "no head that both have is of the same shape");
        return compare_single_heads(c, a, b, d, memory);
    }
    if (!fl_values_pair(&pair, &c->sizes, &c->a, a->stored, &c->b, b->stored, why, size))
        return false;
    const fl_tolerance tolerance = tolerance_of(c, d->place.stage, false);
    d->shift = shift_of(c, &d->place, &pair);
    *memory = fl_cells_compare(d, &pair, 0, &tolerance);
    fl_cells_whole(d, &tolerance);
    return true;
}

/* ---- statistics ---- */

/* The records of a stage: a trace's own, or made of the tensors into `made`, which is to be freed.
 * NULL: out of memory. */
typedef struct record_list {
    const fl_record *records;
    fl_record *made;
    size_t n;
} record_list;

static bool make_records(const fl_comparison *c, const fl_dump *dump, const fl_item *item,
                         record_list *out) {
    const bool per_head = fl_stage_get_info(item->place.stage)->scope == FL_SCOPE_HEAD;
    *out = (record_list){item->records, NULL, item->n};
    if (item->records)
        return true;
    const size_t most = per_head ? (size_t)heads_in(c, dump, item) : 1;
    out->made = calloc(most + 1, sizeof *out->made);
    out->records = out->made;
    out->n = 0;
    for (size_t head = 0; out->made && head < most; head++) {
        fl_values values;
        if (per_head ? !head_of(c, dump, item, (int32_t)head, &values)
                     : !fl_values_of(&values, &c->sizes, dump, item->stored))
            continue;
        if (!fl_record_of(&out->made[out->n++], item->place.stage, &values,
                          per_head ? (int32_t)head : -1, c->sizes.window))
            return false;
    }
    return out->made != NULL;
}

static void free_records(record_list *list) {
    for (size_t i = 0; list->made && i < list->n; i++)
        free(list->made[i].ids);
    free(list->made);
}

static bool same_shape(const fl_record *a, const fl_record *b) {
    return a->n_dims == b->n_dims &&
           memcmp(a->shape, b->shape, (size_t)a->n_dims * sizeof *a->shape) == 0;
}

/* Compares the records of the heads that both have and that are of the same shape. */
static bool pair_records(const fl_comparison *c, const record_list *a, const record_list *b,
                         fl_difference *d) {
    const fl_tolerance tolerance = tolerance_of(c, d->place.stage, true);
    bool any = false;
    for (size_t i = 0, j = 0; i < a->n && j < b->n;) {
        const fl_record *x = &a->records[i], *y = &b->records[j];
        if (x->head == y->head && same_shape(x, y)) {
            fl_records_compare(d, x, y, &tolerance);
            any = true;
        }
        i += x->head <= y->head;
        j += y->head <= x->head;
    }
    return any;
}

static bool compare_statistics(const fl_comparison *c, const fl_item *a, const fl_item *b,
                               fl_difference *d, bool *memory, char *why, size_t size) {
    record_list list_a = {0}, list_b = {0};
    *memory = make_records(c, &c->a, a, &list_a) && make_records(c, &c->b, b, &list_b);
    bool any = *memory && pair_records(c, &list_a, &list_b, d);
    snprintf(why, size, "statistics are of tensors of different shapes");
    free_records(&list_a);
    free_records(&list_b);
    return any || !*memory;
}

/* ---- the sums ---- */

/* What is true of both, or made up for: said once a stage. */
static void remark(fl_comparison *c, const fl_difference *d) {
    const fl_tally *t = &c->tallies[d->place.stage];
    const char *stage = fl_stage_get_info(d->place.stage)->id;
    if (d->both_nan && t->both_nan == 0)
        fl_buffer_printf(&c->remarks, "%s of layer %d has cells that are no number on both sides\n",
                         stage, d->place.layer);
    if ((d->bare_a || d->bare_b) && !t->bare)
        fl_buffer_printf(&c->remarks,
                         "%s of %s are not masked: what the other side masks was left out\n", stage,
                         d->bare_a ? "A" : "B");
}

static void add(fl_comparison *c, const fl_difference *d) {
    fl_tally *t = &c->tallies[d->place.stage];
    remark(c, d);
    t->both_nan += d->both_nan;
    t->bare |= d->bare_a || d->bare_b;
    if (t->compared == 0 || d->largest > t->largest.largest)
        t->largest = *d;
    if (fl_differs(d) && t->differing++ == 0)
        t->first = *d;
    t->compared++;
    t->cells += d->cells;
    t->beyond += d->beyond;
    t->squares += d->squares;
    t->numbers += d->numbers;
    c->compared++;
    if (fl_differs(d) && !c->differs) {
        c->differs = true;
        c->first = *d;
    } else if (!c->differs) {
        c->agreed = true;
        c->last_same = d->place;
        fl_buffer_clear(&c->between);
    }
}

static int64_t count_tokens(const fl_item *item) {
    if (item->records)
        return (int64_t)item->records->n_ids;
    const fl_stored_tensor *t = item->stored->tensor;
    return t->n_dims ? t->shape[t->n_dims - 1] : 1;
}

/* Other tokens are another prompt: that is said before all else. */
static void look_at_tokens(fl_comparison *c, const fl_item *a, const fl_item *b,
                           const fl_difference *d, bool aligned) {
    const int32_t pass = d->place.pass;
    c->other_run |= !aligned || fl_differs(d);
    if (!aligned) {
        fl_buffer_printf(&c->reasons, "pass %d has %lld tokens in A and %lld in B\n", pass,
                         (long long)count_tokens(a), (long long)count_tokens(b));
        c->sizes.exact_rows = true;
    } else if (fl_differs(d)) {
        fl_buffer_printf(&c->reasons, "a token of pass %d is %.0f in A and %.0f in B\n", pass,
                         d->worst.a, d->worst.b);
    }
}

static fl_status compare_items(fl_comparison *c, const fl_item *a, const fl_item *b,
                               fl_compared_fn *each, void *ctx, fl_diag *diag) {
    fl_difference d = {.place = a->place};
    fl_tally *t = &c->tallies[a->place.stage];
    bool memory = true;
    char why[sizeof t->why];
    bool done = a->stored && b->stored ? compare_tensors(c, a, b, &d, &memory, why, sizeof why)
                                       : compare_statistics(c, a, b, &d, &memory, why, sizeof why);
    if (!memory)
        return fl_fail_memory(diag);
    if (a->place.stage == FL_STAGE_tokens && done) {
        c->pass = a->place.pass;
        c->n_tokens = count_tokens(a);
    }
    if (a->place.stage == FL_STAGE_tokens && !c->differs)
        look_at_tokens(c, a, b, &d, done);
    if (!done) {
        if (t->unaligned++ == 0)
            memcpy(t->why, why, sizeof why);
        c->unaligned++;
        return FL_OK;
    }
    add(c, &d);
    each(ctx, &d);
    return FL_OK;
}

/* ---- all ---- */

/* The next of one side; its end is a place behind all others. */
static fl_status next(fl_dump *dump, fl_item *item, fl_diag *diag) {
    fl_diag_init(diag, dump->path);
    fl_status status = fl_dump_next(dump, item, diag);
    if (status == FL_DONE) {
        *item = (fl_item){.place = {.pass = INT32_MAX}};
        return FL_OK;
    }
    return status;
}

/* A stage that only one side has; those between the last that was the same and the first that is
 * not are named. `ended`: the other side has no more. */
static void count_single(fl_comparison *c, const fl_place *place, bool a, bool ended) {
    enum { LONGEST = 200 };
    fl_tally *t = &c->tallies[place->stage];
    fl_extent *lacks = a ? &c->b_extent : &c->a_extent;
    t->only_a += a;
    t->only_b += !a;
    lacks->missing += !ended;
    lacks->behind += ended;
    if (c->differs || c->between.length > LONGEST)
        return;
    fl_buffer_printf(&c->between, "%s%s (%s)", c->between.length ? ", " : "",
                     fl_stage_get_info(place->stage)->id, a ? "A" : "B");
    if (c->between.length > LONGEST)
        fl_buffer_puts(&c->between, ", …");
}

static fl_status walk(fl_comparison *c, fl_compared_fn *each, void *ctx, fl_diag *diag) {
    fl_item a, b;
    fl_status status = next(&c->a, &a, diag);
    if (status == FL_OK)
        status = next(&c->b, &b, diag);
    while (status == FL_OK && (a.n || b.n)) {
        const int order = fl_place_order(&a.place, &b.place);
        if (order == 0)
            status = compare_items(c, &a, &b, each, ctx, diag);
        if (order)
            count_single(c, order < 0 ? &a.place : &b.place, order < 0, !(order < 0 ? b.n : a.n));
        if (order <= 0)
            c->a_extent.last = a.place;
        if (order >= 0)
            c->b_extent.last = b.place;
        if (status == FL_OK && order <= 0)
            status = next(&c->a, &a, diag);
        if (status == FL_OK && order >= 0)
            status = next(&c->b, &b, diag);
    }
    return status;
}

/* Passes are counted where a side says which they are: a dump of another engine may hold just one.
 * A trace that has all the other has, up to its end, was cut there. */
static void look_at_end(fl_comparison *c, bool a) {
    const fl_dump *dump = a ? &c->a : &c->b;
    const fl_extent *own = a ? &c->a_extent : &c->b_extent,
                    *other = a ? &c->b_extent : &c->a_extent;
    const char *side = a ? "A" : "B", *rest = a ? "B" : "A";
    char layer[64] = "";
    if (own->last.layer >= 0)
        snprintf(layer, sizeof layer, " of layer %d in pass %d", own->last.layer, own->last.pass);
    if (own->last.pass < other->last.pass && (fl_dump_is_own(dump) || own->last.pass > 0))
        fl_buffer_printf(&c->gaps, "%s is incomplete: it ends with pass %d, %s with pass %d\n",
                         side, own->last.pass, rest, other->last.pass);
    else if (dump->kind == FL_DUMP_TRACE && own->behind && !own->missing)
        fl_buffer_printf(&c->gaps,
                         "%s is incomplete: it ends with %s%s, and %s goes on for %lld stage%s\n",
                         side, fl_stage_get_info(own->last.stage)->id, layer, rest,
                         (long long)own->behind, own->behind == 1 ? "" : "s");
}

fl_status fl_comparison_run(fl_comparison *c, fl_compared_fn *each, void *ctx, fl_diag *diag) {
    fl_status status = walk(c, each, ctx, diag);
    if (status == FL_OK) {
        look_at_end(c, true);
        look_at_end(c, false);
    }
    if (status == FL_OK && !fl_suggest(c))
        return fl_fail_memory(diag);
    if (status != FL_OK || c->compared || c->unaligned)
        return status;
    fl_diag_init(diag, c->b.path);
    return fl_fail(diag, FL_ERR_FORMAT,
                   "has no stage that can be compared with one of the other file");
}
