/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Names of tensors to places in a run.
 */
#include "compare/place.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Before the layers, in them, behind them. */
static int section(const fl_place *place) {
    if (fl_stage_get_info(place->stage)->scope != FL_SCOPE_PASS)
        return 1;
    return place->stage < FL_STAGE_attn_norm_rms ? 0 : 2;
}

int fl_place_order(const fl_place *a, const fl_place *b) {
    if (a->pass != b->pass)
        return a->pass < b->pass ? -1 : 1;
    if (section(a) != section(b))
        return section(a) - section(b);
    if (a->layer != b->layer)
        return a->layer < b->layer ? -1 : 1;
    return (int)a->stage - (int)b->stage;
}

/* Digits only; -1 if there are none or too many. */
static int32_t read_number(const char *text, const char **rest) {
    char *end;
    if (*text < '0' || *text > '9' || strspn(text, "0123456789") > 7)
        return -1;
    *rest = text;
    long value = strtol(text, &end, 10);
    *rest = end;
    return (int32_t)value;
}

/* `pass.N.`; without it the pass is the first. */
static const char *skip_pass(const char *name, int32_t *pass) {
    const char *rest;
    *pass = 0;
    if (strncmp(name, "pass.", 5) != 0)
        return name;
    int32_t number = read_number(name + 5, &rest);
    if (number < 0 || *rest != '.')
        return name;
    *pass = number;
    return rest + 1;
}

/* The first number that is a part of its own, as in blocks.3.ln1; -1 if there is none. */
static int32_t first_number(const char *name) {
    const char *rest;
    for (const char *at = name; *at; at++) {
        const bool begins = at == name || strchr(".-:", at[-1]);
        if (begins && *at >= '0' && *at <= '9')
            return read_number(at, &rest);
    }
    return -1;
}

/* footlight's own names, without trying all others. */
static bool find_own(const char *name, fl_place *place) {
    const char *id = name;
    place->layer = -1;
    if (strncmp(name, "layer.", 6) == 0) {
        place->layer = read_number(name + 6, &id);
        if (place->layer < 0 || *id++ != '.')
            return false;
    }
    for (int stage = 0; stage < FL_STAGE_COUNT; stage++) {
        const fl_stage_info *info = fl_stage_get_info((fl_stage)stage);
        if (strcmp(info->id, id) == 0 && (info->scope == FL_SCOPE_PASS) == (place->layer < 0)) {
            place->stage = (fl_stage)stage;
            return true;
        }
    }
    return false;
}

static bool find_stage(const char *name, int32_t n_layers, fl_place *place) {
    const int32_t number = first_number(name); /* without one a name would mean every layer */
    if (find_own(name, place))
        return true;
    for (int id = 0; id < FL_STAGE_COUNT; id++) {
        const bool per_pass = fl_stage_get_info((fl_stage)id)->scope == FL_SCOPE_PASS;
        /* hidden_states.3 and hook_resid_pre of layer 3 are what layer 2 left */
        const int32_t from = per_pass ? -1 : number - 1, to = per_pass ? -1 : number;
        for (int32_t layer = from < 0 && !per_pass ? 0 : from; layer <= to; layer++) {
            if (fl_stage_match(name, (fl_stage)id, layer, n_layers)) {
                place->stage = (fl_stage)id;
                place->layer = layer;
                return true;
            }
        }
    }
    return false;
}

/* `NAME.head.3`, cut off into `out`. */
static int32_t cut_head(const char *name, char *out, size_t size) {
    const char *mark = strstr(name, ".head."), *rest;
    if (!mark || (size_t)(mark - name) >= size)
        return -1;
    int32_t head = read_number(mark + 6, &rest);
    if (head < 0 || *rest)
        return -1;
    memcpy(out, name, (size_t)(mark - name));
    out[mark - name] = '\0';
    return head;
}

bool fl_place_of_name(const char *name, int32_t n_layers, fl_named *out) {
    char cut[128];
    const char *stage = skip_pass(name, &out->place.pass);
    /* what would be read as a pattern is no name */
    if (strpbrk(stage, "*?") || strlen(stage) >= sizeof cut)
        return false;
    out->head = cut_head(stage, cut, sizeof cut);
    if (out->head >= 0)
        stage = cut;
    return find_stage(stage, n_layers, &out->place);
}

int32_t fl_layers_of_name(const char *name) {
    fl_named named;
    int32_t pass;
    const char *stage = skip_pass(name, &pass);
    if (strncmp(stage, "hidden_states.", 14) == 0)
        return first_number(stage);
    if (!fl_place_of_name(name, INT32_MAX, &named))
        return 0;
    return named.place.layer + 1;
}
