/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Pictures of the running program, for README.md: tour.def lists them.
 */
#ifndef FL_TESTS_TOUR_H
#define FL_TESTS_TOUR_H

#include "base/text.h"

#include <footlight/status.h>

typedef struct fl_picture {
    const char *name;
    int width, height;
    const char *keys;
} fl_picture;

const fl_picture *fl_tour(size_t *count);
/* Draws it as SVG: the built-in model, the prompt a session begins with, scalar kernels. */
fl_status fl_picture_draw(const fl_picture *picture, fl_buffer *out, fl_diag *diag);

#endif
