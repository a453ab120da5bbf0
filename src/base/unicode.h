/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * What Unicode says about characters, for tokenizers.
 */
#ifndef FL_BASE_UNICODE_H
#define FL_BASE_UNICODE_H

#include "base/text.h"

#include <stdint.h>

/* Letters are L*, digits N*, blanks what has the White_Space property, other than line feed and
 * carriage return; everything else, combining marks too, is a sign. */
typedef enum fl_char_kind {
    FL_CHAR_LETTER,
    FL_CHAR_DIGIT,
    FL_CHAR_SIGN,
    FL_CHAR_BLANK,
    FL_CHAR_LINE_END
} fl_char_kind;

fl_char_kind fl_char_kind_of(uint32_t code);

/* Normalization form C. Could it differ from the text? A quick look, often wrong about yes. */
bool fl_may_compose(const char *text, size_t length);
/* Adds the text in that form; bytes that are no character stay as they are. In time n log n at
 * most, whatever the order of the marks. */
void fl_compose(fl_buffer *out, const char *text, size_t length);

#endif
