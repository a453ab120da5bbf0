/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The figures of `bench` for programs. The first three keys are the contract's; what is measured
 * besides stands in a fourth.
 */
#include "base/machine.h"
#include "cli/bench.h"
#include "cli/info.h"
#include "sinks/json.h"

static const char *const modes[] = {"untraced", "traced", "captured", "jsonl"};
static const char *const phases[FL_PHASES] = {"prefill", "decode"};

static void put_real(fl_buffer *out, const char *key, double value) {
    fl_buffer_printf(out, ",\"%s\":", key);
    fl_json_double(out, value);
}

/* 0 and less: not known. */
static void put_known(fl_buffer *out, const char *key, double value) {
    if (value > 0)
        put_real(out, key, value);
    else
        fl_buffer_printf(out, ",\"%s\":null", key);
}

static void put_machine(const fl_bench *b, bool ascii, fl_buffer *out) {
    char cpu[256];
    fl_cpu_name(cpu, sizeof cpu);
    fl_buffer_puts(out, "{\"machine\":{\"cpu\":");
    fl_json_text(out, cpu, ascii);
    fl_buffer_printf(out, ",\"threads\":%d,\"isa\":\"%s\"", b->limits.threads, b->isa);
    put_real(out, "read_gb_s", fl_limits_read(&b->limits));
    fl_buffer_puts(out, "}");
}

static void put_run(const fl_bench *b, fl_bench_mode mode, fl_buffer *out) {
    const fl_rates rates = fl_bench_rates(b, mode);
    fl_buffer_printf(out, "%s\n{\"mode\":\"%s\",\"exact\":%s,\"prefill_tokens\":%lld",
                     mode ? "," : "", modes[mode], b->exact ? "true" : "false",
                     (long long)b->prompt_tokens);
    put_real(out, "prefill_tok_s", rates.prefill_tok_s);
    fl_buffer_printf(out, ",\"decode_tokens\":%lld", (long long)b->new_tokens);
    put_real(out, "decode_tok_s", rates.decode_tok_s);
    put_real(out, "decode_gb_s", rates.decode_gb_s);
    put_real(out, "decode_limit_share", rates.decode_share);
    fl_buffer_puts(out, "}");
}

static void put_patterns(const fl_bench *b, fl_buffer *out) {
    for (int i = 0; i < FL_PATTERNS; i++) {
        const fl_pattern *p = &fl_patterns[i];
        fl_buffer_printf(out, "%s{\"streams\":%d,\"ahead\":%lld", i ? "," : ",\"read_patterns\":[",
                         p->streams, (long long)p->ahead);
        put_real(out, "gb_s", b->limits.read_gb_s[i]);
        fl_buffer_puts(out, "}");
    }
    fl_buffer_puts(out, "]");
}

static void put_stages(const fl_bench *b, fl_buffer *out) {
    bool begun = false;
    for (int phase = 0; phase < FL_PHASES; phase++) {
        fl_stage_rates rates[FL_STAGE_COUNT];
        fl_bench_stages(b, (fl_phase)phase, rates);
        for (int stage = 0; stage < FL_STAGE_COUNT; stage++) {
            const fl_stage_rates *r = &rates[stage];
            if (!fl_stage_exists((fl_stage)stage, fl_model_hparams(b->job.model)))
                continue;
            fl_buffer_printf(out, "%s\n{\"phase\":\"%s\",\"stage\":\"%s\"",
                             begun ? "," : ",\"stages\":[", phases[phase],
                             fl_stage_get_info((fl_stage)stage)->id);
            put_real(out, "seconds", r->seconds);
            put_real(out, "share", r->share);
            put_real(out, "flops", r->cost.flops);
            put_real(out, "bytes", r->cost.bytes_read + r->cost.bytes_written);
            fl_buffer_puts(out, "}");
            begun = true;
        }
    }
    fl_buffer_puts(out, "]");
}

static void put_ratios(const fl_bench *b, fl_buffer *out) {
    for (int mode = FL_BENCH_TRACED; mode <= FL_BENCH_JSONL; mode++) {
        const fl_rates rates = fl_bench_rates(b, (fl_bench_mode)mode);
        fl_buffer_printf(out, "%s\"%s\":{\"prefill\":",
                         mode == FL_BENCH_TRACED ? ",\"of_untraced\":{" : ",", modes[mode]);
        fl_json_double(out, rates.of_untraced[FL_PREFILL]);
        put_real(out, "decode", rates.of_untraced[FL_DECODE]);
        fl_buffer_puts(out, "}");
    }
    fl_buffer_puts(out, "}");
}

static void put_shares(const fl_bench *b, fl_buffer *out) {
    for (int mode = 0; mode < FL_BENCH_MODES; mode++) {
        fl_buffer_printf(out, "%s\"%s\":", mode ? "," : ",\"limit_share_then\":{", modes[mode]);
        fl_json_double(out, fl_bench_rates(b, (fl_bench_mode)mode).share_then);
    }
    fl_buffer_puts(out, "}");
}

static void put_jsonl(const fl_bench *b, fl_buffer *out) {
    const fl_rates rates = fl_bench_rates(b, FL_BENCH_JSONL);
    fl_buffer_puts(out, ",\"jsonl\":{\"prefill_tok_s\":");
    fl_json_double(out, rates.prefill_tok_s);
    put_real(out, "decode_tok_s", rates.decode_tok_s);
    fl_buffer_puts(out, "}");
}

static void put_besides(const fl_bench *b, fl_buffer *out) {
    fl_buffer_printf(out, ",\n\"besides\":{\"repeat\":%d,\"kv_dtype\":\"%s\",\"chunk\":%lld",
                     b->repeat, b->job.options.kv_dtype == FL_DTYPE_F16 ? "f16" : "f32",
                     (long long)b->job.options.chunk);
    put_real(out, "decode_bytes", fl_bench_token_bytes(b));
    put_real(out, "cache_bytes", (double)fl_bench_cache_bytes(b));
    put_known(out, "session_bytes", (double)b->session_bytes);
    put_ratios(b, out);
    put_shares(b, out);
    put_jsonl(b, out);
    fl_buffer_printf(out, ",\"peak_isa\":\"%s\"", b->limits.probe.isa);
    put_real(out, "float_gflop_s", b->limits.float_gflop_s);
    put_known(out, "int8_gop_s", b->limits.byte_gop_s);
    put_patterns(b, out);
    if (b->per_stage)
        put_stages(b, out);
    fl_buffer_puts(out, "}");
}

void fl_bench_json(const fl_bench *b, bool ascii, fl_buffer *out) {
    put_machine(b, ascii, out);
    fl_buffer_puts(out, ",\n\"model\":");
    fl_info_json(b->job.model, NULL, false, ascii, out);
    fl_buffer_puts(out, ",\n\"runs\":[");
    for (int mode = 0; mode < FL_BENCH_JSONL; mode++)
        put_run(b, (fl_bench_mode)mode, out);
    fl_buffer_puts(out, "]");
    put_besides(b, out);
    fl_buffer_puts(out, "}\n");
}
