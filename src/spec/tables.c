/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The `.def` tables as arrays, each row placed by its own enum value so that order cannot slip.
 */
#include <footlight/tables.h>

#include <string.h>

#define SHAPE2(a, b)                                                                               \
    { FL_DIM_##a, FL_DIM_##b }
#define SHAPE3(a, b, c)                                                                            \
    { FL_DIM_##a, FL_DIM_##b, FL_DIM_##c }
#define SHAPE4(a, b, c, e)                                                                         \
    { FL_DIM_##a, FL_DIM_##b, FL_DIM_##c, FL_DIM_##e }
#define AXES2(a, b)                                                                                \
    { FL_AXIS_##a, FL_AXIS_##b }
#define AXES3(a, b, c)                                                                             \
    { FL_AXIS_##a, FL_AXIS_##b, FL_AXIS_##c }
#define AXES4(a, b, c, e)                                                                          \
    { FL_AXIS_##a, FL_AXIS_##b, FL_AXIS_##c, FL_AXIS_##e }

static const fl_stage_info stages[] = {
#define FL_STAGE(id_, scope_, shape_, axes_, feature_, weight_, bias_, kernel_, tl_, hf_, ggml_,   \
                 flops_, floats_, cells_, rows_, formula_, meaning_)                               \
    [FL_STAGE_##id_] = {.id = #id_,                                                                \
                        .scope = FL_SCOPE_##scope_,                                                \
                        .dims = shape_,                                                            \
                        .axes = axes_,                                                             \
                        .feature = FL_FEATURE_##feature_,                                          \
                        .weight = FL_WEIGHT_##weight_,                                             \
                        .bias = FL_WEIGHT_##bias_,                                                 \
                        .kernel = #kernel_,                                                        \
                        .names = {NULL, tl_, hf_, ggml_},                                          \
                        .formula = formula_,                                                       \
                        .meaning = meaning_},
#include <footlight/stages.def>
};

static const fl_weight_info weights[] = {
#define FL_WEIGHT(id_, scope_, out_, in_, feature_, gguf_, hf_)                                    \
    [FL_WEIGHT_##id_] = {                                                                          \
        #id_, FL_SCOPE_##scope_, FL_DIM_##out_, FL_DIM_##in_, FL_FEATURE_##feature_, gguf_, hf_},
#include <footlight/weights.def>
};

static const fl_dtype_info dtypes[] = {
#define FL_DTYPE(id_, ggml_, elems_, bytes_, readable_)                                            \
    [FL_DTYPE_##id_] = {#id_, ggml_, elems_, bytes_, readable_},
#include <footlight/dtypes.def>
};

static const fl_dim_info dims[] = {
    [FL_DIM_NONE] = {"", ""},
#define FL_DIM(id_, symbol_, value_, meaning_) [FL_DIM_##id_] = {symbol_, meaning_},
#include <footlight/dims.def>
};

static const char *const axes[] = {
    [FL_AXIS_NONE] = "",
#define FL_AXIS(id_, name_, meaning_) [FL_AXIS_##id_] = name_,
#include <footlight/axes.def>
};

static const char *const dialects[] = {
    [FL_DIALECT_FOOTLIGHT] = "footlight",
    [FL_DIALECT_TL] = "tl",
    [FL_DIALECT_HF] = "hf",
    [FL_DIALECT_GGML] = "ggml",
};

const fl_stage_info *fl_stage_get_info(fl_stage stage) {
    return &stages[stage];
}

int fl_stage_rank(fl_stage stage) {
    int n = 0;
    while (n < FL_MAX_DIMS && stages[stage].dims[n] != FL_DIM_NONE)
        n++;
    return n;
}

bool fl_stage_is_paired(fl_stage stage) {
    switch (stage) {
    case FL_STAGE_q:
    case FL_STAGE_k:
    case FL_STAGE_q_norm:
    case FL_STAGE_k_norm:
    case FL_STAGE_q_rope:
    case FL_STAGE_k_rope:
    case FL_STAGE_k_cache:
        return true;
    default:
        return false;
    }
}

const fl_weight_info *fl_weight_get_info(fl_weight_slot slot) {
    return &weights[slot];
}

const fl_dtype_info *fl_dtype_get_info(fl_dtype dtype) {
    return &dtypes[dtype];
}

const fl_dim_info *fl_dim_get_info(fl_dim dim) {
    return &dims[dim];
}

const char *fl_axis_name(fl_axis axis) {
    return axes[axis];
}

const char *fl_dialect_name(fl_dialect dialect) {
    return dialects[dialect];
}

fl_dialect fl_dialect_parse(const char *name) {
    int dialect = 0;
    while (dialect < FL_DIALECT_COUNT && strcmp(dialects[dialect], name) != 0)
        dialect++;
    return (fl_dialect)dialect;
}

uint64_t fl_dtype_row_bytes(fl_dtype dtype, uint64_t elems) {
    const fl_dtype_info *info = &dtypes[dtype];
    uint64_t blocks = elems / info->block_elems;
    if (elems % info->block_elems || blocks > UINT64_MAX / info->block_bytes)
        return 0;
    return blocks * info->block_bytes;
}
