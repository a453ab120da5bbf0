/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Which events of a run are wanted: patterns of stage names, which may name a layer, within ranges
 * of layers and heads.
 */
#ifndef FL_SINKS_SELECTION_H
#define FL_SINKS_SELECTION_H

#include <footlight/event.h>

typedef struct fl_selection {
    fl_filter filter; /* layer and head ranges */
    int32_t n_layers;
    bool *chosen; /* [stage][1 + layer], layer -1 first; NULL: all */
} fl_selection;

void fl_selection_init(fl_selection *selection, int32_t n_layers);
void fl_selection_done(fl_selection *selection);
/* Adds what a name or glob in any dialect means. FL_ERR_USAGE, without a message, if it means
 * nothing in a model of so many layers. */
fl_status fl_selection_add(fl_selection *selection, const char *pattern, fl_diag *diag);
bool fl_selection_wants(const fl_selection *selection, const fl_step *step);

#endif
