/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The page of the logit lens: residuals downwards, tokens across, in each cell what would come
 * next. The cell of the cursor stands in `pick`: row · tokens + token.
 */
#include "view/panels.h"

#include "view/cursor.h"
#include "view/value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    LABEL = 15,
    NARROWEST = 9,
    WIDEST = 16,
    NUMBERED = 12,
    LISTED = FL_LENS_BEST + 3,
    SHORT = 4,
    PRINTED = 16
};

/* Multiply-adds that fit between a key and its frame. */
static const double FRAME_WORK = 2.5e8;

static const char explanation[] =
    "The answer forming, row by row: what would come next after each token if the model ended "
    "there, with only the final norm and output matrix behind it.";

/* ---- the cursor ---- */

static int64_t columns_of(fl_view *view) {
    int64_t columns = fl_here_pass(view).dims.T;
    return columns > 0 ? columns : 1;
}

static int64_t clamp(int64_t value, int64_t low, int64_t high) {
    return value < low || high < low ? low : value > high ? high : value;
}

static int64_t column_here(fl_view *view) {
    return view->pick % columns_of(view);
}

static int64_t row_here(fl_view *view) {
    return clamp(view->pick / columns_of(view), 0, fl_lens_rows(view) - 1);
}

static void put_cursor(fl_view *view, int64_t row, int64_t column) {
    int64_t columns = columns_of(view), rows = fl_lens_rows(view);
    view->pick = (int)(clamp(row, 0, rows - 1) * columns + clamp(column, 0, columns - 1));
}

/* On the residual that was computed last before the event shown, or is shown. */
void fl_lens_open(fl_view *view) {
    int64_t row = 0, column = view->cursor[FL_DIM_T];
    while (row + 1 < fl_lens_rows(view) && fl_lens_event(view, row + 1) <= view->at)
        row++;
    put_cursor(view, row, column < 0 ? columns_of(view) - 1 : column);
}

void fl_lens_move(fl_view *view, fl_verb verb, int64_t count) {
    int64_t row = row_here(view), column = column_here(view);
    if (verb == FL_VERB_first || verb == FL_VERB_last)
        put_cursor(view, row, verb == FL_VERB_first ? 0 : columns_of(view) - 1);
    else if (verb == FL_VERB_left || verb == FL_VERB_right)
        put_cursor(view, row, column + (verb == FL_VERB_left ? -count : count));
    else
        put_cursor(view, row + fl_rows_of(verb, count), column);
}

void fl_lens_choose(fl_view *view) {
    int64_t event = fl_lens_event(view, row_here(view));
    view->cursor[FL_DIM_T] = column_here(view);
    fl_open_page(view, FL_PAGE_NONE);
    if (event >= 0)
        fl_view_jump(view, event);
}

/* ---- words ---- */

static const char *row_name(char *out, size_t size, int64_t row) {
    if (row == 0)
        snprintf(out, size, "   embed");
    else
        snprintf(out, size, "%2" PRId64 " %s", (row - 1) / 2,
                 fl_stage_get_info(row % 2 ? FL_STAGE_resid_mid : FL_STAGE_resid_post)->id);
    return out;
}

/* What is small does not read like nothing: "4e-5". */
static const char *chance_text(char out[FL_NUMBER], double chance) {
    return fl_number_apart(out, (fl_format){4, false, 6}, chance);
}

/* "" Paris" 0.5312": the i-th best of a cell. */
static const char *best_text(fl_view *view, char *out, size_t size, const fl_lens_cell *cell,
                             int i) {
    char piece[64], number[FL_NUMBER];
    fl_piece_show(piece, sizeof piece, &view->options.model.pieces, cell->best[i].id);
    snprintf(out, size, "\"%s\" %s", piece, chance_text(number, cell->best[i].value));
    return out;
}

static const char no_number[] = "all scores are NaN";

static void add_best(fl_view *view, const fl_lens_cell *cell, fl_buffer *out) {
    char text[112];
    for (int i = 0; i < cell->count; i++)
        fl_buffer_printf(out, "%s%s", i ? ", " : "", best_text(view, text, sizeof text, cell, i));
    if (cell->count == 0)
        fl_buffer_puts(out, no_number);
}

/* What the model ends with, and how far this cell is from it. */
static void add_choice(fl_view *view, const fl_lens_cell *cell, fl_buffer *out) {
    char piece[64], digits[32], number[FL_NUMBER];
    const fl_hparams *h = view->options.model.hparams;
    if (cell->choice < 0) {
        fl_buffer_puts(out, fl_lens_whole(view) ? "in the end all scores are NaN"
                                                : "what the model ends with is not computed yet");
        return;
    }
    fl_piece_show(piece, sizeof piece, &view->options.model.pieces, cell->choice);
    if (cell->count == 0) { /* then it has no rank here */
        fl_buffer_printf(out, "in the end \"%s\"", piece);
        return;
    }
    fl_buffer_printf(out, "in the end \"%s\": here number %" PRId64 " of %s, %s", piece, cell->rank,
                     fl_group_digits(digits, sizeof digits, h->vocab_size),
                     chance_text(number, cell->chance));
}

static void add_place(fl_view *view, int64_t row, int64_t column, fl_buffer *out) {
    char name[32], piece[64];
    int64_t position = fl_here_pass(view).dims.P + column;
    row_name(name, sizeof name, row);
    fl_buffer_printf(out, "%s%s after \"%s\" (position %" PRId64 ")", row ? "layer " : "",
                     name + strspn(name, " "), fl_token_at(view, piece, sizeof piece, position),
                     position);
}

/* ---- as text: the cursor's token in full, the others by their likeliest ---- */

static void add_column(fl_view *view, int64_t column, fl_buffer *out) {
    char name[32];
    for (int64_t row = 0; row < fl_lens_rows(view); row++) {
        const fl_lens_cell *cell = fl_lens_at(view, row, column);
        if (!cell)
            continue;
        row_name(name, sizeof name, row);
        fl_buffer_printf(out, "%s%s: ", row ? "layer " : "", name + strspn(name, " "));
        add_best(view, cell, out);
        fl_buffer_puts(out, "; ");
        add_choice(view, cell, out);
        fl_buffer_puts(out, "\n");
    }
}

static void add_likeliest(fl_view *view, int64_t column, fl_buffer *out) {
    char piece[64], text[112];
    const char *comma = "";
    fl_buffer_printf(out, "after \"%s\": ",
                     fl_token_at(view, piece, sizeof piece, fl_here_pass(view).dims.P + column));
    for (int64_t row = 0; row < fl_lens_rows(view); row++, comma = ", ") {
        const fl_lens_cell *cell = fl_lens_at(view, row, column);
        if (cell && cell->count > 0)
            fl_buffer_printf(out, "%s%s", comma, best_text(view, text, sizeof text, cell, 0));
        else
            fl_buffer_printf(out, "%s%s", comma, cell ? "NaN" : "not read");
    }
    fl_buffer_puts(out, "\n");
}

/* Cells are kept once they are read: the last residual is asked for, so that it is known whether a
 * patch has gone into it. */
static void ask_for_last(fl_view *view) {
    int64_t rows = fl_lens_rows(view), event = rows > 0 ? fl_lens_event(view, rows - 1) : -1;
    if (event >= 0)
        fl_event_at(view, event);
}

void fl_lens_lines(fl_view *view, fl_buffer *out) {
    const char *hindrance = fl_lens_hindrance(view);
    ask_for_last(view);
    char piece[64];
    int64_t columns = columns_of(view), column = column_here(view);
    int64_t shown = clamp(columns, 1, PRINTED), first = fl_first_shown(column, columns, shown);
    int64_t position = fl_here_pass(view).dims.P + column;
    if (hindrance) {
        fl_buffer_printf(out, "%s\n", hindrance);
        return;
    }
    fl_lens_read_whole(view, column);
    fl_buffer_printf(out, "%s\nafter \"%s\", position %" PRId64 ":\n", explanation,
                     fl_token_at(view, piece, sizeof piece, position), position);
    add_column(view, column, out);
    if (shown > 1)
        fl_buffer_puts(out, "the likeliest alone, in the same order:\n");
    for (int64_t i = first; i < first + shown && shown > 1; i++) {
        fl_lens_read_whole(view, i);
        add_likeliest(view, i, out);
    }
}

/* ---- the table ---- */

typedef struct table {
    fl_view *view;
    fl_rect rect;
    int64_t row, column;   /* the cursor */
    int64_t top, left;     /* the first shown */
    int lines, shown;      /* how many of each are */
    int width;             /* of a column */
    int64_t rows, columns; /* how many there are */
    fl_shading shading;
} table;

static table lay_out(fl_view *view, fl_rect rect, int lines) {
    table t = {.view = view,
               .rect = rect,
               .row = row_here(view),
               .column = column_here(view),
               .rows = fl_lens_rows(view),
               .columns = columns_of(view),
               .shading = {true, 1, view->options.colors, view->options.ascii}};
    int room = rect.w - LABEL;
    t.shown = (int)clamp(room / NARROWEST, 1, t.columns);
    t.width = (int)clamp(room / t.shown, 1, WIDEST);
    t.lines = (int)clamp(lines, 1, t.rows);
    t.left = fl_first_shown(t.column, t.columns, t.shown);
    t.top = fl_first_shown(t.row, t.rows, t.lines);
    return t;
}

static void draw_header(const table *t, int y) {
    fl_canvas *canvas = &t->view->canvas;
    char piece[64];
    fl_canvas_put(canvas, t->rect.x + 1, y, LABEL - 1, FL_STYLE_dim,
                  t->view->unfinished ? "computing …" : "layer");
    for (int i = 0; i < t->shown; i++) {
        bool on = t->left + i == t->column;
        int x = t->rect.x + LABEL + i * t->width;
        int64_t position = fl_here_pass(t->view).dims.P + t->left + i;
        if (on)
            x += fl_canvas_put(canvas, x, y, 1, FL_STYLE_key, "▾");
        fl_canvas_fit(canvas, x, y, t->width - 1 - on, on ? FL_STYLE_label_on : FL_STYLE_label,
                      fl_token_at(t->view, piece, sizeof piece, position));
    }
}

/* The share behind the piece: ".53" where there is room for it, else its glyph. */
static int draw_share(const table *t, int x, int y, int width, fl_style style, double share) {
    char number[FL_NUMBER];
    if (t->width < NUMBERED) {
        fl_canvas_put(&t->view->canvas, x + width - 1, y, 1, style,
                      fl_shade_glyph(&t->shading, share, 1));
        return 2;
    }
    fl_number(number, (fl_format){2, false, 4}, share);
    fl_canvas_right(&t->view->canvas, x, y, width, style, number + (number[0] == '0'));
    return 5;
}

static void draw_cell(const table *t, int x, int y, int64_t row, int64_t column) {
    fl_canvas *canvas = &t->view->canvas;
    const fl_lens_cell *cell = fl_lens_at(t->view, row, column);
    bool on = row == t->row && column == t->column;
    int width = t->width - 1;
    char piece[64];
    fl_hit_add(t->view, (fl_rect){x, y, width, 1}, FL_HIT_ITEM, row * t->columns + column, 0, 0);
    if (!cell || cell->count == 0) {
        fl_canvas_put(canvas, x, y, width, on ? FL_STYLE_cursor : FL_STYLE_dim, cell ? "NaN" : "·");
        return;
    }
    double share = cell->best[0].value;
    fl_style style = on ? FL_STYLE_cursor : fl_shade_style(&t->shading, share);
    fl_canvas_fill(canvas, (fl_rect){x, y, width, 1}, style, " ");
    int taken = draw_share(t, x, y, width, style, share);
    fl_piece_show(piece, sizeof piece, &t->view->options.model.pieces, cell->best[0].id);
    fl_canvas_fit(canvas, x, y, width - taken, style, piece);
}

static void draw_row(const table *t, int y, int64_t row) {
    fl_canvas *canvas = &t->view->canvas;
    char name[32];
    bool on = row == t->row;
    if (on)
        fl_canvas_put(canvas, t->rect.x, y, 1, FL_STYLE_key, "▸");
    fl_canvas_put(canvas, t->rect.x + 1, y, LABEL - 2, on ? FL_STYLE_label_on : FL_STYLE_label,
                  row_name(name, sizeof name, row));
    for (int i = 0; i < t->shown; i++)
        draw_cell(t, t->rect.x + LABEL + i * t->width, y, row, t->left + i);
}

/* What shades mean, and that there is more than is shown. */
static void draw_foot(const table *t, int y) {
    char legend[160], more[96] = "";
    if (t->lines < t->rows || t->shown < t->columns)
        snprintf(more, sizeof more,
                 "; rows %" PRId64 "–%" PRId64 " of %" PRId64 ", tokens %" PRId64 "–%" PRId64
                 " of %" PRId64,
                 t->top + 1, t->top + t->lines, t->rows, t->left + 1, t->left + t->shown,
                 t->columns);
    int columns = t->width >= NUMBERED ? FL_GLYPH_COLUMNS + 1 : 1;
    fl_shade_legend(&t->shading, columns, t->rect.w - fl_text_width(more), legend, sizeof legend);
    if (!legend[0]) { /* what the shades mean goes before */
        fl_shade_legend(&t->shading, columns, t->rect.w, legend, sizeof legend);
        more[0] = legend[0] ? '\0' : more[0];
    }
    fl_canvas_printf(&t->view->canvas, t->rect.x, y, t->rect.w, FL_STYLE_dim, "%s%s", legend,
                     legend[0] || !more[0] ? more : more + 2);
}

/* ---- the cell under the cursor ---- */

static void draw_bars(fl_view *view, fl_rect rect, const fl_lens_cell *cell) {
    fl_canvas *canvas = &view->canvas;
    char piece[64], bar[128], number[FL_NUMBER];
    for (int i = 0; i < cell->count && i < rect.h; i++) {
        int y = rect.y + i;
        fl_piece_show(piece, sizeof piece, &view->options.model.pieces, cell->best[i].id);
        fl_canvas_fit(canvas, rect.x + 2, y, 16, i ? FL_STYLE_text : FL_STYLE_bold, piece);
        fl_canvas_put(canvas, rect.x + 19, y, 7, FL_STYLE_text,
                      chance_text(number, cell->best[i].value));
        fl_bar(bar, cell->best[i].value, rect.w - 27, canvas->ascii);
        fl_canvas_put(canvas, rect.x + 27, y, rect.w - 27, FL_STYLE_bar, bar);
    }
}

/* The best side by side, each whole, in the lines there are; returns those used. */
static int draw_best(fl_view *view, fl_rect rect, const fl_lens_cell *cell) {
    char text[112];
    int x = 0, y = 0;
    for (int i = 0; i < cell->count; i++) {
        int width = fl_text_width(best_text(view, text, sizeof text, cell, i));
        if (x > 0 && x + width > rect.w) {
            x = 0;
            y++;
        }
        if (y >= rect.h)
            return y;
        x += 2 + fl_canvas_fit(&view->canvas, rect.x + x, rect.y + y, rect.w - x,
                               i ? FL_STYLE_text : FL_STYLE_bold, text);
    }
    return y + 1;
}

/* Draws a text that is not kept; returns the lines used. */
static int draw_text(fl_view *view, fl_rect rect, fl_style style, fl_buffer *text) {
    int lines = text->data ? fl_canvas_wrap(&view->canvas, rect, style, text->data) : 0;
    fl_buffer_done(text);
    return lines < rect.h ? lines : rect.h;
}

static void draw_detail(const table *t, fl_rect rect) {
    const fl_lens_cell *cell = fl_lens_at(t->view, t->row, t->column);
    fl_buffer place = {0}, choice = {0};
    add_place(t->view, t->row, t->column, &place);
    fl_canvas_put(&t->view->canvas, rect.x, rect.y, 1, FL_STYLE_key, "▸");
    rect.y +=
        draw_text(t->view, (fl_rect){rect.x + 2, rect.y, rect.w - 2, 1}, FL_STYLE_bold, &place);
    rect.h--;
    if (!cell)
        return;
    if (rect.h >= cell->count + 1) {
        draw_bars(t->view, rect, cell);
        if (cell->count == 0)
            fl_canvas_fit(&t->view->canvas, rect.x + 2, rect.y++, rect.w - 2, FL_STYLE_text,
                          no_number);
        rect.y += cell->count;
        rect.h -= cell->count;
    } else {
        int used = draw_best(t->view, (fl_rect){rect.x + 2, rect.y, rect.w - 2, rect.h - 1}, cell);
        rect.y += used;
        rect.h -= used;
    }
    add_choice(t->view, cell, &choice);
    draw_text(t->view, (fl_rect){rect.x + 2, rect.y, rect.w - 2, rect.h}, FL_STYLE_meaning,
              &choice);
}

void fl_lens_draw(fl_view *view, fl_rect rect) {
    const char *hindrance = fl_lens_hindrance(view);
    ask_for_last(view);
    if (hindrance) {
        fl_canvas_wrap(&view->canvas, rect, FL_STYLE_text, hindrance);
        return;
    }
    if (rect.h >= 14) {
        int lines = fl_canvas_wrap(&view->canvas, (fl_rect){rect.x, rect.y, rect.w, 3},
                                   FL_STYLE_meaning, explanation);
        rect.y += lines;
        rect.h -= lines;
    }
    int detail = rect.h >= 24 ? LISTED : SHORT;
    table t = lay_out(view, rect, rect.h - 2 - detail);
    view->unfinished = !fl_lens_read(view, t.column, t.left, t.shown, FRAME_WORK);
    draw_header(&t, rect.y);
    for (int i = 0; i < t.lines; i++)
        draw_row(&t, rect.y + 1 + i, t.top + i);
    draw_foot(&t, rect.y + 1 + t.lines);
    int y = rect.y + 2 + t.lines;
    y += rect.y + rect.h - y > LISTED;
    draw_detail(&t, (fl_rect){rect.x, y, rect.w, rect.y + rect.h - y});
}
