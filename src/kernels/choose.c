/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Choosing kernels by name, and finding the text of a scalar one.
 */
#include "kernels/kernels.h"

#include "base/diag.h"
#include "base/incbin.h"
#include "base/text.h"
#include "kernels/cpu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The scalar kernels as text. */
FL_INCBIN(fl_scalar_text, "src/kernels/scalar.c");

static const fl_kernels scalar = {
    .isa = "scalar",
#define FL_KERNEL(name_, ret_, params_) .name_ = fl_scalar_##name_,
#include "kernels/kernels.def"
};

typedef struct level {
    const char *name;
    fl_overlay *overlay;
    bool (*runs)(void);
} level;

static const level levels[] = {
    {"scalar", NULL, NULL},
#define FL_LEVEL(name_, file_, runs_) {name_, fl_overlay_##file_, runs_},
#include "kernels/levels.def"
};

enum { N_LEVELS = sizeof levels / sizeof *levels };

static bool runs(const level *at) {
    return !at->runs || at->runs();
}

/* The last row of that name that this machine can run, of any name if it is NULL; -1: none. */
static int find_level(const char *name) {
    for (int i = N_LEVELS - 1; i >= 0; i--)
        if (runs(&levels[i]) && (!name || strcmp(levels[i].name, name) == 0))
            return i;
    return -1;
}

static void overlay_to(fl_kernels *kernels, int last) {
    *kernels = scalar;
    for (int i = 1; i <= last; i++)
        if (runs(&levels[i])) {
            levels[i].overlay(kernels);
            kernels->isa = levels[i].name;
        }
}

/* "auto, scalar or avx2": what --isa takes on this machine. */
static void list_levels(char *out, size_t size) {
    const char *last = "auto";
    int used = 0;
    for (int i = 0; i < N_LEVELS; i++) {
        if (!runs(&levels[i]) || strcmp(last, levels[i].name) == 0)
            continue;
        used += snprintf(out + used, size - (size_t)used, "%s%s", used ? ", " : "", last);
        last = levels[i].name;
    }
    snprintf(out + used, size - (size_t)used, " or %s", last);
}

fl_status fl_kernels_choose(fl_kernels *kernels, const char *isa, fl_diag *diag) {
    if (!isa)
        isa = getenv("FOOTLIGHT_ISA");
    bool any = !isa || !*isa || strcmp(isa, "auto") == 0;
    int found = find_level(any ? NULL : isa);
    if (found >= 0) {
        overlay_to(kernels, found);
        return FL_OK;
    }
    char shown[64], names[128];
    list_levels(names, sizeof names);
    return fl_fail(diag, FL_ERR_USAGE,
                   "'%s' is no instruction set that this machine runs, expected %s",
                   fl_escape_into(shown, sizeof shown, isa, strlen(isa)), names);
}

bool fl_kernel_is_scalar(const fl_kernels *kernels, const char *kernel) {
#define FL_KERNEL(name_, ret_, params_)                                                            \
    if (strcmp(kernel, #name_) == 0)                                                               \
        return kernels->name_ == fl_scalar_##name_;
#include "kernels/kernels.def"
    return false;
}

/* Where `word` begins a line's function name: "fl_scalar_<kernel>(" in a line without indent. */
static const char *find_definition(const char *kernel, size_t *name_length) {
    char name[64] = "fl_scalar_";
    strncat(name, kernel, sizeof name - strlen(name) - 2);
    strcat(name, "(");
    *name_length = strlen(name);
    const char *end = fl_scalar_text_end;
    for (const char *at = fl_scalar_text; at + *name_length < end; at++) {
        if (memcmp(at, name, *name_length))
            continue;
        const char *line = at;
        while (line > fl_scalar_text && line[-1] != '\n')
            line--;
        if (*line != ' ')
            return line;
    }
    return NULL;
}

/* Back over the comment that stands directly above. */
static const char *comment_start(const char *line) {
    const char *at = line;
    while (at > fl_scalar_text && !(at[0] == '/' && at[1] == '*'))
        at--;
    return at;
}

const char *fl_scalar_source(const char *kernel, size_t *length, int *line) {
    size_t name_length;
    const char *definition = find_definition(kernel, &name_length);
    if (!definition)
        return NULL;
    const char *start = comment_start(definition), *end = definition;
    while (end + 2 < fl_scalar_text_end && !(end[0] == '\n' && end[1] == '}'))
        end++;
    *line = 1;
    for (const char *at = fl_scalar_text; at < definition; at++)
        *line += *at == '\n';
    *length = (size_t)(end + 3 - start);
    return start;
}
