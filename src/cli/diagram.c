/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * `info --diagram`: the transformer block drawn as text. The drawing is a table of lines; letters
 * in braces are replaced by the model's own numbers.
 */
#include "cli/info.h"

#include "sinks/json.h"

#include <string.h>

enum { ART_WIDTH = 25 };

/* Its line is drawn for models with a sliding window only. */
static const char window_text[] = "and those {W} or more back";

static const struct {
    unsigned without, with; /* features the model must not have, and must have */
    const char *art, *text;
} lines[] = {
    {0, 0, "         tokens", "[1, T]   numbers of pieces, 0 to {V-1}"},
    {0, 0, "            │", ""},
    {0, 0, "          embed", "[1, T, {D}]   a row of [{V}, {D}] for each token"},
    {0, 0, "            │", ""},
    {0, 0, "────────────┼───────────", "{L blocks} like this one"},
    {0, 0, "   ┌────────┤", ""},
    {0, 0, "   │    attn_norm", "[1, T, {D}]   size one, times w [{D}]"},
    {0, 0, "   │   ┌────┼────┐", ""},
    {FL_FEATURE_ATTN_BIAS, 0, "   │   q    │    │",
     "[1, T, {HD}]   Wq [{HD}, {D}]: {H heads} of {d}"},
    {FL_FEATURE_ATTN_BIAS, 0, "   │   │    k    v",
     "[1, T, {KD}]   Wk Wv [{KD}, {D}]: {K heads} of {d}"},
    {0, FL_FEATURE_ATTN_BIAS, "   │   q    │    │",
     "[1, T, {HD}]   Wq [{HD}, {D}] + bias: {H heads} of {d}"},
    {0, FL_FEATURE_ATTN_BIAS, "   │   │    k    v",
     "[1, T, {KD}]   Wk Wv [{KD}, {D}] + bias: {K heads} of {d}"},
    {0, FL_FEATURE_QK_NORM, "   │ q_norm │    │",
     "[1, {H}, T, {d}]   each head brought to size one"},
    {0, FL_FEATURE_QK_NORM, "   │   │  k_norm │",
     "[1, {K}, T, {d}]   each head brought to size one"},
    {0, 0, "   │ q_rope │    │", "[1, {H}, T, {d}]   {r} of {d} turned by position"},
    {0, 0, "   │   │  k_rope │", "[1, {K}, T, {d}]   the same; base of the angles {theta}"},
    {0, 0, "   │   │ k_cache │", "[1, {K}, S, {d}]   kept for later tokens"},
    {0, 0, "   │   │    │ v_cache", "[1, {K}, S, {d}]   {share}"},
    {0, 0, "   │   └─┬──┘    │", ""},
    {0, 0, "   │ attn_scores │", "[1, T, S] × {H heads}   q·k / √{d}, later tokens hidden"},
    {0, 0, "   │     │       │", window_text},
    {0, 0, "   │ attn_probs  │", "[1, T, S] × {H heads}   softmax: each row adds up to 1"},
    {0, 0, "   │     └──┬────┘", ""},
    {0, 0, "   │    attn_head", "[1, T, {d}] × {H heads}   values mixed in those shares"},
    {0, 0, "   │   attn_concat", "[1, T, {HD}]   heads side by side"},
    {0, 0, "   │    attn_out", "[1, T, {D}]   Wo [{D}, {HD}]"},
    {0, 0, "   │        │", ""},
    {0, 0, "   └──────▸ +  resid_mid", "[1, T, {D}]   what attention found is added"},
    {0, 0, "   ┌────────┤", ""},
    {0, 0, "   │    ffn_norm", "[1, T, {D}]   size one, times w [{D}]"},
    {0, 0, "   │     ┌──┴──┐", ""},
    {0, 0, "   │   gate    │", "[1, T, {F}]   Wg [{F}, {D}]"},
    {0, 0, "   │     │    up", "[1, T, {F}]   Wu [{F}, {D}]"},
    {0, 0, "   │   silu    │", "[1, T, {F}]   g / (1 + exp(−g))"},
    {0, 0, "   │     └─ × ─┘", ""},
    {0, 0, "   │     swiglu", "[1, T, {F}]   silu(gate) · up"},
    {0, 0, "   │      down", "[1, T, {D}]   Wd [{D}, {F}]"},
    {0, 0, "   │        │", ""},
    {0, 0, "   └──────▸ +  resid_post", "[1, T, {D}]   what the feed-forward said is added"},
    {0, 0, "────────────┼───────────", "end of the block"},
    {0, 0, "            │", ""},
    {0, 0, "       final_norm", "[1, R, {D}]   size one, times w [{D}]"},
    {0, 0, "          logits", "[1, R, {V}]   {head}"},
    {0, 0, "          probs", "[1, R, {V}]   softmax"},
    {0, 0, "        next_token", "[1, 1]"},
};

static void put_share(fl_buffer *out, int64_t group) {
    if (group == 1)
        fl_buffer_puts(out, "one for each query head");
    else
        fl_buffer_printf(out, "each shared by %lld query heads", (long long)group);
}

/* "{H}" is a number, "{H heads}" a number with its word, which loses its s after 1. */
static void put_number(fl_buffer *out, const fl_hparams *h, const char *name, size_t length) {
    const struct {
        const char *name;
        int64_t value;
    } numbers[] = {{"D", h->hidden_size},
                   {"F", h->intermediate_size},
                   {"L", h->num_hidden_layers},
                   {"H", h->num_attention_heads},
                   {"K", h->num_key_value_heads},
                   {"G", h->num_attention_heads / h->num_key_value_heads},
                   {"d", h->head_dim},
                   {"r", h->rotary_dim},
                   {"V", h->vocab_size},
                   {"V-1", h->vocab_size - 1},
                   {"W", h->sliding_window},
                   {"HD", h->num_attention_heads * h->head_dim},
                   {"KD", h->num_key_value_heads * h->head_dim}};
    const char *blank = memchr(name, ' ', length);
    const size_t letters = blank ? (size_t)(blank - name) : length;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (strlen(numbers[i].name) != letters || strncmp(numbers[i].name, name, letters) != 0)
            continue;
        fl_json_int(out, numbers[i].value);
        fl_buffer_add(out, name + letters, length - letters - (blank && numbers[i].value == 1));
    }
    if (strncmp(name, "theta}", 6) == 0)
        fl_json_double(out, h->rope_theta);
    if (strncmp(name, "share}", 6) == 0)
        put_share(out, h->num_attention_heads / h->num_key_value_heads);
    if (strncmp(name, "head}", 5) == 0)
        fl_buffer_printf(out,
                         h->tie_word_embeddings ? "the embedding table once more (tied)"
                                                : "Wout [%lld, %lld]",
                         (long long)h->vocab_size, (long long)h->hidden_size);
}

static void fill_in(fl_buffer *out, const fl_hparams *h, const char *text) {
    while (*text) {
        size_t length = *text == '{' ? strcspn(text, "}") : 0;
        if (length)
            put_number(out, h, text + 1, length - 1);
        else
            fl_buffer_add(out, text, 1);
        text += length ? length + 1 : 1;
    }
}

void fl_info_diagram(const fl_model *model, fl_buffer *out) {
    const fl_hparams *h = fl_model_hparams(model);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (lines[i].text == window_text && !h->sliding_window)
            continue;
        if ((h->features & lines[i].without) || (h->features & lines[i].with) != lines[i].with)
            continue;
        fl_buffer_puts(out, lines[i].art);
        for (int at = fl_text_width(lines[i].art); *lines[i].text && at < ART_WIDTH + 1; at++)
            fl_buffer_puts(out, " ");
        fill_in(out, h, lines[i].text);
        fl_buffer_puts(out, "\n");
    }
    fl_buffer_puts(out, "\nT tokens go in, P are cached from before, S = P + T; "
                        "R rows get logits: 1 or T\n");
}
