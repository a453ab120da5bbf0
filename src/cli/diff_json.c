/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The answer of `diff` for programs: one object, with an entry for every stage of every layer and
 * pass.
 */
#include "cli/diff.h"
#include "sinks/json.h"

#include <math.h>
#include <string.h>

static void key(fl_buffer *out, const char *name) {
    fl_buffer_printf(out, ",\"%s\":", name);
}

static void int_or_null(fl_buffer *out, const char *name, int64_t value) {
    key(out, name);
    if (value < 0)
        fl_buffer_puts(out, "null");
    else
        fl_json_int(out, value);
}

static void real(fl_buffer *out, const char *name, double value) {
    key(out, name);
    fl_json_double(out, value);
}

/* Without a place for a statistic, which has a name. */
static void put_cell(fl_buffer *out, const char *name, const fl_cell *cell, const char *statistic) {
    key(out, name);
    fl_buffer_puts(out, "{\"statistic\":");
    fl_json_text(out, statistic, false);
    int_or_null(out, "head", cell->head);
    int_or_null(out, "row", cell->row);
    int_or_null(out, "column", cell->column);
    real(out, "a", cell->a);
    real(out, "b", cell->b);
    fl_buffer_puts(out, "}");
}

/* null of statistics */
static void put_rms(fl_buffer *out, const char *name, double squares, int64_t n) {
    real(out, name, n ? sqrt(squares / (double)n) : (double)NAN);
}

static void put_stage(fl_buffer *out, const fl_difference *d) {
    fl_buffer_printf(out, "{\"pass\":%d", d->place.pass);
    int_or_null(out, "layer", d->place.layer);
    key(out, "stage");
    fl_json_text(out, fl_stage_get_info(d->place.stage)->id, true);
    key(out, "same");
    fl_json_bool(out, !fl_differs(d));
    int_or_null(out, "cells", d->cells);
    int_or_null(out, "beyond", d->beyond);
    int_or_null(out, "masked_on_one_side", d->one_masked);
    int_or_null(out, "not_finite_on_one_side", d->one_nan);
    const bool ids = fl_stage_rank(d->place.stage) == 2; /* which have no distance */
    real(out, "max_abs", ids ? (double)NAN : d->largest);
    put_rms(out, "rms", d->squares, ids ? 0 : d->numbers);
    put_rms(out, "rms_of_a", d->squares_a, ids ? 0 : d->numbers);
    real(out, "whole", ids || d->statistics ? (double)NAN : d->whole);
    put_cell(out, "max_abs_at", &d->where, d->largest_statistic);
    put_cell(out, "worst", &d->worst, d->statistic);
    fl_buffer_puts(out, "}");
}

void fl_diff_json_add(void *ctx, const fl_difference *d) {
    fl_buffer *stages = &((fl_diff_rows *)ctx)->json;
    fl_buffer_puts(stages, stages->length ? ",\n" : "\n");
    put_stage(stages, d);
}

static void put_lines(fl_buffer *out, const char *name, const fl_buffer *lines, bool ascii) {
    key(out, name);
    fl_buffer_puts(out, "[");
    for (const char *line = lines->length ? lines->data : ""; *line;) {
        const size_t length = strcspn(line, "\n");
        fl_buffer_puts(out, line > lines->data ? "," : "");
        fl_json_string(out, line, length, ascii);
        line += length + 1;
    }
    fl_buffer_puts(out, "]");
}

static void put_only(fl_buffer *out, const char *name, const fl_comparison *c, bool a) {
    bool begun = false;
    key(out, name);
    fl_buffer_puts(out, "[");
    for (int id = 0; id < FL_STAGE_COUNT; id++) {
        if ((a ? c->tallies[id].only_a : c->tallies[id].only_b) == 0)
            continue;
        fl_buffer_puts(out, begun ? "," : "");
        fl_json_text(out, fl_stage_get_info((fl_stage)id)->id, true);
        begun = true;
    }
    fl_buffer_puts(out, "]");
}

void fl_diff_json(const fl_comparison *c, const fl_diff_rows *rows, bool ascii, fl_buffer *out) {
    fl_buffer_printf(out, "{\"same\":%s", fl_comparison_same(c) ? "true" : "false");
    fl_buffer_printf(out, ",\"tolerance\":{\"class\":\"%s\"", c->chosen ? "" : c->class.name);
    real(out, "rtol", c->tolerance.rtol);
    real(out, "atol", c->tolerance.atol);
    real(out, "whole_stage", c->tolerance.whole);
    fl_buffer_printf(out, ",\"rms_of\":\"%s\"}", c->tolerance.wide ? "stage" : "row");
    put_lines(out, "incomplete", &c->gaps, ascii);
    put_lines(out, "reasons", &c->reasons, ascii);
    put_lines(out, "remarks", &c->remarks, ascii);
    key(out, "first");
    if (c->differs)
        put_stage(out, &c->first);
    else
        fl_buffer_puts(out, "null");
    put_lines(out, "looks_like", &c->suggestion, ascii);
    int_or_null(out, "unaligned", c->unaligned);
    put_only(out, "only_in_a", c, true);
    put_only(out, "only_in_b", c, false);
    key(out, "stages");
    fl_buffer_puts(out, "[");
    fl_buffer_puts(out, rows->json.data ? rows->json.data : "");
    fl_buffer_puts(out, "]}\n");
    out->failed |= rows->json.failed;
}
