/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Linking files into the program: the assembler includes each one as it is, between two symbols and
 * followed by a zero byte, so that texts are strings. FOOTLIGHT_ASSETS is where they lie at build
 * time.
 */
#include "model/bundle.h"

#include <string.h>

#define TEXT_OF(x) TEXT_OF_EXPANDED(x)
#define TEXT_OF_EXPANDED(x) #x
#define SYMBOL(name) TEXT_OF(__USER_LABEL_PREFIX__) "fl_bundled_" #name
#ifdef __APPLE__
#define SECTION ".section __TEXT,__const\n"
#else
#define SECTION ".section .rodata\n"
#endif

#define FL_BUNDLE(symbol, kind, name, file)                                                        \
    __asm__(SECTION ".balign 64\n" SYMBOL(                                                         \
        symbol) "_begin:\n"                                                                        \
                ".incbin \"" FOOTLIGHT_ASSETS "/" file                                             \
                "\"\n" SYMBOL(symbol) "_end:\n.byte 0\n"                                           \
                                      ".globl " SYMBOL(symbol) "_begin\n.globl " SYMBOL(           \
                                          symbol) "_end\n.text\n");                                \
    extern const char fl_bundled_##symbol##_begin[] __attribute__((visibility("hidden")));         \
    extern const char fl_bundled_##symbol##_end[] __attribute__((visibility("hidden")));
#include "model/bundle.def"

typedef enum kind { MODEL, PLAN, TEXT } kind;

static const struct bundled {
    const char *name, *begin, *end;
    kind kind;
} table[] = {
#define FL_BUNDLE(symbol, kind, name, file)                                                        \
    {name, fl_bundled_##symbol##_begin, fl_bundled_##symbol##_end, kind},
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
