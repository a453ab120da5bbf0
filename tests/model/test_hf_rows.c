/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Hugging Face files that nobody should be handed: one test for each row of the list of bad input.
 */
#include "model/stored.h"

/* Every row has a test of its name. */
#define ROWS(ROW)                                                                                  \
    ROW(S1, "a safetensors file shorter than it says")                                             \
    ROW(S2, "a header that is no JSON object in UTF-8, or not only that")                          \
    ROW(S3, "depth, number and size of what a header may hold; numbers that are none")             \
    ROW(S4, "places that do not cover the file exactly, sizes that do not fit")                    \
    ROW(S5, "names twice, metadata that is no text, unknown types")

/* One tensor "t". */
#define TENSOR(dtype, shape, offsets)                                                              \
    "{\"t\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}}"

static void S1(void **state) {
    (void)state;
    static const char zero[10] = {0}, much[10] = {1, (char)0xe1, (char)0xf5, 5},
                      most[10] = {-1, -1, -1, -1, -1, -1, -1, -1},
                      three[10] = {3, 0, 0, 0, 0, 0, 0, 0, '{', '}'};
    for (size_t n = 0; n < 8; n++)
        assert_stored_refused(three, n, "bytes long, expected a safetensors file of at least 8");
    assert_stored_refused(zero, 10, "has 0 bytes, expected 1 to 100000000");
    assert_stored_refused(much, 10, "has 100000001 bytes, expected 1 to 100000000");
    assert_stored_refused(most, 10, "has 18446744073709551615 bytes, expected 1 to");
    assert_stored_refused(three, 10, "header should have 3 bytes, but only 2 follow");
}

static void S2(void **state) {
    (void)state;
    static const char nul[] = {10, 0, 0, 0, 0, 0, 0, 0, '{', '}', 0, 0, 0, 0, 0, 0, 0, 0};
    assert_header_refused("[]", 0, "found '[', expected {");
    assert_header_refused(" {}", 0, "found ' ', expected {");
    assert_header_refused("\"{}\"", 0, "expected {");
    assert_header_refused("{", 0, "found the end, expected a string");
    assert_header_refused("{\"t\":{\"dtype\":\"F32\"", 0, "found the end, expected a comma or }");
    assert_header_refused("{\"t", 0, "found the end, expected the end of a string");
    assert_header_refused("{\"\xff\":1}", 0, "expected UTF-8");
    assert_header_refused("{\"\xc0\xaf\":1}", 0, "expected UTF-8");
    assert_header_refused("{\"\x1b[2J\":1}", 0, "expected no control byte in a string");
    assert_header_refused("{\"\\u0000\":1}", 0, "expected no NUL");
    assert_header_refused("{\"\\x\":1}", 0, "expected an escape that JSON has");
    assert_header_refused("{\"\\u12G4\":1}", 0, "expected four hexadecimal digits");
    assert_header_refused("{}{}", 0, "found '{', expected nothing more");
    assert_header_refused("{}\n", 0, "expected nothing more");
    assert_header_refused("{,}", 0, "found ',', expected a string");
    assert_stored_refused(nul, sizeof nul, "expected nothing more");
}

/* '{"t":' and then n times the same text. */
static void refuse_many(const char *text, size_t n, const char *words) {
    fl_buffer header = {0};
    fl_buffer_puts(&header, "{\"t\":");
    for (size_t i = 0; i < n; i++)
        fl_buffer_puts(&header, text);
    assert_header_refused(header.data, 0, words);
    fl_buffer_done(&header);
}

/* A million keys, all of them right. */
static void take_a_million_keys(void) {
    fl_buffer header = {0}, bytes = {0};
    fl_safetensors file;
    fl_diag diag;
    for (int i = 0; i < 1000000; i++)
        fl_buffer_printf(&header,
                         "%s\"%d\":{\"dtype\":\"F4\",\"shape\":[0],\"data_offsets\":[0,0]}",
                         i ? "," : "{", i);
    fl_buffer_puts(&header, "}");
    stored_file(&bytes, header.data, header.length, 0);
    assert_int_equal(stored_read(&file, bytes.data, bytes.length, &diag), FL_OK);
    assert_int_equal(file.n_tensors, 1000000);
    fl_safetensors_done(&file);
    fl_buffer_done(&header);
    fl_buffer_done(&bytes);
}

static void S3(void **state) {
    (void)state;
    refuse_many("[", 100000, "found '[', expected a tensor's object");
    refuse_many("{\"dtype\":", 100000, "found '{', expected a string");
    refuse_many("{\"shape\":[", 100000, "found '{', expected a whole number");
    refuse_many("x", 1 << 20, "found 'x'");
    take_a_million_keys();
    static const char *const numbers[] = {"1e999999", "1e0",  "1.5", "1.0",
                                          "-0",       "-1",   "01",  "NaN",
                                          "\"1\"",    "null", "[1]", "99999999999999999999"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char header[160];
        const char *words = i == 11 ? "expected a smaller number" : "expected a whole number";
        snprintf(header, sizeof header, TENSOR("F32", "[%s]", "[0,4]"), numbers[i]);
        assert_header_refused(header, 4, words);
        snprintf(header, sizeof header, TENSOR("F32", "[1]", "[0,%s]"), numbers[i]);
        assert_header_refused(header, 4, words);
        snprintf(header, sizeof header, TENSOR("F32", "[1]", "[%s,4]"), numbers[i]);
        assert_header_refused(header, 4, words);
    }
    assert_header_refused(TENSOR("F32", "[9223372036854775808]", "[0,4]"), 4, "a smaller number");
    assert_header_refused("{\"\\ud800\":1}", 0, "second half of a surrogate pair");
    assert_header_refused("{\"\\ud800\\u0041\":1}", 0, "second half of a surrogate pair");
    assert_header_refused("{\"\\udc00\":1}", 0, "no lone surrogate");
}

static void S4(void **state) {
    (void)state;
    assert_header_refused(TENSOR("F32", "[1]", "[4,0]"), 4, "tensor 't' has data_offsets [4, 0]");
    assert_header_refused(TENSOR("F32", "[2]", "[0,8]"), 7, "within the 7 bytes of data");
    assert_header_refused(TENSOR("F32", "[1]", "[18446744073709551612,18446744073709551615]"), 4,
                          "expected them in order and within");
    assert_header_refused(TENSOR("F32", "[1]", "[4,8]"), 8,
                          "begins after the one before it ends, expected no hole");
    assert_header_refused(TENSOR("F32", "[1]", "[0,4]"), 5, "has 1 bytes after the last tensor");
    assert_header_refused("{}", 1, "has 1 bytes after the last tensor");
    assert_header_refused("{\"a\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[0,4]},"
                          "\"b\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[2,6]}}",
                          6,
                          "tensor 'b' begins before the one before it ends, expected no overlap");
    assert_header_refused("{\"a\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[0,4]},"
                          "\"b\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[0,4]}}",
                          4, "expected no overlap");
    assert_header_refused("{\"a\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[0,4]},"
                          "\"b\":{\"dtype\":\"I8\",\"shape\":[0],\"data_offsets\":[2,2]}}",
                          4, "expected no overlap");
    assert_header_refused(TENSOR("F32", "[2]", "[0,4]"), 4,
                          "tensor 't' has 4 bytes of data, expected 8 for its shape and dtype F32");
    assert_header_refused(TENSOR("F4", "[3]", "[0,1]"), 1, "no 64-bit number");
    assert_header_refused(TENSOR("I8", "[4294967296,4294967296]", "[0,0]"), 0, "no 64-bit number");
    assert_header_refused(TENSOR("F64", "[4611686018427387904]", "[0,0]"), 0, "no 64-bit number");
    assert_header_refused(TENSOR("I8", "[1,1,1,1,1,1,1,1,1]", "[0,1]"), 1,
                          "more than 8 dimensions");
    assert_header_refused(TENSOR("I8", "[1]", "[0]"), 1, "expected a comma and a second offset");
    assert_header_refused(TENSOR("I8", "[1]", "[0,1,1]"), 1, "expected ] after two offsets");
}

static void S5(void **state) {
    (void)state;
    assert_header_refused("{\"t\":{\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                          "\"\\u0074\":{\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[1,2]}}",
                          2, "has tensor 't' twice");
    assert_header_refused("{\"__metadata__\":{\"a\":1}}", 0, "found '1', expected a string");
    assert_header_refused("{\"__metadata__\":{\"a\":{}}}", 0, "found '{', expected a string");
    assert_header_refused("{\"__metadata__\":[]}", 0, "expected an object of strings");
    assert_header_refused("{\"__metadata__\":{},\"__metadata__\":{}}", 0, "__metadata__ twice");
    assert_header_refused("{\"__metadata__\":{\"k\":\"\",\"k\":\"\"}}", 0, "has 'k' twice");
    assert_header_refused(TENSOR("F99", "[1]", "[0,4]"), 4, "tensor 't' has the dtype 'F99'");
    assert_header_refused(TENSOR("f32", "[1]", "[0,4]"), 4, "has the dtype 'f32'");
    assert_header_refused(TENSOR("\\u001b]0;x\\u0007", "[1]", "[0,4]"), 4, "\\x1b]0;x\\x07");
    assert_header_refused("{\"t\":{\"dtype\":\"I8\",\"dtype\":\"I8\"}}", 1,
                          "the key 'dtype' twice");
    assert_header_refused("{\"t\":{\"strides\":[1]}}", 1, "the key 'strides', expected dtype");
    assert_header_refused("{\"t\":{\"shape\":[1],\"data_offsets\":[0,1]}}", 1, "has no dtype");
    assert_header_refused("{\"t\":{\"dtype\":\"I8\",\"data_offsets\":[0,1]}}", 1, "has no shape");
    assert_header_refused("{\"t\":{\"dtype\":\"I8\",\"shape\":[1]}}", 1, "has no data_offsets");
    assert_header_refused("{\"t\":{}}", 1, "found '}', expected a string");
}

int main(void) {
#define ROW(name, what) cmocka_unit_test(name),
    const struct CMUnitTest tests[] = {ROWS(ROW)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
