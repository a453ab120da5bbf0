/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Writes a model with random weights, so that benchmarks and tests need no download.
 */
#include "tools/random_model.h"

#include "base/diag.h"

#include <footlight/model.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: write_model [options] FILE\n"
    "Writes a GGUF model with random weights; FILE may be -, standard output.\n"
    "  --config NAME  start from a published shape (tinyllama-1.1b)\n"
    "  --layers N, --hidden N, --ffn N, --heads N, --kv-heads N, --head-dim N, --vocab N,\n"
    "  --context N    change it; as many key/value heads as heads and heads that fill the\n"
    "                 hidden size, unless told otherwise\n"
    "  --tied         no output matrix: the head is the embedding table\n"
    "  --type TYPE    how matrices are stored (q4_0):";

/* The key is what messages about a shape call it. */
static const struct number {
    const char *name, *key;
    size_t field;
} numbers[] = {
#define NUMBER(name, key)                                                                          \
    { name, #key, offsetof(fl_hparams, key) }
    NUMBER("--layers", num_hidden_layers),
    NUMBER("--hidden", hidden_size),
    NUMBER("--ffn", intermediate_size),
    NUMBER("--heads", num_attention_heads),
    NUMBER("--kv-heads", num_key_value_heads),
    NUMBER("--head-dim", head_dim),
    NUMBER("--vocab", vocab_size),
    NUMBER("--context", max_position_embeddings),
#undef NUMBER
};

static int64_t *number_field(fl_hparams *shape, const char *option) {
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (strcmp(numbers[i].name, option) == 0)
            return (int64_t *)(void *)((char *)shape + numbers[i].field);
    return NULL;
}

/* What the command line says; a number that is 0 was not given. */
typedef struct asked {
    fl_hparams shape;
    const char *config, *path;
    const random_storage *storage;
    long long seed;
    bool tied, help;
} asked;

static fl_status read_number(const char *option, const char *text, long long least, long long *out,
                             fl_diag *diag) {
    char *end;
    *out = strtoll(text, &end, 10);
    if (end != text && !*end && *out >= least)
        return FL_OK;
    return fl_fail(diag, FL_ERR_USAGE, "%s is '%s', expected a number of %lld or more", option,
                   text, least);
}

static fl_status read_value(asked *a, const char *option, const char *text, fl_diag *diag) {
    int64_t *field = number_field(&a->shape, option);
    long long number;
    if (strcmp(option, "--seed") == 0)
        return read_number(option, text, 0, &a->seed, diag);
    if (field) {
        fl_status status = read_number(option, text, 1, &number, diag);
        *field = number;
        return status;
    }
    if (strcmp(option, "--config") == 0) {
        a->config = text;
        return FL_OK;
    }
    a->storage = random_storage_find(text);
    return a->storage ? FL_OK : fl_fail(diag, FL_ERR_USAGE, "there is no type '%s'", text);
}

static bool takes_value(asked *a, const char *option) {
    return number_field(&a->shape, option) || strcmp(option, "--seed") == 0 ||
           strcmp(option, "--config") == 0 || strcmp(option, "--type") == 0;
}

static fl_status read_word(asked *a, const char *word, fl_diag *diag) {
    if (strcmp(word, "--tied") == 0)
        a->tied = true;
    else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        a->help = true;
    else if (word[0] == '-' && word[1])
        return fl_fail(diag, FL_ERR_USAGE, "there is no option '%s'", word);
    else if (a->path)
        return fl_fail(diag, FL_ERR_USAGE, "'%s' is a second file, expected one", word);
    else
        a->path = word;
    return FL_OK;
}

static fl_status read_words(asked *a, int argc, char **argv, fl_diag *diag) {
    for (int i = 1; i < argc; i++) {
        fl_status status;
        if (!takes_value(a, argv[i]))
            status = read_word(a, argv[i], diag);
        else if (++i == argc)
            status = fl_fail(diag, FL_ERR_USAGE, "%s needs a value", argv[i - 1]);
        else
            status = read_value(a, argv[i - 1], argv[i], diag);
        if (status != FL_OK)
            return status;
    }
    return a->path || a->help ? FL_OK : fl_fail(diag, FL_ERR_USAGE, "no file is named");
}

/* ---- messages ---- */

/* Puts the option in place of a key, wherever that stands in the message. */
static void replace_key(fl_diag *diag, const char *key, const char *option) {
    char whole[sizeof diag->message];
    for (char *at = diag->message; (at = strstr(at, key)); at += strlen(option)) {
        snprintf(whole, sizeof whole, "%.*s%s%s", (int)(at - diag->message), diag->message, option,
                 at + strlen(key));
        memcpy(diag->message, whole, sizeof whole);
    }
}

/* Whoever reads it gave options, and no configuration. All of a head is rotated. */
static void name_options(fl_diag *diag) {
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        replace_key(diag, numbers[i].key, numbers[i].name);
    replace_key(diag, "rotary_dim (rope dimension count)", "--head-dim");
}

/* ---- the shape ---- */

/* As many values for each head as fill the hidden size. */
static fl_status fill_heads(fl_hparams *shape, fl_diag *diag) {
    const int64_t hidden = shape->hidden_size, heads = shape->num_attention_heads;
    shape->head_dim = hidden / heads;
    if (hidden % heads == 0 && shape->head_dim % 2 == 0)
        return FL_OK;
    return fl_fail(diag, FL_ERR_USAGE,
                   "--hidden %lld cannot be split over %lld heads of an even size: give --heads to "
                   "split it otherwise, or --head-dim for heads that do not fill it",
                   (long long)hidden, (long long)heads);
}

/* The published shape with what was asked for changed in it. Position scaling is left out: it
 * changes no shape and no cost. */
static fl_status make_shape(const asked *a, fl_hparams *shape, fl_diag *diag) {
    fl_model *config;
    fl_status status = fl_model_open(&config, a->config, diag);
    if (status != FL_OK)
        return FL_ERR_USAGE;
    fl_diag_init(diag, NULL);
    *shape = *fl_model_hparams(config);
    fl_model_close(&config);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        int64_t given =
            *(const int64_t *)(const void *)((const char *)&a->shape + numbers[i].field);
        if (given)
            *number_field(shape, numbers[i].name) = given;
    }
    if (a->shape.num_attention_heads && !a->shape.num_key_value_heads)
        shape->num_key_value_heads = shape->num_attention_heads;
    if ((a->shape.num_attention_heads || a->shape.hidden_size) && !a->shape.head_dim)
        status = fill_heads(shape, diag);
    shape->rotary_dim = shape->head_dim;
    shape->rope_scaling = (fl_rope_scaling){0};
    shape->tie_word_embeddings |= a->tied;
    return status;
}

static int help(void) {
    fputs(usage, stdout);
    for (int i = 0; random_storage_at(i); i++)
        printf("%s %s", i % 7 ? "" : "\n                ", random_storage_at(i)->name);
    puts("\n  --seed N       other weights (0)");
    return 0;
}

int main(int argc, char **argv) {
    asked a = {.config = "tinyllama-1.1b", .storage = random_storage_find("q4_0")};
    random_model model = {0};
    fl_diag diag;
    fl_diag_init(&diag, NULL);
    fl_status status = read_words(&a, argc, argv, &diag);
    if (a.help)
        return help();
    if (status == FL_OK)
        status = make_shape(&a, &model.shape, &diag);
    model.storage = a.storage;
    model.seed = (uint64_t)a.seed;
    if (status == FL_OK)
        status = random_model_write(&model, a.path, &diag);
    if (status == FL_OK || status == FL_DONE)
        return 0;
    if (status == FL_ERR_USAGE)
        name_options(&diag);
    fprintf(stderr, "write_model: %s%s%s\n", diag.subject, *diag.subject ? ": " : "", diag.message);
    return status == FL_ERR_USAGE ? 2 : 1;
}
