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

/* The first row of a target is the one that is printed. */
static const struct {
    const char *word;
    fl_patch_target target;
    const char *number; /* what follows the word; NULL: nothing does */
} targets[] = {
    {"head", FL_PATCH_HEAD, "the number of a head"},
    {"attn", FL_PATCH_ATTENTION, NULL},
    {"attention", FL_PATCH_ATTENTION, NULL},
    {"ffn", FL_PATCH_FEED_FORWARD, NULL},
    {"feed-forward", FL_PATCH_FEED_FORWARD, NULL},
    {"neuron", FL_PATCH_NEURON, "the number of a neuron"},
    {"key", FL_PATCH_KEY, "a position, counted from 0"},
    {"value", FL_PATCH_VALUE, "a position, counted from 0"},
};
enum { N_TARGETS = sizeof targets / sizeof *targets };

static bool is_cached(fl_patch_target target) {
    return target == FL_PATCH_KEY || target == FL_PATCH_VALUE;
}

/* ---- reading ---- */

typedef struct reader {
    const char *rest;
    char word[48];        /* the last one taken, "" at the end */
    const char *expected; /* instead of it, once something was wrong */
} reader;

static bool next_word(reader *r) {
    r->rest += strspn(r->rest, " \t");
    size_t length = strcspn(r->rest, " \t");
    snprintf(r->word, sizeof r->word, "%.*s", (int)(length < 999 ? length : 999), r->rest);
    r->rest += length;
    return length > 0;
}

static bool wrong(reader *r, const char *expected) {
    r->expected = expected;
    return false;
}

static bool next_number(reader *r, const char *what, int32_t *value) {
    char *end;
    if (!next_word(r))
        return wrong(r, what);
    long number = strtol(r->word, &end, 10);
    *value = (int32_t)number;
    return (!*end && number >= 0 && number <= INT32_MAX) || wrong(r, what);
}

static int find_target(const char *word) {
    int i = 0;
    while (i < N_TARGETS && strcmp(targets[i].word, word) != 0)
        i++;
    return i;
}

static bool read_layer(reader *r, fl_patch *patch) {
    if (!next_word(r) || strcmp(r->word, "layer") != 0)
        return wrong(r, "layer");
    return next_number(r, "the number of a layer", &patch->layer);
}

static bool read_target(reader *r, fl_patch *patch) {
    next_word(r);
    int found = find_target(r->word);
    if (found == N_TARGETS)
        return wrong(r, "head, attn, ffn, neuron, key or value");
    patch->target = targets[found].target;
    int32_t *number = patch->target == FL_PATCH_HEAD ? &patch->head : &patch->place;
    return !targets[found].number || next_number(r, targets[found].number, number);
}

/* "head 2 key 3": what that head reads there. */
static bool read_key_of_head(reader *r, fl_patch *patch) {
    int found = find_target(r->word);
    if (patch->target != FL_PATCH_HEAD || found == N_TARGETS || !is_cached(targets[found].target))
        return true;
    patch->target = targets[found].target;
    return next_number(r, targets[found].number, &patch->place) && (next_word(r) || true);
}

/* The word it begins with has been taken. */
static bool read_action(reader *r, fl_patch *patch, bool after_head) {
    char *end;
    if (strcmp(r->word, "zero") == 0) {
        patch->scale = 0;
        return true;
    }
    if (strcmp(r->word, "scale") != 0)
        return wrong(r, after_head ? "zero, scale, key or value" : "zero or scale");
    if (!next_word(r))
        return wrong(r, "a number");
    patch->scale = strtof(r->word, &end);
    return (!*end && isfinite(patch->scale)) || wrong(r, "a number from -3.4e38 to 3.4e38");
}

static bool read_patch(reader *r, fl_patch *patch) {
    if (!read_layer(r, patch) || !read_target(r, patch))
        return false;
    next_word(r);
    if (!read_key_of_head(r, patch) || !read_action(r, patch, patch->target == FL_PATCH_HEAD))
        return false;
    return !next_word(r) || wrong(r, "nothing more");
}

fl_status fl_patch_parse(const char *text, fl_patch *patch, fl_diag *diag) {
    char shown[96], word[96];
    reader r = {.rest = text};
    *patch = (fl_patch){.head = -1};
    if (read_patch(&r, patch))
        return FL_OK;
    fl_escape_into(shown, sizeof shown, text, strlen(text));
    fl_escape_into(word, sizeof word, r.word, strlen(r.word));
    if (!*word)
        return fl_fail(diag, FL_ERR_USAGE, "patch '%s' ends too early, expected %s", shown,
                       r.expected);
    return fl_fail(diag, FL_ERR_USAGE, "patch '%s': found '%s', expected %s", shown, word,
                   r.expected);
}

/* ---- writing ---- */

static const char *word_of(fl_patch_target target) {
    int i = 0;
    while (targets[i].target != target)
        i++;
    return targets[i].word;
}

int fl_patch_print(const fl_patch *patch, char *out, size_t size) {
    char head[24] = "", place[32], action[32];
    if (is_cached(patch->target) && patch->head >= 0)
        snprintf(head, sizeof head, "head %d ", patch->head);
    if (patch->target == FL_PATCH_HEAD)
        snprintf(place, sizeof place, "head %d", patch->head);
    else if (patch->target == FL_PATCH_NEURON || is_cached(patch->target))
        snprintf(place, sizeof place, "%s %d", word_of(patch->target), patch->place);
    else
        snprintf(place, sizeof place, "%s", word_of(patch->target));
    if (patch->scale == 0)
        snprintf(action, sizeof action, "zero");
    else
        snprintf(action, sizeof action, "scale %.9g", (double)patch->scale);
    return snprintf(out, size, "layer %d %s%s %s", patch->layer, head, place, action);
}

/* ---- places ---- */

static bool has_place(const fl_patch *patch) {
    return patch->target == FL_PATCH_NEURON || is_cached(patch->target);
}

/* The head that is changed; of a cached row the key/value head, -1: all of them. */
static int64_t head_of(const fl_patch *patch, const fl_hparams *h) {
    if (is_cached(patch->target) && patch->head >= 0)
        return patch->head / (h->num_attention_heads / h->num_key_value_heads);
    return is_cached(patch->target) || patch->target == FL_PATCH_HEAD ? patch->head : -1;
}

bool fl_patch_same_place(const fl_patch *a, const fl_patch *b, const fl_hparams *hparams) {
    return a->target == b->target && a->layer == b->layer &&
           (!has_place(a) || a->place == b->place) && head_of(a, hparams) == head_of(b, hparams);
}

size_t fl_patches_put(fl_patch *patches, size_t n, const fl_patch *patch,
                      const fl_hparams *hparams) {
    size_t i = 0;
    while (i < n && !fl_patch_same_place(&patches[i], patch, hparams))
        i++;
    patches[i] = *patch;
    return i < n ? n : n + 1;
}

/* ---- checking ---- */

static fl_status check_below(const char *what, int32_t found, int64_t count, fl_diag *diag) {
    if (found >= 0 && found < count)
        return FL_OK;
    return fl_fail(diag, FL_ERR_USAGE, "patch of %s %d, expected 0 to %lld", what, found,
                   (long long)count - 1);
}

static fl_status check(const fl_patch *patch, const fl_hparams *h, fl_diag *diag) {
    fl_status status = check_below("layer", patch->layer, h->num_hidden_layers, diag);
    bool of_head =
        patch->target == FL_PATCH_HEAD || (is_cached(patch->target) && patch->head != -1);
    if (status == FL_OK && of_head)
        status = check_below("head", patch->head, h->num_attention_heads, diag);
    if (status == FL_OK && patch->target == FL_PATCH_NEURON)
        status = check_below("neuron", patch->place, h->intermediate_size, diag);
    if (status == FL_OK && is_cached(patch->target))
        status =
            check_below(word_of(patch->target), patch->place, h->max_position_embeddings, diag);
    return status;
}

fl_status fl_patches_check(const fl_patch *patches, size_t n, const fl_hparams *h, fl_diag *diag) {
    fl_status status = FL_OK;
    for (size_t i = 0; i < n && status == FL_OK; i++)
        status = check(&patches[i], h, diag);
    return status;
}

fl_status fl_patches_check_positions(const fl_session *s, fl_diag *diag) {
    for (size_t i = 0; i < s->options.n_patches; i++) {
        const fl_patch *patch = &s->patches[i];
        if (is_cached(patch->target) && patch->place >= s->context)
            return fl_fail(diag, FL_ERR_USAGE,
                           "patch of %s %d, but this run reads no more than %lld tokens, expected "
                           "0 to %lld",
                           word_of(patch->target), patch->place, (long long)s->context,
                           (long long)s->context - 1);
    }
    return FL_OK;
}

/* ---- striking ---- */

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

bool fl_patch_touches(const fl_session *s, const fl_step *step) {
    if (step->head < 0 || s->modified_before)
        return s->modified;
    for (size_t i = 0; i < s->options.n_patches && step->stage == FL_STAGE_attn_head; i++) {
        const fl_patch *patch = &s->patches[i];
        if (patch->target == FL_PATCH_HEAD && patch->layer == step->layer &&
            patch->head == step->head)
            return true;
    }
    return false;
}

void fl_patch_neurons(fl_session *s, int32_t layer, float *neurons) {
    for (size_t i = 0; i < s->options.n_patches; i++) {
        const fl_patch *patch = &s->patches[i];
        if (patch->target != FL_PATCH_NEURON || patch->layer != layer)
            continue;
        for (int64_t t = 0; t < s->dims.T; t++)
            s->kernels.scale(neurons + t * s->dims.F + patch->place, patch->scale, 1);
        s->modified = true;
    }
}

/* Cached once, in the pass that reads the token; later passes find it there. */
void fl_patch_rows(fl_session *s, fl_patch_target target, int32_t layer, float *rows) {
    const fl_dims *n = &s->dims;
    for (size_t i = 0; i < s->options.n_patches; i++) {
        const fl_patch *patch = &s->patches[i];
        int64_t t = patch->place - n->P;
        if (patch->target != target || patch->layer != layer || t < 0 || t >= n->T)
            continue;
        int64_t first = patch->head < 0 ? 0 : patch->head / (n->H / n->K);
        int64_t heads = patch->head < 0 ? n->K : 1;
        s->kernels.scale(rows + (t * n->K + first) * n->d, patch->scale, heads * n->d);
        s->modified = true;
    }
}
