/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The reader of tokenizer.json, and of the files beside it: an input is one, or several with a NUL
 * between them.
 */
#include "fuzz/token.h"

/* Ends of the files in an input; the last one takes what is left. */
static size_t cut(const uint8_t *data, size_t size, fl_token_file *files, size_t most) {
    static const char *const names[] = {"tokenizer.json", "tokenizer_config.json",
                                        "generation_config.json"};
    size_t n = 0;
    while (n < most) {
        const uint8_t *end = n + 1 < most && size ? memchr(data, 0, size) : NULL;
        size_t length = end ? (size_t)(end - data) : size;
        files[n] = (fl_token_file){names[n], data, length};
        n++;
        if (!end)
            break;
        data += length + 1;
        size -= length + 1;
    }
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fl_token_file files[3];
    size_t n = cut(data, size, files, 3);
    for (int64_t vocab_size = 0; vocab_size <= 300; vocab_size += 300) {
        fl_diag diag;
        fl_tokenizer *tokenizer = NULL;
        fl_diag_init(&diag, "fuzz");
        fl_source source = fl_source_over(&files[0], vocab_size, &diag);
        fl_status status = fl_read_tokenizer_json(&source);
        for (size_t i = 1; status == FL_OK && i < n; i++)
            status = fl_read_beside(&source, &files[i]);
        status = fl_source_finish(&source, status, &tokenizer);
        if ((status == FL_OK) != (tokenizer != NULL) || (status != FL_OK && !diag.message[0]))
            abort();
        if (tokenizer)
            fuzz_use(tokenizer, (const char *)data, size);
        fl_tokenizer_free(&tokenizer);
    }
    return 0;
}

static const char like_llama[] =
    "{\"version\":\"1.0\",\"added_tokens\":[{\"id\":1,\"content\":\"<s>\",\"special\":true},"
    "{\"id\":9,\"content\":\"k>\",\"special\":false}],"
    "\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Prepend\",\"prepend\":"
    "\"\\u2581\"},{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"\\u2581\"}]},"
    "\"pre_tokenizer\":null,\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":["
    "{\"SpecialToken\":{\"id\":\"<s>\"}},{\"Sequence\":{\"id\":\"A\"}}],\"special_tokens\":{\"<s>"
    "\":"
    "{\"ids\":[1]}}},\"model\":{\"type\":\"BPE\",\"unk_token\":\"<unk>\",\"fuse_unk\":true,"
    "\"byte_fallback\":true,\"vocab\":{\"<unk>\":0,\"<s>\":1,\"<0x22>\":2,\"\xe2\x96\x81\":3,"
    "\"e\":4,\"n\":5,\"en\":6,\"s\":7,\"ens\":12},\"merges\":[\"e n\",[\"en\",\"s\"]]}}";

static const char like_gpt2[] =
    "{\"added_tokens\":[{\"id\":7,\"content\":\"<|endoftext|>\",\"special\":true}],"
    "\"normalizer\":{\"type\":\"NFC\"},\"pre_tokenizer\":{\"type\":\"ByteLevel\","
    "\"add_prefix_space\":false,\"trim_offsets\":true},\"model\":{\"type\":\"BPE\",\"vocab\":{"
    "\"e\":0,\"n\":1,\"en\":2,\"\\u0120\":3,\"{\":4,\"\\\"\":5,\"s\":6},\"unk_token\":\"s\","
    "\"merges\":[\"e n\"]}}";

static const char like_newer_llama[] =
    "{\"pre_tokenizer\":{\"type\":\"Metaspace\",\"replacement\":\"\xe2\x96\x81\",\"prepend_"
    "scheme\":"
    "\"first\",\"split\":true},\"model\":{\"vocab\":{\"\xe2\x96\x81\":0,\"e\":1,\"n\":2,\"en\":3},"
    "\"unk_token\":\"e\",\"fuse_unk\":true,\"merges\":[\"e n\"]}}";

static const char config[] =
    "{\"bos_token\":{\"content\":\"<s>\"},\"eos_token\":\"e\",\"add_bos_token\":true,"
    "\"tokenizer_class\":\"LlamaTokenizer\"}";
static const char generation[] = "{\"bos_token_id\":1,\"eos_token_id\":[2,-1,5]}";

bool fl_fuzz_seed(size_t index, fl_buffer *out) {
    if (index > 2)
        return false;
    fl_buffer_puts(out, index == 0 ? like_llama : index == 1 ? like_gpt2 : like_newer_llama);
    if (index == 0) {
        fl_buffer_add(out, "", 1);
        fl_buffer_add(out, config, sizeof config);
        fl_buffer_puts(out, generation);
    }
    return true;
}
