/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * From times to figures: medians, rates, shares.
 */
#include "cli/bench.h"
#include "cli/costs.h"

#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double fl_median(const double *samples, int n) {
    double sorted[FL_MAX_REPEAT];
    memcpy(sorted, samples, (size_t)n * sizeof *sorted);
    qsort(sorted, (size_t)n, sizeof *sorted, compare);
    return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

static int kv_bytes(const fl_bench *b) {
    return b->job.options.kv_dtype == FL_DTYPE_F16 ? 2 : 4;
}

double fl_bench_token_bytes(const fl_bench *b) {
    double sum = 0;
    for (int64_t i = 0; i < b->new_tokens; i++)
        sum += fl_decode_bytes(b->job.model, b->prompt_tokens + i, kv_bytes(b));
    return sum / (double)b->new_tokens;
}

bool fl_bench_fits_cache(const fl_bench *b) {
    return fl_bench_token_bytes(b) <= (double)b->processor_cache;
}

int64_t fl_bench_cache_bytes(const fl_bench *b) {
    return fl_kv_bytes_per_token(fl_model_hparams(b->job.model), kv_bytes(b)) *
           (b->prompt_tokens + b->new_tokens);
}

/* The quotient of the rates that stand beside it, so that a reader can work it out again. */
static double of_untraced(const fl_bench *b, fl_bench_mode mode, int phase) {
    return fl_median(b->seconds[FL_BENCH_UNTRACED][phase], b->repeat) /
           fl_median(b->seconds[mode][phase], b->repeat);
}

/* Repetition by repetition, against what the machine could read about then. */
static double share_then(const fl_bench *b, fl_bench_mode mode) {
    const double gb = (double)b->new_tokens * fl_bench_token_bytes(b) / 1e9;
    double shares[FL_MAX_REPEAT];
    for (int i = 0; i < b->repeat; i++)
        shares[i] = gb / b->seconds[mode][FL_DECODE][i] / b->read_gb_s[mode][i];
    return fl_median(shares, b->repeat);
}

fl_rates fl_bench_rates(const fl_bench *b, fl_bench_mode mode) {
    fl_rates rates;
    rates.prefill_tok_s =
        (double)b->prompt_tokens / fl_median(b->seconds[mode][FL_PREFILL], b->repeat);
    rates.decode_tok_s = (double)b->new_tokens / fl_median(b->seconds[mode][FL_DECODE], b->repeat);
    rates.decode_gb_s = rates.decode_tok_s * fl_bench_token_bytes(b) / 1e9;
    rates.decode_share = rates.decode_gb_s / fl_limits_read(&b->limits);
    rates.share_then = share_then(b, mode);
    for (int phase = 0; phase < FL_PHASES; phase++)
        rates.of_untraced[phase] = of_untraced(b, mode, phase);
    return rates;
}

/* ---- stage by stage ---- */

static void add_cost(fl_cost *sum, fl_cost more) {
    sum->flops += more.flops;
    sum->bytes_read += more.bytes_read;
    sum->bytes_written += more.bytes_written;
}

/* The stages of one pass. An earlier part of the prompt ends after the blocks. */
static void add_pass(const fl_bench *b, int64_t past, int64_t tokens,
                     fl_stage_rates rates[FL_STAGE_COUNT]) {
    const fl_hparams *h = fl_model_hparams(b->job.model);
    const fl_shape_request request = {b->job.model, fl_dims_of(h, tokens, past, FL_LOGITS_LAST),
                                      kv_bytes(b)};
    const int end = past + tokens < b->prompt_tokens ? FL_STAGE_final_norm_rms : FL_STAGE_COUNT;
    for (int stage = 0; stage < end; stage++)
        add_cost(&rates[stage].cost, fl_stage_sum(&request, (fl_stage)stage));
}

static void add_costs(const fl_bench *b, fl_phase phase, fl_stage_rates rates[FL_STAGE_COUNT]) {
    const int64_t begin = phase == FL_PREFILL ? 0 : b->prompt_tokens,
                  end = b->prompt_tokens + (phase == FL_PREFILL ? 0 : b->new_tokens),
                  most = phase == FL_PREFILL ? b->job.options.chunk : 1;
    for (int64_t past = begin; past < end; past += most)
        add_pass(b, past, end - past < most ? end - past : most, rates);
}

void fl_bench_stages(const fl_bench *b, fl_phase phase, fl_stage_rates rates[FL_STAGE_COUNT]) {
    double all = 0;
    for (int stage = 0; stage < FL_STAGE_COUNT; stage++) {
        rates[stage] =
            (fl_stage_rates){.seconds = fl_median(b->stage_seconds[phase][stage], b->repeat)};
        all += rates[stage].seconds;
    }
    for (int stage = 0; stage < FL_STAGE_COUNT; stage++)
        rates[stage].share = all > 0 ? rates[stage].seconds / all : 0;
    add_costs(b, phase, rates);
}
