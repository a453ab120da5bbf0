/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What the writing sinks share.
 */
#include "sinks/recorder.h"

void fl_recorder_init(fl_recorder *recorder) {
    *recorder = (fl_recorder){.pass = -1, .time = true};
}

void fl_recorder_done(fl_recorder *recorder) {
    fl_buffer_done(&recorder->line);
}

bool fl_recorder_failed(const fl_recorder *recorder) {
    return recorder->line.failed;
}

bool fl_recorder_wants(void *ctx, const fl_step *step) {
    const fl_recorder *recorder = ctx;
    return !recorder->selection || fl_selection_wants(recorder->selection, step);
}

fl_flow fl_recorder_end(fl_recorder *recorder) {
    if (recorder->line.failed)
        return FL_STOP;
    if (recorder->line.length)
        fl_out_write(recorder->out, recorder->line.data, recorder->line.length);
    fl_buffer_clear(&recorder->line);
    return fl_out_failed(recorder->out) ? FL_STOP : FL_GO;
}

fl_flow fl_recorder_end_text(fl_recorder *recorder) {
    if (recorder->ascii && recorder->line.data) {
        fl_buffer plain = {0};
        fl_ascii(&plain, recorder->line.data);
        plain.failed |= recorder->line.failed;
        fl_buffer_done(&recorder->line);
        recorder->line = plain;
    }
    return fl_recorder_end(recorder);
}

int fl_best_of_last_row(const fl_tensor *tensor, fl_ranked best[FL_TOP]) {
    int64_t index[FL_MAX_DIMS] = {0, tensor->shape[1] - 1, 0};
    return fl_top(tensor, index, FL_TOP, best);
}
