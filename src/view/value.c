/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The grid: rows of cells as numbers where they fit, else as shades; the numbers of the cursor's
 * row below; the cell under the cursor exactly, always.
 */
#include "view/look.h"
#include "view/sheet.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

fl_format fl_value_format(const fl_captured *captured) {
    const fl_stats *stats = &captured->stats;
    double largest = stats->finite ? fmax(fabs(stats->min), fabs(stats->max)) : 0;
    fl_stage stage = captured->event.stage;
    if (stage == FL_STAGE_rope_cos || stage == FL_STAGE_rope_sin)
        largest = 1; /* the two are read side by side */
    return fl_format_for(largest, 4);
}

fl_shading fl_value_shading(fl_view *view, const fl_event *event) {
    return (fl_shading){fl_ramp_here(view, event->stage), fl_digest_here(view)->scale,
                        view->options.colors, view->options.ascii};
}

/* A column of a table of angles is a pair, whichever two places of a head the file's pairing means.
 */
static void pair_words(const fl_view *view, int64_t column, fl_buffer *out) {
    const fl_hparams *h = view->options.model.hparams;
    int64_t half = h->rotary_dim / 2, pair = column % half;
    bool halves = h->rope_pairing == FL_ROPE_HALF;
    fl_buffer_printf(out, "pair %" PRId64 " (places %" PRId64 " and %" PRId64 ")", pair,
                     halves ? pair : 2 * pair, halves ? pair + half : 2 * pair + 1);
}

void fl_axis_words(fl_view *view, const fl_event *event, int axis, int64_t at, fl_buffer *out) {
    const fl_stage_info *info = fl_stage_get_info(event->stage);
    fl_axis name = event->tensor.axes[axis];
    char piece[64];
    if (name == FL_AXIS_dim && info->dims[axis] == FL_DIM_r) {
        pair_words(view, at, out);
        return;
    }
    fl_buffer_printf(out, "%s ", fl_axis_name(name));
    if (name == FL_AXIS_token || name == FL_AXIS_query || name == FL_AXIS_key) {
        int64_t position = fl_position_of(event, info->dims[axis], at);
        fl_buffer_printf(out, "\"%s\"", fl_token_at(view, piece, sizeof piece, position));
    } else if (name == FL_AXIS_vocab) {
        fl_piece_show(piece, sizeof piece, &view->options.model.pieces, (int32_t)at);
        fl_buffer_printf(out, "\"%s\"", piece);
    } else {
        fl_buffer_printf(out, "%" PRId64, at);
    }
}

void fl_place_words(fl_view *view, const fl_event *event, const int64_t index[FL_MAX_DIMS],
                    fl_buffer *out) {
    const fl_tensor *tensor = &event->tensor;
    const char *before = " ";
    fl_buffer_puts(out, "[");
    for (int i = 0; i < tensor->n_dims; i++)
        fl_buffer_printf(out, "%s%" PRId64, i ? ", " : "", index[i]);
    fl_buffer_puts(out, "]");
    for (int i = 0; i < tensor->n_dims; i++) {
        if (tensor->axes[i] == FL_AXIS_batch || tensor->axes[i] == FL_AXIS_one)
            continue;
        fl_buffer_puts(out, before);
        fl_axis_words(view, event, i, index[i], out);
        before = ", ";
    }
}

void fl_row_label(fl_view *view, int x, int y, int width, int64_t position, bool on) {
    char piece[64];
    fl_style style = on ? FL_STYLE_label_on : FL_STYLE_label;
    fl_canvas *canvas = &view->canvas;
    if (on)
        fl_canvas_put(canvas, x, y, 1, FL_STYLE_key, "▸");
    fl_canvas_printf(canvas, x + 1, y, width - 2, FL_STYLE_dim, "%3" PRId64, position);
    fl_token_at(view, piece, sizeof piece, position);
    fl_canvas_fit(canvas, x + 5, y, width - 6, style, piece);
}

int64_t fl_first_shown(int64_t at, int64_t rows, int64_t shown) {
    int64_t first = at - shown / 2;
    if (first > rows - shown)
        first = rows - shown;
    return first < 0 ? 0 : first;
}

int fl_more_draw(fl_view *view, fl_rect line, int64_t above, int64_t below) {
    char up[32] = "", down[32] = "", text[72];
    if (above > 0)
        snprintf(up, sizeof up, "▲ %" PRId64 " more", above);
    if (below > 0)
        snprintf(down, sizeof down, "▼ %" PRId64 " more", below);
    if (!up[0] && !down[0])
        return 0;
    snprintf(text, sizeof text, "%s%s%s", up, up[0] && down[0] ? "  " : "", down);
    fl_canvas_right(&view->canvas, line.x, line.y, line.w, FL_STYLE_key, text);
    return fl_text_width(text) + 2;
}

/* ---- how wide ---- */

/* Three digits where all columns fit with them, else two. */
static fl_format brief_format(const fl_sheet *s) {
    if (fl_ramp_is_share(s->shading.ramp))
        return (fl_format){2, false, 4};
    double largest = fl_digest_here(s->view)->largest;
    fl_format three = fl_format_for(largest, 3);
    bool fits = s->view->present || s->grid.cols * (three.width + 1) <= s->rect.w - s->label;
    return fits ? three : fl_format_for(largest, 2);
}

static int columns_of(const fl_sheet *s, fl_level l) {
    switch (l) {
    case FL_LEVEL_BLOCK:
    case FL_LEVEL_ONE:
        return 1;
    case FL_LEVEL_TWO:
        return 2;
    case FL_LEVEL_BRIEF:
        return s->brief.width + 1;
    case FL_LEVEL_NUMBER:
        return s->format.width + 2;
    }
    return 1;
}

/* Before an audience numbers have air around them, and share what room there is. */
static int large_columns(const fl_sheet *s) {
    enum { WIDEST = 12 };
    int room = s->rect.w - s->label, least = columns_of(s, s->level) + 2;
    int share = (int)(room / s->grid.cols);
    return share < least ? least : share < WIDEST ? share : WIDEST;
}

/* The widest cells with which all columns fit, or numbers before an audience, moved by the reader's
 * zoom. */
static void choose_level(fl_sheet *s) {
    int room = s->rect.w - s->label;
    fl_level lowest = s->grid.cols <= room ? FL_LEVEL_ONE : FL_LEVEL_BLOCK, best = lowest;
    for (fl_level l = lowest; l <= FL_LEVEL_NUMBER; l++)
        if (s->grid.cols * columns_of(s, l) <= room)
            best = l;
    best = s->view->present ? FL_LEVEL_BRIEF : best;
    int wanted = (int)best + s->view->zoom;
    s->level = wanted < (int)lowest       ? lowest
               : wanted > FL_LEVEL_NUMBER ? FL_LEVEL_NUMBER
                                          : (fl_level)wanted;
    s->columns = columns_of(s, s->level);
    if (s->view->present && s->level >= FL_LEVEL_BRIEF)
        s->columns = large_columns(s);
    else if (s->level == FL_LEVEL_TWO &&
             s->grid.cols * FL_GLYPH_COLUMNS >= room) /* as wide as the room makes them */
        s->columns = (int)(room / s->grid.cols) < 2 ? 2 : (int)(room / s->grid.cols);
    else if (s->level == FL_LEVEL_TWO)
        s->columns = FL_GLYPH_COLUMNS;
    s->cells = 1;
    int64_t fit = room / s->columns > 0 ? room / s->columns : 1;
    if (s->level == FL_LEVEL_BLOCK)
        s->cells = (s->grid.cols + fit - 1) / fit;
    int64_t glyphs = (s->grid.cols + s->cells - 1) / s->cells;
    s->shown = glyphs < fit ? glyphs : fit;
    s->first = fl_first_shown(s->cursor.col / s->cells, glyphs, s->shown);
}

/* ---- header ---- */

static void column_name(const fl_sheet *s, int64_t col, char *out, size_t size) {
    if (s->grid.col_dim == FL_DIM_S)
        fl_token_at(s->view, out, size, col);
    else
        snprintf(out, size, "%" PRId64, col);
}

/* That there are more columns to either side. */
static void draw_more(fl_sheet *s) {
    fl_canvas *canvas = &s->view->canvas;
    int left = s->rect.x + s->label - 1, right = left + 1 + (int)s->shown * s->columns;
    if (s->first > 0)
        fl_canvas_fit(canvas, left, s->rect.y, 1, FL_STYLE_key, "……");
    if (s->first + s->shown < s->grid.cols)
        fl_canvas_fit(canvas, right, s->rect.y, 1, FL_STYLE_key, "……");
}

static void draw_names(fl_sheet *s) {
    char name[64];
    for (int64_t i = 0; i < s->shown; i++) {
        int64_t col = s->first + i;
        column_name(s, col, name, sizeof name);
        int x = s->rect.x + s->label + (int)i * s->columns;
        fl_style style = col == s->cursor.col ? FL_STYLE_label_on : FL_STYLE_label;
        fl_canvas *canvas = &s->view->canvas;
        const char *text = name; /* the blank before a word goes first */
        text += text[0] == ' ' && fl_text_width(text) >= s->columns;
        if (s->grid.col_dim != FL_DIM_S || fl_text_width(text) < s->columns)
            fl_canvas_right(canvas, x, s->rect.y, s->columns - 1, style, text);
        else
            fl_canvas_fit(canvas, x, s->rect.y, s->columns - 1, style, text);
    }
    draw_more(s);
}

/* Distance of the marks over narrow cells: heads where they lie side by side, else even steps. */
static int64_t tick_step(const fl_sheet *s, bool *heads) {
    int64_t d = s->view->options.model.hparams->head_dim;
    *heads = (s->grid.col_dim == FL_DIM_Hd || s->grid.col_dim == FL_DIM_Kd) &&
             d * s->columns / s->cells >= 3;
    if (*heads)
        return d;
    int64_t step = s->grid.col_dim == FL_DIM_S ? 5 : 8;
    while (step * s->columns / s->cells < 6)
        step *= 2;
    return step;
}

/* A mark's text: a head, a position with the token that stands there, or a place. */
static void tick_name(const fl_sheet *s, int64_t col, int64_t step, bool heads, char *out,
                      size_t size) {
    char piece[64];
    if (heads)
        snprintf(out, size, "h%" PRId64, col / step);
    else if (s->grid.col_dim == FL_DIM_S)
        snprintf(out, size, "%" PRId64 "%s%s", col,
                 fl_token_at(s->view, piece, sizeof piece, col)[0] == ' ' ? "" : " ", piece);
    else
        snprintf(out, size, "%" PRId64, col);
}

fl_rect fl_mark_column(fl_canvas *canvas, fl_rect rect, int marker, const char *name) {
    enum { MOST = 12 };
    int width = fl_text_width(name) < MOST ? fl_text_width(name) : MOST;
    bool right = marker + 1 + width <= rect.x + rect.w;
    fl_canvas_put(canvas, marker, rect.y, 1, FL_STYLE_key, "▾");
    fl_canvas_fit(canvas, right ? marker + 1 : marker - width, rect.y, width, FL_STYLE_label_on,
                  name);
    return (fl_rect){right ? marker : marker - width - 1, rect.y, width + 2, 1}; /* and a gap */
}

static void draw_ticks(fl_sheet *s) {
    bool heads;
    char name[96];
    int64_t step = tick_step(s, &heads), last = (s->first + s->shown) * s->cells;
    last = last < s->grid.cols ? last : s->grid.cols;
    int64_t glyph = s->cursor.col / s->cells - s->first;
    int marker = s->rect.x + s->label + (int)glyph * s->columns + (s->columns > 1);
    tick_name(s, s->cursor.col, 1, false, name, sizeof name); /* its head has a name beside it */
    fl_rect own = fl_mark_column(&s->view->canvas, s->rect, marker, name);
    for (int64_t col = (s->first * s->cells + step - 1) / step * step; col < last; col += step) {
        int x = s->rect.x + s->label + (int)((col / s->cells - s->first) * s->columns);
        int room = (int)(step * s->columns / s->cells) - 1;
        room = room < s->rect.x + s->rect.w - x ? room : s->rect.x + s->rect.w - x;
        tick_name(s, col, step, heads, name, sizeof name);
        int width = fl_text_width(name) < room ? fl_text_width(name) : room;
        bool whole = width == fl_text_width(name) || (s->grid.col_dim == FL_DIM_S && room >= 5);
        bool apart = col / s->cells != s->cursor.col / s->cells; /* else it has its name already */
        if (whole && apart && (x >= own.x + own.w || x + width <= own.x))
            fl_canvas_fit(&s->view->canvas, x, s->rect.y, room, FL_STYLE_dim, name);
    }
}

static void draw_label(fl_sheet *s, int y, int64_t band, int64_t row) {
    const fl_event *event = &s->captured->event;
    bool on = band == s->cursor.band && s->cursor.row >= row && s->cursor.row < row + s->stack;
    int64_t position = fl_position_of(event, s->grid.row_dim, on ? s->cursor.row : row);
    fl_row_label(s->view, s->rect.x, y, s->label, position, on);
    if (s->grid.row_dim == FL_DIM_S && position >= event->past)
        fl_canvas_put(&s->view->canvas, s->rect.x + s->label - 1, y, 1, FL_STYLE_done, "*");
}

void fl_band_words(const fl_view *view, const fl_grid *grid, int64_t band, char *out, size_t size) {
    const fl_hparams *h = view->options.model.hparams;
    int64_t group = h->num_attention_heads / h->num_key_value_heads;
    if (grid->band_dim == FL_DIM_H)
        snprintf(out, size, "head %" PRId64 ", looks into k/v head %" PRId64, band, band / group);
    else if (group > 1)
        snprintf(out, size, "k/v head %" PRId64 ", for heads %" PRId64 " to %" PRId64, band,
                 band * group, band * group + group - 1);
    else
        snprintf(out, size, "k/v head %" PRId64, band);
}

void fl_slice_draw(fl_view *view, int x, int y, int width, const fl_grid *grid, int64_t band) {
    char text[64];
    const char *what = grid->band_dim == FL_DIM_H ? "head" : "k/v";
    if (grid->band_dim == FL_DIM_NONE)
        return;
    snprintf(text, sizeof text, "%s %" PRId64 " (0–%" PRId64 ")", what, band, grid->bands - 1);
    fl_canvas_put(&view->canvas, x, y, width, FL_STYLE_stage,
                  fl_text_width(text) < width ? text : text + strlen(what) + 1);
}

static void draw_band(fl_sheet *s, int y, int64_t band) {
    char text[96];
    fl_band_words(s->view, &s->grid, band, text, sizeof text);
    fl_canvas_fit(&s->view->canvas, s->rect.x + 1, y, s->rect.w - 1,
                  band == s->cursor.band ? FL_STYLE_label_on : FL_STYLE_dim, text);
}

/* Two rows a line where they are narrow and more than the lines, and the painter can do it. */
static void choose_stack(fl_sheet *s, int room) {
    const fl_view *view = s->view;
    bool can = view->options.halves && !view->options.ascii && s->columns == 1;
    s->stack = can && (s->grid.rows + (s->grid.band_dim != FL_DIM_NONE)) * s->grid.bands > room &&
                       s->grid.rows > 1
                   ? 2
                   : 1;
}

/* Before an audience a row takes as many lines as there are for it, up to three. */
static void choose_tall(fl_sheet *s, int room) {
    int64_t rows = s->grid.rows + (s->grid.band_dim != FL_DIM_NONE), share = room / rows;
    if (s->view->present && s->stack == 1)
        s->tall = share > 3 ? 3 : share < 1 ? 1 : (int)share;
}

/* Lines of the grid: each band has a title if there are bands. Returns the lines drawn. */
static int draw_rows(fl_sheet *s, int room) {
    bool titled = s->grid.band_dim != FL_DIM_NONE;
    int64_t per_band = (s->grid.rows + s->stack - 1) / s->stack + titled;
    int64_t lines = per_band * s->grid.bands;
    bool more = lines * s->tall > room && room >= 4; /* a line tells how many more there are */
    room = (room - more) / s->tall;
    int64_t at = s->cursor.band * per_band + s->cursor.row / s->stack + titled;
    int64_t first = fl_first_shown(at, lines, room);
    if (titled && per_band <= room) { /* the whole band, from its title on */
        first = s->cursor.band * per_band;
        first = first > lines - room ? (lines > room ? lines - room : 0) : first;
    }
    int drawn = 0;
    for (int64_t line = first; line < lines && drawn < room; line++, drawn++) {
        int64_t band = line / per_band, row = (line % per_band - titled) * s->stack;
        int y = s->rect.y + 1 + drawn * s->tall;
        if (row < 0) {
            draw_band(s, y + s->tall - 1, band);
            continue;
        }
        draw_label(s, y + (s->tall - 1) / 2, band, row);
        fl_sheet_row(s, y, band, row);
    }
    int used = drawn * s->tall;
    if (more)
        fl_more_draw(s->view, (fl_rect){s->rect.x, s->rect.y + 1 + used, s->rect.w, 1}, first,
                     lines - first - drawn);
    return used + more;
}

bool fl_sheet_open(fl_sheet *s, fl_view *view, fl_rect rect) {
    const fl_captured *captured = fl_here(view);
    if (!captured)
        return false;
    *s = (fl_sheet){.view = view, .rect = rect, .columns = 1, .cells = 1, .stack = 1, .tall = 1};
    s->shading = fl_value_shading(view, &captured->event); /* looks at other events too */
    s->captured = captured = fl_here(view);
    if (!captured)
        return false;
    s->grid = fl_grid_of(&captured->event);
    s->cursor = fl_cursor_place(view, captured);
    s->format = fl_value_format(captured);
    s->label = rect.w >= 60 ? FL_LABEL : FL_LABEL - 3;
    return true;
}

static void draw_grid(fl_view *view, fl_rect rect) {
    fl_sheet s;
    if (!fl_sheet_open(&s, view, rect))
        return;
    s.brief = brief_format(&s);
    choose_level(&s);
    int foot = rect.h >= 6 ? 2 : 1, room = rect.h - 1 - foot;
    choose_stack(&s, room);
    choose_tall(&s, room);
    view->hit_x = rect.x + s.label;
    view->hit_columns = s.columns;
    view->hit_cells = (int)s.cells;
    if (s.level >= FL_LEVEL_BRIEF)
        draw_names(&s);
    else
        draw_ticks(&s);
    fl_slice_draw(view, rect.x + 1, rect.y, s.label - 1, &s.grid, s.cursor.band);
    int drawn = draw_rows(&s, room > 0 ? room : 0);
    fl_rect below = {rect.x, rect.y + 2 + drawn, rect.w, room - drawn - 1};
    if (s.level < FL_LEVEL_NUMBER && below.h >= 1 && !view->present)
        fl_sheet_numbers(&s, below.y, below.h);
    else if (s.captured->event.stage == FL_STAGE_attn_probs && below.h >= 4)
        fl_sheet_shares(&s, below);
    fl_cell_draw(view, (fl_rect){rect.x, rect.y + rect.h - foot, rect.w, 1});
    s.captured = fl_here(view);
    if (foot > 1)
        fl_sheet_legend(&s, rect.y + rect.h - 1);
}

void fl_value_draw(fl_view *view, fl_rect rect) {
    const fl_captured *captured = fl_here(view);
    if (!captured || rect.h < 2 || rect.w < 20)
        return;
    if (fl_way_draw(view, rect))
        return;
    switch (fl_cursor_kind(&captured->event)) {
    case FL_KIND_GRID:
        draw_grid(view, rect);
        break;
    case FL_KIND_SCALARS:
        fl_scalars_draw(view, rect);
        break;
    case FL_KIND_TOKENS:
        fl_tokens_draw(view, rect);
        break;
    case FL_KIND_RANKED:
        fl_ranked_draw(view, rect);
        break;
    case FL_KIND_CHOICE:
        fl_choice_draw(view, rect);
        break;
    }
}
