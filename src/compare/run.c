/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What two runs say of themselves: how near they can be, and why they may differ.
 */
#include "compare/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- classes ---- */

enum { EXACT, HALF, BRAIN, EIGHT_BITS, FOUR_BITS };

/* Rounding to 11 and 8 bits of fraction, and to blocks of whole numbers; what is left is room for
 * how such differences grow through the layers. Of whole stages see assets/diff.md. */
static const fl_class classes[] = {
    [EXACT] = {"F32", "both computed in float", 1e-4, false, 0, 0},
    [HALF] = {"F16", "", 2e-2, false, 0, 0},
    [BRAIN] = {"BF16", "", 0.1, false, 0, 0},
    [EIGHT_BITS] = {"8-bit", "", 0.5, true, 0.15, 0.15},
    [FOUR_BITS] = {"4-bit", "", 2, true, 0.95, 0.8},
};

static int class_of_type(const char *type) {
    static const struct {
        const char *begins;
        int class;
    } types[] = {
        {"F16", HALF},       {"float16", HALF},   {"torch.float16", HALF},   {"f16", HALF},
        {"BF16", BRAIN},     {"bfloat16", BRAIN}, {"torch.bfloat16", BRAIN}, {"Q8", EIGHT_BITS},
        {"I8,", EIGHT_BITS}, {"Q6", EIGHT_BITS},  {"Q5", FOUR_BITS},         {"Q4", FOUR_BITS},
        {"MX", FOUR_BITS},   {"NV", FOUR_BITS},   {"IQ4", FOUR_BITS},        {"Q3", FOUR_BITS},
        {"Q2", FOUR_BITS},   {"IQ", FOUR_BITS},   {"TQ", FOUR_BITS}};
    for (size_t i = 0; type && i < sizeof types / sizeof *types; i++)
        if (strncmp(type, types[i].begins, strlen(types[i].begins)) == 0)
            return types[i].class;
    return EXACT;
}

typedef struct finding {
    int class;
    const char *why;
} finding;

static void raise_to(finding *f, int class, const char *why) {
    if (class > f->class)
        *f = (finding){class, why};
}

/* A model's weights differ only if both say what they are. */
static void look_at_weights(finding *f, const fl_dump *a, const fl_dump *b) {
    const char *type_a = fl_dump_model_word(a, "weight_dtype"),
               *type_b = fl_dump_model_word(b, "weight_dtype");
    if (!type_a || !type_b || strcmp(type_a, type_b) == 0)
        return;
    raise_to(f, class_of_type(type_a), "the weights are stored in different types");
    raise_to(f, class_of_type(type_b), "the weights are stored in different types");
}

static void look_at(finding *f, const fl_dump *dump) {
    raise_to(f, class_of_type(fl_dump_word(dump, "kv_dtype")), "a cache holds F16");
    raise_to(f, class_of_type(fl_dump_word(dump, "dtype")), "one side computed in that type");
    if (json_is_false(json_object_get(dump->run, "exact")))
        raise_to(f, EIGHT_BITS, "one side ran with --fast, activations of 8 bits");
    for (size_t i = 0; i < dump->n_stored; i++)
        raise_to(f, class_of_type(dump->stored[i].tensor->type), "one file holds that type");
}

fl_class fl_class_of(const fl_dump *a, const fl_dump *b) {
    finding f = {EXACT, classes[EXACT].why};
    look_at(&f, a);
    look_at(&f, b);
    look_at_weights(&f, a, b);
    fl_class class = classes[f.class];
    class.why = f.why;
    return class;
}

/* ---- why the two cannot be the same ---- */

/* The shortest decimal that reads back to the same number. */
static void put_number(fl_buffer *out, double value) {
    char digits[40];
    for (int n = 1; n <= 17; n++) {
        snprintf(digits, sizeof digits, "%.*g", n, value);
        if (strtod(digits, NULL) == value)
            break;
    }
    fl_buffer_puts(out, digits);
}

static void quoted(fl_buffer *out, const json_t *value) {
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    const size_t length = text ? strlen(text) : 0;
    fl_escape(out, text ? text : "?", length > 60 ? 60 : text ? length : 1, FL_ESCAPE_LINE);
    fl_buffer_puts(out, length > 60 ? "…" : "");
    free(text);
}

/* "none", a number, "yarn, factor 4" of what is made of several. */
static void put_value(fl_buffer *out, const json_t *value) {
    const char *kind = json_string_value(json_object_get(value, "rope_type"));
    const char *key;
    json_t *part;
    if (json_is_null(value)) {
        fl_buffer_puts(out, "none");
    } else if (json_is_number(value)) {
        put_number(out, json_number_value(value));
    } else if (kind) {
        fl_escape(out, kind, strlen(kind), FL_ESCAPE_LINE);
        json_object_foreach((json_t *)(uintptr_t)value, key, part) if (json_is_number(part)) {
            fl_buffer_puts(out, ", ");
            fl_escape(out, key, strlen(key), FL_ESCAPE_LINE);
            fl_buffer_puts(out, " ");
            put_number(out, json_number_value(part));
        }
    } else {
        quoted(out, value);
    }
}

static bool is_same(const json_t *a, const json_t *b) {
    if (json_is_number(a) && json_is_number(b)) /* 10000 is 10000.0 */
        return json_number_value(a) == json_number_value(b);
    return json_equal(a, b);
}

static void put_both(fl_buffer *out, const char *what, const json_t *a, const json_t *b) {
    fl_buffer_printf(out, "%s: ", what);
    put_value(out, a);
    fl_buffer_puts(out, " and ");
    put_value(out, b);
    fl_buffer_puts(out, "\n");
}

/* A line if both name it and differ. */
static void both_name(fl_buffer *out, const char *what, const json_t *a, const json_t *b) {
    if (a && b && !json_is_null(a) && !json_is_null(b) && !is_same(a, b))
        put_both(out, what, a, b);
}

/* What a model may do without: footlight says null where it does, others say all sorts of things.
 */
static void both_may_have(fl_comparison *c, const char *what, const json_t *a, const json_t *b) {
    if (!fl_dump_is_own(&c->a) || !fl_dump_is_own(&c->b))
        both_name(&c->remarks, what, a, b);
    else if (a && b && !is_same(a, b))
        put_both(&c->remarks, what, a, b);
}

void fl_compare_runs(fl_comparison *c) {
    static const char *const sizes[] = {
        "hidden_size",         "num_hidden_layers", "intermediate_size", "num_attention_heads",
        "num_key_value_heads", "head_dim",          "vocab_size"};
    static const char *const ways[] = {"model_type", "rms_norm_eps", "rope_theta", "weight_dtype"},
                             *const parts[] = {"rope_scaling", "sliding_window", "windowed_layers"};
    static const char *const run[] = {"rope_pairing", "qk_order", "kv_dtype", "exact", "isa"};
    const json_t *a = c->a.run, *b = c->b.run;
    const json_t *model_a = json_object_get(a, "model"), *model_b = json_object_get(b, "model");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        both_name(&c->reasons, sizes[i], json_object_get(model_a, sizes[i]),
                  json_object_get(model_b, sizes[i]));
    c->other_run = c->reasons.length > 0;
    both_name(&c->reasons, "prompt", json_object_get(a, "prompt"), json_object_get(b, "prompt"));
    both_name(&c->reasons, "patches", json_object_get(a, "patches"), json_object_get(b, "patches"));
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        both_name(&c->remarks, ways[i], json_object_get(model_a, ways[i]),
                  json_object_get(model_b, ways[i]));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        both_may_have(c, parts[i], json_object_get(model_a, parts[i]),
                      json_object_get(model_b, parts[i]));
    for (size_t i = 0; i < sizeof run / sizeof *run; i++)
        both_name(&c->remarks, run[i], json_object_get(a, run[i]), json_object_get(b, run[i]));
}
