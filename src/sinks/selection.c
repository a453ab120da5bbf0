/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Patterns are matched once, against every stage of every layer; asking is then a look-up.
 */
#include "sinks/selection.h"

#include "base/diag.h"

#include <stdlib.h>

void fl_selection_init(fl_selection *selection, int32_t n_layers) {
    *selection = (fl_selection){.filter = fl_filter_all(), .n_layers = n_layers};
}

void fl_selection_done(fl_selection *selection) {
    free(selection->chosen);
    selection->chosen = NULL;
}

static bool *cell(const fl_selection *selection, fl_stage stage, int32_t layer) {
    return &selection
                ->chosen[(size_t)stage * (size_t)(selection->n_layers + 1) + (size_t)(layer + 1)];
}

/* Marks the layers [from, to) of a stage that the pattern means. */
static bool mark(fl_selection *selection, const char *pattern, fl_stage stage, int32_t from,
                 int32_t to) {
    bool any = false;
    for (int32_t layer = from; layer < to; layer++) {
        if (fl_stage_match(pattern, stage, layer, selection->n_layers))
            any = *cell(selection, stage, layer) = true;
    }
    return any;
}

fl_status fl_selection_add(fl_selection *selection, const char *pattern, fl_diag *diag) {
    bool any = false;
    if (!selection->chosen) {
        selection->chosen = calloc((size_t)FL_STAGE_COUNT * (size_t)(selection->n_layers + 1), 1);
        if (!selection->chosen)
            return fl_fail_memory(diag);
    }
    for (int id = 0; id < FL_STAGE_COUNT; id++) {
        bool per_pass = fl_stage_get_info((fl_stage)id)->scope == FL_SCOPE_PASS;
        any |= mark(selection, pattern, (fl_stage)id, per_pass ? -1 : 0,
                    per_pass ? 0 : selection->n_layers);
    }
    return any ? FL_OK : FL_ERR_USAGE;
}

bool fl_selection_wants(const fl_selection *selection, const fl_step *step) {
    return fl_filter_wants(&selection->filter, step) &&
           (!selection->chosen || *cell(selection, step->stage, step->layer));
}
