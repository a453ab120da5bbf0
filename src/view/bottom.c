/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What can I do: the keys that work here, in the bottom line.
 */
#include "view/panels.h"

#include <stdio.h>
#include <string.h>

typedef struct entry {
    char keys[48];
    const char *label;
    int rank;
    bool shown;
} entry;
enum { ENTRIES = 40 };

/* Capitals undo what their small letters do; spelt out, "SNFCT" would be a riddle. */
static const char capitals[] = "Shift:";

static bool is_capital(const char *name) {
    return name[0] >= 'A' && name[0] <= 'Z' && !name[1];
}

/* One more key of the same deed: "+-", "↑ ↓", or the word for all capitals. */
static void join_key(entry *e, const char *name) {
    size_t used = strlen(e->keys);
    if (strcmp(e->keys, capitals) == 0)
        return;
    if (is_capital(e->keys) && is_capital(name))
        snprintf(e->keys, sizeof e->keys, "%s", capitals);
    else
        snprintf(e->keys + used, sizeof e->keys - used, "%s%s", name[1] ? " " : "", name);
}

/* Keys with the same label become one entry. */
static int collect(fl_view *view, entry *entries, int most) {
    size_t count;
    const fl_key_info *keys = fl_keys(&count);
    int n = 0, where = fl_view_where(view);
    where = where & FL_WHERE_A ? FL_WHERE_A : where;
    for (size_t i = 0; i < count; i++) {
        char name[24];
        const fl_key_label label = fl_key_label_here(view, &keys[i]);
        if (label.rank == 0 || !(keys[i].where & where) || fl_verb_hindrance(view, keys[i].verb))
            continue;
        fl_key_name(name, sizeof name, keys[i].key);
        if (n > 0 && strcmp(entries[n - 1].label, label.text) == 0) {
            join_key(&entries[n - 1], name);
            if (label.rank < entries[n - 1].rank)
                entries[n - 1].rank = label.rank;
        } else if (n < most) {
            entries[n] = (entry){"", label.text, label.rank, false};
            snprintf(entries[n++].keys, sizeof entries[0].keys, "%s", name);
        }
    }
    return n;
}

/* Keeps the entries of low rank as far as the width takes them. */
static void choose_entries(entry *entries, int n, int width) {
    for (int i = 0; i < n; i++)
        entries[i].shown = false;
    for (;;) {
        entry *best = NULL;
        for (int i = 0; i < n; i++)
            if (!entries[i].shown && (!best || entries[i].rank < best->rank))
                best = &entries[i];
        int need = best ? fl_text_width(best->keys) + fl_text_width(best->label) + 3 : 0;
        if (!best || need - 2 > width)
            return;
        best->shown = true;
        width -= need;
    }
}

void fl_bottom_draw(fl_view *view, int y) {
    fl_canvas *canvas = &view->canvas;
    entry entries[ENTRIES];
    int n = collect(view, entries, ENTRIES), x = 1;
    choose_entries(entries, n, canvas->width - 1);
    for (int i = 0; i < n; i++) {
        if (!entries[i].shown)
            continue;
        x += fl_canvas_put(canvas, x, y, canvas->width - x, FL_STYLE_key, entries[i].keys) + 1;
        x += fl_canvas_put(canvas, x, y, canvas->width - x, FL_STYLE_text, entries[i].label) + 2;
    }
}
