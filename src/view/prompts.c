/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Ready prompts: those for any model, which say where to look and leave open what will be seen
 * there, and the page to choose from.
 */
#include "view/panels.h"
#include "view/value.h"

#include <string.h>

static const fl_view_prompt prompts[] = {
    {"A fact", "The capital of France is",
     "Watch resid_post at the last token, and what the feed-forward of each layer adds to it."},
    {"A name comes back", "Lily and Tom were in the park. Lily found a ball. She gave the ball to",
     "Is there a head whose attn_probs look back at a name from the last token?"},
    {"A random row repeats", "green owl Paris kite moo Anna green owl Paris kite",
     "Is there a head that looks, at each repeated word, at what followed it the first time?"},
    {"A story", "Once upon a time",
     "Press t again and again and watch a text grow, one piece at a time."},
    {"The context says otherwise",
     "In this story the sky is green. Tom looked around and smiled. The sky is",
     "See in logits which colour leads, and which heads look back at the one in the text."},
    {"What an animal says", "The cow says",
     "A short prompt: few tokens, so that every number of a stage fits on the screen."},
    {"The first token", "It was a very good day. The",
     "Look down the first column of attn_probs: do heads with nothing to do rest there?"},
    {"A sign", "Lily saw a 🙂. It was a 🙂",
     "How many pieces does the sign become in this vocabulary? Watch the token strip."},
    {"The same again and again", "the ball the ball the ball the",
     "See in probs how certain the model is after the second, the third and the fourth time."},
};

const fl_view_prompt *fl_view_general_prompts(size_t *count) {
    *count = sizeof prompts / sizeof *prompts;
    return prompts;
}

/* ---- the page ---- */

void fl_prompts_lines(fl_view *view, fl_buffer *out) {
    for (size_t i = 0; i < view->options.n_prompts; i++) {
        const fl_view_prompt *p = &view->options.prompts[i];
        fl_buffer_printf(out, "%s: %s\n    %s\n", p->title, p->prompt, p->look);
    }
}

/* The first is a text of one's own. */
int64_t fl_prompts_count(const fl_view *view) {
    return (int64_t)view->options.n_prompts + 1;
}

/* The ready prompt of an item; NULL: one's own. */
static const fl_view_prompt *prompt_at(const fl_view *view, int item) {
    return item > 0 ? &view->options.prompts[item - 1] : NULL;
}

void fl_prompts_choose(fl_view *view) {
    const fl_view_prompt *p = prompt_at(view, view->pick);
    if (p)
        fl_restart(view, p->prompt);
    else
        fl_open_line(view, FL_LINE_PROMPT, "");
}

bool fl_do_prompt(fl_view *view, int64_t count, const char *text) {
    (void)count; /* a bare `prompt` must not cost a session: "" asks for no text */
    return fl_restart(view, strcmp(text, "\"\"") == 0 ? "" : text);
}

enum { TITLE = 30 };

/* The prompt that is marked is shown whole, with what to look at. */
static int open_lines(const fl_view *view, int i, int width) {
    char shown[1024];
    const fl_view_prompt *p = prompt_at(view, i);
    if (!p)
        return 1;
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
    bool on = i == view->pick;
    const fl_view_prompt *p = prompt_at(view, i);
    char shown[1024] = "type a text of your own";
    if (on)
        fl_canvas_put(canvas, rect.x, rect.y, 1, FL_STYLE_key, "▸");
    if (p)
        fl_escape_into(shown, sizeof shown, p->prompt, strlen(p->prompt));
    if (on && p) {
        draw_open_prompt(view, rect, p, shown);
        return;
    }
    fl_canvas_fit(canvas, rect.x + 2, rect.y, TITLE - 1, on ? FL_STYLE_here : FL_STYLE_bold,
                  p ? p->title : "your own");
    fl_canvas_fit(canvas, rect.x + 2 + TITLE, rect.y, rect.w - TITLE - 2, FL_STYLE_text, shown);
}

void fl_prompts_draw(fl_view *view, fl_rect rect) {
    int count = (int)view->options.n_prompts + 1, open = open_lines(view, view->pick, rect.w - 6);
    bool more = count + open - 1 > rect.h;
    int64_t first = fl_first_shown(view->pick, count, rect.h - more - open + 1);
    int y = rect.y, bottom = rect.y + rect.h - more, i = (int)first;
    for (; i < count && y < bottom; i++) {
        int lines = i == view->pick ? open : 1;
        fl_hit_add(view, (fl_rect){rect.x, y, rect.w, lines}, FL_HIT_ITEM, i, 0, 0);
        draw_prompt(view, (fl_rect){rect.x, y, rect.w, bottom - y}, i);
        y += lines;
    }
    if (more)
        fl_more_draw(view, (fl_rect){rect.x, bottom, rect.w, 1}, first, count - i);
}
