/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Everything at once. The way through: fl_model_open, fl_tokenizer_new and fl_encode for the
 * prompt, fl_session_new, then fl_session_step until FL_DONE; src/example/shapes.c does it in a
 * page.
 */
#ifndef FOOTLIGHT_FOOTLIGHT_H
#define FOOTLIGHT_FOOTLIGHT_H

#include <footlight/event.h>
#include <footlight/hparams.h>
#include <footlight/model.h>
#include <footlight/plan.h>
#include <footlight/session.h>
#include <footlight/status.h>
#include <footlight/tables.h>
#include <footlight/tensor.h>
#include <footlight/tokenizer.h>

#endif
