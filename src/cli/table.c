/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Aligned and Markdown tables.
 */
#include "cli/table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_COLUMNS = 16, GAP = 2, NARROWEST_LAST = 20 };

typedef struct row {
    char *cells[MAX_COLUMNS]; /* NULL: empty */
    bool heading;             /* cells[0] spans the table */
} row;

struct fl_table {
    const fl_column *columns;
    int n_columns;
    row *rows;
    size_t n_rows, capacity;
    bool failed;
};

fl_table *fl_table_new(const fl_column *columns, int n_columns) {
    fl_table *table = calloc(1, sizeof *table);
    if (table) {
        table->columns = columns;
        table->n_columns = n_columns;
    }
    return table;
}

void fl_table_free(fl_table *table) {
    if (!table)
        return;
    for (size_t i = 0; i < table->n_rows; i++)
        for (int j = 0; j < MAX_COLUMNS; j++)
            free(table->rows[i].cells[j]);
    free(table->rows);
    free(table);
}

void fl_table_row(fl_table *table) {
    if (table->n_rows == table->capacity) {
        size_t capacity = table->capacity ? 2 * table->capacity : 32;
        row *rows = realloc(table->rows, capacity * sizeof *rows);
        if (!rows) {
            table->failed = true;
            return;
        }
        table->rows = rows;
        table->capacity = capacity;
    }
    memset(&table->rows[table->n_rows++], 0, sizeof *table->rows);
}

void fl_table_cell(fl_table *table, int column, const char *format, ...) {
    va_list args, again;
    if (table->failed)
        return;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    char *text = length >= 0 ? malloc((size_t)length + 1) : NULL;
    if (text)
        vsnprintf(text, (size_t)length + 1, format, again);
    else
        table->failed = true;
    char **cell = &table->rows[table->n_rows - 1].cells[column];
    free(*cell);
    *cell = text;
    va_end(again);
    va_end(args);
}

void fl_table_heading(fl_table *table, const char *text) {
    fl_table_row(table);
    fl_table_cell(table, 0, "%s", text);
    if (!table->failed)
        table->rows[table->n_rows - 1].heading = true;
}

/* ---- laying out ---- */

typedef struct layout {
    int width[MAX_COLUMNS];
    bool shown[MAX_COLUMNS];
    int last; /* the last column shown */
} layout;

static const char *cell_of(const row *r, int column) {
    return r->cells[column] ? r->cells[column] : "";
}

static int total_width(const fl_table *table, const layout *lay) {
    int total = 0;
    for (int j = 0; j < table->n_columns; j++)
        if (lay->shown[j])
            total += lay->width[j] + (j == lay->last ? 0 : GAP);
    return total;
}

static void measure(const fl_table *table, layout *lay) {
    for (int j = 0; j < table->n_columns; j++) {
        lay->shown[j] = true;
        lay->width[j] = fl_text_width(table->columns[j].title);
        for (size_t i = 0; i < table->n_rows; i++) {
            int width = table->rows[i].heading ? 0 : fl_text_width(cell_of(&table->rows[i], j));
            if (width > lay->width[j])
                lay->width[j] = width;
        }
    }
    lay->last = table->n_columns - 1;
}

/* Leaves out the least important column; false if all that is left must stay. */
static bool drop_column(const fl_table *table, layout *lay) {
    int victim = -1;
    for (int j = 0; j < table->n_columns; j++)
        if (lay->shown[j] && table->columns[j].importance > 0 &&
            (victim < 0 || table->columns[j].importance > table->columns[victim].importance))
            victim = j;
    if (victim < 0)
        return false;
    lay->shown[victim] = false;
    while (!lay->shown[lay->last])
        lay->last--;
    return true;
}

static void fit(const fl_table *table, layout *lay, int width) {
    while (width > 0 && total_width(table, lay) > width && drop_column(table, lay)) {
    }
    int excess = total_width(table, lay) - width;
    int last = lay->width[lay->last];
    if (width > 0 && excess > 0 && last - excess >= NARROWEST_LAST)
        lay->width[lay->last] = last - excess;
}

static void pad(fl_buffer *out, int n) {
    while (n-- > 0)
        fl_buffer_add(out, " ", 1);
}

static void trim(fl_buffer *out) {
    while (out->length && out->data[out->length - 1] == ' ')
        out->data[--out->length] = '\0';
}

void fl_wrap(fl_buffer *out, const char *text, int indent, int width) {
    int used = 0;
    while (*text) {
        size_t length = strcspn(text, " ");
        char word[256];
        snprintf(word, sizeof word, "%.*s", (int)length, text);
        int needed = fl_text_width(word);
        if (used && width > 0 && used + 1 + needed > width) {
            trim(out);
            fl_buffer_puts(out, "\n");
            pad(out, indent);
            used = 0;
        } else if (used) {
            fl_buffer_puts(out, " ");
            used++;
        }
        fl_buffer_add(out, text, length);
        used += needed;
        text += length;
        text += strspn(text, " ");
    }
    fl_buffer_puts(out, "\n");
}

static void print_cells(const fl_table *table, const layout *lay, const char *const *cells,
                        fl_buffer *out) {
    int at = 0;
    for (int j = 0; j <= lay->last; j++) {
        if (!lay->shown[j])
            continue;
        int space = lay->width[j] - fl_text_width(cells[j]);
        if (table->columns[j].right)
            pad(out, space);
        if (j == lay->last) {
            fl_wrap(out, cells[j], at, table->columns[j].right ? 0 : lay->width[j]);
        } else {
            fl_buffer_puts(out, cells[j]);
            if (!table->columns[j].right)
                pad(out, space);
            pad(out, GAP);
        }
        at += lay->width[j] + GAP;
    }
}

/* Lines may end in blanks where their last cells are empty: those go. */
static void trim_lines(fl_buffer *out, size_t from) {
    if (out->failed || !out->data)
        return;
    size_t to = from;
    for (size_t i = from; i < out->length; i++) {
        if (out->data[i] == '\n')
            while (to > from && out->data[to - 1] == ' ')
                to--;
        out->data[to++] = out->data[i];
    }
    out->length = to;
    out->data[to] = '\0';
}

bool fl_table_text(const fl_table *table, int width, fl_buffer *out) {
    const char *cells[MAX_COLUMNS];
    layout lay;
    size_t start = out->length;
    measure(table, &lay);
    fit(table, &lay, width);
    for (int j = 0; j < table->n_columns; j++)
        cells[j] = table->columns[j].title;
    print_cells(table, &lay, cells, out);
    for (size_t i = 0; i < table->n_rows && !table->failed; i++) {
        for (int j = 0; j < table->n_columns; j++)
            cells[j] = cell_of(&table->rows[i], j);
        if (table->rows[i].heading)
            fl_wrap(out, cells[0], 0, width);
        else
            print_cells(table, &lay, cells, out);
    }
    trim_lines(out, start);
    return !table->failed && !out->failed;
}

bool fl_table_fits(const fl_table *table, int width) {
    layout lay;
    measure(table, &lay);
    return width == 0 || total_width(table, &lay) <= width;
}

bool fl_table_shows(const fl_table *table, int width, int column) {
    layout lay;
    measure(table, &lay);
    fit(table, &lay, width);
    return lay.shown[column];
}

/* ---- Markdown ---- */

static void markdown_cell(fl_buffer *out, const char *text) {
    fl_buffer_puts(out, " ");
    for (; *text; text++) {
        if (strchr("|\\`*_<>[]", *text))
            fl_buffer_puts(out, "\\");
        fl_buffer_add(out, text, 1);
    }
    fl_buffer_puts(out, " |");
}

static void markdown_row(const fl_table *table, const row *r, fl_buffer *out) {
    fl_buffer_puts(out, "|");
    for (int j = 0; j < table->n_columns; j++)
        if (r->heading && j == 0)
            fl_buffer_printf(out, " **%s** |", cell_of(r, 0));
        else
            markdown_cell(out, r->heading ? "" : cell_of(r, j));
    fl_buffer_puts(out, "\n");
}

bool fl_table_markdown(const fl_table *table, fl_buffer *out) {
    fl_buffer_puts(out, "|");
    for (int j = 0; j < table->n_columns; j++)
        markdown_cell(out, table->columns[j].title);
    fl_buffer_puts(out, "\n|");
    for (int j = 0; j < table->n_columns; j++)
        fl_buffer_puts(out, table->columns[j].right ? " ---: |" : " --- |");
    fl_buffer_puts(out, "\n");
    for (size_t i = 0; i < table->n_rows && !table->failed; i++)
        markdown_row(table, &table->rows[i], out);
    return !table->failed && !out->failed;
}
