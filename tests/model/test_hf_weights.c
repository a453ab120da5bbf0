/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Hugging Face folders that are right: however a checkpoint is stored, cut and called, the same
 * weights give the same logits. What is refused is in test_hf_rows.c.
 */
#include "model/hf_writer.h"

#include <footlight/footlight.h>
#include <math.h>

enum { VOCAB = 11 };

static void run(const fl_model *model, float logits[VOCAB]) {
    static const int32_t ids[] = {1, 5, 7, 2};
    fl_session_options options = fl_session_defaults();
    fl_session *session = NULL;
    fl_event event;
    fl_diag diag = {0};
    options.ids = ids;
    options.n_ids = 4;
    options.isa = "scalar";
    fl_status status = fl_session_new(&session, model, &options, &diag);
    if (status != FL_OK)
        fail_msg("%s: %s", fl_model_name(model), diag.message);
    while (fl_session_step(session, &event, NULL) == FL_OK)
        if (event.stage == FL_STAGE_logits)
            fl_tensor_pack(&event.tensor, logits);
    fl_session_free(&session);
}

/* The logits of a folder, opened at one of its files; the folder is done with. */
static void run_folder(hf_folder f, size_t first, float logits[VOCAB]) {
    hf_write(&f);
    fl_model *model = hf_opens_at(&f, first);
    assert_string_equal(fl_model_format(model), "safetensors");
    assert_true(fl_model_has_weights(model));
    assert_string_equal(fl_model_notes(model), "");
    run(model, logits);
    for (int i = 0; i < VOCAB; i++)
        assert_true(isfinite(logits[i]) && logits[i] != 0);
    fl_model_close(&model);
    hf_done(&f);
}

static void assert_same_logits(const hf_folder *f, size_t first, const float expected[VOCAB]) {
    float logits[VOCAB];
    run_folder(*f, first, logits);
    assert_memory_equal(logits, expected, sizeof logits);
}

/* Values are exact in all of them; the data begin at every byte of eight. */
static void every_type_at_any_address_gives_the_same(void **state) {
    (void)state;
    static const fl_dtype types[] = {FL_DTYPE_F64, FL_DTYPE_F32, FL_DTYPE_F16, FL_DTYPE_BF16};
    float expected[VOCAB];
    run_folder((hf_folder){.config = HF_LLAMA}, 0, expected);
    for (size_t i = 0; i < 4; i++)
        for (size_t padding = 0; padding < 8; padding++) {
            hf_folder f = {.config = HF_LLAMA, .type = types[i], .padding = padding};
            assert_same_logits(&f, 0, expected);
        }
}

/* The folder and each of its safetensors files open the same model. */
static void shards_are_one_model(void **state) {
    (void)state;
    float expected[VOCAB];
    run_folder((hf_folder){.config = HF_LLAMA}, 0, expected);
    assert_same_logits(&(hf_folder){.config = HF_LLAMA}, 1, expected);
    for (size_t shards = 1; shards <= 5; shards++)
        for (size_t first = 0; first <= shards; first++) {
            hf_folder f = {.config = HF_LLAMA, .shards = shards};
            assert_same_logits(&f, first, expected);
        }
}

/* Weights know their file, and lie where the file says. */
static void weights_know_their_file(void **state) {
    (void)state;
    hf_folder f = {.config = HF_LLAMA, .shards = 3};
    hf_write(&f);
    for (size_t first = 0; first <= 3; first++) {
        bool seen[HF_FILES] = {false};
        fl_model *model = hf_opens_at(&f, first);
        for (size_t i = 0; i < fl_model_tensor_count(model); i++) {
            const fl_weight *weight = fl_model_tensor(model, i);
            const char *file = fl_model_file(model, weight->file);
            assert_true(fl_name_ends(file, ".safetensors"));
            assert_ptr_equal(weight->data, model->files[weight->file].bytes + weight->offset);
            seen[weight->file] = true;
        }
        assert_int_equal(seen[0] + seen[1] + seen[2] + seen[3] + seen[4] + seen[5], 3);
        fl_model_close(&model);
    }
    hf_done(&f);
}

static void names_may_have_other_beginnings(void **state) {
    (void)state;
    static const char *const names[][2] = {
        {"", "lm_head.weight"},
        {"language_model.model.", "language_model.lm_head.weight"},
        {"model.language_model.", "lm_head.weight"},
        {"model.model.", "model.lm_head.weight"},
        {"base_model.model.model.", "base_model.model.lm_head.weight"}};
    float expected[VOCAB];
    run_folder((hf_folder){.config = HF_LLAMA}, 0, expected);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        hf_folder f = {.config = HF_LLAMA, .prefix = names[i][0], .head = names[i][1]};
        assert_same_logits(&f, 0, expected);
    }
}

#define BUFFER(name) ",\"" name "\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}"

static void buffers_are_passed_over(void **state) {
    (void)state;
    hf_folder f = {.config = HF_LLAMA,
                   .extra = BUFFER("model.layers.0.self_attn.rotary_emb.inv_freq")
                       BUFFER("model.rotary_emb.inv_freq")};
    float expected[VOCAB];
    run_folder((hf_folder){.config = HF_LLAMA}, 0, expected);
    assert_same_logits(&f, 0, expected);
}

static void assert_note(hf_folder f, const char *words) {
    hf_write(&f);
    fl_model *model = hf_opens_at(&f, 0);
    if (!strstr(fl_model_notes(model), words))
        fail_msg("'%s' is not in '%s'", words, fl_model_notes(model));
    fl_model_close(&model);
    hf_done(&f);
}

static void other_parts_of_a_model_are_passed_over(void **state) {
    (void)state;
    hf_folder f = {.config = "{\"model_type\":\"llava\",\"torch_dtype\":\"bfloat16\","
                             "\"text_config\":" HF_LLAMA "}",
                   .prefix = "language_model.model.",
                   .head = "language_model.lm_head.weight",
                   .extra = BUFFER("vision_tower.patch") BUFFER("multi_modal_projector.bias")};
    assert_note(f, "2 tensors are of other parts of the model than the language model");
    f.prefix = "model.language_model.";
    f.head = "lm_head.weight";
    f.extra = BUFFER("model.vision_tower.patch");
    assert_note(f, "1 tensors are of other parts");
}

/* transformers uses the embedding, whatever the file has for the head. */
static void a_tie_wins_over_a_stored_head(void **state) {
    (void)state;
    float tied[VOCAB], logits[VOCAB];
    run_folder((hf_folder){.config = HF_TIED}, 0, tied);
    hf_folder f = {.config = HF_LLAMA};
    hf_write(&f);
    hf_replace(&f, 0, HF_LLAMA, HF_TIED);
    fl_model *model = hf_opens_at(&f, 0);
    assert_non_null(strstr(fl_model_notes(model), "lm_head.weight is stored and not used"));
    assert_true(fl_model_weight(model, FL_WEIGHT_output, -1)->tied);
    run(model, logits);
    assert_memory_equal(logits, tied, sizeof logits);
    fl_model_close(&model);
    hf_done(&f);
}

static void families_have_their_weights(void **state) {
    (void)state;
    static const struct {
        const char *config;
        fl_weight_slot has, lacks;
    } cases[] = {
        {"{\"model_type\":\"qwen2\"," HF_SIZES "}", FL_WEIGHT_attn_v_bias,
         FL_WEIGHT_attn_output_bias},
        {"{\"model_type\":\"qwen3\",\"head_dim\":6," HF_SIZES "}", FL_WEIGHT_attn_q_norm,
         FL_WEIGHT_attn_q_bias},
        {"{\"model_type\":\"llama\",\"attention_bias\":true," HF_SIZES "}",
         FL_WEIGHT_attn_output_bias, FL_WEIGHT_attn_q_norm},
        {"{\"model_type\":\"mistral\"," HF_SIZES "}", FL_WEIGHT_attn_q, FL_WEIGHT_attn_q_bias}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        float logits[VOCAB];
        hf_folder f = {.config = cases[i].config};
        run_folder(f, 0, logits);
        hf_write(&f);
        fl_model *model = hf_opens_at(&f, 0);
        assert_non_null(fl_model_weight(model, cases[i].has, 1));
        assert_null(fl_model_weight(model, cases[i].lacks, 1));
        assert_int_equal(fl_model_hparams(model)->rope_pairing, FL_ROPE_HALF);
        fl_model_close(&model);
        hf_done(&f);
    }
}

/* On a disk: the folder, with and without a slash, and each file in it. */
static void opens_from_a_disk(void **state) {
    (void)state;
    char folder[] = "/tmp/footlight-hf-XXXXXX", path[64 + HF_NAME];
    float expected[VOCAB], logits[VOCAB];
    hf_folder f = {.config = HF_LLAMA, .shards = 2};
    run_folder(f, 0, expected);
    hf_write(&f);
    hf_save(&f, folder);
    for (size_t i = 0; i < 4; i++) {
        fl_model *model;
        fl_diag diag;
        snprintf(path, sizeof path, "%s%s%s", folder, i ? "/" : "", i > 1 ? f.names[i - 1] : "");
        assert_int_equal(fl_model_open(&model, path, &diag), FL_OK);
        assert_string_equal(fl_model_name(model), path);
        run(model, logits);
        assert_memory_equal(logits, expected, sizeof logits);
        fl_model_close(&model);
    }
    hf_remove(&f, folder);
    hf_done(&f);
}

/* The template that comes of a file beside the weights, or the note about it. */
static void assert_template(const char *name, const char *text, const char *expected,
                            const char *note) {
    hf_folder f = {.config = HF_LLAMA};
    hf_write(&f);
    fl_buffer_puts(&f.buffers[f.n_files], text);
    hf_add_file(&f, name);
    fl_model *model = hf_opens_at(&f, 0);
    const char *found = fl_model_metadata(model, "tokenizer.chat_template");
    if (expected)
        assert_string_equal(found, expected);
    else
        assert_null(found);
    assert_non_null(strstr(fl_model_notes(model), note));
    fl_model_close(&model);
    hf_done(&f);
}

static void templates_are_kept_as_they_are(void **state) {
    (void)state;
    static const char file[] = "chat_template.jinja", settings[] = "tokenizer_config.json";
    assert_template(file, "{% if x %}\n\033[2J", "{% if x %}\n\033[2J", "");
    assert_template(settings, "{\"chat_template\":\"{{ a }}\"}", "{{ a }}", "");
    assert_template(settings, "{\"chat_template\":null,\"bos_token\":\"<s>\"}", NULL, "");
    assert_template(settings,
                    "{\"chat_template\":[{\"name\":\"tools\",\"template\":\"t\"},"
                    "{\"name\":\"default\",\"template\":\"d\"}]}",
                    "d", "");
    assert_template(settings, "{\"chat_template\":[{\"template\":\"t\"}]}", "t", "");
    assert_template(settings, "{\"chat_template\":[]}", NULL, "");
    assert_template(settings, "{\"chat_template\":7}", NULL,
                    "tokenizer_config.json, for a chat template: key 'chat_template' is a number");
    assert_template(settings, "{\"chat_template\":", NULL, "is not valid JSON");
}

/* A config.json alone, or asked for by name, is a plan. */
static void a_configuration_without_weights_is_a_plan(void **state) {
    (void)state;
    hf_folder f = {.config = HF_LLAMA};
    fl_diag diag;
    fl_model *model;
    hf_write(&f);
    fl_file files[] = {f.files[0], {"tokenizer.json", (const uint8_t *)"{}", 2}};
    assert_int_equal(fl_model_open_files(&model, files, 2, &diag), FL_OK);
    assert_false(fl_model_has_weights(model));
    assert_non_null(strstr(fl_model_why_no_weights(model), "no model.safetensors"));
    fl_model_close(&model);
    assert_int_equal(fl_model_open_files(&model, files, 1, &diag), FL_OK);
    assert_string_equal(fl_model_format(model), "config");
    assert_non_null(strstr(fl_model_why_no_weights(model), "holds no weights"));
    fl_model_close(&model);
    hf_done(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_at_any_address_gives_the_same),
        cmocka_unit_test(shards_are_one_model),
        cmocka_unit_test(weights_know_their_file),
        cmocka_unit_test(names_may_have_other_beginnings),
        cmocka_unit_test(buffers_are_passed_over),
        cmocka_unit_test(other_parts_of_a_model_are_passed_over),
        cmocka_unit_test(a_tie_wins_over_a_stored_head),
        cmocka_unit_test(families_have_their_weights),
        cmocka_unit_test(opens_from_a_disk),
        cmocka_unit_test(templates_are_kept_as_they_are),
        cmocka_unit_test(a_configuration_without_weights_is_a_plan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
