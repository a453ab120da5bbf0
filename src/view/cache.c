/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The cache of a layer as slots, one for each position: what this pass wrote, how long the keys and
 * values are that it holds, who reads them, and what it takes in bytes.
 */
#include "view/mechanism.h"

#include "view/cursor.h"
#include "view/value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct slots {
    fl_view *view;
    const fl_hparams *h;
    fl_pass pass;
    int32_t layer;
    int64_t head, group; /* the k/v head; query heads that read it */
    int64_t key, value;  /* the newest events that hold the layer's caches; -1: none yet */
    int64_t filled,
        written;    /* slots that hold keys; the first of this pass, `filled` if none yet */
    fl_dtype dtype; /* FL_DTYPE_none: nothing is stored yet */
} slots;

/* This pass's event of a cache stage, or before it has come that of the pass before; -1: none. */
static int64_t newest(fl_view *view, const fl_pass *pass, fl_stage stage, int32_t layer) {
    fl_pass earlier;
    int64_t event = fl_find_before(view, stage, layer, -1);
    if (event >= 0 || pass->first == 0 ||
        !view->source.pass_of(view->source.ctx, pass->first - 1, &earlier))
        return event;
    int64_t step = fl_plan_find(earlier.plan, stage, layer, -1);
    return step < 0 ? -1 : earlier.first + step;
}

void fl_caches_forget(fl_view *view) {
    view->mechanism.cache_events[0] = view->mechanism.cache_events[1] = -1;
}

/* The event of a cache, asked for once. */
static const fl_captured *cache_at(fl_view *view, int64_t event) {
    fl_mechanism *m = &view->mechanism;
    if (event < 0)
        return NULL;
    for (int i = 0; i < 2; i++)
        if (m->cache_events[i] == event) {
            fl_note_modified(view, &m->caches[i].event);
            return &m->caches[i];
        }
    const fl_captured *captured = fl_event_at(view, event);
    if (!captured)
        return NULL;
    int i = captured->event.stage == FL_STAGE_v_cache;
    m->cache_events[i] = event;
    m->caches[i] = *captured;
    m->caches[i].event.stats = &m->caches[i].stats;
    return &m->caches[i];
}

static slots slots_of(fl_view *view) {
    slots s = {.view = view,
               .h = view->options.model.hparams,
               .pass = fl_here_pass(view),
               .layer = view->mechanism.layer,
               .dtype = FL_DTYPE_none};
    s.group = s.h->num_attention_heads / s.h->num_key_value_heads;
    s.head = view->mechanism.head / s.group;
    s.key = newest(view, &s.pass, FL_STAGE_k_cache, s.layer);
    s.value = newest(view, &s.pass, FL_STAGE_v_cache, s.layer);
    const fl_captured *event = cache_at(view, s.key);
    if (event) {
        s.filled = event->event.tensor.shape[2];
        s.dtype = event->event.tensor.dtype;
        s.written = s.key >= s.pass.first ? s.pass.dims.P : s.filled;
    }
    return s;
}

/* Length of what a slot holds; NAN where it holds nothing yet. */
static double length_of(const slots *s, int64_t event, int64_t slot) {
    const fl_captured *captured = cache_at(s->view, event);
    double squares = 0;
    if (!captured || slot >= captured->event.tensor.shape[2])
        return NAN;
    for (int64_t i = 0; i < s->h->head_dim; i++) {
        double x =
            fl_tensor_at(&captured->event.tensor, (int64_t[FL_MAX_DIMS]){0, s->head, slot, i});
        squares += x * x;
    }
    return sqrt(squares);
}

/* ---- words ---- */

static void print_heading(const slots *s, fl_buffer *out) {
    fl_buffer_printf(out, "layer %" PRId32 " (0–%" PRId64 "), k/v head %" PRId64 " (0–%" PRId64 ")",
                     s->layer, s->h->num_hidden_layers - 1, s->head, s->h->num_key_value_heads - 1);
    if (s->group == 1)
        fl_buffer_printf(out, ", read by query head %" PRId64, s->head);
    else
        fl_buffer_printf(out, ", read by query heads %" PRId64 " %s %" PRId64, s->head * s->group,
                         s->group == 2 ? "and" : "to", (s->head + 1) * s->group - 1);
}

static void print_span(fl_buffer *out, int64_t first, int64_t last) {
    if (first == last)
        fl_buffer_printf(out, "slot %" PRId64, first);
    else
        fl_buffer_printf(out, "slots %" PRId64 " to %" PRId64, first, last);
}

static void print_writing(const slots *s, fl_buffer *out) {
    bool prefill = s->pass.phase == FL_PREFILL;
    fl_buffer_puts(out, prefill ? "prefill: " : "decode: ");
    if (s->filled == s->written) {
        fl_buffer_puts(out, "this pass has not written here yet\n");
        return;
    }
    fl_buffer_puts(out, "this pass wrote ");
    print_span(out, s->written, s->filled - 1);
    fl_buffer_puts(out, " (*)");
    if (s->written > 0) {
        fl_buffer_puts(out, "; ");
        print_span(out, 0, s->written - 1);
        fl_buffer_puts(out, s->written == 1 ? " was kept" : " were kept");
    }
    fl_buffer_puts(out, "\n");
}

/* What one slot of one layer takes. */
static double slot_bytes(const slots *s) {
    return 2.0 * (double)(s->h->num_key_value_heads * s->h->head_dim) *
           (double)fl_dtype_row_bytes(s->dtype, 1);
}

static void print_bytes(const slots *s, fl_buffer *out) {
    char a[32], b[32];
    double slot = slot_bytes(s), layers = (double)s->h->num_hidden_layers;
    fl_buffer_printf(
        out, "a slot: key and value × %" PRId64 " heads × %" PRId64 " in %s = %s; this layer %s\n",
        s->h->num_key_value_heads, s->h->head_dim, fl_dtype_get_info(s->dtype)->name,
        fl_human_bytes(a, sizeof a, slot), fl_human_bytes(b, sizeof b, slot * (double)s->filled));
    fl_buffer_printf(out, "all %" PRId64 " layers: %s a token, ", s->h->num_hidden_layers,
                     fl_human_bytes(a, sizeof a, slot * layers));
    fl_buffer_printf(out, "%s with %" PRId64 " slots, ",
                     fl_human_bytes(a, sizeof a, slot * layers * (double)s->filled), s->filled);
    fl_buffer_printf(
        out, "%s at full context (%" PRId64 " slots)\n",
        fl_human_bytes(a, sizeof a, slot * layers * (double)s->h->max_position_embeddings),
        s->h->max_position_embeddings);
}

/* How many numbers a token leaves here, and who shares them. */
static void print_sharing(const slots *s, fl_buffer *out) {
    int64_t heads = s->h->num_key_value_heads, d = s->h->head_dim;
    fl_buffer_printf(out,
                     "a token leaves %" PRId64 " keys and %" PRId64 " values of %" PRId64
                     " numbers in each layer",
                     heads, heads, d);
    if (s->group > 1)
        fl_buffer_printf(out,
                         "; %" PRId64 " query heads share each pair, so this is %" PRId64
                         " times smaller than one for every head",
                         s->group, s->group);
    fl_buffer_puts(out, "\n");
}

/* What it is good for, in tokens that are not read again. */
static void print_saving(const slots *s, fl_buffer *out) {
    int64_t past = s->pass.dims.P, read = s->pass.dims.T;
    if (past > 0)
        fl_buffer_printf(out,
                         "without the cache this pass would have to read all %" PRId64
                         " tokens again, through every layer, not just %" PRId64 "\n",
                         past + read, read);
    else
        fl_buffer_printf(out,
                         "without the cache the next pass would have to read %s %" PRId64
                         " token%s again, through every layer, beside the new one\n",
                         read == 1 ? "this" : "these", read, read == 1 ? "" : "s");
}

/* "key   0.1234 -0.5678 …": what the slot holds, as far as a line goes. */
static void print_vector(const slots *s, const char *name, int64_t event, fl_buffer *out) {
    enum { MOST = 6 };
    const fl_captured *captured = cache_at(s->view, event);
    int64_t slot = s->view->pick, d = s->h->head_dim;
    fl_buffer_printf(out, "  %s", name);
    if (!captured || slot >= captured->event.tensor.shape[2]) {
        fl_buffer_puts(out, " comes later in the pass\n");
        return;
    }
    for (int64_t i = 0; i < d && i < MOST; i++) {
        char number[FL_NUMBER];
        double x =
            fl_tensor_at(&captured->event.tensor, (int64_t[FL_MAX_DIMS]){0, s->head, slot, i});
        fl_buffer_printf(out, "%s %s", i ? "," : "", fl_short(number, x));
    }
    if (d > MOST)
        fl_buffer_printf(out, " … %" PRId64 " more", d - MOST);
    fl_buffer_puts(out, "\n");
}

/* The marked slot: whose it is, since when, and what it holds. */
static void print_marked(const slots *s, fl_buffer *out) {
    char piece[64];
    int64_t slot = s->view->pick < s->filled ? s->view->pick : s->filled - 1;
    fl_buffer_printf(out, "slot %" PRId64 " is \"%s\", %s; k/v head %" PRId64 " of it:\n", slot,
                     fl_token_at(s->view, piece, sizeof piece, slot),
                     slot >= s->written ? "written by this pass" : "kept from an earlier pass",
                     s->head);
    print_vector(s, "key  ", s->key, out);
    print_vector(s, "value", s->value, out);
}

/* How far back the tokens of this layer see, where other layers' may see further. */
static void print_window(const slots *s, fl_buffer *out) {
    int64_t window = fl_layer_window(s->h, s->layer);
    if (window == 1)
        fl_buffer_puts(out, "in this layer a token looks at its own slot only\n");
    else if (window > 1)
        fl_buffer_printf(out, "in this layer a token looks at the last %" PRId64 " slots only\n",
                         window);
    else if (s->h->sliding_window > 0)
        fl_buffer_puts(out, "in this layer a token looks at all slots, in others not\n");
}

/* What stands below the slots. */
static void print_foot(const slots *s, bool brief, fl_buffer *out) {
    if (!brief)
        print_marked(s, out);
    print_writing(s, out);
    if (!brief)
        print_saving(s, out);
    if (!brief)
        print_sharing(s, out);
    fl_buffer_puts(out, "keys are stored turned by their position (rope), values as they are\n");
    print_window(s, out);
    print_bytes(s, out);
}

static void print_nothing(const slots *s, fl_buffer *out) {
    fl_buffer_printf(out,
                     "Nothing is kept in layer %" PRId32
                     " yet: k_cache and v_cache of this layer come later in the pass "
                     "(:goto k_cache layer %" PRId32 " goes there).\n\n",
                     s->layer, s->layer);
    fl_buffer_printf(out,
                     "The cache keeps what attention needs of every token, so that no token is "
                     "read twice: slot i holds the key and the value of token i.\n");
    print_sharing(s, out);
    print_saving(s, out);
}

static void print_slot(const slots *s, int64_t slot, fl_buffer *out) {
    char piece[64], key[FL_NUMBER], value[FL_NUMBER] = "later";
    double length = length_of(s, s->value, slot);
    fl_token_at(s->view, piece, sizeof piece, slot);
    if (!isnan(length))
        fl_short(value, length);
    fl_buffer_printf(out, "slot %" PRId64 "%s \"%s\": key %s, value %s\n", slot,
                     slot >= s->written ? " (*)" : "", piece,
                     fl_short(key, length_of(s, s->key, slot)), value);
}

void fl_slots_lines(fl_view *view, fl_buffer *out) {
    slots s = slots_of(view);
    print_heading(&s, out);
    fl_buffer_puts(out, "\n");
    if (s.filled == 0) {
        print_nothing(&s, out);
        return;
    }
    fl_buffer_puts(out, "length of the key and of the value of every slot:\n");
    for (int64_t slot = 0; slot < s.filled; slot++)
        print_slot(&s, slot, out);
    print_foot(&s, false, out);
}

/* ---- drawing ---- */

enum { KEY = 20, VALUE = 48, BAR = 16, LEAST_SLOTS = 5 };

static void draw_length(const slots *s, int x, int y, double length, double longest,
                        fl_style style) {
    char number[FL_NUMBER], bar[128];
    fl_canvas *canvas = &s->view->canvas;
    if (isnan(length)) {
        fl_canvas_put(canvas, x, y, 9, FL_STYLE_dim, "later");
        return;
    }
    fl_canvas_put(canvas, x, y, 9, FL_STYLE_text, fl_short(number, length));
    fl_canvas_put(canvas, x + 9, y, BAR, style,
                  fl_bar(bar, longest > 0 ? length / longest : 0, BAR, canvas->ascii));
}

static void draw_slot(const slots *s, fl_rect rect, int64_t slot, double longest_key,
                      double longest_value) {
    char piece[64];
    fl_canvas *canvas = &s->view->canvas;
    bool on = slot == s->view->pick, wrote = slot >= s->written;
    if (on)
        fl_canvas_put(canvas, rect.x, rect.y, 1, FL_STYLE_key, "▸");
    fl_canvas_printf(canvas, rect.x + 1, rect.y, 5, on ? FL_STYLE_label_on : FL_STYLE_dim,
                     "%5" PRId64, slot);
    fl_canvas_put(canvas, rect.x + 6, rect.y, 1, FL_STYLE_mark, wrote ? "*" : " ");
    fl_canvas_fit(canvas, rect.x + 7, rect.y, KEY - 8, on ? FL_STYLE_label_on : FL_STYLE_label,
                  fl_token_at(s->view, piece, sizeof piece, slot));
    draw_length(s, rect.x + KEY, rect.y, length_of(s, s->key, slot), longest_key,
                FL_STYLE_negative);
    draw_length(s, rect.x + VALUE, rect.y, length_of(s, s->value, slot), longest_value,
                FL_STYLE_positive);
    fl_hit_add(s->view, (fl_rect){rect.x, rect.y, rect.w, 1}, FL_HIT_ITEM, slot, 0, 0);
}

/* The longest of the slots shown: bars are measured by it. */
static double longest(const slots *s, int64_t event, int64_t first, int64_t count) {
    double most = 0;
    for (int64_t i = first; i < first + count && i < s->filled; i++) {
        double length = length_of(s, event, i);
        most = length > most ? length : most;
    }
    return most;
}

static void draw_slots(const slots *s, fl_rect rect) {
    fl_canvas *canvas = &s->view->canvas;
    int64_t pick = s->view->pick < s->filled ? s->view->pick : s->filled - 1;
    int64_t first = fl_first_shown(pick, s->filled, rect.h - 1);
    double key = longest(s, s->key, first, rect.h - 1),
           value = longest(s, s->value, first, rect.h - 1);
    fl_canvas_put(canvas, rect.x + 2, rect.y, KEY - 3, FL_STYLE_dim, "slot  token");
    fl_canvas_put(canvas, rect.x + KEY, rect.y, VALUE - KEY, FL_STYLE_dim, "length of the key");
    fl_canvas_put(canvas, rect.x + VALUE, rect.y, rect.w - VALUE, FL_STYLE_dim,
                  "length of the value");
    for (int i = 1; i < rect.h && first < s->filled; i++, first++)
        draw_slot(s, (fl_rect){rect.x, rect.y + i, rect.w, 1}, first, key, value);
}

void fl_slots_draw(fl_view *view, fl_rect rect) {
    slots s = slots_of(view);
    fl_buffer heading = {0}, foot = {0};
    print_heading(&s, &heading);
    fl_mechanism_heading(view, rect, heading.data);
    if (s.filled > 0)
        print_foot(&s, false, &foot);
    else
        print_nothing(&s, &foot);
    int lines = fl_mechanism_text(NULL, (fl_rect){0, 0, rect.w, 0}, foot.data);
    if (s.filled > 0 && rect.h - lines < LEAST_SLOTS) { /* the slots come first */
        fl_buffer_clear(&foot);
        print_foot(&s, true, &foot);
        lines = fl_mechanism_text(NULL, (fl_rect){0, 0, rect.w, 0}, foot.data);
    }
    int body = s.filled > 0 ? rect.h - lines : 0;
    if (body > 0)
        draw_slots(&s, (fl_rect){rect.x, rect.y, rect.w, body});
    fl_mechanism_text(&view->canvas, (fl_rect){rect.x, rect.y + body, rect.w, lines}, foot.data);
    fl_buffer_done(&heading);
    fl_buffer_done(&foot);
}

/* On the slot of the token that is looked at. */
void fl_slots_open(fl_view *view) {
    fl_mechanism_open(view);
    view->pick = (int)(fl_here_pass(view).dims.P + view->mechanism.token);
}

void fl_slots_move(fl_view *view, fl_verb verb, int64_t count) {
    int64_t pick = view->pick + fl_rows_of(verb, count), last = slots_of(view).filled - 1;
    pick = pick > last ? last : pick;
    view->pick = (int)(pick < 0 ? 0 : pick);
    if (verb == FL_VERB_head_next || verb == FL_VERB_head_before)
        fl_mechanism_head(view, verb == FL_VERB_head_next ? count : -count, true);
    if (verb == FL_VERB_layer_up || verb == FL_VERB_layer_down)
        fl_mechanism_layer(view, verb == FL_VERB_layer_up ? count : -count);
}
