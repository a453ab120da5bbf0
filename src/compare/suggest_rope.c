/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Positions and pairs of RoPE: A's queries or keys are turned anew in every way that people get
 * wrong, and compared with what B has.
 */
#include "compare/suggest.h"

enum { MOST_SHIFT = 2 };

typedef struct turn {
    bool halves; /* pairs (i, i + r/2), else (2i, 2i + 1) */
    bool back;   /* by the negative angle */
    int shift;   /* by the angles of the position that many further on */
} turn;

typedef struct turning {
    const fl_study *s;
    fl_values from, cos, sin; /* of A */
} turning;

/* Turns a row of A into c1, with c2 as room. False if that position has no angles. */
static bool turn_row(const turning *t, const turn *how, int64_t h, int64_t row) {
    const fl_study *s = t->s;
    const int64_t r = t->cos.columns, at = row + how->shift;
    if (at < 0 || at >= t->cos.rows)
        return false;
    fl_values_row(&t->from, h, row, s->c2);
    for (int64_t i = r; i < s->columns; i++)
        s->c1[i] = s->c2[i];
    for (int64_t i = 0; i < r / 2; i++) {
        const int64_t x = how->halves ? i : 2 * i, y = how->halves ? i + r / 2 : 2 * i + 1;
        const double c = fl_values_at(&t->cos, 0, at, i),
                     n = fl_values_at(&t->sin, 0, at, i) * (how->back ? -1 : 1);
        s->c1[x] = s->c2[x] * c - s->c2[y] * n;
        s->c1[y] = s->c2[x] * n + s->c2[y] * c;
    }
    return true;
}

/* Is a side what comes of turning A's that way? */
static bool fits(const turning *t, const turn *how, bool b) {
    const fl_study *s = t->s;
    bool any = false;
    for (int64_t h = 0; h < t->from.heads; h++)
        for (int64_t row = 0; row < t->from.rows; row++) {
            if (!turn_row(t, how, h, row))
                continue;
            any = true;
            fl_study_read(s, h, row);
            if (!fl_study_near(s, s->c1, b ? s->b : s->a))
                return false;
        }
    return any;
}

static void say(const turning *t, const turn *a, const turn *b) {
    fl_buffer *out = t->s->out;
    const long long half = (long long)t->cos.columns / 2;
    if (a->halves != b->halves)
        fl_buffer_printf(out,
                         "turned by the other pairing of RoPE: %s turns numbers 2i and 2i + 1 of a "
                         "head together, %s turns i and i + %lld\n",
                         b->halves ? "A" : "B", b->halves ? "B" : "A", half);
    if (b->shift)
        fl_buffer_printf(out, "B turns each token by the angles of the position %d %s\n",
                         b->shift < 0 ? -b->shift : b->shift, b->shift < 0 ? "before" : "after");
    if (a->back != b->back)
        fl_buffer_puts(out, "B turns the other way round\n");
}

/* Finds how a side was turned; shift 0 first. */
static bool find(const turning *t, bool b, turn *how) {
    for (int distance = 0; distance <= MOST_SHIFT; distance++)
        for (int ways = 0; ways < 8; ways++) {
            *how = (turn){ways & 1, ways & 2, ways & 4 ? -distance : distance};
            if (fits(t, how, b))
                return true;
        }
    return false;
}

static bool is_not_turned(const turning *t) {
    const fl_study *s = t->s;
    for (int64_t h = 0; h < t->from.heads; h++)
        for (int64_t row = 0; row < t->from.rows; row++) {
            fl_study_read(s, h, row);
            fl_values_row(&t->from, h, row, s->c1);
            if (!fl_study_near(s, s->c1, s->b))
                return false;
        }
    return true;
}

static void try_turns(const fl_study *s) {
    const bool query = s->d->place.stage == FL_STAGE_q_rope;
    turning t = {.s = s};
    turn a, b;
    if (!fl_study_other(s, FL_STAGE_rope_cos, &t.cos) ||
        !fl_study_other(s, FL_STAGE_rope_sin, &t.sin) ||
        (!fl_study_other(s, query ? FL_STAGE_q_norm : FL_STAGE_k_norm, &t.from) &&
         !fl_study_other(s, query ? FL_STAGE_q : FL_STAGE_k, &t.from)))
        return;
    if (t.from.heads != s->pair.a.heads || t.from.rows != s->pair.a.rows ||
        t.from.columns != s->columns || t.cos.columns > s->columns || t.cos.columns % 2 ||
        t.sin.columns != t.cos.columns || t.sin.rows != t.cos.rows)
        return;
    if (is_not_turned(&t))
        fl_buffer_puts(s->out, "B is not turned at all\n");
    else if (find(&t, false, &a) && find(&t, true, &b))
        say(&t, &a, &b);
}

/* Are B's angles those of another position? */
static bool fits_shift(const fl_study *s, int shift) {
    bool any = false;
    for (int64_t row = 0; row < s->pair.a.rows; row++) {
        if (row + shift < 0 || row + shift >= s->pair.a.rows)
            continue;
        any = true;
        fl_values_row(&s->pair.a, 0, row + shift, s->a);
        fl_values_row(&s->pair.b, 0, row, s->b);
        if (!fl_study_near(s, s->a, s->b))
            return false;
    }
    return any;
}

static void try_shifts(const fl_study *s) {
    for (int shift = -MOST_SHIFT; shift <= MOST_SHIFT; shift++)
        if (shift && fits_shift(s, shift)) {
            fl_buffer_printf(s->out,
                             "B's token t has the angles of A's token t %c %d: positions "
                             "that are off by that\n",
                             shift < 0 ? '-' : '+', shift < 0 ? -shift : shift);
            return;
        }
}

void fl_suggest_rope(const fl_study *s) {
    const fl_stage stage = s->d->place.stage;
    if (stage == FL_STAGE_rope_cos || stage == FL_STAGE_rope_sin)
        try_shifts(s);
    if (stage == FL_STAGE_q_rope || stage == FL_STAGE_k_rope)
        try_turns(s);
}
