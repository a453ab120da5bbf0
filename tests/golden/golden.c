/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */

/* Reads golden files (see golden.h). Owns no policy: what is compared, and how closely, stands in
 * test_golden.c. A malformed file makes golden_load fail; it never makes a row silently weaker.
 */
#include "golden.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line being taken apart field by field; `ok` falls once anything does not parse. */
struct fields {
    char *rest;
    bool ok;
};

static const char *next_field(struct fields *f) {
    char *field = f->rest;
    if (field == NULL || *field == '\0') {
        f->ok = false;
        return "-";
    }
    char *comma = strchr(field, ',');
    f->rest = comma == NULL ? NULL : comma + 1;
    if (comma != NULL)
        *comma = '\0';
    return field;
}

static bool absent(const char *field) {
    return strcmp(field, "-") == 0;
}

static int64_t next_int(struct fields *f) {
    const char *field = next_field(f);
    char *end = NULL;
    if (absent(field))
        return -1;
    long long value = strtoll(field, &end, 10);
    f->ok = f->ok && *end == '\0';
    return value;
}

static int next_small(struct fields *f) {
    return (int)next_int(f);
}

static double next_double(struct fields *f) {
    const char *field = next_field(f);
    char *end = NULL;
    if (absent(field))
        return NAN;
    double value = strtod(field, &end);
    f->ok = f->ok && *end == '\0';
    return value;
}

/* 1x5x64 into at most GOLDEN_RANK numbers; the rest of them is -1. */
static size_t next_shape(struct fields *f, int64_t shape[GOLDEN_RANK]) {
    const char *at = next_field(f);
    size_t n = 0;
    for (size_t i = 0; i < GOLDEN_RANK; i++)
        shape[i] = -1;
    while (!absent(at) && n < GOLDEN_RANK) {
        char *end = NULL;
        shape[n++] = strtoll(at, &end, 10);
        if (end == at || (*end != '\0' && *end != 'x'))
            f->ok = false;
        if (*end != 'x')
            break;
        at = end + 1;
    }
    return n;
}

/* Numbers separated by any one character. */
static size_t parse_ids(const char *at, int32_t ids[GOLDEN_IDS]) {
    size_t n = 0;
    while (n < GOLDEN_IDS) {
        char *end = NULL;
        long id = strtol(at, &end, 10);
        if (end == at)
            break;
        ids[n++] = (int32_t)id;
        if (*end == '\0')
            break;
        at = end + 1;
    }
    return n;
}

static bool parse_row(struct golden_row *r, char *line) {
    struct fields f = {line, true};
    r->event = next_small(&f);
    r->pass = next_small(&f);
    r->decode = strcmp(next_field(&f), "decode") == 0;
    r->past = next_small(&f);
    r->fresh = next_small(&f);
    r->layer = next_small(&f);
    r->head = next_small(&f);
    r->kv_head = next_small(&f);
    snprintf(r->stage, sizeof r->stage, "%s", next_field(&f));
    r->rank = next_shape(&f, r->shape);
    r->count = next_int(&f);
    r->masked = next_int(&f);
    r->min = next_double(&f);
    r->max = next_double(&f);
    next_shape(&f, r->argmin);
    next_shape(&f, r->argmax);
    r->scale = fmax(fabs(r->min), fabs(r->max));
    r->mean = next_double(&f);
    r->std = next_double(&f);
    r->rms = next_double(&f);
    r->l2 = next_double(&f);
    r->sum = next_double(&f);
    r->zeros = next_int(&f);
    r->nan = next_int(&f);
    r->inf = next_int(&f);
    for (size_t i = 0; i < GOLDEN_EDGE; i++)
        r->first[i] = next_double(&f);
    for (size_t i = 0; i < GOLDEN_EDGE; i++)
        r->last[i] = next_double(&f);
    const char *ids = next_field(&f);
    r->n_ids = absent(ids) ? 0 : parse_ids(ids, r->ids);
    return f.ok && f.rest == NULL && r->rank > 0;
}

/* `# key: value` */
static void parse_header(struct golden *g, const char *line, size_t *events) {
    char key[16] = "";
    int at = 0;
    if (sscanf(line, "# %15[a-z0-9]: %n", key, &at) != 1 || at == 0)
        return;
    const char *value = line + at;
    if (strcmp(key, "ids") == 0)
        g->n_ids = parse_ids(value, g->ids);
    else if (strcmp(key, "chosen") == 0)
        g->n_chosen = parse_ids(value, g->chosen);
    else if (strcmp(key, "chunk") == 0)
        g->chunk = (size_t)strtoull(value, NULL, 10);
    else if (strcmp(key, "logits") == 0)
        g->all_logits = strcmp(value, "all") == 0;
    else if (strcmp(key, "prompt") == 0)
        snprintf(g->prompt, sizeof g->prompt, "%s", value);
    else if (strcmp(key, "events") == 0)
        *events = (size_t)strtoull(value, NULL, 10);
}

/* One line of the file; `events` is what its header promised. */
static bool take_line(struct golden *g, char *line, size_t *events) {
    line[strcspn(line, "\n")] = '\0';
    if (line[0] == '#') {
        parse_header(g, line, events);
        return true;
    }
    if (strncmp(line, "event,", 6) == 0) {
        g->rows = calloc(*events + 1, sizeof *g->rows);
        return g->rows != NULL;
    }
    if (g->rows == NULL || g->n_rows == *events)
        return false;
    return parse_row(&g->rows[g->n_rows++], line);
}

bool golden_load(struct golden *g, const char *path) {
    char line[2048];
    size_t events = 0;
    bool ok = true;
    *g = (struct golden){0};
    FILE *f = fopen(path, "r");
    if (f == NULL)
        return false;
    while (ok && fgets(line, sizeof line, f) != NULL)
        ok = take_line(g, line, &events);
    fclose(f);
    ok = ok && g->n_rows > 0 && g->n_rows == events && g->n_ids > 0 && g->n_chosen > 0;
    if (!ok)
        golden_free(g);
    return ok;
}

void golden_free(struct golden *g) {
    free(g->rows);
    *g = (struct golden){0};
}

static bool same_place(const struct golden_row *a, const struct golden_row *b) {
    return a->layer == b->layer && strcmp(a->stage, b->stage) == 0;
}

void golden_share_scales(struct golden *g) {
    for (size_t i = 0; i < g->n_rows; i++)
        for (size_t j = 0; j < i; j++)
            if (same_place(&g->rows[i], &g->rows[j])) {
                double scale = fmax(g->rows[i].scale, g->rows[j].scale);
                g->rows[i].scale = g->rows[j].scale = scale;
            }
}
