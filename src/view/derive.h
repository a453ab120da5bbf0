/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What derivations are made of: operands that are looked up where they are from, and terms.
 */
#ifndef FL_VIEW_DERIVE_H
#define FL_VIEW_DERIVE_H

#include "view/why.h"

/* The event explained, copied where it would not outlive the next look at another one: its tensor
 * must not be read. */
typedef struct fl_subject {
    fl_view *view;
    fl_why *why;
    fl_event event;
    const int64_t *index;
    fl_dims dims;
} fl_subject;

/* A cell of a stage of the same pass: of the same layer where the stage belongs to one. */
fl_link fl_link_3(const fl_subject *s, fl_stage stage, int32_t head, int64_t row, int64_t col);
fl_link fl_link_4(const fl_subject *s, fl_stage stage, int64_t band, int64_t row, int64_t col);
/* Of the residual stream that the layer reads: the layer before, or the embedding; for the final
 * norm the last layer. */
fl_link fl_link_residual(const fl_subject *s, int64_t row, int64_t col);
fl_link fl_link_weight(const fl_weight *weight, int64_t row, int64_t col);
/* What stands there; NAN if it cannot be had. */
double fl_link_value(fl_view *view, const fl_link *link);
/* The row that a cell lies in; the caller frees it. */
double *fl_link_row(fl_view *view, const fl_link *link, int64_t *count);

/* Adds an operand and returns its value. */
double fl_use(fl_subject *s, const char *name, const fl_link *link);
void fl_use_number(fl_subject *s, const char *name, double value, const char *said);

void fl_term_add(fl_why *why, int64_t j, double a, double b, double value);
/* What the terms are made of: `place` is the index of the link that is j. */
void fl_side_is(fl_why *why, int side, const char *name, const fl_link *link, int place);
void fl_settle(fl_why *why, double value);
void fl_worked(fl_why *why, const char *format, ...) FL_PRINTF(2, 3);
void fl_why_note(fl_why *why, const char *format, ...) FL_PRINTF(2, 3);

/* A number in a formula: four digits, brackets around a negative one. */
const char *fl_bracketed(char out[FL_NUMBER + 2], double value);
#define FL_NUM(value) fl_bracketed((char[FL_NUMBER + 2]){0}, (value))

/* What declared patches multiply this stage's result by; says so. */
double fl_patch_factor(fl_subject *s);

/* whycells.c: stages whose cells are made of a few numbers */
void fl_why_tokens(fl_subject *s);
void fl_why_embed(fl_subject *s);
void fl_why_rope_table(fl_subject *s);
void fl_why_unit(fl_subject *s);
void fl_why_weighted(fl_subject *s);
void fl_why_rope(fl_subject *s);
void fl_why_store(fl_subject *s);
void fl_why_concat(fl_subject *s);
void fl_why_add(fl_subject *s);
void fl_why_silu(fl_subject *s);
void fl_why_swiglu(fl_subject *s);
void fl_why_choice(fl_subject *s);

/* whysums.c: stages whose cells are sums of many terms */
void fl_why_rms(fl_subject *s);
void fl_why_matmul(fl_subject *s);
void fl_why_head_norm(fl_subject *s);
void fl_why_scores(fl_subject *s);
void fl_why_probs(fl_subject *s);
void fl_why_mix(fl_subject *s);

#endif
