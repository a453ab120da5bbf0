/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * A read-only view of a whole file. Directories, FIFOs, devices and unreadable files are refused
 * with a message, and so is what stands for a file of Git LFS; opening never blocks on them. An
 * empty file maps to length 0.
 */
#ifndef FL_BASE_MAP_H
#define FL_BASE_MAP_H

#include "base/text.h"

#include <footlight/status.h>
#include <stdbool.h>

typedef struct fl_map {
    const uint8_t *bytes;
    uint64_t length;
} fl_map;

/* Sets the diag's subject to `path`. Undo with fl_map_close. */
fl_status fl_map_open(fl_map *map, const char *path, fl_diag *diag);
void fl_map_close(fl_map *map);

/* What is to be said, as a whole line, when the bytes at this address of a mapped file can no
 * longer be had; NULL: no file is known to lie there. May be called by a signal handler. */
const char *fl_map_lost_line(const void *address);

bool fl_path_is_directory(const char *path);
/* Is there anything of that name, a link to nothing and what may not be looked at included? */
bool fl_path_exists(const char *path);
/* The first name in a folder, in the order of bytes, that begins and ends so; false: none. */
bool fl_folder_find(const char *path, const char *beginning, const char *ending, fl_buffer *name);
/* Do both lead to one regular file, through whatever links? */
bool fl_path_is_same(const char *a, const char *b);

#endif
