/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * `diff` as a user runs it: what it says, and with which status it ends.
 */
#include "test.h"

#include "base/text.h"
#include "cli/program.h"

#include <jansson.h>

/* Runs `trace` so that it writes a tensor file of that name; its path. */
#define TENSORS(name, ...) write_tensors(name, (const char *const[]){__VA_ARGS__, NULL})

static const char *write_tensors(const char *name, const char *const *words) {
    const char *all[32] = {"trace", "--tensors", fl_write_temporary(name, "", 0)};
    for (size_t i = 0; words[i]; i++)
        all[3 + i] = words[i];
    fl_ran ran = fl_program(&(fl_how){0}, all);
    fl_assert_ran(&ran);
    fl_ran_done(&ran);
    return all[2];
}

static void assert_diff(fl_ran ran, int status, const char *first_line) {
    if (ran.status != status)
        print_error("status %d: %s%s\n", ran.status, ran.out, ran.err);
    assert_int_equal(ran.status, status);
    assert_string_equal(ran.err, "");
    fl_assert_says(ran.out, first_line);
    fl_ran_done(&ran);
}

static void levels_and_threads_are_the_same(void **state) {
    (void)state;
    const char *a = TENSORS("scalar", "--isa", "scalar"), *b = TENSORS("auto", "-t", "4"),
               *one = TENSORS("one", "-t", "1");
    assert_diff(fl_run("diff", a, b), 0,
                "The runs are the same within the tolerance: all values of 110 stages.");
    assert_diff(fl_run("diff", b, one, "--rtol", "0"), 0,
                "The runs are the same within the tolerance");
}

static void a_patched_run_parts_where_it_was_patched(void **state) {
    (void)state;
    const char *a = TENSORS("plain", "--isa", "scalar"),
               *b = TENSORS("patched", "--isa", "scalar", "--patch", "layer 2 head 5 zero");
    fl_ran ran = fl_run("diff", a, b);
    assert_int_equal(ran.status, 1);
    fl_assert_says(ran.out, "The runs part at layer 2 attn_head.");
    fl_assert_says(ran.out, "Worst cell: head 5, token ");
    fl_assert_says(ran.out, "patches: [] and [\"layer 2 head 5 zero\"]");
    fl_ran_done(&ran);
}

static void passes_are_aligned(void **state) {
    (void)state;
    const char *a = TENSORS("three", "-n", "3", "--isa", "scalar"),
               *b = TENSORS("chunks", "-n", "3", "--kv", "f16"),
               *c = TENSORS("late", "-n", "3", "--isa", "scalar", "--patch",
                            "layer 1 value 6 scale 2");
    assert_diff(fl_run("diff", a, b), 0, "The runs are the same within the tolerance");
    assert_diff(fl_run("diff", a, c), 1, "The runs part at pass 1 layer 1 ");
    /* another prompt is no difference of the computation: it is said first */
    fl_ran ran = fl_run("diff", a, TENSORS("other", "-p", "The capital of Spain is", "-n", "3"));
    assert_int_equal(ran.status, 1);
    assert_int_equal(strncmp(ran.out, "These are not runs of the same thing:", 37), 0);
    fl_assert_says(ran.out, "· a token of pass 0 is ");
    fl_assert_says(ran.out, "The runs part at tokens.");
    /* nor have ids a distance */
    char *counts = strstr(ran.out, " of this stage's ");
    assert_non_null(counts);
    *counts = '\0';
    assert_null(strstr(ran.out, " apart"));
    fl_ran_done(&ran);
}

static void formats_of_one_model_are_the_same(void **state) {
    (void)state;
    FL_NEED_DATA("derived/hf-stories260K/model.safetensors");
    static const char ids[] = "1,403,407,261,378";
    const char *hf = TENSORS("hf", fl_test_data("derived/hf-stories260K"), "--ids", ids),
               *gguf = TENSORS("gguf", fl_test_data("derived/stories260K-f32.gguf"), "--ids", ids,
                               "--qk-order", "hf"),
               *file = TENSORS("file", fl_test_data("derived/stories260K-f32.gguf"), "--ids", ids),
               *bin = TENSORS("bin", fl_test_data("stories260K.bin"), "--ids", ids),
               *q8 = TENSORS("q8", fl_test_data("derived/stories260K-q8_0.gguf"), "--ids", ids),
               *q4 = TENSORS("q4", fl_test_data("derived/stories260K-q4_0.gguf"), "--ids", ids);
    assert_diff(fl_run("diff", hf, gguf), 0, "the same within the tolerance: all values of 135");
    assert_diff(fl_run("diff", bin, file), 0, "the same within the tolerance: all values of 135");
    assert_diff(fl_run("diff", hf, file), 1, "trace B with --qk-order");
    assert_diff(fl_run("diff", file, q8), 0, "8-bit");
    assert_diff(fl_run("diff", file, q4), 0, "4-bit");
    assert_diff(fl_run("diff", file, q4, "--rtol", "0.001"), 1, "The runs part at embed.");
}

static void rounding_is_not_guessed_at(void **state) {
    (void)state;
    const char *a = TENSORS("plain", "--stages", "attn_norm_rms"),
               *b = TENSORS("near", "--stages", "attn_norm_rms", "--patch",
                            "layer 0 ffn scale 1.000001");
    fl_ran ran = fl_run("diff", a, b, "--rtol", "0");
    fl_assert_says(ran.out, "The runs part at layer 1 attn_norm_rms.");
    assert_null(strstr(ran.out, "another ε"));
    assert_diff(ran, 1, "all of it is as small as rounding in float");
    assert_diff(fl_run("diff", a, b), 0, "The runs are the same within the tolerance");
}

static void rows_of_the_last_token_are_named_by_it(void **state) {
    (void)state;
    const char *a = TENSORS("plain", "--stages", "tokens,final_norm_rms"),
               *b = TENSORS("other", "--stages", "tokens,final_norm_rms", "--patch",
                            "layer 3 ffn scale 0.9"),
               *c = TENSORS("bare", "--stages", "final_norm_rms");
    assert_diff(fl_run("diff", a, b), 1, "Worst cell: token 5. A has ");
    assert_diff(fl_run("diff", c, b), 1, "Worst cell: last token. A has ");
    assert_diff(fl_run("diff", c, b), 1, "Compared: 1 stage; 1 only in B.");
}

static const char *statistics_of(const char *name, const char *model, const char *ids,
                                 const char *patch) {
    const char *path = fl_write_temporary(name, "", 0);
    fl_ran ran = fl_run("trace", model, "--ids", ids, "--format", "jsonl", "-o", path,
                        patch ? "--patch" : "--exact", patch ? patch : "--exact");
    fl_assert_ran(&ran);
    fl_ran_done(&ran);
    return path;
}

/* What is 0 or doubled is found where it begins, however coarse the weights of one side are. */
static void coarse_weights_hide_no_stage(void **state) {
    (void)state;
    static const struct {
        const char *patch, *parts;
    } patches[] = {
        {"layer 2 ffn zero", "The runs part at layer 2 down."},
        {"layer 2 head 5 zero", "The runs part at layer 2 attn_head."},
        {"layer 1 ffn scale 2", "The runs part at layer 1 down."},
    };
    static const char ids[] = "1,5,300,17,42,99";
    char fine[256], fine_trace[256];
    snprintf(fine, sizeof fine, "%s", TENSORS("fine", "builtin", "--ids", ids));
    snprintf(fine_trace, sizeof fine_trace, "%s",
             statistics_of("fine.jsonl", "builtin", ids, NULL));
    /* one token: one score a head, which may be small on one side by chance */
    assert_diff(fl_run("diff", statistics_of("one.jsonl", "builtin", "1", NULL),
                       statistics_of("few.jsonl", "builtin:q4_0", "1", NULL)),
                0, "4-bit");
    assert_diff(fl_run("diff", fine, TENSORS("coarse", "builtin:q4_0", "--ids", ids)), 0, "4-bit");
    assert_diff(
        fl_run("diff", fine_trace, statistics_of("coarse.jsonl", "builtin:q4_0", ids, NULL)), 0,
        "4-bit");
    for (size_t i = 0; i < sizeof patches / sizeof *patches; i++) {
        const char *b =
            TENSORS("patched", "builtin:q4_0", "--ids", ids, "--patch", patches[i].patch);
        assert_diff(fl_run("diff", fine, b), 1, patches[i].parts);
        b = statistics_of("patched.jsonl", "builtin:q4_0", ids, patches[i].patch);
        assert_diff(fl_run("diff", fine_trace, b), 1, patches[i].parts);
    }
}

static void int8_of_llama2c_is_coarse(void **state) {
    (void)state;
    FL_NEED_DATA("derived/stories260K-v2-gs64.bin");
    const char *exact = TENSORS("exact", fl_test_data("stories260K.bin"), "--ids", "1,403,407"),
               *int8 = TENSORS("int8", fl_test_data("derived/stories260K-v2-gs64.bin"), "--ids",
                               "1,403,407");
    assert_diff(fl_run("diff", exact, int8), 0, "8-bit");
}

static void what_one_side_lacks_is_named(void **state) {
    (void)state;
    const char *a = TENSORS("some", "--stages", "embed,q,attn_scores,resid_post,logits", "--layers",
                            "0-2"),
               *b = TENSORS("others", "--stages", "attn_norm,attn_scores,resid_post,probs",
                            "--patch", "layer 1 ffn zero");
    fl_ran ran = fl_run("diff", a, b);
    assert_int_equal(ran.status, 1);
    fl_assert_says(ran.out, "The runs part at layer 1 resid_post.");
    fl_assert_says(ran.out, "Only in A: embed, q (3 times), logits\n");
    fl_assert_says(ran.out, "Only in B: attn_norm (4 times), attn_scores, resid_post, probs\n");
    fl_ran_done(&ran);
}

static void json_has_every_stage(void **state) {
    (void)state;
    const char *a = TENSORS("plain", "--isa", "scalar"),
               *b = TENSORS("patched", "--isa", "scalar", "--patch", "layer 2 head 5 scale 0.5");
    fl_ran ran = fl_run("diff", a, b, "--format", "json");
    assert_int_equal(ran.status, 1);
    json_t *answer = json_loads(ran.out, JSON_REJECT_DUPLICATES, NULL);
    const json_t *first = json_object_get(answer, "first"),
                 *worst = json_object_get(first, "worst");
    assert_true(json_is_false(json_object_get(answer, "same")));
    assert_int_equal(json_array_size(json_object_get(answer, "stages")), 110);
    assert_string_equal(json_string_value(json_object_get(first, "stage")), "attn_head");
    assert_int_equal(json_integer_value(json_object_get(first, "layer")), 2);
    assert_int_equal(json_integer_value(json_object_get(worst, "head")), 5);
    assert_true(json_real_value(json_object_get(worst, "b")) ==
                json_real_value(json_object_get(worst, "a")) / 2);
    assert_int_equal(json_array_size(json_object_get(answer, "looks_like")), 2);
    json_decref(answer);
    fl_ran_done(&ran);
}

static void every_layer_has_a_row(void **state) {
    (void)state;
    const char *a = TENSORS("plain", "--isa", "scalar");
    fl_ran ran = fl_run("diff", a, a, "--all-layers");
    fl_assert_ran(&ran);
    fl_assert_says(ran.out, "\nlayer 3 swiglu ");
    fl_assert_says(ran.out, "\nlogits ");
    fl_ran_done(&ran);
}

static const char *trace_file(const char *name, const char *isa, const char *patch) {
    const char *path = fl_write_temporary(name, "", 0);
    fl_ran ran = fl_run("trace", "--format", "jsonl", "-n", "2", "-o", path, "--isa", isa,
                        patch ? "--patch" : "--exact", patch ? patch : "--exact");
    fl_assert_ran(&ran);
    fl_ran_done(&ran);
    return path;
}

static void traces_and_tensors_compare_by_their_statistics(void **state) {
    (void)state;
    const char *scalar = trace_file("a.jsonl", "scalar", NULL),
               *best = trace_file("b.jsonl", "auto", NULL),
               *patched = trace_file("c.jsonl", "auto", "layer 2 head 5 zero"),
               *tensors = TENSORS("tensors", "--isa", "scalar", "-n", "2");
    assert_diff(fl_run("diff", scalar, best), 0,
                "the same within the tolerance: the statistics of 220 stages");
    assert_diff(fl_run("diff", scalar, scalar, "--rtol", "0"), 0,
                "The runs are the same within the tolerance");
    /* the caches are in the tensor file once, after the last pass */
    assert_diff(fl_run("diff", best, tensors), 0,
                "the same within the tolerance: the statistics of 212 stages");
    assert_diff(fl_run("diff", tensors, patched), 1, "The runs part at layer 2 attn_head.");
    assert_diff(fl_run("diff", best, patched), 1, "Worst statistic: head 5, ");
}

static void another_order_shows_in_statistics(void **state) {
    (void)state;
    const char *file = fl_write_temporary("file.jsonl", "", 0),
               *hf = fl_write_temporary("hf.jsonl", "", 0);
    fl_ran ran = fl_run("trace", "--format", "jsonl", "--isa", "scalar", "-o", file);
    fl_ran_done(&ran);
    ran = fl_run("trace", "--format", "jsonl", "--isa", "scalar", "-o", hf, "--qk-order", "hf");
    fl_ran_done(&ran);
    ran = fl_run("diff", file, hf);
    assert_int_equal(ran.status, 1);
    fl_assert_says(ran.out, "The runs part at layer 0 q.");
    fl_assert_says(ran.out, "numbers in another order. That is Hugging");
    fl_assert_says(ran.out,
                   "Face's in B, by what the runs say; trace the other one with --qk-order hf");
    fl_ran_done(&ran);
}

/* The first `size` bytes of a trace, with one word of it replaced by another of that length. */
static const char *broken_trace(size_t size, const char *word, const char *by) {
    fl_ran ran = fl_run("trace", "--format", "jsonl", "--stages", "tokens,embed,attn_norm");
    fl_assert_ran(&ran);
    char *at = word ? strstr(ran.out, word) : NULL;
    if (at)
        memcpy(at, by, strlen(by));
    const char *path =
        fl_write_temporary("broken", ran.out, size < ran.out_length ? size : ran.out_length);
    fl_ran_done(&ran);
    return path;
}

/* A trace's text with a part of it replaced, up to the first line that says `until`. */
static const char *edited_trace(const char *name, const char *part, const char *by,
                                const char *until) {
    fl_ran ran = fl_run("trace", "--format", "jsonl", "-n", "2");
    fl_buffer text = {0};
    fl_assert_ran(&ran);
    const char *at = part ? strstr(ran.out, part) : ran.out;
    assert_non_null(at);
    const char *end = until ? strstr(ran.out, until) : ran.out + ran.out_length;
    assert_non_null(end);
    fl_buffer_add(&text, ran.out, (size_t)(at - ran.out));
    fl_buffer_puts(&text, part ? by : "");
    at += part ? strlen(part) : 0;
    fl_buffer_add(&text, at, (size_t)(end - at));
    while (until && text.length && text.data[text.length - 1] != '\n')
        text.length--;
    const char *path = fl_write_temporary(name, text.data, text.length);
    fl_buffer_done(&text);
    fl_ran_done(&ran);
    return path;
}

static void other_ways_of_a_model_are_named(void **state) {
    (void)state;
    static const struct {
        const char *part, *by, *says;
    } ways[] = {
        {"\"rope_scaling\":null", "\"rope_scaling\":{\"rope_type\":\"yarn\",\"factor\":4}",
         "· rope_scaling: none and yarn, factor 4\n"},
        {"\"sliding_window\":null", "\"sliding_window\":8", "· sliding_window: none and 8\n"},
        {"\"windowed_layers\":null", "\"windowed_layers\":[0,2]",
         "· windowed_layers: none and [0,2]\n"},
        {"\"model_type\":\"llama\"", "\"model_type\":\"qwen2\"",
         "· model_type: \"llama\" and \"qwen2\"\n"},
        {"\"rms_norm_eps\":1e-05", "\"rms_norm_eps\":1e-06", "· rms_norm_eps: 1e-05 and 1e-06\n"},
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        assert_diff(fl_run("diff", edited_trace("a.jsonl", NULL, NULL, NULL),
                           edited_trace("b.jsonl", ways[i].part, ways[i].by, NULL)),
                    0, ways[i].says);
}

static void a_trace_that_was_cut_is_not_the_same(void **state) {
    (void)state;
    static const struct {
        const char *until, *says;
    } cuts[] = {
        {"\"stage\":\"next_token\"", "· B is incomplete: it ends with pass 0, A with pass 1\n"},
        {"\"new\":1,\"layer\":2,",
         "· B is incomplete: it ends with resid_post of layer 1 in pass 1, "
         "and A goes on"},
    };
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        fl_ran ran = fl_run("diff", edited_trace("a.jsonl", NULL, NULL, NULL),
                            edited_trace("cut.jsonl", NULL, NULL, cuts[i].until));
        assert_int_equal(strncmp(ran.out, "Different, for one side is incomplete:\n", 39), 0);
        fl_assert_says(ran.out, "What both have is the same within the tolerance");
        fl_assert_says(ran.out, " only in A.");
        fl_assert_says(ran.out, "\nDifferent: B is incomplete: ");
        assert_diff(ran, 1, cuts[i].says);
    }
}

static void broken_traces_are_refused_by_line(void **state) {
    (void)state;
    static const struct {
        size_t size;
        const char *word, *by, *says;
    } wrong[] = {
        {3000, NULL, NULL, "cut short|(line 4)"},
        {100, NULL, NULL, "cut short|(line 1)"},
        {SIZE_MAX, "\"footlight\":1", "\"footlight\":2", "version 2 of a trace|(line 1)"},
        {SIZE_MAX, "\"footlight\":1", "\"footlihgt\":1", "'footlight' is missing|(line 1)"},
        {SIZE_MAX, "\"stage\":\"embed", "\"stage\":\"bedem", "key 'stage'|(line 3)"},
        {SIZE_MAX, "\"layer\":2", "\"layer\":0", "'attn_norm' comes after|(line 6)"},
        {SIZE_MAX, "\"masked\":0", "\"masked\":x", "is no JSON|(line 3)"},
        {SIZE_MAX, "\"masked\":0", "\"nasked\":0", "key 'masked'|(line 3)"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *path = broken_trace(wrong[i].size, wrong[i].word, wrong[i].by);
        fl_assert_refused(fl_run("diff", path, path), 2, wrong[i].says);
    }
}

static void what_cannot_be_compared_is_trouble(void **state) {
    (void)state;
    const char *text = fl_write_temporary("text", "neither\n", 8);
    fl_assert_refused(fl_run("diff"), 2, "diff: found no file, expected two");
    fl_assert_refused(fl_run("diff", text), 2, "found one file, expected two");
    fl_assert_refused(fl_run("diff", text, text, text), 2, "one word too many, 'diff' takes two");
    fl_assert_refused(fl_run("diff", text, text), 2, "is neither a trace|nor a tensor file");
    fl_assert_refused(fl_run("diff", "absent.safetensors", text), 2,
                      "absent.safetensors: cannot be opened");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_and_threads_are_the_same),
        cmocka_unit_test(a_patched_run_parts_where_it_was_patched),
        cmocka_unit_test(passes_are_aligned),
        cmocka_unit_test(formats_of_one_model_are_the_same),
        cmocka_unit_test(rounding_is_not_guessed_at),
        cmocka_unit_test(rows_of_the_last_token_are_named_by_it),
        cmocka_unit_test(coarse_weights_hide_no_stage),
        cmocka_unit_test(int8_of_llama2c_is_coarse),
        cmocka_unit_test(what_one_side_lacks_is_named),
        cmocka_unit_test(json_has_every_stage),
        cmocka_unit_test(every_layer_has_a_row),
        cmocka_unit_test(traces_and_tensors_compare_by_their_statistics),
        cmocka_unit_test(another_order_shows_in_statistics),
        cmocka_unit_test(other_ways_of_a_model_are_named),
        cmocka_unit_test(a_trace_that_was_cut_is_not_the_same),
        cmocka_unit_test(broken_traces_are_refused_by_line),
        cmocka_unit_test(what_cannot_be_compared_is_trouble),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
