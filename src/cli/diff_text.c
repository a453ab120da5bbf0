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

const char *fl_diff_where(const fl_place *place, char *out, size_t size) {
    char pass[32] = "", layer[32] = "";
    if (place->pass > 0)
        snprintf(pass, sizeof pass, "pass %d", place->pass);
    if (place->layer >= 0)
        snprintf(layer, sizeof layer, "layer %d", place->layer);
    snprintf(out, size, "%s%s%s", pass, *pass && *layer ? " " : "", layer);
    return out;
}

const char *fl_diff_place(const fl_place *place, char *out, size_t size) {
    char where[80];
    fl_diff_where(place, where, sizeof where);
    snprintf(out, size, "%s%s%s", where, *where ? " " : "", fl_stage_get_info(place->stage)->id);
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
    if (cell->row < 0) { /* a statistic */
        const bool worst = cell == &difference->worst;
        if (cell->head >= 0)
            snprintf(heads, sizeof heads, "head %lld, ", (long long)cell->head);
        snprintf(out, size, "%s%s", heads,
                 worst ? difference->statistic : difference->largest_statistic);
        return out;
    }
    axes_of(difference->place.stage, &head, &row, &column);
    if (cell->head >= 0)
        snprintf(heads, sizeof heads, "%s %lld, ", head, (long long)cell->head);
    if (column)
        snprintf(columns, sizeof columns, ", %s %lld", column, (long long)cell->column);
    if (difference->shift < 0)
        snprintf(out, size, "last %s%s", row, columns);
    else
        snprintf(out, size, "%s%s %lld%s", heads, row, (long long)(cell->row + difference->shift),
                 columns);
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

static bool by_values(const fl_comparison *c) {
    return c->a.kind == FL_DUMP_TENSORS && c->b.kind == FL_DUMP_TENSORS;
}

/* The weight of the stage, as GGUF and as Hugging Face call it. */
static void name_weight(const fl_comparison *c, fl_buffer *out) {
    const fl_weight_slot slot = fl_stage_get_info(c->first.place.stage)->weight;
    char gguf[96], hf[96];
    if (slot == FL_WEIGHT_none)
        return;
    const fl_weight_info *info = fl_weight_get_info(slot);
    fl_spell_layer(gguf, sizeof gguf, info->gguf, c->first.place.layer);
    fl_spell_layer(hf, sizeof hf, info->hf ? info->hf : "", c->first.place.layer);
    fl_buffer_printf(out, " Its weight is %s%s%s%s.", gguf, *hf ? " (" : "", hf, *hf ? ")" : "");
}

static void put_count(int64_t n, fl_buffer *out) {
    char digits[32];
    fl_buffer_printf(out, "%s stage%s", fl_group_digits(digits, sizeof digits, n),
                     n == 1 ? "" : "s");
}

/* "18 stages; 117 only in A" */
static void put_compared(const fl_comparison *c, fl_buffer *out) {
    int64_t only[2] = {0};
    char digits[32];
    for (int id = 0; id < FL_STAGE_COUNT; id++) {
        only[0] += c->tallies[id].only_a;
        only[1] += c->tallies[id].only_b;
    }
    put_count(c->compared, out);
    for (int i = 0; i < 2; i++)
        if (only[i])
            fl_buffer_printf(out, "%s %s only in %s", i && only[0] ? "," : ";",
                             fl_group_digits(digits, sizeof digits, only[i]), i ? "B" : "A");
}

static void put_answer(const fl_comparison *c, int width, fl_buffer *out) {
    fl_buffer text = {0};
    char place[96];
    const char *of = by_values(c) ? "all values" : "the statistics";
    if (!c->compared) {
        fl_buffer_puts(&text, "No stage could be compared: none has the same shape on both sides.");
    } else if (!c->differs && c->unaligned) {
        fl_buffer_printf(&text, "What can be compared is the same within the tolerance, %s of ",
                         of);
        put_compared(c, &text);
        fl_buffer_puts(&text, ", but ");
        put_count(c->unaligned, &text);
        fl_buffer_puts(&text, " cannot be aligned.");
    } else if (!c->differs) {
        fl_buffer_printf(&text, "%s the same within the tolerance: %s of ",
                         c->gaps.length ? "What both have is" : "The runs are", of);
        put_compared(c, &text);
        fl_buffer_puts(&text, ".");
    } else {
        fl_diff_place(&c->first.place, place, sizeof place);
        fl_buffer_printf(&text, "The runs part at %s. ", place);
        if (c->agreed)
            fl_buffer_printf(&text, "Everything compared before it is the same, %s last.",
                             fl_diff_place(&c->last_same, place, sizeof place));
        else
            fl_buffer_puts(&text, "It is the first that both have.");
        if (c->between.length)
            fl_buffer_printf(&text, " Only one of them has what comes in between: %s.",
                             c->between.data);
        name_weight(c, &text);
    }
    paragraph(out, &text, width);
}

/* Lines, each behind two blanks. */
static void put_lines(const char *heading, const fl_buffer *lines, int width, fl_buffer *out) {
    if (!lines->length)
        return;
    fl_wrap(out, heading, 0, width);
    for (const char *line = lines->data; *line; line += strcspn(line, "\n") + 1) {
        fl_buffer text = {0};
        fl_buffer_printf(&text, "· %.*s", (int)strcspn(line, "\n"), line);
        fl_wrap(out, text.data ? text.data : "", 2, width);
        fl_buffer_done(&text);
    }
}

/* Ids are the same or not: they have no distance. */
static bool is_of_ids(const fl_difference *d) {
    return fl_stage_rank(d->place.stage) == 2;
}

/* Where it is all cells together that are too far apart. */
static void put_whole(const fl_comparison *c, const fl_difference *d, fl_buffer *text) {
    if (d->zero_a || d->zero_b)
        fl_buffer_printf(text, " %s has nothing but 0 where %s does not.", d->zero_a ? "A" : "B",
                         d->zero_a ? "B" : "A");
    else if (d->whole_differs)
        fl_buffer_printf(text,
                         " As a whole it is too far apart: the RMS of a−b is %.2g of the smaller "
                         "side's RMS, %g is allowed, and of one side's RMS against the other's %g.",
                         d->whole, c->tolerance.whole, c->tolerance.size);
}

static void put_worst(const fl_comparison *c, int width, fl_buffer *out) {
    const fl_difference *d = &c->first;
    char cell[128], beyond[32], cells[32];
    const char *kind = d->statistics ? "statistic" : "cell";
    fl_buffer text = {0};
    fl_buffer_printf(&text, "Worst %s: %s.", kind, fl_diff_cell(d, &d->worst, cell, sizeof cell));
    /* + 0 takes the sign off a zero */
    fl_buffer_printf(&text, " A has %.9g, B has %.9g", d->worst.a + 0.0, d->worst.b + 0.0);
    if (isfinite(d->worst.a) && isfinite(d->worst.b) && !is_of_ids(d))
        fl_buffer_printf(&text, ": %.3g apart, relative %.3g", fabs(d->worst.a - d->worst.b),
                         fl_diff_relative(&d->worst));
    fl_buffer_puts(&text, ".");
    fl_buffer_printf(&text, " %s of this stage's %s %s%s beyond the tolerance.",
                     fl_group_digits(beyond, sizeof beyond, d->beyond),
                     fl_group_digits(cells, sizeof cells, d->cells), kind,
                     d->cells == 1 ? " is" : "s are");
    put_whole(c, d, &text);
    paragraph(out, &text, width);
    fl_buffer_puts(&text, "Compared: ");
    put_compared(c, &text);
    fl_buffer_puts(&text, ".");
    paragraph(out, &text, width);
}

static void put_tolerance(const fl_comparison *c, int width, fl_buffer *out) {
    fl_buffer text = {0};
    fl_buffer_printf(&text, "Tolerance: %g of a value or of the RMS of its %s, whichever is larger",
                     c->tolerance.rtol, c->tolerance.wide ? "stage" : "row");
    if (c->tolerance.whole > 0)
        fl_buffer_printf(&text, "; of a whole stage, the RMS of a−b %g of its RMS",
                         c->tolerance.whole);
    if (c->tolerance.atol > 0)
        fl_buffer_printf(&text, ", plus %g", c->tolerance.atol);
    if (c->chosen)
        fl_buffer_puts(&text, ", as asked for.");
    else
        fl_buffer_printf(&text, ". That is for %s: %s.", c->class.name, c->class.why);
    paragraph(out, &text, width);
}

static void put_head(const fl_comparison *c, int width, fl_buffer *out) {
    put_lines("Different, for one side is incomplete:", &c->gaps, width, out);
    put_lines("These are not runs of the same thing:", &c->reasons, width, out);
    put_answer(c, width, out);
    if (c->differs)
        put_worst(c, width, out);
    put_lines("What it looks like, from the numbers:", &c->suggestion, width, out);
    put_tolerance(c, width, out);
    put_lines("What else is different or to be known:", &c->remarks, width, out);
    fl_buffer_puts(out, "\n");
}

/* ---- the table ---- */

enum { STAGE, CELLS, LARGEST, RELATIVE, RMS, VERDICT, WHERE, N_COLUMNS };

#define COLUMNS(counted)                                                                           \
    {                                                                                              \
        [STAGE] = {"stage", false, 0}, [CELLS] = {counted, true, 2},                               \
        [LARGEST] = {"max |a−b|", true, 0}, [RELATIVE] = {"relative", true, 1},                    \
        [RMS] = {"RMS of a−b", true, 1}, [VERDICT] = {"verdict", false, 0}, [WHERE] = {            \
            "largest at",                                                                          \
            false,                                                                                 \
            3                                                                                      \
        }                                                                                          \
    }

static fl_table *new_table(const fl_comparison *c) {
    static const fl_column values[N_COLUMNS] = COLUMNS("cells"),
                           statistics[N_COLUMNS] = COLUMNS("statistics");
    return fl_table_new(by_values(c) ? values : statistics, N_COLUMNS);
}

/* What rows of a stage and of one of its layers share. */
static void row(const fl_difference *largest, int64_t cells, double squares, int64_t numbers,
                fl_table *table) {
    char digits[32];
    fl_table_cell(table, CELLS, "%s", fl_group_digits(digits, sizeof digits, cells));
    if (is_of_ids(largest))
        return;
    fl_table_cell(table, LARGEST, "%.3g", largest->largest);
    if (largest->largest > 0)
        fl_table_cell(table, RELATIVE, "%.2g", fl_diff_relative(&largest->where));
    if (!largest->statistics)
        fl_table_cell(table, RMS, "%.2g", numbers ? sqrt(squares / (double)numbers) : 0);
}

static void verdict(const fl_tally *t, fl_table *table) {
    char place[96];
    fl_diff_where(&t->first.place, place, sizeof place);
    if (t->differing == 0)
        fl_table_cell(table, VERDICT, "same");
    else if (t->compared == 1)
        fl_table_cell(table, VERDICT, "different");
    else
        fl_table_cell(table, VERDICT, "%lld of %lld different%s%s", (long long)t->differing,
                      (long long)t->compared, *place ? ", from " : "", place);
}

static void stage_row(const fl_comparison *c, fl_stage stage, fl_table *table) {
    const fl_tally *t = &c->tallies[stage];
    char place[96], cell[128];
    if (t->compared == 0)
        return;
    fl_table_row(table);
    fl_table_cell(table, STAGE, "%s", fl_stage_get_info(stage)->id);
    row(&t->largest, t->cells, t->squares, t->numbers, table);
    verdict(t, table);
    if (t->largest.largest == 0)
        return;
    fl_diff_where(&t->largest.place, place, sizeof place);
    fl_table_cell(table, WHERE, "%s%s%s", place, *place ? ": " : "",
                  fl_diff_cell(&t->largest, &t->largest.where, cell, sizeof cell));
}

/* ---- below the table ---- */

/* "rope_cos, silu (4 times)" of the stages that only one side has. */
static void put_only(const fl_comparison *c, bool a, int width, fl_buffer *out) {
    fl_buffer text = {0};
    for (int id = 0; id < FL_STAGE_COUNT; id++) {
        const fl_tally *t = &c->tallies[id];
        const int64_t n = a ? t->only_a : t->only_b;
        if (n == 0)
            continue;
        fl_buffer_puts(&text, text.length ? ", " : a ? "Only in A: " : "Only in B: ");
        fl_buffer_puts(&text, fl_stage_get_info((fl_stage)id)->id);
        if (n > 1)
            fl_buffer_printf(&text, " (%lld times)", (long long)n);
    }
    if (text.length)
        paragraph(out, &text, width);
}

static void put_strange(const fl_dump *dump, const char *side, int width, fl_buffer *out) {
    enum { MOST_SHOWN = 8 };
    fl_buffer text = {0};
    for (size_t i = 0; i < dump->n_strange && i < MOST_SHOWN; i++) {
        if (i == 0)
            fl_buffer_printf(&text, "In %s, but no stage's name, or a stage's second: ", side);
        fl_buffer_puts(&text, i ? ", " : "");
        fl_escape(&text, dump->strange[i], strlen(dump->strange[i]), FL_ESCAPE_LINE);
    }
    if (dump->n_strange > MOST_SHOWN)
        fl_buffer_printf(&text, " and %zu more", dump->n_strange - MOST_SHOWN);
    if (text.length)
        paragraph(out, &text, width);
}

/* Each with its reason, or, where they are many, their names and the reason of the first. */
static void put_unaligned(const fl_comparison *c, int width, fl_buffer *out) {
    const char *why = NULL;
    fl_buffer text = {0};
    if (c->other_run && c->unaligned) {
        fl_buffer_puts(&text, "Not compared, as their shapes differ: ");
        put_count(c->unaligned, &text);
        paragraph(out, &text, width);
        return;
    }
    for (int id = 0; id < FL_STAGE_COUNT; id++) {
        const fl_tally *t = &c->tallies[id];
        if (t->unaligned == 0)
            continue;
        if (why && strcmp(why, t->why) == 0) {
            fl_buffer_printf(&text, ", %s", fl_stage_get_info((fl_stage)id)->id);
            continue;
        }
        if (why)
            fl_buffer_printf(&text, ": %s; ", why);
        else
            fl_buffer_puts(&text, "Not compared: ");
        fl_buffer_puts(&text, fl_stage_get_info((fl_stage)id)->id);
        why = t->why;
    }
    if (!why)
        return;
    fl_buffer_printf(&text, ": %s", why);
    paragraph(out, &text, width);
}

static void put_foot(const fl_comparison *c, int width, fl_buffer *out) {
    fl_buffer foot = {0};
    put_unaligned(c, width, &foot);
    put_only(c, true, width, &foot);
    put_only(c, false, width, &foot);
    put_strange(&c->a, "A", width, &foot);
    put_strange(&c->b, "B", width, &foot);
    if (foot.length) {
        fl_buffer_puts(out, "\n");
        fl_buffer_add(out, foot.data, foot.length);
    }
    out->failed |= foot.failed;
    fl_buffer_done(&foot);
}

/* The answer once more: above a long table it has left the screen. */
static void put_verdict(const fl_comparison *c, fl_buffer *out) {
    char place[96];
    fl_buffer_puts(out, "\n");
    if (c->gaps.length)
        fl_buffer_printf(out, "Different: %.*s.\n", (int)strcspn(c->gaps.data, ",\n"),
                         c->gaps.data);
    else if (c->differs)
        fl_buffer_printf(out, "Different: the runs part at %s.\n",
                         fl_diff_place(&c->first.place, place, sizeof place));
    else if (c->unaligned)
        fl_buffer_puts(out, "Different: stages cannot be aligned.\n");
    else
        fl_buffer_puts(out, "The same within the tolerance.\n");
}

/* ---- every layer by itself ---- */

bool fl_diff_rows_begin(fl_diff_rows *rows, const fl_comparison *c) {
    rows->table = new_table(c);
    return rows->table != NULL;
}

void fl_diff_rows_add(void *ctx, const fl_difference *d) {
    fl_table *table = ((fl_diff_rows *)ctx)->table;
    char place[96], cell[128];
    fl_table_row(table);
    fl_table_cell(table, STAGE, "%s", fl_diff_place(&d->place, place, sizeof place));
    row(d, d->cells, d->squares, d->numbers, table);
    fl_table_cell(table, VERDICT, "%s", fl_differs(d) ? "different" : "same");
    if (d->largest > 0)
        fl_table_cell(table, WHERE, "%s", fl_diff_cell(d, &d->where, cell, sizeof cell));
}

/* ---- all ---- */

bool fl_diff_text(const fl_cli *cli, const fl_comparison *c, const fl_diff_rows *rows,
                  fl_buffer *out) {
    const int width = fl_prose_width(cli);
    fl_table *table = rows->table ? rows->table : new_table(c);
    if (!table)
        return false;
    put_head(c, width, out);
    for (int stage = 0; stage < FL_STAGE_COUNT && !rows->table; stage++)
        stage_row(c, (fl_stage)stage, table);
    bool done = c->compared == 0 || fl_table_text(table, cli->width, out);
    if (!rows->table)
        fl_table_free(table);
    put_foot(c, width, out);
    put_verdict(c, out);
    return done && !out->failed;
}
