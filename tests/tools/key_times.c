/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * How long a reader waits: from a key to the finished canvas over the built-in model, and for a
 * redraw. Measures and prints, judges nothing.
 *
 *   key_times [KEYS]
 */
#include "base/machine.h"
#include "base/rng.h"
#include "screens/live.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST_KEYS = 100000, REDRAWS = 200 };

static int ascending(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void print_times(const char *what, int64_t *times, int count) {
    qsort(times, (size_t)count, sizeof *times, ascending);
    printf("%-24s median %7.3f ms   99 %% within %7.3f ms   longest %7.3f ms\n", what,
           (double)times[count / 2] / 1e6, (double)times[(count * 99 - 1) / 100] / 1e6,
           (double)times[count - 1] / 1e6);
}

static void time_keys(fl_view *view, int64_t *times, int count) {
    static const char keys[] = "nnnsssNSfFtT[]{}+-=hjkle";
    uint64_t seed = 5;
    for (int i = 0; i < count; i++) {
        int64_t begin = fl_clock_ns();
        fl_view_key(view, keys[fl_rng_next(&seed) % (sizeof keys - 1)]);
        fl_view_draw(view);
        times[i] = fl_clock_ns() - begin;
    }
}

int main(int argc, char **argv) {
    static int64_t times[MOST_KEYS];
    int keys = argc > 1 ? atoi(argv[1]) : 2000;
    keys = keys < 1 ? 1 : keys > MOST_KEYS ? MOST_KEYS : keys;
    fl_live_scene scene;
    fl_diag diag;
    if (fl_live_scene_open(&scene, "builtin", "The capital of France is", 512u << 20, &diag) !=
        FL_OK) {
        fprintf(stderr, "key_times: %s\n", diag.message);
        fl_live_scene_close(&scene);
        return 1;
    }
    fl_view_resize(scene.view, 160, 50);
    time_keys(scene.view, times, keys);
    print_times("key to frame, 160 x 50", times, keys);
    fl_view_resize(scene.view, 200, 60);
    for (int i = 0; i < REDRAWS; i++) {
        int64_t begin = fl_clock_ns();
        fl_view_draw(scene.view);
        times[i] = fl_clock_ns() - begin;
    }
    print_times("redraw, 200 x 60", times, REDRAWS);
    fl_live_scene_close(&scene);
    return 0;
}
