/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Small things events need: their statistics, and the ready-made filter.
 */
#include <footlight/event.h>

void fl_event_stats(const fl_event *event, fl_stats *stats) {
    if (event->stats)
        *stats = *event->stats;
    else
        fl_tensor_stats(&event->tensor, stats);
}

fl_filter fl_filter_all(void) {
    fl_filter filter = {.layer_max = INT32_MAX, .head_max = INT32_MAX};
    for (int stage = 0; stage < FL_STAGE_COUNT; stage++)
        filter.stages[stage] = true;
    return filter;
}

static bool within(int32_t value, int32_t low, int32_t high) {
    return value < 0 || (value >= low && value <= high);
}

bool fl_filter_wants(const fl_filter *filter, const fl_step *step) {
    return filter->stages[step->stage] &&
           within(step->layer, filter->layer_min, filter->layer_max) &&
           within(step->head, filter->head_min, filter->head_max);
}
