/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
#include "base/unicode.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

fl_char_kind fl_char_kind_of(uint32_t code) {
    if (code == '\n' || code == '\r')
        return FL_CHAR_LINE_END;
    if ((code >= '\t' && code <= '\r') || code == 0x85)
        return FL_CHAR_BLANK;
    switch (utf8proc_category((utf8proc_int32_t)code)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
        return FL_CHAR_LETTER;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return FL_CHAR_DIGIT;
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return FL_CHAR_BLANK;
    default:
        return FL_CHAR_SIGN;
    }
}

/* ---- normalization form C (Unicode Standard Annex 15) ---- */

bool fl_may_compose(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++)
        if ((uint8_t)text[i] >= 0xcc) /* below U+0300 nothing changes */
            return true;
    return false;
}

/* Characters that may still change one another. */
typedef struct pending {
    utf8proc_int32_t *codes, *spare;
    size_t length, capacity;
    bool failed;
} pending;

enum { MOST_PARTS = 32 }; /* of one character; in fact it is 4 */

static bool reserve(pending *p) {
    if (p->length + MOST_PARTS <= p->capacity)
        return true;
    size_t capacity = p->capacity ? 2 * p->capacity : 256;
    utf8proc_int32_t *codes = realloc(p->codes, capacity * sizeof *codes);
    p->codes = codes ? codes : p->codes;
    utf8proc_int32_t *spare = realloc(p->spare, capacity * sizeof *spare);
    p->spare = spare ? spare : p->spare;
    p->failed = !codes || !spare;
    p->capacity = p->failed ? p->capacity : capacity;
    return !p->failed;
}

static unsigned class_of(utf8proc_int32_t code) {
    return (unsigned)utf8proc_get_property(code)->combining_class & 0xff;
}

/* Marks by their class, equal ones as they stood. By counting: a text may be nothing but marks. */
static void sort_marks(utf8proc_int32_t *codes, utf8proc_int32_t *spare, size_t n) {
    size_t at[257] = {0};
    for (size_t i = 0; i < n; i++)
        at[class_of(codes[i]) + 1]++;
    for (size_t i = 1; i < 257; i++)
        at[i] += at[i - 1];
    for (size_t i = 0; i < n; i++)
        spare[at[class_of(codes[i])]++] = codes[i];
    memcpy(codes, spare, n * sizeof *codes);
}

static void put_in_order(pending *p) {
    for (size_t i = 0, end; i < p->length; i = end) {
        end = i + 1;
        if (class_of(p->codes[i]) == 0)
            continue;
        while (end < p->length && class_of(p->codes[end]) != 0)
            end++;
        if (end - i > 1)
            sort_marks(p->codes + i, p->spare, end - i);
    }
}

static void flush(pending *p, fl_buffer *out) {
    utf8proc_ssize_t n = (utf8proc_ssize_t)p->length;
    if (n > 1) {
        put_in_order(p);
        n = utf8proc_normalize_utf32(p->codes, n, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    }
    for (utf8proc_ssize_t i = 0; i < n; i++) {
        utf8proc_uint8_t bytes[4];
        utf8proc_ssize_t length = utf8proc_encode_char(p->codes[i], bytes);
        fl_buffer_add(out, (const char *)bytes, (size_t)length);
    }
    p->length = 0;
}

/* A single character that decomposes still has to be composed again. */
static void add_char(pending *p, uint32_t code) {
    if (!reserve(p))
        return;
    utf8proc_ssize_t n =
        utf8proc_decompose_char((utf8proc_int32_t)code, p->codes + p->length, MOST_PARTS,
                                UTF8PROC_STABLE | UTF8PROC_DECOMPOSE, NULL);
    if (n > 0 && n <= MOST_PARTS)
        p->length += (size_t)n;
}

void fl_compose(fl_buffer *out, const char *text, size_t length) {
    pending p = {0};
    for (size_t at = 0, n; at < length && !p.failed; at += n) {
        n = fl_utf8_length(text + at, length - at);
        if (n <= 1) /* nothing before it goes together with it */
            flush(&p, out);
        if (n)
            add_char(&p, fl_utf8_decode(text + at, n));
        else
            fl_buffer_add(out, text + at, n = 1);
    }
    flush(&p, out);
    out->failed |= p.failed;
    free(p.codes);
    free(p.spare);
}
