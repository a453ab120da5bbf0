/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The help page: every key and verb that works here, out of their table, and the words on the
 * screen.
 */
#include "view/complete.h"
#include "view/panels.h"

#include <stdio.h>
#include <string.h>

/* All keys of a verb that work in a place: "↑ k". */
static void keys_of(fl_verb verb, int where, char *out, size_t size) {
    size_t count, used = 0;
    const fl_key_info *keys = fl_keys(&count);
    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        char name[24];
        if (keys[i].verb != verb || !(keys[i].where & where) || used + 16 > size)
            continue;
        size_t earlier = 0; /* a key stands in several rows where places differ */
        while (earlier < i && (keys[earlier].verb != verb || keys[earlier].key != keys[i].key ||
                               !(keys[earlier].where & where)))
            earlier++;
        if (earlier < i)
            continue;
        fl_key_name(name, sizeof name, keys[i].key);
        used += (size_t)snprintf(out + used, size - used, "%s%s", used ? " " : "", name);
    }
}

bool fl_view_verb_at(int i, fl_view_verb *out) {
    if (i < 0 || i >= FL_VERB_COUNT)
        return false;
    const fl_verb_info *info = fl_verb_get_info((fl_verb)i);
    *out = (fl_view_verb){info->word, info->argument, info->help, ""};
    keys_of((fl_verb)i, ~0, out->keys, sizeof out->keys);
    return true;
}

static void add_padded(fl_buffer *out, const char *text, int width) {
    int pad = width - fl_text_width(text);
    fl_buffer_printf(out, "%s%*s", text, pad > 0 ? pad : 1, "");
}

/* What a page of its own calls the key, if it calls it anything. */
static const char *own_name(fl_view *view, fl_verb verb) {
    size_t count;
    const fl_key_info *keys = fl_keys(&count);
    for (size_t i = 0; i < count; i++) {
        const char *here = fl_key_label_here(view, &keys[i]).text;
        if (keys[i].verb == verb && (keys[i].where & fl_view_where(view)) &&
            here != keys[i].label.text)
            return here;
    }
    return NULL;
}

static void help_row(fl_view *view, fl_buffer *out, const char *keys, fl_verb verb) {
    const fl_verb_info *info = fl_verb_get_info(verb);
    const char *own = own_name(view, verb);
    char word[80];
    if (keys[0])
        add_padded(out, keys, 11);
    snprintf(word, sizeof word, keys[0] ? "%s" : "%s %s", info->word, info->argument);
    add_padded(out, word, keys[0] ? 16 : 34);
    fl_buffer_printf(out, own ? "%s (%s)\n" : "%s\n", info->help, own);
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
    {"‖", "in the top strip: before it tokens of earlier passes", "||"},
    {"▸ ▾", "the row and column of the cursor; in the program: here, open"},
    {"✓ · ● ✎", "in the program: computed, not yet, breakpoint, patched", "= . * !"},
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
                   "back there. A stage has one scale of colours for all its layers computed so "
                   "far in this pass; a larger number further on changes it.\n");
}

/* All about one verb: how it is written, what it does, its keys, an example, and what hinders it.
 */
static void about_verb(fl_view *view, fl_verb verb, fl_buffer *out) {
    const fl_verb_info *info = fl_verb_get_info(verb);
    char keys[64];
    fl_buffer_printf(out, "%s %s\n\n%s\n\n", info->word, info->argument, info->help);
    fl_verb_argument_words(verb, out);
    if (verb == FL_VERB_break)
        fl_break_forms(out);
    if (verb == FL_VERB_patch)
        fl_patch_forms(out);
    keys_of(verb, ~0, keys, sizeof keys);
    fl_buffer_printf(out, "%-9s %s\n%-9s :", "keys", keys[0] ? keys : "none", "example");
    fl_verb_example(verb, out);
    const char *hindrance = fl_verb_hindrance(view, verb);
    fl_buffer_printf(out, "\n%s%s\n", hindrance ? "\nIt does nothing here: " : "",
                     hindrance ? hindrance : "");
}

/* All there is to know, or about the word it was asked for. */
bool fl_do_help(fl_view *view, int64_t count, const char *text) {
    fl_verb verb;
    const char *nearest = fl_nearest_verb(text, strlen(text));
    (void)count;
    if (!*text || fl_verb_named(view, text, strlen(text), &verb))
        return fl_page_toggle(view, FL_PAGE_help, text);
    fl_say(view, "there is no command \"%.60s\"%s%s; help alone lists them", text,
           nearest ? "; the nearest is " : "", nearest ? nearest : "");
    return false;
}

/* The verb with which a part of the table begins. */
static const struct {
    fl_verb first;
    const char *name;
} parts[] = {{FL_VERB_step, "Moving through the run"},
             {FL_VERB_up, "The cursor"},
             {FL_VERB_zoom_in, "Looking"},
             {FL_VERB_pane_next, "Panels"},
             {FL_VERB_why, "Why, and beside what"},
             {FL_VERB_lens, "What comes next"},
             {FL_VERB_text, "The text and the model"},
             {FL_VERB_mark, "Where to stop"},
             {FL_VERB_ablate, "What if"},
             {FL_VERB_command, "The program"}};

static const char *part_of(fl_verb verb) {
    const char *name = NULL;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        name = parts[i].first <= verb ? parts[i].name : name;
    return name;
}

/* The keys that work where the help was opened, in parts. */
static void list_keys(fl_view *view, fl_buffer *out) {
    int where = fl_view_where(view);
    const char *part = NULL;
    for (int id = 0; id < FL_VERB_COUNT; id++) {
        char keys[64];
        keys_of((fl_verb)id, where, keys, sizeof keys);
        if (!keys[0] || fl_verb_hindrance(view, (fl_verb)id))
            continue;
        if (part_of((fl_verb)id) != part)
            fl_buffer_printf(out, "%s%s\n", part ? "\n" : "", part_of((fl_verb)id));
        part = part_of((fl_verb)id);
        help_row(view, out, keys, (fl_verb)id);
    }
}

static void list_commands(fl_view *view, fl_buffer *out) {
    int where = fl_view_where(view);
    fl_buffer_puts(out, "\nCommands without a key; a number alone is an event to go to\n\n");
    for (int id = 0; id < FL_VERB_COUNT; id++) {
        char keys[64];
        keys_of((fl_verb)id, where, keys, sizeof keys);
        if (!keys[0] && !fl_verb_hindrance(view, (fl_verb)id))
            help_row(view, out, "", (fl_verb)id);
    }
}

void fl_help_lines(fl_view *view, fl_buffer *out) {
    fl_verb verb;
    const char *word = view->page_text;
    if (*word && fl_verb_named(view, word, strlen(word), &verb)) {
        about_verb(view, verb, out);
        return;
    }
    fl_page open = view->page;
    view->page = open == FL_PAGE_help ? view->below : open;
    if (view->page == FL_PAGE_NONE) {
        fl_buffer_puts(
            out, "Keys that work here, with their words at the : prompt; digits: how often\n\n");
        list_keys(view, out);
        list_commands(view, out);
        add_words(view, out);
    } else {
        fl_buffer_printf(out, "Keys that work on this page: %s\n\n",
                         fl_page_get_info(view->page)->title);
        list_keys(view, out);
        fl_buffer_puts(out, "\nEvery command works here too: Tab behind the : lists them, help and "
                            "one of them tells all about it.\n");
    }
    view->page = open;
}
