/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Choosing kernels by name, and finding the text of a scalar one.
 */
#include "kernels/kernels.h"

#include "base/diag.h"
#include "base/incbin.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* The scalar kernels as text. */
FL_INCBIN(fl_scalar_text, "src/kernels/scalar.c");

static const fl_kernels scalar = {
    .isa = "scalar",
#define FL_KERNEL(name_, ret_, params_) .name_ = fl_scalar_##name_,
#include "kernels/kernels.def"
};

/* What this machine can run, best first. */
static const fl_kernels *const levels[] = {&scalar};

fl_status fl_kernels_choose(fl_kernels *kernels, const char *isa, fl_diag *diag) {
    if (!isa)
        isa = getenv("FOOTLIGHT_ISA");
    if (!isa || !*isa || strcmp(isa, "auto") == 0) {
        *kernels = *levels[0];
        return FL_OK;
    }
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        if (strcmp(levels[i]->isa, isa) == 0) {
            *kernels = *levels[i];
            return FL_OK;
        }
    }
    char shown[64];
    return fl_fail(diag, FL_ERR_USAGE,
                   "isa '%s' is not one this machine can run, expected auto or scalar",
                   fl_escape_into(shown, sizeof shown, isa, strlen(isa)));
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
