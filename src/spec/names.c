/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What stages are called: printing a name in a dialect, and finding out whether a pattern in any
 * dialect means a stage. Matching is always done by spelling out every name the stage has for the
 * layer and comparing it with the pattern as a glob, so there is one rule for all dialects.
 */
#include <footlight/tables.h>

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int fl_stage_name(fl_stage stage, int32_t layer, fl_dialect dialect, char *out, size_t size) {
    const fl_stage_info *info = fl_stage_get_info(stage);
    const char *pattern = info->names[dialect];
    if (pattern)
        return fl_spell_layer(out, size, pattern, layer);
    if (info->scope == FL_SCOPE_PASS)
        return snprintf(out, size, "%s", info->id);
    return snprintf(out, size, "layer.%d.%s", layer, info->id);
}

static bool matches_aliases(const char *pattern, fl_stage stage, int32_t layer) {
    static const struct {
        const char *name;
        fl_stage stage;
    } aliases[] = {
#define FL_ALIAS(name_, stage_) {name_, FL_STAGE_##stage_},
#include "spec/aliases.def"
    };
    char name[128];
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++) {
        if (aliases[i].stage != stage)
            continue;
        fl_spell_layer(name, sizeof name, aliases[i].name, layer);
        if (fl_glob(pattern, name))
            return true;
    }
    return false;
}

/* A TransformerLens name without what stands before it ("hook_resid_post", "attn.hook_q") means
 * every layer's. Its names say hook_, so no short name of another dialect is widened by this. */
static bool matches_tail(const char *pattern, const char *name) {
    if (!strstr(pattern, "hook_"))
        return false;
    for (const char *point = strchr(name, '.'); point; point = strchr(point + 1, '.'))
        if (fl_glob(pattern, point + 1))
            return true;
    return false;
}

static bool matches_dialects(const char *pattern, fl_stage stage, int32_t layer) {
    char name[128];
    for (int dialect = 0; dialect < FL_DIALECT_COUNT; dialect++) {
        fl_stage_name(stage, layer, (fl_dialect)dialect, name, sizeof name);
        if (fl_glob(pattern, name) || (dialect == FL_DIALECT_TL && matches_tail(pattern, name)))
            return true;
    }
    return fl_glob(pattern, fl_stage_get_info(stage)->id);
}

/* hidden_states.{i} and blocks.{i}.hook_resid_pre name what layer i reads: the embedding for layer
 * 0, else the residual the layer before left; transformers' last hidden state is the final norm. */
static bool matches_residual(const char *pattern, fl_stage stage, int32_t layer, int32_t n_layers) {
    char name[64];
    int32_t reader = stage == FL_STAGE_embed ? 0 : stage == FL_STAGE_resid_post ? layer + 1 : -1;
    if (stage == FL_STAGE_final_norm) {
        snprintf(name, sizeof name, "hidden_states.%d", n_layers);
        return fl_glob(pattern, name);
    }
    if (reader < 0 || reader >= n_layers)
        return false;
    static const char *const forms[] = {"hidden_states.{l}", "blocks.{l}.hook_resid_pre",
                                        "blocks.{l}.hook_in", "hook_resid_pre"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        fl_spell_layer(name, sizeof name, forms[i], reader);
        if (fl_glob(pattern, name))
            return true;
    }
    return false;
}

static bool matches(const char *pattern, fl_stage stage, int32_t layer, int32_t n_layers) {
    return matches_dialects(pattern, stage, layer) || matches_aliases(pattern, stage, layer) ||
           matches_residual(pattern, stage, layer, n_layers);
}

/* `resid_post:5` as in TransformerLens caches: a short name and a layer. */
static bool matches_shorthand(const char *pattern, const char *colon, fl_stage stage, int32_t layer,
                              int32_t n_layers) {
    char *end;
    long wanted = strtol(colon + 1, &end, 10);
    size_t length = (size_t)(colon - pattern);
    char name[64];
    if (end == colon + 1 || *end || length >= sizeof name)
        return false;
    memcpy(name, pattern, length);
    name[length] = '\0';
    if (strcmp(name, "resid_pre") == 0) {
        snprintf(name, sizeof name, "blocks.%ld.hook_resid_pre", wanted);
        return matches_residual(name, stage, layer, n_layers);
    }
    return layer == wanted && matches(name, stage, layer, n_layers);
}

bool fl_stage_match(const char *pattern, fl_stage stage, int32_t layer, int32_t n_layers) {
    const char *colon = strchr(pattern, ':');
    if (colon)
        return matches_shorthand(pattern, colon, stage, layer, n_layers);
    return matches(pattern, stage, layer, n_layers);
}
