/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * llama2.c checkpoints (format: that project's export script): seven i32 (dim, hidden_dim,
 * n_layers, n_heads, n_kv_heads, vocab_size, seq_len) and then each kind of weight for all layers.
 *
 * version 0  no magic; a negative vocab_size means an untied head; floats, and tables of cosines
 *            and sines that nobody reads any more. Known by plausible numbers and the exact size.
 * version 1  "24ka", the version, the seven, a byte: is the head tied? zeros up to byte 256; floats
 * version 2  the same with the size of a group after that byte; the norms are floats, a matrix is
 *            signed bytes and after them a float scale for every group of them, counted over the
 *            whole matrix: groups need not end where rows do
 *
 * The files carry neither the norm's epsilon nor the rotary base: 1e-5 and 10000 are built into the
 * format. A matrix of version 2 is computed with as it lies in the file.
 */
#include "base/cursor.h"
#include "base/diag.h"
#include "model/bind.h"

#include <stdio.h>
#include <string.h>

enum { LEGACY_HEADER = 28, HEADER = 256, MAGIC = 0x616b3432, GROUP_AT = 37 };

/* Weights in the order of the file, under the names of the checkpoint they were exported from. */
static const fl_layout_row legacy_rows[] = {
    {FL_WEIGHT_token_embd, "tok_embeddings.weight"},
    {FL_WEIGHT_attn_norm, "layers.{l}.attention_norm.weight"},
    {FL_WEIGHT_attn_q, "layers.{l}.attention.wq.weight"},
    {FL_WEIGHT_attn_k, "layers.{l}.attention.wk.weight"},
    {FL_WEIGHT_attn_v, "layers.{l}.attention.wv.weight"},
    {FL_WEIGHT_attn_output, "layers.{l}.attention.wo.weight"},
    {FL_WEIGHT_ffn_norm, "layers.{l}.ffn_norm.weight"},
    {FL_WEIGHT_ffn_gate, "layers.{l}.feed_forward.w1.weight"},
    {FL_WEIGHT_ffn_down, "layers.{l}.feed_forward.w2.weight"},
    {FL_WEIGHT_ffn_up, "layers.{l}.feed_forward.w3.weight"},
    {FL_WEIGHT_output_norm, "norm.weight"},
    {FL_WEIGHT_output, "output.weight"},
};

/* In versions 1 and 2 the norms come first. */
static const fl_layout_row rows[] = {
    {FL_WEIGHT_attn_norm, "layers.{l}.attention_norm.weight"},
    {FL_WEIGHT_ffn_norm, "layers.{l}.ffn_norm.weight"},
    {FL_WEIGHT_output_norm, "norm.weight"},
    {FL_WEIGHT_token_embd, "tok_embeddings.weight"},
    {FL_WEIGHT_attn_q, "layers.{l}.attention.wq.weight"},
    {FL_WEIGHT_attn_k, "layers.{l}.attention.wk.weight"},
    {FL_WEIGHT_attn_v, "layers.{l}.attention.wv.weight"},
    {FL_WEIGHT_attn_output, "layers.{l}.attention.wo.weight"},
    {FL_WEIGHT_ffn_gate, "layers.{l}.feed_forward.w1.weight"},
    {FL_WEIGHT_ffn_down, "layers.{l}.feed_forward.w2.weight"},
    {FL_WEIGHT_ffn_up, "layers.{l}.feed_forward.w3.weight"},
    {FL_WEIGHT_output, "output.weight"},
};

typedef unsigned long long ull; /* for printf */

typedef struct header {
    int64_t dim, hidden_dim, n_layers, n_heads, n_kv_heads, vocab_size, seq_len;
    uint64_t at; /* where these stand */
    bool tied;
    int32_t version;
    int64_t group; /* version 2 */
} header;

static void take_sizes(fl_cursor *in, header *f) {
    int64_t *const fields[] = {&f->dim,        &f->hidden_dim, &f->n_layers, &f->n_heads,
                               &f->n_kv_heads, &f->vocab_size, &f->seq_len};
    f->at = in->at;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        *fields[i] = (int32_t)fl_cursor_u32(in);
}

static header read_legacy_header(const uint8_t *bytes) {
    fl_cursor in = fl_cursor_over(bytes, LEGACY_HEADER);
    header f = {0};
    take_sizes(&in, &f);
    f.tied = f.vocab_size > 0;
    if (f.vocab_size < 0)
        f.vocab_size = -f.vocab_size;
    return f;
}

/* Of versions 1 and 2; `tied` is checked by the caller. */
static header read_header(const uint8_t *bytes, int *tied) {
    fl_cursor in = fl_cursor_over(bytes, HEADER);
    header f = {0};
    fl_cursor_u32(&in);
    f.version = (int32_t)fl_cursor_u32(&in);
    take_sizes(&in, &f);
    *tied = fl_cursor_u8(&in);
    f.tied = *tied != 0;
    if (f.version == 2)
        f.group = (int32_t)fl_cursor_u32(&in);
    return f;
}

static fl_status check_header(const header *f, fl_diag *diag) {
    const struct {
        const char *name;
        int64_t value, limit;
    } fields[] = {
        {"dim", f->dim, 1 << 20},
        {"hidden_dim", f->hidden_dim, 1 << 22},
        {"n_layers", f->n_layers, 1 << 12},
        {"n_heads", f->n_heads, 1 << 14},
        {"n_kv_heads", f->n_kv_heads, 1 << 14},
        {"vocab_size", f->vocab_size, 1 << 24},
        {"seq_len", f->seq_len, 1 << 30},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (fields[i].value < 1 || fields[i].value > fields[i].limit)
            return fl_fail_at(
                diag, FL_ERR_FORMAT, f->at + 4 * i,
                "llama2.c header: %s is %lld, expected 1 to %lld (or this is no llama2.c "
                "checkpoint)",
                fields[i].name, (long long)fields[i].value, (long long)fields[i].limit);
    if (f->n_heads % f->n_kv_heads || f->dim % f->n_heads || f->dim / f->n_heads % 2)
        return fl_fail_at(
            diag, FL_ERR_FORMAT, f->at + 12,
            "llama2.c header: dim %lld, n_heads %lld, n_kv_heads %lld, expected heads of "
            "an even size that divide dim, and n_kv_heads that divide n_heads",
            (long long)f->dim, (long long)f->n_heads, (long long)f->n_kv_heads);
    return FL_OK;
}

static fl_hparams to_hparams(const header *f) {
    int64_t head_dim = f->dim / f->n_heads;
    return (fl_hparams){.model_type = "llama",
                        .hidden_size = f->dim,
                        .intermediate_size = f->hidden_dim,
                        .num_hidden_layers = f->n_layers,
                        .num_attention_heads = f->n_heads,
                        .num_key_value_heads = f->n_kv_heads,
                        .head_dim = head_dim,
                        .rotary_dim = head_dim,
                        .vocab_size = f->vocab_size,
                        .max_position_embeddings = f->seq_len,
                        .rms_norm_eps = 1e-5,
                        .rope_theta = 10000,
                        .rope_pairing = FL_ROPE_INTERLEAVED,
                        .tie_word_embeddings = f->tied,
                        .dtype = FL_DTYPE_F32};
}

/* Tables of cosines and sines that nobody reads any more. */
static uint64_t rope_tables(const fl_hparams *h) {
    return (uint64_t)h->max_position_embeddings * (uint64_t)h->head_dim * 4;
}

/* Bytes of a version 0 file; no sum overflows, for check_header bounds every factor. */
static uint64_t legacy_size(const fl_hparams *h) {
    return LEGACY_HEADER + (uint64_t)fl_parameters(h) * 4 + rope_tables(h);
}

static bool has_magic(const uint8_t *bytes, uint64_t length) {
    fl_cursor in = fl_cursor_over(bytes, length);
    return fl_cursor_u32(&in) == MAGIC;
}

static fl_guess probe(const uint8_t *bytes, uint64_t length, const char *name) {
    if (length >= 8 && has_magic(bytes, length))
        return FL_GUESS_SURE;
    if (length >= LEGACY_HEADER) {
        header f = read_legacy_header(bytes);
        if (check_header(&f, NULL) == FL_OK) {
            fl_hparams h = to_hparams(&f);
            return length == legacy_size(&h) ? FL_GUESS_SURE : FL_GUESS_PLAUSIBLE;
        }
    }
    return fl_name_ends(name, ".bin") ? FL_GUESS_NAME : FL_GUESS_NO;
}

/* ---- from a header to tensors ---- */

/* The numbers of a matrix become bytes with scales. */
static fl_status group_numbers(fl_model *model, int64_t group, fl_diag *diag) {
    for (size_t i = 0; i < model->n_tensors; i++) {
        fl_weight *weight = &model->tensors[i];
        int64_t n = weight->shape[0] * weight->shape[1];
        if (weight->n_dims != 2)
            continue;
        if (n % group)
            return fl_fail_at(diag, FL_ERR_FORMAT, GROUP_AT,
                              "llama2.c header: group_size is %lld, expected a divisor of the %lld "
                              "numbers of tensor '%s'",
                              (long long)group, (long long)n, weight->name);
        model->weight_bytes -= weight->bytes;
        weight->dtype = FL_DTYPE_I8;
        weight->group = group;
        weight->bytes = (uint64_t)n + (uint64_t)(n / group) * 4;
        model->weight_bytes += weight->bytes;
    }
    model->hparams.dtype = FL_DTYPE_I8;
    return FL_OK;
}

/* Where each tensor lies: one after another from `at` on, the head after `before_head` bytes that
 * are passed over. Gives the end of the last. */
static uint64_t place(fl_model *model, uint64_t at, uint64_t before_head) {
    const fl_weight *embedding = NULL;
    for (size_t i = 0; i < model->n_tensors; i++) {
        fl_weight *weight = &model->tensors[i];
        if (weight->slot == FL_WEIGHT_output)
            at += before_head;
        if (weight->slot == FL_WEIGHT_token_embd)
            embedding = weight;
        weight->offset = at;
        at += weight->bytes;
    }
    if (model->hparams.tie_word_embeddings) {
        model->tied_head = *embedding;
        model->tied_head.slot = FL_WEIGHT_output;
        model->tied_head.tied = true;
        at += before_head;
    }
    return at;
}

static void point_at_data(fl_model *model) {
    for (size_t i = 0; i < model->n_tensors; i++)
        model->tensors[i].data = model->bytes + model->tensors[i].offset;
    model->tied_head.data = model->bytes + model->tied_head.offset;
}

/* The file has this size, or ends after its header. */
static fl_status check_size(fl_model *model, uint64_t header_bytes, ull expected, fl_diag *diag) {
    ull found = model->length;
    if (found == expected)
        return FL_OK;
    if (found != header_bytes)
        return fl_fail(diag, FL_ERR_FORMAT,
                       "has %llu bytes, expected %llu for the sizes in its llama2.c header", found,
                       expected);
    fl_model_set_plan_only(model, "the file ends after its header: found %llu bytes, expected %llu",
                           found, expected);
    return FL_OK;
}

static fl_status make_model(fl_model *model, const header *f, fl_diag *diag) {
    bool legacy = f->version == 0;
    uint64_t header_bytes = legacy ? LEGACY_HEADER : HEADER;
    fl_status status = check_header(f, diag);
    if (status == FL_OK) {
        snprintf(model->container, sizeof model->container, "llama2.c version %d", (int)f->version);
        model->hparams = to_hparams(f);
        status = fl_hparams_check(&model->hparams, diag);
    }
    if (status == FL_OK)
        status = fl_lay_out(model, legacy ? legacy_rows : rows, sizeof rows / sizeof *rows,
                            FL_ORDER_BY_KIND, diag);
    if (status == FL_OK && f->version == 2)
        status = group_numbers(model, f->group, diag);
    if (status != FL_OK)
        return status;
    uint64_t end = place(model, header_bytes, legacy ? rope_tables(&model->hparams) : 0);
    status = check_size(model, header_bytes, end, diag);
    if (status == FL_OK && fl_model_has_weights(model))
        point_at_data(model);
    return status;
}

static fl_status check_version(const fl_model *model, const header *f, int tied, fl_diag *diag) {
    if (f->version != 1 && f->version != 2)
        return fl_fail_at(diag, FL_ERR_UNSUPPORTED, 4,
                          "llama2.c checkpoint of version %d, expected version 0, 1 or 2",
                          (int)f->version);
    if (model->length < HEADER)
        return fl_fail(diag, FL_ERR_FORMAT,
                       "is %llu bytes long, a llama2.c header of version %d takes %d",
                       (ull)model->length, (int)f->version, HEADER);
    if (tied > 1)
        return fl_fail_at(diag, FL_ERR_FORMAT, GROUP_AT - 1,
                          "llama2.c header: shared_classifier is %d, expected 0 or 1", tied);
    if (f->version == 2 && f->group < 1)
        return fl_fail_at(diag, FL_ERR_FORMAT, GROUP_AT,
                          "llama2.c header: group_size is %lld, expected 1 or more",
                          (long long)f->group);
    return FL_OK;
}

static fl_status read_llama2c(fl_model *model, fl_diag *diag) {
    uint8_t bytes[HEADER] = {0};
    int tied = 0;
    memcpy(bytes, model->bytes, (size_t)(model->length < HEADER ? model->length : HEADER));
    if (model->length < 8 || !has_magic(bytes, HEADER)) {
        if (model->length < LEGACY_HEADER)
            return fl_fail(diag, FL_ERR_FORMAT, "is %llu bytes long, a llama2.c header takes %d",
                           (ull)model->length, LEGACY_HEADER);
        header f = read_legacy_header(bytes);
        return make_model(model, &f, diag);
    }
    header f = read_header(bytes, &tied);
    fl_status status = check_version(model, &f, tied, diag);
    return status == FL_OK ? make_model(model, &f, diag) : status;
}

const fl_reader fl_reader_llama2c = {"llama2c", probe, read_llama2c};
