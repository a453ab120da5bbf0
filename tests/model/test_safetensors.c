/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Headers of safetensors files that are right. What is refused is in test_hf_rows.c.
 */
#include "model/stored.h"

static fl_safetensors opens(const char *header, size_t n) {
    fl_safetensors file;
    fl_diag diag;
    fl_buffer bytes = {0};
    stored_file(&bytes, header, strlen(header), n);
    fl_status status = stored_read(&file, bytes.data, bytes.length, &diag);
    if (status != FL_OK)
        print_error("%s: %s\n", header, diag.message);
    assert_int_equal(status, FL_OK);
    fl_buffer_done(&bytes);
    return file;
}

static void gives_tensors_in_the_order_of_their_data(void **state) {
    (void)state;
    static const char header[] =
        "{\"b\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[4,28]},"
        "\"a\": {\"data_offsets\" : [0, 4] ,\n\"shape\":[ ],\"dtype\":\"I32\"},"
        "\"none\":{\"dtype\":\"BOOL\",\"shape\":[7,0],\"data_offsets\":[28,28]}}  ";
    fl_safetensors file = opens(header, 28);
    const uint64_t data = 8 + strlen(header);
    assert_int_equal(file.n_tensors, 3);
    assert_string_equal(file.tensors[0].name, "a");
    assert_int_equal(file.tensors[0].n_dims, 0);
    assert_int_equal(file.tensors[0].bytes, 4);
    assert_int_equal(file.tensors[0].offset, data);
    const fl_stored_tensor *b = fl_safetensors_find(&file, "b");
    assert_ptr_equal(b, &file.tensors[1]);
    assert_int_equal(b->dtype, FL_DTYPE_F32);
    assert_int_equal(b->n_dims, 2);
    assert_int_equal(b->shape[0], 2);
    assert_int_equal(b->shape[1], 3);
    assert_int_equal(b->shape[2], 1);
    assert_int_equal(b->offset, data + 4);
    assert_int_equal(file.tensors[2].dtype, FL_DTYPE_none);
    assert_string_equal(file.tensors[2].type, "BOOL");
    assert_null(fl_safetensors_find(&file, "c"));
    fl_safetensors_done(&file);
}

static void reads_metadata_and_every_escape(void **state) {
    (void)state;
    fl_safetensors file = opens("{\"__metadata__\":{\"z\":\"\",\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\":"
                                "\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00é\"}}",
                                0);
    assert_int_equal(file.n_tensors, 0);
    assert_int_equal(file.n_notes, 2);
    assert_string_equal(fl_safetensors_note_of(&file, "a\"\\/\b\f\n\r\t"), "Aé€😀é");
    assert_string_equal(fl_safetensors_note_of(&file, "z"), "");
    assert_null(fl_safetensors_note_of(&file, "b"));
    fl_safetensors_done(&file);
}

static void knows_every_type_and_its_size(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int bits;
    } types[] = {{"F64", 64},    {"F32", 32},    {"F16", 16},        {"BF16", 16},
                 {"I64", 64},    {"I32", 32},    {"I16", 16},        {"I8", 8},
                 {"U64", 64},    {"U32", 32},    {"U16", 16},        {"U8", 8},
                 {"BOOL", 8},    {"F8_E4M3", 8}, {"F8_E5M2", 8},     {"F8_E8M0", 8},
                 {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8},
                 {"F4", 4},      {"C64", 64}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        char header[128];
        snprintf(header, sizeof header,
                 "{\"t\":{\"dtype\":\"%s\",\"shape\":[2,4],\"data_offsets\":[0,%d]}}",
                 types[i].name, types[i].bits);
        fl_safetensors file = opens(header, (size_t)types[i].bits);
        assert_string_equal(file.tensors[0].type, types[i].name);
        assert_int_equal(file.tensors[0].bytes, types[i].bits);
        fl_safetensors_done(&file);
    }
}

static void takes_empty_headers(void **state) {
    (void)state;
    static const char *const headers[] = {"{}", "{ }", "{}        ", "{\"__metadata__\":{}}"};
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        fl_safetensors file = opens(headers[i], 0);
        assert_int_equal(file.n_tensors + file.n_notes, 0);
        fl_safetensors_done(&file);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_tensors_in_the_order_of_their_data),
        cmocka_unit_test(reads_metadata_and_every_escape),
        cmocka_unit_test(knows_every_type_and_its_size),
        cmocka_unit_test(takes_empty_headers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
