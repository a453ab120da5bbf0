/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Files linked into the program, by name; the table is bundle.def. All bytes are static.
 */
#ifndef FL_MODEL_BUNDLE_H
#define FL_MODEL_BUNDLE_H

#include "model/reader.h"

/* The bytes of a bundled model or plan; false if no such name is bundled. */
bool fl_bundled_find(const char *name, fl_bytes *out);
/* A bundled text ("prompts"), NUL-terminated; NULL if there is none. */
const char *fl_bundled_text(const char *name);

#endif
