/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The page of a derivation. On the screen a cursor goes over its operands, each a link; as lines
 * the links are numbered for `follow N`.
 */
#include "view/derive.h"

#include "view/value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char source_word[] = "source"; /* the argument of `why` */

/* ---- what both ways share ---- */

/* "[0, 5, 9] token " is", hidden 9 = 0.7020154" */
static void cell_words(fl_view *view, const fl_why *why, fl_buffer *out) {
    char number[FL_NUMBER];
    const fl_captured *here = fl_here(view);
    if (!here)
        return;
    fl_place_words(view, &here->event, why->index, out);
    if (!why->masked)
        fl_buffer_printf(out, " = %s", fl_exact(number, why->engine));
    fl_whatif_cell(view, why->index, out);
}

static void worked_words(const fl_why *why, fl_buffer *out) {
    bool sentence = why->stage == FL_STAGE_tokens || why->stage == FL_STAGE_next_token;
    fl_buffer_printf(out, "%s%s", why->masked ? "is " : sentence ? "" : "= ", why->worked);
}

static void check_words(fl_view *view, const fl_why *why, bool brief, fl_buffer *out) {
    char number[FL_NUMBER], off[FL_NUMBER];
    double difference = fabs(why->value - why->engine);
    snprintf(off, sizeof off, isnan(difference) ? "NaN" : "%.1g", difference);
    fl_buffer_printf(out,
                     brief ? "recomputed %s, engine %s, off by %s%s"
                           : "recomputed %s, the engine has %s: difference %s%s",
                     fl_exact((char[FL_NUMBER]){0}, why->value), fl_exact(number, why->engine), off,
                     view->options.model.exact ? "" : " (it computes with 8-bit activations)");
}

/* What the terms are and which come first. */
static void terms_words(const fl_why *why, fl_buffer *out) {
    if (why->products)
        fl_buffer_printf(out, "%" PRId64 " terms %s × %s, largest first", why->all_terms,
                         why->names[0], why->names[1]);
    else
        fl_buffer_printf(out, "%" PRId64 " exponentials of %s less the largest, largest first",
                         why->all_terms, why->names[0]);
}

/* What is not listed once `shown` terms are. */
static void rest_words(const fl_why *why, int shown, fl_buffer *out) {
    char number[FL_NUMBER];
    double rest = fl_why_rest(why, shown);
    fl_buffer_printf(out, "… %" PRId64 " smaller terms: %s%s", why->all_terms - shown,
                     fl_plus(rest), fl_short(number, rest));
}

/* Of all terms' magnitudes added up. */
static double share_of(const fl_why *why, const fl_term *term) {
    return why->sizes > 0 ? fabs(term->value) / why->sizes : 0;
}

/* As long as the largest term's is full. */
static double length_of(const fl_why *why, const fl_term *term) {
    double largest = fabs(why->terms[0].value);
    return largest > 0 ? fabs(term->value) / largest : 0;
}

/* ---- as lines ---- */

/* "1: event 26 [0, 5, 0], attn_concat of layer 0" for each side; numbers go on from *number. */
static void add_links(fl_buffer *out, const fl_why *why, int item, int *number) {
    for (int side = 0; side < FL_SIDES; side++) {
        const fl_link link = fl_why_link(why, item, side);
        if (link.kind == FL_LINK_NONE)
            continue;
        fl_buffer_printf(out, "      %d: ", ++*number);
        fl_link_words(&link, out);
        if (link.kind == FL_LINK_WEIGHT) {
            fl_buffer_puts(out, ": ");
            fl_weight_words(&link, out);
        }
        fl_buffer_puts(out, "\n");
    }
}

static void add_operand(fl_buffer *out, const fl_why_operand *operand) {
    char number[FL_NUMBER];
    int pad = 10 - fl_text_width(operand->name);
    fl_buffer_printf(out, "    %s%*s = %s", operand->name, pad > 0 ? pad : 0, "",
                     isnan(operand->value) && operand->link.pass >= 0
                         ? "not looked up"
                         : fl_exact(number, operand->value));
    if (operand->said[0])
        fl_buffer_printf(out, "  %s", operand->said);
    fl_buffer_puts(out, "\n");
}

static void add_term(fl_view *view, fl_buffer *out, const fl_why *why, const fl_term *term) {
    char name[64], text[96], number[FL_NUMBER], bar[128];
    fl_term_text(why, term, text, sizeof text);
    fl_term_name(view, why, term, name, sizeof name);
    fl_bar(bar, length_of(why, term), 16, view->options.ascii);
    int pad = 10 - fl_text_width(name), pad_text = 22 - fl_text_width(text);
    fl_buffer_printf(out, "    %s%*s%*s%s = %s%-10s %5.1f %% %s\n", name, pad > 0 ? pad : 1, "",
                     pad_text > 0 ? pad_text : 0, "", text, fl_plus(term->value),
                     fl_short(number, term->value), 100 * share_of(why, term), bar);
}

static void add_terms(fl_view *view, fl_buffer *out, const fl_why *why, int from, int to,
                      int *number) {
    for (int i = from; i < to; i++) {
        add_term(view, out, why, &why->terms[i]);
        add_links(out, why, why->n_operands + i, number);
    }
}

enum { FIRST_TERMS = 6 };

/* The few that matter most, and what all others add up to. */
static void add_sum(fl_view *view, fl_buffer *out, const fl_why *why, int *number) {
    char sum[FL_NUMBER];
    int shown = why->n_terms < FIRST_TERMS ? why->n_terms : FIRST_TERMS;
    fl_buffer_puts(out, "  ");
    terms_words(why, out);
    fl_buffer_puts(out, ", with their share of all terms' sizes:\n");
    add_terms(view, out, why, 0, shown, number);
    if (shown < why->all_terms) {
        fl_buffer_puts(out, "    ");
        rest_words(why, shown, out);
        fl_buffer_puts(out, why->n_terms > shown ? " (below)\n" : "\n");
    }
    fl_buffer_printf(out, "    sum %s\n", fl_exact(sum, why->sum));
}

static void add_more_terms(fl_view *view, fl_buffer *out, const fl_why *why, int *number) {
    if (why->n_terms <= FIRST_TERMS)
        return;
    fl_buffer_puts(out, "\nThe other terms\n\n");
    add_terms(view, out, why, FIRST_TERMS, why->n_terms, number);
    if (why->n_terms < why->all_terms) {
        fl_buffer_puts(out, "    ");
        rest_words(why, why->n_terms, out);
        fl_buffer_puts(out, "\n");
    }
}

static void add_operands(fl_buffer *out, const fl_why *why, int *number) {
    for (int i = 0; i < why->n_operands; i++) {
        add_operand(out, &why->operands[i]);
        add_links(out, why, i, number);
    }
}

void fl_why_lines(fl_view *view, fl_buffer *out) {
    fl_why why;
    int number = 0;
    fl_why_of(view, &why);
    if (!fl_here(view))
        return;
    fl_buffer_printf(out, "%s: %s\n\n", fl_stage_get_info(why.stage)->id, fl_meaning_here(view));
    fl_buffer_printf(out, "  %s\n\n", fl_formula_here(view));
    cell_words(view, &why, out);
    fl_buffer_puts(out, "\n  ");
    worked_words(&why, out);
    fl_buffer_printf(out, "\n%s%s%s", why.note[0] ? "  " : "", why.note, why.note[0] ? "\n" : "");
    add_operands(out, &why, &number);
    if (why.all_terms > 0)
        add_sum(view, out, &why, &number);
    if (why.computed) {
        fl_buffer_puts(out, "  ");
        check_words(view, &why, false, out);
        fl_buffer_puts(out, "\n");
    }
    if (number > 0)
        fl_buffer_puts(out, "  follow N goes to link N, back returns\n");
    fl_why_facts(view, out, why.stage);
    add_more_terms(view, out, &why, &number);
    if (strcmp(view->page_text, source_word) == 0)
        fl_why_source(view, out, why.stage);
    else
        fl_buffer_printf(out, "\nwhy %s prints the C function that computes it as well.\n",
                         source_word);
}

bool fl_do_why(fl_view *view, int64_t count, const char *text) {
    (void)count;
    if (!*text || strcmp(text, source_word) == 0)
        return fl_page_toggle(view, FL_PAGE_why, text);
    fl_say(view, "why takes nothing behind it, or %s", source_word);
    return false;
}

/* ---- on the screen ---- */

/* The lines below the heading: operands and terms to choose from, then what is said of the stage.
 */
typedef struct sheet {
    fl_view *view;
    const fl_why *why;
    fl_rect rect;
    const char *text; /* what follows the items */
    int items;
} sheet;

static void put_text(fl_view *view, fl_rect rect, fl_style style, fl_buffer *text) {
    if (text->data)
        fl_canvas_wrap(&view->canvas, rect, style, text->data);
    fl_buffer_done(text);
}

/* What the number is, its formula, and the formula with numbers. Returns the lines used. */
static int draw_heading(fl_view *view, fl_rect rect, const fl_why *why) {
    fl_canvas *canvas = &view->canvas;
    fl_buffer text = {0};
    int y = rect.y;
    fl_buffer_printf(&text, "%s ", fl_stage_get_info(why->stage)->id);
    cell_words(view, why, &text);
    if (text.data)
        fl_canvas_fit(canvas, rect.x, y++, rect.w, FL_STYLE_bold, text.data);
    fl_buffer_clear(&text);
    fl_canvas_fit(canvas, rect.x + 2, y++, rect.w - 2, FL_STYLE_stage, fl_formula_here(view));
    worked_words(why, &text);
    if (text.data)
        y += fl_canvas_wrap(canvas, (fl_rect){rect.x + 2, y, rect.w - 2, 2}, FL_STYLE_text,
                            text.data) > 1
                 ? 2
                 : 1;
    fl_buffer_done(&text);
    if (why->note[0] && rect.h > 12)
        fl_canvas_fit(canvas, rect.x + 2, y++, rect.w - 2, FL_STYLE_dim, why->note);
    return y - rect.y;
}

/* "2.91 × 0.88" to the right; the chosen factor of a marked term stands out. */
static void draw_factors(sheet *s, int x, int y, int room, const fl_term *term, bool marked) {
    fl_canvas *canvas = &s->view->canvas;
    char text[96];
    fl_term_text(s->why, term, text, sizeof text);
    int width = fl_text_width(text), from = width < room ? x + room - width : x;
    fl_canvas_put(canvas, from, y, room, FL_STYLE_text, text);
    char *times = strstr(text, " × ");
    if (!marked || !times)
        return;
    if (s->view->trail.side > 0 && fl_why_link(s->why, s->why->n_operands, 1).kind) {
        int before = width - fl_text_width(times + strlen(" × "));
        fl_canvas_put(canvas, from + before, y, room - before, FL_STYLE_pick,
                      times + strlen(" × "));
    } else {
        *times = '\0';
        fl_canvas_put(canvas, from, y, room, FL_STYLE_pick, text);
    }
}

static void draw_term(sheet *s, int y, int i, bool marked) {
    const fl_term *term = &s->why->terms[i];
    fl_canvas *canvas = &s->view->canvas;
    char name[64], text[64], number[FL_NUMBER], bar[128];
    int x = s->rect.x, factors = fl_factors_width(s->why, s->why->n_terms);
    fl_term_name(s->view, s->why, term, name, sizeof name);
    fl_canvas_fit(canvas, x + 2, y, 9, marked ? FL_STYLE_label_on : FL_STYLE_label, name);
    draw_factors(s, x + 11, y, factors, term, marked);
    fl_style sign = term->value < 0 ? FL_STYLE_negative : FL_STYLE_positive;
    snprintf(text, sizeof text, "%s%s", fl_plus(term->value), fl_short(number, term->value));
    x += 11 + factors;
    fl_canvas_put(canvas, x, y, 2, FL_STYLE_dim, " =");
    fl_canvas_right(canvas, x + 2, y, 11, sign, text);
    snprintf(text, sizeof text, "%.1f %%", 100 * share_of(s->why, term));
    fl_canvas_right(canvas, x + 14, y, 7, FL_STYLE_dim, text);
    int room = s->rect.x + s->rect.w - x - 22 < 40 ? s->rect.x + s->rect.w - x - 22 : 40;
    fl_bar(bar, length_of(s->why, term), room, canvas->ascii);
    fl_canvas_put(canvas, x + 22, y, room, sign, bar);
}

/* "att        0.3512   attn_out [0, 5, 9], event 27" */
static void draw_operand(sheet *s, int y, int i, bool marked) {
    const fl_why_operand *operand = &s->why->operands[i];
    fl_canvas *canvas = &s->view->canvas;
    char number[FL_NUMBER];
    fl_buffer place = {0};
    int x = s->rect.x;
    fl_style style = marked ? FL_STYLE_label_on : FL_STYLE_label;
    int used = fl_canvas_fit(canvas, x + 2, y, 18, style, operand->name);
    used = used < 8 ? 8 : used;
    fl_canvas_right(
        canvas, x + 2 + used, y, 14, marked ? FL_STYLE_pick : FL_STYLE_text,
        isnan(operand->value) && operand->link.pass >= 0 ? "…" : fl_exact(number, operand->value));
    fl_link_words(&operand->link, &place);
    fl_buffer_puts(&place, operand->said);
    if (place.data)
        fl_canvas_fit(canvas, x + used + 18, y, s->rect.w - used - 18, FL_STYLE_dim, place.data);
    fl_buffer_done(&place);
}

static void draw_item(sheet *s, int y, int item, bool marked) {
    if (marked)
        fl_canvas_put(&s->view->canvas, s->rect.x, y, 1, FL_STYLE_key, "▸");
    fl_hit_add(s->view, (fl_rect){s->rect.x, y, s->rect.w, 1}, FL_HIT_ITEM, item, 0, 0);
    if (item < s->why->n_operands)
        draw_operand(s, y, item, marked);
    else
        draw_term(s, y, item - s->why->n_operands, marked);
}

/* What follows the items. */
static fl_buffer facts_of(fl_view *view, const fl_why *why) {
    fl_buffer text = {0};
    fl_why_facts(view, &text, why->stage);
    if (!view->present) /* an audience came for the numbers */
        fl_why_source(view, &text, why->stage);
    return text;
}

/* Copies the line at *text and goes on to the next; returns how many of the screen it takes. */
static int take_line(const char **text, int width, char *line, size_t size) {
    size_t length = strcspn(*text, "\n");
    snprintf(line, size, "%.*s", (int)length, *text);
    *text += length + ((*text)[length] == '\n');
    return line[0] ? fl_canvas_wrap_code(NULL, (fl_rect){0, 0, width, 1}, FL_STYLE_text, line) : 1;
}

/* Counts the lines that can be marked, and those of the screen; finds the marked one among these.
 */
static int survey(sheet *s, int *lines) {
    char line[512];
    int rows = s->items, marked = s->view->pick;
    *lines = s->items;
    for (const char *at = s->text; *at; rows++) {
        marked = rows == s->view->pick ? *lines : marked;
        *lines += take_line(&at, s->rect.w, line, sizeof line);
    }
    s->view->page_lines = rows;
    if (s->view->pick >= rows) {
        s->view->pick = rows > 0 ? rows - 1 : 0;
        marked = *lines - 1;
    }
    return marked;
}

/* Returns how many terms are listed up to the lower edge. */
static int draw_rows(sheet *s) {
    int lines, marked = survey(s, &lines);
    bool more = lines > s->rect.h && s->rect.h >= 5;
    s->rect.h -= more;
    int64_t first = fl_first_shown(marked, lines, s->rect.h), y = -first;
    if (more)
        fl_more_draw(s->view, (fl_rect){s->rect.x, s->rect.y + s->rect.h, s->rect.w, 1}, first,
                     lines - first - s->rect.h);
    for (int item = 0; item < s->items; item++, y++)
        if (y >= 0 && y < s->rect.h)
            draw_item(s, s->rect.y + (int)y, item, item == s->view->pick);
    bool comment = false;
    char line[512];
    for (const char *at = s->text; *at;) {
        int needed = take_line(&at, s->rect.w, line, sizeof line), row = (int)y;
        comment = comment || strncmp(line, "/*", 2) == 0;
        if (y >= 0 && y < s->rect.h)
            fl_canvas_wrap_code(&s->view->canvas,
                                (fl_rect){s->rect.x, s->rect.y + row, s->rect.w, s->rect.h - row},
                                comment ? FL_STYLE_comment : FL_STYLE_text, line);
        comment = comment && !strstr(line, "*/");
        y += needed;
    }
    int64_t listed = first + s->rect.h - s->why->n_operands;
    return listed > s->why->n_terms ? s->why->n_terms : listed < 0 ? 0 : (int)listed;
}

/* ---- the foot: where the marked line is from ---- */

/* "event 26 [0, 5, 0], attn_concat of layer 0 = -1.79", or a weight and how it is stored. */
static void link_line(fl_view *view, const fl_why *why, int side, fl_buffer *out) {
    const fl_link link = fl_why_link(why, view->pick, side);
    char number[FL_NUMBER];
    if (link.kind == FL_LINK_NONE)
        return;
    double value = fl_why_value(why, view->pick, side);
    fl_link_words(&link, out);
    if (link.kind == FL_LINK_CELL && link.pass < 0) {
        fl_buffer_printf(out, " = %s", fl_exact(number, value));
    } else if (link.kind == FL_LINK_WEIGHT) {
        fl_buffer_puts(out, ": ");
        fl_weight_words(&link, out);
    }
}

static int draw_link(fl_view *view, fl_rect rect, const fl_why *why, int side) {
    fl_buffer text = {0};
    bool chosen = side == view->trail.side || fl_why_link(why, view->pick, 1).kind == FL_LINK_NONE;
    if (!chosen && rect.h < 2) /* room for one: the one that Enter follows */
        return 0;
    link_line(view, why, side, &text);
    if (!text.data)
        return 0;
    fl_canvas_put(&view->canvas, rect.x, rect.y, 6, FL_STYLE_key,
                  chosen     ? "Enter"
                  : side > 0 ? "→"
                             : "←");
    int lines = fl_canvas_wrap(&view->canvas, (fl_rect){rect.x + 6, rect.y, rect.w - 6, rect.h},
                               chosen ? FL_STYLE_text : FL_STYLE_dim, text.data);
    fl_buffer_done(&text);
    return lines < rect.h ? lines : rect.h;
}

static void draw_foot(fl_view *view, fl_rect rect, const fl_why *why, int listed) {
    fl_buffer text = {0};
    int y = rect.y, bottom = rect.y + rect.h;
    if (why->all_terms > 0 && rect.h > 2) {
        fl_canvas_right(&view->canvas, rect.x, y, rect.w, FL_STYLE_dim,
                        "%: of the sizes of all terms added up");
        if (listed < why->all_terms)
            rest_words(why, listed, &text);
        put_text(view, (fl_rect){rect.x + 2, y++, rect.w - 2, 1}, FL_STYLE_dim, &text);
    }
    if (why->computed) {
        check_words(view, why, rect.w < 70, &text);
        put_text(view, (fl_rect){rect.x, y++, rect.w, 1}, FL_STYLE_bold, &text);
    }
    for (int side = 0; side < FL_SIDES && y < bottom; side++)
        y += draw_link(view, (fl_rect){rect.x, y, rect.w, bottom - y}, why, side);
    if (view->trail.n > 0 && view->trail.led == view->at && y < bottom)
        fl_canvas_printf(&view->canvas, rect.x, y, rect.w, FL_STYLE_dim,
                         "Bksp  back to where you came from, %d %s", view->trail.n,
                         view->trail.n == 1 ? "derivation" : "derivations");
}

void fl_why_page_draw(fl_view *view, fl_rect rect) {
    fl_why why;
    fl_why_of(view, &why);
    if (!fl_here(view) || rect.h < 6)
        return;
    int foot = rect.h < 14 ? 2 : why.all_terms > 0 ? 6 : 4, used = draw_heading(view, rect, &why);
    sheet s = {.view = view, .why = &why, .items = fl_why_items(&why)};
    s.rect = (fl_rect){rect.x, rect.y + used, rect.w, rect.h - used - foot};
    fl_buffer text = facts_of(view, &why);
    s.text = text.data ? text.data : "";
    int listed = draw_rows(&s);
    fl_buffer_done(&text);
    draw_foot(view, (fl_rect){rect.x, rect.y + rect.h - foot, rect.w, foot}, &why, listed);
}

/* ---- its cursor ---- */

void fl_why_open(fl_view *view) {
    view->trail.side = 0;
    if (view->at != view->trail.led)
        view->trail.n = 0;
}

void fl_why_move(fl_view *view, fl_verb verb, int64_t count) {
    int64_t pick = view->pick + fl_rows_of(verb, count), last = view->page_lines - 1;
    pick = pick > last ? last : pick;
    view->pick = (int)(pick < 0 ? 0 : pick);
    if (verb == FL_VERB_left || verb == FL_VERB_right)
        view->trail.side = verb == FL_VERB_right;
}

void fl_why_choose(fl_view *view) {
    fl_why why;
    fl_why_of(view, &why);
    bool two = fl_why_link(&why, view->pick, 1).kind != FL_LINK_NONE;
    const fl_link link = fl_why_link(&why, view->pick, two ? view->trail.side : 0);
    fl_link_follow(view, &link, view->pick, view->trail.side);
}
