/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * A canvas written down: as plain text, as ANSI text and as an SVG picture.
 */
#include "view/canvas.h"

#include <stdio.h>
#include <string.h>

enum { CELL_WIDTH = 9, CELL_HEIGHT = 19, MARGIN = 14, BASELINE = 14 };

static const char *ground_of(const fl_canvas *canvas) {
    return canvas->light ? "#ffffff" : "#16181d";
}

static const char *ink_of(const fl_canvas *canvas) {
    return canvas->light ? "#22262e" : "#d8dee9";
}

static fl_colors colors_at(const fl_canvas *canvas, int x, int y) {
    return fl_style_colors((fl_style)fl_canvas_at(canvas, x, y)->style, 256, canvas->light);
}

static int used_width(const fl_canvas *canvas, int y) {
    int width = canvas->width;
    while (width > 0) {
        const fl_canvas_cell *cell = fl_canvas_at(canvas, width - 1, y);
        if (strcmp(cell->glyph, " ") != 0 || colors_at(canvas, width - 1, y).bg >= 0)
            break;
        width--;
    }
    return width;
}

static int text_width(const fl_canvas *canvas, int y) {
    int width = canvas->width;
    while (width > 0 && strcmp(fl_canvas_at(canvas, width - 1, y)->glyph, " ") == 0)
        width--;
    return width;
}

void fl_canvas_text(const fl_canvas *canvas, fl_buffer *out) {
    for (int y = 0; y < canvas->height; y++) {
        int width = text_width(canvas, y);
        for (int x = 0; x < width; x++)
            fl_buffer_puts(out, fl_canvas_at(canvas, x, y)->glyph);
        fl_buffer_puts(out, "\n");
    }
}

static bool alike(const fl_canvas_cell *a, const fl_canvas_cell *b) {
    return a->style == b->style && a->under == b->under;
}

static void sgr(fl_buffer *out, fl_style style, fl_colors colors) {
    fl_buffer_puts(out, "\x1b[0");
    if (fl_style_attributes(style) & FL_ATTR_BOLD)
        fl_buffer_puts(out, ";1");
    if (fl_style_attributes(style) & FL_ATTR_UNDERLINE)
        fl_buffer_puts(out, ";4");
    if (colors.fg >= 0)
        fl_buffer_printf(out, ";38;5;%d", colors.fg);
    if (colors.bg >= 0)
        fl_buffer_printf(out, ";48;5;%d", colors.bg);
    fl_buffer_puts(out, "m");
}

void fl_canvas_ansi(const fl_canvas *canvas, fl_buffer *out) {
    for (int y = 0; y < canvas->height; y++) {
        int width = used_width(canvas, y);
        for (int x = 0; x < width; x++) {
            const fl_canvas_cell *cell = fl_canvas_at(canvas, x, y);
            fl_colors look;
            const char *glyph = fl_canvas_look(cell, 256, canvas->light, &look);
            if (x == 0 || !alike(cell, fl_canvas_at(canvas, x - 1, y)))
                sgr(out, (fl_style)cell->style, look);
            fl_buffer_puts(out, glyph);
        }
        fl_buffer_puts(out, "\x1b[0m\n");
    }
}

static void color_of(char out[8], int index) {
    snprintf(out, 8, "#%06x", (unsigned)fl_color_rgb(index) & 0xffffffu);
}

static void xml(fl_buffer *out, const char *text) {
    for (; *text; text++) {
        if (*text == '<')
            fl_buffer_puts(out, "&lt;");
        else if (*text == '>')
            fl_buffer_puts(out, "&gt;");
        else if (*text == '&')
            fl_buffer_puts(out, "&amp;");
        else if (*text == '"')
            fl_buffer_puts(out, "&quot;");
        else
            fl_buffer_add(out, text, 1);
    }
}

/* End of the run of cells that look like (x, y). */
static int run_end(const fl_canvas *canvas, int x, int y) {
    const fl_canvas_cell *first = fl_canvas_at(canvas, x, y);
    while (x < canvas->width && alike(fl_canvas_at(canvas, x, y), first))
        x++;
    return x;
}

/* The ground of a run from `top` on, `height` high within its line. */
static void svg_rect(const fl_canvas *canvas, fl_buffer *out, fl_rect run, fl_style style, int top,
                     int height) {
    int color = fl_style_colors(style, 256, canvas->light).bg;
    char fill[8];
    if (color < 0)
        return;
    color_of(fill, color);
    fl_buffer_printf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>\n",
                     MARGIN + run.x * CELL_WIDTH, MARGIN + run.y * CELL_HEIGHT + top,
                     run.w * CELL_WIDTH, height, fill);
}

static void svg_ground(const fl_canvas *canvas, fl_buffer *out, int y) {
    const int middle = CELL_HEIGHT / 2;
    for (int x = 0, end; x < canvas->width; x = end) {
        const fl_canvas_cell *cell = fl_canvas_at(canvas, x, y);
        bool halves = cell->under != FL_STYLE_text;
        end = run_end(canvas, x, y);
        fl_rect run = {x, y, end - x, 1};
        svg_rect(canvas, out, run, (fl_style)cell->style, 0, halves ? middle : CELL_HEIGHT);
        if (halves)
            svg_rect(canvas, out, run, (fl_style)cell->under, middle, CELL_HEIGHT - middle);
    }
}

/* Nothing to write: blanks, or halves, which are drawn as grounds. */
static bool blank(const fl_canvas *canvas, int x, int end, int y) {
    if (fl_canvas_at(canvas, x, y)->under != FL_STYLE_text)
        return true;
    for (; x < end; x++)
        if (strcmp(fl_canvas_at(canvas, x, y)->glyph, " ") != 0)
            return false;
    return true;
}

/* Each run says its own length, so that the grid holds whatever font the reader has. */
static void svg_text(const fl_canvas *canvas, fl_buffer *out, int y) {
    for (int x = 0, end; x < canvas->width; x = end) {
        end = run_end(canvas, x, y);
        int last = end;
        while (last > x && strcmp(fl_canvas_at(canvas, last - 1, y)->glyph, " ") == 0)
            last--;
        if (blank(canvas, x, end, y))
            continue;
        fl_style style = (fl_style)fl_canvas_at(canvas, x, y)->style;
        int color = colors_at(canvas, x, y).fg;
        char fill[8] = "";
        if (color >= 0)
            color_of(fill, color);
        fl_buffer_printf(out,
                         "<text x=\"%d\" y=\"%d\" textLength=\"%d\" "
                         "lengthAdjust=\"spacingAndGlyphs\" fill=\"%s\"%s>",
                         MARGIN + x * CELL_WIDTH, MARGIN + BASELINE + y * CELL_HEIGHT,
                         (last - x) * CELL_WIDTH, fill[0] ? fill : ink_of(canvas),
                         fl_style_attributes(style) & FL_ATTR_BOLD ? " font-weight=\"bold\"" : "");
        for (int i = x; i < last; i++)
            xml(out, fl_canvas_at(canvas, i, y)->glyph);
        fl_buffer_puts(out, "</text>\n");
    }
}

void fl_canvas_svg(const fl_canvas *canvas, fl_buffer *out, const char *title) {
    int width = canvas->width * CELL_WIDTH + 2 * MARGIN;
    int height = canvas->height * CELL_HEIGHT + 2 * MARGIN;
    fl_buffer_printf(out,
                     "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
                     "font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" "
                     "font-size=\"15\" role=\"img\">\n<title>",
                     width, height);
    xml(out, title);
    fl_buffer_printf(out,
                     "</title>\n<rect width=\"%d\" height=\"%d\" rx=\"8\" fill=\"%s\"/>\n"
                     "<g xml:space=\"preserve\">\n",
                     width, height, ground_of(canvas));
    for (int y = 0; y < canvas->height; y++) {
        svg_ground(canvas, out, y);
        svg_text(canvas, out, y);
    }
    fl_buffer_puts(out, "</g>\n</svg>\n");
}
