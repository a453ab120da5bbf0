/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Values that are lists rather than grids: token ids, one number a token, the best of the
 * vocabulary, and the choice.
 */
#include "view/value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct list {
    int64_t first; /* row shown in the first line */
    int lines;
    int y;
    int step; /* from line to line */
} list;

/* Room for the rows between a header line and a foot line for the cell. Before an audience lines
 * are left free between them, unless that would hide some. */
static list lay_out(fl_view *view, fl_rect rect, int64_t rows, int64_t at) {
    bool more = rows > rect.h - 2 && rect.h >= 6;
    int room = rect.h - 2 - more;
    int step = view->present && rect.h >= 10 && (2 * rows <= room || rows > room) ? 2 : 1;
    int most = (room + step - 1) / step, lines = rows < most ? (int)rows : most;
    list l = {fl_first_shown(at, rows, lines > 0 ? lines : 1), lines, rect.y + 1, step};
    if (more)
        fl_more_draw(view, (fl_rect){rect.x, rect.y + rect.h - 2, rect.w, 1}, l.first,
                     rows - l.first - lines);
    return l;
}

static void draw_foot(fl_view *view, fl_rect rect) {
    fl_cell_draw(view, (fl_rect){rect.x, rect.y + rect.h - 1, rect.w, 1});
}

/* What sort of piece a token is, where it is not plain text. */
static const char *piece_note(fl_view *view, int32_t id) {
    size_t length = 0;
    const fl_pieces *pieces = &view->options.model.pieces;
    const char *text = pieces->text ? pieces->text(pieces->ctx, id, &length) : NULL;
    if (!text || length < 3 || text[0] != '<' || text[length - 1] != '>')
        return "";
    return length == 6 && text[1] == '0' && text[2] == 'x' ? "one raw byte" : "a mark, not text";
}

void fl_tokens_draw(fl_view *view, fl_rect rect) {
    const fl_captured *captured = fl_here(view);
    fl_place place = fl_cursor_place(view, captured);
    int64_t rows = captured->event.tensor.shape[1];
    list l = lay_out(view, rect, rows, place.row);
    fl_canvas *canvas = &view->canvas;
    fl_canvas_put(canvas, rect.x + 1, rect.y, rect.w - 1, FL_STYLE_dim,
                  "pos  piece             id");
    for (int i = 0; i < l.lines; i++) {
        int64_t row = l.first + i, index[FL_MAX_DIMS] = {0, row};
        int32_t id = (int32_t)fl_tensor_at(&captured->event.tensor, index);
        bool on = row == place.row;
        fl_row_label(view, rect.x, l.y + i * l.step, 22, captured->event.past + row, on);
        fl_canvas_printf(canvas, rect.x + 20, l.y + i * l.step, rect.w - 20,
                         on ? FL_STYLE_label_on : FL_STYLE_text, "%6" PRId32, id);
        fl_canvas_put(canvas, rect.x + 29, l.y + i * l.step, rect.w - 29, FL_STYLE_dim,
                      piece_note(view, id));
        fl_hit_add(view, (fl_rect){rect.x, l.y + i * l.step, rect.w, 1}, FL_HIT_CELL, 0, row, 0);
    }
    draw_foot(view, rect);
}

void fl_scalars_draw(fl_view *view, fl_rect rect) {
    double scale = fl_digest_here(view)->largest;
    const fl_captured *captured = fl_here(view);
    fl_place place = fl_cursor_place(view, captured);
    fl_format format = fl_value_format(captured);
    list l = lay_out(view, rect, captured->event.tensor.shape[1], place.row);
    fl_canvas *canvas = &view->canvas;
    fl_dim dim = fl_stage_get_info(captured->event.stage)->dims[1];
    fl_canvas_put(canvas, rect.x + 1, rect.y, rect.w - 1, FL_STYLE_dim, "pos  token       value");
    for (int i = 0; i < l.lines; i++) {
        int64_t row = l.first + i, index[FL_MAX_DIMS] = {0, row, 0};
        double value = fl_tensor_at(&captured->event.tensor, index);
        char number[FL_NUMBER], bar[128];
        bool on = row == place.row;
        int x = rect.x + FL_LABEL + 1;
        fl_row_label(view, rect.x, l.y + i * l.step, FL_LABEL,
                     fl_position_of(&captured->event, dim, row), on);
        fl_canvas_right(canvas, x, l.y + i * l.step, format.width,
                        on ? FL_STYLE_label_on : FL_STYLE_text, fl_number(number, format, value));
        fl_bar(bar, scale > 0 ? fabs(value) / scale : 0, rect.w - FL_LABEL - format.width - 4,
               canvas->ascii);
        fl_canvas_put(canvas, x + format.width + 1, l.y + i * l.step, rect.w, FL_STYLE_bar, bar);
        fl_hit_add(view, (fl_rect){rect.x, l.y + i * l.step, rect.w, 1}, FL_HIT_CELL, 0, row, 0);
    }
    draw_foot(view, rect);
}

/* Length of a bar: shares of one as they are, scores by their share of the softmax's largest. */
static double bar_share(const fl_ranking *ranking, int i, bool share) {
    if (share)
        return ranking->best[i].value;
    double low = ranking->best[ranking->count - 1].value, high = ranking->best[0].value;
    return high > low ? (ranking->best[i].value - low) / (high - low) : 1;
}

static void ranked_header(fl_view *view, fl_rect rect, const fl_captured *captured, int64_t row) {
    char text[160], piece[64];
    int64_t rows = captured->event.tensor.shape[1];
    bool share = captured->event.stage == FL_STAGE_probs;
    fl_token_at(view, piece, sizeof piece, fl_position_of(&captured->event, FL_DIM_R, row));
    if (rows > 1)
        snprintf(text, sizeof text,
                 "rank piece             id     %s after \"%s\" (row %" PRId64 " of %" PRId64
                 ", ← →)",
                 share ? "chance" : "score", piece, row, rows);
    else
        snprintf(text, sizeof text, "rank piece             id     %s of coming after \"%s\"",
                 share ? "chance" : "score", piece);
    fl_canvas_fit(&view->canvas, rect.x + 1, rect.y, rect.w - 1, FL_STYLE_dim, text);
}

void fl_ranked_draw(fl_view *view, fl_rect rect) {
    const fl_captured *captured = fl_here(view);
    fl_place place = fl_cursor_place(view, captured);
    const fl_ranking *ranking = fl_ranking_here(view, view->at, place.row);
    bool share = captured->event.stage == FL_STAGE_probs;
    fl_format format = share ? (fl_format){6, false, 8} : fl_value_format(captured);
    int64_t at = view->rank < ranking->count ? view->rank : ranking->count - 1;
    list l = lay_out(view, rect, ranking->count, at);
    fl_canvas *canvas = &view->canvas;
    ranked_header(view, rect, captured, place.row);
    for (int i = 0; i < l.lines; i++) {
        int rank = (int)l.first + i, y = l.y + i * l.step;
        char piece[64], number[FL_NUMBER], bar[128];
        bool on = rank == at;
        fl_style style = on ? FL_STYLE_label_on : FL_STYLE_text;
        if (on)
            fl_canvas_put(canvas, rect.x, y, 1, FL_STYLE_key, "▸");
        fl_piece_show(piece, sizeof piece, &view->options.model.pieces, ranking->best[rank].id);
        fl_canvas_printf(canvas, rect.x + 1, y, 4, FL_STYLE_dim, "%3d", rank + 1);
        fl_canvas_fit(canvas, rect.x + 6, y, 15, style, piece);
        fl_canvas_printf(canvas, rect.x + 20, y, 7, FL_STYLE_dim, "%6" PRId32,
                         ranking->best[rank].id);
        fl_canvas_right(canvas, rect.x + 28, y, format.width, style,
                        fl_number(number, format, ranking->best[rank].value));
        int x = rect.x + 29 + format.width;
        x += fl_whatif_beside(view, (fl_rect){x, y, rect.x + rect.w - x, 1}, rank);
        fl_bar(bar, bar_share(ranking, rank, share), rect.x + rect.w - x, canvas->ascii);
        fl_canvas_put(canvas, x, y, rect.x + rect.w - x, FL_STYLE_bar, bar);
        fl_hit_add(view, (fl_rect){rect.x, y, rect.w, 1}, FL_HIT_ITEM, rank, 0, 0);
    }
    draw_foot(view, rect);
}

/* What becomes of the piece that was chosen. */
static const char *choice_outlook(fl_view *view, int32_t id) {
    if (piece_note(view, id)[0] == 'a')
        return "This is a mark, not text: with it the model says that the text is at its end. "
               "Going on from here only shows what it would make up.";
    return "Now it is put behind the prompt and read as the next token: s or n goes on with it, "
           "one token instead of the whole prompt, because the keys and values of all earlier "
           "ones were kept.";
}

/* The text that the choice goes on with, or the end of a long one, in a line. */
static int draw_prompt(fl_view *view, fl_rect line, const fl_event *event) {
    char piece[64];
    int64_t end = event->past + event->new_tokens, first = end;
    int room = line.w - 2, used = 0;
    while (first > 0) {
        room -= fl_text_width(fl_token_at(view, piece, sizeof piece, first - 1));
        if (room < 0)
            break;
        first--;
    }
    if (first > 0)
        used = fl_canvas_put(&view->canvas, line.x, line.y, 2, FL_STYLE_dim, "…");
    for (int64_t i = first; i < end; i++)
        used += fl_canvas_put(&view->canvas, line.x + used, line.y, line.w - used, FL_STYLE_bold,
                              fl_token_at(view, piece, sizeof piece, i));
    return 1;
}

/* "the model says  Paris   id 317", and below, a gap between them or none, what its chance was. */
static int draw_chosen(fl_view *view, fl_rect line, const fl_event *event, int32_t id, int gap) {
    fl_canvas *canvas = &view->canvas;
    char piece[64], number[FL_NUMBER];
    bool greedy = !event->sampler || strcmp(event->sampler, "greedy") == 0;
    fl_piece_show(piece, sizeof piece, &view->options.model.pieces, id);
    int used = fl_canvas_put(canvas, line.x, line.y, line.w, FL_STYLE_text, "the model says  ");
    used += fl_canvas_put(canvas, line.x + used, line.y, line.w - used, FL_STYLE_token_new, piece);
    fl_canvas_printf(canvas, line.x + used, line.y, line.w - used, FL_STYLE_dim, "   id %" PRId32,
                     id);
    fl_canvas_printf(canvas, line.x, line.y + 1 + gap, line.w, FL_STYLE_text, "its chance was %s%s",
                     fl_number(number, (fl_format){4, false, 6}, event->prob),
                     isnan(event->prob) ? ": all scores are NaN"
                     : greedy           ? ", the largest"
                                        : " at temperature 1, as in probs");
    return 2 + gap;
}

/* How it was chosen, in a sentence. */
static void choice_words(const fl_event *event, char *out, size_t size) {
    char how[128];
    bool greedy = !event->sampler || strcmp(event->sampler, "greedy") == 0;
    snprintf(out, size, "it was %s%s", fl_choice_how(how, sizeof how, event),
             isnan(event->prob) ? ": where no score is a number, the first piece is taken"
             : greedy           ? ": the likeliest piece is always taken"
                                : "");
}

/* Sentences stay whole: where it is tight, first the gaps go, then the bar. */
void fl_choice_draw(fl_view *view, fl_rect rect) {
    int64_t index[FL_MAX_DIMS] = {0};
    int32_t id = (int32_t)fl_tensor_at(&fl_here(view)->event.tensor, index);
    char bar[128], was[256];
    fl_canvas *canvas = &view->canvas;
    fl_buffer changed = {0}; /* in a patched run that is what matters most */
    bool compared = fl_whatif_words(view, &changed) && changed.data;
    const char *outlook = compared ? changed.data : choice_outlook(view, id);
    const fl_event *event = &fl_here(view)->event;
    choice_words(event, was, sizeof was);
    fl_rect line = {rect.x + 2, rect.y, rect.w - 2, rect.h};
    int lines = 2 + fl_canvas_wrap(NULL, line, FL_STYLE_text, was) +
                fl_canvas_wrap(NULL, line, FL_STYLE_meaning, outlook);
    bool barred = rect.h > lines;
    int gap = rect.h >= lines + 4, end = rect.y + rect.h;
    line.y += gap;
    if (view->present && line.h >= lines + 6)
        line.y += draw_prompt(view, line, event) + 1;
    line.y += draw_chosen(view, line, event, id, gap);
    fl_bar(bar, event->prob, line.w - 2, canvas->ascii);
    if (barred)
        fl_canvas_put(canvas, line.x, line.y++, line.w, FL_STYLE_bar, bar);
    line.h = end - line.y;
    line.y += fl_canvas_wrap(canvas, line, FL_STYLE_text, was) + gap;
    line.h = end - line.y;
    if (line.h > 0)
        fl_canvas_wrap(canvas, line, FL_STYLE_meaning, outlook);
    fl_buffer_done(&changed);
}
