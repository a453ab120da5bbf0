/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * A model behind a view, as the program joins them: on the scalar kernels, so that the numbers are
 * the same on every machine, or on those that are named.
 */
#ifndef FL_TESTS_LIVE_H
#define FL_TESTS_LIVE_H

#include "view/view.h"

#include <footlight/footlight.h>

typedef struct fl_live_scene {
    fl_model *model;
    fl_tokenizer *tokenizer;
    fl_view *view;
    uint64_t memory;
    const char *isa;
    int threads;
} fl_live_scene;

/* `memory`: budget for captured values. Close after a failure too. */
fl_status fl_live_scene_open(fl_live_scene *scene, const char *model, const char *prompt,
                             uint64_t memory, fl_diag *diag);
fl_status fl_live_scene_open_on(fl_live_scene *scene, const char *isa, int threads,
                                const char *model, const char *prompt, uint64_t memory,
                                fl_diag *diag);
void fl_live_scene_close(fl_live_scene *scene);

#endif
