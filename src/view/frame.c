/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The whole screen: what stands where at which size. Above, where am I; then what is this; the
 * tensor; what is remarkable; why; and below, what can I do.
 */
#include "view/complete.h"
#include "view/cursor.h"
#include "view/panels.h"
#include "view/program.h"
#include "view/value.h"
#include "view/why.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LEAST_WIDTH = 60, LEAST_HEIGHT = 16 };
/* From these sizes on all panels stand side by side, the program beside the others, or numbers and
 * next token below them. */
enum { WIDE_WIDTH = 116, WIDE_HEIGHT = 30, BESIDE_WIDTH = 100, BESIDE_HEIGHT = 24 };
enum { BELOW_WIDTH = 80, BELOW_HEIGHT = 40 };

/* Heights of a column: below LOW sentences go before what stands around them, from TALL on the
 * explanation has its sums, and in between there is room for one thing more. */
enum { LOW = 14, CHOICE_LOW = 16, MIDDLE = 18, TALL = 26 };
/* From this height on the welcome lists its keys one by one. */
enum { WELCOME_KEYS = 11 };
/* From this width on the panels at the sides are wider. */
enum { BROAD_WIDTH = 150 };

/* ---- what is this ---- */

typedef struct heading {
    char stage[32], head[64], shape[64], axes[64]; /* head is "" where there is none */
} heading;

static heading heading_of(fl_view *view) {
    const fl_event *event = &fl_here(view)->event;
    const fl_dims dims = fl_here_pass(view).dims;
    heading t = {.head = ""};
    snprintf(t.stage, sizeof t.stage, "%s", fl_stage_get_info(event->stage)->id);
    if (event->head >= 0 && dims.K != dims.H)
        snprintf(t.head, sizeof t.head, "head %" PRId32 " (0–%" PRId64 "), k/v head %" PRId32,
                 event->head, dims.H - 1, event->kv_head);
    else if (event->head >= 0)
        snprintf(t.head, sizeof t.head, "head %" PRId32 " (0–%" PRId64 ")", event->head,
                 dims.H - 1);
    int used = 0, named = 0;
    for (int i = 0; i < event->tensor.n_dims; i++) {
        used += snprintf(t.shape + used, sizeof t.shape - (size_t)used, "%s%" PRId64,
                         i ? ", " : "[", event->tensor.shape[i]);
        named += snprintf(t.axes + named, sizeof t.axes - (size_t)named, "%s%s", i ? " × " : "",
                          fl_axis_name(event->tensor.axes[i]));
    }
    snprintf(t.shape + used, sizeof t.shape - (size_t)used, "]");
    return t;
}

/* Stage, head and shape in a line, the axes' names where they fit; returns the lines used. */
static int draw_stage(fl_view *view, fl_rect rect) {
    char shape[160];
    heading t = heading_of(view);
    fl_canvas *canvas = &view->canvas;
    snprintf(shape, sizeof shape, "%s  %s", t.shape, t.axes);
    int used = fl_canvas_fit(canvas, rect.x, rect.y, rect.w, FL_STYLE_stage, t.stage);
    if (t.head[0])
        used += 2 + fl_canvas_fit(canvas, rect.x + used + 2, rect.y, rect.w - used - 2,
                                  FL_STYLE_stage, t.head);
    if (fl_patched_here(view)) {
        const char *mark = used + 12 + fl_text_width(t.shape) <= rect.w ? "✎ patched" : "✎";
        used += 1 + fl_canvas_put(canvas, rect.x + used + 1, rect.y, rect.w - used, FL_STYLE_banner,
                                  mark);
    }
    bool named = used + fl_text_width(shape) + 2 <= rect.w;
    fl_canvas_right(canvas, rect.x + used + 1, rect.y, rect.w - used - 1, FL_STYLE_bold,
                    named ? shape : t.shape);
    return 1;
}

/* What the stage means, and how much of it is hidden. */
static void meaning_text(fl_view *view, char *text, size_t size) {
    const char *meaning = fl_meaning_here(view);
    const fl_captured *here = fl_here(view);
    int64_t masked = here->stats.masked, cells = fl_tensor_count(&here->event.tensor);
    snprintf(text, size, "%s", meaning);
    if (masked > 0)
        snprintf(text, size, "%s (%" PRId64 " of %" PRId64 " cells hidden)", meaning, masked,
                 cells);
}

/* Lines it takes as a whole. */
static int meaning_lines(fl_view *view, int width) {
    char text[320];
    meaning_text(view, text, sizeof text);
    return fl_canvas_wrap(NULL, (fl_rect){0, 0, width, 0}, FL_STYLE_meaning, text);
}

/* Returns the lines used. */
static int draw_meaning(fl_view *view, fl_rect rect) {
    char text[320];
    meaning_text(view, text, sizeof text);
    int lines = fl_canvas_wrap(&view->canvas, rect, FL_STYLE_meaning, text);
    return lines < rect.h ? lines : rect.h;
}

/* Title and meaning; returns the lines used. */
static int draw_title(fl_view *view, fl_rect rect) {
    int used = draw_stage(view, rect);
    return used + draw_meaning(view, (fl_rect){rect.x, rect.y + used, rect.w, rect.h - used});
}

/* ---- what is remarkable ---- */

/* One sentence a line, folded as far as the lines of the rectangle go; returns how many it takes.
 * `measured`: draws nothing. */
static int remark_lines(fl_view *view, fl_rect rect, bool measured) {
    fl_buffer text = {0};
    fl_remark(view, &text);
    int y = 0;
    char *line = text.data;
    while (line && *line && y < rect.h) {
        char *end = strchr(line, '\n');
        if (end)
            *end = '\0';
        bool next = end && y + 1 < rect.h; /* the second sentence keeps a line */
        fl_rect left = {rect.x, rect.y + y, rect.w, rect.h - y - next};
        int lines = fl_canvas_wrap(measured ? NULL : &view->canvas, left, FL_STYLE_text, line);
        y += lines < left.h ? lines : left.h;
        line = end ? end + 1 : NULL;
    }
    fl_buffer_done(&text);
    return y;
}

/* The keys to begin with, one a line, in the words of their table. */
static int draw_first_keys(fl_view *view, fl_rect rect) {
    static const fl_verb verbs[] = {FL_VERB_over, FL_VERB_token,   FL_VERB_lens,
                                    FL_VERB_why,  FL_VERB_prompts, FL_VERB_help};
    size_t count;
    const fl_key_info *keys = fl_keys(&count);
    int y = 0;
    for (size_t v = 0; v < sizeof verbs / sizeof *verbs && y < rect.h; v++) {
        for (size_t i = 0; i < count; i++) {
            char name[24];
            if (keys[i].verb != verbs[v] || !(keys[i].where & FL_WHERE_M) ||
                (verbs[v] == FL_VERB_prompts && !view->options.restart))
                continue;
            fl_canvas_put(&view->canvas, rect.x + 2, rect.y + y, 3, FL_STYLE_key,
                          fl_key_name(name, sizeof name, keys[i].key));
            fl_canvas_fit(&view->canvas, rect.x + 5, rect.y + y++, rect.w - 5, FL_STYLE_text,
                          fl_verb_get_info(verbs[v])->help);
            break;
        }
    }
    return y;
}

/* As many whole sentences as there is room for; returns the lines used. */
static int draw_sentences(fl_canvas *canvas, fl_rect rect, fl_style style, const char *text) {
    char part[512];
    size_t length = strlen(text);
    for (length = length < sizeof part ? length : sizeof part - 1; length > 0; length--) {
        bool end = text[length] == '\0' || (text[length - 1] == '.' && text[length] == ' ');
        snprintf(part, sizeof part, "%.*s", (int)length, text);
        if (end && fl_canvas_wrap(NULL, rect, style, part) <= rect.h)
            return fl_canvas_wrap(canvas, rect, style, part);
    }
    return 0;
}

static void draw_welcome(fl_view *view, fl_rect rect) {
    fl_buffer text = {0};
    fl_view_welcome(view, &text);
    fl_canvas *canvas = &view->canvas;
    int y = rect.y;
    if (text.data)
        y += fl_canvas_wrap(canvas, (fl_rect){rect.x, y, rect.w, 2}, FL_STYLE_bold, text.data);
    fl_buffer_done(&text);
    const char *keys[] = {
        view->options.restart
            ? "n next   s into every head   e why this number   p other prompts   ? help"
            : "n next   s into every head   e why this number   ? help",
        "t straight to that word, and then L: how it came up, layer by layer"};
    if (rect.h >= WELCOME_KEYS)
        y += draw_first_keys(view, (fl_rect){rect.x, y + 1, rect.w, 6}) + 2;
    for (int i = 0; rect.h < WELCOME_KEYS && i < 2 && y < rect.y + rect.h; i++)
        fl_canvas_fit(canvas, rect.x, y++, rect.w, FL_STYLE_key, keys[i]);
    const char *more[] = {view->look, view->options.model.description};
    for (int i = 0; i < 2; i++) {
        int room = rect.y + rect.h - y;
        fl_style style = i == 0 ? FL_STYLE_meaning : FL_STYLE_dim;
        if (more[i] && room > 0)
            y += draw_sentences(canvas, (fl_rect){rect.x, y, rect.w, room}, style, more[i]) +
                 (room > 6);
    }
}

/* The first screen says what is about to happen in place of its formula. */
static void draw_why_or_welcome(fl_view *view, fl_rect rect, bool source) {
    if (view->at == 0)
        draw_welcome(view, rect);
    else
        fl_why_draw(view, rect, source);
}

/* ---- layouts ---- */

static void rule(fl_view *view, fl_rect rect, int y) {
    fl_canvas_fill(&view->canvas, (fl_rect){rect.x, y, rect.w, 1}, FL_STYLE_rule, "─");
}

const char *fl_pane_name(fl_pane pane) {
    static const char *const names[] = {[FL_PANE_VALUE] = "value",
                                        [FL_PANE_PROGRAM] = "program",
                                        [FL_PANE_NUMBERS] = "numbers",
                                        [FL_PANE_WHY] = "why",
                                        [FL_PANE_NEXT] = "next token"};
    return names[pane];
}

void fl_pane_draw(fl_view *view, fl_pane pane, fl_rect rect) {
    switch (pane) {
    case FL_PANE_VALUE:
        fl_value_draw(view, rect);
        break;
    case FL_PANE_PROGRAM:
        fl_program_draw(view, rect);
        break;
    case FL_PANE_NUMBERS:
        fl_numbers_draw(view, rect);
        break;
    case FL_PANE_WHY:
        draw_why_or_welcome(view, rect, true);
        break;
    case FL_PANE_NEXT:
        fl_next_draw(view, rect);
        break;
    case FL_PANE_COUNT:
        break;
    }
}

/* Lines of the explanation below a rule. Where the screen is low, sentences go before it. */
static int why_lines(fl_view *view, fl_rect rect, int meaning) {
    bool choice = fl_cursor_kind(&fl_here(view)->event) == FL_KIND_CHOICE;
    if (choice && rect.h < CHOICE_LOW)
        return 0;
    if (rect.h < LOW)
        return meaning > 2 && view->at > 0 ? 1 : 2;
    if (view->at == 0)
        return rect.h < MIDDLE ? 4 : rect.h < TALL ? 6 : 12;
    return rect.h >= TALL && fl_why_sums(view) ? 9 : 3;
}

/* One column: title, panel, statistics, explanation. */
static void draw_narrow(fl_view *view, fl_rect rect, fl_pane pane) {
    bool value = pane == FL_PANE_VALUE;
    int y = rect.y, bottom = rect.y + rect.h, meaning = meaning_lines(view, rect.w);
    y += draw_title(view, (fl_rect){rect.x, y, rect.w, 4});
    if (view->full || !value) {
        if (!value)
            fl_canvas_printf(&view->canvas, rect.x, y++, rect.w, FL_STYLE_dim, "%s",
                             fl_pane_name(pane));
        fl_pane_draw(view, pane, (fl_rect){rect.x, y, rect.w, bottom - y});
        return;
    }
    bool low = rect.h < LOW;
    int why = why_lines(view, rect, meaning), ruled = why > 0 && (!low || meaning < 2);
    int remark = low ? 0 : rect.h < MIDDLE ? 1 : 2, numbers = low ? 0 : 1;
    if (fl_here(view)->event.tensor.dtype == FL_DTYPE_I32)
        numbers = 0;
    int body = bottom - y - why - remark - numbers - ruled;
    if (ruled)
        rule(view, rect, bottom - why - 1);
    fl_value_draw(view, (fl_rect){rect.x, y, rect.w, body});
    y += body;
    if (numbers)
        fl_numbers_line(view, rect.x, y, rect.w);
    remark_lines(view, (fl_rect){rect.x, y + numbers, rect.w, remark}, false);
    if (why > 0)
        draw_why_or_welcome(view, (fl_rect){rect.x, bottom - why, rect.w, why}, false);
}

/* Head and banner in a line of their own, where there is either. */
static int draw_head(fl_view *view, fl_rect rect, const char *head) {
    int used = fl_canvas_fit(&view->canvas, rect.x, rect.y, rect.w, FL_STYLE_stage, head);
    if (fl_patched_here(view))
        used += fl_canvas_put(&view->canvas, rect.x + used + (used > 0), rect.y, rect.w - used,
                              FL_STYLE_banner, "✎ patched");
    return used > 0;
}

/* A framed panel; the inside is returned. */
static fl_rect framed(fl_view *view, fl_rect rect, fl_pane pane, const char *title) {
    bool on = view->pane == pane;
    fl_canvas_frame(&view->canvas, rect, on ? FL_STYLE_key : FL_STYLE_rule,
                    on ? FL_STYLE_key : FL_STYLE_bold, title);
    fl_hit_add(view, rect, FL_HIT_PANE, pane, 0, 0);
    return (fl_rect){rect.x + 2, rect.y + 1, rect.w - 3, rect.h - 2};
}

/* `numbers`: a line of statistics, where no panel of them stands beside. */
static void draw_middle(fl_view *view, fl_rect rect, bool numbers) {
    int why = rect.h * 2 / 5;
    heading t = heading_of(view);
    char text[256];
    snprintf(text, sizeof text, "%s  %s  %s", t.stage, t.shape, t.axes);
    fl_rect value =
        framed(view, (fl_rect){rect.x, rect.y, rect.w, rect.h - why}, FL_PANE_VALUE, text);
    int used = draw_head(view, value, t.head);
    used += draw_meaning(view, (fl_rect){value.x, value.y + used, value.w, 2});
    fl_rect foot = {value.x, 0, value.w, value.h >= 16 ? 4 : value.h >= 12 ? 3 : 2};
    int remark = remark_lines(view, foot, true);
    foot.y = value.y + value.h - remark;
    remark_lines(view, foot, false);
    if (numbers)
        fl_numbers_line(view, value.x, foot.y - 1, value.w);
    fl_value_draw(view, (fl_rect){value.x, value.y + used + 1, value.w,
                                  value.h - used - remark - 2 - numbers});
    fl_rect inside =
        framed(view, (fl_rect){rect.x, rect.y + rect.h - why, rect.w, why}, FL_PANE_WHY, "why");
    draw_why_or_welcome(view, inside, true);
}

static void draw_wide(fl_view *view, fl_rect rect) {
    bool broad = rect.w >= BROAD_WIDTH;
    int left = broad ? 28 : 24, right = broad ? 36 : 28;
    int next = rect.h / 4 < 8 ? 8 : rect.h / 4;
    fl_pane_draw(view, FL_PANE_PROGRAM,
                 framed(view, (fl_rect){rect.x, rect.y, left, rect.h}, FL_PANE_PROGRAM, "program"));
    draw_middle(view, (fl_rect){rect.x + left, rect.y, rect.w - left - right, rect.h}, false);
    fl_rect column = {rect.x + rect.w - right, rect.y, right, rect.h - next};
    fl_pane_draw(view, FL_PANE_NUMBERS, framed(view, column, FL_PANE_NUMBERS, "numbers"));
    column.y += column.h;
    column.h = next;
    fl_pane_draw(view, FL_PANE_NEXT, framed(view, column, FL_PANE_NEXT, "next token"));
}

/* The panel that has the keys, or the value where that one stands beside it. */
static fl_pane main_pane(const fl_view *view, fl_pane beside, fl_pane other) {
    return view->pane == beside || view->pane == other ? FL_PANE_VALUE : view->pane;
}

/* The program beside everything else. */
static void draw_beside(fl_view *view, fl_rect rect) {
    enum { LEFT = 24 };
    fl_pane pane = main_pane(view, FL_PANE_PROGRAM, FL_PANE_PROGRAM);
    fl_rect left = {rect.x, rect.y, LEFT, rect.h};
    fl_rect right = {rect.x + LEFT, rect.y, rect.w - LEFT, rect.h};
    fl_pane_draw(view, FL_PANE_PROGRAM, framed(view, left, FL_PANE_PROGRAM, "program"));
    if (rect.h >= WIDE_HEIGHT - 3 && (pane == FL_PANE_VALUE || pane == FL_PANE_WHY))
        draw_middle(view, right, fl_here(view)->event.tensor.dtype != FL_DTYPE_I32);
    else
        draw_narrow(view, (fl_rect){right.x + 1, right.y + 1, right.w - 2, right.h - 2}, pane);
}

/* Numbers and next token below everything else. */
static void draw_below(fl_view *view, fl_rect rect) {
    enum { PANELS = 14 };
    fl_pane pane = main_pane(view, FL_PANE_NUMBERS, FL_PANE_NEXT);
    int half = rect.w / 2, top = rect.h - PANELS;
    fl_rect left = {rect.x, rect.y + top, half, PANELS};
    fl_rect right = {rect.x + half, rect.y + top, rect.w - half, PANELS};
    draw_narrow(view, (fl_rect){rect.x + 1, rect.y + 1, rect.w - 2, top - 1}, pane);
    fl_pane_draw(view, FL_PANE_NUMBERS, framed(view, left, FL_PANE_NUMBERS, "numbers"));
    fl_pane_draw(view, FL_PANE_NEXT, framed(view, right, FL_PANE_NEXT, "next token"));
}

static void draw_too_small(fl_view *view) {
    char text[160];
    fl_canvas *canvas = &view->canvas;
    snprintf(text, sizeof text,
             "footlight needs %d × %d, this terminal has %d × %d. Enlarge it, or q quits.",
             LEAST_WIDTH, LEAST_HEIGHT, canvas->width, canvas->height);
    fl_canvas_wrap(canvas, (fl_rect){0, 0, canvas->width, canvas->height}, FL_STYLE_text, text);
}

bool fl_view_too_small(const fl_view *view) {
    const fl_canvas *canvas = &view->canvas;
    bool sized = canvas->width > 0 && canvas->height > 0; /* else there is no screen to see */
    return sized && (canvas->width < LEAST_WIDTH || canvas->height < LEAST_HEIGHT);
}

static bool has_room(const fl_canvas *canvas, int width, int height) {
    return canvas->width >= width && canvas->height >= height;
}

/* The panels, as many as there is room for. */
static void draw_panels(fl_view *view, fl_rect rect) {
    const fl_canvas *canvas = &view->canvas;
    if (has_room(canvas, WIDE_WIDTH, WIDE_HEIGHT))
        draw_wide(view, rect);
    else if (has_room(canvas, BESIDE_WIDTH, BESIDE_HEIGHT))
        draw_beside(view, rect);
    else
        draw_below(view, rect);
}

static void draw_all(fl_view *view) {
    fl_canvas *canvas = &view->canvas;
    bool room = has_room(canvas, BESIDE_WIDTH, BESIDE_HEIGHT) ||
                has_room(canvas, BELOW_WIDTH, BELOW_HEIGHT);
    bool panels = room && !view->full && view->page == FL_PAGE_NONE;
    fl_rect body = {1, 3, canvas->width - 2, canvas->height - 5};
    rule(view, (fl_rect){0, 0, canvas->width, 1}, 2);
    if (panels)
        draw_panels(view, (fl_rect){0, 2, canvas->width, canvas->height - 3});
    else if (view->page != FL_PAGE_NONE)
        fl_page_draw(view, body);
    else
        draw_narrow(view, body, view->pane);
    if (!panels)
        rule(view, (fl_rect){0, 0, canvas->width, 1}, canvas->height - 2);
    if (fl_top_draw(view) < 2) /* it tells what patches have gone into what was drawn */
        fl_strip_draw(view, 1, canvas->width);
}

void fl_view_resize(fl_view *view, int width, int height) {
    fl_canvas_resize(&view->canvas, width, height);
}

const fl_canvas *fl_view_draw(fl_view *view) {
    fl_canvas *canvas = &view->canvas;
    fl_canvas_clear(canvas);
    view->n_hits = 0;
    view->modified = 0;
    view->shows_modified = false;
    view->unfinished = false;
    if (canvas->width < LEAST_WIDTH || canvas->height < LEAST_HEIGHT)
        draw_too_small(view);
    else if (fl_here(view)) {
        if (view->present && view->page == FL_PAGE_NONE)
            fl_present_draw(view);
        else
            draw_all(view);
        fl_bottom_draw(view, canvas->height - 1);
    }
    if (view->line.kind != FL_LINE_NONE)
        fl_line_draw(view, canvas->height - 1);
    return canvas;
}
