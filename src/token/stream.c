/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * Whether bytes may still become a character follows the table of well-formed UTF-8 in the Unicode
 * Standard, section 3.9 (table 3-7): the first byte fixes the length and the range of the second.
 */
#include "token/stream.h"

#include <stdint.h>

/* Length of the character this byte begins, 0 if none. */
static size_t promised(uint8_t first) {
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return 2;
    if (first >= 0xe0 && first <= 0xef)
        return 3;
    return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

static bool second_fits(uint8_t first, uint8_t second) {
    uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    return second >= low && second <= high;
}

/* May `byte` follow what is held, which begins a character and does not complete it? */
static bool goes_on(const fl_utf8_stream *stream, uint8_t byte) {
    if (stream->n_held == 1)
        return second_fits((uint8_t)stream->held[0], byte);
    return byte >= 0x80 && byte <= 0xbf;
}

void fl_utf8_stream_feed(fl_utf8_stream *stream, const char *bytes, size_t length, fl_buffer *out) {
    for (size_t i = 0; i < length; i++) {
        uint8_t byte = (uint8_t)bytes[i];
        if (stream->n_held && !goes_on(stream, byte))
            fl_utf8_stream_flush(stream, out);
        stream->held[stream->n_held++] = bytes[i];
        /* An impossible first byte promises 0 and goes out at once, like a plain one. */
        if (stream->n_held >= promised((uint8_t)stream->held[0]))
            fl_utf8_stream_flush(stream, out);
    }
}

void fl_utf8_stream_flush(fl_utf8_stream *stream, fl_buffer *out) {
    fl_buffer_add(out, stream->held, stream->n_held);
    stream->n_held = 0;
}
