/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * The terminal put right from within a signal handler, with what was written down while all was
 * well. One terminal, that of the standard streams.
 */
#ifndef FL_BASE_RESCUE_H
#define FL_BASE_RESCUE_H

#include <stddef.h>

/* Before anything changes: notes the terminal's modes, and no bytes. */
void fl_rescue_start(void);
/* Adds bytes to write; what finds no room any more is left out. */
void fl_rescue_add(const char *bytes, size_t length);
/* Writes the bytes and sets the modes; may be called by a signal handler, before the start too. */
void fl_rescue(void);

#endif
