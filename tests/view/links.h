/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Derivations tried out: what is recomputed against what the engine has, and where links lead.
 */
#ifndef FL_TESTS_LINKS_H
#define FL_TESTS_LINKS_H

#include "view/why.h"

/* Is the number under the cursor one that has to be recomputed? */
bool fl_must_be_recomputed(const fl_view *view, const fl_why *why);
/* Recomputed it agrees within `relative` of the event's largest magnitude; the terms of a sum and
 * what is left out add up to it. The test fails if not. */
void fl_assert_recomputed(fl_view *view, double relative);
/* Follows a link and comes back: it shows the cell it names, with the value that the derivation
 * used, and the way back leads to the same cell and line. False if there is no link. */
bool fl_assert_link(fl_view *view, int item, int side);

#endif
