/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Looking at all cells at once: how often each size occurs, and the largest of them.
 */
#include "view/ways.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- histogram ---- */

/* Bins of the digest put together to at most `most` lines. */
typedef struct histogram {
    int lines, per;
    int64_t counts[FL_BINS], largest;
    double low, step;
} histogram;

static histogram histogram_of(const fl_digest *digest, const fl_stats *stats, int most) {
    histogram h = {.per = 1, .largest = 1, .low = stats->min};
    while (FL_BINS / h.per > most && h.per < FL_BINS)
        h.per *= 2;
    h.lines = stats->max > stats->min ? FL_BINS / h.per : 1;
    h.step = (stats->max - stats->min) / h.lines;
    for (int i = 0; i < FL_BINS; i++)
        h.counts[stats->max > stats->min ? i / h.per : 0] += digest->bins[i];
    for (int i = 0; i < h.lines; i++)
        h.largest = h.counts[i] > h.largest ? h.counts[i] : h.largest;
    return h;
}

static void range_of(const histogram *h, int line, fl_format format, char *out, size_t size) {
    char low[FL_NUMBER], high[FL_NUMBER];
    fl_number(low, format, h->low + line * h->step);
    fl_number(high, format, h->low + (line + 1) * h->step);
    snprintf(out, size, "%*s to %*s", format.width, low, format.width, high);
}

/* What is in no bin. */
static void left_out(const fl_stats *stats, char *out, size_t size) {
    char cells[32];
    int used = snprintf(out, size, "%s cells", fl_group_digits(cells, sizeof cells, stats->finite));
    if (stats->zeros > 0)
        used += snprintf(out + used, size - (size_t)used, ", %" PRId64 " of them 0", stats->zeros);
    if (stats->nan + stats->inf > 0)
        used +=
            snprintf(out + used, size - (size_t)used,
                     "; left out: %" PRId64 " nan, %" PRId64 " infinite", stats->nan, stats->inf);
    if (stats->masked > 0)
        snprintf(out + used, size - (size_t)used, "; %" PRId64 " hidden", stats->masked);
}

void fl_histogram_draw(fl_view *view, fl_rect rect) {
    const fl_digest *digest = fl_digest_here(view);
    const fl_captured *here = fl_here(view);
    if (!here || rect.h < 4)
        return;
    fl_format format = fl_value_format(here);
    fl_canvas *canvas = &view->canvas;
    histogram h = histogram_of(digest, &here->stats, rect.h - 3);
    int x = rect.x + 2 * format.width + 6;
    char text[128], bar[128];
    fl_canvas_put(canvas, rect.x + 1, rect.y, 2 * format.width + 4, FL_STYLE_dim, "numbers");
    fl_canvas_right(canvas, x, rect.y, 11, FL_STYLE_dim, "cells");
    for (int i = 0; i < h.lines; i++) {
        int y = rect.y + 1 + i;
        range_of(&h, i, format, text, sizeof text);
        fl_canvas_put(canvas, rect.x + 1, y, rect.w - 1, FL_STYLE_text, text);
        fl_canvas_right(canvas, x, y, 11, FL_STYLE_text,
                        fl_group_digits(text, sizeof text, h.counts[i]));
        int room = rect.x + rect.w - x - 12;
        fl_bar(bar, (double)h.counts[i] / (double)h.largest, room, canvas->ascii);
        fl_canvas_put(canvas, x + 12, y, room, FL_STYLE_bar, bar);
    }
    left_out(&here->stats, text, sizeof text);
    fl_way_foot(view, rect, text);
}

void fl_histogram_lines(fl_view *view, fl_buffer *out) {
    const fl_digest *digest = fl_digest_here(view);
    const fl_captured *here = fl_here(view);
    if (!here)
        return;
    histogram h = histogram_of(digest, &here->stats, FL_BINS / 2);
    char text[128], low[FL_NUMBER], high[FL_NUMBER], count[32];
    for (int i = 0; i < h.lines; i++)
        fl_buffer_printf(out, "%s %s from %s to %s\n",
                         fl_group_digits(count, sizeof count, h.counts[i]),
                         h.counts[i] == 1 ? "cell" : "cells", fl_short(low, h.low + i * h.step),
                         fl_short(high, h.low + (i + 1) * h.step));
    left_out(&here->stats, text, sizeof text);
    fl_buffer_printf(out, "%s\n", text);
}

/* ---- extremes ---- */

void fl_extremes_draw(fl_view *view, fl_rect rect) {
    const fl_digest *digest = fl_digest_here(view);
    const fl_captured *here = fl_here(view);
    if (!here || rect.h < 4)
        return;
    fl_format format = fl_value_format(here);
    fl_canvas *canvas = &view->canvas;
    int lines = rect.h - 3;
    int64_t first = fl_first_shown(view->looking.pick, digest->n_extremes, lines);
    fl_canvas_put(canvas, rect.x + 1, rect.y, rect.w - 1, FL_STYLE_dim,
                  "by magnitude; ↓ ↑ pick one, then Enter puts the cursor there");
    for (int64_t i = first; i < digest->n_extremes && i < first + lines; i++) {
        fl_buffer words = {0};
        char number[FL_NUMBER];
        double value = digest->extremes[i].value;
        int y = rect.y + 1 + (int)(i - first), x = rect.x + 6 + format.width;
        fl_style style = fl_item_style(view, (fl_rect){rect.x, y, rect.w, 1}, (int)i);
        fl_canvas_printf(canvas, rect.x + 1, y, 4, FL_STYLE_dim, "%3" PRId64, i + 1);
        fl_canvas_right(canvas, rect.x + 5, y, format.width,
                        value < 0 ? FL_STYLE_negative : FL_STYLE_positive,
                        fl_number(number, format, value));
        fl_place_words(view, &here->event, digest->extremes[i].index, &words);
        if (words.data)
            fl_canvas_fit(canvas, x, y, rect.w - 6 - format.width, style, words.data);
        fl_buffer_done(&words);
    }
    fl_way_foot(view, rect, "");
}

void fl_extremes_lines(fl_view *view, fl_buffer *out) {
    const fl_digest *digest = fl_digest_here(view);
    const fl_captured *here = fl_here(view);
    char number[FL_NUMBER];
    for (int i = 0; here && i < digest->n_extremes && i < FL_EXTREMES_SHOWN; i++) {
        fl_buffer_printf(out, "%d: %s at ", i + 1, fl_short(number, digest->extremes[i].value));
        fl_place_words(view, &here->event, digest->extremes[i].index, out);
        fl_buffer_puts(out, "\n");
    }
}
