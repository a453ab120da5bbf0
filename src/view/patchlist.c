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
