/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
#include "screens/live.h"

#include "base/diag.h"
#include "engine/live.h"

#include <stdlib.h>
#include <string.h>

static fl_status patched(void *ctx, const int32_t *ids, size_t n_ids, const fl_patch *patches,
                         size_t n_patches, fl_source *source, fl_diag *diag) {
    const fl_live_scene *scene = ctx;
    fl_session *session;
    fl_session_options options = fl_session_defaults();
    options.ids = ids;
    options.n_ids = n_ids;
    options.n_predict = -1;
    options.patches = patches;
    options.n_patches = n_patches;
    options.isa = scene->isa;
    options.threads = scene->threads;
    fl_status status = fl_session_new(&session, scene->model, &options, diag);
    return status == FL_OK ? fl_live_source(source, session, scene->memory, diag) : status;
}

static fl_status restart(void *ctx, const char *prompt, fl_source *source, fl_diag *diag) {
    const fl_live_scene *scene = ctx;
    int32_t *ids;
    size_t n_ids;
    fl_status status =
        fl_encode(scene->tokenizer, prompt, strlen(prompt), true, false, &ids, &n_ids, diag);
    if (status != FL_OK)
        return status;
    status = patched(ctx, ids, n_ids, NULL, 0, source, diag);
    free(ids);
    return status;
}

fl_status fl_live_scene_open_on(fl_live_scene *scene, const char *isa, int threads,
                                const char *model, const char *prompt, uint64_t memory,
                                fl_diag *diag) {
    fl_view_options options = {.prompt = prompt,
                               .restart = restart,
                               .patched = patched,
                               .restart_ctx = scene,
                               .colors = 256};
    memset(scene, 0, sizeof *scene);
    scene->memory = memory;
    scene->isa = isa;
    scene->threads = threads;
    fl_diag_init(diag, NULL);
    fl_status status = fl_model_open(&scene->model, model, diag);
    if (status == FL_OK)
        status = fl_tokenizer_new(&scene->tokenizer, fl_model_vocab(scene->model), diag);
    if (status == FL_OK)
        status = restart(scene, prompt, &options.source, diag);
    if (status != FL_OK)
        return status;
    options.model =
        (fl_view_model){.hparams = fl_model_hparams(scene->model),
                        .name = fl_model_name(scene->model),
                        .description = fl_model_metadata(scene->model, "general.description"),
                        .model = scene->model,
                        .pieces = fl_view_pieces(scene->tokenizer),
                        .isa = isa,
                        .exact = strcmp(isa, "scalar") == 0};
    return fl_view_new(&scene->view, &options, diag);
}

fl_status fl_live_scene_open(fl_live_scene *scene, const char *model, const char *prompt,
                             uint64_t memory, fl_diag *diag) {
    return fl_live_scene_open_on(scene, "scalar", 1, model, prompt, memory, diag);
}

void fl_live_scene_close(fl_live_scene *scene) {
    fl_view_free(&scene->view);
    fl_tokenizer_free(&scene->tokenizer);
    fl_model_close(&scene->model);
}
