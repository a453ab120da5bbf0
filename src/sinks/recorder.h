/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What every sink that writes text needs, and the sinks themselves. A recorder is the ctx of its
 * sink; it borrows everything but the line it is building. When writing fails the sink says stop.
 */
#ifndef FL_SINKS_RECORDER_H
#define FL_SINKS_RECORDER_H

#include "base/out.h"
#include "base/text.h"
#include "event/sentence.h"
#include "event/top.h"
#include "sinks/selection.h"

#include <footlight/session.h>
#include <footlight/tokenizer.h>

typedef struct fl_recorder {
    fl_out *out;
    const fl_session *session;
    const fl_selection *selection; /* NULL: everything */
    const fl_tokenizer *tokenizer; /* NULL: ids have no pieces */
    fl_pieces pieces;              /* the same for people */
    fl_dialect dialect;
    bool ascii, time;

    fl_buffer line; /* the record being written */
    int32_t pass;   /* of the last event; -1 before the first */
    int64_t first;  /* number of the pass's first event */
    char part[48];  /* plain: the heading that was written last */
    int name_width; /* table: columns for names */
} fl_recorder;

/* Sets what is not borrowed; the caller then fills in the rest. */
void fl_recorder_init(fl_recorder *recorder);
void fl_recorder_done(fl_recorder *recorder);
/* Has memory run out? (What went wrong with the output is the output's to tell.) */
bool fl_recorder_failed(const fl_recorder *recorder);

fl_sink fl_jsonl_sink(fl_recorder *recorder);
fl_sink fl_csv_sink(fl_recorder *recorder);   /* writes the line of column names at once */
fl_sink fl_table_sink(fl_recorder *recorder); /* the same */
fl_sink fl_plain_sink(fl_recorder *recorder);

/* ---- shared by the sinks ---- */

/* `wants` of all of them. */
bool fl_recorder_wants(void *ctx, const fl_step *step);
/* Writes the line as it is and begins a new one. */
fl_flow fl_recorder_end(fl_recorder *recorder);
/* The same for text that people read: in ASCII where that is asked for. */
fl_flow fl_recorder_end_text(fl_recorder *recorder);

enum { FL_TOP = 5 };
/* The FL_TOP best of the last row; returns how many there are. */
int fl_best_of_last_row(const fl_tensor *tensor, fl_ranked best[FL_TOP]);
/* Statistics of these stages are counts only, and their cells are token ids. */
static inline bool fl_holds_ids(fl_stage stage) {
    return stage == FL_STAGE_tokens || stage == FL_STAGE_next_token;
}

#endif
