/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The text as the model sees it: the strip of tokens under the top line, and the same as a list
 * with ids and bytes.
 */
#include "view/panels.h"

#include "view/cursor.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the strip ---- */

enum { CHOICE = 14 /* columns kept for the arrow and what is chosen */ };

/* Columns of a token and the bar behind it. */
static int width_of(fl_view *view, int64_t position) {
    char piece[64];
    return fl_text_width(fl_token_at(view, piece, sizeof piece, position)) + 1;
}

typedef struct window {
    int64_t first, end;
} window;

static window grow_left(fl_view *view, window w, int *room) {
    while (w.first > 0 && width_of(view, w.first - 1) <= *room)
        *room -= width_of(view, --w.first);
    return w;
}

/* The last tokens, if the one under the cursor is among them; else that one with a third of the
 * room before it. */
static window window_of(fl_view *view, int64_t end, int64_t lit, int room) {
    int left = room;
    window w = grow_left(view, (window){end, end}, &left);
    if (lit < 0 || lit >= w.first)
        return w;
    left = room / 3;
    w = grow_left(view, (window){lit, lit + 1}, &left);
    room -= room / 3 - left + width_of(view, lit);
    while (w.end < end && width_of(view, w.end) <= room)
        room -= width_of(view, w.end++);
    return w;
}

/* Position of the token under the cursor, -1 where rows are no tokens. */
static int64_t lit_position(fl_view *view) {
    const fl_captured *here = fl_here(view);
    fl_place place = fl_cursor_place(view, here);
    const fl_event *event = &fl_here(view)->event;
    fl_dim dim = fl_grid_of(event).row_dim;
    bool tokens = dim == FL_DIM_T || dim == FL_DIM_S || dim == FL_DIM_R;
    return tokens ? fl_position_of(event, dim, place.row) : -1;
}

static int draw_token(fl_view *view, int x, int y, int width, int64_t position, int64_t lit,
                      int64_t past) {
    fl_canvas *canvas = &view->canvas;
    char piece[64];
    fl_style style = position == lit   ? FL_STYLE_token_on
                     : position < past ? FL_STYLE_dim
                                       : FL_STYLE_token;
    fl_token_at(view, piece, sizeof piece, position);
    x += fl_canvas_put(canvas, x, y, width - x, style, piece);
    return x +
           fl_canvas_put(canvas, x, y, width - x, FL_STYLE_rule, position + 1 == past ? "‖" : "│");
}

void fl_strip_draw(fl_view *view, int y, int width) {
    fl_canvas *canvas = &view->canvas;
    int64_t lit = lit_position(view);
    const fl_event *event = &fl_here(view)->event;
    int64_t past = event->past, end = past + event->new_tokens;
    bool chosen = event->stage == FL_STAGE_next_token;
    window w = window_of(view, end, lit, width - CHOICE);
    char piece[64];
    int x = 1;
    if (w.first > 0)
        x += fl_canvas_put(canvas, x, y, 2, FL_STYLE_dim, "…");
    for (int64_t p = w.first; p < w.end && x < width; p++)
        x = draw_token(view, x, y, width, p, lit, past);
    if (w.end < end)
        x += fl_canvas_put(canvas, x, y, width - x, FL_STYLE_dim, "…");
    x += fl_canvas_put(canvas, x, y, width - x, FL_STYLE_text, "→ ");
    fl_canvas_put(canvas, x, y, width - x, chosen ? FL_STYLE_token_new : FL_STYLE_text,
                  chosen ? fl_token_at(view, piece, sizeof piece, end) : "?");
}

/* ---- the list ---- */

static const char *piece_bytes(fl_view *view, int32_t id, size_t *length) {
    const fl_pieces *pieces = &view->options.model.pieces;
    *length = 0;
    return pieces->text ? pieces->text(pieces->ctx, id, length) : NULL;
}

/* The byte that a piece like <0x0A> stands for, -1 for any other. */
static int raw_byte(fl_view *view, int32_t id) {
    size_t length;
    const char *text = piece_bytes(view, id, &length);
    char digits[3] = {0}, *end;
    if (!text || length != 6 || memcmp(text, "<0x", 3) != 0 || text[5] != '>')
        return -1;
    memcpy(digits, text + 3, 2);
    long byte = strtol(digits, &end, 16);
    return *end ? -1 : (int)byte;
}

/* The character that the byte pieces from `i` on spell together; returns how many, 0 for none. */
static size_t spelt_character(fl_view *view, const int32_t *tokens, size_t n, size_t i,
                              char out[5]) {
    size_t count = 0;
    for (; count < 4 && i + count < n && raw_byte(view, tokens[i + count]) >= 0; count++)
        out[count] = (char)raw_byte(view, tokens[i + count]);
    size_t used = fl_utf8_length(out, count);
    out[used] = '\0';
    return used;
}

static const char *control_name(int byte) {
    static const struct {
        int byte;
        const char *name;
    } names[] = {{'\n', "a line feed"},
                 {'\t', "a tab"},
                 {'\r', "a carriage return"},
                 {' ', "a blank"},
                 {0, "a zero"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].byte == byte)
            return names[i].name;
    return NULL;
}

/* "one raw byte, 2 of 4 of "🙂"": what a byte piece is part of. */
static void add_raw(fl_view *view, const int32_t *tokens, size_t n, size_t i, fl_buffer *out) {
    int byte = raw_byte(view, tokens[i]);
    char text[5], shown[32];
    size_t start = i, used = 0;
    fl_buffer_printf(out, "%02x  one raw byte", (unsigned)byte);
    while (start > 0 && i - start < 3 && raw_byte(view, tokens[start]) >= 0 &&
           (raw_byte(view, tokens[start]) & 0xc0) == 0x80)
        start--;
    if (raw_byte(view, tokens[start]) >= 0)
        used = spelt_character(view, tokens, n, start, text);
    if (control_name(byte))
        fl_buffer_printf(out, ", %s", control_name(byte));
    else if (used == 1 && start == i)
        fl_buffer_printf(out, ", \"%s\"", fl_escape_into(shown, sizeof shown, text, used));
    else if (used > i - start)
        fl_buffer_printf(out, ", %zu of %zu of \"%s\"", i - start + 1, used,
                         fl_escape_into(shown, sizeof shown, text, used));
    else
        fl_buffer_puts(out, ", no whole character");
}

static void add_bytes(fl_view *view, int32_t id, fl_buffer *out) {
    size_t length;
    const char *text = piece_bytes(view, id, &length);
    for (size_t i = 0; text && i < length; i++)
        fl_buffer_printf(out, "%s%02x", i ? " " : "", (unsigned)(unsigned char)text[i]);
    if (text && length >= 3 && text[0] == '<' && text[length - 1] == '>')
        fl_buffer_puts(out, "  a mark of the vocabulary");
}

static void add_token(fl_view *view, const int32_t *tokens, size_t n, size_t i, fl_buffer *out) {
    char piece[64];
    fl_piece_show(piece, sizeof piece, &view->options.model.pieces, tokens[i]);
    int pad = 16 - fl_text_width(piece);
    fl_buffer_printf(out, "%8zu %6" PRId32 "  %s%*s ", i, tokens[i], piece, pad > 0 ? pad : 0, "");
    if (raw_byte(view, tokens[i]) >= 0)
        add_raw(view, tokens, n, i, out);
    else
        add_bytes(view, tokens[i], out);
    fl_buffer_puts(out, "\n");
}

/* What the tokens from here on are, where that changes; NULL where it does not. */
static const char *part_of(fl_view *view, size_t i, size_t n_prompt) {
    size_t past = (size_t)fl_here_pass(view).dims.P, end = past + (size_t)fl_here_pass(view).dims.T;
    if (i == past)
        return n_prompt > past ? "read in this pass" : "chosen by the model, read in this pass";
    if (i == end)
        return n_prompt > end ? "of the prompt, not read yet" : "chosen by the model, not read yet";
    if (i == n_prompt)
        return "chosen by the model";
    return i == 0 ? "read in earlier passes, their keys and values kept" : NULL;
}

void fl_text_lines(fl_view *view, fl_buffer *out) {
    size_t n, n_prompt;
    const int32_t *tokens = view->source.tokens(view->source.ctx, &n, &n_prompt);
    fl_buffer_puts(out, "position     id  piece            bytes\n");
    for (size_t i = 0; i < n; i++) {
        const char *part = part_of(view, i, n_prompt);
        if (part)
            fl_buffer_printf(out, "%s:\n", part);
        add_token(view, tokens, n, i, out);
    }
}
