/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Looking stages up, and guessing.
 */
#include "cli/lookup.h"

#include "base/diag.h"
#include "base/text.h"
#include "cli/args.h"

#include <stdio.h>
#include <string.h>

static bool selects(const char *name, fl_stage stage, int32_t n_layers) {
    bool per_layer = fl_stage_get_info(stage)->scope != FL_SCOPE_PASS;
    if (!per_layer)
        return fl_stage_match(name, stage, -1, n_layers);
    for (int32_t layer = 0; layer < n_layers; layer++)
        if (fl_stage_match(name, stage, layer, n_layers))
            return true;
    return false;
}

/* Writes the name with layer 0 in place of {l}, or of its first number; false if it has neither. */
static bool with_layer_0(const char *name, char *out, size_t size) {
    const char *mark = strstr(name, "{l}");
    size_t length = mark ? 3 : 0;
    if (!mark) {
        mark = strpbrk(name, "0123456789");
        length = mark ? strspn(mark, "0123456789") : 0;
    }
    if (mark)
        snprintf(out, size, "%.*s0%s", (int)(mark - name), name, mark + length);
    return mark != NULL;
}

/* Edits from one to the other; a part of a name that was left out counts as little as a slip. */
static size_t distance_to(const char *written, const char *name) {
    size_t distance = fl_word_distance(written, name);
    bool part = (strlen(written) >= 4 && strstr(name, written)) ||
                (strlen(name) >= 4 && strstr(written, name));
    return part && distance > 2 ? 2 : distance;
}

/* To the whole name, or to what stands after its last point ("hook_pattern"). */
static size_t distance_to_any(const char *written, fl_stage stage) {
    size_t best = distance_to(written, fl_stage_get_info(stage)->id);
    for (int d = 0; d < FL_DIALECT_COUNT; d++) {
        char name[128];
        fl_stage_name(stage, 0, (fl_dialect)d, name, sizeof name);
        const char *point = strrchr(name, '.');
        size_t whole = distance_to(written, name);
        size_t tail = point ? distance_to(written, point + 1) : whole;
        best = whole < best ? whole : best;
        best = tail < best ? tail : best;
    }
    return best;
}

fl_stage fl_stage_nearest(const char *written) {
    fl_stage nearest = FL_STAGE_COUNT;
    size_t best = (strlen(written) + 1) / 2; /* further away is not near */
    for (int id = 0; id < FL_STAGE_COUNT; id++) {
        size_t distance = distance_to_any(written, (fl_stage)id);
        if (distance < best) {
            best = distance;
            nearest = (fl_stage)id;
        }
    }
    return nearest;
}

static bool find_all(const char *name, int32_t n_layers, bool found[FL_STAGE_COUNT]) {
    bool any = false;
    for (int id = 0; id < FL_STAGE_COUNT; id++)
        any |= found[id] = selects(name, (fl_stage)id, n_layers);
    return any;
}

fl_status fl_stages_named(const char *name, int32_t n_layers, bool found[FL_STAGE_COUNT],
                          fl_diag *diag) {
    char shown[128], first[160];
    bool placed = with_layer_0(name, first, sizeof first);
    if (find_all(placed && strstr(name, "{l}") ? first : name, n_layers, found))
        return FL_OK;
    fl_escape_into(shown, sizeof shown, name, strlen(name));
    if (placed && find_all(first, n_layers, found))
        return fl_fail(diag, FL_ERR_USAGE, "'%s' names a layer that is none of 0 to %d", shown,
                       n_layers - 1);
    fl_stage nearest = fl_stage_nearest(name);
    if (nearest == FL_STAGE_COUNT)
        return fl_fail(diag, FL_ERR_USAGE, "no stage is called '%s'; 'footlight stage' lists them",
                       shown);
    return fl_fail(diag, FL_ERR_USAGE, "no stage is called '%s', the nearest is '%s'", shown,
                   fl_stage_get_info(nearest)->id);
}
