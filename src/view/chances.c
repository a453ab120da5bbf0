/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What may come next: the best pieces with score and chance, the place of any piece, and what
 * another temperature would make of the same scores. The run is not touched.
 */
#include "view/panels.h"

#include "view/cursor.h"
#include "view/value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double HOTTEST = 10;

/* ---- the scores and what they come to ---- */

typedef struct outlook {
    double *scores; /* NULL: they cannot be had */
    int64_t count, rows, row, position, event;
    int32_t best;
    double temperature, most;
    double log_sum; /* ln Σ exp((score − most) / temperature) */
} outlook;

/* Event of a stage of the pass shown, -1 if it has not been computed. */
static int64_t computed_event(fl_view *view, fl_stage stage) {
    fl_pass pass = fl_here_pass(view);
    int64_t i = pass.plan ? fl_plan_find(pass.plan, stage, -1, -1) : -1;
    return i >= 0 && pass.first + i < view->source.computed(view->source.ctx) ? pass.first + i : -1;
}

const char *fl_chances_hindrance(fl_view *view, fl_verb verb) {
    bool other = view->page != FL_PAGE_NONE && view->page != FL_PAGE_chances;
    if (other && (verb == FL_VERB_warmer || verb == FL_VERB_cooler))
        return "temperature belongs to the page of chances: % opens it";
    return computed_event(view, FL_STAGE_logits) >= 0
               ? NULL
               : "this pass has no scores yet: t goes to where they are computed and used";
}

/* At temperature 0 the first of the largest takes it all. */
static double share_at(const outlook *o, double temperature, double log_sum, int64_t id) {
    if (temperature == 0)
        return id == o->best ? 1 : 0;
    return exp((o->scores[id] - o->most) / temperature - log_sum);
}

static double log_sum_at(const outlook *o, double temperature) {
    double sum = 0;
    for (int64_t v = 0; v < o->count && temperature > 0; v++)
        sum += isnan(o->scores[v]) ? 0 : exp((o->scores[v] - o->most) / temperature);
    return temperature > 0 ? log(sum) : 0;
}

static double share_of(const outlook *o, int64_t id) {
    return share_at(o, o->temperature, o->log_sum, id);
}

/* Bits of not knowing. */
static double entropy_of(const outlook *o) {
    double nats = 0;
    for (int64_t v = 0; v < o->count; v++) {
        double p = isnan(o->scores[v]) ? 0 : share_of(o, v);
        nats -= p > 0 ? p * log(p) : 0;
    }
    return nats > 0 ? nats / log(2) : 0;
}

/* Scores are the caller's to free. */
static outlook look(fl_view *view) {
    outlook o = {.event = computed_event(view, FL_STAGE_logits), .temperature = view->temperature};
    const fl_captured *event = o.event >= 0 ? fl_event_at(view, o.event) : NULL;
    if (!event)
        return o;
    int64_t row = view->cursor[FL_DIM_R];
    o.rows = event->event.tensor.shape[1];
    o.row = row < 0 || row >= o.rows ? o.rows - 1 : row;
    o.position = fl_position_of(&event->event, FL_DIM_R, o.row);
    o.scores = fl_event_row(view, o.event, 0, o.row, &o.count);
    o.most = -INFINITY;
    for (int64_t v = 0; o.scores && v < o.count; v++) {
        if (o.scores[v] > o.most) {
            o.most = o.scores[v];
            o.best = (int32_t)v;
        }
    }
    if (o.scores)
        o.log_sum = log_sum_at(&o, o.temperature);
    return o;
}

/* ---- words ---- */

static void add_place(fl_view *view, const outlook *o, fl_buffer *out) {
    char piece[64];
    fl_buffer_printf(out, "after \"%s\" (position %" PRId64 ")",
                     fl_token_at(view, piece, sizeof piece, o->position), o->position);
    if (o->rows > 1)
        fl_buffer_printf(out, ", row %" PRId64 " of %" PRId64 ", ← → for others", o->row + 1,
                         o->rows);
}

/* "as it would be at temperature 0.7; the run itself: chosen greedily" */
static void add_temperature(fl_view *view, const outlook *o, fl_buffer *out) {
    char how[128];
    int64_t choice = computed_event(view, FL_STAGE_next_token);
    const fl_captured *chosen = choice >= 0 ? fl_event_at(view, choice) : NULL;
    if (o->temperature == 1)
        fl_buffer_puts(out, "at temperature 1, as in probs");
    else if (o->temperature == 0)
        fl_buffer_puts(out, "as it would be at temperature 0: the likeliest always");
    else
        fl_buffer_printf(out, "as it would be at temperature %g: scores divided by %g first",
                         o->temperature, o->temperature);
    bool last = o->row == o->rows - 1;
    if (chosen && last)
        fl_buffer_printf(out, "; in the run itself the piece was %s",
                         fl_choice_how(how, sizeof how, &chosen->event));
    else if (last)
        fl_buffer_puts(out, "; the run has not chosen yet");
}

static void add_entropy(const outlook *o, fl_buffer *out) {
    if (!isfinite(o->most)) {
        fl_buffer_puts(out, isinf(o->most) && o->most > 0
                                ? "the largest score is infinite: there are no chances"
                                : "all scores are NaN: there are no ranks and no chances");
        return;
    }
    double bits = entropy_of(o), choices = pow(2, bits);
    fl_buffer_printf(out, "entropy %.2f bits: ", bits);
    if (choices < 1.05)
        fl_buffer_puts(out, "hardly a doubt");
    else
        fl_buffer_printf(out, "about as unsure as among %.*f equal choices", choices < 10 ? 1 : 0,
                         choices);
}

/* ---- a list of the best ---- */

typedef struct columns {
    fl_format score;
    bool both; /* the chance at temperature 1 as well */
    double log_sum;
} columns;

static columns columns_of(const outlook *o) {
    columns c = {fl_format_for(fabs(o->most), 4), o->temperature != 1, log_sum_at(o, 1)};
    c.score.width = c.score.width < 5 ? 5 : c.score.width; /* its heading */
    return c;
}

enum { PIECE = 15 };

static void heading_text(const outlook *o, const columns *c, char *out, size_t size) {
    char at[32] = "chance";
    if (c->both)
        snprintf(at, sizeof at, "at %g", o->temperature);
    snprintf(out, size, "rank  %-*s     id %*s %9s%s", PIECE, "piece", c->score.width, "score", at,
             c->both ? "      at 1" : "");
}

/* What is small does not read like nothing: "4e-5". */
static const char *share_text(char out[FL_NUMBER], double share) {
    return fl_number_apart(out, (fl_format){4, false, 6}, share);
}

/* "   317  11.84    0.9113": what stands behind a piece. */
static void numbers_text(const outlook *o, const columns *c, int32_t id, char *out, size_t size) {
    char score[FL_NUMBER], here[FL_NUMBER], plain[FL_NUMBER] = "";
    if (c->both)
        share_text(plain, share_at(o, 1, c->log_sum, id));
    snprintf(out, size, "%7" PRId32 " %*s %9s%*s", id, c->score.width,
             fl_number(score, c->score, o->scores[id]), share_text(here, share_of(o, id)),
             c->both ? 10 : 0, plain);
}

/* What is left for the pieces behind the first `shown`, summed by itself: 1 less the others would
 * be all rounding where it is small. */
static double others_of(const outlook *o, const fl_ranking *ranking, int shown) {
    double rest = 0;
    if (shown < 1)
        return ranking->count > 0 ? 1 : (double)NAN;
    int32_t last = ranking->best[shown - 1].id;
    for (int64_t v = 0; v < o->count; v++)
        if (o->scores[v] < o->scores[last] || (o->scores[v] == o->scores[last] && v > last))
            rest += share_of(o, v);
    return rest;
}

void fl_chances_lines(fl_view *view, fl_buffer *out) {
    enum { PRINTED = 20 };
    outlook o = look(view);
    char line[200], piece[64], rest[FL_NUMBER];
    if (!o.scores)
        return;
    columns c = columns_of(&o);
    const fl_ranking *ranking = fl_ranking_here(view, o.event, o.row);
    int shown = ranking->count < PRINTED ? ranking->count : PRINTED;
    add_place(view, &o, out);
    fl_buffer_puts(out, "\n");
    add_temperature(view, &o, out);
    fl_buffer_puts(out, "\n");
    add_entropy(&o, out);
    heading_text(&o, &c, line, sizeof line);
    fl_buffer_printf(out, "\n%s\n", line);
    for (int i = 0; i < shown; i++) {
        int32_t id = ranking->best[i].id;
        fl_piece_show(piece, sizeof piece, &view->options.model.pieces, id);
        int pad = PIECE - fl_text_width(piece);
        numbers_text(&o, &c, id, line, sizeof line);
        fl_buffer_printf(out, "%4d  %s%*s%s\n", i + 1, piece, pad > 0 ? pad : 0, "", line);
    }
    if (shown > 0)
        fl_buffer_printf(out, "all others %s\n", share_text(rest, others_of(&o, ranking, shown)));
    free(o.scores);
}

/* ---- the page ---- */

static void draw_entry(fl_view *view, const outlook *o, const columns *c, fl_rect rect, int rank,
                       int32_t id) {
    fl_canvas *canvas = &view->canvas;
    char line[200], piece[64], bar[128];
    bool on = rank == view->pick;
    fl_style style = on ? FL_STYLE_label_on : FL_STYLE_text;
    int x = rect.x + 7;
    if (on)
        fl_canvas_put(canvas, rect.x, rect.y, 1, FL_STYLE_key, "▸");
    fl_canvas_printf(canvas, rect.x + 1, rect.y, 4, FL_STYLE_dim, "%4d", rank + 1);
    fl_piece_show(piece, sizeof piece, &view->options.model.pieces, id);
    fl_canvas_fit(canvas, x, rect.y, PIECE, style, piece);
    numbers_text(o, c, id, line, sizeof line);
    x += PIECE;
    x += 1 + fl_canvas_put(canvas, x, rect.y, rect.x + rect.w - x, style, line);
    fl_bar(bar, share_of(o, id), rect.x + rect.w - x, canvas->ascii);
    fl_canvas_put(canvas, x, rect.y, rect.x + rect.w - x, FL_STYLE_bar, bar);
    fl_hit_add(view, rect, FL_HIT_ITEM, rank, 0, 0);
}

static void draw_list(fl_view *view, const outlook *o, fl_rect rect) {
    const fl_ranking *ranking = fl_ranking_here(view, o->event, o->row);
    columns c = columns_of(o);
    char line[200], rest[FL_NUMBER];
    int count = ranking->count, room = rect.h - 2, lines = count < room ? count : room;
    view->pick = view->pick >= count ? count - 1 : view->pick < 0 ? 0 : view->pick;
    int first = (int)fl_first_shown(view->pick, count, lines);
    heading_text(o, &c, line, sizeof line);
    fl_canvas_fit(&view->canvas, rect.x + 1, rect.y, rect.w - 1, FL_STYLE_dim, line);
    for (int i = 0; i < lines; i++)
        draw_entry(view, o, &c, (fl_rect){rect.x, rect.y + 1 + i, rect.w, 1}, first + i,
                   ranking->best[first + i].id);
    fl_canvas_printf(&view->canvas, rect.x + 1, rect.y + 1 + lines, rect.w - 1, FL_STYLE_dim,
                     "all after these %s", share_text(rest, others_of(o, ranking, first + lines)));
}

void fl_chances_draw(fl_view *view, fl_rect rect) {
    const char *hindrance = fl_chances_hindrance(view, FL_VERB_chances);
    outlook o = look(view);
    fl_buffer head = {0};
    if (!o.scores) {
        fl_canvas_wrap(&view->canvas, rect, FL_STYLE_text, hindrance ? hindrance : view->message);
        return;
    }
    void (*const parts[])(fl_view *, const outlook *, fl_buffer *) = {add_place, add_temperature};
    for (int i = 0; i < 2; i++) {
        fl_buffer_clear(&head);
        parts[i](view, &o, &head);
        int used = fl_canvas_wrap(&view->canvas, (fl_rect){rect.x, rect.y, rect.w, 2},
                                  i ? FL_STYLE_text : FL_STYLE_bold, head.data ? head.data : "");
        rect.y += used;
        rect.h -= used;
    }
    fl_buffer_clear(&head);
    add_entropy(&o, &head);
    fl_canvas_fit(&view->canvas, rect.x, rect.y, rect.w, FL_STYLE_meaning,
                  head.data ? head.data : "");
    draw_list(view, &o, (fl_rect){rect.x, rect.y + 2, rect.w, rect.h - 2});
    fl_buffer_done(&head);
    free(o.scores);
}

void fl_chances_open(fl_view *view) {
    view->pick = 0;
}

void fl_chances_move(fl_view *view, fl_verb verb, int64_t count) {
    int64_t event = computed_event(view, FL_STAGE_logits);
    const fl_captured *captured = event >= 0 ? fl_event_at(view, event) : NULL;
    int64_t rows = captured ? captured->event.tensor.shape[1] : 1, row = view->cursor[FL_DIM_R];
    if (verb == FL_VERB_left || verb == FL_VERB_right) {
        row = (row < 0 ? rows - 1 : row) + (verb == FL_VERB_left ? -count : count);
        view->cursor[FL_DIM_R] = row < 0 ? 0 : row >= rows ? rows - 1 : row;
        return;
    }
    int64_t pick = view->pick + fl_rows_of(verb, count);
    view->pick = (int)(pick < 0 ? 0 : pick >= FL_RANKS ? FL_RANKS - 1 : pick);
}

/* ---- temperature ---- */

static void set_temperature(fl_view *view, double temperature) {
    view->temperature = temperature < 0 ? 0 : temperature > HOTTEST ? HOTTEST : temperature;
    if (view->page != FL_PAGE_chances)
        fl_open_page(view, FL_PAGE_chances);
}

bool fl_do_temperature(fl_view *view, int64_t count, const char *text) {
    char *end;
    double temperature = strtod(text, &end);
    (void)count;
    if (end == text || *end || !(temperature >= 0 && temperature <= HOTTEST)) {
        fl_say(
            view,
            "temperature: found \"%.60s\", expected a number from 0 to %g, as in: temperature 0.7",
            text, HOTTEST);
        return false;
    }
    const char *hindrance = fl_chances_hindrance(view, FL_VERB_temperature);
    if (hindrance)
        fl_say(view, "%s", hindrance);
    else
        set_temperature(view, temperature);
    return !hindrance;
}

static bool change_temperature(fl_view *view, fl_verb verb, int64_t tenths) {
    (void)verb;
    set_temperature(view, round(view->temperature * 10 + (double)tenths) / 10);
    return true;
}
FL_FORTH_AND_BACK(warmer, cooler, change_temperature)

/* ---- the place of any piece ---- */

/* The piece that is the text, or else the longest that the text begins with; -1: there is none.
 * *used: how much of it that is. */
static int32_t find_piece(fl_view *view, const char *text, size_t *used) {
    const fl_pieces *pieces = &view->options.model.pieces;
    int64_t count = pieces->text ? view->options.model.hparams->vocab_size : 0;
    size_t length, most = strlen(text);
    int32_t found = -1;
    *used = 0;
    for (int32_t id = 0; id < count; id++) {
        const char *piece = pieces->text(pieces->ctx, id, &length);
        if (!piece || length <= *used || length > most || memcmp(piece, text, length) != 0)
            continue;
        found = id;
        *used = length;
    }
    return found;
}

int32_t fl_piece_asked(fl_view *view, const char *text, bool *whole) {
    char wanted[256];
    size_t used = 0, blank_used, length = strlen(text);
    bool quoted = length > 2 && text[0] == '"' && text[length - 1] == '"';
    *whole = true;
    if (strspn(text, "0123456789") == length && length < 9)
        return atoi(text) < view->options.model.hparams->vocab_size ? atoi(text) : -1;
    snprintf(wanted, sizeof wanted, quoted ? "%.*s" : " %.*s", (int)(quoted ? length - 2 : length),
             text + quoted);
    int32_t with_blank = find_piece(view, wanted, &blank_used);
    int32_t id = quoted ? -1 : find_piece(view, wanted + 1, &used);
    if (quoted || (blank_used > 1 && blank_used > used)) {
        *whole = wanted[blank_used] == '\0';
        return with_blank;
    }
    *whole = wanted[1 + used] == '\0';
    return id;
}

static int64_t rank_of(const outlook *o, int32_t id) {
    int64_t rank = 1;
    for (int64_t v = 0; v < o->count; v++)
        rank += o->scores[v] > o->scores[id] || (o->scores[v] == o->scores[id] && v < id);
    return rank;
}

/* Four digits, but what is not certain does not read like certainty. */
static const char *chance_text(char out[FL_NUMBER], double chance) {
    if (chance < 1 && chance > 0.9999)
        return strcpy(out, "over 0.9999");
    return fl_short(out, chance);
}

/* NaN is neither larger nor smaller than another score. */
static void say_no_rank(fl_view *view, int32_t id) {
    char piece[64];
    fl_say(view, "the score of \"%s\", id %" PRId32 ", is NaN: it has no rank and no chance",
           fl_piece_show(piece, sizeof piece, &view->options.model.pieces, id), id);
}

static void say_rank(fl_view *view, const outlook *o, int32_t id, const char *text, bool whole) {
    char piece[64], other[64] = "", place[24], all[24], first[160] = "";
    char score[FL_NUMBER], chance[FL_NUMBER];
    columns c = columns_of(o);
    int64_t rank = rank_of(o, id);
    fl_piece_show(piece, sizeof piece, &view->options.model.pieces, id);
    if (!whole)
        snprintf(first, sizeof first, "no piece is all of %.60s; the longest at its start: ", text);
    if (c.both)
        snprintf(other, sizeof other, ", at temperature %g: %s", o->temperature,
                 chance_text(chance, share_of(o, id)));
    fl_say(view, "%s\"%s\", id %" PRId32 ", is number %s of %s: score %s, chance %s%s", first,
           piece, id, fl_group_digits(place, sizeof place, rank),
           fl_group_digits(all, sizeof all, o->count), fl_short(score, o->scores[id]),
           chance_text(chance, share_at(o, 1, c.log_sum, id)), other);
    if (view->page == FL_PAGE_chances && rank <= FL_RANKS)
        view->pick = (int)rank - 1;
}

bool fl_do_rank(fl_view *view, int64_t count, const char *text) {
    bool whole;
    int32_t id = fl_piece_asked(view, text, &whole);
    outlook o = look(view);
    bool found = o.scores && id >= 0 && id < o.count;
    (void)count;
    if (found && isnan(o.scores[id]))
        say_no_rank(view, id);
    else if (found)
        say_rank(view, &o, id, text, whole);
    else
        fl_say(view,
               "the vocabulary has no piece that fits %.60s: expected a text, or an id from 0 to "
               "%" PRId64,
               text, view->options.model.hparams->vocab_size - 1);
    free(o.scores);
    return found;
}
