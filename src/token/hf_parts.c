/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * How a tokenizer.json prepares text: normalizer, pre-tokenizer and post-processor, each one part
 * or a sequence of parts. Parts are known by their type and settings; a regular expression by its
 * whole text.
 */
#include "base/diag.h"
#include "token/source.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* Larger ones are no description of how to prepare text. */
enum { PART_MAX = 64 * 1024 };

static const char mark[] = "\xe2\x96\x81"; /* U+2581 */

/* One of these members being read. */
typedef struct part {
    fl_source *source;
    const fl_json_part *json;
    bool split, digits, byte_level, marked;
} part;

typedef fl_status (*take_part)(part *p, json_t *one);

/* ---- words for a refusal ---- */

static fl_status refuse(const part *p, json_t *one, const char *expected) {
    char shown[200];
    char *text = json_dumps(one, JSON_COMPACT | JSON_ENCODE_ANY);
    const char *type = json_string_value(json_object_get(one, "type"));
    fl_escape_into(shown, sizeof shown, text ? text : "", text ? strlen(text) : 0);
    free(text);
    char name[40];
    fl_escape_into(name, sizeof name, type ? type : "", type ? strlen(type) : 0);
    return fl_fail_at(p->source->diag, FL_ERR_UNSUPPORTED, p->json->at,
                      "%s \"%s\" is not supported as %s, expected %s", p->json->name, name, shown,
                      expected);
}

static bool is_type(json_t *one, const char *name) {
    const char *type = json_string_value(json_object_get(one, "type"));
    return type && strcmp(type, name) == 0;
}

static bool is_text(json_t *one, const char *key, const char *wanted) {
    const char *text = json_string_value(json_object_get(one, key));
    return text && strcmp(text, wanted) == 0;
}

/* A flag that is missing, or null, is what the library takes it for. */
static bool flag(json_t *one, const char *key, bool missing) {
    json_t *value = json_object_get(one, key);
    return json_is_boolean(value) ? json_is_true(value) : missing;
}

/* ---- sequences ---- */

static fl_status take_all(part *p, json_t *one, const char *list, take_part take, int depth) {
    if (!is_type(one, "Sequence"))
        return take(p, one);
    json_t *parts = json_object_get(one, list), *next;
    size_t i;
    fl_status status = FL_OK;
    if (!json_is_array(parts) || depth > 8)
        return fl_fail_at(p->source->diag, FL_ERR_FORMAT, p->json->at, "%s is a Sequence %s \"%s\"",
                          p->json->name,
                          depth > 8 ? "of sequences deeper than 8 levels, expected none in"
                                    : "without a list",
                          list);
    json_array_foreach(parts, i, next) {
        if (status == FL_OK)
            status = take_all(p, next, list, take, depth + 1);
    }
    return status;
}

/* Out of memory is often told as an error of syntax, of which this text has none. */
static bool is_memory(const json_error_t *error) {
    const enum json_error_code code = json_error_code(error);
    return !error->text[0] || code == json_error_unknown || code == json_error_out_of_memory ||
           code == json_error_invalid_syntax;
}

static fl_status read_part(part *p, const char *list, take_part take) {
    json_error_t error;
    if (!p->json->text)
        return FL_OK;
    if (p->json->length > PART_MAX)
        return fl_fail_at(p->source->diag, FL_ERR_LIMIT, p->json->at,
                          "%s takes %zu bytes, expected %d at most", p->json->name, p->json->length,
                          PART_MAX);
    json_t *root = json_loadb(p->json->text, p->json->length,
                              JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
    if (!root && is_memory(&error))
        return fl_fail_memory(p->source->diag);
    if (!root)
        return fl_fail_at(p->source->diag, FL_ERR_FORMAT, p->json->at, "%s is not valid JSON",
                          p->json->name);
    fl_status status = take_all(p, root, list, take, 0);
    json_decref(root);
    return status;
}

/* ---- normalizer ---- */

static fl_status take_normalizer(part *p, json_t *one) {
    fl_vocab *v = &p->source->vocab;
    if (is_type(one, "NFC")) {
        v->nfc = true;
        return FL_OK;
    }
    if (is_type(one, "Prepend") && is_text(one, "prepend", mark)) {
        v->add_space_prefix = true;
        return FL_OK;
    }
    if (is_type(one, "Replace") && is_text(one, "content", mark) &&
        is_text(json_object_get(one, "pattern"), "String", " ")) {
        v->plain_spaces = false;
        return FL_OK;
    }
    return refuse(p, one, "NFC, Prepend of U+2581, or Replace of a space by U+2581");
}

fl_status fl_read_normalizer(fl_source *source, const fl_json_part *json) {
    part p = {.source = source, .json = json};
    return read_part(&p, "normalizers", take_normalizer);
}

/* ---- pre-tokenizer ---- */

static fl_status take_split(part *p, json_t *one) {
    json_t *regex = json_object_get(json_object_get(one, "pattern"), "Regex");
    const fl_splitter *splitter =
        json_is_string(regex)
            ? fl_splitter_of_pattern(json_string_value(regex), json_string_length(regex))
            : NULL;
    if (!splitter || p->split || p->digits || !is_text(one, "behavior", "Isolated") ||
        flag(one, "invert", false))
        return refuse(p, one, "one Split, Isolated, by a pattern of gpt-2, llama-bpe or qwen2");
    p->source->vocab.pre = fl_splitter_name(splitter);
    p->split = true;
    return FL_OK;
}

/* Its own pattern is GPT-2's. */
static fl_status take_byte_level(part *p, json_t *one) {
    bool regex = flag(one, "use_regex", true);
    if (flag(one, "add_prefix_space", true) || p->byte_level || p->marked || regex == p->split)
        return refuse(p, one,
                      "one ByteLevel without a space in front, with either its own pattern or a "
                      "Split before it");
    p->byte_level = true;
    p->source->vocab.kind = "gpt2";
    if (regex)
        p->source->vocab.pre = p->digits ? "smollm" : "gpt-2";
    return FL_OK;
}

static fl_status take_digits(part *p, json_t *one) {
    if (!flag(one, "individual_digits", false) || p->split || p->byte_level)
        return refuse(p, one, "Digits one by one, before ByteLevel");
    p->digits = true;
    return FL_OK;
}

/* Older files say add_prefix_space for "always" and "never". */
static fl_status take_metaspace(part *p, json_t *one) {
    fl_vocab *v = &p->source->vocab;
    bool older = !json_object_get(one, "prepend_scheme");
    bool never =
        older ? !flag(one, "add_prefix_space", true) : is_text(one, "prepend_scheme", "never");
    bool first = is_text(one, "prepend_scheme", "first");
    bool known = older || never || first || is_text(one, "prepend_scheme", "always");
    if (!known || !is_text(one, "replacement", mark) || p->split || p->digits || p->byte_level ||
        p->marked)
        return refuse(p, one, "one Metaspace of U+2581 that prepends always, first or never");
    p->marked = true;
    v->plain_spaces = false;
    v->add_space_prefix = v->add_space_prefix || !never;
    v->prefix_unless_space = !never;
    v->prefix_first_only = first;
    v->split_spaces = flag(one, "split", true);
    return FL_OK;
}

static fl_status take_pre_tokenizer(part *p, json_t *one) {
    static const struct {
        const char *type;
        take_part take;
    } rows[] = {{"Split", take_split},
                {"ByteLevel", take_byte_level},
                {"Digits", take_digits},
                {"Metaspace", take_metaspace}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (is_type(one, rows[i].type))
            return rows[i].take(p, one);
    return refuse(p, one, "Split, ByteLevel, Digits or Metaspace");
}

fl_status fl_read_pre_tokenizer(fl_source *source, const fl_json_part *json) {
    part p = {.source = source, .json = json};
    fl_status status = read_part(&p, "pretokenizers", take_pre_tokenizer);
    const fl_vocab *v = &source->vocab;
    if (status != FL_OK)
        return status;
    if ((p.split || p.digits) && !p.byte_level)
        return fl_fail_at(source->diag, FL_ERR_UNSUPPORTED, json->at,
                          "pre_tokenizer splits text without ByteLevel, which is not supported");
    if (p.byte_level && (v->add_space_prefix || !v->plain_spaces))
        return fl_fail_at(source->diag, FL_ERR_UNSUPPORTED, json->at,
                          "pre_tokenizer ByteLevel with a normalizer that marks spaces is not "
                          "supported");
    return FL_OK;
}

/* ---- post-processor ---- */

/* The one id of a special piece, by the list beside the template. */
static int32_t template_id(const fl_source *source, json_t *one, json_t *item) {
    const char *name = json_string_value(json_object_get(item, "id"));
    json_t *row = name ? json_object_get(json_object_get(one, "special_tokens"), name) : NULL;
    json_t *ids = json_object_get(row, "ids");
    json_int_t id = json_integer_value(json_array_get(ids, 0));
    bool valid = json_array_size(ids) == 1 && json_is_integer(json_array_get(ids, 0)) && id >= 0 &&
                 (uint64_t)id < source->n_pieces;
    return valid ? (int32_t)id : -1;
}

/* One special piece before the text is BOS; nothing else is put anywhere. */
static fl_status take_template(part *p, json_t *one) {
    json_t *items = json_object_get(one, "single"), *item;
    bool text = false, good = json_is_array(items);
    int32_t bos = -1;
    size_t i;
    json_array_foreach(items, i, item) {
        json_t *special = json_object_get(item, "SpecialToken");
        int32_t id = special ? template_id(p->source, one, special) : -1;
        good = good &&
               (special ? !text && bos < 0 && id >= 0 : !text && json_object_get(item, "Sequence"));
        text = text || !special;
        bos = special ? id : bos;
    }
    if (!good || !text)
        return refuse(p, one, "a template of the text, with at most one piece before it");
    if (bos >= 0) {
        p->source->vocab.bos_id = bos;
        p->source->vocab.add_bos = true;
    }
    return FL_OK;
}

static fl_status take_post_processor(part *p, json_t *one) {
    if (is_type(one, "ByteLevel")) /* of offsets only */
        return FL_OK;
    if (is_type(one, "TemplateProcessing"))
        return take_template(p, one);
    return refuse(p, one, "TemplateProcessing or ByteLevel");
}

fl_status fl_read_post_processor(fl_source *source, const fl_json_part *json) {
    part p = {.source = source, .json = json};
    return read_part(&p, "processors", take_post_processor);
}
