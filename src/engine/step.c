/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The stepping machine: which pass comes next, which step within it, computing it, and telling.
 */
#include "engine/run.h"

#include "base/diag.h"
#include "base/machine.h"

#include <stdlib.h>
#include <string.h>

/* ---- passes ---- */

static fl_pass_start *current(const fl_session *s) {
    return &s->passes[s->pass];
}

/* Tokens chosen so far on the way to n_predict. */
static int64_t chosen(const fl_session *s) {
    return (int64_t)(s->n_tokens - s->n_prompt);
}

/* Where the pass over tokens [past, past + new_tokens) ends. */
static fl_plan_end end_of(const fl_session *s, int64_t past, int64_t new_tokens) {
    if (past + new_tokens < (int64_t)s->n_prompt)
        return s->options.logits == FL_LOGITS_ALL ? FL_END_PROBS : FL_END_BLOCKS;
    return s->options.n_predict == 0 ? FL_END_PROBS : FL_END_TOKEN;
}

/* Describes the next pass; false when the run is over. */
static bool describe_next(const fl_session *s, fl_pass_start *next) {
    int64_t past = s->pass < 0 ? 0 : current(s)->past + current(s)->new_tokens;
    int64_t unread = (int64_t)s->n_tokens - past, limit = s->options.n_predict;
    if (unread <= 0 || past + 1 > s->context)
        return false;
    if (past >= (int64_t)s->n_prompt && limit >= 0 && chosen(s) >= limit)
        return false;
    next->past = past;
    next->new_tokens = unread < s->options.chunk ? unread : s->options.chunk;
    next->end = end_of(s, past, next->new_tokens);
    next->rng = s->rng;
    next->modified = s->modified;
    next->first_event =
        s->pass < 0 ? 0 : current(s)->first_event + fl_plan_count(s->plans[current(s)->end]);
    return true;
}

static bool room_for_pass(fl_session *s) {
    if (s->pass + 1 < s->passes_capacity)
        return true;
    int32_t capacity = s->passes_capacity ? 2 * s->passes_capacity : 16;
    fl_pass_start *passes = realloc(s->passes, (size_t)capacity * sizeof *passes);
    if (!passes)
        return false;
    s->passes = passes;
    s->passes_capacity = capacity;
    return true;
}

/* A pass that chooses needs a place for its choice. */
static bool room_for_choice(fl_session *s) {
    if (s->n_tokens < s->tokens_capacity)
        return true;
    size_t capacity = 2 * s->tokens_capacity;
    int32_t *tokens = realloc(s->tokens, capacity * sizeof *tokens);
    if (!tokens)
        return false;
    s->tokens = tokens;
    s->options.ids = tokens;
    s->tokens_capacity = capacity;
    return true;
}

fl_dims fl_pass_dims(const fl_session *s, const fl_pass_start *pass) {
    fl_dims dims = fl_dims_of(&s->hparams, pass->new_tokens, pass->past, s->options.logits);
    if (pass->end == FL_END_BLOCKS)
        dims.R = 0;
    return dims;
}

fl_phase fl_pass_phase(const fl_session *s, const fl_pass_start *pass) {
    return pass->past < (int64_t)s->n_prompt ? FL_PREFILL : FL_DECODE;
}

/* Sets the session to the first step of pass `index`, already described. All that can fail comes
 * first: a session stays where it was if there is no memory, and may be asked again. */
static fl_status enter_pass(fl_session *s, int32_t index, fl_diag *diag) {
    const fl_pass_start *pass = &s->passes[index];
    fl_dims dims = fl_pass_dims(s, pass);
    fl_status status = FL_OK;
    if (!s->plans[pass->end])
        status = fl_plan_new(&s->plans[pass->end], &s->hparams, pass->end, diag);
    if (status == FL_OK)
        status = fl_buffers_fit(s, &dims, diag);
    if (status == FL_OK && !room_for_choice(s))
        status = fl_fail_memory(diag);
    if (status != FL_OK)
        return status;
    s->pass = index;
    s->step = 0;
    s->dims = dims;
    s->choice = -1;
    s->operand = (fl_operand){0};
    s->idle = false;
    return FL_OK;
}

static fl_status begin_next_pass(fl_session *s, fl_diag *diag) {
    fl_pass_start next;
    if (!describe_next(s, &next))
        return fl_fail(diag, FL_DONE, "the run has ended");
    if (!room_for_pass(s))
        return fl_fail_memory(diag);
    s->passes[s->pass + 1] = next;
    return enter_pass(s, s->pass + 1, diag);
}

const fl_plan *fl_session_plan(const fl_session *s) {
    return s->pass < 0 ? NULL : s->plans[current(s)->end];
}

fl_status fl_session_rewind(fl_session *s, int32_t pass, fl_diag *diag) {
    if (pass < 0 || pass > s->pass)
        return fl_fail(diag, FL_ERR_USAGE, "pass %d has not begun, expected 0 to %d", pass,
                       s->pass);
    fl_status status = enter_pass(s, pass, diag);
    if (status != FL_OK)
        return status;
    int64_t read = current(s)->past + current(s)->new_tokens;
    s->n_tokens = read > (int64_t)s->n_prompt ? (size_t)read : s->n_prompt;
    s->rng = current(s)->rng;
    s->modified = current(s)->modified;
    fl_cache_forget(s);
    return FL_OK;
}

/* ---- one step ---- */

static bool pass_is_over(const fl_session *s) {
    return s->pass < 0 || s->step >= fl_plan_count(s->plans[current(s)->end]);
}

static fl_status ready(fl_session *s, fl_diag *diag) {
    return pass_is_over(s) ? begin_next_pass(s, diag) : FL_OK;
}

/* Computes the step's stage. A per-head stage computes all heads with head 0; the others find their
 * part of the result waiting. */
static void compute(fl_session *s, const fl_step *step) {
    if (step->head > 0 || s->idle) {
        s->stage_ns = -1;
        return;
    }
    fl_run run = {.s = s, .layer = step->layer};
    s->modified_before = s->modified;
    int64_t start = s->options.time ? fl_clock_ns() : 0;
    fl_stage_functions[step->stage](&run);
    s->stage_ns = s->options.time ? fl_clock_ns() - start : -1;
    s->result = run.tensor;
    s->result_cells = fl_tensor_count(&s->result);
    s->described = false;
}

static const fl_weight *weight_of(const fl_session *s, const fl_step *step) {
    fl_weight_slot slot = fl_stage_get_info(step->stage)->weight;
    return slot == FL_WEIGHT_none ? NULL : fl_model_weight(s->model, slot, step->layer);
}

/* What is true of all heads of the stage. */
static void describe_stage(fl_session *s, const fl_step *step) {
    const fl_pass_start *pass = current(s);
    s->event = (fl_event){
        .pass = s->pass,
        .phase = fl_pass_phase(s, pass),
        .past = pass->past,
        .new_tokens = pass->new_tokens,
        .stage = step->stage,
        .layer = step->layer,
        .tensor = s->result,
        .weight = weight_of(s, step),
    };
    if (step->stage == FL_STAGE_next_token) {
        s->event.prob = s->choice_prob;
        s->event.sampler = s->sampler_text;
    }
    s->described = true;
}

static void describe_event(fl_session *s, const fl_step *step, const fl_stats *stats) {
    if (!s->described)
        describe_stage(s, step);
    fl_event *event = &s->event;
    event->index = current(s)->first_event + s->step;
    event->head = step->head;
    event->kv_head = step->head < 0 ? -1 : (int32_t)(step->head / (s->dims.H / s->dims.K));
    event->tensor.data = fl_step_cells(s, step->head);
    event->stats = stats;
    event->modified = fl_patch_touches(s, step);
    event->ns = s->stage_ns;
}

static fl_flow tell(const fl_session *s, unsigned sinks) {
    fl_flow flow = FL_GO;
    for (int i = 0; i < s->n_sinks; i++)
        if (sinks >> i & 1 && s->sinks[i].event(s->sinks[i].ctx, &s->event) == FL_STOP)
            flow = FL_STOP;
    return flow;
}

/* One step. `event` is NULL when only the sinks matter: then nothing is counted or described for a
 * step that none of them wants. */
static fl_status advance(fl_session *s, fl_event *event, fl_flow *flow, fl_diag *diag) {
    fl_status status = ready(s, diag);
    if (status != FL_OK)
        return status;
    const fl_step *step = fl_plan_step(s->plans[current(s)->end], s->step);
    *flow = FL_GO;
    compute(s, step);
    const fl_notice *notice = fl_notice_ask(s, step);
    if (event || notice->sinks) {
        fl_notice_count(s, step, event != NULL);
        describe_event(s, step, &notice->stats);
        *flow = tell(s, notice->sinks);
    }
    if (event)
        *event = s->event;
    s->step++;
    if (step->stage == FL_STAGE_next_token)
        s->tokens[s->n_tokens++] = s->choice;
    return FL_OK;
}

fl_status fl_session_step(fl_session *s, fl_event *event, fl_diag *diag) {
    fl_flow flow;
    return advance(s, event, &flow, diag);
}

fl_status fl_session_run(fl_session *s, fl_diag *diag) {
    fl_flow flow = FL_GO;
    fl_status status = FL_OK;
    while (status == FL_OK && flow == FL_GO)
        status = advance(s, NULL, &flow, diag);
    return status;
}

/* ---- rows that nobody asked for ---- */

/* Does a sink want to see what is left of the last layer? */
static bool rest_is_wanted(const fl_session *s) {
    const fl_plan *plan = s->plans[current(s)->end];
    for (int64_t i = s->step; i < fl_plan_count(plan); i++) {
        const fl_step *step = fl_plan_step(plan, i);
        if (step->layer >= 0 && fl_ask_sinks(s, step))
            return true;
    }
    return false;
}

/* Once the last layer has cached its keys and values, only the R rows that get logits still matter:
 * the rest of the pass runs over them alone, as if it had begun with them. A row is computed as
 * before, so it has the same values. */
static void drop_rows(fl_session *s) {
    int64_t rows = s->dims.R, dropped = s->dims.T - rows, q_width = s->dims.H * s->dims.d;
    s->idle = rows == 0;
    if (rows == 0 || dropped == 0)
        return;
    memmove(s->a.x, s->a.x + dropped * s->dims.D, (size_t)(rows * s->dims.D) * sizeof *s->a.x);
    memmove(s->a.q_rope, s->a.q_rope + dropped * q_width,
            (size_t)(rows * q_width) * sizeof *s->a.q_rope);
    s->dims.T = rows;
    s->dims.P += dropped;
}

static bool last_values_are_cached(const fl_session *s) {
    const fl_step *done = fl_plan_step(s->plans[current(s)->end], s->step - 1);
    return done->stage == FL_STAGE_v_cache && done->layer == s->dims.L - 1;
}

fl_status fl_session_pass(fl_session *s, int32_t *token, fl_diag *diag) {
    fl_flow flow;
    fl_status status = ready(s, diag);
    while (status == FL_OK && !pass_is_over(s)) {
        status = advance(s, NULL, &flow, diag);
        if (status == FL_OK && last_values_are_cached(s) && !rest_is_wanted(s))
            drop_rows(s);
    }
    *token = status == FL_OK ? s->choice : -1; /* when the run has ended there was no pass */
    return status;
}
