/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * For tests that each begin with a fresh view of 80 by 24 over the fake run.
 */
#ifndef FL_TESTS_ON_SCENE_H
#define FL_TESTS_ON_SCENE_H

#include "view/scene.h"

static fl_view *view;

static int set_up(void **state) {
    (void)state;
    view = fl_scene(80, 24);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    fl_view_free(&view);
    return 0;
}

#endif
