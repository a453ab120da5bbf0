/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The GGUF container: a right file, and every way a header can lie about itself.
 */
#include "model/opened.h"

#include "model/gguf.h"

static gguf_writer whole(void) {
    gguf_writer w = gguf_start();
    gguf_llama(&w, &gguf_tiny);
    return w;
}

static void reads_versions_2_and_3(void **state) {
    (void)state;
    for (uint32_t version = 2; version <= 3; version++) {
        gguf_writer w = whole();
        fl_gguf gguf;
        w.version = version;
        gguf_finish(&w, GGUF_WHOLE);
        assert_int_equal(fl_gguf_parse(&gguf, w.file.data, w.file.length, NULL), FL_OK);
        assert_int_equal(gguf.version, version);
        assert_int_equal(gguf.n_tensors, 2 * 9 + 3);
        assert_int_equal(gguf.n_pairs, 9);
        assert_int_equal(gguf.header_end, w.header_bytes);
        assert_int_equal(gguf.data_start % 32, 0);
        assert_int_equal(gguf.tensors[0].dims[0], 64);
        assert_int_equal(gguf.tensors[0].dims[1], 10);
        assert_int_equal(gguf.tensors[0].bytes, 64 * 10 * 4);
        fl_gguf_done(&gguf);
        gguf_done(&w);
    }
}

static void refuses_short_and_foreign_files(void **state) {
    (void)state;
    assert_refused_bytes("x.gguf", "", 0, FL_ERR_FORMAT, "is empty");
    assert_refused_bytes("x.gguf", "GG", 2, FL_ERR_FORMAT, "2 bytes");
    assert_refused_bytes("x.gguf", "GGUF\3\0\0\0", 8, FL_ERR_FORMAT, "8 bytes long");
    assert_refused_bytes("x.gguf", "hello, this is some other file", 30, FL_ERR_FORMAT,
                         "magic is 68 65 6c 6c, expected 47 47 55 46");
    assert_refused_bytes("x", "hello, this is some other file", 30, FL_ERR_FORMAT,
                         "begins with bytes 68 65 6c 6c");
}

static void refuses_versions_by_name(void **state) {
    (void)state;
    static const struct {
        uint32_t version;
        const char *words;
    } cases[] = {{0, "version 0 is not supported"},
                 {1, "version 1 is not supported"},
                 {4, "version 4 is not supported"},
                 {0x03000000, "byte-swapped file: version reads 0x03000000"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gguf_writer w = whole();
        w.version = cases[i].version;
        assert_refused(&w, FL_ERR_UNSUPPORTED, cases[i].words);
    }
}

static void refuses_counts_beyond_the_file(void **state) {
    (void)state;
    static const uint64_t counts[] = {UINT64_MAX, (uint64_t)1 << 63, 1000000};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        gguf_writer w = whole();
        w.n_pairs = counts[i];
        assert_refused(&w, FL_ERR_FORMAT, "key/value pairs, but");
        w = whole();
        w.n_tensors = counts[i];
        assert_refused(&w, FL_ERR_FORMAT, "tensors, but");
    }
}

static void refuses_string_lengths_beyond_the_file(void **state) {
    (void)state;
    static const uint64_t lengths[] = {UINT64_MAX, (uint64_t)1 << 63, 100000};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        fl_buffer value = {0};
        gguf_writer w = gguf_start();
        gguf_int(&value, lengths[i], 8);
        gguf_raw(&w, "general.name", 8, value.data, value.length);
        assert_refused(&w, FL_ERR_FORMAT, "key 'general.name' announces");
        w = gguf_start();
        gguf_int(&w.pairs, lengths[i], 8);
        gguf_int(&w.pairs, 0, 8);
        w.n_pairs = 1;
        assert_refused(&w, FL_ERR_FORMAT, "a key announces");
        fl_buffer_done(&value);
    }
}

static void refuses_arrays_that_lie(void **state) {
    (void)state;
    static const struct {
        uint32_t element;
        uint64_t count;
        const char *words;
    } cases[] = {{4, UINT64_MAX, "announces 18446744073709551615 values of u32"},
                 {12, (uint64_t)1 << 61, "values of f64"},
                 {4, 1000, "key 'a.key' announces 1000 values of u32"},
                 {8, UINT64_MAX / 8, "strings, but"},
                 {8, 1, "key 'a.key' announces 18446744073709551615 bytes"},
                 {9, 1, "nested array"},
                 {13, 1, "array of type 13"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gguf_writer w = gguf_start();
        gguf_array(&w, "a.key", cases[i].element, cases[i].count,
                   "\377\377\377\377\377\377\377\377", 8);
        assert_refused(&w, FL_ERR_FORMAT, cases[i].words);
    }
}

/* A length that the file has, but no header may need. */
static void refuses_headers_beyond_the_limit(void **state) {
    (void)state;
    const size_t length = 100000100;
    gguf_writer w = gguf_start();
    fl_buffer value = {0};
    gguf_int(&value, 100000000, 8);
    gguf_raw(&w, "general.name", 8, value.data, value.length);
    gguf_finish(&w, GGUF_WHOLE);
    char *bytes = calloc(1, length);
    fl_gguf gguf;
    fl_diag diag;
    memcpy(bytes, w.file.data, w.file.length);
    assert_int_equal(fl_gguf_parse(&gguf, bytes, length, &diag), FL_ERR_LIMIT);
    assert_string_equal(diag.message, "header is larger than 100000000 bytes (key 'general.name')");
    fl_gguf_done(&gguf);
    free(bytes);
    fl_buffer_done(&value);
    gguf_done(&w);
}

static void refuses_malformed_pairs(void **state) {
    (void)state;
    char *long_key = calloc(1, 65537);
    gguf_writer w = gguf_start();
    gguf_raw(&w, "a.key", 13, "\0\0\0\0", 4);
    assert_refused(&w, FL_ERR_FORMAT, "key 'a.key' has value type 13");
    w = gguf_start();
    gguf_bool(&w, "a.key", 2);
    assert_refused(&w, FL_ERR_FORMAT, "key 'a.key' holds bool 2, expected 0 or 1");
    w = gguf_start();
    gguf_u32(&w, "", 1);
    assert_refused(&w, FL_ERR_FORMAT, "a key has 0 bytes");
    w = gguf_start();
    gguf_u32(&w, memset(long_key, 'k', 65536), 1);
    assert_refused(&w, FL_ERR_FORMAT, "a key has 65536 bytes");
    w = whole();
    gguf_u32(&w, "llama.block_count", 2);
    assert_refused(&w, FL_ERR_FORMAT, "duplicate key 'llama.block_count'");
    w = gguf_start();
    gguf_raw(&w, "evil\033[31m\nkey", 13, "\0\0\0\0", 4);
    assert_refused(&w, FL_ERR_FORMAT, "key 'evil\\x1b[31m\\nkey'");
    free(long_key);
}

static void refuses_bad_alignments(void **state) {
    (void)state;
    static const uint32_t alignments[] = {0, 3, 48, 1u << 21, UINT32_MAX};
    for (size_t i = 0; i < sizeof alignments / sizeof *alignments; i++) {
        gguf_writer w = whole();
        gguf_u32(&w, "general.alignment", alignments[i]);
        assert_refused(&w, FL_ERR_FORMAT, "key 'general.alignment' is");
    }
    gguf_writer w = whole();
    gguf_u64(&w, "general.alignment", 32);
    assert_refused(&w, FL_ERR_FORMAT, "key 'general.alignment' has type u64, expected u32");
}

static void keeps_other_alignments(void **state) {
    (void)state;
    gguf_writer w = gguf_start();
    w.alignment = 4096;
    gguf_u32(&w, "general.alignment", 4096);
    gguf_llama(&w, &gguf_tiny);
    fl_model *model = assert_opens(&w, GGUF_WHOLE);
    assert_true(fl_model_has_weights(model));
    assert_int_equal(fl_model_tensor(model, 1)->offset % 4096, 0);
    fl_model_close(&model);
    gguf_done(&w);
}

static void refuses_impossible_dimensions(void **state) {
    (void)state;
    static const struct {
        uint32_t n_dims;
        uint64_t dims[4];
        uint32_t type;
        const char *words;
    } cases[] = {
        {0, {0}, 0, "has 0 dimensions, expected 1 to 4"},
        {5, {1, 1, 1, 1}, 0, "has 5 dimensions, expected 1 to 4"},
        {UINT32_MAX, {1, 1, 1, 1}, 0, "has 4294967295 dimensions"},
        {2, {64, 0}, 0, "dimension 1 of 0"},
        {1, {(uint64_t)1 << 63}, 0, "dimension 0 of 9223372036854775808"},
        {2, {(uint64_t)1 << 62, 4}, 0, "more than 2^63 bytes"},
        {4, {1u << 31, 1u << 31, 1u << 31, 1u << 31}, 0, "more than 2^63 bytes"},
        {2,
         {32, (uint64_t)1 << 58},
         10,
         "rows of 32 values, expected a multiple of 256 for type Q2_K"},
        {1, {33}, 2, "rows of 33 values, expected a multiple of 32 for type Q4_0"},
        {1, {64}, 4, "has type 4, which is unknown or was removed"},
        {1, {64}, 38, "has type 38"},
        {1, {64}, UINT32_MAX, "has type -1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gguf_writer w = gguf_start();
        uint64_t dims[8] = {cases[i].dims[0], cases[i].dims[1], cases[i].dims[2], cases[i].dims[3]};
        uint32_t n = cases[i].n_dims;
        gguf_info(&w, "a.weight", n > 8 ? 0 : n, dims, cases[i].type, 0);
        memcpy(w.infos.data + 16, &n, 4);
        bool type = strstr(cases[i].words, "has type") != NULL;
        assert_refused(&w, type ? FL_ERR_UNSUPPORTED : FL_ERR_FORMAT, cases[i].words);
    }
}

static void refuses_bad_offsets(void **state) {
    (void)state;
    static const uint64_t dims[1] = {64};
    gguf_writer w = gguf_start();
    gguf_info(&w, "a.weight", 1, dims, 0, 7);
    assert_refused(&w, FL_ERR_FORMAT, "offset 7, expected a multiple of the alignment 32");
    w = gguf_start();
    gguf_info(&w, "a.weight", 1, dims, 0, UINT64_MAX - 31);
    assert_refused(&w, FL_ERR_FORMAT, "which end beyond 2^63");
    w = gguf_start();
    gguf_info(&w, "a.weight", 1, dims, 0, 0);
    gguf_info(&w, "b.weight", 1, dims, 0, 128);
    assert_refused(&w, FL_ERR_FORMAT, "tensor 'b.weight' overlaps tensor 'a.weight' at offset 128");
}

static void refuses_bad_tensor_names(void **state) {
    (void)state;
    static const uint64_t dims[1] = {64};
    gguf_writer w = gguf_start();
    gguf_info(&w, "a.weight", 1, dims, 0, 0);
    gguf_info(&w, "a.weight", 1, dims, 0, 256);
    assert_refused(&w, FL_ERR_FORMAT, "duplicate tensor name 'a.weight'");
    char name[65] = {0};
    w = gguf_start();
    gguf_info(&w, memset(name, 'n', 64), 1, dims, 0, 0);
    assert_refused(&w, FL_ERR_FORMAT, "has 64 bytes, expected 1 to 63");
    w = gguf_start();
    gguf_info(&w, "a\033[2Jb", 1, dims, 0, 0);
    assert_refused(&w, FL_ERR_FORMAT, "tensor name 'a\\x1b[2Jb'");
}

/* Every file cut anywhere in its header is refused, not crashed on; at its end it is a plan. */
static void truncations_of(const char *name, const char *bytes, size_t header, size_t length) {
    for (size_t n = 0; n < header; n++)
        assert_refused_bytes(name, bytes, n, FL_ERR_FORMAT, "");
    fl_model *model = assert_opens_bytes(name, bytes, header);
    assert_false(fl_model_has_weights(model));
    assert_non_null(strstr(fl_model_why_no_weights(model), "the file ends after its header"));
    assert_null(fl_model_tensor(model, 0)->data);
    fl_model_close(&model);
    model = assert_opens_bytes(name, bytes, length - 1);
    assert_non_null(strstr(fl_model_why_no_weights(model), "truncated: tensor '"));
    fl_model_close(&model);
}

static void survives_truncation_anywhere(void **state) {
    (void)state;
    gguf_writer w = gguf_start();
    gguf_llama_vocab(&w);
    gguf_llama(&w, &gguf_tiny);
    gguf_finish(&w, GGUF_WHOLE);
    truncations_of("cut.gguf", w.file.data, w.header_bytes, w.file.length);
    gguf_done(&w);
}

static void survives_truncation_of_real_files(void **state) {
    (void)state;
    static const char *const files[] = {"f32", "f16-v2", "bf16-align64", "q8_0", "q4_0"};
    FL_NEED_DATA("derived/stories260K-f32.gguf");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[64];
        fl_map map;
        fl_gguf gguf;
        snprintf(path, sizeof path, "derived/stories260K-%s.gguf", files[i]);
        assert_int_equal(fl_map_open(&map, fl_test_data(path), NULL), FL_OK);
        assert_int_equal(fl_gguf_parse(&gguf, map.bytes, map.length, NULL), FL_OK);
        truncations_of("cut.gguf", (const char *)map.bytes, gguf.header_end, map.length);
        fl_gguf_done(&gguf);
        fl_map_close(&map);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_versions_2_and_3),
        cmocka_unit_test(refuses_short_and_foreign_files),
        cmocka_unit_test(refuses_versions_by_name),
        cmocka_unit_test(refuses_counts_beyond_the_file),
        cmocka_unit_test(refuses_string_lengths_beyond_the_file),
        cmocka_unit_test(refuses_arrays_that_lie),
        cmocka_unit_test(refuses_headers_beyond_the_limit),
        cmocka_unit_test(refuses_malformed_pairs),
        cmocka_unit_test(refuses_bad_alignments),
        cmocka_unit_test(keeps_other_alignments),
        cmocka_unit_test(refuses_impossible_dimensions),
        cmocka_unit_test(refuses_bad_offsets),
        cmocka_unit_test(refuses_bad_tensor_names),
        cmocka_unit_test(survives_truncation_anywhere),
        cmocka_unit_test(survives_truncation_of_real_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
