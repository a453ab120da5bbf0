/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The page of patches: what is changed in this run, and what is only switched off.
 */
#include "view/panels.h"
#include "view/value.h"

static const char empty[] =
    "There are none: the run is the model's own. x takes out what is under the cursor (a head in "
    "attn_probs, a neuron in swiglu, a key in k_cache), and the command patch changes more, as in: "
    "patch layer 1 ffn scale 0.5\n";

static const struct {
    const char *form, *meaning, *example;
} forms[] = {
    {"layer L head H", "what head H of layer L makes of the values it mixes",
     "patch layer 1 head 2 zero"},
    {"layer L attn", "what the attention of layer L adds to the residual",
     "patch layer 0 attn zero"},
    {"layer L ffn", "what the feed-forward network of layer L adds", "patch layer 1 ffn scale 0.5"},
    {"layer L neuron N", "one neuron of that network: its column of swiglu",
     "patch layer 1 neuron 7 scale 2"},
    {"layer L [head H] key T",
     "the key that token T leaves in the cache, or only what head H reads",
     "patch layer 1 key 3 zero"},
    {"layer L [head H] value T", "its value, likewise", "patch layer 1 head 2 value 3 zero"},
};

void fl_patch_forms(fl_buffer *out) {
    fl_buffer_puts(out, "Behind what is changed stands zero, which takes it out, or scale X, which "
                        "multiplies it by X:\n");
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        fl_buffer_printf(out, "%s\n    %s; as in: %s\n", forms[i].form, forms[i].meaning,
                         forms[i].example);
    fl_buffer_puts(out, "One place has one patch: a later one replaces the earlier.\n");
}

int64_t fl_patches_count(const fl_view *view) {
    return fl_patches_now(view)->count;
}

static const char *state_of(const fl_patch_list *list, int i) {
    return list->items[i].off ? "  (off)" : "";
}

void fl_patches_lines(fl_view *view, fl_buffer *out) {
    const fl_patch_list *list = fl_patches_now(view);
    char words[FL_PATCH_WORDS];
    for (int i = 0; i < list->count; i++) {
        fl_patch_print(&list->items[i].patch, words, sizeof words);
        fl_buffer_printf(out, "%d  %s%s\n", i, words, state_of(list, i));
    }
    if (list->count == 0)
        fl_buffer_puts(out, empty);
    else if (view->options.model.n_patches > 0)
        fl_buffer_puts(out, "whatif (W) shows what they do to the next token.\n");
}

void fl_patches_draw(fl_view *view, fl_rect rect) {
    const fl_patch_list *list = fl_patches_now(view);
    char words[FL_PATCH_WORDS];
    int64_t first = fl_first_shown(view->pick, list->count, rect.h - 2);
    int y = rect.y;
    fl_more_draw(view, (fl_rect){rect.x, rect.y + rect.h - 2, rect.w, 1}, first,
                 list->count - first - (rect.h - 2));
    for (int i = (int)first; i < list->count && y < rect.y + rect.h - 2; i++, y++) {
        bool here = i == view->pick, off = list->items[i].off;
        fl_patch_print(&list->items[i].patch, words, sizeof words);
        fl_canvas_put(&view->canvas, rect.x, y, 1, here ? FL_STYLE_key : FL_STYLE_mark,
                      here  ? "▸"
                      : off ? " "
                            : "✎");
        fl_canvas_printf(&view->canvas, rect.x + 2, y, rect.w - 2,
                         here  ? FL_STYLE_here
                         : off ? FL_STYLE_dim
                               : FL_STYLE_text,
                         "%d  %s%s", i, words, state_of(list, i));
        fl_hit_add(view, (fl_rect){rect.x, y, rect.w, 1}, FL_HIT_ITEM, i, 0, 0);
    }
    fl_canvas_fit(&view->canvas, rect.x, rect.y + rect.h - 1, rect.w, FL_STYLE_dim,
                  "Enter switches one off and on, d takes it away, u undoes; W compares (whatif).");
}
