/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The page side by side on the screen: left, right and the difference as cells.
 */
#include "view/cells.h"
#include "view/pair.h"
#include "view/panels.h"
#include "view/value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { WIDE = 110, HIGH = 26, LOW = 12 };

typedef struct part {
    const fl_pair *pair;
    fl_which which;
    fl_cells cells;
} part;

static bool cell_at(void *ctx, int64_t row, int64_t col, double *out) {
    const part *p = ctx;
    return fl_pair_at(p->pair, p->which, p->pair->cursor.band, row, col, out);
}

/* The left of another prompt has tokens of its own. */
static void draw_label(void *ctx, int x, int y, int width, int64_t row, bool on) {
    const part *p = ctx;
    fl_view *view = p->pair->view;
    bool left = p->which == FL_LEFT;
    const fl_side *side = left ? &p->pair->left : &p->pair->right;
    int64_t own = left ? row + p->pair->shift : row;
    fl_source kept = view->source;
    if (own < 0 || own >= side->grid.rows)
        return;
    if (left && view->beside.kind == FL_BESIDE_PROMPT)
        view->source = view->beside.other;
    fl_row_label(view, x, y, width, fl_position_of(&side->captured.event, side->grid.row_dim, own),
                 on);
    view->source = kept;
}

static void name_column(void *ctx, int64_t col, char *out, size_t size) {
    const part *p = ctx;
    if (p->pair->right.grid.col_dim == FL_DIM_S)
        fl_token_at(p->pair->view, out, size, col);
    else
        snprintf(out, size, "%" PRId64, col);
}

static part make_part(const fl_pair *pair, fl_which which) {
    fl_view *view = pair->view;
    fl_stage stage = pair->right.captured.event.stage;
    fl_ramp ramp = which == FL_DIFFERENCE ? FL_RAMP_SIGNED : fl_ramp_here(view, stage);
    part p = {pair, which, {0}};
    p.cells = (fl_cells){.view = view,
                         .rows = pair->right.grid.rows,
                         .cols = pair->right.grid.cols,
                         .row = pair->cursor.row,
                         .col = pair->cursor.col,
                         .zoom = view->beside.zoom,
                         .label = FL_LABEL,
                         .shading = {ramp, 0, view->options.colors, view->options.ascii},
                         .at = cell_at,
                         .draw_label = draw_label,
                         .name = name_column};
    return p;
}

/* Found once for each band. */
static void find_scales(part parts[3]) {
    fl_kept_pair *kept = parts[0].pair->kept;
    int64_t band = parts[0].pair->cursor.band;
    for (int i = 0; i < 3; i++) {
        fl_cells *cells = &parts[i].cells;
        cells->ctx = &parts[i];
        cells->kept = &kept->glyphs[i];
        if (kept->scaled != band) {
            fl_glyphs_forget(cells->kept);
            fl_cells_scale(cells);
            kept->largest[i] = cells->largest;
            kept->scale[i] = cells->shading.scale;
        }
        cells->largest = kept->largest[i];
        cells->shading.scale = kept->scale[i];
    }
    kept->scaled = band;
}

/* Left and right have one scale, so that the eye may compare them. */
static void scale(part parts[3]) {
    find_scales(parts);
    fl_cells *left = &parts[FL_LEFT].cells, *right = &parts[FL_RIGHT].cells;
    double most = left->largest > right->largest ? left->largest : right->largest;
    double full =
        left->shading.scale > right->shading.scale ? left->shading.scale : right->shading.scale;
    left->largest = right->largest = most;
    left->shading.scale = right->shading.scale = fl_ramp_is_share(left->shading.ramp) ? 1 : full;
}

/* Its title in the first line, the cells below. */
static void draw_part(part *p, fl_rect rect) {
    char text[200];
    const char *title = p->which == FL_LEFT ? p->pair->left.title : p->pair->right.title;
    if (p->which == FL_DIFFERENCE)
        snprintf(text, sizeof text, "difference: right − left");
    else
        snprintf(text, sizeof text, "%s: %s", p->which == FL_LEFT ? "left" : "right", title);
    fl_canvas_fit(&p->pair->view->canvas, rect.x, rect.y, rect.w, FL_STYLE_bold, text);
    fl_cells_draw(&p->cells, (fl_rect){rect.x, rect.y + 1, rect.w, rect.h - 1});
}

/* Both sides show the same rows, even where one has more of them. */
static void scroll_alike(part parts[3]) {
    fl_cells *left = &parts[FL_LEFT].cells, *right = &parts[FL_RIGHT].cells;
    left->along = right->along = left->rows > right->rows ? left->rows : right->rows;
}

static void draw_parts(part parts[3], fl_rect rect) {
    bool wide = rect.w >= WIDE, three = wide && rect.h >= HIGH;
    bool alone = parts[0].pair->view->beside.difference;
    int h = three || !wide ? rect.h / 2 : rect.h, w = wide ? rect.w / 2 - 1 : rect.w;
    if (alone) {
        draw_part(&parts[FL_DIFFERENCE], rect);
        return;
    }
    scroll_alike(parts);
    draw_part(&parts[FL_LEFT], (fl_rect){rect.x, rect.y, w, h});
    draw_part(&parts[FL_RIGHT], wide ? (fl_rect){rect.x + rect.w - w, rect.y, w, h}
                                     : (fl_rect){rect.x, rect.y + h, w, h});
    if (three)
        draw_part(&parts[FL_DIFFERENCE], (fl_rect){rect.x, rect.y + h, rect.w, rect.h - h});
}

static void draw_text(fl_view *view, fl_rect rect, fl_style style, fl_buffer *text) {
    if (text->data)
        fl_canvas_fit(&view->canvas, rect.x, rect.y, rect.w, style, text->data);
    fl_buffer_done(text);
}

static void draw_cells(const fl_pair *pair, fl_rect rect) {
    part parts[3] = {make_part(pair, FL_LEFT), make_part(pair, FL_RIGHT),
                     make_part(pair, FL_DIFFERENCE)};
    fl_buffer rows = {0}, cell = {0}, differences = {0};
    fl_apart apart;
    const fl_event *event = &pair->right.captured.event;
    bool low = rect.h < LOW; /* then rows of both come first */
    int used = 1, y = rect.y + rect.h - (low ? 1 : 3);
    scale(parts);
    char title[96];
    if (pair->right.grid.band_dim != FL_DIM_NONE || event->head >= 0)
        snprintf(title, sizeof title, "%s  head %" PRId64, fl_stage_get_info(event->stage)->id,
                 event->head >= 0 ? (int64_t)event->head : pair->cursor.band);
    else
        snprintf(title, sizeof title, "%s", fl_stage_get_info(event->stage)->id);
    fl_canvas_fit(&pair->view->canvas, rect.x, rect.y, rect.w, FL_STYLE_stage, title);
    fl_beside_rows(pair, &rows);
    used += rows.length > 0;
    draw_text(pair->view, (fl_rect){rect.x, rect.y + 1, rect.w, 1}, FL_STYLE_warn, &rows);
    draw_parts(parts, (fl_rect){rect.x, rect.y + used, rect.w, y - rect.y - used});
    fl_beside_cell(pair, &cell);
    fl_pair_apart(pair, &apart);
    fl_beside_apart(pair, &apart, &differences);
    fl_canvas_put(&pair->view->canvas, rect.x, y, 1, FL_STYLE_key, "▸");
    draw_text(pair->view, (fl_rect){rect.x + 2, y, rect.w - 2, 1}, FL_STYLE_bold, &cell);
    if (low) {
        fl_buffer_done(&differences);
        return;
    }
    draw_text(pair->view, (fl_rect){rect.x, y + 1, rect.w, 1}, FL_STYLE_text, &differences);
    bool alone = pair->view->beside.difference;
    fl_cells_legend(&parts[alone ? FL_DIFFERENCE : FL_RIGHT].cells, rect.x, y + 2, rect.w);
}

void fl_beside_draw(fl_view *view, fl_rect rect) {
    fl_pair pair;
    fl_pair_of(view, &pair);
    fl_kind kind = pair.why[0] ? FL_KIND_CHOICE : fl_cursor_kind(&pair.right.captured.event);
    if (rect.h >= 8 && (kind == FL_KIND_GRID || kind == FL_KIND_SCALARS)) {
        draw_cells(&pair, rect);
    } else {
        fl_buffer text = {0};
        fl_beside_lines(view, &text);
        char *line = text.data;
        for (int y = 0; line && *line && y < rect.h;) {
            char *end = strchr(line, '\n');
            *end = '\0';
            fl_rect left = {rect.x, rect.y + y, rect.w, pair.why[0] ? rect.h - y : 1};
            int lines = fl_canvas_wrap(&view->canvas, left, FL_STYLE_text, line);
            y += lines < 1 ? 1 : lines < left.h ? lines : left.h;
            line = end + 1;
        }
        fl_buffer_done(&text);
    }
}
