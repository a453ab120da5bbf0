/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The configuration table: one walk over info.def that fills either a table or a JSON object.
 */
#include "cli/info.h"

#include "cli/info_stored.h"
#include "cli/table.h"
#include "kernels/dequant.h"
#include "sinks/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- figures that are no hyperparameter ---- */

typedef struct figures {
    int64_t parameters, embedding, attention, feed_forward, norms, head, kv16, windowed_layers;
    uint64_t weight_bytes;
    const char *torch_dtype, *weight_dtype, *description;
    const char *format;
    const char *tokenizer; /* points to tokenizer_text, or NULL */
    fl_tokenizer_told told;
    char tokenizer_text[96], dtype_text[64];
    const fl_rope_scaling *scaling;
    bool divided; /* by rope_freqs.weight, the angles; by these numbers, 0 if they are not there */
    float least_divisor, greatest_divisor;
} figures;

/* Which sum a weight's parameters belong to; NULL: none (rope_freqs is a table, not learned). */
static int64_t *part_of(figures *m, fl_weight_slot slot) {
    switch (slot) {
    case FL_WEIGHT_token_embd:
        return &m->embedding;
    case FL_WEIGHT_output:
        return &m->head;
    case FL_WEIGHT_rope_freqs:
    case FL_WEIGHT_none:
        return NULL;
    case FL_WEIGHT_attn_norm:
    case FL_WEIGHT_ffn_norm:
    case FL_WEIGHT_output_norm:
    case FL_WEIGHT_attn_q_norm:
    case FL_WEIGHT_attn_k_norm:
        return &m->norms;
    case FL_WEIGHT_ffn_gate:
    case FL_WEIGHT_ffn_up:
    case FL_WEIGHT_ffn_down:
        return &m->feed_forward;
    default:
        return &m->attention;
    }
}

static void count_parts(figures *m, const fl_hparams *h) {
    for (int id = 0; id < FL_WEIGHT_COUNT; id++) {
        fl_weight_slot slot = (fl_weight_slot)id;
        int64_t *part = part_of(m, slot), shape[2];
        if (!part || !fl_weight_exists(slot, h) ||
            (slot == FL_WEIGHT_output && h->tie_word_embeddings))
            continue;
        fl_weight_shape(slot, h, shape);
        bool per_layer = fl_weight_get_info(slot)->scope == FL_SCOPE_LAYER;
        *part += shape[0] * shape[1] * (per_layer ? h->num_hidden_layers : 1);
    }
}

static const char *torch_name(fl_dtype dtype) {
    switch (dtype) {
    case FL_DTYPE_F32:
        return "float32";
    case FL_DTYPE_F16:
        return "float16";
    case FL_DTYPE_BF16:
        return "bfloat16";
    case FL_DTYPE_F64:
        return "float64";
    default:
        return NULL; /* a block type: PyTorch has no name for it */
    }
}

/* Its size is told only where it is not the model's. */
static void describe_tokenizer(figures *m, const fl_vocab *vocab, int64_t vocab_size) {
    char digits[32], kind[32];
    int64_t pieces = vocab ? (int64_t)vocab->n_pieces : 0;
    if (!vocab || !*vocab->kind)
        return;
    if (strcmp(vocab->kind, "llama") == 0)
        snprintf(kind, sizeof kind, "SentencePiece BPE");
    else if (strcmp(vocab->kind, "gpt2") == 0)
        snprintf(kind, sizeof kind, "byte-level BPE");
    else
        fl_escape_into(kind, sizeof kind, vocab->kind, strlen(vocab->kind));
    if (pieces == vocab_size)
        snprintf(m->tokenizer_text, sizeof m->tokenizer_text, "%s", kind);
    else
        snprintf(m->tokenizer_text, sizeof m->tokenizer_text, "%s, %s pieces", kind,
                 fl_group_digits(digits, sizeof digits, pieces));
    m->tokenizer = m->tokenizer_text;
}

/* Numbers whose scales lie apart: the type alone does not say how many share one. */
static void describe_groups(figures *m, const fl_weight *weight) {
    if (!weight || !weight->group)
        return;
    snprintf(m->dtype_text, sizeof m->dtype_text, "%s, a scale for each %lld numbers",
             fl_dtype_get_info(weight->dtype)->name, (long long)weight->group);
    m->weight_dtype = m->dtype_text;
}

/* Llama 3.1's scaling as GGUF files keep it: what each angle is divided by. */
static void find_divisors(figures *m, const fl_model *model) {
    const fl_weight *w = fl_model_weight(model, FL_WEIGHT_rope_freqs, -1);
    m->divided = w != NULL;
    float *values = w && w->data ? malloc((size_t)w->shape[0] * sizeof *values) : NULL;
    if (!values)
        return;
    fl_dequantise(w->dtype, w->data, w->shape[0], values);
    m->least_divisor = m->greatest_divisor = values[0];
    for (int64_t i = 1; i < w->shape[0]; i++) {
        m->least_divisor = values[i] < m->least_divisor ? values[i] : m->least_divisor;
        m->greatest_divisor = values[i] > m->greatest_divisor ? values[i] : m->greatest_divisor;
    }
    free(values);
}

static void find_figures(const fl_model *model, figures *m) {
    const fl_hparams *h = fl_model_hparams(model);
    *m = (figures){.scaling = &h->rope_scaling,
                   .parameters = fl_parameters(h),
                   .kv16 = fl_kv_bytes_per_token(h, 2),
                   .weight_bytes = fl_model_weight_bytes(model),
                   .torch_dtype = torch_name(h->dtype),
                   .weight_dtype =
                       h->dtype < FL_DTYPE_COUNT ? fl_dtype_get_info(h->dtype)->name : NULL,
                   .format = fl_model_container(model),
                   .description = fl_model_metadata(model, "general.description")};
    for (int64_t layer = 0; layer < h->num_hidden_layers; layer++)
        m->windowed_layers += fl_layer_window(h, layer) > 0;
    count_parts(m, h);
    find_divisors(m, model);
    describe_groups(m, fl_model_weight(model, FL_WEIGHT_token_embd, -1));
    describe_tokenizer(m, fl_model_vocab(model), h->vocab_size);
}

/* ---- one entry of each kind, into the table or the object ---- */

typedef struct printer {
    fl_table *table; /* NULL: JSON */
    fl_buffer *json;
    bool ascii, begun;
} printer;

/* Begins an entry; true if it goes to JSON. */
static bool begin(printer *p, const char *key, const char *why) {
    if (!p->table) {
        fl_buffer_printf(p->json, "%s\"%s\":", p->begun ? "," : "{", key);
        p->begun = true;
        return true;
    }
    fl_table_row(p->table);
    fl_table_cell(p->table, 0, "%s", key);
    fl_table_cell(p->table, 2, "%s", why);
    return false;
}

static void put_TEXT(printer *p, const char *key, const char *value, const char *why) {
    char shown[256];
    if (begin(p, key, why))
        fl_json_text(p->json, value, p->ascii);
    else
        fl_table_cell(p->table, 1, "%s",
                      value ? fl_escape_into(shown, sizeof shown, value, strlen(value)) : "none");
}

/* What stands before the first comma as the value, the rest behind the reason: a wide column would
 * leave that no room. */
static void parted_row(printer *p, const char *key, const char *summary, const char *why) {
    const char *rest = strstr(summary, ", ");
    int kind = rest ? (int)(rest - summary) : (int)strlen(summary);
    fl_buffer more = {0};
    fl_buffer_printf(&more, "%s%s%s", why, rest ? "; " : "", rest ? rest + 2 : "");
    begin(p, key, more.data ? more.data : why);
    fl_table_cell(p->table, 1, "%.*s", kind, summary);
    fl_buffer_done(&more);
}

static void put_PARTED(printer *p, const char *key, const char *value, const char *why) {
    if (p->table)
        parted_row(p, key, value, why);
    else
        put_TEXT(p, key, value, why);
}

static void put_TOKENIZER(printer *p, const char *key, const figures *m, const char *why) {
    const fl_tokenizer_told *told = &m->told;
    fl_buffer text = {0};
    if (told->trouble)
        fl_buffer_printf(&text, "cannot be used: %s", told->trouble);
    const char *trouble = text.data;
    if (!p->table) {
        put_TEXT(p, key, trouble ? trouble : m->tokenizer ? m->tokenizer : told->summary, why);
    } else if (trouble) {
        begin(p, key, trouble);
        fl_table_cell(p->table, 1, "%s", m->tokenizer ? m->tokenizer : "unknown");
    } else if (told->summary) {
        parted_row(p, key, told->summary, why);
    } else {
        put_TEXT(p, key, m->tokenizer, why);
    }
    fl_buffer_done(&text);
}

static void put_NUMBER(printer *p, const char *key, int64_t value, const char *why) {
    char digits[32];
    if (begin(p, key, why))
        fl_json_int(p->json, value);
    else
        fl_table_cell(p->table, 1, "%s", fl_group_digits(digits, sizeof digits, value));
}

static void put_LIMIT(printer *p, const char *key, int64_t value, const char *why) {
    if (value)
        put_NUMBER(p, key, value, why);
    else
        put_TEXT(p, key, NULL, why);
}

static void put_REAL(printer *p, const char *key, double value, const char *why) {
    fl_buffer digits = {0};
    if (begin(p, key, why)) {
        fl_json_double(p->json, value);
        return;
    }
    fl_json_double(&digits, value);
    fl_table_cell(p->table, 1, "%s", digits.data ? digits.data : "");
    fl_buffer_done(&digits);
}

static void put_YES(printer *p, const char *key, bool value, const char *why) {
    if (begin(p, key, why))
        fl_json_bool(p->json, value);
    else
        fl_table_cell(p->table, 1, "%s", value ? "yes" : "no");
}

static void put_BYTES(printer *p, const char *key, int64_t value, const char *why) {
    char text[32];
    if (begin(p, key, why))
        fl_json_int(p->json, value);
    else
        fl_table_cell(p->table, 1, "%s", fl_human_bytes(text, sizeof text, (double)value));
}

/* The numbers a kind of scaling uses beside its factor: those that are not 0. */
static void scaling_numbers(const fl_rope_scaling *s, bool json, fl_buffer *out) {
    const struct {
        const char *key;
        double value;
    } numbers[] = {
        {"low_freq_factor", s->low_freq_factor},
        {"high_freq_factor", s->high_freq_factor},
        {"attention_factor", s->kind == FL_ROPE_YARN && !(s->attention_factor > 0)
                                 ? fl_yarn_magnitude(s->factor)
                                 : s->attention_factor},
        {"beta_fast", s->beta_fast},
        {"beta_slow", s->beta_slow},
        {"original_max_position_embeddings", (double)s->original_max_position_embeddings}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (numbers[i].value == 0)
            continue;
        fl_buffer_printf(out, json ? ",\"%s\":" : "; %s ", numbers[i].key);
        fl_json_double(out, numbers[i].value);
    }
}

static void put_divisors(printer *p, const char *key, const figures *m, const char *why) {
    if (begin(p, key, why)) {
        fl_buffer_puts(p->json, "{\"rope_type\":\"rope_freqs.weight\",\"least_divisor\":");
        fl_json_double(p->json, (double)m->least_divisor);
        fl_buffer_puts(p->json, ",\"greatest_divisor\":");
        fl_json_double(p->json, (double)m->greatest_divisor);
        fl_buffer_puts(p->json, "}");
    } else {
        fl_table_cell(p->table, 1, "by rope_freqs.weight, %.6g to %.6g", (double)m->least_divisor,
                      (double)m->greatest_divisor);
    }
}

static void put_SCALING(printer *p, const char *key, const figures *m, const char *why) {
    const fl_rope_scaling *s = m->scaling;
    fl_buffer more = {0};
    if (s->kind == FL_ROPE_DEFAULT && m->divided) {
        put_divisors(p, key, m, why);
        return;
    }
    if (s->kind == FL_ROPE_DEFAULT) {
        put_TEXT(p, key, NULL, why);
        return;
    }
    fl_buffer_puts(&more, p->table ? why : "");
    scaling_numbers(s, !p->table, &more);
    if (begin(p, key, more.data ? more.data : why)) {
        fl_buffer_printf(p->json, "{\"rope_type\":\"%s\",\"factor\":", fl_rope_kind_name(s->kind));
        fl_json_double(p->json, s->factor);
        fl_buffer_printf(p->json, "%s}", more.data ? more.data : "");
    } else {
        fl_table_cell(p->table, 1, "%s, factor %.6g", fl_rope_kind_name(s->kind), s->factor);
    }
    fl_buffer_done(&more);
}

static void put_NOTE(printer *p, const char *key, const char *value, const char *why) {
    if (!p->table)
        put_TEXT(p, key, value, why);
}

static void walk(printer *p, const fl_hparams *h, const figures *m) {
#define FL_INFO(key, kind, value, why) put_##kind(p, #key, value, why);
#include "cli/info.def"
}

/* ---- whole ---- */

void fl_info_json(const fl_model *model, const fl_tokenizer_told *tokenizer, bool stored,
                  bool ascii, fl_buffer *out) {
    printer p = {.json = out, .ascii = ascii};
    figures m;
    find_figures(model, &m);
    if (tokenizer)
        m.told = *tokenizer;
    walk(&p, fl_model_hparams(model), &m);
    if (stored)
        fl_stored_json(model, ascii, out);
    fl_buffer_puts(out, "}");
}

static void line_of_text(fl_buffer *out, const char *text, int width) {
    fl_buffer shown = {0};
    fl_escape(&shown, text, strlen(text), FL_ESCAPE_LINE);
    fl_wrap(out, shown.data ? shown.data : "", 0, width);
    fl_buffer_done(&shown);
}

bool fl_info_table(const fl_model *model, const fl_tokenizer_told *tokenizer, int width,
                   fl_buffer *out) {
    static const fl_column columns[] = {
        {"entry", false, 0}, {"value", false, 0}, {"why it matters", false, 0}};
    figures m;
    printer p = {.table = fl_table_new(columns, 3)};
    if (!p.table)
        return false;
    find_figures(model, &m);
    if (tokenizer)
        m.told = *tokenizer;
    const char *title = fl_model_metadata(model, "general.name");
    line_of_text(out, title ? title : fl_model_name(model), width);
    if (m.description)
        line_of_text(out, m.description, width);
    fl_buffer_puts(out, "\n");
    walk(&p, fl_model_hparams(model), &m);
    bool done = fl_table_text(p.table, width, out);
    if (!fl_model_has_weights(model)) {
        fl_buffer why = {0};
        fl_buffer_printf(&why, "This is a plan without weights to run: %s",
                         fl_model_why_no_weights(model));
        fl_buffer_puts(out, "\n");
        line_of_text(out, why.data ? why.data : "", width);
        fl_buffer_done(&why);
    }
    fl_stored_text(model, width, out);
    fl_table_free(p.table);
    return done;
}
