/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The list of bad input where it is about vocabularies in GGUF files, about numbers that are none,
 * llama2.c and the file system: one test for each row. (The container: test_gguf_rows.c.)
 */
#include "model/opened.h"

#include <footlight/footlight.h>
#include <limits.h>
#include <math.h>
#include <unistd.h>

/* Every row has a test of its name. */
#define ROWS(ROW)                                                                                  \
    ROW(G15, "lists of pieces, scores and types that do not match")                                \
    ROW(G16, "special ids beyond the vocabulary")                                                  \
    ROW(G17, "pieces that look like bytes and are none")                                           \
    ROW(G18, "text that no piece spells")                                                          \
    ROW(G19, "pieces twice, and empty ones")                                                       \
    ROW(G20, "merges of what does not exist")                                                      \
    ROW(G21, "weights that are no numbers")                                                        \
    ROW(C1, "llama2.c version 0")                                                                  \
    ROW(C2, "llama2.c versions 1 and 2")                                                           \
    ROW(C3, "ids and positions that a model does not have")                                        \
    ROW(P1, "a link to itself")                                                                    \
    ROW(P2, "names that would speak to the terminal")

/* The tiny model with its vocabulary, less what `skip` names. */
static gguf_writer without(const char *skip) {
    gguf_writer w = gguf_start();
    w.skip = skip;
    gguf_llama(&w, &gguf_tiny);
    gguf_llama_vocab(&w);
    w.skip = NULL;
    return w;
}

static void G15(void **state) {
    (void)state;
    gguf_writer w = without("tokenizer.ggml.tokens");
    assert_refused(&w, FL_ERR_FORMAT, "key 'tokenizer.ggml.tokens' is missing");
    w = without("tokenizer.ggml.tokens");
    gguf_array(&w, "tokenizer.ggml.tokens", 8, (uint64_t)1 << 31, "", 0);
    assert_refused(&w, FL_ERR_FORMAT, "announces 2147483648 strings");
    static const char *const keys[] = {"tokenizer.ggml.scores", "tokenizer.ggml.token_type"};
    static const uint32_t types[] = {6, 5};
    for (size_t i = 0; i < 2; i++) {
        char zeros[44] = {0};
        w = without(keys[i]);
        gguf_array(&w, keys[i], types[i], 9, zeros, 36);
        assert_refused(&w, FL_ERR_FORMAT, "has 9 entries, expected 10");
        w = without(keys[i]);
        gguf_array(&w, keys[i], types[i], 11, zeros, 44);
        assert_refused(&w, FL_ERR_FORMAT, "has 11 entries, expected 10");
        w = without(keys[i]);
        gguf_array(&w, keys[i], 1, 10, zeros, 10); /* narrower: read as wide it would end outside */
        assert_refused(&w, FL_ERR_FORMAT, "has type array of i8");
    }
}

static void G16(void **state) {
    (void)state;
    static const char *const keys[] = {"tokenizer.ggml.bos_token_id", "tokenizer.ggml.eos_token_id",
                                       "tokenizer.ggml.unknown_token_id"};
    static const uint64_t ids[] = {10, 1u << 31, (uint64_t)1 << 40};
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < 3; k++) {
            gguf_writer w = without(keys[k]);
            gguf_u64(&w, keys[k], ids[i]);
            assert_refused(&w, FL_ERR_FORMAT, keys[k]);
        }
}

/* A model whose pieces are given, with a tokenizer over them. */
typedef struct worded {
    gguf_writer w;
    fl_model *model;
    fl_tokenizer *tokenizer;
} worded;

static worded with_pieces(const char *const *pieces, const int32_t *types, int32_t unknown) {
    static const float zeros[10] = {0};
    worded m = {.w = gguf_start()};
    gguf_llama(&m.w, &gguf_tiny);
    gguf_string(&m.w, "tokenizer.ggml.model", "llama");
    gguf_strings(&m.w, "tokenizer.ggml.tokens", pieces, 10);
    gguf_array(&m.w, "tokenizer.ggml.scores", 6, 10, zeros, sizeof zeros);
    gguf_array(&m.w, "tokenizer.ggml.token_type", 5, 10, types, 40);
    if (unknown >= 0)
        gguf_u32(&m.w, "tokenizer.ggml.unknown_token_id", (uint32_t)unknown);
    m.model = assert_opens(&m.w, GGUF_WHOLE);
    assert_int_equal(fl_tokenizer_new(&m.tokenizer, fl_model_vocab(m.model), NULL), FL_OK);
    return m;
}

static void done(worded *m) {
    fl_tokenizer_free(&m->tokenizer);
    fl_model_close(&m->model);
    gguf_done(&m->w);
}

static void G17(void **state) {
    (void)state;
    static const char *const pieces[10] = {"<unk>", "<s>",     "</s>",   "<0x-1>", "<0xZZ>",
                                           "<0x1>", "<0x100>", "<0x0g>", "x",      "<"};
    static const int32_t types[10] = {2, 3, 3, 6, 6, 6, 6, 6, 1, 1};
    worded m = with_pieces(pieces, types, 0);
    for (int32_t id = 3; id < 8; id++) {
        size_t length = 0;
        const char *text = fl_decode(m.tokenizer, 9, id, &length);
        assert_int_equal(length, strlen(pieces[id]));
        assert_memory_equal(text, pieces[id], length);
    }
    done(&m);
}

static void G18(void **state) {
    (void)state;
    static const char *const pieces[10] = {"<unk>", "<s>", "</s>", "aa", "bb",
                                           "cc",    "dd",  "ee",   "ff", "gg"};
    static const int32_t types[10] = {2, 3, 3, 1, 1, 1, 1, 1, 1, 1};
    for (int32_t unknown = -1; unknown < 1; unknown++) { /* no key: id 0, as SentencePiece has it */
        worded m = with_pieces(pieces, types, unknown);
        int32_t *ids = NULL;
        size_t n = 0;
        assert_int_equal(fl_encode(m.tokenizer, "\xff\x01z", 3, false, false, &ids, &n, NULL),
                         FL_OK);
        assert_in_range(n, 1, 4);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(ids[i], 0);
        free(ids);
        done(&m);
    }
}

static void G19(void **state) {
    (void)state;
    static const char *const pieces[10] = {"<unk>", "<s>", "</s>", "\xe2\x96\x81", "a", "a", "",
                                           "",      "a",   "b"};
    static const int32_t types[10] = {2, 3, 3, 1, 1, 1, 1, 1, 1, 1};
    worded m = with_pieces(pieces, types, 0);
    int32_t *ids = NULL;
    size_t n = 0;
    assert_int_equal(fl_encode(m.tokenizer, "ab", 2, false, false, &ids, &n, NULL), FL_OK);
    assert_int_equal(n, 3);
    assert_int_equal(ids[1], 4); /* the first of three */
    assert_int_equal(ids[2], 9);
    free(ids);
    done(&m);
}

static void G20(void **state) {
    (void)state;
    static const char *const pieces[10] = {"a", "b", "ab", "c", "d", "e", "f", "g", "h", "i"};
    static const char *const merges[] = {"ab", "x y z", "q w", "a a", " ", "", "a b", "a b"};
    gguf_writer w = gguf_start();
    fl_tokenizer *tokenizer = NULL;
    int32_t *ids = NULL;
    size_t n = 0;
    gguf_llama(&w, &gguf_tiny);
    gguf_string(&w, "tokenizer.ggml.model", "gpt2");
    gguf_string(&w, "tokenizer.ggml.pre", "gpt-2");
    gguf_strings(&w, "tokenizer.ggml.tokens", pieces, 10);
    gguf_strings(&w, "tokenizer.ggml.merges", merges, sizeof merges / sizeof *merges);
    fl_model *model = assert_opens(&w, GGUF_WHOLE);
    assert_int_equal(fl_tokenizer_new(&tokenizer, fl_model_vocab(model), NULL), FL_OK);
    assert_int_equal(fl_encode(tokenizer, "ab", 2, false, false, &ids, &n, NULL), FL_OK);
    assert_int_equal(n, 1);
    assert_int_equal(ids[0], 2); /* the one merge that is right */
    free(ids);
    fl_tokenizer_free(&tokenizer);
    fl_model_close(&model);
    gguf_done(&w);
}

/* Fills the tensors with a number and gives what the last logits count. */
static fl_stats run_filled(float value, int32_t *chosen) {
    static const int32_t prompt[] = {1, 5, 7};
    gguf_writer w = without(NULL);
    fl_session_options options = fl_session_defaults();
    fl_session *session = NULL;
    fl_event event;
    fl_stats stats = {0};
    fl_model *model = assert_opens(&w, GGUF_WHOLE);
    for (size_t t = 0; t < fl_model_tensor_count(model); t++) {
        const fl_weight *weight = fl_model_tensor(model, t);
        for (uint64_t i = 0; i < weight->bytes; i += 4)
            memcpy(w.file.data + weight->offset + i, &value, 4);
    }
    options.ids = prompt;
    options.n_ids = 3;
    options.n_predict = 1;
    assert_int_equal(fl_session_new(&session, model, &options, NULL), FL_OK);
    while (fl_session_step(session, &event, NULL) == FL_OK)
        if (event.stage == FL_STAGE_logits)
            fl_tensor_stats(&event.tensor, &stats);
    size_t n = 0;
    const int32_t *tokens = fl_session_tokens(session, &n);
    assert_int_equal(n, 4);
    *chosen = tokens[3];
    fl_session_free(&session);
    fl_model_close(&model);
    gguf_done(&w);
    return stats;
}

static void G21(void **state) {
    (void)state;
    int32_t chosen = -1;
    fl_stats stats = run_filled(NAN, &chosen);
    assert_int_equal(stats.nan, 10);
    assert_int_equal(stats.finite, 0);
    assert_int_equal(chosen, 0);
    stats = run_filled(INFINITY, &chosen);
    assert_int_equal(stats.finite, 0);
    assert_in_range(chosen, 0, 9);
    stats = run_filled(0, &chosen); /* norms of nothing */
    assert_int_equal(stats.zeros, 10);
    assert_int_equal(chosen, 0);
}

static void C1(void **state) {
    (void)state;
    static const struct {
        int32_t sizes[7];
        const char *words;
    } cases[] = {
        {{0, 12, 2, 4, 2, 10, 6}, "dim is 0"},
        {{8, -1, 2, 4, 2, 10, 6}, "hidden_dim is -1"},
        {{8, 12, 2, 4, 2, INT_MIN, 6}, "vocab_size is 2147483648"},
        {{1 << 20, 12, INT_MAX, 4, 2, 10, 6}, "n_layers is 2147483647"},
        {{8, 12, 2, 4, 3, 10, 6}, "n_kv_heads 3"},
        {{9, 12, 2, 4, 2, 10, 6}, "dim 9"},
        {{4, 12, 2, 4, 2, 10, 6}, "heads of an even size"},
    };
    char bytes[40] = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        memcpy(bytes, cases[i].sizes, 28);
        assert_refused_bytes("m.bin", bytes, 28, FL_ERR_FORMAT, cases[i].words);
    }
    memcpy(bytes, (int32_t[]){8, 12, 2, 4, 2, 10, 6}, 28);
    assert_refused_bytes("m.bin", bytes, 40, FL_ERR_FORMAT, "has 40 bytes, expected 4396");
}

static void C2(void **state) {
    (void)state;
    static const struct {
        uint32_t version;
        uint8_t tied;
        int32_t group;
        size_t length;
        fl_status status;
        const char *words;
    } cases[] = {
        {3, 1, 0, 300, FL_ERR_UNSUPPORTED, "version 3"},
        {1, 2, 0, 300, FL_ERR_FORMAT, "shared_classifier is 2"},
        {2, 1, 0, 300, FL_ERR_FORMAT, "group_size is 0"},
        {2, 1, -1, 300, FL_ERR_FORMAT, "group_size is -1"},
        {2, 1, 7, 300, FL_ERR_FORMAT, "group_size is 7, expected a divisor of the 80 numbers"},
        {1, 1, 0, 300, FL_ERR_FORMAT, "has 300 bytes, expected 4576"},
        {2, 1, 8, 300, FL_ERR_FORMAT, "has 300 bytes, expected 1976"},
        {2, 1, 8, 255, FL_ERR_FORMAT, "takes 256"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char bytes[300];
        memset(bytes, 0x55, sizeof bytes); /* what fills the header up may be anything */
        memcpy(bytes, "24ka", 4);
        memcpy(bytes + 4, &cases[i].version, 4);
        memcpy(bytes + 8, (int32_t[]){8, 12, 2, 4, 2, 10, 6}, 28);
        memcpy(bytes + 36, &cases[i].tied, 1);
        memcpy(bytes + 37, &cases[i].group, 4);
        assert_refused_bytes("m.bin", bytes, cases[i].length, cases[i].status, cases[i].words);
    }
}

static void C3(void **state) {
    (void)state;
    static const int32_t bad[] = {10, -1, INT32_MAX, INT32_MIN};
    static const int32_t many[33] = {1};
    gguf_writer w = without(NULL);
    fl_model *model = assert_opens(&w, GGUF_WHOLE);
    fl_session_options options = fl_session_defaults();
    fl_session *session = NULL;
    fl_diag diag;
    options.n_ids = 1;
    for (size_t i = 0; i < 4; i++) {
        options.ids = &bad[i];
        assert_int_not_equal(fl_session_new(&session, model, &options, &diag), FL_OK);
        assert_non_null(strstr(diag.message, "expected 0 to 9"));
    }
    options.ids = many;
    options.n_ids = 33;
    assert_int_equal(fl_session_new(&session, model, &options, &diag), FL_ERR_LIMIT);
    assert_non_null(strstr(diag.message, "33 tokens long, expected at most the context's 32"));
    fl_model_close(&model);
    gguf_done(&w);
}

static void P1(void **state) {
    (void)state;
    char folder[] = "/tmp/footlight-rows-XXXXXX", path[64];
    fl_model *model = NULL;
    fl_diag diag;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/loop.gguf", folder);
    assert_int_equal(symlink("loop.gguf", path), 0);
    assert_int_not_equal(fl_model_open(&model, path, &diag), FL_OK);
    assert_string_equal(diag.subject, path);
    assert_true(diag.message[0]);
    unlink(path);
    rmdir(folder);
}

static void P2(void **state) {
    (void)state;
    static const char evil[] = "\033]0;owned\a\033[2J\xe2\x80\xae\x9b";
    static const uint64_t dims[1] = {8};
    gguf_writer w = without("general.architecture");
    gguf_string(&w, "general.architecture", evil);
    assert_refused(&w, FL_ERR_UNSUPPORTED, "'\\x1b]0;owned\\x07\\x1b[2J");
    w = without(NULL);
    gguf_string(&w, "llama.rope.scaling.type", evil);
    assert_refused(&w, FL_ERR_UNSUPPORTED, "'\\x1b]0;owned\\x07");
    w = without(NULL);
    gguf_raw(&w, evil, 77, "", 0);
    assert_refused(&w, FL_ERR_FORMAT, "key '\\x1b]0;owned\\x07");
    w = without(NULL);
    gguf_info(&w, evil, 1, dims, 0, 1 << 20);
    assert_refused(&w, FL_ERR_FORMAT, "tensor name '\\x1b]0;owned\\x07");
    w = without("tokenizer.ggml.model");
    gguf_string(&w, "tokenizer.ggml.model", evil);
    fl_model *model = assert_opens(&w, GGUF_WHOLE);
    fl_tokenizer *tokenizer = NULL;
    fl_diag diag;
    assert_int_not_equal(fl_tokenizer_new(&tokenizer, fl_model_vocab(model), &diag), FL_OK);
    assert_null(strpbrk(diag.message, "\033\a"));
    fl_model_close(&model);
    gguf_done(&w);
}

int main(void) {
#define ROW(name, what) cmocka_unit_test(name),
    const struct CMUnitTest tests[] = {ROWS(ROW)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
