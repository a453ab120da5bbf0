/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Models split over several GGUF files: whichever is opened, all are; and what is wrong with a
 * shard is said with its name.
 */
#include "model/opened.h"

enum { SHARDS = 3 };

static const char *const names[SHARDS] = {"m-00001-of-00003.gguf", "m-00002-of-00003.gguf",
                                          "m-00003-of-00003.gguf"};

/* The tiny model in three files: keys, embedding and head; layer 0; layer 1. */
typedef struct split_model {
    gguf_writer shards[SHARDS];
} split_model;

/* 21 tensors: three of the pass, nine of each layer. */
static void put_split_keys(gguf_writer *w, uint16_t number, uint16_t count, uint32_t tensors) {
    gguf_raw(w, "split.no", 2, &number, sizeof number);
    gguf_raw(w, "split.count", 2, &count, sizeof count);
    gguf_raw(w, "split.tensors.count", 5, &tensors, sizeof tensors);
}

static split_model make_split(void) {
    split_model m;
    for (uint16_t i = 0; i < SHARDS; i++) {
        m.shards[i] = gguf_start();
        put_split_keys(&m.shards[i], i, SHARDS, 21);
    }
    gguf_llama_keys(&m.shards[0], &gguf_tiny);
    gguf_tensor(&m.shards[0], "token_embd.weight", 64, 10, FL_DTYPE_F32);
    gguf_tensor(&m.shards[0], "output_norm.weight", 64, 0, FL_DTYPE_F32);
    gguf_tensor(&m.shards[0], "output.weight", 64, 10, FL_DTYPE_F32);
    gguf_llama_layer(&m.shards[1], &gguf_tiny, 0);
    gguf_llama_layer(&m.shards[2], &gguf_tiny, 1);
    return m;
}

static void free_split(split_model *m) {
    for (size_t i = 0; i < SHARDS; i++)
        gguf_done(&m->shards[i]);
}

/* Opens shard `first`, the others beside it, less the one that `missing` names. */
static fl_status open_split(split_model *m, size_t first, const char *missing, fl_model **out,
                            fl_diag *diag) {
    fl_file files[SHARDS];
    size_t n = 1;
    for (size_t i = 0; i < SHARDS; i++) {
        gguf_finish(&m->shards[i], GGUF_WHOLE);
        const fl_buffer *f = &m->shards[i].file;
        fl_file file = {names[i], (const uint8_t *)f->data, f->length};
        if (i == first)
            files[0] = file;
        else if (!missing || strcmp(missing, names[i]) != 0)
            files[n++] = file;
    }
    *out = NULL;
    return fl_model_open_files(out, files, n, diag);
}

static void opens_all_from_any(void **state) {
    (void)state;
    split_model m = make_split();
    for (size_t first = 0; first < SHARDS; first++) {
        fl_model *model;
        fl_diag diag;
        fl_status status = open_split(&m, first, NULL, &model, &diag);
        if (status != FL_OK)
            fail_msg("%s: %s", diag.subject, diag.message);
        assert_true(fl_model_has_weights(model));
        assert_int_equal(fl_model_tensor_count(model), 21);
        assert_string_equal(fl_model_name(model), names[first]);
        assert_string_equal(fl_model_metadata(model, "general.name"), "a test");
        for (int layer = 0; layer < 2; layer++) {
            const fl_weight *q = fl_model_weight(model, FL_WEIGHT_attn_q, layer);
            assert_string_equal(fl_model_file(model, q->file), names[layer + 1]);
            assert_ptr_equal(q->data, m.shards[layer + 1].file.data + q->offset);
        }
        assert_non_null(strstr(fl_model_notes(model), "one model in 3 files"));
        fl_model_close(&model);
    }
    free_split(&m);
}

static void refused(split_model *m, size_t first, const char *missing, fl_status expected,
                    const char *subject, const char *words) {
    fl_model *model;
    fl_diag diag;
    fl_status status = open_split(m, first, missing, &model, &diag);
    if (status != expected || strcmp(diag.subject, subject) != 0 || !strstr(diag.message, words))
        fail_msg("%s: %s; expected %s: ... %s", diag.subject, diag.message, subject, words);
    assert_null(model);
    free_split(m);
}

static void names_the_missing_shard(void **state) {
    (void)state;
    split_model m = make_split();
    refused(&m, 0, names[2], FL_ERR_IO, names[0],
            "is one of 3 shards, but shard 3, 'm-00003-of-00003.gguf', is missing");
    m = make_split();
    refused(&m, 2, names[0], FL_ERR_IO, names[2],
            "is one of 3 shards, but shard 1, 'm-00001-of-00003.gguf', is missing");
}

static void names_the_shard_that_is_wrong(void **state) {
    (void)state;
    split_model m = make_split();
    gguf_done(&m.shards[1]);
    m.shards[1] = gguf_start();
    put_split_keys(&m.shards[1], 1, 4, 21);
    gguf_llama_layer(&m.shards[1], &gguf_tiny, 0);
    refused(&m, 0, NULL, FL_ERR_FORMAT, names[1],
            "says that it is shard 2 of 4, expected shard 2 of 3");
    m = make_split();
    gguf_done(&m.shards[1]);
    m.shards[1] = gguf_start();
    put_split_keys(&m.shards[1], 1, 3, 22);
    refused(&m, 0, NULL, FL_ERR_FORMAT, names[1], "'split.tensors.count' is 22, expected 21");
    m = make_split();
    gguf_string(&m.shards[2], "general.name", "another");
    refused(&m, 1, NULL, FL_ERR_FORMAT, names[2], "key 'general.name' differs");
    m = make_split();
    gguf_string(&m.shards[2], "general.author", "nobody");
    refused(&m, 1, NULL, FL_ERR_FORMAT, names[2], "key 'general.author' is not in the first shard");
    m = make_split();
    gguf_llama_layer(&m.shards[2], &gguf_tiny, 0);
    refused(&m, 0, NULL, FL_ERR_FORMAT, names[2],
            "tensor 'blk.0.attn_k.weight' is in m-00002-of-00003.gguf too");
    m = make_split();
    gguf_done(&m.shards[1]);
    m.shards[1] = gguf_start();
    put_split_keys(&m.shards[1], 1, 3, 21);
    refused(&m, 0, NULL, FL_ERR_FORMAT, names[0],
            "'split.tensors.count' is 21, but the shards hold 12 tensors");
    m = make_split();
    m.shards[2].version = 1;
    refused(&m, 0, NULL, FL_ERR_UNSUPPORTED, names[2], "GGUF version 1");
}

static void a_cut_shard_leaves_a_plan(void **state) {
    (void)state;
    split_model m = make_split();
    fl_file files[SHARDS];
    for (size_t i = 0; i < SHARDS; i++) {
        gguf_finish(&m.shards[i], i == 1 ? GGUF_HEADER_ONLY : GGUF_WHOLE);
        files[i] =
            (fl_file){names[i], (const uint8_t *)m.shards[i].file.data, m.shards[i].file.length};
    }
    fl_model *model = NULL;
    assert_int_equal(fl_model_open_files(&model, files, SHARDS, NULL), FL_OK);
    assert_false(fl_model_has_weights(model));
    assert_non_null(strstr(fl_model_why_no_weights(model), "of m-00002-of-00003.gguf, which ends"));
    fl_model_close(&model);
    free_split(&m);
}

/* The name must say which shard it is, or the others could not be found. */
static void the_name_must_fit(void **state) {
    (void)state;
    static const struct {
        const char *name, *words;
    } cases[] = {
        {"model.gguf", "is shard 1 of 3 of a split model, expected a name that ends in "
                       "-00001-of-00003.gguf"},
        {"m-1-of-3.gguf", "expected a name that ends in"},
        {"-00001-of-00003.gguf", "expected a name that ends in"},
        {"m-00001-of-00003.gguf.bak", "expected a name that ends in"},
        {"m-00002-of-00003.gguf", "says that it is shard 1 of 3 (keys 'split.no' 0 and "
                                  "'split.count' 3), expected shard 2 of 3 as its name has it"},
        {"m-00001-of-00002.gguf", "expected shard 1 of 2 as its name has it"},
    };
    split_model m = make_split();
    gguf_finish(&m.shards[0], GGUF_WHOLE);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused_bytes(cases[i].name, m.shards[0].file.data, m.shards[0].file.length,
                             FL_ERR_FORMAT, cases[i].words);
    free_split(&m);
}

static void refuses_absurd_counts(void **state) {
    (void)state;
    static const uint64_t counts[] = {UINT64_MAX, (uint64_t)1 << 63, 100000};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        gguf_writer w = gguf_start();
        gguf_u64(&w, "split.count", counts[i]);
        gguf_llama(&w, &gguf_tiny);
        assert_refused(&w, FL_ERR_FORMAT, "expected 1 to 99999");
        w = gguf_start();
        gguf_u64(&w, "split.count", 3);
        gguf_u64(&w, "split.no", counts[i]);
        gguf_llama(&w, &gguf_tiny);
        assert_refused(&w, FL_ERR_FORMAT, "expected 0 to 2");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_all_from_any),
        cmocka_unit_test(names_the_missing_shard),
        cmocka_unit_test(names_the_shard_that_is_wrong),
        cmocka_unit_test(a_cut_shard_leaves_a_plan),
        cmocka_unit_test(the_name_must_fit),
        cmocka_unit_test(refuses_absurd_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
