/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Declared patches: their words, their checks, and where they strike.
 */
#include "engine/run.h"

#include "base/diag.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *word;
    fl_patch_target target;
} targets[] = {
    {"head", FL_PATCH_HEAD},
    {"attn", FL_PATCH_ATTENTION},
    {"attention", FL_PATCH_ATTENTION},
    {"ffn", FL_PATCH_FEED_FORWARD},
    {"feed-forward", FL_PATCH_FEED_FORWARD},
};

/* Takes the next word off *text; false at the end. */
static bool next_word(const char **text, char *word, size_t size) {
    size_t n = 0;
    while (**text == ' ' || **text == '\t')
        (*text)++;
    while (**text && **text != ' ' && **text != '\t') {
        if (n + 1 < size)
            word[n++] = **text;
        (*text)++;
    }
    word[n] = '\0';
    return n > 0;
}

static bool expect(const char **text, const char *expected) {
    char word[32];
    return next_word(text, word, sizeof word) && strcmp(word, expected) == 0;
}

static bool next_number(const char **text, int32_t *value) {
    char word[32], *end;
    if (!next_word(text, word, sizeof word))
        return false;
    long number = strtol(word, &end, 10);
    *value = (int32_t)number;
    return !*end && number >= 0 && number <= INT32_MAX;
}

static bool parse_target(const char **text, fl_patch *patch) {
    char word[32];
    if (!next_word(text, word, sizeof word))
        return false;
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        if (strcmp(targets[i].word, word) == 0) {
            patch->target = targets[i].target;
            return patch->target != FL_PATCH_HEAD || next_number(text, &patch->head);
        }
    return false;
}

static bool parse_action(const char **text, fl_patch *patch) {
    char word[32], *end;
    if (!next_word(text, word, sizeof word))
        return false;
    if (strcmp(word, "zero") == 0) {
        patch->scale = 0;
        return true;
    }
    if (strcmp(word, "scale") != 0 || !next_word(text, word, sizeof word))
        return false;
    patch->scale = strtof(word, &end);
    return !*end && isfinite(patch->scale);
}

fl_status fl_patch_parse(const char *text, fl_patch *patch, fl_diag *diag) {
    const char *at = text;
    char word[32], shown[96];
    *patch = (fl_patch){.head = -1};
    if (expect(&at, "layer") && next_number(&at, &patch->layer) && parse_target(&at, patch) &&
        parse_action(&at, patch) && !next_word(&at, word, sizeof word))
        return FL_OK;
    return fl_fail(diag, FL_ERR_USAGE,
                   "patch '%s' is not understood, expected 'layer L head N|attn|ffn zero|scale X'",
                   fl_escape_into(shown, sizeof shown, text, strlen(text)));
}

int fl_patch_print(const fl_patch *patch, char *out, size_t size) {
    char place[32], action[32];
    if (patch->target == FL_PATCH_HEAD)
        snprintf(place, sizeof place, "head %d", patch->head);
    else
        snprintf(place, sizeof place, "%s", patch->target == FL_PATCH_ATTENTION ? "attn" : "ffn");
    if (patch->scale == 0)
        snprintf(action, sizeof action, "zero");
    else
        snprintf(action, sizeof action, "scale %.9g", (double)patch->scale);
    return snprintf(out, size, "layer %d %s %s", patch->layer, place, action);
}

fl_status fl_patches_check(const fl_patch *patches, size_t n, const fl_hparams *h, fl_diag *diag) {
    for (size_t i = 0; i < n; i++) {
        if (patches[i].layer < 0 || patches[i].layer >= h->num_hidden_layers)
            return fl_fail(diag, FL_ERR_USAGE, "patch of layer %d, expected 0 to %lld",
                           patches[i].layer, (long long)h->num_hidden_layers - 1);
        if (patches[i].target == FL_PATCH_HEAD &&
            (patches[i].head < 0 || patches[i].head >= h->num_attention_heads))
            return fl_fail(diag, FL_ERR_USAGE, "patch of head %d, expected 0 to %lld",
                           patches[i].head, (long long)h->num_attention_heads - 1);
    }
    return FL_OK;
}

float fl_patch_scale(fl_session *s, fl_patch_target target, int32_t layer, int32_t head) {
    float scale = 1;
    for (size_t i = 0; i < s->options.n_patches; i++) {
        const fl_patch *patch = &s->patches[i];
        if (patch->target != target || patch->layer != layer ||
            (target == FL_PATCH_HEAD && patch->head != head))
            continue;
        scale *= patch->scale;
        s->modified = true;
    }
    return scale;
}
