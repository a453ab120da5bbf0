/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Pages that cover the panels, out of their table. Each is lines of text first, so that plain mode
 * can print it too.
 */
#include "view/heads.h"
#include "view/mechanism.h"
#include "view/panels.h"
#include "view/value.h"
#include "view/why.h"

#include <stdio.h>
#include <string.h>

enum { L = FL_WHERE_L, T = FL_WHERE_T, G = FL_WHERE_G, W = FL_WHERE_W, B = FL_WHERE_B };
static const fl_page_info pages[FL_PAGE_COUNT] = {
#define FL_PAGE(id, ...) [FL_PAGE_##id] = {.where = __VA_ARGS__},
#include "view/pages.def"
};

const fl_page_info *fl_page_get_info(fl_page page) {
    return &pages[page];
}

fl_verb fl_page_verb(fl_page page) {
    static const fl_verb verbs[FL_PAGE_COUNT] = {
#define FL_PAGE(id, ...) [FL_PAGE_##id] = FL_VERB_##id,
#include "view/pages.def"
    };
    return verbs[page];
}

void fl_open_page(fl_view *view, fl_page page) {
    if (page == FL_PAGE_help && view->page != FL_PAGE_help) {
        view->below = view->page;
        view->below_scroll = view->page_scroll;
        view->below_pick = view->pick;
    }
    view->page = page;
    view->page_scroll = 0;
    view->page_lines = INT16_MAX; /* drawing it counts them */
    view->pick = 0;
    if (pages[page].open)
        pages[page].open(view);
}

void fl_close_page(fl_view *view) {
    if (view->page != FL_PAGE_help || view->below == FL_PAGE_NONE) {
        fl_open_page(view, FL_PAGE_NONE);
        return;
    }
    view->page = view->below;
    view->page_scroll = view->below_scroll;
    view->page_lines = INT16_MAX;
    view->pick = view->below_pick;
}

bool fl_page_took(fl_view *view, fl_verb verb, int64_t count) {
    const fl_page_info *page = &pages[view->page];
    if ((page->where & (G | B)) != G || !page->move) /* B: one steps through the run */
        return false;
    page->move(view, verb, count);
    return true;
}

bool fl_page_toggle(fl_view *view, fl_page page, const char *text) {
    fl_escape_into(view->page_text, sizeof view->page_text, text, strlen(text));
    if (view->page == page && !*text)
        fl_close_page(view);
    else
        fl_open_page(view, page);
    return true;
}

#define FL_PAGE(id, ...)                                                                           \
    bool fl_do_##id(fl_view *view, int64_t count, const char *text) {                              \
        (void)count;                                                                               \
        return fl_page_toggle(view, FL_PAGE_##id, text);                                           \
    }
#define FL_PAGE_TOLD(id, ...)
#include "view/pages.def"

/* Above a page on which a patched number stands, which. */
static void add_page(fl_view *view, fl_buffer *out) {
    fl_buffer lines = {0};
    char words[2 * FL_PATCH_WORDS];
    view->modified = 0;
    view->shows_modified = false;
    pages[view->page].lines(view, &lines);
    if (view->shows_modified) {
        fl_modified_words(view, words, sizeof words);
        fl_buffer_printf(out, "%s; numbers here differ because of it.\n", words);
    }
    fl_buffer_puts(out, lines.data ? lines.data : "");
    fl_buffer_done(&lines);
}

void fl_view_page_text(fl_view *view, fl_buffer *out) {
    if (view->page != FL_PAGE_NONE)
        add_page(view, out);
    else if (view->tell)
        view->tell(view, out);
}

void fl_view_close_page(fl_view *view) {
    if (view->page != FL_PAGE_NONE)
        fl_open_page(view, FL_PAGE_NONE);
}

/* ---- drawing ---- */

/* Where the last column of a line that is a row of a table begins: behind two blanks. */
static int hang_of(const char *row, int width) {
    int column = 0, hang = 0;
    for (const char *at = row; *at && column < width / 2; at++) {
        bool gap = at > row && at[-1] == ' ' && (at == row + 1 || at[-2] == ' ');
        if (gap && *at != ' ')
            hang = column;
        column += (*at & 0xc0) != 0x80;
    }
    return hang;
}

/* The next line of the text in `row`, and how many lines of the screen it takes. */
static int take_row(const char **text, int width, char *row, size_t size) {
    size_t length = strcspn(*text, "\n");
    snprintf(row, size, "%.*s", (int)(length < size ? length : size - 1), *text);
    *text += length + ((*text)[length] == '\n');
    return row[0] ? fl_canvas_wrap_hanging(NULL, (fl_rect){0, 0, width, 1}, hang_of(row, width),
                                           FL_STYLE_text, row)
                  : 1;
}

/* Draws lines from page_scroll on, folded at the width; counts them all. */
static void draw_text(fl_view *view, fl_rect rect, const char *text) {
    char row[512];
    int lines = 0, line = 0;
    bool comment = false;
    for (const char *at = text; *at;)
        lines += take_row(&at, rect.w, row, sizeof row);
    bool more = lines > rect.h;
    rect.h -= more;
    view->page_lines = more ? lines - rect.h + 1 : 1;
    if (view->page_scroll >= view->page_lines)
        view->page_scroll = view->page_lines - 1;
    if (more)
        fl_more_draw(view, (fl_rect){rect.x, rect.y + rect.h, rect.w, 1}, view->page_scroll,
                     lines - view->page_scroll - rect.h);
    while (*text) {
        int needed = take_row(&text, rect.w, row, sizeof row), y = line - view->page_scroll;
        comment = comment || strncmp(row, "/*", 2) == 0;
        if (y >= 0 && y < rect.h)
            fl_canvas_wrap_hanging(&view->canvas, (fl_rect){rect.x, rect.y + y, rect.w, rect.h - y},
                                   hang_of(row, rect.w), comment ? FL_STYLE_comment : FL_STYLE_text,
                                   row);
        if (strstr(row, "*/"))
            comment = false;
        line += needed;
    }
}

static void draw_inside(fl_view *view, fl_rect rect) {
    const fl_page_info *page = &pages[view->page];
    if (page->draw && (!page->items || page->items(view) > 0)) {
        page->draw(view, rect);
        return;
    }
    fl_buffer text = {0}; /* an empty list says what it is for */
    page->lines(view, &text);
    draw_text(view, rect, text.data ? text.data : "");
    fl_buffer_done(&text);
}

/* ---- before an audience: pages take the room there is ---- */

enum { FROM_ABOVE = 2 /* lines of the title, which stay together */, ROOMY = 13, READABLE = 110 };

/* Lines are left free between those of a page where it still shows enough then; a drawing would
 * fall apart. */
static bool is_drawing(fl_page page) {
    return page == FL_PAGE_map || page == FL_PAGE_heads;
}

static void move_hits(fl_view *view, int from, int top, int right, int down, int step) {
    for (int i = from; i < view->n_hits; i++) {
        fl_rect *r = &view->hits[i].rect;
        r->x += right;
        r->y = top + down + (r->y - top) * step;
        r->h = (r->h - 1) * step + 1;
    }
}

/* Draws it small, and then moves it: apart, and into the middle. */
static void draw_roomy(fl_view *view, fl_rect rect) {
    bool whole = is_drawing(view->page);
    int hits = view->n_hits, room = rect.h - FROM_ABOVE, top = rect.y + FROM_ABOVE;
    int h = !whole && (room + 1) / 2 >= ROOMY ? (room + 1) / 2 : room;
    fl_rect body = {rect.x, top, whole || rect.w < READABLE ? rect.w : READABLE, h};
    draw_inside(view, body);
    fl_rect used = fl_canvas_used(&view->canvas, body), all = body;
    all.y = rect.y;
    all.h = FROM_ABOVE;
    fl_rect head = fl_canvas_used(&view->canvas, all);
    int width = used.w > head.w ? used.w : head.w;
    int step = !whole && 2 * used.h - 1 <= room ? 2 : 1;
    int right = (rect.w - width) / 2, down = (room - (used.h - 1) * step - 1) / 2;
    fl_canvas_spread(&view->canvas, (fl_rect){body.x, top, width, used.h}, right, down, step);
    fl_canvas_spread(&view->canvas, (fl_rect){body.x, rect.y, width, FROM_ABOVE}, right, down, 1);
    move_hits(view, hits, top, right, down, step);
}

void fl_page_draw(fl_view *view, fl_rect rect) {
    fl_rect body = {rect.x, rect.y + FROM_ABOVE, rect.w, rect.h - FROM_ABOVE};
    fl_canvas_put(&view->canvas, rect.x, rect.y, rect.w, FL_STYLE_stage, pages[view->page].title);
    if (view->present)
        draw_roomy(view, rect);
    else
        draw_inside(view, body);
}
