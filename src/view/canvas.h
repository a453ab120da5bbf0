/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * A grid of character cells to draw on, and writers that turn one into text, ANSI and SVG.
 *
 * A cell holds one character (with what combines with it) and a style of styles.def. Whatever is
 * put outside the grid or past the given width is cut off; a wide character never straddles a cut.
 * With `ascii` set no byte above 127 gets in.
 */
#ifndef FL_VIEW_CANVAS_H
#define FL_VIEW_CANVAS_H

#include "base/text.h"

#include <stdint.h>

enum {
    FL_ATTR_BOLD = 1,
    FL_ATTR_DIM = 2,
    FL_ATTR_UNDERLINE = 4,
    FL_ATTR_REVERSE_MONO = 8 /* swapped colours where there are none */
};

typedef enum fl_style {
#define FL_STYLE(id, ...) FL_STYLE_##id,
#include "view/styles.def"
    FL_STYLE_COUNT
} fl_style;

typedef struct fl_colors {
    int fg, bg; /* -1: the terminal's own */
} fl_colors;

/* `colors`: how many there are, 8, 16 or 256. */
fl_colors fl_style_colors(fl_style style, int colors, bool light);
int fl_style_attributes(fl_style style);
/* 0xRRGGBB of a colour of xterm's 256. */
uint32_t fl_color_rgb(int color);

typedef struct fl_canvas_cell {
    char glyph[13]; /* UTF-8, NUL-terminated; "" in the right half of a wide character */
    uint8_t style;
    uint8_t under; /* of two halves: `style` gives the upper one its ground, this the lower; else
                      FL_STYLE_text */
} fl_canvas_cell;

/* What a painter puts there: the glyph, and its colours of `colors`. */
const char *fl_canvas_look(const fl_canvas_cell *cell, int colors, bool light, fl_colors *look);

typedef struct fl_rect {
    int x, y, w, h;
} fl_rect;

typedef struct fl_canvas {
    int width, height;
    bool ascii;
    bool light;  /* seen on a light ground */
    bool ground; /* which is to be drawn too: it may not be the terminal's */
    fl_canvas_cell *cells;
    int cursor_x, cursor_y; /* where text is being typed; -1: nowhere */
} fl_canvas;

/* Sets the size and blanks every cell; false: out of memory (the canvas is then 0 x 0). */
bool fl_canvas_resize(fl_canvas *canvas, int width, int height);
void fl_canvas_clear(fl_canvas *canvas);
void fl_canvas_done(fl_canvas *canvas);
/* Lines and columns from the upper left corner of the rectangle in which anything stands. */
fl_rect fl_canvas_used(const fl_canvas *canvas, fl_rect rect);
/* Moves what stands in the rectangle so much to the right and down, its lines `step` apart. */
void fl_canvas_spread(fl_canvas *canvas, fl_rect rect, int right, int down, int step);
const fl_canvas_cell *fl_canvas_at(const fl_canvas *canvas, int x, int y); /* NULL outside */

/* Puts UTF-8 text from (x, y), at most `width` columns; returns the columns used. */
int fl_canvas_put(fl_canvas *canvas, int x, int y, int width, fl_style style, const char *text);
/* The same, with a final ellipsis where the text is too long. */
int fl_canvas_fit(fl_canvas *canvas, int x, int y, int width, fl_style style, const char *text);
int fl_canvas_printf(fl_canvas *canvas, int x, int y, int width, fl_style style, const char *format,
                     ...) FL_PRINTF(6, 7);
/* Right-aligned so that it ends before x + width. */
void fl_canvas_right(fl_canvas *canvas, int x, int y, int width, fl_style style, const char *text);
/* Breaks at blanks into lines of the rectangle; returns the lines the text needs, which may be more
 * than were drawn. The canvas may be NULL to measure. */
int fl_canvas_wrap(fl_canvas *canvas, fl_rect rect, fl_style style, const char *text);
/* The same, with all lines but the first so far to the right. */
int fl_canvas_wrap_hanging(fl_canvas *canvas, fl_rect rect, int hang, fl_style style,
                           const char *text);
/* The same for a line of source: what does not fit stands below it, four columns further in. */
int fl_canvas_wrap_code(fl_canvas *canvas, fl_rect rect, fl_style style, const char *text);
/* Repeats one glyph of one column over a rectangle. */
void fl_canvas_fill(fl_canvas *canvas, fl_rect rect, fl_style style, const char *glyph);
/* Two cells of a picture, one above the other in one character: the grounds of the styles. */
void fl_canvas_halves(fl_canvas *canvas, int x, int y, fl_style upper, fl_style lower);
/* A frame of lines with a title in its upper edge. */
void fl_canvas_frame(fl_canvas *canvas, fl_rect rect, fl_style style, fl_style title_style,
                     const char *title);

/* Lines without trailing blanks, each ended by a line feed. */
void fl_canvas_text(const fl_canvas *canvas, fl_buffer *out);
/* The same with SGR escape sequences of 256 colours. */
void fl_canvas_ansi(const fl_canvas *canvas, fl_buffer *out);
/* A picture of the canvas on its ground; `title` is its alternative text. */
void fl_canvas_svg(const fl_canvas *canvas, fl_buffer *out, const char *title);

#endif
