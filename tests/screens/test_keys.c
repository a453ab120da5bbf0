/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Ten thousand random keys, made from the tables of keys, verbs and stages: over the fake run, and
 * over the built-in model with too little memory to keep it. Whatever was pressed, an event that is
 * asked for again has the same numbers.
 */
#include "test.h"

#include "base/rng.h"
#include "engine/live.h"
#include "screens/live.h"
#include "view/scene.h"
#include "view/state.h"

enum { BUDGET = 256 << 10, STEPS = 5000, ROUND = 100, LONGEST_WAY = 300 };

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

/* Of every number of an event, bit for bit. */
static uint64_t fingerprint(fl_view *view, int64_t event) {
    uint64_t hash = 14695981039346656037u;
    const fl_captured *captured = fl_event_at(view, event);
    assert_non_null(captured);
    const fl_tensor *t = &captured->event.tensor;
    int64_t index[FL_MAX_DIMS] = {0};
    for (int64_t n = fl_tensor_count(t); n > 0; n--) {
        double value = fl_tensor_at(t, index);
        uint64_t bits;
        memcpy(&bits, &value, sizeof bits);
        hash = (hash ^ bits) * 1099511628211u;
        for (int i = t->n_dims - 1; i >= 0 && ++index[i] == t->shape[i]; i--)
            index[i] = 0;
    }
    return hash;
}

/* Forward and back and forward again: the same numbers every time. */
static void assert_exact(fl_view *view) {
    enum { PLACES = 5 };
    int64_t computed = view->source.computed(view->source.ctx), places[PLACES];
    uint64_t seen[PLACES];
    for (int i = 0; i < PLACES; i++) {
        places[i] = (int64_t)one_of((size_t)computed);
        seen[i] = fingerprint(view, places[i]);
    }
    fingerprint(view, 0);
    fingerprint(view, computed - 1);
    for (int i = 0; i < PLACES; i++)
        assert_true(fingerprint(view, places[i]) == seen[i]);
}

static int64_t on_the_way;

static bool tick(void *ctx, int64_t event) {
    (void)ctx;
    (void)event;
    return ++on_the_way < LONGEST_WAY; /* as Ctrl-C stops a long one */
}

/* Of a live run: what is kept stays within the budget, but for one pass that is larger by itself.
 */
static void assert_within_budget(const fl_view *view) {
    bool one_pass;
    assert_true(fl_live_used(&view->source, &one_pass) <= BUDGET || one_pass);
}

/* Random keys until the steps are over or a `quit` has left. */
static int press_many(fl_view *view, int steps, bool live) {
    int done = 0;
    view->options.tick = tick;
    fl_view_resize(view, 80, 24);
    while (done < steps && !view->left) {
        on_the_way = 0;
        press_any(view);
        if (view->left)
            break;
        assert_sound(view);
        if (live)
            assert_within_budget(view);
        if (++done % ROUND == 0)
            assert_exact(view);
    }
    return done;
}

static void random_keys_over_the_fake_run(void **state) {
    (void)state;
    seed = 11;
    for (int done = 0, round = 0; done < STEPS; round++) {
        fl_view *view = fl_scene(80, 24);
        view->canvas.ascii = round % 3 == 2;
        done += press_many(view, STEPS - done, false);
        fl_view_free(&view);
    }
}

static void random_keys_over_a_model_that_does_not_fit(void **state) {
    (void)state;
    seed = 12;
    for (int done = 0; done < STEPS;) {
        fl_live_scene scene;
        fl_diag diag;
        assert_int_equal(fl_live_scene_open(&scene, "builtin", "The cow says", BUDGET, &diag),
                         FL_OK);
        done += press_many(scene.view, STEPS - done, true);
        fl_live_scene_close(&scene);
    }
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_keys_over_the_fake_run),
        cmocka_unit_test(random_keys_over_a_model_that_does_not_fit),
        cmocka_unit_test(what_does_not_fit_is_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
