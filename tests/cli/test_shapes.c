/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * `shapes`: published numbers of Llama-2-7B in every format, and the rules of the JSON.
 */
#include "test.h"

#include "cli/program.h"
#include "cli/shapes.h"
#include "model/gguf_writer.h"

#include <jansson.h>
#include <sys/resource.h>

static json_t *load_array(const char *text) {
    json_error_t error;
    json_t *array = json_loads(text, 0, &error);
    if (!array)
        print_error("%s at %d\n", error.text, error.position);
    assert_true(json_is_array(array));
    return array;
}

static json_t *shapes_json(const char *model) {
    fl_ran ran = fl_run("shapes", model, "--tokens", "5", "--format", "json");
    fl_assert_ran(&ran);
    json_t *array = load_array(ran.out);
    fl_ran_done(&ran);
    return array;
}

static const json_t *entry(const json_t *array, const char *name) {
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i);
        const char *found = json_string_value(json_object_get(item, "name"));
        if (found && strcmp(found, name) == 0)
            return item;
    }
    print_error("no entry %s\n", name);
    fail();
    return NULL;
}

static json_int_t get(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

static void assert_shape(const json_t *array, const char *name, const char *shape) {
    char *text = json_dumps(json_object_get(entry(array, name), "shape"), JSON_COMPACT);
    assert_string_equal(text, shape);
    free(text);
}

static void llama_2_7b(void **state) {
    (void)state;
    json_t *array = shapes_json("llama-2-7b");
    assert_shape(array, "embed", "[1,5,4096]");
    assert_shape(array, "rope_cos", "[1,5,128]");
    assert_shape(array, "rope_sin", "[1,5,128]");
    assert_shape(array, "layer.31.q", "[1,5,4096]");
    assert_shape(array, "layer.0.attn_head", "[1,5,128]");
    assert_shape(array, "layer.0.gate", "[1,5,11008]");
    assert_shape(array, "logits", "[1,1,32000]");
    const json_t *total =
        json_object_get(json_array_get(array, json_array_size(array) - 1), "total");
    assert_int_equal(get(total, "events"), 3786);
    assert_int_equal(get(total, "params"), 6738415616);
    assert_int_equal(get(json_object_get(total, "kv_bytes_per_token"), "f16"), 512 << 10);
    assert_int_equal(get(json_object_get(total, "kv_bytes_per_token"), "f32"), 1 << 20);
    assert_int_equal(get(json_object_get(total, "kv_bytes_full_context"), "f16"), (int64_t)2 << 30);
    json_decref(array);
}

static void entries_follow_the_contract(void **state) {
    (void)state;
    json_t *array = shapes_json("llama-2-7b");
    /* 10 of the pass and 25 a layer, a per-head stage being one, and the total */
    assert_int_equal(json_array_size(array), 10 + 32 * 25 + 1);
    const json_t *q = entry(array, "layer.3.q"), *probs = entry(array, "layer.3.attn_probs");
    assert_int_equal(get(q, "layer"), 3);
    assert_true(json_is_null(json_object_get(q, "heads")));
    assert_true(json_is_null(json_object_get(q, "bias")));
    assert_int_equal(get(probs, "heads"), 32);
    assert_true(json_is_null(json_object_get(probs, "weight")));
    const json_t *weight = json_object_get(q, "weight");
    assert_string_equal(json_string_value(json_object_get(weight, "dtype")), "F16");
    assert_int_equal(get(weight, "params"), 4096 * 4096);
    assert_int_equal(get(weight, "bytes"), 2 * 4096 * 4096);
    assert_true(json_is_false(json_object_get(weight, "tied")));
    /* 2·T·D·H·d, and q's weight once */
    assert_int_equal(get(q, "flops"), (int64_t)2 * 5 * 4096 * 4096);
    assert_int_equal(get(q, "bytes_read"), 2 * 4096 * 4096 + 4 * 5 * 4096);
    assert_true(json_is_null(json_object_get(entry(array, "embed"), "layer")));
    json_decref(array);
}

static double sum(const json_t *array, const char *key) {
    double total = 0;
    for (size_t i = 0; i + 1 < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i), *heads = json_object_get(item, "heads");
        double times = json_is_null(heads) ? 1 : json_number_value(heads);
        total += times * json_number_value(json_object_get(item, key));
    }
    return total;
}

static void total_is_the_sum(void **state) {
    (void)state;
    static const char *const models[] = {"llama-2-7b", "llama-3.2-1b", "qwen2.5-7b", "qwen3-8b",
                                         "builtin"};
    static const char *const keys[] = {"flops", "bytes_read", "bytes_written"};
    for (size_t m = 0; m < sizeof models / sizeof *models; m++) {
        json_t *array = shapes_json(models[m]);
        const json_t *total =
            json_object_get(json_array_get(array, json_array_size(array) - 1), "total");
        for (size_t k = 0; k < 3; k++)
            assert_true(sum(array, keys[k]) == json_number_value(json_object_get(total, keys[k])));
        json_decref(array);
    }
}

/* A tied head repeats its weight and adds nothing. */
static void tied_head_counts_once(void **state) {
    (void)state;
    json_t *array = shapes_json("llama-3.2-1b");
    json_int_t params = 0;
    for (size_t i = 0; i + 1 < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i);
        static const char *const parts[] = {"weight", "bias"};
        for (int p = 0; p < 2; p++) {
            const json_t *w = json_object_get(item, parts[p]);
            if (json_is_object(w) && json_is_false(json_object_get(w, "tied")))
                params += get(w, "params");
        }
    }
    assert_true(
        json_is_true(json_object_get(json_object_get(entry(array, "logits"), "weight"), "tied")));
    const json_t *total =
        json_object_get(json_array_get(array, json_array_size(array) - 1), "total");
    assert_int_equal(get(total, "params"), params);
    assert_int_equal(params, 1235814400);
    json_decref(array);
}

static int count_lines(const char *text) {
    int n = 0;
    for (; *text; text++)
        n += *text == '\n';
    return n;
}

static void table_is_short_for_any_model(void **state) {
    (void)state;
    static const char *const models[] = {"llama-2-7b", "llama-3.1-70b", "qwen3-8b", "builtin:q4_0"};
    for (size_t m = 0; m < sizeof models / sizeof *models; m++) {
        fl_ran ran = fl_run("shapes", models[m]);
        fl_assert_ran(&ran);
        assert_in_range(count_lines(ran.out), 35, 55);
        fl_ran_done(&ran);
    }
}

static void table_says_it_all(void **state) {
    (void)state;
    static const char *const parts[] = {"llama-2-7b",
                                        "layers 0–31",
                                        "(1, 5, 4096)",
                                        "(1, 5, 128) × 32 heads",
                                        "(1, 5, 11008)",
                                        "[11008, 4096]",
                                        "6,738,415,616 parameters",
                                        "3,786 events",
                                        "512 KiB per token at 16 bits, 1 MiB at 32",
                                        "a multiply-add is 2",
                                        "every weight once a pass as stored"};
    fl_ran ran = fl_run("shapes", "llama-2-7b", "--tokens", "5");
    fl_assert_ran(&ran);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!strstr(ran.out, parts[i]))
            print_error("no '%s'\n", parts[i]);
        assert_non_null(strstr(ran.out, parts[i]));
    }
    fl_ran_done(&ran);
}

/* The table as a terminal of that width gets it. */
static const char *table_at(const char *name, int width, fl_buffer *out) {
    fl_cli cli = {.width = width};
    fl_model *model;
    assert_int_equal(fl_model_open(&model, name, &cli.diag), FL_OK);
    fl_shape_request request = {.model = model, .kv_bytes = 4};
    request.dims = fl_dims_of(fl_model_hparams(model), 5, 0, FL_LOGITS_LAST);
    fl_buffer_clear(out);
    assert_int_equal(fl_shapes_table(&cli, &request, false, out), FL_OK);
    fl_model_close(&model);
    return out->data;
}

/* At 80 columns there are still a layer's figures and the total, and it is said what is not there.
 */
static void a_narrow_table_keeps_the_totals(void **state) {
    (void)state;
    static const char *const models[] = {"llama-2-7b", "llama-3.1-70b", "qwen3-8b", "builtin"};
    fl_buffer out = {0};
    for (size_t m = 0; m < sizeof models / sizeof *models; m++)
        for (int width = 80; width <= 200; width += 20)
            assert_in_range(fl_widest_line(table_at(models[m], width, &out)), 1, width);
    const char *text = table_at("llama-2-7b", 80, &out);
    assert_non_null(strstr(text, "params    total    FLOPs    total\n"));
    assert_non_null(strstr(
        text, "  gate            (1, 5, 11008)           45.09 M  1.443 G  450.9 M  14.43 G\n"));
    assert_non_null(strstr(text,
                           "\nLeft out: letters, weights, types, bytes (wider terminal, less -S, "
                           "--format csv)\n"));
    assert_non_null(strstr(text, "a multiply-add is 2"));
    assert_null(strstr(text, "Letters: ")); /* there are none */
    text = table_at("llama-2-7b", 170, &out);
    assert_null(strstr(text, "Left out"));
    assert_non_null(strstr(text, "Letters: "));
    assert_non_null(strstr(text, "1,442,840,576"));
    fl_buffer_done(&out);
}

static void all_layers_are_printed_when_asked(void **state) {
    (void)state;
    fl_ran ran = fl_run("shapes", "builtin", "--all-layers");
    fl_assert_ran(&ran);
    assert_non_null(strstr(ran.out, "\nlayer 0\n"));
    assert_non_null(strstr(ran.out, "\nlayer 3\n"));
    assert_null(strstr(ran.out, "layers 0"));
    fl_ran_done(&ran);
}

static void ascii_is_ascii(void **state) {
    (void)state;
    fl_how in_c = {.environment = "LC_ALL=C"};
    fl_ran ran = fl_run("shapes", "--ascii"), same = fl_run_how(in_c, "shapes");
    fl_assert_ran(&ran);
    assert_string_equal(ran.out, same.out);
    for (const char *c = ran.out; *c; c++)
        assert_true((unsigned char)*c < 0x80);
    fl_ran_done(&ran);
    fl_ran_done(&same);
}

static void markdown_rows_are_even(void **state) {
    (void)state;
    fl_ran ran = fl_run("shapes", "llama-2-7b", "--format", "md");
    int bars = 0;
    fl_assert_ran(&ran);
    for (char *line = strtok(ran.out, "\n"); line; line = strtok(NULL, "\n")) {
        int n = 0;
        if (line[0] != '|')
            continue;
        for (const char *c = line; *c; c++)
            n += *c == '|' && (c == line || c[-1] != '\\');
        bars = bars ? bars : n;
        assert_int_equal(n, bars);
    }
    assert_int_equal(bars, 13);
    fl_ran_done(&ran);
}

static void csv_has_the_same_columns_everywhere(void **state) {
    (void)state;
    fl_ran ran = fl_run("shapes", "qwen2.5-7b", "--format", "csv");
    int commas = 0, lines = 0;
    fl_assert_ran(&ran);
    for (char *line = strtok(ran.out, "\n"); line; line = strtok(NULL, "\n"), lines++) {
        int n = 0;
        for (const char *c = line; *c; c++)
            n += *c == ',';
        commas = commas ? commas : n;
        assert_int_equal(n, commas);
    }
    assert_int_equal(lines, 1 + 10 + 28 * 25);
    fl_ran_done(&ran);
}

static void dialects(void **state) {
    (void)state;
    fl_ran ran = fl_run("shapes", "builtin", "--format", "json", "--names", "hf");
    fl_assert_ran(&ran);
    json_t *array = load_array(ran.out);
    assert_shape(array, "model.layers.2.self_attn.q_proj", "[1,5,128]");
    assert_shape(array, "layer.2.q_rope", "[1,8,5,16]"); /* no name there: the full name stands */
    json_decref(array);
    fl_ran_done(&ran);
}

static void past_and_logits_change_the_shapes(void **state) {
    (void)state;
    fl_ran ran = fl_run("shapes", "builtin", "--format", "json", "--tokens", "2", "--past", "7",
                        "--logits", "all");
    fl_assert_ran(&ran);
    json_t *array = load_array(ran.out);
    assert_shape(array, "layer.0.k_cache", "[1,4,9,16]");
    assert_shape(array, "layer.0.attn_scores", "[1,2,9]");
    assert_shape(array, "logits", "[1,2,1024]");
    json_decref(array);
    fl_ran_done(&ran);
}

static void a_gguf_header_gives_the_same_as_its_model(void **state) {
    (void)state;
    FL_NEED_DATA("derived/stories260K-q4_0.gguf");
    fl_ran ran =
        fl_run("shapes", fl_test_data("derived/stories260K-q4_0.gguf"), "--format", "json");
    fl_assert_ran(&ran);
    json_t *array = load_array(ran.out);
    const json_t *q = json_object_get(entry(array, "layer.4.q"), "weight");
    const json_t *down = json_object_get(entry(array, "layer.4.down"), "weight");
    assert_string_equal(json_string_value(json_object_get(q, "dtype")), "Q4_0");
    assert_int_equal(get(q, "bytes"), 64 * 64 / 32 * 18);
    assert_string_equal(json_string_value(json_object_get(down, "dtype")), "F16");
    assert_string_equal(json_string_value(json_object_get(q, "name")), "blk.4.attn_q.weight");
    json_decref(array);
    fl_ran_done(&ran);
}

/* ---- GGUF headers without their data ---- */

static const char *write_header(const char *name, gguf_writer *w) {
    gguf_finish(w, GGUF_HEADER_ONLY);
    const char *path = fl_write_temporary(name, w->file.data, w->file.length);
    gguf_done(w);
    return path;
}

static void a_7b_header_says_the_same(void **state) {
    (void)state;
    gguf_writer w = gguf_start();
    gguf_llama(&w, &gguf_7b);
    const char *path = write_header("7b.gguf", &w);
    json_t *array = shapes_json(path), *bundled = shapes_json("llama-2-7b");
    assert_int_equal(json_array_size(array), json_array_size(bundled));
    for (size_t i = 0; i + 1 < json_array_size(array); i++) {
        const json_t *a = json_array_get(array, i), *b = json_array_get(bundled, i);
        assert_true(json_equal(json_object_get(a, "shape"), json_object_get(b, "shape")));
        assert_true(json_equal(json_object_get(a, "flops"), json_object_get(b, "flops")));
    }
    const json_t *total =
        json_object_get(json_array_get(array, json_array_size(array) - 1), "total");
    assert_int_equal(get(total, "events"), 3786);
    assert_int_equal(get(total, "params"), 6738415616);
    json_decref(array);
    json_decref(bundled);
    remove(path);
}

/* Processor time of the children so far, in milliseconds. */
static double spent(void) {
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    return 1e3 * (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-3 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void a_70b_header_answers_at_once(void **state) {
    (void)state;
    gguf_writer w = gguf_start();
    gguf_llama(&w, &gguf_70b);
    const char *path = write_header("70b.gguf", &w);
    double before = spent();
    fl_ran shapes = fl_run("shapes", path);
    double between = spent();
    fl_ran info = fl_run("info", path);
    double after = spent();
    fl_assert_ran(&shapes);
    fl_assert_ran(&info);
    assert_non_null(strstr(shapes.out, "17,130 events"));
#if !defined(__SANITIZE_ADDRESS__)
    assert_true(between - before < 50);
    assert_true(after - between < 50);
#else /* instrumented code tells nothing about time */
    (void)before, (void)between, (void)after;
#endif
    fl_ran_done(&shapes);
    fl_ran_done(&info);
    remove(path);
}

/* Two layers of four hold a larger type: their block prints only what differs. */
static void layers_stored_otherwise_make_a_short_block(void **state) {
    (void)state;
    static const gguf_sizes sizes = {4, 64, 96, 4, 2, 10, 32, FL_DTYPE_Q4_0, 0};
    gguf_writer w = gguf_start();
    gguf_llama_keys(&w, &sizes);
    for (uint32_t layer = 0; layer < 4; layer++) {
        char name[64];
        snprintf(name, sizeof name, "blk.%u.ffn_down.weight", layer);
        w.skip = layer == 1 || layer == 3 ? name : NULL;
        gguf_llama_layer(&w, &sizes, layer);
        w.skip = NULL;
        if (layer == 1 || layer == 3)
            gguf_tensor(&w, name, 96, 64, FL_DTYPE_Q8_0);
    }
    gguf_tensor(&w, "token_embd.weight", 64, 10, FL_DTYPE_Q4_0);
    gguf_tensor(&w, "output_norm.weight", 64, 0, FL_DTYPE_F32);
    gguf_tensor(&w, "output.weight", 64, 10, FL_DTYPE_Q4_0);
    const char *path = write_header("mixed.gguf", &w);
    fl_ran ran = fl_run("shapes", path);
    fl_assert_ran(&ran);
    const char *first = strstr(ran.out, "\nlayers 0, 2 (2 alike"),
               *second = strstr(ran.out, "\nlayers 1, 3");
    assert_non_null(first);
    assert_true(second && second > first);
    assert_true(strstr(first, "Q8_0") > second);
    const char *down = strstr(second, "\n  down ");
    assert_non_null(down);
    assert_non_null(strstr(down, "Q8_0"));
    assert_null(strstr(second, "\n  gate "));
    assert_in_range(count_lines(ran.out), 35, 55);
    fl_ran_done(&ran);
    remove(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(llama_2_7b),
        cmocka_unit_test(entries_follow_the_contract),
        cmocka_unit_test(total_is_the_sum),
        cmocka_unit_test(tied_head_counts_once),
        cmocka_unit_test(table_is_short_for_any_model),
        cmocka_unit_test(table_says_it_all),
        cmocka_unit_test(a_narrow_table_keeps_the_totals),
        cmocka_unit_test(all_layers_are_printed_when_asked),
        cmocka_unit_test(ascii_is_ascii),
        cmocka_unit_test(markdown_rows_are_even),
        cmocka_unit_test(csv_has_the_same_columns_everywhere),
        cmocka_unit_test(dialects),
        cmocka_unit_test(past_and_logits_change_the_shapes),
        cmocka_unit_test(a_gguf_header_gives_the_same_as_its_model),
        cmocka_unit_test(a_7b_header_says_the_same),
        cmocka_unit_test(a_70b_header_answers_at_once),
        cmocka_unit_test(layers_stored_otherwise_make_a_short_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
