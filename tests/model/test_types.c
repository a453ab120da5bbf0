/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Models of every storage type: the readable ones run, and give what their weights give as floats;
 * the others are named and leave a plan.
 */
#include "model/opened.h"

#include "base/rng.h"
#include "kernels/dequant.h"

#include <footlight/footlight.h>
#include <math.h>

enum { WIDTH = 256, VOCAB = 10 };

static gguf_writer model_of(fl_dtype type) {
    const gguf_sizes sizes = {2, WIDTH, WIDTH, 4, 2, VOCAB, 32, type, 0};
    gguf_writer w = gguf_start();
    gguf_llama(&w, &sizes);
    gguf_finish(&w, GGUF_WHOLE);
    return w;
}

static unsigned char *data_of(gguf_writer *w, const fl_model *model, size_t tensor) {
    return (unsigned char *)w->file.data + fl_model_tensor(model, tensor)->offset;
}

/* Random bytes for every tensor, without the exponent of infinity wherever a scale lies. */
static void fill(gguf_writer *w, const fl_model *model) {
    uint64_t seed = 3;
    for (size_t t = 0; t < fl_model_tensor_count(model); t++) {
        unsigned char *data = data_of(w, model, t);
        for (uint64_t i = 0; i < fl_model_tensor(model, t)->bytes; i++)
            data[i] = (unsigned char)(fl_rng_next(&seed) & 0x3f);
    }
}

/* The same weights as floats, in a file of their own. */
static void unpack(gguf_writer *w, const fl_model *floats, const fl_model *model) {
    for (size_t t = 0; t < fl_model_tensor_count(model); t++) {
        const fl_weight *weight = fl_model_tensor(model, t);
        int64_t n = weight->shape[0] * weight->shape[1];
        float *values = malloc((size_t)n * sizeof *values);
        fl_dequantise(weight->dtype, weight->data, n, values);
        memcpy(data_of(w, floats, t), values, (size_t)n * sizeof *values);
        free(values);
    }
}

static void run(const fl_model *model, float logits[VOCAB]) {
    static const int32_t ids[] = {1, 5, 7, 2};
    fl_session_options options = fl_session_defaults();
    fl_session *session = NULL;
    fl_event event;
    options.ids = ids;
    options.n_ids = 4;
    options.isa = "scalar";
    assert_int_equal(fl_session_new(&session, model, &options, NULL), FL_OK);
    while (fl_session_step(session, &event, NULL) == FL_OK)
        if (event.stage == FL_STAGE_logits)
            fl_tensor_pack(&event.tensor, logits);
    fl_session_free(&session);
}

static void check_runs(fl_dtype type) {
    float logits[VOCAB], expected[VOCAB];
    gguf_writer w = model_of(type), plain = model_of(FL_DTYPE_F32);
    fl_model *model = assert_opens_bytes("types.gguf", w.file.data, w.file.length);
    fl_model *floats = assert_opens_bytes("floats.gguf", plain.file.data, plain.file.length);
    assert_true(fl_model_has_weights(model));
    fill(&w, model);
    unpack(&plain, floats, model);
    run(model, logits);
    run(floats, expected);
    for (int i = 0; i < VOCAB; i++)
        assert_true(isfinite(logits[i]) && logits[i] != 0);
    assert_memory_equal(logits, expected, sizeof logits);
    fl_model_close(&model);
    fl_model_close(&floats);
    gguf_done(&w);
    gguf_done(&plain);
}

static void check_is_named(fl_dtype type) {
    char words[64];
    fl_session_options options = fl_session_defaults();
    fl_session *session = NULL;
    fl_diag diag;
    gguf_writer w = model_of(type);
    fl_model *model = assert_opens_bytes("types.gguf", w.file.data, w.file.length);
    snprintf(words, sizeof words, "'token_embd.weight' is stored as %s, a type",
             fl_dtype_get_info(type)->name);
    assert_false(fl_model_has_weights(model));
    assert_non_null(strstr(fl_model_why_no_weights(model), words));
    options.ids = (const int32_t[]){1};
    options.n_ids = 1;
    assert_int_not_equal(fl_session_new(&session, model, &options, &diag), FL_OK);
    assert_non_null(strstr(diag.message, words));
    fl_model_close(&model);
    gguf_done(&w);
}

static void readable_types_run_and_others_are_named(void **state) {
    (void)state;
    for (int type = 0; type < FL_DTYPE_COUNT; type++)
        if (fl_dtype_get_info((fl_dtype)type)->readable)
            check_runs((fl_dtype)type);
        else
            check_is_named((fl_dtype)type);
}

static bool is_readable(const char *name) {
    for (int type = 0; type < FL_DTYPE_COUNT; type++)
        if (strcmp(fl_dtype_get_info((fl_dtype)type)->name, name) == 0)
            return fl_dtype_get_info((fl_dtype)type)->readable;
    return false;
}

/* In README.md: "Tensors stored as F32, ... and Q6_K are computed with". */
static void the_readme_names_what_runs(void **state) {
    (void)state;
    char line[4096], *list = NULL;
    int named = 0, readable = 0;
    FILE *file = fopen(fl_test_path("README.md"), "r");
    assert_non_null(file);
    while (!list && fgets(line, sizeof line, file))
        list = strstr(line, "Tensors stored as ");
    fclose(file);
    assert_non_null(list);
    char *end = strstr(list, " are computed with");
    assert_non_null(end);
    *end = '\0';
    for (char *word = strtok(list + strlen("Tensors stored as "), ", "); word;
         word = strtok(NULL, ", "))
        if (strcmp(word, "and") != 0) {
            if (!is_readable(word))
                fail_msg("README.md says that %s can be computed with", word);
            named++;
        }
    for (int type = 0; type < FL_DTYPE_COUNT; type++)
        readable += fl_dtype_get_info((fl_dtype)type)->readable;
    assert_int_equal(named, readable);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readable_types_run_and_others_are_named),
        cmocka_unit_test(the_readme_names_what_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
