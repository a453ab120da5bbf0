/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * tokenizer.json and what stands beside it: what is read, and what is refused by its name.
 */
#include "base/diag.h"
#include "token/source.h"
#include "token/toy.h"

/* The parts of a tokenizer.json; what is NULL is left out. */
typedef struct parts {
    const char *added, *normalizer, *pre_tokenizer, *post_processor, *type, *settings, *vocab,
        *merges;
} parts;

#define MARK "\"\xe2\x96\x81\""
static const char prepend[] = "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Prepend\","
                              "\"prepend\":" MARK "},{\"type\":\"Replace\",\"pattern\":{"
                              "\"String\":\" \"},\"content\":" MARK "}]}";
static const char template[] = "{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{"
                               "\"id\":\"<s>\"}},{\"Sequence\":"
                               "{\"id\":\"A\"}}],\"special_tokens\":{\"<s>\":{\"ids\":[1]}}}";
static const char added[] = "[{\"id\":0,\"content\":\"<unk>\",\"special\":true},"
                            "{\"id\":1,\"content\":\"<s>\",\"special\":true},"
                            "{\"id\":9,\"content\":\"b?\",\"special\":false}]";
static const char byte_level[] = "{\"type\":\"ByteLevel\",\"add_prefix_space\":false}";

/* 0 <unk>, 1 <s>, 2 the space, 3 a, 4 b, 5 ab, 6 " a", 7 byte 0A; 9 b? is added after a gap */
static parts like_llama(void) {
    return (parts){added,
                   prepend,
                   NULL,
                   template,
                   "BPE",
                   "\"unk_token\":\"<unk>\",\"fuse_unk\":true,\"byte_fallback\":true,",
                   "{\"<unk>\":0,\"<s>\":1," MARK ":2,\"a\":3,\"b\":4,\"ab\":5,\"\xe2\x96\x81"
                   "a\":6,\"<0x0A>\":7}",
                   "[\"a b\",\"\xe2\x96\x81 a\"]"};
}

/* 0 to 3: the space, a, b, ab */
static parts like_gpt2(void) {
    return (parts){
        NULL,       NULL, byte_level, NULL, "BPE", "", "{\"\\u0120\":0,\"a\":1,\"b\":2,\"ab\":3}",
        "[\"a b\"]"};
}

static void put_member(fl_buffer *out, const char *name, const char *value) {
    if (value)
        fl_buffer_printf(out, "\"%s\":%s,", name, value);
}

static void write_json(const parts *p, fl_buffer *out) {
    fl_buffer_puts(out, "{");
    put_member(out, "added_tokens", p->added);
    put_member(out, "normalizer", p->normalizer);
    put_member(out, "pre_tokenizer", p->pre_tokenizer);
    put_member(out, "post_processor", p->post_processor);
    fl_buffer_printf(out, "\"model\":{%s", p->settings);
    if (p->type)
        fl_buffer_printf(out, "\"type\":\"%s\",", p->type);
    fl_buffer_printf(out, "\"vocab\":%s,\"merges\":%s}}\n", p->vocab, p->merges);
}

/* Reads it with files beside it, in pairs of name and text, NULL after the last. */
static fl_status read_parts(fl_tokenizer **out, const parts *p, int64_t vocab_size,
                            const char *const *beside, fl_diag *diag) {
    fl_buffer text = {0};
    fl_token_file files[4];
    size_t n = 1;
    write_json(p, &text);
    files[0] = (fl_token_file){"tokenizer.json", text.data, text.length};
    for (; beside && *beside; beside += 2, n++)
        files[n] = (fl_token_file){beside[0], beside[1], strlen(beside[1])};
    fl_diag_init(diag, "tokenizer.json");
    fl_status status = fl_tokenizer_read(out, files, n, vocab_size, diag);
    fl_buffer_done(&text);
    return status;
}

static fl_tokenizer *opens_beside(const parts *p, const char *const *beside) {
    fl_tokenizer *tokenizer = NULL;
    fl_diag diag;
    if (read_parts(&tokenizer, p, 0, beside, &diag))
        print_error("%s\n", diag.message);
    assert_non_null(tokenizer);
    return tokenizer;
}

static fl_tokenizer *opens(parts p) {
    return opens_beside(&p, NULL);
}

static void refuses(parts p, fl_status expected, const char *words) {
    fl_tokenizer *tokenizer = NULL;
    fl_diag diag;
    fl_status status = read_parts(&tokenizer, &p, 0, NULL, &diag);
    if (status != expected || !strstr(diag.message, words))
        print_error("%d '%s' lacks '%s'\n", status, diag.message, words);
    assert_int_equal(status, expected);
    assert_null(tokenizer);
    assert_non_null(strstr(diag.message, words));
}

/* ---- what is read ---- */

static void byte_fallback(void **state) {
    (void)state;
    fl_tokenizer *tokenizer = opens(like_llama());
    assert_int_equal(fl_tokenizer_size(tokenizer), 10);
    assert_ids(tokenizer, "ab a\n", true, false, "1 2 5 6 7"); /* ab is listed before " a" */
    assert_ids(tokenizer, "ax", false, false, "6 0");
    assert_ids(tokenizer, "ab?a", false, false, "6 9 6"); /* the space in front comes again */
    assert_ids(tokenizer, "<s>a", false, true, "1 6");
    assert_true(fl_tokenizer_adds_bos(tokenizer));
    assert_int_equal(fl_piece_kind(tokenizer, 7), FL_PIECE_BYTE);
    assert_int_equal(fl_piece_kind(tokenizer, 8), FL_PIECE_UNUSED); /* the gap */
    size_t length;
    fl_decode(tokenizer, 3, 8, &length);
    assert_int_equal(length, 0);
    fl_tokenizer_free(&tokenizer);
    parts p = like_llama();
    p.settings = "\"unk_token\":\"<unk>\",\"fuse_unk\":true,\"byte_fallback\":false,";
    tokenizer = opens(p);
    assert_ids(tokenizer, "\n", false, false, "2 0"); /* then "<0x0A>" is text */
    fl_tokenizer_free(&tokenizer);
}

static void merges_as_pairs(void **state) {
    (void)state;
    parts p = like_llama();
    p.merges = "[[\"a\",\"b\"],[" MARK ", \"a\"]]";
    fl_tokenizer *tokenizer = opens(p);
    assert_ids(tokenizer, "ab a", false, false, "2 5 6");
    fl_tokenizer_free(&tokenizer);
}

/* Merges say what is joined, not spelling: here nothing makes "ab". */
static void only_what_merges_list(void **state) {
    (void)state;
    parts p = like_llama();
    p.merges = "[]";
    fl_tokenizer *tokenizer = opens(p);
    assert_ids(tokenizer, "ab", false, false, "2 3 4");
    fl_tokenizer_free(&tokenizer);
}

static void metaspace(void **state) {
    (void)state;
    static const struct {
        const char *settings, *text, *special;
    } rows[] = {
        {"\"prepend_scheme\":\"always\",\"split\":false", "6 2 6", "6 9 6"},
        {"\"prepend_scheme\":\"first\",\"split\":false", "6 2 6", "6 9 3"},
        {"\"prepend_scheme\":\"never\",\"split\":false", "3 2 6", "3 9 3"},
        {"\"add_prefix_space\":true", "6 2 6", "6 9 6"},
        {"\"add_prefix_space\":false", "3 2 6", "3 9 3"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        parts p = like_llama();
        fl_buffer text = {0};
        fl_buffer_printf(&text, "{\"type\":\"Metaspace\",\"replacement\":" MARK ",%s}",
                         rows[i].settings);
        p.normalizer = NULL;
        p.pre_tokenizer = text.data;
        fl_tokenizer *tokenizer = opens(p);
        assert_ids(tokenizer, "a  a", false, false, rows[i].text);
        assert_ids(tokenizer, "ab?a", false, false, rows[i].special);
        assert_ids(tokenizer, " a", false, false, "6"); /* there is one in front already */
        fl_tokenizer_free(&tokenizer);
        fl_buffer_done(&text);
    }
}

static void metaspace_may_cut_at_spaces(void **state) {
    (void)state;
    parts p = like_llama();
    p.normalizer = NULL;
    p.vocab = "{\"<unk>\":0,\"<s>\":1," MARK ":2,\"a\":3,\"\xe2\x96\x81\xe2\x96\x81\":4}";
    p.merges = "[\"\xe2\x96\x81 \xe2\x96\x81\"]";
    p.pre_tokenizer = "{\"type\":\"Metaspace\",\"replacement\":" MARK ",\"prepend_scheme\":"
                      "\"never\",\"split\":false}";
    fl_tokenizer *tokenizer = opens(p);
    assert_ids(tokenizer, "a  a", false, false, "3 4 3");
    fl_tokenizer_free(&tokenizer);
    p.pre_tokenizer = "{\"type\":\"Metaspace\",\"replacement\":" MARK ",\"prepend_scheme\":"
                      "\"never\",\"split\":true}";
    tokenizer = opens(p);
    assert_ids(tokenizer, "a  a", false, false, "3 2 2 3");
    fl_tokenizer_free(&tokenizer);
}

#define SPLIT(regex)                                                                               \
    "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":"        \
    "\"" regex "\"},\"behavior\":\"Isolated\",\"invert\":false},{\"type\":\"ByteLevel\","          \
    "\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":false}]}"
#define LLAMA3(digits)                                                                             \
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}" digits         \
    "| ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+"

static void assert_words_of(const char *pre_tokenizer, const char *name) {
    char expected[80];
    parts p = like_gpt2();
    p.pre_tokenizer = pre_tokenizer;
    fl_tokenizer *tokenizer = opens(p);
    snprintf(expected, sizeof expected, "byte-level BPE (%s), 4 pieces", name);
    assert_string_equal(fl_tokenizer_summary(tokenizer), expected);
    assert_ids(tokenizer, "ab ab", false, false, "3 0 3");
    assert_false(fl_tokenizer_adds_bos(tokenizer));
    fl_tokenizer_free(&tokenizer);
}

static void byte_level_by_its_words(void **state) {
    (void)state;
    assert_words_of(byte_level, "gpt-2");
    assert_words_of(SPLIT(LLAMA3("{1,3}")), "llama-bpe");
    assert_words_of(SPLIT(LLAMA3("")), "qwen2");
    assert_words_of("{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Digits\","
                    "\"individual_digits\":true},{\"type\":\"ByteLevel\",\"add_prefix_space\":"
                    "false,\"use_regex\":true}]}",
                    "smollm");
}

/* 2 is a composed e acute, 3 4 5 the same in two characters */
static void text_is_composed_where_the_file_says_so(void **state) {
    (void)state;
    parts p = like_gpt2();
    p.vocab = "{\"\xc3\x83\":0,\"\xc2\xa9\":1,\"\xc3\x83\xc2\xa9\":2,\"e\":3,\"\xc3\x8c\":4,"
              "\"\xc4\xa3\":5}";
    p.merges = "[\"\xc3\x83 \xc2\xa9\"]";
    fl_tokenizer *tokenizer = opens(p);
    assert_ids(tokenizer,
               "\xc3\xa9"
               "e\xcc\x81",
               false, false, "2 3 4 5");
    fl_tokenizer_free(&tokenizer);
    p.normalizer = "{\"type\":\"NFC\"}";
    tokenizer = opens(p);
    assert_ids(tokenizer,
               "\xc3\xa9"
               "e\xcc\x81",
               false, false, "2 2");
    fl_tokenizer_free(&tokenizer);
}

static void added_pieces_beyond_the_model_are_left_out(void **state) {
    (void)state;
    parts p = like_llama();
    fl_tokenizer *tokenizer = NULL;
    fl_diag diag;
    assert_int_equal(read_parts(&tokenizer, &p, 8, NULL, &diag), FL_OK);
    assert_int_equal(fl_tokenizer_size(tokenizer), 8);
    assert_ids(tokenizer, "b?", false, false, "2 4 0");
    fl_tokenizer_free(&tokenizer);
    assert_int_equal(read_parts(&tokenizer, &p, 7, NULL, &diag), FL_ERR_FORMAT);
    assert_non_null(strstr(diag.message, "holds 8 pieces, but the model's vocabulary is 7"));
}

/* ---- beside it ---- */

static void special_ids_come_from_beside(void **state) {
    (void)state;
    static const char *const beside[] = {
        "x/tokenizer_config.json",
        "{\"bos_token\":null,\"eos_token\":{\"content\":\"ab\",\"lstrip\":false},\"unknown\":[1]}",
        "x/generation_config.json",
        "{\"eos_token_id\":[1,2,-1,99],\"bos_token_id\":0}",
        "x/config.json",
        "{\"eos_token_id\":0,\"bos_token_id\":2}",
        NULL};
    parts p = like_gpt2();
    fl_tokenizer *tokenizer = opens_beside(&p, beside);
    assert_int_equal(fl_tokenizer_bos(tokenizer), 0); /* what is said first */
    assert_false(fl_tokenizer_adds_bos(tokenizer));
    for (int32_t id = 0; id < 4; id++) /* all that anything says */
        assert_true(fl_token_ends(tokenizer, id));
    fl_tokenizer_free(&tokenizer);
}

static bool adds_bos(parts p, const char *config) {
    const char *const beside[] = {"tokenizer_config.json", config, NULL};
    fl_tokenizer *tokenizer = opens_beside(&p, beside);
    bool adds = fl_tokenizer_adds_bos(tokenizer);
    fl_tokenizer_free(&tokenizer);
    return adds;
}

static void who_says_whether_bos_is_added(void **state) {
    (void)state;
    parts p = like_llama();
    assert_true(adds_bos(p, "{}"));
    assert_false(adds_bos(p, "{\"add_bos_token\":false}"));
    p.post_processor = NULL;
    assert_false(adds_bos(p, "{\"bos_token\":\"<s>\"}"));
    assert_true(adds_bos(p, "{\"bos_token\":\"<s>\",\"add_bos_token\":true}"));
    assert_true(adds_bos(p, "{\"bos_token\":\"<s>\",\"tokenizer_class\":\"LlamaTokenizerFast\"}"));
    assert_false(adds_bos(p, "{\"bos_token\":\"<s>\",\"add_bos_token\":false,"
                             "\"tokenizer_class\":\"LlamaTokenizerFast\"}"));
    assert_false(adds_bos(p, "{\"bos_token\":\"nowhere\",\"add_bos_token\":true}"));
}

static void what_is_wrong_beside_is_named(void **state) {
    (void)state;
    static const char *const beside[] = {"x/tokenizer_config.json", "{\"add_bos_token\":1}", NULL};
    parts p = like_llama();
    fl_tokenizer *tokenizer = NULL;
    fl_diag diag;
    assert_int_equal(read_parts(&tokenizer, &p, 0, beside, &diag), FL_ERR_FORMAT);
    assert_string_equal(diag.subject, "x/tokenizer_config.json");
    assert_non_null(strstr(diag.message, "true or false"));
    assert_null(tokenizer);
}

/* ---- what is refused ---- */

static void t1_vocabularies(void **state) {
    (void)state;
    static const struct {
        const char *vocab, *words;
    } rows[] = {
        {"{\"a\":0,\"b\":0}", "id 0 is both \"a\" and \"b\""},
        {"{\"a\":-1}",
         "the id of piece \"a\": JSON: found '-', expected a whole number, not negative"},
        {"{\"a\":2147483648}", "a smaller number"},
        {"{\"a\":1e9}", "a whole number"},
        {"{\"a\":0.5}", "a whole number"},
        {"{\"a\":\"0\"}", "a whole number"},
        {"{\"a\":2147483647}", "id 2147483647, but there are only 1 pieces"},
        {"{\"\\u001b[2J\":99999}", "piece \"\\x1b[2J\" has id 99999"},
        {"{}", "model.vocab is empty"},
        {"[[\"a\",-1.5]]", "an object of pieces"},
        {"{\"a\":0", "JSON"},
        {"{\"\\ud800\":0}", "surrogate"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        parts p = like_gpt2();
        p.vocab = rows[i].vocab;
        refuses(p, FL_ERR_FORMAT, rows[i].words);
    }
}

static void t1_merges(void **state) {
    (void)state;
    static const struct {
        const char *merges, *words;
    } rows[] = {
        {"[\"a b\",\"a x\"]", "merge 1, \"a x\", joins no two pieces"},
        {"[\"b a\"]", "merge 0, \"b a\", joins no two pieces"},
        {"[\"ab\"]", "merge 0, \"ab\", joins"},
        {"[\"a b c\"]", "merge 0, \"a b c\", joins"},
        {"[[\"a\"]]", "a comma"},
        {"[[\"a\",\"b\",\"c\"]]", "the end of a pair"},
        {"[[\"a b\",\"c\"]]", "no blank"},
        {"[1]", "a string"},
        {"{}", "a list of merges"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        parts p = like_gpt2();
        p.merges = rows[i].merges;
        refuses(p, FL_ERR_FORMAT, rows[i].words);
    }
}

static void t1_other_models(void **state) {
    (void)state;
    static const char *const types[] = {"Unigram", "WordPiece", "WordLevel", "a\\u001bb"};
    for (size_t i = 0; i < 4; i++) {
        parts p = like_gpt2();
        p.type = types[i];
        refuses(p, FL_ERR_UNSUPPORTED, i < 3 ? types[i] : "a\\x1bb");
    }
    parts p = like_gpt2();
    p.type = NULL; /* older files */
    fl_tokenizer *tokenizer = opens(p);
    fl_tokenizer_free(&tokenizer);
    p = like_gpt2();
    p.settings = "\"dropout\":0.1,";
    refuses(p, FL_ERR_UNSUPPORTED, "dropout");
    p.settings = "\"end_of_word_suffix\":\"</w>\",";
    refuses(p, FL_ERR_UNSUPPORTED, "end_of_word_suffix is \"</w>\"");
    p.settings = "\"continuing_subword_prefix\":\"##\",";
    refuses(p, FL_ERR_UNSUPPORTED, "continuing_subword_prefix is \"##\"");
    p.settings = "\"dropout\":null,\"end_of_word_suffix\":\"\",";
    tokenizer = opens(p);
    fl_tokenizer_free(&tokenizer);
}

static void t1_huge_and_nested_parts(void **state) {
    (void)state;
    fl_buffer deep = {0}, nested = {0}, huge = {0};
    parts p = like_gpt2();
    for (int i = 0; i < 100000; i++)
        fl_buffer_puts(&deep, "[");
    p.normalizer = deep.data;
    refuses(p, FL_ERR_LIMIT, "nested deeper than 64");
    for (int i = 0; i < 20; i++)
        fl_buffer_puts(&nested, "{\"type\":\"Sequence\",\"normalizers\":[");
    for (int i = 0; i < 20; i++)
        fl_buffer_puts(&nested, "]}");
    p.normalizer = nested.data;
    refuses(p, FL_ERR_FORMAT, "deeper than 8 levels");
    fl_buffer_puts(&huge, "{\"type\":\"");
    for (int i = 0; i < 100000; i++)
        fl_buffer_puts(&huge, "N");
    fl_buffer_puts(&huge, "\"}");
    p.normalizer = huge.data;
    refuses(p, FL_ERR_LIMIT, "normalizer takes 100011 bytes");
    p.normalizer = "{\"type\":\"Sequence\",\"normalizers\":1}";
    refuses(p, FL_ERR_FORMAT, "without a list");
    fl_buffer_done(&deep);
    fl_buffer_done(&nested);
    fl_buffer_done(&huge);
}

static void parts_that_are_not_known_are_named(void **state) {
    (void)state;
    parts p = like_llama();
    p.normalizer = "{\"type\":\"Lowercase\"}";
    refuses(p, FL_ERR_UNSUPPORTED, "normalizer \"Lowercase\" is not supported");
    p.normalizer = "{\"type\":\"Prepend\",\"prepend\":\"x\"}";
    refuses(p, FL_ERR_UNSUPPORTED, "normalizer \"Prepend\" is not supported");
    p.normalizer = "\"\\u001b[2J\"";
    refuses(p, FL_ERR_UNSUPPORTED, "normalizer \"\"");
    p = like_llama();
    p.pre_tokenizer = "{\"type\":\"Whitespace\"}";
    refuses(p, FL_ERR_UNSUPPORTED, "pre_tokenizer \"Whitespace\"");
    p.pre_tokenizer = byte_level;
    refuses(p, FL_ERR_UNSUPPORTED, "marks spaces");
    p = like_gpt2();
    p.pre_tokenizer = "{\"type\":\"ByteLevel\",\"add_prefix_space\":true}";
    refuses(p, FL_ERR_UNSUPPORTED, "without a space in front");
    p.pre_tokenizer = "{\"type\":\"Digits\",\"individual_digits\":true}";
    refuses(p, FL_ERR_UNSUPPORTED, "without ByteLevel");
    p = like_llama();
    p.post_processor = "{\"type\":\"RobertaProcessing\"}";
    refuses(p, FL_ERR_UNSUPPORTED, "post_processor \"RobertaProcessing\"");
    p.post_processor = "{\"type\":\"TemplateProcessing\",\"single\":[{\"Sequence\":{}},"
                       "{\"SpecialToken\":{\"id\":\"<s>\"}}],\"special_tokens\":{\"<s>\":{"
                       "\"ids\":[1]}}}";
    refuses(p, FL_ERR_UNSUPPORTED, "at most one piece before it");
    p = like_llama();
    p.added = "[{\"id\":9,\"content\":\"\\u001bx\",\"rstrip\":true}]";
    refuses(p, FL_ERR_UNSUPPORTED, "added piece \"\\x1bx\" has rstrip");
    p.added = "[{\"content\":\"x\"}]";
    refuses(p, FL_ERR_FORMAT, "an added piece has no id");
    p.added = "[{\"id\":3,\"content\":\"x\"}]";
    refuses(p, FL_ERR_FORMAT, "id 3 is both \"a\" and \"x\"");
}

/* T5: a pattern is looked up, never compiled; what is not there is shown escaped. */
static void t5_patterns(void **state) {
    (void)state;
    parts p = like_gpt2();
    p.pre_tokenizer = SPLIT("(a*)*b\\u001B");
    refuses(p, FL_ERR_UNSUPPORTED, "(a*)*b\\u001B");
    p.pre_tokenizer = SPLIT("\\\\s+");
    refuses(p, FL_ERR_UNSUPPORTED, "pre_tokenizer \"Split\" is not supported");
    p.pre_tokenizer = "{\"type\":\"Split\",\"pattern\":{\"String\":\" \"},\"behavior\":"
                      "\"Isolated\"}";
    refuses(p, FL_ERR_UNSUPPORTED, "pre_tokenizer \"Split\"");
}

static void no_tokenizer_at_all(void **state) {
    (void)state;
    static const char *const texts[] = {"{",
                                        "{}",
                                        "{\"model\":{}}",
                                        "{\"model\":{}} x",
                                        "{\"model\":1}",
                                        "{\"model\":{},\"model\":{}}"};
    static const char *const words[] = {"JSON",         "no member \"model\"", "model.type",
                                        "nothing more", "an object",           "no member twice"};
    for (size_t i = 0; i < 6; i++) {
        fl_tokenizer *tokenizer = NULL;
        fl_diag diag;
        fl_token_file file = {"tokenizer.json", texts[i], strlen(texts[i])};
        fl_diag_init(&diag, "tokenizer.json");
        assert_int_not_equal(fl_tokenizer_read(&tokenizer, &file, 1, 0, &diag), FL_OK);
        if (!strstr(diag.message, words[i]))
            print_error("'%s' lacks '%s'\n", diag.message, words[i]);
        assert_non_null(strstr(diag.message, words[i]));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(byte_fallback),
        cmocka_unit_test(merges_as_pairs),
        cmocka_unit_test(only_what_merges_list),
        cmocka_unit_test(metaspace),
        cmocka_unit_test(metaspace_may_cut_at_spaces),
        cmocka_unit_test(byte_level_by_its_words),
        cmocka_unit_test(text_is_composed_where_the_file_says_so),
        cmocka_unit_test(added_pieces_beyond_the_model_are_left_out),
        cmocka_unit_test(special_ids_come_from_beside),
        cmocka_unit_test(who_says_whether_bos_is_added),
        cmocka_unit_test(what_is_wrong_beside_is_named),
        cmocka_unit_test(t1_vocabularies),
        cmocka_unit_test(t1_merges),
        cmocka_unit_test(t1_other_models),
        cmocka_unit_test(t1_huge_and_nested_parts),
        cmocka_unit_test(parts_that_are_not_known_are_named),
        cmocka_unit_test(t5_patterns),
        cmocka_unit_test(no_tokenizer_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
