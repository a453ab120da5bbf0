/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What a GGUF header says about a model: architecture, hyperparameters, where each tensor lies and
 * the texts worth showing. Keys and their defaults follow ggml docs/gguf.md and llama.cpp.
 */
#include "base/diag.h"
#include "base/text.h"
#include "model/bind.h"
#include "model/gguf.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned long long ull; /* for printf */

static const struct architecture {
    const char *name, *model_type;
    fl_rope_pairing pairing;
    uint32_t features; /* that such a model always has; more may show in the tensors */
} architectures[] = {
    {"llama", "llama", FL_ROPE_INTERLEAVED, 0},
};

/* Integer keys: what follows "llama.", where it goes, and what fl_hparams_check calls it. */
static const struct {
    const char *suffix, *field_name;
    size_t field;
    bool required;
    int64_t least;
} integers[] = {
#define ROW(suffix, field, required, least)                                                        \
    { suffix, #field, offsetof(fl_hparams, field), required, least }
    ROW("context_length", max_position_embeddings, true, 1),
    ROW("embedding_length", hidden_size, true, 1),
    ROW("block_count", num_hidden_layers, true, 1),
    ROW("feed_forward_length", intermediate_size, true, 1),
    ROW("attention.head_count", num_attention_heads, true, 1),
    ROW("attention.head_count_kv", num_key_value_heads, false, 1),
    ROW("attention.key_length", head_dim, false, 1),
    ROW("rope.dimension_count", rotary_dim, false, 1),
    ROW("attention.sliding_window", sliding_window, false, 0),
    ROW("vocab_size", vocab_size, false, 1),
#undef ROW
};
enum { N_INTEGERS = sizeof integers / sizeof *integers };

/* Keys that change the computation in ways this program does not know, unless neutral. */
static const struct {
    const char *suffix;
    double neutral;
} strange_floats[] = {
    {"attn_logit_softcapping", 0},
    {"final_logit_softcapping", 0},
    {"attention.clamp_kqv", 0},
    {"attention.max_alibi_bias", 0},
    {"attention.scale", 0},
    {"logit_scale", 1},
    {"embedding_scale", 1},
    {"residual_scale", 1},
    {"rope.scaling.yarn_log_multiplier", 0},
};

/* One header being turned into a model. */
typedef struct source {
    const fl_gguf *gguf;
    const struct architecture *arch;
    fl_diag *diag;
    char key[128]; /* of the last look-up */
} source;

static const char *full_key(source *s, const char *suffix) {
    snprintf(s->key, sizeof s->key, "%s.%s", s->arch->name, suffix);
    return s->key;
}

/* Points a message at the key it is about. */
static fl_status at_key(const source *s, fl_status status) {
    const fl_gguf_pair *pair = fl_gguf_find(s->gguf, s->key);
    if (status != FL_OK && s->diag && pair)
        s->diag->offset = (int64_t)pair->offset;
    return status;
}

static fl_status find_architecture(source *s) {
    fl_bytes name = {0};
    char shown[64];
    fl_status status = fl_gguf_get_string(s->gguf, "general.architecture", true, &name, s->diag);
    if (status != FL_OK)
        return status;
    for (size_t i = 0; i < sizeof architectures / sizeof *architectures; i++) {
        s->arch = &architectures[i];
        if (name.length == strlen(s->arch->name) &&
            memcmp(name.data, s->arch->name, name.length) == 0)
            return FL_OK;
    }
    snprintf(s->key, sizeof s->key, "general.architecture");
    return at_key(s,
                  fl_fail(s->diag, FL_ERR_UNSUPPORTED,
                          "general.architecture is '%s'%s, which is not supported; expected llama",
                          fl_escape_into(shown, sizeof shown, name.data, name.length),
                          name.length >= sizeof shown ? " (cut)" : ""));
}

static fl_status read_integers(source *s, fl_hparams *h) {
    for (size_t i = 0; i < N_INTEGERS; i++) {
        int64_t *field = (int64_t *)(void *)((char *)h + integers[i].field), value = INT64_MIN;
        const char *key = full_key(s, integers[i].suffix);
        fl_status status = fl_gguf_get_int(s->gguf, key, integers[i].required, &value, s->diag);
        if (status != FL_OK)
            return status;
        if (value == INT64_MIN)
            continue;
        if (value < integers[i].least)
            return at_key(s,
                          fl_fail(s->diag, FL_ERR_FORMAT, "key '%s' is %lld, expected %lld or more",
                                  key, (long long)value, (long long)integers[i].least));
        *field = value;
    }
    return FL_OK;
}

static fl_status read_heads(source *s, fl_hparams *h) {
    if (!h->num_key_value_heads)
        h->num_key_value_heads = h->num_attention_heads;
    if (!h->head_dim && h->hidden_size % h->num_attention_heads) {
        full_key(s, "attention.head_count");
        return at_key(s, fl_fail(s->diag, FL_ERR_FORMAT,
                                 "key '%s' is %lld, expected a divisor of embedding_length %lld",
                                 s->key, (long long)h->num_attention_heads,
                                 (long long)h->hidden_size));
    }
    if (!h->head_dim)
        h->head_dim = h->hidden_size / h->num_attention_heads;
    if (!h->rotary_dim)
        h->rotary_dim = h->head_dim;
    int64_t value_length = h->head_dim;
    const char *key = full_key(s, "attention.value_length");
    fl_status status = fl_gguf_get_int(s->gguf, key, false, &value_length, s->diag);
    if (status == FL_OK && value_length != h->head_dim)
        status = at_key(s, fl_fail(s->diag, FL_ERR_UNSUPPORTED,
                                   "key '%s' is %lld, expected the key length %lld", key,
                                   (long long)value_length, (long long)h->head_dim));
    return status;
}

static fl_status refuse_strange(source *s) {
    int64_t experts = 0;
    const char *key = full_key(s, "expert_count");
    fl_status status = fl_gguf_get_int(s->gguf, key, false, &experts, s->diag);
    if (status == FL_OK && experts != 0)
        status = at_key(s, fl_fail(s->diag, FL_ERR_UNSUPPORTED,
                                   "key '%s' is %lld: mixture-of-experts models are not supported",
                                   key, (long long)experts));
    for (size_t i = 0; status == FL_OK && i < sizeof strange_floats / sizeof *strange_floats; i++) {
        double neutral = strange_floats[i].neutral, value = neutral;
        key = full_key(s, strange_floats[i].suffix);
        status = fl_gguf_get_float(s->gguf, key, false, &value, s->diag);
        if (status == FL_OK && value != neutral && value != 0)
            status = at_key(s, fl_fail(s->diag, FL_ERR_UNSUPPORTED,
                                       "key '%s' is %g, which is not supported", key, value));
    }
    return status;
}

static fl_status refuse_split(const fl_gguf *gguf, fl_diag *diag) {
    int64_t count = 1, number = 0;
    fl_status status = fl_gguf_get_int(gguf, "split.count", false, &count, diag);
    if (status == FL_OK)
        status = fl_gguf_get_int(gguf, "split.no", false, &number, diag);
    if (status == FL_OK && count > 1)
        status =
            fl_fail(diag, FL_ERR_UNSUPPORTED,
                    "key 'split.count' is %lld: this is shard %lld of a split model, which is not "
                    "supported; merge the shards first",
                    (long long)count, (long long)number + 1);
    return status;
}

static fl_status read_yarn(source *s, fl_rope_scaling *scaling, int64_t context) {
    double attn_factor = 1, ext_factor = 1;
    scaling->original_max_position_embeddings = context;
    scaling->beta_fast = 32;
    scaling->beta_slow = 1;
    const struct {
        const char *suffix;
        double *value;
    } floats[] = {
        {"rope.scaling.attn_factor", &attn_factor},
        {"rope.scaling.yarn_attn_factor", &attn_factor},
        {"rope.scaling.yarn_ext_factor", &ext_factor},
        {"rope.scaling.yarn_beta_fast", &scaling->beta_fast},
        {"rope.scaling.yarn_beta_slow", &scaling->beta_slow},
    };
    fl_status status = fl_gguf_get_int(s->gguf, full_key(s, "rope.scaling.original_context_length"),
                                       false, &scaling->original_max_position_embeddings, s->diag);
    for (size_t i = 0; status == FL_OK && i < sizeof floats / sizeof *floats; i++)
        status = fl_gguf_get_float(s->gguf, full_key(s, floats[i].suffix), false, floats[i].value,
                                   s->diag);
    if (status == FL_OK && ext_factor != 1 && ext_factor != -1)
        return fl_fail(s->diag, FL_ERR_UNSUPPORTED,
                       "key '%s.rope.scaling.yarn_ext_factor' is %g, expected 1", s->arch->name,
                       ext_factor);
    if (status == FL_OK && !(attn_factor > 0))
        return fl_fail(s->diag, FL_ERR_FORMAT,
                       "key '%s.rope.scaling.attn_factor' is %g, expected more than 0",
                       s->arch->name, attn_factor);
    if (attn_factor != 1) /* the file's factor comes on top of the default */
        scaling->attention_factor = attn_factor * fl_yarn_magnitude(scaling->factor);
    return status;
}

static fl_status rope_kind(source *s, const fl_bytes *word, fl_rope_kind *kind) {
    static const struct {
        const char *word;
        fl_rope_kind kind;
    } kinds[] = {{"none", FL_ROPE_DEFAULT}, {"linear", FL_ROPE_LINEAR}, {"yarn", FL_ROPE_YARN}};
    char shown[64];
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (word->length == strlen(kinds[i].word) &&
            memcmp(word->data, kinds[i].word, word->length) == 0) {
            *kind = kinds[i].kind;
            return FL_OK;
        }
    full_key(s, "rope.scaling.type");
    return at_key(s,
                  fl_fail(s->diag, FL_ERR_UNSUPPORTED,
                          "key '%s' is '%s', a rope scaling that is not supported; expected none, "
                          "linear or yarn",
                          s->key, fl_escape_into(shown, sizeof shown, word->data, word->length)));
}

/* A factor without a type means linear, and so does the older scale_linear. */
static fl_status read_rope(source *s, fl_hparams *h) {
    fl_rope_scaling *scaling = &h->rope_scaling;
    fl_bytes type = {0};
    fl_status status =
        fl_gguf_get_float(s->gguf, full_key(s, "rope.freq_base"), false, &h->rope_theta, s->diag);
    if (status == FL_OK)
        status = fl_gguf_get_float(s->gguf, full_key(s, "rope.scale_linear"), false,
                                   &scaling->factor, s->diag);
    if (status == FL_OK)
        status = fl_gguf_get_float(s->gguf, full_key(s, "rope.scaling.factor"), false,
                                   &scaling->factor, s->diag);
    if (status == FL_OK)
        status =
            fl_gguf_get_string(s->gguf, full_key(s, "rope.scaling.type"), false, &type, s->diag);
    if (status != FL_OK)
        return status;
    if (type.data)
        status = rope_kind(s, &type, &scaling->kind);
    else if (scaling->factor != 0)
        scaling->kind = FL_ROPE_LINEAR;
    if (status == FL_OK && scaling->kind == FL_ROPE_YARN)
        status = read_yarn(s, scaling, h->max_position_embeddings);
    if (status == FL_OK && scaling->kind == FL_ROPE_DEFAULT)
        *scaling = (fl_rope_scaling){0};
    return status;
}

static fl_status read_hparams(source *s, fl_hparams *h) {
    snprintf(h->model_type, sizeof h->model_type, "%s", s->arch->model_type);
    h->rope_pairing = s->arch->pairing;
    h->features = s->arch->features;
    h->rope_theta = 10000;
    fl_status status = read_integers(s, h);
    if (status == FL_OK)
        status = read_heads(s, h);
    if (status == FL_OK)
        status = fl_gguf_get_float(s->gguf, full_key(s, "attention.layer_norm_rms_epsilon"), true,
                                   &h->rms_norm_eps, s->diag);
    if (status == FL_OK)
        status = read_rope(s, h);
    return status == FL_OK ? refuse_strange(s) : status;
}

/* The row of `integers` whose field name stands here, or N_INTEGERS. */
static size_t field_at(const char *text, const char *start) {
    size_t i = 0;
    if (text > start && text[-1] == '.') /* spelled as a key already */
        return N_INTEGERS;
    while (i < N_INTEGERS &&
           strncmp(text, integers[i].field_name, strlen(integers[i].field_name)) != 0)
        i++;
    return i;
}

/* Writes the keys of this file in place of the configuration names that checks use, and points at
 * the first. */
static void respell(source *s) {
    fl_buffer out = {0};
    const char *message = s->diag ? s->diag->message : "";
    s->key[0] = '\0';
    for (const char *in = message; *in;) {
        size_t i = field_at(in, message);
        if (i < N_INTEGERS) {
            fl_buffer_printf(&out, "%s.%s", s->arch->name, integers[i].suffix);
            if (!s->key[0])
                full_key(s, integers[i].suffix);
            in += strlen(integers[i].field_name);
        } else {
            fl_buffer_add(&out, in++, 1);
        }
    }
    if (out.data && !out.failed)
        snprintf(s->diag->message, sizeof s->diag->message, "%s", out.data);
    if (s->diag && s->diag->offset < 0)
        at_key(s, s->diag->status);
    fl_buffer_done(&out);
}

/* Copies the tensor infos, names included, in file order. */
static fl_status copy_tensors(fl_model *model, const fl_gguf *gguf, fl_diag *diag) {
    size_t n = (size_t)gguf->n_tensors, name_bytes = 0;
    if (n == 0)
        return FL_OK;
    for (size_t i = 0; i < n; i++)
        name_bytes += (size_t)gguf->tensors[i].name.length + 1;
    model->tensors = calloc(n + 1, sizeof *model->tensors);
    model->tensor_names = malloc(name_bytes + 1);
    if (!model->tensors || !model->tensor_names)
        return fl_fail_memory(diag);
    char *name = model->tensor_names;
    for (size_t i = 0; i < n; i++) {
        const fl_gguf_tensor *t = &gguf->tensors[i];
        fl_weight *weight = &model->tensors[i];
        *weight = (fl_weight){.name = name, .slot = FL_WEIGHT_none, .layer = -1, .dtype = t->dtype};
        memcpy(name, t->name.data, (size_t)t->name.length);
        name[t->name.length] = '\0';
        name += t->name.length + 1;
        weight->n_dims = (int)t->n_dims;
        for (int d = 0; d < FL_MAX_DIMS; d++)
            weight->shape[d] = d < weight->n_dims ? (int64_t)t->dims[weight->n_dims - 1 - d] : 1;
        weight->bytes = t->bytes;
        weight->offset = gguf->data_start + t->offset;
    }
    model->n_tensors = n;
    return FL_OK;
}

/* Is all the data there? A file cut after its header is a plan. */
static void check_data(fl_model *model, const fl_gguf *gguf) {
    const fl_weight *cut = NULL;
    for (size_t i = 0; i < model->n_tensors && !cut; i++)
        if (model->tensors[i].offset + model->tensors[i].bytes > model->length)
            cut = &model->tensors[i];
    if (model->n_tensors == 0)
        fl_model_set_plan_only(model, "the file holds no tensors, only a vocabulary and settings");
    else if (model->length <= gguf->data_start)
        fl_model_set_plan_only(
            model, "the file ends after its header, at byte %llu: the weights are missing",
            (ull)model->length);
    else if (cut)
        fl_model_set_plan_only(
            model, "truncated: tensor '%s' takes bytes %llu to %llu, but the file ends at %llu",
            cut->name, (ull)cut->offset, (ull)(cut->offset + cut->bytes), (ull)model->length);
}

static void point_at_data(fl_model *model) {
    if (model->why_no_weights[0])
        return;
    for (size_t i = 0; i < model->n_tensors; i++)
        model->tensors[i].data = model->bytes + model->tensors[i].offset;
    model->tied_head.data = model->tied_head.tied ? model->bytes + model->tied_head.offset : NULL;
}

static char *copy_text(char **to, const fl_bytes *from) {
    char *copy = *to;
    memcpy(copy, from->data, (size_t)from->length);
    copy[from->length] = '\0';
    *to += from->length + 1;
    return copy;
}

/* Keeps every string value, for fl_model_metadata. The pairs are sorted, and so are the copies. */
static fl_status copy_texts(fl_model *model, const fl_gguf *gguf, fl_diag *diag) {
    size_t bytes = 0, n = 0;
    for (uint64_t i = 0; i < gguf->n_pairs; i++)
        if (gguf->pairs[i].type == FL_GGUF_STRING) {
            bytes += (size_t)(gguf->pairs[i].key.length + gguf->pairs[i].value.length + 2);
            n++;
        }
    model->texts = calloc(n + 1, sizeof *model->texts);
    model->text_bytes = malloc(bytes + 1);
    if (!model->texts || !model->text_bytes)
        return fl_fail_memory(diag);
    char *to = model->text_bytes;
    for (uint64_t i = 0; i < gguf->n_pairs; i++)
        if (gguf->pairs[i].type == FL_GGUF_STRING) {
            fl_text_entry *entry = &model->texts[model->n_texts++];
            entry->key = copy_text(&to, &gguf->pairs[i].key);
            entry->value = copy_text(&to, &gguf->pairs[i].value);
        }
    return FL_OK;
}

/* A vocabulary may be smaller than the embedding table, never larger; without tensors it decides.
 */
static fl_status match_vocab(fl_model *model, source *s) {
    fl_hparams *h = &model->hparams;
    int64_t pieces = (int64_t)model->vocab.n_pieces;
    if (!h->vocab_size)
        h->vocab_size = pieces;
    if (!h->vocab_size)
        return fl_fail(s->diag, FL_ERR_FORMAT,
                       "key '%s' is missing, and there are no tokens to count",
                       full_key(s, "vocab_size"));
    if (pieces > h->vocab_size)
        return fl_fail(
            s->diag, FL_ERR_FORMAT,
            "key 'tokenizer.ggml.tokens' has %lld pieces, but the model's vocabulary is %lld",
            (long long)pieces, (long long)h->vocab_size);
    return FL_OK;
}

/* What a file without tensors would hold: the weights its keys imply, in the type they name. */
static fl_status imply_tensors(fl_model *model, source *s) {
    static const fl_layout_row rows[] = {
#define FL_WEIGHT(id, scope, out, in, feature, gguf, hf) {FL_WEIGHT_##id, gguf},
#include <footlight/weights.def>
    };
    int64_t file_type = 1; /* of general.file_type: 0 F32, 1 F16, 32 BF16; others are mixtures */
    fl_status status = fl_gguf_get_int(s->gguf, "general.file_type", false, &file_type, s->diag);
    if (status == FL_OK)
        status = fl_hparams_check(&model->hparams, s->diag);
    if (status != FL_OK)
        return status;
    model->hparams.dtype = file_type == 0    ? FL_DTYPE_F32
                           : file_type == 32 ? FL_DTYPE_BF16
                                             : FL_DTYPE_F16;
    return fl_lay_out(model, rows, sizeof rows / sizeof *rows, FL_ORDER_BY_LAYER, s->diag);
}

/* Tensors to weights, with the file's own spelling in what the checks say. */
static fl_status bind(fl_model *model, source *s) {
    bool implied = model->n_tensors == 0;
    fl_status status = implied ? FL_OK : fl_bind(model, s->diag);
    if (status == FL_OK)
        status = match_vocab(model, s);
    if (status == FL_OK && implied)
        status = imply_tensors(model, s);
    if (status != FL_OK)
        respell(s);
    return status;
}

static fl_status build(fl_model *model, const fl_gguf *gguf, fl_diag *diag) {
    source s = {.gguf = gguf, .diag = diag};
    fl_status status = refuse_split(gguf, diag);
    if (status == FL_OK)
        status = find_architecture(&s);
    if (status == FL_OK)
        status = read_hparams(&s, &model->hparams);
    if (status == FL_OK)
        status = copy_texts(model, gguf, diag);
    if (status == FL_OK)
        status = fl_gguf_read_vocab(model, gguf, diag);
    if (status == FL_OK)
        status = copy_tensors(model, gguf, diag);
    if (status != FL_OK)
        return status;
    check_data(model, gguf);
    status = bind(model, &s);
    if (status == FL_OK)
        point_at_data(model);
    return status;
}

static fl_guess probe(const uint8_t *bytes, uint64_t length, const char *name) {
    if (length >= 4 && memcmp(bytes, "GGUF", 4) == 0)
        return FL_GUESS_SURE;
    return fl_name_ends(name, ".gguf") ? FL_GUESS_NAME : FL_GUESS_NO;
}

static fl_status read_gguf(fl_model *model, fl_diag *diag) {
    fl_gguf gguf;
    fl_status status = fl_gguf_parse(&gguf, model->bytes, model->length, diag);
    if (status == FL_OK)
        status = build(model, &gguf, diag);
    fl_gguf_done(&gguf);
    return status;
}

const fl_reader fl_reader_gguf = {"gguf", probe, read_gguf};
