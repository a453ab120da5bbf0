/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
#include "view/complete.h"

#include <stdio.h>
#include <string.h>

/* ---- choices ---- */

static void offer(fl_choices *out, const char *text, size_t length, const char *typed) {
    if (length < out->typed || strncmp(text, typed, out->typed) != 0 || out->count == FL_CHOICES)
        return;
    for (int i = 0; i < out->count; i++)
        if (out->at[i].length == length && strncmp(out->at[i].text, text, length) == 0)
            return;
    out->at[out->count].text = text;
    out->at[out->count++].length = length;
}

static void offer_verbs(const fl_view *view, fl_choices *out, const char *typed) {
    (void)view;
    for (int id = 0; id < FL_VERB_COUNT; id++) {
        const char *word = fl_verb_get_info((fl_verb)id)->word;
        offer(out, word, strlen(word), typed);
    }
}

static void offer_stages(const fl_view *view, fl_choices *out, const char *typed) {
    (void)view;
    for (int id = 0; id < FL_STAGE_COUNT; id++) {
        const char *word = fl_stage_get_info((fl_stage)id)->id;
        offer(out, word, strlen(word), typed);
    }
}

static void offer_ways(const fl_view *view, fl_choices *out, const char *typed) {
    (void)view;
    for (int way = 0; way < FL_WAY_COUNT; way++)
        offer(out, fl_way_name((fl_way)way), strlen(fl_way_name((fl_way)way)), typed);
}

static void offer_weights(const fl_view *view, fl_choices *out, const char *typed) {
    const fl_model *model = view->options.model.model;
    for (size_t i = 0; model && i < fl_model_tensor_count(model); i++) {
        const char *name = fl_model_tensor(model, i)->name;
        offer(out, name, strlen(name), typed);
    }
}

static void offer_patch_words(const fl_view *view, fl_choices *out, const char *typed) {
    static const char *const words[] = {"layer", "head",  "attn", "ffn",  "neuron",
                                        "key",   "value", "zero", "scale"};
    (void)view;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        offer(out, words[i], strlen(words[i]), typed);
}

/* What a breakpoint may wait for, right behind the verb. */
static void offer_breaks(fl_choices *out, const char *typed) {
    size_t count;
    const fl_break_kind *kinds = fl_break_kinds(&count);
    for (size_t i = 0; i < count; i++)
        if (kinds[i].word[0])
            offer(out, kinds[i].word, strlen(kinds[i].word), typed);
    offer(out, "once", strlen("once"), typed);
}

/* ---- arguments ---- */

/* The words in capitals of the arguments in keys.def. */
typedef struct argument {
    const char *name, *meaning, *example;
    /* NULL: anything may stand there */
    void (*offer)(const fl_view *view, fl_choices *out, const char *typed);
    bool again; /* several words, not one */
} argument;

static const argument arguments[] = {
    {"N", "a whole number", "3", NULL, false},
    {"L", "a layer's number, from 0 on", "1", NULL, false},
    {"H", "a head's number, from 0 on", "2", NULL, false},
    {"STAGE", "a stage's name; * and ? stand for any letters", "attn_probs", offer_stages, false},
    {"I", "a row, named as on the screen: by its token's position", "5", NULL, false},
    {"J", "a column, from 0 on; token TEXT in their place: of a piece", "2", NULL, false},
    {"PART", "a stage's name, or a part of it", "norm", offer_stages, false},
    {"TEXT", "any text", "The cow says", NULL, false},
    {"VERB", "a command's name", "goto", offer_verbs, false},
    {"T", "a temperature; 1 is as the model was trained", "0.7", NULL, false},
    {"ID", "the number of a piece of the vocabulary", "42", NULL, false},
    {"R", "a row, from 0 on", "3", NULL, false},
    {"C", "a column, from 0 on", "7", NULL, false},
    {"NAME", "a weight's name, as info --list-tensors lists them", "token_embd", offer_weights,
     false},
    {"WAY", "a way to look at the numbers", "histogram", offer_ways, false},
    {"WORDS", "what is changed, and how", "layer 1 head 2 zero", offer_patch_words, true},
};

static const argument *argument_of(const char *name, size_t length) {
    for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++)
        if (strlen(arguments[i].name) == length && strncmp(arguments[i].name, name, length) == 0)
            return &arguments[i];
    return NULL;
}

static const char word_letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";

static bool is_name(const char *word, size_t length) {
    return length > 0 && strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") >= length;
}

/* The next word of an argument at or behind *at, its length in *length; NULL at the end. */
static const char *next_word(const char **at, size_t *length) {
    const char *word = *at + strcspn(*at, word_letters);
    *length = strspn(word, word_letters);
    *at = word + *length;
    return *length ? word : NULL;
}

bool fl_argument_is_known(const char *text) {
    size_t length;
    for (const char *word; (word = next_word(&text, &length)) != NULL;)
        if (is_name(word, length) && !argument_of(word, length))
            return false;
    return true;
}

void fl_verb_argument_words(fl_verb verb, fl_buffer *out) {
    const char *at = fl_verb_get_info(verb)->argument;
    bool said[sizeof arguments / sizeof *arguments] = {false};
    size_t length;
    for (const char *word; (word = next_word(&at, &length)) != NULL;) {
        const argument *found = is_name(word, length) ? argument_of(word, length) : NULL;
        if (found && !said[found - arguments])
            fl_buffer_printf(out, "%-9s %s\n", found->name, found->meaning);
        if (found)
            said[found - arguments] = true;
    }
}

/* The last of the ways to write it, with what may be left out. */
void fl_verb_example(fl_verb verb, fl_buffer *out) {
    const fl_verb_info *info = fl_verb_get_info(verb);
    const char *bar = strrchr(info->argument, '|'), *at = bar ? bar + 1 : info->argument;
    size_t length;
    fl_buffer_puts(out, info->word);
    for (const char *word; (word = next_word(&at, &length)) != NULL;) {
        const argument *found = is_name(word, length) ? argument_of(word, length) : NULL;
        fl_buffer_puts(out, " ");
        fl_buffer_add(out, found ? found->example : word, found ? strlen(found->example) : length);
    }
}

/* ---- where the cursor stands ---- */

/* The line up to the cursor in pieces: the verb, the word before the last and the last. */
typedef struct typed_words {
    const char *verb, *before, *last;
    size_t verb_length, before_length, last_length;
} typed_words;

/* Where the word that ends before `end` begins, no further back than `least`. */
static const char *begin_of(const char *end, const char *least) {
    while (end > least && end[-1] != ' ')
        end--;
    return end;
}

static typed_words words_of(const fl_line *line) {
    const char *end = line->text + line->at;
    typed_words w = {.verb = line->text + strspn(line->text, " \t:0123456789")};
    w.verb = w.verb < end ? w.verb : end;
    w.verb_length = strcspn(w.verb, " ");
    w.last = begin_of(end, w.verb);
    w.last_length = (size_t)(end - w.last);
    const char *gap = w.last;
    while (gap > w.verb && gap[-1] == ' ')
        gap--;
    w.before = begin_of(gap, w.verb);
    w.before_length = (size_t)(gap - w.before);
    return w;
}

/* What stands behind a word of the argument such as `layer`. */
static const argument *asked_by(const char *at, const char *asking, size_t asking_length) {
    size_t length;
    bool asks = false;
    for (const char *word; (word = next_word(&at, &length)) != NULL;) {
        if (asks && is_name(word, length))
            return argument_of(word, length);
        asks = length == asking_length && strncmp(word, asking, length) == 0;
    }
    return NULL;
}

/* Behind a word that asks for something, that; else the argument's own words, and what may stand
 * right behind the verb. */
static void offer_argument(const fl_view *view, fl_choices *out, const char *at,
                           const typed_words *w) {
    bool first = w->before == w->verb, asks = false;
    const argument *asked = first ? NULL : asked_by(at, w->before, w->before_length);
    size_t length;
    if (asked && asked->offer)
        asked->offer(view, out, w->last);
    for (const char *word; !asked && (word = next_word(&at, &length)) != NULL;) {
        const argument *found = argument_of(word, length);
        if (!is_name(word, length))
            offer(out, word, length, w->last);
        else if (found && found->offer && !asks && (first || found->again))
            found->offer(view, out, w->last);
        asks = !is_name(word, length);
    }
}

void fl_find_choices(fl_view *view, fl_choices *out) {
    const fl_line *line = &view->line;
    typed_words w = words_of(line);
    fl_verb verb;
    out->count = 0;
    out->typed = w.last_length;
    if (line->kind == FL_LINE_SEARCH && w.last == w.verb)
        offer_stages(view, out, w.last);
    if (line->kind != FL_LINE_COMMAND)
        return;
    if (w.last == w.verb)
        offer_verbs(view, out, w.last);
    if (w.last == w.verb || !fl_verb_named(view, w.verb, w.verb_length, &verb))
        return;
    if (verb == FL_VERB_break && w.before == w.verb)
        offer_breaks(out, w.last);
    offer_argument(view, out, fl_verb_get_info(verb)->argument, &w);
}

/* Bytes at the beginning that all of them have. */
static size_t shared_length(const fl_choices *choices) {
    size_t shared = choices->at[0].length;
    for (int i = 1; i < choices->count; i++) {
        size_t same = 0;
        while (same < shared && same < choices->at[i].length &&
               choices->at[i].text[same] == choices->at[0].text[same])
            same++;
        shared = same;
    }
    return shared;
}

void fl_complete(fl_view *view) {
    fl_choices choices;
    fl_find_choices(view, &choices);
    view->line.listing = choices.count > 1;
    if (choices.count == 0)
        return;
    size_t shared = shared_length(&choices);
    fl_line_insert(&view->line, choices.at[0].text + choices.typed, shared - choices.typed);
    if (choices.count == 1 && view->line.at == view->line.length)
        fl_line_insert(&view->line, " ", 1);
}

/* ---- words about the line ---- */

/* How many letters must change, come or go, or swap with their neighbour. */
static int distance(const char *a, size_t n, const char *b, size_t m) {
    enum { MOST = 31 };
    int d[MOST + 1][MOST + 1];
    if (n > MOST || m > MOST)
        return MOST;
    for (size_t i = 0; i <= n; i++) {
        for (size_t j = 0; j <= m; j++) {
            d[i][j] = i == 0 ? (int)j : (int)i;
            if (i == 0 || j == 0)
                continue;
            int least = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            least = d[i - 1][j] + 1 < least ? d[i - 1][j] + 1 : least;
            least = d[i][j - 1] + 1 < least ? d[i][j - 1] + 1 : least;
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            d[i][j] = swapped && d[i - 2][j - 2] + 1 < least ? d[i - 2][j - 2] + 1 : least;
        }
    }
    return d[n][m];
}

const char *fl_nearest_verb(const char *word, size_t length) {
    const char *nearest = NULL;
    int least = (int)(length + 2) / 3 + 1; /* a third of it may be wrong */
    for (int id = 0; id < FL_VERB_COUNT; id++) {
        const char *name = fl_verb_get_info((fl_verb)id)->word;
        int away = distance(word, length, name, strlen(name));
        if (away < least) {
            least = away;
            nearest = name;
        }
    }
    return nearest;
}

static void list_choices(const fl_choices *choices, fl_buffer *out) {
    for (int i = 0; i < choices->count; i++) {
        fl_buffer_puts(out, i ? "  " : "");
        fl_buffer_add(out, choices->at[i].text, choices->at[i].length);
    }
}

static void command_hint(fl_view *view, fl_buffer *out) {
    typed_words w = words_of(&view->line);
    fl_choices choices;
    fl_verb verb;
    fl_find_choices(view, &choices);
    if (w.verb_length == 0) {
        fl_buffer_puts(out, "a command, or the number of an event; Tab lists the commands");
    } else if (fl_verb_named(view, w.verb, w.verb_length, &verb)) {
        const fl_verb_info *info = fl_verb_get_info(verb);
        fl_buffer_printf(out, "%s%s%s: %s", info->word, *info->argument ? " " : "", info->argument,
                         info->help);
    } else if (w.last == w.verb && choices.count > 0) {
        list_choices(&choices, out);
    } else if (w.verb[0] == '/') {
        fl_buffer_puts(out, "the next stage whose name holds what stands behind the /");
    } else {
        const char *nearest = fl_nearest_verb(w.verb, w.verb_length);
        fl_buffer_printf(out, "no command begins so%s%s", nearest ? "; the nearest is " : "",
                         nearest ? nearest : "");
    }
}

void fl_line_hint(fl_view *view, fl_buffer *out) {
    if (view->line.kind == FL_LINE_COMMAND)
        command_hint(view, out);
    else if (view->line.kind == FL_LINE_SEARCH)
        fl_buffer_puts(out, "a stage's name or part of it; Enter goes to the next, Tab completes");
    else
        fl_buffer_puts(out, "the text to start again with; Enter starts, Esc does not");
}

/* ---- on the screen ---- */

/* In columns over the line, from the top left downwards. */
static void draw_choices(fl_view *view, int bottom) {
    fl_canvas *canvas = &view->canvas;
    fl_choices choices;
    int widest = 1;
    fl_find_choices(view, &choices);
    for (int i = 0; i < choices.count; i++)
        widest = (int)choices.at[i].length > widest ? (int)choices.at[i].length : widest;
    int columns = (canvas->width - 1) / (widest + 2);
    columns = columns < 1 ? 1 : columns;
    int rows = (choices.count + columns - 1) / columns;
    fl_canvas_fill(canvas, (fl_rect){0, bottom - rows, canvas->width, rows}, FL_STYLE_top_dim, " ");
    for (int i = 0; i < choices.count; i++) {
        char text[64];
        snprintf(text, sizeof text, "%.*s", (int)choices.at[i].length, choices.at[i].text);
        fl_canvas_put(canvas, 1 + i / rows * (widest + 2), bottom - rows + i % rows, widest,
                      FL_STYLE_top_dim, text);
    }
}

/* The first byte shown, so that the cursor is on the screen too. */
static size_t first_shown(const fl_line *line, int room) {
    size_t first = line->at;
    int used = 0;
    while (first > 0) {
        size_t at = first - 1;
        while (at > 0 && ((unsigned char)line->text[at] & 0xc0) == 0x80)
            at--;
        used += fl_char_width(fl_utf8_decode(line->text + at, first - at));
        if (used > room)
            break;
        first = at;
    }
    return first;
}

void fl_line_draw(fl_view *view, int y) {
    static const char *const signs[] = {
        [FL_LINE_COMMAND] = ":", [FL_LINE_SEARCH] = "/", [FL_LINE_PROMPT] = "prompt: "};
    fl_canvas *canvas = &view->canvas;
    const fl_line *line = &view->line;
    char shown[1024];
    fl_buffer hint = {0};
    fl_line_hint(view, &hint);
    fl_canvas_fill(canvas, (fl_rect){0, y - 1, canvas->width, 1}, FL_STYLE_top_dim, " ");
    fl_canvas_fit(canvas, 1, y - 1, canvas->width - 2, FL_STYLE_top_dim,
                  hint.data ? hint.data : "");
    fl_buffer_done(&hint);
    if (line->listing)
        draw_choices(view, y - 1);
    fl_canvas_fill(canvas, (fl_rect){0, y, canvas->width, 1}, FL_STYLE_text, " ");
    int x = fl_canvas_put(canvas, 0, y, canvas->width, FL_STYLE_key, signs[line->kind]);
    size_t first = first_shown(line, canvas->width - x - 1);
    fl_escape_into(shown, sizeof shown, line->text + first, line->at - first);
    x += fl_canvas_put(canvas, x, y, canvas->width - x, FL_STYLE_text, shown);
    canvas->cursor_x = x < canvas->width ? x : canvas->width - 1;
    canvas->cursor_y = y;
    fl_escape_into(shown, sizeof shown, line->text + line->at, line->length - line->at);
    fl_canvas_put(canvas, x, y, canvas->width - x, FL_STYLE_text, shown);
}
