/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Memory runs out at the first request, at the second, and so on until nothing more is asked for:
 * opening, stepping, drawing and closing never crash, never leak, and say what happened. Once only
 * that request fails, once all from there on. The linker sends the program's requests here.
 */
#include "test.h"

#include "cli/program.h"
#include "engine/live.h"
#include "model/gguf_writer.h"
#include "model/hf_writer.h"
#include "screens/live.h"
#include "view/view.h"

#include <jansson.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void __wrap_free(void *memory);

static long asked, fails_at, held; /* requests; the one that fails, 0: none; what is not freed */
static bool from_there_on, failed_in_json;

static bool fails(void) {
    asked++;
    return fails_at && (from_there_on ? asked >= fails_at : asked == fails_at);
}

static void *count(void *memory) {
    held += memory != NULL;
    return memory;
}

void *__wrap_malloc(size_t size) {
    return fails() ? NULL : count(__real_malloc(size));
}

void *__wrap_calloc(size_t n, size_t size) {
    return fails() ? NULL : count(__real_calloc(n, size));
}

void *__wrap_aligned_alloc(size_t alignment, size_t size) {
    return fails() ? NULL : count(__real_aligned_alloc(alignment, size));
}

void *__wrap_realloc(void *old, size_t size) {
    if (fails())
        return NULL;
    void *memory = __real_realloc(old, size);
    held += memory && !old;
    return memory;
}

void __wrap_free(void *memory) {
    held -= memory != NULL;
    __real_free(memory);
}

/* Jansson loses a character of a string it has no room for, and goes on: such a text can be refused
 * for anything. */
static void *json_request(size_t size) {
    void *memory = __wrap_malloc(size);
    failed_in_json |= !memory;
    return memory;
}

/* ---- what is tried ---- */

typedef struct input {
    const char *model; /* a bundled one; NULL: `files` */
    const fl_file *files;
    size_t n_files;
    const char *tokenizer; /* path of a tokenizer's file */
} input;

/* Failing to draw costs only the picture; the view says so or shows less. */
static void step_and_draw(fl_view *view) {
    static const char *const lines[] = {"goto attn_probs layer 0",
                                        "why",
                                        "back",
                                        "break logits",
                                        "continue",
                                        "beside layer",
                                        "beside off",
                                        "heads",
                                        "back",
                                        "weight",
                                        "back",
                                        "patch attn zero",
                                        "unpatch all",
                                        "help"};
    fl_buffer text = {0};
    fl_view_resize(view, 80, 24);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        fl_view_command(view, lines[i]);
        fl_view_draw(view);
    }
    fl_view_page_text(view, &text);
    fl_buffer_done(&text);
}

static fl_status open_view(const fl_model *model, fl_view **view, fl_diag *diag) {
    static const int32_t ids[] = {1, 2, 3};
    fl_session_options o = fl_session_defaults();
    fl_session *session;
    fl_view_options options = {.colors = 256};
    o.ids = ids;
    o.n_ids = 3;
    o.n_predict = 1;
    o.isa = "scalar";
    o.threads = 1;
    fl_status status = fl_session_new(&session, model, &o, diag);
    if (status == FL_OK)
        status = fl_live_source(&options.source, session, 1 << 16, diag);
    options.model = (fl_view_model){.hparams = fl_model_hparams(model),
                                    .name = fl_model_name(model),
                                    .model = model,
                                    .pieces = fl_view_pieces(NULL),
                                    .isa = "scalar",
                                    .exact = true};
    return status == FL_OK ? fl_view_new(view, &options, diag) : status;
}

static fl_status try_files(const input *in, fl_diag *diag) {
    fl_model *model = NULL;
    fl_view *view = NULL;
    fl_status status = fl_model_open_files(&model, in->files, in->n_files, diag);
    if (status == FL_OK)
        status = open_view(model, &view, diag);
    if (status == FL_OK)
        step_and_draw(view);
    fl_view_free(&view);
    fl_model_close(&model);
    return status;
}

static fl_status try_bundled(const input *in, fl_diag *diag) {
    fl_live_scene scene;
    fl_status status = fl_live_scene_open(&scene, in->model, "a dog", 1 << 20, diag);
    if (status == FL_OK)
        step_and_draw(scene.view);
    fl_live_scene_close(&scene);
    return status;
}

static fl_status try_tokenizer(const input *in, fl_diag *diag) {
    static const char text[] = "ab abc";
    fl_tokenizer *tokenizer = NULL;
    int32_t *ids = NULL;
    size_t n;
    fl_status status = fl_tokenizer_open(&tokenizer, in->tokenizer, 0, diag);
    if (status == FL_OK)
        status = fl_encode(tokenizer, text, sizeof text - 1, true, true, &ids, &n, diag);
    if (status == FL_OK)
        free(ids);
    fl_tokenizer_free(&tokenizer);
    return status;
}

static fl_status try(const input *in, fl_diag *diag) {
    memset(diag, 0, sizeof *diag);
    asked = 0;
    failed_in_json = false;
    return in->model       ? try_bundled(in, diag)
           : in->tokenizer ? try_tokenizer(in, diag)
                           : try_files(in, diag);
}

/* Every request up to `whole`, then every `stride`th of those, which differ only in when they come.
 */
static void run_out(const input *in, long whole, long stride) {
    fl_diag diag;
    long needed = 0;
    fails_at = 0;
    assert_int_equal(try(in, &diag), FL_OK);
    needed = asked;
    for (int all = 0; all < 2; all++) {
        from_there_on = all;
        for (fails_at = 1; fails_at <= needed; fails_at += fails_at < whole ? 1 : stride) {
            const long before = held;
            fl_status status = try(in, &diag);
            bool clear =
                status == FL_OK || (status == FL_ERR_MEMORY && strstr(diag.message, "memory"));
            if (held != before || !(clear || failed_in_json))
                fail_msg("request %ld of %ld fails%s: status %d, \"%s\", %ld blocks left", fails_at,
                         needed, all ? " and all behind it" : "", status, diag.message,
                         held - before);
        }
    }
    fails_at = 0;
    print_message("%ld requests\n", needed);
}

static void of_the_built_in_model(void **state) {
    (void)state;
    run_out(&(input){.model = "builtin"}, 200, 37);
}

static void of_gguf(void **state) {
    (void)state;
    static const gguf_sizes sizes = {1, 4, 2, 2, 1, 10, 8, FL_DTYPE_F16, 1};
    gguf_writer w = gguf_start();
    gguf_llama_vocab(&w);
    gguf_llama(&w, &sizes);
    gguf_finish(&w, GGUF_WHOLE);
    fl_file file = {"test.gguf", (const uint8_t *)w.file.data, w.file.length};
    run_out(&(input){.files = &file, .n_files = 1}, 400, 11);
    gguf_done(&w);
}

static void of_llama2c(void **state) {
    (void)state;
    int32_t head[7] = {4, 2, 1, 2, 1, 4, 8};
    float floats[16 + 4 + 48 + 4 + 24 + 4 + 8 * 2] = {0};
    char bytes[sizeof head + sizeof floats];
    memcpy(bytes, head, sizeof head);
    memcpy(bytes + sizeof head, floats, sizeof floats);
    fl_file file = {"test.bin", (const uint8_t *)bytes, sizeof bytes};
    run_out(&(input){.files = &file, .n_files = 1}, 200, 11);
}

static void of_a_folder(void **state) {
    (void)state;
    hf_folder f = {.config = HF_LLAMA, .shards = 2};
    hf_write(&f);
    run_out(&(input){.files = f.files, .n_files = f.n_files}, 800, 11);
    hf_done(&f);
}

static void of_tokenizer_json(void **state) {
    (void)state;
    static const char json[] =
        "{\"added_tokens\":[{\"id\":5,\"content\":\"<s>\",\"special\":true}],"
        "\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0,\"b\":1,\"ab\":2,\"c\":3,\"\\u0120\":4},"
        "\"merges\":[\"a b\"]},\"pre_tokenizer\":{\"type\":\"ByteLevel\","
        "\"add_prefix_space\":false,\"use_regex\":true}}";
    const char *path = fl_write_temporary("tokenizer.json", json, sizeof json - 1);
    run_out(&(input){.tokenizer = path}, 1000, 1);
}

static void of_tokenizer_bin(void **state) {
    (void)state;
    static const char *const texts[] = {"<unk>", "\n<s>\n", "\n</s>\n", "a", "b", "ab", "c", " "};
    fl_buffer bytes = {0};
    fl_buffer_add(&bytes, "\7\0\0\0", 4);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char length[4] = {(char)strlen(texts[i])};
        fl_buffer_add(&bytes, "\0\0\0\0", 4);
        fl_buffer_add(&bytes, length, 4);
        fl_buffer_puts(&bytes, texts[i]);
    }
    const char *path = fl_write_temporary("tokenizer.bin", bytes.data, bytes.length);
    run_out(&(input){.tokenizer = path}, 1000, 1);
    fl_buffer_done(&bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_the_built_in_model),
        cmocka_unit_test(of_gguf),
        cmocka_unit_test(of_llama2c),
        cmocka_unit_test(of_a_folder),
        cmocka_unit_test(of_tokenizer_json),
        cmocka_unit_test(of_tokenizer_bin),
    };
    json_set_alloc_funcs(json_request, __wrap_free);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
