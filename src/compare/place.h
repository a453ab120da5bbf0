/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Where in a run a tensor belongs, found from its name in any dialect.
 */
#ifndef FL_COMPARE_PLACE_H
#define FL_COMPARE_PLACE_H

#include <footlight/tables.h>

/* One stage of one layer of one pass, all heads together. */
typedef struct fl_place {
    int32_t pass;
    fl_stage stage;
    int32_t layer; /* -1 where it has none */
} fl_place;

/* Below, equal or above 0 as `a` comes before, at or after `b` in execution order. */
int fl_place_order(const fl_place *a, const fl_place *b);

/* What stands before a stage's name, and the head it may end with. */
typedef struct fl_named {
    fl_place place;
    int32_t head; /* of `NAME.head.3`; -1: all heads, or no heads */
} fl_named;

/* Finds the stage that a tensor's name means in a model of `n_layers` layers: any dialect, with or
 * without `pass.N.` before it. False if it means none. */
bool fl_place_of_name(const char *name, int32_t n_layers, fl_named *out);
/* Least number of layers a model has in which a tensor of this name can be. */
int32_t fl_layers_of_name(const char *name);

#endif
