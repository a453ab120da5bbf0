/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The life of a view: making it, starting another run in it, clicks, and the sentences it can say
 * without a screen.
 */
#include "base/diag.h"
#include "view/cursor.h"
#include "view/mechanism.h"
#include "view/panels.h"
#include "view/value.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fl_forget_values(fl_view *view) {
    fl_forget_scale(view);
    fl_lens_forget(view);
    fl_looking_forget(&view->looking);
    fl_beside_forget(view);
    fl_caches_forget(view);
    view->digest.event = view->ranking.event = -1;
}

static void forget_run(fl_view *view) {
    fl_forget_values(view);
    view->at = 0;
    view->program_pick = -1;
    view->modified = 0;
    view->shows_modified = false;
    view->n_jumps = view->trail.n = 0;
    view->rank = view->slice = view->head = 0;
    view->weight = (fl_weight_page){.tensor = -1};
    view->page = FL_PAGE_NONE;
    view->line.kind = FL_LINE_NONE;
    view->last_count = 0;
    for (int i = 0; i < FL_DIM_COUNT; i++)
        view->cursor[i] = -1;
}

/* Blank lines and lines that begin with # are left out. What ran before a line that cannot be done
 * stays done, and the line is named. */
static void run_commands(fl_view *view, const char *commands, const char *from) {
    char line[1024];
    bool done = true;
    for (int number = 1; commands && *commands && done && !view->left; number++) {
        size_t length = strcspn(commands, "\n");
        snprintf(line, sizeof line, "%.*s", (int)length, commands);
        line[strcspn(line, "\r")] = '\0';
        const char *command = line + strspn(line, " \t");
        if (*command && *command != '#')
            done = fl_view_command(view, command);
        if (!done)
            fl_say(view, "line %d of %s: '%.60s': %s", number,
                   from ? from : "the commands at the start", command, view->message);
        commands += length + (commands[length] == '\n');
    }
}

/* What a ready prompt says to look at. */
static const char *look_of(const fl_view *view, const char *prompt) {
    for (size_t i = 0; prompt && i < view->options.n_prompts; i++)
        if (strcmp(view->options.prompts[i].prompt, prompt) == 0)
            return view->options.prompts[i].look;
    return NULL;
}

fl_status fl_view_new(fl_view **out, const fl_view_options *options, fl_diag *diag) {
    fl_diag local;
    diag = diag ? diag : &local;
    fl_view *view = calloc(1, sizeof *view);
    *out = NULL;
    if (!view) {
        options->source.free(options->source.ctx);
        return fl_fail_memory(diag);
    }
    view->options = *options;
    view->source = options->source;
    view->canvas.ascii = options->ascii;
    view->present = options->present;
    fl_choose_theme(view, options->theme);
    view->look = look_of(view, options->prompt);
    view->temperature = 1;
    fl_patches_init(view);
    forget_run(view);
    if (!view->source.get(view->source.ctx, 0, diag)) {
        fl_view_free(&view);
        return diag->status == FL_OK ? FL_ERR_MEMORY : diag->status;
    }
    fl_watch_source(view);
    run_commands(view, options->commands, options->commands_from);
    *out = view;
    return FL_OK;
}

void fl_view_free(fl_view **view) {
    if (!*view)
        return;
    (*view)->source.free((*view)->source.ctx);
    fl_beside_forget(*view);
    fl_patches_done(*view);
    fl_canvas_done(&(*view)->canvas);
    fl_forget_scale(*view);
    fl_lens_forget(*view);
    free(*view);
    *view = NULL;
}

bool fl_start_run(fl_view *view, const char *prompt, fl_run_taker *take) {
    fl_diag diag;
    fl_source source = {0};
    if (!view->options.restart) {
        fl_say(view, "another prompt cannot be started here");
        return false;
    }
    fl_diag_init(&diag, NULL);
    fl_status status = view->options.restart(view->options.restart_ctx, prompt, &source, &diag);
    if (status == FL_OK && (!source.get(source.ctx, 0, &diag) || !take(view, &source, &diag))) {
        source.free(source.ctx);
        status = FL_ERR_MEMORY;
    }
    if (status != FL_OK)
        fl_say(view, "%s", diag.message[0] ? diag.message : fl_status_word(status));
    return status == FL_OK;
}

bool fl_restart(fl_view *view, const char *prompt) {
    if (!fl_start_run(view, prompt, fl_patches_adopt))
        return false;
    view->look = look_of(view, prompt);
    fl_watch_source(view);
    forget_run(view);
    fl_say_patches_stay(view);
    return true;
}

bool fl_view_left(const fl_view *view) {
    return view->left;
}

bool fl_view_unfinished(const fl_view *view) {
    return view->unfinished;
}

int64_t fl_view_at(const fl_view *view) {
    return view->at;
}

const char *fl_view_message(const fl_view *view) {
    return view->message;
}

void fl_hit_add(fl_view *view, fl_rect rect, int kind, int64_t a, int64_t b, int64_t c) {
    if (view->n_hits == FL_HITS)
        return;
    fl_hit *hit = &view->hits[view->n_hits++];
    hit->rect = rect;
    hit->kind = kind == FL_HIT_CELL    ? FL_HIT_CELL
                : kind == FL_HIT_EVENT ? FL_HIT_EVENT
                : kind == FL_HIT_ITEM  ? FL_HIT_ITEM
                                       : FL_HIT_PANE;
    hit->a = a;
    hit->b = b;
    hit->c = c;
}

static const fl_hit *hit_at(const fl_view *view, int x, int y, bool pane) {
    for (int i = view->n_hits - 1; i >= 0; i--) {
        const fl_rect *r = &view->hits[i].rect;
        bool inside = x >= r->x && x < r->x + r->w && y >= r->y && y < r->y + r->h;
        if (inside && (view->hits[i].kind == FL_HIT_PANE) == pane)
            return &view->hits[i];
    }
    return NULL;
}

/* A second click on the item that is chosen takes it. */
static void click_item(fl_view *view, int item) {
    const fl_page_info *page = fl_page_get_info(view->page);
    if (view->page == FL_PAGE_NONE && fl_way_lists(view))
        view->looking.pick = item;
    else if (view->page == FL_PAGE_NONE)
        view->rank = item;
    else if (view->pick == item && page->choose)
        page->choose(view);
    else
        view->pick = item;
}

static void click(fl_view *view, int x, const fl_hit *hit) {
    if (hit->kind == FL_HIT_EVENT) {
        fl_view_jump(view, hit->a);
    } else if (hit->kind == FL_HIT_ITEM) {
        click_item(view, (int)hit->a);
    } else if (hit->kind == FL_HIT_CELL) {
        int columns = view->hit_columns > 0 ? view->hit_columns : 1;
        int64_t glyph = hit->c + (x - view->hit_x) / columns;
        fl_cursor_set(view, hit->a, hit->b, glyph * view->hit_cells);
    }
}

/* What is under the pointer scrolls, the focus stays; panels that hold no list do not. */
static void scroll(fl_view *view, const fl_hit *pane, int wheel) {
    fl_pane focus = view->pane;
    bool free = view->page != FL_PAGE_NONE || !pane;
    if (!free && pane->a != FL_PANE_VALUE && pane->a != FL_PANE_PROGRAM)
        return;
    if (!free)
        view->pane = (fl_pane)pane->a;
    fl_cursor_move(view, wheel < 0 ? FL_VERB_up : FL_VERB_down, 3);
    view->pane = focus;
}

void fl_view_mouse(fl_view *view, int x, int y, int wheel) {
    view->message[0] = '\0';
    view->tell = NULL;
    const fl_hit *pane = hit_at(view, x, y, true), *hit = hit_at(view, x, y, false);
    if (wheel) {
        scroll(view, pane, wheel);
        return;
    }
    if (pane && view->page == FL_PAGE_NONE)
        view->pane = (fl_pane)pane->a;
    if (hit)
        click(view, x, hit);
}

/* ---- words ---- */

void fl_view_sentence(fl_view *view, fl_buffer *out) {
    const fl_captured *here = fl_here(view);
    fl_pass pass = fl_here_pass(view);
    if (!here)
        return;
    fl_sentence_run run = {.pieces = view->options.model.pieces,
                           .first = pass.first,
                           .last = pass.first + pass.count - 1};
    size_t n_prompt;
    run.tokens = view->source.tokens(view->source.ctx, &run.n_tokens, &n_prompt);
    fl_sentence(out, &here->event, &here->stats, &run);
    fl_buffer_puts(out, " ");
    if (!fl_whatif_words(view, out))
        out->data[--out->length] = '\0';
}

void fl_index_words(fl_view *view, const fl_event *event, const int64_t index[FL_MAX_DIMS],
                    fl_buffer *out) {
    char number[FL_NUMBER];
    fl_place_words(view, event, index, out);
    if (event->tensor.mask.causal && fl_tensor_masked(&event->tensor, index))
        fl_buffer_puts(out, " is hidden");
    else
        fl_buffer_printf(out, " = %s", fl_exact(number, fl_tensor_at(&event->tensor, index)));
}

void fl_view_heading(fl_view *view, fl_buffer *out) {
    const fl_captured *here = fl_here(view);
    if (here)
        fl_sentence_heading(out, &here->event);
}

void fl_view_cell(fl_view *view, fl_buffer *out) {
    const fl_captured *here = fl_here(view);
    if (!here)
        return;
    fl_place place = fl_cursor_place(view, here);
    fl_index_words(view, &fl_here(view)->event, place.index, out);
    fl_whatif_cell(view, place.index, out);
}

void fl_view_welcome(fl_view *view, fl_buffer *out) {
    fl_pass pass = fl_here_pass(view);
    size_t n_tokens, n_prompt;
    view->source.tokens(view->source.ctx, &n_tokens, &n_prompt);
    bool chooses = fl_plan_step(pass.plan, pass.count - 1)->stage == FL_STAGE_next_token;
    if (chooses) {
        fl_sentence_opening(out, n_prompt, pass.count - 1);
        fl_buffer_puts(out, " See every number.");
    } else {
        fl_buffer_printf(out,
                         "%zu tokens go in; the first %" PRId64 " are read in %" PRId64
                         " steps, the others after them.",
                         n_prompt, pass.dims.T, pass.count - 1);
    }
}
