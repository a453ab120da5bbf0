/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Stages by what a user calls them, and what the user may have meant.
 */
#ifndef FL_CLI_LOOKUP_H
#define FL_CLI_LOOKUP_H

#include <footlight/tables.h>

/* For names that carry a layer when no model is known. */
enum { FL_ANY_LAYERS = 128 };

/* Which stages a name or glob in any dialect selects in a model of `n_layers`. FL_ERR_USAGE names
 * the nearest stage when it selects none. */
fl_status fl_stages_named(const char *name, int32_t n_layers, bool found[FL_STAGE_COUNT],
                          fl_diag *diag);

/* The stage whose name in some dialect is nearest to what was written; FL_STAGE_COUNT if none is
 * near. */
fl_stage fl_stage_nearest(const char *name);

#endif
