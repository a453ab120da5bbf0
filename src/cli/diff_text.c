/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The answer of `diff` for people.
 */
#include "cli/diff.h"
#include "cli/table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- words ---- */

const char *fl_diff_place(const fl_place *place, char *out, size_t size) {
    char pass[32] = "", layer[32] = "";
    if (place->pass > 0)
        snprintf(pass, sizeof pass, "pass %d ", place->pass);
    if (place->layer >= 0)
        snprintf(layer, sizeof layer, "layer %d ", place->layer);
    snprintf(out, size, "%s%s%s", pass, layer, fl_stage_get_info(place->stage)->id);
    return out;
}

/* Names of the axes that rows and columns are. */
static void axes_of(fl_stage stage, const char **head, const char **row, const char **column) {
    const fl_stage_info *info = fl_stage_get_info(stage);
    const int rank = fl_stage_rank(stage);
    *head = rank == 4                                    ? fl_axis_name(info->axes[1])
            : stage == FL_STAGE_k || stage == FL_STAGE_v ? fl_axis_name(FL_AXIS_kv_head)
                                                         : fl_axis_name(FL_AXIS_head);
    *row = fl_axis_name(info->axes[rank == 4 ? 2 : 1]);
    *column = rank == 2 ? NULL : fl_axis_name(info->axes[rank - 1]);
    if (rank == 3 && info->dims[2] == FL_DIM_one)
        *column = NULL;
}

const char *fl_diff_cell(const fl_difference *difference, const fl_cell *cell, char *out,
                         size_t size) {
    const char *head, *row, *column;
    char heads[48] = "", columns[48] = "";
    axes_of(difference->place.stage, &head, &row, &column);
    if (cell->head >= 0)
        snprintf(heads, sizeof heads, "%s %lld, ", head, (long long)cell->head);
    if (column)
        snprintf(columns, sizeof columns, ", %s %lld", column, (long long)cell->column);
    snprintf(out, size, "%s%s %lld%s", heads, row, (long long)cell->row, columns);
    return out;
}

double fl_diff_relative(const fl_cell *cell) {
    const double size = fmax(fabs(cell->a), fabs(cell->b));
    return size > 0 ? fabs(cell->a - cell->b) / size : 0;
}

/* ---- above the table ---- */

static void paragraph(fl_buffer *out, fl_buffer *text, int width) {
    fl_wrap(out, text->data ? text->data : "", 0, width);
    out->failed |= text->failed;
    fl_buffer_done(text);
}

static void put_tolerance(const fl_comparison *c, fl_buffer *text) {
    fl_buffer_printf(text, "%g of a value or of its row's RMS, whichever is larger",
                     c->tolerance.rtol);
    if (c->tolerance.atol > 0)
        fl_buffer_printf(text, ", plus %g", c->tolerance.atol);
    if (c->tolerance.rtol == c->class.rtol)
        fl_buffer_printf(text, " (%s: %s)", c->class.name, c->class.why);
}

static void put_answer(const fl_comparison *c, int width, fl_buffer *out) {
    fl_buffer text = {0};
    char place[96], digits[32];
    if (c->differs)
        fl_buffer_printf(&text, "The runs part at %s.",
                         fl_diff_place(&c->first.place, place, sizeof place));
    else
        fl_buffer_printf(&text,
                         "The runs are the same: %s stages and layers compared, all within "
                         "the tolerance.",
                         fl_group_digits(digits, sizeof digits, c->compared));
    paragraph(out, &text, width);
}

static void put_lines(const char *heading, const fl_buffer *lines, int width, fl_buffer *out) {
    if (!lines->length)
        return;
    fl_buffer_printf(out, "%s\n", heading);
    for (const char *line = lines->data; *line; line += strcspn(line, "\n") + 1) {
        fl_buffer text = {0};
        fl_buffer_printf(&text, "  %.*s", (int)strcspn(line, "\n"), line);
        fl_wrap(out, text.data ? text.data : "", 4, width);
        fl_buffer_done(&text);
    }
}

static void put_worst(const fl_comparison *c, int width, fl_buffer *out) {
    const fl_difference *d = &c->first;
    char cell[128], beyond[32], cells[32];
    fl_buffer text = {0};
    fl_buffer_printf(&text,
                     "worst cell: %s: A has %.9g, B has %.9g; they differ by %.3g, relative "
                     "%.3g",
                     fl_diff_cell(d, &d->worst, cell, sizeof cell), d->worst.a, d->worst.b,
                     fabs(d->worst.a - d->worst.b), fl_diff_relative(&d->worst));
    paragraph(out, &text, width);
    fl_buffer_printf(&text, "%s of %s cells of this stage are beyond the tolerance",
                     fl_group_digits(beyond, sizeof beyond, d->beyond),
                     fl_group_digits(cells, sizeof cells, d->cells));
    paragraph(out, &text, width);
}

static void put_head(const fl_comparison *c, int width, fl_buffer *out) {
    fl_buffer text = {0};
    put_answer(c, width, out);
    put_lines("They are not runs of the same thing:", &c->reasons, width, out);
    if (c->differs)
        put_worst(c, width, out);
    put_lines("", &c->suggestion, width, out);
    fl_buffer_puts(&text, "tolerance: ");
    put_tolerance(c, &text);
    paragraph(out, &text, width);
    put_lines("what else the two say of themselves:", &c->remarks, width, out);
    fl_buffer_puts(out, "\n");
}

/* ---- the table ---- */

static double root_mean(double squares, int64_t n) {
    return n ? sqrt(squares / (double)n) : 0;
}

static void verdict(const fl_comparison *c, const fl_tally *t, char *out, size_t size) {
    char place[96];
    if (t->differing == 0)
        snprintf(out, size, "%s", t->compared ? "same" : "not compared");
    else if (t->compared == 1)
        snprintf(out, size, "differs");
    else
        snprintf(out, size, "%lld of %lld differ, first %s", (long long)t->differing,
                 (long long)t->compared, fl_diff_place(&t->first.place, place, sizeof place));
    (void)c;
}

static void stage_row(const fl_comparison *c, fl_stage stage, fl_table *table) {
    const fl_tally *t = &c->tallies[stage];
    char cells[32], place[96], cell[128], words[128];
    const fl_difference *d = &t->largest;
    const double rms = root_mean(t->squares, t->numbers);
    if (t->compared == 0)
        return;
    fl_table_row(table);
    fl_table_cell(table, 0, "%s", fl_stage_get_info(stage)->id);
    fl_table_cell(table, 1, "%s", fl_group_digits(cells, sizeof cells, t->cells));
    fl_table_cell(table, 2, "%.3g", d->largest);
    if (d->largest > 0) {
        fl_table_cell(table, 3, "%.2g", fl_diff_relative(&d->where));
        fl_table_cell(table, 6, "%s: %s", fl_diff_place(&d->place, place, sizeof place),
                      fl_diff_cell(d, &d->where, cell, sizeof cell));
    }
    fl_table_cell(table, 4, "%.2g", rms);
    verdict(c, t, words, sizeof words);
    fl_table_cell(table, 5, "%s", words);
}

static bool put_table(const fl_comparison *c, int width, fl_buffer *out) {
    static const fl_column columns[] = {{"stage", false, 0},     {"cells", true, 2},
                                        {"max |a−b|", true, 0},  {"relative", true, 1},
                                        {"RMS of a−b", true, 1}, {"verdict", false, 0},
                                        {"largest at", false, 3}};
    fl_table *table = fl_table_new(columns, 7);
    if (!table)
        return false;
    for (int stage = 0; stage < FL_STAGE_COUNT; stage++)
        stage_row(c, (fl_stage)stage, table);
    bool done = fl_table_text(table, width, out);
    fl_table_free(table);
    return done;
}

bool fl_diff_text(const fl_cli *cli, const fl_comparison *comparison, fl_buffer *out) {
    put_head(comparison, fl_prose_width(cli), out);
    return put_table(comparison, cli->width, out) && !out->failed;
}
