/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Which weight the page shows, and where its cursor is: that of the stage shown, or any tensor of
 * the model by its name.
 */
#include "view/cursor.h"
#include "view/panels.h"
#include "view/value.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- which ---- */

const fl_weight *fl_weight_here(fl_view *view) {
    const fl_model *model = view->options.model.model;
    if (view->weight.tensor >= 0 && model)
        return fl_model_tensor(model, (size_t)view->weight.tensor);
    const fl_captured *here = fl_here(view);
    return here ? here->event.weight : NULL;
}

int64_t fl_weight_rows(const fl_weight *weight) {
    return weight->n_dims == 2 ? weight->shape[0] : 1;
}

int64_t fl_weight_cols(const fl_weight *weight) {
    return weight->shape[weight->n_dims - 1];
}

bool fl_weight_hidden(const fl_weight *weight, char *out, size_t size) {
    const fl_dtype_info *type = fl_dtype_get_info(weight->dtype);
    if (!weight->data)
        snprintf(out, size, "its numbers are not there: only its shape is known");
    else if (weight->n_dims > 2)
        snprintf(out, size, "it has %d dimensions, and this page shows lists and tables",
                 weight->n_dims);
    else if (!fl_weight_readable(weight))
        snprintf(out, size, "its numbers are stored as %s, which cannot be read here", type->name);
    else
        return false;
    return true;
}

/* ".weight" at the end goes without saying. */
static bool fits_name(const char *pattern, const char *name) {
    char bare[128];
    const char *end = strrchr(name, '.');
    if (fl_glob(pattern, name))
        return true;
    if (!end || strcmp(end, ".weight") != 0)
        return false;
    snprintf(bare, sizeof bare, "%.*s", (int)(end - name), name);
    return fl_glob(pattern, bare);
}

bool fl_weight_fits(const fl_weight *weight, const char *pattern) {
    if (fits_name(pattern, weight->name))
        return true;
    if (weight->slot >= FL_WEIGHT_COUNT)
        return false;
    const fl_weight_info *info = fl_weight_get_info(weight->slot);
    const char *const names[] = {info->id, info->gguf, info->hf};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char name[128];
        if (!names[i])
            continue;
        fl_spell_layer(name, sizeof name, names[i], weight->layer);
        if (fits_name(pattern, name))
            return true;
    }
    return false;
}

/* The next tensor from `from` on that fits, going round; -1: none does. */
static int64_t next_tensor(const fl_model *model, int64_t from, int direction,
                           const char *pattern) {
    int64_t count = (int64_t)fl_model_tensor_count(model);
    for (int64_t n = 0; n < count; n++) {
        int64_t i = (from + direction * n) % count;
        i += i < 0 ? count : 0;
        if (!*pattern || fl_weight_fits(fl_model_tensor(model, (size_t)i), pattern))
            return i;
    }
    return -1;
}

/* A place in every layer is meant for the layer shown, where it has one. */
static int64_t best_tensor(fl_view *view, const char *pattern) {
    const fl_model *model = view->options.model.model;
    const fl_captured *here = fl_here(view);
    int32_t layer = here ? here->event.layer : -1;
    for (size_t i = 0; i < fl_model_tensor_count(model); i++) {
        const fl_weight *w = fl_model_tensor(model, i);
        if (w->layer == layer && fl_weight_fits(w, pattern))
            return (int64_t)i;
    }
    return next_tensor(model, 0, 1, pattern);
}

/* The number of the tensor shown; -1 if the model does not list it. */
static int64_t number_here(fl_view *view) {
    const fl_model *model = view->options.model.model;
    const fl_weight *here = fl_weight_here(view);
    for (size_t i = 0; here && i < fl_model_tensor_count(model); i++)
        if (strcmp(fl_model_tensor(model, i)->name, here->name) == 0)
            return (int64_t)i;
    return -1;
}

static void next_weight(fl_view *view, int direction) {
    const fl_model *model = view->options.model.model;
    if (!model) {
        fl_say(view, "the model's other tensors cannot be had here");
        return;
    }
    view->weight.tensor =
        next_tensor(model, number_here(view) + direction, direction, view->weight.pattern);
}

/* ---- where ---- */

static int64_t clamp(int64_t value, int64_t most) {
    return value < 0 ? 0 : value > most ? most : value;
}

static void clamp_cursor(fl_view *view) {
    const fl_weight *w = fl_weight_here(view);
    if (!w)
        return;
    view->weight.row = clamp(view->weight.row, fl_weight_rows(w) - 1);
    view->weight.col = clamp(view->weight.col, fl_weight_cols(w) - 1);
}

static void go_to_largest(fl_view *view) {
    const fl_weight *w = fl_weight_here(view);
    fl_tally tally;
    char why[128];
    int64_t row = view->weight.row;
    if (w && !fl_weight_hidden(w, why, sizeof why) && fl_tally_rows(w, row, row + 1, 1, &tally))
        view->weight.col = tally.col;
}

/* The row that made the number under the cursor, and its largest cell. */
void fl_weight_open(fl_view *view) {
    fl_weight_page *page = &view->weight;
    const fl_captured *here = fl_here(view);
    fl_place place = here ? fl_cursor_place(view, here) : (fl_place){0};
    here = fl_here(view);
    page->tensor = -1;
    page->pattern[0] = '\0';
    page->zoom = 0;
    page->row = place.col;
    page->col = place.col;
    if (!here || !here->event.weight)
        return;
    bool table = here->event.weight->n_dims == 2;
    if (here->event.stage == FL_STAGE_embed) { /* the table's row is the token's id */
        size_t n_tokens, n_prompt;
        const int32_t *tokens = view->source.tokens(view->source.ctx, &n_tokens, &n_prompt);
        page->row = tokens[here->event.past + place.row];
    }
    clamp_cursor(view);
    if (table && here->event.stage != FL_STAGE_embed)
        go_to_largest(view);
}

void fl_weight_show(fl_view *view, int64_t row, int64_t col) {
    fl_open_page(view, FL_PAGE_weight);
    view->weight.row = row;
    view->weight.col = col;
    clamp_cursor(view);
}

void fl_weight_move(fl_view *view, fl_verb verb, int64_t count) {
    fl_weight_page *page = &view->weight;
    switch (verb) {
    case FL_VERB_left:
    case FL_VERB_right:
        page->col += verb == FL_VERB_left ? -count : count;
        break;
    case FL_VERB_first:
        page->col = 0;
        break;
    case FL_VERB_last:
        page->col = INT64_MAX;
        break;
    case FL_VERB_largest:
        go_to_largest(view);
        break;
    case FL_VERB_zoom_in:
    case FL_VERB_zoom_out:
        page->zoom += verb == FL_VERB_zoom_in ? 1 : -1;
        page->zoom = (int)clamp(page->zoom + FL_ZOOM_MOST, 2 * FL_ZOOM_MOST) - FL_ZOOM_MOST;
        break;
    case FL_VERB_pane_next:
    case FL_VERB_pane_before:
        next_weight(view, verb == FL_VERB_pane_next ? 1 : -1);
        break;
    default:
        page->row += fl_rows_of(verb, count);
    }
    clamp_cursor(view);
}

/* ---- by name ---- */

typedef struct request {
    char name[96];    /* "": the weight of the stage shown */
    int64_t row, col; /* -1: where the cursor is by itself */
} request;

/* "blk.0.attn_q.weight row 17 column 3" */
static bool parse(fl_words *words, request *out) {
    *out = (request){"", -1, -1};
    while (words->word[0]) {
        if (fl_words_take(words, "row")) {
            if (!fl_words_whole(words, &out->row, "the number of a row"))
                return false;
        } else if (fl_words_take(words, "column") || fl_words_take(words, "col")) {
            if (!fl_words_whole(words, &out->col, "the number of a column"))
                return false;
        } else if (!out->name[0]) {
            snprintf(out->name, sizeof out->name, "%s", words->word);
            fl_words_take(words, words->word);
        } else {
            words->expected = "row R, column C or nothing more";
            return false;
        }
    }
    return true;
}

/* The tensor that is asked for; NULL after fl_say. */
static const fl_weight *wanted_weight(fl_view *view, const request *wanted, int64_t *tensor) {
    const fl_model *model = view->options.model.model;
    *tensor = -1;
    if (!wanted->name[0]) {
        if (!fl_weight_here(view))
            fl_say(view, "this stage uses no learned weight");
        return fl_weight_here(view);
    }
    if (!model) {
        fl_say(view, "the model's tensors cannot be had by name here");
        return NULL;
    }
    *tensor = best_tensor(view, wanted->name);
    if (*tensor < 0)
        fl_say(view, "no tensor of the model fits \"%.60s\"; * stands for any characters",
               wanted->name);
    return *tensor < 0 ? NULL : fl_model_tensor(model, (size_t)*tensor);
}

static void open_wanted(fl_view *view, const request *wanted, int64_t tensor) {
    fl_open_page(view, FL_PAGE_weight);
    if (tensor >= 0) {
        view->weight.tensor = tensor;
        snprintf(view->weight.pattern, sizeof view->weight.pattern, "%s", wanted->name);
        view->weight.row = 0;
    }
    if (wanted->row >= 0)
        view->weight.row = wanted->row;
    if (tensor >= 0 || wanted->row >= 0)
        go_to_largest(view);
    if (wanted->col >= 0)
        view->weight.col = wanted->col;
    clamp_cursor(view);
}

bool fl_do_weight(fl_view *view, int64_t count, const char *text) {
    request wanted;
    fl_words words;
    int64_t tensor;
    (void)count;
    if (!*text) {
        fl_open_page(view, view->page == FL_PAGE_weight ? FL_PAGE_NONE : FL_PAGE_weight);
        return true;
    }
    fl_words_begin(&words, text);
    if (!parse(&words, &wanted)) {
        fl_words_complain(view, &words, "weight", "weight token_embd row 3 column 7");
        return false;
    }
    const fl_weight *weight = wanted_weight(view, &wanted, &tensor);
    if (!weight || !fl_number_exists(view, "row", wanted.row, fl_weight_rows(weight)) ||
        !fl_number_exists(view, "column", wanted.col, fl_weight_cols(weight)))
        return false;
    open_wanted(view, &wanted, tensor);
    return true;
}
