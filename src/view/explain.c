/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * An explanation in the panel, and what there is to say about its stage as a whole: letters, names,
 * the text of the scalar function that computes it.
 */
#include "view/derive.h"

#include "kernels/kernels.h"
#include "view/value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

void fl_term_text(const fl_why *why, const fl_term *term, char *out, size_t size) {
    if (why->products)
        snprintf(out, size, "%s × %s", FL_NUM(term->a), FL_NUM(term->b));
    else
        snprintf(out, size, "exp(%s − %s)", FL_NUM(term->a), FL_NUM(why->most));
}

/* The largest terms one after the other, as many as the width takes. */
static void draw_inline(fl_view *view, int x, int y, int width, const fl_why *why) {
    fl_buffer text = {0};
    int shown = 0;
    for (; shown < why->n_terms; shown++) {
        char term[96], name[64], sum[FL_NUMBER];
        size_t before = text.length;
        if (why->products)
            fl_term_text(why, &why->terms[shown], term, sizeof term);
        else
            fl_short(term, why->terms[shown].value);
        if (shown)
            fl_buffer_puts(&text, " + ");
        else /* of what the line above names by its value */
            fl_buffer_printf(&text, "%s = ", fl_short(sum, why->sum));
        if (why->keys || why->vocab)
            fl_buffer_printf(&text, "\"%s\" ",
                             fl_term_name(view, why, &why->terms[shown], name, sizeof name));
        fl_buffer_puts(&text, term);
        if (text.data && fl_text_width(text.data) > width - 22) {
            text.length = before;
            text.data[before] = '\0';
            break;
        }
    }
    char rest[FL_NUMBER];
    if (shown < why->all_terms)
        fl_buffer_printf(&text, " + %" PRId64 " more: %s", why->all_terms - shown,
                         fl_short(rest, fl_why_rest(why, shown)));
    if (text.data)
        fl_canvas_fit(&view->canvas, x, y, width, FL_STYLE_text, text.data);
    fl_buffer_done(&text);
}

int fl_factors_width(const fl_why *why, int shown) {
    int widest = 0;
    for (int i = 0; i < shown && i < why->n_terms; i++) {
        char text[96];
        fl_term_text(why, &why->terms[i], text, sizeof text);
        widest = fl_text_width(text) > widest ? fl_text_width(text) : widest;
    }
    return widest < 22 ? 22 : widest;
}

static void draw_term(fl_view *view, fl_rect rect, const fl_why *why, int factors, int i) {
    int x = rect.x, y = rect.y, width = rect.w;
    const fl_term *term = &why->terms[i];
    fl_canvas *canvas = &view->canvas;
    char name[64], text[96], number[FL_NUMBER], bar[128];
    fl_term_name(view, why, term, name, sizeof name);
    fl_canvas_fit(canvas, x + 2, y, 9, FL_STYLE_label, name);
    fl_term_text(why, term, text, sizeof text);
    fl_canvas_right(canvas, x + 11, y, factors, FL_STYLE_text, text);
    x += factors - 22;
    width -= factors - 22;
    fl_style sign = term->value < 0 ? FL_STYLE_negative : FL_STYLE_positive;
    snprintf(text, sizeof text, "%s%s", term->value < 0 ? "" : "+", fl_short(number, term->value));
    fl_canvas_put(canvas, x + 33, y, 2, FL_STYLE_dim, " =");
    fl_canvas_right(canvas, x + 35, y, 11, sign, text);
    double share = fabs(term->value) / fabs(why->terms[0].value);
    fl_bar(bar, share, width - 47, canvas->ascii);
    fl_canvas_put(canvas, x + 47, y, width - 47, sign, bar);
}

/* One term a line, then the rest. Returns the lines used. */
static int draw_terms(fl_view *view, fl_rect rect, const fl_why *why) {
    int shown = why->n_terms < rect.h - 1 ? why->n_terms : rect.h - 1;
    int factors = fl_factors_width(why, shown);
    for (int i = 0; i < shown; i++)
        draw_term(view, (fl_rect){rect.x, rect.y + i, rect.w, 1}, why, factors, i);
    if (shown < why->all_terms) {
        char number[FL_NUMBER];
        double rest = fl_why_rest(why, shown);
        fl_canvas_printf(&view->canvas, rect.x + 2, rect.y + shown, rect.w - 2, FL_STYLE_dim,
                         "… %" PRId64 " more terms: %s%s", why->all_terms - shown,
                         rest < 0 ? "" : "+", fl_short(number, rest));
        shown++;
    }
    return shown;
}

/* The number and how it comes about; a note that does not fit behind it goes below where there is
 * room. Returns the lines used. */
static int draw_worked(fl_view *view, int x, int y, int width, int rows, const fl_why *why) {
    bool below = rows > 1;
    char number[FL_NUMBER];
    fl_canvas *canvas = &view->canvas;
    if (why->masked || why->stage == FL_STAGE_tokens || why->stage == FL_STAGE_next_token) {
        int lines =
            fl_canvas_wrap(canvas, (fl_rect){x, y, width, rows}, FL_STYLE_text, why->worked);
        return lines < rows ? lines : rows;
    }
    int used = fl_canvas_put(canvas, x, y, width, FL_STYLE_bold, fl_short(number, why->engine));
    used += fl_canvas_put(canvas, x + used, y, width - used, FL_STYLE_text, " = ");
    int note = why->note[0] ? fl_text_width(why->note) + 3 : 0;
    bool beside = used + fl_text_width(why->worked) + note <= width;
    int room = width - used - (beside || below ? 0 : note); /* the note is never what is cut */
    fl_rect rect = {x + used, y, room, beside || !note ? rows : rows > 1 ? rows - 1 : 1};
    int lines = fl_canvas_wrap(canvas, rect, FL_STYLE_text, why->worked);
    lines = lines < rect.h ? lines : rect.h;
    if (!note)
        return lines;
    if (!beside && below)
        return lines + fl_canvas_wrap(canvas, (fl_rect){x + 2, y + lines, width - 2, rows - lines},
                                      FL_STYLE_dim, why->note);
    used += beside ? fl_text_width(why->worked) : room;
    fl_canvas_fit(canvas, x + used + 3, y, width - used - 3, FL_STYLE_dim, why->note);
    return 1;
}

static void draw_check(fl_view *view, int x, int y, int width, const fl_why *why) {
    char sum[FL_NUMBER], engine[FL_NUMBER], off[FL_NUMBER];
    double difference = why->value - why->engine;
    if (isnan(difference))
        fl_exact(off, difference);
    else
        snprintf(off, sizeof off, "%.1g", fabs(difference));
    fl_canvas_printf(&view->canvas, x, y, width, FL_STYLE_dim,
                     "recomputed %s  engine %s  difference %s", fl_exact(sum, why->value),
                     fl_exact(engine, why->engine), off);
}

typedef enum author { AUTHOR_TEXT, AUTHOR_LEVEL, AUTHOR_LEVEL_8_BIT } author;

/* Did the text that is shown compute the event, or what the run's level has in its place? */
static author author_of(fl_view *view, const char *kernel) {
    const fl_view_model *model = &view->options.model;
    const fl_weight *weight = fl_here(view)->event.weight;
    fl_kernels kernels;
    fl_diag diag;
    if (!model->isa || fl_kernels_choose(&kernels, model->isa, &diag) != FL_OK ||
        fl_kernel_is_scalar(&kernels, kernel))
        return AUTHOR_TEXT;
    bool rounded = !model->exact && weight && strcmp(kernel, "matmul") == 0 &&
                   fl_product_layout(&kernels, weight->dtype, 1, true) == FL_Q8;
    return rounded ? AUTHOR_LEVEL_8_BIT : AUTHOR_LEVEL;
}

/* Where the text stands and, if it was not what ran, what did: as much of that as fits. */
static void draw_origin(fl_view *view, fl_rect rect, const char *kernel, int line) {
    char text[192];
    author by = author_of(view, kernel);
    int used = snprintf(text, sizeof text, "src/kernels/scalar.c, line %d", line);
    if (by != AUTHOR_TEXT)
        used =
            snprintf(text, sizeof text, "src/kernels/scalar.c:%d, the reference; %s computed it%s",
                     line, view->options.model.isa, by == AUTHOR_LEVEL ? "" : ", fast");
    const char *more = ", within the tolerance the tests state";
    if (by != AUTHOR_TEXT && used + (int)strlen(more) <= rect.w)
        snprintf(text + used, sizeof text - (size_t)used, "%s", more);
    fl_canvas_fit(&view->canvas, rect.x, rect.y, rect.w, FL_STYLE_dim, text);
}

/* The scalar function line by line; comments in their own colour. */
static void draw_source(fl_view *view, fl_rect rect, const char *kernel) {
    size_t length;
    int line;
    const char *text = fl_scalar_source(kernel, &length, &line);
    if (!text || rect.h < 3)
        return;
    draw_origin(view, rect, kernel, line);
    bool comment = false;
    for (int y = 1; y < rect.h && length > 0;) {
        const char *end = memchr(text, '\n', length);
        size_t count = end ? (size_t)(end - text) : length;
        char row[256];
        snprintf(row, sizeof row, "%.*s", (int)(count < sizeof row ? count : sizeof row - 1), text);
        comment = comment || strncmp(row, "/*", 2) == 0;
        fl_rect left = {rect.x, rect.y + y, rect.w, rect.h - y};
        fl_style style = comment ? FL_STYLE_comment : FL_STYLE_code;
        int lines = fl_canvas_wrap_code(NULL, left, style, row);
        if (lines > left.h || (lines == left.h && count + 1 < length)) {
            fl_canvas_fit(&view->canvas, left.x, left.y, left.w, FL_STYLE_dim, "… e has the rest");
            return;
        }
        fl_canvas_wrap_code(&view->canvas, left, style, row);
        y += lines > 0 ? lines : 1;
        if (strstr(row, "*/"))
            comment = false;
        count += end != NULL;
        text += count;
        length -= count;
    }
}

void fl_why_draw(fl_view *view, fl_rect rect, bool source) {
    fl_why why;
    fl_why_of(view, &why);
    const fl_stage_info *info = fl_stage_get_info(why.stage);
    int used = fl_canvas_wrap(&view->canvas, (fl_rect){rect.x, rect.y, rect.w, rect.h > 4 ? 2 : 1},
                              FL_STYLE_stage, fl_formula_here(view));
    used = used > 2 || rect.h <= 4 ? (rect.h > 4 ? 2 : 1) : used;
    if (used >= rect.h)
        return;
    bool below = rect.h >= 8 || (why.all_terms == 0 && used + 1 < rect.h);
    int rows = below ? rect.h - used : 1;
    used += draw_worked(view, rect.x, rect.y + used, rect.w, rows < 3 ? rows : 3, &why);
    if (rect.h < 8) {
        if (why.all_terms > 0 && used < rect.h)
            draw_inline(view, rect.x, rect.y + used, rect.w, &why);
        return;
    }
    if (why.all_terms > 0) {
        int room = source ? (rect.h - used) / 2 : rect.h - used - 1;
        used += draw_terms(view, (fl_rect){rect.x, rect.y + used, rect.w, room}, &why);
    }
    if (why.computed)
        draw_check(view, rect.x, rect.y + used++, rect.w, &why);
    if (source)
        draw_source(view, (fl_rect){rect.x, rect.y + used + 1, rect.w, rect.h - used - 1},
                    info->kernel);
}

/* ---- the stage as a whole ---- */

static void add_names(fl_view *view, fl_buffer *out, fl_stage stage) {
    const fl_captured *here = fl_here(view);
    char name[160];
    for (int d = FL_DIALECT_TL; d < FL_DIALECT_COUNT; d++) {
        if (!fl_stage_get_info(stage)->names[d])
            continue;
        fl_stage_name(stage, here->event.layer, (fl_dialect)d, name, sizeof name);
        fl_buffer_printf(out, "  %-10s %s\n", fl_dialect_name((fl_dialect)d), name);
    }
}

static void add_shape(fl_view *view, fl_buffer *out, fl_stage stage) {
    const fl_captured *here = fl_here(view);
    const fl_event *event = &here->event;
    char symbols[64];
    fl_stage_symbols(stage, symbols, sizeof symbols);
    fl_buffer_printf(out, "  shape      %s = [", symbols);
    for (int i = 0; i < event->tensor.n_dims; i++)
        fl_buffer_printf(out, "%s%" PRId64, i ? ", " : "", event->tensor.shape[i]);
    fl_buffer_puts(out, "]");
    for (int i = 0; i < event->tensor.n_dims; i++)
        fl_buffer_printf(out, "%s%s", i ? " × " : "  ", fl_axis_name(event->tensor.axes[i]));
    fl_buffer_puts(out, "\n");
    if (!event->weight)
        return;
    const fl_weight *w = event->weight;
    fl_buffer_printf(out, "  weight     %s [%" PRId64, w->name, w->shape[0]);
    if (w->n_dims == 2)
        fl_buffer_printf(out, ", %" PRId64, w->shape[1]);
    fl_buffer_printf(out, "] %s%s\n", fl_dtype_get_info(w->dtype)->name,
                     w->tied ? ", the embedding table once more" : "");
}

/* What the letters of the formula stand for, with this run's numbers. */
static void add_letters(fl_view *view, fl_buffer *out, fl_stage stage) {
    const fl_dims dims = fl_here_pass(view).dims;
    const fl_symbol_info *symbol;
    if (!fl_formula_symbol(stage, 0))
        return;
    fl_buffer_puts(out, "\nThe letters of the formula\n\n");
    for (int i = 0; (symbol = fl_formula_symbol(stage, i)) != NULL; i++) {
        double value = fl_symbol_value(symbol, &dims, view->options.model.hparams);
        int pad = 11 - fl_text_width(symbol->name);
        fl_buffer_printf(out, "  %s%*s", symbol->name, pad > 0 ? pad : 1, "");
        if (!isnan(value))
            fl_buffer_printf(out, "= %g, ", value);
        fl_buffer_printf(out, "%s\n", symbol->meaning);
    }
}

void fl_why_facts(fl_view *view, fl_buffer *out, fl_stage stage) {
    add_letters(view, out, stage);
    fl_buffer_puts(out, "\n");
    add_shape(view, out, stage);
    add_names(view, out, stage);
}

void fl_why_source(fl_view *view, fl_buffer *out, fl_stage stage) {
    const char *kernel = fl_stage_get_info(stage)->kernel;
    size_t length;
    int line;
    const char *text = fl_scalar_source(kernel, &length, &line);
    if (!text)
        return;
    author by = author_of(view, kernel);
    fl_buffer_printf(out, "\nThe %s, src/kernels/scalar.c from line %d on",
                     by == AUTHOR_TEXT ? "function that computes it" : "reference for it", line);
    if (by != AUTHOR_TEXT)
        fl_buffer_printf(out,
                         "; the number was computed by the %s kernels%s, within the tolerance of "
                         "it that the tests state",
                         view->options.model.isa,
                         by == AUTHOR_LEVEL ? "" : " from activations rounded to 8 bits");
    fl_buffer_puts(out, "\n\n");
    fl_buffer_add(out, text, length);
    fl_buffer_puts(out, "\n");
}
