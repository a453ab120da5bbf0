/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * How far the logits of each instruction set may be from those of the scalar kernels, per storage
 * type. The scalar ones are held against an outside reference (tests/golden), and those of a
 * quantised file equal, bit by bit, those of its weights as floats (tests/model/test_types.c).
 *
 * Distances are |a - b| / |b| over all logits of a pass. Exact: float activations, so only the
 * order of sums differs. Fast: activations rounded to 8 bits, 32 under one scale; a rounding is at
 * most 1/254 of the largest of its 32.
 */
#include "test.h"

#include "cli/program.h"
#include "tools/random_model.h"

#include "kernels/kernels.h"

#include <footlight/footlight.h>
#include <math.h>
#include <strings.h>

enum { VOCAB = 300, PROMPT = 37, PASSES = 3 };

static const double exact_limit = 5e-6;

/* By name as in tests/tools: what a fast run may be off, for types that have 8-bit products. */
static const struct {
    const char *storage;
    double limit;
} fast_limits[] = {
    {"Q8_0", 0.04}, {"Q4_0", 0.04}, {"Q4_K", 0.05},
    {"Q5_K", 0.04}, {"Q6_K", 0.05}, {"Q4_K_M", 0.05},
};

static double fast_limit(const char *storage) {
    for (size_t i = 0; i < sizeof fast_limits / sizeof *fast_limits; i++)
        if (strcasecmp(fast_limits[i].storage, storage) == 0)
            return fast_limits[i].limit;
    return 0;
}

static fl_model *open_random(const random_storage *storage) {
    fl_model *model = NULL;
    fl_diag diag;
    random_model random = {.storage = storage, .seed = 11};
    fl_model *base;
    assert_int_equal(fl_model_open(&base, "tinyllama-1.1b", &diag), FL_OK);
    random.shape = *fl_model_hparams(base);
    fl_model_close(&base);
    random.shape.hidden_size = 256;
    random.shape.intermediate_size = 512;
    random.shape.num_hidden_layers = 3;
    random.shape.num_attention_heads = 4;
    random.shape.num_key_value_heads = 2;
    random.shape.head_dim = random.shape.rotary_dim = 64;
    random.shape.vocab_size = VOCAB;
    random.shape.max_position_embeddings = 64;
    const char *path = fl_temporary("tolerance.gguf");
    if (random_model_write(&random, path, &diag) != FL_OK || fl_model_open(&model, path, &diag))
        fail_msg("%s", diag.message);
    return model;
}

/* The logits of a prefill and of the passes after it, which read the same tokens whatever was
 * chosen: the prompt is long enough for one to be many tokens side by side. */
typedef struct outcome {
    float logits[PASSES][VOCAB];
    bool exact;
} outcome;

static void run(const fl_model *model, const char *isa, bool fast, outcome *out) {
    int32_t ids[PROMPT + PASSES - 1];
    for (int i = 0; i < PROMPT + PASSES - 1; i++)
        ids[i] = 3 + i * 41 % (VOCAB - 3);
    for (int pass = 0; pass < PASSES; pass++) { /* the last pass reads one token, or all */
        fl_session_options options = fl_session_defaults();
        fl_session *session;
        fl_event event;
        options.ids = ids;
        options.n_ids = (size_t)(PROMPT + pass);
        options.chunk = pass == 0 ? PROMPT : PROMPT + pass - 1;
        options.n_predict = 0;
        options.isa = isa;
        options.fast = fast;
        assert_int_equal(fl_session_new(&session, model, &options, NULL), FL_OK);
        out->exact = fl_session_exact(session);
        while (fl_session_step(session, &event, NULL) == FL_OK)
            if (event.stage == FL_STAGE_logits)
                fl_tensor_pack(&event.tensor, out->logits[pass]);
        fl_session_free(&session);
    }
}

static double distance(const outcome *a, const outcome *b) {
    double worst = 0;
    for (int pass = 0; pass < PASSES; pass++) {
        double off = 0, size = 0;
        for (int i = 0; i < VOCAB; i++) {
            double x = (double)a->logits[pass][i], y = (double)b->logits[pass][i];
            off += (x - y) * (x - y);
            size += y * y;
        }
        worst = fmax(worst, sqrt(off / size)) + (isfinite(off) ? 0 : INFINITY);
    }
    return worst;
}

static void check_level(const fl_model *model, const random_storage *storage, const char *isa,
                        const outcome *scalar) {
    outcome exact, fast;
    run(model, isa, false, &exact);
    run(model, isa, true, &fast);
    double off = distance(&exact, scalar), limit = fast_limit(storage->name);
    if (!exact.exact || off > exact_limit)
        fail_msg("%s, %s exact: %g off the scalar kernels, expected at most %g", storage->name, isa,
                 off, exact_limit);
    off = distance(&fast, scalar);
    if (fast.exact != (limit == 0) || off > fmax(limit, exact_limit))
        fail_msg("%s, %s fast: %g off the scalar kernels, expected at most %g", storage->name, isa,
                 off, limit);
    if (limit > 0 && off < 1e-4)
        fail_msg("%s, %s fast: %g off the scalar kernels, as if nothing were rounded",
                 storage->name, isa, off);
}

static void every_level_stays_near_scalar(void **state) {
    (void)state;
    static const char *const levels[] = {
#define FL_LEVEL(name, file, runs) name,
#include "kernels/levels.def"
        NULL};
    const random_storage *storage;
    for (int i = 0; (storage = random_storage_at(i)); i++) {
        fl_model *model = open_random(storage);
        outcome scalar;
        run(model, "scalar", true, &scalar);
        assert_true(scalar.exact);
        for (int l = 0; levels[l]; l++) {
            fl_kernels kernels;
            fl_diag diag;
            if (fl_kernels_choose(&kernels, levels[l], &diag) == FL_OK)
                check_level(model, storage, levels[l], &scalar);
        }
        fl_model_close(&model);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_level_stays_near_scalar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
