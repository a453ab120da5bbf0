/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Reading residuals through the end of the model. The product with the vocabulary is dear, so that
 * residuals of one token go through it 16 at a time, and a drawing does no more of it than goes
 * into a frame: what is under way is kept.
 */
#include "view/panels.h"

#include "kernels/kernels.h"

#include <stdlib.h>

/* Besides its product a row of the matrix costs the reading of its numbers, a residual the ranking
 * of its scores: as much work as these multiply-adds a number. */
enum { READING = 8, RANKING = 400 };

/* ---- the rows ---- */

/* embed, then resid_mid and resid_post of every layer. */
static fl_step step_of(int64_t row) {
    if (row == 0)
        return (fl_step){FL_STAGE_embed, -1, -1};
    return (fl_step){row % 2 ? FL_STAGE_resid_mid : FL_STAGE_resid_post, (int32_t)(row - 1) / 2,
                     -1};
}

static int64_t all_rows(fl_view *view) {
    return 2 * view->options.model.hparams->num_hidden_layers + 1;
}

/* Event of a step of the pass shown, -1 if it has not been computed yet. */
static int64_t computed_event(fl_view *view, fl_step step) {
    fl_pass pass = fl_here_pass(view);
    int64_t i = pass.plan ? fl_plan_find(pass.plan, step.stage, step.layer, step.head) : -1;
    return i >= 0 && pass.first + i < view->source.computed(view->source.ctx) ? pass.first + i : -1;
}

int64_t fl_lens_event(fl_view *view, int64_t row) {
    return computed_event(view, step_of(row));
}

int64_t fl_lens_rows(fl_view *view) {
    fl_pass pass = fl_here_pass(view);
    int64_t rows = 0, computed = view->source.computed(view->source.ctx) - pass.first;
    for (int64_t i = 0; i < pass.count && i < computed; i++) {
        fl_stage stage = fl_plan_step(pass.plan, i)->stage;
        rows +=
            stage == FL_STAGE_embed || stage == FL_STAGE_resid_mid || stage == FL_STAGE_resid_post;
    }
    return rows;
}

bool fl_lens_whole(fl_view *view) {
    return fl_lens_rows(view) == all_rows(view);
}

/* ---- the end of the model ---- */

typedef struct end_of_model {
    fl_kernels kernels;
    fl_matrix head;
    float *norm, *x, *logits, *chances;
    void *memory; /* of all of these, and of the operand, which begins it */
} end_of_model;

/* By the model, or as the events of the first pass carry it. */
static const fl_weight *weight_of(fl_view *view, fl_stage stage) {
    const fl_view_model *model = &view->options.model;
    const fl_weight *weight = NULL;
    if (model->model) {
        weight = fl_model_weight(model->model, fl_stage_get_info(stage)->weight, -1);
    } else {
        fl_pass first = {0};
        bool begun = view->source.pass_of(view->source.ctx, 0, &first);
        int64_t i = begun ? fl_plan_find(first.plan, stage, -1, -1) : -1;
        bool computed = i >= 0 && first.first + i < view->source.computed(view->source.ctx);
        const fl_captured *event = computed ? fl_event_at(view, first.first + i) : NULL;
        weight = event ? event->event.weight : NULL;
    }
    return weight && weight->data && fl_weight_readable(weight) ? weight : NULL;
}

const char *fl_lens_hindrance(fl_view *view) {
    if (fl_lens_event(view, 0) < 0)
        return "there is nothing to read yet: t goes to the answer, then L shows how it formed";
    if (!weight_of(view, FL_STAGE_logits) || !weight_of(view, FL_STAGE_final_norm))
        return view->options.model.model
                   ? "the lens needs the output matrix, which cannot be read"
                   : "the lens needs the output matrix: t goes to where it is used first";
    return NULL;
}

static bool open_end(fl_view *view, end_of_model *end) {
    const fl_weight *head = weight_of(view, FL_STAGE_logits),
                    *norm = weight_of(view, FL_STAGE_final_norm);
    if (!head || !norm ||
        (fl_kernels_choose(&end->kernels, view->options.model.isa, NULL) != FL_OK &&
         fl_kernels_choose(&end->kernels, "scalar", NULL) != FL_OK))
        return false;
    end->head = (fl_matrix){head->dtype,
                            head->data,
                            head->shape[0],
                            head->shape[1],
                            fl_dtype_row_bytes(head->dtype, (uint64_t)head->shape[1]),
                            head->group};
    size_t D = (size_t)end->head.in, V = (size_t)end->head.out;
    size_t packed = fl_packed_bytes(FL_COLUMNS, FL_LANE_TOKENS, end->head.in);
    size_t floats = D + FL_LANE_TOKENS * (D + V) + V;
    size_t bytes = packed + (floats * sizeof(float) + 63) / 64 * 64;
    end->memory = aligned_alloc(64, bytes);
    if (!end->memory)
        return false;
    end->norm = (float *)(void *)((char *)end->memory + packed);
    end->x = end->norm + D;
    end->logits = end->x + FL_LANE_TOKENS * D;
    end->chances = end->logits + FL_LANE_TOKENS * V;
    return fl_weight_row(norm, 0, end->norm);
}

/* Residuals of one token on their way through the end of the model, as far as that has come. */
struct fl_lens_batch {
    end_of_model end;
    int64_t column, rows[FL_LANE_TOKENS];
    int n; /* 0: none is under way */
    fl_operand operand;
    int64_t scored; /* pieces of the vocabulary */
    int noted;      /* residuals whose cell is filled */
};

/* ---- what is kept ---- */

void fl_lens_forget(fl_view *view) {
    if (view->lens.batch)
        free(view->lens.batch->end.memory);
    free(view->lens.batch);
    free(view->lens.cells);
    view->lens = (fl_lens){0};
}

/* Makes room for the pass shown. */
static bool keep(fl_view *view) {
    fl_lens *lens = &view->lens;
    fl_pass pass = fl_here_pass(view);
    if (lens->batch && lens->pass == pass.index)
        return lens->batch->end.memory != NULL;
    fl_lens_forget(view);
    lens->pass = pass.index;
    lens->rows = all_rows(view);
    lens->columns = pass.dims.T;
    lens->cells = calloc((size_t)(lens->rows * lens->columns), sizeof *lens->cells);
    lens->batch = calloc(1, sizeof *lens->batch);
    return lens->cells && lens->batch && open_end(view, &lens->batch->end);
}

static fl_lens_cell *cell_at(fl_view *view, int64_t row, int64_t column) {
    return &view->lens.cells[row * view->lens.columns + column];
}

const fl_lens_cell *fl_lens_at(fl_view *view, int64_t row, int64_t column) {
    const fl_lens *lens = &view->lens;
    bool kept = lens->cells && lens->pass == fl_here_pass(view).index && row < lens->rows &&
                column < lens->columns;
    return kept && cell_at(view, row, column)->read ? cell_at(view, row, column) : NULL;
}

enum { NOT_READ = -2 };

/* What the model ends with at a token: what was chosen where that is known, else what the last
 * residual says; -1 while the pass is under way. */
static int32_t choice_of(fl_view *view, int64_t column) {
    if (!fl_lens_whole(view))
        return -1;
    int64_t choice = computed_event(view, (fl_step){FL_STAGE_next_token, -1, -1});
    const fl_captured *chosen =
        column == view->lens.columns - 1 && choice >= 0 ? fl_event_at(view, choice) : NULL;
    if (chosen)
        return (int32_t)fl_tensor_at(&chosen->event.tensor, (int64_t[FL_MAX_DIMS]){0});
    const fl_lens_cell *last = cell_at(view, view->lens.rows - 1, column);
    return !last->read ? NOT_READ : last->count > 0 ? last->best[0].id : -1;
}

/* A residual of a token, normed by its own size. */
static bool take_residual(fl_view *view, end_of_model *end, int64_t row, int64_t column, int i) {
    const fl_captured *event = fl_event_at(view, fl_lens_event(view, row));
    float *out = end->x + i * end->head.in;
    if (!event || event->event.tensor.shape[2] != end->head.in)
        return false;
    for (int64_t j = 0; j < end->head.in; j++)
        out[j] = (float)fl_tensor_at(&event->event.tensor, (int64_t[FL_MAX_DIMS]){0, column, j});
    float eps = (float)view->options.model.hparams->rms_norm_eps;
    end->kernels.rmsnorm(out, end->norm, end->head.in, eps, out);
    return true;
}

/* Of equals the lower id comes first, as it is chosen first. */
static int64_t rank_of(const float *chances, int64_t n, int32_t id) {
    int64_t rank = 1;
    for (int64_t v = 0; v < n; v++)
        rank += chances[v] > chances[id] || (chances[v] == chances[id] && v < id);
    return rank;
}

static void note(end_of_model *end, int i, fl_lens_cell *cell) {
    int64_t V = end->head.out, shape[] = {1, V}, from[FL_MAX_DIMS] = {0};
    static const fl_axis axes[] = {FL_AXIS_batch, FL_AXIS_vocab};
    end->kernels.softmax(end->logits + i * V, 0, V, V, end->chances);
    fl_tensor row = fl_tensor_dense(end->chances, FL_DTYPE_F32, 2, shape, axes);
    *cell = (fl_lens_cell){.read = true, .choice = -1};
    cell->count = fl_top(&row, from, FL_LENS_BEST, cell->best);
}

static void note_choice(const end_of_model *end, int32_t choice, fl_lens_cell *cell) {
    cell->choice = choice;
    if (choice < 0 || choice >= end->head.out)
        return;
    cell->chance = (double)end->chances[choice];
    cell->rank = rank_of(end->chances, end->head.out, choice);
}

/* ---- filling the table ---- */

/* Rows of a column that are missing or know nothing of the choice, the last first: it tells the
 * choice to the others. */
static int missing_rows(fl_view *view, int64_t column, int64_t rows[FL_LANE_TOKENS]) {
    int32_t choice = choice_of(view, column);
    int n = 0;
    for (int64_t row = fl_lens_rows(view) - 1; row >= 0 && n < FL_LANE_TOKENS; row--) {
        const fl_lens_cell *cell = cell_at(view, row, column);
        if (!cell->read || cell->choice != choice)
            rows[n++] = row;
    }
    return n;
}

/* The next residuals of a column; false: one of them cannot be had. */
static bool begin(fl_view *view, int64_t column) {
    fl_lens_batch *b = view->lens.batch;
    end_of_model *end = &b->end;
    b->column = column;
    b->scored = b->noted = 0;
    int n = missing_rows(view, column, b->rows);
    for (int i = 0; i < n; i++)
        if (!take_residual(view, end, b->rows[i], column, i))
            return false;
    b->operand = (fl_operand){.layout = fl_product_layout(&end->kernels, end->head.type, n, false),
                              .tokens = n,
                              .n = end->head.in,
                              .x = end->x,
                              .packed = end->memory};
    int64_t unit = fl_pack_unit(b->operand.layout);
    fl_pack(&end->kernels, &b->operand, 0, (n + unit - 1) / unit);
    b->n = n;
    return true;
}

/* Scores for further pieces of the vocabulary, as many as the work allows. */
static void score(fl_lens_batch *b, double *work) {
    const fl_matrix *head = &b->end.head;
    double one = (double)head->in * (b->n + READING), room = *work / one;
    int64_t left = head->out - b->scored, now = room < (double)left ? (int64_t)room + 1 : left;
    fl_product(&b->end.kernels, head, NULL, &b->operand, b->scored, b->scored + now, b->end.logits);
    b->scored += now;
    *work -= (double)now * one;
}

static void advance(fl_view *view, double *work) {
    fl_lens_batch *b = view->lens.batch;
    if (b->scored < b->end.head.out)
        score(b, work);
    while (b->scored == b->end.head.out && b->noted<b->n && * work> 0) {
        fl_lens_cell *cell = cell_at(view, b->rows[b->noted], b->column);
        note(&b->end, b->noted++, cell);
        note_choice(&b->end, choice_of(view, b->column), cell);
        *work -= (double)b->end.head.out * RANKING;
    }
    if (b->noted == b->n)
        b->n = 0;
}

/* What is under way, then a column, as far as the work allows; false: it cannot be read. */
static bool read_column(fl_view *view, int64_t column, double *work) {
    fl_lens_batch *b = view->lens.batch;
    while (*work > 0) {
        if (b->n == 0 && !begin(view, column))
            return false;
        if (b->n == 0)
            return true;
        advance(view, work);
    }
    return true;
}

bool fl_lens_read(fl_view *view, int64_t column, int64_t first, int64_t count, double work) {
    bool going = keep(view) && read_column(view, column, &work);
    for (int64_t away = 1; going && away < count; away++) {
        if (column - away >= first)
            going = read_column(view, column - away, &work);
        if (going && column + away < first + count)
            going = read_column(view, column + away, &work);
    }
    return !going || work > 0;
}

void fl_lens_read_whole(fl_view *view, int64_t column) {
    const fl_view_options *options = &view->options;
    int64_t rows[FL_LANE_TOKENS];
    while (keep(view) && missing_rows(view, column, rows) > 0) {
        double work = (double)FL_LANE_TOKENS * RANKING * (double)view->lens.batch->end.head.out;
        if (options->tick && !options->tick(options->tick_ctx, fl_lens_event(view, rows[0]))) {
            fl_say(view, "stopped; what is not read yet shows as a dot");
            return;
        }
        if (!read_column(view, column, &work))
            return;
    }
}
