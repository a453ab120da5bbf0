/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */

/* Whole models against published results: logits and greedy ids of one model in ten forms
 * (expected_logits.json, float64 on the dequantised weights; ours is float, so 1e-3), and the texts
 * that llama2.c's own runner writes with stories260K, letter for letter, through our tokenizer.
 */
#include "sinks/qk_order.h"
#include "test.h"

#include <footlight/footlight.h>

#include <jansson.h>
#include <math.h>

#define LOGIT_TOLERANCE 1e-3
#define STEPS 256 /* what the runner was allowed: this many tokens after BOS */

static fl_model *open_model(const char *path) {
    fl_model *model = NULL;
    fl_diag diag;
    if (fl_model_open(&model, path, &diag) != FL_OK)
        fail_msg("%s: %s", path, diag.message);
    return model;
}

static fl_session *new_session(const fl_model *model, const int32_t *ids, size_t n_ids,
                               int64_t n_predict) {
    fl_session *session = NULL;
    fl_diag diag;
    fl_session_options options = fl_session_defaults();
    options.ids = ids;
    options.n_ids = n_ids;
    options.n_predict = n_predict;
    if (fl_session_new(&session, model, &options, &diag) != FL_OK)
        fail_msg("%s", diag.message);
    return session;
}

/* ------------------------------------------------------------------------- expected_logits.json */

/* Keeps the logits of the first pass. */
struct keeper {
    float *logits; /* [V] */
    size_t n;
};

static bool wants_logits(void *ctx, const fl_step *step) {
    (void)ctx;
    return step->stage == FL_STAGE_logits;
}

static fl_flow keep_logits(void *ctx, const fl_event *event) {
    struct keeper *k = ctx;
    if (event->pass != 0)
        return FL_GO;
    k->n = (size_t)fl_tensor_count(&event->tensor);
    k->logits = malloc(k->n * sizeof *k->logits);
    fl_tensor_pack(&event->tensor, k->logits);
    return FL_GO;
}

static size_t ids_of(const json_t *list, int32_t *ids, size_t limit) {
    size_t n = json_array_size(list);
    assert_in_range(n, 1, limit);
    for (size_t i = 0; i < n; i++)
        ids[i] = (int32_t)json_integer_value(json_array_get(list, i));
    return n;
}

static void compare_logits(const json_t *want, const struct keeper *got) {
    int32_t ids[16];
    const json_t *values = json_object_get(want, "top10_logits");
    size_t n = ids_of(json_object_get(want, "top10_ids"), ids, 16);
    double squares = 0;
    for (size_t i = 0; i < n; i++) {
        double expected = json_number_value(json_array_get(values, i));
        assert_true((size_t)ids[i] < got->n);
        if (!(fabs(expected - (double)got->logits[ids[i]]) <= LOGIT_TOLERANCE))
            fail_msg("logit of id %d is %.6f, expected %.6f", ids[i], (double)got->logits[ids[i]],
                     expected);
    }
    for (size_t i = 0; i < got->n; i++)
        squares += (double)got->logits[i] * (double)got->logits[i];
    double l2 = json_number_value(json_object_get(want, "logits_l2"));
    if (!(fabs(sqrt(squares) - l2) <= LOGIT_TOLERANCE))
        fail_msg("L2 of the logits is %.6f, expected %.6f", sqrt(squares), l2);
}

static void compare_file(const json_t *want, const char *path) {
    int32_t prompt[16], expected[16];
    struct keeper keeper = {0};
    fl_diag diag;
    size_t n_prompt = ids_of(json_object_get(want, "tokens"), prompt, 16);
    size_t n_expected = ids_of(json_object_get(want, "greedy16"), expected, 16);
    fl_model *model = open_model(path);
    fl_session *session = new_session(model, prompt, n_prompt, (int64_t)n_expected);
    assert_int_equal(fl_session_add_sink(session, &(fl_sink){&keeper, wants_logits, keep_logits}),
                     FL_OK);
    assert_int_equal(fl_session_run(session, &diag), FL_DONE);

    compare_logits(want, &keeper);
    size_t n = 0;
    const int32_t *tokens = fl_session_tokens(session, &n);
    assert_int_equal(n, n_prompt + n_expected);
    assert_memory_equal(tokens + n_prompt, expected, n_expected * sizeof *expected);
    free(keeper.logits);
    fl_session_free(&session);
    fl_model_close(&model);
}

static void derived_file(void **state) {
    const char *name = *state;
    char path[128];
    size_t i, found = 0;
    json_t *cases, *want;
    snprintf(path, sizeof path, "derived/%s", name);
    FL_NEED_DATA(path);
    cases = json_load_file(fl_test_data("derived/expected_logits.json"), 0, NULL);
    assert_non_null(cases);
    json_array_foreach(cases, i, want) {
        if (strcmp(json_string_value(json_object_get(want, "file")), name) == 0) {
            compare_file(want, fl_test_data(path));
            found++;
        }
    }
    json_decref(cases);
    assert_int_equal(found, 1);
}

static struct keeper logits_of(const char *path) {
    static const int32_t prompt[] = {1, 403, 407, 261, 378};
    struct keeper keeper = {0};
    fl_model *model = open_model(path);
    fl_session *session = new_session(model, prompt, 5, 1);
    assert_int_equal(fl_session_add_sink(session, &(fl_sink){&keeper, wants_logits, keep_logits}),
                     FL_OK);
    assert_int_equal(fl_session_run(session, NULL), FL_DONE);
    fl_session_free(&session);
    fl_model_close(&model);
    return keeper;
}

static void one_model_in_any_format(void **state) {
    (void)state;
    static const char *const files[] = {"derived/stories260K-v1.bin",
                                        "derived/stories260K-f32.gguf", "derived/hf-stories260K",
                                        "derived/hf-stories260K/model.safetensors"};
    FL_NEED_DATA("derived/stories260K-v1.bin");
    struct keeper first = logits_of(fl_test_data("stories260K.bin"));
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct keeper other = logits_of(fl_test_data(files[i]));
        assert_int_equal(other.n, first.n);
        for (size_t id = 0; id < first.n; id++)
            assert_true(fabs((double)other.logits[id] - (double)first.logits[id]) <= 1e-5);
        free(other.logits);
    }
    free(first.logits);
}

/* All numbers of a run, one event after the other. */
struct cells {
    float *values;
    size_t n;
};

static fl_flow keep_cells(void *ctx, const fl_event *event) {
    struct cells *c = ctx;
    size_t count = (size_t)fl_tensor_count(&event->tensor);
    if (event->tensor.dtype != FL_DTYPE_F32)
        return FL_GO;
    c->values = realloc(c->values, (c->n + count) * sizeof *c->values);
    assert_non_null(c->values);
    fl_tensor_pack(&event->tensor, c->values + c->n);
    c->n += count;
    return FL_GO;
}

static struct cells cells_of(const char *path) {
    static const int32_t prompt[] = {1, 403, 407, 261, 378};
    struct cells cells = {0};
    fl_qk_order order;
    fl_model *model = open_model(path);
    fl_session *session = new_session(model, prompt, 5, 3);
    fl_sink sink = {&cells, NULL, keep_cells};
    fl_qk_order_init(&order, fl_model_hparams(model), sink);
    if (fl_qk_order_differs(fl_model_hparams(model)))
        sink = fl_qk_order_sink(&order);
    assert_int_equal(fl_session_add_sink(session, &sink), FL_OK);
    assert_int_equal(fl_session_run(session, NULL), FL_DONE);
    fl_qk_order_done(&order);
    fl_session_free(&session);
    fl_model_close(&model);
    return cells;
}

/* Neighbours in the one file are halves in the other. */
static void the_order_of_hugging_face_makes_every_cell_comparable(void **state) {
    (void)state;
    FL_NEED_DATA("derived/hf-stories260K/model.safetensors");
    struct cells hf = cells_of(fl_test_data("derived/hf-stories260K"));
    struct cells gguf = cells_of(fl_test_data("derived/stories260K-f32.gguf"));
    assert_int_equal(hf.n, gguf.n);
    for (size_t i = 0; i < hf.n; i++) {
        double a = (double)hf.values[i], b = (double)gguf.values[i];
        if (!(fabs(a - b) <= 2e-5 + 1e-5 * fabs(b)) && !(isinf(a) && a == b))
            fail_msg("cell %zu is %.9g and %.9g", i, a, b);
    }
    free(hf.values);
    free(gguf.values);
}

/* ------------------------------------------------------------------------------- greedy texts */

static const char lily[] =
    "Once upon a time, there was a little girl named Lily. She loved to play outside in the park. "
    "One day, she saw a big, red ball. She wanted to play with it, but it was too high.\n"
    "Lily's mom said, \"Lily, let's go to the park.\" Lily was sad and didn't know what to do. "
    "She said, \"I want to play with your ball, but I can't find it.\"\n"
    "Lily was sad and didn't know what to do. She said, \"I'm sorry, Lily. I didn't know what to "
    "do.\"\n"
    "Lily didn't want to help her mom, so she said, \"I'm sorry, mom. I didn't know what to do.\" "
    "Her mom said, \"Don't worry, Lily. We can help you.";

static const char dog[] =
    "The little dog was a little girl named Lily. She loved to play with her toys and her toys. "
    "One day, she saw a big box with a big box. It was a big, red ball. She wanted to play with "
    "it, but she did not want to play with it.\n"
    "Lily's mom said, \"Lily, let's go to the box.\" Lily said, \"Yes, it is. It's a small "
    "box.\"\n"
    "Lily was very happy and said, \"Yes, I will help you.\" They played together and had fun.\n"
    "After a while, Lily's mom said, \"Thank you, Lily. You are a good friend.\" Lily was happy to "
    "have a new friend. They played together every day.";

struct text {
    char bytes[4096];
    size_t length;
};

static void append(struct text *text, const fl_tokenizer *tokenizer, int32_t previous, int32_t id) {
    size_t n = 0;
    const char *bytes = fl_decode(tokenizer, previous, id, &n);
    assert_true(text->length + n < sizeof text->bytes);
    memcpy(text->bytes + text->length, bytes, n);
    text->length += n;
    text->bytes[text->length] = '\0';
}

/* Prompt and continuation as the runner prints them. True if the model ended the text itself. */
static bool write_on(struct text *text, const fl_tokenizer *tokenizer, fl_session *session) {
    fl_status status = FL_OK;
    int32_t token = -1;
    size_t n = 0;
    const int32_t *tokens = fl_session_tokens(session, &n);
    for (size_t i = 1; i < n; i++)
        append(text, tokenizer, tokens[i - 1], tokens[i]);
    int32_t previous = tokens[n - 1];
    while (status == FL_OK) {
        status = fl_session_pass(session, &token, NULL);
        assert_true(status == FL_OK || status == FL_DONE);
        if (token < 0)
            break;
        if (fl_token_ends(tokenizer, token))
            return true;
        append(text, tokenizer, previous, token);
        previous = token;
    }
    return false;
}

/* What stories260K makes of a prompt, greedily, in STEPS tokens after BOS. */
static bool tell_story(struct text *text, const char *prompt) {
    fl_tokenizer *tokenizer = NULL;
    int32_t *ids = NULL;
    size_t n_ids = 0;
    *text = (struct text){0};
    fl_model *model = open_model(fl_test_data("stories260K.bin"));
    assert_int_equal(fl_tokenizer_open(&tokenizer, fl_test_data("tok512.bin"),
                                       fl_model_hparams(model)->vocab_size, NULL),
                     FL_OK);
    assert_int_equal(fl_encode(tokenizer, prompt, strlen(prompt), true, false, &ids, &n_ids, NULL),
                     FL_OK);
    fl_session *session = new_session(model, ids, n_ids, STEPS + 1 - (int64_t)n_ids);
    bool ended = write_on(text, tokenizer, session);
    fl_session_free(&session);
    free(ids);
    fl_tokenizer_free(&tokenizer);
    fl_model_close(&model);
    return ended;
}

static void greedy_text_from_nothing(void **state) {
    (void)state;
    struct text text;
    FL_NEED_DATA("tok512.bin");
    assert_false(tell_story(&text, ""));
    assert_string_equal(text.bytes, lily);
}

static void greedy_text_once_upon_a_time(void **state) {
    (void)state;
    struct text text;
    FL_NEED_DATA("tok512.bin");
    assert_false(tell_story(&text, "Once upon a time"));
    assert_string_equal(text.bytes, lily);
}

static void greedy_text_that_ends_itself(void **state) {
    (void)state;
    struct text text;
    FL_NEED_DATA("tok512.bin");
    assert_true(tell_story(&text, "The little dog"));
    assert_string_equal(text.bytes, dog);
}

/* Later in this one the two best logits come so close that the order of float sums may decide. */
static void greedy_text_of_a_long_prompt(void **state) {
    (void)state;
    static const char begin[] =
        "Lily and Ben went to the park. They saw a big red ball. They wanted "
        "to play with it. They wanted to play with the ball.";
    struct text text;
    FL_NEED_DATA("tok512.bin");
    tell_story(&text, "Lily and Ben went to the park. They saw a big red");
    text.bytes[sizeof begin - 1] = '\0';
    assert_string_equal(text.bytes, begin);
}

#define DERIVED(name)                                                                              \
    { "derived_file " name, derived_file, NULL, NULL, (void *)(uintptr_t)name }

int main(void) {
    const struct CMUnitTest tests[] = {
        DERIVED("stories260K-f32.gguf"),
        DERIVED("stories260K-f16-v2.gguf"),
        DERIVED("stories260K-bf16-align64.gguf"),
        DERIVED("stories260K-q8_0.gguf"),
        DERIVED("stories260K-q4_0.gguf"),
        DERIVED("stories260K-v1.bin"),
        DERIVED("stories260K-v2-gs4.bin"),
        DERIVED("stories260K-v2-gs64.bin"),
        DERIVED("hf-stories260K"),
        DERIVED("hf-stories260K-bf16-sharded"),
        cmocka_unit_test(the_order_of_hugging_face_makes_every_cell_comparable),
        cmocka_unit_test(one_model_in_any_format),
        cmocka_unit_test(greedy_text_from_nothing),
        cmocka_unit_test(greedy_text_once_upon_a_time),
        cmocka_unit_test(greedy_text_that_ends_itself),
        cmocka_unit_test(greedy_text_of_a_long_prompt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
