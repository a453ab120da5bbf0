/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Pages that cover the panels: help, why, a weight, and the lists of prompts and breakpoints. Each
 * is lines of text first, so that plain mode can print it too.
 */
#include "view/cursor.h"
#include "view/panels.h"
#include "view/value.h"
#include "view/why.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- help ---- */

/* All keys of a verb that work in a place: "k ↑". */
static void keys_of(fl_verb verb, int where, char *out, size_t size) {
    size_t count, used = 0;
    const fl_key_info *keys = fl_keys(&count);
    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        char name[24];
        if (keys[i].verb != verb || !(keys[i].where & where) || used + 16 > size)
            continue;
        fl_key_name(name, sizeof name, keys[i].key);
        used += (size_t)snprintf(out + used, size - used, "%s%s", used ? " " : "", name);
    }
}

static void add_padded(fl_buffer *out, const char *text, int width) {
    int pad = width - fl_text_width(text);
    fl_buffer_printf(out, "%s%*s", text, pad > 0 ? pad : 1, "");
}

static void help_row(fl_buffer *out, const char *keys, fl_verb verb) {
    const fl_verb_info *info = fl_verb_get_info(verb);
    char word[80];
    if (keys[0])
        add_padded(out, keys, 11);
    snprintf(word, sizeof word, keys[0] ? "%s" : "%s %s", info->word, info->argument);
    add_padded(out, word, keys[0] ? 16 : 34);
    fl_buffer_printf(out, "%s\n", info->help);
}

/* As it stands on the screen, what it is, and how ASCII shows it if not by its own spelling. */
static const char *const screen_words[][3] = {
    {"stage", "one step of the computation, such as q or attn_probs"},
    {"event", "one stage of one layer (and head) in one pass, numbered"},
    {"pass", "once through the model, from tokens to the next one chosen"},
    {"prefill", "the first pass: all tokens of the prompt at once"},
    {"decode", "a later pass: the token chosen last; the rest is kept"},
    {"head", "one of several attentions side by side in a layer"},
    {"k/v head", "the keys and values a head looks into; heads may share one"},
    {"residual", "resid_*: a token's numbers, which every layer adds to"},
    {"logits", "a score for each piece of the vocabulary, not yet a chance"},
    {"[0, 5, 3]", "where a number stands, counted from 0; the first 0 is the batch"},
    {"masked, ·", "hidden: a token looks only at itself and earlier ones", "masked, ."},
    {"▸ ▾", "the row and column of the cursor; in the program: here, open"},
    {"✓ · ● ✎", "in the program: computed, not yet, breakpoint, patched", "+ . * !"},
    {"▲ ▼", "a number beyond the scale of the colours"},
    {"▁▂▅▇", "how often each size occurs, smallest number left", "_.:=#"},
    {"min max mean", "smallest, largest, average; rms: typical size; l2: length"},
};

static void add_word(fl_buffer *out, const char *word, const char *meaning) {
    add_padded(out, word, 15);
    fl_buffer_printf(out, "%s\n", meaning);
}

/* What the top line says of this run, where it has room for it. */
static void add_run_words(const fl_view_model *model, fl_buffer *out) {
    bool scalar = !model->isa || strcmp(model->isa, "scalar") == 0;
    add_word(out, scalar ? "scalar" : model->isa,
             scalar ? "this run is computed by the plain C functions, the reference"
                    : "vector instructions compute, within the tests' tolerance of scalar");
    add_word(out, model->exact ? "exact" : "fast",
             model->exact ? "activations stay floats: none is rounded to 8 bits"
                          : "activations are rounded to 8 bits against quantised weights");
}

static void add_words(const fl_view *view, fl_buffer *out) {
    fl_buffer_puts(out, "\nWords on the screen\n\n");
    for (size_t i = 0; i < sizeof screen_words / sizeof *screen_words; i++) {
        bool own = view->options.ascii && screen_words[i][2];
        add_word(out, screen_words[i][own ? 2 : 0], screen_words[i][1]);
    }
    add_run_words(&view->options.model, out);
    fl_buffer_puts(out,
                   "\nThe cursor goes to the largest cell of its row until you move it; = sends it "
                   "back there. Colours keep their scale from layer to layer.\n");
}

static void help_lines(fl_view *view, fl_buffer *out) {
    fl_buffer_puts(out,
                   "Keys that work here, with their words at the : prompt; digits: how often\n\n");
    for (int id = 0; id < FL_VERB_COUNT; id++) {
        char keys[64];
        keys_of((fl_verb)id, FL_WHERE_M, keys, sizeof keys);
        if (keys[0] && fl_verb_works(view, (fl_verb)id))
            help_row(out, keys, (fl_verb)id);
    }
    fl_buffer_puts(out, "\nCommands without a key; a number alone is an event to go to\n\n");
    for (int id = 0; id < FL_VERB_COUNT; id++) {
        char keys[64];
        keys_of((fl_verb)id, FL_WHERE_M, keys, sizeof keys);
        if (!keys[0] && fl_verb_works(view, (fl_verb)id))
            help_row(out, "", (fl_verb)id);
    }
    add_words(view, out);
}

/* ---- lists ---- */

static void prompt_lines(const fl_view *view, fl_buffer *out) {
    for (size_t i = 0; i < view->options.n_prompts; i++) {
        const fl_view_prompt *p = &view->options.prompts[i];
        fl_buffer_printf(out, "%s: %s\n    %s\n", p->title, p->prompt, p->look);
    }
}

static void break_lines(const fl_view *view, fl_buffer *out) {
    char text[160];
    for (int i = 0; i < view->n_breaks; i++) {
        fl_break_print(&view->breaks[i], text, sizeof text);
        fl_buffer_printf(out, "%d  %s\n", i, text);
    }
    if (view->n_breaks == 0)
        fl_buffer_puts(
            out, "There are none. b sets one on the stage that is shown, and so does the command "
                 "break STAGE. c goes on to the next.\n");
}

void fl_page_lines(fl_view *view, fl_buffer *out) {
    switch (view->page) {
    case FL_PAGE_NONE:
        break;
    case FL_PAGE_WEIGHT:
        fl_weight_lines(view, out);
        break;
    case FL_PAGE_HELP:
        help_lines(view, out);
        break;
    case FL_PAGE_WHY:
        fl_why_lines(view, out);
        break;
    case FL_PAGE_PROMPTS:
        prompt_lines(view, out);
        break;
    case FL_PAGE_BREAKS:
        break_lines(view, out);
        break;
    }
}

const char *fl_page_title(const fl_view *view) {
    switch (view->page) {
    case FL_PAGE_HELP:
        return "help";
    case FL_PAGE_WHY:
        return "why this number";
    case FL_PAGE_WEIGHT:
        return "weight";
    case FL_PAGE_PROMPTS:
        return "prompts, each for one mechanism";
    case FL_PAGE_BREAKS:
        return "breakpoints";
    case FL_PAGE_NONE:
        break;
    }
    return "";
}

/* ---- drawing ---- */

/* Draws lines from page_scroll on, folded at the width; counts them all. */
/* The next line of the text in `row`, and how many lines of the screen it takes. */
static int take_row(const char **text, int width, char *row, size_t size) {
    size_t length = strcspn(*text, "\n");
    snprintf(row, size, "%.*s", (int)(length < size ? length : size - 1), *text);
    *text += length + ((*text)[length] == '\n');
    return row[0] ? fl_canvas_wrap(NULL, (fl_rect){0, 0, width, 1}, FL_STYLE_text, row) : 1;
}

static void draw_text(fl_view *view, fl_rect rect, const char *text) {
    char row[512];
    int lines = 0, line = 0;
    bool comment = false;
    for (const char *at = text; *at;)
        lines += take_row(&at, rect.w, row, sizeof row);
    view->page_lines = lines > rect.h ? lines - rect.h + 1 : 1;
    if (view->page_scroll >= view->page_lines)
        view->page_scroll = view->page_lines - 1;
    while (*text) {
        int needed = take_row(&text, rect.w, row, sizeof row), y = line - view->page_scroll;
        comment = comment || strncmp(row, "/*", 2) == 0;
        if (y >= 0 && y < rect.h)
            fl_canvas_wrap(&view->canvas, (fl_rect){rect.x, rect.y + y, rect.w, rect.h - y},
                           comment ? FL_STYLE_comment : FL_STYLE_text, row);
        if (strstr(row, "*/"))
            comment = false;
        line += needed;
    }
}

enum { TITLE = 30 };

/* The prompt that is marked is shown whole, with what to look at. */
static int open_lines(const fl_view *view, int i, int width) {
    if ((size_t)i >= view->options.n_prompts)
        return 1;
    char shown[1024];
    const fl_view_prompt *p = &view->options.prompts[i];
    fl_escape_into(shown, sizeof shown, p->prompt, strlen(p->prompt));
    fl_rect rect = {0, 0, width, 1};
    return 1 + fl_canvas_wrap(NULL, rect, FL_STYLE_text, shown) +
           fl_canvas_wrap(NULL, rect, FL_STYLE_text, p->look);
}

static void draw_open_prompt(fl_view *view, fl_rect rect, const fl_view_prompt *p,
                             const char *shown) {
    fl_canvas *canvas = &view->canvas;
    fl_canvas_fit(canvas, rect.x + 2, rect.y, rect.w - 2, FL_STYLE_here, p->title);
    fl_rect inside = {rect.x + 4, rect.y + 1, rect.w - 6, rect.h - 1};
    int used = fl_canvas_wrap(canvas, inside, FL_STYLE_text, shown);
    inside.y += used;
    inside.h -= used;
    fl_canvas_wrap(canvas, inside, FL_STYLE_meaning, p->look);
}

static void draw_prompt(fl_view *view, fl_rect rect, int i) {
    fl_canvas *canvas = &view->canvas;
    bool on = i == view->pick, own = (size_t)i == view->options.n_prompts;
    const fl_view_prompt *p = own ? NULL : &view->options.prompts[i];
    char shown[1024] = "type a text of your own";
    if (on)
        fl_canvas_put(canvas, rect.x, rect.y, 1, FL_STYLE_key, "▸");
    if (!own)
        fl_escape_into(shown, sizeof shown, p->prompt, strlen(p->prompt));
    if (on && !own) {
        draw_open_prompt(view, rect, p, shown);
        return;
    }
    fl_canvas_fit(canvas, rect.x + 2, rect.y, TITLE - 1, on ? FL_STYLE_here : FL_STYLE_bold,
                  own ? "your own" : p->title);
    fl_canvas_fit(canvas, rect.x + 2 + TITLE, rect.y, rect.w - TITLE - 2, FL_STYLE_text, shown);
}

static void draw_prompts(fl_view *view, fl_rect rect) {
    int count = (int)view->options.n_prompts + 1, open = open_lines(view, view->pick, rect.w - 6);
    int64_t first = fl_first_shown(view->pick, count, rect.h - open + 1);
    int y = rect.y, bottom = rect.y + rect.h;
    for (int i = (int)first; i < count && y < bottom; i++) {
        fl_hit_add(view, (fl_rect){rect.x, y, rect.w, 1}, FL_HIT_ITEM, i, 0, 0);
        draw_prompt(view, (fl_rect){rect.x, y, rect.w, bottom - y}, i);
        y += i == view->pick ? open : 1;
    }
}

static void draw_breaks(fl_view *view, fl_rect rect) {
    char text[160];
    for (int i = 0; i < view->n_breaks && i < rect.h; i++) {
        fl_break_print(&view->breaks[i], text, sizeof text);
        bool on = i == view->pick;
        fl_canvas_put(&view->canvas, rect.x, rect.y + i, 1, on ? FL_STYLE_key : FL_STYLE_mark,
                      on ? "▸" : "●");
        fl_canvas_printf(&view->canvas, rect.x + 2, rect.y + i, rect.w - 2,
                         on ? FL_STYLE_here : FL_STYLE_text, "%d  %s", i, text);
        fl_hit_add(view, (fl_rect){rect.x, rect.y + i, rect.w, 1}, FL_HIT_ITEM, i, 0, 0);
    }
}

void fl_page_draw(fl_view *view, fl_rect rect) {
    if (view->page == FL_PAGE_WEIGHT) {
        fl_weight_draw(view, rect);
    } else if (view->page == FL_PAGE_PROMPTS) {
        draw_prompts(view, rect);
    } else if (view->page == FL_PAGE_BREAKS && view->n_breaks > 0) {
        draw_breaks(view, rect);
    } else {
        fl_buffer text = {0};
        fl_page_lines(view, &text);
        draw_text(view, rect, text.data ? text.data : "");
        fl_buffer_done(&text);
    }
}
