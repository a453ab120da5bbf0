/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Reading JSON piece by piece, without a tree: headers may be 100 MB, and what nobody asked for
 * costs no memory. Strict JSON in UTF-8: no literal but true, false and null, no lone surrogate, no
 * NUL in a string. The grammar around the pieces is the caller's, so depth is the caller's too;
 * only fl_scan_skip recurses, at most FL_SCAN_DEPTH deep.
 */
#ifndef FL_BASE_JSON_SCAN_H
#define FL_BASE_JSON_SCAN_H

#include <footlight/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FL_SCAN_DEPTH = 64 };

typedef struct fl_scan {
    const char *text;
    size_t length, at;
    uint64_t base;     /* byte of the file that the text begins at, for messages */
    char *room;        /* where the next string goes; the text's length is room enough for all */
    size_t containers; /* objects and lists that fl_scan_skip went through */
    fl_diag *diag;
} fl_scan;

/* Fails at the place reached: "found X, expected `expected`". */
fl_status fl_scan_fail(const fl_scan *scan, const char *expected);
/* Is this the next character after white space? Then it is taken. */
bool fl_scan_take(fl_scan *scan, char wanted);
/* The next character after white space, '\0' at the end. */
char fl_scan_peek(fl_scan *scan);
fl_status fl_scan_expect(fl_scan *scan, char wanted, const char *expected);
/* After one member of an object or list: a comma goes on, `end` ends. */
fl_status fl_scan_next(fl_scan *scan, char end, bool *more);
/* A string, decoded and NUL-terminated into `room`; with `room` NULL only checked, and *out NULL.
 */
fl_status fl_scan_string(fl_scan *scan, const char **out);
/* A key and its colon. */
fl_status fl_scan_key(fl_scan *scan, const char **out);
/* A whole number from 0 to `most`, written without sign, fraction or exponent. */
fl_status fl_scan_count(fl_scan *scan, uint64_t most, uint64_t *out);
fl_status fl_scan_bool(fl_scan *scan, bool *out);
/* The word null: then it is taken. */
bool fl_scan_null(fl_scan *scan);
/* Any value. */
fl_status fl_scan_skip(fl_scan *scan);
/* Nothing may follow but these characters. */
fl_status fl_scan_end(fl_scan *scan, const char *allowed);

#endif
