/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The files linked into the program, and finding them by name.
 */
#include "model/bundle.h"

#include "base/incbin.h"

#include <string.h>

#define FL_BUNDLE(symbol, kind, name, file) FL_INCBIN(fl_bundled_##symbol, "assets/" file);
#include "model/bundle.def"

typedef enum kind { MODEL, PLAN, TEXT } kind;

static const struct bundled {
    const char *name, *begin, *end;
    kind kind;
} table[] = {
#define FL_BUNDLE(symbol, kind, name, file)                                                        \
    {name, fl_bundled_##symbol, fl_bundled_##symbol##_end, kind},
#include "model/bundle.def"
};
enum { N_BUNDLED = sizeof table / sizeof *table };

static const struct bundled *find(const char *name, bool text) {
    for (size_t i = 0; i < N_BUNDLED; i++)
        if ((table[i].kind == TEXT) == text && strcmp(table[i].name, name) == 0)
            return &table[i];
    return NULL;
}

bool fl_bundled_find(const char *name, fl_bytes *out) {
    const struct bundled *row = find(name, false);
    if (row)
        *out = (fl_bytes){row->begin, (uint64_t)(row->end - row->begin)};
    return row != NULL;
}

const char *fl_bundled_text(const char *name) {
    const struct bundled *row = find(name, true);
    return row ? row->begin : NULL;
}

const char *fl_bundled_name(size_t index, bool *runnable) {
    for (size_t i = 0; i < N_BUNDLED; i++) {
        if (table[i].kind == TEXT || index-- > 0)
            continue;
        if (runnable)
            *runnable = table[i].kind == MODEL;
        return table[i].name;
    }
    return NULL;
}
