/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
#include "screens/tour.h"

#include "screens/live.h"
#include "view/scene.h"

static const fl_picture pictures[] = {
#define FL_PICTURE(name, width, height, keys) {name, width, height, keys},
#include "screens/tour.def"
};

const fl_picture *fl_tour(size_t *count) {
    *count = sizeof pictures / sizeof *pictures;
    return pictures;
}

fl_status fl_picture_draw(const fl_picture *picture, fl_buffer *out, fl_diag *diag) {
    fl_live_scene scene;
    fl_buffer title = {0};
    fl_status status =
        fl_live_scene_open(&scene, "builtin", "The capital of France is", 512u << 20, diag);
    if (status == FL_OK) {
        fl_view_resize(scene.view, picture->width, picture->height);
        fl_scene_keys(scene.view, picture->keys);
        fl_view_sentence(scene.view, &title);
        fl_canvas_svg(fl_view_draw(scene.view), out, title.data ? title.data : "footlight");
    }
    fl_buffer_done(&title);
    fl_live_scene_close(&scene);
    return status;
}
