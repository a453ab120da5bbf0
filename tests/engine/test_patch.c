/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/* Patches on the built-in model: words, what they strike, and that the run stays exact. */
#include "test.h"

#include "base/diag.h"
#include "engine/started.h"
#include "kernels/dequant.h"

#include <math.h>

static void a_zeroed_head_is_zero_and_marks_what_follows(void **state) {
    (void)state;
    fl_patch patch;
    fl_session_options o = options(1);
    assert_int_equal(fl_patch_parse("layer 1 head 2 zero", &patch, NULL), FL_OK);
    o.patches = &patch;
    o.n_patches = 1;
    fl_session *s = session(&o);
    fl_event event;
    bool struck = false;
    while (fl_session_step(s, &event, NULL) == FL_OK) {
        if (event.stage == FL_STAGE_attn_head && event.layer == 1) {
            fl_stats stats;
            struck = true;
            fl_event_stats(&event, &stats);
            assert_true((stats.zeros == stats.count) == (event.head == 2));
        }
        /* of the struck stage only the head that is */
        bool other = event.stage == FL_STAGE_attn_head && event.layer == 1 && event.head != 2;
        assert_true(event.modified == (struck && !other));
    }
    assert_true(struck);
    fl_session_free(&s);
}

static fl_session *patched_session(fl_session_options *o, fl_patch *patch, const char *text) {
    fl_diag diag;
    fl_diag_init(&diag, NULL);
    if (fl_patch_parse(text, patch, &diag) != FL_OK)
        fail_msg("%s", diag.message);
    o->patches = patch;
    o->n_patches = 1;
    return session(o);
}

/* The values of a stage's first event in a layer (and head) of a run, which ends with it. The
 * caller frees. */
static float *first_values(fl_session *s, fl_stage stage, int32_t layer, int32_t head,
                           int64_t *count) {
    fl_event event;
    float *values = NULL;
    *count = 0;
    while (!values && fl_session_step(s, &event, NULL) == FL_OK) {
        if (event.stage != stage || event.layer != layer || event.head != head)
            continue;
        *count = fl_tensor_count(&event.tensor);
        values = malloc((size_t)*count * sizeof *values);
        fl_tensor_pack(&event.tensor, values);
    }
    fl_session_free(&s);
    assert_non_null(values);
    return values;
}

/* The same of a run with that patch or, NULL, without. */
static float *values_with(const char *text, fl_stage stage, int32_t layer, int32_t head,
                          int64_t *count) {
    fl_patch patch;
    fl_session_options o = options(1);
    fl_session *s = text ? patched_session(&o, &patch, text) : session(&o);
    return first_values(s, stage, layer, head, count);
}

/* Differs in the column only, where it is zero; what down makes of it is what its weight says. */
static void a_zeroed_neuron_is_a_zero_in_what_down_reads(void **state) {
    (void)state;
    const int64_t F = fl_model_hparams(model)->intermediate_size,
                  D = fl_model_hparams(model)->hidden_size;
    int64_t n = 0, m = 0;
    float *whole = values_with(NULL, FL_STAGE_swiglu, 2, -1, &n);
    float *cut = values_with("layer 2 neuron 17 zero", FL_STAGE_swiglu, 2, -1, &m);
    assert_int_equal(n, m);
    for (int64_t i = 0; i < n; i++)
        assert_true(cut[i] == (i % F == 17 ? 0 : whole[i]));
    float *out = values_with(NULL, FL_STAGE_down, 2, -1, &m);
    float *less = values_with("layer 2 neuron 17 zero", FL_STAGE_down, 2, -1, &m);
    const fl_weight *w = fl_model_weight(model, FL_WEIGHT_ffn_down, 2);
    float *row = malloc((size_t)F * sizeof *row);
    for (int64_t o = 0; o < D; o++) {
        fl_dequantise(w->dtype,
                      (const char *)w->data +
                          (uint64_t)o * fl_dtype_row_bytes(w->dtype, (uint64_t)F),
                      F, row);
        for (int64_t t = 0; t < N_PROMPT; t++)
            assert_true(fabsf(out[t * D + o] - less[t * D + o] - row[17] * whole[t * F + 17]) <
                        1e-4f);
    }
    free(whole);
    free(cut);
    free(out);
    free(less);
    free(row);
}

/* A key of zeros scores zero against every query, and the softmax shares accordingly. */
static void a_zeroed_key_scores_zero(void **state) {
    (void)state;
    int64_t n = 0, m = 0;
    const char *text = "layer 1 key 2 zero";
    for (int32_t head = 0; head < fl_model_hparams(model)->num_attention_heads; head++) {
        float *whole = values_with(NULL, FL_STAGE_attn_scores, 1, head, &n);
        float *cut = values_with(text, FL_STAGE_attn_scores, 1, head, &m);
        float *probs = values_with(text, FL_STAGE_attn_probs, 1, head, &m);
        for (int64_t t = 0; t < N_PROMPT; t++) {
            double sum = 0;
            for (int64_t k = 0; k <= t; k++) {
                double score = k == 2 ? 0 : (double)whole[t * N_PROMPT + k];
                assert_true((double)cut[t * N_PROMPT + k] == score);
                sum += exp(score);
            }
            for (int64_t k = 0; k <= t; k++) {
                double score = k == 2 ? 0 : (double)whole[t * N_PROMPT + k];
                assert_true(fabs((double)probs[t * N_PROMPT + k] - exp(score) / sum) < 1e-6);
            }
        }
        free(whole);
        free(cut);
        free(probs);
    }
}

/* Cells of a cache event that differ from a run without the patch lie where the patch says, and its
 * statistics are those of its cells; a later pass finds it there still. */
static void patched_cells_stay_in_the_cache(void **state) {
    (void)state;
    static const struct {
        const char *text;
        fl_stage stage;
        bool shared;
    } cases[] = {
        {"layer 1 key 3 zero", FL_STAGE_k_cache, true},
        {"layer 1 value 3 scale 0.5", FL_STAGE_v_cache, true},
        {"layer 1 head 2 key 3 zero", FL_STAGE_k_cache, false},
        {"layer 1 key 8 zero", FL_STAGE_k_cache, true}}; /* in the second pass that chooses */
    const fl_hparams *h = fl_model_hparams(model);
    int64_t own = 2 / (h->num_attention_heads / h->num_key_value_heads);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        fl_patch patch;
        fl_session_options o = options(3), plain = options(3);
        fl_session *s = patched_session(&o, &patch, cases[c].text), *whole = session(&plain);
        fl_event event, other;
        int struck = 0;
        while (fl_session_step(s, &event, NULL) == FL_OK &&
               fl_session_step(whole, &other, NULL) == FL_OK) {
            int64_t index[FL_MAX_DIMS] = {0};
            fl_stats direct;
            if (event.stage != cases[c].stage || event.layer != 1)
                continue;
            do {
                double a = fl_tensor_at(&event.tensor, index),
                       b = fl_tensor_at(&other.tensor, index);
                bool here = index[2] == patch.place && (cases[c].shared || index[1] == own);
                if (here || event.pass == 0)
                    assert_true(event.pass > 0 ? patch.scale != 0 || a == 0
                                               : a == (here ? b * (double)patch.scale : b));
                struck += here;
            } while (fl_tensor_next(&event.tensor, index));
            assert_int_equal(event.modified, patch.place < event.past + event.new_tokens);
            fl_tensor_stats(&event.tensor, &direct);
            assert_int_equal(event.stats->zeros, direct.zeros);
            assert_true(event.stats->min == direct.min && event.stats->max == direct.max);
            assert_true(fabs(event.stats->sum - direct.sum) < 1e-9);
        }
        assert_true(struck > 0);
        fl_session_free(&s);
        fl_session_free(&whole);
    }
}

static void patched_runs_depend_on_no_thread_and_repeat_when_rewound(void **state) {
    (void)state;
    static const char *const texts[] = {"layer 2 neuron 17 zero", "layer 1 head 2 value 7 scale 3",
                                        "layer 0 key 1 zero"};
    fl_patch patches[3];
    int64_t n = 0, m = 0;
    fl_session_options o = options(3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(fl_patch_parse(texts[i], &patches[i], NULL), FL_OK);
    o.patches = patches;
    o.n_patches = 3;
    o.threads = 1;
    uint64_t *one = digests(&o, &n);
    o.threads = 3;
    uint64_t *many = digests(&o, &m);
    assert_int_equal(n, m);
    assert_memory_equal(one, many, (size_t)n * sizeof *one);
    fl_session *s = session(&o);
    fl_event event;
    assert_int_equal(fl_session_run(s, NULL), FL_DONE);
    for (int32_t pass = 2; pass >= 0; pass--) {
        assert_int_equal(fl_session_rewind(s, pass, NULL), FL_OK);
        while (fl_session_step(s, &event, NULL) == FL_OK)
            assert_true(digest(&event) == one[event.index]);
    }
    fl_session_free(&s);
    free(one);
    free(many);
}

static void a_layers_branches_can_be_scaled(void **state) {
    (void)state;
    static const struct {
        const char *text;
        fl_stage stage;
    } cases[] = {{"layer 0 attn scale 2", FL_STAGE_attn_out},
                 {"layer 0 ffn scale 2", FL_STAGE_down}};
    for (size_t c = 0; c < 2; c++) {
        fl_patch patch;
        double sums[2] = {0, 0};
        assert_int_equal(fl_patch_parse(cases[c].text, &patch, NULL), FL_OK);
        for (size_t patched = 0; patched < 2; patched++) {
            fl_session_options o = options(1);
            o.patches = &patch;
            o.n_patches = patched;
            fl_session *s = session(&o);
            fl_event event;
            while (fl_session_step(s, &event, NULL) == FL_OK) {
                fl_stats stats;
                if (event.stage != cases[c].stage || event.layer != 0)
                    continue;
                fl_event_stats(&event, &stats);
                sums[patched] = stats.l2;
            }
            fl_session_free(&s);
        }
        assert_true(fabs(sums[1] - 2 * sums[0]) < 1e-9);
    }
}

static void patches_are_written_as_they_are_read(void **state) {
    (void)state;
    static const char *const texts[] = {
        "layer 3 head 7 zero",       "layer 0 attn zero",
        "layer 12 ffn scale 0.5",    "layer 2 neuron 17 zero",
        "layer 1 key 3 zero",        "layer 1 value 3 scale 0.100000001",
        "layer 1 head 2 key 3 zero", "layer 1 head 2 value 0 scale -2"};
    static const char *const wrong[] = {"",
                                        "layer",
                                        "layer x head 1 zero",
                                        "layer 1 head zero",
                                        "layer 1 ffn scale",
                                        "layer 1 ffn scale nan",
                                        "layer 1 ffn zero more",
                                        "layer -1 ffn zero"};
    fl_patch patch;
    char text[64];
    fl_diag diag;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(fl_patch_parse(texts[i], &patch, NULL), FL_OK);
        fl_patch_print(&patch, text, sizeof text);
        assert_string_equal(text, texts[i]);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(fl_patch_parse(wrong[i], &patch, &diag), FL_ERR_USAGE);
}

static void a_wrong_patch_is_told_where(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"layer 1 heat 2 zero", "found 'heat', expected head, attn, ffn, neuron, key or value"},
        {"layer one", "found 'one', expected the number of a layer"},
        {"layer 1 head 2 off", "found 'off', expected zero, scale, key or value"},
        {"layer 1 key 3", "ends too early, expected zero or scale"},
        {"layer 1 head 2 key zero", "found 'zero', expected a position"},
        {"layer 1 neuron 2 scale x", "found 'x', expected a number from -3.4e38 to 3.4e38"},
        {"layer 1 ffn scale 1e40", "found '1e40', expected a number from -3.4e38 to 3.4e38"},
        {"layer 1 ffn scale nan", "found 'nan', expected a number from -3.4e38 to 3.4e38"},
        {"layer 1 attn 3 zero", "found '3', expected zero or scale"},
        {"layer 1 ffn zero twice", "found 'twice', expected nothing more"},
    };
    fl_patch patch;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fl_diag diag;
        fl_diag_init(&diag, NULL);
        assert_int_equal(fl_patch_parse(cases[i][0], &patch, &diag), FL_ERR_USAGE);
        if (!strstr(diag.message, cases[i][1]))
            fail_msg("'%s': %s", cases[i][0], diag.message);
    }
}

/* The run of patches written so, as far as the first `down` of layer 1. */
static float *values_with_two(const char *first, const char *second, int64_t *count) {
    fl_patch patches[2];
    fl_session_options o = options(1);
    assert_int_equal(fl_patch_parse(first, &patches[0], NULL), FL_OK);
    assert_int_equal(fl_patch_parse(second, &patches[1], NULL), FL_OK);
    o.patches = patches;
    o.n_patches = 2;
    return first_values(session(&o), FL_STAGE_down, 1, -1, count);
}

/* One place has one patch: factors do not multiply. */
static void the_later_of_one_place_counts(void **state) {
    (void)state;
    int64_t n = 0, m = 0;
    float *one = values_with("layer 1 ffn scale 0.5", FL_STAGE_down, 1, -1, &n);
    float *two = values_with_two("layer 1 ffn scale 8", "layer 1 ffn scale 0.5", &m);
    assert_int_equal(n, m);
    assert_memory_equal(one, two, (size_t)n * sizeof *one);
    free(two);
    two = values_with_two("layer 0 ffn scale 8", "layer 1 ffn scale 0.5", &m);
    assert_memory_not_equal(one, two, (size_t)n * sizeof *one);
    free(one);
    free(two);
}

static bool same_place(const char *a, const char *b) {
    fl_patch one, other;
    fl_hparams h = *fl_model_hparams(model);
    h.num_attention_heads = 8;
    h.num_key_value_heads = 2;
    assert_int_equal(fl_patch_parse(a, &one, NULL), FL_OK);
    assert_int_equal(fl_patch_parse(b, &other, NULL), FL_OK);
    return fl_patch_same_place(&one, &other, &h);
}

static void places_are_told_apart(void **state) {
    (void)state;
    assert_true(same_place("layer 1 head 2 zero", "layer 1 head 2 scale 3"));
    assert_false(same_place("layer 1 head 2 zero", "layer 1 head 3 zero"));
    assert_false(same_place("layer 1 attn zero", "layer 1 ffn zero"));
    assert_false(same_place("layer 1 neuron 3 zero", "layer 1 neuron 4 zero"));
    assert_true(same_place("layer 1 head 0 key 3 zero", "layer 1 head 3 key 3 zero"));
    assert_false(same_place("layer 1 head 3 key 3 zero", "layer 1 head 4 key 3 zero"));
    assert_false(same_place("layer 1 key 3 zero", "layer 1 head 0 key 3 zero"));
    assert_false(same_place("layer 1 key 3 zero", "layer 1 value 3 zero"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_zeroed_head_is_zero_and_marks_what_follows),
        cmocka_unit_test(a_zeroed_neuron_is_a_zero_in_what_down_reads),
        cmocka_unit_test(a_zeroed_key_scores_zero),
        cmocka_unit_test(patched_cells_stay_in_the_cache),
        cmocka_unit_test(patched_runs_depend_on_no_thread_and_repeat_when_rewound),
        cmocka_unit_test(a_layers_branches_can_be_scaled),
        cmocka_unit_test(patches_are_written_as_they_are_read),
        cmocka_unit_test(a_wrong_patch_is_told_where),
        cmocka_unit_test(the_later_of_one_place_counts),
        cmocka_unit_test(places_are_told_apart),
    };
    return cmocka_run_group_tests(tests, open_model, close_model);
}
