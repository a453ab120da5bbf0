/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The page side by side: what is compared with, its keys, and the comparison in words.
 */
#include "view/pair.h"
#include "view/panels.h"
#include "view/value.h"

#include "base/diag.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char advice[] =
    "| works from layer 1 on, and after t; beside prompt TEXT works everywhere.";

/* ---- the other run ---- */

void fl_beside_forget(fl_view *view) {
    if (view->beside.other.get)
        view->beside.other.free(view->beside.other.ctx);
    fl_pair_forget(view);
    view->beside = (fl_beside){.layer = -1};
}

void fl_beside_follow(fl_view *view) {
    fl_diag diag;
    const fl_source *other = &view->beside.other;
    if (view->page != FL_PAGE_beside || view->beside.kind != FL_BESIDE_PROMPT || !other->get)
        return;
    for (int64_t next = other->computed(other->ctx);; next++) {
        int64_t wanted = fl_pair_in_other(view);
        if (wanted == -1 || (wanted >= 0 && next > wanted))
            return;
        if (!fl_may_go_on(view, next)) {
            fl_say(view, "stopped: the other prompt's run is at event %" PRId64, next - 1);
            return;
        }
        fl_diag_init(&diag, NULL);
        if (!other->get(other->ctx, next, &diag))
            return;
    }
}

static bool take_other(fl_view *view, fl_source *source, fl_diag *diag) {
    if (!fl_patches_apply(view, source, diag))
        return false;
    fl_beside_forget(view);
    view->beside.other = *source;
    return true;
}

static bool start_other(fl_view *view, const char *prompt) {
    if (!fl_start_run(view, prompt, take_other))
        return false;
    fl_escape_into(view->beside.prompt, sizeof view->beside.prompt, prompt, strlen(prompt));
    return true;
}

/* ---- the verb ---- */

/* The page opens either way: one may step on to where there is something to compare. False after
 * saying why there is nothing yet. */
static bool open_with(fl_view *view, fl_beside_kind kind, int64_t layer) {
    fl_pair pair;
    view->beside.kind = kind;
    view->beside.layer = layer;
    fl_open_page(view, FL_PAGE_beside);
    fl_beside_follow(view);
    fl_pair_of(view, &pair);
    if (pair.why[0])
        fl_say(view, "%s", pair.why);
    return !pair.why[0];
}

/* Why there is nothing to compare with in that way; "" if there is. */
static const char *missing(fl_view *view, fl_beside_kind kind, char *why, size_t size) {
    const fl_beside kept = view->beside;
    fl_pair pair;
    view->beside.kind = kind;
    view->beside.layer = kind == kept.kind ? kept.layer : -1;
    fl_pair_of(view, &pair);
    snprintf(why, size, "%s", pair.why);
    view->beside.kind = kept.kind;
    view->beside.layer = kept.layer;
    return why;
}

/* What was compared last, or where that has no partner the pass before; no page is opened empty. */
static bool open_useful(fl_view *view) {
    fl_beside_kind kind = view->beside.kind;
    char why[240], other[240];
    if (!missing(view, kind, why, sizeof why)[0])
        return open_with(view, kind, view->beside.layer);
    if (kind != FL_BESIDE_PASS && !missing(view, FL_BESIDE_PASS, other, sizeof other)[0])
        return open_with(view, FL_BESIDE_PASS, -1);
    fl_say(view, "%s. %s", why, advice);
    return false;
}

/* Layer, pass if there is one before, the other prompt if there is one, off. */
static bool cycle(fl_view *view) {
    fl_beside_kind kind = view->beside.kind;
    if (view->page != FL_PAGE_beside)
        return open_useful(view);
    if (kind == FL_BESIDE_LAYER && fl_here_pass(view).first > 0)
        return open_with(view, FL_BESIDE_PASS, -1);
    if (kind != FL_BESIDE_PROMPT && view->beside.other.get)
        return open_with(view, FL_BESIDE_PROMPT, -1);
    view->beside.kind = FL_BESIDE_LAYER;
    fl_open_page(view, FL_PAGE_NONE);
    return true;
}

/* The text behind a word, if that is the first of the line; else NULL. */
static const char *behind(const char *text, const char *word) {
    size_t length = strlen(word);
    if (strncmp(text, word, length) != 0 || (text[length] && text[length] != ' '))
        return NULL;
    return text + length + strspn(text + length, " ");
}

bool fl_do_beside(fl_view *view, int64_t count, const char *text) {
    const char *rest;
    int64_t layer = -1, layers = view->options.model.hparams->num_hidden_layers;
    (void)count;
    if (!*text)
        return cycle(view);
    if (strcmp(text, "off") == 0) {
        fl_beside_forget(view);
        if (view->page == FL_PAGE_beside)
            fl_open_page(view, FL_PAGE_NONE);
        return true;
    }
    if ((rest = behind(text, "prompt")) && (*rest || view->beside.other.get))
        return (!*rest || start_other(view, strcmp(rest, "\"\"") == 0 ? "" : rest)) &&
               open_with(view, FL_BESIDE_PROMPT, -1);
    if (strcmp(text, "pass") == 0)
        return open_with(view, FL_BESIDE_PASS, -1);
    if ((rest = behind(text, "layer"))) {
        if (*rest && !fl_number_of(view, FL_VERB_beside, rest, &layer))
            return false;
        return fl_number_exists(view, "layer", layer, layers) &&
               open_with(view, FL_BESIDE_LAYER, layer);
    }
    fl_say(view, "beside: found \"%.60s\", expected layer [L], pass, prompt TEXT or off", text);
    return false;
}

void fl_beside_move(fl_view *view, fl_verb verb, int64_t count) {
    fl_beside *b = &view->beside;
    if (verb == FL_VERB_pane_next || verb == FL_VERB_pane_before)
        b->difference = !b->difference;
    else if (verb == FL_VERB_zoom_in && b->zoom < FL_ZOOM_MOST)
        b->zoom++;
    else if (verb == FL_VERB_zoom_out && b->zoom > -FL_ZOOM_MOST)
        b->zoom--;
    else
        fl_cursor_over_cells(view, verb, count);
}

/* ---- in words ---- */

static void add_shape(const fl_side *side, const char *name, fl_buffer *out) {
    const fl_event *event = &side->captured.event;
    fl_buffer_printf(out, "%s: %s, event %" PRId64 ", shape", name, side->title, event->index);
    for (int i = 0; i < event->tensor.n_dims; i++)
        fl_buffer_printf(out, "%s%" PRId64, i ? " × " : " ", event->tensor.shape[i]);
    fl_buffer_puts(out, "\n");
}

/* Which rows are compared, where that is not all of both. */
void fl_beside_rows(const fl_pair *pair, fl_buffer *out) {
    int64_t left = pair->left.grid.rows, right = pair->right.grid.rows;
    if (pair->last_rows)
        fl_buffer_puts(out, "the two share no position: the last row of each is compared");
    else if (left != right || pair->shared != right)
        fl_buffer_printf(out,
                         "%" PRId64 " rows on the left, %" PRId64 " on the right: the %" PRId64
                         " that both have are compared, by position",
                         left, right, pair->shared);
}

static void add_words(const fl_pair *pair, int64_t band, int64_t row, int64_t col, fl_buffer *out) {
    int64_t index[FL_MAX_DIMS];
    fl_grid_index(&pair->right.captured.event, band, row, col, index);
    fl_place_words(pair->view, &pair->right.captured.event, index, out);
}

/* "left 0.1, right 0.3, difference 0.2, right is 3 times left" of a cell. */
static void add_both(const fl_pair *pair, int64_t band, int64_t row, int64_t col, fl_buffer *out) {
    char number[FL_NUMBER];
    double left, right;
    bool has_left = fl_pair_at(pair, FL_LEFT, band, row, col, &left);
    bool has_right = fl_pair_at(pair, FL_RIGHT, band, row, col, &right);
    fl_buffer_printf(out, "left %s", has_left ? fl_short(number, left) : "has none");
    fl_buffer_printf(out, ", right %s", has_right ? fl_short(number, right) : "has none");
    if (!has_left || !has_right)
        return;
    fl_buffer_printf(out, ", difference %s", fl_short(number, right - left));
    if (left != 0)
        fl_buffer_printf(out, ", ratio %s", fl_short(number, right / left));
}

void fl_beside_cell(const fl_pair *pair, fl_buffer *out) {
    const fl_place *at = &pair->cursor;
    add_both(pair, at->band, at->row, at->col, out);
    fl_buffer_puts(out, " at ");
    add_words(pair, at->band, at->row, at->col, out);
}

void fl_beside_apart(const fl_pair *pair, const fl_apart *apart, fl_buffer *out) {
    char number[FL_NUMBER];
    double cosine = fl_pair_cosine(pair, pair->cursor.band, pair->cursor.row);
    if (apart->cells == 0) {
        fl_buffer_puts(out, "no cell is in both");
        return;
    }
    fl_buffer_printf(out, "differences: rms %s", fl_short(number, apart->rms));
    if (isfinite(cosine))
        fl_buffer_printf(out, "; cosine of the row %.4f", cosine);
    if (apart->n > 0) {
        fl_buffer_printf(out, "; largest %s at ", fl_short(number, apart->largest[0].value));
        add_words(pair, apart->largest[0].band, apart->largest[0].row, apart->largest[0].col, out);
    } else {
        fl_buffer_puts(out, "; the two are equal");
    }
}

static void add_largest(const fl_pair *pair, const fl_apart *apart, fl_buffer *out) {
    fl_buffer_printf(out, "largest differences, right − left, of %" PRId64 " cells\n",
                     apart->cells);
    for (int i = 0; i < apart->n; i++) {
        fl_buffer_puts(out, "  ");
        add_words(pair, apart->largest[i].band, apart->largest[i].row, apart->largest[i].col, out);
        fl_buffer_puts(out, ": ");
        add_both(pair, apart->largest[i].band, apart->largest[i].row, apart->largest[i].col, out);
        fl_buffer_puts(out, "\n");
    }
}

static void add_cosines(const fl_pair *pair, fl_buffer *out) {
    const fl_grid *grid = &pair->right.grid;
    const fl_event *event = &pair->right.captured.event;
    fl_buffer_puts(out, "cosine of each row with its partner\n");
    for (int64_t band = 0; band < grid->bands; band++)
        for (int64_t row = 0; row < grid->rows; row++) {
            char piece[64];
            double cosine = fl_pair_cosine(pair, band, row);
            int64_t position = fl_position_of(event, grid->row_dim, row);
            if (!isfinite(cosine))
                continue;
            fl_buffer_puts(out, "  ");
            if (grid->band_dim != FL_DIM_NONE)
                fl_buffer_printf(out, "head %" PRId64 " ", band);
            fl_buffer_printf(out, "%" PRId64 " \"%s\" %.4f\n", position,
                             fl_token_at(pair->view, piece, sizeof piece, position), cosine);
        }
}

/* ---- pieces of the vocabulary ---- */

/* The row's values of one side, as its tensor has them. */
static int top_of(const fl_side *side, int64_t row, fl_ranked out[FL_PAIR_TOP]) {
    int64_t index[FL_MAX_DIMS] = {0, row, 0};
    bool has = row >= 0 && row < side->grid.rows;
    return has ? fl_top(&side->captured.event.tensor, index, FL_PAIR_TOP, out) : 0;
}

/* Its place among all pieces of that side, from 1. */
static int64_t rank_of(const fl_pair *pair, fl_which which, int64_t row, int64_t id) {
    double value, other;
    int64_t rank = 1;
    if (!fl_pair_at(pair, which, 0, row, id, &value))
        return 0;
    for (int64_t col = 0; col < pair->right.grid.cols; col++)
        rank += fl_pair_at(pair, which, 0, row, col, &other) &&
                (other > value || (other == value && col < id));
    return rank;
}

static void rank_piece(const fl_pair *pair, int64_t row, int32_t id) {
    fl_kept_pair *kept = pair->kept;
    for (int i = 0; i < kept->n_pieces; i++)
        if (kept->pieces[i].id == id)
            return;
    int at = kept->n_pieces++;
    kept->pieces[at].id = id;
    for (int which = FL_LEFT; which <= FL_RIGHT; which++) {
        double value;
        bool has = fl_pair_at(pair, (fl_which)which, 0, row, id, &value);
        kept->pieces[at].values[which] = has ? value : (double)NAN;
        kept->pieces[at].ranks[which] = rank_of(pair, (fl_which)which, row, id);
    }
}

/* The best of the right, then what only the left has among its best. Found once for a row: every
 * rank asks all of the vocabulary. */
static void rank_pieces(const fl_pair *pair, int64_t row) {
    fl_ranked left[FL_PAIR_TOP], right[FL_PAIR_TOP];
    if (pair->kept->ranked == row)
        return;
    int n = top_of(&pair->right, row, right), m = top_of(&pair->left, row + pair->shift, left);
    pair->kept->n_pieces = 0;
    for (int i = 0; i < n; i++)
        rank_piece(pair, row, right[i].id);
    for (int i = 0; i < m; i++)
        rank_piece(pair, row, left[i].id);
    pair->kept->ranked = row;
}

static void add_ranking(const fl_pair *pair, fl_buffer *out) {
    const fl_kept_pair *kept = pair->kept;
    rank_pieces(pair, pair->cursor.row);
    fl_buffer_puts(out,
                   "  piece              rank        left     rank       right    difference\n");
    for (int i = 0; i < kept->n_pieces; i++) {
        char piece[64], a[FL_NUMBER], b[FL_NUMBER], apart[FL_NUMBER];
        double left = kept->pieces[i].values[FL_LEFT], right = kept->pieces[i].values[FL_RIGHT];
        fl_piece_show(piece, sizeof piece, &pair->view->options.model.pieces, kept->pieces[i].id);
        int pad = 16 - fl_text_width(piece);
        fl_buffer_printf(out, "  %s%*s %6" PRId64 " %11s   %6" PRId64 " %11s   %11s\n", piece,
                         pad > 0 ? pad : 0, "", kept->pieces[i].ranks[FL_LEFT], fl_short(a, left),
                         kept->pieces[i].ranks[FL_RIGHT], fl_short(b, right),
                         fl_short(apart, right - left));
    }
}

/* Ids are names: they are the same or they are not. */
static void add_ids(const fl_pair *pair, fl_buffer *out) {
    const fl_pieces *pieces = &pair->view->options.model.pieces;
    for (int64_t row = 0; row < pair->right.grid.rows; row++) {
        char a[64] = "none", b[64] = "none";
        double left, right;
        bool has_left = fl_pair_at(pair, FL_LEFT, 0, row, 0, &left);
        bool has_right = fl_pair_at(pair, FL_RIGHT, 0, row, 0, &right);
        if (has_left)
            fl_piece_show(a, sizeof a, pieces, (int32_t)left);
        if (has_right)
            fl_piece_show(b, sizeof b, pieces, (int32_t)right);
        bool same = has_left && has_right && left == right;
        fl_buffer_printf(out, "  row %" PRId64 ": left \"%s\", right \"%s\", %s\n", row, a, b,
                         same ? "the same" : "different");
    }
}

/* All but what stands in the title of the screen. */
static void add_comparison(const fl_pair *pair, fl_buffer *out) {
    fl_kind kind = fl_cursor_kind(&pair->right.captured.event);
    fl_apart apart;
    if (kind == FL_KIND_TOKENS || kind == FL_KIND_CHOICE) {
        add_ids(pair, out);
        return;
    }
    fl_pair_apart(pair, &apart);
    fl_beside_apart(pair, &apart, out);
    fl_buffer_puts(out, "\n");
    if (kind == FL_KIND_RANKED)
        add_ranking(pair, out);
    add_largest(pair, &apart, out);
    if (pair->right.grid.cols > 1)
        add_cosines(pair, out);
}

void fl_beside_lines(fl_view *view, fl_buffer *out) {
    fl_pair pair;
    size_t before;
    fl_pair_of(view, &pair);
    if (pair.why[0]) {
        fl_buffer_printf(out, "%s.\n%s\n", pair.why, advice);
    } else {
        fl_buffer_printf(out, "%s side by side\n",
                         fl_stage_get_info(pair.right.captured.event.stage)->id);
        add_shape(&pair.left, "left", out);
        add_shape(&pair.right, "right", out);
        before = out->length;
        fl_beside_rows(&pair, out);
        if (out->length > before)
            fl_buffer_puts(out, "\n");
        add_comparison(&pair, out);
    }
}
