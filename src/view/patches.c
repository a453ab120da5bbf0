/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The patches of the run: where they strike, and changing them. A change starts the run over with
 * the same tokens and goes to the event that was shown; the run without patches is kept, to compare
 * with and to come back to.
 */
#include "view/cursor.h"
#include "view/panels.h"

#include "base/diag.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- where patches strike ---- */

static bool is_cached(const fl_patch *patch) {
    return patch->target == FL_PATCH_KEY || patch->target == FL_PATCH_VALUE;
}

static fl_stage stage_struck(const fl_patch *patch) {
    static const fl_stage stages[] = {
        [FL_PATCH_HEAD] = FL_STAGE_attn_head,    [FL_PATCH_ATTENTION] = FL_STAGE_attn_out,
        [FL_PATCH_FEED_FORWARD] = FL_STAGE_down, [FL_PATCH_NEURON] = FL_STAGE_swiglu,
        [FL_PATCH_KEY] = FL_STAGE_k_cache,       [FL_PATCH_VALUE] = FL_STAGE_v_cache};
    return stages[patch->target];
}

bool fl_patch_strikes(const fl_patch *patch, const fl_step *step, const fl_dims *dims) {
    if (patch->layer != step->layer || stage_struck(patch) != step->stage)
        return false;
    if (is_cached(patch))
        return patch->place >= dims->P && patch->place < dims->P + dims->T;
    return patch->target != FL_PATCH_HEAD || patch->head == step->head;
}

bool fl_patch_reaches(const fl_patch *patch, const fl_event *event) {
    if (is_cached(patch) && patch->place >= event->past + event->new_tokens)
        return false;
    /* later passes read a cache that it went into */
    if (is_cached(patch) ? patch->place < event->past : event->pass > 0)
        return true;
    if (event->layer < 0)
        return event->stage >= FL_STAGE_final_norm_rms;
    if (event->layer != patch->layer || event->stage != stage_struck(patch))
        return event->layer > patch->layer ||
               (event->layer == patch->layer && event->stage > stage_struck(patch));
    return patch->target != FL_PATCH_HEAD || event->head == patch->head;
}

static bool hits_cell(const fl_view *view, const fl_patch *patch, const fl_event *event,
                      const int64_t *index) {
    const fl_hparams *h = view->options.model.hparams;
    if (patch->layer != event->layer || stage_struck(patch) != event->stage)
        return false;
    if (patch->target == FL_PATCH_HEAD)
        return patch->head == event->head;
    if (patch->target == FL_PATCH_NEURON)
        return patch->place == index[2];
    int64_t group = h->num_attention_heads / h->num_key_value_heads;
    return !is_cached(patch) ||
           (patch->place == index[2] && (patch->head < 0 || patch->head / group == index[1]));
}

double fl_patched_by(const fl_view *view, const fl_event *event, const int64_t *index) {
    const fl_view_model *model = &view->options.model;
    double factor = 1;
    for (size_t i = 0; i < model->n_patches; i++)
        if (hits_cell(view, &model->patches[i], event, index))
            factor *= (double)model->patches[i].scale;
    return factor;
}

bool fl_patch_marks(const fl_view *view, const fl_pass *pass, const fl_step *step) {
    const fl_view_model *model = &view->options.model;
    for (size_t i = 0; i < model->n_patches; i++)
        if (fl_patch_strikes(&model->patches[i], step, &pass->dims))
            return true;
    return false;
}

bool fl_patched_here(fl_view *view) {
    fl_pass pass = fl_here_pass(view);
    return fl_patch_marks(view, &pass, fl_plan_step(pass.plan, view->at - pass.first));
}

/* ---- the list ---- */

/* Number of the patch of that place; how many there are if there is none. */
static int find(const fl_patch_list *list, const fl_patch *patch, const fl_hparams *hparams) {
    int i = 0;
    while (i < list->count && !fl_patch_same_place(&list->items[i].patch, patch, hparams))
        i++;
    return i;
}

const fl_patch_list *fl_patches_now(const fl_view *view) {
    return &view->whatif.history[view->whatif.now];
}

/* Those that are on. */
static size_t patches_on(const fl_patch_list *list, fl_patch on[FL_PATCHES]) {
    size_t n = 0;
    for (int i = 0; i < list->count; i++)
        if (!list->items[i].off)
            on[n++] = list->items[i].patch;
    return n;
}

/* What everybody else reads of the patches: those that are on, and their words. */
static void publish(fl_view *view) {
    fl_whatif *w = &view->whatif;
    fl_view_model *model = &view->options.model;
    model->n_patches = patches_on(fl_patches_now(view), w->on);
    model->patches = w->on;
    model->patch_texts = w->texts;
    for (size_t i = 0; i < model->n_patches; i++) {
        fl_patch_print(&w->on[i], w->words[i], sizeof w->words[i]);
        w->texts[i] = w->words[i];
    }
}

/* One place has one patch; more than there is room for the command line does not take. */
static void take_over(fl_patch_list *list, const fl_patch *patch, const fl_hparams *hparams) {
    int at = find(list, patch, hparams);
    if (at < FL_PATCHES)
        list->items[at].patch = *patch;
    list->count += at == list->count && at < FL_PATCHES;
}

void fl_patches_init(fl_view *view) {
    fl_patch_list *list = &view->whatif.history[0];
    const fl_view_model *model = &view->options.model;
    for (size_t i = 0; i < model->n_patches; i++)
        take_over(list, &model->patches[i], model->hparams);
    view->whatif.stopped = view->whatif.before.event = -1;
    publish(view);
}

static void free_source(fl_source *source) {
    if (source->free)
        source->free(source->ctx);
    *source = (fl_source){0};
}

void fl_patches_done(fl_view *view) {
    free_source(&view->whatif.base);
}

/* ---- another run ---- */

/* A run over the tokens that `like` began with, its first event computed. */
static bool start(const fl_view *view, const fl_source *like, const fl_patch_list *list,
                  fl_source *out, fl_diag *diag) {
    fl_patch on[FL_PATCHES];
    size_t n_tokens, n_prompt, n = patches_on(list, on);
    const int32_t *ids = like->tokens(like->ctx, &n_tokens, &n_prompt);
    fl_diag_init(diag, NULL);
    fl_status status =
        view->options.patched(view->options.restart_ctx, ids, n_prompt, on, n, out, diag);
    if (status == FL_OK && out->get(out->ctx, 0, diag))
        return true;
    if (status == FL_OK)
        free_source(out);
    return false;
}

/* As `source`, with the patches that are on; the same where there are none. */
static bool with_patches(const fl_view *view, const fl_source *source, fl_source *out,
                         fl_diag *diag) {
    *out = *source;
    return view->options.model.n_patches == 0 || !view->options.patched ||
           start(view, source, fl_patches_now(view), out, diag);
}

bool fl_patches_apply(const fl_view *view, fl_source *source, fl_diag *diag) {
    fl_source patched;
    if (!with_patches(view, source, &patched, diag))
        return false;
    if (patched.ctx != source->ctx)
        free_source(source);
    *source = patched;
    return true;
}

bool fl_patches_adopt(fl_view *view, fl_source *source, fl_diag *diag) {
    fl_source patched;
    fl_whatif *w = &view->whatif;
    if (!with_patches(view, source, &patched, diag))
        return false;
    free_source(&w->base);
    free_source(&view->source);
    if (patched.ctx != source->ctx)
        w->base = *source;
    view->source = patched;
    w->stopped = w->before.event = -1;
    return true;
}

/* The run of a list in place of the one that is shown. The one without patches stays. */
static bool exchange(fl_view *view, const fl_patch_list *list) {
    fl_diag diag;
    fl_patch on[FL_PATCHES];
    fl_whatif *w = &view->whatif;
    fl_source source = w->base;
    bool none = patches_on(list, on) == 0;
    if (none && source.free) {
        w->base = (fl_source){0};
    } else if (!start(view, &view->source, list, &source, &diag)) {
        fl_say(view, "%s", diag.message[0] ? diag.message : "this run cannot be started");
        return false;
    }
    if (view->options.model.n_patches == 0)
        w->base = view->source;
    else
        view->source.free(view->source.ctx);
    view->source = source;
    return true;
}

static bool same_effect(const fl_view *view, const fl_patch_list *a, const fl_patch_list *b) {
    fl_patch on_a[FL_PATCHES], on_b[FL_PATCHES];
    size_t n = patches_on(a, on_a);
    if (n != patches_on(b, on_b))
        return false;
    for (size_t i = 0; i < n; i++)
        if (on_a[i].scale != on_b[i].scale ||
            !fl_patch_same_place(&on_a[i], &on_b[i], view->options.model.hparams))
            return false;
    return true;
}

/* Goes to the list at `now` of the history. What the reader has chosen by hand stays: the event,
 * cursor, breakpoints, page. */
static bool go_to(fl_view *view, int now) {
    fl_whatif *w = &view->whatif;
    int64_t at = view->at, pick = view->program_pick;
    if (!same_effect(view, &w->history[w->now], &w->history[now])) {
        if (!exchange(view, &w->history[now]))
            return false;
        fl_watch_source(view);
        fl_forget_values(view);
        view->at = 0;
    }
    w->now = now;
    w->stopped = -1;
    publish(view);
    int items = w->history[now].count;
    if (view->page == FL_PAGE_patches && view->pick >= items)
        view->pick = items > 0 ? items - 1 : 0;
    bool shown = fl_view_show(view, at);
    view->program_pick = pick;
    return shown;
}

/* A list that was not there before; what redo would have brought is forgotten. */
static bool change_to(fl_view *view, const fl_patch_list *list) {
    fl_whatif *w = &view->whatif;
    fl_patch_list changed = *list;
    if (w->now == FL_CHANGES - 1) {
        memmove(w->history, w->history + 1, (FL_CHANGES - 1) * sizeof w->history[0]);
        w->now--;
    }
    w->history[w->now + 1] = changed;
    bool done = go_to(view, w->now + 1);
    w->last = w->now; /* the old one where no run could be started with the new one */
    return done;
}

/* ---- words for what was done ---- */

/* "; k/v head 0, which heads 0 to 1 read", where a query head stands for it. */
static void add_sharers(const fl_view *view, const fl_patch *patch, fl_buffer *out) {
    const fl_hparams *h = view->options.model.hparams;
    int64_t group = h->num_attention_heads / h->num_key_value_heads, kv = patch->head / group;
    if (!is_cached(patch) || patch->head < 0)
        return;
    fl_buffer_printf(out, ": k/v head %" PRId64, kv);
    if (group > 1)
        fl_buffer_printf(out, ", which heads %" PRId64 " to %" PRId64 " share", kv * group,
                         (kv + 1) * group - 1);
}

static void say_patched(fl_view *view, const fl_patch *patch) {
    fl_buffer said = {0};
    char words[FL_PATCH_WORDS], piece[64];
    fl_patch_print(patch, words, sizeof words);
    fl_buffer_printf(&said, "patched: %s", words);
    if (is_cached(patch))
        fl_buffer_printf(&said, " (\"%s\")", fl_token_at(view, piece, sizeof piece, patch->place));
    add_sharers(view, patch, &said);
    fl_buffer_puts(&said, "; u takes it back (undo), W compares (whatif)");
    fl_say(view, "%s", said.data ? said.data : "");
    fl_buffer_done(&said);
}

/* ---- verbs ---- */

/* What is kept of a token can be changed where there is a token. */
static bool is_read(fl_view *view, const fl_patch *patch) {
    size_t n_tokens, n_prompt;
    view->source.tokens(view->source.ctx, &n_tokens, &n_prompt);
    if (!is_cached(patch) || (size_t)patch->place < n_tokens)
        return true;
    fl_say(view,
           "patch of position %" PRId32
           ", but the text has tokens 0 to %zu so far: it would change "
           "nothing",
           patch->place, n_tokens - 1);
    return false;
}

/* One place has one patch: the new one takes the old one's number. */
static bool put(fl_view *view, const fl_patch *patch) {
    fl_patch_list list = *fl_patches_now(view);
    int at = find(&list, patch, view->options.model.hparams);
    if (at == FL_PATCHES) {
        fl_say(view, "there are %d patches already: take one away first", FL_PATCHES);
        return false;
    }
    list.count += at == list.count;
    list.items[at].patch = *patch;
    list.items[at].off = false;
    if (!change_to(view, &list))
        return false;
    say_patched(view, patch);
    return true;
}

static bool take_away(fl_view *view, int number) {
    fl_patch_list list = *fl_patches_now(view);
    char words[FL_PATCH_WORDS];
    fl_patch_print(&list.items[number].patch, words, sizeof words);
    list.count--;
    memmove(&list.items[number], &list.items[number + 1],
            (size_t)(list.count - number) * sizeof list.items[0]);
    if (!change_to(view, &list))
        return false;
    fl_say(view, "taken away: %s", words);
    return true;
}

bool fl_patches_remove(fl_view *view, const char *text) {
    char *end;
    fl_patch_list none = {0};
    int count = fl_patches_now(view)->count;
    long number = *text                           ? strtol(text, &end, 10)
                  : view->page == FL_PAGE_patches ? view->pick
                  : count == 1                    ? 0
                                                  : -1;
    if (strcmp(text, "all") == 0) {
        if (!change_to(view, &none))
            return false;
        fl_say(view, "no patch is left: the run is the model's own");
        return true;
    }
    if ((*text && (end == text || *end)) || number < 0 || number >= count) {
        fl_say(view, "there are patches 0 to %d, or all", count - 1);
        return false;
    }
    return take_away(view, (int)number);
}

void fl_patches_choose(fl_view *view) {
    fl_patch_list list = *fl_patches_now(view);
    char words[FL_PATCH_WORDS];
    if (view->pick >= list.count)
        return;
    fl_patch_print(&list.items[view->pick].patch, words, sizeof words);
    list.items[view->pick].off = !list.items[view->pick].off;
    bool off = list.items[view->pick].off;
    if (change_to(view, &list))
        fl_say(view, "switched %s: %s", off ? "off" : "on", words);
}

bool fl_do_patch(fl_view *view, int64_t count, const char *text) {
    fl_diag diag;
    fl_patch patch;
    (void)count;
    fl_diag_init(&diag, NULL);
    if (fl_patch_parse(text, &patch, &diag) == FL_OK)
        return is_read(view, &patch) && put(view, &patch);
    const fl_hparams *h = view->options.model.hparams;
    fl_say(view, "%s; there are layers 0 to %" PRId64 ", heads 0 to %" PRId64, diag.message,
           h->num_hidden_layers - 1, h->num_attention_heads - 1);
    return false;
}

bool fl_do_unpatch(fl_view *view, int64_t count, const char *text) {
    (void)count;
    return fl_patches_remove(view, text);
}

/* What of a stage can be taken out by itself. */
static const struct {
    fl_stage stage;
    fl_patch_target target;
} targets[] = {
    {FL_STAGE_attn_scores, FL_PATCH_HEAD},  {FL_STAGE_attn_probs, FL_PATCH_HEAD},
    {FL_STAGE_attn_head, FL_PATCH_HEAD},    {FL_STAGE_attn_out, FL_PATCH_ATTENTION},
    {FL_STAGE_down, FL_PATCH_FEED_FORWARD}, {FL_STAGE_gate, FL_PATCH_NEURON},
    {FL_STAGE_up, FL_PATCH_NEURON},         {FL_STAGE_silu, FL_PATCH_NEURON},
    {FL_STAGE_swiglu, FL_PATCH_NEURON},     {FL_STAGE_k, FL_PATCH_KEY},
    {FL_STAGE_k_norm, FL_PATCH_KEY},        {FL_STAGE_k_rope, FL_PATCH_KEY},
    {FL_STAGE_k_cache, FL_PATCH_KEY},       {FL_STAGE_v, FL_PATCH_VALUE},
    {FL_STAGE_v_cache, FL_PATCH_VALUE},
};
enum { TARGETS = sizeof targets / sizeof *targets };

/* What stands under the cursor as something that can be taken out; false: nothing does. */
static bool find_target(fl_view *view, fl_patch *patch) {
    enum { NONE = -1 };
    size_t i = 0;
    const fl_captured *here = fl_here(view);
    if (!here || here->event.layer < 0)
        return false;
    fl_place place = fl_cursor_place(view, here);
    const fl_event *event = &fl_here(view)->event;
    *patch = (fl_patch){.layer = event->layer, .head = NONE};
    while (i < TARGETS && targets[i].stage != event->stage)
        i++;
    if (i == TARGETS)
        return false;
    patch->target = targets[i].target;
    if (patch->target == FL_PATCH_HEAD)
        patch->head = event->head;
    else if (patch->target == FL_PATCH_NEURON)
        patch->place = (int32_t)place.col;
    else if (is_cached(patch))
        patch->place = (int32_t)fl_position_of(event, fl_grid_of(event).row_dim, place.row);
    return true;
}

bool fl_do_ablate(fl_view *view, int64_t count, const char *text) {
    fl_patch patch;
    (void)count;
    (void)text;
    if (!find_target(view, &patch))
        return false;
    const fl_patch_list *list = fl_patches_now(view);
    int at = find(list, &patch, view->options.model.hparams);
    bool gone = at < list->count && !list->items[at].off && list->items[at].patch.scale == 0;
    return gone ? take_away(view, at) : put(view, &patch);
}

static void add_patches(const fl_view_model *model, const char *before, fl_buffer *out) {
    for (size_t i = 0; i < model->n_patches; i++)
        fl_buffer_printf(out, "%s%s", i ? ", " : before, model->patch_texts[i]);
}

void fl_say_patches_stay(fl_view *view) {
    fl_buffer said = {0};
    add_patches(&view->options.model, "the patch is still on: ", &said);
    if (said.data)
        fl_say(view, "%s; u takes it back", said.data);
    fl_buffer_done(&said);
}

static bool go_through_history(fl_view *view, int by, const char *what) {
    fl_buffer said = {0};
    if (!go_to(view, view->whatif.now + by))
        return false;
    const fl_view_model *model = &view->options.model;
    fl_buffer_printf(&said, "%s: ", what);
    add_patches(model, "patched are ", &said);
    if (model->n_patches == 0)
        fl_buffer_puts(&said, "no patch is on, the run is the model's own");
    if (by < 0 && view->whatif.now > 0)
        fl_buffer_puts(&said, "; u again takes back the change before that");
    fl_say(view, "%s", said.data ? said.data : what);
    fl_buffer_done(&said);
    return true;
}

bool fl_do_undo(fl_view *view, int64_t count, const char *text) {
    int now = view->whatif.now;
    (void)text;
    return go_through_history(view, count < now ? -(int)count : -now, "undone");
}

bool fl_do_redo(fl_view *view, int64_t count, const char *text) {
    int left = view->whatif.last - view->whatif.now;
    (void)text;
    return go_through_history(view, count < left ? (int)count : left, "done again");
}

const char *fl_patches_hindrance(fl_view *view, fl_verb verb) {
    fl_patch patch;
    const fl_whatif *w = &view->whatif;
    if (!view->options.patched)
        return "this run cannot be patched here";
    if (verb == FL_VERB_unpatch && fl_patches_now(view)->count == 0)
        return "there is no patch to take away";
    if (verb == FL_VERB_undo && w->now == 0)
        return "there is no patch to undo";
    if (verb == FL_VERB_redo && w->now == w->last)
        return "nothing was undone";
    if (verb == FL_VERB_ablate && !find_target(view, &patch))
        return "nothing here can be taken out by itself; in attn_probs a head can, in swiglu a "
               "neuron, in k_cache a key";
    return NULL;
}
