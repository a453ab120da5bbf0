/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The figures of `bench` for people.
 */
#include "base/machine.h"
#include "cli/bench.h"
#include "cli/table.h"

#include <math.h>
#include <string.h>

/* Adds a line or paragraph made in `text` and empties it. */
static void paragraph(fl_buffer *out, fl_buffer *text, int width) {
    fl_wrap(out, text->data ? text->data : "", 0, width);
    out->failed |= text->failed;
    fl_buffer_done(text);
}

/* ---- above ---- */

static void put_head(const fl_bench *b, int width, fl_buffer *out) {
    const fl_hparams *h = fl_model_hparams(b->job.model);
    const char *name = fl_model_name(b->job.model);
    char bytes[32], cpu[256], shown[256];
    fl_buffer text = {0};
    fl_escape(&text, name, strlen(name), FL_ESCAPE_LINE);
    fl_buffer_printf(
        &text, " · %s, %lld layers, %s stored · %s", h->model_type, (long long)h->num_hidden_layers,
        fl_human_bytes(bytes, sizeof bytes, (double)fl_model_weight_bytes(b->job.model)),
        b->exact ? "exact" : "fast: 8-bit activations");
    paragraph(out, &text, width);
    fl_cpu_name(cpu, sizeof cpu);
    fl_buffer_printf(&text, "%s · %d thread%s, %s · reads %.1f GB/s",
                     fl_escape_into(shown, sizeof shown, cpu, strlen(cpu)), b->limits.threads,
                     b->limits.threads == 1 ? "" : "s", b->isa, fl_limits_read(&b->limits));
    paragraph(out, &text, width);
    fl_buffer_puts(out, "\n");
}

/* ---- the modes ---- */

static void mode_row(const fl_bench *b, fl_bench_mode mode, const char *name, fl_table *table) {
    const fl_rates rates = fl_bench_rates(b, mode);
    fl_table_row(table);
    fl_table_cell(table, 0, "%s", name);
    fl_table_cell(table, 1, "%.1f", rates.prefill_tok_s);
    fl_table_cell(table, 2, "%.1f %%", 100 * rates.of_untraced[FL_PREFILL]);
    fl_table_cell(table, 3, "%.1f", rates.decode_tok_s);
    fl_table_cell(table, 4, "%.1f %%", 100 * rates.of_untraced[FL_DECODE]);
    fl_table_cell(table, 5, "%.2f", rates.decode_gb_s);
    fl_table_cell(table, 6, "%.1f %%", 100 * rates.decode_share);
}

static bool put_modes(const fl_bench *b, int width, fl_buffer *out) {
    static const fl_column columns[] = {{"mode", false, 0},       {"prefill tok/s", true, 0},
                                        {"of untraced", true, 3}, {"decode tok/s", true, 0},
                                        {"of untraced", true, 2}, {"GB/s", true, 1},
                                        {"of the limit", true, 0}};
    fl_table *table = fl_table_new(columns, 7);
    if (!table)
        return false;
    mode_row(b, FL_BENCH_UNTRACED, "untraced", table);
    mode_row(b, FL_BENCH_TRACED, "traced", table);
    mode_row(b, FL_BENCH_CAPTURED, "captured", table);
    mode_row(b, FL_BENCH_JSONL, "as JSON lines", table);
    bool done = fl_table_text(table, width, out);
    fl_table_free(table);
    fl_buffer_puts(out, "\n");
    return done;
}

/* ---- stage by stage ---- */

enum { PHASE_COLUMNS = 4, N_COLUMNS = 1 + FL_PHASES * PHASE_COLUMNS };

static const fl_column stage_columns[N_COLUMNS] = {
    {"stage", false, 0}, {"prefill ms", true, 0}, {"share", true, 0},
    {"GOP/s", true, 1},  {"GB/s", true, 3},       {"decode ms/token", true, 0},
    {"share", true, 0},  {"GOP/s", true, 4},      {"GB/s", true, 2}};

/* Three digits of whatever size. */
static void rate_cell(fl_table *table, int column, double rate) {
    if (isfinite(rate))
        fl_table_cell(table, column, rate >= 99.95 ? "%.0f" : "%.1f", rate);
}

/* What is shown as 0.000 is mostly the reading of the clock: no rate follows from it. */
#define SHORTEST_MS 0.0005

static void stage_cells(fl_table *table, int phase, const fl_stage_rates *r, double tokens) {
    const int column = 1 + phase * PHASE_COLUMNS;
    const double ms = 1e3 * r->seconds / tokens;
    fl_table_cell(table, column, "%.3f", ms);
    fl_table_cell(table, column + 1, "%.1f %%", 100 * r->share);
    if (ms < SHORTEST_MS)
        return;
    rate_cell(table, column + 2, r->cost.flops / r->seconds / 1e9);
    rate_cell(table, column + 3, (r->cost.bytes_read + r->cost.bytes_written) / r->seconds / 1e9);
}

static void add_rates(fl_stage_rates *sum, const fl_stage_rates *r) {
    sum->seconds += r->seconds;
    sum->share += r->share;
    sum->cost.flops += r->cost.flops;
    sum->cost.bytes_read += r->cost.bytes_read;
    sum->cost.bytes_written += r->cost.bytes_written;
}

static void stage_rows(const fl_bench *b, fl_table *table) {
    fl_stage_rates rates[FL_PHASES][FL_STAGE_COUNT], all[FL_PHASES] = {{0}};
    const double tokens[FL_PHASES] = {1, (double)b->new_tokens};
    for (int phase = 0; phase < FL_PHASES; phase++)
        fl_bench_stages(b, (fl_phase)phase, rates[phase]);
    for (int stage = 0; stage < FL_STAGE_COUNT; stage++) {
        if (!fl_stage_exists((fl_stage)stage, fl_model_hparams(b->job.model)))
            continue;
        fl_table_row(table);
        fl_table_cell(table, 0, "%s", fl_stage_get_info((fl_stage)stage)->id);
        for (int phase = 0; phase < FL_PHASES; phase++) {
            stage_cells(table, phase, &rates[phase][stage], tokens[phase]);
            add_rates(&all[phase], &rates[phase][stage]);
        }
    }
    fl_table_row(table);
    fl_table_cell(table, 0, "all");
    for (int phase = 0; phase < FL_PHASES; phase++)
        stage_cells(table, phase, &all[phase], tokens[phase]);
}

static bool put_stages(const fl_bench *b, int width, fl_buffer *out) {
    fl_table *table = fl_table_new(stage_columns, N_COLUMNS);
    if (!table)
        return false;
    stage_rows(b, table);
    bool done = fl_table_text(table, width, out);
    fl_table_free(table);
    fl_buffer_puts(out, "\n");
    return done;
}

/* ---- below ---- */

static void put_runs_note(const fl_bench *b, int width, fl_buffer *out) {
    fl_buffer text = {0};
    fl_buffer_printf(&text,
                     "Prefill of %lld tokens, then decode of %lld, one a pass: medians of %d "
                     "repetition%s. Untraced: nobody looks on. Traced: every statistic of every "
                     "stage and head is computed. Captured: values are kept too, within --memory. "
                     "As JSON lines: traced, and written as 'trace' writes it, to nowhere.",
                     (long long)b->prompt_tokens, (long long)b->new_tokens, b->repeat,
                     b->repeat == 1 ? "" : "s");
    paragraph(out, &text, width);
}

/* One line, and another for a model that it is not true of. */
static void put_limit_note(const fl_bench *b, int width, fl_buffer *out) {
    char bytes[32], cache[32];
    const double read = fl_bench_token_bytes(b), gb_s = fl_limits_read(&b->limits);
    fl_buffer text = {0};
    fl_human_bytes(bytes, sizeof bytes, read);
    fl_buffer_printf(&text,
                     "The limit of decode: a token must read %s, this machine reads %.1f GB/s, so "
                     "at most %.1f tok/s.",
                     bytes, gb_s, gb_s * 1e9 / read);
    paragraph(out, &text, width);
    if (!fl_bench_fits_cache(b))
        return;
    fl_human_bytes(cache, sizeof cache, (double)b->processor_cache);
    fl_buffer_printf(&text,
                     "That limit does not apply to this model: the processor's cache of %s holds "
                     "all that a token reads, so memory need not be read.",
                     cache);
    paragraph(out, &text, width);
}

/* 8-bit products may pass what floats reach. */
static void put_stage_note(const fl_bench *b, int width, fl_buffer *out) {
    fl_buffer text = {0};
    fl_buffer_printf(&text,
                     "GOP/s: operations, a multiply-add is 2; they are %s. No rate where the time "
                     "is too short to measure.",
                     b->exact ? "on floats" : "on 8-bit integers where weights are quantised");
    paragraph(out, &text, width);
}

static void put_machine_note(const fl_bench *b, int width, fl_buffer *out) {
    fl_buffer text = {0};
    for (int i = 0; i < FL_PATTERNS; i++)
        fl_buffer_printf(&text, "%s%s %.1f", i ? ", " : "Reading memory, GB/s: from ",
                         fl_patterns[i].name, b->limits.read_gb_s[i]);
    fl_buffer_printf(&text, ". Multiply-adds (%s), each 2 operations: floats %.0f GOP/s",
                     b->limits.probe.isa, b->limits.float_gflop_s);
    if (b->limits.byte_gop_s > 0)
        fl_buffer_printf(&text, ", 8-bit %.0f GOP/s", b->limits.byte_gop_s);
    fl_buffer_puts(&text, ".");
    paragraph(out, &text, width);
}

static void put_memory_note(const fl_bench *b, int width, fl_buffer *out) {
    char all[32], cache[32];
    fl_buffer text = {0};
    if (b->session_bytes < 0)
        return;
    fl_buffer_printf(&text, "Memory beyond the model's file: %s, of it %s the %s cache.",
                     fl_human_bytes(all, sizeof all, (double)b->session_bytes),
                     fl_human_bytes(cache, sizeof cache, (double)fl_bench_cache_bytes(b)),
                     b->job.options.kv_dtype == FL_DTYPE_F16 ? "f16" : "f32");
    paragraph(out, &text, width);
}

bool fl_bench_table(const fl_bench *b, int width, int prose, fl_buffer *out) {
    put_head(b, prose, out);
    if (!put_modes(b, width, out) || (b->per_stage && !put_stages(b, width, out)))
        return false;
    put_runs_note(b, prose, out);
    put_limit_note(b, prose, out);
    if (b->per_stage)
        put_stage_note(b, prose, out);
    put_machine_note(b, prose, out);
    put_memory_note(b, prose, out);
    return true;
}
