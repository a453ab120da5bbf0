/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Ten thousand random keys, made from the tables of keys, verbs and stages: over the fake run, and
 * over the built-in model with too little memory to keep it. Whatever was pressed, an event has the
 * numbers and statistics it had when it was first met, to the bit, and the memory that is taken
 * stays within its bounds.
 */
#include "test.h"

#include "base/rng.h"
#include "engine/live.h"
#include "screens/allocated.h"
#include "screens/live.h"
#include "view/scene.h"
#include "view/state.h"

enum { BUDGET = 256 << 10, STEPS = 5000, ROUND = 100, LONGEST_WAY = 300 };
/* A run takes its budget, or one pass where that is larger, and what its session takes; the run of
 * another prompt and the run without patches are two more. Beside them there are tables of their
 * events, and what the pages keep. Back at its beginning the first run has grown by its list of
 * tokens at most. */
enum { RUNS = 3, EVENT_ROOM = 48, VIEWS = 2 << 20, GROWTH = 4 << 10 };

/* ---- keys ---- */

static uint64_t seed;

static size_t one_of(size_t count) {
    return (size_t)(fl_rng_next(&seed) % count);
}

static void type(fl_view *view, const char *text) {
    for (; *text && view->line.kind != FL_LINE_NONE; text++)
        fl_view_key(view, (unsigned char)*text);
}

/* A word that may stand in a command, or that may not. */
static void type_word(fl_view *view) {
    static const char *const others[] = {"layer 1", "head 2", "99999999", "-1",   "*",
                                         "attn_*",  "all",    "x\x01y",   "\"\"", "?",
                                         "0.5",     "nan",    "light",    "zero", "layer 9999"};
    char number[16];
    switch (one_of(4)) {
    case 0:
        type(view, fl_verb_get_info((fl_verb)one_of(FL_VERB_COUNT))->word);
        break;
    case 1:
        type(view, fl_stage_get_info((fl_stage)one_of(FL_STAGE_COUNT))->id);
        break;
    case 2:
        snprintf(number, sizeof number, "%zu", one_of(200));
        type(view, number);
        break;
    default:
        type(view, others[one_of(sizeof others / sizeof *others)]);
        break;
    }
}

static void type_command(fl_view *view) {
    fl_view_key(view, ':');
    type(view, fl_verb_get_info((fl_verb)one_of(FL_VERB_COUNT))->word);
    for (size_t words = one_of(4); words > 0; words--) {
        type(view, " ");
        type_word(view);
    }
    if (one_of(4) == 0)
        fl_view_key(view, FL_KEY_TAB);
    fl_view_key(view, FL_KEY_ENTER);
}

static void press_any(fl_view *view) {
    size_t count;
    const fl_key_info *keys = fl_keys(&count);
    size_t what = one_of(20);
    if (what == 0)
        type_command(view);
    else if (what == 1)
        fl_view_resize(view, (int)one_of(220), (int)one_of(70));
    else if (what == 2)
        fl_view_resize(view, 80 + (int)one_of(80), 24 + (int)one_of(26));
    else if (what == 3)
        fl_view_mouse(view, (int)one_of(160), (int)one_of(50), (int)one_of(3) - 1);
    else if (what == 4)
        fl_view_key(view, '0' + (int)one_of(10));
    else
        fl_view_key(view, keys[one_of(count)].key);
}

/* ---- what must hold ---- */

static void assert_sound(fl_view *view) {
    const fl_canvas *canvas = fl_view_draw(view);
    for (int i = 0; i < canvas->width * canvas->height; i++)
        assert_true(canvas->cells[i].style < FL_STYLE_COUNT &&
                    memchr(canvas->cells[i].glyph, 0, sizeof canvas->cells[i].glyph));
    assert_true(canvas->cursor_x < canvas->width && canvas->cursor_y < canvas->height);
}

static uint64_t hash_of(const void *bytes, size_t size, uint64_t hash) {
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ ((const unsigned char *)bytes)[i]) * 1099511628211u;
    return hash;
}

static uint64_t hash_statistics(const fl_stats *s, int n_dims, uint64_t hash) {
    const int64_t counts[] = {s->count, s->masked, s->zeros, s->nan, s->inf, s->finite};
    const double numbers[] = {s->min, s->max, s->mean, s->std, s->rms, s->l2, s->sum};
    hash = hash_of(counts, sizeof counts, hash);
    hash = hash_of(s->argmin, (size_t)n_dims * sizeof s->argmin[0], hash);
    hash = hash_of(s->argmax, (size_t)n_dims * sizeof s->argmax[0], hash);
    return hash_of(numbers, sizeof numbers, hash);
}

static int64_t on_the_way;
static size_t most_allocated;

static bool tick(void *ctx, int64_t event) {
    (void)ctx;
    (void)event;
    size_t allocated = allocated_bytes();
    most_allocated = allocated > most_allocated ? allocated : most_allocated;
    return ++on_the_way < LONGEST_WAY; /* as Ctrl-C stops a long one */
}

/* Of every number of an event and its statistics, bit for bit. */
static uint64_t fingerprint(fl_view *view, int64_t event) {
    on_the_way = 0;
    const fl_captured *captured = fl_event_at(view, event);
    assert_non_null(captured);
    const fl_tensor *t = &captured->event.tensor;
    int64_t index[FL_MAX_DIMS] = {0};
    uint64_t hash =
        hash_of(t->shape, (size_t)t->n_dims * sizeof t->shape[0], (uint64_t)captured->event.head);
    do {
        double value = fl_tensor_at(t, index);
        hash = hash_of(&value, sizeof value, hash);
    } while (fl_tensor_next(t, index));
    hash = hash_of(&captured->event.modified, sizeof captured->event.modified, hash);
    return hash_statistics(&captured->stats, t->n_dims, hash);
}

/* What decides the numbers of a run: the prompt, and the patches that are on. */
static uint64_t run_of(const fl_view *view) {
    const fl_view_model *model = &view->options.model;
    size_t n_tokens, n_prompt;
    const int32_t *ids = view->source.tokens(view->source.ctx, &n_tokens, &n_prompt);
    uint64_t hash = hash_of(ids, n_prompt * sizeof *ids, n_prompt);
    for (size_t i = 0; i < model->n_patches; i++)
        hash = hash_of(model->patch_texts[i], strlen(model->patch_texts[i]) + 1, hash);
    return hash;
}

/* ---- every event that was ever met, in any run ---- */

enum { MET = 1 << 17 };
static struct {
    uint64_t run, fingerprint;
    int64_t event;
    bool used;
} met[MET];
static int n_met;

static void meet(fl_view *view, int64_t event) {
    uint64_t run = run_of(view), seen = fingerprint(view, event);
    size_t at = (size_t)hash_of(&event, sizeof event, run) % MET;
    while (met[at].used && (met[at].run != run || met[at].event != event))
        at = (at + 1) % MET;
    if (met[at].used && met[at].fingerprint != seen)
        fail_msg("event %lld is another one than when it was first met", (long long)event);
    n_met += !met[at].used;
    assert_true(n_met < MET / 2);
    met[at].run = run;
    met[at].event = event;
    met[at].fingerprint = seen;
    met[at].used = true;
}

static void forget_met(void) {
    memset(met, 0, sizeof met);
    n_met = 0;
}

/* The furthest event of this run that was met; -1: none was. */
static int64_t last_met(const fl_view *view) {
    uint64_t run = run_of(view);
    int64_t last = -1;
    for (size_t i = 0; i < MET; i++)
        if (met[i].used && met[i].run == run && met[i].event > last)
            last = met[i].event;
    return last;
}

/* Back from the furthest event that was met to the first: those that were met are as they were.
 * The way there is gone in steps that nobody stops. Returns how many there are. */
static int64_t walk_back(fl_view *view) {
    int64_t last = last_met(view);
    for (int64_t at = view->source.computed(view->source.ctx); at <= last; at++)
        fingerprint(view, at);
    for (int64_t at = last; at >= 0; at--)
        meet(view, at);
    return last + 1;
}

/* Forward and back and forward again. */
static void assert_exact(fl_view *view) {
    enum { PLACES = 5 };
    int64_t computed = view->source.computed(view->source.ctx), places[PLACES];
    for (int i = 0; i < PLACES; i++) {
        places[i] = (int64_t)one_of((size_t)computed);
        meet(view, places[i]);
    }
    meet(view, 0);
    meet(view, computed - 1);
    for (int i = 0; i < PLACES; i++)
        meet(view, places[i]);
}

/* ---- memory ---- */

static uint64_t largest_pass;
static int64_t most_events;

/* Of a live run: what is kept stays within the budget, but for one pass that is larger by itself.
 */
static void assert_within_budget(const fl_view *view) {
    bool one_pass;
    uint64_t used = fl_live_used(&view->source, &one_pass);
    int64_t events = view->source.computed(view->source.ctx);
    assert_true(used <= BUDGET || one_pass);
    largest_pass = one_pass && used > largest_pass ? used : largest_pass;
    most_events = events > most_events ? events : most_events;
    tick(NULL, 0);
}

/* Random keys; a `quit` leaves nothing. */
static void press_many(fl_view *view, int steps, bool live) {
    view->options.tick = tick;
    fl_view_resize(view, 80, 24);
    for (int done = 1; done <= steps; done++) {
        on_the_way = 0;
        press_any(view);
        view->left = false;
        assert_sound(view);
        if (live)
            assert_within_budget(view);
        meet(view, view->at);
        if (done % ROUND == 0)
            assert_exact(view);
    }
}

/* Back to the first run, without patches and pages: it is what it was. */
static void come_back(fl_view *view, const char *prompt) {
    char command[64];
    snprintf(command, sizeof command, "prompt %s", prompt);
    fl_view_resize(view, 80, 24);
    fl_view_key(view, FL_KEY_ESCAPE);
    fl_view_command(view, "beside off");
    fl_view_command(view, "unpatch all"); /* none may be left */
    on_the_way = 0;
    assert_true(fl_view_command(view, command));
    assert_sound(view);
}

static void random_keys_over_the_fake_run(void **state) {
    (void)state;
    enum { ROUNDS = 5 };
    seed = 11;
    forget_met();
    for (int round = 0; round < ROUNDS; round++) {
        fl_view *view = fl_scene(80, 24);
        view->canvas.ascii = round % 3 == 2;
        press_many(view, STEPS / ROUNDS, false);
        walk_back(view);
        come_back(view, "The capital of France is");
        walk_back(view);
        fl_view_free(&view);
    }
}

/* Every so many keys the reader comes back to the first run: its events are those met before the
 * first key, and no more memory is taken than was then. */
static void random_keys_over_a_model_that_does_not_fit(void **state) {
    (void)state;
    enum { ROUNDS = 10, FIRST = 400 };
    static const char prompt[] = "The cow says";
    fl_live_scene scene;
    fl_diag diag;
    seed = 12;
    forget_met();
    size_t empty = allocated_bytes();
    assert_int_equal(fl_live_scene_open(&scene, "builtin", prompt, BUDGET, &diag), FL_OK);
    for (int64_t event = 0; event < FIRST; event++)
        meet(scene.view, event);
    come_back(scene.view, prompt);
    size_t before = allocated_bytes(), one_run = before - empty;
    for (int round = 0; round < ROUNDS; round++) {
        press_many(scene.view, STEPS / ROUNDS, true);
        walk_back(scene.view);
        come_back(scene.view, prompt);
        assert_true(allocated_bytes() <= before + GROWTH + ALLOCATED_READY);
        assert_true(walk_back(scene.view) >= FIRST);
        come_back(scene.view, prompt);
    }
    uint64_t run = one_run + (largest_pass > BUDGET ? largest_pass : BUDGET);
    size_t bound = empty + RUNS * (run + (uint64_t)most_events * EVENT_ROOM) + VIEWS;
    assert_true(most_allocated <= bound);
    fl_live_scene_close(&scene);
    assert_true(allocated_bytes() <= empty + ALLOCATED_READY);
}

/* The budget is kept: with room for one pass, the one before is computed again. */
static void what_does_not_fit_is_dropped(void **state) {
    (void)state;
    fl_live_scene scene;
    fl_diag diag;
    assert_int_equal(fl_live_scene_open(&scene, "builtin", "The cow says", BUDGET, &diag), FL_OK);
    fl_scene_keys(scene.view, "5t");
    assert_true(fl_event_at(scene.view, 3)->again);
    fl_live_scene_close(&scene);
}

static bool count(void *ctx, int64_t event) {
    (void)ctx;
    (void)event;
    on_the_way++;
    return true;
}

/* With room for one pass, of one that was dropped a page keeps what it shows: drawn again it
 * computes nothing. */
static void no_page_computes_for_every_drawing(void **state) {
    (void)state;
    static const char *const pages[] = {"cache",       "heads", "rope",    "why", "lens",
                                        "beside pass", "look",  "chances", "map"};
    static const char *const places[] = {"goto attn_norm layer 1 pass 2",
                                         "goto attn_probs layer 2 head 1 pass 2",
                                         "goto logits pass 2"};
    fl_live_scene scene;
    fl_diag diag;
    assert_int_equal(fl_live_scene_open(&scene, "builtin", "The cow says", 1, &diag), FL_OK);
    scene.view->source.set_tick(scene.view->source.ctx, count, NULL);
    fl_view_resize(scene.view, 120, 40);
    fl_scene_keys(scene.view, "3t");
    for (size_t place = 0; place < sizeof places / sizeof *places; place++)
        for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
            fl_view_command(scene.view, places[place]);
            fl_view_command(scene.view, pages[i]);
            do /* the lens is drawn piece by piece */
                fl_view_draw(scene.view);
            while (scene.view->unfinished);
            on_the_way = 0;
            for (int again = 0; again < 3; again++)
                fl_view_draw(scene.view);
            if (on_the_way > 0)
                fail_msg("%s, %s: %d events computed to draw it again", places[place], pages[i],
                         (int)on_the_way);
            fl_scene_keys(scene.view, "<esc>");
        }
    fl_live_scene_close(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_keys_over_the_fake_run),
        cmocka_unit_test(random_keys_over_a_model_that_does_not_fit),
        cmocka_unit_test(what_does_not_fit_is_dropped),
        cmocka_unit_test(no_page_computes_for_every_drawing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
