/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What the files of `bench` share: the machine's limits, what listens in each mode, the figures
 * that the runs gave, and printing them.
 */
#ifndef FL_CLI_BENCH_H
#define FL_CLI_BENCH_H

#include "cli/job.h"
#include "event/capture.h"
#include "kernels/probe.h"
#include "sinks/recorder.h"

/* ---- limits.c: how fast this machine reads and multiplies ---- */

typedef struct fl_pattern {
    const char *name; /* in words, behind "reading memory from" */
    int streams;      /* of each thread at a time */
    int64_t ahead;
} fl_pattern;

enum { FL_PATTERNS = 5 };
extern const fl_pattern fl_patterns[FL_PATTERNS];

/* The best seen so far; a rate that cannot be measured is 0. */
typedef struct fl_limits {
    int threads;
    fl_probe probe; /* the best of this machine, whatever the runs use */
    unsigned char *buffer;
    struct fl_limit_part *parts;
    int64_t n_parts, part_bytes;
    double read_gb_s[FL_PATTERNS];
    double float_gflop_s, byte_gop_s; /* a multiply-add is 2 */
} fl_limits;

fl_status fl_limits_open(fl_limits *limits, int threads, fl_diag *diag);
void fl_limits_close(fl_limits *limits);
/* Measures once more and keeps the better figures. */
void fl_limits_sample(fl_limits *limits);
/* What the best pattern reads just now, in GB/s. */
double fl_limits_read_now(fl_limits *limits);
/* The best pattern's. */
double fl_limits_read(const fl_limits *limits);
/* Reads every weight once, so that no run waits for the disk. */
void fl_limits_read_weights(const fl_limits *limits, const fl_model *model);

/* ---- listen.c: who listens to a run ---- */

typedef enum fl_bench_mode {
    FL_BENCH_UNTRACED,
    FL_BENCH_TRACED,
    FL_BENCH_CAPTURED,
    FL_BENCH_JSONL, /* traced, and written as JSON lines to nowhere */
    FL_BENCH_MODES
} fl_bench_mode;

enum { FL_PHASES = 2, FL_MAX_REPEAT = 99 }; /* prefill and decode, as in fl_phase */

typedef struct fl_record {
    int64_t index, ns;
    int32_t pass;
    fl_stats stats;
} fl_record;

typedef struct fl_listener {
    fl_record *last; /* of each step of a pass */
    int64_t first_event;
    fl_capture *capture;
    fl_recorder recorder;
    fl_out *nowhere;
    int64_t stage_ns[FL_PHASES][FL_STAGE_COUNT];
    bool failed;
} fl_listener;

/* Adds what the mode asks for to a session that has not begun. Undo with fl_listener_done. */
fl_status fl_listen(fl_listener *listener, fl_bench_mode mode, fl_session *session, uint64_t memory,
                    fl_diag *diag);
/* Has memory run out? */
bool fl_listener_failed(const fl_listener *listener);
void fl_listener_done(fl_listener *listener);

/* ---- bench.c: the runs ---- */

typedef struct fl_bench {
    fl_job job;
    int64_t prompt_tokens, new_tokens;
    int repeat;
    uint64_t memory; /* for values that are kept */
    bool per_stage, exact;
    char isa[16];
    fl_limits limits;
    int64_t processor_cache; /* bytes of its largest cache; 0: unknown */
    int64_t session_bytes;   /* in memory at the end of a run; -1: unknown */
    double seconds[FL_BENCH_MODES][FL_PHASES][FL_MAX_REPEAT];
    double read_gb_s[FL_BENCH_MODES][FL_MAX_REPEAT]; /* just before or after, the better of them */
    double stage_seconds[FL_PHASES][FL_STAGE_COUNT][FL_MAX_REPEAT];
} fl_bench;

/* ---- bench_figures.c: what the runs mean ---- */

/* Of n samples, at most FL_MAX_REPEAT; the mean of the two in the middle where n is even. */
double fl_median(const double *samples, int n);

typedef struct fl_rates {
    double prefill_tok_s, decode_tok_s;
    double decode_gb_s, decode_share; /* of the read bandwidth */
    double share_then;                /* of that just before or after each run */
    double of_untraced[FL_PHASES];    /* of the untraced tok/s; 1: as fast */
} fl_rates;

fl_rates fl_bench_rates(const fl_bench *bench, fl_bench_mode mode);
/* What a decode pass has to read, the mean over the passes. */
double fl_bench_token_bytes(const fl_bench *bench);

/* Does a processor cache hold all that such a pass reads? Then memory sets it no limit. False where
 * the system does not say how large the caches are. */
bool fl_bench_fits_cache(const fl_bench *bench);
/* Of all positions of a run. */
int64_t fl_bench_cache_bytes(const fl_bench *bench);

/* One stage, all layers and heads, over all passes of a phase, as traced; its statistics take no
 * part in the time. */
typedef struct fl_stage_rates {
    double seconds, share; /* of the time of all stages */
    fl_cost cost;
} fl_stage_rates;

void fl_bench_stages(const fl_bench *bench, fl_phase phase, fl_stage_rates rates[FL_STAGE_COUNT]);

/* ---- bench_json.c, bench_table.c ---- */

void fl_bench_json(const fl_bench *bench, bool ascii, fl_buffer *out);
/* False: out of memory. */
bool fl_bench_table(const fl_bench *bench, int width, int prose, fl_buffer *out);

#endif
