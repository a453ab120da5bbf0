/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The public tables: every row complete, and every table in agreement with the others.
 */
#include "base/text.h"
#include "kernels/dequant.h"
#include "kernels/kernels.h"
#include "test.h"

#include <footlight/plan.h>

/* ---- helpers ---- */

static int occurrences(const char *text, const char *part) {
    int n = 0;
    for (const char *at = text; (at = strstr(at, part)); at++)
        n++;
    return n;
}

/* A pattern names the layer once where there is a layer, and never elsewhere. NULL is no name. */
static void assert_pattern(const char *id, const char *pattern, fl_scope scope) {
    if (pattern && occurrences(pattern, "{l}") != (scope != FL_SCOPE_PASS))
        fail_msg("%s: the name '%s' has the layer %d times", id, pattern,
                 occurrences(pattern, "{l}"));
}

static void assert_words(const char *id, const char *text) {
    size_t length = text ? strlen(text) : 0;
    if (!length || text[0] == ' ' || text[length - 1] == ' ' || strchr(text, '\n'))
        fail_msg("%s: '%s' is not one line of text", id, text ? text : "(none)");
    for (size_t at = 0, n; at < length; at += n) {
        n = fl_utf8_length(text + at, length - at);
        if (!n)
            fail_msg("%s: '%s' is not UTF-8", id, text);
    }
}

static int compare_names(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void assert_unique(const char **names, size_t n) {
    qsort(names, n, sizeof *names, compare_names);
    for (size_t i = 1; i < n; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            fail_msg("two rows are called '%s'", names[i]);
}

/* ---- stages ---- */

static void stages_are_those_of_the_contract(void **state) {
    (void)state;
    static const struct {
        const char *id;
        fl_scope scope;
        const char *shape, *names[3];
    } rows[] = {
#define CONTRACT_STAGE(id_, scope_, shape_, tl_, hf_, ggml_)                                       \
    {#id_, FL_SCOPE_##scope_, shape_, {tl_, hf_, ggml_}},
#include "meta/contract_stages.def"
    };
    assert_int_equal(FL_STAGE_COUNT, 37);
    assert_int_equal(sizeof rows / sizeof *rows, FL_STAGE_COUNT);
    for (int i = 0; i < FL_STAGE_COUNT; i++) {
        const fl_stage_info *info = fl_stage_get_info((fl_stage)i);
        char shape[64];
        assert_string_equal(info->id, rows[i].id);
        assert_int_equal(info->scope, rows[i].scope);
        fl_stage_symbols((fl_stage)i, shape, sizeof shape);
        assert_string_equal(shape, rows[i].shape);
        for (int dialect = FL_DIALECT_TL; dialect < FL_DIALECT_COUNT; dialect++) {
            const char *got = info->names[dialect], *want = rows[i].names[dialect - 1];
            assert_string_equal(got ? got : "none", want ? want : "none");
        }
    }
}

static void stages_are_described(void **state) {
    (void)state;
    for (int i = 0; i < FL_STAGE_COUNT; i++) {
        const fl_stage_info *info = fl_stage_get_info((fl_stage)i);
        assert_words(info->id, info->formula);
        assert_words(info->id, info->meaning);
        assert_int_not_equal(info->meaning[strlen(info->meaning) - 1], '.');
        assert_non_null(strchr(info->formula, '='));
        for (int dialect = 0; dialect < FL_DIALECT_COUNT; dialect++)
            assert_pattern(info->id, info->names[dialect], info->scope);
    }
}

static void full_names_are_unique_in_every_dialect(void **state) {
    (void)state;
    static char names[2 * FL_STAGE_COUNT][96];
    const char *sorted[2 * FL_STAGE_COUNT];
    for (int dialect = 0; dialect < FL_DIALECT_COUNT; dialect++) {
        size_t n = 0;
        for (int i = 0; i < FL_STAGE_COUNT; i++) {
            bool pass = fl_stage_get_info((fl_stage)i)->scope == FL_SCOPE_PASS;
            for (int32_t layer = pass ? -1 : 0; layer < (pass ? 0 : 2); layer++, n++) {
                int length = fl_stage_name((fl_stage)i, layer, (fl_dialect)dialect, names[n],
                                           sizeof names[n]);
                assert_in_range(length, 1, sizeof names[n] - 1);
                sorted[n] = names[n];
            }
        }
        assert_unique(sorted, n);
    }
}

/* What each axis may be as long as. */
static const struct {
    fl_axis axis;
    fl_dim dims[5];
} lengths[] = {
    {FL_AXIS_batch, {FL_DIM_one}}, {FL_AXIS_token, {FL_DIM_T, FL_DIM_R, FL_DIM_one}},
    {FL_AXIS_hidden, {FL_DIM_D}},  {FL_AXIS_head, {FL_DIM_H}},
    {FL_AXIS_kv_head, {FL_DIM_K}}, {FL_AXIS_dim, {FL_DIM_d, FL_DIM_Hd, FL_DIM_Kd, FL_DIM_r}},
    {FL_AXIS_query, {FL_DIM_T}},   {FL_AXIS_key, {FL_DIM_S}},
    {FL_AXIS_ffn, {FL_DIM_F}},     {FL_AXIS_vocab, {FL_DIM_V}},
    {FL_AXIS_one, {FL_DIM_one}},
};

static bool axis_may_be(fl_axis axis, fl_dim dim) {
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        for (size_t j = 0; lengths[i].axis == axis && j < 5; j++)
            if (lengths[i].dims[j] == dim)
                return true;
    return false;
}

static void shapes_and_axes_go_together(void **state) {
    (void)state;
    for (int i = 0; i < FL_STAGE_COUNT; i++) {
        const fl_stage_info *info = fl_stage_get_info((fl_stage)i);
        int rank = fl_stage_rank((fl_stage)i);
        assert_in_range(rank, 2, FL_MAX_DIMS);
        assert_int_equal(info->axes[0], FL_AXIS_batch);
        for (int d = 0; d < FL_MAX_DIMS; d++) {
            if (d >= rank) {
                assert_int_equal(info->dims[d], FL_DIM_NONE);
                assert_int_equal(info->axes[d], FL_AXIS_NONE);
            } else if (!axis_may_be(info->axes[d], info->dims[d])) {
                fail_msg("%s: axis %s cannot be %s long", info->id, fl_axis_name(info->axes[d]),
                         fl_dim_get_info(info->dims[d])->symbol);
            }
        }
    }
}

static void kernels_exist_and_are_shown(void **state) {
    (void)state;
    static const char *const kernels[] = {
#define FL_KERNEL(name_, ret_, params_) #name_,
#include "kernels/kernels.def"
    };
    for (int i = 0; i < FL_STAGE_COUNT; i++) {
        const fl_stage_info *info = fl_stage_get_info((fl_stage)i);
        char name[64];
        size_t length = 0, row = 0;
        int line = 0;
        assert_words(info->id, info->kernel);
        if (strcmp(info->kernel, "none") == 0)
            continue;
        while (row < sizeof kernels / sizeof *kernels && strcmp(kernels[row], info->kernel) != 0)
            row++;
        if (row == sizeof kernels / sizeof *kernels)
            fail_msg("%s: kernels.def has no '%s'", info->id, info->kernel);
        const char *text = fl_scalar_source(info->kernel, &length, &line);
        assert_non_null(text);
        fl_buffer copy = {0};
        fl_buffer_add(&copy, text, length);
        snprintf(name, sizeof name, "fl_scalar_%s(", info->kernel);
        assert_non_null(strstr(copy.data, name));
        assert_true(line > 0);
        fl_buffer_done(&copy);
    }
}

/* ---- weights ---- */

static void check_weight_of(const fl_stage_info *stage, int rank, fl_weight_slot slot, bool bias) {
    if (slot == FL_WEIGHT_none)
        return;
    const fl_weight_info *weight = fl_weight_get_info(slot);
    fl_dim last = stage->dims[rank - 1];
    bool look_up = slot == FL_WEIGHT_token_embd;
    assert_int_equal(weight->scope, stage->scope);
    if ((look_up ? weight->in : weight->out) != last)
        fail_msg("%s: its rows are not as long as %s's", stage->id, weight->id);
    if (!bias)
        assert_int_equal(weight->feature, stage->feature);
    else
        assert_int_equal(weight->feature, stage->id == fl_stage_get_info(FL_STAGE_attn_out)->id
                                              ? FL_FEATURE_ATTN_OUT_BIAS
                                              : FL_FEATURE_ATTN_BIAS);
}

static void every_weight_belongs_to_one_stage(void **state) {
    (void)state;
    int uses[FL_WEIGHT_COUNT + 1] = {0};
    for (int i = 0; i < FL_STAGE_COUNT; i++) {
        const fl_stage_info *info = fl_stage_get_info((fl_stage)i);
        int rank = fl_stage_rank((fl_stage)i);
        check_weight_of(info, rank, info->weight, false);
        check_weight_of(info, rank, info->bias, true);
        uses[info->weight]++;
        uses[info->bias]++;
        if (info->bias == FL_WEIGHT_none)
            continue;
        char name[64];
        assert_int_not_equal(info->weight, FL_WEIGHT_none);
        snprintf(name, sizeof name, "%s_bias", fl_weight_get_info(info->weight)->id);
        assert_string_equal(fl_weight_get_info(info->bias)->id, name);
    }
    for (int slot = 0; slot < FL_WEIGHT_COUNT; slot++) {
        /* The divisors of the rotary pairs go into the plan's frequencies, not into a stage. */
        int want = slot == FL_WEIGHT_rope_freqs ? 0 : 1;
        if (uses[slot] != want)
            fail_msg("%s is used by %d stages", fl_weight_get_info((fl_weight_slot)slot)->id,
                     uses[slot]);
    }
}

/* Slots are called as GGUF calls the tensor. */
static void check_gguf_name(const fl_weight_info *info) {
    char want[96];
    const char *tail = strstr(info->id, "_bias");
    int stem = tail ? (int)(tail - info->id) : (int)strlen(info->id);
    snprintf(want, sizeof want, "%s%.*s%s", info->scope == FL_SCOPE_LAYER ? "blk.{l}." : "", stem,
             info->id, tail ? ".bias" : ".weight");
    assert_string_equal(info->gguf, want);
    if (info->hf)
        assert_non_null(strstr(info->hf, tail ? ".bias" : ".weight"));
}

static void weights_are_complete(void **state) {
    (void)state;
    const char *ids[FL_WEIGHT_COUNT], *gguf[FL_WEIGHT_COUNT], *hf[FL_WEIGHT_COUNT];
    size_t n_hf = 0;
    for (int i = 0; i < FL_WEIGHT_COUNT; i++) {
        const fl_weight_info *info = fl_weight_get_info((fl_weight_slot)i);
        ids[i] = info->id;
        gguf[i] = info->gguf;
        if (info->hf)
            hf[n_hf++] = info->hf;
        assert_int_not_equal(info->scope, FL_SCOPE_HEAD);
        assert_int_not_equal(info->out, FL_DIM_NONE);
        assert_pattern(info->id, info->gguf, info->scope);
        assert_pattern(info->id, info->hf, info->scope);
        check_gguf_name(info);
    }
    assert_int_equal(n_hf, FL_WEIGHT_COUNT - 1); /* rope_freqs is a matter of GGUF */
    assert_unique(ids, FL_WEIGHT_COUNT);
    assert_unique(gguf, FL_WEIGHT_COUNT);
    assert_unique(hf, n_hf);
}

/* ---- storage types ---- */

static void storage_types_are_consistent(void **state) {
    (void)state;
    const char *names[FL_DTYPE_COUNT];
    for (int i = 0; i < FL_DTYPE_COUNT; i++) {
        const fl_dtype_info *info = fl_dtype_get_info((fl_dtype)i);
        names[i] = info->name;
        for (int j = 0; j < i; j++)
            assert_int_not_equal(info->ggml_id, fl_dtype_get_info((fl_dtype)j)->ggml_id);
        uint32_t block = info->block_elems;
        assert_true(block == 1 || block == 32 || block == 256);
        assert_true(info->block_bytes > 0);
        assert_int_equal(fl_dtype_row_bytes((fl_dtype)i, block), info->block_bytes);
        assert_int_equal(fl_dtype_row_bytes((fl_dtype)i, 3 * block), 3 * info->block_bytes);
        assert_int_equal(fl_dtype_row_bytes((fl_dtype)i, 0), 0);
        if (block > 1)
            assert_int_equal(fl_dtype_row_bytes((fl_dtype)i, block + 1), 0);
        if (info->block_bytes > block) /* no room for the product */
            assert_int_equal(fl_dtype_row_bytes((fl_dtype)i, UINT64_MAX / block * block), 0);
    }
    assert_unique(names, FL_DTYPE_COUNT);
}

/* Two blocks of zero bytes are zeros in every type, and no more floats are written than that. */
static void readable_types_are_read(void **state) {
    (void)state;
    static const unsigned char zeros[2 * 512];
    int readable = 0;
    for (int i = 0; i < FL_DTYPE_COUNT; i++) {
        const fl_dtype_info *info = fl_dtype_get_info((fl_dtype)i);
        float out[2 * 256 + 1];
        uint32_t n = 2 * info->block_elems;
        if (!info->readable)
            continue;
        readable++;
        for (uint32_t j = 0; j <= n; j++)
            out[j] = 7;
        assert_in_range(info->block_bytes, 1, sizeof zeros / 2);
        fl_dequantise((fl_dtype)i, zeros, n, out);
        for (uint32_t j = 0; j < n; j++)
            assert_true(out[j] == 0);
        assert_true(out[n] == 7);
    }
    assert_int_equal(readable, 14); /* four plain types, ten block types */
}

/* ---- the small tables ---- */

static void dimensions_are_told_apart(void **state) {
    (void)state;
    const char *symbols[FL_DIM_COUNT];
    size_t n = 0;
    for (int i = FL_DIM_NONE + 1; i < FL_DIM_COUNT; i++) {
        const fl_dim_info *info = fl_dim_get_info((fl_dim)i);
        assert_words(info->symbol, info->symbol);
        assert_words(info->symbol, info->meaning);
        symbols[n++] = info->symbol;
    }
    assert_unique(symbols, n);
}

static void axes_are_those_of_the_contract(void **state) {
    (void)state;
    static const char *const names[] = {"batch", "token", "hidden", "head",  "kv_head", "dim",
                                        "query", "key",   "ffn",    "vocab", "one"};
    assert_int_equal(FL_AXIS_COUNT - 1, sizeof names / sizeof *names);
    for (int i = 1; i < FL_AXIS_COUNT; i++)
        assert_string_equal(fl_axis_name((fl_axis)i), names[i - 1]);
}

static void dialects_are_those_of_the_contract(void **state) {
    (void)state;
    static const char *const names[] = {"footlight", "tl", "hf", "ggml"};
    assert_int_equal(FL_DIALECT_COUNT, sizeof names / sizeof *names);
    for (int i = 0; i < FL_DIALECT_COUNT; i++) {
        assert_string_equal(fl_dialect_name((fl_dialect)i), names[i]);
        assert_int_equal(fl_dialect_parse(names[i]), i);
    }
    assert_int_equal(fl_dialect_parse("HF"), FL_DIALECT_COUNT);
    assert_int_equal(fl_dialect_parse(""), FL_DIALECT_COUNT);
}

static void every_status_has_its_words(void **state) {
    (void)state;
    const char *words[FL_STATUS_COUNT];
    for (int i = 0; i < FL_STATUS_COUNT; i++) {
        words[i] = fl_status_word((fl_status)i);
        assert_words("status", words[i]);
    }
    assert_words("status", fl_status_word(FL_STATUS_COUNT));
    assert_unique(words, FL_STATUS_COUNT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stages_are_those_of_the_contract),
        cmocka_unit_test(stages_are_described),
        cmocka_unit_test(full_names_are_unique_in_every_dialect),
        cmocka_unit_test(shapes_and_axes_go_together),
        cmocka_unit_test(kernels_exist_and_are_shown),
        cmocka_unit_test(every_weight_belongs_to_one_stage),
        cmocka_unit_test(weights_are_complete),
        cmocka_unit_test(storage_types_are_consistent),
        cmocka_unit_test(readable_types_are_read),
        cmocka_unit_test(dimensions_are_told_apart),
        cmocka_unit_test(axes_are_those_of_the_contract),
        cmocka_unit_test(dialects_are_those_of_the_contract),
        cmocka_unit_test(every_status_has_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
