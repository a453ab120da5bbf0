/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Every kind of rope scaling: frequencies against formulas written down here once more from the
 * papers and transformers' documentation, and rope_cos and rope_sin of sessions against those.
 */
#include "model/opened.h"

#include <footlight/footlight.h>
#include <math.h>

static const double pi = 3.14159265358979323846;

/* ---- the formulas once more ---- */

static double plain(double base, int d, int i) {
    return exp(-2.0 * i / d * log(base));
}

/* Llama 3.1, by wavelengths. */
static double llama3(const fl_hparams *h, int i) {
    const fl_rope_scaling *s = &h->rope_scaling;
    double f = plain(h->rope_theta, (int)h->rotary_dim, i), wavelength = 2 * pi / f;
    double original = (double)s->original_max_position_embeddings;
    if (wavelength < original / s->high_freq_factor)
        return f;
    if (wavelength > original / s->low_freq_factor)
        return f / s->factor;
    double smooth =
        (original / wavelength - s->low_freq_factor) / (s->high_freq_factor - s->low_freq_factor);
    return f * ((1 - smooth) / s->factor + smooth);
}

/* YaRN, by the pair that turns b times in the original context. */
static double turns_at(const fl_hparams *h, double b) {
    double original = (double)h->rope_scaling.original_max_position_embeddings;
    return (double)h->rotary_dim / 2 * (log(original) - log(2 * pi * b)) / log(h->rope_theta);
}

static double yarn(const fl_hparams *h, int i) {
    const fl_rope_scaling *s = &h->rope_scaling;
    double low = floor(turns_at(h, s->beta_fast)), high = ceil(turns_at(h, s->beta_slow));
    low = low < 0 ? 0 : low;
    high = high > (double)h->rotary_dim - 1 ? (double)h->rotary_dim - 1 : high;
    high = high == low ? low + 0.001 : high;
    double share = (i - low) / (high - low);
    share = share < 0 ? 0 : share > 1 ? 1 : share;
    double f = plain(h->rope_theta, (int)h->rotary_dim, i);
    return f + share * (f / s->factor - f);
}

static double expected(const fl_hparams *h, int i) {
    switch (h->rope_scaling.kind) {
    case FL_ROPE_LINEAR:
        return plain(h->rope_theta, (int)h->rotary_dim, i) / h->rope_scaling.factor;
    case FL_ROPE_LLAMA3:
        return llama3(h, i);
    case FL_ROPE_YARN:
        return yarn(h, i);
    default:
        return plain(h->rope_theta, (int)h->rotary_dim, i);
    }
}

/* ---- frequencies ---- */

typedef struct anchor {
    int pair;
    double theta;
} anchor;

static void check(fl_hparams h, double magnitude, const anchor *anchors, size_t n_anchors) {
    double theta[128], found = 0;
    fl_rope_frequencies(&h, NULL, theta, &found);
    assert_true(fabs(found - magnitude) < 1e-15);
    for (int i = 0; i < h.rotary_dim / 2; i++)
        assert_true(fabs(theta[i] / expected(&h, i) - 1) < 1e-13);
    for (size_t i = 0; i < n_anchors; i++)
        assert_true(fabs(theta[anchors[i].pair] / anchors[i].theta - 1) < 1e-13);
}

static const fl_hparams llama_3_1 = {.rope_theta = 500000,
                                     .rotary_dim = 128,
                                     .max_position_embeddings = 131072,
                                     .rope_scaling = {.kind = FL_ROPE_LLAMA3,
                                                      .factor = 8,
                                                      .low_freq_factor = 1,
                                                      .high_freq_factor = 4,
                                                      .original_max_position_embeddings = 8192}};

static void llama_3_1_as_published(void **state) {
    (void)state;
    static const anchor anchors[] = {
        {0, 1},
        {28, 0.003211445994752591},
        {29, 0.002166570763503359},
        {30, 0.0013718935677611381},
        {32, 0.0005248461609929547},
        {34, 0.0001785078127679964},
        {35, 9.556212353964683e-05},
        {63, 3.068925988914511e-07},
    };
    check(llama_3_1, 1, anchors, sizeof anchors / sizeof *anchors);
    fl_hparams llama_3_2 = llama_3_1;
    llama_3_2.rope_scaling.factor = 32;
    llama_3_2.rotary_dim = 64;
    check(llama_3_2, 1, NULL, 0);
}

/* Qwen2.5's recipe for long texts. */
static void yarn_as_published(void **state) {
    (void)state;
    static const anchor anchors[] = {
        {0, 1},
        {20, 0.01333521432163324},
        {23, 0.006978305848598663},
        {24, 0.005375321490790102},
        {30, 0.001064360981247002},
        {39, 6.490394320837029e-05},
        {40, 4.445698525097307e-05},
        {63, 3.102344401879299e-07},
    };
    fl_hparams h = {.rope_theta = 1e6,
                    .rotary_dim = 128,
                    .max_position_embeddings = 131072,
                    .rope_scaling = {.kind = FL_ROPE_YARN,
                                     .factor = 4,
                                     .beta_fast = 32,
                                     .beta_slow = 1,
                                     .original_max_position_embeddings = 32768}};
    check(h, 1.138629436111989, anchors, sizeof anchors / sizeof *anchors);
    h.rope_scaling.attention_factor = 1.25; /* replaces the default */
    check(h, 1.25, NULL, 0);
    h.rope_scaling.beta_fast = h.rope_scaling.beta_slow = 2; /* hardly a ramp */
    check(h, 1.25, NULL, 0);
    h.rope_scaling.original_max_position_embeddings = 4; /* a ramp that begins before pair 0 */
    check(h, 1.25, NULL, 0);
}

static void the_plain_kinds(void **state) {
    (void)state;
    fl_hparams h = {.rope_theta = 10000, .rotary_dim = 80, .max_position_embeddings = 4096};
    check(h, 1, NULL, 0);
    h.rope_scaling = (fl_rope_scaling){.kind = FL_ROPE_LINEAR, .factor = 2.5};
    check(h, 1, NULL, 0);
    h.rope_scaling = (fl_rope_scaling){.kind = FL_ROPE_DYNAMIC, .factor = 2};
    check(h, 1, NULL, 0);
}

/* What converters put into rope_freqs.weight for Llama 3.1 gives the frequencies of the formula. */
static void rope_freqs_equal_llama3(void **state) {
    (void)state;
    fl_hparams without = llama_3_1;
    float divisors[64];
    double theta[64], bent[64], magnitude;
    without.rope_scaling = (fl_rope_scaling){0};
    for (int i = 0; i < 64; i++)
        divisors[i] = (float)(plain(500000, 128, i) / llama3(&llama_3_1, i));
    assert_true(divisors[0] == 1 && divisors[63] == 8);
    fl_rope_frequencies(&without, divisors, theta, &magnitude);
    fl_rope_frequencies(&llama_3_1, NULL, bent, &magnitude);
    for (int i = 0; i < 64; i++)
        assert_true(fabs(theta[i] / bent[i] - 1) < 1e-7);
}

/* ---- what a run shows ---- */

enum { PAIRS = 8, TOKENS = 3 };

/* Runs TOKENS tokens and compares the first layerless stages with angles of position · theta. */
static void check_run(const fl_model *model, const double *theta, double magnitude) {
    static const int32_t ids[TOKENS] = {1, 5, 7};
    fl_session_options options = fl_session_defaults();
    fl_session *session = NULL;
    fl_event event;
    int compared = 0;
    options.ids = ids;
    options.n_ids = TOKENS;
    options.n_predict = 1;
    assert_int_equal(fl_session_new(&session, model, &options, NULL), FL_OK);
    while (fl_session_step(session, &event, NULL) == FL_OK) {
        if (event.stage != FL_STAGE_rope_cos && event.stage != FL_STAGE_rope_sin)
            continue;
        float cells[TOKENS * 2 * PAIRS];
        assert_int_equal(fl_tensor_count(&event.tensor), TOKENS * 2 * PAIRS);
        fl_tensor_pack(&event.tensor, cells);
        for (int i = 0; i < TOKENS * 2 * PAIRS; i++) {
            double angle = i / (2 * PAIRS) * theta[i % PAIRS];
            double wanted = event.stage == FL_STAGE_rope_cos ? cos(angle) : sin(angle);
            assert_true(fabs((double)cells[i] - magnitude * wanted) < 1e-6);
            compared++;
        }
    }
    assert_int_equal(compared, 2 * TOKENS * 2 * PAIRS);
    fl_session_free(&session);
}

static gguf_writer tiny(void) {
    gguf_writer w = gguf_start();
    gguf_llama(&w, &gguf_tiny);
    return w;
}

static void check_file(gguf_writer *w, double magnitude) {
    double theta[PAIRS];
    fl_model *model = assert_opens(w, GGUF_WHOLE);
    for (int i = 0; i < PAIRS; i++)
        theta[i] = expected(fl_model_hparams(model), i);
    check_run(model, theta, magnitude);
    fl_model_close(&model);
    gguf_done(w);
}

static void runs_show_the_angles(void **state) {
    (void)state;
    gguf_writer w = tiny();
    check_file(&w, 1);
    w = tiny();
    gguf_f32(&w, "llama.rope.scale_linear", 4);
    check_file(&w, 1);
    w = tiny();
    gguf_string(&w, "llama.rope.scaling.type", "yarn");
    gguf_f32(&w, "llama.rope.scaling.factor", 4);
    gguf_u32(&w, "llama.rope.scaling.original_context_length", 8);
    check_file(&w, 0.1 * log(4) + 1);
    w = tiny(); /* llama.cpp: the file's factor on top */
    gguf_string(&w, "llama.rope.scaling.type", "yarn");
    gguf_f32(&w, "llama.rope.scaling.factor", 4);
    gguf_f32(&w, "llama.rope.scaling.attn_factor", 0.5f);
    gguf_f32(&w, "llama.rope.scaling.yarn_beta_fast", 16);
    gguf_f32(&w, "llama.rope.scaling.yarn_ext_factor", 1);
    check_file(&w, 0.5 * (0.1 * log(4) + 1));
}

static void runs_show_rope_freqs(void **state) {
    (void)state;
    gguf_writer w = tiny();
    double theta[PAIRS];
    gguf_tensor(&w, "rope_freqs.weight", PAIRS, 0, FL_DTYPE_F32);
    fl_model *model = assert_opens(&w, GGUF_WHOLE);
    uint64_t at = fl_model_weight(model, FL_WEIGHT_rope_freqs, -1)->offset;
    for (int i = 0; i < PAIRS; i++) {
        float divisor = 1 + (float)i;
        memcpy(w.file.data + at + 4 * (size_t)i, &divisor, sizeof divisor);
        theta[i] = plain(10000, 2 * PAIRS, i) / (1 + i);
    }
    check_run(model, theta, 1);
    fl_model_close(&model);
    gguf_done(&w);
}

/* A divisor of nothing would turn every later number into none. */
static void refuses_impossible_divisors(void **state) {
    (void)state;
    static const float bad[] = {0, -1, NAN, INFINITY};
    fl_session_options options = fl_session_defaults();
    gguf_writer w = tiny();
    gguf_tensor(&w, "rope_freqs.weight", PAIRS, 0, FL_DTYPE_F32);
    fl_model *model = assert_opens(&w, GGUF_WHOLE);
    uint64_t at = fl_model_weight(model, FL_WEIGHT_rope_freqs, -1)->offset;
    options.ids = (const int32_t[]){1};
    options.n_ids = 1;
    for (size_t b = 0; b < sizeof bad / sizeof *bad; b++) {
        fl_session *session = NULL;
        fl_diag diag;
        for (int i = 0; i < PAIRS; i++)
            memcpy(w.file.data + at + 4 * (size_t)i, i == 3 ? &bad[b] : &(float){1}, 4);
        assert_int_equal(fl_session_new(&session, model, &options, &diag), FL_ERR_FORMAT);
        assert_non_null(strstr(diag.message, "tensor 'rope_freqs.weight' holds"));
        assert_non_null(strstr(diag.message, "at pair 3, expected a positive number"));
    }
    fl_model_close(&model);
    gguf_done(&w);
}

/* Dynamic scaling is none as long as the context stays within the original one. */
static void dynamic_ends_at_the_original_context(void **state) {
    (void)state;
    gguf_writer w = tiny();
    fl_session *session = NULL;
    fl_session_options options = fl_session_defaults();
    fl_diag diag;
    static const int32_t ids[17] = {1};
    double theta[PAIRS];
    fl_model *model = assert_opens(&w, GGUF_WHOLE);
    model->hparams.rope_scaling = (fl_rope_scaling){
        .kind = FL_ROPE_DYNAMIC, .factor = 2, .original_max_position_embeddings = 16};
    for (int i = 0; i < PAIRS; i++)
        theta[i] = plain(10000, 2 * PAIRS, i);
    check_run(model, theta, 1);
    options.ids = ids;
    options.n_ids = 1;
    options.context = 17;
    assert_int_equal(fl_session_new(&session, model, &options, &diag), FL_ERR_LIMIT);
    assert_non_null(strstr(diag.message, "17 positions is more than the model's 16: beyond them "
                                         "dynamic rope scaling"));
    options.n_ids = 17;
    options.context = 0;
    assert_int_equal(fl_session_new(&session, model, &options, &diag), FL_ERR_LIMIT);
    assert_non_null(strstr(diag.message, "at most the context's 16: beyond them dynamic"));
    options.n_ids = 16;
    assert_int_equal(fl_session_new(&session, model, &options, &diag), FL_OK);
    fl_session_free(&session);
    fl_model_close(&model);
    gguf_done(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(llama_3_1_as_published),
        cmocka_unit_test(yarn_as_published),
        cmocka_unit_test(the_plain_kinds),
        cmocka_unit_test(rope_freqs_equal_llama3),
        cmocka_unit_test(runs_show_the_angles),
        cmocka_unit_test(runs_show_rope_freqs),
        cmocka_unit_test(refuses_impossible_divisors),
        cmocka_unit_test(dynamic_ends_at_the_original_context),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
