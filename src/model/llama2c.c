/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * llama2.c checkpoints (format: that project's export script). The legacy form, version 0, has no
 * magic: seven i32 (dim, hidden_dim, n_layers, n_heads, n_kv_heads, vocab_size, seq_len; a negative
 * vocab_size means an untied head) and then float arrays, each kind of weight for all layers. It is
 * known by plausible numbers and the exact size of the file. The files carry neither the norm's
 * epsilon nor the rotary base: 1e-5 and 10000 are built into the format.
 */
#include "base/cursor.h"
#include "base/diag.h"
#include "model/bind.h"

#include <string.h>

enum { LEGACY_HEADER = 28, MAGIC = 0x616b3432 };

/* Weights in the order of the file, under the names of the checkpoint they were exported from. */
static const fl_layout_row rows[] = {
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

typedef struct header {
    int64_t dim, hidden_dim, n_layers, n_heads, n_kv_heads, vocab_size, seq_len;
} header;

static header read_header(const uint8_t *bytes) {
    fl_cursor in = fl_cursor_over(bytes, LEGACY_HEADER);
    int64_t v[7];
    for (int i = 0; i < 7; i++)
        v[i] = (int32_t)fl_cursor_u32(&in);
    return (header){v[0], v[1], v[2], v[3], v[4], v[5], v[6]};
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
        {"vocab_size", f->vocab_size < 0 ? -f->vocab_size : f->vocab_size, 1 << 24},
        {"seq_len", f->seq_len, 1 << 30},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (fields[i].value < 1 || fields[i].value > fields[i].limit)
            return fl_fail_at(
                diag, FL_ERR_FORMAT, 4 * i,
                "llama2.c header: %s is %lld, expected 1 to %lld (or this is no llama2.c "
                "checkpoint)",
                fields[i].name, (long long)fields[i].value, (long long)fields[i].limit);
    if (f->n_heads % f->n_kv_heads || f->dim % f->n_heads || f->dim / f->n_heads % 2)
        return fl_fail_at(
            diag, FL_ERR_FORMAT, 12,
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
                        .vocab_size = f->vocab_size < 0 ? -f->vocab_size : f->vocab_size,
                        .max_position_embeddings = f->seq_len,
                        .rms_norm_eps = 1e-5,
                        .rope_theta = 10000,
                        .rope_pairing = FL_ROPE_INTERLEAVED,
                        .tie_word_embeddings = f->vocab_size > 0,
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
        header f = read_header(bytes);
        if (check_header(&f, NULL) == FL_OK) {
            fl_hparams h = to_hparams(&f);
            return length == legacy_size(&h) ? FL_GUESS_SURE : FL_GUESS_PLAUSIBLE;
        }
    }
    return fl_name_ends(name, ".bin") ? FL_GUESS_NAME : FL_GUESS_NO;
}

static fl_status refuse_versions(const fl_model *model, fl_diag *diag) {
    fl_cursor in = fl_cursor_over(model->bytes, model->length);
    fl_cursor_u32(&in);
    return fl_fail_at(diag, FL_ERR_UNSUPPORTED, 4,
                      "llama2.c checkpoint of version %d, expected version 0 (export it with "
                      "--version 0)",
                      (int)(int32_t)fl_cursor_u32(&in));
}

/* Gives each tensor its place; the arrays lie one after another. */
static void place(fl_model *model) {
    uint64_t at = LEGACY_HEADER;
    for (size_t i = 0; i < model->n_tensors; i++) {
        fl_weight *weight = &model->tensors[i];
        if (weight->slot == FL_WEIGHT_output)
            at += rope_tables(&model->hparams);
        weight->offset = at;
        if (model->length > LEGACY_HEADER)
            weight->data = model->bytes + at;
        at += weight->bytes;
    }
    model->tied_head.offset = model->tensors[0].offset;
    model->tied_head.data = model->tensors[0].data;
}

static fl_status read_legacy(fl_model *model, fl_diag *diag) {
    if (model->length < LEGACY_HEADER)
        return fl_fail(diag, FL_ERR_FORMAT, "is %llu bytes long, a llama2.c header takes %d",
                       (unsigned long long)model->length, LEGACY_HEADER);
    header f = read_header(model->bytes);
    fl_status status = check_header(&f, diag);
    if (status != FL_OK)
        return status;
    model->hparams = to_hparams(&f);
    status = fl_hparams_check(&model->hparams, diag);
    if (status != FL_OK)
        return status;
    unsigned long long expected = legacy_size(&model->hparams), found = model->length;
    if (found == LEGACY_HEADER)
        fl_model_set_plan_only(model,
                               "the file ends after its header: found %llu bytes, expected %llu",
                               found, expected);
    else if (found != expected)
        return fl_fail(diag, FL_ERR_FORMAT,
                       "has %llu bytes, expected %llu for the sizes in its llama2.c header", found,
                       expected);
    status = fl_lay_out(model, rows, sizeof rows / sizeof *rows, FL_ORDER_BY_KIND, diag);
    if (status == FL_OK)
        place(model);
    return status;
}

static fl_status read_llama2c(fl_model *model, fl_diag *diag) {
    if (model->length >= 8 && has_magic(model->bytes, model->length))
        return refuse_versions(model, diag);
    return read_legacy(model, diag);
}

const fl_reader fl_reader_llama2c = {"llama2c", probe, read_llama2c};
