/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Decoded bytes to whole characters, for showing text while it is generated: one token may be a
 * single byte of a character.
 */
#ifndef FL_TOKEN_STREAM_H
#define FL_TOKEN_STREAM_H

#include "base/text.h"

/* Begins as {0}. */
typedef struct fl_utf8_stream {
    char held[4]; /* the beginning of a character */
    size_t n_held;
} fl_utf8_stream;

/* Adds to `out` all that can be shown now: whole characters, and bytes that no further byte can
 * make valid, as they are. The beginning of a character at the end is kept for the next call. */
void fl_utf8_stream_feed(fl_utf8_stream *stream, const char *bytes, size_t length, fl_buffer *out);
/* At the end of the text: adds what is still held, as it is. */
void fl_utf8_stream_flush(fl_utf8_stream *stream, fl_buffer *out);

#endif
