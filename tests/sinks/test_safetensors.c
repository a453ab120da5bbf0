/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The tensor file of a trace, read by a small reader of its own and held against the trace's
 * records.
 */
#include "test.h"

#include "cli/program.h"

#include <jansson.h>
#include <math.h>
#include <unistd.h>

/* ---- the reader ---- */

typedef struct file {
    char *bytes;
    size_t length, data; /* data: where the values begin */
    json_t *header;
} file;

static file open_file(const char *path) {
    file f = {0};
    f.bytes = fl_read_file(path, &f.length);
    assert_true(f.length > 8);
    for (size_t i = 8; i-- > 0;)
        f.data = f.data << 8 | (unsigned char)f.bytes[i];
    assert_true(f.data <= f.length - 8);
    json_error_t error;
    f.header = json_loadb(f.bytes + 8, f.data, JSON_REJECT_DUPLICATES, &error);
    assert_true(json_is_object(f.header));
    f.data += 8;
    return f;
}

static void close_file(file *f) {
    json_decref(f->header);
    free(f->bytes);
}

static size_t get_size(const json_t *array, size_t i) {
    const json_t *value = json_array_get(array, i);
    assert_true(json_is_integer(value) && json_integer_value(value) >= 0);
    return (size_t)json_integer_value(value);
}

static const json_t *find(const file *f, const char *key) {
    const json_t *tensor = json_object_get(f->header, key);
    if (!tensor)
        print_error("no tensor %s\n", key);
    assert_non_null(tensor);
    return tensor;
}

static float float_at(const file *f, const json_t *tensor, size_t i) {
    float value;
    assert_string_equal(json_string_value(json_object_get(tensor, "dtype")), "F32");
    memcpy(&value,
           f->bytes + f->data + get_size(json_object_get(tensor, "data_offsets"), 0) + 4 * i, 4);
    return value;
}

static size_t product(const json_t *shape, size_t from) {
    size_t n = 1;
    for (size_t i = from; i < json_array_size(shape); i++)
        n *= get_size(shape, i);
    return n;
}

/* Tensors fill the data without gaps, in the order of the header, and are as large as they say. */
static void assert_well_formed(const file *f) {
    size_t at = 0;
    const char *key;
    json_t *tensor;
    assert_int_equal(f->data % 8, 0);
    json_object_foreach(f->header, key, tensor) {
        if (strcmp(key, "__metadata__") == 0)
            continue;
        const json_t *offsets = json_object_get(tensor, "data_offsets");
        size_t cell =
            strcmp(json_string_value(json_object_get(tensor, "dtype")), "F16") == 0 ? 2 : 4;
        assert_int_equal(get_size(offsets, 0), at);
        at = get_size(offsets, 1);
        assert_int_equal(at - get_size(offsets, 0),
                         cell * product(json_object_get(tensor, "shape"), 0));
    }
    assert_int_equal(f->data + at, f->length);
}

/* ---- the trace beside it ---- */

static json_t *trace(const char *path, const char *const *more) {
    const char *words[24] = {"trace", "--format", "jsonl", "--tensors", path};
    int n = 5;
    for (; *more; more++)
        words[n++] = *more;
    fl_ran ran = fl_program(&(fl_how){0}, words);
    fl_assert_ran(&ran);
    json_t *array = json_array();
    for (char *line = strtok(ran.out, "\n"); line; line = strtok(NULL, "\n"))
        json_array_append_new(array, json_loads(line, 0, NULL));
    fl_ran_done(&ran);
    return array;
}
#define TRACE(path, ...) trace(path, (const char *const[]){__VA_ARGS__, NULL})

static const char *text(const json_t *object, const char *key) {
    return json_string_value(json_object_get(object, key));
}

static int integer(const json_t *object, const char *key) {
    return (int)json_integer_value(json_object_get(object, key));
}

static const json_t *tensor_of(const file *f, const json_t *record) {
    char key[160];
    snprintf(key, sizeof key, "pass.%d.%s", integer(record, "pass"), text(record, "name"));
    return find(f, key);
}

/* The record's first and last values stand where they belong; `at` is where its cells begin. */
static void compare_edges(const file *f, const json_t *tensor, const json_t *record, size_t at) {
    static const char *const keys[] = {"first", "last"};
    size_t cells = product(json_object_get(record, "shape"), 0);
    for (int k = 0; k < 2; k++) {
        const json_t *edge = json_object_get(record, keys[k]);
        size_t n = json_array_size(edge), from = k == 0 ? 0 : cells - n;
        for (size_t i = 0; i < n; i++) {
            const json_t *value = json_array_get(edge, i);
            float found = float_at(f, tensor, at + from + i);
            if (json_is_null(value)) /* masked */
                assert_true(found ==
                            (strcmp(text(record, "stage"), "attn_scores") == 0 ? -INFINITY : 0));
            else
                assert_true(found == (float)json_number_value(value));
        }
    }
}

static void compare_sum(const file *f, const json_t *tensor, const json_t *record, size_t at) {
    double sum = 0, expected = json_number_value(json_object_get(record, "sum"));
    size_t cells = product(json_object_get(record, "shape"), 0);
    for (size_t i = 0; i < cells; i++) {
        float value = float_at(f, tensor, at + i);
        sum += isfinite(value) ? (double)value : 0;
    }
    assert_true(fabs(sum - expected) <=
                1e-9 * (1 + json_number_value(json_object_get(record, "l2"))));
}

static void compare(const file *f, const json_t *record, int first_head) {
    const json_t *shape = json_object_get(record, "shape"), *tensor = tensor_of(f, record);
    const json_t *stored = json_object_get(tensor, "shape");
    size_t at = 0;
    if (json_is_null(json_object_get(record, "head"))) {
        assert_true(json_equal(stored, shape));
    } else { /* [1, T, n] is one of [1, heads, T, n] */
        assert_int_equal(json_array_size(stored), 4);
        assert_int_equal(get_size(stored, 2), get_size(shape, 1));
        assert_int_equal(get_size(stored, 3), get_size(shape, 2));
        at = (size_t)(integer(record, "head") - first_head) * product(shape, 0);
    }
    compare_edges(f, tensor, record, at);
    compare_sum(f, tensor, record, at);
}

static bool is_cache(const json_t *record) {
    return strstr(text(record, "stage"), "_cache") != NULL;
}

static bool holds_ids(const json_t *record) {
    return json_object_get(record, "ids") != NULL;
}

static void compare_all(const file *f, const json_t *array, int last_pass, int first_head) {
    for (size_t i = 1; i < json_array_size(array); i++) {
        const json_t *record = json_array_get(array, i);
        if (holds_ids(record))
            assert_string_equal(json_string_value(json_object_get(tensor_of(f, record), "dtype")),
                                "I32");
        else if (!is_cache(record) || integer(record, "pass") == last_pass)
            compare(f, record, first_head);
    }
}

/* ---- tests ---- */

static void values_are_those_of_the_records(void **state) {
    (void)state;
    const char *path = fl_temporary("all.safetensors");
    json_t *array = TRACE(path, "-n", "3", "--chunk", "4", "--logits", "all");
    file f = open_file(path);
    assert_well_formed(&f);
    compare_all(&f, array, 3, 0);
    assert_null(json_object_get(f.header, "pass.0.layer.0.k_cache"));
    assert_true(json_equal(json_object_get(find(&f, "pass.0.logits"), "shape"),
                           json_object_get(find(&f, "pass.0.probs"), "shape")));
    close_file(&f);
    json_decref(array);
    unlink(path);
}

static void metadata_is_the_run_line_in_strings(void **state) {
    (void)state;
    const char *path = fl_temporary("meta.safetensors");
    json_t *array = TRACE(path, "--stages", "embed", "--no-time");
    file f = open_file(path);
    const json_t *metadata = find(&f, "__metadata__"), *run = json_array_get(array, 0);
    const char *key;
    json_t *value;
    assert_int_equal(json_object_size(metadata), json_object_size(run));
    json_object_foreach(json_object_get(f.header, "__metadata__"), key, value) {
        const json_t *expected = json_object_get(run, key);
        assert_true(json_is_string(value));
        if (json_is_string(expected)) {
            assert_true(json_equal(value, expected));
            continue;
        }
        json_t *read = json_loads(json_string_value(value), JSON_DECODE_ANY, NULL);
        assert_true(json_equal(read, expected));
        json_decref(read);
    }
    assert_int_equal(json_object_size(f.header), 2);
    close_file(&f);
    json_decref(array);
    unlink(path);
}

static void a_selection_in_another_dialect(void **state) {
    (void)state;
    const char *path = fl_temporary("some.safetensors");
    json_t *array = TRACE(path, "--names", "tl", "--stages", "attn_*,next_token", "--layers", "1-2",
                          "--heads", "3-5");
    file f = open_file(path);
    assert_well_formed(&f);
    compare_all(&f, array, 0, 3);
    char *shape = json_dumps(
        json_object_get(find(&f, "pass.0.blocks.2.attn.hook_pattern"), "shape"), JSON_COMPACT);
    assert_string_equal(shape, "[1,3,6,6]");
    free(shape);
    assert_null(json_object_get(f.header, "pass.0.blocks.0.attn.hook_pattern"));
    close_file(&f);
    json_decref(array);
    unlink(path);
}

static void half_caches_stay_half(void **state) {
    (void)state;
    const char *path = fl_temporary("half.safetensors");
    json_t *array = TRACE(path, "--kv", "f16", "-n", "2", "--stages", "*_cache");
    file f = open_file(path);
    assert_well_formed(&f);
    assert_int_equal(json_object_size(f.header), 1 + 2 * 4);
    const json_t *cache = find(&f, "pass.1.layer.3.v_cache");
    assert_string_equal(text(cache, "dtype"), "F16");
    assert_int_equal(get_size(json_object_get(cache, "shape"), 2), 7);
    close_file(&f);
    json_decref(array);
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_those_of_the_records),
        cmocka_unit_test(metadata_is_the_run_line_in_strings),
        cmocka_unit_test(a_selection_in_another_dialect),
        cmocka_unit_test(half_caches_stay_half),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
