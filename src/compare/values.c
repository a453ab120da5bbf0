/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Layouts. A shape is read in every way that the stage allows; of two tensors those readings are
 * taken that give equal shapes, the likeliest first.
 */
#include "compare/values.h"

#include <stdio.h>
#include <string.h>

/* ---- numbers ---- */

bool fl_values_readable(fl_dtype dtype) {
    switch (dtype) {
    case FL_DTYPE_F64:
    case FL_DTYPE_F32:
    case FL_DTYPE_F16:
    case FL_DTYPE_BF16:
    case FL_DTYPE_I64:
    case FL_DTYPE_I32:
        return true;
    default:
        return false;
    }
}

static double read_wide(const uint8_t *from, fl_dtype dtype) {
    int64_t whole;
    double real;
    memcpy(&whole, from, sizeof whole);
    memcpy(&real, from, sizeof real);
    return dtype == FL_DTYPE_F64 ? real : (double)whole;
}

static double read_word(const uint8_t *from, fl_dtype dtype) {
    int32_t whole;
    float real;
    memcpy(&whole, from, sizeof whole);
    memcpy(&real, from, sizeof real);
    return dtype == FL_DTYPE_F32 ? (double)real : (double)whole;
}

static double read_half(const uint8_t *from, fl_dtype dtype) {
    uint16_t half;
    memcpy(&half, from, sizeof half);
    if (dtype == FL_DTYPE_F16)
        return (double)fl_half_to_float(half);
    uint32_t bits = (uint32_t)half << 16;
    float real;
    memcpy(&real, &bits, sizeof real);
    return (double)real;
}

static const uint8_t *cell(const fl_values *v, int64_t head, int64_t row, int64_t column) {
    int64_t at = head * v->head_stride + row * v->row_stride + column;
    return v->bytes + (uint64_t)at * fl_dtype_row_bytes(v->dtype, 1);
}

void fl_values_row(const fl_values *v, int64_t head, int64_t row, double *out) {
    const uint64_t bytes = fl_dtype_row_bytes(v->dtype, 1);
    const uint8_t *from = cell(v, head, row, 0);
    double (*read)(const uint8_t *, fl_dtype) = bytes == 8   ? read_wide
                                                : bytes == 4 ? read_word
                                                             : read_half;
    for (int64_t i = 0; i < v->columns; i++)
        out[i] = read(from + (uint64_t)i * bytes, v->dtype);
}

double fl_values_at(const fl_values *v, int64_t head, int64_t row, int64_t column) {
    double value;
    fl_values one = *v;
    one.columns = 1;
    one.bytes = cell(v, 0, 0, column);
    fl_values_row(&one, head, row, &value);
    return value;
}

fl_values fl_values_head(const fl_values *v, int64_t head) {
    fl_values one = *v;
    one.bytes = cell(v, head, 0, 0);
    one.heads = 1;
    return one;
}

/* ---- the ways to read a shape ---- */

enum { MOST_WAYS = 4 };

typedef struct ways {
    fl_values way[MOST_WAYS];
    int n;
    const uint8_t *bytes;
    fl_dtype dtype;
} ways;

static void add(ways *w, int64_t heads, int64_t rows, int64_t columns, bool heads_first) {
    fl_values *v = &w->way[w->n++];
    *v = (fl_values){w->bytes, w->dtype, heads, rows, columns, 0, 0};
    v->head_stride = heads_first ? rows * columns : columns;
    v->row_stride = heads_first ? columns : heads * columns;
}

static bool is_cache(fl_stage stage) {
    return stage == FL_STAGE_k_cache || stage == FL_STAGE_v_cache;
}

static bool is_attention(fl_stage stage) {
    return stage == FL_STAGE_attn_scores || stage == FL_STAGE_attn_probs;
}

static bool has_heads(fl_stage stage) {
    switch (stage) {
    case FL_STAGE_q:
    case FL_STAGE_k:
    case FL_STAGE_v:
    case FL_STAGE_attn_concat:
        return true;
    default:
        return fl_stage_get_info(stage)->scope == FL_SCOPE_HEAD || fl_stage_rank(stage) == 4;
    }
}

/* `sure`: nobody lays this one out otherwise. */
typedef struct layout {
    bool heads_first, sure, single;
} layout;

static void ways_with_heads(ways *w, const int64_t *shape, int n, const layout *l) {
    if (n == 3 && shape[0] == 1)
        add(w, 1, shape[1], shape[2], true);
    if (n == 2)
        add(w, 1, shape[0], shape[1], true);
    for (int i = 0; i < 2 && n == 3 && !l->single; i++) {
        const bool first = l->heads_first == (i == 0);
        if (i == 0 || !l->sure)
            add(w, first ? shape[0] : shape[1], first ? shape[1] : shape[0], shape[2], first);
    }
    if (n == 4 && shape[0] == 1)
        ways_with_heads(w, shape + 1, 3, l);
}

static void ways_without(ways *w, fl_stage stage, const int64_t *shape, int n) {
    const bool narrow = fl_stage_rank(stage) == 2 ||
                        fl_stage_get_info(stage)->dims[2] == FL_DIM_one; /* one column */
    if (n == 0)
        add(w, 1, 1, 1, true);
    if (n == 1)
        add(w, 1, narrow ? shape[0] : 1, narrow ? 1 : shape[0], true);
    if (n == 2 && fl_stage_rank(stage) == 2 && shape[0] == 1)
        add(w, 1, shape[1], 1, true);
    if (n == 2 && fl_stage_rank(stage) == 3)
        add(w, 1, shape[0], shape[1], true);
    if (n == 2 && narrow && shape[0] == 1 && w->n < MOST_WAYS)
        add(w, 1, shape[1], 1, true);
    if (n == 3 && shape[0] == 1 && fl_stage_rank(stage) == 3)
        add(w, 1, shape[1], shape[2], true);
}

static void ways_of(ways *w, const fl_dump *dump, const fl_stored *stored) {
    const fl_stored_tensor *t = stored->tensor;
    const fl_stage stage = stored->where.place.stage;
    layout l = {.single = stored->where.head >= 0};
    /* other tools keep a token's heads together in all but attention and caches */
    l.heads_first = l.sure = fl_dump_is_own(dump) || is_attention(stage) || is_cache(stage);
    *w = (ways){.bytes = dump->map.bytes + t->offset, .dtype = t->dtype};
    if (!fl_values_readable(t->dtype) || t->n_dims > 4)
        return;
    if (has_heads(stage))
        ways_with_heads(w, t->shape, t->n_dims, &l);
    else
        ways_without(w, stage, t->shape, t->n_dims);
}

/* ---- two of them ---- */

/* Heads side by side in one row become heads of their own. */
static bool split(fl_values *v, int64_t heads) {
    if (v->heads != 1 || heads < 1 || v->columns % heads)
        return false;
    v->columns /= heads;
    v->heads = heads;
    v->head_stride = v->columns;
    return true;
}

static bool fit(fl_pair *p, fl_stage stage, bool exact) {
    fl_values *a = &p->a, *b = &p->b;
    if (a->heads != b->heads && !is_attention(stage)) {
        if (a->heads == 1 && a->columns == b->heads * b->columns)
            split(a, b->heads);
        else if (b->heads == 1 && b->columns == a->heads * a->columns)
            split(b, a->heads);
    }
    if (a->heads != b->heads || (exact && a->rows != b->rows))
        return false;
    return a->columns == b->columns || (is_attention(stage) && !exact);
}

/* Rows that only one side has come first: peers keep the last ones. Positions in a cache count from
 * its beginning. */
static void align_rows(fl_pair *p, fl_stage stage) {
    fl_values *a = &p->a, *b = &p->b;
    const int64_t rows = a->rows < b->rows ? a->rows : b->rows;
    p->a_first = is_cache(stage) ? 0 : a->rows - rows;
    p->b_first = is_cache(stage) ? 0 : b->rows - rows;
    a->bytes = cell(a, 0, p->a_first, 0);
    b->bytes = cell(b, 0, p->b_first, 0);
    a->rows = b->rows = rows;
}

static int64_t heads_of(const fl_sizes *sizes, fl_stage stage) {
    switch (stage) {
    case FL_STAGE_k:
    case FL_STAGE_v:
        return sizes->kv_heads;
    case FL_STAGE_q:
    case FL_STAGE_attn_concat:
        return sizes->heads;
    default:
        return 0;
    }
}

/* Rows and keys may be more on one side, but tokens may not. */
static bool choose(fl_pair *p, fl_stage stage, const ways *a, const ways *b, bool exact_rows) {
    const int least = exact_rows || stage == FL_STAGE_tokens;
    for (int exact = 1; exact >= least; exact--)
        for (int i = 0; i < a->n; i++)
            for (int j = 0; j < b->n; j++) {
                p->a = a->way[i];
                p->b = b->way[j];
                if (fit(p, stage, exact))
                    return true;
            }
    return false;
}

static void print_shape(char *out, size_t size, const fl_stored_tensor *t) {
    size_t at = (size_t)snprintf(out, size, "[");
    for (int i = 0; i < t->n_dims && at < size; i++)
        at +=
            (size_t)snprintf(out + at, size - at, "%s%lld", i ? ", " : "", (long long)t->shape[i]);
    if (at < size)
        snprintf(out + at, size - at, "]");
}

static void explain(char *why, size_t size, const fl_stored *a, const fl_stored *b) {
    char shape_a[128], shape_b[128];
    const fl_stored *const both[] = {a, b};
    for (int i = 0; i < 2; i++) {
        if (fl_values_readable(both[i]->tensor->dtype))
            continue;
        snprintf(why, size, "%s holds %s, which cannot be compared", i ? "B" : "A",
                 both[i]->tensor->type);
        return;
    }
    print_shape(shape_a, sizeof shape_a, a->tensor);
    print_shape(shape_b, sizeof shape_b, b->tensor);
    snprintf(why, size, "the shapes %s and %s cannot be aligned", shape_a, shape_b);
}

bool fl_values_pair(fl_pair *out, const fl_sizes *sizes, const fl_dump *da, const fl_stored *a,
                    const fl_dump *db, const fl_stored *b, char *why, size_t size) {
    const fl_stage stage = a->where.place.stage;
    ways ways_a, ways_b;
    ways_of(&ways_a, da, a);
    ways_of(&ways_b, db, b);
    *out = (fl_pair){0};
    if (!choose(out, stage, &ways_a, &ways_b, sizes->exact_rows)) {
        explain(why, size, a, b);
        return false;
    }
    align_rows(out, stage);
    const int64_t heads = heads_of(sizes, stage);
    if (out->a.heads == 1 && heads > 1 && out->a.columns % heads == 0) {
        split(&out->a, heads);
        split(&out->b, heads);
    }
    out->by_heads = has_heads(stage) && (out->a.heads > 1 || heads == 1);
    return true;
}

bool fl_values_of(fl_values *out, const fl_sizes *sizes, const fl_dump *dump,
                  const fl_stored *stored) {
    const fl_stage stage = stored->where.place.stage;
    ways w;
    ways_of(&w, dump, stored);
    if (w.n == 0)
        return false;
    /* [1, n, m] of a stage with heads may be one head or one token */
    *out = w.way[0];
    const int64_t heads = heads_of(sizes, stage);
    if (out->heads == 1 && heads > 1)
        split(out, heads);
    return true;
}
