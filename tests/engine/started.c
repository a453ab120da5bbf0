/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
#include "engine/started.h"

#include "test.h"

#include "base/diag.h"

const int32_t prompt[N_PROMPT] = {1, 300, 5, 700, 42, 300, 9};
fl_model *model;

int open_model(void **state) {
    (void)state;
    return fl_model_open(&model, "builtin", NULL) == FL_OK ? 0 : -1;
}

int close_model(void **state) {
    (void)state;
    fl_model_close(&model);
    return 0;
}

fl_session_options options(int64_t n_predict) {
    fl_session_options o = fl_session_defaults();
    o.ids = prompt;
    o.n_ids = N_PROMPT;
    o.n_predict = n_predict;
    o.time = false;
    return o;
}

fl_session *session(const fl_session_options *o) {
    fl_session *s = NULL;
    fl_diag diag;
    fl_diag_init(&diag, NULL);
    if (fl_session_new(&s, model, o, &diag) != FL_OK)
        fail_msg("%s", diag.message);
    return s;
}

uint64_t digest(const fl_event *event) {
    uint64_t hash = 0xcbf29ce484222325u;
    size_t size =
        (size_t)fl_tensor_count(&event->tensor) * (event->tensor.dtype == FL_DTYPE_F16 ? 2 : 4);
    unsigned char *values = malloc(size);
    fl_stats stats;
    fl_tensor_pack(&event->tensor, values);
    fl_event_stats(event, &stats);
    const int64_t place[] = {event->index, event->pass, event->stage,
                             event->layer, event->head, event->kv_head};
    const struct {
        const void *bytes;
        size_t size;
    } parts[] = {{values, size},
                 {&stats, sizeof stats},
                 {place, sizeof place},
                 {event->tensor.shape, (size_t)event->tensor.n_dims * 8}};
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++)
        for (size_t i = 0; i < parts[p].size; i++)
            hash = (hash ^ ((const unsigned char *)parts[p].bytes)[i]) * 0x100000001b3u;
    free(values);
    return hash;
}

uint64_t *digests(const fl_session_options *o, int64_t *count) {
    fl_session *s = session(o);
    fl_event event;
    uint64_t *all = malloc(100000 * sizeof *all);
    *count = 0;
    while (fl_session_step(s, &event, NULL) == FL_OK) {
        assert_int_equal(event.index, *count);
        all[(*count)++] = digest(&event);
    }
    fl_session_free(&s);
    return all;
}
