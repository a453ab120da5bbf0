/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The letters of a formula, found in its text and looked up in symbols.def.
 */
#include <footlight/plan.h>

#include <math.h>
#include <string.h>

static const fl_symbol_info symbols[] = {
#define FL_SYMBOL(name, first, last, value, meaning)                                               \
    {name, meaning, FL_STAGE_##first, FL_STAGE_##last},
#include <footlight/symbols.def>
};
enum { SYMBOLS = sizeof symbols / sizeof *symbols, MOST = 24 };

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Bytes of the symbol at `text` if that is `name`: a word must end where the name does. */
static size_t matches(const char *text, const char *name) {
    size_t length = strlen(name);
    if (strncmp(text, name, length) != 0)
        return 0;
    return is_letter(name[length - 1]) && is_letter(text[length]) ? 0 : length;
}

/* The row with the longest name that stands here; NULL if none does. */
static const fl_symbol_info *symbol_at(fl_stage stage, const char *text, size_t *length) {
    const fl_symbol_info *best = NULL;
    *length = 0;
    for (int i = 0; i < SYMBOLS; i++) {
        size_t n = stage >= symbols[i].first && stage <= symbols[i].last
                       ? matches(text, symbols[i].name)
                       : 0;
        if (n > *length) {
            *length = n;
            best = &symbols[i];
        }
    }
    return best;
}

static int add_once(const fl_symbol_info **found, int n, const fl_symbol_info *symbol) {
    for (int i = 0; i < n; i++)
        if (found[i] == symbol)
            return n;
    if (n < MOST)
        found[n++] = symbol;
    return n;
}

/* Words that are no symbols are passed over whole. */
static size_t word_length(const char *text) {
    size_t n = 0;
    while (is_letter(text[n]))
        n++;
    return n ? n : 1;
}

const fl_symbol_info *fl_formula_symbol(fl_stage stage, int index) {
    const fl_symbol_info *found[MOST];
    const char *text = fl_stage_get_info(stage)->formula;
    int n = 0;
    while (*text) {
        size_t length;
        const fl_symbol_info *symbol = symbol_at(stage, text, &length);
        if (symbol)
            n = add_once(found, n, symbol);
        text += symbol ? length : word_length(text);
    }
    return index < n ? found[index] : NULL;
}

double fl_symbol_value(const fl_symbol_info *symbol, const fl_dims *n, const fl_hparams *h) {
    const double values[] = {
#define FL_SYMBOL(name, first, last, value, meaning) value,
#include <footlight/symbols.def>
    };
    return values[symbol - symbols];
}
