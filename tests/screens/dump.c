/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * A screen of the running program as a picture, without a terminal: opens the built-in model with a
 * prompt, presses keys, writes the canvas.
 *
 *   screen_dump WIDTH HEIGHT text|ansi|svg KEYS [PROMPT [MODEL]] > FILE
 *   screen_dump FOLDER    writes the pictures of the tour there
 */
#include "screens/live.h"
#include "screens/tour.h"
#include "view/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void write_canvas(const fl_canvas *canvas, const char *format, const char *title) {
    fl_buffer out = {0};
    if (strcmp(format, "svg") == 0)
        fl_canvas_svg(canvas, &out, title);
    else if (strcmp(format, "ansi") == 0)
        fl_canvas_ansi(canvas, &out);
    else
        fl_canvas_text(canvas, &out);
    fputs(out.data ? out.data : "", stdout);
    fl_buffer_done(&out);
}

static bool write_picture(const fl_picture *picture, const char *folder) {
    char path[1024];
    fl_buffer svg = {0};
    fl_diag diag;
    snprintf(path, sizeof path, "%s/%s.svg", folder, picture->name);
    bool drawn = fl_picture_draw(picture, &svg, &diag) == FL_OK && svg.data;
    FILE *file = drawn ? fopen(path, "wb") : NULL;
    bool written = file && fwrite(svg.data, 1, svg.length, file) == svg.length;
    if (file)
        written = fclose(file) == 0 && written;
    fl_buffer_done(&svg);
    return written;
}

static int write_tour(const char *folder) {
    size_t count;
    const fl_picture *pictures = fl_tour(&count);
    for (size_t i = 0; i < count; i++) {
        if (!write_picture(&pictures[i], folder)) {
            fprintf(stderr, "screen_dump: %s/%s.svg could not be written\n", folder,
                    pictures[i].name);
            return 1;
        }
    }
    return 0;
}

int main(int argc, char **argv) {
    fl_live_scene scene;
    fl_diag diag;
    if (argc == 2)
        return write_tour(argv[1]);
    if (argc < 5) {
        fprintf(stderr, "usage: screen_dump FOLDER, or WIDTH HEIGHT text|ansi|svg KEYS [PROMPT "
                        "[MODEL]]\n");
        return 2;
    }
    const char *prompt = argc > 5 ? argv[5] : "The capital of France is";
    const char *model = argc > 6 ? argv[6] : "builtin";
    if (fl_live_scene_open(&scene, model, prompt, 512u << 20, &diag) != FL_OK) {
        fprintf(stderr, "screen_dump: %s\n", diag.message);
        fl_live_scene_close(&scene);
        return 1;
    }
    fl_view_resize(scene.view, atoi(argv[1]), atoi(argv[2]));
    fl_scene_keys(scene.view, argv[4]);
    fl_buffer title = {0};
    fl_view_sentence(scene.view, &title);
    write_canvas(fl_view_draw(scene.view), argv[3], title.data ? title.data : "footlight");
    fl_buffer_done(&title);
    fl_live_scene_close(&scene);
    return 0;
}
