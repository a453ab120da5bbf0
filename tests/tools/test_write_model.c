/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The writer of random models: what it writes opens and runs in every type, holds weights of the
 * size it promises, and is the same for the same seed; what it cannot write it refuses.
 */
#include "cli/program.h"
#include "model/opened.h"
#include "tools/random_model.h"

#include "kernels/dequant.h"

#include <footlight/footlight.h>
#include <math.h>
#include <sys/resource.h>
#include <unistd.h>

#define SMALL                                                                                      \
    "--hidden", "256", "--ffn", "512", "--layers", "3", "--heads", "4", "--kv-heads", "2",         \
        "--vocab", "300", "--context", "64"

static fl_ran write_with(const char *const *words) {
    return fl_program(&(fl_how){.program = getenv("WRITE_MODEL_BINARY")}, words);
}

/* Writes a file of this test and returns its path. */
#define WRITE(name, ...) written(name, (const char *const[]){__VA_ARGS__, fl_temporary(name), NULL})
static const char *written(const char *name, const char *const *words) {
    fl_ran ran = write_with(words);
    fl_assert_ran(&ran);
    assert_string_equal(ran.out, "");
    fl_ran_done(&ran);
    return fl_temporary(name);
}

/* ---- every type ---- */

/* Mean and deviation of a matrix: 0 and 1/√in, within what so many random weights leave open. */
static void check_weights(const fl_weight *weight) {
    int64_t n = weight->shape[0] * weight->shape[1];
    double sum = 0, squares = 0, wanted = 1 / sqrt((double)weight->shape[1]);
    float *values = malloc((size_t)n * sizeof *values);
    fl_dequantise(weight->dtype, weight->data, n, values);
    for (int64_t i = 0; i < n; i++) {
        sum += (double)values[i];
        squares += (double)values[i] * (double)values[i];
    }
    free(values);
    double mean = sum / (double)n, deviation = sqrt(squares / (double)n);
    if (fabs(mean) > 0.02 * wanted || fabs(deviation / wanted - 1) > 0.06)
        fail_msg("%s, %s: mean %g, deviation %g, expected %g", weight->name,
                 fl_dtype_get_info(weight->dtype)->name, mean, deviation, wanted);
}

/* Runs two passes. Nothing grows out of hand, and the logits are finite and not all the same. */
static void check_run(const fl_model *model) {
    static const int32_t ids[] = {1, 270, 281, 299};
    fl_session_options options = fl_session_defaults();
    fl_session *session = NULL;
    fl_event event;
    int rows = 0;
    options.ids = ids;
    options.n_ids = 4;
    options.n_predict = 2;
    assert_int_equal(fl_session_new(&session, model, &options, NULL), FL_OK);
    while (fl_session_step(session, &event, NULL) == FL_OK) {
        fl_stats stats;
        if (event.stage != FL_STAGE_logits && event.stage != FL_STAGE_resid_post)
            continue;
        fl_event_stats(&event, &stats);
        assert_int_equal(stats.nan + stats.inf, 0);
        assert_true(stats.rms > 0.1 && stats.rms < 10 && stats.min < stats.max);
        rows += event.stage == FL_STAGE_logits;
    }
    assert_int_equal(rows, 2);
    fl_session_free(&session);
}

static void every_type_opens_and_runs(void **state) {
    (void)state;
    bool seen[FL_DTYPE_COUNT] = {false};
    const random_storage *storage;
    for (int i = 0; (storage = random_storage_at(i)); i++) {
        const char *path = WRITE("type.gguf", SMALL, "--type", storage->name);
        fl_model *model = assert_opens_file(path);
        assert_true(fl_model_has_weights(model));
        assert_int_equal(fl_model_hparams(model)->dtype, storage->type);
        check_weights(fl_model_weight(model, FL_WEIGHT_ffn_gate, 1));
        check_weights(fl_model_weight(model, FL_WEIGHT_output, -1));
        check_run(model);
        seen[storage->type] = true;
        fl_model_close(&model);
        unlink(path);
    }
    seen[FL_DTYPE_F64] = true; /* of Hugging Face folders; nobody has a GGUF file of it */
    for (int type = 0; type < FL_DTYPE_COUNT; type++)
        assert_int_equal(seen[type], fl_dtype_get_info((fl_dtype)type)->readable);
}

/* Eight layers: the first and the last eighth, and every third of those between. */
static void the_mix_favours_what_llama_cpp_favours(void **state) {
    (void)state;
    static const bool better[8] = {true, false, false, true, false, false, true, true};
    const char *path = WRITE("mix.gguf", SMALL, "--layers", "8", "--type", "q4_k_m");
    fl_model *model = assert_opens_file(path);
    for (int32_t layer = 0; layer < 8; layer++) {
        fl_dtype expected = better[layer] ? FL_DTYPE_Q6_K : FL_DTYPE_Q4_K;
        assert_int_equal(fl_model_weight(model, FL_WEIGHT_attn_v, layer)->dtype, expected);
        assert_int_equal(fl_model_weight(model, FL_WEIGHT_ffn_down, layer)->dtype, expected);
        assert_int_equal(fl_model_weight(model, FL_WEIGHT_attn_k, layer)->dtype, FL_DTYPE_Q4_K);
        assert_int_equal(fl_model_weight(model, FL_WEIGHT_ffn_norm, layer)->dtype, FL_DTYPE_F32);
    }
    assert_int_equal(fl_model_weight(model, FL_WEIGHT_token_embd, -1)->dtype, FL_DTYPE_Q4_K);
    assert_int_equal(fl_model_weight(model, FL_WEIGHT_output, -1)->dtype, FL_DTYPE_Q6_K);
    fl_model_close(&model);
    unlink(path);
}

/* ---- shape ---- */

static void shapes_are_what_was_asked_for(void **state) {
    (void)state;
    const char *path = WRITE("shape.gguf", "--config", "llama-3.2-1b", "--layers", "1", "--hidden",
                             "64", "--ffn", "96", "--heads", "4", "--head-dim", "32", "--vocab",
                             "259", "--tied", "--type", "f16");
    fl_model *model = assert_opens_file(path);
    const fl_hparams *h = fl_model_hparams(model);
    assert_int_equal(h->num_hidden_layers, 1);
    assert_int_equal(h->hidden_size, 64);
    assert_int_equal(h->intermediate_size, 96);
    assert_int_equal(h->num_attention_heads, 4);
    assert_int_equal(h->num_key_value_heads, 4);
    assert_int_equal(h->head_dim, 32);
    assert_int_equal(h->rotary_dim, 32);
    assert_int_equal(h->vocab_size, 259);
    assert_int_equal(h->max_position_embeddings, 131072);
    assert_true(h->rope_theta == 500000);
    assert_true(h->tie_word_embeddings);
    assert_int_equal(fl_model_weight(model, FL_WEIGHT_attn_output, 0)->shape[1], 128);
    fl_model_close(&model);
    unlink(path);
}

static void the_default_is_the_shape_of_benchmarks(void **state) {
    (void)state;
    const char *path = WRITE("default.gguf", "--layers", "1", "--type", "q2_k");
    fl_model *model = assert_opens_file(path);
    const fl_hparams *h = fl_model_hparams(model);
    assert_int_equal(h->hidden_size, 2048);
    assert_int_equal(h->intermediate_size, 5632);
    assert_int_equal(h->num_attention_heads, 32);
    assert_int_equal(h->num_key_value_heads, 4);
    assert_int_equal(h->vocab_size, 32000);
    assert_int_equal(h->max_position_embeddings, 2048);
    fl_model_close(&model);
    unlink(path);
}

static void text_becomes_words_and_bytes(void **state) {
    (void)state;
    const char *path = WRITE("text.gguf", SMALL, "--vocab", "14000");
    fl_ran ran = fl_run("tokenize", path, "-p", "the X", "--format", "json");
    fl_assert_ran(&ran);
    /* BOS, "the" (letters 20, 8 and 5 count words from 259 on), a space of three bytes, X */
    assert_non_null(strstr(ran.out, "\"ids\":[1,13991,229,153,132,91]"));
    fl_ran_done(&ran);
    unlink(path);
}

/* ---- seed and size ---- */

static void the_seed_decides_every_byte(void **state) {
    (void)state;
    size_t length[3];
    char *files[3];
    static const char *const seeds[] = {"5", "5", "6"};
    for (int i = 0; i < 3; i++) {
        const char *path = WRITE("seed.gguf", SMALL, "--type", "q4_k_m", "--seed", seeds[i]);
        files[i] = fl_read_file(path, &length[i]);
        unlink(path);
    }
    assert_int_equal(length[0], length[1]);
    assert_int_equal(length[0], length[2]);
    assert_memory_equal(files[0], files[1], length[0]);
    size_t differ = 0;
    for (size_t i = 0; i < length[0]; i++)
        differ += files[0][i] != files[2][i];
    assert_true(differ > length[0] / 2);
    for (int i = 0; i < 3; i++)
        free(files[i]);
}

static void standard_output_is_a_file_too(void **state) {
    (void)state;
    size_t length;
    const char *path = WRITE("same.gguf", SMALL, "--layers", "1");
    char *file = fl_read_file(path, &length);
    fl_ran ran = write_with((const char *const[]){SMALL, "--layers", "1", "-", NULL});
    fl_assert_ran(&ran);
    assert_int_equal(ran.out_length, length);
    assert_memory_equal(ran.out, file, length);
    fl_ran_done(&ran);
    free(file);
    unlink(path);
}

/* 280 MB through a process of less than 64. */
static void large_files_take_little_memory(void **state) {
    (void)state;
    struct rusage usage;
    fl_ran ran =
        write_with((const char *const[]){"--layers", "4", "--type", "q8_0", "/dev/null", NULL});
    fl_assert_ran(&ran);
    fl_ran_done(&ran);
    assert_int_equal(getrusage(RUSAGE_CHILDREN, &usage), 0);
#ifdef __APPLE__
    usage.ru_maxrss /= 1024;
#endif
    assert_in_range(usage.ru_maxrss, 1, 64 * 1024);
}

/* ---- refusals ---- */

static void refused(int status, const char *words, const char *const *arguments) {
    fl_ran ran = write_with(arguments);
    if (ran.status != status || !strstr(ran.err, words))
        print_error("status %d, standard error: %s, expected %s\n", ran.status, ran.err, words);
    assert_int_equal(ran.status, status);
    assert_string_equal(ran.out, "");
    assert_int_equal(strncmp(ran.err, "write_model: ", 13), 0);
    assert_non_null(strstr(ran.err, words));
    assert_string_equal(strchr(ran.err, '\n'), "\n");
    fl_ran_done(&ran);
}
#define REFUSED(status, words, ...) refused(status, words, (const char *const[]){__VA_ARGS__, NULL})

static void says_what_it_cannot_write(void **state) {
    (void)state;
    const char *path = fl_temporary("refused.gguf");
    REFUSED(2, "no file is named", "--type", "q4_0");
    REFUSED(2, "'b' is a second file", "a", "b");
    REFUSED(2, "there is no option '--depth'", "--depth", "3", path);
    REFUSED(2, "--layers needs a value", path, "--layers");
    REFUSED(2, "--layers is 'x', expected a number of 1 or more", "--layers", "x", path);
    REFUSED(2, "--heads is '0'", "--heads", "0", path);
    REFUSED(2, "--seed is '-1'", "--seed", "-1", path);
    REFUSED(2, "there is no type 'iq4_xs'", "--type", "iq4_xs", path);
    REFUSED(2, "nowhere", "--config", "nowhere", path);
    REFUSED(2, "a qwen3 model is not", "--config", "qwen3-8b", path);
    REFUSED(2, "write_model: --vocab is 100, expected 259 or more", SMALL, "--vocab", "100", path);
    REFUSED(2, "write_model: --heads is 4, expected a multiple of --kv-heads 3", SMALL,
            "--kv-heads", "3", path);
    REFUSED(2, "write_model: --head-dim is 5, expected an even number", SMALL, "--head-dim", "5",
            path);
    REFUSED(2, "write_model: --layers is 5000, expected 1 to 4096", "--layers", "5000", path);
    REFUSED(2,
            "write_model: --hidden 100 cannot be split over 32 heads of an even size: give --heads",
            "--hidden", "100", path);
    REFUSED(2, "or --head-dim", "--hidden", "96", path);
    REFUSED(2, "blk.0.ffn_down.weight has rows of 172 values (--ffn), which blocks of Q4_K", SMALL,
            "--ffn", "172", "--type", "q4_k", path);
    REFUSED(2, "attn_output.weight has rows of 24 values (--heads times --head-dim), which", SMALL,
            "--head-dim", "6", "--type", "q4_0", path);
    REFUSED(2, "has rows of 40 values (--hidden), which blocks of Q4_0", SMALL, "--hidden", "40",
            path);
    assert_false(fl_test_exists(path));
    REFUSED(1, "write_model: /nowhere/model.gguf: cannot be written", SMALL, "/nowhere/model.gguf");
}

static void help_names_every_type(void **state) {
    (void)state;
    fl_ran ran = write_with((const char *const[]){"--help", NULL});
    fl_assert_ran(&ran);
    for (int i = 0; random_storage_at(i); i++)
        assert_non_null(strstr(ran.out, random_storage_at(i)->name));
    assert_true(fl_widest_line(ran.out) <= 100);
    fl_ran_done(&ran);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_opens_and_runs),
        cmocka_unit_test(the_mix_favours_what_llama_cpp_favours),
        cmocka_unit_test(shapes_are_what_was_asked_for),
        cmocka_unit_test(the_default_is_the_shape_of_benchmarks),
        cmocka_unit_test(text_becomes_words_and_bytes),
        cmocka_unit_test(the_seed_decides_every_byte),
        cmocka_unit_test(standard_output_is_a_file_too),
        cmocka_unit_test(large_files_take_little_memory),
        cmocka_unit_test(says_what_it_cannot_write),
        cmocka_unit_test(help_names_every_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
