/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
#include "view/scene.h"

#include "test.h"

#include <stdlib.h>
#include <string.h>

static const fl_view_prompt prompts[] = {
    {"A fact", "The capital of France is",
     "See attn_probs of the last layer: where does the last token look?"},
    {"Copying", "a dog says a dog",
     "Find the head that looks at what came after the first \" a\"."},
};

static fl_status restart(void *ctx, const char *prompt, fl_source *out, fl_diag *diag) {
    static const int32_t ids[] = {1, 17, 18, 19};
    (void)ctx;
    if (strcmp(prompt, "bad") == 0) {
        memset(diag, 0, sizeof *diag);
        diag->status = FL_ERR_LIMIT;
        strcpy(diag->message, "99 tokens, expected at most 32");
        return FL_ERR_LIMIT;
    }
    fl_fake_options options = {.ids = ids, .n_ids = 4};
    *out = fl_fake_source(&options);
    return FL_OK;
}

/* With patches the weights are others from some event on, so to say. */
static fl_status patched(void *ctx, const int32_t *ids, size_t n_ids, const fl_patch *patches,
                         size_t n_patches, fl_source *out, fl_diag *diag) {
    (void)ctx;
    (void)diag;
    (void)patches;
    fl_fake_options options = {.ids = ids, .n_ids = n_ids};
    if (n_patches) {
        options.seed = 21;
        options.modified_from = 20;
    }
    *out = fl_fake_source(&options);
    return FL_OK;
}

fl_view_options fl_scene_options(const fl_fake_options *fake) {
    return (fl_view_options){.source = fl_fake_source(fake),
                             .model = {.hparams = fl_fake_hparams(),
                                       .name = "fake",
                                       .description = "A tiny model for tests.",
                                       .pieces = fl_fake_pieces(),
                                       .isa = "scalar",
                                       .exact = true},
                             .prompts = prompts,
                             .n_prompts = 2,
                             .restart = restart,
                             .patched = patched,
                             .colors = 256};
}

fl_view *fl_scene(int width, int height) {
    fl_view_options options = fl_scene_options(&(fl_fake_options){0});
    fl_view *view;
    fl_diag diag;
    if (fl_view_new(&view, &options, &diag) != FL_OK)
        abort();
    fl_view_resize(view, width, height);
    return view;
}

int fl_scene_key(const char *name, size_t length) {
    static const struct {
        const char *name;
        int key;
    } names[] = {{"enter", FL_KEY_ENTER},   {"esc", FL_KEY_ESCAPE},      {"up", FL_KEY_UP},
                 {"down", FL_KEY_DOWN},     {"left", FL_KEY_LEFT},       {"right", FL_KEY_RIGHT},
                 {"tab", FL_KEY_TAB},       {"backtab", FL_KEY_BACKTAB}, {"bs", FL_KEY_BACKSPACE},
                 {"home", FL_KEY_HOME},     {"end", FL_KEY_END},         {"pgup", FL_KEY_PAGE_UP},
                 {"pgdn", FL_KEY_PAGE_DOWN}};
    if (length == 3 && strncmp(name, "c-", 2) == 0)
        return FL_KEY_CTRL(name[2]);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i].name) == length && strncmp(names[i].name, name, length) == 0)
            return names[i].key;
    return -1;
}

void fl_scene_keys(fl_view *view, const char *keys) {
    while (*keys) {
        const char *end = *keys == '<' ? strchr(keys, '>') : NULL;
        int key = end ? fl_scene_key(keys + 1, (size_t)(end - keys - 1)) : -1;
        if (key < 0) {
            size_t n = fl_utf8_length(keys, strlen(keys));
            fl_view_key(view, (int)fl_utf8_decode(keys, n));
            keys += n ? n : 1;
        } else {
            fl_view_key(view, key);
            keys = end + 1;
        }
    }
}

char *fl_scene_text(fl_view *view) {
    fl_buffer text = {0};
    fl_canvas_text(fl_view_draw(view), &text);
    return text.data ? text.data : calloc(1, 1);
}

bool fl_scene_holds(fl_view *view, const char *text) {
    char *screen = fl_scene_text(view);
    bool holds = strstr(screen, text) != NULL;
    free(screen);
    return holds;
}

void fl_scene_command(fl_view *view, const char *line, bool done, const char *said) {
    bool result = fl_view_command(view, line);
    if (result != done || !strstr(fl_view_message(view), said))
        fail_msg("\"%s\": %s, said \"%s\"", line, result ? "done" : "not done",
                 fl_view_message(view));
}
