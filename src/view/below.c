/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What stands below the rows of a grid: the cursor's row in numbers or bars, the cell under the
 * cursor exactly, and what the shades mean.
 */
#include "view/sheet.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A loud row elsewhere does not cost this one its digits. */
static fl_format row_format(const fl_sheet *s) {
    double largest = 0;
    bool masked;
    for (int64_t col = 0; col < s->grid.cols; col++) {
        double size = fabs(fl_sheet_value(s, s->cursor.band, s->cursor.row, col, &masked));
        largest = isfinite(size) && size > largest ? size : largest;
    }
    return largest > 0 ? fl_format_for(largest, 4) : s->format;
}

void fl_sheet_numbers(fl_sheet *s, int y, int lines) {
    fl_canvas *canvas = &s->view->canvas;
    fl_format format = row_format(s);
    int width = format.width + 2, label = 7;
    int64_t per_line = (s->rect.w - label) / width;
    if (per_line < 1 || lines < 1)
        return;
    per_line = per_line >= 8 ? per_line / 4 * 4 : per_line;
    int64_t total = (s->grid.cols + per_line - 1) / per_line;
    int64_t first = fl_first_shown(s->cursor.col / per_line, total, lines);
    for (int64_t line = first; line < total && line < first + lines; line++, y++) {
        fl_canvas_printf(canvas, s->rect.x, y, label, FL_STYLE_dim, "%5" PRId64 ":",
                         line * per_line);
        for (int64_t i = 0; i < per_line && line * per_line + i < s->grid.cols; i++) {
            int64_t col = line * per_line + i;
            bool masked;
            fl_sheet cell = *s;
            cell.level = FL_LEVEL_NUMBER;
            cell.format = format;
            cell.columns = width;
            double value = fl_sheet_value(s, s->cursor.band, s->cursor.row, col, &masked);
            int x = s->rect.x + label + (int)i * width;
            if (masked)
                fl_sheet_masked(&cell, x, y, FL_STYLE_masked);
            else
                fl_sheet_number(&cell, x, y, value, col == s->cursor.col);
        }
    }
}

/* Length of a share's bar: as it is, or four powers of ten of it. */
static double bar_part(const fl_sheet *s, double share) {
    if (s->shading.ramp != FL_RAMP_SHARE_LOG)
        return share;
    return share > 0 ? 1 + log10(share) / 4 : 0;
}

/* The end of a long row, where the token itself is. */
void fl_sheet_shares(fl_sheet *s, fl_rect rect) {
    fl_canvas *canvas = &s->view->canvas;
    char piece[64], bar[128], number[FL_NUMBER], more[96] = "";
    int64_t first, seen, lines = rect.h - 1;
    fl_mask_range(&s->captured->event.tensor.mask, s->cursor.row, &first, &seen);
    int64_t from = first;
    if (seen - first > lines)
        from += fl_first_shown(s->cursor.col - first, seen - first, lines);
    int64_t end = seen - from > lines ? from + lines : seen, hidden = seen - first - (end - from);
    if (hidden > 0)
        snprintf(more, sizeof more,
                 ": tokens %" PRId64 " to %" PRId64 " of %" PRId64 " to %" PRId64
                 ", ← → show the others",
                 from, end - 1, first, seen - 1);
    fl_token_at(s->view, piece, sizeof piece, seen - 1);
    fl_canvas_printf(canvas, rect.x + 1, rect.y, rect.w - 1, FL_STYLE_dim, "where \"%s\" looks%s%s",
                     piece, more,
                     s->shading.ramp == FL_RAMP_SHARE_LOG
                         ? "; by logarithm: 1 is full, 1/10 is 3/4, 1/10,000 none"
                         : "");
    for (int64_t k = from; k < end; k++) {
        int y = rect.y + 1 + (int)(k - from);
        bool masked;
        double share = fl_sheet_value(s, s->cursor.band, s->cursor.row, k, &masked);
        fl_row_label(s->view, rect.x, y, s->label, k, k == s->cursor.col);
        fl_canvas_right(canvas, rect.x + s->label, y, 6, FL_STYLE_text,
                        fl_number_apart(number, (fl_format){3, false, 5}, share));
        fl_bar(bar, bar_part(s, share), rect.w - s->label - 8, canvas->ascii);
        fl_canvas_put(canvas, rect.x + s->label + 7, y, rect.w - s->label - 7, FL_STYLE_bar, bar);
    }
}

/* Below zero what is largest is so by its size alone; scores are compared as they stand. */
static bool by_size(const fl_event *event, const int64_t *index) {
    return event->stage != FL_STAGE_attn_scores && fl_tensor_at(&event->tensor, index) < 0;
}

void fl_cell_draw(fl_view *view, fl_rect rect) {
    const fl_captured *captured = fl_here(view);
    fl_place place = captured ? fl_cursor_place(view, captured) : (fl_place){0};
    fl_buffer words = {0};
    char number[FL_NUMBER];
    captured = fl_here(view);
    if (!captured)
        return;
    const fl_tensor *tensor = &captured->event.tensor;
    bool masked = tensor->mask.causal && fl_tensor_masked(tensor, place.index);
    bool follows = !masked && !fl_is_turning(&captured->event) &&
                   fl_cursor_kind(&captured->event) == FL_KIND_GRID &&
                   view->cursor[fl_grid_of(&captured->event).col_dim] < 0;
    fl_place_words(view, &captured->event, place.index, &words);
    if (masked)
        fl_buffer_puts(&words, fl_hiding_window(tensor, place.index)
                                   ? " is hidden: it lies before the window of the token that looks"
                                   : " is hidden: it lies ahead of the token that looks");
    else
        fl_buffer_printf(&words, " = %s", fl_exact(number, fl_tensor_at(tensor, place.index)));
    bool before = fl_whatif_cell(view, place.index, &words);
    if (follows && !before && words.data && fl_text_width(words.data) + 24 < rect.w)
        fl_buffer_puts(&words, by_size(&captured->event, place.index) ? ", largest in size"
                                                                      : ", largest of its row");
    fl_canvas_put(&view->canvas, rect.x, rect.y, 1, FL_STYLE_key, "▸");
    if (words.data)
        fl_canvas_fit(&view->canvas, rect.x + 2, rect.y, rect.w - 2, FL_STYLE_bold, words.data);
    fl_buffer_done(&words);
}

/* What comes before the shades: how rows and cells are put together, and a scale of the reader's
 * own. */
static void legend_begin(const fl_sheet *s, char *text, size_t size) {
    char scale[64];
    int used = 0;
    if (s->stack > 1)
        used = snprintf(text, size, "two rows a line; ");
    if (s->cells > 1)
        used += snprintf(text + used, size - (size_t)used, "a mark: largest of %" PRId64 " cells; ",
                         s->cells);
    else if (s->shown < s->grid.cols)
        used += snprintf(text + used, size - (size_t)used,
                         "cells %" PRId64 " to %" PRId64 " of %" PRId64 "; ", s->first,
                         s->first + s->shown - 1, s->grid.cols);
    if (s->level < FL_LEVEL_BRIEF || s->shading.colors)
        snprintf(text + used, size - (size_t)used, "%s",
                 fl_scale_words(s->view, &s->shading, scale, sizeof scale));
}

void fl_sheet_legend(fl_sheet *s, int y) {
    char legend[160], text[320] = "";
    legend_begin(s, text, sizeof text);
    size_t used = strlen(text);
    int columns = s->stack > 1 ? FL_GLYPH_COLUMNS + 1 : s->columns; /* halves are colour alone */
    fl_shade_legend(&s->shading, columns, s->rect.w - fl_text_width(text), legend, sizeof legend);
    snprintf(text + used, sizeof text - used, "%s", legend);
    if (!legend[0] && used >= 2)
        text[used - 2] = '\0';
    fl_canvas_fit(&s->view->canvas, s->rect.x, y, s->rect.w, FL_STYLE_dim, text);
}
