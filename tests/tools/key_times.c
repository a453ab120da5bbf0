/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * How long a reader waits: from a key to the finished canvas, page by page, over the events of two
 * passes that have been computed, and for a redraw. Measures and prints, judges nothing.
 *
 *   key_times [MODEL [KEYS [PROMPT [PART]]]], PART being how the names of the parts begin
 */
#include "base/machine.h"
#include "base/rng.h"
#include "screens/live.h"
#include "view/scene.h"
#include "view/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_KEYS = 100000, WIDTH = 160, HEIGHT = 50, WIDE = 200, HIGH = 60 };

/* Where it begins, how it is opened, and the keys that are pressed there at random. */
static const struct part {
    const char *name, *at, *open, *keys;
} parts[] = {
    {"stepping back and forth", "q layer 1 pass 1", "", "sSnNfF{}[]"},
    {"cursor, q", "q layer 1 pass 1", "", "hjkl=+-"},
    {"cursor, attn_probs", "attn_probs layer 1 head 1 pass 1", "", "hjkl=+-[]"},
    {"cursor, gate", "gate layer 1 pass 1", "", "hjkl=+-"},
    {"cursor, logits", "logits pass 1", "", "hjkl=+-"},
    {"panels", "attn_scores layer 1 head 1 pass 1", "", "\t_"},
    {"look, gate", "gate layer 1 pass 1", "", "vjl"},
    {"look, q_rope", "q_rope layer 1 pass 1", "", "vjl"},
    {"look, logits", "logits pass 1", "", "vjl"},
    {"heads", "attn_probs layer 1 head 1 pass 1", ":heads<enter>", "hjkl{}"},
    {"map", "q layer 1 pass 1", ":map<enter>", "jk{}"},
    {"sharing", "q layer 1 pass 1", ":sharing<enter>", "jk"},
    {"text", "q layer 1 pass 1", ":text<enter>", "jk"},
    {"rope", "q_rope layer 1 pass 1", ":rope<enter>", "hjkl{}[]"},
    {"cache", "k_cache layer 1 pass 1", ":cache<enter>", "hjkl{}[]"},
    {"why, q", "q layer 1 pass 1", ":why<enter>", "jk"},
    {"why, down", "down layer 1 pass 1", ":why<enter>", "jk"},
    {"why, logits", "logits pass 1", ":why<enter>", "jk"},
    {"why, probs", "probs pass 1", ":why<enter>", "jk"},
    {"why, opened and closed", "logits pass 1", "", "e"},
    {"weight, q", "q layer 1 pass 1", ":weight<enter>", "hjkl=+-"},
    {"weight, down", "down layer 1 pass 1", ":weight<enter>", "hjkl=+-"},
    {"weight, logits", "logits pass 1", ":weight<enter>", "hjkl=+-"},
    {"weight, one after the other", "q layer 1 pass 1", ":weight<enter>", "\t"},
    {"lens", "logits pass 1", ":lens<enter>", "hjkl"},
    {"lens, of the prompt", "logits pass 0", ":lens<enter>", "hjkl"},
    {"lens, opened and closed", "logits pass 1", "", "L"},
    {"chances", "logits pass 1", ":chances<enter>", "jk<>"},
    {"chances, opened and closed", "logits pass 1", "", "%"},
    {"beside, layer, gate", "gate layer 1 pass 1", ":beside layer<enter>", "hjkl=\t"},
    {"beside, the prompt's gate", "gate layer 1 pass 0", ":beside layer<enter>", "hjkl=\t"},
    {"beside, pass, logits", "logits pass 1", ":beside pass<enter>", "hjkl=\t"},
    {"beside, stepping", "q layer 1 pass 1", ":beside pass<enter>", "sSnN"},
    {"breaks", "q layer 1 pass 1", ":breaks<enter>", "jk"},
    {"help", "q layer 1 pass 1", "?", "jk"},
};

static int64_t times[MOST_KEYS];
static uint64_t seed = 5;

static int ascending(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static double ms(int64_t ns) {
    return (double)ns / 1e6;
}

static void print_times(int count) {
    qsort(times, (size_t)count, sizeof *times, ascending);
    printf("  median %8.3f   99 %% within %8.3f   longest %8.3f", ms(times[count / 2]),
           ms(times[(count * 99 - 1) / 100]), ms(times[count - 1]));
}

static int64_t draw_time(fl_view *view) {
    int64_t begin = fl_clock_ns();
    fl_view_draw(view);
    return fl_clock_ns() - begin;
}

/* What such a key computes is not the reader's wait for a frame: it is left out. */
static bool time_key(fl_view *view, int key, int64_t *time) {
    int64_t computed = view->source.computed(view->source.ctx), begin = fl_clock_ns();
    fl_view_key(view, key);
    fl_view_draw(view);
    *time = fl_clock_ns() - begin;
    return view->source.computed(view->source.ctx) == computed;
}

static void time_part(fl_view *view, const struct part *part, int keys) {
    char go[96];
    int count = 0, drawn = keys < 200 ? keys : 200;
    fl_view_resize(view, WIDTH, HEIGHT);
    snprintf(go, sizeof go, "qq:goto %s<enter>", part->at);
    fl_scene_keys(view, view->page == FL_PAGE_NONE ? go + 2 : go + 1);
    fl_view_draw(view);
    int64_t begin = fl_clock_ns();
    fl_scene_keys(view, part->open);
    fl_view_draw(view);
    printf("%-28s opens %8.3f", part->name, ms(fl_clock_ns() - begin));
    for (int i = 0; i < keys; i++)
        count += time_key(view, part->keys[fl_rng_next(&seed) % strlen(part->keys)], &times[count]);
    print_times(count);
    fl_view_resize(view, WIDE, HIGH);
    for (int i = 0; i < drawn; i++)
        times[i] = draw_time(view);
    qsort(times, (size_t)drawn, sizeof *times, ascending);
    printf("   redraw %8.3f, %8.3f\n", ms(times[drawn / 2]), ms(times[(drawn * 99 - 1) / 100]));
    fflush(stdout);
}

int main(int argc, char **argv) {
    int keys = argc > 2 ? atoi(argv[2]) : 1000;
    keys = keys < 1 ? 1 : keys > MOST_KEYS ? MOST_KEYS : keys;
    const char *begin = argc > 4 ? argv[4] : "";
    fl_live_scene scene;
    fl_diag diag;
    if (fl_live_scene_open_on(&scene, "auto", 0, argc > 1 ? argv[1] : "builtin",
                              argc > 3 ? argv[3] : "The capital of France is", 512u << 20,
                              &diag) != FL_OK) {
        fprintf(stderr, "key_times: %s\n", diag.message);
        fl_live_scene_close(&scene);
        return 1;
    }
    fl_view_resize(scene.view, WIDTH, HEIGHT);
    printf("opens %8.3f, ", ms(draw_time(scene.view)));
    fl_scene_keys(scene.view, "2t");
    printf("milliseconds from a key to its frame of %d x %d; redraw of %d x %d: median, 99 %%\n",
           WIDTH, HEIGHT, WIDE, HIGH);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strncmp(parts[i].name, begin, strlen(begin)) == 0)
            time_part(scene.view, &parts[i], keys);
    fl_live_scene_close(&scene);
    return 0;
}
