/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Cells and how text gets into them. Knows widths, cuts and frames; knows nothing of what is shown.
 */
#include "view/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    fl_colors dark256, dark16, dark8, light256, light8;
    int attributes;
} styles[] = {
#define FL_STYLE(id, ...) [FL_STYLE_##id] = {__VA_ARGS__},
#include "view/styles.def"
};

fl_colors fl_style_colors(fl_style style, int colors, bool light) {
    if (light)
        return colors >= 256 ? styles[style].light256 : styles[style].light8;
    return colors >= 256  ? styles[style].dark256
           : colors >= 16 ? styles[style].dark16
                          : styles[style].dark8;
}

int fl_style_attributes(fl_style style) {
    return styles[style].attributes;
}

/* The xterm palette: 16 system colours, a 6 x 6 x 6 cube, a grey ramp. */
uint32_t fl_color_rgb(int color) {
    static const uint32_t steps[] = {0, 95, 135, 175, 215, 255};
    static const uint32_t basic[] = {0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd,
                                     0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00,
                                     0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff};
    uint32_t index = (uint32_t)color & 0xff;
    if (index < 16)
        return basic[index];
    if (index >= 232)
        return (8 + 10 * (index - 232)) * 0x010101u;
    index -= 16;
    return steps[index / 36] << 16 | steps[index / 6 % 6] << 8 | steps[index % 6];
}

bool fl_canvas_resize(fl_canvas *canvas, int width, int height) {
    size_t count = (size_t)(width > 0 ? width : 0) * (size_t)(height > 0 ? height : 0);
    fl_canvas_cell *cells = count ? realloc(canvas->cells, count * sizeof *cells) : NULL;
    if (!cells) {
        free(canvas->cells);
        canvas->cells = NULL;
        canvas->width = canvas->height = 0;
        return count == 0;
    }
    canvas->cells = cells;
    canvas->width = width;
    canvas->height = height;
    fl_canvas_clear(canvas);
    return true;
}

void fl_canvas_clear(fl_canvas *canvas) {
    for (int i = 0; i < canvas->width * canvas->height; i++) {
        canvas->cells[i] = (fl_canvas_cell){.glyph = " ", .style = FL_STYLE_text};
    }
    canvas->cursor_x = canvas->cursor_y = -1;
}

void fl_canvas_done(fl_canvas *canvas) {
    free(canvas->cells);
    *canvas = (fl_canvas){0};
}

static fl_canvas_cell *cell_at(const fl_canvas *canvas, int x, int y) {
    bool inside = x >= 0 && y >= 0 && x < canvas->width && y < canvas->height;
    return inside ? &canvas->cells[y * canvas->width + x] : NULL;
}

const fl_canvas_cell *fl_canvas_at(const fl_canvas *canvas, int x, int y) {
    return cell_at(canvas, x, y);
}

/* Writing over half of a wide character blanks its other half. */
static void heal(fl_canvas *canvas, int x, int y, int width) {
    fl_canvas_cell *first = cell_at(canvas, x, y), *before = cell_at(canvas, x - 1, y);
    fl_canvas_cell *after = cell_at(canvas, x + width, y);
    if (first && before && first->glyph[0] == '\0')
        strcpy(before->glyph, " ");
    if (after && after->glyph[0] == '\0')
        strcpy(after->glyph, " ");
}

static void set(fl_canvas *canvas, int x, int y, int width, fl_style style, const char *bytes,
                size_t length) {
    fl_canvas_cell *cell = cell_at(canvas, x, y);
    if (!cell || (width == 2 && !cell_at(canvas, x + 1, y)))
        return;
    heal(canvas, x, y, width);
    memcpy(cell->glyph, bytes, length);
    cell->glyph[length] = '\0';
    cell->style = (uint8_t)style;
    cell->under = FL_STYLE_text;
    if (width == 2)
        cell[1] = (fl_canvas_cell){.glyph = "", .style = (uint8_t)style};
}

/* A character of width 0 joins the one before it, where there is room. */
static void join(fl_canvas *canvas, int x, int y, const char *bytes, size_t length) {
    fl_canvas_cell *cell = cell_at(canvas, x, y);
    if (cell && cell->glyph[0] == '\0')
        cell = cell_at(canvas, x - 1, y);
    if (!cell || cell->glyph[0] == '\0' || strcmp(cell->glyph, " ") == 0)
        return;
    size_t used = strlen(cell->glyph);
    if (used + length >= sizeof cell->glyph)
        return;
    memcpy(cell->glyph + used, bytes, length);
    cell->glyph[used + length] = '\0';
}

static int put_utf8(fl_canvas *canvas, int x, int y, int width, fl_style style, const char *text) {
    size_t left = strlen(text);
    int used = 0;
    while (left) {
        size_t length = fl_utf8_length(text, left);
        bool valid = length > 0 && (unsigned char)*text >= 0x20;
        const char *bytes = valid ? text : "?";
        size_t count = valid ? length : 1;
        int columns = valid ? fl_char_width(fl_utf8_decode(text, length)) : 1;
        if (used + columns > width)
            break;
        if (columns == 0 && used > 0)
            join(canvas, x + used - 1, y, bytes, count);
        else if (columns > 0)
            set(canvas, x + used, y, columns, style, bytes, count);
        used += columns;
        text += length ? length : 1;
        left -= length ? length : 1;
    }
    return used;
}

int fl_canvas_put(fl_canvas *canvas, int x, int y, int width, fl_style style, const char *text) {
    if (!canvas->ascii)
        return put_utf8(canvas, x, y, width, style, text);
    fl_buffer plain = {0};
    fl_ascii(&plain, text);
    int used = plain.data ? put_utf8(canvas, x, y, width, style, plain.data) : 0;
    fl_buffer_done(&plain);
    return used;
}

/* Columns a text takes on this canvas. */
static int text_width(const fl_canvas *canvas, const char *text) {
    if (!canvas->ascii)
        return fl_text_width(text);
    fl_buffer plain = {0};
    fl_ascii(&plain, text);
    int width = (int)plain.length;
    fl_buffer_done(&plain);
    return width;
}

fl_rect fl_canvas_used(const fl_canvas *canvas, fl_rect rect) {
    fl_rect used = {rect.x, rect.y, 0, 0};
    for (int y = 0; y < rect.h; y++) {
        for (int x = used.w; x < rect.w; x++) {
            const fl_canvas_cell *cell = fl_canvas_at(canvas, rect.x + x, rect.y + y);
            if (cell && (strcmp(cell->glyph, " ") != 0 || cell->style != FL_STYLE_text))
                used.w = x + 1;
        }
        for (int x = 0; x < rect.w && used.h <= y; x++) {
            const fl_canvas_cell *cell = fl_canvas_at(canvas, rect.x + x, rect.y + y);
            if (cell && (strcmp(cell->glyph, " ") != 0 || cell->style != FL_STYLE_text))
                used.h = y + 1;
        }
    }
    return used;
}

void fl_canvas_spread(fl_canvas *canvas, fl_rect rect, int right, int down, int step) {
    for (int i = rect.h - 1; i >= 0; i--) { /* from below: no line falls on one still to move */
        int from = rect.y + i, to = rect.y + down + i * step;
        fl_canvas_cell *source = cell_at(canvas, rect.x, from);
        if (!source || !cell_at(canvas, rect.x + right, to) ||
            !cell_at(canvas, rect.x + right + rect.w - 1, to))
            continue;
        fl_canvas_cell *target = cell_at(canvas, rect.x + right, to);
        memmove(target, source, (size_t)rect.w * sizeof *target);
        fl_canvas_fill(canvas, (fl_rect){rect.x, from, to == from ? right : rect.w, 1},
                       FL_STYLE_text, " ");
    }
}

int fl_canvas_fit(fl_canvas *canvas, int x, int y, int width, fl_style style, const char *text) {
    if (width <= 0)
        return 0;
    if (text_width(canvas, text) <= width)
        return fl_canvas_put(canvas, x, y, width, style, text);
    int used = fl_canvas_put(canvas, x, y, width - 1, style, text);
    return used + put_utf8(canvas, x + used, y, 1, style, canvas->ascii ? "~" : "…");
}

int fl_canvas_printf(fl_canvas *canvas, int x, int y, int width, fl_style style, const char *format,
                     ...) {
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return fl_canvas_put(canvas, x, y, width, style, text);
}

void fl_canvas_right(fl_canvas *canvas, int x, int y, int width, fl_style style, const char *text) {
    int need = text_width(canvas, text);
    int skip = need < width ? width - need : 0;
    fl_canvas_put(canvas, x + skip, y, width - skip, style, text);
}

/* Bytes of the words of `text` that fit in `width` columns; at least one character. */
static size_t line_length(const char *text, int width) {
    size_t at = 0, good = 0, total = strlen(text);
    int used = 0;
    while (at < total) {
        size_t n = fl_utf8_length(text + at, total - at);
        int columns = n ? fl_char_width(fl_utf8_decode(text + at, n)) : 1;
        if (text[at] == ' ')
            good = at;
        if (used + columns > width)
            return good ? good : at ? at : (n ? n : 1);
        used += columns;
        at += n ? n : 1;
    }
    return total;
}

/* `hang`: columns that all lines but the first stand further right. */
static int wrap(fl_canvas *canvas, fl_rect rect, int hang, fl_style style, const char *text) {
    fl_buffer plain = {0}, line = {0};
    if (canvas && canvas->ascii)
        fl_ascii(&plain, text);
    else
        fl_buffer_puts(&plain, text);
    const char *rest = plain.data ? plain.data : "";
    int lines = 0;
    while (*rest && rect.w > 0) {
        int in = lines > 0 && hang < rect.w ? hang : 0, room = rect.w - in;
        size_t n = line_length(rest, room);
        fl_buffer_clear(&line);
        fl_buffer_add(&line, rest, n);
        if (canvas && lines + 1 == rect.h && rest[n]) /* there is more: an ellipsis says so */
            fl_canvas_fit(canvas, rect.x + in, rect.y + lines, room, style, rest);
        else if (canvas && lines < rect.h && line.data)
            put_utf8(canvas, rect.x + in, rect.y + lines, room, style, line.data);
        lines++;
        rest += n;
        while (*rest == ' ')
            rest++;
    }
    fl_buffer_done(&plain);
    fl_buffer_done(&line);
    return lines;
}

int fl_canvas_wrap(fl_canvas *canvas, fl_rect rect, fl_style style, const char *text) {
    return wrap(canvas, rect, 0, style, text);
}

int fl_canvas_wrap_hanging(fl_canvas *canvas, fl_rect rect, int hang, fl_style style,
                           const char *text) {
    return wrap(canvas, rect, hang, style, text);
}

int fl_canvas_wrap_code(fl_canvas *canvas, fl_rect rect, fl_style style, const char *text) {
    return wrap(canvas, rect, (int)strspn(text, " ") + 4, style, text);
}

void fl_canvas_fill(fl_canvas *canvas, fl_rect rect, fl_style style, const char *glyph) {
    for (int y = rect.y; y < rect.y + rect.h; y++)
        for (int x = rect.x; x < rect.x + rect.w; x++)
            fl_canvas_put(canvas, x, y, 1, style, glyph);
}

void fl_canvas_halves(fl_canvas *canvas, int x, int y, fl_style upper, fl_style lower) {
    if (fl_canvas_put(canvas, x, y, 1, upper, "▀") == 1 && cell_at(canvas, x, y))
        cell_at(canvas, x, y)->under = (uint8_t)lower;
}

/* Of two halves the upper one is drawn in the colour of its ground; where it has none the lower one
 * is drawn instead. */
const char *fl_canvas_look(const fl_canvas_cell *cell, int colors, bool light, fl_colors *look) {
    *look = fl_style_colors((fl_style)cell->style, colors, light);
    if (cell->under == FL_STYLE_text)
        return cell->glyph;
    int upper = look->bg, lower = fl_style_colors((fl_style)cell->under, colors, light).bg;
    *look = upper >= 0 ? (fl_colors){upper, lower} : (fl_colors){lower, -1};
    return upper >= 0 ? cell->glyph : lower >= 0 ? "▄" : " ";
}

void fl_canvas_frame(fl_canvas *canvas, fl_rect r, fl_style style, fl_style title_style,
                     const char *title) {
    if (r.w < 2 || r.h < 2)
        return;
    int right = r.x + r.w - 1, bottom = r.y + r.h - 1;
    fl_canvas_fill(canvas, (fl_rect){r.x + 1, r.y, r.w - 2, 1}, style, "─");
    fl_canvas_fill(canvas, (fl_rect){r.x + 1, bottom, r.w - 2, 1}, style, "─");
    fl_canvas_fill(canvas, (fl_rect){r.x, r.y + 1, 1, r.h - 2}, style, "│");
    fl_canvas_fill(canvas, (fl_rect){right, r.y + 1, 1, r.h - 2}, style, "│");
    fl_canvas_put(canvas, r.x, r.y, 1, style, "┌");
    fl_canvas_put(canvas, right, r.y, 1, style, "┐");
    fl_canvas_put(canvas, r.x, bottom, 1, style, "└");
    fl_canvas_put(canvas, right, bottom, 1, style, "┘");
    if (r.w < 6 || !title)
        return;
    int used = fl_canvas_fit(canvas, r.x + 2, r.y, r.w - 4, title_style, title);
    fl_canvas_put(canvas, r.x + 1, r.y, 1, style, " ");
    fl_canvas_put(canvas, r.x + 2 + used, r.y, 1, style, " ");
}
