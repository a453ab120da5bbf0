/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Who wants to hear of a step, and its statistics, counted once for all of them. The heads of a
 * stage are computed together, so they are asked about and counted together: what nobody wants is
 * left out, what is large is split over the threads.
 */
#include "engine/split.h"

#include "base/machine.h"

/* ---- asking ---- */

unsigned fl_ask_sinks(const fl_session *s, const fl_step *step) {
    unsigned sinks = 0;
    for (int i = 0; i < s->n_sinks; i++)
        if (!s->sinks[i].wants || s->sinks[i].wants(s->sinks[i].ctx, step))
            sinks |= 1u << i;
    return sinks;
}

static fl_notice *notice_of(const fl_session *s, int32_t head) {
    return &s->notices[head > 0 ? head : 0];
}

fl_notice *fl_notice_ask(fl_session *s, const fl_step *step) {
    fl_step each = *step;
    int32_t last = step->head < 0 ? -1 : (int32_t)s->dims.H - 1;
    if (step->head > 0 && s->heads_asked)
        return notice_of(s, step->head);
    for (; each.head <= last; each.head++) {
        fl_notice *notice = notice_of(s, each.head);
        notice->sinks = fl_ask_sinks(s, &each);
        notice->counted = notice->counted && step->head > 0; /* nothing is left of the last stage */
    }
    s->heads_asked = true;
    return notice_of(s, step->head);
}

/* ---- counting ---- */

const void *fl_step_cells(const fl_session *s, int32_t head) {
    const char *cells = s->result.data; /* heads follow each other, as floats */
    return head > 0 ? cells + head * s->result_cells * (int64_t)sizeof(float) : cells;
}

typedef struct heads_job {
    const fl_session *s;
    fl_parts parts; /* of any head */
    int32_t first;  /* head that is told now */
    bool all;
} heads_job;

typedef struct parts_job {
    const fl_session *s;
    fl_parts parts;
    fl_summary summaries[FL_MOST_PARTS];
} parts_job;

static void count_heads_range(void *ctx, int64_t begin, int64_t end) {
    const heads_job *job = ctx;
    for (int64_t i = begin; i < end; i++) {
        int32_t head = job->first + (int32_t)i;
        fl_notice *notice = notice_of(job->s, head);
        if (notice->counted || (!job->all && !notice->sinks))
            continue;
        fl_count_parts(&job->parts, fl_step_cells(job->s, head), job->s->kernels.summary,
                       &notice->stats);
        notice->counted = true;
    }
}

static void count_heads(const fl_session *s, int32_t first, bool all) {
    heads_job job = {s, fl_parts_of(&s->result), first, all};
    int64_t heads = s->dims.H - first;
    fl_parallel_for(fl_threads_for_numbers(s, heads * s->result_cells), heads, 1, count_heads_range,
                    &job);
}

static void count_parts_range(void *ctx, int64_t begin, int64_t end) {
    parts_job *job = ctx;
    for (int64_t part = begin; part < end; part++)
        fl_part_summary(&job->parts, job->s->result.data, part, job->s->kernels.summary,
                        &job->summaries[part]);
}

static void count_whole(const fl_session *s, fl_stats *stats) {
    parts_job job; /* the summaries are filled in, as many as there are parts */
    job.s = s;
    job.parts = fl_parts_of(&s->result);
    fl_parallel_for(fl_threads_for_numbers(s, s->result_cells), job.parts.count, 1,
                    count_parts_range, &job);
    fl_parts_stats(&job.parts, job.summaries, stats);
}

void fl_notice_count(fl_session *s, const fl_step *step, bool all) {
    fl_notice *notice = notice_of(s, step->head);
    if (notice->counted)
        return;
    if (step->head >= 0)
        count_heads(s, step->head, all);
    else if (step->stage == FL_STAGE_k_cache)
        fl_cache_stats(s, &s->k_cache[step->layer], &notice->stats);
    else if (step->stage == FL_STAGE_v_cache)
        fl_cache_stats(s, &s->v_cache[step->layer], &notice->stats);
    else
        count_whole(s, &notice->stats);
}
