/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The next stage that is called something: by its own name where any stage of the pass has such a
 * one, else by a name it has elsewhere, which is said. Large and small letters are alike.
 */
#include "view/goto.h"

#include <stdio.h>
#include <string.h>

/* How what was typed names a stage, best first. */
typedef enum spelling { OWN, ELSEWHERE, ALIAS, SPELLINGS } spelling;

/* A glob of small letters, and where a stage has such a name it is kept. */
typedef struct sought {
    char pattern[96];
    spelling how;
    fl_dialect dialect; /* of the name found elsewhere */
    char name[128];
} sought;

static void lower(char *text) {
    for (; *text; text++)
        if (*text >= 'A' && *text <= 'Z')
            *text += 'a' - 'A';
}

static bool fits_name(const char *pattern, const char *name) {
    char small[128];
    snprintf(small, sizeof small, "%s", name);
    lower(small);
    return fl_glob(pattern, small);
}

static bool fits_elsewhere(sought *s, const fl_step *step) {
    for (int d = 0; d < FL_DIALECT_COUNT; d++) {
        if (!fl_stage_get_info(step->stage)->names[d])
            continue;
        fl_stage_name(step->stage, step->layer, (fl_dialect)d, s->name, sizeof s->name);
        s->dialect = (fl_dialect)d;
        if (fits_name(s->pattern, s->name))
            return true;
    }
    return false;
}

static bool fits(const fl_view *view, const fl_pass *pass, const fl_step *step, void *ctx) {
    sought *s = ctx;
    if (step->head >= 0 && step->head != fl_over_head(view))
        return false;
    if (s->how == OWN)
        return fits_name(s->pattern, fl_stage_get_info(step->stage)->id);
    if (s->how == ELSEWHERE)
        return fits_elsewhere(s, step);
    return fl_stage_match(s->pattern, step->stage, step->layer, (int32_t)pass->dims.L);
}

static void say_name(fl_view *view, const sought *s) {
    fl_pass pass = fl_here_pass(view);
    const char *id = fl_stage_get_info(fl_plan_step(pass.plan, view->at - pass.first)->stage)->id;
    if (s->how == ELSEWHERE)
        fl_say(view, "%s (%s in %s)", id, s->name, fl_dialect_name(s->dialect));
    else if (s->how == ALIAS)
        fl_say(view, "%s, which \"%s\" means elsewhere", id, view->found);
}

/* The event that is `count` finds away, -1 if there is none. */
static int64_t seek(fl_view *view, sought *s, int64_t by) {
    fl_pass pass = fl_here_pass(view);
    int64_t from = view->at, count = by < 0 ? -by : by;
    for (int64_t i = 0; i < count && from >= 0; i++)
        from = fl_find_around(view, &pass, from, by < 0 ? -1 : 1, fits, s);
    return from;
}

static bool search(fl_view *view, fl_verb verb, int64_t by) {
    sought s = {.how = OWN};
    bool glob = strpbrk(view->found, "*?.:") != NULL;
    int64_t event = -1;
    (void)verb;
    snprintf(s.pattern, sizeof s.pattern, glob ? "%s" : "*%s*", view->found);
    lower(s.pattern);
    for (int i = OWN; i < SPELLINGS && event < 0; i++) {
        s.how = (spelling)i;
        event = seek(view, &s, by);
    }
    if (event < 0) {
        fl_say(view, "no stage of this pass holds \"%s\"; M, the map, shows those there are",
               view->found);
        return false;
    }
    fl_view_jump(view, event);
    if (view->at == event)
        say_name(view, &s);
    return view->at == event;
}
FL_FORTH_AND_BACK(search_next, search_before, search)
