/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The library in a page: runs one forward pass and prints the shape of every stage as it is
 * computed; of the layers and heads, which are all alike, only the first.
 *
 *   cc shapes.c $(pkg-config --cflags --libs footlight) -o shapes && ./shapes MODEL "Some text"
 */
#include <footlight/footlight.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Asked before each step: do we want to see it? The context is what main gave the sink. */
static bool wanted(void *context, const fl_step *step) {
    return fl_filter_wants(context, step);
}

/* Told after each step we wanted. The event is borrowed: copy what must outlive the call. */
static fl_flow show(void *context, const fl_event *event) {
    (void)context;
    char name[64];
    fl_stage_name(event->stage, event->layer, FL_DIALECT_FOOTLIGHT, name, sizeof name);
    printf("%-22s [", name);
    for (int i = 0; i < event->tensor.n_dims; i++)
        printf("%s%lld", i ? ", " : "", (long long)event->tensor.shape[i]);
    puts("]");
    return FL_GO;
}

int main(int argc, char **argv) {
    const char *text = argc > 2 ? argv[2] : "The capital of France is";
    fl_filter filter = fl_filter_all();
    filter.layer_max = filter.head_max = 0;
    const fl_sink sink = {.ctx = &filter, .wants = wanted, .event = show};
    fl_session_options options = fl_session_defaults();
    fl_diag diag = {0};
    fl_model *model = NULL;
    fl_tokenizer *tokenizer = NULL;
    fl_session *session = NULL;
    int32_t *ids = NULL;
    bool ok = fl_model_open(&model, argc > 1 ? argv[1] : "builtin", &diag) == FL_OK &&
              fl_tokenizer_new(&tokenizer, fl_model_vocab(model), &diag) == FL_OK &&
              fl_encode(tokenizer, text, strlen(text), fl_tokenizer_adds_bos(tokenizer), false,
                        &ids, &options.n_ids, &diag) == FL_OK;
    options.ids = ids;
    ok = ok && fl_session_new(&session, model, &options, &diag) == FL_OK &&
         fl_session_add_sink(session, &sink) == FL_OK && fl_session_run(session, &diag) == FL_DONE;
    if (!ok)
        fprintf(stderr, "shapes: %s: %s\n", diag.subject, diag.message);
    fl_session_free(&session);
    free(ids);
    fl_tokenizer_free(&tokenizer);
    fl_model_close(&model);
    return ok ? 0 : 1;
}
