/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the footlight authors */
/*
 * JSON output. Numbers: more digits are tried until one reads back; %g never writes more than it
 * needs, so the first that does is the shortest.
 */
#include "sinks/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void unicode_escape(fl_buffer *out, uint32_t code) {
    if (code >= 0x10000) {
        code -= 0x10000;
        fl_buffer_printf(out, "\\u%04x\\u%04x", 0xd800u + (code >> 10), 0xdc00u + (code & 0x3ff));
    } else {
        fl_buffer_printf(out, "\\u%04x", code);
    }
}

static void ascii_char(fl_buffer *out, char c) {
    static const char from[] = "\"\\\n\t\r\b\f", to[] = "\"\\ntrbf";
    const char *special = c ? strchr(from, c) : NULL;
    if (special)
        fl_buffer_printf(out, "\\%c", to[special - from]);
    else if ((unsigned char)c < 0x20 || c == 0x7f)
        unicode_escape(out, (unsigned char)c);
    else
        fl_buffer_add(out, &c, 1);
}

void fl_json_string(fl_buffer *out, const char *bytes, size_t length, bool ascii) {
    fl_buffer_puts(out, "\"");
    while (length) {
        size_t n = (unsigned char)*bytes < 0x80 ? 1 : fl_utf8_length(bytes, length);
        if (n == 1)
            ascii_char(out, *bytes);
        else if (ascii || !n)
            unicode_escape(out, n ? fl_utf8_decode(bytes, n) : 0xfffd);
        else
            fl_buffer_add(out, bytes, n);
        bytes += n ? n : 1;
        length -= n ? n : 1;
    }
    fl_buffer_puts(out, "\"");
}

void fl_json_text(fl_buffer *out, const char *text, bool ascii) {
    if (text)
        fl_json_string(out, text, strlen(text), ascii);
    else
        fl_buffer_puts(out, "null");
}

/* What %g would not write well: what is not finite, negative zero (as "-0" it would
 * read back as the integer zero) and whole numbers, which %g would write as 1e+06. */
static bool special(fl_buffer *out, double value) {
    if (!isfinite(value))
        fl_buffer_puts(out, "null");
    else if (value == 0)
        fl_buffer_puts(out, signbit(value) ? "-0.0" : "0");
    else if (value == floor(value) && fabs(value) < 1e15)
        fl_buffer_printf(out, "%.0f", value);
    else
        return false;
    return true;
}

void fl_json_double(fl_buffer *out, double value) {
    char digits[40];
    if (special(out, value))
        return;
    for (int precision = 6; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, value);
        if (strtod(digits, NULL) == value)
            break;
        if (precision == 6)
            precision = 14; /* computed numbers nearly always need 15 to 17 digits */
    }
    fl_buffer_puts(out, digits);
}

void fl_json_float(fl_buffer *out, float value) {
    char digits[40];
    if (special(out, (double)value))
        return;
    for (int precision = 6; precision <= 9; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, (double)value);
        if (strtof(digits, NULL) == value)
            break;
    }
    fl_buffer_puts(out, digits);
}

void fl_json_int(fl_buffer *out, int64_t value) {
    fl_buffer_printf(out, "%" PRId64, value);
}

void fl_json_bool(fl_buffer *out, bool value) {
    fl_buffer_puts(out, value ? "true" : "false");
}

void fl_json_ints(fl_buffer *out, const int64_t *values, int n) {
    for (int i = 0; i < n; i++)
        fl_buffer_printf(out, "%s%" PRId64, i ? "," : "[", values[i]);
    fl_buffer_puts(out, n ? "]" : "[]");
}

void fl_json_axes(fl_buffer *out, const fl_axis *axes, int n) {
    for (int i = 0; i < n; i++)
        fl_buffer_printf(out, "%s\"%s\"", i ? "," : "[", fl_axis_name(axes[i]));
    fl_buffer_puts(out, n ? "]" : "[]");
}
