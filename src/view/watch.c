/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The kinds of breakpoints: how each is written, and how it is seen whether an event is one to stop
 * at. Those by value look at events that are computed anyway, at their statistics where these tell.
 */
#include "view/state.h"

#include "view/number.h"
#include "view/value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PART = FL_SELECT_LAYER | FL_SELECT_HEAD,
    PLACE = FL_SELECT_STAGE | PART,
    ROW = PLACE | FL_SELECT_TOKEN
};

/* ---- what they share ---- */

static void print_index(const int64_t *index, int n, char *out, size_t size) {
    int used = snprintf(out, size, "[");
    for (int i = 0; i < n && (size_t)used < size; i++)
        used += snprintf(out + used, size - (size_t)used, "%s%" PRId64, i ? ", " : "", index[i]);
    if ((size_t)used < size)
        snprintf(out + used, size - (size_t)used, "]");
}

static void find_cell(fl_finding *out, const int64_t index[FL_MAX_DIMS]) {
    memcpy(out->index, index, sizeof out->index);
    out->cell = true;
}

/* The first cell that is seen and that `wanted` takes. */
static bool search_cells(const fl_tensor *tensor, bool (*wanted)(double value, double bound),
                         double bound, int64_t index[FL_MAX_DIMS]) {
    memset(index, 0, FL_MAX_DIMS * sizeof *index);
    do
        if (!fl_tensor_masked(tensor, index) && wanted(fl_tensor_at(tensor, index), bound))
            return true;
    while (fl_tensor_next(tensor, index));
    return false;
}

/* Axis of an event whose rows are those of tokens; -1 if it has none. */
static int row_axis(const fl_event *event) {
    const fl_dim row = fl_grid_of(event).row_dim;
    int axis = event->tensor.n_dims - 1;
    while (axis >= 0 && fl_stage_get_info(event->stage)->dims[axis] != row)
        axis--;
    return axis;
}

/* The cell of the largest size in the row of a token; an infinity counts as larger than all. False
 * if no number is seen there. */
static bool largest_of_token(const fl_event *event, int64_t token, int64_t best[FL_MAX_DIMS]) {
    double most = -1;
    int64_t index[FL_MAX_DIMS] = {0};
    int axis = row_axis(event);
    fl_dim row = fl_grid_of(event).row_dim;
    do {
        double size = fabs(fl_tensor_at(&event->tensor, index));
        if (axis < 0 || fl_position_of(event, row, index[axis]) != token ||
            fl_tensor_masked(&event->tensor, index) || !(size > most))
            continue;
        most = size;
        memcpy(best, index, sizeof index);
    } while (fl_tensor_next(&event->tensor, index));
    return most >= 0;
}

/* "attn_probs of layer 1 head 3" */
static void print_place(const fl_event *event, char *out, size_t size) {
    int used = snprintf(out, size, "%s", fl_stage_get_info(event->stage)->id);
    if (event->layer >= 0)
        used += snprintf(out + used, size - (size_t)used, " of layer %" PRId32, event->layer);
    if (event->head >= 0)
        snprintf(out + used, size - (size_t)used, " head %" PRId32, event->head);
}

/* The same step in the pass before; -1 if there is none. */
static int64_t same_before(fl_view *view, const fl_pass *pass, const fl_step *step) {
    fl_pass before;
    if (!fl_pass_at(view, pass->first - 1, &before))
        return -1;
    int64_t i = fl_plan_find(before.plan, step->stage, step->layer, step->head);
    return i >= 0 ? before.first + i : -1;
}

/* ---- by name ---- */

static bool parse_name(fl_words *words, fl_break *out) {
    if (fl_selector_take(words, &out->where, ROW) == 0)
        words->expected = "a stage";
    return !words->expected;
}

static void print_where(const fl_break *b, char *out, size_t size) {
    fl_selector_print(&b->where, out, size);
}

static void print_name(const fl_break *b, char *out, size_t size) {
    print_where(b, out, size);
    if (!out[0])
        snprintf(out, size, "*");
}

/* ---- nan ---- */

static bool parse_where(fl_words *words, fl_break *out) {
    return fl_selector_take(words, &out->where, PLACE) >= 0;
}

static bool is_odd(double value, double bound) {
    (void)bound;
    return !isfinite(value);
}

static bool look_for_nan(fl_view *view, const fl_break *b, int64_t event, fl_finding *out) {
    char at[64];
    int64_t index[FL_MAX_DIMS];
    const fl_captured *c = fl_event_at(view, event);
    (void)b;
    if (!c || c->stats.nan + c->stats.inf == 0 || !search_cells(&c->event.tensor, is_odd, 0, index))
        return false;
    bool nan = isnan(fl_tensor_at(&c->event.tensor, index));
    print_index(index, c->event.tensor.n_dims, at, sizeof at);
    find_cell(out, index);
    snprintf(out->why, sizeof out->why, "%s %s at %s", fl_stage_get_info(c->event.stage)->id,
             nan ? "is no number (NaN)" : "is infinite", at);
    return true;
}

/* ---- above X ---- */

static bool parse_above(fl_words *words, fl_break *out) {
    return fl_words_number(words, &out->bound, "a number from 0 on") &&
           fl_selector_take(words, &out->where, ROW) >= 0;
}

static void print_above(const fl_break *b, char *out, size_t size) {
    int used = snprintf(out, size, "%.6g ", b->bound);
    fl_selector_print(&b->where, out + used, size - (size_t)used);
}

static bool is_infinite(double value, double bound) {
    (void)bound;
    return isinf(value);
}

/* Where the number of the largest size stands; false if there is none. */
static bool find_largest(const fl_captured *c, const fl_break *b, int64_t index[FL_MAX_DIMS]) {
    const fl_stats *stats = &c->stats;
    if (b->where.token >= 0)
        return largest_of_token(&c->event, b->where.token, index);
    if (stats->inf > 0)
        return search_cells(&c->event.tensor, is_infinite, 0, index);
    memcpy(index, fabs(stats->min) > fabs(stats->max) ? stats->argmin : stats->argmax,
           sizeof stats->argmax);
    return stats->finite > 0;
}

/* Ids are names, not amounts. An infinity is above every bound. */
static bool look_above(fl_view *view, const fl_break *b, int64_t event, fl_finding *out) {
    char number[FL_NUMBER], at[64];
    int64_t index[FL_MAX_DIMS];
    const fl_captured *c = fl_event_at(view, event);
    if (!c || c->event.tensor.dtype == FL_DTYPE_I32 || !find_largest(c, b, index) ||
        fabs(fl_tensor_at(&c->event.tensor, index)) <= b->bound)
        return false;
    print_index(index, c->event.tensor.n_dims, at, sizeof at);
    find_cell(out, index);
    snprintf(out->why, sizeof out->why, "|x| = %s at %s is above %.6g",
             fl_exact(number, fabs(fl_tensor_at(&c->event.tensor, index))), at, b->bound);
    return true;
}

/* ---- argmax ---- */

static bool parse_argmax(fl_words *words, fl_break *out) {
    (void)words;
    out->where = (fl_selector){"logits", -1, -1, -1, -1};
    return true;
}

static void print_nothing(const fl_break *b, char *out, size_t size) {
    (void)b;
    (void)size;
    out[0] = '\0';
}

/* The likeliest piece after the last row of logits; -1 if there is none. */
static int32_t likeliest(fl_view *view, int64_t event) {
    fl_ranked best;
    const fl_captured *c = event >= 0 ? fl_event_at(view, event) : NULL;
    int64_t index[FL_MAX_DIMS] = {0, c ? c->event.tensor.shape[1] - 1 : 0};
    return c && fl_top(&c->event.tensor, index, 1, &best) == 1 ? best.id : -1;
}

static bool look_for_argmax(fl_view *view, const fl_break *b, int64_t event, fl_finding *out) {
    fl_pass pass;
    char is[64], was[64];
    (void)b;
    fl_step step = {FL_STAGE_logits, -1, -1};
    if (!fl_pass_at(view, event, &pass))
        return false;
    int32_t old = likeliest(view, same_before(view, &pass, &step)), now = likeliest(view, event);
    if (old < 0 || now < 0 || now == old)
        return false;
    fl_piece_show(was, sizeof was, &view->options.model.pieces, old);
    fl_piece_show(is, sizeof is, &view->options.model.pieces, now);
    find_cell(out, (int64_t[FL_MAX_DIMS]){0, pass.dims.R - 1, now});
    snprintf(out->why, sizeof out->why,
             "the likeliest token is \"%s\"; in the pass before it was \"%s\"", is, was);
    return true;
}

/* ---- looks P to K ---- */

static bool parse_looks(fl_words *words, fl_break *out) {
    if (!fl_words_number(words, &out->bound, "a share from 0 to 1"))
        return false;
    if (out->bound > 1 || !fl_words_take(words, "to")) {
        words->expected = out->bound > 1 ? "a share of at most 1 before it" : "\"to\"";
        return false;
    }
    if (!fl_words_whole(words, &out->key, "the position of a token") ||
        fl_selector_take(words, &out->where, PART | FL_SELECT_TOKEN) < 0)
        return false;
    snprintf(out->where.pattern, sizeof out->where.pattern, "attn_probs");
    return true;
}

static void print_looks(const fl_break *b, char *out, size_t size) {
    fl_selector where = b->where;
    int used = snprintf(out, size, "%.6g to %" PRId64 " ", b->bound, b->key);
    strcpy(where.pattern, "*"); /* which stage that is goes without saying */
    fl_selector_print(&where, out + used, size - (size_t)used);
}

/* The query that gives the most to a key, the token meant where one is; -1 if none may look there.
 * One that sees a single key, as the first does, has nothing to choose from and does not count. */
static int64_t keenest(const fl_event *event, const fl_break *b) {
    const fl_tensor *probs = &event->tensor;
    int64_t best = -1, key = b->key, index[FL_MAX_DIMS] = {0, 0, key};
    double most = -1;
    for (int64_t query = 0; query < probs->shape[1]; query++) {
        int64_t first, seen;
        fl_mask_range(&probs->mask, query, &first, &seen);
        index[1] = query;
        if (b->where.token >= 0 && event->past + query != b->where.token)
            continue;
        if (seen - first < 2 || key < first || key >= seen || !(fl_tensor_at(probs, index) > most))
            continue;
        most = fl_tensor_at(probs, index);
        best = query;
    }
    return best;
}

static bool look_for_look(fl_view *view, const fl_break *b, int64_t event, fl_finding *out) {
    char number[FL_NUMBER], from[64], to[64];
    const fl_captured *c = fl_event_at(view, event);
    int64_t query = c ? keenest(&c->event, b) : -1;
    int64_t index[FL_MAX_DIMS] = {0, query, b->key};
    if (query < 0 || fl_tensor_at(&c->event.tensor, index) <= b->bound)
        return false;
    find_cell(out, index);
    snprintf(out->why, sizeof out->why,
             "layer %" PRId32 " head %" PRId32 ": \"%s\" gives %s to \"%s\", more than %.6g",
             c->event.layer, c->event.head,
             fl_token_at(view, from, sizeof from, c->event.past + query),
             fl_exact(number, fl_tensor_at(&c->event.tensor, index)),
             fl_token_at(view, to, sizeof to, b->key), b->bound);
    return true;
}

/* ---- cell ---- */

static bool is_condition(const fl_words *words) {
    return strcmp(words->word, "above") == 0 || strcmp(words->word, "changes") == 0;
}

static bool parse_cell(fl_words *words, fl_break *out) {
    if (fl_selector_take(words, &out->where, PLACE) < 0)
        return false;
    if (strcmp(out->where.pattern, "*") == 0) {
        words->expected = "a stage before it";
        return false;
    }
    while (out->n_index < FL_MAX_DIMS && (out->n_index == 0 || !is_condition(words)))
        if (!fl_words_whole(words, &out->index[out->n_index++], "where the cell stands"))
            return false;
    out->above = fl_words_take(words, "above");
    if (!out->above && !fl_words_take(words, "changes")) {
        words->expected = "\"above\" or \"changes\"";
        return false;
    }
    return fl_words_number(words, &out->bound, "a number from 0 on");
}

static void print_cell(const fl_break *b, char *out, size_t size) {
    char where[160], index[96];
    fl_selector_print(&b->where, where, sizeof where);
    print_index(b->index, b->n_index, index, sizeof index);
    snprintf(out, size, "%s %s %s %.6g", where, index, b->above ? "above" : "changes", b->bound);
}

/* The cell of an event; false if the event has none there that is seen. */
static bool cell_of(fl_view *view, int64_t event, const fl_break *b, double *value) {
    const fl_captured *c = event >= 0 ? fl_event_at(view, event) : NULL;
    if (!c || c->event.tensor.n_dims != b->n_index)
        return false;
    for (int i = 0; i < b->n_index; i++)
        if (b->index[i] >= c->event.tensor.shape[i])
            return false;
    *value = fl_tensor_at(&c->event.tensor, b->index);
    return !fl_tensor_masked(&c->event.tensor, b->index);
}

/* An event's place and the cell: "resid_post of layer 1 at [0, 3, 17]". */
static void print_cell_of(const fl_event *event, const fl_break *b, char *out, size_t size) {
    char at[96];
    print_index(b->index, b->n_index, at, sizeof at);
    print_place(event, out, size);
    size_t used = strlen(out);
    snprintf(out + used, size - used, " at %s", at);
}

static bool look_at_size(fl_view *view, const fl_break *b, int64_t event, fl_finding *out) {
    double now;
    char number[FL_NUMBER], cell[160];
    if (!cell_of(view, event, b, &now) || !(fabs(now) > b->bound))
        return false;
    find_cell(out, b->index);
    print_cell_of(&fl_event_at(view, event)->event, b, cell, sizeof cell);
    snprintf(out->why, sizeof out->why, "|x| = %s in %s is above %.6g", fl_exact(number, fabs(now)),
             cell, b->bound);
    return true;
}

static bool look_at_cell(fl_view *view, const fl_break *b, int64_t event, fl_finding *out) {
    fl_pass pass;
    double now, was;
    char is_text[FL_NUMBER], was_text[FL_NUMBER], cell[160];
    if (b->above)
        return look_at_size(view, b, event, out);
    if (!fl_pass_at(view, event, &pass))
        return false;
    const fl_step *step = fl_plan_step(pass.plan, event - pass.first);
    int64_t before = step->layer > 0 ? pass.first + fl_plan_find(pass.plan, step->stage,
                                                                 step->layer - 1, step->head)
                                     : same_before(view, &pass, step);
    if (!cell_of(view, before, b, &was) || !cell_of(view, event, b, &now) || now == was ||
        (isnan(now) && isnan(was)) || fabs(now - was) <= b->bound)
        return false;
    find_cell(out, b->index);
    print_cell_of(&fl_event_at(view, event)->event, b, cell, sizeof cell);
    snprintf(out->why, sizeof out->why, "%s was %s in the %s before and is %s, more than %.6g away",
             cell, fl_exact(was_text, was), step->layer > 0 ? "layer" : "pass",
             fl_exact(is_text, now), b->bound);
    return true;
}

/* ---- the table ---- */

static const fl_break_kind kinds[] = {
    {"nan", "[STAGE] [layer L] [head H]", "a number that is NaN or infinite", "break nan",
     parse_where, print_where, look_for_nan},
    {"above", "X [STAGE] [layer L] [head H] [token T]",
     "a number above X or below -X; of token T: in its row", "break above 30 resid_* layer 2",
     parse_above, print_above, look_above},
    {"argmax", "", "the likeliest token is another than in the pass before", "break argmax",
     parse_argmax, print_nothing, look_for_argmax},
    {"looks", "P to K [layer L] [head H] [token T]",
     "a token but the first gives token K more than P; of token T: that one alone",
     "break looks .9 to 0", parse_looks, print_looks, look_for_look},
    {"cell", "STAGE [layer L] [head H] I,J,K above X | changes X",
     "that cell is above X or below -X; or it is more than X away from the layer before, in layer "
     "0 "
     "from the pass before",
     "break cell resid_post 0,3,17 above 1", parse_cell, print_cell, look_at_cell},
    {"", "STAGE [layer L] [head H] [token T]",
     "a stage, * and ? standing for others; of token T: in passes that compute that position",
     "break attn_* layer 2 head 3 token 4", parse_name, print_name, NULL},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

const fl_break_kind *fl_break_kinds(size_t *count) {
    *count = KINDS;
    return kinds;
}

/* An index needs a number for each axis of a stage that is meant, and a place on those axes whose
 * length is the same in every pass. */
static bool check_cell(fl_view *view, const fl_break *b) {
    char at[96], shape_words[96] = "";
    fl_dims dims = fl_here_pass(view).dims;
    for (int id = 0; id < FL_STAGE_COUNT; id++) {
        int64_t shape[FL_MAX_DIMS];
        int n = fl_stage_shape((fl_stage)id, &dims, shape), fits = 0;
        const fl_dim *axes = fl_stage_get_info((fl_stage)id)->dims;
        if (!fl_selector_names(&b->where, view->options.model.hparams, (fl_stage)id))
            continue;
        print_index(shape, n, shape_words, sizeof shape_words);
        if (n != b->n_index)
            continue;
        for (int a = 0; a < n; a++)
            fits += axes[a] == FL_DIM_T || axes[a] == FL_DIM_S || axes[a] == FL_DIM_R ||
                    b->index[a] < shape[a];
        if (fits == n)
            return true;
    }
    print_index(b->index, b->n_index, at, sizeof at);
    fl_say(view, "%s has no cell %s in any pass: its shape is %s in this one", b->where.pattern, at,
           shape_words);
    return false;
}

bool fl_break_parse(fl_view *view, const char *text, fl_break *out) {
    fl_words words;
    char who[32];
    fl_words_begin(&words, text);
    *out = (fl_break){.once = fl_words_take(&words, "once")};
    while (!fl_words_take(&words, kinds[out->kind].word) && out->kind < KINDS - 1)
        out->kind++;
    const fl_break_kind *kind = &kinds[out->kind];
    if (!kind->word[0] && fl_break_means_bound(text)) {
        fl_break_say_bound(view, text);
        return false;
    }
    if (kind->parse(&words, out) && fl_words_end(&words, "nothing more"))
        return fl_selector_check(view, &out->where) && (out->n_index == 0 || check_cell(view, out));
    snprintf(who, sizeof who, "break%s%s", kind->word[0] ? " " : "", kind->word);
    fl_words_complain(view, &words, who, kind->example);
    return false;
}

void fl_break_print(const fl_break *b, char *out, size_t size) {
    const fl_break_kind *kind = &kinds[b->kind];
    int used =
        snprintf(out, size, "%s%s%s", b->once ? "once " : "", kind->word, kind->word[0] ? " " : "");
    kind->print(b, out + used, size - (size_t)used);
    for (size_t end = strlen(out); end > 0 && out[end - 1] == ' '; end--)
        out[end - 1] = '\0';
}
