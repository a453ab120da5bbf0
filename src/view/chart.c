/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The map: the model as one drawn block, attention on the left and the feed-forward network on the
 * right, what comes before above them and what comes after below. The drawing is a table of lines;
 * a stage's name in braces is replaced by its mark and its name.
 */
#include "view/mechanism.h"

#include "view/value.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the columns and what stands in them begin; a head's shape needs most room. */
enum { RIGHT = 46, SHAPE = 28, RIGHT_SHAPE = 18, LEAST = 78, ROOMY = 116 };
enum { TIED = 1 << 16 }; /* beside the bits of fl_feature */

typedef struct piece {
    int without, with; /* what the model must not have, and must have */
    const char *art;
    const char *before; /* before the shape */
    fl_stage shape;     /* of this stage; FL_STAGE_COUNT: none */
} piece;

#define SHAPE_OF(id) "", FL_STAGE_##id
#define PLAIN "", FL_STAGE_COUNT
static const piece left[] = {
    {0, 0, "├─{attn_norm_rms}", SHAPE_OF(attn_norm_rms)},
    {0, 0, "│ {attn_norm_unit}", SHAPE_OF(attn_norm_unit)},
    {0, 0, "│ {attn_norm}", SHAPE_OF(attn_norm)},
    {0, 0, "│  ├───────┬────────┐", PLAIN},
    {FL_FEATURE_ATTN_BIAS, 0, "│ {q}      {k}       {v}", "q ", FL_STAGE_q},
    {0, FL_FEATURE_ATTN_BIAS, "│ {q}+bias {k}+bias  {v}+bias", "q ", FL_STAGE_q},
    {0, 0, "│  │       │        │", "k ", FL_STAGE_k},
    {0, FL_FEATURE_QK_NORM, "│ {q_norm} {k_norm}   │", SHAPE_OF(q_norm)},
    {0, 0, "│ {q_rope} {k_rope}   │", SHAPE_OF(q_rope)},
    {0, 0, "│  │      {k_cache} {v_cache}", SHAPE_OF(k_cache)},
    {0, 0, "│ {attn_scores}      │", SHAPE_OF(attn_scores)},
    {0, 0, "│ {attn_probs}       │", SHAPE_OF(attn_probs)},
    {0, 0, "│ {attn_head}────────┘", SHAPE_OF(attn_head)},
    {0, 0, "│ {attn_concat}", SHAPE_OF(attn_concat)},
    {0, 0, "│ {attn_out}", SHAPE_OF(attn_out)},
    {0, 0, "⊕─{resid_mid}", SHAPE_OF(resid_mid)},
};
static const piece right[] = {
    {0, 0, "├─{ffn_norm_rms}", SHAPE_OF(ffn_norm_rms)},
    {0, 0, "│ {ffn_norm_unit}", SHAPE_OF(ffn_norm_unit)},
    {0, 0, "│ {ffn_norm}", SHAPE_OF(ffn_norm)},
    {0, 0, "│  ├───────┐", PLAIN},
    {0, 0, "│ {gate}   {up}", SHAPE_OF(gate)},
    {0, 0, "│ {silu}    │", SHAPE_OF(silu)},
    {0, 0, "│ {swiglu}──┘", SHAPE_OF(swiglu)},
    {0, 0, "│ {down}", SHAPE_OF(down)},
    {0, 0, "⊕─{resid_post}", SHAPE_OF(resid_post)},
    {0, 0, "▼ next layer; after the last:", PLAIN},
    {0, 0, " {final_norm_rms}", SHAPE_OF(final_norm_rms)},
    {0, 0, " {final_norm_unit}", SHAPE_OF(final_norm_unit)},
    {0, 0, " {final_norm}", SHAPE_OF(final_norm)},
    {TIED, 0, " {logits}", SHAPE_OF(logits)},
    {0, TIED, " {logits} tied", SHAPE_OF(logits)},
    {0, 0, " {probs}─▸{next_token}", PLAIN},
};
#undef SHAPE_OF
#undef PLAIN
enum { LEFT_LINES = sizeof left / sizeof *left, RIGHT_LINES = sizeof right / sizeof *right };

typedef struct spot {
    fl_stage stage;
    int x, y;
} spot;

typedef struct sheet {
    fl_view *view;
    fl_canvas *canvas;
    fl_rect rect;
    fl_pass pass;
    int rows; /* used so far */
    spot spots[FL_STAGE_COUNT];
    int n_spots;
} sheet;

static sheet sheet_of(fl_view *view, fl_canvas *canvas, fl_rect rect) {
    return (sheet){.view = view, .canvas = canvas, .rect = rect, .pass = fl_here_pass(view)};
}

/* ---- one stage ---- */

/* The event of a stage in the layer of the map: of its last head, or of the one looked at; -1 if
 * this pass has none. */
static int64_t event_of(const sheet *s, fl_stage stage, bool last) {
    const fl_stage_info *info = fl_stage_get_info(stage);
    int64_t heads = s->pass.dims.H, head = last                    ? heads - 1
                                           : s->view->head < heads ? s->view->head
                                                                   : 0;
    int64_t step = fl_plan_find(s->pass.plan, stage,
                                info->scope == FL_SCOPE_PASS ? -1 : s->view->mechanism.layer,
                                info->scope == FL_SCOPE_HEAD ? (int32_t)head : -1);
    return step < 0 ? -1 : s->pass.first + step;
}

static bool is_here(const sheet *s, fl_stage stage) {
    const fl_step *here = fl_plan_step(s->pass.plan, s->view->at - s->pass.first);
    return here->stage == stage && (here->layer < 0 || here->layer == s->view->mechanism.layer);
}

static const char *mark_of(const sheet *s, fl_stage stage) {
    int64_t last = event_of(s, stage, true);
    if (is_here(s, stage))
        return "▸";
    if (last >= 0 && last < s->view->at)
        return "✓";
    return s->canvas->ascii ? "." : "·";
}

/* "[1, 6, 64] ×8": without blanks where room is scarce. */
static void print_shape(const sheet *s, fl_stage stage, bool roomy, char *out, size_t size) {
    int64_t shape[FL_MAX_DIMS];
    int rank = fl_stage_shape(stage, &s->pass.dims, shape), used = 0;
    for (int i = 0; i < rank; i++)
        used += snprintf(out + used, size - (size_t)used, "%s%" PRId64,
                         i == 0  ? "["
                         : roomy ? ", "
                                 : ",",
                         shape[i]);
    snprintf(out + used, size - (size_t)used, "]");
    if (fl_stage_get_info(stage)->scope == FL_SCOPE_HEAD)
        snprintf(out + used, size - (size_t)used, roomy ? "] × %" PRId64 : "]×%" PRId64,
                 s->pass.dims.H);
}

static void put_stage(sheet *s, int x, int y, fl_stage stage) {
    const char *id = fl_stage_get_info(stage)->id;
    int width = (int)strlen(id);
    bool here = is_here(s, stage), picked = stage == (fl_stage)s->view->pick;
    bool done = strcmp(mark_of(s, stage), "✓") == 0;
    fl_style style = here     ? FL_STYLE_here
                     : picked ? FL_STYLE_pick
                     : done   ? FL_STYLE_text
                              : FL_STYLE_dim;
    fl_canvas_put(s->canvas, x, y, 1,
                  here   ? FL_STYLE_key
                  : done ? FL_STYLE_done
                         : FL_STYLE_dim,
                  mark_of(s, stage));
    fl_canvas_put(s->canvas, x + 1, y, width, style, id);
    if (picked)
        fl_canvas_put(s->canvas, x + 1 + width, y, 1, FL_STYLE_key, "◂");
    s->spots[s->n_spots++] = (spot){stage, x, y};
}

static fl_stage stage_called(const char *name, size_t length) {
    int stage = 0;
    while (stage < FL_STAGE_COUNT - 1 &&
           (strlen(fl_stage_get_info((fl_stage)stage)->id) != length ||
            strncmp(fl_stage_get_info((fl_stage)stage)->id, name, length) != 0))
        stage++;
    return (fl_stage)stage;
}

/* ---- the drawing ---- */

/* A line of art with its stages; their marks come last, over the wires. */
static void put_art(sheet *s, int x, int y, const char *art) {
    struct {
        int x;
        fl_stage stage;
    } found[4];
    int n = 0;
    while (*art) {
        if (*art == '{' && n < 4) {
            size_t length = strcspn(++art, "}");
            found[n].x = x;
            found[n++].stage = stage_called(art, length);
            x += 1 + (int)length;
            art += length + 1;
        } else {
            char glyph[8];
            size_t bytes = fl_utf8_length(art, strlen(art));
            snprintf(glyph, sizeof glyph, "%.*s", (int)bytes, art);
            if (*glyph != ' ')
                fl_canvas_put(s->canvas, x, y, 1, FL_STYLE_rule, glyph);
            art += bytes;
            x++;
        }
    }
    for (int i = 0; i < n; i++)
        put_stage(s, found[i].x, y, found[i].stage);
}

/* Draws the lines the model has from `y` on; returns how many. */
static int put_column(sheet *s, const piece *pieces, int count, int x, int y, int shape_x,
                      int width) {
    const fl_hparams *h = s->view->options.model.hparams;
    int has = (int)h->features | (h->tie_word_embeddings ? TIED : 0), rows = 0;
    for (int i = 0; i < count; i++) {
        const piece *p = &pieces[i];
        char shape[96] = "";
        if ((has & p->without) || (has & p->with) != p->with)
            continue;
        put_art(s, x, y + rows, p->art);
        if (p->shape < FL_STAGE_COUNT && event_of(s, p->shape, true) >= 0)
            print_shape(s, p->shape, s->rect.w >= ROOMY, shape, sizeof shape);
        if (*shape)
            fl_canvas_printf(s->canvas, x + shape_x, y + rows, width - shape_x, FL_STYLE_meaning,
                             "%s%s", p->before, shape);
        rows++;
    }
    return rows;
}

static void put_head(sheet *s, int y) {
    char tokens[64], embed[64], angles[64], art[320];
    print_shape(s, FL_STAGE_tokens, false, tokens, sizeof tokens);
    print_shape(s, FL_STAGE_embed, false, embed, sizeof embed);
    print_shape(s, FL_STAGE_rope_cos, false, angles, sizeof angles);
    snprintf(art, sizeof art, "{tokens} %s─▸{embed} %s", tokens, embed);
    put_art(s, s->rect.x, y, art);
    snprintf(art, sizeof art, "{rope_cos} {rope_sin} %s", angles);
    put_art(s, s->rect.x + RIGHT, y, art);
}

static int right_edge(const sheet *s) {
    return s->rect.w >= ROOMY ? s->rect.w / 2 + 2 : RIGHT;
}

/* The wire that leads from the foot of the left column to the head of the right one. */
static void put_bridge(sheet *s, int y, int rows) {
    int x = s->rect.x + right_edge(s) - 2;
    fl_canvas_put(s->canvas, x, y, 3, FL_STYLE_rule, "┌─┐");
    fl_canvas_fill(s->canvas, (fl_rect){x, y + 1, 1, rows - 1}, FL_STYLE_rule, "│");
    fl_canvas_put(s->canvas, x, y + rows, 1, FL_STYLE_rule, "┘");
    for (int i = x - 1; i > s->rect.x; i--) {
        const fl_canvas_cell *cell = fl_canvas_at(s->canvas, i, y + rows);
        if (!cell || strcmp(cell->glyph, " ") != 0)
            return;
        fl_canvas_put(s->canvas, i, y + rows, 1, FL_STYLE_rule, "─");
    }
}

/* Everything; returns the rows used. */
static int put_map(sheet *s) {
    int y = s->rect.y, edge = right_edge(s);
    put_head(s, y++);
    fl_canvas_fill(s->canvas, (fl_rect){s->rect.x, y, s->rect.w, 1}, FL_STYLE_rule, "─");
    fl_canvas_put(s->canvas, s->rect.x, y, 1, FL_STYLE_rule, "┬");
    fl_canvas_printf(s->canvas, s->rect.x + 2, y, 41, FL_STYLE_bold,
                     " attention, layer %" PRId32 " (0–%" PRId64 ") ", s->view->mechanism.layer,
                     s->pass.dims.L - 1);
    fl_canvas_put(s->canvas, s->rect.x + edge + 2, y, 20, FL_STYLE_bold, " feed-forward ");
    int rows = put_column(s, left, LEFT_LINES, s->rect.x, y + 1, SHAPE, edge - 3);
    put_bridge(s, y, rows);
    int more =
        put_column(s, right, RIGHT_LINES, s->rect.x + edge, y + 1, RIGHT_SHAPE, s->rect.w - edge);
    return 2 + (rows > more ? rows : more);
}

/* ---- the marked stage in words ---- */

/* "attn_probs  [1, 6, 6] × 4  batch × query × key" */
static void print_marked(const sheet *s, fl_buffer *out) {
    fl_stage stage = (fl_stage)s->view->pick;
    const fl_stage_info *info = fl_stage_get_info(stage);
    char shape[96];
    print_shape(s, stage, true, shape, sizeof shape);
    fl_buffer_printf(out, "%s  %s  ", info->id, shape);
    for (int i = 0; i < fl_stage_rank(stage); i++)
        fl_buffer_printf(out, "%s%s", i ? " × " : "", fl_axis_name(info->axes[i]));
    if (info->scope == FL_SCOPE_HEAD)
        fl_buffer_puts(out, " × head");
    if (info->weight != FL_WEIGHT_none) {
        int64_t w[2] = {0};
        int rank = fl_weight_shape(info->weight, s->view->options.model.hparams, w);
        fl_buffer_printf(
            out, rank == 2 ? "; weight [%" PRId64 ", %" PRId64 "]" : "; weight [%" PRId64 "]", w[0],
            w[1]);
    }
}

/* ---- the page ---- */

/* The first of `size` lines or columns that is shown where there is room for `room`, so that what
 * stands from `at` to `end` is among them. */
static int first_shown(int at, int end, int size, int room) {
    int most = size > room ? size - room : 0, first = end > room ? (at + end - room) / 2 : 0;
    return first > most ? most : first;
}

static void copy_line(fl_canvas *to, fl_rect line, const fl_canvas *from, int x, int y) {
    for (int i = 0; i < line.w; i++) {
        const fl_canvas_cell *cell = fl_canvas_at(from, x + i, y);
        fl_canvas_put(to, line.x + i, line.y, 1, (fl_style)cell->style, cell->glyph);
    }
}

static int width_of(const spot *at) {
    return (int)strlen(fl_stage_get_info(at->stage)->id) + 2; /* with its marks */
}

static void add_hits(const sheet *s, fl_rect rect, int x, int y) {
    for (int i = 0; i < s->n_spots; i++) {
        const spot *at = &s->spots[i];
        bool inside = at->x >= x && at->x < x + rect.w && at->y >= y && at->y < y + rect.h;
        if (inside)
            fl_hit_add(s->view,
                       (fl_rect){rect.x + at->x - x, rect.y + at->y - y, width_of(at) - 1, 1},
                       FL_HIT_ITEM, (int64_t)at->stage, 0, 0);
    }
}

/* On a sheet of its own, of which as much is shown as there is room for, with the marked stage in
 * it; returns the rows used. */
static int draw_map(const sheet *on) {
    fl_canvas paper = {.ascii = on->canvas->ascii};
    fl_rect rect = on->rect;
    int x = 0, y = 0, width = rect.w > LEAST ? rect.w : LEAST;
    sheet s = sheet_of(on->view, &paper, (fl_rect){0, 0, width, rect.h});
    int rows = put_map(&s); /* on no cells: only to count them */
    s.n_spots = 0;
    if (!fl_canvas_resize(&paper, width, rows))
        return 0;
    put_map(&s);
    for (int i = 0; i < s.n_spots; i++) {
        const spot *at = &s.spots[i];
        if (at->stage != (fl_stage)on->view->pick)
            continue;
        x = first_shown(at->x, at->x + width_of(at), width, rect.w);
        y = first_shown(at->y, at->y + 1, rows, rect.h);
    }
    rect.h = rows < rect.h ? rows : rect.h;
    for (int i = 0; i < rect.h; i++)
        copy_line(on->canvas, (fl_rect){rect.x, rect.y + i, rect.w, 1}, &paper, x, y + i);
    add_hits(&s, rect, x, y);
    fl_canvas_done(&paper);
    return rect.h;
}

void fl_chart_draw(fl_view *view, fl_rect rect) {
    sheet s = sheet_of(view, &view->canvas, rect);
    fl_buffer marked = {0};
    if (!s.pass.plan)
        return;
    fl_stage stage = (fl_stage)view->pick;
    print_marked(&s, &marked); /* beside the page's title; its meaning in the line below */
    fl_mechanism_heading(view, rect, marked.data);
    fl_buffer_done(&marked);
    fl_canvas_fit(s.canvas, rect.x, rect.y - 1, rect.w, FL_STYLE_meaning,
                  fl_stage_get_info(stage)->meaning);
    int used = draw_map(&s) + 1;
    if (used < rect.h)
        fl_canvas_fit(s.canvas, rect.x, rect.y + used, rect.w, FL_STYLE_text,
                      fl_stage_get_info(stage)->formula);
    used += 2;
    fl_buffer text = {0};
    if (used + 8 < rect.h)
        fl_sharing_lines(view, &text);
    for (const char *line = text.data; line && *line && used < rect.h; used++) {
        size_t length = strcspn(line, "\n");
        fl_canvas_printf(s.canvas, rect.x, rect.y + used, rect.w, FL_STYLE_text, "%.*s",
                         (int)length, line);
        line += length + (line[length] == '\n');
    }
    fl_buffer_done(&text);
}

static const char *state_of(const sheet *s, fl_stage stage) {
    int64_t last = event_of(s, stage, true);
    if (is_here(s, stage))
        return "is shown";
    return last >= 0 && last < s->view->at ? "has run" : "comes later";
}

/* Without a drawing: the stages in the order in which they run, under headings. */
void fl_chart_lines(fl_view *view, fl_buffer *out) {
    fl_canvas none = {0};
    sheet s = sheet_of(view, &none, (fl_rect){0});
    for (int i = 0; s.pass.plan && i < FL_STAGE_COUNT; i++) {
        char shape[96];
        fl_stage stage = (fl_stage)i;
        if (stage == FL_STAGE_attn_norm_rms || stage == FL_STAGE_ffn_norm_rms)
            fl_buffer_printf(out, "%s, layer %" PRId32 " of 0 to %" PRId64 ":\n",
                             stage == FL_STAGE_attn_norm_rms ? "attention" : "feed-forward",
                             view->mechanism.layer, s.pass.dims.L - 1);
        else if (stage == FL_STAGE_final_norm_rms)
            fl_buffer_puts(out, "after the last layer:\n");
        if (!fl_stage_exists(stage, view->options.model.hparams))
            continue;
        print_shape(&s, stage, true, shape, sizeof shape);
        fl_buffer_printf(out, "%s %s, %s\n", fl_stage_get_info(stage)->id, shape,
                         state_of(&s, stage));
    }
    if (!s.pass.plan)
        return;
    fl_buffer_puts(out, "marked: ");
    print_marked(&s, out);
    fl_buffer_puts(out, "\n");
}

void fl_chart_open(fl_view *view) {
    const fl_captured *here = fl_here(view);
    fl_mechanism_open(view);
    view->pick = here ? (int)here->event.stage : 0;
}

enum { NEAR = 2 /* lines from that of a stage in which an arrow to the side looks */ };

/* How far a stage is from another the way an arrow points; -1: it does not lie that way. */
static int distance(const spot *from, const spot *to, fl_verb verb) {
    int dx = to->x - from->x, dy = to->y - from->y;
    bool upright = verb == FL_VERB_up || verb == FL_VERB_down;
    int along = verb == FL_VERB_up     ? -dy
                : verb == FL_VERB_down ? dy
                : verb == FL_VERB_left ? -dx
                                       : dx;
    if (along <= 0 || (!upright && abs(dy) > NEAR))
        return -1;
    return upright ? 4 * along + abs(dx) : along + 1000 * abs(dy); /* its own line first */
}

/* The stage that comes next in the pass, or before; the same where there is none. */
static int beside(const sheet *s, int stage, int by) {
    int next = stage + by;
    while (next >= 0 && next < FL_STAGE_COUNT &&
           !fl_stage_exists((fl_stage)next, s->view->options.model.hparams))
        next += by;
    return next >= 0 && next < FL_STAGE_COUNT ? next : stage;
}

static int stage_towards(const sheet *s, int stage, fl_verb verb) {
    const spot *from = s->spots, *best = NULL;
    int least = 0;
    for (int i = 0; i < s->n_spots; i++)
        if (s->spots[i].stage == (fl_stage)stage)
            from = &s->spots[i];
    for (int i = 0; i < s->n_spots; i++) {
        int far = distance(from, &s->spots[i], verb);
        if (far > 0 && (!best || far < least)) {
            best = &s->spots[i];
            least = far;
        }
    }
    return best ? (int)best->stage : stage; /* nothing lies that way */
}

void fl_chart_move(fl_view *view, fl_verb verb, int64_t count) {
    fl_canvas none = {0};
    int width = view->canvas.width - 2; /* as it is drawn */
    sheet s = sheet_of(view, &none, (fl_rect){0, 0, width > LEAST ? width : LEAST, 1});
    if (!s.pass.plan)
        return;
    int64_t rows = fl_rows_of(verb, 1);
    if (verb == FL_VERB_layer_up || verb == FL_VERB_layer_down) {
        fl_mechanism_layer(view, verb == FL_VERB_layer_up ? count : -count);
        return;
    }
    put_map(&s);
    if (rows == INT32_MIN || rows == INT32_MAX)
        view->pick = rows < 0 ? FL_STAGE_tokens : FL_STAGE_next_token;
    else if (rows == 10 || rows == -10)
        for (int i = 0; i < 10; i++)
            view->pick = beside(&s, view->pick, rows > 0 ? 1 : -1);
    else
        for (int64_t i = 0; i < count && i < FL_STAGE_COUNT; i++)
            view->pick = stage_towards(&s, view->pick, verb);
}

void fl_chart_choose(fl_view *view) {
    sheet s = sheet_of(view, &view->canvas, (fl_rect){0});
    int64_t event = s.pass.plan ? event_of(&s, (fl_stage)view->pick, false) : -1;
    if (event < 0) {
        fl_say(view, "this pass ends before %s: more of the prompt is read first",
               fl_stage_get_info((fl_stage)view->pick)->id);
        return;
    }
    fl_open_page(view, FL_PAGE_NONE);
    fl_view_jump(view, event);
}
