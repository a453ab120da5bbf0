/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Hugging Face files that nobody should be handed: one test for each row of the list of bad input.
 */
#include "model/hf_writer.h"

#include <sys/resource.h>

/* Every row has a test of its name. */
#define ROWS(ROW)                                                                                  \
    ROW(S1, "a safetensors file shorter than it says")                                             \
    ROW(S2, "a header that is no JSON object in UTF-8, or not only that")                          \
    ROW(S3, "depth, number and size of what a header may hold; numbers that are none")             \
    ROW(S4, "places that do not cover the file exactly, sizes that do not fit")                    \
    ROW(S5, "names twice, metadata that is no text, unknown types")                                \
    ROW(S6, "an index that leads out of the folder or does not fit its files")                     \
    ROW(S7, "a config.json without keys, or with values that cannot be")                           \
    ROW(S8, "a config.json and tensors that disagree")                                             \
    ROW(S9, "rope scaling that cannot be")

/* One tensor "t". */
#define TENSOR(dtype, shape, offsets)                                                              \
    "{\"t\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}}"

static void S1(void **state) {
    (void)state;
    static const char zero[10] = {0}, much[10] = {1, (char)0xe1, (char)0xf5, 5},
                      most[] = "\xff\xff\xff\xff\xff\xff\xff\xff{}",
                      three[10] = {3, 0, 0, 0, 0, 0, 0, 0, '{', '}'};
    for (size_t n = 0; n < 8; n++)
        assert_stored_refused(three, n, "bytes long, expected a safetensors file of at least 8");
    assert_stored_refused(zero, 10, "has 0 bytes, expected 1 to 100000000");
    assert_stored_refused(much, 10, "has 100000001 bytes, expected 1 to 100000000");
    assert_stored_refused(most, 10, "has 18446744073709551615 bytes, expected 1 to");
    assert_stored_refused(three, 10, "header should have 3 bytes, but only 2 follow");
}

static void S2(void **state) {
    (void)state;
    static const char nul[] = {10, 0, 0, 0, 0, 0, 0, 0, '{', '}', 0, 0, 0, 0, 0, 0, 0, 0};
    assert_header_refused("[]", 0, "found '[', expected {");
    assert_header_refused(" {}", 0, "found ' ', expected {");
    assert_header_refused("\"{}\"", 0, "expected {");
    assert_header_refused("{", 0, "found the end, expected a string");
    assert_header_refused("{\"t\":{\"dtype\":\"F32\"", 0, "found the end, expected a comma or }");
    assert_header_refused("{\"t", 0, "found the end, expected the end of a string");
    assert_header_refused("{\"\xff\":1}", 0, "expected UTF-8");
    assert_header_refused("{\"\xc0\xaf\":1}", 0, "expected UTF-8");
    assert_header_refused("{\"\x1b[2J\":1}", 0, "expected no control byte in a string");
    assert_header_refused("{\"\\u0000\":1}", 0, "expected no NUL");
    assert_header_refused("{\"\\x\":1}", 0, "expected an escape that JSON has");
    assert_header_refused("{\"\\u12G4\":1}", 0, "expected four hexadecimal digits");
    assert_header_refused("{}{}", 0, "found '{', expected nothing more");
    assert_header_refused("{}\n", 0, "expected nothing more");
    assert_header_refused("{,}", 0, "found ',', expected a string");
    assert_stored_refused(nul, sizeof nul, "expected nothing more");
}

/* '{"t":' and then n times the same text. */
static void refuse_many(const char *text, size_t n, const char *words) {
    fl_buffer header = {0};
    fl_buffer_puts(&header, "{\"t\":");
    for (size_t i = 0; i < n; i++)
        fl_buffer_puts(&header, text);
    assert_header_refused(header.data, 0, words);
    fl_buffer_done(&header);
}

/* The most memory that this program has had, in bytes. */
static uint64_t peak(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_maxrss * 1024;
}

/* A million keys, all of them right, in no more than 32 times their bytes. */
static void take_a_million_keys(void) {
    fl_buffer header = {0}, bytes = {0};
    fl_safetensors file;
    fl_diag diag;
    for (int i = 0; i < 1000000; i++)
        fl_buffer_printf(&header,
                         "%s\"%d\":{\"dtype\":\"F4\",\"shape\":[0],\"data_offsets\":[0,0]}",
                         i ? "," : "{", i);
    fl_buffer_puts(&header, "}");
    stored_file(&bytes, header.data, header.length, 0);
    const uint64_t before = peak();
    assert_int_equal(stored_read(&file, bytes.data, bytes.length, &diag), FL_OK);
    assert_int_equal(file.n_tensors, 1000000);
    assert_true(peak() - before < 32 * header.length);
    fl_safetensors_done(&file);
    fl_buffer_done(&header);
    fl_buffer_done(&bytes);
}

static void S3(void **state) {
    (void)state;
    refuse_many("[", 100000, "found '[', expected a tensor's object");
    refuse_many("{\"dtype\":", 100000, "found '{', expected a string");
    refuse_many("{\"shape\":[", 100000, "found '{', expected a whole number");
    refuse_many("x", 1 << 20, "found 'x'");
    take_a_million_keys();
    static const char *const numbers[] = {"1e999999", "1e0",  "1.5", "1.0",
                                          "-0",       "-1",   "01",  "NaN",
                                          "\"1\"",    "null", "[1]", "99999999999999999999"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char header[160];
        const char *words = i == 11 ? "expected a smaller number" : "expected a whole number";
        snprintf(header, sizeof header, TENSOR("F32", "[%s]", "[0,4]"), numbers[i]);
        assert_header_refused(header, 4, words);
        snprintf(header, sizeof header, TENSOR("F32", "[1]", "[0,%s]"), numbers[i]);
        assert_header_refused(header, 4, words);
        snprintf(header, sizeof header, TENSOR("F32", "[1]", "[%s,4]"), numbers[i]);
        assert_header_refused(header, 4, words);
    }
    assert_header_refused(TENSOR("F32", "[9223372036854775808]", "[0,4]"), 4, "a smaller number");
    assert_header_refused("{\"\\ud800\":1}", 0, "second half of a surrogate pair");
    assert_header_refused("{\"\\ud800\\u0041\":1}", 0, "second half of a surrogate pair");
    assert_header_refused("{\"\\udc00\":1}", 0, "no lone surrogate");
}

static void S4(void **state) {
    (void)state;
    assert_header_refused(TENSOR("F32", "[1]", "[4,0]"), 4, "tensor 't' has data_offsets [4, 0]");
    assert_header_refused(TENSOR("F32", "[2]", "[0,8]"), 7, "within the 7 bytes of data");
    assert_header_refused(TENSOR("F32", "[1]", "[18446744073709551612,18446744073709551615]"), 4,
                          "expected them in order and within");
    assert_header_refused(TENSOR("F32", "[1]", "[4,8]"), 8,
                          "begins after the one before it ends, expected no hole");
    assert_header_refused(TENSOR("F32", "[1]", "[0,4]"), 5, "has 1 bytes after the last tensor");
    assert_header_refused("{}", 1, "has 1 bytes after the last tensor");
    assert_header_refused("{\"a\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[0,4]},"
                          "\"b\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[2,6]}}",
                          6,
                          "tensor 'b' begins before the one before it ends, expected no overlap");
    assert_header_refused("{\"a\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[0,4]},"
                          "\"b\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[0,4]}}",
                          4, "expected no overlap");
    assert_header_refused("{\"a\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[0,4]},"
                          "\"b\":{\"dtype\":\"I8\",\"shape\":[0],\"data_offsets\":[2,2]}}",
                          4, "expected no overlap");
    assert_header_refused(TENSOR("F32", "[2]", "[0,4]"), 4,
                          "tensor 't' has 4 bytes of data, expected 8 for its shape and dtype F32");
    assert_header_refused(TENSOR("F4", "[3]", "[0,1]"), 1, "no 64-bit number");
    assert_header_refused(TENSOR("I8", "[4294967296,4294967296]", "[0,0]"), 0, "no 64-bit number");
    assert_header_refused(TENSOR("F64", "[4611686018427387904]", "[0,0]"), 0, "no 64-bit number");
    assert_header_refused(TENSOR("I8", "[1,1,1,1,1,1,1,1,1]", "[0,1]"), 1,
                          "more than 8 dimensions");
    assert_header_refused(TENSOR("I8", "[1]", "[0]"), 1, "expected a comma and a second offset");
    assert_header_refused(TENSOR("I8", "[1]", "[0,1,1]"), 1, "expected ] after two offsets");
}

static void S5(void **state) {
    (void)state;
    assert_header_refused("{\"t\":{\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                          "\"\\u0074\":{\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[1,2]}}",
                          2, "has tensor 't' twice");
    assert_header_refused("{\"__metadata__\":{\"a\":1}}", 0, "found '1', expected a string");
    assert_header_refused("{\"__metadata__\":{\"a\":{}}}", 0, "found '{', expected a string");
    assert_header_refused("{\"__metadata__\":[]}", 0, "expected an object of strings");
    assert_header_refused("{\"__metadata__\":{},\"__metadata__\":{}}", 0, "__metadata__ twice");
    assert_header_refused("{\"__metadata__\":{\"k\":\"\",\"k\":\"\"}}", 0, "has 'k' twice");
    assert_header_refused(TENSOR("F99", "[1]", "[0,4]"), 4, "tensor 't' has the dtype 'F99'");
    assert_header_refused(TENSOR("f32", "[1]", "[0,4]"), 4, "has the dtype 'f32'");
    assert_header_refused(TENSOR("\\u001b]0;x\\u0007", "[1]", "[0,4]"), 4, "\\x1b]0;x\\x07");
    assert_header_refused("{\"t\":{\"dtype\":\"I8\",\"dtype\":\"I8\"}}", 1,
                          "the key 'dtype' twice");
    assert_header_refused("{\"t\":{\"strides\":[1]}}", 1, "the key 'strides', expected dtype");
    assert_header_refused("{\"t\":{\"shape\":[1],\"data_offsets\":[0,1]}}", 1, "has no dtype");
    assert_header_refused("{\"t\":{\"dtype\":\"I8\",\"data_offsets\":[0,1]}}", 1, "has no shape");
    assert_header_refused("{\"t\":{\"dtype\":\"I8\",\"shape\":[1]}}", 1, "has no data_offsets");
    assert_header_refused("{\"t\":{}}", 1, "found '}', expected a string");
}

/* A tensor without bytes before the others, and after them. */
#define BESIDE(name) "{\"" name "\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]},"
#define BESIDE_LAST(name, dtype)                                                                   \
    ",\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":[0],\"data_offsets\":[0,0]}"

static const char shard1[] = "model-00001-of-00002.safetensors";
static const char shard2[] = "model-00002-of-00002.safetensors";
static const char index_name[] = "model.safetensors.index.json";
enum { SHARD1 = 1, SHARD2, INDEX };

/* A folder of two files, changed in one place. */
static void refuse_changed(size_t file, const char *from, const char *to, const char *subject,
                           const char *words) {
    for (size_t first = 0; first <= SHARD1; first++) {
        hf_folder f = {.config = HF_LLAMA, .shards = 2};
        hf_write(&f);
        hf_replace(&f, file, from, to);
        assert_folder_refused(&f, first, subject, words);
        hf_done(&f);
    }
}

static void S6(void **state) {
    (void)state;
    static const char *const names[] = {
        "/etc/passwd",    "../model.safetensors",   "a/b.safetensors", "..", ".", "",
        "\\u002e\\u002e", "\\u002fetc\\u002fpasswd"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        refuse_changed(INDEX, shard2, names[i], index_name, "expected the plain name of a file");
    refuse_changed(INDEX, shard2, "a\\u0000b", index_name, "expected no NUL");
    refuse_changed(INDEX, shard2, "\\u001b[2J.safetensors", "\033[2J.safetensors", "is missing");
    refuse_changed(INDEX, shard2, "else.safetensors", "else.safetensors", "is missing");
    refuse_changed(INDEX, shard2, "config.json", "config.json", "says that its header has");
    refuse_changed(INDEX, shard2, shard1, shard1, "because the index places it there");
    refuse_changed(INDEX, "\"model.norm.weight\"", "\"model.norm.bias\"", shard2,
                   "has no tensor 'model.norm.bias', expected it because the index places it");
    refuse_changed(INDEX, "\"model.norm.weight\":", "\"lm_head.weight\":\"x\",\"lm_head.weight\":",
                   index_name, "has tensor 'lm_head.weight' twice");
    refuse_changed(SHARD1, "lm_head.weight", "model.norm.weight", shard1,
                   "has no tensor 'lm_head.weight'");
    refuse_changed(SHARD1, "{", BESIDE("model.norm.weight"), shard1,
                   "has tensor 'model.norm.weight', which the index places elsewhere");
    refuse_changed(INDEX, "weight_map", "weight_nap", index_name, "has no weight_map");
    refuse_changed(INDEX, "{\"metadata\"", "{\"weight_map\":[],\"metadata\"", index_name,
                   "found '[', expected an object of file names");
    refuse_changed(INDEX, "{\"metadata\"", "[{\"metadata\"", index_name, "expected an object");
    refuse_changed(INDEX, "}}", "}} x", index_name, "expected nothing more");
}

/* config.json, as a folder's first file and beside a safetensors file. */
static void refuse_config(const char *config, const char *words) {
    fl_diag diag = {0};
    const fl_file files[] = {{"config.json", (const uint8_t *)config, strlen(config)},
                             {"model.safetensors", (const uint8_t *)"", 0}};
    for (size_t n = 1; n <= 2; n++) {
        fl_model *model = NULL;
        fl_status status = fl_model_open_files(&model, files, n, &diag);
        if (status == FL_OK || !strstr(diag.message, words)) {
            print_error("%s\ngot '%s', expected '%s'\n", config, diag.message, words);
            fail();
        }
        assert_string_equal(diag.subject, "config.json");
        assert_null(model);
    }
}

/* A configuration with one more key, which comes first, and keys that are left out. */
static void refuse_key(const char *key, const char *without, const char *words) {
    static const char *const keys[] = {
        "hidden_size",         "intermediate_size", "num_hidden_layers",      "num_attention_heads",
        "num_key_value_heads", "vocab_size",        "max_position_embeddings"};
    static const int values[] = {16, 24, 2, 4, 2, 11, 32};
    fl_buffer config = {0};
    fl_buffer_printf(&config, "{\"model_type\":\"llama\"%s%s", *key ? "," : "", key);
    for (size_t i = 0; i < 7; i++)
        if (strcmp(keys[i], without) != 0)
            fl_buffer_printf(&config, ",\"%s\":%d", keys[i], values[i]);
    fl_buffer_puts(&config, "}");
    refuse_config(config.data, words);
    fl_buffer_done(&config);
}

static void S7(void **state) {
    (void)state;
    static const char *const keys[] = {"hidden_size",
                                       "intermediate_size",
                                       "num_hidden_layers",
                                       "num_attention_heads",
                                       "num_key_value_heads",
                                       "vocab_size",
                                       "max_position_embeddings",
                                       "head_dim"};
    static const struct {
        const char *value, *words;
    } values[] = {{"\"16\"", "is a string, expected a number"},
                  {"-1", "is -1, expected 1 or more"},
                  {"0", "is 0, expected 1 or more"},
                  {"1e30", "is 1e+30, expected an integer"},
                  {"1.5", "is 1.5, expected an integer"},
                  {"[16]", "is a list, expected a number"},
                  {"true", "is true or false, expected a number"},
                  {"1e999999", "number"},
                  {"NaN", "the literal NaN"},
                  {"-Infinity", "the literal -Infinity"}};
    for (size_t k = 0; k < 8; k++) {
        char key[64];
        snprintf(key, sizeof key, "key '%s' is missing", keys[k]);
        if (k != 4 && k != 7)
            refuse_key("", keys[k], key);
        for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
            snprintf(key, sizeof key, "\"%s\":%s", keys[k], values[v].value);
            refuse_key(key, keys[k], values[v].words);
        }
    }
    refuse_key("\"num_hidden_layers\":1000000000", "num_hidden_layers",
               "num_hidden_layers is 1000000000");
    refuse_key("\"hidden_size\":18", "hidden_size", "expected a multiple of num_attention_heads 4");
    refuse_key("\"num_key_value_heads\":3", "num_key_value_heads", "num_key_value_heads");
    refuse_key("\"head_dim\":3", "", "rotary");
    refuse_key("\"rms_norm_eps\":0", "", "rms_norm_eps");
    refuse_key("\"rms_norm_eps\":-1e-5", "", "rms_norm_eps");
    refuse_key("\"rope_theta\":0", "", "rope_theta");
    refuse_key("\"hidden_act\":\"gelu\"", "", "key 'hidden_act' is 'gelu', expected silu");
    refuse_key("\"hidden_act\":\"\\u001b]0;x\\u0007\"", "", "\\x1b]0;x\\x07");
    refuse_key("\"mlp_bias\":true", "", "key 'mlp_bias' is true");
    refuse_key("\"torch_dtype\":\"int8\"", "", "key 'torch_dtype' is 'int8'");
    refuse_key("\"quantization_config\":{\"quant_method\":\"gptq\"}", "", "quantization 'gptq'");
    refuse_key("\"quantization_config\":{\"quant_method\":\"awq\"}", "", "quantization 'awq'");
    refuse_key("\"quantization_config\":{}", "", "quantization 'unnamed'");
    refuse_key("\"partial_rotary_factor\":2", "", "partial_rotary_factor");
    refuse_key("\"sliding_window\":0", "", "key 'sliding_window' is 0");
    refuse_key("\"layer_types\":[\"full_attention\"]", "", "expected num_hidden_layers 2");
    refuse_config("{}", "key 'model_type' is missing");
    refuse_config("{\"model_type\":\"mixtral\"}", "model_type is 'mixtral'");
    hf_folder f = {.config = "{\"model_type\":\"llama\",\"head_dim\":null,\"rope_scaling\":null,"
                             "\"sliding_window\":null,\"quantization_config\":null," HF_SIZES "}"};
    hf_write(&f);
    fl_model *model = hf_opens_at(&f, 0);
    assert_int_equal(fl_model_hparams(model)->head_dim, 4);
    fl_model_close(&model);
    hf_done(&f);
}

/* Tensors of HF_LLAMA beside another configuration; without a subject what was opened is named. */
static void refuse_weights(const char *config, const char *subject, const char *words) {
    for (size_t first = 0; first <= 1; first++) {
        hf_folder f = {.config = HF_LLAMA};
        hf_write(&f);
        hf_replace(&f, 0, HF_LLAMA, config);
        assert_folder_refused(&f, first, subject ? subject : f.names[first], words);
        hf_done(&f);
    }
}

#define OTHER(type, more) "{\"model_type\":\"" type "\"," more HF_SIZES "}"

static void S8(void **state) {
    (void)state;
    static const char in[] = "model.safetensors";
    refuse_weights(
        OTHER("llama", "\"head_dim\":8,"), in,
        "tensor 'model.layers.0.self_attn.q_proj.weight' has shape [16, 16], expected [32, 16]");
    refuse_weights(OTHER("qwen2", ""), NULL,
                   "tensor 'model.layers.0.self_attn.q_proj.bias' is missing");
    refuse_weights(OTHER("qwen3", ""), NULL,
                   "tensor 'model.layers.0.self_attn.q_norm.weight' is missing");
    hf_folder f = {.config = HF_LLAMA, .skip = "lm_head.weight"};
    hf_write(&f);
    assert_folder_refused(&f, 0, "config.json",
                          "tensor 'lm_head.weight' is missing, and tie_word_embeddings is false");
    hf_done(&f);
    f = (hf_folder){.config = HF_LLAMA, .skip = "model.embed_tokens.weight"};
    hf_write(&f);
    assert_folder_refused(&f, 0, "config.json", "tensor 'model.embed_tokens.weight' is missing");
    hf_done(&f);
    static const struct {
        const char *extra, *words;
    } strangers[] = {
        {BESIDE_LAST("model.layers.2.mlp.up_proj.weight", "F32"), "has no place in a llama model"},
        {BESIDE_LAST("model.layers.0.mlp.up_proj.bias", "F32"), "has no place in a llama model"},
        {BESIDE_LAST("model.layers.0.mlp.up_proj.qweight", "I32"), "a GPTQ or AWQ checkpoint"},
        {BESIDE_LAST("model.layers.0.mlp.up_proj.mask", "BOOL"), "of dtype BOOL, expected F64"}};
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
        f = (hf_folder){.config = HF_LLAMA, .extra = strangers[i].extra};
        hf_write(&f);
        assert_folder_refused(&f, 0, i < 2 ? "config.json" : "model.safetensors",
                              strangers[i].words);
        hf_done(&f);
    }
}

static void S9(void **state) {
    (void)state;
    static const struct {
        const char *scaling, *words;
    } cases[] = {
        {"\"rope_type\":\"linear\"", "key 'factor' is missing"},
        {"\"rope_type\":\"llama3\",\"factor\":8,\"low_freq_factor\":1,\"high_freq_factor\":4",
         "key 'original_max_position_embeddings' is missing"},
        {"\"rope_type\":\"llama3\",\"factor\":8,\"original_max_position_embeddings\":16",
         "key 'low_freq_factor' is missing"},
        {"\"rope_type\":\"linear\",\"factor\":0", "factor"},
        {"\"rope_type\":\"linear\",\"factor\":-2", "factor"},
        {"\"rope_type\":\"yarn\",\"factor\":0", "factor"},
        {"\"rope_type\":\"linear\",\"factor\":NaN", "the literal NaN"},
        {"\"rope_type\":\"linear\",\"factor\":\"2\"", "key 'factor' is a string"},
        {"\"rope_type\":\"llama3\",\"factor\":8,\"low_freq_factor\":4,\"high_freq_factor\":4,"
         "\"original_max_position_embeddings\":16",
         "freq_factor"},
        {"\"rope_type\":\"yarn\",\"factor\":4,\"rope_theta\":1", "rope_theta"},
        {"\"rope_type\":\"longrope\",\"factor\":4", "is 'longrope', a rope scaling that is not"},
        {"\"rope_type\":\"\\u001b[2J\",\"factor\":4", "is '\\x1b[2J'"},
        {"\"rope_type\":3", "key 'rope_type' is a number"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char key[256];
        snprintf(key, sizeof key, "\"rope_parameters\":{%s}", cases[i].scaling);
        refuse_key(key, "", cases[i].words);
        if (strstr(cases[i].scaling, "rope_theta"))
            continue;
        snprintf(key, sizeof key, "\"rope_scaling\":{%s}", cases[i].scaling);
        refuse_key(key, "", cases[i].words);
    }
    refuse_key("\"rope_scaling\":[]", "", "key 'rope_scaling' is of another type");
    refuse_key("\"rope_theta\":1,\"rope_scaling\":{\"type\":\"yarn\",\"factor\":4}", "",
               "rope_theta");
}

int main(void) {
#define ROW(name, what) cmocka_unit_test(name),
    const struct CMUnitTest tests[] = {ROWS(ROW)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
