/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * GGUF files that nobody should be handed: one test for each row of the list of bad input, from the
 * container to the tensors. (The vocabulary, llama2.c and the file system: test_file_rows.c.)
 */
#include "model/opened.h"

#include <math.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Every row has a test of its name. */
#define ROWS(ROW)                                                                                  \
    ROW(G1, "no file, no GGUF file, or hardly one")                                                \
    ROW(G2, "versions that are not read")                                                          \
    ROW(G3, "more pairs or tensors than the file can hold")                                        \
    ROW(G4, "strings longer than the file")                                                        \
    ROW(G5, "arrays longer than the file, and arrays of what no array holds")                      \
    ROW(G6, "types, truth values and keys that are none")                                          \
    ROW(G7, "alignments")                                                                          \
    ROW(G8, "dimensions")                                                                          \
    ROW(G9, "types of tensors")                                                                    \
    ROW(G10, "places of tensors")                                                                  \
    ROW(G11, "names of tensors")                                                                   \
    ROW(G12, "keys that are missing, of a wrong type or absurd")                                   \
    ROW(G13, "hyperparameters that fit nothing")                                                   \
    ROW(G14, "tensors that are missing or of another shape")                                       \
    ROW(G22, "architectures")                                                                      \
    ROW(G23, "shards and experts")

enum { U32 = 4, F32 = 6, BOOL = 7, STRING = 8, ARRAY = 9, U64 = 10 };

static const uint64_t huge[] = {UINT64_MAX, (uint64_t)1 << 63, (uint64_t)1 << 62, 1000000000};
enum { N_HUGE = sizeof huge / sizeof *huge };

/* The most memory that this program has had, in bytes. */
static uint64_t peak(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_maxrss * 1024;
}

/* A whole model less one key or tensor. */
static gguf_writer without(const char *skip) {
    gguf_writer w = gguf_start();
    w.skip = skip;
    gguf_llama(&w, &gguf_tiny);
    w.skip = NULL;
    return w;
}

/* Refused in no more memory than 32 times its size, and some for the program itself. */
static void refuse(gguf_writer *w, fl_status status, const char *words) {
    uint64_t before = peak(), size = w->pairs.length + w->infos.length + w->data_bytes;
    assert_refused(w, status, words);
    assert_true(peak() - before <= 32 * size + (1 << 20));
}

/* One key with these bytes in place of what the model says. */
static void refuse_pair(const char *key, uint32_t type, const void *bytes, size_t length,
                        fl_status status, const char *words) {
    gguf_writer w = without(key);
    gguf_raw(&w, key, type, bytes, length);
    refuse(&w, status, words);
}

static void refuse_u64(const char *key, uint64_t value, fl_status status, const char *words) {
    gguf_writer w = without(key);
    gguf_u64(&w, key, value);
    refuse(&w, status, words);
}

static void refuse_f32(const char *key, float value, const char *words) {
    refuse_pair(key, F32, &value, 4, FL_ERR_FORMAT, words);
}

static void refuse_path(const char *path, const char *words) {
    fl_model *model = NULL;
    fl_diag diag;
    assert_int_not_equal(fl_model_open(&model, path, &diag), FL_OK);
    assert_non_null(strstr(diag.message, words));
    assert_null(model);
}

static void G1(void **state) {
    (void)state;
    char folder[] = "/tmp/footlight-rows-XXXXXX", path[64];
    assert_refused_bytes("x.gguf", "", 0, FL_ERR_FORMAT, "is empty");
    for (size_t n = 1; n < 24; n++)
        assert_refused_bytes("x.gguf", "GGUF\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", n,
                             FL_ERR_FORMAT, "");
    assert_refused_bytes("x.gguf", "FGUG\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 24,
                         FL_ERR_FORMAT, "magic is 46 47 55 47, expected 47 47 55 46");
    assert_non_null(mkdtemp(folder));
    refuse_path(folder, "is a directory");
    snprintf(path, sizeof path, "%s/pipe.gguf", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    refuse_path(path, "is not a regular file");
    unlink(path);
    refuse_path(path, "cannot be opened");
    rmdir(folder);
}

static void G2(void **state) {
    (void)state;
    static const struct {
        uint32_t version;
        const char *words;
    } cases[] = {{0, "GGUF version 0"},
                 {1, "GGUF version 1"},
                 {4, "GGUF version 4"},
                 {UINT32_MAX, "GGUF version 4294967295"},
                 {0x02000000, "byte-swapped file: version reads 0x02000000, a big-endian"},
                 {0x03000000, "byte-swapped file: version reads 0x03000000, a big-endian"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gguf_writer w = without(NULL);
        w.version = cases[i].version;
        refuse(&w, FL_ERR_UNSUPPORTED, cases[i].words);
    }
}

static void G3(void **state) {
    (void)state;
    for (size_t i = 0; i < N_HUGE; i++) {
        gguf_writer w = without(NULL);
        w.n_pairs = huge[i];
        refuse(&w, FL_ERR_FORMAT, "key/value pairs, but");
        w = without(NULL);
        w.n_tensors = huge[i];
        refuse(&w, FL_ERR_FORMAT, "tensors, but");
    }
    gguf_writer w = without(NULL);
    w.n_pairs++; /* just one more than there are: the infos are read as a pair */
    refuse(&w, FL_ERR_FORMAT, "");
}

static void G4(void **state) {
    (void)state;
    for (size_t i = 0; i < N_HUGE; i++) {
        fl_buffer value = {0};
        gguf_int(&value, huge[i], 8);
        refuse_pair("general.name", STRING, value.data, 8, FL_ERR_FORMAT,
                    "key 'general.name' announces");
        gguf_writer w = gguf_start();
        gguf_int(&w.pairs, huge[i], 8);
        gguf_int(&w.pairs, 0, 8);
        w.n_pairs = 1;
        refuse(&w, FL_ERR_FORMAT, "a key announces");
        fl_buffer_done(&value);
    }
}

static void G5(void **state) {
    (void)state;
    static const uint32_t elements[] = {0, 3, 4, 8, 12};
    for (size_t i = 0; i < N_HUGE; i++)
        for (size_t e = 0; e < sizeof elements / sizeof *elements; e++) {
            gguf_writer w = without(NULL);
            gguf_array(&w, "a.key", elements[e], huge[i], "", 0);
            refuse(&w, FL_ERR_FORMAT, "key 'a.key' announces");
        }
    gguf_writer w = without(NULL);
    gguf_array(&w, "a.key", 9, 1, "\4\0\0\0\0\0\0\0\0\0\0\0", 12);
    refuse(&w, FL_ERR_FORMAT, "(nested array), expected a plain type");
    w = without(NULL);
    gguf_array(&w, "a.key", 13, 1, "", 0);
    refuse(&w, FL_ERR_FORMAT, "is an array of type 13");
    w = without(NULL);
    gguf_array(&w, "a.key", 8, 2, "\1\0\0\0\0\0\0\0x\377\377\377\377\377\377\377\377", 17);
    refuse(&w, FL_ERR_FORMAT, "announces 18446744073709551615 bytes");
}

static void G6(void **state) {
    (void)state;
    refuse_pair("a.key", 13, "", 0, FL_ERR_FORMAT, "value type 13, expected 0 to 12");
    refuse_pair("a.key", UINT32_MAX, "", 0, FL_ERR_FORMAT, "value type 4294967295");
    refuse_pair("a.key", BOOL, "\2", 1, FL_ERR_FORMAT, "holds bool 2, expected 0 or 1");
    refuse_pair("", U32, "\0\0\0\0", 4, FL_ERR_FORMAT, "a key has 0 bytes, expected 1 to 65535");
    gguf_writer w = without(NULL);
    gguf_u32(&w, "llama.block_count", 2);
    refuse(&w, FL_ERR_FORMAT, "duplicate key 'llama.block_count'");
    char *key = calloc(1, 65537);
    memset(key, 'k', 65536);
    refuse_pair(key, U32, "\0\0\0\0", 4, FL_ERR_FORMAT, "a key has 65536 bytes");
    free(key);
    refuse_pair("\033[2J", 13, "", 0, FL_ERR_FORMAT, "key '\\x1b[2J' has value type 13");
}

static void G7(void **state) {
    (void)state;
    static const uint32_t bad[] = {0, 3, 48, (1u << 20) + 1, 1u << 21, 1u << 31, UINT32_MAX};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        gguf_writer w = without(NULL);
        gguf_u32(&w, "general.alignment", bad[i]);
        refuse(&w, FL_ERR_FORMAT, "expected a power of two up to 1048576");
    }
    gguf_writer w = without(NULL);
    gguf_u64(&w, "general.alignment", 32);
    refuse(&w, FL_ERR_FORMAT, "'general.alignment' has type u64, expected u32");
}

/* A tensor beside those of the model. */
static void refuse_info(const char *name, uint32_t n_dims, const uint64_t *dims, uint32_t type,
                        uint64_t offset, fl_status status, const char *words) {
    gguf_writer w = without(NULL);
    gguf_info(&w, name, n_dims, dims, type, offset);
    refuse(&w, status, words);
}

static void G8(void **state) {
    (void)state;
    static const struct {
        uint32_t n;
        uint64_t dims[5];
        const char *words;
    } cases[] = {
        {0, {0}, "has 0 dimensions, expected 1 to 4"},
        {5, {1, 1, 1, 1, 1}, "has 5 dimensions"},
        {1, {0}, "dimension 0 of 0"},
        {2, {4, 0}, "dimension 1 of 0"},
        {1, {(uint64_t)1 << 63}, "dimension 0 of 9223372036854775808"},
        {1, {UINT64_MAX}, "dimension 0 of 18446744073709551615"},
        {1, {INT64_MAX}, "more than 2^63 bytes"},
        {2, {(uint64_t)1 << 32, (uint64_t)1 << 32}, "more than 2^63 bytes"},
        {4, {1 << 16, 1 << 16, 1 << 16, 1 << 16}, "more than 2^63 bytes"},
        {3, {(uint64_t)1 << 40, (uint64_t)1 << 40, 2}, "more than 2^63 bytes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        refuse_info("t", cases[i].n, cases[i].dims, 0, 0, FL_ERR_FORMAT, cases[i].words);
}

static void G9(void **state) {
    (void)state;
    static const uint64_t dims[2] = {32, 2}, odd[2] = {33, 2};
    static const uint32_t gone[] = {4, 5, 31, 36, 40, UINT32_MAX};
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        refuse_info("my.tensor", 2, dims, gone[i], 0, FL_ERR_UNSUPPORTED,
                    "tensor 'my.tensor' has type ");
    refuse_info("my.tensor", 2, dims, UINT32_MAX, 0, FL_ERR_UNSUPPORTED, "has type -1, which is");
    refuse_info("my.tensor", 2, odd, 2, 0, FL_ERR_FORMAT,
                "rows of 33 values, expected a multiple of 32 for type Q4_0");
    refuse_info("my.tensor", 2, dims, 12, 0, FL_ERR_FORMAT, "a multiple of 256 for type Q4_K");
}

static void G10(void **state) {
    (void)state;
    static const uint64_t dims[1] = {8};
    refuse_info("t", 1, dims, 0, 16, FL_ERR_FORMAT, "offset 16, expected a multiple");
    refuse_info("t", 1, dims, 0, UINT64_MAX - 31, FL_ERR_FORMAT, "end beyond 2^63");
    refuse_info("t", 1, dims, 0, INT64_MAX - 31, FL_ERR_FORMAT, "end beyond 2^63");
    refuse_info("t", 1, dims, 0, 0, FL_ERR_FORMAT, "overlaps tensor");
    gguf_writer w = without("rope_freqs.weight");
    gguf_info(&w, "rope_freqs.weight", 1, dims, 0, (uint64_t)1 << 40);
    fl_model *model = assert_opens(&w, GGUF_WHOLE); /* what is cut off is a plan and cannot run */
    assert_false(fl_model_has_weights(model));
    assert_non_null(
        strstr(fl_model_why_no_weights(model), "truncated: tensor 'rope_freqs.weight'"));
    fl_model_close(&model);
    for (size_t cut = 1; cut <= w.data_bytes; cut += 977) {
        model = assert_opens_bytes("cut.gguf", w.file.data, w.file.length - cut);
        assert_false(fl_model_has_weights(model));
        fl_model_close(&model);
    }
    gguf_done(&w);
}

static void G11(void **state) {
    (void)state;
    static const uint64_t dims[1] = {8};
    char name[80] = "";
    refuse_info("output_norm.weight", 1, dims, 0, 1 << 20, FL_ERR_FORMAT,
                "duplicate tensor name 'output_norm.weight'");
    memset(name, 'n', 64);
    refuse_info(name, 1, dims, 0, 1 << 20, FL_ERR_FORMAT, "has 64 bytes, expected 1 to 63");
    refuse_info("", 1, dims, 0, 1 << 20, FL_ERR_FORMAT, "tensor name '' has 0 bytes");
    refuse_info("a\033[31m\a", 1, dims, 0, 1 << 20, FL_ERR_FORMAT, "'a\\x1b[31m\\x07'");
}

static void G12(void **state) {
    (void)state;
    static const char *const required[] = {"general.architecture",
                                           "llama.context_length",
                                           "llama.embedding_length",
                                           "llama.block_count",
                                           "llama.feed_forward_length",
                                           "llama.attention.head_count",
                                           "llama.attention.layer_norm_rms_epsilon"};
    char words[128];
    for (size_t i = 0; i < sizeof required / sizeof *required; i++) {
        gguf_writer w = without(required[i]);
        snprintf(words, sizeof words, "key '%s' is missing", required[i]);
        refuse(&w, FL_ERR_FORMAT, words);
        if (i > 0)
            refuse_pair(required[i], STRING, "\0\0\0\0\0\0\0\0", 8, FL_ERR_FORMAT,
                        "has type string, expected");
        if (i == 0 || i == 6)
            continue;
        refuse_pair(required[i], F32, "\0\0\200?", 4, FL_ERR_FORMAT,
                    "has type f32, expected an integer");
        refuse_u64(required[i], 0, FL_ERR_FORMAT, "is 0, expected 1 or more");
        refuse_u64(required[i], UINT64_MAX, FL_ERR_FORMAT, required[i]);
        refuse_u64(required[i], (uint64_t)1 << 31, FL_ERR_FORMAT, required[i]);
    }
}

static void G13(void **state) {
    (void)state;
    refuse_u64("llama.attention.head_count_kv", 3, FL_ERR_FORMAT, "head_count_kv 3");
    refuse_u64("llama.attention.head_count", 5, FL_ERR_FORMAT, "expected a divisor of");
    refuse_u64("llama.rope.dimension_count", 7, FL_ERR_FORMAT,
               "llama.rope.dimension_count (rope dimension count) is 7");
    refuse_u64("llama.rope.dimension_count", 18, FL_ERR_FORMAT, "up to the head size 16");
    static const float bad[] = {0, -1, NAN, INFINITY};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        refuse_f32("llama.attention.layer_norm_rms_epsilon", bad[i],
                   "'llama.attention.layer_norm_rms_epsilon' is");
        refuse_f32("llama.rope.freq_base", bad[i], "key 'llama.rope.freq_base' is");
        if (i > 0)
            refuse_f32("llama.rope.scaling.factor", bad[i], "'llama.rope.scaling.factor' is");
    }
    gguf_writer w = without(NULL);
    gguf_string(&w, "llama.rope.scaling.type", "yarn");
    gguf_f32(&w, "llama.rope.scaling.factor", 4);
    gguf_f32(&w, "llama.rope.freq_base", 1);
    refuse(&w, FL_ERR_FORMAT, "key 'llama.rope.freq_base' is 1, expected another number for yarn");
}

static void G14(void **state) {
    (void)state;
    gguf_writer w = without("blk.1.ffn_up.weight");
    refuse(&w, FL_ERR_FORMAT, "tensor 'blk.1.ffn_up.weight' is missing");
    w = without("blk.1.ffn_up.weight");
    gguf_tensor(&w, "blk.1.ffn_up.weight", 96, 64, FL_DTYPE_F32);
    refuse(&w, FL_ERR_FORMAT, "tensor 'blk.1.ffn_up.weight' has shape [64, 96], expected [96, 64]");
    refuse_u64("llama.vocab_size", 11, FL_ERR_FORMAT, "10 rows, expected llama.vocab_size 11");
    refuse_u64("llama.block_count", 3, FL_ERR_FORMAT, "tensor 'blk.2.attn_norm.weight' is missing");
    refuse_u64("llama.block_count", 1, FL_ERR_UNSUPPORTED, "'blk.1.attn_norm.weight' has no place");
    refuse_u64("llama.block_count", 4096, FL_ERR_FORMAT, "is missing");
}

static void G22(void **state) {
    (void)state;
    static const char *const names[] = {"gpt2", "qwen3moe", "../../etc", "a\nb", "", "llama4"};
    static const char *const shown[] = {"'gpt2'",  "'qwen3moe'", "'../../etc'",
                                        "'a\\nb'", "''",         "'llama4'"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        gguf_writer w = without("general.architecture");
        gguf_string(&w, "general.architecture", names[i]);
        refuse(&w, FL_ERR_UNSUPPORTED, shown[i]);
    }
    char *name = calloc(1, (1 << 20) + 1);
    gguf_writer w = without("general.architecture");
    gguf_string(&w, "general.architecture", memset(name, '\033', 1 << 20));
    refuse(&w, FL_ERR_UNSUPPORTED, "(cut), which is not supported; expected llama, qwen2 or qwen3");
    free(name);
}

static void G23(void **state) {
    (void)state;
    gguf_writer w = without(NULL);
    gguf_u32(&w, "split.count", 2);
    gguf_finish(&w, GGUF_WHOLE);
    assert_refused_bytes("m-00001-of-00002.gguf", w.file.data, w.file.length, FL_ERR_IO,
                         "shard 2, 'm-00002-of-00002.gguf', is missing");
    gguf_done(&w);
    refuse_u64("llama.expert_count", 8, FL_ERR_UNSUPPORTED,
               "key 'llama.expert_count' is 8: mixture-of-experts");
    w = without(NULL);
    gguf_tensor(&w, "blk.0.ffn_gate_exps.weight", 64, 96, FL_DTYPE_F32);
    refuse(&w, FL_ERR_UNSUPPORTED, "tensor 'blk.0.ffn_gate_exps.weight' has no place");
}

/* Right headers of many small things stay within the bound too. */
static void many_pairs_and_tensors_are_bounded(void **state) {
    (void)state;
    enum { MANY = 100000 };
    static const uint64_t dims[1] = {8};
    gguf_writer w = without(NULL);
    char name[16];
    for (uint64_t i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "%llu", (unsigned long long)i);
        gguf_bool(&w, name, 1);
        gguf_info(&w, name, 1, dims, 0, w.data_bytes + i * 32);
    }
    refuse(&w, FL_ERR_UNSUPPORTED, "tensor '0' has no place in a llama model");
}

int main(void) {
#define ROW(name, what) cmocka_unit_test(name),
    const struct CMUnitTest tests[] = {ROWS(ROW)
                                           cmocka_unit_test(many_pairs_and_tensors_are_bounded)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
