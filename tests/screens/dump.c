/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * A screen of the running program as a picture, without a terminal: opens the built-in model with a
 * prompt, presses keys, writes the canvas.
 *
 *   screen_dump WIDTH HEIGHT text|ansi|svg KEYS [PROMPT] > FILE
 */
#include "base/diag.h"
#include "engine/live.h"
#include "view/scene.h"

#include <footlight/footlight.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct opened {
    fl_model *model;
    fl_tokenizer *tokenizer;
    fl_source source;
} opened;

static fl_status open_all(opened *o, const char *prompt, fl_diag *diag) {
    int32_t *ids;
    size_t n_ids;
    fl_session *session;
    fl_session_options options = fl_session_defaults();
    fl_status status = fl_model_open(&o->model, "builtin", diag);
    if (status == FL_OK)
        status = fl_tokenizer_new(&o->tokenizer, fl_model_vocab(o->model), diag);
    if (status == FL_OK)
        status = fl_encode(o->tokenizer, prompt, strlen(prompt), true, false, &ids, &n_ids, diag);
    if (status != FL_OK)
        return status;
    options.ids = ids;
    options.n_ids = n_ids;
    options.n_predict = -1;
    options.isa = "scalar"; /* the same picture on every machine */
    status = fl_session_new(&session, o->model, &options, diag);
    free(ids);
    return status == FL_OK ? fl_live_source(&o->source, session, 512u << 20, diag) : status;
}

static fl_view *open_view(opened *o, const char *prompt, fl_diag *diag) {
    fl_view_options options = {
        .source = o->source,
        .prompt = prompt,
        .model = {.hparams = fl_model_hparams(o->model),
                  .name = fl_model_name(o->model),
                  .description = fl_model_metadata(o->model, "general.description"),
                  .model = o->model,
                  .pieces = fl_view_pieces(o->tokenizer),
                  .isa = "scalar",
                  .exact = true},
        .colors = 256};
    fl_view *view;
    return fl_view_new(&view, &options, diag) == FL_OK ? view : NULL;
}

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

int main(int argc, char **argv) {
    opened o = {0};
    fl_diag diag;
    if (argc < 5) {
        fprintf(stderr, "usage: screen_dump WIDTH HEIGHT text|ansi|svg KEYS [PROMPT]\n");
        return 2;
    }
    const char *prompt = argc > 5 ? argv[5] : "The capital of France is";
    fl_diag_init(&diag, NULL);
    fl_status status = open_all(&o, prompt, &diag);
    fl_view *view = status == FL_OK ? open_view(&o, prompt, &diag) : NULL;
    if (!view) {
        fprintf(stderr, "screen_dump: %s\n", diag.message);
        return 1;
    }
    fl_view_resize(view, atoi(argv[1]), atoi(argv[2]));
    fl_scene_keys(view, argv[4]);
    fl_buffer title = {0};
    fl_view_sentence(view, &title);
    write_canvas(fl_view_draw(view), argv[3], title.data ? title.data : "footlight");
    fl_buffer_done(&title);
    fl_view_free(&view);
    fl_tokenizer_free(&o.tokenizer);
    fl_model_close(&o.model);
    return 0;
}
